/* Units and regions of an event's roll-ups: as they were when its lobby opened, with their names. */
#pragma once
#include "service/board_set.h"

struct lt_named {
    int64_t id;
    char *name;
    int x, y; /* place in the map-like grid, -1: none */
};
struct lt_units {
    struct lt_board_units *board;     /* for lt_board_set_make, and lt_rollup */
    struct lt_named *units, *regions; /* each by id */
    int n_units, n_regions;
};
struct lt_units *lt_units_new(int n_units, int n_regions);
void lt_units_free(struct lt_units *u); /* NULL is fine */
/* In order of id, at most as many as were said. */
void lt_units_add(struct lt_units *u, const struct lt_rollup_unit *unit, const char *kind,
                  const char *name);
void lt_units_add_region(struct lt_units *u, int64_t id, const char *name, int x, int y);
void lt_units_end(struct lt_units *u);
/* NULL: unknown. */
const struct lt_named *lt_units_unit(const struct lt_units *u, int64_t id);
const struct lt_named *lt_units_region(const struct lt_units *u, int64_t id);

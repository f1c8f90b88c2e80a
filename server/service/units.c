#include "service/units.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct lt_units *lt_units_new(int n_units, int n_regions)
{
    struct lt_units *u = calloc(1, sizeof *u);
    assert(u);
    u->board = lt_board_units_new();
    u->units = calloc((size_t)n_units + 1, sizeof *u->units);
    u->regions = calloc((size_t)n_regions + 1, sizeof *u->regions);
    assert(u->board && u->units && u->regions);
    return u;
}

static void free_all(struct lt_named *all, int n)
{
    for (int i = 0; i < n; i++)
        free(all[i].name);
    free(all);
}

void lt_units_free(struct lt_units *u)
{
    if (!u)
        return;
    lt_board_units_free(u->board);
    free_all(u->units, u->n_units);
    free_all(u->regions, u->n_regions);
    free(u);
}

static void add(struct lt_named *all, int *n, struct lt_named one)
{
    assert(*n == 0 || all[*n - 1].id < one.id);
    one.name = strdup(one.name);
    assert(one.name);
    all[(*n)++] = one;
}

void lt_units_add(struct lt_units *u, const struct lt_rollup_unit *unit, const char *kind,
                  const char *name)
{
    lt_board_units_add(u->board, unit, kind);
    add(u->units, &u->n_units, (struct lt_named){unit->unit, (char *)name, -1, -1});
}

void lt_units_add_region(struct lt_units *u, int64_t id, const char *name, int x, int y)
{
    add(u->regions, &u->n_regions, (struct lt_named){id, (char *)name, x, y});
}

void lt_units_end(struct lt_units *u)
{
    lt_board_units_end(u->board);
}

static int by_id(const void *pa, const void *pb)
{
    int64_t a = ((const struct lt_named *)pa)->id, b = ((const struct lt_named *)pb)->id;
    return (a > b) - (a < b);
}

static const struct lt_named *find(const struct lt_named *all, int n, int64_t id)
{
    const struct lt_named key = {.id = id};
    return n > 0 ? bsearch(&key, all, (size_t)n, sizeof key, by_id) : NULL;
}

const struct lt_named *lt_units_unit(const struct lt_units *u, int64_t id)
{
    return find(u->units, u->n_units, id);
}

const struct lt_named *lt_units_region(const struct lt_units *u, int64_t id)
{
    return find(u->regions, u->n_regions, id);
}

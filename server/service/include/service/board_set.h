/* Which boards an event has, and what is on them: out of where everybody stands, the event's units and
 * the rule sheet. The same for a node's copy, a fold from the database and a series, so that all of
 * them write the same (boards.h). Law 4: whatever is public comes from the public standings. */
#pragma once
#include "domain/rollup.h"
#include "domain/standings.h"
#include "service/boards.h"

/* The units of an event as they were when its lobby opened. */
struct lt_board_units;
struct lt_board_units *lt_board_units_new(void);
void lt_board_units_free(struct lt_board_units *u); /* NULL is fine */
/* In any order; regions: 0 none. */
void lt_board_units_add(struct lt_board_units *u, const struct lt_rollup_unit *unit,
                        const char *kind);
/* All are there: before anything is asked. */
void lt_board_units_end(struct lt_board_units *u);
const struct lt_rollup_unit *lt_board_units_all(const struct lt_board_units *u, int *ret_n);
/* Index of a unit, -1: it is not among them. */
int lt_board_units_find(const struct lt_board_units *u, int64_t unit);
/* Kinds in the order of their bytes; member 1 + k of a roll-up by kind is kind k. NULL: past the last. */
const char *lt_board_units_kind(const struct lt_board_units *u, int k);

/* Who an entry is. */
struct lt_board_who {
    int unit; /* index, -1: none (guests, units that came later) */
    bool leader;
};
typedef struct lt_board_who lt_board_who_fn(void *arg, int64_t entry);

/* Where everybody stands by round r (from 0) alone, in order of rank; *ret is to be freed. Returns how
 * many, -1: it has not begun as far as the public knows. */
typedef int lt_board_round_fn(void *arg, int r, struct lt_place **ret);
/* The same of standings, which must be the public ones: a round has begun when one of its questions is
 * settled. */
int lt_board_round(const struct lt_sheet *sheet, const struct lt_standings *s, int r,
                   struct lt_place **ret);

struct lt_board_input {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    int64_t version, shows; /* as in lt_board_set */
    const struct lt_sheet *sheet;
    bool frozen, final;
    const struct lt_place *const *shown; /* what is public, in order of rank */
    int n_shown;
    const struct lt_place *const *truth; /* NULL unless it is frozen */
    int n_truth;
    bool by_entry;                      /* ranks.h writes the entries' boards */
    const struct lt_board_units *units; /* NULL: no roll-ups */
    lt_board_who_fn *who;
    lt_board_round_fn *round; /* NULL: no boards of rounds */
    void *arg;                /* of both */
};
struct lt_board_set *lt_board_set_make(const struct lt_board_input *in);

/* From when on a self-paced event's board is frozen, cluster time; INT64_MAX: never. */
int64_t lt_board_frozen_us(const struct lt_sheet *sheet, int64_t closes_us);

/* Checks over all players and processes, when everybody has ended: boards and ranks against the
 * totals that the players computed. */
#pragma once
#include "loadtest/checker.h"

struct lt_standings_report {
    int boards;      /* boards checked against the full ranking */
    int boards_weak; /* only their own consistency: other people play too, or a total is not exactly
                        known */
    int reveals;
    bool final_seen; /* a board that said it is final */
};
/* Recompute the standings after each reveal and compare every board and every rank that was told.
 * Faults go to `faults`. Rows of runs with `k->others` are compared where they are ours. False: no
 * memory. */
bool lt_standings_check(const struct lt_checker *k, struct lt_faults *faults,
                        struct lt_standings_report *ret);

/* The frozen questions of a self-paced event, as its draws see them. */
#pragma once
#include "domain/paper.h"

struct lt_pool {
    int n, cap;
    struct lt_pool_row *rows;     /* over the event, in order of qi */
    int first[LT_ROUNDS_MAX + 1]; /* rows of round r: [first[r], first[r + 1]) */
    int rounds;                   /* that have been begun */
};
/* One more question; in order of qi, rounds (0-based) never fall. `body` is the frozen JSON.
 * LT_EQUESTION: it cannot be read. LT_ERANGE: out of order. LT_ENOMEM. */
int lt_pool_add(struct lt_pool *p, int qi, int round, int difficulty, const char *audience,
                const char *body);
/* After the last: the rounds of the sheet have their bounds and are ready for draws. LT_ESHEET: the
 * questions are not this sheet's. */
int lt_pool_end(struct lt_pool *p, const struct lt_sheet *sheet);
const struct lt_pool_row *lt_pool_round(const struct lt_pool *p, int round, int *ret_n);
/* Free the contents; an empty pool is all zero. */
void lt_pool_done(struct lt_pool *p);

/* Ranking: points, then number correct, then less answer time (of answers that scored), then a true tie: tied entries share a rank, the next rank leaves a gap. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct lt_standing {
    int64_t entry;    /* id */
    int64_t points_c; /* signed */
    int32_t correct;
    int64_t time_us; /* of answers that scored */
    int32_t rank;    /* output of lt_rank, from 1 */
};
/* Sort by rank, ties by entry id for a stable picture; fill `rank`. O(n log n). */
void lt_rank(struct lt_standing *s, int n);
/* Compare for ranking only: <0 when a is better, 0 for a true tie. */
int lt_standing_cmp(const struct lt_standing *a, const struct lt_standing *b);

/* ZSET score: (points, correct, time) packed into an integer below 2^53 in absolute value, larger is better. Budget: points ±2^26 hundredths (26 bits + sign), correct 0–1023
 * (10 bits), time in `quantum_us` units below 2^17 (17 bits, inverted). LT_EBUDGET: does not fit; the rule sheet must be refused. Order-preserving: cmp of packs equals lt_standing_cmp up to the time quantum. */
int lt_board_pack(const struct lt_standing *s, int64_t quantum_us, int64_t *ret);

/* Ranking: level, then the sheet's keys in order of weight, then a true tie: tied entries share a
 * rank and the next rank leaves a gap. Disqualified ones come last and have no rank. Pure. */
#pragma once
#include "domain/rules.h"
#include <stdbool.h>
#include <stdint.h>

enum { LT_BOARD_CORRECT_MAX = 1023 }; /* right answers that a board can tell apart */

/* Where one entry stands. */
struct lt_place {
    int64_t entry;
    int64_t points_c, time_us; /* points: signed, of settled questions, fouls and adjustments; time:
                                  of answers that scored */
    int32_t correct, answered, streak;
    int64_t tiebreak; /* binary number: right answers in sudden death, the first weighs most */
    int32_t level;    /* how often it went on to a next stage */
    bool disqualified;
    int32_t rank, old_rank; /* from 1, ties share; 0: not ranked (yet, or disqualified) */
    int32_t last_qi;        /* last settled question in which it took part, -1 */
    bool last_right;
    int64_t last_gained_c; /* by answering it; of a burst, by all of it up to there */
};
/* Compare for ranking only: < 0 when a is better, 0 for a true tie. */
int lt_place_cmp(const struct lt_sheet *sheet, const struct lt_place *a, const struct lt_place *b);
/* Whether sudden death has still to decide between the two: equal in level and in every key up to the
 * tie-break itself (in all keys when the sheet does not rank by it). */
bool lt_place_tied(const struct lt_sheet *sheet, const struct lt_place *a,
                   const struct lt_place *b);
/* Sort by rank, ties by entry id for a stable picture; old_rank becomes what rank was, rank is filled.
 * O(n log n). */
void lt_rank(const struct lt_sheet *sheet, struct lt_place **order, int n);

/* Points, correct and time packed into an integer below 2^53 in absolute value, larger is better.
 * Budget: points ±2^26 hundredths (26 bits + sign), correct 0–1023 (10 bits), time in `quantum_us`
 * units below 2^17 (17 bits, inverted). LT_EBUDGET: does not fit; the rule sheet must be refused. */
int lt_board_pack(const struct lt_place *p, int64_t quantum_us, int64_t *ret);
/* The points (hundredths) that are packed into a score. */
int64_t lt_board_points(int64_t score);
/* ZSET score of the entry at 0-based `position` of the ranking; larger is better, exact in a double.
 * Where the ranking is points, correct, time and nothing else it is the pack, whose order is that of
 * lt_place_cmp up to the time quantum (what is beyond the budget, by rulings or in papers that add up
 * without an end, is at its end);
 * with teams, levels, sudden death or other keys it is −1 − position. A board is always written
 * whole, so both kinds serve. */
int64_t lt_board_score(const struct lt_sheet *sheet, const struct lt_place *p, int position);

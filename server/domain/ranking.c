/* Ranking and the board's score.
 *
 * lt_place_cmp is the one definition of "better"; lt_rank and the board follow it. The packed form
 * is a number whose plain order is the ranking of a contest among persons:
 *
 *     points · 2^27  +  correct · 2^17  +  (2^17 − 1 − time in quanta)
 *
 * It stays within ±(2^53 − 1), where a double, which is what a sorted set keeps, is exact.
 * A wider time field was rejected: points in hundredths need the bits, and the quantum of a sheet
 * (lt_sheet_quantum_us) makes 17 bits enough. Packing levels and sudden death too was rejected:
 * there are no bits left. A board is written whole, so the position says the same without any. */
#include "domain/ranking.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>

enum { CORRECT_BITS = 10, TIME_BITS = 17 };
static const int64_t POINTS_LIMIT_C = INT64_C(1) << 26;

/* < 0 when a is less. */
static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int key_cmp(enum lt_rank_key key, const struct lt_place *a, const struct lt_place *b)
{
    switch (key) {
    case LT_KEY_POINTS:
        return compare(b->points_c, a->points_c);
    case LT_KEY_TIEBREAK:
        return compare(b->tiebreak, a->tiebreak);
    case LT_KEY_CORRECT:
        return compare(b->correct, a->correct);
    case LT_KEY_TIME:
        return compare(a->time_us, b->time_us);
    case LT_RANK_KEYS:
        break;
    }
    return 0;
}

int lt_place_cmp(const struct lt_sheet *sheet, const struct lt_place *a, const struct lt_place *b)
{
    int order;

    if (a->disqualified || b->disqualified)
        return (int)a->disqualified - (int)b->disqualified;
    order = compare(b->level, a->level);
    for (int i = 0; i < sheet->n_keys && order == 0; i++)
        order = key_cmp(sheet->keys[i], a, b);
    return order;
}

bool lt_place_tied(const struct lt_sheet *sheet, const struct lt_place *a, const struct lt_place *b)
{
    if (a->level != b->level || a->disqualified || b->disqualified)
        return false;
    for (int i = 0; i < sheet->n_keys; i++) {
        if (key_cmp(sheet->keys[i], a, b) != 0)
            return false;
        if (sheet->keys[i] == LT_KEY_TIEBREAK)
            break;
    }
    return true;
}

static int by_rank_then_entry(const void *pa, const void *pb, void *sheet)
{
    const struct lt_place *a = *(struct lt_place *const *)pa, *b = *(struct lt_place *const *)pb;
    int order = lt_place_cmp(sheet, a, b);

    return order != 0 ? order : compare(a->entry, b->entry);
}

void lt_rank(const struct lt_sheet *sheet, struct lt_place **order, int n)
{
    const struct lt_place *above = NULL;
    int rank = 0;

    if (n <= 0)
        return;
    qsort_r(order, (size_t)n, sizeof *order, by_rank_then_entry, (void *)sheet);
    for (int i = 0; i < n; i++) {
        struct lt_place *p = order[i];

        if (!above || lt_place_cmp(sheet, above, p) != 0)
            rank = i + 1;
        p->old_rank = p->rank;
        p->rank = p->disqualified ? 0 : rank;
        above = p;
    }
}

int lt_board_pack(const struct lt_place *p, int64_t quantum_us, int64_t *ret)
{
    const int64_t time_limit = INT64_C(1) << TIME_BITS;
    int64_t quanta;

    assert(quantum_us > 0);
    if (p->points_c <= -POINTS_LIMIT_C || p->points_c >= POINTS_LIMIT_C)
        return LT_EBUDGET;
    if (p->correct < 0 || p->correct >= 1 << CORRECT_BITS || p->time_us < 0)
        return LT_EBUDGET;
    quanta = p->time_us / quantum_us;
    if (quanta >= time_limit)
        return LT_EBUDGET;
    *ret = p->points_c * (INT64_C(1) << (CORRECT_BITS + TIME_BITS)) +
           p->correct * (INT64_C(1) << TIME_BITS) + (time_limit - 1 - quanta);
    return LT_OK;
}

int64_t lt_board_points(int64_t score)
{
    const int64_t unit = INT64_C(1) << (CORRECT_BITS + TIME_BITS);
    int64_t rest = score % unit;

    return (score - (rest < 0 ? rest + unit : rest)) / unit;
}

static bool packs(const struct lt_sheet *sheet)
{
    for (int i = 0; i < sheet->n_rounds; i++)
        if (sheet->rounds[i].advance > 0)
            return false;
    return !sheet->teams && sheet->n_keys == 3 && sheet->keys[0] == LT_KEY_POINTS &&
           sheet->keys[1] == LT_KEY_CORRECT && sheet->keys[2] == LT_KEY_TIME;
}

static int64_t within(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

int64_t lt_board_score(const struct lt_sheet *sheet, const struct lt_place *p, int position)
{
    const int64_t quantum_us = lt_sheet_quantum_us(sheet);
    struct lt_place held = *p;
    int64_t score = 0;
    int err;

    if (!packs(sheet))
        return -1 - position;
    if (p->disqualified) /* below whatever packs */
        return -(INT64_C(1) << 53) + 1;
    /* The sheet's check bounds what its rules can give. Rulings, more time for a question and papers
     * that add up for months may go beyond: there one stands at the end of the scale, not in the
     * middle of it. */
    held.points_c = within(p->points_c, -POINTS_LIMIT_C + 1, POINTS_LIMIT_C - 1);
    held.correct = (int32_t)within(p->correct, 0, LT_BOARD_CORRECT_MAX);
    held.time_us = within(p->time_us, 0, quantum_us * ((1 << TIME_BITS) - 1));
    err = lt_board_pack(&held, quantum_us, &score);
    assert(err == LT_OK);
    return score;
}

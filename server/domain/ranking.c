/* Ranking and the packed board score.
 *
 * lt_standing_cmp is the one definition of "better"; lt_rank and lt_board_pack follow it. The
 * packed form is a number whose plain order is the ranking:
 *
 *     points · 2^27  +  correct · 2^17  +  (2^17 − 1 − time in quanta)
 *
 * It stays within ±(2^53 − 1), where a double, which is what a sorted set keeps, is exact.
 * A wider time field was rejected: points in hundredths need the bits, and the quantum of a sheet
 * (lt_sheet_quantum_us) makes 17 bits enough. */
#include "domain/ranking.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>

enum { CORRECT_BITS = 10, TIME_BITS = 17 };
static const int64_t POINTS_LIMIT_C = INT64_C(1) << 26;

int lt_standing_cmp(const struct lt_standing *a, const struct lt_standing *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c ? -1 : 1;
    if (a->correct != b->correct)
        return a->correct > b->correct ? -1 : 1;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return 0;
}

static int by_rank_then_entry(const void *pa, const void *pb)
{
    const struct lt_standing *a = pa, *b = pb;
    int order = lt_standing_cmp(a, b);

    if (order != 0)
        return order;
    return a->entry < b->entry ? -1 : a->entry > b->entry;
}

void lt_rank(struct lt_standing *s, int n)
{
    if (n <= 0)
        return;
    qsort(s, (size_t)n, sizeof *s, by_rank_then_entry);
    s[0].rank = 1;
    for (int i = 1; i < n; i++)
        s[i].rank = lt_standing_cmp(&s[i - 1], &s[i]) == 0 ? s[i - 1].rank : i + 1;
}

int lt_board_pack(const struct lt_standing *s, int64_t quantum_us, int64_t *ret)
{
    const int64_t time_limit = INT64_C(1) << TIME_BITS;
    int64_t quanta;

    assert(quantum_us > 0);
    if (s->points_c <= -POINTS_LIMIT_C || s->points_c >= POINTS_LIMIT_C)
        return LT_EBUDGET;
    if (s->correct < 0 || s->correct >= 1 << CORRECT_BITS || s->time_us < 0)
        return LT_EBUDGET;
    quanta = s->time_us / quantum_us;
    if (quanta >= time_limit)
        return LT_EBUDGET;
    *ret = s->points_c * (INT64_C(1) << (CORRECT_BITS + TIME_BITS)) +
           s->correct * (INT64_C(1) << TIME_BITS) + (time_limit - 1 - quanta);
    return LT_OK;
}

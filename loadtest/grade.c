/* Grading with bounds. Points that fall with time depend on when the answer reached the server,
 * which lies between the send and the acknowledgement; everything else is exact. Doubles were
 * rejected here as in the server: sums of hundredths must be equal, not close. */
#include "loadtest/grade.h"

enum { FULL_POINTS_US = 500000, WHOLE_E4 = 10000, WHOLE_C = 100 };

static unsigned set_of(const int *p, int n)
{
    unsigned set = 0;
    for (int i = 0; i < n; i++)
        set |= 1u << p[i];
    return set;
}

static unsigned given_set(const struct lt_given *g)
{
    unsigned set = 0;
    for (int i = 0; i < g->n_choice; i++)
        set |= 1u << g->choice[i];
    return set;
}

/* Part of the full points, in ten-thousandths. */
static int fraction_e4(const struct lt_grade_rule *rule, const struct lt_seen_question *q,
                       const struct lt_given *g)
{
    if (q->type == LT_SEEN_FILL)
        return 0; /* the generator's texts are never the ones accepted */
    if (q->type == LT_SEEN_ORDER) {
        bool same = g->n_choice == q->n_key;
        for (int i = 0; same && i < q->n_key; i++)
            same = g->choice[i] == q->key[i];
        return same ? WHOLE_E4 : 0;
    }
    unsigned key = set_of(q->key, q->n_key), chosen = given_set(g);
    if (chosen == key)
        return WHOLE_E4;
    if (q->type != LT_SEEN_MULTIPLE || !rule->partial || q->n_key == 0)
        return 0;
    /* Σ over the chosen: +1/right options, −1/wrong options, held at 0 and above. */
    int n_wrong = q->n_options - q->n_key;
    int hits = __builtin_popcount(chosen & key), misses = __builtin_popcount(chosen & ~key);
    int den = n_wrong > 0 ? q->n_key * n_wrong : q->n_key;
    int num = n_wrong > 0 ? hits * n_wrong - misses * q->n_key : hits;
    return num <= 0 ? 0 : (2 * WHOLE_E4 * num + den) / (2 * den);
}

static int64_t rounded(int64_t a, int64_t num, int64_t den)
{
    return (2 * a * num + den) / (2 * den);
}

static int64_t points_at(const struct lt_seen_question *q, int64_t full_c, int64_t used_us)
{
    int64_t limit_us = (int64_t)q->seconds * 1000000;
    if (!q->speed)
        return full_c;
    if (used_us < FULL_POINTS_US)
        used_us = 0;
    if (used_us > limit_us)
        used_us = limit_us;
    return WHOLE_C * rounded(full_c, 2 * limit_us - used_us, 2 * limit_us * WHOLE_C);
}

static int64_t bonus(const struct lt_grade_rule *rule, int streak)
{
    return rule->streak_c * (streak < rule->streak_max ? streak : rule->streak_max);
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t clamp(int64_t v, int64_t hi)
{
    return v < 0 ? 0 : min(v, hi);
}

struct lt_grade lt_grade_given(const struct lt_grade_rule *rule, const struct lt_seen_question *q,
                               const struct lt_given *g, int streak_lo, int streak_hi)
{
    struct lt_grade r = {.counted = g->state == LT_GIVEN_SAVED,
                         .maybe_counted = g->state == LT_GIVEN_SENT};
    int64_t limit_us = (int64_t)q->seconds * 1000000;
    if (!r.counted && !r.maybe_counted)
        return r;
    int part_e4 = fraction_e4(rule, q, g);
    int64_t used_lo_us = clamp(g->used_lo_us, limit_us),
            used_hi_us = clamp(g->used_hi_us, limit_us);
    if (r.maybe_counted)
        used_hi_us = limit_us;
    r.right = part_e4 == WHOLE_E4;
    if (part_e4 == 0) {
        r.gain_lo_c = r.gain_hi_c = rule->wrong_c;
    } else {
        int64_t full_c = rounded(q->points_c, part_e4, WHOLE_E4);
        r.gain_lo_c = points_at(q, full_c, used_hi_us) + (r.right ? bonus(rule, streak_lo) : 0);
        r.gain_hi_c = points_at(q, full_c, used_lo_us) + (r.right ? bonus(rule, streak_hi) : 0);
    }
    if (r.gain_hi_c > 0) {
        r.time_lo_us = used_lo_us;
        r.time_hi_us = used_hi_us;
    }
    if (r.maybe_counted) {
        r.gain_lo_c = min(0, r.gain_lo_c);
        r.gain_hi_c = max(0, r.gain_hi_c);
        r.time_lo_us = 0;
    }
    if (g->told && g->gained_c >= r.gain_lo_c && g->gained_c <= r.gain_hi_c)
        r.gain_lo_c = r.gain_hi_c = g->gained_c;
    return r;
}

/* Points for a graded answer, in signed hundredths, in integers only: the same answer must give
 * the same points on every node and in every replay, whatever the compiler does with floats.
 *
 * Order of the steps: the fraction of the full points (partial credit, rounded to hundredths), then
 * the fall over time, then the streak bonus, which neither of them touches. Each step rounds once,
 * halves up. A partially right answer neither earns a streak bonus nor loses the penalty.
 *
 * Points that fall over time are whole points, in the first half second as well: a hall reads "8",
 * not "8.13", and a slower answer must never be rounded to more than a faster one. */
#include "domain/scoring.h"

#include <assert.h>

enum { FULL_POINTS_US = 500000, WHOLE_C = 100 };

/* round(a · num / den), halves up; a ≥ 0, num ≥ 0, den > 0. */
static int64_t scaled(int64_t a, int64_t num, int64_t den)
{
    return (2 * a * num + den) / (2 * den);
}

/* P · (1 − (t/T)/2): full in the first half second, half of it at the deadline; to whole points. */
static int64_t fall_over_time(int64_t points_c, int64_t used_us, int64_t limit_us)
{
    assert(limit_us > 0);
    if (used_us > limit_us)
        used_us = limit_us;
    if (used_us < FULL_POINTS_US)
        used_us = 0;
    return WHOLE_C * scaled(points_c, 2 * limit_us - used_us, 2 * limit_us * WHOLE_C);
}

static int64_t streak_bonus(const struct lt_score_rule *rule, int streak)
{
    int times = streak < rule->streak_max ? streak : rule->streak_max;

    return times > 0 ? rule->streak_c * times : 0;
}

int64_t lt_score(const struct lt_score_rule *rule, struct lt_verdict v, int64_t used_us,
                 int64_t limit_us, int streak)
{
    int64_t points_c = rule->right_c;

    if (!v.right) {
        if (!rule->partial || v.fraction_e4 <= 0)
            return rule->wrong_c;
        points_c = scaled(points_c, v.fraction_e4, 10000);
    }
    if (rule->speed)
        points_c = fall_over_time(points_c, used_us, limit_us);
    if (v.right)
        points_c += streak_bonus(rule, streak);
    return points_c;
}

int64_t lt_jury_points_c(const struct lt_jury_rule *rule, const int64_t *marks_c, int n)
{
    int64_t sum_c = 0, high_c = INT64_MIN, low_c = INT64_MAX;

    for (int i = 0; i < n; i++) {
        sum_c += marks_c[i];
        high_c = marks_c[i] > high_c ? marks_c[i] : high_c;
        low_c = marks_c[i] < low_c ? marks_c[i] : low_c;
    }
    if (rule->drop && n >= 3) {
        sum_c -= high_c + low_c;
        n -= 2;
    }
    return scaled(sum_c, 1, n);
}

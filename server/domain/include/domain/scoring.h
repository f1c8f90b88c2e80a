/* Points for a graded answer. Pure; the formulas are domain.md's. */
#pragma once
#include "domain/grading.h"

/* Points in hundredths. used_us: answer time from opening, limit_us: the question's time T.
 * 1. partial: P is `right` times the fraction, rounded to hundredths.
 * 2. speed: the exact value of P · (1 − (t/T)/2), t clamped to [0, T] and 0 when below 0.5 s, rounded
 *    once to whole points. So the result is a multiple of 100 even when P is not.
 * 3. streak: number of right answers directly before this one in the round; the bonus is added last
 *    and does not fall over time.
 * Halves are rounded up. A wrong answer gives `wrong` as it is. */
int64_t lt_score(const struct lt_score_rule *rule, struct lt_verdict v, int64_t used_us,
                 int64_t limit_us, int streak);
/* Points of a performed part from the judges' marks (hundredths, n ≥ 1): their mean, halves away from
 * zero; with the rule's `drop` and three marks or more without one highest and one lowest. */
int64_t lt_jury_points_c(const struct lt_jury_rule *rule, const int64_t *marks_c, int n);

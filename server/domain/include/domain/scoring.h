/* Points for a graded answer. Pure; the formulas are domain.md's. */
#pragma once
#include "domain/grading.h"

/* Points in hundredths. used_us: answer time from opening, limit_us: the question's time T.
 * speed: round(P · (1 − (t/T)/2)), full for t < 0.5 s, halves away from zero, t clamped to [0, T]. partial scales P first (rounded to hundredths). streak: number of right
 * answers directly before this one in the round; the bonus is added last and does not fall over time. */
int64_t lt_score(const struct lt_score_rule *rule, struct lt_verdict v, int64_t used_us,
                 int64_t limit_us, int streak);

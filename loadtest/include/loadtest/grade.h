/* Was it right, and what is it worth? Computed by the player's side from the public key, apart from
 * the server's own code. */
#pragma once
#include "loadtest/sheet.h"
#include "loadtest/tally.h"

/* What may have come of an answer, as bounds: the exact time of receipt is known to the server
 * only. */
struct lt_grade {
    bool counted;       /* it counts: saved in time */
    bool maybe_counted; /* no acknowledgement was seen: it may count */
    bool right;         /* if it counts */
    int64_t gain_lo_c, gain_hi_c;
    int64_t time_lo_us, time_hi_us; /* answer time that the ranking adds */
};
/* Grade one answer to a revealed question. `streak_lo`, `streak_hi`: right answers directly before
 * it in its round. */
struct lt_grade lt_grade_given(const struct lt_grade_rule *rule, const struct lt_seen_question *q,
                               const struct lt_given *g, int streak_lo, int streak_hi);

/* The part of an event's rule sheet that frames do not tell: what the player's side needs to
 * compute points by itself. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { LT_SHEET_RULES = 16 };

/* How one round pays; points are hundredths. What the frames of its questions say (full points,
 * speed, time) is not here. */
struct lt_grade_rule {
    int64_t wrong_c, streak_c;
    int streak_max;
    bool partial;
};
struct lt_rules {
    bool start_known;
    int64_t start_c;
    struct lt_grade_rule rounds[LT_SHEET_RULES];
};
/* From the JSON of a rule sheet. NULL: fine; else what is wrong (the server judges sheets strictly,
 * this only reads what it needs). */
const char *lt_rules_read(const char *path, struct lt_rules *ret);
/* The rule of a round (from 1). */
const struct lt_grade_rule *lt_rules_of(const struct lt_rules *r, int round);

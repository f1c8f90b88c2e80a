/* Is a response right? Pure. FILL compares after Unicode NFKC, case folding, removal of all white space and of Chinese/ASCII punctuation variants that NFKC unifies (utf8proc). */
#pragma once
#include "domain/question.h"
#include "domain/rules.h"

struct lt_verdict {
    bool right;     /* entirely right */
    int fraction_e4; /* 0–10000 of the full points (partial credit); 10000 when right */
};
struct lt_verdict lt_grade(const struct lt_question *q, const struct lt_response *r, bool partial);

/* Is a response right? Pure. FILL compares after Unicode NFKC, case folding, removal of all white space, control and invisible characters (utf8proc). NFKC unifies
 * full-width and ASCII punctuation, so （ and ( are the same; no punctuation is dropped: 1.5 is not 15. */
#pragma once
#include "domain/question.h"
#include "domain/rules.h"

struct lt_verdict {
    bool right;      /* entirely right */
    int fraction_e4; /* 0–10000 of the full points (partial credit); 10000 when right */
};
/* partial: MULTIPLE earns max(0, right chosen/right options − wrong chosen/wrong options). A response that lt_response_check refuses is wrong. */
struct lt_verdict lt_grade(const struct lt_question *q, const struct lt_response *r, bool partial);

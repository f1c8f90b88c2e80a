/* Is a response right?
 *
 * A choice is compared as a set of options, an order as a sequence, a fill-in text by its
 * normalised form with each accepted text. Partial credit exists for multiple choice only and
 * follows Σ fraction: every right option chosen adds 1/(right options), every wrong one takes
 * 1/(wrong options), the sum is held in [0, 1]. So ticking everything is worth nothing, which a
 * penalty of 1/(right options) would not achieve. */
#include "domain/grading.h"

#include "filltext.h"

#include <string.h>

static unsigned option_set(const int *options, int n)
{
    unsigned set = 0;

    for (int i = 0; i < n; i++)
        set |= 1u << options[i];
    return set;
}

static struct lt_verdict all_or_nothing(bool right)
{
    return (struct lt_verdict){.right = right, .fraction_e4 = right ? 10000 : 0};
}

static struct lt_verdict grade_multiple(const struct lt_question *q, const struct lt_response *r,
                                        bool partial)
{
    unsigned key = option_set(q->key, q->n_key);
    unsigned chosen = option_set(r->choice, r->n_choice);
    int n_wrong = q->n_options - q->n_key;
    int hits = __builtin_popcount(chosen & key);
    int misses = __builtin_popcount(chosen & ~key);
    int num, den;

    if (chosen == key || !partial)
        return all_or_nothing(chosen == key);
    /* hits/n_key − misses/n_wrong over one denominator; without wrong options misses is 0. */
    num = n_wrong == 0 ? hits : hits * n_wrong - misses * q->n_key;
    den = n_wrong == 0 ? q->n_key : q->n_key * n_wrong;
    if (num <= 0)
        return all_or_nothing(false);
    return (struct lt_verdict){.right = false, .fraction_e4 = (20000 * num + den) / (2 * den)};
}

static bool fill_matches(const struct lt_question *q, const char *text)
{
    int32_t given[LT_FILLTEXT_MAX], accepted[LT_FILLTEXT_MAX];
    int n = lt_filltext_normalise(text, given);

    for (int i = 0; i < q->n_key; i++)
        if (lt_filltext_normalise(q->accepted[i], accepted) == n &&
            memcmp(given, accepted, (size_t)n * sizeof *given) == 0)
            return true;
    return false;
}

struct lt_verdict lt_grade(const struct lt_question *q, const struct lt_response *r, bool partial)
{
    if (lt_response_check(q, r) != 0)
        return all_or_nothing(false);
    switch (q->type) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        return all_or_nothing(r->choice[0] == q->key[0]);
    case LT_QT_MULTIPLE:
        return grade_multiple(q, r, partial);
    case LT_QT_FILL:
        return all_or_nothing(fill_matches(q, r->text));
    case LT_QT_ORDER:
        return all_or_nothing(memcmp(r->choice, q->key, (size_t)q->n_key * sizeof *q->key) == 0);
    case LT_QT_TASK: /* judges mark it */
    case LT_QTYPES:
        break;
    }
    return all_or_nothing(false);
}

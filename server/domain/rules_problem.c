/* Problems of a rule sheet: a path, a reason's code, and the numbers that belong to it.
 *
 * Who shows them says them in the reader's language, so there are no sentences here. All codes are
 * in one table, from which tests hold docs/rules.md and the words of the command line to it. */
#include "rules_internal.h"

#include "base/err.h"

enum { PROBLEMS_MAX = 100 };

static const char *const names[REASONS] = {
    [R_MISSING] = "missing",
    [R_UNKNOWN] = "unknown",
    [R_UNKNOWN_VALUE] = "unknown_value",
    [R_TYPE] = "type",
    [R_RANGE] = "range",
    [R_WHOLE] = "whole",
    [R_DECIMALS] = "decimals",
    [R_FOUR_DECIMALS] = "four_decimals",
    [R_EMPTY] = "empty",
    [R_TOO_LONG] = "too_long",
    [R_ORDER] = "order",
    [R_OVERLAP] = "overlap",
    [R_TWICE] = "twice",
    [R_NOT_FOR_MODE] = "not_for_mode",
    [R_NEEDS_TEAMS] = "needs_teams",
    [R_NOT_WITH_TEAMS] = "not_with_teams",
    [R_NEEDS_TURN] = "needs_turn",
    [R_SINGLE_ANSWER] = "single_answer",
    [R_NOT_WITH_POLICY] = "not_with_policy",
    [R_NOT_WITH_JUDGE] = "not_with_judge",
    [R_NOT_WITH_CODES] = "not_with_codes",
    [R_NEEDS_ADVANCE] = "needs_advance",
    [R_NO_GROUPS] = "no_groups",
    [R_NO_QUESTIONS] = "no_questions",
    [R_NO_TIEBREAK] = "no_tiebreak",
    [R_POINTS_FIRST] = "points_first",
    [R_NOT_A_MULTIPLE] = "not_a_multiple",
    [R_STAKE_TOO_HIGH] = "stake_too_high",
    [R_UNUSED] = "unused",
    [R_BUDGET_POINTS] = "budget_points",
    [R_BUDGET_QUESTIONS] = "budget_questions",
    [R_BUDGET_TIME] = "budget_time",
    [R_MIXED] = "mixed",
    [R_NEEDS_SELF_PACED] = "needs_self_paced",
    [R_NOT_SELF_PACED] = "not_self_paced",
    [R_NEEDS_FORWARD] = "needs_forward",
    [R_NEEDS_DISJOINT] = "needs_disjoint",
    [R_NOT_WITH_BLUEPRINT] = "not_with_blueprint",
    [R_NOT_THE_SUM] = "not_the_sum",
    [R_NOT_WITH_PRACTICE] = "not_with_practice",
    [R_NOT_A_TIME] = "not_a_time",
    [R_ONE_OF] = "one_of",
    [R_TOLD_IN_HALL] = "told_in_hall",
    [R_NEEDS_AT_ONCE] = "needs_at_once",
    [R_NOT_WITH_AGGREGATE] = "not_with_aggregate",
    [R_NO_HEAD_COUNT] = "no_head_count",
    [R_UNKNOWN_CODE] = "unknown_code",
    [R_WRONG_TYPE] = "wrong_type",
    [R_DRAW_TOO_LARGE] = "draw_too_large",
    [R_TOO_FEW_QUESTIONS] = "too_few_questions",
    [R_TOO_FEW_TEAMS] = "too_few_teams",
    [R_BAD_JSON] = "bad_json",
    [R_BAD_UTF8] = "bad_utf8",
    [R_TOO_BIG] = "too_big",
    [R_TOO_DEEP] = "too_deep",
    [R_MORE] = "more",
};

const char *lt_sheet_reason(int i)
{
    return i >= 0 && i < REASONS ? names[i] : NULL;
}

void problems_init(struct problems *p, struct lt_buf *out)
{
    lt_jsonw_init(&p->w, out);
    p->n = 0;
}

/* Opens the object of a problem; false: there are too many, this one is not written. */
static bool begin(struct problems *p, const char *path, enum reason why)
{
    p->n++;
    if (p->n == 1)
        lt_jsonw_arr(&p->w, NULL);
    if (p->n > PROBLEMS_MAX)
        return false;
    lt_jsonw_obj(&p->w, NULL);
    lt_jsonw_str(&p->w, "path", path);
    lt_jsonw_str(&p->w, "reason", names[why]);
    return true;
}

void problem(struct problems *p, const char *path, enum reason why)
{
    if (begin(p, path, why))
        lt_jsonw_end_obj(&p->w);
}

void problem_range(struct problems *p, const char *path, int64_t min, int64_t max)
{
    if (!begin(p, path, R_RANGE))
        return;
    lt_jsonw_i64(&p->w, "min", min);
    lt_jsonw_i64(&p->w, "max", max);
    lt_jsonw_end_obj(&p->w);
}

void problem_short(struct problems *p, const char *path, enum reason why, int64_t have, int64_t min)
{
    if (!begin(p, path, why))
        return;
    lt_jsonw_i64(&p->w, "have", have);
    lt_jsonw_i64(&p->w, "min", min);
    lt_jsonw_end_obj(&p->w);
}

void problem_with(struct problems *p, const char *path, enum reason why, const char *name,
                  int64_t value)
{
    if (!begin(p, path, why))
        return;
    lt_jsonw_i64(&p->w, name, value);
    lt_jsonw_end_obj(&p->w);
}

int problems_end(struct problems *p)
{
    if (p->n == 0)
        return LT_OK;
    if (p->n > PROBLEMS_MAX) {
        lt_jsonw_obj(&p->w, NULL);
        lt_jsonw_str(&p->w, "path", "");
        lt_jsonw_str(&p->w, "reason", names[R_MORE]);
        lt_jsonw_end_obj(&p->w);
    }
    lt_jsonw_end_arr(&p->w);
    return LT_ESHEET;
}

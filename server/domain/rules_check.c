/* What the options of a rule sheet say about each other, and what all of them can add up to.
 *
 * A sheet that cannot work must be refused when it is saved, not found out in the hall: a stake that
 * no team could ever have, a tie-break that the ranking does not look at, a policy with several
 * answers where one decides. Everything here is an upper bound over all courses that a contest may
 * take, so what passes always works; what is refused never would.
 *
 * The last part compares the extremes with the board's packed score (ranking.h): a contest must not
 * find out in its last round that its points do not fit. */
#include "rules_internal.h"

#include "base/err.h"
#include "domain/ranking.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTUM_MAX_US = 100000 }; /* a coarser board would call answers tied that are not */

const char *path_of(char out[PATH_BYTES], const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(out, PATH_BYTES, format, ap);
    va_end(ap);
    return out;
}

static bool has_mode(const struct lt_sheet *s, unsigned modes)
{
    for (int i = 0; i < s->n_rounds; i++)
        if (modes & mode_bit(s->rounds[i].mode))
            return true;
    return false;
}

static bool has_key(const struct lt_sheet *s, enum lt_rank_key key)
{
    for (int i = 0; i < s->n_keys; i++)
        if (s->keys[i] == key)
            return true;
    return false;
}

static void check_entries(struct problems *p, const struct lt_sheet *s, bool given_buzzer)
{
    int answers;

    if (s->teams && s->guests)
        problem(p, "guests", R_NOT_WITH_TEAMS);
    if (has_mode(s, TIEBREAK) && !has_key(s, LT_KEY_TIEBREAK))
        problem(p, "ranking", R_NO_TIEBREAK);
    if (!has_mode(s, TIEBREAK) && has_key(s, LT_KEY_TIEBREAK))
        problem(p, "ranking", R_UNUSED);
    if (given_buzzer && !has_mode(s, BUZZER))
        problem(p, "buzzer", R_UNUSED);
    if (s->helps && !has_mode(s, SPOKEN))
        problem(p, "team.help", R_UNUSED);
    answers = s->self_paced ? paced_answers(s) : lt_sheet_questions(s);
    if (s->credits.participation_min > answers)
        problem_range(p, "credits.participation.min_answers", 1, answers);
}

/* ---- a round -------------------------------------------------------------------------------- */

/* Several answers a team can be averaged or added only where each of them scores by itself. */
static void check_policy(struct problems *p, const struct lt_round_rule *r, int i)
{
    bool several =
        r->policy == LT_POLICY_MEAN || r->policy == LT_POLICY_BEST || r->policy == LT_POLICY_SUM;
    char path[PATH_BYTES];

    if (!several || r->judging == LT_JUDGED_BY_JUDGE || r->mode == LT_MODE_JURY)
        return;
    if (r->turns != LT_TURNS_ALL || !(TIMED & mode_bit(r->mode)))
        problem(p, path_of(path, "rounds[%d].policy", i), R_SINGLE_ANSWER);
    else if (r->score.streak_max > 0)
        problem(p, path_of(path, "rounds[%d].points.streak", i), R_NOT_WITH_POLICY);
}

static void check_judging(struct problems *p, const struct lt_round_rule *r, int i)
{
    char path[PATH_BYTES];

    if (r->judging != LT_JUDGED_BY_JUDGE)
        return;
    if (r->mode != LT_MODE_BUZZER && r->turns == LT_TURNS_ALL)
        problem(p, path_of(path, "rounds[%d].judging", i), R_NEEDS_TURN);
    if (r->score.speed)
        problem(p, path_of(path, "rounds[%d].points.speed", i), R_NOT_WITH_JUDGE);
    if (r->score.partial)
        problem(p, path_of(path, "rounds[%d].points.partial", i), R_NOT_WITH_JUDGE);
}

static void check_stage(struct problems *p, const struct lt_sheet *s, int i)
{
    const struct lt_round_rule *r = &s->rounds[i];
    char path[PATH_BYTES];

    if (r->group > 0 && s->groups == 0)
        problem(p, path_of(path, "rounds[%d].group", i), R_NO_GROUPS);
    else if (r->group > s->groups)
        problem_range(p, path_of(path, "rounds[%d].group", i), 1, s->groups);
    if (r->advance > 0 && i + 1 == s->n_rounds)
        problem(p, path_of(path, "rounds[%d].advance", i), R_UNUSED);
    if (r->reset && r->advance == 0)
        problem(p, path_of(path, "rounds[%d].reset", i), R_NEEDS_ADVANCE);
}

static void check_round(struct problems *p, const struct lt_sheet *s, int i)
{
    const struct lt_round_rule *r = &s->rounds[i];
    const unsigned task = 1u << LT_QT_TASK;
    char path[PATH_BYTES];

    if (s->teams)
        check_policy(p, r, i);
    check_judging(p, r, i);
    check_stage(p, s, i);
    if (r->mode == LT_MODE_JURY && r->turns == LT_TURNS_ALL)
        problem(p, path_of(path, "rounds[%d].turns", i), R_NOT_FOR_MODE);
    if (r->n_questions % r->burst != 0)
        problem(p, path_of(path, "rounds[%d].burst", i), R_NOT_A_MULTIPLE);
    if (r->draw.n_codes > 0 && r->draw.n_codes != r->n_questions)
        problem_range(p, path_of(path, "rounds[%d].codes", i), r->n_questions, r->n_questions);
    if (r->draw.n_codes > 0 && (r->draw.fit.n_topics > 0 || r->draw.fit.types != 0 ||
                                r->draw.fit.difficulty != 0 || r->draw.fit.n_audiences > 0))
        problem(p, path_of(path, "rounds[%d].draw", i), R_NOT_WITH_CODES);
    if (r->draw.fit.types & task)
        problem(p, path_of(path, "rounds[%d].draw.types", i), R_NOT_FOR_MODE);
}

/* ---- codes ---------------------------------------------------------------------------------- */

struct code {
    const char *text;
    int round, index;
};

static int by_text(const void *pa, const void *pb)
{
    const struct code *a = pa, *b = pb;
    int order = strcmp(a->text, b->text);

    if (order != 0)
        return order;
    return a->round != b->round ? a->round - b->round : a->index - b->index;
}

/* A question is asked once in an event. */
static void check_codes(struct problems *p, const struct lt_sheet *s)
{
    struct code *all = malloc((size_t)LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX * sizeof *all);
    char path[PATH_BYTES];
    int n = 0;

    assert(all);
    for (int i = 0; i < s->n_rounds; i++)
        for (int k = 0; k < s->rounds[i].draw.n_codes; k++)
            all[n++] = (struct code){s->rounds[i].draw.codes[k], i, k};
    qsort(all, (size_t)n, sizeof *all, by_text);
    for (int i = 1; i < n; i++)
        if (strcmp(all[i - 1].text, all[i].text) == 0)
            problem(p, path_of(path, "rounds[%d].codes[%d]", all[i].round, all[i].index), R_TWICE);
    free(all);
}

/* ---- what can be won and lost --------------------------------------------------------------- */

/* The most that one question can give to a team, without the streak. */
static int64_t question_max_c(const struct lt_round_rule *r)
{
    int64_t right_c = r->score.right_c;

    switch (r->mode) {
    case LT_MODE_WAGER:
        return r->stakes_c[r->n_stakes - 1];
    case LT_MODE_JURY:
        return r->jury.max_c;
    case LT_MODE_LIVE:
    case LT_MODE_REQUIRED:
    case LT_MODE_BUZZER:
    case LT_MODE_SPEED:
    case LT_MODE_TIEBREAK:
    case LT_MODE_TIMED:
    case LT_MODE_SURVIVAL:
    case LT_MODE_DUEL:
    case LT_MODES:
        break;
    }
    if (r->score.speed)
        right_c = (right_c + 50) / 100 * 100; /* whole points */
    return r->policy == LT_POLICY_SUM ? right_c * LT_MEMBERS_MAX : right_c;
}

/* Negative: the most that it can take. Armed again after a draw's doubt, a question can see a
 * second foul; somebody who fouled once may still answer wrongly. */
static int64_t question_min_c(const struct lt_sheet *s, const struct lt_round_rule *r)
{
    int fouls = s->doubt == LT_DOUBT_REARM ? 2 : 1;

    if (r->mode == LT_MODE_WAGER)
        return -r->stakes_c[r->n_stakes - 1];
    if (r->mode == LT_MODE_BUZZER)
        return r->score.wrong_c + fouls * r->buzzer.foul_c;
    return r->policy == LT_POLICY_SUM ? r->score.wrong_c * LT_MEMBERS_MAX : r->score.wrong_c;
}

static int64_t round_max_c(const struct lt_round_rule *r)
{
    int64_t sum_c = r->n_questions * question_max_c(r);

    for (int i = 1; i < r->n_questions; i++)
        sum_c += r->score.streak_c * (i < r->score.streak_max ? i : r->score.streak_max);
    return sum_c;
}

/* A stake is points that a team puts at risk: one that no team could have when the round begins,
 * even if it had won all there was, is a mistake. */
static void check_stakes(struct problems *p, const struct lt_round_rule *r, int i, int64_t most_c)
{
    int64_t most = most_c > 0 ? most_c / 100 : 0;
    char path[PATH_BYTES];

    for (int k = 0; k < r->n_stakes; k++)
        if (r->stakes_c[k] > most_c)
            problem_with(p, path_of(path, "rounds[%d].stakes[%d]", i, k), R_STAKE_TOO_HIGH, "max",
                         most);
}

/* Follow the extremes from round to round; who starts anew starts from the beginning. */
static void check_points(struct problems *p, const struct lt_sheet *s, int64_t quantum_us)
{
    struct lt_place most = {.points_c = s->start_points_c}, least = most;
    int64_t packed;
    bool fits = true;

    for (int i = 0; i < s->n_rounds; i++) {
        const struct lt_round_rule *r = &s->rounds[i];

        check_stakes(p, r, i, most.points_c);
        most.points_c += round_max_c(r);
        least.points_c += r->n_questions * question_min_c(s, r);
        fits = fits && lt_board_pack(&most, quantum_us, &packed) == LT_OK &&
               lt_board_pack(&least, quantum_us, &packed) == LT_OK;
        if (r->reset)
            most.points_c = least.points_c = s->start_points_c;
    }
    if (!fits)
        problem(p, "rounds", R_BUDGET_POINTS);
}

/* ---- how many teams ------------------------------------------------------------------------- */

/* How many teams are in the contest, at most: by group, and in all once groups are no more told
 * apart. */
struct field {
    int group[LT_GROUPS_MAX + 1]; /* of the largest draw; 0: all teams */
    int n_groups;
};

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* Who takes part in a round, and what its advancement leaves. */
static int take_part(struct field *f, const struct lt_round_rule *r)
{
    int part = f->group[r->group], left = r->advance > 0 ? least_of(part, r->advance) : part;

    if (r->group == 0) {
        f->group[0] = left;
        for (int g = 1; g <= f->n_groups; g++)
            f->group[g] = least_of(f->group[g], left);
        return part;
    }
    f->group[r->group] = left;
    part -= left;
    f->group[0] -= least_of(part, f->group[0]);
    return part + left;
}

int lt_sheet_check_teams(const struct lt_sheet *s, int n_teams, struct lt_buf *err)
{
    struct field f = {.group = {n_teams}, .n_groups = s->groups};
    char path[PATH_BYTES];
    struct problems p;

    problems_init(&p, err);
    for (int g = 1; g <= s->groups; g++) /* the lot deals them out one by one */
        f.group[g] = n_teams / s->groups + (g <= n_teams % s->groups);
    if (n_teams < s->groups)
        problem_with(&p, "groups", R_TOO_FEW_TEAMS, "min", s->groups);
    for (int i = 0; i < s->n_rounds; i++) {
        const struct lt_round_rule *r = &s->rounds[i];
        int needed = take_part(&f, r) * r->burst;

        if (r->turns != LT_TURNS_ALL && r->n_questions < needed)
            problem_with(&p, path_of(path, "rounds[%d].questions", i), R_TOO_FEW_QUESTIONS, "min",
                         needed);
    }
    return problems_end(&p);
}

/* ---- the board's budget --------------------------------------------------------------------- */

/* A task has no answer, so it takes no answer time; a buzzer's question has the time to press and
 * that to answer. */
static int64_t answer_time_us(const struct lt_sheet *s)
{
    int64_t sum_us = 0;

    for (int i = 0; i < s->n_rounds; i++) {
        const struct lt_round_rule *r = &s->rounds[i];
        int64_t seconds = r->mode == LT_MODE_JURY ? 0 : r->seconds + r->buzzer.answer_seconds;

        sum_us += r->n_questions * seconds * 1000000;
    }
    return sum_us;
}

int64_t lt_sheet_quantum_us(const struct lt_sheet *s)
{
    int64_t q_us = (s->self_paced ? paced_time_us(s) : answer_time_us(s)) / (1 << 17) + 1;

    q_us = (q_us + 999) / 1000 * 1000;
    /* Only where papers add up without an end; there the board's time stands still at its end. */
    return s->self_paced && q_us > QUANTUM_MAX_US ? QUANTUM_MAX_US : q_us;
}

/* One extreme at a time, so that the problem says which it is. */
static void check_budget(struct problems *p, const struct lt_sheet *s)
{
    struct lt_place all = {0}, slow = {0};
    int64_t quantum_us = lt_sheet_quantum_us(s), packed;

    for (int i = 0; i < s->n_rounds; i++)
        if (s->rounds[i].mode != LT_MODE_JURY)
            all.correct += s->rounds[i].n_questions;
    slow.time_us = answer_time_us(s);
    check_points(p, s, quantum_us);
    if (lt_board_pack(&all, quantum_us, &packed))
        problem(p, "rounds", R_BUDGET_QUESTIONS);
    if (quantum_us > QUANTUM_MAX_US || lt_board_pack(&slow, quantum_us, &packed))
        problem(p, "rounds", R_BUDGET_TIME);
}

void check_sheet(struct problems *p, const struct lt_sheet *s, bool given_buzzer)
{
    check_entries(p, s, given_buzzer);
    for (int i = 0; i < s->n_rounds; i++)
        if (s->self_paced)
            check_paced_round(p, s, i);
        else
            check_round(p, s, i);
    check_codes(p, s);
    check_boards(p, s);
    if (s->self_paced)
        check_paced_budget(p, s);
    else
        check_budget(p, s);
}

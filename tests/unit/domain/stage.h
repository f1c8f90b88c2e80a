/* A contest on a stage: an engine with the sheet of the running test, and short words for who does
 * what. Times are in microseconds of cluster time, S is a second. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"

#include <string.h>

#define S INT64_C(1000000)
enum { HOST = 7, OTHER_HOST = 8 };

static struct lt_sheet sheet;
static struct lt_engine e; /* the contest of the running test */
static struct lt_plan plan;
static struct lt_record last; /* what the last input came to, if anything */
static int64_t clock_us = 1000 * S;

static inline void sheet_read(const char *json)
{
    struct lt_buf err;

    lt_buf_init(&err, LT_SHEET_BYTES);
    if (lt_sheet_parse(json, strlen(json), &sheet, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&err);
}

static inline void curtain(const char *json)
{
    sheet_read(json);
    lt_engine_init(&e, &sheet);
    clock_us = 1000 * S;
}

/* Give an input; what is decided is applied. Deciding changes nothing. */
static inline int give(struct lt_input in, bool *ret_has)
{
    static struct lt_engine before;
    int err;

    before = e;
    err = lt_engine_decide(&e, &in, &last, ret_has);
    assert_memory_equal(&before, &e, sizeof e);
    if (err)
        assert_false(*ret_has);
    if (!*ret_has)
        return err;
    assert_int_equal(last.seq, e.seq + 1);
    assert_int_equal(last.at_us, in.now_us);
    assert_int_equal(lt_engine_apply(&e, &last), LT_OK);
    assert_int_equal(e.seq, last.seq);
    return err;
}

static inline struct lt_input input(enum lt_action a, int64_t by)
{
    return (struct lt_input){.kind = LT_IN_COMMAND,
                             .now_us = clock_us,
                             .action = a,
                             .expect_q = LT_EXPECT_ANY,
                             .by = by,
                             .staff = by == HOST || by == OTHER_HOST,
                             .qi = -1};
}

/* The three ways in which an input can end. */
static inline void does_input(struct lt_input in)
{
    bool has;
    int err = give(in, &has);

    if (err || !has)
        fail_msg("%s: %s", lt_action_name(in.action), err ? lt_err_wire(err) : "nothing to do");
}

static inline void holds_input(struct lt_input in)
{
    bool has;
    int err = give(in, &has);

    if (err || has)
        fail_msg("%s: %s", lt_action_name(in.action), err ? lt_err_wire(err) : "done");
}

static inline void refuses_input(struct lt_input in, int want)
{
    bool has;
    int err = give(in, &has);

    if (err != want)
        fail_msg("%s: %s, not %s", lt_action_name(in.action), err ? lt_err_wire(err) : "ok",
                 lt_err_wire(want));
}

static inline void does(enum lt_action a)
{
    does_input(input(a, HOST));
}

static inline void holds(enum lt_action a)
{
    holds_input(input(a, HOST));
}

static inline void refuses(enum lt_action a, int err)
{
    refuses_input(input(a, HOST), err);
}

/* Done once, and done already when it comes again. */
static inline void does_once(enum lt_action a)
{
    int saw = e.qi < 0 ? LT_EXPECT_BEFORE_FIRST : e.qi;
    struct lt_input in = input(a, HOST);

    in.expect_q = saw;
    does_input(in);
    holds_input(in);
}

static inline bool tick(int64_t now_us)
{
    bool has;

    clock_us = now_us;
    assert_int_equal(give((struct lt_input){.kind = LT_IN_TIME, .now_us = now_us}, &has), LT_OK);
    return has;
}

static inline int tally(int answered, int correct, bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_TALLY,
                                  .now_us = clock_us,
                                  .answered = answered,
                                  .correct = correct,
                                  .dist = {answered},
                                  .digest = "d1"},
                ret_has);
}

static inline void tallied(int answered, int correct)
{
    bool has;

    assert_int_equal(tally(answered, correct, &has), LT_OK);
    assert_true(has);
}

/* Teams 1 … n; the captain of team t is person 10·t, its members 10·t + 1, …; the lot leaves them in
 * some order. */
static inline struct lt_input lot_of(int n)
{
    static struct lt_team_in teams[LT_TEAMS_MAX];
    struct lt_input in = input(LT_ACT_LOT, HOST);

    for (int i = 0; i < n; i++)
        teams[i] = (struct lt_team_in){.entry = i + 1, .captain = 10 * (i + 1)};
    in.teams = teams;
    in.n_teams = n;
    in.random = 5;
    return in;
}

static inline void start(int n_teams)
{
    does(LT_ACT_LOBBY);
    if (n_teams > 0)
        does_input(lot_of(n_teams));
    does(LT_ACT_START);
}

static inline struct lt_input planned(enum lt_action a, int qi, int n, int64_t turn)
{
    struct lt_input in = input(a, HOST);

    memset(&plan, 0, sizeof plan);
    plan.qi = qi;
    plan.n = n;
    plan.turn = turn;
    in.plan = &plan;
    return in;
}

/* Question qi is announced to all, or to the team whose turn it is. */
static inline void arm(int qi, int64_t turn)
{
    does_input(planned(LT_ACT_NEXT, qi, 1, turn));
}

static inline void open_at(int64_t now_us)
{
    clock_us = now_us;
    does(LT_ACT_OPEN);
}

static inline struct lt_input of_team(enum lt_action a, int64_t entry, int64_t value)
{
    struct lt_input in = input(a, 10 * entry);

    in.entry = entry;
    in.value = value;
    return in;
}

/* A press that reached the server at clock_us. */
static inline struct lt_input press_of(int64_t entry)
{
    struct lt_input in = of_team(LT_ACT_PRESS, entry, 0);

    in.evidence = (struct lt_evidence){.arrival_us = clock_us,
                                       .elapsed_us = -1,
                                       .rtt_min_us = -1,
                                       .rtt_max_us = -1,
                                       .claim_us = -1};
    return in;
}

static inline void press_at(int64_t entry, int64_t now_us)
{
    clock_us = now_us;
    does_input(press_of(entry));
    assert_int_equal(last.kind, LT_REC_PRESS);
}

static inline struct lt_input verdict_of(bool right)
{
    struct lt_input in = input(LT_ACT_VERDICT, HOST);

    in.value = right;
    return in;
}

static inline const struct lt_team *team(int64_t entry)
{
    const struct lt_team *t = lt_engine_team(&e, entry);

    assert_non_null(t);
    return t;
}

static inline int accepts(int qi, int64_t entry, int64_t now_us)
{
    int64_t used_us;

    return lt_engine_accepts(&e, qi, entry, now_us, &used_us);
}

/* The record is refused, and not a byte of the state has changed. */
static inline void assert_corrupt(const struct lt_record *r, int err)
{
    static struct lt_engine before;

    before = e;
    assert_int_equal(lt_engine_apply(&e, r), err);
    assert_memory_equal(&before, &e, sizeof e);
}

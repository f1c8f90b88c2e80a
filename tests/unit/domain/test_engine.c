/* The engine: which input does what in which state, and that a pause, a takeover or a double click
 * harms nothing. Times are in seconds in the helpers: one question takes 20 s, the grace is 0.3 s.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"

#include <string.h>

enum { S = 1000000, GRACE = 300000, QUESTIONS = 3 };

static struct lt_sheet sheet;
static struct lt_engine e; /* the contest of the running test */

static int read_sheet(void **state)
{
    static const char json[] = "{\"version\":1,\"grace_ms\":300,\"rounds\":["
                               "{\"title\":\"a\",\"mode\":\"live\",\"questions\":2,\"seconds\":20,"
                               "\"points\":{\"right\":1}},"
                               "{\"title\":\"b\",\"mode\":\"live\",\"questions\":1,\"seconds\":10,"
                               "\"points\":{\"right\":1}}]}";
    struct lt_buf err;
    int result;

    (void)state;
    lt_buf_init(&err, 4096);
    result = lt_sheet_parse(json, strlen(json), &sheet, &err);
    lt_buf_done(&err);
    return result;
}

static int fresh(void **state)
{
    (void)state;
    lt_engine_init(&e, &sheet);
    return 0;
}

/* Give an input; what is decided is applied. Returns the error; *ret_has: something happened. */
static int give(struct lt_input in, bool *ret_has)
{
    struct lt_engine before = e;
    struct lt_record r;
    int err = lt_engine_decide(&e, &in, &r, ret_has);

    assert_memory_equal(&before, &e, sizeof e);
    if (err)
        assert_false(*ret_has);
    if (!*ret_has)
        return err;
    assert_int_equal(r.seq, e.seq + 1);
    assert_int_equal(r.at_us, in.now_us);
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
    assert_int_equal(e.seq, r.seq);
    return err;
}

static int command_expecting(enum lt_action a, int expect_q, int64_t now_us, bool *ret_has)
{
    return give(
        (struct lt_input){
            .kind = LT_IN_COMMAND, .now_us = now_us, .action = a, .expect_q = expect_q, .by = 7},
        ret_has);
}

static void does(enum lt_action a, int64_t now_us)
{
    bool has;

    assert_int_equal(command_expecting(a, LT_EXPECT_ANY, now_us, &has), LT_OK);
    assert_true(has);
}

static void holds(enum lt_action a, int expect_q)
{
    bool has;

    assert_int_equal(command_expecting(a, expect_q, 500 * S, &has), LT_OK);
    assert_false(has);
}

static void refuses(enum lt_action a, int expect_q, int err)
{
    bool has;

    assert_int_equal(command_expecting(a, expect_q, 500 * S, &has), err);
}

static bool tick(int64_t now_us)
{
    bool has;

    assert_int_equal(give((struct lt_input){.kind = LT_IN_TIME, .now_us = now_us}, &has), LT_OK);
    return has;
}

static int tally(int answered, int correct, bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_TALLY,
                                  .now_us = 600 * S,
                                  .answered = answered,
                                  .correct = correct,
                                  .dist = {answered}},
                ret_has);
}

static void tallied(void)
{
    bool has;

    assert_int_equal(tally(5, 3, &has), LT_OK);
    assert_true(has);
}

static int takeover(int64_t now_us, bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_TAKEOVER, .now_us = now_us, .node = 2, .token = 9},
                ret_has);
}

static int finalised(bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_FINALISED, .now_us = 900 * S}, ret_has);
}

static void start(void)
{
    does(LT_ACT_LOBBY, 1 * S);
    does(LT_ACT_START, 2 * S);
}

/* Question 0 open from 100 s to 120 s. */
static void open_first(void)
{
    start();
    does(LT_ACT_NEXT, 90 * S);
    does(LT_ACT_OPEN, 100 * S);
}

static void play(void)
{
    does(LT_ACT_NEXT, 100 * S);
    does(LT_ACT_OPEN, 100 * S);
    does(LT_ACT_CLOSE, 110 * S);
    tallied();
    does(LT_ACT_REVEAL, 111 * S);
}

static void a_contest_is_played_from_draft_to_final(void **state)
{
    bool has;

    (void)state;
    assert_int_equal(e.phase, LT_PHASE_DRAFT);
    assert_int_equal(e.qi, -1);
    start();
    for (int i = 0; i < QUESTIONS; i++) {
        play();
        assert_int_equal(e.qi, i);
        assert_int_equal(e.qstate, LT_Q_REVEALED);
    }
    does(LT_ACT_FINISH, 200 * S);
    does(LT_ACT_FINALISE, 201 * S);
    assert_true(e.finalising);
    assert_int_equal(finalised(&has), LT_OK);
    assert_true(has);
    assert_int_equal(e.phase, LT_PHASE_FINAL);
    assert_false(e.finalising);
    assert_int_equal(e.seq, 2 + 5 * QUESTIONS + 3);
}

static void the_times_of_a_question_come_from_its_round(void **state)
{
    (void)state;
    open_first();
    assert_int_equal(e.opened_us, 100 * S);
    assert_int_equal(e.deadline_us, 120 * S);
    does(LT_ACT_CLOSE, 101 * S);
    assert_int_equal(e.closing_us, 101 * S);
    tallied();
    does(LT_ACT_REVEAL, 111 * S);
    play();
    does(LT_ACT_NEXT, 130 * S);
    assert_int_equal(e.deadline_us, 0);
    assert_int_equal(e.closing_us, 0);
    does(LT_ACT_OPEN, 200 * S);
    assert_int_equal(e.deadline_us, 210 * S);
}

/* Where each command acts, as the header says it; everything else must be refused or hold. */
static void each_command_acts_only_where_it_is_allowed(void **state)
{
    static const struct {
        enum lt_action a;
        unsigned phases, qstates;
    } allowed[] = {
        {LT_ACT_LOBBY, 1u << LT_PHASE_DRAFT, ~0u},
        {LT_ACT_START, 1u << LT_PHASE_LOBBY, ~0u},
        {LT_ACT_NEXT, 1u << LT_PHASE_RUNNING, 1u << LT_Q_NONE | 1u << LT_Q_REVEALED},
        {LT_ACT_OPEN, 1u << LT_PHASE_RUNNING, 1u << LT_Q_ARMED},
        {LT_ACT_CLOSE, 1u << LT_PHASE_RUNNING, 1u << LT_Q_OPEN},
        {LT_ACT_REVEAL, 1u << LT_PHASE_RUNNING, 1u << LT_Q_CLOSED},
        {LT_ACT_PAUSE, 1u << LT_PHASE_RUNNING, ~0u},
        {LT_ACT_RESUME, 1u << LT_PHASE_PAUSED, ~0u},
        {LT_ACT_FINISH, 1u << LT_PHASE_RUNNING, 1u << LT_Q_NONE | 1u << LT_Q_REVEALED},
        {LT_ACT_FINALISE, 1u << LT_PHASE_FINISHED, ~0u},
    };

    (void)state;
    assert_int_equal(sizeof allowed / sizeof *allowed, LT_ACTIONS);
    for (int p = 0; p < LT_PHASES; p++)
        for (int q = 0; q < LT_QSTATES; q++)
            for (int a = 0; a < LT_ACTIONS; a++) {
                struct lt_engine at = {.sheet = &sheet, .seq = 9, .qi = q == LT_Q_NONE ? -1 : 0};
                struct lt_input in = {.kind = LT_IN_COMMAND, .now_us = 5, .expect_q = -1};
                struct lt_record r;
                bool has, want = allowed[a].phases >> p & 1 && allowed[a].qstates >> q & 1;

                at.phase = (enum lt_phase)p;
                at.qstate = (enum lt_qstate)q;
                if (q == LT_Q_OPEN)
                    at.deadline_us = 20 * S;
                in.action = (enum lt_action)a;
                int err = lt_engine_decide(&at, &in, &r, &has);
                assert_int_equal(has, want);
                assert_true(err == LT_OK || (err == LT_EPHASE && !want));
            }
}

static void a_double_click_does_nothing_twice(void **state)
{
    bool has;

    (void)state;
    does(LT_ACT_LOBBY, 1 * S);
    holds(LT_ACT_LOBBY, LT_EXPECT_BEFORE_FIRST);
    does(LT_ACT_START, 2 * S);
    holds(LT_ACT_START, LT_EXPECT_BEFORE_FIRST);
    does(LT_ACT_NEXT, 3 * S);
    holds(LT_ACT_NEXT, LT_EXPECT_BEFORE_FIRST);
    holds(LT_ACT_NEXT, LT_EXPECT_ANY);
    does(LT_ACT_OPEN, 4 * S);
    holds(LT_ACT_OPEN, 0);
    does(LT_ACT_PAUSE, 5 * S);
    holds(LT_ACT_PAUSE, 0);
    does(LT_ACT_RESUME, 6 * S);
    holds(LT_ACT_RESUME, 0);
    does(LT_ACT_CLOSE, 7 * S);
    holds(LT_ACT_CLOSE, 0);
    tallied();
    holds(LT_ACT_CLOSE, 0);
    assert_int_equal(tally(5, 3, &has), LT_OK);
    assert_false(has);
    does(LT_ACT_REVEAL, 8 * S);
    holds(LT_ACT_REVEAL, 0);
    does(LT_ACT_NEXT, 9 * S);
    holds(LT_ACT_NEXT, 0);
    assert_int_equal(e.qi, 1);
}

static void finishing_and_finalising_twice_is_once(void **state)
{
    bool has;

    (void)state;
    start();
    does(LT_ACT_FINISH, 3 * S);
    holds(LT_ACT_FINISH, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_EPHASE);
    does(LT_ACT_FINALISE, 4 * S);
    holds(LT_ACT_FINALISE, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_OK);
    assert_true(has);
    holds(LT_ACT_FINALISE, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_OK);
    assert_false(has);
    refuses(LT_ACT_RESUME, LT_EXPECT_ANY, LT_EPHASE);
    refuses(LT_ACT_FINISH, LT_EXPECT_ANY, LT_EPHASE);
}

static void a_command_for_another_question_is_stale(void **state)
{
    (void)state;
    open_first();
    refuses(LT_ACT_CLOSE, LT_EXPECT_BEFORE_FIRST, LT_ESTALE);
    refuses(LT_ACT_CLOSE, 1, LT_ESTALE);
    refuses(LT_ACT_OPEN, 1, LT_ESTALE);
    refuses(LT_ACT_PAUSE, 2, LT_ESTALE);
    does(LT_ACT_CLOSE, 101 * S);
    tallied();
    does(LT_ACT_REVEAL, 102 * S);
    refuses(LT_ACT_NEXT, LT_EXPECT_BEFORE_FIRST, LT_ESTALE);
    does(LT_ACT_NEXT, 103 * S);
    does(LT_ACT_OPEN, 104 * S);
    refuses(LT_ACT_CLOSE, 0, LT_ESTALE); /* a late click must not close the next question */
    refuses(LT_ACT_NEXT, 0, LT_ESTALE);
    assert_int_equal(e.qstate, LT_Q_OPEN);
}

static void next_does_not_skip_an_armed_question(void **state)
{
    (void)state;
    start();
    does(LT_ACT_NEXT, 3 * S);
    refuses(LT_ACT_NEXT, 0, LT_EPHASE);
    assert_int_equal(e.qi, 0);
}

static void after_the_last_question_there_is_no_next(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < QUESTIONS; i++)
        play();
    refuses(LT_ACT_NEXT, LT_EXPECT_ANY, LT_ENOQUESTION);
}

static void the_wire_number_becomes_an_expectation(void **state)
{
    (void)state;
    assert_int_equal(lt_engine_expect(false, 3), LT_EXPECT_ANY);
    assert_int_equal(lt_engine_expect(true, 0), LT_EXPECT_BEFORE_FIRST);
    assert_int_equal(lt_engine_expect(true, 1), 0);
    assert_int_equal(lt_engine_expect(true, 12), 11);
}

static void a_question_cannot_be_revealed_before_its_tally(void **state)
{
    (void)state;
    open_first();
    refuses(LT_ACT_REVEAL, 0, LT_EPHASE);
    does(LT_ACT_CLOSE, 101 * S);
    refuses(LT_ACT_REVEAL, 0, LT_EPHASE);
    tallied();
    assert_int_equal(e.answered, 5);
    assert_int_equal(e.correct, 3);
    assert_int_equal(e.dist[0], 5);
    does(LT_ACT_REVEAL, 102 * S);
    does(LT_ACT_NEXT, 103 * S);
    assert_int_equal(e.answered + e.correct + e.dist[0], 0);
}

static void an_event_cannot_finish_over_a_question(void **state)
{
    (void)state;
    start();
    does(LT_ACT_NEXT, 3 * S);
    refuses(LT_ACT_FINISH, 0, LT_EPHASE);
    does(LT_ACT_OPEN, 4 * S);
    refuses(LT_ACT_FINISH, 0, LT_EPHASE);
    does(LT_ACT_CLOSE, 5 * S);
    refuses(LT_ACT_FINISH, 0, LT_EPHASE);
    tallied();
    refuses(LT_ACT_FINISH, 0, LT_EPHASE);
    does(LT_ACT_REVEAL, 6 * S);
    does(LT_ACT_FINISH, 7 * S);
}

static void a_question_closes_when_deadline_and_grace_are_over(void **state)
{
    (void)state;
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    open_first();
    assert_int_equal(lt_engine_next_us(&e), 120 * S + GRACE);
    assert_false(tick(120 * S));
    assert_false(tick(120 * S + GRACE - 1));
    assert_true(tick(120 * S + GRACE));
    assert_int_equal(e.qstate, LT_Q_CLOSING);
    assert_int_equal(e.closing_us, 120 * S + GRACE);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_false(tick(999 * S));
}

static void a_deadline_missed_for_minutes_closes_at_once(void **state)
{
    bool has;

    (void)state;
    open_first();
    assert_int_equal(takeover(400 * S, &has), LT_OK);
    assert_true(lt_engine_next_us(&e) <= 400 * S);
    assert_true(tick(400 * S));
    assert_int_equal(e.qstate, LT_Q_CLOSING);
}

static void the_clock_stands_still_while_paused(void **state)
{
    (void)state;
    open_first();
    does(LT_ACT_PAUSE, 105 * S);
    assert_int_equal(e.paused_us, 105 * S);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_false(tick(300 * S));
    does(LT_ACT_RESUME, 165 * S);
    assert_int_equal(e.opened_us, 160 * S);
    assert_int_equal(e.deadline_us, 180 * S);
    assert_int_equal(e.paused_us, 0);
    does(LT_ACT_PAUSE, 170 * S);
    does(LT_ACT_RESUME, 171 * S);
    assert_int_equal(e.deadline_us, 181 * S);
    assert_true(tick(181 * S + GRACE));
}

static void a_pause_outside_a_question_moves_no_time(void **state)
{
    (void)state;
    start();
    does(LT_ACT_PAUSE, 3 * S);
    refuses(LT_ACT_NEXT, LT_EXPECT_ANY, LT_EPHASE);
    does(LT_ACT_RESUME, 9 * S);
    does(LT_ACT_NEXT, 10 * S);
    does(LT_ACT_PAUSE, 11 * S);
    refuses(LT_ACT_OPEN, 0, LT_EPHASE);
    does(LT_ACT_RESUME, 60 * S);
    assert_int_equal(e.opened_us, 0);
    does(LT_ACT_OPEN, 100 * S);
    assert_int_equal(e.deadline_us, 120 * S);
    does(LT_ACT_CLOSE, 101 * S);
    does(LT_ACT_PAUSE, 102 * S);
    does(LT_ACT_RESUME, 200 * S);
    assert_int_equal(e.deadline_us, 120 * S);
}

static void a_closing_question_is_tallied_though_paused(void **state)
{
    (void)state;
    open_first();
    does(LT_ACT_CLOSE, 105 * S);
    does(LT_ACT_PAUSE, 106 * S);
    tallied();
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.phase, LT_PHASE_PAUSED);
    refuses(LT_ACT_REVEAL, 0, LT_EPHASE);
    does(LT_ACT_RESUME, 107 * S);
    does(LT_ACT_REVEAL, 108 * S);
}

static void a_clock_that_runs_backwards_moves_no_deadline_back(void **state)
{
    (void)state;
    open_first();
    does(LT_ACT_PAUSE, 110 * S);
    does(LT_ACT_RESUME, 109 * S); /* another node's clock */
    assert_int_equal(e.deadline_us, 120 * S);
    does(LT_ACT_PAUSE, 99 * S); /* before the opening */
    does(LT_ACT_RESUME, 130 * S);
    assert_int_equal(e.opened_us, 130 * S);
    assert_int_equal(e.deadline_us, 150 * S);
}

static void a_new_driver_may_come_in_every_state_but_final(void **state)
{
    int states = 0;
    bool has;

    (void)state;
    for (int p = 0; p < LT_PHASES; p++)
        for (int q = 0; q < LT_QSTATES; q++) {
            lt_engine_init(&e, &sheet);
            e.phase = (enum lt_phase)p;
            e.qstate = (enum lt_qstate)q;
            e.qi = q == LT_Q_NONE ? -1 : 1;
            e.seq = 40;
            struct lt_engine before = e;
            if (p == LT_PHASE_FINAL) {
                assert_int_equal(takeover(5, &has), LT_EPHASE);
                continue;
            }
            assert_int_equal(takeover(5, &has), LT_OK);
            assert_true(has);
            before.seq = 41; /* nothing else changes */
            assert_memory_equal(&before, &e, sizeof e);
            states++;
        }
    assert_int_equal(states, 30);
}

static void inputs_that_no_driver_could_mean_are_refused(void **state)
{
    struct lt_input bad[] = {
        {.kind = LT_IN_TIME, .now_us = -1},
        {.kind = LT_IN_TIME, .now_us = LT_TIME_MAX_US},
        {.kind = LT_IN_TAKEOVER, .node = 0, .token = 1},
        {.kind = LT_IN_TAKEOVER, .node = 1, .token = 0},
        {.kind = LT_IN_TALLY, .answered = -1},
        {.kind = LT_IN_TALLY, .answered = 1, .correct = 2},
        {.kind = LT_IN_TALLY, .answered = 1, .dist = {0, 2}},
        {.kind = LT_IN_TALLY, .answered = 1, .dist = {0, -1}},
        {.kind = LT_IN_COMMAND, .action = LT_ACTIONS},
        {.kind = LT_IN_COMMAND, .by = -1},
        {.kind = (enum lt_input_kind)99},
    };
    bool has;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(give(bad[i], &has), LT_ERANGE);
        assert_int_equal(e.seq, 0);
    }
}

static void answers_are_accepted_until_deadline_and_grace(void **state)
{
    int64_t used_us = 7;

    (void)state;
    open_first();
    assert_int_equal(lt_engine_accepts(&e, 0, 100 * S, &used_us), LT_OK);
    assert_int_equal(used_us, 0);
    assert_int_equal(lt_engine_accepts(&e, 0, 104 * S + 5, &used_us), LT_OK);
    assert_int_equal(used_us, 4 * S + 5);
    assert_int_equal(lt_engine_accepts(&e, 0, 120 * S + GRACE, &used_us), LT_OK);
    assert_int_equal(used_us, 20 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 99 * S, &used_us), LT_OK); /* a node's clock behind */
    assert_int_equal(used_us, 0);
    used_us = 7;
    assert_int_equal(lt_engine_accepts(&e, 0, 120 * S + GRACE + 1, &used_us), LT_ECLOSED);
    assert_int_equal(used_us, 7);
}

static void answers_are_refused_by_what_the_question_is_in(void **state)
{
    int64_t used_us;

    (void)state;
    assert_int_equal(lt_engine_accepts(&e, 0, 1, &used_us), LT_ENOQUESTION);
    assert_int_equal(lt_engine_accepts(&e, -1, 1, &used_us), LT_ENOQUESTION);
    start();
    does(LT_ACT_NEXT, 90 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 91 * S, &used_us), LT_ENOQUESTION);
    does(LT_ACT_OPEN, 100 * S);
    assert_int_equal(lt_engine_accepts(&e, 1, 101 * S, &used_us), LT_ENOQUESTION);
    does(LT_ACT_PAUSE, 102 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 103 * S, &used_us), LT_EPAUSED);
    does(LT_ACT_RESUME, 112 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 113 * S, &used_us), LT_OK);
    assert_int_equal(used_us, 3 * S); /* the pause does not count */
    does(LT_ACT_CLOSE, 114 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 114 * S, &used_us), LT_ECLOSED);
    tallied();
    assert_int_equal(lt_engine_accepts(&e, 0, 115 * S, &used_us), LT_ECLOSED);
    does(LT_ACT_REVEAL, 116 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, 117 * S, &used_us), LT_ECLOSED);
}

static void assert_corrupt(struct lt_record r, int err)
{
    struct lt_engine before = e;

    assert_int_equal(lt_engine_apply(&e, &r), err);
    assert_memory_equal(&before, &e, sizeof e);
}

static void a_record_out_of_turn_is_a_gap(void **state)
{
    struct lt_record r = {.kind = LT_REC_PHASE, .phase = LT_PHASE_LOBBY};

    (void)state;
    assert_corrupt(r, LT_EGAP);
    r.seq = 2;
    assert_corrupt(r, LT_EGAP);
    r.seq = 1;
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
    assert_corrupt(r, LT_EGAP);
}

static void a_record_that_contradicts_the_state_is_corrupt(void **state)
{
    struct lt_record r = {.seq = 1};

    (void)state;
    for (int k = 0; k < LT_RECORDS; k++) {
        r.kind = (enum lt_record_kind)k;
        r.phase = LT_PHASE_RUNNING; /* draft goes to the lobby only */
        assert_corrupt(r, LT_ERECORD);
    }
    open_first();
    r = (struct lt_record){.seq = e.seq + 1, .at_us = 101 * S};
    r.kind = LT_REC_CLOSING, r.qi = 1;
    assert_corrupt(r, LT_ERECORD);
    r.kind = LT_REC_ARMED, r.qi = 1;
    assert_corrupt(r, LT_ERECORD);
    r.kind = LT_REC_CLOSING, r.qi = 0, r.at_us = -1;
    assert_corrupt(r, LT_ERECORD);
    r.at_us = 101 * S, r.by = -1;
    assert_corrupt(r, LT_ERECORD);
    r.kind = (enum lt_record_kind)77, r.by = 0;
    assert_corrupt(r, LT_ERECORD);
    r.kind = LT_REC_PHASE, r.phase = LT_PHASE_FINISHED;
    assert_corrupt(r, LT_ERECORD);
    r.phase = (enum lt_phase)66;
    assert_corrupt(r, LT_ERECORD);
    r.phase = LT_PHASE_PAUSED, r.opened_us = 5, r.deadline_us = 5 + 20 * S;
    assert_corrupt(r, LT_ERECORD);
}

static void a_resume_that_changes_the_time_left_is_corrupt(void **state)
{
    struct lt_record r = {.kind = LT_REC_PHASE, .phase = LT_PHASE_RUNNING, .at_us = 111 * S};

    (void)state;
    open_first();
    does(LT_ACT_PAUSE, 105 * S);
    r.seq = e.seq + 1;
    assert_corrupt(r, LT_ERECORD);
    r.opened_us = 106 * S, r.deadline_us = 127 * S;
    assert_corrupt(r, LT_ERECORD);
    r.opened_us = 99 * S, r.deadline_us = 119 * S;
    assert_corrupt(r, LT_ERECORD);
    r.opened_us = 106 * S, r.deadline_us = 126 * S;
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
}

static void times_and_tallies_of_a_record_are_checked(void **state)
{
    struct lt_record r = {.kind = LT_REC_OPEN, .at_us = 100 * S, .opened_us = 100 * S};

    (void)state;
    start();
    does(LT_ACT_NEXT, 90 * S);
    r.seq = e.seq + 1;
    r.deadline_us = 121 * S;
    assert_corrupt(r, LT_ERECORD);
    r.opened_us = -S, r.deadline_us = 19 * S;
    assert_corrupt(r, LT_ERECORD);
    does(LT_ACT_OPEN, 100 * S);
    does(LT_ACT_CLOSE, 101 * S);
    r = (struct lt_record){.seq = e.seq + 1, .kind = LT_REC_CLOSED, .answered = 2, .correct = 3};
    assert_corrupt(r, LT_ERECORD);
    r.correct = 1, r.dist[7] = 3;
    assert_corrupt(r, LT_ERECORD);
}

static void names_are_those_of_the_protocol(void **state)
{
    static const char *const phases[] = {"draft",  "lobby",    "running",
                                         "paused", "finished", "final"};
    static const char *const qstates[] = {"none", "armed", "open", "closing", "closed", "revealed"};
    enum lt_action a;

    (void)state;
    for (int i = 0; i < LT_PHASES; i++)
        assert_string_equal(lt_phase_name((enum lt_phase)i), phases[i]);
    for (int i = 0; i < LT_QSTATES; i++)
        assert_string_equal(lt_qstate_name((enum lt_qstate)i), qstates[i]);
    for (int i = 0; i < LT_ACTIONS; i++) {
        assert_true(lt_action_parse(lt_action_name((enum lt_action)i), &a));
        assert_int_equal(a, i);
    }
    assert_false(lt_action_parse("Start", &a));
    assert_string_equal(lt_phase_name(LT_PHASES), "");
    assert_string_equal(lt_qstate_name(LT_QSTATES), "");
    assert_string_equal(lt_action_name(LT_ACTIONS), "");
}

#define T(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_contest_is_played_from_draft_to_final),
        T(the_times_of_a_question_come_from_its_round),
        T(each_command_acts_only_where_it_is_allowed),
        T(a_double_click_does_nothing_twice),
        T(finishing_and_finalising_twice_is_once),
        T(a_command_for_another_question_is_stale),
        T(next_does_not_skip_an_armed_question),
        T(after_the_last_question_there_is_no_next),
        T(the_wire_number_becomes_an_expectation),
        T(a_question_cannot_be_revealed_before_its_tally),
        T(an_event_cannot_finish_over_a_question),
        T(a_question_closes_when_deadline_and_grace_are_over),
        T(a_deadline_missed_for_minutes_closes_at_once),
        T(the_clock_stands_still_while_paused),
        T(a_pause_outside_a_question_moves_no_time),
        T(a_closing_question_is_tallied_though_paused),
        T(a_clock_that_runs_backwards_moves_no_deadline_back),
        T(a_new_driver_may_come_in_every_state_but_final),
        T(inputs_that_no_driver_could_mean_are_refused),
        T(answers_are_accepted_until_deadline_and_grace),
        T(answers_are_refused_by_what_the_question_is_in),
        T(a_record_out_of_turn_is_a_gap),
        T(a_record_that_contradicts_the_state_is_corrupt),
        T(a_resume_that_changes_the_time_left_is_corrupt),
        T(times_and_tallies_of_a_record_are_checked),
        T(names_are_those_of_the_protocol),
    };

    return cmocka_run_group_tests(tests, read_sheet, NULL);
}

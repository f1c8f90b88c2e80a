/* Deadlines, pauses, and until when answers are accepted. */
#include "quiz.h"

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
    does_at(LT_ACT_PAUSE, 105 * S);
    assert_int_equal(e.paused_us, 105 * S);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_false(tick(300 * S));
    does_at(LT_ACT_RESUME, 165 * S);
    assert_int_equal(e.opened_us, 160 * S);
    assert_int_equal(e.deadline_us, 180 * S);
    assert_int_equal(e.paused_us, 0);
    does_at(LT_ACT_PAUSE, 170 * S);
    does_at(LT_ACT_RESUME, 171 * S);
    assert_int_equal(e.deadline_us, 181 * S);
    assert_true(tick(181 * S + GRACE));
}

static void a_pause_outside_a_question_moves_no_time(void **state)
{
    (void)state;
    begin();
    does_at(LT_ACT_PAUSE, 3 * S);
    refuses_seen(LT_ACT_NEXT, LT_EXPECT_ANY, LT_EPHASE);
    does_at(LT_ACT_RESUME, 9 * S);
    does_at(LT_ACT_NEXT, 10 * S);
    does_at(LT_ACT_PAUSE, 11 * S);
    refuses_seen(LT_ACT_OPEN, 0, LT_EPHASE);
    does_at(LT_ACT_RESUME, 60 * S);
    assert_int_equal(e.opened_us, 0);
    does_at(LT_ACT_OPEN, 100 * S);
    assert_int_equal(e.deadline_us, 120 * S);
    does_at(LT_ACT_CLOSE, 101 * S);
    does_at(LT_ACT_PAUSE, 102 * S);
    does_at(LT_ACT_RESUME, 200 * S);
    assert_int_equal(e.deadline_us, 120 * S);
}

static void a_closing_question_is_tallied_though_paused(void **state)
{
    (void)state;
    open_first();
    does_at(LT_ACT_CLOSE, 105 * S);
    does_at(LT_ACT_PAUSE, 106 * S);
    tallied(5, 3);
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.phase, LT_PHASE_PAUSED);
    refuses_seen(LT_ACT_REVEAL, 0, LT_EPHASE);
    does_at(LT_ACT_RESUME, 107 * S);
    does_at(LT_ACT_REVEAL, 108 * S);
}

static void a_clock_that_runs_backwards_moves_no_deadline_back(void **state)
{
    (void)state;
    open_first();
    does_at(LT_ACT_PAUSE, 110 * S);
    does_at(LT_ACT_RESUME, 109 * S); /* another node's clock */
    assert_int_equal(e.deadline_us, 120 * S);
    does_at(LT_ACT_PAUSE, 99 * S); /* before the opening */
    does_at(LT_ACT_RESUME, 130 * S);
    assert_int_equal(e.opened_us, 130 * S);
    assert_int_equal(e.deadline_us, 150 * S);
}

static void answers_are_accepted_until_deadline_and_grace(void **state)
{
    int64_t used_us = 7;

    (void)state;
    open_first();
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 100 * S, &used_us), LT_OK);
    assert_int_equal(used_us, 0);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 104 * S + 5, &used_us), LT_OK);
    assert_int_equal(used_us, 4 * S + 5);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 120 * S + GRACE, &used_us), LT_OK);
    assert_int_equal(used_us, 20 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 99 * S, &used_us),
                     LT_OK); /* a node's clock behind */
    assert_int_equal(used_us, 0);
    used_us = 7;
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 120 * S + GRACE + 1, &used_us), LT_ECLOSED);
    assert_int_equal(used_us, 7);
}

static void answers_are_refused_by_what_the_question_is_in(void **state)
{
    int64_t used_us;

    (void)state;
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 1, &used_us), LT_ENOQUESTION);
    assert_int_equal(lt_engine_accepts(&e, -1, PERSON, 1, &used_us), LT_ENOQUESTION);
    begin();
    does_at(LT_ACT_NEXT, 90 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 91 * S, &used_us), LT_ENOQUESTION);
    does_at(LT_ACT_OPEN, 100 * S);
    assert_int_equal(lt_engine_accepts(&e, 1, PERSON, 101 * S, &used_us), LT_ENOQUESTION);
    does_at(LT_ACT_PAUSE, 102 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 103 * S, &used_us), LT_EPAUSED);
    does_at(LT_ACT_RESUME, 112 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 113 * S, &used_us), LT_OK);
    assert_int_equal(used_us, 3 * S); /* the pause does not count */
    does_at(LT_ACT_CLOSE, 114 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 114 * S, &used_us), LT_ECLOSED);
    tallied(5, 3);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 115 * S, &used_us), LT_ECLOSED);
    does_at(LT_ACT_REVEAL, 116 * S);
    assert_int_equal(lt_engine_accepts(&e, 0, PERSON, 117 * S, &used_us), LT_ECLOSED);
}

static void more_time_is_given_in_whole_seconds(void **state)
{
    (void)state;
    open_first();
    for (int i = 0; i < 4; i++) {
        struct lt_input in = input(LT_ACT_EXTEND, HOST);

        in.value = (const int[]){0, -5, 601, 1 << 30}[i];
        refuses_input(in, LT_ERANGE);
    }
    struct lt_input in = input(LT_ACT_EXTEND, HOST);
    in.value = 30;
    does_input(in);
    assert_int_equal(e.opened_us, 100 * S);
    assert_int_equal(e.deadline_us, 150 * S);
    assert_false(tick(149 * S));
    assert_true(tick(150 * S + GRACE));
    refuses_input(in, LT_EPHASE);
}

static void the_times_of_a_question_come_from_its_round(void **state)
{
    (void)state;
    open_first();
    assert_int_equal(e.opened_us, 100 * S);
    assert_int_equal(e.deadline_us, 120 * S);
    does_at(LT_ACT_CLOSE, 101 * S);
    assert_int_equal(e.closing_us, 101 * S);
    tallied(5, 3);
    does_at(LT_ACT_REVEAL, 111 * S);
    play();
    does_at(LT_ACT_NEXT, 130 * S);
    assert_int_equal(e.deadline_us, 0);
    assert_int_equal(e.closing_us, 0);
    does_at(LT_ACT_OPEN, 200 * S);
    assert_int_equal(e.deadline_us, 210 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_question_closes_when_deadline_and_grace_are_over),
        T(a_deadline_missed_for_minutes_closes_at_once),
        T(the_clock_stands_still_while_paused),
        T(a_pause_outside_a_question_moves_no_time),
        T(a_closing_question_is_tallied_though_paused),
        T(a_clock_that_runs_backwards_moves_no_deadline_back),
        T(answers_are_accepted_until_deadline_and_grace),
        T(answers_are_refused_by_what_the_question_is_in),
        T(more_time_is_given_in_whole_seconds),
        T(the_times_of_a_question_come_from_its_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* 抢答: presses, fouls and locks, who holds the question, and to whom it passes. */
#include "stage.h"

#include <stdio.h>

enum { WINDOW = 300000, GRACE = 1000000 };

/* One round of two questions: 20 s to press, 5 s to answer, a foul locks for 3 s, two rebounds. */
static void buzzer(const char *sheet_options, const char *round_options)
{
    char json[1000];

    snprintf(json, sizeof json,
             "{\"version\":1,\"entries\":\"team\",\"grace_ms\":1000,\"buzzer\":{\"window_ms\":300,"
             "\"doubt_ms\":10%s},\"rounds\":[{\"title\":\"b\",\"mode\":\"buzzer\",\"questions\":2,"
             "\"seconds\":20,\"rebounds\":2,\"points\":{\"right\":10}%s}]}",
             sheet_options, round_options);
    curtain(json);
    start(4);
    arm(0, 0);
}

static void by_key(void)
{
    buzzer("", "");
    open_at(100 * S);
}

static void spoken(void)
{
    buzzer("", ",\"judging\":\"judge\"");
    open_at(100 * S);
}

/* The presses that wait are judged. */
static void judged(void)
{
    assert_true(tick(lt_engine_next_us(&e)));
}

static void held_by(int64_t entry)
{
    assert_int_equal(e.qstate, LT_Q_HELD);
    assert_int_equal(e.held, entry);
    assert_int_equal(last.entry, entry);
}

static void the_key_says(bool right)
{
    does_once(LT_ACT_CLOSE);
    assert_int_equal(e.qstate, LT_Q_CLOSING);
    tallied(1, right);
}

static void the_first_press_of_the_window_holds_the_question(void **state)
{
    (void)state;
    by_key();
    press_at(2, 102 * S);
    assert_int_equal(lt_engine_next_us(&e), 102 * S + WINDOW);
    press_at(1, 102 * S + 50000);
    assert_false(tick(102 * S + WINDOW - 1));
    assert_int_equal(e.qstate, LT_Q_OPEN);
    judged();
    held_by(2);
    assert_int_equal(last.n_doubt, 1);
    assert_int_equal(last.random, 0);
    assert_int_equal(e.opened_us, 102 * S + WINDOW);
    assert_int_equal(e.deadline_us, e.opened_us + 5 * S);
    assert_int_equal(e.signal_us, 100 * S);
    assert_int_equal(team(2)->seat.by, 20);
}

static void a_second_press_of_a_team_is_none(void **state)
{
    struct lt_input in;

    (void)state;
    by_key();
    press_at(2, 102 * S);
    holds_input(press_of(2));
    in = press_of(2);
    in.by = 21; /* another phone */
    holds_input(in);
    judged();
    holds_input(press_of(2));
}

static void only_the_holder_may_answer_and_the_key_decides(void **state)
{
    struct lt_input answered;

    (void)state;
    by_key();
    assert_int_equal(accepts(0, 2, 101 * S), LT_ENOTTURN);
    press_at(2, 102 * S);
    judged();
    assert_int_equal(accepts(0, 2, 103 * S), LT_OK);
    assert_int_equal(accepts(0, 1, 103 * S), LT_ENOTTURN);
    assert_int_equal(accepts(0, 99, 103 * S), LT_EOUT);
    refuses_input(verdict_of(true), LT_EPHASE);
    answered = of_team(LT_ACT_ANSWERED, 1, 0);
    refuses_input(answered, LT_EPHASE);
    answered.entry = 2;
    does_input(answered);
    holds_input(answered);
    assert_int_equal(accepts(0, 2, 103 * S), LT_ECLOSED);
    tallied(1, 1);
    assert_int_equal(last.kind, LT_REC_VERDICT);
    assert_int_equal(last.value, 1);
    assert_string_equal(last.digest, "d1");
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.answered, 1);
    assert_int_equal(e.correct, 1);
    assert_true(team(2)->seat.right);
    does_once(LT_ACT_REVEAL);
}

static void who_does_not_answer_in_time_is_wrong(void **state)
{
    (void)state;
    by_key();
    press_at(2, 102 * S);
    judged();
    assert_int_equal(lt_engine_next_us(&e), e.deadline_us + GRACE);
    assert_true(tick(e.deadline_us + GRACE));
    assert_int_equal(e.qstate, LT_Q_CLOSING);
    tallied(0, 0);
    assert_true(team(2)->seat.tried);
    assert_int_equal(e.qstate, LT_Q_OPEN);
}

static void a_wrong_answer_passes_along_the_presses_that_wait(void **state)
{
    (void)state;
    by_key();
    press_at(3, 102 * S);
    press_at(1, 102 * S + 100000);
    judged();
    held_by(3);
    press_at(2, 103 * S); /* while it is held */
    the_key_says(false);
    assert_int_equal(e.qstate, LT_Q_OPEN);
    assert_int_equal(e.rebounds, 1);
    assert_int_equal(e.deadline_us - e.opened_us, 20 * S);
    judged();
    held_by(1);
    the_key_says(false);
    judged();
    held_by(2);
    the_key_says(false); /* two rebounds are all there are */
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.answered, 3);
    assert_int_equal(e.correct, 0);
    assert_false(e.silent);
}

static void who_was_wrong_does_not_get_it_again(void **state)
{
    (void)state;
    by_key();
    press_at(3, 102 * S);
    judged();
    the_key_says(false);
    holds_input(press_of(3)); /* its press was heard */
    press_at(4, 110 * S);
    judged();
    held_by(4);
    the_key_says(true);
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.answered, 2);
    assert_int_equal(e.correct, 1);
}

static void without_rebounds_the_first_answer_ends_it(void **state)
{
    (void)state;
    buzzer("", ",\"judging\":\"judge\",\"answer_seconds\":4");
    sheet.rounds[0].buzzer.rebounds = 0;
    open_at(100 * S);
    press_at(1, 101 * S);
    press_at(2, 101 * S + 50000);
    judged();
    does_input(verdict_of(false));
    assert_int_equal(e.qstate, LT_Q_CLOSED);
}

static void nobody_presses_and_the_question_is_void(void **state)
{
    (void)state;
    by_key();
    assert_int_equal(lt_engine_next_us(&e), 120 * S + GRACE + WINDOW);
    assert_false(tick(120 * S + GRACE));
    assert_true(tick(120 * S + GRACE + WINDOW));
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_true(e.silent);
    assert_int_equal(e.answered, 0);
    does_once(LT_ACT_REVEAL);
    arm(1, 0);
    assert_false(e.silent);
}

static void
a_press_that_came_in_time_counts_whenever_it_is_looked_at_and_a_late_one_never(void **state)
{
    struct lt_input in;

    (void)state;
    by_key();
    clock_us = 125 * S; /* a new driver; the time was over at 120 s */
    in = press_of(2);
    refuses_input(in, LT_ECLOSED);
    in.evidence.arrival_us = 120 * S + GRACE + WINDOW + 1;
    refuses_input(in, LT_ECLOSED);
    in.evidence.arrival_us = 120 * S + GRACE + WINDOW;
    does_input(in);
    in = press_of(3);
    in.evidence.arrival_us = 119 * S;
    does_input(in);
    judged();
    held_by(3);
}

static void the_host_may_end_it_when_nobody_has_pressed(void **state)
{
    (void)state;
    by_key();
    does_once(LT_ACT_CLOSE);
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_true(e.silent);
}

static void a_press_that_waits_is_not_closed_over(void **state)
{
    (void)state;
    by_key();
    press_at(2, 102 * S);
    refuses(LT_ACT_CLOSE, LT_EPHASE);
    judged();
    held_by(2);
    the_key_says(false);
    does(LT_ACT_CLOSE); /* nobody else wants it */
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_false(e.silent);
    assert_int_equal(e.answered, 1);
}

static void a_spoken_answer_is_judged_by_the_host_and_has_no_deadline(void **state)
{
    struct lt_input in;

    (void)state;
    spoken();
    refuses_input(verdict_of(true), LT_EPHASE); /* nobody speaks yet */
    press_at(2, 102 * S);
    judged();
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_int_equal(accepts(0, 2, 103 * S), LT_EPHASE);
    refuses_input(of_team(LT_ACT_ANSWERED, 2, 0), LT_EPHASE);
    in = verdict_of(true);
    in.value = 2;
    refuses_input(in, LT_ERANGE);
    does_input(verdict_of(true));
    assert_int_equal(last.by, HOST);
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    holds_input(verdict_of(true));
    holds_input(verdict_of(false)); /* said already */
    assert_true(team(2)->seat.right);
}

static void a_speaker_is_judged_and_not_cut_off(void **state)
{
    (void)state;
    spoken();
    press_at(2, 102 * S);
    judged();
    refuses(LT_ACT_CLOSE, LT_EPHASE);
    assert_int_equal(e.qstate, LT_Q_HELD);
}

/* ---- fouls ---------------------------------------------------------------------------------- */

static void a_press_before_the_signal_is_a_foul_and_locks(void **state)
{
    (void)state;
    buzzer("", ",\"foul\":{\"points\":-10,\"lock_seconds\":3}");
    clock_us = 90 * S;
    does_input(press_of(2));
    assert_true(last.foul);
    assert_int_equal(last.value, -1000);
    holds_input(press_of(2)); /* once */
    open_at(100 * S);
    clock_us = 102 * S;
    refuses_input(press_of(2), LT_ELOCKED);
    press_at(2, 103 * S);
    assert_false(last.foul);
    judged();
    held_by(2);
}

static void a_foul_may_cost_the_whole_question(void **state)
{
    (void)state;
    buzzer("", ",\"foul\":{\"points\":-10,\"lock_seconds\":0}");
    does_input(press_of(2));
    open_at(2000 * S);
    clock_us = 2019 * S;
    refuses_input(press_of(2), LT_ELOCKED);
    does(LT_ACT_CLOSE);
    does(LT_ACT_REVEAL);
    arm(1, 0);
    open_at(3000 * S);
    press_at(2, 3001 * S);
}

static void a_press_from_before_the_signal_is_a_foul_whenever_it_is_looked_at(void **state)
{
    struct lt_input in;

    (void)state;
    buzzer("", ",\"foul\":{\"points\":-10,\"lock_seconds\":1}");
    open_at(100 * S);
    in = press_of(2);
    in.evidence.arrival_us = 100 * S - 1;
    in.now_us = 102 * S; /* its lock would be over */
    does_input(in);
    assert_true(last.foul);
    holds_input(in); /* one foul a question */
    press_at(2, 103 * S);
    assert_false(last.foul);
}

/* ---- doubt ---------------------------------------------------------------------------------- */

static void presses_too_close_to_tell_are_drawn_on_record(void **state)
{
    struct lt_input in = {.kind = LT_IN_TIME, .random = 3};
    bool has;

    (void)state;
    by_key();
    press_at(3, 102 * S);
    press_at(1, 102 * S + 9000);
    press_at(4, 102 * S + 11000);
    in.now_us = clock_us = lt_engine_next_us(&e);
    assert_int_equal(give(in, &has), LT_OK);
    assert_true(has);
    assert_int_equal(last.kind, LT_REC_HELD);
    assert_int_equal(last.n_doubt, 2);
    assert_int_equal(last.random, 3);
    held_by(3); /* of 1 and 3, in order of their ids, number 3 mod 2 */
}

static void presses_too_close_to_tell_may_arm_it_again(void **state)
{
    (void)state;
    buzzer(",\"doubt\":\"rearm\"", ",\"foul\":{\"points\":-10,\"lock_seconds\":3}");
    clock_us = 90 * S;
    does_input(press_of(4)); /* a foul stays one */
    open_at(100 * S);
    press_at(2, 101 * S);
    judged();
    the_key_says(false);
    press_at(3, 105 * S);
    press_at(1, 105 * S + 9000);
    judged();
    assert_int_equal(last.kind, LT_REC_ARMED);
    assert_true(last.again);
    assert_int_equal(e.qstate, LT_Q_ARMED);
    assert_int_equal(e.qi, 0);
    assert_int_equal(e.rebounds, 1);
    assert_false(team(3)->seat.pressed);
    holds_input(press_of(4));               /* locked: not a second foul */
    refuses_input(press_of(2), LT_ELOCKED); /* was wrong */
    open_at(200 * S);
    assert_int_equal(e.signal_us, 200 * S);
    clock_us = 202 * S;
    refuses_input(press_of(4), LT_ELOCKED);
    press_at(4, 203 * S);
    judged();
    held_by(4);
}

/* ---- pauses --------------------------------------------------------------------------------- */

static void a_pause_moves_the_signal_and_the_locks(void **state)
{
    (void)state;
    buzzer("", ",\"foul\":{\"points\":-10,\"lock_seconds\":3}");
    clock_us = 90 * S;
    does_input(press_of(2));
    open_at(100 * S);
    clock_us = 101 * S;
    does_once(LT_ACT_PAUSE);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    refuses_input(press_of(1), LT_EPHASE);
    clock_us = 151 * S;
    does_once(LT_ACT_RESUME);
    assert_int_equal(e.signal_us, 150 * S);
    assert_int_equal(e.opened_us, 150 * S);
    assert_int_equal(e.deadline_us, 170 * S);
    assert_int_equal(team(2)->seat.lock_us, 153 * S);
    clock_us = 152 * S;
    refuses_input(press_of(2), LT_ELOCKED);
    press_at(1, 152 * S);
    assert_int_equal(last.used_us, 2 * S);
}

static void a_lock_for_the_whole_question_stays_one_over_a_pause(void **state)
{
    (void)state;
    buzzer("", ",\"foul\":{\"points\":-10,\"lock_seconds\":0}");
    does_input(press_of(2));
    open_at(2000 * S);
    does(LT_ACT_PAUSE);
    clock_us += 5 * S;
    does(LT_ACT_RESUME);
    assert_int_equal(team(2)->seat.lock_us, INT64_MAX);
}

static void the_holder_keeps_its_time_over_a_pause(void **state)
{
    (void)state;
    by_key();
    press_at(2, 102 * S);
    judged();
    clock_us = e.opened_us + 2 * S;
    does(LT_ACT_PAUSE);
    assert_int_equal(accepts(0, 2, clock_us), LT_EPAUSED);
    clock_us += 60 * S;
    does(LT_ACT_RESUME);
    assert_int_equal(e.deadline_us - clock_us, 3 * S);
    assert_int_equal(accepts(0, 2, clock_us + 3 * S), LT_OK);
}

static void a_verdict_of_the_key_may_come_while_paused(void **state)
{
    (void)state;
    by_key();
    press_at(2, 102 * S);
    judged();
    does(LT_ACT_CLOSE);
    does(LT_ACT_PAUSE);
    tallied(1, 0);
    assert_int_equal(e.qstate, LT_Q_OPEN);
    assert_int_equal(e.phase, LT_PHASE_PAUSED);
    clock_us += 30 * S;
    does(LT_ACT_RESUME);
    assert_int_equal(e.deadline_us - clock_us, 20 * S);
}

static void who_is_disqualified_holds_nothing_more(void **state)
{
    struct lt_input in = input(LT_ACT_DISQUALIFY, HOST);

    (void)state;
    by_key();
    press_at(2, 102 * S);
    press_at(3, 102 * S + 100000);
    in = input(LT_ACT_DISQUALIFY, HOST);
    in.entry = 2;
    in.reason = "two phones in one hand";
    does_input(in);
    refuses_input(press_of(2), LT_EOUT);
    judged();
    held_by(3);
}

static void a_clients_claim_that_no_clock_can_show_is_refused(void **state)
{
    struct lt_input in;

    (void)state;
    by_key();
    clock_us = 101 * S;
    for (int i = 0; i < 3; i++) {
        in = press_of(1);
        in.evidence.claim_us = (const int64_t[]){INT64_MAX, -2, INT64_MIN}[i];
        refuses_input(in, LT_ERANGE);
    }
    in = press_of(1);
    in.evidence.probes = -1;
    refuses_input(in, LT_ERANGE);
    does_input(press_of(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_press_of_the_window_holds_the_question),
        cmocka_unit_test(a_second_press_of_a_team_is_none),
        cmocka_unit_test(only_the_holder_may_answer_and_the_key_decides),
        cmocka_unit_test(who_does_not_answer_in_time_is_wrong),
        cmocka_unit_test(a_wrong_answer_passes_along_the_presses_that_wait),
        cmocka_unit_test(who_was_wrong_does_not_get_it_again),
        cmocka_unit_test(without_rebounds_the_first_answer_ends_it),
        cmocka_unit_test(nobody_presses_and_the_question_is_void),
        cmocka_unit_test(
            a_press_that_came_in_time_counts_whenever_it_is_looked_at_and_a_late_one_never),
        cmocka_unit_test(the_host_may_end_it_when_nobody_has_pressed),
        cmocka_unit_test(a_press_that_waits_is_not_closed_over),
        cmocka_unit_test(a_spoken_answer_is_judged_by_the_host_and_has_no_deadline),
        cmocka_unit_test(a_speaker_is_judged_and_not_cut_off),
        cmocka_unit_test(a_press_before_the_signal_is_a_foul_and_locks),
        cmocka_unit_test(a_foul_may_cost_the_whole_question),
        cmocka_unit_test(a_press_from_before_the_signal_is_a_foul_whenever_it_is_looked_at),
        cmocka_unit_test(presses_too_close_to_tell_are_drawn_on_record),
        cmocka_unit_test(presses_too_close_to_tell_may_arm_it_again),
        cmocka_unit_test(a_pause_moves_the_signal_and_the_locks),
        cmocka_unit_test(a_lock_for_the_whole_question_stays_one_over_a_pause),
        cmocka_unit_test(the_holder_keeps_its_time_over_a_pause),
        cmocka_unit_test(a_verdict_of_the_key_may_come_while_paused),
        cmocka_unit_test(who_is_disqualified_holds_nothing_more),
        cmocka_unit_test(a_clients_claim_that_no_clock_can_show_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* 封榜、揭榜: when the board freezes, what must wait until it has been revealed, and the steps of the
 * reveal. */
#include "stage.h"

enum { STEPS = 5 };
#define ROUND(mode, options)                                                                       \
    "{\"title\":\"t\",\"mode\":\"" mode "\",\"questions\":2,\"seconds\":20" options "}"
#define TEN ",\"points\":{\"right\":10}"
#define SHEET(options, rounds)                                                                     \
    "{\"version\":1,\"entries\":\"team\"," options ",\"rounds\":[" rounds "]}"
#define TEAMS(freeze, rounds) SHEET("\"freeze\":{" freeze "}", rounds)
#define ALL ROUND("required", TEN)
#define BUZZER ROUND("buzzer", TEN)
#define TIEBREAK ROUND("tiebreak", "")
#define TIED "\"ranking\":[\"points\",\"tiebreak\"]"
#define FROM_TWO                                                                                   \
    SHEET(TIED ",\"freeze\":{\"round\":2}", ALL "," ALL "," BUZZER "," TIEBREAK "," ALL)

static void end_question(void)
{
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    if (e.qstate == LT_Q_CLOSING)
        tallied(0, 0);
    does(LT_ACT_REVEAL);
}

static void ask(int qi)
{
    arm(qi, 0);
    end_question();
}

static struct lt_input to_step(int64_t step, int steps)
{
    struct lt_input in = input(LT_ACT_RESOLVE, HOST);

    memset(&plan, 0, sizeof plan);
    plan.steps = steps;
    in.plan = &plan;
    in.value = step;
    return in;
}

static void go_to(int64_t step)
{
    does_input(to_step(step, STEPS));
    assert_int_equal(last.kind, LT_REC_RESOLVE);
    assert_int_equal(e.step, step);
    assert_int_equal(e.steps, STEPS);
}

/* Frozen by question 2, which is the last that was asked. */
static void frozen(void)
{
    curtain(FROM_TWO);
    start(3);
    ask(0);
    ask(1);
    ask(2);
}

static void the_board_freezes_with_the_first_question_of_the_round(void **state)
{
    (void)state;
    curtain(FROM_TWO);
    start(3);
    ask(0);
    ask(1);
    assert_int_equal(e.frozen_seq, 0);
    assert_false(lt_engine_hides(&e));
    arm(2, 0);
    assert_int_equal(e.frozen_seq, e.seq);
    assert_true(lt_engine_hides(&e));
    end_question();
    ask(3);
    assert_true(e.frozen_seq < e.seq);
    assert_true(lt_engine_hides(&e));
}

static void skipping_to_a_later_round_freezes_it_as_well(void **state)
{
    (void)state;
    curtain(FROM_TWO);
    start(3);
    ask(0);
    does_input(planned(LT_ACT_SKIP, 4, 1, 0)); /* 抢答: everybody hears it */
    assert_int_equal(e.frozen_seq, 0);
    end_question();
    does_input(planned(LT_ACT_SKIP, 8, 1, 0));
    assert_int_equal(e.frozen_seq, e.seq);
}

static void the_board_freezes_some_minutes_after_the_start(void **state)
{
    (void)state;
    curtain(TEAMS("\"after_minutes\":10", ALL "," BUZZER "," ALL));
    clock_us = 500 * S;
    start(3);
    assert_int_equal(e.started_us, 500 * S);
    ask(0);
    clock_us = 500 * S + 600 * S - 1;
    ask(1);
    assert_int_equal(e.frozen_seq, 0);
    clock_us = 500 * S + 600 * S;
    ask(2); /* 抢答 cannot be frozen */
    assert_int_equal(e.frozen_seq, 0);
    arm(4, 0);
    assert_int_equal(e.frozen_seq, e.seq);
}

static void a_board_that_moves_has_nothing_to_reveal(void **state)
{
    (void)state;
    curtain(TEAMS("\"round\":2", ALL "," ALL));
    start(3);
    ask(0);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
    assert_int_equal(e.frozen_seq, 0);
}

static void what_the_hall_would_hear_waits_for_the_reveal(void **state)
{
    (void)state;
    frozen();
    refuses_input(planned(LT_ACT_NEXT, 4, 1, 0), LT_EFROZEN);
    refuses_input(planned(LT_ACT_SKIP, 6, 1, 0), LT_EFROZEN);
    /* nobody is tied: who passes over the tie-break says so */
    refuses_input(planned(LT_ACT_SKIP, 8, 1, 0), LT_EFROZEN);
    ask(3);
    does(LT_ACT_FINISH);
    refuses(LT_ACT_FINALISE, LT_EFROZEN);
    go_to(STEPS);
    assert_false(lt_engine_hides(&e));
    does(LT_ACT_FINALISE);
}

static void nobody_goes_on_while_the_board_is_frozen(void **state)
{
    struct lt_input in;

    (void)state;
    curtain(TEAMS("\"round\":1", ROUND("required", ",\"advance\":1" TEN) "," ALL));
    start(2);
    ask(0);
    ask(1);
    refuses_input(planned(LT_ACT_NEXT, 2, 1, 0), LT_EFROZEN);
    in = planned(LT_ACT_ADVANCE, -1, 0, 0);
    plan.n_in = 1;
    plan.in[0] = 1;
    refuses_input(in, LT_EFROZEN);
    go_to(STEPS);
    in = planned(LT_ACT_ADVANCE, -1, 0, 0);
    plan.n_in = 1;
    plan.in[0] = 1;
    does_input(in);
    ask(2);
}

static void the_reveal_goes_forward_and_back(void **state)
{
    (void)state;
    frozen();
    go_to(1);
    go_to(4);
    go_to(2);
    holds_input(to_step(2, STEPS)); /* a double click */
    go_to(0);
    assert_true(lt_engine_hides(&e));
    refuses_input(planned(LT_ACT_NEXT, 3, 1, 0), LT_EFROZEN); /* it has begun */
    go_to(STEPS);
    assert_false(lt_engine_hides(&e));
    go_to(3); /* not final yet: back again */
    assert_true(lt_engine_hides(&e));
    refuses_input(to_step(STEPS + 1, STEPS), LT_ERANGE);
    refuses_input(to_step(-1, STEPS), LT_ERANGE);
    refuses_input(to_step(1, 0), LT_ERANGE);
    refuses_input(to_step(1, LT_STEPS_MAX + 1), LT_ERANGE);
    refuses(LT_ACT_RESOLVE, LT_ERANGE); /* without a plan */
}

static void before_the_first_step_the_reveal_has_not_begun(void **state)
{
    (void)state;
    frozen();
    holds_input(to_step(0, STEPS));
    assert_int_equal(e.steps, 0);
    ask(3);
}

static void a_reveal_waits_for_the_question_and_goes_on_in_a_pause_and_after_the_end(void **state)
{
    (void)state;
    frozen();
    arm(3, 0);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
    does(LT_ACT_OPEN);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
    does(LT_ACT_CLOSE);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
    tallied(0, 0);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
    does(LT_ACT_REVEAL);
    go_to(1);
    does(LT_ACT_PAUSE);
    go_to(2);
    does(LT_ACT_RESUME);
    does(LT_ACT_FINISH);
    go_to(STEPS);
    go_to(1);
    go_to(STEPS);
    does(LT_ACT_FINALISE);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
}

static void the_next_question_after_the_reveal_thaws_for_good(void **state)
{
    (void)state;
    frozen();
    go_to(STEPS);
    assert_true(e.frozen_seq != 0);
    arm(3, 0);
    assert_int_equal(e.frozen_seq, 0);
    assert_int_equal(e.steps + e.step, 0);
    assert_true(e.froze);
    assert_false(lt_engine_hides(&e));
    end_question();
    ask(4);
    ask(8); /* over the tie-break, which tells nothing any more */
    assert_int_equal(e.frozen_seq, 0);
    refuses_input(to_step(1, STEPS), LT_EPHASE);
}

static void a_ruling_may_change_how_many_steps_there_are(void **state)
{
    (void)state;
    frozen();
    go_to(STEPS);
    does_input(to_step(STEPS + 1, STEPS + 1));
    assert_false(lt_engine_hides(&e));
    does_input(to_step(2, STEPS - 2));
    assert_true(lt_engine_hides(&e));
    does_input(to_step(STEPS - 2, STEPS - 2));
    assert_false(lt_engine_hides(&e));
}

static void only_a_host_reveals_what_he_sees(void **state)
{
    struct lt_input in;

    (void)state;
    frozen();
    in = to_step(1, STEPS);
    in.expect_q = 1;
    refuses_input(in, LT_ESTALE);
    in.expect_q = 2;
    does_input(in);
}

/* ---- a corrupt log -------------------------------------------------------------------------- */

static struct lt_record *next_record(enum lt_record_kind kind)
{
    static struct lt_record r;

    memset(&r, 0, sizeof r);
    r.kind = kind;
    r.seq = e.seq + 1;
    r.at_us = clock_us;
    r.by = HOST;
    return &r;
}

static void a_step_that_cannot_be_is_corrupt(void **state)
{
    struct lt_record *r;

    (void)state;
    curtain(FROM_TWO);
    start(3);
    r = next_record(LT_REC_RESOLVE);
    r->step = 1;
    r->steps = STEPS;
    assert_corrupt(r, LT_ERECORD); /* nothing is frozen */
    frozen();
    r = next_record(LT_REC_RESOLVE);
    r->steps = STEPS;
    assert_corrupt(r, LT_ERECORD); /* where it stands already */
    r->step = STEPS + 1;
    assert_corrupt(r, LT_ERECORD);
    r->step = -1;
    assert_corrupt(r, LT_ERECORD);
    r->step = 1, r->steps = 0;
    assert_corrupt(r, LT_ERECORD);
    r->steps = LT_STEPS_MAX + 1;
    assert_corrupt(r, LT_ERECORD);
    arm(3, 0);
    r = next_record(LT_REC_RESOLVE);
    r->step = 1, r->steps = STEPS;
    assert_corrupt(r, LT_ERECORD); /* in the middle of a question */
}

static void what_had_to_wait_is_corrupt(void **state)
{
    struct lt_record *r;

    (void)state;
    frozen();
    r = next_record(LT_REC_ARMED);
    r->n = 1;
    r->qi = 4;
    assert_corrupt(r, LT_ERECORD);
    r->qi = 8;
    assert_corrupt(r, LT_ERECORD);
    go_to(1);
    r = next_record(LT_REC_ARMED);
    r->n = 1;
    r->qi = 3;
    assert_corrupt(r, LT_ERECORD); /* the reveal has begun */
    does(LT_ACT_FINISH);
    assert_corrupt(next_record(LT_REC_FINALISING), LT_ERECORD);
}

/* The log alone says when the board froze and where the reveal stands. */
static void a_replay_freezes_where_the_contest_did(void **state)
{
    static struct lt_engine was, again;
    static struct lt_record log[64];
    int n = 0;

    (void)state;
    curtain(FROM_TWO);
#define KEEP(what)                                                                                 \
    do {                                                                                           \
        what;                                                                                      \
        log[n++] = last;                                                                           \
    } while (0)
    KEEP(does(LT_ACT_LOBBY));
    KEEP(does_input(lot_of(3)));
    KEEP(does(LT_ACT_START));
    KEEP(does_input(planned(LT_ACT_SKIP, 2, 1, 0)));
    KEEP(does(LT_ACT_OPEN));
    KEEP(does(LT_ACT_CLOSE));
    KEEP(tallied(0, 0));
    KEEP(does(LT_ACT_REVEAL));
    KEEP(go_to(4));
    KEEP(go_to(2));
#undef KEEP
    was = e;
    lt_engine_init(&again, &sheet);
    for (int i = 0; i < n; i++)
        assert_int_equal(lt_engine_apply(&again, &log[i]), LT_OK);
    assert_memory_equal(&was, &again, sizeof was);
    assert_int_equal(again.frozen_seq, 4);
    assert_int_equal(again.step, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_board_freezes_with_the_first_question_of_the_round),
        cmocka_unit_test(skipping_to_a_later_round_freezes_it_as_well),
        cmocka_unit_test(the_board_freezes_some_minutes_after_the_start),
        cmocka_unit_test(a_board_that_moves_has_nothing_to_reveal),
        cmocka_unit_test(what_the_hall_would_hear_waits_for_the_reveal),
        cmocka_unit_test(nobody_goes_on_while_the_board_is_frozen),
        cmocka_unit_test(the_reveal_goes_forward_and_back),
        cmocka_unit_test(before_the_first_step_the_reveal_has_not_begun),
        cmocka_unit_test(a_reveal_waits_for_the_question_and_goes_on_in_a_pause_and_after_the_end),
        cmocka_unit_test(the_next_question_after_the_reveal_thaws_for_good),
        cmocka_unit_test(a_ruling_may_change_how_many_steps_there_are),
        cmocka_unit_test(only_a_host_reveals_what_he_sees),
        cmocka_unit_test(a_step_that_cannot_be_is_corrupt),
        cmocka_unit_test(what_had_to_wait_is_corrupt),
        cmocka_unit_test(a_replay_freezes_where_the_contest_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

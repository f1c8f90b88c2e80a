/* Records that contradict the state: each is refused, and not a byte of the state changes. */
#include "stage.h"

/* A live round among persons; what teams do is in PROGRAMME. */
#define QUIZ                                                                                       \
    "{\"version\":1,\"rounds\":[{\"title\":\"a\",\"mode\":\"live\",\"questions\":2,\"seconds\":"   \
    "20,"                                                                                          \
    "\"points\":{\"right\":1}}]}"
#define PROGRAMME                                                                                  \
    "{\"version\":1,\"entries\":\"team\",\"appeals\":true,\"team\":{\"help\":[\"hall\",\"two\"]}," \
    "\"start_points\":100,\"ranking\":[\"points\",\"tiebreak\"],\"rounds\":["                      \
    "{\"title\":\"w\",\"mode\":\"wager\",\"questions\":1,\"seconds\":20,\"stakes\":[10]},"         \
    "{\"title\":\"b\",\"mode\":\"buzzer\",\"questions\":1,\"seconds\":20,\"points\":{\"right\":1}" \
    ","                                                                                            \
    "\"rebounds\":1},"                                                                             \
    "{\"title\":\"j\",\"mode\":\"jury\",\"questions\":3,\"seconds\":20,\"jury\":{\"max\":10}},"    \
    "{\"title\":\"s\",\"mode\":\"speed\",\"questions\":2,\"seconds\":20,\"points\":{\"right\":1}," \
    "\"advance\":2},"                                                                              \
    "{\"title\":\"t\",\"mode\":\"tiebreak\",\"questions\":1,\"seconds\":20}]}"

/* A record about the current question, to be filled. */
static struct lt_record *next_record(enum lt_record_kind kind)
{
    static struct lt_record r;

    memset(&r, 0, sizeof r);
    r.kind = kind;
    r.seq = e.seq + 1;
    r.at_us = clock_us;
    r.qi = e.qi < 0 ? 0 : e.qi;
    r.n = 1;
    return &r;
}

/* Question 0 open from 100 s to 120 s. */
static void open_first(void)
{
    curtain(QUIZ);
    start(0);
    arm(0, 0);
    open_at(100 * S);
}

/* Three teams before question qi, which is armed next. */
static void programme(void)
{
    curtain(PROGRAMME);
    start(3);
}

static void end_question(void)
{
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    if (e.qstate == LT_Q_CLOSING)
        tallied(0, 0);
    does(LT_ACT_REVEAL);
}

static void a_record_out_of_turn_is_a_gap(void **state)
{
    struct lt_record r = {.kind = LT_REC_PHASE, .phase = LT_PHASE_LOBBY};

    (void)state;
    curtain(QUIZ);
    assert_corrupt(&r, LT_EGAP);
    r.seq = 2;
    assert_corrupt(&r, LT_EGAP);
    r.seq = 1;
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
    assert_corrupt(&r, LT_EGAP);
}

static void a_record_that_contradicts_the_state_is_corrupt(void **state)
{
    struct lt_record r = {.seq = 1};

    (void)state;
    curtain(QUIZ);
    for (int k = 0; k < LT_RECORDS; k++) {
        r.kind = (enum lt_record_kind)k;
        r.phase = LT_PHASE_RUNNING; /* draft goes to the lobby only */
        assert_corrupt(&r, LT_ERECORD);
    }
    open_first();
    r = (struct lt_record){.seq = e.seq + 1, .at_us = 101 * S};
    r.kind = LT_REC_CLOSING, r.qi = 1;
    assert_corrupt(&r, LT_ERECORD);
    r.kind = LT_REC_ARMED, r.qi = 1;
    assert_corrupt(&r, LT_ERECORD);
    r.kind = LT_REC_CLOSING, r.qi = 0, r.at_us = -1;
    assert_corrupt(&r, LT_ERECORD);
    r.at_us = 101 * S, r.by = -1;
    assert_corrupt(&r, LT_ERECORD);
    r.kind = (enum lt_record_kind)77, r.by = 0;
    assert_corrupt(&r, LT_ERECORD);
    r.kind = LT_REC_PHASE, r.phase = LT_PHASE_FINISHED;
    assert_corrupt(&r, LT_ERECORD);
    r.phase = (enum lt_phase)66;
    assert_corrupt(&r, LT_ERECORD);
    r.phase = LT_PHASE_PAUSED, r.opened_us = 5, r.deadline_us = 5 + 20 * S;
    assert_corrupt(&r, LT_ERECORD);
}

static void a_resume_that_changes_the_time_left_is_corrupt(void **state)
{
    struct lt_record r = {.kind = LT_REC_PHASE, .phase = LT_PHASE_RUNNING, .at_us = 111 * S};

    (void)state;
    open_first();
    clock_us = 105 * S;
    does(LT_ACT_PAUSE);
    r.seq = e.seq + 1;
    assert_corrupt(&r, LT_ERECORD);
    r.opened_us = 106 * S, r.deadline_us = 127 * S;
    assert_corrupt(&r, LT_ERECORD);
    r.opened_us = 99 * S, r.deadline_us = 119 * S;
    assert_corrupt(&r, LT_ERECORD);
    r.opened_us = 106 * S, r.deadline_us = 126 * S;
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
}

static void times_and_tallies_of_a_record_are_checked(void **state)
{
    struct lt_record r = {.kind = LT_REC_OPEN, .at_us = 100 * S, .opened_us = 100 * S};

    (void)state;
    curtain(QUIZ);
    start(0);
    arm(0, 0);
    r.seq = e.seq + 1;
    r.deadline_us = 121 * S;
    assert_corrupt(&r, LT_ERECORD);
    r.opened_us = -S, r.deadline_us = 19 * S;
    assert_corrupt(&r, LT_ERECORD);
    clock_us = 100 * S;
    does(LT_ACT_OPEN);
    clock_us = 101 * S;
    does(LT_ACT_CLOSE);
    r = (struct lt_record){.seq = e.seq + 1, .kind = LT_REC_CLOSED, .answered = 2, .correct = 3};
    assert_corrupt(&r, LT_ERECORD);
    r.correct = 1, r.dist[7] = 3;
    assert_corrupt(&r, LT_ERECORD);
}

static void assert_refused(const struct lt_record *r)
{
    assert_corrupt(r, LT_ERECORD);
}

static void a_lot_that_cannot_have_been_drawn_is_corrupt(void **state)
{
    struct lt_record *r;

    (void)state;
    curtain(PROGRAMME);
    r = next_record(LT_REC_LOT);
    r->n_ids = 2;
    r->ids[0] = 1, r->ids[1] = 2;
    assert_refused(r); /* a draft */
    does(LT_ACT_LOBBY);
    r->seq = e.seq + 1;
    r->n_ids = 0;
    assert_refused(r);
    r->n_ids = 2;
    r->ids[1] = 1;
    assert_refused(r);
    r = next_record(LT_REC_PHASE);
    r->phase = LT_PHASE_RUNNING;
    assert_refused(r); /* without a lot */
    curtain(QUIZ);
    does(LT_ACT_LOBBY);
    r = next_record(LT_REC_LOT);
    r->n_ids = 1, r->ids[0] = 1;
    assert_refused(r); /* among persons */
}

static void a_question_that_cannot_be_asked_is_corrupt(void **state)
{
    struct lt_record *r;

    (void)state;
    programme();
    r = next_record(LT_REC_ARMED);
    r->n = 0;
    assert_refused(r);
    r->n = 2; /* no burst in this round */
    assert_refused(r);
    r->n = 1, r->qi = 8;
    assert_refused(r);
    r->qi = 0, r->turn = 99;
    assert_refused(r);
    r->turn = 0, r->n_ids = 1, r->ids[0] = 99;
    assert_refused(r);
    r->n_ids = 0, r->again = true;
    assert_refused(r);
    r->again = false, r->qi = 7; /* over the advancement of the burst's round */
    assert_refused(r);
    arm(1, 0);
    r = next_record(LT_REC_ARMED);
    r->qi = 0; /* back */
    assert_refused(r);
}

static void stakes_and_answers_of_a_wager_are_checked(void **state)
{
    struct lt_record *r;

    (void)state;
    programme();
    arm(0, 0);
    r = next_record(LT_REC_STAKE);
    r->entry = 99, r->value = 1000;
    assert_refused(r);
    r->entry = 1, r->value = -1;
    assert_refused(r);
    r->value = 1000;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    r->seq++;
    assert_refused(r); /* twice */
    r = next_record(LT_REC_PRESS);
    r->entry = 1, r->foul = true;
    assert_refused(r);
    does(LT_ACT_OPEN);
    r = next_record(LT_REC_VERDICT);
    r->entry = 1, r->value = 1;
    assert_refused(r);
    r = next_record(LT_REC_CLOSED); /* not before its gate is closed */
    assert_refused(r);
    r = next_record(LT_REC_EXTEND);
    r->opened_us = e.opened_us, r->deadline_us = e.deadline_us - 1;
    assert_refused(r);
    r->opened_us++, r->deadline_us += 2;
    assert_refused(r);
    r = next_record(LT_REC_HELP);
    r->entry = 1, r->value = LT_HELP_COLLEAGUE; /* not of this sheet */
    assert_refused(r);
    r->value = LT_HELP_TWO;
    assert_refused(r); /* without what was dropped */
    r->value = LT_HELP_HALL, r->n_two = 2;
    assert_refused(r);
    r->n_two = 0, r->entry = 99;
    assert_refused(r);
    r->entry = 1;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    r->seq++;
    assert_refused(r);
}

static void a_buzzer_follows_its_presses(void **state)
{
    struct lt_record *r;

    (void)state;
    programme();
    arm(1, 0);
    r = next_record(LT_REC_PRESS);
    r->entry = 1; /* in time before the signal */
    assert_refused(r);
    r->entry = 99, r->foul = true;
    assert_refused(r);
    open_at(100 * S);
    press_at(1, 101 * S);
    r = next_record(LT_REC_PRESS);
    r->entry = 1;
    assert_refused(r); /* twice */
    r->entry = 2, r->used_us = -1;
    assert_refused(r);
    r = next_record(LT_REC_HELD);
    r->entry = 2, r->opened_us = 102 * S, r->deadline_us = 107 * S, r->n_doubt = 1;
    assert_refused(r); /* it did not press */
    r->entry = 1, r->deadline_us++;
    assert_refused(r);
    r->deadline_us--, r->opened_us = -1;
    assert_refused(r);
    r->opened_us = 102 * S;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    r = next_record(LT_REC_CLOSED);
    assert_refused(r);
    r = next_record(LT_REC_VERDICT);
    r->entry = 1, r->value = 1;
    assert_refused(r); /* the key decides, once the gate is closed */
    does(LT_ACT_CLOSE);
    r = next_record(LT_REC_VERDICT);
    r->entry = 2, r->value = 1;
    assert_refused(r);
    r->entry = 1, r->value = 2;
    assert_refused(r);
    r->value = 0; /* wrong, but others may still press */
    assert_refused(r);
    r->value = 1, r->opened_us = 103 * S, r->deadline_us = 123 * S;
    assert_refused(r); /* right, and asked anew */
    r->value = 0;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    assert_int_equal(e.qstate, LT_Q_OPEN);
}

static void marks_and_silence_belong_to_their_rounds(void **state)
{
    struct lt_record *r;

    (void)state;
    programme();
    arm(2, 1);
    does(LT_ACT_OPEN);
    r = next_record(LT_REC_MARK);
    r->entry = 2, r->value = 100, r->by = 5;
    assert_refused(r);
    r->entry = 1, r->value = 1001;
    assert_refused(r);
    r->value = -1;
    assert_refused(r);
    r->value = 100, r->by = 0;
    assert_refused(r);
    r = next_record(LT_REC_CLOSED);
    r->silent = true;
    assert_refused(r);
    r = next_record(LT_REC_CLOSING);
    assert_refused(r);
    r = next_record(LT_REC_VERDICT);
    r->entry = 1, r->value = 1;
    assert_refused(r);
}

static void advancements_and_captains_are_of_teams_that_are_there(void **state)
{
    struct lt_record *r;
    struct lt_input in;

    (void)state;
    programme();
    r = next_record(LT_REC_CAPTAIN);
    r->entry = 99, r->value = 5;
    assert_refused(r);
    r->entry = 1, r->value = 0;
    assert_refused(r);
    in = planned(LT_ACT_NEXT, 5, 2, 0);
    does_input(in);
    end_question();
    r = next_record(LT_REC_ADVANCE);
    r->n_ids = 1, r->ids[0] = 99;
    assert_refused(r);
    r->ids[0] = 1;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    assert_true(team(1)->in);
    assert_false(team(2)->in);
    r->seq++;
    assert_refused(r); /* twice */
}

static void rulings_are_about_something_and_move_once(void **state)
{
    struct lt_record *r;

    (void)state;
    programme();
    arm(0, 0);
    r = next_record(LT_REC_RULING);
    r->ruling = (struct lt_ruling){.no = 1, .kind = LT_RULING_VOID, .qi = 1, .by = HOST};
    assert_refused(r); /* not asked yet */
    r->ruling.qi = -1;
    assert_refused(r);
    r->ruling.qi = 0, r->ruling.by = 0;
    assert_refused(r);
    r->ruling.by = HOST, r->ruling.no = 2;
    assert_refused(r);
    r->ruling.no = 0;
    assert_refused(r);
    r->ruling.no = 1, r->ruling.state = (enum lt_ruling_state)9;
    assert_refused(r);
    r->ruling.state = LT_RULING_OPEN, r->ruling.kind = (enum lt_ruling_kind)9;
    assert_refused(r);
    r->ruling.kind = LT_RULING_DISQUALIFY, r->ruling.entry = 99;
    assert_refused(r);
    r->ruling.kind = LT_RULING_APPEAL;
    assert_refused(r);
    r->ruling.kind = LT_RULING_DISQUALIFY, r->ruling.entry = 1;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    assert_false(team(1)->disqualified);
    r->seq++;
    assert_refused(r); /* still open */
    r->ruling.state = LT_RULING_DONE, r->ruling.entry = 2;
    assert_refused(r); /* another one */
    r->ruling.entry = 1;
    assert_int_equal(lt_engine_apply(&e, r), LT_OK);
    assert_true(team(1)->disqualified);
    r->seq++;
    assert_refused(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_out_of_turn_is_a_gap),
        cmocka_unit_test(a_record_that_contradicts_the_state_is_corrupt),
        cmocka_unit_test(a_resume_that_changes_the_time_left_is_corrupt),
        cmocka_unit_test(times_and_tallies_of_a_record_are_checked),
        cmocka_unit_test(a_lot_that_cannot_have_been_drawn_is_corrupt),
        cmocka_unit_test(a_question_that_cannot_be_asked_is_corrupt),
        cmocka_unit_test(stakes_and_answers_of_a_wager_are_checked),
        cmocka_unit_test(a_buzzer_follows_its_presses),
        cmocka_unit_test(marks_and_silence_belong_to_their_rounds),
        cmocka_unit_test(advancements_and_captains_are_of_teams_that_are_there),
        cmocka_unit_test(rulings_are_about_something_and_move_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

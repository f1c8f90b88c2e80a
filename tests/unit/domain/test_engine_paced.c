/* A self-paced event: its phases and rulings, and that there is no question to command about. */
#include "stage.h"

static void opened(void)
{
    curtain("{\"version\":1,\"approval\":true,\"rounds\":[{\"title\":\"r\",\"mode\":\"timed\","
            "\"questions\":20,\"minutes\":30,\"points\":{\"right\":5}}]}");
}

static void an_event_is_published_opened_closed_and_made_final_without_a_question(void **state)
{
    struct lt_input done = {.kind = LT_IN_FINALISED, .digest = "d"};

    (void)state;
    opened();
    assert_int_equal(e.phase, LT_PHASE_DRAFT);
    refuses(LT_ACT_START, LT_EPHASE);
    does(LT_ACT_LOBBY);
    holds(LT_ACT_LOBBY);
    does(LT_ACT_START);
    holds(LT_ACT_START);
    assert_int_equal(e.phase, LT_PHASE_RUNNING);
    refuses(LT_ACT_FINALISE, LT_EPHASE);
    does(LT_ACT_FINISH);
    holds(LT_ACT_FINISH);
    does(LT_ACT_FINALISE);
    holds(LT_ACT_FINALISE);
    done.now_us = clock_us;
    does_input(done);
    assert_int_equal(e.phase, LT_PHASE_FINAL);
    holds(LT_ACT_FINALISE);
}

static void whatever_is_about_a_question_is_refused_in_every_phase(void **state)
{
    static const enum lt_action about[] = {
        LT_ACT_LOT,      LT_ACT_NEXT,    LT_ACT_SKIP,   LT_ACT_OPEN,   LT_ACT_CLOSE,
        LT_ACT_REVEAL,   LT_ACT_ADVANCE, LT_ACT_EXTEND, LT_ACT_PAUSE,  LT_ACT_RESUME,
        LT_ACT_VERDICT,  LT_ACT_STAKE,   LT_ACT_PRESS,  LT_ACT_HELP,   LT_ACT_MARK,
        LT_ACT_ANSWERED, LT_ACT_VOID,    LT_ACT_ACCEPT, LT_ACT_APPEAL, LT_ACT_CAPTAIN,
    };
    static const enum lt_action steps[] = {LT_ACT_LOBBY, LT_ACT_START, LT_ACT_FINISH,
                                           LT_ACT_FINALISE};

    (void)state;
    opened();
    for (size_t k = 0; k <= sizeof steps / sizeof *steps; k++) {
        for (size_t i = 0; i < sizeof about / sizeof *about; i++)
            refuses(about[i], LT_EPHASE);
        if (k < sizeof steps / sizeof *steps)
            does(steps[k]);
    }
}

static void an_entry_may_be_ruled_about_and_a_second_person_decides(void **state)
{
    struct lt_input in;

    (void)state;
    opened();
    does(LT_ACT_LOBBY);
    does(LT_ACT_START);
    in = input(LT_ACT_ADJUST, HOST);
    in.entry = 5;
    in.value = -1000;
    in.reason = "two phones";
    does_input(in);
    in = input(LT_ACT_APPROVE, OTHER_HOST);
    in.value = 1;
    does_input(in);
    assert_int_equal(e.rulings[0].state, LT_RULING_DONE);
    in = input(LT_ACT_DISQUALIFY, HOST);
    in.entry = 6;
    in.reason = "not himself";
    does(LT_ACT_FINISH);
    does_input(in);
    refuses(LT_ACT_FINALISE, LT_EPHASE); /* one is open */
    in = input(LT_ACT_REJECT, OTHER_HOST);
    in.value = 2;
    does_input(in);
    does(LT_ACT_FINALISE);
}

static void time_alone_changes_nothing(void **state)
{
    struct lt_input in = {.kind = LT_IN_TIME, .now_us = 5000000 * S};
    bool has;

    (void)state;
    opened();
    does(LT_ACT_LOBBY);
    does(LT_ACT_START);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_int_equal(give(in, &has), LT_OK);
    assert_false(has);
}

/* A log that says otherwise is not this event's. */
static void records_of_questions_and_pauses_do_not_apply(void **state)
{
    struct lt_record r = {.kind = LT_REC_ARMED, .seq = 3, .at_us = clock_us, .n = 1};

    (void)state;
    opened();
    does(LT_ACT_LOBBY);
    does(LT_ACT_START);
    r.seq = e.seq + 1;
    assert_int_equal(lt_engine_apply(&e, &r), LT_ERECORD);
    r = (struct lt_record){
        .kind = LT_REC_PHASE, .seq = e.seq + 1, .at_us = clock_us, .phase = LT_PHASE_PAUSED};
    assert_int_equal(lt_engine_apply(&e, &r), LT_ERECORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_published_opened_closed_and_made_final_without_a_question),
        cmocka_unit_test(whatever_is_about_a_question_is_refused_in_every_phase),
        cmocka_unit_test(an_entry_may_be_ruled_about_and_a_second_person_decides),
        cmocka_unit_test(time_alone_changes_nothing),
        cmocka_unit_test(records_of_questions_and_pauses_do_not_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

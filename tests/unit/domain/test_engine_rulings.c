/* Rulings and appeals: who may, what about, the second person, and that each happens once. */
#include "stage.h"

#include <stdio.h>

/* Two questions to three teams; the first was asked, answered and revealed. */
static void ruled(const char *options)
{
    char json[600];

    snprintf(json, sizeof json,
             "{\"version\":1,\"entries\":\"team\"%s,\"rounds\":[{\"title\":\"r\",\"mode\":"
             "\"required\",\"questions\":3,\"seconds\":20,\"points\":{\"right\":10}}]}",
             options);
    curtain(json);
    start(3);
    arm(0, 0);
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    tallied(3, 1);
    does(LT_ACT_REVEAL);
}

static struct lt_input ruling_of(enum lt_action a, int qi, int64_t entry, int64_t value)
{
    struct lt_input in = input(a, HOST);

    in.qi = qi;
    in.entry = entry;
    in.value = value;
    in.reason = "the key was wrong";
    if (a == LT_ACT_ACCEPT)
        in.answer = "{\"c\":[2]}";
    return in;
}

static struct lt_input appeal_of(int64_t entry, int qi)
{
    struct lt_input in = of_team(LT_ACT_APPEAL, entry, 0);

    in.qi = qi;
    in.reason = "we said so";
    return in;
}

static struct lt_input resolve(enum lt_action a, int no, int64_t by)
{
    struct lt_input in = input(a, by);

    in.value = no;
    return in;
}

static void a_ruling_is_in_force_at_once_where_nobody_else_is_asked(void **state)
{
    (void)state;
    ruled("");
    does_input(ruling_of(LT_ACT_VOID, 0, 0, 0));
    assert_int_equal(e.n_rulings, 1);
    assert_int_equal(e.rulings[0].no, 1);
    assert_int_equal(e.rulings[0].kind, LT_RULING_VOID);
    assert_int_equal(e.rulings[0].state, LT_RULING_DONE);
    assert_int_equal(e.rulings[0].qi, 0);
    assert_int_equal(e.rulings[0].by, HOST);
    assert_int_equal(e.rulings[0].by2, 0);
    assert_string_equal(e.rulings[0].reason, "the key was wrong");
    does_input(ruling_of(LT_ACT_ACCEPT, 0, 0, 0));
    assert_string_equal(e.rulings[1].answer, "{\"c\":[2]}");
    does_input(ruling_of(LT_ACT_ADJUST, -1, 2, -500));
    assert_int_equal(e.rulings[2].value_c, -500);
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 77));
    assert_int_equal(e.rulings[3].value_c, 0);
    assert_true(team(3)->disqualified);
}

static void a_double_click_rules_once(void **state)
{
    struct lt_input in;

    (void)state;
    ruled(",\"appeals\":true");
    does_input(ruling_of(LT_ACT_VOID, 0, 0, 0));
    holds_input(ruling_of(LT_ACT_VOID, 0, 0, 0));
    does_input(ruling_of(LT_ACT_ACCEPT, 0, 0, 0));
    holds_input(ruling_of(LT_ACT_ACCEPT, 0, 0, 0));
    in = ruling_of(LT_ACT_ACCEPT, 0, 0, 0);
    in.answer = "{\"c\":[3]}"; /* another response is another ruling */
    does_input(in);
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0));
    holds_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0));
    does_input(appeal_of(1, 0));
    holds_input(appeal_of(1, 0));
    does_input(appeal_of(2, 0));
    /* Two adjustments are two: the command's id tells them from a double click. */
    does_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100));
    does_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100));
    assert_int_equal(e.n_rulings, 8);
}

static void a_second_person_puts_it_in_force(void **state)
{
    (void)state;
    ruled(",\"approval\":true");
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0));
    assert_int_equal(e.rulings[0].state, LT_RULING_OPEN);
    assert_false(team(3)->disqualified);
    holds_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0)); /* it waits already */
    refuses_input(resolve(LT_ACT_APPROVE, 1, HOST), LT_ESECOND);
    refuses_input(resolve(LT_ACT_REJECT, 1, HOST), LT_ESECOND);
    refuses_input(resolve(LT_ACT_APPROVE, 1, 10), LT_EFORBIDDEN); /* a captain */
    refuses_input(resolve(LT_ACT_APPROVE, 2, OTHER_HOST), LT_ENORULING);
    refuses_input(resolve(LT_ACT_APPROVE, 0, OTHER_HOST), LT_ENORULING);
    does_input(resolve(LT_ACT_APPROVE, 1, OTHER_HOST));
    assert_int_equal(e.rulings[0].state, LT_RULING_DONE);
    assert_int_equal(e.rulings[0].by2, OTHER_HOST);
    assert_true(team(3)->disqualified);
    holds_input(resolve(LT_ACT_APPROVE, 1, OTHER_HOST));
    refuses_input(resolve(LT_ACT_REJECT, 1, OTHER_HOST), LT_ENORULING); /* settled otherwise */
}

static void a_rejected_ruling_has_no_effect_and_may_be_asked_for_again(void **state)
{
    (void)state;
    ruled(",\"approval\":true");
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0));
    does_input(resolve(LT_ACT_REJECT, 1, OTHER_HOST));
    holds_input(resolve(LT_ACT_REJECT, 1, OTHER_HOST));
    assert_false(team(3)->disqualified);
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 3, 0));
    assert_int_equal(e.n_rulings, 2);
}

static void an_appeal_is_a_captains_and_has_an_answer(void **state)
{
    struct lt_input in;
    char long_answer[LT_FILL_BYTES + 2];

    (void)state;
    ruled(",\"appeals\":true");
    in = appeal_of(1, 0);
    in.by = 11;
    refuses_input(in, LT_ENOTCAPTAIN);
    refuses_input(appeal_of(9, 0), LT_EOUT);
    refuses_input(appeal_of(1, 1), LT_ENOQUESTION);
    refuses_input(appeal_of(1, -1), LT_ENOQUESTION);
    does_input(appeal_of(1, 0)); /* open, with or without approval */
    assert_int_equal(e.rulings[0].state, LT_RULING_OPEN);
    assert_int_equal(e.rulings[0].entry, 1);
    in = resolve(LT_ACT_REJECT, 1, HOST);
    memset(long_answer, 'x', sizeof long_answer);
    long_answer[sizeof long_answer - 1] = '\0';
    in.reason = long_answer;
    refuses_input(in, LT_ETOOBIG);
    in.reason = "it was not heard";
    does_input(in);
    assert_string_equal(e.rulings[0].answer, "it was not heard");
    assert_int_equal(e.rulings[0].state, LT_RULING_REJECTED);
    arm(1, 0);
    refuses_input(appeal_of(1, 1), LT_EPHASE); /* not revealed yet */
    does_input(ruling_of(LT_ACT_DISQUALIFY, -1, 2, 0));
    refuses_input(appeal_of(2, 0), LT_EOUT);
    ruled("");
    refuses_input(appeal_of(1, 0), LT_EPHASE);
}

static void a_ruling_is_about_what_there_is_and_has_a_reason(void **state)
{
    static const enum lt_action kinds[] = {LT_ACT_VOID, LT_ACT_ACCEPT, LT_ACT_ADJUST,
                                           LT_ACT_DISQUALIFY};
    char reason[LT_REASON_BYTES + 2];
    struct lt_input in;

    (void)state;
    ruled("");
    memset(reason, 'x', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        in = ruling_of(kinds[i], 0, 1, 100);
        in.reason = NULL;
        refuses_input(in, LT_ENOENT);
        in.reason = "";
        refuses_input(in, LT_ENOENT);
        in.reason = reason;
        refuses_input(in, LT_ETOOBIG);
        in.reason = "r", in.by = 0; /* nobody's */
        refuses_input(in, LT_EFORBIDDEN);
    }
    refuses_input(ruling_of(LT_ACT_VOID, 1, 0, 0), LT_ENOQUESTION);
    refuses_input(ruling_of(LT_ACT_VOID, -1, 0, 0), LT_ENOQUESTION);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 9, 100), LT_EOUT);
    refuses_input(ruling_of(LT_ACT_DISQUALIFY, -1, 0, 0), LT_EOUT);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 1, 0), LT_ERANGE);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 1, LT_POINTS_MAX * 100 + 1), LT_ERANGE);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 1, INT64_MIN), LT_ERANGE);
    in = ruling_of(LT_ACT_ACCEPT, 0, 0, 0);
    in.answer = NULL;
    refuses_input(in, LT_EANSWER);
    in.answer = "";
    refuses_input(in, LT_EANSWER);
    reason[LT_REASON_BYTES] = '\0';
    in = ruling_of(LT_ACT_VOID, 0, 0, 0);
    in.reason = reason; /* just fits */
    does_input(in);
}

static void a_key_is_not_given_away_by_what_is_accepted(void **state)
{
    (void)state;
    ruled("");
    arm(1, 0);
    refuses_input(ruling_of(LT_ACT_ACCEPT, 1, 0, 0), LT_EPHASE);
    does_input(ruling_of(LT_ACT_ACCEPT, 0, 0, 0));
    does_input(ruling_of(LT_ACT_VOID, 1, 0, 0)); /* void tells nothing */
}

static void there_is_room_for_so_many_rulings(void **state)
{
    (void)state;
    ruled(",\"appeals\":true");
    for (int i = 0; i < LT_RULINGS_MAX; i++)
        does_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100 + i));
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100), LT_EFULL);
    refuses_input(ruling_of(LT_ACT_VOID, 0, 0, 0), LT_EFULL);
    refuses_input(appeal_of(1, 0), LT_EFULL);
}

static void appeals_leave_room_for_rulings_and_for_other_teams(void **state)
{
    (void)state;
    ruled(",\"appeals\":true");
    for (int i = 0; i < LT_APPEALS_EACH; i++) { /* denied, and asked for again */
        does_input(appeal_of(1, 0));
        does_input(resolve(LT_ACT_REJECT, i + 1, HOST));
    }
    refuses_input(appeal_of(1, 0), LT_EFULL);
    does_input(appeal_of(2, 0));
    for (int i = e.n_rulings; i < LT_APPEALS_MAX; i++) /* as many other teams would */
        e.rulings[e.n_rulings++] = (struct lt_ruling){
            .no = i + 1, .kind = LT_RULING_APPEAL, .state = LT_RULING_OPEN, .entry = 1000 + i};
    refuses_input(appeal_of(3, 0), LT_EFULL);
    does_input(ruling_of(LT_ACT_VOID, 0, 0, 0));
}

static void results_wait_for_what_is_open(void **state)
{
    (void)state;
    ruled(",\"appeals\":true,\"approval\":true");
    does_input(appeal_of(1, 0));
    does_once(LT_ACT_FINISH);
    does_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100));
    refuses(LT_ACT_FINALISE, LT_EPHASE);
    does_input(resolve(LT_ACT_APPROVE, 1, HOST));
    refuses(LT_ACT_FINALISE, LT_EPHASE);
    does_input(resolve(LT_ACT_REJECT, 2, OTHER_HOST));
    does_once(LT_ACT_FINALISE);
    /* And then nothing more is ruled. */
    refuses_input(ruling_of(LT_ACT_VOID, 0, 0, 0), LT_EPHASE);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 1, 100), LT_EPHASE);
    refuses_input(appeal_of(2, 0), LT_EPHASE);
    refuses_input(resolve(LT_ACT_APPROVE, 1, OTHER_HOST), LT_EPHASE);
}

static void rulings_may_come_while_paused_and_before_no_question(void **state)
{
    (void)state;
    ruled("");
    does_once(LT_ACT_PAUSE);
    does_input(ruling_of(LT_ACT_VOID, 0, 0, 0));
    curtain("{\"version\":1,\"rounds\":[{\"title\":\"a\",\"mode\":\"live\",\"questions\":2,"
            "\"seconds\":20,\"points\":{\"right\":1}}]}");
    does(LT_ACT_LOBBY);
    refuses_input(ruling_of(LT_ACT_ADJUST, -1, 4, 100), LT_EPHASE);
    does(LT_ACT_START);
    refuses_input(ruling_of(LT_ACT_VOID, 0, 0, 0), LT_ENOQUESTION);
    does_input(ruling_of(LT_ACT_ADJUST, -1, 4, 100)); /* a person */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ruling_is_in_force_at_once_where_nobody_else_is_asked),
        cmocka_unit_test(a_double_click_rules_once),
        cmocka_unit_test(a_second_person_puts_it_in_force),
        cmocka_unit_test(a_rejected_ruling_has_no_effect_and_may_be_asked_for_again),
        cmocka_unit_test(an_appeal_is_a_captains_and_has_an_answer),
        cmocka_unit_test(a_ruling_is_about_what_there_is_and_has_a_reason),
        cmocka_unit_test(a_key_is_not_given_away_by_what_is_accepted),
        cmocka_unit_test(there_is_room_for_so_many_rulings),
        cmocka_unit_test(appeals_leave_room_for_rulings_and_for_other_teams),
        cmocka_unit_test(results_wait_for_what_is_open),
        cmocka_unit_test(rulings_may_come_while_paused_and_before_no_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Teams: the lot, captains, stakes, helps, turns, bursts, juries, who goes on, sudden death. */
#include "stage.h"

#include <stdio.h>

enum { GRACE = 300000 };

/* Three teams before the rounds that are given. */
static void rounds(const char *options, const char *text)
{
    char json[2000];

    snprintf(json, sizeof json,
             "{\"version\":1,\"entries\":\"team\",\"grace_ms\":300,\"start_points\":100%s,"
             "\"rounds\":[%s]}",
             options, text);
    curtain(json);
    start(3);
}
#define REQUIRED                                                                                   \
    "{\"title\":\"r\",\"mode\":\"required\",\"questions\":3,\"seconds\":20,\"points\":{\"right\":" \
    "10}"
#define WAGER                                                                                      \
    "{\"title\":\"w\",\"mode\":\"wager\",\"questions\":3,\"seconds\":20,\"stakes\":[10,20]"
#define HELP ",\"team\":{\"help\":[\"hall\",\"two\"]}"

static void end_question(void)
{
    does_once(LT_ACT_CLOSE);
    if (e.qstate == LT_Q_CLOSING)
        tallied(0, 0);
    does_once(LT_ACT_REVEAL);
}

/* ---- the lot -------------------------------------------------------------------------------- */

static void the_lot_depends_on_the_seed_alone(void **state)
{
    static const struct lt_team_in one[] = {{3, 30}, {1, 10}, {2, 20}},
                                   two[] = {{2, 20}, {3, 30}, {1, 10}};
    struct lt_input in;
    int64_t order[3];

    (void)state;
    rounds(",\"groups\":2", REQUIRED "}");
    lt_engine_init(&e, &sheet);
    does(LT_ACT_LOBBY);
    refuses(LT_ACT_START, LT_EPHASE); /* nothing is drawn */
    in = input(LT_ACT_LOT, HOST);
    refuses_input(in, LT_EOUT); /* nobody is registered */
    in.n_teams = LT_TEAMS_MAX + 1;
    refuses_input(in, LT_EOUT);
    in.n_teams = 3, in.teams = one, in.random = 99;
    does_input(in);
    for (int i = 0; i < 3; i++) {
        order[i] = e.teams[i].entry;
        assert_int_equal(e.teams[i].captain, 10 * order[i]);
        assert_int_equal(e.teams[i].group, 1 + i % 2);
        assert_true(e.teams[i].in);
    }
    in.teams = two;
    does_input(in); /* drawn anew, the same */
    for (int i = 0; i < 3; i++)
        assert_int_equal(e.teams[i].entry, order[i]);
    for (in.random = 0; e.teams[0].entry == order[0]; in.random++)
        does_input(in);
    does(LT_ACT_START);
    refuses_input(in, LT_EPHASE);
}

static void every_order_is_drawn_equally_often(void **state)
{
    int first[3] = {0};

    (void)state;
    rounds("", REQUIRED "}");
    lt_engine_init(&e, &sheet);
    does(LT_ACT_LOBBY);
    for (uint64_t seed = 0; seed < 900; seed++) {
        struct lt_input in = lot_of(3);

        in.random = seed * UINT64_C(0x9e3779b97f4a7c15);
        does_input(in);
        first[e.teams[0].entry - 1]++;
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(first[i], 240, 360);
}

static void a_captain_hands_over_and_the_host_may_name_one(void **state)
{
    struct lt_input in;

    (void)state;
    rounds("", REQUIRED "}");
    in = of_team(LT_ACT_CAPTAIN, 1, 12);
    does_input(in);
    assert_int_equal(team(1)->captain, 12);
    refuses_input(in, LT_ENOTCAPTAIN); /* no longer */
    in.by = 12;
    holds_input(in);
    in.by = HOST, in.staff = true, in.value = 13;
    does_input(in);
    in.value = 0;
    refuses_input(in, LT_ERANGE);
    in.value = INT64_MAX; /* no number of the wire */
    refuses_input(in, LT_ERANGE);
    in.entry = 9;
    refuses_input(in, LT_EOUT);
}

static void hand_over(int64_t by, int64_t to)
{
    struct lt_input in = of_team(LT_ACT_CAPTAIN, 1, to);

    in.by = by;
    does_input(in);
}

static void
a_team_hands_over_so_often_from_question_to_question_and_not_while_results_are_written(void **state)
{
    struct lt_input in;

    (void)state;
    rounds("", REQUIRED "}");
    for (int i = 0; i < LT_HANDOVERS_MAX / 2; i++) {
        hand_over(10, 11);
        hand_over(11, 10);
    }
    in = of_team(LT_ACT_CAPTAIN, 1, 11);
    refuses_input(in, LT_EPHASE); /* each is told to everybody */
    in.by = HOST, in.staff = true, in.value = 10;
    holds_input(in);
    in.value = 12;
    does_input(in); /* a host may */
    arm(0, 0);
    hand_over(12, 10);
    does(LT_ACT_OPEN);
    end_question();
    does(LT_ACT_FINISH);
    does(LT_ACT_FINALISE);
    refuses_input(of_team(LT_ACT_CAPTAIN, 1, 11), LT_EPHASE);
}

/* ---- wager ---------------------------------------------------------------------------------- */

static void a_stake_is_chosen_once_by_the_captain_while_it_is_hidden(void **state)
{
    struct lt_input in;

    (void)state;
    rounds("", WAGER "}");
    arm(0, 0);
    in = of_team(LT_ACT_STAKE, 1, 2000);
    in.by = 11;
    refuses_input(in, LT_ENOTCAPTAIN);
    in.by = 10, in.value = 1500;
    refuses_input(in, LT_ESTAKE);
    in.value = -1000;
    refuses_input(in, LT_ESTAKE);
    in.value = 2000, in.entry = 9;
    refuses_input(in, LT_EOUT);
    in.entry = 1;
    does_input(in);
    holds_input(in);
    in.value = 1000;
    refuses_input(in, LT_EANSWERED);
    in.value = 0;
    refuses_input(in, LT_EANSWERED);
    does_input(of_team(LT_ACT_STAKE, 2, 0)); /* declines */
    open_at(100 * S);
    refuses_input(of_team(LT_ACT_STAKE, 3, 1000), LT_EPHASE);
}

static void who_declined_or_did_not_choose_cannot_answer(void **state)
{
    (void)state;
    rounds(HELP, WAGER "}");
    arm(0, 0);
    does_input(of_team(LT_ACT_STAKE, 1, 2000));
    does_input(of_team(LT_ACT_STAKE, 2, 0));
    open_at(100 * S);
    assert_int_equal(accepts(0, 1, 101 * S), LT_OK);
    assert_int_equal(accepts(0, 2, 101 * S), LT_EDECLINED);
    assert_int_equal(accepts(0, 3, 101 * S), LT_EDECLINED);
    refuses_input(of_team(LT_ACT_HELP, 2, LT_HELP_HALL), LT_EDECLINED);
    does_input(of_team(LT_ACT_HELP, 1, LT_HELP_HALL));
    end_question();
    arm(1, 0);
    assert_false(team(1)->seat.staked);
}

static void in_turn_only_one_team_is_asked(void **state)
{
    (void)state;
    rounds(HELP, WAGER ",\"turns\":\"reverse\"}");
    arm(0, 2);
    refuses_input(of_team(LT_ACT_STAKE, 1, 1000), LT_ENOTTURN);
    does_input(of_team(LT_ACT_STAKE, 2, 1000));
    open_at(100 * S);
    assert_int_equal(accepts(0, 1, 101 * S), LT_ENOTTURN);
    assert_int_equal(accepts(0, 2, 101 * S), LT_OK);
    refuses_input(of_team(LT_ACT_HELP, 1, LT_HELP_HALL), LT_ENOTTURN);
    refuses_input(of_team(LT_ACT_ANSWERED, 1, 0), LT_EPHASE);
    does_input(of_team(LT_ACT_ANSWERED, 2, 0)); /* closes by itself */
    holds_input(of_team(LT_ACT_ANSWERED, 2, 0));
    assert_int_equal(e.qstate, LT_Q_CLOSING);
}

/* ---- required ------------------------------------------------------------------------------- */

static void a_spoken_answer_in_turn_waits_for_the_host(void **state)
{
    (void)state;
    rounds("", REQUIRED ",\"turns\":\"lot\",\"judging\":\"judge\"}");
    arm(0, 3);
    refuses_input(verdict_of(true), LT_EPHASE);
    open_at(100 * S);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_int_equal(accepts(0, 3, 101 * S), LT_EPHASE);
    refuses_input(of_team(LT_ACT_ANSWERED, 3, 0), LT_EPHASE);
    does_input(verdict_of(false));
    assert_int_equal(last.entry, 3);
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.answered, 1);
    assert_int_equal(e.correct, 0);
    does(LT_ACT_REVEAL);
    arm(1, 1);
    does(LT_ACT_OPEN);
    does_once(LT_ACT_CLOSE); /* nothing was said */
    assert_int_equal(e.qstate, LT_Q_CLOSED);
    assert_int_equal(e.answered, 0);
}

static void a_question_to_all_is_answered_by_all_that_take_part(void **state)
{
    (void)state;
    rounds(",\"groups\":2", REQUIRED ",\"group\":1}");
    arm(0, 0);
    open_at(100 * S);
    for (int64_t t = 1; t <= 3; t++)
        assert_int_equal(accepts(0, t, 101 * S), team(t)->group == 1 ? LT_OK : LT_EOUT);
    assert_int_equal(accepts(0, 9, 101 * S), LT_EOUT);
    refuses_input(of_team(LT_ACT_ANSWERED, 1, 0), LT_EPHASE); /* others may still answer */
    refuses_input(verdict_of(true), LT_EPHASE);
    assert_true(tick(120 * S + GRACE));
    tallied(2, 1);
    assert_int_equal(last.dist[0], 2);
}

/* ---- help ----------------------------------------------------------------------------------- */

static void a_team_has_one_help(void **state)
{
    struct lt_input in;

    (void)state;
    rounds(HELP, REQUIRED ",\"turns\":\"lot\"}");
    arm(0, 1);
    in = of_team(LT_ACT_HELP, 1, LT_HELP_HALL);
    refuses_input(in, LT_EPHASE); /* still hidden */
    open_at(100 * S);
    in.value = LT_HELP_COLLEAGUE; /* not in this contest */
    refuses_input(in, LT_ERANGE);
    in.value = -1;
    refuses_input(in, LT_ERANGE);
    in.value = LT_HELPS;
    refuses_input(in, LT_ERANGE);
    in.value = LT_HELP_HALL, in.by = 11;
    refuses_input(in, LT_ENOTCAPTAIN);
    in.by = 10;
    does_input(in);
    assert_true(team(1)->helped);
    refuses_input(in, LT_EUSED);
    end_question();
    arm(1, 1);
    open_at(200 * S);
    in.now_us = 201 * S;
    refuses_input(in, LT_EUSED); /* once an event */
}

static void two_wrong_options_are_dropped_for_the_team_that_is_asked(void **state)
{
    unsigned seen = 0;
    struct lt_input in;

    (void)state;
    for (uint64_t random = 0; random < 640; random += 7) {
        rounds(HELP, REQUIRED ",\"turns\":\"lot\"}");
        arm(0, 1);
        open_at(100 * S);
        in = of_team(LT_ACT_HELP, 1, LT_HELP_TWO);
        in.random = random;
        refuses_input(in, LT_ERANGE); /* a question without options */
        in.n_options = 4, in.key = 0xd;
        refuses_input(in, LT_ERANGE); /* one wrong option only */
        in.key = 0x2;
        does_input(in);
        assert_int_equal(e.two_entry, 1);
        assert_int_equal(e.n_two, 2);
        assert_true(e.two[0] < e.two[1] && e.two[0] != 1 && e.two[1] != 1 && e.two[1] < 4);
        seen |= 1u << (e.two[0] + e.two[1]);
    }
    assert_int_equal(seen, 1u << 2 | 1u << 3 | 1u << 5); /* every pair of 0, 2 and 3 */
    end_question();
    arm(1, 1);
    assert_int_equal(e.n_two, 0);
}

static void what_is_asked_of_all_is_not_made_easier_for_all(void **state)
{
    struct lt_input in;

    (void)state;
    rounds(HELP, REQUIRED "}");
    arm(0, 0);
    open_at(100 * S);
    in = of_team(LT_ACT_HELP, 1, LT_HELP_TWO);
    in.n_options = 4, in.key = 1;
    refuses_input(in, LT_EPHASE);
    does_input(of_team(LT_ACT_HELP, 1, LT_HELP_HALL));
}

/* ---- speed, jury ---------------------------------------------------------------------------- */

static void a_burst_is_open_as_one(void **state)
{
    (void)state;
    rounds("", "{\"title\":\"s\",\"mode\":\"speed\",\"questions\":6,\"burst\":3,\"seconds\":40,"
               "\"points\":{\"right\":1}}");
    does_input(planned(LT_ACT_NEXT, 0, 3, 0));
    assert_int_equal(accepts(1, 1, 99 * S), LT_ENOQUESTION);
    open_at(100 * S);
    assert_int_equal(e.n_open, 3);
    for (int qi = 0; qi < 3; qi++)
        assert_int_equal(accepts(qi, 1, 139 * S), LT_OK);
    assert_int_equal(accepts(3, 1, 139 * S), LT_ENOQUESTION);
    assert_true(tick(140 * S + GRACE));
    tallied(4, 2);
    does_once(LT_ACT_REVEAL);
    refuses_input(planned(LT_ACT_NEXT, 2, 3, 0), LT_ERANGE);
}

static void judges_mark_until_the_host_closes(void **state)
{
    struct lt_input in;

    (void)state;
    rounds("", "{\"title\":\"j\",\"mode\":\"jury\",\"questions\":3,\"seconds\":60,"
               "\"jury\":{\"max\":10,\"judges\":3}}");
    arm(0, 2);
    in = input(LT_ACT_MARK, 501);
    in.staff = true, in.value = 800;
    refuses_input(in, LT_EPHASE); /* it has not begun */
    open_at(100 * S);
    assert_int_equal(lt_engine_next_us(&e), INT64_MAX);
    assert_int_equal(accepts(0, 2, 101 * S), LT_EPHASE);
    refuses_input(verdict_of(true), LT_EPHASE);
    does_input(in);
    assert_int_equal(last.entry, 2);
    holds_input(in);
    in.value = 900;
    does_input(in); /* replaces */
    assert_int_equal(e.n_marks, 1);
    assert_int_equal(e.marks[0].value_c, 900);
    for (int i = 0; i < 3; i++) {
        in.value = (const int[]){1001, -1, 850}[i]; /* whole points */
        refuses_input(in, LT_ERANGE);
    }
    in.value = 800, in.staff = false;
    refuses_input(in, LT_EFORBIDDEN);
    in.staff = true, in.by = 0; /* nobody */
    refuses_input(in, LT_EFORBIDDEN);
    for (in.by = 502; in.by < 501 + LT_JUDGES_MAX; in.by++)
        does_input(in);
    refuses_input(in, LT_EFULL);
    end_question();
    assert_int_equal(e.n_marks, LT_JUDGES_MAX);
    arm(1, 1);
    assert_int_equal(e.n_marks, 0);
}

/* ---- stages --------------------------------------------------------------------------------- */

static struct lt_input advance(int n, int64_t first, int64_t second)
{
    struct lt_input in = planned(LT_ACT_ADVANCE, -1, 0, 0);

    plan.n_in = n;
    plan.in[0] = first;
    plan.in[1] = second;
    return in;
}

static void the_next_round_waits_for_who_goes_on(void **state)
{
    (void)state;
    rounds("", REQUIRED ",\"advance\":2}," REQUIRED "}");
    refuses_input(advance(0, 0, 0), LT_EPHASE);
    arm(0, 0);
    refuses_input(advance(2, 1, 3), LT_EPHASE); /* a question is on */
    does(LT_ACT_OPEN);
    end_question();
    assert_true(lt_engine_owes(&e, 0));
    refuses_input(planned(LT_ACT_NEXT, 3, 1, 0), LT_EPHASE);
    refuses_input(planned(LT_ACT_SKIP, 3, 1, 0), LT_EPHASE);
    does_input(advance(2, 1, 3));
    holds_input(advance(0, 0, 0)); /* a double click: nothing is owed */
    assert_false(lt_engine_owes(&e, 0));
    assert_int_equal(e.advanced, 1);
    assert_false(team(2)->in);
    arm(3, 0);
    open_at(200 * S);
    assert_int_equal(accepts(3, 1, 201 * S), LT_OK);
    assert_int_equal(accepts(3, 2, 201 * S), LT_EOUT);
}

static void other_groups_are_not_left_behind_by_a_groups_round(void **state)
{
    int64_t first = 0, other = 0;

    (void)state;
    rounds(",\"groups\":2", REQUIRED ",\"group\":1,\"advance\":1}," REQUIRED "}");
    for (int64_t t = 3; t >= 1; t--)
        *(team(t)->group == 1 ? &first : &other) = t;
    arm(0, 0);
    does(LT_ACT_OPEN);
    end_question();
    does_input(advance(1, first, 0));
    for (int64_t t = 1; t <= 3; t++)
        assert_int_equal(team(t)->in, t == first || team(t)->group == 2);
    assert_true(team(other)->in);
}

static void a_round_that_could_not_be_asked_owes_its_advancement_all_the_same(void **state)
{
    (void)state;
    /* More teams than questions in turn: nobody is asked in the first round. */
    rounds("", "{\"title\":\"r\",\"mode\":\"required\",\"turns\":\"lot\",\"questions\":2,"
               "\"seconds\":20,\"points\":{\"right\":1},\"advance\":2}," REQUIRED "}");
    refuses_input(planned(LT_ACT_NEXT, 2, 1, 0), LT_EPHASE);
    does_input(advance(2, 1, 2));
    arm(2, 0);
}

static void a_round_in_which_nobody_is_left_owes_nothing(void **state)
{
    (void)state;
    rounds(",\"groups\":5", REQUIRED ",\"group\":5,\"advance\":2}," REQUIRED "}");
    assert_false(lt_engine_owes(&e, 0));
    refuses_input(advance(0, 0, 0), LT_EPHASE);
    arm(3, 0);
}

static void a_tiebreak_that_nobody_needed_still_has_its_advancement(void **state)
{
    (void)state;
    rounds(",\"ranking\":[\"points\",\"tiebreak\"]",
           REQUIRED "},{\"title\":\"t\",\"mode\":\"tiebreak\",\"questions\":2,\"seconds\":20,"
                    "\"advance\":2}," REQUIRED "}");
    arm(0, 0);
    does(LT_ACT_OPEN);
    end_question();
    refuses_input(planned(LT_ACT_NEXT, 5, 1, 0), LT_EPHASE);
    does_input(advance(2, 2, 3));
    assert_int_equal(e.advanced, 2);
    arm(5, 0);
    assert_false(team(1)->seat.takes);
}

static void sudden_death_asks_the_tied_alone(void **state)
{
    struct lt_input in;

    (void)state;
    rounds(",\"ranking\":[\"points\",\"tiebreak\"]",
           "{\"title\":\"t\",\"mode\":\"tiebreak\",\"questions\":2,\"seconds\":20}");
    in = planned(LT_ACT_NEXT, 0, 1, 0);
    plan.n_field = 2;
    plan.field[0] = 3;
    plan.field[1] = 1;
    does_input(in);
    open_at(100 * S);
    assert_int_equal(accepts(0, 1, 101 * S), LT_OK);
    assert_int_equal(accepts(0, 3, 101 * S), LT_OK);
    assert_int_equal(accepts(0, 2, 101 * S), LT_EOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lot_depends_on_the_seed_alone),
        cmocka_unit_test(every_order_is_drawn_equally_often),
        cmocka_unit_test(a_captain_hands_over_and_the_host_may_name_one),
        cmocka_unit_test(
            a_team_hands_over_so_often_from_question_to_question_and_not_while_results_are_written),
        cmocka_unit_test(a_stake_is_chosen_once_by_the_captain_while_it_is_hidden),
        cmocka_unit_test(who_declined_or_did_not_choose_cannot_answer),
        cmocka_unit_test(in_turn_only_one_team_is_asked),
        cmocka_unit_test(a_spoken_answer_in_turn_waits_for_the_host),
        cmocka_unit_test(a_question_to_all_is_answered_by_all_that_take_part),
        cmocka_unit_test(a_team_has_one_help),
        cmocka_unit_test(two_wrong_options_are_dropped_for_the_team_that_is_asked),
        cmocka_unit_test(what_is_asked_of_all_is_not_made_easier_for_all),
        cmocka_unit_test(a_burst_is_open_as_one),
        cmocka_unit_test(judges_mark_until_the_host_closes),
        cmocka_unit_test(the_next_round_waits_for_who_goes_on),
        cmocka_unit_test(other_groups_are_not_left_behind_by_a_groups_round),
        cmocka_unit_test(a_round_that_could_not_be_asked_owes_its_advancement_all_the_same),
        cmocka_unit_test(a_round_in_which_nobody_is_left_owes_nothing),
        cmocka_unit_test(a_tiebreak_that_nobody_needed_still_has_its_advancement),
        cmocka_unit_test(sudden_death_asks_the_tied_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

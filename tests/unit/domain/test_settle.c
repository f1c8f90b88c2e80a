/* What a question is worth, mode by mode. */
#include "story.h"

static void live_answers_score_by_the_rule_and_who_is_silent_keeps_his_points(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet.start_points_c = POINTS(100);
    sheet_round(LT_MODE_LIVE, 2)->score.speed = true;
    t = story_begin(0);
    lt_standings_add(t->s, 3);
    settle(t, 1, row(0, 1, 10, RIGHT, 10000), row(0, 2, 20, WRONG, 1000));
    assert_int_equal(points(t, 1), POINTS(108)); /* half the time: three quarters, whole points */
    assert_int_equal(points(t, 2), POINTS(95));
    assert_int_equal(points(t, 3), POINTS(100));
    assert_int_equal(place(t, 1)->correct, 1);
    assert_int_equal(place(t, 1)->time_us, 10000000);
    assert_int_equal(place(t, 2)->time_us, 0); /* it did not score */
    assert_int_equal(place(t, 2)->answered, 1);
    assert_int_equal(place(t, 2)->last_qi, 0);
    assert_int_equal(place(t, 2)->last_gained_c, -POINTS(5));
    assert_int_equal(place(t, 3)->last_qi, -1);
    assert_int_equal(place(t, 3)->answered, 0);
    story_end(t);
}

static void a_streak_grows_breaks_and_ends_with_its_round(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(false);
    rule = sheet_round(LT_MODE_LIVE, 4);
    rule->score.streak_c = POINTS(2);
    rule->score.streak_max = 2;
    sheet_round(LT_MODE_LIVE, 1)->score = rule->score;
    t = story_begin(0);
    settle(t, 3, row(0, 1, 1, RIGHT, 1), row(1, 1, 1, RIGHT, 1), row(2, 1, 1, RIGHT, 1),
           row(0, 2, 2, RIGHT, 1), row(2, 2, 2, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(10 + 12 + 14));
    assert_int_equal(points(t, 2), POINTS(20)); /* silence broke it */
    assert_int_equal(place(t, 1)->streak, 3);
    settle(t, 2, row(3, 1, 1, RIGHT, 1), row(4, 1, 1, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(36 + 14 + 10));
    assert_int_equal(place(t, 1)->streak, 1);
    story_end(t);
}

static void in_turn_nobody_else_loses_a_streak(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_REQUIRED, 4);
    rule->turns = LT_TURNS_LOT;
    rule->score.streak_c = POINTS(1);
    rule->score.streak_max = 9;
    t = story_begin(2);
    for (int qi = 0; qi < 3; qi++)
        arm(t, qi, 1, 1 + qi % 2), closed(t);
    settle(t, 3, row(0, 1, 10, RIGHT, 1), row(1, 2, 20, WRONG, 1), row(2, 1, 10, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(21));
    assert_int_equal(points(t, 2), -POINTS(5));
    story_end(t);
}

static void partial_credit_is_not_right(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 1)->score.partial = true;
    question_replace(0,
                     "{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\","
                     "\"e\"],\"key\":[0,1,2]}");
    t = story_begin(0);
    settle(t, 1, row(0, 1, 1, "{\"c\":[0,1]}", 1), row(0, 2, 2, "{\"c\":[0,1,2]}", 1),
           row(0, 3, 3, "{\"c\":[0,1,2,3,4]}", 1), row(0, 4, 4, "no JSON", 1));
    assert_int_equal(points(t, 1), 667);
    assert_int_equal(points(t, 2), POINTS(10));
    assert_int_equal(points(t, 3), -POINTS(5));
    assert_int_equal(points(t, 4), -POINTS(5));
    assert_int_equal(place(t, 1)->correct, 0);
    assert_int_equal(place(t, 1)->time_us, 1000);
    story_end(t);
}

static void one_response_of_the_team_counts(void **state)
{
    static const struct {
        enum lt_policy policy;
        int64_t points_c;
    } cases[] = {
        {LT_POLICY_CAPTAIN, -POINTS(5)},  {LT_POLICY_FIRST, -POINTS(5)},
        {LT_POLICY_MAJORITY, POINTS(10)}, {LT_POLICY_SUM, POINTS(10)}, /* 10 + 10 − 5 − 5 */
        {LT_POLICY_MEAN, POINTS(2) + 50}, {LT_POLICY_BEST, POINTS(5)}, /* (10 + 10 − 5) / 3 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lt_round_rule *rule;
        struct story *t;

        sheet_begin(true);
        rule = sheet_round(LT_MODE_REQUIRED, 1);
        rule->policy = cases[i].policy;
        rule->policy_n = 3;
        t = story_begin(1);
        lot(t);
        arm(t, 0, 1, 0);
        closed(t);
        settle(t, 1, row(0, 1, 12, RIGHT, 300), row(0, 1, 10, WRONG, 200),
               row(0, 1, 13, RIGHT, 400), row(0, 1, 11, OTHER, 100));
        assert_int_equal(points(t, 1), cases[i].points_c);
        assert_int_equal(place(t, 1)->answered, 1);
        story_end(t);
    }
}

static void means_are_rounded_half_away_from_zero(void **state)
{
    static const struct {
        int64_t right_c, wrong_c, mean_c;
    } cases[] = {{3, 0, 2}, {5, 0, 3},  {0, -3, -2}, {0, -5, -3},
                 {4, 0, 2}, {2, -1, 1}, {1, -2, -1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lt_round_rule *rule;
        struct story *t;

        sheet_begin(true);
        rule = sheet_round(LT_MODE_REQUIRED, 1);
        rule->policy = LT_POLICY_MEAN;
        rule->score.right_c = cases[i].right_c;
        rule->score.wrong_c = cases[i].wrong_c;
        t = story_begin(1);
        settle(t, 1, row(0, 1, 1, RIGHT, 10), row(0, 1, 2, WRONG, 21));
        assert_int_equal(points(t, 1), cases[i].mean_c);
        assert_int_equal(place(t, 1)->correct, 0); /* half of them is not more than half */
        assert_int_equal(place(t, 1)->time_us, cases[i].mean_c > 0 ? 15500 : 0);
        story_end(t);
    }
}

static void who_hands_over_the_captaincy_after_answering_has_answered(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_REQUIRED, 3);
    rule->policy = LT_POLICY_CAPTAIN;
    t = story_begin(1);
    lot(t);
    arm(t, 0, 1, 0);
    captain(t, 1, 11);
    closed(t);
    arm(t, 1, 1, 0);
    captain(t, 1, 12);
    closed(t);
    arm(t, 2, 1, 0);
    closed(t);
    captain(t, 1, 13);
    /* 10 was captain when question 0 was armed; in 1 both answered; in 2 only who became it later. */
    settle(t, 3, row(0, 1, 10, RIGHT, 1), row(1, 1, 11, WRONG, 1), row(1, 1, 12, RIGHT, 2),
           row(2, 1, 13, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(20));
    assert_int_equal(place(t, 1)->answered, 2);
    story_end(t);
}

static void what_a_verdict_is_read_from_is_what_settles(void **state)
{
    struct lt_answer_row both[] = {row(0, 1, 10, RIGHT, 1), row(0, 1, 12, WRONG, 2)};
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_BUZZER, 2);
    rule->policy = LT_POLICY_CAPTAIN;
    t = story_begin(2);
    lot(t);
    arm(t, 0, 1, 0);
    press(t, 1, 100000);
    captain(t, 1, 11); /* 10 has answered and handed over; 11 is silent */
    assert_int_equal(lt_standings_pick(t->s, 0, both, 1), 0);
    assert_int_equal(lt_standings_pick(t->s, 0, both, 0), -1);
    verdict(t, 1, true, 0);
    rule->policy = LT_POLICY_MAJORITY; /* one vote each: the captain's decides */
    arm(t, 1, 1, 0);
    press(t, 1, 100000);
    captain(t, 1, 12);
    assert_int_equal(lt_standings_pick(t->s, 1, both, 2), 1);
    verdict(t, 1, false, 0);
    captain(t, 1, 10); /* after the verdict, before the question is over */
    press(t, 2, 200000);
    verdict(t, 2, false, 0);
    settle(t, 2, row(1, 1, 10, RIGHT, 1), row(1, 1, 12, WRONG, 2));
    assert_false(place(t, 1)->last_right);
    story_end(t);
}

static void a_spoken_answer_counts_as_the_judge_says(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_REQUIRED, 3);
    rule->turns = LT_TURNS_LOT;
    rule->judging = LT_JUDGED_BY_JUDGE;
    rule->score.speed = true;
    t = story_begin(3);
    for (int qi = 0; qi < 3; qi++) {
        arm(t, qi, 1, qi + 1);
        if (qi < 2)
            verdict(t, qi + 1, qi == 0, 77);
        else
            closed(t);
    }
    lt_standings_settle(t->s, 3, NULL, 0);
    assert_int_equal(points(t, 1), POINTS(10));
    assert_int_equal(points(t, 2), -POINTS(5));
    assert_int_equal(points(t, 3), 0); /* said nothing */
    assert_int_equal(place(t, 1)->answered + place(t, 2)->answered, 2);
    assert_int_equal(place(t, 3)->answered, 0);
    story_end(t);
}

static void a_stake_is_won_or_lost(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_WAGER, 1);
    t = story_begin(5);
    arm(t, 0, 1, 0);
    stake(t, 1, POINTS(30));
    stake(t, 2, POINTS(20));
    stake(t, 3, POINTS(10));
    stake(t, 4, 0);
    closed(t);
    settle(t, 1, row(0, 1, 10, RIGHT, 5), row(0, 2, 20, WRONG, 5));
    assert_int_equal(points(t, 1), POINTS(30));
    assert_int_equal(points(t, 2), -POINTS(20));
    assert_int_equal(points(t, 3), -POINTS(10)); /* silence is wrong */
    assert_int_equal(place(t, 3)->answered, 0);
    assert_int_equal(points(t, 4), 0);
    assert_int_equal(place(t, 4)->last_qi, -1);
    assert_int_equal(points(t, 5), 0);
    story_end(t);
}

static void a_spoken_stake_follows_the_verdict_and_nothing_said_is_wrong(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_WAGER, 2);
    rule->turns = LT_TURNS_REVERSE;
    rule->judging = LT_JUDGED_BY_JUDGE;
    t = story_begin(2);
    arm(t, 0, 1, 1);
    stake(t, 1, POINTS(20));
    verdict(t, 1, true, 9);
    arm(t, 1, 1, 2);
    stake(t, 2, POINTS(10));
    closed(t);
    lt_standings_settle(t->s, 2, NULL, 0);
    assert_int_equal(points(t, 1), POINTS(20));
    assert_int_equal(points(t, 2), -POINTS(10));
    story_end(t);
}

static void a_buzzer_question_pays_each_team_that_held_it(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_BUZZER, 2);
    t = story_begin(4);
    arm(t, 0, 1, 0);
    foul(t, 4, -POINTS(10));
    assert_true(t->changed);
    assert_int_equal(points(t, 4), -POINTS(10)); /* at once */
    press(t, 1, 300000);
    press(t, 2, 400000);
    verdict(t, 1, false, 9);
    verdict(t, 2, true, 9);
    lt_standings_settle(t->s, 1, NULL, 0);
    assert_int_equal(points(t, 1), -POINTS(5));
    assert_int_equal(points(t, 2), POINTS(10));
    assert_int_equal(place(t, 2)->time_us, 400000);
    assert_int_equal(points(t, 3), 0);
    assert_int_equal(points(t, 4), -POINTS(10));
    assert_int_equal(place(t, 4)->last_qi, -1);
    story_end(t);
}

static void what_was_held_by_phone_is_graded_from_the_answer(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_BUZZER, 1);
    t = story_begin(3);
    arm(t, 0, 1, 0);
    for (int i = 1; i <= 3; i++)
        press(t, i, i * 100000);
    verdict(t, 1, true, 0); /* the log's word is not what counts here */
    verdict(t, 2, true, 0);
    verdict(t, 3, false, 0);
    settle(t, 1, row(0, 1, 10, WRONG, 5), row(0, 3, 30, RIGHT, 5));
    assert_int_equal(points(t, 1), -POINTS(5));
    assert_int_equal(points(t, 2), -POINTS(5)); /* held it and did not answer */
    assert_int_equal(points(t, 3), POINTS(10));
    story_end(t);
}

static void armed_again_presses_are_forgotten_but_not_fouls_and_verdicts(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_BUZZER, 1);
    t = story_begin(3);
    arm(t, 0, 1, 0);
    foul(t, 3, -POINTS(10));
    press(t, 1, 100000);
    verdict(t, 1, false, 9);
    press(t, 2, 200000);
    arm(t, 0, 1, 0);
    press(t, 2, 700000);
    verdict(t, 2, true, 9);
    lt_standings_settle(t->s, 1, NULL, 0);
    assert_int_equal(points(t, 1), -POINTS(5));
    assert_int_equal(points(t, 2), POINTS(10));
    assert_int_equal(place(t, 2)->time_us, 700000);
    assert_int_equal(points(t, 3), -POINTS(10));
    story_end(t);
}

static void each_question_of_a_burst_counts_by_itself(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_SPEED, 8)->burst = 4;
    t = story_begin(2);
    arm(t, 0, 4, 0);
    closed(t);
    settle(t, 4, row(0, 1, 10, RIGHT, 1), row(1, 1, 10, WRONG, 2), row(2, 1, 10, RIGHT, 3),
           row(0, 2, 20, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(15));
    assert_int_equal(points(t, 2), POINTS(10));
    assert_int_equal(place(t, 1)->answered, 3);
    assert_int_equal(place(t, 1)->last_gained_c, POINTS(15)); /* by all of it */
    assert_int_equal(place(t, 2)->last_gained_c, POINTS(10));
    assert_int_equal(lt_standings_settled(t->s), 4);
    arm(t, 4, 4, 0);
    closed(t);
    settle(t, 4, row(5, 1, 10, WRONG, 1), row(7, 1, 10, RIGHT, 2));
    assert_int_equal(place(t, 1)->last_gained_c, POINTS(5)); /* by this one */
    assert_int_equal(place(t, 2)->last_gained_c, POINTS(10));
    story_end(t);
}

static void what_was_gained_last_is_a_whole_burst(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_SPEED, 4)->burst = 2;
    t = story_begin(2);
    arm(t, 0, 2, 0);
    closed(t);
    settle(t, 2, row(0, 1, 10, RIGHT, 1), row(1, 1, 10, RIGHT, 2), row(0, 2, 20, RIGHT, 1));
    assert_int_equal(place(t, 1)->last_gained_c, POINTS(20));
    assert_int_equal(place(t, 2)->last_gained_c, POINTS(10));
    arm(t, 2, 2, 0);
    closed(t);
    settle(t, 2, row(2, 1, 10, WRONG, 3), row(3, 1, 10, RIGHT, 4));
    assert_int_equal(place(t, 1)->last_gained_c, POINTS(5));
    story_end(t);
}

static void a_jury_s_marks_are_averaged(void **state)
{
    static const struct {
        bool drop;
        int n;
        int64_t marks_c[5], points_c;
    } cases[] = {
        {true, 5, {9000, 8000, 7000, 8500, 9500}, 8500},
        {true, 4, {9000, 9000, 7000, 7100}, 8050}, /* one highest, one lowest */
        {true, 3, {9000, 8000, 7000}, 8000},
        {true, 2, {9000, 8000}, 8500},
        {false, 3, {100, 100, 200}, 133},
        {false, 3, {100, 200, 200}, 167},
        {false, 2, {100, 101}, 101},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lt_round_rule *rule;
        struct story *t;

        sheet_begin(true);
        rule = sheet_round(LT_MODE_JURY, 1);
        rule->turns = LT_TURNS_LOT;
        rule->jury.drop = cases[i].drop;
        t = story_begin(2);
        arm(t, 0, 1, 2);
        mark(t, 50, 1); /* replaced */
        for (int k = 0; k < cases[i].n; k++)
            mark(t, 50 + k, cases[i].marks_c[k]);
        closed(t);
        lt_standings_settle(t->s, 1, NULL, 0);
        assert_int_equal(points(t, 2), cases[i].points_c);
        assert_int_equal(place(t, 2)->answered, 1);
        assert_int_equal(place(t, 2)->correct, 0);
        assert_int_equal(points(t, 1), 0);
        story_end(t);
    }
}

static void sudden_death_gives_rank_and_no_points(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 1);
    sheet_round(LT_MODE_TIEBREAK, 2)->places = 1;
    sheet_round(LT_MODE_REQUIRED, 1);
    sheet_round(LT_MODE_TIEBREAK, 2)->places = 1;
    t = story_begin(3);
    settle(t, 6, row(1, 1, 10, RIGHT, 1), row(1, 2, 20, WRONG, 1), row(2, 2, 20, RIGHT, 1),
           row(4, 2, 20, RIGHT, 1), row(4, 3, 30, RIGHT, 1));
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(points(t, i), 0);
        assert_int_equal(place(t, i)->correct, 0);
    }
    /* 1000…, 0110…, 0010… */
    assert_true(place(t, 1)->tiebreak > place(t, 2)->tiebreak);
    assert_int_equal(place(t, 2)->tiebreak, 3 * place(t, 3)->tiebreak);
    assert_int_equal(place(t, 1)->tiebreak, 4 * place(t, 3)->tiebreak);
    assert_true(place(t, 1)->last_right);
    assert_int_equal(place(t, 2)->answered, 3);
    rank(t);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(place(t, i)->rank, i);
    story_end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_answers_score_by_the_rule_and_who_is_silent_keeps_his_points),
        cmocka_unit_test(a_streak_grows_breaks_and_ends_with_its_round),
        cmocka_unit_test(in_turn_nobody_else_loses_a_streak),
        cmocka_unit_test(partial_credit_is_not_right),
        cmocka_unit_test(one_response_of_the_team_counts),
        cmocka_unit_test(means_are_rounded_half_away_from_zero),
        cmocka_unit_test(who_hands_over_the_captaincy_after_answering_has_answered),
        cmocka_unit_test(what_a_verdict_is_read_from_is_what_settles),
        cmocka_unit_test(a_spoken_answer_counts_as_the_judge_says),
        cmocka_unit_test(a_stake_is_won_or_lost),
        cmocka_unit_test(a_spoken_stake_follows_the_verdict_and_nothing_said_is_wrong),
        cmocka_unit_test(a_buzzer_question_pays_each_team_that_held_it),
        cmocka_unit_test(what_was_held_by_phone_is_graded_from_the_answer),
        cmocka_unit_test(armed_again_presses_are_forgotten_but_not_fouls_and_verdicts),
        cmocka_unit_test(each_question_of_a_burst_counts_by_itself),
        cmocka_unit_test(what_was_gained_last_is_a_whole_burst),
        cmocka_unit_test(a_jury_s_marks_are_averaged),
        cmocka_unit_test(sudden_death_gives_rank_and_no_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

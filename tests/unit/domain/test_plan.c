/* What comes next. */
#include "story.h"

static struct lt_plan plan;

static const struct lt_plan *next(struct story *t)
{
    lt_standings_plan(t->s, &t->e, LT_ACT_NEXT, &plan);
    return &plan;
}

/* Ask what is planned and settle it without answers. */
static int64_t ask(struct story *t)
{
    assert_true(next(t)->qi >= 0);
    arm(t, plan.qi, plan.n, plan.turn);
    closed(t);
    lt_standings_settle(t->s, plan.qi + plan.n - lt_standings_settled(t->s), NULL, 0);
    rank(t);
    return plan.turn;
}

static void give(struct story *t, int64_t entry, int64_t value_c)
{
    rule(t, (struct lt_ruling){.kind = LT_RULING_ADJUST,
                               .state = LT_RULING_DONE,
                               .qi = -1,
                               .entry = entry,
                               .value_c = value_c});
    rank(t);
}

static void take_back(struct story *t, int qi)
{
    rule(t, (struct lt_ruling){.kind = LT_RULING_VOID, .state = LT_RULING_DONE, .qi = qi});
}

static void questions_for_all_follow_each_other_over_the_rounds(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 2);
    sheet_round(LT_MODE_LIVE, 1);
    t = story_begin(0);
    for (int qi = 0; qi < 3; qi++) {
        assert_int_equal(ask(t), 0);
        assert_int_equal(t->e.qi, qi);
    }
    assert_int_equal(next(t)->qi, -1);
    lt_standings_plan(t->s, &t->e, LT_ACT_SKIP, &plan);
    assert_int_equal(plan.qi, -1);
    story_end(t);
}

static void a_skip_goes_to_the_next_round(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 5);
    sheet_round(LT_MODE_LIVE, 1);
    t = story_begin(0);
    lt_standings_plan(t->s, &t->e, LT_ACT_SKIP, &plan);
    assert_int_equal(plan.qi, 0); /* before the first question the first round is the next */
    ask(t);
    lt_standings_plan(t->s, &t->e, LT_ACT_SKIP, &plan);
    assert_int_equal(plan.qi, 5);
    story_end(t);
}

static void by_lot_each_team_has_its_turn_and_what_is_left_stays_spare(void **state)
{
    const int64_t turns[] = {1, 2, 3, 1, 2, 3};
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 8)->turns = LT_TURNS_LOT;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(3);
    rank(t);
    for (int i = 0; i < 6; i++)
        assert_int_equal(ask(t), turns[i]);
    assert_int_equal(next(t)->qi, 8);
    assert_int_equal(plan.turn, 0);
    story_end(t);
}

static void reversed_the_last_in_the_ranking_goes_first(void **state)
{
    const int64_t turns[] = {2, 1, 3, 3};
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_WAGER, 6)->turns = LT_TURNS_REVERSE;
    t = story_begin(3);
    give(t, 3, POINTS(20));
    give(t, 1, POINTS(10));
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(t), turns[i]);
    give(t, 3, -POINTS(100));
    assert_int_equal(ask(t), turns[3]);
    story_end(t);
}

static void a_void_question_comes_back_to_its_team_with_a_spare_one(void **state)
{
    const int64_t turns[] = {1, 2, 2, 3};
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 5)->turns = LT_TURNS_LOT;
    t = story_begin(3);
    rank(t);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ask(t), turns[i]);
        if (i == 1)
            take_back(t, 1);
    }
    assert_int_equal(next(t)->qi, -1); /* one question for three teams */
    take_back(t, 0);
    assert_int_equal(next(t)->qi, 4);
    assert_int_equal(plan.turn, 1);
    story_end(t);
}

static void without_a_spare_question_the_others_are_asked_first(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 3)->turns = LT_TURNS_LOT;
    t = story_begin(3);
    rank(t);
    ask(t);
    ask(t);
    take_back(t, 0);
    assert_int_equal(ask(t), 3);
    assert_int_equal(next(t)->qi, -1);
    story_end(t);
}

static void bursts_are_asked_whole(void **state)
{
    struct lt_round_rule *r;
    struct story *t;

    (void)state;
    sheet_begin(true);
    r = sheet_round(LT_MODE_SPEED, 15);
    r->burst = 5;
    r->turns = LT_TURNS_LOT;
    t = story_begin(2);
    rank(t);
    assert_int_equal(ask(t), 1);
    assert_int_equal(t->e.n_open, 5);
    take_back(t, 3); /* one of five: the burst counts */
    assert_int_equal(ask(t), 2);
    assert_int_equal(t->e.qi, 5);
    assert_int_equal(next(t)->qi, -1);
    for (int qi = 5; qi < 10; qi++)
        take_back(t, qi);
    assert_int_equal(next(t)->qi, 10);
    assert_int_equal(plan.turn, 2);
    story_end(t);
}

static void who_is_out_or_of_another_group_has_no_turn(void **state)
{
    struct lt_round_rule *r;
    struct story *t;

    (void)state;
    sheet_begin(true);
    r = sheet_round(LT_MODE_REQUIRED, 4);
    r->turns = LT_TURNS_LOT;
    r->group = 2;
    sheet_round(LT_MODE_REQUIRED, 1)->group = 3;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(4);
    for (int i = 1; i < 4; i++)
        t->e.teams[i].group = 2;
    t->e.teams[1].in = false;
    t->e.teams[2].disqualified = true;
    rank(t);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(t), 4);
    assert_int_equal(next(t)->qi, 5); /* nobody is in group 3 */
    story_end(t);
}

static void sudden_death_is_among_the_tied_until_no_tie_matters(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_TIEBREAK, 4)->places = 2;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(6);
    give(t, 1, POINTS(30)); /* 1; 2, 3, 4 share rank 2; 5, 6 share rank 5 */
    for (int i = 2; i <= 4; i++)
        give(t, i, POINTS(20));
    assert_int_equal(next(t)->qi, 0);
    assert_int_equal(plan.n_field, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(plan.field[i], i + 2);
    arm(t, 0, 1, 0);
    closed(t);
    settle(t, 1, row(0, 2, 20, RIGHT, 1), row(0, 4, 40, RIGHT, 1));
    rank(t);
    assert_int_equal(next(t)->qi, 1);
    assert_int_equal(plan.n_field, 2); /* 3 is out of it */
    assert_int_equal(plan.field[1], 4);
    arm(t, 1, 1, 0);
    closed(t);
    settle(t, 1, row(1, 4, 40, RIGHT, 1));
    rank(t);
    assert_int_equal(place(t, 4)->rank, 2);
    assert_int_equal(place(t, 2)->rank, 3);
    assert_int_equal(next(t)->qi, 4); /* the tie for rank 5 does not matter */
    assert_int_equal(plan.n_field, 0);
    story_end(t);
}

static void a_tie_that_questions_cannot_resolve_stays(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_TIEBREAK, 1)->places = 1;
    t = story_begin(2);
    rank(t);
    ask(t);
    assert_int_equal(next(t)->qi, -1);
    assert_int_equal(place(t, 1)->rank, 1);
    assert_int_equal(place(t, 2)->rank, 1);
    story_end(t);
}

static void the_best_go_on_and_who_is_as_good_as_the_last_of_them(void **state)
{
    struct lt_round_rule *r;
    struct story *t;

    (void)state;
    sheet_begin(true);
    r = sheet_round(LT_MODE_REQUIRED, 1);
    r->advance = 2;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(5);
    give(t, 5, POINTS(30));
    give(t, 2, POINTS(10));
    give(t, 4, POINTS(10));
    ask(t);
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 3);
    assert_int_equal(plan.in[0], 5);
    assert_int_equal(plan.in[1], 2);
    assert_int_equal(plan.in[2], 4);
    advance(t, 0, plan.n_in, plan.in);
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 0); /* none is owed any more */
    assert_int_equal(next(t)->qi, 1);
    story_end(t);
}

static void
an_advancement_ends_its_round_and_one_of_an_unneeded_tiebreak_is_still_owed(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 3)->advance = 2;
    sheet_round(LT_MODE_REQUIRED, 1);
    sheet_round(LT_MODE_TIEBREAK, 3)->places = 1;
    sheet.rounds[2].advance = 1;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(3);
    give(t, 1, POINTS(20));
    give(t, 2, POINTS(10));
    ask(t);
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 2);
    advance(t, 0, plan.n_in, plan.in);
    rank(t);
    ask(t);
    assert_int_equal(t->e.qi, 3); /* not 1, though the round has two questions more */
    assert_int_equal(next(t)->qi, 7);
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 1);
    assert_int_equal(plan.in[0], 1);
    story_end(t);
}

/* Three teams in turn and two questions: the round is over before it begins, its advancement is not. */
static void a_round_with_too_few_questions_still_says_who_goes_on(void **state)
{
    struct lt_round_rule *rule;
    struct story *t;

    (void)state;
    sheet_begin(true);
    rule = sheet_round(LT_MODE_REQUIRED, 2);
    rule->turns = LT_TURNS_LOT;
    rule->advance = 1;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(3);
    give(t, 2, POINTS(1));
    assert_int_equal(next(t)->qi, 2);
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 1);
    assert_int_equal(plan.in[0], 2);
    for (int i = 0; i < 3; i++) /* nobody is left in it: nothing is owed */
        t->e.teams[i].disqualified = true;
    lt_standings_plan(t->s, &t->e, LT_ACT_ADVANCE, &plan);
    assert_int_equal(plan.n_in, 0);
    story_end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_with_too_few_questions_still_says_who_goes_on),
        cmocka_unit_test(questions_for_all_follow_each_other_over_the_rounds),
        cmocka_unit_test(a_skip_goes_to_the_next_round),
        cmocka_unit_test(by_lot_each_team_has_its_turn_and_what_is_left_stays_spare),
        cmocka_unit_test(reversed_the_last_in_the_ranking_goes_first),
        cmocka_unit_test(a_void_question_comes_back_to_its_team_with_a_spare_one),
        cmocka_unit_test(without_a_spare_question_the_others_are_asked_first),
        cmocka_unit_test(bursts_are_asked_whole),
        cmocka_unit_test(who_is_out_or_of_another_group_has_no_turn),
        cmocka_unit_test(sudden_death_is_among_the_tied_until_no_tie_matters),
        cmocka_unit_test(a_tie_that_questions_cannot_resolve_stays),
        cmocka_unit_test(the_best_go_on_and_who_is_as_good_as_the_last_of_them),
        cmocka_unit_test(
            an_advancement_ends_its_round_and_one_of_an_unneeded_tiebreak_is_still_owed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

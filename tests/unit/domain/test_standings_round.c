/* Who stands where by one round alone: what belongs to it, through rulings, restarts and new starts. */
#include "story.h"

#include <stdio.h>

static struct lt_place places[8];
static int n_places;

static struct lt_ruling done(enum lt_ruling_kind kind, int qi, int64_t entry, int64_t value_c)
{
    return (struct lt_ruling){
        .kind = kind, .state = LT_RULING_DONE, .qi = qi, .entry = entry, .value_c = value_c};
}

/* "1.2=20 …": rank, entry, points, from the top. */
static void assert_round(const struct story *t, int r, const char *want)
{
    char got[400] = "";

    n_places = lt_standings_rank_round(t->s, r, places);
    assert_int_equal(n_places, lt_standings_count(t->s));
    for (int i = 0; i < n_places; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%d.%d=%d", i ? " " : "",
                 places[i].rank, (int)places[i].entry, (int)places[i].points_c / 100);
    assert_string_equal(got, want);
}

/* Two required rounds of two questions, three teams. */
static struct story *two_rounds(void)
{
    sheet_begin(true);
    sheet.start_points_c = POINTS(100);
    sheet_round(LT_MODE_REQUIRED, 2);
    sheet_round(LT_MODE_REQUIRED, 2);
    return story_begin(3);
}

static void a_round_has_its_own_questions_and_nothing_else(void **state)
{
    struct story *t = two_rounds();

    (void)state;
    assert_round(t, 0, "1.1=0 1.2=0 1.3=0");
    settle(t, 3, row(0, 1, 10, RIGHT, 500), row(1, 1, 10, RIGHT, 700), row(0, 2, 20, WRONG, 100),
           row(2, 2, 20, RIGHT, 900), row(2, 3, 30, RIGHT, 400));
    assert_round(t, 0, "1.1=20 2.3=0 3.2=-5");
    assert_int_equal(places[0].correct, 2);
    assert_int_equal(places[0].answered, 2);
    assert_int_equal(places[0].time_us, 1200000);
    assert_int_equal(places[2].answered, 1);
    assert_int_equal(places[2].time_us, 0);
    assert_round(t, 1, "1.3=10 2.2=10 3.1=0"); /* 3 was quicker */
    settle(t, 1, row(3, 1, 10, RIGHT, 1));
    assert_round(t, 0, "1.1=20 2.3=0 3.2=-5");
    assert_round(t, 1, "1.1=10 2.3=10 3.2=10");
    story_end(t);
}

static void equal_ones_share_a_rank(void **state)
{
    struct story *t = two_rounds();

    (void)state;
    settle(t, 1, row(0, 3, 30, RIGHT, 500), row(0, 2, 20, RIGHT, 500));
    assert_round(t, 0, "1.2=10 1.3=10 3.1=0");
    story_end(t);
}

static void rulings_about_questions_are_the_rounds_and_adjustments_are_not(void **state)
{
    struct story *t = two_rounds();

    (void)state;
    settle(t, 4, row(0, 1, 10, RIGHT, 500), row(1, 2, 20, RIGHT, 700), row(2, 3, 30, OTHER, 100));
    rule(t, done(LT_RULING_ADJUST, -1, 3, POINTS(50)));
    assert_round(t, 0, "1.1=10 2.2=10 3.3=0");
    assert_round(t, 1, "1.1=0 1.2=0 3.3=-5");
    rule(t, done(LT_RULING_VOID, 0, 0, 0));
    assert_true(lt_standings_stale(t->s));
    lt_standings_restart(t->s);
    assert_round(t, 0, "1.1=0 1.2=0 1.3=0"); /* nothing is settled */
    settle(t, 4, row(0, 1, 10, RIGHT, 500), row(1, 2, 20, RIGHT, 700), row(2, 3, 30, OTHER, 100));
    assert_round(t, 0, "1.2=10 2.1=0 2.3=0");
    assert_round(t, 1, "1.1=0 1.2=0 3.3=-5");
    rule(t, done(LT_RULING_DISQUALIFY, -1, 2, 0));
    assert_round(t, 0, "1.1=0 1.3=0 0.2=10");
    story_end(t);
}

static void fouls_belong_to_the_round_of_their_question(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_BUZZER, 2);
    sheet_round(LT_MODE_BUZZER, 1);
    t = story_begin(2);
    arm(t, 1, 1, 0);
    foul(t, 1, -POINTS(10));
    foul(t, 2, -POINTS(3));
    arm(t, 2, 1, 0);
    foul(t, 2, -POINTS(5));
    foul(t, 9, -POINTS(2)); /* whom nobody had named before */
    assert_round(t, 0, "1.9=0 2.2=-3 3.1=-10");
    assert_round(t, 1, "1.1=0 2.9=-2 3.2=-5");
    rule(t, done(LT_RULING_VOID, 1, 0, 0));
    assert_round(t, 0, "1.1=0 1.2=0 1.9=0");
    assert_round(t, 1, "1.1=0 2.9=-2 3.2=-5");
    story_end(t);
}

/* Who goes on starts anew in total; what the round was worth stays what it was, whenever it is
 * settled. */
static void a_new_start_takes_nothing_from_the_round_before(void **state)
{
    static const int64_t in[] = {1, 2};
    struct story *t = two_rounds();

    (void)state;
    sheet.rounds[0].advance = 2;
    sheet.rounds[0].reset = true;
    arm(t, 1, 1, 0);
    settle(t, 2, row(0, 1, 10, RIGHT, 500), row(1, 2, 20, RIGHT, 700), row(1, 1, 10, RIGHT, 100));
    assert_round(t, 0, "1.1=20 2.2=10 3.3=0");
    advance(t, 0, 2, in);
    assert_int_equal(points(t, 1), POINTS(100));
    assert_round(t, 0, "1.1=20 2.2=10 3.3=0");
    rule(t, done(LT_RULING_VOID, 1, 0, 0));
    lt_standings_restart(t->s);
    settle(t, 3, row(0, 1, 10, RIGHT, 500), row(1, 2, 20, RIGHT, 700), row(1, 1, 10, RIGHT, 100),
           row(2, 2, 20, RIGHT, 100));
    assert_int_equal(points(t, 1), POINTS(100));
    assert_int_equal(points(t, 2), POINTS(110));
    assert_round(t, 0, "1.1=10 2.2=0 2.3=0");
    assert_round(t, 1, "1.2=10 2.1=0 2.3=0");
    story_end(t);
}

static void a_tiebreak_is_ranked_by_its_right_answers(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 1);
    sheet_round(LT_MODE_TIEBREAK, 2);
    t = story_begin(3);
    settle(t, 3, row(1, 1, 10, RIGHT, 1), row(1, 2, 20, RIGHT, 1), row(1, 3, 30, WRONG, 1),
           row(2, 1, 10, WRONG, 1), row(2, 2, 20, RIGHT, 1));
    assert_round(t, 1, "1.2=0 2.1=0 3.3=0");
    assert_int_equal(places[0].correct, 2);
    assert_int_equal(place(t, 2)->correct, 0); /* in the ranking of the event they are none */
    story_end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_has_its_own_questions_and_nothing_else),
        cmocka_unit_test(equal_ones_share_a_rank),
        cmocka_unit_test(rulings_about_questions_are_the_rounds_and_adjustments_are_not),
        cmocka_unit_test(fouls_belong_to_the_round_of_their_question),
        cmocka_unit_test(a_new_start_takes_nothing_from_the_round_before),
        cmocka_unit_test(a_tiebreak_is_ranked_by_its_right_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

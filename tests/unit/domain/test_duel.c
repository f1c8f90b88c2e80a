/* Duels: who is where and when it ends; robots; ratings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/duel.h"

#include "papers.h"

#include <stdlib.h>

static struct lt_paper papers[LT_DUEL_PLAYERS_MAX];
static struct lt_duel duel;
static struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
static int64_t end_us;

static void fresh_duel(int n, int robots)
{
    rule.paper.players = n;
    begin(7);
    duel = (struct lt_duel){.rule = &rule, .seed = 7, .started_us = T0, .n = n};
    for (int i = 0; i < n; i++) {
        papers[i] = paper;
        duel.sides[i] =
            i < n - robots ? (struct lt_duel_side){100 + i, &papers[i]} : (struct lt_duel_side){0};
    }
}

static int setup(void **state)
{
    (void)state;
    n_pool = 0;
    plain_pool(60, 6, LT_QT_SINGLE);
    fresh_round(LT_MODE_DUEL, 10);
    rule.paper.target = 3;
    rule.paper.n_places = 2;
    rule.paper.places_c[0] = 300;
    rule.paper.places_c[1] = 100;
    fresh_duel(2, 0);
    return 0;
}

/* The side's next answer, `ms` after the start. */
static void answer(int side, bool right, int64_t ms)
{
    struct lt_paper_view view;
    struct lt_response r;

    lt_paper_at(&papers[side], T0 + ms * 1000, &view);
    r = right ? right_of(&papers[side], view.item) : wrong_of(&papers[side], view.item);
    assert_int_equal(lt_paper_put(&papers[side], view.item, &r, 1, T0 + ms * 1000, 0), LT_OK);
}

static void leave(int side, int64_t ms)
{
    papers[side].state = LT_PAPER_FORFEITED;
    papers[side].submitted_us = T0 + ms * 1000;
}

static void look(int64_t ms)
{
    lt_duel_outcome(&duel, T0 + ms * 1000, places, &end_us);
}

static void who_first_has_the_target_wins_and_that_ends_it(void **state)
{
    (void)state;
    for (int k = 1; k <= 3; k++) {
        answer(0, true, k * 4000);
        if (k < 3)
            answer(1, true, k * 3000);
    }
    look(11999);
    assert_int_equal(end_us, 0);
    assert_int_equal(places[0].place, 0);
    assert_int_equal(places[1].right, 2);
    answer(1, true, 12500); /* on its way when the duel ended */
    look(13000);
    assert_int_equal(end_us, T0 + 12000 * 1000);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[0].points_c, 300);
    assert_int_equal(places[1].place, 2);
    assert_int_equal(places[1].right, 2);
    assert_int_equal(places[1].points_c, 100);
}

static void who_has_the_target_at_the_same_time_shares_the_place(void **state)
{
    (void)state;
    for (int k = 1; k <= 3; k++)
        for (int side = 0; side < 2; side++)
            answer(side, true, k * 4000);
    look(12000);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[1].place, 1);
    assert_int_equal(places[1].points_c, 300);
    papers[1].choices[2].at_us += 1; /* a microsecond decides */
    look(13000);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[1].place, 2);
    assert_int_equal(places[1].right, 2);
}

static void all_through_without_a_target_the_more_and_the_earlier_answers_win(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        answer(0, i == 3 || i == 4, 1000 * i + 500);
        answer(1, i == 0 || i == 9, 1000 * i + 700);
    }
    look(9600);
    assert_int_equal(end_us, 0);
    look(9700);
    assert_int_equal(end_us, T0 + 9700 * 1000);
    assert_int_equal(places[0].right, 2);
    assert_int_equal(places[1].right, 2);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[1].place, 2);
}

static void clocks_end_a_duel_of_two_who_fell_asleep_and_pay_nothing(void **state)
{
    (void)state;
    look(199999);
    assert_int_equal(end_us, 0);
    look(200000); /* 10 questions of 20 s */
    assert_int_equal(end_us, T0 + 200 * SEC);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[1].place, 1);
    assert_int_equal(places[0].points_c, 0);
}

static void who_leaves_loses_and_leaves_the_points_to_the_other(void **state)
{
    (void)state;
    answer(1, true, 1000);
    leave(1, 2000);
    look(1999);
    assert_int_equal(end_us, 0);
    look(2000);
    assert_int_equal(end_us, T0 + 2 * SEC);
    assert_int_equal(places[0].place, 1);
    assert_int_equal(places[0].points_c, 300);
    assert_int_equal(places[1].place, 2);
    assert_true(places[1].forfeited);
    assert_int_equal(places[1].points_c, 0);
}

static void who_leaves_when_it_is_over_has_not_forfeited(void **state)
{
    (void)state;
    for (int k = 1; k <= 3; k++)
        answer(0, true, k * 4000);
    leave(1, 12001);
    look(13000);
    assert_false(places[1].forfeited);
    assert_int_equal(end_us, T0 + 12 * SEC);
}

static void of_four_the_others_play_on_when_one_leaves(void **state)
{
    (void)state;
    fresh_duel(4, 0);
    answer(0, true, 1000);
    leave(3, 1500);
    look(2000);
    assert_int_equal(end_us, 0);
    assert_true(places[3].forfeited);
    leave(1, 2500);
    look(3000);
    assert_int_equal(end_us, 0);
    leave(2, 3500);
    look(4000);
    assert_int_equal(end_us, T0 + 3500 * 1000);
    assert_int_equal(places[0].place, 1);
    for (int i = 1; i < 4; i++)
        assert_int_equal(places[i].place, 2);
}

static void robots_do_not_play_on_by_themselves(void **state)
{
    (void)state;
    fresh_duel(4, 2);
    leave(0, 500);
    look(600);
    assert_int_equal(end_us, 0);
    leave(1, 700);
    look(700);
    assert_int_equal(end_us, T0 + 700 * 1000);
}

static void the_outcome_does_not_depend_on_the_order_of_the_sides(void **state)
{
    struct lt_duel_place first[4];
    int64_t first_end_us;

    (void)state;
    fresh_duel(4, 0);
    for (int side = 0; side < 4; side++)
        for (int i = 0; i < 5; i++)
            answer(side, (side * 5 + i) % 3 == 0, 900 * (i + 1) + side * 40);
    leave(2, 4000);
    look(300000);
    memcpy(first, places, sizeof first);
    first_end_us = end_us;
    for (int i = 0; i < 4; i++)
        duel.sides[i] = (struct lt_duel_side){100 + i, &papers[(i + 1) % 4]};
    look(300000);
    assert_int_equal(end_us, first_end_us);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(&places[i], &first[(i + 1) % 4], sizeof *first);
}

/* ---- robots --------------------------------------------------------------------------------- */

static void a_robot_is_never_faster_than_a_person(void **state)
{
    (void)state;
    rule.paper.target = 10;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        fresh_duel(2, 1);
        duel.seed = seed;
        for (int s = 0; s < 250; s += 2) {
            int right = lt_duel_robot_right(&duel, 1, T0 + s * SEC);

            assert_in_range(right, 0, s / LT_ROBOT_FASTEST_S);
        }
    }
}

static void a_robot_hits_as_its_difficulty_says(void **state)
{
    static const unsigned masks[] = {1u << 1, 1u << 2, 1u << 3, 0};
    static const int want[] = {80, 65, 50, 65};

    (void)state;
    rule.paper.target = 11;
    for (int m = 0; m < 4; m++) {
        int right = 0;

        rule.draw.fit.difficulty = masks[m];
        fresh_duel(2, 1);
        for (uint64_t seed = 0; seed < 2000; seed++) {
            duel.seed = seed;
            right += lt_duel_robot_right(&duel, 1, INT64_MAX);
        }
        assert_in_range(right / 200, want[m] - 2, want[m] + 2);
    }
}

static void two_robots_of_a_duel_differ_and_one_stays_the_same(void **state)
{
    int same = 0;

    (void)state;
    fresh_duel(4, 2);
    for (uint64_t seed = 0; seed < 200; seed++) {
        duel.seed = seed;
        same += lt_duel_robot_right(&duel, 2, T0 + 25 * SEC) ==
                lt_duel_robot_right(&duel, 3, T0 + 25 * SEC);
        assert_int_equal(lt_duel_robot_right(&duel, 2, T0 + 25 * SEC),
                         lt_duel_robot_right(&duel, 2, T0 + 25 * SEC));
    }
    assert_in_range(same, 20, 150);
    duel.seed = 20260415;
    assert_int_equal(lt_duel_robot_right(&duel, 2, T0 + 20 * SEC), 1);
    assert_int_equal(lt_duel_robot_right(&duel, 2, T0 + 60 * SEC), 3);
}

static void a_robot_can_win(void **state)
{
    int won = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        fresh_duel(2, 1);
        duel.seed = seed;
        look(300000);
        assert_true(end_us > 0);
        won += places[1].place == 1 && places[0].place == 2;
    }
    assert_int_equal(won, 100); /* against nobody */
}

/* ---- ratings -------------------------------------------------------------------------------- */

static void assert_ratings(const int *before, const int *at, int n, const int *want)
{
    int after[LT_DUEL_PLAYERS_MAX];

    lt_duel_ratings(before, at, n, after);
    for (int i = 0; i < n; i++)
        assert_int_equal(after[i], want[i]);
}

static void equals_exchange_half_of_k(void **state)
{
    (void)state;
    assert_ratings((int[]){1200, 1200}, (int[]){1, 2}, 2, (int[]){1216, 1184});
    assert_ratings((int[]){1200, 1200}, (int[]){1, 1}, 2, (int[]){1200, 1200});
    assert_ratings((int[]){1600, 1200}, (int[]){1, 2}, 2, (int[]){1603, 1197});
    assert_ratings((int[]){1600, 1200}, (int[]){2, 1}, 2, (int[]){1571, 1229});
    assert_ratings((int[]){1600, 1200}, (int[]){1, 1}, 2, (int[]){1587, 1213});
    assert_ratings((int[]){3000, 1200}, (int[]){2, 1}, 2, (int[]){2968, 1232});
}

static void of_four_each_pair_counts_a_third(void **state)
{
    (void)state;
    assert_ratings((int[]){1200, 1200, 1200, 1200}, (int[]){1, 2, 3, 4}, 4,
                   (int[]){1215, 1205, 1195, 1185});
}

static void robots_are_not_rated(void **state)
{
    (void)state;
    assert_ratings((int[]){1200, 0}, (int[]){2, 1}, 2, (int[]){1200, 0});
    assert_ratings((int[]){1200, 0, 1200, 0}, (int[]){1, 2, 3, 4}, 4, (int[]){1216, 0, 1184, 0});
}

static void ratings_conserve_their_sum(void **state)
{
    unsigned x = 1;

    (void)state;
    for (int trial = 0; trial < 20000; trial++) {
        int before[4], at[4], after[4], sum = 0, n = trial % 2 ? 2 : 4;

        for (int i = 0; i < n; i++) {
            x = x * 1664525u + 1013904223u;
            before[i] = 600 + (int)(x >> 20) % 1500;
            at[i] = 1 + (int)(x >> 10) % n;
        }
        lt_duel_ratings(before, at, n, after);
        for (int i = 0; i < n; i++) {
            sum += after[i] - before[i];
            assert_true(abs(after[i] - before[i]) <= 33);
        }
        assert_int_equal(sum, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_first_has_the_target_wins_and_that_ends_it, setup),
        cmocka_unit_test_setup(who_has_the_target_at_the_same_time_shares_the_place, setup),
        cmocka_unit_test_setup(all_through_without_a_target_the_more_and_the_earlier_answers_win,
                               setup),
        cmocka_unit_test_setup(clocks_end_a_duel_of_two_who_fell_asleep_and_pay_nothing, setup),
        cmocka_unit_test_setup(who_leaves_loses_and_leaves_the_points_to_the_other, setup),
        cmocka_unit_test_setup(who_leaves_when_it_is_over_has_not_forfeited, setup),
        cmocka_unit_test_setup(of_four_the_others_play_on_when_one_leaves, setup),
        cmocka_unit_test_setup(robots_do_not_play_on_by_themselves, setup),
        cmocka_unit_test_setup(the_outcome_does_not_depend_on_the_order_of_the_sides, setup),
        cmocka_unit_test_setup(a_robot_is_never_faster_than_a_person, setup),
        cmocka_unit_test_setup(a_robot_hits_as_its_difficulty_says, setup),
        cmocka_unit_test_setup(two_robots_of_a_duel_differ_and_one_stays_the_same, setup),
        cmocka_unit_test_setup(a_robot_can_win, setup),
        cmocka_unit_test_setup(equals_exchange_half_of_k, setup),
        cmocka_unit_test_setup(of_four_each_pair_counts_a_third, setup),
        cmocka_unit_test_setup(robots_are_not_rated, setup),
        cmocka_unit_test_setup(ratings_conserve_their_sum, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

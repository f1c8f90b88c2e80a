/* Points as the player's side computes them. Values are domain.md's formulas worked out by hand. */
#include "loadtest/grade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct lt_given chose(const char *options, int64_t used_lo_us, int64_t used_hi_us)
{
    struct lt_given g = {
        .state = LT_GIVEN_SAVED, .used_lo_us = used_lo_us, .used_hi_us = used_hi_us};
    for (; *options; options++)
        g.choice[g.n_choice++] = (uint8_t)(*options - '0');
    return g;
}

static const struct lt_grade_rule plain;

static void all_or_nothing_compares_sets(void **state)
{
    struct lt_seen_question q = {.type = LT_SEEN_MULTIPLE,
                                 .points_c = 1000,
                                 .seconds = 20,
                                 .n_options = 4,
                                 .n_key = 2,
                                 .key = {0, 2}};
    struct lt_given right = chose("02", 0, 0), half = chose("0", 0, 0);
    (void)state;
    assert_true(lt_grade_given(&plain, &q, &right, 0, 0).right);
    assert_int_equal(lt_grade_given(&plain, &q, &right, 0, 0).gain_lo_c, 1000);
    assert_false(lt_grade_given(&plain, &q, &half, 0, 0).right);
    assert_int_equal(lt_grade_given(&plain, &q, &half, 0, 0).gain_hi_c, 0);
}

static void partial_credit_adds_right_and_takes_wrong_parts(void **state)
{
    static const struct lt_grade_rule rule = {.partial = true, .wrong_c = -500};
    struct lt_seen_question q = {.type = LT_SEEN_MULTIPLE,
                                 .points_c = 3000,
                                 .seconds = 40,
                                 .n_options = 5,
                                 .n_key = 3,
                                 .key = {0, 1, 2}};
    struct lt_given two = chose("01", 0, 0), mixed = chose("013", 0, 0), all = chose("01234", 0, 0),
                    bad = chose("34", 0, 0);
    (void)state;
    assert_int_equal(lt_grade_given(&rule, &q, &two, 0, 0).gain_lo_c, 2000);  /* 0.6667 of 30.00 */
    assert_int_equal(lt_grade_given(&rule, &q, &mixed, 0, 0).gain_lo_c, 500); /* 2/3 − 1/2 */
    assert_int_equal(lt_grade_given(&rule, &q, &all, 0, 0).gain_lo_c, -500);
    assert_int_equal(lt_grade_given(&rule, &q, &bad, 0, 0).gain_lo_c, -500);
}

static void points_that_fall_with_time_are_bounded_by_what_is_known_of_it(void **state)
{
    struct lt_seen_question q = {.type = LT_SEEN_SINGLE,
                                 .points_c = 1000,
                                 .speed = true,
                                 .seconds = 20,
                                 .n_options = 4,
                                 .n_key = 1};
    struct lt_given fast = chose("0", -3000, 400000), middle = chose("0", 10000000, 10000000),
                    slow = chose("0", 1000000, 90000000);
    (void)state;
    struct lt_grade g = lt_grade_given(&plain, &q, &fast, 0, 0);
    assert_int_equal(g.gain_lo_c, 1000); /* full in the first half second */
    assert_int_equal(g.gain_hi_c, 1000);
    g = lt_grade_given(&plain, &q, &middle, 0, 0);
    assert_int_equal(g.gain_lo_c, 800); /* 7.5: whole points, halves up */
    assert_int_equal(g.gain_hi_c, 800);
    g = lt_grade_given(&plain, &q, &slow, 0, 0);
    assert_int_equal(g.gain_lo_c, 500);
    assert_int_equal(g.gain_hi_c, 1000); /* 9.75 */
    assert_int_equal(g.time_lo_us, 1000000);
    assert_int_equal(g.time_hi_us, 20000000);
}

static void a_gain_that_was_told_replaces_the_bounds_only_inside_them(void **state)
{
    struct lt_seen_question q = {.type = LT_SEEN_SINGLE,
                                 .points_c = 10000,
                                 .speed = true,
                                 .seconds = 20,
                                 .n_options = 4,
                                 .n_key = 1};
    struct lt_given g = chose("0", 1000000, 2000000);
    (void)state;
    g.told = true;
    g.gained_c = 9600;
    assert_int_equal(lt_grade_given(&plain, &q, &g, 0, 0).gain_lo_c, 9600);
    g.gained_c = 9900;
    assert_int_equal(lt_grade_given(&plain, &q, &g, 0, 0).gain_hi_c, 9800); /* 97.5 */
    assert_int_equal(lt_grade_given(&plain, &q, &g, 0, 0).gain_lo_c, 9500);
}

static void a_streak_pays_at_most_its_maximum(void **state)
{
    static const struct lt_grade_rule rule = {.streak_c = 200, .streak_max = 3};
    struct lt_seen_question q = {
        .type = LT_SEEN_SINGLE, .points_c = 1000, .seconds = 20, .n_options = 4, .n_key = 1};
    struct lt_given g = chose("0", 0, 0);
    (void)state;
    assert_int_equal(lt_grade_given(&rule, &q, &g, 0, 0).gain_lo_c, 1000);
    assert_int_equal(lt_grade_given(&rule, &q, &g, 2, 2).gain_lo_c, 1400);
    assert_int_equal(lt_grade_given(&rule, &q, &g, 7, 7).gain_hi_c, 1600);
}

static void order_is_a_sequence_and_fill_is_never_right(void **state)
{
    struct lt_seen_question q = {.type = LT_SEEN_ORDER,
                                 .points_c = 1000,
                                 .seconds = 20,
                                 .n_options = 3,
                                 .n_key = 3,
                                 .key = {2, 0, 1}};
    struct lt_given right = chose("201", 0, 0), sorted = chose("012", 0, 0), text = chose("", 0, 0);
    (void)state;
    assert_true(lt_grade_given(&plain, &q, &right, 0, 0).right);
    assert_false(lt_grade_given(&plain, &q, &sorted, 0, 0).right);
    q.type = LT_SEEN_FILL;
    assert_false(lt_grade_given(&plain, &q, &text, 0, 0).right);
}

static void what_was_not_acknowledged_may_or_may_not_count(void **state)
{
    static const struct lt_grade_rule rule = {.wrong_c = -500};
    struct lt_seen_question q = {
        .type = LT_SEEN_SINGLE, .points_c = 1000, .seconds = 20, .n_options = 4, .n_key = 1};
    struct lt_given right = chose("0", 0, 0), wrong = chose("1", 0, 0);
    (void)state;
    right.state = wrong.state = LT_GIVEN_SENT;
    assert_int_equal(lt_grade_given(&rule, &q, &right, 0, 0).gain_lo_c, 0);
    assert_int_equal(lt_grade_given(&rule, &q, &right, 0, 0).gain_hi_c, 1000);
    assert_int_equal(lt_grade_given(&rule, &q, &wrong, 0, 0).gain_lo_c, -500);
    assert_int_equal(lt_grade_given(&rule, &q, &wrong, 0, 0).gain_hi_c, 0);
    right.state = LT_GIVEN_LATE;
    assert_int_equal(lt_grade_given(&rule, &q, &right, 0, 0).gain_hi_c, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_or_nothing_compares_sets),
        cmocka_unit_test(partial_credit_adds_right_and_takes_wrong_parts),
        cmocka_unit_test(points_that_fall_with_time_are_bounded_by_what_is_known_of_it),
        cmocka_unit_test(a_gain_that_was_told_replaces_the_bounds_only_inside_them),
        cmocka_unit_test(a_streak_pays_at_most_its_maximum),
        cmocka_unit_test(order_is_a_sequence_and_fill_is_never_right),
        cmocka_unit_test(what_was_not_acknowledged_may_or_may_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

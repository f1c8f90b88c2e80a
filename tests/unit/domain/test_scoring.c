/* Points against a slow exact reference, and against the examples of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/scoring.h"

#include <stdlib.h>

static const struct lt_verdict right = {.right = true, .fraction_e4 = 10000}, wrong = {0};

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static int64_t below(uint64_t *x, int64_t n)
{
    return (int64_t)(next(x) % (uint64_t)n);
}

/* The integer nearest to num/den (both ≥ 0, den > 0), halves up, found by bisection in 128 bits. */
static int64_t nearest(__int128 num, __int128 den)
{
    int64_t lo = 0, hi = INT64_C(1) << 40;

    while (lo < hi) { /* the largest r with (2r − 1)·den ≤ 2·num */
        int64_t mid = lo + (hi - lo + 1) / 2;

        if ((__int128)(2 * mid - 1) * den <= 2 * num)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

static int64_t reference(const struct lt_score_rule *rule, struct lt_verdict v, int64_t t,
                         int64_t T, int streak)
{
    int64_t p = rule->right_c;

    if (!v.right && !(rule->partial && v.fraction_e4 > 0))
        return rule->wrong_c;
    if (!v.right)
        p = nearest((__int128)p * v.fraction_e4, 10000);
    if (t > T)
        t = T;
    if (t < 500000)
        t = 0;
    if (rule->speed)
        p = 100 * nearest((__int128)p * (2 * T - t), 200 * (__int128)T);
    for (int i = 0; v.right && i < streak && i < rule->streak_max; i++)
        p += rule->streak_c;
    return p;
}

static void points_equal_the_exact_reference(void **state)
{
    uint64_t x = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct lt_score_rule rule = {
            .right_c = below(&x, 10000001),
            .wrong_c = -below(&x, 10000001),
            .speed = below(&x, 2),
            .partial = below(&x, 2),
            .streak_c = below(&x, 1000),
            .streak_max = (int)below(&x, 6),
        };
        struct lt_verdict v = {.right = below(&x, 2)};
        int64_t T = (5 + below(&x, 596)) * 1000000, t = below(&x, T + T / 4);
        int streak = (int)below(&x, 12);

        v.fraction_e4 = v.right ? 10000 : (int)below(&x, 10000);
        assert_int_equal(lt_score(&rule, v, t, T, streak), reference(&rule, v, t, T, streak));
    }
}

static void a_plain_rule_gives_all_or_the_penalty(void **state)
{
    struct lt_score_rule rule = {.right_c = 1000, .wrong_c = -1000};
    struct lt_verdict half = {.fraction_e4 = 5000};

    (void)state;
    assert_int_equal(lt_score(&rule, right, 19000000, 20000000, 5), 1000);
    assert_int_equal(lt_score(&rule, wrong, 0, 20000000, 5), -1000);
    assert_int_equal(lt_score(&rule, half, 0, 20000000, 0), -1000);
}

static void points_fall_from_full_to_half_over_the_time(void **state)
{
    struct lt_score_rule rule = {.right_c = 10000, .speed = true};
    const int64_t T = 20000000;

    (void)state;
    assert_int_equal(lt_score(&rule, right, 0, T, 0), 10000);
    assert_int_equal(lt_score(&rule, right, 499999, T, 0), 10000);
    assert_int_equal(lt_score(&rule, right, 500000, T, 0), 9900); /* 98.75 */
    assert_int_equal(lt_score(&rule, right, T / 2, T, 0), 7500);
    assert_int_equal(lt_score(&rule, right, T, T, 0), 5000);
    assert_int_equal(lt_score(&rule, right, T + 300000, T, 0), 5000);
}

static void points_that_fall_are_whole_and_halves_go_up(void **state)
{
    struct lt_score_rule rule = {.right_c = 1000, .speed = true};
    const int64_t T = 20000000;

    (void)state;
    assert_int_equal(lt_score(&rule, right, T / 2, T, 0), 800);     /* 7.5 */
    assert_int_equal(lt_score(&rule, right, T / 2 + 1, T, 0), 700); /* a microsecond less */
    assert_int_equal(lt_score(&rule, right, 6000000, T, 0), 900);   /* 8.5 */
    assert_int_equal(lt_score(&rule, right, T, T, 0), 500);
    rule.right_c = 1050; /* even where full points are not whole */
    assert_int_equal(lt_score(&rule, right, 0, T, 0), 1100);
    assert_int_equal(lt_score(&rule, right, T, T, 0), 500); /* 5.25 */
    rule.right_c = 40;
    assert_int_equal(lt_score(&rule, right, 0, T, 0), 0);
}

static void a_slower_answer_never_earns_more(void **state)
{
    static const int64_t full_c[] = {777, 1000, 10000, 50, 149};

    (void)state;
    for (size_t i = 0; i < sizeof full_c / sizeof *full_c; i++) {
        struct lt_score_rule rule = {.right_c = full_c[i], .speed = true};
        int64_t last = lt_score(&rule, right, 0, 7000000, 0);

        assert_true(last >= full_c[i] - 50 && last <= full_c[i] + 50);
        for (int64_t t = 0; t <= 7000000; t += 1009) {
            int64_t p = lt_score(&rule, right, t, 7000000, 0);

            assert_true(p <= last && p % 100 == 0 && 2 * p >= full_c[i] - 100);
            last = p;
        }
    }
}

static void a_penalty_does_not_fall_over_time(void **state)
{
    struct lt_score_rule rule = {.right_c = 1000, .wrong_c = -1000, .speed = true};

    (void)state;
    assert_int_equal(lt_score(&rule, wrong, 20000000, 20000000, 0), -1000);
}

static void a_streak_bonus_grows_up_to_its_limit(void **state)
{
    struct lt_score_rule rule = {.right_c = 1000, .speed = true, .streak_c = 200, .streak_max = 3};
    const int64_t bonus[] = {0, 200, 400, 600, 600, 600};

    (void)state;
    for (int streak = 0; streak < 6; streak++)
        assert_int_equal(lt_score(&rule, right, 20000000, 20000000, streak), 500 + bonus[streak]);
    assert_int_equal(lt_score(&rule, wrong, 0, 20000000, 5), 0);
}

static void a_partly_right_answer_scores_its_fraction_without_bonus(void **state)
{
    struct lt_score_rule rule = {
        .right_c = 1000, .wrong_c = -500, .partial = true, .streak_c = 200, .streak_max = 3};
    struct lt_verdict third = {.fraction_e4 = 3333};

    (void)state;
    assert_int_equal(lt_score(&rule, third, 0, 20000000, 3), 333);
    assert_int_equal(lt_score(&rule, wrong, 0, 20000000, 3), -500);
    rule.speed = true;
    assert_int_equal(lt_score(&rule, third, 0, 20000000, 3), 300);        /* 3.33 */
    assert_int_equal(lt_score(&rule, third, 20000000, 20000000, 3), 200); /* 1.665 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_equal_the_exact_reference),
        cmocka_unit_test(a_plain_rule_gives_all_or_the_penalty),
        cmocka_unit_test(points_fall_from_full_to_half_over_the_time),
        cmocka_unit_test(points_that_fall_are_whole_and_halves_go_up),
        cmocka_unit_test(a_slower_answer_never_earns_more),
        cmocka_unit_test(a_penalty_does_not_fall_over_time),
        cmocka_unit_test(a_streak_bonus_grows_up_to_its_limit),
        cmocka_unit_test(a_partly_right_answer_scores_its_fraction_without_bonus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

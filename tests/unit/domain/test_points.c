/* Grading, scoring, ranking: against the words of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "domain/grading.h"
#include "domain/ranking.h"
#include "domain/scoring.h"
#include <stdlib.h>
#include <string.h>

static struct lt_question *question(const char *json)
{
    struct lt_question *q;
    const char *path;
    assert_int_equal(lt_question_parse(json, strlen(json), &q, &path), LT_OK);
    return q;
}

static bool fill_is_right(const struct lt_question *q, const char *text)
{
    struct lt_response r = {0};
    strcpy(r.text, text);
    return lt_grade(q, &r, false).right;
}

static void a_fill_in_answer_is_compared_as_people_write_it(void **state)
{
    struct lt_question *q =
        question("{\"type\":\"fill\",\"stem\":\"____日\",\"accepted\":[\"十五\",\"15\",\"ABC\"]}");
    (void)state;
    assert_true(fill_is_right(q, "十五"));
    assert_true(fill_is_right(q, " １５ "));
    assert_true(fill_is_right(q, "ａbＣ"));
    assert_false(fill_is_right(q, "1.5"));
    assert_false(fill_is_right(q, "十五日"));
    lt_question_free(q);
}

static void a_multiple_choice_is_all_or_nothing_unless_partial(void **state)
{
    struct lt_question *q = question("{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\","
                                     "\"b\",\"c\",\"d\"],\"key\":[0,1]}");
    struct lt_response half = {.n_choice = 1, .choice = {1}},
                       all = {.n_choice = 2, .choice = {1, 0}};
    (void)state;
    assert_true(lt_grade(q, &all, false).right);
    assert_int_equal(lt_grade(q, &half, false).fraction_e4, 0);
    assert_int_equal(lt_grade(q, &half, true).fraction_e4, 5000);
    assert_false(lt_grade(q, &half, true).right);
    lt_question_free(q);
}

static void points_fall_from_full_to_half(void **state)
{
    struct lt_score_rule rule = {.right_c = 1000, .wrong_c = -300, .speed = true};
    struct lt_verdict right = {.right = true, .fraction_e4 = 10000}, wrong = {0};
    (void)state;
    assert_int_equal(lt_score(&rule, right, 499999, 20000000, 0), 1000);
    assert_int_equal(lt_score(&rule, right, 10000000, 20000000, 0), 750);
    assert_int_equal(lt_score(&rule, right, 20000000, 20000000, 0), 500);
    assert_int_equal(lt_score(&rule, right, 99000000, 20000000, 0), 500);
    assert_int_equal(lt_score(&rule, wrong, 1000000, 20000000, 0), -300);
}

static int naive_rank(const struct lt_standing *s, int n, int i)
{
    int better = 0;
    for (int k = 0; k < n; k++)
        better += s[k].points_c > s[i].points_c ||
                  (s[k].points_c == s[i].points_c &&
                   (s[k].correct > s[i].correct ||
                    (s[k].correct == s[i].correct && s[k].time_us < s[i].time_us)));
    return better + 1;
}

static void ties_share_a_rank_and_leave_a_gap(void **state)
{
    enum { N = 200 };
    struct lt_standing s[N];
    unsigned seed = 7;
    (void)state;
    for (int i = 0; i < N; i++)
        s[i] = (struct lt_standing){.entry = i + 1,
                                    .points_c = rand_r(&seed) % 9 - 4,
                                    .correct = rand_r(&seed) % 3,
                                    .time_us = rand_r(&seed) % 4 * 1000000};
    lt_rank(s, N);
    for (int i = 0; i < N; i++) {
        int64_t a, b;
        assert_int_equal(s[i].rank, naive_rank(s, N, i));
        if (i == 0)
            continue;
        assert_int_equal(lt_board_pack(&s[i - 1], 1000, &a), LT_OK);
        assert_int_equal(lt_board_pack(&s[i], 1000, &b), LT_OK);
        assert_int_equal(a == b, s[i].rank == s[i - 1].rank);
        assert_true(a >= b);
        assert_true(llabs(a) < INT64_C(1) << 53);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fill_in_answer_is_compared_as_people_write_it),
        cmocka_unit_test(a_multiple_choice_is_all_or_nothing_unless_partial),
        cmocka_unit_test(points_fall_from_full_to_half),
        cmocka_unit_test(ties_share_a_rank_and_leave_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

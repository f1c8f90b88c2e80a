/* How many papers a person may start, and what they add up to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/paper.h"

#include <string.h>

static struct lt_sheet sheet;
static struct lt_paper_mark marks[40];
static int n;
static const int64_t HOUR = INT64_C(3600) * 1000000;
static int64_t midnight; /* a day's, at UTC+8 */

static int setup(void **state)
{
    (void)state;
    memset(&sheet, 0, sizeof sheet);
    sheet.utc_offset_min = 480;
    sheet.n_rounds = 2;
    midnight = INT64_C(20000) * 24 * HOUR - 8 * HOUR;
    n = 0;
    return 0;
}

static void mark(int round, int64_t started_us, int64_t points_c)
{
    marks[n] = (struct lt_paper_mark){.round = round,
                                      .attempt = n + 1,
                                      .started_us = started_us,
                                      .points_c = points_c,
                                      .time_us = (n + 1) * 1000,
                                      .correct = (int32_t)(points_c / 100),
                                      .answered = 10};
    n++;
}

static int64_t total(void)
{
    return lt_paper_total(&sheet, marks, n).points_c;
}

static int may(int round, int64_t at_us)
{
    return lt_paper_may_start(&sheet, round, marks, n, at_us);
}

static void a_day_is_that_of_the_sheets_offset(void **state)
{
    (void)state;
    assert_int_equal(lt_paper_day(&sheet, midnight - 1), 19999);
    assert_int_equal(lt_paper_day(&sheet, midnight), 20000);
    sheet.utc_offset_min = 0;
    assert_int_equal(lt_paper_day(&sheet, midnight), 19999);
    assert_int_equal(lt_paper_day(&sheet, -1), -1);
    assert_int_equal(lt_paper_day(&sheet, 0), 0);
    sheet.utc_offset_min = -60;
    assert_int_equal(lt_paper_day(&sheet, 0), -1);
}

static void papers_start_within_the_hours_of_the_day(void **state)
{
    (void)state;
    sheet.n_hours = 2;
    sheet.hours[0] = (struct lt_hours_rule){12 * 60, 14 * 60};
    sheet.hours[1] = (struct lt_hours_rule){20 * 60, 24 * 60};
    assert_int_equal(may(0, midnight + 12 * HOUR - 1), LT_EPHASE);
    assert_int_equal(may(0, midnight + 12 * HOUR), LT_OK);
    assert_int_equal(may(0, midnight + 14 * HOUR - 1), LT_OK);
    assert_int_equal(may(0, midnight + 14 * HOUR), LT_EPHASE);
    assert_int_equal(may(0, midnight + 24 * HOUR - 1), LT_OK);
    assert_int_equal(may(0, midnight + 24 * HOUR), LT_EPHASE);
}

static void attempts_and_the_days_number_are_limits(void **state)
{
    (void)state;
    sheet.rounds[0].paper.attempts = 3;
    sheet.rounds[0].paper.per_day = 2;
    sheet.per_day = 3;
    mark(0, midnight + HOUR, 0);
    assert_int_equal(may(0, midnight + 2 * HOUR), LT_OK);
    mark(0, midnight + 2 * HOUR, 0);
    assert_int_equal(may(0, midnight + 3 * HOUR), LT_ELIMIT);
    assert_int_equal(may(1, midnight + 3 * HOUR), LT_OK);
    mark(1, midnight + 3 * HOUR, 0);
    assert_int_equal(may(1, midnight + 4 * HOUR), LT_ELIMIT); /* of all rounds together */
    assert_int_equal(may(1, midnight + 24 * HOUR), LT_OK);
    mark(0, midnight + 25 * HOUR, 0);
    assert_int_equal(may(0, midnight + 26 * HOUR), LT_ELIMIT); /* the attempts */
    assert_int_equal(may(1, midnight + 26 * HOUR), LT_OK);
}

static void the_best_the_last_the_mean_or_all_of_them_count(void **state)
{
    struct lt_paper_score s;

    (void)state;
    mark(0, midnight + 3 * HOUR, 700);
    mark(0, midnight + 1 * HOUR, 900);
    mark(0, midnight + 2 * HOUR, 500);
    sheet.rounds[0].paper.counts = LT_COUNTS_BEST;
    s = lt_paper_total(&sheet, marks, n);
    assert_int_equal(s.points_c, 900);
    assert_int_equal(s.correct, 9);
    assert_int_equal(s.time_us, 2000);
    sheet.rounds[0].paper.counts = LT_COUNTS_LAST;
    assert_int_equal(total(), 700);
    sheet.rounds[0].paper.counts = LT_COUNTS_MEAN;
    assert_int_equal(total(), 700);
    sheet.rounds[0].paper.counts = LT_COUNTS_SUM;
    s = lt_paper_total(&sheet, marks, n);
    assert_int_equal(s.points_c, 2100);
    assert_int_equal(s.answered, 30);
}

static void a_mean_rounds_halves_away_from_zero(void **state)
{
    (void)state;
    sheet.rounds[0].paper.counts = LT_COUNTS_MEAN;
    mark(0, midnight, 1);
    mark(0, midnight, 2);
    assert_int_equal(total(), 2);
    n = 0;
    mark(0, midnight, -1);
    mark(0, midnight, -2);
    assert_int_equal(total(), -2);
    mark(0, midnight, -1);
    assert_int_equal(total(), -1);
}

static void of_equally_good_papers_the_quicker_is_the_best(void **state)
{
    (void)state;
    sheet.rounds[0].paper.counts = LT_COUNTS_BEST;
    mark(0, midnight, 500);
    mark(0, midnight + HOUR, 500);
    marks[0].time_us = 900;
    marks[1].time_us = 800;
    assert_int_equal(lt_paper_total(&sheet, marks, n).time_us, 800);
    marks[0].correct++;
    assert_int_equal(lt_paper_total(&sheet, marks, n).time_us, 900);
}

static void only_the_first_papers_of_each_day_count(void **state)
{
    (void)state;
    sheet.rounds[0].paper.counts = LT_COUNTS_SUM;
    sheet.rounds[0].paper.counted_per_day = 2;
    mark(0, midnight + 25 * HOUR, 16);    /* the second day's first */
    mark(0, midnight + 24 * HOUR - 2, 4); /* the first day's third */
    mark(0, midnight, 1);
    mark(0, midnight + 24 * HOUR - 3, 2);
    mark(1, midnight, 100); /* another round's do not matter */
    sheet.rounds[1].paper.practice = true;
    assert_int_equal(total(), 1 + 2 + 16);
    sheet.utc_offset_min =
        0; /* another midnight, 8 in the morning: a day of 1, a day of 2, 4, 16 */
    assert_int_equal(total(), 1 + 2 + 4);
    marks[3].started_us = midnight + 7 * HOUR;
    marks[1].started_us = midnight + 9 * HOUR;
    assert_int_equal(total(), 1 + 2 + 4 + 16);
    sheet.rounds[0].paper.counted_per_day = 0;
    assert_int_equal(total(), 1 + 2 + 4 + 16);
}

static void the_order_of_the_marks_does_not_matter(void **state)
{
    int64_t want;

    (void)state;
    sheet.rounds[0].paper.counted_per_day = 2;
    for (int i = 0; i < 12; i++)
        mark(0, midnight + i * 7 % 5 * 9 * HOUR, 100 + i * 37 % 50);
    for (int counts = 0; counts < LT_COUNTS; counts++) {
        sheet.rounds[0].paper.counts = (enum lt_counts)counts;
        want = total();
        for (int i = 0; i < 12; i++) {
            struct lt_paper_mark t = marks[i];

            marks[i] = marks[(i * 5 + 3) % 12];
            marks[(i * 5 + 3) % 12] = t;
            assert_int_equal(total(), want);
        }
    }
}

static void rounds_add_up_and_practice_counts_nothing(void **state)
{
    (void)state;
    mark(0, midnight, 500);
    mark(1, midnight, 300);
    assert_int_equal(total(), 800);
    sheet.rounds[0].paper.practice = true;
    assert_int_equal(total(), 300);
    n = 0;
    assert_int_equal(total(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_day_is_that_of_the_sheets_offset, setup),
        cmocka_unit_test_setup(papers_start_within_the_hours_of_the_day, setup),
        cmocka_unit_test_setup(attempts_and_the_days_number_are_limits, setup),
        cmocka_unit_test_setup(the_best_the_last_the_mean_or_all_of_them_count, setup),
        cmocka_unit_test_setup(a_mean_rounds_halves_away_from_zero, setup),
        cmocka_unit_test_setup(of_equally_good_papers_the_quicker_is_the_best, setup),
        cmocka_unit_test_setup(only_the_first_papers_of_each_day_count, setup),
        cmocka_unit_test_setup(the_order_of_the_marks_does_not_matter, setup),
        cmocka_unit_test_setup(rounds_add_up_and_practice_counts_nothing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Histogram: exact where it must be, near enough elsewhere, and merging is adding. */
#include "loadtest/histogram.h"
#include "loadtest/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void small_values_are_exact(void **state)
{
    struct lt_hist *h = calloc(1, sizeof *h);
    (void)state;
    for (int us = 0; us < 256; us++)
        lt_hist_record(h, us);
    assert_int_equal(lt_hist_percentile(h, 50), 127);
    assert_int_equal(lt_hist_percentile(h, 100), 255);
    assert_int_equal(lt_hist_percentile(h, 0), 0);
    free(h);
}

static void any_value_is_known_to_one_percent(void **state)
{
    struct lt_rng r;
    (void)state;
    lt_rng_init(&r, 7, 0, 0);
    for (int i = 0; i < 20000; i++) {
        struct lt_hist *h = calloc(1, sizeof *h);
        int64_t v = (int64_t)(lt_rng_next(&r) >> (29 + lt_rng_below(&r, 34)));
        lt_hist_record(h, v);
        lt_hist_record(h, INT64_C(1) << 35); /* so that the maximum does not hide the slot's edge */
        int64_t got = lt_hist_percentile(h, 50);
        assert_true(got >= v);
        assert_true((double)(got - v) <= 0.008 * (double)v + 0.5);
        free(h);
    }
}

static void percentiles_count_records_not_values(void **state)
{
    struct lt_hist *h = calloc(1, sizeof *h);
    (void)state;
    for (int i = 0; i < 999; i++)
        lt_hist_record(h, 100);
    lt_hist_record(h, 5000000);
    assert_int_equal(lt_hist_percentile(h, 99), 100);
    assert_int_equal(lt_hist_percentile(h, 99.9), 100);
    assert_int_equal(lt_hist_percentile(h, 99.95), 5000000);
    free(h);
}

static void merging_equals_recording_everything_in_one(void **state)
{
    struct lt_hist *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b),
                   *all = calloc(1, sizeof *all);
    struct lt_rng r;
    (void)state;
    lt_rng_init(&r, 3, 1, 4);
    for (int i = 0; i < 5000; i++) {
        int64_t v = (int64_t)lt_rng_below(&r, 10000000);
        lt_hist_record(i % 3 ? a : b, v);
        lt_hist_record(all, v);
    }
    lt_hist_merge(a, b);
    assert_int_equal(a->count, all->count);
    assert_memory_equal(a, all, sizeof *a);
    free(a);
    free(b);
    free(all);
}

static void hostile_durations_do_not_leave_the_table(void **state)
{
    struct lt_hist *h = calloc(1, sizeof *h);
    (void)state;
    lt_hist_record(h, -5);
    lt_hist_record(h, INT64_MAX);
    assert_int_equal(h->count, 2);
    assert_int_equal(lt_hist_percentile(h, 50), 0);
    assert_int_equal(h->max_us, INT64_MAX);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(any_value_is_known_to_one_percent),
        cmocka_unit_test(percentiles_count_records_not_values),
        cmocka_unit_test(merging_equals_recording_everything_in_one),
        cmocka_unit_test(hostile_durations_do_not_leave_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/metrics.h"
#include <stdlib.h>
#include <string.h>

static void *pages[2];
static struct lt_buf out;

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        pages[i] = calloc(1, lt_metrics_page_size());
    lt_buf_init(&out, 1 << 20);
    lt_metrics_use(pages[0]);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_metrics_use(NULL);
    free(pages[0]);
    free(pages[1]);
    lt_buf_done(&out);
    return 0;
}

/* The printed text has exactly this line. */
static void expect_line(const char *want)
{
    char framed[256];
    lt_buf_clear(&out);
    lt_metrics_print(pages, 2, &out);
    strcpy(framed, "\n");
    strcat(strcat(framed, want), "\n");
    if (!strstr(lt_buf_cstr(&out), framed))
        print_error("no line: %s\n", want);
    assert_non_null(strstr(lt_buf_cstr(&out), framed));
}

static void workers_are_summed_and_keep_to_their_own_page(void **state)
{
    (void)state;
    lt_metric_add(LT_M_ACCEPTED, 3);
    lt_metric_set(LT_M_CONNECTIONS, 10);
    lt_metric_set(LT_M_CONNECTIONS, 7);
    lt_metrics_use(pages[1]);
    assert_int_equal(lt_metric_get(LT_M_ACCEPTED), 0);
    lt_metric_add(LT_M_ACCEPTED, 4);
    lt_metric_set(LT_M_CONNECTIONS, 5);
    expect_line("leitai_accepted_total 7");
    expect_line("leitai_connections 12");
    expect_line("# TYPE leitai_accepted_total counter");
    expect_line("# TYPE leitai_connections gauge");
}

static void a_dead_workers_gauges_are_forgotten_and_its_counters_kept(void **state)
{
    (void)state;
    lt_metric_add(LT_M_ACCEPTED, 3);
    lt_metric_set(LT_M_CONNECTIONS, 7);
    lt_metrics_forget_gauges(pages[0]);
    assert_int_equal(lt_metric_get(LT_M_CONNECTIONS), 0);
    assert_int_equal(lt_metric_get(LT_M_ACCEPTED), 3);
}

static void a_histogram_is_cumulative_over_its_buckets(void **state)
{
    (void)state;
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, -5);  /* a clock that stepped back */
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, 100); /* bounds are inclusive */
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, 101);
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, 10000000);
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, 10000001); /* beyond the last bound */
    lt_metrics_use(pages[1]);
    lt_metric_observe_us(LT_M_COMMIT_LATENCY, 3000);
    expect_line("leitai_commit_seconds_bucket{le=\"0.0001\"} 2");
    expect_line("leitai_commit_seconds_bucket{le=\"0.00025\"} 3");
    expect_line("leitai_commit_seconds_bucket{le=\"0.0025\"} 3");
    expect_line("leitai_commit_seconds_bucket{le=\"0.005\"} 4");
    expect_line("leitai_commit_seconds_bucket{le=\"10\"} 5");
    expect_line("leitai_commit_seconds_bucket{le=\"+Inf\"} 6");
    expect_line("leitai_commit_seconds_sum 20.003202");
    expect_line("leitai_commit_seconds_count 6");
    expect_line("leitai_join_seconds_count 0");
}

static void rejections_are_counted_under_the_code_the_client_was_told(void **state)
{
    (void)state;
    lt_metric_reject(LT_ECLOSED);
    lt_metric_reject(LT_ECLOSED);
    lt_metric_reject(LT_EUTF8);
    lt_metric_reject(12345);
    assert_int_equal(lt_metric_rejected(LT_ECLOSED), 2);
    assert_int_equal(lt_metric_rejected(LT_EINTERNAL), 1);
    assert_int_equal(lt_metric_get(LT_M_REJECTS), 4);
    expect_line("leitai_rejects_total{code=\"question_closed\"} 2");
    expect_line("leitai_rejects_total{code=\"bad_utf8\"} 1");
    expect_line("leitai_rejects_total{code=\"internal\"} 1");
    expect_line("leitai_rejects_total{code=\"paused\"} 0");
    for (int i = 0; i < LT_ERR_COUNT; i++)
        assert_non_null(strstr(lt_buf_cstr(&out), lt_err_wire_at(i)));
}

static const struct {
    const char *name, *help;
} table[] = {
#define M(id, type, name, help) {name, help},
#include "base/metrics_table.h"
#undef M
};

static void every_metric_is_printed_and_documented_once(void **state)
{
    struct lt_buf doc;
    char row[256];
    (void)state;
    lt_buf_init(&doc, 1 << 20);
    lt_metrics_doc(&doc);
    lt_metrics_print(pages, 2, &out);
    for (int i = 0; i < LT_METRICS; i++) {
        assert_memory_equal(table[i].name, "leitai_", 7);
        assert_true(strlen(table[i].help) > 10 && !strpbrk(table[i].help, "\\\n|"));
        strcat(strcat(strcpy(row, "# HELP "), table[i].name), " ");
        const char *first = strstr(lt_buf_cstr(&out), row);
        assert_non_null(first);
        assert_null(strstr(first + 1, row));
        strcat(strcat(strcpy(row, "| `"), table[i].name), "` |");
        assert_non_null(strstr(lt_buf_cstr(&doc), row));
    }
    lt_buf_done(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(workers_are_summed_and_keep_to_their_own_page, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_dead_workers_gauges_are_forgotten_and_its_counters_kept,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_histogram_is_cumulative_over_its_buckets, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rejections_are_counted_under_the_code_the_client_was_told,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(every_metric_is_printed_and_documented_once, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

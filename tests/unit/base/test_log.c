#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int saved_stderr, pipe_fds[2];
static char line[65536];

static int setup(void **state)
{
    (void)state;
    fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    lt_log_init(LT_LOG_INFO, "worker-0");
    return pipe(pipe_fds) == 0 && dup2(pipe_fds[1], STDERR_FILENO) >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return 0;
}

/* One read(2) gets what one write(2) put: a line is whole or the test fails. Parsed by the strict
 * gate. */
static cJSON *logged(void)
{
    static const struct lt_json_limits limits = {.bytes = sizeof line, .depth = 1};
    cJSON *doc = NULL;
    char end[] = "end";
    assert_int_equal(write(pipe_fds[1], end, 3), 3);
    ssize_t n = read(pipe_fds[0], line, sizeof line - 1);
    assert_true(n >= 3);
    line[n - 3] = '\0';
    if (n == 3)
        return NULL;
    assert_int_equal(line[n - 4], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + n - 4);
    assert_int_equal(lt_json_parse(line, (size_t)n - 3, &limits, &doc), LT_OK);
    return doc;
}

static const char *text(const cJSON *doc, const char *key)
{
    const char *s = NULL;
    assert_int_equal(lt_json_str(doc, key, sizeof line, &s), LT_OK);
    return s;
}

static void a_line_is_one_json_object_with_its_fields(void **state)
{
    int64_t v;
    (void)state;
    lt_log(LT_LOG_WARN, "client \"dropped\"", LT_S("peer", "::1\n"), LT_I("conn", 42),
           LT_S("none", NULL));
    cJSON *doc = logged();
    assert_string_equal(text(doc, "level"), "warn");
    assert_string_equal(text(doc, "msg"), "client \"dropped\"");
    assert_string_equal(text(doc, "role"), "worker-0");
    assert_string_equal(text(doc, "peer"), "::1\n");
    assert_int_equal(lt_json_i64(doc, "conn", 0, 100, &v), LT_OK);
    assert_int_equal(v, 42);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(doc, "none")));
    assert_int_equal(lt_json_i64(doc, "pid", 1, INT_MAX, &v), LT_OK);
    assert_int_equal(v, getpid());
    int year, month, day, hour, minute, second, ms, used = 0;
    const char *ts = text(doc, "ts");
    assert_int_equal(sscanf(ts, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour,
                            &minute, &second, &ms, &used),
                     7);
    assert_int_equal(used, 24);
    assert_int_equal(ts[24], '\0');
    cJSON_Delete(doc);
}

static void a_line_below_the_level_is_dropped(void **state)
{
    (void)state;
    lt_log(LT_LOG_DEBUG, "nobody asked");
    assert_null(logged());
    lt_log_init(LT_LOG_ERROR, "job");
    lt_log(LT_LOG_WARN, "nor for this");
    assert_null(logged());
}

static void secrets_never_reach_a_line(void **state)
{
    static const char *const keys[] = {"ticket", "token", "secret", "password", "key"};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        lt_log(LT_LOG_INFO, "m", LT_S(keys[i], "hunter2"));
        cJSON *doc = logged();
        assert_string_equal(text(doc, keys[i]), "[redacted]");
        assert_null(strstr(line, "hunter2"));
        cJSON_Delete(doc);
    }
}

static void a_long_value_is_cut_before_a_character(void **state)
{
    char value[2000] = "x";
    (void)state;
    for (int i = 0; i < 600; i++)
        strcat(value, "题");
    int64_t before = lt_metric_get(LT_M_LOG_CUT);
    lt_log(LT_LOG_INFO, "m", LT_S("stem", value), LT_I("after", 1));
    cJSON *doc = logged();
    size_t n = strlen(text(doc, "stem"));
    assert_in_range(n, 500, 512);
    assert_int_equal(n % 3, 1); /* "x" and whole characters */
    assert_memory_equal(text(doc, "stem"), value, n);
    assert_int_equal(lt_metric_get(LT_M_LOG_CUT), before + 1);
    cJSON_Delete(doc);
}

static void a_line_too_long_for_one_write_loses_fields_but_not_itself(void **state)
{
    char value[513];
    bool was_cut = false;
    (void)state;
    memset(value, '\x01', 512); /* six bytes each when escaped */
    value[512] = '\0';
    lt_log(LT_LOG_INFO, "m", LT_I("first", 1), LT_S("a", value), LT_S("b", value), LT_I("last", 1));
    cJSON *doc = logged();
    assert_true(strlen(line) <= PIPE_BUF);
    assert_string_equal(text(doc, "msg"), "m");
    assert_non_null(cJSON_GetObjectItemCaseSensitive(doc, "first"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(doc, "a"));
    assert_null(cJSON_GetObjectItemCaseSensitive(doc, "b"));
    assert_int_equal(lt_json_bool(doc, "cut", &was_cut), LT_OK);
    assert_true(was_cut);
    cJSON_Delete(doc);
}

/* Whatever the length, the line is there, whole and within one atomic write: a sweep over the
 * bound. */
static void a_line_near_the_bound_is_still_written(void **state)
{
    char full[513], value[513];
    (void)state;
    memset(full, 'f', 512);
    full[512] = '\0';
    for (size_t n = 300; n <= 512; n++) {
        memset(value, 'v', n);
        value[n] = '\0';
        lt_log(LT_LOG_INFO, "m", LT_S("a", full), LT_S("b", full), LT_S("c", full), LT_S("d", full),
               LT_S("e", full), LT_S("f", full), LT_S("g", full), LT_S("h", value));
        cJSON *doc = logged();
        assert_non_null(doc);
        assert_true(strlen(line) <= PIPE_BUF);
        assert_true((cJSON_GetObjectItemCaseSensitive(doc, "h") == NULL) ==
                    (cJSON_GetObjectItemCaseSensitive(doc, "cut") != NULL));
        cJSON_Delete(doc);
    }
}

static void what_is_not_utf8_does_not_spoil_the_line(void **state)
{
    (void)state;
    lt_log(LT_LOG_INFO, "m", LT_S("path", "/\xff\xc0\xaf"));
    cJSON *doc = logged();
    assert_string_equal(text(doc, "path"), "/\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    cJSON_Delete(doc);
}

static void levels_are_named_as_in_the_configuration(void **state)
{
    enum lt_log_level level = LT_LOG_INFO;
    (void)state;
    assert_true(lt_log_level_parse("error", &level));
    assert_int_equal(level, LT_LOG_ERROR);
    assert_false(lt_log_level_parse("ERROR", &level));
    assert_false(lt_log_level_parse("", &level));
    assert_int_equal(level, LT_LOG_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_one_json_object_with_its_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_below_the_level_is_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_never_reach_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_value_is_cut_before_a_character, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_too_long_for_one_write_loses_fields_but_not_itself,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_near_the_bound_is_still_written, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_utf8_does_not_spoil_the_line, setup, teardown),
        cmocka_unit_test(levels_are_named_as_in_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

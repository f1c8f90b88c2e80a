#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/config.h"
#include "base/err.h"
#include <string.h>

static struct lt_config *config;
static struct lt_buf err;

static int setup(void **state)
{
    (void)state;
    config = lt_config_new();
    lt_buf_init(&err, 1000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_config_free(config);
    lt_buf_done(&err);
    return 0;
}

static void every_default_is_within_its_own_range(void **state)
{
    (void)state;
    for (const struct lt_option *o = lt_options; o->name; o++)
        assert_int_equal(lt_config_set(config, o->name, o->fallback, &err), LT_OK);
}

static void flags_win_over_the_environment(void **state)
{
    char *env[] = {"HOME=/", "LEITAI_PORT=9000", "LEITAI_TRUST_PROXY=yes", NULL};
    char a0[] = "leitai", a1[] = "serve", a2[] = "--port=9001", a3[] = "--log-level", a4[] = "debug";
    char *argv[] = {a0, a1, a2, a3, a4, NULL};
    int argc = 5;
    (void)state;
    assert_int_equal(lt_config_env(config, env, &err), LT_OK);
    assert_int_equal(lt_config_int(config, "port"), 9000);
    assert_true(lt_config_bool(config, "trust_proxy"));
    assert_int_equal(lt_config_args(config, &argc, argv, &err), LT_OK);
    assert_int_equal(lt_config_int(config, "port"), 9001);
    assert_string_equal(lt_config_str(config, "log_level"), "debug");
    assert_int_equal(argc, 2);
    assert_string_equal(argv[1], "serve");
}

static void mistakes_stop_with_a_line_that_names_them(void **state)
{
    char *env[] = {"LEITAI_PROT=9000", NULL};
    (void)state;
    assert_int_equal(lt_config_set(config, "port", "70000", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "port"));
    lt_buf_clear(&err);
    assert_int_equal(lt_config_set(config, "workers", "two", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "workers"));
    lt_buf_clear(&err);
    assert_int_equal(lt_config_env(config, env, &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "prot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_default_is_within_its_own_range, setup, teardown),
        cmocka_unit_test_setup_teardown(flags_win_over_the_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_stop_with_a_line_that_names_them, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

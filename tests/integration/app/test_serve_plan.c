#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/commands.h"
#include "base/err.h"

static struct lt_config *config;

static void set(const char *name, const char *value)
{
    struct lt_buf err;
    lt_buf_init(&err, 256);
    assert_int_equal(lt_config_set(config, name, value, &err), LT_OK);
    lt_buf_done(&err);
}

static int setup(void **state)
{
    (void)state;
    config = lt_config_new();
    set("max_connections", "12000");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_config_free(config);
    return 0;
}

static void one_worker_a_core_when_descriptors_suffice(void **state)
{
    (void)state;
    assert_int_equal(lt_serve_plan(config, 4, 65536), 4);
    assert_int_equal(lt_config_int(config, "max_connections"), 12000);
}

static void a_set_number_of_workers_is_kept(void **state)
{
    (void)state;
    set("workers", "3");
    assert_int_equal(lt_serve_plan(config, 16, 4096), 3);
    assert_int_equal(lt_config_int(config, "max_connections"), 4096 - 256);
}

static void fewer_descriptors_mean_more_workers_with_fewer_connections_each(void **state)
{
    (void)state;
    assert_int_equal(lt_serve_plan(config, 2, 6256), 4);
    assert_int_equal(lt_config_int(config, "max_connections"), 6000);
}

static void the_number_of_workers_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(lt_serve_plan(config, 2, 64), LT_WORKERS_MAX);
    assert_int_equal(lt_config_int(config, "max_connections"), 10);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(one_worker_a_core_when_descriptors_suffice),
        T(a_set_number_of_workers_is_kept),
        T(fewer_descriptors_mean_more_workers_with_fewer_connections_each),
        T(the_number_of_workers_is_bounded),
    };
    return cmocka_run_group_tests_name("serve_plan", tests, NULL, NULL);
}

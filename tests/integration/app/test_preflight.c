/* What `leitai serve` refuses, tried on a real PostgreSQL with a database and a role of this test's
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../server/app/preflight.h"
#include "app/db.h"
#include "app/schema.h"
#include "base/err.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char name[32], admin_url[512], owner_url[512], worker_url[512];
static struct lt_buf err;

static struct lt_db *open_db(const char *url)
{
    struct lt_db *d;
    struct lt_buf why;
    struct lt_db_opts opts = {.url = url, .name = "test", .stop_fd = -1};
    lt_buf_init(&why, 1024);
    if (lt_db_open(&opts, &d, &why) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&why));
    lt_buf_done(&why);
    return d;
}

static void sql(const char *url, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void sql(const char *url, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    struct lt_db *d = open_db(url);
    if (lt_db_script(d, text) != LT_OK)
        fail_msg("%s: %s", text, lt_db_message(d));
    lt_db_close(d);
}

static int group_setup(void **state)
{
    (void)state;
    const char *url = getenv("LEITAI_TEST_PG_URL");
    assert_non_null(url);
    snprintf(name, sizeof name, "preflight_%d", (int)getpid());
    snprintf(admin_url, sizeof admin_url, "%s dbname=postgres", url);
    snprintf(owner_url, sizeof owner_url, "%s dbname=%s", url, name);
    sql(admin_url, "CREATE ROLE %s LOGIN", name);
    sql(admin_url, "CREATE DATABASE %s", name);
    /* The later `user` wins. */
    snprintf(worker_url, sizeof worker_url, "%s user=%s dbname=%s", url, name, name);
    struct lt_db *d = open_db(owner_url);
    struct lt_buf applied;
    lt_buf_init(&applied, 65536);
    lt_buf_init(&err, 4096);
    if (lt_schema_migrate(d, &applied, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&applied);
    lt_db_close(d);
    sql(owner_url, "GRANT leitai_app TO %s", name);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    lt_buf_done(&err);
    sql(admin_url, "DROP DATABASE %s WITH (FORCE)", name);
    sql(admin_url, "DROP ROLE %s", name);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    lt_buf_clear(&err);
    return 0;
}

static void refused(const char *url, const char *why)
{
    assert_int_equal(lt_preflight(url, 0, &err), -1);
    if (!strstr(lt_buf_cstr(&err), why))
        fail_msg("expected <%s> in <%s>", why, lt_buf_cstr(&err));
}

static void a_durable_server_with_our_schema_is_accepted(void **state)
{
    (void)state;
    if (lt_preflight(worker_url, 0, &err) != 0)
        fail_msg("%s", lt_buf_cstr(&err));
}

static void synchronous_commit_off_is_refused_even_for_our_role_alone(void **state)
{
    (void)state;
    sql(admin_url, "ALTER ROLE %s SET synchronous_commit = off", name);
    refused(worker_url, "synchronous_commit is off");
    sql(admin_url, "ALTER ROLE %s RESET synchronous_commit", name);
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    sql(owner_url,
        "INSERT INTO leitai.migration (version, name, checksum) VALUES (9999, 'x', 'x')");
    refused(worker_url, "newer than this program");
    sql(owner_url, "DELETE FROM leitai.migration WHERE version = 9999");
}

static void an_older_schema_is_refused(void **state)
{
    (void)state;
    sql(owner_url, "CREATE TABLE public.kept AS SELECT * FROM leitai.migration WHERE version = %d",
        lt_schema_version());
    sql(owner_url, "DELETE FROM leitai.migration WHERE version = %d", lt_schema_version());
    refused(worker_url, "run leitai migrate");
    sql(owner_url,
        "INSERT INTO leitai.migration SELECT * FROM public.kept; DROP TABLE public.kept");
}

static void a_server_that_is_away_is_named(void **state)
{
    (void)state;
    refused("host=/nowhere user=x dbname=x", "/nowhere");
    lt_buf_clear(&err);
    refused("", "database_url");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_durable_server_with_our_schema_is_accepted, setup),
        cmocka_unit_test_setup(synchronous_commit_off_is_refused_even_for_our_role_alone, setup),
        cmocka_unit_test_setup(an_older_schema_is_refused, setup),
        cmocka_unit_test_setup(a_newer_schema_is_refused, setup),
        cmocka_unit_test_setup(a_server_that_is_away_is_named, setup),
    };
    return cmocka_run_group_tests_name("preflight", tests, group_setup, group_teardown);
}

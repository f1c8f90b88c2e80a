/* The PostgreSQL pool against a real server. */
#include "base/buf.h"
#include "base/err.h"
#include "client.h"
#include "io/pg.h"
#include "servers.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { TIMEOUT_US = 2000000, LOG_MAX = 4000 };

enum stmt { INSERT, COUNT, MINE, TENANT, FAIL, SLEEP, PID, SAME, ARRAY, FORBIDDEN, STMTS };
static const struct lt_pg_stmt stmts[STMTS] = {
    [INSERT] = {"insert", "INSERT INTO thing VALUES ($1::bigint, $2::bigint, $3) RETURNING id", 3},
    [COUNT] = {"count", "SELECT count(*) FROM thing", 0},
    [MINE] = {"mine", "SELECT id, note FROM thing ORDER BY id", 0},
    [TENANT] = {"tenant",
                "SELECT COALESCE(NULLIF(current_setting('app.tenant_id', true), ''), 'none')", 0},
    [FAIL] = {"fail", "SELECT fail($1)", 1},
    [SLEEP] = {"sleep", "SELECT pg_sleep($1::float8)", 1},
    [PID] = {"pid", "SELECT pg_backend_pid()", 0},
    [SAME] = {"same", "SELECT $1::text, $2::text, true, false", 2},
    [ARRAY] = {"array", "SELECT unnest($1::text[])", 1},
    [FORBIDDEN] = {"forbidden", "SELECT * FROM secret", 0},
};

static const char SCHEMA[] =
    "DROP TABLE IF EXISTS thing, secret;"
    "CREATE TABLE thing (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, note text NOT NULL);"
    "ALTER TABLE thing ENABLE ROW LEVEL SECURITY; ALTER TABLE thing FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY wall ON thing USING"
    " (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::bigint);"
    "CREATE TABLE secret (x int);"
    "CREATE OR REPLACE FUNCTION fail(state text) RETURNS text LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = state; END$$;"
    "DO $$BEGIN CREATE ROLE leitai_test_io LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"
    "GRANT SELECT, INSERT ON thing TO leitai_test_io;";

static struct {
    struct lt_loop *loop;
    struct lt_pg *pg;
    PGconn *admin;
    bool up, done;
    int changes; /* of up */
    /* results, in order of arrival */
    int n, errs[LOG_MAX];
    bool in_submit;
    char text[256], state[8];
    int rows;
    bool has_result;
} t;

static void sql(const char *text)
{
    PGresult *r = PQexec(t.admin, text);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(t.admin));
    PQclear(r);
}

static void quiet(void *arg, const char *message)
{
    (void)arg, (void)message;
}

static void on_state(void *arg, bool up)
{
    (void)arg;
    t.up = up;
    t.changes++;
}

static void on_done(void *arg)
{
    (void)arg;
    t.done = true;
}

static void start(int connections, int max_queued)
{
    char url[512];
    /* The last of two is taken. */
    snprintf(url, sizeof url, "%s user=leitai_test_io", test_pg_url());
    struct lt_pg_opts opts = {.url = url,
                              .application_name = "test",
                              .stmts = stmts,
                              .n_stmts = STMTS,
                              .connections = connections,
                              .max_queued = max_queued,
                              .statement_timeout_us = TIMEOUT_US};
    t.pg = lt_pg_new(t.loop, &opts);
    assert_non_null(t.pg);
    lt_pg_on_state(t.pg, on_state, NULL);
    assert_true(turn_until(t.loop, &t.up, 10000));
    for (int i = 0; i < 5000 && lt_pg_ready(t.pg) < connections; i++)
        turn_for(t.loop, 1);
    assert_int_equal(lt_pg_ready(t.pg), connections);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.loop = lt_loop_new();
    t.admin = PQconnectdb(test_pg_url());
    PQsetNoticeProcessor(t.admin, quiet, NULL);
    sql(SCHEMA);
    return 0;
}

static void stop(void)
{
    if (!t.pg)
        return;
    t.done = false;
    lt_pg_free(t.pg, on_done, NULL);
    assert_true(turn_until(t.loop, &t.done, 10000));
    t.pg = NULL;
}

static int teardown(void **state)
{
    (void)state;
    stop();
    PQfinish(t.admin);
    lt_loop_free(t.loop);
    return 0;
}

static void on_result(void *arg, int err, const struct lt_pg_result *r)
{
    (void)arg;
    assert_false(t.in_submit);
    assert_true(t.n < LOG_MAX);
    t.errs[t.n++] = err;
    t.has_result = r != NULL;
    snprintf(t.state, sizeof t.state, "%s", lt_pg_sqlstate(r));
    t.text[0] = '\0';
    t.rows = 0;
    if (r && err == LT_OK) {
        t.rows = lt_pg_rows(r, 0);
        if (t.rows > 0)
            snprintf(t.text, sizeof t.text, "%s", lt_pg_text(r, 0, 0, 0));
    }
}

static int submit(struct lt_pg_req *r)
{
    t.in_submit = true;
    int err = lt_pg_submit(r, on_result, NULL);
    t.in_submit = false;
    return err;
}

static struct lt_pg_req *request(int64_t tenant, int stmt, const char *a, const char *b,
                                 const char *c)
{
    const char *values[3] = {a, b, c};
    struct lt_pg_req *r = lt_pg_req_new(t.pg, (struct lt_tenant_id){tenant});
    assert_non_null(r);
    lt_pg_req_add(r, stmt, values);
    return r;
}

static void wait_results(int n)
{
    for (int i = 0; i < 10000 && t.n < n; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.n, n);
}

/* Run one statement. Returns its error. */
static int run(int64_t tenant, int stmt, const char *a)
{
    int n = t.n;
    assert_int_equal(submit(request(tenant, stmt, a, NULL, NULL)), LT_OK);
    wait_results(n + 1);
    return t.errs[n];
}

/* ---- */

static void check_same(void *arg, int err, const struct lt_pg_result *r)
{
    bool *done = arg;
    assert_int_equal(err, LT_OK);
    assert_int_equal(lt_pg_rows(r, 0), 1);
    assert_string_equal(lt_pg_text(r, 0, 0, 0), "42");
    assert_int_equal(lt_pg_i64(r, 0, 0, 0), 42);
    assert_true(lt_pg_null(r, 0, 0, 1));
    assert_string_equal(lt_pg_text(r, 0, 0, 1), "");
    assert_int_equal(lt_pg_i64(r, 0, 0, 1), 0);
    assert_true(lt_pg_bool(r, 0, 0, 2));
    assert_false(lt_pg_bool(r, 0, 0, 3));
    assert_int_equal(lt_pg_rows(r, 1), 4);
    assert_string_equal(lt_pg_text(r, 1, 1, 0), "a\"b\\,}");
    assert_true(lt_pg_null(r, 1, 2, 0));
    assert_string_equal(lt_pg_text(r, 1, 3, 0), "赛");
    assert_string_equal(lt_pg_sqlstate(r), "");
    *done = true;
}

static void values_and_nulls_go_there_and_back(void **state)
{
    struct lt_buf b;
    bool done = false;
    (void)state;
    start(1, 100);
    lt_buf_init(&b, 1000);
    lt_pg_array_begin(&b);
    lt_pg_array_text(&b, "");
    lt_pg_array_text(&b, "a\"b\\,}");
    lt_pg_array_text(&b, NULL);
    lt_pg_array_text(&b, "赛");
    lt_pg_array_end(&b);
    struct lt_pg_req *r = request(7, SAME, "42", NULL, NULL);
    const char *values[1] = {lt_buf_cstr(&b)};
    lt_pg_req_add(r, ARRAY, values);
    lt_buf_done(&b); /* copied */
    assert_int_equal(lt_pg_submit(r, check_same, &done), LT_OK);
    assert_false(done);
    assert_true(turn_until(t.loop, &done, 5000));
}

static void many_requests_are_answered_once_each(void **state)
{
    char id[16];
    (void)state;
    start(3, LOG_MAX);
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_int_equal(submit(request(1, INSERT, "1", id, "x")), LT_OK);
    }
    wait_results(1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(t.errs[i], LT_OK);
    assert_int_equal(run(1, COUNT, NULL), LT_OK);
    assert_string_equal(t.text, "1000");
}

static void a_tenant_is_set_for_its_request_only(void **state)
{
    (void)state;
    start(1, 100);
    /* All in one pipeline, on one connection. */
    assert_int_equal(submit(request(1, INSERT, "1", "10", "of one")), LT_OK);
    assert_int_equal(submit(request(2, INSERT, "2", "20", "of two")), LT_OK);
    assert_int_equal(submit(request(2, INSERT, "1", "30", "smuggled")), LT_OK);
    wait_results(3);
    assert_int_equal(t.errs[0], LT_OK);
    assert_int_equal(t.errs[1], LT_OK);
    assert_int_equal(t.errs[2], LT_EDENIED); /* 42501: row-level security */
    assert_int_equal(run(1, MINE, NULL), LT_OK);
    assert_int_equal(t.rows, 1);
    assert_string_equal(t.text, "10");
    assert_int_equal(run(2, MINE, NULL), LT_OK);
    assert_string_equal(t.text, "20");
    assert_int_equal(run(0, MINE, NULL), LT_OK);
    assert_int_equal(t.rows, 0);
    assert_int_equal(run(2, FAIL, "22000"), LT_EDBDATA);
    assert_int_equal(run(0, TENANT, NULL), LT_OK);
    assert_string_equal(t.text, "none");
}

static void one_request_may_serve_several_tenants(void **state)
{
    static const char *const one[] = {"1", "1", "a"}, *const two[] = {"2", "2", "b"};
    (void)state;
    start(1, 100);
    struct lt_pg_req *r = lt_pg_req_new(t.pg, (struct lt_tenant_id){1});
    lt_pg_req_add(r, INSERT, one);
    lt_pg_req_tenant(r, (struct lt_tenant_id){2});
    lt_pg_req_add(r, INSERT, two);
    lt_pg_req_add(r, COUNT, NULL);
    assert_int_equal(submit(r), LT_OK);
    wait_results(1);
    assert_int_equal(t.errs[0], LT_OK);
    assert_int_equal(run(1, COUNT, NULL), LT_OK);
    assert_string_equal(t.text, "1");
}

static void all_statements_of_a_request_commit_or_none(void **state)
{
    static const char *const good[] = {"1", "1", "a"}, *const code[] = {"23505"};
    (void)state;
    start(1, 100);
    struct lt_pg_req *r = lt_pg_req_new(t.pg, (struct lt_tenant_id){1});
    lt_pg_req_add(r, INSERT, good);
    lt_pg_req_add(r, FAIL, code);
    lt_pg_req_add(r, COUNT, NULL);
    assert_int_equal(submit(r), LT_OK);
    assert_int_equal(submit(request(1, COUNT, NULL, NULL, NULL)), LT_OK); /* right behind it */
    wait_results(2);
    assert_int_equal(t.errs[0], LT_EDBDATA);
    assert_int_equal(t.errs[1], LT_OK);
    assert_string_equal(t.text, "0");
}

static void errors_are_told_by_their_class(void **state)
{
    static const struct {
        const char *sqlstate;
        int err;
    } cases[] = {{"22012", LT_EDBDATA},  {"23505", LT_EDBDATA},  {"LT001", LT_EDEPOSED},
                 {"42501", LT_EDENIED},  {"40001", LT_EDBRETRY}, {"40P01", LT_EDBRETRY},
                 {"53300", LT_EDBRETRY}, {"55P03", LT_EDBRETRY}, {"57014", LT_EDBRETRY},
                 {"08006", LT_EDBRETRY}, {"42601", LT_EDB},      {"P0001", LT_EDB}};
    (void)state;
    start(1, 100);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(1, FAIL, cases[i].sqlstate), cases[i].err);
        assert_string_equal(t.state, cases[i].sqlstate);
        assert_true(t.has_result);
    }
    assert_int_equal(run(1, FORBIDDEN, NULL), LT_EDENIED);
    assert_int_equal(t.changes, 1); /* the connection stayed */
}

static void a_statement_that_takes_too_long_is_cancelled(void **state)
{
    (void)state;
    start(1, 100);
    assert_int_equal(run(1, SLEEP, "30"), LT_EDBRETRY);
    assert_string_equal(t.state, "57014");
    assert_int_equal(run(1, TENANT, NULL), LT_OK);
    assert_int_equal(t.changes, 1);
}

/* End all our backends, without waiting for that. */
static void terminate(void)
{
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'leitai_test_io' "
        "AND datname = current_database()");
}

static void a_killed_backend_fails_what_was_sent_and_the_pool_comes_back(void **state)
{
    (void)state;
    start(1, 100);
    for (int i = 0; i < 4; i++)
        assert_int_equal(submit(request(1, SLEEP, "0.9", NULL, NULL)), LT_OK);
    turn_for(t.loop, 50);
    terminate();
    wait_results(4);
    for (int i = 0; i < 4; i++)
        assert_true(t.errs[i] == LT_EDBUNKNOWN || t.errs[i] == LT_EDBRETRY);
    assert_false(t.up);
    assert_int_equal(lt_pg_ready(t.pg), 0);
    assert_true(turn_until(t.loop, &t.up, 10000));
    assert_int_equal(t.changes, 3);
    assert_int_equal(run(1, TENANT, NULL), LT_OK); /* prepared anew, with the tenant */
    assert_string_equal(t.text, "1");
}

static void what_waits_for_a_connection_is_sent_when_there_is_one(void **state)
{
    (void)state;
    start(1, 100);
    terminate();
    for (int i = 0; i < 5000 && t.up; i++)
        turn_for(t.loop, 1);
    assert_false(t.up);
    assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_OK);
    wait_results(1);
    assert_int_equal(t.errs[0], LT_OK);
}

static void a_server_that_stands_still_is_given_up(void **state)
{
    char text[64];
    (void)state;
    start(1, 100);
    assert_int_equal(run(0, PID, NULL), LT_OK);
    pid_t pid = (pid_t)atoi(t.text);
    int n = t.n;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    int64_t begun_us = lt_clock_read().mono_us;
    assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_OK);
    assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_OK);
    wait_results(n + 2);
    assert_in_range(lt_clock_read().mono_us - begun_us, 2 * TIMEOUT_US, 4 * TIMEOUT_US);
    assert_int_equal(t.errs[n], LT_EDBUNKNOWN);
    assert_int_equal(t.errs[n + 1], LT_EDBUNKNOWN);
    assert_true(turn_until(t.loop, &t.up, 10000));
    assert_int_equal(run(0, PID, NULL), LT_OK);
    snprintf(text, sizeof text, "%d", (int)pid);
    assert_string_not_equal(t.text, text);
    kill(pid, SIGCONT);
}

static void more_than_the_queue_holds_is_refused(void **state)
{
    (void)state;
    start(1, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_OK);
    assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_EFULL);
    wait_results(10);
    assert_int_equal(run(1, TENANT, NULL), LT_OK);
    lt_pg_req_free(request(1, INSERT, "1", "1", "never submitted"));
    lt_pg_req_free(NULL);
}

static void a_server_that_is_not_there_is_retried_without_blocking(void **state)
{
    struct lt_pg_opts opts = {.url = "host=/nonexistent dbname=x user=x",
                              .stmts = stmts,
                              .n_stmts = STMTS,
                              .connections = 2,
                              .max_queued = 10,
                              .statement_timeout_us = 100000};
    (void)state;
    t.pg = lt_pg_new(t.loop, &opts);
    assert_non_null(t.pg);
    assert_int_equal(submit(request(1, TENANT, NULL, NULL, NULL)), LT_OK);
    wait_results(1); /* after twice the timeout */
    assert_int_equal(t.errs[0], LT_EDBRETRY);
    assert_false(t.has_result);
    assert_int_equal(lt_pg_ready(t.pg), 0);
    opts.url = "what is this=";
    assert_null(lt_pg_new(t.loop, &opts));
}

static void ending_fails_everything_that_is_open_once(void **state)
{
    (void)state;
    start(1, 100);
    for (int i = 0; i < 20; i++)
        assert_int_equal(submit(request(1, SLEEP, "0.5", NULL, NULL)), LT_OK);
    turn_for(t.loop, 20);
    stop();
    assert_int_equal(t.n, 20);
    int unknown = 0, retry = 0;
    for (int i = 0; i < 20; i++) {
        unknown += t.errs[i] == LT_EDBUNKNOWN;
        retry += t.errs[i] == LT_EDBRETRY;
    }
    assert_int_equal(unknown + retry, 20);
    assert_true(unknown > 0 && retry > 0); /* sent, and still waiting */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(values_and_nulls_go_there_and_back),
        TEST(many_requests_are_answered_once_each),
        TEST(a_tenant_is_set_for_its_request_only),
        TEST(one_request_may_serve_several_tenants),
        TEST(all_statements_of_a_request_commit_or_none),
        TEST(errors_are_told_by_their_class),
        TEST(a_statement_that_takes_too_long_is_cancelled),
        TEST(a_killed_backend_fails_what_was_sent_and_the_pool_comes_back),
        TEST(what_waits_for_a_connection_is_sent_when_there_is_one),
        TEST(a_server_that_stands_still_is_given_up),
        TEST(more_than_the_queue_holds_is_refused),
        TEST(a_server_that_is_not_there_is_retried_without_blocking),
        TEST(ending_fails_everything_that_is_open_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

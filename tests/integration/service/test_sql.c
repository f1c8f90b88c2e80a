/* Every statement of the worker is accepted by a real server, as the role that runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/sql.h"
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static char name[40], target[2048];
static PGconn *pq;

static PGconn *connect_to(const char *database)
{
    char url[2048];
    const char *base = getenv("LEITAI_TEST_PG_URL");
    assert_non_null(base);
    snprintf(url, sizeof url, "%s dbname=%s", base, database);
    PGconn *c = PQconnectdb(url);
    if (PQstatus(c) != CONNECTION_OK)
        print_error("%s", PQerrorMessage(c));
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    return c;
}

static void run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        print_error("%s", PQerrorMessage(c));
    assert_true(PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK);
    PQclear(r);
}

static void run_file(const char *path)
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    run(pq, text);
    free(text);
}

static int setup(void **state)
{
    static const char *const files[] = {"001_roles", "002_tables", "003_walls", "004_study_record"};
    char sql[200];
    (void)state;
    snprintf(name, sizeof name, "sql_%d", (int)getpid());
    PGconn *admin = connect_to("postgres");
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0", name);
    run(admin, sql);
    PQfinish(admin);
    pq = connect_to(name);
    /* Roles belong to the whole server: two tests may make them at once. */
    int lock = open("/tmp/leitai-test-roles.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    assert_true(lock >= 0 && flock(lock, LOCK_EX) == 0);
    run(pq, "CREATE SCHEMA leitai");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(target, sizeof target, "%s/schema/sql/%s.sql", LEITAI_SOURCE_DIR, files[i]);
        run_file(target);
    }
    close(lock);
    run(pq, "SET ROLE leitai_app");
    return 0;
}

static int teardown(void **state)
{
    char sql[200];
    (void)state;
    PQfinish(pq);
    PGconn *admin = connect_to("postgres");
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name);
    run(admin, sql);
    PQfinish(admin);
    return 0;
}

static void each_statement_is_accepted_with_its_parameters(void **state)
{
    (void)state;
    for (int i = 0; i < LT_SQL_STATEMENTS; i++) {
        const struct lt_pg_stmt *s = &lt_sql_statements[i];
        assert_non_null(s->sql);
        PGresult *r = PQprepare(pq, s->name, s->sql, 0, NULL);
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            print_error("%s: %s", s->name, PQerrorMessage(pq));
        assert_int_equal(PQresultStatus(r), PGRES_COMMAND_OK);
        PQclear(r);
        r = PQdescribePrepared(pq, s->name);
        assert_int_equal(PQnparams(r), s->params);
        PQclear(r);
    }
}

/* Run a statement of the table with the tenant set; returns its first value. */
static int64_t call(int stmt, const char *const *values)
{
    const struct lt_pg_stmt *s = &lt_sql_statements[stmt];
    PGresult *r = PQexecPrepared(pq, s->name, s->params, values, NULL, NULL, 0);
    if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
        print_error("%s: %s", s->name, PQerrorMessage(pq));
    assert_true(PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK);
    int64_t v = PQntuples(r) > 0 && PQnfields(r) > 0 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10)
                                                     : PQntuples(r);
    if (stmt == LT_SQL_ANSWERS_READ)
        v = PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 1), "first") == 0
                ? (PQgetvalue(r, 0, 2)[0] == 't' ? 2 : 1)
                : 0;
    PQclear(r);
    return v;
}

static int64_t answer(const char *qi, const char *person, const char *id)
{
    char people[32], ids[64], qis[16];
    snprintf(people, sizeof people, "{%s}", person);
    snprintf(ids, sizeof ids, "{%s}", id);
    snprintf(qis, sizeof qis, "{%s}", qi);
    const char *v[] = {"{2026}", "{1}", qis,     people, "{1}", ids,
                       "{x}",    "{t}", "{100}", "{5}",  "{7}"};
    call(LT_SQL_ANSWERS, v);
    return call(LT_SQL_ANSWERS_READ, v);
}

static void the_gate_decides_what_counts_and_the_first_answer_stands(void **state)
{
    (void)state;
    run(pq, "RESET ROLE");
    run(pq, "INSERT INTO leitai.tenant (code, name) VALUES ('a', 'A');"
            "INSERT INTO leitai.bank (tenant_id, code, name) VALUES (1, 'b', 'B');"
            "INSERT INTO leitai.question (tenant_id, bank_id, code, topic, type, difficulty, "
            "audience, body)"
            " VALUES (1, 1, 'q', 't', 'single', 1, 'all', '{}');"
            "INSERT INTO leitai.event (tenant_id, code, title, season, join_code) VALUES (1, 'e', "
            "'E', 2026, '111111');"
            "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) VALUES (1, 1, "
            "1, 'r', 'live');"
            "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, "
            "body, state)"
            " VALUES (1, 1, 0, 1, 1, '{\"type\":\"single\"}', 'open'), (1, 1, 1, 1, 1, '{}', "
            "'closed')");
    run(pq, "SET ROLE leitai_app");
    run(pq, "SELECT set_config('app.tenant_id', '1', false)");
    assert_int_equal(answer("0", "10", "first"), 1);  /* stored and counted */
    assert_int_equal(answer("0", "10", "first"), 1);  /* the same again: the same verdict */
    assert_int_equal(answer("0", "10", "second"), 1); /* another one: the first stands */
    assert_int_equal(answer("1", "10", "first"), 2);  /* behind a closed gate: kept as late */
    assert_int_equal(answer("9", "10", "first"), 0);  /* no such question: nothing */
    run(pq, "SELECT set_config('app.tenant_id', '2', false)");
    assert_int_equal(answer("0", "11", "first"), 0); /* another tenant's event: there is no gate */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_is_accepted_with_its_parameters),
        cmocka_unit_test(the_gate_decides_what_counts_and_the_first_answer_stands),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

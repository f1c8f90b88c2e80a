/* Every statement of the worker is accepted by a real server, as the role that runs it. */
#include "database.h"
#include "service/sql.h"
#include <libpq-fe.h>
#include <stdlib.h>

static PGconn *pq;

static void say(const char *sql)
{
    PGresult *r = PQexec(pq, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pq));
    PQclear(r);
}

static int setup(void **state)
{
    (void)state;
    lt_db_close(db_migrated());
    pq = PQconnectdb(db_url(NULL));
    if (PQstatus(pq) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pq));
    say("SET ROLE leitai_app");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    PQfinish(pq);
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

/* Of a person who answers for the entry of the same number. */
static int64_t answer(const char *qi, const char *person, const char *id)
{
    char people[32], ids[64], qis[16];
    snprintf(people, sizeof people, "{%s}", person);
    snprintf(ids, sizeof ids, "{%s}", id);
    snprintf(qis, sizeof qis, "{%s}", qi);
    const char *v[] = {"{2026}", "{1}", qis, people, people, ids, "{x}", "{t}", "{5}", "{7}"};
    call(LT_SQL_ANSWERS, v);
    return call(LT_SQL_ANSWERS_READ, v);
}

static void the_gate_decides_what_counts_and_the_first_answer_stands(void **state)
{
    (void)state;
    say("RESET ROLE");
    say("INSERT INTO leitai.tenant (code, name) VALUES ('a', 'A');"
        "INSERT INTO leitai.bank (tenant_id, code, name) VALUES (1, 'b', 'B');"
        "INSERT INTO leitai.question (tenant_id, bank_id, code, topic, type, difficulty, "
        "audience, body)"
        " VALUES (1, 1, 'q', 't', 'single', 1, 'all', '{}');"
        "INSERT INTO leitai.event (tenant_id, code, title, season, join_code) VALUES (1, 'e', "
        "'E', 2026, '111111');"
        "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) VALUES (1, 1, "
        "1, 'r', 'live');"
        "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, "
        "body, state, gate_entry)"
        " VALUES (1, 1, 0, 1, 1, '{\"type\":\"single\"}', 'open', 0), (1, 1, 1, 1, 1, '{}', "
        "'closed', 0), (1, 1, 2, 1, 1, '{}', 'closing', 10), (1, 1, 3, 1, 1, '{}', 'open', "
        "-1), (1, 1, 4, 1, 1, '{}', 'sealed', 0)");
    say("SET ROLE leitai_app");
    say("SELECT set_config('app.tenant_id', '1', false)");
    assert_int_equal(answer("0", "10", "first"), 1);  /* stored and counted */
    assert_int_equal(answer("0", "10", "first"), 1);  /* the same again: the same verdict */
    assert_int_equal(answer("0", "10", "second"), 1); /* another one: the first stands */
    assert_int_equal(answer("1", "10", "first"), 2);  /* behind a closed gate: kept as late */
    assert_int_equal(answer("9", "10", "first"), 0);  /* no such question: nothing */
    assert_int_equal(answer("2", "10", "first"), 1);  /* whose turn it is */
    assert_int_equal(answer("2", "11", "first"), 2);  /* and somebody else's */
    assert_int_equal(answer("3", "10", "first"), 2);  /* nobody's */
    assert_int_equal(answer("4", "10", "first"), 0);  /* the event is over: not even late */
    say("SELECT set_config('app.tenant_id', '2', false)");
    assert_int_equal(answer("0", "11", "first"), 0); /* another tenant's event: there is no gate */
}

/* What a command's row says; "none": there is none. */
static void expect_outcome(const char *id, const char *want)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT COALESCE((SELECT COALESCE(outcome, 'waits') FROM leitai.inbox WHERE tenant_id "
             "= 1 AND command_id = '%s'), 'none')",
             id);
    PGresult *r = PQexec(pq, sql);
    assert_string_equal(PQgetvalue(r, 0, 0), want);
    PQclear(r);
}

static void send_command(const char *id, const char *action)
{
    call(LT_SQL_INBOX_ADD, (const char *[]){"1", id, "10", action, "0", "{}"});
}

static void once_sealed_nothing_is_added_to_what_the_last_record_vouches_for(void **state)
{
    (void)state;
    say("SELECT set_config('app.tenant_id', '1', false)");
    send_command("press-1", "press");
    send_command("pause-1", "pause");
    expect_outcome("press-1", "waits");
    say("UPDATE leitai.question_instance SET state = 'sealed' WHERE tenant_id = 1");
    call(LT_SQL_INBOX_SEAL, (const char *[]){"1"});
    expect_outcome("press-1", "wrong_phase");
    expect_outcome("pause-1", "waits");
    send_command("press-2", "press");
    send_command("stake-2", "stake");
    send_command("pause-2", "pause");
    call(LT_SQL_INBOX_REFUSED,
         (const char *[]){"1", "answer-2", "10", "answer", "0", "{}", "question_closed"});
    expect_outcome("press-2", "none");
    expect_outcome("stake-2", "none");
    expect_outcome("answer-2", "none");
    expect_outcome("pause-2", "waits");
    const struct lt_pg_stmt *s = &lt_sql_statements[LT_SQL_INBOX_READ];
    PGresult *r = PQexecPrepared(pq, s->name, 2, (const char *[]){"1", "press-2"}, NULL, NULL, 0);
    assert_string_equal(PQgetvalue(r, 0, 0), "wrong_phase"); /* whoever sent it is told */
    PQclear(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_is_accepted_with_its_parameters),
        cmocka_unit_test(the_gate_decides_what_counts_and_the_first_answer_stands),
        cmocka_unit_test(once_sealed_nothing_is_added_to_what_the_last_record_vouches_for),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

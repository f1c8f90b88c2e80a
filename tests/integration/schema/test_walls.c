/* The wall between tenants, tried at every table that the catalogue knows, with the demo's rows:
 * `other` tries to reach `demo`. A table that is added without a wall fails here, without anybody
 * thinking of it. (walls.sh tries the promises one by one.) */
#include "app/commands.h"
#include "database.h"
#include <stdlib.h>

static struct lt_db *super, *app;
static struct lt_num mine, theirs; /* tenants */

/* ---- fixture ---- */

static void load_demo(void)
{
    struct lt_config *c = lt_config_new();
    struct lt_buf err;
    lt_buf_init(&err, 1024);
    assert_int_equal(lt_config_set(c, "migrate_url", db_url(NULL), &err), LT_OK);
    assert_int_equal(lt_config_set(c, "database_url", db_url("leitai_app"), &err), LT_OK);
    assert_int_equal(lt_config_set(c, "relay_url", db_url("leitai_relay"), &err), LT_OK);
    assert_int_equal(lt_cmd_demo(c, 1, (char *[]){(char *)"demo", NULL}), 0);
    lt_buf_done(&err);
    lt_config_free(c);
}

/* What the demo has no rows of. */
static void fill_the_rest(void)
{
    run(super,
        "INSERT INTO leitai.team_member (tenant_id, event_id, entry_id, person_id) "
        "SELECT tenant_id, event_id, entry_id, person_id FROM leitai.entry WHERE tenant_id = %s "
        "AND person_id IS NOT NULL LIMIT 1;"
        "INSERT INTO leitai.inbox (tenant_id, event_id, command_id, person_id, action, expect_q) "
        "SELECT tenant_id, event_id, 'c', 1, 'start', -1 FROM leitai.event WHERE tenant_id = %s "
        "LIMIT 1;"
        "INSERT INTO leitai.duel (tenant_id, event_id, round_no, seed, size, started_us) "
        "SELECT tenant_id, event_id, round_no, 1, 2, 1 FROM leitai.round WHERE tenant_id = %s "
        "LIMIT 1;"
        "INSERT INTO leitai.paper (season, round_no, attempt, no, tenant_id, event_id, person_id, "
        "entry_id, seed, started_us, deadline_us) SELECT 2026, 1, 1, 1, tenant_id, event_id, "
        "person_id, entry_id, 7, 1, 2 FROM leitai.entry WHERE tenant_id = %s LIMIT 1;"
        "INSERT INTO leitai.duel_rating (tenant_id, person_id) SELECT tenant_id, person_id FROM "
        "leitai.paper;"
        "INSERT INTO leitai.finding (tenant_id, event_id, kind, subject, evidence) SELECT "
        "tenant_id, "
        "event_id, 'too_fast', 'p', '{}' FROM leitai.paper;"
        "INSERT INTO leitai.certificate (tenant_id, event_id, person_id, code, name, unit_name, "
        "points_c, rank, entries) SELECT tenant_id, event_id, person_id, '0123456789ABCDEF', 'P', "
        "'U', 1, 1, 1 FROM leitai.paper;"
        "INSERT INTO leitai.series (tenant_id, code, title, kind) VALUES (%s, 's', 'S', 'person');"
        "INSERT INTO leitai.series_event SELECT s.tenant_id, s.series_id, p.event_id FROM "
        "leitai.series s JOIN leitai.paper p USING (tenant_id);"
        "INSERT INTO leitai.board_share (tenant_id, share, event_id) SELECT tenant_id, "
        "'0123456789AB', event_id FROM leitai.paper;"
        "INSERT INTO leitai.event_unit (tenant_id, event_id, unit_id, kind, registered) SELECT "
        "p.tenant_id, p.event_id, u.unit_id, 'x', 1 FROM leitai.paper p JOIN leitai.unit u USING "
        "(tenant_id) ORDER BY u.unit_id LIMIT 1 ON CONFLICT DO NOTHING;"
        "INSERT INTO leitai.screen (tenant_id, name, event_id) SELECT tenant_id, 'S', event_id "
        "FROM leitai.paper;"
        "INSERT INTO leitai.event_view (tenant_id, event_id, view) SELECT tenant_id, event_id, "
        "'{\"view\":\"black\"}' FROM leitai.paper;"
        "INSERT INTO leitai.screen_pairing SELECT 'ABCDEF', sha256('x'), now(), tenant_id, "
        "screen_id FROM leitai.screen",
        theirs.s, theirs.s, theirs.s, theirs.s, theirs.s);
}

static int group_setup(void **state)
{
    (void)state;
    super = db_migrated();
    app = db_open("leitai_app");
    load_demo();
    mine = lt_num(number(super, "SELECT tenant_id FROM leitai.tenant WHERE code = 'other'"));
    theirs = lt_num(number(super, "SELECT tenant_id FROM leitai.tenant WHERE code = 'demo'"));
    fill_the_rest();
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    lt_db_close(super);
    lt_db_close(app);
    return 0;
}

/* ---- every table ---- */

/* Tables and partitions that carry a tenant. */
static struct lt_rows *walled_tables(void)
{
    struct lt_rows *rows;
    int err =
        lt_db_exec(super, &rows,
                   "SELECT c.oid::regclass, n.nspname, c.relispartition FROM pg_class c "
                   "JOIN pg_namespace n ON n.oid = c.relnamespace "
                   "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
                   "WHERE n.nspname IN ('leitai', 'study') AND c.relkind IN ('r', 'p') ORDER BY 1");
    assert_int_equal(err, LT_OK);
    assert_true(lt_rows_count(rows) > 20);
    return rows;
}

/* The first value of a query as the worker's role and a tenant; -1: not allowed. Whatever it did is
 * undone. */
static int64_t as_worker(const char *tenant, const char *sql, const char *parameter)
{
    struct lt_rows *rows;
    int64_t v = -1;
    assert_int_equal(lt_db_begin(app, (struct lt_tenant_id){strtoll(tenant, NULL, 10)}), LT_OK);
    int err = parameter ? lt_db_exec(app, &rows, sql, parameter) : lt_db_exec(app, &rows, sql);
    if (err == LT_OK) {
        v = lt_rows_i64(rows, 0, 0);
        lt_rows_free(rows);
    } else if (err != LT_EDENIED) {
        fail_msg("%s: %s", sql, lt_db_message(app));
    }
    lt_db_rollback(app);
    return v;
}

static void each_table_has_rows_to_hide(void **state)
{
    (void)state;
    struct lt_rows *tables = walled_tables();
    for (int i = 0; i < lt_rows_count(tables); i++) {
        const char *t = lt_rows_text(tables, i, 0);
        if (!lt_rows_bool(tables, i, 2) &&
            number(super, "SELECT count(*) FROM %s WHERE tenant_id = %s", t, theirs.s) == 0)
            fail_msg("%s has no row of the other tenant", t);
    }
    lt_rows_free(tables);
}

static void no_row_of_another_tenant_is_seen(void **state)
{
    (void)state;
    struct lt_rows *tables = walled_tables();
    for (int i = 0; i < lt_rows_count(tables); i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE tenant_id = %s",
                 lt_rows_text(tables, i, 0), theirs.s);
        if (as_worker(mine.s, sql, NULL) > 0)
            fail_msg("%s can be read", lt_rows_text(tables, i, 0));
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", lt_rows_text(tables, i, 0));
        if (as_worker("0", sql, NULL) > 0)
            fail_msg("%s can be read without a tenant", lt_rows_text(tables, i, 0));
    }
    lt_rows_free(tables);
}

static void a_worker_sees_the_rows_of_its_own_tenant(void **state)
{
    (void)state;
    assert_true(as_worker(theirs.s, "SELECT count(*) FROM leitai.answer", NULL) > 1000);
    assert_true(as_worker(theirs.s, "SELECT count(*) FROM leitai.person", NULL) > 1000);
}

/* A column that the worker's role may update, or NULL. The caller frees the rows. */
static const char *updatable(const char *table, struct lt_rows **ret)
{
    int err = lt_db_exec(super, ret,
                         "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = "
                         "$1::regclass AND attnum > 0 "
                         "AND NOT attisdropped AND has_column_privilege('leitai_app', attrelid, "
                         "attnum, 'UPDATE') LIMIT 1",
                         table);
    assert_int_equal(err, LT_OK);
    return lt_rows_count(*ret) == 1 ? lt_rows_text(*ret, 0, 0) : NULL;
}

static void no_row_of_another_tenant_is_changed(void **state)
{
    (void)state;
    struct lt_rows *tables = walled_tables();
    int tried = 0;
    for (int i = 0; i < lt_rows_count(tables); i++) {
        struct lt_rows *columns;
        const char *t = lt_rows_text(tables, i, 0), *column = updatable(t, &columns);
        char sql[512];
        if (column) {
            snprintf(sql, sizeof sql,
                     "WITH u AS (UPDATE %s SET %s = %s WHERE tenant_id = %s RETURNING 1) SELECT "
                     "count(*) FROM u",
                     t, column, column, theirs.s);
            if (as_worker(mine.s, sql, NULL) > 0)
                fail_msg("%s can be updated", t);
            tried++;
        }
        snprintf(
            sql, sizeof sql,
            "WITH d AS (DELETE FROM %s WHERE tenant_id = %s RETURNING 1) SELECT count(*) FROM d", t,
            theirs.s);
        if (as_worker(mine.s, sql, NULL) > 0)
            fail_msg("%s can be deleted from", t);
        lt_rows_free(columns);
    }
    assert_true(tried > 5);
    lt_rows_free(tables);
}

/* Insert a copy of another tenant's row; the row security must refuse it before any key does. */
static void try_insert(const char *table)
{
    struct lt_rows *rows;
    char sql[4096];
    int err =
        lt_db_exec(super, &rows,
                   "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid "
                   "= $1::regclass "
                   "AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''",
                   table);
    assert_int_equal(err, LT_OK);
    const char *columns = lt_rows_text(rows, 0, 0);
    snprintf(sql, sizeof sql,
             "WITH i AS (INSERT INTO %s (%s) SELECT %s FROM json_populate_record(NULL::%s, "
             "$1::json) RETURNING 1) "
             "SELECT count(*) FROM i",
             table, columns, columns, table);
    lt_rows_free(rows);
    char read[256];
    snprintf(read, sizeof read, "SELECT row_to_json(t) FROM %s t WHERE tenant_id = %s LIMIT 1",
             table, theirs.s);
    assert_int_equal(lt_db_exec(super, &rows, read), LT_OK);
    if (lt_rows_count(rows) == 1 && as_worker(mine.s, sql, lt_rows_text(rows, 0, 0)) != -1)
        fail_msg("%s can be inserted into", table);
    lt_rows_free(rows);
}

static void no_row_is_inserted_for_another_tenant(void **state)
{
    (void)state;
    struct lt_rows *tables = walled_tables();
    for (int i = 0; i < lt_rows_count(tables); i++)
        try_insert(lt_rows_text(tables, i, 0));
    lt_rows_free(tables);
}

static void a_worker_inserts_for_its_own_tenant(void **state)
{
    (void)state;
    assert_int_equal(
        as_worker(mine.s,
                  "WITH i AS (INSERT INTO leitai.bank (tenant_id, code, name) "
                  "VALUES (leitai.current_tenant(), 'x', 'x') RETURNING 1) SELECT count(*) FROM i",
                  NULL),
        1);
}

/* ---- what the catalogue says ---- */

static const char unforced_sql[] =
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname IN ('leitai', 'study') AND c.relkind IN ('r', 'p', 'm') AND c.relname NOT IN "
    "('node', 'migration') "
    "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";

static void every_table_but_two_forces_row_security(void **state)
{
    (void)state;
    assert_int_equal(number(super, unforced_sql), 0);
    run(super, "CREATE TABLE leitai.forgotten (tenant_id bigint)");
    assert_int_equal(number(super, unforced_sql), 1);
    run(super, "DROP TABLE leitai.forgotten");
}

static void a_season_added_later_has_its_wall(void **state)
{
    (void)state;
    run(super,
        "SELECT leitai.ensure_season(2031::smallint); SELECT leitai.ensure_season(2031::smallint)");
    assert_int_equal(number(super, unforced_sql), 0);
    assert_int_equal(
        number(super, "SELECT count(*) FROM pg_class WHERE oid IN ('leitai.answer_2031'::regclass, "
                      "'leitai.paper_2031'::regclass) AND has_table_privilege('leitai_app', oid, "
                      "'SELECT')"),
        0);
}

static void only_the_named_functions_look_over_the_wall(void **state)
{
    (void)state;
    assert_int_equal(
        number(super, "SELECT count(*) FROM pg_proc WHERE pronamespace IN ('leitai'::regnamespace, "
                      "'study'::regnamespace) AND prosecdef AND proname NOT IN ('find_join_code', "
                      "'find_ticket_key', 'find_job', 'find_tenant', 'find_tenants', 'find_paced', "
                      "'find_moving', "
                      "'find_expired', 'find_left_duels', 'find_certificate', 'find_share', "
                      "'open_pairing', 'claim_pairing', 'ask_pairing', 'close_pairing') "
                      "AND proowner <> 'leitai_log'::regrole"),
        0);
    assert_int_equal(
        number(super,
               "SELECT count(*) FROM pg_proc WHERE prosecdef AND proname LIKE 'find\\_%%' "
               "AND proowner <> 'leitai_cross'::regrole AND pronamespace = 'leitai'::regnamespace"),
        0);
    assert_int_equal(number(super, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'leitai\\_%%' "
                                   "AND (rolsuper OR rolbypassrls)"),
                     0);
}

static void the_relay_sees_the_outbox_and_no_other_table(void **state)
{
    (void)state;
    assert_int_equal(
        number(super,
               "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
               "WHERE n.nspname = 'leitai' AND c.relkind IN ('r', 'p') AND c.relname <> "
               "'credit_outbox' "
               "AND has_any_column_privilege('leitai_relay', c.oid, 'SELECT')"),
        0);
    struct lt_db *relay = db_open("leitai_relay");
    assert_true(number(relay, "SELECT count(*) FROM leitai.credit_outbox") > 1000);
    lt_db_close(relay);
}

static void a_second_load_of_the_demo_changes_nothing(void **state)
{
    static const char digest[] =
        "SELECT (SELECT sum(n_live) FROM (SELECT count(*) AS n_live FROM leitai.person UNION ALL "
        "SELECT count(*) FROM leitai.answer UNION ALL SELECT count(*) FROM leitai.event_log UNION "
        "ALL "
        "SELECT count(*) FROM leitai.ticket_key UNION ALL SELECT count(*) FROM study.ledger) x)";
    (void)state;
    int64_t before = number(super, digest);
    load_demo();
    assert_int_equal(number(super, digest), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_table_has_rows_to_hide),
        cmocka_unit_test(no_row_of_another_tenant_is_seen),
        cmocka_unit_test(a_worker_sees_the_rows_of_its_own_tenant),
        cmocka_unit_test(no_row_of_another_tenant_is_changed),
        cmocka_unit_test(no_row_is_inserted_for_another_tenant),
        cmocka_unit_test(a_worker_inserts_for_its_own_tenant),
        cmocka_unit_test(every_table_but_two_forces_row_security),
        cmocka_unit_test(a_season_added_later_has_its_wall),
        cmocka_unit_test(only_the_named_functions_look_over_the_wall),
        cmocka_unit_test(the_relay_sees_the_outbox_and_no_other_table),
        cmocka_unit_test(a_second_load_of_the_demo_changes_nothing),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

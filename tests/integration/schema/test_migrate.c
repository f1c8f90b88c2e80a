/* Migrations, each on an empty database of its own. */
#include "app/embedded.h"
#include "database.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct lt_db *super, *db;
static char name[64];
static struct lt_buf applied, err;

static struct lt_db *connect_fresh(void)
{
    char url[1024];
    snprintf(url, sizeof url, "%s dbname=%s", test_pg_url(), name);
    return db_open_url(url);
}

static int setup(void **state)
{
    static int no;
    (void)state;
    snprintf(name, sizeof name, "migrate_%d_%d", (int)getpid(), no++);
    super = db_open(NULL);
    run(super, "CREATE DATABASE %s", name);
    db = connect_fresh();
    lt_buf_init(&applied, 65536);
    lt_buf_init(&err, 65536);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_db_close(db);
    run(super, "DROP DATABASE %s WITH (FORCE)", name);
    lt_db_close(super);
    lt_buf_done(&applied);
    lt_buf_done(&err);
    return 0;
}

static int migrate(void)
{
    lt_buf_clear(&applied);
    lt_buf_clear(&err);
    return lt_schema_migrate(db, &applied, &err);
}

static void an_empty_database_is_brought_to_the_version_of_the_program(void **state)
{
    int version;
    (void)state;
    assert_int_equal(lt_schema_current(db, &version), LT_OK);
    assert_int_equal(version, 0);
    assert_int_equal(migrate(), LT_OK);
    assert_int_equal(lt_schema_current(db, &version), LT_OK);
    assert_int_equal(version, lt_schema_version());
    assert_non_null(strstr(lt_buf_cstr(&applied), lt_migrations[0].name));
}

static void every_migration_is_named_after_its_version(void **state)
{
    (void)state;
    for (int i = 0; i < lt_schema_version(); i++)
        assert_int_equal(strtol(lt_migrations[i].name, NULL, 10), i + 1);
}

static void migrating_again_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(migrate(), LT_OK);
    int64_t before = number(
        db, "SELECT (extract(epoch FROM max(applied_at)) * 1e6)::bigint FROM leitai.migration");
    assert_int_equal(migrate(), LT_OK);
    assert_string_equal(lt_buf_cstr(&applied), "");
    int64_t after = number(
        db, "SELECT (extract(epoch FROM max(applied_at)) * 1e6)::bigint FROM leitai.migration");
    assert_int_equal(before, after);
}

static void a_migration_that_was_changed_afterwards_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(), LT_OK);
    run(db, "UPDATE leitai.migration SET checksum = repeat('0', 64) WHERE version = 2");
    assert_int_equal(migrate(), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "migration 2 was changed"));
}

static void a_database_of_a_newer_program_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(), LT_OK);
    run(db, "INSERT INTO leitai.migration (version, name, checksum) VALUES (%d, 'x', 'x')",
        lt_schema_version() + 1);
    assert_int_equal(migrate(), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "newer than this program"));
}

static void a_database_with_a_gap_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(), LT_OK);
    run(db, "DELETE FROM leitai.migration WHERE version = 2");
    assert_int_equal(migrate(), LT_ECONFIG);
}

static void a_migration_that_fails_leaves_nothing_and_can_be_tried_again(void **state)
{
    (void)state;
    run(db, "CREATE SCHEMA study"); /* in the way of the first one */
    assert_int_equal(migrate(), LT_EDB);
    assert_non_null(strstr(lt_buf_cstr(&err), lt_migrations[0].name));
    assert_int_equal(number(db, "SELECT count(*) FROM leitai.migration"), 0);
    assert_int_equal(
        number(db, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'leitai'::regnamespace"), 0);
    run(db, "DROP SCHEMA study");
    assert_int_equal(migrate(), LT_OK);
}

static int migrate_in_a_process(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    db = connect_fresh();
    _exit(migrate() == LT_OK ? 0 : 1);
}

static void several_programs_may_migrate_at_once(void **state)
{
    enum { PROGRAMS = 4 };
    int pids[PROGRAMS], status;
    (void)state;
    for (int i = 0; i < PROGRAMS; i++)
        pids[i] = migrate_in_a_process();
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number(db, "SELECT count(*) FROM leitai.migration"), lt_schema_version());
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_empty_database_is_brought_to_the_version_of_the_program),
        T(every_migration_is_named_after_its_version),
        T(migrating_again_changes_nothing),
        T(a_migration_that_was_changed_afterwards_is_refused),
        T(a_database_of_a_newer_program_is_refused),
        T(a_database_with_a_gap_is_refused),
        T(a_migration_that_fails_leaves_nothing_and_can_be_tried_again),
        T(several_programs_may_migrate_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

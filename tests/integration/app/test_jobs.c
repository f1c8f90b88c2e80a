/* Finalising and the relay, against a real PostgreSQL: as functions, and as the processes that a
 * supervisor starts. */
#include "app/commands.h"
#include "app/finalise.h"
#include "app/relay.h"
#include "base/log.h"
#include "event.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PLAYERS = 60, GUEST_EVERY = 10, DEADLINE_S = 20 };

static const char sheet[] = "{\"version\":1,\"start_points\":5,\"guests\":true,\"rounds\":[{"
                            "\"title\":\"r\",\"mode\":\"live\",\"questions\":1,"
                            "\"seconds\":20,\"points\":{\"right\":10}}],\"credits\":{"
                            "\"participation\":{\"amount\":1,\"min_answers\":1},"
                            "\"placement\":[{\"ranks\":[1,1],\"amount\":3}]}}";

static struct lt_db *app, *relay, *study;
static struct lt_config *config;

/* ---- fixture: an event whose driver has asked for its results ---- */

static void write_log(void)
{
    act(LT_ACT_LOBBY);
    act(LT_ACT_START);
    next(0, 0);
    act(LT_ACT_OPEN);
    close_question(0, 0);
    act(LT_ACT_FINISH);
    act(LT_ACT_FINALISE);
}

/* Player i: right unless i is divisible by 3; 1 and 2 are equally good and quick, later ones
 * slower; 5 answered late; every tenth is a guest. */
static void write_players(int n)
{
    run(super,
        "INSERT INTO leitai.person (tenant_id, ext_id, name, guest) SELECT %s, 'e%s-p' || i, 'P' "
        "|| i, i %% %d = 0 "
        "FROM generate_series(1, %d) i;"
        "INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, name, guest) SELECT "
        "tenant_id, %s, 'person', "
        "person_id, name, guest FROM leitai.person WHERE tenant_id = %s AND ext_id LIKE 'e%s-%%' "
        "ORDER BY person_id;"
        "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, "
        "answer_id, body, late, \"right\", "
        "used_us, received_us) SELECT 2026, n.tenant_id, n.event_id, 0, n.person_id, "
        "n.entry_id, 'a', CASE WHEN i %% 3 <> 0 THEN '" RIGHT "' ELSE '" WRONG "' END, i = 5, "
        "false, greatest(i, 2) * 1000, 1 " /* the stored verdict is not what counts */
        "FROM (SELECT *, substr(name, 2)::integer AS i FROM leitai.entry WHERE tenant_id = %s AND "
        "event_id = %s) n",
        T.s, E.s, GUEST_EVERY, n, E.s, T.s, E.s, T.s, E.s);
}

static void make_event(int players)
{
    event_begin(sheet);
    write_log();
    write_players(players);
}

static int setup(void **state)
{
    (void)state;
    make_event(PLAYERS);
    make_job(1);
    return 0;
}

/* The next test's pending work is its own. */
static int teardown(void **state)
{
    (void)state;
    run(super, "UPDATE leitai.job SET done_at = now() WHERE done_at IS NULL;"
               "UPDATE leitai.credit_outbox SET posted_at = now() WHERE posted_at IS NULL");
    return 0;
}

static void configure(const char *name, const char *value)
{
    struct lt_buf err;
    lt_buf_init(&err, 1024);
    assert_int_equal(lt_config_set(config, name, value, &err), LT_OK);
    lt_buf_done(&err);
}

static int group_setup(void **state)
{
    (void)state;
    lt_log_init(LT_LOG_ERROR, "test");
    super = db_migrated();
    app = db_open("leitai_app");
    relay = db_open("leitai_relay");
    study = db_open("leitai_relay");
    config = lt_config_new();
    configure("database_url", db_url("leitai_app"));
    configure("relay_url", db_url("leitai_relay"));
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    lt_config_free(config);
    lt_db_close(super);
    lt_db_close(app);
    lt_db_close(relay);
    lt_db_close(study);
    return 0;
}

/* ---- asking ---- */

static int64_t count(const char *table)
{
    return number(super, "SELECT count(*) FROM %s WHERE tenant_id = %s", table, T.s);
}

static int finalise(int64_t token)
{
    struct lt_final_job job = {.tenant = {tenant}, .event = {event}, .token = token};
    int64_t seq;
    return lt_finalise(app, &job, &seq);
}

static int64_t finals(void)
{
    return number(super,
                  "SELECT count(*) FROM leitai.event_log WHERE tenant_id = %s AND kind = 'final'",
                  T.s);
}

static void assert_nothing_was_written(void)
{
    assert_int_equal(count("leitai.result"), 0);
    assert_int_equal(count("leitai.credit_outbox"), 0);
    assert_int_equal(finals(), 0);
    assert_int_equal(
        number(super, "SELECT count(*) FROM leitai.job WHERE tenant_id = %s AND done_at IS NULL",
               T.s),
        1);
}

/* Ask again and again until a query gives `expected`. */
static void await(int64_t expected, const char *what, const char *sql)
{
    time_t deadline = time(NULL) + DEADLINE_S;
    int64_t got;
    while ((got = number(super, "%s", sql)) != expected) {
        if (time(NULL) > deadline)
            fail_msg("%s: waited for %lld, still %lld", what, (long long)expected, (long long)got);
        run(super, "SELECT pg_sleep(0.01)");
    }
}

/* People who answered and are no guests. The one who answered late took no part. */
enum { PAID = PLAYERS - PLAYERS / GUEST_EVERY - 1 };

/* ---- finalising ---- */

static void results_follow_from_the_answers_that_count(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    assert_int_equal(count("leitai.result"), PLAYERS);
    assert_int_equal(number(super,
                            "SELECT count(*) FROM leitai.result WHERE tenant_id = %s AND rank = 1 "
                            "AND points_c = 1500",
                            T.s),
                     2);
    assert_int_equal(
        number(super, "SELECT count(*) FROM leitai.result WHERE tenant_id = %s AND rank = 2", T.s),
        0);
    assert_int_equal(number(super,
                            "SELECT r.rank FROM leitai.result r JOIN leitai.entry n USING "
                            "(tenant_id, event_id, entry_id) "
                            "WHERE tenant_id = %s AND n.name = 'P4'",
                            T.s),
                     3);
    assert_int_equal(
        number(super,
               "SELECT r.points_c * 10 + r.answered FROM leitai.result r JOIN leitai.entry n "
               "USING (tenant_id, event_id, entry_id) WHERE tenant_id = %s AND n.name = 'P5'",
               T.s),
        5000); /* start points only, nothing answered */
    assert_int_equal(
        number(super,
               "SELECT count(*) FROM leitai.event_head WHERE tenant_id = %s AND phase = 'final'",
               T.s),
        1);
}

static void credits_go_to_everybody_who_earned_them_except_guests(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    assert_int_equal(number(super,
                            "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s AND "
                            "rule = 'participation' "
                            "AND amount_c = 100 AND year = 2026",
                            T.s),
                     PAID);
    assert_int_equal(
        number(
            super,
            "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s AND rule = 'placement' "
            "AND amount_c = 300 AND reason = '《Contest》第1名'",
            T.s),
        2);
    assert_int_equal(number(super,
                            "SELECT count(*) FROM leitai.credit_outbox o JOIN leitai.person p "
                            "USING (tenant_id, person_id) "
                            "WHERE o.tenant_id = %s AND (p.guest OR p.ext_id <> o.ext_id)",
                            T.s),
                     0);
}

static void finalising_twice_gives_one_set_of_credits(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    assert_int_equal(finalise(1), LT_OK);
    run(super, "UPDATE leitai.job SET done_at = NULL WHERE tenant_id = %s",
        T.s); /* as if marking it had been lost */
    assert_int_equal(finalise(1), LT_OK);
    assert_int_equal(count("leitai.credit_outbox"), PAID + 2);
    assert_int_equal(count("leitai.result"), PLAYERS);
    assert_int_equal(finals(), 1);
}

static void a_deposed_driver_s_job_writes_nothing(void **state)
{
    (void)state;
    run(super, "UPDATE leitai.event_head SET token = 2 WHERE tenant_id = %s", T.s);
    assert_int_equal(finalise(1), LT_EDEPOSED);
    assert_nothing_was_written();
    run(super, "UPDATE leitai.job SET token = 2 WHERE tenant_id = %s",
        T.s); /* the new driver asks */
    assert_int_equal(finalise(2), LT_OK);
    assert_int_equal(finals(), 1);
}

static void a_takeover_during_the_work_leaves_nothing_of_it(void **state)
{
    (void)state;
    run(super,
        "CREATE FUNCTION takeover() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ "
        "BEGIN UPDATE "
        "leitai.event_head "
        "SET token = token + 1 WHERE tenant_id = %s; RETURN NULL; END $$;"
        "CREATE TRIGGER takeover AFTER INSERT ON leitai.result FOR EACH STATEMENT EXECUTE FUNCTION "
        "takeover()",
        T.s);
    assert_int_equal(finalise(1), LT_EDEPOSED);
    run(super, "DROP TRIGGER takeover ON leitai.result; DROP FUNCTION takeover");
    assert_nothing_was_written();
}

static void a_log_with_a_hole_is_not_finalised(void **state)
{
    (void)state;
    run(super, "DELETE FROM leitai.event_log WHERE tenant_id = %s AND seq = 3", T.s);
    assert_int_equal(finalise(1), LT_EGAP);
    assert_nothing_was_written();
}

static int64_t spawn(int (*body)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(body());
    return pid;
}

static int finalise_in_a_process(void)
{
    app = db_open("leitai_app");
    int err = finalise(1);
    return err == LT_OK || err == LT_EBUSY ? 0 : 1;
}

static void several_processes_at_one_job_do_it_once(void **state)
{
    enum { PROCESSES = 4 };
    int64_t pids[PROCESSES];
    int status;
    (void)state;
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = spawn(finalise_in_a_process);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid((pid_t)pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(finals(), 1);
    assert_int_equal(count("leitai.credit_outbox"), PAID + 2);
}

/* ---- the job process ---- */

static int jobs_process(void)
{
    lt_log_init(LT_LOG_ERROR, "jobs"); /* says why a job fails, when the test fails */
    return lt_jobs_main(config);
}

static int end_process(int64_t pid, int signum)
{
    int status;
    assert_int_equal(kill((pid_t)pid, signum), 0);
    assert_int_equal(waitpid((pid_t)pid, &status, 0), pid);
    return status;
}

static void the_job_process_does_what_comes_and_ends_when_told(void **state)
{
    char sql[200];
    (void)state;
    run(super, "DELETE FROM leitai.job WHERE tenant_id = %s", T.s);
    int64_t pid = spawn(jobs_process);
    await(1, "the process listens",
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leitai jobs' "
          "AND datname = current_database() AND state = 'idle' AND query LIKE '%find_job%'");
    make_job(1);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM leitai.job WHERE tenant_id = %s AND done_at IS NOT NULL", T.s);
    await(1, "the job is done", sql);
    assert_int_equal(finals(), 1);
    assert_int_equal(end_process(pid, SIGTERM), 0);
}

static void a_job_that_fails_is_put_off_and_others_are_done(void **state)
{
    char sql[200];
    (void)state;
    struct lt_num broken = T;
    run(super, "DELETE FROM leitai.event_log WHERE tenant_id = %s AND seq = 3", T.s);
    make_event(3);
    make_job(1);
    int64_t pid = spawn(jobs_process);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM leitai.job WHERE tenant_id = %s AND done_at IS NOT NULL", T.s);
    await(1, "the later job is done", sql);
    assert_int_equal(end_process(pid, SIGTERM), 0);
    assert_true(number(super, "SELECT failures FROM leitai.job WHERE tenant_id = %s", broken.s) >
                0);
    assert_int_equal(
        number(super,
               "SELECT (retry_at > created_at)::integer FROM leitai.job WHERE tenant_id = %s",
               broken.s),
        1);
}

/* ---- the relay ---- */

static struct lt_relay_count pass(void)
{
    struct lt_relay_count n = {0};
    int err = lt_relay_pass(relay, study, &n);
    if (err != LT_OK)
        fail_msg("%s: %s %s", lt_err_wire(err), lt_db_message(relay), lt_db_message(study));
    return n;
}

static void the_relay_posts_each_credit_once_and_marks_it(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    struct lt_relay_count n = pass();
    assert_int_equal(n.granted, PAID + 2);
    assert_int_equal(n.known, 0);
    assert_int_equal(count("study.ledger"), PAID + 2);
    assert_int_equal(
        number(
            super,
            "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s AND posted_at IS NULL",
            T.s),
        0);
    n = pass();
    assert_int_equal(n.granted + n.known + n.refused, 0);
}

static void credits_of_several_tenants_go_to_their_own_ledgers(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    int64_t first = tenant;
    make_event(30);
    make_job(1);
    assert_int_equal(finalise(1), LT_OK);
    pass();
    assert_int_equal(
        number(super, "SELECT count(*) FROM study.ledger WHERE tenant_id = %d", (int)first),
        PAID + 2);
    assert_int_equal(count("study.ledger"), 30 - 30 / GUEST_EVERY - 1 + 2);
}

static int relay_process(void)
{
    return lt_relay_main(config);
}

static void a_relay_killed_between_posting_and_marking_posts_once(void **state)
{
    char sql[200];
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    struct lt_db *lock = db_open(NULL); /* posting goes on, marking must wait */
    run(lock, "BEGIN; SELECT FROM leitai.credit_outbox WHERE tenant_id = %s FOR UPDATE", T.s);
    int64_t pid = spawn(relay_process);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM study.ledger WHERE tenant_id = %s", T.s);
    await(PAID + 2, "the credits are posted", sql);
    assert_true(WIFSIGNALED(end_process(pid, SIGKILL)));
    run(super, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
               "'leitai relay' "
               "AND datname = current_database()");
    await(0, "its connections end",
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leitai relay' "
          "AND datname = current_database()");
    run(lock, "ROLLBACK");
    lt_db_close(lock);
    assert_int_equal(number(super,
                            "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s AND "
                            "posted_at IS NOT NULL",
                            T.s),
                     0);
    struct lt_relay_count n = pass();
    assert_int_equal(n.granted, 0);
    assert_int_equal(n.known, PAID + 2);
    assert_int_equal(count("study.ledger"), PAID + 2);
}

static void a_credit_that_is_refused_stays_and_the_others_are_posted(void **state)
{
    (void)state;
    assert_int_equal(finalise(1), LT_OK);
    run(super, "ALTER TABLE study.record ADD CONSTRAINT not_this_one CHECK (ext_id <> 'e%s-p7')",
        E.s);
    struct lt_relay_count n = pass();
    assert_int_equal(n.refused, 1);
    assert_int_equal(n.granted, PAID + 1);
    run(super, "ALTER TABLE study.record DROP CONSTRAINT not_this_one");
    n = pass();
    assert_int_equal(n.granted, 1);
    assert_int_equal(n.refused, 0);
}

static void the_relay_process_hears_of_new_credits_and_ends_when_told(void **state)
{
    char sql[200];
    (void)state;
    int64_t pid = spawn(relay_process);
    assert_int_equal(finalise(1), LT_OK);
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s AND posted_at IS NOT NULL",
        T.s);
    await(PAID + 2, "the credits are posted", sql);
    assert_int_equal(end_process(pid, SIGTERM), 0);
}

/* ---- reconciliation ---- */

static void ignore_fault(void *arg, enum lt_credit_fault fault, int64_t of_tenant, const char *key)
{
    int *faults = arg;
    (void)fault;
    assert_int_equal(of_tenant, tenant);
    assert_memory_equal(key, "leitai/", 7);
    ++*faults;
}

static void reconciliation_finds_what_differs(void **state)
{
    struct lt_credit_check before = {0}, after = {0};
    int faults = 0;
    (void)state;
    /* Other tests marked as posted what never was: those tenants are out of the way. */
    run(super, "ALTER TABLE study.ledger DISABLE TRIGGER ALL; DELETE FROM study.ledger; ALTER "
               "TABLE study.ledger ENABLE TRIGGER ALL;"
               "DELETE FROM leitai.credit_outbox");
    assert_int_equal(finalise(1), LT_OK);
    assert_int_equal(lt_credit_reconcile(relay, study, ignore_fault, &faults, &before), LT_OK);
    assert_int_equal(before.pending, PAID + 2);
    pass();
    assert_int_equal(lt_credit_reconcile(relay, study, ignore_fault, &faults, &before), LT_OK);
    assert_int_equal(before.agree, PAID + 2);
    assert_int_equal(faults, 0);
    run(super,
        "ALTER TABLE study.ledger DISABLE TRIGGER ALL;"
        "DELETE FROM study.ledger WHERE tenant_id = %s AND ext_id = 'e%s-p7';"
        "UPDATE study.ledger SET requested_c = 1 WHERE tenant_id = %s AND ext_id = 'e%s-p8';"
        "INSERT INTO study.ledger (tenant_id, ext_id, no, key, year, requested_c, granted_c, "
        "reason) "
        "VALUES (%s, 'e%s-p8', 9, 'leitai/e0/p0/x', 2026, 1, 1, 'r'), (%s, 'e%s-p8', 10, "
        "'elsewhere', 2026, 1, 1, 'r');"
        "ALTER TABLE study.ledger ENABLE TRIGGER ALL",
        T.s, E.s, T.s, E.s, T.s, E.s, T.s, E.s);
    assert_int_equal(lt_credit_reconcile(relay, study, ignore_fault, &faults, &after), LT_OK);
    assert_int_equal(after.faults[LT_CREDIT_MISSING], 1);
    assert_int_equal(after.faults[LT_CREDIT_DIFFERENT], 1);
    assert_int_equal(after.faults[LT_CREDIT_SURPLUS], 1);
    assert_int_equal(after.agree, PAID);
    assert_int_equal(faults, 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(results_follow_from_the_answers_that_count),
        TEST(credits_go_to_everybody_who_earned_them_except_guests),
        TEST(finalising_twice_gives_one_set_of_credits),
        TEST(a_deposed_driver_s_job_writes_nothing),
        TEST(a_takeover_during_the_work_leaves_nothing_of_it),
        TEST(a_log_with_a_hole_is_not_finalised),
        TEST(several_processes_at_one_job_do_it_once),
        TEST(the_job_process_does_what_comes_and_ends_when_told),
        TEST(a_job_that_fails_is_put_off_and_others_are_done),
        TEST(the_relay_posts_each_credit_once_and_marks_it),
        TEST(credits_of_several_tenants_go_to_their_own_ledgers),
        TEST(a_relay_killed_between_posting_and_marking_posts_once),
        TEST(a_credit_that_is_refused_stays_and_the_others_are_posted),
        TEST(the_relay_process_hears_of_new_credits_and_ends_when_told),
        TEST(reconciliation_finds_what_differs),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

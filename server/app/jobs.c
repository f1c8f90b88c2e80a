/* The job process: paces self-paced events, hands in papers at their deadline, finalises events, one
 * after the other.
 *
 * It asks for jobs that are due once a second, and at once when the database notifies it. A job
 * that fails is put off for longer and longer, so that it cannot keep others waiting; one whose
 * driver was replaced is left alone until the new driver has asked for it anew. Nothing is lost
 * when the process dies: what is not committed is done again. */
#include "app/commands.h"
#include "app/finalise.h"
#include "app/supervisor.h"
#include "background.h"
#include "base/err.h"
#include "base/log.h"
#include "findings.h"
#include "pacer.h"
#include "refresher.h"
#include "sweeper.h"
#include "wake.h"
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 1000, TIMEOUT_MS = 10 * 60 * 1000, PUT_OFF_S = 1 };

struct jobs {
    const struct lt_config *config;
    int stop_fd;
    struct link link;
    struct sweeper *sweeper;
    struct refresher *refresher;
    int64_t
        sweep_from_ms; /* monotonic: nodes write first what they held while the database was away */
};

/* Set when the job may be tried again. `failed`: it counts as a failure, and waits twice as long
 * after each, up to five minutes. */
static int put_off(struct jobs *j, const struct lt_final_job *job, bool failed)
{
    int err = lt_db_begin(j->link.db, job->tenant);
    if (err == LT_OK)
        err = lt_db_exec(
            j->link.db, NULL,
            "UPDATE leitai.job SET failures = failures + $2::integer, retry_at = clock_timestamp() "
            "+ "
            "interval '1 second' * CASE $2::integer WHEN 0 THEN $3::integer "
            "ELSE least(300, 2 ^ least(failures, 10)) END "
            "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND kind = 'finalise'",
            lt_num(job->event.v).s, failed ? "1" : "0", lt_num(PUT_OFF_S).s);
    if (err == LT_OK)
        return lt_db_commit(j->link.db);
    lt_db_rollback(j->link.db);
    return err;
}

/* The boards of a self-paced event and of series are nobody's but ours; nodes write those of contests. */
static int ask_board(struct jobs *j, const struct lt_final_job *job)
{
    struct lt_rows *rows;
    int err = lt_db_begin(j->link.db, job->tenant);
    if (err == LT_OK)
        err = lt_db_exec(j->link.db, &rows,
                         "SELECT e.self_paced OR EXISTS (SELECT FROM leitai.series_event v WHERE "
                         "(v.tenant_id, v.event_id) = (e.tenant_id, e.event_id)) FROM leitai.event "
                         "e WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1",
                         lt_num(job->event.v).s);
    lt_db_rollback(j->link.db);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) == 1 && lt_rows_bool(rows, 0, 0))
        refresher_ask(j->refresher, job->tenant, job->event);
    lt_rows_free(rows);
    return LT_OK;
}

/* For the organiser to look at; the event is final without them, and `leitai event findings` looks
 * again. */
static void find(struct jobs *j, const struct lt_final_job *job)
{
    int n, err = findings_compute(j->link.db, job->tenant, job->event, &n);
    if (err == LT_OK && n > 0)
        lt_log(LT_LOG_INFO, "findings", LT_I("tenant", job->tenant.v), LT_I("event", job->event.v),
               LT_I("findings", n));
    else if (err != LT_OK && err != LT_EFORBIDDEN)
        lt_log(LT_LOG_ERROR, "papers could not be looked at", LT_I("tenant", job->tenant.v),
               LT_I("event", job->event.v), LT_S("error", lt_err_wire(err)),
               LT_S("why", lt_db_message(j->link.db)));
}

static int run_one(struct jobs *j, const struct lt_final_job *job)
{
    int64_t seq = 0;
    int err = lt_finalise(j->link.db, job, &seq);
    if (err == LT_OK) {
        lt_log(LT_LOG_INFO, "event is final", LT_I("tenant", job->tenant.v),
               LT_I("event", job->event.v), LT_I("seq", seq));
        lt_wake(j->config, job->tenant, job->event);
        find(j, job);
        return ask_board(j, job);
    }
    if (err == LT_EDRAIN || lt_db_lost(j->link.db))
        return err;
    if (err != LT_EDEPOSED && err != LT_EBUSY)
        lt_log(LT_LOG_ERROR, "finalising failed", LT_I("tenant", job->tenant.v),
               LT_I("event", job->event.v), LT_S("error", lt_err_wire(err)),
               LT_S("sqlstate", lt_db_sqlstate(j->link.db)),
               LT_S("why", lt_db_message(j->link.db)));
    return put_off(j, job, err != LT_EDEPOSED && err != LT_EBUSY);
}

static int run_due(struct jobs *j)
{
    struct lt_rows *rows;
    int err =
        lt_db_exec(j->link.db, &rows, "SELECT tenant_id, event_id, token FROM leitai.find_job()");
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++) {
        struct lt_final_job job = {
            .tenant = {lt_rows_i64(rows, i, 0)},
            .event = {lt_rows_i64(rows, i, 1)},
            .token = lt_rows_i64(rows, i, 2),
        };
        err = run_one(j, &job);
    }
    lt_rows_free(rows);
    return err;
}

/* ---- self-paced events ---- */

static int64_t mono_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static int pace_one(struct jobs *j, struct lt_tenant_id tenant, struct lt_event_id event)
{
    bool moved;
    int err = pace_event(j->link.db, tenant, event, &moved);
    if (err == LT_OK && moved)
        lt_wake(j->config, tenant, event);
    if (err == LT_OK || err == LT_EDEPOSED || lt_db_lost(j->link.db))
        return err == LT_EDEPOSED ? LT_OK : err;
    lt_log(LT_LOG_ERROR, "pacing failed", LT_I("tenant", tenant.v), LT_I("event", event.v),
           LT_S("error", lt_err_wire(err)), LT_S("sqlstate", lt_db_sqlstate(j->link.db)),
           LT_S("why", lt_db_message(j->link.db)));
    return LT_OK; /* the others are not to wait for it */
}

static int pace_due(struct jobs *j)
{
    struct lt_rows *rows;
    int err = lt_db_exec(j->link.db, &rows, "SELECT tenant_id, event_id FROM leitai.find_paced()");
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        err = pace_one(j, (struct lt_tenant_id){lt_rows_i64(rows, i, 0)},
                       (struct lt_event_id){lt_rows_i64(rows, i, 1)});
    lt_rows_free(rows);
    return err;
}

/* One look at everything that may be due. */
static int run_all(struct jobs *j)
{
    bool fresh = !j->link.db || lt_db_lost(j->link.db);
    int err = link_open(&j->link);
    if (err == LT_OK && fresh)
        j->sweep_from_ms = mono_ms() + lt_config_int(j->config, "sweep_grace_ms");
    if (err == LT_OK)
        err = pace_due(j);
    if (err == LT_OK && mono_ms() >= j->sweep_from_ms)
        err = sweeper_run(j->sweeper, j->link.db, j->stop_fd);
    if (err == LT_OK)
        err = refresher_run(j->refresher, j->link.db);
    return err == LT_OK ? run_due(j) : err;
}

int lt_jobs_main(const struct lt_config *c)
{
    struct jobs j = {.config = c, .stop_fd = stop_fd_open()};
    struct backoff backoff = {0};
    if (j.stop_fd < 0)
        return -1;
    j.link = (struct link){
        .opts = {.url = lt_config_str(c, "database_url"),
                 .name = "leitai jobs",
                 .timeout_ms = TIMEOUT_MS,
                 .stop_fd = j.stop_fd},
        .listen = "leitai_jobs",
    };
    j.sweeper = sweeper_new(c);
    j.refresher = refresher_new(c);
    lt_supervised_ready();
    for (bool stop = false; !stop;) {
        link_notified(&j.link);
        int err = run_all(&j), wait_ms = POLL_MS;
        if (err != LT_OK)
            wait_ms = backoff_next(&backoff);
        else if (link_notified(&j.link))
            wait_ms = 0; /* a job came after run_due had looked */
        if (err == LT_OK)
            backoff.ms = 0;
        stop = stop_wait(j.stop_fd, j.link.db, wait_ms);
    }
    link_close(&j.link);
    sweeper_free(j.sweeper);
    refresher_free(j.refresher);
    close(j.stop_fd);
    return 0;
}

/* A self-paced event has the phases and the log of any other, decided by the same engine; but between
 * its opening and its end nothing has to be decided, so no node holds it. Whoever paces it takes the
 * event's advisory lock, folds the log, decides, and appends with the head's token: the append is the
 * fence here too, should two come past the lock somehow.
 *
 * Ending an event before its time pulls the deadlines of open papers to that moment. That may be
 * hundreds of thousands of rows which people are writing to, so it is done a few at a time, each time
 * in a transaction of its own, and picked up again after a crash: the end's moment is in the log. */
#include "pacer.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "fold.h"
#include "service/command.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { PULL_ROWS = 1000 };

struct pace {
    struct lt_db *db;
    struct lt_num event;
    struct lt_fold *fold;
    int64_t now_us, opens_us, closes_us;
    bool moved;
};

/* ---- reading ---- */

static int read_window(struct pace *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        p->db, &rows,
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, COALESCE((extract(epoch "
        "FROM opens_at) * 1000000)::bigint, 0), COALESCE((extract(epoch FROM closes_at) * "
        "1000000)::bigint, 0), self_paced FROM leitai.event WHERE tenant_id = "
        "leitai.current_tenant() AND event_id = $1",
        p->event.s);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) != 1) {
        err = LT_ENOEVENT;
    } else {
        p->now_us = lt_rows_i64(rows, 0, 0);
        p->opens_us = lt_rows_i64(rows, 0, 1);
        p->closes_us = lt_rows_i64(rows, 0, 2);
        err = lt_rows_bool(rows, 0, 3) ? LT_OK : LT_EFORBIDDEN;
    }
    lt_rows_free(rows);
    return err;
}

static int begin(struct pace *p, struct lt_tenant_id tenant, struct lt_event_id event)
{
    p->event = lt_num(event.v);
    int err = lt_db_begin(p->db, tenant);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "SELECT pg_advisory_xact_lock(hashtextextended('leitai.pace/' || "
                         "leitai.current_tenant() || '/' || $1::text, 0))",
                         p->event.s);
    if (err == LT_OK)
        err = read_window(p);
    if (err == LT_OK)
        err = lt_fold_open(p->db, event, &p->fold);
    if (err == LT_OK)
        err = lt_fold_log(p->fold, NULL, NULL);
    return err;
}

static int end(struct pace *p, int err)
{
    if (err == LT_OK)
        err = lt_db_commit(p->db);
    else
        lt_db_rollback(p->db);
    lt_fold_free(p->fold);
    return err;
}

/* ---- appending ---- */

/* What belongs to a record, in its transaction. */
static int follow(struct pace *p, const struct lt_record *r)
{
    if (r->kind == LT_REC_PHASE && r->phase == LT_PHASE_LOBBY)
        return lt_db_exec(
            p->db, NULL,
            "UPDATE leitai.rule_sheet s SET frozen_at = clock_timestamp() FROM "
            "leitai.event_head h WHERE h.tenant_id = leitai.current_tenant() AND "
            "h.event_id = $1 AND (s.tenant_id, s.event_id, s.version) = (h.tenant_id, "
            "h.event_id, h.sheet_version) AND s.frozen_at IS NULL",
            p->event.s);
    if (r->kind == LT_REC_FINALISING)
        return lt_db_exec(p->db, NULL,
                          "INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES "
                          "(leitai.current_tenant(), $1, 'finalise', $2) ON CONFLICT (tenant_id, "
                          "event_id, kind) DO UPDATE SET token = excluded.token",
                          p->event.s, lt_num(p->fold->token).s);
    return LT_OK;
}

static int append(struct pace *p, const struct lt_record *r)
{
    struct lt_buf payload;
    bool phase = r->kind == LT_REC_PHASE || r->kind == LT_REC_FINAL;
    lt_buf_init(&payload, LT_PAYLOAD_BYTES);
    lt_record_write(r, &payload);
    assert(!payload.failed);
    int err = lt_db_exec(p->db, NULL, "SELECT leitai.append_log($1, $2, $3, $4, $5, $6, $7)",
                         p->event.s, lt_num(p->fold->token).s, lt_num(r->seq).s, lt_num(r->at_us).s,
                         lt_record_kind_name(r->kind), lt_buf_cstr(&payload),
                         phase ? lt_phase_name(r->phase) : NULL);
    lt_buf_done(&payload);
    if (err == LT_OK)
        err = follow(p, r);
    if (err == LT_OK)
        err = lt_engine_apply(&p->fold->engine, r);
    p->moved |= err == LT_OK;
    lt_metric_add(LT_M_RECORDS, err == LT_OK);
    return err;
}

/* *ret_refusal: what the engine said; the result is an error of the database only. */
static int decide(struct pace *p, struct lt_input *in, int *ret_refusal)
{
    struct lt_record *r = calloc(1, sizeof *r);
    bool has = false;
    if (!r)
        return LT_ENOMEM;
    in->now_us = p->now_us;
    *ret_refusal = lt_engine_decide(&p->fold->engine, in, r, &has);
    int err = *ret_refusal == LT_OK && has ? append(p, r) : LT_OK;
    free(r);
    return err;
}

/* What the clock asks for. */
static int act(struct pace *p, enum lt_action action)
{
    struct lt_input in = {.kind = LT_IN_COMMAND,
                          .action = action,
                          .expect_q = LT_EXPECT_ANY,
                          .staff = true,
                          .qi = -1};
    int refusal, err = decide(p, &in, &refusal);
    if (err == LT_OK && refusal != LT_OK)
        lt_log(LT_LOG_WARN, "a self-paced event does not move", LT_S("event", p->event.s),
               LT_S("action", lt_action_name(action)), LT_S("error", lt_err_wire(refusal)));
    return err == LT_OK ? refusal : err;
}

/* ---- commands of desks ---- */

static int run_command(struct pace *p, const struct lt_rows *rows, int i)
{
    struct lt_command_args *args = calloc(1, sizeof *args);
    struct lt_input in = {.kind = LT_IN_COMMAND,
                          .by = lt_rows_i64(rows, i, 1),
                          .expect_q = (int)lt_rows_i64(rows, i, 3)};
    const char *text = lt_rows_text(rows, i, 4);
    int refusal = LT_EUNKNOWN, err = LT_OK;
    if (!args)
        return LT_ENOMEM;
    if (lt_action_parse(lt_rows_text(rows, i, 2), &in.action) &&
        lt_command_read(text, strlen(text), args) == LT_OK) {
        lt_command_input(args, &in);
        err = decide(p, &in, &refusal);
    }
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "UPDATE leitai.inbox SET outcome = $3 WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1 AND command_id = $2 AND "
                         "outcome IS NULL",
                         p->event.s, lt_rows_text(rows, i, 0),
                         refusal == LT_OK ? "ok" : lt_err_wire(refusal));
    lt_metric_add(LT_M_COMMANDS, 1);
    free(args);
    return err;
}

static int run_commands(struct pace *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT command_id, person_id, action, expect_q, args FROM leitai.inbox "
                         "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND outcome "
                         "IS NULL ORDER BY inbox_no LIMIT 20",
                         p->event.s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        err = run_command(p, rows, i);
    lt_rows_free(rows);
    return err;
}

/* ---- the clock ---- */

static int papers_open(struct pace *p, bool *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT EXISTS (SELECT FROM leitai.paper WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1 AND season = $2::smallint AND "
                         "state = 0)",
                         p->event.s, p->fold->season.s);
    if (err != LT_OK)
        return err;
    *ret = lt_rows_bool(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int run_clock(struct pace *p)
{
    const struct lt_engine *e = &p->fold->engine;
    bool open = true;
    int err = LT_OK;
    if (e->phase == LT_PHASE_LOBBY && p->now_us >= p->opens_us)
        err = act(p, LT_ACT_START);
    if (err == LT_OK && e->phase == LT_PHASE_RUNNING && p->now_us >= p->closes_us)
        err = act(p, LT_ACT_FINISH);
    if (err == LT_OK && e->phase == LT_PHASE_FINISHED && !e->finalising) {
        err = papers_open(p, &open);
        if (err == LT_OK && !open)
            err = act(p, LT_ACT_FINALISE);
    }
    return err;
}

/* ---- an end before its time ---- */

/* Pull deadlines to the moment of the end; *ret_n: how many were pulled. */
static int pull_some(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                     int *ret_n)
{
    struct lt_rows *rows;
    struct lt_num e = lt_num(event.v);
    *ret_n = 0;
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err =
            lt_db_script(d, "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET "
                            "LOCAL enable_mergejoin = off; SET LOCAL enable_material = off");
    if (err == LT_OK)
        err = lt_db_exec(
            d, &rows,
            "WITH f AS (SELECT max(l.at_us) AS at_us FROM leitai.event_log l JOIN "
            "leitai.event_head h USING (tenant_id, event_id) WHERE l.tenant_id = "
            "leitai.current_tenant() AND l.event_id = $1 AND h.phase = 'finished' AND l.kind = "
            "'phase' AND l.payload LIKE '{\"phase\":\"finished\"%'), "
            "o AS (SELECT p.tenant_id, p.event_id, p.person_id, p.round_no, p.attempt, p.season, "
            "f.at_us FROM leitai.paper p, f WHERE p.tenant_id = leitai.current_tenant() AND "
            "p.event_id = $1 AND p.state = 0 AND p.deadline_us > f.at_us ORDER BY p.deadline_us "
            "DESC LIMIT $2 FOR UPDATE OF p), "
            "u AS (UPDATE leitai.paper p SET deadline_us = greatest(o.at_us, p.started_us) FROM o "
            "WHERE (p.tenant_id, p.event_id, p.person_id, p.round_no, p.attempt, p.season) = "
            "(o.tenant_id, o.event_id, o.person_id, o.round_no, o.attempt, o.season) AND "
            "p.deadline_us > greatest(o.at_us, p.started_us) RETURNING 1) SELECT count(*) FROM u",
            e.s, lt_num(PULL_ROWS).s);
    if (err != LT_OK) {
        lt_db_rollback(d);
        return err;
    }
    *ret_n = (int)lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return lt_db_commit(d);
}

static int pull_deadlines(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event)
{
    int n = 1, err = LT_OK;
    while (n > 0 && err == LT_OK)
        err = pull_some(d, tenant, event, &n);
    return err;
}

/* ---- from outside ---- */

int pace_event(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
               bool *ret_moved)
{
    struct pace p = {.db = d};
    int err = begin(&p, tenant, event);
    *ret_moved = false;
    if (err == LT_OK)
        err = run_commands(&p);
    if (err == LT_OK)
        err = run_clock(&p);
    bool ended = err == LT_OK && p.fold->engine.phase == LT_PHASE_FINISHED;
    err = end(&p, err);
    if (err == LT_OK)
        *ret_moved = p.moved;
    if (err == LT_OK && ended)
        err = pull_deadlines(d, tenant, event);
    return err;
}

int pace_command(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                 enum lt_action action, enum lt_phase *ret_phase)
{
    struct pace p = {.db = d};
    int err = begin(&p, tenant, event);
    if (err == LT_OK)
        err = act(&p, action);
    if (err == LT_OK)
        err = run_clock(&p);
    if (p.fold)
        *ret_phase = p.fold->engine.phase;
    bool ended = err == LT_OK && p.fold->engine.phase == LT_PHASE_FINISHED;
    err = end(&p, err);
    if (err == LT_OK && ended)
        err = pull_deadlines(d, tenant, event);
    return err;
}

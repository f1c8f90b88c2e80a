/* Finalising.
 *
 *   sheet and log → engine → what every entry's committed answers come to → ranks and awards →
 * result, credit_outbox → append_log (the fence) → job done all in one transaction
 *
 * The engine is rebuilt from the log and itself decides whether the event may become final, and the
 * record that says so. The append comes last: it locks the event's head, which a new driver needs,
 * only for an instant. Whoever took the event over meanwhile has another token and another seq, the
 * append raises LT001, and nothing of the work remains.
 *
 * Two processes at one job are kept apart by a transaction lock that is only tried; locking the
 * job's row was rejected, because a new driver must be able to write its token there while an old
 * run is still under way. */
#include "app/finalise.h"

#include "base/err.h"
#include "columns.h"
#include "domain/engine.h"
#include "service/credits.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FETCH_ROWS = 20000,
    STORE_ROWS = 20000,             /* each statement reads the entries once, so not too few */
    COLUMN_BYTES = 8 * 1024 * 1024, /* a reason has 300 bytes at most */
    PAYLOAD_BYTES = 4096,
};

struct run {
    struct lt_db *db;
    const struct lt_final_job *job;
    struct lt_num event, season; /* as parameters */
    char *title;
    int64_t head_seq;
    struct lt_sheet sheet;
    struct lt_engine engine;
    struct lt_final final;
};

/* ---- reading ---- */

static int read_sheet(const char *json, struct lt_sheet *ret)
{
    struct lt_buf problems;
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(json, strlen(json), ret, &problems);
    lt_buf_done(&problems);
    return err;
}

static int read_event(struct run *r)
{
    struct lt_rows *rows;
    int err = lt_db_exec(r->db, &rows,
                         "SELECT e.title, e.season, s.sheet, h.seq, h.token FROM leitai.event e "
                         "JOIN leitai.event_head h USING (tenant_id, event_id) "
                         "JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, s.version) "
                         "= (h.tenant_id, h.event_id, h.sheet_version) "
                         "WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1",
                         r->event.s);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) != 1) {
        err = LT_ENOEVENT;
    } else if (lt_rows_i64(rows, 0, 4) !=
               r->job->token) { /* no use in trying; the append would refuse */
        err = LT_EDEPOSED;
    } else {
        r->title = strdup(lt_rows_text(rows, 0, 0));
        r->season = lt_num(lt_rows_i64(rows, 0, 1));
        r->head_seq = lt_rows_i64(rows, 0, 3);
        err = r->title ? read_sheet(lt_rows_text(rows, 0, 2), &r->sheet) : LT_ENOMEM;
    }
    lt_rows_free(rows);
    return err;
}

static int replay(struct run *r)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        r->db, &rows,
        "SELECT kind, seq, at_us, payload FROM leitai.event_log "
        "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND seq <= $2 ORDER BY seq",
        r->event.s, lt_num(r->head_seq).s);
    if (err != LT_OK)
        return err;
    lt_engine_init(&r->engine, &r->sheet);
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++) {
        const char *payload = lt_rows_text(rows, i, 3);
        struct lt_record record;
        err = lt_record_read(lt_rows_text(rows, i, 0), lt_rows_i64(rows, i, 1),
                             lt_rows_i64(rows, i, 2), payload, strlen(payload), &record);
        if (err == LT_OK)
            err = lt_engine_apply(&r->engine, &record);
    }
    lt_rows_free(rows);
    if (err == LT_OK && r->engine.seq != r->head_seq)
        err = LT_EGAP;
    return err;
}

/* What answers count is the board's rule: those that passed the gate, of questions whose key is
 * public. */
static const char standings_sql[] =
    "DECLARE standing CURSOR FOR SELECT n.entry_id, COALESCE(a.points_c, 0), COALESCE(a.correct, "
    "0), "
    "COALESCE(a.time_us, 0), COALESCE(a.answered, 0) FROM leitai.entry n LEFT JOIN ("
    "SELECT entry_id, sum(points_c)::bigint AS points_c, count(*) FILTER (WHERE \"right\") AS "
    "correct, "
    "sum(used_us) FILTER (WHERE points_c > 0)::bigint AS time_us, count(*) AS answered FROM "
    "leitai.answer "
    "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND season = $2::smallint AND qi "
    "<= $3::integer "
    "AND NOT late GROUP BY entry_id) a USING (entry_id) "
    "WHERE n.tenant_id = leitai.current_tenant() AND n.event_id = $1";

static void add_standings(struct run *r, const struct lt_rows *rows)
{
    for (int i = 0; i < lt_rows_count(rows); i++) {
        struct lt_standing s = {
            .entry = lt_rows_i64(rows, i, 0),
            .points_c = r->sheet.start_points_c + lt_rows_i64(rows, i, 1),
            .correct = (int32_t)lt_rows_i64(rows, i, 2),
            .time_us = lt_rows_i64(rows, i, 3),
        };
        lt_final_add(&r->final, &s, (int32_t)lt_rows_i64(rows, i, 4));
    }
}

static int read_standings(struct run *r)
{
    struct lt_rows *rows;
    int err =
            lt_db_exec(r->db, NULL, standings_sql, r->event.s, r->season.s, lt_num(r->engine.qi).s),
        n = 1;
    while (err == LT_OK && n > 0) {
        char fetch[64];
        snprintf(fetch, sizeof fetch, "FETCH %d FROM standing", FETCH_ROWS);
        err = lt_db_exec(r->db, &rows, fetch);
        if (err != LT_OK)
            break;
        add_standings(r, rows);
        n = lt_rows_count(rows);
        lt_rows_free(rows);
    }
    return err;
}

/* ---- storing, STORE_ROWS at a time ---- */

static int store_results(struct run *r, struct columns *c, int from, int to)
{
    columns_begin(c);
    for (int i = from; i < to; i++) {
        const struct lt_standing *s = &r->final.standings[i];
        columns_i64(c, 0, s->entry);
        columns_i64(c, 1, s->rank);
        columns_i64(c, 2, s->points_c);
        columns_i64(c, 3, s->correct);
        columns_i64(c, 4, s->time_us);
        columns_i64(c, 5, r->final.answered[i]);
    }
    columns_end(c);
    return lt_db_exec(r->db, NULL,
                      "INSERT INTO leitai.result (tenant_id, event_id, entry_id, rank, points_c, "
                      "correct, time_us, answered) "
                      "SELECT leitai.current_tenant(), $1, * FROM unnest($2::bigint[], "
                      "$3::integer[], $4::bigint[], "
                      "$5::integer[], $6::bigint[], $7::integer[])",
                      r->event.s, c->text[0], c->text[1], c->text[2], c->text[3], c->text[4],
                      c->text[5]);
}

/* Guests have no study record, so nothing is owed to them. */
static int store_awards(struct run *r, struct columns *c, int from, int to)
{
    struct lt_buf reason;
    lt_buf_init(&reason, 1024);
    columns_begin(c);
    for (int i = from; i < to; i++) {
        const struct lt_award *a = &r->final.awards[i];
        lt_buf_clear(&reason);
        lt_credit_reason(&reason, r->title, a->rule, r->final.award_ranks[i]);
        assert(!reason.failed);
        columns_i64(c, 0, a->entry);
        columns_text(c, 1, a->rule);
        columns_i64(c, 2, a->amount_c);
        columns_text(c, 3, lt_buf_cstr(&reason));
    }
    columns_end(c);
    lt_buf_done(&reason);
    return lt_db_exec(
        r->db, NULL,
        "INSERT INTO leitai.credit_outbox (tenant_id, event_id, person_id, rule, ext_id, year, "
        "amount_c, reason) "
        "SELECT n.tenant_id, n.event_id, n.person_id, a.rule, p.ext_id, $2::smallint, a.amount_c, "
        "a.reason "
        "FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::text[]) AS a(entry_id, rule, "
        "amount_c, reason) "
        "JOIN leitai.entry n ON n.tenant_id = leitai.current_tenant() AND n.event_id = $1 "
        "AND n.entry_id = a.entry_id JOIN leitai.person p ON p.tenant_id = n.tenant_id "
        "AND p.person_id = n.person_id WHERE NOT n.guest",
        r->event.s, r->season.s, c->text[0], c->text[1], c->text[2], c->text[3]);
}

static int store(struct run *r)
{
    struct columns c;
    int err = LT_OK;
    columns_init(&c, 6, COLUMN_BYTES);
    for (int i = 0; i < r->final.n && err == LT_OK; i += STORE_ROWS)
        err = store_results(r, &c, i, i + STORE_ROWS < r->final.n ? i + STORE_ROWS : r->final.n);
    for (int i = 0; i < r->final.n_awards && err == LT_OK; i += STORE_ROWS)
        err = store_awards(r, &c, i,
                           i + STORE_ROWS < r->final.n_awards ? i + STORE_ROWS : r->final.n_awards);
    columns_done(&c);
    if (err == LT_OK)
        err = lt_db_exec(r->db, NULL,
                         "SELECT pg_notify('leitai_credits', '')"); /* wakes the relay at commit */
    return err;
}

/* ---- the record ---- */

static int now_us(struct run *r, int64_t *ret)
{
    struct lt_rows *rows;
    *ret = r->job->at_us;
    if (*ret != 0)
        return LT_OK;
    int err = lt_db_exec(r->db, &rows,
                         "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    if (err != LT_OK)
        return err;
    *ret = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int append(struct run *r, const struct lt_record *record)
{
    struct lt_buf payload;
    lt_buf_init(&payload, PAYLOAD_BYTES);
    lt_record_write(record, &payload);
    assert(!payload.failed);
    int err = lt_db_exec(r->db, NULL, "SELECT leitai.append_log($1, $2, $3, $4, $5, $6, $7)",
                         r->event.s, lt_num(r->job->token).s, lt_num(record->seq).s,
                         lt_num(record->at_us).s, lt_record_kind_name(record->kind),
                         lt_buf_cstr(&payload), lt_phase_name(LT_PHASE_FINAL));
    lt_buf_done(&payload);
    return err;
}

static int write_all(struct run *r)
{
    struct lt_input in = {.kind = LT_IN_FINALISED};
    struct lt_record record;
    bool has = false;
    int err = now_us(r, &in.now_us);
    if (err == LT_OK)
        err = lt_engine_decide(&r->engine, &in, &record, &has);
    if (err != LT_OK || !has) /* !has: final already, only the job's row was not marked */
        return err;
    err = read_standings(r);
    if (err != LT_OK)
        return err;
    lt_final_compute(&r->final, &r->sheet.credits);
    err = store(r);
    if (err == LT_OK)
        err = append(r, &record);
    r->head_seq = record.seq;
    return err;
}

/* ---- the job ---- */

/* LT_EBUSY: another process is at it. *ret_done: it has been done. */
static int take_job(struct run *r, bool *ret_done)
{
    struct lt_rows *rows;
    int err = lt_db_exec(r->db, &rows,
                         "SELECT pg_try_advisory_xact_lock(hashtextextended('leitai.finalise/' || "
                         "leitai.current_tenant() || '/' || $1::text, 0))",
                         r->event.s);
    if (err != LT_OK)
        return err;
    err = lt_rows_bool(rows, 0, 0) ? LT_OK : LT_EBUSY;
    lt_rows_free(rows);
    if (err == LT_OK)
        err = lt_db_exec(
            r->db, &rows,
            "SELECT done_at IS NOT NULL FROM leitai.job WHERE tenant_id = leitai.current_tenant() "
            "AND event_id = $1 AND kind = 'finalise'",
            r->event.s);
    if (err != LT_OK)
        return err;
    *ret_done = lt_rows_count(rows) == 1 && lt_rows_bool(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int run_job(struct run *r)
{
    bool done = false;
    /* Right after a contest the planner's statistics are those of an empty event, and it would join
     * row by row. */
    int err = lt_db_script(r->db, "SET LOCAL enable_nestloop = off; SET LOCAL jit = off");
    if (err == LT_OK)
        err = take_job(r, &done);
    if (err != LT_OK || done)
        return err;
    err = read_event(r);
    if (err == LT_OK)
        err = replay(r);
    if (err == LT_OK)
        err = write_all(r);
    if (err == LT_OK)
        err = lt_db_exec(r->db, NULL,
                         "UPDATE leitai.job SET done_at = clock_timestamp() WHERE tenant_id = "
                         "leitai.current_tenant() "
                         "AND event_id = $1 AND kind = 'finalise'",
                         r->event.s);
    return err;
}

int lt_finalise(struct lt_db *d, const struct lt_final_job *job, int64_t *ret_seq)
{
    struct run r = {.db = d, .job = job, .event = lt_num(job->event.v)};
    int err = lt_db_begin(d, job->tenant);
    if (err != LT_OK)
        return err;
    lt_final_init(&r.final);
    err = run_job(&r);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    if (err == LT_OK)
        *ret_seq = r.head_seq;
    lt_final_done(&r.final);
    free(r.title);
    return err;
}

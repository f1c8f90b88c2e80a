/* Finalising.
 *
 *   sheet and log → engine, facts → raw answers, question by question → places, ranks, awards →
 *   result, credit_outbox → append_log (the fence) → job done, all in one transaction
 *
 * The same fold (fold.c) is what every node showed during the contest and what `leitai replay` does
 * again later; no stored verdict is its input. The engine is rebuilt from the log and itself decides
 * whether the event may become final, and the record that says so. The append comes last: it locks
 * the event's head, which a new driver needs, only for an instant. Whoever took the event over
 * meanwhile has another token and another seq, the append raises LT001, and nothing of the work
 * remains.
 *
 * Two processes at one job are kept apart by a transaction lock that is only tried; locking the
 * job's row was rejected, because a new driver must be able to write its token there while an old
 * run is still under way. */
#include "app/finalise.h"

#include "base/err.h"
#include "columns.h"
#include "domain/award.h"
#include "fold.h"
#include "service/credits.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STORE_ROWS = 20000,             /* each statement reads the entries once, so not too few */
    COLUMN_BYTES = 8 * 1024 * 1024, /* a reason has 300 bytes at most */
    PAYLOAD_BYTES = 4096,
};

struct run {
    struct lt_db *db;
    const struct lt_final_job *job;
    struct lt_num event; /* as a parameter */
    struct lt_fold *fold;
    struct lt_award *awards;
    int n_awards;
    int64_t head_seq;
};

/* ---- reading ---- */

static int read_event(struct run *r)
{
    int err = lt_fold_open(r->db, r->job->event, &r->fold);
    if (err != LT_OK)
        return err;
    if (r->fold->token != r->job->token) /* no use in trying; the append would refuse */
        return LT_EDEPOSED;
    r->head_seq = r->fold->head_seq;
    return lt_fold_log(r->fold, NULL, NULL);
}

static int read_standings(struct run *r)
{
    int err = lt_fold_answers(r->fold);
    if (err != LT_OK)
        return err;
    r->awards = malloc((2 * (size_t)r->fold->n_ranked + 1) * sizeof *r->awards);
    if (!r->awards)
        return LT_ENOMEM;
    r->n_awards =
        lt_award_compute(&r->fold->sheet.credits, r->fold->ranked, r->fold->n_ranked, r->awards);
    return LT_OK;
}

/* ---- storing, STORE_ROWS at a time ---- */

static int store_results(struct run *r, struct columns *c, int from, int to)
{
    columns_begin(c);
    for (int i = from; i < to; i++) {
        const struct lt_place *p = r->fold->ranked[i];
        columns_i64(c, 0, p->entry);
        columns_i64(c, 1, p->rank);
        columns_i64(c, 2, p->points_c);
        columns_i64(c, 3, p->correct);
        columns_i64(c, 4, p->time_us);
        columns_i64(c, 5, p->answered);
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

/* What a team is awarded goes to each of its members. Guests have no study record, so nothing is owed
 * to them. */
static int store_awards(struct run *r, struct columns *c, int from, int to)
{
    struct lt_buf reason;
    lt_buf_init(&reason, 1024);
    columns_begin(c);
    for (int i = from; i < to; i++) {
        const struct lt_award *a = &r->awards[i];
        lt_buf_clear(&reason);
        lt_credit_reason(&reason, r->fold->title, a->rule, a->rank);
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
        "SELECT n.tenant_id, n.event_id, p.person_id, a.rule, p.ext_id, $2::smallint, a.amount_c, "
        "a.reason "
        "FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::text[]) AS a(entry_id, rule, "
        "amount_c, reason) "
        "JOIN leitai.entry n ON n.tenant_id = leitai.current_tenant() AND n.event_id = $1 "
        "AND n.entry_id = a.entry_id LEFT JOIN leitai.team_member m ON (m.tenant_id, m.event_id, "
        "m.entry_id) = (n.tenant_id, n.event_id, n.entry_id) "
        "JOIN leitai.person p ON p.tenant_id = n.tenant_id "
        "AND p.person_id = COALESCE(n.person_id, m.person_id) WHERE NOT n.guest AND NOT p.guest",
        r->event.s, r->fold->season.s, c->text[0], c->text[1], c->text[2], c->text[3]);
}

static int store(struct run *r)
{
    struct columns c;
    int err = LT_OK;
    columns_init(&c, 6, COLUMN_BYTES);
    for (int i = 0, n = r->fold->n_ranked; i < n && err == LT_OK; i += STORE_ROWS)
        err = store_results(r, &c, i, i + STORE_ROWS < n ? i + STORE_ROWS : n);
    for (int i = 0, n = r->n_awards; i < n && err == LT_OK; i += STORE_ROWS)
        err = store_awards(r, &c, i, i + STORE_ROWS < n ? i + STORE_ROWS : n);
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

/* How many were ranked, for who asks about one of them. After the append: it locks the same row. */
static int store_size(struct run *r)
{
    int n = 0;
    for (int i = 0; i < r->fold->n_ranked; i++)
        n += r->fold->ranked[i]->rank > 0;
    return lt_db_exec(r->db, NULL,
                      "UPDATE leitai.event_head SET ranked = $2::integer WHERE tenant_id = "
                      "leitai.current_tenant() AND event_id = $1",
                      r->event.s, lt_num(n).s);
}

/* Over all that was sent in: the last record vouches for it. */
static int digest(struct run *r, char out[LT_DIGEST_BYTES + 1])
{
    struct lt_rows *rows;
    int err = lt_db_exec(r->db, &rows, "SELECT leitai.event_digest($1, $2::smallint)",
                         r->fold->event.s, r->fold->season.s);
    if (err != LT_OK)
        return err;
    snprintf(out, LT_DIGEST_BYTES + 1, "%s", lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    return LT_OK;
}

static int write_all(struct run *r)
{
    char sha[LT_DIGEST_BYTES + 1];
    struct lt_input in = {.kind = LT_IN_FINALISED, .digest = sha};
    struct lt_record record;
    bool has = false;
    int err = digest(r, sha);
    if (err == LT_OK)
        err = now_us(r, &in.now_us);
    if (err == LT_OK)
        err = lt_engine_decide(&r->fold->engine, &in, &record, &has);
    if (err != LT_OK || !has) /* !has: final already, only the job's row was not marked */
        return err;
    err = read_standings(r);
    if (err != LT_OK)
        return err;
    err = store(r);
    if (err == LT_OK)
        err = append(r, &record);
    if (err == LT_OK)
        err = store_size(r);
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
    err = run_job(&r);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    if (err == LT_OK)
        *ret_seq = r.head_seq;
    lt_fold_free(r.fold);
    free(r.awards);
    return err;
}

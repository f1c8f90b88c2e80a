/* Posting credits.
 *
 * Outbox and ledger are two databases, so no transaction spans both: credits are posted first and
 * marked after. Whatever dies between leaves rows that are posted again, and the ledger refuses a
 * key that it has. The other order would lose them.
 *
 * A batch is of one tenant and in the order of people, because the ledger locks a person's record
 * until its transaction ends. A batch that the study record refuses is posted again row by row; a
 * row that is still refused is skipped, logged once a pass, and tried in the next. One relay runs
 * at a time, by a session lock that is held for a pass only. */
#include "app/relay.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "columns.h"
#include "relay_internal.h"
#include <stdio.h>
#include <string.h>

enum { BATCH_ROWS = 500, COLUMN_BYTES = 1024 * 1024, CURSOR_BYTES = 256 };

enum column { C_EXT_ID, C_KEY, C_YEAR, C_AMOUNT, C_REASON, C_EVENT, C_PERSON, C_RULE, COLUMNS };

static const int64_t lock_key = 0x6c743a637265; /* "lt:cre" in ASCII */

int relay_lock(struct lt_db *outbox, bool wait)
{
    struct lt_rows *rows;
    int err = lt_db_exec(outbox, &rows,
                         wait ? "SELECT pg_advisory_lock($1) IS NOT NULL"
                              : "SELECT pg_try_advisory_lock($1)",
                         lt_num(lock_key).s);
    if (err != LT_OK)
        return err;
    err = lt_rows_bool(rows, 0, 0) ? LT_OK : LT_EBUSY;
    lt_rows_free(rows);
    return err;
}

void relay_unlock(struct lt_db *outbox)
{
    if (!lt_db_lost(outbox))
        lt_db_exec(outbox, NULL, "SELECT pg_advisory_unlock($1)", lt_num(lock_key).s);
}

struct pass {
    struct lt_db *outbox, *study;
    struct lt_tenant_id tenant;
    char ext_id[CURSOR_BYTES], key[CURSOR_BYTES]; /* the pass of this tenant has come so far */
    struct lt_relay_count *count;
};

/* Rows [from, to) of a batch as columns. */
static void take_rows(struct columns *a, const struct lt_rows *rows, int from, int to)
{
    columns_init(a, COLUMNS, COLUMN_BYTES);
    for (int i = from; i < to; i++)
        for (int c = 0; c < COLUMNS; c++)
            columns_text(a, c, lt_rows_text(rows, i, c));
    columns_end(a);
}

/* Rows come out of unnest in their order, so people's records are locked in theirs. */
static int post(struct pass *p, const struct columns *a, int n)
{
    struct lt_rows *rows;
    int err = lt_db_begin(p->study, p->tenant);
    if (err != LT_OK)
        return err;
    err = lt_db_exec(
        p->study, &rows,
        "SELECT count(x.granted_c) FROM (SELECT study.post(i.ext_id, i.key, i.year, i.amount_c, "
        "i.reason) AS granted_c "
        "FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::text[]) "
        "AS i(ext_id, key, year, amount_c, reason)) x",
        a->text[C_EXT_ID], a->text[C_KEY], a->text[C_YEAR], a->text[C_AMOUNT], a->text[C_REASON]);
    if (err != LT_OK) {
        lt_db_rollback(p->study);
        return err;
    }
    int64_t granted = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    err = lt_db_commit(p->study);
    if (err != LT_OK)
        return err;
    p->count->granted += granted;
    p->count->known += n - granted;
    lt_metric_add(LT_M_CREDITS_POSTED, granted);
    return LT_OK;
}

static int mark(struct pass *p, const struct columns *a)
{
    return lt_db_exec(
        p->outbox, NULL,
        "UPDATE leitai.credit_outbox o SET posted_at = clock_timestamp() "
        "FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS i(event_id, person_id, rule) "
        "WHERE o.tenant_id = $1 AND o.event_id = i.event_id AND o.person_id = i.person_id "
        "AND o.rule = i.rule AND o.posted_at IS NULL",
        lt_num(p->tenant.v).s, a->text[C_EVENT], a->text[C_PERSON], a->text[C_RULE]);
}

static int post_and_mark(struct pass *p, const struct lt_rows *rows, int from, int to)
{
    struct columns a;
    take_rows(&a, rows, from, to);
    int err = post(p, &a, to - from);
    if (err == LT_OK)
        err = mark(p, &a);
    columns_done(&a);
    return err;
}

/* The study record answered, and would answer the same again. */
static bool is_refusal(int err)
{
    return err == LT_EDBDATA || err == LT_EDB;
}

static int post_one_by_one(struct pass *p, const struct lt_rows *rows)
{
    int err = LT_OK;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++) {
        err = post_and_mark(p, rows, i, i + 1);
        if (!is_refusal(err))
            continue;
        err = LT_OK;
        p->count->refused++;
        lt_log(LT_LOG_ERROR, "the study record refuses a credit", LT_I("tenant", p->tenant.v),
               LT_S("credit", lt_rows_text(rows, i, C_KEY)),
               LT_S("sqlstate", lt_db_sqlstate(p->study)), LT_S("why", lt_db_message(p->study)));
    }
    return err;
}

/* One batch, after the last one of this pass. *ret_more: there may be another. */
static int batch(struct pass *p, bool *ret_more)
{
    struct lt_rows *rows;
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT ext_id, key, year, amount_c, reason, event_id, person_id, rule FROM "
             "leitai.credit_outbox "
             "WHERE tenant_id = $1 AND posted_at IS NULL AND (ext_id, key) > ($2, $3) ORDER BY "
             "ext_id, key LIMIT %d",
             BATCH_ROWS);
    int err = lt_db_exec(p->outbox, &rows, sql, lt_num(p->tenant.v).s, p->ext_id, p->key);
    if (err != LT_OK)
        return err;
    int n = lt_rows_count(rows);
    *ret_more = n == BATCH_ROWS;
    if (n > 0) {
        err = post_and_mark(p, rows, 0, n);
        if (is_refusal(err))
            err = post_one_by_one(p, rows);
        snprintf(p->ext_id, sizeof p->ext_id, "%s", lt_rows_text(rows, n - 1, C_EXT_ID));
        snprintf(p->key, sizeof p->key, "%s", lt_rows_text(rows, n - 1, C_KEY));
    }
    lt_rows_free(rows);
    return err;
}

/* The next tenant with something to post; .v 0: none. */
static int next_tenant(struct pass *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->outbox, &rows,
                         "SELECT COALESCE(min(tenant_id), 0) FROM leitai.credit_outbox "
                         "WHERE posted_at IS NULL AND tenant_id > $1",
                         lt_num(p->tenant.v).s);
    if (err != LT_OK)
        return err;
    p->tenant.v = lt_rows_i64(rows, 0, 0);
    p->ext_id[0] = p->key[0] = '\0';
    lt_rows_free(rows);
    return LT_OK;
}

int lt_relay_pass(struct lt_db *outbox, struct lt_db *study, struct lt_relay_count *ret)
{
    struct pass p = {.outbox = outbox, .study = study, .count = ret};
    int err = relay_lock(outbox, false);
    if (err != LT_OK)
        return err;
    err = next_tenant(&p);
    while (err == LT_OK && p.tenant.v != 0) {
        bool more = true;
        while (err == LT_OK && more)
            err = batch(&p, &more);
        if (err == LT_OK)
            err = next_tenant(&p);
    }
    if (err != LT_OK)
        lt_metric_add(LT_M_CREDIT_RETRIES, 1);
    relay_unlock(outbox);
    return err;
}

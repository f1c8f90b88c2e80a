/* Is what the study record holds what we owe, no more and no less?
 *
 * Both sides are read in the order of their keys, through cursors, and merged: memory does not grow
 * with the number of credits. The relay's lock is held meanwhile, so the two snapshots belong
 * together although they are of two databases. */
#include "base/err.h"
#include "relay_internal.h"
#include <stdio.h>
#include <string.h>

enum { FETCH_ROWS = 10000 };

enum column { C_KEY, C_EXT_ID, C_YEAR, C_AMOUNT, C_POSTED };

static const char outbox_sql[] = "DECLARE side CURSOR FOR SELECT key, ext_id, year, amount_c, "
                                 "posted_at IS NOT NULL FROM leitai.credit_outbox "
                                 "WHERE tenant_id = $1 ORDER BY key COLLATE \"C\"";
static const char ledger_sql[] =
    "DECLARE side CURSOR FOR SELECT key, ext_id, year, requested_c FROM study.ledger "
    "WHERE tenant_id = $1 AND key LIKE 'leitai/%' ORDER BY key COLLATE \"C\"";

/* One side of the merge. */
struct side {
    struct lt_db *db;
    struct lt_rows *rows;
    int at;
};

static int side_fetch(struct side *s)
{
    char sql[64];
    lt_rows_free(s->rows);
    s->rows = NULL;
    s->at = 0;
    snprintf(sql, sizeof sql, "FETCH %d FROM side", FETCH_ROWS);
    return lt_db_exec(s->db, &s->rows, sql);
}

static int side_open(struct side *s, struct lt_tenant_id tenant, const char *sql)
{
    int err = lt_db_begin(s->db, tenant);
    if (err == LT_OK)
        err = lt_db_exec(s->db, NULL, sql, lt_num(tenant.v).s);
    return err == LT_OK ? side_fetch(s) : err;
}

static int side_next(struct side *s)
{
    return ++s->at < lt_rows_count(s->rows) ? LT_OK : side_fetch(s);
}

static void side_close(struct side *s)
{
    lt_rows_free(s->rows);
    lt_db_rollback(s->db);
}

static const char *side_text(const struct side *s, enum column c)
{
    return lt_rows_text(s->rows, s->at, (int)c);
}

static bool side_end(const struct side *s)
{
    return lt_rows_count(s->rows) == 0;
}

/* <0: the outbox's next key is not in the ledger, >0: the other way round. */
static int compare(const struct side *outbox, const struct side *ledger)
{
    if (side_end(outbox) || side_end(ledger))
        return side_end(ledger) ? -1 : 1;
    return strcmp(side_text(outbox, C_KEY), side_text(ledger, C_KEY));
}

static bool same(const struct side *outbox, const struct side *ledger)
{
    return strcmp(side_text(outbox, C_EXT_ID), side_text(ledger, C_EXT_ID)) == 0 &&
           strcmp(side_text(outbox, C_YEAR), side_text(ledger, C_YEAR)) == 0 &&
           strcmp(side_text(outbox, C_AMOUNT), side_text(ledger, C_AMOUNT)) == 0;
}

struct check {
    lt_credit_fault_fn *fn;
    void *arg;
    int64_t tenant;
    struct lt_credit_check *ret;
};

static void fault(struct check *c, enum lt_credit_fault f, const char *key)
{
    c->ret->faults[f]++;
    c->fn(c->arg, f, c->tenant, key);
}

static int merge(struct check *c, struct side *outbox, struct side *ledger)
{
    int err = LT_OK;
    while (err == LT_OK && !(side_end(outbox) && side_end(ledger))) {
        int order = compare(outbox, ledger);
        bool posted = order <= 0 && side_text(outbox, C_POSTED)[0] == 't';
        if (order > 0)
            fault(c, LT_CREDIT_SURPLUS, side_text(ledger, C_KEY));
        else if (order == 0 && !same(outbox, ledger))
            fault(c, LT_CREDIT_DIFFERENT, side_text(outbox, C_KEY));
        else if (order < 0 && posted)
            fault(c, LT_CREDIT_MISSING, side_text(outbox, C_KEY));
        else if (posted)
            c->ret->agree++;
        else
            c->ret->pending++;
        if (order <= 0)
            err = side_next(outbox);
        if (err == LT_OK && order >= 0)
            err = side_next(ledger);
    }
    return err;
}

static int check_tenant(struct check *c, struct lt_db *outbox, struct lt_db *study)
{
    struct side o = {.db = outbox}, l = {.db = study};
    struct lt_tenant_id tenant = {c->tenant};
    int err = side_open(&o, tenant, outbox_sql);
    if (err == LT_OK)
        err = side_open(&l, tenant, ledger_sql);
    if (err == LT_OK)
        err = merge(c, &o, &l);
    side_close(&o);
    side_close(&l);
    return err;
}

int lt_credit_reconcile(struct lt_db *outbox, struct lt_db *study, lt_credit_fault_fn *fn,
                        void *arg, struct lt_credit_check *ret)
{
    struct check c = {.fn = fn, .arg = arg, .ret = ret};
    int err = relay_lock(outbox, true), n = 1;
    while (err == LT_OK && n > 0) {
        struct lt_rows *tenants;
        err = lt_db_exec(outbox, &tenants, "SELECT leitai.find_tenants($1)", lt_num(c.tenant).s);
        if (err != LT_OK)
            break;
        n = lt_rows_count(tenants);
        for (int i = 0; i < n && err == LT_OK; i++) {
            c.tenant = lt_rows_i64(tenants, i, 0);
            err = check_tenant(&c, outbox, study);
        }
        lt_rows_free(tenants);
    }
    relay_unlock(outbox);
    return err;
}

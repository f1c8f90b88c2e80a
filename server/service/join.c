/* Joins as a kind of batch: new people, their first membership, their entries, then what stands.
 * Names of people who are known already are not changed by a ticket: the study platform's imports
 * do that. */
#include "service/join.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, ARRAY_BYTES = 4 * 1024 * 1024 };

struct row {
    struct lt_batch_item item;
    struct lt_join j;
    struct lt_joined joined;
    char name[161], unit[241];
    lt_join_fn *done;
    void *arg;
};

static int cmp(const void *pa, const void *pb)
{
    const struct lt_join *a = &(*(struct row *const *)pa)->j, *b = &(*(struct row *const *)pb)->j;
    if (a->tenant.v != b->tenant.v)
        return a->tenant.v < b->tenant.v ? -1 : 1;
    int c = strcmp(a->ext_id, b->ext_id);
    if (c != 0)
        return c;
    return (a->event.v > b->event.v) - (a->event.v < b->event.v);
}

static void add(struct lt_pg_req *req, struct lt_batch_item *const *items, int n)
{
    enum { EVENT, EXT, NAME, GUEST, UNIT };
    struct lt_buf col[COLUMNS];
    for (int k = 0; k < COLUMNS; k++) {
        lt_buf_init(&col[k], ARRAY_BYTES);
        lt_pg_array_begin(&col[k]);
    }
    for (int i = 0; i < n; i++) {
        const struct lt_join *j = &((struct row *)items[i])->j;
        lt_pg_array_i64(&col[EVENT], j->event.v);
        lt_pg_array_text(&col[EXT], j->ext_id);
        lt_pg_array_text(&col[NAME], j->name);
        lt_pg_array_text(&col[GUEST], j->guest ? "t" : "f");
        lt_pg_array_text(&col[UNIT], j->unit_code);
    }
    const char *v[COLUMNS];
    for (int k = 0; k < COLUMNS; k++) {
        lt_pg_array_end(&col[k]);
        v[k] = lt_buf_cstr(&col[k]);
        assert(!col[k].failed);
    }
    lt_pg_req_add(req, LT_SQL_JOIN_PERSONS, (const char *[]){v[EXT], v[NAME], v[GUEST]});
    lt_pg_req_add(req, LT_SQL_JOIN_UNITS, (const char *[]){v[EXT], v[UNIT]});
    lt_pg_req_add(req, LT_SQL_JOIN_ENTRIES, (const char *[]){v[EVENT], v[EXT]});
    lt_pg_req_add(req, LT_SQL_JOIN_READ, (const char *[]){v[EVENT], v[EXT]});
    for (int k = 0; k < COLUMNS; k++)
        lt_buf_done(&col[k]);
}

static void read_back(struct lt_batch_item *item, const struct lt_pg_result *r, int stmt, int i)
{
    struct row *row = (struct row *)item;
    strncpy(row->name, lt_pg_text(r, stmt, i, 3), sizeof row->name - 1);
    strncpy(row->unit, lt_pg_text(r, stmt, i, 4), sizeof row->unit - 1);
    row->joined = (struct lt_joined){
        .person = {lt_pg_i64(r, stmt, i, 1)},
        .entry = {lt_pg_i64(r, stmt, i, 2)},
        .name = row->name,
        .unit = row->unit,
        .guest = lt_pg_bool(r, stmt, i, 5),
        .joined_us = lt_pg_i64(r, stmt, i, 6),
    };
    item->err = LT_OK;
}

static void finish(struct lt_batch_item *item, int err)
{
    struct row *row = (struct row *)item;
    row->done(row->arg, err, err == LT_OK ? &row->joined : NULL);
    free(row);
}

const struct lt_batch_kind lt_join_kind = {
    .name = "join",
    .cmp = cmp,
    .add = add,
    .statements = 4,
    .read = read_back,
    .err_unseen = LT_ENOEVENT,
    .finish = finish,
    .metric_batches = LT_M_JOIN_BATCHES,
    .metric_rows = LT_M_JOINS,
    .metric_latency = LT_M_JOIN_LATENCY,
    .metric_queue = LT_M_JOIN_QUEUE,
};

int lt_join_add(struct lt_batcher *b, const struct lt_join *j, lt_join_fn *done, void *arg)
{
    struct row *row = calloc(1, sizeof *row);
    if (!row)
        return LT_EFULL;
    row->item.tenant = j->tenant;
    row->j = *j;
    row->done = done;
    row->arg = arg;
    int err = lt_batcher_add(b, &row->item);
    if (err != LT_OK)
        free(row);
    return err;
}

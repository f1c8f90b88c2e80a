/* Answers as a kind of batch: one INSERT behind the questions' gates, one SELECT of what stands. */
#include "service/commit.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10, ARRAY_BYTES = 8 * 1024 * 1024 };

struct row {
    struct lt_batch_item item;
    struct lt_answer a;
    lt_commit_fn *done;
    void *arg;
    bool late;
};

static int cmp(const void *pa, const void *pb)
{
    const struct lt_answer *a = &(*(struct row *const *)pa)->a, *b = &(*(struct row *const *)pb)->a;
    int64_t ka[] = {a->tenant.v, a->event.v, a->qi, a->person.v};
    int64_t kb[] = {b->tenant.v, b->event.v, b->qi, b->person.v};
    for (size_t i = 0; i < sizeof ka / sizeof *ka; i++) {
        if (ka[i] != kb[i])
            return ka[i] < kb[i] ? -1 : 1;
    }
    return 0;
}

static void add(struct lt_pg_req *req, struct lt_batch_item *const *items, int n)
{
    struct lt_buf col[COLUMNS];
    for (int k = 0; k < COLUMNS; k++) {
        lt_buf_init(&col[k], ARRAY_BYTES);
        lt_pg_array_begin(&col[k]);
    }
    for (int i = 0; i < n; i++) {
        const struct lt_answer *a = &((struct row *)items[i])->a;
        lt_pg_array_i64(&col[0], a->season);
        lt_pg_array_i64(&col[1], a->event.v);
        lt_pg_array_i64(&col[2], a->qi);
        lt_pg_array_i64(&col[3], a->person.v);
        lt_pg_array_i64(&col[4], a->entry.v);
        lt_pg_array_text(&col[5], a->answer_id);
        lt_pg_array_text(&col[6], a->body);
        lt_pg_array_text(&col[7], a->right ? "t" : "f");
        lt_pg_array_i64(&col[8], a->used_us);
        lt_pg_array_i64(&col[9], a->received_us);
    }
    const char *values[COLUMNS];
    for (int k = 0; k < COLUMNS; k++) {
        lt_pg_array_end(&col[k]);
        values[k] = lt_buf_cstr(&col[k]);
        assert(!col[k].failed);
    }
    lt_pg_req_add(req, LT_SQL_ANSWERS, values);
    lt_pg_req_add(req, LT_SQL_ANSWERS_READ,
                  values); /* takes the first four: season, event, qi, person */
    for (int k = 0; k < COLUMNS; k++)
        lt_buf_done(&col[k]);
}

static void read_back(struct lt_batch_item *item, const struct lt_pg_result *r, int stmt, int i)
{
    struct row *row = (struct row *)item;
    bool mine = strcmp(lt_pg_text(r, stmt, i, 1), row->a.answer_id) == 0;
    item->err = mine ? LT_OK : LT_EANSWERED;
    row->late = lt_pg_bool(r, stmt, i, 2);
}

static void finish(struct lt_batch_item *item, int err)
{
    struct row *row = (struct row *)item;
    row->done(row->arg, err, row->late);
    free(row);
}

const struct lt_batch_kind lt_commit_kind = {
    .name = "answer",
    .cmp = cmp,
    .add = add,
    .statements = 2,
    .read = read_back,
    .err_unseen = LT_ENOQUESTION,
    .finish = finish,
    .metric_batches = LT_M_COMMIT_BATCHES,
    .metric_rows = LT_M_COMMIT_ROWS,
    .metric_latency = LT_M_COMMIT_LATENCY,
    .metric_queue = LT_M_COMMIT_QUEUE,
};

int lt_commit_answer(struct lt_batcher *b, const struct lt_answer *a, lt_commit_fn *done, void *arg)
{
    struct row *row = calloc(1, sizeof *row);
    if (!row)
        return LT_EFULL;
    row->item.tenant = a->tenant;
    row->a = *a;
    row->done = done;
    row->arg = arg;
    int err = lt_batcher_add(b, &row->item);
    if (err != LT_OK)
        free(row);
    return err;
}

/* Group commit.
 *
 * Items wait in one queue, in order of arrival, for at most delay_us or while in_flight
 * transactions are under way; then a batch becomes one transaction with a few statements per
 * tenant, the last of which reads what stands now. That second look is needed because ON CONFLICT
 * DO NOTHING cannot see, in its own snapshot, a twin that committed meanwhile.
 *
 *   - SQLSTATE class 22 and 23 blame a row: the batch is halved until the row is alone. Everything
 *     else (no connection, deadlock, shutdown, a lost reply to COMMIT) is tried again whole, with
 *     the same keys, after a back-off: repeating is harmless, and nobody is refused because of a
 *     fault of ours.
 *   - The bound counts items in the queue and in flight together. A full queue refuses, it never
 *     drops.
 */
#include "service/batch.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MIN_US = 50 * 1000, RETRY_MAX_US = 1000 * 1000 };

struct batch {
    struct lt_batcher *b;
    struct lt_batch_item **items;
    int n;
    int64_t retry_us; /* current back-off, 0: first try */
    struct lt_timer timer;
    struct batch *next, **prev;
};

struct lt_batcher {
    struct lt_loop *loop;
    struct lt_pg *pg;
    const struct lt_batch_kind *kind;
    struct lt_batch_opts opts;
    struct lt_batch_item *head, **tail; /* waiting */
    int waiting, items;                 /* items: waiting and in flight */
    struct batch *batches;
    int in_flight; /* batches */
    struct lt_timer timer;
    bool closed;
};

static void flush(struct lt_batcher *b);
static void batch_send(struct batch *t);

static void arm(struct lt_batcher *b)
{
    if (b->waiting > 0 && !lt_timer_armed(&b->timer))
        lt_loop_timer(b->loop, &b->timer, b->opts.delay_us);
}

static void on_timer(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    flush(t->arg);
}

struct lt_batcher *lt_batcher_new(struct lt_loop *l, struct lt_pg *pg,
                                  const struct lt_batch_kind *kind,
                                  const struct lt_batch_opts *opts)
{
    struct lt_batcher *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->loop = l;
    b->pg = pg;
    b->kind = kind;
    b->opts = *opts;
    b->tail = &b->head;
    lt_timer_init(&b->timer, on_timer, b);
    return b;
}

int lt_batcher_queued(const struct lt_batcher *b)
{
    return b->items;
}

static void item_finish(struct lt_batcher *b, struct lt_batch_item *item, int err)
{
    b->items--;
    lt_metric_set((enum lt_metric)b->kind->metric_queue, b->items);
    b->kind->finish(item, err);
}

static struct batch *batch_new(struct lt_batcher *b, int n)
{
    struct batch *t = calloc(1, sizeof *t);
    assert(t);
    t->items = calloc((size_t)n, sizeof(struct lt_batch_item *));
    assert(t->items);
    t->b = b;
    t->n = n;
    t->next = b->batches;
    t->prev = &b->batches;
    if (t->next)
        t->next->prev = &t->next;
    b->batches = t;
    b->in_flight++;
    return t;
}

static void batch_free(struct batch *t)
{
    lt_loop_timer_cancel(t->b->loop, &t->timer);
    *t->prev = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->b->in_flight--;
    free(t->items);
    free(t);
}

static void batch_end(struct batch *t, int err)
{
    for (int i = 0; i < t->n; i++)
        item_finish(t->b, t->items[i], err);
    batch_free(t);
}

/* End of the run of items of one tenant that begins at `from`. */
static int tenant_end(const struct batch *t, int from)
{
    int to = from;
    while (to < t->n && t->items[to]->tenant.v == t->items[from]->tenant.v)
        to++;
    return to;
}

static void batch_committed(struct batch *t, const struct lt_pg_result *r)
{
    struct lt_batcher *b = t->b;
    int64_t now_us = lt_loop_now(b->loop).mono_us;
    int stmt = b->kind->statements - 1; /* the reading one of the first tenant */
    for (int from = 0; from < t->n; from = tenant_end(t, from), stmt += b->kind->statements) {
        for (int i = 0; i < lt_pg_rows(r, stmt); i++) {
            struct lt_batch_item *item = t->items[from + lt_pg_i64(r, stmt, i, 0) - 1];
            item->seen = true;
            b->kind->read(item, r, stmt, i);
        }
    }
    lt_metric_add((enum lt_metric)b->kind->metric_batches, 1);
    lt_metric_add((enum lt_metric)b->kind->metric_rows, t->n);
    for (int i = 0; i < t->n; i++) {
        struct lt_batch_item *item = t->items[i];
        lt_metric_observe_us((enum lt_metric)b->kind->metric_latency, now_us - item->queued_us);
        item_finish(b, item, item->seen ? item->err : b->kind->err_unseen);
    }
    batch_free(t);
}

/* Some row of this batch cannot be stored. */
static void batch_bisect(struct batch *t, const struct lt_pg_result *r)
{
    struct lt_batcher *b = t->b;
    if (t->n == 1) {
        lt_log(LT_LOG_ERROR, "row cannot be stored", LT_S("kind", b->kind->name),
               LT_I("tenant", t->items[0]->tenant.v), LT_S("sqlstate", r ? lt_pg_sqlstate(r) : ""));
        batch_end(t, LT_EDBDATA);
        return;
    }
    int half = t->n / 2;
    struct batch *low = batch_new(b, half), *high = batch_new(b, t->n - half);
    memcpy(low->items, t->items, (size_t)low->n * sizeof(struct lt_batch_item *));
    memcpy(high->items, t->items + half, (size_t)high->n * sizeof(struct lt_batch_item *));
    batch_free(t);
    batch_send(low);
    batch_send(high);
}

static void on_retry(struct lt_timer *timer, int64_t now_us)
{
    (void)now_us;
    batch_send(timer->arg);
}

static void batch_retry(struct batch *t)
{
    t->retry_us = t->retry_us == 0 ? RETRY_MIN_US : t->retry_us * 2;
    if (t->retry_us > RETRY_MAX_US)
        t->retry_us = RETRY_MAX_US;
    lt_timer_init(&t->timer, on_retry, t);
    lt_loop_timer(t->b->loop, &t->timer, t->retry_us);
}

static void on_batch(void *arg, int err, const struct lt_pg_result *r)
{
    struct batch *t = arg;
    struct lt_batcher *b = t->b;
    if (b->closed) {
        batch_end(t, LT_EDRAIN);
        if (b->in_flight == 0)
            free(b);
        return;
    }
    if (err == LT_OK) {
        batch_committed(t, r);
    } else if (err == LT_EDBDATA) {
        batch_bisect(t, r);
    } else {
        if (t->retry_us == 0)
            lt_log(LT_LOG_WARN, "rows wait for the database", LT_S("kind", b->kind->name),
                   LT_I("rows", t->n), LT_S("error", lt_err_wire(err)),
                   LT_S("sqlstate", r ? lt_pg_sqlstate(r) : ""),
                   LT_S("why", r ? lt_pg_message(r) : ""));
        batch_retry(t);
    }
    flush(b);
}

static void batch_send(struct batch *t)
{
    struct lt_pg_req *req = lt_pg_req_new(t->b->pg, (struct lt_tenant_id){0});
    if (!req) {
        batch_retry(t);
        return;
    }
    for (int from = 0; from < t->n;) {
        int to = tenant_end(t, from);
        lt_pg_req_tenant(req, t->items[from]->tenant);
        t->b->kind->add(req, t->items + from, to - from);
        from = to;
    }
    for (int i = 0; i < t->n; i++)
        t->items[i]->seen = false;
    if (lt_pg_submit(req, on_batch, t) != LT_OK)
        batch_retry(t);
}

static void flush(struct lt_batcher *b)
{
    while (b->waiting > 0 && b->in_flight < b->opts.in_flight) {
        struct batch *t =
            batch_new(b, b->waiting < b->opts.batch_rows ? b->waiting : b->opts.batch_rows);
        for (int i = 0; i < t->n; i++) {
            t->items[i] = b->head;
            b->head = b->head->next;
        }
        if (!b->head)
            b->tail = &b->head;
        b->waiting -= t->n;
        qsort(t->items, (size_t)t->n, sizeof(struct lt_batch_item *), b->kind->cmp);
        batch_send(t);
    }
}

int lt_batcher_add(struct lt_batcher *b, struct lt_batch_item *item)
{
    if (b->items >= b->opts.queue_rows)
        return LT_EFULL;
    item->next = NULL;
    item->queued_us = lt_loop_now(b->loop).mono_us;
    *b->tail = item;
    b->tail = &item->next;
    b->waiting++;
    b->items++;
    lt_metric_set((enum lt_metric)b->kind->metric_queue, b->items);
    /* Even a full batch waits for the timer: finish must never run inside this call. While
     * in_flight is used up, on_batch sends the next. */
    if (b->in_flight < b->opts.in_flight)
        arm(b);
    return LT_OK;
}

void lt_batcher_free(struct lt_batcher *b)
{
    if (!b)
        return;
    b->closed = true;
    lt_loop_timer_cancel(b->loop, &b->timer);
    while (b->head) {
        struct lt_batch_item *item = b->head;
        b->head = item->next;
        item_finish(b, item, LT_EDRAIN);
    }
    struct batch *next;
    for (struct batch *t = b->batches; t; t = next) {
        next = t->next;
        if (lt_timer_armed(&t->timer)) /* in back-off; the others end in on_batch */
            batch_end(t, LT_EDRAIN);
    }
    if (b->in_flight == 0)
        free(b);
}

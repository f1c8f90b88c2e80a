/* Group commit: many small writes become one transaction, and nobody hears "done" before it
 * committed (law 1). The mechanism; what the writes are is a `kind` (commit.c: answers, join.c:
 * joins). */
#pragma once
#include "base/ids.h"
#include "io/pg.h"

/* One write. Embedded first in its kind's own struct, which was allocated by the kind. */
struct lt_batch_item {
    struct lt_tenant_id tenant;
    int64_t queued_us;
    int err;   /* outcome, set by kind->read */
    bool seen; /* a result row named it */
    struct lt_batch_item *next;
};

struct lt_batch_kind {
    const char *name; /* for the log */
    /* Order of two `struct lt_batch_item *` by (tenant, key): two nodes that write the same keys in
     * opposite order would deadlock. */
    int (*cmp)(const void *a, const void *b);
    /* Add `statements` statements for n items of one tenant. The last one returns rows whose column
     * 0 is the 1-based ordinal of an item. */
    void (*add)(struct lt_pg_req *req, struct lt_batch_item *const *items, int n);
    int statements;
    /* Take row `i` of statement `stmt` into `item` (sets item->err). */
    void (*read)(struct lt_batch_item *item, const struct lt_pg_result *r, int stmt, int i);
    int err_unseen; /* outcome of an item that no row named */
    /* Tell the owner and free the item. err: item->err after a commit, LT_EDBDATA: cannot be
     * stored, LT_EDRAIN: the process ends, whether it was stored is unknown. */
    void (*finish)(struct lt_batch_item *item, int err);
    int metric_batches, metric_rows, metric_latency, metric_queue; /* enum lt_metric */
};

struct lt_batch_opts {
    int batch_rows;   /* at most so many items a transaction */
    int64_t delay_us; /* an item waits at most so long for company */
    int in_flight;    /* transactions under way at once */
    int queue_rows;   /* items waiting or in flight; over it LT_EFULL */
};
struct lt_batcher;
struct lt_batcher *lt_batcher_new(struct lt_loop *l, struct lt_pg *pg,
                                  const struct lt_batch_kind *kind,
                                  const struct lt_batch_opts *opts);
/* Unfinished items end with LT_EDRAIN, those in flight when their reply or the pool's end comes. */
void lt_batcher_free(struct lt_batcher *b);
int lt_batcher_queued(const struct lt_batcher *b);
/* Queue an item. LT_EFULL: nothing was queued, the caller keeps it. Otherwise kind->finish runs
 * exactly once, from the loop, never inside this call. */
int lt_batcher_add(struct lt_batcher *b, struct lt_batch_item *item);

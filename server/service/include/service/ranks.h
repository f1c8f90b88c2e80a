/* The board of a self-paced event in Redis, entry by entry: it moves with each paper that is handed
 * in, and anybody may ask where they stand. A projection like boards.h, whose keys and mark it shares
 * (law 3): every write is absolute and carries a version, so writes may come twice, late and in any
 * order. While the public board is frozen the truth moves beside it, in `full` instead of `board`. Once
 * the event's boards are final, nothing is put any more.
 *
 *   lt:{tenant:event}:board        ZSET  entry → lt_board_score
 *   lt:{tenant:event}:board:v      version of the last whole write, as in boards.h
 *   lt:{tenant:event}:board:e      HASH  entry → version of what was written of it; what was removed
 *                                  keeps its version here and is not in the ZSET (a tombstone)
 *   lt:{tenant:event}:board:g      mark (lt:generation) of the data set in which it was written whole;
 *                                  without it, or with another one, the board is stale
 *   lt:{tenant:event}:board:build  id of a whole write under way; it expires
 *   lt:{tenant:event}:board:next, :next:e   what that write has so far; they expire
 */
#pragma once
#include "service/boards.h"

struct lt_ranks;
struct lt_ranks_opts {
    int queue_rows; /* entries that wait to be written; over it boards become stale */
};
struct lt_ranks *lt_ranks_new(struct lt_loop *l, struct lt_redis *redis,
                              const struct lt_boards *boards, const struct lt_ranks_opts *opts);
/* Only after the Redis connections are gone. A rebuild that is under way ends with LT_EDRAIN, inside
 * this call. */
void lt_ranks_free(struct lt_ranks *r);

/* ---- writing ---- */

/* What an entry has now. The version grows with each change of it: how many of its papers are handed
 * in, read *after* the commit of the last of them, so that the later of two commits has the higher
 * version. Below 2^53. */
struct lt_ranks_row {
    int64_t entry, version, score; /* score: lt_board_pack */
    bool gone;                     /* not on the board (any more) */
};
/* Queue rows of an event's board. What Redis does not take is kept and tried again; when more waits
 * than may, it is dropped and the board said to be stale, so that somebody writes it whole. A process
 * that dies takes along what it had not written: write boards whole from time to time. */
void lt_ranks_put(struct lt_ranks *r, struct lt_tenant_id tenant, struct lt_event_id event,
                  const struct lt_ranks_row *rows, int n);
/* The same, on the board that only staff may see. */
void lt_ranks_put_full(struct lt_ranks *r, struct lt_tenant_id tenant, struct lt_event_id event,
                       const struct lt_ranks_row *rows, int n);
/* Rows that are not in Redis yet. */
int lt_ranks_waiting(const struct lt_ranks *r);

/* Write up to `max` rows whose entry is above `after`, by entry; the number, 0 at the end, or LT_E….
 * May block in a process that may wait. */
typedef int lt_ranks_source_fn(void *arg, int64_t after, struct lt_ranks_row *rows, int max);
typedef void lt_ranks_done_fn(void *arg, int err);
struct lt_ranks_rebuild {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    bool full;
    int64_t version; /* of the log; an older one never replaces a newer one */
    lt_ranks_source_fn *source;
    lt_ranks_done_fn *done; /* exactly once, from the loop, never inside the call */
    void *arg;
};
/* Write a board whole, out of `source`, beside the one that stands, and put it in its place at once.
 * What lt_ranks_put writes meanwhile, anywhere, is in both. `source` begins anew when Redis lost what
 * was written. done: LT_OK: it stands, or a newer one; LT_EBUSY: somebody else is at it; LT_EREDIS: Redis
 * is away, ask again later; what `source` returned. One at a time: LT_EBUSY, and nothing happens. */
int lt_ranks_write(struct lt_ranks *r, const struct lt_ranks_rebuild *b);

/* ---- reading ---- */

enum { LT_RANKS_TOP_MAX = 100, LT_RANKS_AROUND_MAX = 50 };
struct lt_ranks_query {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    int64_t entry; /* whose; 0: nobody's */
    int top;       /* rows from the first, at most LT_RANKS_TOP_MAX */
    int around;    /* rows above and below the own one, at most LT_RANKS_AROUND_MAX; 0: none */
};
struct lt_ranked {
    int64_t entry, score; /* lt_board_points(score) */
    int64_t rank;         /* from 1; ties share it and leave a gap */
};
struct lt_ranks_page {
    bool stale;  /* lost, or not written yet: what is here may be a part of it */
    int64_t of;  /* ranked entries */
    int64_t own; /* rank, 0: not on the board */
    int n_top, n_around;
    struct lt_ranked top[LT_RANKS_TOP_MAX], around[2 * LT_RANKS_AROUND_MAX + 1];
};
/* err: LT_OK, or LT_EREDIS and page is NULL. Exactly once, from the loop, never inside the call; the
 * page lives during the callback. */
typedef void lt_ranks_page_fn(void *arg, int err, const struct lt_ranks_page *page);
/* One round trip, whatever is asked. LT_EREDIS, LT_EFULL: fn will not run. */
int lt_ranks_read(struct lt_ranks *r, const struct lt_ranks_query *q, lt_ranks_page_fn *fn,
                  void *arg);

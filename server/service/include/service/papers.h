/* Papers that somebody on this node looks at: read, answered, merged, written, handed in.
 *
 * A choice changes the copy here at once and is acknowledged when the write that contains it has
 * committed. One write of a paper is under way at a time; what is chosen meanwhile goes into the next
 * one. Two tabs, also on two nodes, are two copies of one row: whose write finds the row changed
 * merges and writes again, so each choice ends in it. */
#pragma once
#include "service/cluster.h"
#include "service/paced.h"
#include "service/paper_batch.h"

struct lt_papers;
struct lt_held; /* a paper held here */
struct lt_papers *lt_papers_new(struct lt_loop *l, struct lt_pg *pg, struct lt_cluster *cluster,
                                struct lt_batcher *writes, int papers_max);
/* fn(arg, h): a write of a side of a duel has committed. Set once, before anything is held. */
void lt_papers_on_duel(struct lt_papers *p, void (*fn)(void *arg, struct lt_held *h), void *arg);
/* fn(arg, h) after each paper that this node has handed in: the commit is done. */
void lt_papers_on_handed_in(struct lt_papers *p, void (*fn)(void *arg, const struct lt_held *h),
                            void *arg);
/* Write nothing any more: the batcher is about to be freed. */
void lt_papers_stop(struct lt_papers *p);
/* After the pool and the batchers are gone. */
void lt_papers_free(struct lt_papers *p);

/* A paper of this event; `key.round` is one of its rounds. fn runs exactly once, from the loop, never
 * inside this call; h is NULL unless err is LT_OK, and is valid until the loop turns, or while it is
 * watched. LT_ENOPAPER: there is none. LT_EFULL: no room. `fresh`: the row is read even when the
 * paper is held. */
typedef void lt_held_fn(void *arg, int err, struct lt_held *h);
void lt_papers_get(struct lt_papers *p, struct lt_paced *e, const struct lt_paper_key *key,
                   bool fresh, lt_held_fn *fn, void *arg);
/* If it is held already, else NULL. */
struct lt_held *lt_papers_held(struct lt_papers *p, const struct lt_paper_key *key);
/* Hold the paper of a row that was just read. NULL: no room, or it cannot be drawn. */
struct lt_held *lt_papers_take(struct lt_papers *p, struct lt_paced *e,
                               const struct lt_paper_key *key, const struct lt_paper_row *row);

const struct lt_paced *lt_held_event(const struct lt_held *h);
struct lt_paced *lt_held_paced(const struct lt_held *h); /* the same, to be pinned */
const struct lt_paper_key *lt_held_key(const struct lt_held *h);
int64_t lt_held_duel(const struct lt_held *h); /* 0: none */
int64_t lt_held_entry(const struct lt_held *h);
/* The paper as it stands here, unpacked; valid until the next call into lt_papers_ or lt_held_. */
const struct lt_paper *lt_held_paper(struct lt_held *h);

/* What a request came to. */
typedef void lt_held_done_fn(void *arg, int err);
/* A choice. LT_OK: taken. *ret_stored: it stands in the database already and `done` will not run; else
 * `done` runs once it does, exactly once, never inside this call: LT_OK, or LT_ECLOSED: the paper had
 * been handed in, LT_EFULL, LT_EDBDATA, LT_EDRAIN. Other results are those of lt_paper_put, or
 * LT_EFULL: too many under way; then nothing changed. */
int lt_held_put(struct lt_held *h, int i, const struct lt_response *r, int32_t rev,
                lt_held_done_fn *done, void *arg, bool *ret_stored);
/* Hand it in; a side of a duel is forfeited by that. LT_OK and *ret_stored: it was already. Otherwise
 * as above. */
int lt_held_submit(struct lt_held *h, lt_held_done_fn *done, void *arg, bool *ret_stored);

/* Somebody looks at it: the node keeps its clocks, and hands it in at its end. */
enum lt_paper_news {
    LT_PAPER_MOVED, /* a question went by, or another one was reached */
    LT_PAPER_ENDED, /* it was handed in */
};
struct lt_watch {
    struct lt_held *held; /* NULL: none */
    void (*fn)(struct lt_watch *w, enum lt_paper_news news);
    struct lt_watch *next, **prev;
};
void lt_held_watch(struct lt_held *h, struct lt_watch *w);
void lt_held_unwatch(struct lt_watch *w); /* fine when it watches nothing */

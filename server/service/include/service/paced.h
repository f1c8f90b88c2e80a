/* Self-paced events as this process holds them: rules, frozen questions, window and phase. Nobody
 * drives such an event on a node; the copy is read when it is needed and looked at again when it is
 * older than a second. */
#pragma once
#include "domain/engine.h"
#include "io/pg.h"
#include "service/pool.h"
#include <uthash.h>

struct lt_paced_key {
    int64_t tenant, event;
};
struct lt_paced {
    struct lt_paced_key key;
    char *title;
    int season;
    struct lt_sheet sheet;
    struct lt_pool pool;
    int ordinals[LT_ROUNDS_MAX]; /* papers that a disjoint round's pool gives; 0: not disjoint */
    enum lt_phase phase;
    int64_t opens_us, closes_us; /* the window, cluster time */
    int64_t version;             /* of the sheet that was read */
    int ranked;                  /* entries of a final event */
    int entries;                 /* who took part; a minute old at most */
    /* Private to paced.c. */
    struct lt_paced_cache *cache;
    bool loaded, reading, counting;
    int pins;
    int64_t read_us, counted_us; /* monotonic */
    struct lt_paced_waiter *waiters;
    struct lt_paced *newer, *older; /* in order of use */
    UT_hash_handle hh;
};

struct lt_paced_cache;
/* At most events_max events are held; those that papers hold are never forgotten. */
struct lt_paced_cache *lt_paced_cache_new(struct lt_loop *l, struct lt_pg *pg, int events_max);
/* After the pool is gone; nothing may be pinned. */
void lt_paced_cache_free(struct lt_paced_cache *c);

/* The event if it is held and was looked at within the last second, else NULL. Valid until the loop
 * turns, or while it is pinned. */
struct lt_paced *lt_paced_fresh(struct lt_paced_cache *c, struct lt_tenant_id tenant,
                                struct lt_event_id event);
/* Look at it, or load it. fn runs exactly once, from the loop, never inside this call. e is NULL
 * unless err is LT_OK. LT_ENOEVENT: there is none, or it is not self-paced. LT_ESHEET, LT_EQUESTION:
 * it cannot be read. LT_EFULL: no room. While the database is away what was read before stands for a
 * minute. */
typedef void lt_paced_fn(void *arg, int err, struct lt_paced *e);
void lt_paced_get(struct lt_paced_cache *c, struct lt_tenant_id tenant, struct lt_event_id event,
                  lt_paced_fn *fn, void *arg);
void lt_paced_pin(struct lt_paced *e);
void lt_paced_unpin(struct lt_paced *e);

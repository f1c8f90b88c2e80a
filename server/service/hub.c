/* The registry of events on this node and their clockwork: one tick that looks at each event and starts what is due.
 *
 * Keeping up: log records come by Redis and are applied when they are the next one; a gap, a wake, or silence (the driver
 * announces its head every second) makes the node read the log. While Redis is away every event is read a few times a
 * second instead, and the contest goes on.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "hub_internal.h"
#include "service/view.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_US = 50 * 1000,
    SILENCE_US = 1500 * 1000,     /* with Redis: read the head after so much silence */
    POLL_US = 300 * 1000,         /* without Redis: read the log so often */
    ENTRIES_EVERY_US = 2000 * 1000,
    DRIVER_ANNOUNCE_US = 1000 * 1000,
};

struct key {
    int64_t tenant, event;
};

static void tick(struct lt_timer *t, int64_t now_us);

struct lt_hub *lt_hub_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis, struct lt_cluster *cluster,
                          const struct lt_hub_opts *opts, const struct lt_hub_driver *driver)
{
    struct lt_hub *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->loop = l;
    h->pg = pg;
    h->redis = redis;
    h->cluster = cluster;
    h->opts = *opts;
    h->driver = *driver;
    h->fanout = lt_fanout_new(l);
    assert(h->fanout);
    lt_timer_init(&h->tick, tick, h);
    lt_loop_timer(l, &h->tick, TICK_US);
    return h;
}

struct lt_cluster *lt_hub_cluster(struct lt_hub *h)
{
    return h->cluster;
}

struct lt_pg *lt_hub_pg(struct lt_hub *h)
{
    return h->pg;
}

struct lt_loop *lt_hub_loop(struct lt_hub *h)
{
    return h->loop;
}

void lt_hub_on_replaced(struct lt_hub *h, void (*fn)(struct lt_member *old))
{
    h->on_replaced = fn;
}

static int n_members(const struct lt_contest *c)
{
    return c->n_members[LT_MEMBER_PLAY] + c->n_members[LT_MEMBER_STAGE] + c->n_members[LT_MEMBER_DESK];
}

/* ---- life of a contest ---- */

static void contest_free(struct lt_contest *c)
{
    struct lt_hub *h = c->hub;
    lt_contest_done(c);
    free(c->sync);
    free(c);
    if (h->closed && --h->refs == 0)
        free(h);
}

/* Take it out of the registry; the memory goes when the last request has ended. */
static void contest_forget(struct lt_contest *c)
{
    struct lt_hub *h = c->hub;
    assert(n_members(c) == 0);
    HASH_DEL(h->contests, c);
    lt_metric_add(LT_M_EVENTS_LOADED, -1);
    if (c->sync->state == SYNC_READY)
        h->driver.on_forget(h->driver.arg, c);
    hub_unsubscribe(c);
    hub_commands_drop(c);
    lt_fanout_forget(h->fanout, c);
    c->sync->state = SYNC_FAILED;
    if (c->sync->refs == 0)
        contest_free(c);
}

void hub_unref(struct lt_contest *c)
{
    c->sync->refs--;
    if (c->sync->refs == 0 && c->sync->state == SYNC_FAILED)
        contest_free(c);
}

static struct lt_contest *contest_new(struct lt_hub *h, struct key key)
{
    struct lt_contest *c = calloc(1, sizeof *c);
    assert(c);
    c->sync = calloc(1, sizeof *c->sync);
    assert(c->sync);
    c->hub = h;
    c->tenant.v = key.tenant;
    c->event.v = key.event;
    _Static_assert(offsetof(struct lt_contest, event) == offsetof(struct lt_contest, tenant) + sizeof(int64_t), "key");
    HASH_ADD(hh, h->contests, tenant, sizeof key, c);
    lt_metric_add(LT_M_EVENTS_LOADED, 1);
    return c;
}

void lt_hub_open(struct lt_hub *h, struct lt_tenant_id tenant, struct lt_event_id event, lt_hub_open_fn *fn, void *arg)
{
    struct key key = {tenant.v, event.v};
    struct lt_contest *c = NULL;
    HASH_FIND(hh, h->contests, &key, sizeof key, c);
    bool fresh = !c;
    if (fresh && (int)HASH_COUNT(h->contests) >= h->opts.events_max) {
        lt_log(LT_LOG_WARN, "too many events held", LT_I("tenant", tenant.v), LT_I("event", event.v));
        c = NULL;
    } else if (fresh) {
        c = contest_new(h, key);
    }
    struct waiter *w = malloc(sizeof *w);
    assert(w);
    *w = (struct waiter){.fn = fn, .arg = arg, .next = c ? c->sync->waiters : NULL};
    if (c)
        c->sync->waiters = w;
    if (fresh && c) {
        hub_load(c);
        return;
    }
    if (!c) {
        /* Refused; tell from the loop all the same. */
        struct lt_contest *none = calloc(1, sizeof *none);
        assert(none);
        none->sync = calloc(1, sizeof *none->sync);
        assert(none->sync);
        none->hub = h;
        none->sync->waiters = w;
        none->sync->state = SYNC_FAILED;
        (void)none;
    }
}

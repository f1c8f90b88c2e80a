/* The registry of events on this node and their clockwork: one tick that looks at each event and
 * starts what is due.
 *
 * Keeping up: log records come by Redis and are applied when they are the next one; a gap, a wake,
 * or silence (the driver announces its head every second) makes the node read the log. While Redis
 * is away every event is read a few times a second instead, and the contest goes on; for some seconds
 * the same happens when the driver falls silent, so that a dead one is replaced as soon as it may be.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "hub_internal.h"
#include "service/view.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_US = 50 * 1000,
    SILENCE_US = 1500 * 1000, /* with Redis: read the head after so much silence */
    SILENT_POLLS = 20,        /* and then so many times as often as without Redis */
    POLL_US = 300 * 1000,     /* without Redis: read the log so often */
    ENTRIES_EVERY_US = 2000 * 1000,
    BOARD_EVERY_US = 1000 * 1000, /* during a reveal */
};

struct key {
    int64_t tenant, event;
};

static void tick(struct lt_timer *t, int64_t now_us);

/* Redis is back: what was said meanwhile is lost, in both directions. */
static void on_redis(void *arg, bool up)
{
    struct lt_hub *h = arg;
    for (struct lt_contest *c = h->contests; up && c; c = c->hh.next) {
        if (c->sync->state != SYNC_READY)
            continue;
        hub_say_all(c);
        hub_publish(c, "Q");
        lt_hub_poll(c);
    }
}

struct lt_hub *lt_hub_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                          struct lt_cluster *cluster, const struct lt_hub_opts *opts,
                          const struct lt_hub_driver *driver)
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
    h->refs = 1;
    h->fanout = lt_fanout_new(l);
    assert(h->fanout);
    lt_redis_on_state(redis, on_redis, h);
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
    int n = 0;
    for (int role = 0; role < LT_MEMBER_ROLES; role++)
        n += c->n_members[role];
    return n;
}

/* ---- life of a contest ---- */

/* The hub's memory goes with the last contest's. */
static void hub_release(struct lt_hub *h)
{
    if (--h->refs == 0)
        free(h);
}

static void contest_free(struct lt_contest *c)
{
    struct lt_hub *h = c->hub;
    hub_charts_done(c);
    hub_shown_done(c);
    lt_contest_done(c);
    free(c->sync);
    free(c);
    hub_release(h);
}

/* Take it out of the registry; the memory goes when the last request has ended. */
static void contest_forget(struct lt_contest *c)
{
    struct lt_hub *h = c->hub;
    assert(n_members(c) == 0);
    HASH_DEL(h->contests, c);
    lt_metric_set(LT_M_EVENTS, lt_metric_get(LT_M_EVENTS) - 1);
    if (c->sync->state == SYNC_READY)
        h->driver.on_forget(h->driver.arg, c);
    hub_say_news(c);
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
    h->refs++;
    c->hub = h;
    c->tenant.v = key.tenant;
    c->event.v = key.event;
    _Static_assert(offsetof(struct lt_contest, event) ==
                       offsetof(struct lt_contest, tenant) + sizeof(int64_t),
                   "key");
    HASH_ADD(hh, h->contests, tenant, sizeof key, c);
    lt_metric_set(LT_M_EVENTS, lt_metric_get(LT_M_EVENTS) + 1);
    return c;
}

/* ---- opening ---- */

/* Tells a caller of lt_hub_open at the end of the turn, when the event was held already or was
 * refused. */
struct delivery {
    struct lt_hub *hub;
    struct key key;
    lt_hub_open_fn *fn;
    void *arg;
};

static struct lt_contest *find(const struct lt_hub *h, struct key key)
{
    struct lt_contest *c;
    HASH_FIND(hh, h->contests, &key, sizeof key, c);
    return c;
}

static void deliver(void *arg)
{
    struct delivery *d = arg;
    struct lt_contest *c = find(d->hub, d->key);
    bool ready = c && c->sync->state == SYNC_READY;
    d->fn(d->arg, ready ? LT_OK : LT_EFULL, ready ? c : NULL);
    free(d);
}

void lt_hub_open(struct lt_hub *h, struct lt_tenant_id tenant, struct lt_event_id event,
                 lt_hub_open_fn *fn, void *arg)
{
    struct key key = {tenant.v, event.v};
    struct lt_contest *c = find(h, key);
    bool refuse = !c && (int)HASH_COUNT(h->contests) >= h->opts.events_max;
    if (refuse || (c && c->sync->state == SYNC_READY)) {
        struct delivery *d = malloc(sizeof *d);
        assert(d);
        *d = (struct delivery){.hub = h, .key = key, .fn = fn, .arg = arg};
        lt_loop_defer(h->loop, deliver, d);
        return;
    }
    bool fresh = !c;
    if (fresh)
        c = contest_new(h, key);
    struct waiter *w = malloc(sizeof *w);
    assert(w);
    *w = (struct waiter){.fn = fn, .arg = arg, .next = c->sync->waiters};
    c->sync->waiters = w;
    if (fresh)
        hub_load(c);
}

/* The first load ended: tell everybody who waits. */
void hub_loaded(struct lt_contest *c, int err)
{
    struct lt_hub *h = c->hub;
    struct waiter *w = c->sync->waiters;
    c->sync->waiters = NULL;
    if (err == LT_OK) {
        c->sync->state = SYNC_READY;
        c->sync->heard_us = c->sync->idle_since_us = hub_now_us(h);
        hub_subscribe(c);
        hub_publish(c, "Q");
        lt_log(LT_LOG_INFO, "event loaded", LT_I("tenant", c->tenant.v), LT_I("event", c->event.v),
               LT_I("seq", c->engine.seq), LT_I("entries", lt_contest_entries(c)));
    } else if (err != LT_ENOEVENT) {
        lt_log(LT_LOG_ERROR, "event could not be loaded", LT_I("tenant", c->tenant.v),
               LT_I("event", c->event.v), LT_S("error", lt_err_wire(err)));
    }
    while (w) {
        struct waiter *next = w->next;
        w->fn(w->arg, err, err == LT_OK ? c : NULL);
        free(w);
        w = next;
    }
    if (err != LT_OK)
        contest_forget(c);
    else
        lt_hub_poll(c);
    if (err == LT_OK && c->board_version > 0)
        h->driver.on_board(h->driver.arg, c);
}

/* ---- members ---- */

void lt_hub_join(struct lt_contest *c, struct lt_member *m)
{
    struct lt_player *p = m->player;
    if (p && p->member && c->hub->on_replaced) {
        struct lt_member *old = p->member;
        p->member = NULL;
        c->hub->on_replaced(old);
    }
    if (p) {
        p->member = m;
        p->remote_node = 0;
        hub_say_here(c, m);
        lt_hub_team_changed(c, p->entry);
    }
    lt_fanout_member_add(c->hub->fanout, c, m);
    if (c->sync->driverless && c->engine.phase != LT_PHASE_FINAL)
        lt_hub_poll(c); /* now that somebody is here, it is worth driving */
}

void lt_hub_hold(struct lt_contest *c, struct lt_member *m)
{
    m->role = LT_MEMBER_JOINING;
    lt_fanout_member_add(c->hub->fanout, c, m);
}

void lt_hub_leave(struct lt_member *m)
{
    struct lt_contest *c = m->contest;
    if (!c)
        return;
    lt_fanout_member_remove(c->hub->fanout, m);
    if (m->player && m->player->member == m) {
        m->player->member = NULL;
        hub_say_gone(c, m->player);
        lt_hub_team_changed(c, m->player->entry);
    }
    c->sync->idle_since_us = hub_now_us(c->hub);
}

/* ---- records ---- */

static void tell_board(struct lt_contest *c)
{
    struct lt_frame *board = lt_view_board_frame(c);
    c->sync->board_due = false;
    c->sync->watch_board = true;
    c->sync->board_us = hub_now_us(c->hub);
    if (board)
        lt_fanout_frame(c->hub->fanout, c, board, 0, LT_TO_ALL);
    lt_frame_unref(board);
}

/* The public standings moved: everybody is told. */
static void tell_public(struct lt_contest *c)
{
    hub_charts_moved(c);
    tell_board(c);
    lt_fanout_each(c->hub->fanout, c, lt_view_own_frame, LT_TO_PLAYERS);
}

/* Desks see the next steps of the reveal, as soon as they are known. */
static void tell_cues(struct lt_contest *c)
{
    bool wanted = c->n_members[LT_MEMBER_DESK] > 0 || c->engine.step > 0;
    if (c->engine.frozen_seq != 0 && wanted && lt_contest_reveal(c))
        lt_fanout_each(c->hub->fanout, c, lt_view_cues_frame, LT_TO_DESKS);
}

static void check_settled(struct lt_contest *c)
{
    struct lt_hub *h = c->hub;
    int moved = lt_contest_settle(c);
    if (moved == 0)
        return;
    if (moved & LT_MOVED_PUBLIC)
        tell_public(c);
    if (moved & LT_MOVED_TRUTH)
        lt_fanout_each(h->fanout, c, lt_view_ahead_frame, LT_TO_DESKS);
    tell_cues(c);
    h->driver.on_board(h->driver.arg, c);
}

/* The reveal went to a step: the board follows, once a second; own standings are told at its end, or
 * taken back. */
static void resolved(struct lt_contest *c, bool hid)
{
    hub_charts_moved(c);
    tell_cues(c);
    if (hid != lt_contest_hides(c))
        tell_public(c);
    else
        c->sync->board_due = true;
    if (!c->sync->board_due && lt_contest_shows(c))
        c->hub->driver.on_board(c->hub->driver.arg, c);
}

static void board_tick(struct lt_contest *c, int64_t now_us)
{
    if (!c->sync->board_due || now_us - c->sync->board_us < BOARD_EVERY_US)
        return;
    tell_board(c);
    c->hub->driver.on_board(c->hub->driver.arg, c);
}

/* Fetch what the standings need, settle what can be settled. */
void hub_scores_check(struct lt_contest *c)
{
    int qi, n;
    check_settled(c);
    n = lt_contest_scores_wanted(c, &qi);
    if (n > 0 && !c->sync->fetching_scores)
        hub_fetch_scores(c, qi, n);
}

static bool counts(const struct lt_engine *e)
{
    return e->phase == LT_PHASE_RUNNING && e->qstate == LT_Q_OPEN;
}

/* Of a ruling during the freeze the hall hears less than desks. */
static void tell_record(struct lt_contest *c, const struct lt_record *r, struct lt_frame *frame,
                        bool signal)
{
    struct lt_fanout *f = c->hub->fanout;
    int all = LT_TO_ALL | (signal ? LT_SIGNAL : 0);
    bool hidden = r->kind == LT_REC_RULING && lt_contest_hides_ruling(c, r->ruling.no);
    lt_fanout_frame(f, c, frame, r->seq, hidden ? all & ~LT_TO_DESKS : all);
    struct lt_frame *full = hidden ? lt_view_ruling_frame(c, r) : NULL;
    if (full)
        lt_fanout_frame(f, c, full, r->seq, LT_TO_DESKS);
    lt_frame_unref(full);
    c->sync->watch_all |= r->kind == LT_REC_PHASE || r->kind == LT_REC_FINAL ||
                          r->kind == LT_REC_RESOLVE || r->kind == LT_REC_ARMED;
}

/* Spectators are told what moved at most once a second, all the same. */
static void watch_tick(struct lt_contest *c, int64_t now_us)
{
    struct lt_sync *s = c->sync;
    if (c->n_members[LT_MEMBER_WATCH] == 0 || !(s->watch_board || s->watch_all) ||
        now_us - s->watch_us < BOARD_EVERY_US)
        return;
    struct lt_presence_out presence;
    lt_hub_presence(c, &presence);
    struct lt_frame *f = s->watch_all
                             ? lt_view_watch_frame(c, &presence, lt_cluster_now_us(c->hub->cluster))
                             : lt_view_board_frame(c);
    if (f)
        lt_fanout_frame(c->hub->fanout, c, f, 0, LT_TO_WATCHERS);
    lt_frame_unref(f);
    s->watch_us = now_us;
    s->watch_board = s->watch_all = false;
}

/* The next record of the log, from wherever it came. */
void hub_record(struct lt_contest *c, const struct lt_record *r, bool own)
{
    struct lt_hub *h = c->hub;
    struct lt_frame *frame;
    bool counted = counts(&c->engine), hid = lt_contest_hides(c);
    int err;
    if (r->seq <= c->engine.seq) /* what this node appended it may have read from the log already */
        return;
    err = lt_contest_apply(c, r, &frame);
    if (err != LT_OK) {
        lt_log(LT_LOG_ERROR, "log record does not apply", LT_I("tenant", c->tenant.v),
               LT_I("event", c->event.v), LT_I("seq", r->seq),
               LT_S("kind", lt_record_kind_name(r->kind)), LT_S("error", lt_err_wire(err)));
        return;
    }
    if (r->kind == LT_REC_DRIVER)
        c->sync->driverless = false;
    /* Opened, opened again after a wrong answer, or resumed. */
    bool signal = counts(&c->engine) && !counted;
    if (signal || !counts(&c->engine))
        c->signal_seq = signal ? r->seq : 0;
    if (c->sync->state != SYNC_READY)
        return;
    tell_record(c, r, frame, signal);
    if (r->kind == LT_REC_FINAL) /* the same board, now final */
        tell_board(c);
    if (r->kind == LT_REC_ARMED)
        lt_fanout_each(h->fanout, c, lt_view_script_frame, LT_TO_DESKS);
    if (r->kind == LT_REC_PHASE && r->phase == LT_PHASE_RUNNING)
        lt_fanout_each(h->fanout, c, lt_view_ahead_frame, LT_TO_DESKS);
    hub_teams_record(c, r);
    if (r->kind == LT_REC_RESOLVE)
        resolved(c, hid);
    if (!own)
        h->driver.on_record(h->driver.arg, c, r);
    hub_scores_check(c);
}

void lt_hub_committed(struct lt_contest *c, const struct lt_record *r)
{
    hub_publish_record(c, r);
    hub_record(c, r, true);
}

void lt_hub_poll(struct lt_contest *c)
{
    if (c->sync->polling)
        c->sync->poll_again = true;
    else
        hub_poll_begin(c);
}

/* ---- the clockwork ---- */

static void tick_contest(struct lt_contest *c, int64_t now_us)
{
    struct lt_hub *h = c->hub;
    struct lt_sync *s = c->sync;
    bool redis = lt_redis_up(h->redis);
    /* The last record is a job's. Its word may be lost, and a driver that announces its head hears
     * but itself. */
    bool awaits_job = c->engine.finalising;
    int64_t heard_us = awaits_job || s->heard_us < s->polled_us ? s->polled_us : s->heard_us;
    int64_t silent_us = now_us - heard_us;
    bool hears = redis && s->subscribed;
    bool often = !hears || (s->silent_polls > 0 && s->silent_polls <= SILENT_POLLS &&
                            c->engine.phase != LT_PHASE_FINAL);
    if (!s->polling && silent_us >= (often ? POLL_US : SILENCE_US)) {
        s->silent_polls += hears && !awaits_job && s->silent_polls <= SILENT_POLLS;
        hub_poll_begin(c);
    }
    bool growing = c->engine.phase < LT_PHASE_FINISHED && n_members(c) > 0 && !c->sheet.self_paced;
    if (growing && !s->fetching_entries && now_us - s->entries_at_us >= ENTRIES_EVERY_US)
        hub_fetch_entries(c);
    hub_scores_check(c);
    board_tick(c, now_us);
    watch_tick(c, now_us);
    hub_charts_tick(c);
    hub_teams_tick(c);
    if (c->engine.phase == LT_PHASE_FINAL && c->seal.hash[0] == '\0' && !s->fetching_seal)
        hub_fetch_seal(c);
    hub_presence_tick(c);
    hub_say_news(c);
    hub_commands_tick(c);
}

bool lt_hub_idle(const struct lt_contest *c)
{
    return n_members(c) == 0 && c->sync->n_waits == 0 &&
           hub_now_us(c->hub) - c->sync->idle_since_us >= c->hub->opts.idle_us;
}

static void tick(struct lt_timer *t, int64_t now_us)
{
    struct lt_hub *h = t->arg;
    for (struct lt_contest *c = h->contests, *next; c; c = next) {
        next = c->hh.next;
        if (c->sync->state != SYNC_READY)
            continue;
        if (lt_hub_idle(c) && !c->drive)
            contest_forget(c);
        else
            tick_contest(c, now_us);
    }
    lt_loop_timer(h->loop, t, TICK_US);
}

void lt_hub_free(struct lt_hub *h)
{
    if (!h)
        return;
    lt_loop_timer_cancel(h->loop, &h->tick);
    for (struct lt_contest *c = h->contests, *next; c; c = next) {
        struct waiter *w;
        next = c->hh.next;
        while ((w = c->sync->waiters)) {
            c->sync->waiters = w->next;
            w->fn(w->arg, LT_EDRAIN, NULL);
            free(w);
        }
        contest_forget(c);
    }
    lt_fanout_free(h->fanout);
    hub_release(h);
}

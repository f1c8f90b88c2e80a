/* One entry a (tenant, event). Whoever asks while it is being read waits for the same reading.
 *
 * Rules and questions are frozen when the event is published, and papers exist only afterwards: so
 * they are read again only in a draft, and what papers point at never moves. Phase, window and size
 * may change at any time; they are one row, read at most once a second. Rejected: being told by the
 * process that moves the phase. Redis may be away, and a start is decided behind the event's row in
 * any case. */
#include "service/paced.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_US = 1000 * 1000, MINUTE_US = 60 * SECOND_US };

struct lt_paced_waiter {
    lt_paced_fn *fn;
    void *arg;
    struct lt_paced_waiter *next;
};
struct lt_paced_cache {
    struct lt_loop *loop;
    struct lt_pg *pg;
    int events_max;
    struct lt_paced *events, *newest, *oldest;
};

struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

struct lt_paced_cache *lt_paced_cache_new(struct lt_loop *l, struct lt_pg *pg, int events_max)
{
    struct lt_paced_cache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->loop = l;
    c->pg = pg;
    c->events_max = events_max;
    return c;
}

/* ---- the order of use ---- */

static void unlink_use(struct lt_paced *e)
{
    struct lt_paced_cache *c = e->cache;
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct lt_paced *e)
{
    struct lt_paced_cache *c = e->cache;
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void used(struct lt_paced *e)
{
    unlink_use(e);
    link_newest(e);
}

static void forget_contents(struct lt_paced *e)
{
    assert(e->pins == 0);
    free(e->title);
    e->title = NULL;
    lt_pool_done(&e->pool);
    e->loaded = false;
}

static void forget(struct lt_paced *e)
{
    struct lt_paced_cache *c = e->cache;
    forget_contents(e);
    unlink_use(e);
    HASH_DEL(c->events, e);
    lt_metric_set(LT_M_PACED_EVENTS, (int)HASH_COUNT(c->events));
    free(e);
}

static bool make_room(struct lt_paced_cache *c)
{
    struct lt_paced *e = c->oldest;
    while (e && (e->pins > 0 || e->reading || e->counting || e->waiters))
        e = e->newer;
    if ((int)HASH_COUNT(c->events) < c->events_max)
        return true;
    if (e)
        forget(e);
    return e != NULL;
}

static struct lt_paced *find(struct lt_paced_cache *c, struct lt_paced_key key)
{
    struct lt_paced *e;
    HASH_FIND(hh, c->events, &key, sizeof key, e);
    return e;
}

static struct lt_paced *find_or_add(struct lt_paced_cache *c, struct lt_paced_key key)
{
    struct lt_paced *e = find(c, key);
    if (e || !make_room(c))
        return e;
    e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->key = key;
    e->cache = c;
    HASH_ADD(hh, c->events, key, sizeof key, e);
    link_newest(e);
    lt_metric_set(LT_M_PACED_EVENTS, (int)HASH_COUNT(c->events));
    return e;
}

void lt_paced_cache_free(struct lt_paced_cache *c)
{
    struct lt_paced *e, *next;
    if (!c)
        return;
    HASH_ITER (hh, c->events, e, next)
        forget(e);
    free(c);
}

void lt_paced_pin(struct lt_paced *e)
{
    e->pins++;
}

void lt_paced_unpin(struct lt_paced *e)
{
    e->pins--;
}

/* ---- telling ---- */

static void tell(struct lt_paced *e, int err)
{
    struct lt_paced_waiter *w = e->waiters, *next;
    e->waiters = NULL;
    e->reading = false;
    e->pins++; /* who is told may ask for others, which needs room */
    for (; w; w = next) {
        next = w->next;
        w->fn(w->arg, err, err == LT_OK ? e : NULL);
        free(w);
    }
    e->pins--;
    if (err == LT_ENOEVENT && e->pins == 0 && !e->reading && !e->counting)
        forget(e); /* made-up ids hold no room */
}

static int64_t mono_us(const struct lt_paced *e)
{
    return lt_loop_now(e->cache->loop).mono_us;
}

/* ---- how many take part ---- */

static void on_size(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_paced *e = arg;
    e->counting = false;
    if (err == LT_OK)
        e->entries = (int)lt_pg_i64(r, 0, 0, 0);
}

/* Counted aside: nobody waits for it. */
static void count(struct lt_paced *e)
{
    bool due = e->counted_us == 0 || mono_us(e) - e->counted_us > MINUTE_US;
    struct lt_pg_req *r = due && !e->counting
                              ? lt_pg_req_new(e->cache->pg, (struct lt_tenant_id){e->key.tenant})
                              : NULL;
    if (!r)
        return;
    lt_pg_req_add(r, LT_SQL_PACED_SIZE, (const char *[]){num(e->key.event).s});
    e->counted_us = mono_us(e);
    e->counting = lt_pg_submit(r, on_size, e) == LT_OK;
}

/* ---- contents ---- */

/* How many papers a disjoint pool gives: they are drawn from 0 on until none is left. */
static int ordinals_of(const struct lt_round_rule *rule, const struct lt_pool_row *rows, int n)
{
    int low = 0, high = LT_POOL_MAX + 1; /* the first `low` can be drawn, `high` cannot */
    struct lt_paper *p = rule->paper.disjoint ? malloc(sizeof *p) : NULL;
    if (!p)
        return 0;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (lt_paper_draw(rule, rows, n, 1, middle - 1, p) == LT_OK)
            low = middle;
        else
            high = middle;
    }
    free(p);
    return low;
}

static int read_pool(struct lt_paced *e, const struct lt_pg_result *r)
{
    int err = LT_OK;
    for (int i = 0; i < lt_pg_rows(r, 1) && err == LT_OK; i++)
        err =
            lt_pool_add(&e->pool, (int)lt_pg_i64(r, 1, i, 0), (int)lt_pg_i64(r, 1, i, 1) - 1,
                        (int)lt_pg_i64(r, 1, i, 2), lt_pg_text(r, 1, i, 3), lt_pg_text(r, 1, i, 4));
    if (err == LT_OK)
        err = lt_pool_end(&e->pool, &e->sheet);
    for (int k = 0; k < e->sheet.n_rounds && err == LT_OK; k++) {
        int n;
        const struct lt_pool_row *rows = lt_pool_round(&e->pool, k, &n);
        e->ordinals[k] = ordinals_of(&e->sheet.rounds[k], rows, n);
    }
    return err;
}

static int read_contents(struct lt_paced *e, const struct lt_pg_result *r)
{
    struct lt_buf problems;
    if (lt_pg_rows(r, 0) != 1)
        return LT_ENOEVENT;
    const char *sheet = lt_pg_text(r, 0, 0, 2);
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(sheet, strlen(sheet), &e->sheet, &problems);
    lt_buf_done(&problems);
    e->title = strdup(lt_pg_text(r, 0, 0, 0));
    e->season = (int)lt_pg_i64(r, 0, 0, 1);
    if (err == LT_OK && !e->title)
        err = LT_ENOMEM;
    return err == LT_OK ? read_pool(e, r) : err;
}

static void on_contents(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_paced *e = arg;
    if (err == LT_OK)
        err = read_contents(e, r);
    if (err == LT_OK) {
        e->loaded = true;
        e->read_us = mono_us(e);
        count(e);
    } else {
        lt_log(LT_LOG_ERROR, "a self-paced event cannot be read", LT_I("tenant", e->key.tenant),
               LT_I("event", e->key.event), LT_S("error", lt_err_wire(err)));
        forget_contents(e);
    }
    tell(e, err);
}

static int fetch_contents(struct lt_paced *e)
{
    struct num event = num(e->key.event);
    struct lt_pg_req *r = lt_pg_req_new(e->cache->pg, (struct lt_tenant_id){e->key.tenant});
    if (!r)
        return LT_ENOMEM;
    lt_pg_req_add(r, LT_SQL_PACED, (const char *[]){event.s});
    lt_pg_req_add(r, LT_SQL_PACED_POOL, (const char *[]){event.s});
    return lt_pg_submit(r, on_contents, e);
}

/* ---- the head ---- */

static enum lt_phase phase_of(const char *name)
{
    int p = 0;
    while (p < LT_PHASES - 1 && strcmp(lt_phase_name((enum lt_phase)p), name) != 0)
        p++;
    return (enum lt_phase)p;
}

/* True: the contents are those of this head. */
static bool take_head(struct lt_paced *e, const struct lt_pg_result *r)
{
    int64_t version = lt_pg_i64(r, 0, 0, 2);
    bool same = e->loaded && (e->pins > 0 || e->version == version);
    e->phase = phase_of(lt_pg_text(r, 0, 0, 0));
    e->version = version;
    e->opens_us = lt_pg_i64(r, 0, 0, 3);
    e->closes_us = lt_pg_i64(r, 0, 0, 4);
    e->ranked = (int)lt_pg_i64(r, 0, 0, 6);
    return same;
}

static void on_head(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_paced *e = arg;
    if (err != LT_OK) {
        bool stands = e->loaded && mono_us(e) - e->read_us < MINUTE_US;
        tell(e, stands ? LT_OK : err);
    } else if (lt_pg_rows(r, 0) != 1 || !lt_pg_bool(r, 0, 0, 5)) {
        tell(e, LT_ENOEVENT);
    } else if (take_head(e, r)) {
        e->read_us = mono_us(e);
        count(e);
        tell(e, LT_OK);
    } else {
        forget_contents(e);
        err = fetch_contents(e);
        if (err != LT_OK)
            tell(e, err);
    }
}

static int fetch_head(struct lt_paced *e)
{
    struct lt_pg_req *r = lt_pg_req_new(e->cache->pg, (struct lt_tenant_id){e->key.tenant});
    if (!r)
        return LT_ENOMEM;
    lt_pg_req_add(r, LT_SQL_PACED_HEAD, (const char *[]){num(e->key.event).s});
    return lt_pg_submit(r, on_head, e);
}

static void not_sent(void *arg)
{
    tell(arg, LT_EDBRETRY);
}

/* ---- asking ---- */

struct lt_paced *lt_paced_fresh(struct lt_paced_cache *c, struct lt_tenant_id tenant,
                                struct lt_event_id event)
{
    struct lt_paced *e = find(c, (struct lt_paced_key){tenant.v, event.v});
    if (!e || !e->loaded || mono_us(e) - e->read_us > SECOND_US)
        return NULL;
    used(e);
    return e;
}

/* Somebody who is refused without an event to wait at. */
struct refused {
    lt_paced_fn *fn;
    void *arg;
};
static void refuse(void *arg)
{
    struct refused *f = arg;
    f->fn(f->arg, LT_EFULL, NULL);
    free(f);
}

void lt_paced_get(struct lt_paced_cache *c, struct lt_tenant_id tenant, struct lt_event_id event,
                  lt_paced_fn *fn, void *arg)
{
    struct lt_paced *e = find_or_add(c, (struct lt_paced_key){tenant.v, event.v});
    if (!e) {
        struct refused *f = malloc(sizeof *f);
        assert(f);
        *f = (struct refused){fn, arg};
        lt_loop_defer(c->loop, refuse, f);
        return;
    }
    struct lt_paced_waiter *w = malloc(sizeof *w);
    assert(w);
    *w = (struct lt_paced_waiter){fn, arg, e->waiters};
    e->waiters = w;
    used(e);
    if (e->reading)
        return;
    e->reading = true;
    if (fetch_head(e) != LT_OK)
        lt_loop_defer(c->loop, not_sent, e);
}

/* The papers that a process holds: who they are, how they are packed, reading them, who watches them.
 *
 * A held paper is its row, its items and its choices as text: half a kilobyte for twenty questions. To
 * do something it is unpacked into one of two papers that the process shares.
 *
 *   absent → reading → held ⇄ writing      one write at a time (papers_write.c) */
#include "papers_internal.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lt_papers *lt_papers_new(struct lt_loop *l, struct lt_pg *pg, struct lt_cluster *cluster,
                                struct lt_batcher *writes, int papers_max)
{
    struct lt_papers *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->loop = l;
    p->pg = pg;
    p->cluster = cluster;
    p->writes = writes;
    p->papers_max = papers_max;
    p->mine = calloc(1, sizeof *p->mine);
    p->theirs = calloc(1, sizeof *p->theirs);
    assert(p->mine && p->theirs);
    return p;
}

const struct lt_paced *lt_held_event(const struct lt_held *h)
{
    return h->event;
}

struct lt_paced *lt_held_paced(const struct lt_held *h)
{
    return h->event;
}

const struct lt_paper_key *lt_held_key(const struct lt_held *h)
{
    return &h->key;
}

int64_t lt_held_duel(const struct lt_held *h)
{
    return h->duel;
}

int64_t lt_held_entry(const struct lt_held *h)
{
    return h->entry;
}

/* ---- packed and unpacked ---- */

const struct lt_round_rule *held_rule(const struct lt_held *h)
{
    return &h->event->sheet.rounds[h->key.round - 1];
}

int64_t held_grace_us(const struct lt_held *h)
{
    return h->event->sheet.grace_ms * INT64_C(1000);
}

void held_unpack(const struct lt_held *h, const char *choices, struct lt_paper *ret)
{
    int n_pool;
    ret->rule = held_rule(h);
    ret->pool = lt_pool_round(&h->event->pool, h->key.round - 1, &n_pool);
    ret->state = h->state;
    ret->started_us = h->started_us;
    ret->deadline_us = h->deadline_us;
    ret->submitted_us = h->submitted_us;
    ret->n = h->n;
    for (int i = 0; i < h->n; i++) {
        ret->items[i].row = h->items[i].row;
        ret->items[i].part = h->items[i].part;
        for (int k = 0; k < LT_OPTIONS_MAX; k++)
            ret->items[i].option[k] = h->items[i].option[k];
    }
    int err = lt_paper_read(ret, choices, strlen(choices));
    if (err != LT_OK) { /* written by something else than this code */
        lt_log(LT_LOG_ERROR, "stored choices cannot be read", LT_I("tenant", h->key.tenant.v),
               LT_I("event", h->key.event.v), LT_I("person", h->key.person.v),
               LT_I("round", h->key.round), LT_I("attempt", h->key.attempt));
        err = lt_paper_read(ret, "[]", 2);
        assert(err == LT_OK);
    }
}

const struct lt_paper *lt_held_paper(struct lt_held *h)
{
    held_unpack(h, h->choices, h->papers->mine);
    return h->papers->mine;
}

/* The choices of an unpacked paper become those of h. True: they are others than before. */
bool held_pack(struct lt_held *h, const struct lt_paper *p)
{
    struct lt_papers *all = h->papers;
    int n = lt_paper_write(p, all->text, sizeof all->text);
    assert(n >= 0); /* lt_paper_put sees to that */
    if (h->choices && strcmp(h->choices, all->text) == 0)
        return false;
    free(h->choices);
    h->choices = strdup(all->text);
    assert(h->choices);
    return true;
}

static int draw(struct lt_held *h, const struct lt_paper_row *row)
{
    struct lt_paper *p = h->papers->mine;
    int n_pool;
    const struct lt_pool_row *pool = lt_pool_round(&h->event->pool, h->key.round - 1, &n_pool);
    int err = lt_paper_draw(held_rule(h), pool, n_pool, (uint64_t)row->seed, row->ordinal, p);
    if (err != LT_OK)
        return err;
    h->items = calloc((size_t)p->n, sizeof *h->items);
    if (!h->items)
        return LT_ENOMEM;
    h->n = p->n;
    for (int i = 0; i < p->n; i++) {
        h->items[i].row = (uint16_t)p->items[i].row;
        h->items[i].part = (uint8_t)p->items[i].part;
        for (int k = 0; k < LT_OPTIONS_MAX; k++)
            h->items[i].option[k] = (uint8_t)p->items[i].option[k];
    }
    return LT_OK;
}

/* ---- who is held ---- */

static struct name name_of(const struct lt_paper_key *k)
{
    return (struct name){k->tenant.v, k->event.v, k->person.v, k->round, k->attempt};
}

static void unlink_use(struct lt_held *h)
{
    struct lt_papers *p = h->papers;
    *(h->newer ? &h->newer->older : &p->newest) = h->older;
    *(h->older ? &h->older->newer : &p->oldest) = h->newer;
}

static void link_newest(struct lt_held *h)
{
    struct lt_papers *p = h->papers;
    h->newer = NULL;
    h->older = p->newest;
    *(p->newest ? &p->newest->newer : &p->oldest) = h;
    p->newest = h;
}

static bool idle(const struct lt_held *h)
{
    return !h->reading && !h->writing && !h->waiters && !h->readers && !h->watches;
}

static void forget(struct lt_held *h)
{
    struct lt_papers *p = h->papers;
    lt_loop_timer_cancel(p->loop, &h->timer);
    unlink_use(h);
    HASH_DEL(p->held, h);
    lt_metric_set(LT_M_PAPERS_HELD, (int)HASH_COUNT(p->held));
    lt_paced_unpin(h->event);
    free(h->items);
    free(h->choices);
    free(h);
}

void lt_papers_on_duel(struct lt_papers *p, void (*fn)(void *arg, struct lt_held *h), void *arg)
{
    p->on_duel = fn;
    p->on_duel_arg = arg;
}

void lt_papers_on_handed_in(struct lt_papers *p, void (*fn)(void *arg, const struct lt_held *h),
                            void *arg)
{
    p->on_handed_in = fn;
    p->handed_in_arg = arg;
}

void lt_papers_stop(struct lt_papers *p)
{
    p->stopped = true;
}

void lt_papers_free(struct lt_papers *p)
{
    struct lt_held *h, *next;
    if (!p)
        return;
    HASH_ITER (hh, p->held, h, next)
        forget(h);
    free(p->mine);
    free(p->theirs);
    free(p);
}

static bool make_room(struct lt_papers *p)
{
    if ((int)HASH_COUNT(p->held) < p->papers_max)
        return true;
    struct lt_held *h = p->oldest;
    for (int looks = 0; h && !idle(h) && looks < 100; looks++) {
        struct lt_held *next = h->newer; /* in use: it will not be looked at again so soon */
        unlink_use(h);
        link_newest(h);
        h = next;
    }
    if (!h || !idle(h))
        return false;
    forget(h);
    return true;
}

struct lt_held *lt_papers_held(struct lt_papers *p, const struct lt_paper_key *key)
{
    struct name name = name_of(key);
    struct lt_held *h;
    HASH_FIND(hh, p->held, &name, sizeof name, h);
    if (!h || !h->loaded)
        return NULL;
    unlink_use(h);
    link_newest(h);
    return h;
}

static struct lt_held *find_or_add(struct lt_papers *p, struct lt_paced *e,
                                   const struct lt_paper_key *key)
{
    struct name name = name_of(key);
    struct lt_held *h;
    HASH_FIND(hh, p->held, &name, sizeof name, h);
    if (h || !make_room(p))
        return h;
    h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->name = name;
    h->key = *key;
    h->papers = p;
    h->event = e;
    h->last = &h->waiters;
    lt_paced_pin(e);
    lt_timer_init(&h->timer, held_on_timer, h);
    HASH_ADD(hh, p->held, name, sizeof name, h);
    link_newest(h);
    lt_metric_set(LT_M_PAPERS_HELD, (int)HASH_COUNT(p->held));
    return h;
}

/* ---- a row that was read ---- */

static int install(struct lt_held *h, const struct lt_paper_row *row)
{
    int err = draw(h, row);
    if (err != LT_OK) {
        lt_log(LT_LOG_ERROR, "a paper cannot be drawn", LT_I("tenant", h->key.tenant.v),
               LT_I("event", h->key.event.v), LT_I("person", h->key.person.v),
               LT_S("error", lt_err_wire(err)));
        return err;
    }
    h->choices = strdup(row->choices);
    if (!h->choices)
        return LT_ENOMEM;
    h->state = row->state;
    h->rev = row->rev;
    h->entry = row->entry;
    h->duel = row->duel;
    h->started_us = row->started_us;
    h->deadline_us = row->deadline_us;
    h->submitted_us = row->submitted_us;
    h->loaded = true;
    return LT_OK;
}

static int take_row(struct lt_held *h, const struct lt_paper_row *row)
{
    if (!h->loaded)
        return install(h, row);
    held_absorb(h, row);
    return LT_OK;
}

struct lt_held *lt_papers_take(struct lt_papers *p, struct lt_paced *e,
                               const struct lt_paper_key *key, const struct lt_paper_row *row)
{
    struct lt_held *h = find_or_add(p, e, key);
    if (!h)
        return NULL;
    int err = take_row(h, row);
    if (err == LT_OK) {
        held_look(h);
        return h;
    }
    if (idle(h))
        forget(h);
    return NULL;
}

/* ---- reading ---- */

static void tell_readers(struct lt_held *h, int err)
{
    struct reader *r = h->readers, *next;
    h->readers = NULL;
    for (; r; r = next) {
        next = r->next;
        r->fn(r->arg, err, err == LT_OK ? h : NULL);
        free(r);
    }
    if (err != LT_OK && !h->loaded && idle(h))
        forget(h);
}

static void on_row(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_held *h = arg;
    h->reading = false;
    if (err == LT_OK && lt_pg_rows(r, 1) != 1)
        err = LT_ENOPAPER;
    if (err == LT_OK) {
        struct lt_paper_row row = lt_paper_row_at(r, 1, 0, 0);
        err = take_row(h, &row);
    } else if (h->loaded && err != LT_ENOPAPER) {
        err = LT_OK; /* what is held stands while the database is away */
    }
    if (err == LT_OK)
        held_look(h);
    tell_readers(h, err);
}

static void no_row(void *arg)
{
    struct lt_held *h = arg;
    h->reading = false;
    tell_readers(h, h->loaded ? LT_OK : LT_EDBRETRY);
}

int held_fetch(struct lt_held *h)
{
    char v[5][24];
    const int64_t values[] = {h->key.event.v, h->key.person.v, h->key.round, h->key.attempt,
                              h->key.season};
    struct lt_pg_req *r = lt_pg_req_new(h->papers->pg, h->key.tenant);
    if (!r)
        return LT_ENOMEM;
    for (int i = 0; i < 5; i++)
        snprintf(v[i], sizeof v[i], "%lld", (long long)values[i]);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER, (const char *[]){v[0], v[1], v[2], v[3], v[4]});
    return lt_pg_submit(r, on_row, h);
}

struct no_room {
    lt_held_fn *fn;
    void *arg;
};
static void refuse(void *arg)
{
    struct no_room *n = arg;
    n->fn(n->arg, LT_EFULL, NULL);
    free(n);
}

static void tell_held(void *arg)
{
    struct lt_held *h = arg;
    if (!h->reading) /* otherwise with what is being read */
        tell_readers(h, LT_OK);
}

void lt_papers_get(struct lt_papers *p, struct lt_paced *e, const struct lt_paper_key *key,
                   bool fresh, lt_held_fn *fn, void *arg)
{
    struct lt_held *h = find_or_add(p, e, key);
    if (!h) {
        struct no_room *n = malloc(sizeof *n);
        assert(n);
        *n = (struct no_room){fn, arg};
        lt_loop_defer(p->loop, refuse, n);
        return;
    }
    struct reader *reader = malloc(sizeof *reader);
    assert(reader);
    *reader = (struct reader){fn, arg, h->readers};
    h->readers = reader;
    if (h->reading)
        return;
    if (h->loaded && (!fresh || h->state != LT_PAPER_OPEN)) { /* what was handed in stays so */
        lt_loop_defer(p->loop, tell_held, h);
        return;
    }
    h->reading = true;
    if (held_fetch(h) != LT_OK)
        lt_loop_defer(p->loop, no_row, h);
}

/* ---- watching ---- */

void lt_held_watch(struct lt_held *h, struct lt_watch *w)
{
    struct lt_paper_view v;
    if (w->held == h)
        return;
    lt_held_unwatch(w);
    w->held = h;
    w->next = h->watches;
    w->prev = &h->watches;
    if (w->next)
        w->next->prev = &w->next;
    h->watches = w;
    lt_paper_at(lt_held_paper(h), lt_cluster_now_us(h->papers->cluster), &v);
    h->seen_item = v.item;
    held_look(h);
}

void lt_held_unwatch(struct lt_watch *w)
{
    if (!w->held)
        return;
    *w->prev = w->next;
    if (w->next)
        w->next->prev = w->prev;
    w->held = NULL;
}

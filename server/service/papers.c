/* A held paper is its row, its items and its choices as text: half a kilobyte for twenty questions. To
 * do something it is unpacked into one of two papers that the process shares.
 *
 *   absent → reading → held ⇄ writing      one write at a time
 *
 * What a write is guarded by (revision and deadline of the row) decides about everything that another
 * tab, node or process did meanwhile: `absorb` takes the row as it stands, keeps the newer of each
 * choice, and writes again. A row that was handed in wins: what it does not hold is refused. */
#include "service/papers.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITERS_MAX = 64,       /* messages about one paper that wait for a commit */
    SLACK_US = 20 * 1000,   /* a timer looks so long after the moment that it is for */
    RETRY_US = 1000 * 1000, /* after a write that found no room */
    LOOK_US =
        10 * 1000 * 1000, /* a watched paper is looked at so often: its event may have been ended */
};

struct item {
    uint16_t row;
    uint8_t part, option[LT_OPTIONS_MAX];
};
struct waiter {
    lt_held_done_fn *done;
    void *arg;
    int i; /* of the item, -1: to hand it in */
    int32_t rev;
    bool in_flight; /* the write under way contains it */
    struct waiter *next;
};
struct reader {
    lt_held_fn *fn;
    void *arg;
    struct reader *next;
};
/* What the hash sees; no holes. */
struct name {
    int64_t tenant, event, person;
    int32_t round, attempt;
};
struct lt_held {
    struct name name;
    struct lt_paper_key key;
    struct lt_papers *papers;
    struct lt_paced *event; /* pinned */
    bool loaded, reading, writing;
    bool dirty;  /* choices that no write contains yet */
    bool submit; /* somebody wants it handed in */
    enum lt_paper_state state;
    int32_t rev;
    int64_t entry, duel, started_us, deadline_us, submitted_us;
    int n;
    struct item *items;
    char *choices;
    int n_waiters;
    struct waiter *waiters, **last;
    struct reader *readers;
    struct lt_watch *watches;
    int seen_item; /* that the watchers know to be open */
    struct lt_timer timer;
    struct lt_held *newer, *older;
    UT_hash_handle hh;
};
struct lt_papers {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_cluster *cluster;
    struct lt_batcher *writes;
    int papers_max;
    bool stopped;
    void (*on_handed_in)(void *arg, const struct lt_held *h);
    void *handed_in_arg;
    struct lt_held *held, *newest, *oldest;
    void (*on_duel)(void *arg, struct lt_held *h);
    void *on_duel_arg;
    struct lt_paper *mine, *theirs; /* unpacked */
    char text[LT_PAPER_TEXT_BYTES + 1];
};

static void look(struct lt_held *h);

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

static const struct lt_round_rule *rule_of(const struct lt_held *h)
{
    return &h->event->sheet.rounds[h->key.round - 1];
}

static int64_t grace_us(const struct lt_held *h)
{
    return h->event->sheet.grace_ms * INT64_C(1000);
}

static void unpack(const struct lt_held *h, const char *choices, struct lt_paper *ret)
{
    int n_pool;
    ret->rule = rule_of(h);
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
    unpack(h, h->choices, h->papers->mine);
    return h->papers->mine;
}

/* The choices of an unpacked paper become those of h. True: they are others than before. */
static bool pack(struct lt_held *h, const struct lt_paper *p)
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
    int err = lt_paper_draw(rule_of(h), pool, n_pool, (uint64_t)row->seed, row->ordinal, p);
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

static void on_timer(struct lt_timer *t, int64_t now_us);

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
    lt_timer_init(&h->timer, on_timer, h);
    HASH_ADD(hh, p->held, name, sizeof name, h);
    link_newest(h);
    lt_metric_set(LT_M_PAPERS_HELD, (int)HASH_COUNT(p->held));
    return h;
}

/* ---- telling ---- */

static void add_waiter(struct lt_held *h, struct waiter w)
{
    struct waiter *copy = malloc(sizeof *copy);
    assert(copy);
    *copy = w;
    *h->last = copy;
    h->last = &copy->next;
    h->n_waiters++;
}

/* Take the waiters that `fits`, and tell them. */
static void tell(struct lt_held *h, bool in_flight_only,
                 int (*outcome)(struct lt_held *h, const struct waiter *w, int err), int err)
{
    struct waiter *told = NULL, **last = &told, **at = &h->waiters, *w;
    while ((w = *at)) {
        if (in_flight_only && !w->in_flight) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = NULL;
        *last = w;
        last = &w->next;
        h->n_waiters--;
    }
    h->last = at;
    while (told) {
        w = told;
        told = w->next;
        int e = outcome ? outcome(h, w, err) : err;
        if (e == LT_OK && w->i >= 0)
            lt_metric_add(LT_M_PAPER_SAVES, 1);
        w->done(w->arg, e);
        free(w);
    }
}

static void notify(struct lt_held *h, enum lt_paper_news news)
{
    struct lt_watch *w = h->watches, *next;
    for (; w; w = next) {
        next = w->next;
        w->fn(w, news);
    }
}

/* ---- the row as it stands ---- */

/* Of a paper that was handed in: what it holds was saved. */
static int outcome_closed(struct lt_held *h, const struct waiter *w, int err)
{
    (void)err;
    if (w->i < 0)
        return LT_OK;
    const struct lt_paper_choice *c = &h->papers->theirs->choices[w->i];
    return c->given && c->rev >= w->rev ? LT_OK : LT_ECLOSED;
}

static void handed_in(struct lt_held *h)
{
    h->dirty = h->submit = false;
    unpack(h, h->choices, h->papers->theirs);
    tell(h, false, outcome_closed, LT_OK);
    notify(h, LT_PAPER_ENDED);
}

/* Of choices for the same item another tab's stands: who made the one that does not is told. Waiters are
 * marked by `in_flight`, which means nothing while no write is under way. */
static void tell_superseded(struct lt_held *h, const struct lt_paper *mine,
                            const struct lt_paper *merged)
{
    bool any = false;
    for (struct waiter *w = h->waiters; w; w = w->next) {
        w->in_flight = w->i >= 0 && mine->choices[w->i].rev != merged->choices[w->i].rev;
        any |= w->in_flight;
    }
    if (any)
        tell(h, true, NULL, LT_EANSWERED);
}

/* Choices after a deadline that was pulled forward never count; who made them is told. */
static int outcome_out_of_time(struct lt_held *h, const struct waiter *w, int err)
{
    (void)err;
    if (w->i < 0)
        return LT_OK;
    return h->papers->mine->choices[w->i].at_us > h->deadline_us ? LT_ECLOSED : LT_OK;
}

static void drop_out_of_time(struct lt_held *h, struct lt_paper *p)
{
    struct waiter *w;
    bool any = false;
    for (int i = 0; i < p->n; i++)
        any |= p->choices[i].given && p->choices[i].at_us > h->deadline_us;
    if (!any)
        return;
    for (w = h->waiters; w; w = w->next)
        w->in_flight = outcome_out_of_time(h, w, LT_OK) != LT_OK;
    for (int i = 0; i < p->n; i++)
        if (p->choices[i].at_us > h->deadline_us)
            p->choices[i] = (struct lt_paper_choice){0};
    tell(h, true, NULL, LT_ECLOSED);
}

static void absorb(struct lt_held *h, const struct lt_paper_row *row)
{
    struct lt_papers *p = h->papers;
    bool moved = row->deadline_us != h->deadline_us;
    if (row->rev < h->rev || h->state != LT_PAPER_OPEN)
        return; /* read before what is known already */
    if (h->writing && row->state == LT_PAPER_OPEN)
        return; /* the write brings the row as it stands */
    h->rev = row->rev;
    h->deadline_us = row->deadline_us;
    if (row->state != LT_PAPER_OPEN) {
        h->state = row->state;
        h->submitted_us = row->submitted_us;
        free(h->choices);
        h->choices = strdup(row->choices);
        assert(h->choices);
        handed_in(h);
        return;
    }
    if (strcmp(row->choices, h->choices) == 0) {
        h->dirty = false;
        return;
    }
    unpack(h, h->choices, p->mine);
    unpack(h, row->choices, p->theirs);
    if (moved)
        drop_out_of_time(h, p->mine);
    lt_paper_merge(p->theirs, p->mine);
    pack(h, p->theirs);
    h->dirty = strcmp(h->choices, row->choices) != 0;
    tell_superseded(h, p->mine, p->theirs);
}

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
    absorb(h, row);
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
        look(h);
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
        look(h);
    tell_readers(h, err);
}

static void no_row(void *arg)
{
    struct lt_held *h = arg;
    h->reading = false;
    tell_readers(h, h->loaded ? LT_OK : LT_EDBRETRY);
}

static int fetch(struct lt_held *h)
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
    if (fetch(h) != LT_OK)
        lt_loop_defer(p->loop, no_row, h);
}

/* ---- writing ---- */

static int64_t now_us(const struct lt_held *h)
{
    return lt_cluster_now_us(h->papers->cluster);
}

/* Whether it ended by what was chosen last: then nobody needs to wait for the network. */
static bool ended_by_choice(const struct lt_paper *p, int64_t now)
{
    struct lt_paper_view v;
    int64_t last_us = p->started_us;
    for (int i = 0; i < p->n; i++)
        if (p->choices[i].given && p->choices[i].at_us > last_us)
            last_us = p->choices[i].at_us;
    lt_paper_at(p, last_us < now ? last_us : now, &v);
    return v.ended && last_us < p->deadline_us;
}

/* How it is to be handed in now, LT_PAPER_OPEN: not yet. */
static enum lt_paper_state end_of(const struct lt_held *h, const struct lt_paper *p, int64_t now)
{
    struct lt_paper_view v;
    if (h->duel != 0) /* its end is that of the duel (duel_rows.c), unless it is left */
        return h->submit ? LT_PAPER_FORFEITED : LT_PAPER_OPEN;
    if (now >= p->deadline_us + grace_us(h))
        return h->submit ? LT_PAPER_SUBMITTED : LT_PAPER_EXPIRED;
    if (h->submit || ended_by_choice(p, now))
        return LT_PAPER_SUBMITTED;
    lt_paper_at(p, now - grace_us(h), &v); /* by its questions' clocks */
    return v.ended && now < p->deadline_us ? LT_PAPER_SUBMITTED : LT_PAPER_OPEN;
}

static void on_written(void *arg, int err, const struct lt_paper_row *row);

static void send_write(struct lt_held *h)
{
    struct lt_paper *p = h->papers->mine;
    int64_t now = now_us(h);
    struct lt_paper_write w = {.key = h->key, .rev = h->rev, .deadline_us = h->deadline_us};
    unpack(h, h->choices, p);
    w.state = end_of(h, p, now);
    if (w.state == LT_PAPER_OPEN && !h->dirty)
        return;
    if (w.state != LT_PAPER_OPEN) {
        w.submitted_us = now < h->deadline_us ? now : h->deadline_us;
        w.score = lt_paper_grade(p);
    }
    w.choices = strdup(h->choices);
    int err = w.choices ? lt_paper_write_add(h->papers->writes, &w, on_written, h) : LT_EFULL;
    if (err != LT_OK) { /* the choices stay here, unacknowledged; who sent them sends them again */
        free(w.choices);
        tell(h, false, NULL, err);
        lt_loop_timer(h->papers->loop, &h->timer, RETRY_US);
        return;
    }
    h->writing = true;
    h->dirty = false;
    for (struct waiter *x = h->waiters; x; x = x->next)
        x->in_flight = true;
}

static void write_next(struct lt_held *h)
{
    if (h->loaded && !h->writing && h->state == LT_PAPER_OPEN)
        send_write(h);
}

static void wait_again(struct lt_held *h)
{
    for (struct waiter *x = h->waiters; x; x = x->next)
        x->in_flight = false;
}

static void written(struct lt_held *h, const struct lt_paper_row *row)
{
    struct lt_papers *p = h->papers;
    if (row->rev > h->rev)
        h->rev = row->rev;
    if (h->duel != 0 && p->on_duel)
        p->on_duel(p->on_duel_arg, h);
    if (row->state == LT_PAPER_OPEN) {
        tell(h, true, NULL, LT_OK);
        return;
    }
    lt_metric_add(LT_M_PAPER_SUBMITS, 1);
    if (h->papers->on_handed_in && !h->papers->stopped)
        h->papers->on_handed_in(h->papers->handed_in_arg, h);
    if (h->state != LT_PAPER_OPEN)
        return; /* it was read meanwhile */
    h->state = row->state;
    h->submitted_us = row->submitted_us;
    free(h->choices); /* chosen while it was handed in: too late */
    h->choices = strdup(row->choices);
    assert(h->choices);
    handed_in(h);
}

static void on_written(void *arg, int err, const struct lt_paper_row *row)
{
    struct lt_held *h = arg;
    h->writing = false;
    if (err == LT_OK) {
        written(h, row);
    } else if (err == LT_ESTALE) {
        lt_metric_add(LT_M_PAPER_MERGES, 1);
        wait_again(h);
        h->dirty = true;
        absorb(h, row);
        if (h->state == LT_PAPER_OPEN && !h->dirty && !h->submit) {
            unpack(h, h->choices, h->papers->mine); /* all of it stands: another wrote the same */
            tell(h, false, outcome_out_of_time, LT_OK);
        }
    } else {
        h->submit = false;
        tell(h, err != LT_EDRAIN, NULL, err); /* draining: nothing is written any more */
    }
    look(h);
}

/* ---- clocks ---- */

static void arm(struct lt_held *h, const struct lt_paper_view *v)
{
    int64_t now = now_us(h), end_us = h->deadline_us + grace_us(h), at_us = end_us;
    if (v->item_deadline_us > now && v->item_deadline_us < at_us)
        at_us = v->item_deadline_us;
    if (v->ended && now + grace_us(h) < at_us) /* by the clock of its last question */
        at_us = now + grace_us(h);
    if (at_us > now + LOOK_US)
        at_us = now + LOOK_US;
    lt_loop_timer(h->papers->loop, &h->timer, (at_us > now ? at_us - now : 0) + SLACK_US);
}

/* See what time and choices have made of it: write, hand in, tell the watchers, look again later. */
static void look(struct lt_held *h)
{
    struct lt_paper_view v;
    bool moved;
    lt_loop_timer_cancel(h->papers->loop, &h->timer);
    if (!h->loaded || h->state != LT_PAPER_OPEN || h->papers->stopped)
        return;
    if (!h->writing)
        send_write(h);
    if (!h->watches)
        return;
    lt_paper_at(lt_held_paper(h), now_us(h), &v);
    if (h->duel != 0 ? !v.ended : !h->writing || !v.ended)
        arm(h, &v);
    moved = v.item != h->seen_item;
    h->seen_item = v.item;
    if (moved && !v.ended)
        notify(h, LT_PAPER_MOVED);
}

static void on_phase(void *arg, int err, struct lt_paced *e)
{
    (void)arg; /* it is in the event that papers share */
    (void)err;
    (void)e;
}

/* An event that was ended before its time has pulled the deadlines in the rows. */
static void on_timer(struct lt_timer *t, int64_t now_us)
{
    struct lt_held *h = t->arg;
    struct lt_paced *e = h->event;
    (void)now_us;
    if (e->phase > LT_PHASE_RUNNING && !h->reading && !h->papers->stopped)
        h->reading = fetch(h) == LT_OK;
    else if (h->watches)
        lt_paced_get(e->cache, (struct lt_tenant_id){e->key.tenant},
                     (struct lt_event_id){e->key.event}, on_phase, NULL);
    look(h);
}

/* ---- what people do ---- */

int lt_held_put(struct lt_held *h, int i, const struct lt_response *r, int32_t rev,
                lt_held_done_fn *done, void *arg, bool *ret_stored)
{
    struct lt_paper *p = h->papers->mine;
    if (h->n_waiters >= WAITERS_MAX)
        return LT_EFULL;
    unpack(h, h->choices, p);
    int err = lt_paper_put(p, i, r, rev, now_us(h), grace_us(h));
    if (err != LT_OK)
        return err;
    bool changed = pack(h, p);
    h->dirty |= changed;
    *ret_stored = !h->dirty && !h->writing;
    if (*ret_stored)
        return LT_OK;
    /* Repeated while the write that contains it is under way: it may be in that one or, if that one
     * fails, in the next. */
    add_waiter(
        h, (struct waiter){
               .done = done, .arg = arg, .i = i, .rev = rev, .in_flight = h->writing && !h->dirty});
    write_next(h);
    return LT_OK;
}

int lt_held_submit(struct lt_held *h, lt_held_done_fn *done, void *arg, bool *ret_stored)
{
    *ret_stored = h->state != LT_PAPER_OPEN;
    if (*ret_stored)
        return LT_OK;
    if (h->n_waiters >= WAITERS_MAX)
        return LT_EFULL;
    h->submit = true;
    add_waiter(h, (struct waiter){.done = done, .arg = arg, .i = -1});
    write_next(h);
    return LT_OK;
}

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
    lt_paper_at(lt_held_paper(h), now_us(h), &v);
    h->seen_item = v.item;
    look(h);
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

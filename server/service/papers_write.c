/* What becomes of a held paper: choices taken, written, merged, handed in.
 *
 * What a write is guarded by (revision and deadline of the row) decides about everything that another
 * tab, node or process did meanwhile: `held_absorb` takes the row as it stands, keeps the newer of each
 * choice, and writes again. A row that was handed in wins: what it does not hold is refused. */
#include "papers_internal.h"

#include "base/err.h"
#include "base/metrics.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITERS_MAX = 64,       /* messages about one paper that wait for a commit */
    SLACK_US = 20 * 1000,   /* a timer looks so long after the moment that it is for */
    RETRY_US = 1000 * 1000, /* after a write that found no room */
    LOOK_US =
        10 * 1000 * 1000, /* a watched paper is looked at so often: its event may have been ended */
};

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
    held_unpack(h, h->choices, h->papers->theirs);
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

void held_absorb(struct lt_held *h, const struct lt_paper_row *row)
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
    held_unpack(h, h->choices, p->mine);
    held_unpack(h, row->choices, p->theirs);
    if (moved)
        drop_out_of_time(h, p->mine);
    lt_paper_merge(p->theirs, p->mine);
    held_pack(h, p->theirs);
    h->dirty = strcmp(h->choices, row->choices) != 0;
    tell_superseded(h, p->mine, p->theirs);
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
    if (now >= p->deadline_us + held_grace_us(h))
        return h->submit ? LT_PAPER_SUBMITTED : LT_PAPER_EXPIRED;
    if (h->submit || ended_by_choice(p, now))
        return LT_PAPER_SUBMITTED;
    lt_paper_at(p, now - held_grace_us(h), &v); /* by its questions' clocks */
    return v.ended && now < p->deadline_us ? LT_PAPER_SUBMITTED : LT_PAPER_OPEN;
}

static void on_written(void *arg, int err, const struct lt_paper_row *row);

static void send_write(struct lt_held *h)
{
    struct lt_paper *p = h->papers->mine;
    int64_t now = now_us(h);
    struct lt_paper_write w = {.key = h->key, .rev = h->rev, .deadline_us = h->deadline_us};
    held_unpack(h, h->choices, p);
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
        held_absorb(h, row);
        if (h->state == LT_PAPER_OPEN && !h->dirty && !h->submit) {
            held_unpack(h, h->choices,
                        h->papers->mine); /* all of it stands: another wrote the same */
            tell(h, false, outcome_out_of_time, LT_OK);
        }
    } else {
        h->submit = false;
        tell(h, err != LT_EDRAIN, NULL, err); /* draining: nothing is written any more */
    }
    held_look(h);
}

/* ---- clocks ---- */

static void arm(struct lt_held *h, const struct lt_paper_view *v)
{
    int64_t now = now_us(h), end_us = h->deadline_us + held_grace_us(h), at_us = end_us;
    if (v->item_deadline_us > now && v->item_deadline_us < at_us)
        at_us = v->item_deadline_us;
    if (v->ended && now + held_grace_us(h) < at_us) /* by the clock of its last question */
        at_us = now + held_grace_us(h);
    if (at_us > now + LOOK_US)
        at_us = now + LOOK_US;
    lt_loop_timer(h->papers->loop, &h->timer, (at_us > now ? at_us - now : 0) + SLACK_US);
}

/* See what time and choices have made of it: write, hand in, tell the watchers, look again later. */
void held_look(struct lt_held *h)
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
void held_on_timer(struct lt_timer *t, int64_t now_us)
{
    struct lt_held *h = t->arg;
    struct lt_paced *e = h->event;
    (void)now_us;
    if (e->phase > LT_PHASE_RUNNING && !h->reading && !h->papers->stopped)
        h->reading = held_fetch(h) == LT_OK;
    else if (h->watches)
        lt_paced_get(e->cache, (struct lt_tenant_id){e->key.tenant},
                     (struct lt_event_id){e->key.event}, on_phase, NULL);
    held_look(h);
}

/* ---- what people do ---- */

int lt_held_put(struct lt_held *h, int i, const struct lt_response *r, int32_t rev,
                lt_held_done_fn *done, void *arg, bool *ret_stored)
{
    struct lt_paper *p = h->papers->mine;
    if (h->n_waiters >= WAITERS_MAX)
        return LT_EFULL;
    held_unpack(h, h->choices, p);
    int err = lt_paper_put(p, i, r, rev, now_us(h), held_grace_us(h));
    if (err != LT_OK)
        return err;
    bool changed = held_pack(h, p);
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

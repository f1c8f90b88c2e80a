/* Races.
 *
 *   (paper written here, "D" heard, time) → read all rows → outcome → sides changed: tell the watchers
 *                                                                   → ended, and nothing under way can
 *                                                                     arrive any more: close → read
 *
 * The channel `lt:{tenant:event}:duels` carries "D node duel": rows of that duel have changed. It is a
 * hint: without it the rows are read every two seconds, with it every five in case one was lost. A
 * robot moves by the clock alone, so each race is looked at once a second in any case. */
#include "service/duels.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/event_channel.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_US = 1000 * 1000,
    POLL_AWAY_US = 2000 * 1000 - LOOK_US / 2, /* looked at once a second */
    POLL_US = 5000 * 1000 - LOOK_US / 2,
    SLACK_US = 5 * 1000,
};

struct told {
    lt_race_fn *fn;
    void *arg;
    struct told *next;
};
struct name {
    int64_t tenant, event, duel;
};
struct side {
    int right, done, place;
    bool left;
    int64_t points_c;
};
struct lt_race {
    struct name name;
    struct lt_duels *all;
    struct lt_paced *event; /* pinned */
    struct lt_event_channel *channel;
    struct lt_duel_rows rows;
    bool loaded, reading, again, closing,
        ending;      /* ending: nobody looks, freed at the turn's end */
    int64_t read_us; /* monotonic, of the last reading that was begun */
    struct side sides[LT_DUEL_PLAYERS_MAX];
    struct told *told;
    struct lt_race_watch *watches;
    struct lt_timer timer;
    UT_hash_handle hh;
};
struct lt_duels {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_cluster *cluster;
    struct lt_papers *papers;
    bool stopped;
    struct lt_race *races;
    struct lt_event_channels channels;
    struct lt_paper scratch[LT_DUEL_PLAYERS_MAX];
};

static void look(struct lt_race *r);
static void fetch(struct lt_race *r);

/* ---- the channel ---- */

static void on_message(void *arg, const char *channel, const char *p, size_t n)
{
    struct lt_event_channel *c = arg;
    struct lt_duels *d = c->all->owner;
    struct name name = {.tenant = c->key.tenant, .event = c->key.event};
    struct lt_race *r;
    int64_t node;
    (void)channel;
    (void)n;
    if (sscanf(p, "D %" SCNd64 " %" SCNd64, &node, &name.duel) != 2 ||
        node == lt_cluster_node(d->cluster))
        return;
    HASH_FIND(hh, d->races, &name, sizeof name, r);
    if (r)
        fetch(r);
}

static void announce(const struct lt_race *r)
{
    struct lt_duels *d = r->all;
    char text[64];
    snprintf(text, sizeof text, "D %" PRId64 " %" PRId64, lt_cluster_node(d->cluster),
             r->name.duel);
    if (lt_redis_up(d->redis))
        lt_redis_cmdv(d->redis, NULL, NULL, "PUBLISH", r->channel->text, text, (char *)NULL);
}

/* ---- races held ---- */

static bool idle(const struct lt_race *r)
{
    return !r->reading && !r->closing && !r->told && !r->watches;
}

static void forget(struct lt_race *r)
{
    struct lt_duels *d = r->all;
    lt_loop_timer_cancel(d->loop, &r->timer);
    HASH_DEL(d->races, r);
    lt_metric_set(LT_M_RACES, (int)HASH_COUNT(d->races));
    lt_event_channel_drop(r->channel);
    lt_duel_rows_done(&r->rows);
    lt_paced_unpin(r->event);
    free(r);
}

static void forget_idle(void *arg)
{
    struct lt_race *r = arg;
    r->ending = false;
    if (idle(r))
        forget(r);
}

/* Whoever calls may still be in the middle of it. */
static void leave_if_idle(struct lt_race *r)
{
    if (!idle(r) || r->ending)
        return;
    r->ending = true;
    lt_loop_defer(r->all->loop, forget_idle, r);
}

static void on_timer(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    look(t->arg);
}

static struct lt_race *find_or_add(struct lt_duels *d, struct lt_paced *e, int64_t duel)
{
    struct name name = {e->key.tenant, e->key.event, duel};
    struct lt_race *r;
    HASH_FIND(hh, d->races, &name, sizeof name, r);
    if (r)
        return r;
    r = calloc(1, sizeof *r);
    assert(r);
    r->name = name;
    r->all = d;
    r->event = e;
    r->rows = (struct lt_duel_rows){.event = e->key.event, .duel = duel, .season = e->season};
    r->channel = lt_event_channel_take(&d->channels, e->key.tenant, e->key.event);
    lt_paced_pin(e);
    lt_timer_init(&r->timer, on_timer, r);
    HASH_ADD(hh, d->races, name, sizeof name, r);
    lt_metric_set(LT_M_RACES, (int)HASH_COUNT(d->races));
    return r;
}

static void on_written(void *arg, struct lt_held *h)
{
    struct lt_duels *d = arg;
    const struct lt_paced *e = lt_held_event(h);
    struct name name = {e->key.tenant, e->key.event, lt_held_duel(h)};
    struct lt_race *r;
    HASH_FIND(hh, d->races, &name, sizeof name, r);
    if (!r)
        return; /* its player is gone; other nodes look by the clock */
    announce(r);
    fetch(r);
}

struct lt_duels *lt_duels_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                              struct lt_cluster *cluster, struct lt_papers *papers)
{
    struct lt_duels *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->loop = l;
    d->pg = pg;
    d->redis = redis;
    d->cluster = cluster;
    d->papers = papers;
    d->channels =
        (struct lt_event_channels){.redis = redis, .name = "duels", .fn = on_message, .owner = d};
    lt_papers_on_duel(papers, on_written, d);
    return d;
}

void lt_duels_stop(struct lt_duels *d)
{
    d->stopped = true;
    lt_event_channels_stop(&d->channels);
}

void lt_duels_free(struct lt_duels *d)
{
    struct lt_race *r, *next;
    if (!d)
        return;
    HASH_ITER (hh, d->races, r, next)
        forget(r);
    free(d);
}

/* ---- telling ---- */

static void tell(struct lt_race *r, int err)
{
    struct told *t = r->told, *next;
    r->told = NULL;
    for (; t; t = next) {
        next = t->next;
        t->fn(t->arg, err);
        free(t);
    }
}

static void notify(struct lt_race *r)
{
    struct lt_race_watch *w = r->watches, *next;
    for (; w; w = next) {
        next = w->next;
        w->fn(w);
    }
}

static void lose_watches(struct lt_race *r)
{
    while (r->watches)
        lt_race_unwatch(r->watches);
}

/* ---- how it stands ---- */

static int64_t cluster_us(const struct lt_race *r)
{
    return lt_cluster_now_us(r->all->cluster);
}

static int build(struct lt_race *r, struct lt_duel *ret)
{
    int n_pool;
    const struct lt_pool_row *pool = lt_pool_round(&r->event->pool, r->rows.round, &n_pool);
    return lt_duel_build(&r->rows, &r->event->sheet.rounds[r->rows.round], pool, n_pool,
                         r->all->scratch, ret);
}

/* How many questions somebody did whose paper has ended. */
static int last_given(const struct lt_paper *p)
{
    int n = p->n;
    while (n > 0 && !p->choices[n - 1].given)
        n--;
    return n;
}

/* Places are told once nothing can change them any more. */
static void stand(const struct lt_race *r, const struct lt_duel *d, int64_t now_us,
                  struct side ret[LT_DUEL_PLAYERS_MAX])
{
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    struct lt_paper_view view;
    int64_t end_us;
    bool ended = r->rows.ended_us != 0;
    lt_duel_outcome(d, now_us, places, &end_us);
    if (end_us != 0 && end_us < now_us)
        now_us = end_us;
    memset(ret, 0, LT_DUEL_PLAYERS_MAX * sizeof *ret);
    for (int i = 0; i < d->n; i++) {
        ret[i] = (struct side){.right = places[i].right,
                               .left = places[i].forfeited,
                               .place = ended ? places[i].place : 0,
                               .points_c = ended ? places[i].points_c : 0};
        if (i >= r->rows.n) {
            ret[i].done = lt_duel_robot_done(d, i, now_us);
            continue;
        }
        lt_paper_at(&r->all->scratch[i], now_us, &view);
        ret[i].done = view.ended ? last_given(&r->all->scratch[i]) : view.item;
    }
}

static bool same(const struct side *a, const struct side *b)
{
    for (int i = 0; i < LT_DUEL_PLAYERS_MAX; i++)
        if (a[i].right != b[i].right || a[i].done != b[i].done || a[i].place != b[i].place ||
            a[i].left != b[i].left || a[i].points_c != b[i].points_c)
            return false;
    return true;
}

int lt_race_sides(const struct lt_race *r, int64_t person,
                  struct lt_duel_side_out ret[LT_DUEL_PLAYERS_MAX])
{
    for (int i = 0; i < r->rows.size; i++) {
        const struct lt_duel_seat *s = i < r->rows.n ? &r->rows.seats[i] : NULL;
        const struct side *side = &r->sides[i];
        ret[i] = (struct lt_duel_side_out){.has_person = s != NULL,
                                           .person = s ? s->person : 0,
                                           .name = s ? s->name : "",
                                           .unit = s ? s->unit : "",
                                           .robot = !s,
                                           .you = s && s->person == person,
                                           .right = side->right,
                                           .done = side->done,
                                           .left = side->left,
                                           .has_place = side->place > 0,
                                           .place = side->place,
                                           .has_points = side->place > 0,
                                           .points = side->points_c};
    }
    return r->rows.size;
}

/* ---- its end ---- */

static void on_closed(void *arg, int err, const struct lt_pg_result *res)
{
    struct lt_race *r = arg;
    r->closing = false;
    const char *what = err == LT_OK ? lt_pg_text(res, 1, 0, 0) : "";
    if (strcmp(what, "closed") == 0) {
        lt_metric_add(LT_M_DUELS_CLOSED, 1);
        announce(r);
    } else if (err != LT_OK) {
        lt_log(LT_LOG_WARN, "a duel could not be closed yet", LT_I("tenant", r->name.tenant),
               LT_I("event", r->name.event), LT_I("duel", r->name.duel),
               LT_S("error", lt_err_wire(err)));
    }
    if (r->watches && err == LT_OK)
        fetch(
            r); /* whatever came of it is what stands; after an error the clock comes back to it */
    leave_if_idle(r);
}

static void send_close(struct lt_race *r, const struct lt_duel_closing *c)
{
    struct lt_duel_params params;
    struct lt_pg_req *req = lt_pg_req_new(r->all->pg, (struct lt_tenant_id){r->name.tenant});
    if (!req)
        return;
    lt_duel_params(&r->rows, c, &params);
    lt_pg_req_add(req, LT_SQL_PLAN, NULL);
    lt_pg_req_add(req, LT_SQL_DUEL_CLOSE, params.text);
    lt_duel_params_done(&params);
    r->closing = lt_pg_submit(req, on_closed, r) == LT_OK;
}

/* When to look again: at its end, else once a second. */
static void arm(struct lt_race *r, int64_t due_us, int64_t now_us)
{
    int64_t wait_us = LOOK_US;
    if (due_us > now_us && due_us - now_us < wait_us)
        wait_us = due_us - now_us + SLACK_US;
    lt_loop_timer(r->all->loop, &r->timer, wait_us);
}

/* See what rows and clock have made of it. */
static void look(struct lt_race *r)
{
    struct lt_duels *all = r->all;
    struct side sides[LT_DUEL_PLAYERS_MAX] = {0};
    struct lt_duel_closing closing;
    struct lt_duel d;
    int64_t now_us = cluster_us(r), due_us = 0,
            age_us = lt_loop_now(all->loop).mono_us - r->read_us;
    lt_loop_timer_cancel(all->loop, &r->timer);
    if (!r->loaded || !r->watches || all->stopped || build(r, &d) != LT_OK)
        return;
    stand(r, &d, now_us, sides);
    bool ended = r->rows.ended_us != 0, changed = !same(sides, r->sides);
    memcpy(r->sides, sides, sizeof sides);
    if (!ended && !r->closing && !r->reading &&
        lt_duel_closing(&r->rows, &d, all->scratch, now_us,
                        r->event->sheet.grace_ms * INT64_C(1000), &due_us, &closing))
        send_close(r, &closing);
    if (!ended) {
        if (age_us >= (lt_redis_up(all->redis) ? POLL_US : POLL_AWAY_US))
            fetch(r);
        arm(r, due_us, now_us);
    }
    if (changed)
        notify(r);
}

/* ---- reading ---- */

struct at {
    const struct lt_pg_result *r;
};
static const char *cell(void *arg, int row, int col)
{
    return lt_pg_text(((struct at *)arg)->r, 1, row, col);
}

/* Papers that are held here learn what another node, or a closing, has made of them. */
static void refresh_papers(struct lt_race *r)
{
    for (int i = 0; i < r->rows.n; i++) {
        const struct lt_duel_seat *s = &r->rows.seats[i];
        struct lt_paper_key key = {.tenant = {r->name.tenant},
                                   .event = {r->name.event},
                                   .person = {s->person},
                                   .season = r->rows.season,
                                   .round = r->rows.round + 1,
                                   .attempt = s->attempt};
        struct lt_paper_row row = {.state = s->state,
                                   .rev = s->rev,
                                   .ordinal = s->ordinal,
                                   .entry = s->entry,
                                   .duel = r->name.duel,
                                   .seed = r->rows.seed,
                                   .started_us = s->started_us,
                                   .deadline_us = s->deadline_us,
                                   .submitted_us = s->submitted_us,
                                   .choices = s->choices};
        if (lt_papers_held(r->all->papers, &key))
            lt_papers_take(r->all->papers, r->event, &key, &row);
    }
}

static void on_rows(void *arg, int err, const struct lt_pg_result *res)
{
    struct lt_race *r = arg;
    struct at at = {res};
    r->reading = false;
    if (err == LT_OK)
        err = lt_duel_rows_take(&r->rows, lt_pg_rows(res, 1), cell, &at);
    if (err == LT_OK && r->rows.round >= r->event->sheet.n_rounds)
        err = LT_ENOENT;
    if (err == LT_ENOENT)
        r->loaded = false;
    if (err == LT_OK) {
        r->loaded = true;
        look(r);
        refresh_papers(
            r); /* whoever is shown a paper because of it sees the sides as they are now */
    } else if (r->loaded) {
        err = LT_OK; /* the database is away: what was read stands; read again by the clock */
        look(r);
    }
    if (err != LT_OK)
        lose_watches(r);
    tell(r, err == LT_ENOENT ? LT_ENOPAPER : err);
    if (r->again && r->watches && !r->reading)
        fetch(r);
    leave_if_idle(r);
}

static void fetch(struct lt_race *r)
{
    char event[24], duel[24], season[12];
    r->again = r->reading;
    if (r->reading || r->all->stopped)
        return;
    struct lt_pg_req *req = lt_pg_req_new(r->all->pg, (struct lt_tenant_id){r->name.tenant});
    if (!req)
        return;
    snprintf(event, sizeof event, "%" PRId64, r->name.event);
    snprintf(duel, sizeof duel, "%" PRId64, r->name.duel);
    snprintf(season, sizeof season, "%d", r->rows.season);
    lt_pg_req_add(req, LT_SQL_PLAN, NULL);
    lt_pg_req_add(req, LT_SQL_DUEL, (const char *[]){event, duel, season});
    r->read_us = lt_loop_now(r->all->loop).mono_us;
    r->reading = lt_pg_submit(req, on_rows, r) == LT_OK;
    lt_metric_add(LT_M_RACE_READS, r->reading);
}

/* ---- watching ---- */

static void tell_later(void *arg)
{
    struct lt_race *r = arg;
    if (!r->reading) { /* else with what is being read */
        if (!r->loaded)
            lose_watches(r);
        tell(r, r->loaded ? LT_OK : LT_EDBRETRY);
    }
    leave_if_idle(r);
}

void lt_race_watch(struct lt_duels *d, struct lt_paced *e, int64_t duel, struct lt_race_watch *w,
                   lt_race_fn *fn, void *arg)
{
    struct lt_race *r = find_or_add(d, e, duel);
    struct told *t = malloc(sizeof *t);
    assert(t);
    *t = (struct told){fn, arg, r->told};
    r->told = t;
    if (w->race != r) {
        lt_race_unwatch(w);
        w->race = r;
        w->next = r->watches;
        w->prev = &r->watches;
        if (w->next)
            w->next->prev = &w->next;
        r->watches = w;
    }
    if (!r->loaded)
        fetch(r);
    else if (!lt_timer_armed(&r->timer))
        look(r);
    if (!r->reading)
        lt_loop_defer(d->loop, tell_later, r);
}

void lt_race_unwatch(struct lt_race_watch *w)
{
    struct lt_race *r = w->race;
    if (!r)
        return;
    *w->prev = w->next;
    if (w->next)
        w->next->prev = w->prev;
    w->race = NULL;
    leave_if_idle(r);
}

bool lt_race_known(const struct lt_race_watch *w, int64_t duel)
{
    return w->race && w->race->loaded && w->race->name.duel == duel;
}

/* One team of screens a tenant, as long as somebody here needs it. One request is under way at a time;
 * news meanwhile ask once more. What is published may be lost, so nothing depends on it but the time
 * until a screen changes. Rejected: nodes telling each other who is connected, which would need Redis
 * to know what a desk shows. */
#include "service/screens.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    TICK_US = 100 * 1000,
    LOOK_US = 2000 * 1000,
    LOOK_NO_REDIS_US = 450 * 1000,
    SEEN_US = 2000 * 1000,
    VIEW_BYTES = 4096,
    IDS_BYTES = 16 * 1024,
    CHANNEL_BYTES = 40
};
static const char PAIRED_CHANNEL[] = "lt:pairings"; /* a code is no tenant's before it is taken */

struct lt_screen_team {
    struct lt_screens *all;
    int64_t tenant;
    char channel[CHANNEL_BYTES];
    bool subscribed, loading, again, fresh;
    bool news; /* who is connected here changed: others are told when it is written */
    int64_t looked_us, seen_us; /* monotonic */
    struct lt_stage *stages;
    struct lt_screen_watch *watches;
    struct lt_screen_row *rows;
    int n;
    UT_hash_handle hh;
};

struct lt_screens {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_screen_team *teams;
    struct lt_timer tick;
    bool stopped, hears_paired;
    void (*paired)(void *arg, const char *code);
    void *paired_arg;
};

/* ---- views ---- */

void lt_view_of(const struct lt_show_in *v, struct lt_view_out *ret)
{
    *ret = (struct lt_view_out){
        .view = (int)v->view,
        .has_of = v->has_of,
        .of = (int)v->of,
        .has_round = v->has_round,
        .round = v->round,
        .has_page = v->has_page,
        .page = v->page,
        .has_entry = v->has_entry,
        .entry = v->entry,
        .text = v->has_text ? v->text : NULL,
        .media = v->has_media ? v->media : NULL,
        .has_until_ms = v->has_until_ms,
        .until_ms = v->until_ms,
        .has_contrast = v->has_contrast,
        .contrast = v->contrast,
        .has_muted = v->has_muted,
        .muted = v->muted,
        .has_calm = v->has_calm,
        .calm = v->calm,
    };
}

/* As the writer of `screen` has it. */
void lt_view_json(const struct lt_show_in *v, struct lt_buf *out)
{
    static const char before[] = "\"view\":";
    struct lt_msg_screen m = {.screen = {.name = ""}};
    struct lt_buf b;
    lt_view_of(v, &m.screen.view);
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_screen_write(&m, &b);
    assert(!b.failed);
    const char *text = strstr(lt_buf_cstr(&b), before) + strlen(before);
    lt_buf_add(out, text, strlen(text) - 2); /* without the ends of `screen` and of the message */
    lt_buf_done(&b);
}

/* By the reader of `show`, which knows what may be in a view. */
int lt_view_read(const char *json, struct lt_show_in *ret)
{
    struct lt_client_msg *m = malloc(sizeof *m);
    struct lt_buf b;
    const char *field;
    int err = m && json[0] == '{' ? LT_OK : LT_EJSON;
    lt_buf_init(&b, VIEW_BYTES);
    lt_buf_str(&b, "{\"t\":\"show\",\"id\":\"-\",");
    lt_buf_str(&b, json + (json[0] == '{'));
    if (err == LT_OK)
        err = b.failed ? LT_ETOOBIG : lt_client_msg_read(b.p, b.len, m, &field);
    if (err == LT_OK)
        *ret = m->show;
    lt_buf_done(&b);
    free(m);
    return err;
}

/* A name that leads nowhere else. */
static bool plain_name(const char *s)
{
    if (s[0] == '.' || s[0] == '\0')
        return false;
    for (; *s; s++)
        if (*s == '/' || *s == '\\' || *s == '%' || *s == '?' || *s == '#' ||
            (unsigned char)*s <= ' ' || *s == 0x7f)
            return false;
    return true;
}

static bool has_board(const struct lt_contest *c, enum lt_board_of_id of)
{
    if (of == LT_BOARD_OF_ID_ENTRY)
        return true;
    for (int i = 0; i < c->sheet.n_boards; i++)
        if ((int)c->sheet.boards[i].of == (int)of)
            return true;
    return false;
}

int lt_view_check(const struct lt_contest *c, const struct lt_show_in *v)
{
    bool needs = (v->view == LT_STAGE_VIEW_ID_TEAM && !v->has_entry) ||
                 (v->view == LT_STAGE_VIEW_ID_MEDIA && !v->has_media) ||
                 (v->view == LT_STAGE_VIEW_ID_TEXT && !v->has_text) ||
                 (v->view == LT_STAGE_VIEW_ID_COUNTDOWN && !v->has_until_ms);
    if (needs)
        return LT_ENOENT;
    if ((v->has_entry && !lt_contest_entry(c, v->entry)) ||
        (v->has_round && v->round > c->sheet.n_rounds) || (v->has_of && !has_board(c, v->of)) ||
        (v->has_media && !plain_name(v->media)) ||
        (v->has_until_ms && v->until_ms > LT_TIME_MAX_US / 1000))
        return LT_ERANGE;
    return LT_OK;
}

/* ---- life of a team ---- */

static void rows_free(struct lt_screen_row *rows, int n)
{
    for (int i = 0; i < n; i++) {
        free(rows[i].name);
        free(rows[i].title);
    }
    free(rows);
}

static void hush(struct lt_screen_team *t)
{
    if (t->subscribed)
        lt_redis_unsubscribe(t->all->redis, t->channel);
    t->subscribed = false;
}

/* Nobody here needs it: it goes with the last request. */
static void team_drop(struct lt_screen_team *t)
{
    if (t->stages || t->watches)
        return;
    hush(t);
    if (t->loading)
        return;
    HASH_DEL(t->all->teams, t);
    rows_free(t->rows, t->n);
    free(t);
}

static void look(struct lt_screen_team *t);

static void on_message(void *arg, const char *channel, const char *p, size_t n)
{
    (void)channel;
    (void)p;
    (void)n;
    look(arg);
}

static struct lt_screen_team *team_of(struct lt_screens *all, int64_t tenant)
{
    struct lt_screen_team *t;
    HASH_FIND(hh, all->teams, &tenant, sizeof tenant, t);
    if (!t) {
        t = calloc(1, sizeof *t);
        assert(t);
        t->all = all;
        t->tenant = tenant;
        snprintf(t->channel, sizeof t->channel, "lt:%" PRId64 ":screens", tenant);
        HASH_ADD(hh, all->teams, tenant, sizeof t->tenant, t);
    }
    if (!t->subscribed)
        t->subscribed = lt_redis_subscribe(all->redis, t->channel, on_message, t) == LT_OK;
    return t;
}

static void publish(struct lt_screens *all, int64_t tenant)
{
    char channel[CHANNEL_BYTES];
    snprintf(channel, sizeof channel, "lt:%" PRId64 ":screens", tenant);
    if (lt_redis_up(all->redis))
        lt_redis_cmdv(all->redis, NULL, NULL, "PUBLISH", channel, "V", (char *)NULL);
}

/* ---- looking ---- */

static const struct lt_screen_row *row_of(const struct lt_screen_team *t, int64_t screen)
{
    for (int i = 0; i < t->n; i++)
        if (t->rows[i].screen == screen)
            return &t->rows[i];
    return NULL;
}

static bool same(const struct lt_screen_row *a, const struct lt_screen_row *b)
{
    return a->screen == b->screen && a->event == b->event && a->rev == b->rev &&
           a->online == b->online && strcmp(a->name, b->name) == 0 &&
           strcmp(a->title, b->title) == 0;
}

/* Statement `stmt`: the screens. True when they are others than before. */
static bool take_rows(struct lt_screen_team *t, const struct lt_pg_result *r, int stmt)
{
    int n = lt_pg_rows(r, stmt);
    struct lt_screen_row *rows = calloc((size_t)n + 1, sizeof *rows);
    assert(rows);
    bool changed = n != t->n;
    for (int i = 0; i < n; i++) {
        rows[i] = (struct lt_screen_row){.screen = lt_pg_i64(r, stmt, i, 0),
                                         .event = lt_pg_i64(r, stmt, i, 2),
                                         .rev = lt_pg_i64(r, stmt, i, 5),
                                         .name = strdup(lt_pg_text(r, stmt, i, 1)),
                                         .title = strdup(lt_pg_text(r, stmt, i, 3)),
                                         .online = lt_pg_bool(r, stmt, i, 6)};
        assert(rows[i].name && rows[i].title);
        if (lt_view_read(lt_pg_text(r, stmt, i, 4), &rows[i].view) != LT_OK)
            rows[i].view = (struct lt_show_in){.view = LT_STAGE_VIEW_ID_AUTO};
        changed = changed || !same(&rows[i], &t->rows[i]);
    }
    rows_free(t->rows, t->n);
    t->rows = rows;
    t->n = n;
    return changed;
}

static void show(struct lt_stage *s, const char *name, int64_t rev, const struct lt_show_in *view)
{
    if (s->rev >= rev)
        return;
    s->rev = rev;
    s->view = *view;
    s->view_gen = 0;
    snprintf(s->name, sizeof s->name, "%s", name);
    s->fn(s, LT_STAGE_SHOW);
}

/* What screens without a name show: a row of statement `stmt`, or nothing was ever said. */
static void show_event(struct lt_stage *s, const struct lt_pg_result *r, int stmt)
{
    struct lt_show_in view = {.view = LT_STAGE_VIEW_ID_AUTO};
    int64_t rev = 0;
    for (int i = 0; i < lt_pg_rows(r, stmt); i++)
        if (lt_pg_i64(r, stmt, i, 0) == s->event &&
            lt_view_read(lt_pg_text(r, stmt, i, 1), &view) == LT_OK)
            rev = lt_pg_i64(r, stmt, i, 2);
    show(s, "", rev, &view);
}

static void tell_stage(struct lt_screen_team *t, struct lt_stage *s, const struct lt_pg_result *r,
                       int views)
{
    const struct lt_screen_row *row = s->screen != 0 ? row_of(t, s->screen) : NULL;
    if (s->screen == 0)
        show_event(s, r, views);
    else if (!row)
        s->fn(s, LT_STAGE_ENDED);
    else if (row->event != s->event)
        s->fn(s, LT_STAGE_MOVED);
    else
        show(s, row->name, row->rev, &row->view);
}

static void tell_watch(struct lt_screen_team *t, struct lt_screen_watch *w)
{
    w->told = true;
    w->fn(w, t->rows, t->n);
}

static void on_looked(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_screen_team *t = arg;
    int stmt = t->fresh ? 1 : 0; /* what was seen is written before */
    t->loading = false;
    if (err == LT_OK) {
        bool changed = take_rows(t, r, stmt);
        for (struct lt_stage *s = t->stages, *next; s; s = next) {
            next = s->next;
            tell_stage(t, s, r, stmt + 1);
        }
        for (struct lt_screen_watch *w = t->watches; w; w = w->next)
            if (changed || !w->told)
                tell_watch(t, w);
        if (t->fresh && t->news && !t->again) {
            t->news = false;
            publish(t->all, t->tenant);
        }
    } else {
        t->seen_us = 0;
    }
    if ((t->stages || t->watches) && t->again && err == LT_OK)
        look(t);
    else
        team_drop(t);
}

static void add_seen(struct lt_screen_team *t, struct lt_pg_req *r, int64_t now_us)
{
    struct lt_buf ids;
    bool any = false;
    lt_buf_init(&ids, IDS_BYTES);
    lt_pg_array_begin(&ids);
    for (const struct lt_stage *s = t->stages; s; s = s->next)
        if (s->screen != 0) {
            lt_pg_array_i64(&ids, s->screen);
            any = true;
        }
    lt_pg_array_end(&ids);
    t->fresh = any && !ids.failed && now_us - t->seen_us >= SEEN_US;
    if (t->fresh) {
        lt_pg_req_add(r, LT_SQL_SCREENS_SEEN, (const char *[]){lt_buf_cstr(&ids)});
        t->seen_us = now_us;
    }
    lt_buf_done(&ids);
}

static void look(struct lt_screen_team *t)
{
    struct lt_screens *all = t->all;
    int64_t now_us = lt_loop_now(all->loop).mono_us;
    if (t->loading || all->stopped) {
        t->again = true;
        return;
    }
    struct lt_pg_req *r = lt_pg_req_new(all->pg, (struct lt_tenant_id){t->tenant});
    struct lt_buf events;
    assert(r);
    t->again = false;
    t->looked_us = now_us;
    add_seen(t, r, now_us);
    lt_pg_req_add(r, LT_SQL_SCREENS, NULL);
    lt_buf_init(&events, IDS_BYTES);
    lt_pg_array_begin(&events);
    int64_t last = 0;
    for (const struct lt_stage *s = t->stages; s; s = s->next) {
        if (s->screen == 0 && s->event != last) /* most are of the same one */
            lt_pg_array_i64(&events, s->event);
        last = s->screen == 0 ? s->event : last;
    }
    lt_pg_array_end(&events);
    lt_pg_req_add(r, LT_SQL_EVENT_VIEWS,
                  (const char *[]){events.failed ? "{}" : lt_buf_cstr(&events)});
    lt_buf_done(&events);
    t->loading = lt_pg_submit(r, on_looked, t) == LT_OK;
}

static void tick(struct lt_timer *timer, int64_t now_us)
{
    struct lt_screens *all = timer->arg;
    struct lt_screen_team *t, *next;
    HASH_ITER (hh, all->teams, t, next) {
        bool hears = lt_redis_up(all->redis) && t->subscribed;
        if (!t->loading && now_us - t->looked_us >= (hears ? LOOK_US : LOOK_NO_REDIS_US))
            look(t);
    }
    lt_loop_timer(all->loop, timer, TICK_US);
}

void lt_screens_changed(struct lt_screens *all, struct lt_tenant_id tenant)
{
    struct lt_screen_team *t;
    publish(all, tenant.v);
    HASH_FIND(hh, all->teams, &tenant.v, sizeof tenant.v, t);
    if (t)
        look(t);
}

/* ---- who is here ---- */

void lt_screens_enter(struct lt_screens *all, struct lt_tenant_id tenant, struct lt_stage *s)
{
    struct lt_screen_team *t = team_of(all, tenant.v);
    s->team = t;
    s->rev = -1;
    s->next = t->stages;
    s->prev = &t->stages;
    if (s->next)
        s->next->prev = &s->next;
    t->stages = s;
    if (s->screen != 0) {
        t->seen_us = 0;
        t->news = true;
        lt_metric_set(LT_M_SCREENS, lt_metric_get(LT_M_SCREENS) + 1);
    }
    look(t);
}

/* A screen left: desks elsewhere look again. */
static void on_gone(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_screens *all = arg;
    if (err == LT_OK && lt_pg_rows(r, 0) == 1 && !all->stopped)
        lt_screens_changed(all, (struct lt_tenant_id){lt_pg_i64(r, 0, 0, 0)});
}

static void say_gone(struct lt_screen_team *t, int64_t screen)
{
    char id[24];
    for (const struct lt_stage *s = t->stages; s; s = s->next)
        if (s->screen == screen) /* in another window */
            return;
    struct lt_pg_req *r = lt_pg_req_new(t->all->pg, (struct lt_tenant_id){t->tenant});
    assert(r);
    snprintf(id, sizeof id, "%" PRId64, screen);
    lt_pg_req_add(r, LT_SQL_SCREEN_GONE, (const char *[]){id});
    lt_pg_submit(r, on_gone, t->all); /* not sent: it is not seen any more all the same */
}

void lt_screens_leave(struct lt_stage *s)
{
    struct lt_screen_team *t = s->team;
    if (!t)
        return;
    *s->prev = s->next;
    if (s->next)
        s->next->prev = s->prev;
    s->team = NULL;
    if (s->screen != 0) {
        lt_metric_set(LT_M_SCREENS, lt_metric_get(LT_M_SCREENS) - 1);
        say_gone(t, s->screen);
    }
    team_drop(t);
}

void lt_screens_watch(struct lt_screens *all, struct lt_tenant_id tenant, struct lt_screen_watch *w)
{
    struct lt_screen_team *t = team_of(all, tenant.v);
    w->team = t;
    w->told = false;
    w->next = t->watches;
    w->prev = &t->watches;
    if (w->next)
        w->next->prev = &w->next;
    t->watches = w;
    look(t);
}

void lt_screens_again(struct lt_screen_watch *w)
{
    w->told = false;
    look(w->team);
}

void lt_screens_unwatch(struct lt_screen_watch *w)
{
    struct lt_screen_team *t = w->team;
    if (!t)
        return;
    *w->prev = w->next;
    if (w->next)
        w->next->prev = w->prev;
    w->team = NULL;
    team_drop(t);
}

/* ---- codes ---- */

static void on_paired(void *arg, const char *channel, const char *p, size_t n)
{
    struct lt_screens *all = arg;
    (void)channel;
    (void)n;
    all->paired(all->paired_arg, p);
}

void lt_screens_on_paired(struct lt_screens *all, void (*fn)(void *arg, const char *code),
                          void *arg)
{
    all->paired = fn;
    all->paired_arg = arg;
    all->hears_paired = lt_redis_subscribe(all->redis, PAIRED_CHANNEL, on_paired, all) == LT_OK;
}

void lt_screens_paired(struct lt_screens *all, const char *code)
{
    all->paired(all->paired_arg, code);
    if (lt_redis_up(all->redis))
        lt_redis_cmdv(all->redis, NULL, NULL, "PUBLISH", PAIRED_CHANNEL, code, (char *)NULL);
}

/* ---- life ---- */

struct lt_screens *lt_screens_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis)
{
    struct lt_screens *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->loop = l;
    s->pg = pg;
    s->redis = redis;
    lt_timer_init(&s->tick, tick, s);
    lt_loop_timer(l, &s->tick, TICK_US);
    return s;
}

void lt_screens_stop(struct lt_screens *s)
{
    struct lt_screen_team *t, *next;
    s->stopped = true;
    lt_loop_timer_cancel(s->loop, &s->tick);
    if (s->hears_paired)
        lt_redis_unsubscribe(s->redis, PAIRED_CHANNEL);
    HASH_ITER (hh, s->teams, t, next)
        hush(t);
}

void lt_screens_free(struct lt_screens *s)
{
    if (!s)
        return;
    assert(!s->teams);
    free(s);
}

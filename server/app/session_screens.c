/* A desk and the screens of its tenant: the list, taking one in, giving one up, what they show. */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_BYTES = 2 * 1024 * 1024, VIEW_BYTES = 4096 };

static bool is_desk(struct session *s, const char *re)
{
    if (s->who.role == LT_SESSION_DESK && s->member.contest)
        return true;
    session_refuse(s, LT_EFORBIDDEN, re, 0);
    return false;
}

/* ---- the list ---- */

static void on_rows(struct lt_screen_watch *w, const struct lt_screen_row *rows, int n)
{
    struct session *s = ((struct watch *)w)->session;
    struct lt_screen_row_out *out = calloc((size_t)n + 1, sizeof *out);
    struct lt_buf b;
    assert(out);
    struct lt_msg_screens m = {.n_rows = n, .rows = out};
    for (int i = 0; i < n; i++) {
        out[i] = (struct lt_screen_row_out){.screen = rows[i].screen,
                                            .name = rows[i].name,
                                            .online = rows[i].online,
                                            .has_event = rows[i].event != 0,
                                            .event = rows[i].event,
                                            .title = rows[i].title};
        lt_view_of(&rows[i].view, &out[i].view);
    }
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_screens_write(&m, &b);
    if (s->state == SESSION_LIVE)
        session_send(s, &b);
    lt_buf_done(&b);
    free(out);
}

void session_screens(struct session *s)
{
    if (!is_desk(s, NULL))
        return;
    if (s->watch) {
        lt_screens_again(&s->watch->watch);
        return;
    }
    s->watch = calloc(1, sizeof *s->watch);
    assert(s->watch);
    s->watch->session = s;
    s->watch->watch.fn = on_rows;
    lt_screens_watch(s->all->screens, s->who.tenant, &s->watch->watch);
}

void session_screens_done(struct session *s)
{
    if (!s->watch)
        return;
    lt_screens_unwatch(&s->watch->watch);
    free(s->watch);
    s->watch = NULL;
}

/* ---- changes ---- */

/* From the request to its commit. */
struct change {
    struct session *s;
    char id[41], code[9];
    bool pair, one; /* one: it is about one screen, which must be there */
};

/* What a row of the answer means. */
static int outcome(const struct change *k, const struct lt_pg_result *r)
{
    bool none = k->one && (lt_pg_rows(r, 0) != 1 || lt_pg_null(r, 0, 0, 0));
    if (none)
        return LT_ENOSCREEN;
    return k->pair && lt_pg_i64(r, 0, 0, 0) == 0 ? LT_EFULL : LT_OK;
}

static void on_changed(void *arg, int err, const struct lt_pg_result *r)
{
    struct change *k = arg;
    struct session *s = k->s;
    struct lt_sessions *all = s->all;
    struct lt_tenant_id tenant = s->who.tenant;
    if (err == LT_OK)
        err = outcome(k, r);
    bool here = session_back(s), wrong = k->pair && err == LT_ENOSCREEN;
    if (err == LT_OK) {
        lt_screens_changed(all->screens, tenant);
        if (k->pair)
            lt_screens_paired(all->screens, k->code);
    }
    if (here && wrong && !session_limit(s, LIMIT_CODES, all->opts.pairings_per_minute)) {
        lt_metric_add(LT_M_PAIRINGS_LIMITED, 1);
        err = LT_EFLOOD;
    }
    if (here && err == LT_OK)
        session_done(s, k->id);
    else if (here)
        session_refuse(s, err, k->id, 0);
    free(k);
}

static void change(struct session *s, struct lt_pg_req *r, const struct change *k)
{
    struct change *copy = malloc(sizeof *copy);
    assert(copy);
    *copy = *k;
    session_hold(s);
    int err = lt_pg_submit(r, on_changed, copy);
    if (err == LT_OK)
        return;
    s->pending--;
    free(copy);
    session_refuse(s, err, k->id, 0);
}

static struct lt_pg_req *req_new(struct session *s)
{
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    return r;
}

struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

void session_pair(struct session *s, const struct lt_pair_in *m)
{
    struct change k = {.s = s, .pair = true, .one = true};
    if (!is_desk(s, m->id))
        return;
    if (!session_name_ok(m->name)) {
        session_refuse(s, LT_ENAME, m->id, 0);
        return;
    }
    memcpy(k.id, m->id, sizeof k.id);
    size_t n = 0;
    for (const char *p = m->code; *p; p++) /* as people type it */
        if (*p != ' ' && *p != '-')
            k.code[n++] = (char)toupper((unsigned char)*p);
    k.code[n] = '\0';
    struct lt_pg_req *r = req_new(s);
    lt_pg_req_add(
        r, LT_SQL_PAIR_CLAIM,
        (const char *[]){k.code, num(s->who.event.v).s, m->name, num(s->all->opts.screens_max).s});
    change(s, r, &k);
}

void session_unpair(struct session *s, const struct lt_unpair_in *m)
{
    struct change k = {.s = s, .one = true};
    if (!is_desk(s, m->id))
        return;
    memcpy(k.id, m->id, sizeof k.id);
    struct lt_pg_req *r = req_new(s);
    lt_pg_req_add(r, LT_SQL_UNPAIR, (const char *[]){num(m->screen).s});
    change(s, r, &k);
}

void session_assign(struct session *s, const struct lt_show_in *m)
{
    struct change k = {.s = s, .one = m->has_screen};
    struct lt_buf view;
    if (!is_desk(s, m->id))
        return;
    int err = lt_view_check(s->member.contest, m);
    if (err != LT_OK) {
        session_refuse(s, err, m->id, 0);
        return;
    }
    memcpy(k.id, m->id, sizeof k.id);
    lt_buf_init(&view, VIEW_BYTES);
    lt_view_json(m, &view);
    const char *json = lt_buf_cstr(&view);
    struct num event = num(s->who.event.v);
    struct lt_pg_req *r = req_new(s);
    if (m->has_screen) {
        lt_pg_req_add(r, LT_SQL_SHOW, (const char *[]){num(m->screen).s, event.s, json});
    } else {
        lt_pg_req_add(r, LT_SQL_SHOW_ALL, (const char *[]){event.s, json});
        lt_pg_req_add(r, LT_SQL_SHOW_EVENT, (const char *[]){event.s, json});
    }
    lt_buf_done(&view);
    change(s, r, &k);
}

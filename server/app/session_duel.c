/* Duels on a home page: looking for an opponent, and how the race goes.
 *
 *   match → event at hand → own papers, limits, audience, rating, region → seek ─► `matching` …
 *                                    └─► a duel is open: `paper`             └───► found: `paper`
 *
 * What is shown of a duel is a side's own paper (session_paper.c) and, whenever one of the sides moved,
 * `duel`. */
#include "base/err.h"
#include "base/log.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARKS_MAX = 4096, FRAME_BYTES = 64 * 1024 };

struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

/* ---- the race ---- */

void session_duel_news(struct lt_race_watch *w)
{
    struct home_watch *hw = (struct home_watch *)((char *)w - offsetof(struct home_watch, race));
    struct session *s = hw->session;
    struct lt_duel_side_out sides[LT_DUEL_PLAYERS_MAX];
    struct lt_buf b;
    if (s->state != SESSION_HOME || !hw->watch.held)
        return;
    const struct lt_paper_key *key = lt_held_key(hw->watch.held);
    struct lt_msg_duel m = {.event = key->event.v,
                            .round = key->round,
                            .attempt = key->attempt,
                            .n_sides = lt_race_sides(w->race, s->who.person.v, sides),
                            .sides = sides};
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_duel_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

/* ---- looking ---- */

static void send_matching(struct session *s, const char *id, int64_t event, int round,
                          const struct lt_seek_state *state, bool stopped)
{
    struct lt_buf b;
    struct lt_msg_matching m = {.id = id,
                                .event = event,
                                .round = round,
                                .waiting = state->waiting,
                                .needed = state->needed,
                                .has_robot_ms = state->robot_us != 0,
                                .robot_ms = state->robot_us / 1000,
                                .why = state->err,
                                .stopped = stopped};
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_matching_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

static void on_seek(void *arg, enum lt_seek_news news, const struct lt_seek_state *state)
{
    struct session *s = arg;
    if (news == LT_SEEK_WAITING) {
        send_matching(s, s->home->match.id, s->home->match.event, s->home->match.round, state,
                      false);
        return;
    }
    s->home->match.seek = NULL;
    if (news == LT_SEEK_FOUND)
        session_show(s, s->home->match.id, s->home->match.event, s->home->match.round,
                     state->attempt);
    else
        session_home_refuse(s, state->err, s->home->match.id);
}

void session_duel_done(struct session *s)
{
    if (s->home->match.seek)
        lt_seek_end(s->home->match.seek);
    s->home->match.seek = NULL;
}

static void stop(struct session *s, const struct lt_match_in *m)
{
    struct lt_seek_state state = {0};
    bool this = s->home->match.event == m->event && s->home->match.round == m->round;
    if (s->home->match.seek && this) {
        lt_seek_state(s->home->match.seek, &state);
        session_duel_done(s);
    }
    state.waiting = 0;
    state.robot_us = 0;
    state.err = LT_OK;
    send_matching(s, m->id, m->event, m->round, &state, true);
}

/* A request on its way. */
struct asked {
    struct session *s;
    char id[41];
    int64_t event;
    int round;
    struct lt_paced *paced; /* pinned from when it is known */
    struct lt_duel_person person;
};

static void asked_free(struct asked *a)
{
    if (a->paced)
        lt_paced_unpin(a->paced);
    free(a);
}

static void end(struct asked *a, int err)
{
    a->s->asked--;
    if (err != LT_OK)
        session_home_refuse(a->s, err, a->id);
    asked_free(a);
}

/* NULL: the session is gone, and so is the request. */
static struct session *back(struct asked *a)
{
    struct session *s = a->s;
    if (session_back(s))
        return s;
    asked_free(a);
    return NULL;
}

static void seek(struct asked *a, const struct lt_pg_result *r)
{
    struct session *s = a->s;
    struct lt_seek_who who = {.round = a->round,
                              .rating = (int)lt_pg_i64(r, 3, 0, 0),
                              .region = lt_pg_i64(r, 3, 0, 1),
                              .parent = lt_pg_i64(r, 3, 0, 2),
                              .person = a->person};
    session_duel_done(s); /* one thing at a time */
    snprintf(s->home->match.id, sizeof s->home->match.id, "%s", a->id);
    s->home->match.event = a->event;
    s->home->match.round = a->round;
    s->home->match.seek = lt_seek_begin(s->all->parts.matching, a->paced, &who, on_seek, s);
}

/* *ret_attempt: a duel of this round that is open already. LT_EBUSY: one of another round is. */
static int may(struct asked *a, const struct lt_pg_result *r, int *ret_attempt)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    const struct lt_paced *e = a->paced;
    int64_t now_us = lt_cluster_now_us(lt_hub_cluster(a->s->all->hub));
    int n = 0, err = LT_OK;
    *ret_attempt = 0;
    for (int i = 0; i < lt_pg_rows(r, 1) && n < MARKS_MAX; i++, n++) {
        bool open;
        int64_t duel;
        marks[n] = lt_paper_mark_at(r, 1, i, 0, &open, &duel);
        if (!open || duel == 0)
            continue;
        if (marks[n].round == a->round - 1)
            *ret_attempt = marks[n].attempt;
        else
            err = LT_EBUSY;
    }
    if (*ret_attempt != 0)
        return LT_OK;
    if (err == LT_OK && (!lt_pg_bool(r, 2, 0, 0) || lt_pg_rows(r, 3) != 1))
        err = LT_EAUDIENCE;
    if (err == LT_OK && e->phase < LT_PHASE_RUNNING)
        err = LT_ENOTOPEN;
    if (err == LT_OK && (e->phase != LT_PHASE_RUNNING || now_us >= e->closes_us))
        err = LT_EPHASE;
    if (err != LT_OK)
        return err;
    err = lt_paper_may_start(&e->sheet, a->round - 1, marks, n, now_us);
    return err == LT_EPHASE ? LT_EHOURS : err;
}

static void on_person(void *arg, int err, const struct lt_pg_result *r)
{
    struct asked *a = arg;
    struct session *s = back(a);
    int attempt = 0;
    if (!s)
        return;
    if (err == LT_OK)
        err = may(a, r, &attempt);
    if (err == LT_OK && attempt > 0)
        session_show(s, a->id, a->event, a->round, attempt);
    else if (err == LT_OK)
        seek(a, r);
    end(a, err);
}

static void event_with(struct asked *a, struct lt_paced *e)
{
    struct session *s = a->s;
    struct num event = num(a->event), person = num(s->who.person.v);
    if (a->round > e->sheet.n_rounds || e->sheet.rounds[a->round - 1].mode != LT_MODE_DUEL) {
        end(a, LT_ENOPAPER);
        return;
    }
    lt_paced_pin(e);
    a->paced = e;
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER_MARKS, (const char *[]){event.s, person.s, num(e->season).s});
    lt_pg_req_add(r, LT_SQL_ADDRESSED, (const char *[]){event.s, person.s});
    lt_pg_req_add(r, LT_SQL_MATCH_ME, (const char *[]){person.s});
    session_hold(s);
    int err = lt_pg_submit(r, on_person, a);
    if (err != LT_OK) {
        s->pending--;
        end(a, err);
    }
}

static void on_event(void *arg, int err, struct lt_paced *e)
{
    struct asked *a = arg;
    if (!back(a))
        return;
    if (err == LT_OK)
        event_with(a, e);
    else
        end(a, err);
}

static void look(struct session *s, const struct lt_match_in *m)
{
    enum { ASKED_MAX = 48 };
    if (s->asked >= ASKED_MAX || (s->who.event.v != 0 && s->who.event.v != m->event)) {
        session_home_refuse(s, s->asked >= ASKED_MAX ? LT_EFULL : LT_EFORBIDDEN, m->id);
        return;
    }
    struct asked *a = calloc(1, sizeof *a);
    assert(a);
    a->s = s;
    snprintf(a->id, sizeof a->id, "%s", m->id);
    a->event = m->event;
    a->round = m->round;
    a->person.person = s->who.person.v;
    if (m->has_device)
        session_paper_mark(s, m->device, a->person.device);
    session_paper_mark(s, lt_conn_peer(s->conn), a->person.address);
    s->asked++;
    struct lt_event_id event = {m->event};
    struct lt_paced *e = lt_paced_fresh(s->all->parts.paced, s->who.tenant, event);
    if (e) {
        event_with(a, e);
        return;
    }
    session_hold(s);
    lt_paced_get(s->all->parts.paced, s->who.tenant, event, on_event, a);
}

void session_match(struct session *s, const struct lt_match_in *m)
{
    struct lt_seek_state state;
    bool this =
        s->home->match.seek && s->home->match.event == m->event && s->home->match.round == m->round;
    if (m->has_stop && m->stop) {
        stop(s, m);
    } else if (this) { /* it looks already: the page asks again because it lost track */
        snprintf(s->home->match.id, sizeof s->home->match.id, "%s", m->id);
        lt_seek_state(s->home->match.seek, &state);
        send_matching(s, m->id, m->event, m->round, &state, false);
    } else {
        look(s, m);
    }
}

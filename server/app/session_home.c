/* Home pages: who it is, the list of events that address the person, the personal history.
 *
 *   ticket  → person looked up → (made known) ─┐
 *   session → person in the token ─────────────┼→ events and own papers read → their rules → `home`
 *   `list`  ───────────────────────────────────┘
 *
 * What addresses whom is decided in SQL (LT_SQL_HOME_EVENTS), what may be started by the domain
 * (lt_paper_may_start), here and once more when a paper is started. */
#include "base/err.h"
#include "base/log.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENTS_MAX = 40, /* LIMIT of LT_SQL_HOME_EVENTS */
    HOME_BYTES = 256 * 1024,
    HISTORY_ROWS = 20,
    RANK_NONE = -1,
};

void session_home_refuse(struct session *s, int err, const char *re)
{
    if (err == LT_ENOEVENT)
        err = LT_ENOPAPER;
    else if (err == LT_ENOTOPEN)
        err = LT_EPHASE;
    else if (err == LT_ETOOBIG) /* the texts of a paper, not a message */
        err = LT_EANSWER;
    session_refuse(s, err, re, 0);
}

void session_home_done(struct session *s)
{
    for (int i = 0; s->home && i < PAPERS_WATCHED; i++) {
        lt_held_unwatch(&s->home->watches[i].watch);
        lt_race_unwatch(&s->home->watches[i].race);
    }
    if (s->home)
        session_duel_done(s);
}

struct lt_paper_mark session_mark(const struct lt_pg_result *r, int stmt, int i, int col,
                                  bool *ret_open)
{
    *ret_open = lt_pg_i64(r, stmt, i, col + 3) == LT_PAPER_OPEN;
    return (struct lt_paper_mark){
        .round = (int)lt_pg_i64(r, stmt, i, col) - 1,
        .attempt = (int)lt_pg_i64(r, stmt, i, col + 1),
        .started_us = lt_pg_i64(r, stmt, i, col + 4),
        .points_c = lt_pg_i64(r, stmt, i, col + 5),
        .time_us = lt_pg_i64(r, stmt, i, col + 6),
        .correct = (int32_t)lt_pg_i64(r, stmt, i, col + 7),
        .answered = (int32_t)lt_pg_i64(r, stmt, i, col + 8),
    };
}

/* ---- a list being put together ---- */

struct listed {
    int64_t event, opens_us, closes_us, points_c;
    int32_t rank; /* RANK_NONE: no result */
    int phase;
    bool self_paced;
    char title[241];
    struct lt_paced *paced; /* pinned; NULL: not self-paced, or it could not be read */
};
struct list {
    struct session *s;
    int pending; /* events whose rules are being read */
    int n_events;
    struct listed events[EVENTS_MAX];
    int n_marks;
    struct own_mark {
        int64_t event;
        bool open;
        struct lt_paper_mark mark;
    } * marks;
};

static void list_free(struct list *l)
{
    for (int i = 0; i < l->n_events; i++)
        if (l->events[i].paced)
            lt_paced_unpin(l->events[i].paced);
    free(l->marks);
    free(l);
}

static void list_end(struct list *l, int err)
{
    struct session *s = l->s;
    bool joining = s->state == SESSION_JOINING;
    s->home->listing = false;
    list_free(l);
    if (err == LT_OK)
        return;
    if (joining)
        session_refuse(s, err, NULL, 0);
    else
        session_home_refuse(s, err, NULL);
}

/* ---- what it says ---- */

/* Marks of one event, without those of open papers when `done`; at most `cap`. */
static int marks_of(const struct list *l, int64_t event, int round, bool done,
                    struct lt_paper_mark *ret, int cap)
{
    int n = 0;
    for (int i = 0; i < l->n_marks && n < cap; i++) {
        const struct own_mark *m = &l->marks[i];
        if (m->event == event && (round < 0 || m->mark.round == round) && !(done && m->open))
            ret[n++] = m->mark;
    }
    return n;
}

static int why_not(const struct lt_paced *e, int round, const struct lt_paper_mark *marks, int n,
                   int64_t now_us)
{
    if (e->phase == LT_PHASE_DRAFT || e->phase == LT_PHASE_LOBBY)
        return LT_ENOTOPEN;
    if (e->phase != LT_PHASE_RUNNING || now_us >= e->closes_us)
        return LT_EPHASE;
    int err = lt_paper_may_start(&e->sheet, round, marks, n, now_us);
    return err == LT_EPHASE ? LT_EHOURS : err;
}

enum { MARKS_MAX = 4096 };

static void say_round(const struct list *l, const struct lt_paced *e, int r, int64_t now_us,
                      struct lt_open_round_out *ret)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    const struct lt_round_rule *rule = &e->sheet.rounds[r];
    const struct lt_paper_rule *p = &rule->paper;
    int n = marks_of(l, e->key.event, -1, false, marks, MARKS_MAX), used = 0, today = 0;
    int64_t day = lt_paper_day(&e->sheet, now_us);
    for (int i = 0; i < n; i++) {
        used += marks[i].round == r;
        today += marks[i].round == r && lt_paper_day(&e->sheet, marks[i].started_us) == day;
    }
    *ret = (struct lt_open_round_out){
        .round = r + 1,
        .title = rule->title,
        .mode = (int)rule->mode,
        .questions = rule->n_questions,
        .has_minutes = p->minutes > 0,
        .minutes = p->minutes,
        .has_seconds = rule->seconds > 0,
        .seconds = rule->seconds,
        .has_attempts = p->attempts > 0,
        .attempts = p->attempts,
        .has_per_day = p->per_day > 0,
        .per_day = p->per_day,
        .has_counted_per_day = p->counted_per_day > 0,
        .counted_per_day = p->counted_per_day,
        .counts = (int)p->counts,
        .practice = p->practice,
        .forward = p->forward || rule->mode != LT_MODE_TIMED,
        .has_players = rule->mode == LT_MODE_DUEL,
        .players = p->players,
        .has_target = rule->mode == LT_MODE_DUEL,
        .target = p->target,
        .has_revivals = rule->mode == LT_MODE_SURVIVAL,
        .revivals = p->revivals,
        .used = used,
        .used_today = today,
        .why = why_not(e, r, marks, n, now_us),
    };
    for (int i = 0; i < l->n_marks; i++)
        if (l->marks[i].event == e->key.event && l->marks[i].open && l->marks[i].mark.round == r) {
            ret->has_open = true;
            ret->open = l->marks[i].mark.attempt;
            ret->why = 0;
        }
    ret->may = ret->why == 0;
    n = marks_of(l, e->key.event, r, true, marks, MARKS_MAX);
    if (n > 0 && !p->practice && lt_view_results(e, r, LT_PAPER_SUBMITTED)) {
        ret->has_best = true;
        ret->best = lt_paper_total(&e->sheet, marks, n).points_c;
    }
}

/* Points as far as they may be known: of the result, or of what has been handed in so far. */
static void say_points(const struct list *l, const struct listed *row, const struct lt_paced *e,
                       struct lt_open_event_out *ret)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    if (row->rank != RANK_NONE) {
        ret->has_points = true;
        ret->points = row->points_c;
        ret->has_rank = ret->has_of = row->rank > 0;
        ret->rank = row->rank;
        ret->of = e->ranked;
        return;
    }
    int n = marks_of(l, row->event, -1, true, marks, MARKS_MAX);
    if (n > 0 && e->sheet.at_once) {
        ret->has_points = true;
        ret->points = lt_paper_total(&e->sheet, marks, n).points_c;
    }
}

/* Rounds of an event are written from `rounds` on; returns how many. */
static int say_event(const struct list *l, const struct listed *row, int64_t now_us,
                     struct lt_open_round_out *rounds, struct lt_open_event_out *ret)
{
    const struct lt_paced *e = row->paced;
    *ret = (struct lt_open_event_out){
        .event = row->event,
        .title = row->title,
        .phase = e ? (int)e->phase : row->phase,
        .self_paced = row->self_paced,
        .has_opens_ms = row->opens_us > 0,
        .opens_ms = row->opens_us / 1000,
        .has_closes_ms = row->closes_us > 0,
        .closes_ms = row->closes_us / 1000,
    };
    if (!e)
        return 0;
    ret->at_once = e->sheet.at_once;
    ret->has_pass = e->sheet.pass_c >= 0;
    ret->pass = e->sheet.pass_c;
    ret->entries = e->entries;
    ret->rounds = rounds;
    ret->n_rounds = e->sheet.n_rounds;
    for (int r = 0; r < e->sheet.n_rounds; r++)
        say_round(l, e, r, now_us, &rounds[r]);
    say_points(l, row, e, ret);
    return e->sheet.n_rounds;
}

static void send_home(struct list *l)
{
    struct session *s = l->s;
    char token[LT_SESSION_TOKEN_BYTES + 1];
    struct lt_open_event_out events[EVENTS_MAX];
    struct lt_open_round_out *rounds = calloc(EVENTS_MAX * LT_ROUNDS_MAX, sizeof *rounds);
    int64_t now_us = lt_cluster_now_us(lt_hub_cluster(s->all->hub));
    struct lt_buf b;
    int n = 0, used = 0;
    assert(rounds);
    for (int i = 0; i < l->n_events; i++)
        if (!l->events[i].self_paced || l->events[i].paced)
            used += say_event(l, &l->events[i], now_us, rounds + used, &events[n++]);
    session_token(s, LT_SESSION_HOME, token, sizeof token);
    struct lt_msg_home m = {
        .session = token,
        .you = {.has_person = true,
                .person = s->who.person.v,
                .name = s->who.name,
                .unit = s->who.unit},
        .tenant = s->home->tenant_name,
        .now_ms = now_us / 1000,
        .n_events = n,
        .events = events,
    };
    lt_buf_init(&b, HOME_BYTES);
    lt_msg_home_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    free(rounds);
}

/* ---- reading ---- */

static void list_ready(struct list *l)
{
    struct session *s = l->s;
    if (s->state == SESSION_JOINING) {
        session_hello_done(s);
        session_state(s, SESSION_HOME);
    }
    send_home(l);
    list_end(l, LT_OK);
}

struct rules_asked {
    struct list *list;
    int i;
};

static void on_rules(void *arg, int err, struct lt_paced *e)
{
    struct rules_asked *a = arg;
    struct list *l = a->list;
    if (err == LT_OK) {
        lt_paced_pin(e);
        l->events[a->i].paced = e;
    }
    free(a);
    l->pending--;
    if (!session_back(l->s)) { /* gone; who comes last frees the list */
        if (l->pending == 0)
            list_free(l);
        return;
    }
    if (l->pending == 0)
        list_ready(l);
}

static void fetch_rules(struct list *l)
{
    struct session *s = l->s;
    for (int i = 0; i < l->n_events; i++) {
        struct listed *row = &l->events[i];
        struct lt_event_id event = {row->event};
        if (!row->self_paced)
            continue;
        row->paced = lt_paced_fresh(s->all->parts.paced, s->who.tenant, event);
        if (row->paced) {
            lt_paced_pin(row->paced);
            continue;
        }
        struct rules_asked *a = malloc(sizeof *a);
        assert(a);
        *a = (struct rules_asked){l, i};
        l->pending++;
        session_hold(s);
        lt_paced_get(s->all->parts.paced, s->who.tenant, event, on_rules, a);
    }
    if (l->pending == 0)
        list_ready(l);
}

static int phase_id(const char *name)
{
    int id = 0;
    while (id < LT_PHASE_IDS - 1 && strcmp(lt_phase_names[id], name) != 0)
        id++;
    return id;
}

static void take_events(struct list *l, const struct lt_pg_result *r)
{
    int64_t only = l->s->who.event.v;
    for (int i = 0; i < lt_pg_rows(r, 2) && l->n_events < EVENTS_MAX; i++) {
        if (only != 0 && lt_pg_i64(r, 2, i, 0) != only)
            continue;
        struct listed *row = &l->events[l->n_events++];
        row->event = lt_pg_i64(r, 2, i, 0);
        snprintf(row->title, sizeof row->title, "%s", lt_pg_text(r, 2, i, 1));
        row->phase = phase_id(lt_pg_text(r, 2, i, 2));
        row->self_paced = lt_pg_bool(r, 2, i, 3);
        row->opens_us = lt_pg_i64(r, 2, i, 4);
        row->closes_us = lt_pg_i64(r, 2, i, 5);
        row->points_c = lt_pg_i64(r, 2, i, 6);
        row->rank = (int32_t)lt_pg_i64(r, 2, i, 7);
    }
    l->n_marks = lt_pg_rows(r, 3);
    l->marks = calloc((size_t)l->n_marks + 1, sizeof *l->marks);
    assert(l->marks);
    for (int i = 0; i < l->n_marks; i++) {
        l->marks[i].event = lt_pg_i64(r, 3, i, 0);
        l->marks[i].mark = session_mark(r, 3, i, 1, &l->marks[i].open);
    }
}

/* Who it is, from row 0 of LT_SQL_HOME_PERSON. */
static int take_person(struct session *s, const struct lt_pg_result *r, int stmt)
{
    if (lt_pg_rows(r, stmt) != 1)
        return LT_ENOENT;
    if (lt_pg_bool(r, stmt, 0, 4))
        return LT_ENOGUESTS;
    s->who.person.v = lt_pg_i64(r, stmt, 0, 0);
    snprintf(s->who.name, sizeof s->who.name, "%s", lt_pg_text(r, stmt, 0, 1));
    snprintf(s->who.unit, sizeof s->who.unit, "%s", lt_pg_text(r, stmt, 0, 2));
    snprintf(s->home->tenant_name, sizeof s->home->tenant_name, "%s", lt_pg_text(r, stmt, 0, 3));
    return LT_OK;
}

static void on_list(void *arg, int err, const struct lt_pg_result *r)
{
    struct list *l = arg;
    if (!session_back(l->s)) {
        list_free(l);
        return;
    }
    if (err == LT_OK)
        err = take_person(l->s, r, 1);
    if (err != LT_OK) {
        list_end(l, err == LT_ENOENT ? LT_ESESSION : err);
        return;
    }
    take_events(l, r);
    fetch_rules(l);
}

static void list_begin(struct session *s)
{
    char person[24];
    struct list *l = calloc(1, sizeof *l);
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(l && r);
    l->s = s;
    s->home->listing = true;
    snprintf(person, sizeof person, "%lld", (long long)s->who.person.v);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_HOME_PERSON, (const char *[]){person});
    lt_pg_req_add(r, LT_SQL_HOME_EVENTS, (const char *[]){person});
    lt_pg_req_add(r, LT_SQL_HOME_MARKS, (const char *[]){person});
    session_hold(s);
    int err = lt_pg_submit(r, on_list, l);
    if (err != LT_OK) {
        s->pending--;
        list_end(l, err);
    }
}

void session_list(struct session *s)
{
    if (!s->home->listing) /* else it is on its way */
        list_begin(s);
}

/* ---- hello ---- */

static void on_person(void *arg, int err, const struct lt_pg_result *r);

static int ask_person(struct session *s, bool make)
{
    const struct lt_ticket *t = s->ticket;
    struct lt_buf ext, name, unit;
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    if (make) {
        struct lt_buf *const all[] = {&ext, &name, &unit};
        const char *const text[] = {t->sub, t->name[0] ? t->name : t->sub, t->unit};
        for (int i = 0; i < 3; i++) {
            lt_buf_init(all[i], 4096);
            lt_pg_array_begin(all[i]);
            lt_pg_array_text(all[i], text[i]);
            lt_pg_array_end(all[i]);
        }
        const char *e = lt_buf_cstr(&ext);
        lt_pg_req_add(r, LT_SQL_JOIN_PERSONS, (const char *[]){e, lt_buf_cstr(&name), "{f}"});
        lt_pg_req_add(r, LT_SQL_JOIN_UNITS, (const char *[]){e, lt_buf_cstr(&unit)});
        for (int i = 0; i < 3; i++)
            lt_buf_done(all[i]);
    }
    lt_pg_req_add(r, LT_SQL_HOME_KNOWN, (const char *[]){t->sub});
    session_hold(s);
    int err = lt_pg_submit(r, on_person, s);
    if (err != LT_OK)
        s->pending--;
    return err;
}

/* Known by the ticket's id; somebody new is made known, as joining an event does it. */
static void on_person(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    bool made = s->who.person.v < 0;
    if (err == LT_OK)
        err = take_person(s, r, made ? 3 : 1);
    bool lacks = err == LT_ENOENT || (err == LT_OK && !s->who.unit[0] && s->ticket->unit[0]);
    if (lacks && !made) {
        s->who.person.v = -1;
        err = ask_person(s, true);
        if (err == LT_OK)
            return;
    }
    if (err == LT_OK)
        list_begin(s);
    else
        session_refuse(s, err == LT_ENOENT ? LT_EDBRETRY : err, NULL, 0);
}

void session_home(struct session *s)
{
    if (!s->home) {
        s->home = calloc(1, sizeof *s->home);
        assert(s->home);
        s->home->session = s;
    }
    if (s->ticket)
        s->who.event = s->ticket->event; /* 0, or the only one that it is good for */
    if (s->who.person.v != 0) {
        list_begin(s);
        return;
    }
    int err = ask_person(s, false);
    if (err != LT_OK)
        session_refuse(s, err, NULL, 0);
}

/* ---- history ---- */

static void on_history(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    struct lt_past_event_out rows[HISTORY_ROWS];
    struct lt_buf b;
    if (!session_back(s))
        return;
    if (err != LT_OK) {
        session_home_refuse(s, err, NULL);
        return;
    }
    int n = lt_pg_rows(r, 1);
    struct lt_msg_history m = {.credits = lt_pg_i64(r, 2, 0, 0),
                               .n_rows = n < HISTORY_ROWS ? n : HISTORY_ROWS,
                               .rows = rows,
                               .more = n > HISTORY_ROWS};
    for (int i = 0; i < m.n_rows; i++) {
        bool result = !lt_pg_null(r, 1, i, 4), ranked = result && lt_pg_i64(r, 1, i, 5) > 0;
        rows[i] = (struct lt_past_event_out){
            .event = lt_pg_i64(r, 1, i, 0),
            .title = lt_pg_text(r, 1, i, 1),
            .on_ms = lt_pg_i64(r, 1, i, 2) / 1000,
            .final = lt_pg_bool(r, 1, i, 3),
            .has_points = result,
            .points = lt_pg_i64(r, 1, i, 4),
            .has_rank = ranked,
            .rank = (int32_t)lt_pg_i64(r, 1, i, 5),
            .has_of = ranked,
            .of = (int32_t)lt_pg_i64(r, 1, i, 6),
            .credits = lt_pg_i64(r, 1, i, 7),
            .papers = (int32_t)lt_pg_i64(r, 1, i, 8),
            .certificate = lt_pg_bool(r, 1, i, 9),
        };
    }
    lt_buf_init(&b, HOME_BYTES);
    lt_msg_history_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

void session_history(struct session *s, const struct lt_history_in *m)
{
    char person[24], before[24], rows[12];
    bool last = !m->has_before_ms || m->before_ms > LT_TIME_MAX_US / 1000;
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(person, sizeof person, "%lld", (long long)s->who.person.v);
    snprintf(before, sizeof before, "%lld",
             (long long)(last ? LT_TIME_MAX_US : m->before_ms * 1000));
    snprintf(rows, sizeof rows, "%d", HISTORY_ROWS + 1);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_HISTORY, (const char *[]){person, before, rows});
    lt_pg_req_add(r, LT_SQL_HISTORY_CREDITS, (const char *[]){person});
    session_hold(s);
    int err = lt_pg_submit(r, on_history, s);
    if (err != LT_OK) {
        s->pending--;
        session_home_refuse(s, err, NULL);
    }
}

/* Papers on a home page: start, open, save, submit.
 *
 *   message → event at hand (lt_paced) → paper held (lt_papers) → done → committed → answer
 *
 * A start reads the person's papers of the event first: an open one of the round goes on, else limits
 * and audience are checked and a new one is committed. Whoever asks for a paper watches it from then
 * on: a question that goes by, and its end, are pushed to each of its connections. */
#include "base/err.h"
#include "base/log.h"
#include "session_internal.h"
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAPER_BYTES = 1024 * 1024,
    ASKED_MAX =
        48, /* requests of one connection under way: a page that comes back sends all its choices */
    TRIES_MAX = 4, /* of a start that others of the same person overtook */
    MARKS_MAX = 4096,
};

/* A request on its way. */
struct asked {
    struct session *s;
    enum { START, OPEN, SAVE, SUBMIT, LEAVE } kind;
    char id[41]; /* "" none */
    struct lt_paper_key key;
    int tries; /* START */
    char device[LT_PAPER_MARK_HEX + 1];
    int i; /* SAVE */
    int32_t rev;
    struct lt_response response;
};

static const char *re(const struct asked *a)
{
    return a->id[0] ? a->id : NULL;
}

static void end(struct asked *a, int err)
{
    struct session *s = a->s;
    s->asked--;
    if (err != LT_OK)
        session_home_refuse(s, err, re(a));
    free(a);
}

/* The session of a request whose callback runs; NULL: it is gone, and so is the request. */
static struct session *back(struct asked *a)
{
    struct session *s = a->s;
    if (session_back(s))
        return s;
    free(a);
    return NULL;
}

static struct asked *ask(struct session *s, int kind, const char *id, int64_t event, int round)
{
    if (s->asked >= ASKED_MAX || (s->who.event.v != 0 && s->who.event.v != event)) {
        session_home_refuse(s, s->asked >= ASKED_MAX ? LT_EFULL : LT_EFORBIDDEN, id);
        return NULL;
    }
    struct asked *a = calloc(1, sizeof *a);
    assert(a);
    a->s = s;
    a->kind = kind;
    if (id)
        snprintf(a->id, sizeof a->id, "%s", id);
    a->key = (struct lt_paper_key){
        .tenant = s->who.tenant, .event = {event}, .person = s->who.person, .round = round};
    s->asked++;
    return a;
}

static int64_t now_us(const struct session *s)
{
    return lt_cluster_now_us(lt_hub_cluster(s->all->hub));
}

static struct num {
    char s[24];
} num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

/* ---- watching and showing ---- */

static void on_news(struct lt_watch *w, enum lt_paper_news news);

static struct home_watch *watch(struct session *s, struct lt_held *h)
{
    struct home_watch *at = &s->home->watches[0];
    for (int i = 0; i < PAPERS_WATCHED; i++) {
        struct home_watch *w = &s->home->watches[i];
        if (w->watch.held == h) {
            at = w;
            break;
        }
        if (!w->watch.held || (at->watch.held && w->since_us < at->since_us))
            at = w;
    }
    if (at->watch.held != h)
        lt_race_unwatch(&at->race);
    at->told = at->told && at->watch.held == h;
    at->session = s;
    at->since_us = lt_loop_now(s->all->loop).mono_us;
    at->watch.fn = on_news;
    at->race.fn = session_duel_news;
    lt_held_watch(h, &at->watch);
    return at;
}

/* The sides of a duel's paper that s watches; 0: none. */
static int sides_of(const struct session *s, const struct lt_held *h,
                    struct lt_duel_side_out ret[LT_DUEL_PLAYERS_MAX])
{
    for (int i = 0; i < PAPERS_WATCHED; i++) {
        const struct home_watch *w = &s->home->watches[i];
        if (w->watch.held == h && lt_held_duel(h) != 0 && lt_race_known(&w->race, lt_held_duel(h)))
            return lt_race_sides(w->race.race, s->who.person.v, ret);
    }
    return 0;
}

static void send_paper(struct session *s, struct lt_held *h, const char *id,
                       const struct lt_paper_mark *marks, int n)
{
    struct lt_buf b;
    struct lt_duel_side_out sides[LT_DUEL_PLAYERS_MAX];
    struct lt_paper_shown shown = {.event = lt_held_event(h),
                                   .key = lt_held_key(h),
                                   .paper = lt_held_paper(h),
                                   .now_us = now_us(s),
                                   .re = id,
                                   .marks = marks,
                                   .n_marks = n,
                                   .sides = sides,
                                   .n_sides = sides_of(s, h, sides)};
    lt_buf_init(&b, PAPER_BYTES);
    lt_view_paper(&shown, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

/* Of a paper whose result may be shown: the person's others, to say whether it counts. */
static void on_result(void *arg, int err, const struct lt_pg_result *r)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    struct asked *a = arg;
    struct session *s = back(a);
    struct lt_held *h = s ? lt_papers_held(s->all->parts.papers, &a->key) : NULL;
    int n = 0;
    bool open;
    if (!s)
        return;
    if (err == LT_OK && !h)
        err = LT_EBUSY; /* pushed out meanwhile; it is asked for again */
    if (err == LT_OK) {
        for (int i = 0; i < lt_pg_rows(r, 1) && n < MARKS_MAX; i++) {
            marks[n] = session_mark(r, 1, i, 0, &open);
            n += !open;
        }
        send_paper(s, h, re(a), marks, n);
    }
    end(a, err);
}

static void show(struct asked *a, struct lt_held *h);

static void on_race(void *arg, int err)
{
    struct asked *a = arg;
    struct session *s = back(a);
    struct lt_held *h = s ? lt_papers_held(s->all->parts.papers, &a->key) : NULL;
    if (!s)
        return;
    if (err == LT_OK && h)
        show(a, h);
    else
        end(a, err == LT_OK ? LT_EBUSY : err);
}

static void show(struct asked *a, struct lt_held *h)
{
    struct session *s = a->s;
    struct home_watch *w = watch(s, h);
    if (lt_held_duel(h) != 0 && !lt_race_known(&w->race, lt_held_duel(h))) {
        session_hold(s);
        lt_race_watch(s->all->parts.duels, lt_held_paced(h), lt_held_duel(h), &w->race, on_race, a);
        return;
    }
    const struct lt_paper *p = lt_held_paper(h);
    if (!lt_view_results(lt_held_event(h), a->key.round - 1, p->state)) {
        send_paper(s, h, re(a), NULL, 0);
        end(a, LT_OK);
        return;
    }
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), a->key.tenant);
    assert(r);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(
        r, LT_SQL_PAPER_MARKS,
        (const char *[]){num(a->key.event.v).s, num(a->key.person.v).s, num(a->key.season).s});
    session_hold(s);
    int err = lt_pg_submit(r, on_result, a);
    if (err != LT_OK) {
        s->pending--;
        end(a, err);
    }
}

static void on_news(struct lt_watch *w, enum lt_paper_news news)
{
    struct home_watch *hw = (struct home_watch *)w;
    struct session *s = hw->session;
    struct lt_held *h = w->held;
    if (s->state != SESSION_HOME)
        return;
    if (news == LT_PAPER_MOVED) {
        send_paper(s, h, NULL, NULL, 0);
        return;
    }
    if (hw->told)
        return;
    const struct lt_paper_key *key = lt_held_key(h);
    struct asked *a = ask(s, OPEN, NULL, key->event.v, key->round);
    if (!a)
        return;
    a->key = *key;
    show(a, h);
}

/* ---- the event, then the paper ---- */

static void start_with(struct asked *a, struct lt_paced *e);
static void paper_with(struct asked *a, struct lt_held *h);

static void on_held(void *arg, int err, struct lt_held *h)
{
    struct asked *a = arg;
    if (!back(a))
        return;
    if (err == LT_OK)
        paper_with(a, h);
    else
        end(a, err);
}

static void event_with(struct asked *a, struct lt_paced *e)
{
    struct lt_papers *papers = a->s->all->parts.papers;
    if (a->key.round > e->sheet.n_rounds) {
        end(a, LT_ENOPAPER);
        return;
    }
    a->key.season = e->season;
    if (a->kind == START) {
        start_with(a, e);
        return;
    }
    struct lt_held *h = a->kind == OPEN ? NULL : lt_papers_held(papers, &a->key);
    if (h) {
        paper_with(a, h);
        return;
    }
    session_hold(a->s);
    lt_papers_get(papers, e, &a->key, a->kind == OPEN, on_held, a);
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

static void begin(struct asked *a)
{
    struct lt_paced_cache *paced = a->s->all->parts.paced;
    struct lt_paced *e = lt_paced_fresh(paced, a->key.tenant, a->key.event);
    if (e) {
        event_with(a, e);
        return;
    }
    session_hold(a->s);
    lt_paced_get(paced, a->key.tenant, a->key.event, on_event, a);
}

/* ---- saving and handing in ---- */

static void on_saved(void *arg, int err)
{
    struct asked *a = arg;
    struct session *s = back(a);
    if (!s)
        return;
    if (err == LT_OK) {
        struct lt_buf b;
        struct lt_msg_saved m = {.id = a->id, .i = a->i + 1, .rev = a->rev};
        lt_buf_init(&b, 1024);
        lt_msg_saved_write(&m, &b);
        session_send(s, &b);
        lt_buf_done(&b);
    }
    end(a, err);
}

static void on_submitted(void *arg, int err)
{
    struct asked *a = arg;
    struct session *s = back(a);
    struct lt_held *h = s ? lt_papers_held(s->all->parts.papers, &a->key) : NULL;
    if (!s)
        return;
    for (int i = 0; i < PAPERS_WATCHED; i++) /* the answer is news enough */
        if (h && s->home->watches[i].watch.held == h)
            s->home->watches[i].told = true;
    if (err == LT_OK && h)
        show(a, h);
    else
        end(a, err == LT_OK ? LT_EBUSY : err);
}

static void paper_with(struct asked *a, struct lt_held *h)
{
    bool stored = false, save = a->kind == SAVE;
    lt_held_done_fn *done = save ? on_saved : on_submitted;
    if (a->kind == OPEN) {
        show(a, h);
        return;
    }
    watch(a->s, h);
    if ((lt_held_duel(h) != 0) != (a->kind == LEAVE) && !save) { /* a duel ends by itself */
        end(a, LT_EFORBIDDEN);
        return;
    }
    session_hold(a->s);
    int err = save ? lt_held_put(h, a->i, &a->response, a->rev, done, a, &stored)
                   : lt_held_submit(h, done, a, &stored);
    if (err == LT_OK && stored) {
        done(a, LT_OK);
    } else if (err != LT_OK) {
        a->s->pending--;
        end(a, err);
    }
}

void session_open(struct session *s, const struct lt_open_in *m)
{
    struct asked *a = ask(s, OPEN, NULL, m->event, m->round);
    if (!a)
        return;
    a->key.attempt = m->attempt;
    begin(a);
}

void session_show(struct session *s, const char *id, int64_t event, int round, int attempt)
{
    struct asked *a = ask(s, OPEN, id, event, round);
    if (!a)
        return;
    a->key.attempt = attempt;
    begin(a);
}

void session_leave(struct session *s, const struct lt_leave_in *m)
{
    struct asked *a = ask(s, LEAVE, m->id, m->event, m->round);
    if (!a)
        return;
    a->key.attempt = m->attempt;
    begin(a);
}

void session_save(struct session *s, const struct lt_save_in *m)
{
    struct asked *a = ask(s, SAVE, m->id, m->event, m->round);
    if (!a)
        return;
    a->key.attempt = m->attempt;
    a->i = m->i - 1;
    a->rev = m->rev;
    if (m->has_choice && m->has_text) {
        end(a, LT_EANSWER);
        return;
    }
    if (m->has_choice) {
        a->response.n_choice = m->n_choice;
        memcpy(a->response.choice, m->choice, (size_t)m->n_choice * sizeof *m->choice);
    }
    if (m->has_text)
        snprintf(a->response.text, sizeof a->response.text, "%s", m->text);
    begin(a);
}

void session_submit(struct session *s, const struct lt_submit_in *m)
{
    struct asked *a = ask(s, SUBMIT, m->id, m->event, m->round);
    if (!a)
        return;
    a->key.attempt = m->attempt;
    begin(a);
}

/* ---- starting ---- */

/* Eight bytes that name a browser or an address to the organiser's detectors without telling it. */
void session_paper_mark(const struct session *s, const char *text, char ret[LT_PAPER_MARK_HEX + 1])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    ret[0] = '\0';
    if (!text[0] || !HMAC(EVP_sha256(), s->all->mark_key, LT_KEY_BYTES, (const unsigned char *)text,
                          strlen(text), mac, &n))
        return;
    for (int i = 0; i < LT_PAPER_MARK_HEX / 2; i++)
        snprintf(ret + 2 * i, 3, "%02x", mac[i]);
}

static void read_marks(struct asked *a);

static void on_started(void *arg, int err, const struct lt_paper_row *row)
{
    struct asked *a = arg;
    struct session *s = back(a);
    if (!s)
        return;
    if (err == LT_EBUSY && ++a->tries < TRIES_MAX) {
        read_marks(a); /* another start of the same person came first */
        return;
    }
    struct lt_paced *e = lt_paced_fresh(s->all->parts.paced, a->key.tenant, a->key.event);
    if (err == LT_OK && !e) { /* committed; it is read again with the event */
        a->kind = OPEN;
        begin(a);
        return;
    }
    struct lt_held *h = err == LT_OK ? lt_papers_take(s->all->parts.papers, e, &a->key, row) : NULL;
    if (h)
        show(a, h);
    else
        end(a, err == LT_OK ? LT_EFULL : err == LT_EBUSY ? LT_ELIMIT : err);
}

static void start_new(struct asked *a, struct lt_paced *e, int no)
{
    struct session *s = a->s;
    const struct lt_round_rule *rule = &e->sheet.rounds[a->key.round - 1];
    struct lt_paper_start start = {
        .key = a->key,
        .no = no,
        .long_us = lt_paper_deadline_us(rule, rule->n_questions, 0, INT64_MAX),
        .end_us = e->closes_us,
        .ordinals = e->ordinals[a->key.round - 1],
    };
    int ok = RAND_bytes((unsigned char *)&start.seed, sizeof start.seed);
    assert(ok == 1);
    snprintf(start.device, sizeof start.device, "%s", a->device);
    session_paper_mark(s, lt_conn_peer(s->conn), start.address);
    session_hold(s);
    int err = lt_paper_start_add(s->all->parts.starts, &start, on_started, a);
    if (err != LT_OK) {
        s->pending--;
        end(a, err);
    }
}

/* The person's papers are known: go on with an open one, or begin another. */
static void decide(struct asked *a, struct lt_paced *e, const struct lt_pg_result *r)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    int n = 0, no = 0, attempt = 0;
    for (int i = 0; i < lt_pg_rows(r, 1) && n < MARKS_MAX; i++, n++) {
        bool open, here;
        marks[n] = session_mark(r, 1, i, 0, &open);
        here = marks[n].round == a->key.round - 1;
        no = (int)lt_pg_i64(r, 1, i, 2);
        if (here)
            attempt = marks[n].attempt;
        if (here && open) {
            a->kind = OPEN;
            a->key.attempt = attempt;
            event_with(a, e);
            return;
        }
    }
    int err = !lt_pg_bool(r, 2, 0, 0)                                        ? LT_EAUDIENCE
              : e->phase < LT_PHASE_RUNNING                                  ? LT_ENOTOPEN
              : e->phase != LT_PHASE_RUNNING || now_us(a->s) >= e->closes_us ? LT_EPHASE
                                                                             : LT_OK;
    if (err == LT_OK) {
        err = lt_paper_may_start(&e->sheet, a->key.round - 1, marks, n, now_us(a->s));
        err = err == LT_EPHASE ? LT_EHOURS : err;
    }
    if (err != LT_OK) {
        end(a, err);
        return;
    }
    a->key.attempt = attempt + 1;
    start_new(a, e, no + 1);
}

static void on_marks(void *arg, int err, const struct lt_pg_result *r)
{
    struct asked *a = arg;
    struct session *s = back(a);
    if (!s)
        return;
    struct lt_paced *e = lt_paced_fresh(s->all->parts.paced, a->key.tenant, a->key.event);
    if (err == LT_OK && e)
        decide(a, e, r);
    else if (err == LT_OK)
        begin(a); /* it took so long that the event must be looked at again */
    else
        end(a, err);
}

static void read_marks(struct asked *a)
{
    struct session *s = a->s;
    struct num event = num(a->key.event.v), person = num(a->key.person.v);
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), a->key.tenant);
    assert(r);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER_MARKS, (const char *[]){event.s, person.s, num(a->key.season).s});
    lt_pg_req_add(r, LT_SQL_ADDRESSED, (const char *[]){event.s, person.s});
    session_hold(s);
    int err = lt_pg_submit(r, on_marks, a);
    if (err != LT_OK) {
        s->pending--;
        end(a, err);
    }
}

static void start_with(struct asked *a, struct lt_paced *e)
{
    if (e->sheet.rounds[a->key.round - 1].mode == LT_MODE_DUEL)
        end(a, LT_EFORBIDDEN); /* a duel is begun by matching */
    else
        read_marks(a);
}

void session_start(struct session *s, const struct lt_start_in *m)
{
    struct asked *a = ask(s, START, m->id, m->event, m->round);
    if (!a)
        return;
    if (m->has_device)
        session_paper_mark(s, m->device, a->device);
    begin(a);
}

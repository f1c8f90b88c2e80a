/* A crowd. It connects with a bounded number of handshakes under way (a queue at the listener would
 * measure the queue), keeps a session token per member for the resume rounds, and closes in slices:
 * a mass close in one turn measures how a server does that, not what a player costs. */
#include "loadtest/crowd.h"

#include "base/json.h"
#include "loadtest/message.h"
#include "loadtest/wsconn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    UNDER_WAY = 64,
    CLOSE_SLICE = 50,
    CLOSE_EVERY_US = 5000,
    RETRY_US = 200000,
    TICKET_LIFE_S = 6 * 3600
};
enum { SECOND_US = 1000000, MESSAGE_BYTES = 4096, NAP_NS = 1000000 };

struct member {
    struct lt_wsc conn;
    struct crowd *crowd;
    enum lt_crowd_side side;
    int index; /* of its person */
    bool in;
    char *session;
    int64_t epoch, seq;
    struct lt_timer retry;
};

struct crowd {
    struct lt_watch orders; /* first: its event is cast back */
    const struct lt_crowd_args *args;
    struct lt_gen gen;
    struct member *members[LT_CROWD_SIDES];
    enum lt_crowd_way way;
    int next[LT_CROWD_SIDES];    /* members that have begun to connect */
    int closing[LT_CROWD_SIDES]; /* members closed so far, n: none */
    struct lt_timer close_timer;
    struct lt_seen seen;
    bool ended;
};

static void connect_more(struct crowd *c, enum lt_crowd_side side);

static void member_dial(struct member *m)
{
    if (!lt_wsc_connect(&m->conn, &m->crowd->args->target[m->side])) {
        m->crowd->args->page->retries++;
        lt_gen_timer(&m->crowd->gen, &m->retry, RETRY_US);
    }
}

static void on_retry(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    member_dial(t->arg);
}

static void member_in(struct member *m)
{
    m->in = true;
    m->crowd->args->page->joined[m->side]++;
    connect_more(m->crowd, m->side);
}

static void say_hello(struct member *m)
{
    const struct lt_crowd_args *a = m->crowd->args;
    const struct lt_person *who = &a->people->p[m->index];
    char ticket[LT_MINT_TICKET_BYTES] = "";
    struct lt_mint_claims claims = {.sub = who->sub,
                                    .name = who->name,
                                    .unit = who->unit,
                                    .expires_s =
                                        m->crowd->gen.now.wall_us / SECOND_US + TICKET_LIFE_S};
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "t", "hello");
    lt_jsonw_i64(&w, "v", 1);
    lt_jsonw_str(&w, "role", "play");
    if (m->crowd->way == LT_CROWD_RESUME && m->session) {
        lt_jsonw_str(&w, "session", m->session);
        lt_jsonw_i64(&w, "epoch", m->epoch);
        lt_jsonw_i64(&w, "seq", m->seq);
    } else {
        lt_mint_ticket(m->crowd->way == LT_CROWD_ES256 ? a->es256 : a->mint, &claims, ticket,
                       sizeof ticket);
        lt_jsonw_str(&w, "ticket", ticket);
        lt_jsonw_id(&w, "event", a->opts->event);
    }
    lt_jsonw_end_obj(&w);
    if (!b.failed)
        lt_wsc_send(&m->conn, b.p, b.len);
    lt_buf_done(&b);
}

static void on_open(struct lt_wsc *c)
{
    struct member *m = c->arg;
    if (m->side == LT_CROWD_SERVER)
        say_hello(m);
    else
        member_in(m);
}

static void on_welcome(struct member *m, const char *p, size_t n)
{
    struct lt_seen *s = &m->crowd->seen;
    if (lt_seen_read(p, n, s) || s->kind != LT_SEEN_WELCOME) {
        m->crowd->args->page->retries++;
        lt_wsc_drop(&m->conn);
        lt_gen_timer(&m->crowd->gen, &m->retry, RETRY_US);
        return;
    }
    free(m->session);
    m->session = strdup(s->session);
    m->epoch = s->epoch;
    m->seq = s->seq;
    member_in(m);
}

static bool is_probe(const char *p, size_t n)
{
    static const char head[] = "{\"t\":\"probe\"";
    return n >= sizeof head - 1 && memcmp(p, head, sizeof head - 1) == 0;
}

static bool is_own(const char *p, size_t n)
{
    static const char head[] = "{\"t\":\"own\"";
    return n >= sizeof head - 1 && memcmp(p, head, sizeof head - 1) == 0;
}

/* A number among the members of a flat message, INT64_MIN: it is not there. */
static int64_t number(const char *p, size_t n, const char *key)
{
    const char *at = memmem(p, n, key, strlen(key));
    return at ? strtoll(at + strlen(key), NULL, 10) : INT64_MIN;
}

/* Read by hand: a hundred thousand of them come at once, on the machine that is measured. */
static void on_own(struct member *m, const char *p, size_t n)
{
    const struct lt_crowd_args *a = m->crowd->args;
    struct lt_crowd_own *own = &a->owns[m->index];
    int before = own->q;
    *own = (struct lt_crowd_own){
        .v = number(p, n, "\"v\":"),
        .points_c = number(p, n, "\"points\":"),
        .at_us = m->crowd->gen.now.wall_us,
        .rank = (int32_t)number(p, n, "\"rank\":"),
        .of = (int32_t)number(p, n, "\"of\":"),
        .correct = (int32_t)number(p, n, "\"correct\":"),
        .q = (int32_t)number(p, n, "\"q\":"),
    };
    a->page->owns += own->q == a->page->q_wanted && before != own->q;
}

static void on_text(struct lt_wsc *c, const char *p, size_t n)
{
    struct member *m = c->arg;
    struct lt_crowd_page *page = m->crowd->args->page;
    if (!m->in) {
        on_welcome(m, p, n);
        return;
    }
    if (is_probe(p, n))
        return; /* no broadcast */
    page->frames[m->side]++;
    page->bytes[m->side] += (int64_t)n;
    if (m->crowd->args->owns && m->side == LT_CROWD_SERVER && is_own(p, n))
        on_own(m, p, n);
    if (m->side == LT_CROWD_SERVER && m->index == m->crowd->args->first &&
        n <= LT_FLOOR_FRAME - 16) {
        memcpy(page->payload, p, n);
        page->payload_len = (int)n;
    }
}

static void on_closed(struct lt_wsc *c, int code, const char *fault)
{
    struct member *m = c->arg;
    (void)code;
    (void)fault;
    m->crowd->args->page->joined[m->side] -= m->in;
    m->crowd->args->page->retries++;
    m->in = false;
    lt_gen_timer(&m->crowd->gen, &m->retry, RETRY_US);
}

static const struct lt_wsc_handler handler = {
    .open = on_open, .text = on_text, .closed = on_closed};

/* ---- orders ---- */

static void connect_more(struct crowd *c, enum lt_crowd_side side)
{
    while (c->next[side] < c->args->n &&
           c->next[side] - (int)c->args->page->joined[side] < UNDER_WAY)
        member_dial(&c->members[side][c->next[side]++]);
}

static void on_close_slice(struct lt_timer *t, int64_t now_us)
{
    struct crowd *c = t->arg;
    bool more = false;
    (void)now_us;
    for (int side = 0; side < LT_CROWD_SIDES; side++) {
        for (int i = 0; i < CLOSE_SLICE && c->closing[side] < c->args->n; i++) {
            struct member *m = &c->members[side][c->closing[side]++];
            lt_timer_cancel(c->gen.wheel, &m->retry);
            lt_wsc_drop(&m->conn);
            c->args->page->joined[side] -= m->in;
            m->in = false;
        }
        more = more || c->closing[side] < c->args->n;
    }
    if (more)
        lt_gen_timer(&c->gen, &c->close_timer, CLOSE_EVERY_US);
}

static void on_orders(struct lt_watch *w, uint32_t events)
{
    struct crowd *c = (struct crowd *)w;
    struct lt_crowd_order o;
    ssize_t n = read(w->fd, &o, sizeof o);
    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n != sizeof o) {
        c->ended = true;
    } else if (o.verb == LT_CROWD_CLOSE) {
        c->closing[o.side] = 0;
        lt_gen_timer(&c->gen, &c->close_timer, 0);
    } else {
        c->way = o.way;
        c->next[o.side] = 0;
        connect_more(c, o.side);
    }
}

static bool crowd_init(struct crowd *c, const struct lt_crowd_args *a)
{
    c->args = a;
    c->orders = (struct lt_watch){.fd = a->orders, .fn = on_orders};
    if (!lt_gen_init(&c->gen, a->process) || !lt_gen_watch(&c->gen, &c->orders, EPOLLIN, true))
        return false;
    fcntl(a->orders, F_SETFL, O_NONBLOCK);
    lt_timer_init(&c->close_timer, on_close_slice, c);
    for (int side = 0; side < LT_CROWD_SIDES; side++) {
        c->closing[side] = a->n;
        c->members[side] = calloc((size_t)a->n + 1, sizeof *c->members[side]);
        for (int i = 0; c->members[side] && i < a->n; i++) {
            struct member *m = &c->members[side][i];
            *m = (struct member){
                .crowd = c, .side = (enum lt_crowd_side)side, .index = a->first + i};
            lt_wsc_init(&m->conn, &c->gen, &handler, m);
            lt_timer_init(&m->retry, on_retry, m);
        }
    }
    return c->members[LT_CROWD_SERVER] && c->members[LT_CROWD_FLOOR];
}

static void crowd_done(struct crowd *c)
{
    for (int side = 0; side < LT_CROWD_SIDES; side++) {
        for (int i = 0; c->members[side] && i < c->args->n; i++) {
            lt_wsc_drop(&c->members[side][i].conn);
            free(c->members[side][i].session);
        }
        free(c->members[side]);
    }
    lt_gen_done(&c->gen);
    free(c);
}

int lt_crowd_run(const struct lt_crowd_args *a)
{
    struct crowd *c = calloc(1, sizeof *c);
    bool ok = c && crowd_init(c, a);
    while (ok && !c->ended) {
        lt_gen_turn(&c->gen, SECOND_US);
        /* Real receivers are other machines: sending to them wakes nobody here. So do not sit in
         * epoll_wait while frames come, where each send would pay for waking us; look every
         * millisecond instead. */
        nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    }
    if (c)
        crowd_done(c);
    return ok ? 0 : 1;
}

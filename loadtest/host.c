/* A desk's connection: hello, commands with ids that are sent again until they are answered, and
 * the picture of the contest that the next command refers to. What to do when is script.c's. */
#include "loadtest/host.h"

#include "base/err.h"
#include "base/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000000,
    RESEND_US = 3 * SECOND_US,
    REDIAL_US = SECOND_US / 2,
    TICKET_LIFE_S = 6 * 3600,
    TRIES = 40
};
enum { MESSAGE_BYTES = 4096 };

struct lt_host {
    struct lt_wsc conn;
    struct lt_gen *gen;
    const struct lt_load_opts *opts;
    const struct lt_mint *mint;
    const struct lt_target *target;
    struct lt_timer dial, resend;
    char session[LT_SEEN_TOKEN + 1], failed[LT_FAULT_TEXT];
    bool welcomed;
    int tries;
    enum lt_seen_phase phase;
    enum lt_seen_state state;
    int q, questions;
    int64_t epoch, seq;
    /* the command under way */
    const char *action; /* NULL: none */
    char id[41];
    int n_commands;
    uint32_t nonce;
    int64_t sent_us;
    struct lt_hist latency;
};

static void fail(struct lt_host *h, const char *what, const char *why)
{
    if (!h->failed[0])
        snprintf(h->failed, sizeof h->failed, "the host's %s: %s", what, why);
}

static void send_json(struct lt_host *h, struct lt_buf *b)
{
    if (b->failed)
        fail(h, "message", "too long");
    else
        lt_wsc_send(&h->conn, b->p, b->len);
    lt_buf_done(b);
}

static void on_dial(struct lt_timer *t, int64_t now_us)
{
    struct lt_host *h = t->arg;
    (void)now_us;
    if (++h->tries > TRIES)
        fail(h, "connection", "cannot be made");
    else if (!lt_wsc_connect(&h->conn, h->target))
        lt_gen_timer(h->gen, &h->dial, REDIAL_US);
}

static void on_open(struct lt_wsc *c)
{
    struct lt_host *h = c->arg;
    char ticket[LT_MINT_TICKET_BYTES] = "";
    struct lt_mint_claims claims = {.sub = h->opts->host_sub,
                                    .expires_s = h->gen->now.wall_us / SECOND_US + TICKET_LIFE_S};
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "t", "hello");
    lt_jsonw_i64(&w, "v", 1);
    lt_jsonw_str(&w, "role", "desk");
    if (h->session[0]) {
        lt_jsonw_str(&w, "session", h->session);
    } else {
        lt_mint_ticket(h->mint, &claims, ticket, sizeof ticket);
        lt_jsonw_str(&w, "ticket", ticket);
    }
    lt_jsonw_id(&w, "event", h->opts->event);
    lt_jsonw_end_obj(&w);
    send_json(h, &b);
}

static void on_closed(struct lt_wsc *c, int code, const char *fault)
{
    struct lt_host *h = c->arg;
    (void)code;
    if (fault)
        fail(h, "connection", fault);
    h->welcomed = false;
    lt_gen_timer(h->gen, &h->dial, REDIAL_US);
}

static void send_command(struct lt_host *h)
{
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "t", "command");
    lt_jsonw_str(&w, "id", h->id);
    lt_jsonw_str(&w, "action", h->action);
    lt_jsonw_i64(&w, "q", h->q);
    lt_jsonw_end_obj(&w);
    send_json(h, &b);
    lt_gen_timer(h->gen, &h->resend, RESEND_US);
}

static void on_resend(struct lt_timer *t, int64_t now_us)
{
    struct lt_host *h = t->arg;
    (void)now_us;
    if (h->action && h->welcomed)
        send_command(h);
}

void lt_host_command(struct lt_host *h, const char *action)
{
    assert(!h->action);
    h->action = action;
    h->sent_us = h->gen->now.mono_us;
    snprintf(h->id, sizeof h->id, "host-%08x-%d", h->nonce, ++h->n_commands);
    if (h->welcomed)
        send_command(h);
}

static void take_question(struct lt_host *h, const struct lt_seen_question *q)
{
    if (q->q == 0)
        return;
    h->q = q->q;
    h->state = q->state;
}

static void on_done(struct lt_host *h, const struct lt_seen *m)
{
    if (!h->action || strcmp(m->id, h->id) != 0)
        return;
    lt_hist_record(&h->latency, h->gen->now.mono_us - h->sent_us);
    lt_timer_cancel(h->gen->wheel, &h->resend);
    h->action = NULL;
}

static void on_error(struct lt_host *h, const struct lt_seen *m)
{
    if (m->err == LT_ESESSION)
        h->session[0] = '\0';
    else if (h->action && strcmp(m->id, h->id) == 0 && m->retry_ms >= 0)
        lt_gen_timer(h->gen, &h->resend, m->retry_ms * 1000LL);
    else if (h->action && strcmp(m->id, h->id) == 0)
        fail(h, h->action, lt_err_wire(m->err));
    else if (!h->welcomed && m->retry_ms < 0)
        fail(h, "hello", lt_err_wire(m->err));
}

static void on_welcome(struct lt_host *h, const struct lt_seen *m)
{
    snprintf(h->session, sizeof h->session, "%s", m->session);
    h->welcomed = true;
    h->tries = 0;
    if (m->snapshot) {
        h->phase = m->phase;
        h->questions = m->questions;
        take_question(h, &m->question);
    }
    h->epoch = m->epoch;
    h->seq = m->seq;
    if (h->action)
        send_command(h);
}

static void on_log(struct lt_host *h, const struct lt_seen *m)
{
    h->seq = m->seq;
    if (m->kind == LT_SEEN_PHASE)
        h->phase = m->phase;
    if (m->kind == LT_SEEN_QUESTION)
        take_question(h, &m->question);
}

static void on_text(struct lt_wsc *c, const char *p, size_t n)
{
    static struct lt_seen m;
    struct lt_host *h = c->arg;
    const char *fault = lt_seen_read(p, n, &m);
    if (fault)
        fail(h, "message", fault);
    else if (m.kind == LT_SEEN_WELCOME)
        on_welcome(h, &m);
    else if (lt_seen_is_log(m.kind))
        on_log(h, &m);
    else if (m.kind == LT_SEEN_DONE)
        on_done(h, &m);
    else if (m.kind == LT_SEEN_ERROR)
        on_error(h, &m);
}

static const struct lt_wsc_handler handler = {
    .open = on_open, .text = on_text, .closed = on_closed};

struct lt_host *lt_host_new(struct lt_gen *g, const struct lt_load_opts *o,
                            const struct lt_mint *mint, const struct lt_target *target)
{
    struct lt_host *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->gen = g;
    h->opts = o;
    h->mint = mint;
    h->target = target;
    h->nonce = (uint32_t)lt_rng_next(&g->random);
    lt_wsc_init(&h->conn, g, &handler, h);
    lt_timer_init(&h->dial, on_dial, h);
    lt_timer_init(&h->resend, on_resend, h);
    lt_gen_timer(g, &h->dial, 0);
    return h;
}

void lt_host_free(struct lt_host *h)
{
    if (!h)
        return;
    lt_timer_cancel(h->gen->wheel, &h->dial);
    lt_timer_cancel(h->gen->wheel, &h->resend);
    lt_wsc_leave(&h->conn);
    free(h);
}

bool lt_host_ready(const struct lt_host *h)
{
    return h->welcomed;
}

const char *lt_host_failed(const struct lt_host *h)
{
    return h->failed[0] ? h->failed : NULL;
}

enum lt_seen_phase lt_host_phase(const struct lt_host *h)
{
    return h->phase;
}

enum lt_seen_state lt_host_state(const struct lt_host *h)
{
    return h->state;
}

int lt_host_question(const struct lt_host *h)
{
    return h->q;
}

int lt_host_questions(const struct lt_host *h)
{
    return h->questions;
}

int64_t lt_host_seq(const struct lt_host *h)
{
    return h->seq;
}

bool lt_host_busy(const struct lt_host *h)
{
    return h->action != NULL;
}

const struct lt_hist *lt_host_latency(const struct lt_host *h)
{
    return &h->latency;
}

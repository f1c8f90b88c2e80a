/* One simulated player, with the manners of the real page: hello with a ticket or, after a lost
 * line, with the session token and where it stood; the same answer id again until it is
 * acknowledged or refused; full jitter before it dials again.
 *
 *   dial ─→ open ─→ hello ─→ welcome ─→ frames … ─→ final
 *    ↑                                     │
 *    └── lost line, bye, cut ←─────────────┘
 *
 * Latency of an answer counts from its intended time. Where the player itself was the cause of a
 * delay (it lost its line on purpose, or the contest stood still), the intention moves. */
#include "loadtest/squad.h"

#include "base/err.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000000,
    RESEND_US = 3 * SECOND_US,
    EARLIER_US = 400000, /* then an answer whose question went by is sent again */
    BACKOFF_FIRST_US = 250000,
    BACKOFF_MAX_US = 5 * SECOND_US,
    LOST_LEAST_US = 20000,
    LOST_SPAN_US = 480000,
    RESUME_SPAN_US = 500000,
    TICKET_LIFE_S = 6 * 3600,
    MESSAGE_BYTES = 4096
};

static int64_t jitter(struct lt_player *p, int64_t span_us)
{
    return (int64_t)lt_rng_below(&p->squad->gen.random, (uint64_t)span_us);
}

static struct lt_tally *tally(struct lt_player *p)
{
    return p->squad->checker.tally;
}

static void count(struct lt_player *p, enum lt_count c)
{
    tally(p)->n[c]++;
}

/* ---- connecting ---- */

static void on_dial(struct lt_timer *t, int64_t now_us)
{
    struct lt_player *p = t->arg;
    (void)now_us;
    if (!lt_wsc_connect(&p->conn, p->squad->target))
        lt_gen_timer(&p->squad->gen, &p->dial, SECOND_US + jitter(p, SECOND_US));
}

static void dial_again(struct lt_player *p)
{
    int64_t span_us = BACKOFF_FIRST_US << (p->tries < 5 ? p->tries : 5);
    if (span_us > BACKOFF_MAX_US)
        span_us = BACKOFF_MAX_US;
    int64_t wait_us = p->retry_ms >= 0 ? p->retry_ms * 1000LL : jitter(p, span_us);
    p->retry_ms = -1;
    p->tries++;
    lt_gen_timer(&p->squad->gen, &p->dial, wait_us);
}

static void add_ticket(struct lt_player *p, struct lt_jsonw *w)
{
    const struct lt_person *who = &p->squad->people->p[p->index];
    char ticket[LT_MINT_TICKET_BYTES];
    struct lt_mint_claims c = {.sub = who->sub,
                               .name = who->name,
                               .unit = who->unit,
                               .expires_s = p->squad->gen.now.wall_us / SECOND_US + TICKET_LIFE_S};
    if (lt_mint_ticket(p->squad->mint, &c, ticket, sizeof ticket) > 0)
        lt_jsonw_str(w, "ticket", ticket);
    lt_jsonw_id(w, "event", p->squad->opts->event);
}

static bool send_json(struct lt_player *p, struct lt_buf *b)
{
    bool ok = !b->failed && lt_wsc_send(&p->conn, b->p, b->len);
    lt_buf_done(b);
    return ok;
}

static void say_hello(struct lt_player *p)
{
    const struct lt_play *play = &p->squad->run->plays[p->index];
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "t", "hello");
    lt_jsonw_i64(&w, "v", 1);
    lt_jsonw_str(&w, "role", "play");
    if (p->session)
        lt_jsonw_str(&w, "session", p->session);
    else
        add_ticket(p, &w);
    p->resuming = play->entry != 0;
    if (p->resuming) {
        lt_jsonw_i64(&w, "epoch", play->epoch);
        lt_jsonw_i64(&w, "seq", play->seq);
    }
    lt_jsonw_end_obj(&w);
    send_json(p, &b);
}

static void on_open(struct lt_wsc *c)
{
    struct lt_player *p = c->arg;
    count(p, LT_COUNT_CONNECTED);
    p->welcomed = false;
    say_hello(p);
}

static void on_closed(struct lt_wsc *c, int code, const char *fault)
{
    struct lt_player *p = c->arg;
    bool joined = p->squad->run->plays[p->index].entry != 0;
    if (fault)
        lt_fault(&tally(p)->faults, LT_FAULT_PROTOCOL, 1, "player %d: %s", p->index, fault);
    if (joined) {
        count(p, LT_COUNT_CUTS);
        if (!p->squad->opts->allow_cuts && p->squad->mood == LT_SQUAD_LIVE)
            lt_fault(&tally(p)->faults, LT_FAULT_CUT, 1, "player %d: cut with code %d", p->index,
                     code);
    } else {
        count(p, LT_COUNT_REFUSED_JOINS);
    }
    p->welcomed = false;
    dial_again(p);
}

static void lose_line(struct lt_player *p)
{
    if (p->conn.state == LT_WSC_IDLE)
        return;
    lt_wsc_drop(&p->conn);
    count(p, LT_COUNT_DROPPED);
    p->welcomed = false;
    lt_gen_timer(&p->squad->gen, &p->dial, LOST_LEAST_US + jitter(p, LOST_SPAN_US));
}

static void on_lose(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    lose_line(t->arg);
}

/* ---- answering ---- */

static void send_answer(struct lt_player *p, int q)
{
    struct lt_given *g = lt_run_given(p->squad->run, p->index, q);
    const struct lt_asked *a = &tally(p)->asked[q];
    char id[41];
    struct lt_buf b;
    struct lt_jsonw w;
    if (g->state == LT_GIVEN_NOTHING)
        lt_plan_choose(p->squad->opts, p->index, &a->seen, g);
    snprintf(id, sizeof id, "%d-%d-%08x", p->index, q, p->squad->nonce);
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "t", "answer");
    lt_jsonw_str(&w, "id", id);
    lt_jsonw_i64(&w, "q", q);
    if (g->n_choice > 0) {
        lt_jsonw_arr(&w, "choice");
        for (int i = 0; i < g->n_choice; i++)
            lt_jsonw_i64(&w, NULL, g->choice[i]);
        lt_jsonw_end_arr(&w);
    } else {
        lt_jsonw_str(&w, "text", "不知道的答案");
    }
    lt_jsonw_end_obj(&w);
    lt_check_send(&p->squad->checker, p->index, q, &p->squad->gen.now);
    send_json(p, &b);
}

/* Is there still something to be gained from sending the answer? One that was sent is sent until it
 * is settled. */
static bool worth_sending(struct lt_player *p)
{
    const struct lt_given *g = lt_run_given(p->squad->run, p->index, p->q);
    enum lt_seen_state state = tally(p)->asked[p->q].seen.state;
    if (g->state == LT_GIVEN_NOTHING)
        return state == LT_SEEN_OPEN || (g->edge && state < LT_SEEN_REVEALED);
    return g->state == LT_GIVEN_SENT;
}

static void on_act(struct lt_timer *t, int64_t now_us)
{
    struct lt_player *p = t->arg;
    struct lt_squad *s = p->squad;
    (void)now_us;
    if (p->q == 0 || !worth_sending(p))
        return;
    p->due = !p->welcomed || tally(p)->phase == LT_SEEN_PAUSED;
    if (p->due)
        return;
    send_answer(p, p->q);
    lt_gen_timer(&s->gen, &p->act, RESEND_US);
    if (p->lose_on_send) {
        p->lose_on_send = false;
        lose_line(p);
    }
}

/* Answers to questions that went by unsettled are sent again as well. */
static void on_earlier(struct lt_timer *t, int64_t now_us)
{
    struct lt_player *p = t->arg;
    bool waiting = false;
    (void)now_us;
    for (int q = 1; q <= p->squad->run->n_questions_max; q++) {
        if (q == p->q || lt_run_given(p->squad->run, p->index, q)->state != LT_GIVEN_SENT)
            continue;
        waiting = true;
        if (p->welcomed)
            send_answer(p, q);
    }
    if (waiting)
        lt_gen_timer(&p->squad->gen, &p->earlier, RESEND_US);
}

/* The answer that waited goes out in `span_us`, and that is its intended time now. */
static void act_now(struct lt_player *p, int64_t span_us)
{
    int64_t wait_us = span_us > 0 ? jitter(p, span_us) : 0;
    struct lt_given *g = lt_run_given(p->squad->run, p->index, p->q);
    g->intended_us = p->squad->gen.now.mono_us + wait_us;
    g->edge = true; /* the question may close meanwhile */
    lt_gen_timer(&p->squad->gen, &p->act, wait_us);
}

static void plan_question(struct lt_player *p, const struct lt_seen_question *q)
{
    struct lt_squad *s = p->squad;
    if (q->q > s->run->n_questions_max || q->q == p->q ||
        lt_run_given(s->run, p->index, q->q)->state != LT_GIVEN_NOTHING)
        return;
    struct lt_plan plan = lt_plan_make(s->opts, s->mood, p->index, q);
    struct lt_given *g = lt_run_given(s->run, p->index, q->q);
    int64_t opened_us = tally(p)->asked[q->q].open_us;
    if (p->q > 0 && lt_run_given(s->run, p->index, p->q)->state == LT_GIVEN_SENT)
        lt_gen_timer(&s->gen, &p->earlier, EARLIER_US);
    p->q = q->q;
    p->due = false;
    p->lose_on_send = plan.loses_on_send;
    lt_timer_cancel(s->gen.wheel, &p->act);
    if (plan.answers) {
        g->edge = plan.edge;
        g->intended_us = opened_us + plan.delay_us;
        lt_timer_set(s->gen.wheel, &p->act, g->intended_us);
    }
    if (plan.loses && !plan.loses_on_send)
        lt_timer_set(s->gen.wheel, &p->lose, opened_us + plan.lose_us);
}

static int question_of_id(const struct lt_player *p, const char *id)
{
    int player, q, used = 0;
    unsigned nonce;
    if (sscanf(id, "%d-%d-%8x%n", &player, &q, &nonce, &used) != 3 || id[used] ||
        player != p->index || nonce != p->squad->nonce || q < 1 ||
        q > p->squad->run->n_questions_max)
        return 0;
    return q;
}

static void on_ack(struct lt_player *p, const struct lt_seen *m)
{
    int q = question_of_id(p, m->id);
    lt_check_ack(&p->squad->checker, p->index, q, m, &p->squad->gen.now);
    if (q == p->q)
        lt_timer_cancel(p->squad->gen.wheel, &p->act);
}

/* ---- refusals ---- */

static void on_answer_refused(struct lt_player *p, const struct lt_seen *m)
{
    int q = question_of_id(p, m->id);
    if (q == 0) {
        lt_fault(&tally(p)->faults, LT_FAULT_FOREIGN, 1,
                 "player %d: refusal of %s, which it never sent", p->index, m->id);
        return;
    }
    if (m->retry_ms >= 0) {
        lt_run_given(p->squad->run, p->index, q)->edge = true;
        if (q == p->q) /* else on_earlier does it */
            lt_gen_timer(&p->squad->gen, &p->act, m->retry_ms * 1000LL);
        return;
    }
    if (m->err == LT_EPAUSED && q == p->q) { /* the pause was on its way to us */
        p->due = true;
        if (tally(p)->phase != LT_SEEN_PAUSED)
            act_now(p, RESUME_SPAN_US);
        return;
    }
    lt_check_refused(&p->squad->checker, p->index, q, m->err);
}

static void on_error(struct lt_player *p, const struct lt_seen *m)
{
    if (m->id[0]) {
        on_answer_refused(p, m);
        return;
    }
    if (m->err == LT_ESESSION) { /* the ticket still speaks for us */
        free(p->session);
        p->session = NULL;
    }
    if (p->welcomed || lt_err_close_code(m->err) != 0)
        return; /* the close that follows says the rest */
    if (m->retry_ms < 0) {
        lt_fault(&tally(p)->faults, LT_FAULT_PROTOCOL, 1, "player %d: hello refused: %s", p->index,
                 lt_err_wire(m->err));
        return;
    }
    lt_wsc_drop(&p->conn);
    p->retry_ms = m->retry_ms;
    count(p, LT_COUNT_REFUSED_JOINS);
    dial_again(p);
}

/* ---- messages ---- */

static void on_welcome(struct lt_player *p, const struct lt_seen *m)
{
    struct lt_squad *s = p->squad;
    bool first = s->run->plays[p->index].entry == 0;
    lt_check_welcome(&s->checker, p->index, m, p->resuming);
    if (first)
        lt_hist_record(&tally(p)->join, s->gen.now.mono_us - p->dial_us);
    else
        count(p, m->snapshot ? LT_COUNT_SNAPSHOTS : LT_COUNT_RESUMED);
    free(p->session);
    p->session = strdup(m->session);
    p->welcomed = true;
    p->tries = 0;
    const struct lt_asked *a = &tally(p)->asked[m->question.q];
    if (m->question.q > 0 && m->question.state == LT_SEEN_OPEN && a->open_us > 0)
        plan_question(p, &m->question);
    if (p->q > 0 && worth_sending(p) &&
        (p->due || lt_run_given(s->run, p->index, p->q)->state == LT_GIVEN_SENT))
        act_now(p, 0);
}

static void on_log(struct lt_player *p, const struct lt_seen *m)
{
    struct lt_squad *s = p->squad;
    lt_check_log(&s->checker, p->index, m, s->gen.now.mono_us);
    if (m->kind == LT_SEEN_QUESTION && m->question.state == LT_SEEN_OPEN) {
        plan_question(p, &m->question);
        if (!p->resuming)
            lt_hist_record(&tally(p)->frame, s->gen.now.wall_us - m->question.opened_ms * 1000);
    }
    if (m->kind == LT_SEEN_PHASE && m->phase == LT_SEEN_RUNNING && p->due && p->q > 0)
        act_now(p, RESUME_SPAN_US);
    if (m->kind == LT_SEEN_PHASE && m->phase == LT_SEEN_FINAL && !p->finished) {
        p->finished = true;
        count(p, LT_COUNT_DONE);
    }
    if (m->seq == tally(p)->head)
        p->resuming = false; /* caught up */
}

static void echo(struct lt_player *p, int64_t n)
{
    char text[64];
    int len = snprintf(text, sizeof text, "{\"t\":\"echo\",\"n\":%" PRId64 "}", n);
    lt_wsc_send(&p->conn, text, (size_t)len);
}

static void on_message(struct lt_player *p, const struct lt_seen *m)
{
    switch (m->kind) {
    case LT_SEEN_WELCOME:
        on_welcome(p, m);
        break;
    case LT_SEEN_PHASE:
    case LT_SEEN_QUESTION:
    case LT_SEEN_DRIVER:
    case LT_SEEN_FINALISING:
    case LT_SEEN_RESOLVE:
        on_log(p, m);
        break;
    case LT_SEEN_BOARD:
        lt_check_board(&p->squad->checker, p->index, &m->board);
        break;
    case LT_SEEN_OWN:
        lt_check_own(&p->squad->checker, p->index, &m->own);
        break;
    case LT_SEEN_ACK:
        on_ack(p, m);
        break;
    case LT_SEEN_ERROR:
        on_error(p, m);
        break;
    case LT_SEEN_BYE:
        p->retry_ms = m->retry_ms;
        break;
    case LT_SEEN_PROBE:
        echo(p, m->probe);
        break;
    case LT_SEEN_PRESENCE:
    case LT_SEEN_TIME:
    case LT_SEEN_SEAL:
        break;
    case LT_SEEN_SCRIPT:
    case LT_SEEN_AHEAD:
    case LT_SEEN_PROGRESS:
    case LT_SEEN_CHART:
    case LT_SEEN_SCREEN:
    case LT_SEEN_SCREENS:
    case LT_SEEN_CUES:
    case LT_SEEN_EVENTS:
    case LT_SEEN_DONE:
    case LT_SEEN_ROSTER:
    case LT_SEEN_KINDS:
        lt_fault(&tally(p)->faults, LT_FAULT_FOREIGN, 1, "player %d: a message for desks",
                 p->index);
        break;
    }
}

static void on_text(struct lt_wsc *c, const char *text, size_t n)
{
    struct lt_player *p = c->arg;
    const struct lt_seen *m;
    const char *fault = lt_seen_cached(p->squad->cache, text, n, &m);
    count(p, LT_COUNT_MESSAGES);
    if (fault)
        lt_fault(&tally(p)->faults, LT_FAULT_PROTOCOL, 1, "player %d: message: %s", p->index,
                 fault);
    else if (!p->welcomed && m->kind != LT_SEEN_WELCOME && m->kind != LT_SEEN_ERROR &&
             m->kind != LT_SEEN_BYE)
        lt_fault(&tally(p)->faults, LT_FAULT_PROTOCOL, 1, "player %d: a message before the welcome",
                 p->index);
    else
        on_message(p, m);
}

static const struct lt_wsc_handler handler = {
    .open = on_open, .text = on_text, .closed = on_closed};

void lt_player_start(struct lt_player *p, struct lt_squad *s, int index, int64_t start_us)
{
    *p = (struct lt_player){.squad = s, .index = index, .retry_ms = -1};
    lt_wsc_init(&p->conn, &s->gen, &handler, p);
    lt_timer_init(&p->dial, on_dial, p);
    lt_timer_init(&p->act, on_act, p);
    lt_timer_init(&p->earlier, on_earlier, p);
    lt_timer_init(&p->lose, on_lose, p);
    p->dial_us = start_us + (int64_t)index * SECOND_US / s->opts->rate;
    lt_timer_set(s->gen.wheel, &p->dial, p->dial_us);
}

void lt_player_stop(struct lt_player *p)
{
    lt_timer_cancel(p->squad->gen.wheel, &p->dial);
    lt_timer_cancel(p->squad->gen.wheel, &p->act);
    lt_timer_cancel(p->squad->gen.wheel, &p->earlier);
    lt_timer_cancel(p->squad->gen.wheel, &p->lose);
    lt_wsc_leave(&p->conn);
    free(p->session);
    p->session = NULL;
}

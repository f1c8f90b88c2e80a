/* Connections: messages in, refusals out, rate, end of life. What a message means is in the files
 * beside.
 *
 *   new → joining → live                 players, stages, desks of an event
 *              ├──→ listed → joining     a desk that chooses an event
 *              ├──→ home                 a person's own pages
 *              └──→ pairing → joining    a stage that is nobody's yet
 *   any → ending
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_BYTES = 256 * 1024,
    RETRY_MS = 800,
    DRAIN_TICK_US = 50 * 1000,
    DRAIN_WAIT_US = 1000 * 1000, /* over the time, for acknowledgements */
    MOVE_FROM_MS = 50,           /* a mover comes back after so long, and up to so much longer: */
    MOVE_SPREAD_MS = 200,
    WATCH_LOOK_US = 5 * 1000 * 1000,
};

static const bool allowed[SESSION_STATES][SESSION_STATES] = {
    [SESSION_NEW] = {[SESSION_JOINING] = true, [SESSION_ENDING] = true},
    [SESSION_JOINING] = {[SESSION_LIVE] = true,
                         [SESSION_LISTED] = true,
                         [SESSION_HOME] = true,
                         [SESSION_PAIRING] = true,
                         [SESSION_NEW] = true,
                         [SESSION_ENDING] = true},
    [SESSION_LISTED] = {[SESSION_JOINING] = true, [SESSION_ENDING] = true},
    [SESSION_LIVE] = {[SESSION_ENDING] = true},
    [SESSION_HOME] = {[SESSION_ENDING] = true},
    [SESSION_PAIRING] = {[SESSION_JOINING] = true, [SESSION_ENDING] = true},
};

void session_state(struct session *s, enum session_state to)
{
    assert(allowed[s->state][to]);
    s->state = to;
}

void session_send(struct session *s, const struct lt_buf *b)
{
    if (!s->conn)
        return;
    if (b->failed) {
        lt_log(LT_LOG_ERROR, "message too large to send", LT_I("conn", lt_conn_id(s->conn)));
        return;
    }
    lt_conn_send_text(s->conn, b->p, b->len);
}

void session_refuse(struct session *s, int err, const char *re, int q)
{
    struct lt_buf b;
    if (!s->conn || s->state == SESSION_ENDING)
        return;
    bool retry = err == LT_EFULL || err == LT_EDBRETRY || err == LT_EDBUNKNOWN || err == LT_EBUSY ||
                 err == LT_EDRAIN;
    struct lt_msg_error m = {
        .code = err, .re = re, .has_q = q > 0, .q = q, .has_retry_ms = retry, .retry_ms = RETRY_MS};
    lt_metric_reject(err);
    lt_log(LT_LOG_INFO, "refused", LT_S("error", lt_err_wire(err)),
           LT_I("conn", lt_conn_id(s->conn)), LT_I("tenant", s->who.tenant.v),
           LT_I("event", s->who.event.v), LT_I("person", s->who.person.v));
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_msg_error_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    if (lt_err_close_code(err) != 0) {
        session_state(s, SESSION_ENDING);
        lt_conn_close(s->conn, lt_err_close_code(err), lt_err_wire(err));
    } else if (s->state == SESSION_JOINING) {
        session_hello_done(s);
        session_state(s, SESSION_NEW); /* it may say hello again, e.g. with another name */
        lt_loop_timer(s->all->loop, &s->hello_timer, s->all->opts.hello_timeout_us);
    }
}

void session_hold(struct session *s)
{
    s->pending++;
}

static void session_free(struct session *s)
{
    session_hello_done(s);
    free(s->home);
    *s->prev = s->next;
    if (s->next)
        s->next->prev = s->prev;
    s->all->count--;
    free(s);
}

bool session_back(struct session *s)
{
    s->pending--;
    if (s->conn)
        return s->state != SESSION_ENDING;
    if (s->pending == 0)
        session_free(s);
    return false;
}

void session_bye(struct session *s, int err, int retry_ms)
{
    struct lt_buf b;
    struct lt_msg_bye m = {.code = err, .retry_ms = retry_ms};
    if (s->state == SESSION_ENDING)
        return;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_msg_bye_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    session_state(s, SESSION_ENDING);
    int code = lt_err_close_code(err) != 0 ? err : LT_EDRAIN;
    lt_conn_close(s->conn, lt_err_close_code(code), lt_err_wire(err));
}

static void on_hello_timeout(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    session_refuse(t->arg, LT_EIDLE, NULL, 0);
}

static int on_open(void *arg, struct lt_conn *c, const char *path)
{
    struct lt_sessions *all = arg;
    if (strcmp(path, "/ws") != 0)
        return LT_ENOENT;
    if (all->draining) /* over a connection that a balancer had kept */
        return LT_EDRAIN;
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return LT_EFULL;
    s->all = all;
    s->conn = c;
    s->tokens_e6 = all->opts.messages_per_second * 2LL * 1000000;
    s->tokens_at_us = lt_loop_now(all->loop).mono_us;
    s->next = all->list;
    s->prev = &all->list;
    if (s->next)
        s->next->prev = &s->next;
    all->list = s;
    all->count++;
    session_watch_shed(all);
    lt_conn_set_user(c, s);
    session_rtt_init(s);
    lt_timer_init(&s->hello_timer, on_hello_timeout, s);
    lt_loop_timer(all->loop, &s->hello_timer, all->opts.hello_timeout_us);
    return LT_OK;
}

static void on_close(void *arg, struct lt_conn *c, int code)
{
    struct session *s = lt_conn_user(c);
    (void)arg;
    (void)code;
    lt_loop_timer_cancel(s->all->loop, &s->hello_timer);
    session_rtt_stop(s);
    lt_hub_leave(&s->member);
    session_pairing_done(s);
    session_stage_done(s);
    session_watch_done(s);
    session_screens_done(s);
    session_home_done(s);
    s->conn = NULL;
    s->member.conn = NULL;
    if (s->pending == 0)
        session_free(s);
}

/* Token bucket. */
static bool within_rate(struct session *s)
{
    int64_t now_us = lt_loop_now(s->all->loop).mono_us, per_s = s->all->opts.messages_per_second;
    s->tokens_e6 += (now_us - s->tokens_at_us) * per_s;
    s->tokens_at_us = now_us;
    if (s->tokens_e6 > 2 * per_s * 1000000)
        s->tokens_e6 = 2 * per_s * 1000000;
    if (s->tokens_e6 < 1000000)
        return false;
    s->tokens_e6 -= 1000000;
    return true;
}

static void probe(struct session *s, const struct lt_time_in *m)
{
    struct lt_buf b;
    struct lt_cluster *cluster = lt_hub_cluster(s->all->hub);
    struct lt_msg_time out = {
        .c = m->c, .s = lt_cluster_at_us(cluster, lt_loop_now_fresh(s->all->loop)) / 1000};
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_msg_time_write(&out, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

/* The id by which its sender knows a message, NULL: it has none. */
static const char *id_of(const struct lt_client_msg *m)
{
    switch ((int)m->id) {
    case LT_CLIENT_MSG_ID_MATCH:
        return m->match.id;
    case LT_CLIENT_MSG_ID_LEAVE:
        return m->leave.id;
    case LT_CLIENT_MSG_ID_COMMAND:
        return m->command.id;
    case LT_CLIENT_MSG_ID_ANSWER:
        return m->answer.id;
    case LT_CLIENT_MSG_ID_PREVIEW:
        return m->preview.id;
    case LT_CLIENT_MSG_ID_PAIR:
        return m->pair.id;
    case LT_CLIENT_MSG_ID_UNPAIR:
        return m->unpair.id;
    case LT_CLIENT_MSG_ID_SHOW:
        return m->show.id;
    default:
        return NULL;
    }
}

/* Messages of home pages: only they may send them, and they send nothing else but echoes. */
static bool dispatch_home(struct session *s, const struct lt_client_msg *m)
{
    switch ((int)m->id) {
    case LT_CLIENT_MSG_ID_LIST:
        session_list(s);
        return true;
    case LT_CLIENT_MSG_ID_START:
        session_start(s, &m->start);
        return true;
    case LT_CLIENT_MSG_ID_OPEN:
        session_open(s, &m->open);
        return true;
    case LT_CLIENT_MSG_ID_SAVE:
        session_save(s, &m->save);
        return true;
    case LT_CLIENT_MSG_ID_SUBMIT:
        session_submit(s, &m->submit);
        return true;
    case LT_CLIENT_MSG_ID_HISTORY:
        session_history(s, &m->history);
        return true;
    case LT_CLIENT_MSG_ID_CERTIFICATE:
        session_certificate(s, &m->certificate);
        return true;
    case LT_CLIENT_MSG_ID_RANKS:
        session_ranks(s, &m->ranks);
        return true;
    case LT_CLIENT_MSG_ID_MATCH:
        session_match(s, &m->match);
        return true;
    case LT_CLIENT_MSG_ID_LEAVE:
        session_leave(s, &m->leave);
        return true;
    default:
        return false; /* the others belong to an event */
    }
}

static void dispatch_event(struct session *s, const struct lt_client_msg *m)
{
    switch (m->id) {
    case LT_CLIENT_MSG_ID_HELLO:
        session_hello(s, &m->hello);
        break;
    case LT_CLIENT_MSG_ID_ANSWER:
        session_answer(s, &m->answer);
        break;
    case LT_CLIENT_MSG_ID_COMMAND:
        session_command(s, &m->command);
        break;
    case LT_CLIENT_MSG_ID_ROSTER:
        session_roster(s, &m->roster);
        break;
    case LT_CLIENT_MSG_ID_PREVIEW:
        session_preview(s, &m->preview);
        break;
    case LT_CLIENT_MSG_ID_EVIDENCE:
        session_evidence(s, &m->evidence);
        break;
    case LT_CLIENT_MSG_ID_FINDINGS:
        session_findings(s);
        break;
    case LT_CLIENT_MSG_ID_RULES:
        session_rules(s);
        break;
    case LT_CLIENT_MSG_ID_ECHO:
        session_rtt_echo(s, &m->echo);
        break;
    case LT_CLIENT_MSG_ID_TIME:
        probe(s, &m->time);
        break;
    case LT_CLIENT_MSG_ID_SCREENS:
        session_screens(s);
        break;
    case LT_CLIENT_MSG_ID_PAIR:
        session_pair(s, &m->pair);
        break;
    case LT_CLIENT_MSG_ID_UNPAIR:
        session_unpair(s, &m->unpair);
        break;
    case LT_CLIENT_MSG_ID_SHOW:
        session_assign(s, &m->show);
        break;
    case LT_CLIENT_MSG_ID_CHART:
        session_chart(s, &m->chart);
        break;
    case LT_CLIENT_MSG_ID_LIST:
    case LT_CLIENT_MSG_ID_START:
    case LT_CLIENT_MSG_ID_OPEN:
    case LT_CLIENT_MSG_ID_SAVE:
    case LT_CLIENT_MSG_ID_SUBMIT:
    case LT_CLIENT_MSG_ID_MATCH:
    case LT_CLIENT_MSG_ID_LEAVE:
    case LT_CLIENT_MSG_ID_HISTORY:
    case LT_CLIENT_MSG_ID_CERTIFICATE:
    case LT_CLIENT_MSG_ID_RANKS:
        session_refuse(s, LT_EFORBIDDEN, NULL, 0);
        break;
    case LT_CLIENT_MSG_IDS:
        assert(false);
    }
}

static void dispatch(struct session *s, const struct lt_client_msg *m)
{
    bool hello = m->id == LT_CLIENT_MSG_ID_HELLO, time = m->id == LT_CLIENT_MSG_ID_TIME;
    bool early = s->state == SESSION_NEW || s->state == SESSION_LISTED;
    bool waits = s->state == SESSION_JOINING || s->state == SESSION_PAIRING;
    /* Who only looks: a stage, a spectator. */
    bool looks = s->state == SESSION_LIVE &&
                 (s->who.role == LT_SESSION_STAGE || s->who.role == LT_SESSION_WATCH);
    if (looks && !hello && !time && m->id != LT_CLIENT_MSG_ID_RULES) {
        session_refuse(s, LT_EFORBIDDEN, id_of(m), 0);
    } else if (!time && (hello != early || waits)) {
        /* While joining, a client waits for its welcome; a second hello of a member is as wrong. */
        session_refuse(s, LT_EORDER, NULL, 0);
    } else if (s->state != SESSION_HOME || time) {
        dispatch_event(s, m);
    } else if (!dispatch_home(s, m)) {
        session_refuse(s, LT_EFORBIDDEN, id_of(m), 0);
    }
}

static void on_text(void *arg, struct lt_conn *c, const char *p, size_t n)
{
    struct session *s = lt_conn_user(c);
    struct lt_client_msg m;
    const char *field = NULL;
    (void)arg;
    if (s->state == SESSION_ENDING)
        return;
    lt_metric_add(LT_M_MESSAGES_IN, 1);
    if (!within_rate(s)) {
        session_refuse(s, LT_EFLOOD, NULL, 0);
        return;
    }
    int err = lt_client_msg_read(p, n, &m, &field);
    if (err == LT_OK)
        dispatch(s, &m);
    else
        session_refuse(s, err, NULL, 0);
}

const struct lt_net_handler lt_session_handler = {
    .on_open = on_open, .on_text = on_text, .on_close = on_close};

static void on_replaced(struct lt_member *old)
{
    struct session *s = session_of(old);
    lt_log(LT_LOG_INFO, "replaced by a newer connection", LT_I("conn", lt_conn_id(s->conn)),
           LT_I("tenant", s->who.tenant.v), LT_I("event", s->who.event.v),
           LT_I("entry", s->who.entry.v));
    session_bye(s, LT_EREPLACED, 0);
}

static bool to_move(const struct session *s)
{
    return s->conn && s->state != SESSION_ENDING;
}

/* Of those that are left, the share that belongs to the time since the last tick: a busy loop ticks
 * late. */
static void on_drain(struct lt_timer *t, int64_t now_us)
{
    struct lt_sessions *all = t->arg;
    int64_t left_us = all->drain_until_us - now_us, past_us = now_us - all->drained_us, n = 0;
    all->drained_us = now_us;
    for (const struct session *s = all->list; s; s = s->next)
        n += to_move(s);
    if (left_us > 0 && n > 0)
        n = (n * past_us + left_us + past_us - 1) / (left_us + past_us);
    for (struct session *s = all->list; s && n > 0; s = s->next) {
        if (!to_move(s) || (s->pending > 0 && left_us > -DRAIN_WAIT_US))
            continue;
        session_bye(s, LT_EDRAIN, MOVE_FROM_MS + all->moved++ * 61 % MOVE_SPREAD_MS);
        n--;
    }
    lt_loop_timer(all->loop, t, DRAIN_TICK_US);
}

struct lt_sessions *lt_sessions_new(struct lt_loop *l, struct lt_hub *hub, struct lt_keys *keys,
                                    struct lt_screens *screens, struct lt_batcher *answers,
                                    struct lt_batcher *joins, const struct lt_home_parts *parts,
                                    const struct lt_sessions_opts *opts)
{
    struct lt_sessions *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->loop = l;
    all->hub = hub;
    all->keys = keys;
    all->screens = screens;
    all->answers = answers;
    all->joins = joins;
    all->parts = *parts;
    all->opts = *opts;
    lt_key_derive(opts->secret, "leitai device and address marks", all->mark_key);
    lt_session_key_init(&all->key, opts->secret);
    lt_session_key_previous(&all->key, opts->previous_secret);
    lt_buf_init(&all->welcome, MESSAGE_BYTES);
    lt_timer_init(&all->drain, on_drain, all);
    lt_hub_on_replaced(hub, on_replaced);
    lt_screens_on_paired(screens, session_pairing_taken, all);
    lt_timer_init(&all->watch, session_watch_look, all);
    lt_loop_timer(l, &all->watch, WATCH_LOOK_US);
    return all;
}

int lt_sessions_count(const struct lt_sessions *s)
{
    return s->count;
}

void lt_sessions_drain(struct lt_sessions *all, int64_t spread_us)
{
    all->draining = true;
    all->drained_us = lt_loop_now(all->loop).mono_us;
    all->drain_until_us = all->drained_us + spread_us;
    lt_loop_timer(all->loop, &all->drain, DRAIN_TICK_US);
}

void lt_sessions_free(struct lt_sessions *all)
{
    if (!all)
        return;
    assert(!all->list);
    lt_loop_timer_cancel(all->loop, &all->drain);
    lt_loop_timer_cancel(all->loop, &all->watch);
    lt_buf_done(&all->welcome);
    free(all);
}

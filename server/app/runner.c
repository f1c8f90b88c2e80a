/* Driving events.
 *
 * A drive exists while this node holds an event's token. It does one thing at a time: whatever must
 * be appended next is one transaction, and the append is the fence (leitai.append_log raises LT001
 * when the token or the seq is not what we think). Its inputs, in order of urgency:
 *
 *   a question is closing    wait drain_us → close the gate (waits for answers that hold it)
 *                            → tally → append "closed"
 *   a deadline passed        append "closing"
 *   the inbox has commands   decide each, append its record with its outcome
 *
 *   idle → claiming → (busy ⇄ idle) → deposed
 *
 * After any doubt (lost reply, LT001) the drive forgets what it meant to do and the log is read:
 * what was committed is there, what was not is decided anew.
 */
#include "app/runner.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_US = 100 * 1000,
    SETTLE_US = 10 * 1000, /* answers of the last question are on their way here */
    ANNOUNCE_US = 1000 * 1000,
    INBOX_EVERY_US = 1000 * 1000, /* read it also unasked: a wake may be lost */
    INBOX_EVERY_NO_REDIS_US = 200 * 1000,
    COMMANDS_MAX = 20,
};

struct command {
    char id[LT_COMMAND_ID_BYTES + 1];
    int64_t person;
    enum lt_action action;
    bool known; /* action and arguments can be understood */
    int expect_q;
    struct lt_command_args args;
};

struct lt_drive {
    struct lt_runner *runner;
    struct lt_contest *contest; /* NULL: deposed or forgotten; freed when nothing is under way */
    int64_t token;              /* 0: being claimed */
    bool busy;                  /* a request is under way */
    bool unsure;                /* wait for the log to be read before doing anything */
    bool inbox;                 /* there may be commands */
    int64_t inbox_read_us, announced_us, closing_since_us; /* monotonic */
    bool gate_closed;                                      /* of the closing question */
    bool job_sent; /* finalise job was written under this token */
    struct command commands[COMMANDS_MAX];
    int n_commands, next_command;
    struct lt_record record; /* being appended */
    char outcome_id[LT_COMMAND_ID_BYTES + 1]; /* command that it answers, "" none */
    int outcome;
    bool has_record;
    struct lt_timer timer;
    struct lt_drive *next, **prev;
};

struct lt_runner {
    struct lt_runner_opts opts;
    struct lt_hub *hub;
    struct lt_boards *boards;
    struct lt_drive *drives;
    bool stopped;
};

struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

static void drive_go(struct lt_drive *d);

/* ---- life of a drive ---- */

static void on_timer(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    drive_go(t->arg);
}

static struct lt_drive *drive_new(struct lt_runner *r, struct lt_contest *c)
{
    struct lt_drive *d = calloc(1, sizeof *d);
    assert(d);
    d->runner = r;
    d->contest = c;
    d->inbox = true;
    lt_timer_init(&d->timer, on_timer, d);
    d->next = r->drives;
    d->prev = &r->drives;
    if (d->next)
        d->next->prev = &d->next;
    r->drives = d;
    c->drive = d;
    lt_metric_set(LT_M_EVENTS_DRIVEN, lt_metric_get(LT_M_EVENTS_DRIVEN) + 1);
    return d;
}

static void drive_free(struct lt_drive *d)
{
    *d->prev = d->next;
    if (d->next)
        d->next->prev = d->prev;
    free(d);
}

/* Stop driving. The event's state on this node stays as it is; the log tells what came of it. */
static void drive_end(struct lt_drive *d)
{
    lt_loop_timer_cancel(lt_hub_loop(d->runner->hub), &d->timer);
    d->contest->drive = NULL;
    d->contest = NULL;
    lt_metric_set(LT_M_EVENTS_DRIVEN, lt_metric_get(LT_M_EVENTS_DRIVEN) - 1);
    if (!d->busy)
        drive_free(d);
}

/* A request ended. False: the drive is gone. */
static bool drive_back(struct lt_drive *d)
{
    d->busy = false;
    if (d->contest)
        return true;
    drive_free(d);
    return false;
}

static void drive_later(struct lt_drive *d, int64_t delay_us)
{
    lt_loop_timer(lt_hub_loop(d->runner->hub), &d->timer, delay_us);
}

/* What a failed request means: deposed, or unsure until the log was read. */
static void drive_failed(struct lt_drive *d, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = d->contest;
    lt_log(err == LT_EDEPOSED ? LT_LOG_WARN : LT_LOG_ERROR, "drive is in doubt",
           LT_I("tenant", c->tenant.v), LT_I("event", c->event.v), LT_S("error", lt_err_wire(err)),
           LT_S("sqlstate", r ? lt_pg_sqlstate(r) : ""), LT_S("why", r ? lt_pg_message(r) : ""));
    if (err == LT_EDEPOSED)
        lt_metric_add(LT_M_DEPOSED, 1);
    d->unsure = true;
    lt_hub_poll(c);
    drive_later(d, RETRY_US);
}

static struct lt_pg_req *req_new(struct lt_drive *d)
{
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(d->runner->hub), d->contest->tenant);
    assert(r);
    return r;
}

static void submit(struct lt_drive *d, struct lt_pg_req *r, lt_pg_fn *fn)
{
    if (lt_pg_submit(r, fn, d) == LT_OK)
        d->busy = true;
    else
        drive_later(d, RETRY_US);
}

/* ---- appending ---- */

/* What a record does to the gate of its questions: NULL state, nothing. entry: whose answers pass; 0
 * anybody's, NOBODY nobody's, KEEP as it is. */
enum { NOBODY = -1, KEEP = -2 };
struct gate {
    const char *state;
    int64_t entry;
};

static struct gate gate_of(const struct lt_engine *e, const struct lt_record *r)
{
    bool buzzer = lt_engine_round(e) && lt_engine_round(e)->mode == LT_MODE_BUZZER;
    switch (r->kind) {
    case LT_REC_ARMED:
        return (struct gate){"armed", 0};
    case LT_REC_OPEN:
        return (struct gate){"open", buzzer ? NOBODY : e->turn};
    case LT_REC_HELD:
        return (struct gate){"open", r->entry};
    case LT_REC_CLOSING:
        return (struct gate){"closing", KEEP};
    case LT_REC_VERDICT:
        return (struct gate){r->deadline_us != 0 ? "open" : "closed", NOBODY};
    case LT_REC_CLOSED:
        return (struct gate){"closed", KEEP};
    case LT_REC_REVEAL:
        return (struct gate){"revealed", KEEP};
    case LT_REC_PHASE:
    case LT_REC_LOT:
    case LT_REC_STAKE:
    case LT_REC_PRESS:
    case LT_REC_MARK:
    case LT_REC_HELP:
    case LT_REC_CAPTAIN:
    case LT_REC_EXTEND:
    case LT_REC_ADVANCE:
    case LT_REC_RULING:
    case LT_REC_DRIVER:
    case LT_REC_FINALISING:
    case LT_REC_FINAL:
    case LT_RECORDS:
        break;
    }
    return (struct gate){0};
}

/* Statements that belong to the record, in its transaction. */
static void add_gate(struct lt_drive *d, struct lt_pg_req *r)
{
    const struct lt_record *rec = &d->record;
    const struct lt_engine *e = &d->contest->engine;
    struct gate g = gate_of(e, rec);
    struct num event = num(d->contest->event.v);
    int n = rec->kind == LT_REC_ARMED ? rec->n : e->n_open;
    if (g.state)
        lt_pg_req_add(r, LT_SQL_GATE,
                      (const char *[]){event.s, num(rec->qi).s, num(rec->qi + n).s, g.state,
                                       g.entry == KEEP ? NULL : num(g.entry).s});
    if (rec->kind == LT_REC_PHASE && rec->phase == LT_PHASE_LOBBY)
        lt_pg_req_add(r, LT_SQL_FREEZE_SHEET, (const char *[]){event.s});
    if (rec->kind == LT_REC_FINALISING) {
        lt_pg_req_add(r, LT_SQL_SEAL_GATES, (const char *[]){event.s});
        lt_pg_req_add(r, LT_SQL_FINALISE_JOB, (const char *[]){event.s, num(d->token).s});
    }
}

static void on_appended(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err != LT_OK) {
        drive_failed(d, err, r);
        return;
    }
    struct lt_contest *c = d->contest;
    if (d->has_record) {
        lt_metric_add(LT_M_RECORDS, 1);
        if (d->record.kind == LT_REC_CLOSING) {
            d->closing_since_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us;
            d->gate_closed = false;
        }
        lt_hub_committed(c, &d->record);
    }
    if (d->outcome_id[0])
        lt_hub_outcome(c, d->outcome_id, d->outcome);
    drive_go(d);
}

/* One transaction: the record (if any), what belongs to it, and the outcome of the command that
 * caused it (if any). */
static void append(struct lt_drive *d)
{
    struct lt_contest *c = d->contest;
    struct lt_pg_req *r = req_new(d);
    struct num event = num(c->event.v);
    if (d->has_record) {
        const struct lt_record *rec = &d->record;
        struct lt_buf payload;
        lt_buf_init(&payload, LT_PAYLOAD_BYTES);
        lt_record_write(rec, &payload);
        assert(!payload.failed);
        const char *phase = rec->kind == LT_REC_PHASE || rec->kind == LT_REC_FINAL
                                ? lt_phase_name(rec->phase)
                                : NULL;
        lt_pg_req_add(r, LT_SQL_APPEND,
                      (const char *[]){event.s, num(d->token).s, num(rec->seq).s, num(rec->at_us).s,
                                       lt_record_kind_name(rec->kind), lt_buf_cstr(&payload),
                                       phase});
        lt_buf_done(&payload);
        add_gate(d, r);
    }
    if (d->outcome_id[0])
        lt_pg_req_add(r, LT_SQL_INBOX_OUTCOME,
                      (const char *[]){event.s, d->outcome_id,
                                       d->outcome == LT_OK ? "ok" : lt_err_wire(d->outcome)});
    submit(d, r, on_appended);
}

/* Decide an input; append what comes of it. True: a request is under way. */
static bool decide(struct lt_drive *d, const struct lt_input *in, const char *command_id)
{
    struct lt_contest *c = d->contest;
    bool has;
    int err = lt_engine_decide(&c->engine, in, &d->record, &has);
    if (!command_id && (err != LT_OK || !has))
        return false;
    d->has_record = err == LT_OK && has;
    d->outcome = err;
    snprintf(d->outcome_id, sizeof d->outcome_id, "%s", command_id ? command_id : "");
    append(d);
    return true;
}

/* ---- closing a question ---- */

static void tally_body(const char *body, int64_t n, struct lt_input *in)
{
    struct lt_response r;
    if (body[0] == '\0' || lt_response_read(body, strlen(body), &r) != LT_OK)
        return;
    for (int i = 0; i < r.n_choice; i++)
        in->dist[r.choice[i]] += (int)n;
}

static void on_tally(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err != LT_OK) {
        drive_failed(d, err, r);
        return;
    }
    struct lt_input in = {.kind = LT_IN_TALLY,
                          .now_us = lt_cluster_now_us(lt_hub_cluster(d->runner->hub)),
                          .digest = lt_pg_text(r, 1, 0, 0)};
    for (int i = 0; i < lt_pg_rows(r, 0); i++) {
        in.answered += (int)lt_pg_i64(r, 0, i, 1);
        in.correct += (int)lt_pg_i64(r, 0, i, 2);
        if (d->contest->engine.n_open == 1) /* options of different questions do not add up */
            tally_body(lt_pg_text(r, 0, i, 0), lt_pg_i64(r, 0, i, 1), &in);
    }
    if (!decide(d, &in, NULL))
        drive_go(d);
}

static void on_gate_closed(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err != LT_OK) {
        drive_failed(d, err, r);
        return;
    }
    d->gate_closed = true;
    drive_go(d);
}

static void close_question(struct lt_drive *d)
{
    struct lt_contest *c = d->contest;
    int64_t since_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us - d->closing_since_us;
    if (since_us < d->runner->opts.drain_us) {
        drive_later(d, d->runner->opts.drain_us - since_us);
        return;
    }
    struct lt_pg_req *r = req_new(d);
    struct num event = num(c->event.v), qi = num(c->engine.qi),
               to = num(c->engine.qi + c->engine.n_open);
    if (d->gate_closed) {
        const char *args[] = {event.s, qi.s, to.s, num(c->season).s, num(c->engine.held).s};
        lt_pg_req_add(r, LT_SQL_TALLY, args);
        lt_pg_req_add(r, LT_SQL_DIGEST, args);
        submit(d, r, on_tally);
    } else {
        lt_pg_req_add(r, LT_SQL_GATE_CLOSE, (const char *[]){event.s, num(d->token).s, qi.s, to.s});
        submit(d, r, on_gate_closed);
    }
}

/* ---- commands ---- */

static void on_commands(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    d->inbox_read_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us;
    d->n_commands = d->next_command = 0;
    if (err != LT_OK) {
        d->inbox = true;
        drive_later(d, RETRY_US);
        return;
    }
    for (int i = 0; i < lt_pg_rows(r, 0) && i < COMMANDS_MAX; i++) {
        struct command *k = &d->commands[d->n_commands++];
        snprintf(k->id, sizeof k->id, "%s", lt_pg_text(r, 0, i, 0));
        k->person = lt_pg_i64(r, 0, i, 1);
        const char *args = lt_pg_text(r, 0, i, 4);
        k->known = lt_action_parse(lt_pg_text(r, 0, i, 2), &k->action) &&
                   lt_command_read(args, strlen(args), &k->args) == LT_OK;
        k->expect_q = (int)lt_pg_i64(r, 0, i, 3);
    }
    drive_go(d);
}

static void read_inbox(struct lt_drive *d)
{
    struct lt_pg_req *r = req_new(d);
    lt_pg_req_add(r, LT_SQL_INBOX_PENDING, (const char *[]){num(d->contest->event.v).s});
    submit(d, r, on_commands);
    d->inbox = !d->busy; /* not sent: still to be read */
}

/* Bits for a draw that may come of the input; they are in its record then. */
static uint64_t fresh_random(void)
{
    uint64_t random;
    int ok = RAND_bytes((unsigned char *)&random, sizeof random);
    assert(ok == 1);
    return random;
}

/* Every team of the event. A captain who was handed the lead keeps it when the lot is drawn again. */
static int teams_of(const struct lt_contest *c, struct lt_team_in ret[LT_TEAMS_MAX])
{
    int n = 0;
    for (const struct lt_entry *e = c->entries; e && n < LT_TEAMS_MAX; e = e->hh.next) {
        const struct lt_team *known = lt_engine_team(&c->engine, e->id);
        ret[n] = (struct lt_team_in){.entry = e->id, .captain = known ? known->captain : 0};
        for (const struct lt_player *p = e->players; p && !known; p = p->next)
            if (p->captain)
                ret[n].captain = p->person;
        n++;
    }
    return n;
}

/* Options and key of the current question, for the help that drops two wrong ones. */
static void add_key(const struct lt_contest *c, struct lt_input *in)
{
    const struct lt_question *q = c->engine.qi >= 0 ? c->questions[c->engine.qi] : NULL;
    if (!q || (q->type != LT_QT_SINGLE && q->type != LT_QT_MULTIPLE))
        return;
    in->n_options = q->n_options;
    for (int i = 0; i < q->n_key; i++)
        in->key |= 1u << q->key[i];
}

/* False: the standings that the command depends on are not complete yet. */
static bool prepare(struct lt_drive *d, const struct command *k, struct lt_plan *plan,
                    struct lt_team_in *teams, struct lt_input *in)
{
    const struct lt_contest *c = d->contest;
    bool planned = k->action == LT_ACT_NEXT || k->action == LT_ACT_SKIP ||
                   k->action == LT_ACT_ADVANCE;
    if (planned && c->board_version < c->moved_seq)
        return false;
    lt_command_input(&k->args, in);
    if (planned) {
        lt_standings_plan(c->standings, &c->engine, k->action, plan);
        in->plan = plan;
    }
    if (k->action == LT_ACT_LOT) {
        in->n_teams = teams_of(c, teams);
        in->teams = teams;
    }
    if (k->action == LT_ACT_HELP)
        add_key(c, in);
    return true;
}

static void run_command(struct lt_drive *d, const struct command *k)
{
    struct lt_plan plan;
    struct lt_team_in teams[LT_TEAMS_MAX];
    struct lt_input in = {
        .kind = LT_IN_COMMAND,
        .now_us = lt_cluster_now_us(lt_hub_cluster(d->runner->hub)),
        .action = k->action,
        .expect_q = k->expect_q,
        .by = k->person,
        .random = fresh_random(),
    };
    if (k->known && !prepare(d, k, &plan, teams, &in)) {
        drive_later(d, SETTLE_US);
        return;
    }
    d->next_command++;
    lt_metric_add(LT_M_COMMANDS, 1);
    lt_log(LT_LOG_INFO, "command", LT_I("tenant", d->contest->tenant.v),
           LT_I("event", d->contest->event.v),
           LT_S("action", k->known ? lt_action_name(k->action) : "?"), LT_I("person", k->person),
           LT_S("id", k->id));
    if (k->known) {
        decide(d, &in, k->id);
        return;
    }
    /* Written by a newer node; this driver cannot do it. */
    d->has_record = false;
    d->outcome = LT_EUNKNOWN;
    snprintf(d->outcome_id, sizeof d->outcome_id, "%s", k->id);
    append(d);
}

/* ---- what next ---- */

static void announce(struct lt_drive *d, int64_t now_us)
{
    if (now_us - d->announced_us < ANNOUNCE_US)
        return;
    d->announced_us = now_us;
    lt_hub_announce(d->contest);
}

static void on_job_sent(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err != LT_OK) {
        drive_failed(d, err, r);
        return;
    }
    d->job_sent = true;
    drive_go(d);
}

/* A takeover while results are being written: the job carries the old driver's token and will be
 * refused; give it ours. */
static void resend_job(struct lt_drive *d)
{
    struct lt_pg_req *r = req_new(d);
    lt_pg_req_add(r, LT_SQL_FINALISE_JOB,
                  (const char *[]){num(d->contest->event.v).s, num(d->token).s});
    submit(d, r, on_job_sent);
}

static void on_released(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err == LT_OK)
        drive_end(d);
    else
        drive_failed(d, err, r);
}

/* Nobody is here any more: let any node take the event when somebody comes back. */
static void release(struct lt_drive *d)
{
    struct lt_pg_req *r = req_new(d);
    lt_pg_req_add(r, LT_SQL_RELEASE, (const char *[]){num(d->contest->event.v).s, num(d->token).s});
    submit(d, r, on_released);
}

static void drive_go(struct lt_drive *d)
{
    struct lt_runner *run = d->runner;
    struct lt_contest *c = d->contest;
    if (d->busy || d->unsure || d->token == 0 || run->stopped)
        return;
    int64_t mono_us = lt_loop_now(lt_hub_loop(run->hub)).mono_us;
    int64_t now_us = lt_cluster_now_us(lt_hub_cluster(run->hub));
    announce(d, mono_us);
    /* A node that lost touch with the database must not look alive: the fence would refuse it, so
     * it does not try. */
    if (!lt_cluster_alive(lt_hub_cluster(run->hub))) {
        drive_later(d, RETRY_US);
        return;
    }
    if (c->engine.qstate == LT_Q_CLOSING) {
        close_question(d);
        return;
    }
    struct lt_input tick = {.kind = LT_IN_TIME, .now_us = now_us, .random = fresh_random()};
    if (now_us >= lt_engine_next_us(&c->engine) && decide(d, &tick, NULL))
        return;
    if (d->next_command < d->n_commands) {
        run_command(d, &d->commands[d->next_command]);
        return;
    }
    if (c->engine.finalising && c->engine.phase != LT_PHASE_FINAL && !d->job_sent) {
        resend_job(d);
        return;
    }
    int64_t every_us = lt_hub_fast(run->hub) ? INBOX_EVERY_US : INBOX_EVERY_NO_REDIS_US;
    if (d->inbox || mono_us - d->inbox_read_us >= every_us) {
        read_inbox(d);
        return;
    }
    int64_t next_us = lt_engine_next_us(&c->engine), wait_us = next_us - now_us;
    if (next_us == INT64_MAX && lt_hub_idle(c)) {
        release(d);
        return;
    }
    drive_later(d, wait_us < every_us ? (wait_us > 0 ? wait_us : 0) : every_us);
}

/* ---- claiming ---- */

static void on_claimed(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    struct lt_contest *c = d->contest;
    if (err !=
        LT_OK) { /* somebody was faster, or the log went on: the next look at the head decides */
        (void)r;
        drive_end(d);
        return;
    }
    d->token = d->record.token;
    lt_metric_add(LT_M_TAKEOVERS, 1);
    lt_log(LT_LOG_INFO, "driving", LT_I("tenant", c->tenant.v), LT_I("event", c->event.v),
           LT_I("token", d->token));
    lt_hub_committed(c, &d->record);
    drive_go(d);
}

static void claim(struct lt_runner *run, struct lt_contest *c, int64_t old_token)
{
    struct lt_cluster *cluster = lt_hub_cluster(run->hub);
    struct lt_drive *d = drive_new(run, c);
    struct lt_input in = {.kind = LT_IN_TAKEOVER,
                          .now_us = lt_cluster_now_us(cluster),
                          .node = lt_cluster_node(cluster),
                          .token = old_token + 1};
    bool has;
    if (lt_engine_decide(&c->engine, &in, &d->record, &has) != LT_OK ||
        !has) { /* e.g. a final event: nothing to drive */
        drive_end(d);
        return;
    }
    struct lt_buf payload;
    lt_buf_init(&payload, LT_PAYLOAD_BYTES);
    lt_record_write(&d->record, &payload);
    assert(!payload.failed);
    struct lt_pg_req *r = req_new(d);
    lt_pg_req_add(r, LT_SQL_CLAIM,
                  (const char *[]){num(c->event.v).s, num(in.node).s, num(old_token).s,
                                   num(lt_cluster_dead_us(cluster)).s, num(d->record.seq).s,
                                   num(d->record.at_us).s, lt_buf_cstr(&payload)});
    lt_buf_done(&payload);
    submit(d, r, on_claimed);
    if (!d->busy)
        drive_end(d);
}

/* ---- what the hub tells ---- */

static void on_head(void *arg, struct lt_contest *c, int64_t token, int64_t node, bool alive)
{
    struct lt_runner *run = arg;
    struct lt_cluster *cluster = lt_hub_cluster(run->hub);
    struct lt_drive *d = c->drive;
    bool mine = node != 0 && node == lt_cluster_node(cluster);
    if (d && d->token != 0 && (!mine || token != d->token)) {
        lt_log(LT_LOG_WARN, "deposed", LT_I("tenant", c->tenant.v), LT_I("event", c->event.v),
               LT_I("token", token));
        drive_end(d);
        return;
    }
    if (d && d->unsure && !d->busy) {
        d->unsure = false;
        d->n_commands = d->next_command = 0;
        d->inbox = true;
        drive_go(d);
        return;
    }
    if (d || run->stopped || !lt_cluster_alive(cluster) || c->engine.phase == LT_PHASE_FINAL)
        return;
    if (mine || !alive) {
        bool wanted = c->n_members[LT_MEMBER_PLAY] + c->n_members[LT_MEMBER_STAGE] +
                          c->n_members[LT_MEMBER_DESK] >
                      0;
        if (wanted)
            claim(run, c, token);
    }
}

static void on_inbox(void *arg, struct lt_contest *c)
{
    (void)arg;
    if (c->drive) {
        c->drive->inbox = true;
        drive_go(c->drive);
    } else {
        lt_hub_poll(c); /* perhaps nobody drives */
    }
}

static void on_record(void *arg, struct lt_contest *c, const struct lt_record *r)
{
    (void)arg;
    if (!c->drive)
        return;
    if (c->engine.phase == LT_PHASE_FINAL) { /* the job's record: nothing is left to drive */
        if (!c->drive->busy)
            drive_end(c->drive);
    } else if (r->kind == LT_REC_CLOSING) {
        c->drive->gate_closed = false;
        c->drive->closing_since_us = lt_loop_now(lt_hub_loop(c->drive->runner->hub)).mono_us;
    }
}

static void on_board(void *arg, struct lt_contest *c)
{
    struct lt_runner *run = arg;
    if (c->drive)
        lt_boards_project(run->boards, c);
}

static void on_forget(void *arg, struct lt_contest *c)
{
    struct lt_runner *run = arg;
    if (c->drive)
        drive_end(c->drive);
    lt_boards_forget(run->boards, c);
}

struct lt_runner *lt_runner_new(const struct lt_runner_opts *opts)
{
    struct lt_runner *r = calloc(1, sizeof *r);
    if (r)
        r->opts = *opts;
    return r;
}

struct lt_hub_driver lt_runner_hooks(struct lt_runner *r)
{
    return (struct lt_hub_driver){.arg = r,
                                  .on_head = on_head,
                                  .on_inbox = on_inbox,
                                  .on_record = on_record,
                                  .on_board = on_board,
                                  .on_forget = on_forget};
}

void lt_runner_attach(struct lt_runner *r, struct lt_hub *hub, struct lt_boards *boards)
{
    r->hub = hub;
    r->boards = boards;
}

void lt_runner_stop(struct lt_runner *r)
{
    r->stopped = true;
}

void lt_runner_free(struct lt_runner *r)
{
    if (!r)
        return;
    assert(!r->drives);
    free(r);
}

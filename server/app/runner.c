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
#include "runner_internal.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/units.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

bool drive_back(struct lt_drive *d)
{
    d->busy = false;
    if (d->contest)
        return true;
    drive_free(d);
    return false;
}

void drive_later(struct lt_drive *d, int64_t delay_us)
{
    lt_loop_timer(lt_hub_loop(d->runner->hub), &d->timer, delay_us);
}

void drive_forget_commands(struct lt_drive *d)
{
    d->n_commands = d->next_command = d->full_reads = 0;
    d->drained_us = 0;
    d->inbox = true;
}

void drive_failed(struct lt_drive *d, int err, const struct lt_pg_result *r)
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

struct lt_pg_req *drive_req(struct lt_drive *d)
{
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(d->runner->hub), d->contest->tenant);
    assert(r);
    return r;
}

void drive_submit(struct lt_drive *d, struct lt_pg_req *r, lt_pg_fn *fn)
{
    if (lt_pg_submit(r, fn, d) == LT_OK) {
        d->busy = true;
        return;
    }
    drive_forget_commands(d); /* the next must not overtake the one that was not sent */
    drive_later(d, RETRY_US);
}

/* ---- what next ---- */

static void announce(struct lt_drive *d, int64_t now_us)
{
    const struct lt_contest *c = d->contest;
    bool stale = lt_boards_state(d->runner->boards, c->tenant, c->event) == LT_BOARD_LOST;
    if (now_us - d->announced_us < ANNOUNCE_US && stale == d->announced_stale)
        return;
    d->announced_us = now_us;
    d->announced_stale = stale;
    lt_hub_announce(d->contest, stale);
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
    struct lt_pg_req *r = drive_req(d);
    lt_pg_req_add(r, LT_SQL_FINALISE_JOB,
                  (const char *[]){num(d->contest->event.v).s, num(d->token).s});
    drive_submit(d, r, on_job_sent);
}

static void on_released(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    if (err != LT_OK) {
        drive_failed(d, err, r);
        return;
    }
    struct lt_contest *c = d->contest;
    lt_log(LT_LOG_INFO, "released", LT_I("tenant", c->tenant.v), LT_I("event", c->event.v),
           LT_I("token", d->token));
    drive_end(d);
    lt_hub_wake(c);
}

/* Nobody is here any more, or this node drains: let any node take the event. */
static void release(struct lt_drive *d)
{
    struct lt_pg_req *r = drive_req(d);
    lt_pg_req_add(r, LT_SQL_RELEASE, (const char *[]){num(d->contest->event.v).s, num(d->token).s});
    drive_submit(d, r, on_released);
}

/* A buzzer's window is over, or its time is. Presses that came before may wait in the inbox, more of
 * them the busier this node is, and all of them after a takeover: they are decided first, or the
 * judge would see only those that were read first. */
static bool presses_may_wait(struct lt_drive *d, int64_t due_us)
{
    const struct lt_engine *e = &d->contest->engine;
    bool buzzer = e->qstate == LT_Q_OPEN && lt_engine_round(e)->mode == LT_MODE_BUZZER;
    bool unread = d->drained_us < due_us && d->full_reads < FULL_READS_MAX;
    if (buzzer && (unread || d->next_command < d->n_commands))
        return true;
    d->full_reads = 0;
    return false;
}

static void next_command(struct lt_drive *d)
{
    if (d->next_command < d->n_commands)
        drive_run_command(d, &d->commands[d->next_command]);
    else
        drive_read_inbox(d);
}

void drive_go(struct lt_drive *d)
{
    struct lt_runner *run = d->runner;
    struct lt_contest *c = d->contest;
    if (d->busy || d->token == 0)
        return;
    if (run->draining) { /* also in doubt: what was committed is in the log for whoever comes next */
        release(d);
        return;
    }
    if (d->unsure)
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
        drive_close_question(d);
        return;
    }
    struct lt_input tick = {.kind = LT_IN_TIME, .now_us = now_us, .random = drive_random()};
    bool due = now_us >= lt_engine_next_us(&c->engine);
    if (due && presses_may_wait(d, lt_engine_next_us(&c->engine))) {
        next_command(d);
        return;
    }
    if (due && drive_decide(d, &tick, NULL))
        return;
    if (d->next_command < d->n_commands) {
        drive_run_command(d, &d->commands[d->next_command]);
        return;
    }
    if (c->engine.finalising && c->engine.phase != LT_PHASE_FINAL && !d->job_sent) {
        resend_job(d);
        return;
    }
    int64_t every_us = lt_hub_fast(run->hub) ? INBOX_EVERY_US : INBOX_EVERY_NO_REDIS_US;
    if (d->inbox || mono_us - d->inbox_read_us >= every_us) {
        drive_read_inbox(d);
        return;
    }
    int64_t next_us = lt_engine_next_us(&c->engine), wait_us = next_us - now_us;
    if (next_us == INT64_MAX && lt_hub_idle(c)) {
        release(d);
        return;
    }
    drive_later(d, wait_us < every_us ? (wait_us > 0 ? wait_us : 0) : every_us);
}

/* ---- boards ---- */

/* Who the entries are, by id: each board asks about all of them, and ids lie close together. Looking a
 * hundred thousand up by hash would cost the driver as much again as telling its own players. */
struct roll {
    const struct lt_contest *contest;
    int64_t first;
    int64_t n; /* ids from `first` on; 0: they lie too far apart */
    struct lt_board_who *who;
};

static struct lt_board_who who_of(const struct lt_contest *c, const struct lt_entry *e)
{
    return (struct lt_board_who){
        .unit = e && c->units ? lt_board_units_find(c->units->board, e->unit_id) : -1,
        .leader = e && e->leader};
}

static struct roll roll_make(const struct lt_contest *c)
{
    struct roll r = {.contest = c};
    int64_t last = INT64_MIN;
    r.first = INT64_MAX;
    for (const struct lt_entry *e = c->entries; e; e = e->hh.next) {
        r.first = e->id < r.first ? e->id : r.first;
        last = e->id > last ? e->id : last;
    }
    if (!c->entries || last - r.first >= 4 * (int64_t)lt_contest_entries(c) + 1024)
        return r;
    r.n = last - r.first + 1;
    r.who = malloc((size_t)r.n * sizeof *r.who);
    assert(r.who);
    for (int64_t i = 0; i < r.n; i++)
        r.who[i] = who_of(c, NULL);
    for (const struct lt_entry *e = c->entries; e; e = e->hh.next)
        r.who[e->id - r.first] = who_of(c, e);
    return r;
}

static struct lt_board_who who_is(void *arg, int64_t entry)
{
    const struct roll *r = arg;
    if (entry >= r->first && entry - r->first < r->n)
        return r->who[entry - r->first];
    return who_of(r->contest, lt_contest_entry(r->contest, entry));
}

static int round_places(void *arg, int r, struct lt_place **ret)
{
    const struct lt_contest *c = ((const struct roll *)arg)->contest;
    return lt_board_round(&c->sheet, lt_contest_public_fold(c), r, ret);
}

static int64_t newest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void project(struct lt_runner *run, struct lt_contest *c, bool if_newer)
{
    struct lt_public board;
    bool units_due = c->sheet.n_boards > 0 && !c->units && c->engine.phase >= LT_PHASE_LOBBY;
    if (units_due || !lt_contest_public(c, &board) || (board.frozen && !lt_contest_current(c)))
        return; /* it is called again when they are there */
    struct roll roll = roll_make(c);
    struct lt_board_input in = {.tenant = c->tenant,
                                .event = c->event,
                                .version = newest(board.version, c->board_version),
                                .shows = board.version,
                                .sheet = &c->sheet,
                                .frozen = board.frozen,
                                .final = c->engine.phase == LT_PHASE_FINAL,
                                .shown = board.ranked,
                                .n_shown = board.n,
                                .truth = board.frozen ? c->ranked : NULL,
                                .n_truth = board.frozen ? c->n_ranked : 0,
                                .units = c->units ? c->units->board : NULL,
                                .who = who_is,
                                .round = round_places,
                                .arg = &roll};
    lt_boards_project(run->boards, lt_board_set_make(&in), if_newer);
    free(roll.who);
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
    /* Answers on their way when the question was closed get their time from here too. */
    d->closing_since_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us;
    lt_metric_add(LT_M_TAKEOVERS, 1);
    lt_log(LT_LOG_INFO, "driving", LT_I("tenant", c->tenant.v), LT_I("event", c->event.v),
           LT_I("token", d->token));
    project(d->runner, c, true); /* the last one may not have been written */
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
    struct lt_pg_req *r = drive_req(d);
    lt_pg_req_add(r, LT_SQL_CLAIM,
                  (const char *[]){num(c->event.v).s, num(in.node).s, num(old_token).s,
                                   num(lt_cluster_dead_us(cluster)).s, num(d->record.seq).s,
                                   num(d->record.at_us).s, lt_buf_cstr(&payload)});
    lt_buf_done(&payload);
    drive_submit(d, r, on_claimed);
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
        drive_forget_commands(d);
        drive_go(d);
        return;
    }
    if (d || run->draining || !lt_cluster_alive(cluster) || c->engine.phase == LT_PHASE_FINAL ||
        c->sheet.self_paced) /* that is paced by the job process */
        return;
    bool wanted = c->n_members[LT_MEMBER_PLAY] + c->n_members[LT_MEMBER_STAGE] +
                      c->n_members[LT_MEMBER_DESK] + c->n_members[LT_MEMBER_JUDGE] >
                  0;
    /* Ours without our knowing: the answer to the claim was lost. Nobody else may take it from a node
     * that lives, so it is driven from here though whoever wants it is elsewhere. */
    if (mine || (!alive && wanted))
        claim(run, c, token);
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
    if (c->engine.phase ==
        LT_PHASE_FINAL) /* nobody drives it: each that holds it keeps its board */
        project(arg, c, true);
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
    if (c->sheet.self_paced) /* the contest's copy here has no places */
        return;
    if (c->drive || c->engine.phase == LT_PHASE_FINAL)
        project(run, c, !c->drive);
}

static void on_forget(void *arg, struct lt_contest *c)
{
    struct lt_runner *run = arg;
    if (c->drive)
        drive_end(c->drive);
    lt_boards_forget(run->boards, c->tenant, c->event);
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

void lt_runner_drain(struct lt_runner *r)
{
    r->draining = true;
    for (struct lt_drive *d = r->drives; d; d = d->next)
        drive_go(d);
}

int lt_runner_driving(const struct lt_runner *r)
{
    int n = 0;
    for (const struct lt_drive *d = r->drives; d; d = d->next)
        n++;
    return n;
}

void lt_runner_free(struct lt_runner *r)
{
    if (!r)
        return;
    assert(!r->drives);
    free(r);
}

/* What a drive writes: a record with the gate of its questions in one transaction, and the tally of a
 * question that closes. */
#include "runner_internal.h"

#include "base/buf.h"
#include "base/metrics.h"
#include <assert.h>
#include <string.h>

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
    case LT_REC_RESOLVE:
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
        lt_pg_req_add(r, LT_SQL_INBOX_SEAL, (const char *[]){event.s});
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

void drive_append(struct lt_drive *d)
{
    struct lt_contest *c = d->contest;
    struct lt_pg_req *r = drive_req(d);
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
    drive_submit(d, r, on_appended);
}

bool drive_decide(struct lt_drive *d, const struct lt_input *in, const char *command_id)
{
    struct lt_contest *c = d->contest;
    bool has;
    int err = lt_engine_decide(&c->engine, in, &d->record, &has);
    if (!command_id && (err != LT_OK || !has))
        return false;
    d->has_record = err == LT_OK && has;
    d->outcome = err;
    snprintf(d->outcome_id, sizeof d->outcome_id, "%s", command_id ? command_id : "");
    drive_append(d);
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

static void tally_all(const struct lt_contest *c, const struct lt_pg_result *r, struct lt_input *in)
{
    for (int i = 0; i < lt_pg_rows(r, 0); i++) {
        in->answered += (int)lt_pg_i64(r, 0, i, 1);
        in->correct += (int)lt_pg_i64(r, 0, i, 2);
        if (c->engine.n_open == 1) /* options of different questions do not add up */
            tally_body(lt_pg_text(r, 0, i, 0), lt_pg_i64(r, 0, i, 1), in);
    }
}

/* The answer that stands for the holder is picked and graded as the standings will do it. */
static void tally_held(const struct lt_contest *c, const struct lt_pg_result *r,
                       struct lt_input *in)
{
    struct lt_answer_row rows[LT_MEMBERS_MAX];
    const struct lt_round_rule *round = lt_engine_round(&c->engine);
    struct lt_response response;
    int n = lt_pg_rows(r, 0), picked;
    if (n > LT_MEMBERS_MAX)
        n = LT_MEMBERS_MAX;
    for (int i = 0; i < n; i++)
        rows[i] = (struct lt_answer_row){.entry = c->engine.held,
                                         .person = lt_pg_i64(r, 0, i, 0),
                                         .qi = c->engine.qi,
                                         .body = lt_pg_text(r, 0, i, 1),
                                         .received_us = lt_pg_i64(r, 0, i, 2)};
    picked = lt_standings_pick(c->standings, c->engine.qi, rows, n);
    if (picked < 0)
        return;
    in->answered = 1;
    if (lt_response_read(rows[picked].body, strlen(rows[picked].body), &response) == LT_OK)
        in->correct = lt_grade(c->questions[c->engine.qi], &response, round->score.partial).right;
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
    if (d->contest->engine.held != 0)
        tally_held(d->contest, r, &in);
    else
        tally_all(d->contest, r, &in);
    if (!drive_decide(d, &in, NULL))
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

void drive_close_question(struct lt_drive *d)
{
    struct lt_contest *c = d->contest;
    int64_t since_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us - d->closing_since_us;
    if (since_us < d->runner->opts.drain_us) {
        drive_later(d, d->runner->opts.drain_us - since_us);
        return;
    }
    struct lt_pg_req *r = drive_req(d);
    struct num event = num(c->event.v), qi = num(c->engine.qi),
               to = num(c->engine.qi + c->engine.n_open);
    if (d->gate_closed) {
        const char *args[] = {event.s, qi.s, to.s, num(c->season).s, num(c->engine.held).s};
        lt_pg_req_add(r, c->engine.held != 0 ? LT_SQL_HELD : LT_SQL_TALLY, args);
        lt_pg_req_add(r, LT_SQL_DIGEST, args);
        drive_submit(d, r, on_tally);
    } else {
        lt_pg_req_add(r, LT_SQL_GATE_CLOSE, (const char *[]){event.s, num(d->token).s, qi.s, to.s});
        drive_submit(d, r, on_gate_closed);
    }
}

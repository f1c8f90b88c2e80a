/* The contest as a state machine over its log.
 *
 * Three tables say everything that is allowed: which phase may follow which, which question state
 * may follow which, and for each host command in which states it acts and in which its effect
 * holds already. decide() reads the tables and writes nothing; apply() is the only way into the
 * state, and inside it every field has one setter. decide() ends by letting apply() try its record
 * on a copy, so that a record which no replay would accept cannot reach the log.
 *
 * The clock of a question is opened_us and deadline_us, both in the record: a replay never computes
 * a time. A pause stores when it began; the resume's record carries the moved times.
 *
 * Rejected: letting a pause close or hold back the draining of a closing question. The drain is the
 * database's business, not the audience's, and a pause that blocked it would also block a new
 * driver from tidying up after the old one. */
#include "domain/engine.h"

#include "base/err.h"

#include <assert.h>
#include <string.h>

#define BIT(x) (1u << (x))
#define ANY (~0u)

static const unsigned phase_moves[LT_PHASES] = {
    [LT_PHASE_DRAFT] = BIT(LT_PHASE_LOBBY),
    [LT_PHASE_LOBBY] = BIT(LT_PHASE_RUNNING),
    [LT_PHASE_RUNNING] = BIT(LT_PHASE_PAUSED) | BIT(LT_PHASE_FINISHED),
    [LT_PHASE_PAUSED] = BIT(LT_PHASE_RUNNING),
    [LT_PHASE_FINISHED] = BIT(LT_PHASE_FINAL),
    [LT_PHASE_FINAL] = 0,
};
static const unsigned question_moves[LT_QSTATES] = {
    [LT_Q_NONE] = BIT(LT_Q_ARMED),      [LT_Q_ARMED] = BIT(LT_Q_OPEN),
    [LT_Q_OPEN] = BIT(LT_Q_CLOSING),    [LT_Q_CLOSING] = BIT(LT_Q_CLOSED),
    [LT_Q_CLOSED] = BIT(LT_Q_REVEALED), [LT_Q_REVEALED] = BIT(LT_Q_ARMED),
};
/* Between questions, where the event may finish. */
static const unsigned resting = BIT(LT_Q_NONE) | BIT(LT_Q_REVEALED);

static const struct command {
    const char *name;
    enum lt_record_kind record;
    enum lt_phase to;                   /* of a PHASE record */
    unsigned phases, qstates;           /* where it acts */
    unsigned held_phases, held_qstates; /* where its effect holds already */
} commands[LT_ACTIONS] = {
    [LT_ACT_LOBBY] = {"lobby", LT_REC_PHASE, LT_PHASE_LOBBY, BIT(LT_PHASE_DRAFT), ANY,
                      BIT(LT_PHASE_LOBBY), ANY},
    [LT_ACT_START] = {"start", LT_REC_PHASE, LT_PHASE_RUNNING, BIT(LT_PHASE_LOBBY), ANY,
                      BIT(LT_PHASE_RUNNING), ANY},
    [LT_ACT_NEXT] = {"next", LT_REC_ARMED, 0, BIT(LT_PHASE_RUNNING), resting, BIT(LT_PHASE_RUNNING),
                     BIT(LT_Q_ARMED)},
    [LT_ACT_OPEN] = {"open", LT_REC_OPEN, 0, BIT(LT_PHASE_RUNNING), BIT(LT_Q_ARMED),
                     BIT(LT_PHASE_RUNNING), BIT(LT_Q_OPEN)},
    [LT_ACT_CLOSE] = {"close", LT_REC_CLOSING, 0, BIT(LT_PHASE_RUNNING), BIT(LT_Q_OPEN),
                      BIT(LT_PHASE_RUNNING), BIT(LT_Q_CLOSING) | BIT(LT_Q_CLOSED)},
    [LT_ACT_REVEAL] = {"reveal", LT_REC_REVEAL, 0, BIT(LT_PHASE_RUNNING), BIT(LT_Q_CLOSED),
                       BIT(LT_PHASE_RUNNING), BIT(LT_Q_REVEALED)},
    [LT_ACT_PAUSE] = {"pause", LT_REC_PHASE, LT_PHASE_PAUSED, BIT(LT_PHASE_RUNNING), ANY,
                      BIT(LT_PHASE_PAUSED), ANY},
    [LT_ACT_RESUME] = {"resume", LT_REC_PHASE, LT_PHASE_RUNNING, BIT(LT_PHASE_PAUSED), ANY,
                       BIT(LT_PHASE_RUNNING), ANY},
    [LT_ACT_FINISH] = {"finish", LT_REC_PHASE, LT_PHASE_FINISHED, BIT(LT_PHASE_RUNNING), resting,
                       BIT(LT_PHASE_FINISHED), ANY},
    [LT_ACT_FINALISE] = {"finalise", LT_REC_FINALISING, 0, BIT(LT_PHASE_FINISHED), ANY,
                         BIT(LT_PHASE_FINAL), ANY},
};

static const char *const phase_names[LT_PHASES] = {
    [LT_PHASE_DRAFT] = "draft",   [LT_PHASE_LOBBY] = "lobby",       [LT_PHASE_RUNNING] = "running",
    [LT_PHASE_PAUSED] = "paused", [LT_PHASE_FINISHED] = "finished", [LT_PHASE_FINAL] = "final",
};
static const char *const qstate_names[LT_QSTATES] = {
    [LT_Q_NONE] = "none",       [LT_Q_ARMED] = "armed",   [LT_Q_OPEN] = "open",
    [LT_Q_CLOSING] = "closing", [LT_Q_CLOSED] = "closed", [LT_Q_REVEALED] = "revealed",
};

const char *lt_phase_name(enum lt_phase p)
{
    return (unsigned)p < LT_PHASES ? phase_names[p] : "";
}

const char *lt_qstate_name(enum lt_qstate q)
{
    return (unsigned)q < LT_QSTATES ? qstate_names[q] : "";
}

const char *lt_action_name(enum lt_action a)
{
    return (unsigned)a < LT_ACTIONS ? commands[a].name : "";
}

bool lt_action_parse(const char *s, enum lt_action *ret)
{
    for (int i = 0; i < LT_ACTIONS; i++)
        if (strcmp(s, commands[i].name) == 0) {
            *ret = (enum lt_action)i;
            return true;
        }
    return false;
}

int lt_engine_expect(bool has_q, int q)
{
    if (!has_q)
        return LT_EXPECT_ANY;
    return q == 0 ? LT_EXPECT_BEFORE_FIRST : q - 1;
}

void lt_engine_init(struct lt_engine *e, const struct lt_sheet *sheet)
{
    memset(e, 0, sizeof *e);
    e->sheet = sheet;
    e->qi = -1;
}

/* ---- setters: each field of the state is written here and nowhere else ---------------------- */

static void set_phase(struct lt_engine *e, enum lt_phase to)
{
    assert(phase_moves[e->phase] & BIT(to));
    e->phase = to;
}

static void set_qstate(struct lt_engine *e, enum lt_qstate to)
{
    assert(question_moves[e->qstate] & BIT(to));
    e->qstate = to;
}

static void set_question(struct lt_engine *e, int qi)
{
    e->qi = qi;
}

static void set_clock(struct lt_engine *e, int64_t opened_us, int64_t deadline_us)
{
    e->opened_us = opened_us;
    e->deadline_us = deadline_us;
}

static void set_paused(struct lt_engine *e, int64_t at_us)
{
    e->paused_us = at_us;
}

static void set_closing(struct lt_engine *e, int64_t at_us)
{
    e->closing_us = at_us;
}

static void set_tally(struct lt_engine *e, int answered, int correct, const int dist[8])
{
    e->answered = answered;
    e->correct = correct;
    memcpy(e->dist, dist, sizeof e->dist);
}

static void set_finalising(struct lt_engine *e, bool on)
{
    e->finalising = on;
}

/* ---- apply ---------------------------------------------------------------------------------- */

static bool time_ok(int64_t t_us)
{
    return t_us >= 0 && t_us < LT_TIME_MAX_US;
}

static bool tally_ok(int answered, int correct, const int dist[8])
{
    if (answered < 0 || correct < 0 || correct > answered)
        return false;
    for (int i = 0; i < 8; i++)
        if (dist[i] < 0 || dist[i] > answered)
            return false;
    return true;
}

static int64_t limit_us(const struct lt_engine *e)
{
    int round, index;
    const struct lt_round_rule *rule = lt_sheet_round_of(e->sheet, e->qi, &round, &index);

    assert(rule);
    return (int64_t)rule->seconds * 1000000;
}

/* Whether a resume's times are those of the question, moved by no less than nothing. */
static bool resumed_clock_ok(const struct lt_engine *e, const struct lt_record *r)
{
    if (e->qstate != LT_Q_OPEN)
        return r->opened_us == 0 && r->deadline_us == 0;
    return r->opened_us >= e->opened_us && time_ok(r->opened_us) &&
           r->deadline_us - r->opened_us == limit_us(e);
}

static int apply_phase(struct lt_engine *e, const struct lt_record *r)
{
    bool resume = e->phase == LT_PHASE_PAUSED;

    if ((unsigned)r->phase >= LT_PHASES || !(phase_moves[e->phase] & BIT(r->phase)))
        return LT_ERECORD;
    /* The last phase has a record of its own, and a question must not be left behind. */
    if (r->phase == LT_PHASE_FINAL)
        return LT_ERECORD;
    if (r->phase == LT_PHASE_FINISHED && !(resting & BIT(e->qstate)))
        return LT_ERECORD;
    if (resume ? !resumed_clock_ok(e, r) : r->opened_us != 0 || r->deadline_us != 0)
        return LT_ERECORD;
    if (resume && e->qstate == LT_Q_OPEN)
        set_clock(e, r->opened_us, r->deadline_us);
    set_paused(e, r->phase == LT_PHASE_PAUSED ? r->at_us : 0);
    set_phase(e, r->phase);
    return LT_OK;
}

static int apply_armed(struct lt_engine *e, const struct lt_record *r)
{
    static const int nobody[8];

    if (r->qi != e->qi + 1 || r->qi >= lt_sheet_questions(e->sheet))
        return LT_ERECORD;
    set_question(e, r->qi);
    set_clock(e, 0, 0);
    set_closing(e, 0);
    set_tally(e, 0, 0, nobody);
    set_qstate(e, LT_Q_ARMED);
    return LT_OK;
}

static int apply_open(struct lt_engine *e, const struct lt_record *r)
{
    if (!time_ok(r->opened_us) || r->deadline_us - r->opened_us != limit_us(e))
        return LT_ERECORD;
    set_clock(e, r->opened_us, r->deadline_us);
    set_qstate(e, LT_Q_OPEN);
    return LT_OK;
}

static int apply_closed(struct lt_engine *e, const struct lt_record *r)
{
    if (!tally_ok(r->answered, r->correct, r->dist))
        return LT_ERECORD;
    set_tally(e, r->answered, r->correct, r->dist);
    set_qstate(e, LT_Q_CLOSED);
    return LT_OK;
}

/* Whether the question may enter state `to` by this record: the question is the current one (or,
 * armed, the one after it), the move is in the table, the contest runs. */
static bool question_may(const struct lt_engine *e, const struct lt_record *r, enum lt_qstate to)
{
    unsigned phases = BIT(LT_PHASE_RUNNING);

    if (to == LT_Q_CLOSED)
        phases |= BIT(LT_PHASE_PAUSED);
    if (to != LT_Q_ARMED && r->qi != e->qi)
        return false;
    return (phases & BIT(e->phase)) && (question_moves[e->qstate] & BIT(to));
}

static int apply_question(struct lt_engine *e, const struct lt_record *r, enum lt_qstate to)
{
    if (!question_may(e, r, to))
        return LT_ERECORD;
    switch (to) {
    case LT_Q_ARMED:
        return apply_armed(e, r);
    case LT_Q_OPEN:
        return apply_open(e, r);
    case LT_Q_CLOSING:
        set_closing(e, r->at_us);
        set_qstate(e, to);
        return LT_OK;
    case LT_Q_CLOSED:
        return apply_closed(e, r);
    case LT_Q_REVEALED:
        set_qstate(e, to);
        return LT_OK;
    case LT_Q_NONE:
    case LT_QSTATES:
        break;
    }
    return LT_ERECORD;
}

static int apply_finalising(struct lt_engine *e)
{
    if (e->phase != LT_PHASE_FINISHED || e->finalising)
        return LT_ERECORD;
    set_finalising(e, true);
    return LT_OK;
}

static int apply_final(struct lt_engine *e, const struct lt_record *r)
{
    if (!e->finalising || r->phase != LT_PHASE_FINAL)
        return LT_ERECORD;
    set_phase(e, r->phase);
    set_finalising(e, false);
    return LT_OK;
}

/* A driver may change at any time until there is nothing left to drive. */
static bool driver_ok(const struct lt_engine *e, const struct lt_record *r)
{
    return e->phase != LT_PHASE_FINAL && r->node > 0 && r->token > 0;
}

static int apply_kind(struct lt_engine *e, const struct lt_record *r)
{
    switch (r->kind) {
    case LT_REC_PHASE:
        return apply_phase(e, r);
    case LT_REC_ARMED:
        return apply_question(e, r, LT_Q_ARMED);
    case LT_REC_OPEN:
        return apply_question(e, r, LT_Q_OPEN);
    case LT_REC_CLOSING:
        return apply_question(e, r, LT_Q_CLOSING);
    case LT_REC_CLOSED:
        return apply_question(e, r, LT_Q_CLOSED);
    case LT_REC_REVEAL:
        return apply_question(e, r, LT_Q_REVEALED);
    case LT_REC_DRIVER:
        return driver_ok(e, r) ? LT_OK : LT_ERECORD;
    case LT_REC_FINALISING:
        return apply_finalising(e);
    case LT_REC_FINAL:
        return apply_final(e, r);
    case LT_RECORDS:
        break;
    }
    return LT_ERECORD;
}

int lt_engine_apply(struct lt_engine *e, const struct lt_record *r)
{
    int err;

    if (r->seq != e->seq + 1)
        return LT_EGAP;
    if (!time_ok(r->at_us) || r->by < 0)
        return LT_ERECORD;
    /* Each branch checks before it writes. */
    err = apply_kind(e, r);
    if (!err)
        e->seq = r->seq;
    return err;
}

/* ---- decide --------------------------------------------------------------------------------- */

static int64_t closes_us(const struct lt_engine *e)
{
    return e->deadline_us + (int64_t)e->sheet->grace_ms * 1000;
}

/* A resume moves the question's times by the length of the pause. Where the pause seems to begin
 * before the opening (clocks of two nodes differ by a little) it counts from the opening, so that
 * the question never opens later than now. */
static void shift_clock(const struct lt_engine *e, struct lt_record *r)
{
    int64_t from_us = e->paused_us > e->opened_us ? e->paused_us : e->opened_us;
    int64_t shift_us = r->at_us > from_us ? r->at_us - from_us : 0;

    r->opened_us = e->opened_us + shift_us;
    r->deadline_us = e->deadline_us + shift_us;
}

/* The question that the host saw, as e->qi counts. */
static int seen(const struct lt_input *in)
{
    return in->expect_q == LT_EXPECT_BEFORE_FIRST ? -1 : in->expect_q;
}

static bool effect_holds(const struct lt_engine *e, const struct lt_input *in)
{
    const struct command *c = &commands[in->action];

    if (in->action == LT_ACT_FINALISE && e->finalising)
        return true;
    if (!(c->held_phases & BIT(e->phase)) || !(c->held_qstates & BIT(e->qstate)))
        return false;
    if (in->expect_q == LT_EXPECT_ANY)
        return true;
    /* "Next" is done when the question after the one seen is armed; seen armed, it means to skip.
     */
    return seen(in) == (in->action == LT_ACT_NEXT ? e->qi - 1 : e->qi);
}

/* Fill a record for a command that acts in this state. */
static int command_record(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct command *c = &commands[in->action];

    r->kind = c->record;
    r->by = in->by;
    if (c->record == LT_REC_PHASE)
        r->phase = c->to;
    else if (c->record != LT_REC_FINALISING)
        r->qi = e->qi;
    if (in->action == LT_ACT_NEXT && ++r->qi >= lt_sheet_questions(e->sheet))
        return LT_ENOQUESTION;
    if (in->action == LT_ACT_OPEN) {
        r->opened_us = in->now_us;
        r->deadline_us = in->now_us + limit_us(e);
    }
    if (in->action == LT_ACT_RESUME && e->qstate == LT_Q_OPEN)
        shift_clock(e, r);
    return LT_OK;
}

static int decide_command(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r,
                          bool *ret_has)
{
    const struct command *c;

    if ((unsigned)in->action >= LT_ACTIONS)
        return LT_ERANGE;
    c = &commands[in->action];
    if (effect_holds(e, in))
        return LT_OK;
    if (in->expect_q != LT_EXPECT_ANY && seen(in) != e->qi)
        return LT_ESTALE;
    if (!(c->phases & BIT(e->phase)) || !(c->qstates & BIT(e->qstate)))
        return LT_EPHASE;
    *ret_has = true;
    return command_record(e, in, r);
}

static int decide_time(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r,
                       bool *ret_has)
{
    if (in->now_us < lt_engine_next_us(e))
        return LT_OK;
    r->kind = LT_REC_CLOSING;
    r->qi = e->qi;
    *ret_has = true;
    return LT_OK;
}

static int decide_tally(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r,
                        bool *ret_has)
{
    if (!tally_ok(in->answered, in->correct, in->dist))
        return LT_ERANGE;
    if (e->qstate == LT_Q_CLOSED || e->qstate == LT_Q_REVEALED)
        return LT_OK;
    if (e->qstate != LT_Q_CLOSING)
        return LT_EPHASE;
    r->kind = LT_REC_CLOSED;
    r->qi = e->qi;
    r->answered = in->answered;
    r->correct = in->correct;
    memcpy(r->dist, in->dist, sizeof r->dist);
    *ret_has = true;
    return LT_OK;
}

static int decide_takeover(const struct lt_engine *e, const struct lt_input *in,
                           struct lt_record *r, bool *ret_has)
{
    if (e->phase == LT_PHASE_FINAL)
        return LT_EPHASE;
    if (in->node <= 0 || in->token <= 0)
        return LT_ERANGE;
    r->kind = LT_REC_DRIVER;
    r->node = in->node;
    r->token = in->token;
    *ret_has = true;
    return LT_OK;
}

static int decide_finalised(const struct lt_engine *e, struct lt_record *r, bool *ret_has)
{
    if (e->phase == LT_PHASE_FINAL)
        return LT_OK;
    if (!e->finalising)
        return LT_EPHASE;
    r->kind = LT_REC_FINAL;
    r->phase = LT_PHASE_FINAL;
    *ret_has = true;
    return LT_OK;
}

static int decide_kind(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r,
                       bool *ret_has)
{
    switch (in->kind) {
    case LT_IN_COMMAND:
        return decide_command(e, in, r, ret_has);
    case LT_IN_TIME:
        return decide_time(e, in, r, ret_has);
    case LT_IN_TALLY:
        return decide_tally(e, in, r, ret_has);
    case LT_IN_TAKEOVER:
        return decide_takeover(e, in, r, ret_has);
    case LT_IN_FINALISED:
        return decide_finalised(e, r, ret_has);
    }
    return LT_ERANGE;
}

int lt_engine_decide(const struct lt_engine *e, const struct lt_input *in, struct lt_record *ret,
                     bool *ret_has)
{
    struct lt_record r;
    struct lt_engine trial = *e;
    bool has = false;
    int err;

    *ret_has = false;
    if (!time_ok(in->now_us) || in->by < 0)
        return LT_ERANGE;
    memset(&r, 0, sizeof r);
    r.seq = e->seq + 1;
    r.at_us = in->now_us;
    err = decide_kind(e, in, &r, &has);
    if (err || !has)
        return err;
    err = lt_engine_apply(&trial, &r);
    assert(err == LT_OK);
    *ret = r;
    *ret_has = true;
    return LT_OK;
}

int64_t lt_engine_next_us(const struct lt_engine *e)
{
    if (e->phase != LT_PHASE_RUNNING || e->qstate != LT_Q_OPEN)
        return INT64_MAX;
    return closes_us(e);
}

int lt_engine_accepts(const struct lt_engine *e, int qi, int64_t now_us, int64_t *ret_used_us)
{
    int64_t used_us = now_us - e->opened_us, whole_us = e->deadline_us - e->opened_us;

    if (qi < 0 || qi != e->qi || e->qstate == LT_Q_ARMED)
        return LT_ENOQUESTION;
    if (e->qstate != LT_Q_OPEN)
        return LT_ECLOSED;
    if (e->phase == LT_PHASE_PAUSED)
        return LT_EPAUSED;
    if (now_us > closes_us(e))
        return LT_ECLOSED;
    if (used_us < 0)
        used_us = 0;
    *ret_used_us = used_us < whole_us ? used_us : whole_us;
    return LT_OK;
}

/* What an input means now.
 *
 * Every command is a row of one table: in which phases and states it acts, in which its effect holds
 * already (a double click), and who fills the record. What decide returns is tried on a copy of the
 * state, so that a record which would not apply never reaches the log. */
#include "engine_internal.h"

#include "base/err.h"

#include <assert.h>
#include <string.h>

#define ANY_PHASE ((1u << LT_PHASES) - 1)
#define PLAYING (LT_BIT(LT_PHASE_RUNNING) | LT_BIT(LT_PHASE_PAUSED))
#define RULABLE (PLAYING | LT_BIT(LT_PHASE_FINISHED))
#define ANY ((1u << LT_QSTATES) - 1)
#define RESTING (LT_BIT(LT_Q_NONE) | LT_BIT(LT_Q_REVEALED))
#define ENDED (LT_BIT(LT_Q_CLOSING) | LT_BIT(LT_Q_CLOSED) | LT_BIT(LT_Q_REVEALED))
/* What there is to decide where people play by themselves: a window opens and closes, results are made,
 * and an entry may be ruled about. There is no question that a command could be about. */
#define SELF_PACED                                                                                 \
    (LT_BIT(LT_ACT_LOBBY) | LT_BIT(LT_ACT_START) | LT_BIT(LT_ACT_FINISH) |                         \
     LT_BIT(LT_ACT_FINALISE) | LT_BIT(LT_ACT_ADJUST) | LT_BIT(LT_ACT_DISQUALIFY) |                 \
     LT_BIT(LT_ACT_APPROVE) | LT_BIT(LT_ACT_REJECT))
#define CLOCKED (LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_HELD))

static engine_make_fn make_phase, make_lot, make_next, make_open, make_close, make_reveal,
    make_advance, make_extend, make_verdict, make_resolve, make_finalise;

/* Read: acts in these phases and states; its effect holds already in those. `question`: it is meant
 * for the question that the sender saw. */
static const struct command {
    const char *name;
    enum lt_phase to; /* of make_phase */
    unsigned phases, qstates;
    unsigned held_phases, held_qstates;
    bool question;
    engine_make_fn *make;
} commands[LT_ACTIONS] = {
    [LT_ACT_LOBBY] = {"lobby", LT_PHASE_LOBBY, LT_BIT(LT_PHASE_DRAFT), ANY, LT_BIT(LT_PHASE_LOBBY),
                      ANY, true, make_phase},
    [LT_ACT_LOT] = {"lot", 0, LT_BIT(LT_PHASE_LOBBY), ANY, 0, 0, true, make_lot},
    [LT_ACT_START] = {"start", LT_PHASE_RUNNING, LT_BIT(LT_PHASE_LOBBY), ANY,
                      LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_NONE), true, make_phase},
    [LT_ACT_NEXT] = {"next", 0, LT_BIT(LT_PHASE_RUNNING), RESTING, PLAYING, LT_BIT(LT_Q_ARMED),
                     true, make_next},
    [LT_ACT_SKIP] = {"skip", 0, LT_BIT(LT_PHASE_RUNNING), RESTING, PLAYING, LT_BIT(LT_Q_ARMED),
                     true, make_next},
    [LT_ACT_OPEN] = {"open", 0, LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_ARMED), PLAYING,
                     CLOCKED | ENDED, true, make_open},
    [LT_ACT_CLOSE] = {"close", 0, LT_BIT(LT_PHASE_RUNNING), CLOCKED, PLAYING, ENDED, true,
                      make_close},
    [LT_ACT_REVEAL] = {"reveal", 0, LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_CLOSED), PLAYING,
                       LT_BIT(LT_Q_REVEALED), true, make_reveal},
    [LT_ACT_ADVANCE] = {"advance", 0, LT_BIT(LT_PHASE_RUNNING), RESTING, 0, 0, true, make_advance},
    [LT_ACT_EXTEND] = {"extend", 0, LT_BIT(LT_PHASE_RUNNING), CLOCKED, 0, 0, true, make_extend},
    [LT_ACT_VERDICT] = {"verdict", 0, LT_BIT(LT_PHASE_RUNNING), CLOCKED, PLAYING,
                        LT_BIT(LT_Q_CLOSED) | LT_BIT(LT_Q_REVEALED), true, make_verdict},
    [LT_ACT_PAUSE] = {"pause", LT_PHASE_PAUSED, LT_BIT(LT_PHASE_RUNNING), ANY,
                      LT_BIT(LT_PHASE_PAUSED), ANY, true, make_phase},
    [LT_ACT_RESUME] = {"resume", LT_PHASE_RUNNING, LT_BIT(LT_PHASE_PAUSED), ANY,
                       LT_BIT(LT_PHASE_RUNNING), ANY, true, make_phase},
    [LT_ACT_FINISH] = {"finish", LT_PHASE_FINISHED, LT_BIT(LT_PHASE_RUNNING), RESTING,
                       LT_BIT(LT_PHASE_FINISHED), ANY, true, make_phase},
    [LT_ACT_FINALISE] = {"finalise", 0, LT_BIT(LT_PHASE_FINISHED), ANY, LT_BIT(LT_PHASE_FINAL), ANY,
                         true, make_finalise},
    [LT_ACT_STAKE] = {"stake", 0, LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_ARMED), 0, 0, true,
                      engine_make_stake},
    [LT_ACT_PRESS] = {"press", 0, LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_ARMED) | CLOCKED, 0, 0,
                      true, engine_make_press},
    [LT_ACT_CAPTAIN] = {"captain", 0, LT_BIT(LT_PHASE_LOBBY) | RULABLE, ANY, 0, 0, false,
                        engine_make_captain},
    [LT_ACT_HELP] = {"help", 0, LT_BIT(LT_PHASE_RUNNING), CLOCKED, 0, 0, true, engine_make_help},
    [LT_ACT_MARK] = {"mark", 0, LT_BIT(LT_PHASE_RUNNING), LT_BIT(LT_Q_OPEN), 0, 0, true,
                     engine_make_mark},
    [LT_ACT_ANSWERED] = {"answered", 0, LT_BIT(LT_PHASE_RUNNING), CLOCKED, PLAYING, ENDED, true,
                         engine_make_answered},
    [LT_ACT_VOID] = {"void", 0, RULABLE, ANY, 0, 0, false, engine_make_question_ruling},
    [LT_ACT_ACCEPT] = {"accept", 0, RULABLE, ANY, 0, 0, false, engine_make_question_ruling},
    [LT_ACT_ADJUST] = {"adjust", 0, RULABLE, ANY, 0, 0, false, engine_make_entry_ruling},
    [LT_ACT_DISQUALIFY] = {"disqualify", 0, RULABLE, ANY, 0, 0, false, engine_make_entry_ruling},
    [LT_ACT_APPEAL] = {"appeal", 0, RULABLE, ANY, 0, 0, false, engine_make_appeal},
    [LT_ACT_APPROVE] = {"approve", 0, RULABLE, ANY, 0, 0, false, engine_make_resolution},
    [LT_ACT_REJECT] = {"reject", 0, RULABLE, ANY, 0, 0, false, engine_make_resolution},
    [LT_ACT_RESOLVE] = {"resolve", 0, RULABLE, RESTING, 0, 0, true, make_resolve},
};

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

/* ---- hosts ---------------------------------------------------------------------------------- */

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

static int make_phase(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    r->kind = LT_REC_PHASE;
    r->phase = commands[in->action].to;
    if (in->action == LT_ACT_START && e->sheet->teams && e->n_teams == 0)
        return LT_EPHASE;
    if (in->action == LT_ACT_RESUME && engine_clock_runs(e))
        shift_clock(e, r);
    return LT_OK;
}

/* splitmix64: the draws of a contest must come out the same on every machine and in every replay. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Below n, every value as likely: what would favour the low ones is drawn again. */
static int below(uint64_t *state, int n)
{
    uint64_t m = (uint64_t)n, limit = UINT64_MAX - UINT64_MAX % m, x;

    do
        x = next_random(state);
    while (x >= limit);
    return (int)(x % m);
}

/* Fisher and Yates over the teams in order of their ids, so that only the seed decides. */
static int make_lot(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    uint64_t state = in->random;

    if (!e->sheet->teams)
        return LT_EPHASE;
    if (in->n_teams < 1 || in->n_teams > LT_TEAMS_MAX)
        return LT_EOUT;
    r->kind = LT_REC_LOT;
    r->random = in->random;
    r->n_ids = in->n_teams;
    for (int i = 0; i < in->n_teams; i++) {
        int k = i;

        for (; k > 0 && r->ids[k - 1] > in->teams[i].entry; k--) {
            r->ids[k] = r->ids[k - 1];
            r->captains[k] = r->captains[k - 1];
        }
        r->ids[k] = in->teams[i].entry;
        r->captains[k] = in->teams[i].captain;
    }
    for (int i = in->n_teams - 1; i > 0; i--) {
        int k = below(&state, i + 1);
        int64_t id = r->ids[i], captain = r->captains[i];

        r->ids[i] = r->ids[k];
        r->captains[i] = r->captains[k];
        r->ids[k] = id;
        r->captains[k] = captain;
    }
    return LT_OK;
}

static int make_next(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_plan *plan = in->plan;
    int round;

    if (!plan || plan->n_field < 0 || plan->n_field > LT_TEAMS_MAX)
        return LT_ERANGE;
    if (plan->qi < 0)
        return LT_ENOQUESTION;
    if (!engine_round_of(e, plan->qi, &round) || plan->qi < e->qi + e->n_open)
        return LT_ERANGE;
    /* Who goes on is decided before the next round begins. */
    for (int i = 0; i < round; i++)
        if (lt_engine_owes(e, i))
            return lt_engine_hides(e) ? LT_EFROZEN : LT_EPHASE;
    if (!engine_may_hide(e, plan->qi))
        return LT_EFROZEN;
    r->kind = LT_REC_ARMED;
    r->qi = plan->qi;
    r->n = plan->n;
    r->turn = plan->turn;
    r->n_ids = plan->n_field;
    memcpy(r->ids, plan->field, (size_t)plan->n_field * sizeof *r->ids);
    return LT_OK;
}

static int make_open(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    r->kind = LT_REC_OPEN;
    r->qi = e->qi;
    r->opened_us = in->now_us;
    r->deadline_us = in->now_us + engine_limit_us(e);
    return LT_OK;
}

/* A verdict; a wrong one may leave the question to the others. */
static void verdict(const struct lt_engine *e, bool right, struct lt_record *r)
{
    r->kind = LT_REC_VERDICT;
    r->qi = e->qi;
    r->entry = engine_speaker(e);
    r->value = right;
    if (!right && e->held != 0 && engine_rebounds(e)) {
        r->opened_us = r->at_us;
        r->deadline_us = r->at_us + engine_limit_us(e);
    }
}

static int make_close(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    (void)in;
    r->kind = engine_closes_by_gate(e) ? LT_REC_CLOSING : LT_REC_CLOSED;
    r->qi = e->qi;
    /* Who speaks is judged, right or wrong; cutting off is no verdict. */
    if (e->qstate == LT_Q_HELD && engine_by_judge(e))
        return LT_EPHASE;
    if (e->qstate == LT_Q_OPEN && lt_engine_round(e)->mode == LT_MODE_BUZZER) {
        /* Whoever has pressed gets the question: in a moment it is held. */
        for (int i = 0; i < e->n_teams; i++)
            if (engine_press_waits(&e->teams[i]))
                return LT_EPHASE;
        engine_make_silence(e, r);
    }
    return LT_OK;
}

static int make_reveal(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    (void)in;
    r->kind = LT_REC_REVEAL;
    r->qi = e->qi;
    return LT_OK;
}

static int make_advance(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_plan *plan = in->plan;

    if (!plan || plan->n_in < 0 || plan->n_in > LT_TEAMS_MAX)
        return LT_ERANGE;
    /* Nothing owed: a double click, or too early. */
    if (engine_owed_round(e) < 0 || plan->n_in == 0)
        return e->advanced > 0 ? LT_OK : LT_EPHASE;
    if (lt_engine_hides(e))
        return LT_EFROZEN;
    r->kind = LT_REC_ADVANCE;
    r->n_ids = plan->n_in;
    memcpy(r->ids, plan->in, (size_t)plan->n_in * sizeof *r->ids);
    return LT_OK;
}

static int make_extend(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    enum { EXTEND_MAX_S = 600 };

    if (in->value < 1 || in->value > EXTEND_MAX_S)
        return LT_ERANGE;
    r->kind = LT_REC_EXTEND;
    r->qi = e->qi;
    r->opened_us = e->opened_us;
    r->deadline_us = e->deadline_us + in->value * 1000000;
    return LT_OK;
}

static int make_verdict(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    if (in->value != 0 && in->value != 1)
        return LT_ERANGE;
    if (!engine_by_judge(e) || engine_speaker(e) == 0 || lt_engine_round(e)->mode == LT_MODE_JURY)
        return LT_EPHASE;
    if (lt_engine_round(e)->mode == LT_MODE_BUZZER && e->qstate != LT_Q_HELD)
        return LT_EPHASE;
    verdict(e, in->value == 1, r);
    return LT_OK;
}

/* The step is absolute, so that a click that comes twice does nothing twice. Step 0 of a reveal that has
 * not begun is where it stands. */
static int make_resolve(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    if (e->frozen_seq == 0 || e->finalising)
        return LT_EPHASE;
    if (!in->plan || !engine_step_ok(e, in->value, in->plan->steps))
        return LT_ERANGE;
    if (in->value == e->step)
        return LT_OK;
    r->kind = LT_REC_RESOLVE;
    r->step = (int)in->value;
    r->steps = in->plan->steps;
    return LT_OK;
}

static int make_finalise(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    (void)in;
    if (lt_engine_hides(e))
        return LT_EFROZEN;
    for (int i = 0; i < e->n_rulings; i++)
        if (e->rulings[i].state == LT_RULING_OPEN)
            return LT_EPHASE;
    r->kind = e->finalising ? LT_RECORDS : LT_REC_FINALISING;
    return LT_OK;
}

/* The question that the sender saw, as e->qi counts. */
static int seen(const struct lt_input *in)
{
    return in->expect_q == LT_EXPECT_BEFORE_FIRST ? -1 : in->expect_q;
}

static bool effect_holds(const struct lt_engine *e, const struct lt_input *in)
{
    const struct command *c = &commands[in->action];
    bool next = in->action == LT_ACT_NEXT || in->action == LT_ACT_SKIP;

    if (!(c->held_phases & LT_BIT(e->phase)) || !(c->held_qstates & LT_BIT(e->qstate)))
        return false;
    if (in->expect_q == LT_EXPECT_ANY)
        return true;
    /* "Next" is done when the question after the one seen is armed; seen armed, it means to skip. */
    return seen(in) == (next ? e->prev_qi : e->qi);
}

static int decide_command(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct command *c;

    if ((unsigned)in->action >= LT_ACTIONS)
        return LT_ERANGE;
    c = &commands[in->action];
    if (e->sheet->self_paced && !(SELF_PACED & LT_BIT(in->action)))
        return LT_EPHASE;
    if (effect_holds(e, in))
        return LT_OK;
    if (c->question && in->expect_q != LT_EXPECT_ANY && seen(in) != e->qi)
        return LT_ESTALE;
    if (!(c->phases & LT_BIT(e->phase)) || !(c->qstates & LT_BIT(e->qstate)))
        return LT_EPHASE;
    r->by = in->by;
    return c->make(e, in, r);
}

/* ---- the system ----------------------------------------------------------------------------- */

static int decide_time(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    if (in->now_us < lt_engine_next_us(e))
        return LT_OK;
    r->qi = e->qi;
    if (e->qstate == LT_Q_OPEN && lt_engine_round(e)->mode == LT_MODE_BUZZER)
        engine_judge_presses(e, in, r);
    else
        r->kind = LT_REC_CLOSING;
    return LT_OK;
}

static bool digest_ok(const struct lt_input *in)
{
    return !in->digest || strlen(in->digest) <= LT_DIGEST_BYTES;
}

static int decide_tally(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    if (!engine_tally_ok(in->answered, in->correct, in->dist) || !digest_ok(in))
        return LT_ERANGE;
    if (e->qstate == LT_Q_CLOSED || e->qstate == LT_Q_REVEALED)
        return LT_OK;
    if (e->qstate != LT_Q_CLOSING)
        return LT_EPHASE;
    if (in->digest)
        strcpy(r->digest, in->digest);
    if (e->held != 0) {
        verdict(e, in->correct > 0, r);
        return LT_OK;
    }
    r->kind = LT_REC_CLOSED;
    r->qi = e->qi;
    r->answered = in->answered;
    r->correct = in->correct;
    memcpy(r->dist, in->dist, sizeof r->dist);
    return LT_OK;
}

static int decide_takeover(const struct lt_engine *e, const struct lt_input *in,
                           struct lt_record *r)
{
    if (e->phase == LT_PHASE_FINAL)
        return LT_EPHASE;
    if (in->node <= 0 || in->token <= 0)
        return LT_ERANGE;
    r->kind = LT_REC_DRIVER;
    r->node = in->node;
    r->token = in->token;
    return LT_OK;
}

static int decide_finalised(const struct lt_engine *e, const struct lt_input *in,
                            struct lt_record *r)
{
    if (e->phase == LT_PHASE_FINAL)
        return LT_OK;
    if (!e->finalising)
        return LT_EPHASE;
    if (!digest_ok(in))
        return LT_ERANGE;
    if (in->digest)
        strcpy(r->digest, in->digest);
    r->kind = LT_REC_FINAL;
    r->phase = LT_PHASE_FINAL;
    return LT_OK;
}

static int decide_kind(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    switch (in->kind) {
    case LT_IN_COMMAND:
        return decide_command(e, in, r);
    case LT_IN_TIME:
        return decide_time(e, in, r);
    case LT_IN_TALLY:
        return decide_tally(e, in, r);
    case LT_IN_TAKEOVER:
        return decide_takeover(e, in, r);
    case LT_IN_FINALISED:
        return decide_finalised(e, in, r);
    }
    return LT_ERANGE;
}

int lt_engine_decide(const struct lt_engine *e, const struct lt_input *in, struct lt_record *ret,
                     bool *ret_has)
{
    struct lt_record r;
    int err;

    *ret_has = false;
    if (!engine_time_ok(in->now_us) || in->by < 0)
        return LT_ERANGE;
    memset(&r, 0, sizeof r);
    r.kind = LT_RECORDS; /* nothing yet */
    r.seq = e->seq + 1;
    r.at_us = in->now_us;
    err = decide_kind(e, in, &r);
    if (err || r.kind == LT_RECORDS)
        return err;
    struct lt_engine trial = *e;
    err = lt_engine_apply(&trial, &r);
    assert(err == LT_OK);
    *ret = r;
    *ret_has = true;
    return LT_OK;
}

/* ---- when and who --------------------------------------------------------------------------- */

/* When a press that waits may be judged: a window after the first of them, INT64_MAX: none waits. */
static int64_t presses_due_us(const struct lt_engine *e)
{
    int64_t first_us = INT64_MAX;

    for (int i = 0; i < e->n_teams; i++) {
        const struct lt_team *t = &e->teams[i];

        if (engine_press_waits(t) && t->seat.evidence.arrival_us < first_us)
            first_us = t->seat.evidence.arrival_us;
    }
    return first_us == INT64_MAX ? first_us : first_us + (int64_t)e->sheet->window_ms * 1000;
}

int64_t lt_engine_next_us(const struct lt_engine *e)
{
    int64_t closes_us = e->deadline_us + (int64_t)e->sheet->grace_ms * 1000, due_us;
    bool buzzer;

    if (e->phase != LT_PHASE_RUNNING || !engine_clock_runs(e))
        return INT64_MAX;
    buzzer = lt_engine_round(e)->mode == LT_MODE_BUZZER;
    if (buzzer && e->qstate == LT_Q_OPEN) {
        due_us = presses_due_us(e);
        closes_us += (int64_t)e->sheet->window_ms * 1000;
        return due_us < closes_us ? due_us : closes_us;
    }
    return engine_by_judge(e) ? INT64_MAX : closes_us;
}

static int team_accepts(const struct lt_engine *e, int64_t entry)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    const struct lt_team *t = lt_engine_team(e, entry);

    if (!t || !t->in || t->disqualified)
        return LT_EOUT;
    if (e->turn != 0 && e->turn != entry)
        return LT_ENOTTURN;
    if (!t->seat.takes)
        return LT_EOUT;
    if (round->mode == LT_MODE_BUZZER && e->held != entry)
        return LT_ENOTTURN;
    if (round->mode == LT_MODE_WAGER && t->seat.stake_c == 0)
        return LT_EDECLINED;
    /* Spoken answers are no messages. */
    return engine_by_judge(e) ? LT_EPHASE : LT_OK;
}

int lt_engine_accepts(const struct lt_engine *e, int qi, int64_t entry, int64_t now_us,
                      int64_t *ret_used_us)
{
    int64_t used_us = now_us - e->opened_us, whole_us = e->deadline_us - e->opened_us;
    int err;

    if (qi < 0 || qi < e->qi || qi >= e->qi + e->n_open || e->qstate == LT_Q_ARMED)
        return LT_ENOQUESTION;
    if (!engine_clock_runs(e))
        return LT_ECLOSED;
    if (e->phase == LT_PHASE_PAUSED)
        return LT_EPAUSED;
    if (now_us > e->deadline_us + (int64_t)e->sheet->grace_ms * 1000)
        return LT_ECLOSED;
    err = e->n_teams > 0 ? team_accepts(e, entry) : LT_OK;
    if (err)
        return err;
    if (used_us < 0)
        used_us = 0;
    *ret_used_us = used_us < whole_us ? used_us : whole_us;
    return LT_OK;
}

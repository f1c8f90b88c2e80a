/* The contest's state: its names, how it is read, and the setters, which are the only places where
 * a field is written. Who calls them: engine.c and engine_question.c, while a record is applied. */
#include "engine_internal.h"

#include <assert.h>
#include <string.h>

static const unsigned phase_moves[LT_PHASES] = {
    [LT_PHASE_DRAFT] = LT_BIT(LT_PHASE_LOBBY),
    [LT_PHASE_LOBBY] = LT_BIT(LT_PHASE_RUNNING),
    [LT_PHASE_RUNNING] = LT_BIT(LT_PHASE_PAUSED) | LT_BIT(LT_PHASE_FINISHED),
    [LT_PHASE_PAUSED] = LT_BIT(LT_PHASE_RUNNING),
    [LT_PHASE_FINISHED] = LT_BIT(LT_PHASE_FINAL),
    [LT_PHASE_FINAL] = 0,
};
static const unsigned question_moves[LT_QSTATES] = {
    [LT_Q_NONE] = LT_BIT(LT_Q_ARMED),
    [LT_Q_ARMED] = LT_BIT(LT_Q_OPEN),
    [LT_Q_OPEN] =
        LT_BIT(LT_Q_ARMED) | LT_BIT(LT_Q_HELD) | LT_BIT(LT_Q_CLOSING) | LT_BIT(LT_Q_CLOSED),
    [LT_Q_HELD] = LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_CLOSING) | LT_BIT(LT_Q_CLOSED),
    [LT_Q_CLOSING] = LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_CLOSED),
    [LT_Q_CLOSED] = LT_BIT(LT_Q_REVEALED),
    [LT_Q_REVEALED] = LT_BIT(LT_Q_ARMED),
};
static const char *const phase_names[LT_PHASES] = {
    [LT_PHASE_DRAFT] = "draft",   [LT_PHASE_LOBBY] = "lobby",       [LT_PHASE_RUNNING] = "running",
    [LT_PHASE_PAUSED] = "paused", [LT_PHASE_FINISHED] = "finished", [LT_PHASE_FINAL] = "final",
};
static const char *const qstate_names[LT_QSTATES] = {
    [LT_Q_NONE] = "none",         [LT_Q_ARMED] = "armed",     [LT_Q_OPEN] = "open",
    [LT_Q_HELD] = "held",         [LT_Q_CLOSING] = "closing", [LT_Q_CLOSED] = "closed",
    [LT_Q_REVEALED] = "revealed",
};
static const char *const ruling_names[LT_RULINGS] = {
    [LT_RULING_VOID] = "void",     [LT_RULING_ACCEPT] = "accept",
    [LT_RULING_ADJUST] = "adjust", [LT_RULING_DISQUALIFY] = "disqualify",
    [LT_RULING_APPEAL] = "appeal",
};
static const char *const ruling_state_names[LT_RULING_STATES] = {
    [LT_RULING_OPEN] = "open",
    [LT_RULING_DONE] = "done",
    [LT_RULING_REJECTED] = "rejected",
};

const char *lt_phase_name(enum lt_phase p)
{
    return (unsigned)p < LT_PHASES ? phase_names[p] : "";
}

const char *lt_qstate_name(enum lt_qstate q)
{
    return (unsigned)q < LT_QSTATES ? qstate_names[q] : "";
}

const char *lt_ruling_name(enum lt_ruling_kind k)
{
    return (unsigned)k < LT_RULINGS ? ruling_names[k] : "";
}

const char *lt_ruling_state_name(enum lt_ruling_state s)
{
    return (unsigned)s < LT_RULING_STATES ? ruling_state_names[s] : "";
}

void lt_engine_init(struct lt_engine *e, const struct lt_sheet *sheet)
{
    memset(e, 0, sizeof *e);
    e->sheet = sheet;
    e->qi = e->prev_qi = -1;
    e->n_open = 1;
}

bool engine_phase_may(const struct lt_engine *e, enum lt_phase to)
{
    return (unsigned)to < LT_PHASES && (phase_moves[e->phase] & LT_BIT(to));
}

/* ---- reading the state ---------------------------------------------------------------------- */

struct lt_team *engine_team_of(struct lt_engine *e, int64_t entry)
{
    for (int i = 0; i < e->n_teams; i++)
        if (e->teams[i].entry == entry)
            return &e->teams[i];
    return NULL;
}

const struct lt_team *lt_engine_team(const struct lt_engine *e, int64_t entry)
{
    return engine_team_of((struct lt_engine *)e, entry);
}

const struct lt_round_rule *engine_round_of(const struct lt_engine *e, int qi, int *ret_round)
{
    int index;

    return qi < 0 ? NULL : lt_sheet_round_of(e->sheet, qi, ret_round, &index);
}

const struct lt_round_rule *lt_engine_round(const struct lt_engine *e)
{
    return engine_round_of(e, e->qi, &(int){0});
}

bool lt_engine_owes(const struct lt_engine *e, int round)
{
    const struct lt_round_rule *rule = &e->sheet->rounds[round];

    if (rule->advance == 0 || round < e->advanced)
        return false;
    for (int i = 0; i < e->n_teams; i++)
        if (engine_takes_part(&e->teams[i], rule))
            return true;
    return false;
}

int engine_owed_round(const struct lt_engine *e)
{
    for (int i = e->advanced; i < e->sheet->n_rounds; i++)
        if (lt_engine_owes(e, i))
            return i;
    return -1;
}

bool lt_engine_hides(const struct lt_engine *e)
{
    return e->frozen_seq != 0 && (e->steps == 0 || e->step < e->steps);
}

bool engine_may_hide(const struct lt_engine *e, int qi)
{
    int from = -1, round = -1;

    if (!lt_engine_hides(e))
        return true;
    engine_round_of(e, e->qi, &from);
    if (e->steps > 0 || !engine_round_of(e, qi, &round) ||
        !lt_round_hideable(&e->sheet->rounds[round]))
        return false;
    for (int i = from + 1; i < round; i++)
        if (e->sheet->rounds[i].mode == LT_MODE_TIEBREAK)
            return false;
    return true;
}

bool engine_step_ok(const struct lt_engine *e, int64_t step, int64_t steps)
{
    return e->frozen_seq != 0 && !e->finalising && engine_resting(e) &&
           (LT_BIT(e->phase) &
            (LT_BIT(LT_PHASE_RUNNING) | LT_BIT(LT_PHASE_PAUSED) | LT_BIT(LT_PHASE_FINISHED))) &&
           steps >= 1 && steps <= LT_STEPS_MAX && step >= 0 && step <= steps;
}

bool engine_by_judge(const struct lt_engine *e)
{
    const struct lt_round_rule *round = lt_engine_round(e);

    return round && (round->mode == LT_MODE_JURY || round->judging == LT_JUDGED_BY_JUDGE);
}

int64_t engine_limit_us(const struct lt_engine *e)
{
    return (int64_t)lt_engine_round(e)->seconds * 1000000;
}

bool engine_may_press(const struct lt_team *t)
{
    return t->seat.takes && !t->seat.tried && !t->disqualified && t->seat.lock_us != INT64_MAX;
}

bool engine_press_waits(const struct lt_team *t)
{
    return t->seat.pressed && engine_may_press(t);
}

bool engine_rebounds(const struct lt_engine *e)
{
    if (e->rebounds >= lt_engine_round(e)->buzzer.rebounds)
        return false;
    for (int i = 0; i < e->n_teams; i++)
        if (e->teams[i].entry != e->held && engine_may_press(&e->teams[i]))
            return true;
    return false;
}

bool engine_asked(const struct lt_engine *e, int qi)
{
    return e->qi >= 0 && qi >= 0 && qi < e->qi + e->n_open;
}

const struct lt_ruling *engine_ruling(const struct lt_engine *e, int64_t no)
{
    return no >= 1 && no <= e->n_rulings ? &e->rulings[no - 1] : NULL;
}

bool engine_tally_ok(int answered, int correct, const int dist[8])
{
    if (answered < 0 || correct < 0 || correct > answered)
        return false;
    for (int i = 0; i < 8; i++)
        if (dist[i] < 0 || dist[i] > answered)
            return false;
    return true;
}

/* ---- setters: each field of the state is written here and nowhere else ---------------------- */

void engine_set_phase(struct lt_engine *e, enum lt_phase to)
{
    assert(phase_moves[e->phase] & LT_BIT(to));
    e->phase = to;
}

void engine_set_qstate(struct lt_engine *e, enum lt_qstate to)
{
    assert(question_moves[e->qstate] & LT_BIT(to));
    e->qstate = to;
}

void engine_set_question(struct lt_engine *e, const struct lt_record *r)
{
    if (r->qi != e->qi)
        e->prev_qi = e->qi;
    e->qi = r->qi;
    e->n_open = r->n;
    e->turn = r->turn;
}

void engine_set_clock(struct lt_engine *e, int64_t opened_us, int64_t deadline_us)
{
    e->opened_us = opened_us;
    e->deadline_us = deadline_us;
}

void engine_set_signal(struct lt_engine *e, int64_t at_us)
{
    e->signal_us = at_us;
}

void engine_set_paused(struct lt_engine *e, int64_t at_us)
{
    e->paused_us = at_us;
}

void engine_set_closing(struct lt_engine *e, int64_t at_us)
{
    e->closing_us = at_us;
}

void engine_set_tally(struct lt_engine *e, int answered, int correct, const int dist[8])
{
    e->answered = answered;
    e->correct = correct;
    memcpy(e->dist, dist, sizeof e->dist);
}

void engine_set_silent(struct lt_engine *e, bool silent)
{
    e->silent = silent;
}

void engine_set_held(struct lt_engine *e, int64_t entry)
{
    e->held = entry;
}

void engine_set_rebounds(struct lt_engine *e, int n)
{
    e->rebounds = n;
}

void engine_set_advanced(struct lt_engine *e, int rounds)
{
    e->advanced = rounds;
}

void engine_set_finalising(struct lt_engine *e, bool on)
{
    e->finalising = on;
}

void engine_set_started(struct lt_engine *e, int64_t at_us)
{
    e->started_us = at_us;
}

void engine_set_frozen(struct lt_engine *e, int64_t seq)
{
    e->frozen_seq = seq;
    e->froze = seq == 0;
}

void engine_set_step(struct lt_engine *e, int step, int steps)
{
    e->step = step;
    e->steps = steps;
}

void engine_set_marks(struct lt_engine *e, int n, int64_t judge, int64_t value_c)
{
    if (n > 0) {
        e->marks[n - 1].judge = judge;
        e->marks[n - 1].value_c = value_c;
    }
    e->n_marks = n > e->n_marks || n == 0 ? n : e->n_marks;
}

void engine_set_dropped(struct lt_engine *e, int64_t entry, const int two[2], int n)
{
    e->two_entry = entry;
    e->two[0] = two[0];
    e->two[1] = two[1];
    e->n_two = n;
}

void engine_set_teams(struct lt_engine *e, const struct lt_record *r)
{
    memset(e->teams, 0, sizeof e->teams);
    e->n_teams = r->n_ids;
    for (int i = 0; i < r->n_ids; i++)
        e->teams[i] = (struct lt_team){
            .entry = r->ids[i],
            .captain = r->captains[i],
            .group = e->sheet->groups > 0 ? 1 + i % e->sheet->groups : 0,
            .in = true,
        };
}

void engine_set_ruling(struct lt_engine *e, const struct lt_ruling *ruling)
{
    e->rulings[ruling->no - 1] = *ruling;
    if (ruling->no > e->n_rulings)
        e->n_rulings = ruling->no;
}

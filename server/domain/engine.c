/* The contest as a fold: what a record does to the state.
 *
 * lt_engine_apply is the only way in. Each branch checks the whole record before it writes, so that a
 * record which contradicts the state leaves no trace. Moves of phase and question are tables; what
 * remains are the conditions that depend on the rule sheet. Records about the current question are
 * in engine_question.c.
 *
 * Points are not here (standings.h): the engine knows what happened, not what it is worth.
 */
#include "engine_internal.h"

#include "base/err.h"

/* ---- phases --------------------------------------------------------------------------------- */

/* Whether a resume's times are those of the question, moved by no less than nothing. */
static bool resumed_clock_ok(const struct lt_engine *e, const struct lt_record *r)
{
    if (!engine_clock_runs(e))
        return r->opened_us == 0 && r->deadline_us == 0;
    return r->opened_us >= e->opened_us && engine_time_ok(r->opened_us) &&
           r->deadline_us - r->opened_us == e->deadline_us - e->opened_us;
}

static bool phase_ok(const struct lt_engine *e, const struct lt_record *r)
{
    if ((unsigned)r->phase >= LT_PHASES || !engine_phase_may(e, r->phase))
        return false;
    /* The last phase has a record of its own, and a question must not be left behind. */
    if (r->phase == LT_PHASE_FINAL)
        return false;
    if (r->phase == LT_PHASE_FINISHED && !(engine_resting(e)))
        return false;
    if (e->phase == LT_PHASE_LOBBY && e->sheet->teams && e->n_teams == 0)
        return false;
    /* Everybody's clock runs by itself. */
    if (r->phase == LT_PHASE_PAUSED && e->sheet->self_paced)
        return false;
    if (e->phase == LT_PHASE_PAUSED)
        return resumed_clock_ok(e, r);
    return r->opened_us == 0 && r->deadline_us == 0;
}

/* Everything that is measured from the start signal moves with the clock. */
static void move_clock(struct lt_engine *e, const struct lt_record *r)
{
    int64_t by_us = r->opened_us - e->opened_us;

    if (e->signal_us != 0)
        engine_set_signal(e, e->signal_us + by_us);
    for (int i = 0; i < e->n_teams; i++)
        if (e->teams[i].seat.lock_us != 0 && e->teams[i].seat.lock_us != INT64_MAX)
            e->teams[i].seat.lock_us += by_us;
    engine_set_clock(e, r->opened_us, r->deadline_us);
}

static int apply_phase(struct lt_engine *e, const struct lt_record *r)
{
    if (!phase_ok(e, r))
        return LT_ERECORD;
    if (e->phase == LT_PHASE_PAUSED && engine_clock_runs(e))
        move_clock(e, r);
    if (e->phase == LT_PHASE_LOBBY)
        engine_set_started(e, r->at_us);
    engine_set_paused(e, r->phase == LT_PHASE_PAUSED ? r->at_us : 0);
    engine_set_phase(e, r->phase);
    return LT_OK;
}

static int apply_lot(struct lt_engine *e, const struct lt_record *r)
{
    if (e->phase != LT_PHASE_LOBBY || !e->sheet->teams || r->n_ids < 1)
        return LT_ERECORD;
    for (int i = 0; i < r->n_ids; i++)
        for (int k = 0; k < i; k++)
            if (r->ids[i] == r->ids[k])
                return LT_ERECORD;
    engine_set_teams(e, r);
    return LT_OK;
}

/* ---- teams and rulings ---------------------------------------------------------------------- */

static int apply_captain(struct lt_engine *e, const struct lt_record *r)
{
    struct lt_team *t = engine_team_of(e, r->entry);

    if (!t || r->value <= 0)
        return LT_ERECORD;
    t->captain = r->value;
    t->handovers++;
    return LT_OK;
}

static int apply_advance(struct lt_engine *e, const struct lt_record *r)
{
    int no = engine_owed_round(e);
    const struct lt_round_rule *round = no < 0 ? NULL : &e->sheet->rounds[no];

    if (!round || !engine_resting(e) || lt_engine_hides(e) || !engine_list_known(e, r))
        return LT_ERECORD;
    for (int i = 0; i < e->n_teams; i++) {
        struct lt_team *t = &e->teams[i];

        if (!t->in || (round->group != 0 && t->group != round->group))
            continue;
        t->in = engine_in_list(r, t->entry);
        t->left = t->in ? 0 : no + 1;
    }
    engine_set_advanced(e, no + 1);
    return LT_OK;
}

/* Whether there is what the ruling is about. */
static bool ruling_ok(const struct lt_engine *e, const struct lt_ruling *r)
{
    if (r->by <= 0)
        return false;
    switch (r->kind) {
    case LT_RULING_VOID:
    case LT_RULING_ACCEPT:
        return engine_asked(e, r->qi);
    case LT_RULING_ADJUST:
    case LT_RULING_DISQUALIFY:
        return r->entry > 0 && (e->n_teams == 0 || lt_engine_team(e, r->entry));
    case LT_RULING_APPEAL:
        return engine_asked(e, r->qi) && lt_engine_team(e, r->entry);
    case LT_RULINGS:
        break;
    }
    return false;
}

/* Only its state, who decided, and what was said to it. */
static bool ruling_moves(const struct lt_ruling *old, const struct lt_ruling *new)
{
    return old->state == LT_RULING_OPEN && new->state != LT_RULING_OPEN && old->kind == new->kind &&
           old->qi == new->qi && old->entry == new->entry && old->value_c == new->value_c &&
           old->by == new->by;
}

static int apply_ruling(struct lt_engine *e, const struct lt_record *r)
{
    const struct lt_ruling *new = &r->ruling, *old = engine_ruling(e, new->no);
    bool fresh = new->no == e->n_rulings + 1 && new->no <= LT_RULINGS_MAX;
    struct lt_team *t = engine_team_of(e, new->entry);

    if ((unsigned)new->state >= LT_RULING_STATES || !ruling_ok(e, new))
        return LT_ERECORD;
    if (e->finalising || e->phase < LT_PHASE_RUNNING || e->phase > LT_PHASE_FINISHED)
        return LT_ERECORD;
    if (!fresh && !(old && ruling_moves(old, new)))
        return LT_ERECORD;
    engine_set_ruling(e, new);
    if (t && new->kind == LT_RULING_DISQUALIFY &&new->state == LT_RULING_DONE)
        t->disqualified = true;
    return LT_OK;
}

/* ---- the reveal ----------------------------------------------------------------------------- */

static int apply_resolve(struct lt_engine *e, const struct lt_record *r)
{
    if (!engine_step_ok(e, r->step, r->steps) || r->step == e->step)
        return LT_ERECORD;
    engine_set_step(e, r->step, r->steps);
    return LT_OK;
}

/* ---- ends ----------------------------------------------------------------------------------- */

static int apply_finalising(struct lt_engine *e)
{
    if (e->phase != LT_PHASE_FINISHED || e->finalising || lt_engine_hides(e))
        return LT_ERECORD;
    engine_set_finalising(e, true);
    return LT_OK;
}

static int apply_final(struct lt_engine *e, const struct lt_record *r)
{
    if (!e->finalising || r->phase != LT_PHASE_FINAL)
        return LT_ERECORD;
    engine_set_phase(e, r->phase);
    engine_set_finalising(e, false);
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
    case LT_REC_LOT:
        return apply_lot(e, r);
    case LT_REC_CAPTAIN:
        return e->phase == LT_PHASE_FINAL ? LT_ERECORD : apply_captain(e, r);
    case LT_REC_ADVANCE:
        return e->phase == LT_PHASE_RUNNING ? apply_advance(e, r) : LT_ERECORD;
    case LT_REC_RULING:
        return apply_ruling(e, r);
    case LT_REC_RESOLVE:
        return apply_resolve(e, r);
    case LT_REC_DRIVER:
        return driver_ok(e, r) ? LT_OK : LT_ERECORD;
    case LT_REC_FINALISING:
        return apply_finalising(e);
    case LT_REC_FINAL:
        return apply_final(e, r);
    case LT_REC_ARMED:
    case LT_REC_OPEN:
    case LT_REC_CLOSING:
    case LT_REC_CLOSED:
    case LT_REC_REVEAL:
    case LT_REC_STAKE:
    case LT_REC_PRESS:
    case LT_REC_HELD:
    case LT_REC_VERDICT:
    case LT_REC_MARK:
    case LT_REC_HELP:
    case LT_REC_EXTEND:
        return engine_apply_question(e, r);
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
    if (!engine_time_ok(r->at_us) || r->by < 0)
        return LT_ERECORD;
    /* Each branch checks before it writes. */
    err = apply_kind(e, r);
    if (!err)
        e->seq = r->seq;
    return err;
}

/* What a record about the current question does: from its announcement to the reveal, with what teams
 * and judges do meanwhile. */
#include "engine_internal.h"

#include "base/err.h"

/* ---- the question --------------------------------------------------------------------------- */

bool engine_in_list(const struct lt_record *r, int64_t entry)
{
    for (int i = 0; i < r->n_ids; i++)
        if (r->ids[i] == entry)
            return true;
    return false;
}

/* Who is asked. A team that fouled stays locked when the same question is armed again, and one that
 * was wrong does not get it twice. */
static void seat_teams(struct lt_engine *e, const struct lt_record *r)
{
    const struct lt_round_rule *round = lt_engine_round(e);

    for (int i = 0; i < e->n_teams; i++) {
        struct lt_team *t = &e->teams[i];
        struct lt_seat old = t->seat;

        t->seat = (struct lt_seat){
            .takes = engine_takes_part(t, round) && (r->turn == 0 || r->turn == t->entry) &&
                     (r->n_ids == 0 || engine_in_list(r, t->entry)),
        };
        if (!r->again)
            t->handovers = 0;
        if (r->again) {
            t->seat.fouled = old.fouled;
            t->seat.tried = old.tried;
            t->seat.lock_us = old.fouled ? INT64_MAX : 0;
        }
    }
}

bool engine_list_known(const struct lt_engine *e, const struct lt_record *r)
{
    for (int i = 0; i < r->n_ids; i++)
        if (!lt_engine_team(e, r->ids[i]))
            return false;
    return true;
}

static bool armed_ok(const struct lt_engine *e, const struct lt_record *r)
{
    int first_round, last_round;

    if (r->n < 1 || !engine_round_of(e, r->qi, &first_round) ||
        !engine_round_of(e, r->qi + r->n - 1, &last_round) || first_round != last_round)
        return false;
    if (r->n != e->sheet->rounds[first_round].burst ||
        (r->turn != 0 && !lt_engine_team(e, r->turn)))
        return false;
    if (!engine_list_known(e, r))
        return false;
    if (r->again)
        return r->qi == e->qi && e->qstate == LT_Q_OPEN &&
               e->sheet->rounds[first_round].mode == LT_MODE_BUZZER;
    if (r->qi < e->qi + e->n_open || e->qstate == LT_Q_OPEN)
        return false;
    for (int i = 0; i < first_round; i++)
        if (lt_engine_owes(e, i))
            return false;
    return engine_may_hide(e, r->qi);
}

/* What is revealed moves again; from where the sheet says on the board stands still, once. */
static void freeze(struct lt_engine *e, const struct lt_record *r)
{
    const struct lt_freeze_rule *f = &e->sheet->freeze;
    int64_t after_us = e->started_us + f->after_minutes * INT64_C(60000000);
    int round = 0;

    if (e->frozen_seq != 0 && !lt_engine_hides(e)) {
        engine_set_frozen(e, 0);
        engine_set_step(e, 0, 0);
    }
    if (e->froze || e->frozen_seq != 0 || !lt_round_hideable(engine_round_of(e, r->qi, &round)))
        return;
    if ((f->round > 0 && round + 1 >= f->round) || (f->after_minutes > 0 && r->at_us >= after_us))
        engine_set_frozen(e, r->seq);
}

static int apply_armed(struct lt_engine *e, const struct lt_record *r)
{
    static const int nothing[8];

    if (!armed_ok(e, r))
        return LT_ERECORD;
    freeze(e, r);
    engine_set_question(e, r);
    seat_teams(e, r);
    engine_set_clock(e, 0, 0);
    engine_set_signal(e, 0);
    engine_set_closing(e, 0);
    engine_set_tally(e, 0, 0, nothing);
    engine_set_silent(e, false);
    engine_set_held(e, 0);
    if (!r->again)
        engine_set_rebounds(e, 0);
    engine_set_marks(e, 0, 0, 0);
    engine_set_dropped(e, 0, nothing, 0);
    engine_set_qstate(e, LT_Q_ARMED);
    return LT_OK;
}

/* Until when a team that pressed too early may not press: counted from the signal, which is not there
 * yet while the question is armed. */
static int64_t lock_us(const struct lt_engine *e)
{
    int lock_s = lt_engine_round(e)->buzzer.foul_lock_s;

    if (lock_s == 0 || e->qstate == LT_Q_ARMED)
        return INT64_MAX;
    return e->signal_us + (int64_t)lock_s * 1000000;
}

static int apply_open(struct lt_engine *e, const struct lt_record *r)
{
    if (e->qstate != LT_Q_ARMED || !engine_time_ok(r->opened_us) ||
        r->deadline_us - r->opened_us != engine_limit_us(e))
        return LT_ERECORD;
    engine_set_clock(e, r->opened_us, r->deadline_us);
    engine_set_signal(e, r->opened_us);
    engine_set_qstate(e, LT_Q_OPEN);
    for (int i = 0; i < e->n_teams; i++)
        if (e->teams[i].seat.fouled)
            e->teams[i].seat.lock_us = lock_us(e);
    return LT_OK;
}

/* What ends by an answer's gate, and what without. */
bool engine_closes_by_gate(const struct lt_engine *e)
{
    if (engine_by_judge(e))
        return false;
    return lt_engine_round(e)->mode != LT_MODE_BUZZER || e->held != 0;
}

static int apply_closing(struct lt_engine *e, const struct lt_record *r)
{
    if (!engine_closes_by_gate(e) || e->qstate == LT_Q_CLOSING)
        return LT_ERECORD;
    engine_set_closing(e, r->at_us);
    engine_set_qstate(e, LT_Q_CLOSING);
    return LT_OK;
}

static int apply_closed(struct lt_engine *e, const struct lt_record *r)
{
    bool gate = engine_closes_by_gate(e);

    if (!engine_tally_ok(r->answered, r->correct, r->dist))
        return LT_ERECORD;
    if (gate != (e->qstate == LT_Q_CLOSING) || e->held != 0)
        return LT_ERECORD;
    if (r->silent && lt_engine_round(e)->mode != LT_MODE_BUZZER)
        return LT_ERECORD;
    engine_set_tally(e, r->answered, r->correct, r->dist);
    engine_set_silent(e, r->silent);
    engine_set_qstate(e, LT_Q_CLOSED);
    return LT_OK;
}

static int apply_held(struct lt_engine *e, const struct lt_record *r)
{
    const struct lt_team *t = lt_engine_team(e, r->entry);
    int64_t whole_us = (int64_t)lt_engine_round(e)->buzzer.answer_seconds * 1000000;

    if (!t || !engine_press_waits(t) || !engine_time_ok(r->opened_us) ||
        r->deadline_us - r->opened_us != whole_us)
        return LT_ERECORD;
    engine_set_held(e, r->entry);
    engine_set_clock(e, r->opened_us, r->deadline_us);
    engine_set_qstate(e, LT_Q_HELD);
    return LT_OK;
}

/* Who answers aloud: the holder, or the team whose turn it is. */
int64_t engine_speaker(const struct lt_engine *e)
{
    return e->held != 0 ? e->held : e->turn;
}

static int apply_verdict(struct lt_engine *e, const struct lt_record *r)
{
    static const int nothing[8];
    struct lt_team *t = engine_team_of(e, r->entry);
    bool key = e->qstate == LT_Q_CLOSING, right = r->value == 1, reopens;

    if (!t || r->entry != engine_speaker(e) || (r->value != 0 && r->value != 1))
        return LT_ERECORD;
    if (key ? e->held == 0 : !engine_by_judge(e) || lt_engine_round(e)->mode == LT_MODE_JURY)
        return LT_ERECORD;
    reopens = !right && e->held != 0 && engine_rebounds(e);
    if (reopens
            ? !engine_time_ok(r->opened_us) || r->deadline_us - r->opened_us != engine_limit_us(e)
            : r->opened_us != 0 || r->deadline_us != 0)
        return LT_ERECORD;
    t->seat.right = right;
    t->seat.tried = !right;
    if (!right)
        engine_set_rebounds(e, e->rebounds + 1);
    engine_set_held(e, 0);
    if (reopens) {
        engine_set_clock(e, r->opened_us, r->deadline_us);
        engine_set_qstate(e, LT_Q_OPEN);
        return LT_OK;
    }
    engine_set_tally(e, e->rebounds + right, right, nothing);
    engine_set_qstate(e, LT_Q_CLOSED);
    return LT_OK;
}

/* The states from which each record about a question is possible. */
static unsigned question_from(enum lt_record_kind k)
{
    switch (k) {
    case LT_REC_ARMED:
        return LT_BIT(LT_Q_NONE) | LT_BIT(LT_Q_REVEALED) | LT_BIT(LT_Q_OPEN);
    case LT_REC_OPEN:
    case LT_REC_STAKE:
        return LT_BIT(LT_Q_ARMED);
    case LT_REC_CLOSING:
    case LT_REC_EXTEND:
    case LT_REC_HELP:
        return LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_HELD);
    case LT_REC_CLOSED:
        return LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_CLOSING);
    case LT_REC_REVEAL:
        return LT_BIT(LT_Q_CLOSED);
    case LT_REC_PRESS:
        return LT_BIT(LT_Q_ARMED) | LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_HELD) | LT_BIT(LT_Q_CLOSING);
    case LT_REC_HELD:
    case LT_REC_MARK:
        return LT_BIT(LT_Q_OPEN);
    case LT_REC_VERDICT:
        return LT_BIT(LT_Q_OPEN) | LT_BIT(LT_Q_HELD) | LT_BIT(LT_Q_CLOSING);
    case LT_REC_PHASE:
    case LT_REC_LOT:
    case LT_REC_CAPTAIN:
    case LT_REC_ADVANCE:
    case LT_REC_RULING:
    case LT_REC_RESOLVE:
    case LT_REC_DRIVER:
    case LT_REC_FINALISING:
    case LT_REC_FINAL:
    case LT_RECORDS:
        break;
    }
    return 0;
}

/* ---- what teams and judges do --------------------------------------------------------------- */

static int apply_stake(struct lt_engine *e, const struct lt_record *r)
{
    struct lt_team *t = engine_team_of(e, r->entry);

    if (!t || !t->seat.takes || t->seat.staked || lt_engine_round(e)->mode != LT_MODE_WAGER ||
        r->value < 0)
        return LT_ERECORD;
    t->seat.staked = true;
    t->seat.stake_c = r->value;
    return LT_OK;
}

static int apply_press(struct lt_engine *e, const struct lt_record *r)
{
    struct lt_team *t = engine_team_of(e, r->entry);

    if (!t || lt_engine_round(e)->mode != LT_MODE_BUZZER || !engine_may_press(t) ||
        t->seat.pressed || (!r->foul && e->qstate == LT_Q_ARMED) || r->used_us < 0)
        return LT_ERECORD;
    if (r->foul && t->seat.fouled)
        return LT_ERECORD;
    if (r->foul) {
        t->seat.fouled = true;
        t->seat.lock_us = lock_us(e);
        return LT_OK;
    }
    t->seat.pressed = true;
    t->seat.by = r->by;
    t->seat.used_us = r->used_us;
    t->seat.evidence = r->evidence;
    return LT_OK;
}

static int apply_mark(struct lt_engine *e, const struct lt_record *r)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    int n = 0;

    if (round->mode != LT_MODE_JURY || r->entry != e->turn || r->value < 0 ||
        r->value > round->jury.max_c || r->by <= 0)
        return LT_ERECORD;
    while (n < e->n_marks && e->marks[n].judge != r->by)
        n++;
    if (n == LT_JUDGES_MAX)
        return LT_ERECORD;
    engine_set_marks(e, n + 1, r->by, r->value);
    return LT_OK;
}

static int apply_help(struct lt_engine *e, const struct lt_record *r)
{
    struct lt_team *t = engine_team_of(e, r->entry);

    if (!t || t->helped || r->value < 0 || r->value >= LT_HELPS ||
        !(e->sheet->helps & LT_BIT(r->value)) || r->n_two != (r->value == LT_HELP_TWO ? 2 : 0))
        return LT_ERECORD;
    t->helped = true;
    t->seat.help = 1 + (int)r->value;
    if (r->n_two > 0)
        engine_set_dropped(e, r->entry, r->two, r->n_two);
    return LT_OK;
}

static int apply_extend(struct lt_engine *e, const struct lt_record *r)
{
    if (r->deadline_us < e->deadline_us || r->deadline_us >= 2 * LT_TIME_MAX_US ||
        r->opened_us != e->opened_us)
        return LT_ERECORD;
    engine_set_clock(e, e->opened_us, r->deadline_us);
    return LT_OK;
}

/* ---- which ---------------------------------------------------------------------------------- */

/* Whether a record about the question may come now: the question is the current one (or, armed, a
 * later one), the state is one it can come from, the contest runs. */
static bool question_may(const struct lt_engine *e, const struct lt_record *r)
{
    unsigned phases = LT_BIT(LT_PHASE_RUNNING);

    /* What was begun before a pause ends in it: answers drain, their verdict is read. */
    if (e->qstate == LT_Q_CLOSING)
        phases |= LT_BIT(LT_PHASE_PAUSED);
    if (r->kind != LT_REC_ARMED && r->qi != e->qi)
        return false;
    return (phases & LT_BIT(e->phase)) && (question_from(r->kind) & LT_BIT(e->qstate));
}

int engine_apply_question(struct lt_engine *e, const struct lt_record *r)
{
    if (!question_may(e, r))
        return LT_ERECORD;
    switch (r->kind) {
    case LT_REC_ARMED:
        return apply_armed(e, r);
    case LT_REC_OPEN:
        return apply_open(e, r);
    case LT_REC_CLOSING:
        return apply_closing(e, r);
    case LT_REC_CLOSED:
        return apply_closed(e, r);
    case LT_REC_REVEAL:
        engine_set_qstate(e, LT_Q_REVEALED);
        return LT_OK;
    case LT_REC_STAKE:
        return apply_stake(e, r);
    case LT_REC_PRESS:
        return apply_press(e, r);
    case LT_REC_HELD:
        return apply_held(e, r);
    case LT_REC_VERDICT:
        return apply_verdict(e, r);
    case LT_REC_MARK:
        return apply_mark(e, r);
    case LT_REC_HELP:
        return apply_help(e, r);
    case LT_REC_EXTEND:
        return apply_extend(e, r);
    case LT_REC_PHASE:
    case LT_REC_LOT:
    case LT_REC_CAPTAIN:
    case LT_REC_ADVANCE:
    case LT_REC_RULING:
    case LT_REC_RESOLVE:
    case LT_REC_DRIVER:
    case LT_REC_FINALISING:
    case LT_REC_FINAL:
    case LT_RECORDS:
        break;
    }
    return LT_ERECORD;
}

/* What teams, judges and rulings ask for: who may, and the record that comes of it. */
#include "engine_internal.h"

#include "base/err.h"

#include <string.h>

enum { ADJUST_MAX_C = LT_POINTS_MAX * 100 };
/* A number of the wire, which is exact below this and no further. */
static const int64_t PERSON_MAX = LT_TIME_MAX_US;

/* The sender's team, if it takes part in what is asked now. */
static int own_team(const struct lt_engine *e, const struct lt_input *in,
                    const struct lt_team **ret)
{
    const struct lt_team *t = lt_engine_team(e, in->entry);

    if (!t || !t->in || t->disqualified)
        return LT_EOUT;
    if (e->turn != 0 && e->turn != in->entry)
        return LT_ENOTTURN;
    if (!t->seat.takes)
        return LT_EOUT;
    *ret = t;
    return LT_OK;
}

static int own_team_by_captain(const struct lt_engine *e, const struct lt_input *in,
                               const struct lt_team **ret)
{
    int err = own_team(e, in, ret);

    return !err && (*ret)->captain != in->by ? LT_ENOTCAPTAIN : err;
}

int engine_make_stake(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    const struct lt_team *t;
    bool offered = in->value == 0;
    int err;

    if (round->mode != LT_MODE_WAGER)
        return LT_EPHASE;
    err = own_team_by_captain(e, in, &t);
    if (err)
        return err;
    for (int i = 0; i < round->n_stakes; i++)
        offered = offered || round->stakes_c[i] == in->value;
    if (!offered)
        return LT_ESTAKE;
    if (t->seat.staked)
        return t->seat.stake_c == in->value ? LT_OK : LT_EANSWERED;
    r->kind = LT_REC_STAKE;
    r->qi = e->qi;
    r->entry = in->entry;
    r->value = in->value;
    return LT_OK;
}

/* It reached a server when the question's time was over, whenever the driver comes to look at it. */
static bool press_late(const struct lt_engine *e, int64_t arrival_us)
{
    int64_t ms = (int64_t)e->sheet->grace_ms + e->sheet->window_ms;

    return e->qstate == LT_Q_OPEN && arrival_us > e->deadline_us + ms * 1000;
}

/* Within what a record may say. */
static bool evidence_ok(const struct lt_evidence *v)
{
    const int64_t times_us[] = {v->arrival_us, v->elapsed_us, v->rtt_min_us, v->rtt_max_us,
                                v->claim_us};

    for (size_t i = 0; i < sizeof times_us / sizeof *times_us; i++)
        if (times_us[i] < -1 || times_us[i] >= LT_TIME_MAX_US)
            return false;
    return v->probes >= 0;
}

int engine_make_press(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    const struct lt_team *t;
    int err;

    if (round->mode != LT_MODE_BUZZER)
        return LT_EPHASE;
    err = own_team(e, in, &t);
    if (err)
        return err;
    if (t->seat.pressed) /* also two phones of one team */
        return LT_OK;
    if (!engine_may_press(t) || in->now_us < t->seat.lock_us)
        return t->seat.fouled && e->qstate == LT_Q_ARMED ? LT_OK : LT_ELOCKED;
    if (!evidence_ok(&in->evidence))
        return LT_ERANGE;
    if (press_late(e, in->evidence.arrival_us))
        return LT_ECLOSED;
    r->qi = e->qi;
    r->entry = in->entry;
    r->evidence = in->evidence;
    /* Also one that arrived before the signal and is looked at after it. */
    r->foul = e->qstate == LT_Q_ARMED || lt_buzzer_early(&in->evidence, e->signal_us);
    if (r->foul && t->seat.fouled) /* one foul a question, though its lock be over already */
        return LT_OK;
    r->kind = LT_REC_PRESS;
    if (r->foul)
        r->value = round->buzzer.foul_c;
    else
        r->used_us = lt_buzzer_used_us(e->sheet, &in->evidence, e->signal_us);
    return LT_OK;
}

/* A buzzer's question ends because nobody presses (any more). */
void engine_make_silence(const struct lt_engine *e, struct lt_record *r)
{
    r->kind = LT_REC_CLOSED;
    r->answered = e->rebounds;
    r->silent = e->rebounds == 0;
}

/* The presses that wait, judged; or, when there is none, silence. */
void engine_judge_presses(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    struct lt_buzzer_press presses[LT_TEAMS_MAX];
    struct lt_buzzer_ruling ruling;
    int n = 0;

    for (int i = 0; i < e->n_teams; i++)
        if (engine_press_waits(&e->teams[i]))
            presses[n++] = (struct lt_buzzer_press){.entry = e->teams[i].entry,
                                                    .used_us = e->teams[i].seat.used_us};
    if (n == 0) {
        engine_make_silence(e, r);
        return;
    }
    lt_buzzer_judge(e->sheet, presses, n, in->random, &ruling);
    if (ruling.outcome == LT_BUZZER_REARM) {
        r->kind = LT_REC_ARMED;
        r->n = e->n_open;
        r->turn = e->turn;
        r->again = true;
        return;
    }
    r->kind = LT_REC_HELD;
    r->entry = presses[ruling.winner].entry;
    r->n_doubt = ruling.n_doubt;
    r->random = ruling.outcome == LT_BUZZER_DRAWN ? in->random : 0;
    r->opened_us = in->now_us;
    r->deadline_us = in->now_us + (int64_t)lt_engine_round(e)->buzzer.answer_seconds * 1000000;
}

int engine_make_captain(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_team *t = lt_engine_team(e, in->entry);

    /* While results are being written the log must stand still, or they never are. */
    if (e->finalising)
        return LT_EPHASE;
    if (!t)
        return LT_EOUT;
    if (!in->staff && t->captain != in->by)
        return LT_ENOTCAPTAIN;
    if (in->value <= 0 || in->value > PERSON_MAX)
        return LT_ERANGE;
    if (t->captain == in->value)
        return LT_OK;
    /* Each is a record that everybody is told. */
    if (!in->staff && t->handovers >= LT_HANDOVERS_MAX)
        return LT_EPHASE;
    r->kind = LT_REC_CAPTAIN;
    r->entry = in->entry;
    r->value = in->value;
    return LT_OK;
}

/* Two of the wrong options, each pair as likely. */
static bool drop_two(const struct lt_input *in, int ret[2])
{
    int wrong[LT_OPTIONS_MAX], n = 0, i, k;

    for (int o = 0; o < in->n_options && o < LT_OPTIONS_MAX; o++)
        if (!(in->key & LT_BIT(o)))
            wrong[n++] = o;
    if (n < 2)
        return false;
    i = (int)(in->random % (uint64_t)n);
    k = (int)(in->random / 64 % (uint64_t)(n - 1));
    k += k >= i;
    ret[0] = wrong[i < k ? i : k];
    ret[1] = wrong[i < k ? k : i];
    return true;
}

int engine_make_help(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    enum lt_mode mode = lt_engine_round(e)->mode;
    const struct lt_team *t;
    bool asked = mode == LT_MODE_REQUIRED || (mode == LT_MODE_WAGER) ||
                 (mode == LT_MODE_BUZZER && e->held == in->entry);
    int err = own_team_by_captain(e, in, &t);

    if (err)
        return err;
    if (in->value < 0 || in->value >= LT_HELPS || !(e->sheet->helps & LT_BIT(in->value)))
        return LT_ERANGE;
    if (t->helped)
        return LT_EUSED;
    if (mode == LT_MODE_WAGER && t->seat.stake_c == 0)
        return LT_EDECLINED;
    /* What is dropped is seen by all, so it must help only the one that is asked. */
    if (!asked || (in->value == LT_HELP_TWO && engine_speaker(e) != in->entry))
        return LT_EPHASE;
    r->kind = LT_REC_HELP;
    r->qi = e->qi;
    r->entry = in->entry;
    r->value = in->value;
    if (in->value != LT_HELP_TWO)
        return LT_OK;
    r->n_two = 2;
    r->random = in->random;
    return drop_two(in, r->two) ? LT_OK : LT_ERANGE;
}

int engine_make_mark(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    int known = 0;

    if (round->mode != LT_MODE_JURY)
        return LT_EPHASE;
    if (!in->staff || in->by == 0)
        return LT_EFORBIDDEN;
    if (in->value < 0 || in->value > round->jury.max_c || in->value % 100 != 0)
        return LT_ERANGE;
    while (known < e->n_marks && e->marks[known].judge != in->by)
        known++;
    if (known < e->n_marks && e->marks[known].value_c == in->value)
        return LT_OK;
    if (known == LT_JUDGES_MAX)
        return LT_EFULL;
    r->kind = LT_REC_MARK;
    r->qi = e->qi;
    r->entry = e->turn;
    r->value = in->value;
    return LT_OK;
}

int engine_make_answered(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    if (engine_speaker(e) != in->entry || in->entry == 0 || !engine_closes_by_gate(e))
        return LT_EPHASE;
    r->kind = LT_REC_CLOSING;
    r->qi = e->qi;
    return LT_OK;
}

/* ---- rulings -------------------------------------------------------------------------------- */

static int ruling_begin(const struct lt_engine *e, const struct lt_input *in,
                        enum lt_ruling_kind kind, struct lt_record *r)
{
    struct lt_ruling *new = &r->ruling;

    if (e->finalising)
        return LT_EPHASE;
    if (in->by == 0) /* every ruling has an author */
        return LT_EFORBIDDEN;
    if (!in->reason || in->reason[0] == '\0')
        return LT_ENOENT;
    if (strlen(in->reason) > LT_REASON_BYTES)
        return LT_ETOOBIG;
    if (e->n_rulings >= LT_RULINGS_MAX)
        return LT_EFULL;
    new->no = e->n_rulings + 1;
    new->kind = kind;
    new->state = kind == LT_RULING_APPEAL || e->sheet->approval ? LT_RULING_OPEN : LT_RULING_DONE;
    new->qi = -1;
    new->by = in->by;
    strcpy(new->reason, in->reason);
    return LT_OK;
}

/* The same ruling that is in force or waits already: a double click, or two desks. */
static bool ruled(const struct lt_engine *e, const struct lt_ruling *new)
{
    for (int i = 0; i < e->n_rulings; i++) {
        const struct lt_ruling *old = &e->rulings[i];

        if (old->state != LT_RULING_REJECTED && old->kind == new->kind && old->qi == new->qi &&
            old->entry == new->entry &&strcmp(old->answer, new->answer) == 0)
            return true;
    }
    return false;
}

int engine_make_question_ruling(const struct lt_engine *e, const struct lt_input *in,
                                struct lt_record *r)
{
    bool accept = in->action == LT_ACT_ACCEPT;
    int err = ruling_begin(e, in, accept ? LT_RULING_ACCEPT : LT_RULING_VOID, r);

    if (err)
        return err;
    if (!engine_asked(e, in->qi))
        return LT_ENOQUESTION;
    if (accept && (!in->answer || in->answer[0] == '\0' || strlen(in->answer) > LT_FILL_BYTES))
        return LT_EANSWER;
    /* Which response is right too would tell the key of a question that is not revealed yet. */
    if (accept && in->qi >= e->qi && e->qstate != LT_Q_REVEALED)
        return LT_EPHASE;
    r->ruling.qi = in->qi;
    if (accept)
        strcpy(r->ruling.answer, in->answer);
    r->kind = ruled(e, &r->ruling) ? LT_RECORDS : LT_REC_RULING;
    return LT_OK;
}

int engine_make_entry_ruling(const struct lt_engine *e, const struct lt_input *in,
                             struct lt_record *r)
{
    bool adjust = in->action == LT_ACT_ADJUST;
    int err = ruling_begin(e, in, adjust ? LT_RULING_ADJUST : LT_RULING_DISQUALIFY, r);

    if (err)
        return err;
    if (in->entry <= 0 || (e->n_teams > 0 && !lt_engine_team(e, in->entry)))
        return LT_EOUT;
    if (adjust && (in->value == 0 || in->value < -ADJUST_MAX_C || in->value > ADJUST_MAX_C))
        return LT_ERANGE;
    r->ruling.entry = in->entry;
    r->ruling.value_c = adjust ? in->value : 0;
    /* Two adjustments of one team are two; the command's id keeps a double click from being two. */
    r->kind = !adjust && ruled(e, &r->ruling) ? LT_RECORDS : LT_REC_RULING;
    return LT_OK;
}

/* Of one entry, 0: of all. */
static int appeals(const struct lt_engine *e, int64_t entry)
{
    int n = 0;

    for (int i = 0; i < e->n_rulings; i++)
        n += e->rulings[i].kind == LT_RULING_APPEAL && (entry == 0 || e->rulings[i].entry == entry);
    return n;
}

int engine_make_appeal(const struct lt_engine *e, const struct lt_input *in, struct lt_record *r)
{
    const struct lt_team *t = lt_engine_team(e, in->entry);
    int err;

    if (!e->sheet->appeals)
        return LT_EPHASE;
    if (!t || t->disqualified)
        return LT_EOUT;
    if (t->captain != in->by)
        return LT_ENOTCAPTAIN;
    err = ruling_begin(e, in, LT_RULING_APPEAL, r);
    if (err)
        return err;
    if (appeals(e, 0) >= LT_APPEALS_MAX || appeals(e, in->entry) >= LT_APPEALS_EACH)
        return LT_EFULL;
    if (!engine_asked(e, in->qi))
        return LT_ENOQUESTION;
    if (in->qi >= e->qi && e->qstate != LT_Q_REVEALED)
        return LT_EPHASE;
    r->ruling.qi = in->qi;
    r->ruling.entry = in->entry;
    r->kind = ruled(e, &r->ruling) ? LT_RECORDS : LT_REC_RULING;
    return LT_OK;
}

int engine_make_resolution(const struct lt_engine *e, const struct lt_input *in,
                           struct lt_record *r)
{
    const struct lt_ruling *old = engine_ruling(e, in->value);
    enum lt_ruling_state to = in->action == LT_ACT_APPROVE ? LT_RULING_DONE : LT_RULING_REJECTED;

    if (e->finalising)
        return LT_EPHASE;
    if (!in->staff || in->by == 0)
        return LT_EFORBIDDEN;
    if (!old)
        return LT_ENORULING;
    if (old->state == to)
        return LT_OK;
    if (old->state != LT_RULING_OPEN)
        return LT_ENORULING;
    if (old->by == in->by)
        return LT_ESECOND;
    r->kind = LT_REC_RULING;
    r->ruling = *old;
    r->ruling.state = to;
    r->ruling.by2 = in->by;
    if (old->kind == LT_RULING_APPEAL && in->reason) {
        if (strlen(in->reason) > LT_FILL_BYTES)
            return LT_ETOOBIG;
        strcpy(r->ruling.answer, in->reason);
    }
    return LT_OK;
}

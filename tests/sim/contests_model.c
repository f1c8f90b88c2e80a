/* What the simulation itself knows: who is in, who may press and until when he is locked, who may
 * answer. Written down once more, from the rules for people, without a look at the engine's own. */
#include "contests.h"

#include <string.h>

struct known *sim_known(struct contest *c, int64_t entry)
{
    for (int i = 0; i < c->n_entries; i++)
        if (c->known[i].entry == entry)
            return &c->known[i];
    return NULL;
}

bool sim_takes_part(const struct contest *c, const struct known *k, int round)
{
    const struct lt_round_rule *rule = &c->sheet->rounds[round];

    return k->in && !k->disqualified && (rule->group == 0 || rule->group == k->group);
}

static int round_of(const struct contest *c, int qi)
{
    int round = -1, index;

    lt_sheet_round_of(c->sheet, qi, &round, &index);
    return round;
}

static bool listed(const struct lt_record *r, int64_t entry)
{
    for (int i = 0; i < r->n_ids; i++)
        if (r->ids[i] == entry)
            return true;
    return false;
}

/* ---- who is better -------------------------------------------------------------------------- */

static int more(int64_t a, int64_t b)
{
    return a > b ? -1 : a < b;
}

/* By the keys up to `last`. */
static int compare_until(const struct lt_sheet *s, const struct lt_place *a,
                         const struct lt_place *b, enum lt_rank_key last)
{
    int order = more(a->level, b->level);

    for (int i = 0; i < s->n_keys && order == 0; i++) {
        if (s->keys[i] == LT_KEY_POINTS)
            order = more(a->points_c, b->points_c);
        else if (s->keys[i] == LT_KEY_CORRECT)
            order = more(a->correct, b->correct);
        else if (s->keys[i] == LT_KEY_TIME)
            order = more(b->time_us, a->time_us);
        else
            order = more(a->tiebreak, b->tiebreak);
        if (s->keys[i] == last)
            break;
    }
    return order;
}

int sim_compare(const struct lt_sheet *s, const struct lt_place *a, const struct lt_place *b)
{
    return compare_until(s, a, b, LT_RANK_KEYS);
}

/* ---- what a record means -------------------------------------------------------------------- */

static void model_lot(struct contest *c, const struct lt_record *r)
{
    EXPECT(c, r->n_ids == c->n_entries, "%d of %d teams were drawn", r->n_ids, c->n_entries);
    for (int i = 0; i < r->n_ids; i++) {
        struct known *k = sim_known(c, r->ids[i]);

        EXPECT(c, k != NULL, "team %ld was drawn but not registered", (long)r->ids[i]);
        for (int m = 0; m < i; m++)
            EXPECT(c, r->ids[m] != r->ids[i], "team %ld was drawn twice", (long)r->ids[i]);
        k->in = true;
        k->group = c->sheet->groups > 0 ? 1 + i % c->sheet->groups : 0;
    }
}

/* A round in turn gives every team as many questions, give or take the cycle that is under way. */
static void check_turn(struct contest *c, const struct lt_record *r, int round)
{
    int low = 1 << 30, high = 0;
    struct known *turn = sim_known(c, r->turn);

    EXPECT(c, turn && turn->takes, "it is the turn of %ld, which takes no part", (long)r->turn);
    reached->in_turn++;
    turn->asked++;
    for (int i = 0; i < c->n_entries; i++) {
        const struct known *k = &c->known[i];

        if (!sim_takes_part(c, k, round))
            continue;
        low = k->asked < low ? k->asked : low;
        high = k->asked > high ? k->asked : high;
    }
    EXPECT(c, c->uneven || high - low <= 1, "in turn one team had %d questions, another %d", high,
           low);
}

/* Who fights on: those that are tied with somebody for one of the places. */
static void check_field(struct contest *c, const struct lt_record *r, int round)
{
    for (int i = 0; i < c->n_ranked; i++) {
        const struct lt_place *p = c->ranked[i];
        const struct known *k = sim_known(c, p->entry);
        int before = 0, tied = 0;

        if (!k || !sim_takes_part(c, k, round))
            continue;
        for (int m = 0; m < c->n_ranked; m++) {
            const struct lt_place *other = c->ranked[m];
            const struct known *ko = sim_known(c, other->entry);
            int order;

            if (m == i || !ko || !sim_takes_part(c, ko, round))
                continue;
            order = compare_until(c->sheet, other, p, LT_KEY_TIEBREAK);
            tied += order == 0;
            before += order < 0;
        }
        EXPECT(c, listed(r, p->entry) == (tied > 0 && before < c->sheet->rounds[round].places),
               "sudden death: %ld is %sasked, with %d before and %d beside it", (long)p->entry,
               listed(r, p->entry) ? "" : "not ", before, tied);
    }
    reached->tiebreaks++;
}

static void model_armed(struct contest *c, const struct lt_record *r)
{
    int round = round_of(c, r->qi), last = c->replay.qi < 0 ? -1 : round_of(c, c->replay.qi);
    const struct lt_round_rule *rule = &c->sheet->rounds[round];

    for (int i = 0; i < c->n_entries; i++) {
        struct known *k = &c->known[i];

        if (round != last)
            k->asked = 0;
        k->pressed = false;
        if (r->again) { /* who fouled stays locked until the next signal, who was wrong stays out */
            k->lock_us = k->fouled ? INT64_MAX : 0;
            continue;
        }
        k->takes = (!c->sheet->teams || sim_takes_part(c, k, round)) &&
                   (r->turn == 0 || r->turn == k->entry) && (r->n_ids == 0 || listed(r, k->entry));
        k->fouled = k->tried = false;
        k->stake_c = 0;
        k->lock_us = 0;
    }
    EXPECT(c, (r->turn != 0) == (rule->turns != LT_TURNS_ALL), "turn %ld in round %d",
           (long)r->turn, round + 1);
    if (!r->again)
        sim_reveal_armed(c, r, last, round);
    if (r->turn != 0)
        check_turn(c, r, round);
    if (rule->mode == LT_MODE_TIEBREAK)
        check_field(c, r, round);
    reached->modes[rule->mode]++;
    reached->rearmed += r->again;
    reached->bursts += r->n > 1;
}

static void model_open(struct contest *c, const struct lt_record *r)
{
    int lock_s = c->sheet->rounds[round_of(c, r->qi)].buzzer.foul_lock_s;

    for (int i = 0; i < c->n_entries; i++)
        if (c->known[i].fouled && lock_s > 0)
            c->known[i].lock_us = r->opened_us + lock_s * SECOND;
}

static void model_press(struct contest *c, const struct lt_record *r)
{
    struct known *k = sim_known(c, r->entry);
    int lock_s = c->sheet->rounds[round_of(c, r->qi)].buzzer.foul_lock_s;

    EXPECT(c, k && k->takes && !k->disqualified, "%ld pressed and takes no part", (long)r->entry);
    EXPECT(c, !k->tried, "%ld pressed again after it was wrong", (long)r->entry);
    EXPECT(c, !(r->foul && k->fouled), "%ld fouled twice", (long)r->entry);
    EXPECT(c, !k->pressed, "%ld pressed twice", (long)r->entry);
    EXPECT(c, r->at_us >= k->lock_us, "%ld pressed while it was locked", (long)r->entry);
    EXPECT(c,
           r->foul ==
               (c->replay.qstate == LT_Q_ARMED || r->evidence.arrival_us < c->replay.signal_us),
           "a press of %ld: foul or not?", (long)r->entry);
    if (r->foul) {
        k->fouled = true;
        k->lock_us = c->replay.qstate == LT_Q_ARMED || lock_s == 0
                         ? INT64_MAX
                         : c->replay.signal_us + lock_s * SECOND;
        reached->fouls++;
    } else {
        k->pressed = true;
    }
}

static void model_held(struct contest *c, const struct lt_record *r)
{
    int64_t doubt_us = c->sheet->doubt_ms * INT64_C(1000), first_us = INT64_MAX, own_us = -1;
    int doubts = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < c->replay.n_teams; i++) {
            const struct lt_team *t = &c->replay.teams[i];
            const struct known *k = sim_known(c, t->entry);

            if (!k->pressed || k->tried || k->disqualified)
                continue;
            if (pass == 0 && t->seat.used_us < first_us)
                first_us = t->seat.used_us;
            if (pass == 1)
                doubts += t->seat.used_us <= first_us + doubt_us;
            if (t->entry == r->entry)
                own_us = t->seat.used_us;
        }
    EXPECT(c, own_us >= 0, "%ld holds a question it did not press for", (long)r->entry);
    EXPECT(c, own_us <= first_us + doubt_us, "%ld holds it, but another was first", (long)r->entry);
    EXPECT(c, doubts == r->n_doubt, "%d presses in doubt, %d on record", doubts, r->n_doubt);
    reached->held++;
    reached->drawn += r->n_doubt > 1;
}

static void model_verdict(struct contest *c, const struct lt_record *r)
{
    struct known *k = sim_known(c, r->entry);

    EXPECT(c, k != NULL, "a verdict on nobody");
    if (r->value == 0)
        k->tried = true;
    reached->rebounds += r->deadline_us != 0;
    *(r->by == 0 ? &reached->verdicts_by_key : &reached->verdicts_by_judge) += 1;
}

/* A question does not end while somebody's press waits, and is silent when nobody had it. */
static void model_closed(struct contest *c, const struct lt_record *r)
{
    bool buzzer = c->sheet->rounds[round_of(c, r->qi)].mode == LT_MODE_BUZZER;
    int tried = 0;

    for (int i = 0; i < c->n_entries && buzzer; i++) {
        const struct known *k = &c->known[i];

        EXPECT(c, !k->pressed || k->tried || k->disqualified, "the press of %ld is lost",
               (long)k->entry);
        tried += k->tried;
    }
    EXPECT(c, r->silent == (buzzer && tried == 0), "%s, and %d tried",
           r->silent ? "silent" : "not silent", tried);
    EXPECT(c, !buzzer || r->answered == tried, "%d answered, and %d tried", r->answered, tried);
    reached->silent += r->silent;
}

/* Exactly the best go on, and whoever is as good as the last of them. */
static void model_advance(struct contest *c, const struct lt_record *r)
{
    int round = c->live.advanced - 1, n = c->sheet->rounds[round].advance;

    EXPECT(c, n > 0, "round %d has no advancement", round + 1);
    EXPECT(c, !sim_hidden(c), "somebody goes on while the board is frozen");
    for (int i = 0; i < c->n_ranked; i++) {
        const struct lt_place *p = c->ranked[i];
        struct known *k = sim_known(c, p->entry);
        int before = 0;

        if (!sim_takes_part(c, k, round)) {
            EXPECT(c, !listed(r, p->entry), "%ld goes on and took no part", (long)p->entry);
            continue;
        }
        for (int m = 0; m < c->n_ranked; m++)
            before += sim_takes_part(c, sim_known(c, c->ranked[m]->entry), round) &&
                      sim_compare(c->sheet, c->ranked[m], p) < 0;
        EXPECT(c, listed(r, p->entry) == (before < n), "%ld is number %d of %d and goes on: %s",
               (long)p->entry, before + 1, n, listed(r, p->entry) ? "yes" : "no");
    }
    for (int i = 0; i < c->n_entries; i++)
        if (c->sheet->rounds[round].group == 0 ||
            c->sheet->rounds[round].group == c->known[i].group)
            c->known[i].in = c->known[i].in && listed(r, c->known[i].entry);
    reached->advances++;
    reached->advances_tied += r->n_ids > n;
    reached->resets += c->sheet->rounds[round].reset;
}

static void model_ruling(struct contest *c, const struct lt_ruling *u)
{
    struct known *k = sim_known(c, u->entry);

    reached->approvals += u->by2 != 0 && u->state == LT_RULING_DONE;
    reached->rejections += u->state == LT_RULING_REJECTED;
    reached->appeals += u->kind == LT_RULING_APPEAL;
    EXPECT(c, u->reason[0] != '\0' && u->by > 0, "ruling %d without reason or author", u->no);
    EXPECT(c, u->by2 == 0 || u->by2 != u->by, "ruling %d was approved by its author", u->no);
    if (u->state != LT_RULING_DONE)
        return;
    EXPECT(c, !c->sheet->approval || u->by2 != 0, "ruling %d took effect by itself", u->no);
    reached->voids += u->kind == LT_RULING_VOID;
    reached->accepts += u->kind == LT_RULING_ACCEPT;
    reached->adjusts += u->kind == LT_RULING_ADJUST;
    reached->disqualified += u->kind == LT_RULING_DISQUALIFY;
    c->uneven |= u->kind == LT_RULING_VOID || u->kind == LT_RULING_DISQUALIFY;
    if (u->kind == LT_RULING_DISQUALIFY && k)
        k->disqualified = true;
}

/* What is measured from the signal stands still during a pause. */
static void model_resume(struct contest *c, const struct lt_record *r)
{
    int64_t by_us = r->opened_us - c->replay.opened_us;

    if (r->deadline_us == 0)
        return;
    EXPECT(c, c->live.signal_us == c->replay.signal_us + (c->replay.signal_us ? by_us : 0),
           "the signal moved by %ld us, the clock by %ld",
           (long)(c->live.signal_us - c->replay.signal_us), (long)by_us);
    for (int i = 0; i < c->n_entries; i++)
        if (c->known[i].lock_us != 0 && c->known[i].lock_us != INT64_MAX)
            c->known[i].lock_us += by_us;
}

void sim_model_apply(struct contest *c, const struct lt_record *r)
{
    struct known *k = sim_known(c, r->entry);

    switch (r->kind) {
    case LT_REC_LOT:
        model_lot(c, r);
        break;
    case LT_REC_ARMED:
        model_armed(c, r);
        break;
    case LT_REC_OPEN:
        model_open(c, r);
        break;
    case LT_REC_STAKE:
        EXPECT(c, k && k->takes, "%ld staked and takes no part", (long)r->entry);
        k->stake_c = r->value;
        *(r->value > 0 ? &reached->stakes : &reached->declined) += 1;
        break;
    case LT_REC_PRESS:
        model_press(c, r);
        break;
    case LT_REC_HELD:
        model_held(c, r);
        break;
    case LT_REC_VERDICT:
        model_verdict(c, r);
        break;
    case LT_REC_ADVANCE:
        model_advance(c, r);
        break;
    case LT_REC_RULING:
        model_ruling(c, &r->ruling);
        break;
    case LT_REC_PHASE:
        if (c->replay.phase == LT_PHASE_LOBBY)
            c->started_us = r->at_us;
        if (c->replay.phase == LT_PHASE_PAUSED)
            model_resume(c, r);
        break;
    case LT_REC_CLOSED:
        model_closed(c, r);
        break;
    case LT_REC_MARK:
        reached->marks++;
        break;
    case LT_REC_HELP:
        reached->helps++;
        reached->dropped += r->n_two > 0;
        break;
    case LT_REC_CAPTAIN:
        reached->captains++;
        break;
    case LT_REC_DRIVER:
        reached->takeovers++;
        break;
    case LT_REC_FINAL:
        reached->finals++;
        break;
    case LT_REC_RESOLVE:
        sim_reveal_step(c, r);
        break;
    case LT_REC_FINALISING:
        EXPECT(c, !sim_hidden(c), "made final while the board is frozen");
        break;
    case LT_REC_CLOSING:
    case LT_REC_REVEAL:
    case LT_REC_EXTEND:
    case LT_RECORDS:
        break;
    }
    sim_reveal_check(c);
}

/* ---- answers -------------------------------------------------------------------------------- */

bool sim_may_answer(struct contest *c, int qi, int64_t entry, int64_t now_us)
{
    const struct lt_engine *e = &c->live;
    const struct lt_round_rule *rule = lt_engine_round(e);
    const struct known *k = sim_known(c, entry);

    if (e->phase != LT_PHASE_RUNNING || (e->qstate != LT_Q_OPEN && e->qstate != LT_Q_HELD) ||
        qi < e->qi || qi >= e->qi + e->n_open)
        return false;
    if (now_us > e->deadline_us + c->sheet->grace_ms * INT64_C(1000))
        return false;
    if (!c->sheet->teams)
        return true;
    if (!k || !k->takes || !k->in || k->disqualified || rule->mode == LT_MODE_JURY ||
        rule->judging == LT_JUDGED_BY_JUDGE)
        return false;
    if (rule->mode == LT_MODE_BUZZER)
        return e->held == entry;
    return rule->mode != LT_MODE_WAGER || k->stake_c > 0;
}

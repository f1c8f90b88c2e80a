/* Who does what. Most of it is sensible, so that contests get somewhere; some of it is early, late,
 * twice, by the wrong person or about the wrong thing; some of it is nonsense. */
#include "contests.h"

#include "base/err.h"

#include <string.h>

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
enum { HOST = 9001, HOST2 = 9002, STEPS_MAX = 220 };

static int64_t member(const struct known *k, const struct contest *c, int i)
{
    return c->sheet->teams ? 100000 + 10 * k->entry + i : k->entry;
}

static struct known *any_entry(struct contest *c)
{
    return &c->known[sim_below(c, c->n_entries)];
}

/* Whoever is asked more often than others. */
static struct known *likely_entry(struct contest *c)
{
    const struct lt_engine *e = &c->live;
    struct known *k = sim_known(c, e->held ? e->held : e->turn);

    return k && sim_chance(c, 75) ? k : any_entry(c);
}

static void pass_time(struct contest *c)
{
    int64_t due_us = lt_engine_next_us(&c->live);

    if (due_us != INT64_MAX && sim_chance(c, 5))
        c->now_us = due_us + sim_below(c, 3) - 1;
    else if (sim_chance(c, 2))
        c->now_us -= sim_below(c, 3000000); /* another node's clock */
    else
        c->now_us += sim_chance(c, 50) ? sim_below(c, 300000) : sim_below(c, 3000000);
}

static int expected(struct contest *c)
{
    if (sim_chance(c, 15))
        return LT_EXPECT_ANY;
    if (sim_chance(c, 4))
        return sim_below(c, 8) - 2;
    return lt_engine_expect(true, c->live.qi + 1);
}

static struct lt_input command(struct contest *c, enum lt_action a, int64_t by)
{
    return (struct lt_input){.kind = LT_IN_COMMAND,
                             .now_us = c->now_us,
                             .action = a,
                             .expect_q = expected(c),
                             .by = by,
                             .staff = by == HOST || by == HOST2 || by <= JUDGES,
                             .qi = -1,
                             .random = sim_next(c)};
}

/* What a driver adds to a command. */
static void prepare(struct contest *c, struct lt_input *in)
{
    static struct lt_plan plan;
    static struct lt_team_in teams[LT_TEAMS_MAX];
    const struct lt_question *q = c->live.qi >= 0 ? c->content[c->live.qi] : NULL;

    if (in->action == LT_ACT_NEXT || in->action == LT_ACT_SKIP || in->action == LT_ACT_ADVANCE) {
        lt_standings_plan(c->standings, &c->live, in->action, &plan);
        in->plan = &plan;
    }
    if (in->action == LT_ACT_RESOLVE) {
        plan.steps = sim_steps(c);
        in->plan = &plan;
    }
    if (in->action == LT_ACT_LOT) {
        for (int i = 0; i < c->n_entries; i++)
            teams[i] = (struct lt_team_in){c->known[i].entry, member(&c->known[i], c, 0)};
        in->teams = teams;
        in->n_teams = c->sheet->teams ? c->n_entries : 0;
    }
    in->n_options = 0;
    in->key = 0;
    if (in->action == LT_ACT_HELP && q && (q->type == LT_QT_SINGLE || q->type == LT_QT_MULTIPLE)) {
        in->n_options = q->n_options;
        for (int i = 0; i < q->n_key; i++)
            in->key |= 1u << q->key[i];
    }
}

/* Said twice, these are two things; the command's id tells them from a double click. */
static bool may_repeat(const struct contest *c, const struct lt_input *in)
{
    if (in->action == LT_ACT_CLOSE) /* it ended one team's turn, then the question */
        return c->log[c->n_log - 1].kind == LT_REC_VERDICT;
    return in->action == LT_ACT_LOT || in->action == LT_ACT_EXTEND || in->action == LT_ACT_ADJUST ||
           in->action == LT_ACT_ADVANCE;
}

static int give(struct contest *c, struct lt_input *in, bool *ret_has)
{
    bool again;
    int err;

    if (in->kind == LT_IN_COMMAND)
        prepare(c, in);
    err = sim_give(c, in, ret_has);
    if (in->kind == LT_IN_COMMAND && *ret_has) {
        c->uneven |= in->action == LT_ACT_SKIP;
        if (sim_chance(c, 12) && !may_repeat(c, in)) {
            in->now_us = c->now_us += sim_below(c, 100);
            prepare(c, in);
            sim_give(c, in, &again);
            EXPECT(c, !again, "a double click of %s did it twice", lt_action_name(in->action));
        }
    }
    return err;
}

static int host_does(struct contest *c, enum lt_action a, bool *ret_has)
{
    struct lt_input in = command(c, a, sim_chance(c, 80) ? HOST : HOST2);

    return give(c, &in, ret_has);
}

/* ---- answers -------------------------------------------------------------------------------- */

static bool has_answered(const struct contest *c, int qi, int64_t person)
{
    for (int i = 0; i < c->n_rows; i++)
        if (c->rows[i].qi == qi && c->rows[i].person == person)
            return true;
    return false;
}

static bool all_answered(const struct contest *c, int64_t person)
{
    for (int qi = c->live.qi; qi < c->live.qi + c->live.n_open; qi++)
        if (!has_answered(c, qi, person))
            return false;
    return true;
}

/* The gate lets through what may pass, and nothing else. */
static void somebody_answers(struct contest *c)
{
    const struct lt_engine *e = &c->live;
    struct known *k = likely_entry(c);
    int qi = e->qi + sim_below(c, e->n_open) + (sim_chance(c, 3) ? sim_below(c, 3) - 1 : 0);
    struct answer a = {.entry = k->entry, .qi = qi, .received_us = c->now_us, .used_us = -1};
    int err;

    a.person = member(k, c, sim_chance(c, 50) ? 0 : sim_below(c, MEMBERS));
    if (qi < 0 || qi >= c->n_questions || c->n_rows >= ROWS_MAX || has_answered(c, qi, a.person))
        return;
    sim_body(c, c->questions[qi], sim_chance(c, 50), a.body);
    err = lt_engine_accepts(e, qi, a.entry, a.received_us, &a.used_us);
    sim_tell_answer(c, &a, err);
    EXPECT(c, (err == LT_OK) == sim_may_answer(c, qi, a.entry, a.received_us),
           "an answer of %ld to %d: %s", (long)a.entry, qi, lt_err_wire(err));
    reached->errors[-err < 128 ? -err : 0] += err != LT_OK;
    if (err) {
        EXPECT(c, a.used_us == -1, "a refused answer has a time");
        return;
    }
    EXPECT(c, a.used_us >= 0 && a.used_us <= e->deadline_us - e->opened_us, "answer time %ld",
           (long)a.used_us);
    c->rows[c->n_rows++] = a;
    reached->answers++;
    if ((e->turn != 0 || e->held != 0) && all_answered(c, a.person) && sim_chance(c, 60)) {
        struct lt_input in = command(c, LT_ACT_ANSWERED, 0);
        bool has;

        in.entry = a.entry;
        in.expect_q = e->qi;
        give(c, &in, &has);
    }
}

/* ---- teams ---------------------------------------------------------------------------------- */

static void somebody_presses(struct contest *c)
{
    struct known *k = likely_entry(c);
    struct lt_input in = command(c, LT_ACT_PRESS, member(k, c, sim_below(c, MEMBERS)));
    struct lt_evidence *v = &in.evidence;
    bool has;

    k = any_entry(c);
    in.entry = k->entry;
    in.by = member(k, c, sim_below(c, MEMBERS));
    v->arrival_us = c->now_us - sim_below(c, sim_chance(c, 20) ? 2000000 : 1000);
    v->elapsed_us = sim_chance(c, 85) ? sim_below(c, 3000000) : -1;
    v->rtt_min_us = sim_chance(c, 85) ? sim_below(c, 300000) : -1;
    v->rtt_max_us = v->rtt_min_us;
    v->probes = sim_below(c, 6);
    v->claim_us = sim_chance(c, 85) ? sim_below(c, 3000000) : -1;
    if (sim_chance(c, 2)) /* a client may say what it likes */
        v->claim_us = (int64_t)sim_next(c);
    give(c, &in, &has);
}

static void somebody_stakes(struct contest *c)
{
    const struct lt_round_rule *rule = lt_engine_round(&c->live);
    struct known *k = likely_entry(c);
    struct lt_input in = command(c, LT_ACT_STAKE, member(k, c, sim_chance(c, 85) ? 0 : 1));
    bool has;

    in.entry = k->entry;
    if (rule && rule->n_stakes > 0 && sim_chance(c, 70))
        in.value = rule->stakes_c[sim_below(c, rule->n_stakes)];
    else
        in.value = sim_chance(c, 80) ? 0 : 12345;
    give(c, &in, &has);
}

static void somebody_asks_for_help(struct contest *c)
{
    struct known *k = likely_entry(c);
    struct lt_input in = command(c, LT_ACT_HELP, member(k, c, 0));
    bool has;

    in.entry = k->entry;
    in.value = sim_chance(c, 50) ? LT_HELP_TWO : sim_below(c, LT_HELPS + 1) - 1;
    give(c, &in, &has);
}

static void captain_changes(struct contest *c)
{
    struct known *k = any_entry(c);
    struct lt_input in = command(c, LT_ACT_CAPTAIN, sim_chance(c, 50) ? HOST : member(k, c, 0));
    bool has;

    in.entry = k->entry;
    in.value = member(k, c, sim_below(c, MEMBERS));
    give(c, &in, &has);
}

static void teams_act(struct contest *c)
{
    const struct lt_engine *e = &c->live;
    const struct lt_round_rule *rule = lt_engine_round(e);

    if (sim_chance(c, 3))
        captain_changes(c);
    else if (sim_chance(c, e->turn != 0 || e->held != 0 ? 12 : 3))
        somebody_asks_for_help(c);
    else if (rule && e->qstate == LT_Q_ARMED && rule->mode == LT_MODE_WAGER)
        somebody_stakes(c);
    else if (rule && rule->mode == LT_MODE_BUZZER &&
             sim_chance(c, e->qstate == LT_Q_OPEN ? 90 : 30))
        somebody_presses(c);
    else
        somebody_answers(c);
}

static void judge_marks(struct contest *c)
{
    const struct lt_round_rule *rule = lt_engine_round(&c->live);
    struct lt_input in = command(c, LT_ACT_MARK, 1 + sim_below(c, sim_chance(c, 90) ? 5 : JUDGES));
    bool has;

    in.staff = !sim_chance(c, 3);
    in.value = 100 * sim_below(c, rule ? (int)(rule->jury.max_c / 100) + 1 : 5);
    in.value += sim_chance(c, 3) ? 50 : 0;
    give(c, &in, &has);
}

/* ---- rulings -------------------------------------------------------------------------------- */

static void somebody_rules(struct contest *c)
{
    static const enum lt_action kinds[] = {LT_ACT_VOID,      LT_ACT_ACCEPT, LT_ACT_ACCEPT,
                                           LT_ACT_ADJUST,    LT_ACT_APPEAL, LT_ACT_APPEAL,
                                           LT_ACT_DISQUALIFY};
    struct known *k = any_entry(c);
    enum lt_action a = kinds[sim_below(c, sim_chance(c, 8) ? 7 : 6)];
    struct lt_input in = command(c, a, a == LT_ACT_APPEAL ? member(k, c, 0) : HOST);
    char body[BODY_BYTES];
    bool has;

    in.entry = k->entry;
    in.reason = sim_chance(c, 95) ? "so it is" : NULL;
    in.qi = c->live.qi >= 0 ? sim_below(c, c->live.qi + c->live.n_open + 1) : -1;
    if (a == LT_ACT_VOID && sim_chance(c, 50))
        in.qi = c->live.qi;
    if (a == LT_ACT_ACCEPT && in.qi >= 0 && in.qi < c->n_questions) {
        sim_body(c, c->questions[in.qi], false, body);
        in.answer = body;
    }
    if (a == LT_ACT_ADJUST)
        in.value = 50 * (sim_below(c, 41) - 20) * (sim_chance(c, 4) ? 9999 : 1);
    give(c, &in, &has);
}

static void somebody_resolves(struct contest *c)
{
    bool approve = sim_chance(c, 60), has;
    struct lt_input in =
        command(c, approve ? LT_ACT_APPROVE : LT_ACT_REJECT, sim_chance(c, 70) ? HOST2 : HOST);

    in.value = 1 + sim_below(c, c->live.n_rulings + 1);
    in.staff = !sim_chance(c, 5);
    in.reason = sim_chance(c, 50) ? "heard" : NULL;
    give(c, &in, &has);
}

/* ---- the system ----------------------------------------------------------------------------- */

/* Left alone, what is open closes, unless somebody speaks or performs. */
static bool something_is_due(const struct contest *c)
{
    const struct lt_engine *e = &c->live;
    const struct lt_round_rule *rule = lt_engine_round(e);

    if (e->phase != LT_PHASE_RUNNING || (e->qstate != LT_Q_OPEN && e->qstate != LT_Q_HELD))
        return false;
    if (rule->mode == LT_MODE_BUZZER && e->qstate == LT_Q_OPEN)
        return true;
    return rule->mode != LT_MODE_JURY && rule->judging == LT_JUDGED_BY_KEY;
}

static void clock_ticks(struct contest *c, bool due)
{
    struct lt_input in = {.kind = LT_IN_TIME, .random = sim_next(c)};
    int64_t due_us = lt_engine_next_us(&c->live);
    bool has;

    if (due && due_us != INT64_MAX && c->now_us < due_us)
        c->now_us = due_us;
    in.now_us = c->now_us;
    EXPECT(c, (due_us != INT64_MAX) == something_is_due(c), "due at %ld", (long)due_us);
    EXPECT(c, give(c, &in, &has) == LT_OK, "the clock was refused");
    EXPECT(c, has == (in.now_us >= due_us), "due at %ld, %s at %ld", (long)due_us,
           has ? "done" : "nothing", (long)in.now_us);
    reached->resumed_by_time += has;
}

static void answers_are_tallied(struct contest *c)
{
    struct lt_input in = {.kind = LT_IN_TALLY, .now_us = c->now_us};
    const struct lt_engine *e = &c->live;
    bool has;

    for (int i = 0; i < c->n_rows; i++)
        in.answered += c->rows[i].qi == e->qi && (e->held == 0 || c->rows[i].entry == e->held);
    if (e->held != 0)
        in.correct = sim_right(c, e->qi, e->held);
    else
        in.correct = sim_below(c, in.answered + 1);
    in.answered = in.answered < in.correct ? in.correct : in.answered;
    in.digest = sim_chance(c, 80) ? DIGEST : NULL;
    if (sim_chance(c, 3))
        in.correct = in.answered + 1;
    give(c, &in, &has);
}

static void node_takes_over(struct contest *c)
{
    struct lt_input in = {.kind = LT_IN_TAKEOVER, .now_us = c->now_us};
    bool has;

    in.node = sim_below(c, 4);
    in.token = 1 + sim_below(c, 1000);
    give(c, &in, &has);
}

static void anything(struct contest *c)
{
    struct lt_input in = command(c, (enum lt_action)sim_below(c, LT_ACTIONS + 1), 0);
    char body[] = "{\"c\":[2]}";
    bool has;

    in.by = sim_chance(c, 80) ? sim_below(c, 4) : sim_chance(c, 50) ? HOST : -1;
    in.staff = sim_chance(c, 50);
    /* Who is no team is refused; any number may be a person. */
    in.entry = !c->sheet->teams || sim_chance(c, 50) ? any_entry(c)->entry : sim_below(c, 5) - 2;
    in.value = sim_chance(c, 60) ? sim_below(c, 4) - 1 : (int64_t)sim_next(c);
    in.qi = sim_below(c, 12) - 2;
    in.reason = sim_chance(c, 50) ? "r" : "";
    in.answer = sim_chance(c, 50) ? body : NULL;
    in.evidence.arrival_us = in.now_us;
    if (in.action == LT_ACT_DISQUALIFY && sim_chance(c, 90))
        in.action = LT_ACT_ADJUST;
    if (in.action == LT_ACT_FINISH || in.action == LT_ACT_SKIP)
        in.action = sim_chance(c, 80) ? LT_ACT_PAUSE : in.action;
    give(c, &in, &has);
}

/* ---- a sensible host -------------------------------------------------------------------------- */

/* Step by step, or all at once, and sometimes back. */
static void board_is_revealed(struct contest *c)
{
    struct lt_input in = command(c, LT_ACT_RESOLVE, HOST);
    int steps = sim_steps(c), how = sim_below(c, 100);
    bool has;

    in.expect_q = LT_EXPECT_ANY;
    in.value = how < 50 && c->step < steps ? c->step + 1
               : how < 65                  ? sim_below(c, steps + 1)
                                           : steps;
    EXPECT(c, give(c, &in, &has) == LT_OK, "the board cannot be revealed");
}

/* Between questions: the next one, or who goes on, or the end. */
static void next_question(struct contest *c)
{
    struct lt_input in = command(c, LT_ACT_NEXT, HOST);
    bool has;
    int err;

    in.expect_q = LT_EXPECT_ANY;
    err = give(c, &in, &has);
    if (err == LT_OK)
        return;
    if (err == LT_EFROZEN) {
        reached->frozen++;
        board_is_revealed(c);
        return;
    }
    EXPECT(c, err == LT_EPHASE || err == LT_ENOQUESTION, "no next question: %s", lt_err_wire(err));
    in = command(c, err == LT_EPHASE ? LT_ACT_ADVANCE : LT_ACT_FINISH, HOST);
    in.expect_q = LT_EXPECT_ANY;
    err = give(c, &in, &has);
    EXPECT(c, err == LT_OK && has, "neither a next question nor %s: %s",
           in.action == LT_ACT_ADVANCE ? "who goes on" : "the end", lt_err_wire(err));
}

static void answer_is_judged(struct contest *c)
{
    struct lt_input in = command(c, LT_ACT_VERDICT, sim_chance(c, 50) ? HOST : 1);
    bool has;

    in.value = sim_below(c, 2);
    give(c, &in, &has);
}

static void end_of_question(struct contest *c)
{
    const struct lt_engine *e = &c->live;
    const struct lt_round_rule *rule = lt_engine_round(e);
    bool spoken = rule->judging == LT_JUDGED_BY_JUDGE, has;

    if (rule->mode == LT_MODE_JURY)
        sim_chance(c, 70) ? judge_marks(c) : (void)host_does(c, LT_ACT_CLOSE, &has);
    else if (spoken && (e->held != 0 || e->turn != 0) && sim_chance(c, 85))
        answer_is_judged(c);
    else if (sim_chance(c, 60))
        clock_ticks(c, true);
    else
        host_does(c, LT_ACT_CLOSE, &has);
}

static void end_of_contest(struct contest *c)
{
    struct lt_input in = {.kind = LT_IN_FINALISED, .now_us = c->now_us, .digest = DIGEST};
    bool has;

    for (int i = 0; i < c->live.n_rulings; i++)
        if (c->live.rulings[i].state == LT_RULING_OPEN) {
            const struct lt_ruling *u = &c->live.rulings[i];

            in = command(c, sim_chance(c, 50) ? LT_ACT_APPROVE : LT_ACT_REJECT,
                         u->by == HOST ? HOST2 : HOST);
            in.value = u->no;
            EXPECT(c, give(c, &in, &has) == LT_OK && has, "ruling %d cannot be resolved", u->no);
            return;
        }
    if (c->live.finalising) {
        give(c, &in, &has);
        return;
    }
    if (host_does(c, LT_ACT_FINALISE, &has) == LT_EFROZEN)
        board_is_revealed(c);
}

static void running(struct contest *c)
{
    bool has;

    switch (c->live.qstate) {
    case LT_Q_NONE:
    case LT_Q_REVEALED:
        if (c->live.frozen_seq != 0 && sim_chance(c, 8))
            board_is_revealed(c);
        else
            next_question(c);
        break;
    case LT_Q_ARMED:
        host_does(c, LT_ACT_OPEN, &has);
        break;
    case LT_Q_OPEN:
    case LT_Q_HELD:
        end_of_question(c);
        break;
    case LT_Q_CLOSING:
        answers_are_tallied(c);
        break;
    case LT_Q_CLOSED:
        host_does(c, LT_ACT_REVEAL, &has);
        break;
    case LT_QSTATES:
        break;
    }
}

static void host_acts(struct contest *c)
{
    bool has;

    switch (c->live.phase) {
    case LT_PHASE_DRAFT:
        host_does(c, LT_ACT_LOBBY, &has);
        break;
    case LT_PHASE_LOBBY:
        host_does(c, c->sheet->teams && c->live.n_teams == 0 ? LT_ACT_LOT : LT_ACT_START, &has);
        break;
    case LT_PHASE_RUNNING:
        running(c);
        break;
    case LT_PHASE_PAUSED:
        host_does(c, LT_ACT_RESUME, &has);
        break;
    case LT_PHASE_FINISHED:
    case LT_PHASE_FINAL:
    case LT_PHASES:
        end_of_contest(c);
        break;
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool busy(const struct lt_engine *e)
{
    return (e->phase == LT_PHASE_RUNNING || e->phase == LT_PHASE_PAUSED) &&
           (e->qstate == LT_Q_ARMED || e->qstate == LT_Q_OPEN || e->qstate == LT_Q_HELD);
}

static void host_gives_time(struct contest *c)
{
    struct lt_input in = command(c, LT_ACT_EXTEND, HOST);
    bool has;

    in.value = sim_chance(c, 80) ? 1 + sim_below(c, 600) : sim_below(c, 3000);
    give(c, &in, &has);
}

static void step(struct contest *c)
{
    int what = sim_below(c, 100);
    bool has;

    pass_time(c);
    if (busy(&c->live) && what < (c->live.qstate == LT_Q_ARMED ? 55 : 74))
        teams_act(c);
    else if (what < 84)
        host_acts(c);
    else if (what < 87)
        somebody_rules(c);
    else if (what < 90)
        somebody_resolves(c);
    else if (what < 92)
        clock_ticks(c, false);
    else if (what < 93)
        node_takes_over(c);
    else if (what < 95)
        host_does(c, LT_ACT_PAUSE, &has);
    else if (what < 96)
        answers_are_tallied(c);
    else if (what < 97)
        host_does(c, sim_chance(c, 50) ? LT_ACT_SKIP : LT_ACT_ADVANCE, &has);
    else if (what < 98)
        busy(&c->live) ? host_gives_time(c) : judge_marks(c);
    else
        anything(c);
}

static void register_entries(struct contest *c)
{
    bool big = sim_below(c, 2000) == 0;

    c->n_entries = big ? LT_TEAMS_MAX : 2 + sim_below(c, 11);
    reached->big += big;
    reached->persons_only += !c->sheet->teams;
    for (int i = 0; i < c->n_entries; i++) {
        /* Ids in no order, each once: 1021 is prime. */
        c->known[i] = (struct known){.entry = (i * 389 + 77) % 1021 + 101, .in = !c->sheet->teams};
        c->known[i].points_c = c->sheet->start_points_c;
        if (c->sheet->teams || sim_chance(c, 70))
            lt_standings_add(c->standings, c->known[i].entry);
    }
}

void sim_play(struct contest *c)
{
    int steps = 0;

    sim_sheet(c);
    sim_reveal_begin(c);
    lt_engine_init(&c->live, c->sheet);
    lt_engine_init(&c->replay, c->sheet);
    c->standings = lt_standings_new(c->sheet, c->content, c->n_questions);
    EXPECT(c, c->standings != NULL, "out of memory");
    register_entries(c);
    sim_settle(c);
    sim_tell_sheet(c);
    for (; steps < STEPS_MAX && c->live.phase != LT_PHASE_FINAL; steps++)
        step(c);
    /* Whatever has happened, a sensible host brings it to an end. */
    for (; steps < 10 * STEPS_MAX && c->live.phase != LT_PHASE_FINAL; steps++) {
        c->now_us += sim_below(c, 400000);
        host_acts(c);
    }
    sim_check_end(c);
    sim_reveal_end(c);
    lt_standings_free(c->standings);
    c->standings = NULL;
}

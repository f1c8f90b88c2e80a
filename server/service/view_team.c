/* What is shown of teams: their seats at the current question, the list of them, rulings; and what
 * only a team's own members see.
 *
 * Secrets of a running question: a stake until the question is open, who pressed and when until one
 * holds the question, marks until the reveal, a team's votes from all but its members.
 */
#include "view_internal.h"

#include "base/err.h"
#include "domain/scoring.h"
#include "service/hub.h"
#include <assert.h>
#include <string.h>

_Static_assert((int)LT_RULINGS == (int)LT_RULING_KIND_IDS &&
                   (int)LT_RULING_STATES == (int)LT_RULING_STATE_IDS,
               "rulings");

/* ---- seats ---- */

/* 1: the first of those who pressed. */
static int press_order(const struct lt_engine *e, const struct lt_team *t)
{
    int order = 1;
    for (int i = 0; i < e->n_teams; i++) {
        const struct lt_seat *s = &e->teams[i].seat;
        order += s->pressed && (s->used_us < t->seat.used_us ||
                                (s->used_us == t->seat.used_us && e->teams[i].entry < t->entry));
    }
    return order;
}

/* Presses are public once the judge has looked at them. */
static bool presses_public(const struct lt_engine *e)
{
    return e->qstate >= LT_Q_HELD || e->rebounds > 0;
}

static bool seat_out(const struct lt_contest *c, const struct lt_team *t, struct lt_seat_out *out)
{
    const struct lt_engine *e = &c->engine;
    const struct lt_seat *s = &t->seat;
    const struct lt_entry *entry = lt_contest_entry(c, t->entry);
    bool burst = e->n_open > 1, hides = lt_contest_hides(c);
    *out = (struct lt_seat_out){
        .entry = t->entry,
        .staked = s->staked,
        .has_stake = s->staked && e->qstate >= LT_Q_OPEN,
        .stake = s->stake_c,
        .pressed = s->pressed && presses_public(e),
        .fouled = s->fouled,
        .tried = s->tried && !hides,
        .right = s->right && !hides,
        .has_done = burst && entry && !hides,
    };
    if (out->has_done)
        out->done = lt_contest_progress(c, entry);
    if (out->pressed) {
        out->has_order = out->has_used_us = true;
        out->order = press_order(e, t);
        out->used_us = s->used_us;
    }
    if (s->fouled && s->lock_us != INT64_MAX && s->lock_us > 0) {
        out->has_locked_ms = true;
        out->locked_ms = s->lock_us / 1000;
    }
    out->has_help = s->help > 0;
    out->help = s->help - 1;
    return s->help > 0 || s->staked || out->pressed || s->fouled || out->tried || out->right ||
           out->done > 0;
}

void view_teams_part(const struct lt_contest *c, const struct lt_round_rule *round,
                     struct view_seats *seats, struct lt_question_out *out)
{
    const struct lt_engine *e = &c->engine;
    out->has_turn = e->turn != 0;
    out->turn = e->turn;
    out->has_held = e->held != 0;
    out->held = e->held;
    out->seats = seats->rows;
    for (int i = 0; i < e->n_teams; i++)
        out->n_seats += seat_out(c, &e->teams[i], &seats->rows[out->n_seats]);
    if (round->mode == LT_MODE_TIEBREAK) {
        for (int i = 0; i < e->n_teams; i++)
            if (e->teams[i].seat.takes)
                seats->field[out->n_field++] = e->teams[i].entry;
        out->field = seats->field;
    }
    if (round->mode == LT_MODE_WAGER) {
        for (int i = 0; i < round->n_stakes; i++)
            seats->stakes[out->n_stakes++] = (int)round->stakes_c[i];
        out->stakes = seats->stakes;
    }
    for (int i = 0; i < e->n_rulings; i++)
        if (e->rulings[i].kind == LT_RULING_VOID && e->rulings[i].state == LT_RULING_DONE &&
            e->rulings[i].qi == e->qi)
            out->voided = true;
}

bool lt_view_marks(const struct lt_contest *c, int64_t *ret_points_c)
{
    const struct lt_engine *e = &c->engine;
    int64_t marks[LT_JUDGES_MAX];
    if (e->n_marks == 0 || e->qstate != LT_Q_REVEALED)
        return false;
    for (int i = 0; i < e->n_marks; i++)
        marks[i] = e->marks[i].value_c;
    *ret_points_c = lt_jury_points_c(&lt_engine_round(e)->jury, marks, e->n_marks);
    return true;
}

/* ---- lists ---- */

/* As far as the hall knows: not what was ruled since the freeze. */
static bool disqualified(const struct lt_contest *c, const struct lt_team *t)
{
    const struct lt_place *p =
        lt_contest_hides(c) ? lt_standings_place(lt_contest_public_fold(c), t->entry) : NULL;
    return p ? p->disqualified : t->disqualified;
}

int view_teams(const struct lt_contest *c, struct view_teams *ret)
{
    const struct lt_engine *e = &c->engine;
    int n = 0;
    for (int i = 0; i < e->n_teams; i++) {
        const struct lt_team *t = &e->teams[i];
        const struct lt_entry *entry = lt_contest_entry(c, t->entry);
        if (!entry) /* its row has not come yet; it was there when the lot was drawn */
            continue;
        ret->rows[n++] = (struct lt_team_out){
            .entry = t->entry,
            .name = entry->name,
            .unit = entry->unit,
            .has_captain = t->captain != 0,
            .captain = t->captain,
            .has_group = t->group != 0,
            .group = t->group,
            .in = t->in,
            .has_left = t->left > 0,
            .left = t->left,
            .out = disqualified(c, t),
            .helped = t->helped,
        };
    }
    return n;
}

struct lt_frame *view_teams_frame(const struct lt_contest *c, int64_t seq)
{
    struct lt_buf b;
    struct view_teams teams;
    struct lt_msg_teams m = {
        .epoch = c->epoch, .seq = seq, .advanced = c->engine.advanced, .teams = teams.rows};
    lt_buf_init(&b, VIEW_BYTES);
    m.n_teams = view_teams(c, &teams);
    lt_msg_teams_write(&m, &b);
    return view_frame(&b);
}

/* Whom it is about, how many points and why could tell what a frozen board hides. */
static struct lt_ruling_out ruling_out(const struct lt_contest *c, const struct lt_ruling *r,
                                       bool all)
{
    if (!all && lt_contest_hides_ruling(c, r->no))
        return (struct lt_ruling_out){.no = r->no,
                                      .kind = (int)r->kind,
                                      .state = (int)r->state,
                                      .has_question = r->qi >= 0,
                                      .question = r->qi + 1,
                                      .by = r->by,
                                      .has_by2 = r->by2 != 0,
                                      .by2 = r->by2,
                                      .reason = ""};
    return (struct lt_ruling_out){
        .no = r->no,
        .kind = (int)r->kind,
        .state = (int)r->state,
        .has_question = r->qi >= 0,
        .question = r->qi + 1,
        .has_entry = r->entry != 0,
        .entry = r->entry,
        .has_points = r->kind == LT_RULING_ADJUST,
        .points = r->value_c,
        .by = r->by,
        .has_by2 = r->by2 != 0,
        .by2 = r->by2,
        .reason = r->reason,
        .answer = r->kind == LT_RULING_APPEAL && r->answer[0] ? r->answer : NULL,
    };
}

int view_rulings(const struct lt_contest *c, bool all, struct view_rulings *ret)
{
    for (int i = 0; i < c->engine.n_rulings; i++)
        ret->rows[i] = ruling_out(c, &c->engine.rulings[i], all);
    return c->engine.n_rulings;
}

static struct lt_frame *ruling_frame(const struct lt_contest *c, const struct lt_record *r,
                                     bool all)
{
    struct lt_buf b;
    struct lt_msg_ruling m = {
        .epoch = c->epoch, .seq = r->seq, .ruling = ruling_out(c, &r->ruling, all)};
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_ruling_write(&m, &b);
    return view_frame(&b);
}

struct lt_frame *view_ruling_frame(const struct lt_contest *c, const struct lt_record *r)
{
    return ruling_frame(c, r, false);
}

struct lt_frame *lt_view_ruling_frame(const struct lt_contest *c, const struct lt_record *r)
{
    return ruling_frame(c, r, true);
}

struct lt_frame *lt_view_seal_frame(const struct lt_contest *c)
{
    struct lt_buf b;
    struct lt_msg_seal m = {.seal = {.seq = c->seal.seq, .hash = c->seal.hash}};
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_seal_write(&m, &b);
    return view_frame(&b);
}

int view_progress(const struct lt_contest *c, struct view_progress *ret)
{
    const struct lt_engine *e = &c->engine;
    int n = 0;
    for (int i = 0; i < e->n_teams; i++) {
        const struct lt_entry *entry = lt_contest_entry(c, e->teams[i].entry);
        int done = entry ? lt_contest_progress(c, entry) : 0;
        if (done > 0)
            ret->rows[n++] = (struct lt_done_out){.entry = entry->id, .done = done};
    }
    return n;
}

struct lt_frame *lt_view_progress_frame(const struct lt_contest *c)
{
    struct lt_buf b;
    struct view_progress progress;
    struct lt_msg_progress m = {.q = c->engine.qi + 1, .rows = progress.rows};
    if (c->engine.qi < 0)
        return NULL;
    lt_buf_init(&b, VIEW_BYTES);
    m.n_rows = view_progress(c, &progress);
    lt_msg_progress_write(&m, &b);
    return view_frame(&b);
}

/* ---- a team's own ---- */

/* How many members chose each option of the current question. */
static bool tally_of(const struct lt_contest *c, const struct lt_entry *e, int tally[])
{
    struct lt_response r;
    int n = 0;
    memset(tally, 0, LT_OPTIONS_MAX * sizeof *tally);
    for (const struct lt_player *p = e->players; p; p = p->next) {
        if (p->saved.qi != c->engine.qi || p->saved.state != LT_SAVED_YES ||
            lt_response_read(p->saved.body, strlen(p->saved.body), &r) != LT_OK)
            continue;
        for (int i = 0; i < r.n_choice; i++)
            tally[r.choice[i]]++;
        n++;
    }
    return n > 0;
}

bool view_team_state(const struct lt_contest *c, const struct lt_player *me,
                     struct view_members *ret)
{
    const struct lt_engine *g = &c->engine;
    const struct lt_entry *e = me->entry;
    const struct lt_team *t = lt_engine_team(g, e->id);
    const struct lt_round_rule *round = lt_engine_round(g);
    struct lt_team_state_out *out = &ret->state;
    if (!c->sheet.teams)
        return false;
    *out =
        (struct lt_team_state_out){.captain = t && t->captain == me->person, .members = ret->rows};
    for (const struct lt_player *p = e->players; p && out->n_members < LT_MEMBERS_MAX; p = p->next)
        ret->rows[out->n_members++] = (struct lt_member_out){
            .person = p->person,
            .name = p->name,
            .captain = t && t->captain == p->person,
            .online = lt_hub_player_online(c, p),
            .answered = p->saved.qi >= 0 && p->saved.qi >= g->qi && p->saved.state == LT_SAVED_YES,
        };
    if (t && t->seat.staked) {
        out->has_stake = true;
        out->stake = t->seat.stake_c;
    }
    if (!round || g->qi < 0)
        return true;
    if (round->policy == LT_POLICY_MAJORITY && g->n_open == 1 && tally_of(c, e, ret->tally)) {
        out->tally = ret->tally;
        out->n_tally = c->questions[g->qi]->n_options;
    }
    const struct lt_player *by = lt_contest_answered_by(c, e);
    out->saved = by != NULL;
    out->by = by ? by->name : NULL;
    return true;
}

struct lt_frame *lt_view_team_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct view_members members;
    if (!to->player || !view_team_state(c, to->player, &members))
        return NULL;
    struct lt_msg_team m = {.team = members.state};
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_team_write(&m, &b);
    return view_frame(&b);
}

static void step_out(const struct lt_contest *c, int qi, struct lt_step_out *ret)
{
    const struct lt_question *q = c->questions[qi];
    *ret = (struct lt_step_out){
        .q = qi + 1,
        .at = qi - c->engine.qi + 1,
        .of = c->engine.n_open,
        .type = (int)q->type,
        .stem = q->stem,
        .n_options = q->n_options,
        .options = q->n_options > 0 ? (const char *const *)q->options : NULL,
    };
}

/* A burst is running, and this team is in it. */
static bool in_burst(const struct lt_contest *c, const struct lt_entry *e)
{
    const struct lt_engine *g = &c->engine;
    const struct lt_team *t = lt_engine_team(g, e->id);
    return g->n_open > 1 && g->qstate == LT_Q_OPEN && t && t->seat.takes;
}

bool view_step(const struct lt_contest *c, const struct lt_entry *e, struct lt_step_out *ret)
{
    int qi = in_burst(c, e) ? lt_contest_step(c, e) : -1;
    if (qi >= 0)
        step_out(c, qi, ret);
    return qi >= 0;
}

struct lt_frame *lt_view_step_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct lt_step_out step;
    struct lt_msg_step m = {0};
    if (!to->player || !in_burst(c, to->player->entry))
        return NULL;
    if (view_step(c, to->player->entry, &step))
        m.step = &step;
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_step_write(&m, &b);
    return view_frame(&b);
}

bool view_script(const struct lt_contest *c, struct lt_step_out *ret)
{
    if (c->engine.qstate != LT_Q_ARMED)
        return false;
    step_out(c, c->engine.qi, ret);
    return true;
}

struct lt_frame *lt_view_script_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct lt_msg_script m;
    (void)to;
    if (!view_script(c, &m.script))
        return NULL;
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_script_write(&m, &b);
    return view_frame(&b);
}

/* ---- what comes next ---- */

bool view_ahead(const struct lt_contest *c, struct view_ahead *ret)
{
    const struct lt_engine *e = &c->engine;
    bool resting = e->qstate == LT_Q_NONE || e->qstate == LT_Q_REVEALED;
    int round, index;
    if (e->phase != LT_PHASE_RUNNING || !resting || !lt_contest_current(c))
        return false;
    lt_standings_plan(c->standings, e, LT_ACT_NEXT, &ret->next);
    lt_standings_plan(c->standings, e, LT_ACT_ADVANCE, &ret->advance);
    ret->out = (struct lt_ahead_out){
        .has_q = ret->next.qi >= 0,
        .q = ret->next.qi + 1,
        .has_turn = ret->next.turn != 0,
        .turn = ret->next.turn,
        .n_field = ret->next.n_field,
        .field = ret->next.n_field > 0 ? ret->next.field : NULL,
    };
    if (ret->out.has_q && lt_sheet_round_of(&c->sheet, ret->next.qi, &round, &index)) {
        ret->out.has_round = true;
        ret->out.round = round + 1;
    }
    /* In the midst of a round who goes on is not due, though a host may say it. */
    if (ret->advance.n_in > 0 && lt_sheet_round_of(&c->sheet, e->qi, &round, &index) &&
        ret->out.round != round + 1) {
        ret->out.advance = true;
        ret->out.on = ret->advance.in;
        ret->out.n_on = ret->advance.n_in;
    }
    return true;
}

struct lt_frame *lt_view_ahead_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct view_ahead ahead;
    (void)to;
    if (!view_ahead(c, &ahead))
        return NULL;
    struct lt_msg_ahead m = {.ahead = ahead.out};
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_ahead_write(&m, &b);
    return view_frame(&b);
}

/* Projections.
 *
 * A question's members appear with its state: number, round, topic, type and points when armed;
 * stem and options when open (of a burst never: each team gets them one by one, view_team.c); how
 * many answered when closed; key, explanation and distribution when revealed. Frames are made when a
 * record is applied, so each frame shows the state right after it.
 */
#include "view_internal.h"

#include "base/err.h"
#include "service/board_shown.h"
#include <assert.h>
#include <string.h>

enum { ROWS_MAX = 50 };

/* The enums of the engine and of the wire are declared in the same order. */
_Static_assert((int)LT_PHASES == (int)LT_PHASE_IDS && (int)LT_PHASE_FINAL == (int)LT_PHASE_ID_FINAL,
               "phases");
_Static_assert((int)LT_QSTATES == (int)LT_QSTATE_IDS &&
                   (int)LT_Q_REVEALED == (int)LT_QSTATE_ID_REVEALED,
               "states");
_Static_assert((int)LT_QTYPES == (int)LT_QTYPE_IDS && (int)LT_QT_TASK == (int)LT_QTYPE_ID_TASK,
               "types");
_Static_assert((int)LT_MODES == (int)LT_MODE_IDS && (int)LT_TURNS == (int)LT_TURNS_IDS &&
                   (int)LT_POLICIES == (int)LT_POLICY_IDS,
               "modes");

struct lt_frame *view_frame(struct lt_buf *b)
{
    struct lt_frame *f = b->failed ? NULL : lt_frame_text(b->p, b->len);
    lt_buf_done(b);
    return f;
}

static void view_key(const struct lt_contest *c, const struct lt_question *q,
                     struct lt_question_out *out)
{
    if (q->type == LT_QT_TASK) {
        out->has_points_given = lt_view_marks(c, &out->points_given);
        return;
    }
    bool hides = lt_contest_hides(c);
    if (q->type == LT_QT_FILL) {
        out->accepted = (const char *const *)q->accepted;
        out->n_accepted = q->n_key;
    } else {
        out->key = q->key;
        out->n_key = q->n_key;
    }
    if (q->type != LT_QT_FILL && !hides) {
        out->dist = c->engine.dist;
        out->n_dist = q->n_options;
    }
    out->explanation = q->explanation;
    out->source = q->source;
    out->has_correct = !hides;
    out->correct = hides ? 0 : c->engine.correct;
}

/* What is public from the opening on. Of a burst the words are for those who are at them. */
static void view_open(const struct lt_contest *c, const struct lt_question *q,
                      struct lt_question_out *out)
{
    const struct lt_engine *e = &c->engine;
    if (e->n_open == 1) {
        out->stem = q->stem;
        if (q->n_options > 0) {
            out->options = (const char *const *)q->options;
            out->n_options = q->n_options;
        }
    }
    out->has_opened_ms = out->has_deadline_ms = e->opened_us > 0;
    out->opened_ms = e->opened_us / 1000;
    out->deadline_ms = e->deadline_us / 1000;
    if (e->phase == LT_PHASE_PAUSED && (e->qstate == LT_Q_OPEN || e->qstate == LT_Q_HELD)) {
        out->has_paused_ms = true;
        out->paused_ms = e->paused_us / 1000;
    }
    if (e->n_two > 0) {
        out->dropped = e->two;
        out->n_dropped = e->n_two;
        out->has_dropped_for = true;
        out->dropped_for = e->two_entry;
    }
}

static void view_question(const struct lt_contest *c, struct view_seats *seats,
                          struct lt_question_out *out)
{
    const struct lt_engine *e = &c->engine;
    const struct lt_question *q = c->questions[e->qi];
    int round_no, index;
    const struct lt_round_rule *round = lt_sheet_round_of(&c->sheet, e->qi, &round_no, &index);
    *out = (struct lt_question_out){
        .q = e->qi + 1,
        .round = round_no + 1,
        .in_round = index + 1,
        .state = (int)e->qstate,
        .mode = (int)round->mode,
        .n = e->n_open,
        .type = (int)q->type,
        .topic = q->topic,
        .points = round->score.right_c,
        .speed = round->score.speed,
        .seconds = round->seconds,
        .rebounds = e->rebounds,
        .silent = e->silent,
        .marks = e->n_marks,
        .has_hidden = lt_contest_hides(c),
        .hidden = true,
    };
    view_teams_part(c, round, seats, out);
    if (e->qstate >= LT_Q_OPEN)
        view_open(c, q, out);
    if (e->qstate < LT_Q_CLOSED)
        return;
    out->has_answered = true;
    out->answered = e->answered;
    if (e->qstate >= LT_Q_REVEALED && e->n_open == 1)
        view_key(c, q, out);
}

static struct lt_frame *phase_frame(const struct lt_contest *c, int64_t seq)
{
    struct lt_buf b;
    struct lt_msg_phase m = {.epoch = c->epoch, .seq = seq, .phase = (int)c->engine.phase};
    lt_buf_init(&b, VIEW_BYTES);
    if (c->engine.qstate == LT_Q_OPEN || c->engine.qstate == LT_Q_HELD) {
        m.has_opened_ms = m.has_deadline_ms = true;
        m.opened_ms = c->engine.opened_us / 1000;
        m.deadline_ms = c->engine.deadline_us / 1000;
    }
    lt_msg_phase_write(&m, &b);
    return view_frame(&b);
}

static struct lt_frame *question_frame(const struct lt_contest *c, int64_t seq)
{
    struct lt_buf b;
    struct view_seats seats;
    struct lt_msg_question m = {.epoch = c->epoch, .seq = seq};
    lt_buf_init(&b, VIEW_BYTES);
    view_question(c, &seats, &m.question);
    lt_msg_question_write(&m, &b);
    return view_frame(&b);
}

static bool view_frozen(const struct lt_contest *c, struct lt_frozen_out *out)
{
    const struct lt_engine *e = &c->engine;
    *out = (struct lt_frozen_out){.step = e->step, .done = !lt_contest_hides(c)};
    return e->frozen_seq != 0;
}

struct lt_frame *lt_view_log_frame(const struct lt_contest *c, const struct lt_record *r)
{
    struct lt_buf b;
    switch (r->kind) {
    case LT_REC_PHASE:
    case LT_REC_FINAL:
        return phase_frame(c, r->seq);
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
    case LT_REC_EXTEND:
    case LT_REC_HELP:
        return question_frame(c, r->seq);
    case LT_REC_LOT:
    case LT_REC_CAPTAIN:
    case LT_REC_ADVANCE:
        return view_teams_frame(c, r->seq);
    case LT_REC_RULING:
        return view_ruling_frame(c, r);
    case LT_REC_RESOLVE: {
        struct lt_msg_resolve m = {.epoch = c->epoch, .seq = r->seq};
        view_frozen(c, &m.frozen);
        lt_buf_init(&b, VIEW_BYTES);
        lt_msg_resolve_write(&m, &b);
        return view_frame(&b);
    }
    case LT_REC_DRIVER: {
        struct lt_msg_driver m = {.epoch = c->epoch, .seq = r->seq};
        lt_buf_init(&b, VIEW_BYTES);
        lt_msg_driver_write(&m, &b);
        return view_frame(&b);
    }
    case LT_REC_FINALISING: {
        struct lt_msg_finalising m = {.epoch = c->epoch, .seq = r->seq};
        lt_buf_init(&b, VIEW_BYTES);
        lt_msg_finalising_write(&m, &b);
        return view_frame(&b);
    }
    case LT_RECORDS:
        assert(false);
    }
    return NULL;
}

/* Of a self-paced event, as it is in Redis. */
static bool view_shown(const struct lt_contest *c, struct lt_board_row_out *rows,
                       struct lt_board_out *out)
{
    const struct lt_shown_board *b = c->shown;
    if (!b || b->v == 0)
        return false;
    int n = b->n < c->sheet.board_rows ? b->n : c->sheet.board_rows;
    if (n > ROWS_MAX)
        n = ROWS_MAX;
    for (int i = 0; i < n; i++) {
        const struct lt_shown_line *l = &b->lines[i];
        rows[i] = (struct lt_board_row_out){
            .entry = l->member,
            .rank = (int32_t)l->rank,
            .name = l->name ? l->name : "",
            .unit = l->unit ? l->unit : "",
            .points = l->value[0],
            .correct = (int32_t)l->value[1],
        };
    }
    *out = (struct lt_board_out){
        .v = b->v,
        .of = (int32_t)b->ranked,
        .final = b->final,
        .has_frozen = b->frozen,
        .frozen = true,
        .n_rows = n,
        .rows = rows,
    };
    return true;
}

static bool view_board(const struct lt_contest *c, struct lt_board_row_out *rows,
                       struct lt_board_out *out)
{
    struct lt_public board;
    if (c->sheet.self_paced)
        return view_shown(c, rows, out);
    if (!lt_contest_public(c, &board))
        return false;
    int n = board.n < c->sheet.board_rows ? board.n : c->sheet.board_rows;
    if (n > ROWS_MAX)
        n = ROWS_MAX;
    for (int i = 0; i < n; i++) {
        const struct lt_place *p = board.ranked[i];
        const struct lt_entry *e = lt_contest_entry(c, p->entry);
        /* A ruling may name somebody who joined elsewhere and is news to this node. */
        rows[i] = (struct lt_board_row_out){
            .entry = p->entry,
            .rank = p->rank,
            .name = e ? e->name : "",
            .unit = e ? e->unit : "",
            .points = p->points_c,
            .correct = p->correct,
            .moved = lt_contest_moved(c, p),
        };
    }
    *out = (struct lt_board_out){
        .v = board.version,
        .of = board.n,
        .final = c->engine.phase == LT_PHASE_FINAL,
        .has_frozen = board.frozen,
        .frozen = true,
        .n_rows = n,
        .rows = rows,
    };
    return true;
}

struct lt_frame *lt_view_board_frame(const struct lt_contest *c)
{
    struct lt_buf b;
    struct lt_board_row_out rows[ROWS_MAX];
    struct lt_msg_board m;
    if (!view_board(c, rows, &m.board))
        return NULL;
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_board_write(&m, &b);
    return view_frame(&b);
}

/* While the board is frozen: as of then. What came since is told with the reveal's end. */
static void view_own_frozen(const struct lt_contest *c, const struct lt_entry *e,
                            struct lt_own_out *out)
{
    const struct lt_place *p = lt_contest_public_place(c, e);
    *out = (struct lt_own_out){
        .v = c->frozen.version > c->resolved_seq ? c->frozen.version : c->resolved_seq,
        .points = p ? p->points_c : c->sheet.start_points_c,
        .correct = p ? p->correct : 0,
        .rank = p ? p->rank : 0,
        .of = c->frozen.n_ranked,
        .has_frozen = true,
        .frozen = true,
    };
}

static void view_own(const struct lt_contest *c, const struct lt_entry *e, struct lt_own_out *out)
{
    const struct lt_place *p = lt_contest_place(c, e);
    const struct lt_engine *g = &c->engine;
    if (lt_contest_hides(c)) {
        view_own_frozen(c, e, out);
        return;
    }
    /* The last question whose points are public. */
    int qi = g->qstate == LT_Q_REVEALED ? g->qi : g->prev_qi;
    *out = (struct lt_own_out){
        .v = c->board_version,
        .points = p->points_c,
        .correct = p->correct,
        .rank = p->rank,
        .of = c->n_ranked,
    };
    if (out->v > 0 && out->v < c->resolved_seq)
        out->v = c->resolved_seq;
    if (qi < 0 || lt_standings_settled(c->standings) <= qi)
        return;
    out->has_q = true;
    out->q = qi + 1;
    bool took = p->last_qi >= qi;
    int64_t fouls_c = lt_standings_fouls(c->standings, e->id, qi);
    out->has_right = took;
    out->right = took && p->last_right;
    out->has_gained = took || fouls_c != 0;
    out->gained = (took ? p->last_gained_c : 0) + fouls_c;
}

struct lt_frame *lt_view_own_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct lt_msg_own m;
    if (!to->player || !lt_contest_shows(c))
        return NULL;
    lt_buf_init(&b, VIEW_BYTES);
    view_own(c, to->player->entry, &m.own);
    lt_msg_own_write(&m, &b);
    return view_frame(&b);
}

struct lt_frame *lt_view_presence_frame(const struct lt_presence_out *p)
{
    struct lt_buf b;
    struct lt_msg_presence m = {.presence = *p};
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_presence_write(&m, &b);
    return view_frame(&b);
}

static bool view_saved(const struct lt_contest *c, const struct lt_player *p, struct lt_response *r,
                       struct lt_saved_out *out)
{
    const struct lt_engine *g = &c->engine;
    if (!p || p->saved.qi < 0 || p->saved.qi < g->qi || p->saved.qi >= g->qi + g->n_open ||
        p->saved.state == LT_SAVED_PENDING ||
        lt_response_read(p->saved.body, strlen(p->saved.body), r) != LT_OK)
        return false;
    *out = (struct lt_saved_out){
        .q = p->saved.qi + 1,
        .state = p->saved.state == LT_SAVED_LATE ? LT_ACK_STATE_ID_LATE : LT_ACK_STATE_ID_SAVED,
    };
    if (r->n_choice > 0) {
        out->choice = r->choice;
        out->n_choice = r->n_choice;
    } else {
        out->text = r->text;
    }
    return true;
}

/* Everything a snapshot borrows. */
struct parts {
    struct lt_round_out rounds[LT_ROUNDS_MAX];
    int helps[LT_HELPS];
    struct lt_board_row_out rows[ROWS_MAX];
    struct lt_question_out question;
    struct lt_board_out board;
    struct lt_own_out own;
    struct lt_saved_out saved;
    struct lt_response response;
    struct view_seats seats;
    struct view_teams teams;
    struct view_progress progress;
    struct view_rulings rulings;
    struct view_members members;
    struct lt_step_out step, script;
    struct view_ahead ahead;
    struct lt_seal_out seal;
    struct lt_frozen_out frozen;
    struct lt_award_rule_out awards[LT_AWARDS_MAX];
    struct lt_board_rule_out boards[LT_BOARDS_MAX];
};

static void head_boards(const struct lt_contest *c, struct parts *p, struct lt_event_head_out *out)
{
    const struct lt_sheet *s = &c->sheet;
    for (int i = 0; i < s->n_awards; i++)
        p->awards[i] =
            (struct lt_award_rule_out){.title = s->awards[i].title, .places = s->awards[i].places};
    for (int i = 0; i < s->n_boards; i++)
        p->boards[i] = (struct lt_board_rule_out){
            .of = (int)s->boards[i].of,
            .by = (int)s->boards[i].by,
            .has_best = s->boards[i].by == LT_AGGREGATE_BEST,
            .best = s->boards[i].best,
            .has_floor = s->boards[i].by == LT_AGGREGATE_WEIGHTED,
            .floor = s->boards[i].floor_e4,
            .least = s->boards[i].least,
        };
    out->has_freeze = out->freeze =
        s->freeze.round > 0 || s->freeze.after_minutes > 0 || s->freeze.last_minutes > 0;
    out->awards = p->awards;
    out->n_awards = s->n_awards;
    out->boards = p->boards;
    out->n_boards = s->n_boards;
    out->has_round_boards = out->round_boards = s->round_boards;
}

static void view_head(const struct lt_contest *c, struct parts *p, struct lt_event_head_out *out)
{
    struct lt_round_out *rounds = p->rounds;
    int *helps = p->helps;
    for (int i = 0; i < c->sheet.n_rounds; i++)
        rounds[i] = (struct lt_round_out){
            .title = c->sheet.rounds[i].title,
            .mode = (int)c->sheet.rounds[i].mode,
            .turns = (int)c->sheet.rounds[i].turns,
            .policy = (int)c->sheet.rounds[i].policy,
            .questions = c->sheet.rounds[i].n_questions,
            .burst = c->sheet.rounds[i].burst,
            .seconds = c->sheet.rounds[i].seconds,
            .by_judge = c->sheet.rounds[i].judging == LT_JUDGED_BY_JUDGE,
            .has_marks_max = c->sheet.rounds[i].mode == LT_MODE_JURY,
            .marks_max = c->sheet.rounds[i].jury.max_c,
            .has_advance = c->sheet.rounds[i].advance > 0,
            .advance = c->sheet.rounds[i].advance,
            .has_group = c->sheet.rounds[i].group > 0,
            .group = c->sheet.rounds[i].group,
        };
    *out = (struct lt_event_head_out){
        .event = c->event.v,
        .title = c->title,
        .tenant = c->tenant_name,
        .code = c->join_code,
        .questions = c->n_questions,
        .guests = c->sheet.guests,
        .teams = c->sheet.teams,
        .appeals = c->sheet.appeals,
        .approval = c->sheet.approval,
        .n_rounds = c->sheet.n_rounds,
        .rounds = rounds,
    };
    for (int h = 0; h < LT_HELPS; h++)
        if (c->sheet.helps & 1u << h)
            helps[out->n_helps++] = h;
    out->helps = out->n_helps > 0 ? helps : NULL;
    head_boards(c, p, out);
}

static void view_snapshot(const struct lt_contest *c, const struct lt_welcome *w, struct parts *p,
                          struct lt_snapshot_out *out)
{
    *out = (struct lt_snapshot_out){.phase = (int)c->engine.phase, .presence = w->presence};
    view_head(c, p, &out->head);
    /* Left out, it comes by itself as soon as it is. */
    if (view_board(c, p->rows, &p->board))
        out->board = &p->board;
    if (view_frozen(c, &p->frozen))
        out->frozen = &p->frozen;
    if (w->role == LT_MEMBER_WATCH) /* nothing about questions, teams or rulings */
        return;
    if (c->engine.qi >= 0) {
        view_question(c, &p->seats, &p->question);
        out->question = &p->question;
    }
    /* Left out, it comes by itself as soon as it is. */
    if (w->player && lt_contest_shows(c)) {
        view_own(c, w->player->entry, &p->own);
        out->own = &p->own;
    }
    if (view_saved(c, w->player, &p->response, &p->saved))
        out->saved = &p->saved;
    out->advanced = c->engine.advanced;
    out->teams = p->teams.rows;
    out->n_teams = view_teams(c, &p->teams);
    out->progress = p->progress.rows;
    if (w->role == LT_MEMBER_DESK || (w->role == LT_MEMBER_STAGE && !lt_contest_hides(c)))
        out->n_progress = view_progress(c, &p->progress);
    out->rulings = p->rulings.rows;
    out->n_rulings = view_rulings(c, w->role == LT_MEMBER_DESK, &p->rulings);
    if (w->player && view_team_state(c, w->player, &p->members))
        out->team = &p->members.state;
    if (w->player && view_step(c, w->player->entry, &p->step))
        out->step = &p->step;
    if (w->role == LT_MEMBER_DESK && view_script(c, &p->script))
        out->script = &p->script;
    if (w->role == LT_MEMBER_DESK && view_ahead(c, &p->ahead))
        out->ahead = &p->ahead.out;
    if (c->seal.hash[0] != '\0') {
        p->seal = (struct lt_seal_out){.seq = c->seal.seq, .hash = c->seal.hash};
        out->seal = &p->seal;
    }
}

void lt_view_welcome(const struct lt_contest *c, const struct lt_welcome *w, struct lt_buf *out)
{
    struct parts p;
    struct lt_snapshot_out snapshot;
    struct lt_msg_welcome m = {
        .session = w->session,
        .stage_session = w->stage_session,
        .epoch = c->epoch,
        .seq = w->resume_seq >= 0 ? w->resume_seq : c->engine.seq,
        .now_ms = w->now_us / 1000,
    };
    m.you = (struct lt_you_out){
        .has_person = w->person != 0,
        .person = w->person,
        .has_entry = w->player != NULL,
        .entry = w->player ? w->player->entry->id : 0,
        .name = w->name,
        .unit = w->unit && w->unit[0] ? w->unit : NULL,
        .guest = w->guest,
    };
    if (w->resume_seq < 0) {
        view_snapshot(c, w, &p, &snapshot);
        m.snapshot = &snapshot;
    }
    lt_msg_welcome_write(&m, out);
}

struct lt_frame *lt_view_watch_frame(const struct lt_contest *c,
                                     const struct lt_presence_out *presence, int64_t now_us)
{
    struct lt_buf b;
    struct lt_welcome w = {.session = "",
                           .role = LT_MEMBER_WATCH,
                           .presence = *presence,
                           .now_us = now_us,
                           .resume_seq = -1};
    lt_buf_init(&b, VIEW_BYTES);
    lt_view_welcome(c, &w, &b);
    return view_frame(&b);
}

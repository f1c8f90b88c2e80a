/* Projections.
 *
 * A question's members appear with its state: number, round, topic, type and points when armed;
 * stem and options when open; how many answered when closed; key, explanation and distribution when
 * revealed. Frames are made when a record is applied, so each frame shows the state right after it.
 */
#include "service/view.h"
#include "base/err.h"
#include <assert.h>
#include <string.h>

enum { FRAME_BYTES = 256 * 1024, ROWS_MAX = 50 };

/* The enums of the engine and of the wire are declared in the same order. */
_Static_assert((int)LT_PHASES == (int)LT_PHASE_IDS && (int)LT_PHASE_FINAL == (int)LT_PHASE_ID_FINAL,
               "phases");
_Static_assert((int)LT_QSTATES == (int)LT_QSTATE_IDS &&
                   (int)LT_Q_REVEALED == (int)LT_QSTATE_ID_REVEALED,
               "states");
_Static_assert((int)LT_QTYPES == (int)LT_QTYPE_IDS && (int)LT_QT_ORDER == (int)LT_QTYPE_ID_ORDER,
               "types");

static struct lt_frame *frame(struct lt_buf *b)
{
    struct lt_frame *f = b->failed ? NULL : lt_frame_text(b->p, b->len);
    lt_buf_done(b);
    return f;
}

static void view_key(const struct lt_contest *c, const struct lt_question *q,
                     struct lt_question_out *out)
{
    if (q->type == LT_QT_FILL) {
        out->accepted = (const char *const *)q->accepted;
        out->n_accepted = q->n_key;
    } else {
        out->key = q->key;
        out->n_key = q->n_key;
        out->dist = c->engine.dist;
        out->n_dist = q->n_options;
    }
    out->explanation = q->explanation;
    out->source = q->source;
    out->has_correct = true;
    out->correct = c->engine.correct;
}

static void view_question(const struct lt_contest *c, struct lt_question_out *out)
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
        .type = (int)q->type,
        .topic = q->topic,
        .points = round->score.right_c,
        .speed = round->score.speed,
        .seconds = round->seconds,
    };
    if (e->qstate < LT_Q_OPEN)
        return;
    out->stem = q->stem;
    if (q->n_options > 0) {
        out->options = (const char *const *)q->options;
        out->n_options = q->n_options;
    }
    out->has_opened_ms = out->has_deadline_ms = true;
    out->opened_ms = e->opened_us / 1000;
    out->deadline_ms = e->deadline_us / 1000;
    if (e->phase == LT_PHASE_PAUSED && e->qstate == LT_Q_OPEN) {
        out->has_paused_ms = true;
        out->paused_ms = e->paused_us / 1000;
    }
    if (e->qstate < LT_Q_CLOSED)
        return;
    out->has_answered = true;
    out->answered = e->answered;
    if (e->qstate >= LT_Q_REVEALED)
        view_key(c, q, out);
}

struct lt_frame *lt_view_log_frame(const struct lt_contest *c, const struct lt_record *r)
{
    struct lt_buf b;
    lt_buf_init(&b, FRAME_BYTES);
    switch (r->kind) {
    case LT_REC_PHASE:
    case LT_REC_FINAL: {
        struct lt_msg_phase m = {.epoch = c->epoch, .seq = r->seq, .phase = (int)c->engine.phase};
        if (c->engine.qstate == LT_Q_OPEN) {
            m.has_opened_ms = m.has_deadline_ms = true;
            m.opened_ms = c->engine.opened_us / 1000;
            m.deadline_ms = c->engine.deadline_us / 1000;
        }
        lt_msg_phase_write(&m, &b);
        break;
    }
    case LT_REC_ARMED:
    case LT_REC_OPEN:
    case LT_REC_CLOSING:
    case LT_REC_CLOSED:
    case LT_REC_REVEAL: {
        struct lt_msg_question m = {.epoch = c->epoch, .seq = r->seq};
        view_question(c, &m.question);
        lt_msg_question_write(&m, &b);
        break;
    }
    case LT_REC_DRIVER: {
        struct lt_msg_driver m = {.epoch = c->epoch, .seq = r->seq};
        lt_msg_driver_write(&m, &b);
        break;
    }
    case LT_REC_FINALISING: {
        struct lt_msg_finalising m = {.epoch = c->epoch, .seq = r->seq};
        lt_msg_finalising_write(&m, &b);
        break;
    }
    case LT_RECORDS:
        assert(false);
    }
    return frame(&b);
}

static void view_board(const struct lt_contest *c, struct lt_board_row_out *rows,
                       struct lt_board_out *out)
{
    int n = c->n_ranked < c->sheet.board_rows ? c->n_ranked : c->sheet.board_rows;
    if (n > ROWS_MAX)
        n = ROWS_MAX;
    for (int i = 0; i < n; i++) {
        const struct lt_entry *e = lt_contest_entry(c, c->ranked[i].entry);
        rows[i] = (struct lt_board_row_out){
            .entry = e->id,
            .rank = e->rank,
            .name = e->name,
            .unit = e->unit,
            .points = e->points_c,
            .correct = e->correct,
            .moved = e->old_rank > 0 ? e->old_rank - e->rank : 0,
        };
    }
    *out = (struct lt_board_out){
        .v = c->board_version,
        .of = c->n_ranked,
        .final = c->engine.phase == LT_PHASE_FINAL,
        .n_rows = n,
        .rows = rows,
    };
}

struct lt_frame *lt_view_board_frame(const struct lt_contest *c)
{
    struct lt_buf b;
    struct lt_board_row_out rows[ROWS_MAX];
    struct lt_msg_board m;
    lt_buf_init(&b, FRAME_BYTES);
    view_board(c, rows, &m.board);
    lt_msg_board_write(&m, &b);
    return frame(&b);
}

static void view_own(const struct lt_contest *c, const struct lt_entry *e, struct lt_own_out *out)
{
    *out = (struct lt_own_out){
        .v = c->board_version,
        .points = e->points_c,
        .correct = e->correct,
        .rank = e->rank,
        .of = c->n_ranked,
    };
    if (c->settled == 0)
        return;
    out->has_q = true;
    out->q = c->settled;
    if (e->last_qi == c->settled - 1) {
        out->has_right = out->has_gained = true;
        out->right = e->last_right;
        out->gained = e->last_gained_c;
    }
}

struct lt_frame *lt_view_own_frame(const struct lt_contest *c, const struct lt_entry *e)
{
    struct lt_buf b;
    struct lt_msg_own m;
    lt_buf_init(&b, FRAME_BYTES);
    view_own(c, e, &m.own);
    lt_msg_own_write(&m, &b);
    return frame(&b);
}

struct lt_frame *lt_view_presence_frame(const struct lt_presence_out *p)
{
    struct lt_buf b;
    struct lt_msg_presence m = {.presence = *p};
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_presence_write(&m, &b);
    return frame(&b);
}

static bool view_saved(const struct lt_contest *c, const struct lt_entry *e, struct lt_response *r,
                       struct lt_saved_out *out)
{
    if (!e || e->saved.qi < 0 || e->saved.qi != c->engine.qi ||
        e->saved.state == LT_SAVED_PENDING ||
        lt_response_read(e->saved.body, strlen(e->saved.body), r) != LT_OK)
        return false;
    *out = (struct lt_saved_out){
        .q = e->saved.qi + 1,
        .state = e->saved.state == LT_SAVED_LATE ? LT_ACK_STATE_ID_LATE : LT_ACK_STATE_ID_SAVED,
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
    struct lt_board_row_out rows[ROWS_MAX];
    struct lt_question_out question;
    struct lt_board_out board;
    struct lt_own_out own;
    struct lt_saved_out saved;
    struct lt_response response;
};

static void view_head(const struct lt_contest *c, struct lt_round_out *rounds,
                      struct lt_event_head_out *out)
{
    for (int i = 0; i < c->sheet.n_rounds; i++)
        rounds[i] = (struct lt_round_out){
            .title = c->sheet.rounds[i].title,
            .questions = c->sheet.rounds[i].n_questions,
            .seconds = c->sheet.rounds[i].seconds,
        };
    *out = (struct lt_event_head_out){
        .event = c->event.v,
        .title = c->title,
        .tenant = c->tenant_name,
        .code = c->join_code,
        .questions = c->n_questions,
        .guests = c->sheet.guests,
        .n_rounds = c->sheet.n_rounds,
        .rounds = rounds,
    };
}

static void view_snapshot(const struct lt_contest *c, const struct lt_welcome *w, struct parts *p,
                          struct lt_snapshot_out *out)
{
    *out = (struct lt_snapshot_out){.phase = (int)c->engine.phase, .presence = w->presence};
    view_head(c, p->rounds, &out->head);
    if (c->engine.qi >= 0) {
        view_question(c, &p->question);
        out->question = &p->question;
    }
    if (c->settled > 0) {
        view_board(c, p->rows, &p->board);
        out->board = &p->board;
    }
    if (w->entry) {
        view_own(c, w->entry, &p->own);
        out->own = &p->own;
    }
    if (view_saved(c, w->entry, &p->response, &p->saved))
        out->saved = &p->saved;
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
        .has_entry = w->entry != NULL,
        .entry = w->entry ? w->entry->id : 0,
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

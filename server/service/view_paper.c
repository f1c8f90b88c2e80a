/* What leaves the server of a paper. An item shows its key only when lt_view_results says so; a
 * survival run or a duel shows of an answered item whether it was right, which its course tells in any
 * case. What was not reached yet is not there at all (lt_paper_at). */
#include "service/view_paper.h"
#include "domain/protocol.h"
#include <assert.h>
#include <string.h>

_Static_assert((int)LT_QTYPES == (int)LT_QTYPE_IDS && (int)LT_QT_TASK == (int)LT_QTYPE_ID_TASK &&
                   (int)LT_MODES == (int)LT_MODE_IDS &&
                   (int)LT_PAPER_STATES == (int)LT_PAPER_STATE_IDS &&
                   (int)LT_PAPER_FORFEITED == (int)LT_PAPER_STATE_ID_FORFEITED,
               "the wire's numbers are the domain's");

bool lt_view_results(const struct lt_paced *e, int round, enum lt_paper_state state)
{
    return state != LT_PAPER_OPEN && (e->sheet.at_once || e->phase == LT_PHASE_FINAL ||
                                      e->sheet.rounds[round].paper.practice);
}

bool lt_view_counted(const struct lt_paced *e, int round, int attempt,
                     const struct lt_paper_mark *marks, int n)
{
    enum { MARKS_MAX = 4096 };
    static struct lt_paper_mark others[MARKS_MAX];
    int rest = 0;
    if (e->sheet.rounds[round].paper.practice)
        return false;
    for (int i = 0; i < n && rest < MARKS_MAX; i++)
        if (marks[i].round != round || marks[i].attempt != attempt)
            others[rest++] = marks[i];
    struct lt_paper_score with = lt_paper_total(&e->sheet, marks, n),
                          without = lt_paper_total(&e->sheet, others, rest);
    return with.points_c != without.points_c || with.time_us != without.time_us ||
           with.answered != without.answered || n == 1;
}

/* ---- items ---- */

struct parts {
    struct lt_paper_item_out items[LT_PAPER_ITEMS_MAX];
    struct lt_paper_choice_out choices[LT_PAPER_ITEMS_MAX];
    const char *options[LT_PAPER_ITEMS_MAX][LT_OPTIONS_MAX];
    int keys[LT_PAPER_ITEMS_MAX][LT_OPTIONS_MAX], chosen[LT_PAPER_ITEMS_MAX][LT_OPTIONS_MAX];
    int n_items, n_choices;
    int64_t full_c;
};

static const struct lt_question *question(const struct lt_paper *p, int i)
{
    return p->pool[p->items[i].row].question;
}

static int64_t full_points_c(const struct lt_paper *p, int i)
{
    const struct lt_paper_rule *r = &p->rule->paper;
    return r->n_parts > 0 ? r->parts[p->items[i].part].score.right_c : p->rule->score.right_c;
}

static void show_key(const struct lt_paper *p, int i, struct parts *a,
                     struct lt_paper_item_out *out)
{
    const struct lt_question *q = question(p, i);
    out->explanation = q->explanation;
    out->source = q->source;
    if (q->type == LT_QT_FILL) {
        out->n_accepted = q->n_key;
        out->accepted = (const char *const *)q->accepted;
        return;
    }
    lt_paper_shown(p, i, q->key, q->n_key, a->keys[i]);
    out->n_key = q->n_key;
    out->key = a->keys[i];
}

static void show_item(const struct lt_paper *p, int i, const struct lt_paper_view *v, bool results,
                      struct parts *a)
{
    const struct lt_question *q = question(p, i);
    struct lt_paper_item_out *out = &a->items[a->n_items++];
    bool tells = p->rule->mode != LT_MODE_TIMED && (v->ended || i < v->item);
    *out = (struct lt_paper_item_out){.i = i + 1,
                                      .type = (int)q->type,
                                      .topic = q->topic,
                                      .stem = q->stem,
                                      .points = full_points_c(p, i)};
    if (q->type != LT_QT_FILL) {
        for (int k = 0; k < q->n_options; k++)
            a->options[i][k] = q->options[p->items[i].option[k]];
        out->n_options = q->n_options;
        out->options = a->options[i];
    }
    if (i == v->item && v->item_deadline_us > 0) {
        out->has_deadline_ms = true;
        out->deadline_ms = v->item_deadline_us / 1000;
    }
    if (results || tells) {
        out->has_right = lt_paper_item_score(p, i, &out->right, &out->gained);
        out->has_gained = out->has_right;
    }
    if (results)
        show_key(p, i, a, out);
}

static void show_choice(const struct lt_paper *p, int i, struct parts *a)
{
    const struct lt_paper_choice *c = &p->choices[i];
    struct lt_paper_choice_out *out = &a->choices[a->n_choices++];
    *out = (struct lt_paper_choice_out){.i = i + 1, .rev = c->rev};
    if (c->response.n_choice > 0) {
        lt_paper_shown(p, i, c->response.choice, c->response.n_choice, a->chosen[i]);
        out->n_choice = c->response.n_choice;
        out->choice = a->chosen[i];
    } else if (c->response.text[0]) {
        out->text = c->response.text;
    }
}

static void show_items(const struct lt_paper *p, const struct lt_paper_view *v, bool results,
                       struct parts *a)
{
    for (int i = 0; i < p->n; i++) {
        a->full_c += full_points_c(p, i);
        if (i < v->shown)
            show_item(p, i, v, results, a);
        if (p->choices[i].given)
            show_choice(p, i, a);
    }
}

/* ---- the whole ---- */

static void show_result(const struct lt_paper_shown *in, const struct parts *a,
                        struct lt_paper_result_out *ret)
{
    struct lt_paper_score score = lt_paper_grade(in->paper);
    for (int i = 0; i < in->n_sides; i++)
        if (in->sides[i].you)
            score.points_c += in->sides[i].points;
    *ret = (struct lt_paper_result_out){
        .points = score.points_c,
        .full = a->full_c,
        .correct = score.correct,
        .answered = score.answered,
        .used_ms = score.time_us / 1000,
        .counted = lt_view_counted(in->event, in->key->round - 1, in->key->attempt, in->marks,
                                   in->n_marks),
    };
}

static struct lt_paper_out head(const struct lt_paper_shown *in, const struct lt_paper_view *v)
{
    const struct lt_paper *p = in->paper;
    const struct lt_round_rule *r = p->rule;
    bool handed_in = p->state != LT_PAPER_OPEN;
    struct lt_paper_out out = {
        .event = in->event->key.event,
        .round = in->key->round,
        .attempt = in->key->attempt,
        .title = in->event->title,
        .round_title = r->title,
        .mode = (int)r->mode,
        .state = (int)p->state,
        .practice = r->paper.practice,
        .forward = r->paper.forward || r->mode != LT_MODE_TIMED,
        .one_by_one = r->paper.one_by_one || r->mode != LT_MODE_TIMED,
        .n = p->n,
        .has_seconds = r->seconds > 0,
        .seconds = r->seconds,
        .started_ms = p->started_us / 1000,
        .deadline_ms = p->deadline_us / 1000,
        .has_submitted_ms = handed_in,
        .submitted_ms = p->submitted_us / 1000,
        .has_at = !v->ended && v->item >= 0,
        .at = v->item + 1,
        .has_lives = r->mode == LT_MODE_SURVIVAL,
        .lives = v->lives,
    };
    return out;
}

void lt_view_paper(const struct lt_paper_shown *in, struct lt_buf *out)
{
    static struct parts a; /* 50 kB; nothing of it is kept */
    struct lt_paper_view v;
    struct lt_paper_result_out result;
    bool results = lt_view_results(in->event, in->key->round - 1, in->paper->state);
    lt_paper_at(in->paper, in->now_us, &v);
    a.n_items = a.n_choices = 0;
    a.full_c = 0;
    show_items(in->paper, &v, results, &a);
    struct lt_msg_paper m = {.re = in->re, .now_ms = in->now_us / 1000, .paper = head(in, &v)};
    m.paper.n_items = a.n_items;
    m.paper.items = a.items;
    m.paper.n_choices = a.n_choices;
    m.paper.choices = a.choices;
    m.paper.n_duel = in->n_sides;
    m.paper.duel = in->sides;
    if (results) {
        show_result(in, &a, &result);
        m.paper.result = &result;
    } else if (in->paper->state != LT_PAPER_OPEN) {
        m.paper.has_results_ms = true;
        m.paper.results_ms = in->event->closes_us / 1000;
    }
    lt_msg_paper_write(&m, out);
}

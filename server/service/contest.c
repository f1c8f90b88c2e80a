/* An event's copy on this node: entries and their standing.
 *
 * Law 4 rules here: scores of a question are fetched when its gate closed, but the standings move
 * only when its key is public (`settle`). Until then nothing that leaves this node depends on them.
 * Questions settle one after the other, so that streaks follow the order of the contest.
 */
#include "service/contest.h"
#include "base/err.h"
#include "service/view.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int lt_contest_set_sheet(struct lt_contest *c, const char *json, size_t n)
{
    struct lt_buf err;
    lt_buf_init(&err, LT_SHEET_BYTES);
    int r = lt_sheet_parse(json, n, &c->sheet, &err);
    lt_buf_done(&err);
    if (r == LT_OK)
        lt_engine_init(&c->engine, &c->sheet);
    return r;
}

int lt_contest_add_question(struct lt_contest *c, const char *json, size_t n)
{
    const char *path = "";
    struct lt_question **more =
        realloc(c->questions, (size_t)(c->n_questions + 1) * sizeof(struct lt_question *));
    if (!more)
        return LT_ENOMEM;
    c->questions = more;
    int r = lt_question_parse(json, n, &c->questions[c->n_questions], &path);
    if (r == LT_OK)
        c->n_questions++;
    return r;
}

void lt_contest_done(struct lt_contest *c)
{
    struct lt_entry *e, *next;
    HASH_CLEAR(hh_person, c->by_person);
    HASH_ITER (hh, c->by_id, e, next) {
        HASH_DELETE(hh, c->by_id, e);
        free(e->name);
        free(e->unit);
        free(e->saved.body);
        free(e);
    }
    for (int i = 0; i < c->n_questions; i++)
        lt_question_free(c->questions[i]);
    for (int i = 0; i < LT_RING_FRAMES; i++)
        lt_frame_unref(c->ring[i]);
    free(c->questions);
    free(c->ranked);
    free(c->scores);
    free(c->title);
    free(c->tenant_name);
    free(c->join_code);
}

struct lt_entry *lt_contest_entry(const struct lt_contest *c, int64_t id)
{
    struct lt_entry *e;
    HASH_FIND(hh, c->by_id, &id, sizeof id, e);
    return e;
}

struct lt_entry *lt_contest_entry_of(const struct lt_contest *c, int64_t person)
{
    struct lt_entry *e;
    HASH_FIND(hh_person, c->by_person, &person, sizeof person, e);
    return e;
}

int lt_contest_entries(const struct lt_contest *c)
{
    return (int)HASH_COUNT(c->by_id);
}

struct lt_entry *lt_contest_entry_add(struct lt_contest *c, int64_t id, int64_t person,
                                      const char *name, const char *unit, bool guest)
{
    struct lt_entry *e = lt_contest_entry(c, id);
    if (e)
        return e;
    e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->id = id;
    e->person = person;
    e->name = strdup(name);
    e->unit = strdup(unit);
    e->guest = guest;
    e->points_c = c->sheet.start_points_c;
    e->last_qi = -1;
    e->saved.qi = -1;
    if (!e->name || !e->unit) {
        free(e->name);
        free(e->unit);
        free(e);
        return NULL;
    }
    HASH_ADD(hh, c->by_id, id, sizeof e->id, e);
    if (person != 0)
        HASH_ADD(hh_person, c->by_person, person, sizeof e->person, e);
    return e;
}

static void ring_put(struct lt_contest *c, int64_t seq, struct lt_frame *f)
{
    struct lt_frame **slot = &c->ring[seq % LT_RING_FRAMES];
    lt_frame_unref(*slot);
    *slot = f;
    if (c->ring_from == 0)
        c->ring_from = seq;
    if (seq - c->ring_from >= LT_RING_FRAMES)
        c->ring_from = seq - LT_RING_FRAMES + 1;
}

int lt_contest_apply(struct lt_contest *c, const struct lt_record *r, struct lt_frame **ret_frame)
{
    int err = lt_engine_apply(&c->engine, r);
    if (err != LT_OK)
        return err;
    if (r->kind == LT_REC_ARMED)
        c->answered_here = 0;
    if (r->kind == LT_REC_REVEAL)
        c->reveal_seq = r->seq;
    struct lt_frame *f = lt_view_log_frame(c, r);
    assert(f);
    ring_put(c, r->seq, f);
    *ret_frame = f;
    return LT_OK;
}

void lt_contest_scores_begin(struct lt_contest *c, int qi)
{
    c->scores_qi = qi;
    c->n_scores = 0;
    c->scores_complete = false;
}

void lt_contest_scores_add(struct lt_contest *c, const struct lt_score_row *row)
{
    if (c->n_scores == c->cap_scores) {
        c->cap_scores = c->cap_scores ? c->cap_scores * 2 : 256;
        c->scores = realloc(c->scores, (size_t)c->cap_scores * sizeof *c->scores);
        assert(c->scores);
    }
    c->scores[c->n_scores++] = *row;
}

void lt_contest_scores_complete(struct lt_contest *c)
{
    c->scores_complete = true;
}

int lt_contest_scores_wanted(const struct lt_contest *c)
{
    int qi = c->settled;
    bool closed = qi < c->engine.qi || (qi == c->engine.qi && (c->engine.qstate == LT_Q_CLOSED ||
                                                               c->engine.qstate == LT_Q_REVEALED));
    if (!closed || (c->scores_complete && c->scores_qi == qi))
        return -1;
    return qi;
}

static void rank_all(struct lt_contest *c)
{
    int n = lt_contest_entries(c), i = 0;
    struct lt_standing *s = realloc(c->ranked, (size_t)(n ? n : 1) * sizeof *s);
    assert(s);
    for (struct lt_entry *e = c->by_id; e; e = e->hh.next)
        s[i++] = (struct lt_standing){
            .entry = e->id, .points_c = e->points_c, .correct = e->correct, .time_us = e->time_us};
    lt_rank(s, n);
    for (i = 0; i < n; i++) {
        struct lt_entry *e = lt_contest_entry(c, s[i].entry);
        e->old_rank = e->rank;
        e->rank = s[i].rank;
    }
    c->ranked = s;
    c->n_ranked = n;
}

bool lt_contest_settle(struct lt_contest *c)
{
    int qi = c->settled;
    bool public = qi < c->engine.qi || (qi == c->engine.qi && c->engine.qstate == LT_Q_REVEALED);
    if (!public || !c->scores_complete || c->scores_qi != qi)
        return false;
    int round, index = 0;
    lt_sheet_round_of(&c->sheet, qi, &round, &index);
    if (index == 0) { /* streaks do not cross rounds */
        for (struct lt_entry *e = c->by_id; e; e = e->hh.next)
            e->streak = 0;
    }
    for (int i = 0; i < c->n_scores; i++) {
        const struct lt_score_row *row = &c->scores[i];
        struct lt_entry *e = lt_contest_entry(c, row->entry);
        if (!e) /* a foreign entry cannot be here: answers carry the entry of their session */
            continue;
        e->points_c += row->points_c;
        e->last_qi = qi;
        e->last_right = row->right;
        e->last_gained_c = row->points_c;
        e->correct += row->right;
        e->time_us += row->points_c > 0 ? row->used_us : 0;
    }
    for (struct lt_entry *e = c->by_id; e; e = e->hh.next)
        e->streak = e->last_qi == qi && e->last_right ? e->streak + 1 : 0;
    c->settled++;
    c->scores_complete = false;
    c->n_scores = 0;
    c->board_version = c->reveal_seq;
    rank_all(c);
    return true;
}

void lt_entry_saved(struct lt_entry *e, int qi, int state, const char *answer_id, const char *body)
{
    char *copy = strdup(body);
    assert(copy);
    free(e->saved.body);
    e->saved.qi = qi;
    e->saved.state = state;
    e->saved.body = copy;
    strncpy(e->saved.answer_id, answer_id, sizeof e->saved.answer_id - 1);
}

void lt_entry_unsaved(struct lt_entry *e)
{
    free(e->saved.body);
    e->saved = (struct lt_saved){.qi = -1};
}

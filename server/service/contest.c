/* An event's copy on this node: who plays, and the standings.
 *
 * Law 4 rules here: answers of a question are fetched when its gate closed, but the standings move
 * only when its key is public (`settle`). Until then nothing that leaves this node depends on them.
 */
#include "contest_internal.h"

#include "base/err.h"
#include "service/units.h"
#include "service/view.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int lt_contest_set_sheet(struct lt_contest *c, const char *json, size_t n)
{
    struct lt_buf text;
    size_t len;
    lt_buf_init(&text, LT_SHEET_BYTES);
    int r = lt_sheet_parse(json, n, &c->sheet, &text);
    lt_buf_clear(&text);
    if (r == LT_OK)
        r = lt_sheet_public(json, n, &text);
    if (r == LT_OK) {
        c->sheet_json = lt_buf_take(&text, &len);
        lt_engine_init(&c->engine, &c->sheet);
    }
    lt_buf_done(&text);
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

int lt_contest_ready(struct lt_contest *c)
{
    if (c->n_questions != lt_sheet_questions(&c->sheet))
        return LT_ESHEET;
    c->standings = lt_standings_new(&c->sheet, c->questions, c->n_questions);
    return c->standings ? contest_public_ready(c) : LT_ENOMEM;
}

/* A response as some rows have it. Tens of thousands give one of a few: it is kept once. */
struct lt_body {
    UT_hash_handle hh; /* by text */
    char text[];
};

static const char *body_keep(struct lt_contest *c, const char *text)
{
    size_t n = strlen(text);
    struct lt_body *b;
    HASH_FIND(hh, c->bodies, text, n, b);
    if (b)
        return b->text;
    b = malloc(sizeof *b + n + 1);
    assert(b);
    memcpy(b->text, text, n + 1);
    HASH_ADD_KEYPTR(hh, c->bodies, b->text, n, b);
    return b->text;
}

static void scores_drop(struct lt_contest *c)
{
    struct lt_body *b, *next;
    HASH_ITER (hh, c->bodies, b, next) {
        HASH_DELETE(hh, c->bodies, b);
        free(b);
    }
    c->n_scores = 0;
    c->scores_complete = false;
}

static void player_free(struct lt_player *p)
{
    free(p->name);
    free(p->saved.body);
    free(p);
}

void lt_contest_done(struct lt_contest *c)
{
    struct lt_entry *e, *next_entry;
    struct lt_player *p, *next_player;
    HASH_ITER (hh, c->players, p, next_player) {
        HASH_DELETE(hh, c->players, p);
        player_free(p);
    }
    HASH_ITER (hh, c->entries, e, next_entry) {
        HASH_DELETE(hh, c->entries, e);
        free(e->name);
        free(e->unit);
        free(e);
    }
    lt_standings_free(c->standings);
    contest_public_done(c);
    lt_units_free(c->units);
    for (int i = 0; i < LT_BOARD_OFS; i++) {
        free(c->rollups[i].now);
        free(c->rollups[i].before);
    }
    for (int i = 0; i < c->n_questions; i++)
        lt_question_free(c->questions[i]);
    for (int i = 0; i < LT_RING_FRAMES; i++)
        lt_frame_unref(c->ring[i]);
    scores_drop(c);
    free(c->scores);
    free(c->questions);
    free(c->sheet_json);
    free(c->title);
    free(c->tenant_name);
    free(c->join_code);
}

/* ---- who plays ---- */

struct lt_entry *lt_contest_entry(const struct lt_contest *c, int64_t id)
{
    struct lt_entry *e;
    HASH_FIND(hh, c->entries, &id, sizeof id, e);
    return e;
}

struct lt_player *lt_contest_player(const struct lt_contest *c, int64_t person)
{
    struct lt_player *p;
    HASH_FIND(hh, c->players, &person, sizeof person, p);
    return p;
}

int lt_contest_entries(const struct lt_contest *c)
{
    return (int)HASH_COUNT(c->entries);
}

const struct lt_place *lt_contest_place(const struct lt_contest *c, const struct lt_entry *e)
{
    (void)c;
    return e->place;
}

struct lt_player *lt_contest_player_add(struct lt_contest *c, struct lt_entry *e, int64_t person,
                                        const char *name)
{
    struct lt_player *p = lt_contest_player(c, person), **at = &e->players;
    if (p)
        return p;
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->person = person;
    p->name = strdup(name);
    p->entry = e;
    p->saved.qi = -1;
    if (!p->name) {
        free(p);
        return NULL;
    }
    while (*at && (*at)->person < person)
        at = &(*at)->next;
    p->next = *at;
    *at = p;
    HASH_ADD(hh, c->players, person, sizeof p->person, p);
    return p;
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
    e->name = strdup(name);
    e->unit = strdup(unit);
    e->guest = guest;
    e->done_qi = e->progress_qi = -1;
    if (!e->name || !e->unit || !(e->place = lt_standings_add(c->standings, id)) ||
        !contest_public_add(c, id)) {
        free(e->name);
        free(e->unit);
        free(e);
        return NULL;
    }
    HASH_ADD(hh, c->entries, id, sizeof e->id, e);
    return person == 0 || lt_contest_player_add(c, e, person, name) ? e : NULL;
}

/* ---- the log ---- */

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
    int64_t was_frozen = c->engine.frozen_seq;
    int err = lt_engine_apply(&c->engine, r);
    if (err != LT_OK)
        return err;
    if (r->kind == LT_REC_ARMED)
        c->answered_here = 0;
    bool changed = lt_standings_apply(c->standings, &c->engine, r);
    if (lt_standings_moved(c->standings, r, changed))
        c->moved_seq = r->seq;
    contest_public_apply(c, r, was_frozen);
    struct lt_frame *f = lt_view_log_frame(c, r);
    assert(f);
    ring_put(c, r->seq, f);
    *ret_frame = f;
    return LT_OK;
}

/* ---- scores ---- */

/* Questions [0, public) are over and their keys public. */
static int public_questions(const struct lt_contest *c)
{
    const struct lt_engine *e = &c->engine;
    if (e->qi < 0)
        return 0;
    return e->qstate == LT_Q_REVEALED ? e->qi + e->n_open : e->qi;
}

/* It takes nothing more. */
static bool is_frozen(const struct lt_contest *c, const struct lt_standings *s)
{
    return s == c->frozen.standings && c->engine.frozen_seq != 0;
}

/* Questions [0, to) belong into the fold. */
static int settle_to(const struct lt_contest *c, const struct lt_standings *s)
{
    return is_frozen(c, s) ? c->frozen.to : public_questions(c);
}

/* How many questions from `qi` on belong together: the current burst, or one. */
static int unit_of(const struct lt_contest *c, int qi)
{
    return qi == c->engine.qi ? c->engine.n_open : 1;
}

/* The question whose answers a fold wants next, -1: none. Those of one that was closed are fetched
 * before its reveal. */
static int wanted(const struct lt_contest *c, const struct lt_standings *s)
{
    if (!s)
        return -1;
    if (lt_standings_stale(s))
        return 0;
    int qi = lt_standings_settled(s);
    bool closed = !is_frozen(c, s) && qi == c->engine.qi && c->engine.qstate == LT_Q_CLOSED;
    bool here = c->scores_complete && c->scores_qi == qi;
    return (qi < settle_to(c, s) || closed) && !here ? qi : -1;
}

/* Both folds go through the same questions; after a ruling one may have to begin anew, and the answers
 * come from its first question on. */
int lt_contest_scores_wanted(const struct lt_contest *c, int *ret_qi)
{
    int qi = wanted(c, c->standings), other = wanted(c, c->frozen.standings);
    if (qi < 0 || (other >= 0 && other < qi))
        qi = other;
    if (qi < 0)
        return 0;
    *ret_qi = qi;
    return unit_of(c, qi);
}

static void restart(struct lt_standings *s)
{
    if (s && lt_standings_stale(s))
        lt_standings_restart(s);
}

void lt_contest_scores_begin(struct lt_contest *c, int qi, int n)
{
    scores_drop(c);
    restart(c->standings);
    restart(c->frozen.standings);
    c->scores_qi = qi;
    c->scores_n = n;
}

void lt_contest_scores_add(struct lt_contest *c, const struct lt_answer_row *row)
{
    if (c->n_scores == c->cap_scores) {
        c->cap_scores = c->cap_scores ? c->cap_scores * 2 : 256;
        c->scores = realloc(c->scores, (size_t)c->cap_scores * sizeof *c->scores);
        assert(c->scores);
    }
    struct lt_answer_row *copy = &c->scores[c->n_scores++];
    *copy = *row;
    copy->body = body_keep(c, row->body);
}

void lt_contest_scores_complete(struct lt_contest *c)
{
    lt_standings_sort(c->scores, c->n_scores); /* now, and not while players wait */
    c->scores_complete = true;
}

/* Everything that belongs into the fold is. */
static bool settled_all(const struct lt_contest *c, const struct lt_standings *s)
{
    return !lt_standings_stale(s) && lt_standings_settled(s) >= settle_to(c, s);
}

/* Whether the answers that are here went into the fold. */
static bool settle(struct lt_contest *c, struct lt_standings *s)
{
    int qi = s ? lt_standings_settled(s) : 0;
    if (!s || lt_standings_stale(s) || !c->scores_complete || c->scores_qi != qi ||
        qi + c->scores_n > settle_to(c, s))
        return false;
    lt_standings_settle(s, c->scores_n, c->scores, c->n_scores);
    return true;
}

int lt_contest_settle(struct lt_contest *c)
{
    struct lt_public_fold *f = &c->frozen;
    int moved = 0;
    bool truth = settle(c, c->standings), shown = settle(c, f->standings);
    if (truth || shown)
        scores_drop(c);
    if (c->moved_seq > c->board_version && settled_all(c, c->standings)) {
        c->n_ranked = lt_standings_rank(c->standings, &c->ranked);
        c->board_version = c->moved_seq;
        moved |= LT_MOVED_TRUTH;
    }
    if (c->engine.frozen_seq != 0 && f->standings && !contest_frozen_current(c) &&
        settled_all(c, f->standings)) {
        f->n_ranked = lt_standings_rank(f->standings, &f->ranked);
        f->version = f->moved_seq;
        f->again = false;
        moved |= lt_contest_hides(c) ? LT_MOVED_PUBLIC : 0;
    }
    /* While the reveal goes on, a ruling moves what it shows. */
    bool revealed = moved != 0 && c->engine.step > 0 && lt_contest_reveal(c);
    if (revealed || ((moved & LT_MOVED_TRUTH) && !lt_contest_hides(c)))
        moved |= LT_MOVED_PUBLIC;
    return moved;
}

bool lt_contest_current(const struct lt_contest *c)
{
    return c->moved_seq <= c->board_version;
}

bool contest_frozen_current(const struct lt_contest *c)
{
    return c->frozen.moved_seq <= c->frozen.version && !c->frozen.again;
}

/* ---- answers that stand ---- */

static void done_set(struct lt_entry *e, int first, int k)
{
    if (e->done_qi != first) {
        memset(e->done, 0, sizeof e->done);
        e->done_qi = first;
    }
    e->done[k / 64] |= UINT64_C(1) << (k % 64);
}

void lt_player_saved(struct lt_contest *c, struct lt_player *p, int qi, int state,
                     const char *answer_id, const char *body)
{
    const struct lt_engine *g = &c->engine;
    if (state != LT_SAVED_PENDING && g->n_open > 1 && qi >= g->qi && qi < g->qi + g->n_open)
        done_set(p->entry, g->qi, qi - g->qi);
    if (p->saved.qi > qi)
        return;
    char *copy = strdup(body);
    assert(copy);
    free(p->saved.body);
    p->saved.qi = qi;
    p->saved.state = state;
    p->saved.body = copy;
    strncpy(p->saved.answer_id, answer_id, sizeof p->saved.answer_id - 1);
}

void lt_player_unsaved(struct lt_player *p)
{
    free(p->saved.body);
    p->saved = (struct lt_saved){.qi = -1};
}

static bool is_done(const struct lt_contest *c, const struct lt_entry *e, int k)
{
    return e->done_qi == c->engine.qi && (e->done[k / 64] >> (k % 64) & 1);
}

int lt_contest_step(const struct lt_contest *c, const struct lt_entry *e)
{
    for (int k = 0; k < c->engine.n_open; k++)
        if (!is_done(c, e, k))
            return c->engine.qi + k;
    return -1;
}

int lt_contest_done_steps(const struct lt_contest *c, const struct lt_entry *e)
{
    int n = 0;
    for (int k = 0; k < c->engine.n_open; k++)
        n += is_done(c, e, k);
    return n;
}

/* As far as this node knows by itself. */
static int own_progress(const struct lt_contest *c, const struct lt_entry *e)
{
    int n = 0;
    if (c->engine.n_open > 1)
        return lt_contest_done_steps(c, e);
    for (const struct lt_player *p = e->players; p; p = p->next)
        n += p->saved.qi == c->engine.qi && p->saved.state == LT_SAVED_YES;
    return n;
}

int lt_contest_progress(const struct lt_contest *c, const struct lt_entry *e)
{
    int own = own_progress(c, e), heard = e->progress_qi == c->engine.qi ? e->progress : 0;
    return own > heard ? own : heard;
}

void lt_contest_heard_progress(struct lt_contest *c, struct lt_entry *e, int qi, int done)
{
    if (qi != c->engine.qi || (e->progress_qi == qi && e->progress >= done))
        return;
    e->progress_qi = qi;
    e->progress = done;
}

const struct lt_player *lt_contest_answered_by(const struct lt_contest *c, const struct lt_entry *e)
{
    const struct lt_round_rule *round = lt_engine_round(&c->engine);
    if (!round || c->engine.n_open > 1 ||
        (round->policy != LT_POLICY_CAPTAIN && round->policy != LT_POLICY_FIRST))
        return NULL;
    for (const struct lt_player *p = e->players; p; p = p->next)
        if (p->saved.qi == c->engine.qi && p->saved.state == LT_SAVED_YES)
            return p;
    return NULL;
}

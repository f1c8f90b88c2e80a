/* A paper while it is answered, and what it is worth.
 *
 * Where questions come one after the other (forward movement, survival, duels) nothing is stored of
 * where a person stands: a walk from the first item finds it. An item is over when a choice for it
 * was taken in time, or when its own clock has run out since the item before was over. So the clocks
 * run on for somebody who is away, and every node and every replay sees the same.
 *
 * Times are whole milliseconds from the start, because that is what is stored: a paper that was
 * written and read again stands where it stood. */
#include "domain/paper.h"

#include "base/err.h"
#include "domain/scoring.h"

#include <assert.h>
#include <string.h>

static const int64_t SECOND_US = 1000000, MS_US = 1000;

/* ---- items ---------------------------------------------------------------------------------- */

static const struct lt_question *question(const struct lt_paper *p, int i)
{
    return p->pool[p->items[i].row].question;
}

static bool blank(const struct lt_response *r)
{
    return r->n_choice == 0 && r->text[0] == '\0';
}

static bool same_response(const struct lt_response *a, const struct lt_response *b)
{
    return a->n_choice == b->n_choice &&
           memcmp(a->choice, b->choice, (size_t)a->n_choice * sizeof *a->choice) == 0 &&
           strcmp(a->text, b->text) == 0;
}

static void ascend(int *v, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && v[k - 1] > v[k]; k--) {
            int t = v[k];

            v[k] = v[k - 1];
            v[k - 1] = t;
        }
}

void lt_paper_shown(const struct lt_paper *p, int i, const int *own, int n, int *ret)
{
    const struct lt_question *q = question(p, i);
    int place[LT_OPTIONS_MAX], shown[LT_OPTIONS_MAX];

    for (int k = 0; k < LT_OPTIONS_MAX; k++)
        place[p->items[i].option[k]] = k;
    for (int k = 0; k < n; k++)
        shown[k] = place[own[k]];
    if (q->type != LT_QT_ORDER)
        ascend(shown, n);
    memcpy(ret, shown, (size_t)n * sizeof *ret);
}

/* From shown places to the question's own numbers, canonical. LT_EANSWER: does not fit. */
static int own_response(const struct lt_paper *p, int i, const struct lt_response *r,
                        struct lt_response *ret)
{
    const struct lt_question *q = question(p, i);

    memset(ret, 0, sizeof *ret);
    if (r->n_choice < 0 || r->n_choice > q->n_options || !memchr(r->text, '\0', sizeof r->text))
        return LT_EANSWER;
    for (int k = 0; k < r->n_choice; k++) {
        if (r->choice[k] < 0 || r->choice[k] >= q->n_options)
            return LT_EANSWER;
        ret->choice[k] = p->items[i].option[r->choice[k]];
    }
    ret->n_choice = r->n_choice;
    strcpy(ret->text, r->text);
    if (q->type != LT_QT_ORDER)
        ascend(ret->choice, ret->n_choice);
    return blank(ret) ? LT_OK : lt_response_check(q, ret);
}

static const struct lt_score_rule *score_rule(const struct lt_paper *p, int i)
{
    const struct lt_paper_rule *rule = &p->rule->paper;

    return rule->n_parts > 0 ? &rule->parts[p->items[i].part].score : &p->rule->score;
}

static struct lt_verdict verdict(const struct lt_paper *p, int i)
{
    return lt_grade(question(p, i), &p->choices[i].response, score_rule(p, i)->partial);
}

/* ---- one after the other -------------------------------------------------------------------- */

static bool by_lives(const struct lt_paper *p)
{
    return p->rule->mode == LT_MODE_SURVIVAL;
}

static bool by_race(const struct lt_paper *p)
{
    return p->rule->mode == LT_MODE_DUEL;
}

static bool forward(const struct lt_paper *p)
{
    return p->rule->paper.forward || by_lives(p) || by_race(p);
}

struct walk {
    int item;          /* where it stands; n: through */
    int64_t opened_us; /* of that item */
    int right, wrong;  /* survival, duel */
    bool over;         /* decided: nothing after this item counts */
    bool taken;        /* the step before: it had a choice that counts */
};

static void walk_begin(const struct lt_paper *p, struct walk *w)
{
    *w = (struct walk){.opened_us = p->started_us};
}

static int64_t item_end_us(const struct lt_paper *p, const struct walk *w)
{
    int64_t end_us = w->opened_us + p->rule->seconds * SECOND_US;

    return p->rule->seconds > 0 && end_us < p->deadline_us ? end_us : p->deadline_us;
}

/* Pass the item where the walk stands: by its choice, which stands whatever the time (what the network
 * is credited may put the next one before it), or by its clock if that has run out at now_us. False:
 * it stands. */
static bool step(const struct lt_paper *p, int64_t now_us, struct walk *w)
{
    const struct lt_paper_choice *c = &p->choices[w->item];
    int64_t end_us;
    bool hit;

    if (w->over || w->item >= p->n)
        return false;
    end_us = item_end_us(p, w);
    w->taken = c->given && c->at_us <= end_us;
    if (!w->taken && (end_us > now_us || end_us == p->deadline_us))
        return false; /* the paper's end is no item's */
    if (by_lives(p) || by_race(p)) {
        hit = w->taken && verdict(p, w->item).right;
        w->right += hit;
        w->wrong += !hit;
        w->over =
            by_lives(p) ? w->wrong > p->rule->paper.revivals : w->right >= p->rule->paper.target;
    }
    if (!w->taken)
        w->opened_us = end_us;
    else if (c->at_us > w->opened_us)
        w->opened_us = c->at_us;
    w->item += !w->over;
    return true;
}

int lt_paper_rights(const struct lt_paper *p, int64_t *ret_at_us)
{
    struct walk w;
    int before = 0;

    walk_begin(p, &w);
    while (step(p, INT64_MAX, &w))
        if (w.right > before)
            ret_at_us[before++] = w.opened_us;
    return before;
}

int64_t lt_paper_deadline_us(const struct lt_round_rule *rule, int n_items, int64_t started_us,
                             int64_t window_end_us)
{
    int64_t end_us = window_end_us, whole_us = started_us + rule->paper.minutes * 60 * SECOND_US;
    int64_t items_us = started_us + n_items * rule->seconds * SECOND_US;

    if (rule->paper.minutes > 0 && whole_us < end_us)
        end_us = whole_us;
    return rule->seconds > 0 && items_us < end_us ? items_us : end_us;
}

/* When nothing could be answered any more, as far as that has happened; 0: it has not. */
static int64_t ended_us(const struct lt_paper *p, const struct walk *w, int64_t now_us)
{
    int64_t end_us = now_us >= p->deadline_us ? p->deadline_us : INT64_MAX;

    if (p->state != LT_PAPER_OPEN && p->submitted_us < end_us)
        end_us = p->submitted_us;
    if (forward(p) && (w->over || w->item == p->n) && w->opened_us < end_us)
        end_us = w->opened_us;
    return end_us == INT64_MAX ? 0 : end_us;
}

void lt_paper_at(const struct lt_paper *p, int64_t now_us, struct lt_paper_view *ret)
{
    bool each = p->rule->paper.one_by_one || by_lives(p) || by_race(p);
    struct walk w;

    *ret = (struct lt_paper_view){.item = -1, .opened_us = p->started_us, .shown = p->n};
    if (p->state != LT_PAPER_OPEN && now_us > p->submitted_us)
        now_us = p->submitted_us;
    walk_begin(p, &w);
    if (forward(p)) {
        while (step(p, now_us, &w))
            ;
        ret->item = w.item;
        ret->opened_us = w.opened_us;
        ret->item_deadline_us = p->rule->seconds > 0 ? item_end_us(p, &w) : 0;
        ret->right = w.right;
        if (by_lives(p) && w.wrong < p->rule->paper.revivals)
            ret->lives = p->rule->paper.revivals - w.wrong;
        if (each)
            ret->shown = w.item < p->n ? w.item + 1 : p->n;
    }
    ret->ended_us = ended_us(p, &w, now_us);
    ret->ended = ret->ended_us != 0;
    if (ret->ended) {
        ret->item = p->n;
        ret->item_deadline_us = 0;
    }
}

/* ---- choices -------------------------------------------------------------------------------- */

/* Bytes of a choice as it is stored, at most: numbers, brackets, and a text whose every byte may have
 * to be escaped. */
static size_t text_bytes(const struct lt_paper_choice *c)
{
    size_t n = 48 + (size_t)c->response.n_choice * 2;

    for (const char *s = c->response.text; *s; s++)
        n += *s == '"' || *s == '\\' ? 2 : (unsigned char)*s < 0x20 ? 6 : 1;
    return n;
}

/* Whether the choices can be stored once `c` stands at i. */
static bool storable(const struct lt_paper *p, int i, const struct lt_paper_choice *c)
{
    size_t n = 2 + text_bytes(c);

    for (int k = 0; k < p->n; k++)
        n += k == i ? 0 : p->choices[k].given ? text_bytes(&p->choices[k]) : 2;
    return n <= LT_PAPER_TEXT_BYTES;
}

/* When a choice for the item counts: [*from_us, *to_us]. */
static int when(const struct lt_paper *p, int i, int64_t now_us, int64_t *from_us, int64_t *to_us)
{
    struct walk w;

    *from_us = p->started_us;
    *to_us = p->deadline_us;
    if (!forward(p))
        return LT_OK;
    walk_begin(p, &w);
    while (w.item < i && step(p, now_us, &w))
        ;
    if (w.item < i)
        return w.over || now_us > p->deadline_us ? LT_ECLOSED : LT_ENOQUESTION;
    if (p->choices[i].given)
        return LT_EANSWERED;
    *from_us = w.opened_us;
    *to_us = item_end_us(p, &w);
    return LT_OK;
}

int lt_paper_put(struct lt_paper *p, int i, const struct lt_response *r, int32_t rev,
                 int64_t now_us, int64_t grace_us)
{
    struct lt_paper_choice new = {.given = true, .rev = rev}, *old;
    int64_t from_us, to_us, at_us;
    int err;

    if (i < 0 || i >= p->n)
        return LT_ENOQUESTION;
    old = &p->choices[i];
    err = rev < 1 ? LT_EANSWER : own_response(p, i, r, &new.response);
    if (err)
        return err;
    if (old->given && rev <= old->rev)
        return rev == old->rev && same_response(&old->response, &new.response) ? LT_OK
                                                                               : LT_EANSWERED;
    if (p->state != LT_PAPER_OPEN)
        return LT_ECLOSED;
    err = when(p, i, now_us, &from_us, &to_us);
    if (err)
        return err;
    if (now_us > to_us + grace_us)
        return LT_ECLOSED;
    at_us = now_us < from_us ? from_us : now_us > to_us ? to_us : now_us;
    new.at_us = at_us - (at_us - p->started_us) % MS_US;
    if (!storable(p, i, &new))
        return LT_ETOOBIG;
    *old = new;
    return LT_OK;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Which of two choices for an item stands: > 0 when a does. A total order, so that merging does not
 * depend on who merges with whom first. */
static int stands(const struct lt_paper *p, const struct lt_paper_choice *a,
                  const struct lt_paper_choice *b)
{
    int order = compare(a->rev, b->rev);

    if (!a->given || !b->given)
        return a->given - b->given;
    if (forward(p))
        order = compare(b->at_us, a->at_us) ? compare(b->at_us, a->at_us) : -order;
    else if (order == 0)
        order = compare(a->at_us, b->at_us);
    if (order == 0)
        order = compare(a->response.n_choice, b->response.n_choice);
    for (int k = 0; order == 0 && k < a->response.n_choice; k++)
        order = compare(a->response.choice[k], b->response.choice[k]);
    return order ? order : strcmp(a->response.text, b->response.text);
}

void lt_paper_merge(struct lt_paper *p, const struct lt_paper *other)
{
    assert(p->n == other->n);
    for (int i = 0; i < p->n; i++)
        if (stands(p, &other->choices[i], &p->choices[i]) > 0)
            p->choices[i] = other->choices[i];
}

/* ---- worth ---------------------------------------------------------------------------------- */

static void add_item(const struct lt_paper *p, int i, struct lt_paper_score *sum)
{
    struct lt_verdict v = verdict(p, i);
    int64_t used_us = p->choices[i].at_us - p->started_us;

    if (blank(&p->choices[i].response))
        return;
    sum->points_c += lt_score(score_rule(p, i), v, 0, 1, 0);
    sum->correct += v.right;
    sum->answered++;
    if (used_us > sum->time_us)
        sum->time_us = used_us;
}

/* Items [first, last) as far as they count. */
static struct lt_paper_score grade_items(const struct lt_paper *p, int first, int last)
{
    struct lt_paper_score sum = {0};
    struct walk w;

    if (!forward(p)) {
        for (int i = first; i < last; i++)
            if (p->choices[i].given && p->choices[i].at_us <= p->deadline_us)
                add_item(p, i, &sum);
        return sum;
    }
    walk_begin(p, &w);
    for (int i = 0; i < last && step(p, INT64_MAX, &w); i++)
        if (i >= first && w.taken)
            add_item(p, i, &sum);
    return sum;
}

struct lt_paper_score lt_paper_grade(const struct lt_paper *p)
{
    return grade_items(p, 0, p->n);
}

bool lt_paper_item_score(const struct lt_paper *p, int i, bool *ret_right, int64_t *ret_points_c)
{
    struct lt_paper_score one = grade_items(p, i, i + 1);

    *ret_right = one.correct > 0;
    *ret_points_c = one.points_c;
    return one.answered > 0;
}

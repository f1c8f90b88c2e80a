/* Drawing a paper from a round's pool.
 *
 * A paper is drawn in lots: the parts of its blueprint, the three difficulties of a survival run, or
 * a single one. Within a lot the topics take turns, in laps: each lap takes one question of every
 * topic that still has some, the last one of as many topics as are needed, drawn among them. A lot
 * with few questions to choose among draws before one with many. That alone could leave a later lot
 * short although another choice would have served both; then questions are passed on from lot to lot
 * along a shortest chain (an augmenting path, as in draw.c), so a draw fails only when no choice at
 * all would do.
 *
 * A million papers are drawn again when results are made, so a draw costs one pass over the pool a
 * lot and allocates nothing; strings were compared once, by lt_pool_prepare.
 *
 * Disjoint papers are blocks of one fixed order of the pool, so that two papers need not know of each
 * other: each question belongs to one part, and the n-th paper has the n-th block of each part. Parts
 * get what one paper needs first and share out the rest by what they need. Drawing each paper from
 * what the others left was rejected: it would depend on which papers there are. */
#include "domain/paper.h"

#include "base/err.h"
#include "domain/draw.h"
#include "random.h"

#include <assert.h>
#include <string.h>

enum { FREE = -1, DIFFICULTIES = 3 };
static const uint64_t DISJOINT_SEED = UINT64_C(0x6c65697461692121);

struct draw {
    const struct lt_pool_row *pool;
    int n_pool;
    uint64_t state;
    bool by_difficulty; /* lots are difficulties, not parts */
    int n_lots;
    int need[LT_PARTS_MAX], have[LT_PARTS_MAX];
    int rows[LT_PARTS_MAX][LT_PAPER_ITEMS_MAX];
    signed char lot[LT_POOL_MAX]; /* of each row: the one that has it, or FREE */
    int out[LT_POOL_MAX];         /* rows of a lot, in the order in which they came */
};
_Static_assert((int)DIFFICULTIES <= (int)LT_PARTS_MAX, "lots are parts or difficulties");

/* ---- once for a pool ------------------------------------------------------------------------ */

static unsigned parts_of(const struct lt_round_rule *rule, const struct lt_pool_row *row)
{
    const struct lt_bank_row q = {.topic = row->question->topic,
                                  .audience = row->audience,
                                  .type = row->question->type,
                                  .difficulty = row->difficulty};
    unsigned parts = 0;

    if (q.type == LT_QT_TASK)
        return 0;
    if (rule->paper.n_parts == 0)
        return lt_fits(&rule->draw.fit, &q);
    for (int i = 0; i < rule->paper.n_parts; i++)
        if (lt_fits(&rule->paper.parts[i].fit, &q))
            parts |= 1u << i;
    return parts;
}

void lt_pool_prepare(const struct lt_round_rule *rule, struct lt_pool_row *pool, int n)
{
    int first[LT_POOL_MAX], n_topics = 0; /* row in which each topic is met first */

    assert(n >= 0 && n <= LT_POOL_MAX);
    for (int i = 0; i < n; i++) {
        int k = 0;

        assert(pool[i].difficulty >= 1 && pool[i].difficulty <= DIFFICULTIES);
        while (k < n_topics && strcmp(pool[first[k]].question->topic, pool[i].question->topic) != 0)
            k++;
        if (k == n_topics)
            first[n_topics++] = i;
        pool[i].topic = k + 1;
        pool[i].parts = parts_of(rule, &pool[i]);
    }
}

/* ---- a lot ---------------------------------------------------------------------------------- */

static bool fits(const struct draw *d, int row, int lot)
{
    const struct lt_pool_row *q = &d->pool[row];

    return d->by_difficulty ? q->parts != 0 && q->difficulty == lot + 1
                            : (q->parts & 1u << lot) != 0;
}

static bool may_take(const struct draw *d, int row, int lot)
{
    return d->lot[row] == FREE && fits(d, row, lot);
}

/* The rows that a lot may take, topic by topic. */
struct shelf {
    int first[LT_POOL_MAX + 2], left[LT_POOL_MAX + 2]; /* by topic: where in `rows`, how many */
    int rows[LT_POOL_MAX];
    int topics[LT_POOL_MAX], n_topics; /* that have some left */
};

static void fill_shelf(const struct draw *d, int lot, struct shelf *s)
{
    int end = 0;

    memset(s->left, 0, (size_t)(d->n_pool + 2) * sizeof *s->left);
    s->n_topics = 0;
    for (int i = 0; i < d->n_pool; i++)
        if (may_take(d, i, lot) && s->left[d->pool[i].topic]++ == 0)
            s->topics[s->n_topics++] = d->pool[i].topic;
    for (int k = 0; k < s->n_topics; k++) {
        s->first[s->topics[k]] = end;
        end += s->left[s->topics[k]];
        s->left[s->topics[k]] = 0;
    }
    for (int i = 0; i < d->n_pool; i++) {
        int topic = d->pool[i].topic;

        if (may_take(d, i, lot))
            s->rows[s->first[topic] + s->left[topic]++] = i;
    }
}

static int take_of(struct draw *d, struct shelf *s, int topic)
{
    int *rows = &s->rows[s->first[topic]], k = random_below(&d->state, s->left[topic]);
    int row = rows[k];

    rows[k] = rows[--s->left[topic]];
    return row;
}

/* Up to `need` free rows for a lot into `out`, in laps over the topics. */
static int take_laps(struct draw *d, int lot, int need)
{
    struct shelf s;
    int n = 0;

    fill_shelf(d, lot, &s);
    while (n < need && s.n_topics > 0) {
        int left = 0;

        random_shuffle(&d->state, s.topics, s.n_topics);
        for (int k = 0; k < s.n_topics && n < need; k++)
            d->out[n++] = take_of(d, &s, s.topics[k]);
        for (int k = 0; k < s.n_topics; k++)
            if (s.left[s.topics[k]] > 0)
                s.topics[left++] = s.topics[k];
        s.n_topics = left;
    }
    return n;
}

/* ---- lots that share questions -------------------------------------------------------------- */

static void give(struct draw *d, int row, int lot)
{
    d->lot[row] = (signed char)lot;
    d->rows[lot][d->have[lot]++] = row;
}

/* The place among the questions of `from` of one that `to` could have instead; -1: none. */
static int movable(struct draw *d, int from, int to)
{
    int n = 0;

    for (int i = 0; i < d->have[from]; i++)
        if (fits(d, d->rows[from][i], to))
            d->out[n++] = i;
    return n == 0 ? -1 : d->out[random_below(&d->state, n)];
}

/* Breadth first from the lot that is short: who can pass on a question to whom, until somebody can
 * take a free one. Then each hands on to the next. False: there is no such chain. */
static bool pass_on(struct draw *d, int wanting)
{
    int to[LT_PARTS_MAX], queue[LT_PARTS_MAX], head = 0, tail = 0;

    for (int i = 0; i < d->n_lots; i++)
        to[i] = -1;
    to[wanting] = wanting;
    queue[tail++] = wanting;
    while (head < tail) {
        int lot = queue[head++], row;

        if (take_laps(d, lot, 1) == 1) {
            for (row = d->out[0]; lot != wanting; lot = to[lot]) {
                int i = movable(d, lot, to[lot]), moved = d->rows[lot][i];

                d->lot[row] = (signed char)lot;
                d->rows[lot][i] = row; /* in its place */
                row = moved;
            }
            give(d, row, wanting);
            return true;
        }
        for (int i = 0; i < d->n_lots; i++)
            if (to[i] < 0 && movable(d, i, lot) >= 0) {
                to[i] = lot;
                queue[tail++] = i;
            }
    }
    return false;
}

static bool draw_lot(struct draw *d, int lot)
{
    int n = take_laps(d, lot, d->need[lot]);

    for (int i = 0; i < n; i++)
        give(d, d->out[i], lot);
    while (d->have[lot] < d->need[lot])
        if (!pass_on(d, lot))
            return false;
    return true;
}

/* Lots with fewer questions to choose among first. */
static bool draw_lots(struct draw *d)
{
    int order[LT_PARTS_MAX], choice[LT_PARTS_MAX] = {0};

    for (int i = 0; i < d->n_lots; i++) {
        int k = i;

        for (int q = 0; q < d->n_pool; q++)
            choice[i] += fits(d, q, i);
        for (; k > 0 && choice[order[k - 1]] > choice[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int i = 0; i < d->n_lots; i++)
        if (!draw_lot(d, order[i]))
            return false;
    return true;
}

/* ---- kinds of papers ------------------------------------------------------------------------ */

/* As much of each difficulty as there is, up to n in all. */
static void share_difficulties(struct draw *d, int n)
{
    int there[DIFFICULTIES] = {0}, left = n, before;

    d->by_difficulty = true;
    d->n_lots = DIFFICULTIES;
    for (int i = 0; i < d->n_pool; i++)
        there[d->pool[i].difficulty - 1] += d->pool[i].parts != 0;
    do {
        before = left;
        for (int k = 0; k < DIFFICULTIES && left > 0; k++)
            if (d->need[k] < there[k]) {
                d->need[k]++;
                left--;
            }
    } while (left > 0 && left < before);
    d->need[0] += left; /* more than there is: the draw fails */
}

static void make_lots(struct draw *d, const struct lt_round_rule *rule)
{
    if (rule->mode == LT_MODE_SURVIVAL) {
        share_difficulties(d, rule->n_questions);
        return;
    }
    d->n_lots = rule->paper.n_parts > 0 ? rule->paper.n_parts : 1;
    for (int i = 0; i < d->n_lots; i++)
        d->need[i] = rule->paper.n_parts > 0 ? rule->paper.parts[i].n : rule->n_questions;
}

/* Each question belongs to the lot that a first paper gives it to, else to the one of those it fits
 * that would last for the fewest papers. */
static void share_out(struct draw *d)
{
    int owned[LT_PARTS_MAX];

    memcpy(owned, d->have, sizeof owned);
    for (int width = 1; width <= d->n_lots; width++)
        for (int i = 0; i < d->n_pool; i++) {
            int best = FREE;

            if (d->lot[i] != FREE || __builtin_popcount(d->pool[i].parts) != width)
                continue;
            for (int k = 0; k < d->n_lots; k++)
                if (fits(d, i, k) &&
                    (best == FREE || owned[k] * d->need[best] < owned[best] * d->need[k]))
                    best = k;
            d->lot[i] = (signed char)best;
            owned[best]++;
        }
}

/* The ordinal-th block of every lot. */
static int draw_block(struct draw *d, int ordinal)
{
    signed char lot_of[LT_POOL_MAX];
    uint64_t seed = d->state;

    d->state = DISJOINT_SEED;
    if (!draw_lots(d))
        return LT_ESHEET;
    share_out(d);
    memcpy(lot_of, d->lot, sizeof lot_of);
    for (int k = 0; k < d->n_lots; k++) {
        int n;

        for (int i = 0; i < d->n_pool; i++)
            d->lot[i] = lot_of[i] == k ? FREE : (signed char)d->n_lots;
        n = take_laps(d, k, d->n_pool);
        if (ordinal < 0 || ordinal >= n / d->need[k])
            return LT_EFULL;
        memcpy(d->rows[k], &d->out[ordinal * d->need[k]], (size_t)d->need[k] * sizeof(int));
    }
    d->state = seed;
    return LT_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void shuffle_options(struct draw *d, struct lt_paper_item *item)
{
    const struct lt_question *q = d->pool[item->row].question;

    for (int k = 0; k < LT_OPTIONS_MAX; k++)
        item->option[k] = k;
    if (q->type != LT_QT_TRUEFALSE)
        random_shuffle(&d->state, item->option, q->n_options);
}

/* Lot after lot, shuffled within each: a paper has its sections, a survival run its levels. */
static void lay_out(struct draw *d, struct lt_paper *ret)
{
    ret->n = 0;
    for (int lot = 0; lot < d->n_lots; lot++) {
        random_shuffle(&d->state, d->rows[lot], d->need[lot]);
        for (int k = 0; k < d->need[lot]; k++)
            ret->items[ret->n++] =
                (struct lt_paper_item){.row = d->rows[lot][k], .part = d->by_difficulty ? 0 : lot};
    }
    for (int i = 0; i < ret->n; i++)
        shuffle_options(d, &ret->items[i]);
}

int lt_paper_draw(const struct lt_round_rule *rule, const struct lt_pool_row *pool, int n_pool,
                  uint64_t seed, int ordinal, struct lt_paper *ret)
{
    struct draw d;
    int err;

    assert(n_pool >= 0 && n_pool <= LT_POOL_MAX && (n_pool == 0 || pool[0].topic > 0));
    d.pool = pool;
    d.n_pool = n_pool;
    d.state = seed;
    d.by_difficulty = false;
    memset(d.need, 0, sizeof d.need);
    memset(d.have, 0, sizeof d.have);
    memset(d.lot, FREE, sizeof d.lot);
    make_lots(&d, rule);
    for (int i = 0, n = 0; i < d.n_lots; i++) {
        n += d.need[i];
        assert(n <= LT_PAPER_ITEMS_MAX);
    }
    if (rule->paper.disjoint)
        err = draw_block(&d, ordinal);
    else
        err = draw_lots(&d) ? LT_OK : LT_ESHEET;
    if (err)
        return err;
    lay_out(&d, ret);
    ret->rule = rule;
    ret->pool = pool;
    memset(ret->choices, 0, (size_t)ret->n * sizeof *ret->choices);
    return LT_OK;
}

/* Drawing the questions of an event.
 *
 * Rounds that can choose among few questions draw before those that can choose among many; within a
 * round the topics take turns, in an order drawn anew for each lap, and a question is drawn among
 * those of the topic. That alone could leave a later round short although another choice would have
 * served both: two rounds want one topic, and the first took the questions that only the second can
 * use. So when a round runs dry, questions are passed on from round to round along a shortest chain:
 * a question it can use comes from another round, which takes a replacement that is free, or one
 * from a third round, and so on (an augmenting path; the rounds are its vertices). If there is no
 * such chain there is no choice at all that would serve more, and the sheet is refused.
 *
 * The generator is splitmix64, numbers below n are drawn by rejection, rows are sorted by code
 * first: nothing depends on a library, on the order of rows, or on the machine. */
#include "domain/draw.h"

#include "base/err.h"
#include "random.h"
#include "rules_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FREE = -1, FIXED = LT_ROUNDS_MAX };

struct row {
    const struct lt_bank_row *q;
    int at;        /* in the caller's bank */
    int topic;     /* number of its topic */
    unsigned fits; /* bit per round that may draw it */
    int round;     /* that has it, FREE, or FIXED: asked by its code */
};
struct draw {
    const struct lt_sheet *sheet;
    struct row *rows; /* by code */
    int n;
    int *topic_count; /* of the round that is drawing: how many it has of each topic */
    int *best;        /* scratch: rows to draw among */
    int n_topics;
    uint64_t state;
    struct problems p;
    int *taken[LT_ROUNDS_MAX]; /* rows of each round, in the order in which they are asked */
    int n_taken[LT_ROUNDS_MAX];
};

static int below(struct draw *d, int n)
{
    return random_below(&d->state, n);
}

/* ---- what fits ------------------------------------------------------------------------------ */

static bool listed(const char *s, const char *rows, size_t size, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(s, rows + (size_t)i * size) == 0)
            return true;
    return n == 0;
}

/* Judges mark tasks, and only they do. */
static bool type_fits(const struct lt_round_rule *r, enum lt_qtype type)
{
    if (r->mode == LT_MODE_JURY || type == LT_QT_TASK)
        return r->mode == LT_MODE_JURY && type == LT_QT_TASK;
    return r->draw.fit.types == 0 || (r->draw.fit.types & 1u << type) != 0;
}

bool lt_fits(const struct lt_fit_rule *f, const struct lt_bank_row *q)
{
    return (f->types == 0 || (f->types & 1u << q->type) != 0) &&
           (f->difficulty == 0 || (f->difficulty & 1u << q->difficulty) != 0) &&
           listed(q->topic, f->topics[0], sizeof f->topics[0], f->n_topics) &&
           listed(q->audience, f->audiences[0], sizeof f->audiences[0], f->n_audiences);
}

static bool may_draw(const struct lt_round_rule *r, const struct lt_bank_row *q)
{
    return r->draw.n_codes == 0 && type_fits(r, q->type) && lt_fits(&r->draw.fit, q);
}

static bool fits(const struct draw *d, int row, int round)
{
    return (d->rows[row].fits & 1u << round) != 0;
}

/* ---- fixed questions ------------------------------------------------------------------------ */

static int find_code(const struct draw *d, const char *code)
{
    int lo = 0, hi = d->n;

    while (lo < hi) {
        int mid = lo + (hi - lo) / 2, order = strcmp(d->rows[mid].q->code, code);

        if (order == 0)
            return mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

static void take_codes(struct draw *d, int round)
{
    const struct lt_round_rule *r = &d->sheet->rounds[round];
    char path[PATH_BYTES];

    for (int i = 0; i < r->draw.n_codes; i++) {
        int k = find_code(d, r->draw.codes[i]);

        snprintf(path, sizeof path, "rounds[%d].codes[%d]", round, i);
        if (k < 0) {
            problem(&d->p, path, R_UNKNOWN_CODE);
            continue;
        }
        if (!type_fits(r, d->rows[k].q->type))
            problem(&d->p, path, R_WRONG_TYPE);
        d->rows[k].round = FIXED;
        d->taken[round][d->n_taken[round]++] = k;
    }
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* A free question for the round, of a topic that it has least of; -1: none is left. */
static int pick(struct draw *d, int round)
{
    int least = LT_ROUND_QUESTIONS_MAX + 1, n = 0, topic;

    for (int i = 0; i < d->n; i++)
        if (d->rows[i].round == FREE && d->topic_count[d->rows[i].topic] < least &&
            fits(d, i, round))
            least = d->topic_count[d->rows[i].topic];
    /* Which topic: one row of each that is among them. */
    for (int i = 0; i < d->n; i++) {
        bool first = d->rows[i].round == FREE && d->topic_count[d->rows[i].topic] == least &&
                     fits(d, i, round);

        for (int k = 0; first && k < n; k++)
            first = d->rows[d->best[k]].topic != d->rows[i].topic;
        if (first)
            d->best[n++] = i;
    }
    if (n == 0)
        return -1;
    topic = d->rows[d->best[below(d, n)]].topic;
    n = 0;
    for (int i = 0; i < d->n; i++)
        if (d->rows[i].round == FREE && d->rows[i].topic == topic && fits(d, i, round))
            d->best[n++] = i;
    return d->best[below(d, n)];
}

static void give(struct draw *d, int row, int round)
{
    d->rows[row].round = round;
    d->taken[round][d->n_taken[round]++] = row;
}

/* The place among the questions of `from` of one that `to` could ask instead; -1: none. */
static int movable(struct draw *d, int from, int to)
{
    int n = 0;

    for (int i = 0; i < d->n_taken[from]; i++)
        if (fits(d, d->taken[from][i], to))
            d->best[n++] = i;
    return n == 0 ? -1 : d->best[below(d, n)];
}

/* Breadth first from the round that is short: who can pass on a question to whom, until somebody
 * can take a free one. Then each hands on to the next. False: there is no such chain. */
static bool pass_on(struct draw *d, int wanting)
{
    int to[LT_ROUNDS_MAX], queue[LT_ROUNDS_MAX], head = 0, tail = 0, n = d->sheet->n_rounds;

    for (int i = 0; i < n; i++)
        to[i] = -1;
    to[wanting] = wanting;
    queue[tail++] = wanting;
    while (head < tail) {
        int round = queue[head++], row;

        memset(d->topic_count, 0, (size_t)d->n_topics * sizeof *d->topic_count);
        for (int i = 0; i < d->n_taken[round]; i++)
            d->topic_count[d->rows[d->taken[round][i]].topic]++;
        row = pick(d, round);
        if (row >= 0) {
            for (; round != wanting; round = to[round]) {
                int i = movable(d, round, to[round]), moved = d->taken[round][i];

                d->rows[row].round = round;
                d->taken[round][i] = row; /* in its place */
                row = moved;
            }
            give(d, row, wanting);
            return true;
        }
        for (int i = 0; i < n; i++)
            if (to[i] < 0 && movable(d, i, round) >= 0) {
                to[i] = round;
                queue[tail++] = i;
            }
    }
    return false;
}

static void draw_round(struct draw *d, int round)
{
    const struct lt_round_rule *r = &d->sheet->rounds[round];
    char path[PATH_BYTES];
    int row;

    memset(d->topic_count, 0, (size_t)d->n_topics * sizeof *d->topic_count);
    while (d->n_taken[round] < r->n_questions && (row = pick(d, round)) >= 0) {
        d->topic_count[d->rows[row].topic]++;
        give(d, row, round);
    }
    while (d->n_taken[round] < r->n_questions && pass_on(d, round))
        ;
    snprintf(path, sizeof path, "rounds[%d].questions", round);
    if (d->n_taken[round] < r->n_questions)
        problem_with(&d->p, path, R_DRAW_TOO_LARGE, "have", d->n_taken[round]);
}

/* Rounds with fewer questions to choose among first. */
static void draw_rounds(struct draw *d)
{
    int order[LT_ROUNDS_MAX], choice[LT_ROUNDS_MAX] = {0}, n = 0;

    for (int i = 0; i < d->sheet->n_rounds; i++) {
        int k = n++;

        for (int q = 0; q < d->n; q++)
            choice[i] += fits(d, q, i);
        for (; k > 0 && choice[order[k - 1]] > choice[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int i = 0; i < n; i++)
        if (d->sheet->rounds[order[i]].draw.n_codes == 0)
            draw_round(d, order[i]);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int by_topic(const void *pa, const void *pb)
{
    return strcmp(((const struct row *)pa)->q->topic, ((const struct row *)pb)->q->topic);
}

static int by_code(const void *pa, const void *pb)
{
    return strcmp(((const struct row *)pa)->q->code, ((const struct row *)pb)->q->code);
}

static void number_rows(struct draw *d, const struct lt_bank_row *bank)
{
    for (int i = 0; i < d->n; i++) {
        assert(bank[i].difficulty >= 1 && bank[i].difficulty <= 3);
        d->rows[i] = (struct row){.q = &bank[i], .at = i, .round = FREE};
        for (int k = 0; k < d->sheet->n_rounds; k++)
            if (may_draw(&d->sheet->rounds[k], &bank[i]))
                d->rows[i].fits |= 1u << k;
    }
    qsort(d->rows, (size_t)d->n, sizeof *d->rows, by_topic);
    for (int i = 1; i < d->n; i++)
        d->rows[i].topic = d->rows[i - 1].topic + (by_topic(&d->rows[i - 1], &d->rows[i]) != 0);
    d->n_topics = d->n > 0 ? d->rows[d->n - 1].topic + 1 : 0;
    qsort(d->rows, (size_t)d->n, sizeof *d->rows, by_code);
}

static void collect(const struct draw *d, int *ret)
{
    int qi = 0;

    for (int i = 0; i < d->sheet->n_rounds; i++)
        for (int k = 0; k < d->n_taken[i]; k++)
            ret[qi++] = d->rows[d->taken[i][k]].at;
}

int lt_draw(const struct lt_sheet *sheet, const struct lt_bank_row *bank, int n, uint64_t seed,
            int *ret, struct lt_buf *err)
{
    struct draw d = {.sheet = sheet, .n = n, .state = seed};
    /* `best` holds rows of the bank, or places in a round. */
    size_t room = (size_t)n + LT_ROUND_QUESTIONS_MAX;
    int *taken = calloc((size_t)LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX, sizeof *taken);
    int result = LT_ENOMEM;

    if (sheet->self_paced) { /* no questions of its own: lt_pool_draw */
        free(taken);
        return LT_OK;
    }
    d.rows = calloc(room, sizeof *d.rows);
    d.topic_count = calloc(room, sizeof *d.topic_count);
    d.best = calloc(room, sizeof *d.best);
    if (!taken || !d.rows || !d.topic_count || !d.best)
        goto out;
    for (int i = 0; i < LT_ROUNDS_MAX; i++)
        d.taken[i] = taken + (size_t)i * LT_ROUND_QUESTIONS_MAX;
    problems_init(&d.p, err);
    number_rows(&d, bank);
    for (int i = 0; i < sheet->n_rounds; i++)
        take_codes(&d, i);
    draw_rounds(&d);
    result = problems_end(&d.p);
    if (result == LT_OK)
        collect(&d, ret);
out:
    free(taken);
    free(d.rows);
    free(d.topic_count);
    free(d.best);
    return result;
}

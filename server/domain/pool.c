/* The pools of a self-paced event: which questions of the bank each round's papers are drawn from.
 *
 * What a paper needs comes first, part by part, those with few questions to choose among before those
 * with many; when a part runs dry, questions are passed on along a shortest chain as in draw.c, so a
 * sheet is refused only when no choice at all gives every round a paper. Then the rest is shared out:
 * each question goes to the round that it fits whose pool is the smallest, counted in papers.
 *
 * Letting rounds share questions was rejected: a practice round, or a survival run played ten times,
 * would teach what a paper that counts asks later. All chance is in one shuffle of the bank, which is
 * sorted by code before: after that the first that fits is as good as any. */
#include "domain/draw.h"

#include "base/err.h"
#include "random.h"
#include "rules_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FREE = -1, LOTS_MAX = LT_ROUNDS_MAX * LT_PARTS_MAX, WORD = 64 };

struct row {
    const struct lt_bank_row *q;
    int at;  /* in the caller's bank */
    int lot; /* whose paper it is for, or FREE */
    int round;
    uint64_t fits[(LOTS_MAX + WORD - 1) / WORD]; /* bit per lot */
};
/* What a paper needs of one kind: a part of a round. */
struct lot {
    int round, part; /* part −1: the round has none */
    int need, have;
    int rows[LT_ROUND_QUESTIONS_MAX];
};
struct pool {
    const struct lt_sheet *sheet;
    struct row *rows;
    int n;
    struct lot *lots;
    int n_lots;
    int size[LT_ROUNDS_MAX];
    struct problems p;
};

static const struct lt_fit_rule *fit_of(const struct pool *d, int lot)
{
    const struct lt_round_rule *r = &d->sheet->rounds[d->lots[lot].round];

    return d->lots[lot].part < 0 ? &r->draw.fit : &r->paper.parts[d->lots[lot].part].fit;
}

static bool fits(const struct pool *d, int row, int lot)
{
    return (d->rows[row].fits[lot / WORD] >> lot % WORD & 1) != 0;
}

/* ---- what there is -------------------------------------------------------------------------- */

static void make_lots(struct pool *d)
{
    for (int i = 0; i < d->sheet->n_rounds; i++) {
        const struct lt_round_rule *r = &d->sheet->rounds[i];
        int parts = r->paper.n_parts;

        for (int k = 0; k < (parts > 0 ? parts : 1); k++) {
            struct lot *lot = &d->lots[d->n_lots++];

            lot->round = i;
            lot->part = parts > 0 ? k : -1;
            lot->need = parts > 0 ? r->paper.parts[k].n : r->n_questions;
        }
    }
}

static int by_code(const void *pa, const void *pb)
{
    return strcmp(((const struct row *)pa)->q->code, ((const struct row *)pb)->q->code);
}

static void make_rows(struct pool *d, const struct lt_bank_row *bank, uint64_t seed)
{
    for (int i = 0; i < d->n; i++)
        d->rows[i] = (struct row){.q = &bank[i], .at = i, .lot = FREE, .round = FREE};
    qsort(d->rows, (size_t)d->n, sizeof *d->rows, by_code);
    for (int i = d->n - 1; i > 0; i--) {
        int k = random_below(&seed, i + 1);
        struct row t = d->rows[i];

        d->rows[i] = d->rows[k];
        d->rows[k] = t;
    }
    for (int i = 0; i < d->n; i++)
        for (int lot = 0; lot < d->n_lots && d->rows[i].q->type != LT_QT_TASK; lot++)
            if (lt_fits(fit_of(d, lot), d->rows[i].q))
                d->rows[i].fits[lot / WORD] |= UINT64_C(1) << lot % WORD;
}

/* ---- a paper for every round ---------------------------------------------------------------- */

static int free_row(const struct pool *d, int lot)
{
    for (int i = 0; i < d->n; i++)
        if (d->rows[i].lot == FREE && fits(d, i, lot))
            return i;
    return -1;
}

static int movable(const struct pool *d, int from, int to)
{
    for (int i = 0; i < d->lots[from].have; i++)
        if (fits(d, d->lots[from].rows[i], to))
            return i;
    return -1;
}

static void give(struct pool *d, int row, int lot)
{
    d->rows[row].lot = lot;
    d->lots[lot].rows[d->lots[lot].have++] = row;
}

/* One more question for the lot: a free one, or one that is passed on while somebody else takes a free
 * one. Breadth first, so the chain is a shortest. False: there is none. */
static bool take(struct pool *d, int wanting)
{
    int to[LOTS_MAX], queue[LOTS_MAX], head = 0, tail = 0;

    memset(to, -1, sizeof to);
    to[wanting] = wanting;
    queue[tail++] = wanting;
    while (head < tail) {
        int lot = queue[head++], row = free_row(d, lot);

        if (row >= 0) {
            for (; lot != wanting; lot = to[lot]) {
                int i = movable(d, lot, to[lot]), moved = d->lots[lot].rows[i];

                d->rows[row].lot = lot;
                d->lots[lot].rows[i] = row; /* in its place */
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

static void fill_lot(struct pool *d, int k)
{
    struct lot *lot = &d->lots[k];
    const struct lt_round_rule *r = &d->sheet->rounds[lot->round];
    char path[PATH_BYTES];

    while (lot->have < lot->need && take(d, k))
        ;
    if (lot->have == lot->need)
        return;
    if (r->paper.n_parts > 1)
        path_of(path, "rounds[%d].blueprint[%d].questions", lot->round, lot->part);
    else
        path_of(path, "rounds[%d].questions", lot->round);
    problem_short(&d->p, path, R_DRAW_TOO_LARGE, lot->have, lot->need);
}

static void fill_lots(struct pool *d)
{
    int order[LOTS_MAX], choice[LOTS_MAX] = {0};

    for (int i = 0; i < d->n_lots; i++) {
        int k = i;

        for (int q = 0; q < d->n; q++)
            choice[i] += fits(d, q, i);
        for (; k > 0 && choice[order[k - 1]] > choice[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int i = 0; i < d->n_lots; i++)
        fill_lot(d, order[i]);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void share_out(struct pool *d)
{
    for (int i = 0; i < d->n; i++)
        if (d->rows[i].lot != FREE) {
            d->rows[i].round = d->lots[d->rows[i].lot].round;
            d->size[d->rows[i].round]++;
        }
    for (int i = 0; i < d->n; i++) {
        int best = FREE;

        for (int lot = 0; lot < d->n_lots && d->rows[i].lot == FREE; lot++) {
            int round = d->lots[lot].round;

            if (!fits(d, i, lot) || d->size[round] >= LT_POOL_MAX)
                continue;
            if (best == FREE || (int64_t)d->size[round] * d->sheet->rounds[best].n_questions <
                                    (int64_t)d->size[best] * d->sheet->rounds[round].n_questions)
                best = round;
        }
        if (best != FREE) {
            d->rows[i].round = best;
            d->size[best]++;
        }
    }
}

static void collect(const struct pool *d, int *ret, int ret_n[LT_ROUNDS_MAX])
{
    int n = 0;

    for (int round = 0; round < d->sheet->n_rounds; round++) {
        ret_n[round] = d->size[round];
        for (int i = 0; i < d->n; i++)
            if (d->rows[i].round == round)
                ret[n++] = d->rows[i].at;
    }
}

int lt_pool_draw(const struct lt_sheet *sheet, const struct lt_bank_row *bank, int n, uint64_t seed,
                 int *ret, int ret_n[LT_ROUNDS_MAX], struct lt_buf *err)
{
    struct pool d = {.sheet = sheet, .n = n};
    int result = LT_ENOMEM;

    assert(sheet->self_paced);
    d.rows = calloc((size_t)n + 1, sizeof *d.rows);
    d.lots = calloc(LOTS_MAX, sizeof *d.lots);
    if (!d.rows || !d.lots)
        goto out;
    problems_init(&d.p, err);
    make_lots(&d);
    make_rows(&d, bank, seed);
    fill_lots(&d);
    result = problems_end(&d.p);
    if (result == LT_OK) {
        share_out(&d);
        collect(&d, ret, ret_n);
    }
out:
    free(d.rows);
    free(d.lots);
    return result;
}

/* The reveal of a frozen board, step by step.
 *
 * All steps are made once, when the reveal is made: the board is walked from its public to its true
 * state and what happened is kept as cues. Going to a step repeats the walk; going back begins it anew.
 * The board stays sorted by what is public by now, so opening an entry is one move in the order, and
 * ranks change only between where it was and where it goes.
 *
 * What is shown at a step must follow from what has been opened up to it, or the order of steps would
 * tell the rest. Who is opened next is read from the board as it stands. An award is harder, because
 * its places depend on ties above that may or may not last:
 *
 *   - Where hidden questions can only add points, nobody above the last of those not opened can come
 *     down again. An entry that is worse than all of these has its place, and gets the award that it
 *     has whatever becomes of the ties: that of its rank, each award's places counted once. Only a
 *     ruling can still take somebody away above it, and a tie can move a border; then its award gets
 *     better, and it is given that one too.
 *   - Where they can cost points no place is certain before all is opened, so awards wait until then.
 *     This is decided by the sheet, never by the points.
 *
 * At the end each has what lt_award_of says. Awards beyond the first LT_RESOLVE_ROWS of the board are
 * there at the end without a step of their own. */
#include "domain/resolve.h"

#include "domain/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct row {
    struct lt_place now; /* what the board shows; the first member */
    struct lt_place shown, truth;
    bool listed; /* on the public board */
    bool single; /* opened by a step of its own */
    bool opened;
    int award; /* given by now, -1: none */
};
struct lt_resolve {
    const struct lt_sheet *sheet;
    struct row *rows; /* by entry */
    int n_rows;
    struct lt_place **begin; /* the public board in order */
    int n_begin;
    struct lt_place **order; /* the board by now */
    int n_order;
    int moved_from,
        moved_to; /* of the order, by the last step: old ranks differ there; to < from: none */
    struct lt_cue *cues;
    int n_cues, cap_cues;
    int step;
};

/* ---- awards --------------------------------------------------------------------------------- */

/* How many are ranked not below `rank`: disqualified ones stand last, without a rank. */
static int ranked_upto(const struct lt_place *const *ranked, int n, int32_t rank)
{
    int low = 0, high = n;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (ranked[middle]->rank > 0 && ranked[middle]->rank <= rank)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int lt_award_of(const struct lt_sheet *sheet, const struct lt_place *const *ranked, int n, int i)
{
    int before = 0; /* who has a better award */

    assert(i >= 0 && i < n);
    for (int k = 0; k < sheet->n_awards && ranked[i]->rank > 0; k++) {
        int32_t last = before + sheet->awards[k].places;

        if (ranked[i]->rank <= last)
            return k;
        before = ranked_upto(ranked, n, last);
    }
    return -1;
}

/* What the rank is worth at least, however those above are tied. */
static int certain_award(const struct lt_sheet *sheet, int32_t rank)
{
    int32_t last = 0;

    for (int k = 0; k < sheet->n_awards && rank > 0; k++) {
        last += sheet->awards[k].places;
        if (rank <= last)
            return k;
    }
    return -1;
}

/* Whether a question that the freeze may hide can take points away. */
static bool can_cost(const struct lt_sheet *sheet)
{
    for (int i = sheet->freeze.round > 0 ? sheet->freeze.round - 1 : 0; i < sheet->n_rounds; i++) {
        const struct lt_round_rule *round = &sheet->rounds[i];

        if (sheet->self_paced || (lt_round_hideable(round) &&
                                  (round->mode == LT_MODE_WAGER || round->score.wrong_c < 0)))
            return true;
    }
    return false;
}

static bool better(int award, int than)
{
    return award >= 0 && (than < 0 || award < than);
}

/* ---- the board ------------------------------------------------------------------------------ */

static int by_entry(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;

    return (a->now.entry > b->now.entry) - (a->now.entry < b->now.entry);
}

static struct row *row_of(const struct lt_resolve *r, int64_t entry)
{
    struct row key = {.now.entry = entry};

    return r->n_rows > 0 ? bsearch(&key, r->rows, (size_t)r->n_rows, sizeof key, by_entry) : NULL;
}

/* As lt_rank sorts. */
static int in_order(const struct lt_sheet *sheet, const struct lt_place *a,
                    const struct lt_place *b)
{
    int order = lt_place_cmp(sheet, a, b);

    return order != 0 ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

/* Where the place stands, or would stand, among order[from, to). */
static int position(const struct lt_resolve *r, const struct lt_place *p, int from, int to)
{
    while (from < to) {
        int middle = from + (to - from) / 2;

        if (in_order(r->sheet, r->order[middle], p) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Ranks of order[from, to], and of those behind that shared one with somebody who has left. Returns the
 * last one that was ranked. */
static int rank_between(struct lt_resolve *r, int from, int to)
{
    int i = from;

    for (; i < r->n_order; i++) {
        struct lt_place *p = r->order[i], *above = i > 0 ? r->order[i - 1] : NULL;
        bool tied = above && lt_place_cmp(r->sheet, above, p) == 0;
        int32_t rank = p->disqualified ? 0 : tied ? above->rank : i + 1;

        if (i > to && rank == p->rank)
            break;
        p->rank = rank;
    }
    return i - 1;
}

/* The step before is over: what moved then stands still. */
static void settle_old_ranks(struct lt_resolve *r)
{
    for (int i = r->moved_from; i <= r->moved_to; i++)
        r->order[i]->old_rank = r->order[i]->rank;
    r->moved_from = 0;
    r->moved_to = -1;
}

static void open_row(struct row *row)
{
    int32_t rank = row->now.rank;

    row->now = row->truth;
    row->now.rank = row->now.old_rank = rank;
    row->opened = true;
}

/* All at once that have no step of their own; some of them are new on the board. */
static void open_others(struct lt_resolve *r)
{
    for (int i = 0; i < r->n_rows; i++) {
        struct row *row = &r->rows[i];

        if (row->single)
            continue;
        if (!row->listed)
            r->order[r->n_order++] = &row->now;
        open_row(row);
    }
    lt_rank(r->sheet, r->order, r->n_order);
    r->moved_to = r->n_order - 1;
}

static void open_one(struct lt_resolve *r, int64_t entry)
{
    struct row *row = row_of(r, entry);
    int from = position(r, &row->now, 0, r->n_order), to;

    assert(r->order[from] == &row->now);
    memmove(&r->order[from], &r->order[from + 1],
            (size_t)(r->n_order - from - 1) * sizeof *r->order);
    open_row(row);
    to = position(r, &row->now, 0, r->n_order - 1);
    memmove(&r->order[to + 1], &r->order[to], (size_t)(r->n_order - to - 1) * sizeof *r->order);
    r->order[to] = &row->now;
    r->moved_from = from < to ? from : to;
    r->moved_to = rank_between(r, r->moved_from, from < to ? to : from);
}

static void take(struct lt_resolve *r, const struct lt_cue *cue)
{
    settle_old_ranks(r);
    switch (cue->kind) {
    case LT_CUE_OTHERS:
        open_others(r);
        break;
    case LT_CUE_OPEN:
        open_one(r, cue->entry);
        break;
    case LT_CUE_AWARD:
        row_of(r, cue->entry)->award = cue->award;
        break;
    case LT_CUES:
        break;
    }
    r->step++;
}

static void restart(struct lt_resolve *r)
{
    for (int i = 0; i < r->n_rows; i++) {
        r->rows[i].now = r->rows[i].shown;
        r->rows[i].opened = false;
        r->rows[i].award = -1;
    }
    if (r->n_begin > 0)
        memcpy(r->order, r->begin, (size_t)r->n_begin * sizeof *r->order);
    r->n_order = r->n_begin;
    r->moved_from = 0;
    r->moved_to = -1;
    r->step = 0;
}

/* ---- the steps ------------------------------------------------------------------------------ */

static const struct lt_place *const *board(const struct lt_resolve *r)
{
    return (const struct lt_place *const *)r->order;
}

static bool add_cue(struct lt_resolve *r, struct lt_cue cue)
{
    if (r->n_cues == r->cap_cues) {
        int cap = r->cap_cues ? 2 * r->cap_cues : 64;
        struct lt_cue *more = realloc(r->cues, (size_t)cap * sizeof *more);

        if (!more)
            return false;
        r->cues = more;
        r->cap_cues = cap;
    }
    r->cues[r->n_cues++] = cue;
    take(r, &cue);
    return true;
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* Gives what the entry at a position has earned, when it is more than it has. */
static bool give_award(struct lt_resolve *r, int i, int award)
{
    const struct lt_place *p = r->order[i];

    if (!better(award, ((const struct row *)p)->award) || r->n_cues >= LT_STEPS_MAX)
        return true;
    return add_cue(r, (struct lt_cue){LT_CUE_AWARD, p->entry, award, p->rank, p->rank, p->points_c,
                                      p->points_c});
}

/* Those that are worse than the last which is not opened, from the lowest up. */
static bool certain_awards(struct lt_resolve *r, int last_closed)
{
    for (int i = least_of(r->n_order, LT_RESOLVE_ROWS) - 1; i > last_closed; i--)
        if (lt_place_cmp(r->sheet, r->order[last_closed], r->order[i]) < 0 &&
            !give_award(r, i, certain_award(r->sheet, r->order[i]->rank)))
            return false;
    return true;
}

static bool final_awards(struct lt_resolve *r)
{
    for (int i = least_of(r->n_order, LT_RESOLVE_ROWS) - 1; i >= 0; i--)
        if (!give_award(r, i, lt_award_of(r->sheet, board(r), r->n_order, i)))
            return false;
    return true;
}

/* The lowest at or above position i that is not opened, -1: none. */
static int closed_above(const struct lt_resolve *r, int i)
{
    while (i >= 0 && ((const struct row *)r->order[i])->opened)
        i--;
    return i;
}

static bool open_all(struct lt_resolve *r)
{
    bool early = !can_cost(r->sheet);
    int at = closed_above(r, r->n_order - 1);

    while (at >= 0) {
        const struct lt_place *p = r->order[at];
        struct lt_cue cue = {LT_CUE_OPEN, p->entry, -1, p->rank, 0, p->points_c, 0};

        if (early && !certain_awards(r, at))
            return false;
        if (!add_cue(r, cue))
            return false;
        r->cues[r->n_cues - 1].rank_to = p->rank;
        r->cues[r->n_cues - 1].points_to_c = p->points_c;
        at = closed_above(r, at);
    }
    return true;
}

/* There is a step even where there is nobody: a reveal without an end would never end. */
static bool write_cues(struct lt_resolve *r)
{
    bool others = r->n_rows == 0;

    restart(r);
    for (int i = 0; i < r->n_rows; i++)
        others |= !r->rows[i].single;
    if (others && !add_cue(r, (struct lt_cue){.kind = LT_CUE_OTHERS, .award = -1}))
        return false;
    return open_all(r) && final_awards(r);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* Rows of all entries, by entry, from the public board and what is true. */
static void fill_rows(struct lt_resolve *r, const struct lt_place *const *shown, int n_shown,
                      const struct lt_place *const *truth, int n_truth)
{
    int n = n_shown;

    for (int i = 0; i < n_shown; i++)
        r->rows[i] = (struct row){.now = *shown[i],
                                  .shown = *shown[i],
                                  .truth = *shown[i],
                                  .listed = true,
                                  .single = i < LT_RESOLVE_ROWS};
    r->n_rows = n_shown;
    if (n_shown > 0)
        qsort(r->rows, (size_t)n_shown, sizeof *r->rows, by_entry);
    for (int i = 0; i < n_truth; i++) {
        struct row *row = row_of(r, truth[i]->entry);

        if (row)
            row->truth = *truth[i];
        else
            r->rows[n++] = (struct row){.now = *truth[i], .shown = *truth[i], .truth = *truth[i]};
    }
    r->n_rows = n;
    if (n > 0)
        qsort(r->rows, (size_t)n, sizeof *r->rows, by_entry);
}

static void fill_order(struct lt_resolve *r)
{
    for (int i = 0; i < r->n_rows; i++) {
        struct row *row = &r->rows[i];

        if (row->listed)
            r->begin[r->n_begin++] = &row->now;
        else
            row->shown.rank = 0; /* a newcomer */
    }
    lt_rank(r->sheet, r->begin, r->n_begin);
    for (int i = 0; i < r->n_begin; i++) {
        struct row *row = (struct row *)r->begin[i];

        row->shown.rank = row->shown.old_rank = row->now.rank;
    }
}

struct lt_resolve *lt_resolve_new(const struct lt_sheet *sheet, const struct lt_place *const *shown,
                                  int n_shown, const struct lt_place *const *truth, int n_truth)
{
    struct lt_resolve *r = calloc(1, sizeof *r);
    size_t room = (size_t)n_shown + (size_t)n_truth + 1;

    if (!r)
        return NULL;
    r->sheet = sheet;
    r->rows = calloc(room, sizeof *r->rows);
    r->begin = calloc(room, sizeof *r->begin);
    r->order = calloc(room, sizeof *r->order);
    if (!r->rows || !r->begin || !r->order)
        goto fail;
    fill_rows(r, shown, n_shown, truth, n_truth);
    fill_order(r);
    if (!write_cues(r))
        goto fail;
    restart(r);
    return r;
fail:
    lt_resolve_free(r);
    return NULL;
}

void lt_resolve_free(struct lt_resolve *r)
{
    if (!r)
        return;
    free(r->rows);
    free(r->begin);
    free(r->order);
    free(r->cues);
    free(r);
}

/* ---- reading -------------------------------------------------------------------------------- */

int lt_resolve_steps(const struct lt_resolve *r)
{
    return r->n_cues;
}

const struct lt_cue *lt_resolve_cue(const struct lt_resolve *r, int step)
{
    assert(step >= 1 && step <= r->n_cues);
    return &r->cues[step - 1];
}

void lt_resolve_go(struct lt_resolve *r, int step)
{
    assert(step >= 0 && step <= r->n_cues);
    if (step < r->step)
        restart(r);
    while (r->step < step)
        take(r, &r->cues[r->step]);
}

int lt_resolve_board(const struct lt_resolve *r, const struct lt_place *const **ret)
{
    *ret = board(r);
    return r->n_order;
}

bool lt_resolve_opened(const struct lt_resolve *r, int64_t entry)
{
    const struct row *row = row_of(r, entry);

    return row && row->opened;
}

int lt_resolve_award(const struct lt_resolve *r, int64_t entry)
{
    const struct row *row = row_of(r, entry);

    if (!row)
        return -1;
    if (r->step < r->n_cues)
        return row->award;
    return lt_award_of(r->sheet, board(r), r->n_order, position(r, &row->now, 0, r->n_order));
}

/* The reveal of a frozen board, step by step.
 *
 * All steps are made once, when the reveal is made: the board is walked from its public to its true
 * state and what happened is kept as cues. Going to a step repeats the walk; going back begins it anew.
 * The board stays sorted by what is public by now, so opening an entry is one move in the order, and
 * ranks change only between where it was and where it goes. What costs a sort, the public board and the
 * one after the others were opened, is sorted once: a hundred thousand must not stop the server.
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
    struct lt_place now;   /* what the board shows; the first member */
    struct lt_place other; /* opened: what it showed before; else what is true */
    int32_t ranks[2];      /* on the boards that are sorted once */
    bool single;           /* opened by a step of its own */
    bool opened;
    bool known; /* its true place is */
    int award;  /* given by now, -1: none */
};
struct index {
    int64_t entry;
    int row;
};
struct lt_resolve {
    const struct lt_sheet *sheet;
    struct row *rows;
    struct index *by_entry;
    int n_rows, n_sorted;
    bool others;                 /* some are opened together, by the first step */
    struct lt_place **boards[2]; /* in order: the public one, and the one after the others */
    int n_boards[2];
    struct lt_place **order; /* the board by now */
    int n_order;
    int moved_from,
        moved_to; /* of the order, by the last step: old ranks differ; to < from: none */
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
    const struct index *a = pa, *b = pb;

    return (a->entry > b->entry) - (a->entry < b->entry);
}

static struct row *row_of(const struct lt_resolve *r, int64_t entry)
{
    struct index key = {.entry = entry}, *found = NULL;

    if (r->n_sorted > 0)
        found = bsearch(&key, r->by_entry, (size_t)r->n_sorted, sizeof key, by_entry);
    return found ? &r->rows[found->row] : NULL;
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

/* Ranks of order[from, to], where `moved` is new, and of those behind that shared one with it. Others are
 * tied if they had the same rank, which costs no comparison. Returns the last one that was ranked. */
static int rank_between(struct lt_resolve *r, const struct lt_place *moved, int from, int to)
{
    int32_t above_had = from > 0 ? r->order[from - 1]->rank : 0;
    int i = from;

    for (; i < r->n_order; i++) {
        struct lt_place *p = r->order[i], *above = i > 0 ? r->order[i - 1] : NULL;
        int32_t had = p->rank;
        bool tied = above && (p == moved || above == moved ? lt_place_cmp(r->sheet, above, p) == 0
                                                           : above_had == had);

        above_had = had;
        p->rank = p->disqualified ? 0 : tied ? above->rank : i + 1;
        if (i > to && p->rank == had)
            break;
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

/* What is hidden for what is shown, or back; the rank stays until it is made anew. */
static void turn(struct row *row)
{
    struct lt_place was = row->now;

    row->now = row->other;
    row->now.rank = row->now.old_rank = was.rank;
    row->other = was;
    row->opened = !row->opened;
}

/* The board becomes one of those that are sorted once; `moved`: it came from the one before. */
static void set_board(struct lt_resolve *r, int which, bool moved)
{
    int n = r->n_boards[which];

    for (int i = 0; i < n; i++) {
        struct row *row = (struct row *)r->boards[which][i];

        r->order[i] = &row->now;
        row->now.old_rank = row->ranks[moved ? which - 1 : which];
        row->now.rank = row->ranks[which];
    }
    r->n_order = n;
    r->moved_from = 0;
    r->moved_to = moved ? n - 1 : -1;
}

/* All at once that have no step of their own; some of them are new on the board. */
static void open_others(struct lt_resolve *r)
{
    for (int i = 0; i < r->n_rows; i++)
        if (!r->rows[i].single)
            turn(&r->rows[i]);
    set_board(r, 1, true);
}

static void open_one(struct lt_resolve *r, int64_t entry)
{
    struct row *row = row_of(r, entry);
    int from = position(r, &row->now, 0, r->n_order), to;

    assert(r->order[from] == &row->now);
    memmove(&r->order[from], &r->order[from + 1],
            (size_t)(r->n_order - from - 1) * sizeof *r->order);
    turn(row);
    to = position(r, &row->now, 0, r->n_order - 1);
    memmove(&r->order[to + 1], &r->order[to], (size_t)(r->n_order - to - 1) * sizeof *r->order);
    r->order[to] = &row->now;
    r->moved_from = from < to ? from : to;
    r->moved_to = rank_between(r, &row->now, r->moved_from, from < to ? to : from);
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
        if (r->rows[i].opened)
            turn(&r->rows[i]);
        r->rows[i].award = -1;
    }
    set_board(r, 0, false);
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
    restart(r);
    if (r->others && !add_cue(r, (struct lt_cue){.kind = LT_CUE_OTHERS, .award = -1}))
        return false;
    return open_all(r) && final_awards(r);
}

/* ---- life ----------------------------------------------------------------------------------- */

static struct row *add_row(struct lt_resolve *r, const struct lt_place *p, bool single)
{
    int n = r->n_rows++;

    r->by_entry[n] = (struct index){p->entry, n};
    r->rows[n] = (struct row){.now = *p, .other = *p, .single = single};
    return &r->rows[n];
}

static void sort_index(struct lt_resolve *r)
{
    r->n_sorted = r->n_rows;
    if (r->n_rows > 0)
        qsort(r->by_entry, (size_t)r->n_rows, sizeof *r->by_entry, by_entry);
}

/* Somebody of whom there is more to know than the name. */
static bool took_part(const struct lt_sheet *sheet, const struct lt_place *p)
{
    return p->answered > 0 || p->points_c != sheet->start_points_c || p->disqualified;
}

/* The second board is begun in the order of `truth`, which is mostly sorted already. */
static void fill_rows(struct lt_resolve *r, const struct lt_place *const *shown, int n_shown,
                      const struct lt_place *const *truth, int n_truth)
{
    for (int i = 0; i < n_shown; i++)
        add_row(r, shown[i], i < LT_RESOLVE_ROWS);
    sort_index(r);
    for (int i = 0; i < n_truth; i++) {
        struct row *row = row_of(r, truth[i]->entry);

        if (!row && !took_part(r->sheet, truth[i]))
            continue;
        if (!row)
            row = add_row(r, truth[i], false);
        row->other = *truth[i];
        row->known = true;
        r->boards[1][r->n_boards[1]++] = &row->now;
        r->others |= !row->single;
    }
    sort_index(r);
    for (int i = 0; i < n_shown;
         i++) /* what is shown is true of those of whom nothing else is known */
        if (!r->rows[i].known) {
            r->boards[1][r->n_boards[1]++] = &r->rows[i].now;
            r->others |= !r->rows[i].single;
        }
    r->others |= r->n_rows == 0;
}

static void keep_ranks(struct lt_resolve *r, int which)
{
    lt_rank(r->sheet, r->boards[which], r->n_boards[which]);
    for (int i = 0; i < r->n_boards[which]; i++)
        ((struct row *)r->boards[which][i])->ranks[which] = r->boards[which][i]->rank;
}

static void sort_boards(struct lt_resolve *r, int n_shown)
{
    for (int i = 0; i < n_shown; i++)
        r->boards[0][i] = &r->rows[i].now;
    r->n_boards[0] = n_shown;
    keep_ranks(r, 0);
    for (int i = 0; i < r->n_rows; i++)
        if (!r->rows[i].single)
            turn(&r->rows[i]);
    keep_ranks(r, 1);
}

struct lt_resolve *lt_resolve_new(const struct lt_sheet *sheet, const struct lt_place *const *shown,
                                  int n_shown, const struct lt_place *const *truth, int n_truth)
{
    struct lt_resolve *r = calloc(1, sizeof *r);
    size_t room = (size_t)n_shown + (size_t)n_truth + 1;

    if (!r)
        return NULL;
    r->sheet = sheet;
    r->rows = malloc(room * sizeof *r->rows);
    r->by_entry = malloc(room * sizeof *r->by_entry);
    r->boards[0] = malloc(room * sizeof *r->boards[0]);
    r->boards[1] = malloc(room * sizeof *r->boards[1]);
    r->order = malloc(room * sizeof *r->order);
    if (!r->rows || !r->by_entry || !r->boards[0] || !r->boards[1] || !r->order)
        goto fail;
    fill_rows(r, shown, n_shown, truth, n_truth);
    sort_boards(r, n_shown);
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
    free(r->by_entry);
    free(r->boards[0]);
    free(r->boards[1]);
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

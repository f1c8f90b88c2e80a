/* The reveal (揭榜) of a board that was frozen: from the public standings to the true ones, from the
 * bottom up, one entry at a time, as in the ICPC resolver. Pure: sheet, public and true standings
 * give the same steps on every node.
 *
 * Whoever stands lowest among those not opened yet is opened: the hidden points count, and the entry
 * goes where it belongs by now. Entries below the first LT_RESOLVE_ROWS of the public board are opened
 * together, by the first step. An award is given as soon as the place can no longer get worse; which
 * steps these are must not tell anything about entries that are not opened: where hidden questions
 * can cost points, all awards come after the last opening, from the lowest up. An entry gets a second,
 * better award only when a tie or a ruling above it moves a border.
 *
 * How many steps there are follows from the truth: it is for the desk, not for the hall. */
#pragma once
#include "domain/ranking.h"

enum { LT_RESOLVE_ROWS = 300 };
enum lt_cue_kind {
    LT_CUE_OTHERS, /* all that are not opened one by one */
    LT_CUE_OPEN,   /* one entry's hidden points */
    LT_CUE_AWARD,  /* one entry gets an award */
    LT_CUES        /* count */
};
struct lt_cue {
    enum lt_cue_kind kind;
    int64_t entry; /* 0: OTHERS */
    int award;     /* index into the sheet's awards, -1: none */
    int32_t rank_from, rank_to;
    int64_t points_from_c, points_to_c;
};
struct lt_resolve;
/* `shown` (in order of rank) and `truth` (in any order) are copied. Of the truth count those who are on the
 * public board, and of all others who have taken part since: these are opened with the others. Who came
 * later and did nothing is known to one node sooner than to another, and the steps must be the same on
 * all, and in a fold of the log. NULL: out of memory. */
struct lt_resolve *lt_resolve_new(const struct lt_sheet *sheet, const struct lt_place *const *shown,
                                  int n_shown, const struct lt_place *const *truth, int n_truth);
void lt_resolve_free(struct lt_resolve *r);
/* At least 1, at most LT_STEPS_MAX. */
int lt_resolve_steps(const struct lt_resolve *r);
/* The step that leads to `step`, 1 … steps. */
const struct lt_cue *lt_resolve_cue(const struct lt_resolve *r, int step);
/* Go to a step, 0 … steps, forward or back. Forward costs a move in the order, back starts anew. */
void lt_resolve_go(struct lt_resolve *r, int step);
/* The board as it is public by now, in order of rank; valid until the next lt_resolve_go. old_rank: before
 * the last step. */
int lt_resolve_board(const struct lt_resolve *r, const struct lt_place *const **ret);
bool lt_resolve_opened(const struct lt_resolve *r, int64_t entry);
/* Award that the entry has been given by now, -1: none. At the last step also those of places that are
 * not among the first LT_RESOLVE_ROWS, which have no step of their own. */
int lt_resolve_award(const struct lt_resolve *r, int64_t entry);
/* Award of a final rank by the sheet, -1: none. Ties that begin within an award's places get it; the next
 * award's places begin after all that have a better one. */
int lt_award_of(const struct lt_sheet *sheet, const struct lt_place *const *ranked, int n, int i);

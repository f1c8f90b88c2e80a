/* Who stands where: a fold over the log's records and the raw answers. Pure.
 *
 *   records ──► facts (stakes, verdicts, fouls, marks, rulings …)   lt_standings_apply
 *   answers ──► points of a question, given its facts               lt_standings_settle
 *
 * A question is settled when its key is public (law 4), one after the other, so that streaks follow
 * the contest. Stored verdicts are never read: every answer is graded from its raw body. A ruling
 * about a question that is settled already makes the whole fold begin anew (lt_standings_stale →
 * lt_standings_restart), so a total never depends on when a ruling was made.
 *
 * Nor does it depend on the order of rows, of entries, or of applying and settling: facts are kept
 * by question and outlive a restart; an advancement that resets names the question from which on
 * points count.
 */
#pragma once
#include "domain/engine.h"
#include "domain/grading.h"
#include "domain/ranking.h"

/* One answer that counts (it passed the gate). */
struct lt_answer_row {
    int64_t entry, person;
    int qi;
    int64_t used_us, received_us;
    const char *body; /* canonical JSON of the response; borrowed during the call */
};

struct lt_standings;
/* Borrows the sheet and the questions (n of them). NULL: out of memory. */
struct lt_standings *lt_standings_new(const struct lt_sheet *sheet,
                                      struct lt_question *const *questions, int n);
void lt_standings_free(struct lt_standings *s);

/* Make an entry known; known ones are left as they are. It starts with start_points. An entry that a
 * settled answer or a fact names becomes known by itself. NULL: out of memory.
 * A place stays where it is until lt_standings_free, and changes in lt_standings_rank only: points
 * and rank always belong together, also while a fold begins anew. */
const struct lt_place *lt_standings_add(struct lt_standings *s, int64_t entry);
const struct lt_place *lt_standings_place(const struct lt_standings *s,
                                          int64_t entry); /* NULL: unknown */
int lt_standings_count(const struct lt_standings *s);

/* A record was applied to the engine (`e` is the state after it). Fouls, adjustments, disqualification
 * and advancement take effect at once, on entries known now or added later. Returns true when a
 * standing changed by it (rank again). LT_OK … LT_ENOMEM are not possible: it asserts on memory. */
bool lt_standings_apply(struct lt_standings *s, const struct lt_engine *e,
                        const struct lt_record *r);

/* Whether a board may look different from this record on: it `changed` a standing, makes a key public,
 * or lets ranking begin. */
bool lt_standings_moved(const struct lt_standings *s, const struct lt_record *r, bool changed);

/* Questions [0, settled) are in the places. */
int lt_standings_settled(const struct lt_standings *s);
/* Settle questions [settled, settled + n) from all their answers that count, in any order (rows are
 * sorted in place; rows of other questions are left out). Questions that were skipped or not asked
 * have no rows and change nothing. */
void lt_standings_settle(struct lt_standings *s, int n, struct lt_answer_row *rows, int n_rows);
/* Put rows in the order in which they are settled: by question, entry, time and person. It says nothing
 * about what is right, so it may be done before the key is public. */
void lt_standings_sort(struct lt_answer_row *rows, int n);
/* A ruling touched a settled question: restart and settle all again. */
bool lt_standings_stale(const struct lt_standings *s);
void lt_standings_restart(struct lt_standings *s);
/* Points in hundredths that an entry's fouls at question qi cost; 0 when the question counts for nobody. */
int64_t lt_standings_fouls(const struct lt_standings *s, int64_t entry, int qi);
/* Whether a ruling in force says that question qi counts for nobody. */
bool lt_standings_voided(const struct lt_standings *s, int qi);

/* Rank all entries and bring the places up to date: level (more is better), then the sheet's keys;
 * disqualified ones last, rank 0.
 * `ranked` is valid until the next call. Returns how many; *ret_ranked in order. */
int lt_standings_rank(struct lt_standings *s, const struct lt_place *const **ret_ranked);

/* Where everybody stands by round r (0-based) alone, ranked by points, correct and time of its settled
 * questions: one place for each known entry, in order of rank (disqualified ones last, rank 0), in ret
 * (lt_standings_count of them). Adjustments and start points belong to no round; fouls and voids to
 * their question's; a later stage that starts anew takes nothing away. Of a tie-break the right answers
 * are the correct ones. Returns how many. */
int lt_standings_rank_round(const struct lt_standings *s, int r, struct lt_place *ret);

/* What comes next, for NEXT, SKIP and ADVANCE (asserts on other actions). Uses the ranks of the last
 * lt_standings_rank. NEXT within an in-turn round: a question that was voided is asked anew with a
 * spare one; the round ends when fewer than all teams could be asked again. TIEBREAK: the field is
 * who is still tied for one of the round's places; without a tie the round is over. A round that had
 * its advancement is over too. qi -1: no question is left.
 * ADVANCE: who goes on from the first round below what NEXT would ask that still owes its
 * advancement: the best n of those who take part, and whoever is exactly as good as the n-th (that
 * round may be a tie-break round that nobody needed); n_in 0: none is owed. qi and n are NEXT's. */
void lt_standings_plan(const struct lt_standings *s, const struct lt_engine *e, enum lt_action a,
                       struct lt_plan *ret);

/* What would change if `r` (VOID, ACCEPT, ADJUST or DISQUALIFY, state DONE) were in force: the fold
 * with it, from all answers of the event (rows sorted in place), compared with the places as they
 * are. Writes at most `cap` rows, the largest changes first; returns how many entries change. */
struct lt_change {
    int64_t entry;
    int64_t before_c, after_c;
    int32_t rank_before, rank_after;
};
int lt_standings_preview(const struct lt_standings *s, const struct lt_ruling *r,
                         struct lt_answer_row *rows, int n_rows, struct lt_change *out, int cap);

/* Which of the rows (n of one entry, to question qi, sorted as by lt_standings_settle) stands for the
 * entry by now, under a policy that has one such: what a verdict by key is read from, and what
 * settling will read again. -1: none. */
int lt_standings_pick(const struct lt_standings *s, int qi, const struct lt_answer_row *rows,
                      int n);

/* The response that stands for a team under a policy that has one (CAPTAIN, FIRST, MAJORITY): index
 * into rows of one entry (sorted by lt_standings_settle's order: received, person), -1: none. Of
 * those who gave the majority's response the earliest stands. */
int lt_policy_pick(enum lt_policy p, const struct lt_answer_row *rows, int n, int64_t captain);

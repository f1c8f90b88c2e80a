/* The part of a fold that self-paced events need: pools and papers instead of answers. */
#pragma once
#include "fold.h"

/* Columns that fold_paper_read takes, from the first on. */
#define FOLD_PAPER_COLUMNS                                                                         \
    "p.person_id, p.round_no, p.attempt, p.entry_id, p.seed, p.ordinal, p.started_us, "            \
    "p.deadline_us, COALESCE(p.submitted_us, 0), p.state, p.choices, COALESCE(p.duel_id, 0), "     \
    "COALESCE(p.points_c, 0), COALESCE(p.correct, 0), COALESCE(p.answered, 0), "                   \
    "COALESCE(p.time_us, 0)"
struct fold_paper {
    int64_t person, entry, duel;
    int round, attempt;           /* round from 0 */
    struct lt_paper_score stored; /* for lists; never an input */
    struct lt_paper *paper;       /* drawn anew and read */
};
/* The frozen questions of an event, round by round. LT_ESHEET, LT_EQUESTION, LT_ENOMEM. */
int fold_pool(struct lt_db *d, struct lt_num event, const struct lt_sheet *sheet,
              struct lt_pool *ret);
/* Row i as a paper, into `paper`. LT_ERECORD: it cannot be drawn, or its choices not be read. */
int fold_paper_read(const struct lt_sheet *sheet, const struct lt_pool *pool,
                    const struct lt_rows *rows, int i, struct lt_paper *paper,
                    struct fold_paper *ret);
/* Entries, papers, totals, ranks: lt_fold_answers of a self-paced event. Papers that are open still do
 * not count. */
int fold_papers(struct lt_fold *f);
struct lt_place *fold_place_of(const struct lt_fold *f, int64_t entry); /* NULL: none */
/* Where everybody stands by round r alone, in order of rank; *ret is to be freed. Returns how many, -1:
 * nobody has handed in a paper of it. */
int fold_papers_round(const struct lt_fold *f, int r, struct lt_place **ret);

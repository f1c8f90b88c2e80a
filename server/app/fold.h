/* An event as its records say it went: rules, questions, log and raw answers from the database, folded
 * into the engine and the standings. Finalising and `leitai replay` both stand on it. Blocking;
 * everything inside the transaction of the caller, whose tenant is set. */
#pragma once
#include "app/db.h"
#include "domain/standings.h"
#include "service/pool.h"

struct fold_paper;
struct lt_fold {
    struct lt_db *db; /* borrowed, in the caller's transaction */
    struct lt_num event, season;
    char *title;
    int64_t head_seq, token;
    int64_t closes_us, now_us; /* end of the window, 0: none; when the head was read */
    /* Set before lt_fold_log: only so much of the log (and papers of so long), 0: all. */
    int64_t until_seq, until_us;
    struct lt_sheet sheet;
    struct lt_question **questions;
    int n_questions;
    struct lt_engine engine;
    struct lt_standings *standings;
    const struct lt_place *const *ranked; /* after lt_fold_answers */
    int n_ranked;
    int64_t
        moved_seq; /* of the last record that could move a board, public or not: their version */
    /* Self-paced (fold_papers.c): */
    struct lt_pool pool;
    struct lt_place *places, **order, **by_entry; /* n_ranked of each */
    int32_t *handed_in;                           /* papers, by place as in `places` */
    struct lt_place *rounds; /* n_rounds of the sheet × n_ranked, where each round has boards */
    /* Sees each paper with what it is worth by itself; an error ends the fold. NULL: nobody looks. */
    int (*on_paper)(void *arg, const struct fold_paper *p, const struct lt_paper_score *score);
    void *on_paper_arg;
};
/* A record as it is stored, before it is applied; an error ends the fold. `f` is the state before
 * it. NULL: nobody looks. */
typedef int lt_fold_record_fn(void *arg, const struct lt_fold *f, const struct lt_record *r,
                              const char *payload);

/* Rules, questions and the log's head. About 400 KiB. LT_ENOEVENT; LT_ESHEET or LT_EQUESTION: they
 * cannot be read, or do not fit each other; LT_ENOMEM; or an error of the database. */
int lt_fold_open(struct lt_db *d, struct lt_event_id event, struct lt_fold **ret);
void lt_fold_free(struct lt_fold *f); /* NULL is fine */
/* All records up to the head. LT_EGAP: one is missing. LT_ERECORD: one cannot be read, or contradicts
 * the state. engine.seq is then that of the last one that was right. */
int lt_fold_log(struct lt_fold *f, lt_fold_record_fn *seen, void *arg);
/* All entries, and the answers that count of every question whose key is public (self-paced: the papers
 * that were handed in); then the ranks. */
int lt_fold_answers(struct lt_fold *f);
/* Before lt_fold_log, of a self-paced event whose board will be frozen: what is handed in from then on,
 * while the fold reads, is not in it. */
void lt_fold_cap(struct lt_fold *f);
/* While its board is frozen: the event as the public may see it, folded anew in *ret (lt_fold_free it); of
 * a contest whose reveal has begun that is where the reveal starts. NULL: what `f` says is public. */
int lt_fold_shown(struct lt_fold *f, struct lt_fold **ret);
/* Where everybody stands by round r alone: an lt_board_round_fn of a struct lt_fold. */
int lt_fold_round(void *fold, int r, struct lt_place **ret);
/* The place of an entry after that, NULL: it has none. */
const struct lt_place *lt_fold_place(const struct lt_fold *f, int64_t entry);
/* The answers that count of questions [from, to), in *ret, which is *ret_n long; bodies are borrowed
 * from *ret_rows. Free both. */
int lt_fold_rows(const struct lt_fold *f, int from, int to, struct lt_rows **ret_rows,
                 struct lt_answer_row **ret, int *ret_n);

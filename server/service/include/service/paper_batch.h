/* Papers in PostgreSQL: starts and writes, committed in groups. */
#pragma once
#include "domain/paper.h"
#include "service/batch.h"

struct lt_paper_key {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    struct lt_person_id person;
    int32_t season, round, attempt; /* round from 1 as in the table */
};
int lt_paper_key_cmp(const struct lt_paper_key *a, const struct lt_paper_key *b);

/* A row as it stands. `choices` is valid during the call. */
struct lt_paper_row {
    enum lt_paper_state state;
    int32_t rev, ordinal;
    int64_t entry, duel, seed;
    int64_t started_us, deadline_us, submitted_us; /* submitted: 0 while open */
    const char *choices;
};
/* Columns of LT_SQL_PAPER from `col` on. */
struct lt_paper_row lt_paper_row_at(const struct lt_pg_result *r, int stmt, int i, int col);

enum { LT_PAPER_MARK_HEX = 16 }; /* a browser or an address: 8 bytes */
struct lt_paper_start {
    struct lt_paper_key key;
    int32_t no;         /* how-many-eth paper of the person in the event, from 1 */
    int64_t seed, duel; /* duel 0: none */
    int64_t long_us;    /* from start to deadline, */
    int64_t end_us;     /* which is at most this */
    int32_t ordinals;   /* disjoint: only so many papers are there; 0: not disjoint */
    char device[LT_PAPER_MARK_HEX + 1], address[LT_PAPER_MARK_HEX + 1]; /* hex, "" unknown */
};
/* LT_OK: the paper of this key stands, whoever started it. LT_EPHASE: the event does not run.
 * LT_EBUSY: nothing was made, because the person has other papers than the caller knows, or none is
 * left: look again. LT_EDBDATA, LT_EDRAIN as in batch.h. */
typedef void lt_paper_start_fn(void *arg, int err, const struct lt_paper_row *row);
extern const struct lt_batch_kind lt_paper_start_kind;
int lt_paper_start_add(struct lt_batcher *b, const struct lt_paper_start *s,
                       lt_paper_start_fn *done, void *arg);

/* The whole of a paper's choices, from a known revision to the next; with state other than open it is
 * handed in. */
struct lt_paper_write {
    struct lt_paper_key key;
    int32_t rev;         /* known */
    int64_t deadline_us; /* known */
    enum lt_paper_state state;
    int64_t submitted_us;
    struct lt_paper_score score; /* when it is handed in */
    char *choices;               /* taken: freed by the batch */
};
/* LT_OK: this write stands (also when only the reply was lost the first time). LT_ESTALE: another one
 * does, see `row`. LT_ENOPAPER. */
typedef void lt_paper_write_fn(void *arg, int err, const struct lt_paper_row *row);
extern const struct lt_batch_kind lt_paper_write_kind;
/* On LT_EFULL `choices` are the caller's still. */
int lt_paper_write_add(struct lt_batcher *b, const struct lt_paper_write *w,
                       lt_paper_write_fn *done, void *arg);

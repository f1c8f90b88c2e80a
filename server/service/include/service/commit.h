/* Answers, committed in groups: nothing is acknowledged before PostgreSQL committed it (law 1). */
#pragma once
#include "service/batch.h"

enum { LT_ANSWER_ID_BYTES = 40, LT_ANSWER_BODY_BYTES = 512 };

struct lt_answer {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    struct lt_person_id person;
    struct lt_entry_id entry;
    int season, qi;
    char answer_id[LT_ANSWER_ID_BYTES + 1];
    char body[LT_ANSWER_BODY_BYTES + 1]; /* canonical JSON of the response */
    bool right;                          /* as graded on arrival; for the tally only */
    int64_t used_us;
    int64_t received_us; /* cluster time */
};

/* LT_OK: committed (late: at the gate after it closed, kept but not counted). LT_EANSWERED: another
 * answer of this person stands. LT_ENOQUESTION: there is no such question. LT_EDBDATA: this row
 * cannot be stored. LT_EDRAIN: the process ends. */
typedef void lt_commit_fn(void *arg, int err, bool late);

/* The batcher for answers. */
extern const struct lt_batch_kind lt_commit_kind;
/* Queue one answer for the next group commit. Copies `a`. `done` runs exactly once, from the loop,
 * never inside this call. While PostgreSQL is away the answer waits and is tried again with the
 * same id. LT_EFULL: nothing was queued; tell the player to retry. */
int lt_commit_answer(struct lt_batcher *b, const struct lt_answer *a, lt_commit_fn *done,
                     void *arg);

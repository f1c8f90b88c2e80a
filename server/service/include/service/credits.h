/* What an event ends with: final standings and the credits that they pay. No SQL here;
 * app/finalise.c brings the rows and stores the outcome. */
#pragma once
#include "base/buf.h"
#include "domain/award.h"

/* The result of an event, built up entry by entry. Memory is about 100 bytes an entry. */
struct lt_final {
    struct lt_standing *standings; /* after lt_final_compute: ranked */
    int32_t *answered;             /* how many questions standings[i]'s entry answered */
    int n, cap;
    struct lt_award *awards; /* after lt_final_compute; in the order of standings */
    int32_t *award_ranks;    /* the rank that awards[i]'s entry has */
    int n_awards;
};
void lt_final_init(struct lt_final *f);
void lt_final_done(struct lt_final *f);
/* Add what the answers of one entry come to; `s->rank` is ignored, start points are part of
 * points_c already. */
void lt_final_add(struct lt_final *f, const struct lt_standing *s, int32_t answered);
/* Rank, and compute the awards. Once, when all entries have been added. */
void lt_final_compute(struct lt_final *f, const struct lt_credit_rule *rule);

/* Why a credit was granted, for the person's record: "《2026年…竞赛》第3名". Appended to `out`. */
void lt_credit_reason(struct lt_buf *out, const char *title, const char *rule, int rank);

/* From what each entry's answers come to, to ranks and credits.
 *
 * lt_rank sorts the standings and knows nothing of how many questions were answered, while
 * lt_award_compute wants both side by side; so the counts are brought into the standings' new
 * order. Awards keep the order of the standings, which gives the rank of each without a search. */
#include "service/credits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void lt_final_init(struct lt_final *f)
{
    memset(f, 0, sizeof *f);
}

void lt_final_done(struct lt_final *f)
{
    free(f->standings);
    free(f->answered);
    free(f->awards);
    free(f->award_ranks);
}

void lt_final_add(struct lt_final *f, const struct lt_standing *s, int32_t answered)
{
    assert(!f->awards);
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 1024;
        f->standings = realloc(f->standings, (size_t)f->cap * sizeof *f->standings);
        f->answered = realloc(f->answered, (size_t)f->cap * sizeof *f->answered);
        assert(f->standings && f->answered);
    }
    f->standings[f->n] = *s;
    f->answered[f->n++] = answered;
}

struct count {
    int64_t entry;
    int32_t answered;
};

static int by_entry(const void *pa, const void *pb)
{
    const struct count *a = pa, *b = pb;
    return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static void rank(struct lt_final *f)
{
    struct count *counts = malloc((size_t)f->n * sizeof *counts);
    assert(counts);
    for (int i = 0; i < f->n; i++)
        counts[i] = (struct count){f->standings[i].entry, f->answered[i]};
    qsort(counts, (size_t)f->n, sizeof *counts, by_entry);
    lt_rank(f->standings, f->n);
    for (int i = 0; i < f->n; i++) {
        struct count key = {.entry = f->standings[i].entry};
        struct count *c = bsearch(&key, counts, (size_t)f->n, sizeof *counts, by_entry);
        assert(c);
        f->answered[i] = c->answered;
    }
    free(counts);
}

/* An award's standing never comes before that of the award before it. */
static void rank_awards(struct lt_final *f)
{
    f->award_ranks = malloc((size_t)f->n_awards * sizeof *f->award_ranks);
    assert(f->award_ranks || f->n_awards == 0);
    for (int i = 0, at = 0; i < f->n_awards; i++) {
        while (f->standings[at].entry != f->awards[i].entry)
            at++;
        f->award_ranks[i] = f->standings[at].rank;
    }
}

void lt_final_compute(struct lt_final *f, const struct lt_credit_rule *rule)
{
    assert(!f->awards);
    if (f->n == 0)
        return;
    rank(f);
    f->awards = malloc(2 * (size_t)f->n * sizeof *f->awards);
    assert(f->awards);
    f->n_awards = lt_award_compute(rule, f->standings, f->answered, f->n, f->awards);
    rank_awards(f);
}

void lt_credit_reason(struct lt_buf *out, const char *title, const char *rule, int rank)
{
    if (strcmp(rule, "placement") == 0)
        lt_buf_printf(out, "《%s》第%d名", title, rank);
    else
        lt_buf_printf(out, "《%s》参赛", title);
}

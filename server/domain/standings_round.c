/* Who stands where by one round alone. Its parts are the shares that settling leaves with each entry,
 * and the fouls of its questions, which are few and are looked up as standings_total does. */
#include "standings_internal.h"

#include <stdlib.h>

static int order_of(const struct lt_place *a, const struct lt_place *b)
{
    if (a->disqualified || b->disqualified)
        return (int)a->disqualified - (int)b->disqualified;
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c ? -1 : 1;
    if (a->correct != b->correct)
        return a->correct > b->correct ? -1 : 1;
    return (a->time_us > b->time_us) - (a->time_us < b->time_us);
}

static int by_order_then_entry(const void *pa, const void *pb)
{
    const struct lt_place *a = pa, *b = pb;
    int order = order_of(a, b);

    return order != 0 ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static int by_entry(const void *pa, const void *pb)
{
    const struct lt_place *a = pa, *b = pb;

    return (a->entry > b->entry) - (a->entry < b->entry);
}

static void add_fouls(const struct lt_standings *s, int r, struct lt_place *places, int n)
{
    int first = lt_sheet_first(s->sheet, r), upto = first + s->sheet->rounds[r].n_questions;

    for (int i = 0; i < s->n_fouls; i++) {
        const struct foul *f = &s->fouls[i];
        struct lt_place key = {.entry = f->entry}, *p;

        if (f->qi < first || f->qi >= upto || s->facts[f->qi].voided)
            continue;
        p = bsearch(&key, places, (size_t)n, sizeof key, by_entry);
        if (p) /* known since the foul was applied */
            p->points_c += f->value_c;
    }
}

int lt_standings_rank_round(const struct lt_standings *s, int r, struct lt_place *ret)
{
    int n = 0;

    for (const struct entry *e = s->entries; e; e = e->hh.next) {
        const struct share *share = &e->rounds[r];

        ret[n++] = (struct lt_place){.entry = e->place.entry,
                                     .points_c = share->points_c,
                                     .time_us = share->time_us,
                                     .correct = share->correct,
                                     .answered = share->answered,
                                     .disqualified = e->place.disqualified,
                                     .last_qi = -1};
    }
    if (n == 0)
        return 0;
    if (s->n_fouls > 0) {
        qsort(ret, (size_t)n, sizeof *ret, by_entry);
        add_fouls(s, r, ret, n);
    }
    qsort(ret, (size_t)n, sizeof *ret, by_order_then_entry);
    for (int i = 0; i < n; i++) {
        bool tied = i > 0 && order_of(&ret[i - 1], &ret[i]) == 0;

        ret[i].rank = ret[i].disqualified ? 0 : tied ? ret[i - 1].rank : i + 1;
    }
    return n;
}

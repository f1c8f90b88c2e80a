/* Roll-ups.
 *
 * A row is found by its unit, which has been sorted among the others once; so a part costs one addition,
 * and a board of a hundred thousand is rolled up between two frames. Only the best n of a row need an
 * order, and that is made within the row. A value is kept as the fraction that it is: two means that
 * print alike may differ, and equal ones must share a rank however they came about, so nothing is
 * rounded before it is compared.
 *
 * The widest product is num · den of two rows. With fewer than 2^24 parts of less than 2^40 hundredths
 * each, times ten thousand for the floor's decimals, by a head count below 2^31, times the same ten
 * thousand, it stays below 2^123. */
#include "domain/rollup.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum { E4 = 10000 };

/* A roll-up in the making. */
struct rollup {
    const struct lt_board_rule *rule;
    const struct lt_rollup_part *parts;
    int n_parts;
    int *row_of_unit; /* -1: none */
    struct lt_rollup_row *rows;
    int n_rows;
    int64_t *points; /* BEST: of all parts, row by row */
    int *ends;       /* and where each row's end */
};
struct tag {
    int64_t id;
    int unit;
};

/* What a unit counts for, 0: nothing. */
static int64_t id_of_unit(enum lt_board_of of, const struct lt_rollup_unit *u)
{
    switch (of) {
    case LT_OF_UNIT:
        return u->unit;
    case LT_OF_COUNTY:
        return u->county;
    case LT_OF_CITY:
        return u->city;
    case LT_OF_PROVINCE:
        return u->province;
    case LT_OF_KIND:
        return 1 + u->kind;
    case LT_OF_AUDIENCE: /* nobody counts leaders */
    case LT_OF_ENTRY:
    case LT_BOARD_OFS:
        break;
    }
    return 0;
}

/* The row that a part counts for, -1: none. */
static int row_of(const struct rollup *r, const struct lt_rollup_part *p)
{
    if (r->rule->of == LT_OF_AUDIENCE)
        return p->leader ? 0 : 1;
    return p->unit < 0 ? -1 : r->row_of_unit[p->unit];
}

static int by_id(const void *pa, const void *pb)
{
    const struct tag *a = pa, *b = pb;

    return (a->id > b->id) - (a->id < b->id);
}

static struct lt_rollup_row empty_row(int64_t id)
{
    return (struct lt_rollup_row){.id = id, .den = 1};
}

/* A row for each id that a unit has, and which of them is each unit's. */
static int rows_of_units(struct rollup *r, const struct lt_rollup_unit *units, int n)
{
    struct tag *tags = malloc(((size_t)n + 1) * sizeof *tags);
    int n_tags = 0;

    if (!tags)
        return LT_ENOMEM;
    for (int i = 0; i < n; i++) {
        int64_t id = id_of_unit(r->rule->of, &units[i]);

        r->row_of_unit[i] = -1;
        if (id != 0)
            tags[n_tags++] = (struct tag){id, i};
    }
    if (n_tags > 0)
        qsort(tags, (size_t)n_tags, sizeof *tags, by_id);
    for (int i = 0; i < n_tags; i++) {
        if (i == 0 || tags[i].id != tags[i - 1].id)
            r->rows[r->n_rows++] = empty_row(tags[i].id);
        r->row_of_unit[tags[i].unit] = r->n_rows - 1;
        r->rows[r->n_rows - 1].registered += units[tags[i].unit].registered;
    }
    free(tags);
    return LT_OK;
}

static void add_parts(struct rollup *r)
{
    for (int i = 0; i < r->n_parts; i++) {
        int at = row_of(r, &r->parts[i]);

        if (at < 0)
            continue;
        r->rows[at].took++;
        r->rows[at].num += r->parts[i].points_c;
    }
}

static int from_the_best(const void *pa, const void *pb)
{
    const int64_t *a = pa, *b = pb;

    return (*a < *b) - (*a > *b);
}

/* Again, but with the best only: points are dealt out to their rows, each of which is sorted. */
static void keep_best(struct rollup *r)
{
    int end = 0;

    for (int k = 0; k < r->n_rows; k++) {
        r->ends[k] = end;
        end += r->rows[k].took;
        r->rows[k].num = 0;
    }
    for (int i = 0; i < r->n_parts; i++) {
        int at = row_of(r, &r->parts[i]);

        if (at >= 0)
            r->points[r->ends[at]++] = r->parts[i].points_c;
    }
    for (int k = 0; k < r->n_rows; k++) {
        struct lt_rollup_row *row = &r->rows[k];
        int64_t *points = r->points + r->ends[k] - row->took;

        if (row->took > 0)
            qsort(points, (size_t)row->took, sizeof *points, from_the_best);
        for (int i = 0; i < row->took && i < r->rule->best; i++)
            row->num += points[i];
    }
}

static int64_t rounded(__int128 num, __int128 den)
{
    return (int64_t)(num < 0 ? -((-2 * num + den) / (2 * den)) : (2 * num + den) / (2 * den));
}

/* Without anybody the value is nothing of one. */
static void divide(const struct lt_board_rule *rule, struct lt_rollup_row *row)
{
    __int128 took_e4 = (__int128)row->took * E4,
             floor_e4 = (__int128)row->registered * rule->floor_e4;

    if (rule->by == LT_AGGREGATE_MEAN && row->took > 0)
        row->den = row->took;
    if (rule->by == LT_AGGREGATE_WEIGHTED && row->took > 0) {
        row->num *= E4;
        row->den = floor_e4 > took_e4 ? floor_e4 : took_e4;
    }
    row->value_c = rounded(row->num, row->den);
}

/* < 0: a is better. */
static int compare(const struct lt_rollup_row *a, const struct lt_rollup_row *b)
{
    __int128 left = a->num * b->den, right = b->num * a->den;

    return (left < right) - (left > right);
}

/* Before rows have ranks, rank says whether they get one. */
static int by_value(const void *pa, const void *pb)
{
    const struct lt_rollup_row *a = pa, *b = pb;
    int order = b->rank - a->rank;

    if (order == 0 && a->rank > 0)
        order = compare(a, b);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static void rank_rows(const struct lt_board_rule *rule, struct lt_rollup_row *rows, int n)
{
    int32_t rank = 0;

    for (int i = 0; i < n; i++)
        rows[i].rank = rows[i].took >= rule->least && rows[i].took > 0;
    if (n > 0)
        qsort(rows, (size_t)n, sizeof *rows, by_value);
    for (int i = 0; i < n && rows[i].rank > 0; i++) {
        if (i == 0 || compare(&rows[i - 1], &rows[i]) != 0)
            rank = i + 1;
        rows[i].rank = rank;
    }
}

/* An audience that nobody belongs to has no row. */
static void drop_empty(struct rollup *r)
{
    int n = 0;

    for (int k = 0; k < r->n_rows; k++)
        if (r->rows[k].took > 0)
            r->rows[n++] = r->rows[k];
    r->n_rows = n;
}

static int make_rows(struct rollup *r, const struct lt_rollup_unit *units, int n_units)
{
    int err = LT_OK;

    if (r->rule->of != LT_OF_AUDIENCE)
        err = rows_of_units(r, units, n_units);
    for (int64_t id = 1; id <= 2 && r->rule->of == LT_OF_AUDIENCE; id++)
        r->rows[r->n_rows++] = empty_row(id);
    if (err)
        return err;
    add_parts(r);
    if (r->rule->by == LT_AGGREGATE_BEST)
        keep_best(r);
    if (r->rule->of == LT_OF_AUDIENCE)
        drop_empty(r);
    for (int k = 0; k < r->n_rows; k++)
        divide(r->rule, &r->rows[k]);
    rank_rows(r->rule, r->rows, r->n_rows);
    return LT_OK;
}

int lt_rollup(const struct lt_board_rule *rule, const struct lt_rollup_unit *units, int n_units,
              const struct lt_rollup_part *parts, int n_parts, struct lt_rollup_row **ret)
{
    const size_t room = (size_t)n_units + 2,
                 dealt = rule->by == LT_AGGREGATE_BEST ? (size_t)n_parts : 0;
    struct rollup r = {.rule = rule, .parts = parts, .n_parts = n_parts};
    int err = LT_ENOMEM;

    r.row_of_unit = malloc(room * sizeof *r.row_of_unit);
    r.rows = malloc(room * sizeof *r.rows);
    r.points = malloc((dealt + 1) * sizeof *r.points);
    r.ends = malloc(room * sizeof *r.ends);
    if (r.row_of_unit && r.rows && r.points && r.ends)
        err = make_rows(&r, units, n_units);
    free(r.row_of_unit);
    free(r.points);
    free(r.ends);
    if (err) {
        free(r.rows);
        return err;
    }
    *ret = r.rows;
    return r.n_rows;
}

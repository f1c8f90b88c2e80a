/* Roll-ups.
 *
 * Every part is put down under the id that it counts for, so one sort brings those of a row together,
 * best first; a unit's head count goes to its row in the same way, without points. A value is kept as
 * the fraction that it is: two means that print alike may differ, and equal ones must share a rank
 * however they came about, so nothing is rounded before it is compared.
 *
 * The widest product is num · den of two rows. With fewer than 2^24 parts of less than 2^40 hundredths
 * each, times ten thousand for the floor's decimals, by a head count below 2^31, times the same ten
 * thousand, it stays below 2^123. */
#include "domain/rollup.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { E4 = 10000 };

/* A part, or the head count of a unit. */
struct item {
    int64_t id;
    int64_t points_c;
    int32_t registered; /* of a unit; 0 of a part */
    bool part;
};

/* What it counts for, 0: nothing. */
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

static int64_t id_of_part(enum lt_board_of of, const struct lt_rollup_unit *units, int n_units,
                          const struct lt_rollup_part *p)
{
    if (of == LT_OF_AUDIENCE)
        return p->leader ? 1 : 2;
    assert(p->unit < n_units);
    return p->unit < 0 ? 0 : id_of_unit(of, &units[p->unit]);
}

/* By id, parts from the best on, head counts behind them. */
static int by_id_then_points(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    if (a->part != b->part)
        return a->part ? -1 : 1;
    return (a->points_c < b->points_c) - (a->points_c > b->points_c);
}

static int fill(enum lt_board_of of, const struct lt_rollup_unit *units, int n_units,
                const struct lt_rollup_part *parts, int n_parts, struct item *items)
{
    int n = 0;

    for (int i = 0; i < n_units; i++) {
        int64_t id = id_of_unit(of, &units[i]);

        if (id != 0)
            items[n++] = (struct item){.id = id, .registered = units[i].registered};
    }
    for (int i = 0; i < n_parts; i++) {
        int64_t id = id_of_part(of, units, n_units, &parts[i]);

        if (id != 0)
            items[n++] = (struct item){.id = id, .points_c = parts[i].points_c, .part = true};
    }
    if (n > 0)
        qsort(items, (size_t)n, sizeof *items, by_id_then_points);
    return n;
}

static int64_t rounded(__int128 num, __int128 den)
{
    return (int64_t)(num < 0 ? -((-2 * num + den) / (2 * den)) : (2 * num + den) / (2 * den));
}

/* The row of items [0, n), which have one id. Without anybody the value is nothing of one. */
static void fill_row(const struct lt_board_rule *rule, const struct item *items, int n,
                     struct lt_rollup_row *row)
{
    int64_t registered = 0, took_e4, floor_e4;

    *row = (struct lt_rollup_row){.id = items[0].id, .den = 1};
    for (int i = 0; i < n; i++) {
        registered += items[i].registered;
        row->took += items[i].part;
        if (items[i].part && (rule->by != LT_AGGREGATE_BEST || i < rule->best))
            row->num += items[i].points_c;
    }
    row->registered = (int32_t)registered;
    took_e4 = (int64_t)row->took * E4;
    floor_e4 = registered * rule->floor_e4;
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

int lt_rollup(const struct lt_board_rule *rule, const struct lt_rollup_unit *units, int n_units,
              const struct lt_rollup_part *parts, int n_parts, struct lt_rollup_row **ret)
{
    size_t room = (size_t)n_units + (size_t)n_parts + 1;
    struct item *items = malloc(room * sizeof *items);
    struct lt_rollup_row *rows = NULL;
    int n, n_rows = 0;

    if (!items)
        return LT_ENOMEM;
    n = fill(rule->of, units, n_units, parts, n_parts, items);
    for (int i = 0; i < n; i++)
        n_rows += i == 0 || items[i].id != items[i - 1].id;
    rows = malloc(((size_t)n_rows + 1) * sizeof *rows);
    if (!rows) {
        free(items);
        return LT_ENOMEM;
    }
    for (int i = 0, from, k = 0; i < n; k++) {
        for (from = i; i < n && items[i].id == items[from].id;)
            i++;
        fill_row(rule, items + from, i - from, &rows[k]);
    }
    free(items);
    rank_rows(rule, rows, n_rows);
    *ret = rows;
    return n_rows;
}

/* Making a set of boards.
 *
 * Entries: the score is the pack of points, correct and time where it tells apart exactly whom the
 * ranking tells apart; times within one quantum, levels, sudden death and other keys it does not hold,
 * and then the score is the rank, negative. The exact values are in the row either way.
 *
 * Roll-ups: of whoever took part, by lt_rollup. Disqualified entries take part in nothing. */
#include "service/board_set.h"
#include "base/err.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- units ---- */

struct lt_board_units {
    struct lt_rollup_unit *units;
    char **kind_of; /* of each unit, while they are added */
    int n, cap;
    char **kinds;
    int n_kinds;
};

struct lt_board_units *lt_board_units_new(void)
{
    struct lt_board_units *u = calloc(1, sizeof *u);
    assert(u);
    return u;
}

static void free_all(char **strings, int n)
{
    for (int i = 0; strings && i < n; i++)
        free(strings[i]);
    free(strings);
}

void lt_board_units_free(struct lt_board_units *u)
{
    if (!u)
        return;
    free_all(u->kind_of, u->n);
    free_all(u->kinds, u->n_kinds);
    free(u->units);
    free(u);
}

void lt_board_units_add(struct lt_board_units *u, const struct lt_rollup_unit *unit,
                        const char *kind)
{
    if (u->n == u->cap) {
        u->cap = u->cap ? 2 * u->cap : 256;
        u->units = realloc(u->units, (size_t)u->cap * sizeof *u->units);
        u->kind_of = realloc(u->kind_of, (size_t)u->cap * sizeof *u->kind_of);
        assert(u->units && u->kind_of);
    }
    u->units[u->n] = *unit;
    u->kind_of[u->n] = strdup(kind);
    assert(u->kind_of[u->n]);
    u->n++;
}

static int by_bytes(const void *pa, const void *pb)
{
    return strcmp(*(char *const *)pa, *(char *const *)pb);
}

static int by_unit(const void *pa, const void *pb)
{
    int64_t a = ((const struct lt_rollup_unit *)pa)->unit;
    int64_t b = ((const struct lt_rollup_unit *)pb)->unit;
    return (a > b) - (a < b);
}

void lt_board_units_end(struct lt_board_units *u)
{
    u->kinds = calloc((size_t)u->n + 1, sizeof *u->kinds);
    assert(u->kinds);
    if (u->n == 0)
        return;
    char **sorted = malloc((size_t)u->n * sizeof *sorted);
    assert(sorted);
    memcpy(sorted, u->kind_of, (size_t)u->n * sizeof *sorted);
    qsort(sorted, (size_t)u->n, sizeof *sorted, by_bytes);
    for (int i = 0; i < u->n; i++)
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0) {
            u->kinds[u->n_kinds] = strdup(sorted[i]);
            assert(u->kinds[u->n_kinds]);
            u->n_kinds++;
        }
    free(sorted);
    for (int i = 0; i < u->n; i++) {
        char **kind = bsearch(&u->kind_of[i], u->kinds, (size_t)u->n_kinds, sizeof *kind, by_bytes);
        u->units[i].kind = (int)(kind - u->kinds);
    }
    free_all(u->kind_of, u->n);
    u->kind_of = NULL;
    qsort(u->units, (size_t)u->n, sizeof *u->units, by_unit);
}

const struct lt_rollup_unit *lt_board_units_all(const struct lt_board_units *u, int *ret_n)
{
    *ret_n = u->n;
    return u->units;
}

int lt_board_units_find(const struct lt_board_units *u, int64_t unit)
{
    const struct lt_rollup_unit key = {.unit = unit};
    const struct lt_rollup_unit *found =
        u->n > 0 ? bsearch(&key, u->units, (size_t)u->n, sizeof key, by_unit) : NULL;
    return found ? (int)(found - u->units) : -1;
}

const char *lt_board_units_kind(const struct lt_board_units *u, int k)
{
    return k >= 0 && k < u->n_kinds ? u->kinds[k] : NULL;
}

/* ---- entries ---- */

static struct lt_board_row entry_row(const struct lt_place *p)
{
    return (struct lt_board_row){.member = p->entry,
                                 .score = -p->rank,
                                 .value = {p->points_c, p->correct, p->time_us},
                                 .rank = p->rank};
}

/* Whether the packs order as the ranking does. Fills in the scores as far as they do. */
static bool pack(const struct lt_sheet *sheet, const struct lt_place *const *order,
                 struct lt_board_row *rows, int n)
{
    const struct lt_board_row *above = NULL;
    for (int i = 0; i < n; i++) {
        if (rows[i].rank == 0)
            continue;
        rows[i].score = lt_board_score(sheet, order[i], i);
        if (above && (rows[i].score > above->score ||
                      (rows[i].score == above->score) != (rows[i].rank == above->rank)))
            return false;
        above = &rows[i];
    }
    return true;
}

static void add_entries(struct lt_board_set *s, const char *name, const struct lt_sheet *sheet,
                        const struct lt_place *const *order, int n)
{
    struct lt_board_row *rows = lt_board_set_add(s, name, n);
    for (int i = 0; i < n; i++)
        rows[i] = entry_row(order[i]);
    if (!pack(sheet, order, rows, n))
        for (int i = 0; i < n; i++)
            rows[i].score = -rows[i].rank;
}

static void add_by_entry(struct lt_board_set *s, const char *name)
{
    lt_board_set_add(s, name, 0);
    s->parts[s->n_parts - 1].by_entry = true;
}

/* ---- roll-ups ---- */

static void add_rollup(struct lt_board_set *s, const struct lt_board_input *in, int rule, int round,
                       const struct lt_rollup_part *parts, int n)
{
    char name[LT_BOARD_NAME_BYTES];
    struct lt_rollup_row *up = NULL;
    int n_units;
    const struct lt_rollup_unit *units = lt_board_units_all(in->units, &n_units);
    int n_up = lt_rollup(&in->sheet->boards[rule], units, n_units, parts, n, &up);
    assert(n_up >= 0);
    lt_board_name(name, in->sheet->boards[rule].of, round);
    struct lt_board_row *rows = lt_board_set_add(s, name, n_up);
    for (int i = 0; i < n_up; i++)
        rows[i] = (struct lt_board_row){.member = up[i].id,
                                        .score = -up[i].rank,
                                        .value = {up[i].value_c, up[i].took, up[i].registered},
                                        .rank = up[i].rank};
    free(up);
}

static bool took_part(const struct lt_place *p, int64_t start_c)
{
    return !p->disqualified && (p->answered > 0 || p->points_c != start_c);
}

static void add_rollups(struct lt_board_set *s, const struct lt_board_input *in, int round,
                        const struct lt_place *const *order, int n)
{
    int64_t start_c = round == 0 ? in->sheet->start_points_c : 0;
    int n_parts = 0;
    if (!in->units || in->sheet->n_boards == 0)
        return;
    struct lt_rollup_part *parts = malloc(((size_t)n + 1) * sizeof *parts);
    assert(parts);
    for (int i = 0; i < n; i++) {
        if (!took_part(order[i], start_c))
            continue;
        struct lt_board_who who = in->who(in->arg, order[i]->entry);
        parts[n_parts++] = (struct lt_rollup_part){.points_c = order[i]->points_c,
                                                   .time_us = order[i]->time_us,
                                                   .correct = order[i]->correct,
                                                   .unit = who.unit,
                                                   .leader = who.leader};
    }
    for (int i = 0; i < in->sheet->n_boards; i++)
        add_rollup(s, in, i, round, parts, n_parts);
    free(parts);
}

/* ---- rounds ---- */

int lt_board_round(const struct lt_sheet *sheet, const struct lt_standings *s, int r,
                   struct lt_place **ret)
{
    if (lt_standings_settled(s) <= lt_sheet_first(sheet, r))
        return -1;
    *ret = malloc(((size_t)lt_standings_count(s) + 1) * sizeof **ret);
    assert(*ret);
    return lt_standings_rank_round(s, r, *ret);
}

static void add_round(struct lt_board_set *s, const struct lt_board_input *in, int r)
{
    char name[LT_BOARD_NAME_BYTES];
    struct lt_place *places = NULL;
    int n = in->round(in->arg, r, &places);
    if (n < 0)
        return;
    const struct lt_place **order = malloc(((size_t)n + 1) * sizeof *order);
    assert(order);
    lt_board_name(name, LT_OF_ENTRY, r + 1);
    struct lt_board_row *rows = lt_board_set_add(s, name, n);
    for (int i = 0; i < n; i++) {
        order[i] = &places[i];
        rows[i] = entry_row(&places[i]);
    }
    add_rollups(s, in, r + 1, order, n);
    free(order);
    free(places);
}

/* ---- the set ---- */

struct lt_board_set *lt_board_set_make(const struct lt_board_input *in)
{
    struct lt_board_set *s = lt_board_set_new(in->tenant, in->event, in->version);
    s->shows = in->shows;
    s->frozen = in->frozen;
    s->final = in->final;
    if (in->by_entry) {
        s->quantum_us = lt_sheet_quantum_us(in->sheet);
        add_by_entry(s, "board");
        if (in->truth)
            add_by_entry(s, "full");
    } else {
        add_entries(s, "board", in->sheet, in->shown, in->n_shown);
        if (in->truth)
            add_entries(s, "full", in->sheet, in->truth, in->n_truth);
    }
    add_rollups(s, in, 0, in->shown, in->n_shown);
    for (int r = 0; in->round && in->sheet->round_boards && r < in->sheet->n_rounds; r++)
        add_round(s, in, r);
    return s;
}

int64_t lt_board_frozen_us(const struct lt_sheet *sheet, int64_t closes_us)
{
    const int64_t minute_us = 60 * INT64_C(1000000);
    return sheet->freeze.last_minutes > 0 ? closes_us - sheet->freeze.last_minutes * minute_us
                                          : INT64_MAX;
}

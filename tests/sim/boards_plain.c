/* What must be on a board. Everything is compared with everything: no sorting, no fractions kept, no
 * line of the product's. */
#include "boards.h"

#include <stdlib.h>
#include <string.h>

void wants_clear(struct world *w)
{
    for (int i = 0; i < w->n_wants; i++)
        free(w->wants[i].rows);
    w->n_wants = 0;
    w->frozen = false;
}

struct want *want_add(struct world *w, const char *name, int n)
{
    struct want *want = &w->wants[w->n_wants++];

    if (w->n_wants > WANTS_MAX)
        abort();
    memset(want, 0, sizeof *want);
    snprintf(want->name, sizeof want->name, "%s", name);
    want->rows = calloc((size_t)n + 1, sizeof *want->rows);
    want->n = n;
    return want;
}

int plain_by_points(const void *arg, const struct stand *a, const struct stand *b)
{
    (void)arg;
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c ? -1 : 1;
    if (a->correct != b->correct)
        return a->correct > b->correct ? -1 : 1;
    return a->time_us < b->time_us ? -1 : a->time_us > b->time_us;
}

void plain_rank(struct stand *s, int n, compare_fn *compare, const void *arg)
{
    for (int i = 0; i < n; i++) {
        s[i].rank = s[i].disqualified ? 0 : 1;
        for (int k = 0; k < n && s[i].rank > 0; k++)
            s[i].rank += !s[k].disqualified && compare(arg, &s[k], &s[i]) < 0;
    }
}

void want_entries(struct world *w, const char *name, const struct stand *s, int n)
{
    struct want *want = want_add(w, name, n);

    for (int i = 0; i < n; i++) {
        want->rows[i] =
            (struct want_row){s[i].entry, {s[i].points_c, s[i].correct, s[i].time_us}, s[i].rank};
        w->tally->disqualified += s[i].disqualified;
    }
}

/* ---- roll-ups -------------------------------------------------------------------------------- */

/* The region of that level that a unit stands in, 0: none. */
static int64_t region_of(const struct world *w, const struct unit *u, int level)
{
    int64_t at = u->region;

    while (at != 0)
        for (int i = 0; i < w->n_regions; i++)
            if (w->regions[i].id == at) {
                if (w->regions[i].level == level)
                    return at;
                at = w->regions[i].parent;
                break;
            }
    return 0;
}

/* The number that a kind has among those that there are, by the order of their bytes: 医 (E5 8C), 国
 * (E5 9B), 学 (E5 AD). */
static int64_t kind_no(const struct world *w, int kind)
{
    static const int order[] = {2, 0, 1};
    int no = 0;

    for (int i = 0; i < 3; i++) {
        bool there = false;

        for (int k = 0; k < w->n_units; k++)
            there = there || w->units[k].kind == order[i];
        no += there;
        if (order[i] == kind)
            return no;
    }
    return 0;
}

static int64_t id_of(const struct world *w, enum lt_board_of of, int unit)
{
    const struct unit *u = &w->units[unit];

    if (of == LT_OF_UNIT)
        return u->id;
    if (of == LT_OF_KIND)
        return kind_no(w, u->kind);
    return region_of(w, u, of == LT_OF_PROVINCE ? 0 : of == LT_OF_CITY ? 1 : 2);
}

static bool belongs(const struct world *w, const struct spec *spec, const struct stand *s,
                    int64_t id, int64_t start_c)
{
    if (s->disqualified || (s->answered == 0 && s->points_c == start_c))
        return false;
    if (spec->of == LT_OF_AUDIENCE)
        return id == (s->leader ? 1 : 2);
    return s->unit >= 0 && id_of(w, spec->of, s->unit) == id;
}

/* Points of the row's people, most first. */
static int points_of(const struct world *w, const struct spec *spec, const struct stand *s, int n,
                     int64_t id, int64_t start_c, int64_t *out)
{
    int k = 0;

    for (int i = 0; i < n; i++)
        if (belongs(w, spec, &s[i], id, start_c)) {
            int at = k++;

            while (at > 0 && out[at - 1] < s[i].points_c) {
                out[at] = out[at - 1];
                at--;
            }
            out[at] = s[i].points_c;
        }
    return k;
}

struct value {
    __int128 up, down;
};

static struct value value_of(const struct spec *spec, const int64_t *points, int took,
                             int64_t registered)
{
    struct value v = {0, 1};
    int n = spec->by == LT_AGGREGATE_BEST && spec->best < took ? spec->best : took;

    for (int i = 0; i < n; i++)
        v.up += points[i];
    if (took == 0)
        return v;
    if (spec->by == LT_AGGREGATE_MEAN)
        v.down = took;
    if (spec->by == LT_AGGREGATE_WEIGHTED) {
        __int128 least = (__int128)registered * spec->floor_e4, all = (__int128)took * 10000;

        v.up *= 10000;
        v.down = all < least ? least : all;
    }
    return v;
}

/* To the nearest, halves away from zero. */
static int64_t nearest(struct value v)
{
    __int128 up = v.up < 0 ? -v.up : v.up, whole = up / v.down, rest = up % v.down;

    whole += 2 * rest >= v.down;
    return (int64_t)(v.up < 0 ? -whole : whole);
}

static int ids_of(const struct world *w, const struct spec *spec, int64_t *ids)
{
    int n = 0;

    if (spec->of == LT_OF_AUDIENCE) {
        ids[0] = 1;
        ids[1] = 2;
        return 2;
    }
    for (int i = 0; i < w->n_units; i++) {
        int64_t id = id_of(w, spec->of, i);
        bool known = id == 0;

        for (int k = 0; k < n; k++)
            known = known || ids[k] == id;
        if (!known)
            ids[n++] = id;
    }
    return n;
}

static void want_rollup(struct world *w, const struct spec *spec, int round, const struct stand *s,
                        int n, int64_t start_c)
{
    int64_t ids[UNITS_MAX + 2], *points = calloc((size_t)n + 1, sizeof *points);
    struct value values[UNITS_MAX + 2];
    char name[LT_BOARD_NAME_BYTES];
    int n_ids = ids_of(w, spec, ids), kept = 0;

    snprintf(name, sizeof name, "up:%s:%d", lt_board_of_name(spec->of), round);
    struct want *want = want_add(w, name, n_ids);
    for (int i = 0; i < n_ids; i++) {
        int took = points_of(w, spec, s, n, ids[i], start_c, points);
        int64_t registered = 0;

        if (spec->of == LT_OF_AUDIENCE && took == 0)
            continue;
        for (int k = 0; k < w->n_units && spec->of != LT_OF_AUDIENCE; k++)
            if (id_of(w, spec->of, k) == ids[i])
                registered += w->units[k].registered;
        values[kept] = value_of(spec, points, took, registered);
        want->rows[kept] = (struct want_row){
            ids[i], {nearest(values[kept]), took, registered}, took >= spec->least && took > 0};
        w->tally->unranked += want->rows[kept].rank == 0;
        kept++;
    }
    want->n = kept;
    for (int i = 0; i < kept; i++)
        for (int k = 0; k < kept && want->rows[i].rank > 0; k++)
            want->rows[i].rank += want->rows[k].rank > 0 &&
                                  values[k].up * values[i].down > values[i].up * values[k].down;
    free(points);
    w->tally->rollups++;
}

void want_rollups(struct world *w, int round, const struct stand *s, int n, int64_t start_c)
{
    for (int i = 0; i < w->n_specs; i++)
        want_rollup(w, &w->specs[i], round, s, n, start_c);
}

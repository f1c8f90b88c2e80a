/* Ranking and the board's score.
 *
 * lt_place_cmp is the one definition of "better"; lt_rank and the board follow it. The packed form
 * is a number whose plain order is the ranking of a contest among persons:
 *
 *     points · 2^27  +  correct · 2^17  +  (2^17 − 1 − time in quanta)
 *
 * It stays within ±(2^53 − 1), where a double, which is what a sorted set keeps, is exact.
 * A wider time field was rejected: points in hundredths need the bits, and the quantum of a sheet
 * (lt_sheet_quantum_us) makes 17 bits enough. Packing levels and sudden death too was rejected:
 * there are no bits left. A board is written whole, so the position says the same without any. */
#include "domain/ranking.h"

#include "base/err.h"
#include "radix.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CORRECT_BITS = 10, TIME_BITS = 17, FEW = 128 };
static const int64_t POINTS_LIMIT_C = INT64_C(1) << 26;

/* < 0 when a is less. */
static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int key_cmp(enum lt_rank_key key, const struct lt_place *a, const struct lt_place *b)
{
    switch (key) {
    case LT_KEY_POINTS:
        return compare(b->points_c, a->points_c);
    case LT_KEY_TIEBREAK:
        return compare(b->tiebreak, a->tiebreak);
    case LT_KEY_CORRECT:
        return compare(b->correct, a->correct);
    case LT_KEY_TIME:
        return compare(a->time_us, b->time_us);
    case LT_RANK_KEYS:
        break;
    }
    return 0;
}

int lt_place_cmp(const struct lt_sheet *sheet, const struct lt_place *a, const struct lt_place *b)
{
    int order;

    if (a->disqualified || b->disqualified)
        return (int)a->disqualified - (int)b->disqualified;
    order = compare(b->level, a->level);
    for (int i = 0; i < sheet->n_keys && order == 0; i++)
        order = key_cmp(sheet->keys[i], a, b);
    return order;
}

bool lt_place_tied(const struct lt_sheet *sheet, const struct lt_place *a, const struct lt_place *b)
{
    if (a->level != b->level || a->disqualified || b->disqualified)
        return false;
    for (int i = 0; i < sheet->n_keys; i++) {
        if (key_cmp(sheet->keys[i], a, b) != 0)
            return false;
        if (sheet->keys[i] == LT_KEY_TIEBREAK)
            break;
    }
    return true;
}

static int by_rank_then_entry(const void *pa, const void *pb, void *sheet)
{
    const struct lt_place *a = *(struct lt_place *const *)pa, *b = *(struct lt_place *const *)pb;
    int order = lt_place_cmp(sheet, a, b);

    return order != 0 ? order : compare(a->entry, b->entry);
}

/* ---- many at once ---- */

/* What one rank is better than another by, in order of weight: a number of which less is better, and what
 * it is among those who are ranked. */
struct field {
    int bits;
    int64_t low, high;
};
enum { FIELDS = 1 + LT_RANK_KEYS };

static int64_t field_of(const struct lt_sheet *sheet, int f, const struct lt_place *p)
{
    if (f == 0)
        return -(int64_t)p->level;
    switch (sheet->keys[f - 1]) {
    case LT_KEY_POINTS:
        return -p->points_c;
    case LT_KEY_TIEBREAK:
        return -p->tiebreak;
    case LT_KEY_CORRECT:
        return -(int64_t)p->correct;
    case LT_KEY_TIME:
        return p->time_us;
    case LT_RANK_KEYS:
        break;
    }
    return 0;
}

/* How many bits the keys need, one of them for who is disqualified. */
static int measure(const struct lt_sheet *sheet, struct lt_place *const *order, int n,
                   struct field *fields)
{
    int bits = 1, n_fields = 1 + sheet->n_keys;

    for (int f = 0; f < n_fields; f++)
        fields[f] = (struct field){.low = INT64_MAX, .high = INT64_MIN};
    for (int i = 0; i < n; i++) {
        if (order[i]->disqualified)
            continue;
        for (int f = 0; f < n_fields; f++) {
            int64_t v = field_of(sheet, f, order[i]);

            fields[f].low = v < fields[f].low ? v : fields[f].low;
            fields[f].high = v > fields[f].high ? v : fields[f].high;
        }
    }
    for (int f = 0; f < n_fields; f++) {
        if (fields[f].low <= fields[f].high)
            fields[f].bits = radix_bits((uint64_t)fields[f].high - (uint64_t)fields[f].low);
        bits += fields[f].bits;
    }
    return bits;
}

/* All of them side by side: of two places the better has the lesser key, and who ties has the same. */
static uint64_t key_of(const struct lt_sheet *sheet, const struct field *fields, int bits,
                       const struct lt_place *p)
{
    uint64_t key = 0;

    if (p->disqualified)
        return UINT64_C(1) << (bits - 1);
    for (int f = 0; f < 1 + sheet->n_keys; f++)
        if (fields[f].bits > 0)
            key =
                key << fields[f].bits | ((uint64_t)field_of(sheet, f, p) - (uint64_t)fields[f].low);
    return key;
}

/* As they are, in order of their ids. */
static struct radix_item *by_entry(struct lt_place *const *order, int n, struct radix_item *items,
                                   struct radix_item *spare)
{
    int64_t low = order[0]->entry, high = low;
    bool sorted = true;

    for (int i = 0; i < n; i++) {
        int64_t id = order[i]->entry;

        sorted = sorted && id >= high;
        low = id < low ? id : low;
        high = id > high ? id : high;
    }
    for (int i = 0; i < n; i++)
        items[i] = (struct radix_item){
            .key = sorted ? 0 : (uint64_t)order[i]->entry - (uint64_t)low, .at = (uint32_t)i};
    return sorted ? items : radix_sort(items, spare, n, radix_bits((uint64_t)high - (uint64_t)low));
}

/* The same by the same rules, but each place is looked at in turn and compared as one number. False: the
 * numbers are too long. */
static bool rank_many(const struct lt_sheet *sheet, struct lt_place **order, int n)
{
    struct field fields[FIELDS];
    int bits = measure(sheet, order, n, fields), rank = 0;

    if (bits > 64)
        return false;
    struct radix_item *memory = malloc(2 * (size_t)n * sizeof *memory), *items, *spare;
    struct lt_place **was = malloc((size_t)n * sizeof *was);
    int32_t *ranks = malloc((size_t)n * sizeof *ranks);
    assert(memory && was && ranks);
    items = by_entry(order, n, memory, memory + n);
    spare = items == memory ? memory + n : memory;
    for (int i = 0; i < n; i++)
        items[i].key = key_of(sheet, fields, bits, order[items[i].at]);
    items = radix_sort(items, spare, n, bits);
    memcpy(was, order, (size_t)n * sizeof *was);
    for (int i = 0; i < n; i++) {
        if (i == 0 || items[i].key != items[i - 1].key)
            rank = i + 1;
        ranks[items[i].at] = rank;
        order[i] = was[items[i].at];
    }
    for (int i = 0; i < n; i++) {
        was[i]->old_rank = was[i]->rank;
        was[i]->rank = was[i]->disqualified ? 0 : ranks[i];
    }
    free(memory);
    free(was);
    free(ranks);
    return true;
}

void lt_rank(const struct lt_sheet *sheet, struct lt_place **order, int n)
{
    const struct lt_place *above = NULL;
    int rank = 0;

    if (n <= 0 || (n > FEW && rank_many(sheet, order, n)))
        return;
    qsort_r(order, (size_t)n, sizeof *order, by_rank_then_entry, (void *)sheet);
    for (int i = 0; i < n; i++) {
        struct lt_place *p = order[i];

        if (!above || lt_place_cmp(sheet, above, p) != 0)
            rank = i + 1;
        p->old_rank = p->rank;
        p->rank = p->disqualified ? 0 : rank;
        above = p;
    }
}

int lt_board_pack(const struct lt_place *p, int64_t quantum_us, int64_t *ret)
{
    const int64_t time_limit = INT64_C(1) << TIME_BITS;
    int64_t quanta;

    assert(quantum_us > 0);
    if (p->points_c <= -POINTS_LIMIT_C || p->points_c >= POINTS_LIMIT_C)
        return LT_EBUDGET;
    if (p->correct < 0 || p->correct >= 1 << CORRECT_BITS || p->time_us < 0)
        return LT_EBUDGET;
    quanta = p->time_us / quantum_us;
    if (quanta >= time_limit)
        return LT_EBUDGET;
    *ret = p->points_c * (INT64_C(1) << (CORRECT_BITS + TIME_BITS)) +
           p->correct * (INT64_C(1) << TIME_BITS) + (time_limit - 1 - quanta);
    return LT_OK;
}

int64_t lt_board_points(int64_t score)
{
    const int64_t unit = INT64_C(1) << (CORRECT_BITS + TIME_BITS);
    int64_t rest = score % unit;

    return (score - (rest < 0 ? rest + unit : rest)) / unit;
}

static bool packs(const struct lt_sheet *sheet)
{
    for (int i = 0; i < sheet->n_rounds; i++)
        if (sheet->rounds[i].advance > 0)
            return false;
    return !sheet->teams && sheet->n_keys == 3 && sheet->keys[0] == LT_KEY_POINTS &&
           sheet->keys[1] == LT_KEY_CORRECT && sheet->keys[2] == LT_KEY_TIME;
}

static int64_t within(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

int64_t lt_board_score(const struct lt_sheet *sheet, const struct lt_place *p, int position)
{
    const int64_t quantum_us = lt_sheet_quantum_us(sheet);
    struct lt_place held = *p;
    int64_t score = 0;
    int err;

    if (!packs(sheet))
        return -1 - position;
    if (p->disqualified) /* below whatever packs */
        return -(INT64_C(1) << 53) + 1;
    /* The sheet's check bounds what its rules can give. Rulings, more time for a question and papers
     * that add up for months may go beyond: there one stands at the end of the scale, not in the
     * middle of it. */
    held.points_c = within(p->points_c, -POINTS_LIMIT_C + 1, POINTS_LIMIT_C - 1);
    held.correct = (int32_t)within(p->correct, 0, LT_BOARD_CORRECT_MAX);
    held.time_us = within(p->time_us, 0, quantum_us * ((1 << TIME_BITS) - 1));
    err = lt_board_pack(&held, quantum_us, &score);
    assert(err == LT_OK);
    return score;
}

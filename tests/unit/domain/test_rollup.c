/* Roll-ups by hand, and against a second computation that looks at every part for every row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/rollup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 40, PARTS = 200 };
static struct lt_rollup_unit units[UNITS];
static struct lt_rollup_part parts[PARTS];
static int n_units, n_parts;
static struct lt_rollup_row *rows;
static int n_rows;

static int unit(int64_t id, int64_t city, int32_t registered)
{
    units[n_units] = (struct lt_rollup_unit){.unit = id,
                                             .county = 0,
                                             .city = city,
                                             .province = 1,
                                             .kind = (int)(id % 3),
                                             .registered = registered};
    return n_units++;
}

static void part(int of, int64_t points_c)
{
    parts[n_parts++] = (struct lt_rollup_part){.points_c = points_c, .unit = of};
}

static void roll(enum lt_board_of of, enum lt_aggregate by, int best, int floor_e4, int least)
{
    struct lt_board_rule rule = {
        .of = of, .by = by, .best = best, .floor_e4 = floor_e4, .least = least};

    free(rows);
    rows = NULL;
    n_rows = lt_rollup(&rule, units, n_units, parts, n_parts, &rows);
    assert_true(n_rows >= 0);
}

/* "1:7=10.50/2 …": rank, id, value, how many took part. */
static void assert_rows(const char *want)
{
    char got[2000] = "";

    for (int i = 0; i < n_rows; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%d:%d=%d/%d", i ? " " : "",
                 rows[i].rank, (int)rows[i].id, (int)rows[i].value_c, rows[i].took);
    assert_string_equal(got, want);
}

static int clear(void **state)
{
    (void)state;
    n_units = n_parts = 0;
    free(rows);
    rows = NULL;
    return 0;
}

/* ---- by hand -------------------------------------------------------------------------------- */

static void each_way_of_adding_up(void **state)
{
    (void)state;
    int a = unit(7, 70, 10), b = unit(8, 70, 2), c = unit(9, 90, 1);

    part(a, 1000), part(a, 500), part(a, 300);
    part(b, 900);
    part(c, 700), part(c, 200);
    roll(LT_OF_UNIT, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_rows("1:7=1800/3 2:8=900/1 2:9=900/2");
    roll(LT_OF_UNIT, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_rows("1:8=900/1 2:7=600/3 3:9=450/2");
    roll(LT_OF_UNIT, LT_AGGREGATE_BEST, 2, 0, 1);
    assert_rows("1:7=1500/3 2:8=900/1 2:9=900/2");
    /* 1800 over 9, 900 over 1.8, and of 9 more took part than were registered: over 2 */
    roll(LT_OF_UNIT, LT_AGGREGATE_WEIGHTED, 0, 9000, 1);
    assert_rows("1:8=500/1 2:9=450/2 3:7=200/3");
    roll(LT_OF_CITY, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_rows("1:70=2700/4 2:90=900/2");
    assert_int_equal(rows[0].registered, 12);
    roll(LT_OF_PROVINCE, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_rows("1:1=600/6");
    roll(LT_OF_KIND, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_rows("1:2=1800/3 2:1=900/2 2:3=900/1"); /* 7 % 3, and one more */
}

static void equal_fractions_are_tied_however_they_came_about(void **state)
{
    (void)state;
    int a = unit(1, 1, 0), b = unit(2, 1, 0), c = unit(3, 1, 0);

    part(a, 100), part(a, 0), part(a, 0); /* 33.33… */
    for (int i = 0; i < 6; i++)
        part(b, i < 2 ? 100 : 0); /* the same */
    for (int i = 0; i < 100; i++)
        part(c, i < 33 ? 100 : 0); /* 33.00: printed alike */
    roll(LT_OF_UNIT, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_rows("1:1=33/3 1:2=33/6 3:3=33/100");
}

static void who_has_too_few_has_no_rank_and_stands_last(void **state)
{
    (void)state;
    int a = unit(5, 1, 9), b = unit(4, 1, 9), c = unit(6, 1, 9);

    unit(3, 1, 50);
    part(a, 10000);
    part(b, 100), part(b, 200);
    part(c, -100), part(c, -201);
    roll(LT_OF_UNIT, LT_AGGREGATE_MEAN, 0, 0, 2);
    assert_rows("1:4=150/2 2:6=-151/2 0:3=0/0 0:5=10000/1");
    assert_int_equal(rows[2].registered, 50);
    assert_true(rows[2].den > 0);
}

static void nobody_anywhere_is_an_empty_board(void **state)
{
    (void)state;
    roll(LT_OF_CITY, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_int_equal(n_rows, 0);
    unit(4, 0, 10); /* a provincial department: no city */
    part(0, 100);
    roll(LT_OF_CITY, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_int_equal(n_rows, 0);
    roll(LT_OF_PROVINCE, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_rows("1:1=100/1");
}

static void guests_count_for_the_audience_only(void **state)
{
    (void)state;
    unit(4, 2, 10);
    part(0, 100);
    part(-1, 500);
    parts[0].leader = true;
    roll(LT_OF_UNIT, LT_AGGREGATE_SUM, 0, 0, 1);
    assert_rows("1:4=100/1");
    roll(LT_OF_AUDIENCE, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_rows("1:2=500/1 2:1=100/1");
    assert_int_equal(rows[0].registered, 0);
}

static void halves_are_rounded_away_from_zero(void **state)
{
    (void)state;
    int a = unit(1, 0, 0), b = unit(2, 0, 0);

    part(a, 101), part(a, 100);
    part(b, -101), part(b, -100);
    roll(LT_OF_UNIT, LT_AGGREGATE_MEAN, 0, 0, 1);
    assert_rows("1:1=101/2 2:2=-101/2");
}

/* Sums that a double, or 64 bits times a floor, would no longer tell apart. */
static void large_sums_stay_exact(void **state)
{
    const int64_t most = INT64_C(1) << 39;

    (void)state;
    int a = unit(1, 0, 2000000000), b = unit(2, 0, 2000000000);

    for (int i = 0; i < 50; i++)
        part(a, most), part(b, most);
    parts[1].points_c++;
    roll(LT_OF_UNIT, LT_AGGREGATE_WEIGHTED, 0, 9999, 1);
    assert_int_equal(rows[0].id, 2);
    assert_int_equal(rows[1].rank, 2);
}

/* ---- a second computation ------------------------------------------------------------------- */

static uint64_t seed = 0x9e3779b97f4a7c15u;

static int below(int n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)(seed % (uint64_t)n);
}

static int64_t id_of(enum lt_board_of of, int u)
{
    const struct lt_rollup_unit *x = &units[u];
    int64_t ids[LT_BOARD_OFS] = {0, x->unit, x->county, x->city, x->province, 1 + x->kind, 0};

    return ids[of];
}

static bool counts_for(enum lt_board_of of, const struct lt_rollup_part *p, int64_t id)
{
    if (of == LT_OF_AUDIENCE)
        return id == (p->leader ? 1 : 2);
    return p->unit >= 0 && id_of(of, p->unit) == id;
}

struct plain {
    int64_t id, registered;
    __int128 num, den;
    int took;
};

/* The k-th best of the parts of a row is found by counting those before it. */
static struct plain plainly(const struct lt_board_rule *rule, int64_t id)
{
    struct plain v = {.id = id, .den = 1};

    for (int u = 0; u < n_units; u++)
        if (rule->of != LT_OF_AUDIENCE && id_of(rule->of, u) == id)
            v.registered += units[u].registered;
    for (int i = 0; i < n_parts; i++) {
        int before = 0;

        if (!counts_for(rule->of, &parts[i], id))
            continue;
        v.took++;
        for (int k = 0; k < n_parts; k++)
            before += counts_for(rule->of, &parts[k], id) &&
                      (parts[k].points_c > parts[i].points_c ||
                       (k < i && parts[k].points_c == parts[i].points_c));
        if (rule->by != LT_AGGREGATE_BEST || before < rule->best)
            v.num += parts[i].points_c;
    }
    if (v.took > 0 && rule->by == LT_AGGREGATE_MEAN)
        v.den = v.took;
    if (v.took > 0 && rule->by == LT_AGGREGATE_WEIGHTED) {
        v.num *= 10000;
        v.den = 10000 * (__int128)v.took;
        if (v.registered * rule->floor_e4 > v.den)
            v.den = v.registered * rule->floor_e4;
    }
    return v;
}

static bool is_row(const struct lt_board_rule *rule, int64_t id)
{
    for (int u = 0; u < n_units && rule->of != LT_OF_AUDIENCE; u++)
        if (id_of(rule->of, u) == id)
            return true;
    for (int i = 0; i < n_parts; i++)
        if (counts_for(rule->of, &parts[i], id))
            return true;
    return false;
}

static void random_field(void)
{
    n_units = below(UNITS);
    n_parts = below(PARTS);
    for (int i = 0; i < n_units; i++)
        units[i] = (struct lt_rollup_unit){.unit = 1 + i * 7 % 41,
                                           .county = below(8),
                                           .city = below(4),
                                           .province = below(5) > 0,
                                           .kind = below(5),
                                           .registered = below(4) ? below(30) : 0};
    for (int i = 0; i < n_parts; i++)
        parts[i] = (struct lt_rollup_part){.points_c = 50 * (below(30) - 8),
                                           .unit = n_units > 0 ? below(n_units + 1) - 1 : -1,
                                           .leader = below(3) == 0};
}

static void assert_as_plainly(const struct lt_board_rule *rule)
{
    int expected = 0;

    for (int64_t id = 1; id < 60; id++)
        expected += is_row(rule, id);
    assert_int_equal(n_rows, expected);
    for (int i = 0; i < n_rows; i++) {
        const struct lt_rollup_row *row = &rows[i];
        struct plain v = plainly(rule, row->id);
        int rank = 1;

        assert_true(is_row(rule, row->id));
        assert_true(row->den > 0 && row->num * v.den == v.num * row->den);
        assert_int_equal(row->took, v.took);
        assert_int_equal(row->registered, v.registered);
        assert_true(2 * v.num - 2 * row->value_c * v.den <= v.den &&
                    2 * v.num - 2 * row->value_c * v.den >= -v.den);
        for (int k = 0; k < n_rows; k++) {
            struct plain o = plainly(rule, rows[k].id);

            rank += o.took >= rule->least && o.num * v.den > v.num * o.den;
        }
        assert_int_equal(row->rank, v.took >= rule->least ? rank : 0);
        if (i > 0 && rows[i - 1].rank == row->rank)
            assert_true(rows[i - 1].id < row->id);
        else if (i > 0)
            assert_true(row->rank == 0 || (rows[i - 1].rank > 0 && rows[i - 1].rank < row->rank));
    }
}

static void random_fields_come_to_what_a_plain_computation_says(void **state)
{
    (void)state;
    for (int round = 0; round < 250; round++) {
        struct lt_board_rule rule = {.of = (enum lt_board_of)(1 + below(LT_BOARD_OFS - 1)),
                                     .by = (enum lt_aggregate)below(LT_AGGREGATES),
                                     .best = 1 + below(5),
                                     .floor_e4 = below(10001),
                                     .least = 1 + below(4)};

        random_field();
        roll(rule.of, rule.by, rule.best, rule.floor_e4, rule.least);
        assert_as_plainly(&rule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_way_of_adding_up, clear),
        cmocka_unit_test_teardown(equal_fractions_are_tied_however_they_came_about, clear),
        cmocka_unit_test_teardown(who_has_too_few_has_no_rank_and_stands_last, clear),
        cmocka_unit_test_teardown(nobody_anywhere_is_an_empty_board, clear),
        cmocka_unit_test_teardown(guests_count_for_the_audience_only, clear),
        cmocka_unit_test_teardown(halves_are_rounded_away_from_zero, clear),
        cmocka_unit_test_teardown(large_sums_stay_exact, clear),
        cmocka_unit_test_teardown(random_fields_come_to_what_a_plain_computation_says, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

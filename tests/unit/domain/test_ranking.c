/* Ranking against its definition in O(n²), and the packed score against the ranking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/ranking.h"

#include <string.h>

enum { N = 60, MS = 1000 };
static const int64_t limit_c = INT64_C(1) << 26;

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static int64_t below(uint64_t *x, int64_t n)
{
    return (int64_t)(next(x) % (uint64_t)n);
}

static bool better(const struct lt_standing *a, const struct lt_standing *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c;
    if (a->correct != b->correct)
        return a->correct > b->correct;
    return a->time_us < b->time_us;
}

static void a_rank_is_one_more_than_the_number_of_better_entries(void **state)
{
    uint64_t x = 0x9e3779b97f4a7c15u;

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct lt_standing s[N] = {0}, before[N];
        int n = 1 + (int)below(&x, N);

        for (int i = 0; i < n; i++) /* few values, so that ties are common */
            s[i] = (struct lt_standing){.entry = 1000 - i,
                                        .points_c = (below(&x, 4) - 2) * 100,
                                        .correct = (int32_t)below(&x, 3),
                                        .time_us = below(&x, 3)};
        memcpy(before, s, sizeof s);
        lt_rank(s, n);
        for (int i = 0; i < n; i++) {
            int rank = 1, found = 0;

            for (int k = 0; k < n; k++) {
                rank += better(&s[k], &s[i]);
                found += before[k].entry == s[i].entry;
            }
            assert_int_equal(s[i].rank, rank);
            assert_int_equal(found, 1);
            if (i > 0 && s[i - 1].rank == s[i].rank)
                assert_true(s[i - 1].entry < s[i].entry);
            if (i > 0)
                assert_true(s[i - 1].rank <= s[i].rank);
        }
    }
}

static void tied_entries_share_a_rank_and_the_next_leaves_a_gap(void **state)
{
    struct lt_standing s[] = {
        {.entry = 4, .points_c = -100},
        {.entry = 3, .points_c = 500, .correct = 2, .time_us = 7},
        {.entry = 2, .points_c = 500, .correct = 2, .time_us = 7},
        {.entry = 1, .points_c = 500, .correct = 2, .time_us = 8},
    };
    const int64_t entries[] = {2, 3, 1, 4};
    const int ranks[] = {1, 1, 3, 4};

    (void)state;
    lt_rank(s, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(s[i].entry, entries[i]);
        assert_int_equal(s[i].rank, ranks[i]);
    }
}

static void nobody_is_ranked_without_harm(void **state)
{
    struct lt_standing one = {.entry = 9};

    (void)state;
    lt_rank(NULL, 0);
    lt_rank(&one, 1);
    assert_int_equal(one.rank, 1);
}

static struct lt_standing random_standing(uint64_t *x)
{
    struct lt_standing s = {
        .points_c = below(x, 2) ? below(x, 2 * limit_c - 1) - (limit_c - 1) : below(x, 5) - 2,
        .correct = (int32_t)(below(x, 2) ? below(x, 1024) : below(x, 3)),
        .time_us = below(x, 2) ? below(x, INT64_C(131072) * MS) : below(x, 4) * MS,
    };

    return s;
}

static void the_packed_order_is_the_ranking_up_to_the_quantum(void **state)
{
    uint64_t x = 42;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct lt_standing a = random_standing(&x), b = random_standing(&x);
        int64_t pa = 0, pb = 0;

        if (i % 2) {
            b.points_c = a.points_c;
            if (i % 4 == 1)
                b.correct = a.correct;
        }
        assert_int_equal(lt_board_pack(&a, MS, &pa), LT_OK);
        assert_int_equal(lt_board_pack(&b, MS, &pb), LT_OK);
        assert_true(pa < INT64_C(1) << 53 && pa > -(INT64_C(1) << 53));
        a.time_us -= a.time_us % MS;
        b.time_us -= b.time_us % MS;
        if (better(&a, &b))
            assert_true(pa > pb);
        else if (better(&b, &a))
            assert_true(pb > pa);
        else
            assert_int_equal(pa, pb);
        assert_true((double)pa > (double)pb ? pa > pb : pa <= pb);
    }
}

static void what_exceeds_the_budget_is_refused(void **state)
{
    const struct lt_standing most = {
        .points_c = limit_c - 1, .correct = 1023, .time_us = INT64_C(131072) * MS - 1};
    struct lt_standing s = most;
    int64_t packed = 7;

    (void)state;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_OK);
    s.points_c = -s.points_c;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_OK);
    packed = 7;
    s = most, s.points_c++;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    s.points_c = -s.points_c;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    s = most, s.correct++;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    s.correct = -1;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    s = most, s.time_us++;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    s.time_us = -1;
    assert_int_equal(lt_board_pack(&s, MS, &packed), LT_EBUDGET);
    assert_int_equal(packed, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_is_one_more_than_the_number_of_better_entries),
        cmocka_unit_test(tied_entries_share_a_rank_and_the_next_leaves_a_gap),
        cmocka_unit_test(nobody_is_ranked_without_harm),
        cmocka_unit_test(the_packed_order_is_the_ranking_up_to_the_quantum),
        cmocka_unit_test(what_exceeds_the_budget_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

static const struct lt_sheet usual = {.n_keys = 3,
                                      .keys = {LT_KEY_POINTS, LT_KEY_CORRECT, LT_KEY_TIME}};

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

static bool better(const struct lt_place *a, const struct lt_place *b)
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
        struct lt_place s[N] = {0}, before[N], *order[N];
        int n = 1 + (int)below(&x, N);

        for (int i = 0; i < n; i++) /* few values, so that ties are common */
            s[i] = (struct lt_place){.entry = 1000 - i,
                                     .points_c = (below(&x, 4) - 2) * 100,
                                     .correct = (int32_t)below(&x, 3),
                                     .time_us = below(&x, 3)};
        memcpy(before, s, sizeof s);
        for (int i = 0; i < n; i++)
            order[i] = &s[i];
        lt_rank(&usual, order, n);
        for (int i = 0; i < n; i++) {
            int rank = 1, found = 0;

            for (int k = 0; k < n; k++) {
                rank += better(order[k], order[i]);
                found += before[k].entry == order[i]->entry;
            }
            assert_int_equal(order[i]->rank, rank);
            assert_int_equal(found, 1);
            if (i > 0 && order[i - 1]->rank == order[i]->rank)
                assert_true(order[i - 1]->entry < order[i]->entry);
            if (i > 0)
                assert_true(order[i - 1]->rank <= order[i]->rank);
        }
    }
}

static void tied_entries_share_a_rank_and_the_next_leaves_a_gap(void **state)
{
    struct lt_place s[] = {
        {.entry = 4, .points_c = -100},
        {.entry = 3, .points_c = 500, .correct = 2, .time_us = 7},
        {.entry = 2, .points_c = 500, .correct = 2, .time_us = 7},
        {.entry = 1, .points_c = 500, .correct = 2, .time_us = 8},
    };
    struct lt_place *order[] = {&s[0], &s[1], &s[2], &s[3]};
    const int64_t entries[] = {2, 3, 1, 4};
    const int ranks[] = {1, 1, 3, 4};

    (void)state;
    lt_rank(&usual, order, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(order[i]->entry, entries[i]);
        assert_int_equal(order[i]->rank, ranks[i]);
    }
}

static void nobody_is_ranked_without_harm(void **state)
{
    struct lt_place one = {.entry = 9, .rank = 4}, *order[] = {&one};

    (void)state;
    lt_rank(&usual, NULL, 0);
    lt_rank(&usual, order, 1);
    assert_int_equal(one.rank, 1);
    assert_int_equal(one.old_rank, 4);
}

static void levels_come_first_and_the_disqualified_last_without_a_rank(void **state)
{
    struct lt_place s[] = {
        {.entry = 1, .points_c = 900, .disqualified = true},
        {.entry = 2, .points_c = 500},
        {.entry = 3, .points_c = -100, .level = 1},
        {.entry = 4, .points_c = 100, .level = 1},
    };
    struct lt_place *order[] = {&s[0], &s[1], &s[2], &s[3]};
    const int64_t entries[] = {4, 3, 2, 1};

    (void)state;
    lt_rank(&usual, order, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(order[i]->entry, entries[i]);
        assert_int_equal(order[i]->rank, i < 3 ? i + 1 : 0);
    }
}

/* How many is a matter of speed alone: the first of many are ranked as among few. */
static void many_are_ranked_as_few_are(void **state)
{
    static const enum lt_rank_key orders[][LT_RANK_KEYS] = {
        {LT_KEY_POINTS, LT_KEY_CORRECT, LT_KEY_TIME},
        {LT_KEY_POINTS, LT_KEY_TIEBREAK, LT_KEY_TIME, LT_KEY_CORRECT},
        {LT_KEY_POINTS}};
    static const int n_keys[] = {3, 4, 1};
    enum { MANY = 1500 };
    static struct lt_place s[MANY], few[MANY];
    struct lt_place *order[MANY], *plain[MANY];
    uint64_t x = 88172645463325252u;

    (void)state;
    for (int run = 0; run < 60; run++) {
        struct lt_sheet sheet = {.n_keys = n_keys[run % 3]};
        bool wide = run % 7 == 6; /* numbers that do not fit side by side */
        int n = 129 + (int)below(&x, MANY - 129);

        memcpy(sheet.keys, orders[run % 3], sizeof sheet.keys);
        for (int i = 0; i < n; i++) {
            s[i] = (struct lt_place){
                .entry = run % 2 ? INT64_C(5000000000) + i : (i * 7919 + 13) % 10007,
                .points_c = wide ? (int64_t)next(&x) / 2 : (below(&x, 9) - 4) * 100,
                .correct = (int32_t)below(&x, 3),
                .time_us = wide ? (int64_t)(next(&x) >> 2) : below(&x, 3),
                .tiebreak = run % 5 ? below(&x, 2) << 61 : 0,
                .level = (int32_t)below(&x, 2),
                .disqualified = below(&x, 50) == 0,
                .rank = (int32_t)below(&x, 100)};
            order[i] = &s[i];
            few[i] = s[i];
            plain[i] = &few[i];
        }
        lt_rank(&sheet, order, n);
        for (int i = 1; i < n; i++) { /* by insertion */
            struct lt_place *p = plain[i];
            int k = i;

            for (; k > 0; k--) {
                int c = lt_place_cmp(&sheet, plain[k - 1], p);
                if (c < 0 || (c == 0 && plain[k - 1]->entry < p->entry))
                    break;
                plain[k] = plain[k - 1];
            }
            plain[k] = p;
        }
        for (int i = 0, rank = 0; i < n; i++) {
            if (i == 0 || lt_place_cmp(&sheet, plain[i - 1], plain[i]) != 0)
                rank = i + 1;
            assert_int_equal(order[i]->entry, plain[i]->entry);
            assert_int_equal(order[i]->rank, plain[i]->disqualified ? 0 : rank);
            assert_int_equal(order[i]->old_rank, plain[i]->rank);
        }
    }
}

static void keys_weigh_in_the_order_of_the_sheet(void **state)
{
    const struct lt_sheet early = {.n_keys = 3,
                                   .keys = {LT_KEY_POINTS, LT_KEY_TIEBREAK, LT_KEY_CORRECT}};
    const struct lt_sheet late = {.n_keys = 3,
                                  .keys = {LT_KEY_POINTS, LT_KEY_CORRECT, LT_KEY_TIEBREAK}};
    const struct lt_place a = {.entry = 1, .correct = 5}, b = {.entry = 2, .tiebreak = 1};
    const struct lt_place c = {.entry = 3, .correct = 2, .tiebreak = 1};

    (void)state;
    assert_true(lt_place_cmp(&early, &b, &a) < 0);
    assert_true(lt_place_cmp(&late, &a, &b) < 0);
    /* What sudden death has still to decide: everything before it is equal, and itself. */
    assert_true(lt_place_tied(&early, &b, &c));
    assert_false(lt_place_tied(&late, &b, &c));
    assert_false(lt_place_tied(&early, &a, &b));
}

static void a_board_of_teams_is_ordered_by_position(void **state)
{
    struct lt_sheet teams = usual;
    const struct lt_place rich = {.points_c = 500}, out = {.points_c = 900, .disqualified = true};

    (void)state;
    assert_true(lt_board_score(&usual, &rich, 0) > 0);
    assert_true(lt_board_score(&usual, &out, 1) < lt_board_score(&usual, &rich, 0));
    teams.teams = true;
    assert_int_equal(lt_board_score(&teams, &rich, 0), -1);
    assert_true(lt_board_score(&teams, &out, 1) < lt_board_score(&teams, &rich, 0));
}

/* A ruling or more time for a question may go beyond what the sheet's rules can give. */
static void beyond_the_budget_one_stands_at_the_end_of_the_board(void **state)
{
    const struct lt_place rich = {.points_c = limit_c - 1, .time_us = 1},
                          richer = {.points_c = limit_c + 5},
                          slow = {.points_c = 100, .time_us = MS},
                          slower = {.points_c = 100, .time_us = INT64_C(1) << 40},
                          poor = {.points_c = -limit_c + 1}, poorer = {.points_c = -2 * limit_c};

    (void)state;
    assert_true(lt_board_score(&usual, &richer, 0) >= lt_board_score(&usual, &rich, 1));
    assert_true(lt_board_score(&usual, &rich, 1) > lt_board_score(&usual, &slow, 2));
    assert_true(lt_board_score(&usual, &slow, 2) > lt_board_score(&usual, &slower, 3));
    assert_true(lt_board_score(&usual, &slower, 3) > lt_board_score(&usual, &poor, 4));
    assert_true(lt_board_score(&usual, &poor, 4) >= lt_board_score(&usual, &poorer, 5));
}

static struct lt_place random_standing(uint64_t *x)
{
    struct lt_place s = {
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
        struct lt_place a = random_standing(&x), b = random_standing(&x);
        int64_t pa = 0, pb = 0;

        if (i % 2) {
            b.points_c = a.points_c;
            if (i % 4 == 1)
                b.correct = a.correct;
        }
        assert_int_equal(lt_board_pack(&a, MS, &pa), LT_OK);
        assert_int_equal(lt_board_pack(&b, MS, &pb), LT_OK);
        assert_true(pa < INT64_C(1) << 53 && pa > -(INT64_C(1) << 53));
        assert_int_equal(lt_board_points(pa), a.points_c);
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
    const struct lt_place most = {
        .points_c = limit_c - 1, .correct = 1023, .time_us = INT64_C(131072) * MS - 1};
    struct lt_place s = most;
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
        cmocka_unit_test(levels_come_first_and_the_disqualified_last_without_a_rank),
        cmocka_unit_test(many_are_ranked_as_few_are),
        cmocka_unit_test(keys_weigh_in_the_order_of_the_sheet),
        cmocka_unit_test(a_board_of_teams_is_ordered_by_position),
        cmocka_unit_test(beyond_the_budget_one_stands_at_the_end_of_the_board),
        cmocka_unit_test(the_packed_order_is_the_ranking_up_to_the_quantum),
        cmocka_unit_test(what_exceeds_the_budget_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

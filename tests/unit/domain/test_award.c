/* Credits: who gets what, and that nobody gets it twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/award.h"

#include <string.h>

static const struct lt_credit_rule rule = {
    .participation_c = 200,
    .participation_min = 5,
    .n_places = 2,
    .places = {{.from = 1, .to = 1, .amount_c = 1000}, {.from = 2, .to = 3, .amount_c = 600}},
};

static int compute(const struct lt_credit_rule *r, const struct lt_place *s, int n,
                   struct lt_award *out)
{
    const struct lt_place *ranked[8];

    for (int i = 0; i < n; i++)
        ranked[i] = &s[i];
    return lt_award_compute(r, ranked, n, out);
}

/* What an entry gets by a rule, in all; and how often. */
static int64_t paid(const struct lt_award *a, int n, int64_t entry, const char *name,
                    int *ret_times)
{
    int64_t sum_c = 0;

    *ret_times = 0;
    for (int i = 0; i < n; i++)
        if (a[i].entry == entry && strcmp(a[i].rule, name) == 0) {
            sum_c += a[i].amount_c;
            ++*ret_times;
        }
    return sum_c;
}

static void places_and_participation_are_paid_once_each(void **state)
{
    const struct lt_place s[] = {{.entry = 11, .rank = 1, .answered = 10},
                                 {.entry = 12, .rank = 2, .answered = 5},
                                 {.entry = 13, .rank = 3, .answered = 4},
                                 {.entry = 14, .rank = 4, .answered = 9}};
    const int64_t place_c[] = {1000, 600, 600, 0}, part_c[] = {200, 200, 0, 200};
    struct lt_award out[8];
    int n = compute(&rule, s, 4, out), times;

    (void)state;
    assert_int_equal(n, 6);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(paid(out, n, s[i].entry, "placement", &times), place_c[i]);
        assert_int_equal(times, place_c[i] > 0);
        assert_int_equal(paid(out, n, s[i].entry, "participation", &times), part_c[i]);
        assert_int_equal(times, part_c[i] > 0);
    }
}

static void entries_that_share_a_rank_get_the_same(void **state)
{
    const struct lt_place s[] = {{.entry = 1, .rank = 1, .answered = 1},
                                 {.entry = 2, .rank = 1, .answered = 1},
                                 {.entry = 3, .rank = 3, .answered = 1},
                                 {.entry = 4, .rank = 3, .answered = 1},
                                 {.entry = 5, .rank = 5, .answered = 1}};
    const int64_t place_c[] = {1000, 1000, 600, 600, 0};
    struct lt_award out[10];
    int n = compute(&rule, s, 5, out), times;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(paid(out, n, s[i].entry, "placement", &times), place_c[i]);
}

static void who_answered_nothing_earns_nothing(void **state)
{
    const struct lt_credit_rule generous = {
        .participation_c = 100, .n_places = 1, .places = {{.from = 1, .to = 9, .amount_c = 100}}};
    const struct lt_place s[] = {{.entry = 1, .rank = 1, .answered = 1}, {.entry = 2, .rank = 2}};
    struct lt_award out[4];
    int times;

    (void)state;
    assert_int_equal(compute(&generous, s, 2, out), 2);
    assert_int_equal(paid(out, 2, 2, "placement", &times), 0);
}

static void who_was_disqualified_earns_nothing(void **state)
{
    const struct lt_place s[] = {{.entry = 1, .rank = 1, .answered = 9},
                                 {.entry = 2, .answered = 9, .disqualified = true}};
    struct lt_award out[4];
    int times, n = compute(&rule, s, 2, out);

    (void)state;
    assert_int_equal(n, 2);
    assert_int_equal(out[1].rank, 1);
    assert_int_equal(paid(out, n, 2, "participation", &times), 0);
}

static void an_amount_of_zero_is_no_award(void **state)
{
    const struct lt_credit_rule nothing = {
        .participation_min = 1, .n_places = 1, .places = {{.from = 1, .to = 1, .amount_c = 0}}};
    const struct lt_place s = {.entry = 1, .rank = 1, .answered = 9};
    struct lt_award out[2];

    (void)state;
    assert_int_equal(compute(&nothing, &s, 1, out), 0);
    assert_int_equal(compute(&rule, &s, 0, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_and_participation_are_paid_once_each),
        cmocka_unit_test(entries_that_share_a_rank_get_the_same),
        cmocka_unit_test(who_answered_nothing_earns_nothing),
        cmocka_unit_test(who_was_disqualified_earns_nothing),
        cmocka_unit_test(an_amount_of_zero_is_no_award),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

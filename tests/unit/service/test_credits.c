/* Final standings and awards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/credits.h"

static const struct lt_credit_rule rule = {
    .participation_c = 200,
    .participation_min = 2,
    .n_places = 2,
    .places = {{1, 1, 1000}, {2, 3, 500}},
};

static void add(struct lt_final *f, int64_t entry, int64_t points_c, int32_t answered)
{
    lt_final_add(f, &(struct lt_standing){.entry = entry, .points_c = points_c}, answered);
}

static const struct lt_award *award_of(const struct lt_final *f, int64_t entry, const char *name,
                                       int32_t *ret_rank)
{
    for (int i = 0; i < f->n_awards; i++)
        if (f->awards[i].entry == entry && f->awards[i].rule[1] == name[1]) {
            *ret_rank = f->award_ranks[i];
            return &f->awards[i];
        }
    return NULL;
}

static void counts_of_answers_follow_their_entries_into_the_ranking(void **state)
{
    struct lt_final f;
    int32_t rank;
    (void)state;
    lt_final_init(&f);
    add(&f, 11, 10, 1);
    add(&f, 7, 30, 0);
    add(&f, 9, 20, 5);
    lt_final_compute(&f, &rule);
    assert_int_equal(f.standings[0].entry, 7);
    assert_int_equal(f.answered[0], 0);
    assert_int_equal(f.answered[1], 5);
    assert_int_equal(f.answered[2], 1);
    assert_null(award_of(&f, 7, "placement", &rank)); /* answered nothing */
    assert_int_equal(award_of(&f, 9, "placement", &rank)->amount_c, 500);
    assert_int_equal(rank, 2);
    assert_int_equal(award_of(&f, 9, "participation", &rank)->amount_c, 200);
    assert_null(award_of(&f, 11, "participation", &rank)); /* too few */
    assert_int_equal(award_of(&f, 11, "placement", &rank)->amount_c, 500);
    assert_int_equal(rank, 3);
    lt_final_done(&f);
}

static void tied_entries_carry_the_rank_that_they_share(void **state)
{
    struct lt_final f;
    int32_t rank;
    (void)state;
    lt_final_init(&f);
    for (int64_t entry = 1; entry <= 3; entry++)
        add(&f, entry, entry == 3 ? 10 : 20, 2);
    lt_final_compute(&f, &rule);
    assert_int_equal(award_of(&f, 2, "placement", &rank)->amount_c, 1000);
    assert_int_equal(rank, 1);
    award_of(&f, 3, "placement", &rank);
    assert_int_equal(rank, 3);
    lt_final_done(&f);
}

static void many_entries_are_held(void **state)
{
    struct lt_final f;
    (void)state;
    lt_final_init(&f);
    for (int64_t entry = 1; entry <= 5000; entry++)
        add(&f, entry, entry, (int32_t)(entry % 7));
    lt_final_compute(&f, &rule);
    assert_int_equal(f.n, 5000);
    for (int i = 0; i < f.n; i++) {
        assert_int_equal(f.standings[i].entry, 5000 - i);
        assert_int_equal(f.answered[i], f.standings[i].entry % 7);
    }
    lt_final_done(&f);
}

static void an_event_that_nobody_entered_pays_nothing(void **state)
{
    struct lt_final f;
    (void)state;
    lt_final_init(&f);
    lt_final_compute(&f, &rule);
    assert_int_equal(f.n_awards, 0);
    lt_final_done(&f);
}

static void a_reason_names_the_event_and_the_rank(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 256);
    lt_credit_reason(&b, "竞赛", "placement", 3);
    lt_credit_reason(&b, "竞赛", "participation", 3);
    assert_string_equal(lt_buf_cstr(&b), "《竞赛》第3名《竞赛》参赛");
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_answers_follow_their_entries_into_the_ranking),
        cmocka_unit_test(tied_entries_carry_the_rank_that_they_share),
        cmocka_unit_test(many_entries_are_held),
        cmocka_unit_test(an_event_that_nobody_entered_pays_nothing),
        cmocka_unit_test(a_reason_names_the_event_and_the_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which member's response is the team's. */
#include "story.h"

#define ROWS(...)                                                                                  \
    (const struct lt_answer_row[])                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void the_captain_s_row_wherever_it_is(void **state)
{
    const struct lt_answer_row *rows =
        ROWS(row(0, 1, 11, RIGHT, 1), row(0, 1, 10, WRONG, 2), row(0, 1, 12, OTHER, 3));

    (void)state;
    assert_int_equal(lt_policy_pick(LT_POLICY_CAPTAIN, rows, 3, 10), 1);
    assert_int_equal(lt_policy_pick(LT_POLICY_CAPTAIN, rows, 3, 99), -1);
    assert_int_equal(lt_policy_pick(LT_POLICY_CAPTAIN, rows, 0, 10), -1);
}

static void the_first_row(void **state)
{
    const struct lt_answer_row *rows = ROWS(row(0, 1, 11, RIGHT, 1), row(0, 1, 10, WRONG, 2));

    (void)state;
    assert_int_equal(lt_policy_pick(LT_POLICY_FIRST, rows, 2, 10), 0);
    assert_int_equal(lt_policy_pick(LT_POLICY_FIRST, rows, 0, 10), -1);
}

static void the_earliest_of_the_majority(void **state)
{
    const struct lt_answer_row *rows =
        ROWS(row(0, 1, 10, WRONG, 1), row(0, 1, 11, RIGHT, 2), row(0, 1, 12, RIGHT, 3));

    (void)state;
    assert_int_equal(lt_policy_pick(LT_POLICY_MAJORITY, rows, 3, 10), 1); /* captain outvoted */
    assert_int_equal(lt_policy_pick(LT_POLICY_MAJORITY, rows, 0, 10), -1);
}

static void a_tie_goes_to_the_captain_s_response_else_to_the_earliest(void **state)
{
    const struct lt_answer_row *rows =
        ROWS(row(0, 1, 11, WRONG, 1), row(0, 1, 12, RIGHT, 2), row(0, 1, 13, WRONG, 3),
             row(0, 1, 10, RIGHT, 4), row(0, 1, 14, OTHER, 5));

    (void)state;
    assert_int_equal(lt_policy_pick(LT_POLICY_MAJORITY, rows, 5, 10), 1);
    assert_int_equal(lt_policy_pick(LT_POLICY_MAJORITY, rows, 5, 99), 0);
    /* The captain's own response has one vote only. */
    assert_int_equal(lt_policy_pick(LT_POLICY_MAJORITY, rows, 5, 14), 0);
}

static void policies_that_combine_have_no_single_row(void **state)
{
    const struct lt_answer_row *rows = ROWS(row(0, 1, 10, RIGHT, 1));

    (void)state;
    assert_int_equal(lt_policy_pick(LT_POLICY_MEAN, rows, 1, 10), -1);
    assert_int_equal(lt_policy_pick(LT_POLICY_BEST, rows, 1, 10), -1);
    assert_int_equal(lt_policy_pick(LT_POLICY_SUM, rows, 1, 10), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_captain_s_row_wherever_it_is),
        cmocka_unit_test(the_first_row),
        cmocka_unit_test(the_earliest_of_the_majority),
        cmocka_unit_test(a_tie_goes_to_the_captain_s_response_else_to_the_earliest),
        cmocka_unit_test(policies_that_combine_have_no_single_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

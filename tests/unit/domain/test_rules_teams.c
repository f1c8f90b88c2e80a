/* Whether so many teams can play by a sheet: groups, turns, and who is left after advancement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/rules.h"

#include <string.h>

static struct lt_sheet sheet;

static int setup(void **state)
{
    (void)state;
    memset(&sheet, 0, sizeof sheet);
    sheet.teams = true;
    return 0;
}

static struct lt_round_rule *round_of(enum lt_turns turns, int questions)
{
    struct lt_round_rule *r = &sheet.rounds[sheet.n_rounds++];

    r->mode = LT_MODE_REQUIRED;
    r->turns = turns;
    r->n_questions = questions;
    r->burst = 1;
    return r;
}

static void heat(int group, int questions, int advance)
{
    struct lt_round_rule *r = round_of(LT_TURNS_LOT, questions);

    r->group = group;
    r->advance = advance;
}

static void assert_plays(int teams)
{
    struct lt_buf err;

    lt_buf_init(&err, 4096);
    if (lt_sheet_check_teams(&sheet, teams, &err) != LT_OK)
        fail_msg("%d teams: %s", teams, lt_buf_cstr(&err));
    assert_int_equal(err.len, 0);
    lt_buf_done(&err);
}

static void assert_problems(int teams, const char *problems)
{
    struct lt_buf err;

    lt_buf_init(&err, 4096);
    assert_int_equal(lt_sheet_check_teams(&sheet, teams, &err), LT_ESHEET);
    assert_string_equal(lt_buf_cstr(&err), problems);
    lt_buf_done(&err);
}

static void all_at_once_any_number_plays(void **state)
{
    (void)state;
    round_of(LT_TURNS_ALL, 1);
    assert_plays(1);
    assert_plays(LT_TEAMS_MAX);
}

static void in_turn_each_team_needs_a_question(void **state)
{
    (void)state;
    round_of(LT_TURNS_ALL, 1);
    round_of(LT_TURNS_REVERSE, 5);
    assert_plays(5);
    assert_problems(
        6, "[{\"path\":\"rounds[1].questions\",\"reason\":\"too_few_questions\",\"min\":6}]");
}

static void in_turn_each_team_needs_a_burst(void **state)
{
    (void)state;
    round_of(LT_TURNS_LOT, 30)->burst = 10;
    assert_plays(3);
    assert_problems(
        4, "[{\"path\":\"rounds[0].questions\",\"reason\":\"too_few_questions\",\"min\":40}]");
}

static void every_group_needs_a_team(void **state)
{
    (void)state;
    sheet.groups = 4;
    round_of(LT_TURNS_ALL, 1);
    assert_plays(4);
    assert_problems(3, "[{\"path\":\"groups\",\"reason\":\"too_few_teams\",\"min\":4}]");
}

/* 10 teams in 3 groups: 4, 3 and 3. */
static void a_group_is_as_large_as_the_lot_makes_it(void **state)
{
    (void)state;
    sheet.groups = 3;
    heat(1, 4, 0);
    heat(2, 3, 0);
    heat(3, 3, 0);
    assert_plays(10);
    assert_problems(
        11, "[{\"path\":\"rounds[1].questions\",\"reason\":\"too_few_questions\",\"min\":4}]");
}

static void who_did_not_go_on_needs_no_question(void **state)
{
    (void)state;
    sheet.groups = 2;
    heat(1, 10, 2);
    heat(2, 10, 3);
    round_of(LT_TURNS_LOT, 5)->advance = 2;
    round_of(LT_TURNS_REVERSE, 2);
    heat(1, 2, 0);
    assert_plays(20);
    sheet.rounds[2].n_questions = 4;
    sheet.rounds[3].n_questions = 1;
    assert_problems(
        20, "[{\"path\":\"rounds[2].questions\",\"reason\":\"too_few_questions\",\"min\":5},"
            "{\"path\":\"rounds[3].questions\",\"reason\":\"too_few_questions\",\"min\":2}]");
}

static void where_fewer_are_left_than_may_go_on_all_do(void **state)
{
    (void)state;
    round_of(LT_TURNS_ALL, 1)->advance = 8;
    round_of(LT_TURNS_LOT, 3);
    assert_plays(3);
    assert_problems(
        9, "[{\"path\":\"rounds[1].questions\",\"reason\":\"too_few_questions\",\"min\":8}]");
}

#define T(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(all_at_once_any_number_plays),
        T(in_turn_each_team_needs_a_question),
        T(in_turn_each_team_needs_a_burst),
        T(every_group_needs_a_team),
        T(a_group_is_as_large_as_the_lot_makes_it),
        T(who_did_not_go_on_needs_no_question),
        T(where_fewer_are_left_than_may_go_on_all_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

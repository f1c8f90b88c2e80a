/* 揭榜: the order of steps, what the board shows at each of them, awards. */
#include "reveal.h"

/* ---- by hand -------------------------------------------------------------------------------- */

static void the_lowest_is_opened_first_and_goes_where_it_belongs(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 300);
    entry(2, 200, 250);
    entry(3, 100, 400);
    begin();
    assert_steps("O3 O2 O1");
    assert_board(0, "1.1 2.2 3.3");
    assert_board(1, "1.3 2.1 3.2");
    assert_int_equal(lt_resolve_cue(r, 1)->rank_from, 3);
    assert_int_equal(lt_resolve_cue(r, 1)->rank_to, 1);
    assert_int_equal(lt_resolve_cue(r, 1)->points_from_c, 100);
    assert_int_equal(lt_resolve_cue(r, 1)->points_to_c, 400);
    assert_board(2, "1.3 2.1 3.2");
    assert_board(3, "1.3 2.1 3.2");
    end();
}

static void the_public_board_does_not_move_before_the_first_step(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 0);
    entry(2, 300, 900);
    begin();
    assert_board(0, "1.1 1.2");
    assert_false(lt_resolve_opened(r, 1) || lt_resolve_opened(r, 2));
    assert_int_equal(lt_resolve_award(r, 2), -1);
    assert_false(lt_resolve_opened(r, 99));
    assert_int_equal(lt_resolve_award(r, 99), -1);
    end();
}

static void an_entry_may_fall(void **state)
{
    (void)state;
    sheet_begin(-1000);
    entry(1, 300, 100);
    entry(2, 200, 200);
    entry(3, 150, 50);
    begin();
    assert_steps("O3 O2 O1");
    assert_board(1, "1.1 2.2 3.3");
    assert_board(3, "1.2 2.1 3.3");
    assert_int_equal(lt_resolve_cue(r, 3)->rank_from, 1);
    assert_int_equal(lt_resolve_cue(r, 3)->rank_to, 2);
    end();
}

static void ties_share_a_rank_at_every_step(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 300);
    entry(2, 200, 300);
    entry(3, 200, 300);
    entry(4, 100, 200);
    begin();
    assert_board(0, "1.1 2.2 2.3 4.4");
    assert_board(1, "1.1 2.2 2.3 2.4"); /* 4 has as many by now */
    assert_steps("O4 O3 O2 O1");
    assert_board(2, "1.1 1.3 3.2 3.4");
    assert_board(3, "1.1 1.2 1.3 4.4");
    end();
}

static void who_was_disqualified_during_the_freeze_ends_without_a_rank(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 300)->disqualified = true;
    entry(2, 200, 200);
    shown[n_shown] = (struct lt_place){.entry = 3, .points_c = 900, .disqualified = true};
    truth[n_truth++] = shown[n_shown++];
    begin();
    assert_steps("O3 O2 O1");
    assert_board(0, "1.1 2.2 0.3");
    assert_board(2, "1.1 2.2 0.3");
    assert_board(3, "1.2 0.1 0.3");
    end();
}

static void a_board_of_nobody_has_one_step(void **state)
{
    (void)state;
    sheet_begin(0);
    award("a", 3);
    begin();
    assert_steps("*");
    assert_board(0, "");
    assert_board(1, "");
    end();
}

static void who_is_not_on_the_public_board_comes_with_the_others(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 300);
    truth[n_truth++] = (struct lt_place){.entry = 2, .points_c = 500};
    begin();
    assert_steps("* O1");
    assert_board(0, "1.1");
    assert_board(1, "1.2 2.1");
    assert_true(lt_resolve_opened(r, 2));
    assert_false(lt_resolve_opened(r, 1));
    assert_board(0, "1.1");
    end();
}

static void who_came_since_counts_only_with_what_it_did(void **state)
{
    (void)state;
    sheet_begin(0);
    sheet.start_points_c = 100;
    entry(1, 300, 300);
    entry(2, 100, 100);
    truth[n_truth++] = (struct lt_place){.entry = 3, .points_c = 100};
    begin();
    assert_steps("O2 O1");
    assert_board(0, "1.1 2.2");
    assert_board(2, "1.1 2.2");
    end();
    truth[n_truth++] = (struct lt_place){.entry = 4, .points_c = 100, .answered = 1};
    truth[n_truth++] = (struct lt_place){.entry = 5, .points_c = 200};
    truth[n_truth++] = (struct lt_place){.entry = 6, .points_c = 100, .disqualified = true};
    begin();
    assert_steps("* O2 O1");
    assert_board(1, "1.1 2.5 3.2 3.4 0.6");
    end();
}

static void of_whom_nothing_else_is_known_the_public_place_is_true(void **state)
{
    (void)state;
    sheet_begin(0);
    entry(1, 300, 300);
    shown[n_shown++] = (struct lt_place){.entry = 2, .points_c = 500};
    begin();
    assert_steps("O1 O2");
    assert_board(2, "1.2 2.1");
    end();
}

static void old_ranks_are_those_before_the_last_step(void **state)
{
    const struct lt_place *const *board;

    (void)state;
    sheet_begin(0);
    entry(1, 300, 300);
    entry(2, 200, 250);
    entry(3, 100, 400);
    begin();
    lt_resolve_go(r, 1);
    assert_int_equal(lt_resolve_board(r, &board), 3);
    assert_int_equal(board[0]->old_rank, 3);
    assert_int_equal(board[1]->old_rank, 1);
    assert_int_equal(board[2]->old_rank, 2);
    lt_resolve_go(r, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(board[i]->old_rank, board[i]->rank);
    end();
}

/* ---- awards --------------------------------------------------------------------------------- */

static void an_award_is_given_when_its_place_is_certain(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    award("silver", 1);
    entry(1, 400, 400);
    entry(2, 300, 300);
    entry(3, 200, 350);
    entry(4, 100, 100);
    begin();
    /* 4 and 2 get nothing; 3 is second for certain when 2 is below it and 1 can only rise */
    assert_steps("O4 O3 O2 A3:1 O1 A1:0");
    lt_resolve_go(r, 3);
    assert_int_equal(lt_resolve_award(r, 3), -1);
    lt_resolve_go(r, 4);
    assert_int_equal(lt_resolve_award(r, 3), 1);
    assert_int_equal(lt_resolve_award(r, 1), -1);
    lt_resolve_go(r, 6);
    assert_int_equal(lt_resolve_award(r, 1), 0);
    lt_resolve_go(r, 0);
    assert_int_equal(lt_resolve_award(r, 3), -1);
    end();
}

static void where_questions_cost_points_awards_come_last_from_the_lowest_up(void **state)
{
    (void)state;
    sheet_begin(-500);
    award("gold", 1);
    award("silver", 2);
    entry(1, 400, 0);
    entry(2, 300, 300);
    entry(3, 200, 350);
    entry(4, 100, 100);
    begin();
    assert_steps("O4 O3 O2 O1 A4:1 A2:1 A3:0");
    end();
    sheet.rounds[0].mode = LT_MODE_WAGER;
    sheet.rounds[0].score.wrong_c = 0;
    begin();
    assert_steps("O4 O3 O2 O1 A4:1 A2:1 A3:0");
    end();
}

static void a_round_that_is_not_hidden_may_cost_what_it_likes(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    sheet.rounds[1] = sheet.rounds[0];
    sheet.rounds[0].score.wrong_c = -500;
    sheet.n_rounds = 2;
    sheet.freeze.round = 2;
    entry(1, 400, 400);
    entry(2, 300, 300);
    begin();
    assert_steps("O2 O1 A1:0");
    end();
    award("silver", 1);
    begin();
    assert_steps("O2 A2:1 O1 A1:0");
    end();
    sheet.freeze = (struct lt_freeze_rule){.after_minutes = 1}; /* then it may be hidden too */
    begin();
    assert_steps("O2 O1 A2:1 A1:0");
    end();
    sheet.rounds[0].mode = LT_MODE_BUZZER;
    begin();
    assert_steps("O2 A2:1 O1 A1:0");
    end();
}

static void who_is_tied_with_somebody_not_opened_waits(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    award("silver", 1);
    entry(1, 300, 300);
    entry(2, 300, 300);
    begin();
    assert_steps("O2 O1 A2:0 A1:0"); /* both gold: only now is it certain */
    end();
}

/* 1 and 2 tie for the first place: both are first, and the next award has places behind them. */
static void a_tie_moves_the_border_and_gives_a_second_award(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    award("silver", 1);
    award("bronze", 1);
    entry(1, 400, 400);
    entry(2, 300, 400);
    entry(3, 100, 100);
    begin();
    assert_steps("O3 A3:2 O2 O1 A3:1 A2:0 A1:0");
    end();
}

static void a_disqualification_moves_everybody_below_up(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    award("silver", 1);
    entry(1, 400, 400)->disqualified = true;
    entry(2, 300, 300);
    entry(3, 200, 200);
    begin();
    assert_steps("O3 O2 A2:1 O1 A3:1 A2:0");
    end();
}

static int award_of(const char *ranks, int i)
{
    static struct lt_place places[20];
    const struct lt_place *order[20];
    int n = (int)strlen(ranks);

    for (int k = 0; k < n; k++) {
        places[k].rank = ranks[k] - '0';
        order[k] = &places[k];
    }
    return lt_award_of(&sheet, order, n, i);
}

static void awards_follow_the_ranks_and_ties_share_them(void **state)
{
    static const struct {
        const char *ranks;
        int awards[9];
    } cases[] = {
        {"123456", {0, 0, 1, 1, 1, -1}},
        {"122456", {0, 0, 0, 1, 1, 1}},
        {"111111", {0, 0, 0, 0, 0, 0}},
        {"123336", {0, 0, 1, 1, 1, -1}},
        {"123355", {0, 0, 1, 1, 1, 1}},
        {"120", {0, 0, -1}},
        {"00", {-1, -1}},
        {"1", {0}},
        {"12345550", {0, 0, 1, 1, 1, 1, 1, -1}},
    };

    (void)state;
    sheet_begin(0);
    award("gold", 2);
    award("silver", 3);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int i = 0; i < (int)strlen(cases[c].ranks); i++)
            assert_int_equal(award_of(cases[c].ranks, i), cases[c].awards[i]);
    sheet.n_awards = 0;
    assert_int_equal(award_of("12", 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_is_opened_first_and_goes_where_it_belongs),
        cmocka_unit_test(the_public_board_does_not_move_before_the_first_step),
        cmocka_unit_test(an_entry_may_fall),
        cmocka_unit_test(ties_share_a_rank_at_every_step),
        cmocka_unit_test(who_was_disqualified_during_the_freeze_ends_without_a_rank),
        cmocka_unit_test(a_board_of_nobody_has_one_step),
        cmocka_unit_test(who_is_not_on_the_public_board_comes_with_the_others),
        cmocka_unit_test(who_came_since_counts_only_with_what_it_did),
        cmocka_unit_test(of_whom_nothing_else_is_known_the_public_place_is_true),
        cmocka_unit_test(old_ranks_are_those_before_the_last_step),
        cmocka_unit_test(an_award_is_given_when_its_place_is_certain),
        cmocka_unit_test(where_questions_cost_points_awards_come_last_from_the_lowest_up),
        cmocka_unit_test(a_round_that_is_not_hidden_may_cost_what_it_likes),
        cmocka_unit_test(who_is_tied_with_somebody_not_opened_waits),
        cmocka_unit_test(a_tie_moves_the_border_and_gives_a_second_award),
        cmocka_unit_test(a_disqualification_moves_everybody_below_up),
        cmocka_unit_test(awards_follow_the_ranks_and_ties_share_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

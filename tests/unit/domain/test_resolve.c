/* 揭榜: the order of steps, what the board shows at each of them, awards; and for random boards: that
 * the end is the true ranking, that going back is going forward anew, and that a step never tells more
 * than what has been opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/engine.h"
#include "domain/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 1000 };
static struct lt_sheet sheet;
/* The public board and the true one. */
static struct lt_place shown[MANY], truth[MANY];
static const struct lt_place *shown_order[MANY], *truth_order[MANY];
static int n_shown, n_truth;
static struct lt_resolve *r;

/* One round of all teams by key, which is frozen; right +10, wrong `wrong`. */
static void sheet_begin(int64_t wrong_c)
{
    memset(&sheet, 0, sizeof sheet);
    sheet.teams = true;
    sheet.n_keys = 3;
    sheet.keys[0] = LT_KEY_POINTS;
    sheet.keys[1] = LT_KEY_CORRECT;
    sheet.keys[2] = LT_KEY_TIME;
    sheet.n_rounds = 1;
    sheet.rounds[0].mode = LT_MODE_REQUIRED;
    sheet.rounds[0].n_questions = 10;
    sheet.rounds[0].score.right_c = 1000;
    sheet.rounds[0].score.wrong_c = wrong_c;
    sheet.freeze.round = 1;
    n_shown = n_truth = 0;
}

static void award(const char *title, int places)
{
    struct lt_award_rule *a = &sheet.awards[sheet.n_awards++];

    strcpy(a->title, title);
    a->places = places;
}

/* Entry number `entry` had points before the freeze and has some now. */
static struct lt_place *entry(int64_t id, int64_t before, int64_t after)
{
    shown[n_shown++] = (struct lt_place){.entry = id, .points_c = before};
    truth[n_truth] = (struct lt_place){.entry = id, .points_c = after};
    return &truth[n_truth++];
}

static int rank_into(struct lt_place *places, int n, const struct lt_place **order)
{
    static struct lt_place *all[MANY];

    for (int i = 0; i < n; i++)
        all[i] = &places[i];
    lt_rank(&sheet, all, n);
    for (int i = 0; i < n; i++)
        order[i] = all[i];
    return n;
}

static void begin(void)
{
    rank_into(shown, n_shown, shown_order);
    rank_into(truth, n_truth, truth_order);
    r = lt_resolve_new(&sheet, shown_order, n_shown, truth_order, n_truth);
    assert_non_null(r);
}

static void end(void)
{
    lt_resolve_free(r);
    r = NULL;
}

/* "O3 A3:1 …": opened, awarded (with its number), * the others. */
static void assert_steps(const char *want)
{
    static const char kinds[] = {'*', 'O', 'A'};
    char got[4000] = "";

    for (int i = 1; i <= lt_resolve_steps(r); i++) {
        const struct lt_cue *c = lt_resolve_cue(r, i);
        size_t n = strlen(got);

        n += (size_t)snprintf(got + n, sizeof got - n, "%s%c", i > 1 ? " " : "", kinds[c->kind]);
        if (c->kind != LT_CUE_OTHERS)
            n += (size_t)snprintf(got + n, sizeof got - n, "%d", (int)c->entry);
        if (c->kind == LT_CUE_AWARD)
            snprintf(got + n, sizeof got - n, ":%d", c->award);
    }
    assert_string_equal(got, want);
}

/* "1.5 2.3 2.4": rank and entry, from the top, at a step. */
static void assert_board(int step, const char *want)
{
    const struct lt_place *const *board;
    char got[4000] = "";
    int n;

    lt_resolve_go(r, step);
    n = lt_resolve_board(r, &board);
    for (int i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%d.%d", i ? " " : "",
                 board[i]->rank, (int)board[i]->entry);
    assert_string_equal(got, want);
}

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

/* ---- many ----------------------------------------------------------------------------------- */

static uint64_t seed = 88172645463325252u;

static int64_t below(int64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)n);
}

/* Few values, so that there are ties. `cost`: hidden points may be lost. */
static void random_boards(int n, bool cost, bool rulings)
{
    sheet_begin(cost ? -1000 : 0);
    for (int i = (int)below(4); i > 0; i--)
        award("award", 1 + (int)below(4));
    for (int i = 0; i < n; i++) {
        int64_t before = 100 * below(n / 2 + 2), gain = 100 * (below(6) - (cost ? 3 : 0));
        struct lt_place *t = entry(1 + (i * 389) % 1009, before, before + gain);

        shown[n_shown - 1].correct = t->correct = (int32_t)below(2);
        if (gain > 0)
            t->correct += (int32_t)below(2);
        shown[n_shown - 1].disqualified = t->disqualified = below(30) == 0;
        if (rulings && below(12) == 0)
            t->disqualified = true;
        if (rulings && below(12) == 0)
            t->points_c -= 700;
    }
    for (int i = (int)below(3); i > 0; i--)
        truth[n_truth++] =
            (struct lt_place){.entry = 2000 + i, .points_c = 100 * below(8), .answered = 1};
}

/* Sorted, ties share and leave a gap, each once. */
static void assert_ranked(const struct lt_place *const *board, int n)
{
    for (int i = 0; i < n; i++) {
        const struct lt_place *above = i > 0 ? board[i - 1] : NULL;
        int order = above ? lt_place_cmp(&sheet, above, board[i]) : -1;

        assert_true(order <= 0);
        assert_true(order < 0 || above->entry < board[i]->entry);
        if (board[i]->disqualified)
            assert_int_equal(board[i]->rank, 0);
        else
            assert_int_equal(board[i]->rank, order == 0 ? above->rank : i + 1);
    }
}

/* What an entry shows: what was public, until it is opened. */
static void assert_as_opened(const struct lt_place *const *board, int n)
{
    for (int i = 0; i < n; i++) {
        const struct lt_place *p = board[i], *from = NULL;
        bool opened = lt_resolve_opened(r, p->entry);

        for (int k = 0; k < (opened ? n_truth : n_shown) && !from; k++)
            if ((opened ? truth : shown)[k].entry == p->entry)
                from = &(opened ? truth : shown)[k];
        assert_non_null(from);
        assert_int_equal(p->points_c, from->points_c);
        assert_int_equal(p->correct, from->correct);
        assert_int_equal(p->disqualified, from->disqualified);
    }
}

static void assert_true_end(void)
{
    const struct lt_place *const *board;
    int n, steps = lt_resolve_steps(r);

    assert_true(steps >= 1 && steps <= LT_STEPS_MAX);
    lt_resolve_go(r, steps);
    n = lt_resolve_board(r, &board);
    assert_int_equal(n, n_truth);
    for (int i = 0; i < n; i++) {
        assert_int_equal(board[i]->entry, truth_order[i]->entry);
        assert_int_equal(board[i]->rank, truth_order[i]->rank);
        assert_int_equal(board[i]->points_c, truth_order[i]->points_c);
        assert_int_equal(lt_resolve_award(r, board[i]->entry),
                         lt_award_of(&sheet, truth_order, n, i));
        assert_true(lt_resolve_opened(r, board[i]->entry));
    }
}

/* Each is opened once; an award that is given never gets worse. */
static void assert_walk(void)
{
    static int old_rank[4000], held[4000];
    const struct lt_place *const *board;
    int n;

    for (int i = 0; i < 4000; i++)
        old_rank[i] = 0, held[i] = -1;
    for (int step = 0; step <= lt_resolve_steps(r); step++) {
        const struct lt_cue *c = step > 0 ? lt_resolve_cue(r, step) : NULL;

        if (c && c->kind == LT_CUE_OPEN)
            assert_false(lt_resolve_opened(r, c->entry));
        lt_resolve_go(r, step);
        n = lt_resolve_board(r, &board);
        assert_ranked(board, n);
        assert_as_opened(board, n);
        for (int i = 0; i < n; i++) {
            int64_t id = board[i]->entry;
            int award = lt_resolve_award(r, id);

            assert_int_equal(board[i]->old_rank, step > 0 ? old_rank[id] : board[i]->rank);
            assert_true(held[id] < 0 || (award >= 0 && award <= held[id]));
            held[id] = award;
            if (c && c->kind != LT_CUE_OTHERS && c->entry == id) {
                assert_true(lt_resolve_opened(r, id));
                assert_int_equal(c->rank_from, board[i]->old_rank);
                assert_int_equal(c->rank_to, board[i]->rank);
                assert_int_equal(c->points_to_c, board[i]->points_c);
            }
        }
        for (int i = 0; i < n; i++)
            old_rank[board[i]->entry] = board[i]->rank;
    }
}

/* To any step from any other: as if one had come straight from the beginning. */
static void assert_rewinds(void)
{
    const struct lt_place *const *board, *const *fresh;
    struct lt_resolve *other;

    for (int k = 0; k < 6; k++) {
        int step = (int)below(lt_resolve_steps(r) + 1), n;

        lt_resolve_go(r, step);
        other = lt_resolve_new(&sheet, shown_order, n_shown, truth_order, n_truth);
        lt_resolve_go(other, step);
        n = lt_resolve_board(r, &board);
        assert_int_equal(lt_resolve_board(other, &fresh), n);
        for (int i = 0; i < n; i++) {
            assert_memory_equal(board[i], fresh[i], sizeof *board[i]);
            assert_int_equal(lt_resolve_opened(r, board[i]->entry),
                             lt_resolve_opened(other, fresh[i]->entry));
            assert_int_equal(lt_resolve_award(r, board[i]->entry),
                             lt_resolve_award(other, fresh[i]->entry));
        }
        lt_resolve_free(other);
    }
}

static void random_reveals_end_with_the_truth_and_rank_every_step(void **state)
{
    (void)state;
    for (int round = 0; round < 1500; round++) {
        random_boards((int)below(14), round % 2 == 0, round % 3 == 0);
        begin();
        assert_walk();
        assert_true_end();
        if (round % 5 == 0)
            assert_rewinds();
        end();
    }
}

/* More than are opened one by one: the rest is opened first, together. */
static void a_large_board_opens_its_lower_part_at_once(void **state)
{
    const struct lt_place *const *board;
    int opens = 0, n;

    (void)state;
    for (int round = 0; round < 4; round++) {
        random_boards(700 + (int)below(200), round % 2 == 0, round == 3);
        begin();
        assert_int_equal(lt_resolve_cue(r, 1)->kind, LT_CUE_OTHERS);
        lt_resolve_go(r, 1);
        n = lt_resolve_board(r, &board);
        assert_int_equal(n, n_truth);
        opens = 0;
        for (int i = 0; i < n_shown; i++)
            assert_int_equal(lt_resolve_opened(r, shown_order[i]->entry), i >= LT_RESOLVE_ROWS);
        for (int i = 2; i <= lt_resolve_steps(r); i++)
            opens += lt_resolve_cue(r, i)->kind == LT_CUE_OPEN;
        assert_int_equal(opens, LT_RESOLVE_ROWS);
        if (round == 3)
            assert_walk();
        assert_true_end();
        end();
    }
}

/* A tie of hundreds for the first award: each has it at the end, the steps stay few. */
static void awards_of_a_great_tie_do_not_lengthen_the_reveal(void **state)
{
    (void)state;
    sheet_begin(0);
    award("gold", 1);
    for (int i = 0; i < 800; i++)
        entry(i + 1, 100, 100);
    begin();
    assert_int_equal(lt_resolve_steps(r), 1 + 2 * LT_RESOLVE_ROWS);
    assert_true_end();
    end();
}

static bool same_cue(const struct lt_cue *a, const struct lt_cue *b)
{
    return a->kind == b->kind && a->entry == b->entry && a->award == b->award &&
           a->rank_from == b->rank_from && a->rank_to == b->rank_to &&
           a->points_from_c == b->points_from_c && a->points_to_c == b->points_to_c;
}

/* Whatever those that are not opened have hidden: up to the next opening all steps are the same, and
 * that it is an opening, and whose, is the same too. */
static void no_step_depends_on_what_is_not_opened(void **state)
{
    static struct lt_place kept[MANY];
    int compared = 0, awards = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct lt_resolve *was;
        int upto;

        random_boards(1 + (int)below(12), round % 2 == 0, round % 3 == 0);
        begin();
        was = r;
        upto = (int)below(lt_resolve_steps(r));
        lt_resolve_go(r, upto);
        memcpy(kept, truth, sizeof kept);
        for (int i = 0; i < n_shown; i++) {
            bool cost = round % 2 == 0;

            if (lt_resolve_opened(r, truth[i].entry))
                continue;
            truth[i] = shown[i];
            truth[i].points_c += 100 * (below(9) - (cost ? 4 : 0));
            truth[i].disqualified |= round % 3 == 0 && below(4) == 0;
        }
        begin();
        assert_true(lt_resolve_steps(r) >= upto);
        for (int i = 1; i <= upto; i++) {
            assert_true(same_cue(lt_resolve_cue(was, i), lt_resolve_cue(r, i)));
            awards += lt_resolve_cue(r, i)->kind == LT_CUE_AWARD;
        }
        for (int i = 0; i < n_shown && upto < lt_resolve_steps(r); i++)
            if (!lt_resolve_opened(was, shown[i].entry)) { /* something is still to be opened */
                const struct lt_cue *a = lt_resolve_cue(was, upto + 1);
                const struct lt_cue *b = lt_resolve_cue(r, upto + 1);

                assert_int_equal(a->kind, b->kind);
                assert_int_equal(a->entry, b->entry);
                assert_int_equal(a->award, b->award);
                compared++;
                break;
            }
        lt_resolve_free(was);
        end();
        memcpy(truth, kept, sizeof kept);
    }
    assert_true(compared > 500 && awards > 50);
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
        cmocka_unit_test(random_reveals_end_with_the_truth_and_rank_every_step),
        cmocka_unit_test(a_large_board_opens_its_lower_part_at_once),
        cmocka_unit_test(awards_of_a_great_tie_do_not_lengthen_the_reveal),
        cmocka_unit_test(no_step_depends_on_what_is_not_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

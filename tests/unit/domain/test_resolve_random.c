/* 揭榜 of random and of large boards: the end is the true ranking, going back is going forward anew, and
 * a step never tells more than what has been opened. */
#include "reveal.h"

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
        cmocka_unit_test(random_reveals_end_with_the_truth_and_rank_every_step),
        cmocka_unit_test(a_large_board_opens_its_lower_part_at_once),
        cmocka_unit_test(awards_of_a_great_tie_do_not_lengthen_the_reveal),
        cmocka_unit_test(no_step_depends_on_what_is_not_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

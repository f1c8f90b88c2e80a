/* A paper while it is answered: clocks, revs, copies that meet; and what it is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "papers.h"

static struct lt_paper copy;

static struct lt_paper_view view;

static int setup(void **state)
{
    (void)state;
    n_pool = 0;
    plain_pool(60, 6, LT_QT_SINGLE);
    fresh_round(LT_MODE_TIMED, 10);
    begin(1);
    return 0;
}

static void forward_round(int seconds)
{
    rule.paper.forward = true;
    rule.paper.one_by_one = true;
    rule.paper.minutes = 0;
    rule.seconds = seconds;
    begin(1);
}

static void survival_round(int revivals)
{
    fresh_round(LT_MODE_SURVIVAL, 10);
    rule.paper.revivals = revivals;
    begin(1);
}

static void look(int64_t at_us)
{
    lt_paper_at(&paper, at_us, &view);
}

/* ---- clocks --------------------------------------------------------------------------------- */

static void a_paper_ends_with_its_clock_its_questions_clocks_or_the_window(void **state)
{
    (void)state;
    assert_int_equal(lt_paper_deadline_us(&rule, 10, T0, INT64_MAX), T0 + 1800 * SEC);
    assert_int_equal(lt_paper_deadline_us(&rule, 10, T0, T0 + 60 * SEC), T0 + 60 * SEC);
    rule.seconds = 15;
    assert_int_equal(lt_paper_deadline_us(&rule, 10, T0, INT64_MAX), T0 + 150 * SEC);
    rule.seconds = 600;
    assert_int_equal(lt_paper_deadline_us(&rule, 10, T0, INT64_MAX), T0 + 1800 * SEC);
    rule.paper.minutes = 0;
    assert_int_equal(lt_paper_deadline_us(&rule, 10, T0, INT64_MAX), T0 + 6000 * SEC);
}

static void where_movement_is_free_any_question_may_be_answered_until_the_end(void **state)
{
    (void)state;
    look(T0 + SEC);
    assert_int_equal(view.item, -1);
    assert_int_equal(view.shown, 10);
    assert_int_equal(view.item_deadline_us, 0);
    assert_false(view.ended);
    assert_int_equal(put_right(7, 1, T0 + SEC), LT_OK);
    assert_int_equal(put_right(2, 1, T0 + 2 * SEC), LT_OK);
    look(T0 + 1800 * SEC - 1);
    assert_false(view.ended);
    look(T0 + 1800 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.item, 10);
}

static void the_clock_of_each_question_runs_on_for_somebody_who_is_away(void **state)
{
    (void)state;
    forward_round(20);
    assert_int_equal(put_right(0, 1, T0 + 5 * SEC), LT_OK);
    look(T0 + 24 * SEC);
    assert_int_equal(view.item, 1);
    assert_int_equal(view.opened_us, T0 + 5 * SEC);
    assert_int_equal(view.item_deadline_us, T0 + 25 * SEC);
    assert_int_equal(view.shown, 2);
    /* Away: items 1 and 2 pass by themselves. */
    look(T0 + 46 * SEC);
    assert_int_equal(view.item, 3);
    assert_int_equal(view.opened_us, T0 + 45 * SEC);
    assert_int_equal(put_right(2, 1, T0 + 46 * SEC), LT_ECLOSED);
    assert_int_equal(put_right(3, 1, T0 + 46 * SEC), LT_OK);
    look(T0 + 47 * SEC);
    assert_int_equal(view.item, 4);
    look(T0 + 1000 * SEC);
    assert_true(view.ended);
}

static void a_paper_is_through_with_its_last_question(void **state)
{
    (void)state;
    forward_round(20);
    for (int i = 0; i < 10; i++) {
        look(T0 + (i + 1) * SEC);
        assert_false(view.ended);
        assert_int_equal(put_right(i, 1, T0 + (i + 1) * SEC), LT_OK);
    }
    look(T0 + 10 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.item, 10);
    assert_int_equal(view.shown, 10);
}

static void a_paper_that_was_handed_in_stands_where_it_stood(void **state)
{
    (void)state;
    forward_round(20);
    paper.state = LT_PAPER_SUBMITTED;
    paper.submitted_us = T0 + 30 * SEC;
    look(T0 + 500 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.shown, 2); /* nothing more is shown of it */
    assert_int_equal(put_right(1, 1, T0 + 25 * SEC), LT_ECLOSED);
}

/* ---- choices -------------------------------------------------------------------------------- */

static void nothing_is_taken_after_the_deadline_and_its_grace(void **state)
{
    struct lt_response r = right_of(&paper, 0);
    int64_t end_us = paper.deadline_us;

    (void)state;
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, end_us + 300001, 300000), LT_ECLOSED);
    assert_false(paper.choices[0].given);
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, end_us + 300000, 300000), LT_OK);
    assert_int_equal(paper.choices[0].at_us, end_us); /* and counts as in time */
    assert_int_equal(lt_paper_grade(&paper).correct, 1);
}

static void the_grace_of_a_question_does_not_move_the_next(void **state)
{
    struct lt_response r;

    (void)state;
    forward_round(20);
    r = right_of(&paper, 0);
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0 + 20 * SEC + 200000, 300000), LT_OK);
    look(T0 + 21 * SEC);
    assert_int_equal(view.item, 1);
    assert_int_equal(view.opened_us, T0 + 20 * SEC);
    assert_int_equal(lt_paper_grade(&paper).correct, 1);
}

static void an_older_rev_never_overwrites(void **state)
{
    (void)state;
    assert_int_equal(put_right(0, 5, T0 + SEC), LT_OK);
    assert_int_equal(put_wrong(0, 4, T0 + 2 * SEC), LT_EANSWERED);
    assert_int_equal(put_wrong(0, 5, T0 + 2 * SEC), LT_EANSWERED); /* not what was sent as 5 */
    assert_int_equal(lt_paper_grade(&paper).correct, 1);
    assert_int_equal(put_wrong(0, 6, T0 + 2 * SEC), LT_OK);
    assert_int_equal(lt_paper_grade(&paper).correct, 0);
    assert_int_equal(put_wrong(0, 0, T0 + 2 * SEC), LT_EANSWER);
}

static void a_repeated_choice_is_fine_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(put_right(0, 5, T0 + SEC), LT_OK);
    copy = paper;
    assert_int_equal(put_right(0, 5, T0 + 9 * SEC), LT_OK);
    assert_int_equal(put_right(0, 5, T0 + 9999 * SEC), LT_OK);
    paper.state = LT_PAPER_EXPIRED;
    assert_int_equal(put_right(0, 5, T0 + 9999 * SEC), LT_OK);
    assert_memory_equal(paper.choices, copy.choices, sizeof copy.choices);
}

static void who_goes_forward_answers_once_and_in_order(void **state)
{
    struct lt_response none = {0};

    (void)state;
    forward_round(20);
    assert_int_equal(put_right(1, 1, T0 + SEC), LT_ENOQUESTION);
    assert_int_equal(put_right(0, 1, T0 + SEC), LT_OK);
    assert_int_equal(put_wrong(0, 2, T0 + 2 * SEC), LT_EANSWERED);
    assert_int_equal(put_right(1, 1, T0 + 2 * SEC), LT_OK);
    assert_int_equal(lt_paper_put(&paper, 10, &none, 1, T0 + 2 * SEC, 0), LT_ENOQUESTION);
    assert_int_equal(lt_paper_put(&paper, -1, &none, 1, T0 + 2 * SEC, 0), LT_ENOQUESTION);
}

/* Two messages sent one after the other may be credited for different delays. */
static void a_credited_time_before_the_last_answer_counts_from_there(void **state)
{
    (void)state;
    forward_round(20);
    assert_int_equal(put_right(0, 1, T0 + 10 * SEC), LT_OK);
    assert_int_equal(put_right(1, 1, T0 + 10 * SEC - 80000), LT_OK);
    assert_int_equal(paper.choices[1].at_us, T0 + 10 * SEC);
    assert_int_equal(lt_paper_grade(&paper).correct, 2);
}

static void a_blank_takes_a_choice_back_and_passes_a_question(void **state)
{
    struct lt_response none = {0};

    (void)state;
    rule.score.wrong_c = -200;
    put_wrong(0, 1, T0 + SEC);
    assert_int_equal(lt_paper_grade(&paper).points_c, -200);
    assert_int_equal(lt_paper_put(&paper, 0, &none, 2, T0 + 2 * SEC, 0), LT_OK);
    assert_int_equal(lt_paper_grade(&paper).points_c, 0);
    assert_int_equal(lt_paper_grade(&paper).answered, 0);
    forward_round(20);
    assert_int_equal(lt_paper_put(&paper, 0, &none, 1, T0 + SEC, 0), LT_OK);
    look(T0 + 2 * SEC);
    assert_int_equal(view.item, 1);
}

static void what_does_not_fit_the_question_is_refused(void **state)
{
    struct lt_response r = {.n_choice = 2, .choice = {0, 1}};

    (void)state;
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0, 0), LT_EANSWER);
    r = (struct lt_response){.n_choice = 1, .choice = {8}};
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0, 0), LT_EANSWER);
    r = (struct lt_response){.n_choice = -1};
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0, 0), LT_EANSWER);
    r = (struct lt_response){.n_choice = 9};
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0, 0), LT_EANSWER);
    r = (struct lt_response){.text = "x"};
    assert_int_equal(lt_paper_put(&paper, 0, &r, 1, T0, 0), LT_EANSWER);
    assert_false(paper.choices[0].given);
}

static void a_choice_is_kept_in_the_questions_own_numbers(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        begin(seed);
        put_right(0, 1, T0);
        assert_int_equal(paper.choices[0].response.choice[0], asked(&paper, 0)->key[0]);
    }
}

/* ---- copies that meet ----------------------------------------------------------------------- */

static uint64_t dice = 88172645463325252;

static int roll(int n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)(dice % (uint64_t)n);
}

/* Two nodes took different choices of one paper. */
static void play_at_random(struct lt_paper *p)
{
    int64_t at_us = T0;

    for (int i = 0; i < 20; i++) {
        int k = rule.paper.forward ? i : roll(p->n);
        struct lt_response r = roll(2) ? right_of(p, k % p->n) : wrong_of(p, k % p->n);

        at_us += roll(3) * SEC;
        lt_paper_put(p, k, &r, 1 + roll(4), at_us, 0);
    }
}

static void merging_is_commutative_associative_and_idempotent(void **state)
{
    static struct lt_paper a, b, c, ab, ba, abc, bca;

    (void)state;
    for (int trial = 0; trial < 400; trial++) {
        if (trial == 200)
            forward_round(20);
        begin((uint64_t)trial);
        a = b = c = paper;
        play_at_random(&a);
        play_at_random(&b);
        play_at_random(&c);
        ab = a, lt_paper_merge(&ab, &b);
        ba = b, lt_paper_merge(&ba, &a);
        assert_memory_equal(ab.choices, ba.choices, sizeof ab.choices);
        abc = ab, lt_paper_merge(&abc, &c);
        bca = b, lt_paper_merge(&bca, &c), lt_paper_merge(&bca, &a);
        assert_memory_equal(abc.choices, bca.choices, sizeof abc.choices);
        ab = abc;
        lt_paper_merge(&abc, &a), lt_paper_merge(&abc, &abc);
        assert_memory_equal(abc.choices, ab.choices, sizeof abc.choices);
    }
}

static void the_newer_choice_stands(void **state)
{
    (void)state;
    put_right(0, 2, T0 + SEC);
    copy = paper;
    assert_int_equal(put_wrong(0, 3, T0 + 2 * SEC), LT_OK);
    put_right(1, 1, T0 + 2 * SEC);
    lt_paper_merge(&copy, &paper);
    assert_int_equal(copy.choices[0].rev, 3);
    assert_true(copy.choices[1].given);
}

/* Who learnt at one node that an answer was wrong cannot give another one at the next. */
static void a_second_answer_elsewhere_does_not_replace_the_first(void **state)
{
    (void)state;
    survival_round(1);
    copy = paper;
    assert_int_equal(put_wrong(0, 1, T0 + SEC), LT_OK);
    struct lt_response r = right_of(&copy, 0);
    assert_int_equal(lt_paper_put(&copy, 0, &r, 9, T0 + 2 * SEC, 0), LT_OK);
    lt_paper_merge(&copy, &paper);
    assert_int_equal(lt_paper_grade(&copy).correct, 0);
}

/* ---- worth ---------------------------------------------------------------------------------- */

static void right_wrong_and_nothing_add_up(void **state)
{
    struct lt_paper_score s;
    bool right;
    int64_t points_c;

    (void)state;
    put_right(0, 1, T0 + 3 * SEC);
    put_right(4, 1, T0 + 60 * SEC);
    put_wrong(9, 1, T0 + 30 * SEC);
    s = lt_paper_grade(&paper);
    assert_int_equal(s.points_c, 2 * 500 - 200);
    assert_int_equal(s.correct, 2);
    assert_int_equal(s.answered, 3);
    assert_int_equal(s.time_us, 60 * SEC);
    assert_true(lt_paper_item_score(&paper, 9, &right, &points_c));
    assert_false(right);
    assert_int_equal(points_c, -200);
    assert_false(lt_paper_item_score(&paper, 5, &right, &points_c));
    assert_int_equal(points_c, 0);
}

static void each_part_has_its_own_points(void **state)
{
    (void)state;
    fresh_part(6)->score.right_c = 300;
    fresh_part(4)->score = (struct lt_score_rule){.right_c = 1000, .partial = true};
    n_pool = 0;
    plain_pool(60, 6, LT_QT_MULTIPLE);
    begin(3);
    put_right(5, 1, T0);
    put_right(6, 1, T0);
    struct lt_response half = right_of(&paper, 7);
    half.n_choice = 1;
    lt_paper_put(&paper, 7, &half, 1, T0, 0);
    half = right_of(&paper, 0);
    half.n_choice = 1;
    lt_paper_put(&paper, 0, &half, 1, T0, 0);
    assert_int_equal(lt_paper_grade(&paper).points_c, 300 + 1000 + 500);
    assert_int_equal(lt_paper_grade(&paper).correct, 2);
}

static void grading_does_not_depend_on_the_order_of_the_options(void **state)
{
    struct lt_response own[10];
    int n = 0;

    (void)state;
    n_pool = 0;
    for (int i = 0; i < 60; i++)
        pool_row(i % 4, (enum lt_qtype)(i % LT_QT_TASK), 1);
    begin(8);
    for (int i = 0; i < 10; i++)
        i % 3 == 0 ? put_wrong(i, 1, T0 + i * SEC) : put_right(i, 1, T0 + i * SEC);
    copy = paper;
    for (int i = 0; i < 10; i++)
        own[i] = paper.choices[i].response;
    for (int trial = 0; trial < 50; trial++) {
        memset(paper.choices, 0, sizeof paper.choices);
        for (int i = 0; i < 10; i++) {
            const struct lt_question *q = asked(&paper, i);
            struct lt_response shown = own[i];

            for (int k = q->n_options - 1; k > 0 && q->type != LT_QT_TRUEFALSE; k--) {
                int j = roll(k + 1), t = paper.items[i].option[k];

                paper.items[i].option[k] = paper.items[i].option[j];
                paper.items[i].option[j] = t;
            }
            lt_paper_shown(&paper, i, own[i].choice, own[i].n_choice, shown.choice);
            n += memcmp(shown.choice, own[i].choice, sizeof shown.choice) != 0;
            assert_int_equal(lt_paper_put(&paper, i, &shown, 1, T0 + i * SEC, 0), LT_OK);
        }
        assert_memory_equal(paper.choices, copy.choices, sizeof copy.choices);
        assert_int_equal(lt_paper_grade(&paper).points_c, lt_paper_grade(&copy).points_c);
    }
    assert_true(n > 100);
}

static void choices_behind_a_deadline_that_was_pulled_forward_do_not_count(void **state)
{
    char text[400];
    int n;

    (void)state;
    put_right(0, 1, T0 + 3 * SEC);
    put_right(1, 1, T0 + 60 * SEC);
    n = lt_paper_write(&paper, text, sizeof text);
    paper.deadline_us = T0 + 30 * SEC;
    assert_int_equal(lt_paper_read(&paper, text, (size_t)n), LT_OK);
    assert_int_equal(lt_paper_grade(&paper).correct, 1);
}

/* ---- survival ------------------------------------------------------------------------------- */

static void a_run_ends_with_the_first_wrong_answer(void **state)
{
    (void)state;
    survival_round(0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(put_right(i, 1, T0 + (i + 1) * SEC), LT_OK);
    look(T0 + 4 * SEC);
    assert_int_equal(view.item, 3);
    assert_int_equal(view.right, 3);
    assert_int_equal(view.lives, 0);
    assert_int_equal(view.shown, 4);
    assert_int_equal(put_wrong(3, 1, T0 + 5 * SEC), LT_OK);
    look(T0 + 5 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.shown, 4); /* the next question stays unseen */
    assert_int_equal(put_right(4, 1, T0 + 6 * SEC), LT_ECLOSED);
    assert_int_equal(lt_paper_grade(&paper).points_c, 1500);
    assert_int_equal(lt_paper_grade(&paper).answered, 4);
}

static void a_revival_forgives_one_wrong_answer(void **state)
{
    (void)state;
    survival_round(1);
    assert_int_equal(put_wrong(0, 1, T0 + SEC), LT_OK);
    look(T0 + SEC);
    assert_false(view.ended);
    assert_int_equal(view.lives, 0);
    assert_int_equal(put_right(1, 1, T0 + 2 * SEC), LT_OK);
    assert_int_equal(put_wrong(2, 1, T0 + 3 * SEC), LT_OK);
    look(T0 + 3 * SEC);
    assert_true(view.ended);
    assert_int_equal(lt_paper_grade(&paper).correct, 1);
}

static void time_that_runs_out_is_a_wrong_answer(void **state)
{
    (void)state;
    survival_round(0);
    put_right(0, 1, T0 + SEC);
    look(T0 + 21 * SEC - 1);
    assert_false(view.ended);
    look(T0 + 21 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.right, 1);
}

/* ---- a side of a duel ----------------------------------------------------------------------- */

static void a_race_ends_at_its_target_and_goes_on_after_wrong_answers(void **state)
{
    int64_t at_us[10];

    (void)state;
    fresh_round(LT_MODE_DUEL, 10);
    rule.paper.target = 3;
    begin(1);
    put_wrong(0, 1, T0 + SEC);
    put_right(1, 1, T0 + 2 * SEC);
    put_right(2, 1, T0 + 3 * SEC);
    look(T0 + 3 * SEC);
    assert_false(view.ended);
    put_right(3, 1, T0 + 4 * SEC);
    look(T0 + 4 * SEC);
    assert_true(view.ended);
    assert_int_equal(view.right, 3);
    assert_int_equal(lt_paper_rights(&paper, at_us), 3);
    assert_int_equal(at_us[0], T0 + 2 * SEC);
    assert_int_equal(at_us[2], T0 + 4 * SEC);
    assert_int_equal(put_right(4, 1, T0 + 5 * SEC), LT_ECLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_paper_ends_with_its_clock_its_questions_clocks_or_the_window,
                               setup),
        cmocka_unit_test_setup(where_movement_is_free_any_question_may_be_answered_until_the_end,
                               setup),
        cmocka_unit_test_setup(the_clock_of_each_question_runs_on_for_somebody_who_is_away, setup),
        cmocka_unit_test_setup(a_paper_is_through_with_its_last_question, setup),
        cmocka_unit_test_setup(a_paper_that_was_handed_in_stands_where_it_stood, setup),
        cmocka_unit_test_setup(nothing_is_taken_after_the_deadline_and_its_grace, setup),
        cmocka_unit_test_setup(the_grace_of_a_question_does_not_move_the_next, setup),
        cmocka_unit_test_setup(an_older_rev_never_overwrites, setup),
        cmocka_unit_test_setup(a_repeated_choice_is_fine_and_changes_nothing, setup),
        cmocka_unit_test_setup(who_goes_forward_answers_once_and_in_order, setup),
        cmocka_unit_test_setup(a_credited_time_before_the_last_answer_counts_from_there, setup),
        cmocka_unit_test_setup(a_blank_takes_a_choice_back_and_passes_a_question, setup),
        cmocka_unit_test_setup(what_does_not_fit_the_question_is_refused, setup),
        cmocka_unit_test_setup(a_choice_is_kept_in_the_questions_own_numbers, setup),
        cmocka_unit_test_setup(merging_is_commutative_associative_and_idempotent, setup),
        cmocka_unit_test_setup(the_newer_choice_stands, setup),
        cmocka_unit_test_setup(a_second_answer_elsewhere_does_not_replace_the_first, setup),
        cmocka_unit_test_setup(right_wrong_and_nothing_add_up, setup),
        cmocka_unit_test_setup(each_part_has_its_own_points, setup),
        cmocka_unit_test_setup(grading_does_not_depend_on_the_order_of_the_options, setup),
        cmocka_unit_test_setup(choices_behind_a_deadline_that_was_pulled_forward_do_not_count,
                               setup),
        cmocka_unit_test_setup(a_run_ends_with_the_first_wrong_answer, setup),
        cmocka_unit_test_setup(a_revival_forgives_one_wrong_answer, setup),
        cmocka_unit_test_setup(time_that_runs_out_is_a_wrong_answer, setup),
        cmocka_unit_test_setup(a_race_ends_at_its_target_and_goes_on_after_wrong_answers, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

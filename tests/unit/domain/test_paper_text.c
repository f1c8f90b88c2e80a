/* The choices of a paper as they are stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "papers.h"

static struct lt_paper copy;

static char text[LT_PAPER_TEXT_BYTES + 1], again[LT_PAPER_TEXT_BYTES + 1];

static int setup(void **state)
{
    (void)state;
    n_pool = 0;
    fresh_round(LT_MODE_TIMED, 10);
    for (int i = 0; i < 60; i++)
        pool_row(i % 4, (enum lt_qtype)(i % LT_QT_TASK), 1);
    begin(1);
    return 0;
}

static void assert_text(const char *want)
{
    assert_int_equal(lt_paper_write(&paper, text, sizeof text), (int)strlen(want));
    assert_string_equal(text, want);
}

static int read_text(const char *s)
{
    return lt_paper_read(&paper, s, strlen(s));
}

static void an_untouched_paper_is_an_empty_array(void **state)
{
    (void)state;
    assert_text("[]");
    assert_int_equal(read_text("[]"), LT_OK);
    assert_int_equal(read_text("[0,0]"), LT_OK);
    assert_text("[]");
}

static void a_choice_is_its_rev_its_time_and_its_options(void **state)
{
    (void)state;
    n_pool = 0;
    plain_pool(20, 2, LT_QT_SINGLE);
    begin(4);
    for (int i = 0; i < paper.n; i++)
        for (int k = 0; k < LT_OPTIONS_MAX; k++)
            paper.items[i].option[k] = k;
    struct lt_response r = {.n_choice = 1, .choice = {2}};
    assert_int_equal(lt_paper_put(&paper, 0, &r, 3, T0 + 5230999, 0), LT_OK);
    r.choice[0] = 0;
    assert_int_equal(lt_paper_put(&paper, 2, &r, 1, T0 + 61 * SEC, 0), LT_OK);
    assert_text("[[3,5230,[2]],0,[1,61000,[0]]]");
}

static void what_is_written_is_read_again(void **state)
{
    uint64_t x = 1;

    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        int n;

        begin(seed);
        for (int i = 0; i < paper.n; i++) {
            struct lt_response r = right_of(&paper, i), none = {0};

            x = x * 6364136223846793005u + 1442695040888963407u;
            if (x >> 63)
                assert_int_equal(lt_paper_put(&paper, i, x >> 62 & 1 ? &r : &none,
                                              1 + (int32_t)(x >> 40 & 1023),
                                              T0 + (int64_t)(x >> 36), 0),
                                 LT_OK);
        }
        n = lt_paper_write(&paper, text, sizeof text);
        assert_true(n >= 2);
        copy = paper;
        memset(paper.choices, 0, sizeof paper.choices);
        assert_int_equal(lt_paper_read(&paper, text, (size_t)n), LT_OK);
        assert_memory_equal(paper.choices, copy.choices, sizeof copy.choices);
        assert_int_equal(lt_paper_write(&paper, again, sizeof again), n);
        assert_string_equal(again, text);
    }
}

static void a_paper_of_twenty_takes_less_than_half_a_kilobyte(void **state)
{
    (void)state;
    n_pool = 0;
    plain_pool(60, 2, LT_QT_SINGLE);
    rule.n_questions = 20;
    begin(4);
    for (int i = 0; i < 20; i++)
        put_right(i, 3, T0 + (60 + 20 * i) * SEC + 123456);
    assert_in_range(lt_paper_write(&paper, text, sizeof text), 100, 400);
}

static void too_little_room_is_refused(void **state)
{
    int n;

    (void)state;
    put_right(3, 1, T0 + SEC);
    n = lt_paper_write(&paper, text, sizeof text);
    assert_int_equal(lt_paper_write(&paper, again, (size_t)n), LT_ETOOBIG);
    assert_int_equal(lt_paper_write(&paper, again, (size_t)n + 1), n);
}

static void texts_never_outgrow_their_column(void **state)
{
    struct lt_response r = {0};
    int taken = 0, err = LT_OK;

    (void)state;
    n_pool = 0;
    plain_pool(200, 2, LT_QT_FILL);
    rule.n_questions = 200;
    begin(4);
    for (int k = 0; k < LT_FILL_BYTES; k += 2)
        memcpy(&r.text[k], "a\"", 2);
    for (int i = 0; i < 200 && !err; i++, taken++)
        err = lt_paper_put(&paper, i, &r, INT32_MAX, T0 + 1799 * SEC, 0);
    assert_int_equal(err, LT_ETOOBIG);
    assert_in_range(taken, 40, 60);
    assert_in_range(lt_paper_write(&paper, text, sizeof text), 25000, LT_PAPER_TEXT_BYTES);
}

static void what_is_not_such_a_text_changes_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[",
        "[1]",
        "[[1,2]]",
        "[[1,2,[0],3]]",
        "[[0,2,[0]]]",
        "[[1,-2,[0]]]",
        "[[1,2.5,[0]]]",
        "[[1,2,[8]]]",
        "[[1,2,[0,0]]]",
        "[[1,2,[1,0]]]",
        "[[1,2,{}]]",
        "[[1,2,\"text\"]]",
        "[[1,2,[[0]]]]",
        "[null]",
        "[[1,2,[0]],0,0,0,0,0,0,0,0,0,0]",
        "[[1e30,2,[0]]]",
    };

    (void)state;
    n_pool = 0;
    plain_pool(40, 2, LT_QT_MULTIPLE);
    begin(4);
    assert_int_equal(read_text("[0,[1,2,[0,1]]]"), LT_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (read_text(bad[i]) != LT_EANSWER)
            fail_msg("%s was read", bad[i]);
        assert_text("[0,[1,2,[0,1]]]");
    }
}

/* Written for another paper, or by another hand. */
static void a_response_that_does_not_fit_its_question_is_not_for_this_paper(void **state)
{
    static const char *const bad[] = {"[[1,2,[0,1]]]", "[[1,2,[7]]]", "[0,0,[1,2,[0,1,2]]]"};

    (void)state;
    n_pool = 0;
    plain_pool(20, 2, LT_QT_SINGLE);
    for (int i = 0; i < n_pool; i++)
        pool_questions[i].n_options = 4;
    begin(4);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_text(bad[i]), LT_EANSWER);
    assert_int_equal(read_text("[[1,2,[3]],[9,9,[]]]"), LT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_untouched_paper_is_an_empty_array, setup),
        cmocka_unit_test_setup(a_choice_is_its_rev_its_time_and_its_options, setup),
        cmocka_unit_test_setup(what_is_written_is_read_again, setup),
        cmocka_unit_test_setup(a_paper_of_twenty_takes_less_than_half_a_kilobyte, setup),
        cmocka_unit_test_setup(too_little_room_is_refused, setup),
        cmocka_unit_test_setup(texts_never_outgrow_their_column, setup),
        cmocka_unit_test_setup(what_is_not_such_a_text_changes_nothing, setup),
        cmocka_unit_test_setup(a_response_that_does_not_fit_its_question_is_not_for_this_paper,
                               setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

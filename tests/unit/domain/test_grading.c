/* Grading: sets, sequences, and fill-in texts as people really type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/grading.h"

#include <stdio.h>
#include <string.h>

static struct lt_question *question(const char *json)
{
    struct lt_question *q = NULL;
    const char *path = "?";

    assert_int_equal(lt_question_parse(json, strlen(json), &q, &path), LT_OK);
    return q;
}

/* A verdict on chosen options, given as digits: "02". */
static struct lt_verdict choose(const struct lt_question *q, const char *digits, bool partial)
{
    struct lt_response r = {0};

    for (; *digits; digits++)
        r.choice[r.n_choice++] = *digits - '0';
    return lt_grade(q, &r, partial);
}

static bool right(const struct lt_question *q, const char *digits)
{
    struct lt_verdict v = choose(q, digits, false);

    assert_int_equal(v.fraction_e4, v.right ? 10000 : 0);
    return v.right;
}

static struct lt_question *fill(const char *accepted)
{
    char json[600];

    snprintf(json, sizeof json, "{\"type\":\"fill\",\"stem\":\"____\",\"accepted\":[%s]}",
             accepted);
    return question(json);
}

static bool typed(const struct lt_question *q, const char *text)
{
    struct lt_response r = {0};

    snprintf(r.text, sizeof r.text, "%s", text);
    return lt_grade(q, &r, true).right;
}

static void a_single_choice_is_right_or_wrong(void **state)
{
    struct lt_question *q = question(
        "{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\"],\"key\":[2]}");

    (void)state;
    assert_true(right(q, "2"));
    assert_false(right(q, "0"));
    assert_false(right(q, "23"));
    assert_false(right(q, ""));
    lt_question_free(q);
}

static void true_or_false_is_right_or_wrong(void **state)
{
    struct lt_question *q = question("{\"type\":\"truefalse\",\"stem\":\"s\",\"key\":[1]}");

    (void)state;
    assert_true(right(q, "1"));
    assert_false(right(q, "0"));
    lt_question_free(q);
}

static void an_order_is_right_as_a_whole(void **state)
{
    struct lt_question *q = question("{\"type\":\"order\",\"stem\":\"s\",\"options\":[\"a\",\"b\","
                                     "\"c\",\"d\"],\"key\":[1,3,0,2]}");

    (void)state;
    assert_true(right(q, "1302"));
    assert_false(right(q, "1320"));
    assert_false(right(q, "130"));
    assert_int_equal(choose(q, "1320", true).fraction_e4, 0);
    lt_question_free(q);
}

static void a_multiple_choice_is_compared_as_a_set(void **state)
{
    struct lt_question *q = question("{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\","
                                     "\"b\",\"c\",\"d\",\"e\"],\"key\":[0,2,3]}");

    (void)state;
    assert_true(right(q, "023"));
    assert_true(right(q, "302"));
    assert_false(right(q, "02"));
    assert_false(right(q, "0123"));
    lt_question_free(q);
}

static void partial_credit_adds_right_and_takes_wrong_options(void **state)
{
    struct lt_question *q = question("{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\","
                                     "\"b\",\"c\",\"d\",\"e\"],\"key\":[0,2,3]}");

    (void)state;
    assert_int_equal(choose(q, "0", true).fraction_e4, 3333);
    assert_int_equal(choose(q, "02", true).fraction_e4, 6667);
    assert_int_equal(choose(q, "021", true).fraction_e4, 1667); /* 2/3 − 1/2 */
    assert_int_equal(choose(q, "01", true).fraction_e4, 0); /* 1/3 − 1/2: never below nothing */
    assert_int_equal(choose(q, "01234", true).fraction_e4, 0); /* ticking everything */
    assert_int_equal(choose(q, "023", true).fraction_e4, 10000);
    assert_false(choose(q, "02", true).right);
    assert_true(choose(q, "023", true).right);
    assert_int_equal(choose(q, "02", false).fraction_e4, 0);
    lt_question_free(q);
}

static void when_every_option_is_right_there_is_nothing_to_take(void **state)
{
    struct lt_question *q = question("{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\","
                                     "\"b\",\"c\",\"d\"],\"key\":[0,1,2,3]}");

    (void)state;
    assert_int_equal(choose(q, "012", true).fraction_e4, 7500);
    assert_true(choose(q, "3210", true).right);
    lt_question_free(q);
}

/* Every set of options of every shape, against the definition in exact fractions. */
static void partial_credit_follows_its_definition_everywhere(void **state)
{
    (void)state;
    for (int n = 2; n <= LT_OPTIONS_MAX; n++)
        for (unsigned key = 1; key < 1u << n; key++)
            for (unsigned set = 1; set < 1u << n; set++) {
                struct lt_question q = {.type = LT_QT_MULTIPLE, .n_options = n};
                struct lt_response r = {0};
                int hits = 0, misses = 0, lo, hi;

                for (int i = 0; i < n; i++) {
                    if (key & 1u << i)
                        q.key[q.n_key++] = i;
                    if (set & 1u << i) {
                        r.choice[r.n_choice++] = i;
                        hits += (key & 1u << i) != 0;
                        misses += (key & 1u << i) == 0;
                    }
                }
                /* |f/10000 − (hits/k − misses/w)| ≤ 1/20000, over the denominator 20000·k·w. */
                int k = q.n_key, w = n > k ? n - k : 1;
                int f = lt_grade(&q, &r, true).fraction_e4;
                int exact = 20000 * (hits * w - misses * k);

                lo = 2 * f * k * w - k * w;
                hi = 2 * f * k * w + k * w;
                if (exact <= 0)
                    assert_int_equal(f, 0);
                else
                    assert_true(lo <= exact && exact <= hi);
                assert_int_equal(lt_grade(&q, &r, true).right, key == set);
            }
}

static void width_case_and_space_do_not_matter(void **state)
{
    struct lt_question *q = fill("\"十五\",\"15\",\"GB/T 22239\"");

    (void)state;
    assert_true(typed(q, "十五"));
    assert_true(typed(q, "15"));
    assert_true(typed(q, "１５"));
    assert_true(typed(q, " 1 5\t"));
    assert_true(typed(q, "　十\n五　"));
    assert_true(typed(q, "⑮"));
    assert_true(typed(q, "gb/t22239"));
    assert_true(typed(q, "ＧＢ／Ｔ　２２２３９"));
    assert_true(typed(q, "\xef\xbb\xbf\xe2\x80\x8b"
                         "15")); /* byte order mark, zero-width space */
    assert_false(typed(q, "5"));
    assert_false(typed(q, "十五日"));
    assert_false(typed(q, "150"));
    assert_false(typed(q, "１"));
    lt_question_free(q);
}

static void punctuation_is_unified_but_never_dropped(void **state)
{
    struct lt_question *q = fill("\"1.5\",\"《义勇军进行曲》\",\"（一）\",\"-3\"");

    (void)state;
    assert_true(typed(q, "１．５"));
    assert_true(typed(q, "(一)"));
    assert_true(typed(q, "《 义勇军进行曲 》"));
    assert_false(typed(q, "15"));
    assert_false(typed(q, "义勇军进行曲"));
    assert_false(typed(q, "3"));
    lt_question_free(q);
}

static void composed_and_decomposed_letters_are_one(void **state)
{
    struct lt_question *q = fill("\"Café\",\"Straße\"");

    (void)state;
    assert_true(typed(q, "cafe\xcc\x81"));
    assert_true(typed(q, "STRASSE"));
    assert_false(typed(q, "cafe"));
    lt_question_free(q);
}

static void the_text_that_grows_most_is_compared_in_full(void **state)
{
    char accepted[LT_FILL_BYTES + 8] = "\"", text[LT_FILL_BYTES + 1] = "";
    struct lt_question *q;

    (void)state;
    for (int i = 0; i < LT_FILL_BYTES / 3; i++) {
        strcat(accepted, "\xef\xb7\xba"); /* U+FDFA: one character becomes 18 */
        strcat(text, "\xef\xb7\xba");
    }
    strcat(accepted, "\"");
    q = fill(accepted);
    assert_true(typed(q, text));
    text[strlen(text) - 1] = '\xb9';
    assert_false(typed(q, text));
    lt_question_free(q);
}

static void a_response_that_does_not_fit_is_wrong(void **state)
{
    struct lt_question *q = fill("\"a\"");
    struct lt_response choice = {.n_choice = 1}, latin1 = {.text = "\xe9"};

    (void)state;
    assert_false(lt_grade(q, &choice, true).right);
    assert_false(lt_grade(q, &latin1, true).right);
    lt_question_free(q);
}

static void nothing_said_to_a_task_is_right(void **state)
{
    struct lt_question *q = question("{\"type\":\"task\",\"stem\":\"s\"}");

    (void)state;
    assert_false(right(q, ""));
    assert_false(right(q, "0"));
    assert_false(typed(q, "s"));
    lt_question_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_choice_is_right_or_wrong),
        cmocka_unit_test(true_or_false_is_right_or_wrong),
        cmocka_unit_test(an_order_is_right_as_a_whole),
        cmocka_unit_test(a_multiple_choice_is_compared_as_a_set),
        cmocka_unit_test(partial_credit_adds_right_and_takes_wrong_options),
        cmocka_unit_test(when_every_option_is_right_there_is_nothing_to_take),
        cmocka_unit_test(partial_credit_follows_its_definition_everywhere),
        cmocka_unit_test(width_case_and_space_do_not_matter),
        cmocka_unit_test(punctuation_is_unified_but_never_dropped),
        cmocka_unit_test(composed_and_decomposed_letters_are_one),
        cmocka_unit_test(the_text_that_grows_most_is_compared_in_full),
        cmocka_unit_test(a_response_that_does_not_fit_is_wrong),
        cmocka_unit_test(nothing_said_to_a_task_is_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Questions and responses between JSON and values: what fits is read, what does not is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/question.h"

#include <stdio.h>
#include <string.h>

static struct lt_question *parsed(const char *json)
{
    struct lt_question *q = NULL;
    const char *path = "?";
    int err = lt_question_parse(json, strlen(json), &q, &path);

    if (err)
        print_error("%s: %s at '%s'\n", json, lt_err_wire(err), path);
    assert_int_equal(err, LT_OK);
    return q;
}

static void assert_refused(const char *json, const char *path)
{
    struct lt_question *q = NULL;
    const char *where = "?";

    assert_int_equal(lt_question_parse(json, strlen(json), &q, &where), LT_EQUESTION);
    assert_string_equal(where, path);
    assert_null(q);
}

static struct lt_response response(const char *json)
{
    struct lt_response r;

    assert_int_equal(lt_response_read(json, strlen(json), &r), LT_OK);
    return r;
}

static int check(const struct lt_question *q, const char *json)
{
    struct lt_response r = response(json);

    return lt_response_check(q, &r);
}

#define MULTIPLE                                                                                           \
    "{\"type\":\"multiple\",\"topic\":\"数据安全法\",\"stem\":\"下列哪些\",\"options\":[\"甲\"," \
    "\"乙\",\"丙\",\"丁\"],\"key\":[3,0,2],\"explanation\":\"见法条\",\"source\":\"第三条\","     \
    "\"difficulty\":2}"
#define SINGLE "{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\"],\"key\":[1]}"
#define TRUEFALSE "{\"type\":\"truefalse\",\"stem\":\"s\",\"key\":[0]}"
#define FILL "{\"type\":\"fill\",\"stem\":\"____\",\"options\":[],\"accepted\":[\"十五\",\"15\"]}"
#define ORDER "{\"type\":\"order\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[2,0,1]}"

static void every_member_of_a_question_is_read(void **state)
{
    struct lt_question *q = parsed(MULTIPLE);

    (void)state;
    assert_int_equal(q->type, LT_QT_MULTIPLE);
    assert_string_equal(q->topic, "数据安全法");
    assert_string_equal(q->stem, "下列哪些");
    assert_int_equal(q->n_options, 4);
    assert_string_equal(q->options[3], "丁");
    assert_int_equal(q->n_key, 3);
    assert_memory_equal(q->key, ((int[]){0, 2, 3}), 3 * sizeof(int));
    assert_string_equal(q->explanation, "见法条");
    assert_string_equal(q->source, "第三条");
    lt_question_free(q);
}

static void an_order_keeps_the_order_of_its_key(void **state)
{
    struct lt_question *q = parsed(ORDER);

    (void)state;
    assert_memory_equal(q->key, ((int[]){2, 0, 1}), 3 * sizeof(int));
    lt_question_free(q);
}

static void true_or_false_brings_its_own_options(void **state)
{
    struct lt_question *q = parsed(TRUEFALSE);

    (void)state;
    assert_int_equal(q->n_options, 2);
    assert_string_equal(q->options[0], "正确");
    assert_string_equal(q->options[1], "错误");
    assert_string_equal(q->topic, "");
    lt_question_free(q);
}

static void a_fill_in_question_counts_its_accepted_texts(void **state)
{
    struct lt_question *q = parsed(FILL);

    (void)state;
    assert_int_equal(q->n_options, 0);
    assert_int_equal(q->n_key, 2);
    assert_string_equal(q->accepted[0], "十五");
    lt_question_free(q);
}

static void a_task_is_a_stem_and_no_response_fits_it(void **state)
{
    struct lt_question *q = parsed("{\"type\":\"task\",\"topic\":\"宪法\",\"stem\":\"演讲\","
                                   "\"options\":[],\"explanation\":\"五分钟\"}");

    (void)state;
    assert_int_equal(q->type, LT_QT_TASK);
    assert_string_equal(q->stem, "演讲");
    assert_int_equal(q->n_options + q->n_key, 0);
    assert_int_equal(check(q, "{\"c\":[]}"), LT_EANSWER);
    assert_int_equal(check(q, "{\"c\":[0]}"), LT_EANSWER);
    assert_int_equal(check(q, "{\"t\":\"a\"}"), LT_EANSWER);
    lt_question_free(q);
    assert_refused("{\"type\":\"task\",\"stem\":\"s\",\"options\":[\"a\",\"b\"]}", "options");
    assert_refused("{\"type\":\"task\",\"stem\":\"s\",\"key\":[0]}", "key");
    assert_refused("{\"type\":\"task\",\"stem\":\"s\",\"accepted\":[\"a\"]}", "accepted");
}

static void a_wrong_member_is_named(void **state)
{
    (void)state;
    assert_refused("", "");
    assert_refused("[]", "");
    assert_refused("{\"stem\":\"s\"}", "type");
    assert_refused("{\"type\":\"essay\",\"stem\":\"s\"}", "type");
    assert_refused("{\"type\":\"single\",\"stem\":\"\"}", "stem");
    assert_refused("{\"type\":\"single\",\"stem\":7}", "stem");
    assert_refused("{\"type\":\"single\",\"stem\":\"s\",\"topic\":7}", "topic");
    assert_refused("{\"type\":\"single\",\"stem\":\"s\",\"key\":[0]}", "options");
    assert_refused("{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\"],\"key\":[0]}",
                   "options");
    assert_refused("{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"\"]}", "options");
    assert_refused("{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"1\",\"2\",\"3\",\"4\",\"5\","
                   "\"6\",\"7\",\"8\",\"9\"],\"key\":[0]}",
                   "options");
    assert_refused("{\"type\":\"truefalse\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"]}",
                   "options");
    assert_refused("{\"type\":\"fill\",\"stem\":\"s\",\"options\":[\"a\",\"b\"]}", "options");
    assert_refused("{\"type\":\"fill\",\"stem\":\"s\",\"key\":[0],\"accepted\":[\"a\"]}", "key");
    assert_refused("{\"type\":\"fill\",\"stem\":\"s\"}", "accepted");
    assert_refused("{\"type\":\"fill\",\"stem\":\"s\",\"accepted\":[\"a\",\" 　\"]}", "accepted");
    assert_refused("{\"type\":\"truefalse\",\"stem\":\"s\",\"key\":[0],\"accepted\":[\"a\"]}",
                   "accepted");
    assert_refused("{\"type\":\"truefalse\",\"stem\":\"s\",\"key\":[0],\"source\":[]}", "source");
}

static void a_key_that_does_not_fit_the_type_is_refused(void **state)
{
    static const struct {
        const char *type, *key;
    } cases[] = {
        {"single", "[]"},      {"single", "[0,1]"},   {"single", "[3]"},      {"single", "[-1]"},
        {"single", "[0.5]"},   {"single", "[\"0\"]"}, {"single", "0"},        {"multiple", "[]"},
        {"multiple", "[1,1]"}, {"order", "[0,1]"},    {"order", "[0,1,1]"},   {"single", "[1e300]"},
        {"multiple", "[0,3]"}, {"single", "[null]"},  {"order", "[0,1,2,0]"},
    };
    char json[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(json, sizeof json,
                 "{\"type\":\"%s\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":%s}",
                 cases[i].type, cases[i].key);
        assert_refused(json, "key");
    }
}

static void type_names_are_read_back(void **state)
{
    enum lt_qtype t;

    (void)state;
    for (int i = 0; i < LT_QTYPES; i++) {
        assert_true(lt_qtype_parse(lt_qtype_name((enum lt_qtype)i), &t));
        assert_int_equal(t, i);
    }
    assert_false(lt_qtype_parse("Single", &t));
    assert_false(lt_qtype_parse("", &t));
}

static void a_response_is_written_in_one_form_only(void **state)
{
    struct lt_response r = {.n_choice = 3, .choice = {2, 0, 1}};
    struct lt_response text = {.text = "十\"五"};
    char out[64];

    (void)state;
    assert_int_equal(lt_response_write(&r, LT_QT_MULTIPLE, out, sizeof out), 13);
    assert_string_equal(out, "{\"c\":[0,1,2]}");
    assert_int_equal(lt_response_write(&r, LT_QT_ORDER, out, sizeof out), 13);
    assert_string_equal(out, "{\"c\":[2,0,1]}");
    assert_int_equal(lt_response_write(&text, LT_QT_FILL, out, sizeof out), 16);
    assert_string_equal(out, "{\"t\":\"十\\\"五\"}");
}

static void a_stored_response_is_read_back(void **state)
{
    static const struct {
        enum lt_qtype type;
        const char *json;
    } cases[] = {
        {LT_QT_SINGLE, "{\"c\":[1]}"},
        {LT_QT_MULTIPLE, "{\"c\":[0,2,7]}"},
        {LT_QT_ORDER, "{\"c\":[2,0,1]}"},
        {LT_QT_FILL, "{\"t\":\"十五 \\\"x\\\"\"}"},
    };
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lt_response r = response(cases[i].json);
        int n = lt_response_write(&r, cases[i].type, out, sizeof out);

        assert_string_equal(out, cases[i].json);
        assert_int_equal(n, strlen(cases[i].json));
    }
}

static void a_response_that_does_not_fit_its_room_is_refused(void **state)
{
    struct lt_response r = {.n_choice = 1, .choice = {1}};
    char out[16];

    (void)state;
    assert_int_equal(lt_response_write(&r, LT_QT_SINGLE, out, 10), 9);
    assert_string_equal(out, "{\"c\":[1]}");
    assert_int_equal(lt_response_write(&r, LT_QT_SINGLE, out, 9), LT_ETOOBIG);
    assert_int_equal(lt_response_write(&r, LT_QT_SINGLE, out, 3), LT_ETOOBIG);
}

static void the_longest_text_makes_the_round_trip(void **state)
{
    struct lt_response r = {0}, back;
    char out[8 * LT_FILL_BYTES];
    int n;

    (void)state;
    memset(r.text, 1, LT_FILL_BYTES); /* the character that needs most room when escaped */
    n = lt_response_write(&r, LT_QT_FILL, out, sizeof out);
    assert_true(n > 0);
    assert_int_equal(lt_response_read(out, (size_t)n, &back), LT_OK);
    assert_string_equal(back.text, r.text);
}

static void hostile_responses_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"c\":[0],\"t\":\"x\"}",
        "{\"c\":1}",
        "{\"t\":1}",
        "{\"c\":[8]}",
        "{\"c\":[-1]}",
        "{\"c\":[0,0]}",
        "{\"x\":1}",
        "{\"C\":[0]}",
        "{\"c\":[0.5]}",
        "{\"c\":[1e99]}",
        "{\"c\":[0,1,2,3,4,5,6,7,7]}",
        "{\"c\":[[0]]}",
        "{\"t\":\"\\u0000\"}",
        "{\"t\":\"\\ud800\"}",
    };
    struct lt_response r;
    char big[LT_FILL_BYTES + 20];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lt_response_read(cases[i], strlen(cases[i]), &r), LT_EANSWER);
    snprintf(big, sizeof big, "{\"t\":\"%0*d\"}", LT_FILL_BYTES + 1, 0);
    assert_int_equal(lt_response_read(big, strlen(big), &r), LT_EANSWER);
}

static void a_response_must_fit_its_question(void **state)
{
    struct lt_question *single = parsed(SINGLE), *multiple = parsed(MULTIPLE);
    struct lt_question *fill = parsed(FILL), *order = parsed(ORDER);

    (void)state;
    assert_int_equal(check(single, "{\"c\":[0]}"), LT_OK);
    assert_int_equal(check(single, "{\"c\":[0,1]}"), LT_EANSWER);
    assert_int_equal(check(single, "{\"c\":[2]}"), LT_EANSWER);
    assert_int_equal(check(single, "{\"c\":[]}"), LT_EANSWER);
    assert_int_equal(check(single, "{\"t\":\"a\"}"), LT_EANSWER);
    assert_int_equal(check(multiple, "{\"c\":[3,1]}"), LT_OK);
    assert_int_equal(check(multiple, "{\"c\":[4]}"), LT_EANSWER);
    assert_int_equal(check(multiple, "{\"c\":[]}"), LT_EANSWER);
    assert_int_equal(check(order, "{\"c\":[1,2,0]}"), LT_OK);
    assert_int_equal(check(order, "{\"c\":[1,2]}"), LT_EANSWER);
    assert_int_equal(check(fill, "{\"t\":\"十\"}"), LT_OK);
    assert_int_equal(check(fill, "{\"t\":\" 　\\n\"}"), LT_EANSWER);
    assert_int_equal(check(fill, "{\"c\":[0]}"), LT_EANSWER);
    lt_question_free(single);
    lt_question_free(multiple);
    lt_question_free(fill);
    lt_question_free(order);
}

static void a_response_built_by_hand_is_checked_as_well(void **state)
{
    struct lt_question *multiple = parsed(MULTIPLE), *fill = parsed(FILL);
    struct lt_response twice = {.n_choice = 2, .choice = {1, 1}};
    struct lt_response many = {.n_choice = 99}, negative = {.n_choice = -1};
    struct lt_response both = {.n_choice = 1, .choice = {1}, .text = "x"};
    struct lt_response endless, latin1 = {.text = "\xe9\xe9"};

    (void)state;
    memset(&endless, 0, sizeof endless);
    memset(endless.text, 'x', sizeof endless.text);
    assert_int_equal(lt_response_check(multiple, &twice), LT_EANSWER);
    assert_int_equal(lt_response_check(multiple, &many), LT_EANSWER);
    assert_int_equal(lt_response_check(multiple, &negative), LT_EANSWER);
    assert_int_equal(lt_response_check(multiple, &both), LT_EANSWER);
    assert_int_equal(lt_response_check(fill, &both), LT_EANSWER);
    assert_int_equal(lt_response_check(fill, &endless), LT_EANSWER);
    assert_int_equal(lt_response_check(fill, &latin1), LT_EANSWER);
    lt_question_free(multiple);
    lt_question_free(fill);
    lt_question_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_of_a_question_is_read),
        cmocka_unit_test(an_order_keeps_the_order_of_its_key),
        cmocka_unit_test(true_or_false_brings_its_own_options),
        cmocka_unit_test(a_fill_in_question_counts_its_accepted_texts),
        cmocka_unit_test(a_task_is_a_stem_and_no_response_fits_it),
        cmocka_unit_test(a_wrong_member_is_named),
        cmocka_unit_test(a_key_that_does_not_fit_the_type_is_refused),
        cmocka_unit_test(type_names_are_read_back),
        cmocka_unit_test(a_response_is_written_in_one_form_only),
        cmocka_unit_test(a_stored_response_is_read_back),
        cmocka_unit_test(a_response_that_does_not_fit_its_room_is_refused),
        cmocka_unit_test(the_longest_text_makes_the_round_trip),
        cmocka_unit_test(hostile_responses_are_refused),
        cmocka_unit_test(a_response_must_fit_its_question),
        cmocka_unit_test(a_response_built_by_hand_is_checked_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

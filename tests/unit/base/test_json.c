#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include <stdlib.h>
#include <string.h>

static const struct lt_json_limits limits = {.bytes = 200, .depth = 3};

static int parse(const char *s)
{
    cJSON *doc = NULL;
    int err = lt_json_parse(s, strlen(s), &limits, &doc);
    cJSON_Delete(doc);
    return err;
}

static void well_formed_text_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":[1,2,{\"b\":null}]}"), LT_OK);
    assert_int_equal(parse(" {\"\xe9\xa2\x98\":\"\\ud83d\\ude00\"} \n"), LT_OK);
}

static void hostile_text_gets_its_own_code(void **state)
{
    char big[400];
    (void)state;
    memset(big, ' ', sizeof big);
    big[sizeof big - 1] = '\0';
    assert_int_equal(parse(big), LT_ETOOBIG);
    assert_int_equal(parse("[[[[1]]]]"), LT_EDEPTH);
    assert_int_equal(parse("{\"a\":\"\xc0\xaf\"}"), LT_EUTF8);
    assert_int_equal(parse("{\"a\":\"\xed\xa0\x80\"}"), LT_EUTF8);
    assert_int_equal(parse("{\"a\":\"\\ud800\"}"), LT_EUTF8);
    assert_int_equal(parse("{\"a\":\"\\u0000\"}"), LT_EUTF8);
    assert_int_equal(parse("{\"a\":1,\"a\":2}"), LT_EJSON);
    assert_int_equal(parse("{\"a\":1}x"), LT_EJSON);
    assert_int_equal(parse("{\"a\":1"), LT_EJSON);
    assert_int_equal(parse(""), LT_EJSON);
}

/* What cJSON by itself lets pass, and what it takes the wrong way. */
static void the_gate_is_as_strict_as_rfc_8259(void **state)
{
    static const struct {
        const char *text;
        int err;
    } cases[] = {
        {"0", LT_OK},
        {"-0.5e-3", LT_OK},
        {"[]", LT_OK},
        {"\"\\/\\b\\u00e9\"", LT_OK},
        {"01", LT_EJSON},
        {"-", LT_EJSON},
        {"-a", LT_EJSON},
        {"1.", LT_EJSON},
        {".5", LT_EJSON},
        {"+1", LT_EJSON},
        {"1e", LT_EJSON},
        {"1e+", LT_EJSON},
        {"0x10", LT_EJSON},
        {"NaN", LT_EJSON},
        {"nul", LT_EJSON},
        {"True", LT_EJSON},
        {"1 2", LT_EJSON},
        {"[1,]", LT_EJSON},
        {"[1 2]", LT_EJSON},
        {"{\"a\":1,}", LT_EJSON},
        {"{\"a\" 1}", LT_EJSON},
        {"{a:1}", LT_EJSON},
        {"{'a':1}", LT_EJSON},
        {"[1}", LT_EJSON},
        {"]", LT_EJSON},
        {"\"a\nb\"", LT_EJSON}, /* a raw line feed */
        {"\"\\x\"", LT_EJSON},
        {"\"\\u12g4\"", LT_EJSON},
        {"\"\\u12\"", LT_EJSON},
        {"\"\\", LT_EJSON},
        {"\"abc", LT_EJSON},
        {"\v1", LT_EJSON},
        {"/* c */1", LT_EJSON},
        {"\xef\xbb\xbf{}", LT_EJSON}, /* a byte order mark */
        {"\"\\udc00\"", LT_EUTF8},
        {"\"\\ud83dx\"", LT_EUTF8},
        {"\"\\ud83d\\n\"", LT_EUTF8},
        {"\"\\ud83d\\ud83d\"", LT_EUTF8},
        {"\"\\ud83d\\u00\"", LT_EJSON},
        {"{\"a\":1,\"\\u0061\":2}", LT_EJSON}, /* equal after unescaping */
        {"{\"a\":1,\"A\":2}", LT_OK},
        {"[{\"a\":1},{\"a\":1}]", LT_OK},
        {"[{\"b\":{\"a\":1,\"a\":1}}]", LT_EJSON},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int err = parse(cases[i].text);
        if (err != cases[i].err)
            print_error("%s\n", cases[i].text);
        assert_int_equal(err, cases[i].err);
    }
    assert_int_equal(lt_json_parse("1\0", 2, &limits, &(cJSON *){NULL}), LT_EUTF8);
}

static void depth_is_counted_in_brackets_outside_of_text(void **state)
{
    (void)state;
    assert_int_equal(parse("[[[\"[[[[{{{{\"]]]"), LT_OK);
    assert_int_equal(parse("[[[]],[[]],[[]]]"), LT_OK);
    assert_int_equal(parse("[{\"a\":[{}]}]"), LT_EDEPTH);
    assert_int_equal(parse("]]]]][[[[[[[["), LT_EJSON);
}

static void one_of_very_many_equal_names_is_found(void **state)
{
    static const struct lt_json_limits wide = {.bytes = 1 << 20, .depth = 1};
    struct lt_buf b;
    cJSON *doc = NULL;
    (void)state;
    lt_buf_init(&b, 1 << 20);
    for (int i = 0; i < 20000; i++)
        lt_buf_printf(&b, "%s\"k%d\":0", i ? "," : "{", i);
    lt_buf_char(&b, '}');
    assert_int_equal(lt_json_parse(b.p, b.len, &wide, &doc), LT_OK);
    cJSON_Delete(doc);
    b.p[b.len - 1] = ',';
    lt_buf_str(&b, "\"k777\":1}");
    assert_int_equal(lt_json_parse(b.p, b.len, &wide, &doc), LT_EJSON);
    lt_buf_done(&b);
}

/* The text has no NUL after it and every prefix of it is cut short: reading one byte too far is
 * seen by the sanitizer. */
static void a_prefix_is_refused_without_reading_past_its_end(void **state)
{
    static const char text[] = "{\"a\":[-1.5e3,true,null,\"\\ud83d\\ude00\\n\xe9\xa2\x98\"]}";
    cJSON *doc = NULL;
    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *cut = malloc(n ? n : 1);
        memcpy(cut, text, n);
        assert_int_not_equal(lt_json_parse(cut, n, &limits, &doc), LT_OK);
        free(cut);
    }
    assert_int_equal(parse(text), LT_OK);
}

static void utf8_is_checked_to_the_letter(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"", true},
        {"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true},
        {"\xed\x9f\xbf\xee\x80\x80", true},
        {"\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xc2", false},
        {"\xe9\xa2", false},
        {"\xe9\xa2x", false},
        {"\xf0\x9f\x98", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lt_utf8_valid(cases[i].text, strlen(cases[i].text)), cases[i].valid);
    assert_false(lt_utf8_valid("a\0b", 3));
    for (size_t i = 0; i < 20;
         i++) { /* wherever it stands among ASCII, which is looked at in eights */
        char text[] = "01234567890123456789";
        assert_true(lt_utf8_valid(text, 20));
        text[i] = '\0';
        assert_false(lt_utf8_valid(text, 20));
        text[i] = (char)0x80;
        assert_false(lt_utf8_valid(text, 20));
        text[i] = 1;
        assert_true(lt_utf8_valid(text, 20));
    }
}

static void getters_are_typed_and_case_sensitive(void **state)
{
    const char *text =
        "{\"N\":5,\"n\":1.5,\"s\":\"abc\",\"id\":\"9223372036854775807\",\"big\":1e300}";
    cJSON *doc;
    int64_t v = 77;
    const char *s;
    (void)state;
    assert_int_equal(lt_json_parse(text, strlen(text), &limits, &doc), LT_OK);
    assert_int_equal(lt_json_i64(doc, "N", 0, 9, &v), LT_OK);
    assert_int_equal(v, 5);
    assert_int_equal(lt_json_i64(doc, "n", 0, 9, &v), LT_ERANGE);
    assert_int_equal(lt_json_i64(doc, "N", 6, 9, &v), LT_ERANGE);
    assert_int_equal(lt_json_i64(doc, "big", INT64_MIN, INT64_MAX, &v), LT_ERANGE);
    assert_int_equal(lt_json_i64(doc, "s", 0, 9, &v), LT_ETYPE);
    assert_int_equal(lt_json_i64(doc, "S", 0, 9, &v), LT_ENOENT);
    assert_int_equal(v, 5);
    assert_int_equal(lt_json_str(doc, "s", 2, &s), LT_ERANGE);
    assert_int_equal(lt_json_id(doc, "id", &v), LT_OK);
    assert_true(v == INT64_MAX);
    cJSON_Delete(doc);
}

static cJSON *doc_of(const char *text)
{
    cJSON *doc = NULL;
    assert_int_equal(lt_json_parse(text, strlen(text), &limits, &doc), LT_OK);
    return doc;
}

static void an_id_has_one_spelling(void **state)
{
    static const struct {
        const char *text;
        int err;
    } cases[] = {
        {"{\"id\":\"1\"}", LT_OK},      {"{\"id\":\"9223372036854775807\"}", LT_OK},
        {"{\"id\":1}", LT_ETYPE},       {"{\"id\":\"0\"}", LT_ERANGE},
        {"{\"id\":\"01\"}", LT_ERANGE}, {"{\"id\":\"\"}", LT_ERANGE},
        {"{\"id\":\"-1\"}", LT_ERANGE}, {"{\"id\":\"9223372036854775808\"}", LT_ERANGE},
        {"{\"id\":\"1 \"}", LT_ERANGE}, {"{\"id\":\"99999999999999999999\"}", LT_ERANGE},
        {"{\"id\":null}", LT_ENOENT},   {"{}", LT_ENOENT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t v = -5;
        cJSON *doc = doc_of(cases[i].text);
        assert_int_equal(lt_json_id(doc, "id", &v), cases[i].err);
        assert_int_equal(v == -5, cases[i].err != LT_OK);
        cJSON_Delete(doc);
    }
}

static void integers_are_exact_or_refused(void **state)
{
    cJSON *doc = doc_of("[{\"a\":9007199254740992,\"b\":9007199254740994,\"c\":-9007199254740992,"
                        "\"d\":2.0,\"e\":1e3}]");
    const cJSON *o = doc->child;
    int64_t v = 0;
    (void)state;
    assert_int_equal(lt_json_i64(o, "a", INT64_MIN, INT64_MAX, &v), LT_OK);
    assert_true(v == INT64_C(1) << 53);
    assert_int_equal(lt_json_i64(o, "b", INT64_MIN, INT64_MAX, &v), LT_ERANGE);
    assert_int_equal(lt_json_i64(o, "c", INT64_MIN, INT64_MAX, &v), LT_OK);
    assert_int_equal(lt_json_i64(o, "d", 2, 2, &v), LT_OK);
    assert_int_equal(lt_json_i64(o, "e", 0, 1000, &v), LT_OK);
    assert_int_equal(v, 1000);
    cJSON_Delete(doc);
}

static void containers_and_booleans_are_typed_and_bounded(void **state)
{
    cJSON *doc = doc_of("{\"a\":[1,2],\"o\":{},\"t\":true,\"n\":null}");
    const cJSON *found = NULL;
    bool b = false;
    (void)state;
    assert_int_equal(lt_json_array(doc, "a", 1, &found), LT_ERANGE);
    assert_int_equal(lt_json_array(doc, "o", 9, &found), LT_ETYPE);
    assert_int_equal(lt_json_object(doc, "a", &found), LT_ETYPE);
    assert_int_equal(lt_json_object(doc, "n", &found), LT_ENOENT);
    assert_null(found);
    assert_int_equal(lt_json_array(doc, "a", 2, &found), LT_OK);
    assert_int_equal(cJSON_GetArraySize(found), 2);
    assert_int_equal(lt_json_object(doc, "o", &found), LT_OK);
    assert_int_equal(lt_json_bool(doc, "a", &b), LT_ETYPE);
    assert_int_equal(lt_json_bool(doc, "x", &b), LT_ENOENT);
    assert_false(b);
    assert_int_equal(lt_json_bool(doc, "t", &b), LT_OK);
    assert_true(b);
    cJSON_Delete(doc);
}

/* Every byte and every pair of bytes, written and read back: what was UTF-8 is unchanged, the rest
 * is still a text. */
static void any_bytes_become_a_valid_text(void **state)
{
    static const struct lt_json_limits small = {.bytes = 100, .depth = 0};
    struct lt_buf b;
    struct lt_jsonw w;
    (void)state;
    lt_buf_init(&b, 100);
    for (unsigned pair = 1; pair < 65536; pair++) {
        const char text[] = {(char)(pair >> 8), (char)pair, '\0'};
        const char *s = text[0] ? text : text + 1;
        if (text[0] && !text[1])
            continue;
        cJSON *doc = NULL;
        lt_buf_clear(&b);
        lt_jsonw_init(&w, &b);
        lt_jsonw_str(&w, NULL, s);
        assert_int_equal(lt_json_parse(b.p, b.len, &small, &doc), LT_OK);
        assert_int_equal(strcmp(doc->valuestring, s) == 0, lt_utf8_valid(s, strlen(s)));
        cJSON_Delete(doc);
    }
    lt_buf_done(&b);
}

static void the_writer_places_commas_and_escapes(void **state)
{
    struct lt_buf b;
    struct lt_jsonw w;
    (void)state;
    lt_buf_init(&b, 1000);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "a", "x\"\\\n\x01y");
    lt_jsonw_arr(&w, "b");
    lt_jsonw_i64(&w, NULL, -1);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_end_obj(&w);
    lt_jsonw_end_arr(&w);
    lt_jsonw_id(&w, "c", 12);
    lt_jsonw_bool(&w, "d", true);
    lt_jsonw_end_obj(&w);
    assert_string_equal(lt_buf_cstr(&b),
                        "{\"a\":\"x\\\"\\\\\\n\\u0001y\",\"b\":[-1,{}],\"c\":\"12\",\"d\":true}");
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_accepted),
        cmocka_unit_test(hostile_text_gets_its_own_code),
        cmocka_unit_test(the_gate_is_as_strict_as_rfc_8259),
        cmocka_unit_test(depth_is_counted_in_brackets_outside_of_text),
        cmocka_unit_test(one_of_very_many_equal_names_is_found),
        cmocka_unit_test(a_prefix_is_refused_without_reading_past_its_end),
        cmocka_unit_test(utf8_is_checked_to_the_letter),
        cmocka_unit_test(getters_are_typed_and_case_sensitive),
        cmocka_unit_test(an_id_has_one_spelling),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(containers_and_booleans_are_typed_and_bounded),
        cmocka_unit_test(the_writer_places_commas_and_escapes),
        cmocka_unit_test(any_bytes_become_a_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

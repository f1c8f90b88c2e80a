#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
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

static void getters_are_typed_and_case_sensitive(void **state)
{
    const char *text = "{\"N\":5,\"n\":1.5,\"s\":\"abc\",\"id\":\"9223372036854775807\",\"big\":1e300}";
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
    assert_string_equal(lt_buf_cstr(&b), "{\"a\":\"x\\\"\\\\\\n\\u0001y\",\"b\":[-1,{}],\"c\":\"12\",\"d\":true}");
    lt_buf_done(&b);
}

static void a_full_buffer_fails_once_and_stays_whole(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 4);
    lt_buf_str(&b, "abc");
    lt_buf_str(&b, "de");
    assert_true(b.failed);
    assert_int_equal(b.len, 3);
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_accepted),         cmocka_unit_test(hostile_text_gets_its_own_code),
        cmocka_unit_test(getters_are_typed_and_case_sensitive), cmocka_unit_test(the_writer_places_commas_and_escapes),
        cmocka_unit_test(a_full_buffer_fails_once_and_stays_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

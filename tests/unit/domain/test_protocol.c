#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "domain/protocol.h"
#include <string.h>

static struct lt_client_msg msg;
static const char *field;

static int read_text(const char *s)
{
    return lt_client_msg_read(s, strlen(s), &msg, &field);
}

static void an_answer_is_read_member_by_member(void **state)
{
    (void)state;
    assert_int_equal(
        read_text("{\"t\":\"answer\",\"id\":\"a1\",\"q\":3,\"choice\":[0,2],\"later\":true}"),
        LT_OK);
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_ANSWER);
    assert_string_equal(msg.answer.id, "a1");
    assert_int_equal(msg.answer.q, 3);
    assert_int_equal(msg.answer.n_choice, 2);
    assert_int_equal(msg.answer.choice[1], 2);
    assert_false(msg.answer.has_text);
}

static void every_mistake_has_its_code_and_names_the_member(void **state)
{
    static const struct {
        const char *text;
        int err;
        const char *field;
    } cases[] = {
        {"{\"t\":\"dance\"}", LT_EUNKNOWN, "t"},
        {"{\"T\":\"answer\"}", LT_EUNKNOWN, "t"},
        {"[]", LT_EJSON, "t"},
        {"{\"t\":\"answer\",\"q\":1}", LT_ENOENT, "id"},
        {"{\"t\":\"answer\",\"ID\":\"a\",\"q\":1}", LT_ENOENT, "id"},
        {"{\"t\":\"answer\",\"id\":7,\"q\":1}", LT_ETYPE, "id"},
        {"{\"t\":\"answer\",\"id\":\"a\\u0007\",\"q\":1}", LT_ERANGE, "id"},
        {"{\"t\":\"answer\",\"id\":\"a\",\"q\":0}", LT_ERANGE, "q"},
        {"{\"t\":\"answer\",\"id\":\"a\",\"q\":1e99}", LT_ERANGE, "q"},
        {"{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"choice\":[0,1,2,3,4,5,6,7,8]}", LT_ERANGE,
         "choice"},
        {"{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"choice\":[-1]}", LT_ERANGE, "choice"},
        {"{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"choice\":[\"0\"]}", LT_ETYPE, "choice"},
        {"{\"t\":\"command\",\"id\":\"c\",\"action\":\"explode\"}", LT_ERANGE, "action"},
        {"{\"t\":\"hello\",\"v\":2,\"role\":\"play\"}", LT_ERANGE, "v"},
        {"{\"t\":\"hello\",\"v\":1,\"role\":\"play\",\"event\":\"-5\"}", LT_ERANGE, "event"},
        {"{\"t\":\"time\",\"c\":[[[[[[[0]]]]]]]}", LT_EDEPTH, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        field = NULL;
        int err = read_text(cases[i].text);
        if (err != cases[i].err)
            print_error("%s\n", cases[i].text);
        assert_int_equal(err, cases[i].err);
        if (cases[i].field)
            assert_string_equal(field, cases[i].field);
    }
}

static void an_oversized_message_is_refused_before_it_is_parsed(void **state)
{
    char big[LT_MESSAGE_BYTES + 2];
    (void)state;
    memset(big, '[', sizeof big);
    assert_int_equal(lt_client_msg_read(big, sizeof big, &msg, &field), LT_ETOOBIG);
}

static void what_is_absent_is_not_written(void **state)
{
    struct lt_buf b;
    struct lt_msg_error m = {.code = LT_EFULL, .re = "a\"1", .has_retry_ms = true, .retry_ms = 800};
    (void)state;
    lt_buf_init(&b, 1000);
    lt_msg_error_write(&m, &b);
    assert_string_equal(
        lt_buf_cstr(&b),
        "{\"t\":\"error\",\"code\":\"retry_later\",\"re\":\"a\\\"1\",\"retry_ms\":800}");
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read_member_by_member),
        cmocka_unit_test(every_mistake_has_its_code_and_names_the_member),
        cmocka_unit_test(an_oversized_message_is_refused_before_it_is_parsed),
        cmocka_unit_test(what_is_absent_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

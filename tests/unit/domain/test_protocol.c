#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "domain/protocol.h"
#include <stdio.h>
#include <string.h>

static struct lt_client_msg msg;
static const char *field;

static int read_text(const char *s)
{
    field = NULL;
    return lt_client_msg_read(s, strlen(s), &msg, &field);
}

/* Every member of every client message: one good value, and bad ones with the code each must get.
 */
struct bad {
    const char *value;
    int err;
};
struct member {
    const char *msg, *name, *good;
    bool required;
    struct bad bad[6];
};

#define LONG_41 "\"12345678901234567890123456789012345678901\""
#define LONG_81                                                                                    \
    "\"123456789012345678901234567890123456789012345678901234567890123456789012345678901\""
#define NOT_TEXT                                                                                   \
    {"7", LT_ETYPE}, {"[\"a\"]", LT_ETYPE}, {"\"a\\u0007\"", LT_ERANGE},                           \
    {                                                                                              \
        "\"\\u007f\"", LT_ERANGE                                                                   \
    }
#define NOT_NUMBER                                                                                 \
    {"\"1\"", LT_ETYPE}, {"1.5", LT_ERANGE}, {"1e99", LT_ERANGE},                                  \
    {                                                                                              \
        "{}", LT_ETYPE                                                                             \
    }
#define NOT_ID                                                                                     \
    {"5", LT_ETYPE}, {"\"-5\"", LT_ERANGE}, {"\"0\"", LT_ERANGE},                                  \
        {"\"9223372036854775808\"", LT_ERANGE},                                                    \
    {                                                                                              \
        "\" 5\"", LT_ERANGE                                                                        \
    }

static const struct member members[] = {
    {"hello", "v", "1", true, {NOT_NUMBER, {"2", LT_ERANGE}, {"0", LT_ERANGE}}},
    {"hello",
     "role",
     "\"stage\"",
     true,
     {{"\"referee\"", LT_ERANGE}, {"\"Play\"", LT_ERANGE}, {"1", LT_ETYPE}}},
    {"hello", "ticket", "\"a.b.c\"", false, {NOT_TEXT}},
    {"hello", "session", "\"tok\"", false, {NOT_TEXT}},
    {"hello", "code", "\"ABC123\"", false, {NOT_TEXT, {"\"1234567890123\"", LT_ERANGE}}},
    {"hello", "name", "\"王小明\"", false, {NOT_TEXT, {LONG_81, LT_ERANGE}}},
    {"hello", "event", "\"9223372036854775807\"", false, {NOT_ID}},
    {"hello",
     "epoch",
     "3",
     false,
     {NOT_NUMBER, {"-1", LT_ERANGE}, {"9007199254740994", LT_ERANGE}}},
    {"hello", "seq", "0", false, {NOT_NUMBER, {"-1", LT_ERANGE}}},
    {"hello", "lang", "\"en\"", false, {{"\"fr\"", LT_ERANGE}, {"true", LT_ETYPE}}},
    {"answer", "id", "\"a-1\"", true, {NOT_TEXT, {LONG_41, LT_ERANGE}}},
    {"answer", "q", "1000", true, {NOT_NUMBER, {"0", LT_ERANGE}, {"4001", LT_ERANGE}}},
    {"answer",
     "choice",
     "[2,0]",
     false,
     {{"[0,1,2,3,4,5,6,7,8]", LT_ERANGE},
      {"[-1]", LT_ERANGE},
      {"[\"0\"]", LT_ETYPE},
      {"[0.5]", LT_ERANGE},
      {"[1e99]", LT_ERANGE},
      {"0", LT_ETYPE}}},
    {"answer", "text", "\"第\\u5341五条\"", false, {NOT_TEXT}},
    {"command", "id", "\"c-1\"", true, {NOT_TEXT, {LONG_41, LT_ERANGE}}},
    {"command",
     "action",
     "\"finalise\"",
     true,
     {{"\"explode\"", LT_ERANGE}, {"\"OPEN\"", LT_ERANGE}, {"3", LT_ETYPE}}},
    {"command", "q", "0", false, {NOT_NUMBER, {"-1", LT_ERANGE}, {"4001", LT_ERANGE}}},
    {"roster", "after", "\"12\"", false, {NOT_ID}},
    {"roster", "find", "\"李\"", false, {NOT_TEXT, {LONG_81, LT_ERANGE}}},
    {"time", "c", "1800000000000", true, {NOT_NUMBER, {"-1", LT_ERANGE}}},
};
enum { MEMBERS = sizeof members / sizeof *members };

/* The whole message `name`, with member `with` given `value` instead (NULL: left out), and named
 * `as`. */
static const char *compose(const char *name, const struct member *with, const char *as,
                           const char *value)
{
    static char text[8192];
    int n = snprintf(text, sizeof text, "{\"t\":\"%s\"", name);
    for (int i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        const char *v = m == with ? value : m->good;
        if (strcmp(m->msg, name) == 0 && v)
            n += snprintf(text + n, sizeof text - (size_t)n, ",\"%s\":%s", m == with ? as : m->name,
                          v);
    }
    snprintf(text + n, sizeof text - (size_t)n, "}");
    return text;
}

static void expect(const char *text, int err, const char *name)
{
    int is = read_text(text);
    if (is != err)
        print_error("%s\n", text);
    assert_int_equal(is, err);
    if (err != LT_OK)
        assert_string_equal(field, name);
}

static void a_wrong_member_gets_its_code_and_is_named(void **state)
{
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        for (const struct bad *b = m->bad; b < m->bad + 6 && b->value; b++)
            expect(compose(m->msg, m, m->name, b->value), b->err, m->name);
    }
}

static void a_missing_member_is_named_when_it_is_required(void **state)
{
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        int err = m->required ? LT_ENOENT : LT_OK;
        expect(compose(m->msg, m, m->name, NULL), err, m->name);
        expect(compose(m->msg, m, m->name, "null"), err, m->name);
    }
}

static void a_member_in_other_letters_is_another_member(void **state)
{
    (void)state;
    for (int i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        char upper[32];
        snprintf(upper, sizeof upper, "%s", m->name);
        upper[0] = (char)(upper[0] - 'a' + 'A');
        expect(compose(m->msg, m, upper, m->good), m->required ? LT_ENOENT : LT_OK, m->name);
    }
    expect("{\"T\":\"time\",\"c\":1}", LT_EUNKNOWN, "t");
}

static void a_hello_is_read_member_by_member(void **state)
{
    (void)state;
    assert_int_equal(read_text(compose("hello", NULL, NULL, NULL)), LT_OK);
    const struct lt_hello_in *m = &msg.hello;
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_HELLO);
    assert_int_equal(m->v, 1);
    assert_int_equal(m->role, LT_ROLE_ID_STAGE);
    assert_true(m->has_ticket && m->has_session && m->has_code && m->has_name && m->has_event);
    assert_true(m->has_epoch && m->has_seq && m->has_lang);
    assert_string_equal(m->ticket, "a.b.c");
    assert_string_equal(m->session, "tok");
    assert_string_equal(m->code, "ABC123");
    assert_string_equal(m->name, "王小明");
    assert_true(m->event == INT64_MAX);
    assert_int_equal(m->epoch, 3);
    assert_int_equal(m->seq, 0);
    assert_int_equal(m->lang, LT_LANG_ID_EN);
    assert_int_equal(read_text("{\"t\":\"hello\",\"v\":1,\"role\":\"play\"}"), LT_OK);
    assert_false(m->has_ticket || m->has_session || m->has_code || m->has_name || m->has_event);
    assert_false(m->has_epoch || m->has_seq || m->has_lang);
}

static void an_answer_is_read_member_by_member(void **state)
{
    (void)state;
    assert_int_equal(read_text(compose("answer", NULL, NULL, NULL)), LT_OK);
    const struct lt_answer_in *m = &msg.answer;
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_ANSWER);
    assert_string_equal(m->id, "a-1");
    assert_int_equal(m->q, 1000);
    assert_true(m->has_choice && m->has_text);
    assert_int_equal(m->n_choice, 2);
    assert_int_equal(m->choice[0], 2);
    assert_int_equal(m->choice[1], 0);
    assert_string_equal(m->text, "第十五条");
    assert_int_equal(read_text("{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"choice\":[]}"), LT_OK);
    assert_true(m->has_choice && m->n_choice == 0 && !m->has_text);
}

static void the_desks_and_the_clocks_messages_are_read(void **state)
{
    (void)state;
    assert_int_equal(read_text(compose("command", NULL, NULL, NULL)), LT_OK);
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_COMMAND);
    assert_string_equal(msg.command.id, "c-1");
    assert_int_equal(msg.command.action, LT_ACTION_ID_FINALISE);
    assert_true(msg.command.has_q && msg.command.q == 0);
    assert_int_equal(read_text(compose("roster", NULL, NULL, NULL)), LT_OK);
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_ROSTER);
    assert_int_equal(msg.roster.after, 12);
    assert_string_equal(msg.roster.find, "李");
    assert_int_equal(read_text(compose("time", NULL, NULL, NULL)), LT_OK);
    assert_int_equal(msg.id, LT_CLIENT_MSG_ID_TIME);
    assert_true(msg.time.c == INT64_C(1800000000000));
}

static void the_longest_text_fits_and_a_byte_more_does_not(void **state)
{
    char text[600], fill[402];
    (void)state;
    memset(fill, 'x', 401);
    fill[400] = '\0';
    snprintf(text, sizeof text, "{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"text\":\"%s\"}", fill);
    assert_int_equal(read_text(text), LT_OK);
    assert_int_equal(strlen(msg.answer.text), 400);
    fill[400] = 'x';
    fill[401] = '\0';
    snprintf(text, sizeof text, "{\"t\":\"answer\",\"id\":\"a\",\"q\":1,\"text\":\"%s\"}", fill);
    expect(text, LT_ERANGE, "text");
}

static void unknown_members_are_ignored_and_unknown_messages_are_not(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"later\":{\"a\":[1,{\"b\":2}]},\"t\":\"time\",\"c\":1}"), LT_OK);
    expect("{\"t\":\"dance\"}", LT_EUNKNOWN, "t");
    expect("{\"t\":5}", LT_EUNKNOWN, "t");
    expect("{\"t\":null}", LT_EUNKNOWN, "t");
    expect("{}", LT_EUNKNOWN, "t");
    expect("[]", LT_EJSON, "t");
    expect("\"time\"", LT_EJSON, "t");
}

static void what_is_no_message_gets_the_code_of_its_fault(void **state)
{
    char big[LT_MESSAGE_BYTES + 2];
    (void)state;
    memset(big, '[', sizeof big);
    assert_int_equal(lt_client_msg_read(big, sizeof big, &msg, &field), LT_ETOOBIG);
    assert_int_equal(lt_client_msg_read(big, LT_MESSAGE_BYTES, &msg, &field), LT_EDEPTH);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1,\"x\":[[[[[0]]]]]}"), LT_OK);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1,\"x\":[[[[[[0]]]]]]}"), LT_EDEPTH);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1,\"x\":\"\xff\"}"), LT_EUTF8);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1,\"x\":\"\\ud800\"}"), LT_EUTF8);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1,\"c\":2}"), LT_EJSON);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":1}{"), LT_EJSON);
    assert_int_equal(read_text("{\"t\":\"time\",\"c\":01}"), LT_EJSON);
    assert_int_equal(read_text(""), LT_EJSON);
    assert_int_equal(lt_client_msg_read("{\"t\":\"time\",\"c\":1}\0", 19, &msg, &field), LT_EUTF8);
}

/* Whatever is sent, reading ends, touches nothing outside and says what was wrong: each byte of a
 * good message replaced. */
static void no_single_byte_breaks_the_reader(void **state)
{
    char text[8192];
    (void)state;
    snprintf(text, sizeof text, "%s", compose("hello", NULL, NULL, NULL));
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        char was = text[i];
        for (int c = 0; c < 256; c++) {
            text[i] = (char)c;
            int err = lt_client_msg_read(text, n, &msg, &field);
            assert_true(err == LT_OK || lt_err_index(err) != lt_err_index(LT_EINTERNAL));
        }
        text[i] = was;
        assert_int_not_equal(lt_client_msg_read(text, i, &msg, &field), LT_OK);
    }
}

static const char *written(struct lt_buf *b, const struct lt_msg_error *m)
{
    lt_buf_clear(b);
    lt_msg_error_write(m, b);
    return lt_buf_cstr(b);
}

static void what_is_absent_is_not_written_and_text_is_escaped(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 1000);
    assert_string_equal(written(&b, &(struct lt_msg_error){.code = LT_EFULL,
                                                           .re = "a\"\\\n\x01</script>题",
                                                           .has_retry_ms = true,
                                                           .retry_ms = 800}),
                        "{\"t\":\"error\",\"code\":\"retry_later\",\"re\":\"a\\\"\\\\\\n\\u0001</"
                        "script>题\",\"retry_ms\":800}");
    assert_string_equal(written(&b, &(struct lt_msg_error){.code = LT_EPAUSED}),
                        "{\"t\":\"error\",\"code\":\"paused\"}");
    lt_buf_done(&b);
}

/* A question with everything in it, read back with the reader's own gate: the writer must not need
 * another one. */
static void a_question_survives_the_way_to_a_browser(void **state)
{
    static const char *const options[] = {"甲\t", "\"乙\"", "\xff\xfe"};
    static const struct lt_json_limits limits = {.bytes = 4096, .depth = 6};
    struct lt_msg_question m = {.epoch = 1,
                                .seq = INT64_C(9007199254740992),
                                .question = {.q = 2,
                                             .state = LT_QSTATE_ID_REVEALED,
                                             .type = LT_QTYPE_ID_MULTIPLE,
                                             .topic = "宪法",
                                             .points = -1000,
                                             .stem = "多选：\\",
                                             .n_options = 3,
                                             .options = options,
                                             .n_key = 2,
                                             .key = (const int[]){0, 2},
                                             .has_correct = true}};
    struct lt_buf b;
    cJSON *doc;
    const cJSON *q, *list;
    const char *s;
    int64_t v;
    (void)state;
    lt_buf_init(&b, 4096);
    lt_msg_question_write(&m, &b);
    assert_false(b.failed);
    assert_int_equal(lt_json_parse(b.p, b.len, &limits, &doc), LT_OK);
    assert_int_equal(lt_json_i64(doc, "seq", 0, INT64_MAX, &v), LT_OK);
    assert_true(v == INT64_C(9007199254740992));
    assert_int_equal(lt_json_object(doc, "question", &q), LT_OK);
    assert_int_equal(lt_json_str(q, "state", 20, &s), LT_OK);
    assert_string_equal(s, "revealed");
    assert_int_equal(lt_json_str(q, "stem", 40, &s), LT_OK);
    assert_string_equal(s, "多选：\\");
    assert_int_equal(lt_json_array(q, "options", 8, &list), LT_OK);
    assert_string_equal(cJSON_GetArrayItem(list, 0)->valuestring, "甲\t");
    assert_string_equal(cJSON_GetArrayItem(list, 1)->valuestring, "\"乙\"");
    assert_string_equal(cJSON_GetArrayItem(list, 2)->valuestring, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_int_equal(lt_json_array(q, "key", 8, &list), LT_OK);
    assert_int_equal(cJSON_GetArrayItem(list, 1)->valueint, 2);
    assert_int_equal(lt_json_i64(q, "correct", 0, 9, &v), LT_OK);
    assert_int_equal(lt_json_i64(q, "answered", 0, 9, &v), LT_ENOENT);
    assert_int_equal(lt_json_array(q, "dist", 8, &list), LT_ENOENT);
    cJSON_Delete(doc);
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_is_read_member_by_member),
        cmocka_unit_test(an_answer_is_read_member_by_member),
        cmocka_unit_test(the_desks_and_the_clocks_messages_are_read),
        cmocka_unit_test(a_wrong_member_gets_its_code_and_is_named),
        cmocka_unit_test(a_missing_member_is_named_when_it_is_required),
        cmocka_unit_test(a_member_in_other_letters_is_another_member),
        cmocka_unit_test(the_longest_text_fits_and_a_byte_more_does_not),
        cmocka_unit_test(unknown_members_are_ignored_and_unknown_messages_are_not),
        cmocka_unit_test(what_is_no_message_gets_the_code_of_its_fault),
        cmocka_unit_test(no_single_byte_breaks_the_reader),
        cmocka_unit_test(what_is_absent_is_not_written_and_text_is_escaped),
        cmocka_unit_test(a_question_survives_the_way_to_a_browser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reading the server's messages: members with their types, and nothing shown before its time. */
#include "loadtest/message.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct lt_seen seen;

static const char *read_text(const char *text)
{
    return lt_seen_read(text, strlen(text), &seen);
}

#define QUESTION(state, more)                                                                      \
    "{\"t\":\"question\",\"epoch\":1,\"seq\":4,\"question\":{\"q\":2,\"round\":1,\"in_round\":2,"  \
    "\"state\":\"" state                                                                           \
    "\",\"type\":\"multiple\",\"topic\":\"x\",\"points\":1000,\"speed\":true,\"seconds\":20" more  \
    "}}"
#define OPEN_PART                                                                                  \
    ",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"opened_ms\":1000,\"deadline_ms\":21000"

static void a_question_is_read_as_it_opens_and_is_revealed(void **state)
{
    (void)state;
    assert_null(read_text(QUESTION("open", OPEN_PART)));
    assert_int_equal(seen.question.q, 2);
    assert_int_equal(seen.question.n_options, 3);
    assert_int_equal(seen.question.opened_ms, 1000);
    assert_false(seen.question.early);
    assert_null(read_text(QUESTION(
        "revealed", OPEN_PART ",\"answered\":5,\"key\":[0,2],\"correct\":1,\"dist\":[1,2,3]")));
    assert_int_equal(seen.question.n_key, 2);
    assert_int_equal(seen.question.key[1], 2);
    assert_false(seen.question.early);
}

static void what_shows_too_early_is_noticed(void **state)
{
    (void)state;
    assert_null(read_text(QUESTION("armed", "")));
    assert_false(seen.question.early);
    assert_null(read_text(QUESTION("armed", ",\"stem\":\"s\"")));
    assert_true(seen.question.early);
    assert_null(read_text(QUESTION("open", OPEN_PART ",\"key\":[0]")));
    assert_true(seen.question.early);
    assert_null(read_text(QUESTION("closed", OPEN_PART ",\"answered\":5,\"explanation\":\"e\"")));
    assert_true(seen.question.early);
    assert_null(read_text(QUESTION("open", OPEN_PART ",\"answered\":5")));
    assert_true(seen.question.early);
}

static void broken_messages_are_named(void **state)
{
    (void)state;
    assert_string_equal(read_text("{"), "not valid JSON");
    assert_string_equal(read_text("{\"t\":\"ack\",\"id\":\"\xff\"}"), "not valid UTF-8");
    assert_string_equal(read_text("{\"t\":\"nonsense\"}"), "t");
    assert_string_equal(read_text("{\"t\":\"phase\",\"epoch\":1,\"seq\":0,\"phase\":\"lobby\"}"),
                        "seq");
    assert_string_equal(read_text("{\"t\":\"ack\",\"id\":\"x\",\"q\":1,\"state\":\"perhaps\"}"),
                        "state");
    assert_string_equal(read_text(QUESTION("open", "")), "an open question without stem or times");
    assert_string_equal(read_text(QUESTION("revealed", OPEN_PART)),
                        "a revealed question without a key");
    assert_string_equal(read_text(QUESTION("revealed", OPEN_PART ",\"key\":[9]")), "key");
}

static void refusals_name_answer_and_error(void **state)
{
    (void)state;
    assert_null(read_text(
        "{\"t\":\"error\",\"code\":\"question_closed\",\"re\":\"1-2-0000abcd\",\"q\":2}"));
    assert_int_equal(seen.err, LT_ECLOSED);
    assert_string_equal(seen.id, "1-2-0000abcd");
    assert_int_equal(seen.retry_ms, -1);
    assert_null(read_text("{\"t\":\"bye\",\"code\":\"moving\",\"retry_ms\":250}"));
    assert_int_equal(seen.retry_ms, 250);
}

static void the_same_bytes_are_read_once_and_say_the_same(void **state)
{
    static const char text[] = QUESTION("open", OPEN_PART),
                      other[] = "{\"t\":\"ack\",\"id\":\"a\",\"q\":1,\"state\":\"saved\"}";
    struct lt_seen_cache *c = lt_seen_cache_new();
    const struct lt_seen *a, *b, *ack;
    (void)state;
    assert_null(lt_seen_cached(c, text, strlen(text), &a));
    assert_null(lt_seen_cached(c, other, strlen(other), &ack));
    assert_int_equal(ack->kind, LT_SEEN_ACK);
    assert_null(lt_seen_cached(c, text, strlen(text), &b));
    assert_ptr_equal(a, b);
    assert_int_equal(b->question.q, 2);
    for (int i = 0; i < 20; i++) { /* pushed out by others, read again */
        char frame[128];
        snprintf(frame, sizeof frame, "{\"t\":\"driver\",\"epoch\":1,\"seq\":%d}", i + 10);
        assert_null(lt_seen_cached(c, frame, strlen(frame), &a));
        assert_int_equal(a->seq, i + 10);
    }
    assert_null(lt_seen_cached(c, text, strlen(text), &a));
    assert_int_equal(a->seq, 4);
    lt_seen_cache_free(c);
}

static void a_probe_says_its_number(void **state)
{
    (void)state;
    assert_null(read_text("{\"t\":\"probe\",\"n\":9007199254740991}"));
    assert_int_equal(seen.kind, LT_SEEN_PROBE);
    assert_int_equal(seen.probe, 9007199254740991);
    assert_non_null(read_text("{\"t\":\"probe\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_says_its_number),
        cmocka_unit_test(a_question_is_read_as_it_opens_and_is_revealed),
        cmocka_unit_test(what_shows_too_early_is_noticed),
        cmocka_unit_test(broken_messages_are_named),
        cmocka_unit_test(refusals_name_answer_and_error),
        cmocka_unit_test(the_same_bytes_are_read_once_and_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

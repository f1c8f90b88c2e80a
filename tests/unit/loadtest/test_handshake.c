/* The opening handshake: RFC 6455's example passes, each deviation is named. */
#include "loadtest/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char KEY[] = "dGhlIHNhbXBsZSBub25jZQ==";
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define GOOD                                                                                       \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, "           \
    "Upgrade\r\n"                                                                                  \
    "Sec-WebSocket-Accept: " ACCEPT "\r\n"

static const char *check(const char *text, size_t *ret_used)
{
    return lt_handshake_check(text, strlen(text), KEY, ret_used);
}

static void the_example_of_the_rfc_is_accepted(void **state)
{
    char accept[LT_HANDSHAKE_ACCEPT];
    size_t used;
    (void)state;
    lt_handshake_accept(KEY, accept);
    assert_string_equal(accept, ACCEPT);
    assert_null(check(GOOD "\r\n\x81\x00", &used));
    assert_int_equal(used, strlen(GOOD) + 2);
}

static void an_unfinished_answer_waits(void **state)
{
    size_t used;
    (void)state;
    assert_null(check(GOOD, &used));
    assert_int_equal(used, 0);
}

static void each_deviation_is_named(void **state)
{
    size_t used;
    (void)state;
    assert_string_equal(check("HTTP/1.1 200 OK\r\n\r\n", &used), "the server did not answer 101");
    assert_string_equal(check("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
                              &used),
                        "Sec-WebSocket-Accept does not fit the key");
    assert_string_equal(
        check("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
              &used),
        "Upgrade, Connection or Sec-WebSocket-Accept is missing");
    assert_string_equal(check(GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", &used),
                        "an extension or protocol that nobody asked for");
    assert_string_equal(check(GOOD "no colon\r\n\r\n", &used), "a header line is malformed");
}

static void client_and_server_sides_fit_together(void **state)
{
    char key[LT_HANDSHAKE_KEY], request[512], answer[256];
    size_t used;
    (void)state;
    lt_handshake_key(1, 2, key);
    assert_int_equal(strlen(key), 24);
    size_t n = lt_handshake_request(request, sizeof request, "127.0.0.1:8080", "/ws", key);
    assert_true(n > 0);
    assert_int_equal(lt_handshake_answer(request, n - 1, answer, sizeof answer), 0);
    int len = lt_handshake_answer(request, n, answer, sizeof answer);
    assert_true(len > 0);
    assert_null(lt_handshake_check(answer, (size_t)len, key, &used));
    assert_int_equal(used, len);
    assert_int_equal(lt_handshake_answer("POST / HTTP/1.1\r\n\r\n", 19, answer, sizeof answer), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc_is_accepted),
        cmocka_unit_test(an_unfinished_answer_waits),
        cmocka_unit_test(each_deviation_is_named),
        cmocka_unit_test(client_and_server_sides_fit_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What RFC 6455 forbids, sent as bytes. libwebsockets 4.1.6 by itself accepts most of it. Each rule
 * is tried in plain and under TLS: the gate that watches the bytes stands at a different function
 * there. */
#include "base/err.h"
#include "base/metrics.h"
#include "certificate.h"
#include "client.h"
#include "io/net.h"

#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { MESSAGE_MAX = 4096 };

static struct {
    struct lt_loop *loop;
    struct lt_net *net;
    bool tls;
    int opened, closed, texts, last_code;
    bool done;
} t;

static int on_open(void *arg, struct lt_conn *c, const char *path)
{
    (void)arg, (void)c, (void)path;
    t.opened++;
    return LT_OK;
}

static void on_text(void *arg, struct lt_conn *c, const char *p, size_t n)
{
    (void)arg;
    t.texts++;
    lt_conn_send_text(c, p, n);
}

static void on_close(void *arg, struct lt_conn *c, int code)
{
    (void)arg, (void)c;
    t.closed++;
    t.last_code = code;
}

static void on_done(void *arg)
{
    (void)arg;
    t.done = true;
}

static void serve(bool tls)
{
    static const struct lt_net_handler handler = {
        .on_open = on_open, .on_text = on_text, .on_close = on_close};
    struct lt_net_opts opts = {.host = "127.0.0.1",
                               .max_connections = 100,
                               .max_message_bytes = MESSAGE_MAX,
                               .max_queue_bytes = 65536,
                               .max_queue_age_us = 5000000,
                               .allowed_origins = "",
                               .tls_cert = tls ? certificate_path() : NULL,
                               .tls_key = tls ? certificate_key_path() : NULL};
    memset(&t, 0, sizeof t);
    t.tls = tls;
    t.loop = lt_loop_new();
    assert_non_null(t.loop);
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &t.net), LT_OK);
}

static int setup_plain(void **state)
{
    (void)state;
    serve(false);
    return 0;
}

static int setup_tls(void **state)
{
    (void)state;
    serve(true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_net_free(t.net, on_done, NULL);
    assert_true(turn_until(t.loop, &t.done, 10000));
    assert_int_equal(t.opened, t.closed);
    lt_loop_free(t.loop);
    return 0;
}

static struct client *connected(void)
{
    int port = lt_net_port(t.net);
    struct client *c =
        t.tls ? client_new_tls(t.loop, port, TLS1_2_VERSION) : client_new(t.loop, port);
    assert_non_null(c);
    return c;
}

/* Send bytes on a new WebSocket: it must end with `code`, for both sides. In one piece, or in
 * single bytes. */
static void expect_end(const void *p, size_t n, int code, bool in_bytes)
{
    struct client *c = connected();
    int closed = t.closed, texts = t.texts;
    client_upgrade(c, "/ws");
    for (size_t i = 0; in_bytes && i < n; i++) {
        client_send(c, (const char *)p + i, 1);
        turn(t.loop);
    }
    if (!in_bytes)
        client_send(c, p, n);
    assert_int_equal(client_close_code(c), code);
    assert_true(client_sees_end(c));
    for (int i = 0; i < 3000 && t.closed == closed; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.closed, closed + 1);
    assert_int_equal(t.last_code, code);
    assert_int_equal(t.texts, texts);
    client_free(c);
}

#define ENDS(bytes, code)                                                                          \
    do {                                                                                           \
        expect_end(bytes, sizeof bytes - 1, code, false);                                          \
        expect_end(bytes, sizeof bytes - 1, code, true);                                           \
    } while (0)
#define MASK "\0\0\0\0"

static void a_frame_without_a_mask_ends_it(void **state)
{
    (void)state;
    ENDS("\x81\x05hello", 1002);
    ENDS("\x81\x00", 1002);
    ENDS("\x89\x00", 1002);
    ENDS("\x88\x02\x03\xe8", 1002);
}

static void a_good_text_before_it_is_delivered_first(void **state)
{
    (void)state;
    struct client *c = connected();
    struct frame f;
    client_upgrade(c, "/ws");
    client_send(c,
                "\x81\x81" MASK "a\x81\x01"
                "b\x81\x81" MASK "c",
                7 + 3 + 7);
    assert_true(client_read_frame(c, &f));
    assert_int_equal(f.first, 0x81);
    assert_memory_equal(f.p, "a", 1);
    assert_int_equal(client_close_code(c), 1002);
    assert_int_equal(t.texts, 1);
    client_free(c);
}

static void a_reserved_bit_ends_it(void **state)
{
    (void)state;
    ENDS("\xc1\x81" MASK "a", 1002);
    ENDS("\xa1\x81" MASK "a", 1002);
    ENDS("\x91\x81" MASK "a", 1002);
}

static void a_reserved_opcode_ends_it(void **state)
{
    (void)state;
    ENDS("\x83\x80" MASK, 1002);
    ENDS("\x87\x80" MASK, 1002);
    ENDS("\x8b\x80" MASK, 1002);
    ENDS("\x8f\x80" MASK, 1002);
}

static void a_binary_message_ends_it(void **state)
{
    (void)state;
    ENDS("\x82\x81" MASK "a", 1003);
    ENDS("\x02\x81" MASK "a", 1003);
}

static void fragments_out_of_order_end_it(void **state)
{
    (void)state;
    ENDS("\x80\x81" MASK "a", 1002);
    ENDS("\x01\x81" MASK "a\x81\x81" MASK "b", 1002);
}

static void a_control_frame_in_fragments_or_too_long_ends_it(void **state)
{
    (void)state;
    ENDS("\x09\x80" MASK, 1002);
    ENDS("\x08\x80" MASK, 1002);
    ENDS("\x89\xfe\x00\x7e" MASK, 1002);
    ENDS("\x88\xff\0\0\0\0\0\0\0\x7e" MASK, 1002);
}

static void text_that_is_not_utf8_ends_it(void **state)
{
    (void)state;
    ENDS("\x81\x82" MASK "\xc0\xaf", 1007);
    ENDS("\x81\x83" MASK "\xed\xa0\x80", 1007);
    ENDS("\x81\x81" MASK "\xe4", 1007);
    ENDS("\x01\x81" MASK "\xe4\x80\x81" MASK "a", 1007);
    /* A code point may be torn between fragments. */
    struct client *c = connected();
    struct frame f;
    client_upgrade(c, "/ws");
    client_send(c, "\x01\x81" MASK "\xe4\x80\x82" MASK "\xb8\xad", 7 + 8);
    assert_true(client_read_frame(c, &f));
    assert_int_equal(f.n, 3);
    assert_memory_equal(f.p, "\xe4\xb8\xad", 3);
    client_free(c);
}

static void a_declared_size_over_the_bound_ends_it_at_once(void **state)
{
    (void)state;
    /* No payload is sent: the declaration is enough. */
    ENDS("\x81\xff\0\0\0\0\x40\0\0\0" MASK, 1009);
    ENDS("\x01\xff\0\0\0\0\x40\0\0\0" MASK, 1009);
    ENDS("\x81\xff\x80\0\0\0\0\0\0\0" MASK, 1002);
    ENDS("\x81\xfe\x10\x01" MASK, 1009);
}

static void fragments_that_sum_up_over_the_bound_end_it(void **state)
{
    (void)state;
    char part[3000];
    struct client *c = connected();
    memset(part, 'x', sizeof part);
    client_upgrade(c, "/ws");
    client_frame(c, 0x01, true, part, sizeof part);
    client_frame(c, 0x00, true, part, sizeof part);
    assert_int_equal(client_close_code(c), 1009);
    assert_int_equal(t.texts, 0);
    client_free(c);
}

static void a_message_of_exactly_the_bound_is_fine(void **state)
{
    (void)state;
    char text[MESSAGE_MAX];
    struct frame f;
    struct client *c = connected();
    memset(text, 'x', sizeof text);
    client_upgrade(c, "/ws");
    for (int i = 0; i < 3; i++) {
        client_frame(c, 0x01, true, text, 1000);
        client_frame(c, 0x80, true, text, MESSAGE_MAX - 1000);
        assert_true(client_read_frame(c, &f));
        assert_int_equal(f.n, MESSAGE_MAX);
    }
    client_free(c);
}

static void a_forbidden_close_code_is_answered_with_1002(void **state)
{
    static const unsigned bad[] = {0, 999, 1004, 1005, 1006, 1012, 1015, 1016, 2999, 5000, 65535};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t f[8] = {0x88, 0x82, 0, 0, 0, 0, (uint8_t)(bad[i] >> 8), (uint8_t)bad[i]};
        expect_end(f, sizeof f, 1002, false);
    }
    ENDS("\x88\x81" MASK "\x03", 1002);
    ENDS("\x88\x84" MASK "\x03\xe8\xc0\xaf", 1007);
}

static void a_permitted_close_code_is_answered_with_itself(void **state)
{
    static const unsigned good[] = {1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint8_t f[8] = {0x88, 0x82, 0, 0, 0, 0, (uint8_t)(good[i] >> 8), (uint8_t)good[i]};
        expect_end(f, sizeof f, (int)good[i], false);
    }
}

/* ---- the handshake ---- */

#define REQUEST "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

/* Status of the answer to a request; 0 when there was none. The connection must end unless it is
 * 101. */
static int status_of(const char *request)
{
    struct client *c = connected();
    client_say(c, "%s", request);
    int status = head_status(client_head(c));
    if (status != 101)
        assert_true(client_sees_end(c));
    client_free(c);
    turn_for(t.loop, 5);
    return status;
}

static void only_get_of_http_1_1_upgrades(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n"), 101);
    assert_int_equal(status_of("POST /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n"), 400);
    assert_int_equal(status_of("HEAD /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n"), 400);
    assert_int_equal(status_of("GET /ws HTTP/1.0\r\n" REQUEST KEY VERSION "\r\n"), 400);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\nContent-Length: 5\r\n" REQUEST KEY VERSION "\r\n"), 400);
}

static void only_version_13_upgrades(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY "\r\n"), 426);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY "Sec-WebSocket-Version: 12\r\n\r\n"), 426);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY "Sec-WebSocket-Version: 8\r\n\r\n"), 426);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY "Sec-WebSocket-Version: 13x\r\n\r\n"), 426);
}

static void only_a_key_of_16_bytes_upgrades(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST VERSION "\r\n"), 400);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST VERSION "Sec-WebSocket-Key: abc\r\n\r\n"), 400);
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST VERSION
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQAA\r\n\r\n"),
                     400);
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST VERSION
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n\r\n"),
                     400);
}

static void a_foreign_origin_is_refused(void **state)
{
    (void)state;
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "Origin: http://127.0.0.1\r\n\r\n"),
        101);
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION
                               "Origin: https://127.0.0.1:443\r\n\r\n"),
                     101);
    assert_int_equal(
        status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "Origin: http://evil.example\r\n\r\n"),
        403);
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION
                               "Origin: http://127.0.0.1.evil.example\r\n\r\n"),
                     403);
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "Origin: null\r\n\r\n"),
                     403);
}

static void other_upgrades_and_connect_are_refused(void **state)
{
    (void)state;
    int refused = (int)lt_metric_get(LT_M_REFUSED);
    static const char *const requests[] = {
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnect a:80\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        int status = status_of(requests[i]);
        assert_true(status == 0 || status >= 400);
    }
    assert_true(lt_metric_get(LT_M_REFUSED) > refused);
    /* Nobody else was harmed. */
    assert_int_equal(status_of("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n"), 101);
}

static void frames_sent_before_the_answer_end_it(void **state)
{
    (void)state;
    struct client *c = connected();
    client_send(c,
                "GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n\x81\x01"
                "a",
                strlen("GET /ws HTTP/1.1\r\n" REQUEST KEY VERSION "\r\n") + 3);
    assert_int_equal(head_status(client_head(c)), 101);
    assert_int_equal(client_close_code(c), 1002);
    assert_int_equal(t.texts, 0);
    assert_int_equal(t.opened, 0);
    client_free(c);
}

int main(void)
{
#define BOTH(f)                                                                                    \
    {#f, f, setup_plain, teardown, NULL},                                                          \
    {                                                                                              \
#f "_under_tls", f, setup_tls, teardown, NULL                                              \
    }
    const struct CMUnitTest tests[] = {
        BOTH(a_frame_without_a_mask_ends_it),
        BOTH(a_good_text_before_it_is_delivered_first),
        BOTH(a_reserved_bit_ends_it),
        BOTH(a_reserved_opcode_ends_it),
        BOTH(a_binary_message_ends_it),
        BOTH(fragments_out_of_order_end_it),
        BOTH(a_control_frame_in_fragments_or_too_long_ends_it),
        BOTH(text_that_is_not_utf8_ends_it),
        BOTH(a_declared_size_over_the_bound_ends_it_at_once),
        BOTH(fragments_that_sum_up_over_the_bound_end_it),
        BOTH(a_message_of_exactly_the_bound_is_fine),
        BOTH(a_forbidden_close_code_is_answered_with_1002),
        BOTH(a_permitted_close_code_is_answered_with_itself),
        BOTH(only_get_of_http_1_1_upgrades),
        BOTH(only_version_13_upgrades),
        BOTH(only_a_key_of_16_bytes_upgrades),
        BOTH(a_foreign_origin_is_refused),
        BOTH(other_upgrades_and_connect_are_refused),
        BOTH(frames_sent_before_the_answer_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

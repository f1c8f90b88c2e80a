/* WebSocket connections over real sockets. */
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "client.h"
#include "io/net.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { MANY = 2000, CONNS_MAX = MANY + 16 };

static struct {
    struct lt_loop *loop;
    struct lt_net *net;
    int port;
    struct lt_conn *conns[CONNS_MAX]; /* open now */
    int n_open, opened, closed;
    int last_code;
    bool in_call;        /* of lt_conn_send or lt_conn_close: no callback may come */
    struct lt_buf texts; /* received, each with a newline */
    char path[64];
    int refuse; /* error that on_open returns */
    bool done;
} t;

static int on_open(void *arg, struct lt_conn *c, const char *path)
{
    (void)arg;
    snprintf(t.path, sizeof t.path, "%s", path);
    if (t.refuse)
        return t.refuse;
    t.conns[t.n_open++] = c;
    t.opened++;
    lt_conn_set_user(c, &t);
    return LT_OK;
}

static void on_text(void *arg, struct lt_conn *c, const char *p, size_t n)
{
    (void)arg;
    assert_int_equal(strlen(p), n);
    assert_ptr_equal(lt_conn_user(c), &t);
    lt_buf_add(&t.texts, p, n);
    lt_buf_char(&t.texts, '\n');
    if (strcmp(p, "close me") == 0) {
        t.in_call = true;
        lt_conn_close(c, 4409, "elsewhere");
        assert_int_equal(lt_conn_send_text(c, "late", 4), LT_EGONE);
        t.in_call = false;
    } else if (n < 100000) {
        lt_conn_send_text(c, p, n);
    }
}

static void on_close(void *arg, struct lt_conn *c, int code)
{
    (void)arg;
    assert_false(t.in_call);
    int i = 0;
    while (i < t.n_open && t.conns[i] != c)
        i++;
    assert_true(i < t.n_open); /* known, and not closed before */
    t.conns[i] = t.conns[--t.n_open];
    t.closed++;
    t.last_code = code;
}

static void on_done(void *arg)
{
    (void)arg;
    t.done = true;
}

static struct lt_net_opts standard(void)
{
    return (struct lt_net_opts){.host = "127.0.0.1",
                                .max_connections = CONNS_MAX,
                                .max_message_bytes = 64 * 1024,
                                .max_queue_bytes = 256 * 1024,
                                .max_queue_age_us = 5000000,
                                .ping_interval_us = 20000000,
                                .pong_timeout_us = 10000000};
}

static void serve(const struct lt_net_opts *opts)
{
    static const struct lt_net_handler handler = {
        .on_open = on_open, .on_text = on_text, .on_close = on_close};
    assert_int_equal(lt_net_new(t.loop, opts, &handler, NULL, &t.net), LT_OK);
    t.port = lt_net_port(t.net);
    assert_true(t.port > 0);
}

static void serve_standard(void)
{
    struct lt_net_opts opts = standard();
    serve(&opts);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    lt_buf_init(&t.texts, 1 << 20);
    t.loop = lt_loop_new();
    return t.loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    if (t.net) {
        lt_net_free(t.net, on_done, NULL);
        assert_true(turn_until(t.loop, &t.done, 10000));
        assert_int_equal(t.opened, t.closed);
    }
    lt_buf_done(&t.texts);
    lt_loop_free(t.loop);
    return 0;
}

static struct client *joined(void)
{
    struct client *c = client_new(t.loop, t.port);
    client_upgrade(c, "/ws");
    return c;
}

static void expect_text(struct client *c, const char *text)
{
    struct frame f;
    do
        assert_true(client_read_frame(c, &f));
    while (f.first == 0x89);
    assert_int_equal(f.first, 0x81);
    assert_int_equal(f.n, strlen(text));
    assert_memory_equal(f.p, text, f.n);
}

static bool texts_are(const char *expected)
{
    return strcmp(lt_buf_cstr(&t.texts), expected) == 0;
}

/* Until the server has nothing open. */
static void all_closed(void)
{
    for (int i = 0; i < 10000 && t.n_open > 0; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.n_open, 0);
}

/* ---- */

static void a_text_goes_both_ways(void **state)
{
    (void)state;
    serve_standard();
    struct client *c = joined();
    assert_string_equal(t.path, "/ws");
    client_text(c, "hello");
    expect_text(c, "hello");
    client_text(c, "");
    expect_text(c, "");
    client_text(c, "赛 \xf0\x9f\x8e\x89");
    expect_text(c, "赛 \xf0\x9f\x8e\x89");
    assert_string_equal(lt_conn_peer(t.conns[0]), "127.0.0.1");
    client_free(c);
    all_closed();
    assert_int_equal(t.last_code, 1006);
}

static void texts_of_every_length_arrive_whole(void **state)
{
    static const size_t sizes[] = {1, 125, 126, 127, 511, 512, 513, 4095, 4096, 65535, 65536};
    (void)state;
    serve_standard();
    struct client *c = joined();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *text = malloc(sizes[i] + 1);
        for (size_t k = 0; k < sizes[i]; k++)
            text[k] = (char)('a' + k % 26);
        text[sizes[i]] = '\0';
        client_text(c, text);
        expect_text(c, text);
        free(text);
    }
    client_free(c);
}

static void fragments_make_one_text_and_a_ping_may_stand_between(void **state)
{
    struct frame f;
    (void)state;
    serve_standard();
    struct client *c = joined();
    client_frame(c, 0x01, true, "he", 2);
    client_frame(c, 0x89, true, "are you there", 13);
    client_frame(c, 0x00, true, "ll", 2);
    client_frame(c, 0x00, true, "", 0);
    client_frame(c, 0x80, true, "o", 1);
    /* The pong may come before or after the answer to the text. */
    bool pong = false, text = false;
    while (!(pong && text)) {
        assert_true(client_read_frame(c, &f));
        if (f.first == 0x8a) {
            pong = f.n == 13 && memcmp(f.p, "are you there", 13) == 0;
            assert_true(pong);
        } else {
            text = f.first == 0x81 && f.n == 5 && memcmp(f.p, "hello", 5) == 0;
            assert_true(text);
        }
    }
    assert_true(texts_are("hello\n"));
    client_free(c);
}

static void a_text_may_come_byte_by_byte(void **state)
{
    static const uint8_t bytes[] = {0x81,    0x85,    1,       2,       3,      4,
                                    'h' ^ 1, 'e' ^ 2, 'l' ^ 3, 'l' ^ 4, 'o' ^ 1};
    (void)state;
    serve_standard();
    struct client *c = joined();
    for (size_t i = 0; i < sizeof bytes; i++) {
        client_send(c, bytes + i, 1);
        turn(t.loop);
    }
    expect_text(c, "hello");
    client_free(c);
}

static void two_texts_in_one_packet_are_two(void **state)
{
    static const uint8_t bytes[] = {0x81, 0x81, 0, 0, 0, 0, 'a', 0x81, 0x81, 0, 0, 0, 0, 'b'};
    (void)state;
    serve_standard();
    struct client *c = joined();
    client_send(c, bytes, sizeof bytes);
    expect_text(c, "a");
    expect_text(c, "b");
    assert_true(texts_are("a\nb\n"));
    client_free(c);
}

static void the_server_closes_with_code_and_reason(void **state)
{
    struct frame f;
    (void)state;
    serve_standard();
    struct client *c = joined();
    client_text(c, "close me");
    assert_true(client_read_frame(c, &f));
    assert_int_equal(f.first, 0x88);
    assert_int_equal(f.n, 2 + 9);
    assert_memory_equal(f.p,
                        "\x11\x39"
                        "elsewhere",
                        11); /* 4409 */
    client_frame(c, 0x88, true, "\x11\x39", 2);
    assert_true(client_sees_end(c));
    all_closed();
    assert_int_equal(t.last_code, 4409);
    client_free(c);
}

static void the_client_closes_and_is_answered(void **state)
{
    (void)state;
    serve_standard();
    struct client *c = joined();
    client_frame(c, 0x88, true,
                 "\x03\xe9"
                 "bye",
                 5); /* 1001 */
    assert_int_equal(client_close_code(c), 1001);
    assert_true(client_sees_end(c));
    all_closed();
    assert_int_equal(t.last_code, 1001);
    client_free(c);
    c = joined();
    client_frame(c, 0x88, true, "", 0);
    assert_int_equal(client_close_code(c), 1005);
    all_closed();
    assert_int_equal(t.last_code, 1005);
    client_free(c);
}

static void who_is_refused_on_opening_gets_its_code_and_no_on_close(void **state)
{
    (void)state;
    serve_standard();
    t.refuse = LT_EDRAIN;
    struct client *c = joined();
    assert_int_equal(client_close_code(c), lt_err_close_code(LT_EDRAIN));
    assert_true(client_sees_end(c));
    assert_int_equal(t.closed, 0);
    client_free(c);
}

static void pings_measure_the_round_trip(void **state)
{
    struct frame f;
    struct lt_net_opts opts = standard();
    (void)state;
    opts.ping_interval_us = 50000;
    serve(&opts);
    struct client *c = joined();
    assert_int_equal(lt_conn_rtt_min_us(t.conns[0]), -1);
    for (int i = 0; i < 3; i++) {
        assert_true(client_read_frame(c, &f));
        assert_int_equal(f.first, 0x89);
        uint8_t payload[125];
        size_t n = f.n;
        memcpy(payload, f.p, n);
        client_frame(c, 0x8a, true, "not it", 6); /* an unsolicited pong counts for nothing */
        client_frame(c, 0x8a, true, payload, n);
        turn_for(t.loop, 5);
        assert_in_range(lt_conn_rtt_last_us(t.conns[0]), 1, 5000000);
    }
    assert_in_range(lt_conn_rtt_min_us(t.conns[0]), 1, lt_conn_rtt_last_us(t.conns[0]));
    assert_in_range(lt_conn_tcp_rtt_us(t.conns[0]), 1, 5000000);
    client_free(c);
}

static void a_ping_can_be_asked_for_before_it_is_due(void **state)
{
    struct frame f;
    (void)state;
    serve_standard();
    struct client *c = joined();
    lt_conn_ping(t.conns[0]);
    lt_conn_ping(t.conns[0]); /* one is under way */
    assert_true(client_read_frame(c, &f));
    assert_int_equal(f.first, 0x89);
    client_frame(c, 0x8a, true, f.p, f.n);
    turn_for(t.loop, 5);
    assert_in_range(lt_conn_rtt_last_us(t.conns[0]), 1, 5000000);
    assert_int_equal(lt_conn_send_text(t.conns[0], "next", 4), LT_OK);
    assert_true(client_read_frame(c, &f));
    assert_int_equal(f.first, 0x81);
    client_free(c);
}

static void who_does_not_answer_pings_is_closed(void **state)
{
    struct lt_net_opts opts = standard();
    (void)state;
    opts.ping_interval_us = 30000;
    opts.pong_timeout_us = 100000;
    serve(&opts);
    int64_t before = lt_metric_get(LT_M_PONG_TIMEOUTS);
    struct client *c = joined();
    assert_int_equal(client_close_code(c), lt_err_close_code(LT_EIDLE));
    all_closed();
    assert_int_equal(t.last_code, lt_err_close_code(LT_EIDLE));
    assert_int_equal(lt_metric_get(LT_M_PONG_TIMEOUTS), before + 1);
    client_free(c);
}

/* Send to a client that does not read until lt_conn_send says something else. Returns that. */
static int flood(struct lt_conn *c, size_t n, int times)
{
    char *text = malloc(n);
    memset(text, 'x', n);
    struct lt_frame *f = lt_frame_text(text, n);
    int err = LT_OK;
    t.in_call = true;
    for (int i = 0; i < times && err == LT_OK; i++)
        err = lt_conn_send(c, f);
    t.in_call = false;
    lt_frame_unref(f);
    free(text);
    return err;
}

static void a_reader_that_is_too_slow_in_bytes_is_cut(void **state)
{
    (void)state;
    serve_standard();
    int64_t before = lt_metric_get(LT_M_SLOW_CUT);
    struct client *slow = joined(), *quick = joined();
    /* The kernel's buffers take some megabytes first. */
    struct lt_conn *conn = t.conns[0];
    assert_int_equal(flood(conn, 16384, 10000), LT_EFULL);
    assert_int_equal(lt_conn_send_text(conn, "x", 1), LT_EGONE);
    for (int i = 0; i < 5000 && t.closed == 0; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.closed, 1);
    assert_int_equal(t.last_code, lt_err_close_code(LT_ESLOW));
    assert_int_equal(lt_metric_get(LT_M_SLOW_CUT), before + 1);
    client_text(quick, "still here");
    expect_text(quick, "still here");
    client_free(slow);
    client_free(quick);
}

static void a_reader_that_is_too_slow_in_time_is_cut(void **state)
{
    struct lt_net_opts opts = standard();
    (void)state;
    opts.max_queue_bytes = 64 << 20;
    opts.max_queue_age_us = 200000;
    serve(&opts);
    struct client *slow = joined();
    assert_int_equal(flood(t.conns[0], 16384, 1000), LT_OK);
    for (int i = 0; i < 5000 && t.closed == 0; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.closed, 1);
    assert_int_equal(t.last_code, lt_err_close_code(LT_ESLOW));
    client_free(slow);
}

static void a_reader_that_catches_up_gets_all_in_order(void **state)
{
    enum { N = 400, BYTES = 16384 };
    struct lt_net_opts opts = standard();
    struct frame f;
    (void)state;
    opts.max_queue_bytes = 64 << 20;
    serve(&opts);
    struct client *c = joined();
    char *text = malloc(BYTES);
    memset(text, 'x', BYTES);
    for (int i = 0; i < N; i++) {
        memcpy(text, &i, sizeof i);
        assert_int_equal(lt_conn_send_text(t.conns[0], text, BYTES), LT_OK);
    }
    lt_conn_close(t.conns[0], 4503, NULL); /* what is queued leaves first */
    for (int i = 0; i < N; i++) {
        int got;
        assert_true(client_read_frame(c, &f));
        assert_int_equal(f.first, 0x81);
        assert_int_equal(f.n, BYTES);
        memcpy(&got, f.p, sizeof got);
        assert_int_equal(got, i);
    }
    assert_int_equal(client_close_code(c), 4503);
    free(text);
    client_free(c);
}

/* What is collected is more than there is room for, and the line is full in between. */
static void frames_sent_together_arrive_one_by_one_in_order(void **state)
{
    enum { N = 300, TOGETHER = 5, BYTES = 8000 };
    struct lt_net_opts opts = standard();
    struct frame f;
    (void)state;
    opts.max_queue_bytes = 64 << 20;
    serve(&opts);
    struct client *c = joined();
    char *text = malloc(BYTES);
    memset(text, 'x', BYTES);
    lt_conn_cork(t.conns[0]); /* nothing is sent: nothing comes */
    lt_conn_uncork(t.conns[0]);
    for (int i = 0; i < N; i++) {
        if (i % TOGETHER == 0)
            lt_conn_cork(t.conns[0]);
        memcpy(text, &i, sizeof i);
        assert_int_equal(lt_conn_send_text(t.conns[0], text, i % 2 ? 60 : BYTES), LT_OK);
        if (i % TOGETHER == TOGETHER - 1)
            lt_conn_uncork(t.conns[0]);
    }
    lt_conn_close(t.conns[0], 4503, NULL);
    for (int i = 0; i < N; i++) {
        int got;
        assert_true(client_read_frame(c, &f));
        assert_int_equal(f.first, 0x81);
        assert_int_equal(f.n, i % 2 ? 60 : BYTES);
        memcpy(&got, f.p, sizeof got);
        assert_int_equal(got, i);
    }
    assert_int_equal(client_close_code(c), 4503);
    free(text);
    client_free(c);
}

static void a_frame_reaches_two_thousand_connections_in_order(void **state)
{
    enum { ROUNDS = 5 };
    struct client **clients = calloc(MANY, sizeof *clients);
    struct rlimit limit;
    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    serve_standard();
    for (int i = 0; i < MANY; i++)
        clients[i] = joined();
    assert_int_equal(t.n_open, MANY);
    assert_int_equal(lt_net_connections(t.net), MANY);
    for (int k = 0; k < ROUNDS; k++) {
        char text[32];
        int n = snprintf(text, sizeof text, "{\"seq\":%d}", k);
        struct lt_frame *f = lt_frame_text(text, (size_t)n);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(lt_conn_send(t.conns[i], f), LT_OK);
        lt_frame_unref(f);
    }
    for (int i = 0; i < MANY; i++) {
        for (int k = 0; k < ROUNDS; k++) {
            char text[32];
            snprintf(text, sizeof text, "{\"seq\":%d}", k);
            expect_text(clients[i], text);
        }
    }
    lt_net_close_all(t.net, 4503, 20000);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(client_close_code(clients[i]), 4503);
        client_free(clients[i]);
    }
    all_closed();
    free(clients);
}

static void closing_all_is_paced(void **state)
{
    enum { N = 20 };
    struct client *clients[N];
    (void)state;
    serve_standard();
    for (int i = 0; i < N; i++)
        clients[i] = joined();
    int64_t begun_us = lt_clock_read().mono_us;
    lt_net_close_all(t.net, 4503, 100); /* 5 each 50 ms */
    for (int i = N - 1; i >= 0; i--) {
        assert_int_equal(client_close_code(clients[i]), 4503);
        client_free(clients[i]);
    }
    assert_in_range(lt_clock_read().mono_us - begun_us, 100000, 10000000);
}

static void connections_over_the_limit_get_503(void **state)
{
    struct lt_net_opts opts = standard();
    (void)state;
    opts.max_connections = 2;
    serve(&opts);
    struct client *a = joined(), *b = joined(), *c = client_new(t.loop, t.port);
    assert_int_equal(head_status(client_head(c)), 503);
    assert_true(client_sees_end(c));
    client_text(a, "in");
    expect_text(a, "in");
    client_free(a);
    client_free(b);
    client_free(c);
}

static void the_rate_of_accepting_is_limited(void **state)
{
    enum { N = 30 };
    struct client *clients[N];
    struct lt_net_opts opts = standard();
    (void)state;
    opts.accept_per_second = 100;
    serve(&opts);
    int64_t begun_us = lt_clock_read().mono_us;
    for (int i = 0; i < N; i++)
        clients[i] = joined();
    assert_in_range(lt_clock_read().mono_us - begun_us, 150000, 10000000);
    for (int i = 0; i < N; i++)
        client_free(clients[i]);
}

static void nobody_is_accepted_after_listening_stopped(void **state)
{
    (void)state;
    serve_standard();
    struct client *c = joined();
    lt_net_stop_listening(t.net);
    turn(t.loop);
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)t.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), -1);
    client_text(c, "still");
    expect_text(c, "still");
    client_free(c);
    close(fd);
}

static void without_descriptors_callers_are_turned_away_and_the_others_stay(void **state)
{
    struct rlimit before, few;
    (void)state;
    serve_standard();
    struct client *c = joined(), *late = client_new(t.loop, t.port);
    int top = dup(0); /* the lowest free number: none is free below it */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)top + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_true(client_sees_end(late));
    client_text(c, "still");
    expect_text(c, "still");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    client_free(late);
    late = joined();
    client_free(late);
    client_free(c);
    close(top);
}

static void two_servers_share_one_port(void **state)
{
    (void)state;
    serve_standard();
    struct lt_net *first = t.net;
    struct lt_net_opts opts = standard();
    opts.port = t.port;
    serve(&opts);
    struct client *c[8];
    for (int i = 0; i < 8; i++)
        c[i] = joined();
    assert_int_equal(lt_net_connections(first) + lt_net_connections(t.net), 8);
    for (int i = 0; i < 8; i++)
        client_free(c[i]);
    all_closed();
    lt_net_free(first, on_done, NULL);
    assert_true(turn_until(t.loop, &t.done, 10000));
    t.done = false;
}

static void an_address_that_cannot_be_bound_is_an_error(void **state)
{
    struct lt_net_opts opts = standard();
    static const struct lt_net_handler handler = {.on_open = on_open};
    (void)state;
    opts.host = "192.0.2.1";
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &t.net), LT_EADDR);
    opts.host = "localhost"; /* numeric only */
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &t.net), LT_EADDR);
    assert_null(t.net);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_text_goes_both_ways),
        TEST(texts_of_every_length_arrive_whole),
        TEST(fragments_make_one_text_and_a_ping_may_stand_between),
        TEST(a_text_may_come_byte_by_byte),
        TEST(two_texts_in_one_packet_are_two),
        TEST(the_server_closes_with_code_and_reason),
        TEST(the_client_closes_and_is_answered),
        TEST(who_is_refused_on_opening_gets_its_code_and_no_on_close),
        TEST(pings_measure_the_round_trip),
        TEST(a_ping_can_be_asked_for_before_it_is_due),
        TEST(who_does_not_answer_pings_is_closed),
        TEST(a_reader_that_is_too_slow_in_bytes_is_cut),
        TEST(a_reader_that_is_too_slow_in_time_is_cut),
        TEST(a_reader_that_catches_up_gets_all_in_order),
        TEST(frames_sent_together_arrive_one_by_one_in_order),
        TEST(a_frame_reaches_two_thousand_connections_in_order),
        TEST(closing_all_is_paced),
        TEST(connections_over_the_limit_get_503),
        TEST(the_rate_of_accepting_is_limited),
        TEST(nobody_is_accepted_after_listening_stopped),
        TEST(without_descriptors_callers_are_turned_away_and_the_others_stay),
        TEST(two_servers_share_one_port),
        TEST(an_address_that_cannot_be_bound_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The Redis links against a real server, which is killed, frozen and started again. */
#include "base/err.h"
#include "client.h"
#include "io/redis.h"
#include "servers.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { TIMEOUT_US = 300000, PENDING_MAX = 50 };

static struct {
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct test_redis *server;
    bool up, done, in_call;
    int changes, second_observer;
    int n_replies, n_lost;
    char text[256];
    int err; /* of the last command */
    int n_messages;
    char message[64];
} t;

static void on_state(void *arg, bool up)
{
    (void)arg;
    assert_int_equal(up, lt_redis_up(t.redis));
    t.up = up;
    t.changes++;
}

static void on_state_too(void *arg, bool up)
{
    (void)up;
    ++*(int *)arg;
}

static void on_done(void *arg)
{
    (void)arg;
    t.done = true;
}

static void connect_to(const char *url)
{
    struct lt_redis_opts opts = {.url = url,
                                 .connect_timeout_us = 1000000,
                                 .command_timeout_us = TIMEOUT_US,
                                 .max_pending = PENDING_MAX};
    t.redis = lt_redis_new(t.loop, &opts);
    assert_non_null(t.redis);
    lt_redis_on_state(t.redis, on_state, NULL);
    lt_redis_on_state(t.redis, on_state_too, &t.second_observer);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.loop = lt_loop_new();
    t.server = test_redis_start();
    connect_to(test_redis_server_url(t.server));
    assert_true(turn_until(t.loop, &t.up, 10000));
    return 0;
}

static void stop(void)
{
    t.done = false;
    lt_redis_free(t.redis, on_done, NULL);
    assert_true(turn_until(t.loop, &t.done, 10000));
    t.redis = NULL;
}

static int teardown(void **state)
{
    (void)state;
    if (t.redis)
        stop();
    test_redis_stop(t.server);
    lt_loop_free(t.loop);
    return 0;
}

static void on_reply(void *arg, int err, const struct lt_redis_reply *r)
{
    (void)arg;
    assert_false(t.in_call);
    if (err != LT_OK) {
        assert_int_equal(err, LT_EREDIS);
        assert_null(r);
        t.n_lost++;
        return;
    }
    t.n_replies++;
    static const char *const types[] = {"nil", "int", "str", "status", "array", "error"};
    snprintf(t.text, sizeof t.text, "%s ", types[lt_redis_type(r)]);
    char *end = t.text + strlen(t.text);
    size_t room = sizeof t.text - strlen(t.text);
    if (lt_redis_type(r) == LT_REDIS_INT)
        snprintf(end, room, "%lld", lt_redis_int(r));
    else if (lt_redis_type(r) == LT_REDIS_ARRAY)
        snprintf(end, room, "%zu %s", lt_redis_len(r),
                 lt_redis_len(r) ? lt_redis_str(lt_redis_at(r, 0), NULL) : "");
    else
        snprintf(end, room, "%s", lt_redis_str(r, NULL));
}

#define SEND(...)                                                                                  \
    (t.in_call = true, t.err = lt_redis_cmdv(t.redis, on_reply, NULL, __VA_ARGS__, (char *)NULL),  \
     t.in_call = false, t.err)

static void wait_replies(int n)
{
    for (int i = 0; i < 5000 && t.n_replies + t.n_lost < n; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.n_replies + t.n_lost, n);
}

#define EXPECT(expected, ...)                                                                      \
    do {                                                                                           \
        int had = t.n_replies + t.n_lost;                                                          \
        assert_int_equal(SEND(__VA_ARGS__), LT_OK);                                                \
        wait_replies(had + 1);                                                                     \
        assert_string_equal(t.text, expected);                                                     \
    } while (0)

static void on_message(void *arg, const char *channel, const char *p, size_t n)
{
    t.n_messages++;
    snprintf(t.message, sizeof t.message, "%s %s %.*s", (const char *)arg, channel, (int)n, p);
}

/* Publish until a message arrives, which is so when the subscription stands. */
static void expect_message(const char *channel, const char *text, const char *expected)
{
    int n = t.n_messages;
    for (int i = 0; i < 200 && t.n_messages == n; i++) {
        lt_redis_cmdv(t.redis, NULL, NULL, "PUBLISH", channel, text, (char *)NULL);
        turn_for(t.loop, 20);
    }
    assert_true(t.n_messages > n);
    assert_string_equal(t.message, expected);
}

static void wait_state(bool up)
{
    for (int i = 0; i < 10000 && t.up != up; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.up, up);
}

/* ---- */

static void commands_are_answered_with_their_types(void **state)
{
    (void)state;
    EXPECT("status OK", "SET", "k", "v");
    EXPECT("str v", "GET", "k");
    EXPECT("nil ", "GET", "none");
    EXPECT("int 7", "INCRBY", "n", "7");
    EXPECT("array 2 v", "MGET", "k", "none");
    EXPECT("array 0 ", "KEYS", "none");
    EXPECT("error ERR value is not an integer or out of range", "INCR", "k");
    assert_int_equal(t.n_lost, 0);
}

static void arguments_may_hold_any_byte(void **state)
{
    static const char value[] = {'a', 0, '\r', '\n', (char)0xff};
    const char *argv[] = {"SET", "bin", value};
    size_t lens[] = {3, 3, sizeof value};
    (void)state;
    assert_int_equal(lt_redis_cmd(t.redis, NULL, NULL, 3, argv, lens), LT_OK);
    EXPECT("int 5", "STRLEN", "bin");
}

static void more_than_max_pending_is_refused(void **state)
{
    int n = 0;
    (void)state;
    while (n < 1000 && SEND("PING") == LT_OK)
        n++;
    assert_int_equal(t.err, LT_EFULL);
    assert_in_range(n, PENDING_MAX - 2, PENDING_MAX); /* our own PING may be among them */
    wait_replies(n);
    assert_int_equal(t.n_replies, n);
    EXPECT("status PONG", "PING");
}

static void messages_reach_the_channel_s_handler(void **state)
{
    (void)state;
    assert_int_equal(lt_redis_subscribe(t.redis, "one", on_message, "a"), LT_OK);
    assert_int_equal(lt_redis_subscribe(t.redis, "two", on_message, "b"), LT_OK);
    expect_message("one", "x", "a one x");
    expect_message("two", "y", "b two y");
    assert_int_equal(lt_redis_subscribe(t.redis, "two", on_message, "c"), LT_OK); /* replaces */
    expect_message("two", "z", "c two z");
    lt_redis_unsubscribe(t.redis, "one");
    lt_redis_unsubscribe(t.redis, "never");
    turn_for(t.loop, 50);
    int n = t.n_messages;
    EXPECT("int 0", "PUBLISH", "one", "x");
    assert_int_equal(t.n_messages, n);
}

static void subscriptions_are_restored_after_a_restart(void **state)
{
    (void)state;
    assert_int_equal(lt_redis_subscribe(t.redis, "one", on_message, "a"), LT_OK);
    expect_message("one", "x", "a one x");
    test_redis_kill(t.server);
    wait_state(false);
    assert_int_equal(SEND("PING"), LT_EREDIS);
    assert_int_equal(lt_redis_subscribe(t.redis, "two", on_message, "b"), LT_OK); /* while away */
    lt_redis_unsubscribe(t.redis, "one");
    assert_int_equal(lt_redis_subscribe(t.redis, "one", on_message, "c"), LT_OK);
    test_redis_restart(t.server);
    wait_state(true);
    int n = t.n_messages;
    EXPECT("int 1", "PUBLISH", "one", "x"); /* up means: they stand */
    EXPECT("int 1", "PUBLISH", "two", "y");
    for (int i = 0; i < 1000 && t.n_messages < n + 2; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.n_messages, n + 2);
    assert_int_equal(t.changes, 3);
    assert_int_equal(t.second_observer, 3);
}

static void what_was_sent_to_a_killed_server_is_lost_once(void **state)
{
    (void)state;
    test_redis_freeze(t.server);
    for (int i = 0; i < 10; i++)
        assert_int_equal(SEND("PING"), LT_OK);
    turn_for(t.loop, 20);
    test_redis_kill(t.server);
    wait_replies(10);
    assert_int_equal(t.n_lost, 10);
    wait_state(false);
}

static void a_frozen_server_times_out_and_is_found_again(void **state)
{
    (void)state;
    test_redis_freeze(t.server);
    int64_t begun_us = lt_clock_read().mono_us;
    assert_int_equal(SEND("PING"), LT_OK);
    wait_replies(1);
    assert_int_equal(t.n_lost, 1);
    assert_in_range(lt_clock_read().mono_us - begun_us, TIMEOUT_US, 10 * TIMEOUT_US);
    assert_false(t.up);
    test_redis_thaw(t.server);
    wait_state(true);
    EXPECT("status PONG", "PING");
}

static void a_frozen_server_is_noticed_without_any_command(void **state)
{
    (void)state;
    assert_int_equal(lt_redis_subscribe(t.redis, "one", on_message, "a"), LT_OK);
    expect_message("one", "x", "a one x");
    turn_for(t.loop, 3 * TIMEOUT_US / 1000); /* heartbeats keep it up */
    assert_true(t.up);
    test_redis_freeze(t.server);
    wait_state(false);
    turn_for(t.loop, 2 * TIMEOUT_US / 1000);
    test_redis_thaw(t.server);
    wait_state(true);
    expect_message("one", "y", "a one y");
}

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof sa;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
    close(fd);
    return ntohs(sa.sin_port);
}

static void a_password_is_used_and_a_wrong_one_keeps_it_down(void **state)
{
    static const char *const forms[] = {"redis://127.0.0.1:%d/3", "redis://:wrong@127.0.0.1:%d/3",
                                        "redis://:s3c:ret@127.0.0.1:%d/3"};
    char port[16];
    (void)state;
    snprintf(port, sizeof port, "%d", free_port());
    EXPECT("status OK", "SET", "where", "zero");
    EXPECT("status OK", "CONFIG", "SET", "port", port);
    EXPECT("status OK", "CONFIG", "SET", "requirepass", "s3c:ret");
    for (int i = 0; i < 3; i++) {
        char url[128];
        stop();
        t.up = false;
        int n = snprintf(url, sizeof url, forms[i], atoi(port));
        assert_true(n > 0);
        connect_to(url);
        if (i < 2)
            turn_for(t.loop, 300);
        else
            wait_state(true);
        assert_int_equal(t.up, i == 2);
    }
    EXPECT("nil ", "GET", "where"); /* and database 3 */
}

static void a_database_is_selected(void **state)
{
    char url[256];
    (void)state;
    EXPECT("status OK", "SET", "where", "zero");
    stop();
    t.up = false;
    snprintf(url, sizeof url, "%s?db=3", test_redis_server_url(t.server));
    connect_to(url);
    wait_state(true);
    EXPECT("nil ", "GET", "where");
}

static void a_url_that_is_none_is_refused(void **state)
{
    static const char *const urls[] = {"", "http://x", "unix://relative", "redis://",
                                       "redis://:x@"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct lt_redis_opts opts = {
            .url = urls[i], .connect_timeout_us = 1, .command_timeout_us = 1, .max_pending = 1};
        assert_null(lt_redis_new(t.loop, &opts));
    }
}

static void ending_fails_what_is_open(void **state)
{
    (void)state;
    test_redis_freeze(t.server);
    for (int i = 0; i < 5; i++)
        assert_int_equal(SEND("PING"), LT_OK);
    stop();
    assert_int_equal(t.n_lost, 5);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(commands_are_answered_with_their_types),
        TEST(arguments_may_hold_any_byte),
        TEST(more_than_max_pending_is_refused),
        TEST(messages_reach_the_channel_s_handler),
        TEST(subscriptions_are_restored_after_a_restart),
        TEST(what_was_sent_to_a_killed_server_is_lost_once),
        TEST(a_frozen_server_times_out_and_is_found_again),
        TEST(a_frozen_server_is_noticed_without_any_command),
        TEST(a_password_is_used_and_a_wrong_one_keeps_it_down),
        TEST(a_database_is_selected),
        TEST(a_url_that_is_none_is_refused),
        TEST(ending_fails_what_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

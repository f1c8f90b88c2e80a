/* The generator reaches loopback addresses unless it is told otherwise; and its options say no to
 * what they cannot mean. */
#include "loadtest/options.h"
#include "loadtest/target.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void only_loopback_without_an_explicit_word(void **state)
{
    struct lt_target t;
    (void)state;
    assert_null(lt_target_parse("ws://127.0.0.1:8080/ws", false, &t));
    assert_int_equal(ntohs(t.addr.sin_port), 8080);
    assert_string_equal(t.host, "127.0.0.1:8080");
    assert_string_equal(t.path, "/ws");
    assert_null(lt_target_parse("ws://127.9.8.7", false, &t));
    assert_int_equal(ntohs(t.addr.sin_port), 80);
    assert_string_equal(t.path, "/");
    assert_non_null(lt_target_parse("ws://192.0.2.1:8080/ws", false, &t));
    assert_null(lt_target_parse("ws://192.0.2.1:8080/ws", true, &t));
}

static void malformed_addresses_are_refused(void **state)
{
    static const char *const bad[] = {"http://127.0.0.1/",
                                      "wss://127.0.0.1/",
                                      "ws://",
                                      "ws:///ws",
                                      "ws://127.0.0.1:/ws",
                                      "ws://127.0.0.1:0/",
                                      "ws://127.0.0.1:70000/",
                                      "ws://127.0.0.1:8x/"};
    struct lt_target t;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(lt_target_parse(bad[i], true, &t));
}

static bool options(struct lt_load_opts *o, const char *a, const char *b)
{
    char first[64], second[64], *argv[] = {"leitai-load", first, second, NULL};
    strcpy(first, a);
    strcpy(second, b ? b : "");
    return lt_load_options(o, b ? 3 : 2, argv);
}

static void options_are_checked_against_their_range(void **state)
{
    struct lt_load_opts o;
    (void)state;
    assert_true(options(&o, "--players=250", "--host"));
    assert_int_equal(o.players, 250);
    assert_true(o.host);
    assert_int_equal(o.connections, 15000);
    assert_true(options(&o, "--window", "2.5"));
    assert_int_equal(o.window_ms, 2500);
    assert_false(options(&o, "--players", "-1"));
    assert_false(options(&o, "--players", "1.5"));
    assert_false(options(&o, "--players", "many"));
    assert_false(options(&o, "--drop-share", "1.1"));
    assert_false(options(&o, "--drop-share", "nan"));
    assert_false(options(&o, "--seconds", NULL));
    assert_false(options(&o, "--unheard-of", "1"));
    assert_false(options(&o, "stray", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_loopback_without_an_explicit_word),
        cmocka_unit_test(malformed_addresses_are_refused),
        cmocka_unit_test(options_are_checked_against_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/config.h"
#include "base/err.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lt_config *config;
static struct lt_buf err;

static int setup(void **state)
{
    (void)state;
    config = lt_config_new();
    lt_buf_init(&err, 1000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_config_free(config);
    lt_buf_done(&err);
    return 0;
}

static void every_default_is_within_its_own_range(void **state)
{
    (void)state;
    for (const struct lt_option *o = lt_options; o->name; o++)
        assert_int_equal(lt_config_set(config, o->name, o->fallback, &err), LT_OK);
}

static void flags_win_over_the_environment(void **state)
{
    char *env[] = {"HOME=/", "LEITAI_PORT=9000", "LEITAI_TRUST_PROXY=yes", NULL};
    char a0[] = "leitai", a1[] = "serve", a2[] = "--port=9001", a3[] = "--log-level",
         a4[] = "debug";
    char *argv[] = {a0, a1, a2, a3, a4, NULL};
    int argc = 5;
    (void)state;
    assert_int_equal(lt_config_env(config, env, &err), LT_OK);
    assert_int_equal(lt_config_int(config, "port"), 9000);
    assert_true(lt_config_bool(config, "trust_proxy"));
    assert_int_equal(lt_config_args(config, &argc, argv, &err), LT_OK);
    assert_int_equal(lt_config_int(config, "port"), 9001);
    assert_string_equal(lt_config_str(config, "log_level"), "debug");
    assert_int_equal(argc, 2);
    assert_string_equal(argv[1], "serve");
}

static void mistakes_stop_with_a_line_that_names_them(void **state)
{
    char *env[] = {"LEITAI_PROT=9000", NULL};
    (void)state;
    assert_int_equal(lt_config_set(config, "port", "70000", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "port"));
    lt_buf_clear(&err);
    assert_int_equal(lt_config_set(config, "workers", "two", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "workers"));
    lt_buf_clear(&err);
    assert_int_equal(lt_config_env(config, env, &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "prot"));
}

static void numbers_and_switches_are_taken_literally(void **state)
{
    static const char *const numbers[] = {
        "", " 80", "+80", "80 ", "0x50", "80.0", "8e1", "99999999999999999999", "-1"};
    static const char *const switches[] = {"", "TRUE", "2", "ja"};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_int_equal(lt_config_set(config, "port", numbers[i], &err), LT_ECONFIG);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        assert_int_equal(lt_config_set(config, "trust_proxy", switches[i], &err), LT_ECONFIG);
    assert_int_equal(lt_config_int(config, "port"), 8080);
    assert_false(lt_config_bool(config, "trust_proxy"));
}

static void a_text_option_keeps_to_its_choices_and_length(void **state)
{
    char longest[600];
    (void)state;
    assert_int_equal(lt_config_set(config, "log_level", "loud", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "debug info warn error"));
    assert_int_equal(lt_config_set(config, "log_level", "info warn", &err), LT_ECONFIG);
    assert_int_equal(lt_config_set(config, "log_level", "", &err), LT_ECONFIG);
    assert_int_equal(lt_config_set(config, "log_level", "warn", &err), LT_OK);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(lt_config_set(config, "session_secret", longest, &err), LT_ECONFIG);
    lt_buf_clear(&err);
    assert_int_equal(lt_config_set(config, "session_secret", "too short to be a secret", &err),
                     LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "session_secret"));
    assert_null(strstr(lt_buf_cstr(&err), "too short")); /* a secret is never repeated */
}

static const char *file_with(const char *text, mode_t mode)
{
    static char path[64];
    strcpy(path, "/tmp/leitai-test-config-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static int load(const char *text, mode_t mode)
{
    const char *path = file_with(text, mode);
    lt_buf_clear(&err);
    int r = lt_config_file(config, path, &err);
    unlink(path);
    return r;
}

static void a_file_is_read_as_it_is_written(void **state)
{
    char text[1200] = "# comment\n; comment\nport = 81\n  workers = 2\npublic_url = "
                      "https://a.example/?q=1 ;b # c\nstatic_dir = ";
    (void)state;
    for (int i = 0; i < 90; i++)
        strcat(text, "/longpath"); /* over libinih's usual 200 bytes */
    strcat(text, "\ntls_cert =\n");
    assert_int_equal(load(text, 0644), LT_OK);
    assert_int_equal(lt_config_int(config, "port"), 81);
    assert_int_equal(lt_config_int(config, "workers"), 2);
    assert_string_equal(lt_config_str(config, "public_url"), "https://a.example/?q=1 ;b # c");
    assert_int_equal(strlen(lt_config_str(config, "static_dir")), 810);
    assert_string_equal(lt_config_str(config, "tls_cert"), "");
}

static void a_mistake_in_a_file_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"port = 81\nprot = 82\n", "prot"},        {"port = 81\nport = 82\n", "twice"},
        {"workers = 1\nport = high\n", "port"},    {"workers = 1\n[net]\nport = 1\n", "[net]"},
        {"workers = 1\nport\n", "option = value"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(load(cases[i].text, 0644), LT_ECONFIG);
        assert_non_null(strstr(lt_buf_cstr(&err), cases[i].says));
        assert_non_null(strstr(lt_buf_cstr(&err), i == 3 ? "line 3" : "line 2"));
    }
    lt_buf_clear(&err);
    assert_int_equal(lt_config_file(config, "/nonexistent/leitai.ini", &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "/nonexistent/leitai.ini"));
    lt_buf_clear(&err);
    assert_int_equal(lt_config_file(config, "/tmp", &err), LT_ECONFIG);
    assert_int_equal(lt_config_file(config, "/dev/zero", &err), LT_ECONFIG);
}

static void a_secret_that_everybody_may_read_is_refused(void **state)
{
    const char *text = "redis_url = redis://:hunter2@127.0.0.1:1/0\n";
    (void)state;
    assert_int_equal(load(text, 0604), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "everybody"));
    assert_int_equal(load(text, 0640), LT_OK);
    assert_int_equal(load("redis_url =\n", 0644), LT_OK); /* no secret in it */
}

static void a_secret_may_stand_in_a_file_of_its_own(void **state)
{
    (void)state;
    const char *path = file_with("0123456789abcdef0123456789abcdef\nsecond line\n", 0600);
    assert_int_equal(lt_config_set(config, "session_secret_file", path, &err), LT_OK);
    assert_string_equal(lt_config_str(config, "session_secret"),
                        "0123456789abcdef0123456789abcdef");
    chmod(path, 0644);
    assert_int_equal(lt_config_set(config, "session_secret_file", path, &err), LT_ECONFIG);
    assert_int_equal(lt_config_set(config, "port_file", path, &err), LT_ECONFIG); /* no secret */
    unlink(path);
    lt_buf_clear(&err);
    assert_int_equal(lt_config_set(config, "session_secret_file", path, &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), path));
    assert_string_equal(lt_config_str(config, "session_secret"),
                        "0123456789abcdef0123456789abcdef");
}

static void what_is_no_option_is_left_to_the_command(void **state)
{
    char a0[] = "leitai", a1[] = "--trust-proxy", a2[] = "load", a3[] = "--dry-run",
         a4[] = "--port", a5[] = "90";
    char *argv[] = {a0, a1, a2, a3, a4, a5, NULL};
    int argc = 6;
    (void)state;
    assert_int_equal(lt_config_args(config, &argc, argv, &err), LT_OK);
    assert_int_equal(argc, 3);
    assert_string_equal(argv[1], "load");
    assert_string_equal(argv[2], "--dry-run");
    assert_null(argv[3]);
    assert_true(lt_config_bool(config, "trust_proxy"));
    assert_int_equal(lt_config_int(config, "port"), 90);
    char *bare[] = {a0, a4, NULL};
    argc = 2;
    assert_int_equal(lt_config_args(config, &argc, bare, &err), LT_ECONFIG);
    assert_non_null(strstr(lt_buf_cstr(&err), "port"));
}

static void every_option_is_documented_once(void **state)
{
    struct lt_buf doc;
    (void)state;
    lt_buf_init(&doc, 1 << 20);
    lt_config_doc(&doc);
    assert_false(doc.failed);
    for (const struct lt_option *o = lt_options; o->name; o++) {
        char row[128] = "\n| `";
        strcat(strcat(row, o->name), "` |");
        const char *first = strstr(lt_buf_cstr(&doc), row);
        assert_non_null(first);
        assert_null(strstr(first + 1, row));
        assert_true(strlen(o->doc) > 10 && !strpbrk(o->doc, "\n|"));
        assert_true(!o->secret || !o->fallback[0]);
    }
    lt_buf_done(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_default_is_within_its_own_range, setup, teardown),
        cmocka_unit_test_setup_teardown(flags_win_over_the_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_stop_with_a_line_that_names_them, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_and_switches_are_taken_literally, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_option_keeps_to_its_choices_and_length, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_is_read_as_it_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mistake_in_a_file_is_named_with_its_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_secret_that_everybody_may_read_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_secret_may_stand_in_a_file_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_option_is_left_to_the_command, setup, teardown),
        cmocka_unit_test_setup_teardown(every_option_is_documented_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

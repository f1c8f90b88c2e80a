#include "../../../server/io/net_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

/* Whole, and in single bytes. */
static bool valid(const char *s)
{
    struct utf8 whole = {0}, pieces = {0};
    bool a = utf8_check(&whole, s, strlen(s)) && utf8_is_whole(&whole), b = true;
    for (const char *p = s; *p && b; p++)
        b = utf8_check(&pieces, p, 1);
    b = b && utf8_is_whole(&pieces);
    assert_int_equal(a, b);
    return a;
}

static void the_first_and_last_code_points_of_each_length_are_valid(void **state)
{
    (void)state;
    assert_true(valid(""));
    assert_true(valid("\x01 \x7f"));
    assert_true(valid("\xc2\x80 \xdf\xbf"));
    assert_true(valid("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"));
    assert_true(valid("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
    assert_true(valid("知识竞赛"));
}

static void what_is_too_long_a_surrogate_or_beyond_is_invalid(void **state)
{
    (void)state;
    assert_false(valid("\xc0\xaf"));
    assert_false(valid("\xc1\xbf"));
    assert_false(valid("\xe0\x9f\xbf"));
    assert_false(valid("\xf0\x8f\xbf\xbf"));
    assert_false(valid("\xed\xa0\x80"));
    assert_false(valid("\xed\xbf\xbf"));
    assert_false(valid("\xf4\x90\x80\x80"));
    assert_false(valid("\xf5\x80\x80\x80"));
    assert_false(valid("\xff"));
}

static void what_is_torn_or_stray_is_invalid(void **state)
{
    (void)state;
    assert_false(valid("\x80"));
    assert_false(valid("a\xbf"));
    assert_false(valid("\xc2"));
    assert_false(valid("\xe4\xb8"));
    assert_false(valid("\xe4\xb8"
                       "a"));
    assert_false(valid("\xf0\x90\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_last_code_points_of_each_length_are_valid),
        cmocka_unit_test(what_is_too_long_a_surrogate_or_beyond_is_invalid),
        cmocka_unit_test(what_is_torn_or_stray_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

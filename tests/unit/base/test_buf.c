#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include <stdlib.h>
#include <string.h>

static struct lt_buf b;

static int teardown(void **state)
{
    (void)state;
    lt_buf_done(&b);
    return 0;
}

static void appends_follow_each_other(void **state)
{
    (void)state;
    lt_buf_init(&b, 1000);
    assert_string_equal(lt_buf_cstr(&b), "");
    lt_buf_str(&b, "a");
    lt_buf_char(&b, 'b');
    lt_buf_i64(&b, INT64_MIN);
    lt_buf_add(&b, "c\0d", 3);
    lt_buf_printf(&b, "%s-%d", "e", 5);
    lt_buf_add(&b, NULL, 0);
    assert_int_equal(b.len, 2 + 20 + 3 + 3);
    assert_memory_equal(lt_buf_cstr(&b), "ab-9223372036854775808c\0de-5", b.len + 1);
}

static void it_grows_to_its_limit_and_not_a_byte_further(void **state)
{
    (void)state;
    lt_buf_init(&b, 1000);
    for (int i = 0; i < 1000; i++)
        lt_buf_char(&b, 'x');
    assert_false(b.failed);
    assert_int_equal(b.len, 1000);
    assert_true(b.cap <= 1001);
    lt_buf_char(&b, 'x');
    assert_true(b.failed);
    assert_int_equal(b.len, 1000);
}

static void a_failed_append_changes_nothing_and_failure_stays(void **state)
{
    (void)state;
    lt_buf_init(&b, 4);
    lt_buf_str(&b, "abc");
    lt_buf_str(&b, "de");
    assert_true(b.failed);
    lt_buf_str(&b, "d"); /* would fit */
    lt_buf_printf(&b, "%d", 1);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.p, "abc", 4);
    assert_string_equal(lt_buf_cstr(&b), "");
    assert_null(lt_buf_take(&b, NULL));
    assert_false(b.failed); /* emptied */
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    lt_buf_init(&b, 500);
    lt_buf_printf(&b, "%400d", 1);
    size_t cap = b.cap;
    lt_buf_printf(&b, "%400d", 1);
    assert_true(b.failed);
    lt_buf_clear(&b);
    assert_false(b.failed);
    assert_int_equal(b.cap, cap);
    assert_string_equal(lt_buf_cstr(&b), "");
    lt_buf_str(&b, "again");
    assert_string_equal(lt_buf_cstr(&b), "again");
}

static void taking_moves_the_contents_out(void **state)
{
    size_t n = 77;
    (void)state;
    lt_buf_init(&b, 100);
    lt_buf_str(&b, "mine");
    char *p = lt_buf_take(&b, &n);
    assert_string_equal(p, "mine");
    assert_int_equal(n, 4);
    free(p);
    assert_int_equal(b.len, 0);
    p = lt_buf_take(&b, &n);
    assert_string_equal(p, "");
    assert_int_equal(n, 0);
    free(p);
    lt_buf_str(&b, "reused");
    assert_string_equal(lt_buf_cstr(&b), "reused");
}

static void an_absurd_size_is_refused_without_overflow(void **state)
{
    (void)state;
    lt_buf_init(&b, 16);
    lt_buf_str(&b, "x");
    lt_buf_add(&b, "y", SIZE_MAX);
    assert_true(b.failed);
    assert_int_equal(b.len, 1);
    lt_buf_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(appends_follow_each_other, teardown),
        cmocka_unit_test_teardown(it_grows_to_its_limit_and_not_a_byte_further, teardown),
        cmocka_unit_test_teardown(a_failed_append_changes_nothing_and_failure_stays, teardown),
        cmocka_unit_test_teardown(clearing_keeps_the_memory, teardown),
        cmocka_unit_test_teardown(taking_moves_the_contents_out, teardown),
        cmocka_unit_test_teardown(an_absurd_size_is_refused_without_overflow, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

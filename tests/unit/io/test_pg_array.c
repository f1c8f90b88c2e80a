#include "base/buf.h"
#include "io/pg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

static void numbers_are_separated_by_commas(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 100);
    lt_pg_array_begin(&b);
    lt_pg_array_end(&b);
    assert_string_equal(lt_buf_cstr(&b), "{}");
    lt_buf_clear(&b);
    lt_pg_array_begin(&b);
    lt_pg_array_i64(&b, 1);
    lt_pg_array_i64(&b, -9223372036854775807LL - 1);
    lt_pg_array_end(&b);
    assert_string_equal(lt_buf_cstr(&b), "{1,-9223372036854775808}");
    lt_buf_done(&b);
}

static void text_is_quoted_so_that_it_stays_text(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 200);
    lt_pg_array_begin(&b);
    lt_pg_array_text(&b, "{");
    lt_pg_array_text(&b, "a\"b\\c");
    lt_pg_array_text(&b, NULL);
    lt_pg_array_text(&b, "NULL");
    lt_pg_array_text(&b, "");
    lt_pg_array_text(&b, "},{");
    lt_pg_array_end(&b);
    assert_string_equal(lt_buf_cstr(&b), "{\"{\",\"a\\\"b\\\\c\",NULL,\"NULL\",\"\",\"},{\"}");
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_separated_by_commas),
        cmocka_unit_test(text_is_quoted_so_that_it_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include <string.h>

static const struct {
    int err;
    const char *wire;
    int close_code;
} table[] = {
#define E(id, value, wire, close_code) {LT_##id, wire, close_code},
#include "base/err_table.h"
#undef E
};
enum { ERRORS = sizeof table / sizeof *table };

static void every_error_has_its_codes_and_an_index_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(LT_ERR_COUNT, ERRORS);
    for (int i = 0; i < ERRORS; i++) {
        assert_true(table[i].err < 0);
        assert_string_equal(lt_err_wire(table[i].err), table[i].wire);
        assert_int_equal(lt_err_close_code(table[i].err), table[i].close_code);
        assert_int_equal(lt_err_index(table[i].err), i);
        assert_string_equal(lt_err_wire_at(i), table[i].wire);
        assert_int_equal(lt_err_from_wire(table[i].wire), table[i].err);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(table[i].wire, table[k].wire);
    }
}

static void what_is_no_error_is_shown_as_internal(void **state)
{
    static const int strange[] = {1, 12345, -12345, INT32_MIN, INT32_MAX, LT_OK};
    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        assert_string_equal(lt_err_wire(strange[i]), "internal");
        assert_int_equal(lt_err_close_code(strange[i]), 0);
        assert_int_equal(lt_err_index(strange[i]), lt_err_index(LT_EINTERNAL));
    }
    assert_string_equal(lt_err_wire_at(-1), "internal");
    assert_string_equal(lt_err_wire_at(ERRORS), "internal");
    assert_int_equal(lt_err_from_wire("nonsense"), LT_EINTERNAL);
    assert_int_equal(lt_err_from_wire("ok"), LT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_codes_and_an_index_of_its_own),
        cmocka_unit_test(what_is_no_error_is_shown_as_internal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a home session is told, as the load generator reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loadtest/paper.h"

#include <string.h>

static struct lt_home_seen s;

static const char *read_text(const char *text)
{
    return lt_home_read(text, strlen(text), &s);
}

static void a_paper_has_its_items_and_the_highest_revision(void **state)
{
    (void)state;
    assert_null(read_text(
        "{\"t\":\"paper\",\"re\":\"7\",\"now_ms\":1,\"paper\":{\"state\":\"open\",\"items\":["
        "{\"i\":1,\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\"]},"
        "{\"i\":2,\"type\":\"fill\",\"stem\":\"t\"}],"
        "\"choices\":[{\"i\":1,\"rev\":4,\"choice\":[1]},{\"i\":2,\"rev\":3,\"text\":\"x\"}]}}"));
    assert_int_equal(LT_HOME_PAPER, s.kind);
    assert_string_equal("7", s.id);
    assert_false(s.submitted);
    assert_int_equal(2, s.n_items);
    assert_int_equal(4, s.rev_max);
    assert_int_equal(0, s.n_right);
    assert_int_equal(2, s.items[0].n_options);
    assert_true(s.items[0].options[1] == lt_seen_hash("b", 1));
    assert_int_equal(LT_SEEN_FILL, s.items[1].type);
}

static void a_key_that_is_shown_is_counted(void **state)
{
    (void)state;
    assert_null(
        read_text("{\"t\":\"paper\",\"paper\":{\"state\":\"submitted\",\"choices\":[],\"items\":["
                  "{\"type\":\"single\",\"stem\":\"s\",\"options\":[],\"key\":[0]},"
                  "{\"type\":\"single\",\"stem\":\"s\",\"options\":[],\"right\":false},"
                  "{\"type\":\"single\",\"stem\":\"s\",\"options\":[]}]}}"));
    assert_true(s.submitted);
    assert_int_equal(2, s.n_right);
}

static void an_acknowledgement_names_item_and_revision(void **state)
{
    (void)state;
    assert_null(read_text("{\"t\":\"saved\",\"id\":\"12\",\"i\":3,\"rev\":9}"));
    assert_int_equal(LT_HOME_SAVED, s.kind);
    assert_string_equal("12", s.id);
    assert_int_equal(3, s.i);
    assert_int_equal(9, s.rev);
    assert_non_null(read_text("{\"t\":\"saved\",\"id\":\"12\",\"i\":3}"));
}

static void an_error_has_its_code_and_other_things_are_left_alone(void **state)
{
    (void)state;
    assert_null(read_text("{\"t\":\"error\",\"re\":\"5\",\"code\":\"busy\"}"));
    assert_int_equal(LT_HOME_ERROR, s.kind);
    assert_string_equal("busy", s.code);
    assert_null(read_text("{\"t\":\"time\",\"c\":1}"));
    assert_int_equal(LT_HOME_OTHER, s.kind);
    assert_string_equal("", s.code);
    assert_non_null(read_text("{\"t\":"));
    assert_non_null(read_text("{\"t\":\"paper\",\"paper\":{\"state\":\"open\"}}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paper_has_its_items_and_the_highest_revision),
        cmocka_unit_test(a_key_that_is_shown_is_counted),
        cmocka_unit_test(an_acknowledgement_names_item_and_revision),
        cmocka_unit_test(an_error_has_its_code_and_other_things_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* People from CSV files as exports write them. */
#include "loadtest/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *read_text(struct lt_people *p, const char *text, int max, int per_unit)
{
    char path[] = "/tmp/leitai-people-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    const char *err = lt_people_read(p, path, max, per_unit);
    unlink(path);
    return err;
}

static void columns_come_in_any_order_and_fields_may_be_quoted(void **state)
{
    struct lt_people p;
    (void)state;
    assert_null(read_text(
        &p, "unit_code,x,name,ext_id\r\nU1,,\"王, \"\"小\"\"\n明\",a1\r\nU2,y,李,b2", 0, 0));
    assert_int_equal(p.n, 2);
    assert_string_equal(p.p[0].sub, "a1");
    assert_string_equal(p.p[0].name, "王, \"小\"\n明");
    assert_string_equal(p.p[0].unit, "U1");
    assert_string_equal(p.p[1].sub, "b2");
    lt_people_done(&p);
}

static void limits_hold_overall_and_per_unit(void **state)
{
    static const char text[] = "ext_id,unit_code\na,U1\nb,U1\nc,U1\nd,U2\ne,U2\n";
    struct lt_people p;
    (void)state;
    assert_null(read_text(&p, text, 0, 2));
    assert_int_equal(p.n, 4);
    assert_string_equal(p.p[2].sub, "d");
    lt_people_done(&p);
    assert_null(read_text(&p, text, 3, 0));
    assert_int_equal(p.n, 3);
    lt_people_done(&p);
}

static void a_long_name_is_cut_at_a_character(void **state)
{
    char text[400] = "ext_id,name\na,";
    struct lt_people p;
    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(text, "字");
    assert_null(read_text(&p, text, 0, 0));
    assert_int_equal(strlen(p.p[0].name), 78); /* 26 characters of three bytes; 27 would be 81 */
    lt_people_done(&p);
}

static void files_that_say_nothing_are_refused(void **state)
{
    struct lt_people p;
    (void)state;
    assert_string_equal(read_text(&p, "", 0, 0), "no header row");
    assert_string_equal(read_text(&p, "name\nx\n", 0, 0), "no column ext_id");
    assert_string_equal(read_text(&p, "ext_id\n", 0, 0), "nobody is in the file");
    assert_string_equal(read_text(&p, "ext_id\n\"open\n", 0, 0), "a row is malformed");
    assert_non_null(lt_people_read(&p, "/nonexistent", 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_in_any_order_and_fields_may_be_quoted),
        cmocka_unit_test(limits_hold_overall_and_per_unit),
        cmocka_unit_test(a_long_name_is_cut_at_a_character),
        cmocka_unit_test(files_that_say_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

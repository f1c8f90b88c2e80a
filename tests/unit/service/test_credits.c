/* The words of a credit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "service/credits.h"

static void a_reason_names_the_event_and_the_rank(void **state)
{
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 256);
    lt_credit_reason(&b, "竞赛", "placement", 3);
    lt_credit_reason(&b, "竞赛", "participation", 3);
    assert_string_equal(lt_buf_cstr(&b), "《竞赛》第3名《竞赛》参赛");
    lt_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_names_the_event_and_the_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

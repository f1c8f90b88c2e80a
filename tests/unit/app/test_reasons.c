/* Every reason of a problem has its words in both languages, the same ones as in docs/rules.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../server/app/reasons.h"
#include "domain/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void the_words_of_a_reason_are_those_of_the_document(void **state)
{
    static char text[1 << 17];
    char row[400];
    FILE *f = fopen(LEITAI_SOURCE_DIR "/docs/rules.md", "re");
    (void)state;
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    for (int i = 0; lt_sheet_reason(i); i++) {
        const char *zh, *en;
        if (!reason_words(lt_sheet_reason(i), &zh, &en))
            fail_msg("no words for %s", lt_sheet_reason(i));
        snprintf(row, sizeof row, "\n| `%s` | %s | %s |\n", lt_sheet_reason(i), zh, en);
        if (!strstr(text, row))
            fail_msg("docs/rules.md has no row %s", row);
    }
}

static void what_is_no_reason_has_no_words(void **state)
{
    const char *zh = "zh", *en = "en";
    (void)state;
    assert_false(reason_words("", &zh, &en));
    assert_false(reason_words("Missing", &zh, &en));
    assert_string_equal(zh, "zh");
    assert_string_equal(en, "en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_a_reason_are_those_of_the_document),
        cmocka_unit_test(what_is_no_reason_has_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

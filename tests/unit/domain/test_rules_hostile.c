/* Sheets that somebody got wrong, or means ill with: whatever stands in place of whatever value, the
 * answer is a sheet or a list of problems with known reasons, never anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "domain/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char contest[] =
    "{\"version\":1,\"entries\":\"team\",\"start_points\":100,\"groups\":2,\"team\":{\"policy\":"
    "\"best\",\"best\":2,\"help\":[\"hall\",\"two\"]},\"appeals\":true,\"ranking\":[\"points\","
    "\"tiebreak\"],\"buzzer\":{\"timing\":\"compensated\",\"window_ms\":300,\"doubt\":\"draw\"},"
    "\"rounds\":[{\"title\":\"一\",\"mode\":\"required\",\"group\":1,\"questions\":3,\"seconds\":"
    "20,"
    "\"points\":{\"right\":10,\"partial\":true},\"advance\":2,\"reset\":true,\"codes\":[\"a\","
    "\"b\",\"c\"]},{\"title\":\"二\",\"mode\":\"buzzer\",\"policy\":\"first\",\"questions\":4,"
    "\"seconds\":20,\"points\":{\"right\":10,\"wrong\":-10},\"foul\":{\"points\":-10,"
    "\"lock_seconds\":3},\"answer_seconds\":5,\"rebounds\":1},{\"title\":\"三\",\"mode\":\"speed\","
    "\"policy\":\"captain\",\"turns\":\"lot\",\"questions\":6,\"burst\":3,\"seconds\":40,"
    "\"points\":{\"right\":5}},{\"title\":\"四\",\"mode\":\"jury\",\"questions\":2,\"seconds\":60,"
    "\"jury\":{\"max\":30,\"drop\":false,\"judges\":5}},{\"title\":\"五\",\"mode\":\"wager\","
    "\"policy\":\"majority\",\"questions\":2,\"seconds\":45,\"stakes\":[10,20.5],\"draw\":{"
    "\"topics\":[\"x\"],\"types\":[\"single\"],\"difficulty\":[1,2],\"audience\":[\"all\"]}},{"
    "\"title\":\"六\",\"mode\":\"tiebreak\",\"policy\":\"first\",\"questions\":3,\"seconds\":20,"
    "\"places\":1}],\"credits\":{\"participation\":{\"amount\":1,\"min_answers\":2},"
    "\"placement\":[{\"ranks\":[1,3],\"amount\":2.5}]}}";

static const char papers[] =
    "{\"version\":1,\"results\":\"window\",\"day_offset_minutes\":480,\"per_day\":8,\"hours\":[{"
    "\"from\":\"12:00\",\"to\":\"14:00\"}],\"audience\":{\"kinds\":[\"k\"],\"regions\":[\"C01\"],"
    "\"leaders\":true},\"pass\":60,\"rounds\":[{\"title\":\"一\",\"mode\":\"timed\",\"questions\":"
    "3,"
    "\"minutes\":30,\"seconds\":60,\"attempts\":3,\"per_day\":2,\"counted_per_day\":1,\"counts\":"
    "\"mean\",\"movement\":\"forward\",\"one_by_one\":true,\"disjoint\":true,\"blueprint\":[{"
    "\"questions\":2,\"points\":{\"right\":4,\"wrong\":-1,\"partial\":true},\"draw\":{\"topics\":["
    "\"x\"],"
    "\"difficulty\":[1,2]}},{\"questions\":1,\"points\":{\"right\":5}}]},{\"title\":\"二\","
    "\"mode\":"
    "\"survival\",\"questions\":9,\"seconds\":20,\"revivals\":1,\"points\":{\"right\":1}},{"
    "\"title\":\"三\","
    "\"mode\":\"duel\",\"questions\":20,\"seconds\":15,\"players\":2,\"target\":10,\"places\":[3,1]"
    ","
    "\"robot_after\":15,\"match\":\"region\"}],\"credits\":{\"participation\":{\"amount\":2,\"min_"
    "answers\":"
    "2}}}";

static const char *const values[] = {
    "null",
    "true",
    "0",
    "-1",
    "1",
    "3",
    "1000000000000",
    "1e308",
    "-1e308",
    "0.001",
    "\"\"",
    "\"x\"",
    "\"team\"",
    "\"sum\"",
    "\"lot\"",
    "\"live\"",
    "\"duel\"",
    "\"24:00\"",
    "\"jury\"",
    "\"tiebreak\"",
    "\"judge\"",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "[1,1]",
    "[\"points\",\"points\"]",
    "{\"x\":{}}",
};
enum { VALUES = sizeof values / sizeof *values };

static struct lt_sheet *sheet;
static int right, wrong;

static bool known(const char *reason)
{
    for (int i = 0; lt_sheet_reason(i); i++)
        if (strcmp(reason, lt_sheet_reason(i)) == 0)
            return true;
    return false;
}

static void assert_answered(const char *json, size_t n)
{
    static const struct lt_json_limits limits = {.bytes = LT_SHEET_BYTES, .depth = 3};
    struct lt_buf err;
    cJSON *problems = NULL, *item;
    int result;

    lt_buf_init(&err, LT_SHEET_BYTES);
    result = lt_sheet_parse(json, n, sheet, &err);
    if (result == LT_OK) {
        assert_int_equal(err.len, 0);
        assert_in_range(lt_sheet_questions(sheet), !sheet->self_paced,
                        sheet->self_paced ? 0 : 1023 + LT_ROUND_QUESTIONS_MAX);
        right++;
    } else {
        assert_int_equal(result, LT_ESHEET);
        assert_int_equal(lt_json_parse(lt_buf_cstr(&err), err.len, &limits, &problems), LT_OK);
        assert_true(cJSON_GetArraySize(problems) > 0);
        cJSON_ArrayForEach(item, problems)
        {
            const char *reason = "";

            assert_int_equal(lt_json_str(item, "reason", 40, &reason), LT_OK);
            if (!known(reason))
                fail_msg("reason %s", reason);
        }
        cJSON_Delete(problems);
        wrong++;
    }
    lt_buf_done(&err);
}

/* Put a value in place of the k-th item below `parent`, in depth-first order. What is left of k. */
static int replace(cJSON *parent, int k, const char *value)
{
    cJSON *item, *other;

    for (item = parent->child; item && k >= 0; item = item->next) {
        if (k-- > 0) {
            k = replace(item, k, value);
            continue;
        }
        other = cJSON_Parse(value);
        assert_non_null(other);
        if (item->string)
            other->string = strdup(item->string);
        assert_true(cJSON_ReplaceItemViaPointer(parent, item, other));
        return -1;
    }
    return k;
}

static int setup(void **state)
{
    (void)state;
    sheet = malloc(sizeof *sheet);
    right = wrong = 0;
    return sheet ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(sheet);
    return 0;
}

static void the_sheets_themselves_are_right(void **state)
{
    (void)state;
    assert_answered(contest, strlen(contest));
    assert_answered(papers, strlen(papers));
    assert_int_equal(right, 2);
}

static void any_value_in_any_place_is_a_sheet_or_a_problem(void **state)
{
    const char *const sheets[] = {contest, papers};

    (void)state;
    for (int i = 0; i < 2; i++) {
        int items = 0;

        for (bool more = true; more; items += more)
            for (int v = 0; v < VALUES; v++) {
                cJSON *doc = cJSON_Parse(sheets[i]);
                char *text;

                assert_non_null(doc);
                more = replace(doc, items, values[v]) < 0;
                text = cJSON_PrintUnformatted(doc);
                assert_answered(text, strlen(text));
                free(text);
                cJSON_Delete(doc);
            }
        assert_in_range(items, 60, 200);
    }
    assert_true(right > 100 && wrong > 3000);
}

static void a_text_that_was_cut_or_garbled_is_a_problem(void **state)
{
    static char text[sizeof contest + sizeof papers];
    const char *const sheets[] = {contest, papers};
    uint64_t x = 88172645463325252u;

    (void)state;
    for (int s = 0; s < 2; s++)
        for (size_t i = 0, n = strlen(sheets[s]); i < n; i++)
            assert_answered(sheets[s], i);
    assert_int_equal(right, 0);
    for (int i = 0; i < 8000; i++) {
        size_t n = strlen(sheets[i % 2]);

        memcpy(text, sheets[i % 2], n + 1);
        for (int k = 0; k <= i % 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            text[x % n] = (char)(x >> 32);
        }
        assert_answered(text, n);
    }
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_sheets_themselves_are_right),
        T(any_value_in_any_place_is_a_sheet_or_a_problem),
        T(a_text_that_was_cut_or_garbled_is_a_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

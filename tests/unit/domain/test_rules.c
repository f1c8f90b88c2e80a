/* The rule sheet: what is read, every problem by path, the board's budget, and docs/rules.md, which
 * must explain every option and whose example must be a valid sheet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/ranking.h"
#include "domain/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUND                                                                                        \
    "{\"title\":\"必答\",\"mode\":\"live\",\"questions\":10,\"seconds\":20,\"points\":{\"right\":" \
    "10}}"
#define SHEET(rounds) "{\"version\":1,\"rounds\":[" rounds "]}"

static int parse(const char *json, struct lt_sheet *ret, struct lt_buf *err)
{
    lt_buf_init(err, LT_SHEET_BYTES);
    return lt_sheet_parse(json, strlen(json), ret, err);
}

static struct lt_sheet parsed(const char *json)
{
    struct lt_sheet s;
    struct lt_buf err;
    int result = parse(json, &s, &err);

    if (result)
        print_error("%s\n", lt_buf_cstr(&err));
    assert_int_equal(result, LT_OK);
    assert_int_equal(err.len, 0);
    lt_buf_done(&err);
    return s;
}

static void assert_problems(const char *json, const char *problems)
{
    struct lt_sheet s, untouched;
    struct lt_buf err;

    memset(&s, 0x5a, sizeof s);
    memset(&untouched, 0x5a, sizeof untouched);
    assert_int_equal(parse(json, &s, &err), LT_ESHEET);
    assert_string_equal(lt_buf_cstr(&err), problems);
    assert_memory_equal(&s, &untouched, sizeof s);
    lt_buf_done(&err);
}

/* One problem, of a sheet that is right but for `json`. */
static void assert_problem(const char *json, const char *path, const char *reason)
{
    char want[400];

    snprintf(want, sizeof want, "[{\"path\":\"%s\",\"reason\":\"%s\"}]", path, reason);
    assert_problems(json, want);
}

static void every_option_is_read(void **state)
{
    struct lt_sheet s = parsed(
        "{\"version\":1,\"start_points\":100,\"guests\":true,\"late_join\":false,\"grace_ms\":500,"
        "\"board_rows\":20,\"rounds\":[{\"title\":\"第一环节\",\"mode\":\"live\",\"questions\":15,"
        "\"seconds\":30,\"points\":{\"right\":10.5,\"wrong\":-0.07,\"speed\":true,\"partial\":true,"
        "\"streak\":{\"bonus\":2.25,\"max\":3}}}," ROUND "],\"credits\":{\"participation\":{"
        "\"amount\":2,\"min_answers\":5},\"placement\":[{\"ranks\":[1,1],\"amount\":10},"
        "{\"ranks\":[2,3],\"amount\":6.5}]}}");
    const struct lt_round_rule *r = &s.rounds[0];

    (void)state;
    assert_int_equal(s.version, 1);
    assert_int_equal(s.start_points_c, 10000);
    assert_true(s.guests);
    assert_false(s.late_join);
    assert_int_equal(s.grace_ms, 500);
    assert_int_equal(s.board_rows, 20);
    assert_int_equal(s.n_rounds, 2);
    assert_string_equal(r->title, "第一环节");
    assert_int_equal(r->mode, LT_MODE_LIVE);
    assert_string_equal(lt_mode_name(r->mode), "live");
    assert_int_equal(r->n_questions, 15);
    assert_int_equal(r->seconds, 30);
    assert_int_equal(r->score.right_c, 1050);
    assert_int_equal(r->score.wrong_c, -7);
    assert_true(r->score.speed && r->score.partial);
    assert_int_equal(r->score.streak_c, 225);
    assert_int_equal(r->score.streak_max, 3);
    assert_int_equal(s.credits.participation_c, 200);
    assert_int_equal(s.credits.participation_min, 5);
    assert_int_equal(s.credits.n_places, 2);
    assert_int_equal(s.credits.places[1].from, 2);
    assert_int_equal(s.credits.places[1].to, 3);
    assert_int_equal(s.credits.places[1].amount_c, 650);
}

static void what_is_left_out_has_its_documented_default(void **state)
{
    struct lt_sheet s = parsed(SHEET(ROUND));

    (void)state;
    assert_int_equal(s.start_points_c, 0);
    assert_false(s.guests);
    assert_true(s.late_join);
    assert_int_equal(s.grace_ms, 300);
    assert_int_equal(s.board_rows, 10);
    assert_int_equal(s.rounds[0].score.wrong_c, 0);
    assert_false(s.rounds[0].score.speed || s.rounds[0].score.partial);
    assert_int_equal(s.rounds[0].score.streak_max, 0);
    assert_int_equal(s.credits.participation_c, 0);
    assert_int_equal(s.credits.n_places, 0);
}

static void every_problem_is_found_at_once(void **state)
{
    (void)state;
    assert_problems(
        "{\"verson\":1,\"guests\":1,\"grace_ms\":2001,\"board_rows\":9.5,\"start_points\":0.001,"
        "\"rounds\":[{\"title\":\"\",\"mode\":\"buzz\",\"questions\":0,\"seconds\":\"20\","
        "\"points\":{\"right\":-1,\"wrong\":1,\"speed\":null,\"streak\":{\"bonus\":1}}},7],"
        "\"credits\":{\"participation\":[],\"placement\":[{\"ranks\":[3,1],\"amount\":1},"
        "{\"ranks\":[1],\"amount\":1},{\"ranks\":[0,2],\"amount\":1}]}}",
        "[{\"path\":\"verson\",\"reason\":\"unknown\"},"
        "{\"path\":\"version\",\"reason\":\"missing\"},"
        "{\"path\":\"start_points\",\"reason\":\"decimals\"},"
        "{\"path\":\"guests\",\"reason\":\"type\"},"
        "{\"path\":\"grace_ms\",\"reason\":\"range\",\"min\":0,\"max\":2000},"
        "{\"path\":\"board_rows\",\"reason\":\"whole\"},"
        "{\"path\":\"rounds[0].title\",\"reason\":\"empty\"},"
        "{\"path\":\"rounds[0].mode\",\"reason\":\"unknown_value\"},"
        "{\"path\":\"rounds[0].questions\",\"reason\":\"range\",\"min\":1,\"max\":200},"
        "{\"path\":\"rounds[0].seconds\",\"reason\":\"type\"},"
        "{\"path\":\"rounds[0].points.right\",\"reason\":\"range\",\"min\":0,\"max\":100000},"
        "{\"path\":\"rounds[0].points.wrong\",\"reason\":\"range\",\"min\":-100000,\"max\":0},"
        "{\"path\":\"rounds[0].points.speed\",\"reason\":\"type\"},"
        "{\"path\":\"rounds[0].points.streak.max\",\"reason\":\"missing\"},"
        "{\"path\":\"rounds[1]\",\"reason\":\"type\"},"
        "{\"path\":\"credits.participation\",\"reason\":\"type\"},"
        "{\"path\":\"credits.placement[0].ranks\",\"reason\":\"order\"},"
        "{\"path\":\"credits.placement[1].ranks\",\"reason\":\"range\",\"min\":2,\"max\":2},"
        "{\"path\":\"credits.placement[2].ranks[0]\",\"reason\":\"range\",\"min\":1,"
        "\"max\":1000000}]");
}

static void a_text_that_is_no_sheet_is_refused(void **state)
{
    char *big = calloc(1, LT_SHEET_BYTES + 2);

    (void)state;
    memset(big, ' ', LT_SHEET_BYTES + 1);
    assert_problem("", "", "bad_json");
    assert_problem("{", "", "bad_json");
    assert_problem("[]", "", "type");
    assert_problem("{\"version\":1,\"version\":1}", "", "bad_json");
    assert_problem("[[[[[[[[[[[[]]]]]]]]]]]]", "", "too_deep");
    assert_problem("{\"\xff\":1}", "", "bad_utf8");
    assert_problem(big, "", "too_big");
    free(big);
}

static void unknown_members_are_problems_at_every_level(void **state)
{
    (void)state;
    assert_problem("{\"version\":1,\"Guests\":true,\"rounds\":[" ROUND "]}", "Guests", "unknown");
    assert_problem(
        SHEET("{\"title\":\"t\",\"mode\":\"live\",\"questions\":1,\"seconds\":5,\"tie\":1,"
              "\"points\":{\"right\":1}}"),
        "rounds[0].tie", "unknown");
    assert_problem(SHEET("{\"title\":\"t\",\"mode\":\"live\",\"questions\":1,\"seconds\":5,"
                         "\"points\":{\"right\":1,\"streak\":{\"bonus\":1,\"max\":1,\"min\":1}}}"),
                   "rounds[0].points.streak.min", "unknown");
    assert_problem("{\"version\":1,\"rounds\":[" ROUND "],\"credits\":{\"cap\":1}}", "credits.cap",
                   "unknown");
    assert_problem("{\"version\":1,\"rounds\":[" ROUND
                   "],\"credits\":{\"placement\":[{\"ranks\":[1,"
                   "1],\"amount\":1,\"unit\":1}]}}",
                   "credits.placement[0].unit", "unknown");
}

static void a_long_unknown_name_is_cut_between_characters(void **state)
{
    (void)state;
    assert_problem("{\"version\":1,\"rounds\":[" ROUND
                   "],\"一二三四五六七八九十一二三四五六七八九十\":1}",
                   "一二三四五六七八九十一二三…", "unknown");
}

static void problems_are_bounded(void **state)
{
    char *json = malloc(LT_SHEET_BYTES);
    struct lt_sheet s;
    struct lt_buf err;
    int n = sprintf(json, "{\"version\":1"), count = 0;

    (void)state;
    for (int i = 0; i < 4000; i++)
        n += sprintf(json + n, ",\"x%d\":1", i);
    sprintf(json + n, "}");
    assert_int_equal(parse(json, &s, &err), LT_ESHEET);
    assert_false(err.failed);
    for (const char *p = lt_buf_cstr(&err); (p = strstr(p, "\"reason\"")); p++)
        count++;
    assert_int_equal(count, 101);
    assert_non_null(strstr(lt_buf_cstr(&err), "{\"path\":\"\",\"reason\":\"more\"}]"));
    lt_buf_done(&err);
    free(json);
}

/* c, c + 1, … c + n − 1 hundredths, each as the points of a round. */
static void assert_exact(int c, int n)
{
    static struct lt_sheet s; /* large: not one more copy of it */
    char json[4096] = "{\"version\":1,\"rounds\":[";
    struct lt_buf err;

    for (int i = 0; i < n; i++)
        sprintf(json + strlen(json),
                "%s{\"title\":\"t\",\"mode\":\"live\",\"questions\":1,\"seconds\":5,"
                "\"points\":{\"right\":%d.%02d}}",
                i ? "," : "", (c + i) / 100, (c + i) % 100);
    strcat(json, "]}");
    assert_int_equal(parse(json, &s, &err), LT_OK);
    lt_buf_done(&err);
    for (int i = 0; i < n; i++)
        assert_int_equal(s.rounds[i].score.right_c, c + i);
}

static void decimals_become_exact_hundredths(void **state)
{
    (void)state;
    for (int c = 0; c < 30000; c += LT_ROUNDS_MAX)
        assert_exact(c, LT_ROUNDS_MAX);
    for (int c = 30000; c <= 10000000; c += 9973)
        assert_exact(c, 1);
}

static void more_than_two_decimals_are_refused(void **state)
{
    static const char *const cases[] = {"0.001", "10.005", "99999.999", "1e-3", "0.1000001"};
    char json[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(json, sizeof json, "{\"version\":1,\"start_points\":%s,\"rounds\":[" ROUND "]}",
                 cases[i]);
        assert_problem(json, "start_points", "decimals");
    }
    assert_problems("{\"version\":1,\"start_points\":1e400,\"rounds\":[" ROUND "]}",
                    "[{\"path\":\"start_points\",\"reason\":\"range\",\"min\":-100000,"
                    "\"max\":100000}]");
}

static void a_title_fits_its_field_or_is_refused(void **state)
{
    char json[500];

    (void)state;
    for (int n = 119; n <= 121; n++) {
        snprintf(json, sizeof json,
                 SHEET("{\"title\":\"%0*d\",\"mode\":\"live\",\"questions\":1,\"seconds\":5,"
                       "\"points\":{\"right\":1}}"),
                 n, 7);
        if (n <= 120)
            assert_int_equal(strlen(parsed(json).rounds[0].title), n);
        else
            assert_problems(json,
                            "[{\"path\":\"rounds[0].title\",\"reason\":\"too_long\",\"max\":120}]");
    }
}

static void places_may_touch_but_not_overlap(void **state)
{
    (void)state;
    parsed("{\"version\":1,\"rounds\":[" ROUND "],\"credits\":{\"placement\":[{\"ranks\":[4,9],"
           "\"amount\":1},{\"ranks\":[1,3],\"amount\":2}]}}");
    assert_problem("{\"version\":1,\"rounds\":[" ROUND
                   "],\"credits\":{\"placement\":[{\"ranks\":[3,"
                   "9],\"amount\":1},{\"ranks\":[1,3],\"amount\":2}]}}",
                   "credits.placement[1].ranks", "overlap");
    assert_problem("{\"version\":1,\"rounds\":[" ROUND
                   "],\"credits\":{\"placement\":[{\"ranks\":[1,"
                   "3],\"amount\":1},{\"ranks\":[3,9],\"amount\":2}]}}",
                   "credits.placement[1].ranks", "overlap");
    assert_problem("{\"version\":1,\"rounds\":[" ROUND
                   "],\"credits\":{\"placement\":[{\"ranks\":[1,"
                   "9],\"amount\":1},{\"ranks\":[10,12],\"amount\":2},{\"ranks\":[4,5],\"amount\":"
                   "3}]}}",
                   "credits.placement[2].ranks", "overlap");
}

static void taking_part_cannot_ask_for_more_than_there_is(void **state)
{
    (void)state;
    assert_problems("{\"version\":1,\"rounds\":[" ROUND "],\"credits\":{\"participation\":{"
                    "\"amount\":1,\"min_answers\":11}}}",
                    "[{\"path\":\"credits.participation.min_answers\",\"reason\":\"range\","
                    "\"min\":1,\"max\":10}]");
}

static void too_many_rounds_are_refused(void **state)
{
    char json[4096];
    int n = sprintf(json, "{\"version\":1,\"rounds\":[");

    (void)state;
    for (int i = 0; i <= LT_ROUNDS_MAX; i++)
        n += sprintf(json + n, "%s" ROUND, i ? "," : "");
    sprintf(json + n, "]}");
    assert_problems(json, "[{\"path\":\"rounds\",\"reason\":\"range\",\"min\":1,\"max\":16}]");
}

/* n rounds of q questions of t seconds, `right` and `wrong` points. */
static const char *big_sheet(int n, int q, int t, const char *points)
{
    static char json[8192];
    int len = sprintf(json, "{\"version\":1,\"rounds\":[");

    for (int i = 0; i < n; i++)
        len += sprintf(json + len,
                       "%s{\"title\":\"t\",\"mode\":\"live\",\"questions\":%d,\"seconds\":%d,"
                       "\"points\":{%s}}",
                       i ? "," : "", q, t, points);
    sprintf(json + len, "]}");
    return json;
}

static void a_sheet_beyond_the_boards_budget_is_refused(void **state)
{
    (void)state;
    parsed(big_sheet(1, 6, 20, "\"right\":100000,\"wrong\":-100000"));
    assert_problem(big_sheet(1, 7, 20, "\"right\":100000"), "rounds", "budget_points");
    assert_problem(big_sheet(1, 7, 20, "\"right\":1,\"wrong\":-100000"), "rounds", "budget_points");
    parsed(big_sheet(5, 200, 10, "\"right\":10"));
    assert_problem(big_sheet(6, 200, 10, "\"right\":10"), "rounds", "budget_questions");
    assert_problem(big_sheet(1, 200, 600, "\"right\":1"), "rounds", "budget_time");
}

static void a_streak_counts_towards_the_budget(void **state)
{
    (void)state;
    /* 10 questions: 10 × 10 + 7456.5 × (1 + … + 9): 335,642.50, fits; twice that does not */
    parsed(big_sheet(1, 10, 20, "\"right\":10,\"streak\":{\"bonus\":7456.5,\"max\":9}"));
    assert_problem(big_sheet(1, 10, 20, "\"right\":10,\"streak\":{\"bonus\":14913,\"max\":9}"),
                   "rounds", "budget_points");
    parsed(big_sheet(1, 10, 20, "\"right\":10,\"streak\":{\"bonus\":14913,\"max\":4}"));
}

static void the_quantum_holds_all_answer_time_of_the_sheet(void **state)
{
    (void)state;
    for (int n = 1; n <= 5; n++)
        for (int t = 5; t <= 600; t += 85) {
            const char *json = big_sheet(n, 200, t, "\"right\":1");
            struct lt_place all = {.time_us = (int64_t)n * 200 * t * 1000000};
            struct lt_sheet s;
            struct lt_buf err;
            int64_t packed;

            if (n * 200 * t > 13107) { /* seconds that fit at 100 ms */
                assert_int_equal(parse(json, &s, &err), LT_ESHEET);
                assert_non_null(strstr(lt_buf_cstr(&err), "budget_time"));
                lt_buf_done(&err);
                continue;
            }
            s = parsed(json);
            assert_int_equal(lt_sheet_quantum_us(&s) % 1000, 0);
            assert_true(lt_sheet_quantum_us(&s) <= 100000);
            assert_int_equal(lt_board_pack(&all, lt_sheet_quantum_us(&s), &packed), LT_OK);
        }
}

static void questions_are_numbered_over_all_rounds(void **state)
{
    struct lt_sheet s = parsed(SHEET(ROUND "," ROUND));
    int round = -1, index = -1;

    (void)state;
    assert_int_equal(lt_sheet_questions(&s), 20);
    assert_ptr_equal(lt_sheet_round_of(&s, 0, &round, &index), &s.rounds[0]);
    assert_int_equal(index, 0);
    assert_ptr_equal(lt_sheet_round_of(&s, 10, &round, &index), &s.rounds[1]);
    assert_int_equal(round, 1);
    assert_int_equal(index, 0);
    assert_ptr_equal(lt_sheet_round_of(&s, 19, &round, &index), &s.rounds[1]);
    assert_int_equal(index, 9);
    assert_null(lt_sheet_round_of(&s, 20, &round, &index));
    assert_null(lt_sheet_round_of(&s, -1, &round, &index));
}

/* ---- docs/rules.md -------------------------------------------------------------------------- */

static char *document(void)
{
    char path[4096];
    const char *file = __FILE__, *tests = strstr(file, "tests/unit/domain/");
    char *text;
    size_t n;
    FILE *f;

    assert_non_null(tests);
    snprintf(path, sizeof path, "%.*sdocs/rules.md", (int)(tests - file), file);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be read", path);
    text = calloc(1, 1 << 20);
    n = fread(text, 1, (1 << 20) - 1, f);
    assert_true(n > 0);
    fclose(f);
    return text;
}

/* How many times `what` stands in the text. */
static int count_of(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

static void every_option_is_documented(void **state)
{
    char *text = document(), option[80], quoted[90];
    int n = 0;

    (void)state;
    for (; lt_sheet_option(n, option, sizeof option); n++) {
        snprintf(quoted, sizeof quoted, "\n| `%s` | ", option);
        if (!strstr(text, quoted))
            fail_msg("docs/rules.md has no row %s", quoted + 1);
    }
    assert_int_equal(n, 111);
    free(text);
}

/* Every row of an option has an example in its second column. */
static void every_option_has_an_example(void **state)
{
    char *text = document(), option[80], quoted[90];

    (void)state;
    for (int i = 0; lt_sheet_option(i, option, sizeof option); i++) {
        const char *row;

        snprintf(quoted, sizeof quoted, "\n| `%s` | ", option);
        row = strstr(text, quoted);
        assert_non_null(row);
        row += strlen(quoted);
        if (*row != '`' && strncmp(row, "see below", 9) != 0)
            fail_msg("%s has no example: %.20s", option, row);
    }
    free(text);
}

/* The table of modes has a row for what stands in a round itself, and for whatever else depends on
 * the mode; each says what the reader does. */
static void the_table_of_modes_says_what_is_read(void **state)
{
    char *text = document(), option[80], row[200];
    int n = 0;

    (void)state;
    for (int i = 0; lt_sheet_option(i, option, sizeof option); i++) {
        const char *name = option + strlen("rounds[].");
        unsigned means, needs;

        if (strncmp(option, "rounds[].", 9) != 0)
            continue;
        lt_sheet_option_modes(i, &means, &needs);
        if (strchr(name, '.') && means == (1u << LT_MODES) - 1)
            continue;
        snprintf(row, sizeof row, "\n| `%s` |", name);
        for (int m = 0; m < LT_MODES; m++)
            strcat(row, needs & 1u << m ? " ● |" : means & 1u << m ? " ○ |" : " |");
        strcat(row, "\n");
        if (!strstr(text, row))
            fail_msg("docs/rules.md has no row %s", row);
        n++;
    }
    assert_int_equal(n, 41);
    free(text);
}

static void every_reason_of_a_problem_is_documented(void **state)
{
    char *text = document(), quoted[60];
    int n = 0;

    (void)state;
    for (; lt_sheet_reason(n); n++) {
        snprintf(quoted, sizeof quoted, "\n| `%s` | ", lt_sheet_reason(n));
        if (count_of(text, quoted) != 1)
            fail_msg("docs/rules.md has not one row %s", quoted);
    }
    assert_int_equal(n, 56);
    assert_null(lt_sheet_reason(-1));
    free(text);
}

static void every_example_of_the_document_is_a_valid_sheet(void **state)
{
    char *text = document(), *p = text;
    int n = 0;

    (void)state;
    while ((p = strstr(p, "```json\n"))) {
        char *end = strstr(p += 8, "```");

        assert_non_null(end);
        *end = '\0';
        parsed(p);
        p = end + 1;
        n++;
    }
    assert_int_equal(n, 4);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_read),
        cmocka_unit_test(what_is_left_out_has_its_documented_default),
        cmocka_unit_test(every_problem_is_found_at_once),
        cmocka_unit_test(a_text_that_is_no_sheet_is_refused),
        cmocka_unit_test(unknown_members_are_problems_at_every_level),
        cmocka_unit_test(a_long_unknown_name_is_cut_between_characters),
        cmocka_unit_test(problems_are_bounded),
        cmocka_unit_test(decimals_become_exact_hundredths),
        cmocka_unit_test(more_than_two_decimals_are_refused),
        cmocka_unit_test(a_title_fits_its_field_or_is_refused),
        cmocka_unit_test(places_may_touch_but_not_overlap),
        cmocka_unit_test(taking_part_cannot_ask_for_more_than_there_is),
        cmocka_unit_test(too_many_rounds_are_refused),
        cmocka_unit_test(a_sheet_beyond_the_boards_budget_is_refused),
        cmocka_unit_test(a_streak_counts_towards_the_budget),
        cmocka_unit_test(the_quantum_holds_all_answer_time_of_the_sheet),
        cmocka_unit_test(questions_are_numbered_over_all_rounds),
        cmocka_unit_test(every_option_is_documented),
        cmocka_unit_test(every_option_has_an_example),
        cmocka_unit_test(the_table_of_modes_says_what_is_read),
        cmocka_unit_test(every_reason_of_a_problem_is_documented),
        cmocka_unit_test(every_example_of_the_document_is_a_valid_sheet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

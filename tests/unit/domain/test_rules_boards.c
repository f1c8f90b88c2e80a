/* Freeze, awards and roll-ups in the rule sheet: what is read, defaults, and every problem by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/rules.h"

#include <stdio.h>
#include <string.h>

static struct lt_sheet sheet; /* large: one for all */

#define LIVE                                                                                       \
    "{\"title\":\"t\",\"mode\":\"live\",\"questions\":5,\"seconds\":20,\"points\":{\"right\":10}}"
#define PERSONS(options) "{\"version\":1," options ",\"rounds\":[" LIVE "," LIVE "]}"
#define ROUND(mode, options)                                                                       \
    "{\"title\":\"t\",\"mode\":\"" mode "\",\"questions\":6,\"seconds\":20" options "}"
#define TEN ",\"points\":{\"right\":10}"
#define TEAMS(options, rounds)                                                                     \
    "{\"version\":1,\"entries\":\"team\",\"start_points\":100," options ",\"rounds\":[" rounds "]" \
    "}"
#define PACED(options)                                                                             \
    "{\"version\":1," options ",\"rounds\":[{\"title\":\"t\",\"mode\":\"survival\","               \
    "\"questions\":5,\"seconds\":20,\"points\":{\"right\":1}}]}"

static const struct lt_sheet *parsed(const char *json)
{
    struct lt_buf err;

    lt_buf_init(&err, LT_SHEET_BYTES);
    memset(&sheet, 0x5a, sizeof sheet);
    if (lt_sheet_parse(json, strlen(json), &sheet, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return &sheet;
}

/* `problems`: all there are, one after the other, e.g. "freeze one_of; ". */
static void assert_problems(const char *json, const char *problems)
{
    char got[600] = "";
    struct lt_buf err;
    const char *p;

    lt_buf_init(&err, LT_SHEET_BYTES);
    assert_int_equal(lt_sheet_parse(json, strlen(json), &sheet, &err), LT_ESHEET);
    for (p = lt_buf_cstr(&err); (p = strstr(p, "{\"path\":\"")); p++) {
        const char *path = p + 9, *reason = strstr(path, "\"reason\":\"") + 10;

        snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s %.*s; ",
                 (int)strcspn(path, "\""), path, (int)strcspn(reason, "\""), reason);
    }
    assert_string_equal(got, problems);
    lt_buf_done(&err);
}

static void every_option_is_read(void **state)
{
    const struct lt_sheet *s = parsed(PERSONS(
        "\"freeze\":{\"round\":2},\"round_boards\":false,"
        "\"awards\":[{\"title\":\"一等奖\",\"places\":3},{\"title\":\"二等奖\",\"places\":6}],"
        "\"boards\":[{\"of\":\"city\",\"by\":\"weighted\",\"floor\":0.9125,\"least\":3},"
        "{\"of\":\"unit\",\"by\":\"best\",\"best\":7},{\"of\":\"kind\",\"by\":\"sum\"},"
        "{\"of\":\"audience\"}]"));

    (void)state;
    assert_int_equal(s->freeze.round, 2);
    assert_int_equal(s->freeze.after_minutes, 0);
    assert_false(s->round_boards);
    assert_int_equal(s->n_awards, 2);
    assert_string_equal(s->awards[0].title, "一等奖");
    assert_int_equal(s->awards[0].places, 3);
    assert_string_equal(s->awards[1].title, "二等奖");
    assert_int_equal(s->awards[1].places, 6);
    assert_int_equal(s->n_boards, 4);
    assert_int_equal(s->boards[0].of, LT_OF_CITY);
    assert_int_equal(s->boards[0].by, LT_AGGREGATE_WEIGHTED);
    assert_int_equal(s->boards[0].floor_e4, 9125);
    assert_int_equal(s->boards[0].least, 3);
    assert_int_equal(s->boards[1].of, LT_OF_UNIT);
    assert_int_equal(s->boards[1].by, LT_AGGREGATE_BEST);
    assert_int_equal(s->boards[1].best, 7);
    assert_int_equal(s->boards[1].least, 1);
    assert_int_equal(s->boards[2].by, LT_AGGREGATE_SUM);
    assert_int_equal(s->boards[3].of, LT_OF_AUDIENCE);
    assert_int_equal(s->boards[3].by, LT_AGGREGATE_MEAN);
    assert_int_equal(parsed(PERSONS("\"freeze\":{\"after_minutes\":45}"))->freeze.after_minutes,
                     45);
    assert_int_equal(parsed(PACED("\"results\":\"at_once\",\"freeze\":{\"last_minutes\":60}"))
                         ->freeze.last_minutes,
                     60);
    assert_true(parsed(PACED("\"round_boards\":true"))->round_boards);
}

static void what_is_left_out_has_its_documented_default(void **state)
{
    const struct lt_sheet *s = parsed(PERSONS("\"guests\":true"));

    (void)state;
    assert_int_equal(s->freeze.round + s->freeze.after_minutes + s->freeze.last_minutes, 0);
    assert_int_equal(s->n_awards, 0);
    assert_true(s->round_boards);
    assert_int_equal(s->n_boards, 6);
    for (int i = 0; i < s->n_boards; i++) {
        assert_int_equal(s->boards[i].of, LT_OF_UNIT + i);
        assert_int_equal(s->boards[i].by, LT_AGGREGATE_MEAN);
        assert_int_equal(s->boards[i].least, 1);
        assert_int_equal(s->boards[i].best + s->boards[i].floor_e4, 0);
    }
    assert_int_equal(parsed(PERSONS("\"boards\":[]"))->n_boards, 0);
    s = parsed(TEAMS("\"groups\":0", ROUND("required", TEN)));
    assert_int_equal(s->n_boards, 5); /* all but the audience's */
    assert_int_equal(s->boards[4].of, LT_OF_KIND);
    s = parsed(PACED("\"per_day\":3"));
    assert_false(s->round_boards);
    assert_int_equal(s->n_boards, 6);
}

static void a_freeze_has_exactly_one_beginning(void **state)
{
    (void)state;
    assert_problems(PERSONS("\"freeze\":{}"), "freeze one_of; ");
    assert_problems(PERSONS("\"freeze\":{\"round\":1,\"after_minutes\":5}"), "freeze one_of; ");
    assert_problems(PERSONS("\"freeze\":{\"round\":0}"), "freeze.round range; ");
    assert_problems(PERSONS("\"freeze\":{\"round\":17}"), "freeze.round range; ");
    assert_problems(PERSONS("\"freeze\":{\"round\":3}"), "freeze.round range; ");
    assert_problems(PERSONS("\"freeze\":{\"after_minutes\":601}"), "freeze.after_minutes range; ");
    assert_problems(PERSONS("\"freeze\":{\"last_minutes\":60}"),
                    "freeze.last_minutes needs_self_paced; ");
    assert_problems(PERSONS("\"freeze\":7"), "freeze type; ");
    assert_problems(PERSONS("\"freeze\":{\"until\":1}"), "freeze.until unknown; ");
    assert_problems(PACED("\"results\":\"at_once\",\"freeze\":{\"round\":1}"),
                    "freeze.round not_self_paced; ");
    assert_problems(PACED("\"results\":\"at_once\",\"freeze\":{\"after_minutes\":1}"),
                    "freeze.after_minutes not_self_paced; ");
    assert_problems(PACED("\"freeze\":{\"last_minutes\":60}"),
                    "freeze.last_minutes needs_at_once; ");
    assert_problems(PACED("\"results\":\"at_once\",\"freeze\":{\"last_minutes\":10081}"),
                    "freeze.last_minutes range; ");
}

#define FREEZE "\"freeze\":{\"round\":1}"
#define TIED "\"ranking\":[\"points\",\"tiebreak\"],"

static void only_rounds_that_nobody_can_work_out_are_frozen(void **state)
{
    static const char told[] = "freeze.round told_in_hall; ";

    (void)state;
    parsed(TEAMS(FREEZE, ROUND("required", TEN)));
    parsed(TEAMS(FREEZE, ROUND("live", TEN)));
    parsed(TEAMS(FREEZE, ROUND("speed", TEN)));
    parsed(TEAMS(FREEZE, ROUND("wager", ",\"stakes\":[10]")));
    assert_problems(TEAMS(FREEZE, ROUND("required", ",\"turns\":\"lot\"" TEN)), told);
    assert_problems(
        TEAMS(FREEZE, ROUND("required", ",\"turns\":\"lot\",\"judging\":\"judge\"" TEN)), told);
    assert_problems(TEAMS(FREEZE, ROUND("wager", ",\"turns\":\"reverse\",\"stakes\":[10]")), told);
    assert_problems(TEAMS(FREEZE, ROUND("speed", ",\"turns\":\"lot\",\"burst\":2" TEN)), told);
    assert_problems(TEAMS(FREEZE, ROUND("buzzer", TEN)), told);
    assert_problems(TEAMS(FREEZE, ROUND("jury", ",\"jury\":{\"max\":30}")), told);
    assert_problems(TEAMS(TIED FREEZE, ROUND("tiebreak", "")), told);
    parsed(TEAMS("\"freeze\":{\"after_minutes\":5}", ROUND("buzzer", TEN) "," ROUND("live", TEN)));
    assert_problems(TEAMS("\"freeze\":{\"after_minutes\":5}", ROUND("buzzer", TEN)),
                    "freeze.after_minutes told_in_hall; ");
}

static void awards_have_a_title_and_places(void **state)
{
    (void)state;
    assert_problems(PERSONS("\"awards\":[]"), "awards range; ");
    assert_problems(PERSONS("\"awards\":[1,{\"title\":\"\",\"places\":1},{\"title\":\"a\"},"
                            "{\"places\":0,\"title\":\"b\"},{\"title\":\"c\",\"places\":1001}]"),
                    "awards[0] type; awards[1].title empty; awards[2].places missing; "
                    "awards[3].places range; awards[4].places range; ");
    assert_problems(
        PERSONS("\"awards\":[{\"title\":\"a\",\"places\":1},{\"title\":\"b\",\"places\":1},"
                "{\"title\":\"a\",\"places\":2}]"),
        "awards[2].title twice; ");
    assert_problems(
        PERSONS(
            "\"awards\":[{\"title\":\"一二三四五六七八九十一二三四五六七八九十x\",\"places\":1}]"),
        "awards[0].title too_long; ");
}

static void a_board_is_of_something_and_once(void **state)
{
    (void)state;
    assert_problems(PERSONS("\"boards\":[{}]"), "boards[0].of missing; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"entry\"}]"), "boards[0].of unknown_value; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"town\"}]"), "boards[0].of unknown_value; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\"},{\"of\":\"city\"},{\"of\":\"unit\"}]"),
                    "boards[2].of twice; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"median\",\"best\":2}]"),
                    "boards[0].by unknown_value; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"least\":0}]"),
                    "boards[0].least range; ");
    assert_problems(PERSONS("\"boards\":[[]]"), "boards[0] type; ");
}

static void what_belongs_to_one_way_of_adding_up_stands_there_only(void **state)
{
    (void)state;
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"best\"}]"),
                    "boards[0].best missing; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\"}]"),
                    "boards[0].floor missing; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"best\":3,\"floor\":1}]"),
                    "boards[0].best not_with_aggregate; boards[0].floor not_with_aggregate; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"best\",\"best\":1001}]"),
                    "boards[0].best range; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\",\"floor\":1.1}]"),
                    "boards[0].floor range; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\",\"floor\":-0.1}]"),
                    "boards[0].floor range; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\",\"floor\":0.90001}]"),
                    "boards[0].floor four_decimals; ");
    assert_problems(PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\",\"floor\":\"1\"}]"),
                    "boards[0].floor type; ");
}

static void what_has_no_head_count_is_not_weighed(void **state)
{
    (void)state;
    assert_problems(PERSONS("\"boards\":[{\"of\":\"audience\",\"by\":\"weighted\",\"floor\":0.9}]"),
                    "boards[0].by no_head_count; ");
    assert_problems(TEAMS("\"boards\":[{\"of\":\"city\",\"by\":\"weighted\",\"floor\":0.9}]",
                          ROUND("required", TEN)),
                    "boards[0].by not_with_teams; ");
    assert_problems(TEAMS("\"boards\":[{\"of\":\"audience\"}]", ROUND("required", TEN)),
                    "boards[0].of not_with_teams; ");
}

static void every_floor_of_four_decimals_is_exact(void **state)
{
    char json[400];

    (void)state;
    for (int e4 = 0; e4 <= 10000; e4 += 7) {
        snprintf(json, sizeof json,
                 PERSONS("\"boards\":[{\"of\":\"unit\",\"by\":\"weighted\",\"floor\":%d.%04d}]"),
                 e4 / 10000, e4 % 10000);
        assert_int_equal(parsed(json)->boards[0].floor_e4, e4);
    }
}

static void the_preset_of_a_hall_freezes_and_gives_awards(void **state)
{
    static char text[LT_SHEET_BYTES];
    const struct lt_sheet *s;
    struct lt_buf err;
    FILE *f = fopen(LEITAI_SOURCE_DIR "/schema/demo/presets/hall.json", "re");
    size_t n;

    (void)state;
    assert_non_null(f);
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    s = parsed(text);
    assert_int_equal(s->freeze.round, s->n_rounds);
    assert_int_equal(s->n_awards, 3);
    lt_buf_init(&err, LT_SHEET_BYTES);
    assert_int_equal(lt_sheet_check_teams(s, 226, &err), LT_OK);
    lt_buf_done(&err);
}

static void names_are_those_of_the_sheet(void **state)
{
    enum lt_board_of back;

    (void)state;
    for (int of = 0; of < LT_BOARD_OFS; of++) {
        assert_true(lt_board_of_parse(lt_board_of_name((enum lt_board_of)of), &back));
        assert_int_equal(back, of);
    }
    assert_string_equal(lt_board_of_name(LT_OF_PROVINCE), "province");
    assert_string_equal(lt_board_of_name(LT_BOARD_OFS), "");
    assert_false(lt_board_of_parse("town", &back));
    assert_string_equal(lt_aggregate_name(LT_AGGREGATE_WEIGHTED), "weighted");
    assert_string_equal(lt_aggregate_name(LT_AGGREGATES), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_read),
        cmocka_unit_test(what_is_left_out_has_its_documented_default),
        cmocka_unit_test(a_freeze_has_exactly_one_beginning),
        cmocka_unit_test(only_rounds_that_nobody_can_work_out_are_frozen),
        cmocka_unit_test(awards_have_a_title_and_places),
        cmocka_unit_test(a_board_is_of_something_and_once),
        cmocka_unit_test(what_belongs_to_one_way_of_adding_up_stands_there_only),
        cmocka_unit_test(what_has_no_head_count_is_not_weighed),
        cmocka_unit_test(every_floor_of_four_decimals_is_exact),
        cmocka_unit_test(the_preset_of_a_hall_freezes_and_gives_awards),
        cmocka_unit_test(names_are_those_of_the_sheet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The rule sheet of a team contest: every option of every mode, what may not stand together, and
 * what cannot work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lt_sheet sheet;

#define TEAM(options, rounds)                                                                      \
    "{\"version\":1,\"entries\":\"team\"," options "\"rounds\":[" rounds "]}"
#define ROUND(mode, options)                                                                       \
    "{\"title\":\"t\",\"mode\":\"" mode "\",\"questions\":6,\"seconds\":20" options "}"
#define TEN ",\"points\":{\"right\":10}"
#define REQUIRED(options) ROUND("required", TEN options)
#define BUZZER(options) ROUND("buzzer", ",\"points\":{\"right\":10,\"wrong\":-10}" options)
#define WAGER(options) ROUND("wager", ",\"stakes\":[10,20]" options)
#define SPEED(options) ROUND("speed", TEN options)
#define JURY(options) ROUND("jury", ",\"jury\":{\"max\":30}" options)
#define TIEBREAK(options) ROUND("tiebreak", options)
#define START "\"start_points\":100,"
#define TIED "\"ranking\":[\"points\",\"tiebreak\"],"

static const struct lt_sheet *parsed(const char *json)
{
    struct lt_buf err;
    int result;

    lt_buf_init(&err, LT_SHEET_BYTES);
    memset(&sheet, 0x5a, sizeof sheet);
    result = lt_sheet_parse(json, strlen(json), &sheet, &err);
    if (result)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return &sheet;
}

static void assert_problems(const char *json, const char *problems)
{
    struct lt_buf err;

    lt_buf_init(&err, LT_SHEET_BYTES);
    assert_int_equal(lt_sheet_parse(json, strlen(json), &sheet, &err), LT_ESHEET);
    assert_string_equal(lt_buf_cstr(&err), problems);
    lt_buf_done(&err);
}

/* One problem; `numbers`: what follows its reason. */
static void assert_problem(const char *json, const char *path, const char *reason,
                           const char *numbers)
{
    char want[400];

    snprintf(want, sizeof want, "[{\"path\":\"%s\",\"reason\":\"%s\"%s}]", path, reason, numbers);
    assert_problems(json, want);
}

/* ---- what is read --------------------------------------------------------------------------- */

static void every_option_of_the_event_is_read(void **state)
{
    const struct lt_sheet *s =
        parsed(TEAM("\"groups\":4,\"rtt_cap_ms\":90,\"appeals\":true,\"approval\":true,"
                    "\"team\":{\"policy\":\"best\",\"best\":3,\"help\":[\"two\",\"hall\"]},"
                    "\"ranking\":[\"points\",\"time\",\"correct\"],"
                    "\"buzzer\":{\"timing\":\"compensated\",\"window_ms\":400,\"slack_ms\":20,"
                    "\"cap_ms\":200,\"doubt\":\"rearm\",\"doubt_ms\":15},",
                    REQUIRED("") "," BUZZER(",\"policy\":\"first\"")));

    (void)state;
    assert_true(s->teams && s->appeals && s->approval);
    assert_int_equal(s->groups, 4);
    assert_int_equal(s->rtt_cap_ms, 90);
    assert_int_equal(s->helps, 1u << LT_HELP_TWO | 1u << LT_HELP_HALL);
    assert_int_equal(s->n_keys, 3);
    assert_int_equal(s->keys[0], LT_KEY_POINTS);
    assert_int_equal(s->keys[1], LT_KEY_TIME);
    assert_int_equal(s->keys[2], LT_KEY_CORRECT);
    assert_int_equal(s->timing, LT_TIMING_COMPENSATED);
    assert_int_equal(s->window_ms, 400);
    assert_int_equal(s->slack_ms, 20);
    assert_int_equal(s->cap_ms, 200);
    assert_int_equal(s->doubt, LT_DOUBT_REARM);
    assert_int_equal(s->doubt_ms, 15);
    assert_int_equal(s->rounds[0].policy, LT_POLICY_BEST);
    assert_int_equal(s->rounds[0].policy_n, 3);
    assert_int_equal(s->rounds[1].policy, LT_POLICY_FIRST);
    assert_int_equal(s->rounds[1].policy_n, 0);
}

static void every_option_of_a_round_is_read(void **state)
{
    const struct lt_sheet *s = parsed(TEAM(
        START TIED "\"groups\":2,",
        REQUIRED(",\"turns\":\"lot\",\"judging\":\"judge\",\"group\":2,\"advance\":5,"
                 "\"reset\":true,\"draw\":{\"topics\":[\"宪法\",\"民法典\"],\"types\":[\"fill\","
                 "\"order\"],\"difficulty\":[1,3],\"audience\":[\"all\"]}") "," //
        BUZZER(",\"foul\":{\"points\":-10,\"lock_seconds\":0},\"answer_seconds\":8,"
               "\"rebounds\":2") ","                                                       //
        WAGER(",\"turns\":\"reverse\",\"policy\":\"majority\"") ","                        //
        SPEED(",\"turns\":\"lot\",\"burst\":3") ","                                        //
        JURY(",\"turns\":\"reverse\",\"codes\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]") "," //
        ROUND("jury", ",\"jury\":{\"max\":20,\"drop\":false,\"judges\":7}") ","            //
        TIEBREAK(",\"places\":1")));
    const struct lt_round_rule *r = s->rounds;

    (void)state;
    assert_int_equal(r[0].turns, LT_TURNS_LOT);
    assert_int_equal(r[0].judging, LT_JUDGED_BY_JUDGE);
    assert_int_equal(r[0].group, 2);
    assert_int_equal(r[0].advance, 5);
    assert_true(r[0].reset);
    assert_int_equal(r[0].draw.fit.n_topics, 2);
    assert_string_equal(r[0].draw.fit.topics[1], "民法典");
    assert_int_equal(r[0].draw.fit.types, 1u << LT_QT_FILL | 1u << LT_QT_ORDER);
    assert_int_equal(r[0].draw.fit.difficulty, 1u << 1 | 1u << 3);
    assert_int_equal(r[0].draw.fit.n_audiences, 1);
    assert_string_equal(r[0].draw.fit.audiences[0], "all");
    assert_int_equal(r[1].buzzer.foul_c, -1000);
    assert_int_equal(r[1].buzzer.foul_lock_s, 0);
    assert_int_equal(r[1].buzzer.answer_seconds, 8);
    assert_int_equal(r[1].buzzer.rebounds, 2);
    assert_int_equal(r[2].turns, LT_TURNS_REVERSE);
    assert_int_equal(r[2].policy, LT_POLICY_MAJORITY);
    assert_int_equal(r[2].n_stakes, 2);
    assert_int_equal(r[2].stakes_c[1], 2000);
    assert_int_equal(r[3].burst, 3);
    assert_int_equal(r[4].turns, LT_TURNS_REVERSE);
    assert_int_equal(r[4].draw.n_codes, 6);
    assert_string_equal(r[4].draw.codes[5], "f");
    assert_int_equal(r[5].jury.max_c, 2000);
    assert_false(r[5].jury.drop);
    assert_int_equal(r[5].jury.judges, 7);
    assert_int_equal(r[6].places, 1);
    assert_int_equal(lt_sheet_first(s, 0), 0);
    assert_int_equal(lt_sheet_first(s, 3), 18);
    assert_int_equal(lt_sheet_first(s, 7), 42);
}

static void what_is_left_out_has_its_documented_default(void **state)
{
    const struct lt_sheet *s =
        parsed(TEAM(START TIED, REQUIRED("") "," BUZZER("") "," WAGER("") "," SPEED("") "," JURY(
                                    "") "," TIEBREAK("")));

    (void)state;
    assert_int_equal(s->rtt_cap_ms, 150);
    assert_int_equal(s->groups, 0);
    assert_int_equal(s->helps, 0);
    assert_false(s->appeals || s->approval);
    assert_int_equal(s->timing, LT_TIMING_ARRIVAL);
    assert_int_equal(s->window_ms, 600);
    assert_int_equal(s->slack_ms, 30);
    assert_int_equal(s->cap_ms, 250);
    assert_int_equal(s->doubt, LT_DOUBT_DRAW);
    assert_int_equal(s->doubt_ms, 10);
    for (int i = 0; i < s->n_rounds; i++) {
        assert_int_equal(s->rounds[i].policy, LT_POLICY_CAPTAIN);
        assert_int_equal(s->rounds[i].judging, LT_JUDGED_BY_KEY);
        assert_int_equal(s->rounds[i].turns,
                         s->rounds[i].mode == LT_MODE_JURY ? LT_TURNS_LOT : LT_TURNS_ALL);
        assert_int_equal(s->rounds[i].burst, s->rounds[i].mode == LT_MODE_SPEED ? 6 : 1);
        assert_int_equal(s->rounds[i].group + s->rounds[i].advance, 0);
    }
    assert_int_equal(s->rounds[1].buzzer.foul_c, 0);
    assert_int_equal(s->rounds[1].buzzer.foul_lock_s, 3);
    assert_int_equal(s->rounds[1].buzzer.answer_seconds, 5);
    assert_int_equal(s->rounds[1].buzzer.rebounds, 0);
    assert_true(s->rounds[4].jury.drop);
    assert_int_equal(s->rounds[4].jury.judges, 3);
    assert_int_equal(s->rounds[5].places, 3);
}

static void a_sheet_of_persons_ranks_by_points_correct_and_time(void **state)
{
    const struct lt_sheet *s =
        parsed("{\"version\":1,\"entries\":\"person\",\"rounds\":[" ROUND("live", TEN) "]}");

    (void)state;
    assert_false(s->teams);
    assert_int_equal(s->n_keys, 3);
    assert_int_equal(s->keys[0], LT_KEY_POINTS);
    assert_int_equal(s->keys[1], LT_KEY_CORRECT);
    assert_int_equal(s->keys[2], LT_KEY_TIME);
}

static void names_are_those_of_the_sheet(void **state)
{
    enum lt_help h;

    (void)state;
    assert_string_equal(lt_mode_name(LT_MODE_TIEBREAK), "tiebreak");
    assert_string_equal(lt_turns_name(LT_TURNS_REVERSE), "reverse");
    assert_string_equal(lt_policy_name(LT_POLICY_SUM), "sum");
    assert_string_equal(lt_policy_name(LT_POLICIES), "");
    for (int i = 0; i < LT_HELPS; i++) {
        assert_true(lt_help_parse(lt_help_name((enum lt_help)i), &h));
        assert_int_equal(h, i);
    }
    assert_false(lt_help_parse("three", &h));
}

/* ---- what means nothing where it stands ----------------------------------------------------- */

static void an_option_of_another_mode_is_a_problem(void **state)
{
    static const struct {
        const char *json, *path;
    } cases[] = {
        {TEAM("", BUZZER(",\"turns\":\"lot\"")), "rounds[0].turns"},
        {TEAM("", BUZZER(",\"stakes\":[10]")), "rounds[0].stakes"},
        {TEAM("", REQUIRED(",\"burst\":2")), "rounds[0].burst"},
        {TEAM("", REQUIRED(",\"foul\":{}")), "rounds[0].foul"},
        {TEAM("", REQUIRED(",\"answer_seconds\":5")), "rounds[0].answer_seconds"},
        {TEAM("", REQUIRED(",\"rebounds\":1")), "rounds[0].rebounds"},
        {TEAM("", REQUIRED(",\"places\":1")), "rounds[0].places"},
        {TEAM("", REQUIRED(",\"jury\":{\"max\":9}")), "rounds[0].jury"},
        {TEAM("", SPEED(",\"judging\":\"judge\"")), "rounds[0].judging"},
        {TEAM("", JURY(",\"policy\":\"first\"")), "rounds[0].policy"},
        {TEAM("", JURY(TEN)), "rounds[0].points"},
        {TEAM("", JURY(",\"turns\":\"all\"")), "rounds[0].turns"},
        {TEAM("", JURY(",\"draw\":{\"types\":[\"task\"]}")), "rounds[0].draw.types"},
        {TEAM("", REQUIRED(",\"draw\":{\"types\":[\"task\"]}")), "rounds[0].draw.types"},
        {TEAM(START, WAGER(TEN)), "rounds[0].points"},
        {TEAM(TIED, TIEBREAK(TEN)), "rounds[0].points"},
        {TEAM("", ROUND("buzzer", ",\"points\":{\"right\":1,\"speed\":true}")),
         "rounds[0].points.speed"},
        {TEAM("", ROUND("speed", ",\"points\":{\"right\":1,\"speed\":true}")),
         "rounds[0].points.speed"},
        {TEAM("", ROUND("buzzer", ",\"points\":{\"right\":1,\"partial\":true}")),
         "rounds[0].points.partial"},
        {TEAM("", ROUND("buzzer", ",\"points\":{\"right\":1,\"streak\":{\"bonus\":1,\"max\":2}}")),
         "rounds[0].points.streak"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_problem(cases[i].json, cases[i].path, "not_for_mode", "");
}

static void a_mode_asks_for_what_it_needs(void **state)
{
    (void)state;
    assert_problem(TEAM("", ROUND("required", "")), "rounds[0].points", "missing", "");
    assert_problem(TEAM("", ROUND("buzzer", "")), "rounds[0].points", "missing", "");
    assert_problem(TEAM("", ROUND("speed", "")), "rounds[0].points", "missing", "");
    assert_problem(TEAM("", ROUND("wager", "")), "rounds[0].stakes", "missing", "");
    assert_problem(TEAM("", ROUND("jury", "")), "rounds[0].jury", "missing", "");
    assert_problem(TEAM("", ROUND("jury", ",\"jury\":{}")), "rounds[0].jury.max", "missing", "");
    assert_problem(TEAM("", SPEED(",\"turns\":\"lot\"")), "rounds[0].burst", "missing", "");
}

static void what_is_for_teams_needs_teams(void **state)
{
    static const struct {
        const char *option, *path;
    } of_event[] = {
        {"\"groups\":2", "groups"},
        {"\"team\":{}", "team"},
        {"\"appeals\":true", "appeals"},
        {"\"buzzer\":{}", "buzzer"},
    };
    static const char *const modes[] = {"required", "buzzer", "speed"};
    char json[500];

    (void)state;
    for (size_t i = 0; i < sizeof of_event / sizeof *of_event; i++) {
        snprintf(json, sizeof json, "{\"version\":1,%s,\"rounds\":[%s]}", of_event[i].option,
                 ROUND("live", TEN));
        assert_problem(json, of_event[i].path, "needs_teams", "");
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        snprintf(json, sizeof json,
                 "{\"version\":1,\"rounds\":[{\"title\":\"t\",\"mode\":\"%s\",\"questions\":1,"
                 "\"seconds\":5,\"points\":{\"right\":1}}]}",
                 modes[i]);
        assert_problem(json, "rounds[0].mode", "needs_teams", "");
    }
    assert_problems("{\"version\":1,\"rounds\":[" ROUND(
                        "live", TEN ",\"policy\":\"first\",\"group\":1,\"advance\":1,"
                                    "\"reset\":true") "]}",
                    "[{\"path\":\"rounds[0].policy\",\"reason\":\"needs_teams\"},"
                    "{\"path\":\"rounds[0].group\",\"reason\":\"needs_teams\"},"
                    "{\"path\":\"rounds[0].advance\",\"reason\":\"needs_teams\"},"
                    "{\"path\":\"rounds[0].reset\",\"reason\":\"needs_teams\"}]");
    assert_problem(TEAM("\"guests\":true,", REQUIRED("")), "guests", "not_with_teams", "");
}

static void what_no_round_looks_at_is_a_problem(void **state)
{
    (void)state;
    assert_problem(TEAM("\"buzzer\":{},", REQUIRED("")), "buzzer", "unused", "");
    assert_problem(TEAM(TIED, REQUIRED("")), "ranking", "unused", "");
    assert_problem(TEAM("\"team\":{\"help\":[\"two\"]},", SPEED("")), "team.help", "unused", "");
    assert_problem(TEAM("", REQUIRED(",\"advance\":2")), "rounds[0].advance", "unused", "");
    assert_problem(TEAM("", REQUIRED(",\"reset\":true") "," REQUIRED("")), "rounds[0].reset",
                   "needs_advance", "");
}

static void what_is_spoken_needs_a_turn_and_has_no_policy(void **state)
{
    (void)state;
    parsed(TEAM("\"team\":{\"policy\":\"mean\"},",
                BUZZER(",\"judging\":\"judge\"") "," REQUIRED(
                    ",\"judging\":\"judge\",\"turns\":\"reverse\"")));
    assert_problem(TEAM("", REQUIRED(",\"judging\":\"judge\"")), "rounds[0].judging", "needs_turn",
                   "");
    assert_problem(TEAM(START, WAGER(",\"judging\":\"judge\"")), "rounds[0].judging", "needs_turn",
                   "");
    assert_problem(TEAM("", BUZZER(",\"judging\":\"judge\",\"policy\":\"captain\"")),
                   "rounds[0].policy", "not_with_judge", "");
    assert_problem(TEAM("", ROUND("required", ",\"turns\":\"lot\",\"judging\":\"judge\","
                                              "\"points\":{\"right\":9,\"speed\":true}")),
                   "rounds[0].points.speed", "not_with_judge", "");
    assert_problem(TEAM("", ROUND("required", ",\"turns\":\"lot\",\"judging\":\"judge\","
                                              "\"points\":{\"right\":9,\"partial\":true}")),
                   "rounds[0].points.partial", "not_with_judge", "");
}

static void several_answers_stand_only_where_each_scores(void **state)
{
    static const char *const policies[] = {"\"mean\"", "\"best\",\"best\":2", "\"sum\""};
    static const char *const rounds[] = {
        BUZZER(",\"policy\":%s"),
        WAGER(",\"policy\":%s"),
        SPEED(",\"policy\":%s"),
        TIEBREAK(",\"policy\":%s"),
        REQUIRED(",\"turns\":\"lot\",\"policy\":%s"),
    };
    char round[400], json[600];

    (void)state;
    for (int p = 0; p < 3; p++) {
        for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
            snprintf(round, sizeof round, rounds[i], policies[p]);
            snprintf(json, sizeof json,
                     "{\"version\":1,\"entries\":\"team\",\"start_points\":100,%s\"rounds\":[%s]}",
                     i == 3 ? TIED : "", round);
            assert_problem(json, "rounds[0].policy", "single_answer", "");
        }
        snprintf(round, sizeof round, REQUIRED(",\"policy\":%s"), policies[p]);
        snprintf(json, sizeof json, TEAM("", "%s"), round);
        parsed(json);
    }
    assert_problem(TEAM("\"team\":{\"policy\":\"sum\"},", REQUIRED("") "," BUZZER("")),
                   "rounds[1].policy", "single_answer", "");
    assert_problem(TEAM("", ROUND("required", ",\"policy\":\"mean\",\"points\":{\"right\":1,"
                                              "\"streak\":{\"bonus\":1,\"max\":2}}")),
                   "rounds[0].points.streak", "not_with_policy", "");
}

static void best_stands_beside_its_policy(void **state)
{
    (void)state;
    assert_problem(TEAM("\"team\":{\"policy\":\"best\"},", REQUIRED("")), "team.best", "missing",
                   "");
    assert_problem(TEAM("\"team\":{\"best\":2},", REQUIRED("")), "team.best", "not_with_policy",
                   "");
    assert_problem(TEAM("", REQUIRED(",\"policy\":\"best\"")), "rounds[0].best", "missing", "");
    assert_problem(TEAM("\"team\":{\"policy\":\"best\",\"best\":2},", REQUIRED(",\"best\":3")),
                   "rounds[0].best", "not_with_policy", "");
}

/* ---- what cannot work ----------------------------------------------------------------------- */

static void stakes_ascend_and_are_whole_enough(void **state)
{
    (void)state;
    assert_problem(TEAM(START, ROUND("wager", ",\"stakes\":[10,10]")), "rounds[0].stakes[1]",
                   "order", "");
    assert_problem(TEAM(START, ROUND("wager", ",\"stakes\":[20,10]")), "rounds[0].stakes[1]",
                   "order", "");
    assert_problem(TEAM(START, ROUND("wager", ",\"stakes\":[0]")), "rounds[0].stakes[0]", "range",
                   ",\"min\":1,\"max\":100000");
    assert_problem(TEAM(START, ROUND("wager", ",\"stakes\":[]")), "rounds[0].stakes", "range",
                   ",\"min\":1,\"max\":6");
}

static void a_stake_is_no_more_than_a_team_can_have_by_then(void **state)
{
    (void)state;
    parsed(TEAM("\"start_points\":20,", WAGER("")));
    assert_problem(TEAM("\"start_points\":19.5,", WAGER("")), "rounds[0].stakes[1]",
                   "stake_too_high", ",\"max\":19");
    assert_problems(TEAM("\"start_points\":-100,", WAGER("")),
                    "[{\"path\":\"rounds[0].stakes[0]\",\"reason\":\"stake_too_high\",\"max\":0},"
                    "{\"path\":\"rounds[0].stakes[1]\",\"reason\":\"stake_too_high\",\"max\":0}]");
    /* What rounds before it can give counts: 6 questions of 10, of 30 for a jury's parts. */
    parsed(TEAM("", REQUIRED("") "," ROUND("wager", ",\"stakes\":[60]")));
    assert_problem(TEAM("", REQUIRED("") "," ROUND("wager", ",\"stakes\":[61]")),
                   "rounds[1].stakes[0]", "stake_too_high", ",\"max\":60");
    parsed(TEAM("", JURY("") "," ROUND("wager", ",\"stakes\":[180]")));
    parsed(TEAM("\"start_points\":10,",
                ROUND("wager", ",\"stakes\":[10]") "," ROUND("wager", ",\"stakes\":[70]")));
    /* Whoever starts anew has what one starts with. */
    assert_problem(
        TEAM("\"start_points\":10,", REQUIRED(",\"advance\":2,\"reset\":true") "," WAGER("")),
        "rounds[1].stakes[1]", "stake_too_high", ",\"max\":10");
}

static void a_tiebreak_needs_questions_and_a_ranking_that_looks_at_it(void **state)
{
    (void)state;
    assert_problem(TEAM(TIED, "{\"title\":\"t\",\"mode\":\"tiebreak\",\"seconds\":9}"),
                   "rounds[0].questions", "no_questions", "");
    assert_problem(
        TEAM(TIED, "{\"title\":\"t\",\"mode\":\"tiebreak\",\"questions\":0,\"seconds\":9}"),
        "rounds[0].questions", "no_questions", "");
    assert_problem(
        TEAM(TIED, "{\"title\":\"t\",\"mode\":\"tiebreak\",\"questions\":31,\"seconds\":9}"),
        "rounds[0].questions", "range", ",\"min\":1,\"max\":30");
    assert_problem(TEAM("", TIEBREAK("")), "ranking", "no_tiebreak", "");
    assert_problem(TEAM(TIED, TIEBREAK(",\"places\":0")), "rounds[0].places", "range",
                   ",\"min\":1,\"max\":256");
}

static void the_ranking_begins_with_points_and_has_no_key_twice(void **state)
{
    (void)state;
    assert_problem(TEAM("\"ranking\":[\"correct\",\"points\"],", REQUIRED("")), "ranking[0]",
                   "points_first", "");
    assert_problem(TEAM("\"ranking\":[\"points\",\"time\",\"time\"],", REQUIRED("")), "ranking[2]",
                   "twice", "");
    assert_problem(TEAM("\"ranking\":[],", REQUIRED("")), "ranking", "range",
                   ",\"min\":1,\"max\":4");
    assert_problem(TEAM("\"ranking\":[\"points\",\"luck\"],", REQUIRED("")), "ranking[1]",
                   "unknown_value", "");
    assert_problem(TEAM("\"ranking\":[1],", REQUIRED("")), "ranking[0]", "type", "");
}

static void a_burst_divides_the_questions(void **state)
{
    (void)state;
    assert_problem(TEAM("", SPEED(",\"burst\":4")), "rounds[0].burst", "not_a_multiple", "");
    assert_problem(TEAM("", SPEED(",\"burst\":12")), "rounds[0].burst", "not_a_multiple", "");
}

static void a_group_is_one_that_is_drawn(void **state)
{
    (void)state;
    assert_problem(TEAM("", REQUIRED(",\"group\":1")), "rounds[0].group", "no_groups", "");
    assert_problem(TEAM("\"groups\":2,", REQUIRED(",\"group\":3")), "rounds[0].group", "range",
                   ",\"min\":1,\"max\":2");
    assert_problem(TEAM("\"groups\":2,", REQUIRED(",\"group\":0")), "rounds[0].group", "range",
                   ",\"min\":1,\"max\":32");
    assert_problem(TEAM("", REQUIRED(",\"advance\":0") "," REQUIRED("")), "rounds[0].advance",
                   "range", ",\"min\":1,\"max\":256");
}

static void codes_are_as_many_as_questions_and_each_once(void **state)
{
    (void)state;
    assert_problem(TEAM("", REQUIRED(",\"codes\":[\"a\"]")), "rounds[0].codes", "range",
                   ",\"min\":6,\"max\":6");
    assert_problem(TEAM("", REQUIRED(",\"codes\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"a\"]")),
                   "rounds[0].codes[5]", "twice", "");
    assert_problem(
        TEAM("", REQUIRED(",\"codes\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]") "," REQUIRED(
                     ",\"codes\":[\"g\",\"h\",\"i\",\"b\",\"k\",\"l\"]")),
        "rounds[1].codes[3]", "twice", "");
    assert_problem(TEAM("", REQUIRED(",\"codes\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"],"
                                     "\"draw\":{\"difficulty\":[1]}")),
                   "rounds[0].draw", "not_with_codes", "");
    assert_problem(TEAM("", REQUIRED(",\"codes\":[\"1234567890123456789012345678901234567890+\"]")),
                   "rounds[0].codes[0]", "too_long", ",\"max\":40");
}

static void lists_have_nothing_twice(void **state)
{
    (void)state;
    assert_problem(TEAM("", REQUIRED(",\"draw\":{\"topics\":[\"x\",\"y\",\"x\"]}")),
                   "rounds[0].draw.topics[2]", "twice", "");
    assert_problem(TEAM("", REQUIRED(",\"draw\":{\"difficulty\":[2,2]}")),
                   "rounds[0].draw.difficulty[1]", "twice", "");
    assert_problem(TEAM("", REQUIRED(",\"draw\":{\"types\":[\"fill\",\"fill\"]}")),
                   "rounds[0].draw.types[1]", "twice", "");
    assert_problem(TEAM("\"team\":{\"help\":[\"two\",\"two\"]},", REQUIRED("")), "team.help[1]",
                   "twice", "");
}

/* ---- the board's budget --------------------------------------------------------------------- */

static void stakes_marks_fouls_and_sums_count_towards_the_budget(void **state)
{
    (void)state;
    parsed(TEAM("\"start_points\":100000,", ROUND("wager", ",\"stakes\":[90000]")));
    assert_problem(TEAM("\"start_points\":100000,", ROUND("wager", ",\"stakes\":[100000]")),
                   "rounds", "budget_points", "");
    parsed(TEAM("", ROUND("jury", ",\"jury\":{\"max\":100000}")));
    assert_problem(TEAM("\"start_points\":100000,", ROUND("jury", ",\"jury\":{\"max\":100000}")),
                   "rounds", "budget_points", "");
    parsed(TEAM("", BUZZER(",\"foul\":{\"points\":-100000}")));
    assert_problem(
        TEAM("\"buzzer\":{\"doubt\":\"rearm\"},", BUZZER(",\"foul\":{\"points\":-100000}")),
        "rounds", "budget_points", "");
    parsed(TEAM("", ROUND("required", ",\"policy\":\"sum\",\"points\":{\"right\":2200}")));
    assert_problem(TEAM("", ROUND("required", ",\"policy\":\"sum\",\"points\":{\"right\":2300}")),
                   "rounds", "budget_points", "");
}

static void a_new_start_makes_room_for_what_follows(void **state)
{
    (void)state;
    parsed(TEAM("", ROUND("jury", ",\"jury\":{\"max\":100000},\"advance\":2,\"reset\":true") "," //
                ROUND("jury", ",\"jury\":{\"max\":100000}")));
    assert_problem(TEAM("", ROUND("jury", ",\"jury\":{\"max\":100000},\"advance\":2") "," //
                        ROUND("jury", ",\"jury\":{\"max\":100000}")),
                   "rounds", "budget_points", "");
}

static void the_time_to_press_and_to_answer_counts_a_performance_does_not(void **state)
{
    (void)state;
    assert_int_equal(lt_sheet_quantum_us(parsed(TEAM("", JURY("")))), 1000);
    /* 6 × (20 + 120) s in steps of 2^-17 */
    assert_int_equal(lt_sheet_quantum_us(parsed(TEAM("", BUZZER(",\"answer_seconds\":120")))),
                     7000);
}

/* ---- what everybody may read ---------------------------------------------------------------- */

static void the_public_sheet_does_not_tell_which_questions_come(void **state)
{
    static const char json[] =
        TEAM("", REQUIRED(",\"codes\":[\"CON-001\",\"b\",\"c\",\"d\",\"e\",\"f\"]") "," REQUIRED(
                     ",\"draw\":{\"topics\":[\"宪法\"]}"));
    struct lt_buf out;

    (void)state;
    lt_buf_init(&out, LT_SHEET_BYTES);
    assert_int_equal(lt_sheet_public(json, strlen(json), &out), LT_OK);
    assert_null(strstr(lt_buf_cstr(&out), "CON-001"));
    assert_null(strstr(lt_buf_cstr(&out), "codes"));
    assert_non_null(strstr(lt_buf_cstr(&out), "宪法"));
    parsed(lt_buf_cstr(&out));
    assert_int_equal(sheet.n_rounds, 2);
    assert_int_equal(lt_sheet_public("{", 1, &out), LT_ESHEET);
    lt_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_of_the_event_is_read),
        cmocka_unit_test(every_option_of_a_round_is_read),
        cmocka_unit_test(what_is_left_out_has_its_documented_default),
        cmocka_unit_test(a_sheet_of_persons_ranks_by_points_correct_and_time),
        cmocka_unit_test(names_are_those_of_the_sheet),
        cmocka_unit_test(an_option_of_another_mode_is_a_problem),
        cmocka_unit_test(a_mode_asks_for_what_it_needs),
        cmocka_unit_test(what_is_for_teams_needs_teams),
        cmocka_unit_test(what_no_round_looks_at_is_a_problem),
        cmocka_unit_test(what_is_spoken_needs_a_turn_and_has_no_policy),
        cmocka_unit_test(several_answers_stand_only_where_each_scores),
        cmocka_unit_test(best_stands_beside_its_policy),
        cmocka_unit_test(stakes_ascend_and_are_whole_enough),
        cmocka_unit_test(a_stake_is_no_more_than_a_team_can_have_by_then),
        cmocka_unit_test(a_tiebreak_needs_questions_and_a_ranking_that_looks_at_it),
        cmocka_unit_test(the_ranking_begins_with_points_and_has_no_key_twice),
        cmocka_unit_test(a_burst_divides_the_questions),
        cmocka_unit_test(a_group_is_one_that_is_drawn),
        cmocka_unit_test(codes_are_as_many_as_questions_and_each_once),
        cmocka_unit_test(lists_have_nothing_twice),
        cmocka_unit_test(stakes_marks_fouls_and_sums_count_towards_the_budget),
        cmocka_unit_test(a_new_start_makes_room_for_what_follows),
        cmocka_unit_test(the_time_to_press_and_to_answer_counts_a_performance_does_not),
        cmocka_unit_test(the_public_sheet_does_not_tell_which_questions_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

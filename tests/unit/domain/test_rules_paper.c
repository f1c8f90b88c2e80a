/* The rule sheet of a self-paced event: every option of its modes, what may not stand together, what
 * must not leak from the other kind of event, and what cannot work. */
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

static struct lt_sheet sheet;

#define SHEET(options, rounds) "{\"version\":1" options ",\"rounds\":[" rounds "]}"
#define ROUND(mode, options) "{\"title\":\"t\",\"mode\":\"" mode "\",\"questions\":20" options "}"
#define RIGHT ",\"points\":{\"right\":5}"
#define BARE(options) ROUND("timed", options)
#define TIMED(options) BARE(RIGHT ",\"minutes\":30" options)
#define SURVIVAL(options) ROUND("survival", ",\"seconds\":20,\"points\":{\"right\":1}" options)
#define DUEL(options) ROUND("duel", ",\"seconds\":15,\"target\":10,\"places\":[3,1]" options)
#define LIVE ROUND("live", ",\"seconds\":20" RIGHT)

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
    const struct lt_sheet *s = parsed(SHEET(
        ",\"results\":\"at_once\",\"day_offset_minutes\":-90,\"per_day\":5,\"hours\":[{\"from\":"
        "\"08:30\",\"to\":\"12:00\"},{\"from\":\"12:00\",\"to\":\"24:00\"}],\"audience\":{"
        "\"kinds\":"
        "[\"国家机关\",\"学校\"],\"regions\":[\"C01\"],\"leaders\":true},\"pass\":60.5,"
        "\"grace_ms\":100,\"approval\":true",
        SURVIVAL("")));

    (void)state;
    assert_true(s->self_paced && s->at_once && !s->teams && s->approval);
    assert_int_equal(s->utc_offset_min, -90);
    assert_int_equal(s->per_day, 5);
    assert_int_equal(s->n_hours, 2);
    assert_int_equal(s->hours[0].from, 510);
    assert_int_equal(s->hours[0].to, 720);
    assert_int_equal(s->hours[1].to, 1440);
    assert_int_equal(s->audience.n_kinds, 2);
    assert_string_equal(s->audience.kinds[1], "学校");
    assert_int_equal(s->audience.n_regions, 1);
    assert_string_equal(s->audience.regions[0], "C01");
    assert_true(s->audience.leaders);
    assert_int_equal(s->pass_c, 6050);
    assert_int_equal(s->grace_ms, 100);
}

static void every_option_of_a_paper_is_read(void **state)
{
    const struct lt_round_rule *r =
        parsed(
            SHEET("", BARE(",\"minutes\":30,\"seconds\":60,\"attempts\":3,\"per_day\":2,"
                           "\"counted_per_day\":1,\"counts\":\"mean\",\"movement\":\"forward\","
                           "\"one_by_one\":true,\"disjoint\":true,\"blueprint\":[{\"questions\":12,"
                           "\"points\":{\"right\":4,\"wrong\":-1},\"draw\":{\"topics\":[\"宪法\"],"
                           "\"difficulty\":[1,2]}},{\"questions\":8,\"points\":{\"right\":5,"
                           "\"partial\":true},\"draw\":{\"types\":[\"multiple\"],\"audience\":"
                           "[\"all\"]}}]")))
            ->rounds;

    (void)state;
    assert_int_equal(r->mode, LT_MODE_TIMED);
    assert_int_equal(r->n_questions, 20);
    assert_int_equal(r->seconds, 60);
    assert_int_equal(r->paper.minutes, 30);
    assert_int_equal(r->paper.attempts, 3);
    assert_int_equal(r->paper.per_day, 2);
    assert_int_equal(r->paper.counted_per_day, 1);
    assert_int_equal(r->paper.counts, LT_COUNTS_MEAN);
    assert_true(r->paper.forward && r->paper.one_by_one && r->paper.disjoint);
    assert_false(r->paper.practice);
    assert_int_equal(r->paper.n_parts, 2);
    assert_int_equal(r->paper.parts[0].n, 12);
    assert_int_equal(r->paper.parts[0].score.right_c, 400);
    assert_int_equal(r->paper.parts[0].score.wrong_c, -100);
    assert_string_equal(r->paper.parts[0].fit.topics[0], "宪法");
    assert_int_equal(r->paper.parts[0].fit.difficulty, 6);
    assert_int_equal(r->paper.parts[1].fit.types, 1u << LT_QT_MULTIPLE);
    assert_true(r->paper.parts[1].score.partial);
    assert_string_equal(r->paper.parts[1].fit.audiences[0], "all");
}

static void every_option_of_runs_and_duels_is_read(void **state)
{
    const struct lt_round_rule *r =
        parsed(SHEET("", SURVIVAL(",\"revivals\":1,\"per_day\":3,\"draw\":{\"difficulty\":[2]"
                                  "}") ","
                                       "" DUEL(",\"players\":4,\"robot_after\":15,\"match\":"
                                               "\"rating\","
                                               "\"counted_per_day\":2,\"counts\":\"last\"")))
            ->rounds;

    (void)state;
    assert_int_equal(r[0].mode, LT_MODE_SURVIVAL);
    assert_int_equal(r[0].paper.revivals, 1);
    assert_int_equal(r[0].paper.n_parts, 0);
    assert_int_equal(r[0].score.right_c, 100);
    assert_int_equal(r[0].draw.fit.difficulty, 4);
    assert_int_equal(r[1].mode, LT_MODE_DUEL);
    assert_int_equal(r[1].paper.players, 4);
    assert_int_equal(r[1].paper.target, 10);
    assert_int_equal(r[1].paper.n_places, 2);
    assert_int_equal(r[1].paper.places_c[0], 300);
    assert_int_equal(r[1].paper.places_c[1], 100);
    assert_int_equal(r[1].paper.robot_after_s, 15);
    assert_int_equal(r[1].paper.match, LT_MATCH_RATING);
    assert_int_equal(r[1].paper.counts, LT_COUNTS_LAST);
}

static void what_is_left_out_has_its_documented_default(void **state)
{
    const struct lt_sheet *s =
        parsed(SHEET("", TIMED("") "," TIMED(",\"practice\":true") "," SURVIVAL("") "," DUEL("")));

    (void)state;
    assert_true(s->self_paced && !s->at_once);
    assert_int_equal(s->utc_offset_min, 480);
    assert_int_equal(s->n_hours + s->per_day + s->audience.n_kinds + s->audience.n_regions, 0);
    assert_int_equal(s->pass_c, -1);
    assert_int_equal(s->rounds[0].paper.attempts, 1);
    assert_int_equal(s->rounds[0].paper.counts, LT_COUNTS_BEST);
    assert_false(s->rounds[0].paper.forward);
    assert_int_equal(s->rounds[1].paper.attempts, 0);
    assert_int_equal(s->rounds[2].paper.attempts, 0);
    assert_int_equal(s->rounds[2].paper.revivals, 0);
    assert_int_equal(s->rounds[3].paper.players, 2);
    assert_int_equal(s->rounds[3].paper.counts, LT_COUNTS_SUM);
    assert_int_equal(s->rounds[3].paper.robot_after_s, 0);
    assert_int_equal(s->rounds[3].paper.match, LT_MATCH_ANY);
}

static void a_paper_without_a_blueprint_is_one_part(void **state)
{
    const struct lt_part_rule *part =
        &parsed(SHEET("", TIMED(",\"draw\":{\"types\":[\"single\"]}")))->rounds[0].paper.parts[0];

    (void)state;
    assert_int_equal(sheet.rounds[0].paper.n_parts, 1);
    assert_int_equal(part->n, 20);
    assert_int_equal(part->score.right_c, 500);
    assert_int_equal(part->fit.types, 1u << LT_QT_SINGLE);
}

static void a_self_paced_sheet_has_no_questions_of_its_own(void **state)
{
    int round, index;

    (void)state;
    parsed(SHEET("", TIMED("") "," SURVIVAL("")));
    assert_int_equal(lt_sheet_questions(&sheet), 0);
    assert_int_equal(lt_sheet_first(&sheet, 1), 0);
    assert_null(lt_sheet_round_of(&sheet, 0, &round, &index));
    parsed(SHEET("", LIVE));
    assert_false(sheet.self_paced);
}

/* ---- the two kinds -------------------------------------------------------------------------- */

static void rounds_of_both_kinds_do_not_mix(void **state)
{
    (void)state;
    assert_problem(SHEET("", LIVE "," TIMED("")), "rounds[1].mode", "mixed", "");
    assert_problem(SHEET("", DUEL("") "," LIVE), "rounds[1].mode", "mixed", "");
    assert_problem(SHEET("", TIMED("") "," SURVIVAL("") "," LIVE "," LIVE),
                   "rounds[2].mode\","
                   "\"reason\":\"mixed\"},{\"path\":\"rounds[3].mode",
                   "mixed", "");
}

static void teams_do_not_play_by_themselves(void **state)
{
    (void)state;
    assert_problem(SHEET(",\"entries\":\"team\"", TIMED("")), "rounds[0].mode", "not_with_teams",
                   "");
}

/* Every option of a round, with a value that would be right. */
static const struct {
    const char *name, *value;
} options[] = {
    {"turns", "\"all\""},     {"burst", "5"},
    {"policy", "\"first\""},  {"best", "2"},
    {"judging", "\"key\""},   {"stakes", "[10]"},
    {"foul", "{}"},           {"answer_seconds", "5"},
    {"rebounds", "1"},        {"jury", "{\"max\":10}"},
    {"group", "1"},           {"advance", "1"},
    {"reset", "true"},        {"codes", "[\"a\"]"},
    {"minutes", "30"},        {"blueprint", "[{\"questions\":20,\"points\":{\"right\":1}}]"},
    {"movement", "\"free\""}, {"one_by_one", "true"},
    {"practice", "true"},     {"disjoint", "true"},
    {"attempts", "1"},        {"per_day", "1"},
    {"counted_per_day", "1"}, {"counts", "\"best\""},
    {"revivals", "1"},        {"players", "2"},
    {"target", "3"},          {"robot_after", "1"},
    {"match", "\"any\""},
};
enum { OPTIONS = sizeof options / sizeof *options };

static void no_option_leaks_into_a_mode_that_does_not_know_it(void **state)
{
    static const char *const rounds[] = {
        [LT_MODE_LIVE] = "\"seconds\":20" RIGHT,
        [LT_MODE_TIMED] = "\"seconds\":20" RIGHT,
        [LT_MODE_SURVIVAL] = "\"seconds\":20" RIGHT,
        [LT_MODE_DUEL] = "\"seconds\":20,\"target\":3,\"places\":[1]",
        [LT_MODES] = NULL,
    };
    int refused = 0;

    (void)state;
    for (int m = 0; m < LT_MODES; m++)
        for (int k = 0; rounds[m] && k < OPTIONS; k++) {
            char json[600], want[100], name[80];
            struct lt_buf err;
            unsigned means = 0, needs = 0;

            for (int i = 0; lt_sheet_option(i, name, sizeof name); i++)
                if (strncmp(name, "rounds[].", 9) == 0 && strcmp(name + 9, options[k].name) == 0)
                    lt_sheet_option_modes(i, &means, &needs);
            assert_true(means != 0);
            snprintf(json, sizeof json,
                     "{\"version\":1,\"rounds\":[{\"title\":\"t\",\"mode\":\"%s\",\"questions\":20,"
                     "%s,\"%s\":%s}]}",
                     lt_mode_name((enum lt_mode)m), rounds[m], options[k].name, options[k].value);
            snprintf(want, sizeof want, "\"rounds[0].%s\",\"reason\":\"not_for_mode\"",
                     options[k].name);
            if (needs & 1u << m)
                continue; /* there already */
            lt_buf_init(&err, LT_SHEET_BYTES);
            lt_sheet_parse(json, strlen(json), &sheet, &err);
            if ((strstr(lt_buf_cstr(&err), want) != NULL) != !(means & 1u << m))
                fail_msg("%s: %s", json, lt_buf_cstr(&err));
            refused += !(means & 1u << m);
            lt_buf_done(&err);
        }
    assert_in_range(refused, 60, 90);
}

static void options_of_the_event_belong_to_its_kind(void **state)
{
    static const char *const hosted[] = {"start_points\":10", "guests\":true", "late_join\":false",
                                         "ranking\":[\"points\"]"};
    static const char *const paced[] = {
        "results\":\"window\"", "day_offset_minutes\":0",
        "per_day\":1",          "hours\":[{\"from\":\"08:00\",\"to\":\"09:00\"}]",
        "audience\":{}",        "pass\":1"};
    char json[400], path[40];

    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(json, sizeof json, "{\"version\":1,\"%s,\"rounds\":[" SURVIVAL("") "]}",
                 hosted[i]);
        snprintf(path, sizeof path, "%.*s", (int)strcspn(hosted[i], "\""), hosted[i]);
        assert_problem(json, path, "not_self_paced", "");
    }
    for (int i = 0; i < 6; i++) {
        snprintf(json, sizeof json, "{\"version\":1,\"%s,\"rounds\":[" LIVE "]}", paced[i]);
        snprintf(path, sizeof path, "%.*s", (int)strcspn(paced[i], "\""), paced[i]);
        assert_problem(json, path, "needs_self_paced", "");
    }
}

/* ---- what may not stand together ------------------------------------------------------------ */

static void a_paper_needs_points_and_a_clock(void **state)
{
    (void)state;
    assert_problems(SHEET("", BARE("")),
                    "[{\"path\":\"rounds[0].points\",\"reason\":\"missing\"},"
                    "{\"path\":\"rounds[0].minutes\",\"reason\":\"missing\"}]");
    assert_problem(SHEET("", ROUND("survival", RIGHT)), "rounds[0].seconds", "missing", "");
    assert_problem(SHEET("", ROUND("survival", ",\"seconds\":20")), "rounds[0].points", "missing",
                   "");
    assert_problems(SHEET("", ROUND("duel", ",\"seconds\":20")),
                    "[{\"path\":\"rounds[0].places\",\"reason\":\"missing\"},"
                    "{\"path\":\"rounds[0].target\",\"reason\":\"missing\"}]");
    parsed(SHEET("", BARE(RIGHT ",\"seconds\":20,\"movement\":\"forward\"")));
}

static void a_blueprint_has_the_points_the_draw_and_the_sum(void **state)
{
#define PART(n) "{\"questions\":" n RIGHT "}"
    (void)state;
    parsed(SHEET("", BARE(",\"minutes\":30,\"blueprint\":[" PART("12") "," PART("8") "]")));
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"blueprint\":[" PART("12") "," PART("9") "]")),
                   "rounds[0].blueprint", "not_the_sum", ",\"have\":21");
    assert_problems(SHEET("", TIMED(",\"draw\":{},\"blueprint\":[" PART("20") "]")),
                    "[{\"path\":\"rounds[0].points\",\"reason\":\"not_with_blueprint\"},"
                    "{\"path\":\"rounds[0].draw\",\"reason\":\"not_with_blueprint\"}]");
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"blueprint\":[{\"questions\":20}]")),
                   "rounds[0].blueprint[0].points", "missing", "");
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"blueprint\":[]")), "rounds[0].blueprint",
                   "range", ",\"min\":1,\"max\":12");
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"blueprint\":[7]")), "rounds[0].blueprint[0]",
                   "type", "");
    assert_problem(
        SHEET("", BARE(",\"minutes\":30,\"blueprint\":[{\"questions\":20,\"points\":{\"right\":1,"
                       "\"speed\":true}}]")),
        "rounds[0].blueprint[0].points.speed", "not_for_mode", "");
    assert_problem(
        SHEET("", BARE(",\"minutes\":30,\"blueprint\":[{\"questions\":20,\"points\":{\"right\":1},"
                       "\"draw\":{\"types\":[\"task\"]}}]")),
        "rounds[0].blueprint[0].draw.types", "not_for_mode", "");
    assert_problem(SHEET("", TIMED(",\"draw\":{\"types\":[\"task\"]}")), "rounds[0].draw.types",
                   "not_for_mode", "");
}

static void clocks_of_questions_and_one_by_one_need_one_direction(void **state)
{
    (void)state;
    assert_problem(SHEET("", TIMED(",\"seconds\":60")), "rounds[0].seconds", "needs_forward", "");
    assert_problem(SHEET("", TIMED(",\"one_by_one\":true")), "rounds[0].one_by_one",
                   "needs_forward", "");
    assert_problem(SHEET("", TIMED(",\"movement\":\"back\"")), "rounds[0].movement",
                   "unknown_value", "");
    parsed(SHEET("", TIMED(",\"seconds\":60,\"one_by_one\":true,\"movement\":\"forward\"")));
}

static void keys_at_once_need_practice_or_disjoint_papers(void **state)
{
#define AT_ONCE ",\"results\":\"at_once\""
    (void)state;
    assert_problem(SHEET(AT_ONCE, TIMED("") "," TIMED(",\"practice\":true")), "rounds[0].disjoint",
                   "needs_disjoint", "");
    parsed(SHEET(AT_ONCE, TIMED(",\"disjoint\":true") "," TIMED(",\"practice\":true")));
    parsed(SHEET(AT_ONCE, SURVIVAL("") "," DUEL("")));
}

static void nothing_of_a_practice_counts(void **state)
{
    (void)state;
    assert_problems(SHEET("", TIMED(",\"practice\":true,\"counts\":\"best\","
                                    "\"counted_per_day\":1")),
                    "[{\"path\":\"rounds[0].counts\",\"reason\":\"not_with_practice\"},"
                    "{\"path\":\"rounds[0].counted_per_day\",\"reason\":\"not_with_practice\"}]");
}

static void a_limit_is_not_above_the_one_around_it(void **state)
{
    (void)state;
    assert_problem(SHEET("", TIMED(",\"attempts\":2,\"per_day\":3")), "rounds[0].per_day", "range",
                   ",\"min\":0,\"max\":2");
    assert_problem(SHEET(",\"per_day\":2", SURVIVAL(",\"per_day\":3")), "rounds[0].per_day",
                   "range", ",\"min\":0,\"max\":2");
    assert_problem(SHEET("", SURVIVAL(",\"per_day\":2,\"counted_per_day\":3")),
                   "rounds[0].counted_per_day", "range", ",\"min\":0,\"max\":2");
    assert_problem(SHEET(",\"per_day\":1", SURVIVAL(",\"counted_per_day\":3")),
                   "rounds[0].counted_per_day", "range", ",\"min\":0,\"max\":1");
    parsed(SHEET("", SURVIVAL(",\"counted_per_day\":3")));
}

static void a_duel_is_of_two_or_four_and_can_be_won(void **state)
{
    (void)state;
    assert_problem(SHEET("", DUEL(",\"players\":3")), "rounds[0].players", "unknown_value", "");
    assert_problem(SHEET("", DUEL(",\"players\":5")), "rounds[0].players", "range",
                   ",\"min\":2,\"max\":4");
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":21,\"places\":[1]")),
                   "rounds[0].target", "range", ",\"min\":1,\"max\":20");
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[3,2,1]")),
                   "rounds[0].places", "range", ",\"min\":1,\"max\":2");
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[]")),
                   "rounds[0].places", "range", ",\"min\":1,\"max\":4");
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":3")),
                   "rounds[0].places", "type", "");
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[-1]")),
                   "rounds[0].places[0]", "range", ",\"min\":0,\"max\":100000");
}

static void hours_are_times_of_a_day_one_after_the_other(void **state)
{
    static const char *const bad[] = {"8:00",  "08:60", "24:01", "0800", "08:00:00",
                                      "-1:00", "08;00", "",      "2x:00"};
    char json[400];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(json, sizeof json,
                 SHEET(",\"hours\":[{\"from\":\"%s\",\"to\":\"24:00\"}]", SURVIVAL("")), bad[i]);
        assert_problem(json, "hours[0].from", "not_a_time", "");
    }
    assert_problem(SHEET(",\"hours\":[{\"from\":8,\"to\":\"24:00\"}]", SURVIVAL("")),
                   "hours[0].from", "type", "");
    assert_problem(SHEET(",\"hours\":[{\"from\":\"09:00\",\"to\":\"09:00\"}]", SURVIVAL("")),
                   "hours[0]", "order", "");
    assert_problem(SHEET(",\"hours\":[{\"from\":\"09:00\",\"to\":\"10:00\"},{\"from\":\"09:59\","
                         "\"to\":\"11:00\"}]",
                         SURVIVAL("")),
                   "hours[1]", "order", "");
    assert_problem(SHEET(",\"hours\":[{\"to\":\"09:00\"}]", SURVIVAL("")), "hours[0].from",
                   "missing", "");
}

/* ---- what cannot work ----------------------------------------------------------------------- */

static void totals_beyond_the_boards_budget_are_refused(void **state)
{
    (void)state;
    /* 20 questions a paper: one counts, or three, or as many as SUMMED_MAX */
    parsed(SHEET("", BARE(",\"minutes\":30,\"points\":{\"right\":33554}")));
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"points\":{\"right\":33555}")), "rounds",
                   "budget_points", "");
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"points\":{\"right\":1,\"wrong\":-33555}")),
                   "rounds", "budget_points", "");
    parsed(SHEET("", BARE(",\"minutes\":30,\"attempts\":3,\"points\":{\"right\":33554}")));
    assert_problem(SHEET("", BARE(",\"minutes\":30,\"attempts\":3,\"counts\":\"sum\",\"points\":{"
                                  "\"right\":33554}")),
                   "rounds", "budget_points", "");
    parsed(SHEET("", BARE(",\"minutes\":30,\"practice\":true,\"points\":{\"right\":33555}")));
    parsed(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[671]")));
    assert_problem(SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[672]")),
                   "rounds", "budget_points", "");
    parsed(
        SHEET("", ROUND("duel", ",\"seconds\":15,\"target\":2,\"places\":[672],\"attempts\":9")));
    assert_problem(SHEET("", ROUND("survival", ",\"seconds\":5,\"points\":{\"right\":33555}")),
                   "rounds", "budget_points", "");
}

static void time_and_questions_beyond_the_boards_budget_are_refused(void **state)
{
#define LONG BARE(RIGHT ",\"minutes\":180")
    (void)state;
    parsed(SHEET("", LONG));
    assert_int_equal(lt_sheet_quantum_us(&sheet), 83000);
    assert_problem(SHEET("", LONG "," LONG), "rounds", "budget_time", "");
    parsed(SHEET(
        "",
        BARE(RIGHT
             ",\"minutes\":180,\"seconds\":30,\"movement\":\"forward\"") ","
                                                                         "" BARE(RIGHT
                                                                                 ",\"minutes\":180,"
                                                                                 "\"seconds\":30,"
                                                                                 "\"movement\":"
                                                                                 "\"forward\"")));
#define MANY                                                                                       \
    "{\"title\":\"t\",\"mode\":\"survival\",\"questions\":200,\"seconds\":5,\"points\":{"          \
    "\"right\":1}}"
    parsed(SHEET("", MANY "," MANY "," MANY "," MANY "," MANY));
    assert_problem(SHEET("", MANY "," MANY "," MANY "," MANY "," MANY "," MANY), "rounds",
                   "budget_questions", "");
}

/* Duels add up for months: what the board cannot tell apart stands still there. */
static void totals_that_add_up_without_an_end_stay_on_the_board(void **state)
{
    struct lt_place p = {.points_c = 300000, .correct = 1023, .time_us = 10000000};
    int64_t at, beyond, more;

    (void)state;
    parsed(SHEET("", DUEL("")));
    assert_int_equal(lt_sheet_quantum_us(&sheet), 100000);
    at = lt_board_score(&sheet, &p, 0);
    p.correct = 5000;
    beyond = lt_board_score(&sheet, &p, 0);
    assert_true(at == beyond && at > 0);
    p.time_us = INT64_C(1) << 45;
    assert_true(lt_board_score(&sheet, &p, 0) < beyond);
    p.points_c++;
    more = lt_board_score(&sheet, &p, 0);
    assert_true(more > beyond);
}

static void taking_part_cannot_ask_for_more_than_there_is(void **state)
{
#define CREDITS(n) ",\"credits\":{\"participation\":{\"amount\":1,\"min_answers\":" n "}}"
    (void)state;
    parsed(SHEET(CREDITS("40"), TIMED("") "," TIMED("")));
    assert_problem(SHEET(CREDITS("41"), TIMED("") "," TIMED("") "," TIMED(",\"practice\":true")),
                   "credits.participation.min_answers", "range", ",\"min\":1,\"max\":40");
    parsed(SHEET(CREDITS("60"), TIMED(",\"attempts\":3,\"counts\":\"sum\"")));
}

/* ---- presets -------------------------------------------------------------------------------- */

static void the_presets_are_right(void **state)
{
    static const char *const names[] = {"paper", "survival", "duel"};
    char path[4096], text[LT_SHEET_BYTES];
    size_t n;
    FILE *f;

    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, LEITAI_SOURCE_DIR "/schema/demo/presets/%s.json", names[i]);
        f = fopen(path, "re");
        assert_non_null(f);
        n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        assert_true(parsed(text)->self_paced);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_of_the_event_is_read),
        cmocka_unit_test(every_option_of_a_paper_is_read),
        cmocka_unit_test(every_option_of_runs_and_duels_is_read),
        cmocka_unit_test(what_is_left_out_has_its_documented_default),
        cmocka_unit_test(a_paper_without_a_blueprint_is_one_part),
        cmocka_unit_test(a_self_paced_sheet_has_no_questions_of_its_own),
        cmocka_unit_test(rounds_of_both_kinds_do_not_mix),
        cmocka_unit_test(teams_do_not_play_by_themselves),
        cmocka_unit_test(no_option_leaks_into_a_mode_that_does_not_know_it),
        cmocka_unit_test(options_of_the_event_belong_to_its_kind),
        cmocka_unit_test(a_paper_needs_points_and_a_clock),
        cmocka_unit_test(a_blueprint_has_the_points_the_draw_and_the_sum),
        cmocka_unit_test(clocks_of_questions_and_one_by_one_need_one_direction),
        cmocka_unit_test(keys_at_once_need_practice_or_disjoint_papers),
        cmocka_unit_test(nothing_of_a_practice_counts),
        cmocka_unit_test(a_limit_is_not_above_the_one_around_it),
        cmocka_unit_test(a_duel_is_of_two_or_four_and_can_be_won),
        cmocka_unit_test(hours_are_times_of_a_day_one_after_the_other),
        cmocka_unit_test(totals_beyond_the_boards_budget_are_refused),
        cmocka_unit_test(time_and_questions_beyond_the_boards_budget_are_refused),
        cmocka_unit_test(totals_that_add_up_without_an_end_stay_on_the_board),
        cmocka_unit_test(taking_part_cannot_ask_for_more_than_there_is),
        cmocka_unit_test(the_presets_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

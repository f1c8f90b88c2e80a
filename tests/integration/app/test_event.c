/* `leitai event`, against a real database with the demo's people and bank. */
#include "app/commands.h"
#include "database.h"
#include <stdlib.h>
#include <unistd.h>

enum { TEXT_BYTES = 65536 };

static struct lt_db *super;
static struct lt_config *config;
static char dir[] = "/tmp/leitai-event-XXXXXX";
static char out[TEXT_BYTES];

static void configure(const char *name, const char *value)
{
    struct lt_buf err;
    lt_buf_init(&err, 1024);
    assert_int_equal(lt_config_set(config, name, value, &err), LT_OK);
    lt_buf_done(&err);
}

static int group_setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    super = db_migrated();
    config = lt_config_new();
    configure("migrate_url", db_url(NULL));
    configure("database_url", db_url("leitai_app"));
    configure("relay_url", db_url("leitai_relay"));
    assert_int_equal(lt_cmd_demo(config, 1, (char *[]){(char *)"demo", NULL}), 0);
    return 0;
}

static int group_teardown(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    lt_config_free(config);
    lt_db_close(super);
    return 0;
}

/* A file of the test's folder. Lives until the next call but three. */
static const char *file(const char *name, const char *text)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

/* Run the command with what it prints, on either stream, in `out`. */
static int event(const char *const *argv)
{
    char path[128];
    int argc = 0, saved[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    snprintf(path, sizeof path, "%s/out", dir);
    FILE *f = fopen(path, "w+e");
    assert_non_null(f);
    while (argv[argc])
        argc++;
    fflush(stdout);
    fflush(stderr);
    dup2(fileno(f), STDOUT_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    int status = lt_cmd_event(config, argc, (char **)argv);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i == 0 ? STDOUT_FILENO : STDERR_FILENO);
        close(saved[i]);
    }
    rewind(f);
    out[fread(out, 1, sizeof out - 1, f)] = '\0';
    fclose(f);
    return status;
}
#define EVENT(...) event((const char *const[]){"event", __VA_ARGS__, NULL})
#define SAVE(code, ...)                                                                            \
    EVENT("save", "--tenant", "demo", "--code", code, "--title", "测试赛", "--season", "2026",     \
          "--bank", "law", __VA_ARGS__)

static void assert_saved(int status)
{
    if (status != 0)
        fail_msg("%s", out);
}

static void assert_told(const char *part)
{
    if (!strstr(out, part))
        fail_msg("'%s' is not in: %s", part, out);
}

#define OF(code)                                                                                   \
    "(tenant_id, event_id) = (SELECT tenant_id, event_id FROM leitai.event WHERE code = '" code "')"
#define COUNT(table, code) number(super, "SELECT count(*) FROM leitai." table " WHERE " OF(code))

/* 4 teams of 3 people each, from units of their own. */
static const char *four_teams(void)
{
    static char text[4096];
    struct lt_rows *rows;
    size_t n = 0;
    if (lt_db_exec(super, &rows,
                   "SELECT u.code, p.ext_id, row_number() OVER (PARTITION BY u.unit_id ORDER BY "
                   "p.ext_id) FROM leitai.unit u JOIN leitai.membership m USING (tenant_id, "
                   "unit_id) JOIN leitai.person p USING (tenant_id, person_id) WHERE m.valid_to "
                   "IS NULL AND p.ext_id LIKE 'p%' AND u.tenant_id = (SELECT tenant_id FROM "
                   "leitai.tenant WHERE code = 'demo') ORDER BY u.code, p.ext_id") != LT_OK)
        fail_msg("%s", lt_db_message(super));
    n += (size_t)snprintf(text, sizeof text, "team,unit_code,ext_id,captain\n");
    for (int i = 0, teams = 0; i < lt_rows_count(rows) && teams < 4; i++) {
        int64_t no = lt_rows_i64(rows, i, 2);
        if (no <= 3)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s代表队,%s,%s,%d\n",
                                  lt_rows_text(rows, i, 0), lt_rows_text(rows, i, 0),
                                  lt_rows_text(rows, i, 1), no == 2);
        teams += no == 3;
    }
    lt_rows_free(rows);
    return file("teams.csv", text);
}

/* ---- saving ---- */

static void a_saved_event_has_its_rules_rounds_questions_and_teams(void **state)
{
    (void)state;
    assert_saved(SAVE("classic", "--preset", "classic", "--teams", four_teams()));
    assert_told("rules version 1, 70 questions");
    assert_told("4 teams, join code ");
    assert_int_equal(COUNT("round", "classic"), 8);
    assert_int_equal(COUNT("question_instance", "classic"), 70);
    assert_int_equal(number(super, "SELECT count(DISTINCT question_id) FROM "
                                   "leitai.question_instance WHERE " OF("classic")),
                     70);
    assert_int_equal(
        number(super, "SELECT count(*) FROM leitai.question_instance i JOIN leitai.round r USING "
                      "(tenant_id, event_id, round_no) JOIN leitai.question q USING (tenant_id, "
                      "question_id) WHERE (r.mode = 'jury') <> (q.type = 'task')"),
        0);
    assert_int_equal(COUNT("entry", "classic"), 4);
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.entry WHERE kind = 'team' AND "
                                   "unit_id IS NOT NULL AND unit_name <> '' AND " OF("classic")),
                     4);
    assert_int_equal(COUNT("team_member", "classic"), 12);
    assert_int_equal(
        number(super, "SELECT count(*) FROM leitai.team_member WHERE captain AND " OF("classic")),
        4);
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event_head WHERE phase = 'draft' "
                                   "AND sheet_version = 1 AND " OF("classic")),
                     1);
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'classic' AND "
                                   "title = '测试赛' AND join_code ~ '^[1-9][0-9]{5}$'"),
                     1);
}

static void every_preset_can_be_saved_from_the_demo_bank(void **state)
{
    (void)state;
    assert_saved(SAVE("preset-league", "--preset", "league"));
    assert_saved(SAVE("preset-live", "--preset", "live-quiz"));
    assert_int_equal(COUNT("round", "preset-league"), 14);
    assert_int_equal(COUNT("round", "preset-live"), 3);
}

static void events_have_join_codes_of_their_own(void **state)
{
    (void)state;
    assert_saved(SAVE("code-a", "--preset", "live-quiz"));
    assert_saved(SAVE("code-b", "--preset", "live-quiz"));
    assert_int_equal(number(super, "SELECT count(DISTINCT join_code) FROM leitai.event WHERE code "
                                   "IN ('code-a', 'code-b')"),
                     2);
}

/* Ids of an event's questions in their order, as one number. */
static int64_t drawn(const char *code)
{
    return number(super,
                  "SELECT hashtextextended(string_agg(question_id::text, ',' ORDER BY qi), 0) FROM "
                  "leitai.question_instance JOIN leitai.event USING (tenant_id, event_id) WHERE "
                  "code = '%s'",
                  code);
}

static void the_same_seed_draws_the_same_questions(void **state)
{
    (void)state;
    assert_saved(SAVE("seed-a", "--preset", "live-quiz", "--seed", "12345678901234567890"));
    assert_told("(seed 12345678901234567890)");
    assert_saved(SAVE("seed-b", "--preset", "live-quiz", "--seed", "12345678901234567890"));
    assert_saved(SAVE("seed-c", "--preset", "live-quiz", "--seed", "7"));
    assert_int_equal(drawn("seed-a"), drawn("seed-b"));
    assert_int_not_equal(drawn("seed-a"), drawn("seed-c"));
    assert_saved(SAVE("seed-d", "--preset", "live-quiz"));
    assert_saved(SAVE("seed-e", "--preset", "live-quiz"));
    assert_int_not_equal(drawn("seed-d"), drawn("seed-e"));
}

/* ---- saving again ---- */

static void a_draft_is_saved_again_as_the_next_version(void **state)
{
    char first[64];
    const char *join_code;
    (void)state;
    assert_saved(SAVE("again", "--preset", "classic", "--teams", four_teams(), "--seed", "1"));
    join_code = strstr(out, "join code");
    assert_non_null(join_code);
    snprintf(first, sizeof first, "%s", join_code);
    int64_t id = number(super, "SELECT event_id FROM leitai.event WHERE code = 'again'");
    int64_t questions = drawn("again");

    assert_saved(EVENT("save", "--tenant", "demo", "--code", "again", "--title", "改过的名称",
                       "--season", "2027", "--bank", "law", "--preset", "league", "--seed", "2"));
    assert_told("rules version 2, 90 questions");
    assert_told("4 teams"); /* they stay */
    assert_told(first);
    assert_int_equal(number(super, "SELECT event_id FROM leitai.event WHERE code = 'again' AND "
                                   "title = '改过的名称' AND season = 2027"),
                     id);
    assert_int_equal(COUNT("rule_sheet", "again"), 2);
    assert_int_equal(COUNT("round", "again"), 14);
    assert_int_equal(COUNT("question_instance", "again"), 90);
    assert_int_equal(COUNT("team_member", "again"), 12);
    assert_int_not_equal(drawn("again"), questions);
    assert_int_equal(
        number(super, "SELECT sheet_version FROM leitai.event_head WHERE " OF("again")), 2);

    /* Other teams take their place; a sheet of persons has none. */
    assert_saved(SAVE("again", "--preset", "classic", "--teams",
                      file("one.csv", "team,unit_code,ext_id,captain\n独行队,,host,1\n")));
    assert_told("1 teams");
    assert_int_equal(COUNT("team_member", "again"), 1);
    assert_saved(SAVE("again", "--preset", "live-quiz"));
    assert_int_equal(COUNT("entry", "again"), 0);
}

static void nothing_changes_once_the_lobby_was_opened(void **state)
{
    (void)state;
    assert_saved(SAVE("opened", "--preset", "classic", "--teams", four_teams()));
    int64_t questions = drawn("opened");
    run(super, "UPDATE leitai.event_head SET phase = 'lobby' WHERE " OF("opened"));
    assert_int_equal(SAVE("opened", "--preset", "league"), 1);
    assert_told("the lobby of opened was opened: its rules are frozen");
    assert_int_equal(COUNT("rule_sheet", "opened"), 1);
    assert_int_equal(COUNT("round", "opened"), 8);
    assert_int_equal(drawn("opened"), questions);
}

static void a_draft_that_somebody_has_open_is_not_written(void **state)
{
    (void)state;
    assert_saved(SAVE("driven", "--preset", "live-quiz"));
    run(super,
        "WITH n AS (INSERT INTO leitai.node (name) VALUES ('test') RETURNING node_id) UPDATE "
        "leitai.event_head SET node_id = n.node_id, token = 5 FROM n WHERE " OF("driven"));
    assert_int_equal(SAVE("driven", "--preset", "live-quiz"), 1);
    assert_told("is open at a desk or on a stage");
    run(super, "UPDATE leitai.node SET heartbeat_at = now() - interval '1 minute' WHERE name = "
               "'test'");
    assert_saved(SAVE("driven", "--preset", "live-quiz"));
    assert_told("rules version 2");
    /* Who drove it with the old rules is deposed. */
    assert_int_equal(number(super, "SELECT token FROM leitai.event_head WHERE " OF("driven")), 6);
}

/* ---- what is refused ---- */

static void a_sheet_that_cannot_work_is_refused_with_path_and_reason(void **state)
{
    const char *sheet = file(
        "bad.json",
        "{\"version\":1,\"entries\":\"team\",\"rounds\":[{\"title\":\"风险\",\"mode\":\"wager\","
        "\"questions\":4,\"seconds\":30,\"stakes\":[10]},{\"title\":\"加赛\",\"mode\":"
        "\"tiebreak\",\"questions\":3,\"seconds\":20}]}");
    (void)state;
    assert_int_equal(SAVE("bad", "--sheet", sheet), 1);
    assert_string_equal(
        out,
        "ranking: no_tiebreak: 排名规则没有包含加赛; the ranking does not look at the tie-break "
        "round: add tiebreak to ranking\n"
        "rounds[0].stakes[0]: stake_too_high (max 0): 分值超过队伍届时可能拥有的最高分; more than "
        "any team can have when the round begins\n");
    assert_int_equal(EVENT("check", "--sheet", sheet), 1);
    assert_told("rounds[0].stakes[0]: stake_too_high (max 0): ");
    sheet = file("range.json", "{\"version\":1,\"rounds\":[{\"title\":\"加赛\",\"mode\":\"live\","
                               "\"questions\":3,\"seconds\":1,\"points\":{\"right\":1}}]}");
    assert_int_equal(SAVE("bad", "--sheet", sheet), 1);
    assert_string_equal(out, "rounds[0].seconds: range (5–600): 超出范围; too small or too large; "
                             "for lists: too few or too many items\n");
    sheet = file("json.json", "{");
    assert_int_equal(SAVE("bad", "--sheet", sheet), 1);
    assert_told("-: bad_json: ");
    assert_int_equal(COUNT("rule_sheet", "bad"), 0);
}

static void a_draw_larger_than_the_bank_is_refused(void **state)
{
    const char *sheet =
        file("large.json",
             "{\"version\":1,\"rounds\":[{\"title\":\"一\",\"mode\":\"live\",\"questions\":20,"
             "\"seconds\":20,\"points\":{\"right\":1},\"draw\":{\"types\":[\"order\"]}},{\"title\":"
             "\"二\",\"mode\":\"live\",\"questions\":1,\"seconds\":20,\"points\":{\"right\":1},"
             "\"codes\":[\"NO-999\"]}]}");
    (void)state;
    assert_int_equal(SAVE("large", "--sheet", sheet), 1);
    assert_string_equal(out,
                        "rounds[1].codes[0]: unknown_code: 题库中没有这道题; the bank has no "
                        "question of this code\n"
                        "rounds[0].questions: draw_too_large (have 10): "
                        "题库中符合条件的题目不够; the bank has fewer questions that fit and are "
                        "left\n");
    assert_int_equal(COUNT("event_head", "large"), 0);
}

static void a_sheet_that_is_too_small_for_its_teams_is_refused(void **state)
{
    const char *sheet =
        file("small.json", "{\"version\":1,\"entries\":\"team\",\"groups\":5,\"rounds\":[{"
                           "\"title\":\"轮答\",\"mode\":\"required\",\"turns\":\"lot\","
                           "\"questions\":3,\"seconds\":20,\"points\":{\"right\":10}}]}");
    (void)state;
    assert_int_equal(SAVE("small", "--sheet", sheet, "--teams", four_teams()), 1);
    assert_string_equal(out, "groups: too_few_teams (min 5): 队数少于组数; there are more groups "
                             "than teams\n"
                             "rounds[0].questions: too_few_questions (min 4): "
                             "轮流作答时题目少于队数; in turn, there is not a question (or burst) "
                             "for each team\n");
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'small'"), 0);
    assert_saved(SAVE("small", "--sheet", sheet)); /* teams may be registered later */
    assert_int_equal(SAVE("small", "--sheet", sheet, "--teams", four_teams()), 1);
}

static void every_mistake_in_a_table_of_teams_is_told_with_its_line(void **state)
{
    const char *teams = file("bad.csv", "\xef\xbb\xbfteam,unit_code,ext_id,captain\r\n"
                                        "甲队,,host,1\r\n"
                                        "甲队,,organiser,1\r\n"
                                        "\r\n"
                                        "乙队,,admin,0\r\n"
                                        "乙队,P-01,host,\r\n"
                                        "丙队,NOWHERE,nobody,x\r\n");
    (void)state;
    assert_int_equal(SAVE("teams", "--preset", "classic", "--teams", teams), 1);
    assert_string_equal(out, "line 3: 该队已有队长; the team has a captain above\n"
                             "line 6: 同队单位不一致; the team has another unit above\n"
                             "line 6: 该学员已在上面出现; this person stands above already\n"
                             "line 7: captain 须为 1 或 0; captain is neither 1 nor 0\n"
                             "line 5: 该队没有队长; the team has no captain\n"
                             "line 7: 该队没有队长; the team has no captain\n"
                             "line 7: 没有这位学员; there is no such person\n"
                             "line 7: 没有这个单位; there is no such unit\n");
    teams = file("header.csv", "team,ext_id\n甲队,host\n");
    assert_int_equal(SAVE("teams", "--preset", "classic", "--teams", teams), 1);
    assert_told("line 1: 表头须为 team,unit_code,ext_id,captain");
    teams = file("ragged.csv", "team,unit_code,ext_id,captain\n甲队,\"P\n1\",host,1\n乙队\n");
    assert_int_equal(SAVE("teams", "--preset", "classic", "--teams", teams), 1);
    assert_told("line 4: 不是表格");
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'teams'"), 0);
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    assert_int_equal(EVENT("save", "--tenant", "nobody", "--code", "x", "--title", "x", "--season",
                           "2026", "--bank", "law", "--preset", "live-quiz"),
                     1);
    assert_told("there is no tenant nobody");
    assert_int_equal(EVENT("save", "--tenant", "demo", "--code", "x", "--title", "x", "--season",
                           "2026", "--bank", "laws", "--preset", "live-quiz"),
                     1);
    assert_told("there is no bank laws");
    assert_int_equal(SAVE("x", "--preset", "tennis"), 1);
    assert_told("there is no preset tennis");
    assert_int_equal(SAVE("x", "--sheet", "/nonexistent"), 1);
    assert_told("/nonexistent: No such file");
    assert_int_equal(SAVE("Großes", "--preset", "live-quiz"), 1);
    assert_told("--code");
    assert_int_equal(SAVE("x", "--preset", "live-quiz", "--seed", "-1"), 1);
    assert_told("--seed");
    assert_int_equal(SAVE("x", "--preset", "live-quiz", "--teams", four_teams()), 1);
    assert_told("this sheet ranks persons");
    assert_int_equal(SAVE("x", "--preset", "live-quiz", "--sheet", "/dev/null"), 1);
    assert_told("usage:");
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'x'"), 0);
}

static void a_tenant_draws_from_its_own_bank(void **state)
{
    (void)state;
    /* The other tenant's bank of the same code has three questions. */
    assert_int_equal(EVENT("save", "--tenant", "other", "--code", "wall", "--title", "墙",
                           "--season", "2026", "--bank", "law", "--preset", "live-quiz"),
                     1);
    assert_told("draw_too_large");
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'wall'"), 0);
}

static void a_season_without_a_partition_gets_one(void **state)
{
    (void)state;
    assert_saved(EVENT("save", "--tenant", "demo", "--code", "later", "--title", "以后", "--season",
                       "2041", "--bank", "law", "--preset", "live-quiz"));
    assert_int_equal(number(super, "SELECT (to_regclass('leitai.answer_2041') IS NOT NULL)::int"),
                     1);
}

/* ---- self-paced ---- */

#define WINDOW "--opens", "2026-01-01T00:00Z", "--closes", "2099-01-01T00:00Z"

static void a_self_paced_event_has_its_pools_and_its_window(void **state)
{
    (void)state;
    assert_saved(EVENT("save", "--tenant", "demo", "--code", "paced", "--title", "自助", "--season",
                       "2042", "--bank", "law", "--preset", "paper", "--seed", "3", WINDOW));
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.event WHERE code = 'paced' AND "
                                   "self_paced AND closes_at > opens_at"),
                     1);
    assert_int_equal(number(super, "SELECT count(DISTINCT round_no) FROM leitai.question_instance "
                                   "JOIN leitai.event USING (tenant_id, event_id) WHERE code = "
                                   "'paced'"),
                     2);
    assert_int_equal(number(super, "SELECT (to_regclass('leitai.paper_2042') IS NOT NULL)::int"),
                     1);
    assert_int_equal(EVENT("save", "--tenant", "demo", "--code", "paced2", "--title", "自助",
                           "--season", "2042", "--bank", "law", "--preset", "paper"),
                     1);
    assert_int_equal(EVENT("save", "--tenant", "demo", "--code", "paced2", "--title", "自助",
                           "--season", "2042", "--bank", "law", "--preset", "live-quiz", WINDOW),
                     1);
}

static void a_published_event_opens_by_itself_and_is_closed_once(void **state)
{
    (void)state;
    assert_int_equal(EVENT("publish", "--tenant", "demo", "--event", "paced"), 0);
    assert_string_equal(out, "event paced: running\n");
    assert_int_equal(EVENT("publish", "--tenant", "demo", "--event", "paced"), 1);
    assert_int_equal(EVENT("close", "--tenant", "demo", "--event", "paced"), 0);
    assert_int_equal(EVENT("close", "--tenant", "demo", "--event", "paced"), 0); /* it is */
    assert_int_equal(
        number(super,
               "SELECT count(*) FROM leitai.job JOIN leitai.event USING (tenant_id, event_id) "
               "WHERE code = 'paced'"),
        1); /* nobody had a paper: its results may be made */
    assert_int_equal(EVENT("publish", "--tenant", "demo", "--event", "later"), 1); /* has a host */
}

/* ---- the other two ---- */

static void presets_are_listed_and_right(void **state)
{
    (void)state;
    assert_int_equal(EVENT("presets"), 0);
    assert_string_equal(out, "classic      teams, 8 rounds, 70 questions\n"
                             "duel         persons, 2 rounds, self-paced\n"
                             "hall         teams, 3 rounds, 33 questions\n"
                             "league       teams, 14 rounds, 90 questions\n"
                             "live-quiz    persons, 3 rounds, 18 questions\n"
                             "paper        persons, 2 rounds, self-paced\n"
                             "survival     persons, 1 rounds, self-paced\n");
    assert_int_equal(EVENT("check", "--preset", "classic"), 0);
    assert_string_equal(out, "the sheet is right: 8 rounds, 70 questions\n");
    assert_int_equal(EVENT("presets", "x"), 1);
    assert_int_equal(EVENT("chek"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_event_has_its_rules_rounds_questions_and_teams),
        cmocka_unit_test(every_preset_can_be_saved_from_the_demo_bank),
        cmocka_unit_test(events_have_join_codes_of_their_own),
        cmocka_unit_test(the_same_seed_draws_the_same_questions),
        cmocka_unit_test(a_draft_is_saved_again_as_the_next_version),
        cmocka_unit_test(nothing_changes_once_the_lobby_was_opened),
        cmocka_unit_test(a_draft_that_somebody_has_open_is_not_written),
        cmocka_unit_test(a_sheet_that_cannot_work_is_refused_with_path_and_reason),
        cmocka_unit_test(a_draw_larger_than_the_bank_is_refused),
        cmocka_unit_test(a_sheet_that_is_too_small_for_its_teams_is_refused),
        cmocka_unit_test(every_mistake_in_a_table_of_teams_is_told_with_its_line),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(a_tenant_draws_from_its_own_bank),
        cmocka_unit_test(a_season_without_a_partition_gets_one),
        cmocka_unit_test(a_self_paced_event_has_its_pools_and_its_window),
        cmocka_unit_test(a_published_event_opens_by_itself_and_is_closed_once),
        cmocka_unit_test(presets_are_listed_and_right),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

/* `leitai replay`: a contest of teams with every kind of round and rulings is finalised and replays to
 * the same totals; whatever is changed afterwards is found. */
#include "app/commands.h"
#include "app/finalise.h"
#include "base/log.h"
#include "event.h"
#include <stdlib.h>
#include <unistd.h>

enum { TEAMS = 3, MEMBERS = 2, HOST = 9001, JUDGE = 9002, OUTPUT_BYTES = 16384 };

static const char sheet[] =
    "{\"version\":1,\"entries\":\"team\",\"start_points\":100,\"appeals\":true,"
    "\"team\":{\"policy\":\"majority\"},\"ranking\":[\"points\",\"tiebreak\"],\"rounds\":["
    "{\"title\":\"a\",\"mode\":\"required\",\"questions\":2,\"seconds\":20,"
    "\"points\":{\"right\":10,\"wrong\":-5}},"
    "{\"title\":\"b\",\"mode\":\"buzzer\",\"questions\":2,\"seconds\":20,\"rebounds\":1,"
    "\"points\":{\"right\":10,\"wrong\":-10},\"foul\":{\"points\":-10,\"lock_seconds\":0}},"
    "{\"title\":\"c\",\"mode\":\"wager\",\"questions\":1,\"seconds\":20,\"stakes\":[10,20]},"
    "{\"title\":\"d\",\"mode\":\"jury\",\"questions\":3,\"seconds\":20,\"jury\":{\"max\":30}},"
    "{\"title\":\"e\",\"mode\":\"tiebreak\",\"questions\":2,\"seconds\":20,\"places\":1}],"
    "\"credits\":{\"participation\":{\"amount\":1,\"min_answers\":1},"
    "\"placement\":[{\"ranks\":[1,1],\"amount\":3}]}}";

static struct lt_db *app;
static struct lt_config *config;
static int64_t entries[TEAMS], persons[TEAMS][MEMBERS];

/* ---- the story ---- */

static void register_teams(void)
{
    for (int i = 0; i < TEAMS; i++) {
        entries[i] = number(super,
                            "INSERT INTO leitai.entry (tenant_id, event_id, kind, name) VALUES "
                            "(%s, %s, 'team', 'Team %d') RETURNING entry_id",
                            T.s, E.s, i + 1);
        for (int k = 0; k < MEMBERS; k++) {
            persons[i][k] =
                number(super,
                       "INSERT INTO leitai.person (tenant_id, ext_id, name) VALUES (%s, "
                       "'e%s-%d-%d', 'P') RETURNING person_id",
                       T.s, E.s, i, k);
            run(super,
                "INSERT INTO leitai.team_member (tenant_id, event_id, entry_id, person_id, "
                "captain) VALUES (%s, %s, %s, %s, %s)",
                T.s, E.s, lt_num(entries[i]).s, lt_num(persons[i][k]).s, k == 0 ? "true" : "false");
        }
    }
}

static void draw_lot(void)
{
    struct lt_team_in teams[TEAMS];
    for (int i = 0; i < TEAMS; i++)
        teams[i] = (struct lt_team_in){.entry = entries[i], .captain = persons[i][0]};
    act_with((struct lt_input){
        .action = LT_ACT_LOT, .teams = teams, .n_teams = TEAMS, .random = 77, .qi = -1});
}

static void answer(int qi, int team, int member, const char *body, int used_ms)
{
    run(super,
        "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, "
        "answer_id, body, late, \"right\", used_us, received_us) VALUES (2026, %s, %s, %d, %s, %s, "
        "'a', '%s', false, %s, %d, %d)",
        T.s, E.s, qi, lt_num(persons[team][member]).s, lt_num(entries[team]).s, body,
        strcmp(body, RIGHT) == 0 ? "true" : "false", used_ms * 1000, 5000000 + used_ms * 1000);
}

static void press(int team, int after_ms)
{
    struct lt_evidence seen = {.arrival_us = now_us + 1000000 + after_ms * 1000,
                               .elapsed_us = -1,
                               .rtt_min_us = -1,
                               .rtt_max_us = -1,
                               .claim_us = -1};
    act_with((struct lt_input){.action = LT_ACT_PRESS,
                               .by = persons[team][1],
                               .entry = entries[team],
                               .qi = -1,
                               .evidence = seen});
}

/* Two questions for all: 1 right, 2 wrong by a vote of two to none, 3 silent; the second is void. */
static void play_required(void)
{
    next(0, 0);
    act(LT_ACT_OPEN);
    answer(0, 0, 0, RIGHT, 900);
    answer(0, 1, 0, WRONG, 500);
    answer(0, 1, 1, WRONG, 700);
    close_question(3, 1);
    next(1, 0);
    act(LT_ACT_OPEN);
    answer(1, 1, 0, RIGHT, 500);
    answer(1, 2, 0, RIGHT, 600);
    close_question(2, 2);
    act_with((struct lt_input){.action = LT_ACT_VOID, .qi = 1, .reason = "misprint"});
}

/* Of the team that holds the question: its answer is read when its time is over. */
static void close_held(bool right)
{
    char digest[LT_DIGEST_BYTES + 1];
    struct lt_rows *rows;
    step((struct lt_input){.kind = LT_IN_TIME});
    if (lt_db_exec(super, &rows,
                   "SELECT leitai.answers_digest($1, $2, $3, 2026::smallint, $4, false)", E.s,
                   lt_num(engine.qi).s, lt_num(engine.qi + 1).s, lt_num(engine.held).s) != LT_OK)
        fail_msg("%s", lt_db_message(super));
    snprintf(digest, sizeof digest, "%s", lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    step((struct lt_input){.kind = LT_IN_TALLY, .answered = 1, .correct = right, .digest = digest});
}

/* 3 fouls; 1 presses first and is wrong, 2 is right by rebound. Then nobody presses. */
static void play_buzzer(void)
{
    next(2, 0);
    press(2, 0);
    act(LT_ACT_OPEN);
    press(0, 0);
    step((struct lt_input){.kind = LT_IN_TIME, .random = 5});
    answer(2, 0, 0, WRONG, 100);
    answer(2, 0, 1, RIGHT, 150); /* one against one: the captain's stands */
    close_held(false);
    press(1, 0);
    step((struct lt_input){.kind = LT_IN_TIME, .random = 5});
    answer(2, 1, 1, RIGHT, 100);
    close_held(true);
    act(LT_ACT_REVEAL);
    next(3, 0);
    act(LT_ACT_OPEN);
    step((struct lt_input){.kind = LT_IN_TIME});
    act(LT_ACT_REVEAL);
}

static void stake(int team, int64_t value_c)
{
    act_with((struct lt_input){.action = LT_ACT_STAKE,
                               .by = persons[team][0],
                               .entry = entries[team],
                               .value = value_c,
                               .qi = -1});
}

/* 1 wins 20, 2 loses 10, 3 declines. */
static void play_wager(void)
{
    next(4, 0);
    stake(0, 2000);
    stake(1, 1000);
    stake(2, 0);
    act(LT_ACT_OPEN);
    answer(4, 0, 0, RIGHT, 100);
    close_question(1, 1);
}

/* 1, 2 and 3 get `part_c` each. */
static void play_jury(void)
{
    static const int64_t part_c[TEAMS] = {1000, 2000, 3000};
    for (int i = 0; i < TEAMS; i++) {
        next(5 + i, entries[i]);
        act(LT_ACT_OPEN);
        for (int judge = 0; judge < 2; judge++)
            act_with((struct lt_input){
                .action = LT_ACT_MARK, .by = JUDGE + judge, .value = part_c[i], .qi = -1});
        act(LT_ACT_CLOSE);
        act(LT_ACT_REVEAL);
    }
}

static void adjust(int team, int64_t value_c)
{
    act_with((struct lt_input){.action = LT_ACT_ADJUST,
                               .entry = entries[team],
                               .value = value_c,
                               .qi = -1,
                               .reason = "time exceeded"});
}

/* Everybody has 120 by now but 1; who is right alone wins. */
static void play_tiebreak(void)
{
    static struct lt_plan plan;
    plan = (struct lt_plan){.qi = 8, .n = 1, .n_field = 2, .field = {entries[1], entries[2]}};
    act_with((struct lt_input){.action = LT_ACT_NEXT, .plan = &plan, .qi = -1});
    act(LT_ACT_OPEN);
    answer(8, 1, 0, WRONG, 100);
    answer(8, 2, 0, RIGHT, 100);
    close_question(2, 1);
}

/* Before the adjustment 1: 100 + 10 − 10 + 20 + 10 = 130, 2: 100 − 5 + 10 − 10 + 20 = 115,
 * 3: 100 − 10 + 30 = 120. */
static void play_contest(void)
{
    event_begin(sheet);
    register_teams();
    act(LT_ACT_LOBBY);
    draw_lot();
    act(LT_ACT_START);
    play_required();
    play_buzzer();
    play_wager();
    play_jury();
    adjust(0, -2000);
    adjust(1, 500);
    play_tiebreak();
    act(LT_ACT_FINISH);
    act(LT_ACT_FINALISE);
    make_job(1);
}

static int setup(void **state)
{
    struct lt_final_job job;
    int64_t seq;
    (void)state;
    play_contest();
    job = (struct lt_final_job){.tenant = {tenant}, .event = {event}, .token = 1};
    assert_int_equal(lt_finalise(app, &job, &seq), LT_OK);
    return 0;
}

static int group_setup(void **state)
{
    struct lt_buf err;
    (void)state;
    lt_log_init(LT_LOG_ERROR, "test");
    super = db_migrated();
    app = db_open("leitai_app");
    config = lt_config_new();
    lt_buf_init(&err, 1024);
    assert_int_equal(lt_config_set(config, "database_url", db_url("leitai_app"), &err), LT_OK);
    lt_buf_done(&err);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    lt_config_free(config);
    lt_db_close(super);
    lt_db_close(app);
    return 0;
}

/* ---- asking ---- */

static char output[OUTPUT_BYTES];

/* Exit status; `output` is what it printed. */
static int replay(void)
{
    FILE *f = tmpfile();
    int out = dup(STDOUT_FILENO);
    assert_non_null(f);
    fflush(stdout);
    dup2(fileno(f), STDOUT_FILENO);
    int status = lt_cmd_replay(
        config, 4,
        (char *[]){(char *)"replay", (char *)"e", (char *)"--tenant", tenant_code, NULL});
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    rewind(f);
    size_t n = fread(output, 1, sizeof output - 1, f);
    output[n] = '\0';
    fclose(f);
    return status;
}

static void assert_says(const char *text)
{
    if (!strstr(output, text))
        fail_msg("\"%s\" is not in:\n%s", text, output);
}

static int64_t result(const char *column, int team)
{
    return number(super, "SELECT %s FROM leitai.result WHERE tenant_id = %s AND entry_id = %s",
                  column, T.s, lt_num(entries[team]).s);
}

static void assert_found(const char *where, const char *what)
{
    assert_int_equal(replay(), 1);
    assert_says("different: ");
    assert_says(where);
    assert_says(what);
    assert_null(strstr(output, "identical"));
}

/* ---- tests ---- */

static void a_contest_of_teams_is_finalised_from_its_log_and_answers(void **state)
{
    (void)state;
    assert_int_equal(result("points_c", 0), 11000);
    assert_int_equal(result("points_c", 1), 12000);
    assert_int_equal(result("points_c", 2), 12000);
    assert_int_equal(result("rank", 2), 1);
    assert_int_equal(result("rank", 1), 2);
    assert_int_equal(result("rank", 0), 3);
    /* Each member gets what the team earned. */
    assert_int_equal(number(super,
                            "SELECT sum(amount_c) FROM leitai.credit_outbox WHERE tenant_id = %s "
                            "AND person_id = %s",
                            T.s, lt_num(persons[2][1]).s),
                     400);
    assert_int_equal(
        number(super, "SELECT count(*) FROM leitai.credit_outbox WHERE tenant_id = %s", T.s),
        TEAMS * MEMBERS + MEMBERS);
}

static void it_replays_to_identical_totals(void **state)
{
    (void)state;
    assert_int_equal(replay(), 0);
    assert_says("     1        120.00          4.00");
    assert_says("     3        110.00          1.00");
    assert_says("Team 3\n");
    assert_says("\nidentical\n");
}

static void a_changed_result_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.result SET points_c = points_c + 100 WHERE tenant_id = %s AND rank = 2",
        T.s);
    assert_found("result of entry ", "points");
    assert_says("stored     12100");
    assert_says("recomputed 12000");
}

static void a_missing_result_is_found(void **state)
{
    (void)state;
    run(super, "DELETE FROM leitai.result WHERE tenant_id = %s AND rank = 3", T.s);
    assert_found("result", "number of entries");
}

static void a_changed_answer_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.answer SET used_us = used_us + 1 WHERE tenant_id = %s AND qi = 0 AND "
        "entry_id = %s",
        T.s, lt_num(entries[0]).s);
    assert_found("(closed)", "digest of the answers");
}

static void a_changed_answer_of_the_holder_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.answer SET body = '%s' WHERE tenant_id = %s AND qi = 2 AND entry_id = %s",
        RIGHT, T.s, lt_num(entries[0]).s);
    assert_found("(verdict)", "digest of the answers");
}

/* The digest was forged along with the answer. */
static void a_tally_that_the_answers_do_not_give_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.answer SET body = '%s', \"right\" = true WHERE tenant_id = %s AND qi = 0 "
        "AND entry_id = %s;"
        "UPDATE leitai.event_log SET payload = regexp_replace(payload, '\"digest\":\"[0-9a-f]+\"', "
        "'\"digest\":\"' || leitai.answers_digest(event_id, 0, 1, 2026::smallint, 0, false) || "
        "'\"') WHERE tenant_id = %s AND kind = 'closed' AND payload LIKE '{\"qi\":0,%%'",
        RIGHT, T.s, lt_num(entries[1]).s, T.s);
    assert_found("(closed)", "correct");
}

static void a_changed_ruling_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.event_log SET payload = replace(payload, '-2000', '-1000') WHERE tenant_id "
        "= %s AND kind = 'ruling'",
        T.s);
    assert_found("result of entry ", "points");
}

static void a_record_that_is_not_canonical_is_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.event_log SET payload = replace(payload, '{\"qi\":0', '{ \"qi\":0') WHERE "
        "tenant_id = %s AND kind = 'open'",
        T.s);
    assert_found("(open)", "payload");
}

static void an_impossible_and_a_missing_record_are_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.event_log SET kind = 'closing' WHERE tenant_id = %s AND kind = 'reveal' AND "
        "payload LIKE '{\"qi\":0,%%'",
        T.s);
    assert_found("log", "a record is impossible");
    run(super, "DELETE FROM leitai.event_log WHERE tenant_id = %s AND seq = 5", T.s);
    assert_found("log", "a record is missing");
}

static void credits_that_do_not_follow_are_found(void **state)
{
    (void)state;
    run(super,
        "UPDATE leitai.credit_outbox SET amount_c = 900 WHERE tenant_id = %s AND person_id = %s "
        "AND rule = 'placement'",
        T.s, lt_num(persons[2][0]).s);
    assert_found("(placement)", "stored     900");
    run(super,
        "UPDATE leitai.credit_outbox SET amount_c = 300 WHERE amount_c = 900;"
        "DELETE FROM leitai.credit_outbox WHERE tenant_id = %s AND person_id = %s",
        T.s, lt_num(persons[1][0]).s);
    assert_found("(participation)", "stored     none");
    run(super,
        "INSERT INTO leitai.credit_outbox (tenant_id, event_id, person_id, rule, ext_id, year, "
        "amount_c, reason) SELECT tenant_id, %s, person_id, r, ext_id, 2026, 100, 'r' FROM "
        "leitai.person, unnest(ARRAY['participation', 'zeal']) r WHERE tenant_id = %s AND "
        "person_id "
        "= %s",
        E.s, T.s, lt_num(persons[1][0]).s);
    assert_found("(zeal)", "recomputed none");
}

static void what_is_not_there_cannot_be_replayed(void **state)
{
    (void)state;
    char *unknown[] = {(char *)"replay", (char *)"e", (char *)"--tenant", (char *)"nobody", NULL};
    char *no_event[] = {(char *)"replay", (char *)"--tenant", tenant_code, (char *)"none", NULL};
    assert_int_equal(lt_cmd_replay(config, 4, unknown), 1);
    assert_int_equal(lt_cmd_replay(config, 4, no_event), 1);
    assert_int_equal(lt_cmd_replay(config, 2, unknown), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(a_contest_of_teams_is_finalised_from_its_log_and_answers),
        TEST(it_replays_to_identical_totals),
        TEST(a_changed_result_is_found),
        TEST(a_missing_result_is_found),
        TEST(a_changed_answer_is_found),
        TEST(a_changed_answer_of_the_holder_is_found),
        TEST(a_tally_that_the_answers_do_not_give_is_found),
        TEST(a_changed_ruling_is_found),
        TEST(a_record_that_is_not_canonical_is_found),
        TEST(an_impossible_and_a_missing_record_are_found),
        TEST(credits_that_do_not_follow_are_found),
        TEST(what_is_not_there_cannot_be_replayed),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

/* The demo: complete, and consistent with itself: a replay of the event that is over gives what is
 * on record. */
#include "app/commands.h"
#include "database.h"
#include "domain/engine.h"
#include "domain/question.h"
#include "domain/ranking.h"
#include "domain/scoring.h"
#include "service/auth.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PLAYERS_MAX = 4096, QUESTIONS_MAX = 32, TEXT_BYTES = 8192 };

static struct lt_db *super;
static struct lt_config *config;
static char people_path[64], secret_path[64];

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
    snprintf(people_path, sizeof people_path, "/tmp/leitai-people-%d", (int)getpid());
    snprintf(secret_path, sizeof secret_path, "/tmp/leitai-secret-%d", (int)getpid());
    super = db_migrated();
    config = lt_config_new();
    configure("migrate_url", db_url(NULL));
    configure("database_url", db_url("leitai_app"));
    configure("relay_url", db_url("leitai_relay"));
    configure("session_secret", "a secret that is long enough for this");
    configure("public_url", "https://quiz.example/");
    char *argv[] = {(char *)"demo", (char *)"--people",
                    people_path,    (char *)"--ticket-secret",
                    secret_path,    NULL};
    assert_int_equal(lt_cmd_demo(config, 5, argv), 0);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    unlink(people_path);
    unlink(secret_path);
    lt_config_free(config);
    lt_db_close(super);
    return 0;
}

static size_t read_file(const char *path, char *out, size_t cap)
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = fread(out, 1, cap - 1, f);
    out[n] = '\0';
    fclose(f);
    return n;
}

/* ---- replay ---- */

struct player {
    int64_t entry, streak_qi;
    int streak;
    struct lt_standing s;
};
static struct replay {
    struct lt_sheet sheet;
    struct lt_engine engine;
    struct lt_question *questions[QUESTIONS_MAX];
    struct player players[PLAYERS_MAX];
    int n_players;
} R;

static struct lt_rows *query(const char *sql)
{
    struct lt_rows *rows;
    if (lt_db_exec(super, &rows, sql) != LT_OK)
        fail_msg("%s", lt_db_message(super));
    return rows;
}

#define EVENT                                                                                      \
    "(tenant_id, event_id) = (SELECT tenant_id, event_id FROM leitai.event WHERE code = "          \
    "'spring-2026')"

static void replay_log(void)
{
    struct lt_buf err;
    struct lt_rows *rows = query("SELECT sheet FROM leitai.rule_sheet WHERE " EVENT);
    lt_buf_init(&err, 4096);
    assert_int_equal(
        lt_sheet_parse(lt_rows_text(rows, 0, 0), strlen(lt_rows_text(rows, 0, 0)), &R.sheet, &err),
        LT_OK);
    lt_buf_done(&err);
    lt_rows_free(rows);
    lt_engine_init(&R.engine, &R.sheet);
    rows = query("SELECT kind, seq, at_us, payload FROM leitai.event_log WHERE " EVENT
                 " ORDER BY seq");
    for (int i = 0; i < lt_rows_count(rows); i++) {
        struct lt_record r;
        const char *payload = lt_rows_text(rows, i, 3);
        assert_int_equal(lt_record_read(lt_rows_text(rows, i, 0), lt_rows_i64(rows, i, 1),
                                        lt_rows_i64(rows, i, 2), payload, strlen(payload), &r),
                         LT_OK);
        assert_int_equal(lt_engine_apply(&R.engine, &r), LT_OK);
    }
    lt_rows_free(rows);
}

static void read_questions(void)
{
    struct lt_rows *rows =
        query("SELECT body FROM leitai.question_instance WHERE " EVENT " ORDER BY qi");
    const char *path;
    assert_int_equal(lt_rows_count(rows), lt_sheet_questions(&R.sheet));
    for (int i = 0; i < lt_rows_count(rows); i++)
        assert_int_equal(lt_question_parse(lt_rows_text(rows, i, 0),
                                           strlen(lt_rows_text(rows, i, 0)), &R.questions[i],
                                           &path),
                         LT_OK);
    lt_rows_free(rows);
}

static void read_players(void)
{
    struct lt_rows *rows =
        query("SELECT entry_id FROM leitai.entry WHERE " EVENT " ORDER BY entry_id");
    R.n_players = lt_rows_count(rows);
    assert_in_range(R.n_players, 1000, PLAYERS_MAX);
    for (int i = 0; i < R.n_players; i++)
        R.players[i] = (struct player){
            .entry = lt_rows_i64(rows, i, 0),
            .s = {.entry = lt_rows_i64(rows, i, 0), .points_c = R.sheet.start_points_c}};
    lt_rows_free(rows);
}

static struct player *player_of(int64_t entry)
{
    for (int i = 0; i < R.n_players; i++)
        if (R.players[i].entry == entry)
            return &R.players[i];
    fail_msg("an answer of nobody");
    return NULL;
}

/* Grade one raw answer; the stored verdict must be the same. Stored points are no input. */
static void replay_answer(const struct lt_rows *rows, int i)
{
    int qi = (int)lt_rows_i64(rows, i, 0), round, index;
    const char *body = lt_rows_text(rows, i, 2);
    const struct lt_round_rule *rule = lt_sheet_round_of(&R.sheet, qi, &round, &index);
    struct player *p = player_of(lt_rows_i64(rows, i, 1));
    struct lt_response r;
    assert_int_equal(lt_response_read(body, strlen(body), &r), LT_OK);
    struct lt_verdict v = lt_grade(R.questions[qi], &r, rule->score.partial);
    int64_t used_us = lt_rows_i64(rows, i, 3);
    /* The streak lives on only from the question before, in the same round. */
    int streak = index > 0 && p->streak_qi == qi - 1 ? p->streak : 0;
    int64_t points_c = lt_score(&rule->score, v, used_us, rule->seconds * INT64_C(1000000), streak);
    assert_int_equal(points_c, lt_rows_i64(rows, i, 4));
    assert_int_equal(v.right, lt_rows_bool(rows, i, 5));
    p->streak_qi = v.right ? qi : -1;
    p->streak = v.right ? streak + 1 : 0;
    p->s.points_c += points_c;
    p->s.correct += v.right;
    p->s.time_us += points_c > 0 ? used_us : 0;
}

static void replay_answers(void)
{
    struct lt_rows *rows = query(
        "SELECT qi, entry_id, body, used_us, points_c, \"right\" FROM leitai.answer WHERE " EVENT
        " AND NOT late ORDER BY qi, entry_id");
    assert_true(lt_rows_count(rows) > 5000);
    for (int i = 0; i < lt_rows_count(rows); i++)
        replay_answer(rows, i);
    lt_rows_free(rows);
}

static void a_replay_of_the_event_gives_the_results_on_record(void **state)
{
    static struct lt_standing s[PLAYERS_MAX];
    (void)state;
    replay_log();
    assert_int_equal(R.engine.phase, LT_PHASE_FINAL);
    read_questions();
    read_players();
    replay_answers();
    for (int i = 0; i < R.n_players; i++)
        s[i] = R.players[i].s;
    lt_rank(s, R.n_players);
    struct lt_rows *rows =
        query("SELECT entry_id, rank, points_c, correct, time_us FROM leitai.result WHERE " EVENT
              " ORDER BY rank, entry_id");
    assert_int_equal(lt_rows_count(rows), R.n_players);
    for (int i = 0; i < R.n_players; i++) {
        assert_int_equal(lt_rows_i64(rows, i, 0), s[i].entry);
        assert_int_equal(lt_rows_i64(rows, i, 1), s[i].rank);
        assert_int_equal(lt_rows_i64(rows, i, 2), s[i].points_c);
        assert_int_equal(lt_rows_i64(rows, i, 3), s[i].correct);
        assert_int_equal(lt_rows_i64(rows, i, 4), s[i].time_us);
    }
    lt_rows_free(rows);
    for (int i = 0; i < QUESTIONS_MAX; i++)
        lt_question_free(R.questions[i]);
}

static void the_tally_of_each_question_is_that_of_its_answers(void **state)
{
    (void)state;
    struct lt_rows *rows =
        query("SELECT count(*) FROM leitai.event_log l JOIN (SELECT qi, count(*) AS answered, "
              "count(*) FILTER (WHERE \"right\") AS correct "
              "FROM leitai.answer WHERE " EVENT
              " AND NOT late GROUP BY qi) a ON a.qi = (l.payload::json->>'qi')::integer "
              "WHERE " EVENT
              " AND l.kind = 'closed' AND a.answered = (l.payload::json->>'answered')::integer "
              "AND a.correct = (l.payload::json->>'correct')::integer");
    assert_int_equal(lt_rows_i64(rows, 0, 0), lt_sheet_questions(&R.sheet));
    lt_rows_free(rows);
}

static void what_is_owed_is_in_the_ledger(void **state)
{
    (void)state;
    assert_true(number(super, "SELECT count(*) FROM leitai.credit_outbox") > 1000);
    assert_int_equal(
        number(super,
               "SELECT count(*) FROM leitai.credit_outbox o WHERE posted_at IS NULL OR NOT EXISTS "
               "(SELECT FROM study.ledger l WHERE (l.tenant_id, l.key, l.ext_id, l.requested_c) "
               "= (o.tenant_id, o.key, o.ext_id, o.amount_c))"),
        0);
    assert_int_equal(
        lt_cmd_credits(config, 2, (char *[]){(char *)"credits", (char *)"check", NULL}), 0);
}

/* ---- numbers and files ---- */

#define DEMO "tenant_id = (SELECT tenant_id FROM leitai.tenant WHERE code = 'demo')"

static void the_province_has_its_size(void **state)
{
    (void)state;
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.region WHERE level = 1 AND " DEMO),
                     21);
    assert_int_equal(
        number(super, "SELECT count(DISTINCT name) FROM leitai.region WHERE level = 2 AND " DEMO),
        183);
    assert_int_equal(number(super, "SELECT count(DISTINCT unit_id) FROM leitai.membership WHERE "
                                   "valid_to IS NULL AND " DEMO),
                     226);
    assert_int_equal(number(super, "SELECT count(*) FROM leitai.question WHERE " DEMO), 248);
    assert_int_equal(number(super, "SELECT count(DISTINCT kind) FROM leitai.unit WHERE " DEMO), 5);
    assert_int_equal(
        number(
            super,
            "SELECT count(*) FROM leitai.event_head JOIN leitai.event USING (tenant_id, event_id) "
            "WHERE code = 'live-demo' AND phase = 'draft'"),
        1);
}

static void the_people_file_names_every_player(void **state)
{
    static char text[1024 * 1024];
    int lines = 0;
    (void)state;
    read_file(people_path, text, sizeof text);
    assert_memory_equal(text, "ext_id,name,unit_code\n", 22);
    for (char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines - 1, number(super, "SELECT count(*) FROM leitai.person p WHERE NOT "
                                              "guest AND ext_id LIKE 'p%%' AND " DEMO));
    assert_null(strstr(text, "\nhost,"));
}

static void the_secret_is_readable_by_its_owner_only(void **state)
{
    struct stat s;
    (void)state;
    assert_int_equal(stat(secret_path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(s.st_size, 64);
}

/* ---- links ---- */

/* What `leitai link …` prints; its exit status in *ret_status. */
static void link_output(char *out, size_t cap, int *ret_status, int argc, const char *const *argv)
{
    char path[] = "/tmp/leitai-link-XXXXXX";
    int fd = mkstemp(path), saved = dup(STDOUT_FILENO);
    assert_true(fd >= 0 && saved >= 0);
    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    *ret_status = lt_cmd_link(config, argc, (char **)argv);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(fd);
    read_file(path, out, cap);
    unlink(path);
}
#define LINK(out, status, ...)                                                                     \
    link_output((out), TEXT_BYTES, (status),                                                       \
                (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                     \
                (const char *const[]){__VA_ARGS__, NULL})

static int demo_key(void *arg, const char *tenant_code, const char *kid, struct lt_ticket_key *ret)
{
    if (strcmp(tenant_code, "demo") != 0 || strcmp(kid, "main") != 0)
        return LT_ENOENT;
    *ret = (struct lt_ticket_key){.kid = "main", .alg = LT_TICKET_HS256, .key = arg, .len = 64};
    return LT_OK;
}

static void a_link_for_a_person_carries_a_ticket_that_the_exported_key_verifies(void **state)
{
    char out[TEXT_BYTES], secret[128], token[TEXT_BYTES];
    struct lt_ticket t;
    long long event;
    int status;
    (void)state;
    LINK(out, &status, "link", "desk", "--tenant", "demo", "--event", "live-demo", "--person",
         "host");
    assert_int_equal(status, 0);
    assert_int_equal(sscanf(out, "https://quiz.example/desk#t=%8000[^&]&e=%lld", token, &event), 2);
    read_file(secret_path, secret, sizeof secret);
    assert_int_equal(lt_ticket_verify(token, demo_key, secret, time(NULL), &t), LT_OK);
    assert_string_equal(t.sub, "host");
    assert_string_equal(t.unit, "P-01");
    assert_int_equal(t.event.v, event);
}

static void a_link_for_a_stage_carries_a_session_of_this_installation(void **state)
{
    char out[TEXT_BYTES], token[TEXT_BYTES];
    struct lt_session_key key;
    struct lt_session s;
    int status;
    (void)state;
    LINK(out, &status, "link", "stage", "--tenant", "demo", "--event", "live-demo");
    assert_int_equal(status, 0);
    assert_int_equal(sscanf(out, "https://quiz.example/stage#s=%8000[^&]&e=", token), 1);
    lt_session_key_init(&key, "a secret that is long enough for this");
    assert_int_equal(lt_session_verify(&key, token, time(NULL), &s), LT_OK);
    assert_int_equal(s.role, LT_SESSION_STAGE);
}

static void a_link_without_a_person_is_the_join_code(void **state)
{
    char out[TEXT_BYTES];
    int status;
    (void)state;
    LINK(out, &status, "link", "play", "--tenant", "demo", "--event", "live-demo");
    assert_int_equal(status, 0);
    assert_string_equal(out, "https://quiz.example/#c=202611\n");
}

static void a_link_to_what_does_not_exist_is_refused(void **state)
{
    char out[TEXT_BYTES];
    int status;
    (void)state;
    LINK(out, &status, "link", "desk", "--tenant", "demo", "--event", "live-demo", "--person",
         "nobody");
    assert_int_equal(status, 1);
    assert_string_equal(out, "");
    LINK(out, &status, "link", "desk", "--tenant", "other", "--event", "live-demo", "--person",
         "host");
    assert_int_equal(status, 1);
    LINK(out, &status, "link", "desk", "--tenant", "demo", "--event", "live-demo");
    assert_int_equal(status, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_of_the_event_gives_the_results_on_record),
        cmocka_unit_test(the_tally_of_each_question_is_that_of_its_answers),
        cmocka_unit_test(what_is_owed_is_in_the_ledger),
        cmocka_unit_test(the_province_has_its_size),
        cmocka_unit_test(the_people_file_names_every_player),
        cmocka_unit_test(the_secret_is_readable_by_its_owner_only),
        cmocka_unit_test(a_link_for_a_person_carries_a_ticket_that_the_exported_key_verifies),
        cmocka_unit_test(a_link_for_a_stage_carries_a_session_of_this_installation),
        cmocka_unit_test(a_link_without_a_person_is_the_join_code),
        cmocka_unit_test(a_link_to_what_does_not_exist_is_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

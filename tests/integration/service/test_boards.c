/* Boards against a real Redis that is emptied, killed and started again. */
#include "base/err.h"
#include "client.h"
#include "servers.h"
#include "service/board_set.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { ENTRIES = 20000, MS = 1000, LONG_MS = 20000 };

static const struct lt_tenant_id tenant = {7};
static const struct lt_event_id event = {9};
static const struct lt_sheet sheet = {.n_keys = 3,
                                      .keys = {LT_KEY_POINTS, LT_KEY_CORRECT, LT_KEY_TIME}};

/* One process, as far as Redis can see. */
struct node {
    struct lt_redis *redis;
    struct lt_boards *boards;
};

static struct {
    struct lt_loop *loop;
    struct test_redis *server;
    struct node a, b;
    struct lt_place *places;
    const struct lt_place **ranked;
    bool replied, gone;
    char text[64];
} t;

static void node_new(struct node *n)
{
    struct lt_redis_opts opts = {.url = test_redis_server_url(t.server),
                                 .connect_timeout_us = 1000 * MS,
                                 .command_timeout_us = 1000 * MS,
                                 .max_pending = 1000};
    n->redis = lt_redis_new(t.loop, &opts);
    assert_non_null(n->redis);
    n->boards = lt_boards_new(t.loop, n->redis);
    assert_non_null(n->boards);
    for (int i = 0; i < LONG_MS && !lt_redis_up(n->redis); i++)
        turn_until(t.loop, &t.gone, 1);
    assert_true(lt_redis_up(n->redis));
}

static void on_gone(void *arg)
{
    (void)arg;
    t.gone = true;
}

static void node_free(struct node *n)
{
    t.gone = false;
    lt_redis_free(n->redis, on_gone, NULL);
    assert_true(turn_until(t.loop, &t.gone, LONG_MS));
    t.gone = false;
    lt_boards_free(n->boards);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.loop = lt_loop_new();
    t.server = test_redis_start();
    t.places = calloc(ENTRIES, sizeof *t.places);
    t.ranked = calloc(ENTRIES, sizeof *t.ranked);
    assert_true(t.places && t.ranked);
    for (int i = 0; i < ENTRIES; i++) {
        t.places[i] =
            (struct lt_place){.entry = i + 1, .points_c = 100 * (ENTRIES - i), .rank = i + 1};
        t.ranked[i] = &t.places[i];
    }
    node_new(&t.a);
    node_new(&t.b);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    node_free(&t.a);
    node_free(&t.b);
    test_redis_stop(t.server);
    lt_loop_free(t.loop);
    free(t.places);
    free(t.ranked);
    return 0;
}

static void project_set(struct node *n, int64_t version, int entries, int rounds, bool if_newer)
{
    struct lt_board_input in = {.tenant = tenant,
                                .event = event,
                                .version = version,
                                .shows = version,
                                .sheet = &sheet,
                                .shown = t.ranked,
                                .n_shown = entries};
    struct lt_board_set *set = lt_board_set_make(&in);
    for (int r = 1; r <= rounds; r++) {
        char name[LT_BOARD_NAME_BYTES];
        lt_board_name(name, LT_OF_ENTRY, r);
        *lt_board_set_add(set, name, 1) =
            (struct lt_board_row){.member = r, .score = -1, .value = {-5, 6, 7}, .rank = 1};
    }
    lt_boards_project(n->boards, set, if_newer);
}

static void project(struct node *n, int64_t version, int entries, bool if_newer)
{
    project_set(n, version, entries, 0, if_newer);
}

static void await_state(const struct node *n, enum lt_board_state wanted)
{
    for (int i = 0; i < LONG_MS && lt_boards_state(n->boards, tenant, event) != wanted; i++)
        turn_until(t.loop, &t.gone, 1);
    assert_int_equal(wanted, lt_boards_state(n->boards, tenant, event));
}

static void on_reply(void *arg, int err, const struct lt_redis_reply *r)
{
    (void)arg;
    t.replied = true;
    t.text[0] = '\0';
    if (err != LT_OK)
        return;
    if (lt_redis_type(r) == LT_REDIS_INT)
        snprintf(t.text, sizeof t.text, "%lld", lt_redis_int(r));
    else if (lt_redis_type(r) == LT_REDIS_STR)
        snprintf(t.text, sizeof t.text, "%s", lt_redis_str(r, NULL));
}

static const char *ask(const char *verb, const char *key)
{
    t.replied = false;
    assert_int_equal(LT_OK, lt_redis_cmdv(t.b.redis, on_reply, NULL, verb, key, (char *)NULL));
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
    return t.text;
}

static void expect_board(int entries, int64_t version)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%d", entries);
    assert_string_equal(wanted, ask("ZCARD", "lt:{7:9}:board"));
    snprintf(wanted, sizeof wanted, "%" PRId64, version);
    assert_string_equal(wanted, ask("GET", "lt:{7:9}:board:v"));
    assert_string_equal("-1", ask("TTL", "lt:{7:9}:board"));
}

/* Forget everything, unseen by the nodes. */
static void flush(void)
{
    t.replied = false;
    assert_int_equal(LT_OK, lt_redis_cmdv(t.b.redis, on_reply, NULL, "FLUSHALL", (char *)NULL));
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
}

static void a_board_is_written_whole(void **state)
{
    (void)state;
    project(&t.a, 5, ENTRIES, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    expect_board(ENTRIES, 5);
    project(&t.a, 6, 3, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    expect_board(3, 6);
}

static void flush(void);

static const char *member(const char *verb, const char *key, const char *name)
{
    t.replied = false;
    assert_int_equal(LT_OK,
                     lt_redis_cmdv(t.b.redis, on_reply, NULL, verb, key, name, (char *)NULL));
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
    return t.text;
}

static const char *field(const char *key, const char *name)
{
    return member("HGET", key, name);
}

static const char *score(const char *key, const char *name)
{
    return member("ZSCORE", key, name);
}

static void boards_that_a_set_has_no_more_are_removed_and_stay_away(void **state)
{
    (void)state;
    project_set(&t.a, 5, 2, 3, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    assert_string_equal("-5 6 7 1", field("lt:{7:9}:board:r3:rows", "3"));
    assert_string_equal("1999900 0 0 2", field("lt:{7:9}:board:rows", "2"));
    assert_string_equal("2", field("lt:{7:9}:boards", "b:board"));
    project_set(&t.a, 6, 2, 1, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    assert_string_equal("1", ask("EXISTS", "lt:{7:9}:board:r1"));
    assert_string_equal("0", ask("EXISTS", "lt:{7:9}:board:r2"));
    assert_string_equal("0", ask("EXISTS", "lt:{7:9}:board:r2:rows"));
    assert_string_equal("0", ask("EXISTS", "lt:{7:9}:board:r3:v"));
    assert_string_equal("", field("lt:{7:9}:boards", "b:board:r3"));
    project_set(&t.b, 5, 2, 3, false);
    await_state(&t.b, LT_BOARD_NEWER);
    assert_string_equal("0", ask("EXISTS", "lt:{7:9}:board:r3"));
}

static void a_board_that_is_what_it_was_is_not_written_again_until_redis_is_emptied(void **state)
{
    (void)state;
    project_set(&t.a, 5, 3, 2, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    t.places[0].points_c++;
    project_set(&t.a, 6, 3, 2, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    assert_string_equal("6", ask("GET", "lt:{7:9}:board:v"));
    assert_string_equal("5", ask("GET", "lt:{7:9}:board:r2:v"));
    assert_string_equal("6", field("lt:{7:9}:boards", "v"));
    assert_string_equal("1", field("lt:{7:9}:boards", "b:board:r2"));
    turn_until(t.loop, &t.gone, 1500); /* the mark is known */
    flush();
    await_state(&t.a, LT_BOARD_LOST);
    await_state(&t.a, LT_BOARD_WRITTEN);
    assert_string_equal("6", ask("GET", "lt:{7:9}:board:r2:v"));
    assert_string_equal("-5 6 7 1", field("lt:{7:9}:board:r2:rows", "2"));
}

static void tied_entries_share_a_score_and_a_rank(void **state)
{
    (void)state;
    t.places[1].points_c = t.places[0].points_c; /* but for less than a quantum of time */
    t.places[1].time_us = 1;
    project(&t.a, 5, 3, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    assert_string_equal("2000000 0 1 2", field("lt:{7:9}:board:rows", "2"));
    assert_string_equal("-2", score("lt:{7:9}:board", "2"));
    t.places[1].time_us = 0;
    t.places[1].rank = 1;
    t.places[2].rank = 0;
    project(&t.a, 6, 3, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    char first[64];
    snprintf(first, sizeof first, "%s", score("lt:{7:9}:board", "1"));
    assert_string_equal(first, score("lt:{7:9}:board", "2"));
    assert_string_equal("", score("lt:{7:9}:board", "3"));
    assert_string_equal("1999800 0 0 0", field("lt:{7:9}:board:rows", "3"));
}

static void an_older_version_never_replaces_a_newer_one(void **state)
{
    (void)state;
    project(&t.a, 10, 300, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    project(&t.b, 5, ENTRIES, false);
    await_state(&t.b, LT_BOARD_NEWER);
    expect_board(300, 10);
}

static void two_writers_at_once_leave_the_newer_board(void **state)
{
    (void)state;
    project(&t.a, 10, ENTRIES, false);
    project(&t.b, 11, ENTRIES - 1, false);
    await_state(&t.b, LT_BOARD_WRITTEN);
    for (int i = 0; i < LONG_MS && lt_boards_state(t.a.boards, tenant, event) == LT_BOARD_WRITING;
         i++)
        turn_until(t.loop, &t.gone, 1);
    expect_board(ENTRIES - 1, 11);
}

static void what_stands_is_not_written_again_when_it_need_not(void **state)
{
    (void)state;
    project(&t.a, 10, 300, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    project(&t.b, 10, ENTRIES, true);
    await_state(&t.b, LT_BOARD_NEWER);
    expect_board(300, 10);
    lt_boards_forget(t.a.boards, tenant, event);
    turn_until(t.loop, &t.gone, 1500); /* the mark is known */
    flush();
    await_state(&t.b, LT_BOARD_WRITTEN);
    expect_board(ENTRIES, 10);
}

static void an_emptied_redis_is_noticed_and_filled(void **state)
{
    (void)state;
    project(&t.a, 5, ENTRIES, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    turn_until(t.loop, &t.gone, 1500); /* the mark is known */
    flush();
    assert_string_equal("0", ask("ZCARD", "lt:{7:9}:board"));
    await_state(&t.a, LT_BOARD_LOST);
    await_state(&t.a, LT_BOARD_WRITTEN);
    expect_board(ENTRIES, 5);
}

static void a_redis_emptied_half_way_gets_no_half_board(void **state)
{
    (void)state;
    project(&t.a, 5, ENTRIES, false);
    turn_until(t.loop, &t.gone, 2); /* some chunks */
    assert_int_equal(LT_BOARD_WRITING, lt_boards_state(t.a.boards, tenant, event));
    flush();
    await_state(&t.a, LT_BOARD_WRITTEN);
    expect_board(ENTRIES, 5);
}

static void another_redis_in_its_place_is_filled(void **state)
{
    (void)state;
    project(&t.a, 5, ENTRIES, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    test_redis_kill(t.server);
    await_state(&t.a, LT_BOARD_LOST);
    test_redis_restart(t.server);
    await_state(&t.a, LT_BOARD_WRITTEN);
    for (int i = 0; i < LONG_MS && !lt_redis_up(t.b.redis); i++)
        turn_until(t.loop, &t.gone, 1);
    expect_board(ENTRIES, 5);
}

static void a_forgotten_board_is_left_alone(void **state)
{
    (void)state;
    project(&t.a, 5, 300, false);
    await_state(&t.a, LT_BOARD_WRITTEN);
    lt_boards_forget(t.a.boards, tenant, event);
    assert_int_equal(LT_BOARD_UNKNOWN, lt_boards_state(t.a.boards, tenant, event));
    project(&t.a, 6, ENTRIES, false);
    lt_boards_forget(t.a.boards, tenant, event); /* with a chunk under way */
    turn_until(t.loop, &t.gone, 100);
    expect_board(300, 5);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_board_is_written_whole),
        TEST(boards_that_a_set_has_no_more_are_removed_and_stay_away),
        TEST(a_board_that_is_what_it_was_is_not_written_again_until_redis_is_emptied),
        TEST(tied_entries_share_a_score_and_a_rank),
        TEST(an_older_version_never_replaces_a_newer_one),
        TEST(two_writers_at_once_leave_the_newer_board),
        TEST(what_stands_is_not_written_again_when_it_need_not),
        TEST(an_emptied_redis_is_noticed_and_filled),
        TEST(a_redis_emptied_half_way_gets_no_half_board),
        TEST(another_redis_in_its_place_is_filled),
        TEST(a_forgotten_board_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The script that matches, on a real Redis, in a time of our own: random arrivals, everybody asks once
 * a second. Nobody is matched twice, nobody is matched with who is too far away, nobody starves. */
#include "base/err.h"
#include "client.h"
#include "servers.h"
#include "service/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { PEOPLE = 400, LONG_MS = 20000, WIDEN_MS = 5000, START_MS = 1000000 };

struct person {
    int64_t since_ms, next_ms, matched_ms, gone_ms; /* 0: not; gone: asks no more from then on */
    int rating, region, parent, times;
};
static struct {
    struct lt_loop *loop;
    struct test_redis *server;
    struct lt_redis *redis;
    bool replied, gone;
    int status, waiting, n;
    int64_t persons[8];
    char marks[8][40];
    struct person people[PEOPLE];
    unsigned seed;
} t;

static void on_reply(void *arg, int err, const struct lt_redis_reply *r)
{
    (void)arg;
    t.replied = true;
    assert_int_equal(err, LT_OK);
    if (lt_redis_type(r) == LT_REDIS_ERROR)
        fail_msg("%s", lt_redis_str(r, NULL));
    if (lt_redis_type(r) != LT_REDIS_ARRAY)
        return;
    t.status = (int)lt_redis_int(lt_redis_at(r, 0));
    t.waiting = (int)lt_redis_int(lt_redis_at(r, 1));
    t.n = 0;
    for (size_t i = 2; i < lt_redis_len(r); i += 3, t.n++) {
        t.persons[t.n] = strtoll(lt_redis_str(lt_redis_at(r, i), NULL), NULL, 10);
        snprintf(t.marks[t.n], sizeof t.marks[0], "%s %s",
                 lt_redis_str(lt_redis_at(r, i + 1), NULL),
                 lt_redis_str(lt_redis_at(r, i + 2), NULL));
    }
}

static void run(int argc, const char *const *argv)
{
    const char *all[32] = {"EVAL",       lt_match_script, "4",         "lt:{7:9}:w",
                           "lt:{7:9}:s", "lt:{7:9}:a",    "lt:{7:9}:t"};
    for (int i = 0; i < argc; i++)
        all[7 + i] = argv[i];
    t.replied = false;
    assert_int_equal(lt_redis_cmd(t.redis, on_reply, NULL, 7 + argc, all, NULL), LT_OK);
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
}

static void ask(int64_t now_ms, int who, int players, const char *rule, int most, bool robot)
{
    const struct person *p = &t.people[who];
    char v[10][24];
    const int64_t numbers[] = {now_ms,    who + 1,   p->since_ms, players, p->rating,
                               p->region, p->parent, most,        robot,   WIDEN_MS};
    for (int i = 0; i < 10; i++)
        snprintf(v[i], sizeof v[i], "%lld", (long long)numbers[i]);
    run(14, (const char *[]){v[0], "look", v[1], v[2], v[3], rule, v[4], v[5], v[6], "-", v[1],
                             v[7], v[8], v[9]});
}

static void op(int64_t now_ms, const char *what, int who)
{
    char now[24], person[24];
    snprintf(now, sizeof now, "%lld", (long long)now_ms);
    snprintf(person, sizeof person, "%d", who + 1);
    run(3, (const char *[]){now, what, person});
}

static int setup(void **state)
{
    struct lt_redis_opts opts = {
        .connect_timeout_us = 1000000, .command_timeout_us = 5000000, .max_pending = 100};
    (void)state;
    memset(&t, 0, sizeof t);
    t.seed = 20261124;
    t.loop = lt_loop_new();
    t.server = test_redis_start();
    opts.url = test_redis_server_url(t.server);
    t.redis = lt_redis_new(t.loop, &opts);
    assert_non_null(t.redis);
    for (int i = 0; i < LONG_MS && !lt_redis_up(t.redis); i++)
        turn_until(t.loop, &t.gone, 1);
    assert_true(lt_redis_up(t.redis));
    return 0;
}

static void on_gone(void *arg)
{
    (void)arg;
    t.gone = true;
}

static int teardown(void **state)
{
    (void)state;
    lt_redis_free(t.redis, on_gone, NULL);
    assert_true(turn_until(t.loop, &t.gone, LONG_MS));
    test_redis_stop(t.server);
    lt_loop_free(t.loop);
    return 0;
}

static int chance(int n)
{
    t.seed = t.seed * 1103515245u + 12345u;
    return (int)(t.seed >> 16) % n;
}

/* ---- one by one ---- */

static void the_longest_waiting_is_taken(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        t.people[i].since_ms = START_MS + (i == 1 ? 0 : 10 + i);
        ask(START_MS + 100, i, 4, "any", 100, false);
        assert_int_equal(t.status, LT_MATCH_WAITING);
        assert_int_equal(t.waiting, i + 1);
    }
    t.people[3].since_ms = START_MS + 200;
    ask(START_MS + 200, 3, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_MADE);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.persons[0], 4);
    assert_int_equal(t.persons[1], 2);
    assert_string_equal(t.marks[1], "- 2");
}

static void who_was_taken_is_not_taken_again_until_freed(void **state)
{
    (void)state;
    ask(START_MS, 0, 2, "any", 100, false);
    ask(START_MS, 1, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_MADE);
    ask(START_MS + 1000, 0, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_TAKEN);
    ask(START_MS + 1000, 2, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_WAITING);
    op(START_MS + 1100, "free", 0);
    ask(START_MS + 1200, 0, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_MADE); /* with the third */
    ask(START_MS + 5100, 1, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_WAITING); /* whoever took him has died: five seconds */
}

static void who_asks_no_more_is_dropped(void **state)
{
    (void)state;
    ask(START_MS, 0, 2, "any", 100, false);
    ask(START_MS + 5001, 1, 2, "any", 100, false);
    assert_int_equal(t.status, LT_MATCH_WAITING);
    assert_int_equal(t.waiting, 1);
    op(START_MS + 5002, "stop", 1);
    ask(START_MS + 5003, 2, 2, "any", 100, false);
    assert_int_equal(t.waiting, 1);
}

static void a_queue_is_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        ask(START_MS, i, 4, "any", 3, false);
    ask(START_MS, 3, 4, "any", 3, false);
    assert_int_equal(t.status, LT_MATCH_FULL);
    ask(START_MS + 1, 2, 4, "any", 3, false); /* who has a place keeps it */
    assert_int_equal(t.status, LT_MATCH_WAITING);
}

static void a_place_that_redis_forgot_is_taken_again(void **state)
{
    (void)state;
    t.people[0].since_ms = START_MS;
    t.people[1].since_ms = START_MS + 10;
    ask(START_MS + 20, 0, 4, "any", 100, false);
    t.replied = false;
    assert_int_equal(lt_redis_cmdv(t.redis, on_reply, NULL, "FLUSHALL", (char *)NULL), LT_OK);
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
    ask(START_MS + 30, 1, 4, "any", 100, false);
    ask(START_MS + 1000, 0, 4, "any", 100, false);
    t.people[2].since_ms = START_MS + 1001;
    ask(START_MS + 1001, 2, 2, "any", 100, false);
    assert_int_equal(t.persons[1], 1); /* waits longest still */
}

static void the_own_region_first_then_wider(void **state)
{
    (void)state;
    t.people[0] = (struct person){.since_ms = START_MS, .region = 11, .parent = 1};
    t.people[1] = (struct person){.since_ms = START_MS, .region = 12, .parent = 1};
    t.people[2] = (struct person){.since_ms = START_MS, .region = 21, .parent = 2};
    for (int i = 0; i < 3; i++) {
        ask(START_MS + i, i, 2, "region", 100, false);
        assert_int_equal(t.status, LT_MATCH_WAITING);
    }
    for (int i = 0; i < 3; i++) { /* four seconds later they are still told apart */
        ask(START_MS + 4000, i, 2, "region", 100, false);
        assert_int_equal(t.status, LT_MATCH_WAITING);
    }
    ask(START_MS + WIDEN_MS, 0, 2, "region", 100, false);
    assert_int_equal(t.status, LT_MATCH_MADE);
    assert_int_equal(t.persons[1], 2); /* the same city */
    t.people[3] = (struct person){.since_ms = START_MS + 6000, .region = 31, .parent = 3};
    ask(START_MS + 6000, 3, 2, "region", 100, false);
    assert_int_equal(t.status, LT_MATCH_WAITING);
    ask(START_MS + 6000, 2, 2, "region", 100, false);
    ask(START_MS + 2 * WIDEN_MS, 3, 2, "region", 100, false); /* the other one waited for so long */
    assert_int_equal(t.status, LT_MATCH_MADE);
}

static void the_nearest_rating(void **state)
{
    static const int ratings[] = {1200, 1290, 1240, 1800};
    (void)state;
    for (int i = 0; i < 4; i++)
        t.people[i] = (struct person){.since_ms = START_MS, .rating = ratings[i]};
    ask(START_MS, 1, 4, "rating", 100, false);
    ask(START_MS, 2, 4, "rating", 100, false);
    ask(START_MS, 3, 4, "rating", 100, false);
    ask(START_MS, 0, 2, "rating", 100, false);
    assert_int_equal(t.status, LT_MATCH_MADE);
    assert_int_equal(t.persons[1], 3);
}

static void a_robot_takes_what_seats_are_left(void **state)
{
    (void)state;
    ask(START_MS, 0, 4, "any", 100, false);
    ask(START_MS, 1, 4, "any", 100, true);
    assert_int_equal(t.status, LT_MATCH_MADE);
    assert_int_equal(t.n, 2);
    ask(START_MS, 2, 2, "any", 100, true);
    assert_int_equal(t.n, 1);
}

/* ---- crowds ---- */

static bool far_apart(const struct person *a, const struct person *b, const char *rule,
                      int64_t now_ms)
{
    int64_t since_ms = a->since_ms < b->since_ms ? a->since_ms : b->since_ms;
    int64_t waited = now_ms - since_ms;
    if (waited >= 2 * WIDEN_MS || strcmp(rule, "any") == 0)
        return false;
    if (strcmp(rule, "rating") == 0)
        return abs(a->rating - b->rating) > 100 + 400 * waited / (2 * WIDEN_MS);
    return a->region != b->region && (a->parent != b->parent || waited < WIDEN_MS);
}

/* Somebody arrives each 100 ms or so, asks once a second, and one in ten goes away silently. */
static void crowd(const char *rule, int players)
{
    int64_t now_ms = START_MS, longest_ms = 0;
    int left = 0, matched = 0;
    for (int i = 0; i < PEOPLE; i++) {
        struct person *p = &t.people[i];
        now_ms += chance(200);
        *p = (struct person){.since_ms = now_ms,
                             .next_ms = now_ms,
                             .rating = 900 + chance(600),
                             .parent = 1 + chance(5)};
        p->region = 10 * p->parent + chance(8);
        p->gone_ms = chance(10) == 0 ? now_ms + chance(3000) : 0;
    }
    int64_t end_ms = now_ms + 3 * WIDEN_MS;
    for (now_ms = START_MS; now_ms < end_ms; now_ms += 10)
        for (int i = 0; i < PEOPLE; i++) {
            struct person *p = &t.people[i];
            if (p->matched_ms || p->next_ms > now_ms || (p->gone_ms && now_ms >= p->gone_ms))
                continue;
            p->next_ms = now_ms + 1000;
            ask(now_ms, i, players, rule, 5000, false);
            if (t.status != LT_MATCH_MADE)
                continue;
            assert_int_equal(t.n, players);
            assert_int_equal(t.persons[0], i + 1);
            for (int k = 0; k < t.n; k++) {
                struct person *q = &t.people[t.persons[k] - 1];
                assert_int_equal(q->times++, 0);
                assert_false(far_apart(p, q, rule, now_ms));
                assert_true(q->gone_ms == 0 || now_ms - q->gone_ms <= 5000);
                q->matched_ms = now_ms;
                if (now_ms - q->since_ms > longest_ms)
                    longest_ms = now_ms - q->since_ms;
                matched++;
            }
        }
    for (int i = 0; i < PEOPLE; i++)
        left += !t.people[i].matched_ms && !t.people[i].gone_ms;
    print_message("%s, %d: %d matched, %d left, longest wait %lld ms\n", rule, players, matched,
                  left, (long long)longest_ms);
    assert_true(left < players); /* only who came last */
    assert_true(longest_ms <= 2 * WIDEN_MS + 3000);
}

static void a_crowd_any(void **state)
{
    (void)state;
    crowd("any", 2);
}
static void a_crowd_of_fours(void **state)
{
    (void)state;
    crowd("any", 4);
}
static void a_crowd_by_region(void **state)
{
    (void)state;
    crowd("region", 2);
}
static void a_crowd_by_region_of_fours(void **state)
{
    (void)state;
    crowd("region", 4);
}
static void a_crowd_by_rating(void **state)
{
    (void)state;
    crowd("rating", 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_longest_waiting_is_taken),
        T(who_was_taken_is_not_taken_again_until_freed),
        T(who_asks_no_more_is_dropped),
        T(a_queue_is_bounded),
        T(a_place_that_redis_forgot_is_taken_again),
        T(the_own_region_first_then_wider),
        T(the_nearest_rating),
        T(a_robot_takes_what_seats_are_left),
        T(a_crowd_any),
        T(a_crowd_of_fours),
        T(a_crowd_by_region),
        T(a_crowd_by_region_of_fours),
        T(a_crowd_by_rating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

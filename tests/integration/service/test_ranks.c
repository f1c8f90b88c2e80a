/* Boards that move entry by entry, against a real Redis and a plain sort. */
#include "base/err.h"
#include "client.h"
#include "servers.h"
#include "service/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { ENTRIES = 3000, MS = 1000, LONG_MS = 20000, QUEUE = 100000 };

static const struct lt_tenant_id tenant = {7};
static const struct lt_event_id event = {9};

/* One process, as far as Redis can see. */
struct node {
    struct lt_redis *redis;
    struct lt_boards *boards;
    struct lt_ranks *ranks;
};

static struct {
    struct lt_loop *loop;
    struct test_redis *server;
    struct node a, b;
    struct lt_ranks_row truth[ENTRIES]; /* entry i + 1; version 0: not there */
    uint64_t x;
    bool replied, gone, written;
    int err, whole; /* rows that the source gave */
    int stop_at;    /* the source calls at_stop once it gave so many rows; -1 */
    void (*at_stop)(void);
    struct lt_ranks_page page;
} t;

static int64_t below(int64_t n)
{
    t.x ^= t.x << 13;
    t.x ^= t.x >> 7;
    t.x ^= t.x << 17;
    return (int64_t)(t.x % (uint64_t)n);
}

static void await_up(const struct node *n)
{
    for (int i = 0; i < LONG_MS && !(lt_redis_up(n->redis) && lt_boards_mark(n->boards)[0]); i++)
        turn_until(t.loop, &t.gone, 1);
    assert_true(lt_redis_up(n->redis));
}

static void node_new(struct node *n, int queue_rows)
{
    struct lt_redis_opts opts = {.url = test_redis_server_url(t.server),
                                 .connect_timeout_us = 1000 * MS,
                                 .command_timeout_us = 1000 * MS,
                                 .max_pending = 10000};
    n->redis = lt_redis_new(t.loop, &opts);
    assert_non_null(n->redis);
    n->boards = lt_boards_new(t.loop, n->redis);
    n->ranks = lt_ranks_new(t.loop, n->redis, n->boards,
                            &(struct lt_ranks_opts){.queue_rows = queue_rows});
    assert_true(n->boards && n->ranks);
    await_up(n);
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
    lt_ranks_free(n->ranks);
    lt_boards_free(n->boards);
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.x = 88172645463325252u;
    t.stop_at = -1;
    t.loop = lt_loop_new();
    t.server = test_redis_start();
    node_new(&t.a, QUEUE);
    node_new(&t.b, QUEUE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    node_free(&t.a);
    node_free(&t.b);
    test_redis_stop(t.server);
    lt_loop_free(t.loop);
    return 0;
}

/* ---- what is asked ---- */

static void on_page(void *arg, int err, const struct lt_ranks_page *page)
{
    (void)arg;
    assert_false(t.replied);
    t.replied = true;
    t.err = err;
    if (page)
        t.page = *page;
}

static const struct lt_ranks_page *ask(const struct node *n, int64_t entry, int top, int around)
{
    struct lt_ranks_query q = {
        .tenant = tenant, .event = event, .entry = entry, .top = top, .around = around};
    t.replied = false;
    assert_int_equal(LT_OK, lt_ranks_read(n->ranks, &q, on_page, NULL));
    assert_false(t.replied);
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
    assert_int_equal(LT_OK, t.err);
    return &t.page;
}

static void on_reply(void *arg, int err, const struct lt_redis_reply *r)
{
    (void)arg;
    (void)err;
    (void)r;
    t.replied = true;
}

static void tell(const char *verb, const char *key, const char *value)
{
    t.replied = false;
    assert_int_equal(LT_OK,
                     lt_redis_cmdv(t.b.redis, on_reply, NULL, verb, key, value, (char *)NULL));
    assert_true(turn_until(t.loop, &t.replied, LONG_MS));
}

static void settle(const struct node *n)
{
    for (int i = 0; i < LONG_MS && lt_ranks_waiting(n->ranks) > 0; i++)
        turn_until(t.loop, &t.gone, 1);
    assert_int_equal(0, lt_ranks_waiting(n->ranks));
}

static void put(const struct node *n, struct lt_ranks_row row)
{
    lt_ranks_put(n->ranks, tenant, event, &row, 1);
}

/* ---- the plain sort ---- */

static int by_score(const void *pa, const void *pb)
{
    const struct lt_ranks_row *a = pa, *b = pb;
    return (a->score < b->score) - (a->score > b->score);
}

static int sorted(struct lt_ranks_row *out)
{
    int n = 0;
    for (int i = 0; i < ENTRIES; i++)
        if (t.truth[i].version > 0 && !t.truth[i].gone)
            out[n++] = t.truth[i];
    qsort(out, (size_t)n, sizeof *out, by_score);
    return n;
}

static int plain_rank(const struct lt_ranks_row *order, int n, int64_t score)
{
    int rank = 1;
    while (rank <= n && order[rank - 1].score > score)
        rank++;
    return rank;
}

static void expect_truth(const struct node *n, bool stale)
{
    static struct lt_ranks_row order[ENTRIES];
    int of = sorted(order);
    const struct lt_ranks_page *p = ask(n, 0, LT_RANKS_TOP_MAX, 0);
    assert_int_equal(stale, p->stale);
    assert_int_equal(of, p->of);
    assert_int_equal(of < LT_RANKS_TOP_MAX ? of : LT_RANKS_TOP_MAX, p->n_top);
    for (int i = 0; i < p->n_top; i++) {
        assert_true(p->top[i].score == order[i].score);
        assert_int_equal(plain_rank(order, of, order[i].score), p->top[i].rank);
    }
    for (int i = 0; i < ENTRIES; i += 7) {
        bool there = t.truth[i].version > 0 && !t.truth[i].gone;
        p = ask(n, i + 1, 0, 5);
        assert_int_equal(there ? plain_rank(order, of, t.truth[i].score) : 0, p->own);
        bool found = false;
        for (int k = 0; k < p->n_around; k++) {
            const struct lt_ranks_row *row = &t.truth[p->around[k].entry - 1];
            assert_true(row->version > 0 && !row->gone && row->score == p->around[k].score);
            assert_int_equal(plain_rank(order, of, row->score), p->around[k].rank);
            found = found || p->around[k].entry == i + 1;
        }
        assert_int_equal(there, found);
    }
}

/* A history of random changes; few scores, so that ties are common. The truth is each one's last. */
static struct lt_ranks_row *history(int n)
{
    struct lt_ranks_row *rows = calloc((size_t)n, sizeof *rows);
    assert_non_null(rows);
    for (int i = 0; i < n; i++) {
        struct lt_ranks_row *now = &t.truth[below(ENTRIES)];
        now->entry = now - t.truth + 1;
        now->version++;
        now->score = (below(400) - 100) * (INT64_C(1) << 27) + below(3);
        now->gone = below(8) == 0;
        rows[i] = *now;
    }
    return rows;
}

static void shuffle(struct lt_ranks_row *rows, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int64_t k = below(i + 1);
        struct lt_ranks_row kept = rows[i];
        rows[i] = rows[k];
        rows[k] = kept;
    }
}

/* ---- whole writes ---- */

static int source(void *arg, int64_t after, struct lt_ranks_row *rows, int max)
{
    int n = 0;
    (void)arg;
    for (int i = after < 0 ? 0 : (int)after; i < ENTRIES && n < max; i++)
        if (t.truth[i].version > 0)
            rows[n++] = t.truth[i];
    t.whole += n;
    if (t.stop_at >= 0 && t.whole >= t.stop_at) {
        t.stop_at = -1;
        t.at_stop();
    }
    return n;
}

static void on_written(void *arg, int err)
{
    (void)arg;
    assert_false(t.written);
    t.written = true;
    t.err = err;
}

static void write_begin(const struct node *n, int64_t version)
{
    struct lt_ranks_rebuild b = {
        .tenant = tenant, .event = event, .version = version, .source = source, .done = on_written};
    t.written = false;
    t.whole = 0;
    assert_int_equal(LT_OK, lt_ranks_write(n->ranks, &b));
    assert_false(t.written);
}

static int write_await(void)
{
    assert_true(turn_until(t.loop, &t.written, LONG_MS));
    return t.err;
}

/* ---- tests ---- */

static void random_writes_in_any_order_equal_a_plain_sort(void **state)
{
    enum { CHANGES = 20000 };
    struct lt_ranks_row *rows = history(CHANGES);
    (void)state;
    assert_int_equal(LT_OK, (write_begin(&t.a, 1), write_await()));
    tell("DEL", "lt:{7:9}:board", "lt:{7:9}:board:e");
    shuffle(rows, CHANGES);
    for (int i = 0; i < CHANGES; i++) {
        put(i % 2 ? &t.a : &t.b, rows[i]);
        if (below(10) == 0) /* twice */
            put(&t.a, rows[below(i + 1)]);
        if (below(50) == 0)
            turn_until(t.loop, &t.gone, 1);
    }
    settle(&t.a);
    settle(&t.b);
    expect_truth(&t.b, false);
    free(rows);
}

static void ties_share_a_rank_and_leave_a_gap(void **state)
{
    static const int64_t scores[] = {50, 40, 40, 40, 30, 20, 20};
    static const int ranks[] = {1, 2, 2, 2, 5, 6, 6};
    enum { N = 7 };
    (void)state;
    for (int i = 0; i < N; i++)
        put(&t.a, (struct lt_ranks_row){.entry = i + 1, .version = 1, .score = scores[i]});
    settle(&t.a);
    for (int i = 0; i < N; i++)
        assert_int_equal(ranks[i], ask(&t.a, i + 1, 0, 0)->own);
    const struct lt_ranks_page *p = ask(&t.a, 3, N, 1);
    for (int i = 0; i < N; i++)
        assert_int_equal(ranks[i], p->top[i].rank);
    assert_int_equal(3, p->n_around); /* it begins within the tie */
    for (int i = 0; i < 3; i++)
        assert_true(p->around[i].rank == (p->around[i].score == 40   ? 2
                                          : p->around[i].score == 50 ? 1
                                                                     : 5));
    assert_int_equal(0, ask(&t.a, 99, 0, 5)->own);
    assert_int_equal(0, t.page.n_around);
}

static void the_first_and_the_last_have_neighbours_on_one_side(void **state)
{
    (void)state;
    for (int i = 1; i <= 20; i++)
        put(&t.a, (struct lt_ranks_row){.entry = i, .version = 1, .score = -i});
    settle(&t.a);
    const struct lt_ranks_page *p = ask(&t.a, 1, 0, 5);
    assert_int_equal(6, p->n_around);
    assert_int_equal(1, p->around[0].rank);
    p = ask(&t.a, 20, 0, 5);
    assert_int_equal(6, p->n_around);
    assert_int_equal(15, p->around[0].rank);
    assert_int_equal(20, p->around[5].entry);
}

static void what_was_removed_does_not_come_back(void **state)
{
    (void)state;
    put(&t.a, (struct lt_ranks_row){.entry = 1, .version = 3, .gone = true});
    settle(&t.a);
    put(&t.b, (struct lt_ranks_row){.entry = 1, .version = 2, .score = 5});
    settle(&t.b);
    assert_int_equal(0, ask(&t.a, 1, 0, 0)->own);
    put(&t.b, (struct lt_ranks_row){.entry = 1, .version = 4, .score = 5});
    settle(&t.b);
    assert_int_equal(1, ask(&t.a, 1, 0, 0)->own);
}

static void a_flushed_board_is_stale_until_it_is_written_whole(void **state)
{
    enum { CHANGES = 5000 };
    struct lt_ranks_row *rows = history(CHANGES);
    (void)state;
    write_begin(&t.a, 1);
    assert_int_equal(LT_OK, write_await());
    expect_truth(&t.b, false);
    tell("FLUSHALL", "SYNC", NULL);
    put(&t.b, t.truth[0]);
    settle(&t.b);
    assert_true(ask(&t.a, 0, 0, 0)->stale);
    await_up(&t.a);
    turn_until(t.loop, &t.gone, 1500); /* the new mark is known to both */
    write_begin(&t.b, 1);
    assert_int_equal(LT_OK, write_await());
    expect_truth(&t.a, false);
    free(rows);
}

static void flush(void)
{
    assert_int_equal(LT_OK, lt_redis_cmdv(t.b.redis, NULL, NULL, "FLUSHALL", "SYNC", (char *)NULL));
}

static void a_redis_emptied_while_it_is_written_gets_no_half_board(void **state)
{
    struct lt_ranks_row *rows = history(5000);
    (void)state;
    t.stop_at = ENTRIES / 2;
    t.at_stop = flush;
    write_begin(&t.a, 1);
    assert_int_equal(LT_OK, write_await());
    assert_true(t.whole > ENTRIES);
    turn_until(t.loop, &t.gone, 1500); /* the new mark is known */
    if (ask(&t.a, 0, 0, 0)->stale) {   /* it stood before the mark was looked at */
        write_begin(&t.a, 1);
        assert_int_equal(LT_OK, write_await());
    }
    expect_truth(&t.a, false);
    free(rows);
}

/* What the source gave before is old now, and what it will give is newer than it was. */
static void move_on(void)
{
    for (int i = 0; i < ENTRIES; i += 3) {
        struct lt_ranks_row *row = &t.truth[i];
        row->entry = i + 1;
        row->version++;
        row->score = below(1000);
        row->gone = i % 9 == 0;
        put(&t.b, *row);
    }
}

static void what_comes_while_a_board_is_written_whole_is_not_lost(void **state)
{
    struct lt_ranks_row *rows = history(5000);
    (void)state;
    t.stop_at = ENTRIES / 2;
    t.at_stop = move_on;
    write_begin(&t.a, 1);
    assert_int_equal(LT_OK, write_await());
    settle(&t.b);
    expect_truth(&t.a, false);
    free(rows);
}

static void only_one_writes_a_board_whole_and_an_older_one_is_refused(void **state)
{
    struct lt_ranks_row *rows = history(5000);
    struct lt_ranks_rebuild again = {.source = source, .done = on_written};
    (void)state;
    tell("SET", "lt:{7:9}:board:build", "another");
    write_begin(&t.a, 5);
    assert_int_equal(LT_EBUSY, lt_ranks_write(t.a.ranks, &again));
    assert_int_equal(LT_EBUSY, write_await());
    tell("DEL", "lt:{7:9}:board:build", "x");
    write_begin(&t.a, 5);
    assert_int_equal(LT_OK, write_await());
    t.truth[0].score = 1;
    write_begin(&t.a, 4);
    assert_int_equal(LT_OK, write_await());
    assert_int_equal(0, t.whole); /* nothing was asked for: a newer one stands */
    free(rows);
}

static void a_data_set_of_another_run_of_redis_is_stale(void **state)
{
    struct lt_ranks_row *rows = history(1000);
    (void)state;
    write_begin(&t.a, 1);
    assert_int_equal(LT_OK, write_await());
    assert_false(ask(&t.a, 0, 0, 0)->stale);
    tell("SET", "lt:generation:run", "0123"); /* as if it had been loaded from a file */
    for (int i = 0; i < LONG_MS / 10 && !ask(&t.a, 0, 0, 0)->stale; i++)
        turn_until(t.loop, &t.gone, 10);
    assert_true(t.page.stale);
    free(rows);
}

static void rows_wait_while_redis_is_away(void **state)
{
    (void)state;
    test_redis_kill(t.server);
    for (int i = 0; i < LONG_MS && lt_redis_up(t.a.redis); i++)
        turn_until(t.loop, &t.gone, 1);
    put(&t.a, (struct lt_ranks_row){.entry = 1, .version = 1, .score = 10});
    put(&t.a, (struct lt_ranks_row){.entry = 1, .version = 2, .score = 20});
    put(&t.a, (struct lt_ranks_row){.entry = 1, .version = 1, .score = 10});
    turn_until(t.loop, &t.gone, 20);
    assert_int_equal(1, lt_ranks_waiting(t.a.ranks));
    struct lt_ranks_query q = {.tenant = tenant, .event = event};
    assert_int_equal(LT_EREDIS, lt_ranks_read(t.a.ranks, &q, on_page, NULL));
    test_redis_restart(t.server);
    settle(&t.a);
    await_up(&t.b);
    const struct lt_ranks_page *p = ask(&t.b, 0, 10, 0);
    assert_int_equal(1, p->n_top);
    assert_int_equal(20, p->top[0].score);
    assert_true(p->stale);
}

static void rows_that_must_be_dropped_make_the_board_stale(void **state)
{
    struct lt_ranks_row *rows = history(1000);
    struct node small;
    (void)state;
    write_begin(&t.a, 1);
    assert_int_equal(LT_OK, write_await());
    node_new(&small, 100);
    for (int i = 0; i < 101; i++)
        put(&small, (struct lt_ranks_row){.entry = i + 1, .version = 1000, .score = 7});
    assert_int_equal(100, lt_ranks_waiting(small.ranks));
    settle(&small);
    assert_true(ask(&t.a, 0, 0, 0)->stale);
    node_free(&small);
    free(rows);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_writes_in_any_order_equal_a_plain_sort),
        TEST(ties_share_a_rank_and_leave_a_gap),
        TEST(the_first_and_the_last_have_neighbours_on_one_side),
        TEST(what_was_removed_does_not_come_back),
        TEST(a_flushed_board_is_stale_until_it_is_written_whole),
        TEST(a_redis_emptied_while_it_is_written_gets_no_half_board),
        TEST(what_comes_while_a_board_is_written_whole_is_not_lost),
        TEST(only_one_writes_a_board_whole_and_an_older_one_is_refused),
        TEST(a_data_set_of_another_run_of_redis_is_stale),
        TEST(rows_wait_while_redis_is_away),
        TEST(rows_that_must_be_dropped_make_the_board_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Random contests from a seed: commands, times, tallies, takeovers in any order, also those that make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 120, RUNS_DEFAULT = 2000 };

static const char sheet_json[] =
    "{\"version\":1,\"guests\":true,\"late_join\":true,\"grace_ms\":300,\"board_rows\":10,\"rounds\":["
    "{\"title\":\"a\",\"mode\":\"live\",\"questions\":2,\"seconds\":20,\"points\":{\"right\":10}},"
    "{\"title\":\"b\",\"mode\":\"live\",\"questions\":1,\"seconds\":10,\"points\":{\"right\":5}}]}";

static struct lt_sheet sheet;

static int random_in(unsigned *seed, int n)
{
    return rand_r(seed) % n;
}

static struct lt_input random_input(unsigned *seed, const struct lt_engine *e, int64_t now_us)
{
    struct lt_input in = {.kind = (enum lt_input_kind)random_in(seed, 5), .now_us = now_us, .by = 7, .node = 3, .token = 9};
    if (random_in(seed, 2)) {
        in.kind = LT_IN_COMMAND;
    }
    in.action = (enum lt_action)random_in(seed, LT_ACTIONS);
    in.expect_q = random_in(seed, 3) ? LT_EXPECT_ANY : random_in(seed, 4) - 2;
    in.answered = random_in(seed, 50);
    in.correct = in.answered ? random_in(seed, in.answered + 1) : 0;
    in.dist[0] = in.answered;
    (void)e;
    return in;
}

static void check_round_trip(const struct lt_record *r)
{
    struct lt_buf a, b;
    struct lt_record back;
    lt_buf_init(&a, 4096);
    lt_buf_init(&b, 4096);
    lt_record_write(r, &a);
    assert_int_equal(
        lt_record_read(lt_record_kind_name(r->kind), r->seq, r->at_us, lt_buf_cstr(&a), a.len, &back), LT_OK);
    lt_record_write(&back, &b);
    assert_string_equal(lt_buf_cstr(&a), lt_buf_cstr(&b));
    lt_buf_done(&a);
    lt_buf_done(&b);
}

/* Which phase may follow which, written down here once more and independently of the engine. */
static bool phase_may_follow(enum lt_phase from, enum lt_phase to)
{
    static const char *const moves[] = {"draft>lobby", "lobby>running", "running>paused", "paused>running",
                                        "running>finished", "finished>final"};
    char move[40];
    snprintf(move, sizeof move, "%s>%s", lt_phase_name(from), lt_phase_name(to));
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        if (strcmp(moves[i], move) == 0)
            return true;
    }
    return from == to;
}

static void one_contest(unsigned seed, int *ret_finals)
{
    struct lt_engine live, replay;
    int64_t now_us = 1000000000000;
    lt_engine_init(&live, &sheet);
    lt_engine_init(&replay, &sheet);
    for (int step = 0; step < STEPS; step++) {
        now_us += random_in(&seed, 8) * 1000000;
        struct lt_input in = random_input(&seed, &live, now_us);
        struct lt_record r = {0};
        bool has = false;
        struct lt_engine before = live;
        int err = lt_engine_decide(&live, &in, &r, &has);
        assert_memory_equal(&before, &live, sizeof live); /* deciding changes nothing */
        if (err != LT_OK || !has)
            continue;
        assert_int_equal(r.seq, live.seq + 1);
        assert_int_equal(lt_engine_apply(&live, &r), LT_OK); /* never a record that apply refuses */
        assert_int_equal(live.seq, r.seq);
        assert_true(phase_may_follow(before.phase, live.phase));
        check_round_trip(&r);
        assert_int_equal(lt_engine_apply(&replay, &r), LT_OK);
        assert_memory_equal(&replay, &live, sizeof live);
        assert_int_equal(lt_engine_apply(&live, &r), LT_EGAP); /* the same record twice is a gap */
        assert_memory_equal(&replay, &live, sizeof live);
        if (live.qstate == LT_Q_OPEN && live.phase == LT_PHASE_RUNNING)
            assert_true(lt_engine_next_us(&live) < INT64_MAX); /* an open question always closes */
    }
    *ret_finals += live.phase == LT_PHASE_FINAL;
}

static void any_order_of_inputs_keeps_the_invariants(void **state)
{
    const char *runs = getenv("LEITAI_TEST_SIM_RUNS"), *from = getenv("LEITAI_TEST_SIM_SEED");
    int n = runs ? atoi(runs) : RUNS_DEFAULT, finals = 0;
    unsigned seed = from ? (unsigned)strtoul(from, NULL, 10) : 20261122;
    (void)state;
    print_message("contests %d, seed %u\n", n, seed);
    for (int i = 0; i < n; i++)
        one_contest(seed + (unsigned)i, &finals);
    assert_true(finals > 0 || n < 1000); /* the random walk does reach the end */
}

static int setup(void **state)
{
    struct lt_buf err;
    (void)state;
    lt_buf_init(&err, 65536);
    int r = lt_sheet_parse(sheet_json, strlen(sheet_json), &sheet, &err);
    if (r != LT_OK)
        print_error("%s\n", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return r;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_of_inputs_keeps_the_invariants)};
    return cmocka_run_group_tests(tests, setup, NULL);
}

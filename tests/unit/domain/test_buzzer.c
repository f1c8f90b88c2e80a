/* The buzzer's judge. Properties run over inputs from a seed that a failure prints
 * (LEITAI_TEST_BUZZER_SEED repeats it). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/buzzer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 20000, MS = 1000, PRESSES = 8 };

static uint64_t seed = 0x1e17a1;

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static int64_t below(uint64_t *x, int64_t n)
{
    return (int64_t)(next(x) % (uint64_t)n);
}

/* Sheets are about 140 KiB: one, changed by each test. */
static struct lt_sheet sheet;

static const struct lt_sheet *rule(enum lt_timing timing, int slack_ms, int cap_ms, int doubt_ms)
{
    sheet.timing = timing;
    sheet.slack_ms = slack_ms;
    sheet.cap_ms = cap_ms;
    sheet.doubt_ms = doubt_ms;
    sheet.doubt = LT_DOUBT_DRAW;
    return &sheet;
}

static const struct lt_evidence honest = {.arrival_us = 900 * MS,
                                          .elapsed_us = 500 * MS,
                                          .rtt_min_us = 80 * MS,
                                          .rtt_max_us = 200 * MS,
                                          .probes = 9,
                                          .claim_us = 400 * MS};

static void arrival_counts_from_the_opening_and_nothing_else(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_ARRIVAL, 50, 300, 5);
    struct lt_evidence e = honest;
    (void)state;
    assert_int_equal(lt_buzzer_used_us(s, &e, 300 * MS), 600 * MS);
    e.claim_us = 0;
    e.rtt_min_us = 0;
    assert_int_equal(lt_buzzer_used_us(s, &e, 300 * MS), 600 * MS);
    assert_int_equal(lt_buzzer_band_us(s, &e), 0);
}

static void a_claim_inside_the_band_is_believed(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_COMPENSATED, 50, 300, 5);
    (void)state;
    assert_int_equal(lt_buzzer_band_us(s, &honest), 140 * MS); /* 80 + 10 + 50 */
    assert_int_equal(lt_buzzer_used_us(s, &honest, 0), 400 * MS);
}

static void a_claim_outside_is_moved_to_the_nearer_end(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_COMPENSATED, 50, 300, 5);
    struct lt_evidence e = honest;
    (void)state;
    e.claim_us = 0;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 360 * MS);
    e.claim_us = INT64_MAX;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 500 * MS);
}

static void without_claim_or_probes_the_arrival_counts(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_COMPENSATED, 50, 300, 5);
    struct lt_evidence e = honest;
    (void)state;
    e.claim_us = -1;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 500 * MS);
    e = honest;
    e.probes = LT_BUZZER_PROBES - 1;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 500 * MS);
    e = honest;
    e.rtt_min_us = e.rtt_max_us = -1;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 500 * MS);
}

static void a_press_that_is_back_sooner_than_the_way_takes_gets_nothing(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_COMPENSATED, 50, 300, 5);
    struct lt_evidence e = honest;
    (void)state;
    e.claim_us = 0;
    e.elapsed_us = e.rtt_min_us - 1; /* guessed, or seen elsewhere */
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), e.elapsed_us);
    e.elapsed_us++;
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), 0);
    e = honest;
    e.claim_us = 0;
    e.rtt_min_us += 800 * MS; /* every answer was delayed */
    assert_int_equal(lt_buzzer_used_us(s, &e, 0), e.elapsed_us);
}

static void a_press_from_before_the_signal_is_early_whenever_it_is_looked_at(void **state)
{
    struct lt_evidence e = honest;
    (void)state;
    assert_true(lt_buzzer_early(&e, e.arrival_us + 1));
    assert_false(lt_buzzer_early(&e, e.arrival_us));
}

static void who_came_back_after_the_signal_is_judged_from_the_opening(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_COMPENSATED, 50, 300, 5);
    struct lt_evidence e = honest;
    (void)state;
    e.elapsed_us = -1;
    e.claim_us = 0;
    assert_int_equal(lt_buzzer_used_us(s, &e, 100 * MS), 800 * MS);
    assert_int_equal(lt_buzzer_used_us(s, &e, 1000 * MS), 0); /* clocks of two nodes differ */
}

/* A connection of a random network, honestly described: a press after the reaction R with the trip
 * T that is no shorter than the way itself. */
struct trial {
    struct lt_sheet *s;
    struct lt_evidence e;
    int64_t reaction_us, trip_us, way_us;
};

static struct trial trial(uint64_t *x)
{
    struct trial t;
    rule(LT_TIMING_COMPENSATED, (int)below(x, 201), (int)below(x, 1001), 5);
    t.s = &sheet;
    t.way_us = below(x, 800 * MS);
    t.trip_us = t.way_us + below(x, 300 * MS);
    t.reaction_us = below(x, 2000 * MS);
    t.e = (struct lt_evidence){.elapsed_us = t.reaction_us + t.trip_us,
                               .rtt_min_us = t.way_us + below(x, 50 * MS),
                               .probes = (int)below(x, 20),
                               .claim_us = below(x, 3000 * MS)};
    t.e.arrival_us = t.e.elapsed_us + below(x, 5 * MS);
    t.e.rtt_max_us = t.e.rtt_min_us + below(x, 500 * MS);
    return t;
}

static void a_liar_gains_at_most_the_band_and_never_more_than_the_cap(void **state)
{
    uint64_t x = seed;
    int gained = 0;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct trial t = trial(&x);
        int64_t gain_us = t.reaction_us - lt_buzzer_used_us(t.s, &t.e, 0);
        int64_t rtt_us = t.e.rtt_min_us * 9 / 8 + t.s->slack_ms * MS;
        assert_true(gain_us <= rtt_us);
        assert_true(gain_us <= t.s->cap_ms * MS);
        /* The way itself is paid in any case: what is left are slack, an eighth and the excess of
         * the measured minimum over the way. */
        assert_true(gain_us <= t.s->slack_ms * MS + t.e.rtt_min_us / 8 + t.e.rtt_min_us - t.way_us);
        gained += gain_us > 0;
    }
    assert_true(gained > RUNS / 100); /* lies that are worth something were tried */
}

static void delayed_probe_answers_gain_at_most_the_cap(void **state)
{
    uint64_t x = seed + 1;
    int gained = 0;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct trial t = trial(&x);
        t.e.rtt_min_us += below(&x, 1500 * MS);
        t.e.claim_us = 0;
        int64_t gain_us = t.reaction_us - lt_buzzer_used_us(t.s, &t.e, 0);
        assert_true(gain_us <= t.s->cap_ms * MS - t.way_us || gain_us <= 0);
        if (t.e.rtt_min_us > t.e.elapsed_us) /* too much */
            assert_true(gain_us <= 0);
        gained += gain_us > 0;
    }
    assert_true(gained > RUNS / 100);
}

static void an_honest_claim_is_never_judged_worse_than_arrival(void **state)
{
    uint64_t x = seed + 2;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct trial t = trial(&x);
        t.e.claim_us = t.reaction_us;
        int64_t used_us = lt_buzzer_used_us(t.s, &t.e, 0);
        assert_true(used_us >= t.reaction_us);
        assert_true(used_us <= t.e.elapsed_us);
        assert_true(used_us >= 0);
    }
}

static void the_judge_is_not_impressed_by_order(void **state)
{
    uint64_t x = seed + 3;
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct lt_buzzer_press p[PRESSES] = {0}, q[PRESSES];
        struct lt_buzzer_ruling a, b;
        const struct lt_sheet *s = rule(LT_TIMING_ARRIVAL, 0, 0, (int)below(&x, 30));
        int n = 1 + (int)below(&x, PRESSES);
        sheet.doubt = (enum lt_doubt)below(&x, LT_DOUBTS);
        for (int k = 0; k < n; k++)
            p[k] = (struct lt_buzzer_press){.entry = 100 - 7 * k, .used_us = below(&x, 60 * MS)};
        memcpy(q, p, sizeof q);
        for (int k = n - 1; k > 0; k--) {
            int j = (int)below(&x, k + 1);
            struct lt_buzzer_press swap = q[k];
            q[k] = q[j];
            q[j] = swap;
        }
        uint64_t random = next(&x);
        lt_buzzer_judge(s, p, n, random, &a);
        lt_buzzer_judge(s, q, n, random, &b);
        assert_int_equal(a.outcome, b.outcome);
        assert_int_equal(a.n_doubt, b.n_doubt);
        assert_int_equal(a.winner < 0, b.winner < 0);
        if (a.winner >= 0)
            assert_int_equal(p[a.winner].entry, q[b.winner].entry);
    }
}

static void the_winner_is_within_doubt_of_the_first(void **state)
{
    uint64_t x = seed + 4;
    int seen[LT_BUZZER_OUTCOMES] = {0};
    (void)state;
    for (int i = 0; i < RUNS; i++) {
        struct lt_buzzer_press p[PRESSES];
        struct lt_buzzer_ruling r;
        const struct lt_sheet *s = rule(LT_TIMING_ARRIVAL, 0, 0, (int)below(&x, 30));
        int n = 1 + (int)below(&x, PRESSES), near = 0;
        int64_t first_us = INT64_MAX;
        sheet.doubt = (enum lt_doubt)below(&x, LT_DOUBTS);
        for (int k = 0; k < n; k++) {
            p[k] = (struct lt_buzzer_press){.entry = k + 1, .used_us = below(&x, 60 * MS)};
            first_us = p[k].used_us < first_us ? p[k].used_us : first_us;
        }
        for (int k = 0; k < n; k++)
            near += p[k].used_us - first_us <= s->doubt_ms * MS;
        lt_buzzer_judge(s, p, n, next(&x), &r);
        assert_int_equal(r.n_doubt, near);
        assert_int_equal(r.outcome, near == 1                   ? LT_BUZZER_CLEAR
                                    : s->doubt == LT_DOUBT_DRAW ? LT_BUZZER_DRAWN
                                                                : LT_BUZZER_REARM);
        if (r.outcome == LT_BUZZER_REARM)
            assert_int_equal(r.winner, -1);
        else
            assert_true(p[r.winner].used_us - first_us <= s->doubt_ms * MS);
        seen[r.outcome]++;
    }
    for (int k = 0; k < LT_BUZZER_OUTCOMES; k++)
        assert_true(seen[k] > 0);
}

static void exactly_the_doubt_apart_is_in_doubt_and_one_more_is_not(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_ARRIVAL, 0, 0, 10);
    struct lt_buzzer_press p[2] = {{.entry = 1, .used_us = 0}, {.entry = 2, .used_us = 10 * MS}};
    struct lt_buzzer_ruling r;
    (void)state;
    lt_buzzer_judge(s, p, 2, 0, &r);
    assert_int_equal(r.outcome, LT_BUZZER_DRAWN);
    p[1].used_us++;
    lt_buzzer_judge(s, p, 2, 0, &r);
    assert_int_equal(r.outcome, LT_BUZZER_CLEAR);
    assert_int_equal(r.winner, 0);
    sheet.doubt_ms = 0;
    p[1].used_us = 0;
    lt_buzzer_judge(s, p, 2, 0, &r); /* the very same time can never be told apart */
    assert_int_equal(r.n_doubt, 2);
}

static void a_draw_is_uniform_and_comes_again_from_its_random_number(void **state)
{
    const struct lt_sheet *s = rule(LT_TIMING_ARRIVAL, 0, 0, 10);
    /* The third is too late to be drawn. */
    static const struct lt_buzzer_press p[4] = {
        {.entry = 30, .used_us = 4 * MS},
        {.entry = 10, .used_us = 0},
        {.entry = 5, .used_us = 50 * MS},
        {.entry = 20, .used_us = 9 * MS},
    };
    int won[4] = {0};
    uint64_t x = seed + 5;
    struct lt_buzzer_ruling r, again;
    (void)state;
    for (uint64_t random = 0; random < 6; random++) {
        static const int64_t in_order[3] = {10, 20, 30};
        lt_buzzer_judge(s, p, 4, random, &r);
        assert_int_equal(p[r.winner].entry, in_order[random % 3]);
    }
    for (int i = 0; i < 30000; i++) {
        uint64_t random = next(&x);
        lt_buzzer_judge(s, p, 4, random, &r);
        lt_buzzer_judge(s, p, 4, random, &again);
        assert_int_equal(r.winner, again.winner);
        assert_int_equal(r.n_doubt, 3);
        won[r.winner]++;
    }
    assert_int_equal(won[2], 0);
    for (int k = 0; k < 4; k++) {
        if (k != 2)
            assert_in_range(won[k], 9500, 10500); /* 10,000 ± 6 standard deviations */
    }
}

/* ---- round trips ---- */

static void round_trips_are_a_band_of_the_last_minutes(void **state)
{
    struct lt_rtt r;
    int64_t now_us = INT64_C(7) * 24 * 3600 * 1000 * MS; /* a machine is up for a week */
    (void)state;
    lt_rtt_init(&r);
    assert_int_equal(lt_rtt_min_us(&r), -1);
    assert_int_equal(lt_rtt_max_us(&r), -1);
    assert_int_equal(lt_rtt_credit_us(&r, 300), 0);
    lt_rtt_add(&r, 90 * MS, now_us);
    lt_rtt_add(&r, 60 * MS, now_us + 300 * MS);
    lt_rtt_add(&r, 400 * MS, now_us + 700 * MS);
    lt_rtt_add(&r, -1, now_us + 800 * MS);
    lt_rtt_add(&r, 60001 * MS, now_us + 900 * MS);
    assert_int_equal(lt_rtt_probes(&r), 3);
    assert_int_equal(lt_rtt_min_us(&r), 60 * MS);
    assert_int_equal(lt_rtt_max_us(&r), 400 * MS);
    assert_int_equal(lt_rtt_credit_us(&r, 300), 60 * MS);
    assert_int_equal(lt_rtt_credit_us(&r, 50), 50 * MS);
}

static void slow_answers_never_push_a_quick_one_out(void **state)
{
    struct lt_rtt r;
    (void)state;
    lt_rtt_init(&r);
    lt_rtt_add(&r, 40 * MS, 0);
    for (int i = 1; i <= 1000; i++)
        lt_rtt_add(&r, 800 * MS, i * 140 * MS); /* 140 s, densely */
    assert_int_equal(lt_rtt_min_us(&r), 40 * MS);
    for (int i = 1; i <= 20; i++)
        lt_rtt_add(&r, 800 * MS, (140 + i) * 1000 * MS);
    assert_int_equal(lt_rtt_min_us(&r), 800 * MS); /* time does: the line may have become worse */
    assert_int_equal(lt_rtt_max_us(&r), 800 * MS);
}

static void a_gap_of_hours_leaves_nothing_old(void **state)
{
    struct lt_rtt r;
    (void)state;
    lt_rtt_init(&r);
    for (int i = 0; i < LT_RTT_SLOTS; i++)
        lt_rtt_add(&r, 10 * MS, (int64_t)i * LT_RTT_SLOT_US);
    lt_rtt_add(&r, 700 * MS, INT64_C(5) * 3600 * 1000 * MS);
    assert_int_equal(lt_rtt_probes(&r), 1);
    assert_int_equal(lt_rtt_min_us(&r), 700 * MS);
}

static void a_witness_lowers_the_minimum_but_is_no_probe(void **state)
{
    struct lt_rtt r;
    (void)state;
    lt_rtt_init(&r);
    lt_rtt_witness(&r, 30 * MS, 0);
    assert_int_equal(lt_rtt_min_us(&r), -1);
    assert_int_equal(lt_rtt_probes(&r), 0);
    lt_rtt_add(&r, 800 * MS, 1000 * MS); /* the script delays */
    assert_int_equal(lt_rtt_min_us(&r), 30 * MS);
    assert_int_equal(lt_rtt_max_us(&r), 800 * MS);
    lt_rtt_witness(&r, 900 * MS, 2000 * MS); /* and a slow one raises nothing */
    assert_int_equal(lt_rtt_min_us(&r), 30 * MS);
    lt_rtt_add(&r, 800 * MS, INT64_C(170) * 1000 * MS); /* it ages like the rest */
    assert_int_equal(lt_rtt_min_us(&r), 800 * MS);
}

static void the_minimum_is_that_of_the_window_for_any_history(void **state)
{
    uint64_t x = seed + 6;
    (void)state;
    for (int run = 0; run < 200; run++) {
        enum { N = 100 };
        int64_t at_us[N], rtt_us[N], now_us = below(&x, INT64_C(1) << 40);
        struct lt_rtt r;
        lt_rtt_init(&r);
        for (int i = 0; i < N; i++) {
            now_us += below(&x, 8 * 1000 * MS);
            at_us[i] = now_us;
            rtt_us[i] = below(&x, 1000 * MS);
            lt_rtt_add(&r, rtt_us[i], now_us);
            int64_t min_us = INT64_MAX, from = now_us / LT_RTT_SLOT_US - LT_RTT_SLOTS;
            for (int k = 0; k <= i; k++) {
                if (at_us[k] / LT_RTT_SLOT_US > from && rtt_us[k] < min_us)
                    min_us = rtt_us[k];
            }
            assert_int_equal(lt_rtt_min_us(&r), min_us);
        }
    }
}

int main(void)
{
    const char *given = getenv("LEITAI_TEST_BUZZER_SEED");
    if (given)
        seed = strtoull(given, NULL, 0);
    if (seed == 0)
        seed = 1;
    printf("seed %" PRIu64 "\n", seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrival_counts_from_the_opening_and_nothing_else),
        cmocka_unit_test(a_claim_inside_the_band_is_believed),
        cmocka_unit_test(a_claim_outside_is_moved_to_the_nearer_end),
        cmocka_unit_test(without_claim_or_probes_the_arrival_counts),
        cmocka_unit_test(a_press_that_is_back_sooner_than_the_way_takes_gets_nothing),
        cmocka_unit_test(a_press_from_before_the_signal_is_early_whenever_it_is_looked_at),
        cmocka_unit_test(who_came_back_after_the_signal_is_judged_from_the_opening),
        cmocka_unit_test(a_liar_gains_at_most_the_band_and_never_more_than_the_cap),
        cmocka_unit_test(delayed_probe_answers_gain_at_most_the_cap),
        cmocka_unit_test(an_honest_claim_is_never_judged_worse_than_arrival),
        cmocka_unit_test(the_judge_is_not_impressed_by_order),
        cmocka_unit_test(the_winner_is_within_doubt_of_the_first),
        cmocka_unit_test(exactly_the_doubt_apart_is_in_doubt_and_one_more_is_not),
        cmocka_unit_test(a_draw_is_uniform_and_comes_again_from_its_random_number),
        cmocka_unit_test(round_trips_are_a_band_of_the_last_minutes),
        cmocka_unit_test(slow_answers_never_push_a_quick_one_out),
        cmocka_unit_test(a_gap_of_hours_leaves_nothing_old),
        cmocka_unit_test(a_witness_lowers_the_minimum_but_is_no_probe),
        cmocka_unit_test(the_minimum_is_that_of_the_window_for_any_history),
    };
    return cmocka_run_group_tests_name("buzzer", tests, NULL, NULL);
}

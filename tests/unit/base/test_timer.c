#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/timer.h"

enum { TIMERS = 300, STEPS = 40000 };

static struct lt_wheel *wheel;
static struct {
    struct lt_timer timer;
    int64_t due_us; /* -1: idle, as the model sees it */
} model[TIMERS];
static int64_t clock_us, last_due_us;
static uint64_t seed;

static int64_t below(int64_t n) /* xorshift64 */
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed >> 1) % n;
}

static void fired(struct lt_timer *t, int64_t now_us)
{
    int64_t due_us = model[(intptr_t)t->arg].due_us;
    assert_true(due_us >= 0);
    assert_true(now_us >= due_us);
    assert_true(due_us >= last_due_us);
    assert_int_equal(now_us, clock_us);
    last_due_us = due_us;
    model[(intptr_t)t->arg].due_us = -1;
}

static int64_t earliest(void)
{
    int64_t us = INT64_MAX;
    for (int i = 0; i < TIMERS; i++)
        if (model[i].due_us >= 0 && model[i].due_us < us)
            us = model[i].due_us;
    return us;
}

/* What the wheel says must hold against a plain list, to the microsecond. */
static void check_against_model(void)
{
    int64_t first = earliest(), next = lt_wheel_next_us(wheel);
    /* What is overdue is due now. */
    assert_true(first == INT64_MAX ? next == INT64_MAX : next <= first || next == clock_us);
    for (int i = 0; i < TIMERS; i++)
        assert_int_equal(lt_timer_armed(&model[i].timer), model[i].due_us >= 0);
}

static void advance_to(int64_t us)
{
    int due = 0;
    clock_us = us;
    last_due_us = INT64_MIN;
    for (int i = 0; i < TIMERS; i++)
        due += model[i].due_us >= 0 && model[i].due_us <= us;
    assert_int_equal(lt_wheel_advance(wheel, us), due);
    assert_true(earliest() > us);
    assert_true(lt_wheel_next_us(wheel) > us);
}

static void a_step(void)
{
    static const int64_t spans[] = {1, 900, 60000, 5000000, 400000000, INT64_C(90000000000000)};
    int64_t i = below(TIMERS), what = below(10);
    if (what < 6) {
        model[i].due_us = clock_us + below(spans[below(6)] + 1) - (below(8) == 0 ? 1000 : 0);
        lt_timer_set(wheel, &model[i].timer, model[i].due_us);
    } else if (what < 7) {
        model[i].due_us = -1;
        lt_timer_cancel(wheel, &model[i].timer);
    } else if (what < 8 && earliest() != INT64_MAX) {
        /* As the loop does it: sleep until the wheel wants to be woken. */
        int64_t next = lt_wheel_next_us(wheel);
        advance_to(next > clock_us ? next : clock_us);
    } else {
        advance_to(clock_us + below(spans[below(5)] + 1));
    }
    check_against_model();
}

static void nothing_fires_early_late_twice_or_out_of_order(void **state)
{
    (void)state;
    for (uint64_t run = 1; run <= 3; run++) {
        seed = 20261122 * run;
        print_message("seed %llu\n", (unsigned long long)seed);
        clock_us = 987654321 * (int64_t)run;
        wheel = lt_wheel_new(clock_us);
        for (int i = 0; i < TIMERS; i++) {
            lt_timer_init(&model[i].timer, fired, (void *)(intptr_t)i);
            model[i].due_us = -1;
        }
        for (int step = 0; step < STEPS / 3; step++)
            a_step();
        lt_wheel_free(wheel);
        for (int i = 0; i < TIMERS; i++)
            assert_false(lt_timer_armed(&model[i].timer));
    }
}

static struct lt_timer victim, rearmed;
static int fires;

static void cancels_other(struct lt_timer *t, int64_t now_us)
{
    (void)t;
    (void)now_us;
    fires++;
    lt_timer_cancel(wheel, &victim);
}

static void rearms_itself(struct lt_timer *t, int64_t now_us)
{
    fires++;
    if (fires < 5)
        lt_timer_set(wheel, t, now_us);
}

static void a_callback_may_cancel_and_rearm(void **state)
{
    struct lt_timer killer;
    (void)state;
    wheel = lt_wheel_new(0);
    fires = 0;
    lt_timer_init(&killer, cancels_other, NULL);
    lt_timer_init(&victim, cancels_other, NULL);
    lt_timer_set(wheel, &killer, 1000);
    lt_timer_set(wheel, &victim, 2000);
    assert_int_equal(lt_wheel_advance(wheel, 5000), 1);
    assert_int_equal(fires, 1);
    fires = 0;
    lt_timer_init(&rearmed, rearms_itself, NULL);
    lt_timer_set(wheel, &rearmed, 6000);
    assert_int_equal(lt_wheel_advance(wheel, 7000),
                     1); /* again at the next advance, not in this one */
    assert_int_equal(lt_wheel_advance(wheel, 9000), 1);
    lt_wheel_free(wheel);
}

static void counts(struct lt_timer *t, int64_t now_us)
{
    (void)t;
    (void)now_us;
    fires++;
}

/* Waking as the wheel asks must reach a timer in few wakes, however far away it is. */
static void a_distant_timer_costs_few_wakes(void **state)
{
    static const int64_t dues[] = {
        1, 999, 1000, 65000, INT64_C(86400000000), INT64_C(3155760000000000), INT64_MAX};
    struct lt_timer t;
    (void)state;
    for (size_t i = 0; i < sizeof dues / sizeof *dues; i++) {
        int wakes = 0;
        fires = 0;
        wheel = lt_wheel_new(0);
        lt_timer_init(&t, counts, NULL);
        lt_timer_set(wheel, &t, dues[i]);
        while (fires == 0 && wakes < 100) {
            int64_t next = lt_wheel_next_us(wheel);
            assert_true(next <= dues[i]);
            /* The last wake may come at the timer's millisecond: the loop's own timer has no finer
             * grain. */
            lt_wheel_advance(wheel, dues[i] - next < 1000 ? dues[i] : next);
            wakes++;
        }
        assert_int_equal(fires, 1);
        assert_in_range(wakes, 1, 10);
        lt_wheel_free(wheel);
    }
}

static void a_clock_that_steps_back_does_no_harm(void **state)
{
    struct lt_timer t;
    (void)state;
    fires = 0;
    wheel = lt_wheel_new(5000000);
    lt_timer_init(&t, counts, NULL);
    lt_timer_set(wheel, &t, 5002000);
    assert_int_equal(lt_wheel_advance(wheel, 4000000), 0);
    assert_int_equal(lt_wheel_advance(wheel, 5001999), 0);
    assert_int_equal(lt_wheel_advance(wheel, 5002000), 1);
    lt_timer_set(wheel, &t, -7);
    assert_int_equal(lt_wheel_next_us(wheel), 5002000);
    assert_int_equal(lt_wheel_advance(wheel, 5002000), 1);
    lt_timer_cancel(wheel, &t);
    assert_int_equal(lt_wheel_next_us(wheel), INT64_MAX);
    lt_wheel_free(wheel);
    lt_wheel_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_fires_early_late_twice_or_out_of_order),
        cmocka_unit_test(a_callback_may_cancel_and_rearm),
        cmocka_unit_test(a_distant_timer_costs_few_wakes),
        cmocka_unit_test(a_clock_that_steps_back_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/timer.h"
#include <stdlib.h>

enum { TIMERS = 300, STEPS = 20000 };

static struct lt_wheel *wheel;
static struct {
    struct lt_timer timer;
    int64_t due_us; /* -1: idle, as the model sees it */
} model[TIMERS];
static int64_t clock_us;

static void fired(struct lt_timer *t, int64_t now_us)
{
    int i = (int)(intptr_t)t->arg;
    assert_true(model[i].due_us >= 0);
    assert_true(now_us >= model[i].due_us);
    assert_int_equal(now_us, clock_us);
    model[i].due_us = -1;
}

/* A millisecond of the wheel's resolution is the only difference to a plain list. */
static void nothing_fires_early_late_or_twice(void **state)
{
    unsigned seed = 20261122;
    (void)state;
    clock_us = 987654321;
    wheel = lt_wheel_new(clock_us);
    for (int i = 0; i < TIMERS; i++) {
        lt_timer_init(&model[i].timer, fired, (void *)(intptr_t)i);
        model[i].due_us = -1;
    }
    for (int step = 0; step < STEPS; step++) {
        int i = rand_r(&seed) % TIMERS, what = rand_r(&seed) % 10;
        int64_t spans[] = {500, 60000, 5000000, 400000000, 90000000000};
        if (what < 6) {
            model[i].due_us = clock_us + rand_r(&seed) % spans[rand_r(&seed) % 5];
            lt_timer_set(wheel, &model[i].timer, model[i].due_us);
        } else if (what < 7) {
            model[i].due_us = -1;
            lt_timer_cancel(wheel, &model[i].timer);
        } else {
            clock_us += rand_r(&seed) % (what == 9 ? 2000000000 : 20000);
            lt_wheel_advance(wheel, clock_us);
            for (int k = 0; k < TIMERS; k++) {
                assert_int_equal(lt_timer_armed(&model[k].timer), model[k].due_us >= 0);
                assert_true(model[k].due_us < 0 || model[k].due_us > clock_us - 1000);
                assert_true(model[k].due_us < 0 || lt_wheel_next_us(wheel) <= model[k].due_us + 1000);
            }
        }
    }
    lt_wheel_free(wheel);
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
    assert_int_equal(lt_wheel_advance(wheel, 7000), 1); /* again at the next advance, not in this one */
    assert_int_equal(lt_wheel_advance(wheel, 9000), 1);
    lt_wheel_free(wheel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_fires_early_late_or_twice),
        cmocka_unit_test(a_callback_may_cancel_and_rearm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

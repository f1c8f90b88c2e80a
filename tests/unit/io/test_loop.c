#include "io/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

/* What happened, one letter each. */
static char story[64];
static struct lt_loop *loop;
static struct lt_loop_hook *hook;

static void tell(const char *what)
{
    strncat(story, what, sizeof story - strlen(story) - 1);
}

static int setup(void **state)
{
    (void)state;
    story[0] = '\0';
    hook = NULL;
    loop = lt_loop_new();
    return loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lt_loop_free(loop);
    return 0;
}

static void say(void *arg)
{
    tell(arg);
}

static void stop(void *arg)
{
    (void)arg;
    lt_loop_stop(loop);
}

static void defer_more(void *arg)
{
    (void)arg;
    tell("a");
    lt_loop_defer(loop, say, "c");
}

static void deferred_functions_run_in_order_and_with_what_they_defer(void **state)
{
    (void)state;
    lt_loop_defer(loop, defer_more, NULL);
    lt_loop_defer(loop, say, "b");
    lt_loop_defer(loop, stop, NULL);
    assert_string_equal(story, "");
    lt_loop_run(loop);
    assert_string_equal(story, "abc");
}

static void count_and_leave(void *arg)
{
    (void)arg;
    tell("h");
    if (strlen(story) == 3) {
        lt_loop_hook_remove(hook);
        lt_loop_defer(loop, stop, NULL);
    }
}

static void wake(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    lt_loop_timer(loop, t, 1000);
}

static void a_hook_runs_each_turn_until_it_removes_itself(void **state)
{
    struct lt_timer t;
    (void)state;
    hook = lt_loop_hook_add(loop, count_and_leave, NULL);
    lt_timer_init(&t, wake, NULL);
    lt_loop_timer(loop, &t, 0);
    lt_loop_run(loop);
    lt_loop_timer_cancel(loop, &t);
    assert_string_equal(story, "hhh");
}

static void hooks_run_before_deferred_functions(void **state)
{
    (void)state;
    hook = lt_loop_hook_add(loop, say, "h");
    lt_loop_defer(loop, say, "d");
    lt_loop_defer(loop, stop, NULL);
    lt_loop_run(loop);
    assert_string_equal(story, "hd");
}

static int64_t fired_us;

static void fire(struct lt_timer *t, int64_t now_us)
{
    (void)t;
    fired_us = now_us;
    lt_loop_stop(loop);
}

static void a_timer_fires_when_due_and_not_before(void **state)
{
    struct lt_timer t;
    (void)state;
    lt_timer_init(&t, fire, NULL);
    int64_t set_us = lt_loop_now(loop).mono_us;
    lt_loop_timer(loop, &t, 20000);
    lt_loop_run(loop);
    assert_in_range(fired_us - set_us, 20000, 2000000);
}

static void on_idle(uv_timer_t *t)
{
    /* The loop slept: the first reading of this turn must not be from before. */
    int64_t slept_us = lt_loop_now(loop).mono_us - *(int64_t *)t->data;
    assert_in_range(slept_us, 29000, 2000000);
    assert_int_equal(lt_loop_now(loop).mono_us, lt_loop_now(loop).mono_us);
    assert_true(lt_loop_now_fresh(loop).mono_us >= lt_loop_now(loop).mono_us);
    uv_close((uv_handle_t *)t, NULL);
    lt_loop_stop(loop);
}

static void the_clock_of_a_turn_is_read_after_the_wait(void **state)
{
    uv_timer_t t;
    int64_t begun_us = lt_loop_now(loop).mono_us;
    (void)state;
    t.data = &begun_us;
    uv_timer_init(lt_loop_uv(loop), &t);
    uv_timer_start(&t, on_idle, 30, 0);
    lt_loop_run(loop);
    uv_run(lt_loop_uv(loop), UV_RUN_NOWAIT); /* the close callback */
}

static void on_signal(int signum, void *arg)
{
    assert_int_equal(signum, SIGUSR1);
    tell(arg);
    lt_loop_stop(loop);
}

static void a_signal_is_delivered_in_the_loop(void **state)
{
    (void)state;
    lt_loop_signal(loop, SIGUSR1, on_signal, "s");
    kill(getpid(), SIGUSR1);
    assert_string_equal(story, "");
    lt_loop_run(loop);
    lt_loop_signals_stop(loop);
    assert_string_equal(story, "s");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(deferred_functions_run_in_order_and_with_what_they_defer),
        TEST(a_hook_runs_each_turn_until_it_removes_itself),
        TEST(hooks_run_before_deferred_functions),
        TEST(a_timer_fires_when_due_and_not_before),
        TEST(the_clock_of_a_turn_is_read_after_the_wait),
        TEST(a_signal_is_delivered_in_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

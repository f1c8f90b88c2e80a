#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include <time.h>

static void both_clocks_are_read_in_microseconds(void **state)
{
    struct timespec mono, wall;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    clock_gettime(CLOCK_REALTIME, &wall);
    struct lt_clock a = lt_clock_read(), b = lt_clock_read();
    assert_in_range(a.mono_us - ((int64_t)mono.tv_sec * 1000000 + mono.tv_nsec / 1000), 0, 5000000);
    assert_in_range(a.wall_us / 1000000 - wall.tv_sec, 0, 5);
    assert_true(b.mono_us >= a.mono_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_clocks_are_read_in_microseconds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Both clocks in one reading. Nobody but io/loop and the log reads them: everything else is handed
 * a time, so that a test can move it. CLOCK_MONOTONIC is not the boot-time clock: a suspended
 * machine must not fire a contest's timers at once. */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    int r = clock_gettime(id, &t);
    assert(r == 0);
    (void)r;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct lt_clock lt_clock_read(void)
{
    return (struct lt_clock){.mono_us = read_us(CLOCK_MONOTONIC),
                             .wall_us = read_us(CLOCK_REALTIME)};
}

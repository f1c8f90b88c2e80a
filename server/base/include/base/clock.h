/* Time. Read once per loop turn by io/loop; everybody else receives it. */
#pragma once
#include <stdint.h>

/* One reading of both clocks, in microseconds. */
struct lt_clock {
    int64_t mono_us; /* CLOCK_MONOTONIC: intervals, timers */
    int64_t wall_us; /* CLOCK_REALTIME since the epoch: logs, records */
};

/* Read both clocks now. */
struct lt_clock lt_clock_read(void);

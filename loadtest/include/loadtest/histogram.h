/* Durations in log-linear slots: exact below 256 µs, then 128 slots an octave (error below 0.8 %),
 * up to 19 hours. A plain value without pointers: it lies in shared memory and merges by addition.
 */
#pragma once
#include <stdint.h>

enum { LT_HIST_SLOTS = 3840 };

struct lt_hist {
    int64_t count, max_us;
    uint64_t slots[LT_HIST_SLOTS];
};

/* Record one duration; negative counts as 0, what is too long in the last slot (the maximum stays
 * exact). */
void lt_hist_record(struct lt_hist *h, int64_t us);
void lt_hist_merge(struct lt_hist *into, const struct lt_hist *from);
/* The smallest duration that at least `percent` of the records do not exceed: the upper edge of its
 * slot, never above the maximum. 0 when empty. */
int64_t lt_hist_percentile(const struct lt_hist *h, double percent);

/* Hierarchical timer wheel: O(1) set and cancel for any number of timers, 1 ms ticks. The owner
 * advances it with the loop's monotonic clock. Due timers are collected first, then run in order of
 * their due time, so a callback may set or cancel any timer, also one that is due in the same
 * advance: that one then does not run in it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct lt_timer;
typedef void lt_timer_fn(struct lt_timer *t, int64_t now_us);

/* Embedded in its owner; zero-initialise, then lt_timer_init. Never copy an armed timer. */
struct lt_timer {
    struct lt_timer *next, **prev; /* list of its slot; prev == NULL when idle */
    int64_t due_us;
    lt_timer_fn *fn;
    void *arg;
};
struct lt_wheel; /* opaque */
struct lt_wheel *lt_wheel_new(int64_t now_us);
void lt_wheel_free(struct lt_wheel *w); /* timers still armed become idle */
void lt_timer_init(struct lt_timer *t, lt_timer_fn *fn, void *arg);
/* Arm, or move, `t` to fire at the first advance with now_us >= due_us. A due time in the past
 * fires at the next advance. */
void lt_timer_set(struct lt_wheel *w, struct lt_timer *t, int64_t due_us);
/* Idle afterwards; fine when idle. */
void lt_timer_cancel(struct lt_wheel *w, struct lt_timer *t);
bool lt_timer_armed(const struct lt_timer *t);
/* Run what is due. Returns how many ran. */
int lt_wheel_advance(struct lt_wheel *w, int64_t now_us);
/* Earliest time at which an advance can have work (a lower bound), INT64_MAX when empty. */
int64_t lt_wheel_next_us(const struct lt_wheel *w);

/* One process, one libuv loop. Owns the clock (read once per turn), the timer wheel (driven by one uv_timer), the
 * deferred-free list (run at the end of each turn) and the end-of-turn hooks (e.g. submit the batch). */
#pragma once
#include "base/clock.h"
#include "base/timer.h"
#include <stdbool.h>
#include <uv.h>

struct lt_loop;
typedef void lt_loop_fn(void *arg);

struct lt_loop *lt_loop_new(void);
/* Every handle must be closed before; asserts that uv_loop_close() returns 0. */
void lt_loop_free(struct lt_loop *l);
/* Run until lt_loop_stop. */
void lt_loop_run(struct lt_loop *l);
void lt_loop_stop(struct lt_loop *l);
uv_loop_t *lt_loop_uv(struct lt_loop *l);
/* The reading of this turn. */
struct lt_clock lt_loop_now(const struct lt_loop *l);
/* A fresh reading, for what must be stamped inside a long turn (presses, arrivals); also updates lt_loop_now. */
struct lt_clock lt_loop_now_fresh(struct lt_loop *l);
/* Wheel timers: due in `delay_us` from this turn. */
void lt_loop_timer(struct lt_loop *l, struct lt_timer *t, int64_t delay_us);
void lt_loop_timer_cancel(struct lt_loop *l, struct lt_timer *t);
/* Run fn(arg) once at the end of this turn, after all callbacks: the place where objects die. Never fails: asserts. */
void lt_loop_defer(struct lt_loop *l, lt_loop_fn *fn, void *arg);
/* Run fn(arg) at the end of every turn, in order of registration, until removed. */
struct lt_loop_hook;
struct lt_loop_hook *lt_loop_hook_add(struct lt_loop *l, lt_loop_fn *fn, void *arg);
void lt_loop_hook_remove(struct lt_loop_hook *h);
/* Call fn(signum, arg) in the loop on a signal. Removed by lt_loop_free's owner with lt_loop_signals_stop. */
typedef void lt_loop_signal_fn(int signum, void *arg);
void lt_loop_signal(struct lt_loop *l, int signum, lt_loop_signal_fn *fn, void *arg);
void lt_loop_signals_stop(struct lt_loop *l);

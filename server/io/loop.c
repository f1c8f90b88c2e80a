/* The loop of a process.
 *
 * A turn of libuv: its timers → idle handles → prepare → poll (callbacks of I/O) → check → closing
 * callbacks. Ours hang on two of these: `prepare` says when the poll must end for the next timer,
 * and makes the clock stale; `check` turns the timer wheel, then runs the end-of-turn hooks, then
 * what was deferred. The clock is read when it is first asked for after a poll, so it is the time
 * of arrival, once a turn.
 *
 * Memory that a callback may still see is given back through lt_loop_defer, at the end of the turn,
 * never in the callback.
 */
#include "io/loop.h"

#include "base/metrics.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNALS_MAX = 8 };

struct deferred {
    lt_loop_fn *fn;
    void *arg;
};

struct lt_loop_hook {
    lt_loop_fn *fn;
    void *arg;
    bool removed;
    struct lt_loop_hook *next;
};

struct sig {
    uv_signal_t handle;
    lt_loop_signal_fn *fn;
    void *arg;
};

struct lt_loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_timer_t timer;
    struct lt_clock now;
    bool stale; /* `now` is of an earlier turn */
    struct lt_wheel *wheel;
    struct deferred *deferred;
    size_t n_deferred, cap_deferred;
    struct lt_loop_hook *hooks;
    struct sig signals[SIGNALS_MAX];
    int n_signals;
};

struct lt_clock lt_loop_now_fresh(struct lt_loop *l)
{
    l->now = lt_clock_read();
    l->stale = false;
    return l->now;
}

struct lt_clock lt_loop_now(const struct lt_loop *l)
{
    /* Reading lazily is no change that a caller could see. */
    return l->stale ? lt_loop_now_fresh((struct lt_loop *)l) : l->now;
}

static void on_timer(uv_timer_t *t)
{
    (void)t; /* it only ends the poll; the wheel turns in on_check */
}

static void on_prepare(uv_prepare_t *h)
{
    struct lt_loop *l = h->data;
    int64_t next_us = l->n_deferred > 0 ? 0 : lt_wheel_next_us(l->wheel);
    l->stale = true;
    if (next_us == INT64_MAX) {
        uv_timer_stop(&l->timer);
        return;
    }
    int64_t wait_us = next_us - lt_clock_read().mono_us;
    uv_timer_start(&l->timer, on_timer, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

static void run_hooks(struct lt_loop *l)
{
    for (struct lt_loop_hook **p = &l->hooks; *p;) {
        struct lt_loop_hook *h = *p;
        if (h->removed) {
            *p = h->next;
            free(h);
            continue;
        }
        h->fn(h->arg);
        p = &h->next;
    }
}

static void run_deferred(struct lt_loop *l)
{
    /* What a deferred function defers runs in the same round: nothing survives the turn. */
    for (size_t i = 0; i < l->n_deferred; i++) {
        struct deferred d = l->deferred[i];
        d.fn(d.arg);
    }
    l->n_deferred = 0;
}

static void on_check(uv_check_t *h)
{
    struct lt_loop *l = h->data;
    int64_t begun_us = lt_loop_now(l).mono_us;
    lt_wheel_advance(l->wheel, begun_us);
    run_hooks(l);
    run_deferred(l);
    lt_metric_observe_us(LT_M_LOOP_LAG, lt_clock_read().mono_us - begun_us);
}

struct lt_loop *lt_loop_new(void)
{
    struct lt_loop *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    lt_loop_now_fresh(l);
    l->wheel = lt_wheel_new(l->now.mono_us);
    int r = l->wheel ? uv_loop_init(&l->uv) : -1;
    if (r != 0) {
        lt_wheel_free(l->wheel);
        free(l);
        return NULL;
    }
    uv_prepare_init(&l->uv, &l->prepare);
    uv_check_init(&l->uv, &l->check);
    uv_timer_init(&l->uv, &l->timer);
    l->prepare.data = l->check.data = l->timer.data = l;
    uv_prepare_start(&l->prepare, on_prepare);
    uv_check_start(&l->check, on_check);
    return l;
}

void lt_loop_free(struct lt_loop *l)
{
    if (!l)
        return;
    uv_close((uv_handle_t *)&l->prepare, NULL);
    uv_close((uv_handle_t *)&l->check, NULL);
    uv_close((uv_handle_t *)&l->timer, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    run_deferred(l);
    int r = uv_loop_close(&l->uv);
    assert(r == 0);
    while (l->hooks) {
        struct lt_loop_hook *h = l->hooks;
        l->hooks = h->next;
        free(h);
    }
    lt_wheel_free(l->wheel);
    free(l->deferred);
    free(l);
}

void lt_loop_run(struct lt_loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void lt_loop_stop(struct lt_loop *l)
{
    uv_stop(&l->uv);
}

uv_loop_t *lt_loop_uv(struct lt_loop *l)
{
    return &l->uv;
}

void lt_loop_timer(struct lt_loop *l, struct lt_timer *t, int64_t delay_us)
{
    lt_timer_set(l->wheel, t, lt_loop_now(l).mono_us + delay_us);
}

void lt_loop_timer_cancel(struct lt_loop *l, struct lt_timer *t)
{
    lt_timer_cancel(l->wheel, t);
}

void lt_loop_defer(struct lt_loop *l, lt_loop_fn *fn, void *arg)
{
    if (l->n_deferred == l->cap_deferred) {
        l->cap_deferred = l->cap_deferred ? l->cap_deferred * 2 : 64;
        l->deferred = realloc(l->deferred, l->cap_deferred * sizeof *l->deferred);
        assert(l->deferred);
    }
    l->deferred[l->n_deferred++] = (struct deferred){fn, arg};
}

struct lt_loop_hook *lt_loop_hook_add(struct lt_loop *l, lt_loop_fn *fn, void *arg)
{
    struct lt_loop_hook *h = calloc(1, sizeof *h), **p = &l->hooks;
    assert(h);
    h->fn = fn;
    h->arg = arg;
    while (*p)
        p = &(*p)->next;
    *p = h;
    return h;
}

void lt_loop_hook_remove(struct lt_loop_hook *h)
{
    h->removed = true; /* unlinked by the next round: this may be inside one */
}

static void on_signal(uv_signal_t *h, int signum)
{
    struct sig *s = h->data;
    s->fn(signum, s->arg);
}

void lt_loop_signal(struct lt_loop *l, int signum, lt_loop_signal_fn *fn, void *arg)
{
    assert(l->n_signals < SIGNALS_MAX);
    struct sig *s = &l->signals[l->n_signals++];
    s->fn = fn;
    s->arg = arg;
    uv_signal_init(&l->uv, &s->handle);
    s->handle.data = s;
    uv_signal_start(&s->handle, on_signal, signum);
    uv_unref((uv_handle_t *)&s->handle);
}

void lt_loop_signals_stop(struct lt_loop *l)
{
    for (int i = 0; i < l->n_signals; i++)
        uv_close((uv_handle_t *)&l->signals[i].handle, NULL);
    l->n_signals = 0;
}

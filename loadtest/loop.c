/* The loop. Timers run after all events of a turn: a connection that was closed by an event of this
 * turn can only be opened again by a timer, so no stale event of the old descriptor can reach the
 * new one. */
#include "loadtest/loop.h"

#include <sys/epoll.h>
#include <sys/random.h>

#include <stdlib.h>
#include <unistd.h>

enum { EVENTS = 512 };

bool lt_gen_init(struct lt_gen *g, int process)
{
    uint64_t seed = 0;
    *g = (struct lt_gen){.epfd = epoll_create1(EPOLL_CLOEXEC), .process = process};
    g->now = lt_clock_read();
    g->wheel = lt_wheel_new(g->now.mono_us);
    g->scratch = malloc(LT_SCRATCH_BYTES);
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed || g->epfd < 0 || !g->wheel ||
        !g->scratch) {
        lt_gen_done(g);
        return false;
    }
    lt_rng_init(&g->random, seed, (uint64_t)process, 0);
    return true;
}

void lt_gen_done(struct lt_gen *g)
{
    if (g->epfd >= 0)
        close(g->epfd);
    if (g->wheel)
        lt_wheel_free(g->wheel);
    free(g->scratch);
    *g = (struct lt_gen){.epfd = -1};
}

bool lt_gen_watch(struct lt_gen *g, struct lt_watch *w, uint32_t events, bool is_new)
{
    struct epoll_event e = {.events = events, .data.ptr = w};
    return epoll_ctl(g->epfd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, w->fd, &e) == 0;
}

static int wait_ms(struct lt_gen *g, int64_t max_us)
{
    int64_t until_us = lt_wheel_next_us(g->wheel), now_us = lt_clock_read().mono_us;
    int64_t us = until_us == INT64_MAX ? max_us : until_us - now_us;
    if (us > max_us)
        us = max_us;
    return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

void lt_gen_turn(struct lt_gen *g, int64_t max_us)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(g->epfd, events, EVENTS, wait_ms(g, max_us));
    for (int i = 0; i < n; i++) {
        struct lt_watch *w = events[i].data.ptr;
        /* Read for each event: the time of receipt is what is measured. */
        g->now = lt_clock_read();
        if (w->fd >= 0)
            w->fn(w, events[i].events);
    }
    g->now = lt_clock_read();
    lt_wheel_advance(g->wheel, g->now.mono_us);
}

void lt_gen_timer(struct lt_gen *g, struct lt_timer *t, int64_t delay_us)
{
    lt_timer_set(g->wheel, t, g->now.mono_us + delay_us);
}

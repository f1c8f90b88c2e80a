/* The loop of one generator process: epoll, timers, both clocks read once a turn. */
#pragma once
#include "base/clock.h"
#include "base/timer.h"
#include "loadtest/rng.h"
#include <stdbool.h>
#include <stddef.h>

/* Something with a descriptor. Embedded in its owner; fd is -1 while closed, events of a closed one
 * are dropped. */
struct lt_watch {
    int fd;
    void (*fn)(struct lt_watch *w, uint32_t events);
};

enum { LT_SCRATCH_BYTES = 512 * 1024 };

struct lt_gen {
    int epfd;
    struct lt_wheel *wheel;
    struct lt_clock now;
    struct lt_rng random; /* masks and keys; seeded by the kernel */
    char *scratch;        /* LT_SCRATCH_BYTES, free for use inside one event */
    int process;          /* number of this process */
    int64_t connects;     /* connections begun so far */
};

/* False: no memory or descriptors. */
bool lt_gen_init(struct lt_gen *g, int process);
void lt_gen_done(struct lt_gen *g);
/* Watch w->fd; `events` are EPOLLIN, EPOLLOUT. Level-triggered. False: the kernel refused. */
bool lt_gen_watch(struct lt_gen *g, struct lt_watch *w, uint32_t events, bool is_new);
/* Wait for events, at most max_us, and run them and the timers that are due. */
void lt_gen_turn(struct lt_gen *g, int64_t max_us);
void lt_gen_timer(struct lt_gen *g, struct lt_timer *t, int64_t delay_us);

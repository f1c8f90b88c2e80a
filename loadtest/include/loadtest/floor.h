/* The floor: the least that a server must do for the same bytes, as a process of its own. It
 * accepts, answers the upgrade with 101, holds the socket on epoll, sends with plain send(2),
 * closes on end of file. No timers, no queues, no JSON. What is measured of the real server stands
 * beside what is measured of this one, in the same run, with the same receivers. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LT_FLOOR_FRAME = 8192 };

/* Shared with the process that asks. */
struct lt_floor_page {
    _Atomic int port;       /* 0 until it listens on 127.0.0.1 */
    _Atomic int64_t unsent; /* sends that the kernel did not take whole */
    _Atomic int64_t held;   /* connections */
};
/* An order through the pipe: send these bytes to everybody. */
struct lt_floor_order {
    uint32_t len;
    char frame[LT_FLOOR_FRAME];
};
/* Serve until the pipe `orders` is closed. Returns the exit status. */
int lt_floor_run(struct lt_floor_page *page, int orders);

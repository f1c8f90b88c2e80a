/* Connections for benchmarks: they join, count what they get, and do nothing else. One crowd is the
 * part of one process; it holds connections to the server and to the floor side by side. */
#pragma once
#include "loadtest/floor.h"
#include "loadtest/mint.h"
#include "loadtest/options.h"
#include "loadtest/people.h"
#include "loadtest/target.h"

enum lt_crowd_side { LT_CROWD_SERVER, LT_CROWD_FLOOR, LT_CROWD_SIDES };
enum lt_crowd_way {
    LT_CROWD_TICKET, /* HS256 */
    LT_CROWD_ES256,
    LT_CROWD_RESUME, /* session token of the last welcome, with epoch and seq */
};
enum lt_crowd_verb { LT_CROWD_CONNECT, LT_CROWD_CLOSE };

struct lt_crowd_order {
    enum lt_crowd_verb verb;
    enum lt_crowd_side side;
    enum lt_crowd_way way;
};
/* What a player was last told of its own standing, all 0 before. */
struct lt_crowd_own {
    int64_t v, points_c, at_us; /* at_us: wall clock */
    int32_t rank, of, correct, q;
};
/* What a process tells the parent. */
struct lt_crowd_page {
    _Atomic int64_t joined[LT_CROWD_SIDES]; /* connections that are in now */
    _Atomic int64_t frames[LT_CROWD_SIDES]; /* text messages received while in */
    _Atomic int64_t bytes[LT_CROWD_SIDES];  /* of these */
    _Atomic int64_t owns; /* players who were told their standing after question q_wanted */
    _Atomic int q_wanted; /* the parent's */
    _Atomic int64_t retries;
    _Atomic int payload_len; /* of the last broadcast of the server */
    char payload[LT_FLOOR_FRAME];
};
struct lt_crowd_args {
    const struct lt_load_opts *opts;
    const struct lt_people *people;
    const struct lt_mint *mint, *es256; /* es256: NULL when not asked for */
    struct lt_target target[LT_CROWD_SIDES];
    struct lt_crowd_page *page;
    struct lt_crowd_own *owns; /* by person, NULL: nobody looks at them */
    int orders;                /* pipe; the crowd ends when it is closed */
    int process, first, n;
};
/* Returns the exit status. */
int lt_crowd_run(const struct lt_crowd_args *a);

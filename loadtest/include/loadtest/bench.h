/* What the benchmarks of a contest share: floors, crowds, a host; rounds that alternate; medians. */
#pragma once
#include "loadtest/crew.h"
#include "loadtest/crowd.h"
#include "loadtest/host.h"

enum { LT_BENCH_ROUNDS = 1000, LT_BENCH_WORKERS = 64 };

struct lt_bench {
    const struct lt_load_opts *opts;
    int64_t end_us;
    struct lt_target target[LT_CROWD_SIDES];
    struct lt_people people;
    struct lt_mint *mint, *es256; /* es256: NULL when not asked for */
    struct lt_gen gen;
    struct lt_host *host;
    struct lt_crew crew; /* crowds, then floors */
    int procs, floors;   /* one floor, or as many as hold all connections */
    pid_t pids[LT_CROWD_SIDES][LT_BENCH_WORKERS]; /* whose processor time counts */
    int n_pids[LT_CROWD_SIDES];
    int orders[LT_CREW_MAX]; /* pipes, as in the crew */
    struct lt_crowd_page *crowd_pages;
    struct lt_floor_page *floor_pages;
    struct lt_crowd_own *owns; /* by person */
    void *memory;
    size_t bytes;
};

/* Start everything and bring the event to `running`. 0, or the exit status after a line on stderr;
 * lt_bench_done in any case. */
int lt_bench_init(struct lt_bench *b, const struct lt_load_opts *o);
void lt_bench_done(struct lt_bench *b);

/* Each of these returns false, after a line on stderr, when the time is up or something broke. */
/* A host's command, until it is done. */
bool lt_bench_command(struct lt_bench *b, const char *action);
/* Bring all connections of a side in; wait until they are. */
bool lt_bench_connect(struct lt_bench *b, enum lt_crowd_side side, enum lt_crowd_way way);
/* Close them all; wait until the server has nothing more to do with it. */
bool lt_bench_close(struct lt_bench *b, enum lt_crowd_side side);
/* Wait until the side has received `frames` in all. */
bool lt_bench_frames(struct lt_bench *b, enum lt_crowd_side side, int64_t frames);
/* Wait until the side's processes are idle: less than 2 % of a processor over 30 ms, at most 3 s. */
bool lt_bench_quiet(struct lt_bench *b, enum lt_crowd_side side);

/* The floors send this to everybody. */
bool lt_bench_floor_send(const struct lt_bench *b, const struct lt_floor_order *o);
int64_t lt_bench_floor_unsent(const struct lt_bench *b);
/* Turn the loop once; false when the time is up or a process ended. */
bool lt_bench_turn(struct lt_bench *b);

int64_t lt_bench_frames_now(const struct lt_bench *b, enum lt_crowd_side side);
int64_t lt_bench_retries(const struct lt_bench *b);
/* Processor time so far of the side's processes, ns; -1: one is gone. */
int64_t lt_bench_cpu_ns(const struct lt_bench *b, enum lt_crowd_side side);
double lt_bench_median(const double *v, int n);

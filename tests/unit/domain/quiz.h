/* A quiz among persons: three questions in two rounds, of 20, 20 and 10 s; the grace is 0.3 s. */
#pragma once
#include "stage.h"

enum { GRACE = 300000, QUESTIONS = 3, PERSON = 70 };

static inline int fresh(void **state)
{
    (void)state;
    curtain("{\"version\":1,\"grace_ms\":300,\"rounds\":["
            "{\"title\":\"a\",\"mode\":\"live\",\"questions\":2,\"seconds\":20,"
            "\"points\":{\"right\":1}},"
            "{\"title\":\"b\",\"mode\":\"live\",\"questions\":1,\"seconds\":10,"
            "\"points\":{\"right\":1}}]}");
    return 0;
}

/* With what the driver adds: the plan is simply the next question. */
static inline struct lt_input command(enum lt_action a, int expect_q, int64_t now_us)
{
    struct lt_input in;

    clock_us = now_us;
    in = planned(a, e.qi + 1 < QUESTIONS ? e.qi + 1 : -1, 1, 0);
    in.expect_q = expect_q;
    return in;
}

static inline void does_at(enum lt_action a, int64_t now_us)
{
    does_input(command(a, LT_EXPECT_ANY, now_us));
}

static inline void holds_seen(enum lt_action a, int expect_q)
{
    holds_input(command(a, expect_q, 500 * S));
}

static inline void refuses_seen(enum lt_action a, int expect_q, int err)
{
    refuses_input(command(a, expect_q, 500 * S), err);
}

static inline int takeover(int64_t now_us, bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_TAKEOVER, .now_us = now_us, .node = 2, .token = 9},
                ret_has);
}

static inline void begin(void)
{
    does_at(LT_ACT_LOBBY, 1 * S);
    does_at(LT_ACT_START, 2 * S);
}

/* Question 0 open from 100 s to 120 s. */
static inline void open_first(void)
{
    begin();
    does_at(LT_ACT_NEXT, 90 * S);
    does_at(LT_ACT_OPEN, 100 * S);
}

static inline void play(void)
{
    does_at(LT_ACT_NEXT, 100 * S);
    does_at(LT_ACT_OPEN, 100 * S);
    does_at(LT_ACT_CLOSE, 110 * S);
    tallied(5, 3);
    does_at(LT_ACT_REVEAL, 111 * S);
}

#define T(name) cmocka_unit_test_setup(name, fresh)

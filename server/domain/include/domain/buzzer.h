/* The buzzer's judge: who pressed first, from evidence. Pure; docs/fairness.md has the argument and
 * the figures. */
#pragma once
#include "domain/rules.h"
#include <stdbool.h>
#include <stdint.h>

/* What a node knows of one press. All times in microseconds. */
struct lt_evidence {
    int64_t arrival_us; /* cluster time at which the press reached a node */
    int64_t elapsed_us; /* by that node's clock: from handing the start signal to this connection's
                           socket to the press; -1: the connection never got the signal */
    int64_t rtt_min_us, rtt_max_us; /* band of this connection's measured round trips; -1: none measured */
    int probes;         /* how many measurements the band rests on */
    int64_t claim_us;   /* reaction that the client claims, by its own clock; -1: none */
};

/* The time by which a press is judged.
 * ARRIVAL: arrival_us less opened_us.
 * COMPENSATED: the claimed reaction, accepted inside
 *   [elapsed − min(rtt_min·(1+ε) + slack, cap), elapsed], clamped to it otherwise; ε = 1/8.
 * Without claim or without measured band (fewer than 3 probes): elapsed (nothing is taken off);
 * elapsed −1: arrival_us less opened_us. Never below 0. Only the minimum of the round trips counts, so
 * delaying one's own probe answers gains nothing. */
int64_t lt_buzzer_used_us(const struct lt_sheet *s, const struct lt_evidence *e, int64_t opened_us);

struct lt_buzzer_press {
    int64_t entry, used_us;
};
enum lt_buzzer_outcome {
    LT_BUZZER_CLEAR, /* ret->winner is first by more than doubt_ms */
    LT_BUZZER_DRAWN, /* a draw among ret->n_doubt presses, by `random` */
    LT_BUZZER_REARM, /* too close to tell, and the sheet says to arm again */
    LT_BUZZER_OUTCOMES /* count */
};
struct lt_buzzer_ruling {
    enum lt_buzzer_outcome outcome;
    int winner;  /* index into presses; REARM: -1 */
    int n_doubt; /* how many lay within doubt_ms of the first, itself included; 1: nobody else */
};
/* Judge presses (n ≥ 1, any order; the result does not depend on it but for identical entries).
 * `random` decides a draw: candidates in order of entry id, index random % n_doubt. */
void lt_buzzer_judge(const struct lt_sheet *s, const struct lt_buzzer_press *p, int n, uint64_t random,
                     struct lt_buzzer_ruling *ret);

/* One connection's round trips, server-timed. A window of recent probes: the minimum may be raised
 * only by time (samples leave after their age), never by a slow answer. */
enum { LT_RTT_SAMPLES = 16 };
struct lt_rtt {
    int n, next;
    int64_t us[LT_RTT_SAMPLES];
};
void lt_rtt_init(struct lt_rtt *r);
void lt_rtt_add(struct lt_rtt *r, int64_t rtt_us); /* negative and absurd (> 60 s) samples are ignored */
int64_t lt_rtt_min_us(const struct lt_rtt *r);     /* -1: none */
int64_t lt_rtt_max_us(const struct lt_rtt *r);     /* -1: none */
/* What is taken off an answer's time: the minimum, at most cap_ms; 0 without measurement. */
int64_t lt_rtt_credit_us(const struct lt_rtt *r, int cap_ms);

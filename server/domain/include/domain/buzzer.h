/* The buzzer's judge: who pressed first, from evidence. Pure; docs/fairness.md has the argument and
 * the figures. */
#pragma once
#include "domain/rules.h"
#include <stdbool.h>
#include <stdint.h>

/* What a node knows of one press. All times in microseconds. */
struct lt_evidence {
    int64_t arrival_us; /* cluster time at which the press reached a node */
    int64_t elapsed_us; /* by that node's clock: from offering the start signal to this connection's
                           socket, whether or not the client reads, to the press; -1: the connection
                           never got the signal */
    int64_t rtt_min_us; /* of this connection's measured round trips; -1: none measured */
    int64_t rtt_max_us;
    int probes;       /* how many measurements the band rests on */
    int64_t claim_us; /* reaction that the client claims, by its own clock; -1: none */
};

/* The press reached a server before the signal that opened the question: a foul, whatever the state
 * in which the driver came to look at it. */
bool lt_buzzer_early(const struct lt_evidence *e, int64_t opened_us);
/* How much may be taken off `elapsed_us`: min(rtt_min·(1+ε) + slack, cap), ε = 1/8. 0 under ARRIVAL,
 * without a claim, without a start signal, with fewer than LT_BUZZER_PROBES measurements, or when the
 * press came back sooner than rtt_min: then it left before its phone can have shown the signal, or
 * the round trips are not what they were said to be. */
enum { LT_BUZZER_PROBES = 3 };
int64_t lt_buzzer_band_us(const struct lt_sheet *s, const struct lt_evidence *e);
/* The time by which a press is judged.
 * ARRIVAL: arrival_us less opened_us.
 * COMPENSATED: the claimed reaction where it lies in [elapsed − band, elapsed], else the nearer end.
 * No start signal (elapsed −1): arrival_us less opened_us, and nothing is taken off.
 * Never below 0. So nobody is judged by less than the time from signal to arrival less cap, whatever
 * a client says or delays. */
int64_t lt_buzzer_used_us(const struct lt_sheet *s, const struct lt_evidence *e, int64_t opened_us);

struct lt_buzzer_press {
    int64_t entry, used_us;
};
enum lt_buzzer_outcome {
    LT_BUZZER_CLEAR,   /* ret->winner is first by more than doubt_ms */
    LT_BUZZER_DRAWN,   /* a draw among ret->n_doubt presses, by `random` */
    LT_BUZZER_REARM,   /* too close to tell, and the sheet says to arm again */
    LT_BUZZER_OUTCOMES /* count */
};
struct lt_buzzer_ruling {
    enum lt_buzzer_outcome outcome;
    int winner;  /* index into presses; REARM: -1 */
    int n_doubt; /* how many lay within doubt_ms of the first, itself included; 1: nobody else */
};
/* Judge presses (n ≥ 1, any order; the result does not depend on it but for identical entries).
 * `random` decides a draw: candidates in order of entry id, index random % n_doubt. */
void lt_buzzer_judge(const struct lt_sheet *s, const struct lt_buzzer_press *p, int n,
                     uint64_t random, struct lt_buzzer_ruling *ret);

/* One connection's round trips, server-timed, of the last 140–160 s. Kept by time and not by number:
 * a slow answer never pushes a quick one out, however densely one probes.
 *
 * Two sources. Probes are answered by the page's script, which a player may change; a witness is
 * answered by what is below it (pongs of the browser itself). The minimum is over both, so a script
 * that delays its answers raises nothing. */
enum { LT_RTT_SLOTS = 8, LT_RTT_SLOT_US = 20 * 1000 * 1000 };
struct lt_rtt {
    int64_t newest; /* number of the newest slot: monotonic time / LT_RTT_SLOT_US */
    struct {
        int32_t n, min_us, max_us; /* probes */
        int32_t witness_us;        /* smallest, -1: none */
    } slots[LT_RTT_SLOTS];         /* slot k at k % LT_RTT_SLOTS */
};
void lt_rtt_init(struct lt_rtt *r);
/* An answered probe; a witness. `now_us` is monotonic. Negative and absurd (> 60 s) round trips are
 * ignored. */
void lt_rtt_add(struct lt_rtt *r, int64_t rtt_us, int64_t now_us);
void lt_rtt_witness(struct lt_rtt *r, int64_t rtt_us, int64_t now_us);
int lt_rtt_probes(const struct lt_rtt *r);
/* -1: no probe was answered. */
int64_t lt_rtt_min_us(const struct lt_rtt *r); /* of probes and witnesses */
int64_t lt_rtt_max_us(const struct lt_rtt *r); /* of probes */
/* What is taken off an answer's time: the minimum, at most cap_ms; 0 without measurement. */
int64_t lt_rtt_credit_us(const struct lt_rtt *r, int cap_ms);

/* When a connection's round trip is measured, and what of it is believed. Pure: session_rtt.c has
 * the clock, the timer and the socket.
 *
 *   probing_delay_us → timer → probing_sent ─┬→ probing_echo ──────────┬→ probing_delay_us → …
 *                                            └→ timer → probing_lost ──┘
 */
#pragma once
#include "domain/engine.h"

enum {
    PROBING_FIRST = 5, /* probes of the first series, close together */
    PROBING_TIMEOUT_US = 3 * 1000 * 1000,
};
struct probing {
    struct lt_rtt rtt;
    int64_t nonce; /* of the probe under way, -1: none */
    int64_t sent_us;
    int first_left;
};

void probing_init(struct probing *p);
/* A probe goes out. `nonce` (≥ 0) is not to be guessed: an echo sent ahead would be a short round
 * trip. */
void probing_sent(struct probing *p, int64_t nonce, int64_t now_us);
/* Give up the probe under way. False: there is none. */
bool probing_lost(struct probing *p);
/* True, and measured, when `nonce` is that of the probe under way; each counts once. */
bool probing_echo(struct probing *p, int64_t nonce, int64_t now_us);
/* Until the next probe. `connections` of this process share a budget of probes per second; `random`
 * spreads them. */
int64_t probing_delay_us(const struct probing *p, const struct lt_engine *e, int connections,
                         uint64_t random);
/* What a node knows of a press at `at_us` (monotonic); `signal_us` is when this connection was
 * offered the start signal, -1: never. claim_us -1: none. arrival_us is left to the caller. */
void probing_evidence(const struct probing *p, int64_t signal_us, int64_t at_us, int64_t claim_us,
                      struct lt_evidence *ret);

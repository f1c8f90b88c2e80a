/* The round trip of a player's connection, for the buzzer and for points that fall with time.
 *
 * Server-timed: a probe with a nonce goes out, the page echoes it. The timer is one of the process's
 * wheel. Beside the echoes, which a script may delay, pongs are witnesses, and where the operator
 * says that no proxy is in between, TCP itself; see domain/buzzer.c for what they are good for.
 */
#include "session_internal.h"
#include <assert.h>
#include <openssl/rand.h>
#include <stdlib.h>

enum { PROBE_BYTES = 128 };
#define NONCE_MASK ((INT64_C(1) << 53) - 1) /* exact in a browser */

static int64_t nonce(void)
{
    int64_t random;
    int ok = RAND_bytes((unsigned char *)&random, sizeof random);
    assert(ok == 1);
    return random & NONCE_MASK;
}

static void wait_for_next(struct session *s)
{
    /* random(3) will do: it spreads the probes, and is no secret. */
    int64_t us = probing_delay_us(&s->probing, &s->member.contest->engine, s->all->count,
                                  (uint64_t)random());
    lt_loop_timer(s->all->loop, &s->probe_timer, us);
}

static void on_probe_timer(struct lt_timer *t, int64_t now_us)
{
    struct session *s = t->arg;
    struct lt_buf b;
    (void)now_us;
    if (s->state != SESSION_LIVE)
        return;
    if (probing_lost(&s->probing)) {
        wait_for_next(s);
        return;
    }
    struct lt_msg_probe m = {.n = nonce()};
    if (lt_conn_rtt_last_us(s->conn) < 0)
        lt_conn_ping(s->conn); /* the first witness */
    lt_buf_init(&b, PROBE_BYTES);
    lt_msg_probe_write(&m, &b);
    probing_sent(&s->probing, m.n, lt_loop_now_fresh(s->all->loop).mono_us);
    lt_loop_timer(s->all->loop, t, PROBING_TIMEOUT_US);
    session_send(s, &b);
    lt_buf_done(&b);
}

void session_rtt_init(struct session *s)
{
    probing_init(&s->probing);
    lt_timer_init(&s->probe_timer, on_probe_timer, s);
}

void session_rtt_start(struct session *s)
{
    wait_for_next(s);
}

void session_rtt_stop(struct session *s)
{
    lt_loop_timer_cancel(s->all->loop, &s->probe_timer);
}

void session_rtt_echo(struct session *s, const struct lt_echo_in *m)
{
    int64_t now_us = lt_loop_now_fresh(s->all->loop).mono_us;
    if (!probing_echo(&s->probing, m->n, now_us))
        return;              /* too late, or made up: measures nothing */
    s->tokens_e6 += 1000000; /* it was asked for */
    lt_rtt_witness(&s->probing.rtt, lt_conn_rtt_last_us(s->conn), now_us);
    if (s->all->opts.tcp_witness)
        lt_rtt_witness(&s->probing.rtt, lt_conn_tcp_rtt_us(s->conn), now_us);
    wait_for_next(s);
}

int64_t session_rtt_credit_us(const struct session *s)
{
    return lt_rtt_credit_us(&s->probing.rtt, s->member.contest->sheet.rtt_cap_ms);
}

void session_rtt_evidence(const struct session *s, struct lt_clock at, int64_t claim_us,
                          struct lt_evidence *ret)
{
    const struct lt_member *m = &s->member;
    bool signalled = m->signal_seq > 0 && m->signal_seq == m->contest->signal_seq;
    ret->arrival_us = lt_cluster_at_us(lt_hub_cluster(s->all->hub), at);
    probing_evidence(&s->probing, signalled ? m->signal_us : -1, at.mono_us, claim_us, ret);
}

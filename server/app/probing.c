/* The pace of measuring. Round trips matter where somebody may press soon, so there they are measured
 * every second; elsewhere the band shall only not grow old. */
#include "app/probing.h"

enum {
    SERIES_US = 300 * 1000,
    CALM_US = 6 * 1000 * 1000,
    ARMED_US = 1000 * 1000,
    BUZZER_US = 3 * 1000 * 1000,
    RUNNING_US = 10 * 1000 * 1000,
    RESTING_US = 50 * 1000 * 1000,
    PROBE_COST_US = 500, /* at most 2,000 probes per second and process */
};

void probing_init(struct probing *p)
{
    *p = (struct probing){.nonce = -1, .first_left = PROBING_FIRST};
    lt_rtt_init(&p->rtt);
}

void probing_sent(struct probing *p, int64_t nonce, int64_t now_us)
{
    p->nonce = nonce;
    p->sent_us = now_us;
    if (p->first_left > 0)
        p->first_left--;
}

bool probing_lost(struct probing *p)
{
    bool lost = p->nonce >= 0;
    p->nonce = -1;
    return lost;
}

bool probing_echo(struct probing *p, int64_t nonce, int64_t now_us)
{
    if (p->nonce < 0 || nonce != p->nonce)
        return false;
    p->nonce = -1;
    lt_rtt_add(&p->rtt, now_us - p->sent_us, now_us);
    return true;
}

static int64_t pace_us(const struct lt_engine *e)
{
    const struct lt_round_rule *round = lt_engine_round(e);
    if (e->phase != LT_PHASE_RUNNING || !e->sheet->teams)
        return RESTING_US; /* for points that fall with time this is enough */
    if (!round || round->mode != LT_MODE_BUZZER)
        return RUNNING_US;
    return e->qstate == LT_Q_ARMED || e->qstate == LT_Q_OPEN ? ARMED_US : BUZZER_US;
}

/* Thousands join a quiz at the same time, before its first question: the node has better things to
 * do then, and what it would measure is itself. */
static bool may_wait(const struct probing *p, const struct lt_engine *e)
{
    bool asked = e->phase == LT_PHASE_RUNNING && e->qstate >= LT_Q_ARMED && e->qstate < LT_Q_CLOSED;
    return p->first_left == PROBING_FIRST && !e->sheet->teams && !asked;
}

int64_t probing_delay_us(const struct probing *p, const struct lt_engine *e, int connections,
                         uint64_t random)
{
    int64_t us = p->first_left == 0 ? pace_us(e) : may_wait(p, e) ? CALM_US : SERIES_US;
    int64_t least_us = (int64_t)connections * PROBE_COST_US;
    if (us < least_us)
        us = least_us;
    return us * 3 / 4 + (int64_t)(random % (uint64_t)(us / 2 + 1));
}

void probing_evidence(const struct probing *p, int64_t signal_us, int64_t at_us, int64_t claim_us,
                      struct lt_evidence *ret)
{
    ret->elapsed_us = signal_us < 0 ? -1 : at_us > signal_us ? at_us - signal_us : 0;
    ret->rtt_min_us = lt_rtt_min_us(&p->rtt);
    ret->rtt_max_us = lt_rtt_max_us(&p->rtt);
    ret->probes = lt_rtt_probes(&p->rtt);
    ret->claim_us = claim_us;
}

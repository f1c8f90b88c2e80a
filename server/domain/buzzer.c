/* Who pressed first.
 *
 * A press reaches a server at R + T after its start signal left: R is the reaction, T the way of the
 * signal to the player, its showing, and the way of the press back. T differs between players by
 * more than they do, so `arrival` prefers the short line. `compensated` believes the client's own R
 * inside what the server itself has seen: it measured R + T (elapsed) and, before, round trips.
 *
 * Why a lie gains little. Whatever is claimed, used ≥ elapsed − band, and so
 *
 *     gain = R − used ≤ band − T,    band = min(m·9/8 + slack, cap),   m: smallest round trip seen
 *
 *   1. band ≤ cap: nobody gains more than cap, not by delaying answers, not by seeing the signal
 *      elsewhere (then T is only the way back), not with a program of his own.
 *   2. Who has answered one probe of the window without delay, or plays in a browser, whose pongs no
 *      script can delay, has m ≤ T + j, where j is by how much the best of some twenty round trips is worse
 *      than the trip of this press: the gain is at most slack + m/8 + j.
 *   3. Who delays everything by D has m ≥ D, and is credited only while R + T ≥ m: whoever makes his
 *      line look longer than it is must be slow to profit from it.
 *   4. elapsed is taken from when the server *offered* the signal to the socket, not from when the
 *      socket took it. A client that reads nothing cannot put it off.
 *   5. Who has no signal (came back after it) is judged from the opening: coming back gains nothing.
 *
 * Rejected: an all-time minimum. It binds a liar no better (he delays from the first probe on), and
 * takes from an honest player whose line got worse. A maximum or mean of the band: any slow answer
 * raises it. TCP's own round trip (TCP_INFO): behind a proxy or a carrier's accelerator it measures
 * the way to that box, and the weak line it shall help would get nothing; pongs go the whole way.
 */
#include "domain/buzzer.h"
#include <assert.h>

enum { RTT_ABSURD_US = 60 * 1000 * 1000 };

bool lt_buzzer_early(const struct lt_evidence *e, int64_t opened_us)
{
    return e->arrival_us < opened_us;
}

int64_t lt_buzzer_band_us(const struct lt_sheet *s, const struct lt_evidence *e)
{
    bool measured =
        e->probes >= LT_BUZZER_PROBES && e->rtt_min_us >= 0 && e->rtt_min_us <= e->elapsed_us;
    if (s->timing != LT_TIMING_COMPENSATED || e->elapsed_us < 0 || e->claim_us < 0 || !measured)
        return 0;
    int64_t band_us = e->rtt_min_us + e->rtt_min_us / 8 + s->slack_ms * INT64_C(1000);
    int64_t cap_us = s->cap_ms * INT64_C(1000);
    return band_us < cap_us ? band_us : cap_us;
}

int64_t lt_buzzer_used_us(const struct lt_sheet *s, const struct lt_evidence *e, int64_t opened_us)
{
    int64_t used_us = e->arrival_us - opened_us;
    if (s->timing == LT_TIMING_COMPENSATED && e->elapsed_us >= 0) {
        int64_t low_us = e->elapsed_us - lt_buzzer_band_us(s, e);
        used_us = e->claim_us < low_us ? low_us : e->claim_us;
        if (used_us > e->elapsed_us)
            used_us = e->elapsed_us;
    }
    return used_us > 0 ? used_us : 0;
}

/* Place of candidate i in order of entry id. */
static int place(const struct lt_buzzer_press *p, int n, int64_t last_us, int i)
{
    int before = 0;
    for (int j = 0; j < n; j++) {
        if (p[j].used_us <= last_us &&
            (p[j].entry < p[i].entry || (j < i && p[j].entry == p[i].entry)))
            before++;
    }
    return before;
}

void lt_buzzer_judge(const struct lt_sheet *s, const struct lt_buzzer_press *p, int n,
                     uint64_t random, struct lt_buzzer_ruling *ret)
{
    int first = 0, n_doubt = 0;
    assert(n > 0);
    for (int i = 1; i < n; i++) {
        if (p[i].used_us < p[first].used_us)
            first = i;
    }
    int64_t last_us = p[first].used_us + s->doubt_ms * INT64_C(1000);
    for (int i = 0; i < n; i++)
        n_doubt += p[i].used_us <= last_us;
    *ret =
        (struct lt_buzzer_ruling){.outcome = LT_BUZZER_CLEAR, .winner = first, .n_doubt = n_doubt};
    if (n_doubt == 1)
        return;
    if (s->doubt == LT_DOUBT_REARM) {
        ret->outcome = LT_BUZZER_REARM;
        ret->winner = -1;
        return;
    }
    ret->outcome = LT_BUZZER_DRAWN;
    int drawn = (int)(random % (uint64_t)n_doubt);
    for (int i = 0; i < n; i++) {
        if (p[i].used_us <= last_us && place(p, n, last_us, i) == drawn)
            ret->winner = i;
    }
}

/* ---- round trips ---- */

static void slot_clear(struct lt_rtt *r, int64_t slot)
{
    r->slots[slot % LT_RTT_SLOTS].n = 0;
    r->slots[slot % LT_RTT_SLOTS].witness_us = -1;
}

void lt_rtt_init(struct lt_rtt *r)
{
    *r = (struct lt_rtt){0};
    for (int i = 0; i < LT_RTT_SLOTS; i++)
        slot_clear(r, i);
}

/* Make the slot of `now_us` the newest and forget what is too old. Returns its index. */
static int64_t slot_at(struct lt_rtt *r, int64_t now_us)
{
    int64_t slot = now_us / LT_RTT_SLOT_US;
    if (slot - r->newest > LT_RTT_SLOTS)
        r->newest = slot - LT_RTT_SLOTS;
    while (r->newest < slot)
        slot_clear(r, ++r->newest);
    return r->newest % LT_RTT_SLOTS;
}

void lt_rtt_add(struct lt_rtt *r, int64_t rtt_us, int64_t now_us)
{
    if (rtt_us < 0 || rtt_us > RTT_ABSURD_US)
        return;
    int64_t i = slot_at(r, now_us);
    int32_t us = (int32_t)rtt_us;
    if (r->slots[i].n == 0)
        r->slots[i].min_us = r->slots[i].max_us = us;
    if (us < r->slots[i].min_us)
        r->slots[i].min_us = us;
    if (us > r->slots[i].max_us)
        r->slots[i].max_us = us;
    if (r->slots[i].n < INT32_MAX / LT_RTT_SLOTS)
        r->slots[i].n++;
}

void lt_rtt_witness(struct lt_rtt *r, int64_t rtt_us, int64_t now_us)
{
    if (rtt_us < 0 || rtt_us > RTT_ABSURD_US)
        return;
    int64_t i = slot_at(r, now_us);
    if (r->slots[i].witness_us < 0 || rtt_us < r->slots[i].witness_us)
        r->slots[i].witness_us = (int32_t)rtt_us;
}

int lt_rtt_probes(const struct lt_rtt *r)
{
    int n = 0;
    for (int i = 0; i < LT_RTT_SLOTS; i++)
        n += r->slots[i].n;
    return n;
}

int64_t lt_rtt_min_us(const struct lt_rtt *r)
{
    int64_t min_us = -1, witness_us = -1;
    for (int i = 0; i < LT_RTT_SLOTS; i++) {
        int32_t w_us = r->slots[i].witness_us;
        if (r->slots[i].n > 0 && (min_us < 0 || r->slots[i].min_us < min_us))
            min_us = r->slots[i].min_us;
        if (w_us >= 0 && (witness_us < 0 || w_us < witness_us))
            witness_us = w_us;
    }
    return min_us >= 0 && witness_us >= 0 && witness_us < min_us ? witness_us : min_us;
}

int64_t lt_rtt_max_us(const struct lt_rtt *r)
{
    int64_t max_us = -1;
    for (int i = 0; i < LT_RTT_SLOTS; i++) {
        if (r->slots[i].n > 0 && r->slots[i].max_us > max_us)
            max_us = r->slots[i].max_us;
    }
    return max_us;
}

int64_t lt_rtt_credit_us(const struct lt_rtt *r, int cap_ms)
{
    int64_t min_us = lt_rtt_min_us(r), cap_us = cap_ms * INT64_C(1000);
    if (min_us < 0)
        return 0;
    return min_us < cap_us ? min_us : cap_us;
}

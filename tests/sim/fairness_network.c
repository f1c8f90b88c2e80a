/* Network profiles of the fairness simulation. */
#include "fairness_network.h"

enum { MS = 1000, RETRANSMIT_US = 200 * MS };

static const struct {
    const char *name;
    int64_t rtt_lo_us, rtt_hi_us, jitter_us;
    int loss_e3;
} profiles[PROFILES] = {
    [PROFILE_HALL] = {"hall Wi-Fi", 20 * MS, 40 * MS, 3 * MS, 5},
    [PROFILE_4G] = {"4G good", 40 * MS, 100 * MS, 8 * MS, 5},
    [PROFILE_MOUNTAIN] = {"4G weak", 120 * MS, 500 * MS, 35 * MS, 40},
    [PROFILE_SATELLITE] = {"satellite", 500 * MS, 800 * MS, 20 * MS, 15},
};

const char *profile_name(enum profile p)
{
    return profiles[p].name;
}

uint64_t random_next(uint64_t *x) /* splitmix64 */
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t random_below(uint64_t *x, int64_t n)
{
    return (int64_t)(random_next(x) % (uint64_t)n);
}

int64_t random_between(uint64_t *x, int64_t lo, int64_t hi)
{
    return lo + random_below(x, hi - lo + 1);
}

/* Nearly exponential: halvings until a coin falls, and a straight line between two of them. */
static int64_t exponential(uint64_t *x, int64_t mean_us)
{
    uint64_t r = random_next(x);
    int64_t part = (int64_t)(r & 1023), halvings = 0;
    for (r >>= 10; r & 1; r >>= 1)
        halvings++;
    return mean_us * 693 * (halvings * 1024 + 1024 - part) / (1024 * 1000);
}

struct line line_of(uint64_t *x, enum profile p)
{
    int64_t rtt_us = random_between(x, profiles[p].rtt_lo_us, profiles[p].rtt_hi_us);
    int64_t down_us = rtt_us * random_between(x, 20, 80) / 100;
    return (struct line){.down_us = down_us,
                         .up_us = rtt_us - down_us,
                         .jitter_us = profiles[p].jitter_us,
                         .loss_e3 = profiles[p].loss_e3,
                         .step_us = random_below(x, 2) ? MS : MS / 10,
                         .offset_us = random_between(x, -MS, MS)};
}

static int64_t way_us(uint64_t *x, const struct line *l, int64_t base_us)
{
    int64_t us = base_us + exponential(x, l->jitter_us);
    if (random_below(x, 1000) < l->loss_e3)
        us += RETRANSMIT_US + l->down_us + l->up_us;
    return us;
}

int64_t line_down_us(uint64_t *x, const struct line *l)
{
    return way_us(x, l, l->down_us);
}

int64_t line_up_us(uint64_t *x, const struct line *l)
{
    return way_us(x, l, l->up_us);
}

int64_t loop_lag_us(uint64_t *x)
{
    return exponential(x, MS / 3);
}

int64_t paint_us(uint64_t *x)
{
    return random_between(x, 4 * MS, 20 * MS); /* up to a frame of 60 Hz, and its making */
}

int64_t line_pong_us(uint64_t *x, const struct line *l)
{
    return line_down_us(x, l) + line_up_us(x, l) + loop_lag_us(x);
}

int64_t line_probe_us(uint64_t *x, const struct line *l)
{
    return line_pong_us(x, l) + random_below(x, 4 * MS);
}

/* splitmix64 (Steele, Lea, Flood 2014): one 64-bit word of state, so that every player and question
 * can have a stream of its own. A shared generator was rejected: its draws would depend on the
 * order of network events, and a run could not be repeated from its seed. */
#include "loadtest/rng.h"

#include <assert.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void lt_rng_init(struct lt_rng *r, uint64_t seed, uint64_t a, uint64_t b)
{
    r->state = mix(mix(mix(seed + 0x9E3779B97F4A7C15u) ^ a) + b);
}

uint64_t lt_rng_next(struct lt_rng *r)
{
    r->state += 0x9E3779B97F4A7C15u;
    return mix(r->state);
}

uint64_t lt_rng_below(struct lt_rng *r, uint64_t n)
{
    assert(n > 0);
    return lt_rng_next(r) % n;
}

double lt_rng_unit(struct lt_rng *r)
{
    return (double)(lt_rng_next(r) >> 11) * 0x1.0p-53;
}

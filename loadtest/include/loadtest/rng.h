/* Seeded random numbers (splitmix64): a run is repeated by repeating its seed. Not for secrets. */
#pragma once
#include <stdint.h>

struct lt_rng {
    uint64_t state;
};
/* A stream of its own for each (seed, a, b): who answers what must not depend on the order in which
 * connections come. */
void lt_rng_init(struct lt_rng *r, uint64_t seed, uint64_t a, uint64_t b);
uint64_t lt_rng_next(struct lt_rng *r);
/* 0 … n-1; n > 0. */
uint64_t lt_rng_below(struct lt_rng *r, uint64_t n);
/* In [0, 1). */
double lt_rng_unit(struct lt_rng *r);

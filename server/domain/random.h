/* splitmix64: what is drawn must come out the same on every machine and in every replay, so no
 * library's generator. Private to the domain. */
#pragma once
#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 … n − 1, each with the same chance: the uneven rest of the range is drawn again. */
static inline int random_below(uint64_t *state, int n)
{
    uint64_t m = (uint64_t)n, low = -m % m, v;

    do
        v = random_next(state);
    while (v < low);
    return (int)(v % m);
}

static inline void random_shuffle(uint64_t *state, int *v, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int k = random_below(state, i + 1), t = v[i];

        v[i] = v[k];
        v[k] = t;
    }
}

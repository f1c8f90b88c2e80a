/* The dice of random contests: splitmix64 (Steele, Lea and Flood 2014), so that a seed is a contest for ever. */
#include "contests.h"

uint64_t sim_next(struct contest *c)
{
    uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int sim_below(struct contest *c, int n)
{
    return (int)(sim_next(c) % (uint64_t)n);
}

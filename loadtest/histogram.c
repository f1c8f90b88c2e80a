/* The layout is HdrHistogram's: the position of the highest bit chooses an octave, the next seven
 * bits a slot in it. So recording is a few instructions at any magnitude and the relative error is
 * the same everywhere.
 *
 *     v < 256              slot v
 *     2^e <= v < 2^(e+1)   slot (e - 7) * 128 + (v >> (e - 7)),  e = 8 … 35
 *
 * A reservoir of samples was rejected: at p99.9 it keeps too few, and two of them do not merge
 * exactly. */
#include "loadtest/histogram.h"

#include <math.h>

enum { SUB_BITS = 7, SUB = 1 << SUB_BITS, LAST_OCTAVE = 35 };
static const uint64_t LIMIT_US = (UINT64_C(1) << (LAST_OCTAVE + 1)) - 1;

static unsigned slot_of(uint64_t v)
{
    if (v < 2 * SUB)
        return (unsigned)v;
    unsigned shift = 63u - (unsigned)__builtin_clzll(v) - SUB_BITS;
    return shift * SUB + (unsigned)(v >> shift);
}

/* Largest value that falls into the slot. */
static int64_t slot_top(unsigned slot)
{
    if (slot < 2 * SUB)
        return (int64_t)slot;
    unsigned shift = slot / SUB - 1;
    uint64_t sub = slot - shift * SUB;
    return (int64_t)(((sub + 1) << shift) - 1);
}

void lt_hist_record(struct lt_hist *h, int64_t us)
{
    uint64_t v = us < 0 ? 0 : (uint64_t)us;
    h->slots[slot_of(v > LIMIT_US ? LIMIT_US : v)]++;
    h->count++;
    if (us > h->max_us)
        h->max_us = us;
}

void lt_hist_merge(struct lt_hist *into, const struct lt_hist *from)
{
    for (unsigned i = 0; i < LT_HIST_SLOTS; i++)
        into->slots[i] += from->slots[i];
    into->count += from->count;
    if (from->max_us > into->max_us)
        into->max_us = from->max_us;
}

int64_t lt_hist_percentile(const struct lt_hist *h, double percent)
{
    uint64_t wanted = (uint64_t)ceil(percent / 100 * (double)h->count - 1e-6), seen = 0;
    if (h->count == 0)
        return 0;
    if (wanted < 1)
        wanted = 1;
    for (unsigned i = 0; i < LT_HIST_SLOTS; i++) {
        seen += h->slots[i];
        if (seen >= wanted)
            return slot_top(i) < h->max_us ? slot_top(i) : h->max_us;
    }
    return h->max_us;
}

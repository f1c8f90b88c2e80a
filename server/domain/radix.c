#include "radix.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static unsigned digit(const struct radix_item *i, int shift)
{
    return (unsigned)(i->key >> shift) & (DIGITS - 1);
}

struct radix_item *radix_sort(struct radix_item *items, struct radix_item *spare, int n, int bits)
{
    uint32_t at[DIGITS];

    for (int shift = 0; shift < bits && n > 0; shift += DIGIT_BITS) {
        struct radix_item *from = items;
        uint32_t sum = 0;

        memset(at, 0, sizeof at);
        for (int i = 0; i < n; i++)
            at[digit(&from[i], shift)]++;
        if (at[digit(&from[0], shift)] == (uint32_t)n)
            continue;
        for (int d = 0; d < DIGITS; d++) {
            uint32_t count = at[d];

            at[d] = sum;
            sum += count;
        }
        for (int i = 0; i < n; i++)
            spare[at[digit(&from[i], shift)]++] = from[i];
        items = spare;
        spare = from;
    }
    return items;
}

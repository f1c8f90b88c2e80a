/* Private to domain: sorting by a number. A hundred thousand entries are ranked while their players
 * wait, on every node; comparing them in place misses the cache at each look. */
#pragma once
#include <stdint.h>

struct radix_item {
    uint64_t key;
    uint32_t at; /* whose key it is */
};
/* Bits that hold 0 … v. */
static inline int radix_bits(uint64_t v)
{
    return v == 0 ? 0 : 64 - __builtin_clzll(v);
}
/* Sort by the lowest `bits` of the keys, equal ones as they came. Which of the two arrays (of n each)
 * has the result. */
struct radix_item *radix_sort(struct radix_item *items, struct radix_item *spare, int n, int bits);

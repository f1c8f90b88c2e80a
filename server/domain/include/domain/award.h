/* Credits for final standings. Pure. */
#pragma once
#include "domain/ranking.h"
#include "domain/rules.h"

struct lt_award {
    int64_t entry;
    const char *rule; /* "participation" or "placement": part of the ledger's unique key */
    int64_t amount_c;
};
/* `s` is ranked; answered[i] is the number of questions entry s[i] answered. Entries that share a rank get the same placement credit (that of their rank). At most 2 awards an entry; amount 0 gives none,
 * and neither does an entry that answered nothing.
 * Returns how many were written to `out`, which has room for 2·n. */
int lt_award_compute(const struct lt_credit_rule *rule, const struct lt_standing *s,
                     const int32_t *answered, int n, struct lt_award *out);

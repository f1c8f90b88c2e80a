/* Credits for final standings. Pure. */
#pragma once
#include "domain/ranking.h"
#include "domain/rules.h"

struct lt_award {
    int64_t entry;
    const char *rule; /* "participation" or "placement": part of the ledger's unique key */
    int64_t amount_c;
    int32_t rank; /* of the entry */
};
/* `ranked` is in order of rank, as lt_standings_rank gives it. Entries that share a rank get the same
 * placement credit (that of their rank). At most 2 awards an entry; amount 0 gives none, and neither
 * does an entry that answered nothing or was disqualified. What a team is awarded goes to each of
 * its members.
 * Returns how many were written to `out`, which has room for 2·n. */
int lt_award_compute(const struct lt_credit_rule *rule, const struct lt_place *const *ranked, int n,
                     struct lt_award *out);

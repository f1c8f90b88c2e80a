/* Credits for final standings.
 *
 * A credit is paid for a rule and an entry at most once; the rule's name goes into the unique key
 * of the ledger, so computing the awards twice posts nothing twice. Tied entries get the credit of
 * the rank they share: the places are not pooled and split, because no one may lose credits to
 * somebody who was exactly as good. Who answered nothing did not take part, and earns nothing; nor
 * does who was disqualified. */
#include "domain/award.h"

static int64_t placement_c(const struct lt_credit_rule *rule, int rank)
{
    for (int i = 0; i < rule->n_places; i++)
        if (rank >= rule->places[i].from && rank <= rule->places[i].to)
            return rule->places[i].amount_c;
    return 0;
}

int lt_award_compute(const struct lt_credit_rule *rule, const struct lt_place *const *ranked, int n,
                     struct lt_award *out)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        const struct lt_place *p = ranked[i];
        int64_t place_c = placement_c(rule, p->rank);

        if (p->answered <= 0 || p->disqualified)
            continue;
        if (rule->participation_c > 0 && p->answered >= rule->participation_min)
            out[count++] =
                (struct lt_award){p->entry, "participation", rule->participation_c, p->rank};
        if (place_c > 0)
            out[count++] = (struct lt_award){p->entry, "placement", place_c, p->rank};
    }
    return count;
}

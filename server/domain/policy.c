/* Which member's response is the team's.
 *
 * Rows are those of one team for one question, the earliest first. Responses are compared by their
 * canonical text, so two members who ticked the same options agree; two fill-in texts that mean the
 * same but were written differently do not. Counting alike what the key accepts alike was rejected:
 * the tally that the team sees while it votes must not depend on the key. */
#include "domain/standings.h"

#include <string.h>

static int of_person(const struct lt_answer_row *rows, int n, int64_t person)
{
    for (int i = 0; i < n; i++)
        if (rows[i].person == person)
            return i;
    return -1;
}

static int votes(const struct lt_answer_row *rows, int n, const char *body)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        count += strcmp(rows[i].body, body) == 0;
    return count;
}

static int first_with(const struct lt_answer_row *rows, int n, const char *body)
{
    for (int i = 0; i < n; i++)
        if (strcmp(rows[i].body, body) == 0)
            return i;
    return -1;
}

/* Teams are small, so counting anew for each row costs nothing. */
static int majority(const struct lt_answer_row *rows, int n, int64_t captain)
{
    int at = of_person(rows, n, captain), best = -1, most = 0;

    for (int i = 0; i < n; i++) {
        int count = votes(rows, n, rows[i].body);

        if (count > most) {
            most = count;
            best = i;
        }
    }
    if (at >= 0 && votes(rows, n, rows[at].body) == most)
        return first_with(rows, n, rows[at].body);
    return best;
}

int lt_policy_pick(enum lt_policy p, const struct lt_answer_row *rows, int n, int64_t captain)
{
    switch (p) {
    case LT_POLICY_CAPTAIN:
        return of_person(rows, n, captain);
    case LT_POLICY_FIRST:
        return n > 0 ? 0 : -1;
    case LT_POLICY_MAJORITY:
        return majority(rows, n, captain);
    case LT_POLICY_MEAN:
    case LT_POLICY_BEST:
    case LT_POLICY_SUM:
    case LT_POLICIES:
        break;
    }
    return -1;
}

/* What comes next: which question, whose turn, who fights on, who goes on.
 *
 * The sheet says how many questions a round has, the log how many each team was asked and which of
 * them are void, the ranking who is last or tied. The answer goes into the record of the next
 * question, so that a replay need not plan again.
 *
 * In turn, the next team is one that has had the fewest questions that count. A void question thus
 * comes back to its team at once, for as long as that takes nothing from the others: what is left
 * of the round must give every team its question of this cycle first. */
#include "standings_internal.h"

#include <assert.h>
#include <string.h>

static bool takes_part(const struct lt_team *t, const struct lt_round_rule *rule)
{
    return t->in && !t->disqualified && (rule->group == 0 || t->group == rule->group);
}

static int burst_of(const struct lt_round_rule *rule)
{
    return rule->burst > 1 ? rule->burst : 1;
}

/* ---- in turn -------------------------------------------------------------------------------- */

struct turns {
    int n; /* teams that take part */
    struct {
        int64_t entry;
        int32_t rank;
        int asked, counting; /* times asked in this round; of these not void */
    } team[LT_TEAMS_MAX];
};

static bool all_void(const struct lt_standings *s, int qi, int n)
{
    for (int i = qi; i < qi + n; i++)
        if (!s->facts[i].voided)
            return false;
    return true;
}

static void count_turns(const struct lt_standings *s, const struct lt_engine *e, int round,
                        struct turns *ret)
{
    const struct lt_round_rule *rule = &s->sheet->rounds[round];
    int first = lt_sheet_first(s->sheet, round), burst = burst_of(rule);

    ret->n = 0;
    for (int i = 0; i < e->n_teams; i++) {
        int64_t entry = e->teams[i].entry;
        const struct lt_place *p = lt_standings_place(s, entry);
        int asked = 0, counting = 0;

        if (!takes_part(&e->teams[i], rule))
            continue;
        for (int qi = first; qi + burst <= first + rule->n_questions; qi += burst)
            if (s->facts[qi].asked && s->facts[qi].turn == entry) {
                asked++;
                counting += !all_void(s, qi, burst);
            }
        ret->team[ret->n].entry = entry;
        ret->team[ret->n].rank = p ? p->rank : 0;
        ret->team[ret->n].asked = asked;
        ret->team[ret->n++].counting = counting;
    }
}

/* The first in order among those with the fewest; reversed, the one ranked last. */
static int fewest(const struct turns *t, bool counting, bool reverse)
{
    int best = 0;

    for (int i = 1; i < t->n; i++) {
        int a = counting ? t->team[i].counting : t->team[i].asked;
        int b = counting ? t->team[best].counting : t->team[best].asked;

        if (a < b || (a == b && reverse && t->team[i].rank > t->team[best].rank))
            best = i;
    }
    return best;
}

/* Whose turn it is, with `left` questions (bursts) to give; 0: the round is over. */
static int64_t turn(const struct turns *t, int left, bool reverse)
{
    int target = 0, needed = 0, asked = 0;

    if (t->n == 0 || left <= 0)
        return 0;
    for (int i = 0; i < t->n; i++) {
        target = t->team[i].counting > target ? t->team[i].counting : target;
        asked = t->team[i].asked > asked ? t->team[i].asked : asked;
    }
    for (int i = 0; i < t->n; i++)
        needed += target - t->team[i].counting;
    if (needed == 0 && left < t->n) /* not once more for all */
        return 0;
    if (needed > left) { /* the void ones cannot all come back: first whoever was not asked yet */
        int i = fewest(t, false, reverse);

        if (t->team[i].asked < asked)
            return t->team[i].entry;
    }
    return t->team[fewest(t, true, reverse)].entry;
}

/* ---- sudden death --------------------------------------------------------------------------- */

/* Who is tied for one of the first `places` among those who take part. */
static void tied_field(const struct lt_standings *s, const struct lt_engine *e,
                       const struct lt_round_rule *rule, struct lt_plan *ret)
{
    const struct lt_place *order[LT_TEAMS_MAX];
    int n = 0;

    for (int i = 0; i < s->n_order && n < LT_TEAMS_MAX; i++) {
        const struct lt_team *t = lt_engine_team(e, s->order[i]->entry);

        if (t && takes_part(t, rule))
            order[n++] = s->order[i];
    }
    for (int i = 0, k; i < n && i < rule->places; i = k) {
        for (k = i + 1; k < n && lt_place_tied(s->sheet, order[i], order[k]);)
            k++;
        for (int m = i; k - i > 1 && m < k; m++)
            ret->field[ret->n_field++] = order[m]->entry;
    }
}

/* ---- the next question ---------------------------------------------------------------------- */

/* What of a round comes at question `qi` or after it. False: nothing, it is over. */
static bool plan_round(const struct lt_standings *s, const struct lt_engine *e, int round, int qi,
                       struct lt_plan *ret)
{
    const struct lt_round_rule *rule = &s->sheet->rounds[round];
    int burst = burst_of(rule), end = lt_sheet_first(s->sheet, round) + rule->n_questions;
    struct turns turns;

    if (qi + burst > end || (rule->advance > 0 && e->advanced > round))
        return false;
    ret->qi = qi;
    ret->n = burst;
    count_turns(s, e, round, &turns);
    if (s->sheet->teams && turns.n == 0)
        return false;
    if (rule->mode == LT_MODE_TIEBREAK) {
        tied_field(s, e, rule, ret);
        return ret->n_field > 0;
    }
    if (rule->turns == LT_TURNS_ALL)
        return true;
    ret->turn = turn(&turns, (end - qi) / burst, rule->turns == LT_TURNS_REVERSE);
    return ret->turn != 0;
}

static void plan_nothing(struct lt_plan *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->qi = -1;
}

/* The next question from round `round` on. Returns its round; n_rounds: none is left. */
static int plan_from(const struct lt_standings *s, const struct lt_engine *e, int round,
                     struct lt_plan *ret)
{
    int free = e->qi < 0 ? 0 : e->qi + (e->n_open > 1 ? e->n_open : 1);

    for (; round < s->sheet->n_rounds; round++) {
        int first = lt_sheet_first(s->sheet, round);

        plan_nothing(ret);
        if (plan_round(s, e, round, first > free ? first : free, ret))
            return round;
    }
    plan_nothing(ret);
    return round;
}

static int current_round(const struct lt_standings *s, const struct lt_engine *e)
{
    int round = -1, index;

    if (e->qi >= 0)
        lt_sheet_round_of(s->sheet, e->qi, &round, &index);
    return round;
}

/* ---- advancement ---------------------------------------------------------------------------- */

/* Nobody is left behind by the order of entry ids: who is as good as the n-th goes on, too. */
static void best_of(const struct lt_standings *s, const struct lt_engine *e,
                    const struct lt_round_rule *rule, struct lt_plan *ret)
{
    const struct lt_place *last = NULL;

    for (int i = 0; i < s->n_order && ret->n_in < LT_TEAMS_MAX; i++) {
        const struct lt_team *t = lt_engine_team(e, s->order[i]->entry);

        if (!t || !takes_part(t, rule))
            continue;
        if (ret->n_in >= rule->advance && lt_place_cmp(s->sheet, last, s->order[i]) != 0)
            break;
        last = s->order[i];
        ret->in[ret->n_in++] = last->entry;
    }
}

static void plan_advance(const struct lt_standings *s, const struct lt_engine *e,
                         struct lt_plan *ret)
{
    int current = current_round(s, e);
    int next = plan_from(s, e, current < 0 ? 0 : current, ret);
    int upto = next > current + 1 ? next : current + 1;

    for (int i = 0; i < upto; i++)
        if (lt_engine_owes(e, i)) {
            best_of(s, e, &s->sheet->rounds[i], ret);
            return;
        }
}

void lt_standings_plan(const struct lt_standings *s, const struct lt_engine *e, enum lt_action a,
                       struct lt_plan *ret)
{
    int current = current_round(s, e);

    assert(a == LT_ACT_NEXT || a == LT_ACT_SKIP || a == LT_ACT_ADVANCE);
    if (a == LT_ACT_ADVANCE)
        plan_advance(s, e, ret);
    else
        plan_from(s, e, a == LT_ACT_SKIP || current < 0 ? current + 1 : current, ret);
}

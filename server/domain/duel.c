/* Who is where in a duel, and what that does to ratings.
 *
 * Nothing is stored of a duel but its seed and its sides' papers: a side's progress is the times of
 * its right answers, which the paper's walk gives, or for a robot the draw from its seed. The duel
 * ends at the earliest of the times at which something ended it, and answers after that do not count,
 * so it does not matter in which order the sides' rows were written.
 *
 * Robots are drawn, not simulated: item after item a time and a hit, so that any node can say where a
 * robot stands without keeping one. */
#include "domain/duel.h"

#include "random.h"

#include <assert.h>
#include <string.h>

static const int64_t SECOND_US = 1000000;
enum {
    ROBOT_SPREAD_MS = 9000, /* slowest less fastest: people take 4 to 13 s for a question */
    RATING_K = 32,
    TABLE_STEP = 25, /* of rating */
    TABLE_LAST = 32,
};

/* ---- robots --------------------------------------------------------------------------------- */

/* Percent: four in five of the easy ones, half of the hard ones. */
static int hit_rate(const struct lt_round_rule *rule)
{
    static const int of_difficulty[4] = {0, 80, 65, 50};
    int sum = 0, n = 0;

    for (int k = 1; k <= 3; k++)
        if (rule->draw.fit.difficulty == 0 || (rule->draw.fit.difficulty & 1u << k) != 0) {
            sum += of_difficulty[k];
            n++;
        }
    return sum / n;
}

/* When each right answer of a robot is given, up to its target. *ret_end_us: when it is through;
 * *ret_done: questions done until until_us. */
static int robot_walk(const struct lt_duel *d, int side, int64_t until_us, int64_t *ret_at_us,
                      int64_t *ret_end_us, int *ret_done)
{
    const struct lt_round_rule *rule = d->rule;
    uint64_t state = d->seed ^ UINT64_C(0xd1b54a32d192ed03) * (uint64_t)(side + 1);
    const int64_t limit_us = rule->seconds * SECOND_US;
    int64_t at_us = d->started_us;
    int n = 0;

    *ret_done = 0;
    for (int i = 0; i < rule->n_questions && n < rule->paper.target; i++) {
        int64_t used_us = LT_ROBOT_FASTEST_S * SECOND_US +
                          random_below(&state, ROBOT_SPREAD_MS + 1) * INT64_C(1000);
        bool hit = random_below(&state, 100) < hit_rate(rule) && used_us <= limit_us;

        at_us += used_us < limit_us ? used_us : limit_us;
        *ret_done += at_us <= until_us;
        if (hit)
            ret_at_us[n++] = at_us;
    }
    *ret_end_us = at_us;
    return n;
}

static int robot_rights(const struct lt_duel *d, int side, int64_t *ret_at_us, int64_t *ret_end_us)
{
    int done;

    return robot_walk(d, side, 0, ret_at_us, ret_end_us, &done);
}

int lt_duel_robot_done(const struct lt_duel *d, int side, int64_t at_us)
{
    int64_t times[LT_PAPER_ITEMS_MAX], end_us;
    int done;

    robot_walk(d, side, at_us, times, &end_us, &done);
    return done;
}

int lt_duel_robot_right(const struct lt_duel *d, int side, int64_t at_us)
{
    int64_t times[LT_PAPER_ITEMS_MAX], end_us;
    int n = robot_rights(d, side, times, &end_us);

    while (n > 0 && times[n - 1] > at_us)
        n--;
    return n;
}

/* ---- sides ---------------------------------------------------------------------------------- */

struct progress {
    int n; /* right answers */
    int64_t at_us[LT_PAPER_ITEMS_MAX];
    int64_t end_us;  /* through; INT64_MAX: not yet */
    int64_t left_us; /* forfeited; INT64_MAX: not */
};

static void follow(const struct lt_duel *d, int side, int64_t now_us, struct progress *ret)
{
    const struct lt_paper *p = d->sides[side].paper;
    struct lt_paper_view view;

    ret->left_us = INT64_MAX;
    if (d->sides[side].person == 0) {
        ret->n = robot_rights(d, side, ret->at_us, &ret->end_us);
        return;
    }
    lt_paper_at(p, now_us, &view);
    ret->n = lt_paper_rights(p, ret->at_us);
    ret->end_us = view.ended ? view.ended_us : INT64_MAX;
    if (p->state == LT_PAPER_FORFEITED)
        ret->left_us = p->submitted_us;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first of: a target, all through, all but one left, no person left. INT64_MAX: none of them. */
static int64_t end_of(const struct lt_duel *d, const struct progress *sides)
{
    int64_t target_us = INT64_MAX, through_us = 0, people_us = 0, alone_us = 0, stays_us = 0;

    for (int i = 0; i < d->n; i++) {
        const struct progress *s = &sides[i];

        if (s->n >= d->rule->paper.target)
            target_us = earlier(target_us, s->at_us[d->rule->paper.target - 1]);
        through_us = later(through_us, s->end_us);
        if (d->sides[i].person != 0)
            people_us = later(people_us, s->left_us);
        /* The last but one to leave leaves one alone. */
        if (s->left_us >= stays_us) {
            alone_us = stays_us;
            stays_us = s->left_us;
        } else {
            alone_us = later(alone_us, s->left_us);
        }
    }
    return earlier(earlier(target_us, through_us), earlier(people_us, alone_us));
}

/* Whether a is placed before b. */
static bool before(const struct lt_duel_place *a, const struct lt_duel_place *b)
{
    if (a->forfeited || b->forfeited)
        return b->forfeited && !a->forfeited;
    return a->right != b->right ? a->right > b->right : a->reached_us < b->reached_us;
}

static void award(const struct lt_duel *d, struct lt_duel_place *places)
{
    const struct lt_paper_rule *rule = &d->rule->paper;
    int stayed = 0;

    for (int i = 0; i < d->n; i++) {
        stayed += !places[i].forfeited;
        places[i].place = 1;
        for (int k = 0; k < d->n; k++)
            places[i].place += before(&places[k], &places[i]);
    }
    for (int i = 0; i < d->n; i++)
        if (!places[i].forfeited && places[i].place <= rule->n_places &&
            (places[i].right > 0 || stayed == 1))
            places[i].points_c = rule->places_c[places[i].place - 1];
}

void lt_duel_outcome(const struct lt_duel *d, int64_t now_us, struct lt_duel_place *places,
                     int64_t *ret_end_us)
{
    struct progress sides[LT_DUEL_PLAYERS_MAX];
    int64_t end_us, until_us;

    assert(d->n >= 2 && d->n <= LT_DUEL_PLAYERS_MAX);
    for (int i = 0; i < d->n; i++)
        follow(d, i, now_us, &sides[i]);
    end_us = end_of(d, sides);
    until_us = earlier(end_us, now_us);
    for (int i = 0; i < d->n; i++) {
        const struct progress *s = &sides[i];
        int n = s->n;

        while (n > 0 && s->at_us[n - 1] > until_us)
            n--;
        places[i] = (struct lt_duel_place){.right = n,
                                           .reached_us = n > 0 ? s->at_us[n - 1] : d->started_us,
                                           .forfeited = s->left_us <= until_us};
    }
    *ret_end_us = end_us <= now_us ? end_us : 0;
    if (end_us <= now_us)
        award(d, places);
}

/* ---- ratings -------------------------------------------------------------------------------- */

/* 10000 / (1 + 10^(−d/400)) for d = 0, 25, … 800. A pow() of some library would not be the same on
 * every machine for ever. */
static const int expectation_e4[TABLE_LAST + 1] = {
    5000, 5359, 5715, 6063, 6401, 6725, 7034, 7325, 7597, 7850, 8083,
    8296, 8490, 8666, 8823, 8965, 9091, 9203, 9302, 9390, 9468, 9536,
    9595, 9648, 9693, 9733, 9768, 9799, 9825, 9848, 9868, 9886, 9901};

/* What a player expects of one who is `ahead` behind him; straight between the table's rows, and
 * whoever is more than 800 ahead is 800 ahead. */
static int expected_e4(int ahead)
{
    int d = ahead < 0 ? -ahead : ahead, row = d / TABLE_STEP, e4 = expectation_e4[TABLE_LAST];

    if (row < TABLE_LAST)
        e4 = expectation_e4[row] +
             (expectation_e4[row + 1] - expectation_e4[row]) * (d % TABLE_STEP) / TABLE_STEP;
    return ahead < 0 ? 10000 - e4 : e4;
}

static int away_from_zero(int num, int den)
{
    return (num >= 0 ? 2 * num + den : 2 * num - den) / (2 * den);
}

void lt_duel_ratings(const int *old, const int *places, int n, int *after)
{
    int people = 0, gain[LT_DUEL_PLAYERS_MAX] = {0};

    assert(n <= LT_DUEL_PLAYERS_MAX);
    for (int i = 0; i < n; i++)
        people += old[i] != 0;
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            int score_e4 = places[i] < places[k] ? 10000 : places[i] > places[k] ? 0 : 5000, moved;

            if (old[i] == 0 || old[k] == 0)
                continue;
            moved = away_from_zero(RATING_K * (score_e4 - expected_e4(old[i] - old[k])),
                                   10000 * (people - 1));
            gain[i] += moved;
            gain[k] -= moved;
        }
    for (int i = 0; i < n; i++)
        after[i] = old[i] + gain[i];
}

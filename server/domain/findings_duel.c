/* Findings about duels: arranged ones, and those that were lost on purpose.
 *
 *   same pair       Where few play, the same two meet; with twenty about, most duels with one person
 *                   are arranged.
 *   sandbagging     In lost duels everybody is right less often. 35 points and five sigmas less than
 *                   elsewhere, and a rating below that of those who answer as well, is on purpose.
 *
 * Both are about what somebody did many times: one duel proves nothing. */
#include "findings_internal.h"

#include <stdlib.h>

/* ---- pairs that always meet ----------------------------------------------------------------- */

static int by_person_other(const void *pa, const void *pb)
{
    const struct lt_finding_duel *a = pa, *b = pb;

    if (a->person != b->person)
        return compare(a->person, b->person);
    return a->other != b->other ? compare(a->other, b->other) : compare(a->duel, b->duel);
}

static int by_person_duel(const void *pa, const void *pb)
{
    const struct lt_finding_duel *a = pa, *b = pb;

    if (a->person != b->person)
        return compare(a->person, b->person);
    return a->duel != b->duel ? compare(a->duel, b->duel) : compare(a->other, b->other);
}

struct meeting {
    int64_t person, other;
    int met, of;
};

/* Each pair once, whoever of the two it is most of the duels for. */
static int by_pair(const void *pa, const void *pb)
{
    const struct meeting *a = pa, *b = pb;
    int64_t low_a = a->person < a->other ? a->person : a->other, high_a = a->person + a->other;
    int64_t low_b = b->person < b->other ? b->person : b->other, high_b = b->person + b->other;

    if (low_a != low_b)
        return compare(low_a, low_b);
    return high_a != high_b ? compare(high_a, high_b) : compare(a->of, b->of);
}

static bool same_pair(const struct meeting *a, const struct meeting *b)
{
    return (a->person == b->person && a->other == b->other) ||
           (a->person == b->other && a->other == b->person);
}

static int persons_of(const struct lt_finding_duel *d, int n)
{
    int persons = 0;

    for (int i = 0; i < n; i++)
        persons += i == 0 || d[i].person != d[i - 1].person;
    return persons;
}

/* Whom the person of rows [0, n) meets too often. `d` is by person and duel, `o` by person and other. */
static int meetings(const struct lt_finding_duel *d, const struct lt_finding_duel *o, int n,
                    struct meeting *ret)
{
    int duels = 0, found = 0;

    for (int i = 0; i < n; i++)
        duels += d[i].other != 0 && (i == 0 || d[i].duel != d[i - 1].duel || d[i - 1].other == 0);
    for (int i = 0, end; i < n; i = end) {
        for (end = i; end < n && o[end].other == o[i].other; end++)
            ;
        if (o[i].other != 0 && duels >= LT_PAIR_DUELS_MIN &&
            (end - i) * 100 >= duels * LT_PAIR_SHARE_PCT)
            ret[found++] = (struct meeting){o[i].person, o[i].other, end - i, duels};
    }
    return found;
}

static void tell_pairs(struct meeting *m, int n, struct lt_findings *f)
{
    qsort(m, (size_t)n, sizeof *m, by_pair);
    for (int i = 0; i < n; i++) {
        struct lt_finding *row;

        if ((i > 0 && same_pair(&m[i - 1], &m[i])) ||
            !(row = findings_add(f, LT_FINDING_SAME_PAIR)))
            continue;
        finding_name_subject(row, m[i].person < m[i].other ? m[i].person : m[i].other);
        finding_name_subject(row, m[i].person < m[i].other ? m[i].other : m[i].person);
        row->n = m[i].met;
        row->of = m[i].of;
    }
}

void lt_findings_same_pair(const struct lt_finding_duel *duels, int n, struct lt_findings *f)
{
    struct lt_finding_duel *d = findings_sorted(duels, n, sizeof *d, by_person_duel, f);
    struct lt_finding_duel *o = findings_sorted(duels, n, sizeof *o, by_person_other, f);
    struct meeting *m = malloc(((size_t)n + 1) * sizeof *m);
    int found = 0;

    f->failed = f->failed || !m;
    if (d && o && m && persons_of(d, n) >= LT_PAIR_FIELD_MIN)
        for (int i = 0, end; i < n; i = end) {
            for (end = i; end < n && d[end].person == d[i].person; end++)
                ;
            found += meetings(&d[i], &o[i], end - i, &m[found]);
        }
    if (m)
        tell_pairs(m, found, f);
    free(d);
    free(o);
    free(m);
}

/* ---- losing on purpose ---------------------------------------------------------------------- */

/* What a person did in lost duels against persons and robots. */
struct losses {
    int64_t lost, answered, right, duels;
};

struct player {
    struct lt_finding_player p;
    int64_t rated, rating_sum; /* of all before it in the order */
    struct losses lost;
    bool told;
};

/* Who answers better elsewhere comes later. */
static int by_skill(const void *pa, const void *pb)
{
    const struct player *a = pa, *b = pb;
    int order = compare((int64_t)a->p.right * b->p.answered, (int64_t)b->p.right * a->p.answered);

    return order ? order : compare(a->p.person, b->p.person);
}

static int by_person(const void *pa, const void *pb)
{
    return compare(((const struct player *)pa)->p.person, ((const struct player *)pb)->p.person);
}

/* Whether the i-th by skill is rated below its peers; where there are none to compare with, it is. */
static bool rated_low(const struct player *p, int n, int i)
{
    int first = i > LT_SANDBAG_PEERS ? i - LT_SANDBAG_PEERS : 0;
    int last = i + LT_SANDBAG_PEERS < n ? i + LT_SANDBAG_PEERS : n;
    int64_t rated = p[last].rated - p[first].rated, sum = p[last].rating_sum - p[first].rating_sum;

    if (p[i].p.rating == 0)
        return true;
    rated--;
    sum -= p[i].p.rating;
    return rated < LT_SANDBAG_PEERS || p[i].p.rating * rated + LT_SANDBAG_RATING_GAP * rated <= sum;
}

static struct losses losses_of(const struct lt_finding_duel *d, int n, int64_t person)
{
    struct losses l = {0};
    int lo = 0, hi = n;

    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;

        if (d[mid].person < person)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (int i = lo; i < n && d[i].person == person; i++) {
        if (i > lo && d[i].duel == d[i - 1].duel)
            continue;
        l.duels++;
        if (d[i].lost && !d[i].forfeited) {
            l.lost++;
            l.answered += d[i].answered;
            l.right += d[i].right;
        }
    }
    return l;
}

static bool on_purpose(const struct losses *l, const struct lt_finding_player *p)
{
    double there = rate(l->right, l->answered), else_where = rate(p->right, p->answered), all, v;

    if (l->lost < LT_SANDBAG_LOST_MIN || l->answered < LT_SANDBAG_ANSWERS_MIN ||
        p->answered < LT_SANDBAG_ANSWERS_MIN)
        return false;
    all = rate(l->right + p->right, l->answered + p->answered);
    v = all * (1 - all) * (1 / (double)l->answered + 1 / (double)p->answered);
    return (else_where - there) * 100 >= LT_SANDBAG_GAP_PCT &&
           (else_where - there) * (else_where - there) >= LT_SANDBAG_SIGMAS * LT_SANDBAG_SIGMAS * v;
}

/* Skilled enough to compare, in order of skill; sums of ratings up to each. Returns how many. */
static int rank_players(const struct lt_finding_player *players, int n, struct player *ret)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        if (players[i].answered >= LT_SANDBAG_ANSWERS_MIN)
            ret[count++] = (struct player){.p = players[i]};
    qsort(ret, (size_t)count, sizeof *ret, by_skill);
    ret[0].rated = ret[0].rating_sum = 0;
    for (int i = 0; i < count; i++) {
        ret[i + 1].rated = ret[i].rated + (ret[i].p.rating != 0);
        ret[i + 1].rating_sum = ret[i].rating_sum + ret[i].p.rating;
    }
    return count;
}

static void tell_sandbagging(const struct player *p, struct lt_findings *f)
{
    struct lt_finding *row = findings_add(f, LT_FINDING_SANDBAGGING);

    if (!row)
        return;
    finding_name_subject(row, p->p.person);
    row->n = p->lost.lost;
    row->of = p->lost.duels;
    row->before_e4 = share_e4(p->p.right, p->p.answered);
    row->after_e4 = share_e4(p->lost.right, p->lost.answered);
}

void lt_findings_sandbagging(const struct lt_finding_duel *duels, int n,
                             const struct lt_finding_player *players, int n_players,
                             struct lt_findings *f)
{
    struct lt_finding_duel *d = findings_sorted(duels, n, sizeof *d, by_person_duel, f);
    struct player *p = malloc(((size_t)n_players + 1) * sizeof *p);
    int count = 0;

    f->failed = f->failed || !p;
    if (d && p) {
        count = rank_players(players, n_players, p);
        for (int i = 0; i < count; i++) {
            p[i].lost = losses_of(d, n, p[i].p.person);
            p[i].told = on_purpose(&p[i].lost, &p[i].p) && rated_low(p, count, i);
        }
        qsort(p, (size_t)count, sizeof *p, by_person);
    }
    for (int i = 0; i < count; i++)
        if (p[i].told)
            tell_sandbagging(&p[i], f);
    free(d);
    free(p);
}

/* Findings about persons, devices, questions and duels. Alike timing is in findings_timing.c.
 *
 * A detector that names honest people is worse than none, so every bar is set where honest crowds
 * (tests) do not reach it:
 *
 *   too fast        People read 5 to 10 Chinese characters a second. 25 leaves room for a quick eye and
 *                   for a question met before. Half of a paper faster than that, the paper as a whole
 *                   faster too (who reads all first and then ticks has taken that time), and mostly
 *                   right: who taps blindly is right a third of the time and gains nothing.
 *   shared device   A family or a village's reading room shares one; four accounts are worth a look.
 *                   At an address stands an office, or a carrier with half a county behind it, so only
 *                   many starts within minutes are told, and the number with them.
 *   exposed         A question that was published is suddenly right. What all questions gained is
 *                   taken off (people learn), but not all of it, or a bank that leaked as a whole
 *                   would hide itself. Six sigmas, for thousands of questions are looked at.
 *   same pair       Where few play, the same two meet; with twenty about, most duels with one person
 *                   are arranged.
 *   sandbagging     In lost duels everybody is right less often. 35 points and five sigmas less than
 *                   elsewhere, and a rating below that of those who answer as well, is on purpose.
 *
 * Only sums, products and comparisons of doubles: the same rows give the same findings everywhere. */
#include "domain/findings.h"

#include "findings_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[LT_FINDINGS] = {
    [LT_FINDING_TOO_FAST] = "too_fast",
    [LT_FINDING_SAME_TIMING] = "same_timing",
    [LT_FINDING_SHARED_DEVICE] = "shared_device",
    [LT_FINDING_SHARED_ADDRESS] = "shared_address",
    [LT_FINDING_EXPOSED_QUESTION] = "exposed_question",
    [LT_FINDING_SAME_PAIR] = "same_pair",
    [LT_FINDING_SANDBAGGING] = "sandbagging",
};

const char *lt_finding_name(enum lt_finding_kind k)
{
    return (unsigned)k < LT_FINDINGS ? names[k] : "";
}

void lt_findings_done(struct lt_findings *f)
{
    if (!f)
        return;
    free(f->rows);
    *f = (struct lt_findings){0};
}

struct lt_finding *findings_add(struct lt_findings *f, enum lt_finding_kind kind)
{
    struct lt_finding *rows = f->rows;

    if (f->n == f->cap) {
        rows = realloc(rows, (size_t)(f->cap ? 2 * f->cap : 16) * sizeof *rows);
        if (!rows) {
            f->failed = true;
            return NULL;
        }
        f->rows = rows;
        f->cap = f->cap ? 2 * f->cap : 16;
    }
    rows[f->n] = (struct lt_finding){.kind = kind};
    return &rows[f->n++];
}

void finding_name_subject(struct lt_finding *row, int64_t subject)
{
    if (row->n_subjects < LT_FINDING_SUBJECTS_MAX)
        row->subjects[row->n_subjects] = subject;
    row->n_subjects++;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int32_t share_e4(int64_t part, int64_t whole)
{
    return whole > 0 ? (int32_t)(part * 10000 / whole) : 0;
}

/* Copies to sort, so that the caller's rows stay as they are. NULL: out of memory, or none. */
static void *sorted(const void *rows, int n, size_t size, int (*cmp)(const void *, const void *),
                    struct lt_findings *f)
{
    void *copy = n > 0 ? malloc((size_t)n * size) : NULL;

    f->failed = f->failed || (n > 0 && !copy);
    if (copy) {
        memcpy(copy, rows, (size_t)n * size);
        qsort(copy, (size_t)n, size, cmp);
    }
    return copy;
}

/* ---- faster than readable ------------------------------------------------------------------- */

static void count_script(const char *s, int64_t *wide, int64_t *narrow)
{
    for (const unsigned char *c = (const unsigned char *)s; *c; c++) {
        bool letter = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                      (*c >= 'A' && *c <= 'Z') || (*c >= 0xc2 && *c <= 0xdf);

        *wide += *c >= 0xe0; /* first byte of three or four */
        *narrow += letter;
    }
}

int64_t lt_reading_ms(const struct lt_question *q)
{
    int64_t wide = 0, narrow = 0, ms;

    count_script(q->stem, &wide, &narrow);
    for (int i = 0; i < q->n_options; i++)
        count_script(q->options[i], &wide, &narrow);
    ms = wide * 1000 / LT_READING_CHARS_PER_S + narrow * 1000 / LT_READING_LATIN_PER_S;
    return ms > LT_READING_FLOOR_MS ? ms : LT_READING_FLOOR_MS;
}

struct speed {
    int64_t person;
    int fast, right, n;
};

/* False: nothing to say of it. */
static bool too_fast(const struct lt_finding_paper *p, struct speed *ret)
{
    int64_t used_ms = 0, read_ms = 0;

    *ret = (struct speed){.person = p->person, .n = p->n};
    for (int i = 0; i < p->n; i++) {
        const struct lt_finding_answer *a = &p->answers[i];
        bool fast = a->used_ms < a->read_ms;

        used_ms += a->used_ms;
        read_ms += a->read_ms;
        ret->fast += fast;
        ret->right += fast && a->right;
    }
    return p->n >= LT_FAST_ITEMS_MIN && used_ms < read_ms &&
           ret->fast * 100 >= p->n * LT_FAST_SHARE_PCT &&
           ret->right * 100 >= ret->fast * LT_FAST_RIGHT_PCT;
}

/* By person, the paper with the most of them first. */
static int by_speed(const void *pa, const void *pb)
{
    const struct speed *a = pa, *b = pb;

    if (a->person != b->person)
        return compare(a->person, b->person);
    return a->fast != b->fast ? b->fast - a->fast
                              : (a->n != b->n ? a->n - b->n : b->right - a->right);
}

void lt_findings_too_fast(const struct lt_finding_paper *papers, int n, struct lt_findings *f)
{
    struct speed *found = malloc(((size_t)n + 1) * sizeof *found);
    int n_found = 0;

    if (!found) {
        f->failed = true;
        return;
    }
    for (int i = 0; i < n; i++)
        n_found += too_fast(&papers[i], &found[n_found]);
    qsort(found, (size_t)n_found, sizeof *found, by_speed);
    for (int i = 0; i < n_found; i++) {
        struct lt_finding *row;

        if (i > 0 && found[i].person == found[i - 1].person)
            continue;
        row = findings_add(f, LT_FINDING_TOO_FAST);
        if (!row)
            break;
        finding_name_subject(row, found[i].person);
        row->n = found[i].fast;
        row->of = found[i].n;
        row->after_e4 = share_e4(found[i].right, found[i].fast);
    }
    free(found);
}

/* ---- one device, one address ---------------------------------------------------------------- */

struct place {
    uint64_t where;
    int64_t person, started_us;
};

static int by_place_person(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;

    if (a->where != b->where)
        return a->where < b->where ? -1 : 1;
    return a->person != b->person ? compare(a->person, b->person)
                                  : compare(a->started_us, b->started_us);
}

static int by_place_time(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;

    if (a->where != b->where)
        return a->where < b->where ? -1 : 1;
    return a->started_us != b->started_us ? compare(a->started_us, b->started_us)
                                          : compare(a->person, b->person);
}

/* Persons among places [0, n), which are sorted by person. */
static int name_persons(const struct place *p, int n, struct lt_finding *row)
{
    int persons = 0;

    for (int i = 0; i < n; i++)
        if (i == 0 || p[i].person != p[i - 1].person) {
            persons++;
            if (row)
                finding_name_subject(row, p[i].person);
        }
    return persons;
}

static void find_shared(struct place *p, int n, enum lt_finding_kind kind, int min,
                        struct lt_findings *f)
{
    struct lt_finding *row = NULL;

    qsort(p, (size_t)n, sizeof *p, by_place_person);
    if (name_persons(p, n, NULL) < min || !(row = findings_add(f, kind)))
        return;
    row->n = name_persons(p, n, row);
    row->of = n;
}

/* The stretch of starts, each within the window of the first, with the most papers. */
static void busiest(const struct place *p, int n, int *ret_first, int *ret_n)
{
    const int64_t window_us = LT_ADDRESS_WINDOW_S * INT64_C(1000000);

    *ret_n = 0;
    for (int first = 0, last = 0; first < n; first++) {
        while (last < n && p[last].started_us - p[first].started_us <= window_us)
            last++;
        if (last - first > *ret_n) {
            *ret_first = first;
            *ret_n = last - first;
        }
    }
}

static void find_places(struct place *p, int n, bool device, struct lt_findings *f)
{
    qsort(p, (size_t)n, sizeof *p, by_place_time);
    for (int i = 0, end; i < n; i = end) {
        int first = 0, count = 0;

        for (end = i; end < n && p[end].where == p[i].where; end++)
            ;
        if (device) {
            find_shared(&p[i], end - i, LT_FINDING_SHARED_DEVICE, LT_DEVICE_PERSONS_MIN, f);
            continue;
        }
        busiest(&p[i], end - i, &first, &count);
        find_shared(&p[i + first], count, LT_FINDING_SHARED_ADDRESS, LT_ADDRESS_PERSONS_MIN, f);
    }
}

void lt_findings_shared(const struct lt_finding_paper *papers, int n, struct lt_findings *f)
{
    struct place *p = malloc(((size_t)n + 1) * sizeof *p);

    if (!p) {
        f->failed = true;
        return;
    }
    for (int device = 1; device >= 0; device--) {
        int count = 0;

        for (int i = 0; i < n; i++)
            if (device ? papers[i].has_device : papers[i].has_address)
                p[count++] = (struct place){device ? papers[i].device : papers[i].address,
                                            papers[i].person, papers[i].started_us};
        find_places(p, count, device, f);
    }
    free(p);
}

/* ---- questions that got known --------------------------------------------------------------- */

static int by_question_day(const void *pa, const void *pb)
{
    const struct lt_finding_use *a = pa, *b = pb;

    return a->question != b->question ? compare(a->question, b->question) : compare(a->day, b->day);
}

struct change {
    int64_t question, asked[2], right[2];
};

/* The first half of a question's days against the last; the day in the middle belongs to neither. */
static struct change change_of(const struct lt_finding_use *uses, int n)
{
    struct change c = {.question = uses[0].question};
    int days = 0, day = 0;

    for (int i = 0; i < n; i++)
        days += i == 0 || uses[i].day != uses[i - 1].day;
    for (int i = 0; i < n; i++) {
        int half;

        day += i > 0 && uses[i].day != uses[i - 1].day;
        half = day < days / 2 ? 0 : day >= days - days / 2 ? 1 : -1;
        if (half < 0)
            continue;
        c.asked[half] += uses[i].asked;
        c.right[half] += uses[i].right;
    }
    return c;
}

static double rate(int64_t right, int64_t asked)
{
    return asked > 0 ? (double)right / (double)asked : 0;
}

static bool enough(const struct change *c)
{
    return c->asked[0] >= LT_EXPOSED_TIMES_MIN && c->asked[1] >= LT_EXPOSED_TIMES_MIN;
}

static bool exposed(const struct change *c, double drift)
{
    double first = rate(c->right[0], c->asked[0]), last = rate(c->right[1], c->asked[1]);
    double all = rate(c->right[0] + c->right[1], c->asked[0] + c->asked[1]);
    double variance = all * (1 - all) * (1 / (double)c->asked[0] + 1 / (double)c->asked[1]);
    double rise = last - first - drift;

    return enough(c) && rise * 100 >= LT_EXPOSED_RISE_PCT &&
           rise * rise >= LT_EXPOSED_SIGMAS * LT_EXPOSED_SIGMAS * variance;
}

/* What all questions gained, between nothing and the most that is taken off. */
static double drift_of(const struct change *c, int n)
{
    struct change all = {0};
    double drift;

    for (int i = 0; i < n; i++)
        for (int half = 0; half < 2 && enough(&c[i]); half++) {
            all.asked[half] += c[i].asked[half];
            all.right[half] += c[i].right[half];
        }
    drift = rate(all.right[1], all.asked[1]) - rate(all.right[0], all.asked[0]);
    return drift < 0                            ? 0
           : drift * 100 > LT_EXPOSED_DRIFT_PCT ? LT_EXPOSED_DRIFT_PCT / 100.0
                                                : drift;
}

void lt_findings_exposed(const struct lt_finding_use *uses, int n, struct lt_findings *f)
{
    struct lt_finding_use *u = sorted(uses, n, sizeof *u, by_question_day, f);
    struct change *c = malloc(((size_t)n + 1) * sizeof *c);
    int questions = 0;
    double drift;

    f->failed = f->failed || !c;
    for (int i = 0, end; u && c && i < n; i = end) {
        for (end = i; end < n && u[end].question == u[i].question; end++)
            ;
        c[questions++] = change_of(&u[i], end - i);
    }
    drift = drift_of(c, questions);
    for (int i = 0; i < questions; i++) {
        struct lt_finding *row;

        if (!exposed(&c[i], drift) || !(row = findings_add(f, LT_FINDING_EXPOSED_QUESTION)))
            continue;
        finding_name_subject(row, c[i].question);
        row->n = c[i].asked[1];
        row->of = c[i].asked[0] + c[i].asked[1];
        row->before_e4 = share_e4(c[i].right[0], c[i].asked[0]);
        row->after_e4 = share_e4(c[i].right[1], c[i].asked[1]);
    }
    free(c);
    free(u);
}

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
    struct lt_finding_duel *d = sorted(duels, n, sizeof *d, by_person_duel, f);
    struct lt_finding_duel *o = sorted(duels, n, sizeof *o, by_person_other, f);
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
    struct lt_finding_duel *d = sorted(duels, n, sizeof *d, by_person_duel, f);
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

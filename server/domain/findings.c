/* Findings about persons, devices and questions. Alike timing is in findings_timing.c, duels are in
 * findings_duel.c.
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

void *findings_sorted(const void *rows, int n, size_t size, int (*cmp)(const void *, const void *),
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
    struct lt_finding_use *u = findings_sorted(uses, n, sizeof *u, by_question_day, f);
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

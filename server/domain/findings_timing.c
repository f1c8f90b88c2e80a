/* Papers that were answered in the same rhythm: one hand, or one dictation, on several accounts.
 *
 * Two papers are compared gap by gap. How likely two gaps are alike by chance the papers say
 * themselves: as often as a gap of the one is like another gap of the other, and never less than one
 * in ten, since people are not that different. From that follows how many pairs among all papers would
 * be so much alike by chance; a pair is told if that is a thousandth of one. So more must agree where
 * more play, and a paper answered as by a metronome proves nothing.
 *
 * Comparing every pair of a million papers is out of the question. Papers whose rhythm is alike have
 * somewhere STRETCH gaps in a row that are: stretches are cut into cells, in two ways so that a border
 * between two cells is within one of the other, papers are sorted by the cells of a stretch, and only
 * those in one cell are compared, each with a few that follow it. Of a crowd in one rhythm that links
 * every one to the next; who is linked is one finding. */
#include "findings_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    STRETCH = 6,     /* gaps of a cell */
    STEP = 4,        /* between the beginnings of stretches */
    STRETCHES = 6,   /* of a paper, at most */
    CELL_MS = 2000,  /* of a gap */
    NEIGHBOURS = 48, /* in a cell, with which a paper is compared */
    GAPS_MAX = 100,  /* of a paper that are looked at */
};
struct cell {
    uint64_t key;
    int paper;
};
struct crowd {
    const struct lt_finding_paper *papers;
    int n;
    double pairs;
    struct cell *cells;
    int *link;  /* union-find over papers */
    int *alike; /* gaps of the best pair that linked the paper, of so many */
    int *of;
};

static int gaps(const struct lt_finding_paper *p)
{
    return p->n < GAPS_MAX ? p->n : GAPS_MAX;
}

static bool close_to(int32_t a, int32_t b)
{
    return (a < b ? b - a : a - b) <= LT_TIMING_TOLERANCE_MS;
}

/* How often a gap of one is like another gap of the other. */
static double chance_of(const struct lt_finding_paper *a, const struct lt_finding_paper *b, int n)
{
    int alike = 0;
    double p;

    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            alike += i != k && close_to(a->answers[i].used_ms, b->answers[k].used_ms);
    p = (double)alike / (n * (n - 1));
    return p * 100 > LT_TIMING_CHANCE_PCT ? p : LT_TIMING_CHANCE_PCT / 100.0;
}

/* Chance that of n gaps k or more are alike: the binomial's tail, from its last term down. */
static double tail(int n, int k, double p)
{
    double sum = 0, term = 1; /* C(n, j) p^j (1 − p)^(n − j) for j = n */

    for (int i = 0; i < n; i++)
        term *= p;
    for (int j = n; j >= k; j--) {
        sum += term;
        if (j > 0)
            term *= (1 - p) / p * j / (n - j + 1);
    }
    return sum;
}

/* How many gaps are alike, if that is beyond chance; else 0. */
static int match(const struct crowd *c, int x, int y, int *ret_of)
{
    const struct lt_finding_paper *a = &c->papers[x], *b = &c->papers[y];
    int n = gaps(a) < gaps(b) ? gaps(a) : gaps(b), alike = 0;

    *ret_of = n;
    if (a->person == b->person || n < LT_TIMING_GAPS_MIN)
        return 0;
    for (int i = 0; i < n; i++)
        alike += close_to(a->answers[i].used_ms, b->answers[i].used_ms);
    /* Less than half is never beyond chance with papers of this length. */
    if (alike * 2 < n)
        return 0;
    return c->pairs * tail(n, alike, chance_of(a, b, n)) * 1e6 <= LT_TIMING_EXPECTED_E6 ? alike : 0;
}

/* ---- linking -------------------------------------------------------------------------------- */

static int root(struct crowd *c, int i)
{
    while (c->link[i] != i)
        i = c->link[i] = c->link[c->link[i]];
    return i;
}

static void join(struct crowd *c, int x, int y)
{
    int of, alike, a = root(c, x), b = root(c, y);

    if (a == b || (alike = match(c, x, y, &of)) == 0)
        return;
    if (alike * c->of[b] > c->alike[b] * of || c->of[b] == 0) {
        c->alike[b] = alike;
        c->of[b] = of;
    }
    if (c->of[a] == 0 || c->alike[b] * c->of[a] > c->alike[a] * c->of[b]) {
        c->alike[a] = c->alike[b];
        c->of[a] = c->of[b];
    }
    c->link[b] = a;
}

static int by_key(const void *pa, const void *pb)
{
    const struct cell *a = pa, *b = pb;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->paper - b->paper;
}

/* Papers by the cells of one stretch; `shift_ms` moves the borders. */
static void link_stretch(struct crowd *c, int first, int shift_ms)
{
    int n = 0;

    for (int i = 0; i < c->n; i++) {
        uint64_t key = 0;

        if (gaps(&c->papers[i]) < LT_TIMING_GAPS_MIN || gaps(&c->papers[i]) < first + STRETCH)
            continue;
        for (int k = 0; k < STRETCH; k++)
            key = key * 1009 +
                  (uint64_t)(c->papers[i].answers[first + k].used_ms + shift_ms) / CELL_MS;
        c->cells[n++] = (struct cell){key, i};
    }
    qsort(c->cells, (size_t)n, sizeof *c->cells, by_key);
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n && k <= i + NEIGHBOURS && c->cells[k].key == c->cells[i].key; k++)
            join(c, c->cells[i].paper, c->cells[k].paper);
}

/* ---- telling -------------------------------------------------------------------------------- */

struct member {
    int root;
    int64_t person;
};

static int by_root(const void *pa, const void *pb)
{
    const struct member *a = pa, *b = pb;

    if (a->root != b->root)
        return a->root - b->root;
    return (a->person > b->person) - (a->person < b->person);
}

static void tell(struct crowd *c, struct member *m, struct lt_findings *f)
{
    for (int i = 0; i < c->n; i++)
        m[i] = (struct member){root(c, i), c->papers[i].person};
    qsort(m, (size_t)c->n, sizeof *m, by_root);
    for (int i = 0, end; i < c->n; i = end) {
        struct lt_finding *row;

        for (end = i; end < c->n && m[end].root == m[i].root; end++)
            ;
        if (end - i < 2)
            continue;
        row = findings_add(f, LT_FINDING_SAME_TIMING);
        for (int k = i; row && k < end; k++)
            if (k == i || m[k].person != m[k - 1].person)
                finding_name_subject(row, m[k].person);
        if (row) {
            row->n = c->alike[m[i].root];
            row->of = c->of[m[i].root];
        }
    }
}

/* In an order of its own, so that the caller's does not matter. */
static int by_start(const void *pa, const void *pb)
{
    const struct lt_finding_paper *a = pa, *b = pb;

    if (a->started_us != b->started_us)
        return a->started_us < b->started_us ? -1 : 1;
    return (a->person > b->person) - (a->person < b->person);
}

void lt_findings_same_timing(const struct lt_finding_paper *papers, int n, struct lt_findings *f)
{
    struct lt_finding_paper *own = malloc(((size_t)n + 1) * sizeof *own);
    struct member *m = malloc(((size_t)n + 1) * sizeof *m);
    struct crowd c = {.papers = own, .n = n, .pairs = (double)n * (n - 1) / 2};

    c.cells = malloc(((size_t)n + 1) * sizeof *c.cells);
    c.link = malloc(((size_t)n + 1) * sizeof *c.link);
    c.alike = calloc((size_t)n + 1, sizeof *c.alike);
    c.of = calloc((size_t)n + 1, sizeof *c.of);
    if (n > 0 && own && m && c.cells && c.link && c.alike && c.of) {
        memcpy(own, papers, (size_t)n * sizeof *own);
        qsort(own, (size_t)n, sizeof *own, by_start);
        for (int i = 0; i < n; i++)
            c.link[i] = i;
        for (int k = 0; k < STRETCHES; k++)
            for (int shift = 0; shift < 2; shift++)
                link_stretch(&c, k * STEP, shift * CELL_MS / 2);
        tell(&c, m, f);
    } else if (n > 0) {
        f->failed = true;
    }
    free(own);
    free(m);
    free(c.cells);
    free(c.link);
    free(c.alike);
    free(c.of);
}

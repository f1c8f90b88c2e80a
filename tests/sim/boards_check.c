/* Redis against what is wanted: each member and value of each board, what the set says of itself, that
 * nothing else of the event is there, and pages as the public endpoint reads them. */
#include "boards.h"

#include "base/err.h"
#include "service/board_read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static char prefix[64];

void difference(struct world *w, const char *format, ...)
{
    va_list ap;

    __atomic_add_fetch(&w->tally->differences, 1, __ATOMIC_RELAXED);
    va_start(ap, format);
    printf("tenant %" PRId64 ", event %" PRId64 " (%s): ", w->tenant, w->event, w->story);
    vprintf(format, ap);
    printf("\n");
    fflush(stdout);
    va_end(ap);
}

static redisReply *ask(struct world *w, const char *verb, const char *key, const char *rest)
{
    char full[128];

    snprintf(full, sizeof full, "%s%s", prefix, key);
    redisReply *r = rest ? redisCommand(w->redis, "%s %s 0 -1 WITHSCORES", verb, full)
                         : redisCommand(w->redis, "%s %s", verb, full);
    if (!r || r->type == REDIS_REPLY_ERROR) {
        fprintf(stderr, "Redis: %s\n", r ? r->str : w->redis->errstr);
        exit(2);
    }
    return r;
}

static const char *field(const redisReply *r, const char *name)
{
    for (size_t i = 0; i + 1 < r->elements; i += 2)
        if (strcmp(r->element[i]->str, name) == 0)
            return r->element[i + 1]->str;
    return NULL;
}

static const struct want_row *row_of(const struct want *want, int64_t member)
{
    for (int i = 0; i < want->n; i++)
        if (want->rows[i].member == member)
            return &want->rows[i];
    return NULL;
}

static int ranked(const struct want *want)
{
    int n = 0;

    for (int i = 0; i < want->n; i++)
        n += want->rows[i].rank > 0;
    return n;
}

/* ---- a board --------------------------------------------------------------------------------- */

static void check_rows(struct world *w, const struct want *want)
{
    char key[64], text[128];

    snprintf(key, sizeof key, "%s:rows", want->name);
    redisReply *r = ask(w, "HGETALL", key, NULL);
    if ((int)r->elements != 2 * want->n)
        difference(w, "%s has %d rows, not %d", want->name, (int)r->elements / 2, want->n);
    for (size_t i = 0; i + 1 < r->elements; i += 2) {
        const struct want_row *row = row_of(want, strtoll(r->element[i]->str, NULL, 10));

        if (!row) {
            difference(w, "%s has a row of %s", want->name, r->element[i]->str);
            continue;
        }
        snprintf(text, sizeof text, "%" PRId64 " %" PRId64 " %" PRId64 " %d", row->value[0],
                 row->value[1], row->value[2], row->rank);
        if (strcmp(text, r->element[i + 1]->str) != 0)
            difference(w, "%s: %s has <%s>, not <%s>", want->name, r->element[i]->str,
                       r->element[i + 1]->str, text);
        w->tally->rows++;
    }
    freeReplyObject(r);
}

/* What a score of a board by entry must be. */
static double packed(const struct want_row *row, int64_t quantum_us)
{
    return (double)row->value[0] * 134217728.0 + (double)row->value[1] * 131072.0 +
           (double)(131071 - row->value[2] / quantum_us);
}

static void check_order(struct world *w, const struct want *want, int64_t quantum_us)
{
    redisReply *r = ask(w, "ZREVRANGE", want->name, "");
    double above = 0;
    int above_rank = 0;

    if ((int)r->elements != 2 * ranked(want))
        difference(w, "%s has %d members, not %d", want->name, (int)r->elements / 2, ranked(want));
    for (size_t i = 0; i + 1 < r->elements; i += 2) {
        const struct want_row *row = row_of(want, strtoll(r->element[i]->str, NULL, 10));
        double score = strtod(r->element[i + 1]->str, NULL);

        if (!row || row->rank == 0) {
            difference(w, "%s has a member %s", want->name, r->element[i]->str);
        } else if (want->by_entry) {
            if (score != packed(row, quantum_us))
                difference(w, "%s: %s has score %.0f, not %.0f", want->name, r->element[i]->str,
                           score, packed(row, quantum_us));
        } else {
            bool tied = i > 0 && score == above;

            if (row->rank < above_rank || (i > 0 && tied != (row->rank == above_rank)))
                difference(w, "%s: %s with rank %d follows rank %d, tied %d", want->name,
                           r->element[i]->str, row->rank, above_rank, tied);
            w->tally->ties += tied;
            above_rank = row->rank;
        }
        above = score;
    }
    freeReplyObject(r);
}

/* ---- pages ----------------------------------------------------------------------------------- */

struct reading {
    struct world *w;
    const struct want *want;
    int64_t from;
    int n;
    int64_t quantum_us;
};

static void check_line(const struct reading *g, const struct lt_board_line *l, int64_t place,
                       int64_t above)
{
    const struct want_row *row = row_of(g->want, l->member);
    int64_t quantum = g->want->by_entry ? g->quantum_us : 1;
    int rank = row ? row->rank : 0;

    if (row && g->want->by_entry) { /* by what a score can tell apart */
        rank = 1;
        for (int i = 0; i < g->want->n; i++)
            rank += g->want->rows[i].rank > 0 &&
                    packed(&g->want->rows[i], g->quantum_us) > packed(row, g->quantum_us);
    }
    if (!row || rank == 0 || l->rank != rank || l->value[0] != row->value[0] ||
        l->value[1] != row->value[1] || l->value[2] != row->value[2] / quantum * quantum ||
        l->rank < above || l->rank > place)
        difference(g->w,
                   "%s: a page has %" PRId64 " at %" PRId64 " with %" PRId64 " %" PRId64 " %" PRId64
                   " %" PRId64,
                   g->want->name, l->member, place, l->value[0], l->value[1], l->value[2], l->rank);
}

static void on_page(void *arg, int err, const struct lt_board_page *p)
{
    struct reading *g = arg;
    int left = (int)(ranked(g->want) - g->from + 1), n = left < 0 ? 0 : left < g->n ? left : g->n;

    if (err != LT_OK || !p->stands || !p->has || p->stale)
        difference(g->w, "%s cannot be read: %d", g->want->name, err);
    else if (p->of != ranked(g->want) || p->n != n || p->frozen != g->w->frozen)
        difference(g->w, "%s: a page has %d rows of %" PRId64 ", not %d of %d", g->want->name, p->n,
                   p->of, n, ranked(g->want));
    else
        for (int i = 0; i < n; i++)
            check_line(g, &p->lines[i], g->from + i, i > 0 ? p->lines[i - 1].rank : 0);
    g->w->tally->pages++;
    lt_loop_stop(g->w->loop);
}

static void check_page(struct world *w, const struct want *want, int64_t quantum_us)
{
    struct reading g = {.w = w, .want = want, .quantum_us = quantum_us};
    struct lt_board_query q = {.tenant = {w->tenant}, .event = {w->event}};

    g.from = 1 + below(w, want->n + 2);
    g.n = 1 + below(w, chance(w, 50) ? 3 : LT_BOARD_PAGE_ROWS);
    q.from = g.from;
    q.n = g.n;
    snprintf(q.name, sizeof q.name, "%s", want->name);
    if (lt_board_read(w->reader, lt_boards_mark(w->boards), &q, on_page, &g) != LT_OK)
        difference(w, "%s cannot be asked for", want->name);
    else
        lt_loop_run(w->loop);
}

/* ---- the set --------------------------------------------------------------------------------- */

static const struct want *wanted(const struct world *w, const char *name)
{
    for (int i = 0; i < w->n_wants; i++)
        if (strcmp(w->wants[i].name, name) == 0)
            return &w->wants[i];
    return NULL;
}

static void check_set(struct world *w, const redisReply *set)
{
    const char *frozen = field(set, "frozen");

    for (size_t i = 0; i + 1 < set->elements; i += 2)
        if (strncmp(set->element[i]->str, "b:", 2) == 0 && !wanted(w, set->element[i]->str + 2))
            difference(w, "the set has a board %s", set->element[i]->str + 2);
    if (!frozen || (frozen[0] == '1') != w->frozen)
        difference(w, "it is %s", w->frozen ? "not frozen" : "frozen");
}

/* No key but those of boards that are wanted. */
static void check_keys(struct world *w)
{
    char pattern[96];

    snprintf(pattern, sizeof pattern, "%s*", prefix);
    for (char *p = pattern; *p; p++)
        if (*p == '[' || *p == '?')
            *p = '?';
    redisReply *r =
        redisCommand(w->redis, "EVAL %s 1 %s", "return redis.call('KEYS', KEYS[1])", pattern);
    for (size_t i = 0; r && i < r->elements; i++) {
        char name[128];
        static const char *const ends[] = {":rows", ":v", ":e", ":g", ""};
        bool known = false;

        snprintf(name, sizeof name, "%s", r->element[i]->str + strlen(prefix));
        for (int k = 0; k < 5 && !known; k++) {
            size_t n = strlen(name), m = strlen(ends[k]);
            char cut[128];

            if (n < m || strcmp(name + n - m, ends[k]) != 0)
                continue;
            snprintf(cut, sizeof cut, "%.*s", (int)(n - m), name);
            known = wanted(w, cut) != NULL || strcmp(cut, "boards") == 0;
        }
        if (!known)
            difference(w, "there is a key %s", name);
    }
    freeReplyObject(r);
}

void check_event(struct world *w)
{
    lt_board_key(prefix, sizeof prefix, (struct lt_tenant_id){w->tenant},
                 (struct lt_event_id){w->event}, "");
    redisReply *set = ask(w, "HGETALL", "boards", NULL);
    const char *quantum = field(set, "quantum");
    int64_t quantum_us = quantum ? strtoll(quantum, NULL, 10) : 1;

    check_set(w, set);
    for (int i = 0; i < w->n_wants; i++) {
        const struct want *want = &w->wants[i];
        char name[LT_BOARD_NAME_BYTES + 2];

        snprintf(name, sizeof name, "b:%s", want->name);
        if (!field(set, name)) {
            difference(w, "there is no board %s", want->name);
            continue;
        }
        if (!want->by_entry)
            check_rows(w, want);
        check_order(w, want, quantum_us);
        if (strcmp(want->name, "full") != 0)
            check_page(w, want, quantum_us);
        w->tally->boards++;
        w->tally->empty += want->n == 0;
    }
    freeReplyObject(set);
    check_keys(w);
}

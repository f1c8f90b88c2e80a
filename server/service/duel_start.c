/* Persons' papers are read, then written: numbers of attempts and of papers are taken from what was
 * read, and their unique keys refuse it all if anybody has begun another paper meanwhile. Then it is
 * read again: so it happens once, also when two nodes took the same person, or a reply was lost. */
#include "service/duel_start.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_MAX = 4, MARKS_MAX = 4096 };

struct person {
    struct lt_duel_person who;
    int attempt, no;
    bool in;
};
struct start {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_cluster *cluster;
    struct lt_paced *event; /* pinned */
    int round;              /* from 1 */
    int n;
    bool robots;
    int tries, err;
    struct person persons[LT_DUEL_PLAYERS_MAX];
    lt_duel_begun_fn *fn;
    void *arg;
};
struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

struct lt_paper_mark lt_paper_mark_at(const struct lt_pg_result *r, int stmt, int i, int col,
                                      bool *ret_open, int64_t *ret_duel)
{
    *ret_open = lt_pg_i64(r, stmt, i, col + 3) == LT_PAPER_OPEN;
    *ret_duel = lt_pg_i64(r, stmt, i, col + 9);
    return (struct lt_paper_mark){
        .round = (int)lt_pg_i64(r, stmt, i, col) - 1,
        .attempt = (int)lt_pg_i64(r, stmt, i, col + 1),
        .started_us = lt_pg_i64(r, stmt, i, col + 4),
        .points_c = lt_pg_i64(r, stmt, i, col + 5),
        .time_us = lt_pg_i64(r, stmt, i, col + 6),
        .correct = (int32_t)lt_pg_i64(r, stmt, i, col + 7),
        .answered = (int32_t)lt_pg_i64(r, stmt, i, col + 8),
    };
}

static void end(struct start *s, int err)
{
    bool in[LT_DUEL_PLAYERS_MAX] = {false};
    for (int i = 0; i < s->n; i++)
        in[i] = err == LT_OK && s->persons[i].in;
    lt_metric_add(LT_M_DUELS_FAILED, err != LT_OK);
    lt_paced_unpin(s->event);
    s->fn(s->arg, err, in);
    free(s);
}

static void end_later(void *arg)
{
    struct start *s = arg;
    end(s, s->err);
}

static void read_marks(struct start *s);

/* ---- writing ---- */

static int robots_of(const struct start *s)
{
    int seats = s->event->sheet.rounds[s->round - 1].paper.players;
    for (int i = 0; i < s->n; i++)
        seats -= s->persons[i].in;
    return seats;
}

static void on_made(void *arg, int err, const struct lt_pg_result *r)
{
    struct start *s = arg;
    bool again = err == LT_EDBDATA || err == LT_EDBUNKNOWN || err == LT_EDBRETRY;
    if (err == LT_OK && lt_pg_rows(r, 2) == 0)
        err = LT_EPHASE;
    if (err == LT_OK) {
        lt_metric_add(LT_M_DUELS, 1);
        lt_metric_add(LT_M_DUELS_ROBOT, robots_of(s) > 0);
        end(s, LT_OK);
    } else if (again && ++s->tries < TRIES_MAX) {
        read_marks(s); /* somebody has another paper by now, or this very duel */
    } else {
        lt_log(LT_LOG_WARN, "a duel could not be begun", LT_I("tenant", s->event->key.tenant),
               LT_I("event", s->event->key.event), LT_I("round", s->round),
               LT_S("error", lt_err_wire(err)), LT_S("message", r ? lt_pg_message(r) : ""));
        end(s, err);
    }
}

enum { EVENTS, PERSONS, ATTEMPTS, NUMBERS, DEVICES, ADDRESSES, ARRAYS };

static void fill_arrays(const struct start *s, struct lt_buf *b)
{
    for (int k = 0; k < ARRAYS; k++) {
        lt_buf_init(&b[k], 1024);
        lt_pg_array_begin(&b[k]);
    }
    for (int i = 0; i < s->n; i++) {
        const struct person *p = &s->persons[i];
        if (!p->in)
            continue;
        lt_pg_array_i64(&b[EVENTS], s->event->key.event);
        lt_pg_array_i64(&b[PERSONS], p->who.person);
        lt_pg_array_i64(&b[ATTEMPTS], p->attempt);
        lt_pg_array_i64(&b[NUMBERS], p->no);
        lt_pg_array_text(&b[DEVICES], p->who.device[0] ? p->who.device : NULL);
        lt_pg_array_text(&b[ADDRESSES], p->who.address[0] ? p->who.address : NULL);
    }
    for (int k = 0; k < ARRAYS; k++)
        lt_pg_array_end(&b[k]);
}

static int make(struct start *s)
{
    const struct lt_round_rule *rule = &s->event->sheet.rounds[s->round - 1];
    struct lt_buf b[ARRAYS];
    int64_t seed;
    struct lt_pg_req *r = lt_pg_req_new(s->pg, (struct lt_tenant_id){s->event->key.tenant});
    if (!r)
        return LT_ENOMEM;
    int ok = RAND_bytes((unsigned char *)&seed, sizeof seed);
    assert(ok == 1);
    fill_arrays(s, b);
    const char *persons = lt_buf_cstr(&b[PERSONS]);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER_ENTRIES, (const char *[]){lt_buf_cstr(&b[EVENTS]), persons});
    lt_pg_req_add(
        r, LT_SQL_DUEL_START,
        (const char *[]){num(s->event->key.event).s, num(s->round).s, num(s->event->season).s,
                         num(seed).s, num(rule->paper.players).s, num(robots_of(s)).s,
                         num(lt_paper_deadline_us(rule, rule->n_questions, 0, INT64_MAX)).s,
                         num(s->event->closes_us).s, persons, lt_buf_cstr(&b[ATTEMPTS]),
                         lt_buf_cstr(&b[NUMBERS]), lt_buf_cstr(&b[DEVICES]),
                         lt_buf_cstr(&b[ADDRESSES])});
    for (int k = 0; k < ARRAYS; k++)
        lt_buf_done(&b[k]);
    return lt_pg_submit(r, on_made, s);
}

/* ---- reading ---- */

/* Whether the i-th person may begin a duel now, as which paper. */
static bool fits(struct start *s, const struct lt_pg_result *r, int person)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    struct person *p = &s->persons[person];
    int n = 0, stmt = person + 1;
    bool open;
    int64_t duel;
    p->attempt = p->no = 1;
    for (int i = 0; i < lt_pg_rows(r, stmt) && n < MARKS_MAX; i++, n++) {
        marks[n] = lt_paper_mark_at(r, stmt, i, 0, &open, &duel);
        p->no = (int)lt_pg_i64(r, stmt, i, 2) + 1;
        if (marks[n].round == s->round - 1)
            p->attempt = marks[n].attempt + 1;
        if (open && duel != 0)
            return false;
    }
    return lt_paper_may_start(&s->event->sheet, s->round - 1, marks, n,
                              lt_cluster_now_us(s->cluster)) == LT_OK;
}

static void on_marks(void *arg, int err, const struct lt_pg_result *r)
{
    struct start *s = arg;
    int n = 0, seats = s->event->sheet.rounds[s->round - 1].paper.players;
    for (int i = 0; i < s->n && err == LT_OK; i++) {
        s->persons[i].in = fits(s, r, i);
        n += s->persons[i].in;
    }
    if (err == LT_OK && (n == 0 || (n < seats && !s->robots)))
        err = LT_EBUSY;
    if (err == LT_OK)
        err = make(s);
    if (err != LT_OK)
        end(s, err);
}

static void read_marks(struct start *s)
{
    struct num event = num(s->event->key.event), season = num(s->event->season);
    struct lt_pg_req *r = lt_pg_req_new(s->pg, (struct lt_tenant_id){s->event->key.tenant});
    s->err = LT_ENOMEM;
    if (r) {
        lt_pg_req_add(r, LT_SQL_PLAN, NULL);
        for (int i = 0; i < s->n; i++)
            lt_pg_req_add(r, LT_SQL_PAPER_MARKS,
                          (const char *[]){event.s, num(s->persons[i].who.person).s, season.s});
        s->err = lt_pg_submit(r, on_marks, s);
    }
    if (s->err != LT_OK)
        lt_loop_defer(s->loop, end_later, s);
}

void lt_duel_begin(struct lt_loop *l, struct lt_pg *pg, struct lt_cluster *cluster,
                   struct lt_paced *e, int round, const struct lt_duel_person *persons, int n,
                   bool robots, lt_duel_begun_fn *fn, void *arg)
{
    struct start *s = calloc(1, sizeof *s);
    assert(s && n > 0 && n <= LT_DUEL_PLAYERS_MAX);
    *s = (struct start){.loop = l,
                        .pg = pg,
                        .cluster = cluster,
                        .event = e,
                        .round = round,
                        .n = n,
                        .robots = robots,
                        .fn = fn,
                        .arg = arg};
    for (int i = 0; i < n; i++)
        s->persons[i].who = persons[i];
    lt_paced_pin(e);
    read_marks(s);
}

/* The sweeper.
 *
 * A node hands in what somebody on it looks at; the rest is swept: sweep_grace_ms after its deadline a
 * paper is graded from its row and handed in. Chunks are small and rows that somebody holds are
 * skipped, so that people who save do not notice. A paper that is in use cannot be lost to it: the
 * node's write is guarded by the row, and the choices that it had acknowledged are in it. */
#include "sweeper.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "columns.h"
#include "duel_close.h"
#include "fold_papers.h"
#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_KEPT = 4, COLUMN_BYTES = 4 * 1024 * 1024 };

/* Rules and questions of an event that papers are being graded by. */
struct event {
    int64_t tenant, event, used;
    struct lt_sheet sheet;
    struct lt_pool pool;
};
struct sweeper {
    int64_t grace_us;
    int chunk;
    struct event *events[EVENTS_KEPT];
    int64_t uses;
    struct lt_paper *paper;
    struct columns columns;
};

struct sweeper *sweeper_new(const struct lt_config *c)
{
    struct sweeper *s = calloc(1, sizeof *s);
    assert(s);
    s->grace_us = lt_config_int(c, "sweep_grace_ms") * 1000;
    s->chunk = (int)lt_config_int(c, "sweep_chunk");
    s->paper = calloc(1, sizeof *s->paper);
    assert(s->paper);
    columns_init(&s->columns, 8, COLUMN_BYTES);
    return s;
}

static void event_free(struct event *e)
{
    if (!e)
        return;
    lt_pool_done(&e->pool);
    free(e);
}

void sweeper_free(struct sweeper *s)
{
    if (!s)
        return;
    for (int i = 0; i < EVENTS_KEPT; i++)
        event_free(s->events[i]);
    columns_done(&s->columns);
    free(s->paper);
    free(s);
}

/* ---- the event's rules ---- */

static int load(struct lt_db *d, struct event *e)
{
    struct lt_rows *rows;
    struct lt_buf problems;
    int err = lt_db_exec(d, &rows,
                         "SELECT s.sheet FROM leitai.event_head h JOIN leitai.rule_sheet s ON "
                         "(s.tenant_id, s.event_id, s.version) = (h.tenant_id, h.event_id, "
                         "h.sheet_version) WHERE h.tenant_id = leitai.current_tenant() AND "
                         "h.event_id = $1",
                         lt_num(e->event).s);
    if (err != LT_OK)
        return err;
    const char *text = lt_rows_count(rows) == 1 ? lt_rows_text(rows, 0, 0) : "";
    lt_buf_init(&problems, LT_SHEET_BYTES);
    err = lt_sheet_parse(text, strlen(text), &e->sheet, &problems);
    lt_buf_done(&problems);
    lt_rows_free(rows);
    return err == LT_OK ? fold_pool(d, lt_num(e->event), &e->sheet, &e->pool) : err;
}

/* Frozen since before the first paper, so kept as long as there is room. Inside a transaction. */
static int event_of(struct sweeper *s, struct lt_db *d, int64_t tenant, int64_t event,
                    struct event **ret)
{
    struct event **at = &s->events[0];
    for (int i = 0; i < EVENTS_KEPT; i++) {
        struct event *e = s->events[i];
        if (e && e->tenant == tenant && e->event == event) {
            e->used = ++s->uses;
            *ret = e;
            return LT_OK;
        }
        if (!e || (*at && e->used < (*at)->used))
            at = &s->events[i];
    }
    event_free(*at);
    *at = NULL;
    struct event *e = calloc(1, sizeof *e);
    if (!e)
        return LT_ENOMEM;
    e->tenant = tenant;
    e->event = event;
    e->used = ++s->uses;
    int err = load(d, e);
    if (err != LT_OK) {
        event_free(e);
        return err;
    }
    *ret = *at = e;
    return LT_OK;
}

/* ---- a chunk ---- */

struct due {
    int64_t tenant, event, season, before_us;
};

static int grade(struct sweeper *s, const struct event *e, const struct lt_rows *rows)
{
    struct columns *c = &s->columns;
    columns_begin(c);
    for (int i = 0; i < lt_rows_count(rows); i++) {
        struct fold_paper p;
        int err = fold_paper_read(&e->sheet, &e->pool, rows, i, s->paper, &p);
        if (err != LT_OK) {
            lt_log(LT_LOG_ERROR, "a paper cannot be graded", LT_I("tenant", e->tenant),
                   LT_I("event", e->event), LT_I("person", p.person), LT_I("round", p.round + 1),
                   LT_I("attempt", p.attempt));
            return err;
        }
        struct lt_paper_score score = lt_paper_grade(s->paper);
        const int64_t v[] = {p.person,       p.round + 1,   p.attempt,     s->paper->deadline_us,
                             score.points_c, score.time_us, score.correct, score.answered};
        for (int k = 0; k < 8; k++)
            columns_i64(c, k, v[k]);
    }
    columns_end(c);
    return LT_OK;
}

static int hand_in(struct sweeper *s, struct lt_db *d, const struct due *due, int *ret_n)
{
    struct lt_rows *rows;
    struct event *e;
    int err = event_of(s, d, due->tenant, due->event, &e);
    if (err == LT_OK)
        err = lt_db_exec(d, &rows,
                         "SELECT " FOLD_PAPER_COLUMNS
                         " FROM leitai.paper p WHERE p.tenant_id = leitai.current_tenant() AND "
                         "p.event_id = $1 AND p.season = $2::smallint AND p.state = 0 AND "
                         "p.duel_id IS NULL AND p.deadline_us < $3 ORDER BY p.deadline_us LIMIT $4 "
                         "FOR UPDATE SKIP LOCKED",
                         lt_num(due->event).s, lt_num(due->season).s, lt_num(due->before_us).s,
                         lt_num(s->chunk).s);
    if (err != LT_OK)
        return err;
    *ret_n = lt_rows_count(rows);
    err = grade(s, e, rows);
    lt_rows_free(rows);
    if (err != LT_OK || *ret_n == 0)
        return err;
    const struct columns *c = &s->columns;
    return lt_db_exec(
        d, NULL, "SELECT leitai.hand_in_papers($1, $2::smallint, $3, $4, $5, $6, $7, $8, $9, $10)",
        lt_num(due->event).s, lt_num(due->season).s, c->text[0], c->text[1], c->text[2], c->text[3],
        c->text[4], c->text[5], c->text[6], c->text[7]);
}

/* Whatever the statistics say, papers come by deadline out of the index of open ones: by any other plan all that
 * are due, or all of the event, would be read and sorted for each chunk. */
static int chunk(struct sweeper *s, struct lt_db *d, const struct due *due, int *ret_n)
{
    *ret_n = 0;
    int err = lt_db_begin(d, (struct lt_tenant_id){due->tenant});
    if (err == LT_OK)
        err = lt_db_script(d,
                           "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET "
                           "LOCAL enable_sort = off; SET LOCAL jit = off");
    if (err == LT_OK)
        err = hand_in(s, d, due, ret_n);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    if (err == LT_OK) {
        lt_metric_add(LT_M_PAPER_SWEPT, *ret_n);
        lt_metric_add(LT_M_PAPER_SUBMITS, *ret_n);
    }
    return err;
}

/* ---- all that is due ---- */

static bool stopped(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static int sweep_event(struct sweeper *s, struct lt_db *d, const struct due *due, int stop_fd)
{
    int n, err, all = 0;
    do {
        err = chunk(s, d, due, &n);
        all += n;
    } while (err == LT_OK && n == s->chunk && !stopped(stop_fd));
    if (all > 0)
        lt_log(LT_LOG_INFO, "papers handed in at their deadline", LT_I("tenant", due->tenant),
               LT_I("event", due->event), LT_I("papers", all));
    return err;
}

static int find_due(struct sweeper *s, struct lt_db *d, struct lt_rows **ret,
                    int64_t *ret_before_us)
{
    struct lt_rows *rows;
    int err =
        lt_db_exec(d, &rows, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    if (err != LT_OK)
        return err;
    int64_t now_us = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    *ret_before_us = now_us - s->grace_us;
    return lt_db_exec(d, ret, "SELECT tenant_id, event_id, season FROM leitai.find_expired($1, $2)",
                      lt_num(now_us).s, lt_num(s->grace_us).s);
}

/* ---- duels ---- */

/* The rules are read in a transaction of their own: what ends a duel locks people's rows. */
static int close_duel(struct sweeper *s, struct lt_db *d, const struct duel_at *at, int64_t now_us)
{
    struct event *e = NULL;
    bool closed = false;
    int err = lt_db_begin(d, (struct lt_tenant_id){at->tenant});
    if (err == LT_OK)
        err = event_of(s, d, at->tenant, at->event, &e);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    if (err == LT_OK)
        err = duel_close(d, at, &e->sheet, &e->pool, now_us, &closed);
    if (err != LT_OK && !lt_db_lost(d))
        lt_log(LT_LOG_ERROR, "a duel cannot be closed", LT_I("tenant", at->tenant),
               LT_I("event", at->event), LT_I("duel", at->duel), LT_S("error", lt_err_wire(err)));
    else if (closed)
        lt_log(LT_LOG_INFO, "a duel was closed that nobody looked at", LT_I("tenant", at->tenant),
               LT_I("event", at->event), LT_I("duel", at->duel));
    return err;
}

static int sweep_duels(struct sweeper *s, struct lt_db *d, int64_t now_us, int stop_fd)
{
    struct lt_rows *rows;
    int first = LT_OK;
    int err = lt_db_exec(d, &rows,
                         "SELECT tenant_id, event_id, season, duel_id FROM "
                         "leitai.find_left_duels($1, $2)",
                         lt_num(now_us).s, lt_num(s->grace_us).s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && !stopped(stop_fd) && !lt_db_lost(d); i++) {
        const struct duel_at at = {.tenant = lt_rows_i64(rows, i, 0),
                                   .event = lt_rows_i64(rows, i, 1),
                                   .season = (int)lt_rows_i64(rows, i, 2),
                                   .duel = lt_rows_i64(rows, i, 3)};
        err = close_duel(s, d, &at, now_us);
        if (err != LT_OK && first == LT_OK)
            first = err;
    }
    lt_rows_free(rows);
    return first;
}

int sweeper_run(struct sweeper *s, struct lt_db *d, int stop_fd)
{
    struct lt_rows *rows;
    int64_t before_us;
    int err = find_due(s, d, &rows, &before_us), first = LT_OK;
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && !stopped(stop_fd) && !lt_db_lost(d); i++) {
        struct due due = {.tenant = lt_rows_i64(rows, i, 0),
                          .event = lt_rows_i64(rows, i, 1),
                          .season = lt_rows_i64(rows, i, 2),
                          .before_us = before_us};
        err = sweep_event(s, d, &due, stop_fd);
        if (err != LT_OK && first == LT_OK)
            first = err; /* the others are not to wait for it */
    }
    lt_rows_free(rows);
    if (stopped(stop_fd) || lt_db_lost(d))
        return first;
    err = sweep_duels(s, d, before_us + s->grace_us, stop_fd);
    return first == LT_OK ? err : first;
}

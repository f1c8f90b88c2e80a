/* One connection to PostgreSQL, in pipeline mode and never blocking.
 *
 *   PG_DOWN ─► PG_CONNECTING ─► PG_PREPARING ─► PG_READY
 *      ▲             │                │             │
 *      └─────────────┴────────────────┴─────────────┘   back-off with full jitter
 *
 * libpq may change its socket while connecting and closes the old one itself, so the poll is
 * stopped before each PQconnectPoll() and made anew when the descriptor changed. The poll is closed
 * before PQfinish(). While output is pending both directions are watched: the server may stop
 * reading until we have read what it wrote.
 *
 * What is known of a request when its connection is lost: a statement that failed has rolled all
 * back, so its error stands; otherwise the commit may have happened just before, and only the
 * caller can find out (LT_EDBUNKNOWN).
 */
#include "base/log.h"
#include "base/metrics.h"
#include "pg_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    CONNECT_TIMEOUT_US = 5 * 1000 * 1000,
    BACKOFF_FIRST_US = 50 * 1000,
    BACKOFF_MAX_US = 5 * 1000 * 1000
};

static const char TENANT_STMT[] = "lt_tenant";
static const char TENANT_SQL[] = "SELECT set_config('app.tenant_id', $1, true)";
static const char SETTING_SQL[] = "SELECT set_config('statement_timeout', $1, false)";

static void on_poll(uv_poll_t *h, int status, int events);

static void conn_move(struct pg_conn *c, enum pg_state to)
{
    static const bool allowed[PG_STATES][PG_STATES] = {
        [PG_DOWN] = {[PG_CONNECTING] = true},
        [PG_CONNECTING] = {[PG_PREPARING] = true, [PG_DOWN] = true},
        [PG_PREPARING] = {[PG_READY] = true, [PG_DOWN] = true},
        [PG_READY] = {[PG_DOWN] = true},
    };
    assert(allowed[c->state][to]);
    enum pg_state from = c->state;
    c->state = to;
    if (to == PG_READY)
        pg_ready_changed(c->pool, 1);
    else if (from == PG_READY)
        pg_ready_changed(c->pool, -1);
}

/* ---- the poll ---- */

static void on_poll_closed(uv_handle_t *h)
{
    struct pg_poll *p = h->data;
    struct lt_pg *pool = p->conn->pool;
    free(p);
    pg_poll_closed(pool);
}

static void poll_close(struct pg_conn *c)
{
    if (!c->poll)
        return;
    uv_close((uv_handle_t *)&c->poll->uv, on_poll_closed);
    c->poll = NULL;
}

static bool poll_watch(struct pg_conn *c, int events)
{
    int fd = PQsocket(c->pq);
    if (fd < 0)
        return false;
    if (c->poll && c->poll->fd != fd)
        poll_close(c);
    if (!c->poll) {
        struct pg_poll *p = calloc(1, sizeof *p);
        if (!p)
            return false;
        if (uv_poll_init(lt_loop_uv(c->pool->loop), &p->uv, fd) != 0) {
            free(p);
            return false;
        }
        p->uv.data = p;
        p->conn = c;
        p->fd = fd;
        c->poll = p;
        c->pool->open_polls++;
    }
    if (c->poll->events == events) /* each change costs a system call */
        return true;
    c->poll->events = events;
    return uv_poll_start(&c->poll->uv, events, on_poll) == 0;
}

/* ---- losing it ---- */

static int64_t backoff_us(const struct pg_conn *c)
{
    int64_t most = BACKOFF_FIRST_US;
    for (int i = 1; i < c->failures && most < BACKOFF_MAX_US; i++)
        most *= 2;
    uint64_t dice = 0;
    if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) < 0)
        dice = (uint64_t)lt_loop_now(c->pool->loop).mono_us;
    return (int64_t)(dice % (uint64_t)(most < BACKOFF_MAX_US ? most : BACKOFF_MAX_US));
}

static void on_conn_timer(struct lt_timer *t, int64_t now_us)
{
    struct pg_conn *c = t->arg;
    (void)now_us;
    if (c->state == PG_DOWN) {
        pg_conn_start(c);
        return;
    }
    lt_log(LT_LOG_WARN, "connecting to PostgreSQL takes too long", LT_S("user", PQuser(c->pq)));
    pg_conn_lost(c);
}

void pg_conn_lost(struct pg_conn *c)
{
    struct lt_pg *p = c->pool;
    c->lost = false;
    if (c->state == PG_DOWN)
        return;
    poll_close(c);
    PQfinish(c->pq);
    c->pq = NULL;
    lt_loop_timer_cancel(p->loop, &c->timer);
    c->failures = c->state == PG_READY ? 1 : c->failures + 1;
    conn_move(c, PG_DOWN);
    if (!p->ending)
        lt_loop_timer(p->loop, &c->timer, backoff_us(c));
    struct lt_pg_req *r;
    while ((r = req_pop(&c->sent)))
        pg_finish(r, r->err != LT_OK ? r->err : LT_EDBUNKNOWN);
}

static void lost_at_end_of_turn(void *arg)
{
    struct pg_conn *c = arg;
    if (c->lost)
        pg_conn_lost(c);
}

/* From where the owner may be our caller. */
static void lose_later(struct pg_conn *c)
{
    if (c->lost)
        return;
    c->lost = true;
    lt_loop_defer(c->pool->loop, lost_at_end_of_turn, c);
}

static void log_lost(const struct pg_conn *c, const char *what)
{
    char line[MESSAGE_BYTES];
    snprintf(line, sizeof line, "%s", PQerrorMessage(c->pq));
    line[strcspn(line, "\n")] = '\0';
    /* Once, not at each further attempt. */
    lt_log(c->failures == 0 ? LT_LOG_WARN : LT_LOG_DEBUG, what, LT_S("error", line));
}

/* ---- sending ---- */

/* False: the connection is broken. */
static bool flush(struct pg_conn *c)
{
    int left = PQflush(c->pq);
    return left >= 0 && poll_watch(c, left > 0 ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

void pg_conn_send(struct pg_conn *c, struct lt_pg_req *r)
{
    bool ok = true;
    for (int i = 0; i < r->n_items && ok; i++) {
        const struct pg_item *item = &r->items[i];
        const char *name = item->stmt < 0 ? TENANT_STMT : c->pool->opts.stmts[item->stmt].name;
        ok = PQsendQueryPrepared(c->pq, name, item->n_values, (const char *const *)item->values,
                                 NULL, NULL, 0);
    }
    req_push(&c->sent, r);
    lt_metric_add(LT_M_PG_REQUESTS, 1);
    if (!ok || !PQpipelineSync(c->pq) || !flush(c))
        lose_later(c);
}

/* ---- receiving ---- */

static void read_error(struct lt_pg_req *r, const PGresult *res)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    if (r->err != LT_OK)
        return;
    snprintf(r->result.sqlstate, sizeof r->result.sqlstate, "%s", state ? state : "");
    snprintf(r->result.message, sizeof r->result.message, "%s",
             message ? message : PQresultErrorMessage(res));
    /* No SQLSTATE: libpq's own word for a lost connection. And a FATAL after the last statement may
     * have come during the commit: it says nothing about it. */
    bool fatal = !state || (severity && strcmp(severity, "ERROR") != 0);
    if (fatal && (!state || r->at >= r->n_items))
        r->err = LT_EDBUNKNOWN;
    else
        r->err = pg_err_of(state);
}

/* Index of item `at` among the added statements. */
static int added_index(const struct lt_pg_req *r, int at)
{
    int n = 0;
    for (int i = 0; i < at; i++)
        n += r->items[i].stmt >= 0;
    return n;
}

static void read_request(struct pg_conn *c, PGresult *res)
{
    struct lt_pg_req *r = c->sent.first;
    switch (PQresultStatus(res)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(res);
        pg_finish(req_pop(&c->sent), r->err);
        return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (r->at < r->n_items && r->items[r->at].stmt >= 0) {
            int i = added_index(r, r->at);
            PQclear(r->result.of[i]);
            r->result.of[i] = res;
            r->result.any = true;
            return;
        }
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_OUT:
    case PGRES_COPY_IN:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_COPY_BOTH:
    case PGRES_SINGLE_TUPLE:
        read_error(r, res);
        break;
    }
    PQclear(res);
}

/* Answers to set_config, lt_tenant, the table's statements and the Sync, in this order. */
static bool read_preparing(struct pg_conn *c, PGresult *res)
{
    ExecStatusType status = PQresultStatus(res);
    bool ok =
        status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC;
    if (!ok && status != PGRES_PIPELINE_ABORTED) {
        int i = c->prepared - 2;
        const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
        lt_log(LT_LOG_ERROR, "PostgreSQL refused a statement",
               LT_S("statement",
                    i >= 0 && i < c->pool->opts.n_stmts ? c->pool->opts.stmts[i].name : "setup"),
               LT_S("error", message ? message : PQresultErrorMessage(res)));
    }
    PQclear(res);
    if (!ok)
        return false;
    if (status != PGRES_PIPELINE_SYNC) {
        c->prepared++;
        return true;
    }
    lt_loop_timer_cancel(c->pool->loop, &c->timer);
    c->failures = 0;
    conn_move(c, PG_READY);
    return true;
}

/* Read results until there are no more for now. False: the connection is to be given up. */
static bool read_results(struct pg_conn *c)
{
    bool was_null = false;
    while (c->state == PG_PREPARING || c->sent.first) {
        if (PQisBusy(c->pq))
            break;
        PGresult *res = PQgetResult(c->pq);
        if (!res) {
            if (was_null)
                break; /* two in a row: nothing is outstanding */
            was_null = true;
            if (c->state == PG_READY && c->sent.first)
                c->sent.first->at++;
            continue;
        }
        was_null = false;
        if (c->state == PG_PREPARING) {
            if (!read_preparing(c, res))
                return false;
        } else {
            read_request(c, res);
        }
        if (c->state == PG_DOWN) /* a callback ended the pool */
            return true;
    }
    return PQstatus(c->pq) != CONNECTION_BAD;
}

/* ---- connecting ---- */

static bool begin_preparing(struct pg_conn *c)
{
    const struct lt_pg_opts *o = &c->pool->opts;
    char timeout[32];
    const char *values[1] = {timeout};
    snprintf(timeout, sizeof timeout, "%lldms", (long long)o->statement_timeout_us / 1000);
    if (PQsetnonblocking(c->pq, 1) != 0 || PQenterPipelineMode(c->pq) != 1)
        return false;
    bool ok = PQsendQueryParams(c->pq, SETTING_SQL, 1, NULL, values, NULL, NULL, 0) &&
              PQsendPrepare(c->pq, TENANT_STMT, TENANT_SQL, 1, NULL);
    for (int i = 0; i < o->n_stmts && ok; i++)
        ok = PQsendPrepare(c->pq, o->stmts[i].name, o->stmts[i].sql, o->stmts[i].params, NULL);
    if (!ok || !PQpipelineSync(c->pq))
        return false;
    c->prepared = 0;
    conn_move(c, PG_PREPARING);
    return flush(c);
}

static bool connect_step(struct pg_conn *c)
{
    if (c->poll) {
        uv_poll_stop(&c->poll->uv);
        c->poll->events = 0;
    }
    switch (PQconnectPoll(c->pq)) {
    case PGRES_POLLING_OK:
        return begin_preparing(c);
    case PGRES_POLLING_READING:
        return poll_watch(c, UV_READABLE);
    case PGRES_POLLING_WRITING:
        return poll_watch(c, UV_WRITABLE);
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        break;
    }
    return false;
}

static void on_poll(uv_poll_t *h, int status, int events)
{
    struct pg_conn *c = ((struct pg_poll *)h->data)->conn;
    struct lt_pg *p = c->pool;
    bool ok;
    (void)status; /* the socket's error is found by reading */
    if (c->poll != h->data)
        return;
    if (c->state == PG_CONNECTING) {
        ok = connect_step(c);
    } else {
        ok = true;
        if (status < 0 || (events & UV_READABLE))
            ok = PQconsumeInput(c->pq) == 1;
        /* Also after an error: what came before it counts. */
        ok = read_results(c) && ok;
        if (c->state == PG_DOWN)
            return;
        ok = ok && flush(c);
    }
    if (!ok) {
        log_lost(c, c->state == PG_READY ? "a PostgreSQL connection was lost"
                                         : "PostgreSQL cannot be reached");
        pg_conn_lost(c);
    }
    pg_dispatch(p);
}

static void quiet(void *arg, const char *message)
{
    (void)arg;
    lt_log(LT_LOG_DEBUG, "PostgreSQL says", LT_S("notice", message));
}

void pg_conn_start(struct pg_conn *c)
{
    struct lt_pg *p = c->pool;
    lt_timer_init(&c->timer, on_conn_timer, c);
    if (!pg_resolve(p)) {
        c->failures++;
        lt_loop_timer(p->loop, &c->timer, BACKOFF_MAX_US);
        return;
    }
    c->pq =
        PQconnectStartParams((const char *const *)p->keywords, (const char *const *)p->values, 0);
    assert(c->pq);
    conn_move(c, PG_CONNECTING);
    PQsetNoticeProcessor(c->pq, quiet, NULL);
    lt_loop_timer(p->loop, &c->timer, CONNECT_TIMEOUT_US);
    if (PQstatus(c->pq) == CONNECTION_BAD || !poll_watch(c, UV_WRITABLE)) {
        log_lost(c, "PostgreSQL cannot be reached");
        pg_conn_lost(c);
    }
}

/* Blocking PostgreSQL with a way out: each statement is sent, then one poll() waits for the server
 * and for the stop descriptor, so that a process that is told to end does not sit out a statement
 * of several seconds.
 *
 * Plain PQexec was rejected for that reason alone; nothing else here is asynchronous. */
#include "app/db.h"

#include "base/err.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 512, SQLSTATE_BYTES = 6 };

struct lt_db {
    PGconn *conn;
    int stop_fd;
    char sqlstate[SQLSTATE_BYTES], message[MESSAGE_BYTES];
};
struct lt_rows {
    PGresult *r;
};

/* ---- life cycle ---- */

/* libpq would write what the server says unasked ("terminating connection …") to stderr, where the log
 * is; whoever uses the connection finds it lost and says so. */
static void quiet(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

int lt_db_open(const struct lt_db_opts *opts, struct lt_db **ret, struct lt_buf *err)
{
    char session[64];
    snprintf(session, sizeof session,
             "-c statement_timeout=%" PRId64 " -c client_min_messages=warning", opts->timeout_ms);
    const char *keys[] = {"dbname",           "connect_timeout", "application_name",
                          "tcp_user_timeout", "options",         NULL};
    const char *values[] = {opts->url, "3", opts->name, "10000", session, NULL};
    struct lt_db *d = calloc(1, sizeof *d);
    if (!d)
        return LT_ENOMEM;
    d->stop_fd = opts->stop_fd;
    d->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(d->conn) == CONNECTION_OK) {
        PQsetNoticeProcessor(d->conn, quiet, NULL);
        *ret = d;
        return LT_OK;
    }
    lt_buf_printf(err, "cannot reach PostgreSQL: %s",
                  d->conn ? PQerrorMessage(d->conn) : "out of memory");
    while (err->len > 0 && err->p[err->len - 1] == '\n')
        err->p[--err->len] = '\0';
    lt_db_close(d);
    return LT_EDBRETRY;
}

void lt_db_close(struct lt_db *d)
{
    if (!d)
        return;
    PQfinish(d->conn);
    free(d);
}

bool lt_db_lost(const struct lt_db *d)
{
    return PQstatus(d->conn) != CONNECTION_OK;
}

int lt_db_fd(const struct lt_db *d)
{
    return PQsocket(d->conn);
}

const char *lt_db_sqlstate(const struct lt_db *d)
{
    return d->sqlstate;
}

const char *lt_db_message(const struct lt_db *d)
{
    return d->message;
}

/* ---- rows ---- */

int lt_rows_count(const struct lt_rows *r)
{
    return PQntuples(r->r);
}

int lt_rows_columns(const struct lt_rows *r)
{
    return PQnfields(r->r);
}

const char *lt_rows_text(const struct lt_rows *r, int row, int col)
{
    assert(row >= 0 && row < PQntuples(r->r) && col >= 0 && col < PQnfields(r->r));
    return PQgetvalue(r->r, row, col);
}

int64_t lt_rows_i64(const struct lt_rows *r, int row, int col)
{
    const char *s = lt_rows_text(r, row, col);
    char *end;
    errno = 0;
    int64_t v = strtoll(s, &end, 10);
    assert(*end == '\0' && errno == 0);
    return v;
}

bool lt_rows_bool(const struct lt_rows *r, int row, int col)
{
    return lt_rows_text(r, row, col)[0] == 't';
}

void lt_rows_free(struct lt_rows *r)
{
    if (!r)
        return;
    PQclear(r->r);
    free(r);
}

/* ---- statements ---- */

static void forget_failure(struct lt_db *d)
{
    d->sqlstate[0] = d->message[0] = '\0';
}

static int error_of_sqlstate(const char *s)
{
    static const struct {
        const char *prefix;
        int err;
    } table[] = {
        {"22", LT_EDBDATA},     {"23", LT_EDBDATA},  {"40", LT_EDBRETRY},
        {"53", LT_EDBRETRY},    {"55", LT_EDBRETRY}, {"57", LT_EDBRETRY},
        {"LT001", LT_EDEPOSED}, {"08", LT_EDBRETRY}, {"42501", LT_EDENIED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(s, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].err;
    return LT_EDB;
}

/* Keep what is known about a failure; `r` may be NULL (nothing came back). */
static int failed(struct lt_db *d, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *message = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    snprintf(d->sqlstate, sizeof d->sqlstate, "%s", state ? state : "");
    snprintf(d->message, sizeof d->message, "%s", message ? message : PQerrorMessage(d->conn));
    d->message[strcspn(d->message, "\n")] = '\0';
    return state ? error_of_sqlstate(state) : LT_EDBRETRY;
}

static void cancel(struct lt_db *d)
{
    char why[256];
    PGcancel *c = PQgetCancel(d->conn);
    if (c)
        PQcancel(c, why, sizeof why);
    PQfreeCancel(c);
}

/* Wait until the server has answered. *stopped: we were told to end; the statement has been
 * cancelled. */
static int wait_reply(struct lt_db *d, bool *stopped)
{
    while (PQisBusy(d->conn)) {
        struct pollfd fds[] = {{.fd = PQsocket(d->conn), .events = POLLIN},
                               {.fd = *stopped ? -1 : d->stop_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return LT_EDBRETRY;
        if (fds[1].revents & POLLIN) {
            *stopped = true;
            cancel(d);
        }
        if (fds[0].revents && !PQconsumeInput(d->conn))
            return LT_EDBRETRY;
    }
    return LT_OK;
}

/* Take all results of what was sent; the last one, or the first failure, stays in *ret (NULL when
 * the connection broke). */
static int collect(struct lt_db *d, PGresult **ret)
{
    PGresult *kept = NULL, *r;
    bool stopped = false;
    int err = LT_OK;
    for (;;) {
        if (wait_reply(d, &stopped) != LT_OK) {
            PQclear(kept);
            *ret = NULL;
            return failed(d, NULL);
        }
        if (!(r = PQgetResult(d->conn)))
            break;
        ExecStatusType s = PQresultStatus(r);
        if (err == LT_OK) {
            PQclear(kept);
            kept = r;
            if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
                err = failed(d, r);
        } else {
            PQclear(r);
        }
    }
    *ret = kept;
    return stopped && err != LT_OK ? LT_EDRAIN : err;
}

static int finish(struct lt_db *d, int sent, struct lt_rows **ret)
{
    PGresult *r = NULL;
    if (!sent)
        return failed(d, NULL);
    int err = collect(d, &r);
    if (err == LT_OK && ret) {
        struct lt_rows *rows = malloc(sizeof *rows);
        assert(rows);
        rows->r = r;
        *ret = rows;
        return LT_OK;
    }
    PQclear(r);
    return err;
}

int lt_db_execv(struct lt_db *d, struct lt_rows **ret, const char *sql, int n,
                const char *const *values)
{
    forget_failure(d);
    return finish(d, PQsendQueryParams(d->conn, sql, n, NULL, values, NULL, NULL, 0), ret);
}

int lt_db_script(struct lt_db *d, const char *sql)
{
    forget_failure(d);
    return finish(d, PQsendQuery(d->conn, sql), NULL);
}

/* ---- transactions ---- */

int lt_db_begin(struct lt_db *d, struct lt_tenant_id tenant)
{
    int err = lt_db_exec(d, NULL, "BEGIN");
    if (err != LT_OK || tenant.v == 0)
        return err;
    err = lt_db_exec(d, NULL, "SELECT set_config('app.tenant_id', $1, true)", lt_num(tenant.v).s);
    if (err != LT_OK)
        lt_db_rollback(d);
    return err;
}

int lt_db_commit(struct lt_db *d)
{
    int err = lt_db_exec(d, NULL, "COMMIT");
    return err != LT_OK && lt_db_lost(d) ? LT_EDBUNKNOWN : err;
}

void lt_db_rollback(struct lt_db *d)
{
    if (lt_db_lost(d) || PQtransactionStatus(d->conn) == PQTRANS_IDLE)
        return;
    char sqlstate[SQLSTATE_BYTES], message[MESSAGE_BYTES];
    memcpy(sqlstate, d->sqlstate, sizeof sqlstate);
    memcpy(message, d->message, sizeof message);
    lt_db_exec(d, NULL, "ROLLBACK");
    /* What the caller wants to hear is why it rolled back. */
    memcpy(d->sqlstate, sqlstate, sizeof sqlstate);
    memcpy(d->message, message, sizeof message);
}

bool lt_db_notified(struct lt_db *d)
{
    bool any = false;
    PGnotify *n;
    PQconsumeInput(d->conn);
    while ((n = PQnotifies(d->conn))) {
        any = true;
        PQfreemem(n);
    }
    return any;
}

struct lt_num lt_num(int64_t v)
{
    struct lt_num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

/* Asynchronous PostgreSQL: a pool of connections in pipeline mode on our loop.
 *
 * The unit is a *request*: an optional tenant and a list of prepared statements, sent as one pipeline up to a Sync, and therefore one
 * implicit transaction: all commit or none. A tenant runs `SELECT set_config('app.tenant_id', $1, true)` first, so
 * row-level security holds for exactly this transaction.
 * A request is never resent by this layer: the caller knows what may be repeated. Connections are made without blocking
 * (PQconnectStart, numeric hosts or unix sockets), kept up with back-off and jitter, and prepare every statement of
 * the table after connecting. After PQflush() returns 1 both directions are watched. No libpq type passes this header.
 */
#pragma once
#include "base/ids.h"
#include "io/loop.h"

/* A statement, by index in the table given at creation. Parameters and results are text. */
struct lt_pg_stmt {
    const char *name;
    const char *sql;
    int params; /* how many $n */
};

struct lt_pg_opts {
    const char *url; /* libpq connection string or URI */
    const char *application_name;
    const struct lt_pg_stmt *stmts; /* prepared on every connection */
    int n_stmts;
    int connections;
    int max_queued; /* requests waiting or in flight, all connections */
    int64_t
        statement_timeout_us; /* SET on connect; a request older than twice this is failed and its connection replaced */
};

struct lt_pg;
struct lt_pg_req;
struct lt_pg_result;
/* Runs exactly once per submitted request, from the loop, never inside submit.
 * err: LT_OK: committed. LT_EDBDATA: SQLSTATE class 22 or 23. LT_EDBRETRY: class 40, 53, 55, 57 or 08, or never sent: nothing was done, it may be
 * repeated. LT_EDBUNKNOWN: the connection was lost after sending: it may or may not have committed. LT_EDEPOSED: SQLSTATE LT001 (the fencing
 * token is not ours). LT_EDENIED: SQLSTATE 42501. LT_EDB: any other. `r` is valid during the call; NULL unless some statement returned. */
typedef void lt_pg_fn(void *arg, int err, const struct lt_pg_result *r);

struct lt_pg *lt_pg_new(struct lt_loop *l, const struct lt_pg_opts *opts);
/* Pending requests fail with LT_EDBRETRY or LT_EDBUNKNOWN first; then done(arg) runs from the loop. */
void lt_pg_free(struct lt_pg *p, lt_loop_fn *done, void *arg);
/* How many connections are ready. on_state (may be NULL) runs when that changes between none and some. */
int lt_pg_ready(const struct lt_pg *p);
void lt_pg_on_state(struct lt_pg *p, void (*fn)(void *arg, bool up), void *arg);

/* A new request. tenant.v == 0: no tenant is set. NULL when out of memory. */
struct lt_pg_req *lt_pg_req_new(struct lt_pg *p, struct lt_tenant_id tenant);
/* Append statement `stmt`; `values` are copied (NULL entries are SQL NULL). Several tenants in one request: lt_pg_req_tenant between. */
void lt_pg_req_add(struct lt_pg_req *r, int stmt, const char *const *values);
void lt_pg_req_tenant(struct lt_pg_req *r, struct lt_tenant_id tenant);
void lt_pg_req_free(struct lt_pg_req *r); /* only when not submitted */
/* Takes `r`, always. LT_EFULL: over max_queued, `r` was freed, fn will not run. */
int lt_pg_submit(struct lt_pg_req *r, lt_pg_fn *fn, void *arg);

/* Results of added statement i (set_config is not counted). */
int lt_pg_rows(const struct lt_pg_result *r, int i);
bool lt_pg_null(const struct lt_pg_result *r, int i, int row, int col);
const char *lt_pg_text(const struct lt_pg_result *r, int i, int row, int col); /* "" for NULL */
int64_t lt_pg_i64(const struct lt_pg_result *r, int i, int row,
                  int col); /* 0 for NULL; asserts digits */
bool lt_pg_bool(const struct lt_pg_result *r, int i, int row, int col);
/* SQLSTATE and primary message of the failure, for the log; "" when none. */
const char *lt_pg_sqlstate(const struct lt_pg_result *r);
const char *lt_pg_message(const struct lt_pg_result *r);

/* Write PostgreSQL array literals into a buffer: {1,2,3} and {"a","b\"c"}. */
struct lt_buf;
void lt_pg_array_begin(struct lt_buf *b);
void lt_pg_array_i64(struct lt_buf *b, int64_t v);
void lt_pg_array_text(struct lt_buf *b, const char *s); /* NULL writes NULL */
void lt_pg_array_end(struct lt_buf *b);

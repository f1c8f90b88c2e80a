/* Blocking PostgreSQL, for commands and job processes: they are processes of their own and may
 * wait. Workers use io/pg.h.
 *
 * Results and parameters are text. Errors are io/pg.h's: LT_EDBDATA (SQLSTATE class 22, 23),
 * LT_EDBRETRY (40, 53, 55, 57, 08, or never sent), LT_EDBUNKNOWN (connection lost while
 * committing), LT_EDEPOSED (LT001), LT_EDENIED (42501), LT_EDB (any other), LT_EDRAIN (stopped by
 * the stop descriptor; the statement was cancelled). */
#pragma once
#include "base/buf.h"
#include "base/ids.h"
#include <stdbool.h>
#include <stdint.h>

struct lt_db;
struct lt_db_opts {
    const char *url;    /* libpq connection string or URI */
    const char *name;   /* application_name */
    int64_t timeout_ms; /* of a statement, 0: none */
    int stop_fd;        /* once readable, statements end with LT_EDRAIN; -1: none */
};
/* Connect, waiting a few seconds at most. LT_EDBRETRY, with a line for people in `err`. */
int lt_db_open(const struct lt_db_opts *opts, struct lt_db **ret, struct lt_buf *err);
void lt_db_close(struct lt_db *d); /* NULL is fine */
/* The connection is gone for good: close and open again. */
bool lt_db_lost(const struct lt_db *d);
int lt_db_fd(const struct lt_db *d);

/* Rows of a result. Indexes are asserted. */
struct lt_rows;
int lt_rows_count(const struct lt_rows *r);
int lt_rows_columns(const struct lt_rows *r);
const char *lt_rows_text(const struct lt_rows *r, int row, int col); /* "" for NULL */
int64_t lt_rows_i64(const struct lt_rows *r, int row, int col); /* 0 for NULL; asserts digits */
bool lt_rows_bool(const struct lt_rows *r, int row, int col);
void lt_rows_free(struct lt_rows *r); /* NULL is fine */

/* Run one statement with `n` parameters (NULL is SQL NULL). ret may be NULL; *ret is untouched on
 * failure. */
int lt_db_execv(struct lt_db *d, struct lt_rows **ret, const char *sql, int n,
                const char *const *values);
#define lt_db_exec(d, ret, sql, ...)                                                               \
    lt_db_execv((d), (ret), (sql),                                                                 \
                (int)(sizeof((const char *[]){NULL, ##__VA_ARGS__}) / sizeof(char *)) - 1,         \
                &((const char *const[]){NULL, ##__VA_ARGS__})[1])
/* Run a script of several statements without parameters. */
int lt_db_script(struct lt_db *d, const char *sql);

/* Transactions. `tenant` is set for the length of it (0: none). */
int lt_db_begin(struct lt_db *d, struct lt_tenant_id tenant);
/* LT_EDBUNKNOWN: the connection was lost, it may or may not have committed. */
int lt_db_commit(struct lt_db *d);
void lt_db_rollback(struct lt_db *d); /* nothing happens outside a transaction */

/* Of the last failure. */
const char *lt_db_sqlstate(const struct lt_db *d); /* "" when the server did not say */
const char *lt_db_message(const struct lt_db *d);

/* Take notifications that have arrived; whether there were any. */
bool lt_db_notified(struct lt_db *d);

/* A number as a parameter; lives as long as the expression. */
struct lt_num {
    char s[24];
};
struct lt_num lt_num(int64_t v);

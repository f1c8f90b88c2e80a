/* A migrated database of the test program's own, and what tests say to it. Failures end the test
 * with what the database said. */
#pragma once
#include "app/db.h"
#include "app/schema.h"
#include "base/err.h"
#include "servers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Its address for a role; NULL: the superuser. The later `user` wins. Lives until the next call but
 * three. */
static inline const char *db_url(const char *role)
{
    static char urls[4][1024];
    static int next;
    char *url = urls[next++ % 4];
    snprintf(url, sizeof urls[0], "%s%s%s", test_pg_url(), role ? " user=" : "", role ? role : "");
    return url;
}

static inline struct lt_db *db_open_url(const char *url)
{
    struct lt_db *d;
    struct lt_buf err;
    struct lt_db_opts opts = {.url = url, .name = "test", .timeout_ms = 60000, .stop_fd = -1};
    lt_buf_init(&err, 4096);
    if (lt_db_open(&opts, &d, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return d;
}

static inline struct lt_db *db_open(const char *role)
{
    return db_open_url(db_url(role));
}

/* Migrate the database; a connection of the superuser. */
static inline struct lt_db *db_migrated(void)
{
    struct lt_db *d = db_open(NULL);
    struct lt_buf applied, err;
    lt_buf_init(&applied, 65536);
    lt_buf_init(&err, 65536);
    if (lt_schema_migrate(d, &applied, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&applied);
    lt_buf_done(&err);
    return d;
}

/* Run statements that must succeed. */
static inline void run(struct lt_db *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void run(struct lt_db *d, const char *format, ...)
{
    char sql[8192];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sql, sizeof sql, format, ap);
    va_end(ap);
    if (lt_db_script(d, sql) != LT_OK)
        fail_msg("%s: %s", sql, lt_db_message(d));
}

/* The first value of a query that must succeed. */
static inline int64_t number(struct lt_db *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline int64_t number(struct lt_db *d, const char *format, ...)
{
    char sql[8192];
    struct lt_rows *rows;
    va_list ap;
    va_start(ap, format);
    vsnprintf(sql, sizeof sql, format, ap);
    va_end(ap);
    if (lt_db_exec(d, &rows, sql) != LT_OK)
        fail_msg("%s: %s", sql, lt_db_message(d));
    int64_t v = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return v;
}

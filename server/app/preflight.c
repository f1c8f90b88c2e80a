/* An acknowledgement is a promise that an answer outlives a power cut. It holds only while
 * PostgreSQL flushes what it commits, so a server that was told not to is refused here, once,
 * before any player can be promised anything. Settings are read as the workers' own role, which may
 * carry its own (ALTER ROLE … SET synchronous_commit = off). */
#include "preflight.h"

#include "app/db.h"
#include "app/schema.h"
#include "base/err.h"
#include <unistd.h>

static int connect_patiently(const char *url, int patience_s, struct lt_db **ret,
                             struct lt_buf *err)
{
    struct lt_db_opts opts = {.url = url, .name = "leitai preflight", .stop_fd = -1};
    for (int waited_s = 0;; waited_s++) {
        lt_buf_clear(err);
        if (lt_db_open(&opts, ret, err) == LT_OK)
            return 0;
        if (waited_s >= patience_s)
            return -1;
        sleep(1);
    }
}

static int check_durable(struct lt_db *d, struct lt_buf *err)
{
    struct lt_rows *rows;
    if (lt_db_exec(
            d, &rows,
            "SELECT name FROM pg_settings WHERE setting = 'off'"
            " AND name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name") !=
        LT_OK) {
        lt_buf_printf(err, "cannot read PostgreSQL's settings: %s", lt_db_message(d));
        return -1;
    }
    int bad = lt_rows_count(rows);
    for (int i = 0; i < bad; i++)
        lt_buf_printf(err, "%s%s is off",
                      i ? ", " : "PostgreSQL would lose answers that were acknowledged: ",
                      lt_rows_text(rows, i, 0));
    lt_rows_free(rows);
    return bad == 0 ? 0 : -1;
}

static int check_schema(struct lt_db *d, struct lt_buf *err)
{
    int have, want = lt_schema_version();
    if (lt_schema_current(d, &have) != LT_OK) {
        lt_buf_printf(err, "cannot read the schema's version: %s", lt_db_message(d));
        return -1;
    }
    if (have < want)
        lt_buf_printf(
            err,
            "the database's schema is at version %d, this program needs %d: run leitai migrate",
            have, want);
    else if (have > want)
        lt_buf_printf(
            err, "the database's schema is at version %d, newer than this program, which knows %d",
            have, want);
    return have == want ? 0 : -1;
}

int lt_preflight(const char *url, int patience_s, struct lt_buf *err)
{
    struct lt_db *d;
    if (!url[0]) {
        lt_buf_str(err, "option database_url is not set");
        return -1;
    }
    if (connect_patiently(url, patience_s, &d, err) != 0)
        return -1;
    int r = check_durable(d, err);
    if (r == 0)
        r = check_schema(d, err);
    lt_db_close(d);
    return r;
}

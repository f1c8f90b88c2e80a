/* Forward migrations.
 *
 * What was applied is on record with its checksum, and must be a beginning of what this program
 * carries, file by file: a migration that was edited after it ran somewhere would leave two schemas
 * under one number. There is no way back by script: a restored backup is the only honest one.
 *
 * One session lock covers the whole run. Each file has its own transaction, so a run that dies goes
 * on where it stopped. */
#include "app/schema.h"

#include "app/embedded.h"
#include "base/err.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char own_table[] = "CREATE SCHEMA IF NOT EXISTS leitai;"
                                "CREATE TABLE IF NOT EXISTS leitai.migration ("
                                " version integer PRIMARY KEY CHECK (version > 0),"
                                " name text NOT NULL,"
                                " checksum text NOT NULL," /* SHA-256 of the file */
                                " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";

/* Any number that nobody else in this database uses: "leitai" in ASCII. */
static const int64_t lock_key = 0x6c6569746169;

int lt_schema_version(void)
{
    int n = 0;
    while (lt_migrations[n].name)
        n++;
    return n;
}

int lt_schema_current(struct lt_db *d, int *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, "SELECT to_regclass('leitai.migration') IS NOT NULL");
    if (err != LT_OK)
        return err;
    bool exists = lt_rows_bool(rows, 0, 0);
    lt_rows_free(rows);
    if (!exists) {
        *ret = 0;
        return LT_OK;
    }
    err = lt_db_exec(d, &rows, "SELECT COALESCE(max(version), 0) FROM leitai.migration");
    if (err != LT_OK)
        return err;
    *ret = (int)lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int refuse(struct lt_buf *why, const char *text, int64_t version)
{
    lt_buf_printf(why, text, version);
    return LT_ECONFIG;
}

/* Compare what was applied with what this program carries; *ret_applied: how many files were. */
static int compare(struct lt_db *d, int *ret_applied, struct lt_buf *why)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows,
                         "SELECT version, name, checksum FROM leitai.migration ORDER BY version");
    if (err != LT_OK)
        return err;
    int n = lt_rows_count(rows);
    for (int i = 0; i < n && err == LT_OK; i++) {
        int64_t version = lt_rows_i64(rows, i, 0);
        if (version > lt_schema_version())
            err = refuse(why, "the database is at version %" PRId64 ", newer than this program",
                         version);
        else if (version != i + 1)
            err = refuse(why, "migration %" PRId64 " was applied before an earlier one", version);
        else if (strcmp(lt_rows_text(rows, i, 1), lt_migrations[i].name) != 0 ||
                 strcmp(lt_rows_text(rows, i, 2), lt_migrations[i].sha256) != 0)
            err =
                refuse(why, "migration %" PRId64 " was changed after it had been applied", version);
    }
    lt_rows_free(rows);
    *ret_applied = n;
    return err;
}

static int apply(struct lt_db *d, int version, struct lt_buf *why)
{
    const struct lt_embedded *file = &lt_migrations[version - 1];
    int err = lt_db_begin(d, (struct lt_tenant_id){0});
    if (err != LT_OK)
        return err;
    err = lt_db_script(d, file->text);
    if (err == LT_OK)
        err = lt_db_exec(
            d, NULL, "INSERT INTO leitai.migration (version, name, checksum) VALUES ($1, $2, $3)",
            lt_num(version).s, file->name, file->sha256);
    if (err == LT_OK)
        err = lt_db_script(d, "RESET search_path; COMMIT");
    if (err == LT_OK)
        return LT_OK;
    lt_buf_printf(why, "%s: ", file->name);
    lt_db_rollback(d);
    return err;
}

int lt_schema_migrate(struct lt_db *d, struct lt_buf *applied, struct lt_buf *err)
{
    int done = 0;
    int r = lt_db_exec(d, NULL, "SELECT pg_advisory_lock($1)", lt_num(lock_key).s);
    if (r == LT_OK)
        r = lt_db_script(d, own_table);
    if (r == LT_OK)
        r = compare(d, &done, err);
    while (r == LT_OK && done < lt_schema_version()) {
        r = apply(d, done + 1, err);
        if (r == LT_OK)
            lt_buf_printf(applied, "%s\n", lt_migrations[done++].name);
    }
    if (r != LT_OK && r != LT_ECONFIG)
        lt_buf_str(err, lt_db_message(d));
    if (!lt_db_lost(d))
        lt_db_exec(d, NULL, "SELECT pg_advisory_unlock($1)", lt_num(lock_key).s);
    return r;
}

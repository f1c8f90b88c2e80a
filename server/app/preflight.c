/* An acknowledgement is a promise that an answer outlives a power cut. It holds only while
 * PostgreSQL flushes what it commits, so a server that was told not to is refused here, once,
 * before any player can be promised anything. Settings are read as the workers' own role, which may
 * carry its own (ALTER ROLE … SET synchronous_commit = off). */
#include "preflight.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static PGconn *connect_patiently(const char *url, int patience_s, struct lt_buf *err)
{
    for (int waited_s = 0;; waited_s++) {
        const char *keys[] = {"dbname", "connect_timeout", "application_name", NULL};
        const char *values[] = {url, "3", "leitai preflight", NULL};
        PGconn *db = PQconnectdbParams(keys, values, 1);
        if (PQstatus(db) == CONNECTION_OK)
            return db;
        if (waited_s >= patience_s) {
            lt_buf_printf(err, "cannot reach PostgreSQL: %s", PQerrorMessage(db));
            PQfinish(db);
            return NULL;
        }
        PQfinish(db);
        sleep(1);
    }
}

static int check_durable(PGconn *db, struct lt_buf *err)
{
    PGresult *r = PQexec(
        db,
        "SELECT name, setting FROM pg_settings"
        " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'");
    int bad = PQresultStatus(r) == PGRES_TUPLES_OK ? PQntuples(r) : -1;
    if (bad < 0)
        lt_buf_printf(err, "cannot read PostgreSQL's settings: %s", PQerrorMessage(db));
    for (int i = 0; i < bad; i++)
        lt_buf_printf(err, "%s%s is off",
                      i ? ", " : "PostgreSQL would lose answers that were acknowledged: ",
                      PQgetvalue(r, i, 0));
    PQclear(r);
    return bad == 0 ? 0 : -1;
}

int lt_preflight(const char *url, int patience_s, struct lt_buf *err)
{
    if (!url[0]) {
        lt_buf_str(err, "option database_url is not set");
        return -1;
    }
    PGconn *db = connect_patiently(url, patience_s, err);
    if (!db)
        return -1;
    int r = check_durable(db, err);
    PQfinish(db);
    return r;
}

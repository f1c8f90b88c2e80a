/* Tenants are known by their code, events by their code or, where that is no code, their id. */
#include "lookup.h"

#include "base/err.h"
#include <stdio.h>
#include <string.h>

bool lookup_option(struct lookup *l, const char *name, const char *value)
{
    if (strcmp(name, "--tenant") == 0)
        l->tenant_code = value;
    else if (strcmp(name, "--event") == 0)
        l->event_code = value;
    else
        return false;
    return true;
}

static int no(struct lookup *l, const char *what, const char *which)
{
    snprintf(l->missing, sizeof l->missing, "there is no %s %s", what, which);
    return LT_ENOENT;
}

int lookup_tenant(struct lookup *l, struct lt_db *d)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, "SELECT COALESCE(leitai.find_tenant($1), 0)", l->tenant_code);
    if (err != LT_OK)
        return err;
    l->tenant.v = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return l->tenant.v ? LT_OK : no(l, "tenant", l->tenant_code);
}

static int find_event(struct lookup *l, struct lt_db *d)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows,
        "SELECT event_id, join_code FROM leitai.event WHERE tenant_id = leitai.current_tenant() "
        "AND (code = $1 OR event_id::text = $1) ORDER BY code = $1 DESC LIMIT 1",
        l->event_code);
    if (err != LT_OK)
        return err;
    bool found = lt_rows_count(rows) == 1;
    if (found) {
        l->event.v = lt_rows_i64(rows, 0, 0);
        snprintf(l->join_code, sizeof l->join_code, "%s", lt_rows_text(rows, 0, 1));
    }
    lt_rows_free(rows);
    return found ? LT_OK : no(l, "event", l->event_code);
}

int lookup_event(struct lookup *l, struct lt_db *d)
{
    int err = lookup_tenant(l, d);
    if (err == LT_OK)
        err = lt_db_begin(d, l->tenant);
    if (err == LT_OK)
        err = find_event(l, d);
    lt_db_rollback(d);
    return err;
}

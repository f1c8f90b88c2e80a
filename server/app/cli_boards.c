/* `leitai boards rebuild --tenant CODE [--event CODE_OR_ID]`: the boards of a tenant, or of one event and
 * its series, written to Redis from the log and the raw answers or papers alone.
 *
 * Nodes write the boards of the events that they hold again by themselves when Redis lost them; this
 * is for events that no node holds, and for whoever trusts nobody. It may run while contests do: what
 * it writes carries its version, so that it never replaces something newer. One event after the
 * other. */
#include "app/commands.h"

#include "app/db.h"
#include "base/err.h"
#include "board_whole.h"
#include "lookup.h"
#include "series.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rebuild {
    const struct lt_config *config;
    struct lookup at;
    struct lt_db *db;
    int written;
};

static int rebuild_event(struct rebuild *b, int64_t event, const char *code)
{
    struct board_written w;
    int err = board_whole(b->config, b->db, b->at.tenant, (struct lt_event_id){event}, &w);
    if (err != LT_OK || w.version == 0)
        return err;
    printf("event %s: version %" PRId64 ", entries %d%s\n", code, w.version, w.n,
           w.newer ? "; a newer board stands" : "");
    b->written += !w.newer;
    return LT_OK;
}

static int list_events(struct rebuild *b, struct lt_rows **ret)
{
    int err = lt_db_begin(b->db, b->at.tenant);
    if (err == LT_OK)
        err = lt_db_exec(b->db, ret,
                         "SELECT e.event_id, e.code FROM leitai.event e "
                         "JOIN leitai.event_head h USING (tenant_id, event_id) "
                         "WHERE e.tenant_id = leitai.current_tenant() AND h.seq > 0 "
                         "AND $1::bigint IN (0, e.event_id) ORDER BY e.event_id",
                         lt_num(b->at.event.v).s);
    lt_db_rollback(b->db);
    return err;
}

static void on_series(void *arg, const char *code, int members, int64_t version)
{
    struct rebuild *b = arg;
    printf("series %s: version %" PRId64 ", members %d\n", code, version, members);
    b->written++;
}

static int run(struct rebuild *b)
{
    struct lt_rows *events = NULL;
    int err = b->at.event_code ? lookup_event(&b->at, b->db) : lookup_tenant(&b->at, b->db);
    if (err == LT_OK)
        err = list_events(b, &events);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(events) && err == LT_OK; i++)
        err = rebuild_event(b, lt_rows_i64(events, i, 0), lt_rows_text(events, i, 1));
    lt_rows_free(events);
    return err == LT_OK ? series_write(b->config, b->db, b->at.tenant, b->at.event, on_series, b)
                        : err;
}

static int parse(struct rebuild *b, int argc, char **argv)
{
    if (argc < 2 || argc % 2 != 0 || strcmp(argv[1], "rebuild") != 0)
        return LT_ECONFIG;
    for (int i = 2; i < argc; i += 2)
        if (!lookup_option(&b->at, argv[i], argv[i + 1]))
            return LT_ECONFIG;
    return b->at.tenant_code ? LT_OK : LT_ECONFIG;
}

int lt_cmd_boards(struct lt_config *c, int argc, char **argv)
{
    struct rebuild b = {.config = c};
    struct lt_buf err;
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai boards", .stop_fd = -1};
    if (parse(&b, argc, argv) != LT_OK) {
        fprintf(stderr, "usage: leitai boards rebuild --tenant CODE [--event CODE_OR_ID]\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, 4096);
    int r = lt_db_open(&opts, &b.db, &err);
    if (r == LT_OK) {
        r = run(&b);
        if (r != LT_OK)
            lt_buf_str(&err, b.at.missing[0]          ? b.at.missing
                             : lt_db_message(b.db)[0] ? lt_db_message(b.db)
                                                      : lt_err_wire(r));
    }
    lt_db_close(b.db);
    if (r != LT_OK)
        fprintf(stderr, "leitai boards: %s\n", lt_buf_cstr(&err));
    else
        printf("boards written %d\n", b.written);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

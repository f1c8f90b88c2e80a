/* `leitai boards rebuild --tenant CODE [--event CODE_OR_ID]`: the boards of a tenant, or of one event,
 * written to Redis from the log and the raw answers alone.
 *
 * Nodes write the boards of the events that they hold again by themselves when Redis lost them; this
 * is for events that no node holds, and for whoever trusts nobody. It may run while contests do: what
 * it writes carries its version, so that it never replaces something newer. One event after the other:
 * folded (blocking), then written by a loop that runs until it stands. */
#include "app/commands.h"

#include "app/db.h"
#include "base/err.h"
#include "fold.h"
#include "lookup.h"
#include "service/boards.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000, LOOK_US = 5 * MS, PATIENCE_US = 30 * 1000 * MS };

struct rebuild {
    struct lookup at;
    struct lt_db *db;
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct lt_boards *boards;
    struct lt_timer look;
    int64_t until_us;
    struct lt_event_id event; /* being written */
    int written;
};

/* ---- writing ---- */

static void on_look(struct lt_timer *t, int64_t now_us)
{
    struct rebuild *b = t->arg;
    enum lt_board_state state = lt_boards_state(b->boards, b->at.tenant, b->event);
    if (state == LT_BOARD_WRITTEN || state == LT_BOARD_NEWER || now_us >= b->until_us)
        lt_loop_stop(b->loop);
    else
        lt_loop_timer(b->loop, t, LOOK_US);
}

static int write_board(struct rebuild *b, const char *code, const struct lt_fold *f)
{
    struct lt_board board = {.tenant = b->at.tenant,
                             .event = b->event,
                             .version = f->moved_seq,
                             .sheet = &f->sheet,
                             .ranked = f->ranked,
                             .n = f->n_ranked};
    lt_boards_project(b->boards, &board, false);
    b->until_us = lt_loop_now_fresh(b->loop).mono_us + PATIENCE_US;
    lt_loop_timer(b->loop, &b->look, LOOK_US);
    lt_loop_run(b->loop);
    enum lt_board_state state = lt_boards_state(b->boards, b->at.tenant, b->event);
    lt_boards_forget(b->boards, b->at.tenant, b->event);
    if (state != LT_BOARD_WRITTEN && state != LT_BOARD_NEWER)
        return LT_EREDIS;
    printf("event %s: version %" PRId64 ", entries %d%s\n", code, board.version, board.n,
           state == LT_BOARD_NEWER ? "; a newer board stands" : "");
    b->written += state == LT_BOARD_WRITTEN;
    return LT_OK;
}

/* ---- folding ---- */

static int rebuild_event(struct rebuild *b, int64_t event, const char *code)
{
    struct lt_fold *f = NULL;
    b->event.v = event;
    int err = lt_db_begin(b->db, b->at.tenant);
    if (err == LT_OK)
        err = lt_db_script(b->db, "SET TRANSACTION READ ONLY");
    if (err == LT_OK)
        err = lt_fold_open(b->db, b->event, &f);
    if (err == LT_OK)
        err = lt_fold_log(f, NULL, NULL);
    if (err == LT_OK)
        err = lt_fold_answers(f);
    lt_db_rollback(b->db);
    if (err == LT_OK && f->moved_seq > 0)
        err = write_board(b, code, f);
    lt_fold_free(f);
    return err;
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
    return err;
}

/* ---- from outside in ---- */

static void on_redis_gone(void *arg)
{
    struct rebuild *b = arg;
    lt_boards_free(b->boards);
    lt_loop_stop(b->loop);
}

static int with_redis(struct rebuild *b, const struct lt_config *c)
{
    b->loop = lt_loop_new();
    assert(b->loop);
    struct lt_redis_opts opts = {
        .url = lt_config_str(c, "redis_url"),
        .connect_timeout_us = lt_config_int(c, "redis_connect_timeout_ms") * MS,
        .command_timeout_us = lt_config_int(c, "redis_command_timeout_ms") * MS,
        .max_pending = (int)lt_config_int(c, "redis_max_pending")};
    b->redis = lt_redis_new(b->loop, &opts);
    int err = b->redis ? LT_OK : LT_EREDIS;
    if (err == LT_OK) {
        b->boards = lt_boards_new(b->loop, b->redis);
        assert(b->boards);
        lt_timer_init(&b->look, on_look, b);
        err = run(b);
        lt_redis_free(b->redis, on_redis_gone, b);
        lt_loop_run(b->loop);
    }
    lt_loop_free(b->loop);
    return err;
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
    struct rebuild b = {0};
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
        r = with_redis(&b, c);
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

/* Folding blocks; then a loop of its own writes until the boards stand. Those whose entries move one by
 * one are written through ranks.c, so that what moves meanwhile is not lost; all others through boards.c. */
#include "board_whole.h"

#include "base/err.h"
#include "fold_boards.h"
#include "live_ranks.h"
#include "service/ranks.h"
#include <assert.h>
#include <stdlib.h>

enum { MS = 1000, LOOK_US = 5 * MS, PATIENCE_US = 30 * 1000 * MS };

struct whole {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    struct lt_fold *fold, *shown; /* shown: NULL unless the board is frozen */
    const struct lt_fold *source; /* of the board by entry that is being written */
    bool by_entry, full;
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct lt_boards *boards;
    struct lt_ranks *ranks;
    struct lt_timer look;
    int64_t until_us;
    int err; /* of ranks */
    bool newer;
};

/* ---- a set ---- */

static void on_look(struct lt_timer *t, int64_t now_us)
{
    struct whole *w = t->arg;
    enum lt_board_state state = lt_boards_state(w->boards, w->tenant, w->event);
    if (state == LT_BOARD_WRITTEN || state == LT_BOARD_NEWER || now_us >= w->until_us)
        lt_loop_stop(w->loop);
    else
        lt_loop_timer(w->loop, t, LOOK_US);
}

static int write_set(struct whole *w, struct lt_board_set *set)
{
    lt_boards_project(w->boards, set, false);
    w->until_us = lt_loop_now_fresh(w->loop).mono_us + PATIENCE_US;
    lt_timer_init(&w->look, on_look, w);
    lt_loop_timer(w->loop, &w->look, LOOK_US);
    lt_loop_run(w->loop);
    enum lt_board_state state = lt_boards_state(w->boards, w->tenant, w->event);
    lt_boards_forget(w->boards, w->tenant, w->event);
    w->newer = state == LT_BOARD_NEWER;
    return state == LT_BOARD_WRITTEN || w->newer ? LT_OK : LT_EREDIS;
}

/* ---- a board that moves entry by entry ---- */

/* Rows after an entry, in order of entries. */
static int source(void *arg, int64_t after, struct lt_ranks_row *rows, int max)
{
    struct whole *w = arg;
    const struct lt_fold *f = w->source;
    int low = 0, high = f->n_ranked, n = 0;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (f->by_entry[middle]->entry <= after)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < f->n_ranked && n < max; low++, n++) {
        const struct lt_place *p = f->by_entry[low];
        rows[n] = (struct lt_ranks_row){.entry = p->entry,
                                        .version = f->handed_in[p - f->places],
                                        .score = lt_board_score(&f->sheet, p, p->rank),
                                        .gone = p->disqualified};
    }
    return n;
}

static void on_done(void *arg, int err)
{
    struct whole *w = arg;
    w->err = err;
    lt_loop_stop(w->loop);
}

/* Begins once Redis has its mark: without one nobody could tell that the board is whole. */
static void on_ready(struct lt_timer *t, int64_t now_us)
{
    struct whole *w = t->arg;
    struct lt_ranks_rebuild job = {.tenant = w->tenant,
                                   .event = w->event,
                                   .full = w->full,
                                   .version = w->fold->moved_seq,
                                   .source = source,
                                   .done = on_done,
                                   .arg = w};
    if (lt_boards_mark(w->boards)[0]) {
        int err = lt_ranks_write(w->ranks, &job);
        assert(err == LT_OK);
    } else if (now_us >= w->until_us) {
        lt_loop_stop(w->loop);
    } else {
        lt_loop_timer(w->loop, t, LOOK_US);
    }
}

static int write_by_entry(struct whole *w, const struct lt_fold *of, bool full)
{
    w->err = LT_EREDIS;
    w->source = of;
    w->full = full;
    lt_timer_init(&w->look, on_ready, w);
    lt_loop_timer(w->loop, &w->look, 0);
    lt_loop_run(w->loop);
    return w->err;
}

/* ---- from outside in ---- */

static void on_redis_gone(void *arg)
{
    struct whole *w = arg;
    lt_ranks_free(w->ranks);
    lt_boards_free(w->boards);
    lt_loop_stop(w->loop);
}

static int write_all(struct whole *w, struct lt_board_set *set)
{
    int err = LT_OK;
    if (w->by_entry)
        err = write_by_entry(w, w->shown ? w->shown : w->fold, false);
    if (err == LT_OK && w->by_entry && w->shown)
        err = write_by_entry(w, w->fold, true);
    if (err == LT_OK)
        return write_set(w, set);
    lt_board_set_free(set);
    return err;
}

/* Takes the set. */
static int with_redis(struct whole *w, const struct lt_config *c, struct lt_board_set *set)
{
    struct lt_redis_opts opts = {
        .url = lt_config_str(c, "redis_url"),
        .connect_timeout_us = lt_config_int(c, "redis_connect_timeout_ms") * MS,
        .command_timeout_us = lt_config_int(c, "redis_command_timeout_ms") * MS,
        .max_pending = (int)lt_config_int(c, "redis_max_pending")};
    w->loop = lt_loop_new();
    assert(w->loop);
    w->redis = lt_redis_new(w->loop, &opts);
    int err = w->redis ? LT_OK : LT_EREDIS;
    if (err == LT_OK) {
        w->boards = lt_boards_new(w->loop, w->redis);
        w->ranks =
            lt_ranks_new(w->loop, w->redis, w->boards, &(struct lt_ranks_opts){.queue_rows = 1});
        assert(w->boards && w->ranks);
        w->until_us = lt_loop_now_fresh(w->loop).mono_us + PATIENCE_US;
        err = write_all(w, set);
        lt_loop_timer_cancel(w->loop, &w->look);
        lt_redis_free(w->redis, on_redis_gone, w);
        lt_loop_run(w->loop);
    } else {
        lt_board_set_free(set);
    }
    lt_loop_free(w->loop);
    return err;
}

int board_set_write(const struct lt_config *c, struct lt_board_set *set, struct board_written *ret)
{
    struct whole w = {.tenant = set->tenant, .event = set->event};
    *ret = (struct board_written){.version = set->version, .n = set->parts[0].n};
    int err = with_redis(&w, c, set);
    ret->newer = w.newer;
    return err;
}

static int read_all(struct whole *w, struct lt_db *d, struct lt_board_set **ret)
{
    int err = lt_db_script(d, "SET TRANSACTION READ ONLY");
    if (err == LT_OK)
        err = lt_fold_open(d, w->event, &w->fold);
    if (err == LT_OK) {
        lt_fold_cap(w->fold);
        err = lt_fold_log(w->fold, NULL, NULL);
    }
    if (err == LT_OK)
        err = lt_fold_answers(w->fold);
    if (err != LT_OK)
        return err;
    w->by_entry = live_ranks_moves(&w->fold->sheet) && w->fold->engine.phase != LT_PHASE_FINAL;
    return fold_boards(w->fold, w->tenant, w->by_entry, ret, &w->shown);
}

int board_whole(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                struct lt_event_id event, struct board_written *ret)
{
    struct whole w = {.tenant = tenant, .event = event};
    struct lt_board_set *set = NULL;
    *ret = (struct board_written){0};
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = read_all(&w, d, &set);
    lt_db_rollback(d);
    if (err == LT_OK && set) {
        struct board_written written = {
            .version = set->version, .n = w.fold->n_ranked, .boards = set->n_parts};
        err = with_redis(&w, c, set);
        written.newer = w.newer;
        if (err == LT_OK)
            *ret = written;
    }
    lt_fold_free(w.shown);
    lt_fold_free(w.fold);
    return err;
}

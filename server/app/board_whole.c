/* Folding blocks; then a loop of its own writes until the board stands. A contest's board is written
 * through boards.c, that of a self-paced event, whose entries move one by one, through ranks.c. */
#include "board_whole.h"

#include "base/err.h"
#include "fold.h"
#include "service/ranks.h"
#include <assert.h>
#include <stdlib.h>

enum { MS = 1000, LOOK_US = 5 * MS, PATIENCE_US = 30 * 1000 * MS };

struct whole {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    const struct lt_fold *fold;
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct lt_boards *boards;
    struct lt_ranks *ranks;
    struct lt_timer look;
    int64_t until_us;
    int err;   /* of ranks */
    bool done; /* likewise */
    bool newer;
};

/* ---- a contest's ---- */

static void on_look(struct lt_timer *t, int64_t now_us)
{
    struct whole *w = t->arg;
    enum lt_board_state state = lt_boards_state(w->boards, w->tenant, w->event);
    if (state == LT_BOARD_WRITTEN || state == LT_BOARD_NEWER || now_us >= w->until_us)
        lt_loop_stop(w->loop);
    else
        lt_loop_timer(w->loop, t, LOOK_US);
}

static int write_contest(struct whole *w)
{
    const struct lt_fold *f = w->fold;
    struct lt_board board = {.tenant = w->tenant,
                             .event = w->event,
                             .version = f->moved_seq,
                             .sheet = &f->sheet,
                             .ranked = f->ranked,
                             .n = f->n_ranked};
    lt_boards_project(w->boards, &board, false);
    lt_timer_init(&w->look, on_look, w);
    lt_loop_timer(w->loop, &w->look, LOOK_US);
    lt_loop_run(w->loop);
    enum lt_board_state state = lt_boards_state(w->boards, w->tenant, w->event);
    lt_boards_forget(w->boards, w->tenant, w->event);
    w->newer = state == LT_BOARD_NEWER;
    return state == LT_BOARD_WRITTEN || w->newer ? LT_OK : LT_EREDIS;
}

/* ---- a self-paced event's ---- */

/* Rows after an entry, in order of entries; `position` is the place's in the ranking. */
static int source(void *arg, int64_t after, struct lt_ranks_row *rows, int max)
{
    struct whole *w = arg;
    const struct lt_fold *f = w->fold;
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
    w->done = true;
    lt_loop_stop(w->loop);
}

/* Begins once Redis has its mark: without one nobody could tell that the board is whole. */
static void on_ready(struct lt_timer *t, int64_t now_us)
{
    struct whole *w = t->arg;
    struct lt_ranks_rebuild job = {.tenant = w->tenant,
                                   .event = w->event,
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

static int write_paced(struct whole *w)
{
    w->err = LT_EREDIS;
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

static int with_redis(struct whole *w, const struct lt_config *c)
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
        err = w->fold->sheet.self_paced ? write_paced(w) : write_contest(w);
        lt_loop_timer_cancel(w->loop, &w->look);
        lt_redis_free(w->redis, on_redis_gone, w);
        lt_loop_run(w->loop);
    }
    lt_loop_free(w->loop);
    return err;
}

/* Law 4: while papers are answered, totals tell about keys. */
static bool may_be_shown(const struct lt_fold *f)
{
    return !f->sheet.self_paced || f->sheet.at_once || f->engine.phase == LT_PHASE_FINAL;
}

int board_whole(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                struct lt_event_id event, struct board_written *ret)
{
    struct lt_fold *f = NULL;
    struct whole w = {.tenant = tenant, .event = event};
    *ret = (struct board_written){0};
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = lt_db_script(d, "SET TRANSACTION READ ONLY");
    if (err == LT_OK)
        err = lt_fold_open(d, event, &f);
    if (err == LT_OK)
        err = lt_fold_log(f, NULL, NULL);
    if (err == LT_OK)
        err = lt_fold_answers(f);
    lt_db_rollback(d);
    w.fold = f;
    bool shown = err == LT_OK && f->moved_seq > 0 && may_be_shown(f);
    if (shown)
        err = with_redis(&w, c);
    if (err == LT_OK && shown)
        *ret = (struct board_written){.version = f->moved_seq, .n = f->n_ranked, .newer = w.newer};
    lt_fold_free(f);
    return err;
}

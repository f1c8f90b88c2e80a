/* The statements are the worker's (LT_SQL_DUEL, LT_SQL_DUEL_CLOSE), so that both end a duel in one
 * way. */
#include "duel_close.h"

#include "base/err.h"
#include "base/metrics.h"
#include "service/duel_rows.h"
#include "service/sql.h"
#include <stdlib.h>
#include <string.h>

static const char *cell(void *arg, int row, int col)
{
    return lt_rows_text(arg, row, col);
}

static int read_rows(struct lt_db *d, const struct duel_at *at, struct lt_duel_rows *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, lt_sql_statements[LT_SQL_DUEL].sql, lt_num(at->event).s,
                         lt_num(at->duel).s, lt_num(at->season).s);
    if (err != LT_OK)
        return err;
    *ret = (struct lt_duel_rows){.event = at->event, .duel = at->duel, .season = at->season};
    err = lt_duel_rows_take(ret, lt_rows_count(rows), cell, rows);
    lt_rows_free(rows);
    return err;
}

static int write_rows(struct lt_db *d, const struct lt_duel_rows *rows,
                      const struct lt_duel_closing *c, bool *ret_closed)
{
    struct lt_duel_params params;
    struct lt_rows *said;
    lt_duel_params(rows, c, &params);
    int err = lt_db_execv(d, &said, lt_sql_statements[LT_SQL_DUEL_CLOSE].sql, LT_DUEL_CLOSE_PARAMS,
                          params.text);
    lt_duel_params_done(&params);
    if (err != LT_OK)
        return err;
    *ret_closed = strcmp(lt_rows_text(said, 0, 0), "closed") == 0;
    lt_rows_free(said);
    return LT_OK;
}

static int close_rows(struct lt_db *d, const struct lt_duel_rows *rows,
                      const struct lt_sheet *sheet, const struct lt_pool *pool, int64_t now_us,
                      bool *ret_closed)
{
    struct lt_duel_closing closing;
    struct lt_duel duel;
    int64_t due_us;
    int n_pool;
    if (rows->round < 0 || rows->round >= sheet->n_rounds)
        return LT_ENOENT;
    struct lt_paper *papers = calloc(LT_DUEL_PLAYERS_MAX, sizeof *papers);
    if (!papers)
        return LT_ENOMEM;
    const struct lt_pool_row *questions = lt_pool_round(pool, rows->round, &n_pool);
    int err = lt_duel_build(rows, &sheet->rounds[rows->round], questions, n_pool, papers, &duel);
    if (err == LT_OK && lt_duel_closing(rows, &duel, papers, now_us,
                                        sheet->grace_ms * INT64_C(1000), &due_us, &closing))
        err = write_rows(d, rows, &closing, ret_closed);
    free(papers);
    return err;
}

int duel_close(struct lt_db *d, const struct duel_at *at, const struct lt_sheet *sheet,
               const struct lt_pool *pool, int64_t now_us, bool *ret_closed)
{
    struct lt_duel_rows rows = {0};
    *ret_closed = false;
    int err = lt_db_begin(d, (struct lt_tenant_id){at->tenant});
    if (err == LT_OK)
        err = read_rows(d, at, &rows);
    if (err == LT_OK && rows.ended_us == 0)
        err = close_rows(d, &rows, sheet, pool, now_us, ret_closed);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    lt_duel_rows_done(&rows);
    *ret_closed = *ret_closed && err == LT_OK;
    lt_metric_add(LT_M_DUELS_CLOSED, *ret_closed);
    return err;
}

/* Ending duels that nobody looks at. */
#pragma once
#include "app/db.h"
#include "domain/duel.h"
#include "service/pool.h"

struct duel_at {
    int64_t tenant, event, duel;
    int season;
};
/* End a duel whose end is past (duel_rows.h): papers handed in, ratings moved, once. Another process
 * may have done it meanwhile. *ret_closed: it was done here. LT_ENOENT: its rows are not those of a
 * duel of this sheet. */
int duel_close(struct lt_db *d, const struct duel_at *at, const struct lt_sheet *sheet,
               const struct lt_pool *pool, int64_t now_us, bool *ret_closed);

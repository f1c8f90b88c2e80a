/* The boards of one event, written to Redis whole out of its log, answers and papers. Blocking: a loop
 * and a connection to Redis of its own, for as long as it takes. */
#pragma once
#include "app/db.h"
#include "base/config.h"
#include "service/boards.h"

struct board_written {
    int64_t version; /* 0: the event has no board yet */
    int n;           /* entries */
    int boards;
    bool newer; /* a newer one stands, this was not written */
};
/* LT_EREDIS: Redis is away. LT_EBUSY: somebody else writes it whole. Errors of the fold and the
 * database. */
int board_whole(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                struct lt_event_id event, struct board_written *ret);
/* Write a set that was made elsewhere (taken). */
int board_set_write(const struct lt_config *c, struct lt_board_set *set, struct board_written *ret);

/* Public boards over HTTP, for pages of others: GET /api/board/SHARE… (docs/operations.md). */
#pragma once
#include "io/net.h"
#include "io/pg.h"
#include "service/boards.h"

struct lt_api_wait; /* a request that waits: see api.h */
struct lt_board_api;
struct lt_board_api_opts {
    int pages; /* that are kept, and that are being put together */
};
struct lt_board_api *lt_board_api_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                                      const struct lt_boards *boards,
                                      const struct lt_board_api_opts *opts);
/* Ask the stores nothing any more: they are about to be freed. */
void lt_board_api_stop(struct lt_board_api *b);
/* After the stores are gone: nothing may be under way. */
void lt_board_api_free(struct lt_board_api *b);
/* `rest` of the path after /api/board/. */
void lt_board_api_answer(struct lt_board_api *b, struct lt_http_req *r, const char *rest);

/* A page of a board as it stands in Redis, one round trip whatever is asked. */
#pragma once
#include "service/boards.h"

/* READ: of one reading; PAGE: of a page of the endpoint. */
enum { LT_BOARD_READ_ROWS = 300, LT_BOARD_PAGE_ROWS = 200, LT_BOARD_LIST_MAX = 160 };
struct lt_board_query {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    char name[LT_BOARD_NAME_BYTES]; /* "": the list of boards */
    int64_t from;                   /* place of the first row, from 1 */
    int n;                          /* rows, at most LT_BOARD_READ_ROWS */
};
struct lt_board_line {
    int64_t member, value[LT_BOARD_VALUES];
    int64_t rank;
};
struct lt_board_page {
    bool stands;            /* a set does; else nothing below is known */
    bool has;               /* the board belongs to it */
    bool stale;             /* it was written in another data set, or rows of it were lost since */
    int64_t version, shows; /* as in lt_board_set */
    bool frozen, final;
    int64_t of; /* ranked in all */
    int n, n_list;
    struct lt_board_line lines[LT_BOARD_READ_ROWS];
    char list[LT_BOARD_LIST_MAX][LT_BOARD_NAME_BYTES]; /* public boards of the set, in no order */
};
/* err: LT_OK, or LT_EREDIS and page is NULL. Exactly once, from the loop, never inside the call; the page
 * lives during the callback. */
typedef void lt_board_page_fn(void *arg, int err, const struct lt_board_page *page);
/* `mark`: lt_boards_mark. LT_EREDIS, LT_EFULL: fn will not run. */
int lt_board_read(struct lt_redis *r, const char *mark, const struct lt_board_query *q,
                  lt_board_page_fn *fn, void *arg);

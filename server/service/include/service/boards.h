/* Boards in Redis: a projection of the standings, versioned and absolute, so that any write may be
 * replayed in any order and a lost, emptied or replaced Redis is made whole by writing again (law 3).
 *
 *   lt:{tenant:event}:board         ZSET  entry id → see lt_board_score
 *   lt:{tenant:event}:board:v       version: seq of the reveal that it includes
 *   lt:{tenant:event}:board:new:ID  a board that is being written by process ID; it expires
 *   lt:generation                   a random id of this data set; who misses it makes a new one
 *   lt:generation:run               the run of Redis that it was made in: another run, another id
 *
 * Boards of self-paced events, which move entry by entry, have the same keys and more: ranks.h.
 */
#pragma once
#include "base/ids.h"
#include "domain/ranking.h"
#include "io/redis.h"

struct lt_board {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    int64_t version;
    const struct lt_sheet *sheet;
    const struct lt_place *const *ranked; /* in order of rank */
    int n;
};
enum lt_board_state {
    LT_BOARD_UNKNOWN, /* never projected here, or forgotten */
    LT_BOARD_WRITING,
    LT_BOARD_LOST,    /* Redis is away, or lost it: it will be written again */
    LT_BOARD_WRITTEN, /* it stands in Redis */
    LT_BOARD_NEWER,   /* a newer one stands in Redis */
};

struct lt_boards;
struct lt_boards *lt_boards_new(struct lt_loop *l, struct lt_redis *redis);
/* Only after the Redis connections are gone: nothing may be under way. */
void lt_boards_free(struct lt_boards *b);
/* Project these standings (copied). Chunks are written one after the other; a newer projection of the
 * same event replaces one that is under way. The last one of each event is kept: it is written again
 * when Redis was away, emptied or replaced. `if_newer`: what stands in this version stays. */
void lt_boards_project(struct lt_boards *b, const struct lt_board *board, bool if_newer);
enum lt_board_state lt_boards_state(const struct lt_boards *b, struct lt_tenant_id tenant,
                                    struct lt_event_id event);
/* Forget what is kept for this event. */
void lt_boards_forget(struct lt_boards *b, struct lt_tenant_id tenant, struct lt_event_id event);

/* ---- what boards and ranks share ---- */

enum { LT_BOARD_MARK_BYTES = 17 }; /* 64 bits in hexadecimal */
/* The mark of the data set as it was seen last, at most a second ago; "": not yet. */
const char *lt_boards_mark(const struct lt_boards *b);
/* A key of an event's board: "lt:{tenant:event}:part". */
void lt_board_key(char *out, size_t cap, struct lt_tenant_id tenant, struct lt_event_id event,
                  const char *part);
void lt_board_random(char out[LT_BOARD_MARK_BYTES]);

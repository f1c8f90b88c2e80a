/* Boards in Redis: a projection of the standings, versioned and absolute, so that any write may be
 * replayed in any order and a lost or emptied Redis is made whole by writing again (law 3).
 *
 *   lt:{tenant:event}:board      ZSET  entry id → packed (points, correct, time), see lt_board_pack
 *   lt:{tenant:event}:board:v    version: seq of the reveal that it includes
 */
#pragma once
#include "io/redis.h"
#include "service/contest.h"

struct lt_boards;
struct lt_boards *lt_boards_new(struct lt_loop *l, struct lt_redis *redis);
/* Only after the Redis connections are gone: nothing may be under way. */
void lt_boards_free(struct lt_boards *b);
/* Project the settled standings of `c` (copied). Chunks are written one after the other; a newer
 * projection of the same event replaces one that is under way. While Redis is away the last one is
 * kept and written when it is back. */
void lt_boards_project(struct lt_boards *b, const struct lt_contest *c);
/* Forget what is kept for this event. */
void lt_boards_forget(struct lt_boards *b, const struct lt_contest *c);

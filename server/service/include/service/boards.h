/* Boards in Redis: a projection of the standings, versioned and absolute, so that any write may be
 * replayed in any order and a lost, emptied or replaced Redis is made whole by writing again (law 3).
 * What one event (or series) has is a *set* of boards, written together out of one state of its log:
 *
 *   lt:{tenant:event}:boards        HASH  of the set that stands: v its version, shows, frozen, final, g the
 *                                   mark of the data set it was written in, and b:NAME → ranked, of each board
 *   lt:{tenant:event}:NAME          ZSET  member → score, larger is better, ties share it; who has no rank
 *                                   is absent
 *   lt:{tenant:event}:NAME:rows     HASH  member → "a b c rank": entries: points, correct, time; roll-ups:
 *                                   value, who took part, registered
 *   lt:{tenant:event}:NAME:v        version
 *   lt:{tenant:event}:NAME:new:ID   and NAME:rows:new:ID: what process ID is writing; they expire
 *   lt:generation                   a random id of this data set; who misses it makes a new one
 *   lt:generation:run               the run of Redis that it was made in: another run, another id
 *
 *   NAME   board     entries, as the public may see them
 *          full      the truth, while the public board is frozen; nothing public is read from it
 *          board:rN  entries in round N (from 1)
 *          up:OF:N   roll-up of units, counties …, in the event (N 0) or in round N
 *
 * A series' boards are those of the "event" lt_board_series_id(series): lt:{tenant:sSERIES}:….
 * The board of a self-paced event that moves entry by entry has no rows and is written by ranks.h.
 */
#pragma once
#include "base/ids.h"
#include "domain/ranking.h"
#include "io/redis.h"

enum { LT_BOARD_NAME_BYTES = 24, LT_BOARD_VALUES = 3 };
struct lt_board_row {
    int64_t member, score; /* score: exact in a double */
    int64_t value[LT_BOARD_VALUES];
    int64_t rank; /* 0: none */
};
struct lt_board_part {
    char name[LT_BOARD_NAME_BYTES];
    struct lt_board_row *rows; /* in any order */
    int n;
    bool by_entry; /* it belongs to the set, but ranks.h writes it; no rows */
    bool stands;   /* private to boards.c: these very rows are in Redis */
};
struct lt_board_set {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    int64_t version; /* of the writing: grows whenever any of the boards may have moved */
    int64_t shows;   /* seq of the record that the public boards include */
    bool frozen, final;
    int64_t quantum_us; /* of times in the score of a board by_entry */
    struct lt_board_part *parts;
    int n_parts;
};
/* An empty set; shows is the version. */
struct lt_board_set *lt_board_set_new(struct lt_tenant_id tenant, struct lt_event_id event,
                                      int64_t version);
void lt_board_set_free(struct lt_board_set *s); /* NULL is fine */
/* A board of n rows, to be filled. */
struct lt_board_row *lt_board_set_add(struct lt_board_set *s, const char *name, int n);

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
/* Write this set (taken). Chunks are written one after the other, each board is put in its place at once,
 * and at the end those of the set before that are not in this one are removed; a newer projection of the
 * same event replaces one that is under way. The last one of each event is kept: it is written again
 * when Redis was away, emptied or replaced. `if_newer`: what stands in this version stays. */
void lt_boards_project(struct lt_boards *b, struct lt_board_set *set, bool if_newer);
enum lt_board_state lt_boards_state(const struct lt_boards *b, struct lt_tenant_id tenant,
                                    struct lt_event_id event);
/* Forget what is kept for this event. */
void lt_boards_forget(struct lt_boards *b, struct lt_tenant_id tenant, struct lt_event_id event);

/* ---- what boards, ranks and their readers share ---- */

enum { LT_BOARD_MARK_BYTES = 17 }; /* 64 bits in hexadecimal */
/* The mark of the data set as it was seen last, at most a second ago; "": not yet. */
const char *lt_boards_mark(const struct lt_boards *b);
/* A key of an event's board: "lt:{tenant:event}:part". */
void lt_board_key(char *out, size_t cap, struct lt_tenant_id tenant, struct lt_event_id event,
                  const char *part);
/* Under which id the boards of a series are kept. */
struct lt_event_id lt_board_series_id(int64_t series);
/* "board", "board:r2", "up:city:0": of what (LT_OF_ENTRY …), in which round (from 1; 0: the event). */
void lt_board_name(char out[LT_BOARD_NAME_BYTES], enum lt_board_of of, int round);
void lt_board_random(char out[LT_BOARD_MARK_BYTES]);

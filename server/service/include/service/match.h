/* Looking for opponents. Who waits stands in Redis, per round of an event; each who waits asks once a
 * second, which keeps the place and finds partners. Redis forgets: a place that was lost is taken
 * again with the time waited so far, and what became of a match is read from the database. */
#pragma once
#include "io/redis.h"
#include "service/duel_start.h"

struct lt_matching;
struct lt_matching *lt_match_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                                 struct lt_cluster *cluster);
/* Nobody looks any more; what is under way ends by itself. */
void lt_match_stop(struct lt_matching *m);
/* After the pool and Redis are gone, before events. */
void lt_match_free(struct lt_matching *m);

struct lt_seek_who {
    int round; /* from 1 */
    int rating;
    int64_t region, parent; /* of the unit, 0: none */
    struct lt_duel_person person;
};
enum lt_seek_news {
    LT_SEEK_WAITING, /* on the first look, and when what is told has changed */
    LT_SEEK_FOUND,   /* a duel with this person is committed: paper `attempt` of the round */
    LT_SEEK_OVER,    /* the person may not play (any more): `err` */
};
struct lt_seek_state {
    int waiting, needed;
    int64_t robot_us; /* when a robot will play, cluster time; 0: never */
    int err;          /* WAITING: why nobody can be found now, LT_OK: nothing is in the way */
    int attempt;
};
/* Runs from the loop, never inside a call. After FOUND or OVER the seek is gone. */
struct lt_seek;
typedef void lt_seek_fn(void *arg, enum lt_seek_news news, const struct lt_seek_state *s);
struct lt_seek *lt_seek_begin(struct lt_matching *m, struct lt_paced *e,
                              const struct lt_seek_who *who, lt_seek_fn *fn, void *arg);
/* Look no more; fn does not run again. A match that was made already is played. */
void lt_seek_end(struct lt_seek *s);
void lt_seek_state(const struct lt_seek *s, struct lt_seek_state *ret);

/* The one script, for tests. KEYS: wait, seen, about, taken. ARGV: now ms, "look", person, since ms,
 * players, rule (any, region, rating), rating, region, parent, device, address, most who may wait, 1: a
 * robot may play, ms after which the rule widens (twice that: anybody). Replies {status, waiting,
 * person, device, address, …}. ARGV: now ms, "stop", person. ARGV: now ms, "free", person …: those may
 * look again at once. */
enum { LT_MATCH_WAITING, LT_MATCH_MADE, LT_MATCH_TAKEN, LT_MATCH_FULL };
extern const char lt_match_script[];

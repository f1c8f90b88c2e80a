/* Duels that somebody on this node looks at. A duel is its row and its sides' papers; what stands in
 * the database is the truth, and every node that has a side of it reads all of them whenever one of
 * them may have moved: it was written here, Redis told so, or some time has passed. */
#pragma once
#include "domain/protocol.h"
#include "io/redis.h"
#include "service/duel_rows.h"
#include "service/papers.h"

struct lt_duels;
struct lt_race; /* a duel as it is held here */
struct lt_duels *lt_duels_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                              struct lt_cluster *cluster, struct lt_papers *papers);
/* Read and close nothing any more. */
void lt_duels_stop(struct lt_duels *d);
/* After the pool and Redis are gone, before papers and events. */
void lt_duels_free(struct lt_duels *d);

/* Somebody looks at it. fn runs whenever the duel moved. */
struct lt_race_watch {
    struct lt_race *race; /* NULL: none */
    void (*fn)(struct lt_race_watch *w);
    struct lt_race_watch *next, **prev;
};
/* Watch a duel of this event; any other that w watches is let go. fn runs exactly once, from the loop,
 * never inside this call, when it is known how the duel stands: LT_OK or an error, after which w
 * watches nothing. */
typedef void lt_race_fn(void *arg, int err);
void lt_race_watch(struct lt_duels *d, struct lt_paced *e, int64_t duel, struct lt_race_watch *w,
                   lt_race_fn *fn, void *arg);
void lt_race_unwatch(struct lt_race_watch *w); /* fine when it watches nothing */
bool lt_race_known(const struct lt_race_watch *w,
                   int64_t duel); /* it watches this one, and knows it */
/* The sides, as `person` sees them; returns how many. Texts are valid until the loop turns. */
int lt_race_sides(const struct lt_race *r, int64_t person,
                  struct lt_duel_side_out ret[LT_DUEL_PLAYERS_MAX]);

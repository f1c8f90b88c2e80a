/* Random events in a real PostgreSQL, their boards in a real Redis. Private to sim_boards.c and boards_*.c:
 *
 *   boards_world.c    a tenant: regions, units, people; rows of an event; connections
 *   boards_contest.c  a contest, played by the simulation of sim_contests up to some record
 *   boards_paced.c    a self-paced event with papers, some of them handed in under the freeze
 *   boards_plain.c    what must be on a board: ranks and roll-ups, slow and simple
 *   boards_series.c   events of a tenant ranked together
 *   boards_check.c    whether Redis has that, and nothing else, and the reader gives it */
#pragma once
#include "app/db.h"
#include "base/config.h"
#include "contests.h"
#include "domain/rollup.h"
#include "service/board_set.h"

#include <hiredis/hiredis.h>

enum { UNITS_MAX = 10, REGIONS_MAX = 9, RULES_MAX = 6, WANTS_MAX = 160, EVENTS_MAX = 4 };
#define BASE_US INT64_C(1795392000000000)

struct region {
    int64_t id, parent; /* 0: none */
    int level;
};
struct unit {
    int64_t id, region;
    int kind; /* 0 … 2 */
    int registered;
};
/* What is declared of a roll-up, by the simulation's own reckoning. */
struct spec {
    enum lt_board_of of;
    enum lt_aggregate by;
    int best, floor_e4, least;
};
/* Where an entry stands. */
struct stand {
    int64_t entry, points_c, time_us;
    int correct, answered;
    bool disqualified;
    int rank;
    int unit; /* index, -1: none */
    bool leader;
};
struct want_row {
    int64_t member, value[3];
    int rank; /* 0: none */
};
struct want {
    char name[LT_BOARD_NAME_BYTES];
    struct want_row *rows;
    int n;
    bool by_entry;
};
struct world {
    uint64_t random;
    struct contest dice; /* for sim_below */
    struct lt_db *owner, *app;
    struct lt_config *config;
    redisContext *redis;
    struct lt_loop *loop;
    struct lt_redis *reader;
    struct lt_boards *boards; /* for the mark */
    int64_t tenant;
    struct region regions[REGIONS_MAX];
    struct unit units[UNITS_MAX];
    int n_regions, n_units;
    struct spec specs[RULES_MAX];
    int n_specs;
    bool round_boards;
    /* Of the event under way. */
    int64_t event;
    struct want wants[WANTS_MAX];
    int n_wants;
    bool frozen;
    int64_t finals[EVENTS_MAX];
    bool final_teams[EVENTS_MAX];
    int n_finals;
    const char *story; /* what kind of event it is, for who reads a difference */
    struct tally *tally;
};
/* Shared by the processes. */
struct tally {
    int64_t events, boards, pages, rows, differences;
    int64_t contests, frozen, revealing, finals, paced, paced_frozen, series, rounds, rollups, ties,
        unranked, disqualified, guests, empty;
};

int below(struct world *w, int n);
bool chance(struct world *w, int percent);

/* boards_world.c */
void world_open(struct world *w, int job);
void world_close(struct world *w);
void world_tenant(struct world *w, int64_t tenant);
void world_specs(struct world *w, bool teams);
/* The options that a sheet gets for them: ,"boards":[…],"round_boards":… */
void world_specs_json(const struct world *w, struct lt_buf *out);
void run(struct lt_db *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t number(struct lt_db *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void exec(int err, const struct lt_db *d, const char *what);
/* Unit (index, -1) and leadership that an entry of this number has. */
int world_unit_of(const struct world *w, int64_t entry);
bool world_leads(int64_t person);
bool world_guest(int64_t person);

/* boards_plain.c */
void wants_clear(struct world *w);
struct want *want_add(struct world *w, const char *name, int n);
/* Ranks by a comparison, < 0: a is better; disqualified ones last, without a rank. */
typedef int compare_fn(const void *arg, const struct stand *a, const struct stand *b);
void plain_rank(struct stand *s, int n, compare_fn *compare, const void *arg);
int plain_by_points(const void *arg, const struct stand *a, const struct stand *b);
void want_entries(struct world *w, const char *name, const struct stand *s, int n);
/* All roll-ups of these, of the event (round 0) or a round. */
void want_rollups(struct world *w, int round, const struct stand *s, int n, int64_t start_c);

/* boards_contest.c, boards_paced.c: make an event with its rows and its wants. */
void contest_event(struct world *w, struct contest *c);
void paced_event(struct world *w);
/* boards_series.c */
void series_of(struct world *w);

/* boards_check.c */
void check_event(struct world *w);
void difference(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The players of one process. */
#pragma once
#include "loadtest/checker.h"
#include "loadtest/mint.h"
#include "loadtest/options.h"
#include "loadtest/people.h"
#include "loadtest/wsconn.h"

enum lt_squad_mood {
    LT_SQUAD_LIVE, /* a measured run: answers spread over the window, faults count */
    LT_SQUAD_DEMO  /* company for a human host: answers at human times, joins again for ever */
};

/* One player. */
struct lt_player {
    struct lt_wsc conn;
    struct lt_squad *squad;
    int index;               /* over all processes */
    struct lt_timer dial;    /* connects at its time */
    struct lt_timer act;     /* answers, or sends an answer again */
    struct lt_timer earlier; /* sends answers to earlier questions again */
    struct lt_timer lose;    /* loses its line */
    int64_t dial_us;         /* intended time of the first connect */
    char *session;           /* token of the last welcome */
    int q;                   /* question it is about to answer or has answered, 0: none */
    int tries;               /* connects since the last welcome */
    int retry_ms;      /* the server asked for so long before the next connect, -1: it did not */
    bool welcomed;     /* on this connection */
    bool resuming;     /* hello gave {epoch, seq} */
    bool due;          /* the answer waits for a line or for the end of a pause */
    bool lose_on_send; /* loses its line right after it answers */
    bool finished;     /* saw the end */
};

struct lt_squad {
    const struct lt_load_opts *opts;
    enum lt_squad_mood mood;
    const struct lt_people *people;
    const struct lt_rules *rules;
    const struct lt_mint *mint;
    const struct lt_target *target;
    const struct lt_run *run;
    struct lt_gen gen;
    struct lt_checker checker;
    struct lt_seen_cache *cache;
    uint32_t nonce; /* makes answer ids of this run its own */
    struct lt_player *players;
    int first, n; /* players [first, first + n) */
};

/* A checker as the options describe the event; tally of process `process`. */
void lt_squad_checker(struct lt_checker *k, const struct lt_load_opts *o,
                      const struct lt_rules *rules, const struct lt_run *run, int process);
/* Play until the run's signal says stop, or the hard end. Returns the exit status of the process.
 */
int lt_squad_run(struct lt_squad *s, int process);

/* player.c */
void lt_player_start(struct lt_player *p, struct lt_squad *s, int index, int64_t start_us);
void lt_player_stop(struct lt_player *p);
/* plan.c: whether, when and what a player answers. */
struct lt_plan {
    bool answers, edge, loses, loses_on_send;
    int64_t delay_us, lose_us; /* from the opening */
};
struct lt_plan lt_plan_make(const struct lt_load_opts *o, enum lt_squad_mood mood, int player,
                            const struct lt_seen_question *q);
/* Choose; fills g->choice. */
void lt_plan_choose(const struct lt_load_opts *o, int player, const struct lt_seen_question *q,
                    struct lt_given *g);

/* Duels (双人对战, 四人赛): two or four people answer the same questions, each at his own pace; who first
 * has `target` right answers wins. A duel is nothing but its players' papers, drawn from one seed:
 * the outcome is a function of them. Pure. */
#pragma once
#include "domain/paper.h"

enum {
    LT_DUEL_PLAYERS_MAX = 4,
    LT_RATING_START = 1200,
    LT_ROBOT_FASTEST_S = 4, /* from seeing a question to answering it */
};

/* One side. A robot has no paper: its progress follows from the seed. */
struct lt_duel_side {
    int64_t person; /* 0: a robot */
    const struct lt_paper *paper;
};
struct lt_duel {
    const struct lt_round_rule *rule;
    uint64_t seed;
    int64_t started_us;
    int n;
    struct lt_duel_side sides[LT_DUEL_PLAYERS_MAX];
};
struct lt_duel_place {
    int right;          /* right answers that count: those before the duel's end */
    int64_t reached_us; /* when it had them, cluster time; none: when the duel began */
    int place;          /* from 1, ties share, who left comes last; 0: not decided yet */
    bool forfeited;     /* left before the end */
    int64_t points_c;   /* for the place; none for who left, nor without a right answer unless all
                           others left */
};
/* Where the duel stands at now_us. *ret_end_us: when it ended (a target was reached; all sides are
 * through or left; one side is left of those that did not forfeit, or only robots are), 0: goes on.
 * `places` has n. Who has more right answers is before who has fewer, then who had them earlier; times
 * are as stored, so whole milliseconds decide. */
void lt_duel_outcome(const struct lt_duel *d, int64_t now_us, struct lt_duel_place *places,
                     int64_t *ret_end_us);
/* A robot's right answers up to `at_us`: times and hits drawn from the seed and its side, human pace
 * (no answer within LT_ROBOT_FASTEST_S), a hit rate by the difficulties that the rule draws. */
int lt_duel_robot_right(const struct lt_duel *d, int side, int64_t at_us);
int lt_duel_robot_done(const struct lt_duel *d, int side, int64_t at_us); /* and questions done */
/* Elo: the new ratings (start 1200) of n players after places; K 32, each pair counts 1/(n−1) and
 * exchanges whole points, halves away from zero: the sum stays. Robots do not count (rating 0 marks
 * one). In integers: the expectation comes from a table. */
void lt_duel_ratings(const int *before, const int *places, int n, int *after);

/* Checks of one process: what each of its players receives, against the protocol and against what
 * the player itself did. It does no I/O; the tests feed it faults and see them reported. */
#pragma once
#include "base/clock.h"
#include "loadtest/grade.h"

struct lt_checker {
    struct lt_rules rules;
    int64_t slack_us; /* how far the server's clock may be from ours */
    int64_t event;    /* wanted */
    bool others;      /* people who are not ours play too: ranks cannot be recomputed */
    bool timed; /* our host closes the question after the window: an answer inside it may not be
                   late */
    const struct lt_run *run;
    struct lt_tally *tally;
};

/* A welcome. `resume`: hello had given {epoch, seq} of this player. */
void lt_check_welcome(struct lt_checker *k, int player, const struct lt_seen *m, bool resume);
/* A log frame, at now_us (monotonic) and wall_us. */
void lt_check_log(struct lt_checker *k, int player, const struct lt_seen *m, int64_t now_us);
/* The player sends its answer (again). The caller has filled choice, edge and intended_us before
 * the first. */
void lt_check_send(struct lt_checker *k, int player, int q, const struct lt_clock *now);
/* An acknowledgement for an id that names this player and question q (0: it names something else).
 * Records the latency. */
void lt_check_ack(struct lt_checker *k, int player, int q, const struct lt_seen *m,
                  const struct lt_clock *now);
/* The answer to q was refused for good with LT_E… `err`. */
void lt_check_refused(struct lt_checker *k, int player, int q, int err);
void lt_check_own(struct lt_checker *k, int player, const struct lt_seen_own *own);
void lt_check_board(struct lt_checker *k, int player, const struct lt_seen_board *b);
/* The run is over and the highest frame of any process is {epoch, head}: what did this player miss?
 */
void lt_check_end(struct lt_checker *k, int player, int64_t epoch, int64_t head);

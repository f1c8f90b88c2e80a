/* The host of an event, over the same protocol as a person at the desk. */
#pragma once
#include "loadtest/histogram.h"
#include "loadtest/squad.h"

struct lt_host; /* opaque */

/* A desk that says hello with a ticket for opts->host_sub. `target`, `mint` and `gen` are borrowed.
 * NULL: no memory. */
struct lt_host *lt_host_new(struct lt_gen *g, const struct lt_load_opts *o,
                            const struct lt_mint *mint, const struct lt_target *target);
void lt_host_free(struct lt_host *h);

bool lt_host_ready(const struct lt_host *h);         /* welcomed */
const char *lt_host_failed(const struct lt_host *h); /* what went wrong for good, or NULL */
enum lt_seen_phase lt_host_phase(const struct lt_host *h);
enum lt_seen_state lt_host_state(const struct lt_host *h);
int lt_host_question(const struct lt_host *h);  /* current one, 0 before the first */
int lt_host_questions(const struct lt_host *h); /* in the event */
int64_t lt_host_seq(const struct lt_host *h);   /* of the last frame */

/* Send a command. One at a time: asserts that none is under way. */
void lt_host_command(struct lt_host *h, const char *action);
bool lt_host_busy(const struct lt_host *h); /* a command is not done yet */
/* From sending to `done`. */
const struct lt_hist *lt_host_latency(const struct lt_host *h);

/* The driver: one event's life. Only the holder of the event's fencing token advances it (law 2).
 */
#pragma once
#include "service/boards.h"
#include "service/hub.h"

struct lt_runner;
struct lt_runner_opts {
    int64_t
        drain_us; /* between closing a question and closing its gate: answers under way arrive */
};
struct lt_runner *lt_runner_new(const struct lt_runner_opts *opts);
/* What the hub calls. */
struct lt_hub_driver lt_runner_hooks(struct lt_runner *r);
void lt_runner_attach(struct lt_runner *r, struct lt_hub *hub, struct lt_boards *boards);
/* Drive nothing new, and let go of what is driven, so that other nodes take it at once. What is under
 * way ends first. */
void lt_runner_drain(struct lt_runner *r);
/* Events that are driven, or not yet let go of. */
int lt_runner_driving(const struct lt_runner *r);
/* After the pools are gone. */
void lt_runner_free(struct lt_runner *r);

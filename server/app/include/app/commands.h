/* The commands of the `leitai` program. Each is given the configuration, already read from file,
 * environment and flags, and what is left of the command line after the command's name (argv[0] is
 * that name). Each returns the exit status of the process. */
#pragma once
#include "base/config.h"

/* Supervise workers and jobs until SIGTERM or SIGINT. May lower `max_connections` to what the
 * descriptor limit allows. */
int lt_cmd_serve(struct lt_config *c, int argc, char **argv);
/* How many workers, given the cores and the descriptor limit of a process; lowers `max_connections`
 * when it must. */
enum { LT_WORKERS_MAX = 64 };
int lt_serve_plan(struct lt_config *c, int n_cores, int64_t descriptors);
/* One worker (`--index N`) or one job process in the foreground, without a supervisor. */
int lt_cmd_worker(struct lt_config *c, int argc, char **argv);
int lt_cmd_jobs(struct lt_config *c, int argc, char **argv);
int lt_cmd_migrate(struct lt_config *c, int argc, char **argv);
/* Load the demo tenant and one beside it; again: nothing changes. `--people FILE` and
 * `--ticket-secret FILE` write what the load generator needs. */
int lt_cmd_demo(struct lt_config *c, int argc, char **argv);
/* `event presets|check|save`: rule sheets, and events with their questions and teams. */
int lt_cmd_event(struct lt_config *c, int argc, char **argv);
/* `credits check`: compare what is owed with the ledger of the study record. */
int lt_cmd_credits(struct lt_config *c, int argc, char **argv);
/* The relay in the foreground. */
int lt_cmd_relay(struct lt_config *c, int argc, char **argv);
/* Whether an event's log, answers and presses are as they were written: `audit verify`; the head of
 * its hash chain: `audit head`. Exit status 1: something was changed, or it could not be looked at. */
int lt_cmd_audit(struct lt_config *c, int argc, char **argv);
/* Print a personal address: `link play|stage|desk|judge|home --tenant CODE --event ID --person EXTID`. */
int lt_cmd_link(struct lt_config *c, int argc, char **argv);
/* Compute an event anew from its log and raw answers, and compare with what is on record: `replay
 * EVENT_CODE --tenant CODE`. */
int lt_cmd_replay(struct lt_config *c, int argc, char **argv);
/* Events ranked together: `series create|add|remove|show`. */
int lt_cmd_series(struct lt_config *c, int argc, char **argv);
/* Make the boards of an event or series public, and private again: `board share|unshare`. */
int lt_cmd_board(struct lt_config *c, int argc, char **argv);
/* Write boards to Redis anew from logs and raw answers: `boards rebuild --tenant CODE [--event CODE]`. */
int lt_cmd_boards(struct lt_config *c, int argc, char **argv);
/* Print a table of the documentation: `docs options|metrics`. */
int lt_cmd_docs(struct lt_config *c, int argc, char **argv);

/* The whole life of a worker process. Calls lt_supervised_ready() once it accepts connections,
 * drains on SIGTERM and returns 0; anything else is a failure that was logged. `metrics_page` is
 * its page for lt_metrics_use, NULL for a private one. */
int lt_worker_main(const struct lt_config *c, int index, void *metrics_page);
/* The same for the process that does what takes long: finalising. */
int lt_jobs_main(const struct lt_config *c);
/* And for the one that posts credits to the study record; only where relay_url is set. */
int lt_relay_main(const struct lt_config *c);

/* Private to runner*.c: driving one event. */
#pragma once
#include "app/runner.h"
#include "base/err.h"
#include "service/sql.h"
#include <inttypes.h>
#include <stdio.h>

enum {
    RETRY_US = 100 * 1000,
    SETTLE_US = 10 * 1000, /* answers of the last question are on their way here */
    ANNOUNCE_US = 1000 * 1000,
    INBOX_EVERY_US = 1000 * 1000, /* read it also unasked: a wake may be lost */
    INBOX_EVERY_NO_REDIS_US = 200 * 1000,
    COMMANDS_MAX = 20,
    FULL_READS_MAX = 64, /* reads of the inbox that a buzzer's judging waits for */
};

struct command {
    char id[LT_COMMAND_ID_BYTES + 1];
    int64_t person;
    enum lt_action action;
    bool known; /* action and arguments can be understood */
    int expect_q;
    struct lt_command_args args;
};

struct lt_drive {
    struct lt_runner *runner;
    struct lt_contest *contest; /* NULL: deposed or forgotten; freed when nothing is under way */
    int64_t token;              /* 0: being claimed */
    bool busy;                  /* a request is under way */
    bool unsure;                /* wait for the log to be read before doing anything */
    bool inbox;                 /* there may be commands */
    int64_t inbox_read_us, announced_us, closing_since_us; /* monotonic */
    int64_t reading_since_us, drained_us; /* cluster time; drained: what was in the inbox then is
                                           * decided, or in `commands` */
    int full_reads;                       /* in a row that left something in the inbox */
    bool announced_stale;
    bool gate_closed; /* of the closing question */
    bool job_sent;    /* finalise job was written under this token */
    struct command commands[COMMANDS_MAX];
    int n_commands, next_command;
    struct lt_record record;                  /* being appended */
    char outcome_id[LT_COMMAND_ID_BYTES + 1]; /* command that it answers, "" none */
    int outcome;
    bool has_record;
    struct lt_timer timer;
    struct lt_drive *next, **prev;
};

struct lt_runner {
    struct lt_runner_opts opts;
    struct lt_hub *hub;
    struct lt_boards *boards;
    struct lt_drive *drives;
    bool draining;
};

struct num {
    char s[24];
};
static inline struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

/* runner.c: the next thing to do. */
void drive_go(struct lt_drive *d);
/* A request ended. False: the drive is gone. */
bool drive_back(struct lt_drive *d);
void drive_later(struct lt_drive *d, int64_t delay_us);
/* Commands that were read are forgotten: the inbox has them, and in their order. */
void drive_forget_commands(struct lt_drive *d);
/* What a failed request means: deposed, or unsure until the log was read. */
void drive_failed(struct lt_drive *d, int err, const struct lt_pg_result *r);
struct lt_pg_req *drive_req(struct lt_drive *d);
void drive_submit(struct lt_drive *d, struct lt_pg_req *r, lt_pg_fn *fn);
/* runner_append.c */
/* Decide an input; append what comes of it. True: a request is under way. */
bool drive_decide(struct lt_drive *d, const struct lt_input *in, const char *command_id);
/* One transaction: the record (if any), what belongs to it, and the outcome of the command that
 * caused it (if any). */
void drive_append(struct lt_drive *d);
/* The question is closing: wait for what drains, close its gate, tally. */
void drive_close_question(struct lt_drive *d);
/* runner_command.c */
void drive_read_inbox(struct lt_drive *d);
/* The next command that was read. */
void drive_run_command(struct lt_drive *d, const struct command *k);
/* Bits for a draw that may come of an input; they are in its record then. */
uint64_t drive_random(void);

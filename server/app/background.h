/* What job processes share: being told to end, connections that come back, waiting. */
#pragma once
#include "app/db.h"
#include "base/config.h"

/* A descriptor that becomes readable once the process is told to end (SIGTERM, and SIGINT unless it
 * is ignored). From then on these signals kill nobody. -1: the system refuses, logged. */
int stop_fd_open(void);
/* Wait until `db` (may be NULL) has something to say, or `ms` have passed. True: the process is
 * told to end. */
bool stop_wait(int stop_fd, const struct lt_db *db, int ms);

/* Time between attempts: doubles up to a minute, with jitter; starts over after a success. */
struct backoff {
    int ms; /* 0: the last attempt succeeded */
};
int backoff_next(struct backoff *b);

/* A connection that is opened when it is needed. */
struct link {
    struct lt_db_opts opts;
    const char *listen; /* channel of NOTIFY, NULL: none */
    struct lt_db *db;   /* NULL: not open */
};
/* LT_OK, or LT_EDBRETRY, logged. */
int link_open(struct link *l);
void link_close(struct link *l);
/* Whether notifications have arrived since the last call. */
bool link_notified(struct link *l);

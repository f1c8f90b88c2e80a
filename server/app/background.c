/* See background.h. The signals are read from a descriptor, so that one poll() waits for the
 * database and for the order to end, and no handler can interrupt anything halfway. */
#include "background.h"

#include "base/err.h"
#include "base/log.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>

enum { BACKOFF_MIN_MS = 200, BACKOFF_MAX_MS = 60 * 1000, ERR_BYTES = 1024 };

int stop_fd_open(void)
{
    struct sigaction interrupt;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    /* Under a supervisor the terminal's Ctrl-C is the supervisor's to handle. */
    if (sigaction(SIGINT, NULL, &interrupt) == 0 && interrupt.sa_handler != SIG_IGN)
        sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        lt_log(LT_LOG_ERROR, "cannot wait for signals", LT_S("why", strerror(errno)));
    return fd;
}

bool stop_wait(int stop_fd, const struct lt_db *db, int ms)
{
    struct pollfd fds[] = {{.fd = stop_fd, .events = POLLIN},
                           {.fd = db ? lt_db_fd(db) : -1, .events = POLLIN}};
    poll(fds, 2, ms);
    return fds[0].revents != 0;
}

int backoff_next(struct backoff *b)
{
    unsigned char random = 0;
    b->ms = b->ms == 0 ? BACKOFF_MIN_MS : b->ms < BACKOFF_MAX_MS / 2 ? 2 * b->ms : BACKOFF_MAX_MS;
    if (getrandom(&random, 1, GRND_NONBLOCK) != 1)
        random = 128;
    return b->ms / 2 + b->ms * random / 510;
}

int link_open(struct link *l)
{
    struct lt_buf err;
    if (l->db && lt_db_lost(l->db))
        link_close(l);
    if (l->db)
        return LT_OK;
    lt_buf_init(&err, ERR_BYTES);
    int r = lt_db_open(&l->opts, &l->db, &err);
    if (r == LT_OK && l->listen) {
        char sql[64];
        snprintf(sql, sizeof sql, "LISTEN %s", l->listen);
        r = lt_db_script(l->db, sql);
        if (r != LT_OK) {
            lt_buf_str(&err, lt_db_message(l->db));
            link_close(l);
        }
    }
    if (r != LT_OK)
        lt_log(LT_LOG_ERROR, "no database", LT_S("link", l->opts.name),
               LT_S("why", lt_buf_cstr(&err)));
    lt_buf_done(&err);
    return r;
}

void link_close(struct link *l)
{
    lt_db_close(l->db);
    l->db = NULL;
}

bool link_notified(struct link *l)
{
    return l->db && lt_db_notified(l->db);
}

/* Supervision of child processes. It knows nothing of contests: a child is a name and a function.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* One child process. `run` is called in the fork; what it returns, 0 or not, becomes its exit
 * status. */
struct lt_child_spec {
    const char *name; /* "worker-0": in logs and, cut to 15 bytes, in ps */
    int (*run)(void *arg, int index, void *metrics_page);
    void *arg;
    int index;
};

struct lt_supervisor_opts {
    const struct lt_child_spec *children;
    int n_children;
    int64_t drain_us;       /* from SIGTERM to SIGKILL */
    int64_t restart_min_us; /* pause before a dead child's first restart; doubles with each death */
    int64_t restart_max_us; /* … up to this */
    int64_t stable_us; /* a child that was ready and lived so long starts again at restart_min_us */
};

/* Start every child, restart those that die, and return 0 after SIGTERM or SIGINT once all are
 * gone; a second such signal ends them at once. SIGHUP is ignored. Tells systemd READY when every
 * child is ready, STOPPING, and WATCHDOG when it asks for it. A child that ends before it was ready
 * while the service has never been ready means that no restart would heal it (a port taken, a
 * certificate missing): all are stopped and -1 is returned. The calling process must have one
 * thread. */
int lt_supervise(const struct lt_supervisor_opts *opts);

/* In a child: it serves now. Without a supervisor nothing happens. */
void lt_supervised_ready(void);
/* In a child: every process's metrics page, the supervisor's last, for lt_metrics_print. They are
 * shared memory and outlive a restart, so counters go on. *ret_n is 0 without a supervisor. */
void *const *lt_supervised_pages(int *ret_n);

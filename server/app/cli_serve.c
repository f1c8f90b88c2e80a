/* `leitai serve`, and its parts for the foreground: `leitai worker`, `leitai jobs`,
 * `leitai relay`. */
#include "app/commands.h"
#include "app/supervisor.h"
#include "preflight.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    DESCRIPTORS_ENOUGH = 65536, /* an unlimited descriptor limit only makes tables larger */
    POSTGRES_PATIENCE_S = 30,   /* at boot PostgreSQL may start beside us */
    DRAIN_MARGIN_S = 5,         /* after the drain a worker still commits what it holds */
    RESTART_MIN_MS = 100,
    RESTART_MAX_MS = 10000,
    STABLE_S = 30,
};

static void start_log(const struct lt_config *c, const char *role)
{
    enum lt_log_level level = LT_LOG_INFO;
    bool known = lt_log_level_parse(lt_config_str(c, "log_level"), &level);
    lt_log_init(level, role);
    if (!known)
        lt_log(LT_LOG_WARN, "unknown log_level, using info",
               LT_S("log_level", lt_config_str(c, "log_level")));
}

static int run_worker(void *arg, int index, void *metrics_page)
{
    char role[24];
    snprintf(role, sizeof role, "worker-%d", index);
    start_log(arg, role);
    return lt_worker_main(arg, index, metrics_page);
}

static int run_jobs(void *arg, int index, void *metrics_page)
{
    (void)index;
    start_log(arg, "jobs");
    lt_metrics_use(metrics_page);
    return lt_jobs_main(arg);
}

static int run_relay(void *arg, int index, void *metrics_page)
{
    (void)index;
    start_log(arg, "relay");
    lt_metrics_use(metrics_page);
    return lt_relay_main(arg);
}

/* Raise the soft limit as far as it is of use; returns what then holds. */
static int64_t raise_descriptor_limit(void)
{
    struct rlimit lim;
    if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
        return 1024;
    rlim_t want = lim.rlim_max == RLIM_INFINITY || lim.rlim_max > DESCRIPTORS_ENOUGH
                      ? DESCRIPTORS_ENOUGH
                      : lim.rlim_max;
    struct rlimit raised = {.rlim_cur = want, .rlim_max = lim.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return (int64_t)want;
    return lim.rlim_cur == RLIM_INFINITY ? DESCRIPTORS_ENOUGH : (int64_t)lim.rlim_cur;
}

static int cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static int supervise(struct lt_config *c, int workers)
{
    struct lt_child_spec children[LT_WORKERS_MAX + 2];
    int n = workers;
    char names[LT_WORKERS_MAX][24];
    for (int i = 0; i < workers; i++) {
        snprintf(names[i], sizeof names[i], "worker-%d", i);
        children[i] =
            (struct lt_child_spec){.name = names[i], .run = run_worker, .arg = c, .index = i};
    }
    children[n++] = (struct lt_child_spec){.name = "jobs", .run = run_jobs, .arg = c};
    if (lt_config_str(c, "relay_url")[0])
        children[n++] = (struct lt_child_spec){.name = "relay", .run = run_relay, .arg = c};
    struct lt_supervisor_opts opts = {
        .children = children,
        .n_children = n,
        .drain_us = (lt_config_int(c, "drain_s") + DRAIN_MARGIN_S) * 1000000,
        .restart_min_us = RESTART_MIN_MS * INT64_C(1000),
        .restart_max_us = RESTART_MAX_MS * INT64_C(1000),
        .stable_us = STABLE_S * INT64_C(1000000),
    };
    return lt_supervise(&opts) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int refuse_rest(int argc, char **argv)
{
    if (argc <= 1)
        return 0;
    fprintf(stderr, "leitai %s: unknown argument %s\n", argv[0], argv[1]);
    return -1;
}

int lt_cmd_serve(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    if (refuse_rest(argc, argv) != 0)
        return EXIT_FAILURE;
    start_log(c, "supervisor");
    lt_buf_init(&err, 1024);
    int r = lt_preflight(lt_config_str(c, "database_url"), POSTGRES_PATIENCE_S, &err);
    if (r != 0)
        fprintf(stderr, "leitai serve: %s\n", lt_buf_cstr(&err));
    lt_buf_done(&err);
    if (r != 0)
        return EXIT_FAILURE;
    return supervise(c, lt_serve_plan(c, cores(), raise_descriptor_limit()));
}

static int parse_index(int argc, char **argv, int *ret)
{
    *ret = 0;
    if (argc == 1)
        return 0;
    char *end = "";
    long v = argc == 3 && strcmp(argv[1], "--index") == 0 ? strtol(argv[2], &end, 10) : -1;
    if (v < 0 || v >= LT_WORKERS_MAX || *end) {
        fprintf(stderr, "leitai worker: expected --index 0 … %d\n", LT_WORKERS_MAX - 1);
        return -1;
    }
    *ret = (int)v;
    return 0;
}

int lt_cmd_worker(struct lt_config *c, int argc, char **argv)
{
    int index;
    if (parse_index(argc, argv, &index) != 0)
        return EXIT_FAILURE;
    start_log(c, "worker");
    lt_serve_plan(c, 1, raise_descriptor_limit());
    return lt_worker_main(c, index, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int lt_cmd_jobs(struct lt_config *c, int argc, char **argv)
{
    if (refuse_rest(argc, argv) != 0)
        return EXIT_FAILURE;
    start_log(c, "jobs");
    return lt_jobs_main(c) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int lt_cmd_relay(struct lt_config *c, int argc, char **argv)
{
    if (refuse_rest(argc, argv) != 0)
        return EXIT_FAILURE;
    start_log(c, "relay");
    return lt_relay_main(c) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

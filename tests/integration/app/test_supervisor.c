/* Real processes: each test forks a supervisor whose children report through a pipe. Nothing sleeps
 * for a guess: every expectation awaits a report, a notification or an exit, with a deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/supervisor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000 };

/* What a child tells the test. */
struct report {
    char what; /* 's' started, 'd' drained on SIGTERM, 'p' pages seen */
    int index;
    pid_t pid;
    int64_t value;
    int64_t at_us;
};

static int report_fd = -1, read_fd = -1;
static pid_t supervisor;

static void report(char what, int index, int64_t value)
{
    struct report r = {.what = what,
                       .index = index,
                       .pid = getpid(),
                       .value = value,
                       .at_us = lt_clock_read().mono_us};
    assert_int_equal(write(report_fd, &r, sizeof r), sizeof r);
}

static struct report await_report(char what)
{
    struct report r;
    for (;;) {
        struct pollfd p = {.fd = read_fd, .events = POLLIN};
        if (poll(&p, 1, DEADLINE_MS) != 1)
            fail_msg("no report '%c' in time", what);
        assert_int_equal(read(read_fd, &r, sizeof r), sizeof r);
        if (r.what == what)
            return r;
    }
}

/* Wait for SIGTERM, as a worker's loop would; it is blocked from before `ready`, so that none is
 * missed. */
static void await_sigterm(void)
{
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &got);
}

static void block_sigterm(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Children to inject. */
static int obedient(void *arg, int index, void *page)
{
    (void)arg;
    block_sigterm();
    lt_metrics_use(page);
    lt_metric_add(LT_M_ACCEPTED, 1);
    lt_supervised_ready();
    report('s', index, lt_metric_get(LT_M_ACCEPTED));
    await_sigterm();
    report('d', index, 0);
    return 0;
}

static int deaf(void *arg, int index, void *page)
{
    (void)arg;
    (void)page;
    block_sigterm();
    lt_supervised_ready();
    report('s', index, 0);
    return pause(); /* SIGTERM is blocked: only SIGKILL ends this */
}

static int ready_then_dead(void *arg, int index, void *page)
{
    (void)arg;
    (void)page;
    lt_supervised_ready();
    report('s', index, 0);
    return 0;
}

static int never_ready(void *arg, int index, void *page)
{
    (void)arg;
    (void)index;
    (void)page;
    return -1;
}

static int counts_pages(void *arg, int index, void *page)
{
    int n;
    void *const *all = lt_supervised_pages(&n);
    bool mine = all[index] == page;
    report('p', mine, n);
    return obedient(arg, index, page);
}

static int gauges(void *arg, int index, void *page)
{
    (void)arg;
    block_sigterm();
    lt_metrics_use(page);
    int64_t found = lt_metric_get(LT_M_CONNECTIONS);
    lt_metric_set(LT_M_CONNECTIONS, 7);
    lt_supervised_ready();
    report('s', index, found);
    await_sigterm();
    return 0;
}

static void start(const struct lt_child_spec *children, int n, int64_t drain_us)
{
    struct lt_supervisor_opts opts = {
        .children = children,
        .n_children = n,
        .drain_us = drain_us,
        .restart_min_us = 20000,
        .restart_max_us = 100000,
        .stable_us = 60000000,
    };
    fflush(NULL);
    supervisor = fork();
    assert_true(supervisor >= 0);
    if (supervisor == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        lt_log_init(LT_LOG_ERROR, "supervisor");
        _exit(lt_supervise(&opts) == 0 ? 0 : 7);
    }
}

/* The supervisor's exit status; -1 when a signal ended it. */
static int await_exit(void)
{
    int status;
    int64_t until_us = lt_clock_read().mono_us + DEADLINE_MS * INT64_C(1000);
    while (waitpid(supervisor, &status, WNOHANG) == 0) {
        if (lt_clock_read().mono_us > until_us)
            fail_msg("the supervisor did not end in time");
        poll(NULL, 0, 5);
    }
    supervisor = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void await_gone(pid_t pid)
{
    int64_t until_us = lt_clock_read().mono_us + DEADLINE_MS * INT64_C(1000);
    while (kill(pid, 0) == 0) {
        if (lt_clock_read().mono_us > until_us)
            fail_msg("process %d is still there", (int)pid);
        waitpid(pid, NULL, WNOHANG); /* an orphan is ours to reap */
        poll(NULL, 0, 5);
    }
    assert_int_equal(errno, ESRCH);
}

static int setup(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    read_fd = fds[0];
    report_fd = fds[1];
    /* Orphans come to us, so that a test can see that there are none. */
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int teardown(void **state)
{
    (void)state;
    if (supervisor > 0) {
        kill(supervisor, SIGKILL);
        waitpid(supervisor, NULL, 0);
        supervisor = 0;
    }
    close(read_fd);
    close(report_fd);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    return 0;
}

static void sigterm_drains_every_child_and_then_ends_the_supervisor(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", obedient, NULL, 0}, {"b", obedient, NULL, 1}};
    start(c, 2, 10000000);
    int seen = (1 << await_report('s').index) | (1 << await_report('s').index);
    assert_int_equal(seen, 3);
    kill(supervisor, SIGTERM);
    seen = (1 << await_report('d').index) | (1 << await_report('d').index);
    assert_int_equal(seen, 3);
    assert_int_equal(await_exit(), 0);
}

static void sigint_is_like_sigterm_and_sighup_is_ignored(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", obedient, NULL, 0}};
    start(c, 1, 10000000);
    await_report('s');
    kill(supervisor, SIGHUP);
    kill(supervisor, SIGINT);
    await_report('d');
    assert_int_equal(await_exit(), 0);
}

static void a_child_that_was_killed_is_started_again_and_its_counters_go_on(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", obedient, NULL, 0}};
    start(c, 1, 10000000);
    struct report first = await_report('s');
    assert_int_equal(first.value, 1);
    kill(first.pid, SIGKILL);
    struct report second = await_report('s');
    assert_int_not_equal(second.pid, first.pid);
    assert_int_equal(second.value, 2);
}

static void what_a_dead_child_gauged_is_forgotten(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", gauges, NULL, 0}};
    start(c, 1, 10000000);
    kill(await_report('s').pid, SIGKILL);
    assert_int_equal(await_report('s').value, 0);
}

static void the_pause_before_a_restart_doubles_up_to_its_bound(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", ready_then_dead, NULL, 0}};
    static const int64_t at_least_us[] = {20000, 40000, 80000, 100000, 100000};
    start(c, 1, 10000000);
    int64_t before_us = await_report('s').at_us;
    for (size_t i = 0; i < sizeof at_least_us / sizeof *at_least_us; i++) {
        int64_t now_us = await_report('s').at_us;
        assert_true(now_us - before_us >= at_least_us[i]);
        before_us = now_us;
    }
}

static void a_child_that_does_not_drain_is_killed(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", deaf, NULL, 0}};
    start(c, 1, 50000);
    pid_t child = await_report('s').pid;
    kill(supervisor, SIGTERM);
    assert_int_equal(await_exit(), 0);
    await_gone(child);
}

static void a_second_sigterm_does_not_wait_for_the_drain(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", deaf, NULL, 0}, {"b", obedient, NULL, 1}};
    start(c, 2, INT64_C(3600) * 1000000);
    await_report('s');
    await_report('s');
    kill(supervisor, SIGTERM);
    await_report('d'); /* the first signal was handled: two pending ones would be one */
    kill(supervisor, SIGTERM);
    assert_int_equal(await_exit(), 0);
}

static void a_child_that_fails_before_the_service_was_ready_ends_the_start(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", obedient, NULL, 0}, {"b", never_ready, NULL, 1}};
    start(c, 2, 10000000);
    assert_int_equal(await_exit(), 7);
}

static void no_child_outlives_a_supervisor_that_was_killed(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", deaf, NULL, 0}};
    start(c, 1, 10000000);
    pid_t child = await_report('s').pid;
    kill(supervisor, SIGKILL);
    assert_int_equal(await_exit(), -1);
    await_gone(child);
}

static void a_child_sees_the_pages_of_all(void **state)
{
    (void)state;
    struct lt_child_spec c[] = {{"a", counts_pages, NULL, 0}, {"b", obedient, NULL, 1}};
    start(c, 2, 10000000);
    struct report r = await_report('p');
    assert_int_equal(r.value, 3); /* two children and the supervisor */
    assert_int_equal(r.index, 1); /* its own page is at its own slot */
}

static int notify_socket(char *path, size_t size)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(path, size, "/tmp/leitai-notify-%d", (int)getpid());
    unlink(path);
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    setenv("NOTIFY_SOCKET", path, 1);
    return fd;
}

static void await_notice(int fd, const char *expected)
{
    char got[256];
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, DEADLINE_MS) != 1)
            fail_msg("no %s in time", expected);
        ssize_t n = recv(fd, got, sizeof got - 1, 0);
        assert_true(n > 0);
        got[n] = '\0';
        if (strcmp(got, expected) == 0)
            return;
    }
}

static void systemd_hears_of_ready_watchdog_and_stopping(void **state)
{
    (void)state;
    char path[64];
    int fd = notify_socket(path, sizeof path);
    setenv("WATCHDOG_USEC", "40000", 1);
    struct lt_child_spec c[] = {{"a", obedient, NULL, 0}};
    start(c, 1, 10000000);
    await_notice(fd, "READY=1");
    await_notice(fd, "WATCHDOG=1");
    await_notice(fd, "WATCHDOG=1");
    kill(supervisor, SIGTERM);
    await_notice(fd, "STOPPING=1");
    assert_int_equal(await_exit(), 0);
    close(fd);
    unlink(path);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(sigterm_drains_every_child_and_then_ends_the_supervisor),
        T(sigint_is_like_sigterm_and_sighup_is_ignored),
        T(a_child_that_was_killed_is_started_again_and_its_counters_go_on),
        T(what_a_dead_child_gauged_is_forgotten),
        T(the_pause_before_a_restart_doubles_up_to_its_bound),
        T(a_child_that_does_not_drain_is_killed),
        T(a_second_sigterm_does_not_wait_for_the_drain),
        T(a_child_that_fails_before_the_service_was_ready_ends_the_start),
        T(no_child_outlives_a_supervisor_that_was_killed),
        T(a_child_sees_the_pages_of_all),
        T(systemd_hears_of_ready_watchdog_and_stopping),
    };
    return cmocka_run_group_tests_name("supervisor", tests, NULL, NULL);
}

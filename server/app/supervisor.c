/* Children are forked without exec: they inherit the configuration and the shared metrics pages,
 * and the supervisor stays so small that a fork copies nothing worth mentioning. It has no event
 * loop, because a child must not inherit one: signals are blocked and read from a signalfd,
 * children say "ready" by one int in a pipe, and poll(2) waits for both until the next deadline.
 *
 * No orphan: a child asks for SIGKILL when its parent dies. SIGTERM would be kinder to players and
 * was rejected: a child that hangs would stay, holding the port and an event. What was acknowledged
 * is committed either way. */
#include "app/supervisor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { PAGE_ALIGN_BYTES = 64 };

struct child {
    const struct lt_child_spec *spec;
    pid_t pid; /* 0: not running */
    bool ready;
    int deaths; /* in a row, without a stable life between */
    int64_t started_us, restart_us;
};

/* What the supervisor is doing. */
enum phase {
    PHASE_STARTING, /* not every child has been ready yet */
    PHASE_SERVING,
    PHASE_DRAINING, /* children were told to end */
    PHASE_KILLING,  /* children were killed */
    PHASES          /* count */
};

struct supervisor {
    const struct lt_supervisor_opts *opts;
    struct child *children;
    enum phase phase;
    bool failed; /* the start failed */
    int signal_fd, ready_fd;
    int64_t kill_us;                   /* PHASE_DRAINING: when patience ends */
    int64_t watchdog_us, next_beat_us; /* 0: systemd does not ask */
    sigset_t old_mask;
};

/* The child's side, set by fork. */
static int my_ready_fd = -1;
static int my_slot = -1;
static void **pages;
static int n_pages;

void lt_supervised_ready(void)
{
    if (my_ready_fd < 0)
        return;
    /* An int is below PIPE_BUF: it arrives whole. A supervisor that is gone has killed us already.
     */
    ssize_t n = write(my_ready_fd, &my_slot, sizeof my_slot);
    (void)n;
    close(my_ready_fd);
    my_ready_fd = -1;
}

void *const *lt_supervised_pages(int *ret_n)
{
    *ret_n = n_pages;
    return pages;
}

static int64_t now_us(void)
{
    return lt_clock_read().mono_us;
}

static void set_phase(struct supervisor *s, enum phase to)
{
    static const bool allowed[PHASES][PHASES] = {
        [PHASE_STARTING] = {[PHASE_SERVING] = true, [PHASE_DRAINING] = true},
        [PHASE_SERVING] = {[PHASE_DRAINING] = true},
        [PHASE_DRAINING] = {[PHASE_KILLING] = true},
    };
    assert(allowed[s->phase][to]);
    s->phase = to;
}

static size_t page_stride(void)
{
    return (lt_metrics_page_size() + PAGE_ALIGN_BYTES - 1) / PAGE_ALIGN_BYTES * PAGE_ALIGN_BYTES;
}

static int pages_map(int n)
{
    char *base = mmap(NULL, page_stride() * (size_t)n, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return -1;
    pages = calloc((size_t)n, sizeof *pages);
    assert(pages);
    for (int i = 0; i < n; i++)
        pages[i] = base + page_stride() * (size_t)i;
    n_pages = n;
    lt_metrics_use(pages[n - 1]);
    return 0;
}

static void pages_unmap(void)
{
    lt_metrics_use(NULL);
    munmap(pages[0], page_stride() * (size_t)n_pages);
    free(pages);
    pages = NULL;
    n_pages = 0;
}

/* Never returns. */
static void child_main(struct supervisor *s, int slot, pid_t parent, int ready_write_fd)
{
    const struct lt_child_spec *spec = s->children[slot].spec;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
    prctl(PR_SET_NAME, spec->name);
    /* Ctrl-C reaches the whole process group: ending is for the supervisor to order. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    close(s->signal_fd);
    close(s->ready_fd);
    free(s->children);
    my_ready_fd = ready_write_fd;
    my_slot = slot;
    exit(spec->run(spec->arg, spec->index, pages[slot]) == 0 ? 0 : 1);
}

static void schedule_restart(struct supervisor *s, struct child *ch)
{
    int64_t pause_us = s->opts->restart_min_us;
    for (int i = 1; i < ch->deaths && pause_us < s->opts->restart_max_us; i++)
        pause_us *= 2;
    if (pause_us > s->opts->restart_max_us)
        pause_us = s->opts->restart_max_us;
    ch->restart_us = now_us() + pause_us;
    lt_log(LT_LOG_WARN, "child will be restarted", LT_S("child", ch->spec->name),
           LT_I("deaths", ch->deaths), LT_I("pause_ms", pause_us / 1000));
}

static void start_child(struct supervisor *s, int slot, int ready_write_fd)
{
    struct child *ch = &s->children[slot];
    pid_t parent = getpid();
    fflush(NULL); /* else buffered output would be written twice */
    pid_t pid = fork();
    if (pid == 0)
        child_main(s, slot, parent, ready_write_fd);
    ch->ready = false;
    ch->started_us = now_us();
    if (pid > 0) {
        ch->pid = pid;
        lt_log(LT_LOG_INFO, "child started", LT_S("child", ch->spec->name), LT_I("child_pid", pid));
        return;
    }
    lt_log(LT_LOG_ERROR, "cannot fork", LT_S("child", ch->spec->name),
           LT_S("error", strerror(errno)));
    ch->deaths++;
    schedule_restart(s, ch);
}

static int running(const struct supervisor *s)
{
    int n = 0;
    for (int i = 0; i < s->opts->n_children; i++)
        n += s->children[i].pid > 0;
    return n;
}

static void signal_all(const struct supervisor *s, int signum)
{
    for (int i = 0; i < s->opts->n_children; i++)
        if (s->children[i].pid > 0)
            kill(s->children[i].pid, signum);
}

static void drain(struct supervisor *s)
{
    set_phase(s, PHASE_DRAINING);
    sd_notify(0, "STOPPING=1");
    lt_log(LT_LOG_INFO, "stopping", LT_I("children", running(s)),
           LT_I("drain_ms", s->opts->drain_us / 1000));
    s->kill_us = now_us() + s->opts->drain_us;
    signal_all(s, SIGTERM);
}

static void kill_all(struct supervisor *s)
{
    set_phase(s, PHASE_KILLING);
    lt_log(LT_LOG_WARN, "killing children that did not end in time", LT_I("children", running(s)));
    signal_all(s, SIGKILL);
}

static void on_stop_signal(struct supervisor *s)
{
    switch (s->phase) {
    case PHASE_STARTING:
    case PHASE_SERVING:
        drain(s);
        break;
    case PHASE_DRAINING: /* the operator insists */
        kill_all(s);
        break;
    case PHASE_KILLING:
    case PHASES:
        break;
    }
}

static void on_death(struct supervisor *s, struct child *ch, int status)
{
    bool stable = ch->ready && now_us() - ch->started_us >= s->opts->stable_us;
    bool stopping = s->phase == PHASE_DRAINING || s->phase == PHASE_KILLING;
    bool calm = stopping && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    lt_log(calm ? LT_LOG_INFO : LT_LOG_ERROR, "child ended", LT_S("child", ch->spec->name),
           LT_I("child_pid", ch->pid), LT_I("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
           LT_I("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
    ch->pid = 0;
    lt_metrics_forget_gauges(pages[ch - s->children]);
    if (stopping)
        return;
    if (s->phase == PHASE_STARTING && !ch->ready) {
        lt_log(LT_LOG_ERROR, "the start failed", LT_S("child", ch->spec->name));
        s->failed = true;
        drain(s);
        return;
    }
    ch->deaths = stable ? 1 : ch->deaths + 1;
    schedule_restart(s, ch);
}

static void read_ready(struct supervisor *s)
{
    int slot;
    while (read(s->ready_fd, &slot, sizeof slot) == sizeof slot) {
        assert(slot >= 0 && slot < s->opts->n_children);
        s->children[slot].ready = true;
    }
    bool all = true;
    for (int i = 0; i < s->opts->n_children; i++)
        all = all && s->children[i].ready;
    if (all && s->phase == PHASE_STARTING) {
        set_phase(s, PHASE_SERVING);
        lt_log(LT_LOG_INFO, "serving", LT_I("children", s->opts->n_children));
        sd_notify(0, "READY=1");
    }
}

static void reap(struct supervisor *s)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        read_ready(s); /* what it said before it ended */
        for (int i = 0; i < s->opts->n_children; i++)
            if (s->children[i].pid == pid)
                on_death(s, &s->children[i], status);
    }
}

static void read_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    while (read(s->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            reap(s);
        else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            on_stop_signal(s);
    }
}

static void run_due(struct supervisor *s, int ready_write_fd)
{
    int64_t now = now_us();
    if (s->watchdog_us > 0 && now >= s->next_beat_us) {
        sd_notify(0, "WATCHDOG=1");
        s->next_beat_us = now + s->watchdog_us / 2;
    }
    if (s->phase == PHASE_DRAINING && now >= s->kill_us)
        kill_all(s);
    if (s->phase != PHASE_STARTING && s->phase != PHASE_SERVING)
        return;
    for (int i = 0; i < s->opts->n_children; i++)
        if (s->children[i].pid == 0 && now >= s->children[i].restart_us) {
            if (s->children[i].deaths > 0)
                lt_metric_add(LT_M_CHILD_RESTARTS, 1);
            start_child(s, i, ready_write_fd);
        }
}

/* Milliseconds until something is due, rounded up; -1: nothing is. */
static int next_due_ms(const struct supervisor *s)
{
    int64_t due_us = s->watchdog_us > 0 ? s->next_beat_us : INT64_MAX;
    if (s->phase == PHASE_DRAINING && s->kill_us < due_us)
        due_us = s->kill_us;
    for (int i = 0;
         (s->phase == PHASE_STARTING || s->phase == PHASE_SERVING) && i < s->opts->n_children; i++)
        if (s->children[i].pid == 0 && s->children[i].restart_us < due_us)
            due_us = s->children[i].restart_us;
    if (due_us == INT64_MAX)
        return -1;
    int64_t wait_us = due_us - now_us();
    return wait_us <= 0 ? 0 : (int)((wait_us + 999) / 1000);
}

static void run(struct supervisor *s, int ready_write_fd)
{
    run_due(s, ready_write_fd);
    while (s->phase == PHASE_STARTING || s->phase == PHASE_SERVING || running(s) > 0) {
        struct pollfd fds[] = {{.fd = s->signal_fd, .events = POLLIN},
                               {.fd = s->ready_fd, .events = POLLIN}};
        int n = poll(fds, 2, next_due_ms(s));
        assert(n >= 0 || errno == EINTR);
        read_ready(s);
        read_signals(s);
        run_due(s, ready_write_fd);
    }
}

int lt_supervise(const struct lt_supervisor_opts *opts)
{
    struct supervisor s = {.opts = opts, .phase = PHASE_STARTING};
    int ready_pipe[2];
    sigset_t mask;
    uint64_t watchdog_us = 0;
    assert(opts->n_children > 0);
    if (pages_map(opts->n_children + 1) != 0 || pipe2(ready_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        lt_log(LT_LOG_ERROR, "cannot supervise", LT_S("error", strerror(errno)));
        return -1;
    }
    s.children = calloc((size_t)opts->n_children, sizeof *s.children);
    assert(s.children);
    for (int i = 0; i < opts->n_children; i++)
        s.children[i].spec = &opts->children[i];
    sigemptyset(&mask);
    for (const int *p = (const int[]){SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0}; *p; p++)
        sigaddset(&mask, *p);
    sigprocmask(SIG_BLOCK, &mask, &s.old_mask);
    s.signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    assert(s.signal_fd >= 0);
    s.ready_fd = ready_pipe[0];
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        s.watchdog_us = (int64_t)watchdog_us;

    run(&s, ready_pipe[1]);

    close(s.signal_fd);
    close(ready_pipe[0]);
    close(ready_pipe[1]);
    sigprocmask(SIG_SETMASK, &s.old_mask, NULL);
    free(s.children);
    pages_unmap();
    return s.failed ? -1 : 0;
}

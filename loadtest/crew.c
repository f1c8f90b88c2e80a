/* Processes, not threads: the generator must not run into a lock of its own before it brings a
 * server to its limit, and each process has its own descriptors. */
#include "loadtest/crew.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 64, POLL_NS = 20000000, POLLS_PER_SECOND = 50 };

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

void lt_crew_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal};
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool lt_crew_interrupted(void)
{
    return interrupted != 0;
}

bool lt_crew_descriptors(int per_process)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return false;
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    getrlimit(RLIMIT_NOFILE, &r);
    if (r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= (rlim_t)per_process + SPARE_DESCRIPTORS)
        return true;
    fprintf(stderr,
            "leitai-load: %d connections a process are more than its %llu descriptors: give more "
            "--procs\n",
            per_process, (unsigned long long)r.rlim_cur);
    return false;
}

bool lt_crew_start(struct lt_crew *c, int n, lt_crew_fn *fn, void *arg)
{
    *c = (struct lt_crew){.n = n};
    for (int i = 0; i < n; i++) {
        pid_t parent = getpid(), pid = fork();
        if (pid < 0) {
            c->n = i;
            return false;
        }
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            signal(SIGINT, SIG_IGN); /* the parent tells us */
            signal(SIGTERM, SIG_IGN);
            exit(getppid() == parent ? fn(arg, i) : 1);
        }
        c->pids[i] = pid;
    }
    return true;
}

bool lt_crew_ended(struct lt_crew *c)
{
    int left = 0, status;
    for (int i = 0; i < c->n; i++) {
        if (c->pids[i] == 0)
            continue;
        if (waitpid(c->pids[i], &status, WNOHANG) == c->pids[i]) {
            c->failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
            c->pids[i] = 0;
        } else {
            left++;
        }
    }
    return left == 0;
}

void lt_crew_wait(struct lt_crew *c, int seconds)
{
    for (int i = 0; i < seconds * POLLS_PER_SECOND && !lt_crew_ended(c); i++)
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    for (int i = 0; i < c->n; i++) {
        if (c->pids[i] == 0)
            continue;
        kill(c->pids[i], SIGKILL);
        waitpid(c->pids[i], NULL, 0);
        c->pids[i] = 0;
        c->failed++;
    }
}

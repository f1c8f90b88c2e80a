/* Child processes of the generator. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

enum { LT_CREW_MAX = 64 };

struct lt_crew {
    pid_t pids[LT_CREW_MAX]; /* 0: ended */
    int n, failed;           /* failed: ended with another status than 0 */
};
typedef int lt_crew_fn(void *arg, int process);

/* Raise the limit of descriptors to what the system gives and compare: can a process hold so many
 * connections? */
bool lt_crew_descriptors(int per_process);
/* Fork `n` processes that run fn(arg, i) and exit with its value. They end with their parent.
 * False: fork failed. */
bool lt_crew_start(struct lt_crew *c, int n, lt_crew_fn *fn, void *arg);
/* Collect who has ended, without waiting. True: nobody is left. */
bool lt_crew_ended(struct lt_crew *c);
/* Wait for all, at most `seconds`, then kill those that are left. Only processes started here are
 * touched. */
void lt_crew_wait(struct lt_crew *c, int seconds);
/* SIGINT and SIGTERM set a flag instead of ending the process. */
void lt_crew_signals(void);
bool lt_crew_interrupted(void);

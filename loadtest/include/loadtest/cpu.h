/* Processor time of another process. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

/* User and system time of all its present threads, nanoseconds, from the scheduler's own account
 * (/proc/PID/task/TID/schedstat). -1: there is no such process, or the kernel keeps no such
 * account. */
int64_t lt_cpu_ns(pid_t pid);
/* The workers of a server: the process itself where it is one, else its children that are. Returns
 * how many, at most `cap`. */
int lt_cpu_workers(pid_t pid, pid_t *ret, int cap);

/* utime and stime in /proc/PID/stat count in hundredths of a second, and on some kernels by
 * sampling; schedstat counts nanoseconds. */
#include "loadtest/cpu.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int64_t thread_ns(pid_t pid, const char *tid)
{
    char path[300];
    long long ns = -1;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, tid);
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    if (fscanf(f, "%lld", &ns) != 1)
        ns = -1;
    fclose(f);
    return ns;
}

int64_t lt_cpu_ns(pid_t pid)
{
    char path[64];
    int64_t sum_ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    if (!d)
        return -1;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        int64_t ns = e->d_name[0] == '.' ? 0 : thread_ns(pid, e->d_name);
        if (ns > 0)
            sum_ns += ns;
    }
    closedir(d);
    return sum_ns > 0 ? sum_ns : -1;
}

static bool is_worker(pid_t pid)
{
    static const char prefix[] = "worker-";
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *f = fopen(path, "r");
    bool ok = f && fgets(name, sizeof name, f) && strncmp(name, prefix, sizeof prefix - 1) == 0;
    if (f)
        fclose(f);
    return ok;
}

int lt_cpu_workers(pid_t pid, pid_t *ret, int cap)
{
    char path[64];
    int n = 0, child;
    if (cap > 0 && is_worker(pid)) {
        ret[0] = pid;
        return 1;
    }
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "r");
    while (f && n < cap && fscanf(f, "%d", &child) == 1)
        if (is_worker(child))
            ret[n++] = child;
    if (f)
        fclose(f);
    return n;
}

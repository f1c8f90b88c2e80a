/* Preloaded into a node: its wall clock is wrong by as many microseconds as the file LEITAI_TEST_CLOCK says (eight bytes, mapped, so
 * that a test steps the clock of a process that runs). The monotonic clock goes on, as it does when somebody sets the time. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

enum { SECOND_US = 1000000 };
static const volatile int64_t *step_us;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("LEITAI_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *p = fd >= 0 ? mmap(NULL, sizeof *step_us, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (p != MAP_FAILED)
        step_us = p;
    if (fd >= 0)
        close(fd);
}

static int64_t step(void)
{
    return step_us ? *step_us : 0;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    int r = NEXT(clock_gettime)(clock, t);
    if (r == 0 && clock == CLOCK_REALTIME && step() != 0) {
        int64_t us = (int64_t)t->tv_sec * SECOND_US + t->tv_nsec / 1000 + step();
        t->tv_sec = us / SECOND_US;
        t->tv_nsec = us % SECOND_US * 1000;
    }
    return r;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    struct timespec s;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &s);
    t->tv_sec = s.tv_sec;
    t->tv_usec = s.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *t)
{
    struct timespec s;
    clock_gettime(CLOCK_REALTIME, &s);
    if (t)
        *t = s.tv_sec;
    return s.tv_sec;
}

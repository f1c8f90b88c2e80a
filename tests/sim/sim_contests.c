/* Random contests through the production engine, standings and records, each from its own seed.
 *
 *   sim_contests N [--seed S] [--jobs J]   N contests from seed S (a fresh one when not given)
 *   sim_contests --tell SEED               the story of one contest
 *
 * Seeds are dealt out to J processes (one a core). The first broken rule ends all: its contest is
 * played again, narrated, and the exit status is 1. So is that of a crash. Otherwise the last line is
 * "contests N, broken 0". */
#include "contests.h"

#include "base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 64 };

/* One a process; the parent adds them up. `seed` is that of the contest under way. */
struct worker {
    struct reached reached;
    uint64_t seed;
    pid_t pid;
};
static struct worker *workers;
struct reached *reached;

void sim_broken(const struct contest *c, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    if (c->traced) {
        printf("BROKEN, seed %" PRIu64 ", after record %d: ", c->seed, c->n_log);
        vprintf(format, ap);
        printf("\n");
        fflush(stdout);
    }
    va_end(ap);
    exit(1);
}

/* ---- one contest ---------------------------------------------------------------------------- */

static struct contest *contest_new(void)
{
    struct contest *c = calloc(1, sizeof *c);

    if (c) {
        c->sheet = calloc(1, sizeof *c->sheet);
        c->log = calloc(LOG_MAX, sizeof *c->log);
        c->rows = calloc(ROWS_MAX, sizeof *c->rows);
        c->scratch = calloc(ROWS_MAX, sizeof *c->scratch);
    }
    if (!c || !c->sheet || !c->log || !c->rows || !c->scratch) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    lt_buf_init(&c->sheet_json, LT_SHEET_BYTES);
    lt_buf_init(&c->text, LT_PAYLOAD_BYTES);
    lt_buf_init(&c->again, LT_PAYLOAD_BYTES);
    return c;
}

static void contest_free(struct contest *c)
{
    lt_buf_done(&c->sheet_json);
    lt_buf_done(&c->text);
    lt_buf_done(&c->again);
    free(c->sheet);
    free(c->log);
    free(c->rows);
    free(c->scratch);
    free(c);
}

static void play(struct contest *c, uint64_t seed, bool traced)
{
    c->seed = c->random = seed;
    c->random *= UINT64_C(0x2545f4914f6cdd1d);
    c->traced = traced;
    c->told = UINT64_C(0xcbf29ce484222325);
    c->now_us = INT64_C(1795392000000000);
    c->n_log = c->n_rows = 0;
    c->uneven = false;
    sim_play(c);
    reached->contests++;
}

/* ---- many ----------------------------------------------------------------------------------- */

static void work(int job, int jobs, uint64_t seed, int64_t n)
{
    struct contest *c = contest_new();

    reached = &workers[job].reached;
    for (int64_t i = job; i < n; i += jobs) {
        uint64_t told;

        workers[job].seed = seed + (uint64_t)i;
        play(c, workers[job].seed, false);
        if (i % 50 != 0)
            continue;
        told = c->told;
        play(c, workers[job].seed, false);
        reached->contests--;
        EXPECT(c, told == c->told, "the same seed gave other records");
    }
    contest_free(c);
}

static void tell(uint64_t seed)
{
    struct contest *c = contest_new();

    reached = &workers[0].reached;
    play(c, seed, true);
    contest_free(c);
}

static void stop_others(int jobs)
{
    for (int k = 0; k < jobs; k++)
        if (workers[k].pid > 0)
            kill(workers[k].pid, SIGKILL);
}

/* Returns whether all went well; otherwise *ret_seed is the contest that did not. */
static bool run(int jobs, uint64_t seed, int64_t n, uint64_t *ret_seed)
{
    bool fine = true;

    fflush(stdout);
    for (int k = 0; k < jobs; k++) {
        pid_t pid = fork();

        if (pid < 0) {
            perror("fork");
            exit(2);
        }
        if (pid == 0) {
            work(k, jobs, seed, n);
            exit(0);
        }
        workers[k].pid = pid;
    }
    for (int left = jobs; left > 0; left--) {
        int status;
        pid_t pid = wait(&status);

        for (int k = 0; k < jobs; k++) {
            if (workers[k].pid != pid)
                continue;
            workers[k].pid = 0;
            if (fine && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
                fine = false;
                *ret_seed = workers[k].seed;
                stop_others(jobs);
            }
        }
    }
    return fine;
}

/* ---- what they came to ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    size_t at;
    int64_t per_million; /* a run of many contests reaches it at least so often */
} measures[] = {
#define M(field, least)                                                                            \
    {                                                                                              \
#field, offsetof(struct reached, field), least                                             \
    }
    M(contests, 1000000),
    M(records, 10000000),
    M(refused, 1000000),
    M(repeated, 1000000),
    M(answers, 1000000),
    M(checks, 1000000),
    M(finals, 1000000),
    M(takeovers, 100000),
    M(pauses_of_clock, 100000),
    M(resumed_by_time, 100000),
    M(held, 100000),
    M(drawn, 10000),
    M(rearmed, 10000),
    M(rebounds, 10000),
    M(silent, 10000),
    M(fouls, 10000),
    M(verdicts_by_key, 10000),
    M(verdicts_by_judge, 10000),
    M(stakes, 10000),
    M(declined, 10000),
    M(marks, 10000),
    M(bursts, 10000),
    M(tiebreaks, 10000),
    M(advances, 10000),
    M(advances_tied, 1000),
    M(resets, 1000),
    M(voids, 10000),
    M(accepts, 10000),
    M(adjusts, 10000),
    M(disqualified, 1000),
    M(appeals, 10000),
    M(approvals, 10000),
    M(rejections, 10000),
    M(helps, 1000),
    M(dropped, 1000),
    M(captains, 10000),
    M(previews, 10000),
    M(persons_only, 10000),
    M(big, 100),
    M(in_turn, 10000),
    M(freezes, 100000),
    M(thaws, 10000),
    M(steps, 100000),
    M(rewinds, 10000),
    M(reveals, 100000),
    M(awards, 100000),
    M(frozen, 50000),
    M(rounds, 1000000),
#undef M
};
/* Every one of these is given to somebody. */
static const int refusals[] = {LT_EPHASE,      LT_ESTALE,    LT_ENOQUESTION, LT_ENOTTURN,
                               LT_ENOTCAPTAIN, LT_EOUT,      LT_ELOCKED,     LT_EDECLINED,
                               LT_ESTAKE,      LT_EUSED,     LT_ESECOND,     LT_ENORULING,
                               LT_ERANGE,      LT_ECLOSED,   LT_EPAUSED,     LT_EFORBIDDEN,
                               LT_ENOENT,      LT_EANSWERED, LT_EFROZEN};
enum { MEASURES = sizeof measures / sizeof *measures };

static int64_t *measure(struct reached *r, int i)
{
    return (int64_t *)(void *)((char *)r + measures[i].at);
}

/* Adds up what the processes reached. False: a walk that reaches too little proves nothing. */
static bool report(int jobs, int64_t n)
{
    struct reached *all = &workers[0].reached;
    bool enough = true;

    for (int k = 1; k < jobs; k++)
        for (size_t i = 0; i < sizeof *all / sizeof(int64_t); i++)
            ((int64_t *)all)[i] += ((int64_t *)&workers[k].reached)[i];
    for (int i = 0; i < MEASURES; i++) {
        int64_t least = n < 400 ? 0 : measures[i].per_million * n / 1000000;

        printf("%s%s %" PRId64, i % 6 ? ", " : i ? "\n" : "", measures[i].name, *measure(all, i));
        if (*measure(all, i) < least) {
            printf(" (too few: %" PRId64 " are expected)", least);
            enough = false;
        }
    }
    printf("\nrefused");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        int64_t times = all->errors[-refusals[i]];

        printf(" %s %" PRId64, lt_err_wire(refusals[i]), times);
        enough = enough && (n < 400 || times > 0);
    }
    printf("\nquestions");
    for (int m = 0; m < LT_HOST_MODES; m++) {
        printf(" %s %" PRId64, lt_mode_name((enum lt_mode)m), all->modes[m]);
        enough = enough && (n < 400 || all->modes[m] > 0);
    }
    printf("; sheets refused %" PRId64 " of %" PRId64 "\n", all->sheets_refused, all->sheets);
    return enough && all->sheets_refused * 2 < all->sheets;
}

static uint64_t number(const char *s)
{
    char *end;
    unsigned long long v;

    errno = 0;
    v = s ? strtoull(s, &end, 10) : 0;
    if (!s || *s == '\0' || *end != '\0' || errno != 0) {
        fprintf(stderr, "sim_contests N [--seed S] [--jobs J] | --tell SEED\n");
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL) * 1000003u, broken;
    long jobs = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t n = 0;
    bool story = false, fine;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 || strcmp(argv[i], "--tell") == 0) {
            story = argv[i][2] == 't';
            seed = number(argv[++i]);
        } else if (strcmp(argv[i], "--jobs") == 0) {
            jobs = (long)number(argv[++i]);
        } else {
            n = (int64_t)number(argv[i]);
        }
    }
    jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
    workers = mmap(NULL, (size_t)jobs * sizeof *workers, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (workers == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    sim_pool_open();
    if (story) {
        tell(seed);
        return 0;
    }
    printf("%" PRId64 " contests from seed %" PRIu64 "\n", n, seed);
    if (!run((int)jobs, seed, n, &broken)) {
        printf("seed %" PRIu64 " is broken; its story:\n", broken);
        tell(broken);
        return 1;
    }
    fine = report((int)jobs, n);
    printf("contests %" PRId64 ", broken 0\n", n);
    return fine ? 0 : 1;
}

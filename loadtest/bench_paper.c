/* leitai-load paper: people answer papers of a self-paced event, and start papers, at steady rates.
 *
 * Needs --url, --tenant, --kid, --secret-file, --event, --people and --log. The first --connections
 * people have an open paper (with --begin: start one) and answer it, --rate saves a second in all; the others start
 * one, --starts a second. It judges nothing: FILE.0, FILE.1 … of --log say what was asked and answered.
 * "ready" on stdout says that all savers have their paper; a line on stdin lets it begin. */
#include "loadtest/commands.h"
#include "loadtest/crew.h"
#include "loadtest/paper.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NS = 20000000, STOP_S = 60, SOON_US = 500000, COME_S = 180, SECOND_US = 1000000 };

struct run {
    const struct lt_load_opts *opts;
    struct lt_target target;
    struct lt_people people;
    struct lt_mint *mint;
    struct lt_crew crew;
    struct lt_paper_page *pages;
};

static bool broken(const char *what)
{
    fprintf(stderr, "leitai-load: %s\n", what);
    return false;
}

static int run_process(void *arg, int process)
{
    struct run *r = arg;
    struct lt_paper_args a = {.opts = r->opts,
                              .people = &r->people,
                              .mint = r->mint,
                              .target = &r->target,
                              .page = &r->pages[process],
                              .process = process};
    return lt_paper_run(&a);
}

static bool prepare(struct run *r)
{
    const struct lt_load_opts *o = r->opts;
    const char *err = NULL;
    if (!o->url || !o->tenant || !o->kid || !o->secret_file || o->event == 0 || !o->people_file ||
        !o->log_file)
        return broken(
            "--url, --tenant, --kid, --secret-file, --event, --people and --log are needed");
    if ((err = lt_target_parse(o->url, o->allow_remote, &r->target)))
        return broken(err);
    if (!(r->mint = lt_mint_open(o->secret_file, o->tenant, o->kid, &err)))
        return broken(err);
    if ((err = lt_people_read(&r->people, o->people_file, 0, 0)))
        return broken(err);
    if (r->people.n < o->connections)
        return broken("fewer people in the file than connections wanted");
    if (!lt_crew_descriptors(r->people.n / o->procs + 1))
        return false;
    void *p = mmap(NULL, (size_t)o->procs * sizeof *r->pages, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return broken("no memory");
    r->pages = p;
    return true;
}

static int64_t sum(const struct run *r, size_t member)
{
    int64_t n = 0;
    for (int i = 0; i < r->opts->procs; i++)
        n += *(_Atomic int64_t *)((char *)&r->pages[i] + member);
    return n;
}
#define SUM(r, member) sum((r), offsetof(struct lt_paper_page, member))

/* Until fn says so; false: a process ended, or the time is up. */
static bool await(struct run *r, bool (*fn)(const struct run *), int seconds)
{
    int64_t end_us = lt_clock_read().mono_us + (int64_t)seconds * SECOND_US;
    while (!fn(r)) {
        if (lt_crew_interrupted() || lt_crew_ended(&r->crew) || r->crew.failed > 0 ||
            lt_clock_read().mono_us > end_us)
            return fn(r);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    return true;
}

static bool everybody_ready(const struct run *r)
{
    return SUM(r, ready) >= r->opts->connections;
}

static bool everything_ended(const struct run *r)
{
    for (int i = 0; i < r->opts->procs; i++)
        if (!r->pages[i].ended)
            return false;
    return true;
}

static bool play(struct run *r)
{
    char line[16];
    if (!await(r, everybody_ready, COME_S)) {
        fprintf(stderr, "leitai-load: %lld of %d have their paper, %lld were refused, %lld cut\n",
                (long long)SUM(r, ready), r->opts->connections, (long long)SUM(r, refused),
                (long long)SUM(r, cuts));
        return false;
    }
    printf("ready\n");
    if (!fgets(line, sizeof line, stdin))
        return broken("nobody lets it begin");
    int64_t go_us = lt_clock_read().mono_us + SOON_US;
    for (int i = 0; i < r->opts->procs; i++)
        r->pages[i].go_us = go_us;
    printf("go %lld\n", (long long)(lt_clock_read().wall_us + SOON_US));
    await(r, everything_ended, r->opts->seconds + STOP_S);
    printf("{\"saved\":%lld,\"started\":%lld,\"submitted\":%lld,\"refused\":%lld,\"cuts\":%lld,"
           "\"unanswered\":%lld}\n",
           (long long)SUM(r, saved), (long long)SUM(r, started), (long long)SUM(r, submitted),
           (long long)SUM(r, refused), (long long)SUM(r, cuts), (long long)SUM(r, waiting));
    return everything_ended(r);
}

int lt_command_paper(const struct lt_load_opts *o)
{
    struct run r = {.opts = o};
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool ok = prepare(&r);
    lt_crew_signals();
    ok = ok && lt_crew_start(&r.crew, o->procs, run_process, &r);
    ok = ok && play(&r);
    lt_crew_wait(&r.crew, ok ? STOP_S : 0);
    lt_people_done(&r.people);
    lt_mint_free(r.mint);
    return ok && r.crew.failed == 0 ? 0 : 1;
}

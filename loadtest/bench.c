/* The stage on which the benchmarks of a contest play.
 *
 *   this process ── orders ──→ crowds (--procs): hold the connections of both sides, count what
 * comes │ host's commands          │ sockets            │ sockets └────────────────→ the worker
 * under test     the floor ←── orders ── this process
 *
 * Many connections have several workers and several floors. Both sides have the same clients, so the
 * same kernel work falls on both; only the servers' own processor time is read. */
#include "loadtest/bench.h"

#include "loadtest/cpu.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SECOND_US = 1000000,
    POLL_US = 2000,
    QUIET_US = 30000,
    QUIET_TRIES = 100,
    QUIET_NS = 600000,
    STOP_S = 10,
    FLOOR_CONNECTIONS = 19000 /* of one floor: a process may have 20,000 descriptors */
};

static bool broken(const char *what)
{
    fprintf(stderr, "leitai-load: %s\n", what);
    return false;
}

/* ---- processes ---- */

struct child {
    struct lt_bench *b;
    int pipes[LT_CREW_MAX][2];
};

/* Crowds whose connections one floor holds. */
static int crowds_a_floor(const struct lt_bench *b)
{
    return (b->procs + b->floors - 1) / b->floors;
}

static int run_child(void *arg, int i)
{
    struct child *k = arg;
    struct lt_bench *b = k->b;
    int share = (b->opts->connections + b->procs - 1) / b->procs, first = i * share;
    for (int p = 0; p < b->procs + b->floors; p++) /* a pipe ends when its last writer is gone */
        close(k->pipes[p][1]);
    if (i >= b->procs)
        return lt_floor_run(&b->floor_pages[i - b->procs], k->pipes[i][0]);
    struct lt_floor_page *floor = &b->floor_pages[i / crowds_a_floor(b)];
    while (floor->port == 0)
        usleep(1000);
    struct lt_crowd_args a = {
        .opts = b->opts,
        .people = &b->people,
        .mint = b->mint,
        .es256 = b->es256,
        .target = {b->target[LT_CROWD_SERVER], b->target[LT_CROWD_SERVER]},
        .page = &b->crowd_pages[i],
        .owns = b->owns,
        .orders = k->pipes[i][0],
        .process = i,
        .first = first,
        .n = b->opts->connections - first < share ? b->opts->connections - first : share};
    lt_target_port(&a.target[LT_CROWD_FLOOR], (uint16_t)floor->port);
    a.n = a.n < 0 ? 0 : a.n;
    return lt_crowd_run(&a);
}

static bool start_children(struct lt_bench *b)
{
    struct child k = {.b = b};
    int n = b->procs + b->floors;
    bool ok = true;
    for (int p = 0; ok && p < n; p++)
        ok = pipe2(k.pipes[p], O_CLOEXEC) == 0;
    ok = ok && lt_crew_start(&b->crew, n, run_child, &k);
    if (!ok)
        return broken("processes cannot be started");
    for (int p = 0; p < n; p++) {
        close(k.pipes[p][0]);
        b->orders[p] = k.pipes[p][1];
    }
    memcpy(b->pids[LT_CROWD_FLOOR], b->crew.pids + b->procs,
           (size_t)b->floors * sizeof *b->crew.pids);
    b->n_pids[LT_CROWD_FLOOR] = b->floors;
    return true;
}

static bool map_pages(struct lt_bench *b)
{
    size_t crowds = (size_t)b->procs * sizeof *b->crowd_pages,
           floors = (size_t)b->floors * sizeof *b->floor_pages;
    b->bytes = crowds + floors + (size_t)b->opts->connections * sizeof *b->owns;
    void *p = mmap(NULL, b->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return broken("no memory");
    b->memory = p;
    b->crowd_pages = p;
    b->floor_pages = (struct lt_floor_page *)((char *)p + crowds);
    b->owns = (struct lt_crowd_own *)((char *)p + crowds + floors);
    return true;
}

/* ---- set up ---- */

static bool open_keys(struct lt_bench *b)
{
    const struct lt_load_opts *o = b->opts;
    const char *err = NULL;
    b->mint = lt_mint_open(o->secret_file, o->tenant, o->kid, &err);
    if (b->mint && o->es256_kid && o->es256_key_file)
        b->es256 = lt_mint_open(o->es256_key_file, o->tenant, o->es256_kid, &err);
    return err ? broken(err) : true;
}

static bool prepare(struct lt_bench *b)
{
    const struct lt_load_opts *o = b->opts;
    if (!o->url || !o->tenant || !o->kid || !o->secret_file || o->event == 0 || !o->host_sub ||
        o->pid == 0)
        return broken(
            "--url, --pid, --tenant, --kid, --secret-file, --event and --host-sub are needed");
    const char *err = lt_target_parse(o->url, o->allow_remote, &b->target[LT_CROWD_SERVER]);
    if (err)
        return broken(err);
    b->procs = o->procs < 2 ? 2 : o->procs;
    b->n_pids[LT_CROWD_SERVER] =
        lt_cpu_workers((pid_t)o->pid, b->pids[LT_CROWD_SERVER], LT_BENCH_WORKERS);
    if (b->n_pids[LT_CROWD_SERVER] == 0 || lt_bench_cpu_ns(b, LT_CROWD_SERVER) < 0)
        return broken("--pid: there is no such server, or the kernel does not account for it");
    /* Both sides' connections are in each crowd; a floor holds those of some crowds. */
    int share = (o->connections + b->procs - 1) / b->procs;
    int each = share > 0 ? FLOOR_CONNECTIONS / share : 1;
    b->floors =
        o->connections <= FLOOR_CONNECTIONS ? 1 : (b->procs + each - 1) / (each > 0 ? each : 1);
    if (b->procs + b->floors > LT_CREW_MAX)
        return broken("too many processes: give fewer --procs");
    int held = b->floors == 1 ? o->connections : share * crowds_a_floor(b);
    if (!open_keys(b) || !lt_crew_descriptors(2 * share > held ? 2 * share : held))
        return false;
    err = o->people_file ? lt_people_read(&b->people, o->people_file, o->connections, 0) : NULL;
    if (err || (!o->people_file && !lt_people_make(&b->people, o->connections)))
        return broken(err ? err : "no memory");
    if (b->people.n < o->connections)
        return broken("fewer people in the file than connections wanted");
    return map_pages(b);
}

bool lt_bench_turn(struct lt_bench *b)
{
    lt_gen_turn(&b->gen, POLL_US);
    if (b->gen.now.mono_us > b->end_us)
        return broken("the time is up (--seconds)");
    if (lt_crew_interrupted())
        return broken("interrupted");
    if (b->host && lt_host_failed(b->host))
        return broken(lt_host_failed(b->host));
    if (lt_crew_ended(&b->crew) || b->crew.failed > 0)
        return broken("a process of the benchmark ended early");
    return true;
}

static bool bring_to_running(struct lt_bench *b)
{
    while (!lt_host_ready(b->host)) {
        if (!lt_bench_turn(b))
            return false;
    }
    enum lt_seen_phase phase = lt_host_phase(b->host);
    if (phase == LT_SEEN_FINISHED || phase == LT_SEEN_FINAL)
        return broken("the event is over");
    if (phase == LT_SEEN_PAUSED)
        return lt_bench_command(b, "resume");
    if (phase == LT_SEEN_DRAFT && !lt_bench_command(b, "lobby"))
        return false;
    return phase == LT_SEEN_RUNNING || lt_bench_command(b, "start");
}

int lt_bench_init(struct lt_bench *b, const struct lt_load_opts *o)
{
    *b = (struct lt_bench){.opts = o};
    lt_crew_signals();
    if (!prepare(b) || !start_children(b))
        return 2;
    if (!lt_gen_init(&b->gen, LT_CREW_MAX + 1)) {
        broken("no memory");
        return 2;
    }
    b->end_us = b->gen.now.mono_us + (int64_t)o->seconds * SECOND_US;
    b->host = lt_host_new(&b->gen, o, b->mint, &b->target[LT_CROWD_SERVER]);
    return b->host && bring_to_running(b) ? 0 : 2;
}

void lt_bench_done(struct lt_bench *b)
{
    lt_host_free(b->host);
    if (b->gen.wheel)
        lt_gen_done(&b->gen);
    for (int p = 0; p < b->crew.n; p++)
        close(b->orders[p]);
    lt_crew_wait(&b->crew, STOP_S);
    if (b->memory)
        munmap(b->memory, b->bytes);
    lt_people_done(&b->people);
    lt_mint_free(b->mint);
    lt_mint_free(b->es256);
}

/* ---- steps ---- */

bool lt_bench_command(struct lt_bench *b, const char *action)
{
    lt_host_command(b->host, action);
    while (lt_host_busy(b->host)) {
        if (!lt_bench_turn(b))
            return false;
    }
    return true;
}

static int64_t joined(const struct lt_bench *b, enum lt_crowd_side side)
{
    int64_t n = 0;
    for (int p = 0; p < b->procs; p++)
        n += b->crowd_pages[p].joined[side];
    return n;
}

static bool give_order(struct lt_bench *b, struct lt_crowd_order o)
{
    for (int p = 0; p < b->procs; p++) {
        if (write(b->orders[p], &o, sizeof o) != sizeof o)
            return broken("a crowd does not take orders");
    }
    return true;
}

bool lt_bench_connect(struct lt_bench *b, enum lt_crowd_side side, enum lt_crowd_way way)
{
    if (!give_order(b, (struct lt_crowd_order){.verb = LT_CROWD_CONNECT, .side = side, .way = way}))
        return false;
    while (joined(b, side) < b->opts->connections) {
        if (!lt_bench_turn(b)) {
            fprintf(stderr, "leitai-load: %lld of %d were in, %lld tries failed\n",
                    (long long)joined(b, side), b->opts->connections,
                    (long long)lt_bench_retries(b));
            return false;
        }
    }
    return true;
}

bool lt_bench_close(struct lt_bench *b, enum lt_crowd_side side)
{
    if (!give_order(b, (struct lt_crowd_order){.verb = LT_CROWD_CLOSE, .side = side}))
        return false;
    while (joined(b, side) > 0) {
        if (!lt_bench_turn(b))
            return false;
    }
    return lt_bench_quiet(b, side);
}

int64_t lt_bench_frames_now(const struct lt_bench *b, enum lt_crowd_side side)
{
    int64_t n = 0;
    for (int p = 0; p < b->procs; p++)
        n += b->crowd_pages[p].frames[side];
    return n;
}

bool lt_bench_frames(struct lt_bench *b, enum lt_crowd_side side, int64_t frames)
{
    while (lt_bench_frames_now(b, side) < frames) {
        if (!lt_bench_turn(b))
            return false;
    }
    return true;
}

int64_t lt_bench_cpu_ns(const struct lt_bench *b, enum lt_crowd_side side)
{
    int64_t sum_ns = 0, ns;
    for (int i = 0; i < b->n_pids[side]; i++) {
        if ((ns = lt_cpu_ns(b->pids[side][i])) < 0)
            return -1;
        sum_ns += ns;
    }
    return sum_ns;
}

bool lt_bench_quiet(struct lt_bench *b, enum lt_crowd_side side)
{
    for (int i = 0; i < QUIET_TRIES; i++) {
        int64_t before_ns = lt_bench_cpu_ns(b, side), until_us = b->gen.now.mono_us + QUIET_US;
        while (b->gen.now.mono_us < until_us) {
            if (!lt_bench_turn(b))
                return false;
        }
        int64_t after_ns = lt_bench_cpu_ns(b, side);
        if (before_ns < 0 || after_ns < 0)
            return broken("the process under test ended");
        if (after_ns - before_ns < QUIET_NS)
            return true;
    }
    return true; /* it is never idle; what it does by itself is small beside a round */
}

bool lt_bench_floor_send(const struct lt_bench *b, const struct lt_floor_order *o)
{
    for (int i = 0; i < b->floors; i++)
        if (write(b->orders[b->procs + i], o, sizeof *o) != sizeof *o)
            return broken("a floor does not take orders");
    return true;
}

int64_t lt_bench_floor_unsent(const struct lt_bench *b)
{
    int64_t n = 0;
    for (int i = 0; i < b->floors; i++)
        n += b->floor_pages[i].unsent;
    return n;
}

int64_t lt_bench_retries(const struct lt_bench *b)
{
    int64_t n = 0;
    for (int p = 0; p < b->procs; p++)
        n += b->crowd_pages[p].retries;
    return n;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double lt_bench_median(const double *v, int n)
{
    double sorted[LT_BENCH_ROUNDS];
    if (n <= 0 || n > LT_BENCH_ROUNDS)
        return 0;
    memcpy(sorted, v, (size_t)n * sizeof *v);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

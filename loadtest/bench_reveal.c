/* leitai-load bench reveal: what does it cost that everybody hears the new own rank?
 *
 * The sockets' part of `./dev bench reveal`; reveal.mjs makes the event and its answers, asks the
 * database and Redis, and gives the orders, a line each on stdin, each answered by a line on stdout:
 *
 *   (none)         → ready                all connections of both sides are in
 *   idle MS        → {cpu_ns, us}         processor time of all workers while nothing happens
 *   next|open|close → {cpu_ns, us}        the host's command, until the log says that it is done
 *   quiet          → {cpu_ns, us}         until the workers do no more than when idle
 *   reveal         → {owns, us}           the command, until each player was told its standing
 *   spent          → {cpu_ns, …}          since the reveal began: processor time, frames, bytes, when
 *   check FILE     → {checked, wrong}     lines `index rank of points correct`, index from 0
 *   floor N BYTES  → {cpu_ns, frames}     N sends of a frame of so many bytes to everybody
 *
 * A player that is not told makes the run end at --seconds, with status 2. */
#include "loadtest/bench.h"
#include "loadtest/commands.h"
#include "loadtest/cpu.h"
#include "loadtest/wsframe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 512, QUIET_LOOK_US = 100000, QUIET_LOOKS = 2, SAYS_MAX = 10 };

struct reveal {
    struct lt_bench b;
    char in[LINE_BYTES];
    size_t n_in;
    bool ended;  /* of orders */
    double idle; /* processors that the workers use while nothing happens */
    int64_t begun_cpu_ns, begun_us, frames, bytes;
    int64_t begun_by[LT_BENCH_WORKERS]; /* processor time of each worker */
    struct lt_floor_order order;
};

static int64_t now_us(const struct reveal *r)
{
    return r->b.gen.now.mono_us;
}

static int64_t cpu_ns(const struct reveal *r)
{
    return lt_bench_cpu_ns(&r->b, LT_CROWD_SERVER);
}

static bool turn_until(struct reveal *r, int64_t until_us)
{
    while (now_us(r) < until_us)
        if (!lt_bench_turn(&r->b))
            return false;
    return true;
}

static int64_t bytes_now(const struct reveal *r)
{
    int64_t n = 0;
    for (int p = 0; p < r->b.procs; p++)
        n += r->b.crowd_pages[p].bytes[LT_CROWD_SERVER];
    return n;
}

static void say_cost(const struct reveal *r, int64_t from_ns, int64_t from_us)
{
    printf("{\"cpu_ns\":%" PRId64 ",\"us\":%" PRId64 "}\n", cpu_ns(r) - from_ns,
           now_us(r) - from_us);
}

/* ---- orders ---- */

static bool do_idle(struct reveal *r, int64_t ms)
{
    int64_t from_ns = cpu_ns(r), from_us = now_us(r);
    if (!turn_until(r, from_us + ms * 1000))
        return false;
    r->idle = (double)(cpu_ns(r) - from_ns) / 1000 / (double)(now_us(r) - from_us);
    say_cost(r, from_ns, from_us);
    return true;
}

/* As little as when idle, and a twentieth of a processor more, some looks in a row. */
static bool do_quiet(struct reveal *r)
{
    int64_t from_ns = cpu_ns(r), from_us = now_us(r);
    for (int calm = 0; calm < QUIET_LOOKS;) {
        int64_t look_ns = cpu_ns(r), look_us = now_us(r);
        if (!turn_until(r, look_us + QUIET_LOOK_US))
            return false;
        double used = (double)(cpu_ns(r) - look_ns) / 1000 / (double)(now_us(r) - look_us);
        calm = used < 1.5 * r->idle + 0.05 ? calm + 1 : 0;
    }
    say_cost(r, from_ns, from_us);
    return true;
}

static bool do_command(struct reveal *r, const char *action, enum lt_seen_state state)
{
    int64_t from_ns = cpu_ns(r), from_us = now_us(r);
    if (!lt_bench_command(&r->b, action))
        return false;
    while (lt_host_state(r->b.host) != state)
        if (!lt_bench_turn(&r->b))
            return false;
    say_cost(r, from_ns, from_us);
    return true;
}

static int64_t owns(const struct reveal *r)
{
    int64_t n = 0;
    for (int p = 0; p < r->b.procs; p++)
        n += r->b.crowd_pages[p].owns;
    return n;
}

static bool do_reveal(struct reveal *r)
{
    struct lt_bench *b = &r->b;
    for (int p = 0; p < b->procs; p++) {
        b->crowd_pages[p].owns = 0;
        b->crowd_pages[p].q_wanted = lt_host_question(b->host);
    }
    r->frames = lt_bench_frames_now(b, LT_CROWD_SERVER);
    r->bytes = bytes_now(r);
    for (int i = 0; i < b->n_pids[LT_CROWD_SERVER]; i++)
        r->begun_by[i] = lt_cpu_ns(b->pids[LT_CROWD_SERVER][i]);
    r->begun_cpu_ns = cpu_ns(r);
    r->begun_us = now_us(r);
    if (!lt_bench_command(b, "reveal"))
        return false;
    while (owns(r) < b->opts->connections) {
        if (!lt_bench_turn(b)) {
            fprintf(stderr, "leitai-load: %" PRId64 " of %d players were told their standing\n",
                    owns(r), b->opts->connections);
            return false;
        }
    }
    printf("{\"owns\":%" PRId64 ",\"us\":%" PRId64 ",\"seq\":%" PRId64 "}\n", owns(r),
           now_us(r) - r->begun_us, lt_host_seq(b->host));
    return true;
}

static int by_time(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a > b) - (a < b);
}

static bool do_spent(struct reveal *r)
{
    struct lt_bench *b = &r->b;
    int n = b->opts->connections;
    int64_t spent_ns = cpu_ns(r) - r->begun_cpu_ns, *at = malloc((size_t)n * sizeof *at);
    if (!at)
        return false;
    for (int i = 0; i < n; i++)
        at[i] = b->owns[i].at_us;
    qsort(at, (size_t)n, sizeof *at, by_time);
    printf("{\"cpu_ns\":%" PRId64 ",\"us\":%" PRId64 ",\"frames\":%" PRId64 ",\"bytes\":%" PRId64
           ",\"first_us\":%" PRId64 ",\"p50_us\":%" PRId64 ",\"last_us\":%" PRId64 ",\"workers\":[",
           spent_ns, now_us(r) - r->begun_us, lt_bench_frames_now(b, LT_CROWD_SERVER) - r->frames,
           bytes_now(r) - r->bytes, at[0], at[n / 2], at[n - 1]);
    for (int i = 0; i < b->n_pids[LT_CROWD_SERVER]; i++)
        printf("%s%" PRId64, i > 0 ? "," : "",
               lt_cpu_ns(b->pids[LT_CROWD_SERVER][i]) - r->begun_by[i]);
    printf("]}\n");
    free(at);
    return true;
}

/* What each player was told last, against what the database says. */
static bool do_check(struct reveal *r, const char *path)
{
    long index, points_c;
    int rank, of, correct, checked = 0, wrong = 0;
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "leitai-load: %s: %s\n", path, strerror(errno));
        return false;
    }
    while (fscanf(f, "%ld %d %d %ld %d", &index, &rank, &of, &points_c, &correct) == 5) {
        if (index < 0 || index >= r->b.opts->connections)
            continue;
        const struct lt_crowd_own *own = &r->b.owns[index];
        bool same = own->rank == rank && own->of == of && own->points_c == points_c &&
                    own->correct == correct && own->q == lt_host_question(r->b.host);
        if (!same && wrong < SAYS_MAX)
            fprintf(stderr,
                    "leitai-load: player %ld was told rank %d of %d, %" PRId64
                    " points, %d right, question %d; it is %d of %d, %ld, %d\n",
                    index, own->rank, own->of, own->points_c, own->correct, own->q, rank, of,
                    points_c, correct);
        wrong += !same;
        checked++;
    }
    fclose(f);
    printf("{\"checked\":%d,\"wrong\":%d}\n", checked, wrong);
    return true;
}

static bool do_floor(struct reveal *r, int times, int bytes)
{
    struct lt_bench *b = &r->b;
    static char payload[LT_FLOOR_FRAME];
    int64_t spent_ns = 0;
    if (bytes > LT_FLOOR_FRAME - LT_WS_HEADER_MAX)
        bytes = LT_FLOOR_FRAME - LT_WS_HEADER_MAX;
    memset(payload, ' ', sizeof payload);
    r->order.len =
        (uint32_t)lt_wsframe_write_plain(r->order.frame, LT_WS_TEXT, payload, (size_t)bytes);
    for (int i = 0; i < times; i++) {
        int64_t frames = lt_bench_frames_now(b, LT_CROWD_FLOOR);
        int64_t from_ns = lt_bench_cpu_ns(b, LT_CROWD_FLOOR);
        if (!lt_bench_floor_send(b, &r->order) ||
            !lt_bench_frames(b, LT_CROWD_FLOOR, frames + b->opts->connections) ||
            !lt_bench_quiet(b, LT_CROWD_FLOOR))
            return false;
        spent_ns += lt_bench_cpu_ns(b, LT_CROWD_FLOOR) - from_ns;
    }
    printf("{\"cpu_ns\":%" PRId64 ",\"frames\":%" PRId64 ",\"unsent\":%" PRId64 "}\n", spent_ns,
           (int64_t)times * b->opts->connections, lt_bench_floor_unsent(b));
    return true;
}

static bool do_order(struct reveal *r, char *line)
{
    char *save, *verb = strtok_r(line, " ", &save), *arg = strtok_r(NULL, " ", &save),
                *more = strtok_r(NULL, " ", &save);
    if (!verb)
        return true;
    if (strcmp(verb, "idle") == 0 && arg)
        return do_idle(r, atoi(arg));
    if (strcmp(verb, "quiet") == 0)
        return do_quiet(r);
    if (strcmp(verb, "next") == 0)
        return do_command(r, "next", LT_SEEN_ARMED);
    if (strcmp(verb, "open") == 0)
        return do_command(r, "open", LT_SEEN_OPEN);
    if (strcmp(verb, "close") == 0)
        return do_command(r, "close", LT_SEEN_CLOSED);
    if (strcmp(verb, "reveal") == 0)
        return do_reveal(r);
    if (strcmp(verb, "spent") == 0)
        return do_spent(r);
    if (strcmp(verb, "check") == 0 && arg)
        return do_check(r, arg);
    if (strcmp(verb, "floor") == 0 && arg && more)
        return do_floor(r, atoi(arg), atoi(more));
    fprintf(stderr, "leitai-load: no such order: %s\n", verb);
    return false;
}

/* The host's connection lives while we wait for orders. */
static bool take_orders(struct reveal *r)
{
    while (!r->ended) {
        char *end = memchr(r->in, '\n', r->n_in);
        if (end) {
            char line[LINE_BYTES];
            size_t n = (size_t)(end - r->in);
            memcpy(line, r->in, n);
            line[n] = '\0';
            r->n_in -= n + 1;
            memmove(r->in, end + 1, r->n_in);
            if (!do_order(r, line))
                return false;
            fflush(stdout);
            continue;
        }
        ssize_t got = read(STDIN_FILENO, r->in + r->n_in, sizeof r->in - r->n_in);
        if (got > 0)
            r->n_in += (size_t)got;
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            r->ended = true;
        else if (!lt_bench_turn(&r->b))
            return false;
    }
    return true;
}

int lt_command_bench_reveal(const struct lt_load_opts *o)
{
    static struct reveal r;
    int status = lt_bench_init(&r.b, o);
    bool ok = status == 0 && lt_bench_connect(&r.b, LT_CROWD_SERVER, LT_CROWD_TICKET) &&
              lt_bench_connect(&r.b, LT_CROWD_FLOOR, LT_CROWD_TICKET);
    if (ok) {
        printf("ready\n");
        fflush(stdout);
        fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
        ok = take_orders(&r);
    }
    if (status == 0)
        status = ok ? 0 : 2;
    lt_bench_done(&r.b);
    return status;
}

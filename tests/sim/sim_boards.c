/* Boards against a plain recomputation.
 *
 *   sim_boards N [--seed S] [--jobs J]   N random events
 *
 * Each tenant has up to four events, contests and self-paced ones, at any point of their lives, and series
 * over those that are final. The product folds them and writes their boards (board_whole, series_boards);
 * then every member and value of every board in Redis, and pages of them, are set against what the rows in
 * PostgreSQL come to, reckoned by other means (boards_plain.c, contests_score.c). PostgreSQL and Redis are
 * the simulation's own, as for all tests. The last line is "boards N, differences 0". */
#include "boards.h"

#include "app/schema.h"
#include "base/err.h"
#include "base/log.h"
#include "board_whole.h"
#include "servers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct reached scrap;
struct reached *reached = &scrap;

void sim_broken(const struct contest *c, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fprintf(stderr, "the contest of seed %" PRIu64 " is broken: ", c->seed);
    vfprintf(stderr, format, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    exit(2);
}

/* ---- one contest to play --------------------------------------------------------------------- */

static struct contest *contest_new(void)
{
    struct contest *c = calloc(1, sizeof *c);

    c->sheet = calloc(1, sizeof *c->sheet);
    c->log = calloc(LOG_MAX, sizeof *c->log);
    c->rows = calloc(ROWS_MAX, sizeof *c->rows);
    c->scratch = calloc(ROWS_MAX, sizeof *c->scratch);
    if (!c->sheet || !c->log || !c->rows || !c->scratch)
        abort();
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

static void contest_seed(struct contest *c, uint64_t seed)
{
    c->seed = seed;
    c->random = seed * UINT64_C(0x2545f4914f6cdd1d);
    c->now_us = BASE_US + (int64_t)(seed % 1000) * 3600 * SECOND;
    c->n_log = c->n_rows = 0;
    c->uneven = false;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void one_event(struct world *w, struct contest *c, uint64_t seed)
{
    struct board_written written;

    w->event = (int64_t)seed;
    w->random = seed * UINT64_C(0xd1342543de82ef95);
    wants_clear(w);
    if (chance(w, 65)) {
        contest_seed(c, seed);
        contest_event(w, c);
    } else {
        paced_event(w);
    }
    exec(board_whole(w->config, w->app, (struct lt_tenant_id){w->tenant},
                     (struct lt_event_id){w->event}, &written),
         w->app, "board_whole");
    if (w->n_wants > 0)
        check_event(w);
    w->tally->events++;
}

/* Each process has tenants of its own; what they wrote to Redis goes with them. */
static void work(int job, int jobs, uint64_t seed, int64_t n, struct tally *tally)
{
    static struct world w;
    struct contest *c = contest_new();
    int64_t tenants = (n + EVENTS_MAX - 1) / EVENTS_MAX;

    w.tally = tally;
    world_open(&w, job);
    for (int64_t t = job; t < tenants; t += jobs) {
        w.random = seed + (uint64_t)t;
        world_tenant(&w, 1000 + t);
        for (int64_t i = t * EVENTS_MAX; i < n && i < (t + 1) * EVENTS_MAX; i++)
            one_event(&w, c, 1 + (seed % 1000000) * 20 + (uint64_t)i);
        series_of(&w);
        freeReplyObject(redisCommand(w.redis, "EVAL %s 0 %lld",
                                     "for _, k in ipairs(redis.call('KEYS', 'lt:{' .. ARGV[1] .. "
                                     "':*')) do redis.call('DEL', k) end",
                                     (long long)w.tenant));
    }
    world_close(&w);
    contest_free(c);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void migrate(void)
{
    struct lt_db *d;
    struct lt_buf applied, err;

    lt_buf_init(&applied, 65536);
    lt_buf_init(&err, 65536);
    if (lt_db_open(&(struct lt_db_opts){.url = test_pg_url(), .name = "sim", .stop_fd = -1}, &d,
                   &err) != LT_OK ||
        lt_schema_migrate(d, &applied, &err) != LT_OK) {
        fprintf(stderr, "%s\n", lt_buf_cstr(&err));
        exit(2);
    }
    lt_db_close(d);
    lt_buf_done(&applied);
    lt_buf_done(&err);
    test_redis_url();
}

static bool all_end_well(int jobs)
{
    bool fine = true;

    for (int left = jobs; left > 0; left--) {
        int status;

        if (wait(&status) < 0)
            return false;
        fine = fine && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return fine;
}

/* A walk that reaches too little proves nothing. */
static bool report(const struct tally *all, int64_t n)
{
    const struct {
        const char *name;
        int64_t v;
    } of[] = {{"contests", all->contests},   {"frozen", all->frozen},
              {"revealing", all->revealing}, {"final", all->finals},
              {"self-paced", all->paced},    {"frozen ones", all->paced_frozen},
              {"series", all->series},       {"rounds", all->rounds},
              {"roll-ups", all->rollups},    {"ties", all->ties},
              {"unranked", all->unranked},   {"disqualified", all->disqualified},
              {"guests", all->guests},       {"pages", all->pages},
              {"values", all->rows}};
    bool enough = true;

    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        printf("%s%s %" PRId64, i ? ", " : "", of[i].name, of[i].v);
        enough = enough && (n < 60 || of[i].v > 0);
    }
    printf("\n");
    return enough;
}

static uint64_t number_of(const char *s)
{
    char *end;
    unsigned long long v = s ? strtoull(s, &end, 10) : 0;

    if (!s || *s == '\0' || *end != '\0') {
        fprintf(stderr, "sim_boards N [--seed S] [--jobs J]\n");
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL);
    long jobs = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t n = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = number_of(argv[++i]);
        else if (strcmp(argv[i], "--jobs") == 0)
            jobs = (long)number_of(argv[++i]);
        else
            n = (int64_t)number_of(argv[i]);
    }
    jobs = jobs < 1 ? 1 : jobs > 16 ? 16 : jobs;
    struct tally *all = mmap(NULL, (size_t)jobs * sizeof *all, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        abort();
    printf("%" PRId64 " events from seed %" PRIu64 "\n", n, seed);
    fflush(stdout);
    lt_log_init(LT_LOG_ERROR, "sim");
    sim_pool_open();
    migrate();
    for (int k = 0; k < jobs; k++)
        if (fork() == 0) {
            work(k, (int)jobs, seed, n, &all[k]);
            exit(0);
        }
    bool fine = all_end_well((int)jobs);
    for (int k = 1; k < jobs; k++)
        for (size_t i = 0; i < sizeof *all / sizeof(int64_t); i++)
            ((int64_t *)all)[i] += ((int64_t *)&all[k])[i];
    fine = report(all, n) && fine && all->differences == 0 && all->boards > 0;
    printf("boards %" PRId64 ", differences %" PRId64 "\n", all->boards, all->differences);
    return fine ? 0 : 1;
}

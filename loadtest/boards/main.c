/* leitai-boards: questions to the board of a self-paced event, at a steady rate, checked.
 *
 *   leitai-boards --redis URL [--entries N] [--reads N] [--puts N] [--seed N]
 *
 * A process beside the servers, on their own code (service/ranks.h) and one Redis. It obeys lines on
 * stdin and answers each with a line of JSON on stdout, so that whoever measures something else at the
 * same time says when:
 *   fill     write the board whole: seconds
 *   measure  begin to ask, --reads a second: own rank, ten around, the first hundred, in turn; and to
 *            put --puts entries a second. The loop is open: latency counts from the moment at which a
 *            question should have been asked.
 *   stop     end that: for each kind count, p50, p99, max in ms; how many came stale or wrong
 *   check    when all puts are there: the ranks of a thousand entries against a plain sort
 * While entries are put no rank can be foretold, so ranks are checked on the way only without puts. */
#include "base/err.h"
#include "base/log.h"
#include "loadtest/histogram.h"
#include "loadtest/rng.h"
#include "service/ranks.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    MS = 1000,
    SECOND_US = 1000 * 1000,
    MARK_LOOK_US = 10 * 1000,
    SETTLE_US = 10 * 1000,
    AROUND = 5,
    CHECKS = 1000,
    LINE_BYTES = 64
};
enum { POINTS_UNIT_BITS = 27 }; /* see domain/ranking.c */
enum kind { RANK, AROUND_ME, TOP, KINDS };
static const char *const kind_name[KINDS] = {"rank", "around", "top"};
static const struct lt_tenant_id tenant = {1};
static const struct lt_event_id event = {1};

struct bench {
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct lt_boards *boards;
    struct lt_ranks *ranks;
    int entries, reads, puts;
    struct lt_rng random;
    int64_t *score, *sorted; /* of entry i + 1; all, best first */
    int *version;
    int64_t begun_us, fill_us;
    int64_t asked, put; /* in this measurement */
    int under_way, ticker;
    bool measuring, stopping, checking;
    struct lt_hist hist[KINDS];
    int64_t stale, wrong, errors;
    int left; /* checks */
    uv_poll_t ticks, input;
    struct lt_timer ready, settle;
    char line[LINE_BYTES];
    size_t line_len;
};

struct ask {
    struct bench *b;
    enum kind kind;
    int64_t entry, intended_us;
    bool foretold;
};

static int64_t now_us(struct bench *b)
{
    return lt_loop_now_fresh(b->loop).mono_us;
}

/* Points 0–100 by halves, 0–20 right, half an hour: many share a score, most do not. */
static int64_t draw_score(struct bench *b)
{
    int64_t points_c = 50 * (int64_t)lt_rng_below(&b->random, 201);
    return (points_c << POINTS_UNIT_BITS) + ((int64_t)lt_rng_below(&b->random, 21) << 17) + 131071 -
           (int64_t)lt_rng_below(&b->random, 1800);
}

static int descending(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a < b) - (a > b);
}

static void sort_scores(struct bench *b)
{
    memcpy(b->sorted, b->score, (size_t)b->entries * sizeof *b->sorted);
    qsort(b->sorted, (size_t)b->entries, sizeof *b->sorted, descending);
}

static int64_t true_rank(const struct bench *b, int64_t entry)
{
    int64_t score = b->score[entry - 1];
    int low = 0, high = b->entries;
    while (low < high) {
        int mid = (low + high) / 2;
        if (b->sorted[mid] > score)
            low = mid + 1;
        else
            high = mid;
    }
    return low + 1;
}

/* ---- asking ---- */

static bool right(const struct ask *a, const struct lt_ranks_page *p)
{
    const struct bench *b = a->b;
    if (p->of != b->entries)
        return false;
    if (a->kind == TOP) {
        for (int i = 0; i < p->n_top; i++)
            if (p->top[i].score != b->sorted[i] || p->top[i].rank != true_rank(b, p->top[i].entry))
                return false;
        return p->n_top == LT_RANKS_TOP_MAX;
    }
    for (int i = 0; i < p->n_around; i++)
        if (p->around[i].rank != true_rank(b, p->around[i].entry))
            return false;
    return p->own == true_rank(b, a->entry) && (p->n_around > AROUND) == (a->kind == AROUND_ME);
}

static void report(struct bench *b)
{
    double seconds = (double)(now_us(b) - b->begun_us) / SECOND_US;
    printf("{\"seconds\":%.3f,\"puts\":%lld,\"stale\":%lld,\"wrong\":%lld,\"errors\":%lld", seconds,
           (long long)b->put, (long long)b->stale, (long long)b->wrong, (long long)b->errors);
    for (int k = 0; k < KINDS; k++)
        printf(",\"%s\":{\"count\":%lld,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", kind_name[k],
               (long long)b->hist[k].count, (double)lt_hist_percentile(&b->hist[k], 50) / MS,
               (double)lt_hist_percentile(&b->hist[k], 99) / MS, (double)b->hist[k].max_us / MS);
    printf("}\n");
    b->stopping = false;
}

static void on_page(void *arg, int err, const struct lt_ranks_page *p)
{
    struct ask *a = arg;
    struct bench *b = a->b;
    b->under_way--;
    b->errors += err != LT_OK;
    b->stale += p && p->stale;
    b->wrong += p && a->foretold && !right(a, p);
    if (b->checking) {
        if (--b->left == 0) {
            b->checking = false;
            printf("{\"checked\":%d,\"wrong\":%lld,\"errors\":%lld}\n", CHECKS, (long long)b->wrong,
                   (long long)b->errors);
        }
    } else {
        lt_hist_record(&b->hist[a->kind], now_us(b) - a->intended_us);
        if (b->stopping && b->under_way == 0)
            report(b);
    }
    free(a);
}

static void ask(struct bench *b, enum kind kind, int64_t intended_us, bool foretold)
{
    struct ask *a = calloc(1, sizeof *a);
    assert(a);
    *a = (struct ask){.b = b,
                      .kind = kind,
                      .entry = 1 + (int64_t)lt_rng_below(&b->random, (uint64_t)b->entries),
                      .intended_us = intended_us,
                      .foretold = foretold};
    struct lt_ranks_query q = {.tenant = tenant,
                               .event = event,
                               .entry = kind == TOP ? 0 : a->entry,
                               .top = kind == TOP ? LT_RANKS_TOP_MAX : 0,
                               .around = kind == AROUND_ME ? AROUND : 0};
    b->under_way++;
    if (lt_ranks_read(b->ranks, &q, on_page, a) != LT_OK)
        on_page(a, LT_EREDIS, NULL);
}

static void put(struct bench *b)
{
    int64_t i = (int64_t)lt_rng_below(&b->random, (uint64_t)b->entries);
    b->score[i] = draw_score(b);
    b->version[i]++;
    b->put++;
    struct lt_ranks_row row = {.entry = i + 1, .version = b->version[i], .score = b->score[i]};
    lt_ranks_put(b->ranks, tenant, event, &row, 1);
}

static void on_tick(uv_poll_t *h, int status, int events)
{
    struct bench *b = h->data;
    uint64_t times;
    (void)status;
    (void)events;
    if (read(b->ticker, &times, sizeof times) != sizeof times || !b->measuring)
        return;
    int64_t at_us = now_us(b) - b->begun_us;
    for (; b->asked * SECOND_US < at_us * b->reads; b->asked++)
        ask(b, (enum kind)(b->asked % KINDS), b->begun_us + b->asked * SECOND_US / b->reads,
            b->puts == 0);
    while (b->put * SECOND_US < at_us * b->puts)
        put(b);
}

static void tick(struct bench *b, bool on)
{
    long every_ns = 500 * 1000; /* lateness of asking counts: half a millisecond at most */
    struct itimerspec t = {.it_value.tv_nsec = on ? every_ns : 0,
                           .it_interval.tv_nsec = on ? every_ns : 0};
    timerfd_settime(b->ticker, 0, &t, NULL);
    b->measuring = on;
}

/* ---- orders ---- */

static int source(void *arg, int64_t after, struct lt_ranks_row *rows, int max)
{
    struct bench *b = arg;
    int n = 0;
    for (int64_t i = after < 0 ? 0 : after; i < b->entries && n < max; i++)
        rows[n++] =
            (struct lt_ranks_row){.entry = i + 1, .version = b->version[i], .score = b->score[i]};
    return n;
}

static void on_filled(void *arg, int err)
{
    struct bench *b = arg;
    printf("{\"entries\":%d,\"err\":\"%s\",\"seconds\":%.3f}\n", b->entries,
           err == LT_OK ? "" : lt_err_wire(err), (double)(now_us(b) - b->fill_us) / SECOND_US);
}

/* When all puts are in Redis. */
static void check_begin(struct bench *b)
{
    if (lt_ranks_waiting(b->ranks) > 0) {
        lt_loop_timer(b->loop, &b->settle, SETTLE_US);
        return;
    }
    b->wrong = b->errors = 0;
    b->checking = true;
    b->left = CHECKS;
    sort_scores(b);
    for (int i = 0; i < CHECKS; i++)
        ask(b, (enum kind)(i % KINDS), 0, true);
}

static void on_settle(struct lt_timer *t, int64_t now)
{
    (void)now;
    check_begin(t->arg);
}

static void obey(struct bench *b, const char *line)
{
    if (strcmp(line, "fill") == 0) {
        struct lt_ranks_rebuild w = {.tenant = tenant,
                                     .event = event,
                                     .version = 1,
                                     .source = source,
                                     .done = on_filled,
                                     .arg = b};
        b->fill_us = now_us(b);
        if (lt_ranks_write(b->ranks, &w) != LT_OK)
            on_filled(b, LT_EBUSY);
    } else if (strcmp(line, "measure") == 0) {
        memset(b->hist, 0, sizeof b->hist);
        b->stale = b->wrong = b->errors = b->asked = b->put = 0;
        sort_scores(b);
        b->begun_us = now_us(b);
        tick(b, true);
        printf("{}\n");
    } else if (strcmp(line, "stop") == 0) {
        tick(b, false);
        b->stopping = b->under_way > 0;
        if (!b->stopping)
            report(b);
    } else if (strcmp(line, "check") == 0) {
        check_begin(b);
    } else {
        printf("{\"err\":\"no such order\"}\n");
    }
}

static void on_input(uv_poll_t *h, int status, int events)
{
    struct bench *b = h->data;
    (void)status;
    (void)events;
    ssize_t n = read(STDIN_FILENO, b->line + b->line_len, sizeof b->line - 1 - b->line_len);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        lt_loop_stop(b->loop);
        return;
    }
    b->line_len += (size_t)n;
    b->line[b->line_len] = '\0';
    for (char *end; (end = strchr(b->line, '\n'));) {
        *end = '\0';
        obey(b, b->line);
        b->line_len -= (size_t)(end + 1 - b->line);
        memmove(b->line, end + 1, b->line_len + 1);
    }
    if (b->line_len == sizeof b->line - 1)
        b->line_len = 0;
}

/* Obey once Redis' mark is known: until then every board is stale. */
static void on_ready(struct lt_timer *t, int64_t now)
{
    struct bench *b = t->arg;
    (void)now;
    if (lt_boards_mark(b->boards)[0])
        uv_poll_start(&b->input, UV_READABLE, on_input);
    else
        lt_loop_timer(b->loop, t, MARK_LOOK_US);
}

/* ---- life ---- */

static bool options(struct bench *b, int argc, char **argv, const char **ret_url)
{
    static const struct option rows[] = {
        {"redis", required_argument, NULL, 'r'}, {"entries", required_argument, NULL, 'e'},
        {"reads", required_argument, NULL, 'a'}, {"puts", required_argument, NULL, 'p'},
        {"seed", required_argument, NULL, 's'},  {NULL, 0, NULL, 0}};
    int64_t seed = 1;
    for (int c; (c = getopt_long(argc, argv, "", rows, NULL)) != -1;) {
        switch (c) {
        case 'r':
            *ret_url = optarg;
            break;
        case 'e':
            b->entries = atoi(optarg);
            break;
        case 'a':
            b->reads = atoi(optarg);
            break;
        case 'p':
            b->puts = atoi(optarg);
            break;
        case 's':
            seed = atoll(optarg);
            break;
        default:
            return false;
        }
    }
    lt_rng_init(&b->random, (uint64_t)seed, 0, 0);
    return *ret_url && optind == argc && b->entries > LT_RANKS_TOP_MAX && b->reads > 0 &&
           b->puts >= 0;
}

static void on_gone(void *arg)
{
    struct bench *b = arg;
    lt_loop_stop(b->loop);
}

static bool run(struct bench *b, const char *url)
{
    struct lt_redis_opts opts = {.url = url,
                                 .connect_timeout_us = 5 * SECOND_US,
                                 .command_timeout_us = 5 * SECOND_US,
                                 .max_pending = 100000};
    b->loop = lt_loop_new();
    b->redis = b->loop ? lt_redis_new(b->loop, &opts) : NULL;
    b->ticker = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (!b->redis || b->ticker < 0)
        return false;
    b->boards = lt_boards_new(b->loop, b->redis);
    b->ranks =
        lt_ranks_new(b->loop, b->redis, b->boards, &(struct lt_ranks_opts){.queue_rows = 100000});
    assert(b->boards && b->ranks);
    b->ticks.data = b->input.data = b;
    uv_poll_init(lt_loop_uv(b->loop), &b->ticks, b->ticker);
    uv_poll_start(&b->ticks, UV_READABLE, on_tick);
    uv_poll_init(lt_loop_uv(b->loop), &b->input, STDIN_FILENO);
    lt_timer_init(&b->ready, on_ready, b);
    lt_timer_init(&b->settle, on_settle, b);
    lt_loop_timer(b->loop, &b->ready, 0);
    lt_loop_run(b->loop);
    uv_close((uv_handle_t *)&b->ticks, NULL);
    uv_close((uv_handle_t *)&b->input, NULL);
    lt_redis_free(b->redis, on_gone, b);
    lt_loop_run(b->loop);
    lt_ranks_free(b->ranks);
    lt_boards_free(b->boards);
    lt_loop_free(b->loop);
    close(b->ticker);
    return true;
}

int main(int argc, char **argv)
{
    static struct bench b = {.entries = 1148000, .reads = 300};
    const char *url = NULL;
    if (!options(&b, argc, argv, &url)) {
        fprintf(stderr, "usage: leitai-boards --redis URL [--entries N] [--reads N] [--puts N] "
                        "[--seed N]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    b.score = calloc((size_t)b.entries, sizeof *b.score);
    b.sorted = calloc((size_t)b.entries, sizeof *b.sorted);
    b.version = calloc((size_t)b.entries, sizeof *b.version);
    bool ok = b.score && b.sorted && b.version;
    for (int i = 0; ok && i < b.entries; i++) {
        b.score[i] = draw_score(&b);
        b.version[i] = 1;
    }
    ok = ok && run(&b, url);
    free(b.score);
    free(b.sorted);
    free(b.version);
    return ok ? 0 : 1;
}

/* Projecting boards.
 *
 * Each event has one job: the latest standings, packed. It is written in chunks of CHUNK members,
 * each by a script that first compares versions: a chunk of an older version does nothing. The
 * first chunk of a new version drops the old set, so members that are gone do not linger; the last
 * one publishes the version. A failed chunk starts the job again from its beginning; so does Redis
 * coming back.
 */
#include "service/boards.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { CHUNK = 500, RETRY_US = 500 * 1000, NUMBER_BYTES = 24 };

/* KEYS: board, version, work. ARGV: version, offset, total, then score and member pairs. Replies 1
 * when written, 0 when a newer one stands. */
static const char SCRIPT[] = "local v = tonumber(redis.call('GET', KEYS[2]) or '-1') "
                             "local new = tonumber(ARGV[1]) "
                             "if v > new then return 0 end "
                             "if tonumber(ARGV[2]) == 0 then redis.call('DEL', KEYS[3]) end "
                             "local pairs = {} "
                             "for i = 4, #ARGV do pairs[#pairs + 1] = ARGV[i] end "
                             "if #pairs > 0 then redis.call('ZADD', KEYS[3], unpack(pairs)) end "
                             "if tonumber(ARGV[2]) + #pairs / 2 >= tonumber(ARGV[3]) then "
                             "if tonumber(ARGV[3]) > 0 then redis.call('RENAME', KEYS[3], KEYS[1]) "
                             "else redis.call('DEL', KEYS[1]) end "
                             "redis.call('SET', KEYS[2], ARGV[1]) end "
                             "return 1";

struct packed {
    int64_t entry, score;
};

struct job {
    struct lt_boards *b;
    struct {
        int64_t tenant, event;
    } key;
    struct packed *rows;
    int n, written;
    int64_t version;
    bool busy, again, gone, done; /* again: rows were replaced while a chunk was under way */
    struct lt_timer retry;
    UT_hash_handle hh;
};

struct lt_boards {
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct job *jobs;
};

static void chunk_send(struct job *j);

static void job_free(struct job *j)
{
    lt_loop_timer_cancel(j->b->loop, &j->retry);
    free(j->rows);
    free(j);
}

static void on_retry(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    chunk_send(t->arg);
}

static void job_start(struct job *j)
{
    j->written = 0;
    j->done = false;
    if (j->busy)
        j->again = true;
    else
        chunk_send(j);
}

static void on_chunk(void *arg, int err, const struct lt_redis_reply *r)
{
    struct job *j = arg;
    j->busy = false;
    if (j->gone) {
        job_free(j);
        return;
    }
    bool ok = err == LT_OK && lt_redis_type(r) == LT_REDIS_INT;
    if (j->again) {
        j->again = false;
        chunk_send(j);
    } else if (!ok) {
        if (err == LT_OK)
            lt_log(LT_LOG_ERROR, "board was refused", LT_I("tenant", j->key.tenant),
                   LT_I("event", j->key.event), LT_S("why", lt_redis_str(r, NULL)));
        j->written = 0;
        lt_loop_timer(j->b->loop, &j->retry, RETRY_US);
    } else if (lt_redis_int(r) == 0 || j->written >= j->n) {
        j->done = true; /* written, or a newer one stands */
    } else {
        chunk_send(j);
    }
}

static void chunk_send(struct job *j)
{
    enum { FIXED = 9 };
    const char *argv[FIXED + 2 * CHUNK];
    char keys[3][96], numbers[3][NUMBER_BYTES];
    int n = j->n - j->written < CHUNK ? j->n - j->written : CHUNK, argc = 0;
    char(*text)[NUMBER_BYTES] = malloc(2 * CHUNK * sizeof *text);
    assert(text);
    static const char *const suffix[3] = {"board", "board:v", "board:new"};
    argv[argc++] = "EVAL";
    argv[argc++] = SCRIPT;
    argv[argc++] = "3";
    for (int i = 0; i < 3; i++) {
        snprintf(keys[i], sizeof keys[i], "lt:{%" PRId64 ":%" PRId64 "}:%s", j->key.tenant,
                 j->key.event, suffix[i]);
        argv[argc++] = keys[i];
    }
    int64_t fixed[3] = {j->version, j->written, j->n};
    for (int i = 0; i < 3; i++) {
        snprintf(numbers[i], NUMBER_BYTES, "%" PRId64, fixed[i]);
        argv[argc++] = numbers[i];
    }
    for (int i = 0; i < n; i++) {
        const struct packed *p = &j->rows[j->written + i];
        snprintf(text[2 * i], NUMBER_BYTES, "%" PRId64, p->score);
        snprintf(text[2 * i + 1], NUMBER_BYTES, "%" PRId64, p->entry);
        argv[argc++] = text[2 * i];
        argv[argc++] = text[2 * i + 1];
    }
    if (lt_redis_cmd(j->b->redis, on_chunk, j, argc, argv, NULL) == LT_OK) {
        j->busy = true;
        j->written += n;
    } else {
        j->written = 0;
        lt_loop_timer(j->b->loop, &j->retry, RETRY_US);
    }
    free(text);
}

static void on_redis(void *arg, bool up)
{
    struct lt_boards *b = arg;
    if (!up)
        return;
    /* It may be another Redis, or an emptied one. */
    for (struct job *j = b->jobs; j; j = j->hh.next) {
        if (j->done)
            job_start(j);
    }
}

struct lt_boards *lt_boards_new(struct lt_loop *l, struct lt_redis *redis)
{
    struct lt_boards *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->loop = l;
    b->redis = redis;
    lt_redis_on_state(redis, on_redis, b);
    return b;
}

static struct job *find(struct lt_boards *b, const struct lt_contest *c)
{
    struct job *j, key = {.key = {c->tenant.v, c->event.v}};
    HASH_FIND(hh, b->jobs, &key.key, sizeof key.key, j);
    return j;
}

void lt_boards_project(struct lt_boards *b, const struct lt_contest *c)
{
    struct job *j = find(b, c);
    if (!j) {
        j = calloc(1, sizeof *j);
        assert(j);
        j->b = b;
        j->key.tenant = c->tenant.v;
        j->key.event = c->event.v;
        lt_timer_init(&j->retry, on_retry, j);
        HASH_ADD(hh, b->jobs, key, sizeof j->key, j);
    }
    struct packed *rows = realloc(j->rows, (size_t)(c->n_ranked + 1) * sizeof *rows);
    assert(rows);
    j->rows = rows;
    j->n = c->n_ranked;
    j->version = c->board_version;
    for (int i = 0; i < j->n; i++)
        rows[i] = (struct packed){.entry = c->ranked[i]->entry,
                                  .score = lt_board_score(&c->sheet, c->ranked[i], i)};
    lt_loop_timer_cancel(b->loop, &j->retry);
    job_start(j);
}

static void job_drop(struct lt_boards *b, struct job *j)
{
    HASH_DEL(b->jobs, j);
    j->gone = true;
    if (!j->busy)
        job_free(j);
}

void lt_boards_forget(struct lt_boards *b, const struct lt_contest *c)
{
    struct job *j = find(b, c);
    if (j)
        job_drop(b, j);
}

void lt_boards_free(struct lt_boards *b)
{
    if (!b)
        return;
    struct job *j, *next;
    HASH_ITER (hh, b->jobs, j, next)
        job_drop(b, j);
    free(b);
}

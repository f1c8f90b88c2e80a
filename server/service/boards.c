/* Projecting boards.
 *
 * Each event has one job: the latest standings, packed. It is written in chunks of CHUNK members to a
 * set of this process's own, by a script that first compares versions: a chunk of an older version
 * does nothing. The last chunk puts the set in the place of the board and its version beside it, at
 * once, so nobody sees half a board, and members that are gone do not linger. A failed chunk starts the
 * job again from its beginning.
 *
 * Redis may lose everything at any time, unseen. So it carries a mark, a random id: every process looks
 * at it each second, makes one where there is none, and writes all its boards again when it is not
 * the one that it knew. A set that was emptied between two of our chunks has not as many members as we
 * gave it, and the script says so. Rejected: a mark for each event (as many questions a second as
 * events), and INFO's run_id (FLUSHALL does not change it).
 */
#include "service/boards.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    CHUNK = 500,
    RETRY_US = 500 * 1000,
    MARK_US = 1000 * 1000,
    NUMBER_BYTES = 24,
    KEY_BYTES = 96,
};

/* KEYS: board, version, work. ARGV: version, offset, total, if_newer, then score and member pairs.
 * Replies 1 when written, 0 when a newer one stands, −1 when what was written before is gone. */
static const char SCRIPT[] =
    "local v = tonumber(redis.call('GET', KEYS[2]) or '-1') "
    "local new, at = tonumber(ARGV[1]), tonumber(ARGV[2]) "
    "if v > new or (v == new and ARGV[4] == '1') then redis.call('DEL', KEYS[3]) return 0 end "
    "if at == 0 then redis.call('DEL', KEYS[3]) "
    "elseif redis.call('ZCARD', KEYS[3]) ~= at then return -1 end "
    "local pairs = {} "
    "for i = 5, #ARGV do pairs[#pairs + 1] = ARGV[i] end "
    "if #pairs > 0 then redis.call('ZADD', KEYS[3], unpack(pairs)) "
    "redis.call('EXPIRE', KEYS[3], 60) end "
    "if at + #pairs / 2 >= tonumber(ARGV[3]) then "
    "redis.call('UNLINK', KEYS[1]) " /* freeing a large set would hold everybody up */
    "if tonumber(ARGV[3]) > 0 then redis.call('RENAME', KEYS[3], KEYS[1]) "
    "redis.call('PERSIST', KEYS[1]) end "
    "redis.call('SET', KEYS[2], ARGV[1]) end "
    "return 1";

/* KEYS: mark, run. ARGV: a new mark. Replies the mark that stands. One that another run of Redis made is
 * replaced: a data set that was loaded from a file may be an old one. */
static const char MARK_SCRIPT[] =
    "local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '' "
    "local g = redis.call('GET', KEYS[1]) "
    "if not g or redis.call('GET', KEYS[2]) ~= run then g = ARGV[1] "
    "redis.call('MSET', KEYS[1], g, KEYS[2], run) end "
    "return g";

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
    bool if_newer;
    enum lt_board_state state;
    bool busy, again, gone; /* again: rows were replaced, or lost, while a chunk was under way */
    struct lt_timer retry;
    UT_hash_handle hh;
};

struct lt_boards {
    struct lt_loop *loop;
    struct lt_redis *redis;
    struct job *jobs;
    char id[LT_BOARD_MARK_BYTES];   /* of this process, in the name of its sets */
    char mark[LT_BOARD_MARK_BYTES]; /* last seen in Redis, "" none yet */
    bool asking;
    struct lt_timer look;
};

static void chunk_send(struct job *j);

void lt_board_key(char *out, size_t cap, struct lt_tenant_id tenant, struct lt_event_id event,
                  const char *part)
{
    int n = snprintf(out, cap, "lt:{%" PRId64 ":%" PRId64 "}:%s", tenant.v, event.v, part);
    assert(n > 0 && (size_t)n < cap);
}

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

static void job_start(struct job *j, enum lt_board_state state)
{
    j->state = state;
    j->written = 0;
    lt_loop_timer_cancel(j->b->loop, &j->retry);
    if (j->busy)
        j->again = true;
    else
        chunk_send(j);
}

static void job_end(struct job *j, enum lt_board_state state)
{
    if (j->state == LT_BOARD_LOST)
        lt_log(LT_LOG_INFO, "board stands again", LT_I("tenant", j->key.tenant),
               LT_I("event", j->key.event), LT_I("entries", j->n), LT_I("version", j->version));
    j->state = state;
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
        j->written = 0;
        chunk_send(j);
    } else if (!ok) {
        if (err == LT_OK)
            lt_log(LT_LOG_ERROR, "board was refused", LT_I("tenant", j->key.tenant),
                   LT_I("event", j->key.event), LT_S("why", lt_redis_str(r, NULL)));
        j->written = 0;
        j->state = LT_BOARD_LOST;
        lt_loop_timer(j->b->loop, &j->retry, RETRY_US);
    } else if (lt_redis_int(r) < 0) {
        job_start(j, LT_BOARD_LOST);
    } else if (lt_redis_int(r) == 0) {
        job_end(j, LT_BOARD_NEWER);
    } else if (j->written >= j->n) {
        job_end(j, LT_BOARD_WRITTEN);
    } else {
        chunk_send(j);
    }
}

static void chunk_send(struct job *j)
{
    enum { FIXED = 10 };
    const char *argv[FIXED + 2 * CHUNK];
    char keys[3][KEY_BYTES], numbers[3][NUMBER_BYTES];
    int n = j->n - j->written < CHUNK ? j->n - j->written : CHUNK, argc = 0;
    char(*text)[NUMBER_BYTES] = malloc(2 * CHUNK * sizeof *text);
    assert(text);
    char work[KEY_BYTES];
    snprintf(work, sizeof work, "board:new:%s", j->b->id);
    const char *part[3] = {"board", "board:v", work};
    argv[argc++] = "EVAL";
    argv[argc++] = SCRIPT;
    argv[argc++] = "3";
    for (int i = 0; i < 3; i++) {
        lt_board_key(keys[i], sizeof keys[i], (struct lt_tenant_id){j->key.tenant},
                     (struct lt_event_id){j->key.event}, part[i]);
        argv[argc++] = keys[i];
    }
    int64_t fixed[3] = {j->version, j->written, j->n};
    for (int i = 0; i < 3; i++) {
        snprintf(numbers[i], NUMBER_BYTES, "%" PRId64, fixed[i]);
        argv[argc++] = numbers[i];
    }
    argv[argc++] = j->if_newer ? "1" : "0";
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
        j->state = LT_BOARD_LOST;
        lt_loop_timer(j->b->loop, &j->retry, RETRY_US);
    }
    free(text);
}

static void all_again(struct lt_boards *b)
{
    for (struct job *j = b->jobs; j; j = j->hh.next)
        job_start(j, LT_BOARD_LOST);
}

/* ---- the mark ---- */

void lt_board_random(char out[LT_BOARD_MARK_BYTES])
{
    unsigned char bits[8];
    int ok = RAND_bytes(bits, sizeof bits);
    assert(ok == 1);
    for (size_t i = 0; i < sizeof bits; i++)
        snprintf(out + 2 * i, 3, "%02x", bits[i]);
}

static void on_mark(void *arg, int err, const struct lt_redis_reply *r)
{
    struct lt_boards *b = arg;
    b->asking = false;
    if (err != LT_OK || lt_redis_type(r) != LT_REDIS_STR)
        return;
    const char *mark = lt_redis_str(r, NULL);
    bool known = b->mark[0] != '\0', same = strcmp(b->mark, mark) == 0;
    snprintf(b->mark, sizeof b->mark, "%s", mark);
    if (!known || same)
        return;
    lt_log(LT_LOG_WARN, "Redis was emptied or replaced, writing boards again",
           LT_I("boards", HASH_COUNT(b->jobs)));
    lt_metric_add(LT_M_BOARDS_LOST, 1);
    all_again(b);
}

static void on_look(struct lt_timer *t, int64_t now_us)
{
    struct lt_boards *b = t->arg;
    char fresh[LT_BOARD_MARK_BYTES];
    (void)now_us;
    lt_board_random(fresh);
    if (!b->asking && lt_redis_up(b->redis))
        b->asking = lt_redis_cmdv(b->redis, on_mark, b, "EVAL", MARK_SCRIPT, "2", "lt:generation",
                                  "lt:generation:run", fresh, (char *)NULL) == LT_OK;
    lt_loop_timer(b->loop, t, MARK_US);
}

static void on_redis(void *arg, bool up)
{
    struct lt_boards *b = arg;
    if (up) { /* it may be another Redis, or what it kept may be old */
        lt_loop_timer_cancel(b->loop, &b->look);
        lt_loop_timer(b->loop, &b->look, 0);
        all_again(b);
        return;
    }
    for (struct job *j = b->jobs; j; j = j->hh.next)
        j->state = LT_BOARD_LOST;
}

const char *lt_boards_mark(const struct lt_boards *b)
{
    return b->mark;
}

/* ---- life ---- */

struct lt_boards *lt_boards_new(struct lt_loop *l, struct lt_redis *redis)
{
    struct lt_boards *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->loop = l;
    b->redis = redis;
    lt_board_random(b->id);
    lt_redis_on_state(redis, on_redis, b);
    lt_timer_init(&b->look, on_look, b);
    lt_loop_timer(l, &b->look, MARK_US);
    return b;
}

static struct job *find(const struct lt_boards *b, struct lt_tenant_id tenant,
                        struct lt_event_id event)
{
    struct job *j, key = {.key = {tenant.v, event.v}};
    HASH_FIND(hh, b->jobs, &key.key, sizeof key.key, j);
    return j;
}

void lt_boards_project(struct lt_boards *b, const struct lt_board *board, bool if_newer)
{
    struct job *j = find(b, board->tenant, board->event);
    if (!j) {
        j = calloc(1, sizeof *j);
        assert(j);
        j->b = b;
        j->key.tenant = board->tenant.v;
        j->key.event = board->event.v;
        lt_timer_init(&j->retry, on_retry, j);
        HASH_ADD(hh, b->jobs, key, sizeof j->key, j);
    }
    struct packed *rows = realloc(j->rows, (size_t)(board->n + 1) * sizeof *rows);
    assert(rows);
    j->rows = rows;
    j->n = board->n;
    j->version = board->version;
    j->if_newer = if_newer;
    for (int i = 0; i < j->n; i++)
        rows[i] = (struct packed){.entry = board->ranked[i]->entry,
                                  .score = lt_board_score(board->sheet, board->ranked[i], i)};
    job_start(j, LT_BOARD_WRITING);
}

enum lt_board_state lt_boards_state(const struct lt_boards *b, struct lt_tenant_id tenant,
                                    struct lt_event_id event)
{
    const struct job *j = find(b, tenant, event);
    return j ? j->state : LT_BOARD_UNKNOWN;
}

static void job_drop(struct lt_boards *b, struct job *j)
{
    HASH_DEL(b->jobs, j);
    j->gone = true;
    if (!j->busy)
        job_free(j);
}

void lt_boards_forget(struct lt_boards *b, struct lt_tenant_id tenant, struct lt_event_id event)
{
    struct job *j = find(b, tenant, event);
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
    lt_loop_timer_cancel(b->loop, &b->look);
    free(b);
}

/* Boards that move entry by entry.
 *
 * Three scripts, one round trip each. PUT takes rows of one board: what is not newer than the version
 * on record does nothing. WRITE brings a board whole in chunks, to sets beside it; PUT writes there too
 * while such a write is under way, and both compare versions, so it does not matter which of them sees an
 * entry first. READ answers all that a page asks.
 *
 * A board is whole when `board:g` names the data set that it lies in. A flush takes `board:g` away; a
 * restarted or replaced Redis has another mark (boards.c). Rows that a process must drop take it away
 * as well, as soon as Redis is back. Whoever reads says `stale` until a whole write put it back.
 *
 * Rejected: versions inside the score (53 bits are full); one hash for all boards (a rebuild could not
 * be put in place at once); ZREVRANK as the rank (ties share theirs).
 */
#include "service/ranks.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    PUT_ROWS = 100,   /* a script holds up everybody; in a set of a million a row takes 6 µs */
    WRITE_ROWS = 100, /* likewise */
    GATHER_US = 2 * 1000,
    RETRY_US = 500 * 1000,
    TRIES = 5,
    NUMBER_BYTES = 24,
    KEY_BYTES = 96,
    ROW_ARGS = 3,
};

/* put(set, versions, i): rows from ARGV[i] on, each entry, version, score ('' when gone). */
#define PUT_FUNCTION                                                                               \
    "local function put(z, e, first) "                                                             \
    "local ids, new, add, gone = {}, {}, {}, {} "                                                  \
    "for i = first, #ARGV, 3 do ids[#ids + 1] = ARGV[i] end "                                      \
    "if #ids == 0 then return end "                                                                \
    "local have, i = redis.call('HMGET', e, unpack(ids)), first "                                  \
    "for k = 1, #ids do "                                                                          \
    "if not have[k] or tonumber(have[k]) < tonumber(ARGV[i + 1]) then "                            \
    "new[#new + 1] = ids[k] new[#new + 1] = ARGV[i + 1] "                                          \
    "if ARGV[i + 2] == '' then gone[#gone + 1] = ids[k] "                                          \
    "else add[#add + 1] = ARGV[i + 2] add[#add + 1] = ids[k] end end "                             \
    "i = i + 3 end "                                                                               \
    "if #new > 0 then redis.call('HSET', e, unpack(new)) end "                                     \
    "if #add > 0 then redis.call('ZADD', z, unpack(add)) end "                                     \
    "if #gone > 0 then redis.call('ZREM', z, unpack(gone)) end end "                               \
    "local function keep(a, b) redis.call('EXPIRE', a, 60) redis.call('EXPIRE', b, 60) end "

/* KEYS: board, mark, versions, build, next, its versions, version, set. ARGV: 1 when rows were dropped,
 * rows. */
static const char PUT[] = PUT_FUNCTION
    "if redis.call('HGET', KEYS[8], 'final') == '1' then return 1 end "
    "if ARGV[1] == '1' then redis.call('DEL', KEYS[2], KEYS[4]) end " /* a write begins anew */
    "put(KEYS[1], KEYS[3], 2) "
    "if redis.call('EXISTS', KEYS[4]) == 1 then "
    "put(KEYS[5], KEYS[6], 2) keep(KEYS[5], KEYS[6]) end "
    "return 1";

/* KEYS: board, mark, versions, build, next, its versions, version. ARGV: id, step, version, mark, rows.
 * Replies 1: done; 0: a newer board stands; −1: what was written is gone; −2: somebody else is at it. */
static const char WRITE[] = PUT_FUNCTION
    "if tonumber(redis.call('GET', KEYS[7]) or '-1') > tonumber(ARGV[3]) then return 0 end "
    "local at = redis.call('GET', KEYS[4]) "
    "if ARGV[2] == 'begin' then "
    "if at and at ~= ARGV[1] then return -2 end "
    "redis.call('UNLINK', KEYS[5], KEYS[6]) "
    "elseif at ~= ARGV[1] then return -1 end "
    "redis.call('SET', KEYS[4], ARGV[1], 'EX', 60) "
    "put(KEYS[5], KEYS[6], 5) keep(KEYS[5], KEYS[6]) "
    /* Freeing a large set would hold everybody up: UNLINK does it aside. */
    "local function place(from, to) redis.call('UNLINK', to) "
    "if redis.call('EXISTS', from) == 1 then "
    "redis.call('RENAME', from, to) redis.call('PERSIST', to) end end "
    "if ARGV[2] == 'end' then "
    "place(KEYS[5], KEYS[1]) place(KEYS[6], KEYS[3]) "
    "redis.call('SET', KEYS[7], ARGV[3]) redis.call('SET', KEYS[2], ARGV[4]) "
    "redis.call('DEL', KEYS[4]) end "
    "return 1";

/* KEYS: board, mark. ARGV: mark, entry or '', top, around. Replies stale, of, own rank, place of the
 * first row around (from 0), its rank, then both lists. */
static const char READ[] =
    "local z, top, around, own, from, rank = KEYS[1], {}, {}, 0, 0, 0 "
    "local n, m = tonumber(ARGV[3]), tonumber(ARGV[4]) "
    "local function rank_of(s) return redis.call('ZCOUNT', z, '(' .. s, '+inf') + 1 end "
    "local stale = (ARGV[1] == '' or redis.call('GET', KEYS[2]) ~= ARGV[1]) and 1 or 0 "
    "if n > 0 then top = redis.call('ZREVRANGE', z, 0, n - 1, 'WITHSCORES') end "
    "local s = ARGV[2] ~= '' and redis.call('ZSCORE', z, ARGV[2]) "
    "if s then own = rank_of(s) "
    "if m > 0 then "
    "local at = redis.call('ZREVRANK', z, ARGV[2]) "
    "from = math.max(0, at - m) "
    "around = redis.call('ZREVRANGE', z, from, at + m, 'WITHSCORES') "
    "rank = rank_of(around[2]) end end "
    "return {stale, redis.call('ZCARD', z), own, from, rank, top, around}";

struct key {
    int64_t tenant, event, full;
};
struct waiting {
    struct lt_ranks_row row;
    UT_hash_handle hh; /* by row.entry */
};
/* Rows of one board on their way. */
struct lane {
    struct lt_ranks *r;
    struct key key;
    struct waiting *rows;
    struct lt_ranks_row sent[PUT_ROWS];
    int n_sent;
    bool busy;
    bool spoilt, saying; /* rows were dropped; the script under way says so */
    struct lt_timer timer;
    UT_hash_handle hh;
};
enum step { STEP_IDLE, STEP_BEGIN, STEP_FILL, STEP_END };
struct writing {
    struct lt_ranks_rebuild job;
    enum step step;
    char id[LT_BOARD_MARK_BYTES], mark[LT_BOARD_MARK_BYTES];
    int64_t after;
    int tries, written;
    struct lt_timer timer;
};
struct lt_ranks {
    struct lt_loop *loop;
    struct lt_redis *redis;
    const struct lt_boards *boards;
    struct lt_ranks_opts opts;
    struct lane *lanes;
    int waiting;
    struct writing writing;
};

enum part { BOARD, MARK, VERSIONS, BUILD, NEXT, NEXT_VERSIONS, VERSION, SET, PARTS };
/* After "board" or "full". */
static const char *const part_name[PARTS] = {
    [BOARD] = "",     [VERSIONS] = ":e",           [MARK] = ":g",   [BUILD] = ":build",
    [NEXT] = ":next", [NEXT_VERSIONS] = ":next:e", [VERSION] = ":v"};

/* ---- a script with its keys and arguments ---- */

struct call {
    const char *argv[3 + PARTS + 4 + ROW_ARGS * WRITE_ROWS];
    int argc;
    char keys[PARTS][KEY_BYTES], numbers[2 * WRITE_ROWS + WRITE_ROWS + 4][NUMBER_BYTES];
    int n_numbers;
};

static void call_str(struct call *c, const char *s)
{
    c->argv[c->argc++] = s;
}

static void call_i64(struct call *c, int64_t v)
{
    char *text = c->numbers[c->n_numbers++];
    snprintf(text, NUMBER_BYTES, "%" PRId64, v);
    call_str(c, text);
}

static void call_init(struct call *c, const char *script, struct key key, const char *n_keys)
{
    c->argc = c->n_numbers = 0;
    call_str(c, "EVAL");
    call_str(c, script);
    call_str(c, n_keys);
    for (int i = 0; i < atoi(n_keys); i++) {
        char name[LT_BOARD_NAME_BYTES] = "boards";
        if (i != SET)
            snprintf(name, sizeof name, "%s%s", key.full ? "full" : "board", part_name[i]);
        lt_board_key(c->keys[i], sizeof c->keys[i], (struct lt_tenant_id){key.tenant},
                     (struct lt_event_id){key.event}, name);
        call_str(c, c->keys[i]);
    }
}

static void call_rows(struct call *c, const struct lt_ranks_row *rows, int n)
{
    for (int i = 0; i < n; i++) {
        assert(rows[i].version >= 0 && rows[i].version < INT64_C(1) << 53);
        call_i64(c, rows[i].entry);
        call_i64(c, rows[i].version);
        if (rows[i].gone)
            call_str(c, "");
        else
            call_i64(c, rows[i].score);
    }
}

static int call_send(struct lt_ranks *r, const struct call *c, lt_redis_fn *fn, void *arg)
{
    return lt_redis_cmd(r->redis, fn, arg, c->argc, c->argv, NULL);
}

/* ---- rows on their way ---- */

static void count_waiting(struct lt_ranks *r, int n)
{
    r->waiting += n;
    lt_metric_add(LT_M_RANKS_WAITING, n);
}

static void lane_free(struct lane *l)
{
    struct waiting *w, *next;
    HASH_ITER (hh, l->rows, w, next) {
        HASH_DEL(l->rows, w);
        count_waiting(l->r, -1);
        free(w);
    }
    count_waiting(l->r, -l->n_sent);
    lt_loop_timer_cancel(l->r->loop, &l->timer);
    HASH_DEL(l->r->lanes, l);
    free(l);
}

/* Let it wait, unless something newer does. */
static void lane_add(struct lane *l, const struct lt_ranks_row *row)
{
    struct lt_ranks *r = l->r;
    struct waiting *w;
    HASH_FIND(hh, l->rows, &row->entry, sizeof row->entry, w);
    if (w) {
        if (w->row.version < row->version)
            w->row = *row;
        return;
    }
    if (r->waiting >= r->opts.queue_rows) {
        l->spoilt = true;
        lt_metric_add(LT_M_RANKS_DROPPED, 1);
        return;
    }
    w = calloc(1, sizeof *w);
    assert(w);
    w->row = *row;
    HASH_ADD(hh, l->rows, row.entry, sizeof w->row.entry, w);
    count_waiting(r, 1);
}

static void lane_gather(struct lane *l)
{
    struct waiting *w, *next;
    HASH_ITER (hh, l->rows, w, next) {
        if (l->n_sent == PUT_ROWS)
            break;
        l->sent[l->n_sent++] = w->row;
        HASH_DEL(l->rows, w);
        free(w);
    }
}

/* What was sent is not there: it waits again. */
static void lane_return(struct lane *l)
{
    int n = l->n_sent;
    l->n_sent = 0;
    count_waiting(l->r, -n);
    for (int i = 0; i < n; i++)
        lane_add(l, &l->sent[i]);
}

static void on_put(void *arg, int err, const struct lt_redis_reply *reply);

static void lane_send(struct lane *l)
{
    static struct call c;
    lane_gather(l);
    call_init(&c, PUT, l->key, "8");
    call_str(&c, l->spoilt ? "1" : "0");
    call_rows(&c, l->sent, l->n_sent);
    if (call_send(l->r, &c, on_put, l) == LT_OK) {
        l->busy = true;
        l->saying = l->spoilt;
        l->spoilt = false;
    } else {
        lane_return(l);
        lt_loop_timer(l->r->loop, &l->timer, RETRY_US);
    }
}

static void on_put(void *arg, int err, const struct lt_redis_reply *reply)
{
    struct lane *l = arg;
    l->busy = false;
    if (err == LT_OK && lt_redis_type(reply) == LT_REDIS_INT) {
        count_waiting(l->r, -l->n_sent);
        l->n_sent = 0;
        if (l->rows || l->spoilt)
            lane_send(l);
        else
            lane_free(l);
        return;
    }
    if (err == LT_OK)
        lt_log(LT_LOG_ERROR, "rows of a board were refused", LT_I("tenant", l->key.tenant),
               LT_I("event", l->key.event), LT_S("why", lt_redis_str(reply, NULL)));
    l->spoilt = l->spoilt || l->saying;
    lane_return(l);
    lt_loop_timer(l->r->loop, &l->timer, RETRY_US);
}

static void on_lane(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    lane_send(t->arg);
}

static struct lane *lane_of(struct lt_ranks *r, struct key of)
{
    struct lane *l, key = {.key = of};
    HASH_FIND(hh, r->lanes, &key.key, sizeof key.key, l);
    if (l)
        return l;
    l = calloc(1, sizeof *l);
    assert(l);
    l->r = r;
    l->key = key.key;
    lt_timer_init(&l->timer, on_lane, l);
    HASH_ADD(hh, r->lanes, key, sizeof l->key, l);
    lt_loop_timer(r->loop, &l->timer, GATHER_US); /* for company */
    return l;
}

void lt_ranks_put(struct lt_ranks *r, struct lt_tenant_id tenant, struct lt_event_id event,
                  const struct lt_ranks_row *rows, int n)
{
    struct lane *l = n > 0 ? lane_of(r, (struct key){tenant.v, event.v, false}) : NULL;
    for (int i = 0; i < n; i++)
        lane_add(l, &rows[i]);
}

void lt_ranks_put_full(struct lt_ranks *r, struct lt_tenant_id tenant, struct lt_event_id event,
                       const struct lt_ranks_row *rows, int n)
{
    struct lane *l = n > 0 ? lane_of(r, (struct key){tenant.v, event.v, true}) : NULL;
    for (int i = 0; i < n; i++)
        lane_add(l, &rows[i]);
}

int lt_ranks_waiting(const struct lt_ranks *r)
{
    return r->waiting;
}

/* ---- a whole board ---- */

static void write_end(struct lt_ranks *r, int err)
{
    struct lt_ranks_rebuild job = r->writing.job;
    r->writing.step = STEP_IDLE;
    lt_loop_timer_cancel(r->loop, &r->writing.timer);
    if (err == LT_OK)
        lt_log(LT_LOG_INFO, "board was written whole", LT_I("tenant", job.tenant.v),
               LT_I("event", job.event.v), LT_I("entries", r->writing.written),
               LT_I("version", job.version));
    job.done(job.arg, err);
}

/* From the beginning, a little later. */
static void write_again(struct lt_ranks *r)
{
    if (++r->writing.tries >= TRIES) {
        write_end(r, LT_EREDIS);
        return;
    }
    r->writing.step = STEP_BEGIN;
    lt_loop_timer(r->loop, &r->writing.timer, RETRY_US);
}

static void on_write(void *arg, int err, const struct lt_redis_reply *reply);

static void write_step(struct lt_ranks *r)
{
    static struct call c;
    static const char *const names[] = {"", "begin", "fill", "end"};
    struct lt_ranks_row rows[WRITE_ROWS];
    struct writing *w = &r->writing;
    const char *mark = lt_boards_mark(r->boards);
    int n = 0;
    if (w->step == STEP_BEGIN) {
        w->after = INT64_MIN;
        w->written = 0;
        snprintf(w->mark, sizeof w->mark, "%s", mark);
    } else if (w->step == STEP_FILL) {
        n = w->job.source(w->job.arg, w->after, rows, WRITE_ROWS);
        if (n < 0) {
            write_end(r, n);
            return;
        }
        w->step = n == 0 ? STEP_END : STEP_FILL;
        w->after = n == 0 ? w->after : rows[n - 1].entry;
        w->written += n;
    }
    call_init(&c, WRITE, (struct key){w->job.tenant.v, w->job.event.v, w->job.full}, "7");
    call_str(&c, w->id);
    call_str(&c, names[w->step]);
    call_i64(&c, w->job.version);
    call_str(&c, w->mark);
    call_rows(&c, rows, n);
    /* Without a mark, or with another one than at the beginning, nobody could tell that it is whole. */
    if (!mark[0] || strcmp(mark, w->mark) != 0 || call_send(r, &c, on_write, r) != LT_OK)
        write_again(r);
}

static void on_write(void *arg, int err, const struct lt_redis_reply *reply)
{
    struct lt_ranks *r = arg;
    struct writing *w = &r->writing;
    assert(w->step != STEP_IDLE);
    if (err == LT_OK && lt_redis_type(reply) != LT_REDIS_INT) {
        lt_log(LT_LOG_ERROR, "board was refused", LT_I("tenant", w->job.tenant.v),
               LT_I("event", w->job.event.v), LT_S("why", lt_redis_str(reply, NULL)));
        err = LT_EREDIS;
    }
    if (err != LT_OK || lt_redis_int(reply) == -1) {
        write_again(r);
    } else if (lt_redis_int(reply) == -2) {
        write_end(r, LT_EBUSY);
    } else if (lt_redis_int(reply) == 0 || w->step == STEP_END) {
        write_end(r, LT_OK);
    } else {
        w->step = STEP_FILL;
        write_step(r);
    }
}

static void on_write_timer(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    write_step(t->arg);
}

int lt_ranks_write(struct lt_ranks *r, const struct lt_ranks_rebuild *b)
{
    struct writing *w = &r->writing;
    if (w->step != STEP_IDLE)
        return LT_EBUSY;
    w->job = *b;
    w->step = STEP_BEGIN;
    w->tries = 0;
    lt_board_random(w->id);
    lt_loop_timer(r->loop, &w->timer, 0);
    return LT_OK;
}

/* ---- reading ---- */

struct asking {
    lt_ranks_page_fn *fn;
    void *arg;
};

/* Rows of a list of members and scores. `from`: place of the first one, from 0; `rank`: its rank. */
static int read_rows(const struct lt_redis_reply *list, struct lt_ranked *rows, int max,
                     int64_t from, int64_t rank)
{
    int n = (int)lt_redis_len(list) / 2;
    n = n < max ? n : max;
    for (int i = 0; i < n; i++) {
        rows[i].entry = strtoll(lt_redis_str(lt_redis_at(list, 2 * (size_t)i), NULL), NULL, 10);
        rows[i].score =
            (int64_t)strtod(lt_redis_str(lt_redis_at(list, 2 * (size_t)i + 1), NULL), NULL);
        if (i > 0 && rows[i].score != rows[i - 1].score)
            rank = from + i + 1;
        rows[i].rank = rank;
    }
    return n;
}

static void on_read(void *arg, int err, const struct lt_redis_reply *reply)
{
    enum { STALE, OF, OWN, FROM, RANK, TOP, AROUND, MEMBERS };
    struct asking a = *(struct asking *)arg;
    struct lt_ranks_page page;
    free(arg);
    if (err == LT_OK &&
        (lt_redis_type(reply) != LT_REDIS_ARRAY || lt_redis_len(reply) != MEMBERS)) {
        lt_log(LT_LOG_ERROR, "board cannot be read",
               LT_S("why", lt_redis_type(reply) == LT_REDIS_ERROR ? lt_redis_str(reply, NULL)
                                                                  : "not a page"));
        err = LT_EREDIS;
    }
    if (err != LT_OK) {
        a.fn(a.arg, LT_EREDIS, NULL);
        return;
    }
    int64_t n[RANK + 1];
    for (size_t i = 0; i <= RANK; i++)
        n[i] = lt_redis_int(lt_redis_at(reply, i));
    page.stale = n[STALE] != 0;
    page.of = n[OF];
    page.own = n[OWN];
    page.n_top = read_rows(lt_redis_at(reply, TOP), page.top, LT_RANKS_TOP_MAX, 0, 1);
    page.n_around = read_rows(lt_redis_at(reply, AROUND), page.around, 2 * LT_RANKS_AROUND_MAX + 1,
                              n[FROM], n[RANK]);
    a.fn(a.arg, LT_OK, &page);
}

int lt_ranks_read(struct lt_ranks *r, const struct lt_ranks_query *q, lt_ranks_page_fn *fn,
                  void *arg)
{
    static struct call c;
    struct key key = {q->tenant.v, q->event.v, false};
    struct asking *a = malloc(sizeof *a);
    assert(a);
    assert(q->top >= 0 && q->top <= LT_RANKS_TOP_MAX);
    assert(q->around >= 0 && q->around <= LT_RANKS_AROUND_MAX);
    *a = (struct asking){.fn = fn, .arg = arg};
    call_init(&c, READ, key, "2");
    call_str(&c, lt_boards_mark(r->boards));
    if (q->entry != 0)
        call_i64(&c, q->entry);
    else
        call_str(&c, "");
    call_i64(&c, q->top);
    call_i64(&c, q->around);
    int err = call_send(r, &c, on_read, a);
    if (err != LT_OK)
        free(a);
    return err;
}

/* ---- life ---- */

struct lt_ranks *lt_ranks_new(struct lt_loop *l, struct lt_redis *redis,
                              const struct lt_boards *boards, const struct lt_ranks_opts *opts)
{
    struct lt_ranks *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->loop = l;
    r->redis = redis;
    r->boards = boards;
    r->opts = *opts;
    lt_timer_init(&r->writing.timer, on_write_timer, r);
    return r;
}

void lt_ranks_free(struct lt_ranks *r)
{
    struct lane *l, *next;
    if (!r)
        return;
    HASH_ITER (hh, r->lanes, l, next)
        lane_free(l);
    if (r->writing.step != STEP_IDLE)
        write_end(r, LT_EDRAIN);
    free(r);
}

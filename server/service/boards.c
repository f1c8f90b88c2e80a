/* Projecting boards.
 *
 * Each event has one job: the latest set of boards. Board after board is written in chunks of CHUNK rows
 * to keys of this process's own, by a script that first compares versions, of the board and of the set
 * that stands: a chunk of an older version does nothing. The last chunk of a board puts it in the place
 * of the one before, its version beside it, at once, so nobody sees half a board, and members that are
 * gone do not linger. When all stand, a last script writes what the set consists of and removes boards
 * that belong to it no more; since its version stays, no late chunk brings them back. A failed chunk
 * starts the job again from its beginning.
 *
 * Redis may lose everything at any time, unseen. So it carries a mark, a random id: every process looks
 * at it each second, makes one where there is none, and writes all its boards again when it is not
 * the one that it knew. What was emptied between two of our chunks has not as many rows as we
 * gave it, and the script says so. Rejected: a mark for each event (as many questions a second as
 * events), INFO's run_id (FLUSHALL does not change it), and a job for each board: who reads a set could
 * not tell whether all of it is there.
 */
#include "service/boards.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "domain/rollup.h"
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
    MARK_WAIT_US = 20 * 1000,
    NUMBER_BYTES = 24,
    ROW_BYTES = 5 * NUMBER_BYTES,
    KEY_BYTES = 96,
    PARTS_MAX = 256, /* the event and 16 rounds, 8 boards of each, and what is restricted */
};

/* KEYS: set, board, version, rows, work, its rows. ARGV: version, offset, total, if_newer, then score (''
 * of who has no rank), member and row. Replies 1 when written, 0 when a newer one stands, −1 when what
 * was written before is gone. */
static const char SCRIPT[] =
    "local v = tonumber(redis.call('HGET', KEYS[1], 'v') or '-1') "
    "local mine = tonumber(redis.call('GET', KEYS[3]) or '-1') "
    "local new, at = tonumber(ARGV[1]), tonumber(ARGV[2]) "
    "if v > new or mine > new or (v == new and ARGV[4] == '1') then "
    "redis.call('DEL', KEYS[5], KEYS[6]) return 0 end "
    "if at == 0 then redis.call('DEL', KEYS[5], KEYS[6]) "
    "elseif redis.call('HLEN', KEYS[6]) ~= at then return -1 end "
    "local pairs, rows = {}, {} "
    "for i = 5, #ARGV, 3 do "
    "if ARGV[i] ~= '' then pairs[#pairs + 1] = ARGV[i] pairs[#pairs + 1] = ARGV[i + 1] end "
    "rows[#rows + 1] = ARGV[i + 1] rows[#rows + 1] = ARGV[i + 2] end "
    "if #pairs > 0 then redis.call('ZADD', KEYS[5], unpack(pairs)) end "
    "if #rows > 0 then redis.call('HSET', KEYS[6], unpack(rows)) end "
    "redis.call('EXPIRE', KEYS[5], 60) redis.call('EXPIRE', KEYS[6], 60) "
    "local function place(from, to) "
    "redis.call('UNLINK', to) " /* freeing a large set would hold everybody up */
    "if redis.call('EXISTS', from) == 1 then "
    "redis.call('RENAME', from, to) redis.call('PERSIST', to) end end "
    "if at + #rows / 2 >= tonumber(ARGV[3]) then "
    "place(KEYS[5], KEYS[2]) place(KEYS[6], KEYS[4]) "
    "redis.call('UNLINK', KEYS[2] .. ':e', KEYS[2] .. ':g') " /* it moves by entry no more */
    "redis.call('SET', KEYS[3], ARGV[1]) end "
    "return 1";

/* KEYS: set, and "lt:{tenant:event}:", before which every key of it stands. ARGV: version, if_newer, then
 * fields and values. Replies as above. What a board by entry keeps beside it goes with it. */
static const char SET_SCRIPT[] =
    "local v, new = tonumber(redis.call('HGET', KEYS[1], 'v') or '-1'), tonumber(ARGV[1]) "
    "if v > new or (v == new and ARGV[2] == '1') then return 0 end "
    "local has = {} "
    "for i = 3, #ARGV, 2 do has[ARGV[i]] = ARGV[i + 1] end "
    "for _, f in ipairs(redis.call('HKEYS', KEYS[1])) do "
    "if string.sub(f, 1, 2) == 'b:' and not has[f] then "
    "local k = KEYS[2] .. string.sub(f, 3) "
    "redis.call('UNLINK', k, k .. ':rows', k .. ':v', k .. ':e', k .. ':g') end end "
    "redis.call('DEL', KEYS[1]) "
    "redis.call('HSET', KEYS[1], unpack(ARGV, 3)) "
    "return 1";

/* KEYS: mark, run. ARGV: a new mark. Replies the mark that stands. One that another run of Redis made is
 * replaced: a data set that was loaded from a file may be an old one. */
static const char MARK_SCRIPT[] =
    "local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '' "
    "local g = redis.call('GET', KEYS[1]) "
    "if not g or redis.call('GET', KEYS[2]) ~= run then g = ARGV[1] "
    "redis.call('MSET', KEYS[1], g, KEYS[2], run) end "
    "return g";

struct job {
    struct lt_boards *b;
    struct {
        int64_t tenant, event;
    } key;
    struct lt_board_set *set;
    int part,
        written; /* what was written of which board; part == n_parts: the set itself is left */
    int sent;    /* rows under way */
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

/* ---- names ---- */

void lt_board_key(char *out, size_t cap, struct lt_tenant_id tenant, struct lt_event_id event,
                  const char *part)
{
    int n = snprintf(out, cap, "lt:{%" PRId64 ":%s%" PRId64 "}:%s", tenant.v,
                     event.v < 0 ? "s" : "", event.v < 0 ? -event.v : event.v, part);
    assert(n > 0 && (size_t)n < cap);
}

struct lt_event_id lt_board_series_id(int64_t series)
{
    return (struct lt_event_id){-series};
}

void lt_board_name(char out[LT_BOARD_NAME_BYTES], enum lt_board_of of, int round)
{
    if (of != LT_OF_ENTRY)
        snprintf(out, LT_BOARD_NAME_BYTES, "up:%s:%d", lt_board_of_name(of), round);
    else if (round > 0)
        snprintf(out, LT_BOARD_NAME_BYTES, "board:r%d", round);
    else
        snprintf(out, LT_BOARD_NAME_BYTES, "board");
}

/* ---- sets ---- */

struct lt_board_set *lt_board_set_new(struct lt_tenant_id tenant, struct lt_event_id event,
                                      int64_t version)
{
    struct lt_board_set *s = calloc(1, sizeof *s);
    assert(s);
    s->parts = calloc(PARTS_MAX, sizeof *s->parts);
    assert(s->parts);
    s->tenant = tenant;
    s->event = event;
    s->version = s->shows = version;
    return s;
}

void lt_board_set_free(struct lt_board_set *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n_parts; i++)
        free(s->parts[i].rows);
    free(s->parts);
    free(s);
}

struct lt_board_row *lt_board_set_add(struct lt_board_set *s, const char *name, int n)
{
    assert(s->n_parts < PARTS_MAX);
    struct lt_board_part *p = &s->parts[s->n_parts++];
    snprintf(p->name, sizeof p->name, "%s", name);
    p->n = n;
    p->rows = calloc((size_t)n + 1, sizeof *p->rows);
    assert(p->rows);
    return p->rows;
}

static int ranked(const struct lt_board_part *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        n += p->rows[i].rank > 0;
    return n;
}

/* ---- a command and its arguments ---- */

struct call {
    const char *argv[16 + 3 * CHUNK];
    int argc;
    char keys[6][KEY_BYTES];
    int n_keys;
    char *at; /* in text */
    char text[16 * NUMBER_BYTES + CHUNK * (2 * NUMBER_BYTES + ROW_BYTES)];
};

static void call_str(struct call *c, const char *s)
{
    assert(c->argc < (int)(sizeof c->argv / sizeof *c->argv));
    c->argv[c->argc++] = s;
}

/* Written by hand: a board of 100,000 rows has 600,000 numbers, and who writes it serves players. */
static char *put_i64(char *to, int64_t v)
{
    char digits[NUMBER_BYTES];
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    int n = 0;
    do {
        digits[n++] = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0);
    if (v < 0)
        *to++ = '-';
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

static void call_i64(struct call *c, int64_t v)
{
    call_str(c, c->at);
    c->at = put_i64(c->at, v);
    *c->at++ = '\0';
}

static void call_row(struct call *c, const struct lt_board_row *r)
{
    if (r->rank > 0)
        call_i64(c, r->score);
    else
        call_str(c, "");
    call_i64(c, r->member);
    call_str(c, c->at);
    for (int i = 0; i < LT_BOARD_VALUES; i++) {
        c->at = put_i64(c->at, r->value[i]);
        *c->at++ = ' ';
    }
    c->at = put_i64(c->at, r->rank);
    *c->at++ = '\0';
}

static void call_begin(struct call *c, const char *script, const char *n_keys)
{
    c->argc = c->n_keys = 0;
    c->at = c->text;
    call_str(c, "EVAL");
    call_str(c, script);
    call_str(c, n_keys);
}

/* "NAME" and what follows it; "": the set. */
static void call_key(struct call *c, const struct job *j, const char *name, const char *rest)
{
    char part[KEY_BYTES];
    char *key = c->keys[c->n_keys++];
    snprintf(part, sizeof part, "%s%s", name, rest);
    lt_board_key(key, KEY_BYTES, (struct lt_tenant_id){j->key.tenant},
                 (struct lt_event_id){j->key.event}, part);
    call_str(c, key);
}

/* ---- a job ---- */

static void step(struct job *j);

static void job_free(struct job *j)
{
    lt_loop_timer_cancel(j->b->loop, &j->retry);
    lt_board_set_free(j->set);
    free(j);
}

static void on_retry(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    step(t->arg);
}

static void job_rewind(struct job *j)
{
    j->part = j->written = 0;
}

/* Redis may have lost what stood. */
static void job_lost(struct job *j)
{
    for (int i = 0; i < j->set->n_parts; i++)
        j->set->parts[i].stands = false;
    j->state = LT_BOARD_LOST;
}

/* At a reveal most boards of rounds are what they were: these are not written again. */
static void keep_what_stands(const struct lt_board_set *old, struct lt_board_set *new)
{
    for (int i = 0; i < new->n_parts; i++)
        for (int k = 0; k < old->n_parts; k++) {
            struct lt_board_part *p = &new->parts[i];
            const struct lt_board_part *was = &old->parts[k];
            if (strcmp(p->name, was->name) == 0 && p->n == was->n && !was->by_entry)
                p->stands = memcmp(p->rows, was->rows, (size_t)p->n * sizeof *p->rows) == 0;
        }
}

static void job_start(struct job *j, enum lt_board_state state)
{
    if (state == LT_BOARD_LOST)
        job_lost(j);
    j->state = state;
    job_rewind(j);
    lt_loop_timer_cancel(j->b->loop, &j->retry);
    if (j->busy)
        j->again = true;
    else
        step(j);
}

static void job_end(struct job *j, enum lt_board_state state)
{
    if (j->state == LT_BOARD_LOST)
        lt_log(LT_LOG_INFO, "boards stand again", LT_I("tenant", j->key.tenant),
               LT_I("event", j->key.event), LT_I("boards", j->set->n_parts),
               LT_I("version", j->set->version));
    j->state = state;
}

static void job_later(struct job *j)
{
    job_rewind(j);
    job_lost(j);
    lt_loop_timer(j->b->loop, &j->retry, RETRY_US);
}

/* What was sent stands. */
static void advance(struct job *j)
{
    if (j->part == j->set->n_parts) {
        job_end(j, LT_BOARD_WRITTEN);
        return;
    }
    j->written += j->sent;
    if (j->written >= j->set->parts[j->part].n) {
        j->part++;
        j->written = 0;
    }
    step(j);
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
        job_rewind(j);
        step(j);
    } else if (!ok) {
        if (err == LT_OK)
            lt_log(LT_LOG_ERROR, "board was refused", LT_I("tenant", j->key.tenant),
                   LT_I("event", j->key.event), LT_S("why", lt_redis_str(r, NULL)));
        job_later(j);
    } else if (lt_redis_int(r) < 0) {
        job_start(j, LT_BOARD_LOST);
    } else if (lt_redis_int(r) == 0) {
        job_end(j, LT_BOARD_NEWER);
    } else {
        advance(j);
    }
}

static void call_chunk(struct job *j, struct call *c)
{
    const struct lt_board_part *p = &j->set->parts[j->part];
    char work[2][KEY_BYTES];
    snprintf(work[0], KEY_BYTES, ":new:%s", j->b->id);
    snprintf(work[1], KEY_BYTES, ":rows:new:%s", j->b->id);
    call_begin(c, SCRIPT, "6");
    call_key(c, j, "boards", "");
    call_key(c, j, p->name, "");
    call_key(c, j, p->name, ":v");
    call_key(c, j, p->name, ":rows");
    call_key(c, j, p->name, work[0]);
    call_key(c, j, p->name, work[1]);
    call_i64(c, j->set->version);
    call_i64(c, j->written);
    call_i64(c, p->n);
    call_str(c, j->if_newer ? "1" : "0");
    j->sent = p->n - j->written < CHUNK ? p->n - j->written : CHUNK;
    for (int i = 0; i < j->sent; i++)
        call_row(c, &p->rows[j->written + i]);
}

static void call_set(struct job *j, struct call *c)
{
    static char fields[PARTS_MAX][LT_BOARD_NAME_BYTES + 2];
    const struct lt_board_set *s = j->set;
    call_begin(c, SET_SCRIPT, "2");
    call_key(c, j, "boards", "");
    call_key(c, j, "", "");
    call_i64(c, s->version);
    call_str(c, j->if_newer ? "1" : "0");
    call_str(c, "v");
    call_i64(c, s->version);
    call_str(c, "shows");
    call_i64(c, s->shows);
    call_str(c, "frozen");
    call_str(c, s->frozen ? "1" : "0");
    call_str(c, "final");
    call_str(c, s->final ? "1" : "0");
    call_str(c, "quantum");
    call_i64(c, s->quantum_us);
    call_str(c, "g");
    call_str(c, j->b->mark);
    for (int i = 0; i < s->n_parts; i++) {
        snprintf(fields[i], sizeof fields[i], "b:%s", s->parts[i].name);
        call_str(c, fields[i]);
        call_i64(c, s->parts[i].by_entry ? -1 : ranked(&s->parts[i]));
    }
}

/* Without a mark nobody could tell, later, that this is not left over from another data set. */
static void step(struct job *j)
{
    static struct call c;
    while (j->part < j->set->n_parts &&
           (j->set->parts[j->part].by_entry || j->set->parts[j->part].stands))
        j->part++;
    if (!j->b->mark[0] && lt_redis_up(j->b->redis)) {
        lt_loop_timer(j->b->loop, &j->retry, MARK_WAIT_US);
        return;
    }
    if (j->part < j->set->n_parts)
        call_chunk(j, &c);
    else
        call_set(j, &c);
    if (lt_redis_cmd(j->b->redis, on_chunk, j, c.argc, c.argv, NULL) == LT_OK)
        j->busy = true;
    else
        job_later(j);
}

/* ---- all of them ---- */

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
        job_lost(j);
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

void lt_boards_project(struct lt_boards *b, struct lt_board_set *set, bool if_newer)
{
    struct job *j = find(b, set->tenant, set->event);
    if (!j) {
        j = calloc(1, sizeof *j);
        assert(j);
        j->b = b;
        j->key.tenant = set->tenant.v;
        j->key.event = set->event.v;
        lt_timer_init(&j->retry, on_retry, j);
        HASH_ADD(hh, b->jobs, key, sizeof j->key, j);
    }
    if (j->set && j->state == LT_BOARD_WRITTEN && !j->busy)
        keep_what_stands(j->set, set);
    lt_board_set_free(j->set);
    j->set = set;
    j->if_newer = if_newer;
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

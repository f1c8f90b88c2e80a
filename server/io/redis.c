/* Redis: two links, one for commands and one for subscriptions, each kept up on its own.
 *
 *   LINK_DOWN ─► LINK_CONNECTING ─► LINK_GREETING ─► LINK_UP
 *       ▲              │                  │             │
 *       └──────────────┴──────────────────┴─────────────┘   back-off with full jitter
 *
 * A socket that still looks open may be dead, or its server stopped. So the command link is asked
 * PING when it is idle, and the oldest command without a reply ends the link after the command
 * timeout. The subscription link cannot be asked PING in hiredis 0.14 without it keeping a callback
 * for ever; it subscribes to a channel of its own again and again instead, which the server
 * confirms each time. The first of these confirmations comes after those of all restored channels:
 * then it is up.
 *
 * A command leaves in one way: hiredis calls on_reply, with NULL when its context is freed.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "redis_internal.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { ARGS_MAX = 32, BACKOFF_FIRST_US = 50 * 1000, BACKOFF_MAX_US = 2 * 1000 * 1000 };

static const char HEART[] = "leitai:heart";

static void link_start(struct link *k);

/* ---- the state of a link ---- */

bool lt_redis_up(const struct lt_redis *r)
{
    return r->commands.state == LINK_UP && r->subscriptions.state == LINK_UP;
}

static void tell_observers(struct lt_redis *r)
{
    bool up = lt_redis_up(r);
    if (up == r->was_up || r->ending)
        return;
    r->was_up = up;
    lt_metric_set(LT_M_REDIS_UP, up);
    lt_log(up ? LT_LOG_INFO : LT_LOG_WARN, up ? "Redis is up" : "Redis is away");
    for (int i = 0; i < r->n_observers; i++)
        r->observers[i].fn(r->observers[i].arg, up);
}

static void link_move(struct link *k, enum link_state to)
{
    static const bool allowed[LINK_STATES][LINK_STATES] = {
        [LINK_DOWN] = {[LINK_CONNECTING] = true},
        [LINK_CONNECTING] = {[LINK_GREETING] = true, [LINK_DOWN] = true},
        [LINK_GREETING] = {[LINK_UP] = true, [LINK_DOWN] = true},
        [LINK_UP] = {[LINK_DOWN] = true},
    };
    assert(allowed[k->state][to]);
    k->state = to;
    tell_observers(k->redis);
}

static int64_t backoff_us(const struct link *k)
{
    int64_t most = BACKOFF_FIRST_US;
    for (int i = 1; i < k->failures && most < BACKOFF_MAX_US; i++)
        most *= 2;
    uint64_t dice = 0;
    if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) < 0)
        dice = (uint64_t)lt_loop_now(k->redis->loop).mono_us;
    return (int64_t)(dice % (uint64_t)(most < BACKOFF_MAX_US ? most : BACKOFF_MAX_US));
}

/* hiredis gave its context up, or never had one. */
static void link_down(struct link *k)
{
    k->ac = NULL;
    k->asked_us = 0;
    k->failures = k->state == LINK_UP ? 1 : k->failures + 1;
    if (k->redis->ending)
        lt_loop_timer_cancel(k->redis->loop, &k->timer);
    else
        lt_loop_timer(k->redis->loop, &k->timer, backoff_us(k));
    link_move(k, LINK_DOWN);
}

/* We give it up. */
static void link_drop(struct link *k)
{
    redisAsyncContext *ac = k->ac;
    if (!ac)
        return;
    link_down(k); /* on_disconnect has nothing left to do */
    redisAsyncFree(ac);
}

/* ---- commands ---- */

static void on_reply(redisAsyncContext *ac, void *reply, void *arg)
{
    struct pending *p = arg;
    struct lt_redis *r = p->redis;
    (void)ac;
    assert(r->first == p); /* replies come in order, and so do losses */
    r->first = p->next;
    if (!r->first)
        r->last = NULL;
    r->n_pending--;
    if (!reply || ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
        lt_metric_add(LT_M_REDIS_ERRORS, 1);
    if (p->fn)
        p->fn(p->arg, reply ? LT_OK : LT_EREDIS, reply);
    free(p);
}

/* On the command link in any state that has a context. */
static int send_command(struct lt_redis *r, lt_redis_fn *fn, void *arg, int argc,
                        const char *const *argv, const size_t *lens)
{
    struct pending *p = calloc(1, sizeof *p);
    if (!p)
        return LT_ENOMEM;
    *p =
        (struct pending){.redis = r, .fn = fn, .arg = arg, .sent_us = lt_loop_now(r->loop).mono_us};
    if (redisAsyncCommandArgv(r->commands.ac, on_reply, p, argc, (const char **)argv, lens) !=
        REDIS_OK) {
        free(p);
        return LT_EREDIS;
    }
    if (r->last)
        r->last->next = p;
    else
        r->first = p;
    r->last = p;
    r->n_pending++;
    return LT_OK;
}

int lt_redis_cmd(struct lt_redis *r, lt_redis_fn *fn, void *arg, int argc, const char *const *argv,
                 const size_t *lens)
{
    int err = LT_EREDIS;
    if (r->commands.state == LINK_UP && !r->ending)
        err = r->n_pending < r->opts.max_pending ? send_command(r, fn, arg, argc, argv, lens)
                                                 : LT_EFULL;
    if (err != LT_OK)
        lt_metric_add(LT_M_REDIS_ERRORS, 1);
    return err;
}

/* Collect NUL-terminated arguments. Returns how many. */
static int collect(va_list ap, const char **argv, size_t *lens)
{
    int argc = 0;
    const char *s;
    while ((s = va_arg(ap, const char *))) {
        assert(argc < ARGS_MAX);
        argv[argc] = s;
        lens[argc++] = strlen(s);
    }
    return argc;
}

int lt_redis_cmdv(struct lt_redis *r, lt_redis_fn *fn, void *arg, ...)
{
    const char *argv[ARGS_MAX];
    size_t lens[ARGS_MAX];
    va_list ap;
    va_start(ap, arg);
    int argc = collect(ap, argv, lens);
    va_end(ap);
    return lt_redis_cmd(r, fn, arg, argc, argv, lens);
}

/* A command of ours, sent before and beside those of the owner. */
static void say(struct lt_redis *r, lt_redis_fn *fn, const char *verb, const char *arg)
{
    const char *argv[2] = {verb, arg};
    size_t lens[2] = {strlen(verb), arg ? strlen(arg) : 0};
    send_command(r, fn, r, arg ? 2 : 1, argv, lens);
}

/* ---- subscriptions ---- */

static struct channel *find_channel(struct lt_redis *r, const char *name)
{
    struct channel *ch;
    HASH_FIND_STR(r->channels, name, ch);
    return ch;
}

static void link_is_up(struct link *k)
{
    k->failures = 0;
    k->asked_us = 0;
    k->heard_us = lt_loop_now(k->redis->loop).mono_us;
    lt_loop_timer(k->redis->loop, &k->timer, k->redis->opts.command_timeout_us / 4);
    link_move(k, LINK_UP);
}

static void on_pushed(redisAsyncContext *ac, void *reply, void *arg)
{
    struct link *k = arg;
    const redisReply *m = reply;
    if (!m || k->ac != ac || m->type != REDIS_REPLY_ARRAY || m->elements != 3 ||
        m->element[0]->type != REDIS_REPLY_STRING || m->element[1]->type != REDIS_REPLY_STRING)
        return;
    const char *kind = m->element[0]->str, *name = m->element[1]->str;
    if (strcasecmp(kind, "message") == 0) {
        struct channel *ch = find_channel(k->redis, name);
        if (ch && m->element[2]->type == REDIS_REPLY_STRING)
            ch->fn(ch->arg, name, m->element[2]->str, m->element[2]->len);
    } else if (strcasecmp(kind, "subscribe") == 0 && strcmp(name, HEART) == 0) {
        k->asked_us = 0;
        k->heard_us = lt_loop_now(k->redis->loop).mono_us;
        if (k->state == LINK_GREETING)
            link_is_up(k);
    }
}

static bool has_greeted(const struct link *k)
{
    return k->state == LINK_GREETING || k->state == LINK_UP;
}

static void send_subscribe(struct link *k, const char *verb, const char *name)
{
    redisAsyncCommand(k->ac, on_pushed, k, "%s %s", verb, name);
}

int lt_redis_subscribe(struct lt_redis *r, const char *channel, lt_redis_msg_fn *fn, void *arg)
{
    struct channel *ch = find_channel(r, channel);
    if (!ch) {
        size_t n = strlen(channel);
        ch = calloc(1, sizeof *ch + n + 1);
        if (!ch)
            return LT_ENOMEM;
        memcpy(ch->name, channel, n);
        HASH_ADD_KEYPTR(hh, r->channels, ch->name, n, ch);
        if (has_greeted(&r->subscriptions))
            send_subscribe(&r->subscriptions, "SUBSCRIBE", channel);
    }
    ch->fn = fn;
    ch->arg = arg;
    return LT_OK;
}

void lt_redis_unsubscribe(struct lt_redis *r, const char *channel)
{
    struct channel *ch = find_channel(r, channel);
    if (!ch)
        return;
    if (has_greeted(&r->subscriptions))
        send_subscribe(&r->subscriptions, "UNSUBSCRIBE", channel);
    HASH_DEL(r->channels, ch);
    free(ch);
}

/* ---- greeting ---- */

static void refused(struct link *k, const char *error)
{
    if (k->failures == 0)
        lt_log(LT_LOG_ERROR, "Redis refuses us", LT_S("error", error));
    link_drop(k);
}

static void on_greeted(void *arg, int err, const struct lt_redis_reply *reply)
{
    struct lt_redis *r = arg;
    if (err == LT_OK && r->commands.state == LINK_GREETING &&
        lt_redis_type(reply) == LT_REDIS_ERROR)
        refused(&r->commands, lt_redis_str(reply, NULL));
}

static void on_first_pong(void *arg, int err, const struct lt_redis_reply *reply)
{
    struct lt_redis *r = arg;
    on_greeted(arg, err, reply);
    if (err == LT_OK && r->commands.state == LINK_GREETING)
        link_is_up(&r->commands);
}

static void greet_commands(struct lt_redis *r)
{
    char db[16];
    snprintf(db, sizeof db, "%d", r->at.db);
    if (r->at.password)
        say(r, on_greeted, "AUTH", r->at.password);
    if (r->at.db != 0)
        say(r, on_greeted, "SELECT", db);
    say(r, on_first_pong, "PING", NULL);
}

static void on_sub_auth(redisAsyncContext *ac, void *reply, void *arg)
{
    struct link *k = arg;
    const redisReply *answer = reply;
    if (answer && k->ac == ac && answer->type == REDIS_REPLY_ERROR)
        refused(k, answer->str);
}

static void greet_subscriptions(struct link *k)
{
    struct channel *ch, *tmp;
    if (k->redis->at.password)
        redisAsyncCommand(k->ac, on_sub_auth, k, "AUTH %s", k->redis->at.password);
    HASH_ITER (hh, k->redis->channels, ch, tmp)
        send_subscribe(k, "SUBSCRIBE", ch->name);
    send_subscribe(k, "SUBSCRIBE", HEART);
}

/* ---- connecting ---- */

static void redis_delete(void *arg)
{
    struct lt_redis *r = arg;
    struct channel *ch, *tmp;
    assert(!r->first);
    HASH_ITER (hh, r->channels, ch, tmp) {
        HASH_DEL(r->channels, ch);
        free(ch);
    }
    if (r->done)
        lt_loop_defer(r->loop, r->done, r->done_arg);
    redis_address_done(&r->at);
    free(r);
}

static void on_watch_closed(void *arg)
{
    struct lt_redis *r = arg;
    if (--r->open_watches == 0 && r->ending)
        lt_loop_defer(r->loop, redis_delete, r);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct link *k = ac->data;
    if (k->ac != ac)
        return;
    if (status != REDIS_OK) {
        link_down(k); /* hiredis frees the context */
        return;
    }
    link_move(k, LINK_GREETING);
    if (k->is_sub)
        greet_subscriptions(k);
    else
        greet_commands(k->redis);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    struct link *k = ac->data;
    (void)status;
    if (k->ac == ac)
        link_down(k);
}

static void link_start(struct link *k)
{
    struct lt_redis *r = k->redis;
    struct redis_address *at = &r->at;
    link_move(k, LINK_CONNECTING);
    if (!redis_resolve(at)) {
        link_down(k);
        return;
    }
    redisAsyncContext *ac =
        at->path ? redisAsyncConnectUnix(at->path) : redisAsyncConnect(at->host, at->port);
    if (!ac || ac->err || !redis_uv_attach(r->loop, ac, on_watch_closed, r)) {
        if (ac)
            redisAsyncFree(ac);
        link_down(k);
        return;
    }
    r->open_watches++;
    ac->data = k;
    k->ac = ac;
    lt_loop_timer(r->loop, &k->timer, r->opts.connect_timeout_us);
    redisAsyncSetDisconnectCallback(ac, on_disconnect);
    redisAsyncSetConnectCallback(ac, on_connect); /* watches for writing */
}

static void beat(struct link *k, int64_t now_us)
{
    struct lt_redis *r = k->redis;
    int64_t timeout_us = r->opts.command_timeout_us;
    int64_t oldest_us = k->is_sub ? k->asked_us : r->first ? r->first->sent_us : 0;
    if (oldest_us && now_us - oldest_us > timeout_us) {
        lt_log(LT_LOG_WARN, "Redis does not answer; its connection is replaced",
               LT_S("link", k->is_sub ? "subscriptions" : "commands"));
        link_drop(k);
        return;
    }
    if (k->is_sub && !k->asked_us && now_us - k->heard_us > timeout_us) {
        k->asked_us = now_us;
        send_subscribe(k, "SUBSCRIBE", HEART);
    } else if (!k->is_sub && !r->first) {
        say(r, NULL, "PING", NULL);
    }
    lt_loop_timer(r->loop, &k->timer, timeout_us / 4);
}

static void on_link_timer(struct lt_timer *t, int64_t now_us)
{
    struct link *k = t->arg;
    switch (k->state) {
    case LINK_DOWN:
        link_start(k);
        break;
    case LINK_CONNECTING:
    case LINK_GREETING:
        link_drop(k);
        break;
    case LINK_UP:
        beat(k, now_us);
        break;
    case LINK_STATES:
        assert(false);
    }
}

/* ---- life ---- */

struct lt_redis *lt_redis_new(struct lt_loop *l, const struct lt_redis_opts *opts)
{
    assert(opts->max_pending > 0 && opts->command_timeout_us > 0 && opts->connect_timeout_us > 0);
    struct lt_redis *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    if (!redis_address_parse(opts->url, &r->at)) {
        lt_log(LT_LOG_ERROR, "the Redis URL is not understood");
        free(r);
        return NULL;
    }
    r->loop = l;
    r->opts = *opts;
    r->commands.redis = r->subscriptions.redis = r;
    r->subscriptions.is_sub = true;
    lt_timer_init(&r->commands.timer, on_link_timer, &r->commands);
    lt_timer_init(&r->subscriptions.timer, on_link_timer, &r->subscriptions);
    link_start(&r->commands);
    link_start(&r->subscriptions);
    return r;
}

static void end_begin(void *arg)
{
    struct lt_redis *r = arg;
    r->open_watches++; /* until both are on their way */
    link_drop(&r->commands);
    link_drop(&r->subscriptions);
    lt_loop_timer_cancel(r->loop, &r->commands.timer);
    lt_loop_timer_cancel(r->loop, &r->subscriptions.timer);
    on_watch_closed(r);
}

void lt_redis_free(struct lt_redis *r, lt_loop_fn *done, void *arg)
{
    assert(!r->ending);
    r->ending = true;
    r->done = done;
    r->done_arg = arg;
    lt_loop_defer(r->loop, end_begin, r);
}

void lt_redis_on_state(struct lt_redis *r, void (*fn)(void *arg, bool up), void *arg)
{
    assert(r->n_observers < REDIS_OBSERVERS_MAX);
    r->observers[r->n_observers].fn = fn;
    r->observers[r->n_observers++].arg = arg;
}

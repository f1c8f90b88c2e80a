/* Redis on our loop: hiredis' asynchronous context with a libuv adapter of our own.
 *
 * The adapter that comes with hiredis 0.14 ignores a poll error, so a dead socket would stay
 * "connected". Ours treats it as readable: the read fails and hiredis disconnects. Timeouts are
 * ours too: one for connecting, and one for commands, watched as "the oldest command under way has
 * waited too long", since replies come in order.
 *
 *   down → connecting → up → down …           for each of two links: commands, subscriptions
 *
 * lt_redis_up means both are up. A command's callback runs exactly once: with its reply, or with
 * LT_EREDIS when the link ends.
 */
#include "io/redis.h"

#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    BACKOFF_MIN_US = 50 * 1000,
    BACKOFF_MAX_US = 2000 * 1000,
    WATCH_US = 100 * 1000,
    OBSERVERS_MAX = 8,
    ARGS_MAX = 16
};

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

struct link {
    struct lt_redis *r;
    bool subscriber;
    enum link_state state;
    redisAsyncContext *ac;        /* NULL while down */
    int64_t backoff_us, since_us; /* since_us: when connecting began */
    struct lt_timer retry;
};

/* The adapter's handle; it outlives its context until the close callback. */
struct io {
    uv_poll_t poll;
    redisAsyncContext *ac; /* NULL: detached */
    int events;
    struct lt_redis *r;
};

struct pending {
    lt_redis_fn *fn;
    void *arg;
    int64_t sent_us;
    struct pending *next;
    struct lt_redis *r;
};

struct channel {
    char *name;
    lt_redis_msg_fn *fn;
    void *arg;
    UT_hash_handle hh;
};

struct lt_redis {
    struct lt_loop *loop;
    struct lt_redis_opts opts;
    char host[256], path[256], password[256]; /* path: unix socket */
    int port, db;
    struct link commands, messages;
    struct pending *head, **tail; /* under way, in order of sending */
    int n_pending;
    struct channel *channels;
    struct lt_timer watch;
    struct {
        void (*fn)(void *arg, bool up);
        void *arg;
    } observers[OBSERVERS_MAX];
    int n_observers;
    bool was_up, closing;
    int open_polls;
    lt_loop_fn *done;
    void *done_arg;
};

static void link_begin(struct link *k);

/* ---- replies ---- */

struct lt_redis_reply {
    redisReply r;
};

enum lt_redis_type lt_redis_type(const struct lt_redis_reply *r)
{
    switch (r->r.type) {
    case REDIS_REPLY_INTEGER:
        return LT_REDIS_INT;
    case REDIS_REPLY_STRING:
        return LT_REDIS_STR;
    case REDIS_REPLY_STATUS:
        return LT_REDIS_STATUS;
    case REDIS_REPLY_ARRAY:
        return LT_REDIS_ARRAY;
    case REDIS_REPLY_ERROR:
        return LT_REDIS_ERROR;
    default:
        return LT_REDIS_NIL;
    }
}

long long lt_redis_int(const struct lt_redis_reply *r)
{
    return r->r.integer;
}

const char *lt_redis_str(const struct lt_redis_reply *r, size_t *ret_len)
{
    if (ret_len)
        *ret_len = r->r.len;
    return r->r.str ? r->r.str : "";
}

size_t lt_redis_len(const struct lt_redis_reply *r)
{
    return r->r.elements;
}

const struct lt_redis_reply *lt_redis_at(const struct lt_redis_reply *r, size_t i)
{
    assert(i < r->r.elements);
    return (const struct lt_redis_reply *)r->r.element[i];
}

/* ---- the adapter ---- */

static void on_poll(uv_poll_t *p, int status, int events)
{
    struct io *io = p->data;
    /* A failed poll is a dead socket: let hiredis read the error. */
    if (io->ac && (status != 0 || (events & (UV_READABLE | UV_DISCONNECT))))
        redisAsyncHandleRead(io->ac);
    if (io->ac && status == 0 && (events & UV_WRITABLE))
        redisAsyncHandleWrite(io->ac);
}

static void io_set(struct io *io, int add, int remove)
{
    int events = (io->events | add) & ~remove;
    if (events == io->events)
        return;
    io->events = events;
    if (events)
        uv_poll_start(&io->poll, events, on_poll);
    else
        uv_poll_stop(&io->poll);
}

static void add_read(void *p)
{
    io_set(p, UV_READABLE, 0);
}

static void del_read(void *p)
{
    io_set(p, 0, UV_READABLE);
}

static void add_write(void *p)
{
    io_set(p, UV_WRITABLE, 0);
}

static void del_write(void *p)
{
    io_set(p, 0, UV_WRITABLE);
}

static void closing_check(void *arg)
{
    struct lt_redis *r = arg;
    if (!r->closing || r->open_polls > 0)
        return;
    lt_loop_fn *done = r->done;
    void *done_arg = r->done_arg;
    struct channel *c, *next;
    HASH_ITER (hh, r->channels, c, next) {
        HASH_DEL(r->channels, c);
        free(c->name);
        free(c);
    }
    free(r);
    done(done_arg);
}

static void on_poll_closed(uv_handle_t *h)
{
    struct io *io = h->data;
    struct lt_redis *r = io->r;
    r->open_polls--;
    free(io);
    closing_check(r);
}

static void cleanup(void *p)
{
    struct io *io = p;
    io->ac = NULL;
    uv_poll_stop(&io->poll);
    uv_close((uv_handle_t *)&io->poll, on_poll_closed);
}

static bool attach(struct link *k)
{
    struct io *io = calloc(1, sizeof *io);
    assert(io);
    io->r = k->r;
    io->ac = k->ac;
    if (uv_poll_init(lt_loop_uv(k->r->loop), &io->poll, k->ac->c.fd) != 0) {
        free(io);
        return false;
    }
    io->poll.data = io;
    k->r->open_polls++;
    k->ac->ev.data = io;
    k->ac->ev.addRead = add_read;
    k->ac->ev.delRead = del_read;
    k->ac->ev.addWrite = add_write;
    k->ac->ev.delWrite = del_write;
    k->ac->ev.cleanup = cleanup;
    return true;
}

/* ---- links ---- */

bool lt_redis_up(const struct lt_redis *r)
{
    return r->commands.state == LINK_UP && r->messages.state == LINK_UP;
}

static void tell(struct lt_redis *r)
{
    bool up = lt_redis_up(r);
    if (up == r->was_up)
        return;
    r->was_up = up;
    lt_metric_set(LT_M_REDIS_UP, up);
    lt_log(up ? LT_LOG_INFO : LT_LOG_WARN, up ? "redis is up" : "redis is away");
    for (int i = 0; i < r->n_observers && !r->closing; i++)
        r->observers[i].fn(r->observers[i].arg, up);
}

static void on_retry(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    link_begin(t->arg);
}

/* The context is gone or going; hiredis has called, or will call, what waited on it. */
static void link_down(struct link *k)
{
    struct lt_redis *r = k->r;
    k->ac = NULL;
    k->state = LINK_DOWN;
    if (!r->closing) {
        k->backoff_us = k->backoff_us ? k->backoff_us * 2 : BACKOFF_MIN_US;
        if (k->backoff_us > BACKOFF_MAX_US)
            k->backoff_us = BACKOFF_MAX_US;
        /* Full jitter: nodes that lost the same Redis do not come back in step. */
        lt_loop_timer(r->loop, &k->retry, 1000 + random() % k->backoff_us);
    }
    tell(r);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    (void)status;
    struct link *k = ac->data;
    if (k->ac == ac)
        link_down(k);
}

static void on_setup(redisAsyncContext *ac, void *reply, void *arg)
{
    const redisReply *r = reply;
    (void)arg;
    if (r && r->type == REDIS_REPLY_ERROR)
        lt_log(LT_LOG_ERROR, "redis refused the login", LT_S("why", r->str));
    (void)ac;
}

static void on_message(redisAsyncContext *ac, void *reply, void *arg)
{
    const redisReply *m = reply;
    struct link *k = ac->data;
    struct channel *c;
    (void)arg;
    if (!m || m->type != REDIS_REPLY_ARRAY || m->elements != 3 || !m->element[0]->str ||
        strcmp(m->element[0]->str, "message") != 0)
        return;
    HASH_FIND_STR(k->r->channels, m->element[1]->str, c);
    if (c)
        c->fn(c->arg, c->name, m->element[2]->str, m->element[2]->len);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct link *k = ac->data;
    if (k->ac != ac)
        return;
    if (status != REDIS_OK) { /* hiredis frees the context after this */
        link_down(k);
        return;
    }
    struct lt_redis *r = k->r;
    if (r->password[0])
        redisAsyncCommand(k->ac, on_setup, NULL, "AUTH %s", r->password);
    if (r->db)
        redisAsyncCommand(k->ac, on_setup, NULL, "SELECT %d", r->db);
    k->state = LINK_UP;
    k->backoff_us = 0;
    for (struct channel *c = r->channels; k->subscriber && c; c = c->hh.next)
        redisAsyncCommand(k->ac, on_message, NULL, "SUBSCRIBE %s", c->name);
    tell(r);
}

static void link_begin(struct link *k)
{
    struct lt_redis *r = k->r;
    k->ac = r->path[0] ? redisAsyncConnectUnix(r->path) : redisAsyncConnect(r->host, r->port);
    k->since_us = lt_loop_now(r->loop).mono_us;
    if (!k->ac || k->ac->err) {
        if (k->ac)
            redisAsyncFree(k->ac);
        link_down(k);
        return;
    }
    k->ac->data = k;
    k->state = LINK_CONNECTING;
    if (!attach(k)) {
        redisAsyncContext *ac = k->ac;
        k->ac = NULL;
        redisAsyncFree(ac);
        link_down(k);
        return;
    }
    redisAsyncSetDisconnectCallback(k->ac, on_disconnect);
    redisAsyncSetConnectCallback(k->ac, on_connect);
}

/* End a link at once; everything under way on it is called with no reply. */
static void link_cut(struct link *k)
{
    redisAsyncContext *ac = k->ac;
    if (!ac)
        return;
    k->ac = NULL;
    redisAsyncFree(ac);
    link_down(k);
}

static void on_watch(struct lt_timer *t, int64_t now_us)
{
    struct lt_redis *r = t->arg;
    struct link *links[2] = {&r->commands, &r->messages};
    for (int i = 0; i < 2; i++) {
        if (links[i]->state == LINK_CONNECTING &&
            now_us - links[i]->since_us > r->opts.connect_timeout_us)
            link_cut(links[i]);
    }
    if (r->head && now_us - r->head->sent_us > r->opts.command_timeout_us) {
        lt_log(LT_LOG_WARN, "redis does not answer", LT_I("pending", r->n_pending));
        link_cut(&r->commands);
        link_cut(&r->messages); /* the same server: what it does not answer, it does not publish */
    }
    lt_loop_timer(r->loop, t, WATCH_US);
}

/* ---- commands ---- */

static void on_reply(redisAsyncContext *ac, void *reply, void *arg)
{
    struct pending *p = arg;
    struct lt_redis *r = p->r;
    (void)ac;
    assert(r->head == p); /* replies, and the end of a link, come in order of sending */
    r->head = p->next;
    if (!r->head)
        r->tail = &r->head;
    r->n_pending--;
    if (!reply)
        lt_metric_add(LT_M_REDIS_ERRORS, 1);
    if (p->fn)
        p->fn(p->arg, reply ? LT_OK : LT_EREDIS, reply);
    free(p);
}

int lt_redis_cmd(struct lt_redis *r, lt_redis_fn *fn, void *arg, int argc, const char *const *argv,
                 const size_t *lens)
{
    if (r->closing || r->commands.state != LINK_UP)
        return LT_EREDIS;
    if (r->n_pending >= r->opts.max_pending)
        return LT_EFULL;
    struct pending *p = calloc(1, sizeof *p);
    if (!p)
        return LT_EFULL;
    *p = (struct pending){.fn = fn, .arg = arg, .r = r, .sent_us = lt_loop_now(r->loop).mono_us};
    if (redisAsyncCommandArgv(r->commands.ac, on_reply, p, argc, (const char **)argv, lens) !=
        REDIS_OK) {
        free(p);
        return LT_EREDIS;
    }
    *r->tail = p;
    r->tail = &p->next;
    r->n_pending++;
    return LT_OK;
}

int lt_redis_cmdv(struct lt_redis *r, lt_redis_fn *fn, void *arg, ...)
{
    const char *argv[ARGS_MAX], *s;
    int argc = 0;
    va_list ap;
    va_start(ap, arg);
    while ((s = va_arg(ap, const char *))) {
        assert(argc < ARGS_MAX);
        argv[argc++] = s;
    }
    va_end(ap);
    return lt_redis_cmd(r, fn, arg, argc, argv, NULL);
}

int lt_redis_subscribe(struct lt_redis *r, const char *channel, lt_redis_msg_fn *fn, void *arg)
{
    struct channel *c;
    HASH_FIND_STR(r->channels, channel, c);
    assert(!c);
    c = calloc(1, sizeof *c);
    if (!c || !(c->name = strdup(channel))) {
        free(c);
        return LT_ENOMEM;
    }
    c->fn = fn;
    c->arg = arg;
    HASH_ADD_KEYPTR(hh, r->channels, c->name, strlen(c->name), c);
    if (r->messages.state == LINK_UP)
        redisAsyncCommand(r->messages.ac, on_message, NULL, "SUBSCRIBE %s", channel);
    return LT_OK;
}

void lt_redis_unsubscribe(struct lt_redis *r, const char *channel)
{
    struct channel *c;
    HASH_FIND_STR(r->channels, channel, c);
    if (!c)
        return;
    HASH_DEL(r->channels, c);
    if (r->messages.state == LINK_UP)
        redisAsyncCommand(r->messages.ac, NULL, NULL, "UNSUBSCRIBE %s", channel);
    free(c->name);
    free(c);
}

void lt_redis_on_state(struct lt_redis *r, void (*fn)(void *arg, bool up), void *arg)
{
    assert(r->n_observers < OBSERVERS_MAX);
    r->observers[r->n_observers].fn = fn;
    r->observers[r->n_observers++].arg = arg;
}

/* ---- life ---- */

/* redis://[:password@]host:port[/db] or unix:///path[?db=n]. */
static bool parse_url(struct lt_redis *r, const char *url)
{
    r->port = 6379;
    if (strncmp(url, "unix://", 7) == 0) {
        size_t n = strcspn(url + 7, "?");
        if (n == 0 || n >= sizeof r->path)
            return false;
        memcpy(r->path, url + 7, n);
        return url[7 + n] == '\0' || sscanf(url + 7 + n, "?db=%d", &r->db) == 1;
    }
    if (strncmp(url, "redis://", 8) != 0)
        return false;
    const char *p = url + 8, *at = strrchr(p, '@');
    if (at) {
        const char *colon = memchr(p, ':', (size_t)(at - p));
        size_t n = colon ? (size_t)(at - colon - 1) : 0;
        if (!colon || n >= sizeof r->password)
            return false;
        memcpy(r->password, colon + 1, n);
        p = at + 1;
    }
    size_t n = strcspn(p, ":/");
    if (n == 0 || n >= sizeof r->host)
        return false;
    memcpy(r->host, p, n);
    p += n;
    if (*p == ':')
        r->port = (int)strtol(p + 1, (char **)&p, 10);
    return *p == '\0' || (*p == '/' && (p[1] == '\0' || sscanf(p, "/%d", &r->db) == 1));
}

struct lt_redis *lt_redis_new(struct lt_loop *l, const struct lt_redis_opts *opts)
{
    struct lt_redis *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->loop = l;
    r->opts = *opts;
    r->tail = &r->head;
    if (!parse_url(r, opts->url)) {
        free(r);
        return NULL;
    }
    r->opts.url = NULL;
    r->commands = (struct link){.r = r};
    r->messages = (struct link){.r = r, .subscriber = true};
    lt_timer_init(&r->commands.retry, on_retry, &r->commands);
    lt_timer_init(&r->messages.retry, on_retry, &r->messages);
    lt_timer_init(&r->watch, on_watch, r);
    lt_loop_timer(l, &r->watch, WATCH_US);
    link_begin(&r->commands);
    link_begin(&r->messages);
    return r;
}

void lt_redis_free(struct lt_redis *r, lt_loop_fn *done, void *arg)
{
    r->closing = true;
    r->done = done;
    r->done_arg = arg;
    lt_loop_timer_cancel(r->loop, &r->watch);
    lt_loop_timer_cancel(r->loop, &r->commands.retry);
    lt_loop_timer_cancel(r->loop, &r->messages.retry);
    link_cut(&r->commands);
    link_cut(&r->messages);
    lt_loop_defer(r->loop, closing_check, r);
}

/* hiredis on libuv. The adapter that comes with hiredis 0.14 returns when the poll reports an
 * error, so a dead socket is never noticed; here an error is handed to hiredis as readable and
 * writable, whose next system call finds it.
 *
 * hiredis frees its context whenever it likes, also inside the calls below: `ac` is NULL from then
 * on. The uv handle lives until its close callback, so it is not part of the context.
 */
#include "redis_internal.h"
#include <stdlib.h>

struct watch {
    uv_poll_t uv;
    redisAsyncContext *ac;
    int events;
    lt_loop_fn *closed;
    void *arg;
};

static void on_poll(uv_poll_t *h, int status, int events)
{
    struct watch *w = h->data;
    if (status < 0)
        events = UV_READABLE | UV_WRITABLE;
    if (w->ac && (events & UV_READABLE))
        redisAsyncHandleRead(w->ac);
    if (w->ac && (events & UV_WRITABLE))
        redisAsyncHandleWrite(w->ac);
    if (w->ac && status < 0)
        redisAsyncFree(w->ac); /* hiredis saw nothing wrong, but there will be no more events */
}

static void set_events(struct watch *w, int events)
{
    if (w->events == events)
        return;
    w->events = events;
    if (events)
        uv_poll_start(&w->uv, events, on_poll);
    else
        uv_poll_stop(&w->uv);
}

static void add_read(void *p)
{
    struct watch *w = p;
    set_events(w, w->events | UV_READABLE);
}

static void del_read(void *p)
{
    struct watch *w = p;
    set_events(w, w->events & ~UV_READABLE);
}

static void add_write(void *p)
{
    struct watch *w = p;
    set_events(w, w->events | UV_WRITABLE);
}

static void del_write(void *p)
{
    struct watch *w = p;
    set_events(w, w->events & ~UV_WRITABLE);
}

static void on_closed(uv_handle_t *h)
{
    struct watch *w = h->data;
    w->closed(w->arg);
    free(w);
}

static void cleanup(void *p)
{
    struct watch *w = p;
    w->ac = NULL;
    uv_close((uv_handle_t *)&w->uv, on_closed);
}

bool redis_uv_attach(struct lt_loop *l, redisAsyncContext *ac, lt_loop_fn *closed, void *arg)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    if (uv_poll_init(lt_loop_uv(l), &w->uv, ac->c.fd) != 0) {
        free(w);
        return false;
    }
    w->uv.data = w;
    w->ac = ac;
    w->closed = closed;
    w->arg = arg;
    ac->ev.data = w;
    ac->ev.addRead = add_read;
    ac->ev.delRead = del_read;
    ac->ev.addWrite = add_write;
    ac->ev.delWrite = del_write;
    ac->ev.cleanup = cleanup;
    return true;
}

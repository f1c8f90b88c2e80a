/* One message to Redis from a process that has no loop of its own: it borrows the asynchronous
 * client and a loop for as long as the message takes. A blocking client of its own would have been
 * a second reader of Redis addresses, passwords and timeouts. */
#include "wake.h"

#include "io/loop.h"
#include "io/redis.h"
#include <inttypes.h>
#include <stdio.h>

enum { PATIENCE_US = 200 * 1000 };

struct wake {
    struct lt_loop *loop;
    struct lt_redis *redis;
    char channel[64];
    struct lt_timer timer;
    bool ending;
};

static void on_freed(void *arg)
{
    struct wake *w = arg;
    lt_loop_stop(w->loop);
}

static void end(struct wake *w)
{
    if (w->ending)
        return;
    w->ending = true;
    lt_loop_timer_cancel(w->loop, &w->timer);
    lt_redis_free(w->redis, on_freed, w);
}

static void end_later(void *arg)
{
    end(arg);
}

static void on_published(void *arg, int err, const struct lt_redis_reply *r)
{
    struct wake *w = arg;
    (void)err;
    (void)r;
    if (!w->ending)
        lt_loop_defer(w->loop, end_later,
                      w); /* a client is not freed from inside its own callback */
}

static void on_state(void *arg, bool up)
{
    struct wake *w = arg;
    if (up && !w->ending)
        lt_redis_cmdv(w->redis, on_published, w, "PUBLISH", w->channel, "W", (char *)NULL);
}

static void on_timeout(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    end(t->arg);
}

void lt_wake(const struct lt_config *c, struct lt_tenant_id tenant, struct lt_event_id event)
{
    struct lt_redis_opts opts = {
        .url = lt_config_str(c, "redis_url"),
        .connect_timeout_us = PATIENCE_US,
        .command_timeout_us = PATIENCE_US,
        .max_pending = 16,
    };
    struct wake w = {.ending = false};
    if (!opts.url[0])
        return;
    snprintf(w.channel, sizeof w.channel, "lt:%" PRId64 ":%" PRId64, tenant.v, event.v);
    w.loop = lt_loop_new();
    w.redis = lt_redis_new(w.loop, &opts);
    if (w.redis) {
        lt_timer_init(&w.timer, on_timeout, &w);
        lt_loop_timer(w.loop, &w.timer, PATIENCE_US);
        lt_redis_on_state(w.redis, on_state, &w);
        lt_loop_run(w.loop);
    }
    lt_loop_free(w.loop);
}

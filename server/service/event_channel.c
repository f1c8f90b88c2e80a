/* Subscriptions counted by event. Redis keeps one handler a channel, so two users of one event must
 * not subscribe each for itself. */
#include "service/event_channel.h"

#include "base/err.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct lt_event_channel *lt_event_channel_take(struct lt_event_channels *all, int64_t tenant,
                                               int64_t event)
{
    struct lt_event_channel *c, key = {.key = {tenant, event}};
    HASH_FIND(hh, all->list, &key.key, sizeof key.key, c);
    if (!c) {
        c = calloc(1, sizeof *c);
        assert(c);
        c->key = key.key;
        c->all = all;
        snprintf(c->text, sizeof c->text, "lt:{%" PRId64 ":%" PRId64 "}:%s", tenant, event,
                 all->name);
        c->subscribed = lt_redis_subscribe(all->redis, c->text, all->fn, c) == LT_OK;
        HASH_ADD(hh, all->list, key, sizeof c->key, c);
    }
    c->users++;
    return c;
}

static void hush(struct lt_event_channel *c)
{
    if (c->subscribed)
        lt_redis_unsubscribe(c->all->redis, c->text);
    c->subscribed = false;
}

void lt_event_channel_drop(struct lt_event_channel *c)
{
    if (--c->users > 0)
        return;
    hush(c);
    HASH_DEL(c->all->list, c);
    free(c);
}

void lt_event_channels_stop(struct lt_event_channels *all)
{
    struct lt_event_channel *c, *next;
    HASH_ITER (hh, all->list, c, next)
        hush(c);
}

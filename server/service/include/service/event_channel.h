/* A Redis channel of an event that all of its users in this process share: the first subscribes, the
 * last unsubscribes. */
#pragma once
#include "io/redis.h"
#include <uthash.h>

struct lt_event_channels;
struct lt_event_channel {
    struct {
        int64_t tenant, event;
    } key;
    char text[80]; /* its name: lt:{tenant:event}:NAME */
    struct lt_event_channels *all;
    int users;
    bool subscribed;
    UT_hash_handle hh;
};
/* One kind of channel; embedded in its owner. */
struct lt_event_channels {
    struct lt_redis *redis;
    const char *name;    /* a literal */
    lt_redis_msg_fn *fn; /* its arg is the struct lt_event_channel */
    void *owner;
    struct lt_event_channel *list;
};

struct lt_event_channel *lt_event_channel_take(struct lt_event_channels *all, int64_t tenant,
                                               int64_t event);
void lt_event_channel_drop(struct lt_event_channel *c);
/* Hear nothing more; those that are held stay held. */
void lt_event_channels_stop(struct lt_event_channels *all);

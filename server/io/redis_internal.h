/* What redis.c (links, commands, subscriptions), redis_uv.c (hiredis on libuv) and redis_reply.c
 * (addresses and replies) share. */
#pragma once
#include "io/redis.h"
#include <hiredis/async.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

enum { REDIS_OBSERVERS_MAX = 8 };

enum link_state {
    LINK_DOWN,       /* waiting to connect again */
    LINK_CONNECTING, /* the socket */
    LINK_GREETING,   /* password, database, first answer */
    LINK_UP,
    LINK_STATES
};

struct link {
    struct lt_redis *redis;
    bool is_sub;
    enum link_state state;
    redisAsyncContext *ac; /* NULL: none, or given up */
    struct lt_timer timer; /* down: back-off; connecting, greeting: deadline; up: beat */
    int64_t asked_us;      /* heartbeat under way since, 0: none */
    int64_t heard_us;      /* last answer to one */
    int failures;          /* in a row */
};

/* A command under way. */
struct pending {
    struct pending *next;
    struct lt_redis *redis;
    lt_redis_fn *fn; /* NULL: nobody cares */
    void *arg;
    int64_t sent_us;
};

struct channel {
    UT_hash_handle hh;
    lt_redis_msg_fn *fn;
    void *arg;
    char name[];
};

struct redis_address {
    char *host, *path, *password; /* host, or path of a unix socket */
    int port, db;
    bool must_resolve;
};

struct lt_redis {
    struct lt_loop *loop;
    struct lt_redis_opts opts;
    struct redis_address at;
    struct link commands, subscriptions;
    struct pending *first, *last; /* in order of sending */
    int n_pending;
    struct channel *channels;
    struct {
        void (*fn)(void *arg, bool up);
        void *arg;
    } observers[REDIS_OBSERVERS_MAX];
    int n_observers;
    bool was_up;
    bool ending;
    int open_watches;
    lt_loop_fn *done;
    void *done_arg;
};

/* Drive `ac` from the loop. `closed(arg)` runs when libuv gave the descriptor's watch back, after
 * hiredis freed `ac`. False: out of memory. */
bool redis_uv_attach(struct lt_loop *l, redisAsyncContext *ac, lt_loop_fn *closed, void *arg);

/* redis://[user:password@]host[:port][/db], unix:///path[?db=n]. */
bool redis_address_parse(const char *url, struct redis_address *ret);
void redis_address_done(struct redis_address *at);
/* Find the host's address, once. True: it is known. */
bool redis_resolve(struct redis_address *at);

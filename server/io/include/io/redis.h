/* Asynchronous Redis over hiredis with our own libuv adapter: three connection states, connect and command timeouts, reconnecting with
 * jitter, a dead socket noticed. Two connections: commands and subscriptions (subscriptions are restored after a reconnect).
 * Redis is a projection: every caller must be right without it. No hiredis type passes this header. */
#pragma once
#include "io/loop.h"
#include <stddef.h>

struct lt_redis_opts {
    const char *
        url; /* redis://[:password@]host:port/db or unix:///path[?db=n]; host numeric or resolved once at start */
    int64_t connect_timeout_us, command_timeout_us;
    int max_pending; /* commands in flight; over it LT_EFULL */
};
/* A reply, as a tree. Valid during the callback. */
struct lt_redis_reply;
enum lt_redis_type {
    LT_REDIS_NIL,
    LT_REDIS_INT,
    LT_REDIS_STR,
    LT_REDIS_STATUS,
    LT_REDIS_ARRAY,
    LT_REDIS_ERROR
};
enum lt_redis_type lt_redis_type(const struct lt_redis_reply *r);
long long lt_redis_int(const struct lt_redis_reply *r);
const char *lt_redis_str(const struct lt_redis_reply *r, size_t *ret_len);
size_t lt_redis_len(const struct lt_redis_reply *r);
const struct lt_redis_reply *lt_redis_at(const struct lt_redis_reply *r, size_t i);

struct lt_redis;
/* err: LT_OK (reply may be LT_REDIS_ERROR), LT_EREDIS: not connected, timed out or lost (r is NULL). Exactly once, from the loop, never inside the call. */
typedef void lt_redis_fn(void *arg, int err, const struct lt_redis_reply *r);
struct lt_redis *lt_redis_new(struct lt_loop *l, const struct lt_redis_opts *opts);
void lt_redis_free(struct lt_redis *r, lt_loop_fn *done, void *arg);
bool lt_redis_up(const struct lt_redis *r);
/* fn(arg, up) on each change of lt_redis_up; several observers. */
void lt_redis_on_state(struct lt_redis *r, void (*fn)(void *arg, bool up), void *arg);
/* Send a command; fn may be NULL. LT_EREDIS: not connected, LT_EFULL: too many pending; fn will not run. Arguments are copied. */
int lt_redis_cmd(struct lt_redis *r, lt_redis_fn *fn, void *arg, int argc, const char *const *argv,
                 const size_t *lens);
/* Same, for NUL-terminated arguments, ended by NULL. */
int lt_redis_cmdv(struct lt_redis *r, lt_redis_fn *fn, void *arg, ...) __attribute__((sentinel));
/* Subscribe to a channel; kept over reconnects. One handler per channel. The payload is valid during the call. */
typedef void lt_redis_msg_fn(void *arg, const char *channel, const char *p, size_t n);
int lt_redis_subscribe(struct lt_redis *r, const char *channel, lt_redis_msg_fn *fn, void *arg);
void lt_redis_unsubscribe(struct lt_redis *r, const char *channel);

/* What redis.c and redis_uv.c share. */
#pragma once
#include "io/loop.h"
#include <hiredis/async.h>

/* Drive `ac` from the loop. `closed(arg)` runs when libuv gave the descriptor's watch back, after
 * hiredis freed `ac`. False: out of memory. */
bool redis_uv_attach(struct lt_loop *l, redisAsyncContext *ac, lt_loop_fn *closed, void *arg);

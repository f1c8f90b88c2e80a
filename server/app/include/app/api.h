/* HTTP beside the WebSocket: health, readiness, metrics. */
#pragma once
#include "io/net.h"
#include "io/pg.h"
#include "io/redis.h"

struct lt_api {
    struct lt_pg *pg;
    struct lt_redis *redis;
    bool draining;
};
/* Path prefixes that are not static files, ended by NULL. */
extern const char *const lt_api_prefixes[];
/* Answer a request, at once. */
void lt_api_answer(const struct lt_api *a, struct lt_http_req *r);

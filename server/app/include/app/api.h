/* HTTP beside the WebSocket: health, readiness, metrics, the check of a certificate. */
#pragma once
#include "io/net.h"
#include "io/pg.h"
#include "io/redis.h"

enum { LT_API_SLOTS = 1024 };
struct lt_api {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    bool draining;
    int checks_per_minute; /* of certificates, per address */
    struct {
        uint64_t hash;
        int64_t since_us;
        int n;
    } checks[LT_API_SLOTS];
};
/* Path prefixes that are not static files, ended by NULL. */
extern const char *const lt_api_prefixes[];
/* Answer a request, at once or when the database has answered. */
void lt_api_answer(struct lt_api *a, struct lt_http_req *r);
/* The client left first. */
void lt_api_gone(struct lt_http_req *r);

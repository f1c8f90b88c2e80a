/* HTTP beside the WebSocket: health, readiness, metrics, the check of a certificate, public boards. */
#pragma once
#include "io/net.h"
#include "io/pg.h"
#include "io/redis.h"

/* A request that waits for an answer: what lt_http_user of it is. */
struct lt_api_wait {
    struct lt_http_req *req; /* NULL: the client left */
    struct lt_api_wait *next;
};
enum { LT_API_SLOTS = 1024 };
/* What one address may ask for in a minute. */
struct lt_api_limit {
    int per_minute;
    struct {
        uint64_t hash;
        int64_t since_us;
        int n;
    } slots[LT_API_SLOTS];
};
struct lt_board_api;
struct lt_api {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_board_api *boards;
    bool draining;
    struct lt_api_limit checks; /* of certificates */
    struct lt_api_limit pages;  /* of boards */
};
/* Path prefixes that are not static files, ended by NULL. */
extern const char *const lt_api_prefixes[];
/* Answer a request, at once or when the database has answered. */
void lt_api_answer(struct lt_api *a, struct lt_http_req *r);
/* The client left first. */
void lt_api_gone(struct lt_http_req *r);

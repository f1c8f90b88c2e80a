/* Where Redis is, and what it says. */
#include "base/log.h"
#include "redis_internal.h"
#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- addresses ---- */

static bool parse_unix(const char *path, struct redis_address *at)
{
    const char *query = strstr(path, "?db=");
    at->path = strndup(path, query ? (size_t)(query - path) : strlen(path));
    at->db = query ? atoi(query + 4) : 0;
    return at->path && at->path[0] == '/';
}

static bool parse_tcp(const char *rest, struct redis_address *at)
{
    struct in6_addr addr;
    const char *sign = strrchr(rest, '@');
    if (sign) {
        const char *colon = memchr(rest, ':', (size_t)(sign - rest));
        const char *secret = colon ? colon + 1 : rest;
        at->password = strndup(secret, (size_t)(sign - secret));
        rest = sign + 1;
    }
    if (*rest == '[') {
        size_t n = strcspn(rest, "]");
        at->host = strndup(rest + 1, n - 1);
        rest += rest[n] ? n + 1 : n;
    } else {
        at->host = strndup(rest, strcspn(rest, ":/"));
        rest += strcspn(rest, ":/");
    }
    at->port = *rest == ':' ? atoi(rest + 1) : 6379;
    rest += strcspn(rest, "/");
    at->db = *rest == '/' ? atoi(rest + 1) : 0;
    at->must_resolve = at->host && inet_pton(AF_INET, at->host, &addr) != 1 &&
                       inet_pton(AF_INET6, at->host, &addr) != 1;
    return at->host && at->host[0] && at->port > 0 && at->port <= UINT16_MAX && at->db >= 0;
}

bool redis_address_parse(const char *url, struct redis_address *ret)
{
    struct redis_address at = {0};
    bool ok = false;
    if (strncmp(url, "unix://", 7) == 0)
        ok = parse_unix(url + 7, &at);
    else if (strncmp(url, "redis://", 8) == 0)
        ok = parse_tcp(url + 8, &at);
    if (ok)
        *ret = at;
    else
        redis_address_done(&at);
    return ok;
}

void redis_address_done(struct redis_address *at)
{
    free(at->host);
    free(at->path);
    free(at->password);
}

/* A name is looked up until it was found once, at the start; never in a running contest, where it
 * would block the loop. */
bool redis_resolve(struct redis_address *at)
{
    if (!at->must_resolve)
        return true;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *ai;
    char addr[64];
    int err = getaddrinfo(at->host, NULL, &hints, &ai);
    if (err != 0) {
        lt_log(LT_LOG_ERROR, "the Redis host is not known", LT_S("host", at->host),
               LT_S("error", gai_strerror(err)));
        return false;
    }
    getnameinfo(ai->ai_addr, ai->ai_addrlen, addr, sizeof addr, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(ai);
    free(at->host);
    at->host = strdup(addr);
    at->must_resolve = false;
    return at->host != NULL;
}

/* ---- replies ---- */

static const redisReply *raw(const struct lt_redis_reply *r)
{
    return (const redisReply *)r;
}

enum lt_redis_type lt_redis_type(const struct lt_redis_reply *r)
{
    switch (raw(r)->type) {
    case REDIS_REPLY_INTEGER:
        return LT_REDIS_INT;
    case REDIS_REPLY_STRING:
        return LT_REDIS_STR;
    case REDIS_REPLY_STATUS:
        return LT_REDIS_STATUS;
    case REDIS_REPLY_ARRAY:
        return LT_REDIS_ARRAY;
    case REDIS_REPLY_ERROR:
        return LT_REDIS_ERROR;
    default: /* an int of hiredis, not an enum of ours */
        return LT_REDIS_NIL;
    }
}

long long lt_redis_int(const struct lt_redis_reply *r)
{
    return raw(r)->integer;
}

const char *lt_redis_str(const struct lt_redis_reply *r, size_t *ret_len)
{
    if (ret_len)
        *ret_len = raw(r)->str ? raw(r)->len : 0;
    return raw(r)->str ? raw(r)->str : "";
}

size_t lt_redis_len(const struct lt_redis_reply *r)
{
    return raw(r)->type == REDIS_REPLY_ARRAY ? raw(r)->elements : 0;
}

const struct lt_redis_reply *lt_redis_at(const struct lt_redis_reply *r, size_t i)
{
    assert(i < lt_redis_len(r));
    return (const struct lt_redis_reply *)raw(r)->element[i];
}

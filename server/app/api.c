/* /healthz says that the loop turns; /readyz that this node can serve people (a load balancer asks
 * it): PostgreSQL is there and the node is not draining. Redis is a projection, so its absence is
 * shown but does not make a node unready. /metrics is Prometheus text. /api/certificate/CODE is asked
 * by the public page that checks a certificate: an unknown code, and what is no code at all, cost the
 * same look-up and get the same answer. /api/board/SHARE is api_board.c. */
#include "app/api.h"

#include "app/api_board.h"
#include "app/supervisor.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_BYTES = 512 * 1024, CERTIFICATE_BYTES = 8 * 1024, MINUTE_US = 60 * 1000 * 1000 };

const char *const lt_api_prefixes[] = {"/healthz", "/readyz", "/metrics", "/api/", NULL};

static void reply(struct lt_http_req *r, int status, const char *type, const char *body)
{
    lt_http_reply(
        r, &(struct lt_http_reply){
               .status = status, .content_type = type, .body = body, .body_len = strlen(body)});
}

static void answer_ready(const struct lt_api *a, struct lt_http_req *r)
{
    bool pg = lt_pg_ready(a->pg) > 0, ready = pg && !a->draining;
    struct lt_buf b;
    lt_buf_init(&b, 1024);
    lt_buf_printf(&b, "{\"ready\":%s,\"postgresql\":%s,\"redis\":%s,\"draining\":%s}\n",
                  ready ? "true" : "false", pg ? "true" : "false",
                  lt_redis_up(a->redis) ? "true" : "false", a->draining ? "true" : "false");
    reply(r, ready ? 200 : 503, NULL, lt_buf_cstr(&b));
    lt_buf_done(&b);
}

static void answer_metrics(struct lt_http_req *r)
{
    struct lt_buf b;
    int n;
    void *const *pages = lt_supervised_pages(&n);
    lt_buf_init(&b, METRICS_BYTES);
    lt_metrics_print(pages, n, &b);
    reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", lt_buf_cstr(&b));
    lt_buf_done(&b);
}

/* ---- limits ---- */

static bool within_limit(const struct lt_api *a, struct lt_api_limit *limit, const char *peer)
{
    int64_t now_us = lt_loop_now(a->loop).mono_us;
    uint64_t hash = 1469598103934665603ULL; /* FNV-1a */
    for (const char *p = peer; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211ULL;
    size_t slot = hash % LT_API_SLOTS;
    if (limit->slots[slot].hash != hash || now_us - limit->slots[slot].since_us >= MINUTE_US) {
        limit->slots[slot].hash = hash;
        limit->slots[slot].since_us = now_us;
        limit->slots[slot].n = 0;
    }
    return ++limit->slots[slot].n <= limit->per_minute;
}

static bool refuse_too_fast(const struct lt_api *a, struct lt_api_limit *limit,
                            struct lt_http_req *r)
{
    if (within_limit(a, limit, lt_http_peer(r)))
        return false;
    reply(r, 429, NULL, "{\"error\":\"too_fast\"}\n");
    return true;
}

/* ---- certificates ---- */

static void reply_certificate(struct lt_http_req *r, const struct lt_pg_result *rows)
{
    static const char *const texts[] = {"tenant", "title", "name", "unit"}, *const numbers[] = {
                                                                                "points", "rank",
                                                                                "of"};
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, CERTIFICATE_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    for (int i = 0; i < 4; i++)
        lt_jsonw_str(&w, texts[i], lt_pg_text(rows, 0, 0, i));
    for (int i = 0; i < 3; i++)
        lt_jsonw_i64(&w, numbers[i], lt_pg_i64(rows, 0, 0, 4 + i));
    lt_jsonw_str(&w, "issued", lt_pg_text(rows, 0, 0, 7));
    lt_jsonw_end_obj(&w);
    reply(r, 200, NULL, lt_buf_cstr(&b));
    lt_buf_done(&b);
}

static void on_certificate(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_api_wait *c = arg;
    if (c->req && err != LT_OK)
        reply(c->req, 503, NULL, "{\"error\":\"database_away\"}\n");
    else if (c->req && lt_pg_rows(r, 0) != 1)
        reply(c->req, 404, NULL, "{\"error\":\"not_found\"}\n");
    else if (c->req)
        reply_certificate(c->req, r);
    free(c);
}

static void answer_certificate(struct lt_api *a, struct lt_http_req *r, const char *code)
{
    struct lt_api_wait *c = calloc(1, sizeof *c);
    struct lt_pg_req *req = lt_pg_req_new(a->pg, (struct lt_tenant_id){0});
    assert(c && req);
    lt_metric_add(LT_M_CERTIFICATE_CHECKS, 1);
    c->req = r;
    lt_http_set_user(r, c);
    lt_pg_req_add(req, LT_SQL_FIND_CERTIFICATE, (const char *[]){code});
    if (lt_pg_submit(req, on_certificate, c) != LT_OK) {
        reply(r, 503, NULL, "{\"error\":\"retry_later\"}\n");
        free(c);
    }
}

void lt_api_gone(struct lt_http_req *r)
{
    struct lt_api_wait *c = lt_http_user(r);
    if (c)
        c->req = NULL;
}

static const char certificate_prefix[] = "/api/certificate/", board_prefix[] = "/api/board/";

/* What follows a prefix of the path, NULL: it has another one. */
static const char *after(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 ? path + n : NULL;
}

static void answer_lookup(struct lt_api *a, struct lt_http_req *r, const char *path)
{
    const char *code = after(path, certificate_prefix), *board = after(path, board_prefix);
    if (code && !refuse_too_fast(a, &a->checks, r))
        answer_certificate(a, r, code);
    else if (board && !refuse_too_fast(a, &a->pages, r))
        lt_board_api_answer(a->boards, r, board);
    else if (!code && !board)
        reply(r, 404, NULL, "{\"error\":\"not_found\"}\n");
}

void lt_api_answer(struct lt_api *a, struct lt_http_req *r)
{
    const char *path = lt_http_path(r);
    enum lt_http_method m = lt_http_method(r);
    if (m != LT_HTTP_GET && m != LT_HTTP_HEAD)
        reply(r, 405, NULL, "{\"error\":\"method\"}\n");
    else if (strcmp(path, "/healthz") == 0)
        reply(r, 200, "text/plain; charset=utf-8", "ok\n");
    else if (strcmp(path, "/readyz") == 0)
        answer_ready(a, r);
    else if (strcmp(path, "/metrics") == 0)
        answer_metrics(r);
    else
        answer_lookup(a, r, path);
}

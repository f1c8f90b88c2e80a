/* /healthz says that the loop turns; /readyz that this node can serve people (a load balancer asks
 * it): PostgreSQL is there and the node is not draining. Redis is a projection, so its absence is
 * shown but does not make a node unready. /metrics is Prometheus text. */
#include "app/api.h"

#include "app/supervisor.h"
#include "base/buf.h"
#include "base/metrics.h"
#include <string.h>

enum { METRICS_BYTES = 512 * 1024 };

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

void lt_api_answer(const struct lt_api *a, struct lt_http_req *r)
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
        reply(r, 404, NULL, "{\"error\":\"not_found\"}\n");
}

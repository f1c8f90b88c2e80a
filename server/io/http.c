/* HTTP requests: static files from memory, everything else below the API prefixes to the handler,
 * which answers now or later. lws parses; keep-alive and pipelining are its part, too.
 *
 * A request is answered from lws' writable callback only, whenever lt_http_reply was called: one
 * path, so that a handler may answer inside on_http, from a database callback, or after the client
 * left (then it was told by on_http_gone). Bodies of requests are POST's, with a declared length
 * within 64 KiB; what else carries a body is refused and closed, so that what follows it can never
 * be taken for a request.
 */
#include "base/metrics.h"
#include "net_internal.h"
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATH_BYTES = 256,
    BODY_MAX = 64 * 1024,
    HEAD_MAX = 2048,
    CHUNK_BYTES = 32 * 1024,
    ARGS_MAX = 16,
    ARG_BYTES = 2048,
    ACCEPT_BYTES = 256,
    ETAGS_BYTES = 512,
    LOOK_US = 250 * 1000,
    WAIT_S = 60,    /* for the handler's answer */
    PROGRESS_S = 20 /* for the client to take the next piece of it */
};

/* A looked-up header or argument, kept because the caller holds a pointer to it. */
struct found {
    struct found *next;
    char text[];
};

struct lt_http_req {
    struct lt_conn *conn;
    enum lt_http_method method;
    char path[PATH_BYTES];
    char peer[PEER_BYTES];
    struct lt_buf body;
    struct found *found;
    void *user;
    struct lt_timer look;
    bool held;     /* lws does not read */
    bool handed;   /* on_http was called, a reply is owed */
    bool answered; /* head and body are set */
    bool head_sent;
    bool close; /* after the answer */
    unsigned char head[LWS_PRE + HEAD_MAX];
    size_t head_len;
    unsigned char *own;       /* the reply's body, ours; or */
    const unsigned char *out; /* what to send, LWS_PRE bytes of room before it */
    size_t out_len, out_done;
};

/* ---- reading the request ---- */

enum lt_http_method lt_http_method(const struct lt_http_req *r)
{
    return r->method;
}

const char *lt_http_path(const struct lt_http_req *r)
{
    return r->path;
}

const char *lt_http_body(const struct lt_http_req *r, size_t *ret_len)
{
    *ret_len = r->body.len;
    return r->body.len > 0 ? r->body.p : "";
}

const char *lt_http_peer(const struct lt_http_req *r)
{
    return r->peer;
}

void lt_http_set_user(struct lt_http_req *r, void *user)
{
    r->user = user;
}

void *lt_http_user(const struct lt_http_req *r)
{
    return r->user;
}

static char *keep(struct lt_http_req *r, size_t n)
{
    struct found *f = malloc(sizeof *f + n + 1);
    if (!f)
        return NULL;
    f->next = r->found;
    r->found = f;
    return f->text;
}

static void drop_found(struct lt_http_req *r)
{
    struct found *f = r->found;
    r->found = f->next;
    free(f);
}

const char *lt_http_arg(struct lt_http_req *r, const char *name)
{
    char piece[ARG_BYTES];
    size_t n = strlen(name);
    for (int i = 0; i < ARGS_MAX; i++) {
        int len =
            lws_hdr_copy_fragment(r->conn->wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len < 0)
            return NULL;
        if ((size_t)len < n || strncmp(piece, name, n) != 0 ||
            (piece[n] != '=' && piece[n] != '\0'))
            continue;
        const char *value = piece[n] == '=' ? piece + n + 1 : "";
        char *kept = keep(r, strlen(value));
        return kept ? strcpy(kept, value) : NULL;
    }
    return NULL;
}

/* lws keeps the headers it knows by number, all others by name. */
static enum lws_token_indexes known_header(const char *name)
{
    static const struct {
        const char *name;
        enum lws_token_indexes token;
    } known[] = {
        {"authorization", WSI_TOKEN_HTTP_AUTHORIZATION},
        {"if-none-match", WSI_TOKEN_HTTP_IF_NONE_MATCH},
        {"content-type", WSI_TOKEN_HTTP_CONTENT_TYPE},
        {"content-length", WSI_TOKEN_HTTP_CONTENT_LENGTH},
        {"accept", WSI_TOKEN_HTTP_ACCEPT},
        {"accept-encoding", WSI_TOKEN_HTTP_ACCEPT_ENCODING},
        {"accept-language", WSI_TOKEN_HTTP_ACCEPT_LANGUAGE},
        {"user-agent", WSI_TOKEN_HTTP_USER_AGENT},
        {"cookie", WSI_TOKEN_HTTP_COOKIE},
        {"host", WSI_TOKEN_HOST},
        {"origin", WSI_TOKEN_ORIGIN},
        {"referer", WSI_TOKEN_HTTP_REFERER},
        {"x-forwarded-for", WSI_TOKEN_X_FORWARDED_FOR},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].token;
    }
    return WSI_TOKEN_COUNT;
}

const char *lt_http_header(struct lt_http_req *r, const char *name)
{
    struct lws *wsi = r->conn->wsi;
    enum lws_token_indexes token = known_header(name);
    char custom[64];
    int k = snprintf(custom, sizeof custom, "%s:", name);
    assert(k < (int)sizeof custom);
    int n = token == WSI_TOKEN_COUNT ? lws_hdr_custom_length(wsi, custom, k)
                                     : lws_hdr_total_length(wsi, token);
    if (n <= 0)
        return NULL;
    char *kept = keep(r, (size_t)n);
    if (!kept)
        return NULL;
    int got = token == WSI_TOKEN_COUNT ? lws_hdr_custom_copy(wsi, kept, n + 1, custom, k)
                                       : lws_hdr_copy(wsi, kept, n + 1, token);
    if (got == n)
        return kept;
    drop_found(r);
    return NULL;
}

/* ---- answering ---- */

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].status == status)
            return known[i].reason;
    }
    return "Status";
}

void http_refuse(struct lws *wsi, int status, const char *extra_header)
{
    unsigned char room[LWS_PRE + 256];
    int n = snprintf((char *)room + LWS_PRE, sizeof room - LWS_PRE,
                     "HTTP/1.1 %d %s\r\n%scontent-length: 0\r\nconnection: close\r\n\r\n", status,
                     http_reason(status), extra_header ? extra_header : "");
    lws_write(wsi, room + LWS_PRE, (size_t)n, LWS_WRITE_HTTP);
}

/* If-None-Match compares weakly (RFC 9110, 13.1.2). */
bool http_etag_matches(const char *list, const char *etag)
{
    size_t n = strlen(etag);
    for (const char *p = list; *p;) {
        p += strspn(p, " \t,");
        if (*p == '*')
            return true;
        if (strncmp(p, "W/", 2) == 0)
            p += 2;
        if (strncmp(p, etag, n) == 0 && (p[n] == '\0' || strchr(" \t,", p[n])))
            return true;
        p += strcspn(p, ",");
    }
    return false;
}

/* `'self'` does not cover ws: in older browsers, so the very host is named, if it looks like one.
 */
static void policy(struct lws *wsi, bool framed, char *ret, size_t size)
{
    char host[HOST_BYTES], sockets[2 * HOST_BYTES + 32] = "";
    if (net_header(wsi, WSI_TOKEN_HOST, host, sizeof host)) {
        size_t n =
            strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]");
        if (host[n] == '\0')
            snprintf(sockets, sizeof sockets, " ws://%s wss://%s", host, host);
    }
    snprintf(ret, size,
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
             "font-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; "
             "connect-src 'self'%s; base-uri 'none'; form-action 'self'; frame-ancestors %s",
             sockets, framed ? "*" : "'none'");
}

struct head {
    int status;
    const char *type, *cache, *etag, *encoding, *extra;
    bool varies, framed;
    size_t length;
};

static void put_head(struct lt_http_req *r, const struct head *h)
{
    char csp[1024];
    struct lt_buf b;
    lt_buf_init(&b, HEAD_MAX);
    policy(r->conn->wsi, h->framed, csp, sizeof csp);
    lt_buf_printf(&b, "HTTP/1.1 %d %s\r\n", h->status, http_reason(h->status));
    lt_buf_printf(&b, "content-security-policy: %s\r\n", csp);
    lt_buf_str(&b, "x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n"
                   "cross-origin-opener-policy: same-origin\r\n"
                   "permissions-policy: camera=(), microphone=(), geolocation=(), payment=()\r\n");
    if (!h->framed)
        lt_buf_str(&b, "x-frame-options: DENY\r\n");
    lt_buf_printf(&b, "cache-control: %s\r\n", h->cache);
    if (h->etag)
        lt_buf_printf(&b, "etag: %s\r\n", h->etag);
    if (h->varies)
        lt_buf_str(&b, "vary: accept-encoding\r\n");
    if (h->status != 304 && h->status != 204) {
        lt_buf_printf(&b, "content-type: %s\r\ncontent-length: %zu\r\n", h->type, h->length);
        if (h->encoding)
            lt_buf_printf(&b, "content-encoding: %s\r\n", h->encoding);
    }
    if (h->extra)
        lt_buf_str(&b, h->extra);
    if (r->close)
        lt_buf_str(&b, "connection: close\r\n");
    lt_buf_str(&b, "\r\n");
    assert(!b.failed);
    memcpy(r->head + LWS_PRE, b.p, b.len);
    r->head_len = b.len;
    lt_buf_done(&b);
}

/* Everything is set: send when lws can. */
static void answer(struct lt_http_req *r)
{
    assert(!r->answered);
    r->answered = true;
    lt_metric_add(LT_M_HTTP_REQUESTS, 1);
    if (r->held)
        lws_rx_flow_control(r->conn->wsi, 1);
    r->held = false;
    lws_callback_on_writable(r->conn->wsi);
}

static bool not_modified(struct lt_http_req *r, const char *etag)
{
    char tags[ETAGS_BYTES];
    return etag && (r->method == LT_HTTP_GET || r->method == LT_HTTP_HEAD) &&
           net_header(r->conn->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, tags, sizeof tags) &&
           http_etag_matches(tags, etag);
}

void lt_http_reply(struct lt_http_req *r, const struct lt_http_reply *reply)
{
    bool same = reply->status == 200 && not_modified(r, reply->etag);
    struct head h = {
        .status = same ? 304 : reply->status,
        .type = reply->content_type ? reply->content_type : "application/json; charset=utf-8",
        .cache = reply->cache_control ? reply->cache_control : "no-store",
        .etag = reply->etag,
        .extra = reply->for_all ? "access-control-allow-origin: *\r\n" : NULL,
        .length = reply->body_len,
    };
    bool with_body = h.status != 304 && h.status != 204 && r->method != LT_HTTP_HEAD;
    if (with_body && reply->body_len > 0) {
        r->own = malloc(LWS_PRE + reply->body_len);
        if (r->own) {
            memcpy(r->own + LWS_PRE, reply->body, reply->body_len);
            r->out = r->own + LWS_PRE;
            r->out_len = reply->body_len;
        } else {
            h.status = 503;
            h.length = 0;
        }
    }
    put_head(r, &h);
    answer(r);
}

static void answer_status(struct lt_http_req *r, int status, const char *extra, bool close)
{
    static const struct {
        unsigned char room[LWS_PRE];
        char text[16];
    } empty;
    r->close = r->close || close;
    put_head(r, &(struct head){.status = status,
                               .type = "text/plain; charset=utf-8",
                               .cache = "no-store",
                               .extra = extra});
    r->out = (const unsigned char *)empty.text;
    answer(r);
}

static void answer_file(struct lt_http_req *r, const struct static_file *f)
{
    bool same = not_modified(r, f->body.etag);
    put_head(r, &(struct head){.status = same ? 304 : 200,
                               .type = f->content_type,
                               .cache = f->cache_control,
                               .etag = f->body.etag,
                               .encoding = f->body.encoding,
                               .varies = f->varies,
                               .framed = f->framed,
                               .length = f->body.n});
    if (!same && r->method == LT_HTTP_GET) {
        r->out = f->body.p;
        r->out_len = f->body.n;
    }
    answer(r);
}

/* Look after a request that takes time. */
static void on_look(struct lt_timer *t, int64_t now_us)
{
    struct lt_http_req *r = t->arg;
    struct lt_conn *c = r->conn;
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP | (r->answered ? POLLIN : 0)};
    (void)now_us;
    lt_loop_timer(c->net->loop, t, LOOK_US);
    if (poll(&p, 1, 0) <= 0)
        return;
    conn_kill(c); /* what lws still holds cannot be sent any more */
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

static void req_free(struct lt_http_req *r)
{
    lt_loop_timer_cancel(r->conn->net->loop, &r->look);
    while (r->found)
        drop_found(r);
    lt_buf_done(&r->body);
    free(r->own);
    r->conn->req = NULL;
    free(r);
}

/* Returns -1 when the connection shall be closed, which lws does after what it holds was sent. */
int http_writable(struct lt_conn *c)
{
    struct lt_http_req *r = c->req;
    if (!r || !r->answered)
        return 0;
    if (!r->head_sent) {
        r->head_sent = true;
        if (lws_write(c->wsi, r->head + LWS_PRE, r->head_len, LWS_WRITE_HTTP_HEADERS) < 0)
            return -1;
    }
    while (r->out_done < r->out_len) {
        if (lws_partial_buffered(c->wsi)) {
            lws_callback_on_writable(c->wsi);
            return 0;
        }
        size_t n = r->out_len - r->out_done;
        if (n > CHUNK_BYTES)
            n = CHUNK_BYTES;
        /* Not written to: see frame.c. */
        if (lws_write(c->wsi, (unsigned char *)r->out + r->out_done, n, LWS_WRITE_HTTP) < 0)
            return -1;
        r->out_done += n;
        lws_set_timeout(c->wsi, PENDING_TIMEOUT_HTTP_CONTENT, PROGRESS_S);
    }
    bool close = r->close || c->net->ending;
    req_free(r);
    return close || lws_http_transaction_completed(c->wsi) ? -1 : 0;
}

void http_gone(struct lt_conn *c)
{
    struct lt_http_req *r = c->req;
    if (!r)
        return;
    if (r->handed && !r->answered)
        c->net->handler.on_http_gone(c->net->arg, r);
    req_free(r);
}

/* ---- beginning ---- */

static enum lt_http_method method_of(struct lws *wsi)
{
    if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0)
        return LT_HTTP_GET;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0)
        return LT_HTTP_HEAD;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0)
        return LT_HTTP_POST;
    return LT_HTTP_OTHER;
}

/* Of the request's body; 0: none, -1: not acceptable, with the status. */
static int64_t declared_length(struct lt_http_req *r, int *ret_status)
{
    struct lws *wsi = r->conn->wsi;
    char text[16];
    int n = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
        *ret_status = 501;
        return -1;
    }
    if (n <= 0) {
        *ret_status = 411;
        return r->method == LT_HTTP_POST ? -1 : 0;
    }
    *ret_status = n < (int)sizeof text ? 400 : 413;
    if (!net_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof text) ||
        strspn(text, "0123456789") != (size_t)n)
        return -1;
    int64_t length = strtoll(text, NULL, 10);
    if (length > BODY_MAX) {
        *ret_status = 413;
        return -1;
    }
    *ret_status = 400;
    return r->method == LT_HTTP_POST || length == 0 ? length : -1;
}

static bool is_api(const struct lt_net *n, const char *path)
{
    for (const char *const *p = n->opts.api_prefixes; p && *p; p++) {
        if (strncmp(path, *p, strlen(*p)) == 0)
            return true;
    }
    return false;
}

static void hand_over(struct lt_http_req *r)
{
    struct lt_net *n = r->conn->net;
    struct lt_conn *c = r->conn;
    r->handed = true;
    n->handler.on_http(n->arg, r);
    if (r->answered)
        return;
    r->held = true;
    lws_rx_flow_control(c->wsi, 0);
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WAIT_S);
}

static void begin_static(struct lt_http_req *r)
{
    char accept[ACCEPT_BYTES];
    struct static_file f;
    if (!net_header(r->conn->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, accept, sizeof accept))
        accept[0] = '\0';
    if (!static_find(r->conn->net->files, r->path, accept, &f))
        answer_status(r, 404, NULL, r->method != LT_HTTP_GET && r->method != LT_HTTP_HEAD);
    else if (r->method != LT_HTTP_GET && r->method != LT_HTTP_HEAD)
        answer_status(r, 405, "allow: GET, HEAD\r\n", true);
    else
        answer_file(r, &f);
}

int http_begin(struct lt_conn *c, const char *path, size_t n)
{
    struct lt_http_req *r = calloc(1, sizeof *r);
    if (!r)
        return -1;
    assert(!c->req);
    c->req = r;
    r->conn = c;
    r->method = method_of(c->wsi);
    lt_timer_init(&r->look, on_look, r);
    lt_loop_timer(c->net->loop, &r->look, LOOK_US);
    lt_buf_init(&r->body, BODY_MAX);
    net_peer(c, r->peer, sizeof r->peer);
    int status = 0;
    int64_t length = declared_length(r, &status);
    if (length < 0) {
        answer_status(r, status, NULL, true);
    } else if (n >= sizeof r->path) {
        answer_status(r, 414, NULL, true);
    } else {
        memcpy(r->path, path, n);
        r->path[n] = '\0';
        if (!is_api(c->net, r->path))
            begin_static(r);
        else if (r->method != LT_HTTP_POST)
            hand_over(r);
        /* else: after the body */
    }
    return 0;
}

int http_body(struct lt_conn *c, const char *p, size_t n)
{
    if (c->req && !c->req->answered)
        lt_buf_add(&c->req->body, p, n);
    return 0;
}

int http_body_end(struct lt_conn *c)
{
    if (c->req && !c->req->answered && !c->req->handed)
        hand_over(c->req);
    return 0;
}

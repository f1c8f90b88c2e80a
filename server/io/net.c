/* The life of the network layer of one worker, and the one function in which lws calls us.
 *
 * lws runs on our loop as a guest ("foreign loop"), with one vhost that does not listen; sockets
 * come from listener.c. Each socket has one lt_conn from its adoption to lws' WSI_DESTROY, also
 * while it is a plain HTTP connection.
 *
 * Ending takes two calls of lws_context_destroy(): the first closes every connection, whose uv
 * handles close over the next turns, and after them lws' two static handles; nothing tells when
 * these are closed, but each takes one turn. The second call frees the context. lt_loop_free()
 * asserts that no handle was left.
 */
#include "base/log.h"
#include "base/metrics.h"
#include "net_internal.h"
#include <assert.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    RX_BYTES = 512,
    TX_BYTES = 65536,
    HEADERS_AT_ONCE = 256,
    HEADER_BYTES = 8192,
    HEAD_TIMEOUT_S = 10,
    KEEPALIVE_S = 30,
    CLOSE_TICK_US = 50 * 1000,
    DESCRIPTORS_MAX = 1 << 20,
    TURNS_TO_END = 4
};

/* ---- states ---- */

void conn_move(struct lt_conn *c, enum conn_state to)
{
    static const bool allowed[CONN_STATES][CONN_STATES] = {
        [CONN_HTTP] = {[CONN_OPEN] = true, [CONN_GONE] = true},
        [CONN_OPEN] = {[CONN_CLOSING] = true},
        [CONN_CLOSING] = {[CONN_GONE] = true},
    };
    assert(allowed[c->state][to]);
    struct lt_net *n = c->net;
    if (to == CONN_OPEN)
        n->n_websockets++;
    if (c->state == CONN_CLOSING)
        n->n_websockets--;
    lt_metric_set(LT_M_CONNECTIONS, n->n_websockets);
    c->state = to;
}

/* ---- what requests need ---- */

bool net_header(struct lws *wsi, enum lws_token_indexes h, char *ret, size_t size)
{
    int n = lws_hdr_total_length(wsi, h);
    return n > 0 && (size_t)n < size && lws_hdr_copy(wsi, ret, (int)size, h) == n;
}

void net_peer(const struct lt_conn *c, char *ret, size_t size)
{
    char forwarded[512];
    if (ret != c->peer)
        snprintf(ret, size, "%s", c->peer);
    if (!c->net->opts.trust_proxy ||
        !net_header(c->wsi, WSI_TOKEN_X_FORWARDED_FOR, forwarded, sizeof forwarded))
        return;
    /* The proxy appended the last one; those before are the client's own words. */
    const char *last = strrchr(forwarded, ',');
    last = last ? last + 1 : forwarded;
    last += strspn(last, " ");
    size_t n = strcspn(last, " ");
    if (n > 0 && n < size && strspn(last, "0123456789abcdefABCDEF.:") >= n)
        snprintf(ret, size, "%.*s", (int)n, last);
}

/* ---- connections ---- */

void net_adopt(struct lt_net *n, int fd, const char *peer)
{
    struct lt_conn *c = calloc(1, sizeof *c);
    if (!c) {
        close(fd);
        return;
    }
    c->net = n;
    c->fd = fd;
    c->id = ++n->last_id;
    c->tls = n->opts.tls_cert != NULL;
    snprintf(c->peer, sizeof c->peer, "%s", peer);
    gate_register(c);
    c->wsi = lws_adopt_socket_vhost(n->vhost, fd); /* closes fd on failure */
    if (!c->wsi) {
        gate_unregister(c);
        free(c);
        lt_metric_add(LT_M_REFUSED, 1);
        return;
    }
    lws_set_opaque_user_data(c->wsi, c);
    c->next = n->conns;
    c->prev = &n->conns;
    if (c->next)
        c->next->prev = &c->next;
    n->conns = c;
    n->n_conns++;
}

static void conn_free(void *arg)
{
    struct lt_conn *c = arg;
    if (c->message) {
        lt_buf_done(c->message);
        free(c->message);
    }
    free(c->close_reason);
    free(c);
}

static void on_destroyed(struct lt_conn *c)
{
    struct lt_net *n = c->net;
    gate_unregister(c);
    http_gone(c);
    if (c->state != CONN_HTTP)
        ws_gone(c); /* a no-op after CLOSED */
    conn_move(c, CONN_GONE);
    c->wsi = NULL;
    *c->prev = c->next;
    if (c->next)
        c->next->prev = c->prev;
    n->n_conns--;
    lt_loop_defer(n->loop, conn_free, c);
}

/* ---- lws calls ---- */

static int on_websocket(struct lt_conn *c, enum lws_callback_reasons reason, void *in, size_t len)
{
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION) {
        if (ws_check_upgrade(c))
            return 0;
        lt_metric_add(LT_M_REFUSED, 1);
        return 1;
    }
    if (reason == LWS_CALLBACK_ESTABLISHED)
        ws_established(c);
    else if (reason == LWS_CALLBACK_RECEIVE)
        return ws_receive(c, in, len);
    else if (reason == LWS_CALLBACK_RECEIVE_PONG)
        ws_pong(c, in, len);
    else if (reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE)
        return ws_peer_close(c, in, len);
    else if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
        return ws_writable(c);
    else if (reason == LWS_CALLBACK_CLOSED)
        ws_gone(c);
    return 0;
}

/* Only WebSocket upgrades. What lws passes here as the protocol's name may be freed already
 * (NN-2025-0102), so the header is asked for: it is gone, too, when lws refused an unknown upgrade
 * itself. */
static int on_upgrade(struct lt_conn *c)
{
    char upgrade[16];
    if (net_header(c->wsi, WSI_TOKEN_UPGRADE, upgrade, sizeof upgrade) &&
        strcasecmp(upgrade, "websocket") == 0)
        return 0;
    lt_metric_add(LT_M_REFUSED, 1);
    return -1;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct lt_conn *c = lws_get_opaque_user_data(wsi);
    (void)user;
    if (reason == LWS_CALLBACK_RAW_ADOPT || reason == LWS_CALLBACK_RAW_RX)
        return -1; /* CONNECT would make a raw connection */
    if (!c || c->wsi != wsi)
        return 0;
    if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE)
        return on_upgrade(c);
    if (reason == LWS_CALLBACK_HTTP)
        return http_begin(c, in, len);
    if (reason == LWS_CALLBACK_HTTP_BODY)
        return http_body(c, in, len);
    if (reason == LWS_CALLBACK_HTTP_BODY_COMPLETION)
        return http_body_end(c);
    if (reason == LWS_CALLBACK_HTTP_WRITEABLE)
        return http_writable(c);
    if (reason == LWS_CALLBACK_CLOSED_HTTP)
        http_gone(c);
    else if (reason == LWS_CALLBACK_WSI_DESTROY)
        on_destroyed(c);
    else
        return on_websocket(c, reason, in, len);
    return 0;
}

/* lws complains loudly about what any client can cause. */
static void on_lws_log(int level, const char *line)
{
    (void)level;
    lt_log(LT_LOG_DEBUG, "libwebsockets", LT_S("line", line));
}

/* ---- beginning ---- */

static const lws_retry_bo_t no_validity_checks = {0}; /* pings are ours; see ws.c */

/* lws keeps a table by descriptor when its limit equals the process's, and else searches all
 * connections at each event; of an unlimited process it makes 2,560. */
static unsigned descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    if (limit.rlim_cur > DESCRIPTORS_MAX) {
        limit.rlim_cur = DESCRIPTORS_MAX;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return (unsigned)limit.rlim_cur;
}

static int make_context(struct lt_net *n)
{
    n->protocols[0] = (struct lws_protocols){.name = "leitai",
                                             .callback = on_lws,
                                             .rx_buffer_size = RX_BYTES,
                                             .tx_packet_size = TX_BYTES};
    void *loops[1] = {lt_loop_uv(n->loop)};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = n->protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
        .foreign_loops = loops,
        .fd_limit_per_thread = descriptor_limit(),
        .max_http_header_pool = HEADERS_AT_ONCE,
        .max_http_header_data = HEADER_BYTES,
        .retry_and_idle_policy = &no_validity_checks,
        .timeout_secs = HEAD_TIMEOUT_S,
        .keepalive_timeout = KEEPALIVE_S,
        .vhost_name = "leitai",
        .alpn = "http/1.1",
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    if (n->opts.tls_cert) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = n->opts.tls_cert;
        info.ssl_private_key_filepath = n->opts.tls_key;
        info.ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 |
                               SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;
    }
    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    slabs_use(n->opts.max_connections, HEADERS_AT_ONCE);
    n->lws = lws_create_context(&info);
    if (!n->lws)
        return LT_ENOMEM;
    n->vhost = lws_create_vhost(n->lws, &info);
    if (!n->vhost)
        return n->opts.tls_cert ? LT_ETLS : LT_ENOMEM;
    return LT_OK;
}

/* lws would fail half-way into a context that takes turns to destroy. */
static bool certificate_is_usable(const struct lt_net_opts *o)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    bool ok = ctx && o->tls_key && SSL_CTX_use_certificate_chain_file(ctx, o->tls_cert) == 1 &&
              SSL_CTX_use_PrivateKey_file(ctx, o->tls_key, SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_check_private_key(ctx) == 1;
    SSL_CTX_free(ctx);
    return ok;
}

static void on_close_tick(struct lt_timer *t, int64_t now_us);
static void on_end_turn(struct lt_timer *t, int64_t now_us);

static void net_delete(struct lt_net *n)
{
    static_free(n->files);
    lt_buf_done(&n->scratch);
    free(n->cork);
    free(n->allowed_origins);
    free(n);
}

int lt_net_new(struct lt_loop *l, const struct lt_net_opts *opts, const struct lt_net_handler *h,
               void *arg, struct lt_net **ret)
{
    assert(opts->max_connections > 0 && opts->max_message_bytes > 0 && opts->max_queue_bytes > 0);
    if (opts->tls_cert && !certificate_is_usable(opts))
        return LT_ETLS;
    struct lt_net *n = calloc(1, sizeof *n);
    if (!n)
        return LT_ENOMEM;
    n->loop = l;
    n->opts = *opts;
    n->handler = *h;
    n->arg = arg;
    n->allowed_origins = strdup(opts->allowed_origins ? opts->allowed_origins : "");
    lt_buf_init(&n->scratch, opts->max_message_bytes + 1);
    lt_timer_init(&n->close_timer, on_close_tick, n);
    lt_timer_init(&n->end_timer, on_end_turn, n);
    int err = n->allowed_origins ? LT_OK : LT_ENOMEM;
    if (err == LT_OK && opts->static_dir)
        err = static_load(opts->static_dir, &n->files);
    if (err == LT_OK && opts->media_dir)
        err = static_media(opts->media_dir, &n->files);
    if (err == LT_OK)
        err = listener_new(n, &n->listener);
    if (err != LT_OK) {
        net_delete(n);
        return err;
    }
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    n->port = listener_port(n->listener);
    err = make_context(n);
    if (err != LT_OK) {
        lt_net_free(n, NULL, NULL);
        return err;
    }
    *ret = n;
    return LT_OK;
}

int lt_net_port(const struct lt_net *n)
{
    return n->port;
}

int lt_net_connections(const struct lt_net *n)
{
    return n->n_conns;
}

/* ---- ending ---- */

void lt_net_stop_listening(struct lt_net *n)
{
    listener_close(n->listener);
    n->listener = NULL;
}

static void on_close_tick(struct lt_timer *t, int64_t now_us)
{
    struct lt_net *n = t->arg;
    (void)now_us;
    int left = (int)((int64_t)n->close_all_per_second * CLOSE_TICK_US / (1000 * 1000));
    if (left < 1)
        left = 1;
    for (struct lt_conn *c = n->conns; c; c = c->next) {
        if (c->state != CONN_OPEN)
            continue;
        if (left-- == 0) {
            lt_loop_timer(n->loop, t, CLOSE_TICK_US);
            return;
        }
        lt_conn_close(c, n->close_all_code, NULL);
    }
}

void lt_net_close_all(struct lt_net *n, int code, int per_second)
{
    n->close_all_code = code;
    n->close_all_per_second = per_second;
    lt_loop_timer(n->loop, &n->close_timer, 0);
}

static void end_finish(struct lt_net *n)
{
    lws_context_destroy(n->lws);
    if (n->done)
        lt_loop_defer(n->loop, n->done, n->done_arg);
    net_delete(n);
}

static void on_end_turn(struct lt_timer *t, int64_t now_us)
{
    struct lt_net *n = t->arg;
    (void)now_us;
    if (n->n_conns == 0 && --n->turns_left == 0)
        end_finish(n);
    else
        lt_loop_timer(n->loop, t, 0);
}

static void end_begin(void *arg)
{
    struct lt_net *n = arg;
    if (!n->lws) {
        end_finish(n);
        return;
    }
    lws_context_destroy(n->lws);
    n->turns_left = TURNS_TO_END;
    lt_loop_timer(n->loop, &n->end_timer, 0);
}

void lt_net_free(struct lt_net *n, lt_loop_fn *done, void *arg)
{
    assert(!n->ending);
    n->ending = true;
    n->done = done;
    n->done_arg = arg;
    lt_net_stop_listening(n);
    lt_loop_timer_cancel(n->loop, &n->close_timer);
    lt_loop_defer(n->loop, end_begin, n); /* we may be inside a callback of lws now */
}

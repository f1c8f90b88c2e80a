/* Listener, HTTP and WebSocket connections over libwebsockets on our loop.
 *
 * One lt_net per worker: an SO_REUSEPORT listening socket of ours (accept4, TCP_NODELAY, accept-rate limit) adopts each
 * socket into a vhost that does not listen. No lws type passes this header.
 *
 * Life of a connection: on_open → on_text* → on_close, each from the loop. `conn` is valid until on_close returns.
 * Strictness beyond lws' own (RFC 6455): upgrade only by GET, version 13, a 24-character key that decodes to 16 bytes, a permitted Origin;
 * UTF-8 checked; frames without a mask, reserved bits and opcodes, binary messages, close codes 0–999/1004–1006/1012–2999/5000+ and one-byte close
 * payloads end the connection with 1002, 1003, 1007 or 1009, and so do frames sent before the upgrade was answered; a message over max_message_bytes is refused as soon as its declared or received size passes it.
 */
#pragma once
#include "io/loop.h"
#include <stddef.h>
#include <stdint.h>

/* A text message framed once and shared by reference among all its receivers. */
struct lt_frame;
/* Copies `n` bytes of JSON text; refcount 1. NULL when out of memory. */
struct lt_frame *lt_frame_text(const char *p, size_t n);
/* Several in order as one, which costs one system call to send; NULL among them is left away. Takes no references. */
struct lt_frame *lt_frame_join(struct lt_frame *const *f, int n);
struct lt_frame *lt_frame_ref(struct lt_frame *f);
void lt_frame_unref(struct lt_frame *f); /* NULL is fine */
size_t lt_frame_payload_bytes(const struct lt_frame *f);

struct lt_net;
struct lt_conn;
struct lt_http_req;

struct lt_net_handler {
    /* A WebSocket was accepted on `path`. Return 0, or a negative error to close with its code.
     * Set the owner's pointer with lt_conn_set_user. */
    int (*on_open)(void *arg, struct lt_conn *c, const char *path);
    /* A whole text message, valid UTF-8, at most max_message_bytes. `p` is NUL-terminated and valid during the call. */
    void (*on_text)(void *arg, struct lt_conn *c, const char *p, size_t n);
    /* The connection is gone (exactly once for each on_open that returned 0). `code` is the close code (1006 when none). */
    void (*on_close)(void *arg, struct lt_conn *c, int code);
    /* A complete HTTP request that no static file answers (path begins with one of opts.api_prefixes). Answer now or later, exactly once, with
     * lt_http_reply; on_http_gone tells that the client left first (then `req` is freed after the call). */
    void (*on_http)(void *arg, struct lt_http_req *req);
    void (*on_http_gone)(void *arg, struct lt_http_req *req);
};

struct lt_net_opts {
    const char *host; /* address to bind, numeric */
    int port;         /* 0: let the kernel choose (lt_net_port) */
    const char *
        static_dir; /* built web files, NULL: none. x.br / x.gz beside x are served by Accept-Encoding */
    const char *media_dir;          /* images, audio and video, served as /media/NAME; NULL: none */
    const char *tls_cert, *tls_key; /* PEM paths, NULL: plain */
    const char *allowed_origins;    /* space-separated; "" allows same host only */
    const char *const
        *api_prefixes;        /* e.g. {"/api/", "/healthz", "/metrics", NULL}; kept, not copied */
    int max_connections;      /* sockets of this worker; further ones are refused with 503 */
    size_t max_message_bytes; /* of a client's message */
    size_t
        max_queue_bytes; /* pending output per connection: a slower reader is cut (LT_ESLOW's code) */
    int64_t max_queue_age_us;                  /* oldest pending frame's age: likewise */
    int64_t ping_interval_us, pong_timeout_us; /* from our wheel */
    int accept_per_second;                     /* 0: unlimited */
    bool trust_proxy;                          /* take the peer's address from X-Forwarded-For */
};

/* LT_EADDR: cannot bind. LT_ETLS: certificate. */
int lt_net_new(struct lt_loop *l, const struct lt_net_opts *opts, const struct lt_net_handler *h,
               void *arg, struct lt_net **ret);
int lt_net_port(const struct lt_net *n);
int lt_net_connections(const struct lt_net *n);
/* Accept nothing more (the listening socket closes). */
void lt_net_stop_listening(struct lt_net *n);
/* Close every connection with `code`, at most `per_second` a second. */
void lt_net_close_all(struct lt_net *n, int code, int per_second);
/* Ends everything that is still open; afterwards done(arg) runs from the loop and `n` is gone. */
void lt_net_free(struct lt_net *n, lt_loop_fn *done, void *arg);

void lt_conn_set_user(struct lt_conn *c, void *user);
void *lt_conn_user(const struct lt_conn *c);
uint64_t lt_conn_id(const struct lt_conn *c);      /* unique in this process, for logs */
const char *lt_conn_peer(const struct lt_conn *c); /* numeric address, as trust_proxy allows */
/* Query argument of the upgrade request is not kept; send what is needed in the first message. */
/* Send a frame (takes its own reference). Written to the kernel at once when nothing is pending, else queued.
 * LT_EFULL: over a bound, the connection is being cut. LT_EGONE: closing already. */
int lt_conn_send(struct lt_conn *c, struct lt_frame *f);
/* What is sent to this connection from here on is kept until lt_conn_uncork, which writes all of it
 * at once: one system call for several frames. Of one connection at a time, and with nothing else in
 * between: what is sent meanwhile may be told LT_OK and be lost with the connection, as what the
 * kernel has taken may. */
void lt_conn_cork(struct lt_conn *c);
void lt_conn_uncork(struct lt_conn *c);
/* Frame and send to one. */
int lt_conn_send_text(struct lt_conn *c, const char *p, size_t n);
/* Flush what is pending, then close with `code` and a UTF-8 reason of at most 120 bytes; on_close follows from the loop, never inside this call. */
void lt_conn_close(struct lt_conn *c, int code, const char *reason);
/* Measure the round trip now and not only when the next ping is due. Nothing when one is under way or output waits. */
void lt_conn_ping(struct lt_conn *c);
/* Smallest and latest measured round trip from pings; -1 when none was measured. */
int64_t lt_conn_rtt_min_us(const struct lt_conn *c);
int64_t lt_conn_rtt_last_us(const struct lt_conn *c);
/* Smallest round trip of the last minutes as TCP saw it, -1: not known. Of the way to the other end
 * of the TCP connection, which may be a proxy. */
int64_t lt_conn_tcp_rtt_us(const struct lt_conn *c);

enum lt_http_method { LT_HTTP_GET, LT_HTTP_HEAD, LT_HTTP_POST, LT_HTTP_OTHER };
enum lt_http_method lt_http_method(const struct lt_http_req *r);
const char *
lt_http_path(const struct lt_http_req *r); /* decoded, without the query; at most 255 bytes */
/* Decoded query argument, or NULL. */
const char *lt_http_arg(struct lt_http_req *r, const char *name);
const char *lt_http_header(struct lt_http_req *r,
                           const char *name); /* "authorization", "if-none-match"; NULL: absent */
const char *lt_http_body(const struct lt_http_req *r,
                         size_t *ret_len); /* POST, at most 64 KiB, else 413 was answered already */
const char *lt_http_peer(const struct lt_http_req *r);
void lt_http_set_user(struct lt_http_req *r, void *user);
void *lt_http_user(const struct lt_http_req *r);
/* Answer and free `r`. Copies the body. Security headers (CSP, nosniff, frame-ancestors, no-referrer) are always added. */
struct lt_http_reply {
    int status;
    const char *content_type;  /* NULL: application/json; charset=utf-8 */
    const char *cache_control; /* NULL: no-store */
    const char *etag; /* NULL: none; quoted; a matching If-None-Match turns a 200 into 304 */
    bool for_all;     /* scripts of any page may read it (access-control-allow-origin) */
    const char *body;
    size_t body_len;
};
void lt_http_reply(struct lt_http_req *r, const struct lt_http_reply *reply);

/* WebSocket connections.
 *
 * Output. A frame is written to the kernel at once when nothing is pending: asking lws for a
 * writable callback for each recipient costs 2.4 times as much. What does not fit stays in lws (the
 * rest of one frame) and in our queue (references to whole frames, in order); it is bounded in
 * bytes and in age, and who exceeds either is cut: a slow reader must cost neither memory nor the
 * others' time.
 *
 * Closing. lt_conn_close() flushes, sends a close frame and waits for the peer, all under one
 * deadline. Whatever happens, lws' CLOSED callback is the only place where on_close is called, so
 * it comes once and never inside a call of the owner.
 *
 * Pings come from our wheel: lws' own timers stand in one sorted list, and connecting n clients
 * would cost n².
 */
#include "base/json.h"
#include "base/metrics.h"
#include "net_internal.h"
#include "tcp.h"
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CLOSE_DEADLINE_US = 5 * 1000 * 1000,
    VIOLATION_DEADLINE_US = 1000 * 1000, /* the peer's answer could not be read any more */
    PING_BYTES = 8,
    QUEUE_FIRST = 8,
    CORK_BYTES = 16 * 1024,
    CODE_NONE = 1005,
    CODE_ABNORMAL = 1006
};

/* ---- the upgrade ---- */

/* 4.2.1: 24 characters that decode to 16 bytes. */
static bool key_is_valid(struct lws *wsi)
{
    char key[32], raw[32];
    if (!net_header(wsi, WSI_TOKEN_KEY, key, sizeof key) || strlen(key) != 24)
        return false;
    size_t digits = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    return digits == 22 && strcmp(key + 22, "==") == 0 &&
           lws_b64_decode_string(key, raw, sizeof raw) == 16;
}

/* "https://host:443" and "host" are the same place: cut scheme and default port. */
static void place_of_origin(const char *origin, char *ret, size_t size)
{
    const char *port = NULL;
    if (strncasecmp(origin, "https://", 8) == 0) {
        origin += 8;
        port = ":443";
    } else if (strncasecmp(origin, "http://", 7) == 0) {
        origin += 7;
        port = ":80";
    }
    snprintf(ret, size, "%s", origin);
    size_t n = strlen(ret), k = port ? strlen(port) : 0;
    if (port && n > k && strcmp(ret + n - k, port) == 0)
        ret[n - k] = '\0';
}

static bool word_in(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p;) {
        p += strspn(p, " ");
        size_t k = strcspn(p, " ");
        if (k == n && n > 0 && strncasecmp(p, word, n) == 0)
            return true;
        p += k;
    }
    return false;
}

/* A page of another site must not open a connection with its visitor's rights. Programs send no
 * Origin. */
static bool origin_is_allowed(const struct lt_net *n, struct lws *wsi)
{
    char origin[HOST_BYTES], host[HOST_BYTES], place[HOST_BYTES];
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) <= 0)
        return true;
    if (!net_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin))
        return false;
    if (n->allowed_origins[0])
        return word_in(n->allowed_origins, origin);
    if (!net_header(wsi, WSI_TOKEN_HOST, host, sizeof host))
        return false;
    place_of_origin(origin, place, sizeof place);
    if (strcasecmp(place, host) == 0)
        return true;
    size_t k = strlen(place);
    return strncasecmp(place, host, k) == 0 &&
           (strcmp(host + k, ":443") == 0 || strcmp(host + k, ":80") == 0);
}

bool ws_check_upgrade(struct lt_conn *c)
{
    char text[16];
    struct lws *wsi = c->wsi;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) <= 0 ||
        lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 ||
        lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 ||
        !net_header(wsi, WSI_TOKEN_HTTP, text, sizeof text) || strcmp(text, "HTTP/1.1") != 0 ||
        lws_hdr_total_length(wsi, WSI_TOKEN_HOST) <= 0) {
        http_refuse(wsi, 400, NULL);
        return false;
    }
    if (!net_header(wsi, WSI_TOKEN_VERSION, text, sizeof text) || strcmp(text, "13") != 0) {
        http_refuse(wsi, 426, "sec-websocket-version: 13\r\n");
        return false;
    }
    if (!key_is_valid(wsi)) {
        http_refuse(wsi, 400, NULL);
        return false;
    }
    if (!origin_is_allowed(c->net, wsi)) {
        http_refuse(wsi, 403, NULL);
        return false;
    }
    if (c->net->ending) {
        http_refuse(wsi, 503, NULL);
        return false;
    }
    return true;
}

/* ---- output ---- */

static bool output_pending(struct lt_conn *c)
{
    return c->queue_len > 0 || lws_partial_buffered(c->wsi);
}

static int64_t oldest_since_us(const struct lt_conn *c)
{
    if (c->partial_bytes > 0)
        return c->partial_since_us;
    return c->queue_len > 0 ? c->queue[c->queue_first].since_us : INT64_MAX;
}

static void queue_drop(struct lt_conn *c)
{
    for (uint32_t i = 0; i < c->queue_len; i++)
        lt_frame_unref(c->queue[(c->queue_first + i) % c->queue_cap].frame);
    free(c->queue);
    c->queue = NULL;
    c->queue_first = c->queue_len = c->queue_cap = 0;
    c->queue_bytes = 0;
}

static bool queue_push(struct lt_conn *c, struct lt_frame *f, size_t bytes)
{
    if (c->queue_len == c->queue_cap) {
        uint32_t cap = c->queue_cap ? 2 * c->queue_cap : QUEUE_FIRST;
        struct queued *more = malloc(cap * sizeof *more);
        if (!more)
            return false;
        for (uint32_t i = 0; i < c->queue_len; i++)
            more[i] = c->queue[(c->queue_first + i) % c->queue_cap];
        free(c->queue);
        c->queue = more;
        c->queue_cap = cap;
        c->queue_first = 0;
    }
    c->queue[(c->queue_first + c->queue_len) % c->queue_cap] =
        (struct queued){.frame = lt_frame_ref(f), .since_us = lt_loop_now(c->net->loop).mono_us};
    c->queue_len++;
    c->queue_bytes += bytes;
    return true;
}

static void watch_age(struct lt_conn *c)
{
    int64_t oldest_us = oldest_since_us(c);
    if (oldest_us == INT64_MAX) {
        lt_loop_timer_cancel(c->net->loop, &c->age);
        return;
    }
    int64_t now_us = lt_loop_now(c->net->loop).mono_us;
    lt_loop_timer(c->net->loop, &c->age, oldest_us + c->net->opts.max_queue_age_us - now_us);
}

/* Hand bytes of whole frames to lws. False: the connection is broken. */
static bool write_wire(struct lt_conn *c, unsigned char *p, size_t n, int frames)
{
    if (lws_write(c->wsi, p, n, LWS_WRITE_HTTP) < (int)n) {
        conn_kill(c);
        return false;
    }
    lt_metric_add(LT_M_FRAMES_OUT, frames);
    lt_metric_add(LT_M_BYTES_OUT, (int64_t)n);
    if (lws_partial_buffered(c->wsi)) {
        c->partial_bytes = n;
        c->partial_since_us = lt_loop_now(c->net->loop).mono_us;
        watch_age(c);
    }
    return true;
}

/* The peer does not keep up. No close frame: it would queue behind what the peer does not read. */
static void cut_slow(struct lt_conn *c)
{
    lt_metric_add(LT_M_SLOW_CUT, 1);
    c->close_code = (uint16_t)lt_err_close_code(LT_ESLOW);
    conn_move(c, CONN_CLOSING);
    queue_drop(c);
    conn_kill(c);
}

/* Write what was collected. False: the connection is broken. */
static bool cork_flush(struct lt_conn *c)
{
    struct lt_net *n = c->net;
    size_t bytes = n->cork_bytes;
    n->cork_bytes = 0;
    return bytes == 0 || write_wire(c, n->cork + LWS_PRE, bytes, n->cork_frames);
}

static bool cork_add(struct lt_conn *c, const unsigned char *p, size_t bytes, int frames)
{
    struct lt_net *n = c->net;
    if (n->cork_bytes + bytes > CORK_BYTES)
        return false;
    memcpy(n->cork + LWS_PRE + n->cork_bytes, p, bytes);
    n->cork_frames = n->cork_bytes > 0 ? n->cork_frames + frames : frames;
    n->cork_bytes += bytes;
    return true;
}

void lt_conn_cork(struct lt_conn *c)
{
    struct lt_net *n = c->net;
    assert(!n->corked);
    if (!n->cork)
        n->cork = malloc(LWS_PRE + CORK_BYTES);
    /* Behind what is pending there is no hurry, and the order of frames must stay. */
    if (n->cork && c->state == CONN_OPEN && !output_pending(c))
        n->corked = c;
}

void lt_conn_uncork(struct lt_conn *c)
{
    if (c->net->corked != c)
        return;
    c->net->corked = NULL;
    cork_flush(c);
}

int lt_conn_send(struct lt_conn *c, struct lt_frame *f)
{
    if (c->state != CONN_OPEN)
        return LT_EGONE;
    size_t n;
    unsigned char *p = frame_wire(f, &n);
    if (c->net->corked == c) {
        if (cork_add(c, p, n, frame_count(f)))
            return LT_OK;
        lt_conn_uncork(c); /* too much at once: in pieces */
    }
    if (!output_pending(c))
        return write_wire(c, p, n, frame_count(f)) ? LT_OK : LT_EGONE;
    int64_t now_us = lt_loop_now(c->net->loop).mono_us;
    if (c->queue_bytes + c->partial_bytes + n > c->net->opts.max_queue_bytes ||
        now_us - oldest_since_us(c) > c->net->opts.max_queue_age_us || !queue_push(c, f, n)) {
        cut_slow(c);
        return LT_EFULL;
    }
    if (c->queue_len == 1) {
        lws_callback_on_writable(c->wsi);
        watch_age(c);
    }
    return LT_OK;
}

int lt_conn_send_text(struct lt_conn *c, const char *p, size_t n)
{
    struct lt_frame *f = lt_frame_text(p, n);
    if (!f)
        return LT_ENOMEM;
    int err = lt_conn_send(c, f);
    lt_frame_unref(f);
    return err;
}

static void on_age(struct lt_timer *t, int64_t now_us)
{
    struct lt_conn *c = t->arg;
    if (c->state != CONN_OPEN)
        return;
    if (now_us - oldest_since_us(c) >= c->net->opts.max_queue_age_us)
        cut_slow(c);
    else
        watch_age(c);
}

/* Send what is queued. False: the connection is broken. */
static bool flush(struct lt_conn *c)
{
    if (!lws_partial_buffered(c->wsi))
        c->partial_bytes = 0;
    while (c->queue_len > 0 && !lws_partial_buffered(c->wsi)) {
        struct lt_frame *f = c->queue[c->queue_first].frame;
        size_t n;
        unsigned char *p = frame_wire(f, &n);
        c->queue_first = (c->queue_first + 1) % c->queue_cap;
        c->queue_len--;
        c->queue_bytes -= n;
        bool ok = write_wire(c, p, n, frame_count(f));
        lt_frame_unref(f);
        if (!ok)
            return false;
    }
    if (c->queue_len == 0)
        queue_drop(c); /* most connections never queue: keep no memory for it */
    else
        lws_callback_on_writable(c->wsi);
    if (c->state == CONN_OPEN)
        watch_age(c);
    return true;
}

/* ---- closing ---- */

void conn_kill(struct lt_conn *c)
{
    if (c->wsi)
        shutdown(c->fd, SHUT_RDWR);
}

static void close_begin(struct lt_conn *c, int code, int64_t deadline_us)
{
    c->close_code = (uint16_t)code;
    conn_move(c, CONN_CLOSING);
    lt_loop_timer_cancel(c->net->loop, &c->age);
    lt_loop_timer(c->net->loop, &c->beat, deadline_us);
    lws_callback_on_writable(c->wsi);
}

void lt_conn_close(struct lt_conn *c, int code, const char *reason)
{
    if (c->state != CONN_OPEN)
        return;
    if (reason)
        c->close_reason = strndup(reason, REASON_BYTES - 2);
    close_begin(c, code, CLOSE_DEADLINE_US);
}

void ws_violation(struct lt_conn *c, int code)
{
    if (c->state != CONN_OPEN)
        return;
    queue_drop(c);
    close_begin(c, code, VIOLATION_DEADLINE_US);
}

/* lws' own way to send it is no good here: in Debian's build, which has _DEBUG, it closes each
 * connection twice on libuv, and the second time drops the close frame of the first. */
static bool send_close(struct lt_conn *c)
{
    unsigned char room[LWS_PRE + 2 + 2 + REASON_BYTES], *p = room + LWS_PRE;
    size_t n = c->close_reason ? strlen(c->close_reason) : 0;
    p[0] = 0x88; /* FIN, close */
    p[1] = (unsigned char)(2 + n);
    p[2] = (unsigned char)(c->close_code >> 8);
    p[3] = (unsigned char)c->close_code;
    if (n > 0)
        memcpy(p + 4, c->close_reason, n);
    c->close_sent = true;
    return write_wire(c, p, 4 + n, 1);
}

static bool close_payload_is_valid(const unsigned char *p, size_t n)
{
    int code = n >= 2 ? p[0] << 8 | p[1] : 0;
    /* lws rewrote the other forbidden codes to 1002. */
    return n == 0 || (n >= 2 && code < 5000 && lt_utf8_valid((const char *)p + 2, n - 2));
}

/* lws answers with the same payload when this returns 0, and closes when it does not. */
int ws_peer_close(struct lt_conn *c, const unsigned char *p, size_t n)
{
    if (c->close_sent)
        return -1; /* the answer to ours */
    queue_drop(c);
    if (c->state == CONN_OPEN)
        close_begin(c, CODE_NONE, VIOLATION_DEADLINE_US);
    c->peer_closed = true;
    if (close_payload_is_valid(p, n)) {
        c->close_code = n >= 2 ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : CODE_NONE;
        return 0;
    }
    bool bad_code = n == 1 || (p[0] << 8 | p[1]) >= 5000;
    c->close_code = bad_code ? LWS_CLOSE_STATUS_PROTOCOL_ERR : LWS_CLOSE_STATUS_INVALID_PAYLOAD;
    if (!lws_partial_buffered(c->wsi))
        send_close(c);
    return -1;
}

int ws_writable(struct lt_conn *c)
{
    if (!flush(c))
        return -1;
    if (c->state != CONN_CLOSING || c->peer_closed || c->close_sent || output_pending(c))
        return 0;
    if (!send_close(c))
        return -1;
    if (c->gate.dead) /* nothing that comes can be understood, not even an answer */
        shutdown(c->fd, SHUT_WR);
    return 0;
}

void ws_gone(struct lt_conn *c)
{
    bool owed = c->announced;
    int code = c->close_code ? c->close_code : CODE_ABNORMAL;
    c->announced = false;
    lt_loop_timer_cancel(c->net->loop, &c->age);
    lt_loop_timer_cancel(c->net->loop, &c->beat);
    queue_drop(c);
    if (c->state == CONN_OPEN)
        conn_move(c, CONN_CLOSING);
    if (owed)
        c->net->handler.on_close(c->net->arg, c, code);
}

/* ---- liveness ---- */

static void send_ping(struct lt_conn *c)
{
    unsigned char room[LWS_PRE + 2 + PING_BYTES], *p = room + LWS_PRE;
    /* Not to be guessed: a pong sent ahead would fake a short round trip. */
    lws_get_random(c->net->lws, &c->ping_payload, sizeof c->ping_payload);
    p[0] = 0x89; /* FIN, ping */
    p[1] = PING_BYTES;
    memcpy(p + 2, &c->ping_payload, PING_BYTES);
    c->ping_sent_us = lt_loop_now_fresh(c->net->loop).mono_us;
    if (write_wire(c, p, 2 + PING_BYTES, 1))
        lt_loop_timer(c->net->loop, &c->beat, c->net->opts.pong_timeout_us);
}

static void on_beat(struct lt_timer *t, int64_t now_us)
{
    struct lt_conn *c = t->arg;
    (void)now_us;
    if (c->state == CONN_CLOSING) {
        conn_kill(c);
    } else if (c->ping_sent_us) {
        lt_metric_add(LT_M_PONG_TIMEOUTS, 1);
        lt_conn_close(c, lt_err_close_code(LT_EIDLE), lt_err_wire(LT_EIDLE));
    } else if (output_pending(c)) {
        /* A ping behind queued frames would measure the queue; the bound on its age watches this
         * peer meanwhile. */
        lt_loop_timer(c->net->loop, &c->beat, c->net->opts.ping_interval_us / 4);
    } else {
        send_ping(c);
    }
}

void lt_conn_ping(struct lt_conn *c)
{
    if (c->state == CONN_OPEN && !c->ping_sent_us && !output_pending(c))
        send_ping(c);
}

void ws_pong(struct lt_conn *c, const char *p, size_t n)
{
    if (c->state != CONN_OPEN || !c->ping_sent_us || n != PING_BYTES ||
        memcmp(p, &c->ping_payload, PING_BYTES) != 0)
        return; /* unsolicited: allowed, and no measure of anything */
    int64_t rtt_us = lt_loop_now_fresh(c->net->loop).mono_us - c->ping_sent_us;
    c->rtt_last_us = rtt_us;
    if (c->rtt_min_us < 0 || rtt_us < c->rtt_min_us)
        c->rtt_min_us = rtt_us;
    c->ping_sent_us = 0;
    lt_loop_timer(c->net->loop, &c->beat, c->net->opts.ping_interval_us);
}

/* ---- input ---- */

void ws_established(struct lt_conn *c)
{
    struct lt_net *n = c->net;
    char path[256];
    if (!net_header(c->wsi, WSI_TOKEN_GET_URI, path, sizeof path))
        path[0] = '\0';
    net_peer(c, c->peer, sizeof c->peer);
    conn_move(c, CONN_OPEN);
    c->rtt_min_us = c->rtt_last_us = -1;
    lt_timer_init(&c->age, on_age, c);
    lt_timer_init(&c->beat, on_beat, c);
    if (!gate_open(c)) {
        ws_violation(c, LWS_CLOSE_STATUS_PROTOCOL_ERR);
        return;
    }
    if (n->opts.ping_interval_us > 0)
        lt_loop_timer(n->loop, &c->beat, n->opts.ping_interval_us);
    int err = n->handler.on_open(n->arg, c, path);
    if (err == LT_OK) {
        c->announced = true;
        return;
    }
    int code = lt_err_close_code(err);
    lt_conn_close(c, code ? code : LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, lt_err_wire(err));
}

static void deliver(struct lt_conn *c, struct lt_buf *b)
{
    size_t n = b->len;
    const char *p = lt_buf_cstr(b);
    if (!lt_utf8_valid(p, n)) {
        c->gate.dead = true;
        ws_violation(c, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
        return;
    }
    lt_metric_add(LT_M_MESSAGES_IN, 1);
    c->net->handler.on_text(c->net->arg, c, p, n);
}

int ws_receive(struct lt_conn *c, const char *p, size_t n)
{
    if (c->state != CONN_OPEN || !c->announced)
        return 0;
    bool last = lws_is_final_fragment(c->wsi);
    if (!c->message && last) {
        lt_buf_clear(&c->net->scratch);
        lt_buf_add(&c->net->scratch, p, n);
        deliver(c, &c->net->scratch);
        return 0;
    }
    if (!c->message) {
        c->message = malloc(sizeof *c->message);
        if (!c->message)
            return -1;
        lt_buf_init(c->message, c->net->opts.max_message_bytes + 1);
    }
    lt_buf_add(c->message, p, n);
    if (c->message->failed) {
        ws_violation(c, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
        return 0;
    }
    if (!last)
        return 0;
    struct lt_buf *b = c->message;
    c->message = NULL;
    deliver(c, b);
    lt_buf_done(b);
    free(b);
    return 0;
}

/* ---- small ---- */

void lt_conn_set_user(struct lt_conn *c, void *user)
{
    c->user = user;
}

void *lt_conn_user(const struct lt_conn *c)
{
    return c->user;
}

uint64_t lt_conn_id(const struct lt_conn *c)
{
    return c->id;
}

const char *lt_conn_peer(const struct lt_conn *c)
{
    return c->peer;
}

int64_t lt_conn_rtt_min_us(const struct lt_conn *c)
{
    return c->rtt_min_us;
}

int64_t lt_conn_rtt_last_us(const struct lt_conn *c)
{
    return c->rtt_last_us;
}

int64_t lt_conn_tcp_rtt_us(const struct lt_conn *c)
{
    return c->wsi ? tcp_min_rtt_us(c->fd) : -1;
}

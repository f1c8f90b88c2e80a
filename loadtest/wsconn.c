/* A connection costs the generator its struct and, only while a frame is cut in two or the socket
 * is full, a buffer: 15,000 of them must not cost memory that the server under test needs. Reading
 * goes through one scratch buffer of the process. */
#include "loadtest/wsconn.h"

#include "loadtest/wsframe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CODE_ABNORMAL = 1006, CODE_LEAVING = 1001, CONTROL_MAX = 125 };

static void on_event(struct lt_watch *w, uint32_t events);

void lt_wsc_init(struct lt_wsc *c, struct lt_gen *g, const struct lt_wsc_handler *h, void *arg)
{
    *c = (struct lt_wsc){.watch = {.fd = -1, .fn = on_event}, .gen = g, .handler = h, .arg = arg};
}

bool lt_wsc_connect(struct lt_wsc *c, const struct lt_target *t)
{
    c->watch.fd = lt_target_connect(c->gen, t);
    if (c->watch.fd < 0)
        return false;
    c->target = t;
    c->state = LT_WSC_CONNECTING;
    if (lt_gen_watch(c->gen, &c->watch, EPOLLOUT, true))
        return true;
    lt_wsc_drop(c);
    return false;
}

void lt_wsc_drop(struct lt_wsc *c)
{
    if (c->watch.fd >= 0)
        close(c->watch.fd);
    c->watch.fd = -1;
    c->state = LT_WSC_IDLE;
    free(c->in);
    free(c->out);
    c->in = c->out = NULL;
    c->in_len = c->out_len = 0;
}

static void lost(struct lt_wsc *c, int code, const char *fault)
{
    lt_wsc_drop(c);
    c->handler->closed(c, code, fault);
}

/* ---- output ---- */

static bool out_keep(struct lt_wsc *c, const char *p, size_t n)
{
    if (c->out_len + n > LT_WSC_OUT_MAX)
        return false;
    char *more = realloc(c->out, c->out_len + n);
    if (!more)
        return false;
    memcpy(more + c->out_len, p, n);
    c->out = more;
    c->out_len += (uint32_t)n;
    return lt_gen_watch(c->gen, &c->watch, EPOLLIN | EPOLLOUT, false);
}

static bool out_bytes(struct lt_wsc *c, const char *p, size_t n)
{
    ssize_t sent = c->out_len > 0 ? 0 : send(c->watch.fd, p, n, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        return false; /* the loop will hear of it from the socket */
    size_t done = sent < 0 ? 0 : (size_t)sent;
    return done == n || out_keep(c, p + done, n - done);
}

static bool out_frame(struct lt_wsc *c, enum lt_ws_opcode opcode, const char *p, size_t n)
{
    char small[1024],
        *buf = n + LT_WS_HEADER_MAX <= sizeof small ? small : malloc(n + LT_WS_HEADER_MAX);
    if (!buf)
        return false;
    size_t len = lt_wsframe_write(buf, opcode, p, n, (uint32_t)lt_rng_next(&c->gen->random));
    bool ok = out_bytes(c, buf, len);
    if (buf != small)
        free(buf);
    return ok;
}

bool lt_wsc_send(struct lt_wsc *c, const char *p, size_t n)
{
    return c->state == LT_WSC_OPEN && out_frame(c, LT_WS_TEXT, p, n);
}

void lt_wsc_leave(struct lt_wsc *c)
{
    const char code[2] = {(char)(CODE_LEAVING >> 8), (char)(CODE_LEAVING & 0xff)};
    if (c->state == LT_WSC_OPEN)
        out_frame(c, LT_WS_CLOSE, code, sizeof code);
    lt_wsc_drop(c);
}

static void flush(struct lt_wsc *c)
{
    ssize_t sent = send(c->watch.fd, c->out, c->out_len, MSG_NOSIGNAL);
    if (sent <= 0)
        return;
    c->out_len -= (uint32_t)sent;
    memmove(c->out, c->out + sent, c->out_len);
    if (c->out_len == 0) {
        free(c->out);
        c->out = NULL;
        lt_gen_watch(c->gen, &c->watch, EPOLLIN, false);
    }
}

/* ---- input ---- */

static void on_close_frame(struct lt_wsc *c, const struct lt_wsframe *f)
{
    int code =
        f->len >= 2 ? (unsigned char)f->payload[0] << 8 | (unsigned char)f->payload[1] : 1005;
    char echo[CONTROL_MAX];
    size_t n = f->len >= 2 ? 2 : 0;
    memcpy(echo, f->payload, n);
    out_frame(c, LT_WS_CLOSE, echo, n);
    bool ok = f->len != 1 && ((code >= 1000 && code <= 1011 && code != 1004 && code != 1006) ||
                              (code >= 3000 && code <= 4999));
    lost(c, code, ok ? NULL : "the close frame's code is not a legal one");
}

static void on_frame(struct lt_wsc *c, const struct lt_wsframe *f)
{
    switch (f->opcode) {
    case LT_WS_TEXT:
        c->handler->text(c, f->payload, f->len);
        break;
    case LT_WS_PING:
        out_frame(c, LT_WS_PONG, f->payload, f->len);
        break;
    case LT_WS_CLOSE:
        on_close_frame(c, f);
        break;
    case LT_WS_PONG:
    case LT_WS_BINARY: /* the reader refused it */
        break;
    }
}

/* The answer to the handshake. Returns the bytes used; 0 and still shaking hands: more are needed.
 */
static size_t on_answer(struct lt_wsc *c, const char *p, size_t n)
{
    size_t used = 0;
    const char *fault = lt_handshake_check(p, n, c->key, &used);
    if (fault) {
        lost(c, CODE_ABNORMAL, fault);
    } else if (used > 0) {
        c->state = LT_WSC_OPEN;
        c->handler->open(c);
    }
    return used;
}

/* Everything complete in p[0, n). Returns how much was used. The connection may be gone afterwards.
 */
static size_t take(struct lt_wsc *c, const char *p, size_t n)
{
    size_t used = 0;
    if (c->state == LT_WSC_HANDSHAKE)
        used = on_answer(c, p, n);
    while (c->state == LT_WSC_OPEN) {
        struct lt_wsframe f;
        const char *fault;
        int r = lt_wsframe_read(p + used, n - used, LT_WSC_MESSAGE_MAX, &f, &fault);
        if (r < 0)
            lost(c, CODE_ABNORMAL, fault);
        if (r <= 0)
            break;
        used += f.used;
        on_frame(c, &f);
    }
    return used;
}

static bool keep(struct lt_wsc *c, const char *p, size_t n)
{
    free(c->in);
    c->in = n > 0 ? malloc(n) : NULL;
    c->in_len = c->in ? (uint32_t)n : 0;
    if (c->in)
        memcpy(c->in, p, n);
    return c->in_len == n;
}

static void readable(struct lt_wsc *c)
{
    char *buf = c->gen->scratch;
    size_t n = c->in_len;
    memcpy(buf, c->in ? c->in : "", n);
    ssize_t got = recv(c->watch.fd, buf + n, LT_SCRATCH_BYTES - n, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lost(c, CODE_ABNORMAL, NULL);
        return;
    }
    n += (size_t)got;
    size_t used = take(c, buf, n);
    if (c->state != LT_WSC_IDLE && !keep(c, buf + used, n - used))
        lost(c, CODE_ABNORMAL, NULL);
}

static void connected(struct lt_wsc *c)
{
    char request[512];
    int err = 0;
    socklen_t len = sizeof err;
    getsockopt(c->watch.fd, SOL_SOCKET, SO_ERROR, &err, &len);
    lt_handshake_key(lt_rng_next(&c->gen->random), lt_rng_next(&c->gen->random), c->key);
    size_t n =
        lt_handshake_request(request, sizeof request, c->target->host, c->target->path, c->key);
    c->state = LT_WSC_HANDSHAKE;
    if (err != 0 || !lt_gen_watch(c->gen, &c->watch, EPOLLIN, false) || !out_bytes(c, request, n))
        lost(c, CODE_ABNORMAL, NULL);
}

static void on_event(struct lt_watch *w, uint32_t events)
{
    struct lt_wsc *c = (struct lt_wsc *)w;
    if (c->state == LT_WSC_CONNECTING) {
        connected(c);
        return;
    }
    if ((events & EPOLLOUT) && c->out_len > 0)
        flush(c);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        readable(c);
}

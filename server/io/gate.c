/* The gate: every byte of a WebSocket client is looked at before lws 4.1.6 parses it.
 *
 * lws accepts what RFC 6455 forbids, frames without a mask above all, and none of its callbacks
 * shows the header bits. The only place where the raw bytes can be seen is the read itself. lws is
 * linked dynamically and calls recv(2) and, for TLS, SSL_read(); this file defines both, and in an
 * ELF program a definition of the executable wins over the library's. Sockets that are not ours
 * pass straight through. test_ws_strict.c fails if this ever stops working, e.g. with a statically
 * linked lws.
 *
 * The gate follows the headers of frames only (5.2 to 5.5): mask set, no reserved bits, known
 * opcodes, no binary, control frames whole and short, fragments in order, and a message's declared
 * size within the bound from its first header on. UTF-8 is lws' part, the close payload is checked
 * in ws.c. When a rule is broken, lws is given what came before, then nothing: ws_violation() says
 * goodbye with the code.
 *
 * Rejected: peeking before lws reads (not possible under TLS, and a system call more a message), a
 * dup(2) of each socket (twice the descriptors), a parser of our own behind a raw lws connection
 * (lws cannot switch one after an upgrade).
 */
#include "net_internal.h"
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    OP_CONTINUATION = 0,
    OP_TEXT = 1,
    OP_BINARY = 2,
    OP_PONG = 10,
    CONTROL_BIT = 8,
    CONTROL_MAX = 125,
    MASK_BYTES = 4,
    CRLFCRLF = 0x0d0a0d0a,
    DRAIN_READS = 16,
    WASTE_BYTES = 16384 /* as much as a TLS record holds */
};

static struct {
    struct lt_conn **by_fd;
    size_t cap;
} gates;

void gate_register(struct lt_conn *c)
{
    assert(c->fd >= 0);
    size_t fd = (size_t)c->fd;
    if (fd >= gates.cap) {
        size_t cap = gates.cap ? gates.cap : 256;
        while (cap <= fd)
            cap *= 2;
        struct lt_conn **more = realloc(gates.by_fd, cap * sizeof *more);
        assert(more);
        memset(more + gates.cap, 0, (cap - gates.cap) * sizeof *more);
        gates.by_fd = more;
        gates.cap = cap;
    }
    gates.by_fd[fd] = c;
}

void gate_unregister(const struct lt_conn *c)
{
    size_t fd = (size_t)c->fd;
    if (fd < gates.cap && gates.by_fd[fd] == c)
        gates.by_fd[fd] = NULL;
}

bool gate_open(struct lt_conn *c)
{
    /* 4.1: a client waits for our answer before it sends data, so its request was the last thing
     * read. */
    bool waited = c->gate.tail == CRLFCRLF;
    c->gate = (struct gate){.stage = GATE_HEAD};
    return waited;
}

/* The first two bytes of a frame. Returns 0 or the close code. */
static int check_first(struct gate *g, uint8_t b)
{
    g->opcode = b & 0x0f;
    g->final = b & 0x80;
    if (b & 0x70)
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    if (g->opcode & CONTROL_BIT)
        return g->opcode > OP_PONG || !g->final ? LWS_CLOSE_STATUS_PROTOCOL_ERR : 0;
    if (g->opcode == OP_BINARY)
        return LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE;
    if (g->opcode > OP_BINARY || (g->opcode == OP_CONTINUATION) != g->in_message)
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    return 0;
}

static int check_second(struct gate *g, uint8_t b)
{
    unsigned len = b & 0x7f;
    if (!(b & 0x80))
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    if ((g->opcode & CONTROL_BIT) && len > CONTROL_MAX)
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    g->length_bytes = len == 126 ? 2 : len == 127 ? 8 : 0;
    g->bytes_wanted = (uint8_t)(g->length_bytes + MASK_BYTES);
    g->payload_left = g->length_bytes ? 0 : len;
    return 0;
}

/* The whole length is known. */
static int check_length(struct lt_conn *c)
{
    struct gate *g = &c->gate;
    if (g->opcode & CONTROL_BIT)
        return 0;
    size_t max = c->net->opts.max_message_bytes;
    if (g->payload_left > max || g->message_bytes + g->payload_left > max)
        return LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE;
    g->message_bytes += g->payload_left;
    return 0;
}

static void frame_end(struct gate *g)
{
    if (!(g->opcode & CONTROL_BIT)) {
        g->in_message = !g->final;
        if (g->final)
            g->message_bytes = 0;
    }
    g->stage = GATE_HEAD;
    g->head_done = false;
}

/* A byte of the extended length or of the mask. */
static int read_length(struct lt_conn *c, uint8_t b)
{
    struct gate *g = &c->gate;
    if (g->length_bytes == 8 && (b & 0x80)) /* 5.2: the most significant bit is 0 */
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    if (g->length_bytes > 0) {
        g->payload_left = g->payload_left << 8 | b;
        g->length_bytes--;
    }
    g->bytes_wanted--;
    if (g->bytes_wanted ==
        MASK_BYTES - 1) { /* before the mask is complete, so that a refusal comes soon */
        int code = check_length(c);
        if (code)
            return code;
    }
    if (g->bytes_wanted == 0) {
        g->stage = GATE_PAYLOAD;
        if (g->payload_left == 0)
            frame_end(g);
    }
    return 0;
}

static int read_head(struct lt_conn *c, uint8_t b)
{
    struct gate *g = &c->gate;
    if (!g->head_done) {
        g->head_done = true;
        return check_first(g, b);
    }
    int code = check_second(g, b);
    if (code)
        return code;
    g->stage = GATE_LENGTH;
    return 0;
}

static void report(void *arg)
{
    struct lt_conn *c = arg;
    if (c->state == CONN_OPEN)
        ws_violation(c, c->gate.code);
}

/* Follow `n` bytes. Returns how many lws may have. */
static size_t scan(struct lt_conn *c, const uint8_t *p, size_t n)
{
    struct gate *g = &c->gate;
    size_t i = 0, frame = 0; /* where the frame begins, if in this piece */
    while (i < n) {
        int code = 0;
        switch (g->stage) {
        case GATE_HEAD:
            if (!g->head_done)
                frame = i;
            code = read_head(c, p[i++]);
            break;
        case GATE_LENGTH:
            code = read_length(c, p[i++]);
            break;
        case GATE_PAYLOAD: {
            uint64_t take = g->payload_left < n - i ? g->payload_left : n - i;
            g->payload_left -= take;
            i += (size_t)take;
            if (g->payload_left == 0)
                frame_end(g);
            break;
        }
        }
        if (code) {
            g->dead = true;
            g->code = (uint16_t)code;
            lt_loop_defer(c->net->loop, report, c); /* lws shall first take what came before */
            return frame;
        }
    }
    return n;
}

/* How to read from the socket: recv(2) or SSL_read(). */
typedef ssize_t read_fn(void *from, void *buf, size_t n);

/* The stream is void: take what comes until there is no more, so that the reader below waits again.
 * A socket that is closed over unread bytes is reset, and a reset overtakes the close frame: so a whole message that was
 * refused by its length is read away. Who sends more than that in one turn is told nothing. */
static ssize_t drain(read_fn *fn, void *from)
{
    static uint8_t waste[WASTE_BYTES];
    for (int i = 0; i < DRAIN_READS; i++) {
        ssize_t r = fn(from, waste, sizeof waste);
        if (r <= 0)
            return r;
    }
    errno = ECONNRESET;
    return 0;
}

static ssize_t gate_read(struct lt_conn *c, read_fn *fn, void *from, void *buf, size_t n)
{
    if (c->gate.dead)
        return drain(fn, from);
    ssize_t r = fn(from, buf, n);
    if (r <= 0)
        return r;
    if (c->state == CONN_HTTP) {
        const uint8_t *p = buf;
        for (ssize_t i = r > 4 ? r - 4 : 0; i < r; i++)
            c->gate.tail = c->gate.tail << 8 | p[i];
        return r;
    }
    size_t allowed = scan(c, buf, (size_t)r);
    return allowed > 0 ? (ssize_t)allowed : drain(fn, from);
}

static struct lt_conn *gate_of(int fd, bool tls)
{
    struct lt_conn *c = fd >= 0 && (size_t)fd < gates.cap ? gates.by_fd[fd] : NULL;
    return c && c->tls == tls ? c : NULL;
}

/* libuv asks epoll more than it needs to: when a socket comes, it is added and deleted again for a
 * try, and deleted twice more; when it goes, three times. Here it is known whether epoll has it. */
int epoll_ctl(int epfd, int op, int fd, struct epoll_event *e)
{
    struct lt_conn *c = fd >= 0 && (size_t)fd < gates.cap ? gates.by_fd[fd] : NULL;
    bool try = op == EPOLL_CTL_ADD && e->data.fd == -1;
    if (c && (try || (op == EPOLL_CTL_DEL && !c->polled)))
        return 0;
    int r = (int)syscall(SYS_epoll_ctl, epfd, op, fd, e);
    if (c && r == 0)
        c->polled = op != EPOLL_CTL_DEL;
    return r;
}

static ssize_t read_plain(void *from, void *buf, size_t n)
{
    return syscall(SYS_recvfrom, *(int *)from, buf, n, 0, NULL, NULL);
}

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
    struct lt_conn *c = flags == 0 ? gate_of(fd, false) : NULL;
    if (!c)
        return syscall(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
    return gate_read(c, read_plain, &fd, buf, n);
}

static int ssl_read(SSL *ssl, void *buf, int n)
{
    static int (*next)(SSL *, void *, int);
    if (!next)
        next = (int (*)(SSL *, void *, int))dlsym(RTLD_NEXT, "SSL_read");
    assert(next);
    return next(ssl, buf, n);
}

static ssize_t read_tls(void *from, void *buf, size_t n)
{
    return ssl_read(from, buf, (int)n);
}

int SSL_read(SSL *ssl, void *buf, int n)
{
    struct lt_conn *c = n > 0 ? gate_of(SSL_get_fd(ssl), true) : NULL;
    return c ? (int)gate_read(c, read_tls, ssl, buf, (size_t)n) : ssl_read(ssl, buf, n);
}

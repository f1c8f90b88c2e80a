#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { DEADLINE_MS = 10000 };

static int64_t now_ms(void)
{
    return lt_clock_read().mono_us / 1000;
}

void turn(struct lt_loop *l)
{
    uv_run(lt_loop_uv(l), UV_RUN_NOWAIT);
    uv_run(lt_loop_uv(l), UV_RUN_NOWAIT);
}

bool turn_until(struct lt_loop *l, const bool *flag, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms;
    while (!*flag && now_ms() < end) {
        turn(l);
        if (!*flag)
            poll(NULL, 0, 1);
    }
    return *flag;
}

void turn_for(struct lt_loop *l, int ms)
{
    bool never = false;
    turn_until(l, &never, ms);
}

struct client *client_new(struct lt_loop *l, int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct client *c = calloc(1, sizeof *c);
    int one = 1;
    assert_non_null(c);
    c->loop = l;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(c->fd, (struct sockaddr *)&sa, sizeof sa), 0);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return c;
}

/* Wait for the socket a little, and let the server work. Fails the test after the deadline. */
static void wait_for(struct client *c, short events, int64_t end)
{
    struct pollfd p = {.fd = c->fd, .events = events};
    turn(c->loop);
    poll(&p, 1, 1);
    if (now_ms() > end)
        fail_msg("nothing happened for %d ms", DEADLINE_MS);
}

struct client *client_new_tls(struct lt_loop *l, int port, int tls_version)
{
    struct client *c = client_new(l, port);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(ctx, 0); /* to be able to offer what the server must refuse */
    SSL_CTX_set_min_proto_version(ctx, tls_version);
    SSL_CTX_set_max_proto_version(ctx, tls_version);
    SSL *ssl = SSL_new(ctx);
    SSL_CTX_free(ctx);
    SSL_set_fd(ssl, c->fd);
    int64_t end = now_ms() + DEADLINE_MS;
    for (;;) {
        int r = SSL_connect(ssl);
        if (r == 1)
            break;
        int err = SSL_get_error(ssl, r);
        if (err != SSL_ERROR_WANT_READ && err != SSL_ERROR_WANT_WRITE) {
            SSL_free(ssl);
            client_free(c);
            return NULL;
        }
        wait_for(c, err == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, end);
    }
    c->ssl = ssl;
    return c;
}

void client_free(struct client *c)
{
    if (!c)
        return;
    SSL_free(c->ssl);
    close(c->fd);
    free(c->in);
    free(c);
}

void client_send(struct client *c, const void *p, size_t n)
{
    const uint8_t *at = p;
    int64_t end = now_ms() + DEADLINE_MS;
    while (n > 0) {
        ssize_t w = c->ssl ? SSL_write(c->ssl, at, (int)n) : send(c->fd, at, n, MSG_NOSIGNAL);
        if (w > 0) {
            at += w;
            n -= (size_t)w;
        } else if (!c->ssl && errno != EAGAIN) {
            return; /* the server has closed: the reader will see it */
        } else {
            wait_for(c, POLLOUT, end);
        }
    }
}

void client_say(struct client *c, const char *fmt, ...)
{
    char text[8192];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    assert_true(n >= 0 && n < (int)sizeof text);
    client_send(c, text, (size_t)n);
}

/* Read what is there. */
static void fill(struct client *c)
{
    if (c->in_cap - c->in_len < 65536) {
        c->in_cap = 2 * c->in_cap + 65536;
        c->in = realloc(c->in, c->in_cap);
        assert_non_null(c->in);
    }
    size_t room = c->in_cap - c->in_len - 1;
    ssize_t r = c->ssl ? SSL_read(c->ssl, c->in + c->in_len, (int)room)
                       : read(c->fd, c->in + c->in_len, room);
    if (r > 0)
        c->in_len += (size_t)r;
    else if (c->ssl)
        c->eof = SSL_get_error(c->ssl, (int)r) != SSL_ERROR_WANT_READ;
    else
        c->eof = r == 0 || errno != EAGAIN;
}

static void consume(struct client *c, size_t n)
{
    memmove(c->in, c->in + n, c->in_len - n);
    c->in_len -= n;
}

/* Have at least n bytes. False: the connection ended first. */
static bool have(struct client *c, size_t n)
{
    int64_t end = now_ms() + DEADLINE_MS;
    while (c->in_len < n) {
        if (c->eof)
            return false;
        turn(c->loop);
        fill(c);
        if (c->in_len < n && !c->eof)
            wait_for(c, POLLIN, end);
    }
    return true;
}

const uint8_t *client_bytes(struct client *c, size_t n)
{
    static uint8_t *copy;
    assert_true(have(c, n));
    free(copy);
    copy = malloc(n + 1);
    assert_non_null(copy);
    memcpy(copy, c->in, n);
    copy[n] = 0;
    consume(c, n);
    return copy;
}

const char *client_head(struct client *c)
{
    for (size_t n = 4;; n++) {
        if (!have(c, n))
            return NULL;
        if (memcmp(c->in + n - 4, "\r\n\r\n", 4) == 0)
            return (const char *)client_bytes(c, n);
    }
}

bool client_sees_end(struct client *c)
{
    int64_t end = now_ms() + DEADLINE_MS;
    while (!c->eof && now_ms() < end) {
        c->in_len = 0;
        turn(c->loop);
        fill(c);
        if (!c->eof)
            poll(NULL, 0, 1);
    }
    return c->eof;
}

const char *head_value(const char *head, const char *name)
{
    static char value[1024];
    size_t k = strlen(name);
    value[0] = '\0';
    for (const char *p = strstr(head, "\r\n"); p; p = strstr(p + 2, "\r\n")) {
        if (strncasecmp(p + 2, name, k) == 0 && p[2 + k] == ':') {
            p += 2 + k + 1;
            p += strspn(p, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(p, "\r"), p);
            break;
        }
    }
    return value;
}

int head_status(const char *head)
{
    return head && strncmp(head, "HTTP/1.", 7) == 0 ? atoi(head + 9) : 0;
}

void client_upgrade(struct client *c, const char *path)
{
    client_say(c,
               "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
               path);
    const char *head = client_head(c);
    assert_non_null(head);
    assert_int_equal(head_status(head), 101);
    assert_string_equal(head_value(head, "sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

void client_frame(struct client *c, uint8_t first, bool masked, const void *p, size_t n)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t *f = malloc(n + 14);
    size_t k = 2;
    assert_non_null(f);
    f[0] = first;
    f[1] = masked ? 0x80 : 0;
    if (n < 126) {
        f[1] |= (uint8_t)n;
    } else if (n <= UINT16_MAX) {
        f[1] |= 126;
        f[k++] = (uint8_t)(n >> 8);
        f[k++] = (uint8_t)n;
    } else {
        f[1] |= 127;
        for (int i = 7; i >= 0; i--)
            f[k++] = (uint8_t)((uint64_t)n >> (8 * i));
    }
    if (masked) {
        memcpy(f + k, mask, 4);
        k += 4;
    }
    for (size_t i = 0; i < n; i++)
        f[k + i] = ((const uint8_t *)p)[i] ^ (masked ? mask[i & 3] : 0);
    client_send(c, f, k + n);
    free(f);
}

void client_text(struct client *c, const char *s)
{
    client_frame(c, 0x81, true, s, strlen(s));
}

bool client_read_frame(struct client *c, struct frame *ret)
{
    if (!have(c, 2))
        return false;
    size_t k = 2, n = c->in[1] & 0x7f;
    unsigned more = n == 126 ? 2 : n == 127 ? 8 : 0;
    assert_false(c->in[1] & 0x80); /* a server does not mask */
    if (!have(c, k + more))
        return false;
    if (more)
        n = 0;
    for (unsigned i = 0; i < more; i++)
        n = n << 8 | c->in[k++];
    if (!have(c, k + n))
        return false;
    ret->first = c->in[0];
    ret->n = n;
    ret->p = client_bytes(c, k + n) + k;
    return true;
}

int client_close_code(struct client *c)
{
    struct frame f;
    while (client_read_frame(c, &f)) {
        if (f.first != 0x88)
            continue;
        uint8_t code[2] = {f.n >= 2 ? f.p[0] : 0, f.n >= 2 ? f.p[1] : 0};
        size_t n = f.n >= 2 ? 2 : 0;
        client_frame(c, 0x88, true, code, n);
        return n ? code[0] << 8 | code[1] : 1005;
    }
    return 1006;
}

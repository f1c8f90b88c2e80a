/* The listening socket: ours and not lws', because lws' own accepts one connection a turn, cannot
 * share a port (ALLOW_LISTEN_SHARE does nothing in 4.1.6) and knows no limit of its rate.
 *
 * SO_REUSEPORT lets each worker have its own queue on the same port. Accepting stops for a while
 * when the token bucket is empty: a storm of reconnects waits in the kernel's queue instead of
 * starving those who are playing. When descriptors run out, a spare one is given up to accept and
 * close the next caller, who would otherwise keep the loop spinning.
 */
#include "base/metrics.h"
#include "net_internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BURST = 64, BACKLOG = 4096, SECOND_US = 1000 * 1000, PAUSE_US = 20 * 1000 };

struct listener {
    struct lt_net *net;
    uv_poll_t poll;
    int fd, spare;
    double tokens;
    int64_t filled_us;
    struct lt_timer resume;
};

static const char BUSY[] = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n"
                           "content-length: 0\r\nconnection: close\r\n\r\n";

/* A token for one connection. Up to a tenth of a second's worth is saved up. */
static bool take_token(struct listener *l)
{
    int rate = l->net->opts.accept_per_second;
    if (rate <= 0)
        return true;
    int64_t now_us = lt_loop_now(l->net->loop).mono_us;
    double most = rate > 10 ? rate / 10.0 : 1;
    l->tokens += (double)(now_us - l->filled_us) * rate / SECOND_US;
    l->filled_us = now_us;
    if (l->tokens > most)
        l->tokens = most;
    if (l->tokens < 1)
        return false;
    l->tokens -= 1;
    return true;
}

static void peer_text(const struct sockaddr_storage *ss, char *ret, size_t size)
{
    ret[0] = '\0';
    if (ss->ss_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)ss)->sin_addr, ret, (socklen_t)size);
    } else if (ss->ss_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)ss)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(a))
            inet_ntop(AF_INET, a->s6_addr + 12, ret, (socklen_t)size);
        else
            inet_ntop(AF_INET6, a, ret, (socklen_t)size);
    }
}

/* No descriptor left: turn the next caller away with the spare one. */
static void shed_one(struct listener *l)
{
    if (l->spare < 0)
        return;
    close(l->spare);
    int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        lt_metric_add(LT_M_REFUSED, 1);
    }
    l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void refuse_busy(struct listener *l, int fd)
{
    lt_metric_add(LT_M_REFUSED, 1);
    if (!l->net->opts.tls_cert && send(fd, BUSY, sizeof BUSY - 1, MSG_NOSIGNAL) > 0) {
        /* Closing with unread input would reset the connection under the answer. */
        char drop[2048];
        shutdown(fd, SHUT_WR);
        while (recv(fd, drop, sizeof drop, MSG_DONTWAIT) > 0)
            ;
    }
    close(fd);
}

/* Returns false when there is nothing (more) to accept now. */
static bool accept_one(struct listener *l)
{
    struct sockaddr_storage ss;
    socklen_t n = sizeof ss;
    char peer[PEER_BYTES];
    int fd = accept4(l->fd, (struct sockaddr *)&ss, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            shed_one(l);
        return errno == ECONNABORTED || errno == EINTR;
    }
    lt_metric_add(LT_M_ACCEPTED, 1);
    if (l->net->n_conns >= l->net->opts.max_connections) {
        refuse_busy(l, fd);
        return true;
    }
    peer_text(&ss, peer, sizeof peer);
    net_adopt(l->net, fd, peer);
    return true;
}

static void on_readable(uv_poll_t *p, int status, int events)
{
    struct listener *l = p->data;
    (void)status;
    (void)events;
    for (int i = 0; i < BURST; i++) {
        if (!take_token(l)) {
            uv_poll_stop(&l->poll);
            lt_loop_timer(l->net->loop, &l->resume, PAUSE_US);
            return;
        }
        if (!accept_one(l))
            return;
    }
}

static void on_resume(struct lt_timer *t, int64_t now_us)
{
    struct listener *l = t->arg;
    (void)now_us;
    uv_poll_start(&l->poll, UV_READABLE, on_readable);
}

/* Returns a listening descriptor, or -1. */
static int listen_on(const char *host, int port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM},
                    *ai;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    if (getaddrinfo(host, service, &hints, &ai) != 0)
        return -1;
    int one = 1, zero = 0;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* accepted ones inherit it */
        if (ai->ai_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
        if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(ai);
    return fd;
}

int listener_new(struct lt_net *n, struct listener **ret)
{
    int fd = listen_on(n->opts.host, n->opts.port);
    if (fd < 0)
        return LT_EADDR;
    struct listener *l = calloc(1, sizeof *l);
    if (!l) {
        close(fd);
        return LT_ENOMEM;
    }
    l->net = n;
    l->fd = fd;
    l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    l->filled_us = lt_loop_now(n->loop).mono_us;
    lt_timer_init(&l->resume, on_resume, l);
    uv_poll_init(lt_loop_uv(n->loop), &l->poll, fd);
    l->poll.data = l;
    uv_poll_start(&l->poll, UV_READABLE, on_readable);
    *ret = l;
    return LT_OK;
}

int listener_port(const struct listener *l)
{
    struct sockaddr_storage ss;
    socklen_t n = sizeof ss;
    if (getsockname(l->fd, (struct sockaddr *)&ss, &n) != 0)
        return 0;
    return ntohs(ss.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&ss)->sin6_port
                                          : ((struct sockaddr_in *)&ss)->sin_port);
}

static void on_poll_closed(uv_handle_t *h)
{
    free(h->data);
}

void listener_close(struct listener *l)
{
    if (!l)
        return;
    /* Who is connected already, but not yet accepted, would be reset. */
    for (int i = 0; i < BACKLOG && accept_one(l); i++)
        ;
    lt_loop_timer_cancel(l->net->loop, &l->resume);
    uv_close((uv_handle_t *)&l->poll, on_poll_closed);
    close(l->fd);
    if (l->spare >= 0)
        close(l->spare);
}

/* The floor's server. Level-triggered epoll, TCP_NODELAY, default buffers: the same choices as the
 * real one, and nothing besides. The accept key is computed, because without it no client goes on;
 * it is one SHA-1 of 60 bytes. */
#include "loadtest/floor.h"

#include "loadtest/handshake.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS = 65536, BACKLOG = 4096, EVENTS = 512, NONE = 0, FRESH = 1, UPGRADED = 2 };

struct floor {
    struct lt_floor_page *page;
    int epfd, listener, orders;
    unsigned char state[FDS]; /* by descriptor */
    int place[FDS], fds[FDS]; /* dense list of upgraded descriptors, and each one's place in it */
    int n;
};

static bool watch(struct floor *f, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(f->epfd, EPOLL_CTL_ADD, fd, &e) == 0;
}

static void on_accept(struct floor *f)
{
    int one = 1, fd;
    while ((fd = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (fd >= FDS || !watch(f, fd)) {
            close(fd);
            continue;
        }
        f->state[fd] = FRESH;
    }
}

static void hang_up(struct floor *f, int fd)
{
    if (f->state[fd] == UPGRADED) {
        int last = f->fds[--f->n];
        f->fds[f->place[fd]] = last;
        f->place[last] = f->place[fd];
        f->page->held = f->n;
    }
    f->state[fd] = NONE;
    close(fd);
}

static void on_readable(struct floor *f, int fd)
{
    char in[LT_HANDSHAKE_MAX], out[256];
    ssize_t n = recv(fd, in, sizeof in, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        hang_up(f, fd);
        return;
    }
    if (f->state[fd] == UPGRADED)
        return; /* a close frame; the end of file follows */
    int len = lt_handshake_answer(in, (size_t)n, out, sizeof out);
    if (len <= 0 || send(fd, out, (size_t)len, MSG_NOSIGNAL) != len) {
        hang_up(f, fd);
        return;
    }
    f->state[fd] = UPGRADED;
    f->place[fd] = f->n;
    f->fds[f->n++] = fd;
    f->page->held = f->n;
}

static bool on_order(struct floor *f)
{
    static struct lt_floor_order o;
    if (read(f->orders, &o, sizeof o) != sizeof o || o.len > LT_FLOOR_FRAME)
        return false;
    for (int i = 0; i < f->n; i++) {
        if (send(f->fds[i], o.frame, o.len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)o.len)
            f->page->unsent++;
    }
    return true;
}

static bool floor_listen(struct floor *f)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    f->epfd = epoll_create1(EPOLL_CLOEXEC);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (f->epfd < 0 || f->listener < 0 || bind(f->listener, (struct sockaddr *)&a, sizeof a) != 0 ||
        listen(f->listener, BACKLOG) != 0 ||
        getsockname(f->listener, (struct sockaddr *)&a, &len) != 0)
        return false;
    f->page->port = ntohs(a.sin_port);
    return watch(f, f->listener) && watch(f, f->orders);
}

int lt_floor_run(struct lt_floor_page *page, int orders)
{
    struct epoll_event events[EVENTS];
    struct floor *f = calloc(1, sizeof *f);
    if (!f)
        return 1;
    f->page = page;
    f->orders = orders;
    bool going = floor_listen(f);
    int status = going ? 0 : 1;
    while (going) {
        int n = epoll_wait(f->epfd, events, EVENTS, -1);
        for (int i = 0; i < n && going; i++) {
            int fd = events[i].data.fd;
            if (fd == f->orders)
                going = on_order(f);
            else if (fd == f->listener)
                on_accept(f);
            else if (f->state[fd] != NONE)
                on_readable(f, fd);
        }
    }
    free(f);
    return status;
}

/* Sockets to the target. IP_BIND_ADDRESS_NO_PORT leaves the choice of the port to connect(2), which
 * knows the whole four-tuple and so may use a port again that is in TIME_WAIT towards another peer.
 */
#include "loadtest/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PER_SOURCE = 16384, SOURCES = 250 };

static bool is_loopback(const struct sockaddr_in *a)
{
    return ntohl(a->sin_addr.s_addr) >> 24 == 127;
}

const char *lt_target_parse(const char *url, bool allow_remote, struct lt_target *ret)
{
    char name[100], port[6] = "80";
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (strncmp(url, "ws://", 5) != 0)
        return "the address must begin with ws://";
    const char *p = url + 5, *path = p + strcspn(p, "/");
    size_t n = (size_t)(path - p), name_len = strcspn(p, ":/");
    if (name_len == 0 || name_len >= sizeof name || strlen(path) >= sizeof ret->path)
        return "the address is malformed or too long";
    snprintf(name, sizeof name, "%.*s", (int)name_len, p);
    if (p[name_len] == ':') {
        if (n - name_len - 1 == 0 || n - name_len - 1 >= sizeof port)
            return "the port is malformed";
        snprintf(port, sizeof port, "%.*s", (int)(n - name_len - 1), p + name_len + 1);
        if (strspn(port, "0123456789") != strlen(port) || atoi(port) < 1 || atoi(port) > 65535)
            return "the port is malformed";
    }
    if (getaddrinfo(name, port, &hints, &found) != 0)
        return "the host has no IPv4 address";
    memcpy(&ret->addr, found->ai_addr, sizeof ret->addr);
    freeaddrinfo(found);
    snprintf(ret->host, sizeof ret->host, "%s:%s", name, port);
    snprintf(ret->path, sizeof ret->path, "%s", path[0] ? path : "/");
    if (!allow_remote && !is_loopback(&ret->addr))
        return "this is not a loopback address (--allow-remote, and only with its owner's consent)";
    return NULL;
}

void lt_target_port(struct lt_target *t, uint16_t port)
{
    t->addr.sin_port = htons(port);
}

int lt_target_connect(struct lt_gen *g, const struct lt_target *t)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (is_loopback(&t->addr)) {
        uint32_t host = 1 + (uint32_t)(g->connects / PER_SOURCE) % SOURCES;
        struct sockaddr_in from = {.sin_family = AF_INET};
        from.sin_addr.s_addr = htonl(0x7f000000u | (uint32_t)(g->process + 1) << 8 | host);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(fd, (const struct sockaddr *)&from, sizeof from) != 0)
            goto fail;
    }
    g->connects++;
    if (connect(fd, (const struct sockaddr *)&t->addr, sizeof t->addr) == 0 || errno == EINPROGRESS)
        return fd;
fail:
    close(fd);
    return -1;
}

/* Where the generator connects to, and from which addresses. */
#pragma once
#include "loadtest/loop.h"
#include <netinet/in.h>

struct lt_target {
    struct sockaddr_in addr;
    char host[128]; /* for the Host header, with the port */
    char path[128];
};

/* ws://host[:port]/path, IPv4. Resolves the name once. What is not a loopback address is refused
 * unless `allow_remote`: a load generator pointed at somebody else's machine is an attack. NULL:
 * fine, else what is wrong. */
const char *lt_target_parse(const char *url, bool allow_remote, struct lt_target *ret);
/* The same place under another port (for the floor). */
void lt_target_port(struct lt_target *t, uint16_t port);
/* A connecting, non-blocking socket with TCP_NODELAY, or -1. On loopback the source is an address
 * of 127/8 of its own per process and 16,384 connections: one address has 28,000 ephemeral ports.
 */
int lt_target_connect(struct lt_gen *g, const struct lt_target *t);

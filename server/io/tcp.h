/* What the kernel knows of a connection. A file of its own: <linux/tcp.h>, which alone has the
 * smallest round trip, does not go together with <netinet/tcp.h>. */
#pragma once
#include <stdint.h>

/* Smallest round trip of the last minutes (net.ipv4.tcp_min_rtt_wlen), -1: not known. */
int64_t tcp_min_rtt_us(int fd);

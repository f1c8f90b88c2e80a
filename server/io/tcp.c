#include "tcp.h"
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

int64_t tcp_min_rtt_us(int fd)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return -1;
    bool known = info.tcpi_min_rtt > 0 && info.tcpi_min_rtt < UINT32_MAX;
    return known ? (int64_t)info.tcpi_min_rtt : -1;
}

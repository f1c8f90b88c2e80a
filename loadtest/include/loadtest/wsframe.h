/* WebSocket frames as a client must write them and may accept them (RFC 6455, section 5). */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum lt_ws_opcode {
    LT_WS_TEXT = 1,
    LT_WS_BINARY = 2,
    LT_WS_CLOSE = 8,
    LT_WS_PING = 9,
    LT_WS_PONG = 10
};
enum { LT_WS_HEADER_MAX = 14 };

struct lt_wsframe {
    enum lt_ws_opcode opcode;
    const char *payload; /* into the bytes given */
    size_t len;
    size_t used; /* bytes of the whole frame */
};

/* Read one frame of a server. 1: *ret is complete. 0: more bytes are needed. -1: the server broke
 * the protocol (or sent a fragment, a binary message, an extension bit, or more than `max` bytes,
 * none of which it has reason to): *ret_fault says how. The text itself is not looked at. */
int lt_wsframe_read(const void *p, size_t n, size_t max, struct lt_wsframe *ret,
                    const char **ret_fault);

/* Write one masked frame. `out` holds n + LT_WS_HEADER_MAX bytes. Returns the bytes written. */
size_t lt_wsframe_write(char *out, enum lt_ws_opcode opcode, const char *payload, size_t n,
                        uint32_t mask);
/* The same as a server writes it: not masked. For the floor, which is a server. */
size_t lt_wsframe_write_plain(char *out, enum lt_ws_opcode opcode, const char *payload, size_t n);

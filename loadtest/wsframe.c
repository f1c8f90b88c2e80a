/* Frames, strictly. A generator that forgave the server would hide its faults, so whatever RFC 6455
 * forbids a server to send is named here: a mask, reserved bits, unknown opcodes, long or
 * fragmented control frames, lengths not in their shortest form. Fragments of messages are legal in
 * general; this server frames whole messages, so one is a fault too. */
#include "loadtest/wsframe.h"

#include <string.h>

enum { FIN = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASKED = 0x80, CONTROL = 0x08, LENGTH = 0x7f };

static const char *header_fault(unsigned b0, unsigned b1)
{
    unsigned opcode = b0 & OPCODE;
    if (b1 & MASKED)
        return "a server's frame is masked";
    if (b0 & RESERVED)
        return "reserved bits are set";
    if (!(b0 & FIN) || opcode == 0)
        return "the message is fragmented";
    if (opcode != LT_WS_TEXT && opcode != LT_WS_CLOSE && opcode != LT_WS_PING &&
        opcode != LT_WS_PONG)
        return opcode == LT_WS_BINARY ? "the message is binary" : "the opcode is unknown";
    if ((opcode & CONTROL) && (b1 & LENGTH) > 125)
        return "the control frame is too long";
    return NULL;
}

static int fail(const char **ret_fault, const char *fault)
{
    *ret_fault = fault;
    return -1;
}

int lt_wsframe_read(const void *bytes, size_t n, size_t max, struct lt_wsframe *ret,
                    const char **ret_fault)
{
    const unsigned char *p = bytes;
    if (n < 2)
        return 0;
    const char *fault = header_fault(p[0], p[1]);
    if (fault)
        return fail(ret_fault, fault);
    uint64_t len = p[1] & LENGTH;
    size_t header = len == 126 ? 4 : len == 127 ? 10 : 2;
    if (n < header)
        return 0;
    if (header > 2) {
        len = 0;
        for (size_t i = 2; i < header; i++)
            len = len << 8 | p[i];
        if (len < 126 || (header == 10 && len < 65536) || len >> 63)
            return fail(ret_fault, "the length is not in its shortest form");
    }
    if (len > max)
        return fail(ret_fault, "the message is too long");
    if (n - header < len)
        return 0;
    ret->opcode = (enum lt_ws_opcode)(p[0] & OPCODE);
    ret->payload = (const char *)p + header;
    ret->len = (size_t)len;
    ret->used = header + (size_t)len;
    return 1;
}

static size_t write_header(unsigned char *out, enum lt_ws_opcode opcode, size_t n, unsigned masked)
{
    size_t bytes = n < 126 ? 0 : n < 65536 ? 2 : 8;
    out[0] = (unsigned char)(FIN | opcode);
    out[1] = (unsigned char)(masked | (bytes == 0 ? n : bytes == 2 ? 126 : 127));
    for (size_t i = 0; i < bytes; i++)
        out[2 + i] = (unsigned char)((uint64_t)n >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

size_t lt_wsframe_write(char *out, enum lt_ws_opcode opcode, const char *payload, size_t n,
                        uint32_t mask)
{
    unsigned char key[4];
    size_t at = write_header((unsigned char *)out, opcode, n, MASKED);
    memcpy(key, &mask, sizeof key);
    memcpy(out + at, key, sizeof key);
    at += sizeof key;
    for (size_t i = 0; i < n; i++)
        out[at + i] = (char)((unsigned char)payload[i] ^ key[i % 4]);
    return at + n;
}

size_t lt_wsframe_write_plain(char *out, enum lt_ws_opcode opcode, const char *payload, size_t n)
{
    size_t at = write_header((unsigned char *)out, opcode, n, 0);
    memcpy(out + at, payload, n);
    return at + n;
}

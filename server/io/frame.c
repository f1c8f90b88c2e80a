/* A text message, framed once (RFC 6455, 5.2: FIN, opcode 1, no mask) and shared by reference among
 * all its receivers. LWS_PRE bytes of room stand before the frame because lws_write() asks for
 * them; for LWS_WRITE_HTTP, which is how these ready frames are sent, it does not touch them, so
 * one buffer serves any number of connections.
 */
#include "net_internal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 10, TEXT_FINAL = 0x81, LEN16 = 126, LEN64 = 127 };

struct lt_frame {
    int refs;
    int count;            /* of messages: more than one when joined */
    unsigned header;      /* bytes of it */
    size_t payload;       /* bytes; of joined ones all of each */
    unsigned char room[]; /* LWS_PRE, header, payload */
};

static unsigned put_header(unsigned char *p, size_t n)
{
    p[0] = TEXT_FINAL;
    if (n < LEN16) {
        p[1] = (unsigned char)n;
        return 2;
    }
    unsigned bytes = n <= UINT16_MAX ? 2 : 8;
    p[1] = bytes == 2 ? LEN16 : LEN64;
    for (unsigned i = 0; i < bytes; i++)
        p[2 + i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

struct lt_frame *lt_frame_text(const char *p, size_t n)
{
    struct lt_frame *f = malloc(sizeof *f + LWS_PRE + HEADER_MAX + n);
    if (!f)
        return NULL;
    f->refs = 1;
    f->count = 1;
    f->payload = n;
    f->header = put_header(f->room + LWS_PRE, n);
    if (n > 0)
        memcpy(f->room + LWS_PRE + f->header, p, n);
    return f;
}

struct lt_frame *lt_frame_join(struct lt_frame *const *f, int n)
{
    size_t total = 0, len;
    for (int i = 0; i < n; i++)
        total += f[i] ? f[i]->header + f[i]->payload : 0;
    struct lt_frame *all = malloc(sizeof *all + LWS_PRE + total);
    if (!all)
        return NULL;
    *all = (struct lt_frame){.refs = 1, .payload = total};
    unsigned char *to = all->room + LWS_PRE;
    for (int i = 0; i < n; i++) {
        if (!f[i])
            continue;
        const unsigned char *wire = frame_wire(f[i], &len);
        memcpy(to, wire, len);
        to += len;
        all->count += f[i]->count;
    }
    return all;
}

struct lt_frame *lt_frame_ref(struct lt_frame *f)
{
    assert(f->refs > 0);
    f->refs++;
    return f;
}

void lt_frame_unref(struct lt_frame *f)
{
    if (!f)
        return;
    assert(f->refs > 0);
    if (--f->refs == 0)
        free(f);
}

size_t lt_frame_payload_bytes(const struct lt_frame *f)
{
    return f->payload;
}

unsigned char *frame_wire(struct lt_frame *f, size_t *ret_len)
{
    *ret_len = f->header + f->payload;
    return f->room + LWS_PRE;
}

int frame_count(const struct lt_frame *f)
{
    return f->count;
}

/* One WebSocket connection of a client: connects, shakes hands, reads frames strictly, masks what
 * it writes. */
#pragma once
#include "loadtest/handshake.h"
#include "loadtest/loop.h"
#include "loadtest/target.h"

struct lt_wsc;
/* Callbacks run from the loop. In any of them the connection may be dropped, but only a timer may
 * connect it again. */
struct lt_wsc_handler {
    void (*open)(struct lt_wsc *c);
    /* One whole text message; the bytes are valid during the call. Whether they are UTF-8 is
     * checked with their JSON. */
    void (*text)(struct lt_wsc *c, const char *p, size_t n);
    /* The connection is gone, exactly once, unless dropped by its owner. `fault`: how the server
     * broke the protocol, or NULL. `code`: of its close frame, 1006 without one. */
    void (*closed)(struct lt_wsc *c, int code, const char *fault);
};

enum lt_wsc_state {
    LT_WSC_IDLE,       /* no socket */
    LT_WSC_CONNECTING, /* TCP */
    LT_WSC_HANDSHAKE,  /* the request is out */
    LT_WSC_OPEN,
};
enum { LT_WSC_MESSAGE_MAX = 256 * 1024, LT_WSC_OUT_MAX = 64 * 1024 };

struct lt_wsc {
    struct lt_watch watch;
    struct lt_gen *gen;
    const struct lt_target *target;
    const struct lt_wsc_handler *handler;
    void *arg;
    enum lt_wsc_state state;
    uint32_t in_len,
        out_len; /* bytes of an incomplete frame; bytes that did not fit into the socket */
    char *in, *out;
    char key[LT_HANDSHAKE_KEY];
};

void lt_wsc_init(struct lt_wsc *c, struct lt_gen *g, const struct lt_wsc_handler *h, void *arg);
/* False: no descriptor, port or memory. `t` is borrowed. */
bool lt_wsc_connect(struct lt_wsc *c, const struct lt_target *t);
/* Queue one text message. False: not open, or too much is waiting. */
bool lt_wsc_send(struct lt_wsc *c, const char *p, size_t n);
/* Give up the socket at once, like a phone that lost its network. No callback. Fine when idle. */
void lt_wsc_drop(struct lt_wsc *c);
/* Say goodbye with a close frame, like a browser whose tab is closed, then drop. */
void lt_wsc_leave(struct lt_wsc *c);

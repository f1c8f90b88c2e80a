/* What the parts of the network layer share: net.c (life of a listener and dispatch of lws'
 * callbacks), listener.c, gate.c, slabs.c, ws.c, http.c, static.c, frame.c. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "io/net.h"
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdint.h>

enum { PEER_BYTES = 46 /* INET6_ADDRSTRLEN */, HOST_BYTES = 128, REASON_BYTES = 123 };

/* What has been read of a connection's bytes before lws sees them; see gate.c. */
struct gate {
    enum { GATE_HEAD, GATE_LENGTH, GATE_PAYLOAD } stage;
    uint8_t opcode;       /* of the frame being read */
    uint8_t bytes_wanted; /* of its extended length and mask, GATE_LENGTH */
    uint8_t length_bytes; /* of these, how many belong to the extended length */
    bool head_done;       /* GATE_HEAD: the first byte was read */
    bool final;
    bool in_message;       /* between the first and the last fragment */
    bool dead;             /* a rule was broken: lws is given nothing more */
    uint16_t code;         /* why */
    uint64_t payload_left; /* of the frame */
    uint64_t message_bytes;
    uint32_t tail; /* HTTP: the last four bytes read */
};

struct queued {
    struct lt_frame *frame;
    int64_t since_us;
};

enum conn_state {
    CONN_HTTP,    /* accepted; requests, until an upgrade */
    CONN_OPEN,    /* WebSocket, both ways */
    CONN_CLOSING, /* WebSocket, we are ending it: nothing is accepted, what is queued may still
                     leave */
    CONN_GONE,    /* lws forgot it; freed at the end of the turn */
    CONN_STATES
};

/* One accepted socket. */
struct lt_conn {
    struct lt_conn *next, **prev; /* list of the net */
    struct lt_net *net;
    struct lws *wsi; /* NULL when gone */
    int fd;
    enum conn_state state;
    bool tls;
    bool polled;    /* epoll has it; see gate.c */
    bool announced; /* on_open returned 0, on_close is owed */
    uint64_t id;
    void *user;
    struct lt_http_req *req; /* the request being answered */
    struct gate gate;
    char peer[PEER_BYTES];

    /* output */
    struct queued *queue; /* ring, NULL when empty */
    uint32_t queue_first, queue_len, queue_cap;
    size_t queue_bytes;
    size_t partial_bytes; /* frame of which lws still holds the rest, or 0 */
    int64_t partial_since_us;
    struct lt_timer age; /* cuts the connection when its oldest frame is too old */

    /* liveness; while closing, `beat` is the deadline */
    struct lt_timer beat;
    int64_t ping_sent_us; /* 0: none under way */
    uint64_t ping_payload;
    int64_t rtt_min_us, rtt_last_us;

    struct lt_buf *message; /* fragments so far, NULL when none */
    uint16_t close_code;    /* what on_close will say; 0: 1006 */
    bool close_sent;
    bool peer_closed;   /* close_code came from the peer */
    char *close_reason; /* to be sent, NULL: none */
};

struct static_files;
struct listener;

struct lt_net {
    struct lt_loop *loop;
    struct lt_net_opts opts;
    struct lt_net_handler handler;
    void *arg;
    char *allowed_origins;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    struct lws_protocols protocols[2];
    struct listener *listener;  /* NULL: accepts nothing */
    struct static_files *files; /* NULL: none */
    int port;
    struct lt_conn *conns;
    int n_conns;      /* sockets */
    int n_websockets; /* of these */
    uint64_t last_id;
    struct lt_buf scratch;  /* the message being delivered */
    struct lt_conn *corked; /* its frames collect in `cork`, NULL: nobody's */
    unsigned char *cork;    /* LWS_PRE and CORK_BYTES of room, NULL until it is needed */
    size_t cork_bytes;
    int cork_frames;
    struct lt_timer close_timer;
    int close_all_code, close_all_per_second;
    bool ending;
    int turns_left; /* of the end */
    struct lt_timer end_timer;
    lt_loop_fn *done;
    void *done_arg;
};

/* The bytes to send. */
unsigned char *frame_wire(struct lt_frame *f, size_t *ret_len);
int frame_count(const struct lt_frame *f);

/* listener.c */
int listener_new(struct lt_net *n, struct listener **ret);
int listener_port(const struct listener *l);
/* Closes the socket at once; the memory goes with the loop's close callback. NULL is fine. */
void listener_close(struct listener *l);

/* net.c */
/* Take over an accepted, non-blocking socket. */
void net_adopt(struct lt_net *n, int fd, const char *peer);
void conn_move(struct lt_conn *c, enum conn_state to);
/* The address to show for a request: of the connection, or as the trusted proxy says. */
void net_peer(const struct lt_conn *c, char *ret, size_t size);
/* Copy a header of the request being parsed. False: absent, or longer than the room. */
bool net_header(struct lws *wsi, enum lws_token_indexes h, char *ret, size_t size);

/* slabs.c: from now on lws takes its memory there; `headers`: requests read at the same time. */
void slabs_use(int connections, int headers);
/* As realloc(3); size 0 frees. `why` is what lws calls it. */
void *slabs_realloc(void *p, size_t size, const char *why);

/* gate.c: reads of a registered connection's socket pass the gate. */
void gate_register(struct lt_conn *c);
void gate_unregister(const struct lt_conn *c);
/* lws switched this connection to WebSocket. False: the client did not wait for the answer. */
bool gate_open(struct lt_conn *c);

/* ws.c */
/* Check an upgrade request beyond lws' own checks; refuse with an HTTP status. True: fine. */
bool ws_check_upgrade(struct lt_conn *c);
void ws_established(struct lt_conn *c);
int ws_receive(struct lt_conn *c, const char *p, size_t n);
void ws_pong(struct lt_conn *c, const char *p, size_t n);
int ws_peer_close(struct lt_conn *c, const unsigned char *p, size_t n);
int ws_writable(struct lt_conn *c);
/* A rule of the protocol was broken: end with `code`. */
void ws_violation(struct lt_conn *c, int code);
/* lws closed it: tell the handler, drop what is queued. */
void ws_gone(struct lt_conn *c);
/* End the TCP connection now; lws notices and closes. Safe anywhere. */
void conn_kill(struct lt_conn *c);

/* http.c: each returns what lws' callback shall return. */
int http_begin(struct lt_conn *c, const char *path, size_t n);
int http_body(struct lt_conn *c, const char *p, size_t n);
int http_body_end(struct lt_conn *c);
int http_writable(struct lt_conn *c);
void http_gone(struct lt_conn *c);
/* Refuse before or instead of a request: a bare status line, then the connection shall be closed.
 */
void http_refuse(struct lws *wsi, int status, const char *extra_header);
const char *http_reason(int status);
bool http_etag_matches(const char *if_none_match, const char *etag);

/* static.c */
struct static_body {
    const unsigned char *p; /* LWS_PRE bytes of room before it */
    size_t n;
    const char *encoding; /* NULL: as it is */
    const char *etag;
};
struct static_file {
    const char *content_type;
    const char *cache_control;
    bool varies; /* other encodings exist */
    bool framed; /* other sites may show it in a frame */
    struct static_body body;
};
/* Read everything below `dir` into memory. LT_ECONFIG: not readable, or too much. */
int static_load(const char *dir, struct static_files **ret);
/* Add the media of a folder as "/media/NAME"; *files may be NULL. A file that cannot be read is left away. */
int static_media(const char *dir, struct static_files **files);
void static_free(struct static_files *s);
bool static_find(const struct static_files *s, const char *path, const char *accept_encoding,
                 struct static_file *ret);

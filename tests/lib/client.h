/* A client for tests of the network layer, at the level of bytes: it may break every rule. It lives
 * in the thread of the loop that it talks to: whoever waits turns the loop. What does not come
 * within a deadline fails the test. */
#pragma once
#include "io/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
    struct lt_loop *loop;
    int fd;
    void *ssl; /* SSL *, NULL: plain */
    uint8_t *in;
    size_t in_len, in_cap;
    bool eof;
};
struct frame {
    uint8_t first; /* FIN, reserved bits, opcode */
    size_t n;
    const uint8_t *p; /* valid until the next call */
};

/* Turn the loop once, waiting a millisecond at most. */
void turn(struct lt_loop *l);
/* Turn until *flag or the deadline. False: the deadline. */
bool turn_until(struct lt_loop *l, const bool *flag, int timeout_ms);
void turn_for(struct lt_loop *l, int ms);

struct client *client_new(struct lt_loop *l, int port);
struct client *client_new_tls(struct lt_loop *l, int port, int tls_version);
void client_free(struct client *c);
void client_send(struct client *c, const void *p, size_t n);
/* printf, then send. */
void client_say(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Read an HTTP head (NUL-terminated, valid until the next call); NULL when the connection ended
 * first. */
const char *client_head(struct client *c);
/* Read `n` bytes. */
const uint8_t *client_bytes(struct client *c, size_t n);
/* True when the server closes within the deadline, whatever comes before. */
bool client_sees_end(struct client *c);
/* A header's value in a head, copied; "" when absent. */
const char *head_value(const char *head, const char *name);
int head_status(const char *head);

/* Open a WebSocket on `path`; fails the test unless it is accepted. */
void client_upgrade(struct client *c, const char *path);
/* Send a frame; `masked` as it must be, or not. */
void client_frame(struct client *c, uint8_t first, bool masked, const void *p, size_t n);
void client_text(struct client *c, const char *s);
/* The next frame; false at the end of the connection. */
bool client_read_frame(struct client *c, struct frame *ret);
/* Read on to a close frame and answer it. Returns its code, 1005 for an empty one, 1006 when there
 * was none. */
int client_close_code(struct client *c);

/* The opening handshake (RFC 6455, section 4), client's side; and the two pieces that a server
 * needs of it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LT_HANDSHAKE_KEY = 25, LT_HANDSHAKE_ACCEPT = 29, LT_HANDSHAKE_MAX = 4096 };

/* 16 random bytes as text. */
void lt_handshake_key(uint64_t random_a, uint64_t random_b, char ret[LT_HANDSHAKE_KEY]);
/* What a server answers to that key. */
void lt_handshake_accept(const char *key, char ret[LT_HANDSHAKE_ACCEPT]);

/* Write the request; 0 when it does not fit. */
size_t lt_handshake_request(char *out, size_t cap, const char *host, const char *path,
                            const char *key);
/* Check a server's answer. NULL and *ret_used > 0: accepted, so many bytes. NULL and 0: more bytes
 * are needed. Else what is wrong with it. */
const char *lt_handshake_check(const char *p, size_t n, const char *key, size_t *ret_used);

/* Server: answer a complete request, strictly enough for our own clients. Returns bytes written, 0:
 * more bytes are needed, -1: not a request for a WebSocket. */
int lt_handshake_answer(const char *request, size_t n, char *out, size_t cap);

/* The opening handshake. The client checks all that section 4.1 tells it to check, plus that no
 * extension or subprotocol was slipped in, since it offered none. */
#include "loadtest/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

void lt_handshake_key(uint64_t random_a, uint64_t random_b, char ret[LT_HANDSHAKE_KEY])
{
    unsigned char raw[16];
    memcpy(raw, &random_a, 8);
    memcpy(raw + 8, &random_b, 8);
    EVP_EncodeBlock((unsigned char *)ret, raw, sizeof raw);
}

void lt_handshake_accept(const char *key, char ret[LT_HANDSHAKE_ACCEPT])
{
    unsigned char text[128], digest[SHA_DIGEST_LENGTH];
    int n = snprintf((char *)text, sizeof text, "%.60s%s", key, GUID);
    SHA1(text, (size_t)n, digest);
    EVP_EncodeBlock((unsigned char *)ret, digest, sizeof digest);
}

size_t lt_handshake_request(char *out, size_t cap, const char *host, const char *path,
                            const char *key)
{
    int n = snprintf(out, cap,
                     "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
                     path, host, key);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

struct header {
    const char *name, *value;
    size_t name_len, value_len;
};

static bool is(const char *p, size_t n, const char *want)
{
    return n == strlen(want) && strncasecmp(p, want, n) == 0;
}

/* One header line; moves *p behind it. False when it is none. */
static bool header_read(const char **p, const char *end, struct header *h)
{
    const char *line = *p, *eol = memmem(line, (size_t)(end - line), "\r\n", 2);
    const char *colon = eol ? memchr(line, ':', (size_t)(eol - line)) : NULL;
    if (!colon || colon == line)
        return false;
    h->name = line;
    h->name_len = (size_t)(colon - line);
    h->value = colon + 1;
    while (h->value < eol && *h->value == ' ')
        h->value++;
    h->value_len = (size_t)(eol - h->value);
    while (h->value_len > 0 && h->value[h->value_len - 1] == ' ')
        h->value_len--;
    *p = eol + 2;
    return true;
}

/* Is the token in a list separated by commas? */
static bool has_token(const struct header *h, const char *token)
{
    const char *p = h->value, *end = h->value + h->value_len;
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        const char *last = stop;
        while (p < stop && *p == ' ')
            p++;
        while (last > p && last[-1] == ' ')
            last--;
        if (is(p, (size_t)(last - p), token))
            return true;
        p = stop + 1;
    }
    return false;
}

const char *lt_handshake_check(const char *p, size_t n, const char *key, size_t *ret_used)
{
    char accept[LT_HANDSHAKE_ACCEPT];
    int upgrades = 0, connections = 0, accepts = 0;
    struct header h;
    *ret_used = 0;
    const char *end = memmem(p, n, "\r\n\r\n", 4);
    if (!end)
        return n > LT_HANDSHAKE_MAX ? "the answer to the handshake is too long" : NULL;
    if (n < 13 || memcmp(p, "HTTP/1.1 101 ", 13) != 0)
        return "the server did not answer 101";
    const char *at = (const char *)memmem(p, n, "\r\n", 2) + 2;
    lt_handshake_accept(key, accept);
    while (at < end + 2) {
        if (!header_read(&at, end + 2, &h))
            return "a header line is malformed";
        upgrades += is(h.name, h.name_len, "upgrade") && is(h.value, h.value_len, "websocket");
        connections += is(h.name, h.name_len, "connection") && has_token(&h, "upgrade");
        if (is(h.name, h.name_len, "sec-websocket-accept")) {
            accepts++;
            if (h.value_len != strlen(accept) || memcmp(h.value, accept, h.value_len) != 0)
                return "Sec-WebSocket-Accept does not fit the key";
        }
        if (is(h.name, h.name_len, "sec-websocket-extensions") ||
            is(h.name, h.name_len, "sec-websocket-protocol"))
            return "an extension or protocol that nobody asked for";
    }
    if (upgrades != 1 || connections < 1 || accepts != 1)
        return "Upgrade, Connection or Sec-WebSocket-Accept is missing";
    *ret_used = (size_t)(end + 4 - p);
    return NULL;
}

int lt_handshake_answer(const char *request, size_t n, char *out, size_t cap)
{
    char key[LT_HANDSHAKE_KEY] = "", accept[LT_HANDSHAKE_ACCEPT];
    struct header h;
    const char *end = memmem(request, n, "\r\n\r\n", 4);
    if (!end)
        return n > LT_HANDSHAKE_MAX ? -1 : 0;
    if (memcmp(request, "GET ", 4) != 0)
        return -1;
    const char *at = (const char *)memmem(request, n, "\r\n", 2) + 2;
    while (at < end + 2 && header_read(&at, end + 2, &h)) {
        if (is(h.name, h.name_len, "sec-websocket-key") && h.value_len == LT_HANDSHAKE_KEY - 1)
            memcpy(key, h.value, h.value_len);
    }
    if (!key[0])
        return -1;
    lt_handshake_accept(key, accept);
    int len =
        snprintf(out, cap,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n\r\n",
                 accept);
    return len > 0 && (size_t)len < cap ? len : -1;
}

/* Tickets and session tokens.
 *
 * A ticket is read twice: first without its signature, only to learn tenant and key id; then verified with the key found, after the header's algorithm was
 * compared with the key's. libjwt 1.10 would otherwise accept HS256 signed with an RSA public key as the secret.
 *
 * A session token is a fixed binary layout, then name and unit, then 32 bytes of HMAC, in base64url. The MAC is compared in constant time before anything of it is believed.
 */
#include "service/auth.h"

#include "base/err.h"
#include "base/json.h"
#include <assert.h>
#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAC_BYTES = 32, FIXED_BYTES = 1 + 1 + 1 + 5 * 8, RAW_MAX = FIXED_BYTES + 2 + 160 + 240 + MAC_BYTES, VERSION = 1 };

static const char *const alg_names[] = {"HS256", "RS256", "ES256"};
static const jwt_alg_t algs[] = {JWT_ALG_HS256, JWT_ALG_RS256, JWT_ALG_ES256};

int lt_ticket_alg_parse(const char *s, enum lt_ticket_alg *ret)
{
    for (int i = 0; i < LT_TICKET_ALGS; i++) {
        if (strcmp(s, alg_names[i]) == 0) {
            *ret = (enum lt_ticket_alg)i;
            return LT_OK;
        }
    }
    return LT_ENOENT;
}

/* ---- base64url without padding (RFC 4648, section 5) ---- */

static int encode(const unsigned char *in, size_t n, char *out, size_t cap)
{
    size_t len = (n + 2) / 3 * 4;
    if (len + 1 > cap)
        return LT_ETOOBIG;
    EVP_EncodeBlock((unsigned char *)out, in, (int)n);
    while (len > 0 && out[len - 1] == '=')
        len--;
    out[len] = '\0';
    for (char *p = out; *p; p++)
        *p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
    return LT_OK;
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Strict: one spelling for one value. Returns bytes, or LT_ESESSION. */
static int decode(const char *s, unsigned char *out, size_t cap)
{
    unsigned bits = 0;
    int have = 0;
    size_t n = 0;
    for (; *s; s++) {
        int d = digit(*s);
        if (d < 0)
            return LT_ESESSION;
        bits = bits << 6 | (unsigned)d;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n == cap)
            return LT_ESESSION;
        out[n++] = (unsigned char)(bits >> have);
        bits &= (1u << have) - 1;
    }
    return bits == 0 && have < 6 ? (int)n : LT_ESESSION;
}

/* ---- tickets ---- */

/* A string claim of at most cap-1 bytes. False: absent, another type or too long. */
static bool claim(jwt_t *t, const char *name, char *out, size_t cap)
{
    const char *s = jwt_get_grant(t, name);
    if (!s || strlen(s) >= cap || !lt_utf8_valid(s, strlen(s)))
        return false;
    for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            return false;
    }
    memcpy(out, s, strlen(s) + 1);
    return true;
}

/* An optional claim: absent is "", present must fit. */
static bool claim_opt(jwt_t *t, const char *name, char *out, size_t cap)
{
    out[0] = '\0';
    return !jwt_get_grant(t, name) || claim(t, name, out, cap);
}

static int claims(jwt_t *t, int64_t now_s, struct lt_ticket *ret)
{
    char event[20], aud[16];
    if (!claim(t, "sub", ret->sub, sizeof ret->sub) || ret->sub[0] == '\0' || !claim(t, "aud", aud, sizeof aud) ||
        strcmp(aud, "leitai") != 0 || !claim_opt(t, "name", ret->name, sizeof ret->name) ||
        !claim_opt(t, "unit", ret->unit, sizeof ret->unit) || !claim_opt(t, "event", event, sizeof event))
        return LT_ETICKET;
    /* A ticket that calls its bearer a guest would share the namespace of guests. */
    if (strncmp(ret->sub, "guest:", 6) == 0)
        return LT_ETICKET;
    ret->event.v = 0;
    for (const char *p = event; *p; p++) {
        if (*p < '0' || *p > '9' || p - event >= 18)
            return LT_ETICKET;
        ret->event.v = ret->event.v * 10 + (*p - '0');
    }
    int64_t exp = jwt_get_grant_int(t, "exp"), nbf = jwt_get_grant_int(t, "nbf");
    if (exp <= 0 || exp > now_s + LT_TICKET_LIFE_S + LT_TICKET_LEEWAY_S || nbf > now_s + LT_TICKET_LEEWAY_S)
        return LT_ETICKET;
    if (exp < now_s - LT_TICKET_LEEWAY_S)
        return LT_EEXPIRED;
    ret->expires_s = exp;
    return LT_OK;
}

int lt_ticket_verify(const char *jwt, lt_ticket_key_fn *find, void *arg, int64_t now_s, struct lt_ticket *ret)
{
    jwt_t *t = NULL;
    struct lt_ticket_key key;
    if (strlen(jwt) > LT_TICKET_BYTES || jwt_decode(&t, jwt, NULL, 0) != 0)
        return LT_ETICKET;
    const char *kid = jwt_get_header(t, "kid"), *alg = jwt_get_header(t, "alg");
    char header_alg[16] = "";
    bool named = kid && alg && strlen(kid) < sizeof ret->kid && strlen(alg) < sizeof header_alg &&
                 claim(t, "tid", ret->tenant_code, sizeof ret->tenant_code);
    if (named) {
        strcpy(ret->kid, kid);
        strcpy(header_alg, alg);
    }
    jwt_free(t);
    if (!named)
        return LT_ETICKET;
    int err = find(arg, ret->tenant_code, ret->kid, &key);
    if (err != LT_OK)
        return err;
    t = NULL;
    if (strcmp(header_alg, alg_names[key.alg]) != 0 || jwt_decode(&t, jwt, key.key, (int)key.len) != 0)
        return LT_ETICKET;
    err = jwt_get_alg(t) == algs[key.alg] ? claims(t, now_s, ret) : LT_ETICKET;
    jwt_free(t);
    return err;
}

int lt_ticket_sign(const struct lt_ticket *t, const unsigned char *secret, size_t len, char *out, size_t cap)
{
    jwt_t *j = NULL;
    char event[24];
    int bad = jwt_new(&j);
    assert(!bad);
    bad |= jwt_set_alg(j, JWT_ALG_HS256, secret, (int)len);
    bad |= jwt_add_header(j, "kid", t->kid);
    bad |= jwt_add_grant(j, "aud", "leitai");
    bad |= jwt_add_grant(j, "tid", t->tenant_code);
    bad |= jwt_add_grant(j, "sub", t->sub);
    bad |= jwt_add_grant_int(j, "exp", (long)t->expires_s);
    if (t->name[0])
        bad |= jwt_add_grant(j, "name", t->name);
    if (t->unit[0])
        bad |= jwt_add_grant(j, "unit", t->unit);
    snprintf(event, sizeof event, "%lld", (long long)t->event.v);
    if (t->event.v != 0)
        bad |= jwt_add_grant(j, "event", event);
    char *text = bad ? NULL : jwt_encode_str(j);
    jwt_free(j);
    if (!text || strlen(text) >= cap) {
        free(text);
        return LT_ETOOBIG;
    }
    memcpy(out, text, strlen(text) + 1);
    free(text);
    return LT_OK;
}

/* ---- sessions ---- */

static void mac(const unsigned char *key, size_t key_len, const void *p, size_t n, unsigned char out[MAC_BYTES])
{
    unsigned len = MAC_BYTES;
    const unsigned char *r = HMAC(EVP_sha256(), key, (int)key_len, p, n, out, &len);
    assert(r && len == MAC_BYTES);
}

void lt_session_key_init(struct lt_session_key *k, const char *secret)
{
    static const char purpose[] = "leitai session token 1";
    mac((const unsigned char *)purpose, sizeof purpose - 1, secret, strlen(secret), k->key);
}

static unsigned char *put_i64(unsigned char *p, int64_t v)
{
    for (int i = 7; i >= 0; i--)
        *p++ = (unsigned char)((uint64_t)v >> (8 * i));
    return p;
}

static const unsigned char *get_i64(const unsigned char *p, int64_t *ret)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | *p++;
    *ret = (int64_t)v;
    return p;
}

static unsigned char *put_str(unsigned char *p, const char *s)
{
    size_t n = strlen(s);
    *p++ = (unsigned char)n;
    memcpy(p, s, n);
    return p + n;
}

/* NULL: runs past the end or does not fit. */
static const unsigned char *get_str(const unsigned char *p, const unsigned char *end, char *out, size_t cap)
{
    if (!p || p >= end)
        return NULL;
    size_t n = *p++;
    if (n >= cap || (size_t)(end - p) < n)
        return NULL;
    memcpy(out, p, n);
    out[n] = '\0';
    return p + n;
}

int lt_session_sign(const struct lt_session_key *k, const struct lt_session *s, char *out, size_t cap)
{
    unsigned char raw[RAW_MAX], *p = raw;
    *p++ = VERSION;
    *p++ = (unsigned char)s->role;
    *p++ = s->guest;
    p = put_i64(p, s->tenant.v);
    p = put_i64(p, s->event.v);
    p = put_i64(p, s->person.v);
    p = put_i64(p, s->entry.v);
    p = put_i64(p, s->expires_s);
    p = put_str(p, s->name);
    p = put_str(p, s->unit);
    mac(k->key, sizeof k->key, raw, (size_t)(p - raw), p);
    return encode(raw, (size_t)(p - raw) + MAC_BYTES, out, cap);
}

int lt_session_verify(const struct lt_session_key *k, const char *token, int64_t now_s, struct lt_session *ret)
{
    unsigned char raw[RAW_MAX], want[MAC_BYTES];
    struct lt_session s = {0};
    int n = decode(token, raw, sizeof raw);
    if (n < FIXED_BYTES + 2 + MAC_BYTES)
        return LT_ESESSION;
    const unsigned char *end = raw + n - MAC_BYTES, *p = raw;
    mac(k->key, sizeof k->key, raw, (size_t)(n - MAC_BYTES), want);
    if (CRYPTO_memcmp(want, end, MAC_BYTES) != 0 || *p++ != VERSION || *p >= LT_SESSION_ROLES)
        return LT_ESESSION;
    s.role = (enum lt_session_role)*p++;
    s.guest = *p++ != 0;
    p = get_i64(p, &s.tenant.v);
    p = get_i64(p, &s.event.v);
    p = get_i64(p, &s.person.v);
    p = get_i64(p, &s.entry.v);
    p = get_i64(p, &s.expires_s);
    p = get_str(p, end, s.name, sizeof s.name);
    p = get_str(p, end, s.unit, sizeof s.unit);
    if (p != end)
        return LT_ESESSION;
    if (s.expires_s < now_s)
        return LT_EEXPIRED;
    *ret = s;
    return LT_OK;
}

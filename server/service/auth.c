/* Tickets and session tokens.
 *
 * A ticket's text is split and read here, strictly and once: bounded sizes, canonical base64url,
 * JSON through our own gate (no equal keys, no depth), every claim typed. Its tenant and key id
 * choose the key; the key says which algorithm is used, and a ticket that names another is refused
 * before any signature is computed. libjwt 1.10 alone would believe the ticket: HS256 made with the
 * text of an RSA public key passes there.
 *
 * RS256 and ES256 are checked by libjwt. HS256 is one HMAC over the text, made by OpenSSL directly:
 * measured, libjwt needs 6.4 µs for it, of which the HMAC is 1.6, because it parses the JSON a
 * second time; and joining is where the storm is. libjwt's reading of the claims is used nowhere,
 * so two parsers cannot disagree.
 *
 * A session token is a fixed binary layout, then name and unit, then 32 bytes of HMAC-SHA256, in
 * base64url. Nothing of it is believed before the MAC was compared in constant time. */
#include "service/auth.h"

#include "base/err.h"
#include "base/json.h"

#include <assert.h>
#include <jwt.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAC_BYTES = 32 };
enum { HEADER_BYTES = 512, CLAIMS_BYTES = 3072, SIGNATURE_BYTES = 512 };
enum { LIST_ITEMS = 8, LIST_ITEM_BYTES = 32 };
enum { VERSION = 3, FIXED_BYTES = 3 + 7 * 8 };
enum { RAW_MAX = FIXED_BYTES + 1 + 160 + 1 + 240 + MAC_BYTES };

static const char *const alg_names[] = {
    [LT_TICKET_HS256] = "HS256", [LT_TICKET_RS256] = "RS256", [LT_TICKET_ES256] = "ES256"};
static const jwt_alg_t algs[] = {[LT_TICKET_HS256] = JWT_ALG_HS256,
                                 [LT_TICKET_RS256] = JWT_ALG_RS256,
                                 [LT_TICKET_ES256] = JWT_ALG_ES256};

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

static void mac(const unsigned char *key, size_t key_len, const void *p, size_t n,
                unsigned char ret[MAC_BYTES])
{
    /* One context for all: making one costs more than a MAC of this size. */
    static EVP_MAC_CTX *c;
    if (!c) {
        EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        c = EVP_MAC_CTX_new(hmac);
        EVP_MAC_free(hmac);
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
            OSSL_PARAM_construct_end()};
        int set = c ? EVP_MAC_CTX_set_params(c, params) : 0;
        assert(set == 1);
        (void)set;
    }
    size_t len = 0;
    int ok = EVP_MAC_init(c, key, key_len, NULL) == 1 && EVP_MAC_update(c, p, n) == 1 &&
             EVP_MAC_final(c, ret, &len, MAC_BYTES) == 1;
    assert(ok && len == MAC_BYTES);
    (void)ok;
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

/* Strict: one spelling for one value, so that no changed character goes unnoticed. Returns bytes,
 * or -1. */
static int decode(const char *s, size_t n, unsigned char *out, size_t cap)
{
    unsigned bits = 0;
    int have = 0, len = 0;
    for (size_t i = 0; i < n; i++) {
        int d = digit(s[i]);
        if (d < 0)
            return -1;
        bits = bits << 6 | (unsigned)d;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if ((size_t)len == cap)
            return -1;
        out[len++] = (unsigned char)(bits >> have);
        bits &= (1U << have) - 1;
    }
    return bits == 0 && have < 6 ? len : -1;
}

/* ---- tickets ---- */

struct jws {
    const char *text;
    size_t signed_len; /* of header.claims */
    cJSON *header, *claims;
    unsigned char signature[SIGNATURE_BYTES];
    int signature_len;
};

static void jws_done(struct jws *t)
{
    cJSON_Delete(t->header);
    cJSON_Delete(t->claims);
}

static int read_part(const char *s, size_t n, size_t cap, cJSON **ret)
{
    static const struct lt_json_limits limits = {.bytes = CLAIMS_BYTES, .depth = 4};
    unsigned char json[CLAIMS_BYTES];
    int len = decode(s, n, json, cap);
    if (len < 0)
        return LT_ETICKET;
    int r = lt_json_parse((const char *)json, (size_t)len, &limits, ret);
    if (r != LT_OK)
        return r == LT_ENOMEM ? r : LT_ETICKET;
    return cJSON_IsObject(*ret) ? LT_OK : LT_ETICKET;
}

/* Split and parse; jws_done also after a failure. */
static int jws_read(const char *text, struct jws *t)
{
    *t = (struct jws){.text = text};
    if (strnlen(text, LT_TICKET_BYTES + 1) > LT_TICKET_BYTES)
        return LT_ETICKET;
    const char *dot = strchr(text, '.');
    const char *last = dot ? strchr(dot + 1, '.') : NULL;
    if (!last)
        return LT_ETICKET;
    t->signed_len = (size_t)(last - text);
    t->signature_len = decode(last + 1, strlen(last + 1), t->signature, sizeof t->signature);
    if (t->signature_len < 0)
        return LT_ETICKET;
    int r = read_part(text, (size_t)(dot - text), HEADER_BYTES, &t->header);
    if (r == LT_OK)
        r = read_part(dot + 1, (size_t)(last - dot - 1), CLAIMS_BYTES, &t->claims);
    return r;
}

/* A string of 1 to cap-1 bytes without control characters. LT_ENOENT: absent. LT_ETICKET: anything
 * else. */
static int claim(const cJSON *o, const char *name, char *out, size_t cap)
{
    const char *s;
    int r = lt_json_str(o, name, cap - 1, &s);
    if (r == LT_ENOENT)
        return r;
    if (r != LT_OK || s[0] == '\0')
        return LT_ETICKET;
    for (const unsigned char *p = (const unsigned char *)s; *p; p++)
        if (*p < 0x20 || *p == 0x7F)
            return LT_ETICKET;
    memcpy(out, s, strlen(s) + 1);
    return LT_OK;
}

static bool claim_opt(const cJSON *o, const char *name, char *out, size_t cap)
{
    out[0] = '\0';
    int r = claim(o, name, out, cap);
    return r == LT_OK || r == LT_ENOENT;
}

/* Names that go into keys of caches and stores: no separator may hide in them. */
static bool code(const cJSON *o, const char *name, char *out, size_t cap)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return claim(o, name, out, cap) == LT_OK && out[strspn(out, allowed)] == '\0';
}

/* Whether the list `name` is one of short strings; *ret_has: it holds `item`. Absent is an empty
 * list. */
static bool list_has(const cJSON *o, const char *name, const char *item, bool *ret_has)
{
    const cJSON *list, *i;
    *ret_has = false;
    int r = lt_json_array(o, name, LIST_ITEMS, &list);
    if (r != LT_OK)
        return r == LT_ENOENT;
    cJSON_ArrayForEach(i, list)
    {
        if (!cJSON_IsString(i) || strlen(i->valuestring) > LIST_ITEM_BYTES)
            return false;
        *ret_has = *ret_has || strcmp(i->valuestring, item) == 0;
    }
    return true;
}

static bool for_us(const cJSON *claims)
{
    const char *aud;
    bool has = false;
    if (lt_json_str(claims, "aud", LIST_ITEM_BYTES, &aud) == LT_OK)
        return strcmp(aud, "leitai") == 0;
    return list_has(claims, "aud", "leitai", &has) && has;
}

static int read_times(const cJSON *claims, int64_t now_s, int64_t *ret_expires_s)
{
    int64_t exp, nbf = 0, iat = 0;
    int r_nbf = lt_json_i64(claims, "nbf", 0, INT64_MAX, &nbf);
    int r_iat = lt_json_i64(claims, "iat", 0, INT64_MAX, &iat);
    if (lt_json_i64(claims, "exp", 1, INT64_MAX, &exp) != LT_OK ||
        (r_nbf != LT_OK && r_nbf != LT_ENOENT) || (r_iat != LT_OK && r_iat != LT_ENOENT))
        return LT_ETICKET;
    if (exp < now_s - LT_TICKET_LEEWAY_S)
        return LT_EEXPIRED;
    if (exp > now_s + LT_TICKET_LIFE_S + LT_TICKET_LEEWAY_S || nbf > now_s + LT_TICKET_LEEWAY_S ||
        iat > now_s + LT_TICKET_LEEWAY_S)
        return LT_ETICKET;
    *ret_expires_s = exp;
    return LT_OK;
}

static int read_claims(const cJSON *c, int64_t now_s, struct lt_ticket *ret)
{
    if (!for_us(c) || claim(c, "sub", ret->sub, sizeof ret->sub) != LT_OK ||
        !claim_opt(c, "name", ret->name, sizeof ret->name) ||
        !claim_opt(c, "unit", ret->unit, sizeof ret->unit) ||
        !list_has(c, "roles", "host", &ret->host))
        return LT_ETICKET;
    /* A ticket that calls its bearer a guest would share the namespace of guests. */
    if (strncmp(ret->sub, "guest:", 6) == 0)
        return LT_ETICKET;
    ret->event.v = 0;
    int r = lt_json_id(c, "event", &ret->event.v);
    if (r != LT_OK && r != LT_ENOENT)
        return LT_ETICKET;
    return read_times(c, now_s, &ret->expires_s);
}

static bool signature_ok(const struct jws *t, const struct lt_ticket_key *key)
{
    const char *alg;
    if (lt_json_str(t->header, "alg", 8, &alg) != LT_OK || strcmp(alg, alg_names[key->alg]) != 0 ||
        key->len == 0)
        return false;
    if (key->alg == LT_TICKET_HS256) {
        unsigned char want[MAC_BYTES];
        mac(key->key, key->len, t->text, t->signed_len, want);
        return t->signature_len == MAC_BYTES && CRYPTO_memcmp(want, t->signature, MAC_BYTES) == 0;
    }
    jwt_t *j = NULL;
    if (jwt_decode(&j, t->text, key->key, (int)key->len) != 0)
        return false;
    bool ok = jwt_get_alg(j) == algs[key->alg]; /* its parser must agree with ours */
    jwt_free(j);
    return ok;
}

static int jws_verify(const struct jws *t, lt_ticket_key_fn *find, void *arg, int64_t now_s,
                      struct lt_ticket *ret)
{
    struct lt_ticket_key key;
    /* "crit" asks to be understood or refused (RFC 7515, section 4.1.11), and nothing of it is
     * understood here. */
    if (!code(t->header, "kid", ret->kid, sizeof ret->kid) ||
        !code(t->claims, "tid", ret->tenant_code, sizeof ret->tenant_code) ||
        cJSON_GetObjectItemCaseSensitive(t->header, "crit"))
        return LT_ETICKET;
    int r = find(arg, ret->tenant_code, ret->kid, &key);
    if (r != LT_OK)
        return r;
    return signature_ok(t, &key) ? read_claims(t->claims, now_s, ret) : LT_ETICKET;
}

int lt_ticket_verify(const char *jwt, lt_ticket_key_fn *find, void *arg, int64_t now_s,
                     struct lt_ticket *ret)
{
    struct jws t;
    int r = jws_read(jwt, &t);
    if (r == LT_OK)
        r = jws_verify(&t, find, arg, now_s, ret);
    jws_done(&t);
    return r;
}

int lt_ticket_sign(const struct lt_ticket *t, const unsigned char *secret, size_t len, char *out,
                   size_t cap)
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
    if (t->host)
        bad |= jwt_add_grants_json(j, "{\"roles\":[\"host\"]}");
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

void lt_key_derive(const char *secret, const char *purpose, unsigned char ret[LT_KEY_BYTES])
{
    static const char salt[] = "leitai";
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
    assert(c);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, strlen(secret)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, sizeof salt - 1),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)purpose, strlen(purpose)),
        OSSL_PARAM_construct_end(),
    };
    int ok = EVP_KDF_derive(c, ret, LT_KEY_BYTES, params);
    assert(ok == 1);
    (void)ok;
    EVP_KDF_CTX_free(c);
    EVP_KDF_free(kdf);
}

static const char session_purpose[] = "session token 1";

void lt_session_key_init(struct lt_session_key *k, const char *secret)
{
    *k = (struct lt_session_key){.has_previous = false};
    lt_key_derive(secret, session_purpose, k->key);
}

void lt_session_key_previous(struct lt_session_key *k, const char *secret)
{
    k->has_previous = secret[0] != '\0';
    if (k->has_previous)
        lt_key_derive(secret, session_purpose, k->previous);
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
static const unsigned char *get_str(const unsigned char *p, const unsigned char *end, char *out,
                                    size_t cap)
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

int lt_session_sign(const struct lt_session_key *k, const struct lt_session *s, char *out,
                    size_t cap)
{
    unsigned char raw[RAW_MAX], *p = raw;
    *p++ = VERSION;
    *p++ = (unsigned char)s->role;
    *p++ = s->guest;
    p = put_i64(p, s->tenant.v);
    p = put_i64(p, s->event.v);
    p = put_i64(p, s->person.v);
    p = put_i64(p, s->entry.v);
    p = put_i64(p, s->screen);
    p = put_i64(p, s->expires_s);
    p = put_i64(p, s->since_us);
    p = put_str(p, s->name);
    p = put_str(p, s->unit);
    mac(k->key, sizeof k->key, raw, (size_t)(p - raw), p);
    return encode(raw, (size_t)(p - raw) + MAC_BYTES, out, cap);
}

static bool mac_ok(const unsigned char key[LT_KEY_BYTES], const unsigned char *raw, size_t n)
{
    unsigned char want[MAC_BYTES];
    mac(key, LT_KEY_BYTES, raw, n, want);
    return CRYPTO_memcmp(want, raw + n, MAC_BYTES) == 0;
}

int lt_session_verify(const struct lt_session_key *k, const char *token, int64_t now_s,
                      struct lt_session *ret)
{
    unsigned char raw[RAW_MAX];
    struct lt_session s = {0};
    int len = decode(token, strnlen(token, LT_SESSION_TOKEN_BYTES + 1), raw, sizeof raw);
    if (len < FIXED_BYTES + 2 + MAC_BYTES)
        return LT_ESESSION;
    size_t n = (size_t)len - MAC_BYTES;
    if (!mac_ok(k->key, raw, n) && !(k->has_previous && mac_ok(k->previous, raw, n)))
        return LT_ESESSION;
    const unsigned char *p = raw, *end = raw + n;
    if (*p++ != VERSION || *p >= LT_SESSION_ROLES)
        return LT_ESESSION;
    s.role = (enum lt_session_role) * p++;
    s.guest = *p++ != 0;
    p = get_i64(p, &s.tenant.v);
    p = get_i64(p, &s.event.v);
    p = get_i64(p, &s.person.v);
    p = get_i64(p, &s.entry.v);
    p = get_i64(p, &s.screen);
    p = get_i64(p, &s.expires_s);
    p = get_i64(p, &s.since_us);
    p = get_str(p, end, s.name, sizeof s.name);
    p = get_str(p, end, s.unit, sizeof s.unit);
    if (p != end)
        return LT_ESESSION;
    if (s.expires_s < now_s)
        return LT_EEXPIRED;
    *ret = s;
    return LT_OK;
}

/* Signing tickets. The service has a signer of its own for commands; this one is independent of it
 * on purpose, so that what the generator signs is what an outside platform would sign, not what our
 * own library happens to accept. */
#include "loadtest/mint.h"

#include "base/json.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_MAX = 128, HALF = 32 };

struct lt_mint {
    char tenant[64], kid[128];
    unsigned char secret[LT_MINT_SECRET_MAX];
    size_t secret_len;
    EVP_PKEY *key; /* ES256, else NULL */
};

static struct lt_mint *open_pem(struct lt_mint *m, const char **ret_err)
{
    BIO *bio = BIO_new_mem_buf(m->secret, (int)m->secret_len);
    m->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    if (m->key && EVP_PKEY_get_base_id(m->key) == EVP_PKEY_EC && EVP_PKEY_get_bits(m->key) == 256)
        return m;
    *ret_err = "not a private key on P-256";
    lt_mint_free(m);
    return NULL;
}

struct lt_mint *lt_mint_open(const char *path, const char *tenant, const char *kid,
                             const char **ret_err)
{
    struct lt_mint *m = calloc(1, sizeof *m);
    FILE *f = fopen(path, "rb");
    if (!m || !f) {
        *ret_err = strerror(errno);
        if (f)
            fclose(f);
        free(m);
        return NULL;
    }
    snprintf(m->tenant, sizeof m->tenant, "%s", tenant);
    snprintf(m->kid, sizeof m->kid, "%s", kid);
    m->secret_len = fread(m->secret, 1, sizeof m->secret, f);
    fclose(f);
    if (m->secret_len >= 11 && memcmp(m->secret, "-----BEGIN ", 11) == 0)
        return open_pem(m, ret_err);
    if (m->secret_len > 0 && m->secret[m->secret_len - 1] == '\n')
        m->secret_len--;
    if (m->secret_len > 0)
        return m;
    *ret_err = "the file is empty";
    lt_mint_free(m);
    return NULL;
}

void lt_mint_free(struct lt_mint *m)
{
    if (!m)
        return;
    EVP_PKEY_free(m->key);
    OPENSSL_cleanse(m->secret, sizeof m->secret);
    free(m);
}

static void add_base64url(struct lt_buf *b, const void *p, size_t n)
{
    unsigned char text[LT_MINT_TICKET_BYTES * 2];
    if (n > LT_MINT_TICKET_BYTES) {
        b->failed = true;
        return;
    }
    int len = EVP_EncodeBlock(text, p, (int)n);
    for (int i = 0; i < len && text[i] != '='; i++)
        lt_buf_char(b, text[i] == '+' ? '-' : text[i] == '/' ? '_' : (char)text[i]);
}

static void add_header(const struct lt_mint *m, struct lt_buf *out)
{
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, LT_MINT_TICKET_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "alg", m->key ? "ES256" : "HS256");
    lt_jsonw_str(&w, "kid", m->kid);
    lt_jsonw_str(&w, "typ", "JWT");
    lt_jsonw_end_obj(&w);
    add_base64url(out, b.p, b.len);
    lt_buf_done(&b);
}

static void add_claims(const struct lt_mint *m, const struct lt_mint_claims *c, struct lt_buf *out)
{
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, LT_MINT_TICKET_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "aud", "leitai");
    lt_jsonw_str(&w, "tid", m->tenant);
    lt_jsonw_str(&w, "sub", c->sub);
    if (c->name)
        lt_jsonw_str(&w, "name", c->name);
    if (c->unit && c->unit[0])
        lt_jsonw_str(&w, "unit", c->unit);
    lt_jsonw_i64(&w, "exp", c->expires_s);
    lt_jsonw_end_obj(&w);
    out->failed = out->failed || b.failed;
    add_base64url(out, b.p, b.len);
    lt_buf_done(&b);
}

/* JWS wants r and s at their full width, OpenSSL gives them in DER. */
static size_t sign_es256(EVP_PKEY *key, const struct lt_buf *text, unsigned char *out)
{
    unsigned char der[SIGNATURE_MAX];
    const unsigned char *p = der;
    size_t n = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestSign(ctx, der, &n, (const unsigned char *)text->p, text->len) == 1;
    EVP_MD_CTX_free(ctx);
    ECDSA_SIG *sig = ok ? d2i_ECDSA_SIG(NULL, &p, (long)n) : NULL;
    ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, HALF) == HALF &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + HALF, HALF) == HALF;
    ECDSA_SIG_free(sig);
    return ok ? 2 * HALF : 0;
}

size_t lt_mint_ticket(const struct lt_mint *m, const struct lt_mint_claims *c, char *out,
                      size_t cap)
{
    struct lt_buf b;
    unsigned char signature[SIGNATURE_MAX];
    unsigned n = 0;
    lt_buf_init(&b, LT_MINT_TICKET_BYTES);
    add_header(m, &b);
    lt_buf_char(&b, '.');
    add_claims(m, c, &b);
    if (!b.failed && m->key)
        n = (unsigned)sign_es256(m->key, &b, signature);
    else if (!b.failed)
        HMAC(EVP_sha256(), m->secret, (int)m->secret_len, (const unsigned char *)b.p, b.len,
             signature, &n);
    lt_buf_char(&b, '.');
    add_base64url(&b, signature, n);
    size_t len = b.failed || n == 0 || b.len >= cap ? 0 : b.len;
    if (len > 0)
        memcpy(out, lt_buf_cstr(&b), len + 1);
    lt_buf_done(&b);
    return len;
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "service/auth.h"
#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1800000000, TEXT_BYTES = 16384 };
static const unsigned char secret[] = "0123456789abcdef0123456789abcdef";
static const char header[] = "{\"alg\":\"HS256\",\"kid\":\"k1\"}";
static struct lt_ticket_key key;
static struct lt_ticket got;
static int asked;

static int find(void *arg, const char *tenant, const char *kid, struct lt_ticket_key *ret)
{
    (void)arg;
    asked++;
    if (strcmp(tenant, "demo") != 0 || strcmp(kid, "k1") != 0)
        return LT_ENOENT;
    *ret = key;
    return LT_OK;
}

static int busy(void *arg, const char *tenant, const char *kid, struct lt_ticket_key *ret)
{
    (void)arg, (void)tenant, (void)kid, (void)ret;
    return LT_EBUSY;
}

static int verify(const char *jwt)
{
    return lt_ticket_verify(jwt, find, NULL, NOW, &got);
}

static int setup(void **state)
{
    (void)state;
    asked = 0;
    key = (struct lt_ticket_key){
        .kid = "k1", .alg = LT_TICKET_HS256, .key = secret, .len = sizeof secret - 1};
    return 0;
}

/* Append base64url without padding; the tests' own, so that a mistake in the code under test cannot
 * hide. */
static void add_base64url(char *out, const void *p, size_t n)
{
    char *start = out + strlen(out);
    EVP_EncodeBlock((unsigned char *)start, p, (int)n);
    for (char *c = start; *c; c++)
        *c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
    start[strcspn(start, "=")] = '\0';
}

static const char *craft_raw(const char *head, const void *claims, size_t n)
{
    static char text[TEXT_BYTES];
    unsigned char mac[32];
    unsigned len = sizeof mac;
    text[0] = '\0';
    add_base64url(text, head, strlen(head));
    strcat(text, ".");
    add_base64url(text, claims, n);
    HMAC(EVP_sha256(), secret, sizeof secret - 1, (unsigned char *)text, strlen(text), mac, &len);
    strcat(text, ".");
    add_base64url(text, mac, sizeof mac);
    return text;
}

/* A correctly signed ticket with this header and these claims. */
static const char *craft(const char *head, const char *claims)
{
    return craft_raw(head, claims, strlen(claims));
}

static void signed_by(int64_t expires_s, const char *tenant, char *out)
{
    struct lt_ticket t = {.sub = "p1",
                          .name = "王小明",
                          .unit = "u1",
                          .event = {42},
                          .host = true,
                          .expires_s = expires_s,
                          .kid = "k1"};
    strcpy(t.tenant_code, tenant);
    assert_int_equal(lt_ticket_sign(&t, secret, sizeof secret - 1, out, LT_TICKET_BYTES + 1),
                     LT_OK);
}

static void a_ticket_says_who_one_is(void **state)
{
    char jwt[LT_TICKET_BYTES + 1];
    (void)state;
    signed_by(NOW + 600, "demo", jwt);
    assert_int_equal(verify(jwt), LT_OK);
    assert_string_equal(got.sub, "p1");
    assert_string_equal(got.name, "王小明");
    assert_string_equal(got.unit, "u1");
    assert_int_equal(got.event.v, 42);
    assert_true(got.host);
    assert_int_equal(got.expires_s, NOW + 600);
    assert_int_equal(lt_ticket_verify(jwt, busy, NULL, NOW, &got), LT_EBUSY);
    assert_string_equal(got.tenant_code, "demo");
    assert_string_equal(got.kid, "k1");
}

static void a_ticket_of_an_unknown_tenant_gets_the_answer_of_the_lookup(void **state)
{
    char jwt[LT_TICKET_BYTES + 1];
    (void)state;
    signed_by(NOW + 600, "other", jwt);
    assert_int_equal(verify(jwt), LT_ENOENT);
}

static void what_a_ticket_need_not_say_may_be_absent(void **state)
{
    (void)state;
    assert_int_equal(
        verify(craft(header, "{\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":[\"x\",\"leitai\"],"
                             "\"exp\":1800000600,\"iss\":\"study\",\"other\":{\"a\":[1]}}")),
        LT_OK);
    assert_string_equal(got.name, "");
    assert_string_equal(got.unit, "");
    assert_int_equal(got.event.v, 0);
    assert_false(got.host);
}

static void times_have_a_leeway_of_a_minute_and_no_more(void **state)
{
    static const struct {
        const char *times;
        int err;
    } cases[] = {
        {"\"exp\":1799999940", LT_OK},
        {"\"exp\":1799999939", LT_EEXPIRED},
        {"\"exp\":1800086460", LT_OK},
        {"\"exp\":1800086461", LT_ETICKET},
        {"\"exp\":1800000600,\"nbf\":1800000060,\"iat\":1800000060", LT_OK},
        {"\"exp\":1800000600,\"nbf\":1800000061", LT_ETICKET},
        {"\"exp\":1800000600,\"iat\":1800000061", LT_ETICKET},
        {"\"exp\":1e300", LT_ETICKET},
        {"\"exp\":-1", LT_ETICKET},
        {"\"exp\":1800000600.5", LT_ETICKET},
        {"\"exp\":\"1800000600\"", LT_ETICKET},
        {"\"exp\":1800000600,\"nbf\":\"x\"", LT_ETICKET},
        {"\"x\":1", LT_ETICKET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char claims[256];
        snprintf(claims, sizeof claims, "{\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",%s}",
                 cases[i].times);
        int err = verify(craft(header, claims));
        if (err != cases[i].err)
            print_error("%s\n", claims);
        assert_int_equal(err, cases[i].err);
    }
}

static void a_well_signed_ticket_with_wrong_claims_is_refused(void **state)
{
    static const char *const cases[] = {
        "\"sub\":\"p1\",\"aud\":\"leitai\"",   /* no tenant */
        "\"tid\":\"demo\",\"aud\":\"leitai\"", /* no person */
        "\"tid\":\"demo\",\"sub\":\"\",\"aud\":\"leitai\"",
        "\"tid\":\"demo\",\"sub\":7,\"aud\":\"leitai\"",
        "\"tid\":\"demo\",\"sub\":\"a\\u0007\",\"aud\":\"leitai\"",
        "\"tid\":\"demo\",\"sub\":\"guest:1\",\"aud\":\"leitai\"",
        "\"tid\":\"demo\",\"sub\":"
        "\"12345678901234567890123456789012345678901234567890123456789012345\","
        "\"aud\":\"leitai\"",
        "\"tid\":\"demo\",\"sub\":\"p1\"", /* for nobody */
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"LEITAI\"",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":[\"x\"]",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":[\"leitai\",1]",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"Aud\":\"leitai\"",    /* another name */
        "\"tid\":\"demo k1\",\"sub\":\"p1\",\"aud\":\"leitai\"", /* not a code */
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"name\":5",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"event\":42",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"event\":\"-1\"",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"roles\":\"host\"",
        "\"tid\":\"demo\",\"sub\":\"p1\",\"sub\":\"p2\",\"aud\":\"leitai\"",  /* which? */
        "\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"x\":[[[[1]]]]", /* too deep */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char claims[512];
        snprintf(claims, sizeof claims, "{%s,\"exp\":1800000600}", cases[i]);
        int err = verify(craft(header, claims));
        if (err != LT_ETICKET)
            print_error("%s\n", claims);
        assert_int_equal(err, LT_ETICKET);
    }
}

static void a_malformed_ticket_is_refused_before_a_key_is_looked_for(void **state)
{
    char longest[LT_TICKET_BYTES + 2], deep[4000];
    const char *claims = "{\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"exp\":1800000600}";
    (void)state;
    memset(longest, 'A', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(verify(""), LT_ETICKET);
    assert_int_equal(verify("."), LT_ETICKET);
    assert_int_equal(verify(".."), LT_ETICKET);
    assert_int_equal(verify("rubbish"), LT_ETICKET);
    assert_int_equal(verify(longest), LT_ETICKET);
    assert_int_equal(verify(craft(header, deep)), LT_ETICKET);
    assert_int_equal(verify(craft(header, "[]")), LT_ETICKET);
    assert_int_equal(verify(craft_raw(header, "{\"tid\":\"demo\xff\"}", 15)), LT_ETICKET);
    assert_int_equal(verify(craft("{\"alg\":\"HS256\"}", claims)), LT_ETICKET);
    assert_int_equal(verify(craft("{\"alg\":\"HS256\",\"kid\":\"k 1\"}", claims)), LT_ETICKET);
    assert_int_equal(verify(craft("{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[\"b64\"]}", claims)),
                     LT_ETICKET);
    assert_int_equal(asked, 0);
    assert_int_equal(verify(craft(header, claims)), LT_OK);
    assert_int_equal(asked, 1);
}

static void a_ticket_with_any_character_changed_is_refused(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    char jwt[LT_TICKET_BYTES + 1];
    (void)state;
    signed_by(NOW + 600, "demo", jwt);
    size_t n = strlen(jwt);
    for (size_t i = 0; i < n; i++) {
        char was = jwt[i];
        for (const char *c = letters; *c; c++) {
            jwt[i] = *c;
            assert_int_equal(verify(jwt) == LT_OK, *c == was);
        }
        jwt[i] = '\0';
        assert_int_not_equal(verify(jwt), LT_OK);
        jwt[i] = was;
    }
    strcat(jwt, "A");
    assert_int_equal(verify(jwt), LT_ETICKET);
}

static void a_ticket_without_signature_is_refused(void **state)
{
    const char *claims = "{\"tid\":\"demo\",\"sub\":\"p1\",\"aud\":\"leitai\",\"exp\":1800000600}";
    static const char *const heads[] = {"{\"alg\":\"none\",\"kid\":\"k1\"}",
                                        "{\"alg\":\"None\",\"kid\":\"k1\"}",
                                        "{\"alg\":\"HS256\",\"kid\":\"k1\"}", "{\"kid\":\"k1\"}"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char jwt[1024];
        snprintf(jwt, sizeof jwt, "%s", craft(heads[i], claims));
        if (i != 2) /* with a good HMAC, but a header that asks for none */
            assert_int_equal(verify(jwt), LT_ETICKET);
        strrchr(jwt, '.')[1] = '\0';
        assert_int_equal(verify(jwt), LT_ETICKET);
    }
}

static void another_secret_or_an_empty_one_verifies_nothing(void **state)
{
    char jwt[LT_TICKET_BYTES + 1];
    (void)state;
    signed_by(NOW + 600, "demo", jwt);
    key.key = (const unsigned char *)"0123456789abcdef0123456789abcdeF";
    assert_int_equal(verify(jwt), LT_ETICKET);
    key.len = 0;
    assert_int_equal(verify(jwt), LT_ETICKET);
    /* Also not what anybody could have signed: with the empty secret. */
    unsigned char mac[32];
    unsigned len = sizeof mac;
    strrchr(jwt, '.')[0] = '\0';
    HMAC(EVP_sha256(), "", 0, (unsigned char *)jwt, strlen(jwt), mac, &len);
    strcat(jwt, ".");
    add_base64url(jwt, mac, sizeof mac);
    assert_int_equal(verify(jwt), LT_ETICKET);
}

struct pair {
    EVP_PKEY *pkey;
    char private_pem[4096], public_pem[1024];
};

static void pair_make(struct pair *p, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    p->pkey = pkey;
    assert_non_null(pkey);
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    p->public_pem[BIO_read(bio, p->public_pem, sizeof p->public_pem - 1)] = '\0';
    assert_int_equal(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
    p->private_pem[BIO_read(bio, p->private_pem, sizeof p->private_pem - 1)] = '\0';
    BIO_free(bio);
}

static void pair_sign(const struct pair *p, jwt_alg_t alg, char *out)
{
    jwt_t *j;
    assert_int_equal(jwt_new(&j), 0);
    assert_int_equal(
        jwt_set_alg(j, alg, (const unsigned char *)p->private_pem, (int)strlen(p->private_pem)), 0);
    jwt_add_header(j, "kid", "k1");
    jwt_add_grants_json(j,
                        "{\"tid\":\"demo\",\"sub\":\"p9\",\"aud\":\"leitai\",\"exp\":1800000600}");
    char *text = jwt_encode_str(j);
    assert_non_null(text);
    strcpy(out, text);
    free(text);
    jwt_free(j);
}

static void check_pair(EVP_PKEY *pkey, enum lt_ticket_alg alg, jwt_alg_t jwt_alg)
{
    struct pair p, other;
    char jwt[LT_TICKET_BYTES + 1];
    pair_make(&p, pkey);
    pair_make(&other, alg == LT_TICKET_RS256 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
    pair_sign(&p, jwt_alg, jwt);
    key.alg = alg;
    key.key = (const unsigned char *)p.public_pem;
    key.len = strlen(p.public_pem);
    assert_int_equal(verify(jwt), LT_OK);
    assert_string_equal(got.sub, "p9");

    char *in_signature = strrchr(jwt, '.') + 9;
    char was = *in_signature;
    *in_signature = was == 'A' ? 'B' : 'A';
    assert_int_equal(verify(jwt), LT_ETICKET);
    *in_signature = was;
    jwt[strcspn(jwt, ".") + 3] ^= 1; /* in the claims */
    assert_int_equal(verify(jwt), LT_ETICKET);
    jwt[strcspn(jwt, ".") + 3] ^= 1;

    key.key = (const unsigned char *)other.public_pem;
    key.len = strlen(other.public_pem);
    assert_int_equal(verify(jwt), LT_ETICKET);
    EVP_PKEY_free(p.pkey);
    EVP_PKEY_free(other.pkey);
}

static void rsa_and_elliptic_tickets_are_verified_with_the_public_key(void **state)
{
    (void)state;
    check_pair(EVP_RSA_gen(2048), LT_TICKET_RS256, JWT_ALG_RS256);
    check_pair(EVP_EC_gen("P-256"), LT_TICKET_ES256, JWT_ALG_ES256);
}

static void a_public_key_is_no_secret(void **state)
{
    struct pair p;
    char jwt[LT_TICKET_BYTES + 1];
    jwt_t *j = NULL;
    (void)state;
    pair_make(&p, EVP_RSA_gen(2048));
    struct lt_ticket t = {.sub = "p1", .tenant_code = "demo", .kid = "k1", .expires_s = NOW + 600};
    key.key = (const unsigned char *)p.public_pem;
    key.len = strlen(p.public_pem);
    assert_int_equal(lt_ticket_sign(&t, key.key, key.len, jwt, sizeof jwt), LT_OK);
    /* The library alone believes it: the reason why the algorithm is pinned to the key. */
    assert_int_equal(jwt_decode(&j, jwt, key.key, (int)key.len), 0);
    jwt_free(j);
    key.alg = LT_TICKET_RS256;
    assert_int_equal(verify(jwt), LT_ETICKET);
    key.alg = LT_TICKET_ES256;
    assert_int_equal(verify(jwt), LT_ETICKET);
    EVP_PKEY_free(p.pkey);
}

static void a_ticket_of_another_algorithm_than_its_keys_is_refused(void **state)
{
    struct pair p;
    char jwt[LT_TICKET_BYTES + 1];
    (void)state;
    pair_make(&p, EVP_RSA_gen(2048));
    pair_sign(&p, JWT_ALG_RS512, jwt);
    key = (struct lt_ticket_key){.kid = "k1",
                                 .alg = LT_TICKET_RS256,
                                 .key = (const unsigned char *)p.public_pem,
                                 .len = strlen(p.public_pem)};
    assert_int_equal(verify(jwt), LT_ETICKET);
    EVP_PKEY_free(p.pkey);
}

static void algorithms_have_the_names_of_the_schema(void **state)
{
    enum lt_ticket_alg alg;
    (void)state;
    assert_int_equal(lt_ticket_alg_parse("ES256", &alg), LT_OK);
    assert_int_equal(alg, LT_TICKET_ES256);
    assert_int_equal(lt_ticket_alg_parse("none", &alg), LT_ENOENT);
    assert_int_equal(lt_ticket_alg_parse("hs256", &alg), LT_ENOENT);
}

/* ---- sessions ---- */

static const char old_secret[] = "the old secret of at least thirty-two bytes";
static const char new_secret[] = "the new secret of at least thirty-two bytes";

static struct lt_session somebody(void)
{
    struct lt_session s = {.tenant = {1},
                           .event = {INT64_MAX},
                           .person = {3},
                           .entry = {4},
                           .role = LT_SESSION_DESK,
                           .guest = true,
                           .expires_s = NOW,
                           .since_us = INT64_MAX - 1};
    strcpy(s.name, "王小明");
    strcpy(s.unit, "省司法厅");
    return s;
}

static void a_session_token_carries_everything_to_resume_with(void **state)
{
    char token[LT_SESSION_TOKEN_BYTES + 1];
    struct lt_session_key k;
    struct lt_session s = somebody(), back;
    (void)state;
    memset(s.name, 'n', sizeof s.name - 1);
    memset(s.unit, 'u', sizeof s.unit - 1);
    lt_session_key_init(&k, new_secret);
    assert_int_equal(lt_session_sign(&k, &s, token, sizeof token), LT_OK);
    assert_int_equal(lt_session_verify(&k, token, NOW, &back), LT_OK);
    assert_int_equal(back.tenant.v, 1);
    assert_true(back.event.v == INT64_MAX);
    assert_int_equal(back.person.v, 3);
    assert_int_equal(back.entry.v, 4);
    assert_int_equal(back.role, LT_SESSION_DESK);
    assert_true(back.guest);
    assert_int_equal(back.expires_s, NOW);
    assert_true(back.since_us == INT64_MAX - 1);
    assert_string_equal(back.name, s.name);
    assert_string_equal(back.unit, s.unit);
    assert_int_equal(lt_session_sign(&k, &s, token, 600), LT_ETOOBIG);
}

static void an_expired_session_token_is_told_apart_from_a_forged_one(void **state)
{
    char token[LT_SESSION_TOKEN_BYTES + 1];
    struct lt_session_key k;
    struct lt_session s = somebody(), back = {.entry = {77}};
    (void)state;
    lt_session_key_init(&k, new_secret);
    assert_int_equal(lt_session_sign(&k, &s, token, sizeof token), LT_OK);
    assert_int_equal(lt_session_verify(&k, token, NOW + 1, &back), LT_EEXPIRED);
    assert_int_equal(back.entry.v, 77);
}

static void a_session_token_is_whole_or_nothing(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+";
    char token[LT_SESSION_TOKEN_BYTES + 2];
    struct lt_session_key k;
    struct lt_session s = somebody(), back;
    (void)state;
    lt_session_key_init(&k, new_secret);
    for (int pad = 0; pad < 3; pad++) { /* all three lengths modulo 3 */
        strcat(s.name, "x");
        assert_int_equal(lt_session_sign(&k, &s, token, sizeof token), LT_OK);
        size_t n = strlen(token);
        for (size_t i = 0; i < n; i++) {
            char was = token[i];
            for (const char *c = letters; *c; c++) {
                token[i] = *c;
                assert_int_equal(lt_session_verify(&k, token, NOW, &back),
                                 *c == was ? LT_OK : LT_ESESSION);
            }
            token[i] = '\0';
            assert_int_equal(lt_session_verify(&k, token, NOW, &back), LT_ESESSION);
            token[i] = was;
        }
        strcat(token, "A");
        assert_int_equal(lt_session_verify(&k, token, NOW, &back), LT_ESESSION);
    }
    memset(token, 'A', sizeof token - 1);
    token[sizeof token - 1] = '\0';
    assert_int_equal(lt_session_verify(&k, token, NOW, &back), LT_ESESSION);
}

static void another_secret_or_purpose_verifies_no_session(void **state)
{
    char token[LT_SESSION_TOKEN_BYTES + 1];
    struct lt_session_key k, other;
    struct lt_session s = somebody(), back;
    (void)state;
    lt_session_key_init(&k, new_secret);
    lt_session_key_init(&other, old_secret);
    assert_int_equal(lt_session_sign(&k, &s, token, sizeof token), LT_OK);
    assert_int_equal(lt_session_verify(&other, token, NOW, &back), LT_ESESSION);
    lt_key_derive(new_secret, "something else", other.key);
    assert_int_equal(lt_session_verify(&other, token, NOW, &back), LT_ESESSION);
    lt_key_derive(new_secret, "session token 1", other.key);
    assert_int_equal(lt_session_verify(&other, token, NOW, &back), LT_OK);
}

static void a_rotated_secret_still_verifies_what_it_signed(void **state)
{
    char of_old[LT_SESSION_TOKEN_BYTES + 1], of_new[LT_SESSION_TOKEN_BYTES + 1];
    struct lt_session_key before, after;
    struct lt_session s = somebody(), back;
    (void)state;
    lt_session_key_init(&before, old_secret);
    lt_session_key_init(&after, new_secret);
    assert_int_equal(lt_session_sign(&before, &s, of_old, sizeof of_old), LT_OK);
    assert_int_equal(lt_session_verify(&after, of_old, NOW, &back), LT_ESESSION);
    lt_session_key_previous(&after, old_secret);
    assert_int_equal(lt_session_verify(&after, of_old, NOW, &back), LT_OK);
    assert_int_equal(lt_session_sign(&after, &s, of_new, sizeof of_new), LT_OK);
    assert_int_equal(lt_session_verify(&before, of_new, NOW, &back), LT_ESESSION);
    lt_session_key_previous(&after, ""); /* the rotation is over */
    assert_int_equal(lt_session_verify(&after, of_old, NOW, &back), LT_ESESSION);
    assert_int_equal(lt_session_verify(&after, of_new, NOW, &back), LT_OK);
}

static void a_derived_key_is_that_of_rfc_5869(void **state)
{
    /* HKDF-SHA256 of "s" with salt "leitai" and info "p", first 32 bytes: extract, then one block
     * of expand. */
    unsigned char prk[32], want[32], is[LT_KEY_BYTES];
    unsigned n = 32;
    (void)state;
    HMAC(EVP_sha256(), "leitai", 6, (const unsigned char *)"s", 1, prk, &n);
    HMAC(EVP_sha256(), prk, 32, (const unsigned char *)"p\x01", 2, want, &n);
    lt_key_derive("s", "p", is);
    assert_memory_equal(is, want, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_ticket_says_who_one_is, setup),
        cmocka_unit_test_setup(a_ticket_of_an_unknown_tenant_gets_the_answer_of_the_lookup, setup),
        cmocka_unit_test_setup(what_a_ticket_need_not_say_may_be_absent, setup),
        cmocka_unit_test_setup(times_have_a_leeway_of_a_minute_and_no_more, setup),
        cmocka_unit_test_setup(a_well_signed_ticket_with_wrong_claims_is_refused, setup),
        cmocka_unit_test_setup(a_malformed_ticket_is_refused_before_a_key_is_looked_for, setup),
        cmocka_unit_test_setup(a_ticket_with_any_character_changed_is_refused, setup),
        cmocka_unit_test_setup(a_ticket_without_signature_is_refused, setup),
        cmocka_unit_test_setup(another_secret_or_an_empty_one_verifies_nothing, setup),
        cmocka_unit_test_setup(rsa_and_elliptic_tickets_are_verified_with_the_public_key, setup),
        cmocka_unit_test_setup(a_public_key_is_no_secret, setup),
        cmocka_unit_test_setup(a_ticket_of_another_algorithm_than_its_keys_is_refused, setup),
        cmocka_unit_test(algorithms_have_the_names_of_the_schema),
        cmocka_unit_test(a_session_token_carries_everything_to_resume_with),
        cmocka_unit_test(an_expired_session_token_is_told_apart_from_a_forged_one),
        cmocka_unit_test(a_session_token_is_whole_or_nothing),
        cmocka_unit_test(another_secret_or_purpose_verifies_no_session),
        cmocka_unit_test(a_rotated_secret_still_verifies_what_it_signed),
        cmocka_unit_test(a_derived_key_is_that_of_rfc_5869),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

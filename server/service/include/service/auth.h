/* Who somebody is: tickets of the study platform (JWT, by libjwt) and session tokens of ours (HMAC-SHA256). */
#pragma once
#include "base/ids.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lt_ticket_alg { LT_TICKET_HS256, LT_TICKET_RS256, LT_TICKET_ES256, LT_TICKET_ALGS /* count */ };
/* LT_ENOENT: not one of them. */
int lt_ticket_alg_parse(const char *s, enum lt_ticket_alg *ret);

/* What verifies a tenant's tickets. The algorithm belongs to the key, never to the ticket. */
struct lt_ticket_key {
    const char *kid;
    enum lt_ticket_alg alg;
    const unsigned char *key; /* HS256: the secret; else the public key as PEM */
    size_t len;
};
struct lt_ticket {
    char tenant_code[33], kid[65]; /* also set when the key is not known (LT_EBUSY) */
    char sub[65];                  /* the study platform's id of the person */
    char name[81], unit[65];       /* "": not said */
    struct lt_event_id event;      /* 0: any */
    int64_t expires_s;
};
enum { LT_TICKET_BYTES = 4096, LT_TICKET_LIFE_S = 24 * 3600, LT_TICKET_LEEWAY_S = 60 };

/* Finds the key of a tenant. LT_EBUSY: must be asked for first; LT_ENOENT: there is none. */
typedef int lt_ticket_key_fn(void *arg, const char *tenant_code, const char *kid, struct lt_ticket_key *ret);
/* Verify a ticket: header {alg, kid}; claims tid (tenant code), sub, exp (at most LT_TICKET_LIFE_S ahead), aud "leitai"; optional nbf, name, unit, event (decimal
 * string). LT_ETICKET: forged or malformed. LT_EEXPIRED. Else what `find` said. */
int lt_ticket_verify(const char *jwt, lt_ticket_key_fn *find, void *arg, int64_t now_s, struct lt_ticket *ret);
/* Sign a ticket with HS256 (commands and load generator; the study platform signs its own). `t->expires_s` and kid are used. LT_ETOOBIG. */
int lt_ticket_sign(const struct lt_ticket *t, const unsigned char *secret, size_t len, char *out, size_t cap);

enum lt_session_role { LT_SESSION_PLAY, LT_SESSION_STAGE, LT_SESSION_DESK, LT_SESSION_ROLES /* count */ };
/* The holder of a session token, complete, so that resuming needs no database. */
struct lt_session {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    struct lt_person_id person;
    struct lt_entry_id entry;
    enum lt_session_role role;
    bool guest;
    int64_t expires_s;
    char name[161], unit[241];
};
enum { LT_SESSION_TOKEN_BYTES = 1024, LT_SESSION_SECRET_MIN = 32 };
struct lt_session_key {
    unsigned char key[32];
};
/* Derive the signing key from the installation's secret (HMAC-SHA256 with a purpose, as RFC 5869's extract step). */
void lt_session_key_init(struct lt_session_key *k, const char *secret);
/* Token text, NUL-terminated. LT_ETOOBIG: `cap` (LT_SESSION_TOKEN_BYTES + 1 always suffices). */
int lt_session_sign(const struct lt_session_key *k, const struct lt_session *s, char *out, size_t cap);
/* LT_ESESSION: not ours. LT_EEXPIRED. `ret` is untouched on failure. */
int lt_session_verify(const struct lt_session_key *k, const char *token, int64_t now_s, struct lt_session *ret);

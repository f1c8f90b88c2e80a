/* Who somebody is: tickets of the study platform (JWT) and session tokens of ours. Both are checked
 * without I/O. */
#pragma once
#include "base/ids.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lt_ticket_alg {
    LT_TICKET_HS256,
    LT_TICKET_RS256,
    LT_TICKET_ES256,
    LT_TICKET_ALGS /* count */
};
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
    bool host; /* the study platform says: may host (whether this event is ours to say) */
    int64_t expires_s;
};
enum { LT_TICKET_BYTES = 4096, LT_TICKET_LIFE_S = 24 * 3600, LT_TICKET_LEEWAY_S = 60 };

/* Finds the key of a tenant. LT_EBUSY: must be asked for first; LT_ENOENT: there is none. Both
 * arguments are 1 to 32 (64) letters, digits or "._-", so they may be joined into one name. */
typedef int lt_ticket_key_fn(void *arg, const char *tenant_code, const char *kid,
                             struct lt_ticket_key *ret);
/* Verify a ticket. Header: alg, kid. Claims: tid (tenant code), sub, aud ("leitai", or a list with
 * it), exp (at most LT_TICKET_LIFE_S ahead); optional nbf and iat, name, unit, event (decimal
 * string), roles (["host"]); others are ignored. LT_ETICKET: forged or malformed. LT_EEXPIRED. Else
 * what `find` said. On failure *ret is undefined, but for its tenant_code and kid after LT_EBUSY.
 * Costs about 5 µs with HS256 and 0.5 ms with a public key. */
int lt_ticket_verify(const char *jwt, lt_ticket_key_fn *find, void *arg, int64_t now_s,
                     struct lt_ticket *ret);
/* Sign a ticket with HS256 (commands and load generator; the study platform signs its own). All of
 * `t` is used. LT_ETOOBIG: `cap` (LT_TICKET_BYTES + 1 always suffices). */
int lt_ticket_sign(const struct lt_ticket *t, const unsigned char *secret, size_t len, char *out,
                   size_t cap);

enum lt_session_role {
    LT_SESSION_PLAY,
    LT_SESSION_STAGE,
    LT_SESSION_DESK,
    LT_SESSION_JUDGE,
    LT_SESSION_HOME, /* a person, of no event: entry 0; event 0, or the only one that was allowed */
    LT_SESSION_WATCH, /* a spectator; has no token */
    LT_SESSION_ROLES  /* count */
};
/* The holder of a session token, complete, so that resuming needs no database. */
struct lt_session {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    struct lt_person_id person;
    struct lt_entry_id entry;
    int64_t screen; /* of a stage, 0: without a name */
    enum lt_session_role role;
    bool guest;
    int64_t expires_s;
    int64_t
        since_us; /* cluster time of the connection that it was given to: who comes with it is newer */
    char name[161], unit[241];
};
enum { LT_SESSION_TOKEN_BYTES = 1024, LT_SESSION_SECRET_MIN = 32, LT_KEY_BYTES = 32 };
struct lt_session_key {
    unsigned char key[LT_KEY_BYTES];
    bool has_previous;
    unsigned char previous[LT_KEY_BYTES]; /* verifies, never signs */
};
/* A key for one purpose from the installation's secret: HKDF-SHA256 (RFC 5869) with `purpose` as
 * its info, so that no two purposes share a key. */
void lt_key_derive(const char *secret, const char *purpose, unsigned char ret[LT_KEY_BYTES]);
/* Derive the key of session tokens from the installation's secret. */
void lt_session_key_init(struct lt_session_key *k, const char *secret);
/* Also accept tokens signed under the secret that was in use before, while a rotation is under way.
 * "" accepts none. */
void lt_session_key_previous(struct lt_session_key *k, const char *secret);
/* Token text, NUL-terminated. LT_ETOOBIG: `cap` (LT_SESSION_TOKEN_BYTES + 1 always suffices). */
int lt_session_sign(const struct lt_session_key *k, const struct lt_session *s, char *out,
                    size_t cap);
/* LT_ESESSION: not ours. LT_EEXPIRED. `ret` is untouched on failure. Neither call allocates; a few
 * µs each. */
int lt_session_verify(const struct lt_session_key *k, const char *token, int64_t now_s,
                      struct lt_session *ret);

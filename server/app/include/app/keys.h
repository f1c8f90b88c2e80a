/* What sessions look up before they know their tenant: ticket keys, join codes and share codes. Cached
 * for a minute (share codes: some seconds, since they end), also what does not exist, in a table of bounded size. */
#pragma once
#include "io/pg.h"
#include "service/auth.h"

struct lt_keys;
struct lt_keys *lt_keys_new(struct lt_loop *l, struct lt_pg *pg);
/* After the pool is gone. */
void lt_keys_free(struct lt_keys *k);

enum lt_lookup_kind { LT_LOOKUP_TICKET_KEY, LT_LOOKUP_JOIN_CODE, LT_LOOKUP_SHARE };
struct lt_found {
    struct lt_tenant_id tenant;
    struct lt_event_id event; /* join code, share code (0: of a series) */
    struct lt_ticket_key key; /* ticket key; borrowed from the cache, valid during the call */
};
/* From the cache, at once. LT_OK, LT_ENOENT: known not to exist, LT_EBUSY: not known, ask
 * lt_keys_fetch. */
int lt_keys_get(struct lt_keys *k, enum lt_lookup_kind kind, const char *a, const char *b,
                struct lt_found *ret);
/* Ask the database (ticket key: a tenant code, b key id; join or share code: a). fn runs once, from the
 * loop, never inside this call; then lt_keys_get knows. err: LT_OK, or why nothing could be learnt.
 */
typedef void lt_keys_fn(void *arg, int err);
int lt_keys_fetch(struct lt_keys *k, enum lt_lookup_kind kind, const char *a, const char *b,
                  lt_keys_fn *fn, void *arg);

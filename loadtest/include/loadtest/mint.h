/* Tickets as the study platform signs them: JWT with HS256 or, for the benchmark, ES256. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LT_MINT_TICKET_BYTES = 2048, LT_MINT_SECRET_MAX = 4096 };

struct lt_mint; /* a key */

/* Key from a file: a secret (HS256; one line feed at its end is not part of it) or a private key on
 * P-256 in PEM (ES256, told by its first line). NULL: it cannot be read, *ret_err says why. */
struct lt_mint *lt_mint_open(const char *path, const char *tenant, const char *kid,
                             const char **ret_err);
void lt_mint_free(struct lt_mint *m);

struct lt_mint_claims {
    const char *sub, *name, *unit; /* name, unit: NULL when not said */
    int64_t expires_s;
};
/* Sign. Returns the length of the NUL-terminated ticket, 0 when it does not fit. */
size_t lt_mint_ticket(const struct lt_mint *m, const struct lt_mint_claims *c, char *out,
                      size_t cap);

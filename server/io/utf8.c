/* UTF-8 in pieces, as messages come. lws can check it (VALIDATE_UTF8), but then closes by itself,
 * in its own way and without telling us the code; see send_close() in ws.c.
 *
 * The second byte of some code points has a narrower range (RFC 3629, 4): it keeps out what is
 * longer than needed, surrogates, and what is beyond U+10FFFF.
 */
#include "net_internal.h"

static bool begin(struct utf8 *u, uint8_t b)
{
    *u = (struct utf8){.least = 0x80, .most = 0xbf};
    if (b < 0x80)
        return true;
    if (b < 0xc2 || b > 0xf4)
        return false;
    u->left = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    if (b == 0xe0)
        u->least = 0xa0;
    else if (b == 0xed)
        u->most = 0x9f;
    else if (b == 0xf0)
        u->least = 0x90;
    else if (b == 0xf4)
        u->most = 0x8f;
    return true;
}

bool utf8_check(struct utf8 *u, const void *p, size_t n)
{
    const uint8_t *at = p;
    for (size_t i = 0; i < n; i++) {
        if (u->left == 0) {
            if (!begin(u, at[i]))
                return false;
            continue;
        }
        if (at[i] < u->least || at[i] > u->most)
            return false;
        u->left--;
        u->least = 0x80;
        u->most = 0xbf;
    }
    return true;
}

bool utf8_is_whole(const struct utf8 *u)
{
    return u->left == 0;
}

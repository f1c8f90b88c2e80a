/* The growable byte buffer behind every message, SQL array and page.
 *
 * The bound is part of the buffer, so no writer can grow one without limit. Failure is sticky
 * instead of returned: a message is written by dozens of appends, and one check at its end is both
 * shorter and harder to forget. An append that does not fit changes nothing, so a failed buffer
 * never holds half a value.
 *
 * Invariant: cap > len whenever p != NULL, and p[len] == '\0'. */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 };

void lt_buf_init(struct lt_buf *b, size_t limit)
{
    *b = (struct lt_buf){.limit = limit};
}

void lt_buf_done(struct lt_buf *b)
{
    if (!b)
        return;
    free(b->p);
    *b = (struct lt_buf){.limit = b->limit};
}

void lt_buf_clear(struct lt_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

/* Room for n more bytes and a NUL; false, with `failed` set, when the bound or memory forbids it.
 */
static bool reserve(struct lt_buf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n > b->limit - b->len) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + n + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap ? b->cap * 2 : FIRST_BYTES;
    if (cap > b->limit)
        cap = b->limit + 1;
    if (cap < need)
        cap = need;
    char *p = realloc(b->p, cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void lt_buf_add(struct lt_buf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n)
        memcpy(b->p + b->len, p, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void lt_buf_str(struct lt_buf *b, const char *s)
{
    lt_buf_add(b, s, strlen(s));
}

void lt_buf_char(struct lt_buf *b, char c)
{
    if (!reserve(b, 1))
        return;
    b->p[b->len++] = c;
    b->p[b->len] = '\0';
}

/* Not by printf: a welcome has two dozen numbers, and thousands of welcomes go out at once. */
void lt_buf_i64(struct lt_buf *b, int64_t v)
{
    char digits[24], *end = digits + sizeof digits, *p = end;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (v < 0)
        *--p = '-';
    lt_buf_add(b, p, (size_t)(end - p));
}

void lt_buf_printf(struct lt_buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(n >= 0);
    if (reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

const char *lt_buf_cstr(struct lt_buf *b)
{
    return b->failed || !b->p ? "" : b->p;
}

char *lt_buf_take(struct lt_buf *b, size_t *ret_len)
{
    if (b->failed || !reserve(b, 0)) {
        lt_buf_done(b);
        return NULL;
    }
    char *p = b->p;
    p[b->len] = '\0';
    if (ret_len)
        *ret_len = b->len;
    *b = (struct lt_buf){.limit = b->limit};
    return p;
}

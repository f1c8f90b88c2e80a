/* Writing JSON straight into a buffer: no tree, no allocation beyond the buffer's own.
 *
 * The writer places commas itself, from one bit per depth, so a caller can leave out a member
 * without thinking of its neighbours. Text is escaped here and only here. What is not UTF-8 (a name
 * from an old import, a log value) becomes U+FFFD: a message with one bad byte would make every
 * browser drop the connection. */
#include "base/err.h"
#include "base/json.h"
#include "utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { DEPTHS = 32 };

static void write_escaped(struct lt_buf *b, unsigned char c)
{
    static const char names[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char text[8];
    if (c == '"' || c == '\\')
        snprintf(text, sizeof text, "\\%c", c);
    else if (c < sizeof names && names[c])
        snprintf(text, sizeof text, "\\%c", names[c]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    lt_buf_str(b, text);
}

/* ASCII that stands for itself. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void write_text(struct lt_buf *b, const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t start = 0, i = 0; /* bytes in [start, i) need no escape and are appended at once */
    lt_buf_char(b, '"');
    while (i < n) {
        if (is_plain(p[i])) {
            i++;
            continue;
        }
        size_t len = utf8_sequence(p + i, n - i);
        if (len > 1) {
            i += len;
            continue;
        }
        lt_buf_add(b, s + start, i - start);
        if (len == 1)
            write_escaped(b, p[i]);
        else
            lt_buf_str(b, "\xEF\xBF\xBD");
        start = ++i;
    }
    lt_buf_add(b, s + start, i - start);
    lt_buf_char(b, '"');
}

/* Comma and name before a value. */
static void begin(struct lt_jsonw *w, const char *key)
{
    uint32_t bit = UINT32_C(1) << w->depth;
    if (w->comma & bit)
        lt_buf_char(w->b, ',');
    w->comma |= bit;
    if (key) {
        write_text(w->b, key, strlen(key));
        lt_buf_char(w->b, ':');
    }
}

static void open(struct lt_jsonw *w, const char *key, char bracket)
{
    begin(w, key);
    assert(w->depth + 1 < DEPTHS);
    w->depth++;
    w->comma &= ~(UINT32_C(1) << w->depth);
    lt_buf_char(w->b, bracket);
}

static void close(struct lt_jsonw *w, char bracket)
{
    assert(w->depth > 0);
    w->depth--;
    lt_buf_char(w->b, bracket);
}

void lt_jsonw_init(struct lt_jsonw *w, struct lt_buf *b)
{
    *w = (struct lt_jsonw){.b = b};
}

void lt_jsonw_obj(struct lt_jsonw *w, const char *key)
{
    open(w, key, '{');
}

void lt_jsonw_arr(struct lt_jsonw *w, const char *key)
{
    open(w, key, '[');
}

void lt_jsonw_end_obj(struct lt_jsonw *w)
{
    close(w, '}');
}

void lt_jsonw_end_arr(struct lt_jsonw *w)
{
    close(w, ']');
}

void lt_jsonw_str(struct lt_jsonw *w, const char *key, const char *s)
{
    if (s)
        lt_jsonw_strn(w, key, s, strlen(s));
    else
        lt_jsonw_null(w, key);
}

void lt_jsonw_strn(struct lt_jsonw *w, const char *key, const char *s, size_t n)
{
    begin(w, key);
    write_text(w->b, s, n);
}

void lt_jsonw_i64(struct lt_jsonw *w, const char *key, int64_t v)
{
    begin(w, key);
    lt_buf_i64(w->b, v);
}

void lt_jsonw_id(struct lt_jsonw *w, const char *key, int64_t v)
{
    begin(w, key);
    lt_buf_char(w->b, '"');
    lt_buf_i64(w->b, v);
    lt_buf_char(w->b, '"');
}

void lt_jsonw_bool(struct lt_jsonw *w, const char *key, bool v)
{
    lt_jsonw_raw(w, key, v ? "true" : "false", v ? 4 : 5);
}

void lt_jsonw_null(struct lt_jsonw *w, const char *key)
{
    lt_jsonw_raw(w, key, "null", 4);
}

void lt_jsonw_raw(struct lt_jsonw *w, const char *key, const char *json, size_t n)
{
    begin(w, key);
    lt_buf_add(w->b, json, n);
}

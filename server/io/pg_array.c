/* PostgreSQL array literals. Text is always quoted, so that NULL, braces and commas in it are only
 * text. */
#include "base/buf.h"
#include "io/pg.h"

static void separate(struct lt_buf *b)
{
    if (b->len > 0 && b->p[b->len - 1] != '{')
        lt_buf_char(b, ',');
}

void lt_pg_array_begin(struct lt_buf *b)
{
    lt_buf_char(b, '{');
}

void lt_pg_array_i64(struct lt_buf *b, int64_t v)
{
    separate(b);
    lt_buf_i64(b, v);
}

void lt_pg_array_text(struct lt_buf *b, const char *s)
{
    separate(b);
    if (!s) {
        lt_buf_str(b, "NULL");
        return;
    }
    lt_buf_char(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            lt_buf_char(b, '\\');
        lt_buf_char(b, *s);
    }
    lt_buf_char(b, '"');
}

void lt_pg_array_end(struct lt_buf *b)
{
    lt_buf_char(b, '}');
}

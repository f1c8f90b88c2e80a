/* See columns.h. COPY would be faster, but it does not work under row-level security. */
#include "columns.h"

#include "io/pg.h"
#include <assert.h>

void columns_init(struct columns *c, int n, size_t bytes)
{
    assert(n <= COLUMNS_MAX);
    c->n = n;
    for (int i = 0; i < n; i++)
        lt_buf_init(&c->b[i], bytes);
    columns_begin(c);
}

void columns_done(struct columns *c)
{
    for (int i = 0; i < c->n; i++)
        lt_buf_done(&c->b[i]);
}

void columns_begin(struct columns *c)
{
    for (int i = 0; i < c->n; i++) {
        lt_buf_clear(&c->b[i]);
        lt_pg_array_begin(&c->b[i]);
    }
}

void columns_i64(struct columns *c, int column, int64_t v)
{
    lt_pg_array_i64(&c->b[column], v);
}

void columns_text(struct columns *c, int column, const char *s)
{
    lt_pg_array_text(&c->b[column], s);
}

void columns_end(struct columns *c)
{
    for (int i = 0; i < c->n; i++) {
        lt_pg_array_end(&c->b[i]);
        assert(!c->b[i].failed);
        c->text[i] = lt_buf_cstr(&c->b[i]);
    }
}

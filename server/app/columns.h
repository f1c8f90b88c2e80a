/* Many rows for one statement: each column is one array parameter, which the statement takes apart
 * with unnest(). */
#pragma once
#include "base/buf.h"

enum { COLUMNS_MAX = 11 };
struct columns {
    int n;
    struct lt_buf b[COLUMNS_MAX];
    const char *text[COLUMNS_MAX]; /* after columns_end: the arrays, as parameters */
};
/* `n` columns, of `bytes` at most each. */
void columns_init(struct columns *c, int n, size_t bytes);
void columns_done(struct columns *c);
/* Forget the rows, if any, and begin anew. */
void columns_begin(struct columns *c);
/* Append a value to a column. Every column gets one a row. */
void columns_i64(struct columns *c, int column, int64_t v);
void columns_text(struct columns *c, int column, const char *s); /* NULL is SQL NULL */
/* No more rows. Asserts that they fit: callers bound what they put in. */
void columns_end(struct columns *c);

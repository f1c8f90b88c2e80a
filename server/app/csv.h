/* Tables in CSV (RFC 4180): a header row, quoting with ". Line ends may be CRLF, a byte order mark is
 * passed over. Empty lines are none. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct csv;
/* Parse a table; every row must have as many fields as the header. LT_ETYPE: it is not such a table,
 * *ret_line (from 1) is where. LT_ENOMEM. */
int csv_read(const char *text, size_t n, struct csv **ret, int *ret_line);
/* The embedded file schema/demo/NAME, which is trusted: a malformed one asserts. */
struct csv *csv_demo(const char *name);
void csv_free(struct csv *c);
int csv_rows(const struct csv *c); /* without the header */
bool csv_has(const struct csv *c, const char *column);
/* Field of a row by the column's name, which must be there; lives as long as the table. */
const char *csv_get(const struct csv *c, int row, const char *column);
int csv_line(const struct csv *c, int row); /* where the row begins, from 1 */

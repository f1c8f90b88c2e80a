/* Tables in CSV (RFC 4180): a header row, quoting with ". For the tables that come with the
 * program, which are trusted: a malformed one asserts. */
#pragma once
#include <stddef.h>

struct csv;
/* Parse a table; every row must have as many fields as the header. */
struct csv *csv_new(const char *text, size_t n);
/* The embedded file schema/demo/NAME. */
struct csv *csv_demo(const char *name);
void csv_free(struct csv *c);
int csv_rows(const struct csv *c); /* without the header */
/* Field of a row by the column's name; lives as long as the table. */
const char *csv_get(const struct csv *c, int row, const char *column);

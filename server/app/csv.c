/* See csv.h. One copy of the text is unquoted in place; fields point into it. */
#include "csv.h"

#include "app/embedded.h"
#include "base/err.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct csv {
    char *text;
    const char **fields; /* row by row, the header first */
    int *lines;          /* of each row */
    int columns, n_fields, n_rows, fields_cap, rows_cap;
};

/* Room for one more of `size` bytes in *array. */
static bool room(void *array, int n, int *cap, size_t size)
{
    void **p = array, *more;
    if (n < *cap)
        return true;
    int wanted = *cap ? 2 * *cap : 64;
    more = realloc(*p, (size_t)wanted * size);
    if (!more)
        return false;
    *p = more;
    *cap = wanted;
    return true;
}

/* Where a line ends: after \n, \r\n, or at the end of the text. */
static bool at_end(const char *p)
{
    return *p == '\0' || *p == '\n' || (*p == '\r' && p[1] == '\n');
}

static char *after_line(char *p)
{
    return *p == '\0' ? p : *p == '\n' ? p + 1 : p + 2;
}

/* Unquote one field at *p in place; *p is then at what ended it. False: bad quoting. `lines` counts
 * those inside the field. */
static bool take_field(char **p, char **ret_end, int *lines)
{
    char *from = *p, *to = from;
    if (*from != '"') {
        while (*from != ',' && !at_end(from))
            from++;
        *ret_end = *p = from;
        return true;
    }
    for (from++; *from != '"' || from[1] == '"'; *to++ = *from++) {
        if (*from == '\0')
            return false;
        *lines += *from == '\n';
        from += *from == '"';
    }
    from++;
    *ret_end = to;
    *p = from;
    return *from == ',' || at_end(from);
}

static int take_row(struct csv *c, char **p, int *line)
{
    int before = c->n_fields, lines = 0;
    char *end;
    for (bool more = true; more;) {
        char *field = *p;
        if (!room(&c->fields, c->n_fields, &c->fields_cap, sizeof *c->fields))
            return LT_ENOMEM;
        if (!take_field(p, &end, &lines))
            return LT_ETYPE;
        more = **p == ',';
        *p = more ? *p + 1 : after_line(*p);
        *end = '\0'; /* last: it may be where the field's end was read */
        c->fields[c->n_fields++] = field;
    }
    if (!room(&c->lines, c->n_rows, &c->rows_cap, sizeof *c->lines))
        return LT_ENOMEM;
    if (c->n_rows == 0)
        c->columns = c->n_fields;
    if (c->n_fields - before != c->columns)
        return LT_ETYPE;
    c->lines[c->n_rows++] = *line;
    *line += lines + 1;
    return LT_OK;
}

int csv_read(const char *text, size_t n, struct csv **ret, int *ret_line)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct csv *c = calloc(1, sizeof *c);
    int line = 1, err = LT_OK;
    if (c)
        c->text = strndup(text, n);
    if (!c || !c->text) {
        csv_free(c);
        return LT_ENOMEM;
    }
    char *p = strncmp(c->text, mark, 3) == 0 ? c->text + 3 : c->text;
    while (err == LT_OK && *p) {
        if (at_end(p)) {
            p = after_line(p);
            line++;
        } else {
            err = take_row(c, &p, &line);
        }
    }
    if (err == LT_OK && c->n_rows == 0)
        err = LT_ETYPE;
    if (err != LT_OK) {
        *ret_line = line;
        csv_free(c);
        return err;
    }
    *ret = c;
    return LT_OK;
}

struct csv *csv_demo(const char *name)
{
    const struct lt_embedded *f = lt_demo_files;
    struct csv *c = NULL;
    int line;
    while (f->name && strcmp(f->name, name) != 0)
        f++;
    assert(f->name);
    int err = csv_read(f->text, f->len, &c, &line);
    assert(err == LT_OK);
    return c;
}

void csv_free(struct csv *c)
{
    if (!c)
        return;
    free(c->text);
    free(c->fields);
    free(c->lines);
    free(c);
}

int csv_rows(const struct csv *c)
{
    return c->n_rows - 1;
}

int csv_line(const struct csv *c, int row)
{
    assert(row >= 0 && row < csv_rows(c));
    return c->lines[row + 1];
}

static int column_of(const struct csv *c, const char *column)
{
    for (int i = 0; i < c->columns; i++)
        if (strcmp(c->fields[i], column) == 0)
            return i;
    return -1;
}

bool csv_has(const struct csv *c, const char *column)
{
    return column_of(c, column) >= 0;
}

const char *csv_get(const struct csv *c, int row, const char *column)
{
    int i = column_of(c, column);
    assert(row >= 0 && row < csv_rows(c));
    assert(i >= 0);
    return c->fields[(row + 1) * c->columns + i];
}

/* See csv.h. The text is copied once; fields are unquoted in place and found by index. */
#include "csv.h"

#include "app/embedded.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct csv {
    char *text;
    const char **fields;
    int columns, n_fields, cap;
};

static void add_field(struct csv *c, const char *field)
{
    if (c->n_fields == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 256;
        c->fields = realloc(c->fields, (size_t)c->cap * sizeof *c->fields);
        assert(c->fields);
    }
    c->fields[c->n_fields++] = field;
}

/* Read one field at `p`, unquoted in place. Returns the character that ended it: a comma, a line
 * end or NUL. */
static char take_field(struct csv *c, char **p)
{
    char *from = *p, *to = from, *field = from;
    if (*from == '"') {
        for (from++; *from != '"' || from[1] == '"'; *to++ = *from++) {
            assert(*from != '\0');
            from += *from == '"';
        }
        from++;
    } else {
        for (; *from != ',' && *from != '\n' && *from != '\0'; *to++ = *from++)
            ;
    }
    char end = *from;
    assert(end == ',' || end == '\n' || end == '\0');
    *to = '\0';
    *p = from + (end != '\0');
    add_field(c, field);
    return end;
}

struct csv *csv_new(const char *text, size_t n)
{
    struct csv *c = calloc(1, sizeof *c);
    assert(c);
    c->text = strndup(text, n);
    assert(c->text);
    for (char *p = c->text; *p;) {
        int before = c->n_fields;
        while (take_field(c, &p) == ',')
            ;
        if (c->columns == 0)
            c->columns = c->n_fields;
        assert(c->n_fields - before == c->columns);
    }
    assert(c->columns > 0);
    return c;
}

struct csv *csv_demo(const char *name)
{
    const struct lt_embedded *f = lt_demo_files;
    while (f->name && strcmp(f->name, name) != 0)
        f++;
    assert(f->name);
    return csv_new(f->text, f->len);
}

void csv_free(struct csv *c)
{
    if (!c)
        return;
    free(c->text);
    free(c->fields);
    free(c);
}

int csv_rows(const struct csv *c)
{
    return c->n_fields / c->columns - 1;
}

const char *csv_get(const struct csv *c, int row, const char *column)
{
    assert(row >= 0 && row < csv_rows(c));
    for (int i = 0; i < c->columns; i++)
        if (strcmp(c->fields[i], column) == 0)
            return c->fields[(row + 1) * c->columns + i];
    assert(!"no such column");
    return NULL;
}

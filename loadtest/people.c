/* People from a file. The reader takes quoted fields with doubled quotes and line feeds inside,
 * because names come from exports that nobody looked at. */
#include "loadtest/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 32, FIELD = 256 };

struct row {
    int n;
    char field[COLUMNS][FIELD];
};

/* One row. 1: read; 0: end of file; -1: malformed. Fields that are too long are cut. */
static int read_row(FILE *f, struct row *r)
{
    int c = getc(f), len = 0;
    bool quoted = false, any = false;
    r->n = 0;
    for (; c != EOF; c = getc(f)) {
        any = true;
        if (quoted && c == '"') {
            int next = getc(f);
            quoted = next == '"';
            if (!quoted) {
                ungetc(next, f);
                continue;
            }
        } else if (!quoted && c == '"' && len == 0) {
            quoted = true;
            continue;
        } else if (!quoted && (c == ',' || c == '\n')) {
            r->field[r->n++][len] = '\0';
            len = 0;
            if (c == '\n')
                return 1;
            if (r->n == COLUMNS)
                return -1;
            continue;
        } else if (!quoted && c == '\r') {
            continue;
        }
        if (len < FIELD - 1)
            r->field[r->n][len++] = (char)c;
    }
    r->field[r->n][len] = '\0';
    r->n += any;
    return quoted ? -1 : any;
}

static int column(const struct row *head, const char *name)
{
    for (int i = 0; i < head->n; i++) {
        if (strcmp(head->field[i], name) == 0)
            return i;
    }
    return -1;
}

static const char *field(const struct row *r, int i)
{
    return i >= 0 && i < r->n ? r->field[i] : "";
}

static bool grow(struct lt_people *p)
{
    if (p->n & (p->n - 1)) /* full at powers of two */
        return true;
    size_t cap = p->n == 0 ? 1 : 2 * (size_t)p->n;
    struct lt_person *more = realloc(p->p, cap * sizeof *more);
    if (more)
        p->p = more;
    return more != NULL;
}

/* How many of this unit are taken already. Files list units together, so the search goes from the
 * end. */
static int taken_of(const struct lt_people *p, const char *unit)
{
    int n = 0;
    for (int i = p->n - 1; i >= 0; i--)
        n += strcmp(p->p[i].unit, unit) == 0;
    return n;
}

/* Cut at a character: what is longer is refused in a ticket. */
static void copy_text(char *to, size_t cap, const char *from)
{
    size_t n = strlen(from);
    if (n >= cap) {
        n = cap - 1;
        while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
            n--;
    }
    memcpy(to, from, n);
    to[n] = '\0';
}

static const char *read_people(struct lt_people *p, FILE *f, int max, int per_unit)
{
    static struct row r;
    if (read_row(f, &r) != 1)
        return "no header row";
    int sub = column(&r, "ext_id"), name = column(&r, "name"), unit = column(&r, "unit_code"), got;
    if (sub < 0)
        return "no column ext_id";
    while ((max == 0 || p->n < max) && (got = read_row(f, &r)) != 0) {
        if (got < 0)
            return "a row is malformed";
        if (!field(&r, sub)[0] || (per_unit > 0 && taken_of(p, field(&r, unit)) >= per_unit))
            continue;
        if (!grow(p))
            return "no memory";
        struct lt_person *one = &p->p[p->n++];
        copy_text(one->sub, sizeof one->sub, field(&r, sub));
        copy_text(one->name, sizeof one->name, field(&r, name));
        copy_text(one->unit, sizeof one->unit, field(&r, unit));
    }
    return p->n > 0 ? NULL : "nobody is in the file";
}

const char *lt_people_read(struct lt_people *ret, const char *path, int max, int per_unit)
{
    FILE *f = fopen(path, "rb");
    *ret = (struct lt_people){0};
    if (!f)
        return "the file cannot be opened";
    const char *err = read_people(ret, f, max, per_unit);
    fclose(f);
    if (err)
        lt_people_done(ret);
    return err;
}

bool lt_people_make(struct lt_people *ret, int n)
{
    *ret = (struct lt_people){.p = calloc((size_t)(n > 0 ? n : 1), sizeof *ret->p)};
    for (int i = 0; ret->p && i < n; i++) {
        snprintf(ret->p[i].sub, sizeof ret->p[i].sub, "p%06d", i + 1);
        snprintf(ret->p[i].name, sizeof ret->p[i].name, "学员%06d", i + 1);
        ret->n++;
    }
    return ret->p != NULL;
}

void lt_people_done(struct lt_people *p)
{
    free(p->p);
    *p = (struct lt_people){0};
}

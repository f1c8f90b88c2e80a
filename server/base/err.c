/* The error table, as generated from schema/protocol/protocol.json.
 *
 * Values, wire codes and close codes live in one list so that a code can be added in one place and
 * neither the counters nor the documentation can miss it. Values are small and unique, so a look-up
 * is one array access; a value that the table does not know (a bug elsewhere) is shown to people as
 * "internal" rather than crashing the process. */
#include "base/err.h"

#include <string.h>

enum index {
#define E(id, value, wire, close_code) INDEX_##id,
#include "base/err_table.h"
#undef E
    COUNT
};

struct row {
    const char *wire; /* NULL: no error has this value */
    int close_code;
    int index;
};

static const struct row rows[] = {
#define E(id, value, wire, close_code) [value] = {wire, close_code, INDEX_##id},
#include "base/err_table.h"
#undef E
};
enum { ROWS = sizeof rows / sizeof rows[0] };

const int LT_ERR_COUNT = COUNT;

static const struct row *find(int err)
{
    if (err < 0 && err > -ROWS && rows[-err].wire)
        return &rows[-err];
    return &rows[-LT_EINTERNAL];
}

const char *lt_err_wire(int err)
{
    return find(err)->wire;
}

int lt_err_close_code(int err)
{
    return err < 0 && err > -ROWS ? rows[-err].close_code : 0;
}

int lt_err_index(int err)
{
    return find(err)->index;
}

const char *lt_err_wire_at(int index)
{
    for (int v = 0; v < ROWS; v++)
        if (rows[v].wire && rows[v].index == index)
            return rows[v].wire;
    return rows[-LT_EINTERNAL].wire;
}

int lt_err_from_wire(const char *wire)
{
    if (strcmp(wire, "ok") == 0)
        return LT_OK;
    for (int v = 0; v < ROWS; v++)
        if (rows[v].wire && strcmp(rows[v].wire, wire) == 0)
            return -v;
    return LT_EINTERNAL;
}

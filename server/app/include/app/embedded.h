/* Files of schema/ that are compiled into the program (schema/embed.cmake). */
#pragma once
#include <stddef.h>

struct lt_embedded {
    const char *name;   /* without its folder; NULL ends a list */
    const char *text;   /* NUL-terminated */
    size_t len;         /* bytes, without the NUL */
    const char *sha256; /* of the text, 64 hexadecimal digits */
};
extern const struct lt_embedded lt_migrations[]; /* schema/sql, by version */
extern const struct lt_embedded lt_demo_files[]; /* schema/demo */
extern const struct lt_embedded lt_presets[]; /* schema/demo/presets: rule sheets to begin with */

/* Configuration: one table (option, type, default, range, doc line). Sources, later wins: defaults,
 * file (INI, read by libinih), environment LEITAI_<OPTION>, flags --option=value. An unknown or
 * out-of-range option is an error with a clear line. `*_file` variants read a secret from a file.
 * docs/operations.md carries the generated table; a test holds them together. */
#pragma once
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

struct lt_config; /* opaque: values by option index */

enum lt_option_type { LT_OPT_STR, LT_OPT_INT, LT_OPT_BOOL };
struct lt_option {
    const char *name; /* snake_case; flag is --name with '-' or '_' */
    enum lt_option_type type;
    const char *fallback; /* default, as text; "" is an empty string */
    int64_t min, max;     /* ints: range; strings: length in bytes, min unless empty */
    bool secret;          /* never printed; also settable as <name>_file = path */
    const char *choices;  /* strings: the only values, separated by spaces; NULL: any */
    const char *doc;      /* one line, what it does and its unit */
};
/* The table, ended by name == NULL. */
extern const struct lt_option lt_options[];

struct lt_config *lt_config_new(void);
void lt_config_free(struct lt_config *c);
/* Each returns LT_OK or LT_ECONFIG with a line for people in `err` (which option, which value, what
 * is allowed). A file that everybody may read and that holds a secret is refused. */
int lt_config_file(struct lt_config *c, const char *path, struct lt_buf *err);
int lt_config_env(struct lt_config *c, char *const *environ, struct lt_buf *err);
/* Consumes --option=value, --option value, --flag (bool) from argv[1..]; what is no option stays,
 * in order; *argc shrinks. */
int lt_config_args(struct lt_config *c, int *argc, char **argv, struct lt_buf *err);
/* Set one option from text, e.g. for tests. */
int lt_config_set(struct lt_config *c, const char *name, const char *value, struct lt_buf *err);
/* Getters assert that the option exists with that type. The string lives as long as `c`. */
const char *lt_config_str(const struct lt_config *c, const char *name);
int64_t lt_config_int(const struct lt_config *c, const char *name);
bool lt_config_bool(const struct lt_config *c, const char *name);
/* The table as Markdown (for docs/operations.md). */
void lt_config_doc(struct lt_buf *out);

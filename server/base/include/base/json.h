/* JSON. Reading goes through cJSON behind a gate that bounds size and depth and refuses what is not
 * UTF-8 or has duplicate keys or trailing bytes; getters are case-sensitive and typed. Writing goes
 * straight into a lt_buf. */
#pragma once
#include "base/buf.h"
#include <cjson/cJSON.h>

struct lt_json_limits {
    size_t bytes; /* of the text */
    int depth;    /* nesting of arrays and objects; a scalar has depth 0 */
};

/* Parse `n` bytes. On success *ret_doc is owned by the caller (cJSON_Delete).
 * LT_ETOOBIG: larger than limits->bytes. LT_EDEPTH: nested deeper. LT_EUTF8: not UTF-8 (also a
 * \ud800-style lone surrogate or \u0000). LT_EJSON: anything else. */
int lt_json_parse(const char *p, size_t n, const struct lt_json_limits *limits, cJSON **ret_doc);

/* Whether `n` bytes are well-formed UTF-8 (no surrogates, no overlong forms, no NUL). */
bool lt_utf8_valid(const char *p, size_t n);

/* Getters. LT_ENOENT: no such key (or JSON null). LT_ETYPE: another type. LT_ERANGE: outside [min,
 * max], not an integer, too long. ret_ is untouched on failure. */
int lt_json_i64(const cJSON *obj, const char *key, int64_t min, int64_t max, int64_t *ret);
int lt_json_bool(const cJSON *obj, const char *key, bool *ret);
/* A string of at most max_bytes; *ret points into the document. */
int lt_json_str(const cJSON *obj, const char *key, size_t max_bytes, const char **ret);
/* A 64-bit id: a JSON string of 1–19 decimal digits, > 0. */
int lt_json_id(const cJSON *obj, const char *key, int64_t *ret);
int lt_json_array(const cJSON *obj, const char *key, int max_items, const cJSON **ret);
int lt_json_object(const cJSON *obj, const char *key, const cJSON **ret);

/* Writer: commas are placed by the writer itself. `key` is NULL inside arrays and at the top. */
struct lt_jsonw {
    struct lt_buf *b;
    uint32_t comma; /* bit d: a value was written at depth d (depth < 32, asserted) */
    int depth;
};
void lt_jsonw_init(struct lt_jsonw *w, struct lt_buf *b);
void lt_jsonw_obj(struct lt_jsonw *w, const char *key);
void lt_jsonw_arr(struct lt_jsonw *w, const char *key);
void lt_jsonw_end_obj(struct lt_jsonw *w);
void lt_jsonw_end_arr(struct lt_jsonw *w);
void lt_jsonw_str(struct lt_jsonw *w, const char *key, const char *s); /* NULL writes null */
void lt_jsonw_strn(struct lt_jsonw *w, const char *key, const char *s, size_t n);
void lt_jsonw_i64(struct lt_jsonw *w, const char *key, int64_t v);
void lt_jsonw_id(struct lt_jsonw *w, const char *key, int64_t v); /* as a string */
void lt_jsonw_bool(struct lt_jsonw *w, const char *key, bool v);
void lt_jsonw_null(struct lt_jsonw *w, const char *key);
void lt_jsonw_raw(struct lt_jsonw *w, const char *key, const char *json,
                  size_t n); /* already JSON */

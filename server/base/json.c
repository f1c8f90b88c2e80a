/* Reading JSON that strangers wrote.
 *
 * cJSON builds the tree, but alone it is too kind: names match without regard to case, nesting goes
 * to 1,000, a byte is text whether or not it is UTF-8, "01" and a raw line feed in a string pass,
 * the second of two equal keys hides. So a gate reads the bytes first and refuses all of that, in
 * one pass and without allocating; only what passes is given to cJSON. Equal keys are looked for
 * afterwards, in the tree, where escapes are resolved. What the gate does not check (the order of
 * tokens) cJSON does.
 *
 * Numbers are doubles in cJSON: integers are exact to 2^53 and the getter refuses anything larger,
 * which is why 64-bit ids travel as strings. */
#include "base/json.h"

#include "base/err.h"
#include "utf8.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xC2 && c <= 0xDF   ? 2
                 : (c & 0xF0) == 0xE0     ? 3
                 : c >= 0xF0 && c <= 0xF4 ? 4
                                          : 0;
    if (len == 0 || n < len)
        return 0;
    /* Only the second byte's range depends on the first: overlong forms, surrogates, the end of
     * Unicode. */
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

/* Eight bytes of ASCII without a NUL. */
static bool ascii8(const unsigned char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return ((w | (w - ones)) & highs) == 0;
}

bool lt_utf8_valid(const char *p, size_t n)
{
    const unsigned char *s = (const unsigned char *)p;
    for (size_t i = 0; i < n;) {
        if (n - i >= 8 && ascii8(s + i)) {
            i += 8;
            continue;
        }
        size_t len = utf8_sequence(s + i, n - i);
        if (len == 0 || s[i] == '\0')
            return false;
        i += len;
    }
    return true;
}

struct gate {
    const char *p, *end;
    int depth, max_depth;
};

/* Four hexadecimal digits; -1 when they are not. */
static int read_hex4(struct gate *g)
{
    if (g->end - g->p < 4)
        return -1;
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = *g->p++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* After "\u": NUL and half a surrogate pair are no text. */
static int gate_unicode(struct gate *g)
{
    int v = read_hex4(g);
    if (v < 0)
        return LT_EJSON;
    if (v == 0 || (v >= 0xDC00 && v <= 0xDFFF))
        return LT_EUTF8;
    if (v < 0xD800 || v > 0xDBFF)
        return LT_OK;
    if (g->end - g->p < 2 || g->p[0] != '\\' || g->p[1] != 'u')
        return LT_EUTF8;
    g->p += 2;
    v = read_hex4(g);
    return v < 0 ? LT_EJSON : v >= 0xDC00 && v <= 0xDFFF ? LT_OK : LT_EUTF8;
}

/* After the opening quote, to behind the closing one. */
static int gate_string(struct gate *g)
{
    while (g->p < g->end) {
        unsigned char c = (unsigned char)*g->p++;
        if (c == '"')
            return LT_OK;
        if (c < 0x20)
            return LT_EJSON;
        if (c != '\\')
            continue;
        if (g->p == g->end)
            return LT_EJSON;
        c = (unsigned char)*g->p++;
        if (c == 'u') {
            int r = gate_unicode(g);
            if (r != LT_OK)
                return r;
        } else if (!strchr("\"\\/bfnrt", c)) {
            return LT_EJSON;
        }
    }
    return LT_EJSON;
}

static int count_digits(struct gate *g)
{
    const char *start = g->p;
    while (g->p < g->end && *g->p >= '0' && *g->p <= '9')
        g->p++;
    return (int)(g->p - start);
}

/* RFC 8259's number, whose first byte was consumed. */
static int gate_number(struct gate *g, char first)
{
    if (first == '-') {
        if (g->p == g->end || *g->p < '0' || *g->p > '9')
            return LT_EJSON;
        first = *g->p++;
    }
    if (count_digits(g) > 0 && first == '0')
        return LT_EJSON;
    if (g->p < g->end && *g->p == '.') {
        g->p++;
        if (count_digits(g) == 0)
            return LT_EJSON;
    }
    if (g->p < g->end && (*g->p == 'e' || *g->p == 'E')) {
        g->p++;
        if (g->p < g->end && (*g->p == '+' || *g->p == '-'))
            g->p++;
        if (count_digits(g) == 0)
            return LT_EJSON;
    }
    return LT_OK;
}

static int gate_literal(struct gate *g)
{
    static const char *const words[] = {"true", "false", "null"};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(g->end - g->p) >= n && memcmp(g->p, words[i], n) == 0) {
            g->p += n;
            return LT_OK;
        }
    }
    return LT_EJSON;
}

static int gate_pass(struct gate *g)
{
    int r = LT_OK;
    while (r == LT_OK && g->p < g->end) {
        char c = *g->p++;
        if (c == '"')
            r = gate_string(g);
        else if (c == '-' || (c >= '0' && c <= '9'))
            r = gate_number(g, c);
        else if (c == '{' || c == '[')
            r = ++g->depth > g->max_depth ? LT_EDEPTH : LT_OK;
        else if (c == '}' || c == ']')
            g->depth--; /* whether it fits the opening bracket is seen by cJSON */
        else if (c == 't' || c == 'f' || c == 'n')
            g->p--, r = gate_literal(g);
        else if (!strchr(" \t\r\n:,", c))
            r = LT_EJSON;
    }
    return r;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorting keeps a hostile object of thousands of members from costing the square of it. */
static int check_many_names(const cJSON *obj, int n)
{
    const char **names = malloc((size_t)n * sizeof *names);
    if (!names)
        return LT_ENOMEM;
    int i = 0;
    for (const cJSON *c = obj->child; c; c = c->next)
        names[i++] = c->string;
    qsort(names, (size_t)n, sizeof *names, compare_names);
    int r = LT_OK;
    for (i = 1; i < n && r == LT_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            r = LT_EJSON;
    free(names);
    return r;
}

/* Every member name of every object is unique. Recursion is as deep as the gate allowed. */
static int check_names(const cJSON *node)
{
    int n = 0;
    for (const cJSON *c = node->child; c; c = c->next, n++) {
        int r = c->child ? check_names(c) : LT_OK;
        if (r != LT_OK)
            return r;
    }
    if (!cJSON_IsObject(node) || n < 2)
        return LT_OK;
    if (n > 16)
        return check_many_names(node, n);
    for (const cJSON *a = node->child; a; a = a->next)
        for (const cJSON *b = a->next; b; b = b->next)
            if (strcmp(a->string, b->string) == 0)
                return LT_EJSON;
    return LT_OK;
}

int lt_json_parse(const char *p, size_t n, const struct lt_json_limits *limits, cJSON **ret_doc)
{
    if (n > limits->bytes)
        return LT_ETOOBIG;
    if (!lt_utf8_valid(p, n))
        return LT_EUTF8;
    struct gate g = {.p = p, .end = p + n, .max_depth = limits->depth};
    int r = gate_pass(&g);
    if (r != LT_OK)
        return r;
    const char *end = NULL;
    cJSON *doc = cJSON_ParseWithLengthOpts(p, n, &end, false);
    if (!doc)
        return LT_EJSON;
    while (end < p + n && strchr(" \t\r\n", *end))
        end++;
    r = end == p + n ? check_names(doc) : LT_EJSON;
    if (r != LT_OK) {
        cJSON_Delete(doc);
        return r;
    }
    *ret_doc = doc;
    return LT_OK;
}

static const cJSON *find(const cJSON *obj, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);
    return cJSON_IsNull(item) ? NULL : item;
}

int lt_json_i64(const cJSON *obj, const char *key, int64_t min, int64_t max, int64_t *ret)
{
    const double exact = 9007199254740992.0; /* 2^53 */
    const cJSON *item = find(obj, key);
    if (!item)
        return LT_ENOENT;
    if (!cJSON_IsNumber(item))
        return LT_ETYPE;
    double d = item->valuedouble;
    if (!(fabs(d) <= exact) || d != trunc(d) || (int64_t)d < min || (int64_t)d > max)
        return LT_ERANGE;
    *ret = (int64_t)d;
    return LT_OK;
}

int lt_json_bool(const cJSON *obj, const char *key, bool *ret)
{
    const cJSON *item = find(obj, key);
    if (!item)
        return LT_ENOENT;
    if (!cJSON_IsBool(item))
        return LT_ETYPE;
    *ret = cJSON_IsTrue(item);
    return LT_OK;
}

int lt_json_str(const cJSON *obj, const char *key, size_t max_bytes, const char **ret)
{
    const cJSON *item = find(obj, key);
    if (!item)
        return LT_ENOENT;
    if (!cJSON_IsString(item))
        return LT_ETYPE;
    if (strlen(item->valuestring) > max_bytes)
        return LT_ERANGE;
    *ret = item->valuestring;
    return LT_OK;
}

int lt_json_id(const cJSON *obj, const char *key, int64_t *ret)
{
    const char *s;
    int r = lt_json_str(obj, key, 19, &s);
    if (r != LT_OK)
        return r;
    uint64_t v = 0; /* 19 digits stay below 2^64 */
    for (const char *c = s; *c; c++) {
        if (*c < '0' || *c > '9')
            return LT_ERANGE;
        v = v * 10 + (uint64_t)(*c - '0');
    }
    /* One spelling per id: a leading zero is none. */
    if (v == 0 || v > INT64_MAX || s[0] == '0')
        return LT_ERANGE;
    *ret = (int64_t)v;
    return LT_OK;
}

int lt_json_array(const cJSON *obj, const char *key, int max_items, const cJSON **ret)
{
    const cJSON *item = find(obj, key);
    if (!item)
        return LT_ENOENT;
    if (!cJSON_IsArray(item))
        return LT_ETYPE;
    if (cJSON_GetArraySize(item) > max_items)
        return LT_ERANGE;
    *ret = item;
    return LT_OK;
}

int lt_json_object(const cJSON *obj, const char *key, const cJSON **ret)
{
    const cJSON *item = find(obj, key);
    if (!item)
        return LT_ENOENT;
    if (!cJSON_IsObject(item))
        return LT_ETYPE;
    *ret = item;
    return LT_OK;
}

/* The hand-written shell around the generated readers and writers: how each kind of member is read,
 * and what is refused.
 *
 * Strings go into bounded arrays of the message, so nothing of the parsed document is kept. Control
 * characters are refused everywhere: no text of a player needs them, and they would end up in logs
 * and on stages.
 */
#include "domain/protocol.h"

#include "base/err.h"
#include "base/json.h"
#include <string.h>

static int read_i32(const cJSON *o, const char *key, int64_t min, int64_t max, int32_t *ret)
{
    int64_t v;
    int err = lt_json_i64(o, key, min, max, &v);
    if (err == LT_OK)
        *ret = (int32_t)v;
    return err;
}

static int read_str(const cJSON *o, const char *key, char *out, size_t cap)
{
    const char *s;
    int err = lt_json_str(o, key, cap - 1, &s);
    if (err != LT_OK)
        return err;
    for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            return LT_ERANGE;
    }
    memcpy(out, s, strlen(s) + 1);
    return LT_OK;
}

static int read_ints(const cJSON *o, const char *key, int max, int *out, int *ret_n)
{
    const cJSON *a, *item;
    int n = 0, err = lt_json_array(o, key, max, &a);
    if (err != LT_OK)
        return err;
    cJSON_ArrayForEach(item, a)
    {
        if (!cJSON_IsNumber(item))
            return LT_ETYPE;
        double d = item->valuedouble;
        if (!(d >= 0 && d < 1000) || d != (int)d)
            return LT_ERANGE;
        out[n++] = (int)d;
    }
    *ret_n = n;
    return LT_OK;
}

static int read_enum(const cJSON *o, const char *key, const char *const *names, int count, int *ret)
{
    const char *s;
    int err = lt_json_str(o, key, 32, &s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < count; i++) {
        if (strcmp(s, names[i]) == 0) {
            *ret = i;
            return LT_OK;
        }
    }
    return LT_ERANGE;
}

static void write_strs(struct lt_jsonw *w, const char *key, const char *const *s, int n)
{
    lt_jsonw_arr(w, key);
    for (int i = 0; i < n; i++)
        lt_jsonw_str(w, NULL, s[i]);
    lt_jsonw_end_arr(w);
}

static void write_ints(struct lt_jsonw *w, const char *key, const int *v, int n)
{
    lt_jsonw_arr(w, key);
    for (int i = 0; i < n; i++)
        lt_jsonw_i64(w, NULL, v[i]);
    lt_jsonw_end_arr(w);
}

static void write_ids(struct lt_jsonw *w, const char *key, const int64_t *v, int n)
{
    lt_jsonw_arr(w, key);
    for (int i = 0; i < n; i++)
        lt_jsonw_id(w, NULL, v[i]);
    lt_jsonw_end_arr(w);
}

#include "domain/protocol_gen.inc"

int lt_client_msg_read(const char *p, size_t n, struct lt_client_msg *ret, const char **ret_field)
{
    static const struct lt_json_limits limits = {.bytes = LT_MESSAGE_BYTES,
                                                 .depth = LT_MESSAGE_DEPTH};
    cJSON *doc;
    int id, err = lt_json_parse(p, n, &limits, &doc);
    if (err != LT_OK)
        return err;
    *ret_field = "t";
    if (!cJSON_IsObject(doc))
        err = LT_EJSON;
    else if (read_enum(doc, "t", lt_client_msg_names, LT_CLIENT_MSG_IDS, &id) != LT_OK)
        err = LT_EUNKNOWN;
    if (err == LT_OK) {
        memset(ret, 0, sizeof *ret);
        ret->id = (enum lt_client_msg_id)id;
        err = read_body(doc, ret, ret_field);
    }
    cJSON_Delete(doc);
    return err;
}

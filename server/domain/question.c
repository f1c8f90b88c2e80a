/* A question with its key, and a player's response to it, between JSON and values.
 *
 * A question comes from a frozen row of our own, yet is read as if it were hostile: a bank is
 * imported from spreadsheets. Every member is checked against the type of the question, so that
 * grading may rely on it: indexes in range and distinct, one key for a single choice, a
 * permutation for an order, accepted texts that are not empty once normalised. A task has neither
 * options nor key, and no response fits it.
 * Members this file does not know are ignored: a bank carries more (difficulty, audience) than a
 * contest needs. */
#include "domain/question.h"

#include "base/err.h"
#include "base/json.h"
#include "filltext.h"

#include <stdlib.h>
#include <string.h>

static const char *const qtype_names[LT_QTYPES] = {
    [LT_QT_SINGLE] = "single", [LT_QT_MULTIPLE] = "multiple", [LT_QT_TRUEFALSE] = "truefalse",
    [LT_QT_FILL] = "fill",     [LT_QT_ORDER] = "order",       [LT_QT_TASK] = "task",
};

const char *lt_qtype_name(enum lt_qtype t)
{
    return (unsigned)t < LT_QTYPES ? qtype_names[t] : "";
}

bool lt_qtype_parse(const char *s, enum lt_qtype *ret)
{
    for (int i = 0; i < LT_QTYPES; i++)
        if (strcmp(s, qtype_names[i]) == 0) {
            *ret = (enum lt_qtype)i;
            return true;
        }
    return false;
}

/* ---- questions ------------------------------------------------------------------------------ */

/* The readers below return LT_OK, LT_ENOMEM, or any other error for "this member is wrong". */

static int copy(const char *s, char **ret)
{
    *ret = strdup(s);
    return *ret ? LT_OK : LT_ENOMEM;
}

static int read_text(const cJSON *doc, const char *key, bool required, char **ret)
{
    const char *s = "";
    int err = lt_json_str(doc, key, LT_QUESTION_JSON_BYTES, &s);

    if (err == LT_ENOENT && !required)
        return copy("", ret);
    if (err)
        return err;
    return required && *s == '\0' ? LT_EQUESTION : copy(s, ret);
}

static int read_type(const cJSON *doc, struct lt_question *q)
{
    const char *s;
    int err = lt_json_str(doc, "type", 16, &s);

    if (err)
        return err;
    return lt_qtype_parse(s, &q->type) ? LT_OK : LT_EQUESTION;
}

static int read_topic(const cJSON *doc, struct lt_question *q)
{
    return read_text(doc, "topic", false, &q->topic);
}

static int read_stem(const cJSON *doc, struct lt_question *q)
{
    return read_text(doc, "stem", true, &q->stem);
}

static int read_explanation(const cJSON *doc, struct lt_question *q)
{
    return read_text(doc, "explanation", false, &q->explanation);
}

static int read_source(const cJSON *doc, struct lt_question *q)
{
    return read_text(doc, "source", false, &q->source);
}

/* The array `key`, NULL when it is absent or empty. */
static int read_array(const cJSON *doc, const char *key, int max_items, const cJSON **ret)
{
    int err = lt_json_array(doc, key, max_items, ret);

    if (err == LT_ENOENT || (!err && !(*ret)->child)) {
        *ret = NULL;
        return LT_OK;
    }
    return err;
}

static int default_truefalse(struct lt_question *q)
{
    int err;

    q->n_options = 2;
    err = copy("正确", &q->options[0]);
    return err ? err : copy("错误", &q->options[1]);
}

static int read_options(const cJSON *doc, struct lt_question *q)
{
    const cJSON *array, *item;
    int err = read_array(doc, "options", LT_OPTIONS_MAX, &array);

    if (err)
        return err;
    if (q->type == LT_QT_FILL || q->type == LT_QT_TASK)
        return array ? LT_EQUESTION : LT_OK;
    if (!array)
        return q->type == LT_QT_TRUEFALSE ? default_truefalse(q) : LT_EQUESTION;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
            return LT_EQUESTION;
        err = copy(item->valuestring, &q->options[q->n_options++]);
        if (err)
            return err;
    }
    if (q->n_options < 2 || (q->type == LT_QT_TRUEFALSE && q->n_options != 2))
        return LT_EQUESTION;
    return LT_OK;
}

/* Distinct option indexes below `limit` from an array that holds at most LT_OPTIONS_MAX. */
static int read_indexes(const cJSON *array, int limit, int *out, int *ret_n)
{
    const cJSON *item;
    unsigned seen = 0;
    int n = 0;

    cJSON_ArrayForEach(item, array)
    {
        /* Every index 0–7 is exact as a double, so whatever is not whole differs from its int. */
        if (!cJSON_IsNumber(item) || item->valuedouble != (double)item->valueint ||
            item->valueint < 0 || item->valueint >= limit || (seen & 1u << item->valueint))
            return LT_ERANGE;
        seen |= 1u << item->valueint;
        out[n++] = item->valueint;
    }
    *ret_n = n;
    return LT_OK;
}

static void sort_ascending(int *v, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && v[k - 1] > v[k]; k--) {
            int t = v[k];
            v[k] = v[k - 1];
            v[k - 1] = t;
        }
}

/* Whether `n` chosen options can answer (or be the key of) a question of this type. */
static bool count_fits(const struct lt_question *q, int n)
{
    switch (q->type) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        return n == 1;
    case LT_QT_MULTIPLE:
        return n >= 1;
    case LT_QT_ORDER:
        return n == q->n_options;
    case LT_QT_FILL:
    case LT_QT_TASK:
    case LT_QTYPES:
        break;
    }
    return false;
}

static int read_key(const cJSON *doc, struct lt_question *q)
{
    const cJSON *array;
    int err = read_array(doc, "key", LT_OPTIONS_MAX, &array);

    if (err)
        return err;
    if (q->type == LT_QT_FILL || q->type == LT_QT_TASK)
        return array ? LT_EQUESTION : LT_OK;
    err = array ? read_indexes(array, q->n_options, q->key, &q->n_key) : LT_EQUESTION;
    if (err)
        return err;
    if (q->type != LT_QT_ORDER)
        sort_ascending(q->key, q->n_key);
    return count_fits(q, q->n_key) ? LT_OK : LT_EQUESTION;
}

static int read_accepted(const cJSON *doc, struct lt_question *q)
{
    int32_t normal[LT_FILLTEXT_MAX];
    const cJSON *array, *item;
    int err = read_array(doc, "accepted", LT_ACCEPTED_MAX, &array);

    if (err)
        return err;
    if (q->type != LT_QT_FILL)
        return array ? LT_EQUESTION : LT_OK;
    if (!array)
        return LT_EQUESTION;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) || lt_filltext_normalise(item->valuestring, normal) <= 0)
            return LT_EQUESTION;
        err = copy(item->valuestring, &q->accepted[q->n_key++]);
        if (err)
            return err;
    }
    return LT_OK;
}

/* In this order: the later ones depend on the type and on the number of options. */
static const struct {
    const char *path;
    int (*read)(const cJSON *doc, struct lt_question *q);
} members[] = {
    {"type", read_type},
    {"topic", read_topic},
    {"stem", read_stem},
    {"options", read_options},
    {"key", read_key},
    {"accepted", read_accepted},
    {"explanation", read_explanation},
    {"source", read_source},
};

int lt_question_parse(const char *json, size_t n, struct lt_question **ret, const char **ret_path)
{
    static const struct lt_json_limits limits = {.bytes = LT_QUESTION_JSON_BYTES, .depth = 4};
    struct lt_question *q = NULL;
    const char *path = "";
    cJSON *doc = NULL;
    int err = lt_json_parse(json, n, &limits, &doc);

    if (!err && !cJSON_IsObject(doc))
        err = LT_EQUESTION;
    if (err)
        goto out;
    q = calloc(1, sizeof *q);
    err = q ? LT_OK : LT_ENOMEM;
    for (size_t i = 0; !err && i < sizeof members / sizeof *members; i++) {
        path = members[i].path;
        err = members[i].read(doc, q);
    }
out:
    cJSON_Delete(doc);
    if (!err) {
        *ret = q;
        return LT_OK;
    }
    lt_question_free(q);
    if (err == LT_ENOMEM)
        return err;
    *ret_path = path;
    return LT_EQUESTION;
}

void lt_question_free(struct lt_question *q)
{
    if (!q)
        return;
    free(q->stem);
    free(q->topic);
    free(q->explanation);
    free(q->source);
    for (int i = 0; i < LT_OPTIONS_MAX; i++)
        free(q->options[i]);
    for (int i = 0; i < LT_ACCEPTED_MAX; i++)
        free(q->accepted[i]);
    free(q);
}

/* ---- responses ------------------------------------------------------------------------------ */

int lt_response_write(const struct lt_response *r, enum lt_qtype type, char *out, size_t cap)
{
    struct lt_response sorted = *r;
    struct lt_jsonw w;
    struct lt_buf b;
    int n;

    lt_buf_init(&b, cap);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    if (type == LT_QT_FILL) {
        lt_jsonw_str(&w, "t", r->text);
    } else {
        if (type != LT_QT_ORDER)
            sort_ascending(sorted.choice, sorted.n_choice);
        lt_jsonw_arr(&w, "c");
        for (int i = 0; i < sorted.n_choice; i++)
            lt_jsonw_i64(&w, NULL, sorted.choice[i]);
        lt_jsonw_end_arr(&w);
    }
    lt_jsonw_end_obj(&w);
    n = b.failed || b.len >= cap ? LT_ETOOBIG : (int)b.len;
    if (n > 0)
        memcpy(out, lt_buf_cstr(&b), b.len + 1);
    lt_buf_done(&b);
    return n;
}

static int read_response(const cJSON *doc, struct lt_response *r)
{
    const cJSON *array;
    const char *text;

    /* Exactly one member, so that a stored response has one reading. */
    if (!cJSON_IsObject(doc) || !doc->child || doc->child->next)
        return LT_EANSWER;
    if (lt_json_array(doc, "c", LT_OPTIONS_MAX, &array) == LT_OK)
        return read_indexes(array, LT_OPTIONS_MAX, r->choice, &r->n_choice);
    if (lt_json_str(doc, "t", LT_FILL_BYTES, &text) != LT_OK)
        return LT_EANSWER;
    memcpy(r->text, text, strlen(text) + 1);
    return LT_OK;
}

int lt_response_read(const char *json, size_t n, struct lt_response *ret)
{
    static const struct lt_json_limits limits = {.bytes = 8 * LT_FILL_BYTES, .depth = 2};
    struct lt_response r = {0};
    cJSON *doc = NULL;
    int err = lt_json_parse(json, n, &limits, &doc);

    if (!err)
        err = read_response(doc, &r);
    cJSON_Delete(doc);
    if (err)
        return err == LT_ENOMEM ? err : LT_EANSWER;
    *ret = r;
    return LT_OK;
}

static bool choice_fits(const struct lt_question *q, const struct lt_response *r)
{
    unsigned seen = 0;

    if (r->n_choice < 0 || r->n_choice > q->n_options || r->text[0] != '\0')
        return false;
    for (int i = 0; i < r->n_choice; i++) {
        if (r->choice[i] < 0 || r->choice[i] >= q->n_options || (seen & 1u << r->choice[i]))
            return false;
        seen |= 1u << r->choice[i];
    }
    return count_fits(q, r->n_choice);
}

int lt_response_check(const struct lt_question *q, const struct lt_response *r)
{
    int32_t normal[LT_FILLTEXT_MAX];
    bool fits;

    if (q->type == LT_QT_FILL)
        fits = r->n_choice == 0 && memchr(r->text, '\0', sizeof r->text) &&
               lt_filltext_normalise(r->text, normal) > 0;
    else
        fits = choice_fits(q, r);
    return fits ? LT_OK : LT_EANSWER;
}

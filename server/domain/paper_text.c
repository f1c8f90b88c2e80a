/* The choices of a paper as they are stored: one short text in the paper's row, written anew with
 * each save.
 *
 * An array of arrays rather than of objects: a name an item would double the row, and rows are what a
 * million papers cost. Reading trusts nothing but the times: a deadline that was pulled
 * forward leaves choices behind it, which then do not count. */
#include "domain/paper.h"

#include "base/err.h"
#include "base/json.h"

#include <string.h>

enum { MS_US = 1000, TEXT_DEPTH = 3 };

static enum lt_qtype type_of(const struct lt_paper *p, int i)
{
    return p->pool[p->items[i].row].question->type;
}

static bool is_text(const struct lt_paper *p, int i)
{
    return type_of(p, i) == LT_QT_FILL;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_choice(struct lt_jsonw *w, const struct lt_paper *p, int i)
{
    const struct lt_paper_choice *c = &p->choices[i];

    lt_jsonw_arr(w, NULL);
    lt_jsonw_i64(w, NULL, c->rev);
    lt_jsonw_i64(w, NULL, (c->at_us - p->started_us) / MS_US);
    if (is_text(p, i)) {
        lt_jsonw_str(w, NULL, c->response.text);
    } else {
        lt_jsonw_arr(w, NULL);
        for (int k = 0; k < c->response.n_choice; k++)
            lt_jsonw_i64(w, NULL, c->response.choice[k]);
        lt_jsonw_end_arr(w);
    }
    lt_jsonw_end_arr(w);
}

int lt_paper_write(const struct lt_paper *p, char *out, size_t cap)
{
    struct lt_jsonw w;
    struct lt_buf b;
    int n, last = p->n;

    lt_buf_init(&b, cap);
    lt_jsonw_init(&w, &b);
    while (last > 0 && !p->choices[last - 1].given)
        last--;
    lt_jsonw_arr(&w, NULL);
    for (int i = 0; i < last; i++)
        if (p->choices[i].given)
            write_choice(&w, p, i);
        else
            lt_jsonw_i64(&w, NULL, 0);
    lt_jsonw_end_arr(&w);
    n = b.failed || b.len >= cap ? LT_ETOOBIG : (int)b.len;
    if (n > 0)
        memcpy(out, lt_buf_cstr(&b), b.len + 1);
    lt_buf_done(&b);
    return n;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_whole(const cJSON *item, int64_t min, int64_t max, int64_t *ret)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= (double)min) ||
        !(item->valuedouble <= (double)max) ||
        item->valuedouble != (double)(int64_t)item->valuedouble)
        return false;
    *ret = (int64_t)item->valuedouble;
    return true;
}

static bool read_options(const cJSON *array, struct lt_response *r)
{
    const cJSON *item;
    int64_t v;

    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) > LT_OPTIONS_MAX)
        return false;
    cJSON_ArrayForEach(item, array)
    {
        if (!read_whole(item, 0, LT_OPTIONS_MAX - 1, &v))
            return false;
        r->choice[r->n_choice++] = (int)v;
    }
    return true;
}

static bool read_response(const struct lt_paper *p, int i, const cJSON *item, struct lt_response *r)
{
    const struct lt_question *q = p->pool[p->items[i].row].question;

    if (is_text(p, i)) {
        if (!cJSON_IsString(item) || strlen(item->valuestring) > LT_FILL_BYTES)
            return false;
        strcpy(r->text, item->valuestring);
    } else if (!read_options(item, r)) {
        return false;
    }
    for (int k = 1; q->type != LT_QT_ORDER && k < r->n_choice; k++)
        if (r->choice[k - 1] >= r->choice[k])
            return false; /* not as they are written */
    return (r->n_choice == 0 && r->text[0] == '\0') || lt_response_check(q, r) == LT_OK;
}

static bool read_choice(const struct lt_paper *p, int i, const cJSON *item,
                        struct lt_paper_choice *ret)
{
    int64_t rev, ms;

    memset(ret, 0, sizeof *ret);
    if (cJSON_IsNumber(item))
        return item->valuedouble == 0;
    if (i >= p->n || !cJSON_IsArray(item) || cJSON_GetArraySize(item) != 3 ||
        !read_whole(item->child, 1, INT32_MAX, &rev) ||
        !read_whole(item->child->next, 0, INT32_MAX, &ms) ||
        !read_response(p, i, item->child->next->next, &ret->response))
        return false;
    ret->given = true;
    ret->rev = (int32_t)rev;
    ret->at_us = p->started_us + ms * MS_US;
    return true;
}

/* Twice over the array: once to look, once to set, so that a text that is refused changes nothing. */
static bool read_choices(struct lt_paper *p, const cJSON *array)
{
    struct lt_paper_choice c;
    const cJSON *item;
    int i = 0;

    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) > p->n)
        return false;
    cJSON_ArrayForEach(item, array) if (!read_choice(p, i++, item, &c)) return false;
    memset(p->choices, 0, (size_t)p->n * sizeof *p->choices);
    i = 0;
    cJSON_ArrayForEach(item, array)
    {
        read_choice(p, i, item, &p->choices[i]);
        i++;
    }
    return true;
}

int lt_paper_read(struct lt_paper *p, const char *text, size_t n)
{
    static const struct lt_json_limits limits = {.bytes = LT_PAPER_TEXT_BYTES, .depth = TEXT_DEPTH};
    cJSON *doc = NULL;
    int err = lt_json_parse(text, n, &limits, &doc);

    if (!err && !read_choices(p, doc))
        err = LT_EANSWER;
    cJSON_Delete(doc);
    return err && err != LT_ENOMEM ? LT_EANSWER : err;
}

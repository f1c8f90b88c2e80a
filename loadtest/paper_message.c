/* Reading what a home session is told. Only what is judged is read. */
#include "loadtest/paper.h"

#include "base/err.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

static const struct lt_json_limits limits = {.bytes = 256 * 1024, .depth = 8};
static const char *const types[LT_SEEN_TYPES] = {"single", "multiple", "truefalse", "fill",
                                                 "order"};

static uint64_t hash(const char *s)
{
    return lt_seen_hash(s, strlen(s));
}

static void copy(const cJSON *o, const char *key, char *out, size_t cap)
{
    const char *s = "";
    lt_json_str(o, key, cap - 1, &s);
    snprintf(out, cap, "%s", s);
}

static const char *read_item(const cJSON *o, struct lt_paper_item_seen *item)
{
    const char *type = "", *stem = "";
    const cJSON *options = NULL, *option;
    int t = 0;
    if (lt_json_str(o, "type", 20, &type) != LT_OK || lt_json_str(o, "stem", 16000, &stem) != LT_OK)
        return "item without type or stem";
    while (t < LT_SEEN_TYPES && strcmp(types[t], type) != 0)
        t++;
    if (t == LT_SEEN_TYPES)
        return "item of an unknown type";
    *item = (struct lt_paper_item_seen){.type = (enum lt_seen_type)t, .stem = hash(stem)};
    if (lt_json_array(o, "options", LT_SEEN_OPTIONS, &options) != LT_OK)
        return t == LT_SEEN_FILL ? NULL : "item without options";
    cJSON_ArrayForEach(option, options) item->options[item->n_options++] =
        hash(cJSON_IsString(option) ? option->valuestring : "");
    return NULL;
}

static const char *read_paper(const cJSON *message, struct lt_home_seen *s)
{
    const cJSON *paper, *items, *choices, *o;
    const char *state = "", *fault = NULL;
    if (lt_json_object(message, "paper", &paper) != LT_OK ||
        lt_json_str(paper, "state", 20, &state) != LT_OK ||
        lt_json_array(paper, "items", LT_PAPER_SEEN_ITEMS, &items) != LT_OK ||
        lt_json_array(paper, "choices", LT_PAPER_SEEN_ITEMS, &choices) != LT_OK)
        return "paper without state, items or choices";
    s->submitted = strcmp(state, "open") != 0;
    cJSON_ArrayForEach(o, items)
    {
        if (!fault)
            fault = read_item(o, &s->items[s->n_items++]);
        s->n_right += cJSON_GetObjectItemCaseSensitive(o, "key") != NULL ||
                      cJSON_GetObjectItemCaseSensitive(o, "right") != NULL;
    }
    cJSON_ArrayForEach(o, choices)
    {
        int64_t rev = 0;
        if (lt_json_i64(o, "rev", 0, 1000000, &rev) != LT_OK)
            return "choice without rev";
        if (rev > s->rev_max)
            s->rev_max = (int)rev;
    }
    return fault;
}

static const char *read_kind(const cJSON *o, const char *kind, struct lt_home_seen *s)
{
    int64_t i = 0, rev = 0;
    if (strcmp(kind, "home") == 0) {
        s->kind = LT_HOME_HOME;
    } else if (strcmp(kind, "paper") == 0) {
        s->kind = LT_HOME_PAPER;
        copy(o, "re", s->id, sizeof s->id);
        return read_paper(o, s);
    } else if (strcmp(kind, "saved") == 0) {
        s->kind = LT_HOME_SAVED;
        copy(o, "id", s->id, sizeof s->id);
        if (lt_json_i64(o, "i", 1, LT_PAPER_SEEN_ITEMS, &i) != LT_OK ||
            lt_json_i64(o, "rev", 1, 1000000, &rev) != LT_OK)
            return "saved without i or rev";
        s->i = (int)i;
        s->rev = (int)rev;
    } else if (strcmp(kind, "error") == 0 || strcmp(kind, "bye") == 0) {
        s->kind = kind[0] == 'e' ? LT_HOME_ERROR : LT_HOME_BYE;
        copy(o, "re", s->id, sizeof s->id);
        copy(o, "code", s->code, sizeof s->code);
    }
    return NULL;
}

const char *lt_home_read(const char *p, size_t n, struct lt_home_seen *s)
{
    cJSON *doc = NULL;
    const char *kind = "", *fault;
    s->kind = LT_HOME_OTHER;
    s->id[0] = s->code[0] = '\0';
    s->i = s->rev = s->n_items = s->rev_max = s->n_right = 0;
    s->submitted = false;
    if (lt_json_parse(p, n, &limits, &doc) != LT_OK)
        return "not JSON";
    fault = lt_json_str(doc, "t", 20, &kind) == LT_OK ? read_kind(doc, kind, s) : "no t";
    cJSON_Delete(doc);
    return fault;
}

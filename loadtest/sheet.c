/* Reading a rule sheet. Without one all bonuses and penalties are taken to be zero and the points
 * at the start are believed. */
#include "loadtest/sheet.h"

#include "base/err.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHEET_BYTES = 65536 };

static int64_t centi(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(v) ? llround(v->valuedouble * 100) : 0;
}

static void read_round(const cJSON *round, struct lt_grade_rule *ret)
{
    const cJSON *points = cJSON_GetObjectItemCaseSensitive(round, "points");
    const cJSON *streak = cJSON_GetObjectItemCaseSensitive(points, "streak");
    int64_t max = 0;
    ret->wrong_c = centi(points, "wrong");
    ret->partial = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(points, "partial"));
    ret->streak_c = centi(streak, "bonus");
    if (streak && lt_json_i64(streak, "max", 0, 1000, &max) == LT_OK)
        ret->streak_max = (int)max;
}

const char *lt_rules_read(const char *path, struct lt_rules *ret)
{
    static const struct lt_json_limits limits = {.bytes = SHEET_BYTES, .depth = 8};
    char text[SHEET_BYTES];
    cJSON *doc = NULL;
    int n = 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return "the rule sheet cannot be opened";
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    *ret = (struct lt_rules){.start_known = true};
    if (lt_json_parse(text, len, &limits, &doc) != LT_OK)
        return "the rule sheet is not JSON";
    ret->start_c = centi(doc, "start_points");
    const cJSON *round, *rounds = cJSON_GetObjectItemCaseSensitive(doc, "rounds");
    cJSON_ArrayForEach(round, rounds)
    {
        if (n < LT_SHEET_RULES)
            read_round(round, &ret->rounds[n++]);
    }
    cJSON_Delete(doc);
    return n > 0 ? NULL : "the rule sheet has no rounds";
}

const struct lt_grade_rule *lt_rules_of(const struct lt_rules *r, int round)
{
    static const struct lt_grade_rule plain;
    return round >= 1 && round <= LT_SHEET_RULES ? &r->rounds[round - 1] : &plain;
}

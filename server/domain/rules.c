/* The rule sheet: JSON in, a validated struct out, every problem named by path.
 *
 * Each object of the sheet is described by a table of its members; one reader walks the tables.
 * The same tables answer lt_sheet_option(), from which a test holds docs/rules.md to this file, so
 * an option cannot be added without being documented.
 *
 * Problems carry a code, not a sentence: who shows them says them in the reader's language.
 * Points are decimals of at most two places. A JSON number arrives as a double; the hundredths are
 * rounded from it and accepted only if they give back the very same double, which for decimals of
 * two places is exactly those that were meant. Nothing after that is floating point.
 *
 * After the shape, what the sheet can add up to is checked against the board's packed score: a
 * contest must not find out in its last round that its points do not fit. */
#include "domain/rules.h"

#include "base/err.h"
#include "base/json.h"
#include "domain/ranking.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PROBLEMS_MAX = 100,
    PATH_BYTES = 160,
    NAME_BYTES = 40, /* of an unknown member that is quoted in a path */
    RANK_MAX = 1000000,
    QUANTUM_MAX_US = 100000, /* a coarser board would call answers tied that are not */
};

enum member_kind { M_INT, M_BOOL, M_POINTS, M_TEXT, M_MODE, M_OBJECT, M_ARRAY };

struct member {
    const char *name;
    enum member_kind kind;
    bool required;
    int min, max; /* INT: value; POINTS: whole points; TEXT: bytes; ARRAY: items */
    size_t at;    /* where the value goes; OBJECT and ARRAY have readers of their own */
};
struct object {
    const char *prefix; /* of the paths of its members */
    const struct member *members;
    int n;
};
#define OBJECT(prefix, members)                                                                    \
    {                                                                                              \
        prefix, members, (int)(sizeof(members) / sizeof *(members))                                \
    }

static const struct member sheet_members[] = {
    {"version", M_INT, true, 1, 1, offsetof(struct lt_sheet, version)},
    {"start_points", M_POINTS, false, -LT_POINTS_MAX, LT_POINTS_MAX,
     offsetof(struct lt_sheet, start_points_c)},
    {"guests", M_BOOL, false, 0, 1, offsetof(struct lt_sheet, guests)},
    {"late_join", M_BOOL, false, 0, 1, offsetof(struct lt_sheet, late_join)},
    {"grace_ms", M_INT, false, 0, 2000, offsetof(struct lt_sheet, grace_ms)},
    {"board_rows", M_INT, false, 3, 50, offsetof(struct lt_sheet, board_rows)},
    {"rounds", M_ARRAY, true, 1, LT_ROUNDS_MAX, 0},
    {"credits", M_OBJECT, false, 0, 0, 0},
};
static const struct member round_members[] = {
    {"title", M_TEXT, true, 1, sizeof((struct lt_round_rule *)0)->title - 1,
     offsetof(struct lt_round_rule, title)},
    {"mode", M_MODE, true, 0, 0, offsetof(struct lt_round_rule, mode)},
    {"questions", M_INT, true, 1, LT_ROUND_QUESTIONS_MAX,
     offsetof(struct lt_round_rule, n_questions)},
    {"seconds", M_INT, true, 5, 600, offsetof(struct lt_round_rule, seconds)},
    {"points", M_OBJECT, true, 0, 0, 0},
};
static const struct member points_members[] = {
    {"right", M_POINTS, true, 0, LT_POINTS_MAX, offsetof(struct lt_score_rule, right_c)},
    {"wrong", M_POINTS, false, -LT_POINTS_MAX, 0, offsetof(struct lt_score_rule, wrong_c)},
    {"speed", M_BOOL, false, 0, 1, offsetof(struct lt_score_rule, speed)},
    {"partial", M_BOOL, false, 0, 1, offsetof(struct lt_score_rule, partial)},
    {"streak", M_OBJECT, false, 0, 0, 0},
};
static const struct member streak_members[] = {
    {"bonus", M_POINTS, true, 0, LT_POINTS_MAX, offsetof(struct lt_score_rule, streak_c)},
    {"max", M_INT, true, 1, LT_ROUND_QUESTIONS_MAX, offsetof(struct lt_score_rule, streak_max)},
};
static const struct member credits_members[] = {
    {"participation", M_OBJECT, false, 0, 0, 0},
    {"placement", M_ARRAY, false, 0, LT_PLACES_MAX, 0},
};
static const struct member participation_members[] = {
    {"amount", M_POINTS, true, 0, LT_POINTS_MAX, offsetof(struct lt_credit_rule, participation_c)},
    {"min_answers", M_INT, true, 1, LT_ROUNDS_MAX *LT_ROUND_QUESTIONS_MAX,
     offsetof(struct lt_credit_rule, participation_min)},
};
struct place {
    int64_t amount_c;
    int from, to;
};
static const struct member place_members[] = {
    {"ranks", M_ARRAY, true, 2, 2, 0},
    {"amount", M_POINTS, true, 0, LT_POINTS_MAX, offsetof(struct place, amount_c)},
};

static const struct object sheet_object = OBJECT("", sheet_members);
static const struct object round_object = OBJECT("rounds[].", round_members);
static const struct object points_object = OBJECT("rounds[].points.", points_members);
static const struct object streak_object = OBJECT("rounds[].points.streak.", streak_members);
static const struct object credits_object = OBJECT("credits.", credits_members);
static const struct object participation_object =
    OBJECT("credits.participation.", participation_members);
static const struct object place_object = OBJECT("credits.placement[].", place_members);

const char *lt_sheet_option(int i, char *out, size_t cap)
{
    static const struct object *const objects[] = {
        &sheet_object,   &round_object,         &points_object, &streak_object,
        &credits_object, &participation_object, &place_object,
    };

    for (size_t k = 0; k < sizeof objects / sizeof *objects; k++) {
        if (i < objects[k]->n) {
            snprintf(out, cap, "%s%s", objects[k]->prefix, objects[k]->members[i].name);
            return out;
        }
        i -= objects[k]->n;
    }
    return NULL;
}

static const char *const mode_names[LT_MODES] = {[LT_MODE_LIVE] = "live"};

const char *lt_mode_name(enum lt_mode m)
{
    return (unsigned)m < LT_MODES ? mode_names[m] : "";
}

/* ---- problems ------------------------------------------------------------------------------- */

struct reader {
    struct lt_jsonw w; /* of the array of problems, begun by the first */
    int problems;
};

/* Opens the object of a problem; false: there are too many, this one is not written. */
static bool problem_begin(struct reader *r, const char *path, const char *reason)
{
    r->problems++;
    if (r->problems == 1)
        lt_jsonw_arr(&r->w, NULL);
    if (r->problems > PROBLEMS_MAX)
        return false;
    lt_jsonw_obj(&r->w, NULL);
    lt_jsonw_str(&r->w, "path", path);
    lt_jsonw_str(&r->w, "reason", reason);
    return true;
}

static void problem(struct reader *r, const char *path, const char *reason)
{
    if (problem_begin(r, path, reason))
        lt_jsonw_end_obj(&r->w);
}

static void problem_range(struct reader *r, const char *path, int64_t min, int64_t max)
{
    if (!problem_begin(r, path, "range"))
        return;
    lt_jsonw_i64(&r->w, "min", min);
    lt_jsonw_i64(&r->w, "max", max);
    lt_jsonw_end_obj(&r->w);
}

static int problems_end(struct reader *r)
{
    if (r->problems == 0)
        return LT_OK;
    if (r->problems > PROBLEMS_MAX) {
        lt_jsonw_obj(&r->w, NULL);
        lt_jsonw_str(&r->w, "path", "");
        lt_jsonw_str(&r->w, "reason", "more");
        lt_jsonw_end_obj(&r->w);
    }
    lt_jsonw_end_arr(&r->w);
    return LT_ESHEET;
}

/* ---- values --------------------------------------------------------------------------------- */

static void read_int(struct reader *r, const char *path, const struct member *m, const cJSON *item,
                     int *ret)
{
    double v = item->valuedouble;

    if (!cJSON_IsNumber(item))
        problem(r, path, "type");
    else if (!(v >= m->min && v <= m->max))
        problem_range(r, path, m->min, m->max);
    else if (v != (double)(int)v)
        problem(r, path, "whole");
    else
        *ret = (int)v;
}

static void read_points(struct reader *r, const char *path, const struct member *m,
                        const cJSON *item, int64_t *ret)
{
    double v = item->valuedouble;

    if (!cJSON_IsNumber(item))
        problem(r, path, "type");
    else if (!(v >= m->min && v <= m->max))
        problem_range(r, path, m->min, m->max);
    else if ((double)llround(v * 100) / 100 != v)
        problem(r, path, "decimals");
    else
        *ret = llround(v * 100);
}

static void read_bool(struct reader *r, const char *path, const cJSON *item, bool *ret)
{
    if (!cJSON_IsBool(item))
        problem(r, path, "type");
    else
        *ret = cJSON_IsTrue(item);
}

static void read_text(struct reader *r, const char *path, const struct member *m, const cJSON *item,
                      char *ret)
{
    if (!cJSON_IsString(item))
        problem(r, path, "type");
    else if (item->valuestring[0] == '\0')
        problem(r, path, "empty");
    else if (strlen(item->valuestring) > (size_t)m->max)
        problem(r, path, "too_long");
    else
        memcpy(ret, item->valuestring, strlen(item->valuestring) + 1);
}

static void read_mode(struct reader *r, const char *path, const cJSON *item, enum lt_mode *ret)
{
    if (!cJSON_IsString(item)) {
        problem(r, path, "type");
        return;
    }
    for (int i = 0; i < LT_MODES; i++)
        if (strcmp(item->valuestring, mode_names[i]) == 0) {
            *ret = (enum lt_mode)i;
            return;
        }
    problem(r, path, "unknown_value");
}

static void check_array(struct reader *r, const char *path, const struct member *m,
                        const cJSON *item)
{
    if (!cJSON_IsArray(item))
        problem(r, path, "type");
    else if (cJSON_GetArraySize(item) < m->min || cJSON_GetArraySize(item) > m->max)
        problem_range(r, path, m->min, m->max);
}

static void read_member(struct reader *r, const char *path, const struct member *m,
                        const cJSON *item, void *target)
{
    void *at = (char *)target + m->at;

    switch (m->kind) {
    case M_INT:
        read_int(r, path, m, item, at);
        break;
    case M_BOOL:
        read_bool(r, path, item, at);
        break;
    case M_POINTS:
        read_points(r, path, m, item, at);
        break;
    case M_TEXT:
        read_text(r, path, m, item, at);
        break;
    case M_MODE:
        read_mode(r, path, item, at);
        break;
    case M_OBJECT:
        if (!cJSON_IsObject(item))
            problem(r, path, "type");
        break;
    case M_ARRAY:
        check_array(r, path, m, item);
        break;
    }
}

/* Cut an unknown name for a path, at a character's border. */
static void cut_name(const char *name, char out[NAME_BYTES + 4])
{
    size_t n = strlen(name);

    if (n <= NAME_BYTES) {
        memcpy(out, name, n + 1);
        return;
    }
    for (n = NAME_BYTES; ((unsigned char)name[n] & 0xc0) == 0x80;)
        n--;
    memcpy(out, name, n);
    memcpy(out + n, "…", sizeof "…");
}

static void refuse_unknown(struct reader *r, const struct object *o, const char *prefix,
                           const cJSON *obj)
{
    char path[PATH_BYTES], name[NAME_BYTES + 4];
    const cJSON *item;

    cJSON_ArrayForEach(item, obj)
    {
        int k = 0;

        while (k < o->n && strcmp(item->string, o->members[k].name) != 0)
            k++;
        if (k < o->n)
            continue;
        cut_name(item->string, name);
        snprintf(path, sizeof path, "%s%s", prefix, name);
        problem(r, path, "unknown");
    }
}

/* Read the members of one object; `prefix` is its place with indexes, e.g. "rounds[2].". */
static void read_object(struct reader *r, const struct object *o, const char *prefix,
                        const cJSON *obj, void *target)
{
    char path[PATH_BYTES];

    refuse_unknown(r, o, prefix, obj);
    for (int k = 0; k < o->n; k++) {
        const struct member *m = &o->members[k];
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, m->name);

        snprintf(path, sizeof path, "%s%s", prefix, m->name);
        if (item)
            read_member(r, path, m, item, target);
        else if (m->required)
            problem(r, path, "missing");
    }
}

/* The member `name` of `obj` when it is an object, else NULL: the table has complained already. */
static const cJSON *sub_object(const cJSON *obj, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, name);

    return cJSON_IsObject(item) ? item : NULL;
}

/* The same for an array. */
static const cJSON *sub_array(const cJSON *obj, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, name);

    return cJSON_IsArray(item) ? item : NULL;
}

/* ---- the sheet ------------------------------------------------------------------------------ */

static void read_round(struct reader *r, int i, const cJSON *obj, struct lt_round_rule *ret)
{
    char prefix[PATH_BYTES];
    const cJSON *points, *streak;

    snprintf(prefix, sizeof prefix, "rounds[%d].", i);
    read_object(r, &round_object, prefix, obj, ret);
    points = sub_object(obj, "points");
    if (!points)
        return;
    snprintf(prefix, sizeof prefix, "rounds[%d].points.", i);
    read_object(r, &points_object, prefix, points, &ret->score);
    streak = sub_object(points, "streak");
    if (!streak)
        return;
    snprintf(prefix, sizeof prefix, "rounds[%d].points.streak.", i);
    read_object(r, &streak_object, prefix, streak, &ret->score);
}

static void read_rounds(struct reader *r, const cJSON *array, struct lt_sheet *s)
{
    const cJSON *item;
    char path[PATH_BYTES];
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        if (i >= LT_ROUNDS_MAX)
            return;
        snprintf(path, sizeof path, "rounds[%d]", i);
        if (!cJSON_IsObject(item))
            problem(r, path, "type");
        else
            read_round(r, i, item, &s->rounds[i]);
        s->n_rounds = ++i;
    }
}

static void read_ranks(struct reader *r, const char *prefix, const cJSON *ranks, struct place *ret)
{
    static const struct member rank = {"", M_INT, true, 1, RANK_MAX, 0};
    char path[PATH_BYTES + NAME_BYTES];

    if (cJSON_GetArraySize(ranks) != 2)
        return;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%sranks[%d]", prefix, i);
        read_int(r, path, &rank, cJSON_GetArrayItem(ranks, i), i == 0 ? &ret->from : &ret->to);
    }
    snprintf(path, sizeof path, "%sranks", prefix);
    if (ret->from > 0 && ret->to > 0 && ret->from > ret->to)
        problem(r, path, "order");
}

static void read_place(struct reader *r, int i, const cJSON *obj, struct lt_credit_rule *c)
{
    char prefix[NAME_BYTES], path[PATH_BYTES];
    struct place p = {0};
    const cJSON *ranks;

    snprintf(prefix, sizeof prefix, "credits.placement[%d].", i);
    read_object(r, &place_object, prefix, obj, &p);
    ranks = sub_array(obj, "ranks");
    if (ranks)
        read_ranks(r, prefix, ranks, &p);
    /* A range that is itself wrong (0, or reversed) overlaps nothing. */
    for (int k = 0; k < i; k++)
        if (p.from > 0 && c->places[k].from > 0 && p.from <= c->places[k].to &&
            c->places[k].from <= p.to) {
            snprintf(path, sizeof path, "%sranks", prefix);
            problem(r, path, "overlap");
            break;
        }
    c->places[i].from = p.from;
    c->places[i].to = p.to;
    c->places[i].amount_c = p.amount_c;
}

static void read_placement(struct reader *r, const cJSON *array, struct lt_credit_rule *c)
{
    const cJSON *item;
    char path[PATH_BYTES];
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        if (i >= LT_PLACES_MAX)
            return;
        snprintf(path, sizeof path, "credits.placement[%d]", i);
        if (!cJSON_IsObject(item))
            problem(r, path, "type");
        else
            read_place(r, i, item, c);
        c->n_places = ++i;
    }
}

static void read_credits(struct reader *r, const cJSON *obj, struct lt_credit_rule *c)
{
    const cJSON *participation = sub_object(obj, "participation");

    read_object(r, &credits_object, "credits.", obj, c);
    if (participation)
        read_object(r, &participation_object, "credits.participation.", participation, c);
    read_placement(r, sub_array(obj, "placement"), c);
}

/* The most that one round can give. */
static int64_t round_max_c(const struct lt_round_rule *round)
{
    const struct lt_score_rule *score = &round->score;
    int64_t sum_c = round->n_questions * score->right_c;

    for (int i = 1; i < round->n_questions; i++)
        sum_c += score->streak_c * (i < score->streak_max ? i : score->streak_max);
    return sum_c;
}

static int64_t answer_time_us(const struct lt_sheet *s)
{
    int64_t sum_us = 0;

    for (int i = 0; i < s->n_rounds; i++)
        sum_us += (int64_t)s->rounds[i].n_questions * s->rounds[i].seconds * 1000000;
    return sum_us;
}

int64_t lt_sheet_quantum_us(const struct lt_sheet *s)
{
    int64_t q_us = answer_time_us(s) / (1 << 17) + 1;

    return (q_us + 999) / 1000 * 1000;
}

/* The extremes of the sheet, one at a time, so that the problem says which it is. */
static void check_budget(struct reader *r, const struct lt_sheet *s)
{
    struct lt_place most = {.points_c = s->start_points_c}, least = most, all = {0}, slow = {0};
    int64_t quantum_us = lt_sheet_quantum_us(s), packed;

    for (int i = 0; i < s->n_rounds; i++) {
        most.points_c += round_max_c(&s->rounds[i]);
        least.points_c += s->rounds[i].n_questions * s->rounds[i].score.wrong_c;
    }
    all.correct = lt_sheet_questions(s);
    slow.time_us = answer_time_us(s);
    if (lt_board_pack(&most, quantum_us, &packed) || lt_board_pack(&least, quantum_us, &packed))
        problem(r, "rounds", "budget_points");
    if (lt_board_pack(&all, quantum_us, &packed))
        problem(r, "rounds", "budget_questions");
    if (quantum_us > QUANTUM_MAX_US || lt_board_pack(&slow, quantum_us, &packed))
        problem(r, "rounds", "budget_time");
}

static void read_sheet(struct reader *r, const cJSON *doc, struct lt_sheet *s)
{
    const cJSON *credits = sub_object(doc, "credits");

    read_object(r, &sheet_object, "", doc, s);
    read_rounds(r, sub_array(doc, "rounds"), s);
    if (credits)
        read_credits(r, credits, &s->credits);
    /* What follows compares numbers with each other: only sensible when each is right. */
    if (r->problems > 0)
        return;
    if (s->credits.participation_min > lt_sheet_questions(s))
        problem_range(r, "credits.participation.min_answers", 1, lt_sheet_questions(s));
    check_budget(r, s);
}

int lt_sheet_parse(const char *json, size_t n, struct lt_sheet *ret, struct lt_buf *err)
{
    static const struct lt_json_limits limits = {.bytes = LT_SHEET_BYTES, .depth = 8};
    struct lt_sheet s = {.late_join = true, .grace_ms = 300, .board_rows = 10};
    struct reader r = {.problems = 0};
    cJSON *doc = NULL;
    int result = lt_json_parse(json, n, &limits, &doc);

    if (result == LT_ENOMEM)
        return result;
    lt_jsonw_init(&r.w, err);
    if (result == LT_ETOOBIG)
        problem(&r, "", "too_big");
    else if (result == LT_EDEPTH)
        problem(&r, "", "too_deep");
    else if (result == LT_EUTF8)
        problem(&r, "", "bad_utf8");
    else if (result != LT_OK)
        problem(&r, "", "bad_json");
    else if (!cJSON_IsObject(doc))
        problem(&r, "", "type");
    else
        read_sheet(&r, doc, &s);
    cJSON_Delete(doc);
    result = problems_end(&r);
    if (result == LT_OK)
        *ret = s;
    return result;
}

int lt_sheet_questions(const struct lt_sheet *s)
{
    int n = 0;

    for (int i = 0; i < s->n_rounds; i++)
        n += s->rounds[i].n_questions;
    return n;
}

const struct lt_round_rule *lt_sheet_round_of(const struct lt_sheet *s, int qi, int *ret_round,
                                              int *ret_index)
{
    if (qi < 0)
        return NULL;
    for (int i = 0; i < s->n_rounds; i++) {
        if (qi < s->rounds[i].n_questions) {
            *ret_round = i;
            *ret_index = qi;
            return &s->rounds[i];
        }
        qi -= s->rounds[i].n_questions;
    }
    return NULL;
}

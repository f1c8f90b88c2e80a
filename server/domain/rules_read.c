/* The shape of a rule sheet: which options there are, of what kind, and where their values go.
 *
 * Each object of the sheet is described by a table of its members; one reader walks the tables.
 * The same tables answer lt_sheet_option(), from which a test holds docs/rules.md to this file, so
 * an option cannot be added without being documented. A table also says in which modes of a round a
 * member means anything: an option without effect is a mistake of whoever wrote it, and is refused
 * rather than passed over in silence.
 *
 * Points are decimals of at most two places. A JSON number arrives as a double; the hundredths are
 * rounded from it and accepted only if they give back the very same double, which for decimals of
 * two places is exactly those that were meant. Nothing after that is floating point. */
#include "rules_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME_BYTES = 40, /* of an unknown member that is quoted in a path */
};
_Static_assert(sizeof(enum lt_mode) == sizeof(int), "words are stored through int");

/* ---- words ---------------------------------------------------------------------------------- */

#define WORDS(name, ...)                                                                           \
    static const char *const name##_names[] = {__VA_ARGS__};                                       \
    const struct words name##_words = {name##_names,                                               \
                                       (int)(sizeof name##_names / sizeof *name##_names)}
WORDS(mode, "live", "required", "buzzer", "wager", "speed", "jury", "tiebreak", "timed", "survival",
      "duel");
WORDS(turns, "all", "lot", "reverse");
WORDS(policy, "captain", "first", "majority", "mean", "best", "sum");
WORDS(judging, "key", "judge");
WORDS(timing, "arrival", "compensated");
WORDS(doubt, "draw", "rearm");
WORDS(key, "points", "tiebreak", "correct", "time");
WORDS(help, "hall", "colleague", "two");
WORDS(entries, "person", "team");
WORDS(counts, "best", "last", "mean", "sum");
WORDS(match, "any", "region", "rating");
WORDS(movement, "free", "forward");
WORDS(results, "window", "at_once");
WORDS(qtype, "single", "multiple", "truefalse", "fill", "order", "task");

int read_index(struct reader *r, const char *path, const cJSON *item, const struct words *w)
{
    if (!cJSON_IsString(item)) {
        problem(r->p, path, R_TYPE);
        return -1;
    }
    for (int i = 0; i < w->n; i++)
        if (strcmp(item->valuestring, w->names[i]) == 0)
            return i;
    problem(r->p, path, R_UNKNOWN_VALUE);
    return -1;
}

/* ---- values --------------------------------------------------------------------------------- */

bool read_int(struct reader *r, const char *path, const struct member *m, const cJSON *item,
              int *ret)
{
    double v = item->valuedouble;

    if (!cJSON_IsNumber(item))
        problem(r->p, path, R_TYPE);
    else if (!(v >= m->min && v <= m->max))
        problem_range(r->p, path, m->min, m->max);
    else if (v != (double)(int)v)
        problem(r->p, path, R_WHOLE);
    else
        return *ret = (int)v, true;
    return false;
}

bool read_points(struct reader *r, const char *path, const struct member *m, const cJSON *item,
                 int64_t *ret)
{
    double v = item->valuedouble;

    if (!cJSON_IsNumber(item))
        problem(r->p, path, R_TYPE);
    else if (!(v >= m->min && v <= m->max))
        problem_range(r->p, path, m->min, m->max);
    else if ((double)llround(v * 100) / 100 != v)
        problem(r->p, path, R_DECIMALS);
    else
        return *ret = llround(v * 100), true;
    return false;
}

static void read_bool(struct reader *r, const char *path, const cJSON *item, bool *ret)
{
    if (!cJSON_IsBool(item))
        problem(r->p, path, R_TYPE);
    else
        *ret = cJSON_IsTrue(item);
}

static bool read_text(struct reader *r, const char *path, size_t max, const cJSON *item, char *ret)
{
    if (!cJSON_IsString(item))
        problem(r->p, path, R_TYPE);
    else if (item->valuestring[0] == '\0')
        problem(r->p, path, R_EMPTY);
    else if (strlen(item->valuestring) > max)
        problem_with(r->p, path, R_TOO_LONG, "max", (int64_t)max);
    else
        return memcpy(ret, item->valuestring, strlen(item->valuestring) + 1), true;
    return false;
}

/* A tie-break without questions is told apart from a number that was mistyped. */
static void read_count(struct reader *r, const char *path, const struct member *m,
                       const cJSON *item, int *ret)
{
    struct member tiebreak = *m;

    tiebreak.max = LT_TIEBREAKS_MAX;
    if (r->mode == TIEBREAK && cJSON_IsNumber(item) && item->valuedouble == 0)
        problem(r->p, path, R_NO_QUESTIONS);
    else
        read_int(r, path, r->mode == TIEBREAK ? &tiebreak : m, item, ret);
}

static void read_word(struct reader *r, const char *path, const struct member *m, const cJSON *item,
                      int *ret)
{
    int i = read_index(r, path, item, m->words);

    if (i >= 0)
        *ret = i;
}

static void read_nested(struct reader *r, const char *path, const struct member *m,
                        const cJSON *item, void *target)
{
    if (m->kind == M_OBJECT ? !cJSON_IsObject(item) : !cJSON_IsArray(item))
        problem(r->p, path, R_TYPE);
    else if (m->kind == M_ARRAY &&
             (cJSON_GetArraySize(item) < m->min || cJSON_GetArraySize(item) > m->max))
        problem_range(r->p, path, m->min, m->max);
    else
        m->read(r, path, item, target);
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
        read_text(r, path, (size_t)m->max, item, at);
        break;
    case M_WORD:
        read_word(r, path, m, item, at);
        break;
    case M_COUNT:
        read_count(r, path, m, item, at);
        break;
    case M_OBJECT:
    case M_ARRAY:
        read_nested(r, path, m, item, target);
        break;
    case M_ANY:
        m->read(r, path, item, target);
        break;
    }
}

/* ---- objects -------------------------------------------------------------------------------- */

void join(char out[PATH_BYTES], const char *path, const char *name)
{
    snprintf(out, PATH_BYTES, "%s%s%s", path, path[0] ? "." : "", name);
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

static void refuse_unknown(struct reader *r, const struct object *o, const char *path,
                           const cJSON *obj)
{
    char where[PATH_BYTES], name[NAME_BYTES + 4];
    const cJSON *item;

    cJSON_ArrayForEach(item, obj)
    {
        int k = 0;

        while (k < o->n && strcmp(item->string, o->members[k].name) != 0)
            k++;
        if (k < o->n)
            continue;
        cut_name(item->string, name);
        join(where, path, name);
        problem(r->p, where, R_UNKNOWN);
    }
}

static void miss_member(struct reader *r, const char *path, const struct member *m)
{
    if (m->need != EVERY && !(m->need & r->mode))
        return;
    problem(r->p, path, m->kind == M_COUNT && r->mode == TIEBREAK ? R_NO_QUESTIONS : R_MISSING);
}

void read_object(struct reader *r, const struct object *o, const char *path, const cJSON *obj,
                 void *target)
{
    char where[PATH_BYTES];

    refuse_unknown(r, o, path, obj);
    for (int k = 0; k < o->n; k++) {
        const struct member *m = &o->members[k];
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, m->name);

        join(where, path, m->name);
        if (!item)
            miss_member(r, where, m);
        else if (m->modes && r->mode && !(m->modes & r->mode))
            problem(r->p, where, R_NOT_FOR_MODE);
        else if (m->teams && !r->teams)
            problem(r->p, where, R_NEEDS_TEAMS);
        else if (m->pace && r->pace && m->pace != r->pace)
            problem(r->p, where, m->pace == PACED ? R_NEEDS_SELF_PACED : R_NOT_SELF_PACED);
        else
            read_member(r, where, m, item, target);
    }
}

/* ---- lists ---------------------------------------------------------------------------------- */

void at_index(char out[PATH_BYTES], const char *path, int i)
{
    snprintf(out, PATH_BYTES, "%.*s[%d]", PATH_BYTES - 16, path, i);
}

int read_texts(struct reader *r, const char *path, const cJSON *array, char *rows, size_t size)
{
    char where[PATH_BYTES];
    const cJSON *item;
    int i = 0, n = 0;

    cJSON_ArrayForEach(item, array)
    {
        int k = 0;

        at_index(where, path, i++);
        if (!read_text(r, where, size - 1, item, rows + (size_t)n * size))
            continue;
        while (strcmp(rows + (size_t)k * size, rows + (size_t)n * size) != 0)
            k++;
        if (k < n)
            problem(r->p, where, R_TWICE);
        else
            n++;
    }
    return n;
}

unsigned read_set(struct reader *r, const char *path, const cJSON *array, const struct words *w)
{
    char where[PATH_BYTES];
    const cJSON *item;
    unsigned set = 0;
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        int k;

        at_index(where, path, i++);
        k = read_index(r, where, item, w);
        if (k >= 0 && set & 1u << k)
            problem(r->p, where, R_TWICE);
        else if (k >= 0)
            set |= 1u << k;
    }
    return set;
}

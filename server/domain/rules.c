/* The rule sheet: JSON in, a validated struct out, every problem named by path.
 *
 *   rules_read.c    how a table of options is walked
 *   rules_round.c   the options of a round
 *   rules_paper.c   those that only self-paced rounds and sheets have
 *   rules_boards.c  freeze, awards, roll-ups
 *   this file       those of the sheet and its credits; questions over all rounds
 *   rules_check.c   what the options say about each other
 *   rules_problem.c how a problem is written
 *
 * What the options say about each other is looked at only once each of them is right by itself, so
 * that one mistake is told once. */
#include "rules_internal.h"

#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANK_MAX = 1000000, SHEET_DEPTH = 8 };

/* ---- credits -------------------------------------------------------------------------------- */

struct place {
    int64_t amount_c;
    int from, to;
};

static void read_ranks(struct reader *r, const char *path, const cJSON *ranks, void *target)
{
    static const struct member rank = {.min = 1, .max = RANK_MAX};
    struct place *p = target;
    char where[PATH_BYTES];

    for (int i = 0; i < 2; i++) {
        at_index(where, path, i);
        read_int(r, where, &rank, cJSON_GetArrayItem(ranks, i), i == 0 ? &p->from : &p->to);
    }
    if (p->from > 0 && p->to > 0 && p->from > p->to)
        problem(r->p, path, R_ORDER);
}

static const struct member place_members[] = {
    {.name = "ranks", .kind = M_ARRAY, .need = EVERY, .min = 2, .max = 2, .read = read_ranks},
    {.name = "amount", .kind = M_POINTS, .need = EVERY, .max = LT_POINTS_MAX, OF(place, amount_c)},
};
static const struct object place_object = OBJECT_OF("credits.placement[].", place_members);

static void read_place(struct reader *r, const char *path, const cJSON *obj,
                       struct lt_credit_rule *c)
{
    char where[PATH_BYTES];
    struct place p = {0};
    int n = c->n_places;

    if (cJSON_IsObject(obj))
        read_object(r, &place_object, path, obj, &p);
    else
        problem(r->p, path, R_TYPE);
    join(where, path, "ranks");
    /* A range that is itself wrong (0, or reversed) overlaps nothing. */
    for (int k = 0; k < n; k++)
        if (p.from > 0 && c->places[k].from > 0 && p.from <= c->places[k].to &&
            c->places[k].from <= p.to) {
            problem(r->p, where, R_OVERLAP);
            break;
        }
    c->places[n].from = p.from;
    c->places[n].to = p.to;
    c->places[n].amount_c = p.amount_c;
    c->n_places++;
}

static void read_placement(struct reader *r, const char *path, const cJSON *array, void *target)
{
    char where[PATH_BYTES];
    const cJSON *item;
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, i++);
        read_place(r, where, item, target);
    }
}

static const struct member participation_members[] = {
    {.name = "amount",
     .kind = M_POINTS,
     .need = EVERY,
     .max = LT_POINTS_MAX,
     OF(lt_credit_rule, participation_c)},
    {.name = "min_answers",
     .kind = M_INT,
     .need = EVERY,
     .min = 1,
     .max = LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX,
     OF(lt_credit_rule, participation_min)},
};
static const struct object participation_object =
    OBJECT_OF("credits.participation.", participation_members);

static void read_participation(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &participation_object, path, obj, target);
}

static const struct member credits_members[] = {
    {.name = "participation", .kind = M_OBJECT, .read = read_participation},
    {.name = "placement", .kind = M_ARRAY, .max = LT_PLACES_MAX, .read = read_placement},
};
static const struct object credits_object = OBJECT_OF("credits.", credits_members);

/* ---- the sheet ------------------------------------------------------------------------------ */

/* What is read that is not in struct lt_sheet as it stands. */
struct draft {
    struct lt_sheet sheet;
    int entries;           /* 1: teams */
    enum lt_policy policy; /* of the sheet's teams */
    int policy_n;
};

static void read_help(struct reader *r, const char *path, const cJSON *array, void *target)
{
    ((struct draft *)target)->sheet.helps = read_set(r, path, array, &help_words);
}

static const struct member team_members[] = {
    {.name = "policy", .kind = M_WORD, OF(draft, policy), .words = &policy_words},
    {.name = "best", .kind = M_INT, .min = 1, .max = LT_MEMBERS_MAX, OF(draft, policy_n)},
    {.name = "help", .kind = M_ARRAY, .max = LT_HELPS, .read = read_help},
};
static const struct object team_object = OBJECT_OF("team.", team_members);

static const struct member buzzer_members[] = {
    {.name = "timing", .kind = M_WORD, OF(lt_sheet, timing), .words = &timing_words},
    {.name = "window_ms", .kind = M_INT, .min = 20, .max = 2000, OF(lt_sheet, window_ms)},
    {.name = "slack_ms", .kind = M_INT, .max = 200, OF(lt_sheet, slack_ms)},
    {.name = "cap_ms", .kind = M_INT, .max = 1000, OF(lt_sheet, cap_ms)},
    {.name = "doubt", .kind = M_WORD, OF(lt_sheet, doubt), .words = &doubt_words},
    {.name = "doubt_ms", .kind = M_INT, .max = 200, OF(lt_sheet, doubt_ms)},
};
static const struct object buzzer_object = OBJECT_OF("buzzer.", buzzer_members);

static void read_team(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    struct draft *d = target;
    char where[PATH_BYTES];

    read_object(r, &team_object, path, obj, d);
    join(where, path, "best");
    if (d->policy == LT_POLICY_BEST && d->policy_n == 0)
        problem(r->p, where, R_MISSING);
    if (d->policy != LT_POLICY_BEST && d->policy_n != 0)
        problem(r->p, where, R_NOT_WITH_POLICY);
    r->policy = d->policy;
    r->policy_n = d->policy_n;
}

static void read_ranking(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_sheet *s = &((struct draft *)target)->sheet;
    char where[PATH_BYTES];
    const cJSON *item;
    unsigned seen = 0;
    int i = 0, key;

    s->n_keys = 0;
    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, i);
        key = read_index(r, where, item, &key_words);
        if (i++ == 0 && key > LT_KEY_POINTS)
            problem(r->p, where, R_POINTS_FIRST);
        if (key < 0)
            continue;
        if (seen & 1u << key)
            problem(r->p, where, R_TWICE);
        seen |= 1u << key;
        s->keys[s->n_keys++] = (enum lt_rank_key)key;
    }
}

static void read_buzzer(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &buzzer_object, path, obj, &((struct draft *)target)->sheet);
}

static void read_rounds(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_sheet *s = &((struct draft *)target)->sheet;
    char where[PATH_BYTES];
    const cJSON *item;
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, i);
        if (cJSON_IsObject(item))
            read_round(r, where, item, &s->rounds[i]);
        else
            problem(r->p, where, R_TYPE);
        s->n_rounds = ++i;
    }
}

static void read_credits(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &credits_object, path, obj, &((struct draft *)target)->sheet.credits);
}

static void read_results(struct reader *r, const char *path, const cJSON *item, void *target)
{
    ((struct draft *)target)->sheet.at_once = read_index(r, path, item, &results_words) == 1;
}

static void read_sheet_hours(struct reader *r, const char *path, const cJSON *array, void *target)
{
    read_hours(r, path, array, &((struct draft *)target)->sheet);
}

static void read_sheet_audience(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_audience(r, path, obj, &((struct draft *)target)->sheet);
}

static void read_sheet_freeze(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_freeze(r, path, obj, &((struct draft *)target)->sheet);
}

static void read_sheet_awards(struct reader *r, const char *path, const cJSON *array, void *target)
{
    read_awards(r, path, array, &((struct draft *)target)->sheet);
}

static void read_sheet_boards(struct reader *r, const char *path, const cJSON *array, void *target)
{
    read_boards(r, path, array, &((struct draft *)target)->sheet);
}

/* `team` stands before `rounds`: they take their policy from it. */
static const struct member sheet_members[] = {
    {.name = "version", .kind = M_INT, .need = EVERY, .min = 1, .max = 1, OF(draft, sheet.version)},
    {.name = "entries", .kind = M_WORD, OF(draft, entries), .words = &entries_words},
    {.name = "start_points",
     .kind = M_POINTS,
     .pace = HOSTED,
     .min = -LT_POINTS_MAX,
     .max = LT_POINTS_MAX,
     OF(draft, sheet.start_points_c)},
    {.name = "guests", .kind = M_BOOL, .pace = HOSTED, OF(draft, sheet.guests)},
    {.name = "late_join", .kind = M_BOOL, .pace = HOSTED, OF(draft, sheet.late_join)},
    {.name = "grace_ms", .kind = M_INT, .max = 2000, OF(draft, sheet.grace_ms)},
    {.name = "rtt_cap_ms", .kind = M_INT, .max = 1000, OF(draft, sheet.rtt_cap_ms)},
    {.name = "board_rows", .kind = M_INT, .min = 3, .max = 50, OF(draft, sheet.board_rows)},
    {.name = "groups", .kind = M_INT, .teams = true, .max = LT_GROUPS_MAX, OF(draft, sheet.groups)},
    {.name = "team", .kind = M_OBJECT, .teams = true, .read = read_team},
    {.name = "appeals", .kind = M_BOOL, .teams = true, OF(draft, sheet.appeals)},
    {.name = "approval", .kind = M_BOOL, OF(draft, sheet.approval)},
    {.name = "ranking",
     .kind = M_ARRAY,
     .pace = HOSTED,
     .min = 1,
     .max = LT_RANK_KEYS,
     .read = read_ranking},
    {.name = "buzzer", .kind = M_OBJECT, .teams = true, .read = read_buzzer},
    {.name = "results", .kind = M_ANY, .pace = PACED, .read = read_results},
    {.name = "day_offset_minutes",
     .kind = M_INT,
     .pace = PACED,
     .min = -12 * 60,
     .max = 14 * 60,
     OF(draft, sheet.utc_offset_min)},
    {.name = "per_day", .kind = M_INT, .pace = PACED, .max = 100, OF(draft, sheet.per_day)},
    {.name = "hours",
     .kind = M_ARRAY,
     .pace = PACED,
     .min = 1,
     .max = LT_HOURS_MAX,
     .read = read_sheet_hours},
    {.name = "audience", .kind = M_OBJECT, .pace = PACED, .read = read_sheet_audience},
    {.name = "pass",
     .kind = M_POINTS,
     .pace = PACED,
     .max = LT_POINTS_MAX,
     OF(draft, sheet.pass_c)},
    {.name = "rounds",
     .kind = M_ARRAY,
     .need = EVERY,
     .min = 1,
     .max = LT_ROUNDS_MAX,
     .read = read_rounds},
    {.name = "credits", .kind = M_OBJECT, .read = read_credits},
    {.name = "freeze", .kind = M_OBJECT, .read = read_sheet_freeze},
    {.name = "awards", .kind = M_ARRAY, .min = 1, .max = LT_AWARDS_MAX, .read = read_sheet_awards},
    {.name = "boards", .kind = M_ARRAY, .max = LT_BOARDS_MAX, .read = read_sheet_boards},
    {.name = "round_boards", .kind = M_BOOL, OF(draft, sheet.round_boards)},
};
static const struct object sheet_object = OBJECT_OF("", sheet_members);

static const struct object *const objects[] = {
    &sheet_object,  &team_object,     &buzzer_object,  &round_object,         &points_object,
    &streak_object, &foul_object,     &jury_object,    &draw_object,          &part_object,
    &hours_object,  &audience_object, &credits_object, &participation_object, &place_object,
    &freeze_object, &award_object,    &board_object,
};

/* The i-th member over all objects; *ret_object is the one that it is in. NULL: there is none. */
static const struct member *member_at(int i, const struct object **ret_object)
{
    for (size_t k = 0; i >= 0 && k < sizeof objects / sizeof *objects; k++) {
        *ret_object = objects[k];
        if (i < objects[k]->n)
            return &objects[k]->members[i];
        i -= objects[k]->n;
    }
    return NULL;
}

const char *lt_sheet_option(int i, char *out, size_t cap)
{
    const struct object *o;
    const struct member *m = member_at(i, &o);

    if (!m)
        return NULL;
    snprintf(out, cap, "%s%s", o->prefix, m->name);
    return out;
}

void lt_sheet_option_modes(int i, unsigned *ret_means, unsigned *ret_needs)
{
    const struct object *o;
    const struct member *m = member_at(i, &o);

    assert(m);
    *ret_means = m->modes ? m->modes : (unsigned)EVERY;
    *ret_needs = m->need;
}

/* Field by field: a sheet is large, and `d` is zeroed. */
static void draft_init(struct draft *d)
{
    struct lt_sheet *s = &d->sheet;

    s->late_join = true;
    s->grace_ms = 300;
    s->rtt_cap_ms = 150;
    s->board_rows = 10;
    s->window_ms = 600;
    s->slack_ms = 30;
    s->cap_ms = 250;
    s->doubt_ms = 10;
    s->utc_offset_min = 480;
    s->pass_c = -1;
    s->n_keys = 3;
    s->keys[0] = LT_KEY_POINTS;
    s->keys[1] = LT_KEY_CORRECT;
    s->keys[2] = LT_KEY_TIME;
    d->policy = LT_POLICY_CAPTAIN;
}

/* As the first round is whose mode is one; the others are held to it. */
static unsigned pace_of(const cJSON *doc)
{
    const cJSON *round;

    cJSON_ArrayForEach(round, cJSON_GetObjectItemCaseSensitive(doc, "rounds"))
    {
        const cJSON *mode = cJSON_GetObjectItemCaseSensitive(round, "mode");

        for (unsigned i = 0; i < LT_MODES && cJSON_IsString(mode); i++)
            if (strcmp(mode->valuestring, mode_words.names[i]) == 0)
                return PACED & 1u << i ? (unsigned)PACED : (unsigned)HOSTED;
    }
    return 0;
}

static void read_sheet(struct problems *p, const cJSON *doc, struct draft *d)
{
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(doc, "entries");
    struct reader r = {.p = p, .pace = pace_of(doc)};

    r.teams = cJSON_IsString(entries) && strcmp(entries->valuestring, entries_words.names[1]) == 0;
    d->sheet.round_boards = r.pace != PACED;
    read_object(&r, &sheet_object, "", doc, d);
    d->sheet.teams = d->entries == 1;
    d->sheet.self_paced = r.pace == PACED;
    if (!cJSON_GetObjectItemCaseSensitive(doc, "boards"))
        boards_defaults(&d->sheet);
    if (p->n == 0)
        check_sheet(p, &d->sheet, cJSON_GetObjectItemCaseSensitive(doc, "buzzer") != NULL);
}

static const struct lt_json_limits sheet_limits = {.bytes = LT_SHEET_BYTES, .depth = SHEET_DEPTH};

int lt_sheet_parse(const char *json, size_t n, struct lt_sheet *ret, struct lt_buf *err)
{
    struct draft *d = calloc(1, sizeof *d);
    struct problems p;
    cJSON *doc = NULL;
    int result = d ? lt_json_parse(json, n, &sheet_limits, &doc) : LT_ENOMEM;

    if (result == LT_ENOMEM) {
        free(d);
        return result;
    }
    draft_init(d);
    problems_init(&p, err);
    if (result == LT_ETOOBIG)
        problem(&p, "", R_TOO_BIG);
    else if (result == LT_EDEPTH)
        problem(&p, "", R_TOO_DEEP);
    else if (result == LT_EUTF8)
        problem(&p, "", R_BAD_UTF8);
    else if (result != LT_OK)
        problem(&p, "", R_BAD_JSON);
    else if (!cJSON_IsObject(doc))
        problem(&p, "", R_TYPE);
    else
        read_sheet(&p, doc, d);
    cJSON_Delete(doc);
    result = problems_end(&p);
    if (result == LT_OK)
        *ret = d->sheet;
    free(d);
    return result;
}

int lt_sheet_public(const char *json, size_t n, struct lt_buf *out)
{
    cJSON *doc = NULL, *round;
    int err = lt_json_parse(json, n, &sheet_limits, &doc);
    char *text = NULL;

    if (err == LT_OK) {
        cJSON_ArrayForEach(round, cJSON_GetObjectItemCaseSensitive(doc, "rounds"))
            cJSON_DeleteItemFromObjectCaseSensitive(round, "codes");
        text = cJSON_PrintUnformatted(doc);
        if (text)
            lt_buf_str(out, text);
        err = text && !out->failed ? LT_OK : LT_ENOMEM;
    } else if (err != LT_ENOMEM) {
        err = LT_ESHEET;
    }
    cJSON_free(text);
    cJSON_Delete(doc);
    return err;
}

/* ---- words and questions -------------------------------------------------------------------- */

static const char *word(const struct words *w, unsigned i)
{
    return i < (unsigned)w->n ? w->names[i] : "";
}

const char *lt_mode_name(enum lt_mode m)
{
    return word(&mode_words, m);
}

const char *lt_turns_name(enum lt_turns t)
{
    return word(&turns_words, t);
}

const char *lt_policy_name(enum lt_policy p)
{
    return word(&policy_words, p);
}

const char *lt_help_name(enum lt_help h)
{
    return word(&help_words, h);
}

bool lt_help_parse(const char *s, enum lt_help *ret)
{
    for (int i = 0; i < LT_HELPS; i++)
        if (strcmp(s, help_words.names[i]) == 0) {
            *ret = (enum lt_help)i;
            return true;
        }
    return false;
}

int lt_sheet_first(const struct lt_sheet *s, int r)
{
    int n = 0;

    for (int i = 0; i < r && !s->self_paced; i++)
        n += s->rounds[i].n_questions;
    return n;
}

int lt_sheet_questions(const struct lt_sheet *s)
{
    return lt_sheet_first(s, s->n_rounds);
}

const struct lt_round_rule *lt_sheet_round_of(const struct lt_sheet *s, int qi, int *ret_round,
                                              int *ret_index)
{
    if (qi < 0 || s->self_paced)
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

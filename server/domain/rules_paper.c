/* Self-paced play in the rule sheet: blueprints, limits, hours, audience; what these say about each
 * other; and what all papers of a person can add up to.
 *
 * A board must hold the largest total there can be. Where one paper of a round counts that is a
 * paper; where all of them add up it is as many as one may start, or SUMMED_MAX, which nobody reaches
 * in a season. Points that could go beyond are refused. Right answers and time beyond the board's
 * places only stand still there (lt_board_score); results, which are ranked by themselves, are exact. */
#include "rules_internal.h"

#include "base/err.h"
#include "domain/ranking.h"

#include <stdio.h>
#include <string.h>

enum {
    SUMMED_MAX = 1000, /* papers of a round that add up, where there is no other limit */
    DAY_MINUTES = 24 * 60,
};
static const int64_t BOARD_TIME_US = INT64_C(13107) * 1000000; /* 2^17 quanta of 100 ms */

/* ---- a round -------------------------------------------------------------------------------- */

static void read_part_points(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &points_object, path, obj, &((struct lt_part_rule *)target)->score);
}

static void read_part_draw(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_fit(r, path, obj, &((struct lt_part_rule *)target)->fit);
}

static const struct member part_members[] = {
    {.name = "questions",
     .kind = M_INT,
     .need = EVERY,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     OF(lt_part_rule, n)},
    {.name = "points", .kind = M_OBJECT, .need = EVERY, .read = read_part_points},
    {.name = "draw", .kind = M_OBJECT, .read = read_part_draw},
};
const struct object part_object = OBJECT_OF("rounds[].blueprint[].", part_members);

void read_blueprint(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_paper_rule *rule = &((struct lt_round_rule *)target)->paper;
    char where[PATH_BYTES];
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, rule->n_parts);
        if (cJSON_IsObject(item))
            read_object(r, &part_object, where, item, &rule->parts[rule->n_parts]);
        else
            problem(r->p, where, R_TYPE);
        rule->n_parts++;
    }
}

/* Of a tie-break how many places it resolves, of a duel the points of its places. */
void read_places(struct reader *r, const char *path, const cJSON *item, void *target)
{
    static const struct member places = {.min = 1, .max = LT_TEAMS_MAX};
    static const struct member amount = {.max = LT_POINTS_MAX};
    struct lt_round_rule *round = target;
    const int max = (int)(sizeof round->paper.places_c / sizeof *round->paper.places_c);
    char where[PATH_BYTES];

    if (r->mode != DUEL) {
        read_int(r, path, &places, item, &round->places);
        return;
    }
    if (!cJSON_IsArray(item)) {
        problem(r->p, path, R_TYPE);
        return;
    }
    round->paper.n_places = cJSON_GetArraySize(item);
    if (round->paper.n_places < 1 || round->paper.n_places > max) {
        problem_range(r->p, path, 1, max);
        return;
    }
    for (int i = 0; i < round->paper.n_places; i++) {
        at_index(where, path, i);
        read_points(r, where, &amount, cJSON_GetArrayItem(item, i), &round->paper.places_c[i]);
    }
}

void read_movement(struct reader *r, const char *path, const cJSON *item, void *target)
{
    ((struct lt_round_rule *)target)->paper.forward =
        read_index(r, path, item, &movement_words) == 1;
}

/* A paper that counts is written once unless somebody says more; one may practise, or play, as often
 * as one likes. Duels add up. */
void paced_defaults(struct lt_round_rule *ret, unsigned mode, const cJSON *obj)
{
    if (mode == PAPER && !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(obj, "practice")))
        ret->paper.attempts = 1;
    if (mode == DUEL) {
        ret->paper.players = 2;
        ret->paper.counts = LT_COUNTS_SUM;
    }
}

static void refuse_where(struct reader *r, const char *path, const cJSON *obj, const char *name,
                         enum reason why)
{
    char where[PATH_BYTES];

    join(where, path, name);
    if (cJSON_GetObjectItemCaseSensitive(obj, name))
        problem(r->p, where, why);
}

/* Without a blueprint a paper is one part. */
static void settle_parts(struct reader *r, const char *path, const cJSON *obj,
                         struct lt_round_rule *ret)
{
    char where[PATH_BYTES];

    if (cJSON_GetObjectItemCaseSensitive(obj, "blueprint")) {
        refuse_where(r, path, obj, "points", R_NOT_WITH_BLUEPRINT);
        refuse_where(r, path, obj, "draw", R_NOT_WITH_BLUEPRINT);
        return;
    }
    join(where, path, "points");
    if (!cJSON_GetObjectItemCaseSensitive(obj, "points"))
        problem(r->p, where, R_MISSING);
    ret->paper.n_parts = 1;
    ret->paper.parts[0] =
        (struct lt_part_rule){.n = ret->n_questions, .fit = ret->draw.fit, .score = ret->score};
}

/* What must be seen in the text: whether an option was written at all. */
void settle_paced(struct reader *r, const char *path, const cJSON *obj, struct lt_round_rule *ret)
{
    char where[PATH_BYTES];

    if (r->mode != PAPER)
        return;
    settle_parts(r, path, obj, ret);
    join(where, path, "minutes");
    if (!cJSON_GetObjectItemCaseSensitive(obj, "minutes") &&
        !cJSON_GetObjectItemCaseSensitive(obj, "seconds"))
        problem(r->p, where, R_MISSING);
    if (ret->paper.practice) {
        refuse_where(r, path, obj, "counts", R_NOT_WITH_PRACTICE);
        refuse_where(r, path, obj, "counted_per_day", R_NOT_WITH_PRACTICE);
    }
}

/* ---- the sheet ------------------------------------------------------------------------------ */

/* "HH:MM", 24:00 included: minutes from midnight. */
static bool read_time(struct reader *r, const char *path, const cJSON *item, int *ret)
{
    const char *s = cJSON_IsString(item) ? item->valuestring : "";
    int minutes = 0;

    if (!cJSON_IsString(item)) {
        problem(r->p, path, R_TYPE);
        return false;
    }
    for (int i = 0; i < 5; i++)
        if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
            goto bad;
    minutes = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 + s[4] - '0';
    if (s[5] == '\0' && s[3] < '6' && minutes <= DAY_MINUTES)
        return *ret = minutes, true;
bad:
    problem(r->p, path, R_NOT_A_TIME);
    return false;
}

static void read_from(struct reader *r, const char *path, const cJSON *item, void *target)
{
    read_time(r, path, item, &((struct lt_hours_rule *)target)->from);
}

static void read_to(struct reader *r, const char *path, const cJSON *item, void *target)
{
    read_time(r, path, item, &((struct lt_hours_rule *)target)->to);
}

static const struct member hours_members[] = {
    {.name = "from", .kind = M_ANY, .need = EVERY, .read = read_from},
    {.name = "to", .kind = M_ANY, .need = EVERY, .read = read_to},
};
const struct object hours_object = OBJECT_OF("hours[].", hours_members);

void read_hours(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_sheet *s = target;
    char where[PATH_BYTES];
    const cJSON *item;
    int before = 0;

    cJSON_ArrayForEach(item, array)
    {
        struct lt_hours_rule h = {.from = -1, .to = -1};

        at_index(where, path, s->n_hours);
        if (cJSON_IsObject(item))
            read_object(r, &hours_object, where, item, &h);
        else
            problem(r->p, where, R_TYPE);
        if (h.from >= 0 && h.to >= 0 && (h.from >= h.to || h.from < before))
            problem(r->p, where, R_ORDER);
        before = h.to;
        s->hours[s->n_hours++] = h;
    }
}

static void read_kinds(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_audience_rule *a = target;

    a->n_kinds = read_texts(r, path, array, a->kinds[0], sizeof a->kinds[0]);
}

static void read_regions(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_audience_rule *a = target;

    a->n_regions = read_texts(r, path, array, a->regions[0], sizeof a->regions[0]);
}

static const struct member audience_members[] = {
    {.name = "kinds", .kind = M_ARRAY, .min = 1, .max = LT_TOPICS_MAX, .read = read_kinds},
    {.name = "regions", .kind = M_ARRAY, .min = 1, .max = LT_TOPICS_MAX, .read = read_regions},
    {.name = "leaders", .kind = M_BOOL, OF(lt_audience_rule, leaders)},
};
const struct object audience_object = OBJECT_OF("audience.", audience_members);

void read_audience(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &audience_object, path, obj, &((struct lt_sheet *)target)->audience);
}

/* ---- what they say about each other --------------------------------------------------------- */

static void check_parts(struct problems *p, const struct lt_round_rule *r, int i)
{
    const unsigned task = 1u << LT_QT_TASK;
    char path[PATH_BYTES];
    int sum = 0;

    for (int k = 0; k < r->paper.n_parts; k++) {
        sum += r->paper.parts[k].n;
        /* Of a round without a blueprint the only part is the round's own draw. */
        if (r->paper.parts[k].fit.types & task && !(r->draw.fit.types & task))
            problem(p, path_of(path, "rounds[%d].blueprint[%d].draw.types", i, k), R_NOT_FOR_MODE);
    }
    if (r->draw.fit.types & task)
        problem(p, path_of(path, "rounds[%d].draw.types", i), R_NOT_FOR_MODE);
    if (r->mode == LT_MODE_TIMED && sum != r->n_questions)
        problem_with(p, path_of(path, "rounds[%d].blueprint", i), R_NOT_THE_SUM, "have", sum);
}

/* A limit above the one around it limits nothing. */
static void check_limits(struct problems *p, const struct lt_sheet *s, int i)
{
    const struct lt_paper_rule *rule = &s->rounds[i].paper;
    int day = rule->per_day;
    char path[PATH_BYTES];

    if (rule->attempts > 0 && rule->per_day > rule->attempts)
        problem_range(p, path_of(path, "rounds[%d].per_day", i), 0, rule->attempts);
    if (s->per_day > 0 && rule->per_day > s->per_day)
        problem_range(p, path_of(path, "rounds[%d].per_day", i), 0, s->per_day);
    if (day == 0 || (s->per_day > 0 && s->per_day < day))
        day = s->per_day;
    if (day == 0 || (rule->attempts > 0 && rule->attempts < day))
        day = rule->attempts;
    if (day > 0 && rule->counted_per_day > day)
        problem_range(p, path_of(path, "rounds[%d].counted_per_day", i), 0, day);
}

static void check_duel(struct problems *p, const struct lt_round_rule *r, int i)
{
    char path[PATH_BYTES];

    if (r->paper.players == 3)
        problem(p, path_of(path, "rounds[%d].players", i), R_UNKNOWN_VALUE);
    if (r->paper.n_places > r->paper.players)
        problem_range(p, path_of(path, "rounds[%d].places", i), 1, r->paper.players);
    if (r->paper.target > r->n_questions)
        problem_range(p, path_of(path, "rounds[%d].target", i), 1, r->n_questions);
}

void check_paced_round(struct problems *p, const struct lt_sheet *s, int i)
{
    const struct lt_round_rule *r = &s->rounds[i];
    char path[PATH_BYTES];

    check_parts(p, r, i);
    check_limits(p, s, i);
    if (r->mode == LT_MODE_DUEL)
        check_duel(p, r, i);
    if (r->mode != LT_MODE_TIMED)
        return;
    if (r->seconds > 0 && !r->paper.forward)
        problem(p, path_of(path, "rounds[%d].seconds", i), R_NEEDS_FORWARD);
    if (r->paper.one_by_one && !r->paper.forward)
        problem(p, path_of(path, "rounds[%d].one_by_one", i), R_NEEDS_FORWARD);
    if (s->at_once && !r->paper.practice && !r->paper.disjoint)
        problem(p, path_of(path, "rounds[%d].disjoint", i), R_NEEDS_DISJOINT);
}

/* ---- what all of it can add up to ----------------------------------------------------------- */

/* Papers of a round that count, at most. */
static int counted(const struct lt_round_rule *r)
{
    if (r->paper.practice)
        return 0;
    if (r->paper.counts != LT_COUNTS_SUM)
        return 1;
    return r->paper.attempts > 0 ? r->paper.attempts : SUMMED_MAX;
}

static int64_t paper_time_us(const struct lt_round_rule *r)
{
    int64_t whole_s = r->paper.minutes * 60, items_s = (int64_t)r->n_questions * r->seconds;

    if (whole_s == 0 || (items_s > 0 && items_s < whole_s))
        whole_s = items_s;
    return whole_s * 1000000;
}

static void paper_points(const struct lt_round_rule *r, int64_t *most_c, int64_t *least_c)
{
    *most_c = *least_c = 0;
    for (int k = 0; k < r->paper.n_parts; k++) {
        *most_c += r->paper.parts[k].n * r->paper.parts[k].score.right_c;
        *least_c += r->paper.parts[k].n * r->paper.parts[k].score.wrong_c;
    }
    if (r->mode == LT_MODE_SURVIVAL)
        *most_c = r->n_questions * r->score.right_c;
    for (int k = 0; k < r->paper.n_places; k++)
        *most_c = r->paper.places_c[k] > *most_c ? r->paper.places_c[k] : *most_c;
}

int paced_answers(const struct lt_sheet *s)
{
    int n = 0;

    for (int i = 0; i < s->n_rounds; i++)
        n += counted(&s->rounds[i]) * s->rounds[i].n_questions;
    return n;
}

int64_t paced_time_us(const struct lt_sheet *s)
{
    int64_t sum_us = 0;

    for (int i = 0; i < s->n_rounds; i++)
        sum_us += counted(&s->rounds[i]) * paper_time_us(&s->rounds[i]);
    return sum_us;
}

void check_paced_budget(struct problems *p, const struct lt_sheet *s)
{
    struct lt_place most = {0}, least = {0};
    int64_t once_us = 0, packed, most_c, least_c, quantum_us = lt_sheet_quantum_us(s);
    int once = 0;

    for (int i = 0; i < s->n_rounds; i++) {
        const struct lt_round_rule *r = &s->rounds[i];

        paper_points(r, &most_c, &least_c);
        most.points_c += counted(r) * most_c;
        least.points_c += counted(r) * least_c;
        if (counted(r) > 0) {
            once += r->n_questions;
            once_us += paper_time_us(r);
        }
    }
    if (lt_board_pack(&most, quantum_us, &packed) || lt_board_pack(&least, quantum_us, &packed))
        problem(p, "rounds", R_BUDGET_POINTS);
    if (once > LT_BOARD_CORRECT_MAX)
        problem(p, "rounds", R_BUDGET_QUESTIONS);
    if (once_us > BOARD_TIME_US)
        problem(p, "rounds", R_BUDGET_TIME);
}

/* What the rule sheet says about boards: from when on the public one stands still (封榜), which
 * awards its reveal gives, and which roll-ups there are beside it.
 *
 * A board can be frozen only while nobody in the hall can work out what it hides: where a verdict is
 * spoken, a press is seen, or the next team is chosen by its rank, each answer tells its points. So
 * such rounds wait until the board has been revealed; a freeze that begins with one is refused. */
#include "rules_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FREEZE_MINUTES_MAX = 600, LAST_MINUTES_MAX = 7 * 24 * 60, AWARD_PLACES_MAX = 1000 };
enum { BEST_MAX = 1000, LEAST_MAX = 100000 };

static const char *const of_names[LT_BOARD_OFS] = {"entry",    "unit", "county",  "city",
                                                   "province", "kind", "audience"};
static const char *const by_names[LT_AGGREGATES] = {"sum", "mean", "best", "weighted"};
static const struct words of_words = {of_names, LT_BOARD_OFS}, by_words = {by_names, LT_AGGREGATES};

const char *lt_board_of_name(enum lt_board_of of)
{
    return (unsigned)of < LT_BOARD_OFS ? of_names[of] : "";
}

bool lt_board_of_parse(const char *s, enum lt_board_of *ret)
{
    for (int i = 0; i < LT_BOARD_OFS; i++)
        if (strcmp(s, of_names[i]) == 0) {
            *ret = (enum lt_board_of)i;
            return true;
        }
    return false;
}

const char *lt_aggregate_name(enum lt_aggregate a)
{
    return (unsigned)a < LT_AGGREGATES ? by_names[a] : "";
}

bool lt_round_hideable(const struct lt_round_rule *r)
{
    const unsigned modes = mode_bit(LT_MODE_LIVE) | mode_bit(LT_MODE_REQUIRED) |
                           mode_bit(LT_MODE_WAGER) | mode_bit(LT_MODE_SPEED);

    return (modes & mode_bit(r->mode)) && r->turns == LT_TURNS_ALL &&
           r->judging == LT_JUDGED_BY_KEY;
}

/* ---- reading -------------------------------------------------------------------------------- */

static const struct member freeze_members[] = {
    {.name = "round",
     .kind = M_INT,
     .pace = HOSTED,
     .min = 1,
     .max = LT_ROUNDS_MAX,
     OF(lt_freeze_rule, round)},
    {.name = "after_minutes",
     .kind = M_INT,
     .pace = HOSTED,
     .min = 1,
     .max = FREEZE_MINUTES_MAX,
     OF(lt_freeze_rule, after_minutes)},
    {.name = "last_minutes",
     .kind = M_INT,
     .pace = PACED,
     .min = 1,
     .max = LAST_MINUTES_MAX,
     OF(lt_freeze_rule, last_minutes)},
};
const struct object freeze_object = OBJECT_OF("freeze.", freeze_members);

/* Nothing of it, and more than one of it, cannot be seen in the rule any more. */
void read_freeze(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    struct lt_freeze_rule *f = &((struct lt_sheet *)target)->freeze;
    int n = r->p->n;

    read_object(r, &freeze_object, path, obj, f);
    if (r->p->n == n && (f->round != 0) + (f->after_minutes != 0) + (f->last_minutes != 0) != 1)
        problem(r->p, path, R_ONE_OF);
}

static const struct member award_members[] = {
    {.name = "title", .kind = M_TEXT, .need = EVERY, .max = 60, OF(lt_award_rule, title)},
    {.name = "places",
     .kind = M_INT,
     .need = EVERY,
     .min = 1,
     .max = AWARD_PLACES_MAX,
     OF(lt_award_rule, places)},
};
const struct object award_object = OBJECT_OF("awards[].", award_members);

void read_awards(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_sheet *s = target;
    char where[PATH_BYTES], title[PATH_BYTES];
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        struct lt_award_rule *a = &s->awards[s->n_awards];

        at_index(where, path, s->n_awards);
        join(title, where, "title");
        if (cJSON_IsObject(item))
            read_object(r, &award_object, where, item, a);
        else
            problem(r->p, where, R_TYPE);
        for (int i = 0; i < s->n_awards && a->title[0] != '\0'; i++)
            if (strcmp(s->awards[i].title, a->title) == 0) {
                problem(r->p, title, R_TWICE);
                break;
            }
        s->n_awards++;
    }
}

static void read_of(struct reader *r, const char *path, const cJSON *item, void *target)
{
    struct lt_board_rule *b = target;
    int i = read_index(r, path, item, &of_words);

    if (i == LT_OF_ENTRY) /* always there */
        problem(r->p, path, R_UNKNOWN_VALUE);
    else if (i > 0)
        b->of = (enum lt_board_of)i;
}

static void read_floor(struct reader *r, const char *path, const cJSON *item, void *target)
{
    double v = item->valuedouble;

    if (!cJSON_IsNumber(item))
        problem(r->p, path, R_TYPE);
    else if (!(v >= 0 && v <= 1))
        problem_range(r->p, path, 0, 1);
    else if ((double)llround(v * 10000) / 10000 != v)
        problem(r->p, path, R_FOUR_DECIMALS);
    else
        ((struct lt_board_rule *)target)->floor_e4 = (int)llround(v * 10000);
}

static const struct member board_members[] = {
    {.name = "of", .kind = M_ANY, .need = EVERY, .read = read_of},
    {.name = "by", .kind = M_WORD, OF(lt_board_rule, by), .words = &by_words},
    {.name = "best", .kind = M_INT, .min = 1, .max = BEST_MAX, OF(lt_board_rule, best)},
    {.name = "floor", .kind = M_ANY, .read = read_floor},
    {.name = "least", .kind = M_INT, .min = 1, .max = LEAST_MAX, OF(lt_board_rule, least)},
};
const struct object board_object = OBJECT_OF("boards[].", board_members);

/* An option that belongs to one way of adding up: there and only there. */
static void settle_aggregate(struct reader *r, const char *path, const cJSON *obj, const char *name,
                             bool wanted)
{
    bool given = cJSON_GetObjectItemCaseSensitive(obj, name) != NULL;
    char where[PATH_BYTES];

    join(where, path, name);
    if (given != wanted)
        problem(r->p, where, given ? R_NOT_WITH_AGGREGATE : R_MISSING);
}

static void read_board(struct reader *r, const char *path, const cJSON *obj, struct lt_sheet *s)
{
    struct lt_board_rule *b = &s->boards[s->n_boards];
    int n = r->p->n;
    char of[PATH_BYTES];

    *b = (struct lt_board_rule){.by = LT_AGGREGATE_MEAN, .least = 1};
    read_object(r, &board_object, path, obj, b);
    if (r->p->n == n) {
        settle_aggregate(r, path, obj, "best", b->by == LT_AGGREGATE_BEST);
        settle_aggregate(r, path, obj, "floor", b->by == LT_AGGREGATE_WEIGHTED);
    }
    join(of, path, "of");
    for (int i = 0; i < s->n_boards && b->of != LT_OF_ENTRY; i++)
        if (s->boards[i].of == b->of) {
            problem(r->p, of, R_TWICE);
            break;
        }
}

void read_boards(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_sheet *s = target;
    char where[PATH_BYTES];
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, s->n_boards);
        if (cJSON_IsObject(item))
            read_board(r, where, item, s);
        else
            problem(r->p, where, R_TYPE);
        s->n_boards++;
    }
}

/* Teams are no leaders: there is nothing that a board of audiences could tell apart. */
void boards_defaults(struct lt_sheet *s)
{
    for (int of = LT_OF_UNIT; of < (s->teams ? LT_OF_AUDIENCE : LT_BOARD_OFS); of++)
        s->boards[s->n_boards++] =
            (struct lt_board_rule){.of = (enum lt_board_of)of, .by = LT_AGGREGATE_MEAN, .least = 1};
}

/* ---- what they say about each other --------------------------------------------------------- */

static void check_freeze(struct problems *p, const struct lt_sheet *s)
{
    const struct lt_freeze_rule *f = &s->freeze;
    bool hideable = false;

    for (int i = 0; i < s->n_rounds; i++)
        hideable |= lt_round_hideable(&s->rounds[i]);
    if (f->round > s->n_rounds)
        problem_range(p, "freeze.round", 1, s->n_rounds);
    else if (f->round > 0 && !lt_round_hideable(&s->rounds[f->round - 1]))
        problem(p, "freeze.round", R_TOLD_IN_HALL);
    if (f->after_minutes > 0 && !hideable)
        problem(p, "freeze.after_minutes", R_TOLD_IN_HALL);
    if (f->last_minutes > 0 && !s->at_once)
        problem(p, "freeze.last_minutes", R_NEEDS_AT_ONCE);
}

/* Weighed by head counts: a team is nobody's participation, and nobody counts leaders. */
static void check_board(struct problems *p, const struct lt_sheet *s, int i)
{
    const struct lt_board_rule *b = &s->boards[i];
    char path[PATH_BYTES];

    if (b->of == LT_OF_AUDIENCE && s->teams)
        problem(p, path_of(path, "boards[%d].of", i), R_NOT_WITH_TEAMS);
    else if (b->by == LT_AGGREGATE_WEIGHTED && s->teams)
        problem(p, path_of(path, "boards[%d].by", i), R_NOT_WITH_TEAMS);
    else if (b->by == LT_AGGREGATE_WEIGHTED && b->of == LT_OF_AUDIENCE)
        problem(p, path_of(path, "boards[%d].by", i), R_NO_HEAD_COUNT);
}

void check_boards(struct problems *p, const struct lt_sheet *s)
{
    check_freeze(p, s);
    for (int i = 0; i < s->n_boards; i++)
        check_board(p, s, i);
}

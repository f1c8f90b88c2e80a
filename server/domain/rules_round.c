/* A round of the rule sheet: its options, in which modes each means anything, and its defaults. */
#include "rules_internal.h"

#include "domain/engine.h"

#include <stdio.h>
#include <string.h>

enum { PAPER_MINUTES_MAX = 180, ATTEMPTS_MAX = 1000, PER_DAY_MAX = 100 };

static void read_topics(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_fit_rule *f = target;

    f->n_topics = read_texts(r, path, array, f->topics[0], sizeof f->topics[0]);
}

static void read_audiences(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_fit_rule *f = target;

    f->n_audiences = read_texts(r, path, array, f->audiences[0], sizeof f->audiences[0]);
}

static void read_types(struct reader *r, const char *path, const cJSON *array, void *target)
{
    ((struct lt_fit_rule *)target)->types = read_set(r, path, array, &qtype_words);
}

static void read_difficulty(struct reader *r, const char *path, const cJSON *array, void *target)
{
    static const struct member grade = {.min = 1, .max = 3};
    struct lt_fit_rule *f = target;
    char where[PATH_BYTES];
    const cJSON *item;
    int i = 0, v;

    cJSON_ArrayForEach(item, array)
    {
        at_index(where, path, i++);
        if (!read_int(r, where, &grade, item, &v))
            continue;
        if (f->difficulty & 1u << v)
            problem(r->p, where, R_TWICE);
        f->difficulty |= 1u << v;
    }
}

/* A jury's tasks are tasks whatever one writes: no types there. */
static const struct member draw_members[] = {
    {.name = "topics", .kind = M_ARRAY, .min = 1, .max = LT_TOPICS_MAX, .read = read_topics},
    {.name = "types",
     .kind = M_ARRAY,
     .modes = DRAWN,
     .min = 1,
     .max = LT_QTYPES,
     .read = read_types},
    {.name = "difficulty", .kind = M_ARRAY, .min = 1, .max = 3, .read = read_difficulty},
    {.name = "audience", .kind = M_ARRAY, .min = 1, .max = LT_TOPICS_MAX, .read = read_audiences},
};
static const struct member streak_members[] = {
    {.name = "bonus",
     .kind = M_POINTS,
     .need = EVERY,
     .max = LT_POINTS_MAX,
     OF(lt_score_rule, streak_c)},
    {.name = "max",
     .kind = M_INT,
     .need = EVERY,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     OF(lt_score_rule, streak_max)},
};
static const struct member foul_members[] = {
    {.name = "points", .kind = M_POINTS, .min = -LT_POINTS_MAX, OF(lt_buzzer_rule, foul_c)},
    {.name = "lock_seconds", .kind = M_INT, .max = 600, OF(lt_buzzer_rule, foul_lock_s)},
};
/* Marks are whole points, so that a judge can give every one of them. */
struct jury {
    int max, judges;
    bool drop;
};
static const struct member jury_members[] = {
    {.name = "max", .kind = M_INT, .need = EVERY, .min = 1, .max = LT_POINTS_MAX, OF(jury, max)},
    {.name = "drop", .kind = M_BOOL, OF(jury, drop)},
    {.name = "judges", .kind = M_INT, .min = 1, .max = LT_JUDGES_MAX, OF(jury, judges)},
};
const struct object draw_object = OBJECT_OF("rounds[].draw.", draw_members);
const struct object streak_object = OBJECT_OF("rounds[].points.streak.", streak_members);
const struct object foul_object = OBJECT_OF("rounds[].foul.", foul_members);
const struct object jury_object = OBJECT_OF("rounds[].jury.", jury_members);

void read_fit(struct reader *r, const char *path, const cJSON *obj, struct lt_fit_rule *ret)
{
    read_object(r, &draw_object, path, obj, ret);
}

static void read_streak(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &streak_object, path, obj, target);
}

static const struct member points_members[] = {
    {.name = "right",
     .kind = M_POINTS,
     .need = EVERY,
     .max = LT_POINTS_MAX,
     OF(lt_score_rule, right_c)},
    {.name = "wrong",
     .kind = M_POINTS,
     .modes = SCORED | PAPER,
     .min = -LT_POINTS_MAX,
     OF(lt_score_rule, wrong_c)},
    {.name = "speed", .kind = M_BOOL, .modes = TIMED, OF(lt_score_rule, speed)},
    {.name = "partial", .kind = M_BOOL, .modes = SHARED | PAPER, OF(lt_score_rule, partial)},
    {.name = "streak", .kind = M_OBJECT, .modes = SHARED, .read = read_streak},
};
const struct object points_object = OBJECT_OF("rounds[].points.", points_members);

static void read_score(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &points_object, path, obj, &((struct lt_round_rule *)target)->score);
}

static void read_foul(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_object(r, &foul_object, path, obj, &((struct lt_round_rule *)target)->buzzer);
}

static void read_jury(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    struct lt_jury_rule *rule = &((struct lt_round_rule *)target)->jury;
    struct jury v = {.drop = rule->drop, .judges = rule->judges};

    read_object(r, &jury_object, path, obj, &v);
    *rule =
        (struct lt_jury_rule){.max_c = INT64_C(100) * v.max, .drop = v.drop, .judges = v.judges};
}

static void read_draw(struct reader *r, const char *path, const cJSON *obj, void *target)
{
    read_fit(r, path, obj, &((struct lt_round_rule *)target)->draw.fit);
}

static void read_codes(struct reader *r, const char *path, const cJSON *array, void *target)
{
    struct lt_draw_rule *d = &((struct lt_round_rule *)target)->draw;

    d->n_codes = read_texts(r, path, array, d->codes[0], sizeof d->codes[0]);
}

static void read_stakes(struct reader *r, const char *path, const cJSON *array, void *target)
{
    static const struct member stake = {.min = 1, .max = LT_POINTS_MAX};
    struct lt_round_rule *round = target;
    char where[PATH_BYTES];
    const cJSON *item;
    int i = 0;

    cJSON_ArrayForEach(item, array)
    {
        int n = round->n_stakes;

        at_index(where, path, i++);
        if (!read_points(r, where, &stake, item, &round->stakes_c[n]))
            continue;
        if (n > 0 && round->stakes_c[n] <= round->stakes_c[n - 1])
            problem(r->p, where, R_ORDER);
        round->n_stakes++;
    }
}

static const struct member round_members[] = {
    {.name = "title",
     .kind = M_TEXT,
     .need = EVERY,
     .max = sizeof((struct lt_round_rule *)0)->title - 1,
     OF(lt_round_rule, title)},
    {.name = "mode", .kind = M_WORD, .need = EVERY, OF(lt_round_rule, mode), .words = &mode_words},
    {.name = "turns",
     .kind = M_WORD,
     .modes = IN_TURN,
     OF(lt_round_rule, turns),
     .words = &turns_words},
    {.name = "questions",
     .kind = M_COUNT,
     .need = EVERY,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     OF(lt_round_rule, n_questions)},
    {.name = "burst",
     .kind = M_INT,
     .modes = SPEED,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     OF(lt_round_rule, burst)},
    {.name = "seconds",
     .kind = M_INT,
     .need = EVERY & ~PAPER,
     .min = 5,
     .max = 600,
     OF(lt_round_rule, seconds)},
    {.name = "policy",
     .kind = M_WORD,
     .modes = ASKED,
     .teams = true,
     OF(lt_round_rule, policy),
     .words = &policy_words},
    {.name = "best",
     .kind = M_INT,
     .modes = ASKED,
     .teams = true,
     .min = 1,
     .max = LT_MEMBERS_MAX,
     OF(lt_round_rule, policy_n)},
    {.name = "judging",
     .kind = M_WORD,
     .modes = SPOKEN,
     OF(lt_round_rule, judging),
     .words = &judging_words},
    {.name = "points",
     .kind = M_OBJECT,
     .need = SCORED | SURVIVAL,
     .modes = SCORED | SURVIVAL | PAPER,
     .read = read_score},
    {.name = "stakes",
     .kind = M_ARRAY,
     .need = WAGER,
     .modes = WAGER,
     .min = 1,
     .max = LT_STAKES_MAX,
     .read = read_stakes},
    {.name = "foul", .kind = M_OBJECT, .modes = BUZZER, .read = read_foul},
    {.name = "answer_seconds",
     .kind = M_INT,
     .modes = BUZZER,
     .min = 3,
     .max = 120,
     OF(lt_round_rule, buzzer.answer_seconds)},
    {.name = "rebounds",
     .kind = M_INT,
     .modes = BUZZER,
     .max = LT_TEAMS_MAX - 1,
     OF(lt_round_rule, buzzer.rebounds)},
    {.name = "jury", .kind = M_OBJECT, .need = JURY, .modes = JURY, .read = read_jury},
    {.name = "places", .kind = M_ANY, .need = DUEL, .modes = TIEBREAK | DUEL, .read = read_places},
    {.name = "group",
     .kind = M_INT,
     .modes = HOSTED,
     .teams = true,
     .min = 1,
     .max = LT_GROUPS_MAX,
     OF(lt_round_rule, group)},
    {.name = "advance",
     .kind = M_INT,
     .modes = HOSTED,
     .teams = true,
     .min = 1,
     .max = LT_TEAMS_MAX,
     OF(lt_round_rule, advance)},
    {.name = "reset", .kind = M_BOOL, .modes = HOSTED, .teams = true, OF(lt_round_rule, reset)},
    {.name = "codes",
     .kind = M_ARRAY,
     .modes = HOSTED,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     .read = read_codes},
    {.name = "draw", .kind = M_OBJECT, .read = read_draw},
    {.name = "minutes",
     .kind = M_INT,
     .modes = PAPER,
     .min = 1,
     .max = PAPER_MINUTES_MAX,
     OF(lt_round_rule, paper.minutes)},
    {.name = "blueprint",
     .kind = M_ARRAY,
     .modes = PAPER,
     .min = 1,
     .max = LT_PARTS_MAX,
     .read = read_blueprint},
    {.name = "movement", .kind = M_ANY, .modes = PAPER, .read = read_movement},
    {.name = "one_by_one", .kind = M_BOOL, .modes = PAPER, OF(lt_round_rule, paper.one_by_one)},
    {.name = "practice", .kind = M_BOOL, .modes = PAPER, OF(lt_round_rule, paper.practice)},
    {.name = "disjoint", .kind = M_BOOL, .modes = PAPER, OF(lt_round_rule, paper.disjoint)},
    {.name = "attempts",
     .kind = M_INT,
     .modes = PACED,
     .max = ATTEMPTS_MAX,
     OF(lt_round_rule, paper.attempts)},
    {.name = "per_day",
     .kind = M_INT,
     .modes = PACED,
     .max = PER_DAY_MAX,
     OF(lt_round_rule, paper.per_day)},
    {.name = "counted_per_day",
     .kind = M_INT,
     .modes = PACED,
     .max = PER_DAY_MAX,
     OF(lt_round_rule, paper.counted_per_day)},
    {.name = "counts",
     .kind = M_WORD,
     .modes = PACED,
     OF(lt_round_rule, paper.counts),
     .words = &counts_words},
    {.name = "revivals",
     .kind = M_INT,
     .modes = SURVIVAL,
     .max = 1,
     OF(lt_round_rule, paper.revivals)},
    {.name = "players",
     .kind = M_INT,
     .modes = DUEL,
     .min = 2,
     .max = 4,
     OF(lt_round_rule, paper.players)},
    {.name = "target",
     .kind = M_INT,
     .need = DUEL,
     .modes = DUEL,
     .min = 1,
     .max = LT_ROUND_QUESTIONS_MAX,
     OF(lt_round_rule, paper.target)},
    {.name = "robot_after",
     .kind = M_INT,
     .modes = DUEL,
     .max = 600,
     OF(lt_round_rule, paper.robot_after_s)},
    {.name = "match",
     .kind = M_WORD,
     .modes = DUEL,
     OF(lt_round_rule, paper.match),
     .words = &match_words},
};
const struct object round_object = OBJECT_OF("rounds[].", round_members);

/* What an option is when it is left out. LT_POLICIES: the sheet's policy; burst 0: all questions.
 * Both are settled when the round has been read. */
static void round_defaults(struct reader *r, const cJSON *obj, struct lt_round_rule *ret)
{
    const cJSON *mode = cJSON_GetObjectItemCaseSensitive(obj, "mode");

    r->mode = 0;
    for (int i = 0; i < LT_MODES && cJSON_IsString(mode); i++)
        if (strcmp(mode->valuestring, mode_words.names[i]) == 0)
            r->mode = 1u << i;
    ret->policy = LT_POLICIES;
    if (r->mode == JURY) {
        ret->turns = LT_TURNS_LOT;
        ret->jury = (struct lt_jury_rule){.drop = true, .judges = 3};
    }
    if (r->mode == BUZZER)
        ret->buzzer = (struct lt_buzzer_rule){.foul_lock_s = 3, .answer_seconds = 5};
    if (r->mode == TIEBREAK)
        ret->places = 3;
    paced_defaults(ret, r->mode, obj);
}

/* The round's own policy, else the sheet's. `best` stands beside the policy that it belongs to. */
static void settle_policy(struct reader *r, const char *path, struct lt_round_rule *ret)
{
    bool own = ret->policy != LT_POLICIES;
    char policy[PATH_BYTES], best[PATH_BYTES];

    join(policy, path, "policy");
    join(best, path, "best");
    if (own && ret->judging == LT_JUDGED_BY_JUDGE)
        problem(r->p, policy, R_NOT_WITH_JUDGE);
    if (own && ret->policy == LT_POLICY_BEST && ret->policy_n == 0)
        problem(r->p, best, R_MISSING);
    if (ret->policy_n != 0 && ret->policy != LT_POLICY_BEST)
        problem(r->p, best, R_NOT_WITH_POLICY);
    if (!own) {
        ret->policy = r->policy;
        ret->policy_n = r->policy_n;
    }
}

/* Everybody at once: one burst is all there is. In turn each team gets one, so it must be said. */
static void settle_burst(struct reader *r, const char *path, struct lt_round_rule *ret)
{
    char where[PATH_BYTES];

    join(where, path, "burst");
    if (r->mode != SPEED)
        ret->burst = 1;
    else if (ret->burst == 0 && ret->turns != LT_TURNS_ALL)
        problem(r->p, where, R_MISSING);
    else if (ret->burst == 0)
        ret->burst = ret->n_questions;
}

void read_round(struct reader *r, const char *path, const cJSON *obj, struct lt_round_rule *ret)
{
    char where[PATH_BYTES];

    round_defaults(r, obj, ret);
    read_object(r, &round_object, path, obj, ret);
    join(where, path, "mode");
    if (r->mode & HOSTED & ~LIVE && !r->teams)
        problem(r->p, where, R_NEEDS_TEAMS);
    if (r->mode && !(r->mode & r->pace))
        problem(r->p, where, R_MIXED);
    else if (r->mode & PACED && r->teams)
        problem(r->p, where, R_NOT_WITH_TEAMS);
    settle_policy(r, path, ret);
    settle_burst(r, path, ret);
    if (r->mode & PACED)
        settle_paced(r, path, obj, ret);
    r->mode = 0;
}

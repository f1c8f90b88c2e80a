/* A random rule sheet, written as JSON and read by the product, so that only what it accepts is
 * played; and a pool of questions of every type to be asked. */
#include "contests.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* `right` and `wrong` are what people send. */
static const struct {
    const char *json, *right, *wrong[3];
} pool[] = {
    {"{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\"],\"key\":[1]}",
     "{\"c\":[1]}",
     {"{\"c\":[0]}", "{\"c\":[2]}", "{\"c\":[3]}"}},
    {"{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[0]}",
     "{\"c\":[0]}",
     {"{\"c\":[1]}", "{\"c\":[2]}", "{\"c\":[1]}"}},
    {"{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\",\"e\"],"
     "\"key\":[0,1,2]}",
     "{\"c\":[0,1,2]}",
     {"{\"c\":[0,1]}", "{\"c\":[0,3]}", "{\"c\":[0,1,2,3,4]}"}},
    {"{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\"],\"key\":[0,3]}",
     "{\"c\":[0,3]}",
     {"{\"c\":[3]}", "{\"c\":[0,1,3]}", "{\"c\":[1,2]}"}},
    {"{\"type\":\"truefalse\",\"stem\":\"s\",\"key\":[1]}",
     "{\"c\":[1]}",
     {"{\"c\":[0]}", "{\"c\":[0]}", "{\"c\":[5]}"}},
    {"{\"type\":\"order\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[2,0,1]}",
     "{\"c\":[2,0,1]}",
     {"{\"c\":[0,1,2]}", "{\"c\":[1,0,2]}", "{\"c\":[2,0]}"}},
    {"{\"type\":\"fill\",\"stem\":\"s\",\"accepted\":[\"Rule of law\"]}",
     "{\"t\":\"ruleOF law\"}",
     {"{\"t\":\"law\"}", "{\"t\":\"rules\"}", "{\"t\":\"La w\"}"}},
    {"{\"type\":\"task\",\"stem\":\"s\"}", "", {"", "", ""}},
};
enum { POOL = sizeof pool / sizeof *pool, TASK = POOL - 1 };
static struct lt_question *parsed[POOL];

void sim_pool_open(void)
{
    const char *path;

    for (int i = 0; i < POOL; i++)
        if (lt_question_parse(pool[i].json, strlen(pool[i].json), &parsed[i], &path) != LT_OK) {
            fprintf(stderr, "question %d of the pool is none: %s\n", i, path);
            abort();
        }
}

const char *sim_json(int place)
{
    return pool[place].json;
}

enum lt_qtype sim_type(int place)
{
    return parsed[place]->type;
}

void sim_body(struct contest *c, int place, bool right, char out[BODY_BYTES])
{
    static const char *const odd[] = {"{\"c\":[7]}", "{\"t\":\"x\"}", "{}", "{\"c\":[]}"};
    const char *body = right ? pool[place].right : pool[place].wrong[sim_below(c, 3)];

    if (sim_chance(c, 1))
        body = odd[sim_below(c, 4)];
    snprintf(out, BODY_BYTES, "%s", body);
}

/* ---- the sheet ------------------------------------------------------------------------------ */

static const char *pick(struct contest *c, const char *const *words, int n)
{
    return words[sim_below(c, n)];
}
#define PICK(c, ...)                                                                               \
    pick((c), (const char *const[]){__VA_ARGS__},                                                  \
         (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)))

static const char *yes_no(struct contest *c)
{
    return sim_chance(c, 50) ? "true" : "false";
}

/* What is written of one sheet. */
struct draft {
    struct contest *c;
    struct lt_buf *b;
    bool teams;
    int groups, n_rounds;
    enum lt_mode modes[LT_ROUNDS_MAX];
    int silent[LT_ROUNDS_MAX], n_silent; /* rounds that may be frozen */
};

static void write_points(struct draft *d, enum lt_mode mode, bool spoken, bool several)
{
    struct contest *c = d->c;
    bool timed = mode == LT_MODE_LIVE || mode == LT_MODE_REQUIRED;
    bool shared = timed || mode == LT_MODE_SPEED;

    lt_buf_printf(d->b, ",\"points\":{\"right\":%s", PICK(c, "10", "7.5", "1", "3.33", "0"));
    if (sim_chance(c, 60))
        lt_buf_printf(d->b, ",\"wrong\":%s", PICK(c, "-10", "-2.5", "0", "-0.01"));
    if (timed && !spoken && sim_chance(c, 40))
        lt_buf_printf(d->b, ",\"speed\":%s", yes_no(c));
    if (shared && !spoken && sim_chance(c, 40))
        lt_buf_printf(d->b, ",\"partial\":%s", yes_no(c));
    if (shared && !several && sim_chance(c, 40))
        lt_buf_printf(d->b, ",\"streak\":{\"bonus\":%s,\"max\":%d}", PICK(c, "1", "2.5"),
                      1 + sim_below(c, 3));
    lt_buf_char(d->b, '}');
}

static void write_policy(struct draft *d, bool several, const char *policy)
{
    if (policy)
        lt_buf_printf(d->b, ",\"policy\":\"%s\"", policy);
    if (several && strcmp(policy, "best") == 0)
        lt_buf_printf(d->b, ",\"best\":%d", 1 + sim_below(d->c, MEMBERS));
}

static void write_buzzer_round(struct draft *d)
{
    struct contest *c = d->c;

    if (sim_chance(c, 80))
        lt_buf_printf(d->b, ",\"foul\":{\"points\":%s,\"lock_seconds\":%d}",
                      PICK(c, "-10", "-5", "0"), PICK(c, "0", "3", "1")[0] - '0');
    if (sim_chance(c, 70))
        lt_buf_printf(d->b, ",\"answer_seconds\":%d", 3 + sim_below(c, 6));
    lt_buf_printf(d->b, ",\"rebounds\":%d", sim_below(c, 4));
}

static void write_stage(struct draft *d, int i)
{
    struct contest *c = d->c;

    if (!d->teams)
        return;
    if (d->groups > 0 && sim_chance(c, 35))
        lt_buf_printf(d->b, ",\"group\":%d", 1 + sim_below(c, d->groups));
    if (i + 1 < d->n_rounds && sim_chance(c, 35))
        lt_buf_printf(d->b, ",\"advance\":%d%s", 1 + sim_below(c, 4),
                      sim_chance(c, 40) ? ",\"reset\":true" : "");
}

static void write_mode(struct draft *d, enum lt_mode mode, bool turn, bool spoken)
{
    struct contest *c = d->c;

    switch (mode) {
    case LT_MODE_WAGER:
        lt_buf_str(d->b,
                   PICK(c, ",\"stakes\":[10,20,30]", ",\"stakes\":[5]", ",\"stakes\":[1,50]"));
        break;
    case LT_MODE_BUZZER:
        write_buzzer_round(d);
        break;
    case LT_MODE_JURY:
        lt_buf_printf(d->b, ",\"jury\":{\"max\":%d,\"drop\":%s,\"judges\":%d}",
                      1 + sim_below(c, 20), yes_no(c), 1 + sim_below(c, 5));
        break;
    case LT_MODE_TIEBREAK:
        lt_buf_printf(d->b, ",\"places\":%d", 1 + sim_below(c, 4));
        break;
    case LT_MODE_LIVE:
    case LT_MODE_REQUIRED:
    case LT_MODE_SPEED:
    case LT_MODE_TIMED:
    case LT_MODE_SURVIVAL:
    case LT_MODE_DUEL:
    case LT_MODES:
        break;
    }
    if (turn)
        lt_buf_printf(d->b, ",\"turns\":\"%s\"", PICK(c, "lot", "reverse"));
    if (spoken)
        lt_buf_str(d->b, ",\"judging\":\"judge\"");
}

static void write_round(struct draft *d, int i)
{
    struct contest *c = d->c;
    enum lt_mode mode = d->modes[i];
    bool in_turn = mode == LT_MODE_REQUIRED || mode == LT_MODE_WAGER || mode == LT_MODE_SPEED;
    bool turn = mode == LT_MODE_JURY || (in_turn && sim_chance(c, 45));
    bool spoken =
        (mode == LT_MODE_BUZZER || (turn && in_turn && mode != LT_MODE_SPEED)) && sim_chance(c, 45);
    bool scored = mode != LT_MODE_WAGER && mode != LT_MODE_JURY && mode != LT_MODE_TIEBREAK;
    bool several = d->teams && !turn && !spoken && sim_chance(c, 30) &&
                   (mode == LT_MODE_LIVE || mode == LT_MODE_REQUIRED);
    const char *policy = NULL;
    bool told = turn || spoken || mode == LT_MODE_BUZZER || mode == LT_MODE_TIEBREAK;
    int burst = mode == LT_MODE_SPEED ? 1 + sim_below(c, 3) : 1;
    int n = burst * (1 + sim_below(c, turn ? 8 : mode == LT_MODE_SPEED ? 2 : 5));

    if (!told)
        d->silent[d->n_silent++] = i;
    lt_buf_printf(d->b, "%s{\"title\":\"t\",\"mode\":\"%s\",\"questions\":%d,\"seconds\":%d",
                  i ? "," : "", lt_mode_name(mode), n, 5 + sim_below(c, 25));
    if (mode == LT_MODE_SPEED)
        lt_buf_printf(d->b, ",\"burst\":%d", burst);
    if (several)
        policy = PICK(c, "mean", "best", "sum");
    else if (d->teams && !spoken && mode != LT_MODE_JURY)
        policy = PICK(c, "captain", "first", "majority");
    write_policy(d, several, policy);
    write_mode(d, mode, turn, spoken);
    if (scored)
        write_points(d, mode, spoken, several);
    write_stage(d, i);
    lt_buf_char(d->b, '}');
}

static bool has(const struct draft *d, enum lt_mode mode)
{
    for (int i = 0; i < d->n_rounds; i++)
        if (d->modes[i] == mode)
            return true;
    return false;
}

static void write_ranking(struct draft *d)
{
    struct contest *c = d->c;

    if (has(d, LT_MODE_TIEBREAK))
        lt_buf_printf(d->b, ",\"ranking\":[\"points\",%s]",
                      PICK(c, "\"tiebreak\"", "\"tiebreak\",\"correct\",\"time\"",
                           "\"correct\",\"tiebreak\"", "\"correct\",\"time\",\"tiebreak\""));
    else if (sim_chance(c, 60))
        lt_buf_printf(d->b, ",\"ranking\":[\"points\"%s]",
                      PICK(c, "", ",\"correct\"", ",\"time\"", ",\"time\",\"correct\""));
}

static void write_teams(struct draft *d)
{
    struct contest *c = d->c;
    bool spoken = has(d, LT_MODE_REQUIRED) || has(d, LT_MODE_WAGER) || has(d, LT_MODE_BUZZER);

    lt_buf_printf(d->b, ",\"entries\":\"team\",\"groups\":%d,\"appeals\":%s,\"team\":{", d->groups,
                  yes_no(c));
    lt_buf_printf(d->b, "\"policy\":\"%s\"", PICK(c, "captain", "first", "majority"));
    if (spoken && sim_chance(c, 70))
        lt_buf_printf(d->b, ",\"help\":[%s]",
                      PICK(c, "\"two\"", "\"hall\",\"two\"", "\"colleague\",\"hall\",\"two\""));
    lt_buf_char(d->b, '}');
    if (has(d, LT_MODE_BUZZER))
        lt_buf_printf(d->b,
                      ",\"buzzer\":{\"timing\":\"%s\",\"window_ms\":%d,\"doubt\":\"%s\","
                      "\"doubt_ms\":%d}",
                      PICK(c, "arrival", "compensated"), 20 + sim_below(c, 1500),
                      PICK(c, "draw", "rearm"), sim_below(c, 201));
}

/* Mostly with a round that can be frozen; a few sheets are refused. */
static void write_boards(struct draft *d)
{
    struct contest *c = d->c;

    if (d->n_silent > 0 && sim_chance(c, 55))
        lt_buf_printf(d->b, ",\"freeze\":{\"round\":%d}", 1 + d->silent[sim_below(c, d->n_silent)]);
    else if (sim_chance(c, 12))
        lt_buf_printf(d->b, ",\"freeze\":{\"after_minutes\":%d}", 1 + sim_below(c, 2));
    else if (sim_chance(c, 2))
        lt_buf_printf(d->b, ",\"freeze\":{\"round\":%d}", 1 + sim_below(c, d->n_rounds));
    if (sim_chance(c, 50))
        lt_buf_printf(d->b,
                      ",\"awards\":[{\"title\":\"a\",\"places\":%d},{\"title\":\"b\","
                      "\"places\":%d}]",
                      1 + sim_below(c, 3), 1 + sim_below(c, 4));
}

static void write_sheet(struct draft *d)
{
    struct contest *c = d->c;

    lt_buf_printf(d->b, "{\"version\":1,\"start_points\":%s,\"grace_ms\":%d,\"approval\":%s",
                  PICK(c, "100", "50", "100", "0.5"), sim_below(c, 2001), yes_no(c));
    if (d->teams)
        write_teams(d);
    write_ranking(d);
    lt_buf_str(d->b, ",\"rounds\":[");
    for (int i = 0; i < d->n_rounds; i++)
        write_round(d, i);
    lt_buf_char(d->b, ']');
    write_boards(d);
    lt_buf_char(d->b, '}');
}

static void ask_questions(struct contest *c)
{
    int round, index;

    c->n_questions = lt_sheet_questions(c->sheet);
    EXPECT(c, c->n_questions <= QUESTIONS_MAX, "%d questions are too many", c->n_questions);
    for (int qi = 0; qi < c->n_questions; qi++) {
        bool jury = lt_sheet_round_of(c->sheet, qi, &round, &index)->mode == LT_MODE_JURY;

        c->questions[qi] = jury ? TASK : sim_below(c, TASK);
        c->content[qi] = parsed[c->questions[qi]];
    }
}

void sim_sheet(struct contest *c)
{
    struct lt_buf err;
    int result;

    lt_buf_init(&err, LT_SHEET_BYTES);
    do {
        struct draft d = {.c = c, .b = &c->sheet_json};

        lt_buf_clear(&c->sheet_json);
        lt_buf_clear(&err);
        d.teams = sim_chance(c, 88);
        d.groups = d.teams && sim_chance(c, 30) ? 1 + sim_below(c, 3) : 0;
        d.n_rounds = 1 + sim_below(c, 4);
        for (int i = 0; i < d.n_rounds; i++)
            d.modes[i] = d.teams ? (enum lt_mode)sim_below(c, LT_HOST_MODES) : LT_MODE_LIVE;
        write_sheet(&d);
        result = lt_sheet_parse(lt_buf_cstr(&c->sheet_json), c->sheet_json.len, c->sheet, &err);
        reached->sheets++;
        reached->sheets_refused += result != LT_OK;
        /* For whoever changes the rules: what the product no longer accepts. */
        if (result != LT_OK && getenv("LEITAI_SIM_SHEETS"))
            fprintf(stderr, "%s\n%s\n", lt_buf_cstr(&c->sheet_json), lt_buf_cstr(&err));
    } while (result != LT_OK);
    lt_buf_done(&err);
    ask_questions(c);
}

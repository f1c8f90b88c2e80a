/* A contest told by hand: records and answers without an engine that judges them. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/standings.h"

#include <stdlib.h>
#include <string.h>

enum { STORY_QUESTIONS = 64 };
#define POINTS(x) ((int64_t)(x)*100)

static struct lt_sheet sheet;
static struct lt_question *questions[STORY_QUESTIONS];
static int n_questions;

struct story {
    struct lt_engine e;
    struct lt_record r;
    struct lt_standings *s;
    bool changed; /* what the last apply said */
};

static inline void sheet_begin(bool teams)
{
    memset(&sheet, 0, sizeof sheet);
    sheet.teams = teams;
    sheet.n_keys = 4;
    sheet.keys[0] = LT_KEY_POINTS;
    sheet.keys[1] = LT_KEY_CORRECT;
    sheet.keys[2] = LT_KEY_TIME;
    sheet.keys[3] = LT_KEY_TIEBREAK;
    while (n_questions > 0)
        lt_question_free(questions[--n_questions]);
}

/* One more round, right 10, wrong −5, of questions with four options and the key 0. */
static inline struct lt_round_rule *sheet_round(enum lt_mode mode, int n)
{
    static const char json[] = "{\"type\":\"single\",\"topic\":\"t\",\"stem\":\"s\",\"options\":["
                               "\"a\",\"b\",\"c\",\"d\"],\"key\":[0]}";
    struct lt_round_rule *rule = &sheet.rounds[sheet.n_rounds++];
    const char *path;

    rule->mode = mode;
    rule->n_questions = n;
    rule->burst = 1;
    rule->seconds = 20;
    rule->policy = LT_POLICY_FIRST;
    rule->score = (struct lt_score_rule){.right_c = POINTS(10), .wrong_c = -POINTS(5)};
    for (int i = 0; i < n; i++)
        assert_int_equal(lt_question_parse(json, sizeof json - 1, &questions[n_questions++], &path),
                         LT_OK);
    return rule;
}

static inline void question_replace(int qi, const char *json)
{
    const char *path;

    lt_question_free(questions[qi]);
    assert_int_equal(lt_question_parse(json, strlen(json), &questions[qi], &path), LT_OK);
}

static inline struct story *story_begin(int n_teams)
{
    struct story *t = calloc(1, sizeof *t);

    t->e.sheet = &sheet;
    t->e.qi = -1;
    t->e.n_open = 1;
    t->s = lt_standings_new(&sheet, questions, n_questions);
    assert_non_null(t->s);
    t->e.n_teams = n_teams;
    for (int i = 0; i < n_teams; i++) {
        t->e.teams[i] = (struct lt_team){.entry = i + 1, .captain = 10 * (i + 1), .in = true};
        assert_non_null(lt_standings_add(t->s, i + 1));
    }
    return t;
}

static inline void story_end(struct story *t)
{
    lt_standings_free(t->s);
    free(t);
}

/* A record about the current question, to be filled. */
static inline struct lt_record *record(struct story *t, enum lt_record_kind kind)
{
    memset(&t->r, 0, sizeof t->r);
    t->r.seq = t->e.seq + 1;
    t->r.kind = kind;
    t->r.qi = t->e.qi;
    return &t->r;
}

static inline void put(struct story *t)
{
    t->e.seq = t->r.seq;
    t->changed = lt_standings_apply(t->s, &t->e, &t->r);
}

static inline void lot(struct story *t)
{
    struct lt_record *r = record(t, LT_REC_LOT);

    r->n_ids = t->e.n_teams;
    for (int i = 0; i < t->e.n_teams; i++) {
        r->ids[i] = t->e.teams[i].entry;
        r->captains[i] = t->e.teams[i].captain;
    }
    put(t);
}

static inline void captain(struct story *t, int64_t entry, int64_t person)
{
    struct lt_record *r = record(t, LT_REC_CAPTAIN);

    r->entry = entry;
    r->value = person;
    put(t);
}

static inline void arm(struct story *t, int qi, int n, int64_t turn)
{
    struct lt_record *r;

    t->e.qi = qi;
    t->e.n_open = n;
    t->e.turn = turn;
    r = record(t, LT_REC_ARMED);
    r->n = n;
    r->turn = turn;
    put(t);
}

static inline void stake(struct story *t, int64_t entry, int64_t value_c)
{
    struct lt_record *r = record(t, LT_REC_STAKE);

    r->entry = entry;
    r->value = value_c;
    put(t);
}

static inline void press(struct story *t, int64_t entry, int64_t used_us)
{
    struct lt_record *r = record(t, LT_REC_PRESS);

    r->entry = entry;
    r->used_us = used_us;
    put(t);
}

static inline void foul(struct story *t, int64_t entry, int64_t value_c)
{
    struct lt_record *r = record(t, LT_REC_PRESS);

    r->entry = entry;
    r->foul = true;
    r->value = value_c;
    put(t);
}

/* by: 0 the key. */
static inline void verdict(struct story *t, int64_t entry, bool right, int64_t by)
{
    struct lt_record *r = record(t, LT_REC_VERDICT);

    r->entry = entry;
    r->value = right;
    r->by = by;
    put(t);
}

static inline void mark(struct story *t, int64_t judge, int64_t value_c)
{
    struct lt_record *r = record(t, LT_REC_MARK);

    r->entry = t->e.turn;
    r->by = judge;
    r->value = value_c;
    put(t);
}

static inline void closed(struct story *t)
{
    record(t, LT_REC_CLOSED);
    put(t);
}

static inline void rule(struct story *t, struct lt_ruling ruling)
{
    record(t, LT_REC_RULING)->ruling = ruling;
    put(t);
}

static inline void advance(struct story *t, int round, int n, const int64_t *in)
{
    struct lt_record *r = record(t, LT_REC_ADVANCE);

    t->e.advanced = round + 1;
    r->n_ids = n;
    memcpy(r->ids, in, (size_t)n * sizeof *in);
    for (int i = 0; i < t->e.n_teams; i++) {
        bool goes_on = false;

        for (int k = 0; k < n; k++)
            goes_on |= in[k] == t->e.teams[i].entry;
        t->e.teams[i].in = goes_on;
    }
    put(t);
}

static inline struct lt_answer_row row(int qi, int64_t entry, int64_t person, const char *body,
                                       int64_t used_ms)
{
    return (struct lt_answer_row){.qi = qi,
                                  .entry = entry,
                                  .person = person,
                                  .body = body,
                                  .used_us = used_ms * 1000,
                                  .received_us = 1000000 + used_ms * 1000};
}
#define RIGHT "{\"c\":[0]}"
#define WRONG "{\"c\":[1]}"
#define OTHER "{\"c\":[2]}"

#define settle(t, n, ...)                                                                          \
    do {                                                                                           \
        struct lt_answer_row rows_[] = {__VA_ARGS__};                                              \
        lt_standings_settle((t)->s, n, rows_, (int)(sizeof rows_ / sizeof *rows_));                \
    } while (0)

static inline void rank(struct story *t)
{
    const struct lt_place *const *ranked;

    lt_standings_rank(t->s, &ranked);
}

/* Where an entry stands by now. */
static inline const struct lt_place *place(const struct story *t, int64_t entry)
{
    const struct lt_place *p;

    rank((struct story *)t);
    p = lt_standings_place(t->s, entry);
    assert_non_null(p);
    return p;
}

static inline int64_t points(const struct story *t, int64_t entry)
{
    return place(t, entry)->points_c;
}

static inline uint64_t draw(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static inline int64_t below(uint64_t *x, int64_t n)
{
    return (int64_t)(draw(x) % (uint64_t)n);
}

/* A pool, a round and a paper to play with: questions of all types, built without JSON. Included
 * after cmocka.h. */
#pragma once
#include "base/err.h"
#include "domain/paper.h"

#include <stdio.h>
#include <string.h>

enum { POOL_ROWS = 400 };
static const int64_t T0 = INT64_C(1790000000000000) + 123; /* not a whole millisecond */
static const int64_t SEC = 1000000;

static struct lt_question pool_questions[POOL_ROWS];
static struct lt_pool_row pool[POOL_ROWS];
static char pool_topics[POOL_ROWS][16];
static int n_pool;
static struct lt_round_rule rule;
static struct lt_paper paper;

/* A question whose key follows from its number. */
static inline struct lt_pool_row *pool_row(int topic, enum lt_qtype type, int difficulty)
{
    static char *const words[LT_OPTIONS_MAX] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
    struct lt_question *q = &pool_questions[n_pool];
    struct lt_pool_row *row = &pool[n_pool];

    snprintf(pool_topics[n_pool], sizeof pool_topics[0], "T%d", topic);
    *q = (struct lt_question){.type = type, .stem = "stem", .topic = pool_topics[n_pool]};
    q->n_options = type == LT_QT_FILL ? 0 : type == LT_QT_TRUEFALSE ? 2 : 4 + n_pool % 5;
    memcpy(q->options, words, sizeof q->options);
    switch (type) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        q->n_key = 1;
        q->key[0] = n_pool % q->n_options;
        break;
    case LT_QT_MULTIPLE:
        q->n_key = 2;
        q->key[1] = 1 + n_pool % (q->n_options - 1);
        break;
    case LT_QT_ORDER:
        q->n_key = q->n_options;
        for (int k = 0; k < q->n_key; k++)
            q->key[k] = (k + n_pool) % q->n_key;
        break;
    case LT_QT_FILL:
        q->n_key = 1;
        q->accepted[0] = "宪法 \"1\"";
        break;
    case LT_QT_TASK:
    case LT_QTYPES:
        break;
    }
    *row = (struct lt_pool_row){
        .qi = n_pool, .question = q, .difficulty = difficulty, .audience = "all"};
    n_pool++;
    return row;
}

/* n questions over so many topics, of all difficulties. */
static inline void plain_pool(int n, int topics, enum lt_qtype type)
{
    for (int i = 0; i < n; i++)
        pool_row(i % topics, type, 1 + i / topics % 3);
}

static inline void fresh_round(enum lt_mode mode, int questions)
{
    memset(&rule, 0, sizeof rule);
    rule.mode = mode;
    rule.n_questions = questions;
    rule.score.right_c = 500;
    rule.score.wrong_c = mode == LT_MODE_TIMED ? -200 : 0;
    if (mode == LT_MODE_TIMED)
        rule.paper.minutes = 30;
    else
        rule.seconds = 20;
}

static inline struct lt_part_rule *fresh_part(int n)
{
    struct lt_part_rule *part = &rule.paper.parts[rule.paper.n_parts++];

    part->n = n;
    part->score.right_c = 500;
    return part;
}

static inline void prepare(void)
{
    lt_pool_prepare(&rule, pool, n_pool);
}

static inline void begin(uint64_t seed)
{
    prepare();
    assert_int_equal(lt_paper_draw(&rule, pool, n_pool, seed, 0, &paper), LT_OK);
    paper.state = LT_PAPER_OPEN;
    paper.submitted_us = 0;
    paper.started_us = T0;
    paper.deadline_us = lt_paper_deadline_us(&rule, paper.n, T0, INT64_MAX);
}

static inline const struct lt_question *asked(const struct lt_paper *p, int i)
{
    return p->pool[p->items[i].row].question;
}

/* The right response, in shown places. */
static inline struct lt_response right_of(const struct lt_paper *p, int i)
{
    const struct lt_question *q = asked(p, i);
    struct lt_response r = {0};

    if (q->type == LT_QT_FILL) {
        strcpy(r.text, "宪法\"1\"");
    } else {
        r.n_choice = q->n_key;
        lt_paper_shown(p, i, q->key, q->n_key, r.choice);
    }
    return r;
}

/* A wrong one that fits. */
static inline struct lt_response wrong_of(const struct lt_paper *p, int i)
{
    const struct lt_question *q = asked(p, i);
    struct lt_response r = right_of(p, i);
    int all[LT_OPTIONS_MAX];

    switch (q->type) {
    case LT_QT_FILL:
        strcpy(r.text, "民法");
        break;
    case LT_QT_MULTIPLE:
        for (int k = 0; k < q->n_options; k++)
            all[k] = k;
        r.n_choice = q->n_options;
        lt_paper_shown(p, i, all, q->n_options, r.choice);
        break;
    case LT_QT_ORDER:
        r.choice[0] ^= r.choice[1];
        r.choice[1] ^= r.choice[0];
        r.choice[0] ^= r.choice[1];
        break;
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
    case LT_QT_TASK:
    case LT_QTYPES:
        r.choice[0] = (r.choice[0] + 1) % q->n_options;
        break;
    }
    return r;
}

static inline int put_right(int i, int32_t rev, int64_t at_us)
{
    struct lt_response r = right_of(&paper, i);

    return lt_paper_put(&paper, i, &r, rev, at_us, 0);
}

static inline int put_wrong(int i, int32_t rev, int64_t at_us)
{
    struct lt_response r = wrong_of(&paper, i);

    return lt_paper_put(&paper, i, &r, rev, at_us, 0);
}

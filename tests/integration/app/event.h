/* An event of a test: a tenant of its own, rules, questions with four options and the key 0, and a log
 * that the real engine decides. Its driver has token 1. */
#pragma once
#include "database.h"
#include "domain/engine.h"

static struct lt_db *super;
static int64_t tenant, event; /* of the running test */
static struct lt_num T, E;
static char tenant_code[16];
static struct lt_engine engine;
static struct lt_sheet rules;
static int64_t now_us;

#define RIGHT "{\"c\":[0]}"
#define WRONG "{\"c\":[1]}"

static inline void append(const struct lt_record *r)
{
    struct lt_buf payload;
    lt_buf_init(&payload, LT_PAYLOAD_BYTES);
    lt_record_write(r, &payload);
    int err =
        lt_db_exec(super, NULL, "SELECT leitai.append_log($1, 1, $2, $3, $4, $5, $6)", E.s,
                   lt_num(r->seq).s, lt_num(r->at_us).s, lt_record_kind_name(r->kind),
                   lt_buf_cstr(&payload), r->kind == LT_REC_PHASE ? lt_phase_name(r->phase) : NULL);
    if (err != LT_OK)
        fail_msg("%s", lt_db_message(super));
    lt_buf_done(&payload);
}

/* Every input of these stories has an effect. */
static inline void step(struct lt_input in)
{
    static struct lt_record r;
    bool has;
    if (in.kind == LT_IN_TIME)
        now_us = lt_engine_next_us(&engine);
    in.now_us = now_us += 1000000;
    int err = lt_engine_decide(&engine, &in, &r, &has);
    if (err != LT_OK || !has)
        fail_msg("action %s: %s", lt_action_name(in.action), lt_err_wire(err));
    append(&r);
    assert_int_equal(lt_engine_apply(&engine, &r), LT_OK);
}

static inline void act_with(struct lt_input in)
{
    in.kind = LT_IN_COMMAND;
    in.expect_q = LT_EXPECT_ANY;
    in.staff = true;
    in.by = in.by ? in.by : 9001;
    step(in);
}

static inline void act(enum lt_action a)
{
    act_with((struct lt_input){.action = a, .qi = -1});
}

/* Question qi to entry `turn` (0: all). */
static inline void next(int qi, int64_t turn)
{
    static struct lt_plan plan;
    plan = (struct lt_plan){.qi = qi, .n = 1, .turn = turn};
    act_with((struct lt_input){.action = LT_ACT_NEXT, .plan = &plan, .qi = -1});
}

/* The clock runs out, `answered` answers of which `correct` were right are counted, `first` of them
 * for the first option; then the key. */
static inline void close_question(int answered, int correct)
{
    char digest[LT_DIGEST_BYTES + 1];
    struct lt_rows *rows;
    step((struct lt_input){.kind = LT_IN_TIME});
    if (lt_db_exec(super, &rows,
                   "SELECT leitai.answers_digest($1, $2, $3, 2026::smallint, 0, false)", E.s,
                   lt_num(engine.qi).s, lt_num(engine.qi + engine.n_open).s) != LT_OK)
        fail_msg("%s", lt_db_message(super));
    snprintf(digest, sizeof digest, "%s", lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    step((struct lt_input){.kind = LT_IN_TALLY,
                           .answered = answered,
                           .correct = correct,
                           .dist = {correct, answered - correct},
                           .digest = digest});
    act(LT_ACT_REVEAL);
}

static inline void add_question(int qi)
{
    run(super,
        "WITH q AS (INSERT INTO leitai.question (tenant_id, bank_id, code, topic, type, "
        "difficulty, "
        "audience, body) SELECT %s, bank_id, 'q%d', 't', 'single', 1, '', "
        "'{\"type\":\"single\",\"topic\":\"t\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\",\"d\"]"
        ","
        "\"key\":[0]}' FROM leitai.bank WHERE tenant_id = %s RETURNING question_id, body) "
        "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, "
        "body, state) SELECT %s, %s, %d, 1, question_id, body, 'revealed' FROM q",
        T.s, qi, T.s, T.s, E.s, qi);
}

static inline void read_rules(const char *sheet)
{
    struct lt_buf err;
    lt_buf_init(&err, 65536);
    if (lt_sheet_parse(sheet, strlen(sheet), &rules, &err) != LT_OK)
        fail_msg("%s", lt_buf_cstr(&err));
    lt_buf_done(&err);
    lt_engine_init(&engine, &rules);
}

/* A new tenant with one event of these rules; nothing has happened yet. */
static inline void event_begin(const char *sheet)
{
    static int no;
    no++;
    now_us = 1000000;
    snprintf(tenant_code, sizeof tenant_code, "t%d", no);
    tenant = number(super,
                    "INSERT INTO leitai.tenant (code, name) VALUES ('%s', 'T') RETURNING tenant_id",
                    tenant_code);
    T = lt_num(tenant);
    run(super, "SELECT set_config('app.tenant_id', '%s', false)", T.s);
    event = number(super,
                   "INSERT INTO leitai.event (tenant_id, code, title, season, join_code) "
                   "VALUES (%s, 'e', 'Contest', 2026, '%06d') RETURNING event_id",
                   T.s, no);
    E
    = lt_num(event);
    if (lt_db_exec(
            super, NULL,
            "INSERT INTO leitai.rule_sheet (tenant_id, event_id, version, sheet) VALUES ($1, "
            "$2, 1, $3)",
            T.s, E.s, sheet) != LT_OK)
        fail_msg("%s", lt_db_message(super));
    run(super,
        "INSERT INTO leitai.event_head (tenant_id, event_id, token, sheet_version) VALUES (%s, %s, "
        "1, 1);"
        "INSERT INTO leitai.bank (tenant_id, code, name) VALUES (%s, 'b', 'B');"
        "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) VALUES (%s, %s, 1, "
        "'r', 'live')",
        T.s, E.s, T.s, T.s, E.s);
    read_rules(sheet);
    for (int qi = 0; qi < lt_sheet_questions(&rules); qi++)
        add_question(qi);
}

static inline void make_job(int64_t token)
{
    run(super,
        "INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES (%s, %s, 'finalise', %d)",
        T.s, E.s, (int)token);
}

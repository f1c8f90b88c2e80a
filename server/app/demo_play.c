/* A contest that was played: simulated people and a simulated host, but the real engine, grading
 * and scoring, the real log and the real fence. What comes out is what a live contest leaves
 * behind, so a replay of it gives the same totals.
 *
 * The host pauses once, in the middle of a question. Some people answer late: such answers are kept
 * and do not count. */
#include "base/err.h"
#include "columns.h"
#include "demo.h"
#include "domain/engine.h"
#include "domain/question.h"
#include "domain/scoring.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000000,
    LOBBY_US = 10 * 60 * SECOND_US,
    READ_US = 4 * SECOND_US,  /* the host reads an announced question */
    TALK_US = 12 * SECOND_US, /* and explains a revealed one */
    DRAIN_US = SECOND_US / 2,
    PAUSED_QI = 3, /* the question in which the host pauses, */
    PAUSE_AFTER_US = 6 * SECOND_US,
    PAUSE_US = 25 * SECOND_US,
    ABSENT_PERCENT = 10, /* of the people do not come */
    SILENT_PERCENT = 4,  /* of the answers are not given */
    LATE_PERMILLE = 4,   /* of them come behind the gate */
    GUESTS = 6,
    COLUMN_BYTES = 1024 * 1024,
    BODY_BYTES = 512,
    QUESTIONS_MAX = 32,
};

struct player {
    int64_t person, entry;
    int skill;
};
/* What one player does with the current question. */
struct move {
    bool answers, late, done;
    int64_t delay_us; /* on the question's clock */
};
struct play {
    struct lt_db *db;
    struct lt_num event;
    struct rng rng;
    struct lt_sheet sheet;
    struct lt_engine engine;
    struct lt_question *questions[QUESTIONS_MAX];
    int n_questions, n_players;
    struct player *players;
    struct move *moves;
    int64_t now_us, host, token;
    struct lt_input tally;
    struct columns answers;
};

/* ---- the log ---- */

static int claim(struct play *p, const struct lt_record *r, const char *payload)
{
    int err = lt_db_exec(p->db, NULL, "SELECT leitai.claim_event($1, $2, $3, 0, $4, $5, $6)",
                         p->event.s, lt_num(r->node).s, lt_num(p->token).s, lt_num(r->seq).s,
                         lt_num(r->at_us).s, payload);
    if (err == LT_OK)
        p->token = r->token;
    return err;
}

static int append(struct play *p, const struct lt_record *r)
{
    struct lt_buf payload;
    int err;
    lt_buf_init(&payload, 4096);
    lt_record_write(r, &payload);
    assert(!payload.failed);
    if (r->kind == LT_REC_DRIVER)
        err = claim(p, r, lt_buf_cstr(&payload));
    else
        err = lt_db_exec(p->db, NULL, "SELECT leitai.append_log($1, $2, $3, $4, $5, $6, $7)",
                         p->event.s, lt_num(p->token).s, lt_num(r->seq).s, lt_num(r->at_us).s,
                         lt_record_kind_name(r->kind), lt_buf_cstr(&payload),
                         r->kind == LT_REC_PHASE ? lt_phase_name(r->phase) : NULL);
    lt_buf_done(&payload);
    return err;
}

/* Decide, append, apply. In this play every input has an effect. */
static int step(struct play *p, struct lt_input in)
{
    struct lt_record r;
    bool has;
    in.now_us = p->now_us;
    int err = lt_engine_decide(&p->engine, &in, &r, &has);
    assert(err == LT_OK && has);
    err = append(p, &r);
    if (err == LT_OK)
        err = lt_engine_apply(&p->engine, &r);
    return err;
}

static int act(struct play *p, enum lt_action action)
{
    /* Everybody is asked every question, one after the other. */
    struct lt_plan next = {.qi = p->engine.qi + 1, .n = 1};
    return step(p, (struct lt_input){.kind = LT_IN_COMMAND,
                                     .action = action,
                                     .expect_q = LT_EXPECT_ANY,
                                     .by = p->host,
                                     .plan = &next});
}

/* ---- who plays ---- */

static int invite_guests(struct play *p)
{
    static const char *const names[GUESTS] = {"热心市民",   "普法志愿者", "路过的阿姨",
                                              "大学生小禾", "退休教师",   "快递骑手"};
    struct columns c;
    columns_init(&c, 2, COLUMN_BYTES);
    for (int i = 0; i < GUESTS; i++) {
        char ext_id[40];
        snprintf(ext_id, sizeof ext_id, "guest:%016llx", (unsigned long long)rng_next(&p->rng));
        columns_text(&c, 0, ext_id);
        columns_text(&c, 1, names[i]);
    }
    columns_end(&c);
    int err =
        lt_db_exec(p->db, NULL,
                   "INSERT INTO leitai.person (tenant_id, ext_id, name, guest) "
                   "SELECT leitai.current_tenant(), *, true FROM unnest($1::text[], $2::text[])",
                   c.text[0], c.text[1]);
    columns_done(&c);
    return err;
}

/* Everybody but the staff, less those who do not come. */
static int join(struct play *p)
{
    struct lt_rows *rows;
    struct columns c;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT person_id FROM leitai.person p WHERE tenant_id = "
                         "leitai.current_tenant() AND NOT EXISTS "
                         "(SELECT FROM leitai.role_grant r WHERE r.tenant_id = p.tenant_id AND "
                         "r.person_id = p.person_id) "
                         "ORDER BY ext_id");
    if (err != LT_OK)
        return err;
    columns_init(&c, 2, COLUMN_BYTES);
    for (int i = 0; i < lt_rows_count(rows); i++) {
        if (rng_below(&p->rng, 100) < ABSENT_PERCENT)
            continue;
        columns_i64(&c, 0, lt_rows_i64(rows, i, 0));
        columns_i64(&c, 1, p->now_us + rng_below(&p->rng, LOBBY_US));
    }
    columns_end(&c);
    lt_rows_free(rows);
    err = lt_db_exec(
        p->db, NULL,
        "INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, unit_id, name, unit_name, "
        "guest, joined_at) "
        "SELECT p.tenant_id, $1, 'person', p.person_id, u.unit_id, p.name, COALESCE(u.name, ''), "
        "p.guest, "
        "'epoch'::timestamptz + i.joined_us * interval '1 microsecond' "
        "FROM unnest($2::bigint[], $3::bigint[]) AS i(person_id, joined_us) "
        "JOIN leitai.person p ON p.tenant_id = leitai.current_tenant() AND p.person_id = "
        "i.person_id "
        "LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id "
        "AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id "
        "= m.unit_id "
        "ORDER BY i.joined_us",
        p->event.s, c.text[0], c.text[1]);
    columns_done(&c);
    return err;
}

static int read_players(struct play *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        p->db, &rows,
        "SELECT person_id, entry_id FROM leitai.entry WHERE tenant_id = leitai.current_tenant() "
        "AND event_id = $1 ORDER BY entry_id",
        p->event.s);
    if (err != LT_OK)
        return err;
    p->n_players = lt_rows_count(rows);
    p->players = calloc((size_t)p->n_players, sizeof *p->players);
    p->moves = calloc((size_t)p->n_players, sizeof *p->moves);
    assert(p->players && p->moves);
    for (int i = 0; i < p->n_players; i++)
        p->players[i] = (struct player){
            .person = lt_rows_i64(rows, i, 0),
            .entry = lt_rows_i64(rows, i, 1),
            .skill = 45 + rng_below(&p->rng, 53),
        };
    lt_rows_free(rows);
    return LT_OK;
}

/* ---- one question ---- */

static void swap(int *a, int *b)
{
    int t = *a;
    *a = *b;
    *b = t;
}

static struct lt_response right_response(struct play *p, const struct lt_question *q)
{
    struct lt_response r = {.n_choice = 0};
    if (q->type == LT_QT_FILL) {
        snprintf(r.text, sizeof r.text, "%s", q->accepted[rng_below(&p->rng, q->n_key)]);
        return r;
    }
    r.n_choice = q->n_key;
    memcpy(r.choice, q->key, (size_t)q->n_key * sizeof *q->key);
    return r;
}

static struct lt_response wrong_response(struct play *p, const struct lt_question *q)
{
    struct lt_response r = right_response(p, q);
    int i;
    switch (q->type) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        r.choice[0] = (r.choice[0] + 1 + rng_below(&p->rng, q->n_options - 1)) % q->n_options;
        break;
    case LT_QT_MULTIPLE: /* one too few, or, where there was only one, another one */
        if (r.n_choice > 1)
            swap(&r.choice[rng_below(&p->rng, r.n_choice)], &r.choice[r.n_choice - 1]),
                r.n_choice--;
        else
            r.choice[0] = (r.choice[0] + 1) % q->n_options;
        break;
    case LT_QT_FILL:
        snprintf(r.text, sizeof r.text, "%s", rng_below(&p->rng, 2) ? "不清楚" : "以上都不对");
        break;
    case LT_QT_ORDER:
        i = rng_below(&p->rng, r.n_choice - 1);
        swap(&r.choice[i], &r.choice[i + 1]);
        break;
    case LT_QT_TASK: /* the demo's contest has none */
    case LT_QTYPES:
        assert(!"a type that is answered");
    }
    return r;
}

static int difficulty(enum lt_qtype t)
{
    switch (t) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        return 0;
    case LT_QT_FILL:
        return 10;
    case LT_QT_MULTIPLE:
        return 18;
    case LT_QT_ORDER:
        return 25;
    case LT_QT_TASK:
    case LT_QTYPES:
        break;
    }
    return 0;
}

/* Good people are quick: the shorter of several draws. */
static void plan_moves(struct play *p, int64_t limit_us)
{
    for (int i = 0; i < p->n_players; i++) {
        struct move *m = &p->moves[i];
        int span_ms = (int)(limit_us / 1000) - 1800, delay_ms = span_ms;
        for (int k = 0; k < 1 + p->players[i].skill / 30; k++) {
            int draw_ms = rng_below(&p->rng, span_ms);
            delay_ms = draw_ms < delay_ms ? draw_ms : delay_ms;
        }
        *m = (struct move){
            .answers = rng_below(&p->rng, 100) >= SILENT_PERCENT,
            .late = rng_below(&p->rng, 1000) < LATE_PERMILLE,
            .delay_us = (1500 + delay_ms) * INT64_C(1000),
        };
    }
}

static void count(struct lt_input *tally, const struct lt_response *r, bool right)
{
    tally->answered++;
    tally->correct += right;
    for (int i = 0; i < r->n_choice; i++)
        tally->dist[r->choice[i]]++;
}

static void answer(struct play *p, int i, int64_t used_us, int64_t received_us)
{
    const struct lt_question *q = p->questions[p->engine.qi];
    struct player *who = &p->players[i];
    struct move *m = &p->moves[i];
    int round, index;
    const struct lt_round_rule *rule = lt_sheet_round_of(&p->sheet, p->engine.qi, &round, &index);
    bool knows = rng_below(&p->rng, 100) < who->skill - difficulty(q->type);
    struct lt_response r = knows ? right_response(p, q) : wrong_response(p, q);
    struct lt_verdict v = lt_grade(q, &r, rule->score.partial);
    char id[40], body[BODY_BYTES];
    int n = lt_response_write(&r, q->type, body, sizeof body);
    assert(n > 0);
    snprintf(id, sizeof id, "demo-%d-%d", p->engine.qi + 1, i + 1);
    columns_i64(&p->answers, 0, who->person);
    columns_i64(&p->answers, 1, who->entry);
    columns_text(&p->answers, 2, id);
    columns_text(&p->answers, 3, body);
    columns_text(&p->answers, 4, m->late ? "t" : "f");
    columns_text(&p->answers, 5, v.right ? "t" : "f");
    columns_i64(&p->answers, 6, used_us);
    columns_i64(&p->answers, 7, received_us);
    if (!m->late)
        count(&p->tally, &r, v.right);
    m->done = true;
}

/* Everybody who answers before the question's clock shows `until_us`. */
static void answers_until(struct play *p, int64_t until_us)
{
    for (int i = 0; i < p->n_players; i++) {
        struct move *m = &p->moves[i];
        int64_t used_us, received_us = p->engine.opened_us + m->delay_us;
        if (!m->answers || m->done || m->delay_us >= until_us)
            continue;
        if (lt_engine_accepts(&p->engine, p->engine.qi, p->players[i].entry, received_us,
                              &used_us) == LT_OK)
            answer(p, i, used_us, received_us);
    }
}

static int store_answers(struct play *p)
{
    const char *const *t = p->answers.text;
    columns_end(&p->answers);
    return lt_db_exec(p->db, NULL,
                      "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, "
                      "entry_id, answer_id, body, late, "
                      "\"right\", used_us, received_us) SELECT e.season, e.tenant_id, "
                      "e.event_id, $2::smallint, i.* "
                      "FROM leitai.event e, unnest($3::bigint[], $4::bigint[], $5::text[], "
                      "$6::text[], $7::boolean[], "
                      "$8::boolean[], $9::bigint[], $10::bigint[]) AS i "
                      "WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1",
                      p->event.s, lt_num(p->engine.qi).s, t[0], t[1], t[2], t[3], t[4], t[5], t[6],
                      t[7]);
}

static int pause_once(struct play *p)
{
    p->now_us += PAUSE_AFTER_US;
    answers_until(p, PAUSE_AFTER_US);
    int err = act(p, LT_ACT_PAUSE);
    p->now_us += PAUSE_US;
    return err == LT_OK ? act(p, LT_ACT_RESUME) : err;
}

/* From armed to open; answers come. */
static int ask(struct play *p, int64_t limit_us)
{
    int err = act(p, LT_ACT_NEXT);
    p->now_us += READ_US;
    if (err == LT_OK)
        err = act(p, LT_ACT_OPEN);
    p->tally = (struct lt_input){.kind = LT_IN_TALLY};
    columns_begin(&p->answers);
    plan_moves(p, limit_us);
    if (err == LT_OK && p->engine.qi == PAUSED_QI)
        err = pause_once(p);
    answers_until(p, INT64_MAX);
    return err;
}

/* The clock runs out; tally, key, explanation. */
static int settle(struct play *p)
{
    p->now_us = lt_engine_next_us(&p->engine);
    int err = step(p, (struct lt_input){.kind = LT_IN_TIME});
    p->now_us += DRAIN_US;
    if (err == LT_OK)
        err = store_answers(p);
    if (err == LT_OK)
        err = step(p, p->tally);
    p->now_us += READ_US;
    if (err == LT_OK)
        err = act(p, LT_ACT_REVEAL);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "UPDATE leitai.question_instance SET state = 'revealed' WHERE tenant_id = "
                         "leitai.current_tenant() "
                         "AND event_id = $1 AND qi = $2",
                         p->event.s, lt_num(p->engine.qi).s);
    p->now_us += TALK_US;
    return err;
}

static int play_questions(struct play *p)
{
    int err = LT_OK, round, index;
    for (int qi = 0; qi < p->n_questions && err == LT_OK; qi++) {
        const struct lt_round_rule *rule = lt_sheet_round_of(&p->sheet, qi, &round, &index);
        assert(rule);
        err = ask(p, rule->seconds * (int64_t)SECOND_US);
        if (err == LT_OK)
            err = settle(p);
    }
    return err;
}

/* ---- the whole ---- */

static int read_sheet(struct play *p)
{
    struct lt_rows *rows;
    struct lt_buf problems;
    int err = lt_db_exec(
        p->db, &rows,
        "SELECT s.sheet, (SELECT person_id FROM leitai.role_grant g WHERE g.tenant_id = "
        "s.tenant_id "
        "AND g.role = 'host' LIMIT 1) FROM leitai.rule_sheet s "
        "WHERE s.tenant_id = leitai.current_tenant() AND s.event_id = $1 AND s.version = 1",
        p->event.s);
    if (err != LT_OK)
        return err;
    lt_buf_init(&problems, LT_SHEET_BYTES);
    err = lt_sheet_parse(lt_rows_text(rows, 0, 0), strlen(lt_rows_text(rows, 0, 0)), &p->sheet,
                         &problems);
    assert(err == LT_OK);
    p->host = lt_rows_i64(rows, 0, 1);
    lt_buf_done(&problems);
    lt_rows_free(rows);
    lt_engine_init(&p->engine, &p->sheet);
    return LT_OK;
}

static int read_questions(struct play *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        p->db, &rows,
        "SELECT body FROM leitai.question_instance WHERE tenant_id = leitai.current_tenant() "
        "AND event_id = $1 ORDER BY qi",
        p->event.s);
    if (err != LT_OK)
        return err;
    p->n_questions = lt_rows_count(rows);
    assert(p->n_questions <= QUESTIONS_MAX);
    for (int i = 0; i < p->n_questions; i++) {
        const char *path, *body = lt_rows_text(rows, i, 0);
        err = lt_question_parse(body, strlen(body), &p->questions[i], &path);
        assert(err == LT_OK);
    }
    lt_rows_free(rows);
    return LT_OK;
}

/* A node that is gone by the time anybody looks drives the event. */
static int take_drive(struct play *p, int64_t *ret_node)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows,
                         "INSERT INTO leitai.node (name) VALUES ('demo') RETURNING node_id");
    if (err != LT_OK)
        return err;
    *ret_node = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return step(
        p, (struct lt_input){.kind = LT_IN_TAKEOVER, .node = *ret_node, .token = p->token + 1});
}

static int open_lobby(struct play *p)
{
    int err = act(p, LT_ACT_LOBBY);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "UPDATE leitai.rule_sheet SET frozen_at = 'epoch'::timestamptz + $2 * "
                         "interval '1 microsecond' "
                         "WHERE tenant_id = leitai.current_tenant() AND event_id = $1",
                         p->event.s, lt_num(p->now_us).s);
    if (err == LT_OK)
        err = invite_guests(p);
    if (err == LT_OK)
        err = join(p);
    p->now_us += LOBBY_US;
    return err == LT_OK ? read_players(p) : err;
}

static int close_event(struct play *p, int64_t node)
{
    int err = act(p, LT_ACT_FINISH);
    p->now_us += TALK_US;
    if (err == LT_OK)
        err = act(p, LT_ACT_FINALISE);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "INSERT INTO leitai.job (tenant_id, event_id, kind, token) "
                         "VALUES (leitai.current_tenant(), $1, 'finalise', $2)",
                         p->event.s, lt_num(p->token).s);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL,
                         "UPDATE leitai.event_head SET node_id = NULL WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1",
                         p->event.s);
    if (err == LT_OK)
        err = lt_db_exec(p->db, NULL, "DELETE FROM leitai.node WHERE node_id = $1", lt_num(node).s);
    return err;
}

int demo_play(struct lt_db *d, int64_t event, int64_t start_us)
{
    int64_t node = 0;
    struct play *p = calloc(1, sizeof *p);
    assert(p);
    p->db = d;
    p->event = lt_num(event);
    p->rng.state = (uint64_t)start_us; /* the same event is played the same way */
    p->now_us = start_us - LOBBY_US;
    columns_init(&p->answers, 8, COLUMN_BYTES);
    int err = read_sheet(p);
    if (err == LT_OK)
        err = read_questions(p);
    if (err == LT_OK)
        err = take_drive(p, &node);
    if (err == LT_OK)
        err = open_lobby(p);
    if (err == LT_OK)
        err = act(p, LT_ACT_START);
    if (err == LT_OK)
        err = play_questions(p);
    if (err == LT_OK)
        err = close_event(p, node);
    for (int i = 0; i < p->n_questions; i++)
        lt_question_free(p->questions[i]);
    columns_done(&p->answers);
    free(p->players);
    free(p->moves);
    free(p);
    return err;
}

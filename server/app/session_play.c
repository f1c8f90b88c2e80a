/* A player's answer: from the message to the acknowledgement.
 *
 *   session_answer → checked against the engine and the question → graded, scored (pure)
 *   → lt_commit_answer → committed by PostgreSQL → on_committed → ack
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "domain/grading.h"
#include "session_internal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ACK_BYTES = 1024,
    RECORDED_MAX =
        3, /* refused answers of one player to one question: more of them say nothing new */
};

/* Lives from queueing to commit; the player may outlive the connection, so the outcome is kept with
 * it. */
struct flight {
    struct session *s;
    struct lt_contest *contest;
    int64_t person;
    int qi;
    char answer_id[LT_ANSWER_ID_BYTES + 1];
    struct lt_member hold; /* keeps the event here until the commit */
};

static void ack(struct session *s, const char *id, int qi, bool late)
{
    struct lt_buf b;
    struct lt_msg_ack m = {
        .id = id, .q = qi + 1, .state = late ? LT_ACK_STATE_ID_LATE : LT_ACK_STATE_ID_SAVED};
    lt_metric_add(late ? LT_M_ANSWERS_LATE : LT_M_ANSWERS_ACKED, 1);
    lt_buf_init(&b, ACK_BYTES);
    lt_msg_ack_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

static void on_committed(void *arg, int err, bool late)
{
    struct flight *f = arg;
    struct lt_contest *c = f->contest;
    struct lt_player *p = lt_contest_player(c, f->person);
    bool mine = p && p->saved.qi == f->qi && strcmp(p->saved.answer_id, f->answer_id) == 0;
    if (mine && err == LT_OK) {
        char *body = strdup(p->saved.body);
        assert(body);
        lt_player_saved(c, p, f->qi, late ? LT_SAVED_LATE : LT_SAVED_YES, f->answer_id, body);
        free(body);
        if (!late)
            lt_hub_answered(c, p, f->qi);
    } else if (mine) {
        lt_player_unsaved(
            p); /* whatever stands is another answer, or none: the database will be asked */
    }
    lt_hub_leave(&f->hold);
    /* Who lost the line while this was under way and is back here is told here: what it sends again
     * meanwhile finds the answer pending and waits for this. */
    struct session *to = session_back(f->s) ? f->s : p && p->member ? session_of(p->member) : NULL;
    if (to && err == LT_OK)
        ack(to, f->answer_id, f->qi, late);
    else if (to)
        session_refuse(to, err, f->answer_id, f->qi + 1);
    free(f);
}

/* The response in the message, checked. */
static int read_response(const struct lt_answer_in *m, const struct lt_question *q,
                         struct lt_response *r)
{
    *r = (struct lt_response){0};
    if (m->has_choice) {
        r->n_choice = m->n_choice;
        memcpy(r->choice, m->choice, (size_t)m->n_choice * sizeof *m->choice);
    }
    if (m->has_text)
        memcpy(r->text, m->text, strlen(m->text) + 1);
    return lt_response_check(q, r);
}

/* This person's answer to this question is known here already. */
static void answered_before(struct session *s, const struct lt_answer_in *m,
                            const struct lt_player *p)
{
    bool pending = p->saved.state == LT_SAVED_PENDING;
    if (strcmp(p->saved.answer_id, m->id) != 0) {
        /* Whether the other one will stand is not known before its commit. */
        session_refuse(s, pending ? LT_EBUSY : LT_EANSWERED, m->id, m->q);
    } else if (!pending) {
        lt_metric_add(LT_M_ANSWERS_DUPLICATE, 1);
        ack(s, m->id, p->saved.qi, p->saved.state == LT_SAVED_LATE);
    } /* pending: its own commit acknowledges it */
}

/* May this member answer for the team now? */
static int team_may_answer(const struct lt_contest *c, const struct lt_player *p, int qi)
{
    const struct lt_round_rule *round = lt_engine_round(&c->engine);
    const struct lt_team *t = lt_engine_team(&c->engine, p->entry->id);
    int step;
    if (!c->sheet.teams)
        return LT_OK;
    if (round->policy == LT_POLICY_CAPTAIN && (!t || t->captain != p->person))
        return LT_ENOTCAPTAIN;
    if (lt_contest_answered_by(c, p->entry))
        return LT_EANSWERED;
    if (c->engine.n_open == 1)
        return LT_OK;
    step = lt_contest_step(c, p->entry);
    if (step < 0 || qi < step)
        return LT_EANSWERED;
    return qi == step ? LT_OK : LT_ENOQUESTION;
}

static int queue_answer(struct session *s, struct lt_player *p, const struct lt_answer *a)
{
    struct flight *f = calloc(1, sizeof *f);
    if (!f)
        return LT_EFULL;
    *f = (struct flight){.s = s, .contest = s->member.contest, .person = p->person, .qi = a->qi};
    memcpy(f->answer_id, a->answer_id, sizeof f->answer_id);
    session_hold(s);
    int err = lt_commit_answer(s->all->answers, a, on_committed, f);
    if (err != LT_OK) {
        s->pending--;
        free(f);
        return err;
    }
    lt_hub_hold(f->contest, &f->hold);
    lt_player_saved(f->contest, p, a->qi, LT_SAVED_PENDING, a->answer_id, a->body);
    return LT_OK;
}

/* Out of turn, out of time, not by the captain: told to the player, and kept for the record. */
static void refuse_answer(struct session *s, const char *id, int qi, int err)
{
    struct lt_command_args args = {.qi = qi, .entry = s->who.entry.v};
    struct lt_player *p = s->member.player;
    bool record = err == LT_ENOTTURN || err == LT_ENOTCAPTAIN || err == LT_ECLOSED ||
                  err == LT_EOUT || err == LT_EDECLINED;
    session_refuse(s, err, id, qi + 1);
    if (p->refused_qi != qi) {
        p->refused_qi = qi;
        p->refused_n = 0;
    }
    if (record && p->refused_n++ < RECORDED_MAX)
        session_record_refusal(s, "answer", id, &args, err);
}

/* ---- an answer to a question that was ---- */

struct look {
    struct session *s;
    int64_t person;
    int qi, refusal; /* what to say when nothing is stored */
    char answer_id[LT_ANSWER_ID_BYTES + 1];
};

static void on_looked(void *arg, int err, const struct lt_pg_result *r)
{
    struct look *k = arg;
    struct session *s = k->s;
    if (!session_back(s)) {
        free(k);
        return;
    }
    if (err == LT_OK)
        err = k->refusal;
    for (int i = 0; err == k->refusal && i < lt_pg_rows(r, 0); i++) {
        if (lt_pg_i64(r, 0, i, 1) != k->person)
            continue;
        bool same = strcmp(lt_pg_text(r, 0, i, 2), k->answer_id) == 0;
        err = same ? LT_OK : LT_EANSWERED;
        if (same)
            ack(s, k->answer_id, k->qi, lt_pg_bool(r, 0, i, 4));
    }
    if (err != LT_OK)
        refuse_answer(s, k->answer_id, k->qi, err);
    free(k);
}

/* It may be sent again because the node that stored it died before saying so: nobody is told that an
 * answer does not count without a look at the database. */
static void look_then_refuse(struct session *s, const struct lt_player *p,
                             const struct lt_answer_in *m, int err)
{
    const struct lt_contest *c = s->member.contest;
    char event[24], qi[12], to[12], season[12], entry[24];
    struct look *k = calloc(1, sizeof *k);
    struct lt_pg_req *r = k ? lt_pg_req_new(lt_hub_pg(s->all->hub), c->tenant) : NULL;
    if (!r) {
        free(k);
        session_refuse(s, LT_EFULL, m->id, m->q);
        return;
    }
    *k = (struct look){.s = s, .person = p->person, .qi = m->q - 1, .refusal = err};
    memcpy(k->answer_id, m->id, sizeof k->answer_id);
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    snprintf(qi, sizeof qi, "%d", m->q - 1);
    snprintf(to, sizeof to, "%d", m->q);
    snprintf(season, sizeof season, "%d", c->season);
    snprintf(entry, sizeof entry, "%lld", (long long)p->entry->id);
    lt_pg_req_add(r, LT_SQL_SAVED, (const char *[]){event, qi, to, season, entry});
    session_hold(s);
    err = lt_pg_submit(r, on_looked, k);
    if (err != LT_OK) {
        s->pending--;
        free(k);
        session_refuse(s, err, m->id, m->q);
    }
}

/* Too late, or about a question that went by. As long as the gate may be open, the same answer may be
 * on its way through another node: then it is to be sent again. */
static void refuse_late(struct session *s, const struct lt_player *p, const struct lt_answer_in *m,
                        int err)
{
    const struct lt_engine *g = &s->member.contest->engine;
    int qi = m->q - 1;
    bool asked = qi >= 0 && (qi < g->qi || (qi < g->qi + g->n_open && g->qstate >= LT_Q_OPEN));
    bool gate_open = qi >= g->qi && g->phase == LT_PHASE_RUNNING && g->qstate >= LT_Q_OPEN &&
                     g->qstate <= LT_Q_CLOSING;
    if (!asked)
        refuse_answer(s, m->id, qi, err);
    else if (gate_open)
        session_refuse(s, LT_EBUSY, m->id, m->q);
    else
        look_then_refuse(s, p, m, err);
}

void session_answer(struct session *s, const struct lt_answer_in *m)
{
    struct lt_contest *c = s->member.contest;
    struct lt_player *p = s->member.player;
    struct lt_cluster *cluster = lt_hub_cluster(s->all->hub);
    int64_t now_us = lt_cluster_at_us(cluster, lt_loop_now_fresh(s->all->loop)), used_us;
    int qi = m->q - 1;
    if (!p) {
        session_refuse(s, LT_EFORBIDDEN, m->id, m->q);
        return;
    }
    if (p->saved.qi == qi) {
        answered_before(s, m, p);
        return;
    }
    int err = lt_engine_accepts(&c->engine, qi, p->entry->id, now_us, &used_us);
    if (err == LT_ECLOSED || err == LT_ENOQUESTION) {
        refuse_late(s, p, m, err);
        return;
    }
    if (err == LT_OK)
        err = team_may_answer(c, p, qi);
    if (err != LT_OK) {
        refuse_answer(s, m->id, qi, err);
        return;
    }
    const struct lt_question *q = c->questions[qi];
    const struct lt_round_rule *round = lt_engine_round(&c->engine);
    int64_t credit_us = session_rtt_credit_us(s);
    struct lt_response response;
    err = read_response(m, q, &response);
    struct lt_answer a = {.tenant = c->tenant,
                          .event = c->event,
                          .person = {p->person},
                          .entry = {p->entry->id},
                          .season = c->season,
                          .qi = qi,
                          .used_us = used_us > credit_us ? used_us - credit_us : 0,
                          .received_us = now_us};
    if (err == LT_OK && lt_response_write(&response, q->type, a.body, sizeof a.body) < 0)
        err = LT_EANSWER;
    if (err == LT_OK) {
        a.right = lt_grade(q, &response, round->score.partial).right;
        memcpy(a.answer_id, m->id, sizeof a.answer_id);
        err = queue_answer(s, p, &a);
    }
    if (err != LT_OK)
        session_refuse(s, err, m->id, m->q);
}

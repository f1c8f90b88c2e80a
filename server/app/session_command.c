/* Commands: who may send which, what of the message they carry, and their outcome.
 *
 * A host leads from a desk, a judge marks and decides, members press and captains stake. The role is
 * checked here, whether it is this team's turn and this member its captain by the engine, in the
 * driver. What a press is judged by is taken from the clock before anything else is done. */
#include "base/err.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DONE_BYTES = 1024,
    ASKED_MAX =
        4, /* commands of one player under way: each is a row and a transaction of the driver */
};

#define BIT(role) (1u << (role))
#define DESK BIT(LT_SESSION_DESK)
#define JUDGE BIT(LT_SESSION_JUDGE)
#define PLAY BIT(LT_SESSION_PLAY)

/* The wire's actions: what they are to the engine, and which roles may ask for them. */
static const struct {
    enum lt_action action;
    unsigned roles;
} actions[LT_ACTION_IDS] = {
    [LT_ACTION_ID_LOBBY] = {LT_ACT_LOBBY, DESK},
    [LT_ACTION_ID_LOT] = {LT_ACT_LOT, DESK},
    [LT_ACTION_ID_START] = {LT_ACT_START, DESK},
    [LT_ACTION_ID_NEXT] = {LT_ACT_NEXT, DESK},
    [LT_ACTION_ID_SKIP] = {LT_ACT_SKIP, DESK},
    [LT_ACTION_ID_OPEN] = {LT_ACT_OPEN, DESK},
    [LT_ACTION_ID_CLOSE] = {LT_ACT_CLOSE, DESK},
    [LT_ACTION_ID_REVEAL] = {LT_ACT_REVEAL, DESK},
    [LT_ACTION_ID_ADVANCE] = {LT_ACT_ADVANCE, DESK},
    [LT_ACTION_ID_EXTEND] = {LT_ACT_EXTEND, DESK},
    [LT_ACTION_ID_VERDICT] = {LT_ACT_VERDICT, DESK | JUDGE},
    [LT_ACTION_ID_PAUSE] = {LT_ACT_PAUSE, DESK},
    [LT_ACTION_ID_RESUME] = {LT_ACT_RESUME, DESK},
    [LT_ACTION_ID_FINISH] = {LT_ACT_FINISH, DESK},
    [LT_ACTION_ID_FINALISE] = {LT_ACT_FINALISE, DESK},
    [LT_ACTION_ID_STAKE] = {LT_ACT_STAKE, PLAY},
    [LT_ACTION_ID_PRESS] = {LT_ACT_PRESS, PLAY},
    [LT_ACTION_ID_CAPTAIN] = {LT_ACT_CAPTAIN, PLAY | DESK},
    [LT_ACTION_ID_HELP] = {LT_ACT_HELP, PLAY},
    [LT_ACTION_ID_MARK] = {LT_ACT_MARK, JUDGE},
    [LT_ACTION_ID_VOID] = {LT_ACT_VOID, DESK},
    [LT_ACTION_ID_ACCEPT] = {LT_ACT_ACCEPT, DESK},
    [LT_ACTION_ID_ADJUST] = {LT_ACT_ADJUST, DESK},
    [LT_ACTION_ID_DISQUALIFY] = {LT_ACT_DISQUALIFY, DESK},
    [LT_ACTION_ID_APPEAL] = {LT_ACT_APPEAL, PLAY},
    [LT_ACTION_ID_APPROVE] = {LT_ACT_APPROVE, DESK | JUDGE},
    [LT_ACTION_ID_RESOLVE] = {LT_ACT_RESOLVE, DESK},
    [LT_ACTION_ID_REJECT] = {LT_ACT_REJECT, DESK | JUDGE},
};

struct asked {
    struct session *s;
    char id[LT_COMMAND_ID_BYTES + 1];
};

void session_done(struct session *s, const char *id)
{
    struct lt_buf b;
    struct lt_msg_done m = {.id = id};
    lt_buf_init(&b, DONE_BYTES);
    lt_msg_done_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

static void on_outcome(void *arg, int outcome)
{
    struct asked *a = arg;
    struct session *s = a->s;
    bool here = session_back(s);
    if (here)
        s->asked--;
    if (here && outcome == LT_OK)
        session_done(s, a->id);
    else if (here)
        session_refuse(s, outcome, a->id, 0);
    free(a);
}

/* Ids are echoed in one-word messages between nodes. Those of the system begin with a dot. */
static bool id_ok(const char *id)
{
    if (id[0] == '.')
        return false;
    for (const char *p = id; *p; p++) {
        if (*p <= ' ' || *p > '~')
            return false;
    }
    return id[0] != '\0';
}

int session_response(const struct lt_contest *c, int qi, const int *choice, int n_choice,
                     const char *text, char *ret)
{
    struct lt_response r = {0};
    if (qi < 0 || qi >= c->n_questions)
        return LT_ENOQUESTION;
    if (choice) {
        r.n_choice = n_choice;
        memcpy(r.choice, choice, (size_t)n_choice * sizeof *choice);
    }
    if (text)
        snprintf(r.text, sizeof r.text, "%s", text);
    int err = lt_response_check(c->questions[qi], &r);
    if (err == LT_OK && lt_response_write(&r, c->questions[qi]->type, ret, LT_FILL_BYTES + 1) < 0)
        err = LT_EANSWER;
    return err;
}

/* Whose entry a command is about: a player's own, whatever the message says. */
static int64_t entry_of(const struct session *s, const struct lt_command_in *m)
{
    if (s->who.role == LT_SESSION_PLAY)
        return s->who.entry.v;
    return m->has_entry ? m->entry : 0;
}

static int args_of(struct session *s, const struct lt_command_in *m, struct lt_clock at,
                   struct lt_command_args *ret)
{
    const struct lt_contest *c = s->member.contest;
    *ret = (struct lt_command_args){.staff = s->who.role != LT_SESSION_PLAY,
                                    .entry = entry_of(s, m),
                                    .value = m->has_value ? m->value : 0,
                                    .qi = m->has_question ? m->question - 1 : -1};
    if (m->has_reason)
        memcpy(ret->reason, m->reason, strlen(m->reason) + 1);
    switch ((int)m->action) {
    case LT_ACTION_ID_PRESS:
        session_rtt_evidence(s, at, m->has_claim_us ? m->claim_us : -1, &ret->evidence);
        return LT_OK;
    case LT_ACTION_ID_ACCEPT:
        return session_response(c, ret->qi, m->has_choice ? m->choice : NULL, m->n_choice,
                                m->has_text ? m->text : NULL, ret->answer);
    case LT_ACTION_ID_ADJUST:
    case LT_ACTION_ID_DISQUALIFY:
        return lt_contest_entry(c, ret->entry) ? LT_OK : LT_EOUT;
    case LT_ACTION_ID_CAPTAIN: {
        const struct lt_player *p = lt_contest_player(c, ret->value);
        return p && p->entry->id == ret->entry ? LT_OK : LT_ERANGE;
    }
    default:
        return LT_OK;
    }
}

void session_command(struct session *s, const struct lt_command_in *m)
{
    struct lt_clock at = lt_loop_now_fresh(s->all->loop);
    struct asked *a;
    struct lt_hub_command cmd = {.person = s->who.person.v,
                                 .action = actions[m->action].action,
                                 .expect_q = lt_engine_expect(m->has_q, m->q)};
    int err = LT_OK;
    if (!id_ok(m->id)) {
        session_refuse(s, LT_ERANGE, NULL, 0);
        return;
    }
    if (!(actions[m->action].roles & BIT(s->who.role)))
        err = LT_EFORBIDDEN;
    if (s->who.role == LT_SESSION_PLAY && !s->member.contest->sheet.teams)
        err = LT_EFORBIDDEN; /* what members and captains ask for, persons have no use for */
    else if (s->who.role == LT_SESSION_PLAY && s->asked >= ASKED_MAX)
        err = LT_EBUSY;
    if (err == LT_OK)
        err = args_of(s, m, at, &cmd.args);
    a = err == LT_OK ? calloc(1, sizeof *a) : NULL;
    if (err == LT_OK && !a)
        err = LT_EFULL;
    if (err != LT_OK) {
        session_refuse(s, err, m->id, 0);
        return;
    }
    memcpy(cmd.id, m->id, sizeof cmd.id);
    memcpy(a->id, m->id, sizeof a->id);
    a->s = s;
    session_hold(s);
    s->asked++;
    err = lt_hub_command(s->member.contest, &cmd, on_outcome, a);
    if (err != LT_OK) {
        s->pending--;
        s->asked--;
        free(a);
        session_refuse(s, err, m->id, 0);
    }
}

/* ---- the record of what was refused here ---- */

static void on_recorded(void *arg, int err, const struct lt_pg_result *r)
{
    (void)arg;
    (void)r;
    if (err != LT_OK)
        lt_metric_add(LT_M_REFUSALS_UNRECORDED, 1);
}

void session_record_refusal(struct session *s, const char *action, const char *id,
                            const struct lt_command_args *args, int err)
{
    const struct lt_contest *c = s->member.contest;
    char event[24], person[24], expect[12];
    struct lt_buf b;
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), c->tenant);
    if (!r || !id_ok(id)) {
        lt_metric_add(LT_M_REFUSALS_UNRECORDED, 1);
        lt_pg_req_free(r);
        return;
    }
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    snprintf(person, sizeof person, "%lld", (long long)s->who.person.v);
    snprintf(expect, sizeof expect, "%d", args->qi);
    lt_buf_init(&b, LT_COMMAND_ARGS_BYTES);
    lt_command_write(args, &b);
    assert(!b.failed);
    lt_pg_req_add(
        r, LT_SQL_INBOX_REFUSED,
        (const char *[]){event, id, person, action, expect, lt_buf_cstr(&b), lt_err_wire(err)});
    lt_buf_done(&b);
    if (lt_pg_submit(r, on_recorded, NULL) != LT_OK)
        lt_metric_add(LT_M_REFUSALS_UNRECORDED, 1);
}

/* ---- the rules ---- */

void session_rules(struct session *s)
{
    struct lt_buf b;
    struct lt_msg_rules m = {.sheet = s->member.contest->sheet_json};
    lt_buf_init(&b, 2 * LT_SHEET_BYTES + DONE_BYTES);
    lt_msg_rules_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

/* What a host's desk asks for: its events, commands, pages of the roster. */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES = 256 * 1024, EVENTS_MAX = 200, PAGE_MAX = 200 };

static bool is_desk(struct session *s, const char *re)
{
    if (s->who.role == LT_SESSION_DESK)
        return true;
    session_refuse(s, LT_EFORBIDDEN, re, 0);
    return false;
}

/* ---- events ---- */

static int phase_id(const char *name)
{
    int id = 0;
    while (id < LT_PHASE_IDS - 1 && strcmp(lt_phase_names[id], name) != 0)
        id++;
    return id;
}

static void on_events(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    struct lt_event_row_out rows[EVENTS_MAX];
    struct lt_buf b;
    char token[1025];
    int n = lt_pg_rows(r, 0);
    for (int i = 0; i < n && i < EVENTS_MAX; i++)
        rows[i] = (struct lt_event_row_out){
            .event = lt_pg_i64(r, 0, i, 0),
            .title = lt_pg_text(r, 0, i, 1),
            .phase = phase_id(lt_pg_text(r, 0, i, 2)),
            .code = lt_pg_text(r, 0, i, 3),
            .questions = (int)lt_pg_i64(r, 0, i, 4),
            .entries = (int)lt_pg_i64(r, 0, i, 5),
        };
    session_token(s, LT_SESSION_DESK, token, sizeof token);
    struct lt_msg_events m = {.session = token,
                              .you = {.has_person = true,
                                      .person = s->who.person.v,
                                      .name = s->who.name,
                                      .unit = s->who.unit},
                              .n_rows = n < EVENTS_MAX ? n : EVENTS_MAX,
                              .rows = rows};
    lt_buf_init(&b, LIST_BYTES);
    lt_msg_events_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    session_hello_done(s);
    session_state(s, SESSION_LISTED);
}

void session_list_events(struct session *s)
{
    char person[24];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(person, sizeof person, "%lld", (long long)s->who.person.v);
    lt_pg_req_add(r, LT_SQL_STAFF_EVENTS, (const char *[]){person});
    session_hold(s);
    int err = lt_pg_submit(r, on_events, s);
    if (err != LT_OK) {
        s->pending--;
        session_refuse(s, err, NULL, 0);
    }
}

/* ---- commands ---- */

struct asked {
    struct session *s;
    char id[41];
};

static void on_outcome(void *arg, int outcome)
{
    struct asked *a = arg;
    struct session *s = a->s;
    bool here = session_back(s);
    if (here && outcome == LT_OK) {
        struct lt_buf b;
        struct lt_msg_done m = {.id = a->id};
        lt_buf_init(&b, LIST_BYTES);
        lt_msg_done_write(&m, &b);
        session_send(s, &b);
        lt_buf_done(&b);
    } else if (here) {
        session_refuse(s, outcome, a->id, 0);
    }
    free(a);
}

static const enum lt_action action_of[] = {
    [LT_ACTION_ID_LOBBY] = LT_ACT_LOBBY,   [LT_ACTION_ID_START] = LT_ACT_START,
    [LT_ACTION_ID_NEXT] = LT_ACT_NEXT,     [LT_ACTION_ID_OPEN] = LT_ACT_OPEN,
    [LT_ACTION_ID_CLOSE] = LT_ACT_CLOSE,   [LT_ACTION_ID_REVEAL] = LT_ACT_REVEAL,
    [LT_ACTION_ID_PAUSE] = LT_ACT_PAUSE,   [LT_ACTION_ID_RESUME] = LT_ACT_RESUME,
    [LT_ACTION_ID_FINISH] = LT_ACT_FINISH, [LT_ACTION_ID_FINALISE] = LT_ACT_FINALISE};

/* Ids are echoed in one-word messages between nodes. */
static bool id_ok(const char *id)
{
    for (const char *p = id; *p; p++) {
        if (*p <= ' ' || *p > '~')
            return false;
    }
    return id[0] != '\0';
}

void session_command(struct session *s, const struct lt_command_in *m)
{
    if (!is_desk(s, m->id))
        return;
    if (!id_ok(m->id)) {
        session_refuse(s, LT_ERANGE, NULL, 0);
        return;
    }
    struct lt_hub_command cmd = {.person = s->who.person.v,
                                 .action = action_of[m->action],
                                 .expect_q = lt_engine_expect(m->has_q, m->q)};
    struct asked *a = calloc(1, sizeof *a);
    if (!a) {
        session_refuse(s, LT_EFULL, m->id, 0);
        return;
    }
    memcpy(cmd.id, m->id, sizeof cmd.id);
    memcpy(a->id, m->id, sizeof a->id);
    a->s = s;
    session_hold(s);
    int err = lt_hub_command(s->member.contest, &cmd, on_outcome, a);
    if (err != LT_OK) {
        s->pending--;
        free(a);
        session_refuse(s, err, m->id, 0);
    }
}

/* ---- roster ---- */

static void on_roster(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    const struct lt_contest *c = s->member.contest;
    struct lt_roster_row_out rows[PAGE_MAX];
    struct lt_buf b;
    int page = s->all->opts.roster_page, n = lt_pg_rows(r, 0);
    struct lt_msg_roster m = {.n_rows = n < page ? n : page, .rows = rows, .more = n > page};
    for (int i = 0; i < m.n_rows; i++) {
        const struct lt_entry *e = lt_contest_entry(c, lt_pg_i64(r, 0, i, 0));
        rows[i] = (struct lt_roster_row_out){
            .entry = lt_pg_i64(r, 0, i, 0),
            .name = lt_pg_text(r, 0, i, 1),
            .unit = lt_pg_text(r, 0, i, 2),
            .guest = lt_pg_bool(r, 0, i, 3),
            .online = lt_hub_online(c, lt_pg_i64(r, 0, i, 0)),
            .points = e ? e->points_c : c->sheet.start_points_c,
        };
    }
    lt_buf_init(&b, LIST_BYTES);
    lt_msg_roster_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

void session_roster(struct session *s, const struct lt_roster_in *m)
{
    if (!is_desk(s, NULL))
        return;
    char event[24], after[24], rows[12];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    lt_metric_add(LT_M_ROSTER_REQUESTS, 1);
    snprintf(event, sizeof event, "%lld", (long long)s->who.event.v);
    snprintf(after, sizeof after, "%lld", m->has_after ? (long long)m->after : 0LL);
    snprintf(rows, sizeof rows, "%d", s->all->opts.roster_page + 1);
    lt_pg_req_add(r, LT_SQL_ROSTER,
                  (const char *[]){event, after, m->has_find ? m->find : "", rows});
    session_hold(s);
    int err = lt_pg_submit(r, on_roster, s);
    if (err != LT_OK) {
        s->pending--;
        session_refuse(s, err, NULL, 0);
    }
}

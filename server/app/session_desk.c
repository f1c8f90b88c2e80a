/* What a desk asks for: its events, pages of the roster, the effect of a ruling, evidence. */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES = 2 * 1024 * 1024, EVENTS_MAX = 200, PAGE_MAX = 200 };

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

/* ---- roster ---- */

/* Members of the teams in a page; NULL: persons are ranked. */
static struct lt_member_out *roster_members(const struct lt_contest *c,
                                            struct lt_roster_row_out *rows, int n)
{
    struct lt_member_out *all = NULL, *at;
    if (!c->sheet.teams)
        return NULL;
    all = at = calloc((size_t)n * LT_MEMBERS_MAX + 1, sizeof *all);
    assert(all);
    for (int i = 0; i < n; i++) {
        const struct lt_entry *e = lt_contest_entry(c, rows[i].entry);
        const struct lt_team *t = lt_engine_team(&c->engine, rows[i].entry);
        const struct lt_player *p = e ? e->players : NULL;
        rows[i].members = at;
        for (; p && rows[i].n_members < LT_MEMBERS_MAX; p = p->next, rows[i].n_members++)
            *at++ = (struct lt_member_out){.person = p->person,
                                           .name = p->name,
                                           .captain = t ? t->captain == p->person : p->captain,
                                           .online = lt_hub_player_online(c, p)};
    }
    return all;
}

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
            .points = e ? lt_contest_place(c, e)->points_c : c->sheet.start_points_c,
        };
    }
    struct lt_member_out *members = roster_members(c, rows, m.n_rows);
    lt_buf_init(&b, LIST_BYTES);
    lt_msg_roster_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    free(members);
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

/* ---- what a ruling would change ---- */

enum { CHANGES_MAX = 50, ANSWERS_MAX = 500000, PREVIEWS_MAX = 1 };

/* From the question to the answer: all answers of the event are read, then the fold is made twice. It
 * takes memory and time of a loop that players wait for, so one at a time. */
struct preview {
    struct lt_sessions *all;
    struct session *s;
    int64_t version; /* of the board that it began with */
    char id[41];
    struct lt_ruling ruling;
    struct lt_answer_row *rows;
    int n, cap;
    int64_t after_qi, after_person;
};

static void preview_free(struct preview *v)
{
    v->all->previews--;
    for (int i = 0; i < v->n; i++)
        free((char *)v->rows[i].body);
    free(v->rows);
    free(v);
}

static void preview_answer(struct preview *v)
{
    const struct lt_contest *c = v->s->member.contest;
    struct lt_change changes[CHANGES_MAX];
    struct lt_change_out rows[CHANGES_MAX];
    struct lt_buf b;
    struct lt_msg_changes m = {.id = v->id, .rows = rows};
    m.total = lt_standings_preview(c->standings, &v->ruling, v->rows, v->n, changes, CHANGES_MAX);
    for (int i = 0; i < m.total && i < CHANGES_MAX; i++) {
        const struct lt_entry *e = lt_contest_entry(c, changes[i].entry);
        rows[m.n_rows++] = (struct lt_change_out){
            .entry = changes[i].entry,
            .name = e ? e->name : "",
            .before = changes[i].before_c,
            .after = changes[i].after_c,
            .rank_before = changes[i].rank_before,
            .rank_after = changes[i].rank_after,
        };
    }
    lt_buf_init(&b, LIST_BYTES);
    lt_msg_changes_write(&m, &b);
    session_send(v->s, &b);
    lt_buf_done(&b);
}

static int preview_fetch(struct preview *v);

static int preview_take(struct preview *v, const struct lt_pg_result *r)
{
    int n = lt_pg_rows(r, 0);
    if (v->n + n > ANSWERS_MAX)
        return LT_ETOOBIG;
    if (v->n + n > v->cap) {
        v->cap = v->n + n + v->cap;
        struct lt_answer_row *more = realloc(v->rows, (size_t)v->cap * sizeof *more);
        if (!more)
            return LT_ENOMEM;
        v->rows = more;
    }
    for (int i = 0; i < n; i++) {
        v->after_qi = lt_pg_i64(r, 0, i, 0);
        v->after_person = lt_pg_i64(r, 0, i, 1);
        char *body = strdup(lt_pg_text(r, 0, i, 3));
        if (!body)
            return LT_ENOMEM;
        v->rows[v->n++] = (struct lt_answer_row){.qi = (int)v->after_qi,
                                                 .person = v->after_person,
                                                 .entry = lt_pg_i64(r, 0, i, 2),
                                                 .body = body,
                                                 .used_us = lt_pg_i64(r, 0, i, 4),
                                                 .received_us = lt_pg_i64(r, 0, i, 5)};
    }
    return n == LT_SCORES_PAGE ? preview_fetch(v) : LT_OK;
}

static void on_preview(void *arg, int err, const struct lt_pg_result *r)
{
    struct preview *v = arg;
    int before = v->n;
    if (!session_back(v->s)) {
        preview_free(v);
        return;
    }
    if (err == LT_OK)
        err = preview_take(v, r);
    if (err == LT_OK && v->n - before == LT_SCORES_PAGE)
        return; /* the next page is on its way */
    if (err == LT_OK && v->version != v->s->member.contest->board_version)
        err = LT_EBUSY; /* what was read is not what stands any more */
    if (err == LT_OK)
        preview_answer(v);
    else
        session_refuse(v->s, err, v->id, 0);
    preview_free(v);
}

/* A page of answers; those whose key is not public yet are left out. */
static int preview_fetch(struct preview *v)
{
    const struct lt_contest *c = v->s->member.contest;
    char event[24], to[12], season[12], qi[24], person[24];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(v->s->all->hub), c->tenant);
    assert(r);
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    snprintf(to, sizeof to, "%d", lt_standings_settled(c->standings));
    snprintf(season, sizeof season, "%d", c->season);
    snprintf(qi, sizeof qi, "%lld", (long long)v->after_qi);
    snprintf(person, sizeof person, "%lld", (long long)v->after_person);
    lt_pg_req_add(r, LT_SQL_SCORES, (const char *[]){event, to, season, qi, person});
    session_hold(v->s);
    int err = lt_pg_submit(r, on_preview, v);
    if (err != LT_OK)
        v->s->pending--;
    return err;
}

/* The ruling that is meant, as it would be in force. */
static int preview_ruling(struct session *s, const struct lt_preview_in *m, struct lt_ruling *ret)
{
    static const int kinds[LT_ACTION_IDS] = {[LT_ACTION_ID_VOID] = 1 + LT_RULING_VOID,
                                             [LT_ACTION_ID_ACCEPT] = 1 + LT_RULING_ACCEPT,
                                             [LT_ACTION_ID_ADJUST] = 1 + LT_RULING_ADJUST,
                                             [LT_ACTION_ID_DISQUALIFY] = 1 + LT_RULING_DISQUALIFY};
    if (kinds[m->action] == 0)
        return LT_ERANGE;
    *ret = (struct lt_ruling){.kind = (enum lt_ruling_kind)(kinds[m->action] - 1),
                              .state = LT_RULING_DONE,
                              .no = s->member.contest->engine.n_rulings + 1,
                              .qi = m->has_question ? m->question - 1 : -1,
                              .entry = m->has_entry ? m->entry : 0,
                              .value_c = m->has_value ? m->value : 0,
                              .by = s->who.person.v};
    bool about_question = ret->kind == LT_RULING_VOID || ret->kind == LT_RULING_ACCEPT;
    if (about_question && ret->qi >= lt_standings_settled(s->member.contest->standings))
        return LT_EPHASE; /* its points are not public */
    if (about_question && ret->qi < 0)
        return LT_ENOENT;
    if (ret->kind != LT_RULING_ACCEPT)
        return LT_OK;
    return session_response(s->member.contest, ret->qi, m->has_choice ? m->choice : NULL,
                            m->n_choice, m->has_text ? m->text : NULL, ret->answer);
}

void session_preview(struct session *s, const struct lt_preview_in *m)
{
    if (!is_desk(s, m->id))
        return;
    struct preview *v = s->all->previews < PREVIEWS_MAX ? calloc(1, sizeof *v) : NULL;
    int err = LT_EBUSY;
    if (v) {
        v->all = s->all;
        v->all->previews++;
        err = preview_ruling(s, m, &v->ruling);
    }
    if (err == LT_OK) {
        v->s = s;
        v->version = s->member.contest->board_version;
        memcpy(v->id, m->id, sizeof v->id);
        err = preview_fetch(v);
    }
    if (err != LT_OK) {
        if (v)
            preview_free(v);
        session_refuse(s, err, m->id, 0);
    }
}

/* ---- boards as they are ---- */

void session_chart(struct session *s, const struct lt_chart_in *m)
{
    if (!is_desk(s, NULL))
        return;
    struct lt_contest *c = s->member.contest;
    bool known = (int)m->of == LT_OF_ENTRY;
    for (int i = 0; i < c->sheet.n_boards; i++)
        known = known || (int)c->sheet.boards[i].of == (int)m->of;
    struct lt_frame *f = lt_view_chart_frame(c, (int)m->of, m->round, true);
    if (f)
        lt_conn_send(s->conn, f);
    else /* not yet: before the first reveal, or while it is put together */
        session_refuse(s, known && m->round <= c->sheet.n_rounds ? LT_EBUSY : LT_ERANGE, NULL, 0);
    lt_frame_unref(f);
}

/* ---- evidence ---- */

struct evidence_asked {
    struct session *s;
    int question;
};

/* One press of the log as a row. The engine has judged it, or will. */
static void evidence_row(const struct lt_pg_result *r, int i, int turn, struct lt_press_out *out)
{
    struct lt_record rec;
    const char *payload = lt_pg_text(r, 0, i, 3);
    if (lt_record_read(lt_pg_text(r, 0, i, 2), lt_pg_i64(r, 0, i, 0), lt_pg_i64(r, 0, i, 1),
                       payload, strlen(payload), &rec) != LT_OK)
        return;
    *out = (struct lt_press_out){
        .entry = rec.entry,
        .person = rec.by,
        .foul = rec.foul,
        .turn = turn,
        .arrival_us = rec.evidence.arrival_us,
        .elapsed_us = rec.evidence.elapsed_us,
        .rtt_min_us = rec.evidence.rtt_min_us,
        .rtt_max_us = rec.evidence.rtt_max_us,
        .probes = rec.evidence.probes,
        .claim_us = rec.evidence.claim_us,
        .used_us = rec.used_us,
        .verdict = rec.foul ? "foul" : "later",
    };
}

/* Who held the question by its last press: first, or drawn among those that could not be told apart. */
static void evidence_held(const struct lt_pg_result *r, int i, int turn, struct lt_press_out *rows,
                          int n)
{
    struct lt_record rec;
    const char *payload = lt_pg_text(r, 0, i, 3);
    if (lt_record_read("held", lt_pg_i64(r, 0, i, 0), lt_pg_i64(r, 0, i, 1), payload,
                       strlen(payload), &rec) != LT_OK)
        return;
    while (--n >= 0 && (rows[n].entry != rec.entry || rows[n].foul))
        ;
    if (n < 0)
        return;
    rows[n].verdict = rec.n_doubt > 1 ? "drawn" : "first";
    rows[n].has_held = true;
    rows[n].held = turn + 1;
}

static void on_evidence(void *arg, int err, const struct lt_pg_result *r)
{
    struct evidence_asked *a = arg;
    struct session *s = a->s;
    struct lt_press_out *rows = calloc(LT_TEAMS_MAX * 2, sizeof *rows);
    bool here = session_back(s);
    if (here && err == LT_OK && rows) {
        struct lt_buf b;
        struct lt_msg_evidence m = {.question = a->question, .rows = rows};
        int turn = 0;
        for (int i = 0; i < lt_pg_rows(r, 0) && m.n_rows < LT_TEAMS_MAX * 2; i++) {
            if (strcmp(lt_pg_text(r, 0, i, 2), "press") == 0) {
                evidence_row(r, i, turn, &rows[m.n_rows++]);
            } else {
                evidence_held(r, i, turn++, rows, m.n_rows);
            }
        }
        lt_buf_init(&b, LIST_BYTES);
        lt_msg_evidence_write(&m, &b);
        session_send(s, &b);
        lt_buf_done(&b);
    } else if (here) {
        session_refuse(s, err != LT_OK ? err : LT_EFULL, NULL, 0);
    }
    free(rows);
    free(a);
}

void session_evidence(struct session *s, const struct lt_evidence_in *m)
{
    if (!is_desk(s, NULL))
        return;
    char event[24], qi[12];
    struct evidence_asked *a = malloc(sizeof *a);
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(a && r);
    *a = (struct evidence_asked){.s = s, .question = m->question};
    snprintf(event, sizeof event, "%lld", (long long)s->who.event.v);
    snprintf(qi, sizeof qi, "%d", m->question - 1);
    lt_pg_req_add(r, LT_SQL_PRESSES, (const char *[]){event, qi});
    session_hold(s);
    int err = lt_pg_submit(r, on_evidence, a);
    if (err != LT_OK) {
        s->pending--;
        free(a);
        session_refuse(s, err, NULL, 0);
    }
}

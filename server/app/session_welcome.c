/* The last step of joining: read the player's stored answer if this node does not know it, then say
 * welcome and become a member. */
#include "base/err.h"
#include "base/log.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISSED_MAX = LT_RING_FRAMES + 10 };

static const enum lt_member_role member_role[] = {[LT_SESSION_PLAY] = LT_MEMBER_PLAY,
                                                  [LT_SESSION_STAGE] = LT_MEMBER_STAGE,
                                                  [LT_SESSION_DESK] = LT_MEMBER_DESK,
                                                  [LT_SESSION_JUDGE] = LT_MEMBER_JUDGE,
                                                  [LT_SESSION_WATCH] = LT_MEMBER_WATCH};

void session_token(const struct session *s, enum lt_session_role role, char *out, size_t cap)
{
    struct lt_session who = s->who;
    who.role = role;
    who.expires_s =
        lt_cluster_now_us(lt_hub_cluster(s->all->hub)) / 1000000 + s->all->opts.session_ttl_s;
    if (role == LT_SESSION_STAGE) { /* a stage is nobody: it can only look */
        who.person.v = 0;
        who.entry.v = 0;
        who.name[0] = who.unit[0] = '\0';
    }
    if (s->who.role != LT_SESSION_STAGE)
        who.screen = 0;
    int err = lt_session_sign(&s->all->key, &who, out, cap);
    assert(err == LT_OK);
}

/* From which seq frames can be given instead of a snapshot, -1: not at all. */
static int64_t resume_from(const struct session *s, const struct lt_contest *c)
{
    const struct hello *h = s->hello;
    if (!h->has_epoch || !h->has_seq || h->epoch != c->epoch || h->seq > c->engine.seq)
        return -1;
    /* What a desk hears of rulings during a freeze is not in the frames that all share. */
    if (s->who.role == LT_SESSION_DESK && c->engine.frozen_seq != 0 && h->seq < c->engine.seq)
        return -1;
    bool in_ring = h->seq == c->engine.seq || (c->ring_from > 0 && h->seq + 1 >= c->ring_from);
    return in_ring ? h->seq : -1;
}

/* What was missed, in order, and what frames do not carry. */
static int missed(const struct session *s, struct lt_contest *c, int64_t from,
                  struct lt_frame *ret[MISSED_MAX])
{
    struct lt_presence_out presence;
    int n = 0;
    for (int64_t seq = from + 1; seq <= c->engine.seq; seq++)
        ret[n++] = lt_frame_ref(c->ring[seq % LT_RING_FRAMES]);
    lt_hub_presence(c, &presence);
    const struct lt_member *me = &s->member;
    bool desk = me->role == LT_MEMBER_DESK, staff = desk || me->role == LT_MEMBER_STAGE;
    ret[n++] = lt_view_presence_frame(&presence);
    ret[n++] = lt_view_board_frame(c);
    ret[n++] = lt_view_own_frame(c, me);
    ret[n++] = lt_view_team_frame(c, me);
    ret[n++] = lt_view_step_frame(c, me);
    bool progress = desk || (staff && !lt_contest_hides(c));
    ret[n++] = progress && c->sheet.teams ? lt_view_progress_frame(c) : NULL;
    ret[n++] = desk ? lt_view_script_frame(c, me) : NULL;
    ret[n++] = desk ? lt_view_ahead_frame(c, me) : NULL;
    ret[n++] = desk && lt_contest_reveal(c) ? lt_view_cues_frame(c, me) : NULL;
    ret[n++] = c->seal.hash[0] ? lt_view_seal_frame(c) : NULL;
    return n;
}

/* In one piece with what was missed: who comes back costs one write. */
static void send_welcome(struct session *s, struct lt_contest *c, const struct lt_welcome *w)
{
    struct lt_frame *f[1 + MISSED_MAX];
    struct lt_buf *b = &s->all->welcome;
    lt_buf_clear(b);
    lt_view_welcome(c, w, b);
    if (w->resume_seq < 0) {
        session_send(s, b);
        struct lt_frame *cues = w->role == LT_MEMBER_DESK && lt_contest_reveal(c)
                                    ? lt_view_cues_frame(c, &s->member)
                                    : NULL;
        if (cues)
            lt_conn_send(s->conn, cues);
        lt_frame_unref(cues);
        return;
    }
    f[0] = lt_frame_text(b->p, b->len);
    assert(!b->failed && f[0]);
    int n = 1 + missed(s, c, w->resume_seq, f + 1);
    struct lt_frame *all = lt_frame_join(f, n);
    assert(all);
    lt_conn_send(s->conn, all);
    lt_frame_unref(all);
    for (int i = 0; i < n; i++)
        lt_frame_unref(f[i]);
}

static void welcome(struct session *s, struct lt_contest *c, struct lt_player *p)
{
    char token[1025], stage_token[1025];
    bool desk = s->who.role == LT_SESSION_DESK;
    int64_t now_us = lt_cluster_now_us(lt_hub_cluster(s->all->hub));
    /* Clocks of nodes differ a little: who comes here after a line elsewhere, by what this node heard
     * of it or by the token that was given to it, is newer all the same. */
    int64_t before_us =
        p && p->remote_since_us > s->who.since_us ? p->remote_since_us : s->who.since_us;
    s->who.since_us = before_us >= now_us ? before_us + 1 : now_us;
    bool watch = s->who.role == LT_SESSION_WATCH; /* the code is its way in, again and again */
    token[0] = '\0';
    if (!watch)
        session_token(s, s->who.role, token, sizeof token);
    if (desk)
        session_token(s, LT_SESSION_STAGE, stage_token, sizeof stage_token);
    struct lt_welcome w = {
        .session = token,
        .stage_session = desk ? stage_token : NULL,
        .role = member_role[s->who.role],
        .person = s->who.person.v,
        .name = s->who.name[0] && !watch ? s->who.name : NULL,
        .unit = s->who.unit,
        .guest = s->who.guest,
        .player = p,
        .now_us = now_us,
        .resume_seq = resume_from(s, c),
    };
    s->member.conn = s->conn;
    s->member.role = w.role;
    s->member.player = p;
    s->member.seq = c->engine.seq;
    s->member.since_us = s->who.since_us;
    session_state(s, SESSION_LIVE);
    lt_hub_join(c, &s->member);
    lt_hub_presence(c, &w.presence);
    send_welcome(s, c, &w);
    if (w.role == LT_MEMBER_PLAY)
        session_rtt_start(s);
    if (w.role == LT_MEMBER_STAGE)
        session_stage_enter(s);
    session_hello_done(s);
}

static void on_saved(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    struct lt_contest *c = s->member.contest;
    struct lt_player *me = s->member.player;
    lt_hub_leave(&s->member);
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    for (int i = 0; i < lt_pg_rows(r, 0); i++) {
        struct lt_player *p = lt_contest_player(c, lt_pg_i64(r, 0, i, 1));
        if (p && p->entry == me->entry)
            lt_player_saved(c, p, (int)lt_pg_i64(r, 0, i, 0),
                            lt_pg_bool(r, 0, i, 4) ? LT_SAVED_LATE : LT_SAVED_YES,
                            lt_pg_text(r, 0, i, 2), lt_pg_text(r, 0, i, 3));
    }
    welcome(s, c, me);
}

/* The client has seen more of the log than this node has. */
static bool behind(const struct session *s, const struct lt_contest *c)
{
    const struct hello *h = s->hello;
    if (!h->has_epoch || !h->has_seq)
        return false;
    return h->epoch > c->epoch || (h->epoch == c->epoch && h->seq > c->engine.seq);
}

void session_enter(struct session *s, struct lt_contest *c, struct lt_player *p)
{
    const struct lt_engine *g = &c->engine;
    if (behind(s, c)) { /* nobody's contest goes back: it tries again when the log was read */
        lt_hub_poll(c);
        session_refuse(s, LT_EBUSY, NULL, 0);
        return;
    }
    bool asked = g->qstate >= LT_Q_OPEN && g->qstate <= LT_Q_CLOSED;
    if (!p || !asked || (!c->sheet.teams && p->saved.qi == g->qi)) {
        welcome(s, c, p);
        return;
    }
    /* It, or a member of the same team, may have answered on another node, or before a restart of
     * this one. */
    char event[24], qi[12], to[12], season[12], entry[24];
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    snprintf(qi, sizeof qi, "%d", g->qi);
    snprintf(to, sizeof to, "%d", g->qi + g->n_open);
    snprintf(season, sizeof season, "%d", c->season);
    snprintf(entry, sizeof entry, "%lld", (long long)p->entry->id);
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), c->tenant);
    assert(r);
    lt_pg_req_add(r, LT_SQL_SAVED, (const char *[]){event, qi, to, season, entry});
    session_hold(s);
    int err = lt_pg_submit(r, on_saved, s);
    if (err != LT_OK) {
        s->pending--;
        session_refuse(s, err, NULL, 0);
        return;
    }
    lt_hub_hold(c, &s->member);
    s->member.player = p;
}

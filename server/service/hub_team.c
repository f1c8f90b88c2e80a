/* What the members of a team learn of each other, on whatever node they are: who is here, who has
 * answered, the votes, the next question of a burst.
 *
 * A commit is told by Redis (`T`); whoever has members of that team here looks at the database. While
 * Redis is away the teams with members here are looked at a few times a second, as long as answers
 * are taken.
 */
#include "base/err.h"
#include "hub_internal.h"
#include "service/view.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOOK_US = 300 * 1000, PROGRESS_US = 250 * 1000 };

static bool here(const struct lt_entry *e)
{
    for (const struct lt_player *p = e->players; p; p = p->next)
        if (p->member)
            return true;
    return false;
}

/* Send each member of the team that is here what `make` gives. */
static void tell(struct lt_contest *c, const struct lt_entry *e, lt_view_member_fn *make)
{
    for (const struct lt_player *p = e->players; p; p = p->next) {
        struct lt_frame *f = p->member && p->member->conn ? make(c, p->member) : NULL;
        if (f)
            lt_conn_send(p->member->conn, f);
        lt_frame_unref(f);
    }
}

void lt_hub_team_changed(struct lt_contest *c, const struct lt_entry *e)
{
    if (c->sheet.teams && c->sync->state == SYNC_READY)
        tell(c, e, lt_view_team_frame);
}

/* ---- answers of the others ---- */

struct look {
    struct lt_contest *c;
    int64_t entry;
    int qi; /* of the question it was about */
};

static void take(struct lt_contest *c, struct lt_entry *e, const struct lt_pg_result *r)
{
    for (int i = 0; i < lt_pg_rows(r, 0); i++) {
        struct lt_player *p = lt_contest_player(c, lt_pg_i64(r, 0, i, 1));
        if (p && p->entry == e)
            lt_player_saved(c, p, (int)lt_pg_i64(r, 0, i, 0),
                            lt_pg_bool(r, 0, i, 4) ? LT_SAVED_LATE : LT_SAVED_YES,
                            lt_pg_text(r, 0, i, 2), lt_pg_text(r, 0, i, 3));
    }
}

static void on_look(void *arg, int err, const struct lt_pg_result *r)
{
    struct look *l = arg;
    struct lt_contest *c = l->c;
    struct lt_entry *e = lt_contest_entry(c, l->entry);
    if (err == LT_OK && e && c->sync->state == SYNC_READY && c->engine.qi == l->qi) {
        int done = lt_contest_done_steps(c, e);
        take(c, e, r);
        lt_hub_team_changed(c, e);
        if (lt_contest_done_steps(c, e) != done)
            tell(c, e, lt_view_step_frame);
    }
    free(l);
    hub_unref(c);
}

void hub_team_fetch(struct lt_contest *c, struct lt_entry *e)
{
    const struct lt_engine *g = &c->engine;
    if (!c->sheet.teams || g->qi < 0 || !here(e))
        return;
    char event[24], qi[12], to[12], season[12], entry[24];
    struct look *l = malloc(sizeof *l);
    struct lt_pg_req *r = lt_pg_req_new(c->hub->pg, c->tenant);
    assert(l && r);
    *l = (struct look){.c = c, .entry = e->id, .qi = g->qi};
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    snprintf(qi, sizeof qi, "%d", g->qi);
    snprintf(to, sizeof to, "%d", g->qi + g->n_open);
    snprintf(season, sizeof season, "%d", c->season);
    snprintf(entry, sizeof entry, "%lld", (long long)e->id);
    lt_pg_req_add(r, LT_SQL_SAVED, (const char *[]){event, qi, to, season, entry});
    if (lt_pg_submit(r, on_look, l) == LT_OK)
        c->sync->refs++;
    else
        free(l);
}

/* Stages and desks see how far the teams are, at most four times a second. */
static void tell_progress(struct lt_contest *c, int64_t now_us)
{
    struct lt_frame *f;
    if (!c->sync->progress_news || now_us - c->sync->progress_at_us < PROGRESS_US)
        return;
    c->sync->progress_news = false;
    c->sync->progress_at_us = now_us;
    f = lt_view_progress_frame(c);
    if (f)
        lt_fanout_frame(c->hub->fanout, c, f, 0,
                        LT_TO_DESKS | (lt_contest_hides(c) ? 0 : LT_TO_STAGES));
    lt_frame_unref(f);
}

void hub_teams_tick(struct lt_contest *c)
{
    const struct lt_engine *g = &c->engine;
    int64_t now_us = hub_now_us(c->hub);
    tell_progress(c, now_us);
    bool taking = g->qstate == LT_Q_OPEN || g->qstate == LT_Q_HELD;
    if (!c->sheet.teams || !taking || lt_redis_up(c->hub->redis) ||
        now_us - c->sync->teams_at_us < LOOK_US)
        return;
    c->sync->teams_at_us = now_us;
    for (int i = 0; i < g->n_teams; i++) {
        struct lt_entry *e = lt_contest_entry(c, g->teams[i].entry);
        if (e)
            hub_team_fetch(c, e);
    }
}

/* ---- what a record or an answer means for a team ---- */

void hub_teams_record(struct lt_contest *c, const struct lt_record *r)
{
    const struct lt_entry *e = r->entry != 0 ? lt_contest_entry(c, r->entry) : NULL;
    if (!c->sheet.teams)
        return;
    if (r->kind == LT_REC_LOT || r->kind == LT_REC_ARMED)
        lt_fanout_each(c->hub->fanout, c, lt_view_team_frame, LT_TO_PLAYERS);
    else if (e && (r->kind == LT_REC_STAKE || r->kind == LT_REC_CAPTAIN))
        lt_hub_team_changed(c, e);
    if (r->kind == LT_REC_OPEN && c->engine.n_open > 1)
        lt_fanout_each(c->hub->fanout, c, lt_view_step_frame, LT_TO_PLAYERS);
}

static void on_told(void *arg, int outcome)
{
    (void)arg; /* the driver refuses what has become true by itself: a deadline, a host's close */
    (void)outcome;
}

/* Who alone is asked has answered: the question need not wait for its deadline. */
static void tell_driver(struct lt_contest *c, const struct lt_player *p, int qi)
{
    const struct lt_engine *g = &c->engine;
    const struct lt_round_rule *round = lt_engine_round(g);
    int64_t only = g->held != 0 ? g->held : g->turn;
    bool one = round->policy == LT_POLICY_CAPTAIN || round->policy == LT_POLICY_FIRST;
    struct lt_hub_command cmd = {.action = LT_ACT_ANSWERED, .expect_q = g->qi};
    if (!c->sheet.teams || only != p->entry->id || !one ||
        (g->n_open > 1 && lt_contest_step(c, p->entry) >= 0))
        return;
    /* No client's id begins with a dot: nobody can be there first. */
    snprintf(cmd.id, sizeof cmd.id, ".answered.%d.%lld.%d", qi, (long long)only, g->rebounds);
    cmd.args.qi = -1;
    cmd.args.entry = only;
    lt_hub_command(c, &cmd, on_told, NULL);
}

void lt_hub_answered(struct lt_contest *c, struct lt_player *p, int qi)
{
    const struct lt_engine *g = &c->engine;
    if (qi < g->qi || qi >= g->qi + g->n_open)
        return;
    c->answered_here++;
    if (!c->sheet.teams)
        return;
    c->sync->progress_news = true;
    hub_say_answered(c, p->entry);
    lt_hub_team_changed(c, p->entry);
    if (g->n_open > 1)
        tell(c, p->entry, lt_view_step_frame);
    tell_driver(c, p, qi);
}

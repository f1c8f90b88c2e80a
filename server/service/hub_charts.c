/* Charts of stages: whenever the board of what a stage shows has moved, at most four times a second
 * each, encoded once for all that show the same. A small board of entries goes to every stage, since most
 * views are made of it. */
#include "hub_internal.h"

#include "base/metrics.h"
#include "service/screens.h"
#include "service/view.h"
#include <assert.h>
#include <stdlib.h>

enum { CHART_EVERY_US = 250 * 1000, CHARTS_KEPT = 16, SMALL_BOARD = 300 };

/* Encoded charts of this generation. */
struct kept {
    int of, round;
    struct lt_frame *frame; /* NULL: there is no such board now */
};
struct lt_charts {
    int64_t gen; /* grows when a board may have moved */
    struct kept kept[CHARTS_KEPT];
    int n;
};

static void forget(struct lt_charts *k)
{
    while (k->n > 0)
        lt_frame_unref(k->kept[--k->n].frame);
}

void hub_charts_moved(struct lt_contest *c)
{
    struct lt_charts *k = c->sync->charts;
    if (!k) {
        k = c->sync->charts = calloc(1, sizeof *k);
        assert(k);
    }
    forget(k);
    k->gen++;
}

void hub_charts_done(struct lt_contest *c)
{
    if (c->sync->charts)
        forget(c->sync->charts);
    free(c->sync->charts);
    c->sync->charts = NULL;
}

static struct lt_frame *chart(struct lt_contest *c, int of, int round)
{
    struct lt_charts *k = c->sync->charts;
    for (int i = 0; i < k->n; i++)
        if (k->kept[i].of == of && k->kept[i].round == round)
            return k->kept[i].frame;
    if (k->n == CHARTS_KEPT)
        forget(k);
    k->kept[k->n] = (struct kept){of, round, lt_view_chart_frame(c, of, round, false)};
    return k->kept[k->n++].frame;
}

/* The board that the view is made of, by default that of entries. */
static void wanted(const struct lt_stage *s, int *of, int *round)
{
    *of = LT_OF_ENTRY;
    *round = 0;
    switch ((int)s->view.view) {
    case LT_STAGE_VIEW_ID_BOARD:
    case LT_STAGE_VIEW_ID_PAGES:
    case LT_STAGE_VIEW_ID_GRID:
        *of = s->view.has_of ? (int)s->view.of : (int)LT_OF_ENTRY;
        if (s->view.view == LT_STAGE_VIEW_ID_GRID && !s->view.has_of)
            *of = LT_OF_CITY;
        *round = s->view.has_round ? s->view.round : 0;
        break;
    default:
        break;
    }
}

/* Whether it shows the entries whatever their number. */
static bool shows_entries(const struct lt_stage *s)
{
    switch ((int)s->view.view) {
    case LT_STAGE_VIEW_ID_BOARD:
    case LT_STAGE_VIEW_ID_PAGES:
    case LT_STAGE_VIEW_ID_TEAM:
    case LT_STAGE_VIEW_ID_REVEAL:
    case LT_STAGE_VIEW_ID_AWARDS:
        return true;
    default:
        return false;
    }
}

bool hub_chart_wanted(const struct lt_stage *s, int *ret_of, int *ret_round)
{
    wanted(s, ret_of, ret_round);
    return *ret_of != LT_OF_ENTRY || *ret_round != 0 || shows_entries(s) ||
           s->view.view == LT_STAGE_VIEW_ID_AUTO;
}

static void chart_send(struct lt_member *m, struct lt_frame *f)
{
    if (!f || !m->conn)
        return;
    lt_metric_add(LT_M_CHARTS, 1);
    lt_conn_send(m->conn, f);
}

/* view_gen: generation whose chart of the view it has; chart_gen: of the entries. */
static void stage_tick(struct lt_contest *c, struct lt_member *m, int64_t now_us)
{
    struct lt_stage *s = m->stage;
    int64_t gen = c->sync->charts->gen;
    int of, round;
    if (!s || (s->chart_gen == gen && s->view_gen == gen) || now_us - s->chart_us < CHART_EVERY_US)
        return;
    wanted(s, &of, &round);
    bool other = of != LT_OF_ENTRY || round != 0;
    bool entries =
        lt_contest_entries(c) <= SMALL_BOARD || c->engine.frozen_seq != 0 || shows_entries(s);
    if (s->chart_gen != gen && entries)
        chart_send(m, chart(c, LT_OF_ENTRY, 0));
    if (s->view_gen != gen && other)
        chart_send(m, chart(c, of, round));
    /* A large board that the view does not show is owed when one does. */
    s->chart_gen = entries ? gen : s->chart_gen;
    s->view_gen = gen;
    s->chart_us = now_us;
}

void hub_charts_tick(struct lt_contest *c)
{
    int64_t now_us = hub_now_us(c->hub);
    if (c->sheet.self_paced) {
        hub_shown_tick(c);
        return;
    }
    bool rollups = c->sheet.n_boards > 0 && c->engine.phase >= LT_PHASE_LOBBY;
    if (rollups && !c->units && !c->sync->fetching_units)
        hub_fetch_units(c);
    if (!c->sync->charts)
        hub_charts_moved(c);
    for (struct lt_member *m = c->members[LT_MEMBER_STAGE], *next; m; m = next) {
        next = m->next;
        stage_tick(c, m, now_us);
    }
}

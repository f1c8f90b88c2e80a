/* Boards for walls: of entries, of rounds, roll-ups; and the next steps of a reveal, for desks.
 *
 * What stages are sent is public: it comes from lt_contest_public. A desk that asks gets the truth.
 */
#include "view_internal.h"

#include "base/err.h"
#include "domain/resolve.h"
#include "service/board_shown.h"
#include "service/hub.h"
#include "service/units.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CHART_ROWS = 300, CUES_MAX = 6, LOBBY_LOOKED_MAX = 4 * CHART_ROWS };

_Static_assert((int)LT_BOARD_OFS == (int)LT_BOARD_OF_IDS &&
                   (int)LT_AGGREGATES == (int)LT_AGGREGATE_IDS &&
                   (int)LT_CUES == (int)LT_CUE_KIND_IDS,
               "boards");

/* What a chart is made of. */
struct source {
    const struct lt_place *const *ranked; /* of the event, or of the round */
    int n;
    int64_t version;
    bool reveals;                  /* its rows say who is opened, and has which award */
    struct lt_place *places;       /* of a round; owned */
    const struct lt_place **order; /* owned */
};

static void source_done(struct source *s)
{
    free(s->places);
    free(s->order);
}

/* False: there is no such board, or not yet. */
static bool source_of(const struct lt_contest *c, int round, bool truth, struct source *ret)
{
    struct lt_public board;
    *ret = (struct source){.ranked = c->ranked, .n = c->n_ranked, .version = c->board_version};
    if (truth ? !lt_contest_current(c) || c->board_version == 0 : !lt_contest_public(c, &board))
        return false;
    if (!truth) {
        ret->ranked = board.ranked;
        ret->n = board.n;
        ret->version = board.version;
        ret->reveals = c->resolve && c->engine.step > 0 && round == 0;
    }
    if (round == 0)
        return true;
    if (round > c->sheet.n_rounds)
        return false;
    struct lt_standings *fold = truth ? c->standings : lt_contest_public_fold(c);
    int n = lt_board_round(&c->sheet, fold, round - 1, &ret->places);
    ret->n = n > 0 ? n : 0; /* that has not begun: nobody is on it */
    ret->order = malloc(((size_t)ret->n + 1) * sizeof *ret->order);
    assert(ret->order);
    for (int i = 0; i < ret->n; i++)
        ret->order[i] = &ret->places[i];
    ret->ranked = ret->order;
    return true;
}

/* ---- entries ---- */

static int entry_rows(const struct lt_contest *c, const struct source *s, bool truth,
                      struct lt_chart_row_out *rows)
{
    int n = s->n < CHART_ROWS ? s->n : CHART_ROWS;
    for (int i = 0; i < n; i++) {
        const struct lt_place *p = s->ranked[i];
        const struct lt_entry *e = lt_contest_entry(c, p->entry);
        rows[i] = (struct lt_chart_row_out){
            .id = p->entry,
            .rank = p->rank,
            .name = e ? e->name : "",
            .unit = e ? e->unit : "",
            .points = p->points_c,
            .correct = p->correct,
            .moved = truth || s->order ? 0 : lt_contest_moved(c, p),
        };
        if (!s->reveals)
            continue;
        rows[i].has_opened = rows[i].opened = lt_resolve_opened(c->resolve, p->entry);
        int award = lt_resolve_award(c->resolve, p->entry);
        rows[i].has_award = award >= 0;
        rows[i].award = award;
    }
    return n;
}

/* The lobby: who is here by now, the latest to join first. */
static int lobby_rows(const struct lt_contest *c, struct lt_chart_row_out *rows)
{
    int n = 0, looked = 0;
    const struct lt_entry *e =
        c->entries ? ELMT_FROM_HH(c->entries->hh.tbl, c->entries->hh.tbl->tail) : NULL;
    for (; e && n < CHART_ROWS && looked < LOBBY_LOOKED_MAX; e = e->hh.prev, looked++)
        if (lt_hub_online(c, e->id))
            rows[n++] = (struct lt_chart_row_out){.id = e->id, .name = e->name, .unit = e->unit};
    return n;
}

static struct lt_frame *lobby_frame(const struct lt_contest *c)
{
    struct lt_buf b;
    struct lt_chart_row_out *rows = calloc(CHART_ROWS, sizeof *rows);
    assert(rows);
    struct lt_msg_chart m = {
        .chart = {.of = LT_OF_ENTRY, .rows = rows, .n_rows = lobby_rows(c, rows)}};
    m.chart.n = m.chart.n_rows < CHART_ROWS ? m.chart.n_rows : lt_contest_entries(c);
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_chart_write(&m, &b);
    free(rows);
    return view_frame(&b);
}

/* ---- roll-ups ---- */

static const struct lt_board_rule *rule_of(const struct lt_contest *c, enum lt_board_of of)
{
    for (int i = 0; i < c->sheet.n_boards; i++)
        if (c->sheet.boards[i].of == of)
            return &c->sheet.boards[i];
    return NULL;
}

/* Whoever took part; the same as in board_set.c. */
static int parts_of(const struct lt_contest *c, const struct source *s, bool round,
                    struct lt_rollup_part *parts)
{
    int64_t start_c = round ? 0 : c->sheet.start_points_c;
    int n = 0;
    for (int i = 0; i < s->n; i++) {
        const struct lt_place *p = s->ranked[i];
        const struct lt_entry *e = lt_contest_entry(c, p->entry);
        if (p->disqualified || (p->answered == 0 && p->points_c == start_c))
            continue;
        parts[n++] = (struct lt_rollup_part){
            .points_c = p->points_c,
            .time_us = p->time_us,
            .correct = p->correct,
            .unit = e ? lt_board_units_find(c->units->board, e->unit_id) : -1,
            .leader = e && e->leader,
        };
    }
    return n;
}

/* How a row of a roll-up is called, and where it is in the grid. */
static void row_name(const struct lt_contest *c, enum lt_board_of of, struct lt_chart_row_out *row)
{
    static const char *const audiences[] = {"领导干部", "其他人员"};
    const struct lt_named *named = NULL;
    const char *name = "";
    if (of == LT_OF_UNIT)
        named = lt_units_unit(c->units, row->id);
    else if (of == LT_OF_KIND)
        name = lt_board_units_kind(c->units->board, (int)row->id - 1);
    else if (of == LT_OF_AUDIENCE)
        name = row->id >= 1 && row->id <= 2 ? audiences[row->id - 1] : "";
    else
        named = lt_units_region(c->units, row->id);
    row->name = named ? named->name : name ? name : "";
    if (of == LT_OF_CITY && named && named->x >= 0 && named->y >= 0) {
        row->has_x = row->has_y = true;
        row->x = named->x;
        row->y = named->y;
    }
}

/* Ranks that a roll-up had before this version of the board, as this node showed it. */
static void rollup_moved(struct lt_contest *c, enum lt_board_of of, int64_t version,
                         const struct lt_rollup_row *up, int n)
{
    struct lt_rollup_seen *seen = &c->rollups[of];
    if (seen->version == version)
        return;
    free(seen->before);
    seen->before = seen->now;
    seen->n_before = seen->n_now;
    seen->version = version;
    seen->n_now = n;
    seen->now = malloc(((size_t)n + 1) * sizeof *seen->now);
    assert(seen->now);
    for (int i = 0; i < n; i++)
        seen->now[i] = (struct lt_rollup_rank){up[i].id, up[i].rank};
}

static int rank_before(const struct lt_rollup_seen *seen, int64_t id)
{
    for (int i = 0; i < seen->n_before; i++)
        if (seen->before[i].id == id)
            return seen->before[i].rank;
    return 0;
}

/* Returns how many there are in all, of which *ret_n are in rows; an error. */
static int rollup_rows(struct lt_contest *c, const struct source *s, enum lt_board_of of, int round,
                       bool truth, struct lt_chart_row_out *rows, int *ret_n)
{
    const struct lt_board_rule *rule = rule_of(c, of);
    struct lt_rollup_row *up = NULL;
    int n_units, ranked = 0;
    const struct lt_rollup_unit *units = lt_board_units_all(c->units->board, &n_units);
    struct lt_rollup_part *parts = malloc(((size_t)s->n + 1) * sizeof *parts);
    assert(parts);
    int n = lt_rollup(rule, units, n_units, parts, parts_of(c, s, round > 0, parts), &up);
    free(parts);
    if (n < 0)
        return n;
    bool moves = !truth && round == 0;
    if (moves)
        rollup_moved(c, of, s->version, up, n);
    for (int i = 0; i < n; i++)
        ranked += up[i].rank > 0;
    *ret_n = n < CHART_ROWS ? n : CHART_ROWS;
    for (int i = 0; i < *ret_n; i++) {
        int before = moves ? rank_before(&c->rollups[of], up[i].id) : 0;
        rows[i] = (struct lt_chart_row_out){
            .id = up[i].id,
            .rank = up[i].rank,
            .unit = "",
            .points = up[i].value_c,
            .moved = before > 0 && up[i].rank > 0 ? before - up[i].rank : 0,
            .has_took = true,
            .took = up[i].took,
            .has_registered = true,
            .registered = up[i].registered,
        };
        row_name(c, of, &rows[i]);
    }
    free(up);
    return ranked;
}

/* ---- steps of the reveal ---- */

static void cue_out(const struct lt_contest *c, int step, struct lt_cue_out *ret)
{
    const struct lt_cue *k = lt_resolve_cue(c->resolve, step);
    const struct lt_entry *e = k->entry != 0 ? lt_contest_entry(c, k->entry) : NULL;
    *ret = (struct lt_cue_out){
        .step = step,
        .kind = (int)k->kind,
        .has_entry = k->entry != 0,
        .entry = k->entry,
        .name = e ? e->name : "",
        .unit = e ? e->unit : "",
        .rank_from = k->rank_from,
        .rank_to = k->rank_to,
        .points_from = k->points_from_c,
        .points_to = k->points_to_c,
        .has_award = k->award >= 0,
        .award = k->award,
    };
}

static bool has_cue(const struct lt_contest *c, int step)
{
    return c->resolve && step >= 1 && step <= lt_resolve_steps(c->resolve);
}

struct lt_frame *lt_view_cues_frame(const struct lt_contest *c, const struct lt_member *to)
{
    struct lt_buf b;
    struct lt_cue_out rows[CUES_MAX];
    const struct lt_engine *e = &c->engine;
    (void)to;
    if (e->frozen_seq == 0 || !c->resolve || c->resolve_truth != c->board_version)
        return NULL;
    struct lt_msg_cues m = {.step = e->step, .steps = lt_resolve_steps(c->resolve), .rows = rows};
    for (int step = e->step + 1; m.n_rows < CUES_MAX && has_cue(c, step); step++)
        cue_out(c, step, &rows[m.n_rows++]);
    lt_buf_init(&b, VIEW_BYTES);
    lt_msg_cues_write(&m, &b);
    return view_frame(&b);
}

/* ---- the chart ---- */

struct lt_frame *lt_view_chart_frame(struct lt_contest *c, int of, int round, bool truth)
{
    struct lt_buf b;
    struct source s;
    struct lt_cue_out cue;
    bool hides = lt_contest_hides(c) && !truth;
    if (c->engine.phase == LT_PHASE_LOBBY && !c->sheet.self_paced && of == LT_OF_ENTRY &&
        round == 0)
        return lobby_frame(c);
    if (of != LT_OF_ENTRY && (!rule_of(c, (enum lt_board_of)of) || !c->units))
        return NULL;
    if (!source_of(c, round, truth, &s)) {
        source_done(&s);
        return NULL;
    }
    struct lt_chart_row_out *rows = calloc(CHART_ROWS, sizeof *rows);
    assert(rows);
    struct lt_msg_chart m = {.chart = {.of = of,
                                       .round = round,
                                       .v = s.version,
                                       .n = s.n,
                                       .final = c->engine.phase == LT_PHASE_FINAL,
                                       .frozen = hides,
                                       .step = truth ? 0 : c->engine.step,
                                       .rows = rows}};
    if (of == LT_OF_ENTRY)
        m.chart.n_rows = entry_rows(c, &s, truth, rows);
    else
        m.chart.n = rollup_rows(c, &s, (enum lt_board_of)of, round, truth, rows, &m.chart.n_rows);
    if (s.reveals && of == LT_OF_ENTRY && has_cue(c, c->engine.step)) {
        cue_out(c, c->engine.step, &cue);
        m.chart.cue = &cue;
    }
    lt_buf_init(&b, VIEW_BYTES);
    if (m.chart.n >= 0)
        lt_msg_chart_write(&m, &b);
    struct lt_frame *f = m.chart.n >= 0 ? view_frame(&b) : NULL;
    lt_buf_done(&b);
    free(rows);
    source_done(&s);
    return f;
}

/* ---- self-paced: out of Redis ---- */

static void shown_row(const struct lt_shown_board *b, const struct lt_shown_line *l,
                      struct lt_chart_row_out *row)
{
    bool entries = b->of == LT_OF_ENTRY, grid = b->of == LT_OF_CITY && l->x >= 0 && l->y >= 0;
    *row = (struct lt_chart_row_out){
        .id = l->member,
        .rank = (int32_t)l->rank,
        .name = l->name ? l->name : "",
        .unit = entries && l->unit ? l->unit : "",
        .points = l->value[0],
        .correct = entries ? (int32_t)l->value[1] : 0,
        .has_took = !entries,
        .took = (int32_t)l->value[1],
        .has_registered = !entries,
        .registered = (int32_t)l->value[2],
        .has_x = grid,
        .x = l->x,
        .has_y = grid,
        .y = l->y,
    };
}

struct lt_frame *lt_view_shown_frame(const struct lt_shown_board *b)
{
    _Static_assert((int)CHART_ROWS == (int)LT_SHOWN_ROWS, "rows");
    struct lt_buf text;
    struct lt_chart_row_out *rows = calloc((size_t)b->n + 1, sizeof *rows);
    assert(rows);
    for (int i = 0; i < b->n; i++)
        shown_row(b, &b->lines[i], &rows[i]);
    struct lt_msg_chart m = {.chart = {.of = b->of,
                                       .round = b->round,
                                       .v = b->v,
                                       .n = (int32_t)b->ranked,
                                       .final = b->final,
                                       .frozen = b->frozen,
                                       .n_rows = b->n,
                                       .rows = rows}};
    lt_buf_init(&text, VIEW_BYTES);
    lt_msg_chart_write(&m, &text);
    free(rows);
    return view_frame(&text);
}

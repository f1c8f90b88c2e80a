/* The total is read after the commit that handed the paper in, and its version is how many papers it
 * adds up: of two papers handed in at once the later reading has the higher version, and a board takes
 * only what is newer. What is lost here (this process dies, the sweeper handed the paper in) is made
 * good when the board is written whole (refresher.c). */
#include "live_ranks.h"

#include "base/err.h"
#include "base/log.h"
#include "service/board_set.h"
#include "service/sql.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { MARKS_MAX = 4096, SUBMITTED = 10 /* column of LT_SQL_PAPER_MARKS */ };

struct move {
    struct live_ranks *live;
    struct lt_paced *event; /* pinned */
    struct lt_paper_key key;
    int64_t entry;
};

bool live_ranks_moves(const struct lt_sheet *s)
{
    const struct lt_place nobody = {0};
    bool duels = false;
    for (int r = 0; r < s->n_rounds; r++)
        duels |= s->rounds[r].mode == LT_MODE_DUEL;
    /* A score that is a position is no score of an entry's own. */
    return s->at_once && !duels && lt_board_score(s, &nobody, 7) != -1 - 7;
}

/* What the person's first n marks add up to, as a row of the board. */
static struct lt_ranks_row row_of(const struct move *m, const struct lt_paper_mark *marks, int n)
{
    const struct lt_sheet *sheet = &m->event->sheet;
    struct lt_paper_score total = lt_paper_total(sheet, marks, n);
    struct lt_place place = {.entry = m->entry,
                             .points_c = sheet->start_points_c + total.points_c,
                             .correct = total.correct,
                             .answered = total.answered,
                             .time_us = total.time_us};
    return (struct lt_ranks_row){
        .entry = m->entry, .version = n, .score = lt_board_score(sheet, &place, 0)};
}

/* Papers that were handed in since the board froze move the restricted one only. */
static void put(const struct move *m, const struct lt_pg_result *r)
{
    static struct lt_paper_mark marks[2][MARKS_MAX];
    int64_t frozen_us = lt_board_frozen_us(&m->event->sheet, m->event->closes_us);
    int n = 0, before = 0;
    bool open;
    for (int i = 0; i < lt_pg_rows(r, 1) && n < MARKS_MAX; i++) {
        struct lt_paper_mark mark = session_mark(r, 1, i, 0, &open);
        if (open)
            continue;
        marks[0][n++] = mark;
        if (lt_pg_i64(r, 1, i, SUBMITTED) < frozen_us)
            marks[1][before++] = mark;
    }
    struct lt_ranks_row truth = row_of(m, marks[0], n), shown = row_of(m, marks[1], before);
    if (before > 0)
        lt_ranks_put(m->live->ranks, m->key.tenant, m->key.event, &shown, 1);
    if (before < n)
        lt_ranks_put_full(m->live->ranks, m->key.tenant, m->key.event, &truth, 1);
}

static void on_marks(void *arg, int err, const struct lt_pg_result *r)
{
    struct move *m = arg;
    if (err == LT_OK)
        put(m, r);
    lt_paced_unpin(m->event);
    free(m);
}

void live_ranks_move(void *arg, const struct lt_held *h)
{
    struct live_ranks *live = arg;
    const struct lt_paper_key *key = lt_held_key(h);
    struct lt_paced *e = (struct lt_paced *)lt_held_event(h);
    char v[3][24];
    if (!live_ranks_moves(&e->sheet) || e->sheet.rounds[key->round - 1].paper.practice)
        return;
    struct move *m = malloc(sizeof *m);
    struct lt_pg_req *r = lt_pg_req_new(live->pg, key->tenant);
    assert(m && r);
    *m = (struct move){.live = live, .event = e, .key = *key, .entry = lt_held_entry(h)};
    lt_paced_pin(e);
    snprintf(v[0], sizeof v[0], "%lld", (long long)key->event.v);
    snprintf(v[1], sizeof v[1], "%lld", (long long)key->person.v);
    snprintf(v[2], sizeof v[2], "%d", key->season);
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER_MARKS, (const char *[]){v[0], v[1], v[2]});
    if (lt_pg_submit(r, on_marks, m) != LT_OK) {
        lt_paced_unpin(e);
        free(m);
    }
}

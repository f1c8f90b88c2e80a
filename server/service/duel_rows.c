/* A duel is closed by whoever sees its end first, in one transaction over all its papers: were each
 * handed in by itself, an answer that was given before the end and written after it would change the
 * outcome when ratings had moved already. The rows' revisions are the gate (close_duel). */
#include "service/duel_rows.h"
#include "base/err.h"
#include "base/log.h"
#include "io/pg.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

enum { ROUND, SEED, SIZE, ROBOTS, STARTED, ENDED, NAME, UNIT, RATING, PERSON, ATTEMPT, PAPER };

static int64_t number(lt_cell_fn *cell, void *arg, int row, int col)
{
    return strtoll(cell(arg, row, col), NULL, 10);
}

static void take_seat(struct lt_duel_seat *s, int row, lt_cell_fn *cell, void *arg)
{
    enum {
        STATE = PAPER,
        REV,
        ORDINAL,
        ENTRY,
        DUEL,
        P_SEED,
        P_STARTED,
        DEADLINE,
        SUBMITTED,
        CHOICES
    };
    snprintf(s->name, sizeof s->name, "%s", cell(arg, row, NAME));
    snprintf(s->unit, sizeof s->unit, "%s", cell(arg, row, UNIT));
    s->rating = (int)number(cell, arg, row, RATING);
    s->person = number(cell, arg, row, PERSON);
    s->attempt = (int32_t)number(cell, arg, row, ATTEMPT);
    s->state = (enum lt_paper_state)number(cell, arg, row, STATE);
    s->rev = (int32_t)number(cell, arg, row, REV);
    s->ordinal = (int32_t)number(cell, arg, row, ORDINAL);
    s->entry = number(cell, arg, row, ENTRY);
    s->started_us = number(cell, arg, row, P_STARTED);
    s->deadline_us = number(cell, arg, row, DEADLINE);
    s->submitted_us = number(cell, arg, row, SUBMITTED);
    s->choices = strdup(cell(arg, row, CHOICES));
    assert(s->choices);
}

int lt_duel_rows_take(struct lt_duel_rows *ret, int n_rows, lt_cell_fn *cell, void *arg)
{
    lt_duel_rows_done(ret);
    if (n_rows < 1 || n_rows > LT_DUEL_PLAYERS_MAX)
        return LT_ENOENT;
    ret->round = (int)number(cell, arg, 0, ROUND) - 1;
    ret->seed = number(cell, arg, 0, SEED);
    ret->size = (int)number(cell, arg, 0, SIZE);
    ret->robots = (int)number(cell, arg, 0, ROBOTS);
    ret->started_us = number(cell, arg, 0, STARTED);
    ret->ended_us = number(cell, arg, 0, ENDED);
    if (n_rows + ret->robots != ret->size)
        return LT_ENOENT;
    for (ret->n = 0; ret->n < n_rows; ret->n++)
        take_seat(&ret->seats[ret->n], ret->n, cell, arg);
    return LT_OK;
}

void lt_duel_rows_done(struct lt_duel_rows *d)
{
    for (int i = 0; i < d->n; i++)
        free(d->seats[i].choices);
    d->n = 0;
}

const struct lt_duel_seat *lt_duel_seat_of(const struct lt_duel_rows *d, int64_t person)
{
    for (int i = 0; i < d->n; i++)
        if (d->seats[i].person == person)
            return &d->seats[i];
    return NULL;
}

/* ---- the duel ---- */

static void set_paper(const struct lt_duel_rows *d, const struct lt_duel_seat *s,
                      struct lt_paper *ret)
{
    ret->state = s->state;
    ret->started_us = s->started_us;
    ret->deadline_us = s->deadline_us;
    ret->submitted_us = s->submitted_us;
    if (lt_paper_read(ret, s->choices, strlen(s->choices)) == LT_OK)
        return;
    lt_log(LT_LOG_ERROR, "stored choices cannot be read", LT_I("event", d->event),
           LT_I("duel", d->duel), LT_I("person", s->person));
    int err = lt_paper_read(ret, "[]", 2);
    assert(err == LT_OK);
}

int lt_duel_build(const struct lt_duel_rows *d, const struct lt_round_rule *rule,
                  const struct lt_pool_row *pool, int n_pool, struct lt_paper *papers,
                  struct lt_duel *ret)
{
    *ret = (struct lt_duel){
        .rule = rule, .seed = (uint64_t)d->seed, .started_us = d->started_us, .n = d->size};
    int err = rule->mode == LT_MODE_DUEL
                  ? lt_paper_draw(rule, pool, n_pool, (uint64_t)d->seed, 0, &papers[0])
                  : LT_ESHEET;
    if (err != LT_OK)
        return err;
    for (int i = 1; i < d->n; i++)
        papers[i] = papers[0];
    for (int i = 0; i < d->n; i++) {
        set_paper(d, &d->seats[i], &papers[i]);
        ret->sides[i] = (struct lt_duel_side){.person = d->seats[i].person, .paper = &papers[i]};
    }
    return LT_OK;
}

/* ---- its end ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What a side hands in: nothing that it chose after the end is counted. */
static void close_seat(const struct lt_duel_seat *s, struct lt_paper *p, int64_t end_us,
                       int64_t place_c, struct lt_duel_closing *ret, int i)
{
    if (p->state == LT_PAPER_OPEN) {
        int64_t at_us = least(end_us, p->deadline_us);
        p->state = at_us < p->deadline_us ? LT_PAPER_SUBMITTED : LT_PAPER_EXPIRED;
        p->submitted_us = at_us > s->started_us ? at_us : s->started_us;
    }
    ret->seats[i].state = p->state;
    ret->seats[i].submitted_us = p->submitted_us;
    ret->seats[i].score = lt_paper_grade(p);
    ret->seats[i].score.points_c += place_c;
}

bool lt_duel_closing(const struct lt_duel_rows *rows, struct lt_duel *d, struct lt_paper *papers,
                     int64_t now_us, int64_t grace_us, int64_t *ret_due_us,
                     struct lt_duel_closing *ret)
{
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    int before[LT_DUEL_PLAYERS_MAX] = {0}, place[LT_DUEL_PLAYERS_MAX], after[LT_DUEL_PLAYERS_MAX];
    int64_t end_us;
    lt_duel_outcome(d, now_us, places, &end_us);
    *ret_due_us = end_us == 0 ? 0 : end_us + grace_us + LT_DUEL_WAIT_US;
    if (end_us == 0 || now_us < *ret_due_us)
        return false;
    for (int i = 0; i < d->n; i++) {
        before[i] = i < rows->n ? rows->seats[i].rating : 0;
        place[i] = places[i].place;
    }
    lt_duel_ratings(before, place, d->n, after);
    ret->ended_us = end_us;
    for (int i = 0; i < rows->n; i++) {
        close_seat(&rows->seats[i], &papers[i], end_us, places[i].points_c, ret, i);
        ret->seats[i].before = before[i];
        ret->seats[i].after = after[i];
    }
    return true;
}

/* ---- as parameters ---- */

void lt_duel_params(const struct lt_duel_rows *rows, const struct lt_duel_closing *c,
                    struct lt_duel_params *ret)
{
    const int64_t single[] = {rows->event, rows->duel, rows->season, c->ended_us};
    for (int k = 0; k < LT_DUEL_CLOSE_PARAMS; k++) {
        lt_buf_init(&ret->b[k], 1024);
        if (k < 4)
            lt_buf_i64(&ret->b[k], single[k]);
        else
            lt_pg_array_begin(&ret->b[k]);
    }
    for (int i = 0; i < rows->n; i++) {
        const struct lt_duel_seat *s = &rows->seats[i];
        const int64_t of_seat[] = {s->person,
                                   s->rev,
                                   s->deadline_us,
                                   (int64_t)c->seats[i].state,
                                   c->seats[i].submitted_us,
                                   c->seats[i].score.points_c,
                                   c->seats[i].score.time_us,
                                   c->seats[i].score.correct,
                                   c->seats[i].score.answered,
                                   c->seats[i].before,
                                   c->seats[i].after};
        for (int k = 4; k < LT_DUEL_CLOSE_PARAMS; k++)
            lt_pg_array_i64(&ret->b[k], of_seat[k - 4]);
    }
    for (int k = 0; k < LT_DUEL_CLOSE_PARAMS; k++) {
        if (k >= 4)
            lt_pg_array_end(&ret->b[k]);
        ret->text[k] = lt_buf_cstr(&ret->b[k]);
        assert(!ret->b[k].failed);
    }
}

void lt_duel_params_done(struct lt_duel_params *p)
{
    for (int k = 0; k < LT_DUEL_CLOSE_PARAMS; k++)
        lt_buf_done(&p->b[k]);
}

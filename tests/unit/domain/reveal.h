/* A board that was frozen, the true one beside it, and the reveal from the one to the other. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/engine.h"
#include "domain/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 1000 };
static struct lt_sheet sheet;
/* The public board and the true one. */
static struct lt_place shown[MANY], truth[MANY];
static const struct lt_place *shown_order[MANY], *truth_order[MANY];
static int n_shown, n_truth;
static struct lt_resolve *r;

/* One round of all teams by key, which is frozen; right +10, wrong `wrong`. */
static inline void sheet_begin(int64_t wrong_c)
{
    memset(&sheet, 0, sizeof sheet);
    sheet.teams = true;
    sheet.n_keys = 3;
    sheet.keys[0] = LT_KEY_POINTS;
    sheet.keys[1] = LT_KEY_CORRECT;
    sheet.keys[2] = LT_KEY_TIME;
    sheet.n_rounds = 1;
    sheet.rounds[0].mode = LT_MODE_REQUIRED;
    sheet.rounds[0].n_questions = 10;
    sheet.rounds[0].score.right_c = 1000;
    sheet.rounds[0].score.wrong_c = wrong_c;
    sheet.freeze.round = 1;
    n_shown = n_truth = 0;
}

static inline void award(const char *title, int places)
{
    struct lt_award_rule *a = &sheet.awards[sheet.n_awards++];

    strcpy(a->title, title);
    a->places = places;
}

/* Entry number `entry` had points before the freeze and has some now. */
static inline struct lt_place *entry(int64_t id, int64_t before, int64_t after)
{
    shown[n_shown++] = (struct lt_place){.entry = id, .points_c = before};
    truth[n_truth] = (struct lt_place){.entry = id, .points_c = after};
    return &truth[n_truth++];
}

static inline int rank_into(struct lt_place *places, int n, const struct lt_place **order)
{
    static struct lt_place *all[MANY];

    for (int i = 0; i < n; i++)
        all[i] = &places[i];
    lt_rank(&sheet, all, n);
    for (int i = 0; i < n; i++)
        order[i] = all[i];
    return n;
}

static inline void begin(void)
{
    rank_into(shown, n_shown, shown_order);
    rank_into(truth, n_truth, truth_order);
    r = lt_resolve_new(&sheet, shown_order, n_shown, truth_order, n_truth);
    assert_non_null(r);
}

static inline void end(void)
{
    lt_resolve_free(r);
    r = NULL;
}

/* "O3 A3:1 …": opened, awarded (with its number), * the others. */
static inline void assert_steps(const char *want)
{
    static const char kinds[] = {'*', 'O', 'A'};
    char got[4000] = "";

    for (int i = 1; i <= lt_resolve_steps(r); i++) {
        const struct lt_cue *c = lt_resolve_cue(r, i);
        size_t n = strlen(got);

        n += (size_t)snprintf(got + n, sizeof got - n, "%s%c", i > 1 ? " " : "", kinds[c->kind]);
        if (c->kind != LT_CUE_OTHERS)
            n += (size_t)snprintf(got + n, sizeof got - n, "%d", (int)c->entry);
        if (c->kind == LT_CUE_AWARD)
            snprintf(got + n, sizeof got - n, ":%d", c->award);
    }
    assert_string_equal(got, want);
}

/* "1.5 2.3 2.4": rank and entry, from the top, at a step. */
static inline void assert_board(int step, const char *want)
{
    const struct lt_place *const *board;
    char got[4000] = "";
    int n;

    lt_resolve_go(r, step);
    n = lt_resolve_board(r, &board);
    for (int i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%d.%d", i ? " " : "",
                 board[i]->rank, (int)board[i]->entry);
    assert_string_equal(got, want);
}

/* The freeze and its reveal, by the simulation's own reckoning: from which question on the board stands
 * still, what may not happen meanwhile, and what the reveal shows at each step. */
#include "contests.h"

#include "base/err.h"
#include "domain/resolve.h"

#include <string.h>

void sim_reveal_begin(struct contest *c)
{
    sim_reveal_end(c);
    c->froze_seq = c->started_us = 0;
    c->step = c->steps = 0;
    c->thawed = false;
}

void sim_reveal_end(struct contest *c)
{
    lt_resolve_free(c->resolve);
    c->resolve = NULL;
    c->resolve_log = -1;
}

bool sim_hidden(const struct contest *c)
{
    return c->froze_seq != 0 && !(c->steps > 0 && c->step == c->steps);
}

/* Nobody in the hall hears what such a question gives. */
static bool silent_round(const struct lt_round_rule *rule)
{
    if (rule->mode == LT_MODE_BUZZER || rule->mode == LT_MODE_JURY ||
        rule->mode == LT_MODE_TIEBREAK)
        return false;
    return rule->turns == LT_TURNS_ALL && rule->judging != LT_JUDGED_BY_JUDGE;
}

void sim_reveal_armed(struct contest *c, const struct lt_record *r, int from, int round)
{
    const struct lt_freeze_rule *f = &c->sheet->freeze;
    bool silent = silent_round(&c->sheet->rounds[round]);
    bool due = (f->round > 0 && round + 1 >= f->round) ||
               (f->after_minutes > 0 && r->at_us - c->started_us >= f->after_minutes * 60 * SECOND);

    if (sim_hidden(c)) {
        EXPECT(c, silent, "round %d is told in the hall and was begun in a freeze", round + 1);
        EXPECT(c, c->steps == 0, "a question was asked in the middle of the reveal");
        for (int i = from + 1; i < round; i++)
            EXPECT(c, c->sheet->rounds[i].mode != LT_MODE_TIEBREAK,
                   "a freeze passed over the tie-break of round %d", i + 1);
    } else if (c->froze_seq != 0) {
        c->froze_seq = 0;
        c->step = c->steps = 0;
        c->thawed = true;
        reached->thaws++;
    }
    if (due && silent && !c->thawed && c->froze_seq == 0) {
        c->froze_seq = r->seq;
        reached->freezes++;
    }
}

void sim_reveal_check(const struct contest *c)
{
    const struct lt_engine *e = &c->live;

    EXPECT(c, e->frozen_seq == c->froze_seq && e->step == c->step && e->steps == c->steps,
           "frozen by %ld at %d/%d, by hand by %ld at %d/%d", (long)e->frozen_seq, e->step,
           e->steps, (long)c->froze_seq, c->step, c->steps);
    EXPECT(c, lt_engine_hides(e) == sim_hidden(c), "hidden or not?");
}

/* ---- what it shows -------------------------------------------------------------------------- */

/* Records before the freeze, questions that were revealed before it. */
static struct lt_standings *public_standings(struct contest *c)
{
    static struct lt_engine e;
    struct lt_standings *s = lt_standings_new(c->sheet, c->content, c->n_questions);
    int n = 0;

    EXPECT(c, s != NULL, "out of memory");
    lt_engine_init(&e, c->sheet);
    for (int i = 0; i < c->n_entries; i++)
        if (c->sheet->teams)
            lt_standings_add(s, c->known[i].entry);
    for (; n < c->n_log && c->log[n].seq < c->froze_seq; n++) {
        EXPECT(c, lt_engine_apply(&e, &c->log[n]) == LT_OK, "record %d does not apply", n + 1);
        lt_standings_apply(s, &e, &c->log[n]);
    }
    EXPECT(c, e.frozen_seq == 0, "the public part of the log is frozen");
    lt_standings_settle(s, sim_public_questions(&e), c->scratch, sim_rows(c));
    return s;
}

int sim_steps(struct contest *c)
{
    const struct lt_place *const *shown;
    struct lt_standings *s;
    int n;

    if (c->froze_seq == 0)
        return 3;
    if (c->resolve_log == c->n_log)
        return lt_resolve_steps(c->resolve);
    sim_reveal_end(c);
    s = public_standings(c);
    for (int i = 0; i < c->n_ranked; i++) { /* who comes since and does nothing is left out */
        const struct lt_place *p = c->ranked[i];

        if (p->answered == 0 && p->points_c == c->sheet->start_points_c)
            lt_standings_add(s, p->entry);
    }
    n = lt_standings_rank(s, &shown);
    c->resolve = lt_resolve_new(c->sheet, shown, n, c->ranked, c->n_ranked);
    EXPECT(c, c->resolve != NULL, "out of memory");
    lt_standings_free(s);
    c->resolve_log = c->n_log;
    return lt_resolve_steps(c->resolve);
}

/* The end is what is true. */
static void check_end(const struct contest *c, const struct lt_place *const *board, int n)
{
    EXPECT(c, n == c->n_ranked, "%d of %d were revealed", n, c->n_ranked);
    for (int i = 0; i < n; i++) {
        const struct lt_place *is = board[i], *want = c->ranked[i];

        EXPECT(c,
               is->entry == want->entry && is->rank == want->rank && is->points_c == want->points_c,
               "revealed, number %d is %ld with rank %d and not %ld with %d", i + 1,
               (long)is->entry, is->rank, (long)want->entry, want->rank);
        EXPECT(c, lt_resolve_award(c->resolve, is->entry) == lt_award_of(c->sheet, c->ranked, n, i),
               "%ld has award %d", (long)is->entry, lt_resolve_award(c->resolve, is->entry));
    }
    reached->reveals++;
}

void sim_reveal_step(struct contest *c, const struct lt_record *r)
{
    const struct lt_place *const *board;
    int n;

    EXPECT(c, c->froze_seq != 0 && c->resolve_log == c->n_log && r->step != c->step,
           "a reveal of nothing");
    EXPECT(c, r->steps == lt_resolve_steps(c->resolve), "%d steps", r->steps);
    reached->rewinds += r->step < c->step;
    reached->steps++;
    c->step = r->step;
    c->steps = r->steps;
    lt_resolve_go(c->resolve, c->step);
    n = lt_resolve_board(c->resolve, &board);
    for (int i = 0; i < n; i++) {
        const struct lt_place *p = board[i], *above = i > 0 ? board[i - 1] : NULL;
        int order = above && !p->disqualified ? sim_compare(c->sheet, above, p) : -1;

        EXPECT(c, order <= 0, "step %d: %ld stands before %ld", c->step, (long)above->entry,
               (long)p->entry);
        EXPECT(c,
               p->rank == (p->disqualified ? 0
                           : order == 0    ? above->rank
                                           : i + 1),
               "step %d: %ld has rank %d", c->step, (long)p->entry, p->rank);
        reached->awards += lt_resolve_award(c->resolve, p->entry) >= 0;
    }
    if (c->step == c->steps)
        check_end(c, board, n);
}

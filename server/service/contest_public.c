/* The public projection of an event whose board is frozen (封榜): a second fold over the same log that
 * takes no record from the freeze on, and settles no question that was not revealed before it. During
 * the reveal (揭榜) the public board is what lt_resolve says; at its end it is the truth, and the next
 * question ends the freeze.
 *
 * A node that loads the event has the same: the log alone says where the freeze began, and the time of
 * joining who was on the board then. */
#include "contest_internal.h"

#include "base/err.h"
#include <assert.h>
#include <stdlib.h>

bool lt_contest_hides(const struct lt_contest *c)
{
    return lt_engine_hides(&c->engine);
}

bool lt_contest_hides_ruling(const struct lt_contest *c, int no)
{
    return lt_contest_hides(c) && c->ruling_seq[no - 1] >= c->engine.frozen_seq;
}

/* ---- the second fold ---- */

int contest_public_ready(struct lt_contest *c)
{
    const struct lt_freeze_rule *f = &c->sheet.freeze;
    if (f->round == 0 && f->after_minutes == 0)
        return LT_OK;
    c->frozen.standings = lt_standings_new(&c->sheet, c->questions, c->n_questions);
    return c->frozen.standings ? LT_OK : LT_ENOMEM;
}

void contest_public_done(struct lt_contest *c)
{
    lt_standings_free(c->frozen.standings);
    lt_resolve_free(c->resolve);
    c->frozen = (struct lt_public_fold){0};
    c->resolve = NULL;
}

bool contest_public_add(struct lt_contest *c, int64_t entry)
{
    struct lt_standings *s = c->frozen.standings;
    return !s || c->engine.frozen_seq != 0 || lt_standings_add(s, entry);
}

void lt_contest_joined(struct lt_contest *c, const struct lt_entry *e, int64_t joined_us)
{
    struct lt_standings *s = c->frozen.standings;
    if (!s || c->engine.frozen_seq == 0 || joined_us > c->frozen_us || lt_standings_place(s, e->id))
        return;
    const struct lt_place *p = lt_standings_add(s, e->id);
    assert(p);
    c->frozen.again = true;
}

void contest_public_apply(struct lt_contest *c, const struct lt_record *r, int64_t was_frozen)
{
    const struct lt_engine *e = &c->engine;
    struct lt_public_fold *f = &c->frozen;
    if (r->kind == LT_REC_RULING)
        c->ruling_seq[r->ruling.no - 1] = r->seq;
    if (r->kind == LT_REC_RESOLVE)
        c->resolved_seq = r->seq;
    if (!f->standings)
        return;
    if (was_frozen != 0 && e->frozen_seq == 0) { /* revealed, and it goes on: never again */
        contest_public_done(c);
        return;
    }
    if (was_frozen == 0 && e->frozen_seq != 0) {
        f->to = r->qi;
        f->moved_seq = r->seq; /* the board of this moment stays, with whoever is here by now */
        c->frozen_us = r->at_us;
    }
    if (e->frozen_seq != 0) {
        if (r->kind == LT_REC_RESOLVE && lt_contest_current(c) && !lt_contest_hides(c))
            c->n_ranked = lt_standings_rank(c->standings, &c->ranked); /* with whoever came since */
        if (c->resolve && r->kind == LT_REC_RESOLVE)
            lt_contest_reveal(c);
        return;
    }
    bool changed = lt_standings_apply(f->standings, e, r);
    if (lt_standings_moved(f->standings, r, changed))
        f->moved_seq = r->seq;
}

/* ---- what everybody may see ---- */

bool lt_contest_reveal(struct lt_contest *c)
{
    const struct lt_engine *e = &c->engine;
    const struct lt_public_fold *f = &c->frozen;
    if (!f->standings || e->frozen_seq == 0 || !contest_frozen_current(c) || !lt_contest_current(c))
        return false;
    if (!c->resolve || c->resolve_shown != f->version || c->resolve_truth != c->board_version) {
        lt_resolve_free(c->resolve);
        c->resolve = lt_resolve_new(&c->sheet, f->ranked, f->n_ranked, c->ranked, c->n_ranked);
        assert(c->resolve);
        c->resolve_shown = f->version;
        c->resolve_truth = c->board_version;
    }
    int steps = lt_resolve_steps(c->resolve);
    lt_resolve_go(c->resolve, e->step < steps ? e->step : steps);
    return true;
}

static bool revealing(const struct lt_contest *c)
{
    return c->engine.step > 0 && lt_contest_hides(c);
}

/* The reveal is that of what is known by now. */
static bool reveal_current(const struct lt_contest *c)
{
    return c->resolve && c->resolve_shown == c->frozen.version &&
           c->resolve_truth == c->board_version && lt_contest_current(c);
}

bool lt_contest_shows(const struct lt_contest *c)
{
    if (!lt_contest_hides(c) || !c->frozen.standings)
        return lt_contest_current(c);
    return contest_frozen_current(c) && (!revealing(c) || reveal_current(c));
}

bool lt_contest_public(const struct lt_contest *c, struct lt_public *ret)
{
    const struct lt_public_fold *f = &c->frozen;
    bool hides = lt_contest_hides(c) && f->standings;
    if (!lt_contest_shows(c))
        return false;
    *ret = (struct lt_public){.ranked = hides ? f->ranked : c->ranked,
                              .n = hides ? f->n_ranked : c->n_ranked,
                              .version = hides ? f->version : c->board_version,
                              .frozen = hides,
                              .done = c->engine.frozen_seq != 0 && !hides};
    if (revealing(c))
        ret->n = lt_resolve_board(c->resolve, &ret->ranked);
    if (ret->version > 0 && ret->version < c->resolved_seq)
        ret->version = c->resolved_seq;
    return ret->version > 0;
}

const struct lt_place *lt_contest_public_place(const struct lt_contest *c, const struct lt_entry *e)
{
    return lt_standings_place(lt_contest_public_fold(c), e->id);
}

struct lt_standings *lt_contest_public_fold(const struct lt_contest *c)
{
    return lt_contest_hides(c) && c->frozen.standings ? c->frozen.standings : c->standings;
}

/* At the end of the reveal: since the freeze, which is what the hall has seen. */
int lt_contest_moved(const struct lt_contest *c, const struct lt_place *p)
{
    int32_t before = p->old_rank;
    if (c->frozen.standings && c->engine.frozen_seq != 0 && !lt_contest_hides(c)) {
        const struct lt_place *was = lt_standings_place(c->frozen.standings, p->entry);
        before = was ? was->rank : 0;
    }
    return before > 0 && p->rank > 0 ? before - p->rank : 0;
}

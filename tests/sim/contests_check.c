/* What must hold: while an input is decided, after each record, and at the end of a contest. */
#include "contests.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* ---- moves ---------------------------------------------------------------------------------- */

/* The moves, written down once more and independently of the engine. */
static bool may_follow(const char *const *moves, const char *from, const char *to)
{
    char move[40];

    snprintf(move, sizeof move, "%s>%s", from, to);
    for (; *moves; moves++)
        if (strcmp(*moves, move) == 0)
            return true;
    return strcmp(from, to) == 0;
}

static void check_moves(const struct contest *c, const struct lt_record *r)
{
    static const char *const phases[] = {"draft>lobby",
                                         "lobby>running",
                                         "running>paused",
                                         "paused>running",
                                         "running>finished",
                                         "finished>final",
                                         NULL};
    static const char *const qstates[] = {"none>armed",      "revealed>armed",
                                          "armed>open",      "open>armed",
                                          "open>held",       "open>closing",
                                          "open>closed",     "held>open",
                                          "held>closing",    "held>closed",
                                          "closing>closed",  "closing>open",
                                          "closed>revealed", NULL};
    const struct lt_engine *a = &c->replay, *b = &c->live;

    EXPECT(c, may_follow(phases, lt_phase_name(a->phase), lt_phase_name(b->phase)),
           "phase %s became %s", lt_phase_name(a->phase), lt_phase_name(b->phase));
    EXPECT(c, may_follow(qstates, lt_qstate_name(a->qstate), lt_qstate_name(b->qstate)),
           "question %s became %s", lt_qstate_name(a->qstate), lt_qstate_name(b->qstate));
    EXPECT(c, a->phase == b->phase || a->qstate == b->qstate, "phase and question moved at once");
    EXPECT(c, (a->qi != b->qi) == (r->kind == LT_REC_ARMED && !r->again), "question %d became %d",
           a->qi, b->qi);
    EXPECT(c, b->qi >= a->qi, "question %d after %d", b->qi, a->qi);
    EXPECT(c, b->phase < LT_PHASE_FINISHED || b->qstate == LT_Q_NONE || b->qstate == LT_Q_REVEALED,
           "a question was left behind");
    EXPECT(c, a->phase != LT_PHASE_FINAL, "something happened after the end");
}

/* A pause takes nothing of the time that is left, and gives nothing. */
static void check_clock(struct contest *c, int64_t at_us)
{
    const struct lt_engine *a = &c->replay, *e = &c->live;

    if ((e->qstate != LT_Q_OPEN && e->qstate != LT_Q_HELD) || e->phase == a->phase)
        return;
    if (e->phase == LT_PHASE_PAUSED) {
        reached->pauses_of_clock++;
        return;
    }
    if (at_us >= a->paused_us && a->paused_us >= a->opened_us)
        EXPECT(c, e->deadline_us - at_us == a->deadline_us - a->paused_us,
               "a pause changed the time left from %ld to %ld us",
               (long)(a->deadline_us - a->paused_us), (long)(e->deadline_us - at_us));
    EXPECT(c, e->deadline_us - e->opened_us == a->deadline_us - a->opened_us,
           "a pause changed the time of the question");
}

/* ---- points are explained --------------------------------------------------------------------- */

static bool explains(const struct lt_record *r, const struct known *k)
{
    if (r->kind == LT_REC_PRESS)
        return r->foul && r->entry == k->entry;
    if (r->kind == LT_REC_REVEAL)
        return k->takes;
    return r->kind == LT_REC_RULING || r->kind == LT_REC_ADVANCE;
}

/* Points move when places are ranked, and for a reason on record. */
static void check_points(struct contest *c, const struct lt_record *r, bool ranked)
{
    for (int i = 0; i < c->n_entries; i++) {
        struct known *k = &c->known[i];
        const struct lt_place *p = lt_standings_place(c->standings, k->entry);
        int64_t points_c = p ? p->points_c : c->sheet->start_points_c;

        /* A place is new with all that is known of it. */
        if (points_c == k->points_c || (p && p->rank == 0 && !p->disqualified))
            continue;
        EXPECT(c, ranked, "%ld went from %ld to %ld before it was ranked", (long)k->entry,
               (long)k->points_c, (long)points_c);
        EXPECT(c, explains(r, k), "%ld went from %ld to %ld by a %s that it took no part in",
               (long)k->entry, (long)k->points_c, (long)points_c, lt_record_kind_name(r->kind));
        k->points_c = points_c;
    }
}

static void check_ranks(struct contest *c)
{
    for (int i = 0; i < c->n_ranked; i++) {
        const struct lt_place *p = c->ranked[i], *above = i ? c->ranked[i - 1] : NULL;
        int order = above ? sim_compare(c->sheet, above, p) : -1;
        int32_t rank = i + 1;
        struct known *k = sim_known(c, p->entry);

        EXPECT(c, k != NULL, "%ld is ranked and was never entered", (long)p->entry);
        EXPECT(c, p->disqualified == k->disqualified, "%ld: disqualified or not?", (long)p->entry);
        k->rank = p->rank;
        if (p->disqualified) {
            EXPECT(c, p->rank == 0, "%ld is disqualified and has rank %d", (long)p->entry, p->rank);
            continue;
        }
        EXPECT(c, !above || (!above->disqualified && order <= 0), "%ld stands before %ld",
               (long)above->entry, (long)p->entry);
        if (above && order == 0)
            rank = above->rank;
        EXPECT(c, p->rank == rank, "%ld has rank %d and not %d", (long)p->entry, p->rank, rank);
        EXPECT(c, !above || above->entry != p->entry, "%ld is ranked twice", (long)p->entry);
        EXPECT(c,
               !above || lt_board_score(c->sheet, above, i - 1) >= lt_board_score(c->sheet, p, i),
               "the board has %ld above %ld", (long)p->entry, (long)above->entry);
    }
}

static void check_score(struct contest *c, int64_t entry)
{
    const struct lt_place *p = lt_standings_place(c->standings, entry);
    struct score s = sim_score(c, entry, lt_standings_settled(c->standings));

    if (!p)
        return;
    reached->checks++;
    EXPECT(c, p->points_c == s.points_c, "%ld has %ld points, reckoned by hand %ld", (long)entry,
           (long)p->points_c, (long)s.points_c);
    EXPECT(c, p->correct == s.correct, "%ld has %d right, reckoned by hand %d", (long)entry,
           p->correct, s.correct);
    EXPECT(c, p->time_us == s.time_us, "%ld took %ld us, reckoned by hand %ld", (long)entry,
           (long)p->time_us, (long)s.time_us);
    EXPECT(c, p->tiebreak == s.tiebreak, "%ld has %lx in sudden death, by hand %lx", (long)entry,
           (long)p->tiebreak, (long)s.tiebreak);
    EXPECT(c, p->level == s.level && p->disqualified == s.disqualified,
           "%ld: level %d, by hand %d; disqualified: %d, by hand %d", (long)entry, p->level,
           s.level, p->disqualified, s.disqualified);
}

static void check_round_place(struct contest *c, int round, const struct lt_place *p)
{
    struct score s = sim_score_round(c, p->entry, round, lt_standings_settled(c->standings));

    EXPECT(c, p->points_c == s.points_c && p->correct == s.correct && p->time_us == s.time_us,
           "in round %d %ld has %ld points, %d right in %ld us; by hand %ld, %d, %ld", round + 1,
           (long)p->entry, (long)p->points_c, p->correct, (long)p->time_us, (long)s.points_c,
           s.correct, (long)s.time_us);
    EXPECT(c, p->disqualified == s.disqualified, "%ld: disqualified in a round or not?",
           (long)p->entry);
    reached->rounds++;
}

static int round_order(const struct lt_place *a, const struct lt_place *b)
{
    if (a->points_c != b->points_c)
        return a->points_c < b->points_c ? 1 : -1;
    if (a->correct != b->correct)
        return a->correct < b->correct ? 1 : -1;
    return a->time_us == b->time_us ? 0 : a->time_us > b->time_us ? 1 : -1;
}

static void check_round(struct contest *c, int round, int step)
{
    static struct lt_place places[LT_TEAMS_MAX + 1];
    int n = lt_standings_rank_round(c->standings, round, places);

    EXPECT(c, n == lt_standings_count(c->standings), "round %d ranks %d entries", round + 1, n);
    for (int i = 0; i < n; i++) {
        const struct lt_place *p = &places[i], *above = i > 0 ? &places[i - 1] : NULL;
        bool fine = !above || (above->disqualified ? p->disqualified
                                                   : p->disqualified || round_order(above, p) <= 0);

        EXPECT(c, fine, "in round %d %ld stands before %ld", round + 1, (long)above->entry,
               (long)p->entry);
        if (!p->disqualified)
            EXPECT(c, p->rank == (above && round_order(above, p) == 0 ? above->rank : i + 1),
                   "in round %d %ld has rank %d", round + 1, (long)p->entry, p->rank);
        else
            EXPECT(c, p->rank == 0, "%ld is disqualified and has a rank", (long)p->entry);
        if (i % step == 0)
            check_round_place(c, round, p);
    }
}

static void check_scores(struct contest *c)
{
    int step = c->n_entries > 20 ? c->n_entries / 10 : 1;

    for (int i = 0; i < c->n_entries; i += step)
        check_score(c, c->known[i].entry);
    for (int i = 0; i < c->sheet->n_rounds; i++)
        check_round(c, i, step);
}

/* ---- standings ------------------------------------------------------------------------------ */

int sim_rows(struct contest *c)
{
    for (int i = 0; i < c->n_rows; i++) {
        int k = sim_below(c, i + 1);

        c->scratch[i] = c->scratch[k];
        c->scratch[k] = (struct lt_answer_row){.entry = c->rows[i].entry,
                                               .person = c->rows[i].person,
                                               .qi = c->rows[i].qi,
                                               .used_us = c->rows[i].used_us,
                                               .received_us = c->rows[i].received_us,
                                               .body = c->rows[i].body};
    }
    return c->n_rows;
}

int sim_public_questions(const struct lt_engine *e)
{
    if (e->qi < 0)
        return 0;
    return e->qstate == LT_Q_REVEALED ? e->qi + e->n_open : e->qi;
}

void sim_settle(struct contest *c)
{
    int n;

    if (lt_standings_stale(c->standings))
        lt_standings_restart(c->standings);
    n = sim_public_questions(&c->live) - lt_standings_settled(c->standings);
    if (n > 0)
        lt_standings_settle(c->standings, n, c->scratch, sim_rows(c));
    c->n_ranked = lt_standings_rank(c->standings, &c->ranked);
    check_ranks(c);
}

/* What a preview of the ruling foretold has come true. */
struct foretold {
    bool made;
    int n;
    struct lt_change changes[LT_TEAMS_MAX];
};

static void foretell(struct contest *c, const struct lt_record *r, struct foretold *f)
{
    const struct lt_ruling *u = &r->ruling;
    /* Somebody who was never here is no change of a place but a new one. */
    bool here = u->entry == 0 || lt_standings_place(c->standings, u->entry);

    f->made = r->kind == LT_REC_RULING && u->state == LT_RULING_DONE &&
              u->kind != LT_RULING_APPEAL && here && sim_chance(c, 30);
    if (!f->made)
        return;
    f->n = lt_standings_preview(c->standings, u, c->scratch, sim_rows(c), f->changes, LT_TEAMS_MAX);
    reached->previews++;
}

static void check_foretold(const struct contest *c, const struct foretold *f)
{
    for (int i = 0; i < f->n; i++) {
        const struct lt_change *was = &f->changes[i];
        const struct lt_place *is = lt_standings_place(c->standings, was->entry);

        EXPECT(c, is->points_c == was->after_c && is->rank == was->rank_after,
               "a preview gave %ld %ld points and rank %d, it got %ld and %d", (long)was->entry,
               (long)was->after_c, was->rank_after, (long)is->points_c, is->rank);
        EXPECT(c, was->before_c != was->after_c || was->rank_before != was->rank_after,
               "a preview lists %ld, which does not change", (long)was->entry);
    }
}

/* The rest of what changed would be missing from the preview. */
static void check_all_foretold(struct contest *c, const struct foretold *f, const int64_t *before_c,
                               const int32_t *before)
{
    int n = 0;

    for (int i = 0; i < c->n_entries; i++)
        n += c->known[i].points_c != before_c[i] || c->known[i].rank != before[i];
    EXPECT(c, n == f->n, "a preview named %d changes, there were %d", f->n, n);
}

static void follow(struct contest *c, const struct lt_record *r)
{
    static struct foretold f;
    int64_t before_c[LT_TEAMS_MAX];
    int32_t before[LT_TEAMS_MAX];
    bool changed;

    foretell(c, r, &f);
    for (int i = 0; f.made && i < c->n_entries; i++) {
        before_c[i] = c->known[i].points_c;
        before[i] = c->known[i].rank;
    }
    changed = lt_standings_apply(c->standings, &c->live, r);
    check_points(c, r, false);
    if (!changed && !lt_standings_stale(c->standings) && !f.made &&
        lt_standings_settled(c->standings) == sim_public_questions(&c->live))
        return;
    sim_settle(c);
    check_points(c, r, true);
    if (!f.made)
        return;
    check_foretold(c, &f);
    check_all_foretold(c, &f, before_c, before);
}

/* ---- records -------------------------------------------------------------------------------- */

/* To the log as text and back; the second engine and the log get what was read. */
static void check_text(struct contest *c, const struct lt_record *r)
{
    const char *kind = lt_record_kind_name(r->kind);
    struct lt_record *back = &c->log[c->n_log];

    lt_buf_clear(&c->text);
    lt_buf_clear(&c->again);
    lt_record_write(r, &c->text);
    EXPECT(c, !c->text.failed, "a record of kind %s is too long", kind);
    sim_tell_record(c, r, lt_buf_cstr(&c->text));
    for (size_t i = 0; i < c->text.len; i++)
        c->told = (c->told ^ (unsigned char)c->text.p[i]) * UINT64_C(0x100000001b3);
    EXPECT(c,
           lt_record_read(kind, r->seq, r->at_us, lt_buf_cstr(&c->text), c->text.len, back) ==
               LT_OK,
           "a record cannot be read back: %s %s", kind, lt_buf_cstr(&c->text));
    lt_record_write(back, &c->again);
    EXPECT(c, strcmp(lt_buf_cstr(&c->text), lt_buf_cstr(&c->again)) == 0, "%s became %s",
           lt_buf_cstr(&c->text), lt_buf_cstr(&c->again));
}

static bool same_state(const struct contest *c)
{
    return memcmp(&c->live, &c->replay, sizeof c->live) == 0;
}

static void take_record(struct contest *c, const struct lt_record *r)
{
    int err;

    EXPECT(c, c->n_log < LOG_MAX, "the log does not end");
    EXPECT(c, r->seq == c->replay.seq + 1, "record %ld after %ld", (long)r->seq,
           (long)c->replay.seq);
    err = lt_engine_apply(&c->live, r);
    EXPECT(c, err == LT_OK, "a record of kind %s was refused with %s", lt_record_kind_name(r->kind),
           lt_err_wire(err));
    check_text(c, r);
    check_moves(c, r);
    check_clock(c, r->at_us);
    c->round_of[c->n_log] = c->live.advanced - 1;
    c->next_of[c->n_log] = c->live.qi + c->live.n_open;
    sim_model_apply(c, &c->log[c->n_log]);
    err = lt_engine_apply(&c->replay, &c->log[c->n_log]);
    c->n_log++;
    EXPECT(c, err == LT_OK && same_state(c), "the record's text means another state");
    err = lt_engine_apply(&c->replay, &c->log[c->n_log - 1]);
    EXPECT(c, err == LT_EGAP && c->replay.seq == c->live.seq, "a record applies twice");
    reached->records++;
    follow(c, &c->log[c->n_log - 1]);
    if (r->kind == LT_REC_ARMED && c->n_entries <= 12 && sim_chance(c, 20))
        check_scores(c);
}

int sim_give(struct contest *c, const struct lt_input *in, bool *ret_has)
{
    static struct lt_record r;
    int err = lt_engine_decide(&c->live, in, &r, ret_has);

    sim_tell_input(c, in, err, *ret_has);
    EXPECT(c, same_state(c), "deciding changed the state");
    EXPECT(c, err == LT_OK || !*ret_has, "an error and a record");
    EXPECT(c, err != LT_EFROZEN || sim_hidden(c), "frozen, and nothing is hidden");
    if (err) {
        reached->refused++;
        reached->errors[-err < 128 ? -err : 0]++;
    } else if (!*ret_has) {
        reached->repeated++;
    } else {
        EXPECT(c, r.at_us == in->now_us, "a record of another time");
        take_record(c, &r);
    }
    return err;
}

/* ---- the end -------------------------------------------------------------------------------- */

static bool same_place(const struct lt_place *a, const struct lt_place *b)
{
    return a->points_c == b->points_c && a->time_us == b->time_us && a->correct == b->correct &&
           a->answered == b->answered && a->tiebreak == b->tiebreak && a->level == b->level &&
           a->disqualified == b->disqualified && a->rank == b->rank;
}

static void check_same(const struct contest *c, const struct lt_standings *other, const char *how)
{
    EXPECT(c, lt_standings_count(other) == lt_standings_count(c->standings), "%s: other entries",
           how);
    for (int i = 0; i < c->n_entries; i++) {
        const struct lt_place *a = lt_standings_place(c->standings, c->known[i].entry);
        const struct lt_place *b = lt_standings_place(other, c->known[i].entry);

        EXPECT(c, !a == !b && (!a || same_place(a, b)),
               "%s: %ld has %ld points and rank %d, not %ld and %d", how, (long)c->known[i].entry,
               b ? (long)b->points_c : 0, b ? b->rank : 0, a ? (long)a->points_c : 0,
               a ? a->rank : 0);
    }
    for (int i = 0; i < c->sheet->n_rounds; i++) {
        static struct lt_place a[LT_TEAMS_MAX + 1], b[LT_TEAMS_MAX + 1];
        int n = lt_standings_rank_round(c->standings, i, a);

        EXPECT(c, n == lt_standings_rank_round(other, i, b), "%s: other entries", how);
        for (int k = 0; k < n; k++)
            EXPECT(c, a[k].entry == b[k].entry && same_place(&a[k], &b[k]),
                   "%s: in round %d number %d is another", how, i + 1, k + 1);
    }
}

/* The whole log at once into fresh ones, entries from the last to the first, all rows in any order. */
static void check_replay(struct contest *c)
{
    static struct lt_engine e;
    struct lt_standings *s = lt_standings_new(c->sheet, c->content, c->n_questions);
    const struct lt_place *const *ranked;

    EXPECT(c, s != NULL, "out of memory");
    lt_engine_init(&e, c->sheet);
    for (int i = c->n_entries - 1; i >= 0; i--)
        if (lt_standings_place(c->standings, c->known[i].entry))
            lt_standings_add(s, c->known[i].entry);
    for (int i = 0; i < c->n_log; i++) {
        EXPECT(c, lt_engine_apply(&e, &c->log[i]) == LT_OK, "record %d of the log does not apply",
               i + 1);
        lt_standings_apply(s, &e, &c->log[i]);
    }
    EXPECT(c, memcmp(&e, &c->live, sizeof e) == 0, "the log gives another state");
    lt_standings_settle(s, lt_standings_settled(c->standings), c->scratch, sim_rows(c));
    lt_standings_rank(s, &ranked);
    check_same(c, s, "folded at once");
    lt_standings_restart(s);
    for (int n = lt_standings_settled(c->standings); n > 0; n--)
        lt_standings_settle(s, 1, c->scratch, sim_rows(c));
    lt_standings_rank(s, &ranked);
    check_same(c, s, "after a restart");
    lt_standings_free(s);
}

void sim_check_end(struct contest *c)
{
    EXPECT(c, c->live.phase == LT_PHASE_FINAL, "a contest that nobody can end");
    check_scores(c);
    check_replay(c);
}

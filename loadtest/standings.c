/* The ranking, recomputed.
 *
 * Points and numbers correct are known exactly (an own frame told each gain, within bounds that
 * were checked). The answer time, which breaks ties of both, is known to the server only; the
 * players know bounds of it. So within a group of equal points and numbers correct the order is
 * checked as far as it can be: ranks must form a ranking (shared ranks, then a gap), lie inside the
 * group, and nobody may stand before somebody who was faster beyond doubt. */
#include "loadtest/standings.h"

#include <stdlib.h>

struct stand {
    int64_t entry, points_lo_c, points_hi_c;
    int64_t time_lo_us, time_hi_us;
    int correct_lo, correct_hi, player;
    int streak_lo, streak_hi;
    int told;        /* rank after this reveal as told to the player, 0: not told */
    int first, last; /* ranks possible by points and number correct */
};

struct table {
    const struct lt_checker *k;
    struct lt_faults *faults;
    struct lt_standings_report *report;
    struct stand *s; /* by player; only those who joined before */
    struct stand *sorted;
    int n, n_sorted;
    bool exact; /* every total is known */
};

static int by_points(const void *pa, const void *pb)
{
    const struct stand *a = pa, *b = pb;
    if (a->points_lo_c != b->points_lo_c)
        return a->points_lo_c > b->points_lo_c ? -1 : 1;
    if (a->correct_lo != b->correct_lo)
        return a->correct_lo > b->correct_lo ? -1 : 1;
    if (a->told != b->told)
        return a->told < b->told ? -1 : 1;
    return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static bool same_group(const struct stand *a, const struct stand *b)
{
    return a->points_lo_c == b->points_lo_c && a->correct_lo == b->correct_lo;
}

/* The question with the lowest reveal after `seq`, over all processes; NULL: none. */
static const struct lt_asked *next_reveal(const struct lt_run *run, int64_t seq)
{
    const struct lt_asked *best = NULL;
    for (int i = 0; i < run->n_processes; i++) {
        const struct lt_tally *t = &run->tallies[i];
        for (int q = 1; q <= t->n_questions; q++) {
            const struct lt_asked *a = &t->asked[q];
            if (a->reveal_seq > seq && (!best || a->reveal_seq < best->reveal_seq))
                best = a;
        }
    }
    return best;
}

/* Add one revealed question to everybody's standing. */
static void add_question(struct table *t, const struct lt_asked *a, bool new_round)
{
    for (int i = 0; i < t->n; i++) {
        struct stand *s = &t->s[i];
        const struct lt_given *g = lt_run_given(t->k->run, i, a->seen.q);
        if (new_round)
            s->streak_lo = s->streak_hi = 0;
        struct lt_grade d = lt_grade_given(lt_rules_of(&t->k->rules, a->seen.round), &a->seen, g,
                                           s->streak_lo, s->streak_hi);
        bool may = d.counted || d.maybe_counted;
        bool sure = d.counted || (g->told && g->right);
        s->points_lo_c += d.gain_lo_c;
        s->points_hi_c += d.gain_hi_c;
        s->time_lo_us += d.time_lo_us;
        s->time_hi_us += d.time_hi_us;
        s->correct_lo += sure && d.right;
        s->correct_hi += may && d.right && !(d.maybe_counted && g->told && !g->right);
        s->streak_lo = sure && d.right ? s->streak_lo + 1 : 0;
        s->streak_hi = may && d.right ? s->streak_hi + 1 : 0;
        s->told = g->rank;
    }
}

static void sort_joined(struct table *t, int64_t seq)
{
    t->n_sorted = 0;
    t->exact = true;
    for (int i = 0; i < t->n; i++) {
        const struct stand *s = &t->s[i];
        const struct lt_play *p = &t->k->run->plays[i];
        if (p->entry == 0 || p->joined_seq >= seq)
            continue;
        t->sorted[t->n_sorted++] = *s;
        t->exact = t->exact && s->points_lo_c == s->points_hi_c && s->correct_lo == s->correct_hi;
    }
    qsort(t->sorted, (size_t)t->n_sorted, sizeof *t->sorted, by_points);
    for (int first = 0, next; first < t->n_sorted; first = next) {
        for (next = first + 1;
             next < t->n_sorted && same_group(&t->sorted[first], &t->sorted[next]); next++)
            ;
        for (int i = first; i < next; i++) {
            t->sorted[i].first = first + 1;
            t->sorted[i].last = next;
        }
    }
}

#define BOARD_FAULT(t, ...) lt_fault((t)->faults, LT_FAULT_BOARD, 1, __VA_ARGS__)

/* Ranks told to the members of one group: [from, to) of the sorted array, in order of the rank
 * told. */
static void check_group(struct table *t, int from, int to, int64_t seq)
{
    int64_t slowest_lo_us = -1, better_lo_us = -1; /* of this rank; of all better ranks */
    for (int i = from; i < to; i++) {
        const struct stand *s = &t->sorted[i];
        if (s->told == 0)
            return; /* somebody was not there: the pattern has holes */
        bool shared = i > from && s->told == t->sorted[i - 1].told;
        if (!shared && s->told != i + 1)
            BOARD_FAULT(t, "player %d: rank %d after frame %lld, place %d", s->player, s->told,
                        (long long)seq, i + 1);
        if (!shared)
            better_lo_us = slowest_lo_us;
        if (better_lo_us > s->time_hi_us)
            BOARD_FAULT(t, "player %d: ranked %d after frame %lld behind somebody slower",
                        s->player, s->told, (long long)seq);
        if (s->time_lo_us > slowest_lo_us)
            slowest_lo_us = s->time_lo_us;
    }
}

static void check_told(struct table *t, int64_t seq, int q)
{
    for (int i = 0; i < t->n_sorted; i++) {
        const struct stand *s = &t->sorted[i];
        if (s->told != 0 && (s->told < s->first || s->told > s->last))
            BOARD_FAULT(t, "player %d: rank %d after frame %lld, not %d to %d", s->player, s->told,
                        (long long)seq, s->first, s->last);
        int of = lt_run_given(t->k->run, s->player, q)->of;
        if (s->told != 0 && of != t->n_sorted)
            BOARD_FAULT(t, "player %d: told of %d entries after frame %lld, there are %d",
                        s->player, of, (long long)seq, t->n_sorted);
    }
    for (int i = 0; i < t->n_sorted; i = t->sorted[i].last)
        check_group(t, i, t->sorted[i].last, seq);
}

static const struct stand *find_entry(const struct table *t, int64_t entry)
{
    for (int i = 0; i < t->n_sorted; i++) {
        if (t->sorted[i].entry == entry)
            return &t->sorted[i];
    }
    return NULL;
}

/* A row in itself: rank after rank, better or equal to the next. */
static void check_row_order(struct table *t, const struct lt_seen_board *b, int i)
{
    const struct lt_seen_row *r = &b->rows[i], *up = i > 0 ? &b->rows[i - 1] : NULL;
    bool rank_ok = i == 0 ? r->rank == 1 : r->rank == i + 1 || r->rank == up->rank;
    bool order_ok = !up || up->points_c > r->points_c ||
                    (up->points_c == r->points_c && up->correct >= r->correct);
    bool tie_ok =
        !up || r->rank != up->rank || (r->points_c == up->points_c && r->correct == up->correct);
    if (!rank_ok || !order_ok || !tie_ok)
        BOARD_FAULT(
            t,
            "board of frame %lld: row %d (rank %d, %lld points) does not follow from the row above",
            (long long)b->v, i + 1, r->rank, (long long)r->points_c);
}

static void check_row(struct table *t, const struct lt_seen_board *b, int i)
{
    const struct lt_seen_row *r = &b->rows[i];
    const struct stand *s = find_entry(t, r->entry);
    check_row_order(t, b, i);
    if (!s) {
        if (!t->k->others)
            BOARD_FAULT(t, "board of frame %lld: entry %lld is not in this contest",
                        (long long)b->v, (long long)r->entry);
        return;
    }
    if (r->points_c < s->points_lo_c || r->points_c > s->points_hi_c ||
        r->correct < s->correct_lo || r->correct > s->correct_hi)
        BOARD_FAULT(t,
                    "board of frame %lld: player %d has %lld points, %d right; computed %lld, %d",
                    (long long)b->v, s->player, (long long)r->points_c, r->correct,
                    (long long)s->points_lo_c, s->correct_lo);
    if (s->told != 0 && s->told != r->rank)
        BOARD_FAULT(t, "board of frame %lld: player %d has rank %d and was told %d",
                    (long long)b->v, s->player, r->rank, s->told);
    if (!t->k->others && t->exact && (r->rank < s->first || r->rank > s->last))
        BOARD_FAULT(t, "board of frame %lld: player %d has rank %d, not %d to %d", (long long)b->v,
                    s->player, r->rank, s->first, s->last);
}

static void check_board(struct table *t, const struct lt_seen_board *b)
{
    bool full = !t->k->others && t->exact;
    for (int i = 0; i < b->n_rows; i++)
        check_row(t, b, i);
    int least = b->of < 3 ? b->of : 3;
    if ((!t->k->others && b->of != t->n_sorted) || b->n_rows > b->of || b->n_rows < least)
        BOARD_FAULT(t, "board of frame %lld: %d rows of %d entries, there are %d", (long long)b->v,
                    b->n_rows, b->of, t->n_sorted);
    t->report->boards += full;
    t->report->boards_weak += !full;
    t->report->final_seen = t->report->final_seen || b->final;
}

static bool seen_before(const struct lt_run *run, int process, int index)
{
    const struct lt_seen_board *b = &run->tallies[process].boards[index];
    for (int i = 0; i < process; i++) {
        const struct lt_tally *t = &run->tallies[i];
        for (int j = 0; j < t->n_boards; j++) {
            if (lt_seen_board_equal(&t->boards[j], b))
                return true;
        }
    }
    return false;
}

static void check_boards(struct table *t, int64_t seq)
{
    const struct lt_run *run = t->k->run;
    for (int p = 0; p < run->n_processes; p++) {
        for (int i = 0; i < run->tallies[p].n_boards; i++) {
            if (run->tallies[p].boards[i].v == seq && !seen_before(run, p, i))
                check_board(t, &run->tallies[p].boards[i]);
        }
    }
}

/* Do all processes know the same log? */
static void check_logs(const struct lt_run *run, struct lt_faults *faults)
{
    const struct lt_tally *first = &run->tallies[0];
    for (int p = 1; p < run->n_processes; p++) {
        const struct lt_tally *t = &run->tallies[p];
        for (int i = 0; i < LT_TALLY_LOG; i++) {
            if (t->log[i].seq != 0 && t->log[i].seq == first->log[i].seq &&
                t->epoch == first->epoch && t->log[i].content != first->log[i].content)
                lt_fault(faults, LT_FAULT_FOREIGN, 1,
                         "frame %lld says something else in process %d", (long long)t->log[i].seq,
                         p);
        }
    }
}

static void unknown_boards(struct table *t)
{
    const struct lt_run *run = t->k->run;
    for (int p = 0; p < run->n_processes; p++) {
        for (int i = 0; i < run->tallies[p].n_boards; i++) {
            int64_t v = run->tallies[p].boards[i].v;
            const struct lt_asked *a = next_reveal(run, v - 1);
            if (!a || a->reveal_seq != v)
                BOARD_FAULT(t, "board of frame %lld, which is no reveal", (long long)v);
        }
    }
}

bool lt_standings_check(const struct lt_checker *k, struct lt_faults *faults,
                        struct lt_standings_report *ret)
{
    const struct lt_run *run = k->run;
    int round = 0;
    *ret = (struct lt_standings_report){0};
    struct table t = {.k = k, .faults = faults, .report = ret, .n = run->n_players};
    t.s = calloc((size_t)run->n_players, sizeof *t.s);
    t.sorted = calloc((size_t)run->n_players, sizeof *t.sorted);
    bool ok = t.s && t.sorted;
    for (int i = 0; ok && i < t.n; i++) {
        int64_t start_c = k->rules.start_known ? k->rules.start_c : run->plays[i].start_c;
        t.s[i] = (struct stand){.entry = run->plays[i].entry,
                                .player = i,
                                .points_lo_c = start_c,
                                .points_hi_c = start_c};
    }
    const struct lt_asked *a = ok ? next_reveal(run, 0) : NULL;
    for (; a; a = next_reveal(run, a->reveal_seq)) {
        add_question(&t, a, a->seen.round != round);
        round = a->seen.round;
        sort_joined(&t, a->reveal_seq);
        if (!k->others && t.exact)
            check_told(&t, a->reveal_seq, a->seen.q);
        check_boards(&t, a->reveal_seq);
        ret->reveals++;
    }
    if (ok) {
        check_logs(run, faults);
        unknown_boards(&t);
    }
    free(t.s);
    free(t.sorted);
    return ok;
}

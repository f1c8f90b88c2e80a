/* The checks that one connection allows.
 *
 * Frames: `seq` grows by one. A window of 64 numbers behind the highest remembers which have not
 * come, so that a swapped pair is told from a loss and from a repetition. What a frame says is
 * compared over all connections of the process: the same number with other words is a frame of
 * another contest, even where its number happens to fit.
 *
 * Own standing: the player knows its answers and, after the reveal, the key; so it can say what it
 * must have. It is looked at whenever the server tells it, for all questions revealed up to the
 * version that is named. */
#include "loadtest/checker.h"

#include "base/err.h"

#include <string.h>

enum { WINDOW = 64, LATE_SEND_US = 200000 };

static struct lt_play *play_of(const struct lt_checker *k, int player)
{
    return &k->run->plays[player];
}

static void count(struct lt_checker *k, enum lt_count c)
{
    k->tally->n[c]++;
}

/* ---- log frames ---- */

static void window_forward(struct lt_checker *k, int player, int64_t to)
{
    struct lt_play *p = play_of(k, player);
    int64_t step = to - p->seq, gap = step - 1;
    p->missing = step < WINDOW ? p->missing << step : 0;
    if (gap > 0) {
        lt_fault(&k->tally->faults, LT_FAULT_LOST, gap, "player %d: frame %lld came after %lld",
                 player, (long long)to, (long long)p->seq);
        p->missing |= step < WINDOW ? ((UINT64_C(1) << step) - 2) : ~UINT64_C(1);
    }
    p->seq = to;
}

static void window_backward(struct lt_checker *k, int player, int64_t seq)
{
    struct lt_play *p = play_of(k, player);
    int64_t back = p->seq - seq;
    if (back < WINDOW && (p->missing >> back & 1)) {
        p->missing &= ~(UINT64_C(1) << back);
        k->tally->faults.n[LT_FAULT_LOST]--; /* late, not lost */
        lt_fault(&k->tally->faults, LT_FAULT_ORDER, 1, "player %d: frame %lld came after %lld",
                 player, (long long)seq, (long long)p->seq);
        return;
    }
    lt_fault(&k->tally->faults, LT_FAULT_DUPLICATE, 1,
             "player %d: frame %lld came again (last was %lld)", player, (long long)seq,
             (long long)p->seq);
}

void lt_check_log(struct lt_checker *k, int player, const struct lt_seen *m, int64_t now_us)
{
    struct lt_play *p = play_of(k, player);
    count(k, LT_COUNT_FRAMES);
    if (m->epoch != p->epoch) {
        lt_fault(&k->tally->faults, LT_FAULT_ORDER, 1,
                 "player %d: frame of epoch %lld without a welcome to it", player,
                 (long long)m->epoch);
        return;
    }
    if (m->seq > p->seq)
        window_forward(k, player, m->seq);
    else
        window_backward(k, player, m->seq);
    if (m->kind == LT_SEEN_QUESTION && m->question.early)
        lt_fault(&k->tally->faults, LT_FAULT_EARLY, 1,
                 "player %d: frame %lld shows more than question %d may", player, (long long)m->seq,
                 m->question.q);
    if (!lt_tally_log(k->tally, m, now_us))
        lt_fault(&k->tally->faults, LT_FAULT_FOREIGN, 1,
                 "player %d: frame %lld says something else here", player, (long long)m->seq);
}

/* ---- answers ---- */

void lt_check_send(struct lt_checker *k, int player, int q, const struct lt_clock *now)
{
    struct lt_given *g = lt_run_given(k->run, player, q);
    struct lt_asked *a = &k->tally->asked[q];
    if (g->state == LT_GIVEN_NOTHING) {
        g->state = LT_GIVEN_SENT;
        g->sent_us = now->mono_us;
        g->used_lo_us = now->wall_us - a->opened_wall_us - 1000 -
                        k->slack_us; /* opened_ms was cut to a millisecond */
        g->opened_wall_us = a->opened_wall_us;
        count(k, LT_COUNT_ANSWERS);
    } else {
        count(k, LT_COUNT_RESENT);
    }
    if (g->sends < UINT8_MAX)
        g->sends++;
}

/* Was it sent well inside the window, so that being too late is not its fault? */
static bool was_in_time(const struct lt_checker *k, const struct lt_given *g)
{
    return k->timed && !g->edge && g->sent_us - g->intended_us < LATE_SEND_US;
}

/* A pause moved the question's opening between send and acknowledgement: the answer may count from
 * either. */
static void note_used(struct lt_checker *k, struct lt_given *g, const struct lt_asked *a,
                      int64_t wall_us)
{
    int64_t moved_us = a->opened_wall_us - g->opened_wall_us;
    g->used_hi_us = wall_us - g->opened_wall_us + k->slack_us;
    if (moved_us > 0)
        g->used_lo_us -= moved_us;
}

void lt_check_ack(struct lt_checker *k, int player, int q, const struct lt_seen *m,
                  const struct lt_clock *now)
{
    struct lt_given *g = q > 0 ? lt_run_given(k->run, player, q) : NULL;
    struct lt_asked *a = &k->tally->asked[q];
    if (!g || g->state == LT_GIVEN_NOTHING || m->q != q) {
        lt_fault(&k->tally->faults, LT_FAULT_FOREIGN, 1,
                 "player %d: acknowledgement of %s, which it never sent", player, m->id);
        return;
    }
    if (g->state == LT_GIVEN_REFUSED || ++g->acks > g->sends) {
        lt_fault(&k->tally->faults, LT_FAULT_ACK_TWICE, 1,
                 "player %d: answer to question %d was %s", player, q,
                 g->state == LT_GIVEN_REFUSED ? "refused and acknowledged" : "acknowledged again");
        return;
    }
    if (g->state != LT_GIVEN_SENT) {
        if ((g->state == LT_GIVEN_LATE) != m->late)
            lt_fault(&k->tally->faults, LT_FAULT_ACK_TWICE, 1,
                     "player %d: question %d was acknowledged as saved and as late", player, q);
        return;
    }
    g->state = m->late ? LT_GIVEN_LATE : LT_GIVEN_SAVED;
    note_used(k, g, a, now->wall_us);
    count(k, m->late ? LT_COUNT_LATE : LT_COUNT_ACKED);
    lt_hist_record(&k->tally->ack, now->mono_us - g->intended_us);
    if (m->late && was_in_time(k, g))
        lt_fault(&k->tally->faults, LT_FAULT_REFUSED, 1,
                 "player %d: answer to question %d was sent in time and is late", player, q);
}

void lt_check_refused(struct lt_checker *k, int player, int q, int err)
{
    struct lt_given *g = lt_run_given(k->run, player, q);
    if (g->state == LT_GIVEN_REFUSED) /* it was sent twice */
        return;
    if (g->state != LT_GIVEN_SENT) {
        lt_fault(&k->tally->faults, LT_FAULT_ACK_TWICE, 1,
                 "player %d: question %d was refused (%s) after its acknowledgement", player, q,
                 lt_err_wire(err));
        return;
    }
    g->state = LT_GIVEN_REFUSED;
    count(k, LT_COUNT_REFUSED);
    bool closed = err == LT_ECLOSED || err == LT_ENOQUESTION;
    if (!closed || was_in_time(k, g))
        lt_fault(&k->tally->faults, LT_FAULT_REFUSED, 1,
                 "player %d: answer to question %d was refused: %s", player, q, lt_err_wire(err));
}

/* ---- own standing ---- */

/* What the server may say of all questions up to a version. */
struct expected {
    int64_t points_lo_c, points_hi_c;
    int correct_lo, correct_hi;
    int last_q; /* revealed last */
    struct lt_grade last;
};

static void expected_add(struct expected *e, const struct lt_given *g, const struct lt_grade *d)
{
    e->points_lo_c += d->gain_lo_c;
    e->points_hi_c += d->gain_hi_c;
    bool sure = d->counted || (g->told && g->right);
    e->correct_lo += sure && d->right;
    e->correct_hi += (d->counted || d->maybe_counted) && d->right;
}

static struct expected expect(const struct lt_checker *k, int player, int64_t v)
{
    struct expected e = {0};
    int streak_lo = 0, streak_hi = 0, round = 0;
    int64_t last_seq = 0;
    for (int q = 1; q <= k->tally->n_questions; q++) {
        const struct lt_asked *a = &k->tally->asked[q];
        const struct lt_given *g = lt_run_given(k->run, player, q);
        if (a->reveal_seq == 0 || a->reveal_seq > v)
            continue;
        if (a->seen.round != round)
            streak_lo = streak_hi = 0;
        round = a->seen.round;
        struct lt_grade d = lt_grade_given(lt_rules_of(&k->rules, a->seen.round), &a->seen, g,
                                           streak_lo, streak_hi);
        streak_lo = d.counted && d.right ? streak_lo + 1 : 0;
        streak_hi = (d.counted || d.maybe_counted) && d.right ? streak_hi + 1 : 0;
        expected_add(&e, g, &d);
        if (a->reveal_seq > last_seq) {
            last_seq = a->reveal_seq;
            e.last_q = q;
            e.last = d;
        }
    }
    return e;
}

#define OWN_FAULT(k, ...) lt_fault(&(k)->tally->faults, LT_FAULT_OWN, 1, __VA_ARGS__)

/* The question just revealed: verdict and gain. */
static void check_last(struct lt_checker *k, int player, const struct lt_seen_own *own,
                       struct expected *e)
{
    struct lt_given *g = lt_run_given(k->run, player, e->last_q);
    bool may_count = e->last.counted || e->last.maybe_counted;
    if (own->q != 0 && own->q != e->last_q) {
        OWN_FAULT(k, "player %d: told of question %d when %d was revealed", player, own->q,
                  e->last_q);
        return;
    }
    if (own->has_right && !may_count)
        OWN_FAULT(k, "player %d: told a verdict on question %d, where nothing counts", player,
                  e->last_q);
    if (own->has_right && own->right && !(may_count && e->last.right))
        OWN_FAULT(k, "player %d: question %d is told right and was not", player, e->last_q);
    if (e->last.counted && (!own->has_right || own->right != e->last.right))
        OWN_FAULT(k, "player %d: question %d was answered %s and is not told so", player, e->last_q,
                  e->last.right ? "right" : "wrong");
    if (own->gained_c < e->last.gain_lo_c || own->gained_c > e->last.gain_hi_c)
        OWN_FAULT(k, "player %d: question %d gained %lld, not %lld to %lld", player, e->last_q,
                  (long long)own->gained_c, (long long)e->last.gain_lo_c,
                  (long long)e->last.gain_hi_c);
    if (own->has_right || !may_count) {
        g->told = true;
        g->right = own->has_right && own->right;
        g->gained_c = own->gained_c;
    }
    g->rank = own->rank;
    g->of = own->of;
}

static void check_total(struct lt_checker *k, int player, const struct lt_seen_own *own,
                        const struct expected *e)
{
    int64_t start_c = k->rules.start_known ? k->rules.start_c : play_of(k, player)->start_c;
    if (own->points_c < start_c + e->points_lo_c || own->points_c > start_c + e->points_hi_c)
        OWN_FAULT(k, "player %d: total %lld after frame %lld, not %lld to %lld", player,
                  (long long)own->points_c, (long long)own->v,
                  (long long)(start_c + e->points_lo_c), (long long)(start_c + e->points_hi_c));
    if (own->correct < e->correct_lo || own->correct > e->correct_hi)
        OWN_FAULT(k, "player %d: %d right after frame %lld, not %d to %d", player, own->correct,
                  (long long)own->v, e->correct_lo, e->correct_hi);
    if (e->last_q > 0 && (own->rank < 1 || own->rank > own->of))
        OWN_FAULT(k, "player %d: rank %d of %d", player, own->rank, own->of);
}

void lt_check_own(struct lt_checker *k, int player, const struct lt_seen_own *own)
{
    struct lt_play *p = play_of(k, player);
    count(k, LT_COUNT_OWNS);
    if (own->v < p->own_v)
        OWN_FAULT(k, "player %d: standing of frame %lld after that of %lld", player,
                  (long long)own->v, (long long)p->own_v);
    if (own->v > p->seq)
        lt_fault(&k->tally->faults, LT_FAULT_EARLY, 1,
                 "player %d: standing of frame %lld before that frame", player, (long long)own->v);
    if (own->v < p->own_v || own->v > p->seq)
        return;
    p->own_v = own->v;
    struct expected e = expect(k, player, own->v);
    if (e.last_q > 0 && k->tally->asked[e.last_q].reveal_seq != own->v) {
        OWN_FAULT(k, "player %d: standing of frame %lld, which is no reveal", player,
                  (long long)own->v);
        return;
    }
    if (e.last_q > 0) {
        check_last(k, player, own, &e);
        e = expect(k, player, own->v); /* a gain that was told narrows the total */
    }
    check_total(k, player, own, &e);
}

void lt_check_board(struct lt_checker *k, int player, const struct lt_seen_board *b)
{
    struct lt_play *p = play_of(k, player);
    if (b->v < p->board_v)
        lt_fault(&k->tally->faults, LT_FAULT_BOARD, 1,
                 "player %d: board of frame %lld after that of %lld", player, (long long)b->v,
                 (long long)p->board_v);
    else
        p->board_v = b->v;
    if (b->v > p->seq)
        lt_fault(&k->tally->faults, LT_FAULT_EARLY, 1,
                 "player %d: board of frame %lld before that frame", player, (long long)b->v);
    else if (!lt_tally_board(k->tally, b))
        lt_fault(&k->tally->faults, LT_FAULT_BOARD, 1, "more than %d different boards",
                 LT_TALLY_BOARDS);
}

/* ---- welcome and end ---- */

static void check_saved(struct lt_checker *k, int player, const struct lt_seen *m)
{
    int q = m->question.q;
    bool running = m->question.state >= LT_SEEN_OPEN && m->question.state < LT_SEEN_REVEALED;
    if (!running || q > k->run->n_questions_max)
        return;
    const struct lt_given *g = lt_run_given(k->run, player, q);
    bool stored = g->state == LT_GIVEN_SAVED || g->state == LT_GIVEN_LATE;
    if (m->saved.q != q) {
        if (stored)
            OWN_FAULT(k, "player %d: its acknowledged answer to question %d is not in the snapshot",
                      player, q);
        return;
    }
    unsigned saved = 0, given = 0;
    for (int i = 0; i < m->saved.n_choice; i++)
        saved |= 1u << m->saved.choice[i];
    for (int i = 0; i < g->n_choice; i++)
        given |= 1u << g->choice[i];
    if (g->state == LT_GIVEN_NOTHING || saved != given)
        OWN_FAULT(k, "player %d: the snapshot shows another answer to question %d", player, q);
}

/* The log may not go back, and without a snapshot it continues where the player stood. */
static void check_position(struct lt_checker *k, int player, const struct lt_seen *m, bool resume)
{
    const struct lt_play *p = play_of(k, player);
    if (!resume) {
        if (!m->snapshot)
            lt_fault(&k->tally->faults, LT_FAULT_PROTOCOL, 1,
                     "player %d: welcomed without a snapshot", player);
        return;
    }
    bool wrong = m->snapshot ? m->epoch < p->epoch || (m->epoch == p->epoch && m->seq < p->seq)
                             : m->epoch != p->epoch || m->seq != p->seq;
    if (wrong)
        lt_fault(&k->tally->faults, LT_FAULT_ORDER, 1,
                 "player %d: resumed at %lld/%lld, had %lld/%lld", player, (long long)m->epoch,
                 (long long)m->seq, (long long)p->epoch, (long long)p->seq);
}

void lt_check_welcome(struct lt_checker *k, int player, const struct lt_seen *m, bool resume)
{
    struct lt_play *p = play_of(k, player);
    check_position(k, player, m, resume);
    if ((m->snapshot && m->event != k->event) || m->entry == 0 ||
        (p->entry != 0 && p->entry != m->entry))
        lt_fault(&k->tally->faults, LT_FAULT_FOREIGN, 1,
                 "player %d: welcomed to event %lld as entry %lld", player, (long long)m->event,
                 (long long)m->entry);
    if (m->snapshot && m->question.early)
        lt_fault(&k->tally->faults, LT_FAULT_EARLY, 1,
                 "player %d: the snapshot shows more than question %d may", player, m->question.q);
    bool first = p->entry == 0;
    if (first) {
        p->entry = m->entry;
        p->joined_seq = m->seq;
        p->start_c = m->has_own ? m->own.points_c : 0;
        p->own_v = m->has_own ? m->own.v : 0;
        count(k, LT_COUNT_JOINED);
    }
    if (m->has_phase && m->seq >= k->tally->head) {
        k->tally->phase = m->phase;
        k->tally->epoch = m->epoch;
        k->tally->head = m->seq;
    }
    if (m->snapshot) {
        p->missing = 0; /* what the player had not received is in the snapshot */
        check_saved(k, player, m);
    }
    p->epoch = m->epoch;
    p->seq = m->seq;
    if (m->has_own && (!first || m->own.v == 0))
        lt_check_own(k, player, &m->own);
    if (m->board.v > 0)
        lt_check_board(k, player, &m->board);
}

void lt_check_end(struct lt_checker *k, int player, int64_t epoch, int64_t head)
{
    struct lt_play *p = play_of(k, player);
    if (p->entry == 0) {
        lt_fault(&k->tally->faults, LT_FAULT_NOT_JOINED, 1, "player %d: never got in", player);
        return;
    }
    if (p->epoch == epoch && p->seq < head)
        lt_fault(&k->tally->faults, LT_FAULT_LOST, head - p->seq,
                 "player %d: frames after %lld never came (%lld)", player, (long long)p->seq,
                 (long long)head);
    for (int q = 1; q <= k->tally->n_questions; q++) {
        if (lt_run_given(k->run, player, q)->state == LT_GIVEN_SENT)
            lt_fault(&k->tally->faults, LT_FAULT_ACK_LOST, 1,
                     "player %d: answer to question %d was never acknowledged", player, q);
    }
    const struct lt_asked *last = NULL;
    for (int q = 1; q <= k->tally->n_questions; q++) {
        if (k->tally->asked[q].reveal_seq > (last ? last->reveal_seq : 0))
            last = &k->tally->asked[q];
    }
    if (last && p->own_v != last->reveal_seq)
        lt_fault(&k->tally->faults, LT_FAULT_OWN, 1,
                 "player %d: last told its standing at frame %lld, not %lld", player,
                 (long long)p->own_v, (long long)last->reveal_seq);
}

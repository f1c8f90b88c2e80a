/* One paper played through two nodes, as the server does it: a node has its copy, takes choices, and
 * writes the whole text guarded by the row's rev; a miss is merged and written again. Nodes die before
 * they wrote, replies get lost, people come back after a while on another device.
 *
 * What was acknowledged must stand in the row ever after, and whatever is refused changes nothing. */
#include "papers.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

struct node {
    struct lt_paper paper;
    int rev; /* of the row, as this node saw it last */
};
struct game {
    struct event *e;
    struct row *row;
    struct node nodes[2];
    struct lt_paper truth; /* the row, read */
    int64_t now_us, grace_us;
    int32_t revs[LT_PAPER_ITEMS_MAX]; /* the highest that was sent */
    struct lt_response sent[LT_PAPER_ITEMS_MAX];
    struct lt_paper_choice acked[LT_PAPER_ITEMS_MAX];
    bool crossed;         /* two nodes took an answer for one item */
    struct node *waiting; /* it took something and is about to write it */
    struct lt_paper_view view;
};

static bool one_way(const struct lt_paper *p)
{
    return p->rule->paper.forward || p->rule->mode != LT_MODE_TIMED;
}

struct lt_response sim_right(const struct lt_paper *p, int i)
{
    const struct lt_question *q = p->pool[p->items[i].row].question;
    struct lt_response r = {0};

    if (q->type == LT_QT_FILL) {
        strcpy(r.text, "宪法\"1\"");
        return r;
    }
    r.n_choice = q->n_key;
    lt_paper_shown(p, i, q->key, q->n_key, r.choice);
    return r;
}

static struct lt_response any_response(struct event *e, const struct lt_paper *p, int i)
{
    const struct lt_question *q = p->pool[p->items[i].row].question;
    struct lt_response r = {0};

    if (sim_chance(e, 55))
        return sim_right(p, i);
    if (sim_chance(e, 15))
        return r; /* taken back, or passed */
    if (sim_chance(e, 5)) {
        r.n_choice = sim_below(e, 12) - 1; /* nonsense */
        for (int k = 0; k < LT_OPTIONS_MAX; k++)
            r.choice[k] = sim_below(e, 12) - 2;
        return r;
    }
    if (q->type == LT_QT_FILL) {
        strcpy(r.text, sim_chance(e, 50) ? "民法\\\n" : "宪法 “1”");
        return r;
    }
    r.n_choice = q->type == LT_QT_MULTIPLE ? 1 + sim_below(e, q->n_options)
                 : q->type == LT_QT_ORDER  ? q->n_options
                                           : 1;
    for (int k = 0, from = sim_below(e, q->n_options); k < r.n_choice; k++)
        r.choice[k] = (from + k) % q->n_options;
    return r;
}

/* ---- the row -------------------------------------------------------------------------------- */

static void store(struct game *g, const struct lt_paper *p)
{
    g->row->n = lt_paper_write(p, g->row->text, sizeof g->row->text);
    HOLDS(g->e, g->row->n >= 2);
    g->row->rev++;
    HOLDS(g->e, lt_paper_read(&g->truth, g->row->text, (size_t)g->row->n) == LT_OK);
    HOLDS(g->e, memcmp(g->truth.choices, p->choices, sizeof p->choices) == 0);
}

static void merge(struct game *g, struct node *n)
{
    static struct lt_paper other;

    other = g->truth;
    for (int i = 0; i < other.n; i++)
        g->crossed = g->crossed ||
                     (other.choices[i].given && n->paper.choices[i].given &&
                      memcmp(&other.choices[i], &n->paper.choices[i], sizeof *other.choices) != 0);
    lt_paper_merge(&other, &n->paper);
    lt_paper_merge(&n->paper, &g->truth);
    HOLDS(g->e, memcmp(other.choices, n->paper.choices, sizeof other.choices) == 0);
    reached.conflicts++;
}

static void commit(struct game *g, struct node *n)
{
    if (n->rev != g->row->rev)
        merge(g, n);
    store(g, &n->paper);
    n->rev = g->row->rev;
    if (sim_chance(g->e, 5)) { /* the reply was lost: the same again */
        lt_paper_merge(&n->paper, &g->truth);
        HOLDS(g->e, memcmp(g->truth.choices, n->paper.choices, sizeof n->paper.choices) == 0);
    }
}

static void check_acked(struct game *g)
{
    for (int i = 0; i < g->truth.n; i++) {
        const struct lt_paper_choice *is = &g->truth.choices[i], *was = &g->acked[i];

        if (was->given)
            HOLDS(g->e, is->given &&
                            (one_way(&g->truth) ? is->at_us <= was->at_us : is->rev >= was->rev));
    }
}

/* ---- a message ------------------------------------------------------------------------------ */

/* A choice reaches a node. True: it stands in the node's copy and is to be written. */
static bool put(struct game *g, struct node *n, int i, const struct lt_response *r, int32_t rev)
{
    static struct lt_paper before;
    const struct lt_paper_choice *old = &before.choices[i];
    bool fits;
    int err, want;

    before = n->paper;
    want = sim_may_put(g->e, &before, i, g->now_us, g->grace_us);
    err = lt_paper_put(&n->paper, i, r, rev, g->now_us, g->grace_us);
    reached.errors[-err]++;
    fits = err != LT_EANSWER;
    if (err)
        HOLDS(g->e, memcmp(&before, &n->paper, sizeof before) == 0);
    if (!fits || err == LT_ETOOBIG)
        return false;
    if (old->given && rev <= old->rev) {
        HOLDS(g->e, err == LT_EANSWERED || (err == LT_OK && rev == old->rev));
        HOLDS(g->e, memcmp(&before, &n->paper, sizeof before) == 0);
        reached.repeats += err == LT_OK;
        return false;
    }
    if (err != want)
        sim_broken(g->e, "item %d at %lld us: %s, the second scorer says %s", i,
                   (long long)(g->now_us - before.started_us), lt_err_wire(err), lt_err_wire(want));
    reached.choices += err == LT_OK;
    return err == LT_OK;
}

static void message(struct game *g)
{
    struct event *e = g->e;
    struct node *n = g->waiting ? g->waiting : &g->nodes[sim_chance(e, 80) ? 0 : 1];
    struct lt_paper_view seen;
    int i;

    lt_paper_at(&n->paper, g->now_us, &seen);
    i = seen.item >= 0 && seen.item < n->paper.n && !sim_chance(e, 10) ? seen.item
                                                                       : sim_below(e, n->paper.n);
    if (sim_chance(e, 8) && g->revs[i] > 0) { /* once more, or an old one that comes late */
        int32_t rev = g->revs[i] - (sim_chance(e, 30) ? 1 : 0);

        if (put(g, n, i, &g->sent[i], rev > 0 ? rev : 1) && !g->waiting)
            commit(g, n); /* a node that died had it before */
        return;
    }
    g->sent[i] = any_response(e, &n->paper, i);
    if (!put(g, n, i, &g->sent[i], ++g->revs[i]) && !g->waiting)
        return;
    if (sim_chance(e, 8)) { /* the node died before it wrote: nobody was told anything */
        n->paper = g->truth;
        n->rev = g->row->rev;
        g->waiting = NULL;
        reached.drops++;
        return;
    }
    g->waiting = !g->waiting && sim_chance(e, 10) ? n : NULL;
    if (g->waiting)
        return; /* goes into the next write, which is at once */
    commit(g, n);
    if (g->truth.choices[i].rev == g->revs[i])
        g->acked[i] = g->truth.choices[i];
}

/* What the person sees never goes back, unless he played against himself: as it stood when the last
 * grace ended, for within it a choice may still come for a question whose clock has run out. */
static void check_view(struct game *g)
{
    struct lt_paper_view was = g->view;

    lt_paper_at(&g->truth, g->now_us, &g->view);
    HOLDS(g->e, g->view.shown >= 0 && g->view.shown <= g->truth.n);
    HOLDS(g->e, g->view.ended == (g->view.ended_us != 0) && g->view.ended_us <= g->now_us);
    HOLDS(g->e,
          g->view.ended || g->view.item_deadline_us == 0 || g->view.item_deadline_us > g->now_us);
    lt_paper_at(&g->truth, g->now_us - g->grace_us, &g->view);
    if (g->crossed || g->waiting)
        return;
    HOLDS(g->e,
          g->view.item >= was.item && g->view.shown >= was.shown && g->view.right >= was.right);
    HOLDS(g->e, !was.ended || (g->view.ended && g->view.ended_us == was.ended_us));
}

/* ---- to its end ----------------------------------------------------------------------------- */

static void hand_in(struct game *g, struct lt_paper *p)
{
    for (int i = 0; i < 2; i++) /* what was taken but not written yet */
        if (g->nodes[i].rev != g->row->rev ||
            memcmp(g->nodes[i].paper.choices, g->truth.choices, sizeof p->choices) != 0)
            commit(g, &g->nodes[i]);
    check_acked(g);
    p->submitted_us = g->now_us;
    p->state = g->now_us >= p->deadline_us ? LT_PAPER_EXPIRED : LT_PAPER_SUBMITTED;
    if (sim_chance(g->e, 4)) { /* the organiser closes the event: deadlines are now */
        p->deadline_us = p->started_us + (g->now_us - p->started_us) / 2;
        p->state = LT_PAPER_EXPIRED;
        p->submitted_us = p->deadline_us;
        reached.pulled++;
    }
    reached.through += g->view.ended && p->state == LT_PAPER_SUBMITTED;
    reached.expired += p->state == LT_PAPER_EXPIRED;
    HOLDS(g->e, lt_paper_read(p, g->row->text, (size_t)g->row->n) == LT_OK);
}

void sim_play(struct event *e, struct lt_paper *p, struct row *row)
{
    static struct game game;
    struct game *g = &game;

    memset(g, 0, sizeof *g);
    g->e = e;
    g->row = row;
    g->now_us = p->started_us;
    g->grace_us = e->sheet->grace_ms * INT64_C(1000);
    row->rev = 0;
    row->n = lt_paper_write(p, row->text, sizeof row->text);
    g->truth = g->nodes[0].paper = g->nodes[1].paper = *p;
    lt_paper_at(p, g->now_us, &g->view);
    for (int i = 0; i < 6 * p->n && g->now_us <= p->deadline_us + 2 * SECOND; i++) {
        message(g);
        check_acked(g);
        check_view(g);
        if (g->waiting)
            continue;
        if (g->view.ended) {
            if (sim_chance(e, 50))
                break;
        }
        if (sim_chance(e, 1))
            break; /* handed in before its time */
        g->now_us += sim_below(e, sim_chance(e, 8) ? 60000000 : 9000000);
        if (sim_chance(e, 5)) { /* away, and back on the other device */
            g->nodes[1].paper = g->truth;
            g->nodes[1].rev = row->rev;
        }
    }
    hand_in(g, p);
    reached.papers++;
    reached.modes[p->rule->mode]++;
}

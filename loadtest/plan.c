/* Whether, when and what a player answers: drawn from (seed, player, question) and nothing else, so
 * the same seed gives the same contest whatever the network does. Nobody knows the key; choices are
 * even over the options. */
#include "loadtest/squad.h"

#include <math.h>

enum { HUMAN_LEAST_MS = 1500, EDGE_MS = 150, CLOSE_AFTER_MS = 500 };
enum { DRAW_PLAN = 1, DRAW_CHOICE = 2 };

static void draw(struct lt_rng *r, const struct lt_load_opts *o, int player, int q, uint64_t what)
{
    lt_rng_init(r, (uint64_t)o->seed, (uint64_t)player, (uint64_t)q << 8 | what);
}

/* People read, think, and a few hurry: a skewed curve, most in the first half of the time. */
static int64_t human_us(struct lt_rng *r, int seconds)
{
    double u = (lt_rng_unit(r) + lt_rng_unit(r) + lt_rng_unit(r)) / 3;
    double span_ms = seconds * 1000.0 - HUMAN_LEAST_MS - 500;
    return (int64_t)(1000 * (HUMAN_LEAST_MS + span_ms * pow(u, 1.6)));
}

struct lt_plan lt_plan_make(const struct lt_load_opts *o, enum lt_squad_mood mood, int player,
                            const struct lt_seen_question *q)
{
    struct lt_rng r;
    struct lt_plan p = {0};
    draw(&r, o, player, q->q, DRAW_PLAN);
    p.answers = lt_rng_unit(&r) < o->answer_share;
    double edge = lt_rng_unit(&r), lose = lt_rng_unit(&r), when = lt_rng_unit(&r),
           lose_when = lt_rng_unit(&r);
    if (mood == LT_SQUAD_DEMO) {
        p.delay_us = human_us(&r, q->seconds);
        return p;
    }
    int64_t limit_ms = (int64_t)q->seconds * 1000,
            window_ms = o->window_ms < limit_ms ? o->window_ms : limit_ms;
    p.edge = p.answers && edge < o->edge_share;
    p.loses = lose < o->drop_share;
    p.loses_on_send = p.loses && p.answers && lose_when < 0.5;
    p.delay_us = (int64_t)(1000 * (double)window_ms * (0.02 + 0.9 * when));
    if (p.edge) {
        int64_t close_ms = o->window_ms < limit_ms ? window_ms + CLOSE_AFTER_MS : limit_ms;
        p.delay_us = 1000 * (close_ms - EDGE_MS + (int64_t)(2 * EDGE_MS * when));
    }
    p.lose_us = (int64_t)(1000 * (double)window_ms * 2 * (lose_when - 0.5));
    return p;
}

static void shuffle(struct lt_rng *r, uint8_t *p, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)lt_rng_below(r, (uint64_t)i + 1);
        uint8_t held = p[i];
        p[i] = p[j];
        p[j] = held;
    }
}

void lt_plan_choose(const struct lt_load_opts *o, int player, const struct lt_seen_question *q,
                    struct lt_given *g)
{
    struct lt_rng r;
    int n = q->n_options > 0 ? q->n_options : 2;
    unsigned set;
    draw(&r, o, player, q->q, DRAW_CHOICE);
    g->n_choice = 0;
    switch (q->type) {
    case LT_SEEN_SINGLE:
    case LT_SEEN_TRUEFALSE:
        g->choice[g->n_choice++] = (uint8_t)lt_rng_below(&r, (uint64_t)n);
        break;
    case LT_SEEN_MULTIPLE:
        set = 1 + (unsigned)lt_rng_below(&r, (UINT64_C(1) << n) - 1);
        for (int i = 0; i < n; i++) {
            if (set >> i & 1)
                g->choice[g->n_choice++] = (uint8_t)i;
        }
        break;
    case LT_SEEN_ORDER:
        for (int i = 0; i < n; i++)
            g->choice[g->n_choice++] = (uint8_t)i;
        shuffle(&r, g->choice, n);
        break;
    case LT_SEEN_FILL: /* a text that is never accepted */
    case LT_SEEN_TYPES:
        break;
    }
}

/* Boards of self-paced events whose results are shown at once: they move with each paper that is
 * handed in on this node. */
#pragma once
#include "service/papers.h"
#include "service/ranks.h"

/* Whether the board of an event moves by single entries: results at once, a ranking that a board's
 * score can hold, no duels (whose points depend on others). */
bool live_ranks_moves(const struct lt_sheet *s);

struct live_ranks {
    struct lt_pg *pg;
    struct lt_ranks *ranks;
};
/* For lt_papers_on_handed_in: the person's total is read and put on the board. */
void live_ranks_move(void *arg, const struct lt_held *h);

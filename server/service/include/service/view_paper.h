/* A paper as its person may see it. Law 4 for self-paced play is here and nowhere else. */
#pragma once
#include "base/buf.h"
#include "domain/protocol.h"
#include "service/papers.h"

/* Whether results and keys of a paper in this state may be shown: it was handed in, and nobody whom
 * its key could help has it still before him. */
bool lt_view_results(const struct lt_paced *e, int round, enum lt_paper_state state);

struct lt_paper_shown {
    const struct lt_paced *event;
    const struct lt_paper_key *key;
    const struct lt_paper *paper;
    int64_t now_us;
    const char *re;                    /* id of the request, NULL: none */
    const struct lt_paper_mark *marks; /* the person's, when results may be shown */
    int n_marks;
    const struct lt_duel_side_out *sides; /* of a duel */
    int n_sides;
};
/* Appends the message `paper`. */
void lt_view_paper(const struct lt_paper_shown *in, struct lt_buf *out);
/* Whether a paper is among those that make the person's total. */
bool lt_view_counted(const struct lt_paced *e, int round, int attempt,
                     const struct lt_paper_mark *marks, int n);

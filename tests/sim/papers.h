/* One simulated self-paced event. Private to sim_papers.c and papers_*.c:
 *
 *   papers_sheet.c   a random rule sheet, a bank, and the pools drawn from it
 *   papers_play.c    a paper played on two devices through two nodes, with drops and lost replies
 *   papers_score.c   a second, simple scorer: from the stored text, the keys and the clocks */
#pragma once
#include "base/buf.h"
#include "domain/draw.h"
#include "domain/duel.h"

#include <stdio.h>

enum {
    BANK = 160,
    PEOPLE = 4,
    MARKS_MAX = 64, /* papers of a person */
};
#define SECOND INT64_C(1000000)

/* What a paper's row in the database has. */
struct row {
    char text[LT_PAPER_TEXT_BYTES + 1];
    int n, rev;
};
struct event {
    uint64_t seed, random;
    struct lt_sheet *sheet;
    struct lt_buf json, err;
    struct lt_question questions[BANK];
    char topics[BANK][16], codes[BANK][16];
    struct lt_bank_row bank[BANK];
    struct lt_pool_row pool[BANK]; /* round after round */
    int first[LT_ROUNDS_MAX], size[LT_ROUNDS_MAX];
    int started[LT_ROUNDS_MAX]; /* papers: ordinals of disjoint rounds */
    struct lt_paper_mark marks[PEOPLE][MARKS_MAX];
    int n_marks[PEOPLE];
};
/* What was reached, over all events. */
struct reached {
    int64_t papers, modes[LT_MODES], sheets, refused_sheets, choices, repeats, drops, conflicts,
        expired, pulled, through, used_up, limits, duels, shared_places;
    int64_t errors[128];
};
extern struct reached reached;

uint64_t sim_next(struct event *e);
int sim_below(struct event *e, int n);
static inline bool sim_chance(struct event *e, int percent)
{
    return sim_below(e, 100) < percent;
}
/* Something does not hold: says so with the seed, and ends. */
_Noreturn void sim_broken(const struct event *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define HOLDS(e, what)                                                                             \
    do                                                                                             \
        if (!(what))                                                                               \
            sim_broken(e, "%s:%d: %s", __FILE__, __LINE__, #what);                                 \
    while (0)

void sim_sheet(struct event *e);

/* Play a paper that was drawn and started, to its end; the row is what is stored of it. */
void sim_play(struct event *e, struct lt_paper *p, struct row *row);
struct lt_response sim_right(const struct lt_paper *p, int i);

/* What the second scorer finds. rights: when, in microseconds from the start. */
struct scored {
    int64_t points_c, time_us;
    int correct, answered;
    int n_rights;
    int64_t rights_us[LT_PAPER_ITEMS_MAX];
    int64_t end_us; /* forward, and all questions passed or decided; else −1 */
};
struct scored sim_score(const struct event *e, const struct lt_paper *p, const struct row *row);
/* Whether item i may be answered at now_us, by the second scorer's reckoning: an error, or LT_OK. */
int sim_may_put(const struct event *e, const struct lt_paper *p, int i, int64_t now_us,
                int64_t grace_us);
struct lt_paper_score sim_total(const struct lt_sheet *s, const struct lt_paper_mark *marks, int n);
int sim_may_start(const struct lt_sheet *s, int round, const struct lt_paper_mark *marks, int n,
                  int64_t now_us);
void sim_check_duel(const struct event *e, const struct lt_duel *d, const struct scored *sides,
                    int64_t now_us);

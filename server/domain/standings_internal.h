/* Private to standings*.c, settle.c and plan.c. */
#pragma once
#include "domain/standings.h"
#include <uthash.h>

/* What settled questions of one round gave, whether or not it still counts for the total. */
struct share {
    int64_t points_c, time_us;
    int32_t correct, answered;
};
struct entry {
    struct lt_place place; /* as the fold has it by now; the first member */
    struct lt_place shown; /* as of the last ranking: what others see */
    int64_t settled_c;     /* of points_c, what settled questions gave */
    int64_t
        reset_seq; /* since the advancement with a reset: adjustments after this record count, */
    int reset_qi;  /* and questions from this one on */
    UT_hash_handle hh;
    struct share rounds[]; /* one a round of the sheet */
};

/* Somebody and a number: a stake, a mark, a press's time. */
struct pair {
    int64_t who, value;
};
struct pairs {
    struct pair *p;
    int n, cap;
};
struct verdict {
    int64_t entry, used_us; /* used_us: of the press, 0 without one */
    int64_t seq;            /* of its record */
    bool by_key;            /* nobody spoke it: the key decides, again, from the raw answer */
    bool right;             /* otherwise what was said */
};
/* What the log says about one question. */
struct facts {
    bool asked, closed, voided;
    int into; /* questions of its burst before it */
    int64_t armed_seq, closed_seq;
    int64_t turn; /* 0: all */
    struct pairs stakes, presses, marks;
    int n_verdicts, cap_verdicts;
    struct verdict *verdicts;
    int n_accepted;
    struct lt_response *accepted;
};
struct foul {
    int64_t entry, value_c;
    int qi;
};
struct adjustment {
    int64_t entry, value_c, seq;
};
struct captaincy {
    int64_t seq, entry, person;
};
struct advancement {
    int64_t seq;
    int qi; /* questions from here on come after it */
    bool reset;
    int n;
    int64_t in[LT_TEAMS_MAX];
};

struct lt_standings {
    const struct lt_sheet *sheet;
    struct lt_question *const *questions;
    int n_questions;
    struct entry *entries; /* uthash by place.entry */
    struct entry **by_id;  /* all of them, in order of ids once standings_by_id was asked */
    int cap_by_id;
    bool unordered;
    char **slabs; /* where they lie: side by side, since each settling goes through all */
    int n_slabs, cap_slabs, in_slab;
    int settled;
    bool stale;

    struct facts *facts; /* one a question of the sheet */
    int n_facts;
    struct foul *fouls;
    int n_fouls, cap_fouls;
    struct adjustment *adjustments;
    int n_adjustments, cap_adjustments;
    struct captaincy *captains; /* in order of seq */
    int n_captains, cap_captains;
    int64_t *disqualified;
    int n_disqualified, cap_disqualified;
    struct advancement *advancements;
    int n_advancements, cap_advancements;

    struct lt_place **order; /* shown places, as of the last lt_standings_rank */
    int n_order;
};

struct entry *standings_entry(struct lt_standings *s,
                              int64_t id); /* known from now on; asserts on memory */
/* All entries, in order of ids. Valid until another one becomes known. */
struct entry *const *standings_by_id(struct lt_standings *s);
/* points_c from its parts. True when it changed. */
bool standings_total(struct lt_standings *s, struct entry *e);
/* Room for one more element of `size` in *p, which has n of *cap. Asserts on memory. */
void *standings_room(void *p, int n, int *cap, size_t size);
/* round(num / den), halves away from zero; den > 0. */
static inline int64_t standings_div(int64_t num, int64_t den)
{
    return num < 0 ? -((-2 * num + den) / (2 * den)) : (2 * num + den) / (2 * den);
}

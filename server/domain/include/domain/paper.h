/* Self-paced play: a paper is one person's drawn, shuffled set of questions, answered against the
 * server's clock. Timed papers (限时个人赛), survival runs (挑战答题) and a player's side of a duel (对战)
 * are all papers: the same draw, the same saved choices, the same grading. Pure: time comes in.
 *
 * What is stored of a paper is its seed, its times and its choices; everything else follows from
 * them and from the event's frozen pool, for ever (`lt_paper_draw`, `lt_paper_at`, `lt_paper_grade`).
 */
#pragma once
#include "domain/grading.h"
#include "domain/question.h"
#include "domain/rules.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    LT_PAPER_ITEMS_MAX = LT_ROUND_QUESTIONS_MAX,
    LT_PAPER_TEXT_BYTES = 32768, /* of the choices of one paper, at most */
};

/* A question of a round's pool. `question` is borrowed. The pool of a round is the event's frozen
 * questions of that round, in order of qi. The last two are set by lt_pool_prepare, once for all
 * papers: a draw then looks at numbers only. */
struct lt_pool_row {
    int qi; /* number over the event, from 0 */
    const struct lt_question *question;
    int difficulty;       /* 1–3 */
    const char *audience; /* as in the bank */
    int topic;            /* its number in this pool, from 1 */
    unsigned parts; /* bit per part of the blueprint that may draw it; bit 0 where there is none */
};
/* Must have been called before a paper is drawn (asserted). n ≤ LT_POOL_MAX. */
void lt_pool_prepare(const struct lt_round_rule *rule, struct lt_pool_row *pool, int n);

/* One item of a paper as drawn: which question, and in which order its options are shown. */
struct lt_paper_item {
    int row;                    /* in the pool */
    int part;                   /* of the blueprint; 0 where there is none */
    int option[LT_OPTIONS_MAX]; /* option[i]: the question's option shown at place i. Options of
                                     truefalse stay as they are */
};

/* What a person chose for one item. The response is in the question's own option numbers. A blank
 * one (no option, no text) takes the choice back, or where one only goes forward passes the question:
 * it is not answered. */
struct lt_paper_choice {
    bool given;
    int32_t rev;   /* the client's counter, from 1, grows with every change; a lower one never
                      overwrites */
    int64_t at_us; /* cluster time at which the server took it: start + whole milliseconds */
    struct lt_response response;
};

enum lt_paper_state {
    LT_PAPER_OPEN,
    LT_PAPER_SUBMITTED, /* by the person, or by its own end (last question, wrong answer, race won) */
    LT_PAPER_EXPIRED,   /* by the server at its deadline */
    LT_PAPER_FORFEITED, /* a duel that was left */
    LT_PAPER_STATES     /* count */
};

/* About 100 kB, and may be copied. */
struct lt_paper {
    const struct lt_round_rule *rule;
    const struct lt_pool_row *pool;
    enum lt_paper_state state;
    int64_t started_us;
    int64_t deadline_us;  /* of the whole; every paper has one (lt_paper_deadline_us) */
    int64_t submitted_us; /* 0 while open */
    int n;
    struct lt_paper_item items[LT_PAPER_ITEMS_MAX];
    struct lt_paper_choice choices[LT_PAPER_ITEMS_MAX];
};

/* Draw a paper: by the blueprint of the round (or its `draw`), part after part, each evenly over
 * topics, without repeats; options shuffled. survival: growing difficulty, as much of each as there
 * is. `ordinal` is used where the rule says `disjoint`: the how-many-eth paper of the round this is,
 * from 0; its questions are in no other paper (which they are does not depend on the seed then, only
 * their order does).
 * splitmix64 from `seed`; the same on every machine, for ever. Sets rule, pool, n and items; clears
 * the choices. LT_EFULL: disjoint, and the pool is used up. LT_ESHEET: the pool is too small. It
 * draws whenever there is any choice that serves every part. */
int lt_paper_draw(const struct lt_round_rule *rule, const struct lt_pool_row *pool, int n_pool,
                  uint64_t seed, int ordinal, struct lt_paper *ret);
/* n of the question's own option numbers (a key, a stored choice) as the places where the item shows
 * them; ascending unless order matters (LT_QT_ORDER). */
void lt_paper_shown(const struct lt_paper *p, int i, const int *own, int n, int *ret);
/* When a paper that starts now ends by itself at the latest: its clock, the sum of the questions'
 * clocks, or the end of the event's window, whichever comes first. */
int64_t lt_paper_deadline_us(const struct lt_round_rule *rule, int n_items, int64_t started_us,
                             int64_t window_end_us);

/* Where a paper stands at `now_us`; once submitted, where it stood then. The clock of a question runs
 * from when it could be answered first, whether or not anybody looks: one that ran out is passed. */
struct lt_paper_view {
    int item;                 /* that may be answered now (forward movement, survival, duel); free
                            movement: -1, any may; n: none is left */
    int64_t opened_us;        /* of that item */
    int64_t item_deadline_us; /* 0: it has no clock of its own */
    int shown;  /* items [0, shown) may be sent to the person: survival, duel and one_by_one
                            what was reached, otherwise all */
    bool ended; /* nothing can be answered any more: submit it */
    int64_t
        ended_us; /* since then; 0: it has not ended. A clock that ran out can still be undone by a
                         choice within the grace: hand it in for good only after that */
    int lives;    /* survival: wrong answers that are still allowed without ending */
    int right;    /* survival, duel: right answers so far */
};
void lt_paper_at(const struct lt_paper *p, int64_t now_us, struct lt_paper_view *ret);
/* Survival, duel: when each right answer was given, in order; ret_at_us has room for n. Returns how
 * many. */
int lt_paper_rights(const struct lt_paper *p, int64_t *ret_at_us);

/* Take a choice for item i at `now_us` (cluster time, less what the network is credited). `r` is in
 * shown option places; it is checked and stored in the question's own numbers. grace_us: so long
 * after a deadline a choice still counts, as one made at the deadline.
 * LT_OK; LT_EANSWERED: a newer one stands, or this item cannot be changed any more; LT_ECLOSED: its
 * time, or the paper's, is over; LT_ENOQUESTION: not this item now; LT_EANSWER: does not fit the
 * question, or rev < 1; LT_ETOOBIG: the texts of the paper would be longer than it may have. Only LT_OK
 * changes anything. Repeating the newest (same rev, same response) is LT_OK at any time and changes
 * nothing. */
int lt_paper_put(struct lt_paper *p, int i, const struct lt_response *r, int32_t rev,
                 int64_t now_us, int64_t grace_us);
/* Take what stands in `other` (another node's copy of the same paper) into p: choices only. Of two
 * choices for an item the higher rev stands, then the later. Where one only goes forward an answer is
 * given once: there the earlier one stands, however high the other's rev. In whatever order copies
 * meet, the same choices come out. */
void lt_paper_merge(struct lt_paper *p, const struct lt_paper *other);

/* Canonical text of the choices as it is stored: a JSON array with one element an item, 0 for none,
 * else [rev, ms since start, response] with the response [0,2] or "text"; trailing zeros are left
 * out. About 15 bytes an item. Both directions. Write returns bytes written (a NUL follows them and
 * must fit too), or LT_ETOOBIG, never with cap > LT_PAPER_TEXT_BYTES; read sets all choices, LT_EANSWER:
 * not such a text, or not for this paper (the choices are as they were); LT_ENOMEM. */
int lt_paper_write(const struct lt_paper *p, char *out, size_t cap);
int lt_paper_read(struct lt_paper *p, const char *text, size_t n);

/* What a paper is worth. Only its items, choices and times are looked at; choices out of time do not
 * count, and what is not answered gives nothing. A practice paper is graded like any other; it counts
 * nothing in totals. Duels: without the points for the place, which lt_duel_outcome gives. */
struct lt_paper_score {
    int64_t points_c;
    int32_t correct, answered;
    int64_t time_us; /* from start to the last choice that counts, right or wrong */
};
struct lt_paper_score lt_paper_grade(const struct lt_paper *p);
/* Points of one item (hundredths) and whether it is right; false: not answered. */
bool lt_paper_item_score(const struct lt_paper *p, int i, bool *ret_right, int64_t *ret_points_c);

/* One finished paper as totals see it. */
struct lt_paper_mark {
    int round, attempt;
    int64_t started_us, points_c, time_us;
    int32_t correct, answered;
};
/* Days are those of the sheet's offset from UTC. The day of a cluster time, counted from 1970. */
int64_t lt_paper_day(const struct lt_sheet *s, int64_t at_us);
/* May somebody start a paper of round r now? `marks`: those of the person in this event so far, open
 * ones included. LT_OK; LT_EPHASE: not within the daily hours; LT_ELIMIT: attempts or the day's
 * number are used up. */
int lt_paper_may_start(const struct lt_sheet *s, int round, const struct lt_paper_mark *marks,
                       int n, int64_t now_us);
/* A person's total in an event: for each round the papers that count (the first `counted_per_day` of
 * each day, by start), by its rule best, last, mean or sum; practice counts nothing. marks in any
 * order. best: more points, more right, less time; its own numbers with it. mean: of each number,
 * halves away from zero. */
struct lt_paper_score lt_paper_total(const struct lt_sheet *s, const struct lt_paper_mark *marks,
                                     int n);

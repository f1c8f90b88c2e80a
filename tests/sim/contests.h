/* One simulated contest. Private to sim_contests.c and contests_*.c:
 *
 *   contests_sheet.c   a random rule sheet and its questions
 *   contests_play.c    who does what: host, captains, members, judges, the clock
 *   contests_model.c   what the simulation itself knows of seats, locks and turns
 *   contests_check.c   what must hold after each record, and at the end
 *   contests_reveal.c  when the board freezes, and what its reveal shows
 *   contests_score.c   a slow and simple scorer: points from the log and the raw answers
 *   contests_trace.c   the story of a contest, for people */
#pragma once
#include "base/buf.h"
#include "domain/standings.h"

#include <stdio.h>

enum {
    MEMBERS = 3, /* of each team */
    QUESTIONS_MAX = 128,
    LOG_MAX = 3000,
    ROWS_MAX = 6000,
    BODY_BYTES = 64,
    JUDGES = 17, /* persons that may mark: more than there is room for */
};
#define SECOND INT64_C(1000000)

/* An answer that passed the gate. */
struct answer {
    int64_t entry, person, used_us, received_us;
    int qi;
    char body[BODY_BYTES];
};
/* What the simulation knows of a team, by its own reckoning. */
struct known {
    int64_t entry;
    bool in, disqualified;
    int group;
    bool takes, fouled, tried, pressed;
    int64_t stake_c, lock_us;
    int64_t points_c; /* after the last record */
    int32_t rank;
    int asked; /* turns in the current round */
};
struct contest {
    uint64_t seed, random;
    uint64_t told; /* a hash over the text of all records */
    bool traced;
    struct lt_sheet *sheet;
    struct lt_buf sheet_json;
    int questions[QUESTIONS_MAX]; /* places in the pool */
    struct lt_question *content[QUESTIONS_MAX];
    int n_questions;

    struct lt_engine live, replay; /* equal between steps */
    struct lt_standings *standings;
    const struct lt_place *const *ranked;
    int n_ranked;
    int64_t now_us, left_us; /* left_us: of the question, when the pause began */
    int n_entries;           /* that the organiser registered */
    struct known known[LT_TEAMS_MAX];
    int64_t froze_seq, started_us; /* the freeze, by its own reckoning */
    int step, steps;
    bool thawed;
    struct lt_resolve *resolve; /* as of log [0, resolve_log) */
    int resolve_log;
    bool uneven; /* something that makes turns uneven: a void, a disqualification, a skip */

    struct lt_record *log;
    int n_log;
    int round_of[LOG_MAX]; /* ADVANCE: whose advancement it was, */
    int next_of[LOG_MAX];  /* and the first question after it */
    struct answer *rows;
    int n_rows;
    struct lt_answer_row *scratch; /* rows as the standings want them */
    struct lt_buf text, again;
};

/* What all contests together came to: a walk that reaches nothing proves nothing. Shared by the
 * processes, which add to it. */
struct reached {
    int64_t contests, records, refused, repeated, answers, checks, sheets, sheets_refused;
    int64_t finals, takeovers, pauses_of_clock, resumed_by_time, held, drawn, rearmed, rebounds,
        silent, fouls, verdicts_by_key, verdicts_by_judge, stakes, declined, marks, bursts,
        tiebreaks, advances, advances_tied, resets, voids, accepts, adjusts, disqualified, appeals,
        approvals, rejections, helps, dropped, captains, previews, persons_only, big, in_turn,
        freezes, thaws, steps, rewinds, reveals, awards, frozen, rounds;
    int64_t modes[LT_MODES], errors[128];
};
extern struct reached *reached;

uint64_t sim_next(struct contest *c);
int sim_below(struct contest *c, int n);
static inline bool sim_chance(struct contest *c, int percent)
{
    return sim_below(c, 100) < percent;
}

/* A rule is broken: says so and ends the process. */
void sim_broken(const struct contest *c, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
#define EXPECT(c, ok, ...)                                                                         \
    do {                                                                                           \
        if (!(ok)) {                                                                               \
            sim_broken((c), __VA_ARGS__);                                                          \
        }                                                                                          \
    } while (0)

/* contests_sheet.c */
void sim_pool_open(void);
void sim_sheet(struct contest *c);
const char *sim_json(int place); /* a question of the pool */
enum lt_qtype sim_type(int place);
/* A response in canonical JSON; `right`: one that the key accepts. */
void sim_body(struct contest *c, int place, bool right, char out[BODY_BYTES]);

/* contests_model.c */
struct known *sim_known(struct contest *c, int64_t entry);
void sim_model_apply(struct contest *c, const struct lt_record *r);
/* May `entry` answer question qi now, by the simulation's own reckoning? */
bool sim_may_answer(struct contest *c, int qi, int64_t entry, int64_t now_us);
/* < 0: a is better; disqualified ones are left to the caller. */
int sim_compare(const struct lt_sheet *s, const struct lt_place *a, const struct lt_place *b);
bool sim_takes_part(const struct contest *c, const struct known *k, int round);

/* contests_reveal.c */
void sim_reveal_begin(struct contest *c);
void sim_reveal_end(struct contest *c);
bool sim_hidden(const struct contest *c); /* frozen, and not revealed to the end */
/* A question of `round` was armed, after one of round `from` (-1: the first). */
void sim_reveal_armed(struct contest *c, const struct lt_record *r, int from, int round);
void sim_reveal_step(struct contest *c, const struct lt_record *r);
/* The engine reckons the same. */
void sim_reveal_check(const struct contest *c);
/* Steps of the reveal as it would be now. */
int sim_steps(struct contest *c);

/* contests_play.c */
void sim_play(struct contest *c);

/* contests_check.c */
/* Decide, check, and apply on both engines. Returns the error; *ret_has: there was a record. */
int sim_give(struct contest *c, const struct lt_input *in, bool *ret_has);
/* Questions [0, n) are revealed. */
int sim_public_questions(const struct lt_engine *e);
/* Bring the standings up to what is public. */
void sim_settle(struct contest *c);
void sim_check_end(struct contest *c);
/* The rows as the standings want them, in any order. */
int sim_rows(struct contest *c);

/* contests_score.c */
struct score {
    int64_t points_c, time_us, tiebreak;
    int correct, level, answered; /* answered: of all stages */
    bool disqualified;
};
/* From questions [0, settled). */
struct score sim_score(struct contest *c, int64_t entry, int settled);
/* By one round alone. */
struct score sim_score_round(struct contest *c, int64_t entry, int round, int settled);
/* Was question qi answered rightly for the entry, as the key sees it? */
bool sim_right(struct contest *c, int qi, int64_t entry);

/* contests_trace.c */
void sim_tell_sheet(const struct contest *c);
void sim_tell_input(const struct contest *c, const struct lt_input *in, int err, bool has);
void sim_tell_record(const struct contest *c, const struct lt_record *r, const char *payload);
void sim_tell_answer(const struct contest *c, const struct answer *a, int err);

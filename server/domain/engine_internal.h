/* Private to engine*.c. The state is written by the setters of engine.c and by nobody else. */
#pragma once
#include "domain/engine.h"

#define LT_BIT(x) (1u << (x))

static inline bool engine_time_ok(int64_t t_us)
{
    return t_us >= 0 && t_us < LT_TIME_MAX_US;
}
bool engine_tally_ok(int answered, int correct, const int dist[8]);

/* engine_state.c: the table of moves */
bool engine_phase_may(const struct lt_engine *e, enum lt_phase to);
/* Between questions: a contest may end here. */
static inline bool engine_resting(const struct lt_engine *e)
{
    return e->qstate == LT_Q_NONE || e->qstate == LT_Q_REVEALED;
}
/* A deadline is running down. */
static inline bool engine_clock_runs(const struct lt_engine *e)
{
    return e->qstate == LT_Q_OPEN || e->qstate == LT_Q_HELD;
}
struct lt_team *engine_team_of(struct lt_engine *e, int64_t entry);
/* The round whose advancement comes next, -1: none. Whether it is time for it the plan says: only the
 * standings know that a round was not needed, or has too few questions for all. */
int engine_owed_round(const struct lt_engine *e);
/* Whether the team may be asked in the round: it is in, and of the round's group. */
static inline bool engine_takes_part(const struct lt_team *t, const struct lt_round_rule *round)
{
    return t->in && !t->disqualified && (round->group == 0 || round->group == t->group);
}
/* The round of question qi and its number, NULL: no such question. */
const struct lt_round_rule *engine_round_of(const struct lt_engine *e, int qi, int *ret_round);

/* Whether the board may stay as it is while question qi is asked: not hidden, or a question whose
 * outcome nobody hears, before the reveal has begun. A tie-break that is passed over would tell that
 * nobody is tied. */
bool engine_may_hide(const struct lt_engine *e, int qi);
/* Whether the reveal can be at that step. */
bool engine_step_ok(const struct lt_engine *e, int64_t step, int64_t steps);

/* The setters. */
void engine_set_phase(struct lt_engine *e, enum lt_phase to);
void engine_set_qstate(struct lt_engine *e, enum lt_qstate to);
void engine_set_question(struct lt_engine *e, const struct lt_record *r);
void engine_set_clock(struct lt_engine *e, int64_t opened_us, int64_t deadline_us);
void engine_set_signal(struct lt_engine *e, int64_t at_us);
void engine_set_paused(struct lt_engine *e, int64_t at_us);
void engine_set_closing(struct lt_engine *e, int64_t at_us);
void engine_set_tally(struct lt_engine *e, int answered, int correct, const int dist[8]);
void engine_set_silent(struct lt_engine *e, bool silent);
void engine_set_held(struct lt_engine *e, int64_t entry);
void engine_set_rebounds(struct lt_engine *e, int n);
void engine_set_advanced(struct lt_engine *e, int rounds);
void engine_set_finalising(struct lt_engine *e, bool on);
void engine_set_started(struct lt_engine *e, int64_t at_us);
void engine_set_frozen(struct lt_engine *e, int64_t seq); /* 0: it moves again, for good */
void engine_set_step(struct lt_engine *e, int step, int steps);
void engine_set_marks(struct lt_engine *e, int n, int64_t judge, int64_t value_c);
void engine_set_dropped(struct lt_engine *e, int64_t entry, const int two[2], int n);
void engine_set_teams(struct lt_engine *e, const struct lt_record *r);
void engine_set_ruling(struct lt_engine *e, const struct lt_ruling *ruling);

/* engine_question.c */
int engine_apply_question(struct lt_engine *e, const struct lt_record *r);
bool engine_in_list(const struct lt_record *r, int64_t entry);
bool engine_list_known(const struct lt_engine *e, const struct lt_record *r);
/* Whether what is asked now ends by an answer's gate. */
bool engine_closes_by_gate(const struct lt_engine *e);
/* Who answers aloud: the holder, or the team whose turn it is. */
int64_t engine_speaker(const struct lt_engine *e);

/* Whether the spoken word decides about what is asked now: nothing closes by itself then. */
bool engine_by_judge(const struct lt_engine *e);
/* Time that the question gives, in microseconds. */
int64_t engine_limit_us(const struct lt_engine *e);
/* A press of this team waits to be judged. */
bool engine_press_waits(const struct lt_team *t);
/* May this team still press for the current question? */
bool engine_may_press(const struct lt_team *t);
/* Does a wrong answer of the holder leave the question to others? */
bool engine_rebounds(const struct lt_engine *e);
/* Was question qi asked, or is it being asked? */
bool engine_asked(const struct lt_engine *e, int qi);
/* Ruling number `no`, NULL: none. */
const struct lt_ruling *engine_ruling(const struct lt_engine *e, int64_t no);

/* Each decides one kind of command and fills the record; LT_RECORDS as kind: nothing to do. */
typedef int engine_make_fn(const struct lt_engine *e, const struct lt_input *in,
                           struct lt_record *r);
engine_make_fn engine_make_stake, engine_make_press, engine_make_captain, engine_make_help,
    engine_make_mark, engine_make_answered;
engine_make_fn engine_make_question_ruling, engine_make_entry_ruling, engine_make_appeal,
    engine_make_resolution;
void engine_make_silence(const struct lt_engine *e, struct lt_record *r);
/* The clock reached in->now_us while a buzzer question is open. */
void engine_judge_presses(const struct lt_engine *e, const struct lt_input *in,
                          struct lt_record *r);

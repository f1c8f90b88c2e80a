/* The contest as a pure step function over a log.
 *
 *   decide(state, input) → record     what an input means now; refuses what is not allowed
 *   apply(state, record) → state      the only writer of state; folding the log gives the state on
 *                                     every node and in a replay
 *
 * No clock, no I/O, no allocation beyond the engine itself, no globals. Time comes in with the
 * input. The same inputs give the same bytes of records, for ever.
 *
 * Phases   draft → lobby → running ⇄ paused → finished → final
 * Question none → armed → open → closing → closed → revealed
 *          buzzer: armed ⇄ open ⇄ held → closed            (rearm; a wrong answer may reopen)
 *          held by key: held → closing → closed or open
 *          a jury's part: armed → open (marks come) → closed, without an answer's gate
 *
 * Where the sheet has a freeze (封榜), the board stands still from the record ARMED of a question on: that
 * is the first one of the round, or after the time, that the sheet names, if all are asked at once and
 * by key. Records RESOLVE then reveal it step by step (揭榜), forward and back; at the last step it is
 * the true one, and the next question that is armed ends the freeze for good.
 *
 * Pausing while a question is open or held freezes its clock: on resume, opened_us and deadline_us
 * move by the length of the pause.
 *
 * Who stands where is not here but in standings.h, a fold over the same log and the raw answers;
 * what the next question needs of it (whose turn, who is tied) comes in as a plan and is in the
 * record.
 */
#pragma once
#include "base/buf.h"
#include "domain/buzzer.h"
#include "domain/rules.h"
#include <stdbool.h>
#include <stdint.h>

enum lt_phase {
    LT_PHASE_DRAFT, /* being built; nobody may join */
    LT_PHASE_LOBBY, /* people join and wait */
    LT_PHASE_RUNNING,
    LT_PHASE_PAUSED,   /* clocks stand still, answers are refused */
    LT_PHASE_FINISHED, /* no further question; results may be ruled on */
    LT_PHASE_FINAL,    /* results and credits are written; nothing changes any more */
    LT_PHASES          /* count */
};
enum lt_qstate {
    LT_Q_NONE, /* between questions */
    LT_Q_ARMED, /* announced; content still hidden (buzzer: being read). A press is a foul, a stake may be chosen */
    LT_Q_OPEN, /* content shown, answers (buzzer: presses; jury: marks) accepted until deadline_us */
    LT_Q_HELD,     /* buzzer: one team answers */
    LT_Q_CLOSING,  /* answers refused; what is in flight drains */
    LT_Q_CLOSED,   /* outcome known to the server, key still hidden */
    LT_Q_REVEALED, /* key, distribution and points are public */
    LT_QSTATES     /* count */
};
const char *lt_phase_name(enum lt_phase p); /* "draft", … */
const char *lt_qstate_name(enum lt_qstate q);

enum {
    LT_REASON_BYTES = 400,
    LT_RULINGS_MAX = 128, /* of one event, appeals included */
    LT_APPEALS_MAX = 64,  /* of these: teams must not take the room that a host needs, */
    LT_APPEALS_EACH = 8,  /* nor one team that of the others */
    LT_HANDOVERS_MAX = 4, /* captains that a team itself may name from one question to the next */
    LT_JUDGES_MAX = 15,   /* marks for one part */
    LT_DIGEST_BYTES = 64, /* SHA-256 in hexadecimal */
    LT_STEPS_MAX = 4000,  /* of a reveal */
};

/* What a team did about the current question. Reset when it is armed. */
struct lt_seat {
    bool takes;      /* takes part (turn, field, group) */
    bool staked;     /* WAGER: chose */
    int64_t stake_c; /* 0: declined */
    bool pressed;    /* a valid press waits or was judged */
    bool fouled;     /* pressed too early */
    bool tried;      /* held the question and was wrong or silent */
    bool right;      /* held the question and was right */
    int help;        /* used at this question: 1 + enum lt_help, 0: none */
    int64_t lock_us; /* may not press before (cluster time); INT64_MAX: not for this question */
    int64_t by;      /* person who pressed */
    int64_t used_us; /* time by which the press is judged */
    struct lt_evidence evidence;
};
struct lt_team {
    int64_t entry;
    int64_t captain; /* person, 0: none */
    int group;       /* 1…, 0: no groups */
    bool in;         /* still in the contest (advancement) */
    bool disqualified;
    int left;      /* round (1-based) after which it did not go on, 0: none */
    bool helped;   /* has used its help */
    int handovers; /* new captains since the current question was announced */
    struct lt_seat seat;
};

enum lt_ruling_kind {
    LT_RULING_VOID,       /* a question counts for nobody */
    LT_RULING_ACCEPT,     /* another response is right too */
    LT_RULING_ADJUST,     /* points to a team or person, with a reason */
    LT_RULING_DISQUALIFY, /* an entry is ranked no more */
    LT_RULING_APPEAL,     /* a captain doubts a question; answered by a judge or host */
    LT_RULINGS            /* count */
};
enum lt_ruling_state {
    LT_RULING_OPEN,     /* waits: a ruling for its second person, an appeal for its answer */
    LT_RULING_DONE,     /* in force; an appeal: upheld */
    LT_RULING_REJECTED, /* not approved; an appeal: denied */
    LT_RULING_STATES    /* count */
};
struct lt_ruling {
    int no; /* 1-based over the event */
    enum lt_ruling_kind kind;
    enum lt_ruling_state state;
    int qi;          /* question, -1: none */
    int64_t entry;   /* team or person, 0: none */
    int64_t value_c; /* ADJUST */
    int64_t by, by2; /* who asked for it, who approved or answered (0: nobody yet) */
    char reason[LT_REASON_BYTES + 1];
    char answer[LT_FILL_BYTES +
                1]; /* ACCEPT: canonical JSON of the response; APPEAL: what was answered to it */
};
const char *
lt_ruling_name(enum lt_ruling_kind k); /* "void", "accept", "adjust", "disqualify", "appeal" */
const char *lt_ruling_state_name(enum lt_ruling_state s); /* "open", "done", "rejected" */

struct lt_engine {
    const struct lt_sheet *sheet; /* borrowed */
    enum lt_phase phase;
    enum lt_qstate qstate;
    int64_t seq;  /* of the last applied record, 0: none */
    int qi;       /* 0-based number of the current question over the event, -1 before the first */
    int prev_qi;  /* the question before it, -1: none */
    int n_open;   /* questions [qi, qi + n_open) are asked together; > 1: a burst */
    int64_t turn; /* entry that alone is asked, 0: all that take part */
    int64_t opened_us,
        deadline_us;    /* cluster time; of what runs now: the question, the holder's time */
    int64_t signal_us;  /* BUZZER: the start signal, from which presses are measured */
    int64_t paused_us;  /* when the pause began */
    int64_t started_us; /* when the contest began, 0: not yet */
    int64_t closing_us;
    int answered, correct; /* tally of the current question, from CLOSED on */
    int dist[8];           /* how many chose each option */
    bool silent;           /* closed because nobody pressed */
    int64_t held;          /* entry that answers, or whose answer is being read; 0 nobody */
    int rebounds;          /* wrong answers of this question so far */
    int advanced;          /* rounds [0, advanced) have had their advancement, or need none */
    int64_t
        frozen_seq; /* of the record with which the board froze, 0: it moves. Records before it are public */
    int step, steps; /* of the reveal; steps 0: it has not begun */
    bool froze;      /* it was frozen once and is not again */
    bool finalising; /* finalise was accepted, result job under way */

    int n_teams; /* in the order of the lot; 0: persons are ranked, or not yet drawn */
    struct lt_team teams[LT_TEAMS_MAX];
    int n_marks;
    struct {
        int64_t judge, value_c;
    } marks[LT_JUDGES_MAX]; /* JURY: of the current part */
    int two[2],
        n_two; /* LT_HELP_TWO of the current question: wrong options that were dropped for two_entry */
    int64_t two_entry;
    int n_rulings;
    struct lt_ruling rulings[LT_RULINGS_MAX];
};

enum lt_action { /* what people ask for. h: host, c: captain, m: member, j: judge, s: the system */
                 LT_ACT_LOBBY, /* h: draft → lobby */
                 LT_ACT_LOT, /* h: draw order and groups of the teams that are registered; again: a new draw. lobby only */
                 LT_ACT_START, /* h: lobby → running; teams must be drawn */
                 LT_ACT_NEXT,  /* h: none/revealed → armed, next question */
                 LT_ACT_SKIP,  /* h: the same, but the first question of the next round */
                 LT_ACT_OPEN,  /* h: armed → open */
                 LT_ACT_CLOSE, /* h: open or held → closing (buzzer: closed; not while a press waits to be judged), before the deadline */
                 LT_ACT_REVEAL,  /* h: closed → revealed */
                 LT_ACT_ADVANCE, /* h: the round is over: who goes on */
                 LT_ACT_EXTEND,  /* h: `value` more seconds for the open question */
                 LT_ACT_VERDICT, /* h, j: value 1 right, 0 wrong: of a spoken answer */
                 LT_ACT_PAUSE,
                 LT_ACT_RESUME,
                 LT_ACT_FINISH, /* h: running (no question open or unrevealed) → finished */
                 LT_ACT_FINALISE, /* h: finished: compute results and credits; no appeal or ruling may be open */
                 LT_ACT_STAKE,   /* c: value: points in hundredths, 0 declines */
                 LT_ACT_PRESS,   /* m: with evidence */
                 LT_ACT_CAPTAIN, /* c, h: person `value` becomes captain of `entry` */
                 LT_ACT_HELP,    /* c: value: enum lt_help */
                 LT_ACT_MARK, /* j: value: marks in hundredths, of the part being judged; again: replaces */
                 LT_ACT_ANSWERED, /* s: the only team asked has answered */
                 LT_ACT_VOID,
                 LT_ACT_ACCEPT,
                 LT_ACT_ADJUST,
                 LT_ACT_DISQUALIFY, /* h: rulings, with reason */
                 LT_ACT_APPEAL,     /* c: qi, reason */
                 LT_ACT_APPROVE, /* h, j, another person: ruling `value` is in force / the appeal is upheld; reason optional */
                 LT_ACT_REJECT, /* the same: not */
                 LT_ACT_RESOLVE, /* h: frozen, no question unrevealed: the reveal goes to step `value`, also back */
                 LT_ACTIONS /* count */
};
bool lt_action_parse(const char *s, enum lt_action *ret);
const char *lt_action_name(enum lt_action a);

enum {
    LT_EXPECT_ANY = -1,          /* the sender did not say what he saw */
    LT_EXPECT_BEFORE_FIRST = -2, /* he saw no question yet */
};
/* expect_q from the wire's `q`: absent, 0 before the first question, else the 1-based number. */
int lt_engine_expect(bool has_q, int q);

/* Cluster times are within [0, LT_TIME_MAX_US): years 1970–2112, exact as JSON numbers even after
 * adding to them. */
#define LT_TIME_MAX_US (INT64_C(1) << 52)

/* What the standings say about the next question or the end of a round (lt_standings_plan). */
struct lt_plan {
    int qi, n;    /* questions to ask, -1: none left */
    int64_t turn; /* 0: not in turn */
    int n_field;  /* TIEBREAK: who takes part; 0: everybody that is in */
    int64_t field[LT_TEAMS_MAX];
    int steps; /* RESOLVE: how many the reveal has (lt_resolve_steps) */
    int n_in;  /* ADVANCE: who goes on */
    int64_t in[LT_TEAMS_MAX];
};
struct lt_team_in {
    int64_t entry, captain;
};

enum lt_input_kind {
    LT_IN_COMMAND,   /* somebody's action */
    LT_IN_TIME,      /* the clock reached now_us: deadlines are checked */
    LT_IN_TALLY,     /* the answers of the closing question are complete: tally */
    LT_IN_TAKEOVER,  /* a new driver took the event; LT_EPHASE when it is final */
    LT_IN_FINALISED, /* results and credits are stored */
};
struct lt_input {
    enum lt_input_kind kind;
    int64_t now_us; /* cluster time */
    enum lt_action action;
    int expect_q; /* COMMAND: 0-based question the sender saw, or an LT_EXPECT_ value (see
                    * lt_engine_expect); a different current question is LT_ESTALE (double click, two
                    * desks, a press for the question before) */
    int64_t by;   /* person who acts, 0: the system */
    bool staff;   /* acts as host or judge (the session checked the role) */
    int64_t
        entry; /* STAKE, PRESS, HELP, APPEAL, ANSWERED: the sender's entry (the session knows it);
                    * CAPTAIN, ADJUST, DISQUALIFY: the one that is meant */
    int64_t value; /* see lt_action */
    int qi;        /* VOID, ACCEPT, APPEAL: 0-based question, -1 none */
    const char
        *reason; /* rulings; APPROVE, REJECT of an appeal: the answer to it, or NULL; borrowed */
    const char *answer;          /* ACCEPT: canonical JSON; borrowed */
    struct lt_evidence evidence; /* PRESS */
    uint64_t
        random; /* COMMAND LOT, HELP and TIME: fresh random bits, used where a draw is needed */
    const struct lt_plan *plan;     /* NEXT, SKIP, ADVANCE, RESOLVE; borrowed */
    const struct lt_team_in *teams; /* LOT; borrowed */
    int n_teams;
    int n_options;                  /* HELP_TWO: of the current question, */
    unsigned key;                   /* and its right options, bit per option */
    int answered, correct, dist[8]; /* TALLY; HELD: of the holding team only */
    const char *digest;  /* TALLY: SHA-256 (hex) over the rows that count; FINALISED: over all that
                         * was sent in; borrowed */
    int64_t node, token; /* TAKEOVER */
};

enum lt_record_kind {
    LT_REC_PHASE, /* phase changed (lobby, start, pause, resume, finish) */
    LT_REC_LOT,   /* teams in their order, with captains and groups */
    LT_REC_ARMED, /* a question was announced, or armed again after presses too close to tell */
    LT_REC_OPEN,
    LT_REC_CLOSING,
    LT_REC_CLOSED,
    LT_REC_REVEAL,
    LT_REC_STAKE,
    LT_REC_PRESS, /* in time, or a foul */
    LT_REC_HELD,  /* adjudicated: who answers */
    LT_REC_VERDICT,
    LT_REC_MARK,
    LT_REC_HELP,
    LT_REC_CAPTAIN,
    LT_REC_EXTEND,
    LT_REC_ADVANCE,
    LT_REC_RULING,  /* a new ruling, or a new state of one */
    LT_REC_RESOLVE, /* the reveal of the frozen board went to a step */
    LT_REC_DRIVER,  /* a takeover */
    LT_REC_FINALISING,
    LT_REC_FINAL,
    LT_RECORDS /* count */
};
const char *lt_record_kind_name(enum lt_record_kind k); /* event_log.kind: "phase", "armed", … */
bool lt_record_kind_parse(const char *s, enum lt_record_kind *ret);

/* One row of event_log. About 12 KiB: not by value. */
struct lt_record {
    int64_t seq; /* gap-free per event, from 1 */
    int64_t at_us;
    enum lt_record_kind kind;
    int64_t by;
    enum lt_phase phase; /* PHASE and FINAL: the new one */
    int qi;              /* question records */
    int n;               /* ARMED: questions asked together */
    bool again;          /* ARMED: the same question once more */
    int64_t turn;        /* ARMED */
    int64_t opened_us,
        deadline_us; /* OPEN, HELD, EXTEND, VERDICT that reopens, and PHASE when a resume moved them */
    int answered, correct, dist[8]; /* CLOSED */
    bool silent;                    /* CLOSED */
    char digest
        [LT_DIGEST_BYTES +
         1]; /* CLOSED, VERDICT by key: of the answers that count; FINAL: of all that was sent in; "" none */
    int64_t entry; /* STAKE, PRESS, HELD, VERDICT, HELP, CAPTAIN, MARK (whose part) */
    int64_t
        value; /* STAKE, MARK: hundredths; VERDICT: 1 right, 0 wrong; HELP: enum lt_help; CAPTAIN: person; PRESS: foul points */
    bool foul; /* PRESS */
    int64_t used_us;             /* PRESS */
    struct lt_evidence evidence; /* PRESS */
    int n_doubt;                 /* HELD: how many presses could not be told apart (1: clear) */
    uint64_t random;             /* HELD by draw, LOT, HELP_TWO */
    int two[2], n_two;           /* HELP_TWO */
    int n_ids;                   /* ARMED: field; ADVANCE: who goes on; LOT: entries */
    int64_t ids[LT_TEAMS_MAX];
    int64_t captains[LT_TEAMS_MAX]; /* LOT */
    struct lt_ruling ruling;        /* RULING: the whole of it as it is now */
    int64_t node, token;            /* DRIVER */
    int step, steps;                /* RESOLVE */
};

void lt_engine_init(struct lt_engine *e, const struct lt_sheet *sheet);
/* Decide one input. Returns LT_OK and at most one record (ret->seq = e->seq + 1), *ret_has says
 * whether there is one (a timer that finds nothing due gives none; a repeated command whose effect
 * holds already, e.g. open when open with the same expect_q, a second press of a team or a second
 * finalise, gives none and LT_OK: a double click does nothing twice).
 * LT_EPHASE: not allowed in this phase or state (also a reveal before the tally). LT_ESTALE.
 * LT_ENOQUESTION: no next question. LT_ENOTTURN: another team is asked. LT_ENOTCAPTAIN. LT_EOUT: not
 * in the contest (any more). LT_ELOCKED: locked out after a foul. LT_EDECLINED: the team declined.
 * LT_ESTAKE: not one of the stakes. LT_EUSED: the help is used up. LT_ESECOND: somebody else must
 * approve. LT_EFULL: no room for another ruling or mark. LT_EFORBIDDEN: not staff; a ruling or mark
 * without its author. LT_ENOENT: no reason. LT_ETOOBIG: one that is too long. LT_ENORULING: none
 * that waits.
 * LT_EFROZEN: the board is frozen and must be revealed first (to finalise, to advance, to go on while
 * the reveal has begun, to a round whose outcome is told in the hall (lt_round_hideable), or past a
 * tie-break).
 * LT_ERANGE: a time, tally, node, token or value that cannot be meant. A record that is returned is
 * one that lt_engine_apply accepts. */
int lt_engine_decide(const struct lt_engine *e, const struct lt_input *in, struct lt_record *ret,
                     bool *ret_has);
/* Apply the record with seq == e->seq + 1; LT_EGAP otherwise, LT_ERECORD when it contradicts the
 * state (corrupt log); state is untouched on error. */
int lt_engine_apply(struct lt_engine *e, const struct lt_record *r);
/* When the driver must give LT_IN_TIME next (cluster time; deadline + grace of an open question, end
 * of the window after a press), INT64_MAX: nothing pending. A closing question waits for LT_IN_TALLY
 * instead, also while paused and after a takeover. */
int64_t lt_engine_next_us(const struct lt_engine *e);
/* Are answers of `entry` to question qi accepted at now_us (until deadline + grace, inclusive)? LT_OK,
 * LT_ECLOSED, LT_EPAUSED, LT_ENOQUESTION (not asked now, or still hidden), LT_ENOTTURN, LT_EOUT,
 * LT_EDECLINED. *ret_used_us: answer time, clamped to [0, T]; untouched on error. */
int lt_engine_accepts(const struct lt_engine *e, int qi, int64_t entry, int64_t now_us,
                      int64_t *ret_used_us);
/* The team of an entry, NULL: none. */
const struct lt_team *lt_engine_team(const struct lt_engine *e, int64_t entry);
/* The board is frozen and not yet revealed to its end: nothing public may tell more than what was known
 * before frozen_seq. */
bool lt_engine_hides(const struct lt_engine *e);
/* Whether a round still owes its advancement: it has one, it was not held yet, and somebody takes part
 * in the round. */
bool lt_engine_owes(const struct lt_engine *e, int round);
/* The round of the current question, NULL before the first. */
const struct lt_round_rule *lt_engine_round(const struct lt_engine *e);

/* Payload JSON of a record (event_log.payload; canonical: fixed member order; at most
 * LT_PAYLOAD_BYTES) and back: writing what was read gives the same bytes. LT_ERECORD: unknown kind,
 * or a payload with a member missing, unknown or out of range. */
enum { LT_PAYLOAD_BYTES = 48 * 1024 };
void lt_record_write(const struct lt_record *r, struct lt_buf *out);
int lt_record_read(const char *kind, int64_t seq, int64_t at_us, const char *payload, size_t n,
                   struct lt_record *ret);

/* The contest as a pure step function over a log.
 *
 *   decide(state, input) → records        what an input means now; refuses what is not allowed
 *   apply(state, record) → state          the only writer of state; folding the log gives the state on every node and in a replay
 *
 * No clock, no I/O, no allocation beyond the engine itself, no globals. Time comes in with the input. The same inputs give the same bytes of records, for ever.
 *
 * Phases   draft → lobby → running ⇄ paused → finished → final
 * Question none → armed → open → closing → closed → revealed       (closing: no answer is accepted, committed ones drain)
 *
 * Pausing while a question is open freezes its clock: on resume, opened_us and deadline_us move by the length of the pause.
 */
#pragma once
#include "base/buf.h"
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
    LT_Q_NONE,     /* between questions */
    LT_Q_ARMED,    /* announced: number, round, topic, type; content still hidden */
    LT_Q_OPEN,     /* content shown, answers accepted until deadline_us */
    LT_Q_CLOSING,  /* answers refused; what is in flight drains */
    LT_Q_CLOSED,   /* tally known to the server, key still hidden */
    LT_Q_REVEALED, /* key, distribution and points are public */
    LT_QSTATES     /* count */
};
const char *lt_phase_name(enum lt_phase p); /* "draft", … */
const char *lt_qstate_name(enum lt_qstate q);

struct lt_engine {
    const struct lt_sheet *sheet; /* borrowed */
    enum lt_phase phase;
    enum lt_qstate qstate;
    int64_t seq; /* of the last applied record, 0: none */
    int qi;      /* 0-based number of the current question over the event, -1 before the first */
    int64_t opened_us, deadline_us; /* cluster time; of an open question */
    int64_t paused_us;              /* when the pause began */
    int64_t closing_us;
    int answered, correct; /* tally of the current question, from CLOSED on */
    int dist[8];           /* how many chose each option */
    bool finalising;       /* finalise was accepted, result job under way */
};

enum lt_action {                /* host commands */
                 LT_ACT_LOBBY,  /* draft → lobby */
                 LT_ACT_START,  /* lobby → running */
                 LT_ACT_NEXT,   /* none/revealed → armed, next question */
                 LT_ACT_OPEN,   /* armed → open */
                 LT_ACT_CLOSE,  /* open → closing, before the deadline */
                 LT_ACT_REVEAL, /* closed → revealed */
                 LT_ACT_PAUSE,
                 LT_ACT_RESUME,
                 LT_ACT_FINISH,   /* running (no question open or unrevealed) → finished */
                 LT_ACT_FINALISE, /* finished: compute results and credits */
                 LT_ACTIONS       /* count */
};
bool lt_action_parse(const char *s, enum lt_action *ret);
const char *lt_action_name(enum lt_action a);

enum {
    LT_EXPECT_ANY = -1,          /* the sender did not say what he saw */
    LT_EXPECT_BEFORE_FIRST = -2, /* he saw no question yet */
};
/* expect_q from the wire's `q`: absent, 0 before the first question, else the 1-based number. */
int lt_engine_expect(bool has_q, int q);

/* Cluster times are within [0, LT_TIME_MAX_US): years 1970–2112, exact as JSON numbers even after adding to them. */
#define LT_TIME_MAX_US (INT64_C(1) << 52)

enum lt_input_kind {
    LT_IN_COMMAND,   /* a host's action */
    LT_IN_TIME,      /* the clock reached now_us: deadlines are checked */
    LT_IN_TALLY,     /* the answers of the closing question are complete: tally */
    LT_IN_TAKEOVER,  /* a new driver took the event; LT_EPHASE when it is final */
    LT_IN_FINALISED, /* results and credits are stored */
};
struct lt_input {
    enum lt_input_kind kind;
    int64_t now_us; /* cluster time */
    enum lt_action action;
    int expect_q; /* COMMAND: 0-based question the host saw, or an LT_EXPECT_ value (see lt_engine_expect); a different current
                           * question is LT_ESTALE (double click, two desks) */
    int64_t by;   /* person who acts, 0: the system */
    int answered, correct, dist[8]; /* TALLY */
    int64_t node, token;            /* TAKEOVER */
};

enum lt_record_kind {
    LT_REC_PHASE, /* phase changed (lobby, start, pause, resume, finish) */
    LT_REC_ARMED,
    LT_REC_OPEN,
    LT_REC_CLOSING,
    LT_REC_CLOSED,
    LT_REC_REVEAL,
    LT_REC_DRIVER, /* a takeover */
    LT_REC_FINALISING,
    LT_REC_FINAL,
    LT_RECORDS /* count */
};
const char *lt_record_kind_name(enum lt_record_kind k); /* event_log.kind: "phase", "armed", … */
bool lt_record_kind_parse(const char *s, enum lt_record_kind *ret);

/* One row of event_log. */
struct lt_record {
    int64_t seq; /* gap-free per event, from 1 */
    int64_t at_us;
    enum lt_record_kind kind;
    enum lt_phase phase;            /* PHASE and FINAL: the new one */
    int qi;                         /* question records */
    int64_t opened_us, deadline_us; /* OPEN, and PHASE when a resume moved them */
    int answered, correct, dist[8]; /* CLOSED */
    int64_t by;
    int64_t node, token; /* DRIVER */
};

void lt_engine_init(struct lt_engine *e, const struct lt_sheet *sheet);
/* Decide one input. Returns LT_OK and at most one record (ret->seq = e->seq + 1), *ret_has says whether there is one
 * (a timer that finds nothing due gives none; a repeated command whose effect holds already, e.g. open when open with the same expect_q or a second finalise, gives none and LT_OK: a double click does nothing twice).
 * LT_EPHASE: not allowed in this phase or state (also a reveal before the tally). LT_ESTALE. LT_ENOQUESTION: no next question.
 * LT_ERANGE: a time, tally, node or token that no driver could mean. A record that is returned is one that lt_engine_apply accepts. */
int lt_engine_decide(const struct lt_engine *e, const struct lt_input *in, struct lt_record *ret,
                     bool *ret_has);
/* Apply the record with seq == e->seq + 1; LT_EGAP otherwise, LT_ERECORD when it contradicts the state (corrupt log); state is untouched on error. */
int lt_engine_apply(struct lt_engine *e, const struct lt_record *r);
/* When the driver must give LT_IN_TIME next (cluster time; deadline + grace of an open question), INT64_MAX: nothing pending.
 * A closing question waits for LT_IN_TALLY instead, also while paused and after a takeover. */
int64_t lt_engine_next_us(const struct lt_engine *e);
/* Are answers to question qi accepted at now_us (until deadline + grace, inclusive)? LT_OK, LT_ECLOSED, LT_EPAUSED, LT_ENOQUESTION (not the current one, or still
 * hidden). *ret_used_us: answer time, clamped to [0, T]; untouched on error. */
int lt_engine_accepts(const struct lt_engine *e, int qi, int64_t now_us, int64_t *ret_used_us);

/* Payload JSON of a record (event_log.payload; canonical: fixed member order) and back: writing what was read gives the same bytes.
 * LT_ERECORD: unknown kind, or a payload with a member missing, unknown or out of range. */
void lt_record_write(const struct lt_record *r, struct lt_buf *out);
int lt_record_read(const char *kind, int64_t seq, int64_t at_us, const char *payload, size_t n,
                   struct lt_record *ret);

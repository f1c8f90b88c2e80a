/* What a run leaves behind for the checks across players and processes: plain memory, shared by all
 * processes. A tally belongs to one process; a player's rows are written by the process that plays
 * it. The parent reads them when the others have ended (single counters also before: they are a
 * progress display). */
#pragma once
#include "loadtest/faults.h"
#include "loadtest/histogram.h"
#include "loadtest/message.h"

enum { LT_TALLY_LOG = 8192, LT_TALLY_BOARDS = 1024 };

/* A question as this process saw it in log frames. */
struct lt_asked {
    struct lt_seen_question seen;    /* as of its last frame; q 0: never seen */
    int64_t seq, reveal_seq;         /* of its last frame; of its reveal, 0: not revealed */
    int64_t open_us, opened_wall_us; /* our monotonic clock when it was first seen open; server's
                                        time of opening, moves with pauses */
};

enum lt_count {
    LT_COUNT_CONNECTED, /* handshakes completed */
    LT_COUNT_JOINED,    /* players welcomed at least once */
    LT_COUNT_FRAMES,    /* log frames received */
    LT_COUNT_MESSAGES,  /* messages received */
    LT_COUNT_ANSWERS,   /* distinct answers sent */
    LT_COUNT_RESENT,
    LT_COUNT_ACKED,         /* saved in time */
    LT_COUNT_LATE,          /* stored, not counted */
    LT_COUNT_REFUSED,       /* refused for a reason */
    LT_COUNT_DROPPED,       /* connections dropped on purpose */
    LT_COUNT_RESUMED,       /* welcomes without a snapshot */
    LT_COUNT_SNAPSHOTS,     /* welcomes with a snapshot after a drop */
    LT_COUNT_CUTS,          /* connections ended by the server */
    LT_COUNT_REFUSED_JOINS, /* hellos refused, tried again */
    LT_COUNT_OWNS,          /* own standings checked */
    LT_COUNT_DONE,          /* players who saw the end */
    LT_COUNTS               /* count */
};
const char *lt_count_name(enum lt_count c);

struct lt_tally {
    int64_t n[LT_COUNTS];
    struct lt_hist ack, frame, join;
    struct lt_faults faults;
    int64_t epoch, head; /* of the last log frame that any connection of this process received,
                            head: highest seq */
    int64_t end_seq;     /* seq of the frame that said final, 0: none */
    enum lt_seen_phase phase;
    int n_log, n_boards, n_questions;
    struct {
        int64_t seq;
        uint64_t content;
    } log[LT_TALLY_LOG];                          /* at seq % LT_TALLY_LOG */
    struct lt_seen_board boards[LT_TALLY_BOARDS]; /* distinct ones */
    struct lt_asked asked[LT_SEEN_QUESTIONS + 1]; /* by question number */
};

/* One answer of one player. */
enum lt_given_state {
    LT_GIVEN_NOTHING,
    LT_GIVEN_SENT,
    LT_GIVEN_SAVED,
    LT_GIVEN_LATE,    /* stored, not counted */
    LT_GIVEN_REFUSED, /* for good */
};
struct lt_given {
    uint8_t state; /* enum lt_given_state */
    uint8_t sends, acks, n_choice;
    uint8_t choice[LT_SEEN_OPTIONS];
    bool edge; /* sent where the question may close: can be late or refused */
    bool told; /* an own frame told gain and verdict */
    bool right;
    int32_t rank; /* after its reveal, as told; 0: not told */
    int32_t of;
    int64_t intended_us, sent_us; /* monotonic; intended: what latency is measured from */
    int64_t opened_wall_us;       /* of the question when it was sent */
    int64_t used_lo_us, used_hi_us;
    int64_t gained_c; /* when told */
};
struct lt_play {
    int64_t entry, joined_seq; /* 0: never joined; seq of the first welcome */
    int64_t epoch, seq;        /* last log frame */
    uint64_t missing;          /* bit i: seq - i has not come */
    int64_t own_v, board_v;
    int64_t start_c;
};

struct lt_run {
    int n_players, n_processes, n_questions_max;
    struct lt_play *plays;    /* [n_players] */
    struct lt_given *given;   /* [(q - 1) * n_players + player] */
    struct lt_tally *tallies; /* [n_processes] */
    struct lt_signal *signal;
    void *memory;
    size_t bytes;
};
/* Between parent and children; each field has one writer. */
struct lt_signal {
    _Atomic int go, stop;
};

/* Map the shared memory; untouched pages cost nothing. False: no memory. */
bool lt_run_init(struct lt_run *r, int n_players, int n_processes, int n_questions_max);
void lt_run_done(struct lt_run *r);
struct lt_given *lt_run_given(const struct lt_run *r, int player, int q);
/* Sum of a counter over all processes. */
int64_t lt_run_count(const struct lt_run *r, enum lt_count c);

/* Note a log frame. False: this process saw another one under the same number. */
bool lt_tally_log(struct lt_tally *t, const struct lt_seen *m, int64_t now_us);
/* Note a board; false: there is no room for another. */
bool lt_tally_board(struct lt_tally *t, const struct lt_seen_board *b);

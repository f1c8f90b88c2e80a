/* Messages of the server as a client understands them, read strictly after
 * schema/protocol/protocol.json. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LT_SEEN_OPTIONS = 8,
    LT_SEEN_ACCEPTED = 12,
    LT_SEEN_ROWS = 50,
    LT_SEEN_TOKEN = 1024,
    LT_SEEN_QUESTIONS = 1000
};

enum lt_seen_kind {
    LT_SEEN_WELCOME,
    LT_SEEN_EVENTS,
    LT_SEEN_PHASE,
    LT_SEEN_QUESTION,
    LT_SEEN_DRIVER,
    LT_SEEN_FINALISING,
    LT_SEEN_BOARD,
    LT_SEEN_OWN,
    LT_SEEN_PRESENCE,
    LT_SEEN_ACK,
    LT_SEEN_DONE,
    LT_SEEN_ROSTER,
    LT_SEEN_TIME,
    LT_SEEN_PROBE,
    LT_SEEN_SCRIPT,
    LT_SEEN_SEAL,
    LT_SEEN_AHEAD,
    LT_SEEN_PROGRESS,
    LT_SEEN_RESOLVE,
    LT_SEEN_CHART,
    LT_SEEN_SCREEN,
    LT_SEEN_SCREENS,
    LT_SEEN_CUES,
    LT_SEEN_ERROR,
    LT_SEEN_BYE,
    LT_SEEN_KINDS /* count */
};
enum lt_seen_phase {
    LT_SEEN_DRAFT,
    LT_SEEN_LOBBY,
    LT_SEEN_RUNNING,
    LT_SEEN_PAUSED,
    LT_SEEN_FINISHED,
    LT_SEEN_FINAL,
    LT_SEEN_PHASES /* count */
};
enum lt_seen_state {
    LT_SEEN_NONE,
    LT_SEEN_ARMED,
    LT_SEEN_OPEN,
    LT_SEEN_HELD,
    LT_SEEN_CLOSING,
    LT_SEEN_CLOSED,
    LT_SEEN_REVEALED,
    LT_SEEN_STATES /* count */
};
enum lt_seen_type {
    LT_SEEN_SINGLE,
    LT_SEEN_MULTIPLE,
    LT_SEEN_TRUEFALSE,
    LT_SEEN_FILL,
    LT_SEEN_ORDER,
    LT_SEEN_TYPES /* count */
};

struct lt_seen_question {
    int q, round;
    enum lt_seen_state state;
    enum lt_seen_type type;
    int64_t points_c;
    bool speed;
    int seconds, n_options;
    int64_t opened_ms, deadline_ms; /* 0: not said */
    int n_key, key[LT_SEEN_OPTIONS];
    int n_accepted;
    uint64_t accepted[LT_SEEN_ACCEPTED]; /* lt_seen_hash of the texts */
    int answered, correct;               /* -1: not said */
    bool early; /* a member is here that must not be in this state: content before open, key before
                   revealed */
};
struct lt_seen_row {
    int64_t entry, points_c;
    int rank, correct;
};
struct lt_seen_board {
    int64_t v;
    int of, n_rows;
    bool final;
    struct lt_seen_row rows[LT_SEEN_ROWS];
};
struct lt_seen_own {
    int64_t v, points_c, gained_c;
    int correct, rank, of, q; /* q 0: not said */
    bool has_right, right, has_gained;
};
struct lt_seen_answer {
    int q; /* 0: nothing saved */
    bool late;
    int n_choice, choice[LT_SEEN_OPTIONS];
    uint64_t text; /* hash, 0: none */
};

/* One message. Only the members of its kind are set, the rest is 0. */
struct lt_seen {
    enum lt_seen_kind kind;
    int64_t epoch, seq; /* log frames, welcome */
    uint64_t content;   /* log frames: hash of what they say */
    enum lt_seen_phase phase;
    bool has_phase;                 /* phase, welcome with a snapshot */
    int64_t opened_ms, deadline_ms; /* phase: of the open question, 0: not said */
    bool snapshot;                  /* welcome */
    int64_t event, entry, now_ms;
    int questions; /* in all rounds */
    char session[LT_SEEN_TOKEN + 1];
    struct lt_seen_question question; /* q 0: none */
    struct lt_seen_board board;       /* v 0: none */
    bool has_own;
    struct lt_seen_own own;
    struct lt_seen_answer saved;
    char id[41]; /* ack, done; error: re, "" when absent */
    int q;
    bool late;
    int err;       /* error, bye: LT_E… */
    int retry_ms;  /* -1: not said */
    int64_t probe; /* probe: to be echoed */
};

/* NULL: read. Else what is wrong with it (static text). `ret` is undefined then. */
const char *lt_seen_read(const char *p, size_t n, struct lt_seen *ret);
bool lt_seen_is_log(enum lt_seen_kind k);
bool lt_seen_board_equal(const struct lt_seen_board *a, const struct lt_seen_board *b);
uint64_t lt_seen_hash(const void *p, size_t n);

/* Broadcasts come to every connection with the same bytes: keep the last few as read. */
struct lt_seen_cache;
struct lt_seen_cache *lt_seen_cache_new(void);
void lt_seen_cache_free(struct lt_seen_cache *c);
/* As lt_seen_read; *ret lives until the next call. */
const char *lt_seen_cached(struct lt_seen_cache *c, const char *p, size_t n,
                           const struct lt_seen **ret);

/* One event as a node holds it: frozen content, the engine's state, entries with their standing,
 * members, recent frames.
 *
 * The struct is open for reading; contest.c writes what is about entries and scores, hub.c what is
 * about members and sync, app/runner.c the `drive` pointer. Everything in it is a copy: PostgreSQL
 * is the truth.
 */
#pragma once
#include "base/ids.h"
#include "domain/engine.h"
#include "domain/question.h"
#include "domain/ranking.h"
#include "io/net.h"
#include <uthash.h>

struct lt_hub;
struct lt_contest;

enum lt_member_role {
    LT_MEMBER_PLAY,
    LT_MEMBER_STAGE,
    LT_MEMBER_DESK,
    LT_MEMBER_JOINING, /* not yet anything: keeps the event held, receives nothing */
    LT_MEMBER_ROLES    /* count */
};

/* One connection that follows an event. Embedded in its session. */
struct lt_member {
    struct lt_contest *contest; /* NULL: not a member */
    struct lt_conn *conn;
    enum lt_member_role role;
    struct lt_entry *entry; /* players */
    int64_t seq;            /* last log frame that it was sent */
    int64_t since_us;       /* cluster time of joining: the newest connection of an entry wins */
    int64_t signal_seq;     /* of the last start signal that it was sent, 0: none */
    int64_t signal_us;      /* monotonic: when that was offered to its socket */
    struct lt_member *next, **prev;
};

/* The answer of an entry to the current question, as far as this node knows. */
struct lt_saved {
    int qi; /* -1: none known */
    enum {
        LT_SAVED_PENDING, /* on its way to the database */
        LT_SAVED_YES,     /* committed */
        LT_SAVED_LATE
    } state; /* committed behind a closed gate */
    char answer_id[41];
    char *body; /* canonical JSON */
};

/* Who is ranked. */
struct lt_entry {
    int64_t id, person;
    char *name, *unit; /* unit "": none */
    bool guest;
    int64_t points_c, time_us; /* as of the last settled question */
    int32_t correct, rank, old_rank, streak;
    int32_t last_qi; /* last settled question that it answered, -1 */
    bool last_right;
    int64_t last_gained_c;
    struct lt_saved saved;
    struct lt_member *member; /* its newest connection here */
    int64_t remote_node;      /* another node that has a newer one, 0: none */
    UT_hash_handle hh;        /* by id */
    UT_hash_handle hh_person; /* by person */
};

/* One answer as it counts for the board. */
struct lt_score_row {
    int64_t entry, points_c, used_us;
    bool right;
};

enum { LT_RING_FRAMES = 256 };

struct lt_contest {
    struct lt_hub *hub;
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    char *title, *tenant_name, *join_code;
    int season;
    int64_t epoch;
    struct lt_sheet sheet;
    struct lt_question **questions;
    int n_questions;
    struct lt_engine engine;

    struct lt_entry *by_id, *by_person; /* uthash heads over the same entries */
    struct lt_standing *ranked; /* all entries in order of rank, as of the last settled question */
    int n_ranked;
    int64_t entries_us; /* entries that joined before this (with a margin) are known */

    struct lt_score_row *scores; /* of question `scores_qi`, complete or being fetched */
    int n_scores, cap_scores, scores_qi;
    bool scores_complete;
    int settled;           /* questions [0, settled) are in the standings */
    int64_t reveal_seq;    /* of the last reveal applied */
    int64_t board_version; /* seq of the reveal that the standings include */

    struct lt_frame *ring[LT_RING_FRAMES]; /* frame of log record seq at seq % LT_RING_FRAMES */
    int64_t ring_from;                     /* oldest seq in the ring; > engine.seq: empty */
    int64_t signal_seq; /* record since which presses and answers count, 0: they do not */

    struct lt_member *members[LT_MEMBER_ROLES];
    int n_members[LT_MEMBER_ROLES];
    int answered_here;      /* answers to the current question that this node committed */
    struct lt_sync *sync;   /* hub.c */
    struct lt_drive *drive; /* app/runner.c: not NULL while this node drives the event */
    UT_hash_handle hh;      /* in the hub, by (tenant, event) */
};

/* Content arrived: parse and keep. LT_ESHEET, LT_EQUESTION. */
int lt_contest_set_sheet(struct lt_contest *c, const char *json, size_t n);
int lt_contest_add_question(struct lt_contest *c, const char *json, size_t n);
/* Free everything the contest owns, except members (there must be none). */
void lt_contest_done(struct lt_contest *c);

/* The entry, new or known. Name and unit are copied when new. NULL: out of memory. */
struct lt_entry *lt_contest_entry_add(struct lt_contest *c, int64_t id, int64_t person,
                                      const char *name, const char *unit, bool guest);
struct lt_entry *lt_contest_entry(const struct lt_contest *c, int64_t id);
struct lt_entry *lt_contest_entry_of(const struct lt_contest *c, int64_t person);
int lt_contest_entries(const struct lt_contest *c);

/* Apply a log record: engine, ring of frames. Errors as lt_engine_apply; nothing changed then. The
 * new frame stays owned by the ring. */
int lt_contest_apply(struct lt_contest *c, const struct lt_record *r, struct lt_frame **ret_frame);

/* Scores of question qi arrive: begin, rows in any order, complete. */
void lt_contest_scores_begin(struct lt_contest *c, int qi);
void lt_contest_scores_add(struct lt_contest *c, const struct lt_score_row *row);
void lt_contest_scores_complete(struct lt_contest *c);
/* Bring the standings up to date if the key of question `settled` is public and its scores are
 * complete. True when they changed. */
bool lt_contest_settle(struct lt_contest *c);
/* Number of the first question whose scores must be fetched now (closed or revealed, not settled,
 * not complete), or -1. */
int lt_contest_scores_wanted(const struct lt_contest *c);

/* Remember what this node knows of an entry's answer. */
void lt_entry_saved(struct lt_entry *e, int qi, int state, const char *answer_id, const char *body);
/* Forget it. */
void lt_entry_unsaved(struct lt_entry *e);

/* One event as a node holds it: frozen content, the engine's state and the standings, who plays,
 * members, recent frames.
 *
 * An *entry* is who is ranked (a person, or a team), a *player* is a person who plays for one. Where
 * persons are ranked each entry has one player.
 *
 * Where the sheet has a freeze there are two folds over the log: the truth, and what was public when the
 * board froze (contest_public.c). Whatever is public comes from lt_contest_public and
 * lt_contest_public_place.
 *
 * The struct is open for reading; contest.c writes what is about players and scores, hub.c what is
 * about members and sync, app/runner.c the `drive` pointer. Everything in it is a copy: PostgreSQL
 * is the truth.
 */
#pragma once
#include "base/ids.h"
#include "domain/engine.h"
#include "domain/question.h"
#include "domain/resolve.h"
#include "domain/standings.h"
#include "io/net.h"
#include <uthash.h>

struct lt_hub;
struct lt_contest;
struct lt_body;
struct lt_units;
struct lt_shown_board;

enum lt_member_role {
    LT_MEMBER_PLAY,
    LT_MEMBER_STAGE,
    LT_MEMBER_DESK,
    LT_MEMBER_JUDGE,   /* hears what the hall hears, not what only the host may read */
    LT_MEMBER_WATCH,   /* a spectator: boards, seldom; last in every broadcast */
    LT_MEMBER_JOINING, /* not yet anything: keeps the event held, receives nothing */
    LT_MEMBER_ROLES    /* count */
};

/* One connection that follows an event. Embedded in its session. */
struct lt_member {
    struct lt_contest *contest; /* NULL: not a member */
    struct lt_conn *conn;
    enum lt_member_role role;
    struct lt_player *player; /* players */
    struct lt_stage *stage;   /* stages: what it shows (screens.h) */
    int64_t seq;              /* last log frame that it was sent */
    int64_t casts;            /* broadcasts before it joined */
    int64_t since_us;         /* cluster time of joining: the newest connection of a player wins */
    int64_t signal_seq;       /* of the last start signal that it was sent, 0: none */
    int64_t signal_us;        /* monotonic: when that was offered to its socket */
    struct lt_member *next, **prev;
};

/* A player's answer to the current question (of a burst: to the last one answered), as far as this
 * node knows. */
struct lt_saved {
    int qi; /* -1: none known */
    enum {
        LT_SAVED_PENDING, /* on its way to the database */
        LT_SAVED_YES,     /* committed */
        LT_SAVED_LATE     /* committed behind a closed gate */
    } state;
    char answer_id[41];
    char *body; /* canonical JSON */
};

struct lt_player {
    int64_t person;
    char *name;
    struct lt_entry *entry;
    struct lt_saved saved;
    struct lt_member *member; /* its newest connection here */
    int64_t remote_node;      /* another node that has a newer one, 0: none */
    int64_t remote_since_us;  /* since when it is connected there, or was last */
    bool captain;             /* registered as such; who it is now, the engine says */
    int refused_qi,
        refused_n;          /* question, and how many answers to it were refused for the record */
    struct lt_player *next; /* of the same entry, by person */
    UT_hash_handle hh;      /* by person */
};

struct lt_entry {
    int64_t id;
    char *name, *unit; /* unit "": none */
    bool guest, leader;
    int64_t unit_id; /* 0: none, or not read yet */
    struct lt_player *players;
    const struct lt_place *place; /* in the standings */
    int progress_qi, progress;    /* heard from whatever node: answers saved to what is asked now */
    int done_qi;                  /* first question of the burst that `done` is about */
    uint64_t done[(LT_ROUND_QUESTIONS_MAX + 63) / 64]; /* bit k: question done_qi + k is answered */
    UT_hash_handle hh;                                 /* by id */
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
    char *sheet_json; /* what everybody may read of it (lt_sheet_public) */
    struct lt_question **questions;
    int n_questions;
    struct lt_engine engine;

    struct lt_entry *entries; /* uthash heads */
    struct lt_player *players;
    struct lt_standings *standings;
    const struct lt_place *const *ranked; /* all entries in order of rank, as of board_version */
    int n_ranked;
    struct lt_public_fold {
        struct lt_standings *standings; /* NULL: all is public, or will not freeze again */
        const struct lt_place *const *ranked;
        int n_ranked;
        int64_t moved_seq, version; /* as those of the truth */
        int to;                     /* once frozen: questions [0, to) are in it */
        bool again;                 /* somebody joined in time and is news: rank again */
    } frozen;
    int64_t frozen_us;    /* at_us of the record with which it froze, 0: it did not */
    int64_t resolved_seq; /* of the last step of the reveal, 0: none */
    struct lt_resolve
        *resolve; /* the reveal of resolve_shown to resolve_truth (versions); NULL: not made */
    int64_t resolve_shown, resolve_truth;
    int64_t ruling_seq[LT_RULINGS_MAX]; /* of the last record about each ruling */
    int64_t entries_us; /* entries that joined before this (with the long margin) are known */

    /* Answers to questions [scores_qi, scores_qi + scores_n), complete or being fetched. */
    struct lt_answer_row *scores;
    struct lt_body *bodies; /* of these: uthash by text */
    int n_scores, cap_scores, scores_qi, scores_n;
    bool scores_complete;
    int64_t moved_seq;     /* of the last record that could move a standing */
    int64_t board_version; /* seq up to which the standings are complete; 0: nothing to show yet */
    struct lt_seal {
        int64_t seq;
        char hash[LT_DIGEST_BYTES + 1]; /* "": not known */
    } seal;

    struct lt_frame *ring[LT_RING_FRAMES]; /* frame of log record seq at seq % LT_RING_FRAMES */
    int64_t ring_from;                     /* oldest seq in the ring; > engine.seq: empty */
    int64_t signal_seq; /* record since which presses and answers count, 0: they do not */

    struct lt_units *units; /* for roll-ups; NULL: not read yet, or nobody needs them here */
    struct lt_rollup_seen {
        int64_t version; /* of the board that `now` is of */
        struct lt_rollup_rank {
            int64_t id;
            int32_t rank;
        } * now, *before;
        int n_now, n_before;
    } rollups[LT_BOARD_OFS];

    /* Self-paced: the board of entries while somebody looks at it, or NULL (hub_shown.c). */
    const struct lt_shown_board *shown;

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
/* All content is here. LT_ESHEET: the questions are not as many as the sheet says. LT_ENOMEM. */
int lt_contest_ready(struct lt_contest *c);
/* Free everything the contest owns, except members (there must be none). */
void lt_contest_done(struct lt_contest *c);

/* The entry, new or known. Name and unit are copied when new. Where persons are ranked, `person` is
 * its player; of a team it is 0. NULL: out of memory. */
struct lt_entry *lt_contest_entry_add(struct lt_contest *c, int64_t id, int64_t person,
                                      const char *name, const char *unit, bool guest);
struct lt_entry *lt_contest_entry(const struct lt_contest *c, int64_t id);
int lt_contest_entries(const struct lt_contest *c);
/* The player, new or known (then its entry stays what it is). NULL: out of memory. */
struct lt_player *lt_contest_player_add(struct lt_contest *c, struct lt_entry *e, int64_t person,
                                        const char *name);
struct lt_player *lt_contest_player(const struct lt_contest *c, int64_t person);
/* Standing of an entry. */
const struct lt_place *lt_contest_place(const struct lt_contest *c, const struct lt_entry *e);

/* Apply a log record: engine, standings, ring of frames. Errors as lt_engine_apply; nothing changed
 * then. The new frame stays owned by the ring. */
int lt_contest_apply(struct lt_contest *c, const struct lt_record *r, struct lt_frame **ret_frame);

/* Questions whose answers must be fetched now: the next that are closed or revealed, not settled and
 * not complete. Returns how many (a burst comes at once), 0: none. */
int lt_contest_scores_wanted(const struct lt_contest *c, int *ret_qi);
/* Their answers arrive: begin, rows in any order, complete. */
void lt_contest_scores_begin(struct lt_contest *c, int qi, int n);
/* Copies the row and its body. */
void lt_contest_scores_add(struct lt_contest *c, const struct lt_answer_row *row);
void lt_contest_scores_complete(struct lt_contest *c);
/* Bring the standings up to date as far as keys are public and answers are complete. What moved since
 * the last time, when everything that belongs to it is settled: bits, 0 nothing. */
enum { LT_MOVED_TRUTH = 1, LT_MOVED_PUBLIC = 2 };
int lt_contest_settle(struct lt_contest *c);
/* The standings are those of the whole log that this node has. Between a reveal and the arrival of
 * the answers they are not: nobody is told them then, since another node may have told newer ones. */
bool lt_contest_current(const struct lt_contest *c);

/* ---- what is public: contest_public.c ---- */

/* The board is frozen and not revealed to its end. */
bool lt_contest_hides(const struct lt_contest *c);
/* A ruling that was made, or changed, since the freeze: whom it is about and why is not public yet. */
bool lt_contest_hides_ruling(const struct lt_contest *c, int no);
/* When the entry joined: who joined after the freeze is not on the frozen board. */
void lt_contest_joined(struct lt_contest *c, const struct lt_entry *e, int64_t joined_us);
/* The board that everybody may see. False: there is none yet, or it is not complete. */
struct lt_public {
    const struct lt_place *const
        *ranked; /* in order of rank; during the reveal valid until its next step */
    int n;
    int64_t version;
    bool frozen, done; /* done: revealed to its end, until the next question */
};
bool lt_contest_public(const struct lt_contest *c, struct lt_public *ret);
/* Where an entry stands as far as it may know; NULL: nowhere yet. Only while lt_contest_shows. */
const struct lt_place *lt_contest_public_place(const struct lt_contest *c,
                                               const struct lt_entry *e);
/* The public standings are complete. */
bool lt_contest_shows(const struct lt_contest *c);
/* By how many ranks an entry of the public board moved. */
int lt_contest_moved(const struct lt_contest *c, const struct lt_place *p);
/* The fold that public boards of rounds come from. */
struct lt_standings *lt_contest_public_fold(const struct lt_contest *c);
/* Make the reveal, or bring it to the step where it stands. False: the board is not frozen, or not all
 * is known yet. */
bool lt_contest_reveal(struct lt_contest *c);

/* Remember what this node knows of a player's answer; of a burst also that the entry has done it. */
void lt_player_saved(struct lt_contest *c, struct lt_player *p, int qi, int state,
                     const char *answer_id, const char *body);
/* Forget it. */
void lt_player_unsaved(struct lt_player *p);
/* How far an entry is with what is asked now: steps of a burst, or members who have answered. */
int lt_contest_progress(const struct lt_contest *c, const struct lt_entry *e);
/* Another node says so. */
void lt_contest_heard_progress(struct lt_contest *c, struct lt_entry *e, int qi, int done);
/* Of a burst: the question that this entry is to answer next, -1: it has done all. */
int lt_contest_step(const struct lt_contest *c, const struct lt_entry *e);
/* How many questions of the burst it has done. */
int lt_contest_done_steps(const struct lt_contest *c, const struct lt_entry *e);
/* Whether the team's answer to the current question stands, and whose it is (policies with one
 * response: CAPTAIN, FIRST); NULL: not yet, it is a burst, or the policy needs more than one. */
const struct lt_player *lt_contest_answered_by(const struct lt_contest *c,
                                               const struct lt_entry *e);

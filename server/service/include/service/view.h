/* What leaves the server about a contest: projections of a node's copy into messages. The only
 * place that reads a question's key for a message, and it does so from REVEALED on (law 4). Strings
 * in the results are borrowed from the contest. */
#pragma once
#include "base/buf.h"
#include "domain/protocol.h"
#include "service/contest.h"

/* The frame of a log record that was just applied. */
struct lt_frame *lt_view_log_frame(const struct lt_contest *c, const struct lt_record *r);
/* NULL: there is none yet, or the standings are not those of the log (lt_contest_current). */
struct lt_frame *lt_view_board_frame(const struct lt_contest *c);
/* Presence, the seal of a final event: as frames. NULL when out of memory. */
struct lt_frame *lt_view_presence_frame(const struct lt_presence_out *p);
struct lt_frame *lt_view_seal_frame(const struct lt_contest *c);
/* A ruling in full, for desks, while the hall hears less of it. */
struct lt_frame *lt_view_ruling_frame(const struct lt_contest *c, const struct lt_record *r);
/* How far the teams are with what is asked now. */
struct lt_frame *lt_view_progress_frame(const struct lt_contest *c);
/* A board for a wall: `of` what (enum lt_board_of), in round `round` (from 1; 0: the event). truth: freeze
 * or not, for desks. NULL: there is none, or not yet. */
struct lt_frame *lt_view_chart_frame(struct lt_contest *c, int of, int round, bool truth);
/* Such a board of a self-paced event. NULL: out of memory. */
struct lt_shown_board;
struct lt_frame *lt_view_shown_frame(const struct lt_shown_board *b);
/* What one member alone gets, NULL: nothing for this one. */
typedef struct lt_frame *lt_view_member_fn(const struct lt_contest *c, const struct lt_member *to);
lt_view_member_fn lt_view_own_frame;    /* players: the standing of their entry, when current */
lt_view_member_fn lt_view_team_frame;   /* members of a team: its private state */
lt_view_member_fn lt_view_step_frame;   /* members of a team in a burst: what to answer next */
lt_view_member_fn lt_view_script_frame; /* desks: the words of the announced question, no key */
lt_view_member_fn
    lt_view_cues_frame; /* desks, while the board is frozen: the next steps of its reveal */
lt_view_member_fn lt_view_ahead_frame; /* desks, between questions: what comes next */
/* Points of the jury's part that is asked now, once it is revealed; false: no marks. */
bool lt_view_marks(const struct lt_contest *c, int64_t *ret_points_c);

struct lt_welcome {
    const char *session, *stage_session; /* tokens; stage_session may be NULL */
    enum lt_member_role role;
    int64_t person;
    const char *name, *unit; /* NULL: absent */
    bool guest;
    const struct lt_player *player; /* players */
    struct lt_presence_out presence;
    int64_t now_us;
    int64_t resume_seq; /* frames after it follow, no snapshot; -1: snapshot */
};
/* What spectators are shown, as their welcome. NULL: out of memory. */
struct lt_frame *lt_view_watch_frame(const struct lt_contest *c,
                                     const struct lt_presence_out *presence, int64_t now_us);
/* Append the welcome message. */
void lt_view_welcome(const struct lt_contest *c, const struct lt_welcome *w, struct lt_buf *out);

/* Broadcast to the members of events: encoded once, shared by reference, written in slices so that
 * arrivals in between are stamped in time. */
#pragma once
#include "service/view.h"

struct lt_fanout;
struct lt_fanout *lt_fanout_new(struct lt_loop *l);
void lt_fanout_free(struct lt_fanout *f);

enum {
    LT_TO_PLAYERS = 1 << LT_MEMBER_PLAY,
    LT_TO_STAGES = 1 << LT_MEMBER_STAGE,
    LT_TO_DESKS = 1 << LT_MEMBER_DESK,
    LT_TO_JUDGES = 1 << LT_MEMBER_JUDGE,
    LT_TO_WATCHERS = 1 << LT_MEMBER_WATCH, /* not among all */
    LT_TO_ALL = LT_TO_PLAYERS | LT_TO_STAGES | LT_TO_DESKS | LT_TO_JUDGES,
    LT_SIGNAL = 1 << LT_MEMBER_ROLES, /* a start signal: each member's signal_us is taken */
};

/* Send `frame` to the members that `to` names: players first, then stages, desks, judges. seq > 0: a
 * log frame, sent only to members that have not seen it; else only to those that were members before.
 * Takes its own reference. Frames of one
 * event keep their order.
 * The time of a start signal is that of offering the frame, also when the socket is full: a client
 * that does not read must not put off its own clock. */
void lt_fanout_frame(struct lt_fanout *f, struct lt_contest *c, struct lt_frame *frame, int64_t seq,
                     int to);
/* Send each member that `to` names what `make` gives for it. */
void lt_fanout_each(struct lt_fanout *f, struct lt_contest *c, lt_view_member_fn *make, int to);
/* Lists of members. Adding and removing is fine while a broadcast is under way. */
void lt_fanout_member_add(struct lt_fanout *f, struct lt_contest *c, struct lt_member *m);
void lt_fanout_member_remove(struct lt_fanout *f, struct lt_member *m);
/* Forget what is queued for this event. */
void lt_fanout_forget(struct lt_fanout *f, struct lt_contest *c);

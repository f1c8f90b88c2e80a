/* What leaves the server about a contest: projections of a node's copy into messages. The only
 * place that reads a question's key for a message, and it does so from REVEALED on (law 4). Strings
 * in the results are borrowed from the contest. */
#pragma once
#include "base/buf.h"
#include "domain/protocol.h"
#include "service/contest.h"

/* The frame of a log record that was just applied. */
struct lt_frame *lt_view_log_frame(const struct lt_contest *c, const struct lt_record *r);
/* Board of the settled standings, own standing of an entry, presence: as frames. NULL when out of
 * memory. */
struct lt_frame *lt_view_board_frame(const struct lt_contest *c);
struct lt_frame *lt_view_own_frame(const struct lt_contest *c, const struct lt_entry *e);
struct lt_frame *lt_view_presence_frame(const struct lt_presence_out *p);

struct lt_welcome {
    const char *session, *stage_session; /* tokens; stage_session may be NULL */
    enum lt_member_role role;
    int64_t person;
    const char *name, *unit; /* NULL: absent */
    bool guest;
    const struct lt_entry *entry; /* players */
    struct lt_presence_out presence;
    int64_t now_us;
    int64_t resume_seq; /* frames after it follow, no snapshot; -1: snapshot */
};
/* Append the welcome message. */
void lt_view_welcome(const struct lt_contest *c, const struct lt_welcome *w, struct lt_buf *out);

/* Private to view*.c: the parts of messages, and what they borrow. */
#pragma once
#include "service/view.h"

enum { VIEW_BYTES = 512 * 1024 };

struct lt_frame *view_frame(struct lt_buf *b);

struct view_seats {
    struct lt_seat_out rows[LT_TEAMS_MAX];
    int64_t field[LT_TEAMS_MAX];
    int stakes[LT_STAKES_MAX];
};
struct view_teams {
    struct lt_team_out rows[LT_TEAMS_MAX];
};
struct view_progress {
    struct lt_done_out rows[LT_TEAMS_MAX];
};
int view_progress(const struct lt_contest *c, struct view_progress *ret);
struct view_rulings {
    struct lt_ruling_out rows[LT_RULINGS_MAX];
};
struct view_members {
    struct lt_team_state_out state;
    struct lt_member_out rows[LT_MEMBERS_MAX];
    int tally[LT_OPTIONS_MAX];
};

/* What teams did about the current question, as far as it is public. */
void view_teams_part(const struct lt_contest *c, const struct lt_round_rule *round,
                     struct view_seats *seats, struct lt_question_out *out);
int view_teams(const struct lt_contest *c, struct view_teams *ret);
/* all: for desks, who know of each what it is. */
int view_rulings(const struct lt_contest *c, bool all, struct view_rulings *ret);
bool view_team_state(const struct lt_contest *c, const struct lt_player *p,
                     struct view_members *ret);
bool view_step(const struct lt_contest *c, const struct lt_entry *e, struct lt_step_out *ret);
struct view_ahead {
    struct lt_plan next, advance;
    struct lt_ahead_out out;
};
bool view_ahead(const struct lt_contest *c, struct view_ahead *ret);
bool view_script(const struct lt_contest *c, struct lt_step_out *ret);
struct lt_frame *view_teams_frame(const struct lt_contest *c, int64_t seq);
struct lt_frame *view_ruling_frame(const struct lt_contest *c, const struct lt_record *r);

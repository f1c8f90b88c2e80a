/* Private to hub*.c. */
#pragma once
#include "service/hub.h"
#include "service/sql.h"

enum {
    LT_NODES_HEARD = 64,
    LT_WAITS_MAX =
        1024, /* commands of one event that wait here: all phones of a hall may press at once */
    LT_WAITS_STAFF = 64, /* of these, kept for who leads the contest */
    LT_WAITS_CROWD = 64, /* as many more wait, so much more seldom is each asked about */
};

/* What another node last said about an event. */
struct heard {
    int64_t node, at_us; /* monotonic */
    int players, stages, answered, qi;
};

/* A session that waits for an event to be loaded. */
struct waiter {
    lt_hub_open_fn *fn;
    void *arg;
    struct waiter *next;
};

/* A command whose outcome is awaited here. */
struct wait {
    struct lt_hub_command cmd;
    lt_hub_command_fn *fn;
    void *arg;
    int64_t since_us, asked_us;
    bool stored; /* it is in the inbox */
    struct wait *next;
};

enum sync_state {
    SYNC_LOADING, /* requests of the first load are under way */
    SYNC_READY,
    SYNC_FAILED, /* first load failed; freed when the last request ended */
};

/* Sync state of a contest, owned by it. */
struct lt_sync {
    enum sync_state state;
    int refs;               /* requests under way */
    struct waiter *waiters; /* of the first load */
    bool polling, fetching_scores, fetching_entries, fetching_seal, fetching_units, subscribed;
    bool board_due;              /* the board moved by the reveal: it is told once a second */
    int64_t board_us;            /* monotonic: when it was told last */
    struct lt_charts *charts;    /* hub_charts.c */
    struct lt_shown *shown;      /* hub_shown.c */
    bool watch_board, watch_all; /* spectators are owed the board, or all that they see */
    int64_t watch_us;            /* monotonic: when they were told last */
    bool progress_news;          /* a team has answered since the last progress frame */
    int64_t progress_at_us;
    int64_t teams_at_us; /* monotonic: last look at teams' answers without Redis */
    bool poll_again;     /* asked while polling */
    int64_t heard_us;    /* monotonic: last sign of the head (Redis or poll) */
    int64_t polled_us;
    int silent_polls;                      /* since the driver was heard */
    bool driverless;                       /* by the last look at the head */
    int64_t entries_at_us;                 /* monotonic: last fetch of new entries */
    int64_t entries_mark_us;               /* cluster time at which the running fetch began */
    int64_t entries_seen_us;               /* that of the last one that ended */
    int64_t entries_since_us;              /* who joined from then on is fetched */
    bool entries_deep;                     /* with the long margin */
    int64_t entries_after;                 /* page cursor */
    int64_t scores_after_qi, scores_after; /* page cursor: question, person */
    int64_t idle_since_us;                 /* without members */
    int64_t presence_sent_us, presence_said_us, presence_players_us;
    struct lt_presence_out presence_last;
    bool presence_stale, presence_waiting; /* as players were told */
    bool boards_stale;                     /* as the driver said last */
    struct heard heard[LT_NODES_HEARD];
    struct wait *waits;
    int n_waits;
    struct lt_buf news;  /* who came and left, not yet said; empty: no memory */
    bool say_all;        /* say who is here, all of them, when it is time again */
    int64_t said_all_us; /* monotonic, 0: never */
};

struct lt_hub {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_cluster *cluster;
    struct lt_fanout *fanout;
    struct lt_hub_opts opts;
    struct lt_hub_driver driver;
    void (*on_replaced)(struct lt_member *old);
    struct lt_contest *contests; /* uthash by (tenant, event) */
    struct lt_timer tick;
    int refs; /* itself and each contest */
};

static inline int64_t hub_now_us(const struct lt_hub *h)
{
    return lt_loop_now(h->loop).mono_us;
}

/* hub.c */
void hub_record(struct lt_contest *c, const struct lt_record *r, bool own);
void hub_scores_check(struct lt_contest *c);
void hub_unref(struct lt_contest *c);

/* hub_load.c: requests that bring an event, or what is new of it. */
void hub_load(struct lt_contest *c);
void hub_loaded(struct lt_contest *c, int err); /* hub.c */
void hub_fetch_scores(struct lt_contest *c, int qi, int n);
void hub_fetch_seal(struct lt_contest *c);
void hub_fetch_units(struct lt_contest *c);
void hub_fetch_entries(struct lt_contest *c);
void hub_poll_begin(struct lt_contest *c);

/* hub_channel.c */
void hub_subscribe(struct lt_contest *c);
void hub_unsubscribe(struct lt_contest *c);
void hub_publish_record(struct lt_contest *c, const struct lt_record *r);
void hub_publish(struct lt_contest *c, const char *text);
void hub_presence_tick(struct lt_contest *c);
void hub_say_here(struct lt_contest *c, const struct lt_member *m);
void hub_say_gone(struct lt_contest *c, const struct lt_player *p);
void hub_say_answered(struct lt_contest *c, const struct lt_entry *e);
void hub_say_all(struct lt_contest *c);  /* soon */
void hub_say_news(struct lt_contest *c); /* send what the above collected */

/* hub_team.c: what the members of a team learn of each other. */
void hub_team_fetch(struct lt_contest *c, struct lt_entry *e);
void hub_teams_tick(struct lt_contest *c);
void hub_teams_record(struct lt_contest *c, const struct lt_record *r);

/* hub_charts.c */
void hub_charts_moved(struct lt_contest *c); /* a board may look different from now on */
void hub_charts_tick(struct lt_contest *c);
void hub_charts_done(struct lt_contest *c);
struct lt_stage;
/* The board that its view is made of; false: of none. */
bool hub_chart_wanted(const struct lt_stage *s, int *ret_of, int *ret_round);

/* hub_shown.c: boards of self-paced events, out of Redis. */
void hub_shown_tick(struct lt_contest *c);
void hub_shown_done(struct lt_contest *c);

/* hub_command.c */
void hub_commands_tick(struct lt_contest *c);
void hub_commands_drop(struct lt_contest *c);
void hub_command_outcome(struct lt_contest *c, const char *id, int outcome);

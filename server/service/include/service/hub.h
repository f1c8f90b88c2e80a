/* The events that this node holds: loading, keeping up with their logs, members, presence, commands
 * on their way to the driver.
 *
 * Redis carries what is fast (log records, wakes, presence), PostgreSQL what is true: a node that
 * hears nothing asks the log. Channel of an event: `lt:{tenant}:{event}`; messages: see
 * hub_channel.c.
 */
#pragma once
#include "domain/protocol.h"
#include "io/redis.h"
#include "service/boards.h"
#include "service/cluster.h"
#include "service/command.h"
#include "service/contest.h"
#include "service/fanout.h"

struct lt_hub_opts {
    int events_max;                 /* events held; more are refused with LT_EFULL */
    int64_t presence_us;            /* between presence frames */
    int64_t idle_us;                /* an event without members is forgotten after so long */
    const struct lt_boards *boards; /* whose mark tells whether what is in Redis is whole */
};
/* The driver's side (app/runner.c). All from the loop. */
struct lt_hub_driver {
    void *arg;
    /* The head row was read: who drives. `alive`: that node's heartbeat is fresh. */
    void (*on_head)(void *arg, struct lt_contest *c, int64_t token, int64_t node, bool alive);
    /* There may be commands in the inbox. */
    void (*on_inbox)(void *arg, struct lt_contest *c);
    /* A record was applied that this node's driver did not append itself. */
    void (*on_record)(void *arg, struct lt_contest *c, const struct lt_record *r);
    /* Standings changed (board_version is new), or were loaded: project them. */
    void (*on_board)(void *arg, struct lt_contest *c);
    /* The contest is about to be forgotten. */
    void (*on_forget)(void *arg, struct lt_contest *c);
};

struct lt_hub;
struct lt_hub *lt_hub_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                          struct lt_cluster *cluster, const struct lt_hub_opts *opts,
                          const struct lt_hub_driver *driver);
/* Members must be gone. Requests under way end when the pools are freed, afterwards; the memory
 * goes with the last of them. */
void lt_hub_free(struct lt_hub *h);
struct lt_cluster *lt_hub_cluster(struct lt_hub *h);
struct lt_pg *lt_hub_pg(struct lt_hub *h);
struct lt_loop *lt_hub_loop(struct lt_hub *h);

/* Hold an event. fn runs exactly once, from the loop, never inside this call; c is NULL unless err
 * is LT_OK (LT_ENOEVENT, LT_EFULL, LT_EDBRETRY, LT_ESHEET …) and stays valid while it has members
 * (add one in fn). */
typedef void lt_hub_open_fn(void *arg, int err, struct lt_contest *c);
void lt_hub_open(struct lt_hub *h, struct lt_tenant_id tenant, struct lt_event_id event,
                 lt_hub_open_fn *fn, void *arg);

/* Make `m` a member (role, conn, player, seq, since_us are set). A player's older connection, on
 * whatever node, is told that it was replaced: on_replaced of the session layer. */
void lt_hub_join(struct lt_contest *c, struct lt_member *m);
/* Keep the event held for somebody who is still joining; ends with lt_hub_leave. */
void lt_hub_hold(struct lt_contest *c, struct lt_member *m);
void lt_hub_leave(struct lt_member *m);
void lt_hub_on_replaced(struct lt_hub *h, void (*fn)(struct lt_member *old));
/* What a welcome says about who is here. */
void lt_hub_presence(const struct lt_contest *c, struct lt_presence_out *ret);
/* Whether this player, or anybody of this entry, has a connection on any node. */
bool lt_hub_player_online(const struct lt_contest *c, const struct lt_player *p);
bool lt_hub_online(const struct lt_contest *c, int64_t entry);
/* A player's answer was committed here (in time). Its team hears of it on every node; when it was the
 * only one asked and has answered, so does the driver. */
void lt_hub_answered(struct lt_contest *c, struct lt_player *p, int qi);
/* Something about a team that only its members see has changed: tell those that are here. */
void lt_hub_team_changed(struct lt_contest *c, const struct lt_entry *e);

/* A record that this node's driver appended and committed: apply, send to members, publish. */
void lt_hub_committed(struct lt_contest *c, const struct lt_record *r);
/* Nobody has been here for opts.idle_us. */
bool lt_hub_idle(const struct lt_contest *c);
/* The driver says where the log ends, for nodes that missed the last record, and whether its boards in
 * Redis are behind. */
void lt_hub_announce(struct lt_contest *c, bool boards_stale);
/* Tell other nodes to look at the log, the head and the inbox. */
void lt_hub_wake(struct lt_contest *c);
/* Whether wakes and frames travel by Redis now. */
bool lt_hub_fast(const struct lt_hub *h);
/* Ask the log and the head now (something does not add up, or a wake was heard). */
void lt_hub_poll(struct lt_contest *c);

/* Bring a host's command to the driver through the inbox. fn runs exactly once, never inside this
 * call: LT_OK, or the driver's refusal; LT_EBUSY: nobody decided within 10 s. The same command id
 * twice gives the same outcome. */
typedef void lt_hub_command_fn(void *arg, int outcome);
struct lt_hub_command {
    char id[LT_COMMAND_ID_BYTES + 1];
    int64_t person;
    enum lt_action action;
    int expect_q; /* as lt_engine_expect gives it */
    struct lt_command_args args;
};
int lt_hub_command(struct lt_contest *c, const struct lt_hub_command *cmd, lt_hub_command_fn *fn,
                   void *arg);
/* The driver decided a command of the inbox (committed): tell whoever waits, here and on other
 * nodes. */
void lt_hub_outcome(struct lt_contest *c, const char *command_id, int outcome);

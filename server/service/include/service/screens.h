/* The stage as a system: what each screen of a tenant shows, and who has to be told.
 *
 * The tables `screen` and `event_view` are the truth. A node that has stages or asking desks of a tenant
 * reads both whole (they are few) whenever somebody says on the channel `lt:TENANT:screens` that they
 * changed, every two seconds, and twice a second while Redis is away. A screen that is connected is
 * seen: its node writes so every two seconds, which is how desks on other nodes know.
 */
#pragma once
#include "domain/protocol.h"
#include "io/pg.h"
#include "io/redis.h"
#include "service/contest.h"

/* A view is kept as the desk sent it (id and screen unused); as text it is the protocol's View. */
void lt_view_json(const struct lt_show_in *v, struct lt_buf *out);
/* LT_OK, or what is wrong with the text. */
int lt_view_read(const char *json, struct lt_show_in *ret);
void lt_view_of(const struct lt_show_in *v, struct lt_view_out *ret); /* borrows */
/* Whether this event has what the view names: LT_ENOENT (something is missing), LT_ERANGE. */
int lt_view_check(const struct lt_contest *c, const struct lt_show_in *v);

struct lt_screens;
struct lt_screens *lt_screens_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis);
/* Ask and hear nothing more. */
void lt_screens_stop(struct lt_screens *s);
/* After the pools are gone. */
void lt_screens_free(struct lt_screens *s);
/* Somebody changed a screen or a view of the tenant, and it is committed. */
void lt_screens_changed(struct lt_screens *s, struct lt_tenant_id tenant);

enum lt_stage_news {
    LT_STAGE_SHOW,  /* another view, or the first */
    LT_STAGE_MOVED, /* it shows another event now */
    LT_STAGE_ENDED  /* it was given up */
};
struct lt_screen_team;
/* A stage that is connected here; embedded in its session. */
struct lt_stage {
    int64_t screen; /* 0: without a name */
    int64_t event;
    char name[61];
    int64_t rev; /* of the view, -1: none known yet */
    struct lt_show_in view;
    void (*fn)(struct lt_stage *s, enum lt_stage_news news); /* from the loop, never inside enter */
    int64_t chart_gen, view_gen, chart_us; /* hub_charts.c: what it was sent, and when */
    struct lt_screen_team *team;           /* NULL: not entered */
    struct lt_stage *next, **prev;
};
void lt_screens_enter(struct lt_screens *all, struct lt_tenant_id tenant, struct lt_stage *s);
void lt_screens_leave(struct lt_stage *s); /* fine when not entered */

struct lt_screen_row {
    int64_t screen, event, rev; /* event 0: none */
    char *name, *title;
    struct lt_show_in view;
    bool online;
};
/* A desk that asked for the list; embedded in its session. */
struct lt_screen_watch {
    /* The list is there, or another one. */
    void (*fn)(struct lt_screen_watch *w, const struct lt_screen_row *rows, int n);
    bool told;
    struct lt_screen_team *team;
    struct lt_screen_watch *next, **prev;
};
void lt_screens_watch(struct lt_screens *all, struct lt_tenant_id tenant,
                      struct lt_screen_watch *w);
void lt_screens_unwatch(struct lt_screen_watch *w);
/* Tell it again. */
void lt_screens_again(struct lt_screen_watch *w);

/* A code was taken, by whatever node: fn(arg, code) on every node. */
void lt_screens_on_paired(struct lt_screens *s, void (*fn)(void *arg, const char *code), void *arg);
void lt_screens_paired(struct lt_screens *s, const char *code);

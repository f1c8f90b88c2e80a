/* Commands of hosts on their way to the driver, wherever it is: through the inbox in PostgreSQL, so
 * that each happens once; Redis only wakes. The outcome comes back by Redis or by asking the inbox.
 */
#include "base/err.h"
#include "base/log.h"
#include "hub_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_US = 300 * 1000, GIVE_UP_US = 10 * 1000 * 1000 };

static void finish(struct lt_contest *c, struct wait **p, int outcome)
{
    struct wait *w = *p;
    *p = w->next;
    c->sync->n_waits--;
    w->fn(w->arg, outcome);
    free(w);
}

void hub_command_outcome(struct lt_contest *c, const char *id, int outcome)
{
    for (struct wait **p = &c->sync->waits; *p;) {
        if (strcmp((*p)->cmd.id, id) == 0)
            finish(c, p, outcome);
        else
            p = &(*p)->next;
    }
}

/* A request about one command; it finds its wait again by id. */
struct ask {
    struct lt_contest *c;
    char id[LT_COMMAND_ID_BYTES + 1];
    int stmt; /* which statement reads the outcome */
};

static struct wait *find(struct lt_contest *c, const char *id)
{
    struct wait *w = c->sync->waits;
    while (w && strcmp(w->cmd.id, id) != 0)
        w = w->next;
    return w;
}

static void on_answer(struct lt_contest *c, const struct ask *a, int err,
                      const struct lt_pg_result *r)
{
    struct wait *w = find(c, a->id);
    if (!w || err == LT_EDBRETRY || err == LT_EDBUNKNOWN) /* the tick asks again */
        return;
    if (err != LT_OK) {
        hub_command_outcome(c, a->id, err);
    } else if (!lt_pg_null(r, a->stmt, 0, 0)) {
        hub_command_outcome(c, a->id, lt_err_from_wire(lt_pg_text(r, a->stmt, 0, 0)));
    } else if (!w->stored) {
        w->stored = true;
        hub_publish(c, "W");
        c->hub->driver.on_inbox(c->hub->driver.arg, c);
    }
}

static void on_asked(void *arg, int err, const struct lt_pg_result *r)
{
    struct ask *a = arg;
    struct lt_contest *c = a->c;
    if (c->sync->state == SYNC_READY)
        on_answer(c, a, err, r);
    free(a);
    hub_unref(c);
}

/* Put the command into the inbox unless it is known to be there, and read its outcome. */
static void ask(struct lt_contest *c, const struct wait *w)
{
    struct ask *a = calloc(1, sizeof *a);
    struct lt_pg_req *r = lt_pg_req_new(c->hub->pg, c->tenant);
    assert(a && r);
    a->c = c;
    snprintf(a->id, sizeof a->id, "%s", w->cmd.id);
    char event[24], person[24], expect[24];
    struct lt_buf args;
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    if (!w->stored) {
        snprintf(person, sizeof person, "%lld", (long long)w->cmd.person);
        snprintf(expect, sizeof expect, "%d", w->cmd.expect_q);
        lt_buf_init(&args, LT_COMMAND_ARGS_BYTES);
        lt_command_write(&w->cmd.args, &args);
        assert(!args.failed);
        lt_pg_req_add(r, LT_SQL_INBOX_ADD,
                      (const char *[]){event, w->cmd.id, person, lt_action_name(w->cmd.action),
                                       expect, lt_buf_cstr(&args)});
        lt_buf_done(&args);
        a->stmt = 1;
    }
    lt_pg_req_add(r, LT_SQL_INBOX_READ, (const char *[]){event, a->id});
    if (lt_pg_submit(r, on_asked, a) == LT_OK)
        c->sync->refs++;
    else
        free(a);
}

int lt_hub_command(struct lt_contest *c, const struct lt_hub_command *cmd, lt_hub_command_fn *fn,
                   void *arg)
{
    struct lt_sync *s = c->sync;
    if (s->n_waits >= LT_WAITS_MAX - (cmd->args.staff ? 0 : LT_WAITS_STAFF))
        return LT_EFULL;
    struct wait *w = calloc(1, sizeof *w);
    if (!w)
        return LT_EFULL;
    w->cmd = *cmd;
    w->fn = fn;
    w->arg = arg;
    w->since_us = w->asked_us = hub_now_us(c->hub);
    w->next = s->waits;
    s->waits = w;
    s->n_waits++;
    if (c->engine.phase != LT_PHASE_FINAL) /* else the next tick decides */
        ask(c, w);
    return LT_OK;
}

void lt_hub_outcome(struct lt_contest *c, const char *command_id, int outcome)
{
    char text[96];
    snprintf(text, sizeof text, "O %s %s", command_id,
             outcome == LT_OK ? "ok" : lt_err_wire(outcome));
    hub_publish(c, text);
    hub_command_outcome(c, command_id, outcome);
}

/* Nobody drives a final event any more; what its engine says is all there is to say. */
static void decide_final(struct lt_contest *c)
{
    while (c->sync->waits) {
        const struct lt_hub_command *cmd = &c->sync->waits->cmd;
        struct lt_input in = {.kind = LT_IN_COMMAND,
                              .now_us = lt_cluster_now_us(c->hub->cluster),
                              .action = cmd->action,
                              .expect_q = cmd->expect_q,
                              .by = cmd->person};
        lt_command_input(&cmd->args, &in);
        struct lt_record r;
        bool has;
        finish(c, &c->sync->waits, lt_engine_decide(&c->engine, &in, &r, &has));
    }
}

void hub_commands_tick(struct lt_contest *c)
{
    int64_t now_us = hub_now_us(c->hub);
    int64_t ask_us = ASK_US * (1 + c->sync->n_waits / LT_WAITS_CROWD);
    if (c->engine.phase == LT_PHASE_FINAL)
        decide_final(c);
    for (struct wait **p = &c->sync->waits; *p;) {
        struct wait *w = *p;
        if (now_us - w->since_us >= GIVE_UP_US) {
            finish(c, p, LT_EBUSY);
            continue;
        }
        if (now_us - w->asked_us >= ask_us) {
            w->asked_us = now_us;
            ask(c, w);
        }
        p = &w->next;
    }
}

void hub_commands_drop(struct lt_contest *c)
{
    while (c->sync->waits)
        finish(c, &c->sync->waits, LT_EDRAIN);
}

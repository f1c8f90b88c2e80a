/* Commands of the inbox, and what they need to know: the plan that the standings give, the teams, the
 * key of the question. */
#include "runner_internal.h"

#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <openssl/rand.h>
#include <string.h>

/* ---- commands ---- */

static void on_commands(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_drive *d = arg;
    if (!drive_back(d))
        return;
    d->inbox_read_us = lt_loop_now(lt_hub_loop(d->runner->hub)).mono_us;
    d->n_commands = d->next_command = 0;
    if (err != LT_OK) {
        drive_forget_commands(d);
        drive_later(d, RETRY_US);
        return;
    }
    if (lt_pg_rows(r, 0) < COMMANDS_MAX) {
        d->drained_us = d->reading_since_us;
        d->full_reads = 0;
    } else {
        d->full_reads++;
    }
    for (int i = 0; i < lt_pg_rows(r, 0) && i < COMMANDS_MAX; i++) {
        struct command *k = &d->commands[d->n_commands++];
        snprintf(k->id, sizeof k->id, "%s", lt_pg_text(r, 0, i, 0));
        k->person = lt_pg_i64(r, 0, i, 1);
        const char *args = lt_pg_text(r, 0, i, 4);
        k->known = lt_action_parse(lt_pg_text(r, 0, i, 2), &k->action) &&
                   lt_command_read(args, strlen(args), &k->args) == LT_OK;
        k->expect_q = (int)lt_pg_i64(r, 0, i, 3);
    }
    drive_go(d);
}

void drive_read_inbox(struct lt_drive *d)
{
    struct lt_pg_req *r = drive_req(d);
    d->reading_since_us = lt_cluster_now_us(lt_hub_cluster(d->runner->hub));
    lt_pg_req_add(r, LT_SQL_INBOX_PENDING, (const char *[]){num(d->contest->event.v).s});
    drive_submit(d, r, on_commands);
    d->inbox = !d->busy; /* not sent: still to be read */
}

uint64_t drive_random(void)
{
    uint64_t random;
    int ok = RAND_bytes((unsigned char *)&random, sizeof random);
    assert(ok == 1);
    return random;
}

/* Every team of the event. A captain who was handed the lead keeps it when the lot is drawn again. */
static int teams_of(const struct lt_contest *c, struct lt_team_in ret[LT_TEAMS_MAX])
{
    int n = 0;
    for (const struct lt_entry *e = c->entries; e && n < LT_TEAMS_MAX; e = e->hh.next) {
        const struct lt_team *known = lt_engine_team(&c->engine, e->id);
        ret[n] = (struct lt_team_in){.entry = e->id, .captain = known ? known->captain : 0};
        for (const struct lt_player *p = e->players; p && !known; p = p->next)
            if (p->captain)
                ret[n].captain = p->person;
        n++;
    }
    return n;
}

/* Options and key of the current question, for the help that drops two wrong ones. */
static void add_key(const struct lt_contest *c, struct lt_input *in)
{
    const struct lt_question *q = c->engine.qi >= 0 ? c->questions[c->engine.qi] : NULL;
    if (!q || (q->type != LT_QT_SINGLE && q->type != LT_QT_MULTIPLE))
        return;
    in->n_options = q->n_options;
    for (int i = 0; i < q->n_key; i++)
        in->key |= 1u << q->key[i];
}

/* False: the standings that the command depends on are not complete yet. */
static bool prepare(struct lt_drive *d, const struct command *k, struct lt_plan *plan,
                    struct lt_team_in *teams, struct lt_input *in)
{
    const struct lt_contest *c = d->contest;
    bool planned =
        k->action == LT_ACT_NEXT || k->action == LT_ACT_SKIP || k->action == LT_ACT_ADVANCE;
    bool reveal = k->action == LT_ACT_RESOLVE && c->engine.frozen_seq != 0;
    if ((planned && !lt_contest_current(c)) || (reveal && !lt_contest_reveal(d->contest)))
        return false;
    lt_command_input(&k->args, in);
    if (reveal) {
        *plan = (struct lt_plan){.qi = -1, .steps = lt_resolve_steps(c->resolve)};
        in->plan = plan;
    }
    if (planned) {
        lt_standings_plan(c->standings, &c->engine, k->action, plan);
        in->plan = plan;
    }
    if (k->action == LT_ACT_LOT) {
        in->n_teams = teams_of(c, teams);
        in->teams = teams;
    }
    if (k->action == LT_ACT_HELP)
        add_key(c, in);
    return true;
}

void drive_run_command(struct lt_drive *d, const struct command *k)
{
    struct lt_plan plan;
    struct lt_team_in teams[LT_TEAMS_MAX];
    struct lt_input in = {
        .kind = LT_IN_COMMAND,
        .now_us = lt_cluster_now_us(lt_hub_cluster(d->runner->hub)),
        .action = k->action,
        .expect_q = k->expect_q,
        .by = k->person,
        .random = drive_random(),
    };
    if (k->known && !prepare(d, k, &plan, teams, &in)) {
        drive_later(d, SETTLE_US);
        return;
    }
    d->next_command++;
    lt_metric_add(LT_M_COMMANDS, 1);
    lt_log(LT_LOG_INFO, "command", LT_I("tenant", d->contest->tenant.v),
           LT_I("event", d->contest->event.v),
           LT_S("action", k->known ? lt_action_name(k->action) : "?"), LT_I("person", k->person),
           LT_S("id", k->id));
    if (k->known) {
        drive_decide(d, &in, k->id);
        return;
    }
    /* Written by a newer node; this driver cannot do it. */
    d->has_record = false;
    d->outcome = LT_EUNKNOWN;
    snprintf(d->outcome_id, sizeof d->outcome_id, "%s", k->id);
    drive_append(d);
}

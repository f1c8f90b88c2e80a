/* One row per node, touched every heartbeat; who finds another's row untouched for dead_us may take
 * its events.
 *
 * Cluster time is PostgreSQL's clock. Each heartbeat measures its offset to our *monotonic* clock,
 * so a step of the wall clock moves no deadline. Of the last samples the one with the shortest
 * round trip is used (its error is at most half of that), as NTP's clock filter does (RFC 5905,
 * section 10). Until the first sample the wall clock stands in.
 */
#include "service/cluster.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "service/sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 8 };

struct lt_cluster {
    struct lt_loop *loop;
    struct lt_pg *pg;
    char name[128];
    int64_t heartbeat_us, dead_us;
    int64_t node;
    int64_t sent_us;       /* of the beat in flight, monotonic */
    int64_t last_alive_us; /* when the last answered beat was sent, monotonic */
    bool in_flight, left, closed;
    struct {
        int64_t rtt_us, offset_us;
    } samples[SAMPLES];
    int n_samples;
    int64_t offset_us;
    struct lt_timer timer;
};

static void beat_begin(struct lt_timer *t, int64_t now_us);

static void again(struct lt_cluster *c)
{
    c->in_flight = false;
    if (c->closed) {
        free(c);
        return;
    }
    if (!c->left)
        lt_loop_timer(c->loop, &c->timer, c->heartbeat_us);
}

static void take_sample(struct lt_cluster *c, int64_t pg_us, int64_t received_us)
{
    int slot = c->n_samples++ % SAMPLES;
    c->samples[slot].rtt_us = received_us - c->sent_us;
    c->samples[slot].offset_us = pg_us - (c->sent_us + received_us) / 2;
    int best = slot;
    for (int i = 0; i < c->n_samples && i < SAMPLES; i++) {
        if (c->samples[i].rtt_us < c->samples[best].rtt_us)
            best = i;
    }
    c->offset_us = c->samples[best].offset_us;
}

static void on_beat(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_cluster *c = arg;
    if (err == LT_OK) {
        take_sample(c, lt_pg_i64(r, 0, 0, 0), lt_loop_now(c->loop).mono_us);
        if (lt_pg_bool(r, 0, 0, 1)) {
            c->last_alive_us = c->sent_us;
        } else {
            lt_log(LT_LOG_WARN, "node was declared dead, joining anew", LT_I("node", c->node));
            c->node = 0;
        }
    }
    again(c);
}

static void on_new(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_cluster *c = arg;
    if (err == LT_OK && !c->left) {
        c->node = lt_pg_i64(r, 0, 0, 0);
        c->last_alive_us = c->sent_us;
        lt_log(LT_LOG_INFO, "node joined", LT_I("node", c->node));
    } else {
        lt_log(LT_LOG_WARN, "node could not join yet", LT_S("error", lt_err_wire(err)));
    }
    again(c);
}

static void beat_begin(struct lt_timer *t, int64_t now_us)
{
    struct lt_cluster *c = t->arg;
    struct lt_pg_req *r = lt_pg_req_new(c->pg, (struct lt_tenant_id){0});
    char node[24], forget[24];
    snprintf(node, sizeof node, "%lld", (long long)c->node);
    snprintf(forget, sizeof forget, "%lld", (long long)(c->dead_us * 100));
    if (r && c->node == 0)
        lt_pg_req_add(r, LT_SQL_NODE_NEW, (const char *[]){c->name});
    else if (r)
        lt_pg_req_add(r, LT_SQL_NODE_BEAT, (const char *[]){node, forget});
    c->sent_us = now_us;
    if (!r || lt_pg_submit(r, c->node == 0 ? on_new : on_beat, c) != LT_OK) {
        again(c);
        return;
    }
    c->in_flight = true;
}

struct lt_cluster *lt_cluster_new(struct lt_loop *l, struct lt_pg *pg,
                                  const struct lt_cluster_opts *opts)
{
    struct lt_cluster *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    struct lt_clock now = lt_loop_now(l);
    c->loop = l;
    c->pg = pg;
    snprintf(c->name, sizeof c->name, "%s", opts->name);
    c->heartbeat_us = opts->heartbeat_us;
    c->dead_us = opts->dead_us;
    c->offset_us = now.wall_us - now.mono_us;
    lt_timer_init(&c->timer, beat_begin, c);
    lt_loop_timer(l, &c->timer, 0);
    return c;
}

static void on_left(void *arg, int err, const struct lt_pg_result *r)
{
    (void)arg; /* when it failed, dead_us tells the others */
    (void)err;
    (void)r;
}

void lt_cluster_leave(struct lt_cluster *c)
{
    struct lt_pg_req *r = c->node ? lt_pg_req_new(c->pg, (struct lt_tenant_id){0}) : NULL;
    char node[24];
    lt_loop_timer_cancel(c->loop, &c->timer);
    c->left = true;
    if (!r)
        return;
    snprintf(node, sizeof node, "%lld", (long long)c->node);
    c->node = 0;
    lt_pg_req_add(r, LT_SQL_NODE_BYE, (const char *[]){node});
    lt_pg_submit(r, on_left, NULL);
}

void lt_cluster_free(struct lt_cluster *c)
{
    if (!c)
        return;
    lt_loop_timer_cancel(c->loop, &c->timer);
    c->closed = true;
    if (!c->in_flight)
        free(c);
}

int64_t lt_cluster_node(const struct lt_cluster *c)
{
    return c->node;
}

int64_t lt_cluster_dead_us(const struct lt_cluster *c)
{
    return c->dead_us;
}

bool lt_cluster_alive(const struct lt_cluster *c)
{
    return c->node != 0 && lt_loop_now(c->loop).mono_us - c->last_alive_us < c->dead_us;
}

int64_t lt_cluster_at_us(const struct lt_cluster *c, struct lt_clock at)
{
    return at.mono_us + c->offset_us;
}

int64_t lt_cluster_now_us(const struct lt_cluster *c)
{
    return lt_cluster_at_us(c, lt_loop_now(c->loop));
}

/* This process as a node of the cluster: its row, its heartbeat, and cluster time (PostgreSQL's
 * clock, estimated). */
#pragma once
#include "io/pg.h"

struct lt_cluster;
struct lt_cluster_opts {
    const char *name;     /* for people: host and process */
    int64_t heartbeat_us; /* between beats */
    int64_t dead_us;      /* a node that was silent for so long has lost its events */
};
struct lt_cluster *lt_cluster_new(struct lt_loop *l, struct lt_pg *pg,
                                  const struct lt_cluster_opts *opts);
/* Leave at once: others may take our events without waiting for dead_us. No heartbeat follows. */
void lt_cluster_leave(struct lt_cluster *c);
void lt_cluster_free(struct lt_cluster *c);
/* 0 until the node's row is written. A node that was declared dead gets a new id. */
int64_t lt_cluster_node(const struct lt_cluster *c);
int64_t lt_cluster_dead_us(const struct lt_cluster *c);
/* Whether the last beat was answered recently enough that nobody else can have taken our events. */
bool lt_cluster_alive(const struct lt_cluster *c);
/* Cluster time now, microseconds since 1970: this turn's monotonic clock plus the estimated offset.
 */
int64_t lt_cluster_now_us(const struct lt_cluster *c);
/* The same for a reading taken in the middle of a turn. */
int64_t lt_cluster_at_us(const struct lt_cluster *c, struct lt_clock at);

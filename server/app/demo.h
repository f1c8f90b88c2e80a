/* The demo data, part by part. Each part runs inside a transaction whose tenant is set, and returns
 * an error of the database, whose message is with the connection. Everything is drawn from a
 * generator with a fixed seed: every load makes the same rows. */
#pragma once
#include "app/db.h"
#include "domain/rules.h"

/* A small generator of random numbers (splitmix64). */
struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *r);
/* 0 … n-1 */
int rng_below(struct rng *r, int n);

/* Regions, units, people with their memberships, staff with their roles. `small`: one city's worth.
 */
int demo_people_load(struct lt_db *d, bool small);
/* The rule sheet of a demo event, as text and as the domain reads it. */
const char *demo_sheet(const char *event, struct lt_sheet *ret);
/* The bank "law" with its tasks: all questions, or only those of one event. */
int demo_bank_load(struct lt_db *d, const char *only_event);
/* The events of a tenant: rule sheets, rounds, questions. Those that are over are played by
 * simulated people up to the request to finalise. */
int demo_events_load(struct lt_db *d, const char *tenant_code);
/* Publish the self-paced ones that are drafts still; in transactions of its own. */
int demo_events_publish(struct lt_db *d, struct lt_tenant_id tenant);
/* Play an event to its end, from `start_us` (cluster time) on: log, entries, answers, and the job
 * that finalises it. */
int demo_play(struct lt_db *d, int64_t event, int64_t start_us);

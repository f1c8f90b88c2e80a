/* Boards written whole: of self-paced events when they became final, and from time to time while they
 * run and their boards move; of the series that an event belongs to, when it became final. */
#pragma once
#include "app/db.h"
#include "base/config.h"

struct refresher;
struct refresher *refresher_new(const struct lt_config *c);
/* Ends a writing that is under way. NULL is fine. */
void refresher_free(struct refresher *r);
/* This event has become final: its boards next, and those of its series. */
void refresher_ask(struct refresher *r, struct lt_tenant_id tenant, struct lt_event_id event);
/* Begin what is due, unless something is under way; never waits. */
int refresher_run(struct refresher *r, struct lt_db *d);

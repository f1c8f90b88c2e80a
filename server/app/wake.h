/* Telling the nodes that an event's log has something new. */
#pragma once
#include "base/config.h"
#include "base/ids.h"

/* Publish a wake on the event's channel. Takes 200 ms at most; without Redis nothing happens and
 * the nodes find out by polling. */
void lt_wake(const struct lt_config *c, struct lt_tenant_id tenant, struct lt_event_id event);

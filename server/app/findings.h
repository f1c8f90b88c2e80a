/* Findings of a self-paced event: what looks odd, for its organiser to judge. */
#pragma once
#include "app/db.h"
#include "domain/findings.h"

/* Look at the papers that were handed in, and replace the event's findings by what there is now. A
 * transaction of its own. LT_EFORBIDDEN: the event is not self-paced. *ret_n: how many there are. */
int findings_compute(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                     int *ret_n);
/* Print them, in both languages, a line each. */
int findings_print(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event);

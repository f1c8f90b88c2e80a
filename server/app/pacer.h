/* The driver of self-paced events: no node drives them. Blocking; for the job process and commands. */
#pragma once
#include "app/db.h"
#include "domain/engine.h"

/* Do what is due at one event, in one transaction: decide the commands in its inbox, open it, close
 * it, have its results made. *ret_moved: a record was appended. LT_EDEPOSED: somebody else did at the
 * same moment; look again. LT_EFORBIDDEN: it is not self-paced. */
int pace_event(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
               bool *ret_moved);
/* One command of the system (LOBBY, FINISH), decided at once. *ret_phase: the phase afterwards, or the
 * one that forbids it (LT_EPHASE). */
int pace_command(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                 enum lt_action action, enum lt_phase *ret_phase);

/* What relay.c and reconcile.c share. */
#pragma once
#include "app/relay.h"

/* Be the only one who posts credits, until relay_unlock or the end of the connection. LT_EBUSY:
 * somebody else is (not when waiting). */
int relay_lock(struct lt_db *outbox, bool wait);
void relay_unlock(struct lt_db *outbox);

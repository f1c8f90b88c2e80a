/* Whose paper a photographed screen came from: every paper has an order of its own, which is its
 * watermark. */
#pragma once
#include "app/db.h"

/* Print the papers of a self-paced event in which these questions follow one another, a line each:
 * person, name, round, attempt, start. `order` is "CODE,CODE:BADC,…": codes of the bank in the order
 * seen, each with the bank's letters of its options in the order seen, where known. Reads, in a
 * transaction of its own. LT_EFORBIDDEN: the event is not self-paced. LT_EQUESTION: the order cannot
 * be read, or names a question that the event does not have. Else an error of the database or of
 * lt_fold_open. */
int trace_print(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                const char *order);

/* Finalising an event: results, credits and the log's last record, in one transaction. */
#pragma once
#include "app/db.h"

struct lt_final_job {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    int64_t token; /* of the driver that asked for it: the fence */
    int64_t at_us; /* cluster time of the record; 0: the database's clock */
};
/* Run one job as role leitai_app. LT_OK: the event is final (now, or before) and the job is done;
 * *ret_seq is the last record's seq, 0 when the job had been done before. LT_EDEPOSED: another
 * driver has the event; nothing was written, it will ask anew. LT_EBUSY: another process is at it.
 * LT_EPHASE, LT_ESHEET, LT_ERECORD, LT_EGAP: the event's data contradict each other. Else an error
 * of the database. */
int lt_finalise(struct lt_db *d, const struct lt_final_job *job, int64_t *ret_seq);

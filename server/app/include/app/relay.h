/* The way of credits from the outbox into the study record, and the comparison of the two. */
#pragma once
#include "app/db.h"

struct lt_relay_count {
    int64_t granted; /* credits that were new to the ledger */
    int64_t known; /* that it had already: an earlier run was cut off between posting and marking */
    int64_t refused; /* that the study record would not take; they stay in the outbox */
};
/* Post everything that waits in the outbox of all tenants, as role leitai_relay on both connections
 * (which may be the same database, not the same connection). Posts first and marks after; repeating
 * is harmless, because the ledger knows each credit by its key. LT_EBUSY: another relay is at it.
 * `ret` counts what was done, also on failure. */
int lt_relay_pass(struct lt_db *outbox, struct lt_db *study, struct lt_relay_count *ret);

enum lt_credit_fault {
    LT_CREDIT_MISSING,   /* marked as posted, not in the ledger */
    LT_CREDIT_DIFFERENT, /* another person, year or amount */
    LT_CREDIT_SURPLUS,   /* in the ledger under a key of ours, not in the outbox */
    LT_CREDIT_FAULTS     /* count */
};
struct lt_credit_check {
    int64_t agree, pending; /* pending: not marked as posted yet */
    int64_t faults[LT_CREDIT_FAULTS];
};
/* Called for each fault. */
typedef void lt_credit_fault_fn(void *arg, enum lt_credit_fault fault, int64_t tenant,
                                const char *key);
/* Compare outbox and ledger of all tenants; no relay posts meanwhile. `ret` is added to. */
int lt_credit_reconcile(struct lt_db *outbox, struct lt_db *study, lt_credit_fault_fn *fn,
                        void *arg, struct lt_credit_check *ret);

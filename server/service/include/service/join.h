/* Joining an event: the person (made known by a ticket, or a guest), their unit and their entry,
 * committed in groups. */
#pragma once
#include "service/batch.h"

struct lt_join {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    char ext_id[65];
    char name[81];
    char unit_code[65]; /* "": none */
    bool guest;
};
/* What stands in the database afterwards. Strings are valid during the call. */
struct lt_joined {
    struct lt_person_id person;
    struct lt_entry_id entry;
    const char *name, *unit;
    bool guest;
    int64_t joined_us;
};
/* j is NULL unless err is LT_OK. */
typedef void lt_join_fn(void *arg, int err, const struct lt_joined *j);

/* The batcher for joins. */
extern const struct lt_batch_kind lt_join_kind;
/* Queue one join. Copies `j`. `done` runs exactly once, from the loop, never inside this call.
 * LT_EFULL: nothing was queued. */
int lt_join_add(struct lt_batcher *b, const struct lt_join *j, lt_join_fn *done, void *arg);

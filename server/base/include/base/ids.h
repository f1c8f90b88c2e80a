/* Ids that must not be swapped are small structs. Values are PostgreSQL bigint identities; 0 is
 * "none". */
#pragma once
#include <stdint.h>

struct lt_tenant_id {
    int64_t v;
};
struct lt_event_id {
    int64_t v;
};
struct lt_person_id {
    int64_t v;
};
struct lt_entry_id {
    int64_t v;
};

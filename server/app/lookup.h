/* Which tenant and event a command's line means. */
#pragma once
#include "app/db.h"

struct lookup {
    const char *tenant_code, *event_code; /* borrowed from the command line */
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    char join_code[16];
    char missing[160]; /* a line for people when something does not exist, "" otherwise */
};
/* Take `--tenant CODE` or `--event CODE_OR_ID`; false: it is neither. */
bool lookup_option(struct lookup *l, const char *name, const char *value);
/* Find the tenant. LT_ENOENT with `missing`, or an error of the database. */
int lookup_tenant(struct lookup *l, struct lt_db *d);
/* Find both, in a transaction of its own. LT_ENOENT with `missing`, or an error of the database. */
int lookup_event(struct lookup *l, struct lt_db *d);

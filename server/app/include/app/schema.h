/* The database's schema, as this program knows it: the migrations of schema/sql, compiled in. */
#pragma once
#include "app/db.h"

/* The version that this program was built for: its last migration. */
int lt_schema_version(void);
/* The version that the database is at, 0: none. */
int lt_schema_current(struct lt_db *d, int *ret);
/* Bring the database to lt_schema_version(): each migration in a transaction of its own, under a
 * lock, so that two programs may try at once. Refuses, changing nothing, a database whose applied
 * migrations are not a beginning of ours: one was changed afterwards, or a newer program has been
 * here. `applied` (appended to) names what was done, a line each. LT_ECONFIG (refused), or an error
 * of the database; then `err` has a line for people. */
int lt_schema_migrate(struct lt_db *d, struct lt_buf *applied, struct lt_buf *err);

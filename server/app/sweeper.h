/* Hands in papers that are past their deadline while nobody looks at them. Blocking. */
#pragma once
#include "app/db.h"
#include "base/config.h"

struct sweeper;
struct sweeper *sweeper_new(const struct lt_config *c);
void sweeper_free(struct sweeper *s); /* NULL is fine */
/* All papers that are due now, a chunk a transaction. `stop_fd` readable: it ends between two chunks.
 * Whoever asks has waited for the grace since the database came back: nodes write what they hold
 * first. */
int sweeper_run(struct sweeper *s, struct lt_db *d, int stop_fd);

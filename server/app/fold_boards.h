/* The boards of a fold: what a node would write of the same event. */
#pragma once
#include "fold.h"
#include "service/board_set.h"

/* After lt_fold_answers, in the same transaction. *ret NULL: there is nothing that the public may see
 * yet. `by_entry`: the entries' boards are written elsewhere, from *ret_shown (the fold that is public;
 * NULL: f itself), which the caller frees. */
int fold_boards(struct lt_fold *f, struct lt_tenant_id tenant, bool by_entry,
                struct lt_board_set **ret, struct lt_fold **ret_shown);
/* The units of an event. */
int fold_units(struct lt_db *d, struct lt_num event, struct lt_board_units **ret);

/* Which questions an event asks: the rounds' fixed codes, and a draw from the bank for the others.
 * Pure: a sheet, a bank and a seed give the same questions on every machine, for ever. */
#pragma once
#include "base/buf.h"
#include "domain/rules.h"
#include <stdint.h>

/* A question of the bank. Strings are borrowed during the call; codes are unique. */
struct lt_bank_row {
    const char *code, *topic, *audience;
    enum lt_qtype type;
    int difficulty; /* 1–3 */
};
/* Whether a question fits; its code does not matter. */
bool lt_fits(const struct lt_fit_rule *f, const struct lt_bank_row *q);
/* Choose a question for every number of the event: ret[qi] is an index into `bank`, and ret has
 * room for lt_sheet_questions(). No question is chosen twice in an event. Fixed codes come first;
 * the other rounds draw among what is left and fits, each as evenly over the topics as there are
 * questions. The order of the bank's rows does not matter.
 * A draw fails only when no choice at all would serve every round. Then, or when a code is unknown or
 * of the wrong type, LT_ESHEET: `err` holds problems as lt_sheet_parse writes them, with "have" (how
 * many the round can get) for "draw_too_large". LT_ENOMEM. ret is undefined on failure. */
int lt_draw(const struct lt_sheet *sheet, const struct lt_bank_row *bank, int n, uint64_t seed,
            int *ret, struct lt_buf *err);
/* Choose the pools of a self-paced event: for each round the questions among which its papers are
 * drawn. All that fit the round, at most LT_POOL_MAX, cut by lot. No question is in two pools, or what
 * one round shows would give away another's keys: what fits several rounds is shared out evenly by
 * what a paper needs, after each has enough for a paper. ret has room for n and holds indexes into
 * `bank`, round after round, each in an order by lot; ret_n[i]: how many of them are round i's.
 * The order of the bank's rows does not matter.
 * LT_ESHEET: no choice gives every round a paper; problems in `err` with "have" and "min". LT_ENOMEM.
 * ret and ret_n are undefined on failure. */
int lt_pool_draw(const struct lt_sheet *sheet, const struct lt_bank_row *bank, int n, uint64_t seed,
                 int *ret, int ret_n[LT_ROUNDS_MAX], struct lt_buf *err);

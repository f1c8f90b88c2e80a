/* Writing an event: its rules, the questions that it asks, its teams. The one way in, for the
 * command line and the demo alike. Everything runs inside a transaction whose tenant is set; errors
 * are the database's (app/db.h) unless said otherwise. */
#pragma once
#include "app/db.h"
#include "domain/draw.h"
#include "domain/rules.h"

/* ---- questions ---- */

/* A bank as the draw sees it. */
struct event_bank {
    struct lt_rows *rows; /* holds the strings */
    struct lt_bank_row *questions;
    int64_t *ids;
    int n;
};
/* LT_ENOENT: the tenant has no such bank. LT_ENOMEM. */
int event_bank_load(struct lt_db *d, const char *code, struct event_bank *ret);
void event_bank_done(struct event_bank *b);
/* What an event is to ask, by number: round after round. Of a self-paced event: its rounds' pools. */
struct event_drawn {
    int64_t *ids; /* freed by event_drawn_done */
    int n, of_round[LT_ROUNDS_MAX];
};
/* Draw the questions of a sheet. LT_ESHEET: problems in `err` (lt_draw, lt_pool_draw). LT_ENOMEM. */
int event_questions(const struct event_bank *b, const struct lt_sheet *sheet, uint64_t seed,
                    struct event_drawn *ret, struct lt_buf *err);
void event_drawn_done(struct event_drawn *d);

/* ---- the event ---- */

struct event_draft {
    const char *code, *title, *season;
    const char *join_code;  /* of a new event; NULL: drawn */
    const char *created_at; /* of a new event; NULL: now */
    const char *text;       /* of the rule sheet */
    const struct lt_sheet *sheet;
    const struct event_drawn *questions;
    const char *opens_at, *closes_at; /* of a self-paced event: its window; otherwise NULL */
};
struct event_written {
    int64_t event, version; /* of the sheet, from 1 */
    char join_code[16];
    bool fresh; /* there was no event of this code */
    int questions;
    char missing[61];
};
/* Write an event, or write a draft anew: the sheet as its next version, rounds and questions in
 * place of the old ones. Teams stay, unless the sheet ranks persons.
 * LT_EPHASE: its lobby was opened, nothing may change any more. LT_EBUSY: a desk or stage has it
 * open just now. LT_EFULL: no join code is free, or the one given is taken. LT_EAUDIENCE: there is no
 * region or no unit of the kind that `missing` names. */
int event_write(struct lt_db *d, const struct event_draft *e, struct event_written *ret);

/* ---- teams ---- */

/* Read a table "team,unit_code,ext_id,captain", one row a member, and register its teams instead of
 * those that the event has. LT_ESHEET: problems, one a line, in `err`, as "line 3: …". */
int event_teams_write(struct lt_db *d, int64_t event, const char *text, size_t n, int *ret_teams,
                      struct lt_buf *err);

/* Private to contest*.c. */
#pragma once
#include "service/contest.h"

/* contest_public.c */
int contest_public_ready(struct lt_contest *c);
void contest_public_done(struct lt_contest *c);
/* Somebody is new. False: out of memory. */
bool contest_public_add(struct lt_contest *c, int64_t entry);
/* A record was applied; was_frozen: frozen_seq before it. */
void contest_public_apply(struct lt_contest *c, const struct lt_record *r, int64_t was_frozen);
/* contest.c: the frozen fold is settled and ranked. */
bool contest_frozen_current(const struct lt_contest *c);

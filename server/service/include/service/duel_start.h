/* Beginning a duel: its row and a paper for each person, in one transaction. */
#pragma once
#include "domain/duel.h"
#include "service/cluster.h"
#include "service/paced.h"
#include "service/paper_batch.h"

struct lt_duel_person {
    int64_t person;
    char device[LT_PAPER_MARK_HEX + 1], address[LT_PAPER_MARK_HEX + 1]; /* hex, "" unknown */
};
/* Their papers are read; those who may start one now (no duel open, limits) begin a duel. With
 * `robots` these take the seats that are left; otherwise it needs all of them.
 * LT_OK: committed, `in` tells who is in it. LT_EBUSY: too few may; nothing was made. LT_EPHASE: the
 * event does not run. LT_EDBRETRY, LT_EDB…: not known to be made; whoever is in it finds it by
 * reading. fn runs exactly once, from the loop, never inside this call. */
typedef void lt_duel_begun_fn(void *arg, int err, const bool in[LT_DUEL_PLAYERS_MAX]);
void lt_duel_begin(struct lt_loop *l, struct lt_pg *pg, struct lt_cluster *cluster,
                   struct lt_paced *e, int round, const struct lt_duel_person *persons, int n,
                   bool robots, lt_duel_begun_fn *fn, void *arg);
/* A row of LT_SQL_PAPER_MARKS from column `col` on. */
struct lt_paper_mark lt_paper_mark_at(const struct lt_pg_result *r, int stmt, int i, int col,
                                      bool *ret_open, int64_t *ret_duel);

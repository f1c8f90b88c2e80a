/* Several events ranked together: the themed and special competitions of a year. Persons by person, teams
 * by their unit, out of the results of those of its events that are final. Blocking. */
#pragma once
#include "app/db.h"
#include "base/config.h"
#include "service/board_set.h"

enum { SERIES_EVENTS_MAX = 64 };
/* The roll-ups of a series are those of a rule sheet: {"boards": […]}, or the list alone. LT_ESHEET:
 * problems in `err` as of lt_sheet_parse. `ret` is a sheet with nothing else of interest. */
int series_sheet(const char *boards, bool teams, struct lt_sheet *ret, struct lt_buf *err);
/* Everybody's total over its final events; in a transaction of the tenant. *ret NULL: none is final. */
int series_boards(struct lt_db *d, struct lt_tenant_id tenant, int64_t series,
                  struct lt_board_set **ret);
/* Write to Redis the boards of every series of the tenant that this event belongs to; 0: of all series.
 * In transactions of its own. fn (may be NULL) sees each that was written. */
typedef void series_written_fn(void *arg, const char *code, int members, int64_t version);
int series_write(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                 struct lt_event_id event, series_written_fn *fn, void *arg);

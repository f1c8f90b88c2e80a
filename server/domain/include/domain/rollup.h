/* Roll-ups: boards of units, counties, cities, the province, kinds of units, audiences, out of where
 * entries stand. Pure, exact: values are fractions and compared as such. */
#pragma once
#include "domain/ranking.h"

/* A unit as it was when the event's lobby opened. */
struct lt_rollup_unit {
    int64_t unit, county, city,
        province;       /* regions; 0: none (a provincial department has no city) */
    int kind;           /* index into a list of the caller's, from 0 */
    int32_t registered; /* head count */
};
/* One entry of whoever took part: answered something, was judged, or has points beside the start's. */
struct lt_rollup_part {
    int64_t points_c, time_us;
    int32_t correct;
    int unit; /* index into the units, -1: none (guests): in no roll-up but the audience's */
    bool leader;
};
struct lt_rollup_row {
    int64_t
        id; /* unit or region; of kinds and audiences 1 + their index (audience: 1 leaders, 2 others) */
    __int128 num, den; /* the value is num / den hundredths of a point; den > 0 */
    int64_t value_c;   /* the same, rounded half away from zero */
    int32_t took, registered;
    int32_t rank; /* ties share and leave a gap; 0: fewer than `least` took part */
};
/* Every id that has a unit registered or a part has a row: *ret (free it), in order of rank, equal and
 * unranked ones by id. Returns how many, or LT_ENOMEM.
 * SUM Σ points; MEAN Σ / took; BEST Σ of the best n; WEIGHTED Σ / max(registered × floor, took), so that
 * a unit cannot win by sending only its best. */
int lt_rollup(const struct lt_board_rule *rule, const struct lt_rollup_unit *units, int n_units,
              const struct lt_rollup_part *parts, int n_parts, struct lt_rollup_row **ret);

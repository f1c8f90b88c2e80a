/* Boards out of a fold: its places, its units, and, while the board is frozen, a second fold of what is
 * public. The reveal goes from the one to the other. */
#include "fold_boards.h"

#include "base/err.h"
#include "domain/resolve.h"
#include <assert.h>
#include <stdlib.h>

struct who {
    struct lt_fold *fold; /* that is public */
    struct lt_rows *entries;
    const struct lt_board_units *units;
};

int fold_units(struct lt_db *d, struct lt_num event, struct lt_board_units **ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows,
                         "SELECT unit_id, kind, registered, COALESCE(county_id, 0), "
                         "COALESCE(city_id, 0), COALESCE(province_id, 0) FROM leitai.event_unit "
                         "WHERE tenant_id = leitai.current_tenant() AND event_id = $1",
                         event.s);
    if (err != LT_OK)
        return err;
    *ret = lt_board_units_new();
    for (int i = 0; i < lt_rows_count(rows); i++)
        lt_board_units_add(*ret,
                           &(struct lt_rollup_unit){.unit = lt_rows_i64(rows, i, 0),
                                                    .registered = (int32_t)lt_rows_i64(rows, i, 2),
                                                    .county = lt_rows_i64(rows, i, 3),
                                                    .city = lt_rows_i64(rows, i, 4),
                                                    .province = lt_rows_i64(rows, i, 5)},
                           lt_rows_text(rows, i, 1));
    lt_rows_free(rows);
    lt_board_units_end(*ret);
    return LT_OK;
}

static struct lt_board_who who_is(void *arg, int64_t entry)
{
    const struct who *w = arg;
    int low = 0, high = lt_rows_count(w->entries) - 1;
    while (low <= high) {
        int middle = low + (high - low) / 2;
        int64_t at = lt_rows_i64(w->entries, middle, 0);
        if (at == entry)
            return (struct lt_board_who){
                .unit = lt_board_units_find(w->units, lt_rows_i64(w->entries, middle, 1)),
                .leader = lt_rows_bool(w->entries, middle, 2)};
        if (at < entry)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return (struct lt_board_who){.unit = -1};
}

static int round_places(void *arg, int r, struct lt_place **ret)
{
    return lt_fold_round(((struct who *)arg)->fold, r, ret);
}

static int read_entries(struct lt_fold *f, struct lt_rows **ret)
{
    return lt_db_exec(f->db, ret,
                      "SELECT n.entry_id, COALESCE(n.unit_id, 0), COALESCE(p.leader, false) FROM "
                      "leitai.entry n LEFT JOIN leitai.person p USING (tenant_id, person_id) WHERE "
                      "n.tenant_id = leitai.current_tenant() AND n.event_id = $1 ORDER BY 1",
                      f->event.s);
}

/* Where the reveal is. */
static int resolve(const struct lt_fold *f, const struct lt_fold *shown, struct lt_resolve **ret,
                   struct lt_board_input *in)
{
    *ret = lt_resolve_new(&f->sheet, shown->ranked, shown->n_ranked, f->ranked, f->n_ranked);
    if (!*ret)
        return LT_ENOMEM;
    int steps = lt_resolve_steps(*ret);
    lt_resolve_go(*ret, f->engine.step < steps ? f->engine.step : steps);
    in->n_shown = lt_resolve_board(*ret, &in->shown);
    in->shows = f->moved_seq;
    return LT_OK;
}

static int make(struct lt_fold *f, struct lt_tenant_id tenant, bool by_entry,
                const struct lt_fold *shown, struct who *w, struct lt_board_set **ret)
{
    const struct lt_fold *public = shown ? shown : f;
    struct lt_board_units *units = NULL;
    struct lt_resolve *reveal = NULL;
    struct lt_board_input in = {.tenant = tenant,
                                .event = {strtoll(f->event.s, NULL, 10)},
                                .version = f->moved_seq,
                                .shows = public->moved_seq,
                                .sheet = &f->sheet,
                                .frozen = shown != NULL,
                                .final = f->engine.phase == LT_PHASE_FINAL,
                                .shown = public->ranked,
                                .n_shown = public->n_ranked,
                                .truth = shown ? f->ranked : NULL,
                                .n_truth = shown ? f->n_ranked : 0,
                                .by_entry = by_entry,
                                .who = who_is,
                                .round = round_places,
                                .arg = w};
    int err = fold_units(f->db, f->event, &units);
    if (err == LT_OK)
        err = read_entries(f, &w->entries);
    if (err == LT_OK && shown && f->engine.step > 0)
        err = resolve(f, shown, &reveal, &in);
    if (err == LT_OK) {
        w->units = in.units = units;
        *ret = lt_board_set_make(&in);
    }
    lt_resolve_free(reveal);
    lt_rows_free(w->entries);
    lt_board_units_free(units);
    return err;
}

/* Law 4: while papers are answered, totals tell about keys. */
static bool may_be_shown(const struct lt_fold *f)
{
    return !f->sheet.self_paced || f->sheet.at_once || f->engine.phase == LT_PHASE_FINAL;
}

int fold_boards(struct lt_fold *f, struct lt_tenant_id tenant, bool by_entry,
                struct lt_board_set **ret, struct lt_fold **ret_shown)
{
    *ret = NULL;
    *ret_shown = NULL;
    if (f->moved_seq == 0 || !may_be_shown(f))
        return LT_OK;
    struct lt_fold *shown;
    int err = lt_fold_shown(f, &shown);
    if (err != LT_OK)
        return err;
    struct who w = {.fold = shown ? shown : f};
    err = make(f, tenant, by_entry, shown, &w, ret);
    if (err == LT_OK)
        *ret_shown = shown;
    else
        lt_fold_free(shown);
    return err;
}

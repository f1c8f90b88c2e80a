/* Adding up a series.
 *
 * Results come through a cursor in the order of members, so memory is that of the places. Of each member
 * the best so many events count: more points, more right, less time. Disqualified entries have no result
 * that counts, nor has who did not take part; guests are nobody whom one could know again. Of two teams
 * of a unit in one event the better one stands for it. Units, for roll-ups, are those of the
 * latest event: as head counts were then, and where the member belonged when it last took part.
 *
 * The version is when the results were read: the same state gives the same board, so the later reading
 * is never the older one. */
#include "series.h"

#include "base/err.h"
#include "base/json.h"
#include "board_whole.h"
#include "fold_boards.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 20000 };

struct score {
    int64_t points_c, time_us;
    int32_t correct, answered;
    int event; /* index */
};
struct member {
    struct lt_place place;
    int64_t unit;
    bool leader;
};
struct sums {
    struct lt_db *db;
    struct lt_num series;
    struct lt_sheet sheet;
    bool teams;
    int best;
    int n_events;
    struct {
        int64_t id, start_c;
    } events[SERIES_EVENTS_MAX];            /* final ones, the latest last */
    struct score scores[SERIES_EVENTS_MAX]; /* of the member under way, */
    int n_scores;
    struct member now;
    struct member *members;
    int n, cap;
};

/* ---- rules ---- */

int series_sheet(const char *boards, bool teams, struct lt_sheet *ret, struct lt_buf *err)
{
    struct lt_buf text;
    lt_buf_init(&text, LT_SHEET_BYTES);
    lt_buf_printf(&text,
                  "{\"version\":1%s,\"rounds\":[{\"title\":\"x\",\"mode\":\"%s\",\"questions\":1,"
                  "\"seconds\":60,\"points\":{\"right\":1}}],\"boards\":%s}",
                  teams ? ",\"entries\":\"team\"" : "", teams ? "required" : "live", boards);
    int r = text.failed ? LT_ETOOBIG : lt_sheet_parse(lt_buf_cstr(&text), text.len, ret, err);
    lt_buf_done(&text);
    return r;
}

static int read_series(struct sums *s)
{
    struct lt_rows *rows;
    struct lt_buf problems;
    int err = lt_db_exec(s->db, &rows,
                         "SELECT kind = 'team', best, boards FROM leitai.series WHERE tenant_id = "
                         "leitai.current_tenant() AND series_id = $1",
                         s->series.s);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) != 1) {
        lt_rows_free(rows);
        return LT_ENOENT;
    }
    lt_buf_init(&problems, LT_SHEET_BYTES);
    s->teams = lt_rows_bool(rows, 0, 0);
    s->best = (int)lt_rows_i64(rows, 0, 1);
    err = series_sheet(lt_rows_text(rows, 0, 2), s->teams, &s->sheet, &problems);
    lt_buf_done(&problems);
    lt_rows_free(rows);
    return err;
}

static int start_points(const char *json, int64_t *ret)
{
    struct lt_buf problems;
    struct lt_sheet *sheet = malloc(sizeof *sheet);
    assert(sheet);
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(json, strlen(json), sheet, &problems);
    if (err == LT_OK)
        *ret = sheet->start_points_c;
    lt_buf_done(&problems);
    free(sheet);
    return err;
}

static int read_events(struct sums *s)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        s->db, &rows,
        "SELECT h.event_id, r.sheet FROM leitai.series_event v "
        "JOIN leitai.event_head h USING (tenant_id, event_id) "
        "JOIN leitai.rule_sheet r ON (r.tenant_id, r.event_id, r.version) = (h.tenant_id, "
        "h.event_id, h.sheet_version) JOIN leitai.event_log l ON (l.tenant_id, l.event_id, l.seq) "
        "= (h.tenant_id, h.event_id, h.seq) WHERE v.tenant_id = leitai.current_tenant() "
        "AND v.series_id = $1 AND h.phase = 'final' ORDER BY l.at_us, h.event_id",
        s->series.s);
    if (err != LT_OK)
        return err;
    s->n_events = lt_rows_count(rows);
    if (s->n_events > SERIES_EVENTS_MAX)
        err = LT_EFULL;
    for (int i = 0; i < s->n_events && err == LT_OK; i++) {
        s->events[i].id = lt_rows_i64(rows, i, 0);
        err = start_points(lt_rows_text(rows, i, 1), &s->events[i].start_c);
    }
    lt_rows_free(rows);
    return err;
}

/* ---- adding up ---- */

static int by_worth(const void *pa, const void *pb)
{
    const struct score *a = pa, *b = pb;
    if (a->points_c != b->points_c)
        return (a->points_c < b->points_c) - (a->points_c > b->points_c);
    if (a->correct != b->correct)
        return (a->correct < b->correct) - (a->correct > b->correct);
    if (a->time_us != b->time_us)
        return (a->time_us > b->time_us) - (a->time_us < b->time_us);
    return a->event - b->event;
}

static void close_member(struct sums *s)
{
    int n = s->best > 0 && s->best < s->n_scores ? s->best : s->n_scores;
    if (s->n_scores == 0)
        return;
    qsort(s->scores, (size_t)s->n_scores, sizeof *s->scores, by_worth);
    for (int i = 0; i < n; i++) {
        s->now.place.points_c += s->scores[i].points_c;
        s->now.place.correct += s->scores[i].correct;
        s->now.place.time_us += s->scores[i].time_us;
        s->now.place.answered += s->scores[i].answered;
    }
    if (s->now.place.answered == 0)
        s->now.place.answered = 1; /* it took part: points without an answer */
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->members = realloc(s->members, (size_t)s->cap * sizeof *s->members);
        assert(s->members);
    }
    s->members[s->n++] = s->now;
    s->n_scores = 0;
}

static int event_index(const struct sums *s, int64_t id)
{
    int i = 0;
    while (i < s->n_events && s->events[i].id != id)
        i++;
    return i;
}

/* The member's score of its event; of two the better one. */
static void add_score(struct sums *s, const struct score *score)
{
    for (int i = 0; i < s->n_scores; i++)
        if (s->scores[i].event == score->event) {
            if (by_worth(score, &s->scores[i]) < 0)
                s->scores[i] = *score;
            return;
        }
    s->scores[s->n_scores++] = *score;
}

static void add_row(struct sums *s, const struct lt_rows *rows, int i)
{
    int64_t member = lt_rows_i64(rows, i, 0);
    struct score score = {.event = event_index(s, lt_rows_i64(rows, i, 1)),
                          .points_c = lt_rows_i64(rows, i, 2),
                          .correct = (int32_t)lt_rows_i64(rows, i, 3),
                          .time_us = lt_rows_i64(rows, i, 4),
                          .answered = (int32_t)lt_rows_i64(rows, i, 5)};
    if (score.event == s->n_events ||
        (score.answered == 0 && score.points_c == s->events[score.event].start_c))
        return;
    if (member != s->now.place.entry || s->n_scores == 0) {
        close_member(s);
        s->now = (struct member){.place = {.entry = member, .last_qi = -1}};
    }
    int latest = -1;
    for (int k = 0; k < s->n_scores; k++)
        latest = s->scores[k].event > latest ? s->scores[k].event : latest;
    if (score.event >= latest)
        s->now.unit = lt_rows_i64(rows, i, 6);
    s->now.leader = lt_rows_bool(rows, i, 7);
    add_score(s, &score);
}

static int add_results(struct sums *s)
{
    int n = PAGE_ROWS;
    int err = lt_db_exec(
        s->db, NULL,
        s->teams
            ? "DECLARE results NO SCROLL CURSOR FOR SELECT n.unit_id, r.event_id, r.points_c, "
              "r.correct, r.time_us, r.answered, n.unit_id, false FROM leitai.series_event v "
              "JOIN leitai.result r USING (tenant_id, event_id) JOIN leitai.entry n USING "
              "(tenant_id, event_id, entry_id) WHERE v.tenant_id = leitai.current_tenant() AND "
              "v.series_id = $1 AND r.rank > 0 AND n.kind = 'team' AND n.unit_id IS NOT NULL "
              "ORDER BY 1, 2"
            : "DECLARE results NO SCROLL CURSOR FOR SELECT n.person_id, r.event_id, r.points_c, "
              "r.correct, r.time_us, r.answered, COALESCE(n.unit_id, 0), p.leader FROM "
              "leitai.series_event v JOIN leitai.result r USING (tenant_id, event_id) JOIN "
              "leitai.entry n USING (tenant_id, event_id, entry_id) JOIN leitai.person p USING "
              "(tenant_id, person_id) WHERE v.tenant_id = leitai.current_tenant() AND "
              "v.series_id = $1 AND r.rank > 0 AND n.kind = 'person' AND NOT n.guest AND NOT "
              "p.guest ORDER BY 1, 2",
        s->series.s);
    while (err == LT_OK && n == PAGE_ROWS) {
        struct lt_rows *rows;
        err = lt_db_exec(s->db, &rows, "FETCH 20000 FROM results");
        if (err != LT_OK)
            return err;
        n = lt_rows_count(rows);
        for (int i = 0; i < n; i++)
            add_row(s, rows, i);
        lt_rows_free(rows);
    }
    close_member(s);
    return err == LT_OK ? lt_db_exec(s->db, NULL, "CLOSE results") : err;
}

/* ---- the set ---- */

struct whose {
    const struct sums *sums; /* members by id */
    const struct lt_board_units *units;
};

static struct lt_board_who who_is(void *arg, int64_t id)
{
    const struct whose *w = arg;
    int low = 0, high = w->sums->n - 1;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (w->sums->members[middle].place.entry < id)
            low = middle + 1;
        else
            high = middle;
    }
    const struct member *m = &w->sums->members[low];
    return (struct lt_board_who){.unit = lt_board_units_find(w->units, m->unit),
                                 .leader = m->leader};
}

static int read_version(struct lt_db *d, int64_t *ret)
{
    struct lt_rows *rows;
    int err =
        lt_db_exec(d, &rows, "SELECT (extract(epoch FROM transaction_timestamp()) * 1000)::bigint");
    if (err != LT_OK)
        return err;
    *ret = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int make_set(struct sums *s, struct lt_tenant_id tenant, int64_t series,
                    struct lt_board_set **ret)
{
    struct lt_board_units *units = NULL;
    struct whose whose = {.sums = s};
    struct lt_board_input in = {.tenant = tenant,
                                .event = lt_board_series_id(series),
                                .sheet = &s->sheet,
                                .who = who_is,
                                .arg = &whose,
                                .n_shown = s->n};
    int err = fold_units(s->db, lt_num(s->events[s->n_events - 1].id), &units);
    if (err == LT_OK)
        err = read_version(s->db, &in.version);
    if (err != LT_OK) {
        lt_board_units_free(units);
        return err;
    }
    struct lt_place **order = malloc(((size_t)s->n + 1) * sizeof *order);
    assert(order);
    for (int i = 0; i < s->n; i++)
        order[i] = &s->members[i].place;
    lt_rank(&s->sheet, order, s->n);
    in.shown = (const struct lt_place *const *)order;
    in.shows = in.version;
    in.units = whose.units = units;
    s->sheet.round_boards = false;
    s->sheet.start_points_c = 0;
    *ret = lt_board_set_make(&in);
    free(order);
    lt_board_units_free(units);
    return LT_OK;
}

int series_boards(struct lt_db *d, struct lt_tenant_id tenant, int64_t series,
                  struct lt_board_set **ret)
{
    struct sums *s = calloc(1, sizeof *s);
    assert(s);
    *ret = NULL;
    s->db = d;
    s->series = lt_num(series);
    int err = read_series(s);
    if (err == LT_OK)
        err = read_events(s);
    if (err == LT_OK && s->n_events > 0)
        err = add_results(s);
    if (err == LT_OK && s->n_events > 0)
        err = make_set(s, tenant, series, ret);
    free(s->members);
    free(s);
    return err;
}

/* ---- writing ---- */

static int write_one(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                     int64_t series, struct board_written *ret)
{
    struct lt_board_set *set = NULL;
    *ret = (struct board_written){0};
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = lt_db_script(d, "SET TRANSACTION READ ONLY");
    if (err == LT_OK)
        err = series_boards(d, tenant, series, &set);
    lt_db_rollback(d);
    return err == LT_OK && set ? board_set_write(c, set, ret) : err;
}

int series_write(const struct lt_config *c, struct lt_db *d, struct lt_tenant_id tenant,
                 struct lt_event_id event, series_written_fn *fn, void *arg)
{
    struct lt_rows *rows = NULL;
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = lt_db_exec(d, &rows,
                         "SELECT s.series_id, s.code FROM leitai.series s WHERE s.tenant_id = "
                         "leitai.current_tenant() AND ($1::bigint = 0 OR EXISTS (SELECT FROM "
                         "leitai.series_event v WHERE (v.tenant_id, v.series_id, v.event_id) = "
                         "(s.tenant_id, s.series_id, $1::bigint))) ORDER BY 1",
                         lt_num(event.v).s);
    lt_db_rollback(d);
    for (int i = 0; err == LT_OK && i < lt_rows_count(rows); i++) {
        struct board_written w;
        err = write_one(c, d, tenant, lt_rows_i64(rows, i, 0), &w);
        if (err == LT_OK && fn && w.version > 0 && !w.newer)
            fn(arg, lt_rows_text(rows, i, 1), w.n, w.version);
    }
    lt_rows_free(rows);
    return err;
}

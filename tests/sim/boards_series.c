/* Final events of a tenant ranked together, out of their results as PostgreSQL has them. */
#include "boards.h"

#include "base/err.h"
#include "board_whole.h"
#include "series.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 512 };
struct part {
    int64_t member, event, points_c, time_us, unit;
    int correct, answered;
    bool used;
};

static bool better(const struct part *a, const struct part *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c;
    if (a->correct != b->correct)
        return a->correct > b->correct;
    return a->time_us < b->time_us;
}

/* Results that count, the latest event last. */
static int read_parts(struct world *w, bool teams, int64_t series, struct part **ret)
{
    struct lt_rows *rows;
    int n;

    exec(
        lt_db_exec(
            w->owner, &rows,
            "SELECT CASE WHEN n.kind = 'team' THEN n.unit_id ELSE n.person_id END, r.event_id, "
            "r.points_c, r.correct, r.time_us, r.answered, COALESCE(n.unit_id, 0) FROM "
            "leitai.series_event v JOIN leitai.result r USING (tenant_id, event_id) JOIN "
            "leitai.entry n USING (tenant_id, event_id, entry_id) JOIN leitai.event_head h USING "
            "(tenant_id, event_id) JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id) = "
            "(h.tenant_id, h.event_id) WHERE v.series_id = $1 AND h.phase = 'final' AND r.rank > 0 "
            "AND NOT n.guest AND ((n.kind = 'team' AND n.unit_id IS NOT NULL) OR n.kind = "
            "'person') AND (r.answered > 0 OR r.points_c <> "
            "100 * COALESCE((s.sheet::json ->> 'start_points')::numeric, $2::numeric)) ORDER BY "
            "(SELECT max(at_us) FROM leitai.event_log l WHERE (l.tenant_id, l.event_id) = "
            "(h.tenant_id, h.event_id)), r.event_id, 1",
            lt_num(series).s, teams ? "100" : "0"),
        w->owner, "results");
    n = lt_rows_count(rows);
    *ret = calloc((size_t)n + 1, sizeof **ret);
    for (int i = 0; i < n; i++)
        (*ret)[i] = (struct part){.member = lt_rows_i64(rows, i, 0),
                                  .event = lt_rows_i64(rows, i, 1),
                                  .points_c = lt_rows_i64(rows, i, 2),
                                  .correct = (int)lt_rows_i64(rows, i, 3),
                                  .time_us = lt_rows_i64(rows, i, 4),
                                  .answered = (int)lt_rows_i64(rows, i, 5),
                                  .unit = lt_rows_i64(rows, i, 6)};
    lt_rows_free(rows);
    return n;
}

/* The best of the member's that was not taken yet; of two of one event only the better one is left. */
static struct part *next_best(struct part *parts, int n, int64_t member)
{
    struct part *best = NULL;

    for (int i = 0; i < n; i++)
        if (parts[i].member == member && !parts[i].used && (!best || better(&parts[i], best)))
            best = &parts[i];
    for (int i = 0; i < n && best; i++)
        if (parts[i].member == member && parts[i].event == best->event)
            parts[i].used = true;
    return best;
}

static struct stand add_up(const struct world *w, struct part *parts, int n, int64_t member,
                           int best)
{
    struct stand s = {.entry = member, .unit = -1, .leader = world_leads(member)};
    struct part *p;
    int64_t unit = 0;

    for (int i = 0; i < n; i++)
        unit = parts[i].member == member ? parts[i].unit : unit;
    for (int i = 0; i < w->n_units; i++)
        s.unit = w->units[i].id == unit ? i : s.unit;
    for (int k = 0; (best == 0 || k < best) && (p = next_best(parts, n, member)); k++) {
        s.points_c += p->points_c;
        s.correct += p->correct;
        s.time_us += p->time_us;
        s.answered += p->answered;
    }
    s.answered += s.answered == 0;
    return s;
}

static void want_series(struct world *w, bool teams, int64_t series, int best)
{
    static struct stand s[MEMBERS_MAX];
    struct part *parts;
    int n = read_parts(w, teams, series, &parts), members = 0;

    for (int i = 0; i < n; i++) {
        bool known = false;

        for (int k = 0; k < members; k++)
            known = known || s[k].entry == parts[i].member;
        if (known)
            continue;
        if (members == MEMBERS_MAX)
            abort();
        s[members++] = add_up(w, parts, n, parts[i].member, best);
        s[members - 1].leader = !teams && s[members - 1].leader;
    }
    plain_rank(s, members, plain_by_points, NULL);
    want_entries(w, "board", s, members);
    want_rollups(w, 0, s, members, 0);
    free(parts);
}

static void one_series(struct world *w, bool teams)
{
    struct lt_buf boards;
    struct lt_board_set *set;
    struct board_written written;
    int best = chance(w, 50) ? 0 : 1 + below(w, 2), events = 0;
    int64_t series = w->tenant * 2 + teams;

    for (int i = 0; i < w->n_finals; i++)
        events += w->final_teams[i] == teams;
    if (events == 0)
        return;
    world_specs(w, teams);
    lt_buf_init(&boards, 4096);
    world_specs_json(w, &boards);
    /* ,"boards":[…],"round_boards":… */
    char *list = lt_buf_cstr(&boards) ? strdup(lt_buf_cstr(&boards) + 10) : NULL;
    *strstr(list, ",\"round_boards\"") = '\0';
    exec(lt_db_exec(
             w->owner, NULL,
             "INSERT INTO leitai.series (tenant_id, series_id, code, title, kind, best, "
             "boards) OVERRIDING SYSTEM VALUE VALUES (leitai.current_tenant(), $1::bigint, 's' || "
             "$1::bigint, 'S', $2, $3::smallint, $4::json)",
             lt_num(series).s, teams ? "team" : "person", lt_num(best).s, list),
         w->owner, "series");
    for (int i = 0; i < w->n_finals; i++)
        if (w->final_teams[i] == teams)
            run(w->owner,
                "INSERT INTO leitai.series_event VALUES (%" PRId64 ", %" PRId64 ", %" PRId64 ")",
                w->tenant, series, w->finals[i]);
    wants_clear(w);
    w->event = -series;
    w->story = teams ? "series of teams" : "series of persons";
    exec(lt_db_begin(w->app, (struct lt_tenant_id){w->tenant}), w->app, "begin");
    exec(series_boards(w->app, (struct lt_tenant_id){w->tenant}, series, &set), w->app, "series");
    lt_db_rollback(w->app);
    exec(board_set_write(w->config, set, &written), w->app, "writing the series");
    want_series(w, teams, series, best);
    check_event(w);
    w->tally->series++;
    free(list);
    lt_buf_done(&boards);
}

void series_of(struct world *w)
{
    one_series(w, false);
    one_series(w, true);
}

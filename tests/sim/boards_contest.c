/* A contest that the simulation of sim_contests plays, up to some record: its rows, and what its boards
 * must show. Often the cut lies in a freeze or in the midst of its reveal. Where it is the whole log, the
 * event is made final by the product, so that results are there. */
#include "boards.h"

#include "app/finalise.h"
#include "base/err.h"
#include "columns.h"
#include "domain/resolve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_BYTES = 32 * 1024 * 1024, ENTRIES = LT_TEAMS_MAX };

/* ---- what is known by hand of a log that ends at some record ---------------------------------- */

struct reckoned {
    int64_t frozen_seq, started_us;
    bool thawed, begun; /* begun: a key has been shown */
    int step, steps;
    int settled; /* questions [0, settled) are shown */
    enum lt_phase phase;
};

static bool silent_round(const struct lt_round_rule *rule)
{
    return rule->mode != LT_MODE_BUZZER && rule->mode != LT_MODE_JURY &&
           rule->mode != LT_MODE_TIEBREAK && rule->turns == LT_TURNS_ALL &&
           rule->judging != LT_JUDGED_BY_JUDGE;
}

static void reckon_armed(const struct contest *c, const struct lt_record *r, struct reckoned *k)
{
    const struct lt_freeze_rule *f = &c->sheet->freeze;
    int round, index;
    const struct lt_round_rule *rule = lt_sheet_round_of(c->sheet, r->qi, &round, &index);
    bool due = (f->round > 0 && round + 1 >= f->round) ||
               (f->after_minutes > 0 && r->at_us - k->started_us >= f->after_minutes * 60 * SECOND);

    k->settled = r->qi;
    if (k->frozen_seq != 0 && k->steps > 0 && k->step == k->steps) {
        k->frozen_seq = 0;
        k->step = k->steps = 0;
        k->thawed = true;
    }
    if (due && silent_round(rule) && !k->thawed && k->frozen_seq == 0)
        k->frozen_seq = r->seq;
}

static struct reckoned reckon(const struct contest *c, int n)
{
    struct reckoned k = {.phase = LT_PHASE_DRAFT};
    int burst = 1;

    for (int i = 0; i < n; i++) {
        const struct lt_record *r = &c->log[i];

        if (r->kind == LT_REC_PHASE || r->kind == LT_REC_FINAL) {
            if (r->phase == LT_PHASE_RUNNING && k.phase == LT_PHASE_LOBBY)
                k.started_us = r->at_us;
            k.phase = r->phase;
        } else if (r->kind == LT_REC_ARMED && !r->again) {
            burst = r->n;
            reckon_armed(c, r, &k);
        } else if (r->kind == LT_REC_REVEAL) {
            k.settled = r->qi + burst;
            k.begun = true;
        } else if (r->kind == LT_REC_RESOLVE) {
            k.step = r->step;
            k.steps = r->steps;
        }
    }
    return k;
}

static bool hidden(const struct reckoned *k)
{
    return k->frozen_seq != 0 && !(k->steps > 0 && k->step == k->steps);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void must_parse(struct lt_buf *text)
{
    struct lt_sheet *sheet = calloc(1, sizeof *sheet);
    struct lt_buf err;

    lt_buf_init(&err, LT_SHEET_BYTES);
    if (lt_sheet_parse(lt_buf_cstr(text), text->len, sheet, &err) != LT_OK) {
        fprintf(stderr, "%s\n%s\n", lt_buf_cstr(text), lt_buf_cstr(&err));
        exit(2);
    }
    lt_buf_done(&err);
    free(sheet);
}

static void insert_event(struct world *w, const struct contest *c)
{
    struct lt_buf sheet;
    char season[] = "2026";

    lt_buf_init(&sheet, LT_SHEET_BYTES);
    lt_buf_add(&sheet, lt_buf_cstr((struct lt_buf *)&c->sheet_json), c->sheet_json.len - 1);
    world_specs_json(w, &sheet);
    lt_buf_char(&sheet, '}');
    must_parse(&sheet);
    exec(
        lt_db_exec(w->owner, NULL,
                   "INSERT INTO leitai.event (tenant_id, event_id, code, title, season, join_code) "
                   "OVERRIDING SYSTEM VALUE VALUES (leitai.current_tenant(), $1::bigint, 'e' || "
                   "$1::bigint, 'E', "
                   "$2::smallint, $3)",
                   lt_num(w->event).s, season, lt_num(10000000 + w->event).s),
        w->owner, "event");
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.rule_sheet (tenant_id, event_id, version, sheet) VALUES "
                    "(leitai.current_tenant(), $1, 1, $2)",
                    lt_num(w->event).s, lt_buf_cstr(&sheet)),
         w->owner, "sheet");
    run(w->owner,
        "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) SELECT %" PRId64
        ", %" PRId64 ", i, 'r', 'live' FROM generate_series(1, %d) i; "
        "INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version, token) VALUES "
        "(%" PRId64 ", %" PRId64 ", 1, 1)",
        w->tenant, w->event, c->sheet->n_rounds, w->tenant, w->event);
    lt_buf_done(&sheet);
    (void)c;
}

static void insert_questions(struct world *w, const struct contest *c)
{
    struct columns q;

    columns_init(&q, 3, COLUMN_BYTES);
    for (int qi = 0; qi < c->n_questions; qi++) {
        int round, index;

        lt_sheet_round_of(c->sheet, qi, &round, &index);
        columns_i64(&q, 0, qi);
        columns_i64(&q, 1, round + 1);
        columns_text(&q, 2, sim_json(c->questions[qi]));
    }
    columns_end(&q);
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, "
                    "question_id, body) SELECT leitai.current_tenant(), $1::bigint, q, r, 1, "
                    "b::json FROM unnest($2::smallint[], $3::smallint[], $4::text[]) AS i(q, r, b)",
                    lt_num(w->event).s, q.text[0], q.text[1], q.text[2]),
         w->owner, "questions");
    columns_done(&q);
}

static void insert_entries(struct world *w, const struct contest *c)
{
    struct columns e;

    columns_init(&e, 5, COLUMN_BYTES);
    for (int i = 0; i < c->n_entries; i++) {
        int64_t entry = c->known[i].entry;
        int unit = world_unit_of(w, entry);
        char id[24] = "";

        if (unit >= 0)
            snprintf(id, sizeof id, "%" PRId64, w->units[unit].id);
        columns_i64(&e, 0, entry);
        columns_text(&e, 1, c->sheet->teams ? "team" : "person");
        columns_text(&e, 2, c->sheet->teams ? NULL : lt_num(entry).s);
        columns_text(&e, 3, unit >= 0 ? id : NULL);
        columns_text(&e, 4, !c->sheet->teams && world_guest(entry) ? "t" : "f");
        w->tally->guests += !c->sheet->teams && world_guest(entry);
    }
    columns_end(&e);
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.entry (tenant_id, event_id, entry_id, kind, person_id, "
                    "unit_id, name, guest, joined_at) OVERRIDING SYSTEM VALUE SELECT "
                    "leitai.current_tenant(), $1::bigint, e, k, p, u, 'n', g, 'epoch' FROM "
                    "unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[]) "
                    "AS i(e, k, p, u, g)",
                    lt_num(w->event).s, e.text[0], e.text[1], e.text[2], e.text[3], e.text[4]),
         w->owner, "entries");
    columns_done(&e);
}

static void insert_log(struct world *w, const struct contest *c, int n)
{
    struct columns l;
    struct lt_buf text;

    columns_init(&l, 4, COLUMN_BYTES);
    lt_buf_init(&text, LT_PAYLOAD_BYTES);
    for (int i = 0; i < n; i++) {
        lt_buf_clear(&text);
        lt_record_write(&c->log[i], &text);
        columns_i64(&l, 0, c->log[i].seq);
        columns_i64(&l, 1, c->log[i].at_us);
        columns_text(&l, 2, lt_record_kind_name(c->log[i].kind));
        columns_text(&l, 3, lt_buf_cstr(&text));
    }
    columns_end(&l);
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, "
                    "kind, payload, hash) SELECT leitai.current_tenant(), $1::bigint, s, 1, 1, a, "
                    "k, p, sha256('') FROM unnest($2::bigint[], $3::bigint[], $4::text[], "
                    "$5::text[]) AS i(s, a, k, p)",
                    lt_num(w->event).s, l.text[0], l.text[1], l.text[2], l.text[3]),
         w->owner, "log");
    lt_buf_done(&text);
    columns_done(&l);
}

static void insert_answers(struct world *w, const struct contest *c)
{
    struct columns a;

    columns_init(&a, 6, COLUMN_BYTES);
    for (int i = 0; i < c->n_rows; i++) {
        columns_i64(&a, 0, c->rows[i].qi);
        columns_i64(&a, 1, c->rows[i].person);
        columns_i64(&a, 2, c->rows[i].entry);
        columns_text(&a, 3, c->rows[i].body);
        columns_i64(&a, 4, c->rows[i].used_us);
        columns_i64(&a, 5, c->rows[i].received_us);
    }
    columns_end(&a);
    exec(lt_db_exec(
             w->owner, NULL,
             "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, "
             "entry_id, answer_id, body, late, \"right\", used_us, received_us) SELECT 2026, "
             "leitai.current_tenant(), $1::bigint, q, p, e, 'a', b, false, false, u, r FROM "
             "unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], "
             "$7::bigint[]) AS i(q, p, e, b, u, r)",
             lt_num(w->event).s, a.text[0], a.text[1], a.text[2], a.text[3], a.text[4], a.text[5]),
         w->owner, "answers");
    columns_done(&a);
}

/* The lobby freezes the units; then heads change in the tree, which must not matter. */
static void move_head(struct world *w, const struct reckoned *k, int n)
{
    if (k->phase == LT_PHASE_DRAFT) {
        run(w->owner, "UPDATE leitai.event_head SET seq = %d WHERE event_id = %" PRId64, n,
            w->event);
        return;
    }
    run(w->owner,
        "UPDATE leitai.event_head SET phase = 'lobby' WHERE event_id = %" PRId64 "; "
        "UPDATE leitai.unit SET registered = registered + 100 WHERE tenant_id = %" PRId64 "; "
        "UPDATE leitai.event_head SET phase = '%s', seq = %d WHERE event_id = %" PRId64,
        w->event, w->tenant, lt_phase_name(k->phase), n, w->event);
    run(w->owner, "UPDATE leitai.unit SET registered = registered - 100 WHERE tenant_id = %" PRId64,
        w->tenant);
}

/* ---- what must be there ---------------------------------------------------------------------- */

struct scored {
    struct stand stand;
    struct score score;
};
struct order {
    const struct contest *c;
    const struct scored *all;
    int n;
};

static const struct score *score_of(const struct order *o, int64_t entry)
{
    for (int i = 0; i < o->n; i++)
        if (o->all[i].stand.entry == entry)
            return &o->all[i].score;
    abort();
}

static struct lt_place place_of(const struct score *s)
{
    return (struct lt_place){.points_c = s->points_c,
                             .time_us = s->time_us,
                             .correct = s->correct,
                             .tiebreak = s->tiebreak,
                             .level = s->level};
}

static int by_sheet(const void *arg, const struct stand *a, const struct stand *b)
{
    const struct order *o = arg;
    struct lt_place pa = place_of(score_of(o, a->entry)), pb = place_of(score_of(o, b->entry));

    return sim_compare(o->c->sheet, &pa, &pb);
}

static struct stand stand_of(const struct world *w, const struct contest *c, int64_t entry,
                             const struct score *s)
{
    return (struct stand){.entry = entry,
                          .points_c = s->points_c,
                          .time_us = s->time_us,
                          .correct = s->correct,
                          .answered = s->answered,
                          .disqualified = s->disqualified,
                          .unit = world_unit_of(w, entry),
                          .leader = !c->sheet->teams && world_leads(entry)};
}

/* Everybody as of the first n records. */
static void score_all(struct world *w, const struct contest *played, int n, struct scored *out)
{
    static struct contest c;
    struct reckoned k = reckon(played, n);

    c = *played;
    c.n_log = n;
    for (int i = 0; i < c.n_entries; i++) {
        out[i].score = sim_score(&c, c.known[i].entry, k.settled);
        out[i].stand = stand_of(w, &c, c.known[i].entry, &out[i].score);
    }
}

static void rank_all(const struct contest *c, struct scored *all, struct stand *out)
{
    struct order o = {c, all, c->n_entries};

    for (int i = 0; i < c->n_entries; i++)
        out[i] = all[i].stand;
    plain_rank(out, c->n_entries, by_sheet, &o);
}

/* How many of the first steps open somebody; the kinds of steps are sim_contests' business. */
static int opens(struct world *w, const struct contest *c, int step, const struct scored *shown,
                 const struct scored *truth)
{
    static struct lt_place places[2][ENTRIES];
    static const struct lt_place *order[2][ENTRIES];
    const struct scored *all[2] = {shown, truth};
    int n = c->n_entries, opened = 0;

    (void)w;
    for (int k = 0; k < 2; k++) {
        struct lt_place *sorted[ENTRIES];

        for (int i = 0; i < n; i++) {
            places[k][i] = place_of(&all[k][i].score);
            places[k][i].entry = all[k][i].stand.entry;
            places[k][i].disqualified = all[k][i].score.disqualified;
            sorted[i] = &places[k][i];
        }
        lt_rank(c->sheet, sorted, n);
        for (int i = 0; i < n; i++)
            order[k][i] = sorted[i];
    }
    struct lt_resolve *r = lt_resolve_new(c->sheet, order[0], n, order[1], n);
    for (int i = 1; i <= step; i++)
        opened += lt_resolve_cue(r, i)->kind == LT_CUE_OPEN;
    lt_resolve_free(r);
    return opened;
}

/* The lowest that is not opened (of tied ones that with the highest number) gets what is true. */
static void open_one(const struct contest *c, struct scored *now, const struct scored *truth,
                     bool *opened)
{
    static struct stand ranked[ENTRIES];
    int lowest = -1;

    rank_all(c, now, ranked);
    for (int i = 0; i < c->n_entries; i++) {
        const struct stand *a = &ranked[i], *b = lowest >= 0 ? &ranked[lowest] : NULL;
        int rank_a = a->disqualified ? INT32_MAX : a->rank, rank_b = !b                ? -1
                                                                     : b->disqualified ? INT32_MAX
                                                                                       : b->rank;

        if (!opened[i] && (rank_a > rank_b || (rank_a == rank_b && b && a->entry > b->entry)))
            lowest = i;
    }
    if (lowest < 0)
        return;
    opened[lowest] = true;
    now[lowest] = truth[lowest];
}

static void want_rounds(struct world *w, const struct contest *played, int n)
{
    static struct contest c;
    static struct stand s[ENTRIES];
    struct reckoned k = reckon(played, n);
    char name[LT_BOARD_NAME_BYTES];

    c = *played;
    c.n_log = n;
    for (int r = 0; w->round_boards && r < c.sheet->n_rounds; r++) {
        if (lt_sheet_first(c.sheet, r) >= k.settled)
            continue;
        for (int i = 0; i < c.n_entries; i++) {
            struct score score = sim_score_round(&c, c.known[i].entry, r, k.settled);

            s[i] = stand_of(w, &c, c.known[i].entry, &score);
        }
        plain_rank(s, c.n_entries, plain_by_points, NULL);
        snprintf(name, sizeof name, "board:r%d", r + 1);
        want_entries(w, name, s, c.n_entries);
        want_rollups(w, r + 1, s, c.n_entries, 0);
        w->tally->rounds++;
    }
}

static void want_contest(struct world *w, const struct contest *c, int n, const struct reckoned *k)
{
    static struct scored truth[ENTRIES], shown[ENTRIES];
    static struct stand ranked[ENTRIES];
    int public = hidden(k) ? (int)k->frozen_seq - 1 : n;
    bool opened[ENTRIES] = {false};

    score_all(w, c, n, truth);
    score_all(w, c, public, shown);
    for (int i = k->step > 0 && hidden(k) ? opens(w, c, k->step, shown, truth) : 0; i > 0; i--)
        open_one(c, shown, truth, opened);
    rank_all(c, shown, ranked);
    want_entries(w, "board", ranked, c->n_entries);
    want_rollups(w, 0, ranked, c->n_entries, c->sheet->start_points_c);
    if (hidden(k)) {
        rank_all(c, truth, ranked);
        want_entries(w, "full", ranked, c->n_entries);
        w->frozen = true;
        w->tally->frozen++;
        w->tally->revealing += k->step > 0;
    }
    want_rounds(w, c, public);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Where the log is cut: anywhere, or rather in a freeze, or at a step of its reveal. */
static int cut(struct world *w, const struct contest *c)
{
    int at[LOG_MAX], n = 0, what = below(w, 100);

    if (what < 30)
        return c->n_log;
    for (int i = 0; i < c->n_log; i++) {
        bool fits = what < 55;

        if (!fits && what < 80)
            fits = c->log[i].kind == LT_REC_RESOLVE;
        if (!fits && what >= 80) {
            struct reckoned k = reckon(c, i + 1);
            fits = hidden(&k);
        }
        if (fits)
            at[n++] = i + 1;
    }
    return n > 0 ? at[below(w, n)] : 1 + below(w, c->n_log);
}

static void finalise(struct world *w, int64_t at_us)
{
    struct lt_final_job job = {
        .tenant = {w->tenant}, .event = {w->event}, .token = 1, .at_us = at_us};
    int64_t seq;

    run(w->owner,
        "INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES (%" PRId64 ", %" PRId64
        ", 'finalise', 1)",
        w->tenant, w->event);
    exec(lt_finalise(w->app, &job, &seq), w->app, "finalise");
}

void contest_event(struct world *w, struct contest *c)
{
    bool whole;
    int n;

    sim_play(c);
    world_specs(w, c->sheet->teams);
    n = cut(w, c);
    whole = n == c->n_log && c->log[n - 1].kind == LT_REC_FINAL;
    if (whole)
        n--;
    struct reckoned k = reckon(c, n);
    insert_event(w, c);
    insert_questions(w, c);
    insert_entries(w, c);
    insert_log(w, c, n);
    insert_answers(w, c);
    move_head(w, &k, n);
    if (whole) {
        finalise(w, c->log[n - 1].at_us + 1000000);
        w->finals[w->n_finals] = w->event;
        w->final_teams[w->n_finals++] = c->sheet->teams;
        w->tally->finals++;
    }
    w->story = whole ? "contest, final" : "contest";
    if (k.begun)
        want_contest(w, c, n, &k);
    w->tally->contests++;
}

/* Folding a self-paced event.
 *
 * Papers come in pages, in the order of persons, so memory is that of the places: one person's marks
 * are added up before the next one's are read. A duel's points depend on its other sides; those are
 * read with the page and drawn again, so a paper of a duel is drawn as often as the duel has sides.
 * Rejected: keeping what the first side's reading found; it would have to be kept to the end. */
#include "fold_papers.h"

#include "base/err.h"
#include "columns.h"
#include "domain/duel.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 2000, PERSON_PAPERS_MAX = 4096, IDS_BYTES = 256 * 1024 };

struct sums {
    struct lt_fold *f;
    struct lt_paper *paper; /* the one being read */
    struct lt_paper *sides[LT_DUEL_PLAYERS_MAX];
    struct lt_rows *entries; /* by person */
    int at;                  /* in entries, and so in the places */
    int64_t person;
    int n_marks;
    struct lt_paper_mark marks[PERSON_PAPERS_MAX];
};

int fold_pool(struct lt_db *d, struct lt_num event, const struct lt_sheet *sheet,
              struct lt_pool *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows,
                         "SELECT qi, round_no, difficulty, audience, body FROM "
                         "leitai.question_instance WHERE tenant_id = leitai.current_tenant() AND "
                         "event_id = $1 ORDER BY qi",
                         event.s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        err = lt_pool_add(ret, (int)lt_rows_i64(rows, i, 0), (int)lt_rows_i64(rows, i, 1) - 1,
                          (int)lt_rows_i64(rows, i, 2), lt_rows_text(rows, i, 3),
                          lt_rows_text(rows, i, 4));
    lt_rows_free(rows);
    return err == LT_OK ? lt_pool_end(ret, sheet) : err;
}

int fold_paper_read(const struct lt_sheet *sheet, const struct lt_pool *pool,
                    const struct lt_rows *rows, int i, struct lt_paper *paper,
                    struct fold_paper *ret)
{
    int n_pool;
    *ret = (struct fold_paper){
        .person = lt_rows_i64(rows, i, 0),
        .round = (int)lt_rows_i64(rows, i, 1) - 1,
        .attempt = (int)lt_rows_i64(rows, i, 2),
        .entry = lt_rows_i64(rows, i, 3),
        .duel = lt_rows_i64(rows, i, 11),
        .stored = {.points_c = lt_rows_i64(rows, i, 12),
                   .correct = (int32_t)lt_rows_i64(rows, i, 13),
                   .answered = (int32_t)lt_rows_i64(rows, i, 14),
                   .time_us = lt_rows_i64(rows, i, 15)},
        .paper = paper,
    };
    if (ret->round < 0 || ret->round >= sheet->n_rounds)
        return LT_ERECORD;
    const struct lt_pool_row *questions = lt_pool_round(pool, ret->round, &n_pool);
    if (lt_paper_draw(&sheet->rounds[ret->round], questions, n_pool,
                      (uint64_t)lt_rows_i64(rows, i, 4), (int)lt_rows_i64(rows, i, 5),
                      paper) != LT_OK)
        return LT_ERECORD;
    paper->started_us = lt_rows_i64(rows, i, 6);
    paper->deadline_us = lt_rows_i64(rows, i, 7);
    paper->submitted_us = lt_rows_i64(rows, i, 8);
    paper->state = (enum lt_paper_state)lt_rows_i64(rows, i, 9);
    const char *choices = lt_rows_text(rows, i, 10);
    return lt_paper_read(paper, choices, strlen(choices)) == LT_OK ? LT_OK : LT_ERECORD;
}

/* ---- duels ---- */

/* The sides of a duel among `rows` (papers with their duel's columns after them), in order of person;
 * robots follow. */
static int duel_place(struct sums *s, const struct lt_rows *rows, const struct fold_paper *mine,
                      int64_t *ret_points_c)
{
    const struct lt_fold *f = s->f;
    struct lt_duel d = {.rule = &f->sheet.rounds[mine->round]};
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    struct fold_paper side;
    int64_t end_us;
    int me = -1, robots = 0;
    for (int i = 0; i < lt_rows_count(rows); i++) {
        if (lt_rows_i64(rows, i, 11) != mine->duel || d.n == LT_DUEL_PLAYERS_MAX)
            continue;
        int err = fold_paper_read(&f->sheet, &f->pool, rows, i, s->sides[d.n], &side);
        if (err != LT_OK)
            return err;
        if (side.person == mine->person)
            me = d.n;
        d.seed = (uint64_t)lt_rows_i64(rows, i, 16);
        d.started_us = lt_rows_i64(rows, i, 17);
        robots = (int)lt_rows_i64(rows, i, 18);
        d.sides[d.n] = (struct lt_duel_side){.person = side.person, .paper = s->sides[d.n]};
        d.n++;
    }
    for (; robots > 0 && d.n < LT_DUEL_PLAYERS_MAX; robots--)
        d.sides[d.n++] = (struct lt_duel_side){0};
    if (me < 0)
        return LT_ERECORD;
    lt_duel_outcome(&d, INT64_MAX, places, &end_us);
    *ret_points_c = places[me].points_c;
    return LT_OK;
}

/* All sides of the duels that papers of this page belong to; *ret NULL: there are none. */
static int read_duels(const struct lt_fold *f, const struct lt_rows *page, struct lt_rows **ret)
{
    struct columns ids;
    int n = 0;
    *ret = NULL;
    columns_init(&ids, 1, IDS_BYTES);
    for (int i = 0; i < lt_rows_count(page); i++)
        if (lt_rows_i64(page, i, 11) != 0) {
            columns_i64(&ids, 0, lt_rows_i64(page, i, 11));
            n++;
        }
    columns_end(&ids);
    int err = n == 0
                  ? LT_OK
                  : lt_db_exec(f->db, ret,
                               "SELECT " FOLD_PAPER_COLUMNS
                               ", d.seed, d.started_us, d.robots FROM leitai.paper p JOIN "
                               "leitai.duel d USING (tenant_id, event_id, duel_id) WHERE "
                               "p.tenant_id = leitai.current_tenant() AND p.event_id = $1 AND "
                               "p.season = $2::smallint AND p.duel_id = ANY ($3::bigint[]) ORDER "
                               "BY p.duel_id, p.person_id",
                               f->event.s, f->season.s, ids.text[0]);
    columns_done(&ids);
    return err;
}

/* ---- totals ---- */

static void add_total(struct lt_place *place, const struct lt_paper_score *total)
{
    place->points_c += total->points_c;
    place->correct = total->correct;
    place->answered = total->answered;
    place->time_us = total->time_us;
}

/* Of each round by itself. Papers of a person come round by round. */
static void add_rounds(const struct sums *s)
{
    const struct lt_fold *f = s->f;
    for (int from = 0, to; from < s->n_marks; from = to) {
        int r = s->marks[from].round;
        for (to = from; to < s->n_marks && s->marks[to].round == r; to++)
            ;
        struct lt_paper_score total = lt_paper_total(&f->sheet, &s->marks[from], to - from);
        add_total(&f->rounds[(size_t)r * (size_t)f->n_ranked + (size_t)s->at], &total);
    }
}

/* The person's papers are all there: the place is what they add up to. */
static int close_person(struct sums *s)
{
    struct lt_fold *f = s->f;
    if (s->n_marks == 0)
        return LT_OK;
    while (s->at < f->n_ranked && lt_rows_i64(s->entries, s->at, 1) < s->person)
        s->at++;
    if (s->at == f->n_ranked || lt_rows_i64(s->entries, s->at, 1) != s->person)
        return LT_ERECORD; /* a paper without its entry */
    struct lt_paper_score total = lt_paper_total(&f->sheet, s->marks, s->n_marks);
    add_total(&f->places[s->at], &total);
    if (f->rounds)
        add_rounds(s);
    f->handed_in[s->at] = s->n_marks;
    s->n_marks = 0;
    return LT_OK;
}

static bool before(const struct lt_fold *f, enum lt_paper_state state, int64_t submitted_us)
{
    return state != LT_PAPER_OPEN && submitted_us < f->until_us;
}

/* Not of what the fold is about. What a duel came to depends on all its sides. */
static bool too_late(const struct lt_fold *f, const struct fold_paper *p,
                     const struct lt_rows *duels)
{
    if (f->until_us == 0)
        return false;
    bool all = before(f, p->paper->state, p->paper->submitted_us);
    for (int i = 0; p->duel != 0 && all && i < lt_rows_count(duels); i++)
        if (lt_rows_i64(duels, i, 11) == p->duel)
            all =
                before(f, (enum lt_paper_state)lt_rows_i64(duels, i, 9), lt_rows_i64(duels, i, 8));
    return !all;
}

static int add_paper(struct sums *s, const struct fold_paper *p, const struct lt_rows *duels)
{
    struct lt_fold *f = s->f;
    struct lt_paper_score score = lt_paper_grade(p->paper);
    int64_t place_c = 0;
    int err = LT_OK;
    if (p->person != s->person)
        err = close_person(s);
    s->person = p->person;
    if (err == LT_OK && p->duel != 0)
        err = duel_place(s, duels, p, &place_c);
    score.points_c += place_c;
    if (err == LT_OK && f->on_paper)
        err = f->on_paper(f->on_paper_arg, p, &score);
    if (err == LT_OK && s->n_marks == PERSON_PAPERS_MAX)
        err = LT_EFULL;
    if (err != LT_OK || p->paper->state == LT_PAPER_OPEN || too_late(f, p, duels))
        return err;
    s->marks[s->n_marks++] = (struct lt_paper_mark){.round = p->round,
                                                    .attempt = p->attempt,
                                                    .started_us = p->paper->started_us,
                                                    .points_c = score.points_c,
                                                    .time_us = score.time_us,
                                                    .correct = score.correct,
                                                    .answered = score.answered};
    return LT_OK;
}

static int add_page(struct sums *s, const struct lt_rows *page)
{
    struct lt_rows *duels;
    struct fold_paper p;
    int err = read_duels(s->f, page, &duels);
    for (int i = 0; i < lt_rows_count(page) && err == LT_OK; i++) {
        err = fold_paper_read(&s->f->sheet, &s->f->pool, page, i, s->paper, &p);
        if (err == LT_OK)
            err = add_paper(s, &p, duels);
    }
    lt_rows_free(duels);
    return err;
}

static int add_all(struct sums *s)
{
    struct lt_fold *f = s->f;
    struct lt_num person = lt_num(0), round = lt_num(0), attempt = lt_num(0);
    int err = LT_OK, n = PAGE_ROWS;
    while (err == LT_OK && n == PAGE_ROWS) {
        struct lt_rows *page;
        err =
            lt_db_exec(f->db, &page,
                       "SELECT " FOLD_PAPER_COLUMNS
                       " FROM leitai.paper p WHERE p.tenant_id = leitai.current_tenant() AND "
                       "p.event_id = $1 AND p.season = $2::smallint AND (p.person_id, p.round_no, "
                       "p.attempt) > ($3::bigint, $4::smallint, $5::smallint) ORDER BY "
                       "p.person_id, p.round_no, p.attempt LIMIT 2000",
                       f->event.s, f->season.s, person.s, round.s, attempt.s);
        if (err != LT_OK)
            return err;
        n = lt_rows_count(page);
        err = add_page(s, page);
        if (n > 0) {
            person = lt_num(lt_rows_i64(page, n - 1, 0));
            round = lt_num(lt_rows_i64(page, n - 1, 1));
            attempt = lt_num(lt_rows_i64(page, n - 1, 2));
        }
        lt_rows_free(page);
    }
    return err == LT_OK ? close_person(s) : err;
}

/* ---- places ---- */

/* Every entry that had joined by then has a place; rulings about it are in the log. */
static int make_places(struct lt_fold *f, const struct lt_rows *entries)
{
    int n = lt_rows_count(entries);
    f->n_ranked = n;
    f->places = calloc((size_t)n + 1, sizeof *f->places);
    f->order = calloc((size_t)n + 1, sizeof *f->order);
    f->by_entry = calloc((size_t)n + 1, sizeof *f->by_entry);
    f->handed_in = calloc((size_t)n + 1, sizeof *f->handed_in);
    if (f->sheet.round_boards)
        f->rounds = calloc((size_t)n * (size_t)f->sheet.n_rounds + 1, sizeof *f->rounds);
    if (!f->places || !f->order || !f->by_entry || !f->handed_in ||
        (f->sheet.round_boards && !f->rounds))
        return LT_ENOMEM;
    for (int i = 0; i < n; i++) {
        f->places[i] = (struct lt_place){.entry = lt_rows_i64(entries, i, 0),
                                         .points_c = f->sheet.start_points_c,
                                         .last_qi = -1};
        f->order[i] = f->by_entry[i] = &f->places[i];
        for (int r = 0; f->rounds && r < f->sheet.n_rounds; r++)
            f->rounds[(size_t)r * (size_t)n + (size_t)i].entry = f->places[i].entry;
    }
    return LT_OK;
}

static int by_entry(const void *pa, const void *pb)
{
    int64_t a = (*(struct lt_place *const *)pa)->entry, b = (*(struct lt_place *const *)pb)->entry;
    return (a > b) - (a < b);
}

static void apply_rulings(struct lt_fold *f)
{
    for (int i = 0; i < f->engine.n_rulings; i++) {
        const struct lt_ruling *r = &f->engine.rulings[i];
        struct lt_place *p = r->state == LT_RULING_DONE ? fold_place_of(f, r->entry) : NULL;
        if (p && r->kind == LT_RULING_ADJUST)
            p->points_c += r->value_c;
        else if (p && r->kind == LT_RULING_DISQUALIFY)
            p->disqualified = true;
    }
}

struct lt_place *fold_place_of(const struct lt_fold *f, int64_t entry)
{
    const struct lt_place key = {.entry = entry}, *p = &key;
    struct lt_place **found =
        bsearch(&p, f->by_entry, (size_t)f->n_ranked, sizeof *f->by_entry, by_entry);
    return found ? *found : NULL;
}

static int add_up(struct sums *s)
{
    struct lt_fold *f = s->f;
    int err = fold_pool(f->db, f->event, &f->sheet, &f->pool);
    if (err == LT_OK)
        err = lt_db_exec(
            f->db, &s->entries,
            "SELECT entry_id, COALESCE(person_id, 0) FROM leitai.entry WHERE tenant_id = "
            "leitai.current_tenant() AND event_id = $1 AND ($2::bigint = 0 OR (extract(epoch FROM "
            "joined_at) * 1000000)::bigint < $2::bigint) ORDER BY 2",
            f->event.s, lt_num(f->until_us).s);
    if (err == LT_OK)
        err = make_places(f, s->entries);
    if (err == LT_OK)
        err = add_all(s);
    if (err != LT_OK)
        return err;
    qsort(f->by_entry, (size_t)f->n_ranked, sizeof *f->by_entry, by_entry);
    apply_rulings(f);
    lt_rank(&f->sheet, f->order, f->n_ranked);
    f->ranked = (const struct lt_place *const *)f->order;
    f->moved_seq = f->engine.seq;
    return LT_OK;
}

/* Practice counts nothing, so it has no board. */
int fold_papers_round(const struct lt_fold *f, int r, struct lt_place **ret)
{
    static const struct lt_sheet plain = {.n_keys = 3,
                                          .keys = {LT_KEY_POINTS, LT_KEY_CORRECT, LT_KEY_TIME}};
    size_t n = (size_t)f->n_ranked;
    bool begun = false;
    if (!f->rounds || f->sheet.rounds[r].paper.practice)
        return -1;
    struct lt_place *all = malloc((n + 1) * sizeof *all), *sorted = malloc((n + 1) * sizeof *all);
    struct lt_place **order = malloc((n + 1) * sizeof *order);
    assert(all && sorted && order);
    memcpy(all, &f->rounds[(size_t)r * n], n * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        all[i].disqualified = f->places[i].disqualified;
        begun = begun || all[i].answered > 0;
        order[i] = &all[i];
    }
    lt_rank(&plain, order, (int)n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    free(order);
    free(all);
    if (!begun) {
        free(sorted);
        return -1;
    }
    *ret = sorted;
    return (int)n;
}

int fold_papers(struct lt_fold *f)
{
    struct sums *s = calloc(1, sizeof *s);
    if (!s)
        return LT_ENOMEM;
    s->f = f;
    s->paper = calloc(1, sizeof *s->paper);
    bool memory = s->paper != NULL;
    for (int i = 0; i < LT_DUEL_PLAYERS_MAX; i++) {
        s->sides[i] = calloc(1, sizeof *s->sides[i]);
        memory = memory && s->sides[i];
    }
    int err = memory ? add_up(s) : LT_ENOMEM;
    lt_rows_free(s->entries);
    for (int i = 0; i < LT_DUEL_PLAYERS_MAX; i++)
        free(s->sides[i]);
    free(s->paper);
    free(s);
    return err;
}

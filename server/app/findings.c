/* Duels are read first, so that it is known of whom something has to be summed up; then all papers, in
 * the order of persons. Answers are kept for one detector only (alike timing), so many at most: of a
 * larger event the first papers are compared, and the log says so. Nothing is read of a paper but its
 * seed, times, choices and marks. */
#include "findings.h"

#include "base/err.h"
#include "base/log.h"
#include "domain/duel.h"
#include "fold.h"
#include "fold_papers.h"
#include "service/duel_rows.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    PAGE_ROWS = 2000,
    DUELS_PAGE = 200,
    ANSWERS_MAX = 4 * 1000 * 1000, /* kept; 24 bytes each */
    DAYS_MAX = 400,
    EVIDENCE_BYTES = 4096,
    MARK_COLUMN = 16, /* after FOLD_PAPER_COLUMNS */
};

struct player {
    struct lt_finding_player p;
    UT_hash_handle hh;
};
struct list { /* growing */
    void *rows;
    size_t n, cap;
};
struct gather {
    struct lt_db *db;
    struct lt_num event;
    struct lt_fold *fold;
    struct lt_paper *papers; /* LT_DUEL_PLAYERS_MAX to unpack into */
    struct list kept, answers, duels;
    bool cut; /* answers were left out */
    struct player *players;
    int n_questions;
    int64_t first_day;
    struct use {
        int32_t asked, right;
    } * uses; /* n_questions × DAYS_MAX */
    struct lt_findings found;
};

static void *push(struct list *l, size_t size)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 1024;
        l->rows = realloc(l->rows, l->cap * size);
        assert(l->rows);
    }
    void *row = (char *)l->rows + l->n++ * size;
    memset(row, 0, size);
    return row;
}

/* ---- duels ---- */

struct at {
    const struct lt_rows *rows;
    int first;
};
static const char *cell(void *arg, int row, int col)
{
    const struct at *at = arg;
    return lt_rows_text(at->rows, at->first + row, col);
}

static struct player *player_of(struct gather *g, int64_t person, bool add)
{
    struct player *p;
    HASH_FIND(hh, g->players, &person, sizeof person, p);
    if (p || !add)
        return p;
    p = calloc(1, sizeof *p);
    assert(p);
    p->p.person = person;
    HASH_ADD(hh, g->players, p.person, sizeof person, p);
    return p;
}

static void add_sides(struct gather *g, const struct lt_duel_rows *rows,
                      const struct lt_duel_place *places)
{
    for (int i = 0; i < rows->n; i++) {
        struct lt_paper_score score = lt_paper_grade(&g->papers[i]);
        bool lost = places[i].place > 1;
        struct player *p = player_of(g, rows->seats[i].person, true);
        p->p.rating = rows->seats[i].rating;
        if (!lost) {
            p->p.answered += score.answered;
            p->p.right += score.correct;
        }
        for (int k = 0; k < rows->size; k++) {
            if (k == i)
                continue;
            struct lt_finding_duel *d = push(&g->duels, sizeof *d);
            *d = (struct lt_finding_duel){.duel = rows->duel,
                                          .person = rows->seats[i].person,
                                          .other = k < rows->n ? rows->seats[k].person : 0,
                                          .lost = lost,
                                          .forfeited = places[i].forfeited,
                                          .answered = score.answered,
                                          .right = score.correct};
        }
    }
}

static int add_duel(struct gather *g, struct lt_duel_rows *rows, struct at *at, int n)
{
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    struct lt_duel duel;
    int64_t end_us;
    int n_pool;
    int err = lt_duel_rows_take(rows, n, cell, at);
    if (err != LT_OK || rows->round < 0 || rows->round >= g->fold->sheet.n_rounds)
        return LT_ERECORD;
    const struct lt_pool_row *pool = lt_pool_round(&g->fold->pool, rows->round, &n_pool);
    err = lt_duel_build(rows, &g->fold->sheet.rounds[rows->round], pool, n_pool, g->papers, &duel);
    if (err != LT_OK)
        return err;
    lt_duel_outcome(&duel, INT64_MAX, places, &end_us);
    add_sides(g, rows, places);
    return LT_OK;
}

/* Rows of LT_SQL_DUEL of a page of duels, and the duel after them. */
static int read_duels(struct gather *g, int64_t after, struct lt_rows **ret)
{
    return lt_db_exec(
        g->db, ret,
        "SELECT d.round_no, d.seed, d.size, d.robots, d.started_us, COALESCE(d.ended_us, 0), "
        "n.name, n.unit_name, COALESCE(g.rating, 1200), p.person_id, p.attempt, p.state, p.rev, "
        "p.ordinal, p.entry_id, COALESCE(p.duel_id, 0), p.seed, p.started_us, p.deadline_us, "
        "COALESCE(p.submitted_us, 0), p.choices, d.duel_id FROM (SELECT * FROM leitai.duel WHERE "
        "tenant_id = leitai.current_tenant() AND event_id = $1 AND duel_id > $3 AND ended_us IS "
        "NOT NULL ORDER BY duel_id LIMIT $4) AS d JOIN leitai.paper p ON p.tenant_id = d.tenant_id "
        "AND p.event_id = d.event_id AND p.duel_id = d.duel_id AND p.season = $2::smallint JOIN "
        "leitai.entry n ON n.tenant_id = p.tenant_id AND n.event_id = p.event_id AND n.entry_id = "
        "p.entry_id LEFT JOIN leitai.duel_rating g ON g.tenant_id = p.tenant_id AND g.person_id = "
        "p.person_id ORDER BY d.duel_id, p.person_id",
        g->event.s, g->fold->season.s, lt_num(after).s, lt_num(DUELS_PAGE).s);
}

static int add_duels(struct gather *g)
{
    enum { DUEL = 21 };
    struct lt_duel_rows duel = {.event = strtoll(g->event.s, NULL, 10)};
    int64_t after = 0;
    int err = LT_OK, n = 1;
    while (err == LT_OK && n > 0) {
        struct lt_rows *rows;
        err = read_duels(g, after, &rows);
        if (err != LT_OK)
            break;
        n = lt_rows_count(rows);
        for (int i = 0, next; i < n && err == LT_OK; i = next) {
            struct at at = {rows, i};
            after = duel.duel = lt_rows_i64(rows, i, DUEL);
            for (next = i; next < n && lt_rows_i64(rows, next, DUEL) == after;)
                next++;
            err = add_duel(g, &duel, &at, next - i);
        }
        lt_rows_free(rows);
    }
    lt_duel_rows_done(&duel);
    return err;
}

/* ---- papers ---- */

static void count_use(struct gather *g, int qi, int64_t at_us, bool right)
{
    int64_t day = lt_paper_day(&g->fold->sheet, at_us) - g->first_day;
    if (qi < 0 || qi >= g->n_questions || day < 0 || day >= DAYS_MAX)
        return;
    struct use *u = &g->uses[(size_t)qi * DAYS_MAX + (size_t)day];
    u->asked++;
    u->right += right;
}

/* The answers of a paper in the order of their times; returns how many. */
static int answers_of(struct gather *g, const struct lt_paper *p, struct lt_finding_answer *ret)
{
    int order[LT_PAPER_ITEMS_MAX], n = 0;
    bool right;
    int64_t points_c, before_us = p->started_us;
    for (int i = 0; i < p->n; i++) {
        if (!lt_paper_item_score(p, i, &right, &points_c))
            continue;
        int k = n++;
        for (; k > 0 && p->choices[order[k - 1]].at_us > p->choices[i].at_us; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int k = 0; k < n; k++) {
        const struct lt_pool_row *row = &p->pool[p->items[order[k]].row];
        int64_t at_us = p->choices[order[k]].at_us, used_us = at_us - before_us;
        lt_paper_item_score(p, order[k], &right, &points_c);
        ret[k] = (struct lt_finding_answer){.question = row->qi,
                                            .used_ms = (int32_t)(used_us > 0 ? used_us / 1000 : 0),
                                            .read_ms = (int32_t)lt_reading_ms(row->question),
                                            .right = right};
        before_us = at_us;
        count_use(g, row->qi, at_us, right);
    }
    return n;
}

static uint64_t mark(const struct lt_rows *rows, int i, int col, bool *ret_has)
{
    const char *hex = lt_rows_text(rows, i, col);
    *ret_has = hex[0] != '\0';
    return strtoull(hex, NULL, 16);
}

/* Sides of duels are asked the same in the same order, so their timing is not compared. */
static void keep(struct gather *g, const struct lt_finding_paper *paper, bool duel)
{
    struct lt_finding_paper *kept = push(&g->kept, sizeof *kept);
    *kept = *paper;
    kept->answers = NULL;
    kept->n = 0;
    if (duel)
        return;
    if (g->answers.n + (size_t)paper->n > ANSWERS_MAX) {
        g->cut = true;
        return;
    }
    kept->n = paper->n;
    for (int k = 0; k < paper->n; k++)
        *(struct lt_finding_answer *)push(&g->answers, sizeof *paper->answers) = paper->answers[k];
}

static int add_paper(struct gather *g, const struct lt_rows *rows, int i)
{
    struct lt_finding_answer answers[LT_PAPER_ITEMS_MAX];
    struct fold_paper p;
    struct lt_finding_paper paper = {.answers = answers};
    int err = fold_paper_read(&g->fold->sheet, &g->fold->pool, rows, i, g->papers, &p);
    if (err != LT_OK || g->fold->sheet.rounds[p.round].paper.practice)
        return err;
    paper.person = p.person;
    paper.started_us = p.paper->started_us;
    paper.device = mark(rows, i, MARK_COLUMN, &paper.has_device);
    paper.address = mark(rows, i, MARK_COLUMN + 1, &paper.has_address);
    paper.n = answers_of(g, p.paper, answers);
    lt_findings_too_fast(&paper, 1, &g->found);
    keep(g, &paper, p.duel != 0);
    struct player *player = p.duel == 0 ? player_of(g, p.person, false) : NULL;
    for (int k = 0; player && k < paper.n; k++) {
        player->p.answered++;
        player->p.right += answers[k].right;
    }
    return LT_OK;
}

static int add_papers(struct gather *g)
{
    struct lt_num person = lt_num(0), round = lt_num(0), attempt = lt_num(0);
    int err = LT_OK, n = PAGE_ROWS;
    while (err == LT_OK && n == PAGE_ROWS) {
        struct lt_rows *rows;
        err = lt_db_exec(g->db, &rows,
                         "SELECT " FOLD_PAPER_COLUMNS
                         ", encode(p.device, 'hex'), encode(p.address, 'hex') FROM leitai.paper p "
                         "WHERE p.tenant_id = leitai.current_tenant() AND p.event_id = $1 AND "
                         "p.season = $2::smallint AND p.state <> 0 AND (p.person_id, p.round_no, "
                         "p.attempt) > ($3::bigint, $4::smallint, $5::smallint) ORDER BY "
                         "p.person_id, p.round_no, p.attempt LIMIT 2000",
                         g->event.s, g->fold->season.s, person.s, round.s, attempt.s);
        if (err != LT_OK)
            return err;
        n = lt_rows_count(rows);
        for (int i = 0; i < n && err == LT_OK; i++)
            err = add_paper(g, rows, i);
        if (n > 0) {
            person = lt_num(lt_rows_i64(rows, n - 1, 0));
            round = lt_num(lt_rows_i64(rows, n - 1, 1));
            attempt = lt_num(lt_rows_i64(rows, n - 1, 2));
        }
        lt_rows_free(rows);
    }
    return err;
}

static int prepare(struct gather *g)
{
    struct lt_rows *rows;
    int err = fold_pool(g->db, g->event, &g->fold->sheet, &g->fold->pool);
    if (err == LT_OK)
        err = lt_db_exec(g->db, &rows,
                         "SELECT COALESCE(min(p.started_us), 0), (SELECT count(*) FROM "
                         "leitai.question_instance q WHERE q.tenant_id = leitai.current_tenant() "
                         "AND q.event_id = $1) FROM leitai.paper p WHERE p.tenant_id = "
                         "leitai.current_tenant() AND p.event_id = $1 AND p.season = $2::smallint",
                         g->event.s, g->fold->season.s);
    if (err != LT_OK)
        return err;
    g->first_day = lt_paper_day(&g->fold->sheet, lt_rows_i64(rows, 0, 0));
    g->n_questions = (int)lt_rows_i64(rows, 0, 1);
    lt_rows_free(rows);
    g->uses = calloc((size_t)g->n_questions * DAYS_MAX + 1, sizeof *g->uses);
    g->papers = calloc(LT_DUEL_PLAYERS_MAX, sizeof *g->papers);
    return g->uses && g->papers ? LT_OK : LT_ENOMEM;
}

/* ---- detecting ---- */

static void detect_exposed(struct gather *g)
{
    struct list uses = {0};
    for (int q = 0; q < g->n_questions; q++)
        for (int d = 0; d < DAYS_MAX; d++) {
            const struct use *u = &g->uses[(size_t)q * DAYS_MAX + (size_t)d];
            if (u->asked == 0)
                continue;
            struct lt_finding_use *row = push(&uses, sizeof *row);
            *row = (struct lt_finding_use){
                .question = q, .day = d, .asked = u->asked, .right = u->right};
        }
    lt_findings_exposed(uses.rows, (int)uses.n, &g->found);
    free(uses.rows);
}

static void detect_duels(struct gather *g)
{
    struct list players = {0};
    for (const struct player *p = g->players; p; p = p->hh.next)
        *(struct lt_finding_player *)push(&players, sizeof p->p) = p->p;
    lt_findings_same_pair(g->duels.rows, (int)g->duels.n, &g->found);
    lt_findings_sandbagging(g->duels.rows, (int)g->duels.n, players.rows, (int)players.n,
                            &g->found);
    free(players.rows);
}

static int detect(struct gather *g)
{
    struct lt_finding_paper *papers = g->kept.rows;
    const struct lt_finding_answer *answers = g->answers.rows;
    for (size_t i = 0; i < g->kept.n; answers += papers[i].n, i++)
        papers[i].answers = papers[i].n > 0 ? answers : NULL;
    lt_findings_same_timing(papers, (int)g->kept.n, &g->found);
    lt_findings_shared(papers, (int)g->kept.n, &g->found);
    detect_exposed(g);
    detect_duels(g);
    if (g->cut)
        lt_log(LT_LOG_WARN, "findings: timing was compared among the first papers only",
               LT_S("event", g->event.s), LT_I("answers", ANSWERS_MAX));
    return g->found.failed ? LT_ENOMEM : LT_OK;
}

/* ---- writing ---- */

static int write_one(struct gather *g, const struct lt_finding *f)
{
    struct lt_buf subject, evidence;
    int named = f->n_subjects < LT_FINDING_SUBJECTS_MAX ? f->n_subjects : LT_FINDING_SUBJECTS_MAX;
    lt_buf_init(&subject, EVIDENCE_BYTES);
    lt_buf_init(&evidence, EVIDENCE_BYTES);
    for (int i = 0; i < named; i++)
        lt_buf_printf(&subject, "%s%" PRId64, i ? "," : "", f->subjects[i]);
    lt_buf_printf(&evidence,
                  "{\"subjects\":[%s],\"of_subjects\":%d,\"n\":%" PRId64 ",\"of\":%" PRId64
                  ",\"before_e4\":%" PRId32 ",\"after_e4\":%" PRId32 "}",
                  lt_buf_cstr(&subject), f->n_subjects, f->n, f->of, f->before_e4, f->after_e4);
    assert(!subject.failed && !evidence.failed);
    int err = lt_db_exec(
        g->db, NULL,
        "INSERT INTO leitai.finding (tenant_id, event_id, kind, subject, evidence) "
        "VALUES (leitai.current_tenant(), $1, $2, $3, $4) ON CONFLICT (tenant_id, "
        "event_id, kind, subject) DO UPDATE SET evidence = excluded.evidence, "
        "found_at = excluded.found_at",
        g->event.s, lt_finding_name(f->kind), lt_buf_cstr(&subject), lt_buf_cstr(&evidence));
    lt_buf_done(&subject);
    lt_buf_done(&evidence);
    return err;
}

static int write_all(struct gather *g, int *ret_n)
{
    struct lt_rows *rows;
    int err = lt_db_exec(g->db, NULL,
                         "DELETE FROM leitai.finding WHERE tenant_id = leitai.current_tenant() AND "
                         "event_id = $1",
                         g->event.s);
    for (int i = 0; i < g->found.n && err == LT_OK; i++)
        err = write_one(g, &g->found.rows[i]);
    if (err == LT_OK)
        err = lt_db_exec(g->db, &rows,
                         "SELECT count(*) FROM leitai.finding WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1",
                         g->event.s);
    if (err != LT_OK)
        return err;
    *ret_n = (int)lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static void gather_done(struct gather *g)
{
    struct player *p, *next;
    HASH_ITER (hh, g->players, p, next) {
        HASH_DEL(g->players, p);
        free(p);
    }
    lt_findings_done(&g->found);
    free(g->uses);
    free(g->papers);
    free(g->kept.rows);
    free(g->answers.rows);
    free(g->duels.rows);
    lt_fold_free(g->fold);
}

int findings_compute(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                     int *ret_n)
{
    struct gather g = {.db = d, .event = lt_num(event.v)};
    *ret_n = 0;
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = lt_fold_open(d, event, &g.fold);
    if (err == LT_OK && !g.fold->sheet.self_paced)
        err = LT_EFORBIDDEN;
    if (err == LT_OK)
        err = prepare(&g);
    if (err == LT_OK)
        err = add_duels(&g);
    if (err == LT_OK)
        err = add_papers(&g);
    if (err == LT_OK)
        err = detect(&g);
    if (err == LT_OK)
        err = write_all(&g, ret_n);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    gather_done(&g);
    return err;
}

/* ---- printing ---- */

static const struct {
    const char *zh, *en;
} labels[LT_FINDINGS] = {
    [LT_FINDING_TOO_FAST] = {"作答快于阅读", "answers faster than one can read"},
    [LT_FINDING_SAME_TIMING] = {"作答节奏相同", "the same rhythm of answers"},
    [LT_FINDING_SHARED_DEVICE] = {"多人同一设备", "many people on one device"},
    [LT_FINDING_SHARED_ADDRESS] = {"多人同一地址同时作答", "many people at one address at once"},
    [LT_FINDING_EXPOSED_QUESTION] = {"题目可能外泄", "a question that may be known"},
    [LT_FINDING_SAME_PAIR] = {"总是相互对战", "a pair that always meets"},
    [LT_FINDING_SANDBAGGING] = {"可能故意输掉", "losing on purpose, perhaps"},
};

static int label_of(const char *kind)
{
    int k = 0;
    while (k < LT_FINDINGS - 1 && strcmp(lt_finding_name((enum lt_finding_kind)k), kind) != 0)
        k++;
    return k;
}

static void print_row(const struct lt_rows *rows, int i)
{
    enum { KIND, SUBJECT, N, OF, BEFORE, AFTER, COUNT, NUMBER, NAME, UNIT };
    int k = label_of(lt_rows_text(rows, i, KIND));
    bool first = i == 0 ||
                 strcmp(lt_rows_text(rows, i, KIND), lt_rows_text(rows, i - 1, KIND)) != 0 ||
                 strcmp(lt_rows_text(rows, i, SUBJECT), lt_rows_text(rows, i - 1, SUBJECT)) != 0;
    if (first) {
        printf("%s%s / %s: %s", i ? "\n" : "", labels[k].zh, labels[k].en,
               lt_rows_text(rows, i, N));
        if (lt_rows_i64(rows, i, OF) > 0)
            printf("/%s", lt_rows_text(rows, i, OF));
        if (lt_rows_i64(rows, i, BEFORE) > 0 || lt_rows_i64(rows, i, AFTER) > 0)
            printf(", %.1f %% → %.1f %%", (double)lt_rows_i64(rows, i, BEFORE) / 100,
                   (double)lt_rows_i64(rows, i, AFTER) / 100);
        printf(":");
    }
    printf(" %s", lt_rows_text(rows, i, NAME));
    if (lt_rows_text(rows, i, UNIT)[0])
        printf(" (%s)", lt_rows_text(rows, i, UNIT));
}

int findings_print(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event)
{
    struct lt_rows *rows;
    int err = lt_db_begin(d, tenant);
    if (err == LT_OK)
        err = lt_db_exec(d, &rows, lt_sql_statements[LT_SQL_FINDINGS].sql, lt_num(event.v).s,
                         "100000");
    lt_db_rollback(d);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows); i++)
        print_row(rows, i);
    printf(lt_rows_count(rows) ? "\n" : "没有发现 / no findings\n");
    lt_rows_free(rows);
    return LT_OK;
}

/* Nothing about an order is stored: each paper is drawn anew from its seed and compared. Twenty codes
 * are more than enough to tell a million papers apart, and so are five with their options. */
#include "trace.h"

#include "base/err.h"
#include "fold_papers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 2000, STEPS_MAX = 50, NAME_COLUMN = 16 };

struct step {
    int qi, n_options; /* options seen, 0: not known */
    int option[LT_OPTIONS_MAX];
};
struct trace {
    struct lt_db *db;
    struct lt_fold *fold;
    struct lt_paper *paper;
    struct step steps[STEPS_MAX];
    int n;
};

/* ---- the order ---- */

/* "BADC" → 1, 0, 3, 2. */
static int read_letters(const char *text, size_t n, struct step *s)
{
    if (n == 0 || n > LT_OPTIONS_MAX)
        return LT_EQUESTION;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < 'A' || text[i] >= 'A' + LT_OPTIONS_MAX)
            return LT_EQUESTION;
        s->option[i] = text[i] - 'A';
    }
    s->n_options = (int)n;
    return LT_OK;
}

static int find_code(struct trace *t, const char *code, size_t n, int *ret_qi)
{
    struct lt_rows *rows;
    char text[LT_CODE_BYTES + 1];
    if (n == 0 || n > LT_CODE_BYTES)
        return LT_EQUESTION;
    snprintf(text, sizeof text, "%.*s", (int)n, code);
    int err =
        lt_db_exec(t->db, &rows,
                   "SELECT i.qi FROM leitai.question_instance i JOIN leitai.question q "
                   "USING (tenant_id, question_id) WHERE i.tenant_id = leitai.current_tenant() "
                   "AND i.event_id = $1 AND q.code = $2",
                   t->fold->event.s, text);
    if (err != LT_OK)
        return err;
    bool found = lt_rows_count(rows) == 1;
    if (found)
        *ret_qi = (int)lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return found ? LT_OK : LT_EQUESTION;
}

static int read_order(struct trace *t, const char *order)
{
    int err = LT_OK;
    for (const char *at = order; err == LT_OK && *at;) {
        size_t n = strcspn(at, ","), code = strcspn(at, ",:");
        struct step *s = &t->steps[t->n];
        if (t->n++ == STEPS_MAX)
            return LT_EQUESTION;
        err = find_code(t, at, code, &s->qi);
        if (err == LT_OK && code < n)
            err = read_letters(at + code + 1, n - code - 1, s);
        at += n + (at[n] == ',');
    }
    return err == LT_OK && t->n == 0 ? LT_EQUESTION : err;
}

/* ---- the papers ---- */

static bool shown_so(const struct trace *t, int at)
{
    for (int k = 0; k < t->n; k++) {
        const struct lt_paper_item *item = &t->paper->items[at + k];
        const struct step *s = &t->steps[k];
        if (t->paper->pool[item->row].qi != s->qi ||
            memcmp(item->option, s->option, (size_t)s->n_options * sizeof *s->option) != 0)
            return false;
    }
    return true;
}

static int page_print(struct trace *t, const struct lt_rows *page)
{
    for (int i = 0; i < lt_rows_count(page); i++) {
        struct fold_paper p;
        int err = fold_paper_read(&t->fold->sheet, &t->fold->pool, page, i, t->paper, &p);
        if (err != LT_OK)
            return err;
        for (int at = 0; at + t->n <= t->paper->n; at++)
            if (shown_so(t, at)) {
                printf("%s  %s  round %d  attempt %d  %s\n", lt_rows_text(page, i, NAME_COLUMN),
                       lt_rows_text(page, i, NAME_COLUMN + 1), p.round + 1, p.attempt,
                       lt_rows_text(page, i, NAME_COLUMN + 2));
                break;
            }
    }
    return LT_OK;
}

static int papers_print(struct trace *t)
{
    struct lt_num person = lt_num(0), round = lt_num(0), attempt = lt_num(0);
    int err = LT_OK, n = PAGE_ROWS;
    while (err == LT_OK && n == PAGE_ROWS) {
        struct lt_rows *page;
        err = lt_db_exec(
            t->db, &page,
            "SELECT " FOLD_PAPER_COLUMNS
            ", e.ext_id, e.name, to_timestamp(p.started_us / 1000000)::text FROM leitai.paper p "
            "JOIN leitai.person e USING (tenant_id, person_id) WHERE p.tenant_id = "
            "leitai.current_tenant() AND p.event_id = $1 AND p.season = $2::smallint AND "
            "(p.person_id, p.round_no, p.attempt) > ($3::bigint, $4::smallint, $5::smallint) "
            "ORDER BY p.person_id, p.round_no, p.attempt LIMIT 2000",
            t->fold->event.s, t->fold->season.s, person.s, round.s, attempt.s);
        if (err != LT_OK)
            return err;
        n = lt_rows_count(page);
        err = page_print(t, page);
        if (n > 0) {
            person = lt_num(lt_rows_i64(page, n - 1, 0));
            round = lt_num(lt_rows_i64(page, n - 1, 1));
            attempt = lt_num(lt_rows_i64(page, n - 1, 2));
        }
        lt_rows_free(page);
    }
    return err;
}

static int run(struct trace *t, struct lt_event_id event, const char *order)
{
    int err = lt_fold_open(t->db, event, &t->fold);
    if (err != LT_OK)
        return err;
    if (!t->fold->sheet.self_paced)
        return LT_EFORBIDDEN;
    err = fold_pool(t->db, t->fold->event, &t->fold->sheet, &t->fold->pool);
    if (err == LT_OK)
        err = read_order(t, order);
    return err == LT_OK ? papers_print(t) : err;
}

int trace_print(struct lt_db *d, struct lt_tenant_id tenant, struct lt_event_id event,
                const char *order)
{
    struct trace *t = calloc(1, sizeof *t);
    if (!t)
        return LT_ENOMEM;
    t->db = d;
    t->paper = calloc(1, sizeof *t->paper);
    int err = t->paper ? lt_db_begin(d, tenant) : LT_ENOMEM;
    if (err == LT_OK)
        err = run(t, event, order);
    lt_db_rollback(d);
    lt_fold_free(t->fold);
    free(t->paper);
    free(t);
    return err;
}

/* Folding an event.
 *
 * The log is read and applied first, as a whole: then every ruling is known, and each question is
 * settled once. Answers come question by question, so memory is that of the largest one: about 200
 * bytes an answer. Rejected: reading all answers of an event through one cursor. They would have to
 * be sorted by question for it, and each question's are at hand in the order of the primary key. */
#include "fold.h"

#include "base/err.h"
#include "fold_papers.h"
#include "service/board_set.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- rules and questions ---- */

static int read_sheet(const char *json, struct lt_sheet *ret)
{
    struct lt_buf problems;
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(json, strlen(json), ret, &problems);
    lt_buf_done(&problems);
    return err;
}

static int read_event(struct lt_fold *f)
{
    struct lt_rows *rows;
    int err =
        lt_db_exec(f->db, &rows,
                   "SELECT e.title, e.season, s.sheet, h.seq, h.token, COALESCE((extract(epoch "
                   "FROM e.closes_at) * 1000000)::bigint, 0), (extract(epoch FROM "
                   "clock_timestamp()) * 1000000)::bigint FROM leitai.event e "
                   "JOIN leitai.event_head h USING (tenant_id, event_id) "
                   "JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, s.version) "
                   "= (h.tenant_id, h.event_id, h.sheet_version) "
                   "WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1",
                   f->event.s);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) != 1) {
        err = LT_ENOEVENT;
    } else {
        f->title = strdup(lt_rows_text(rows, 0, 0));
        f->season = lt_num(lt_rows_i64(rows, 0, 1));
        f->head_seq = lt_rows_i64(rows, 0, 3);
        f->token = lt_rows_i64(rows, 0, 4);
        f->closes_us = lt_rows_i64(rows, 0, 5);
        f->now_us = lt_rows_i64(rows, 0, 6);
        err = f->title ? read_sheet(lt_rows_text(rows, 0, 2), &f->sheet) : LT_ENOMEM;
    }
    lt_rows_free(rows);
    return err;
}

static int parse_questions(struct lt_fold *f, const struct lt_rows *rows)
{
    int n = lt_rows_count(rows), err = LT_OK;
    if (n != lt_sheet_questions(&f->sheet))
        return LT_ESHEET;
    f->questions = calloc((size_t)n, sizeof *f->questions);
    if (!f->questions)
        return LT_ENOMEM;
    for (int i = 0; i < n && err == LT_OK; i++) {
        const char *body = lt_rows_text(rows, i, 0), *path;
        err = lt_question_parse(body, strlen(body), &f->questions[i], &path);
        f->n_questions += err == LT_OK;
    }
    return err;
}

static int read_questions(struct lt_fold *f)
{
    struct lt_rows *rows;
    int err = lt_db_exec(f->db, &rows,
                         "SELECT body FROM leitai.question_instance WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1 ORDER BY qi",
                         f->event.s);
    if (err != LT_OK)
        return err;
    err = parse_questions(f, rows);
    lt_rows_free(rows);
    return err;
}

int lt_fold_open(struct lt_db *d, struct lt_event_id event, struct lt_fold **ret)
{
    struct lt_fold *f = calloc(1, sizeof *f);
    if (!f)
        return LT_ENOMEM;
    f->db = d;
    f->event = lt_num(event.v);
    int err = read_event(f);
    if (err == LT_OK && !f->sheet.self_paced)
        err = read_questions(f);
    if (err == LT_OK) {
        lt_engine_init(&f->engine, &f->sheet);
        f->standings = lt_standings_new(&f->sheet, f->questions, f->n_questions);
        err = f->standings ? LT_OK : LT_ENOMEM;
    }
    if (err == LT_OK)
        *ret = f;
    else
        lt_fold_free(f);
    return err;
}

void lt_fold_free(struct lt_fold *f)
{
    if (!f)
        return;
    lt_standings_free(f->standings);
    for (int i = 0; i < f->n_questions; i++)
        lt_question_free(f->questions[i]);
    free(f->questions);
    lt_pool_done(&f->pool);
    free(f->places);
    free(f->order);
    free(f->by_entry);
    free(f->handed_in);
    free(f->rounds);
    free(f->title);
    free(f);
}

/* ---- the log ---- */

static int fold_record(struct lt_fold *f, const struct lt_rows *rows, int i,
                       lt_fold_record_fn *seen, void *arg)
{
    const char *payload = lt_rows_text(rows, i, 3);
    struct lt_record record;
    int err = lt_record_read(lt_rows_text(rows, i, 0), lt_rows_i64(rows, i, 1),
                             lt_rows_i64(rows, i, 2), payload, strlen(payload), &record);
    if (err == LT_OK && seen)
        err = seen(arg, f, &record, payload);
    int64_t frozen_seq = f->engine.frozen_seq;
    if (err == LT_OK)
        err = lt_engine_apply(&f->engine, &record);
    if (err != LT_OK)
        return err;
    bool changed = lt_standings_apply(f->standings, &f->engine, &record);
    if (lt_standings_moved(f->standings, &record, changed) || record.kind == LT_REC_RESOLVE ||
        f->engine.frozen_seq != frozen_seq)
        f->moved_seq = record.seq;
    return LT_OK;
}

int lt_fold_log(struct lt_fold *f, lt_fold_record_fn *seen, void *arg)
{
    struct lt_rows *rows;
    int64_t head = f->until_seq > 0 && f->until_seq < f->head_seq ? f->until_seq : f->head_seq;
    int err =
        lt_db_exec(f->db, &rows,
                   "SELECT kind, seq, at_us, payload FROM leitai.event_log "
                   "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND seq <= $2 "
                   "AND ($3::bigint = 0 OR at_us < $3::bigint) ORDER BY seq",
                   f->event.s, lt_num(head).s, lt_num(f->until_us).s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        err = fold_record(f, rows, i, seen, arg);
    lt_rows_free(rows);
    if (err == LT_OK && f->until_us == 0 && f->engine.seq != head)
        err = LT_EGAP;
    return err;
}

/* ---- answers ---- */

int lt_fold_rows(const struct lt_fold *f, int from, int to, struct lt_rows **ret_rows,
                 struct lt_answer_row **ret, int *ret_n)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        f->db, &rows,
        "SELECT qi, entry_id, person_id, body, used_us, received_us FROM leitai.answer WHERE "
        "tenant_id = leitai.current_tenant() AND event_id = $1 AND season = $2::smallint AND "
        "qi >= $3::smallint AND qi < $4::smallint AND NOT late ORDER BY qi, received_us, person_id",
        f->event.s, f->season.s, lt_num(from).s, lt_num(to).s);
    if (err != LT_OK)
        return err;
    int n = lt_rows_count(rows);
    struct lt_answer_row *answers = calloc((size_t)n + 1, sizeof *answers);
    if (!answers) {
        lt_rows_free(rows);
        return LT_ENOMEM;
    }
    for (int i = 0; i < n; i++)
        answers[i] = (struct lt_answer_row){
            .qi = (int)lt_rows_i64(rows, i, 0),
            .entry = lt_rows_i64(rows, i, 1),
            .person = lt_rows_i64(rows, i, 2),
            .body = lt_rows_text(rows, i, 3),
            .used_us = lt_rows_i64(rows, i, 4),
            .received_us = lt_rows_i64(rows, i, 5),
        };
    *ret_rows = rows;
    *ret = answers;
    *ret_n = n;
    return LT_OK;
}

/* On a board that froze is who had joined by then: when the first record that it does not take was made. */
static int add_entries(struct lt_fold *f)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        f->db, &rows,
        "SELECT entry_id FROM leitai.entry WHERE tenant_id = leitai.current_tenant() AND "
        "event_id = $1 AND ($2::bigint = 0 OR (extract(epoch FROM joined_at) * 1000000)::bigint <= "
        "(SELECT l.at_us FROM leitai.event_log l WHERE l.tenant_id = leitai.current_tenant() AND "
        "l.event_id = $1 AND l.seq = $2::bigint + 1))",
        f->event.s, lt_num(f->until_seq).s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        if (!lt_standings_add(f->standings, lt_rows_i64(rows, i, 0)))
            err = LT_ENOMEM;
    lt_rows_free(rows);
    return err;
}

static int settle_question(struct lt_fold *f, int qi)
{
    struct lt_rows *rows;
    struct lt_answer_row *answers;
    int n, err = lt_fold_rows(f, qi, qi + 1, &rows, &answers, &n);
    if (err != LT_OK)
        return err;
    lt_standings_settle(f->standings, 1, answers, n);
    free(answers);
    lt_rows_free(rows);
    return LT_OK;
}

/* Law 4: a question whose key is not public yet moves nothing. */
static int public_questions(const struct lt_engine *e)
{
    if (e->qi < 0)
        return 0;
    return e->qstate == LT_Q_REVEALED ? e->qi + e->n_open : e->qi;
}

int lt_fold_answers(struct lt_fold *f)
{
    if (f->sheet.self_paced)
        return fold_papers(f);
    int err = add_entries(f), n = public_questions(&f->engine);
    for (int qi = 0; qi < n && err == LT_OK; qi++)
        err = settle_question(f, qi);
    if (err == LT_OK)
        f->n_ranked = lt_standings_rank(f->standings, &f->ranked);
    return err;
}

/* ---- what is public ---- */

/* The first record and moment that are not; false: all are. */
static bool hidden_from(const struct lt_fold *f, int64_t *ret_seq, int64_t *ret_us)
{
    int64_t frozen_us = lt_board_frozen_us(&f->sheet, f->closes_us);
    *ret_seq = *ret_us = 0;
    if (!f->sheet.self_paced && lt_engine_hides(&f->engine))
        *ret_seq = f->engine.frozen_seq;
    else if (f->sheet.self_paced && f->now_us >= frozen_us && f->engine.phase != LT_PHASE_FINAL)
        *ret_us = frozen_us;
    return *ret_seq > 0 || *ret_us > 0;
}

void lt_fold_cap(struct lt_fold *f)
{
    int64_t frozen_us = lt_board_frozen_us(&f->sheet, f->closes_us);
    if (f->sheet.self_paced && f->now_us < frozen_us && frozen_us < INT64_MAX)
        f->until_us = frozen_us;
}

int lt_fold_shown(struct lt_fold *f, struct lt_fold **ret)
{
    struct lt_fold *shown;
    int64_t seq, us;
    *ret = NULL;
    if (!hidden_from(f, &seq, &us))
        return LT_OK;
    int err = lt_fold_open(f->db, (struct lt_event_id){strtoll(f->event.s, NULL, 10)}, &shown);
    if (err != LT_OK)
        return err;
    shown->until_seq = seq > 0 ? seq - 1 : 0;
    shown->until_us = us;
    err = lt_fold_log(shown, NULL, NULL);
    if (err == LT_OK)
        err = lt_fold_answers(shown);
    if (err == LT_OK)
        *ret = shown;
    else
        lt_fold_free(shown);
    return err;
}

int lt_fold_round(void *fold, int r, struct lt_place **ret)
{
    struct lt_fold *f = fold;
    return f->sheet.self_paced ? fold_papers_round(f, r, ret)
                               : lt_board_round(&f->sheet, f->standings, r, ret);
}

const struct lt_place *lt_fold_place(const struct lt_fold *f, int64_t entry)
{
    return f->sheet.self_paced ? fold_place_of(f, entry) : lt_standings_place(f->standings, entry);
}

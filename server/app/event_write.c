/* An event's rows.
 *
 * A draft may be written again and again; each time the rule sheet gets a new version, so that what
 * was once agreed on stays on record. The head's row is locked first: the driver's append takes the
 * same lock, so either the lobby opens with the old rules and this fails, or it opens with the new
 * ones. Who has a draft open at a desk has its old rules in memory; that is why a driven draft is
 * not written, and why a new token goes with a new version.
 *
 * Join codes belong to all tenants together, but row security hides the others' codes from a look
 * beforehand: the unique index decides, and another code is drawn when it says no. */
#include "event_write.h"

#include "base/err.h"
#include "columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    COLUMN_BYTES = 512 * 1024,
    CODE_TRIES = 20, /* with six digits, then with eight */
};

/* ---- the bank ---- */

static int bank_rows(struct event_bank *b)
{
    b->n = lt_rows_count(b->rows);
    b->questions = calloc((size_t)b->n + 1, sizeof *b->questions);
    b->ids = calloc((size_t)b->n + 1, sizeof *b->ids);
    if (!b->questions || !b->ids)
        return LT_ENOMEM;
    for (int i = 0; i < b->n; i++) {
        struct lt_bank_row *q = &b->questions[i];
        b->ids[i] = lt_rows_i64(b->rows, i, 0);
        q->code = lt_rows_text(b->rows, i, 1);
        q->topic = lt_rows_text(b->rows, i, 2);
        q->audience = lt_rows_text(b->rows, i, 3);
        q->difficulty = (int)lt_rows_i64(b->rows, i, 4);
        if (!lt_qtype_parse(lt_rows_text(b->rows, i, 5), &q->type))
            return LT_EQUESTION;
    }
    return LT_OK;
}

int event_bank_load(struct lt_db *d, const char *code, struct event_bank *ret)
{
    struct lt_rows *found;
    int err = lt_db_exec(d, &found,
                         "SELECT bank_id FROM leitai.bank WHERE tenant_id = "
                         "leitai.current_tenant() AND code = $1",
                         code);
    if (err != LT_OK)
        return err;
    struct lt_num bank = lt_num(lt_rows_count(found) == 1 ? lt_rows_i64(found, 0, 0) : 0);
    err = lt_rows_count(found) == 1 ? LT_OK : LT_ENOENT;
    lt_rows_free(found);
    *ret = (struct event_bank){0};
    if (err == LT_OK)
        err = lt_db_exec(d, &ret->rows,
                         "SELECT question_id, code, topic, audience, difficulty, type FROM "
                         "leitai.question WHERE tenant_id = leitai.current_tenant() AND bank_id = "
                         "$1 ORDER BY question_id",
                         bank.s);
    if (err == LT_OK)
        err = bank_rows(ret);
    if (err != LT_OK)
        event_bank_done(ret);
    return err;
}

void event_bank_done(struct event_bank *b)
{
    lt_rows_free(b->rows);
    free(b->questions);
    free(b->ids);
    *b = (struct event_bank){0};
}

static int draw(const struct event_bank *b, const struct lt_sheet *sheet, uint64_t seed, int *drawn,
                struct event_drawn *ret, struct lt_buf *err)
{
    if (!sheet->self_paced) {
        ret->n = lt_sheet_questions(sheet);
        for (int r = 0; r < sheet->n_rounds; r++)
            ret->of_round[r] = lt_sheet_first(sheet, r + 1) - lt_sheet_first(sheet, r);
        return lt_draw(sheet, b->questions, b->n, seed, drawn, err);
    }
    int result = lt_pool_draw(sheet, b->questions, b->n, seed, drawn, ret->of_round, err);
    for (int r = 0; result == LT_OK && r < sheet->n_rounds; r++)
        ret->n += ret->of_round[r];
    return result;
}

int event_questions(const struct event_bank *b, const struct lt_sheet *sheet, uint64_t seed,
                    struct event_drawn *ret, struct lt_buf *err)
{
    size_t room = (size_t)(sheet->self_paced ? b->n : lt_sheet_questions(sheet)) + 1;
    int *drawn = calloc(room, sizeof *drawn);
    *ret = (struct event_drawn){.ids = calloc(room, sizeof *ret->ids)};
    int result = drawn && ret->ids ? draw(b, sheet, seed, drawn, ret, err) : LT_ENOMEM;
    for (int i = 0; result == LT_OK && i < ret->n; i++)
        ret->ids[i] = b->ids[drawn[i]];
    free(drawn);
    if (result != LT_OK)
        event_drawn_done(ret);
    return result;
}

void event_drawn_done(struct event_drawn *d)
{
    free(d->ids);
    *d = (struct event_drawn){0};
}

/* ---- the event's row ---- */

/* 10^(digits − 1) … 10^digits − 1, each with the same chance. */
static int random_code(int digits, char out[16])
{
    uint32_t low = digits == 6 ? 100000 : 10000000, n = 9 * low, v;
    do {
        if (getrandom(&v, sizeof v, 0) != sizeof v)
            return LT_EINTERNAL;
    } while (v < -n % n);
    snprintf(out, 16, "%" PRIu32, low + v % n);
    return LT_OK;
}

/* Insert with the join code in `ret`; ret->event stays 0 when the code is taken. */
static int try_insert(struct lt_db *d, const struct event_draft *e, struct event_written *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows,
        "INSERT INTO leitai.event (tenant_id, code, title, season, join_code, created_at) VALUES "
        "(leitai.current_tenant(), $1, $2, $3::smallint, $4, COALESCE($5::timestamptz, now())) "
        "ON CONFLICT (join_code) DO NOTHING RETURNING event_id",
        e->code, e->title, e->season, ret->join_code, e->created_at);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) == 1)
        ret->event = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int insert_event(struct lt_db *d, const struct event_draft *e, struct event_written *ret)
{
    int err = LT_OK;
    ret->fresh = true;
    if (e->join_code) {
        snprintf(ret->join_code, sizeof ret->join_code, "%s", e->join_code);
        err = try_insert(d, e, ret);
    }
    for (int i = 0; !e->join_code && err == LT_OK && ret->event == 0 && i < 2 * CODE_TRIES; i++) {
        err = random_code(i < CODE_TRIES ? 6 : 8, ret->join_code);
        if (err == LT_OK)
            err = try_insert(d, e, ret);
    }
    return err == LT_OK && ret->event == 0 ? LT_EFULL : err;
}

/* Lock the event of this code, if there is one: ret->event. */
static int find_event(struct lt_db *d, const char *code, struct event_written *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows,
        "SELECT e.event_id, e.join_code, h.phase = 'draft', EXISTS (SELECT FROM leitai.node n "
        "WHERE n.node_id = h.node_id AND n.heartbeat_at > clock_timestamp() - interval '10 s') "
        "FROM leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id) "
        "WHERE e.tenant_id = leitai.current_tenant() AND e.code = $1 FOR UPDATE OF h",
        code);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) == 1) {
        ret->event = lt_rows_i64(rows, 0, 0);
        snprintf(ret->join_code, sizeof ret->join_code, "%s", lt_rows_text(rows, 0, 1));
        if (!lt_rows_bool(rows, 0, 2))
            err = LT_EPHASE;
        else if (lt_rows_bool(rows, 0, 3))
            err = LT_EBUSY;
    }
    lt_rows_free(rows);
    return err;
}

/* ---- what belongs to it ---- */

/* Away with what is written anew. */
static int clear_event(struct lt_db *d, const struct event_draft *e, int64_t event)
{
    static const char *const tables[] = {"question_instance", "round", "team_member", "entry"};
    struct lt_num id = lt_num(event);
    char sql[200];
    int err = lt_db_exec(d, NULL,
                         "UPDATE leitai.event SET title = $2, season = $3::smallint WHERE "
                         "tenant_id = leitai.current_tenant() AND event_id = $1",
                         id.s, e->title, e->season);
    for (int i = 0; i < (e->sheet->teams ? 2 : 4) && err == LT_OK; i++) {
        snprintf(sql, sizeof sql,
                 "DELETE FROM leitai.%s WHERE tenant_id = leitai.current_tenant() AND event_id = "
                 "$1",
                 tables[i]);
        err = lt_db_exec(d, NULL, sql, id.s);
    }
    return err;
}

static int insert_sheet(struct lt_db *d, const char *text, struct event_written *w)
{
    struct lt_rows *rows;
    struct lt_num id = lt_num(w->event);
    int err =
        lt_db_exec(d, &rows,
                   "INSERT INTO leitai.rule_sheet (tenant_id, event_id, version, sheet) SELECT "
                   "leitai.current_tenant(), $1, COALESCE(max(version), 0) + 1, $2::json FROM "
                   "leitai.rule_sheet WHERE tenant_id = leitai.current_tenant() AND event_id = $1 "
                   "RETURNING version",
                   id.s, text);
    if (err != LT_OK)
        return err;
    w->version = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return lt_db_exec(
        d, NULL,
        w->fresh ? "INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version) VALUES "
                   "(leitai.current_tenant(), $1, $2)"
                 : "UPDATE leitai.event_head SET sheet_version = $2, token = token + 1, node_id = "
                   "NULL WHERE tenant_id = leitai.current_tenant() AND event_id = $1",
        id.s, lt_num(w->version).s);
}

static int insert_rounds(struct lt_db *d, int64_t event, const struct lt_sheet *sheet)
{
    int err = LT_OK;
    for (int i = 0; i < sheet->n_rounds && err == LT_OK; i++)
        err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) "
                         "VALUES (leitai.current_tenant(), $1, $2, $3, $4)",
                         lt_num(event).s, lt_num(i + 1).s, sheet->rounds[i].title,
                         lt_mode_name(sheet->rounds[i].mode));
    return err;
}

/* Content and key as they are now: the bank may change, the event's copy does not. */
static int insert_questions(struct lt_db *d, int64_t event, const struct event_draft *e)
{
    struct columns c;
    const struct event_drawn *q = e->questions;
    columns_init(&c, 3, COLUMN_BYTES);
    for (int r = 0, i = 0; r < e->sheet->n_rounds; r++)
        for (int k = 0; k < q->of_round[r]; k++, i++) {
            columns_i64(&c, 0, i);
            columns_i64(&c, 1, r + 1);
            columns_i64(&c, 2, q->ids[i]);
        }
    columns_end(&c);
    int err = lt_db_exec(
        d, NULL,
        "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, "
        "body, difficulty, audience) SELECT q.tenant_id, $1, i.qi, i.round_no, q.question_id, "
        "q.body, q.difficulty, q.audience FROM "
        "unnest($2::smallint[], $3::smallint[], $4::bigint[]) AS i (qi, round_no, question_id) "
        "JOIN leitai.question q ON q.tenant_id = leitai.current_tenant() AND q.question_id = "
        "i.question_id",
        lt_num(event).s, c.text[0], c.text[1], c.text[2]);
    columns_done(&c);
    return err;
}

/* ---- whom it addresses, and when ---- */

/* The first name of a list for which `sql` finds nothing, into `missing`. */
static int check_names(struct lt_db *d, const char *sql, const char *names, char missing[61])
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, sql, names);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) > 0) {
        snprintf(missing, 61, "%s", lt_rows_text(rows, 0, 0));
        err = LT_EAUDIENCE;
    }
    lt_rows_free(rows);
    return err;
}

static int write_audience(struct lt_db *d, const struct event_draft *e, struct event_written *w)
{
    const struct lt_audience_rule *a = &e->sheet->audience;
    struct columns c;
    columns_init(&c, 2, COLUMN_BYTES);
    for (int i = 0; i < a->n_kinds; i++)
        columns_text(&c, 0, a->kinds[i]);
    for (int i = 0; i < a->n_regions; i++)
        columns_text(&c, 1, a->regions[i]);
    columns_end(&c);
    int err = check_names(d,
                          "SELECT k FROM unnest($1::text[]) AS k WHERE NOT EXISTS (SELECT FROM "
                          "leitai.unit WHERE tenant_id = leitai.current_tenant() AND kind = k)",
                          c.text[0], w->missing);
    if (err == LT_OK)
        err = check_names(d,
                          "SELECT k FROM unnest($1::text[]) AS k WHERE NOT EXISTS (SELECT FROM "
                          "leitai.region WHERE tenant_id = leitai.current_tenant() AND code = k)",
                          c.text[1], w->missing);
    if (err == LT_OK)
        err = lt_db_exec(
            d, NULL,
            "UPDATE leitai.event SET self_paced = $2::boolean, opens_at = $3::timestamptz, "
            "closes_at "
            "= $4::timestamptz, audience_kinds = $5::text[], audience_regions = ARRAY (SELECT "
            "region_id FROM leitai.region WHERE tenant_id = leitai.current_tenant() AND code = ANY "
            "($6::text[]) ORDER BY 1), audience_leaders = $7::boolean WHERE tenant_id = "
            "leitai.current_tenant() AND event_id = $1",
            lt_num(w->event).s, e->sheet->self_paced ? "t" : "f", e->opens_at, e->closes_at,
            c.text[0], c.text[1], a->leaders ? "t" : "f");
    columns_done(&c);
    return err;
}

/* Answers of a season are in a partition of its own; only an owner can add one. */
static int ensure_season(struct lt_db *d, const char *season)
{
    return lt_db_exec(d, NULL,
                      "SELECT leitai.ensure_season($1::smallint) WHERE "
                      "to_regclass('leitai.answer_' || $1::smallint) IS NULL OR "
                      "to_regclass('leitai.paper_' || $1::smallint) IS NULL",
                      season);
}

int event_write(struct lt_db *d, const struct event_draft *e, struct event_written *ret)
{
    struct event_written w = {0};
    int err = find_event(d, e->code, &w);
    if (err == LT_OK)
        err = ensure_season(d, e->season);
    if (err == LT_OK)
        err = w.event != 0 ? clear_event(d, e, w.event) : insert_event(d, e, &w);
    if (err == LT_OK)
        err = write_audience(d, e, &w);
    if (err == LT_OK)
        err = insert_sheet(d, e->text, &w);
    if (err == LT_OK)
        err = insert_rounds(d, w.event, e->sheet);
    if (err == LT_OK)
        err = insert_questions(d, w.event, e);
    if (err == LT_OK || err == LT_EAUDIENCE)
        *ret = w;
    return err;
}

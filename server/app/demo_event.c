/* The demo's events: each has its rule sheet and its list of questions in schema/demo. */
#include "app/embedded.h"
#include "base/err.h"
#include "csv.h"
#include "demo.h"
#include "domain/rules.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The rule sheet of an event, as text and as the domain reads it. */
static const char *sheet_of(const char *event, struct lt_sheet *ret)
{
    const struct lt_embedded *f = lt_demo_files;
    struct lt_buf problems;
    char name[64];
    snprintf(name, sizeof name, "%s.json", event);
    while (f->name && strcmp(f->name, name) != 0)
        f++;
    assert(f->name);
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(f->text, f->len, ret, &problems);
    assert(err == LT_OK);
    lt_buf_done(&problems);
    return f->text;
}

static int insert_event(struct lt_db *d, const struct csv *events, int row, const char *sheet,
                        int64_t *ret_event)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows,
        "WITH e AS (INSERT INTO leitai.event (tenant_id, code, title, season, join_code, "
        "created_at) "
        "VALUES (leitai.current_tenant(), $1, $2, $3::smallint, $4, $5::timestamptz) "
        "RETURNING tenant_id, event_id) INSERT INTO leitai.rule_sheet (tenant_id, event_id, "
        "version, sheet) "
        "SELECT tenant_id, event_id, 1, $6::json FROM e RETURNING event_id",
        csv_get(events, row, "code"), csv_get(events, row, "title"), csv_get(events, row, "season"),
        csv_get(events, row, "join_code"), csv_get(events, row, "created_at"), sheet);
    if (err != LT_OK)
        return err;
    *ret_event = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return lt_db_exec(d, NULL,
                      "INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version) VALUES "
                      "(leitai.current_tenant(), $1, 1)",
                      lt_num(*ret_event).s);
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

static int insert_questions(struct lt_db *d, int64_t event, const char *code,
                            const struct lt_sheet *sheet)
{
    struct csv *asked = csv_demo("event-questions.csv");
    int err = LT_OK, qi = 0;
    for (int i = 0; i < csv_rows(asked) && err == LT_OK; i++) {
        int round, index;
        if (strcmp(csv_get(asked, i, "event"), code) != 0)
            continue;
        const struct lt_round_rule *rule = lt_sheet_round_of(sheet, qi, &round, &index);
        assert(rule && csv_get(asked, i, "round")[0] == '1' + round);
        err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, "
                         "question_id, body) "
                         "SELECT tenant_id, $1, $2, $3, question_id, body FROM leitai.question "
                         "WHERE tenant_id = leitai.current_tenant() AND code = $4",
                         lt_num(event).s, lt_num(qi++).s, csv_get(asked, i, "round"),
                         csv_get(asked, i, "question"));
    }
    assert(err != LT_OK || qi == lt_sheet_questions(sheet));
    csv_free(asked);
    return err;
}

/* A time of the tables as cluster time; 0 for "". */
static int parse_time(struct lt_db *d, const char *text, int64_t *ret_us)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows, "SELECT (extract(epoch FROM NULLIF($1, '')::timestamptz) * 1000000)::bigint",
        text);
    if (err != LT_OK)
        return err;
    *ret_us = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int load_event(struct lt_db *d, const struct csv *events, int row)
{
    struct lt_sheet sheet;
    const char *code = csv_get(events, row, "code"), *text = sheet_of(code, &sheet);
    int64_t event, played_us;
    int err = insert_event(d, events, row, text, &event);
    if (err == LT_OK)
        err = insert_rounds(d, event, &sheet);
    if (err == LT_OK)
        err = insert_questions(d, event, code, &sheet);
    if (err == LT_OK)
        err = parse_time(d, csv_get(events, row, "played_at"), &played_us);
    if (err == LT_OK && played_us != 0)
        err = demo_play(d, event, played_us);
    return err;
}

int demo_events_load(struct lt_db *d, const char *tenant_code)
{
    struct csv *events = csv_demo("events.csv");
    int err = LT_OK;
    for (int i = 0; i < csv_rows(events) && err == LT_OK; i++)
        if (strcmp(csv_get(events, i, "tenant"), tenant_code) == 0)
            err = load_event(d, events, i);
    csv_free(events);
    return err;
}

/* The demo's events: each has its rule sheet in schema/demo and, where teams are ranked, their table. */
#include "app/embedded.h"
#include "base/err.h"
#include "csv.h"
#include "demo.h"
#include "event_write.h"
#include "pacer.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of an event. */
static const struct lt_embedded *file_of(const char *event, const char *extension)
{
    const struct lt_embedded *f = lt_demo_files;
    char name[64];
    snprintf(name, sizeof name, "%s.%s", event, extension);
    while (f->name && strcmp(f->name, name) != 0)
        f++;
    assert(f->name);
    return f;
}

const char *demo_sheet(const char *event, struct lt_sheet *ret)
{
    const struct lt_embedded *f = file_of(event, "json");
    struct lt_buf problems;
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = lt_sheet_parse(f->text, f->len, ret, &problems);
    assert(err == LT_OK);
    lt_buf_done(&problems);
    return f->text;
}

/* The moment that lies so far from now, as text; "" for "". */
static int moment(struct lt_db *d, const char *from_now, char ret[40])
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, "SELECT COALESCE((now() + NULLIF($1, '')::interval)::text, '')",
                         from_now);
    if (err != LT_OK)
        return err;
    snprintf(ret, 40, "%s", lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    return LT_OK;
}

static int write_event(struct lt_db *d, const struct csv *events, int row,
                       const struct event_bank *bank, int64_t *ret_event)
{
    struct event_written written;
    struct event_drawn questions;
    struct lt_buf problems;
    char opens[40], closes[40];
    int err = moment(d, csv_get(events, row, "opens_in"), opens);
    if (err == LT_OK)
        err = moment(d, csv_get(events, row, "closes_in"), closes);
    if (err != LT_OK)
        return err;
    struct lt_sheet *sheet = malloc(sizeof *sheet);
    assert(sheet);
    struct event_draft e = {
        .code = csv_get(events, row, "code"),
        .title = csv_get(events, row, "title"),
        .season = csv_get(events, row, "season"),
        .join_code = csv_get(events, row, "join_code"),
        .created_at = csv_get(events, row, "created_at"),
        .text = demo_sheet(csv_get(events, row, "code"), sheet),
        .sheet = sheet,
        .opens_at = opens[0] ? opens : NULL,
        .closes_at = closes[0] ? closes : NULL,
    };
    lt_buf_init(&problems, LT_SHEET_BYTES);
    err = event_questions(bank, sheet, 0, &questions, &problems);
    assert(err == LT_OK); /* the bank is ours */
    e.questions = &questions;
    err = event_write(d, &e, &written);
    if (err == LT_OK)
        *ret_event = written.event;
    if (err == LT_OK && sheet->teams) {
        const struct lt_embedded *teams = file_of(e.code, "csv");
        err = event_teams_write(d, written.event, teams->text, teams->len, &(int){0}, &problems);
        assert(err != LT_ESHEET); /* so are the teams */
    }
    lt_buf_done(&problems);
    event_drawn_done(&questions);
    free(sheet);
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

static int load_event(struct lt_db *d, const struct csv *events, int row,
                      const struct event_bank *bank)
{
    int64_t event, played_us;
    int err = write_event(d, events, row, bank, &event);
    if (err == LT_OK)
        err = parse_time(d, csv_get(events, row, "played_at"), &played_us);
    if (err == LT_OK && played_us != 0)
        err = demo_play(d, event, played_us);
    return err;
}

int demo_events_load(struct lt_db *d, const char *tenant_code)
{
    struct csv *events = csv_demo("events.csv");
    struct event_bank bank;
    int err = event_bank_load(d, "law", &bank);
    if (err == LT_OK) {
        for (int i = 0; i < csv_rows(events) && err == LT_OK; i++)
            if (strcmp(csv_get(events, i, "tenant"), tenant_code) == 0)
                err = load_event(d, events, i, &bank);
        event_bank_done(&bank);
    }
    csv_free(events);
    return err;
}

int demo_events_publish(struct lt_db *d, struct lt_tenant_id tenant)
{
    struct csv *events = csv_demo("events.csv");
    int err = LT_OK;
    for (int i = 0; i < csv_rows(events) && err == LT_OK; i++) {
        struct lt_rows *rows;
        enum lt_phase phase;
        if (!csv_get(events, i, "opens_in")[0])
            continue;
        err = lt_db_begin(d, tenant);
        if (err == LT_OK)
            err =
                lt_db_exec(d, &rows,
                           "SELECT e.event_id FROM leitai.event e JOIN leitai.event_head h USING "
                           "(tenant_id, event_id) WHERE e.tenant_id = leitai.current_tenant() AND "
                           "e.code = $1 AND e.self_paced AND h.phase = 'draft'",
                           csv_get(events, i, "code"));
        lt_db_rollback(d);
        if (err == LT_OK && lt_rows_count(rows) == 1)
            err = pace_command(d, tenant, (struct lt_event_id){lt_rows_i64(rows, 0, 0)},
                               LT_ACT_LOBBY, &phase);
        if (err == LT_OK)
            lt_rows_free(rows);
    }
    csv_free(events);
    return err;
}

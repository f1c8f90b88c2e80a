/* `leitai series`: several events ranked together.
 *
 *   leitai series create --tenant CODE --code CODE --title TITLE --kind person|team
 *                        [--best N] [--boards FILE]
 *   leitai series (add | remove) --tenant CODE --code CODE --event CODE_OR_ID
 *   leitai series show --tenant CODE [--code CODE]
 *
 * Made again, a series gets the new title, best and boards; its kind stays. What is wrong with the
 * boards goes to stdout, a line for each problem, in both languages. The boards themselves are written
 * when one of the events becomes final, and at once after `create`, `add` and `remove` where Redis is
 * known. */
#include "app/commands.h"

#include "app/db.h"
#include "base/err.h"
#include "lookup.h"
#include "reasons.h"
#include "series.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERR_BYTES = 4096, BOARDS_BYTES = 16 * 1024, PROBLEMS_BYTES = 64 * 1024 };

struct series {
    const struct lt_config *config;
    struct lookup at;
    const char *code, *title, *kind, *best, *boards_path;
    struct lt_db *db;
    struct lt_buf boards, problems;
    struct lt_buf *err; /* for whoever runs the command */
};

static int say(struct series *s, int err, const char *format, const char *what)
{
    lt_buf_printf(s->err, format, what);
    return err;
}

/* ---- create ---- */

static int read_boards(struct series *s)
{
    char block[4096];
    size_t n;
    FILE *f = s->boards_path ? fopen(s->boards_path, "re") : NULL;
    if (!s->boards_path) {
        lt_buf_str(&s->boards, "[]");
        return LT_OK;
    }
    if (!f)
        return say(s, LT_ENOENT, "%s: cannot be opened", s->boards_path);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        lt_buf_add(&s->boards, block, n);
    fclose(f);
    while (s->boards.len > 0 && strchr(" \t\r\n", s->boards.p[s->boards.len - 1]))
        s->boards.p[--s->boards.len] = '\0';
    return s->boards.failed ? say(s, LT_ETOOBIG, "%s: too large", s->boards_path) : LT_OK;
}

static int check_boards(struct series *s)
{
    struct lt_sheet *sheet = malloc(sizeof *sheet);
    int err = read_boards(s);
    if (err == LT_OK)
        err = series_sheet(lt_buf_cstr(&s->boards), strcmp(s->kind, "team") == 0, sheet,
                           &s->problems);
    free(sheet);
    return err;
}

static int create(struct series *s)
{
    struct lt_rows *rows = NULL;
    char *end = "";
    long best = s->best ? strtol(s->best, &end, 10) : 0;
    if (!s->title || !s->kind || *end || best < 0 || best > SERIES_EVENTS_MAX ||
        (strcmp(s->kind, "person") != 0 && strcmp(s->kind, "team") != 0))
        return LT_ECONFIG;
    int err = check_boards(s);
    if (err == LT_OK)
        err = lt_db_exec(
            s->db, &rows,
            "INSERT INTO leitai.series (tenant_id, code, title, kind, best, boards) VALUES "
            "(leitai.current_tenant(), $1, $2, $3, $4::smallint, $5::json) ON CONFLICT (tenant_id, "
            "code) DO UPDATE SET title = EXCLUDED.title, best = EXCLUDED.best, boards = "
            "EXCLUDED.boards WHERE series.kind = EXCLUDED.kind RETURNING series_id",
            s->code, s->title, s->kind, lt_num(best).s, lt_buf_cstr(&s->boards));
    if (err == LT_OK && lt_rows_count(rows) == 0)
        err = say(s, LT_EFORBIDDEN, "series %s is of the other kind", s->code);
    lt_rows_free(rows);
    return err;
}

/* ---- its events ---- */

static int series_id(struct series *s, struct lt_num *ret, bool *ret_teams)
{
    struct lt_rows *rows;
    int err = lt_db_exec(s->db, &rows,
                         "SELECT series_id, kind = 'team' FROM leitai.series WHERE tenant_id = "
                         "leitai.current_tenant() AND code = $1",
                         s->code);
    if (err != LT_OK)
        return err;
    bool found = lt_rows_count(rows) == 1;
    if (found) {
        *ret = lt_num(lt_rows_i64(rows, 0, 0));
        *ret_teams = lt_rows_bool(rows, 0, 1);
    }
    lt_rows_free(rows);
    return found ? LT_OK : say(s, LT_ENOENT, "there is no series %s", s->code);
}

/* An event of persons has no place among teams. */
static int check_kind(struct series *s, bool teams)
{
    struct lt_rows *rows;
    int err = lt_db_exec(s->db, &rows,
                         "SELECT COALESCE(r.sheet::json ->> 'entries', 'person') = 'team' FROM "
                         "leitai.event_head h JOIN leitai.rule_sheet r ON (r.tenant_id, "
                         "r.event_id, r.version) = (h.tenant_id, h.event_id, h.sheet_version) "
                         "WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = $1",
                         lt_num(s->at.event.v).s);
    if (err != LT_OK)
        return err;
    bool fits = lt_rows_count(rows) == 1 && lt_rows_bool(rows, 0, 0) == teams;
    lt_rows_free(rows);
    return fits ? LT_OK
                : say(s, LT_EFORBIDDEN,
                      teams ? "event %s ranks persons, the series teams"
                            : "event %s ranks teams, the series persons",
                      s->at.event_code);
}

static int count_events(struct series *s, struct lt_num id)
{
    struct lt_rows *rows;
    int err = lt_db_exec(s->db, &rows,
                         "SELECT count(*) FROM leitai.series_event WHERE tenant_id = "
                         "leitai.current_tenant() AND series_id = $1",
                         id.s);
    if (err != LT_OK)
        return err;
    bool room = lt_rows_i64(rows, 0, 0) <= SERIES_EVENTS_MAX;
    lt_rows_free(rows);
    return room ? LT_OK : say(s, LT_EFULL, "series %s has no room for another event", s->code);
}

static int change(struct series *s, bool add)
{
    struct lt_num id;
    bool teams;
    int err = series_id(s, &id, &teams);
    if (err == LT_OK && add)
        err = check_kind(s, teams);
    if (err == LT_OK)
        err = lt_db_exec(s->db, NULL,
                         add ? "INSERT INTO leitai.series_event (tenant_id, series_id, event_id) "
                               "VALUES (leitai.current_tenant(), $1, $2) ON CONFLICT DO NOTHING"
                             : "DELETE FROM leitai.series_event WHERE tenant_id = "
                               "leitai.current_tenant() AND series_id = $1 AND event_id = $2",
                         id.s, lt_num(s->at.event.v).s);
    return err == LT_OK && add ? count_events(s, id) : err;
}

/* ---- show ---- */

static int show(struct series *s)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        s->db, &rows,
        "SELECT s.code, s.title, s.kind, s.best, s.boards, COALESCE((SELECT string_agg(e.code || "
        "CASE h.phase WHEN 'final' THEN '' ELSE ' (' || h.phase || ')' END, ', ' ORDER BY e.code) "
        "FROM leitai.series_event v JOIN leitai.event e USING (tenant_id, event_id) JOIN "
        "leitai.event_head h USING (tenant_id, event_id) WHERE (v.tenant_id, v.series_id) = "
        "(s.tenant_id, s.series_id)), '-') FROM leitai.series s WHERE s.tenant_id = "
        "leitai.current_tenant() AND ($1::text IS NULL OR s.code = $1) ORDER BY 1",
        s->code);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows); i++)
        printf("%s: %s; %s, best %s; boards %s; events %s\n", lt_rows_text(rows, i, 0),
               lt_rows_text(rows, i, 1), lt_rows_text(rows, i, 2),
               lt_rows_i64(rows, i, 3) ? lt_rows_text(rows, i, 3) : "all", lt_rows_text(rows, i, 4),
               lt_rows_text(rows, i, 5));
    bool none = s->code && lt_rows_count(rows) == 0;
    lt_rows_free(rows);
    return none ? say(s, LT_ENOENT, "there is no series %s", s->code) : LT_OK;
}

/* ---- the command ---- */

static bool option(struct series *s, const char *name, const char *value)
{
    const struct {
        const char *name, **value;
    } options[] = {{"--code", &s->code},
                   {"--title", &s->title},
                   {"--kind", &s->kind},
                   {"--best", &s->best},
                   {"--boards", &s->boards_path}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(name, options[i].name) == 0) {
            *options[i].value = value;
            return true;
        }
    return lookup_option(&s->at, name, value);
}

static int parse(struct series *s, int argc, char **argv)
{
    if (argc < 2 || argc % 2 != 0)
        return LT_ECONFIG;
    for (int i = 2; i < argc; i += 2)
        if (!option(s, argv[i], argv[i + 1]))
            return LT_ECONFIG;
    bool moves = strcmp(argv[1], "add") == 0 || strcmp(argv[1], "remove") == 0;
    if (!s->at.tenant_code || moves != (s->at.event_code != NULL) ||
        (!s->code && strcmp(argv[1], "show") != 0))
        return LT_ECONFIG;
    return LT_OK;
}

static int run_in(struct series *s, const char *what)
{
    if (strcmp(what, "create") == 0)
        return create(s);
    if (strcmp(what, "add") == 0 || strcmp(what, "remove") == 0)
        return change(s, what[0] == 'a');
    return strcmp(what, "show") == 0 ? show(s) : LT_ECONFIG;
}

static void written(void *arg, const char *code, int members, int64_t version)
{
    const struct series *s = arg;
    if (strcmp(code, s->code) == 0)
        printf("series %s: version %" PRId64 ", members %d\n", code, version, members);
}

static int run(struct series *s, const char *what)
{
    int err = s->at.event_code ? lookup_event(&s->at, s->db) : lookup_tenant(&s->at, s->db);
    if (err == LT_OK)
        err = lt_db_begin(s->db, s->at.tenant);
    if (err == LT_OK)
        err = run_in(s, what);
    if (err != LT_OK) {
        lt_db_rollback(s->db);
        return err;
    }
    err = lt_db_commit(s->db);
    if (err == LT_OK && strcmp(what, "show") != 0 && lt_config_str(s->config, "redis_url")[0] &&
        series_write(s->config, s->db, s->at.tenant, (struct lt_event_id){0}, written, s) != LT_OK)
        fprintf(stderr, "leitai series: Redis is away; leitai boards rebuild writes the boards\n");
    return err;
}

static int usage(void)
{
    fprintf(stderr, "usage: leitai series create --tenant CODE --code CODE --title TITLE --kind "
                    "person|team [--best N] [--boards FILE]\n"
                    "       leitai series (add | remove) --tenant CODE --code CODE --event "
                    "CODE_OR_ID\n"
                    "       leitai series show --tenant CODE [--code CODE]\n");
    return EXIT_FAILURE;
}

int lt_cmd_series(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct series s = {.config = c, .err = &err};
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai series", .stop_fd = -1};
    if (parse(&s, argc, argv) != LT_OK)
        return usage();
    lt_buf_init(&err, ERR_BYTES);
    lt_buf_init(&s.boards, BOARDS_BYTES);
    lt_buf_init(&s.problems, PROBLEMS_BYTES);
    int r = lt_db_open(&opts, &s.db, &err);
    if (r == LT_OK)
        r = run(&s, argv[1]);
    if (s.problems.len > 0)
        reasons_print(&s.problems);
    if (r != LT_OK && err.len == 0)
        lt_buf_str(&err, s.at.missing[0]                       ? s.at.missing
                         : s.db && lt_db_message(s.db)[0] != 0 ? lt_db_message(s.db)
                                                               : lt_err_wire(r));
    lt_db_close(s.db);
    if (r == LT_ECONFIG)
        usage();
    else if (r != LT_OK)
        fprintf(stderr, "leitai series: %s\n", lt_buf_cstr(&err));
    lt_buf_done(&s.problems);
    lt_buf_done(&s.boards);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

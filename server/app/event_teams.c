/* The teams of an event from a table, one row a member.
 *
 * Every problem is told with its line, in both languages, before anything is written: the table
 * comes out of a spreadsheet that somebody typed. Names of people and units are those of the
 * database; the table only says who belongs together. */
#include "event_write.h"

#include "base/err.h"
#include "columns.h"
#include "csv.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_BYTES = 4 * 1024 * 1024, ROWS_MAX = LT_TEAMS_MAX * LT_MEMBERS_MAX, NAME_BYTES = 120 };

static const char bad_table[] = "不是表格，或列数不一致; not a table, or a row with other columns",
                  bad_columns[] = "表头须为 team,unit_code,ext_id,captain; the header is not "
                                  "team,unit_code,ext_id,captain",
                  too_many_rows[] = "人数过多; too many people",
                  bad_name[] = "队名为空或过长; the name of the team is empty or too long",
                  bad_captain[] = "captain 须为 1 或 0; captain is neither 1 nor 0",
                  two_units[] = "同队单位不一致; the team has another unit above",
                  two_teams[] = "该学员已在上面出现; this person stands above already",
                  two_captains[] = "该队已有队长; the team has a captain above",
                  no_captain[] = "该队没有队长; the team has no captain",
                  too_many_teams[] = "队伍过多; too many teams",
                  too_many_members[] = "该队人数过多; the team has too many members",
                  no_person[] = "没有这位学员; there is no such person",
                  no_unit[] = "没有这个单位; there is no such unit";

struct team {
    const char *name, *unit_code;
    int line, members, captains;
    int64_t entry;
};
struct table {
    struct csv *csv;
    struct team *teams;
    int n_teams;
    int *team_of;     /* row → team */
    int64_t *persons; /* row → person, 0: none */
    struct lt_buf *err;
};

static void complain(struct table *t, int line, const char *why)
{
    lt_buf_printf(t->err, "line %d: %s\n", line, why);
}

/* The team of a row; -1: there are too many. */
static int team_of(struct table *t, int row)
{
    const char *name = csv_get(t->csv, row, "team");
    for (int i = 0; i < t->n_teams; i++)
        if (strcmp(t->teams[i].name, name) == 0)
            return i;
    if (t->n_teams == LT_TEAMS_MAX)
        return -1;
    t->teams[t->n_teams] = (struct team){.name = name,
                                         .unit_code = csv_get(t->csv, row, "unit_code"),
                                         .line = csv_line(t->csv, row)};
    return t->n_teams++;
}

static void check_row(struct table *t, int row)
{
    const char *captain = csv_get(t->csv, row, "captain"), *name = csv_get(t->csv, row, "team");
    const char *person = csv_get(t->csv, row, "ext_id");
    int line = csv_line(t->csv, row), k = team_of(t, row);
    struct team *team = k < 0 ? NULL : &t->teams[k];
    bool leads = strcmp(captain, "1") == 0;
    t->team_of[row] = k;
    if (!team) {
        complain(t, line, too_many_teams);
        return;
    }
    if (name[0] == '\0' || strlen(name) > NAME_BYTES)
        complain(t, line, bad_name);
    if (!leads && strcmp(captain, "0") != 0 && captain[0] != '\0')
        complain(t, line, bad_captain);
    if (strcmp(team->unit_code, csv_get(t->csv, row, "unit_code")) != 0)
        complain(t, line, two_units);
    if (leads && team->captains++ == 1)
        complain(t, line, two_captains);
    if (team->members++ == LT_MEMBERS_MAX)
        complain(t, line, too_many_members);
    for (int i = 0; i < row; i++)
        if (strcmp(csv_get(t->csv, i, "ext_id"), person) == 0) {
            complain(t, line, two_teams);
            break;
        }
}

static int check_table(struct table *t)
{
    int rows = csv_rows(t->csv);
    if (!csv_has(t->csv, "team") || !csv_has(t->csv, "unit_code") || !csv_has(t->csv, "ext_id") ||
        !csv_has(t->csv, "captain")) {
        complain(t, 1, bad_columns);
        return LT_ESHEET;
    }
    if (rows > ROWS_MAX) {
        complain(t, csv_line(t->csv, ROWS_MAX), too_many_rows);
        return LT_ESHEET;
    }
    t->teams = calloc(LT_TEAMS_MAX, sizeof *t->teams);
    t->team_of = calloc((size_t)rows + 1, sizeof *t->team_of);
    t->persons = calloc((size_t)rows + 1, sizeof *t->persons);
    if (!t->teams || !t->team_of || !t->persons)
        return LT_ENOMEM;
    for (int i = 0; i < rows; i++)
        check_row(t, i);
    for (int i = 0; i < t->n_teams; i++)
        if (t->teams[i].captains == 0)
            complain(t, t->teams[i].line, no_captain);
    return LT_OK;
}

/* Who the rows mean. Guests come by join code and are on no list. */
static int find_persons(struct lt_db *d, struct table *t)
{
    struct lt_rows *rows;
    struct columns c;
    columns_init(&c, 2, COLUMN_BYTES);
    for (int i = 0; i < csv_rows(t->csv); i++) {
        columns_i64(&c, 0, i);
        columns_text(&c, 1, csv_get(t->csv, i, "ext_id"));
    }
    columns_end(&c);
    int err = lt_db_exec(d, &rows,
                         "SELECT i.no, COALESCE(p.person_id, 0) FROM unnest($1::integer[], "
                         "$2::text[]) AS i (no, ext_id) LEFT JOIN leitai.person p ON p.tenant_id = "
                         "leitai.current_tenant() AND p.ext_id = i.ext_id AND NOT p.guest "
                         "ORDER BY i.no",
                         c.text[0], c.text[1]);
    columns_done(&c);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows); i++) {
        t->persons[i] = lt_rows_i64(rows, i, 1);
        if (t->persons[i] == 0)
            complain(t, csv_line(t->csv, i), no_person);
    }
    lt_rows_free(rows);
    return LT_OK;
}

/* A team's entry; a unit that does not exist is told. */
static int insert_team(struct lt_db *d, int64_t event, struct table *t, struct team *team)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        d, &rows,
        "INSERT INTO leitai.entry (tenant_id, event_id, kind, unit_id, name, unit_name) "
        "SELECT leitai.current_tenant(), $1, 'team', u.unit_id, $2, COALESCE(u.name, '') FROM "
        "(SELECT $3 AS code) c LEFT JOIN leitai.unit u ON u.tenant_id = leitai.current_tenant() "
        "AND u.code = c.code WHERE c.code = '' OR u.unit_id IS NOT NULL RETURNING entry_id",
        lt_num(event).s, team->name, team->unit_code);
    if (err != LT_OK)
        return err;
    if (lt_rows_count(rows) == 1)
        team->entry = lt_rows_i64(rows, 0, 0);
    else
        complain(t, team->line, no_unit);
    lt_rows_free(rows);
    return LT_OK;
}

static int insert_members(struct lt_db *d, int64_t event, struct table *t)
{
    struct columns c;
    columns_init(&c, 3, COLUMN_BYTES);
    for (int i = 0; i < csv_rows(t->csv); i++) {
        columns_i64(&c, 0, t->teams[t->team_of[i]].entry);
        columns_i64(&c, 1, t->persons[i]);
        columns_text(&c, 2, strcmp(csv_get(t->csv, i, "captain"), "1") == 0 ? "t" : "f");
    }
    columns_end(&c);
    int err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.team_member (tenant_id, event_id, entry_id, "
                         "person_id, captain) SELECT leitai.current_tenant(), $1, i.* FROM "
                         "unnest($2::bigint[], $3::bigint[], $4::boolean[]) AS i",
                         lt_num(event).s, c.text[0], c.text[1], c.text[2]);
    columns_done(&c);
    return err;
}

static int write_table(struct lt_db *d, int64_t event, struct table *t)
{
    struct lt_num id = lt_num(event);
    int err = check_table(t);
    if (err == LT_OK)
        err = find_persons(d, t);
    if (err == LT_OK)
        err = lt_db_exec(d, NULL,
                         "DELETE FROM leitai.team_member WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1",
                         id.s);
    if (err == LT_OK)
        err = lt_db_exec(d, NULL,
                         "DELETE FROM leitai.entry WHERE tenant_id = leitai.current_tenant() AND "
                         "event_id = $1",
                         id.s);
    for (int i = 0; i < t->n_teams && err == LT_OK; i++)
        err = insert_team(d, event, t, &t->teams[i]);
    if (err == LT_OK && t->err->len > 0)
        err = LT_ESHEET;
    return err == LT_OK ? insert_members(d, event, t) : err;
}

int event_teams_write(struct lt_db *d, int64_t event, const char *text, size_t n, int *ret_teams,
                      struct lt_buf *err)
{
    struct table t = {.err = err};
    int line = 0, result = csv_read(text, n, &t.csv, &line);
    if (result == LT_OK)
        result = write_table(d, event, &t);
    else if (result == LT_ETYPE) {
        complain(&t, line, bad_table);
        result = LT_ESHEET;
    }
    if (result == LT_OK)
        *ret_teams = t.n_teams;
    csv_free(t.csv);
    free(t.teams);
    free(t.team_of);
    free(t.persons);
    return result;
}

/* `leitai event`: check a rule sheet, list the presets, and save an event.
 *
 *   leitai event presets
 *   leitai event check (--sheet FILE | --preset NAME)
 *   leitai event save --tenant CODE --code CODE --title TITLE --season YEAR
 *                     (--sheet FILE | --preset NAME) --bank CODE [--teams FILE] [--seed N]
 *                     [--opens TIME --closes TIME]
 *   leitai event (publish | close | findings) --tenant CODE --event CODE_OR_ID
 *   leitai event trace --tenant CODE --event CODE_OR_ID --order CODE[:LETTERS],…
 *
 * Saving is one transaction: an event is there as a whole or not at all. Until its lobby opens it may
 * be saved again, as often as one likes. A self-paced event has a window; published, it opens and
 * closes by itself, and `close` ends it before its time. What is wrong with a sheet or a table of teams goes to
 * stdout, a line for each problem, in both languages; what went wrong otherwise goes to stderr. */
#include "app/commands.h"

#include "app/embedded.h"
#include "app/schema.h"
#include "base/err.h"
#include "base/json.h"
#include "event_write.h"
#include "findings.h"
#include "lookup.h"
#include "pacer.h"
#include "reasons.h"
#include "trace.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    ERR_BYTES = 4096,
    PROBLEMS_BYTES = 64 * 1024,
    TEAMS_BYTES = 4 * 1024 * 1024,
    CODE_BYTES = 32,
    TITLE_CHARS = 60,
};

struct event {
    const struct lt_config *config;
    const char *tenant, *code, *title, *season, *sheet_path, *preset, *bank, *teams_path,
        *seed_text, *opens, *closes, *order;
    struct lookup at; /* of publish and close */
    uint64_t seed;
    struct lt_buf text;  /* of the sheet */
    struct lt_buf teams; /* the table */
    struct lt_sheet *sheet;
    struct lt_db *db;
    struct lt_buf problems; /* for whoever wrote the sheet or the table */
    struct lt_buf *err;     /* for whoever runs the command */
};

/* ---- files ---- */

static int read_file(struct event *e, const char *path, struct lt_buf *ret)
{
    char block[8192];
    size_t n;
    FILE *f = fopen(path, "re");
    if (!f) {
        lt_buf_printf(e->err, "%s: %s", path, strerror(errno));
        return LT_ENOENT;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        lt_buf_add(ret, block, n);
    bool bad = ferror(f) != 0;
    fclose(f);
    if (!bad && !ret->failed)
        return LT_OK;
    lt_buf_printf(e->err, bad ? "%s: cannot be read" : "%s: too large", path);
    return LT_ETOOBIG;
}

static size_t preset_name(const struct lt_embedded *f)
{
    return strlen(f->name) - strlen(".json");
}

static int read_preset(struct event *e)
{
    for (const struct lt_embedded *f = lt_presets; f->name; f++)
        if (strlen(e->preset) == preset_name(f) &&
            strncmp(f->name, e->preset, preset_name(f)) == 0) {
            lt_buf_add(&e->text, f->text, f->len);
            return LT_OK;
        }
    lt_buf_printf(e->err, "there is no preset %s; see leitai event presets", e->preset);
    return LT_ENOENT;
}

static int read_sheet(struct event *e)
{
    int err = e->preset ? read_preset(e) : read_file(e, e->sheet_path, &e->text);
    return err == LT_OK ? lt_sheet_parse(lt_buf_cstr(&e->text), e->text.len, e->sheet, &e->problems)
                        : err;
}

/* ---- saving ---- */

static int told(struct event *e, int err)
{
    if (err != LT_OK && err != LT_ESHEET && e->err->len == 0)
        lt_buf_printf(e->err, "%s (%s)",
                      lt_db_message(e->db)[0] ? lt_db_message(e->db) : lt_err_wire(err),
                      lt_db_sqlstate(e->db));
    return err;
}

static int current_schema(struct event *e)
{
    int version, err = told(e, lt_schema_current(e->db, &version));
    if (err != LT_OK || version == lt_schema_version())
        return err;
    lt_buf_printf(e->err,
                  "the database is at version %d, this program needs %d: run leitai migrate",
                  version, lt_schema_version());
    return LT_ECONFIG;
}

static int find_tenant(struct event *e, struct lt_tenant_id *ret)
{
    struct lt_rows *rows;
    int err =
        told(e, lt_db_exec(e->db, &rows, "SELECT COALESCE(leitai.find_tenant($1), 0)", e->tenant));
    if (err != LT_OK)
        return err;
    ret->v = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    if (ret->v != 0)
        return LT_OK;
    lt_buf_printf(e->err, "there is no tenant %s", e->tenant);
    return LT_ENOENT;
}

static int draw(struct event *e, struct event_drawn *ret)
{
    struct event_bank bank;
    int err = event_bank_load(e->db, e->bank, &bank);
    if (err == LT_ENOENT)
        lt_buf_printf(e->err, "there is no bank %s", e->bank);
    if (err != LT_OK)
        return told(e, err);
    err = event_questions(&bank, e->sheet, e->seed, ret, &e->problems);
    event_bank_done(&bank);
    return told(e, err);
}

static int write_event(struct event *e, struct event_written *ret)
{
    struct event_drawn questions;
    struct event_draft draft = {.code = e->code,
                                .title = e->title,
                                .season = e->season,
                                .text = lt_buf_cstr(&e->text),
                                .sheet = e->sheet,
                                .questions = &questions,
                                .opens_at = e->opens,
                                .closes_at = e->closes};
    int err = draw(e, &questions);
    if (err != LT_OK)
        return err;
    err = event_write(e->db, &draft, ret);
    ret->questions = questions.n;
    event_drawn_done(&questions);
    if (err == LT_EPHASE)
        lt_buf_printf(e->err, "the lobby of %s was opened: its rules are frozen", e->code);
    else if (err == LT_EBUSY)
        lt_buf_printf(e->err,
                      "%s is open at a desk or on a stage: close it there, and save again "
                      "%" PRId64 " seconds later (option event_idle_s)",
                      e->code, lt_config_int(e->config, "event_idle_s"));
    else if (err == LT_EFULL)
        lt_buf_str(e->err, "no join code is free");
    else if (err == LT_EAUDIENCE)
        lt_buf_printf(e->err, "the audience names %s, which no region or unit is", ret->missing);
    return told(e, err);
}

static int write_teams(struct event *e, int64_t event, int *ret_teams)
{
    struct lt_rows *rows;
    int err;
    if (e->teams_path)
        return told(e, event_teams_write(e->db, event, lt_buf_cstr(&e->teams), e->teams.len,
                                         ret_teams, &e->problems));
    err = told(e, lt_db_exec(e->db, &rows,
                             "SELECT count(*) FROM leitai.entry WHERE tenant_id = "
                             "leitai.current_tenant() AND event_id = $1",
                             lt_num(event).s));
    if (err != LT_OK)
        return err;
    *ret_teams = (int)lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

static int save(struct event *e)
{
    struct lt_tenant_id tenant;
    struct event_written w = {0};
    int teams = 0, err = current_schema(e);
    if (err == LT_OK)
        err = find_tenant(e, &tenant);
    if (err == LT_OK)
        err = told(e, lt_db_begin(e->db, tenant));
    if (err == LT_OK)
        err = write_event(e, &w);
    if (err == LT_OK && e->sheet->teams)
        err = write_teams(e, w.event, &teams);
    if (err == LT_OK && teams > 0) /* they may be registered later */
        err = lt_sheet_check_teams(e->sheet, teams, &e->problems);
    if (err == LT_OK)
        err = told(e, lt_db_commit(e->db));
    else
        lt_db_rollback(e->db);
    if (err == LT_OK)
        printf("event %s: id %" PRId64 ", rules version %" PRId64 ", %d questions (seed %" PRIu64
               "), %d teams, join code %s\n",
               e->code, w.event, w.version, w.questions, e->seed, teams, w.join_code);
    return err;
}

/* Before the database is asked: what the command line itself gets wrong. */
static int check_names(struct event *e)
{
    size_t chars = 0, n = strlen(e->code);
    char *end;
    for (const char *p = e->title; *p; p++)
        chars += ((unsigned char)*p & 0xc0) != 0x80;
    if (n == 0 || n > CODE_BYTES || e->code[0] == '-' ||
        strspn(e->code, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
        lt_buf_printf(e->err, "--code: at most %d of a–z, 0–9 and -", CODE_BYTES);
    else if (chars == 0 || chars > TITLE_CHARS || !lt_utf8_valid(e->title, strlen(e->title)))
        lt_buf_printf(e->err, "--title: 1 to %d characters", TITLE_CHARS);
    else if (strlen(e->season) != 4 || e->season[0] != '2' || strspn(e->season, "0123456789") != 4)
        lt_buf_str(e->err, "--season: a year, 2000–2999");
    else if (e->teams_path && !e->sheet->teams)
        lt_buf_str(e->err, "--teams: this sheet ranks persons");
    else if (e->sheet->self_paced != (e->opens && e->closes) || !e->opens != !e->closes)
        lt_buf_str(e->err, e->sheet->self_paced ? "--opens and --closes: when it may be played"
                                                : "--opens, --closes: a host leads this event");
    else if (!e->seed_text)
        return getrandom(&e->seed, sizeof e->seed, 0) == sizeof e->seed ? LT_OK : LT_EINTERNAL;
    else {
        errno = 0;
        e->seed = strtoull(e->seed_text, &end, 10);
        if (errno == 0 && *end == '\0' && strspn(e->seed_text, "0123456789") > 0)
            return LT_OK;
        lt_buf_str(e->err, "--seed: a whole number below 2^64");
    }
    return LT_ECONFIG;
}

static int run_save(struct event *e)
{
    const char *url = lt_config_str(e->config, "migrate_url");
    struct lt_db_opts opts = {.url = url[0] ? url : lt_config_str(e->config, "database_url"),
                              .name = "leitai event",
                              .stop_fd = -1};
    int err = read_sheet(e);
    if (err == LT_OK)
        err = check_names(e);
    if (err == LT_OK && e->teams_path)
        err = read_file(e, e->teams_path, &e->teams);
    if (err == LT_OK)
        err = lt_db_open(&opts, &e->db, e->err);
    if (err == LT_OK)
        err = save(e);
    lt_db_close(e->db);
    return err;
}

/* ---- publishing and closing ---- */

/* As the job process does it when a desk asks. */
static int move(struct event *e, enum lt_action action)
{
    struct lt_db_opts opts = {
        .url = lt_config_str(e->config, "database_url"), .name = "leitai event", .stop_fd = -1};
    enum lt_phase phase = LT_PHASE_DRAFT;
    e->at.tenant_code = e->tenant;
    int err = lt_db_open(&opts, &e->db, e->err);
    if (err == LT_OK)
        err = lookup_event(&e->at, e->db);
    if (err == LT_OK)
        err = pace_command(e->db, e->at.tenant, e->at.event, action, &phase);
    if (err == LT_OK)
        printf("event %s: %s\n", e->at.event_code, lt_phase_name(phase));
    else if (e->at.missing[0])
        lt_buf_str(e->err, e->at.missing);
    else if (err == LT_EPHASE)
        lt_buf_printf(e->err, "%s is %s already", e->at.event_code, lt_phase_name(phase));
    else if (err == LT_EFORBIDDEN)
        lt_buf_printf(e->err, "%s is led from a desk", e->at.event_code);
    else if (e->db)
        err = told(e, err);
    lt_db_close(e->db);
    return err;
}

static int run_publish(struct event *e)
{
    return move(e, LT_ACT_LOBBY);
}

static int run_close(struct event *e)
{
    return move(e, LT_ACT_FINISH);
}

/* Look at the papers of a self-paced event. */
static int look(struct event *e, int (*at_papers)(struct event *e))
{
    struct lt_db_opts opts = {
        .url = lt_config_str(e->config, "database_url"), .name = "leitai event", .stop_fd = -1};
    e->at.tenant_code = e->tenant;
    int err = lt_db_open(&opts, &e->db, e->err);
    if (err == LT_OK)
        err = lookup_event(&e->at, e->db);
    if (err == LT_OK)
        err = at_papers(e);
    if (err == LT_OK)
        ;
    else if (e->at.missing[0])
        lt_buf_str(e->err, e->at.missing);
    else if (err == LT_EFORBIDDEN)
        lt_buf_printf(e->err, "%s is led from a desk", e->at.event_code);
    else if (err == LT_EQUESTION)
        lt_buf_printf(e->err, "%s does not ask these questions", e->at.event_code);
    else if (e->db)
        err = told(e, err);
    lt_db_close(e->db);
    return err;
}

static int find(struct event *e)
{
    int n = 0, err = findings_compute(e->db, e->at.tenant, e->at.event, &n);
    return err == LT_OK ? findings_print(e->db, e->at.tenant, e->at.event) : err;
}

/* Compute what looks odd again, and print it. */
static int run_findings(struct event *e)
{
    return look(e, find);
}

static int trace(struct event *e)
{
    return trace_print(e->db, e->at.tenant, e->at.event, e->order);
}

/* Whose paper shows these questions in this order. */
static int run_trace(struct event *e)
{
    return look(e, trace);
}

/* ---- the other two ---- */

/* Each paper of a self-paced event has questions of its own. */
static void print_questions(const struct lt_sheet *s)
{
    if (s->self_paced)
        printf(", self-paced\n");
    else
        printf(", %d questions\n", lt_sheet_questions(s));
}

static int run_check(struct event *e)
{
    int err = read_sheet(e);
    if (err != LT_OK)
        return err;
    printf("the sheet is right: %d rounds", e->sheet->n_rounds);
    print_questions(e->sheet);
    return LT_OK;
}

static int run_presets(struct event *e)
{
    for (const struct lt_embedded *f = lt_presets; f->name; f++) {
        int err = lt_sheet_parse(f->text, f->len, e->sheet, &e->problems);
        if (err != LT_OK)
            return err;
        printf("%-12.*s %s, %d rounds", (int)preset_name(f), f->name,
               e->sheet->teams ? "teams" : "persons", e->sheet->n_rounds);
        print_questions(e->sheet);
    }
    return LT_OK;
}

/* ---- the command ---- */

static const struct verb {
    const char *name;
    int (*run)(struct event *e);
} verbs[] = {{"presets", run_presets}, {"check", run_check}, {"save", run_save},
             {"publish", run_publish}, {"close", run_close}, {"findings", run_findings},
             {"trace", run_trace}};

static int parse(struct event *e, int argc, char **argv, const struct verb **ret_verb)
{
    const struct {
        const char *name, **value;
    } options[] = {
        {"--tenant", &e->tenant}, {"--code", &e->code},        {"--title", &e->title},
        {"--season", &e->season}, {"--bank", &e->bank},        {"--sheet", &e->sheet_path},
        {"--preset", &e->preset}, {"--teams", &e->teams_path}, {"--seed", &e->seed_text},
        {"--opens", &e->opens},   {"--closes", &e->closes},    {"--event", &e->at.event_code},
        {"--order", &e->order},
    };
    enum { OPTIONS = sizeof options / sizeof *options };
    *ret_verb = NULL;
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            *ret_verb = &verbs[i];
    if (!*ret_verb || argc % 2 != 0)
        return LT_ECONFIG;
    for (int i = 2; i < argc; i += 2) {
        int k = 0;
        while (k < OPTIONS && strcmp(argv[i], options[k].name) != 0)
            k++;
        if (k == OPTIONS || *options[k].value)
            return LT_ECONFIG;
        *options[k].value = argv[i + 1];
    }
    bool moves = (*ret_verb)->run == run_publish || (*ret_verb)->run == run_close ||
                 (*ret_verb)->run == run_findings;
    if ((*ret_verb)->run == run_trace || e->order)
        return (*ret_verb)->run == run_trace && argc == 8 && e->tenant && e->at.event_code &&
                       e->order
                   ? LT_OK
                   : LT_ECONFIG;
    if (moves || e->at.event_code)
        return moves && argc == 6 && e->tenant && e->at.event_code ? LT_OK : LT_ECONFIG;
    bool one = !e->sheet_path != !e->preset,
         all = e->tenant && e->code && e->title && e->season && e->bank;
    if ((*ret_verb)->run == run_presets)
        return argc == 2 ? LT_OK : LT_ECONFIG;
    if ((*ret_verb)->run == run_check)
        return one && argc == 4 ? LT_OK : LT_ECONFIG;
    return one && all ? LT_OK : LT_ECONFIG;
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: leitai event presets\n"
        "       leitai event check (--sheet FILE | --preset NAME)\n"
        "       leitai event save --tenant CODE --code CODE --title TITLE --season YEAR "
        "(--sheet FILE | --preset NAME) --bank CODE [--teams FILE] [--seed N] [--opens TIME "
        "--closes TIME]\n"
        "       leitai event (publish | close | findings) --tenant CODE --event CODE_OR_ID\n"
        "       leitai event trace --tenant CODE --event CODE_OR_ID --order CODE[:LETTERS],…\n");
    return EXIT_FAILURE;
}

int lt_cmd_event(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct event e = {.config = c, .err = &err};
    const struct verb *verb;
    if (parse(&e, argc, argv, &verb) != LT_OK)
        return usage();
    lt_buf_init(&err, ERR_BYTES);
    lt_buf_init(&e.text, LT_SHEET_BYTES + 1); /* one more, so that too large is told as such */
    lt_buf_init(&e.teams, TEAMS_BYTES);
    lt_buf_init(&e.problems, PROBLEMS_BYTES);
    e.sheet = malloc(sizeof *e.sheet);
    int r = e.sheet ? verb->run(&e) : LT_ENOMEM;
    if (r == LT_ESHEET)
        reasons_print(&e.problems);
    else if (r != LT_OK)
        fprintf(stderr, "leitai event: %s\n", err.len ? lt_buf_cstr(&err) : lt_err_wire(r));
    free(e.sheet);
    lt_buf_done(&e.problems);
    lt_buf_done(&e.teams);
    lt_buf_done(&e.text);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* `leitai demo`: load the demo tenant, and another one beside it.
 *
 *   leitai demo [--people FILE] [--ticket-secret FILE]
 *
 * Each tenant is one transaction; a tenant that exists is left as it is, so a second load changes
 * nothing. The event that is over is then finalised and its credits posted, by the same code and as
 * the same roles as in service; whatever of this was cut off is done by the next load, or by the
 * job processes.
 *
 * The files are for the load generator: who may play (CSV ext_id,name,unit_code), and the key that
 * signs their tickets. */
#include "app/commands.h"

#include "app/finalise.h"
#include "app/relay.h"
#include "app/schema.h"
#include "base/err.h"
#include "demo.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ERR_BYTES = 4096, SECRET_BYTES = 32, LAST_RECORD_DELAY_US = 20 * 1000000 };

static const char tenant_code[] = "demo", key_id[] = "main";
static const char annual_cap_c[] = "5000";

struct demo {
    const struct lt_config *config;
    const char *people_path, *secret_path;
    struct lt_db *owner;
    struct lt_buf *err;
};

/* Say in `err` what the database said. */
static int told(struct demo *m, struct lt_db *d, int err)
{
    if (err != LT_OK && m->err->len == 0)
        lt_buf_printf(m->err, "%s (%s)", lt_db_message(d)[0] ? lt_db_message(d) : lt_err_wire(err),
                      lt_db_sqlstate(d));
    return err;
}

/* ---- loading ---- */

static int find_tenant(struct lt_db *d, const char *code, struct lt_tenant_id *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, "SELECT COALESCE(leitai.find_tenant($1), 0)", code);
    if (err != LT_OK)
        return err;
    ret->v = lt_rows_i64(rows, 0, 0);
    lt_rows_free(rows);
    return LT_OK;
}

/* The id is drawn first: row security wants the tenant to be set before its row is written. */
static int insert_tenant(struct lt_db *d, const char *code, const char *name)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows,
                         "SELECT nextval(pg_get_serial_sequence('leitai.tenant', 'tenant_id'))");
    if (err != LT_OK)
        return err;
    struct lt_num id = lt_num(lt_rows_i64(rows, 0, 0));
    lt_rows_free(rows);
    err = lt_db_exec(d, NULL, "SELECT set_config('app.tenant_id', $1, true)", id.s);
    if (err == LT_OK)
        err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.tenant (tenant_id, code, name) OVERRIDING SYSTEM "
                         "VALUE VALUES ($1, $2, $3)",
                         id.s, code, name);
    return err;
}

/* The key is a text of hexadecimal digits, so that a file of it can be copied about; it is that
 * text, not what the digits mean. */
static int insert_key(struct lt_db *d)
{
    unsigned char random[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 1];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return LT_EINTERNAL;
    for (int i = 0; i < SECRET_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    int err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.ticket_key (tenant_id, kid, alg, key) "
                         "VALUES (leitai.current_tenant(), $1, 'HS256', convert_to($2, 'UTF8'))",
                         key_id, text);
    explicit_bzero(text, sizeof text);
    return err;
}

/* In the study record, when it is in this database. */
static int insert_policy(struct demo *m)
{
    if (lt_config_str(m->config, "study_url")[0])
        return LT_OK;
    return lt_db_exec(
        m->owner, NULL,
        "INSERT INTO study.policy (tenant_id, annual_cap_c) VALUES (leitai.current_tenant(), $1)",
        annual_cap_c);
}

static int load_tenant(struct demo *m, const char *code, const char *name, const char *only_event)
{
    struct lt_db *d = m->owner;
    int err = insert_tenant(d, code, name);
    if (err == LT_OK)
        err = insert_key(d);
    if (err == LT_OK)
        err = insert_policy(m);
    if (err == LT_OK)
        err = demo_people_load(d, only_event != NULL);
    if (err == LT_OK)
        err = demo_bank_load(d, only_event);
    if (err == LT_OK)
        err = demo_events_load(d, code);
    return err;
}

/* Load a tenant unless it exists. `only_event`: a small tenant with this event alone. */
static int ensure_tenant(struct demo *m, const char *code, const char *name, const char *only_event)
{
    struct lt_tenant_id known = {0};
    struct lt_db *d = m->owner;
    bool fresh = false;
    int err = lt_db_begin(d, (struct lt_tenant_id){0});
    if (err == LT_OK) /* one load at a time */
        err =
            lt_db_exec(d, NULL, "SELECT pg_advisory_xact_lock(hashtextextended('leitai.demo', 0))");
    if (err == LT_OK)
        err = find_tenant(d, code, &known);
    if (err == LT_OK && known.v == 0)
        err = load_tenant(m, code, name, only_event);
    if (err == LT_OK)
        err = lt_db_commit(d);
    else
        lt_db_rollback(d);
    if (err == LT_OK && known.v == 0)
        fresh = true;
    if (fresh)
        err = find_tenant(d, code, &known);
    if (err == LT_OK)
        err = demo_events_publish(d, known);
    if (err == LT_OK)
        printf("tenant %s: %s\n", code, fresh ? "loaded" : "is there already");
    return told(m, d, err);
}

/* ---- what follows the last question ---- */

/* The job that waits in the demo tenant, if any: *ret_has. */
static int find_job(struct demo *m, struct lt_final_job *ret, bool *ret_has)
{
    struct lt_rows *rows;
    int err = lt_db_begin(m->owner, ret->tenant);
    if (err == LT_OK)
        err = lt_db_exec(
            m->owner, &rows,
            "SELECT j.event_id, j.token, max(l.at_us) FROM leitai.job j JOIN leitai.event_log l "
            "USING (tenant_id, event_id) WHERE j.tenant_id = leitai.current_tenant() AND j.done_at "
            "IS NULL "
            "AND j.event_id = (SELECT event_id FROM leitai.event WHERE tenant_id = "
            "leitai.current_tenant() "
            "AND code = 'spring-2026') GROUP BY 1, 2");
    if (err == LT_OK) {
        *ret_has = lt_rows_count(rows) == 1;
        if (*ret_has) {
            ret->event.v = lt_rows_i64(rows, 0, 0);
            ret->token = lt_rows_i64(rows, 0, 1);
            ret->at_us = lt_rows_i64(rows, 0, 2) + LAST_RECORD_DELAY_US;
        }
        lt_rows_free(rows);
    }
    lt_db_rollback(m->owner);
    return told(m, m->owner, err);
}

static int finalise(struct demo *m)
{
    struct lt_db *worker;
    struct lt_final_job job = {0};
    struct lt_db_opts opts = {
        .url = lt_config_str(m->config, "database_url"), .name = "leitai demo", .stop_fd = -1};
    int64_t seq;
    bool has = false;
    int err = find_tenant(m->owner, tenant_code, &job.tenant);
    if (err == LT_OK)
        err = find_job(m, &job, &has);
    if (err != LT_OK || !has)
        return told(m, m->owner, err);
    err = lt_db_open(&opts, &worker, m->err);
    if (err != LT_OK)
        return err;
    err = told(m, worker, lt_finalise(worker, &job, &seq));
    lt_db_close(worker);
    return err == LT_EBUSY ? LT_OK : err; /* a job process is faster */
}

static int post_credits(struct demo *m)
{
    const char *relay_url = lt_config_str(m->config, "relay_url"),
               *study_url = lt_config_str(m->config, "study_url");
    struct lt_db *outbox = NULL, *study = NULL;
    struct lt_db_opts opts = {.url = relay_url, .name = "leitai demo", .stop_fd = -1};
    struct lt_relay_count n = {0};
    if (!relay_url[0]) {
        printf("credits wait for a relay (option relay_url is not set)\n");
        return LT_OK;
    }
    int err = lt_db_open(&opts, &outbox, m->err);
    if (err != LT_OK)
        return err;
    opts.url = study_url[0] ? study_url : relay_url;
    err = lt_db_open(&opts, &study, m->err);
    if (err == LT_OK) {
        err = lt_relay_pass(outbox, study, &n);
        if (err == LT_EBUSY) /* a relay is running: it posts them */
            err = LT_OK;
        if (err != LT_OK)
            told(m, lt_db_message(outbox)[0] ? outbox : study, err);
    }
    lt_db_close(outbox);
    lt_db_close(study);
    return err;
}

/* ---- files ---- */

static void write_csv_field(FILE *f, const char *s, char end)
{
    if (!strpbrk(s, ",\"\n")) {
        fputs(s, f);
    } else {
        fputc('"', f);
        for (; *s; s++) {
            if (*s == '"')
                fputc('"', f);
            fputc(*s, f);
        }
        fputc('"', f);
    }
    fputc(end, f);
}

/* Open a file for writing; `mode` holds also when it existed. */
static FILE *create(struct demo *m, const char *path, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd >= 0 && fchmod(fd, mode) == 0) {
        FILE *f = fdopen(fd, "w");
        if (f)
            return f;
    }
    lt_buf_printf(m->err, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int finish_file(struct demo *m, FILE *f, const char *path)
{
    bool bad = ferror(f) != 0;
    if (fclose(f) == 0 && !bad)
        return LT_OK;
    lt_buf_printf(m->err, "%s: cannot be written", path);
    return LT_EINTERNAL;
}

static int write_people(struct demo *m, const struct lt_rows *rows)
{
    FILE *f = create(m, m->people_path, 0644);
    if (!f)
        return LT_EINTERNAL;
    fputs("ext_id,name,unit_code\n", f);
    for (int i = 0; i < lt_rows_count(rows); i++)
        for (int k = 0; k < 3; k++)
            write_csv_field(f, lt_rows_text(rows, i, k), k < 2 ? ',' : '\n');
    return finish_file(m, f, m->people_path);
}

static int export_people(struct demo *m, struct lt_tenant_id tenant)
{
    struct lt_rows *rows;
    int err = lt_db_begin(m->owner, tenant);
    if (err == LT_OK)
        err = lt_db_exec(
            m->owner, &rows,
            "SELECT p.ext_id, p.name, u.code FROM leitai.person p JOIN leitai.membership b "
            "ON b.tenant_id = p.tenant_id AND b.person_id = p.person_id AND b.valid_to IS NULL "
            "JOIN leitai.unit u ON u.tenant_id = b.tenant_id AND u.unit_id = b.unit_id "
            "WHERE p.tenant_id = leitai.current_tenant() AND NOT p.guest AND NOT EXISTS (SELECT "
            "FROM "
            "leitai.role_grant r WHERE r.tenant_id = p.tenant_id AND r.person_id = p.person_id) "
            "ORDER BY p.ext_id");
    lt_db_rollback(m->owner);
    if (err != LT_OK)
        return told(m, m->owner, err);
    err = write_people(m, rows);
    lt_rows_free(rows);
    return err;
}

static int export_secret(struct demo *m, struct lt_tenant_id tenant)
{
    struct lt_rows *rows;
    int err = lt_db_begin(m->owner, tenant);
    if (err == LT_OK)
        err = lt_db_exec(m->owner, &rows,
                         "SELECT convert_from(key, 'UTF8') FROM leitai.ticket_key WHERE tenant_id "
                         "= leitai.current_tenant() "
                         "AND kid = $1 AND alg = 'HS256'",
                         key_id);
    lt_db_rollback(m->owner);
    if (err != LT_OK)
        return told(m, m->owner, err);
    err = LT_EINTERNAL;
    FILE *f = NULL;
    if (lt_rows_count(rows) != 1)
        lt_buf_printf(m->err, "tenant %s has no ticket key %s", tenant_code, key_id);
    else
        f = create(m, m->secret_path, 0600);
    if (f) {
        fputs(lt_rows_text(rows, 0, 0), f);
        err = finish_file(m, f, m->secret_path);
    }
    lt_rows_free(rows);
    return err;
}

static int export_files(struct demo *m)
{
    struct lt_tenant_id tenant;
    int err = told(m, m->owner, find_tenant(m->owner, tenant_code, &tenant));
    if (err == LT_OK && m->people_path)
        err = export_people(m, tenant);
    if (err == LT_OK && m->secret_path)
        err = export_secret(m, tenant);
    return err;
}

/* ---- the command ---- */

static int run(struct demo *m)
{
    int version;
    int err = told(m, m->owner, lt_schema_current(m->owner, &version));
    if (err != LT_OK)
        return err;
    if (version != lt_schema_version()) {
        lt_buf_printf(m->err,
                      "the database is at version %d, this program needs %d: run leitai migrate",
                      version, lt_schema_version());
        return LT_ECONFIG;
    }
    err = ensure_tenant(m, tenant_code, "澜江省普法办公室（演示）", NULL);
    if (err == LT_OK)
        err = ensure_tenant(m, "other", "砚川市司法局（演示）", "city-quiz");
    if (err == LT_OK)
        err = finalise(m);
    if (err == LT_OK)
        err = post_credits(m);
    return err == LT_OK ? export_files(m) : err;
}

static int parse(struct demo *m, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--people") == 0)
            m->people_path = argv[i + 1];
        else if (strcmp(argv[i], "--ticket-secret") == 0)
            m->secret_path = argv[i + 1];
        else
            return LT_ECONFIG;
    }
    return argc % 2 == 1 ? LT_OK : LT_ECONFIG;
}

int lt_cmd_demo(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct demo m = {.config = c, .err = &err};
    const char *url = lt_config_str(c, "migrate_url");
    struct lt_db_opts opts = {.url = url[0] ? url : lt_config_str(c, "database_url"),
                              .name = "leitai demo",
                              .stop_fd = -1};
    if (parse(&m, argc, argv) != LT_OK) {
        fprintf(stderr, "usage: leitai demo [--people FILE] [--ticket-secret FILE]\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, ERR_BYTES);
    int r = lt_db_open(&opts, &m.owner, &err);
    if (r == LT_OK)
        r = run(&m);
    if (r != LT_OK)
        fprintf(stderr, "leitai demo: %s\n", lt_buf_cstr(&err));
    lt_db_close(m.owner);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

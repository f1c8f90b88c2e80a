/* A tenant and what surrounds its events. */
#include "boards.h"

#include "base/err.h"
#include "servers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"国家机关", "学校", "医院"};

int below(struct world *w, int n)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (int)((z ^ z >> 31) % (uint64_t)n);
}

bool chance(struct world *w, int percent)
{
    return below(w, 100) < percent;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

void exec(int err, const struct lt_db *d, const char *what)
{
    if (err == LT_OK)
        return;
    fprintf(stderr, "%.600s: %s: %s\n", what, lt_err_wire(err), lt_db_message(d));
    exit(2);
}

static char *formatted(const char *format, va_list ap)
{
    char *s;

    if (vasprintf(&s, format, ap) < 0)
        abort();
    return s;
}

void run(struct lt_db *d, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *sql = formatted(format, ap);
    va_end(ap);
    exec(lt_db_script(d, sql), d, sql);
    free(sql);
}

int64_t number(struct lt_db *d, const char *format, ...)
{
    struct lt_rows *rows;
    va_list ap;

    va_start(ap, format);
    char *sql = formatted(format, ap);
    va_end(ap);
    exec(lt_db_exec(d, &rows, sql), d, sql);
    int64_t v = lt_rows_count(rows) > 0 ? lt_rows_i64(rows, 0, 0) : 0;
    lt_rows_free(rows);
    free(sql);
    return v;
}

static struct lt_db *connect_as(const char *role)
{
    struct lt_db *d;
    struct lt_buf err;
    char url[1200];

    snprintf(url, sizeof url, "%s%s%s", test_pg_url(), role ? " user=" : "", role ? role : "");
    lt_buf_init(&err, 4096);
    if (lt_db_open(&(struct lt_db_opts){.url = url, .name = "sim", .stop_fd = -1}, &d, &err) !=
        LT_OK) {
        fprintf(stderr, "%s\n", lt_buf_cstr(&err));
        exit(2);
    }
    lt_buf_done(&err);
    return d;
}

/* ---- Redis ----------------------------------------------------------------------------------- */

static void on_tick(struct lt_timer *t, int64_t now_us)
{
    struct world *w = t->arg;

    (void)now_us;
    if (lt_boards_mark(w->boards)[0])
        lt_loop_stop(w->loop);
    else
        lt_loop_timer(w->loop, t, 1000);
}

void world_open(struct world *w, int job)
{
    struct lt_buf err;
    struct lt_timer tick;
    const char *url = test_redis_url();
    char path[256];
    int database = 0;

    lt_buf_init(&err, 4096);
    w->config = lt_config_new();
    if (lt_config_set(w->config, "redis_url", url, &err) != LT_OK) {
        fprintf(stderr, "%s\n", lt_buf_cstr(&err));
        exit(2);
    }
    lt_buf_done(&err);
    w->owner = connect_as(NULL);
    w->app = connect_as("leitai_app");
    run(w->owner, "SET synchronous_commit = off");
    run(w->app, "SET synchronous_commit = off");
    if (sscanf(url, "unix://%255[^?]?db=%d", path, &database) < 1)
        abort();
    w->redis = redisConnectUnix(path);
    if (!w->redis || w->redis->err)
        abort();
    freeReplyObject(redisCommand(w->redis, "SELECT %d", database));
    w->loop = lt_loop_new();
    w->reader = lt_redis_new(w->loop, &(struct lt_redis_opts){.url = url,
                                                              .connect_timeout_us = 5000000,
                                                              .command_timeout_us = 5000000,
                                                              .max_pending = 100});
    w->boards = lt_boards_new(w->loop, w->reader);
    lt_timer_init(&tick, on_tick, w);
    lt_loop_timer(w->loop, &tick, 0);
    lt_loop_run(w->loop);
    (void)job;
}

static void on_gone(void *arg)
{
    struct world *w = arg;

    lt_boards_free(w->boards);
    lt_loop_stop(w->loop);
}

void world_close(struct world *w)
{
    lt_redis_free(w->reader, on_gone, w);
    lt_loop_run(w->loop);
    lt_loop_free(w->loop);
    redisFree(w->redis);
    lt_db_close(w->owner);
    lt_db_close(w->app);
    lt_config_free(w->config);
    wants_clear(w);
}

/* ---- a tenant -------------------------------------------------------------------------------- */

static void add_region(struct world *w, int64_t parent, int level)
{
    struct region *r = &w->regions[w->n_regions];

    *r = (struct region){w->tenant * 100 + w->n_regions, parent, level};
    w->n_regions++;
    run(w->owner,
        "INSERT INTO leitai.region (tenant_id, region_id, parent_id, level, code, name) OVERRIDING "
        "SYSTEM VALUE VALUES (%" PRId64 ", %" PRId64 ", NULLIF(%" PRId64 "::bigint, 0), %d, "
        "'r%" PRId64 "', 'R')",
        w->tenant, r->id, parent, level, r->id);
}

static void add_units(struct world *w)
{
    w->n_units = 1 + below(w, UNITS_MAX);
    for (int i = 0; i < w->n_units; i++) {
        struct unit *u = &w->units[i];

        *u = (struct unit){w->tenant * 100 + i, w->regions[below(w, w->n_regions)].id, below(w, 3),
                           chance(w, 15) ? 0 : below(w, 9)};
        run(w->owner,
            "INSERT INTO leitai.unit (tenant_id, unit_id, region_id, code, kind, name, registered) "
            "OVERRIDING SYSTEM VALUE VALUES (%" PRId64 ", %" PRId64 ", %" PRId64 ", 'u%d', '%s', "
            "'U', %d)",
            w->tenant, u->id, u->region, i, kinds[u->kind], u->registered);
    }
}

void world_tenant(struct world *w, int64_t tenant)
{
    w->tenant = tenant;
    w->n_regions = w->n_finals = 0;
    run(w->owner,
        "INSERT INTO leitai.tenant (tenant_id, code, name) OVERRIDING SYSTEM VALUE VALUES (%" PRId64
        ", 't%" PRId64 "', 'T'); SET app.tenant_id = '%" PRId64 "'",
        tenant, tenant, tenant);
    add_region(w, 0, 0);
    for (int i = 1 + below(w, 3); i > 0; i--)
        add_region(w, w->regions[0].id, 1);
    for (int i = below(w, 3), n = w->n_regions; i > 0; i--)
        add_region(w, w->regions[1 + below(w, n - 1)].id, 2);
    if (w->regions[w->n_regions - 1].level == 2)
        add_region(w, w->regions[w->n_regions - 1].id, 3);
    add_units(w);
    run(w->owner,
        "INSERT INTO leitai.person (tenant_id, person_id, ext_id, name, leader, guest) OVERRIDING "
        "SYSTEM VALUE SELECT %" PRId64 ", i, 'p' || i, 'P', i %% 7 = 3, i %% 11 = 5 FROM "
        "generate_series(101, 1121) i; "
        "INSERT INTO leitai.bank (tenant_id, bank_id, code, name) OVERRIDING SYSTEM VALUE VALUES "
        "(%" PRId64 ", %" PRId64 ", 'b', 'B'); "
        "INSERT INTO leitai.question (tenant_id, question_id, bank_id, code, topic, type, "
        "difficulty, audience, body) OVERRIDING SYSTEM VALUE VALUES (%" PRId64 ", 1, %" PRId64
        ", 'q', 't', 'single', 1, 'all', '{}')",
        tenant, tenant, tenant, tenant, tenant);
}

int world_unit_of(const struct world *w, int64_t entry)
{
    if (world_guest(entry) || entry % 13 == 6)
        return -1;
    return (int)(entry * 31 % (w->n_units > 1 ? w->n_units - 1 : 1)); /* the last one has nobody */
}

bool world_leads(int64_t person)
{
    return person % 7 == 3;
}

bool world_guest(int64_t person)
{
    return person % 11 == 5;
}

/* ---- what is declared ------------------------------------------------------------------------ */

void world_specs(struct world *w, bool teams)
{
    w->n_specs = 0;
    w->round_boards = chance(w, 60);
    for (int of = LT_OF_UNIT; of < LT_BOARD_OFS && w->n_specs < RULES_MAX; of++) {
        if (chance(w, 35) || (teams && of == LT_OF_AUDIENCE))
            continue;
        w->specs[w->n_specs++] = (struct spec){
            .of = (enum lt_board_of)of,
            .by = (enum lt_aggregate)below(w, teams || of == LT_OF_AUDIENCE ? LT_AGGREGATE_WEIGHTED
                                                                            : LT_AGGREGATES),
            .best = 1 + below(w, 4),
            .floor_e4 = chance(w, 30) ? 9000 : below(w, 10001),
            .least = 1 + below(w, 3)};
    }
}

void world_specs_json(const struct world *w, struct lt_buf *out)
{
    lt_buf_str(out, ",\"boards\":[");
    for (int i = 0; i < w->n_specs; i++) {
        const struct spec *s = &w->specs[i];

        lt_buf_printf(out, "%s{\"of\":\"%s\",\"by\":\"%s\",\"least\":%d", i ? "," : "",
                      lt_board_of_name(s->of), lt_aggregate_name(s->by), s->least);
        if (s->by == LT_AGGREGATE_BEST)
            lt_buf_printf(out, ",\"best\":%d", s->best);
        if (s->by == LT_AGGREGATE_WEIGHTED)
            lt_buf_printf(out, ",\"floor\":%d.%04d", s->floor_e4 / 10000, s->floor_e4 % 10000);
        lt_buf_char(out, '}');
    }
    lt_buf_printf(out, "],\"round_boards\":%s", w->round_boards ? "true" : "false");
}

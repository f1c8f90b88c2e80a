/* `leitai board share|unshare --tenant CODE (--event CODE_OR_ID | --series CODE)`: who has the share code
 * may look at the boards, without being anybody; on a page (/board.html#SHARE), or for a website of their
 * own (/api/board/SHARE). Shared again, the code stays. Taken away, it leads nowhere any more, for ever;
 * what is shared later has another one. */
#include "app/commands.h"

#include "app/db.h"
#include "base/err.h"
#include "lookup.h"
#include <assert.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARE_CHARS = 12, ERR_BYTES = 4096 };

struct share {
    const struct lt_config *config;
    struct lookup at;
    const char *series_code;
    struct lt_db *db;
    struct lt_num event, series;
    struct lt_buf *err;
};

static int find_series(struct share *s)
{
    struct lt_rows *rows;
    int err = lt_db_exec(s->db, &rows,
                         "SELECT series_id FROM leitai.series WHERE tenant_id = "
                         "leitai.current_tenant() AND code = $1",
                         s->series_code);
    if (err != LT_OK)
        return err;
    bool found = lt_rows_count(rows) == 1;
    if (found)
        s->series = lt_num(lt_rows_i64(rows, 0, 0));
    else
        lt_buf_printf(s->err, "there is no series %s", s->series_code);
    lt_rows_free(rows);
    return found ? LT_OK : LT_ENOENT;
}

/* 60 random bits in Crockford's base 32: nobody finds one by trying. */
static void make_code(char out[SHARE_CHARS + 1])
{
    unsigned char bits[SHARE_CHARS];
    int ok = RAND_bytes(bits, sizeof bits);
    assert(ok == 1);
    for (int i = 0; i < SHARE_CHARS; i++)
        out[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits[i] % 32];
    out[SHARE_CHARS] = '\0';
}

static int print_share(const struct share *s, const char *code)
{
    char fallback[128];
    const char *at = lt_config_str(s->config, "public_url");
    snprintf(fallback, sizeof fallback, "http://%s:%d", lt_config_str(s->config, "listen_host"),
             (int)lt_config_int(s->config, "port"));
    if (!at[0])
        at = fallback;
    printf("%s\n%s/board.html#%s\n%s/api/board/%s\n", code, at, code, at, code);
    return LT_OK;
}

static int share_on(struct share *s)
{
    struct lt_rows *rows;
    char code[SHARE_CHARS + 1];
    make_code(code);
    int err = lt_db_exec(
        s->db, &rows,
        "WITH old AS (SELECT share FROM leitai.board_share WHERE tenant_id = "
        "leitai.current_tenant() AND ended_at IS NULL AND (event_id = NULLIF($2::bigint, 0) OR "
        "series_id = NULLIF($3::bigint, 0))), new AS (INSERT INTO leitai.board_share (tenant_id, "
        "share, event_id, series_id) SELECT leitai.current_tenant(), $1, NULLIF($2::bigint, 0), "
        "NULLIF($3::bigint, 0) WHERE NOT EXISTS (SELECT FROM old) RETURNING share) SELECT share "
        "FROM old UNION ALL SELECT share FROM new LIMIT 1",
        code, s->event.s, s->series.s);
    if (err != LT_OK)
        return err;
    err = print_share(s, lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    return err;
}

static int share_off(struct share *s)
{
    struct lt_rows *rows;
    int err = lt_db_exec(s->db, &rows,
                         "UPDATE leitai.board_share SET ended_at = clock_timestamp() WHERE "
                         "tenant_id = leitai.current_tenant() AND ended_at IS NULL AND (event_id = "
                         "NULLIF($1::bigint, 0) OR series_id = NULLIF($2::bigint, 0)) RETURNING "
                         "share",
                         s->event.s, s->series.s);
    if (err != LT_OK)
        return err;
    printf("shares ended %d\n", lt_rows_count(rows));
    lt_rows_free(rows);
    return LT_OK;
}

static int run(struct share *s, bool on)
{
    int err = s->series_code ? lookup_tenant(&s->at, s->db) : lookup_event(&s->at, s->db);
    if (err == LT_OK)
        err = lt_db_begin(s->db, s->at.tenant);
    s->event = lt_num(s->at.event.v);
    s->series = lt_num(0);
    if (err == LT_OK && s->series_code)
        err = find_series(s);
    if (err == LT_OK)
        err = on ? share_on(s) : share_off(s);
    if (err == LT_OK)
        return lt_db_commit(s->db);
    lt_db_rollback(s->db);
    return err;
}

static int parse(struct share *s, int argc, char **argv, bool *ret_on)
{
    if (argc < 2 || argc % 2 != 0)
        return LT_ECONFIG;
    *ret_on = strcmp(argv[1], "share") == 0;
    if (!*ret_on && strcmp(argv[1], "unshare") != 0)
        return LT_ECONFIG;
    for (int i = 2; i < argc; i += 2)
        if (strcmp(argv[i], "--series") == 0)
            s->series_code = argv[i + 1];
        else if (!lookup_option(&s->at, argv[i], argv[i + 1]))
            return LT_ECONFIG;
    return s->at.tenant_code && (s->series_code == NULL) == (s->at.event_code != NULL) ? LT_OK
                                                                                       : LT_ECONFIG;
}

int lt_cmd_board(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct share s = {.config = c, .err = &err};
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai board", .stop_fd = -1};
    bool on;
    if (parse(&s, argc, argv, &on) != LT_OK) {
        fprintf(stderr, "usage: leitai board (share | unshare) --tenant CODE (--event CODE_OR_ID | "
                        "--series CODE)\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, ERR_BYTES);
    int r = lt_db_open(&opts, &s.db, &err);
    if (r == LT_OK)
        r = run(&s, on);
    if (r != LT_OK && err.len == 0)
        lt_buf_str(&err, s.at.missing[0]                       ? s.at.missing
                         : s.db && lt_db_message(s.db)[0] != 0 ? lt_db_message(s.db)
                                                               : lt_err_wire(r));
    lt_db_close(s.db);
    if (r != LT_OK)
        fprintf(stderr, "leitai board: %s\n", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* `leitai link`: a personal address, for whoever starts an event without the study platform at
 * hand.
 *
 *   leitai link play|desk|judge --tenant CODE --event CODE_OR_ID --person EXTID [--kid KEYID]
 *   leitai link play|stage --tenant CODE --event CODE_OR_ID
 *   leitai link home --tenant CODE --person EXTID [--kid KEYID]
 *
 * A person's address carries a ticket, signed with the tenant's key as the study platform would
 * sign it; a stage's carries a session token of this installation. Both stand behind the #, which
 * browsers do not send to servers. Whoever holds such an address is that person: it goes to stdout
 * and nowhere else. */
#include "app/commands.h"

#include "base/err.h"
#include "lookup.h"
#include "service/auth.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ERR_BYTES = 4096, URL_BYTES = 1024, KEY_BYTES = 512 };

struct link {
    const struct lt_config *config;
    const char *page, *person, *kid;
    struct lookup at;
    struct lt_db *db;
    char name[81], unit[65];
    struct lt_buf *err;
};

/* ---- what the database knows ---- */

static int told(struct link *l, int err)
{
    if (err != LT_OK && l->err->len == 0)
        lt_buf_str(l->err, lt_db_message(l->db)[0] ? lt_db_message(l->db) : lt_err_wire(err));
    return err;
}

static int no(struct link *l, const char *what, const char *which)
{
    lt_buf_printf(l->err, "there is no %s %s", what, which);
    return LT_ENOENT;
}

static int find_person(struct link *l)
{
    struct lt_rows *rows;
    int err = lt_db_exec(
        l->db, &rows,
        "SELECT p.name, COALESCE(u.code, '') FROM leitai.person p LEFT JOIN leitai.membership m "
        "ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.valid_to IS NULL "
        "LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id "
        "WHERE p.tenant_id = leitai.current_tenant() AND p.ext_id = $1",
        l->person);
    if (err != LT_OK)
        return told(l, err);
    bool found = lt_rows_count(rows) == 1;
    if (found) {
        snprintf(l->name, sizeof l->name, "%s", lt_rows_text(rows, 0, 0));
        snprintf(l->unit, sizeof l->unit, "%s", lt_rows_text(rows, 0, 1));
    }
    lt_rows_free(rows);
    return found ? LT_OK : no(l, "person", l->person);
}

static int look_up(struct link *l)
{
    int err = l->at.event_code ? lookup_event(&l->at, l->db) : lookup_tenant(&l->at, l->db);
    lt_buf_str(l->err, l->at.missing);
    if (err != LT_OK || !l->person)
        return told(l, err);
    err = told(l, lt_db_begin(l->db, l->at.tenant));
    if (err == LT_OK)
        err = find_person(l);
    lt_db_rollback(l->db);
    return err;
}

/* ---- tokens ---- */

static int unhex(const char *hex, unsigned char *out, size_t cap, size_t *ret_len)
{
    size_t n = strlen(hex) / 2;
    if (n > cap)
        return LT_ETOOBIG;
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return LT_EINTERNAL;
        out[i] = (unsigned char)byte;
    }
    *ret_len = n;
    return LT_OK;
}

static int ticket(struct link *l, char *out, size_t cap)
{
    struct lt_rows *rows;
    unsigned char key[KEY_BYTES];
    size_t len = 0;
    struct lt_ticket t = {.event = l->at.event, .expires_s = time(NULL) + LT_TICKET_LIFE_S};
    snprintf(t.tenant_code, sizeof t.tenant_code, "%s", l->at.tenant_code);
    snprintf(t.kid, sizeof t.kid, "%s", l->kid);
    snprintf(t.sub, sizeof t.sub, "%s", l->person);
    memcpy(t.name, l->name, sizeof t.name);
    memcpy(t.unit, l->unit, sizeof t.unit);
    int err = lt_db_exec(l->db, &rows, "SELECT alg, key_hex FROM leitai.find_ticket_key($1, $2)",
                         l->at.tenant_code, l->kid);
    if (err != LT_OK)
        return told(l, err);
    if (lt_rows_count(rows) != 1 || strcmp(lt_rows_text(rows, 0, 0), "HS256") != 0)
        err = no(l, "HS256 key",
                 l->kid); /* of other keys only the study platform has the private half */
    else
        err = unhex(lt_rows_text(rows, 0, 1), key, sizeof key, &len);
    lt_rows_free(rows);
    if (err == LT_OK)
        err = lt_ticket_sign(&t, key, len, out, cap);
    explicit_bzero(key, sizeof key);
    return err;
}

static int stage_token(struct link *l, char *out, size_t cap)
{
    const char *secret = lt_config_str(l->config, "session_secret");
    struct lt_session s = {
        .tenant = l->at.tenant,
        .event = l->at.event,
        .role = LT_SESSION_STAGE,
        .expires_s = time(NULL) + lt_config_int(l->config, "session_ttl_s"),
    };
    struct lt_session_key key;
    if (strlen(secret) < LT_SESSION_SECRET_MIN) {
        lt_buf_printf(l->err, "option session_secret must have at least %d bytes",
                      LT_SESSION_SECRET_MIN);
        return LT_ECONFIG;
    }
    lt_session_key_init(&key, secret);
    int err = lt_session_sign(&key, &s, out, cap);
    explicit_bzero(&key, sizeof key);
    return err;
}

/* ---- the address ---- */

static void base_url(const struct lt_config *c, char *out, size_t cap)
{
    const char *url = lt_config_str(c, "public_url"), *host = lt_config_str(c, "listen_host");
    const char *scheme = lt_config_str(c, "tls_cert")[0] ? "https" : "http";
    if (url[0]) {
        size_t n = strlen(url);
        snprintf(out, cap, "%.*s", (int)(url[n - 1] == '/' ? n - 1 : n), url);
        return;
    }
    if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
        host = "localhost"; /* every address of this machine */
    snprintf(out, cap, strchr(host, ':') ? "%s://[%s]:%" PRId64 : "%s://%s:%" PRId64, scheme, host,
             lt_config_int(c, "port"));
}

static int print_address(struct link *l)
{
    char url[URL_BYTES], token[LT_TICKET_BYTES];
    bool stage = strcmp(l->page, "stage") == 0, judge = strcmp(l->page, "judge") == 0,
         home = strcmp(l->page, "home") == 0;
    int err = LT_OK;
    base_url(l->config, url, sizeof url);
    if (!stage && !l->person) {
        printf("%s/#c=%s\n", url, l->at.join_code);
        return LT_OK;
    }
    err = stage ? stage_token(l, token, sizeof token) : ticket(l, token, sizeof token);
    if (err == LT_OK && home) /* without an event: all that address this person */
        printf("%s/play#t=%s\n", url, token);
    else if (err == LT_OK)
        printf("%s/%s#%c=%s&e=%" PRId64 "%s\n", url, judge ? "play" : l->page, stage ? 's' : 't',
               token, l->at.event.v, judge ? "&r=judge" : "");
    else
        told(l, err);
    explicit_bzero(token, sizeof token);
    return err;
}

static int parse(struct link *l, int argc, char **argv)
{
    if (argc < 2 || argc % 2 != 0)
        return LT_ECONFIG;
    l->page = argv[1];
    for (int i = 2; i < argc; i += 2) {
        if (strcmp(argv[i], "--person") == 0)
            l->person = argv[i + 1];
        else if (strcmp(argv[i], "--kid") == 0)
            l->kid = argv[i + 1];
        else if (!lookup_option(&l->at, argv[i], argv[i + 1]))
            return LT_ECONFIG;
    }
    bool play = strcmp(l->page, "play") == 0, desk = strcmp(l->page, "desk") == 0,
         stage = strcmp(l->page, "stage") == 0, judge = strcmp(l->page, "judge") == 0,
         home = strcmp(l->page, "home") == 0;
    bool known = play || ((desk || judge || home) && l->person) || (stage && !l->person);
    return known && l->at.tenant_code && home == !l->at.event_code ? LT_OK : LT_ECONFIG;
}

int lt_cmd_link(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct link l = {.config = c, .kid = "main", .err = &err};
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai link", .stop_fd = -1};
    if (parse(&l, argc, argv) != LT_OK) {
        fprintf(stderr,
                "usage: leitai link play|desk|judge --tenant CODE --event CODE_OR_ID --person "
                "EXTID [--kid KEYID]\n"
                "       leitai link play|stage --tenant CODE --event CODE_OR_ID\n"
                "       leitai link home --tenant CODE --person EXTID [--kid KEYID]\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, ERR_BYTES);
    int r = lt_db_open(&opts, &l.db, &err);
    if (r == LT_OK)
        r = look_up(&l);
    if (r == LT_OK)
        r = print_address(&l);
    if (r != LT_OK)
        fprintf(stderr, "leitai link: %s\n", lt_buf_cstr(&err));
    lt_db_close(l.db);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

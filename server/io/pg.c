/* The pool: requests wait in one queue until a connection has room, and go to the one with the
 * least under way. Each connection takes at most PG_DEPTH at once, so that a slow transaction
 * delays few behind it.
 *
 * A request leaves in exactly one way: pg_finish(), which calls back and frees. What was never sent
 * may be repeated (LT_EDBRETRY). What is older than twice the statement timeout is given up: when
 * it was sent, with its connection, because nothing is known of a server that does not even time
 * out.
 */
#include "base/log.h"
#include "base/metrics.h"
#include "pg_internal.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { AGE_TICK_US = 100 * 1000, ITEMS_FIRST = 4, ITEMS_MAX = 1000 };

/* ---- lists ---- */

void req_push(struct req_list *l, struct lt_pg_req *r)
{
    r->next = NULL;
    if (l->last)
        l->last->next = r;
    else
        l->first = r;
    l->last = r;
    l->n++;
}

struct lt_pg_req *req_pop(struct req_list *l)
{
    struct lt_pg_req *r = l->first;
    if (!r)
        return NULL;
    l->first = r->next;
    if (!l->first)
        l->last = NULL;
    l->n--;
    return r;
}

/* ---- requests ---- */

struct lt_pg_req *lt_pg_req_new(struct lt_pg *p, struct lt_tenant_id tenant)
{
    struct lt_pg_req *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->pool = p;
    if (tenant.v != 0)
        lt_pg_req_tenant(r, tenant);
    return r;
}

/* One allocation: the pointers, then the texts. */
static char **copy_values(const char *const *values, int n)
{
    size_t bytes = (size_t)n * sizeof(char *) + 1;
    for (int i = 0; i < n; i++)
        bytes += values[i] ? strlen(values[i]) + 1 : 0;
    char **copy = malloc(bytes);
    if (!copy)
        return NULL;
    char *text = (char *)(copy + n);
    for (int i = 0; i < n; i++) {
        copy[i] = values[i] ? text : NULL;
        if (values[i])
            text = stpcpy(text, values[i]) + 1;
    }
    return copy;
}

static void add_item(struct lt_pg_req *r, int stmt, const char *const *values, int n)
{
    if (r->n_items == r->cap_items) {
        int cap = r->cap_items ? 2 * r->cap_items : ITEMS_FIRST;
        struct pg_item *more =
            cap <= ITEMS_MAX ? realloc(r->items, (size_t)cap * sizeof *more) : NULL;
        if (!more) {
            r->broken = true;
            return;
        }
        r->items = more;
        r->cap_items = cap;
    }
    char **copy = copy_values(values, n);
    if (!copy) {
        r->broken = true;
        return;
    }
    r->items[r->n_items++] = (struct pg_item){.stmt = stmt, .values = copy, .n_values = n};
    r->result.n += stmt >= 0;
}

void lt_pg_req_add(struct lt_pg_req *r, int stmt, const char *const *values)
{
    assert(stmt >= 0 && stmt < r->pool->opts.n_stmts);
    add_item(r, stmt, values, r->pool->opts.stmts[stmt].params);
}

void lt_pg_req_tenant(struct lt_pg_req *r, struct lt_tenant_id tenant)
{
    char text[24];
    const char *values[1] = {text};
    snprintf(text, sizeof text, "%" PRId64, tenant.v);
    add_item(r, -1, values, 1);
}

void lt_pg_req_free(struct lt_pg_req *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->n_items; i++)
        free(r->items[i].values);
    for (int i = 0; r->result.of && i < r->result.n; i++)
        PQclear(r->result.of[i]);
    free(r->result.of);
    free(r->items);
    free(r);
}

void pg_finish(struct lt_pg_req *r, int err)
{
    r->pool->n_queued--;
    if (err != LT_OK)
        lt_metric_add(LT_M_PG_ERRORS, 1);
    r->fn(r->arg, err, r->result.any || r->result.sqlstate[0] ? &r->result : NULL);
    lt_pg_req_free(r);
}

static void watch_ages(struct lt_pg *p)
{
    if (!lt_timer_armed(&p->age))
        lt_loop_timer(p->loop, &p->age, AGE_TICK_US);
}

static struct pg_conn *least_busy(struct lt_pg *p)
{
    struct pg_conn *best = NULL;
    for (int i = 0; i < p->opts.connections; i++) {
        struct pg_conn *c = &p->conns[i];
        if (c->state == PG_READY && !c->lost && c->sent.n < PG_DEPTH &&
            (!best || c->sent.n < best->sent.n))
            best = c;
    }
    return best;
}

void pg_dispatch(struct lt_pg *p)
{
    struct pg_conn *c;
    while (p->waiting.first && !p->ending && (c = least_busy(p)))
        pg_conn_send(c, req_pop(&p->waiting));
}

int lt_pg_submit(struct lt_pg_req *r, lt_pg_fn *fn, void *arg)
{
    struct lt_pg *p = r->pool;
    r->result.of = calloc((size_t)r->result.n + 1, sizeof *r->result.of);
    if (p->n_queued >= p->opts.max_queued || p->ending || r->broken || !r->result.of) {
        lt_pg_req_free(r);
        return LT_EFULL;
    }
    r->fn = fn;
    r->arg = arg;
    r->submitted_us = lt_loop_now(p->loop).mono_us;
    p->n_queued++;
    req_push(&p->waiting, r);
    watch_ages(p);
    pg_dispatch(p);
    return LT_OK;
}

/* ---- ages ---- */

static void on_age(struct lt_timer *t, int64_t now_us)
{
    struct lt_pg *p = t->arg;
    int64_t born_us = now_us - 2 * p->opts.statement_timeout_us;
    while (p->waiting.first && p->waiting.first->submitted_us < born_us)
        pg_finish(req_pop(&p->waiting), LT_EDBRETRY);
    for (int i = 0; i < p->opts.connections && !p->ending; i++) {
        struct pg_conn *c = &p->conns[i];
        if (c->sent.first && c->sent.first->submitted_us < born_us) {
            lt_log(LT_LOG_WARN, "PostgreSQL does not answer; its connection is replaced",
                   LT_I("requests", c->sent.n));
            pg_conn_lost(c);
        }
    }
    if (p->n_queued > 0 && !p->ending)
        watch_ages(p);
}

/* ---- where to connect ---- */

static bool is_name(const char *host)
{
    struct in6_addr addr;
    return host[0] != '/' && host[0] != '@' && !strchr(host, ',') &&
           inet_pton(AF_INET, host, &addr) != 1 && inet_pton(AF_INET6, host, &addr) != 1;
}

/* Copy the options of the connection string that have a value, and ours. */
static bool parse_url(struct lt_pg *p, const char *url)
{
    char *error = NULL;
    bool has_address = false;
    PQconninfoOption *all = PQconninfoParse(url, &error), *o;
    if (!all) {
        lt_log(LT_LOG_ERROR, "the database URL is not understood", LT_S("error", error));
        PQfreemem(error);
        return false;
    }
    size_t n = 0;
    for (o = all; o->keyword; o++)
        n++;
    p->keywords = calloc(n + 3, sizeof *p->keywords); /* application_name, hostaddr, NULL */
    p->values = calloc(n + 3, sizeof *p->values);
    assert(p->keywords && p->values);
    n = 0;
    for (o = all; o->keyword; o++) {
        if (!o->val || strcmp(o->keyword, "application_name") == 0)
            continue;
        p->keywords[n] = strdup(o->keyword);
        p->values[n++] = strdup(o->val);
        has_address |= strcmp(o->keyword, "hostaddr") == 0;
        if (strcmp(o->keyword, "host") == 0)
            p->must_resolve = is_name(o->val);
    }
    p->must_resolve = p->must_resolve && !has_address;
    p->keywords[n] = strdup("application_name");
    p->values[n] = strdup(p->opts.application_name ? p->opts.application_name : "leitai");
    PQconninfoFree(all);
    return true;
}

/* A name is looked up until it was found once, at the start; never in a running contest, where it
 * would block the loop. */
bool pg_resolve(struct lt_pg *p)
{
    if (!p->must_resolve)
        return true;
    const char *host = NULL;
    size_t n = 0;
    for (; p->keywords[n]; n++) {
        if (strcmp(p->keywords[n], "host") == 0)
            host = p->values[n];
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *ai;
    char addr[64];
    int err = getaddrinfo(host, NULL, &hints, &ai);
    if (err != 0) {
        lt_log(LT_LOG_ERROR, "the database's host is not known", LT_S("host", host),
               LT_S("error", gai_strerror(err)));
        return false;
    }
    getnameinfo(ai->ai_addr, ai->ai_addrlen, addr, sizeof addr, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(ai);
    p->keywords[n] = strdup("hostaddr");
    p->values[n] = strdup(addr);
    p->must_resolve = false;
    return true;
}

/* ---- life ---- */

struct lt_pg *lt_pg_new(struct lt_loop *l, const struct lt_pg_opts *opts)
{
    assert(opts->connections > 0 && opts->max_queued > 0 && opts->statement_timeout_us > 0);
    struct lt_pg *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->loop = l;
    p->opts = *opts;
    p->conns = calloc((size_t)opts->connections, sizeof *p->conns);
    if (!p->conns || !parse_url(p, opts->url)) {
        free(p->conns);
        free(p);
        return NULL;
    }
    lt_timer_init(&p->age, on_age, p);
    for (int i = 0; i < opts->connections; i++) {
        p->conns[i].pool = p;
        pg_conn_start(&p->conns[i]);
    }
    return p;
}

static void pg_delete(void *arg)
{
    struct lt_pg *p = arg;
    if (p->done)
        lt_loop_defer(p->loop, p->done, p->done_arg);
    for (size_t i = 0; p->keywords[i]; i++) {
        free(p->keywords[i]);
        free(p->values[i]);
    }
    free(p->keywords);
    free(p->values);
    free(p->conns);
    free(p);
}

void pg_poll_closed(struct lt_pg *p)
{
    if (--p->open_polls == 0 && p->ending)
        lt_loop_defer(p->loop, pg_delete, p);
}

static void end_begin(void *arg)
{
    struct lt_pg *p = arg;
    lt_loop_timer_cancel(p->loop, &p->age);
    struct lt_pg_req *r;
    while ((r = req_pop(&p->waiting)))
        pg_finish(r, LT_EDBRETRY);
    p->open_polls++; /* until all are on their way */
    for (int i = 0; i < p->opts.connections; i++) {
        lt_loop_timer_cancel(p->loop, &p->conns[i].timer);
        pg_conn_lost(&p->conns[i]);
    }
    pg_poll_closed(p);
}

void lt_pg_free(struct lt_pg *p, lt_loop_fn *done, void *arg)
{
    assert(!p->ending);
    p->ending = true;
    p->done = done;
    p->done_arg = arg;
    lt_loop_defer(p->loop, end_begin, p);
}

int lt_pg_ready(const struct lt_pg *p)
{
    return p->n_ready;
}

void lt_pg_on_state(struct lt_pg *p, void (*fn)(void *arg, bool up), void *arg)
{
    p->on_state = fn;
    p->on_state_arg = arg;
}

static int ready_in_process; /* the metric's value, over all pools */

void pg_ready_changed(struct lt_pg *p, int by)
{
    bool was_up = p->n_ready > 0;
    p->n_ready += by;
    ready_in_process += by;
    lt_metric_set(LT_M_PG_READY, ready_in_process);
    bool up = p->n_ready > 0;
    if (up != was_up && p->on_state && !p->ending)
        p->on_state(p->on_state_arg, up);
}

/* ---- results ---- */

int pg_err_of(const char *sqlstate)
{
    static const struct {
        const char *begins;
        int err;
    } table[] = {
        {"LT001", LT_EDEPOSED}, {"42501", LT_EDENIED}, {"22", LT_EDBDATA},
        {"23", LT_EDBDATA},     {"40", LT_EDBRETRY},   {"53", LT_EDBRETRY},
        {"55", LT_EDBRETRY},    {"57", LT_EDBRETRY},   {"08", LT_EDBRETRY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strncmp(sqlstate, table[i].begins, strlen(table[i].begins)) == 0)
            return table[i].err;
    }
    return LT_EDB;
}

static const PGresult *result_of(const struct lt_pg_result *r, int i)
{
    assert(r && i >= 0 && i < r->n);
    return r->of[i];
}

int lt_pg_rows(const struct lt_pg_result *r, int i)
{
    return PQntuples(result_of(r, i));
}

bool lt_pg_null(const struct lt_pg_result *r, int i, int row, int col)
{
    return PQgetisnull(result_of(r, i), row, col);
}

const char *lt_pg_text(const struct lt_pg_result *r, int i, int row, int col)
{
    const PGresult *res = result_of(r, i);
    assert(row >= 0 && row < PQntuples(res) && col >= 0 && col < PQnfields(res));
    return PQgetvalue(res, row, col);
}

int64_t lt_pg_i64(const struct lt_pg_result *r, int i, int row, int col)
{
    const char *text = lt_pg_text(r, i, row, col);
    if (*text == '\0')
        return 0;
    char *end;
    errno = 0;
    int64_t v = strtoll(text, &end, 10);
    assert(*end == '\0' && errno == 0);
    return v;
}

bool lt_pg_bool(const struct lt_pg_result *r, int i, int row, int col)
{
    return lt_pg_text(r, i, row, col)[0] == 't';
}

const char *lt_pg_sqlstate(const struct lt_pg_result *r)
{
    return r ? r->sqlstate : "";
}

const char *lt_pg_message(const struct lt_pg_result *r)
{
    return r ? r->message : "";
}

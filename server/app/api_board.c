/* GET /api/board/SHARE[/OF[/ROUND]][.csv]?from=1&n=50
 *
 * Whatever may not be seen is the same 404 after the same work: the share code is looked up, its event or
 * series, the board in Redis, names by primary key. What does not exist is looked for as well: with a
 * tenant that is none every answer is empty. What is left of a difference is waited away: a 404
 * goes out NO_US after it was asked for. So neither body nor time tells whether a code was right, a round
 * has begun under the freeze, or a board was ever declared; leitai_board_lookups_total counts them.
 *
 * A page that was found is kept for a second, and whoever asks for it meanwhile, or while it is being put
 * together, is answered with it: thousands of viewers cost what one does. When Redis lost a board it
 * comes from the results, once they are final, else the page that was kept last goes out, marked stale. */
#include "app/api_board.h"

#include "app/api.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "board_page.h"
#include "series.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    KEEP_US = 1000 * 1000,
    NO_US = 30 * 1000,
    KEY_BYTES = 96,
    BODY_BYTES = 256 * 1024,
    IDS_BYTES = 8 * 1024
};

/* A page that was found. */
struct kept {
    char key[KEY_BYTES];
    char *body;
    size_t len;
    bool csv;
    int64_t at_us;
    UT_hash_handle hh; /* oldest first */
};
/* One that is being looked for, and who waits for it. */
struct fetch {
    struct lt_board_api *b;
    char key[KEY_BYTES];
    struct board_asked asked;
    struct lt_api_wait *waiting;
    struct lt_tenant_id tenant;
    int64_t event, series;
    bool known; /* the share code leads somewhere */
    struct board_head head;
    struct lt_board_page *page;
    int64_t asked_us;   /* monotonic */
    struct lt_timer no; /* until a 404 may be told */
    bool denied;        /* it runs */
    UT_hash_handle hh;
};
struct lt_board_api {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    const struct lt_boards *boards;
    struct lt_board_api_opts opts;
    struct kept *kept;
    struct fetch *fetches;
    bool stopped; /* the stores are about to go */
};

static const char not_found[] = "{\"error\":\"not_found\"}\n";
static const char later[] = "{\"error\":\"retry_later\"}\n";

/* ---- answers ---- */

static void reply(struct lt_http_req *r, int status, const char *body)
{
    lt_http_reply(r,
                  &(struct lt_http_reply){
                      .status = status, .body = body, .body_len = strlen(body), .for_all = true});
}

static void reply_page(struct lt_http_req *r, const char *body, size_t n, bool csv)
{
    char etag[24];
    uint64_t hash = 1469598103934665603ULL; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)body[i]) * 1099511628211ULL;
    snprintf(etag, sizeof etag, "\"%016" PRIx64 "\"", hash);
    lt_http_reply(r, &(struct lt_http_reply){.status = 200,
                                             .content_type = csv ? "text/csv; charset=utf-8" : NULL,
                                             .cache_control = "public, max-age=1",
                                             .etag = etag,
                                             .body = body,
                                             .body_len = n,
                                             .for_all = true});
}

static struct lt_api_wait *waiting_pop(struct fetch *f)
{
    struct lt_api_wait *w = f->waiting;
    if (w)
        f->waiting = w->next;
    return w;
}

static void fetch_free(struct fetch *f)
{
    HASH_DEL(f->b->fetches, f);
    free(f->head.title);
    free(f->head.tenant);
    free(f->head.sheet);
    free(f->page);
    free(f);
}

static void end(struct fetch *f, int status, const char *body)
{
    for (struct lt_api_wait *w; (w = waiting_pop(f)); free(w))
        if (w->req)
            reply(w->req, status, body);
    fetch_free(f);
}

/* What does not exist is found out a little sooner than what may not be seen; told, both are after the same
 * time. */
static void on_no(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    end(t->arg, 404, not_found);
}

static void end_no(struct fetch *f)
{
    int64_t left_us = f->asked_us + NO_US - lt_loop_now(f->b->loop).mono_us;
    if (left_us <= 0 || f->b->stopped) {
        end(f, 404, not_found);
        return;
    }
    f->denied = true;
    lt_timer_init(&f->no, on_no, f);
    lt_loop_timer(f->b->loop, &f->no, left_us);
}

static void end_page(struct fetch *f, const char *body, size_t n)
{
    for (struct lt_api_wait *w; (w = waiting_pop(f)); free(w))
        if (w->req)
            reply_page(w->req, body, n, f->asked.csv);
    fetch_free(f);
}

/* ---- pages that are kept ---- */

static void kept_free(struct lt_board_api *b, struct kept *k)
{
    HASH_DEL(b->kept, k);
    free(k->body);
    free(k);
}

static void keep(struct fetch *f, const char *body, size_t n)
{
    struct lt_board_api *b = f->b;
    struct kept *k;
    HASH_FIND_STR(b->kept, f->key, k);
    if (k)
        kept_free(b, k);
    else if ((int)HASH_COUNT(b->kept) >= b->opts.pages)
        kept_free(b, b->kept);
    k = calloc(1, sizeof *k);
    assert(k);
    k->body = malloc(n + 1);
    assert(k->body);
    memcpy(k->body, body, n);
    k->body[n] = '\0';
    k->len = n;
    k->csv = f->asked.csv;
    k->at_us = lt_loop_now(b->loop).mono_us;
    snprintf(k->key, sizeof k->key, "%s", f->key);
    HASH_ADD_STR(b->kept, key, k);
}

/* Redis lost it: what was kept last, marked; or nothing yet. */
static void end_lost(struct fetch *f)
{
    static const char fresh[] = "\"stale\":false", stale[] = "\"stale\":true ";
    struct kept *k;
    HASH_FIND_STR(f->b->kept, f->key, k);
    if (!k) {
        end(f, 503, later);
        return;
    }
    char *at = k->csv ? NULL : strstr(k->body, fresh);
    if (at)
        memcpy(at, stale, sizeof stale - 1);
    end_page(f, k->body, k->len);
}

/* ---- a request for a look-up ---- */

static struct lt_num num(int64_t v)
{
    struct lt_num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

static void look_up(struct fetch *f, struct lt_tenant_id tenant, int stmt,
                    const char *const *values, lt_pg_fn *fn)
{
    if (f->b->stopped) {
        end(f, 503, later);
        return;
    }
    struct lt_pg_req *r = lt_pg_req_new(f->b->pg, tenant);
    assert(r);
    lt_metric_add(LT_M_BOARD_LOOKUPS, 1);
    lt_pg_req_add(r, stmt, values);
    if (lt_pg_submit(r, fn, f) != LT_OK)
        end(f, 503, later);
}

/* ---- names, the last look-up ---- */

struct named {
    int64_t member;
    int row;
};

static int by_member(const void *pa, const void *pb)
{
    int64_t a = ((const struct named *)pa)->member, b = ((const struct named *)pb)->member;
    return (a > b) - (a < b);
}

static void name_lines(const struct fetch *f, const struct lt_pg_result *r,
                       struct board_line *lines)
{
    static const char *const audiences[] = {"领导干部", "其他人员"};
    int n = lt_pg_rows(r, 0);
    struct named *named = malloc(((size_t)n + 1) * sizeof *named);
    assert(named);
    for (int i = 0; i < n; i++)
        named[i] = (struct named){lt_pg_i64(r, 0, i, 0), i};
    qsort(named, (size_t)n, sizeof *named, by_member);
    for (int i = 0; i < f->page->n; i++) {
        struct board_line *l = &lines[i];
        *l = (struct board_line){
            .line = f->page->lines[i], .name = "", .unit = "", .x = -1, .y = -1};
        struct named key = {.member = l->line.member};
        const struct named *at =
            n > 0 ? bsearch(&key, named, (size_t)n, sizeof *named, by_member) : NULL;
        if (at) {
            l->name = lt_pg_text(r, 0, at->row, 1);
            l->unit = lt_pg_text(r, 0, at->row, 2);
            l->x = (int)lt_pg_i64(r, 0, at->row, 3);
            l->y = (int)lt_pg_i64(r, 0, at->row, 4);
        } else if (f->asked.of == LT_OF_AUDIENCE && key.member >= 1 && key.member <= 2) {
            l->name = audiences[key.member - 1];
        }
    }
    free(named);
}

static void finish(struct fetch *f, struct board_view *v)
{
    struct lt_buf b;
    lt_buf_init(&b, BODY_BYTES);
    v->asked = &f->asked;
    v->head = &f->head;
    if (f->asked.list)
        board_write_list(v, f->page->list, f->page->n_list, &b);
    else
        board_write(v, &b);
    assert(!b.failed);
    keep(f, lt_buf_cstr(&b), b.len);
    end_page(f, lt_buf_cstr(&b), b.len);
    lt_buf_done(&b);
}

static void on_names(void *arg, int err, const struct lt_pg_result *r)
{
    static struct board_line lines[LT_BOARD_PAGE_ROWS];
    struct fetch *f = arg;
    const struct lt_board_page *p = f->page;
    if (err != LT_OK) {
        end(f, 503, later);
        return;
    }
    if (!f->known || !f->asked.valid || !(p->has || f->asked.list)) {
        end_no(f);
        return;
    }
    name_lines(f, r, lines);
    finish(f, &(struct board_view){.version = p->shows,
                                   .of = p->of,
                                   .frozen = p->frozen,
                                   .final = f->head.final,
                                   .stale = p->stale,
                                   .lines = lines,
                                   .n = p->n});
}

static void ask_names(struct fetch *f)
{
    struct lt_buf ids;
    const char *of = lt_board_of_name(f->asked.of);
    if (f->asked.of == LT_OF_ENTRY && f->head.kind[0])
        of = strcmp(f->head.kind, "team") == 0 ? "unit" : "person";
    lt_buf_init(&ids, IDS_BYTES);
    lt_pg_array_begin(&ids);
    for (int i = 0; i < f->page->n; i++)
        lt_pg_array_i64(&ids, f->page->lines[i].member);
    lt_pg_array_end(&ids);
    assert(!ids.failed);
    look_up(f, f->tenant, LT_SQL_BOARD_NAMES,
            (const char *[]){of, num(f->head.units_event).s, lt_buf_cstr(&ids)}, on_names);
    lt_buf_done(&ids);
}

/* ---- the results, where Redis has lost the board ---- */

static void on_results(void *arg, int err, const struct lt_pg_result *r)
{
    static struct board_line lines[LT_BOARD_PAGE_ROWS];
    struct fetch *f = arg;
    int n = err == LT_OK ? lt_pg_rows(r, 0) : 0;
    if (err != LT_OK) {
        end(f, 503, later);
        return;
    }
    for (int i = 0; i < n; i++)
        lines[i] =
            (struct board_line){.line = {.member = lt_pg_i64(r, 0, i, 0),
                                         .rank = lt_pg_i64(r, 0, i, 1),
                                         .value = {lt_pg_i64(r, 0, i, 2), lt_pg_i64(r, 0, i, 3),
                                                   lt_pg_i64(r, 0, i, 4)}},
                                .name = lt_pg_text(r, 0, i, 5),
                                .unit = lt_pg_text(r, 0, i, 6),
                                .x = -1,
                                .y = -1};
    finish(
        f,
        &(struct board_view){
            .version = f->head.seq, .of = f->head.ranked, .final = true, .lines = lines, .n = n});
}

/* Before anything could stand there is one board, and nobody on it. */
static void end_empty(struct fetch *f)
{
    if (f->asked.list)
        snprintf(f->page->list[f->page->n_list++], LT_BOARD_NAME_BYTES, "board");
    finish(f, &(struct board_view){.final = f->head.final});
}

static void without_redis(struct fetch *f)
{
    bool entries =
        f->asked.valid && !f->asked.list && f->asked.of == LT_OF_ENTRY && f->asked.round == 0;
    if (entries && f->head.final && !f->head.kind[0])
        look_up(f, f->tenant, LT_SQL_BOARD_RESULTS,
                (const char *[]){num(f->event).s, num(f->asked.from - 1).s, num(f->asked.n).s},
                on_results);
    else
        end_lost(f);
}

/* ---- the board ---- */

static void on_page(void *arg, int err, const struct lt_board_page *page)
{
    struct fetch *f = arg;
    if (page)
        *f->page = *page;
    bool first =
        f->asked.valid && (f->asked.list || (f->asked.of == LT_OF_ENTRY && f->asked.round == 0));
    bool lost = err != LT_OK || !f->page->stands || (f->page->stale && f->head.final);
    if (!f->known || !lost)
        ask_names(f);
    else if (err == LT_OK && !f->head.begun && first)
        end_empty(f);
    else if (err == LT_OK && !f->head.begun)
        ask_names(f);
    else
        without_redis(f);
}

static void ask_board(struct fetch *f)
{
    struct lt_board_query q = {.tenant = f->tenant,
                               .event = {f->event},
                               .from = f->asked.from,
                               .n = f->asked.list ? 0 : f->asked.n};
    if (f->series)
        q.event = lt_board_series_id(f->series);
    if (!f->asked.list)
        lt_board_name(q.name, f->asked.of, f->asked.round);
    lt_metric_add(LT_M_BOARD_LOOKUPS, 1);
    int err = lt_board_read(f->b->redis, lt_boards_mark(f->b->boards), &q, on_page, f);
    if (err != LT_OK)
        on_page(f, err, NULL);
}

/* ---- whose it is ---- */

static void read_rules(struct board_head *h, const char *text)
{
    struct lt_buf problems;
    h->sheet = malloc(sizeof *h->sheet);
    assert(h->sheet);
    lt_buf_init(&problems, LT_SHEET_BYTES);
    int err = h->kind[0] ? series_sheet(text, strcmp(h->kind, "team") == 0, h->sheet, &problems)
                         : lt_sheet_parse(text, strlen(text), h->sheet, &problems);
    lt_buf_done(&problems);
    if (err != LT_OK) {
        free(h->sheet);
        h->sheet = NULL;
    }
}

static void on_head(void *arg, int err, const struct lt_pg_result *r)
{
    struct fetch *f = arg;
    if (err != LT_OK) {
        end(f, 503, later);
        return;
    }
    f->known = f->known && lt_pg_rows(r, 0) == 1;
    if (f->known) {
        struct board_head *h = &f->head;
        h->title = strdup(lt_pg_text(r, 0, 0, 0));
        h->tenant = strdup(lt_pg_text(r, 0, 0, 1));
        h->final = lt_pg_bool(r, 0, 0, 2);
        h->begun = lt_pg_bool(r, 0, 0, 3);
        h->units_event = lt_pg_i64(r, 0, 0, 5);
        snprintf(h->kind, sizeof h->kind, "%s", lt_pg_text(r, 0, 0, 6));
        h->seq = lt_pg_i64(r, 0, 0, 7);
        h->ranked = lt_pg_i64(r, 0, 0, 8);
        if (!lt_pg_null(r, 0, 0, 4))
            read_rules(h, lt_pg_text(r, 0, 0, 4));
    }
    ask_board(f);
}

static void on_share(void *arg, int err, const struct lt_pg_result *r)
{
    struct fetch *f = arg;
    if (err != LT_OK) {
        end(f, 503, later);
        return;
    }
    f->known = lt_pg_rows(r, 0) == 1;
    f->tenant.v = f->known ? lt_pg_i64(r, 0, 0, 0) : -1;
    f->event = f->known ? lt_pg_i64(r, 0, 0, 1) : 0;
    f->series = f->known ? lt_pg_i64(r, 0, 0, 2) : 0;
    look_up(f, f->tenant, LT_SQL_BOARD_HEAD,
            (const char *[]){num(f->event).s, num(f->series).s, f->asked.list ? "t" : "f"},
            on_head);
}

/* ---- asking ---- */

static void fetch_begin(struct lt_board_api *b, const char *key, const struct board_asked *asked,
                        struct lt_api_wait *w)
{
    struct fetch *f = calloc(1, sizeof *f);
    assert(f);
    f->b = b;
    f->asked = *asked;
    f->asked_us = lt_loop_now(b->loop).mono_us;
    f->waiting = w;
    f->page = calloc(1, sizeof *f->page);
    assert(f->page);
    snprintf(f->key, sizeof f->key, "%s", key);
    HASH_ADD_STR(b->fetches, key, f);
    look_up(f, (struct lt_tenant_id){0}, LT_SQL_FIND_SHARE, (const char *[]){f->asked.share},
            on_share);
}

static bool answer_kept(struct lt_board_api *b, struct lt_http_req *r, const char *key)
{
    struct kept *k;
    HASH_FIND_STR(b->kept, key, k);
    if (!k || lt_loop_now(b->loop).mono_us - k->at_us >= KEEP_US)
        return false;
    lt_metric_add(LT_M_BOARD_PAGES_KEPT, 1);
    reply_page(r, k->body, k->len, k->csv);
    return true;
}

void lt_board_api_answer(struct lt_board_api *b, struct lt_http_req *r, const char *rest)
{
    struct board_asked a;
    struct fetch *f;
    char key[KEY_BYTES];
    lt_metric_add(LT_M_BOARD_PAGES, 1);
    board_asked_parse(&a, rest, lt_http_arg(r, "from"), lt_http_arg(r, "n"));
    snprintf(key, sizeof key, "%s %d %d %d %d %d %" PRId64 " %d", a.share, a.valid, a.list, a.of,
             a.round, a.csv, a.from, a.n);
    if (answer_kept(b, r, key))
        return;
    HASH_FIND_STR(b->fetches, key, f);
    if (!f && (int)HASH_COUNT(b->fetches) >= b->opts.pages) {
        reply(r, 503, later);
        return;
    }
    struct lt_api_wait *w = calloc(1, sizeof *w);
    assert(w);
    w->req = r;
    lt_http_set_user(r, w);
    if (f) {
        w->next = f->waiting;
        f->waiting = w;
    } else {
        fetch_begin(b, key, &a, w);
    }
}

struct lt_board_api *lt_board_api_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                                      const struct lt_boards *boards,
                                      const struct lt_board_api_opts *opts)
{
    struct lt_board_api *b = calloc(1, sizeof *b);
    if (b)
        *b = (struct lt_board_api){
            .loop = l, .pg = pg, .redis = redis, .boards = boards, .opts = *opts};
    return b;
}

void lt_board_api_stop(struct lt_board_api *b)
{
    struct fetch *f, *next;
    b->stopped = true;
    HASH_ITER (hh, b->fetches, f, next)
        if (f->denied) {
            lt_loop_timer_cancel(b->loop, &f->no);
            end(f, 404, not_found);
        }
}

void lt_board_api_free(struct lt_board_api *b)
{
    if (!b)
        return;
    assert(!b->fetches);
    while (b->kept)
        kept_free(b, b->kept);
    free(b);
}

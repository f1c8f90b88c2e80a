/* Requests that bring an event to this node, or what is new of it. Each holds a reference on the
 * contest while it is under way.
 *
 * First load, top to bottom: content → log (pages) → entries (pages), teams' members → answers to
 * each question that is over → ready.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "hub_internal.h"
#include "service/units.h"
#include "service/view.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_PAGE = 500,
    ENTRY_PAGE = 20000,
    ENTRY_MARGIN_US = 60 * 1000 * 1000,
    ENTRY_LATELY_US = 4 * 1000 * 1000,
    ENTRY_DEEP_EVERY_US = 20 * 1000 * 1000,
};

/* Numbers as parameters. */
struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

static struct lt_pg_req *req_new(struct lt_contest *c)
{
    struct lt_pg_req *r = lt_pg_req_new(c->hub->pg, c->tenant);
    assert(r);
    return r;
}

/* Submit with a reference. False: the pool is full or down; nothing will be called. */
static bool submit(struct lt_contest *c, struct lt_pg_req *r, lt_pg_fn *fn)
{
    if (lt_pg_submit(r, fn, c) != LT_OK)
        return false;
    c->sync->refs++;
    return true;
}

static void load_log(struct lt_contest *c);

/* A step of the first load failed. */
static void load_fail(struct lt_contest *c, int err)
{
    if (c->sync->state == SYNC_LOADING)
        hub_loaded(c, err);
}

/* ---- log ---- */

/* Apply the rows of statement `stmt`. Returns how many rows there were, or an error when one does
 * not fit. */
static int apply_rows(struct lt_contest *c, const struct lt_pg_result *r, int stmt)
{
    int n = lt_pg_rows(r, stmt);
    for (int i = 0; i < n; i++) {
        int64_t seq = lt_pg_i64(r, stmt, i, 0);
        if (seq <= c->engine.seq) /* came by Redis meanwhile */
            continue;
        struct lt_record rec;
        const char *payload = lt_pg_text(r, stmt, i, 3);
        int err = lt_record_read(lt_pg_text(r, stmt, i, 2), seq, lt_pg_i64(r, stmt, i, 1), payload,
                                 strlen(payload), &rec);
        if (err != LT_OK)
            return err;
        hub_record(c, &rec, false);
        if (c->engine.seq != seq)
            return LT_EGAP;
    }
    return n;
}

static void load_scores(struct lt_contest *c);

static void on_log(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    if (c->sync->state == SYNC_LOADING) {
        int n = err == LT_OK ? apply_rows(c, r, 0) : err;
        if (n < 0)
            load_fail(c, n);
        else if (n == LOG_PAGE)
            load_log(c);
        else if (c->sheet.self_paced) /* nobody plays here, and a million may take part */
            load_scores(c);
        else
            hub_fetch_entries(c);
    }
    hub_unref(c);
}

static void load_log(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    lt_pg_req_add(r, LT_SQL_LOG_AFTER, (const char *[]){num(c->event.v).s, num(c->engine.seq).s});
    if (!submit(c, r, on_log))
        load_fail(c, LT_EDBRETRY);
}

/* ---- content ---- */

static int take_content(struct lt_contest *c, const struct lt_pg_result *r)
{
    if (lt_pg_rows(r, 0) != 1)
        return LT_ENOEVENT;
    c->title = strdup(lt_pg_text(r, 0, 0, 0));
    c->season = (int)lt_pg_i64(r, 0, 0, 1);
    c->join_code = strdup(lt_pg_text(r, 0, 0, 2));
    c->tenant_name = strdup(lt_pg_text(r, 0, 0, 3));
    c->epoch = lt_pg_i64(r, 0, 0, 5);
    if (!c->title || !c->join_code || !c->tenant_name)
        return LT_ENOMEM;
    const char *sheet = lt_pg_text(r, 0, 0, 4);
    int err = lt_contest_set_sheet(c, sheet, strlen(sheet));
    /* The pool of a self-paced event is no contest's script. */
    for (int i = 0; err == LT_OK && !c->sheet.self_paced && i < lt_pg_rows(r, 1); i++) {
        const char *body = lt_pg_text(r, 1, i, 0);
        err = lt_contest_add_question(c, body, strlen(body));
    }
    return err == LT_OK ? lt_contest_ready(c) : err;
}

static void on_content(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    if (c->sync->state == SYNC_LOADING) {
        if (err == LT_OK)
            err = take_content(c, r);
        if (err == LT_OK)
            load_log(c);
        else
            load_fail(c, err);
    }
    hub_unref(c);
}

static void load_refused(void *arg)
{
    struct lt_contest *c = arg;
    load_fail(c, LT_EDBRETRY);
    hub_unref(c);
}

void hub_load(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    struct num event = num(c->event.v);
    lt_pg_req_add(r, LT_SQL_EVENT, (const char *[]){event.s});
    lt_pg_req_add(r, LT_SQL_QUESTIONS, (const char *[]){event.s});
    if (!submit(c, r, on_content)) { /* tell from the loop: the caller of lt_hub_open is not to be
                                        called inside it */
        c->sync->refs++;
        lt_loop_defer(c->hub->loop, load_refused, c);
    }
}

/* ---- entries ---- */

static void fetch_entries_page(struct lt_contest *c);

static int64_t before(int64_t us, int64_t margin_us)
{
    return us > margin_us ? us - margin_us : 0;
}

/* The next questions whose answers the first load needs, or its end. */
static void load_scores(struct lt_contest *c)
{
    int qi, n;
    lt_contest_settle(c);
    n = lt_contest_scores_wanted(c, &qi);
    if (n > 0)
        hub_fetch_scores(c, qi, n);
    else
        hub_loaded(c, LT_OK);
}

static void entries_end(struct lt_contest *c)
{
    c->sync->fetching_entries = false;
    c->sync->entries_seen_us = c->sync->entries_mark_us;
    if (c->sync->entries_deep)
        c->entries_us = c->sync->entries_mark_us;
    if (c->sync->state != SYNC_LOADING)
        return;
    load_scores(c);
}

/* What only the database says of an entry that may be known already. */
static void entry_read(struct lt_contest *c, struct lt_entry *e, const struct lt_pg_result *r,
                       int stmt, int row)
{
    assert(e);
    e->unit_id = lt_pg_i64(r, stmt, row, 6);
    e->leader = lt_pg_bool(r, stmt, row, 7);
    lt_contest_joined(c, e, lt_pg_i64(r, stmt, row, 5));
}

static void on_entries(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    int n = err == LT_OK ? lt_pg_rows(r, 0) : 0;
    for (int i = 0; i < n; i++) {
        struct lt_entry *e = lt_contest_entry_add(c, lt_pg_i64(r, 0, i, 0), lt_pg_i64(r, 0, i, 1),
                                                  lt_pg_text(r, 0, i, 2), lt_pg_text(r, 0, i, 3),
                                                  lt_pg_bool(r, 0, i, 4));
        assert(e);
        entry_read(c, e, r, 0, i);
        c->sync->entries_after = e->id;
    }
    /* Statement 1: members of teams; all of them, they are few. */
    int members = err == LT_OK && c->sheet.teams ? lt_pg_rows(r, 1) : 0;
    for (int i = 0; i < members; i++) {
        struct lt_entry *e = lt_contest_entry(c, lt_pg_i64(r, 1, i, 0));
        struct lt_player *p =
            e ? lt_contest_player_add(c, e, lt_pg_i64(r, 1, i, 1), lt_pg_text(r, 1, i, 2)) : NULL;
        assert(!e || p);
        if (p)
            p->captain = lt_pg_bool(r, 1, i, 3);
    }
    if (c->sync->state == SYNC_FAILED) {
        c->sync->fetching_entries = false;
    } else if (err != LT_OK) {
        c->sync->fetching_entries = false;
        load_fail(c, err);
    } else if (n == ENTRY_PAGE) {
        fetch_entries_page(c);
    } else {
        entries_end(c);
    }
    hub_unref(c);
}

static void fetch_entries_page(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    lt_pg_req_add(r, LT_SQL_ENTRIES,
                  (const char *[]){num(c->event.v).s, num(c->sync->entries_since_us).s,
                                   num(c->sync->entries_after).s});
    if (c->sheet.teams)
        lt_pg_req_add(r, LT_SQL_MEMBERS, (const char *[]){num(c->event.v).s});
    if (!submit(c, r, on_entries)) {
        c->sync->fetching_entries = false;
        load_fail(c, LT_EDBRETRY);
    }
}

/* Entry ids are not committed in order, so the mark is a time, with a margin longer than any
 * transaction. Nearly all transactions are short: most looks have a short margin, else everybody who
 * joined in the last minute would be read again and again while thousands join. */
void hub_fetch_entries(struct lt_contest *c)
{
    struct lt_sync *s = c->sync;
    s->fetching_entries = true;
    s->entries_after = 0;
    s->entries_at_us = hub_now_us(c->hub);
    s->entries_mark_us = lt_cluster_now_us(c->hub->cluster);
    s->entries_deep = s->entries_mark_us - c->entries_us >= ENTRY_DEEP_EVERY_US;
    s->entries_since_us = s->entries_deep ? before(c->entries_us, ENTRY_MARGIN_US)
                                          : before(s->entries_seen_us, ENTRY_LATELY_US);
    fetch_entries_page(c);
}

/* ---- scores ---- */

static void fetch_scores_page(struct lt_contest *c);

static void scores_end(struct lt_contest *c)
{
    lt_contest_scores_complete(c);
    c->sync->fetching_scores = false;
    if (c->sync->state == SYNC_READY) {
        hub_scores_check(c);
        return;
    }
    load_scores(c);
}

static int64_t read_number(const char **p)
{
    bool negative = **p == '-';
    int64_t v = 0;
    *p += negative;
    for (; **p >= '0' && **p <= '9'; (*p)++)
        v = 10 * v + (**p - '0');
    *p += **p == ' ';
    return negative ? -v : v;
}

/* The lines of a page (LT_SQL_SCORES_TEXT); a body is JSON, so there is no line feed in it. A hundred
 * thousand rows of columns would take this node ten times as long, and all nodes read all. Returns
 * how many, LT_ENOMEM. */
static int read_scores(struct lt_contest *c, const char *p)
{
    struct lt_buf body;
    int n = 0;
    lt_buf_init(&body, LT_PAYLOAD_BYTES);
    for (; *p; n++) {
        struct lt_answer_row row = {.qi = (int)read_number(&p)};
        row.person = read_number(&p);
        row.entry = read_number(&p);
        row.used_us = read_number(&p);
        row.received_us = read_number(&p);
        size_t len = strcspn(p, "\n");
        lt_buf_clear(&body);
        lt_buf_add(&body, p, len);
        if (body.failed)
            break;
        row.body = lt_buf_cstr(&body);
        c->sync->scores_after_qi = row.qi;
        c->sync->scores_after = row.person;
        lt_contest_scores_add(c, &row);
        p += len;
        p += *p == '\n';
    }
    bool failed = body.failed;
    lt_buf_done(&body);
    return failed ? LT_ENOMEM : n;
}

static void on_scores(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    /* Statement 1, with the first page: entries that joined lately; their answers may be among the
     * scores. Nobody who joins afterwards has answered. */
    int entries = err == LT_OK && c->sync->scores_after == 0 ? lt_pg_rows(r, 1) : 0;
    for (int i = 0; i < entries; i++)
        entry_read(c,
                   lt_contest_entry_add(c, lt_pg_i64(r, 1, i, 0), lt_pg_i64(r, 1, i, 1),
                                        lt_pg_text(r, 1, i, 2), lt_pg_text(r, 1, i, 3),
                                        lt_pg_bool(r, 1, i, 4)),
                   r, 1, i);
    int n = err == LT_OK ? read_scores(c, lt_pg_text(r, 0, 0, 0)) : err;
    if (c->sync->state == SYNC_FAILED || n < 0) {
        c->sync->fetching_scores = false; /* the tick tries again */
        load_fail(c, n);
    } else if (n == LT_SCORES_PAGE) {
        fetch_scores_page(c);
    } else {
        scores_end(c);
    }
    hub_unref(c);
}

static void fetch_scores_page(struct lt_contest *c)
{
    int64_t since_us = before(c->entries_us, ENTRY_MARGIN_US);
    struct lt_pg_req *r = req_new(c);
    lt_pg_req_add(r, LT_SQL_SCORES_TEXT,
                  (const char *[]){num(c->event.v).s, num(c->scores_qi + c->scores_n).s,
                                   num(c->season).s, num(c->sync->scores_after_qi).s,
                                   num(c->sync->scores_after).s});
    if (c->sync->scores_after == 0)
        lt_pg_req_add(r, LT_SQL_ENTRIES, (const char *[]){num(c->event.v).s, num(since_us).s, "0"});
    if (!submit(c, r, on_scores)) {
        c->sync->fetching_scores = false;
        load_fail(c, LT_EDBRETRY);
    }
}

void hub_fetch_scores(struct lt_contest *c, int qi, int n)
{
    c->sync->fetching_scores = true;
    c->sync->scores_after_qi = qi;
    c->sync->scores_after = 0;
    lt_contest_scores_begin(c, qi, n);
    fetch_scores_page(c);
}

/* ---- the seal of a final event ---- */

static void on_seal(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    c->sync->fetching_seal = false;
    if (c->sync->state == SYNC_READY && err == LT_OK && lt_pg_rows(r, 0) == 1) {
        c->seal.seq = lt_pg_i64(r, 0, 0, 0);
        snprintf(c->seal.hash, sizeof c->seal.hash, "%s", lt_pg_text(r, 0, 0, 1));
        struct lt_frame *f = lt_view_seal_frame(c);
        assert(f);
        lt_fanout_frame(c->hub->fanout, c, f, 0, LT_TO_ALL);
        lt_frame_unref(f);
    }
    hub_unref(c);
}

void hub_fetch_seal(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    lt_pg_req_add(r, LT_SQL_SEAL, (const char *[]){num(c->event.v).s});
    c->sync->fetching_seal = submit(c, r, on_seal);
}

/* ---- units and regions, for roll-ups ---- */

static void take_units(struct lt_contest *c, const struct lt_pg_result *r)
{
    struct lt_units *u = lt_units_new(lt_pg_rows(r, 0), lt_pg_rows(r, 1));
    for (int i = 0; i < lt_pg_rows(r, 0); i++)
        lt_units_add(u,
                     &(struct lt_rollup_unit){.unit = lt_pg_i64(r, 0, i, 0),
                                              .registered = (int32_t)lt_pg_i64(r, 0, i, 2),
                                              .county = lt_pg_i64(r, 0, i, 3),
                                              .city = lt_pg_i64(r, 0, i, 4),
                                              .province = lt_pg_i64(r, 0, i, 5)},
                     lt_pg_text(r, 0, i, 1), lt_pg_text(r, 0, i, 6));
    for (int i = 0; i < lt_pg_rows(r, 1); i++)
        lt_units_add_region(u, lt_pg_i64(r, 1, i, 0), lt_pg_text(r, 1, i, 1),
                            (int)lt_pg_i64(r, 1, i, 2), (int)lt_pg_i64(r, 1, i, 3));
    lt_units_end(u);
    lt_units_free(c->units);
    c->units = u;
}

static void on_units(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    c->sync->fetching_units = false;
    if (c->sync->state == SYNC_READY && err == LT_OK) {
        take_units(c, r);
        hub_charts_moved(c);
        c->hub->driver.on_board(c->hub->driver.arg, c); /* with roll-ups from now on */
    }
    hub_unref(c);
}

void hub_fetch_units(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    lt_pg_req_add(r, LT_SQL_EVENT_UNITS, (const char *[]){num(c->event.v).s});
    lt_pg_req_add(r, LT_SQL_REGIONS, NULL);
    c->sync->fetching_units = submit(c, r, on_units);
}

/* ---- keeping up ---- */

static void on_poll(void *arg, int err, const struct lt_pg_result *r)
{
    struct lt_contest *c = arg;
    struct lt_sync *s = c->sync;
    s->polling = false;
    if (s->state == SYNC_READY && err == LT_OK) {
        int64_t before = c->engine.seq;
        int n = apply_rows(c, r, 0);
        if (n < 0)
            lt_log(LT_LOG_ERROR, "log cannot be followed", LT_I("tenant", c->tenant.v),
                   LT_I("event", c->event.v), LT_S("error", lt_err_wire(n)));
        if (c->engine.seq > before)
            lt_metric_add(LT_M_GAP_FILLS, 1);
        s->heard_us = hub_now_us(c->hub);
        s->driverless = lt_pg_rows(r, 1) == 1 && !lt_pg_bool(r, 1, 0, 3);
        if (lt_pg_rows(r, 1) == 1 && lt_pg_i64(r, 1, 0, 0) <= c->engine.seq)
            c->hub->driver.on_head(c->hub->driver.arg, c, lt_pg_i64(r, 1, 0, 1),
                                   lt_pg_i64(r, 1, 0, 2), lt_pg_bool(r, 1, 0, 3));
        if (n == LOG_PAGE || s->poll_again)
            hub_poll_begin(c);
    }
    hub_unref(c);
}

void hub_poll_begin(struct lt_contest *c)
{
    struct lt_pg_req *r = req_new(c);
    struct num event = num(c->event.v);
    c->sync->poll_again = false;
    c->sync->polled_us = hub_now_us(c->hub);
    lt_pg_req_add(r, LT_SQL_LOG_AFTER, (const char *[]){event.s, num(c->engine.seq).s});
    lt_pg_req_add(r, LT_SQL_HEAD,
                  (const char *[]){event.s, num(lt_cluster_dead_us(c->hub->cluster)).s});
    c->sync->polling = submit(c, r, on_poll);
}

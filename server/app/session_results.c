/* What came of an event: its board and a person's certificate. */
#include "base/err.h"
#include "session_internal.h"
#include <assert.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_ROWS = 100, AROUND_ROWS = 5, REPLY_BYTES = 128 * 1024 };

struct asked {
    struct session *s;
    int64_t event;
    int32_t rank, of; /* own */
    int64_t entry;
    char code[17];
};

static struct num {
    char s[24];
} num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%lld", (long long)v);
    return n;
}

static struct asked *ask(struct session *s, int64_t event)
{
    enum { ASKED_MAX = 4 };
    bool foreign = s->who.event.v != 0 && s->who.event.v != event;
    if (foreign || s->asked >= ASKED_MAX) {
        session_home_refuse(s, foreign ? LT_EFORBIDDEN : LT_EFULL, NULL);
        return NULL;
    }
    struct asked *a = calloc(1, sizeof *a);
    assert(a);
    a->s = s;
    a->event = event;
    s->asked++;
    return a;
}

static struct session *back(struct asked *a)
{
    struct session *s = a->s;
    if (session_back(s))
        return s;
    free(a);
    return NULL;
}

static void end(struct asked *a, int err)
{
    a->s->asked--;
    if (err != LT_OK)
        session_home_refuse(a->s, err, NULL);
    free(a);
}

static void submit(struct asked *a, struct lt_pg_req *r, lt_pg_fn *fn)
{
    session_hold(a->s);
    int err = lt_pg_submit(r, fn, a);
    if (err != LT_OK) {
        a->s->pending--;
        end(a, err);
    }
}

static struct lt_pg_req *req_new(const struct asked *a)
{
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(a->s->all->hub), a->s->who.tenant);
    assert(r);
    return r;
}

/* ---- the board of a final event ---- */

/* A row from column `col` on: rank, name, unit, points, entry. */
static struct lt_rank_row_out rank_row(const struct asked *a, const struct lt_pg_result *r,
                                       int stmt, int i)
{
    return (struct lt_rank_row_out){
        .rank = (int32_t)lt_pg_i64(r, stmt, i, 0),
        .name = lt_pg_text(r, stmt, i, 1),
        .unit = lt_pg_text(r, stmt, i, 2),
        .points = lt_pg_i64(r, stmt, i, 3),
        .you = a->entry != 0 && lt_pg_i64(r, stmt, i, 4) == a->entry,
    };
}

static void on_board(void *arg, int err, const struct lt_pg_result *r)
{
    struct asked *a = arg;
    struct session *s = back(a);
    struct lt_rank_row_out top[TOP_ROWS], around[2 * AROUND_ROWS + 1];
    struct lt_buf b;
    if (!s)
        return;
    if (err != LT_OK) {
        end(a, err);
        return;
    }
    struct lt_msg_ranks m = {.event = a->event,
                             .of = a->of,
                             .has_own = a->rank > 0,
                             .own = a->rank,
                             .top = top,
                             .around = around};
    for (int i = 0; i < lt_pg_rows(r, 0) && i < TOP_ROWS; i++)
        top[m.n_top++] = rank_row(a, r, 0, i);
    for (int i = 0; a->rank > 0 && i < lt_pg_rows(r, 1) && i < 2 * AROUND_ROWS + 1; i++)
        around[m.n_around++] = rank_row(a, r, 1, i);
    lt_buf_init(&b, REPLY_BYTES);
    lt_msg_ranks_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    end(a, LT_OK);
}

static void on_own(void *arg, int err, const struct lt_pg_result *r)
{
    struct asked *a = arg;
    struct session *s = back(a);
    if (!s)
        return;
    if (err == LT_OK && lt_pg_rows(r, 0) != 1)
        err = LT_ENOPAPER;
    else if (err == LT_OK && strcmp(lt_pg_text(r, 0, 0, 0), "final") != 0)
        err = LT_ENOTYET;
    if (err != LT_OK) {
        end(a, err);
        return;
    }
    a->of = (int32_t)lt_pg_i64(r, 0, 0, 1);
    a->rank = (int32_t)lt_pg_i64(r, 0, 0, 2);
    a->entry = lt_pg_i64(r, 0, 0, 6);
    struct num event = num(a->event);
    struct lt_pg_req *req = req_new(a);
    lt_pg_req_add(req, LT_SQL_RESULT_TOP, (const char *[]){event.s, num(TOP_ROWS).s});
    lt_pg_req_add(req, LT_SQL_RESULT_AROUND,
                  (const char *[]){event.s, num(a->rank).s, num(a->entry).s, num(AROUND_ROWS).s});
    submit(a, req, on_board);
}

void session_ranks(struct session *s, const struct lt_ranks_in *m)
{
    struct asked *a = ask(s, m->event);
    if (!a)
        return;
    struct lt_pg_req *r = req_new(a);
    lt_pg_req_add(r, LT_SQL_RESULT_OWN, (const char *[]){num(m->event).s, num(s->who.person.v).s});
    submit(a, r, on_own);
}

/* ---- the certificate ---- */

/* 80 random bits in Crockford's base 32. */
static void make_code(char ret[17])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char random[16];
    int ok = RAND_bytes(random, sizeof random);
    assert(ok == 1);
    for (int i = 0; i < 16; i++)
        ret[i] = digits[random[i] & 31];
    ret[16] = '\0';
}

static void on_certificate(void *arg, int err, const struct lt_pg_result *r)
{
    struct asked *a = arg;
    struct session *s = back(a);
    struct lt_buf b;
    if (!s)
        return;
    if (err == LT_OK && lt_pg_rows(r, 1) != 1)
        err = LT_ENOTYET; /* not final, or not passed */
    if (err == LT_OK) {
        struct lt_msg_certificate m = {
            .event = a->event,
            .code = lt_pg_text(r, 1, 0, 0),
            .title = lt_pg_text(r, 1, 0, 1),
            .tenant = lt_pg_text(r, 1, 0, 2),
            .name = lt_pg_text(r, 1, 0, 3),
            .unit = lt_pg_text(r, 1, 0, 4),
            .points = lt_pg_i64(r, 1, 0, 5),
            .rank = (int32_t)lt_pg_i64(r, 1, 0, 6),
            .of = (int32_t)lt_pg_i64(r, 1, 0, 7),
            .issued_ms = lt_pg_i64(r, 1, 0, 8) / 1000,
        };
        lt_buf_init(&b, REPLY_BYTES);
        lt_msg_certificate_write(&m, &b);
        session_send(s, &b);
        lt_buf_done(&b);
    }
    end(a, err);
}

static void on_event(void *arg, int err, struct lt_paced *e)
{
    struct asked *a = arg;
    struct session *s = back(a);
    if (!s)
        return;
    if (err == LT_OK && (e->phase != LT_PHASE_FINAL || e->sheet.pass_c < 0))
        err = LT_ENOTYET;
    if (err != LT_OK) {
        end(a, err);
        return;
    }
    struct num event = num(a->event), person = num(s->who.person.v);
    struct lt_pg_req *r = req_new(a);
    make_code(a->code);
    lt_pg_req_add(r, LT_SQL_CERTIFICATE_ADD,
                  (const char *[]){event.s, person.s, a->code, num(e->sheet.pass_c).s});
    lt_pg_req_add(r, LT_SQL_CERTIFICATE, (const char *[]){event.s, person.s});
    submit(a, r, on_certificate);
}

void session_certificate(struct session *s, const struct lt_certificate_in *m)
{
    struct asked *a = ask(s, m->event);
    if (!a)
        return;
    session_hold(s);
    lt_paced_get(s->all->parts.paced, s->who.tenant, (struct lt_event_id){m->event}, on_event, a);
}

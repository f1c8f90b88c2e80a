/* A stage that is nobody's yet, and what makes a paired one:
 *
 *   hello without a credential → code shown (`pairing`), asked about once a second and when a desk
 *   anywhere takes a code in → the screen's tenant and number → as with a token of that screen:
 *   → the screen's event → entered
 *
 * The connection is known by a secret that it never leaves; codes come and go, a new one before the old
 * one runs out. */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_LETTERS = 6,
    SECRET_BYTES = 32,
    SHOWN_S = 300,
    LIFE_S = 315, /* who types in the last second is in time */
    ASK_US = 1000 * 1000,
    TRIES = 3,
    FRAME_BYTES = 8192,
    MOVE_MS = 50
};

struct pairing {
    char code[CODE_LETTERS + 1];
    char secret[2 * SECRET_BYTES + 1]; /* random, in hex: what this connection alone knows */
    int64_t until_us;                  /* cluster time */
    int tries;
    bool busy;
    struct lt_timer timer;
};

static void on_closed(void *arg, int err, const struct lt_pg_result *r)
{
    (void)arg;
    (void)err;
    (void)r;
}

static void pairing_close(struct session *s, const char *secret)
{
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), (struct lt_tenant_id){0});
    assert(r);
    lt_pg_req_add(r, LT_SQL_PAIR_CLOSE, (const char *[]){secret});
    lt_pg_submit(r, on_closed, NULL); /* not sent: it expires */
}

void session_pairing_done(struct session *s)
{
    struct pairing *p = s->pairing;
    if (!p)
        return;
    s->pairing = NULL;
    s->all->pairings--;
    lt_metric_set(LT_M_PAIRINGS, s->all->pairings);
    lt_loop_timer_cancel(s->all->loop, &p->timer);
    pairing_close(s, p->secret);
    free(p);
}

/* ---- the code ---- */

static void code_make(char ret[CODE_LETTERS + 1])
{
    static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    unsigned char random[CODE_LETTERS * 4];
    int ok = RAND_bytes(random, sizeof random);
    assert(ok == 1);
    for (int i = 0; i < CODE_LETTERS; i++) {
        uint32_t v;
        memcpy(&v, random + (size_t)i * 4, sizeof v);
        ret[i] = letters[v % (sizeof letters - 1)];
    }
    ret[CODE_LETTERS] = '\0';
}

static void secret_make(char ret[2 * SECRET_BYTES + 1])
{
    unsigned char secret[SECRET_BYTES];
    int ok = RAND_bytes(secret, sizeof secret);
    assert(ok == 1);
    for (int i = 0; i < SECRET_BYTES; i++)
        snprintf(ret + 2 * i, 3, "%02x", secret[i]);
}

static int64_t cluster_us(const struct session *s)
{
    return lt_cluster_now_us(lt_hub_cluster(s->all->hub));
}

static void code_tell(struct session *s)
{
    struct lt_buf b;
    struct lt_msg_pairing m = {.code = s->pairing->code,
                               .until_ms = s->pairing->until_us / 1000,
                               .now_ms = cluster_us(s) / 1000};
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_pairing_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

static void code_open(struct session *s);

static void on_code_open(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s) || !s->pairing)
        return;
    struct pairing *p = s->pairing;
    bool ok = err == LT_OK && lt_pg_rows(r, 0) == 1 && lt_pg_bool(r, 0, 0, 0);
    p->busy = false;
    if (!ok && err == LT_OK && ++p->tries < TRIES) {
        code_open(s);
        return;
    }
    if (!ok && s->state == SESSION_JOINING) {
        session_pairing_done(s);
        session_refuse(s, err == LT_OK ? LT_EFULL : err, NULL, 0);
        return;
    }
    if (ok) { /* else the old one stays until it works */
        p->until_us = cluster_us(s) + SHOWN_S * 1000000LL;
        if (s->state == SESSION_JOINING)
            session_state(s, SESSION_PAIRING);
        code_tell(s);
    }
    lt_loop_timer(s->all->loop, &p->timer, ASK_US);
}

static bool submit(struct session *s, struct lt_pg_req *r, lt_pg_fn *fn)
{
    session_hold(s);
    if (lt_pg_submit(r, fn, s) == LT_OK)
        return true;
    s->pending--;
    return false;
}

static void code_open(struct session *s)
{
    struct pairing *p = s->pairing;
    char life[12];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), (struct lt_tenant_id){0});
    assert(r);
    code_make(p->code);
    snprintf(life, sizeof life, "%d", LIFE_S);
    lt_pg_req_add(r, LT_SQL_PAIR_OPEN, (const char *[]){p->code, p->secret, life});
    p->busy = submit(s, r, on_code_open);
    if (!p->busy && s->state == SESSION_JOINING) {
        session_pairing_done(s);
        session_refuse(s, LT_EFULL, NULL, 0);
    } else if (!p->busy) {
        lt_loop_timer(s->all->loop, &p->timer, ASK_US);
    }
}

/* ---- asking ---- */

static void on_asked(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s) || !s->pairing)
        return;
    struct pairing *p = s->pairing;
    p->busy = false;
    if (err == LT_OK && lt_pg_rows(r, 0) == 1) {
        s->who.tenant.v = lt_pg_i64(r, 0, 0, 0);
        s->who.screen = lt_pg_i64(r, 0, 0, 1);
        session_pairing_done(s);
        session_state(s, SESSION_JOINING);
        session_screen(s);
    } else if (err == LT_OK && cluster_us(s) >= p->until_us) {
        p->tries = 0;
        code_open(s);
    } else {
        lt_loop_timer(s->all->loop, &p->timer, ASK_US);
    }
}

static void ask(struct session *s)
{
    struct pairing *p = s->pairing;
    if (p->busy)
        return;
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), (struct lt_tenant_id){0});
    assert(r);
    lt_pg_req_add(r, LT_SQL_PAIR_ASK, (const char *[]){p->secret});
    p->busy = submit(s, r, on_asked);
    if (!p->busy)
        lt_loop_timer(s->all->loop, &p->timer, ASK_US);
}

static void on_timer(struct lt_timer *t, int64_t now_us)
{
    (void)now_us;
    ask(t->arg);
}

void session_pairing_taken(void *arg, const char *code)
{
    struct lt_sessions *all = arg;
    for (struct session *s = all->list; s && all->pairings > 0; s = s->next)
        if (s->pairing && s->state == SESSION_PAIRING && strcmp(s->pairing->code, code) == 0)
            ask(s);
}

void session_pairing(struct session *s)
{
    struct lt_sessions *all = s->all;
    bool full = all->pairings >= all->opts.pairings_max;
    if (full || !session_limit(s, LIMIT_PAIRING, all->opts.pairings_per_minute)) {
        lt_metric_add(LT_M_PAIRINGS_LIMITED, 1);
        session_refuse(s, full ? LT_EFULL : LT_EFLOOD, NULL, 0);
        return;
    }
    struct pairing *p = calloc(1, sizeof *p);
    assert(p);
    lt_timer_init(&p->timer, on_timer, s);
    secret_make(p->secret);
    s->pairing = p;
    all->pairings++;
    lt_metric_set(LT_M_PAIRINGS, all->pairings);
    code_open(s);
}

/* ---- a screen that is somebody's ---- */

static void on_screen(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err == LT_OK && lt_pg_rows(r, 0) != 1)
        err = LT_ESESSION; /* it was given up */
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    int64_t event = lt_pg_i64(r, 0, 0, 0);
    if (event != s->who.event.v)
        s->hello->has_epoch = false; /* what it saw was another contest's */
    s->who.event.v = event;
    session_open_event(s);
}

void session_screen(struct session *s)
{
    char id[24];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(id, sizeof id, "%lld", (long long)s->who.screen);
    lt_pg_req_add(r, LT_SQL_SCREEN, (const char *[]){id});
    if (!submit(s, r, on_screen))
        session_refuse(s, LT_EFULL, NULL, 0);
}

/* ---- what it shows ---- */

static void view_tell(struct session *s)
{
    struct lt_buf b;
    const struct lt_stage *g = s->member.stage;
    struct lt_msg_screen m = {
        .screen = {
            .has_screen = g->screen != 0, .screen = g->screen, .name = g->name, .rev = g->rev}};
    lt_view_of(&g->view, &m.screen.view);
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_screen_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
}

static void on_news(struct lt_stage *g, enum lt_stage_news news)
{
    struct session *s = ((struct stage *)g)->session;
    if (s->state != SESSION_LIVE)
        return;
    if (news == LT_STAGE_SHOW)
        view_tell(s);
    else if (news == LT_STAGE_ENDED)
        session_refuse(s, LT_ESESSION, NULL, 0);
    else
        session_bye(s, LT_EDRAIN, MOVE_MS); /* it comes back with its token, to the other event */
}

void session_stage_enter(struct session *s)
{
    struct stage *g = calloc(1, sizeof *g);
    assert(g);
    g->session = s;
    g->stage.screen = s->who.screen;
    g->stage.event = s->who.event.v;
    g->stage.fn = on_news;
    s->member.stage = &g->stage;
    lt_screens_enter(s->all->screens, s->who.tenant, &g->stage);
}

void session_stage_done(struct session *s)
{
    struct lt_stage *g = s->member.stage;
    if (!g)
        return;
    lt_screens_leave(g);
    s->member.stage = NULL;
    free(g);
}

/* Boards of self-paced events, for stages and spectators. A node holds no standings of them, so it reads
 * what everybody may read: the public boards in Redis, as the public page does. Each board at most once
 * a second, only while somebody here looks at it, and told when it is another than before. What cannot be
 * read, or is left over from a Redis that was lost, leaves what is shown as it is.
 *
 * Law 4: where results come with the end nothing is asked before it. */
#include "hub_internal.h"

#include "base/err.h"
#include "base/metrics.h"
#include "service/board_read.h"
#include "service/board_shown.h"
#include "service/screens.h"
#include "service/view.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ASK_EVERY_US = 1000 * 1000,
    KEEP_US = 10 * 1000 * 1000, /* that nobody looks at */
    BOARDS_KEPT = 16,
    IDS_BYTES = 16 * 1024,
};

struct slot {
    struct lt_contest *contest;
    bool busy;
    int64_t asked_us, wanted_us; /* monotonic */
    int64_t gen; /* of `frame`; no two boards of an event ever have the same, 0: none */
    struct lt_shown_board shown, next; /* next: its names are being read */
    struct lt_frame *frame;
};
struct lt_shown {
    struct slot *slots[BOARDS_KEPT];
    int n;
    int64_t gen;
};

/* ---- life ---- */

static void board_done(struct lt_shown_board *b)
{
    for (int i = 0; i < b->n; i++) {
        free(b->lines[i].name);
        free(b->lines[i].unit);
    }
    free(b->lines);
    *b = (struct lt_shown_board){.of = b->of, .round = b->round};
}

static void slot_free(struct slot *s)
{
    if (s->contest->shown == &s->shown)
        s->contest->shown = NULL;
    board_done(&s->shown);
    board_done(&s->next);
    lt_frame_unref(s->frame);
    free(s);
}

void hub_shown_done(struct lt_contest *c)
{
    struct lt_shown *all = c->sync->shown;
    while (all && all->n > 0)
        slot_free(all->slots[--all->n]);
    free(all);
    c->sync->shown = NULL;
}

static void drop_unwanted(struct lt_shown *all, int64_t now_us)
{
    for (int i = 0; i < all->n; i++)
        if (!all->slots[i]->busy && now_us - all->slots[i]->wanted_us >= KEEP_US) {
            slot_free(all->slots[i]);
            all->slots[i--] = all->slots[--all->n];
        }
}

/* NULL: so many boards are shown already. */
static struct slot *slot_of(struct lt_contest *c, int of, int round)
{
    struct lt_shown *all = c->sync->shown;
    for (int i = 0; i < all->n; i++)
        if (all->slots[i]->shown.of == of && all->slots[i]->shown.round == round)
            return all->slots[i];
    if (all->n == BOARDS_KEPT)
        return NULL;
    struct slot *s = calloc(1, sizeof *s);
    assert(s);
    s->contest = c;
    s->asked_us = -ASK_EVERY_US;
    s->shown.of = s->next.of = of;
    s->shown.round = s->next.round = round;
    if (of == LT_OF_ENTRY && round == 0)
        c->shown = &s->shown;
    return all->slots[all->n++] = s;
}

/* ---- reading ---- */

static bool may_be_shown(const struct lt_contest *c)
{
    return c->engine.phase == LT_PHASE_FINAL ||
           (c->sheet.at_once && c->engine.phase >= LT_PHASE_RUNNING);
}

static bool same_lines(const struct lt_shown_board *b, const struct lt_board_page *p)
{
    for (int i = 0; i < p->n; i++)
        if (b->lines[i].member != p->lines[i].member || b->lines[i].rank != p->lines[i].rank ||
            memcmp(b->lines[i].value, p->lines[i].value, sizeof b->lines[i].value) != 0)
            return false;
    return true;
}

static bool same(const struct lt_shown_board *b, const struct lt_board_page *p)
{
    return b->v == p->shows && b->ranked == p->of && b->frozen == p->frozen &&
           b->final == p->final && b->n == p->n && same_lines(b, p);
}

static void take_page(struct lt_shown_board *b, const struct lt_board_page *p)
{
    board_done(b);
    b->v = p->shows;
    b->ranked = p->of;
    b->frozen = p->frozen;
    b->final = p->final;
    b->n = p->n;
    b->lines = calloc((size_t)p->n + 1, sizeof *b->lines);
    assert(b->lines);
    for (int i = 0; i < p->n; i++) {
        b->lines[i] = (struct lt_shown_line){
            .member = p->lines[i].member, .rank = p->lines[i].rank, .x = -1, .y = -1};
        memcpy(b->lines[i].value, p->lines[i].value, sizeof b->lines[i].value);
    }
}

static void take_names(struct lt_shown_board *b, const struct lt_pg_result *r)
{
    static const char *const audiences[] = {"领导干部", "其他人员"};
    for (int i = 0; i < b->n; i++) {
        struct lt_shown_line *l = &b->lines[i];
        if (b->of == LT_OF_AUDIENCE && l->member >= 1 && l->member <= 2)
            l->name = strdup(audiences[l->member - 1]);
    }
    for (int row = 0; row < lt_pg_rows(r, 0); row++)
        for (int i = 0; i < b->n; i++) {
            struct lt_shown_line *l = &b->lines[i];
            if (l->member != lt_pg_i64(r, 0, row, 0) || l->name)
                continue;
            l->name = strdup(lt_pg_text(r, 0, row, 1));
            l->unit = strdup(lt_pg_text(r, 0, row, 2));
            l->x = (int)lt_pg_i64(r, 0, row, 3);
            l->y = (int)lt_pg_i64(r, 0, row, 4);
            break;
        }
}

static void on_names(void *arg, int err, const struct lt_pg_result *r)
{
    struct slot *s = arg;
    struct lt_contest *c = s->contest;
    s->busy = false;
    if (c->sync->state == SYNC_READY && err == LT_OK) {
        take_names(&s->next, r);
        board_done(&s->shown);
        s->shown = s->next;
        s->next = (struct lt_shown_board){.of = s->shown.of, .round = s->shown.round};
        lt_frame_unref(s->frame);
        s->frame = lt_view_shown_frame(&s->shown);
        s->gen = ++c->sync->shown->gen;
        c->sync->watch_board |= c->shown == &s->shown;
    }
    hub_unref(c);
}

static void ask_names(struct slot *s)
{
    struct lt_contest *c = s->contest;
    struct lt_pg_req *r = lt_pg_req_new(c->hub->pg, c->tenant);
    struct lt_buf ids;
    char event[24];
    assert(r);
    lt_buf_init(&ids, IDS_BYTES);
    lt_pg_array_begin(&ids);
    for (int i = 0; i < s->next.n; i++)
        lt_pg_array_i64(&ids, s->next.lines[i].member);
    lt_pg_array_end(&ids);
    assert(!ids.failed);
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    lt_metric_add(LT_M_BOARD_LOOKUPS, 1);
    lt_pg_req_add(
        r, LT_SQL_BOARD_NAMES,
        (const char *[]){lt_board_of_name((enum lt_board_of)s->next.of), event, lt_buf_cstr(&ids)});
    lt_buf_done(&ids);
    if (lt_pg_submit(r, on_names, s) != LT_OK)
        return; /* the next look is in a second */
    s->busy = true;
    c->sync->refs++;
}

static void on_page(void *arg, int err, const struct lt_board_page *p)
{
    struct slot *s = arg;
    struct lt_contest *c = s->contest;
    s->busy = false;
    bool whole = err == LT_OK && p->stands && p->has && !p->stale;
    if (c->sync->state == SYNC_READY && whole && may_be_shown(c) && !same(&s->shown, p)) {
        take_page(&s->next, p);
        ask_names(s);
    }
    hub_unref(c);
}

static void ask(struct slot *s, int64_t now_us)
{
    struct lt_contest *c = s->contest;
    struct lt_board_query q = {
        .tenant = c->tenant, .event = c->event, .from = 1, .n = LT_SHOWN_ROWS};
    lt_board_name(q.name, (enum lt_board_of)s->shown.of, s->shown.round);
    s->asked_us = now_us;
    lt_metric_add(LT_M_BOARD_LOOKUPS, 1);
    if (lt_board_read(c->hub->redis, lt_boards_mark(c->hub->opts.boards), &q, on_page, s) != LT_OK)
        return;
    s->busy = true;
    c->sync->refs++;
}

static struct slot *look(struct lt_contest *c, int of, int round, int64_t now_us)
{
    struct slot *s = slot_of(c, of, round);
    if (!s)
        return NULL;
    s->wanted_us = now_us;
    if (!s->busy && now_us - s->asked_us >= ASK_EVERY_US)
        ask(s, now_us);
    return s;
}

/* ---- who looks ---- */

static void stage_tick(struct lt_contest *c, struct lt_member *m, int64_t now_us)
{
    int of, round;
    if (!m->stage || m->stage->rev < 0 || !hub_chart_wanted(m->stage, &of, &round))
        return;
    struct slot *s = look(c, of, round, now_us);
    if (!s || !s->frame || m->stage->view_gen == s->gen || !m->conn)
        return;
    m->stage->view_gen = s->gen;
    lt_metric_add(LT_M_CHARTS, 1);
    lt_conn_send(m->conn, s->frame);
}

void hub_shown_tick(struct lt_contest *c)
{
    int64_t now_us = hub_now_us(c->hub);
    bool looks = c->n_members[LT_MEMBER_STAGE] > 0 || c->n_members[LT_MEMBER_WATCH] > 0;
    if (!c->sync->shown && (!looks || !may_be_shown(c)))
        return;
    if (!c->sync->shown) {
        c->sync->shown = calloc(1, sizeof *c->sync->shown);
        assert(c->sync->shown);
    }
    for (struct lt_member *m = c->members[LT_MEMBER_STAGE], *next; m; m = next) {
        next = m->next;
        stage_tick(c, m, now_us);
    }
    if (c->n_members[LT_MEMBER_WATCH] > 0)
        look(c, LT_OF_ENTRY, 0, now_us);
    drop_unwanted(c->sync->shown, now_us);
}

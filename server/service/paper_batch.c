/* Starts and writes of papers as kinds of batch. What they are guarded by is in sql.c: a start by the
 * event's phase and the person's number of papers, a write by the row's revision and deadline. */
#include "service/paper_batch.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "service/sql.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 14, ARRAY_BYTES = 80 * 1024 * 1024 };

int lt_paper_key_cmp(const struct lt_paper_key *a, const struct lt_paper_key *b)
{
    int64_t ka[] = {a->tenant.v, a->event.v, a->person.v, a->round, a->attempt},
            kb[] = {b->tenant.v, b->event.v, b->person.v, b->round, b->attempt};
    for (size_t i = 0; i < sizeof ka / sizeof *ka; i++)
        if (ka[i] != kb[i])
            return ka[i] < kb[i] ? -1 : 1;
    return 0;
}

struct lt_paper_row lt_paper_row_at(const struct lt_pg_result *r, int stmt, int i, int col)
{
    return (struct lt_paper_row){
        .state = (enum lt_paper_state)lt_pg_i64(r, stmt, i, col),
        .rev = (int32_t)lt_pg_i64(r, stmt, i, col + 1),
        .ordinal = (int32_t)lt_pg_i64(r, stmt, i, col + 2),
        .entry = lt_pg_i64(r, stmt, i, col + 3),
        .duel = lt_pg_i64(r, stmt, i, col + 4),
        .seed = lt_pg_i64(r, stmt, i, col + 5),
        .started_us = lt_pg_i64(r, stmt, i, col + 6),
        .deadline_us = lt_pg_i64(r, stmt, i, col + 7),
        .submitted_us = lt_pg_i64(r, stmt, i, col + 8),
        .choices = lt_pg_text(r, stmt, i, col + 9),
    };
}

/* ---- arrays ---- */

struct arrays {
    int n;
    struct lt_buf b[COLUMNS_MAX];
    const char *text[COLUMNS_MAX];
};

static void arrays_begin(struct arrays *a, int n)
{
    a->n = n;
    for (int k = 0; k < n; k++) {
        lt_buf_init(&a->b[k], ARRAY_BYTES);
        lt_pg_array_begin(&a->b[k]);
    }
}

static void arrays_end(struct arrays *a)
{
    for (int k = 0; k < a->n; k++) {
        lt_pg_array_end(&a->b[k]);
        a->text[k] = lt_buf_cstr(&a->b[k]);
        assert(!a->b[k].failed);
    }
}

static void arrays_done(struct arrays *a)
{
    for (int k = 0; k < a->n; k++)
        lt_buf_done(&a->b[k]);
}

static void add_key(struct arrays *a, const struct lt_paper_key *k)
{
    lt_pg_array_i64(&a->b[0], k->season);
    lt_pg_array_i64(&a->b[1], k->event.v);
    lt_pg_array_i64(&a->b[2], k->person.v);
    lt_pg_array_i64(&a->b[3], k->round);
    lt_pg_array_i64(&a->b[4], k->attempt);
}

/* A row that a statement returned, kept until it is told. */
struct row {
    struct lt_batch_item item;
    struct lt_paper_key key;
    struct lt_paper_row now;
    char *choices;
    bool has;
};

static void keep(struct row *row, const struct lt_pg_result *r, int stmt, int i, int col)
{
    row->now = lt_paper_row_at(r, stmt, i, col);
    free(row->choices);
    row->choices = strdup(row->now.choices);
    assert(row->choices);
    row->now.choices = row->choices;
    row->has = true;
}

static int by_key(const void *pa, const void *pb)
{
    return lt_paper_key_cmp(&(*(struct row *const *)pa)->key, &(*(struct row *const *)pb)->key);
}

/* ---- starts ---- */

struct start {
    struct row row;
    struct lt_paper_start s;
    lt_paper_start_fn *done;
    void *arg;
};

static void add_starts(struct lt_pg_req *req, struct lt_batch_item *const *items, int n)
{
    enum { NO = 5, SEED, LONG, END, ORDINALS, DUEL, DEVICE, ADDRESS, COLUMNS };
    struct arrays a;
    arrays_begin(&a, COLUMNS);
    for (int i = 0; i < n; i++) {
        const struct lt_paper_start *s = &((struct start *)items[i])->s;
        add_key(&a, &s->key);
        lt_pg_array_i64(&a.b[NO], s->no);
        lt_pg_array_i64(&a.b[SEED], s->seed);
        lt_pg_array_i64(&a.b[LONG], s->long_us);
        lt_pg_array_i64(&a.b[END], s->end_us);
        lt_pg_array_i64(&a.b[ORDINALS], s->ordinals);
        lt_pg_array_i64(&a.b[DUEL], s->duel);
        lt_pg_array_text(&a.b[DEVICE], s->device[0] ? s->device : NULL);
        lt_pg_array_text(&a.b[ADDRESS], s->address[0] ? s->address : NULL);
    }
    arrays_end(&a);
    lt_pg_req_add(req, LT_SQL_PLAN, NULL);
    lt_pg_req_add(req, LT_SQL_PAPER_ENTRIES, (const char *[]){a.text[1], a.text[2]});
    lt_pg_req_add(req, LT_SQL_PAPER_ORDINALS, (const char *[]){a.text[1], a.text[ORDINALS]});
    lt_pg_req_add(req, LT_SQL_PAPER_START, a.text);
    lt_pg_req_add(req, LT_SQL_PAPER_START_READ, a.text); /* takes the first five */
    arrays_done(&a);
}

static void read_start(struct lt_batch_item *item, const struct lt_pg_result *r, int stmt, int i)
{
    struct start *s = (struct start *)item;
    bool runs = strcmp(lt_pg_text(r, stmt, i, 1), "running") == 0;
    if (lt_pg_null(r, stmt, i, 2)) {
        item->err = runs ? LT_EBUSY : LT_EPHASE;
        return;
    }
    keep(&s->row, r, stmt, i, 2);
    item->err = LT_OK;
}

static void finish_start(struct lt_batch_item *item, int err)
{
    struct start *s = (struct start *)item;
    s->done(s->arg, err, err == LT_OK ? &s->row.now : NULL);
    free(s->row.choices);
    free(s);
}

const struct lt_batch_kind lt_paper_start_kind = {
    .name = "paper start",
    .cmp = by_key,
    .add = add_starts,
    .statements = 5,
    .read = read_start,
    .err_unseen = LT_ENOEVENT,
    .finish = finish_start,
    .metric_batches = LT_M_PAPER_START_BATCHES,
    .metric_rows = LT_M_PAPER_STARTS,
    .metric_latency = LT_M_PAPER_START_LATENCY,
    .metric_queue = LT_M_PAPER_START_QUEUE,
};

int lt_paper_start_add(struct lt_batcher *b, const struct lt_paper_start *s,
                       lt_paper_start_fn *done, void *arg)
{
    struct start *item = calloc(1, sizeof *item);
    if (!item)
        return LT_EFULL;
    item->row.item.tenant = s->key.tenant;
    item->row.key = s->key;
    item->s = *s;
    item->done = done;
    item->arg = arg;
    int err = lt_batcher_add(b, &item->row.item);
    if (err != LT_OK)
        free(item);
    return err;
}

/* ---- writes ---- */

struct write {
    struct row row;
    struct lt_paper_write w;
    lt_paper_write_fn *done;
    void *arg;
};

static void add_writes(struct lt_pg_req *req, struct lt_batch_item *const *items, int n)
{
    enum { REV = 5, DEADLINE, STATE, SUBMITTED, CHOICES, POINTS, TIME, CORRECT, ANSWERED, COLUMNS };
    struct arrays a;
    arrays_begin(&a, COLUMNS);
    for (int i = 0; i < n; i++) {
        const struct lt_paper_write *w = &((struct write *)items[i])->w;
        bool open = w->state == LT_PAPER_OPEN;
        add_key(&a, &w->key);
        lt_pg_array_i64(&a.b[REV], w->rev);
        lt_pg_array_i64(&a.b[DEADLINE], w->deadline_us);
        lt_pg_array_i64(&a.b[STATE], w->state);
        lt_pg_array_text(&a.b[CHOICES], w->choices);
        const int64_t sums[] = {w->submitted_us, w->score.points_c, w->score.time_us,
                                w->score.correct, w->score.answered};
        static const int at[] = {SUBMITTED, POINTS, TIME, CORRECT, ANSWERED};
        for (int k = 0; k < 5; k++)
            if (open)
                lt_pg_array_text(&a.b[at[k]], NULL);
            else
                lt_pg_array_i64(&a.b[at[k]], sums[k]);
    }
    arrays_end(&a);
    lt_pg_req_add(req, LT_SQL_PLAN, NULL);
    lt_pg_req_add(req, LT_SQL_PAPER_WRITE, a.text);
    lt_pg_req_add(req, LT_SQL_PAPER_WRITE_READ, a.text);
    arrays_done(&a);
}

static void read_write(struct lt_batch_item *item, const struct lt_pg_result *r, int stmt, int i)
{
    struct write *w = (struct write *)item;
    item->err = lt_pg_bool(r, stmt, i, 1) ? LT_OK : LT_ESTALE;
    keep(&w->row, r, stmt, i, 2);
}

static void finish_write(struct lt_batch_item *item, int err)
{
    struct write *w = (struct write *)item;
    w->done(w->arg, err, w->row.has ? &w->row.now : NULL);
    free(w->w.choices);
    free(w->row.choices);
    free(w);
}

const struct lt_batch_kind lt_paper_write_kind = {
    .name = "paper",
    .cmp = by_key,
    .add = add_writes,
    .statements = 3,
    .read = read_write,
    .err_unseen = LT_ENOPAPER,
    .finish = finish_write,
    .metric_batches = LT_M_PAPER_BATCHES,
    .metric_rows = LT_M_PAPER_WRITES,
    .metric_latency = LT_M_PAPER_LATENCY,
    .metric_queue = LT_M_PAPER_QUEUE,
};

int lt_paper_write_add(struct lt_batcher *b, const struct lt_paper_write *w,
                       lt_paper_write_fn *done, void *arg)
{
    struct write *item = calloc(1, sizeof *item);
    if (!item)
        return LT_EFULL;
    item->row.item.tenant = w->key.tenant;
    item->row.key = w->key;
    item->w = *w;
    item->done = done;
    item->arg = arg;
    int err = lt_batcher_add(b, &item->row.item);
    if (err != LT_OK)
        free(item);
    return err;
}

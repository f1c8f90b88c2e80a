/* Fan-out.
 *
 * One queue of broadcasts for the whole process, worked off in order from a uv_idle handle: at most
 * SLICE_US per loop turn, then the loop reads what has arrived. Broadcasts of one event that stand
 * one behind the other when the first has its turn go out together: a walk goes through the event's
 * member lists once, with a cursor, and each member gets all of them in one write. What a reveal
 * sends, its record, the board and everybody's own standing, costs one system call a player and not
 * three. A member that leaves under the cursor moves it on. Members that join
 * meanwhile got a welcome that includes the frame, or something newer: their `seq` says so, and of
 * frames that are not of the log their `casts`. A start signal goes alone: the time of offering it is
 * taken.
 *
 * The queue is bounded by what produces it: log records of a contest come one at a time after a
 * commit, boards and standings once per reveal, presence a few times a second and only when the
 * last one is out.
 */
#include "service/fanout.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "service/view.h"
#include <assert.h>
#include <stdlib.h>

enum { SLICE_US = 1000, CLOCK_EVERY = 16 };

struct cast {
    struct lt_contest *contest;
    struct lt_frame *frame; /* NULL: `make` gives each member its own */
    lt_view_member_fn *make;
    int64_t seq;
    int64_t no; /* of all broadcasts of the process */
    int to;
    struct cast *next;
};

/* The first `n` broadcasts of the queue on their way, all of one event. */
struct walk {
    int n, to;                /* 0: none is under way; to: of any of them */
    int role;                 /* list being walked */
    struct lt_member *cursor; /* next member; valid when `started` */
    bool started;
    int64_t spent_us;
};

struct lt_fanout {
    struct lt_loop *loop;
    uv_idle_t idle;
    struct cast *head, **tail;
    struct walk walk;
    int64_t casts; /* broadcasts begun */
};

static void on_idle(uv_idle_t *h);

struct lt_fanout *lt_fanout_new(struct lt_loop *l)
{
    struct lt_fanout *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->loop = l;
    f->tail = &f->head;
    uv_idle_init(lt_loop_uv(l), &f->idle);
    f->idle.data = f;
    return f;
}

static void cast_drop(struct lt_fanout *f)
{
    struct cast *k = f->head;
    f->head = k->next;
    if (!f->head)
        f->tail = &f->head;
    lt_frame_unref(k->frame);
    free(k);
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

void lt_fanout_free(struct lt_fanout *f)
{
    if (!f)
        return;
    while (f->head)
        cast_drop(f);
    uv_close((uv_handle_t *)&f->idle, on_closed);
}

static void cast_add(struct lt_fanout *f, struct cast k)
{
    struct cast *copy = malloc(sizeof *copy);
    assert(copy);
    *copy = k;
    copy->no = f->casts++;
    *f->tail = copy;
    f->tail = &copy->next;
    uv_idle_start(&f->idle, on_idle);
}

void lt_fanout_frame(struct lt_fanout *f, struct lt_contest *c, struct lt_frame *frame, int64_t seq,
                     int to)
{
    cast_add(f, (struct cast){.contest = c, .frame = lt_frame_ref(frame), .seq = seq, .to = to});
}

void lt_fanout_each(struct lt_fanout *f, struct lt_contest *c, lt_view_member_fn *make, int to)
{
    cast_add(f, (struct cast){.contest = c, .make = make, .to = to});
}

static void send_one(struct cast *k, struct lt_member *m)
{
    if (k->seq > 0) {
        if (m->seq >= k->seq)
            return;
        m->seq = k->seq;
    } else if (m->casts > k->no) {
        return;
    }
    if (k->to & LT_SIGNAL) {
        m->signal_seq = k->seq;
        m->signal_us = lt_clock_read().mono_us;
    }
    if (k->frame) {
        lt_conn_send(m->conn, k->frame);
        return;
    }
    struct lt_frame *own = k->make(k->contest, m);
    if (own)
        lt_conn_send(m->conn, own);
    lt_frame_unref(own);
}

/* What stands at the head of the queue for one event, up to a start signal. */
static void walk_begin(struct lt_fanout *f)
{
    const struct cast *k = f->head;
    f->walk = (struct walk){.n = 1, .to = k->to};
    for (; !(k->to & LT_SIGNAL) && k->next; k = k->next) {
        if (k->next->contest != f->head->contest || (k->next->to & LT_SIGNAL))
            break;
        f->walk.n++;
        f->walk.to |= k->next->to;
    }
}

/* The next member of the walk, NULL at the end. */
static struct lt_member *walk_next(struct lt_fanout *f)
{
    struct walk *w = &f->walk;
    for (; w->role < LT_MEMBER_ROLES; w->role++, w->started = false) {
        if (!(w->to & 1 << w->role))
            continue;
        if (!w->started) {
            w->started = true;
            w->cursor = f->head->contest->members[w->role];
        }
        if (w->cursor) {
            struct lt_member *m = w->cursor;
            w->cursor = m->next;
            return m;
        }
    }
    return NULL;
}

static void send_all(struct lt_fanout *f, struct lt_member *m)
{
    struct cast *k = f->head;
    if (f->walk.n > 1)
        lt_conn_cork(m->conn);
    for (int i = 0; i < f->walk.n; i++, k = k->next)
        if (k->to & 1 << m->role)
            send_one(k, m);
    if (f->walk.n > 1)
        lt_conn_uncork(m->conn);
}

static void walk_end(struct lt_fanout *f)
{
    lt_metric_observe_us(LT_M_FANOUT, f->walk.spent_us);
    for (int n = f->walk.n; n > 0; n--)
        cast_drop(f);
    f->walk.n = 0;
}

static void on_idle(uv_idle_t *h)
{
    struct lt_fanout *f = h->data;
    int64_t begun_us = lt_clock_read().mono_us, now_us = begun_us;
    for (int n = 1; f->head; n++) {
        if (f->walk.n == 0)
            walk_begin(f);
        struct lt_member *m = walk_next(f);
        if (m)
            send_all(f, m);
        if (!m || n % CLOCK_EVERY == 0) {
            int64_t read_us = lt_clock_read().mono_us;
            f->walk.spent_us += read_us - now_us;
            now_us = read_us;
        }
        if (!m)
            walk_end(f);
        if (now_us - begun_us >= SLICE_US)
            return;
    }
    uv_idle_stop(&f->idle);
}

void lt_fanout_member_add(struct lt_fanout *f, struct lt_contest *c, struct lt_member *m)
{
    m->contest = c;
    m->casts = f->casts;
    m->next = c->members[m->role];
    m->prev = &c->members[m->role];
    if (m->next)
        m->next->prev = &m->next;
    c->members[m->role] = m;
    c->n_members[m->role]++;
}

void lt_fanout_member_remove(struct lt_fanout *f, struct lt_member *m)
{
    if (f->walk.n > 0 && f->walk.started && f->walk.cursor == m)
        f->walk.cursor = m->next;
    *m->prev = m->next;
    if (m->next)
        m->next->prev = m->prev;
    m->contest->n_members[m->role]--;
    m->contest = NULL;
}

void lt_fanout_forget(struct lt_fanout *f, struct lt_contest *c)
{
    if (f->walk.n > 0 && f->head->contest == c)
        f->walk.n = 0;
    for (struct cast **p = &f->head; *p;) {
        struct cast *k = *p;
        if (k->contest != c) {
            p = &k->next;
            continue;
        }
        *p = k->next;
        lt_frame_unref(k->frame);
        free(k);
    }
    f->tail = &f->head;
    while (*f->tail)
        f->tail = &(*f->tail)->next;
}

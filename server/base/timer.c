/* Timing wheel with nine levels of 64 slots, 1 ms ticks: every tick an int64 of microseconds can
 * name has its slot, so nothing overflows and nothing is clamped.
 *
 * A timer sits at the level of the highest bit group in which its tick differs from the wheel's
 * current tick. Hence (1) all timers of a level are due before those of the next, (2) within a
 * level only slots above the current position are occupied, and (3) setting is a count of leading
 * zeros. One bitmap per level finds the earliest slot without walking.
 *
 * The tick of the present stays open: its slot is looked at again in each advance, and timers are
 * compared in microseconds, so a timer fires in the first advance that reaches it and never early.
 *
 * Due timers are moved to one list and sorted by due time before the first callback runs. They stay
 * linked, so a callback can still cancel one; what a callback sets in the past waits for the next
 * advance, so an advance always ends. A heap was rejected: 25,000 pings re-armed all the time would
 * pay log n for each. */
#include "base/timer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 6, SLOTS = 1 << BITS, LEVELS = 9, TICK_US = 1000 };

struct lt_wheel {
    int64_t now_us, tick;
    uint64_t occupied[LEVELS]; /* bit s: slot[level][s] is not empty */
    struct lt_timer *slot[LEVELS][SLOTS];
    struct lt_timer *overdue; /* set with a due time already past */
    struct lt_timer *due;     /* collected in the advance that is running */
    bool advancing;
};

static void link_timer(struct lt_timer **head, struct lt_timer *t)
{
    t->next = *head;
    t->prev = head;
    if (t->next)
        t->next->prev = &t->next;
    *head = t;
}

static void unlink_timer(struct lt_wheel *w, struct lt_timer *t)
{
    *t->prev = t->next;
    if (t->next)
        t->next->prev = t->prev;
    /* The last of a slot also clears the slot's bit. `prev` points at a slot's head exactly when it
     * lies in the array. */
    struct lt_timer **first = &w->slot[0][0];
    if (!t->next && t->prev >= first && t->prev < first + LEVELS * SLOTS) {
        size_t i = (size_t)(t->prev - first);
        w->occupied[i / SLOTS] &= ~(UINT64_C(1) << i % SLOTS);
    }
    t->next = NULL;
    t->prev = NULL;
}

static void insert(struct lt_wheel *w, struct lt_timer *t)
{
    if (t->due_us <= w->now_us) {
        link_timer(&w->overdue, t);
        return;
    }
    int64_t tick = t->due_us / TICK_US;
    uint64_t differs = (uint64_t)(tick ^ w->tick);
    int level = differs ? (63 - __builtin_clzll(differs)) / BITS : 0;
    int s = (int)(tick >> (level * BITS)) & (SLOTS - 1);
    link_timer(&w->slot[level][s], t);
    w->occupied[level] |= UINT64_C(1) << s;
}

struct lt_wheel *lt_wheel_new(int64_t now_us)
{
    assert(now_us >= 0);
    struct lt_wheel *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->now_us = now_us;
    w->tick = now_us / TICK_US;
    return w;
}

static void idle_all(struct lt_wheel *w, struct lt_timer **head)
{
    while (*head)
        unlink_timer(w, *head);
}

void lt_wheel_free(struct lt_wheel *w)
{
    if (!w)
        return;
    assert(!w->advancing);
    for (int level = 0; level < LEVELS; level++)
        for (int s = 0; s < SLOTS; s++)
            idle_all(w, &w->slot[level][s]);
    idle_all(w, &w->overdue);
    free(w);
}

void lt_timer_init(struct lt_timer *t, lt_timer_fn *fn, void *arg)
{
    *t = (struct lt_timer){.fn = fn, .arg = arg};
}

void lt_timer_set(struct lt_wheel *w, struct lt_timer *t, int64_t due_us)
{
    assert(t->fn);
    if (t->prev)
        unlink_timer(w, t);
    t->due_us = due_us;
    insert(w, t);
}

void lt_timer_cancel(struct lt_wheel *w, struct lt_timer *t)
{
    if (t->prev)
        unlink_timer(w, t);
}

bool lt_timer_armed(const struct lt_timer *t)
{
    return t->prev != NULL;
}

/* Move all of `from` to the front of `to`. */
static void move_all(struct lt_timer **from, struct lt_timer **to)
{
    while (*from) {
        struct lt_timer *t = *from;
        *from = t->next;
        if (t->next)
            t->next->prev = from;
        link_timer(to, t);
    }
}

/* Slots of `level` that lie between the old tick and the new one, as a bitmap. */
static uint64_t passed(int64_t old_tick, int64_t new_tick, int level)
{
    int shift = level * BITS;
    int64_t from = old_tick >> shift, to = new_tick >> shift;
    if (from == to)
        return level == 0 ? UINT64_C(1) << (to & (SLOTS - 1)) : 0;
    if (from >> BITS != to >> BITS)
        return UINT64_MAX; /* the whole turn is over; slots below the old position are empty anyway
                            */
    return UINT64_MAX >> (SLOTS - 1 - (to & (SLOTS - 1)));
}

/* Empty the passed slots into `list`. */
static void collect(struct lt_wheel *w, int64_t new_tick, struct lt_timer **list)
{
    for (int level = 0; level < LEVELS; level++) {
        uint64_t slots = w->occupied[level] & passed(w->tick, new_tick, level);
        w->occupied[level] &= ~slots;
        for (; slots; slots &= slots - 1)
            move_all(&w->slot[level][__builtin_ctzll(slots)], list);
    }
    move_all(&w->overdue, list);
}

static struct lt_timer *merge(struct lt_timer *a, struct lt_timer *b)
{
    struct lt_timer *head = NULL, **tail = &head;
    while (a && b) {
        struct lt_timer **less = b->due_us < a->due_us ? &b : &a;
        *tail = *less;
        tail = &(*less)->next;
        *less = (*less)->next;
    }
    *tail = a ? a : b;
    return head;
}

/* Sort by due time: run i holds 2^i timers, like a binary counter. Only `next` is kept; the caller
 * restores `prev`. */
static struct lt_timer *sort(struct lt_timer *list)
{
    struct lt_timer *runs[48] = {0};
    while (list) {
        struct lt_timer *run = list;
        list = list->next;
        run->next = NULL;
        int i = 0;
        for (; runs[i]; i++) {
            run = merge(runs[i], run);
            runs[i] = NULL;
        }
        runs[i] = run;
    }
    struct lt_timer *all = NULL;
    for (int i = 0; i < 48; i++)
        all = merge(runs[i], all);
    return all;
}

int lt_wheel_advance(struct lt_wheel *w, int64_t now_us)
{
    assert(!w->advancing);
    if (now_us < w->now_us)
        now_us = w->now_us;
    struct lt_timer *candidates = NULL;
    int64_t new_tick = now_us / TICK_US;
    collect(w, new_tick, &candidates);
    w->now_us = now_us;
    w->tick = new_tick;
    while (candidates) {
        struct lt_timer *t = candidates;
        candidates = t->next;
        if (t->due_us <= now_us)
            link_timer(&w->due, t);
        else
            insert(w, t);
    }
    w->due = sort(w->due);
    for (struct lt_timer **at = &w->due; *at; at = &(*at)->next)
        (*at)->prev = at;

    int ran = 0;
    w->advancing = true;
    while (w->due) {
        struct lt_timer *t = w->due;
        unlink_timer(w, t);
        t->fn(t, now_us);
        ran++;
    }
    w->advancing = false;
    return ran;
}

int64_t lt_wheel_next_us(const struct lt_wheel *w)
{
    if (w->overdue)
        return w->now_us;
    for (int level = 0; level < LEVELS; level++) {
        if (!w->occupied[level])
            continue;
        int shift = level * BITS;
        int64_t slot = __builtin_ctzll(w->occupied[level]);
        int64_t turn = w->tick >> shift >> BITS << BITS;
        int64_t start_us = ((turn | slot) << shift) * TICK_US;
        /* Whatever is due by now_us has run, so a slot of the present holds nothing before the next
         * microsecond. */
        return start_us > w->now_us ? start_us : w->now_us + 1;
    }
    return INT64_MAX;
}

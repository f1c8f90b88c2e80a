/* Private to papers.c and papers_write.c. */
#pragma once
#include "service/papers.h"

struct item {
    uint16_t row;
    uint8_t part, option[LT_OPTIONS_MAX];
};
struct waiter {
    lt_held_done_fn *done;
    void *arg;
    int i; /* of the item, -1: to hand it in */
    int32_t rev;
    bool in_flight; /* the write under way contains it */
    struct waiter *next;
};
struct reader {
    lt_held_fn *fn;
    void *arg;
    struct reader *next;
};
/* What the hash sees; no holes. */
struct name {
    int64_t tenant, event, person;
    int32_t round, attempt;
};
struct lt_held {
    struct name name;
    struct lt_paper_key key;
    struct lt_papers *papers;
    struct lt_paced *event; /* pinned */
    bool loaded, reading, writing;
    bool dirty;  /* choices that no write contains yet */
    bool submit; /* somebody wants it handed in */
    enum lt_paper_state state;
    int32_t rev;
    int64_t entry, duel, started_us, deadline_us, submitted_us;
    int n;
    struct item *items;
    char *choices;
    int n_waiters;
    struct waiter *waiters, **last;
    struct reader *readers;
    struct lt_watch *watches;
    int seen_item; /* that the watchers know to be open */
    struct lt_timer timer;
    struct lt_held *newer, *older;
    UT_hash_handle hh;
};
struct lt_papers {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_cluster *cluster;
    struct lt_batcher *writes;
    int papers_max;
    bool stopped;
    void (*on_handed_in)(void *arg, const struct lt_held *h);
    void *handed_in_arg;
    void (*on_duel)(void *arg, struct lt_held *h);
    void *on_duel_arg;
    struct lt_held *held, *newest, *oldest;
    struct lt_paper *mine, *theirs; /* unpacked */
    char text[LT_PAPER_TEXT_BYTES + 1];
};

/* papers.c */
const struct lt_round_rule *held_rule(const struct lt_held *h);
int64_t held_grace_us(const struct lt_held *h);
/* Choices of this paper, with all that belongs to it, into `ret`. */
void held_unpack(const struct lt_held *h, const char *choices, struct lt_paper *ret);
/* The choices of an unpacked paper become those of h. True: they are others than before. */
bool held_pack(struct lt_held *h, const struct lt_paper *p);
/* Ask for the row; the caller has set `reading`. */
int held_fetch(struct lt_held *h);
/* papers_write.c */
/* Take the row as it stands: the newer of each choice, or what was handed in. */
void held_absorb(struct lt_held *h, const struct lt_paper_row *row);
/* See what time and choices have made of it: write, hand in, tell the watchers, look again later. */
void held_look(struct lt_held *h);
void held_on_timer(struct lt_timer *t, int64_t now_us);

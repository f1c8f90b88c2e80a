/* People with papers: those who answer one at a steady rate, and those who start one at a steady rate.
 * One process plays its share; everything that was asked is logged with what came back, and judged
 * afterwards by somebody else. */
#pragma once
#include "loadtest/message.h"
#include "loadtest/mint.h"
#include "loadtest/options.h"
#include "loadtest/people.h"
#include "loadtest/target.h"

enum { LT_PAPER_SEEN_ITEMS = 200 };

/* An item as its person sees it; texts as hashes (lt_seen_hash). */
struct lt_paper_item_seen {
    enum lt_seen_type type;
    int n_options;
    uint64_t stem, options[LT_SEEN_OPTIONS];
};
enum lt_home_kind {
    LT_HOME_HOME,
    LT_HOME_PAPER,
    LT_HOME_SAVED,
    LT_HOME_ERROR,
    LT_HOME_BYE,
    LT_HOME_OTHER,
};
/* A message of a session of role home. Members that its kind has not are 0. */
struct lt_home_seen {
    enum lt_home_kind kind;
    char id[41];   /* saved: id; paper, error: re */
    char code[41]; /* error, bye */
    int i, rev;    /* saved */
    bool submitted;
    int n_items, rev_max, n_right; /* paper; n_right: items that show their key or right */
    struct lt_paper_item_seen items[LT_PAPER_SEEN_ITEMS];
};
/* NULL: read. Else what is wrong with it. */
const char *lt_home_read(const char *p, size_t n, struct lt_home_seen *ret);

/* What a process tells the parent, and the parent the processes. */
struct lt_paper_page {
    _Atomic int64_t ready; /* savers who have their paper */
    _Atomic int64_t saved, started, submitted, refused, cuts;
    _Atomic int64_t waiting; /* asked, not answered */
    _Atomic int ended;       /* everything was asked and answered, or given up */
    _Atomic int64_t go_us;   /* set by the parent: monotonic time of the first save; 0: not yet */
};
struct lt_paper_args {
    const struct lt_load_opts *opts;
    const struct lt_people *people; /* the first --connections save, the others start */
    const struct lt_mint *mint;
    const struct lt_target *target;
    struct lt_paper_page *page;
    int process;
};
/* Returns the exit status. */
int lt_paper_run(const struct lt_paper_args *a);

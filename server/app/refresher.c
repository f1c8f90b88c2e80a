/* The board of a million people takes a minute to fold; the job process has papers to hand in meanwhile.
 * So a board is written by a child of it, one at a time, with connections of its own. An event's turn
 * comes again after a minute, or after thirty times what it took. What moves in between is written
 * entry by entry by the nodes. */
#include "refresher.h"

#include "base/err.h"
#include "base/log.h"
#include "board_whole.h"
#include "series.h"
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, EVERY_MS = 60 * 1000, SHARE = 30, TRIES = 5, ERR_BYTES = 1024 };

struct turn {
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    bool moves, asked; /* neither: it is forgotten */
    bool final;        /* asked for because it became final: its series move, too */
    int tries;         /* asked: that failed */
    int64_t due_ms;    /* moves: not before */
};
struct refresher {
    const struct lt_config *config;
    pid_t child; /* 0: none */
    struct turn turns[EVENTS_MAX];
    int n, at; /* at: whose board the child writes */
    int64_t began_ms;
};

static int64_t mono_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

struct refresher *refresher_new(const struct lt_config *c)
{
    struct refresher *r = calloc(1, sizeof *r);
    assert(r);
    r->config = c;
    return r;
}

void refresher_free(struct refresher *r)
{
    if (!r)
        return;
    if (r->child > 0) {
        kill(r->child, SIGKILL); /* a board that was written in part is not put in its place */
        waitpid(r->child, NULL, 0);
    }
    free(r);
}

/* ---- turns ---- */

/* The turn of an event; a new one is due at once. NULL: there are too many, it has to wait. */
static struct turn *turn_of(struct refresher *r, struct lt_tenant_id tenant,
                            struct lt_event_id event)
{
    for (int i = 0; i < r->n; i++)
        if (r->turns[i].tenant.v == tenant.v && r->turns[i].event.v == event.v)
            return &r->turns[i];
    if (r->n == EVENTS_MAX)
        return NULL;
    r->turns[r->n] = (struct turn){.tenant = tenant, .event = event};
    return &r->turns[r->n++];
}

void refresher_ask(struct refresher *r, struct lt_tenant_id tenant, struct lt_event_id event)
{
    struct turn *t = turn_of(r, tenant, event);
    if (t)
        t->asked = t->final = true;
}

static int list(struct refresher *r, struct lt_db *d)
{
    struct lt_rows *rows;
    int err = lt_db_exec(d, &rows, "SELECT tenant_id, event_id FROM leitai.find_moving()");
    if (err != LT_OK)
        return err;
    for (int i = 0; i < r->n; i++)
        r->turns[i].moves = false;
    for (int i = 0; i < lt_rows_count(rows); i++) {
        struct turn *t = turn_of(r, (struct lt_tenant_id){lt_rows_i64(rows, i, 0)},
                                 (struct lt_event_id){lt_rows_i64(rows, i, 1)});
        if (t)
            t->moves = true;
    }
    lt_rows_free(rows);
    return LT_OK;
}

/* ---- the child ---- */

static int write_board(const struct refresher *r, const struct turn *t)
{
    struct lt_db_opts opts = {
        .url = lt_config_str(r->config, "database_url"), .name = "leitai board", .stop_fd = -1};
    struct board_written written;
    struct lt_db *d = NULL;
    struct lt_buf why;
    lt_buf_init(&why, ERR_BYTES);
    int err = lt_db_open(&opts, &d, &why);
    if (err == LT_OK)
        err = board_whole(r->config, d, t->tenant, t->event, &written);
    if (err == LT_OK && t->final)
        err = series_write(r->config, d, t->tenant, t->event, NULL, NULL);
    if (err != LT_OK && err != LT_EBUSY)
        lt_log(LT_LOG_WARN, "a board is not written", LT_I("tenant", t->tenant.v),
               LT_I("event", t->event.v), LT_S("error", lt_err_wire(err)));
    lt_db_close(d);
    lt_buf_done(&why);
    return err == LT_OK ? 0 : 1;
}

static void begin(struct refresher *r, int at)
{
    r->at = at;
    r->turns[at].asked = false;
    r->began_ms = mono_ms();
    pid_t parent = getpid();
    r->child = fork();
    if (r->child != 0)
        return; /* < 0: tried again with the next look */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(getppid() == parent ? write_board(r, &r->turns[at]) : 1);
}

/* True: nothing is under way. */
static bool reap(struct refresher *r)
{
    int status;
    if (r->child <= 0)
        return true;
    if (waitpid(r->child, &status, WNOHANG) == 0)
        return false;
    int64_t now_ms = mono_ms(), took_ms = now_ms - r->began_ms;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        r->turns[r->at].asked = r->turns[r->at].moves ? false : r->turns[r->at].tries++ < TRIES;
    r->turns[r->at].due_ms = now_ms + (took_ms * SHARE > EVERY_MS ? took_ms * SHARE : EVERY_MS);
    r->child = 0;
    return true;
}

static void forget_done(struct refresher *r)
{
    int n = 0;
    for (int i = 0; i < r->n; i++)
        if (r->turns[i].moves || r->turns[i].asked)
            r->turns[n++] = r->turns[i];
    r->n = n;
}

/* Whether turn a comes before b. */
static bool sooner(const struct turn *a, const struct turn *b)
{
    return a->asked != b->asked ? a->asked : a->due_ms < b->due_ms;
}

int refresher_run(struct refresher *r, struct lt_db *d)
{
    int64_t now_ms = mono_ms();
    int next = -1;
    if (!reap(r) || !lt_config_str(r->config, "redis_url")[0])
        return LT_OK;
    int err = list(r, d);
    if (err != LT_OK)
        return err;
    forget_done(r);
    for (int i = 0; i < r->n; i++)
        if ((r->turns[i].asked || r->turns[i].due_ms <= now_ms) &&
            (next < 0 || sooner(&r->turns[i], &r->turns[next])))
            next = i;
    if (next >= 0)
        begin(r, next);
    return LT_OK;
}

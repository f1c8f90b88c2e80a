/* One process of people with papers.
 *
 * Savers come in first, at most UNDER_WAY at a time, and get their paper (it is open, or with --begin
 * they start it). From `go` on the loop is open: save k of all is due k / --rate seconds later,
 * whatever became of those before, and goes to the next saver in turn, for the next item of its paper,
 * with a choice drawn from the seed. With --submit a paper whose items are through is handed in,
 * and its person goes. Starters come LEAD_US before their start is due, one every 1 / --starts seconds,
 * and leave a little after it.
 *
 * The log has one line for each request: what it was, of whom, when it was due (µs from `go`), how long
 * the answer took from then on (-1: none came), what the answer was, and of a save the item, its revision,
 * the hash of the stem and those of what was chosen. */
#include "loadtest/paper.h"

#include "base/json.h"
#include "loadtest/wsconn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    UNDER_WAY = 32,
    RETRY_US = 200000,
    LEAD_US = 3000000,
    STAY_US = 500000,
    PATIENCE_US = 15000000,
    TURN_US = 1000,
    SECOND_US = 1000000,
    TICKET_LIFE_S = 6 * 3600,
    MESSAGE_BYTES = 4096,
    ROUND = 1,
    ATTEMPT = 1,
};

enum asked { ASKED_HELLO, ASKED_OPEN, ASKED_START, ASKED_SAVE, ASKED_SUBMIT };
static const char *const asked_name[] = {"hello", "open", "start", "save", "submit"};

/* One request and its answer. */
struct record {
    enum asked asked;
    int person;
    int64_t due_us, took_us; /* took −1: not answered */
    int i, rev, n_chosen;
    uint64_t stem, chosen[LT_SEEN_OPTIONS];
    char answer[24];
};

enum step {
    STEP_OUT,   /* not come yet, or gone for good */
    STEP_HELLO, /* on the way in */
    STEP_HOME,  /* in, without a paper */
    STEP_PAPER, /* has its paper */
};
struct one {
    struct lt_wsc conn;
    struct crowd *crowd;
    int person;
    enum step step;
    bool starter;
    int64_t hello_record, paper_record; /* under way, −1: none */
    int64_t due_us;                     /* starters: of the start, on our clock */
    int n, next, rev;                   /* items, the next one, the last revision */
    bool submitted;
    struct lt_paper_item_seen *items;
    struct lt_timer timer;
};

struct crowd {
    const struct lt_paper_args *args;
    struct lt_gen gen;
    struct one *all; /* savers, then starters */
    int n_savers, n_starters, come, came, turn;
    int64_t next_save, next_start; /* of this process */
    struct record *records;
    int64_t n_records, cap_records;
    struct lt_rng random;
    struct lt_home_seen seen;
    int64_t faults;
};

/* ---- the log ---- */

static int64_t record_new(struct crowd *c, enum asked asked, int person, int64_t due_us)
{
    if (c->n_records == c->cap_records) {
        c->cap_records = c->cap_records ? 2 * c->cap_records : 1024;
        c->records = realloc(c->records, (size_t)c->cap_records * sizeof *c->records);
        if (!c->records)
            abort();
    }
    c->records[c->n_records] =
        (struct record){.asked = asked, .person = person, .due_us = due_us, .took_us = -1};
    c->args->page->waiting++;
    return c->n_records++;
}

static struct record *record_end(struct crowd *c, int64_t at, const char *answer)
{
    struct record *r = &c->records[at];
    if (r->took_us >= 0)
        return NULL;
    r->took_us = c->gen.now.mono_us - r->due_us;
    snprintf(r->answer, sizeof r->answer, "%s", answer);
    c->args->page->waiting--;
    return r;
}

static bool log_write(const struct crowd *c)
{
    char path[512];
    snprintf(path, sizeof path, "%s.%d", c->args->opts->log_file, c->args->process);
    FILE *f = fopen(path, "w");
    int64_t go_us = c->args->page->go_us;
    for (int64_t k = 0; f && k < c->n_records; k++) {
        const struct record *r = &c->records[k];
        fprintf(f, "%s\t%s\t%" PRId64 "\t%" PRId64 "\t%s\t%d\t%d\t%016" PRIx64 "\t",
                asked_name[r->asked], c->args->people->p[r->person].sub, r->due_us - go_us,
                r->took_us, r->answer[0] ? r->answer : "-", r->i, r->rev, r->stem);
        for (int i = 0; i < r->n_chosen; i++)
            fprintf(f, "%s%016" PRIx64, i ? "," : "", r->chosen[i]);
        fputc('\n', f);
    }
    bool ok = f && !ferror(f);
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        fprintf(stderr, "leitai-load: %s cannot be written\n", path);
    return ok;
}

/* ---- messages ---- */

static void begin(struct lt_buf *b, struct lt_jsonw *w, const char *type)
{
    lt_buf_init(b, MESSAGE_BYTES);
    lt_jsonw_init(w, b);
    lt_jsonw_obj(w, NULL);
    lt_jsonw_str(w, "t", type);
}

static void with_id(struct lt_jsonw *w, const char *key, int64_t record)
{
    char id[24];
    snprintf(id, sizeof id, "%" PRId64, record);
    lt_jsonw_str(w, key, id);
}

static void with_paper(const struct one *o, struct lt_jsonw *w, bool attempt)
{
    lt_jsonw_id(w, "event", o->crowd->args->opts->event);
    lt_jsonw_i64(w, "round", ROUND);
    if (attempt)
        lt_jsonw_i64(w, "attempt", ATTEMPT);
}

static void send_end(struct one *o, struct lt_buf *b, struct lt_jsonw *w)
{
    lt_jsonw_end_obj(w);
    if (!b->failed)
        lt_wsc_send(&o->conn, b->p, b->len);
    lt_buf_done(b);
}

static void say_hello(struct one *o)
{
    const struct lt_paper_args *a = o->crowd->args;
    const struct lt_person *who = &a->people->p[o->person];
    char ticket[LT_MINT_TICKET_BYTES] = "";
    struct lt_mint_claims claims = {.sub = who->sub,
                                    .name = who->name,
                                    .unit = who->unit,
                                    .expires_s =
                                        o->crowd->gen.now.wall_us / SECOND_US + TICKET_LIFE_S};
    struct lt_buf b;
    struct lt_jsonw w;
    lt_mint_ticket(a->mint, &claims, ticket, sizeof ticket);
    begin(&b, &w, "hello");
    lt_jsonw_i64(&w, "v", 1);
    lt_jsonw_str(&w, "role", "home");
    lt_jsonw_str(&w, "ticket", ticket);
    send_end(o, &b, &w);
}

static void ask_start(struct one *o, int64_t due_us)
{
    struct lt_buf b;
    struct lt_jsonw w;
    o->paper_record = record_new(o->crowd, ASKED_START, o->person, due_us);
    begin(&b, &w, "start");
    with_id(&w, "id", o->paper_record);
    with_paper(o, &w, false);
    send_end(o, &b, &w);
}

static void ask_open(struct one *o)
{
    struct lt_buf b;
    struct lt_jsonw w;
    o->paper_record = record_new(o->crowd, ASKED_OPEN, o->person, o->crowd->gen.now.mono_us);
    begin(&b, &w, "open");
    with_paper(o, &w, true);
    send_end(o, &b, &w);
}

static void ask_submit(struct one *o, int64_t due_us)
{
    struct lt_buf b;
    struct lt_jsonw w;
    o->submitted = true;
    o->paper_record = record_new(o->crowd, ASKED_SUBMIT, o->person, due_us);
    begin(&b, &w, "submit");
    with_id(&w, "id", o->paper_record);
    with_paper(o, &w, true);
    send_end(o, &b, &w);
}

/* What the type allows, as places; also in the record, as what stands there. */
static int choose(struct one *o, const struct lt_paper_item_seen *item, int *places)
{
    struct lt_rng *random = &o->crowd->random;
    int n = 0;
    if (item->type == LT_SEEN_MULTIPLE) {
        uint64_t set = 1 + lt_rng_below(random, (UINT64_C(1) << item->n_options) - 1);
        for (int i = 0; i < item->n_options; i++)
            if (set >> i & 1)
                places[n++] = i;
    } else if (item->type == LT_SEEN_ORDER) {
        for (; n < item->n_options; n++) {
            int k = (int)lt_rng_below(random, (uint64_t)n + 1);
            places[n] = places[k];
            places[k] = n;
        }
    } else if (item->type != LT_SEEN_FILL) {
        places[n++] = (int)lt_rng_below(random, (uint64_t)item->n_options);
    }
    return n;
}

static void ask_save(struct one *o, int64_t due_us)
{
    struct crowd *c = o->crowd;
    int i = o->next++ % o->n, places[LT_SEEN_OPTIONS];
    const struct lt_paper_item_seen *item = &o->items[i];
    int64_t at = record_new(c, ASKED_SAVE, o->person, due_us);
    struct record *r = &c->records[at];
    struct lt_buf b;
    struct lt_jsonw w;
    r->i = i + 1;
    r->rev = ++o->rev;
    r->stem = item->stem;
    begin(&b, &w, "save");
    with_id(&w, "id", at);
    with_paper(o, &w, true);
    lt_jsonw_i64(&w, "i", r->i);
    lt_jsonw_i64(&w, "rev", r->rev);
    if (item->type == LT_SEEN_FILL) {
        char text[24];
        snprintf(text, sizeof text, "%d", r->rev);
        lt_jsonw_str(&w, "text", text);
        r->chosen[r->n_chosen++] = lt_seen_hash(text, strlen(text));
    } else {
        r->n_chosen = choose(o, item, places);
        lt_jsonw_arr(&w, "choice");
        for (int k = 0; k < r->n_chosen; k++) {
            r->chosen[k] = item->options[places[k]];
            lt_jsonw_i64(&w, NULL, places[k]);
        }
        lt_jsonw_end_arr(&w);
    }
    send_end(o, &b, &w);
}

/* ---- one connection ---- */

static void come_more(struct crowd *c);

static void dial(struct one *o)
{
    o->step = STEP_HELLO;
    o->hello_record = record_new(o->crowd, ASKED_HELLO, o->person, o->crowd->gen.now.mono_us);
    if (!lt_wsc_connect(&o->conn, o->crowd->args->target))
        lt_gen_timer(&o->crowd->gen, &o->timer, RETRY_US);
}

static void on_open(struct lt_wsc *conn)
{
    say_hello(conn->arg);
}

static void on_home(struct one *o)
{
    struct crowd *c = o->crowd;
    record_end(c, o->hello_record, "home");
    o->step = STEP_HOME;
    if (o->starter) {
        int64_t wait_us = o->due_us - c->gen.now.mono_us;
        lt_gen_timer(&c->gen, &o->timer, wait_us > 0 ? wait_us : 0);
    } else if (c->args->opts->begin && !o->items) {
        ask_start(o, c->gen.now.mono_us);
    } else {
        ask_open(o);
    }
}

static void have_paper(struct one *o)
{
    struct crowd *c = o->crowd;
    const struct lt_home_seen *s = &c->seen;
    o->step = STEP_PAPER;
    if (o->starter) {
        c->args->page->started++;
        lt_gen_timer(&c->gen, &o->timer, STAY_US);
        return;
    }
    if (!o->items) {
        o->n = s->n_items;
        o->rev = s->rev_max;
        o->items = malloc(((size_t)o->n + 1) * sizeof *o->items);
        if (!o->items)
            abort();
        memcpy(o->items, s->items, (size_t)o->n * sizeof *o->items);
        c->args->page->ready++;
        c->came++;
        come_more(c);
    }
}

static void on_paper(struct one *o)
{
    struct crowd *c = o->crowd;
    const struct lt_home_seen *s = &c->seen;
    if (o->paper_record < 0)
        return; /* it tells of itself: it ended, say */
    struct record *r = record_end(c, o->paper_record,
                                  s->n_right > 0 ? "key"
                                  : s->submitted ? "submitted"
                                                 : "paper");
    o->paper_record = -1;
    if (r && r->asked == ASKED_SUBMIT) {
        c->args->page->submitted++;
        lt_wsc_leave(&o->conn);
        o->step = STEP_OUT;
    } else if (s->n_items == 0 || s->submitted) {
        c->faults++;
    } else {
        have_paper(o);
    }
}

static void on_saved(struct one *o)
{
    struct crowd *c = o->crowd;
    const struct lt_home_seen *s = &c->seen;
    int64_t at = strtoll(s->id, NULL, 10);
    struct record *r =
        at >= 0 && at < c->n_records && c->records[at].person == o->person ? &c->records[at] : NULL;
    if (!r || r->asked != ASKED_SAVE || r->i != s->i || r->rev != s->rev) {
        c->faults++;
        return;
    }
    if (record_end(c, at, "saved"))
        c->args->page->saved++;
}

static void on_error(struct one *o)
{
    struct crowd *c = o->crowd;
    const struct lt_home_seen *s = &c->seen;
    int64_t at = s->id[0] ? strtoll(s->id, NULL, 10) : o->paper_record;
    c->args->page->refused++;
    if (at >= 0 && at < c->n_records && c->records[at].person == o->person)
        record_end(c, at, s->code);
    else if (o->step == STEP_HELLO)
        record_end(c, o->hello_record, s->code);
    if (at == o->paper_record)
        o->paper_record = -1;
}

static void on_text(struct lt_wsc *conn, const char *p, size_t n)
{
    struct one *o = conn->arg;
    struct crowd *c = o->crowd;
    const char *fault = lt_home_read(p, n, &c->seen);
    if (fault && c->faults++ == 0)
        fprintf(stderr, "leitai-load: %s: %.*s\n", fault, (int)(n < 300 ? n : 300), p);
    if (fault)
        return;
    switch (c->seen.kind) {
    case LT_HOME_HOME:
        if (o->step == STEP_HELLO)
            on_home(o);
        break;
    case LT_HOME_PAPER:
        on_paper(o);
        break;
    case LT_HOME_SAVED:
        on_saved(o);
        break;
    case LT_HOME_ERROR:
        on_error(o);
        break;
    case LT_HOME_BYE:
    case LT_HOME_OTHER:
        break;
    }
}

static void on_closed(struct lt_wsc *conn, int code, const char *fault)
{
    struct one *o = conn->arg;
    (void)code;
    if (fault)
        fprintf(stderr, "leitai-load: %s\n", fault);
    o->crowd->args->page->cuts++;
    o->paper_record = -1;
    o->step = STEP_OUT;
    lt_gen_timer(&o->crowd->gen, &o->timer, RETRY_US);
}

static const struct lt_wsc_handler handler = {
    .open = on_open, .text = on_text, .closed = on_closed};

/* Come again; starters: it is time to start, or to go. */
static void on_timer(struct lt_timer *t, int64_t now_us)
{
    struct one *o = t->arg;
    (void)now_us;
    if (o->step == STEP_PAPER && o->starter) {
        lt_wsc_leave(&o->conn);
        o->step = STEP_OUT;
    } else if (o->step == STEP_HOME && o->starter) {
        ask_start(o, o->due_us);
    } else if (o->conn.state == LT_WSC_IDLE && !o->submitted) {
        dial(o);
    }
}

/* ---- the crowd ---- */

static void come_more(struct crowd *c)
{
    while (c->come < c->n_savers && c->come - c->came < UNDER_WAY)
        dial(&c->all[c->come++]);
}

/* The next saver in turn who has something to ask. */
static bool ask_next(struct crowd *c, int64_t due_us)
{
    for (int tried = 0; tried < c->n_savers; tried++) {
        struct one *o = &c->all[c->turn++ % c->n_savers];
        bool through = c->args->opts->submit && o->next >= o->n;
        if (o->step != STEP_PAPER || o->submitted)
            continue;
        if (through)
            ask_submit(o, due_us);
        else
            ask_save(o, due_us);
        return true;
    }
    return false;
}

static void ask_due(struct crowd *c)
{
    const struct lt_load_opts *o = c->args->opts;
    int64_t go_us = c->args->page->go_us, now_us = c->gen.now.mono_us;
    int64_t end_us = go_us + (int64_t)o->seconds * SECOND_US;
    for (; o->rate > 0; c->next_save++) {
        int64_t k = c->next_save * o->procs + c->args->process,
                due_us = go_us + k * SECOND_US / o->rate;
        if (due_us > now_us || due_us >= end_us || !ask_next(c, due_us))
            break;
    }
    for (; o->starts > 0 && c->next_start < c->n_starters; c->next_start++) {
        int64_t k = c->next_start * o->procs + c->args->process,
                due_us = go_us + LEAD_US + k * SECOND_US / o->starts;
        if (due_us - LEAD_US > now_us || due_us >= end_us)
            break;
        struct one *one = &c->all[c->n_savers + c->next_start];
        one->due_us = due_us;
        dial(one);
    }
}

/* Everything that was to be asked has been, and is answered or given up. */
static bool over(const struct crowd *c)
{
    const struct lt_load_opts *o = c->args->opts;
    int64_t go_us = c->args->page->go_us, now_us = c->gen.now.mono_us,
            end_us = go_us + (int64_t)o->seconds * SECOND_US;
    if (go_us == 0)
        return false;
    if (o->submit) {
        bool all = true;
        for (int i = 0; i < c->n_savers; i++)
            all = all && c->all[i].submitted;
        return (all && c->args->page->waiting == 0) || now_us > end_us + PATIENCE_US;
    }
    return now_us >= end_us && (c->args->page->waiting == 0 || now_us > end_us + PATIENCE_US);
}

static bool crowd_init(struct crowd *c, const struct lt_paper_args *a)
{
    const struct lt_load_opts *o = a->opts;
    c->args = a;
    lt_rng_init(&c->random, (uint64_t)o->seed, (uint64_t)a->process, 7);
    if (!lt_gen_init(&c->gen, a->process))
        return false;
    c->all = calloc((size_t)a->people->n + 1, sizeof *c->all);
    for (int p = a->process; c->all && p < a->people->n; p += o->procs) {
        struct one *one = &c->all[c->n_savers + c->n_starters];
        *one = (struct one){.crowd = c,
                            .person = p,
                            .starter = p >= o->connections,
                            .hello_record = -1,
                            .paper_record = -1};
        c->n_savers += !one->starter;
        c->n_starters += one->starter;
        lt_wsc_init(&one->conn, &c->gen, &handler, one);
        lt_timer_init(&one->timer, on_timer, one);
    }
    return c->all != NULL;
}

static void crowd_done(struct crowd *c)
{
    for (int i = 0; c->all && i < c->n_savers + c->n_starters; i++) {
        lt_wsc_drop(&c->all[i].conn);
        free(c->all[i].items);
    }
    lt_gen_done(&c->gen); /* it knows the timers of all */
    free(c->all);
    free(c->records);
    free(c);
}

int lt_paper_run(const struct lt_paper_args *a)
{
    struct crowd *c = calloc(1, sizeof *c);
    bool ok = c && crowd_init(c, a);
    if (ok)
        come_more(c);
    while (ok && !over(c)) {
        lt_gen_turn(&c->gen, TURN_US);
        if (a->page->go_us != 0)
            ask_due(c);
    }
    ok = ok && log_write(c);
    if (ok && c->faults > 0)
        fprintf(stderr, "leitai-load: %lld messages were not what they should be\n",
                (long long)c->faults);
    ok = ok && c->faults == 0;
    a->page->ended = 1;
    if (c)
        crowd_done(c);
    return ok ? 0 : 1;
}

/* Random self-paced events: sheets, pools, papers, runs and duels through the production code, each
 * event from its own seed, beside a second, simple scorer.
 *
 *   sim_papers N [--seed S]   events from seed S on (a fresh one when not given) until N papers
 *
 * The first thing that does not hold ends all, with the seed of its event (`sim_papers 1 --seed X`
 * plays it again) and status 1. Otherwise the last line is "papers N, broken 0". */
#include "papers.h"

#include "base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct reached reached;

uint64_t sim_next(struct event *e)
{
    uint64_t z = e->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int sim_below(struct event *e, int n)
{
    return (int)(sim_next(e) % (uint64_t)n);
}

void sim_broken(const struct event *e, const char *format, ...)
{
    va_list ap;

    printf("BROKEN, seed %" PRIu64 ", after %" PRId64 " papers: ", e->seed, reached.papers);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\n");
    fflush(stdout);
    _exit(1);
}

/* ---- one event ------------------------------------------------------------------------------ */

static bool draw(struct event *e, int round, uint64_t seed, struct lt_paper *ret)
{
    const struct lt_round_rule *rule = &e->sheet->rounds[round];
    int err = lt_paper_draw(rule, &e->pool[e->first[round]], e->size[round], seed,
                            e->started[round], ret);
    bool seen[BANK] = {false};

    if (err) {
        HOLDS(e, err == LT_EFULL && rule->paper.disjoint && e->started[round] > 0);
        reached.used_up++;
        return false;
    }
    HOLDS(e, ret->n == rule->n_questions);
    for (int i = 0; i < ret->n; i++) {
        HOLDS(e, !seen[ret->items[i].row]);
        seen[ret->items[i].row] = true;
    }
    return true;
}

static void begin(struct event *e, struct lt_paper *p, int64_t now_us)
{
    p->state = LT_PAPER_OPEN;
    p->started_us = now_us;
    p->submitted_us = 0;
    p->deadline_us = lt_paper_deadline_us(p->rule, p->n, now_us, now_us + 400 * SECOND + 7);
    HOLDS(e, p->deadline_us > now_us);
}

/* From the seed and the stored text alone the same comes out. */
static void replay(struct event *e, int round, uint64_t seed, const struct lt_paper *p,
                   const struct row *row)
{
    static struct lt_paper again;
    static char text[LT_PAPER_TEXT_BYTES + 1];
    struct lt_paper_score is = lt_paper_grade(p), was;
    struct scored want = sim_score(e, p, row);
    int64_t points_c = 0, one_c;
    int answered = 0;
    bool right;

    HOLDS(e, draw(e, round, seed, &again));
    HOLDS(e, memcmp(again.items, p->items, (size_t)p->n * sizeof *p->items) == 0);
    again.state = p->state;
    again.started_us = p->started_us;
    again.deadline_us = p->deadline_us;
    again.submitted_us = p->submitted_us;
    HOLDS(e, lt_paper_read(&again, row->text, (size_t)row->n) == LT_OK);
    HOLDS(e, lt_paper_write(&again, text, sizeof text) == row->n && strcmp(text, row->text) == 0);
    was = lt_paper_grade(&again);
    HOLDS(e, memcmp(&was, &is, sizeof is) == 0);
    if (is.points_c != want.points_c || is.correct != want.correct ||
        is.answered != want.answered || is.time_us != want.time_us)
        sim_broken(e,
                   "graded %" PRId64 " points %d right %d answered, the second scorer %" PRId64
                   " %d %d: %s",
                   is.points_c, is.correct, is.answered, want.points_c, want.correct, want.answered,
                   row->text);
    for (int i = 0; i < p->n; i++) {
        answered += lt_paper_item_score(p, i, &right, &one_c);
        points_c += one_c;
    }
    HOLDS(e, points_c == is.points_c && answered == is.answered);
}

static void note(struct event *e, int person, int round, const struct lt_paper *p, int64_t extra_c)
{
    struct lt_paper_score s = lt_paper_grade(p);

    if (e->n_marks[person] == MARKS_MAX)
        return;
    e->marks[person][e->n_marks[person]] = (struct lt_paper_mark){.round = round,
                                                                  .attempt = e->n_marks[person] + 1,
                                                                  .started_us = p->started_us,
                                                                  .points_c = s.points_c + extra_c,
                                                                  .time_us = s.time_us,
                                                                  .correct = s.correct,
                                                                  .answered = s.answered};
    e->n_marks[person]++;
}

static void play_duel(struct event *e, int round, int64_t now_us)
{
    static struct lt_paper papers[LT_DUEL_PLAYERS_MAX];
    static struct row rows[LT_DUEL_PLAYERS_MAX];
    struct scored sides[LT_DUEL_PLAYERS_MAX];
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    struct lt_duel d = {
        .rule = &e->sheet->rounds[round], .seed = sim_next(e), .started_us = now_us};
    int64_t end_us;

    d.n = d.rule->paper.players;
    for (int i = 0; i < d.n; i++) {
        HOLDS(e, draw(e, round, d.seed, &papers[i]));
        begin(e, &papers[i], now_us);
        sim_play(e, &papers[i], &rows[i]);
        if (sim_chance(e, 15)) /* leaves */
            papers[i].state = LT_PAPER_FORFEITED;
        d.sides[i] = (struct lt_duel_side){i + 1, &papers[i]};
        replay(e, round, d.seed, &papers[i], &rows[i]);
        sides[i] = sim_score(e, &papers[i], &rows[i]);
    }
    sim_check_duel(e, &d, sides, now_us + 10000 * SECOND);
    lt_duel_outcome(&d, now_us + 10000 * SECOND, places, &end_us);
    for (int i = 0; i < d.n; i++)
        note(e, i, round, &papers[i], places[i].points_c);
    reached.duels++;
}

static void play_paper(struct event *e, int person, int round, int64_t now_us)
{
    static struct lt_paper paper;
    static struct row row;
    uint64_t seed = sim_next(e);

    if (!draw(e, round, seed, &paper))
        return;
    begin(e, &paper, now_us);
    sim_play(e, &paper, &row);
    replay(e, round, seed, &paper, &row);
    e->started[round]++;
    note(e, person, round, &paper, 0);
}

static void play_event(struct event *e, uint64_t seed)
{
    int64_t now_us = INT64_C(1795392000000000) + seed % 1000;

    e->seed = e->random = seed;
    e->random *= UINT64_C(0x2545f4914f6cdd1d);
    memset(e->started, 0, sizeof e->started);
    memset(e->n_marks, 0, sizeof e->n_marks);
    sim_sheet(e);
    for (int i = 0; i < 24; i++) {
        int person = sim_below(e, PEOPLE), round = sim_below(e, e->sheet->n_rounds);
        int may = lt_paper_may_start(e->sheet, round, e->marks[person], e->n_marks[person], now_us);

        HOLDS(e,
              may == sim_may_start(e->sheet, round, e->marks[person], e->n_marks[person], now_us));
        reached.limits += may != LT_OK;
        if (may == LT_OK && e->sheet->rounds[round].mode == LT_MODE_DUEL)
            play_duel(e, round, now_us);
        else if (may == LT_OK)
            play_paper(e, person, round, now_us);
        now_us += sim_below(e, 5 * 3600) * SECOND;
    }
    for (int k = 0; k < PEOPLE; k++) {
        struct lt_paper_score is = lt_paper_total(e->sheet, e->marks[k], e->n_marks[k]);
        struct lt_paper_score want = sim_total(e->sheet, e->marks[k], e->n_marks[k]);

        HOLDS(e, is.points_c == want.points_c && is.correct == want.correct &&
                     is.answered == want.answered && is.time_us == want.time_us);
    }
}

/* ---- many ----------------------------------------------------------------------------------- */

/* False: something never happened, so that it was not tested. */
static bool report(int64_t n)
{
    static const int refusals[] = {LT_ECLOSED, LT_EANSWERED, LT_ENOQUESTION, LT_EANSWER};
    const struct {
        const char *name;
        int64_t n;
    } measures[] = {
        {"timed", reached.modes[LT_MODE_TIMED]},
        {"survival", reached.modes[LT_MODE_SURVIVAL]},
        {"duel", reached.modes[LT_MODE_DUEL]},
        {"choices", reached.choices},
        {"repeated", reached.repeats},
        {"drops", reached.drops},
        {"merged", reached.conflicts},
        {"through", reached.through},
        {"expired", reached.expired},
        {"pulled", reached.pulled},
        {"used up", reached.used_up},
        {"not allowed", reached.limits},
        {"duels", reached.duels},
        {"shared places", reached.shared_places},
    };
    bool enough = reached.refused_sheets * 10 < reached.sheets * 9;

    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
        printf("%s%s %" PRId64, i ? ", " : "", measures[i].name, measures[i].n);
        enough = enough && (n < 2000 || measures[i].n > 0);
    }
    printf("\nrefused");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        printf(" %s %" PRId64, lt_err_wire(refusals[i]), reached.errors[-refusals[i]]);
        enough = enough && (n < 2000 || reached.errors[-refusals[i]] > 0);
    }
    printf("; sheets refused %" PRId64 " of %" PRId64 "\n", reached.refused_sheets, reached.sheets);
    return enough;
}

static uint64_t number(const char *s)
{
    char *end;
    unsigned long long v;

    errno = 0;
    v = s ? strtoull(s, &end, 10) : 0;
    if (!s || *s == '\0' || *end != '\0' || errno != 0) {
        fprintf(stderr, "sim_papers N [--seed S]\n");
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL) * 1000003u;
    struct event *e = calloc(1, sizeof *e);
    int64_t n = 0;
    bool fine;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--seed") == 0)
            seed = number(argv[++i]);
        else
            n = (int64_t)number(argv[i]);
    if (!e || !(e->sheet = calloc(1, sizeof *e->sheet))) {
        fprintf(stderr, "out of memory\n");
        return 2;
    }
    lt_buf_init(&e->json, LT_SHEET_BYTES);
    lt_buf_init(&e->err, LT_SHEET_BYTES);
    printf("%" PRId64 " papers from seed %" PRIu64 "\n", n, seed);
    while (reached.papers < n)
        play_event(e, seed++);
    fine = report(n);
    printf("papers %" PRId64 ", broken 0\n", reached.papers);
    lt_buf_done(&e->json);
    lt_buf_done(&e->err);
    free(e->sheet);
    free(e);
    return fine ? 0 : 1;
}

/* How often the truly first press wins, and what lies are worth: the production judge over simulated
 * networks.
 *
 *   sim_fairness [--seed S] [--trials N]       the whole report
 *   sim_fairness docs networks|lies|caps|slacks
 *                                              one table of docs/fairness.md
 *
 * Exit 1 when a lie gained more than docs/fairness.md declares. The output depends on nothing but
 * the seed.
 *
 * "First" is who needed the least time from seeing the signal to pressing. A press is described to
 * the judge exactly as a node does it; presses that reach the driver after the window are not
 * judged.
 */
#include "domain/buzzer.h"
#include "fairness_network.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS = 1000,
    TRIALS = 2000,
    PROBES = 20, /* answered in the minutes before the signal */
    PONGS = 6,
    PRESSES = 3,
    WINDOW_MS = 600,
    SLACK_MS = 30,
    CAP_MS = 300,
    DOUBT_MS = 10,
    SLOWER_MS = 50, /* of a liar who wants to win all the same */
};

enum lie {
    LIE_NONE,
    LIE_ZERO,           /* claims no reaction time at all */
    LIE_INSIDE,         /* claims just inside the band */
    LIE_DELAY_ALL,      /* the script delays every echo by 800 ms, and claims 0 */
    LIE_DELAY_FIT,      /* … by what fills the cap exactly */
    LIE_DELAY_SOME,     /* … every second one, by up to 800 ms */
    LIE_DELAY_LATE,     /* … once the question is armed */
    LIE_SCREEN,         /* sees the signal on a screen with a quick line; the page holds the press
                           until its own signal has come, and claims 0 */
    LIE_PROGRAM_ALL,    /* own program instead of a browser: delays pongs as well, by 800 ms */
    LIE_PROGRAM,        /* … by what fills the cap */
    LIE_PROGRAM_SCREEN, /* both */
    LIE_WITNESSED,      /* own program, where the server asks TCP too (option tcp_witness) */
    LIES                /* count */
};
static const char *const lie_names[LIES] = {
    [LIE_NONE] = "none: honest",
    [LIE_ZERO] = "claims 0 ms",
    [LIE_INSIDE] = "claims just inside the band",
    [LIE_DELAY_ALL] = "delays all probe answers by 800 ms",
    [LIE_DELAY_FIT] = "delays them by what fills the cap",
    [LIE_DELAY_SOME] = "delays every second one by up to 800 ms",
    [LIE_DELAY_LATE] = "delays them once the question is armed",
    [LIE_SCREEN] = "watches a quicker screen, claims 0 ms",
    [LIE_PROGRAM_ALL] = "own program: delays pongs too, by 800 ms",
    [LIE_PROGRAM] = "own program: delays all by what fills the cap",
    [LIE_PROGRAM_SCREEN] = "own program and a quicker screen",
    [LIE_WITNESSED] = "own program, tcp_witness on",
};
static const int gaps_ms[] = {5, 20, 50, 100, 200};
enum { GAPS = sizeof gaps_ms / sizeof *gaps_ms };

static uint64_t base_seed = 20260101;
static int trials = TRIALS;
static int64_t exceeded; /* lies that gained more than declared */
static struct lt_sheet sheet;

/* Each cell of a table has its own numbers, whatever is printed before it. */
static uint64_t cell_seed(int table, int row, int column)
{
    uint64_t x = base_seed + (uint64_t)table * 1000003 + (uint64_t)row * 10007 + (uint64_t)column;
    random_next(&x);
    return random_next(&x);
}

static void rule(enum lt_timing timing, int cap_ms)
{
    sheet.timing = timing;
    sheet.doubt = LT_DOUBT_DRAW;
    sheet.window_ms = WINDOW_MS;
    sheet.slack_ms = SLACK_MS;
    sheet.cap_ms = cap_ms;
    sheet.doubt_ms = DOUBT_MS;
}

/* ---- one press ---- */

struct press {
    struct lt_evidence e;
    int64_t reaction_us;
    int64_t way_us;  /* what of the trip cannot be avoided */
    int64_t true_us; /* smallest round trip that was measured without a delay, -1: none */
};

static bool delays_probe(enum lie lie, int i)
{
    switch (lie) {
    case LIE_DELAY_ALL:
    case LIE_DELAY_FIT:
    case LIE_PROGRAM_ALL:
    case LIE_PROGRAM:
    case LIE_PROGRAM_SCREEN:
    case LIE_WITNESSED:
        return true;
    case LIE_DELAY_SOME:
        return i % 2 == 1;
    case LIE_DELAY_LATE:
        return i >= PROBES / 2;
    case LIE_NONE:
    case LIE_ZERO:
    case LIE_INSIDE:
    case LIE_SCREEN:
    case LIES:
        break;
    }
    return false;
}

static int64_t delay_us(uint64_t *x, enum lie lie, const struct line *l)
{
    if (lie == LIE_DELAY_SOME)
        return random_below(x, 800 * MS);
    if (lie == LIE_DELAY_ALL || lie == LIE_DELAY_LATE || lie == LIE_PROGRAM_ALL)
        return 800 * MS;
    int64_t fits_us = (sheet.cap_ms - sheet.slack_ms) * MS * INT64_C(8) / 9 - l->down_us - l->up_us;
    return fits_us > 0 ? fits_us : 0;
}

/* The minutes before the signal. */
static void measure(uint64_t *x, const struct line *l, enum lie lie, struct press *p)
{
    struct lt_rtt r;
    bool own_program = lie >= LIE_PROGRAM_ALL;
    p->true_us = -1;
    lt_rtt_init(&r);
    for (int i = 0; i < PROBES + PONGS; i++) {
        bool pong = i >= PROBES, tcp = pong && lie == LIE_WITNESSED;
        int64_t us = pong ? line_pong_us(x, l) : line_probe_us(x, l);
        bool delayed = pong ? own_program && !tcp : delays_probe(lie, i);
        if (delayed)
            us += delay_us(x, lie, l);
        else if (p->true_us < 0 || us < p->true_us)
            p->true_us = us;
        if (pong)
            lt_rtt_witness(&r, us, (i - PROBES) * 20000 * INT64_C(1000));
        else
            lt_rtt_add(&r, us, i * 6000 * INT64_C(1000));
    }
    p->e.rtt_min_us = lt_rtt_min_us(&r);
    p->e.rtt_max_us = lt_rtt_max_us(&r);
    p->e.probes = lt_rtt_probes(&r);
}

static int64_t read_clock_us(const struct line *l, int64_t us)
{
    return us / l->step_us * l->step_us;
}

static int64_t claim_us(const struct press *p, enum lie lie, int64_t honest_us)
{
    if (lie == LIE_NONE)
        return honest_us;
    if (lie != LIE_INSIDE)
        return 0;
    struct lt_evidence e = p->e;
    e.claim_us = 0;
    int64_t low_us = e.elapsed_us - lt_buzzer_band_us(&sheet, &e);
    return low_us > 0 ? low_us + 1 : 0;
}

/* A press of somebody who presses `reaction_us` after seeing the signal. Times count from the
 * opening. */
static struct press press_of(uint64_t *x, const struct line *l, int64_t reaction_us, enum lie lie)
{
    struct press p = {.reaction_us = reaction_us};
    bool screen = lie == LIE_SCREEN || lie == LIE_PROGRAM_SCREEN;
    measure(x, l, lie, &p);
    int64_t signal_us = random_below(x, 3 * MS); /* the record's way to the node, the fan-out */
    int64_t come_us = signal_us + line_down_us(x, l), painted_us = come_us + paint_us(x);
    int64_t seen_us = screen ? signal_us + random_between(x, 10 * MS, 30 * MS) : painted_us;
    int64_t pressed_us = seen_us + reaction_us;
    if (screen && pressed_us < come_us)
        pressed_us = come_us;
    int64_t at_us = pressed_us + random_below(x, 2 * MS) + line_up_us(x, l) + loop_lag_us(x);
    p.way_us = screen ? l->up_us : l->down_us + l->up_us;
    p.e.elapsed_us = at_us - signal_us;
    p.e.arrival_us = at_us + l->offset_us;
    p.e.claim_us = claim_us(&p, lie, read_clock_us(l, pressed_us) - read_clock_us(l, painted_us));
    return p;
}

/* ---- judging ---- */

/* What the driver does with the presses of one question. Index of the winner. */
static int judge(uint64_t *x, const struct press *p, int n, int *ret_doubt)
{
    struct lt_buzzer_press in[PRESSES];
    struct lt_buzzer_ruling r;
    int from[PRESSES] = {0}, k = 0;
    int64_t first_us = INT64_MAX;
    for (int i = 0; i < n; i++)
        first_us = p[i].e.arrival_us < first_us ? p[i].e.arrival_us : first_us;
    for (int i = 0; i < n; i++) {
        if (p[i].e.arrival_us > first_us + sheet.window_ms * MS)
            continue;
        from[k] = i;
        in[k++] = (struct lt_buzzer_press){.entry = i + 1,
                                           .used_us = lt_buzzer_used_us(&sheet, &p[i].e, 0)};
    }
    lt_buzzer_judge(&sheet, in, k, random_next(x), &r);
    *ret_doubt = r.n_doubt;
    return from[r.winner];
}

struct tally {
    int first, doubt; /* trials that the first won; in which presses could not be told apart */
};

/* Two presses `gap_ms` apart, and one much later; either line may have the first. */
static struct tally contest(uint64_t x, enum profile a, enum profile b, int gap_ms, enum lie second)
{
    struct tally t = {0};
    for (int i = 0; i < trials; i++) {
        enum profile of[2] = {a, b};
        bool swap = a != b && random_below(&x, 2);
        int64_t reaction_us = random_between(&x, 180 * MS, 600 * MS);
        struct press p[PRESSES];
        int doubt;
        for (int k = 0; k < PRESSES; k++) {
            struct line l = line_of(&x, of[(k + swap) % 2]);
            int64_t later_us = k == 0 ? 0 : k == 1 ? gap_ms * MS : (gap_ms + 400) * MS;
            p[k] = press_of(&x, &l, reaction_us + later_us, k == 1 ? second : LIE_NONE);
        }
        t.first += judge(&x, p, PRESSES, &doubt) == 0;
        t.doubt += doubt > 1;
    }
    return t;
}

/* ---- tables ---- */

static void print_share(int n, const char *after)
{
    int e3 = (n * 1000 + trials / 2) / trials;
    printf("%d.%d%s", e3 / 10, e3 % 10, after);
}

static void print_ms(int64_t us, const char *after)
{
    int64_t tenths = (llabs(us) + 50) / 100;
    printf("%s%" PRId64 ".%" PRId64 "%s", us < 0 && tenths > 0 ? "−" : "", tenths / 10, tenths % 10,
           after);
}

static void table_networks(void)
{
    static const enum profile pairs[][2] = {
        {PROFILE_HALL, PROFILE_HALL},
        {PROFILE_4G, PROFILE_4G},
        {PROFILE_MOUNTAIN, PROFILE_MOUNTAIN},
        {PROFILE_SATELLITE, PROFILE_SATELLITE},
        {PROFILE_HALL, PROFILE_4G},
        {PROFILE_HALL, PROFILE_MOUNTAIN},
        {PROFILE_4G, PROFILE_MOUNTAIN},
        {PROFILE_HALL, PROFILE_SATELLITE},
        {PROFILE_MOUNTAIN, PROFILE_SATELLITE},
    };
    static const char *const modes[LT_TIMINGS] = {"arrival", "compensated"};
    printf("| network of the two | mode |");
    for (int g = 0; g < GAPS; g++)
        printf(" %d ms |", gaps_ms[g]);
    printf("\n| --- | --- |");
    for (int g = 0; g < GAPS; g++)
        printf(" ---: |");
    printf("\n");
    for (int i = 0; i < (int)(sizeof pairs / sizeof *pairs); i++) {
        for (int mode = 0; mode < LT_TIMINGS; mode++) {
            rule((enum lt_timing)mode, CAP_MS);
            printf("| %s – %s | %s |", profile_name(pairs[i][0]), profile_name(pairs[i][1]),
                   modes[mode]);
            for (int g = 0; g < GAPS; g++) { /* both modes judge the same presses */
                struct tally t =
                    contest(cell_seed(1, i, g), pairs[i][0], pairs[i][1], gaps_ms[g], LIE_NONE);
                printf(" ");
                print_share(t.first, " (");
                print_share(t.doubt, ") |");
            }
            printf("\n");
        }
    }
}

struct gains {
    int64_t mean_us, max_us;
    int64_t of_max_us;      /* the band of the press that gained most */
    int64_t arrival_max_us; /* the same presses, judged by arrival */
};

/* What docs/fairness.md declares, press by press. */
static void check_bound(const struct press *p, enum lie lie, int64_t gain_us)
{
    int64_t cap_us = sheet.cap_ms * MS;
    bool within = gain_us <= cap_us && gain_us <= lt_buzzer_band_us(&sheet, &p->e);
    if (p->true_us >= 0) /* one honest measurement, and the rest does not count */
        within = within && gain_us <= p->true_us + p->true_us / 8 + sheet.slack_ms * MS - p->way_us;
    else
        within = within && (gain_us <= 0 || gain_us <= cap_us - p->way_us);
    if (within)
        return;
    exceeded++;
    fprintf(stderr,
            "exceeded: %s: gain %" PRId64 " us, round trip %" PRId64 " us, way %" PRId64 " us\n",
            lie_names[lie], gain_us, p->e.rtt_min_us, p->way_us);
}

static struct gains gains_of(uint64_t x, enum lie lie)
{
    struct gains g = {.max_us = INT64_MIN, .arrival_max_us = INT64_MIN};
    int n = PROFILES * trials;
    for (int i = 0; i < n; i++) {
        struct line l = line_of(&x, (enum profile)(i % PROFILES));
        struct press p = press_of(&x, &l, random_between(&x, 180 * MS, 600 * MS), lie);
        int64_t gain_us = p.reaction_us - lt_buzzer_used_us(&sheet, &p.e, 0);
        check_bound(&p, lie, gain_us);
        g.mean_us += gain_us;
        if (gain_us > g.max_us) {
            g.max_us = gain_us;
            g.of_max_us = lt_buzzer_band_us(&sheet, &p.e);
        }
        sheet.timing = LT_TIMING_ARRIVAL;
        gain_us = p.reaction_us - lt_buzzer_used_us(&sheet, &p.e, 0);
        sheet.timing = LT_TIMING_COMPENSATED;
        exceeded += gain_us > 0; /* nothing that a client says counts */
        g.arrival_max_us = gain_us > g.arrival_max_us ? gain_us : g.arrival_max_us;
    }
    g.mean_us /= n;
    return g;
}

static void table_lies(void)
{
    rule(LT_TIMING_COMPENSATED, CAP_MS);
    printf("| lie | mean worth | largest gain | band of that press | largest gain, arrival |");
    for (int p = 0; p < PROFILES; p++)
        printf(" wins, %s |", profile_name((enum profile)p));
    printf("\n| --- | ---: | ---: | ---: | ---: |");
    for (int p = 0; p < PROFILES; p++)
        printf(" ---: |");
    printf("\n");
    struct gains honest = gains_of(cell_seed(2, 0, 0), LIE_NONE);
    for (int lie = 0; lie < LIES; lie++) {
        struct gains g = gains_of(cell_seed(2, 0, 0), (enum lie)lie);
        printf("| %s | ", lie_names[lie]);
        print_ms(g.mean_us - honest.mean_us, " | ");
        print_ms(g.max_us, " | ");
        print_ms(g.of_max_us, " | ");
        print_ms(g.arrival_max_us, " |");
        for (int p = 0; p < PROFILES; p++) { /* against an honest player with such a line */
            struct tally t = contest(cell_seed(3, 0, p), (enum profile)p, (enum profile)p,
                                     SLOWER_MS, (enum lie)lie);
            printf(" ");
            print_share(trials - t.first, " |");
        }
        printf("\n");
    }
}

static void table_caps(void)
{
    static const int caps_ms[] = {0, 50, 100, 200, 300, 500, 800, 1000};
    static const enum profile pairs[][2] = {{PROFILE_HALL, PROFILE_HALL},
                                            {PROFILE_HALL, PROFILE_4G},
                                            {PROFILE_HALL, PROFILE_MOUNTAIN},
                                            {PROFILE_MOUNTAIN, PROFILE_MOUNTAIN},
                                            {PROFILE_HALL, PROFILE_SATELLITE}};
    enum { PAIRS = sizeof pairs / sizeof *pairs };
    printf("| cap_ms | window_ms |");
    for (int i = 0; i < PAIRS; i++)
        printf(" %s – %s |", profile_name(pairs[i][0]), profile_name(pairs[i][1]));
    printf(" %s: largest gain | %s: largest gain |\n| ---: | ---: |", lie_names[LIE_DELAY_ALL],
           lie_names[LIE_PROGRAM_SCREEN]);
    for (int i = 0; i < PAIRS + 2; i++)
        printf(" ---: |");
    printf("\n");
    for (int c = 0; c < (int)(sizeof caps_ms / sizeof *caps_ms); c++) {
        rule(LT_TIMING_COMPENSATED, caps_ms[c]);
        sheet.window_ms = caps_ms[c] + WINDOW_MS - CAP_MS;
        printf("| %d | %d |", caps_ms[c], sheet.window_ms);
        for (int i = 0; i < PAIRS; i++) {
            struct tally t =
                contest(cell_seed(4, i, 0), pairs[i][0], pairs[i][1], SLOWER_MS, LIE_NONE);
            printf(" ");
            print_share(t.first, " |");
        }
        printf(" ");
        print_ms(gains_of(cell_seed(4, 100, 0), LIE_DELAY_ALL).max_us, " | ");
        print_ms(gains_of(cell_seed(4, 100, 0), LIE_PROGRAM_SCREEN).max_us, " |\n");
    }
}

static void table_slacks(void)
{
    static const int slacks_ms[] = {0, 10, 20, 30, 40, 50, 80};
    printf("| slack_ms | first wins, %s | first wins, %s | liar wins, %s | liar wins, %s |\n"
           "| ---: | ---: | ---: | ---: | ---: |\n",
           profile_name(PROFILE_HALL), profile_name(PROFILE_4G), profile_name(PROFILE_HALL),
           profile_name(PROFILE_4G));
    for (int i = 0; i < (int)(sizeof slacks_ms / sizeof *slacks_ms); i++) {
        rule(LT_TIMING_COMPENSATED, CAP_MS);
        sheet.slack_ms = slacks_ms[i];
        printf("| %d |", slacks_ms[i]);
        for (int lie = LIE_NONE; lie <= LIE_ZERO; lie++) {
            for (int p = PROFILE_HALL; p <= PROFILE_4G; p++) {
                int gap_ms = lie ? SLOWER_MS : 20;
                struct tally t = contest(cell_seed(5, lie, p), (enum profile)p, (enum profile)p,
                                         gap_ms, (enum lie)lie);
                printf(" ");
                print_share(lie ? trials - t.first : t.first, " |");
            }
        }
        printf("\n");
    }
}

static const struct {
    const char *name, *title;
    void (*print)(void);
} tables[] = {
    {"networks", "Share of questions that the truly first press wins (in doubt), %, by gap",
     table_networks},
    {"lies", "What lies gain in mode compensated, ms, and how often a liar 50 ms slower wins, %",
     table_lies},
    {"caps", "What a larger cap_ms buys (the first wins, %, at a gap of 50 ms) and costs (ms)",
     table_caps},
    {"slacks",
     "slack_ms: the first wins at a gap of 20 ms; who claims 0 wins though 50 ms slower, %",
     table_slacks},
};
enum { TABLES = sizeof tables / sizeof *tables };

static int report(void)
{
    printf("seed %" PRIu64 ", %d questions a cell; window_ms %d, slack_ms %d, cap_ms %d, doubt_ms "
           "%d\n",
           base_seed, trials, WINDOW_MS, SLACK_MS, CAP_MS, DOUBT_MS);
    for (int i = 0; i < TABLES; i++) {
        printf("\n%s\n\n", tables[i].title);
        tables[i].print();
    }
    printf("\nlies beyond their bound: %" PRId64 "\n", exceeded);
    return exceeded > 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: sim_fairness [--seed S] [--trials N] | sim_fairness docs TABLE\n");
    return 2;
}

static bool number(const char *s, uint64_t lo, uint64_t hi, uint64_t *ret)
{
    char *end;
    if (!s || *s < '0' || *s > '9')
        return false;
    errno = 0;
    uint64_t v = strtoull(s, &end, 10);
    if (errno || *end || v < lo || v > hi)
        return false;
    *ret = v;
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "docs") == 0) {
        for (int i = 0; i < TABLES; i++) {
            if (strcmp(argv[2], tables[i].name) == 0) {
                tables[i].print();
                return exceeded > 0;
            }
        }
        return usage();
    }
    for (int i = 1; i < argc; i += 2) {
        uint64_t n;
        if (strcmp(argv[i], "--seed") == 0 && number(argv[i + 1], 0, UINT64_MAX, &base_seed))
            continue;
        if (strcmp(argv[i], "--trials") != 0 || !number(argv[i + 1], 100, 100000, &n))
            return usage();
        trials = (int)n;
    }
    return report();
}

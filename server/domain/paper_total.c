/* What papers add up to over days, and how many of them a person may start.
 *
 * A person has few papers in an event, so each question is answered by looking at all of them:
 * nothing is sorted and nothing allocated. */
#include "domain/paper.h"

#include "base/err.h"

static const int64_t MINUTE_US = 60 * INT64_C(1000000);
enum { DAY_MINUTES = 24 * 60 };

/* Minutes since 1970 at the sheet's offset, rounded down. */
static int64_t minutes_at(const struct lt_sheet *s, int64_t at_us)
{
    int64_t us = at_us + s->utc_offset_min * MINUTE_US;

    return us >= 0 ? us / MINUTE_US : -((MINUTE_US - 1 - us) / MINUTE_US);
}

int64_t lt_paper_day(const struct lt_sheet *s, int64_t at_us)
{
    int64_t minutes = minutes_at(s, at_us);

    return minutes >= 0 ? minutes / DAY_MINUTES : -((DAY_MINUTES - 1 - minutes) / DAY_MINUTES);
}

/* ---- starting ------------------------------------------------------------------------------- */

static bool within_hours(const struct lt_sheet *s, int64_t now_us)
{
    int64_t minute = minutes_at(s, now_us) - lt_paper_day(s, now_us) * DAY_MINUTES;

    for (int i = 0; i < s->n_hours; i++)
        if (minute >= s->hours[i].from && minute < s->hours[i].to)
            return true;
    return s->n_hours == 0;
}

int lt_paper_may_start(const struct lt_sheet *s, int round, const struct lt_paper_mark *marks,
                       int n, int64_t now_us)
{
    const struct lt_paper_rule *rule = &s->rounds[round].paper;
    int64_t today = lt_paper_day(s, now_us);
    int attempts = 0, of_day = 0, all_of_day = 0;

    if (!within_hours(s, now_us))
        return LT_EPHASE;
    for (int i = 0; i < n; i++) {
        bool here = marks[i].round == round, now = lt_paper_day(s, marks[i].started_us) == today;

        attempts += here;
        of_day += here && now;
        all_of_day += now;
    }
    if ((rule->attempts > 0 && attempts >= rule->attempts) ||
        (rule->per_day > 0 && of_day >= rule->per_day) ||
        (s->per_day > 0 && all_of_day >= s->per_day))
        return LT_ELIMIT;
    return LT_OK;
}

/* ---- totals --------------------------------------------------------------------------------- */

static bool earlier(const struct lt_paper_mark *a, const struct lt_paper_mark *b)
{
    return a->started_us != b->started_us ? a->started_us < b->started_us : a->attempt < b->attempt;
}

/* Whether it is among the first of its day that count. */
static bool counts(const struct lt_sheet *s, const struct lt_paper_mark *m,
                   const struct lt_paper_mark *marks, int n)
{
    const int limit = s->rounds[m->round].paper.counted_per_day;
    int before = 0;

    if (limit == 0)
        return true;
    for (int i = 0; i < n; i++)
        before += marks[i].round == m->round && earlier(&marks[i], m) &&
                  lt_paper_day(s, marks[i].started_us) == lt_paper_day(s, m->started_us);
    return before < limit;
}

static bool better(const struct lt_paper_mark *a, const struct lt_paper_mark *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c;
    if (a->correct != b->correct)
        return a->correct > b->correct;
    return a->time_us != b->time_us ? a->time_us < b->time_us : earlier(a, b);
}

/* Halves away from zero. */
static int64_t mean(int64_t sum, int n)
{
    return (sum >= 0 ? 2 * sum + n : 2 * sum - n) / (2 * n);
}

static struct lt_paper_score of_mark(const struct lt_paper_mark *m)
{
    return (struct lt_paper_score){m->points_c, m->correct, m->answered, m->time_us};
}

static void add(struct lt_paper_score *sum, const struct lt_paper_score *s)
{
    sum->points_c += s->points_c;
    sum->correct += s->correct;
    sum->answered += s->answered;
    sum->time_us += s->time_us;
}

static struct lt_paper_score round_total(const struct lt_sheet *s, int round,
                                         const struct lt_paper_mark *marks, int n)
{
    const struct lt_paper_mark *best = NULL, *last = NULL;
    struct lt_paper_score sum = {0};
    int counted = 0;

    for (int i = 0; i < n; i++) {
        const struct lt_paper_mark *m = &marks[i];
        struct lt_paper_score one = of_mark(m);

        if (m->round != round || !counts(s, m, marks, n))
            continue;
        counted++;
        add(&sum, &one);
        best = !best || better(m, best) ? m : best;
        last = !last || earlier(last, m) ? m : last;
    }
    if (counted == 0)
        return sum;
    switch (s->rounds[round].paper.counts) {
    case LT_COUNTS_BEST:
        return of_mark(best);
    case LT_COUNTS_LAST:
        return of_mark(last);
    case LT_COUNTS_MEAN:
        return (struct lt_paper_score){
            mean(sum.points_c, counted), (int32_t)mean(sum.correct, counted),
            (int32_t)mean(sum.answered, counted), mean(sum.time_us, counted)};
    case LT_COUNTS_SUM:
    case LT_COUNTS:
        break;
    }
    return sum;
}

struct lt_paper_score lt_paper_total(const struct lt_sheet *s, const struct lt_paper_mark *marks,
                                     int n)
{
    struct lt_paper_score total = {0}, one;

    for (int i = 0; i < s->n_rounds; i++)
        if (!s->rounds[i].paper.practice) {
            one = round_total(s, i, marks, n);
            add(&total, &one);
        }
    return total;
}

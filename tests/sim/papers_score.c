/* A second scorer, slow and simple: it reads the stored text itself, walks the clocks in plain arrays,
 * and knows right from wrong by comparing with the key. Nothing of it is shared with the program but
 * the structs. */
#include "papers.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

/* One item as stored. */
struct stored {
    bool given, blank;
    int64_t at_us; /* from the start */
    int n, choice[LT_OPTIONS_MAX];
    char text[LT_FILL_BYTES + 1];
};

static void read_text(const struct event *e, const char *text, int n, struct stored *ret)
{
    static const struct lt_json_limits limits = {.bytes = LT_PAPER_TEXT_BYTES, .depth = 3};
    cJSON *doc = NULL;
    int i = 0;

    HOLDS(e, lt_json_parse(text, (size_t)n, &limits, &doc) == LT_OK);
    for (const cJSON *item = doc->child; item; item = item->next, i++) {
        const cJSON *last = cJSON_GetArrayItem(item, 2);

        if (!cJSON_IsArray(item))
            continue;
        ret[i].given = true;
        ret[i].at_us = (int64_t)cJSON_GetArrayItem(item, 1)->valuedouble * 1000;
        if (cJSON_IsString(last))
            strcpy(ret[i].text, last->valuestring);
        for (const cJSON *c = cJSON_IsArray(last) ? last->child : NULL; c; c = c->next)
            ret[i].choice[ret[i].n++] = c->valueint;
        ret[i].blank = ret[i].n == 0 && ret[i].text[0] == '\0';
    }
    cJSON_Delete(doc);
}

static void from_choices(const struct lt_paper *p, struct stored *ret)
{
    for (int i = 0; i < p->n; i++) {
        const struct lt_paper_choice *c = &p->choices[i];

        ret[i] = (struct stored){.given = c->given,
                                 .blank = c->response.n_choice == 0 && c->response.text[0] == '\0',
                                 .at_us = c->given ? c->at_us - p->started_us : 0,
                                 .n = c->response.n_choice};
        memcpy(ret[i].choice, c->response.choice, sizeof ret[i].choice);
        strcpy(ret[i].text, c->response.text);
    }
}

/* Of the key's options, and of the others: hits and misses. An order is right or wrong as a whole. */
static bool right(const struct lt_question *q, const struct stored *s, int *hits, int *misses)
{
    bool same = s->n == q->n_key;

    *hits = *misses = 0;
    if (q->type == LT_QT_FILL)
        return strcmp(s->text, "宪法\"1\"") == 0 || strcmp(s->text, "宪法 \"1\"") == 0;
    for (int k = 0; k < s->n; k++) {
        bool in_key = false;

        for (int m = 0; m < q->n_key; m++)
            in_key = in_key || q->key[m] == s->choice[k];
        *hits += in_key;
        *misses += !in_key;
        same = same && (q->type == LT_QT_ORDER ? q->key[k] == s->choice[k] : in_key);
    }
    return same;
}

static int64_t points(const struct lt_score_rule *rule, const struct lt_question *q,
                      const struct stored *s, bool *ret_right)
{
    int hits, misses, wrong = q->n_options - q->n_key;
    double share;

    *ret_right = right(q, s, &hits, &misses);
    if (*ret_right)
        return rule->right_c;
    if (!rule->partial || q->type != LT_QT_MULTIPLE)
        return rule->wrong_c;
    share = (double)hits / q->n_key - (wrong ? (double)misses / wrong : 0);
    if (share < 1e-9)
        return rule->wrong_c;
    return (int64_t)((double)rule->right_c * (double)(int64_t)(share * 10000 + 0.5 + 1e-7) / 10000 +
                     0.5 + 1e-9);
}

/* ---- clocks --------------------------------------------------------------------------------- */

static bool one_way(const struct lt_round_rule *r)
{
    return r->mode != LT_MODE_TIMED || r->paper.forward;
}

/* When each item may be answered: [from, to], −1: never, as far as it is known at `now_us` (from the
 * start) which choices there are. */
struct span {
    int64_t from_us, to_us;
};

static int64_t spans(const struct lt_paper *p, const struct stored *s, int64_t now_us,
                     struct span *ret)
{
    const struct lt_round_rule *r = p->rule;
    int64_t whole_us = p->deadline_us - p->started_us, from_us = 0;
    int lives = r->paper.revivals, score = 0, hits, misses;

    for (int i = 0; i < p->n; i++)
        ret[i] = (struct span){-1, -1};
    for (int i = 0; i < p->n; i++) {
        int64_t to_us = r->seconds > 0 ? from_us + r->seconds * SECOND : whole_us;
        bool taken, hit;

        to_us = to_us < whole_us ? to_us : whole_us;
        ret[i] = (struct span){from_us, to_us};
        taken = s[i].given && s[i].at_us <= to_us;
        if (!taken && (to_us == whole_us || now_us < to_us))
            return -1;
        if (!taken)
            from_us = to_us;
        else if (s[i].at_us > from_us)
            from_us = s[i].at_us;
        hit =
            taken && !s[i].blank && right(p->pool[p->items[i].row].question, &s[i], &hits, &misses);
        score += hit;
        if ((r->mode == LT_MODE_SURVIVAL && !hit && lives-- == 0) ||
            (r->mode == LT_MODE_DUEL && score == r->paper.target))
            return from_us;
    }
    return from_us;
}

int sim_may_put(const struct event *e, const struct lt_paper *p, int i, int64_t now_us,
                int64_t grace_us)
{
    static struct stored s[LT_PAPER_ITEMS_MAX];
    struct span span[LT_PAPER_ITEMS_MAX];
    int64_t at_us = now_us - p->started_us, whole_us = p->deadline_us - p->started_us, over_us;

    (void)e;
    if (p->state != LT_PAPER_OPEN)
        return LT_ECLOSED;
    if (!one_way(p->rule))
        return at_us > whole_us + grace_us ? LT_ECLOSED : LT_OK;
    from_choices(p, s);
    over_us = spans(p, s, at_us, span);
    if (span[i].from_us < 0)
        return over_us >= 0 || at_us > whole_us ? LT_ECLOSED : LT_ENOQUESTION;
    if (s[i].given)
        return LT_EANSWERED;
    return at_us > span[i].to_us + grace_us ? LT_ECLOSED : LT_OK;
}

struct scored sim_score(const struct event *e, const struct lt_paper *p, const struct row *row)
{
    static struct stored s[LT_PAPER_ITEMS_MAX];
    struct scored sum = {.end_us = -1};
    struct span span[LT_PAPER_ITEMS_MAX];

    memset(s, 0, sizeof s);
    read_text(e, row->text, row->n, s);
    if (one_way(p->rule))
        sum.end_us = spans(p, s, INT64_MAX, span);
    for (int i = 0; i < p->n; i++) {
        const struct lt_score_rule *rule = p->rule->paper.n_parts > 0
                                               ? &p->rule->paper.parts[p->items[i].part].score
                                               : &p->rule->score;
        int64_t to_us = p->deadline_us - p->started_us, gained_c;
        bool hit;

        if (one_way(p->rule))
            to_us = span[i].from_us < 0 ? -1 : span[i].to_us;
        if (!s[i].given || s[i].blank || s[i].at_us > to_us)
            continue;
        gained_c = points(rule, p->pool[p->items[i].row].question, &s[i], &hit);
        sum.points_c += gained_c;
        sum.correct += hit;
        sum.answered++;
        if (s[i].at_us > sum.time_us)
            sum.time_us = s[i].at_us;
        if (hit)
            sum.rights_us[sum.n_rights++] =
                one_way(p->rule) && s[i].at_us < span[i].from_us ? span[i].from_us : s[i].at_us;
    }
    return sum;
}

/* ---- limits and totals ---------------------------------------------------------------------- */

static int64_t day(const struct lt_sheet *s, int64_t at_us)
{
    return (at_us / SECOND + s->utc_offset_min * INT64_C(60)) / 86400;
}

int sim_may_start(const struct lt_sheet *s, int round, const struct lt_paper_mark *marks, int n,
                  int64_t now_us)
{
    const struct lt_paper_rule *r = &s->rounds[round].paper;
    int64_t minute = (now_us / SECOND + s->utc_offset_min * INT64_C(60)) % 86400 / 60;
    int all = 0, today = 0, today_all = 0;
    bool open = s->n_hours == 0;

    for (int i = 0; i < s->n_hours; i++)
        open = open || (s->hours[i].from <= minute && minute < s->hours[i].to);
    for (int i = 0; i < n; i++) {
        all += marks[i].round == round;
        today_all += day(s, marks[i].started_us) == day(s, now_us);
        today += marks[i].round == round && day(s, marks[i].started_us) == day(s, now_us);
    }
    if (!open)
        return LT_EPHASE;
    return (r->attempts == 0 || all < r->attempts) && (r->per_day == 0 || today < r->per_day) &&
                   (s->per_day == 0 || today_all < s->per_day)
               ? LT_OK
               : LT_ELIMIT;
}

static int64_t away(int64_t sum, int n)
{
    int64_t twice = 2 * (sum < 0 ? -sum : sum) / n; /* rounded half up, in halves */

    return (sum < 0 ? -1 : 1) * ((twice + 1) / 2);
}

/* The marks of a person come in order of their start. */
struct lt_paper_score sim_total(const struct lt_sheet *s, const struct lt_paper_mark *marks, int n)
{
    struct lt_paper_score all = {0};

    for (int round = 0; round < s->n_rounds; round++) {
        const struct lt_paper_rule *r = &s->rounds[round].paper;
        struct lt_paper_score sum = {0}, best = {0}, last = {0}, take = {0};
        int counted = 0, of_day = 0;
        int64_t today = -1;

        for (int i = 0; i < n && !r->practice; i++) {
            const struct lt_paper_mark *m = &marks[i];
            struct lt_paper_score one = {m->points_c, m->correct, m->answered, m->time_us};

            if (m->round != round)
                continue;
            of_day = day(s, m->started_us) == today ? of_day + 1 : 1;
            today = day(s, m->started_us);
            if (r->counted_per_day > 0 && of_day > r->counted_per_day)
                continue;
            if (counted == 0 || one.points_c > best.points_c ||
                (one.points_c == best.points_c &&
                 (one.correct > best.correct ||
                  (one.correct == best.correct && one.time_us < best.time_us))))
                best = one;
            last = one;
            counted++;
            sum.points_c += one.points_c;
            sum.correct += one.correct;
            sum.answered += one.answered;
            sum.time_us += one.time_us;
        }
        if (counted > 0)
            take = r->counts == LT_COUNTS_BEST   ? best
                   : r->counts == LT_COUNTS_LAST ? last
                   : r->counts == LT_COUNTS_SUM
                       ? sum
                       : (struct lt_paper_score){
                             away(sum.points_c, counted), (int32_t)away(sum.correct, counted),
                             (int32_t)away(sum.answered, counted), away(sum.time_us, counted)};
        all.points_c += take.points_c;
        all.correct += take.correct;
        all.answered += take.answered;
        all.time_us += take.time_us;
    }
    return all;
}

/* ---- duels ---------------------------------------------------------------------------------- */

/* Every moment at which something happens, one after the other: is it over then? */
static int64_t duel_end(const struct lt_duel *d, const struct scored *sides)
{
    int64_t end_us = INT64_MAX;

    for (int side = 0; side < d->n; side++)
        for (int k = -2; k < sides[side].n_rights; k++) {
            const struct lt_paper *p = d->sides[side].paper;
            int64_t t = k == -2   ? p->submitted_us
                        : k == -1 ? sides[side].end_us + p->started_us
                                  : sides[side].rights_us[k] + p->started_us;
            int left = 0, done = 0;
            bool won = false;

            if (k == -1 && sides[side].end_us < 0)
                t = p->deadline_us;
            for (int i = 0; i < d->n; i++) {
                const struct lt_paper *q = d->sides[i].paper;
                int rights = 0;

                for (int m = 0; m < sides[i].n_rights; m++)
                    rights += sides[i].rights_us[m] + q->started_us <= t;
                won = won || rights >= d->rule->paper.target;
                left += q->state == LT_PAPER_FORFEITED && q->submitted_us <= t;
                done += q->submitted_us <= t || q->deadline_us <= t ||
                        (sides[i].end_us >= 0 && sides[i].end_us + q->started_us <= t);
            }
            if ((won || left >= d->n - 1 || done == d->n) && t < end_us)
                end_us = t;
        }
    return end_us;
}

void sim_check_duel(const struct event *e, const struct lt_duel *d, const struct scored *sides,
                    int64_t now_us)
{
    struct lt_duel_place places[LT_DUEL_PLAYERS_MAX];
    int before[LT_DUEL_PLAYERS_MAX], at[LT_DUEL_PLAYERS_MAX], after[LT_DUEL_PLAYERS_MAX], sum = 0;
    int64_t end_us, want_us = duel_end(d, sides);

    lt_duel_outcome(d, now_us, places, &end_us);
    if (end_us != want_us)
        sim_broken(e, "the duel ends at %lld us, not at %lld", (long long)(end_us - d->started_us),
                   (long long)(want_us - d->started_us));
    for (int i = 0; i < d->n; i++) {
        int64_t last_us = d->started_us;
        int rights = 0, better = 0;

        for (int m = 0; m < sides[i].n_rights; m++)
            if (sides[i].rights_us[m] + d->started_us <= end_us) {
                rights++;
                last_us = sides[i].rights_us[m] + d->started_us;
            }
        HOLDS(e, places[i].right == rights && places[i].reached_us == last_us);
        for (int k = 0; k < d->n; k++) {
            better += places[k].place < places[i].place;
            HOLDS(e,
                  places[k].place != places[i].place || places[k].points_c == places[i].points_c);
            if (places[i].forfeited || places[k].forfeited)
                continue;
            HOLDS(e, rights <= places[k].right || places[i].place < places[k].place);
        }
        HOLDS(e, places[i].place == better + 1);
        HOLDS(e, !places[i].forfeited || places[i].points_c == 0);
        reached.shared_places += i > 0 && places[i].place == places[i - 1].place;
        before[i] = 1000 + i * 137;
        at[i] = places[i].place;
    }
    lt_duel_ratings(before, at, d->n, after);
    for (int i = 0; i < d->n; i++)
        sum += after[i] - before[i];
    HOLDS(e, sum == 0);
}

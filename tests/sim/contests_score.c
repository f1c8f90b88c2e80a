/* A second opinion on every total: points from the whole log and all raw answers, as one would
 * reckon them by hand. Slow, and it shares nothing with settle.c, scoring.c, policy.c, grading.c. */
#include "contests.h"

#include <stdlib.h>
#include <string.h>

/* ---- is a response right? ------------------------------------------------------------------- */

struct said {
    int n, choice[8];
    char text[BODY_BYTES]; /* lower case, without blanks; "" for a choice */
};

static struct said read_body(const char *body)
{
    struct said s = {0};
    const char *text = strstr(body, "\"t\":\"");
    int n = 0;

    if (strncmp(body, "{\"c\":[", 6) == 0)
        for (const char *p = body + 6; *p && *p != ']'; p++)
            if (*p >= '0' && *p <= '9')
                s.choice[s.n++] = *p - '0';
    if (text)
        for (const char *p = text + 5; *p && *p != '"'; p++)
            if (*p != ' ')
                s.text[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    return s;
}

static bool in_choice(const struct said *s, int option)
{
    for (int i = 0; i < s->n; i++)
        if (s->choice[i] == option)
            return true;
    return false;
}

/* Whether it is a response to such a question at all. */
static bool fits(const struct lt_question *q, const struct said *s)
{
    for (int i = 0; i < s->n; i++)
        if (s->choice[i] >= q->n_options)
            return false;
    switch (q->type) {
    case LT_QT_SINGLE:
    case LT_QT_TRUEFALSE:
        return s->n == 1;
    case LT_QT_MULTIPLE:
        return s->n >= 1;
    case LT_QT_ORDER:
        return s->n == q->n_options;
    case LT_QT_FILL:
        return s->text[0] != '\0';
    case LT_QT_TASK:
    case LT_QTYPES:
        break;
    }
    return false;
}

static bool same(enum lt_qtype type, const struct said *a, const struct said *b)
{
    if (type == LT_QT_FILL)
        return strcmp(a->text, b->text) == 0;
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (type == LT_QT_ORDER ? a->choice[i] != b->choice[i] : !in_choice(b, a->choice[i]))
            return false;
    return true;
}

/* What of the full points a response earns: num / den. */
struct share {
    bool right;
    int num, den;
};

static struct share share_of(struct contest *c, int qi, const char *body, bool partial)
{
    const struct lt_question *q = c->content[qi];
    struct said s = read_body(body), key = {.n = q->n_key};
    int hits = 0, misses = 0;

    if (!fits(q, &s))
        return (struct share){false, 0, 1};
    for (int i = 0; i < q->n_key && q->type != LT_QT_FILL; i++)
        key.choice[i] = q->key[i];
    if (q->type == LT_QT_FILL)
        strcpy(key.text, "ruleoflaw");
    if (same(q->type, &s, &key))
        return (struct share){true, 1, 1};
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_ruling *u = &c->log[i].ruling;
        struct said accepted;

        if (c->log[i].kind != LT_REC_RULING || u->kind != LT_RULING_ACCEPT || u->qi != qi ||
            u->state != LT_RULING_DONE)
            continue;
        accepted = read_body(u->answer);
        if (fits(q, &accepted) && same(q->type, &s, &accepted))
            return (struct share){true, 1, 1};
    }
    if (!partial || q->type != LT_QT_MULTIPLE)
        return (struct share){false, 0, 1};
    for (int i = 0; i < s.n; i++)
        *(in_choice(&key, s.choice[i]) ? &hits : &misses) += 1;
    hits = hits * (q->n_options - q->n_key) - misses * q->n_key;
    return (struct share){false, hits > 0 ? hits : 0, q->n_key * (q->n_options - q->n_key)};
}

/* round(num / den), halves up; nothing is negative. */
static int64_t rounded(__int128 num, __int128 den)
{
    return (int64_t)((2 * num + den) / (2 * den));
}

static int64_t away_from_zero(int64_t num, int64_t den)
{
    return num < 0 ? -rounded(-num, den) : rounded(num, den);
}

static int64_t points_of(const struct lt_round_rule *rule, struct share s, int64_t used_us,
                         int streak)
{
    int64_t limit_us = rule->seconds * SECOND, p_c, t_us = used_us < SECOND / 2 ? 0 : used_us;

    if (!s.right && s.num == 0)
        return rule->score.wrong_c;
    /* The fraction is kept to four places, then points to hundredths. */
    p_c = rounded((__int128)rule->score.right_c * rounded((__int128)10000 * s.num, s.den), 10000);
    t_us = t_us > limit_us ? limit_us : t_us;
    if (rule->score.speed)
        p_c = 100 * rounded((__int128)p_c * (2 * limit_us - t_us), (__int128)200 * limit_us);
    if (s.right && rule->score.streak_max > 0)
        p_c += rule->score.streak_c *
               (streak < rule->score.streak_max ? streak : rule->score.streak_max);
    return p_c;
}

/* ---- what the log says about a question ------------------------------------------------------ */

static const struct lt_record *last_of(const struct contest *c, enum lt_record_kind kind, int qi,
                                       int64_t entry)
{
    for (int i = c->n_log - 1; i >= 0; i--)
        if (c->log[i].kind == kind && c->log[i].qi == qi && c->log[i].entry == entry)
            return &c->log[i];
    return NULL;
}

static const struct lt_record *armed_of(const struct contest *c, int qi, bool first)
{
    const struct lt_record *found = NULL;

    for (int i = 0; i < c->n_log && !(first && found); i++)
        if (c->log[i].kind == LT_REC_ARMED && qi >= c->log[i].qi && qi < c->log[i].qi + c->log[i].n)
            found = &c->log[i];
    return found;
}

static int64_t closed_seq(const struct contest *c, int first_qi)
{
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_record *r = &c->log[i];
        bool ends = r->kind == LT_REC_CLOSED || (r->kind == LT_REC_VERDICT && r->deadline_us == 0);

        if (ends && r->qi == first_qi)
            return r->seq;
    }
    return 0;
}

static bool is_void(const struct contest *c, int qi)
{
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_record *r = &c->log[i];

        if (r->kind == LT_REC_RULING && r->ruling.kind == LT_RULING_VOID && r->ruling.qi == qi &&
            r->ruling.state == LT_RULING_DONE)
            return true;
    }
    return false;
}

/* ---- which answer is the team's --------------------------------------------------------------- */

struct rows {
    const struct answer *row[MEMBERS];
    int n;
};

static struct rows rows_of(const struct contest *c, int qi, int64_t entry)
{
    struct rows found = {0};

    for (int i = 0; i < c->n_rows; i++) {
        const struct answer *a = &c->rows[i];
        int at = found.n;

        if (a->qi != qi || a->entry != entry)
            continue;
        for (; at > 0 && (found.row[at - 1]->received_us > a->received_us ||
                          (found.row[at - 1]->received_us == a->received_us &&
                           found.row[at - 1]->person > a->person));
             at--)
            found.row[at] = found.row[at - 1];
        found.row[at] = a;
        found.n++;
    }
    return found;
}

static const struct answer *row_by(const struct rows *rows, int64_t person)
{
    for (int i = 0; i < rows->n; i++)
        if (rows->row[i]->person == person)
            return rows->row[i];
    return NULL;
}

/* Whoever was captain at any time while the question ran may have answered; the last of them counts. */
static const struct answer *captains(const struct contest *c, int64_t entry,
                                     const struct rows *rows, int64_t from, int64_t to,
                                     int64_t *ret_last)
{
    const struct answer *found = NULL;

    *ret_last = 0;
    for (int i = 0; i < c->n_log && c->log[i].seq <= to; i++) {
        const struct lt_record *r = &c->log[i];
        int64_t person = r->kind == LT_REC_CAPTAIN && r->entry == entry ? r->value : 0;

        for (int k = 0; k < r->n_ids && r->kind == LT_REC_LOT; k++)
            if (r->ids[k] == entry)
                person = r->captains[k];
        if (person == 0)
            continue;
        *ret_last = person;
        if (r->seq < from)
            found = row_by(rows, person); /* captain before: all that counts is who is it now */
        else if (row_by(rows, person))
            found = row_by(rows, person);
    }
    return found;
}

static int votes_for(const struct rows *rows, const char *body)
{
    int n = 0;

    for (int i = 0; i < rows->n; i++)
        n += strcmp(rows->row[i]->body, body) == 0;
    return n;
}

static const struct answer *majority(const struct rows *rows, int64_t captain)
{
    const struct answer *own = row_by(rows, captain), *best = rows->row[0];

    for (int i = 1; i < rows->n; i++)
        if (votes_for(rows, rows->row[i]->body) > votes_for(rows, best->body))
            best = rows->row[i];
    if (!own || votes_for(rows, own->body) < votes_for(rows, best->body))
        return best;
    for (int i = 0; i < rows->n; i++)
        if (strcmp(rows->row[i]->body, own->body) == 0)
            return rows->row[i];
    return own;
}

/* ---- one question, one entry ------------------------------------------------------------------ */

struct result {
    bool asked, answered, right, correct;
    int64_t points_c, used_us;
};

static struct result single(struct contest *c, const struct lt_round_rule *rule,
                            const struct answer *a, int streak)
{
    struct share s = share_of(c, a->qi, a->body, rule->score.partial);

    return (struct result){.answered = true,
                           .right = s.right,
                           .correct = s.right,
                           .points_c = points_of(rule, s, a->used_us, streak),
                           .used_us = a->used_us};
}

/* Better for "best n": more points, then right, then quicker. */
static bool better(const struct result *a, const struct result *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c;
    if (a->right != b->right)
        return a->right;
    return a->used_us < b->used_us;
}

static struct result several(struct contest *c, const struct lt_round_rule *rule,
                             const struct rows *rows, int streak)
{
    struct result each[MEMBERS] = {{0}}, all = {.answered = true};
    int n = rule->policy == LT_POLICY_BEST && rule->policy_n < rows->n ? rule->policy_n : rows->n;
    int right = 0;

    for (int i = 0; i < rows->n; i++) {
        int at = i;
        struct result r = single(c, rule, rows->row[i], streak);

        for (; at > 0 && better(&r, &each[at - 1]); at--)
            each[at] = each[at - 1];
        each[at] = r;
    }
    for (int i = 0; i < n; i++) {
        all.points_c += each[i].points_c;
        all.used_us += each[i].used_us;
        right += each[i].right;
    }
    if (rule->policy != LT_POLICY_SUM)
        all.points_c = away_from_zero(all.points_c, n);
    all.used_us = away_from_zero(all.used_us, n);
    all.right = all.correct = right > n - right;
    return all;
}

static struct result answered(struct contest *c, int qi, const struct lt_round_rule *rule,
                              int64_t entry, int streak)
{
    struct rows rows = rows_of(c, qi, entry);
    const struct lt_record *armed = armed_of(c, qi, true), *verdict = NULL;
    const struct answer *a = NULL;
    int64_t captain = 0;

    if (rows.n == 0 || !armed)
        return (struct result){0};
    if (!c->sheet->teams)
        return single(c, rule, rows.row[0], streak);
    if (rule->policy == LT_POLICY_MEAN || rule->policy == LT_POLICY_BEST ||
        rule->policy == LT_POLICY_SUM)
        return several(c, rule, &rows, streak);
    if (rule->mode == LT_MODE_BUZZER) /* who was captain later did not matter when it was read */
        verdict = last_of(c, LT_REC_VERDICT, qi, entry);
    a = captains(c, entry, &rows, armed->seq, verdict ? verdict->seq : closed_seq(c, armed->qi),
                 &captain);
    if (rule->policy == LT_POLICY_FIRST)
        a = rows.row[0];
    if (rule->policy == LT_POLICY_MAJORITY)
        a = majority(&rows, captain);
    return a ? single(c, rule, a, streak) : (struct result){0};
}

static struct result jury(const struct contest *c, int qi, const struct lt_round_rule *rule)
{
    int64_t sum_c = 0, high_c = -1, low_c = INT64_MAX;
    int n = 0;

    for (int i = 0; i < c->n_log; i++) {
        int64_t mark_c = c->log[i].value;
        bool last = c->log[i].kind == LT_REC_MARK && c->log[i].qi == qi;

        for (int k = i + 1; k < c->n_log && last; k++)
            last = !(c->log[k].kind == LT_REC_MARK && c->log[k].qi == qi &&
                     c->log[k].by == c->log[i].by);
        if (!last)
            continue;
        n++;
        sum_c += mark_c;
        high_c = mark_c > high_c ? mark_c : high_c;
        low_c = mark_c < low_c ? mark_c : low_c;
    }
    if (n == 0)
        return (struct result){0};
    if (rule->jury.drop && n >= 3) {
        sum_c -= high_c + low_c;
        n -= 2;
    }
    return (struct result){.answered = true, .points_c = rounded(sum_c, n)};
}

/* A question about which something was said of the entry: spoken, or after a press. */
static struct result told(struct contest *c, int qi, const struct lt_round_rule *rule,
                          const struct lt_record *verdict, int streak)
{
    bool right = verdict->value == 1;

    if (verdict->by == 0 && rule->judging == LT_JUDGED_BY_KEY)
        right = answered(c, qi, rule, verdict->entry, 0).right;
    return (struct result){.answered = true,
                           .right = right,
                           .correct = right,
                           .points_c = points_of(rule, (struct share){right, right, 1}, 0, streak)};
}

static int64_t press_time(const struct contest *c, int qi, int64_t entry, int64_t before)
{
    int64_t used_us = 0;

    for (int i = 0; i < c->n_log && c->log[i].seq < before; i++)
        if (c->log[i].kind == LT_REC_PRESS && c->log[i].qi == qi && c->log[i].entry == entry &&
            !c->log[i].foul)
            used_us = c->log[i].used_us;
    return used_us;
}

static struct result of_question(struct contest *c, int qi, const struct lt_round_rule *rule,
                                 int64_t entry, int streak)
{
    const struct lt_record *armed = armed_of(c, qi, false), *verdict, *stake;
    struct result r = {0};

    if (!armed || is_void(c, qi))
        return r;
    verdict = last_of(c, LT_REC_VERDICT, qi, entry);
    stake = last_of(c, LT_REC_STAKE, qi, entry);
    if (rule->mode == LT_MODE_JURY) {
        if (armed->turn == entry)
            r = jury(c, qi, rule);
    } else if (rule->mode == LT_MODE_BUZZER) {
        if (verdict) {
            r = told(c, qi, rule, verdict, 0);
            r.used_us = press_time(c, qi, entry, verdict->seq);
        }
    } else if (rule->mode == LT_MODE_WAGER) {
        if (stake && stake->value > 0) {
            if (rule->judging == LT_JUDGED_BY_KEY)
                r = answered(c, qi, rule, entry, 0);
            else if (verdict)
                r = told(c, qi, rule, verdict, 0);
            r.points_c = r.right ? stake->value : -stake->value;
        }
    } else if (rule->judging == LT_JUDGED_BY_JUDGE && rule->mode != LT_MODE_TIEBREAK) {
        if (verdict)
            r = told(c, qi, rule, verdict, streak);
    } else {
        r = answered(c, qi, rule, entry, streak);
    }
    r.asked = armed->turn == 0 || armed->turn == entry;
    return r;
}

bool sim_right(struct contest *c, int qi, int64_t entry)
{
    int round, index;

    return answered(c, qi, lt_sheet_round_of(c->sheet, qi, &round, &index), entry, 0).right;
}

/* ---- the whole -------------------------------------------------------------------------------- */

/* From where on things count: the last advancement with a new start. */
static void begin_of(const struct contest *c, int64_t entry, struct score *s, int *ret_qi,
                     int64_t *ret_seq)
{
    *ret_qi = 0;
    *ret_seq = 0;
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_record *r = &c->log[i];

        for (int k = 0; r->kind == LT_REC_ADVANCE && k < r->n_ids; k++)
            if (r->ids[k] == entry) {
                s->level++;
                if (c->sheet->rounds[c->round_of[i]].reset) {
                    *ret_qi = c->next_of[i];
                    *ret_seq = r->seq;
                }
            }
    }
}

static void rulings_and_fouls(const struct contest *c, int64_t entry, int from_qi, int64_t from_seq,
                              struct score *s)
{
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_record *r = &c->log[i];

        if (r->kind == LT_REC_PRESS && r->foul && r->entry == entry && r->qi >= from_qi &&
            !is_void(c, r->qi))
            s->points_c += r->value;
        if (r->kind != LT_REC_RULING || r->ruling.entry != entry ||
            r->ruling.state != LT_RULING_DONE)
            continue;
        if (r->ruling.kind == LT_RULING_ADJUST && r->seq > from_seq)
            s->points_c += r->ruling.value_c;
        if (r->ruling.kind == LT_RULING_DISQUALIFY)
            s->disqualified = true;
    }
}

static bool is_disqualified(const struct contest *c, int64_t entry)
{
    for (int i = 0; i < c->n_log; i++) {
        const struct lt_ruling *u = &c->log[i].ruling;

        if (c->log[i].kind == LT_REC_RULING && u->kind == LT_RULING_DISQUALIFY &&
            u->entry == entry && u->state == LT_RULING_DONE)
            return true;
    }
    return false;
}

struct score sim_score_round(struct contest *c, int64_t entry, int round, int settled)
{
    const struct lt_round_rule *rule = &c->sheet->rounds[round];
    int first = lt_sheet_first(c->sheet, round), streak = 0;
    struct score s = {.disqualified = is_disqualified(c, entry)};

    for (int qi = first; qi < first + rule->n_questions; qi++) {
        struct result r = {0};

        if (qi < settled)
            r = of_question(c, qi, rule, entry, streak);
        s.answered += r.answered;
        if (r.asked)
            streak = r.right ? streak + 1 : 0;
        if (rule->mode == LT_MODE_TIEBREAK) {
            s.correct += r.right;
        } else {
            s.points_c += r.points_c;
            s.correct += r.correct;
            s.time_us += r.points_c > 0 ? r.used_us : 0;
        }
        for (int i = 0; i < c->n_log; i++)
            if (c->log[i].kind == LT_REC_PRESS && c->log[i].foul && c->log[i].entry == entry &&
                c->log[i].qi == qi && !is_void(c, qi))
                s.points_c += c->log[i].value;
    }
    return s;
}

struct score sim_score(struct contest *c, int64_t entry, int settled)
{
    struct score s = {.points_c = c->sheet->start_points_c};
    int qi = 0, from_qi, tiebreaks = 0;
    int64_t from_seq;

    begin_of(c, entry, &s, &from_qi, &from_seq);
    for (int i = 0; i < c->sheet->n_rounds; i++) {
        const struct lt_round_rule *rule = &c->sheet->rounds[i];
        int streak = 0;

        for (int k = 0; k < rule->n_questions; k++, qi++) {
            bool counts = qi >= from_qi, tiebreak = rule->mode == LT_MODE_TIEBREAK;
            struct result r = {0};

            if (qi < settled)
                r = of_question(c, qi, rule, entry, streak);
            tiebreaks += tiebreak;
            s.answered += r.answered;
            if (r.asked)
                streak = r.right ? streak + 1 : 0;
            if (tiebreak && r.right && counts)
                s.tiebreak += INT64_C(1) << (62 - tiebreaks);
            if (tiebreak || !counts)
                continue;
            s.points_c += r.points_c;
            s.correct += r.correct;
            s.time_us += r.points_c > 0 ? r.used_us : 0;
        }
    }
    rulings_and_fouls(c, entry, from_qi, from_seq, &s);
    return s;
}

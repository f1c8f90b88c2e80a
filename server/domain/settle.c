/* What a question is worth to each entry, from the raw answers and the facts of the log.
 *
 * Rows are sorted by question, entry, time and person; the rows of an entry are then a group. Each
 * mode says who is settled: those who answered, those who staked, those who were judged, the team
 * that performed. All end in credit(), the only place where a settled question changes a place.
 *
 * Grading is the costly part, and tens of thousands give one of a few responses: a verdict is made
 * once for each distinct body of a question. The number of questions that a streak needs stays with
 * the entry from question to question, which is why they settle in order. */
#include "standings_internal.h"

#include "base/err.h"
#include "domain/scoring.h"
#include "radix.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIEBREAK_BITS = 62, /* two rounds of LT_TIEBREAKS_MAX fit */
    RECENT = 64,
    FEW = 128,
    AHEAD = 6
};

struct graded {
    const char *body;
    struct lt_verdict verdict;
    UT_hash_handle hh;
};
/* The question that is being settled. */
struct question {
    struct lt_standings *s;
    const struct lt_round_rule *rule;
    const struct lt_question *content; /* NULL: none (a task) */
    const struct facts *facts;
    int qi, round;
    int64_t as_of;                    /* captains that were named after this record do not matter */
    const struct lt_answer_row *rows; /* of this question */
    int n_rows;
    struct graded *graded; /* uthash by body */
    struct {
        const char *body;
        struct lt_verdict verdict;
    } recent[RECENT]; /* by address: who reads rows keeps one copy of a body */
    int at;           /* among the entries by id */
};
/* What it is worth to one entry. */
struct outcome {
    bool answered; /* counts for taking part */
    bool right;    /* as shown to the entry */
    bool correct;  /* counts among the right answers */
    int64_t points_c, used_us;
};

/* ---- grading -------------------------------------------------------------------------------- */

/* An accepted response is right as if it were the key. */
static bool is_accepted(const struct question *q, const struct lt_response *response)
{
    for (int i = 0; i < q->facts->n_accepted; i++) {
        const struct lt_response *accepted = &q->facts->accepted[i];
        struct lt_question other = *q->content;

        if (lt_response_check(q->content, accepted) != LT_OK)
            continue;
        if (other.type == LT_QT_FILL) {
            other.n_key = 1;
            other.accepted[0] = (char *)accepted->text;
        } else {
            other.n_key = accepted->n_choice;
            memcpy(other.key, accepted->choice, sizeof other.key);
        }
        if (lt_grade(&other, response, false).right)
            return true;
    }
    return false;
}

static struct lt_verdict grade(const struct question *q, const char *body)
{
    struct lt_response response;

    if (!q->content || lt_response_read(body, strlen(body), &response) != LT_OK)
        return (struct lt_verdict){.right = false};
    if (is_accepted(q, &response))
        return (struct lt_verdict){.right = true, .fraction_e4 = 10000};
    return lt_grade(q->content, &response, q->rule->score.partial);
}

static struct lt_verdict verdict_by_text(struct question *q, const char *body)
{
    struct graded *g;

    HASH_FIND_STR(q->graded, body, g);
    if (g)
        return g->verdict;
    g = malloc(sizeof *g);
    assert(g);
    g->body = body;
    g->verdict = grade(q, body);
    HASH_ADD_KEYPTR(hh, q->graded, g->body, strlen(g->body), g);
    return g->verdict;
}

static struct lt_verdict verdict_of(struct question *q, const char *body)
{
    size_t slot = ((uintptr_t)body >> 4 ^ (uintptr_t)body >> 10) % RECENT;

    if (q->recent[slot].body != body) {
        q->recent[slot].verdict = verdict_by_text(q, body);
        q->recent[slot].body = body;
    }
    return q->recent[slot].verdict;
}

static void graded_free(struct question *q)
{
    struct graded *g, *next;

    HASH_ITER (hh, q->graded, g, next) {
        HASH_DEL(q->graded, g);
        free(g);
    }
}

static int64_t limit_us(const struct question *q)
{
    return (int64_t)q->rule->seconds * 1000000;
}

/* ---- a team's answer from its members' ------------------------------------------------------ */

/* The captain's row. Who handed over while the question ran may have answered as its captain: the
 * last captain that answered counts. */
static int captains_row(const struct question *q, const struct lt_answer_row *rows, int n)
{
    const struct lt_standings *s = q->s;

    for (int i = s->n_captains - 1; i >= 0; i--) {
        const struct captaincy *c = &s->captains[i];
        int at;

        if (c->entry != rows[0].entry || c->seq > q->as_of)
            continue;
        at = lt_policy_pick(LT_POLICY_CAPTAIN, rows, n, c->person);
        if (at >= 0 || c->seq < q->facts->armed_seq)
            return at;
    }
    return -1;
}

static int64_t captain_at_close(const struct question *q, int64_t entry)
{
    const struct lt_standings *s = q->s;

    for (int i = s->n_captains - 1; i >= 0; i--)
        if (s->captains[i].entry == entry && s->captains[i].seq <= q->as_of)
            return s->captains[i].person;
    return 0;
}

static struct outcome one_row(struct question *q, const struct entry *e,
                              const struct lt_answer_row *row)
{
    struct lt_verdict v = verdict_of(q, row->body);

    return (struct outcome){
        .answered = true,
        .right = v.right,
        .correct = v.right,
        .points_c = lt_score(&q->rule->score, v, row->used_us, limit_us(q), e->place.streak),
        .used_us = row->used_us,
    };
}

static int by_points(const void *pa, const void *pb)
{
    const struct outcome *a = pa, *b = pb;

    if (a->points_c != b->points_c)
        return a->points_c > b->points_c ? -1 : 1;
    if (a->right != b->right)
        return a->right ? -1 : 1;
    return (a->used_us > b->used_us) - (a->used_us < b->used_us);
}

/* Mean, best or sum of the members' points. The team was right when more than half of those that
 * count were; its time is the mean of theirs. */
static struct outcome combined(struct question *q, const struct entry *e,
                               const struct lt_answer_row *rows, int n)
{
    struct outcome *each = malloc((size_t)n * sizeof *each), all = {.answered = true};
    int counting = n, right = 0;

    assert(each);
    for (int i = 0; i < n; i++)
        each[i] = one_row(q, e, &rows[i]);
    qsort(each, (size_t)n, sizeof *each, by_points);
    if (q->rule->policy == LT_POLICY_BEST && q->rule->policy_n < n)
        counting = q->rule->policy_n;
    for (int i = 0; i < counting; i++) {
        all.points_c += each[i].points_c;
        all.used_us += each[i].used_us;
        right += each[i].right;
    }
    free(each);
    if (q->rule->policy != LT_POLICY_SUM)
        all.points_c = standings_div(all.points_c, counting);
    all.used_us = standings_div(all.used_us, counting);
    all.right = all.correct = 2 * right > counting;
    return all;
}

/* The one row of a team that counts, -1: none does. */
static int pick(const struct question *q, const struct lt_answer_row *rows, int n)
{
    if (q->rule->policy == LT_POLICY_CAPTAIN)
        return captains_row(q, rows, n);
    return lt_policy_pick(q->rule->policy, rows, n, captain_at_close(q, rows[0].entry));
}

/* What the rows of one entry come to; nothing when nobody answered for it. */
static struct outcome answer(struct question *q, const struct entry *e,
                             const struct lt_answer_row *rows, int n)
{
    int at = 0;

    if (n == 0)
        return (struct outcome){.answered = false};
    if (q->s->sheet->teams) {
        switch (q->rule->policy) {
        case LT_POLICY_CAPTAIN:
        case LT_POLICY_FIRST:
        case LT_POLICY_MAJORITY:
            at = pick(q, rows, n);
            break;
        case LT_POLICY_MEAN:
        case LT_POLICY_BEST:
        case LT_POLICY_SUM:
        case LT_POLICIES:
            return combined(q, e, rows, n);
        }
    }
    if (at < 0)
        return (struct outcome){.answered = false};
    return one_row(q, e, &rows[at]);
}

/* The rows of one entry, by bisection. */
static int group_of(const struct question *q, int64_t entry, const struct lt_answer_row **ret)
{
    int low = 0, high = q->n_rows, n = 0;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (q->rows[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = q->rows + low;
    while (low + n < q->n_rows && q->rows[low + n].entry == entry)
        n++;
    return n;
}

static struct outcome answer_of(struct question *q, const struct entry *e)
{
    const struct lt_answer_row *rows;
    int n = group_of(q, e->place.entry, &rows);

    return answer(q, e, rows, n);
}

/* ---- places --------------------------------------------------------------------------------- */

static void credit(const struct question *q, struct entry *e, const struct outcome *o)
{
    struct share *share = &e->rounds[q->round];
    struct lt_place *p = &e->place;

    share->points_c += o->points_c;
    share->time_us += o->points_c > 0 ? o->used_us : 0;
    share->correct += o->correct;
    share->answered += o->answered;
    p->answered += o->answered;
    /* A burst is one thing to whoever went through it: what its questions gave adds up. */
    if (p->last_qi < q->qi - q->s->facts[q->qi].into)
        p->last_gained_c = 0;
    p->last_qi = q->qi;
    p->last_right = o->right;
    p->last_gained_c += o->points_c;
    if (q->qi < e->reset_qi) /* of a stage that no longer counts */
        return;
    e->settled_c += o->points_c;
    p->points_c += o->points_c;
    p->correct += o->correct;
    p->time_us += o->points_c > 0 ? o->used_us : 0;
}

static void streak(struct entry *e, bool right)
{
    e->place.streak = right ? e->place.streak + 1 : 0;
}

/* ---- modes ---------------------------------------------------------------------------------- */

typedef void settled_fn(struct question *q, struct entry *e, const struct outcome *o);

/* The entry, if it is known. Asked for in order of ids, they are found without a search. */
static struct entry *entry_at(struct question *q, int64_t id)
{
    struct entry *const *all = q->s->by_id;
    int n = (int)HASH_COUNT(q->s->entries);

    while (q->at < n && all[q->at]->place.entry < id) {
        if (q->at + AHEAD < n)
            __builtin_prefetch(&all[q->at + AHEAD]->place);
        q->at++;
    }
    return q->at < n && all[q->at]->place.entry == id ? all[q->at] : NULL;
}

/* Every entry with an answer that stands. */
static void each_answer(struct question *q, settled_fn *settled)
{
    q->at = 0;
    for (int i = 0, n; i < q->n_rows; i += n) {
        struct entry *e = entry_at(q, q->rows[i].entry);
        struct outcome o;

        assert(e);
        for (n = 1; i + n < q->n_rows && q->rows[i + n].entry == e->place.entry;)
            n++;
        o = answer(q, e, q->rows + i, n);
        if (o.answered)
            settled(q, e, &o);
    }
}

static void by_points_of_answer(struct question *q, struct entry *e, const struct outcome *o)
{
    credit(q, e, o);
}

/* Who was asked and did not answer loses the streak; in turn the others were not asked. */
static void streaks(struct question *q)
{
    int n = (int)HASH_COUNT(q->s->entries);

    for (int i = 0; i < n; i++) {
        struct entry *e = q->s->by_id[i];

        if (q->facts->turn == 0 || q->facts->turn == e->place.entry)
            streak(e, e->place.last_qi == q->qi && e->place.last_right);
    }
}

static struct outcome judged(struct question *q, const struct entry *e, const struct verdict *v)
{
    bool by_key = v->by_key && q->rule->judging == LT_JUDGED_BY_KEY, right = v->right;
    int64_t as_of = q->as_of;

    q->as_of = v->seq;
    if (by_key)
        right = answer_of(q, e).right;
    q->as_of = as_of;

    return (struct outcome){
        .answered = true, .right = right, .correct = right, .used_us = v->used_us};
}

/* 必答, spoken. Nobody measures the time of a spoken answer, so the points do not fall. */
static void settle_spoken(struct question *q)
{
    for (int i = 0; i < q->facts->n_verdicts; i++) {
        struct entry *e = standings_entry(q->s, q->facts->verdicts[i].entry);
        struct outcome o = judged(q, e, &q->facts->verdicts[i]);
        struct lt_verdict v = {.right = o.right, .fraction_e4 = o.right ? 10000 : 0};

        o.points_c = lt_score(&q->rule->score, v, 0, limit_us(q), e->place.streak);
        credit(q, e, &o);
    }
    streaks(q);
}

static void settle_answers(struct question *q)
{
    if (q->rule->judging == LT_JUDGED_BY_JUDGE && q->rule->mode == LT_MODE_REQUIRED) {
        settle_spoken(q);
        return;
    }
    each_answer(q, by_points_of_answer);
    streaks(q);
}

/* 抢答: each team that held the question was right or wrong. */
static void settle_buzzer(struct question *q)
{
    for (int i = 0; i < q->facts->n_verdicts; i++) {
        struct entry *e = standings_entry(q->s, q->facts->verdicts[i].entry);
        struct outcome o = judged(q, e, &q->facts->verdicts[i]);

        o.points_c = o.right ? q->rule->score.right_c : q->rule->score.wrong_c;
        credit(q, e, &o);
        streak(e, o.right);
    }
}

/* What a team that staked did: the word of the judge, or its answer. Silence is wrong. */
static struct outcome wagered(struct question *q, const struct entry *e)
{
    if (q->rule->judging == LT_JUDGED_BY_JUDGE) {
        for (int i = 0; i < q->facts->n_verdicts; i++)
            if (q->facts->verdicts[i].entry == e->place.entry)
                return judged(q, e, &q->facts->verdicts[i]);
        return (struct outcome){.answered = false};
    }
    return answer_of(q, e);
}

/* 风险 */
static void settle_wager(struct question *q)
{
    for (int i = 0; i < q->facts->stakes.n && q->facts->closed; i++) {
        const struct pair *stake = &q->facts->stakes.p[i];
        struct entry *e = standings_entry(q->s, stake->who);
        struct outcome o;

        if (stake->value <= 0)
            continue;
        o = wagered(q, e);
        o.points_c = o.right ? stake->value : -stake->value;
        credit(q, e, &o);
        streak(e, o.right);
    }
}

static void settle_jury(struct question *q)
{
    const struct pairs *marks = &q->facts->marks;
    int64_t values_c[LT_JUDGES_MAX];
    struct outcome o = {.answered = true};
    int n = marks->n < LT_JUDGES_MAX ? marks->n : LT_JUDGES_MAX;

    if (n == 0 || q->facts->turn == 0)
        return;
    for (int i = 0; i < n; i++)
        values_c[i] = marks->p[i].value;
    o.points_c = lt_jury_points_c(&q->rule->jury, values_c, n);
    o.right = o.points_c > 0;
    credit(q, standings_entry(q->s, q->facts->turn), &o);
}

/* How many questions of sudden death come before this one in the sheet. */
static int tiebreaks_before(const struct lt_sheet *sheet, int qi)
{
    int n = 0;

    for (int i = 0; i < sheet->n_rounds; i++) {
        int first = lt_sheet_first(sheet, i), upto = first + sheet->rounds[i].n_questions;

        if (sheet->rounds[i].mode == LT_MODE_TIEBREAK && qi > first)
            n += (qi < upto ? qi : upto) - first;
    }
    return n;
}

static void by_rank_only(struct question *q, struct entry *e, const struct outcome *o)
{
    struct outcome shown = {.answered = true, .right = o->right};
    int k = tiebreaks_before(q->s->sheet, q->qi);

    credit(q, e, &shown);
    e->rounds[q->round].correct += o->right; /* all that there is to rank by */
    if (o->right && k < TIEBREAK_BITS && q->qi >= e->reset_qi)
        e->place.tiebreak |= INT64_C(1) << (TIEBREAK_BITS - 1 - k);
}

static void settle_mode(struct question *q)
{
    switch (q->rule->mode) {
    case LT_MODE_LIVE:
    case LT_MODE_REQUIRED:
    case LT_MODE_SPEED:
        settle_answers(q);
        break;
    case LT_MODE_BUZZER:
        settle_buzzer(q);
        break;
    case LT_MODE_WAGER:
        settle_wager(q);
        break;
    case LT_MODE_JURY:
        settle_jury(q);
        break;
    case LT_MODE_TIEBREAK:
        each_answer(q, by_rank_only);
        break;
    case LT_MODE_TIMED:
    case LT_MODE_SURVIVAL:
    case LT_MODE_DUEL:
    case LT_MODES:
        break;
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

static int by_group(const void *pa, const void *pb)
{
    const struct lt_answer_row *a = pa, *b = pb;
    int64_t ka[] = {a->qi, a->entry, a->received_us, a->person};
    int64_t kb[] = {b->qi, b->entry, b->received_us, b->person};

    for (size_t i = 0; i < sizeof ka / sizeof *ka; i++)
        if (ka[i] != kb[i])
            return ka[i] < kb[i] ? -1 : 1;
    return 0;
}

static void sort_few(struct lt_answer_row *rows, int n)
{
    if (n > 0)
        qsort(rows, (size_t)n, sizeof *rows, by_group);
}

/* By question and entry as one number; rows of one entry, few as they are, are put in order then. False:
 * the numbers are too long. */
static bool sort_many(struct lt_answer_row *rows, int n)
{
    int64_t low = INT64_MAX, high = INT64_MIN, first = INT64_MAX, last = INT64_MIN;
    int bits, all;

    for (int i = 0; i < n; i++) {
        low = rows[i].entry < low ? rows[i].entry : low;
        high = rows[i].entry > high ? rows[i].entry : high;
        first = rows[i].qi < first ? rows[i].qi : first;
        last = rows[i].qi > last ? rows[i].qi : last;
    }
    bits = radix_bits((uint64_t)high - (uint64_t)low);
    all = bits + radix_bits((uint64_t)(last - first));
    if (all > 63)
        return false;
    struct radix_item *memory = malloc(2 * (size_t)n * sizeof *memory), *items;
    struct lt_answer_row *was = malloc((size_t)n * sizeof *was);
    assert(memory && was);
    for (int i = 0; i < n; i++)
        memory[i] = (struct radix_item){.key = (uint64_t)(rows[i].qi - first) << bits |
                                               ((uint64_t)rows[i].entry - (uint64_t)low),
                                        .at = (uint32_t)i};
    items = radix_sort(memory, memory + n, n, all);
    memcpy(was, rows, (size_t)n * sizeof *was);
    for (int i = 0, from = 0; i < n; i++) {
        rows[i] = was[items[i].at];
        if (i + 1 == n || items[i + 1].key != items[i].key) {
            if (i > from)
                sort_few(rows + from, i + 1 - from);
            from = i + 1;
        }
    }
    free(memory);
    free(was);
    return true;
}

void lt_standings_sort(struct lt_answer_row *rows, int n)
{
    int i = 1;

    while (i < n && by_group(&rows[i - 1], &rows[i]) <= 0)
        i++;
    if (i < n && (n <= FEW || !sort_many(rows, n)))
        sort_few(rows, n);
}

static void settle_one(struct lt_standings *s, int qi, const struct lt_answer_row *rows, int n)
{
    struct question q = {.s = s, .qi = qi, .rows = rows, .n_rows = n, .facts = &s->facts[qi]};
    int round, index;
    bool unknown = false;

    q.as_of = q.facts->closed ? q.facts->closed_seq : INT64_MAX;
    q.rule = lt_sheet_round_of(s->sheet, qi, &round, &index);
    q.round = round;
    q.content = qi < s->n_questions ? s->questions[qi] : NULL;
    if (index == 0) /* streaks do not cross rounds */
        for (struct entry *e = s->entries; e; e = e->hh.next)
            e->place.streak = 0;
    /* Somebody that only an answer to a void question names is in the contest all the same. */
    standings_by_id(s);
    for (int i = 0; i < n; i++)
        if ((i == 0 || rows[i].entry != rows[i - 1].entry) && !entry_at(&q, rows[i].entry))
            unknown = true;
    for (int i = 0; unknown && i < n; i++)
        standings_entry(s, rows[i].entry);
    standings_by_id(s);
    if (!q.facts->voided)
        settle_mode(&q);
    graded_free(&q);
}

int lt_standings_pick(const struct lt_standings *s, int qi, const struct lt_answer_row *rows, int n)
{
    struct question q = {
        .s = (struct lt_standings *)s, .qi = qi, .facts = &s->facts[qi], .as_of = INT64_MAX};
    int round, index;

    q.rule = lt_sheet_round_of(s->sheet, qi, &round, &index);
    return n > 0 ? pick(&q, rows, n) : -1;
}

void lt_standings_settle(struct lt_standings *s, int n, struct lt_answer_row *rows, int n_rows)
{
    int at = 0, upto = s->settled + n;

    assert(n >= 0 && upto <= s->n_facts);
    lt_standings_sort(rows, n_rows);
    for (; s->settled < upto; s->settled++) {
        int from;

        while (at < n_rows && rows[at].qi < s->settled)
            at++;
        for (from = at; at < n_rows && rows[at].qi == s->settled;)
            at++;
        settle_one(s, s->settled, rows + from, at - from);
    }
}

/* The fold: rulings, advancement, and that no order of arrival changes a total. */
#include "story.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static struct lt_ruling done(enum lt_ruling_kind kind, int qi, int64_t entry, int64_t value_c)
{
    return (struct lt_ruling){
        .kind = kind, .state = LT_RULING_DONE, .qi = qi, .entry = entry, .value_c = value_c};
}

static struct lt_ruling accept(int qi, const char *answer)
{
    struct lt_ruling r = done(LT_RULING_ACCEPT, qi, 0, 0);

    snprintf(r.answer, sizeof r.answer, "%s", answer);
    return r;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static bool before(const struct lt_answer_row *a, const struct lt_answer_row *b)
{
    if (a->qi != b->qi)
        return a->qi < b->qi;
    if (a->entry != b->entry)
        return a->entry < b->entry;
    if (a->received_us != b->received_us)
        return a->received_us < b->received_us;
    return a->person < b->person;
}

static void rows_come_in_order_however_many_they_are(void **state)
{
    static const int sizes[] = {0, 1, 2, 100, 129, 3000};
    static struct lt_answer_row rows[3000];
    uint64_t x = 1, sum = 0;

    (void)state;
    for (size_t k = 0; k < 2 * sizeof sizes / sizeof *sizes; k++) {
        int n = sizes[k / 2];
        int64_t wide = k % 2 ? INT64_C(1) << 61 : 1; /* too far apart to be one number with qi */
        int64_t persons = 0;

        for (int i = 0; i < n; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            rows[i] = (struct lt_answer_row){.qi = (int)(x >> 60),
                                             .entry = (int64_t)(x >> 40 & 63) *
                                                      (wide > 1 ? wide / 32 : 1),
                                             .received_us = (int64_t)(x >> 50 & 3),
                                             .person = 1 + i * 7919 % 3001};
            persons += rows[i].person;
        }
        lt_standings_sort(rows, n);
        for (int i = 1; i < n; i++)
            assert_true(before(&rows[i - 1], &rows[i]));
        for (int i = 0; i < n; i++)
            persons -= rows[i].person;
        assert_int_equal(persons, 0);
        sum += (uint64_t)n;
    }
    assert_true(sum > 6000);
}

/* ---- rulings -------------------------------------------------------------------------------- */

static void a_void_question_changes_nothing_for_anybody(void **state)
{
    struct lt_round_rule *r;
    struct story *t;

    (void)state;
    sheet_begin(true);
    r = sheet_round(LT_MODE_REQUIRED, 3);
    r->score.streak_c = POINTS(1);
    r->score.streak_max = 5;
    t = story_begin(2);
    rule(t, done(LT_RULING_VOID, 1, 0, 0));
    assert_false(lt_standings_stale(t->s));
    assert_true(lt_standings_voided(t->s, 1));
    settle(t, 3, row(0, 1, 10, RIGHT, 1), row(1, 1, 10, WRONG, 1), row(2, 1, 10, RIGHT, 1),
           row(1, 2, 20, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(21)); /* the streak goes on over it */
    assert_int_equal(place(t, 1)->answered, 2);
    assert_int_equal(points(t, 2), 0);
    assert_int_equal(place(t, 2)->last_qi, -1);
    story_end(t);
}

static void fouls_of_a_void_question_are_cancelled(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_BUZZER, 2);
    t = story_begin(2);
    arm(t, 0, 1, 0);
    foul(t, 1, -POINTS(10));
    arm(t, 1, 1, 0);
    foul(t, 1, -POINTS(10));
    assert_int_equal(points(t, 1), -POINTS(20));
    assert_int_equal(lt_standings_fouls(t->s, 1, 1), -POINTS(10));
    assert_int_equal(lt_standings_fouls(t->s, 2, 1), 0);
    rule(t, done(LT_RULING_VOID, 1, 0, 0));
    assert_true(t->changed);
    assert_int_equal(points(t, 1), -POINTS(10));
    assert_int_equal(lt_standings_fouls(t->s, 1, 0), -POINTS(10));
    assert_int_equal(lt_standings_fouls(t->s, 1, 1), 0);
    story_end(t);
}

static void a_ruling_that_waits_or_was_rejected_has_no_effect(void **state)
{
    struct lt_ruling r = done(LT_RULING_ADJUST, -1, 1, 500);
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(1);
    r.state = LT_RULING_OPEN;
    rule(t, r);
    r.state = LT_RULING_REJECTED;
    rule(t, r);
    assert_false(t->changed);
    assert_int_equal(points(t, 1), 0);
    r.state = LT_RULING_DONE;
    rule(t, r);
    assert_true(t->changed);
    assert_int_equal(points(t, 1), 500);
    r.kind = LT_RULING_APPEAL;
    rule(t, r);
    assert_int_equal(points(t, 1), 500);
    rule(t, done(LT_RULING_VOID, 1, 0, 0)); /* there is no such question */
    assert_false(t->changed);
    story_end(t);
}

static void another_response_may_be_accepted_of_every_type(void **state)
{
    static const struct {
        const char *question, *accepted, *given;
        bool right;
    } cases[] = {
        {NULL, OTHER, OTHER, true},
        {NULL, OTHER, WRONG, false},
        {NULL, OTHER, RIGHT, true},
        {"{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[0,1]}",
         "{\"c\":[0,2]}", "{\"c\":[0,2]}", true},
        {"{\"type\":\"multiple\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[0,1]}",
         "{\"c\":[0,2]}", "{\"c\":[0,1,2]}", false},
        {"{\"type\":\"order\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[0,1,2]}",
         "{\"c\":[2,1,0]}", "{\"c\":[2,1,0]}", true},
        {"{\"type\":\"fill\",\"stem\":\"s\",\"accepted\":[\"15\"]}", "{\"t\":\"Fifteen\"}",
         "{\"t\":\"FIF TEEN\"}", true},
        {"{\"type\":\"fill\",\"stem\":\"s\",\"accepted\":[\"15\"]}", "{\"t\":\"Fifteen\"}",
         "{\"t\":\"１５\"}", true},
        {NULL, "{\"c\":[9]}", "{\"c\":[9]}", false}, /* it does not fit the question */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct story *t;

        sheet_begin(false);
        sheet_round(LT_MODE_LIVE, 1);
        if (cases[i].question)
            question_replace(0, cases[i].question);
        t = story_begin(0);
        rule(t, accept(0, cases[i].accepted));
        settle(t, 1, row(0, 1, 1, cases[i].given, 1));
        assert_int_equal(place(t, 1)->correct, cases[i].right);
        assert_int_equal(points(t, 1), cases[i].right ? POINTS(10) : -POINTS(5));
        story_end(t);
    }
}

static void a_ruling_about_a_settled_question_settles_all_anew(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 2);
    t = story_begin(0);
    settle(t, 2, row(0, 1, 1, WRONG, 1), row(1, 1, 1, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(5));
    rule(t, accept(0, WRONG));
    assert_true(lt_standings_stale(t->s));
    lt_standings_restart(t->s);
    assert_false(lt_standings_stale(t->s));
    assert_int_equal(lt_standings_settled(t->s), 0);
    assert_int_equal(points(t, 1), 0);
    settle(t, 2, row(0, 1, 1, WRONG, 1), row(1, 1, 1, RIGHT, 1));
    assert_int_equal(points(t, 1), POINTS(20));
    story_end(t);
}

static void places_stand_still_until_they_are_ranked(void **state)
{
    const struct lt_place *p;
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 2);
    t = story_begin(0);
    p = lt_standings_add(t->s, 1);
    settle(t, 1, row(0, 1, 1, RIGHT, 1));
    assert_int_equal(p->points_c, 0);
    assert_int_equal(p->rank, 0);
    rank(t);
    assert_int_equal(p->points_c, POINTS(10));
    assert_int_equal(p->rank, 1);
    rule(t, done(LT_RULING_VOID, 0, 0, 0));
    lt_standings_restart(t->s);
    assert_int_equal(p->points_c, POINTS(10));
    settle(t, 1, row(0, 1, 1, RIGHT, 1));
    rank(t);
    assert_int_equal(p->points_c, 0);
    story_end(t);
}

static void the_disqualified_keep_their_points_and_lose_their_rank(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(3);
    settle(t, 1, row(0, 1, 10, RIGHT, 1));
    rule(t, done(LT_RULING_DISQUALIFY, -1, 1, 0));
    assert_true(t->changed);
    rule(t, done(LT_RULING_DISQUALIFY, -1, 9, 0)); /* not known yet */
    lt_standings_add(t->s, 9);
    rank(t);
    assert_int_equal(place(t, 1)->rank, 0);
    assert_int_equal(points(t, 1), POINTS(10));
    assert_int_equal(place(t, 2)->rank, 1);
    assert_true(place(t, 9)->disqualified);
    story_end(t);
}

/* ---- advancement ---------------------------------------------------------------------------- */

static void a_reset_forgets_what_was_before_whenever_it_is_settled(void **state)
{
    (void)state;
    for (int settled_first = 0; settled_first < 2; settled_first++) {
        const int64_t in[] = {1, 2};
        struct story *t;

        sheet_begin(true);
        sheet.start_points_c = POINTS(100);
        sheet_round(LT_MODE_BUZZER, 2);
        sheet.rounds[0].advance = 2;
        sheet.rounds[0].reset = true;
        sheet_round(LT_MODE_REQUIRED, 1);
        t = story_begin(3);
        arm(t, 0, 1, 0);
        foul(t, 2, -POINTS(10));
        verdict(t, 1, true, 9);
        rule(t, done(LT_RULING_ADJUST, -1, 1, POINTS(3)));
        if (settled_first)
            lt_standings_settle(t->s, 1, NULL, 0);
        advance(t, 0, 2, in);
        assert_int_equal(points(t, 1), POINTS(100));
        rule(t, done(LT_RULING_ADJUST, -1, 1, POINTS(4)));
        settle(t, 3 - lt_standings_settled(t->s), row(2, 2, 20, RIGHT, 1));
        rank(t);
        assert_int_equal(points(t, 1), POINTS(104));
        assert_int_equal(points(t, 2), POINTS(110));
        assert_int_equal(points(t, 3), POINTS(100));
        assert_int_equal(place(t, 1)->correct, 0);
        assert_int_equal(place(t, 1)->answered, 1); /* it did take part */
        assert_int_equal(place(t, 1)->level, 1);
        assert_int_equal(place(t, 3)->rank, 3);
        lt_standings_restart(t->s);
        assert_int_equal(points(t, 1), POINTS(104));
        assert_int_equal(points(t, 2), POINTS(100));
        story_end(t);
    }
}

static void without_a_reset_points_are_kept_and_the_level_ranks_first(void **state)
{
    const int64_t in[] = {2};
    struct story *t;

    (void)state;
    sheet_begin(true);
    sheet_round(LT_MODE_REQUIRED, 1)->advance = 1;
    sheet_round(LT_MODE_REQUIRED, 1);
    t = story_begin(2);
    settle(t, 1, row(0, 2, 20, RIGHT, 1));
    advance(t, 0, 1, in);
    assert_true(t->changed);
    rule(t, done(LT_RULING_ADJUST, -1, 1, POINTS(500)));
    rank(t);
    assert_int_equal(points(t, 2), POINTS(10));
    assert_int_equal(place(t, 2)->rank, 1);
    story_end(t);
}

/* ---- preview -------------------------------------------------------------------------------- */

static void a_preview_says_what_would_change_and_changes_nothing(void **state)
{
    struct lt_answer_row rows[] = {row(0, 1, 1, WRONG, 1), row(1, 1, 1, RIGHT, 1),
                                   row(0, 2, 2, RIGHT, 1), row(1, 2, 2, WRONG, 1),
                                   row(0, 3, 3, OTHER, 1)};
    struct lt_ruling r = accept(0, WRONG);
    struct lt_change c[4];
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 2);
    t = story_begin(0);
    lt_standings_settle(t->s, 2, rows, 5);
    rank(t); /* 1: 5, 2: 5, 3: −5 */
    assert_int_equal(lt_standings_preview(t->s, &r, rows, 5, c, 4), 2);
    assert_int_equal(c[0].entry, 1);
    assert_int_equal(c[0].before_c, POINTS(5));
    assert_int_equal(c[0].after_c, POINTS(20));
    assert_int_equal(c[0].rank_before, 1);
    assert_int_equal(c[0].rank_after, 1);
    assert_int_equal(c[1].entry, 2); /* same points, lower rank */
    assert_int_equal(c[1].rank_after, 2);
    r = done(LT_RULING_VOID, 0, 0, 0);
    assert_int_equal(lt_standings_preview(t->s, &r, rows, 5, c, 1), 3);
    assert_int_equal(c[0].entry, 2); /* 5 → −5: no less than 1 (5 → 10) or 3 (−5 → 0) */
    assert_int_equal(c[0].after_c, -POINTS(5));
    r = done(LT_RULING_DISQUALIFY, -1, 2, 0);
    assert_int_equal(lt_standings_preview(t->s, &r, rows, 5, c, 4), 2);
    assert_int_equal(points(t, 1), POINTS(5));
    assert_int_equal(place(t, 2)->rank, 1);
    assert_false(lt_standings_stale(t->s));
    assert_false(place(t, 2)->disqualified);
    story_end(t);
}

/* ---- no order matters ----------------------------------------------------------------------- */

enum { TEAMS = 6, ROWS_MAX = 4096, RECORDS_MAX = 1024 };
static struct lt_record log_[RECORDS_MAX];
static struct lt_engine after[RECORDS_MAX];
static int n_log;
static struct lt_answer_row answers[ROWS_MAX];
static int n_answers;

static void keep(const struct story *t)
{
    assert_true(n_log < RECORDS_MAX);
    after[n_log] = t->e;
    log_[n_log++] = t->r;
}

static const char *const bodies[] = {RIGHT, WRONG, OTHER, "{\"c\":[0,1]}"};

static void answer_question(uint64_t *x, int qi)
{
    for (int entry = 1; entry <= TEAMS; entry++)
        for (int member = 0; member < 3; member++)
            if (below(x, 3) > 0)
                answers[n_answers++] =
                    row(qi, entry, 10 * entry + member, bodies[below(x, 4)], below(x, 4) * 1000);
}

static void do_something(struct story *t, uint64_t *x, enum lt_mode mode)
{
    int64_t entry = 1 + below(x, TEAMS);

    if (mode == LT_MODE_WAGER)
        stake(t, entry, POINTS(10 * below(x, 3)));
    else if (mode == LT_MODE_JURY)
        mark(t, 90 + below(x, 5), below(x, 10000));
    else if (mode != LT_MODE_BUZZER)
        captain(t, entry, 10 * entry + below(x, 3));
    else if (below(x, 4) == 0)
        foul(t, entry, -POINTS(10));
    else if (below(x, 2))
        press(t, entry, below(x, 1000000));
    else
        verdict(t, entry, below(x, 2), below(x, 2) * 9);
}

static void rule_something(struct story *t, uint64_t *x, int upto)
{
    int qi = (int)below(x, upto + 1);

    switch (below(x, 6)) {
    case 0:
        rule(t, done(LT_RULING_VOID, qi, 0, 0));
        break;
    case 1:
        rule(t, accept(qi, bodies[1 + below(x, 2)]));
        break;
    case 2:
        rule(t, done(LT_RULING_ADJUST, -1, 1 + below(x, TEAMS), below(x, 1000) - 500));
        break;
    default:
        return;
    }
    keep(t);
}

/* A contest of all modes, as a log with the engine's states, and its answers. */
static void tell_contest(struct story *t, uint64_t *x)
{
    n_log = n_answers = 0;
    lot(t), keep(t);
    for (int qi = 0, round, index; qi < lt_sheet_questions(&sheet); qi++) {
        const struct lt_round_rule *r = lt_sheet_round_of(&sheet, qi, &round, &index);

        arm(t, qi, 1, r->turns == LT_TURNS_ALL ? 0 : 1 + below(x, TEAMS)), keep(t);
        for (int k = 0; k < 6; k++)
            do_something(t, x, r->mode), keep(t);
        closed(t), keep(t);
        answer_question(x, qi);
        rule_something(t, x, qi);
        if (r->advance > 0 && index == r->n_questions - 1) {
            int64_t in[TEAMS] = {0};
            int n = 0;

            for (int i = 1; i <= TEAMS; i++)
                if (below(x, 3) > 0)
                    in[n++] = i;
            advance(t, round, n, in), keep(t);
        }
    }
}

static void random_sheet(uint64_t *x)
{
    sheet_begin(true);
    sheet.start_points_c = below(x, 3) * 100;
    for (int i = 0; i < LT_HOST_MODES; i++) {
        struct lt_round_rule *r = sheet_round((enum lt_mode)((i + below(x, 7)) % LT_HOST_MODES), 3);

        r->policy = (enum lt_policy)below(x, LT_POLICIES);
        r->policy_n = 2;
        r->judging = (enum lt_judging)below(x, LT_JUDGINGS);
        r->turns = r->mode == LT_MODE_JURY || below(x, 2) ? LT_TURNS_LOT : LT_TURNS_ALL;
        r->score.streak_c = 100;
        r->score.streak_max = 3;
        r->score.speed = below(x, 2);
        r->advance = below(x, 3) == 0 ? 3 : 0;
        r->reset = below(x, 2);
    }
}

static void shuffle(uint64_t *x)
{
    for (int i = n_answers - 1; i > 0; i--) {
        int k = (int)below(x, i + 1);
        struct lt_answer_row swapped = answers[i];

        answers[i] = answers[k];
        answers[k] = swapped;
    }
}

/* Settle one more question from its own rows, as a node does. */
static void settle_next(struct lt_standings *s)
{
    struct lt_answer_row rows[TEAMS * 3];
    int n = 0, qi = lt_standings_settled(s);

    for (int i = 0; i < n_answers; i++)
        if (answers[i].qi == qi)
            rows[n++] = answers[i];
    lt_standings_settle(s, 1, rows, n);
}

/* Live: questions settle as they are closed, rulings about settled ones restart the fold, entries
 * come when they come. Afterwards: everything at once. */
static struct lt_standings *fold(uint64_t *x, bool live)
{
    struct lt_standings *s = lt_standings_new(&sheet, questions, n_questions);
    const struct lt_place *const *ranked;

    for (int i = 0; i < n_log; i++) {
        if (live && below(x, 4) == 0)
            lt_standings_add(s, 1 + below(x, TEAMS));
        lt_standings_apply(s, &after[i], &log_[i]);
        if (live && log_[i].kind == LT_REC_CLOSED && below(x, 3) > 0)
            while (lt_standings_settled(s) <= log_[i].qi)
                settle_next(s);
        if (live && lt_standings_stale(s)) {
            int n = lt_standings_settled(s);

            lt_standings_restart(s);
            while (lt_standings_settled(s) < n)
                settle_next(s);
        }
    }
    shuffle(x);
    lt_standings_settle(s, lt_sheet_questions(&sheet) - lt_standings_settled(s), answers,
                        n_answers);
    for (int i = TEAMS; i > 0; i--)
        lt_standings_add(s, i);
    lt_standings_rank(s, &ranked);
    return s;
}

static void no_order_of_arrival_changes_a_place(void **state)
{
    uint64_t seed = (uint64_t)time(NULL) | 1;

    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    for (int run = 0; run < 200; run++) {
        uint64_t x = seed + (uint64_t)run * 2654435761u;
        struct lt_standings *whole, *live;
        struct story *t;

        random_sheet(&x);
        t = story_begin(TEAMS);
        tell_contest(t, &x);
        whole = fold(&x, false);
        live = fold(&x, true);
        for (int i = 1; i <= TEAMS; i++) {
            struct lt_place a = *lt_standings_place(whole, i), b = *lt_standings_place(live, i);

            if (memcmp(&a, &b, sizeof a) != 0)
                fail_msg("run %d entry %d: points %" PRId64 " %" PRId64 ", rank %d %d", run, i,
                         a.points_c, b.points_c, a.rank, b.rank);
        }
        lt_standings_free(whole);
        lt_standings_free(live);
        story_end(t);
    }
}

/* ---- size ----------------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void a_hundred_thousand_persons_settle_and_are_ranked(void **state)
{
    enum { N = 100000 };
    struct lt_answer_row *rows = malloc(N * sizeof *rows);
    const struct lt_place *const *ranked;
    uint64_t x = 7;
    struct story *t;
    double start;

    (void)state;
    assert_non_null(rows);
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 1)->score.speed = true;
    t = story_begin(0);
    for (int i = 0; i < N; i++) {
        lt_standings_add(t->s, N - i);
        rows[i] = row(0, 1 + (i * INT64_C(7919)) % N, i, bodies[below(&x, 4)], below(&x, 20000));
    }
    start = seconds();
    lt_standings_settle(t->s, 1, rows, N);
    print_message("settled %d answers in %.0f ms\n", N, (seconds() - start) * 1e3);
    start = seconds();
    assert_int_equal(lt_standings_rank(t->s, &ranked), N);
    print_message("ranked %d entries in %.0f ms\n", N, (seconds() - start) * 1e3);
    for (int i = 1; i < N; i++)
        assert_true(ranked[i - 1]->points_c >= ranked[i]->points_c);
    assert_int_equal(ranked[0]->rank, 1);
    assert_int_equal(ranked[N / 2]->answered, 1);
    free(rows);
    story_end(t);
}

/* Its place is new with all its points, so nothing seems to have changed in it. */
static void what_is_ruled_of_somebody_new_ranks_again(void **state)
{
    struct story *t;

    (void)state;
    sheet_begin(false);
    sheet_round(LT_MODE_LIVE, 1);
    t = story_begin(0);
    lt_standings_add(t->s, 1);
    rank(t);
    rule(t, (struct lt_ruling){.kind = LT_RULING_ADJUST,
                               .state = LT_RULING_DONE,
                               .qi = -1,
                               .entry = 2,
                               .value_c = POINTS(5)});
    assert_true(t->changed);
    rank(t);
    assert_int_equal(place(t, 2)->rank, 1);
    assert_int_equal(place(t, 1)->rank, 2);
    story_end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_order_however_many_they_are),
        cmocka_unit_test(what_is_ruled_of_somebody_new_ranks_again),
        cmocka_unit_test(a_void_question_changes_nothing_for_anybody),
        cmocka_unit_test(fouls_of_a_void_question_are_cancelled),
        cmocka_unit_test(a_ruling_that_waits_or_was_rejected_has_no_effect),
        cmocka_unit_test(another_response_may_be_accepted_of_every_type),
        cmocka_unit_test(a_ruling_about_a_settled_question_settles_all_anew),
        cmocka_unit_test(places_stand_still_until_they_are_ranked),
        cmocka_unit_test(the_disqualified_keep_their_points_and_lose_their_rank),
        cmocka_unit_test(a_reset_forgets_what_was_before_whenever_it_is_settled),
        cmocka_unit_test(without_a_reset_points_are_kept_and_the_level_ranks_first),
        cmocka_unit_test(a_preview_says_what_would_change_and_changes_nothing),
        cmocka_unit_test(no_order_of_arrival_changes_a_place),
        cmocka_unit_test(a_hundred_thousand_persons_settle_and_are_ranked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

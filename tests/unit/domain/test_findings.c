/* Findings: planted cheats are told, honest crowds are not. The crowds are drawn from seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE = 4000, ITEMS = 20 };

static struct lt_findings found;
static struct lt_finding_answer answers[PEOPLE][ITEMS];
static struct lt_finding_paper papers[PEOPLE];
static struct lt_finding_duel duels[400000];
static struct lt_finding_player players[PEOPLE];
static int n_duels;
static uint64_t dice;

static int roll(int n)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int)((dice >> 11) % (uint64_t)n);
}

/* Many small ones and a few large: a time to think, of the given mean. */
static int64_t pondering(int mean)
{
    int64_t t = 0;

    while (roll(4) != 0 && t < 20 * mean)
        t += roll(2 * mean / 3);
    return t;
}

/* Somebody who reads 4 to 12 characters a second, thinks, and is right as he is. */
static void honest_paper(int i, int items)
{
    int per_s = 4 + roll(9), skill = 30 + roll(65);

    papers[i] = (struct lt_finding_paper){.person = 1000 + i,
                                          .started_us = INT64_C(1000000) * roll(3600 * 8),
                                          .answers = answers[i],
                                          .n = items,
                                          .has_device = true,
                                          .device = (uint64_t)i,
                                          .has_address = true,
                                          .address = (uint64_t)roll(300)};
    for (int k = 0; k < items; k++) {
        int chars = 30 + roll(120);

        answers[i][k] = (struct lt_finding_answer){
            .question = roll(500),
            .read_ms = chars * 1000 / LT_READING_CHARS_PER_S,
            .used_ms = (int32_t)(chars * 1000 / per_s + pondering(4000) + roll(700)),
            .right = roll(100) < skill};
    }
}

static int setup(void **state)
{
    (void)state;
    dice = 88172645463325252u;
    n_duels = 0;
    found = (struct lt_findings){0};
    for (int i = 0; i < PEOPLE; i++)
        honest_paper(i, ITEMS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_findings_done(&found);
    return 0;
}

static void assert_nothing(void)
{
    if (found.n > 0)
        fail_msg("%s of %lld: %lld of %lld", lt_finding_name(found.rows[0].kind),
                 (long long)found.rows[0].subjects[0], (long long)found.rows[0].n,
                 (long long)found.rows[0].of);
    assert_false(found.failed);
}

static void assert_one(enum lt_finding_kind kind, int subjects, int64_t first)
{
    if (found.n != 1)
        fail_msg("%d findings", found.n);
    assert_int_equal(found.rows[0].kind, kind);
    assert_int_equal(found.rows[0].n_subjects, subjects);
    assert_int_equal(found.rows[0].subjects[0], first);
}

/* ---- faster than readable ------------------------------------------------------------------- */

static void reading_takes_its_time(void **state)
{
    struct lt_question q = {.stem = "", .n_options = 2, .options = {"是", "否"}};
    char stem[400] = "";

    (void)state;
    assert_int_equal(lt_reading_ms(&q), LT_READING_FLOOR_MS);
    for (int i = 0; i < 98; i++)
        strcat(stem, "法");
    q.stem = stem;
    assert_int_equal(lt_reading_ms(&q), 4000);
    q = (struct lt_question){.stem = "what is to be read by everybody, 2026: a b c",
                             .n_options = 0};
    assert_int_equal(lt_reading_ms(&q), LT_READING_FLOOR_MS); /* 33 letters and digits */
}

static void an_honest_crowd_is_not_too_fast(void **state)
{
    (void)state;
    lt_findings_too_fast(papers, PEOPLE, &found);
    assert_nothing();
}

static void a_prepared_key_is_told(void **state)
{
    (void)state;
    for (int k = 0; k < ITEMS; k++) {
        answers[77][k].used_ms = 700 + roll(500);
        answers[77][k].right = k != 3;
    }
    lt_findings_too_fast(papers, PEOPLE, &found);
    assert_one(LT_FINDING_TOO_FAST, 1, 1077);
    assert_in_range(found.rows[0].n, 15, 20);
    assert_int_equal(found.rows[0].of, 20);
    assert_in_range(found.rows[0].after_e4, 9000, 10000);
}

static void who_taps_blindly_or_reads_all_first_is_not_told(void **state)
{
    (void)state;
    for (int k = 0; k < ITEMS; k++) {
        answers[5][k].used_ms = 600;
        answers[5][k].right = k % 3 == 0;
        answers[6][k].used_ms = k == 0 ? 300000 : 600;
        answers[6][k].right = true;
    }
    papers[7].n = LT_FAST_ITEMS_MIN - 1; /* too few to say anything */
    for (int k = 0; k < ITEMS; k++) {
        answers[7][k].used_ms = 600;
        answers[7][k].right = true;
    }
    lt_findings_too_fast(papers, PEOPLE, &found);
    assert_nothing();
}

static void a_person_is_told_once(void **state)
{
    (void)state;
    for (int i = 10; i < 13; i++) {
        papers[i].person = 5;
        for (int k = 0; k < ITEMS; k++) {
            answers[i][k].used_ms = 500 + (i == 11 ? 0 : k % 4 == 0 ? 9000 : 0);
            answers[i][k].read_ms = 3000;
            answers[i][k].right = true;
        }
    }
    lt_findings_too_fast(papers, PEOPLE, &found);
    assert_one(LT_FINDING_TOO_FAST, 1, 5);
    assert_int_equal(found.rows[0].n, 20);
}

/* ---- the same rhythm ------------------------------------------------------------------------ */

static void an_honest_crowd_has_no_rhythm_in_common(void **state)
{
    (void)state;
    for (int trial = 0; trial < 3; trial++) {
        for (int i = 0; i < PEOPLE; i++)
            honest_paper(i, trial == 0 ? 11 : 20);
        lt_findings_same_timing(papers, PEOPLE, &found);
        assert_nothing();
    }
}

/* Another account answered in the same rhythm, but for a little trembling. */
static void follow(int i, int leader, int tremble_ms)
{
    for (int k = 0; k < ITEMS; k++) {
        int used_ms = answers[leader][k].used_ms + roll(2 * tremble_ms + 1) - tremble_ms;

        answers[i][k].used_ms = used_ms > 0 ? used_ms : 0;
    }
}

static void one_hand_on_two_accounts_is_told(void **state)
{
    int told = 0;

    (void)state;
    for (int trial = 0; trial < 40; trial++) {
        for (int i = 0; i < PEOPLE; i++)
            honest_paper(i, ITEMS);
        follow(2000, 30 + trial, 200);
        answers[2000][roll(ITEMS)].used_ms += 60000; /* once he was disturbed */
        lt_findings_done(&found);
        lt_findings_same_timing(papers, PEOPLE, &found);
        assert_in_range(found.n, 0, 1);
        told += found.n;
        if (found.n == 1) {
            assert_one(LT_FINDING_SAME_TIMING, 2, 1030 + trial);
            assert_int_equal(found.rows[0].subjects[1], 3000);
            assert_in_range(found.rows[0].n, 18, 20);
        }
    }
    assert_in_range(told, 38, 40);
}

static void a_hundred_accounts_in_one_rhythm_are_one_finding(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        follow(1000 + i, 30, 100);
    lt_findings_same_timing(papers, PEOPLE, &found);
    assert_one(LT_FINDING_SAME_TIMING, 101, 1030);
    assert_int_equal(found.rows[0].subjects[LT_FINDING_SUBJECTS_MAX - 1], 2014);
}

static void metronomes_and_ones_own_papers_prove_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++)
        for (int k = 0; k < ITEMS; k++)
            answers[i][k].used_ms = 5000 + roll(300);
    follow(2000, 100, 100);
    papers[2000].person = papers[100].person;
    lt_findings_same_timing(papers, PEOPLE, &found);
    assert_nothing();
}

/* ---- devices and addresses ------------------------------------------------------------------ */

static void families_and_offices_are_not_told(void **state)
{
    (void)state;
    for (int i = 0; i < PEOPLE; i++)
        papers[i].device = (uint64_t)(i / 3);
    for (int i = 0; i < 50; i++) /* an office at noon */
        papers[i].address = 1000, papers[i].started_us = 1000000 * roll(600);
    for (int i = 100; i < 1100; i++) /* a carrier, over the day */
        papers[i].address = 1001;
    for (int i = 2000; i < 2100; i++) /* one person, many papers */
        papers[i].person = 9, papers[i].device = 5000, papers[i].address = 1002,
        papers[i].started_us = 0;
    lt_findings_shared(papers, PEOPLE, &found);
    assert_nothing();
}

static void many_accounts_on_one_device_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++)
        papers[10 * i].device = 7777;
    papers[3].device = 7777;
    papers[3].person = papers[0].person;
    lt_findings_shared(papers, PEOPLE, &found);
    assert_one(LT_FINDING_SHARED_DEVICE, 40, 1000);
    assert_int_equal(found.rows[0].subjects[15], 1150);
    assert_int_equal(found.rows[0].n, 40);
    assert_int_equal(found.rows[0].of, 41);
}

static void many_starts_at_one_address_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 90; i++)
        papers[i].address = 1000, papers[i].started_us = INT64_C(1000000) * (20000 + roll(600));
    lt_findings_shared(papers, PEOPLE, &found);
    assert_one(LT_FINDING_SHARED_ADDRESS, 90, 1000);
}

/* ---- exposed questions ---------------------------------------------------------------------- */

static struct lt_finding_use uses[500 * 10];

/* 500 questions over 10 days; everybody learns a little. */
static int use_bank(int leaked, int gain)
{
    int n = 0;

    for (int q = 0; q < 500; q++) {
        int share = 30 + roll(60);

        for (int day = 0; day < 10; day++) {
            struct lt_finding_use *u = &uses[n++];

            *u = (struct lt_finding_use){.question = q, .day = 100 + day, .asked = 60 + roll(200)};
            for (int k = 0; k < u->asked; k++)
                u->right += roll(100) < (q == leaked && day >= 6 ? 96 : share + gain * day);
        }
    }
    for (int i = 0; i < n; i++) { /* rows come in any order */
        struct lt_finding_use t = uses[i];
        int k = roll(n);

        uses[i] = uses[k];
        uses[k] = t;
    }
    return n;
}

static void questions_that_people_learn_are_not_told(void **state)
{
    (void)state;
    for (int trial = 0; trial < 10; trial++) {
        lt_findings_exposed(uses, use_bank(-1, 1), &found);
        assert_nothing();
    }
}

/* Everybody was taught in between: 20 points more for all. */
static void what_all_questions_gained_is_not_told(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        lt_findings_exposed(uses, use_bank(-1, 4), &found);
        assert_nothing();
    }
}

static void a_published_question_is_told(void **state)
{
    int told = 0;

    (void)state;
    for (int trial = 0; trial < 20; trial++) {
        lt_findings_done(&found);
        lt_findings_exposed(uses, use_bank(42, 1), &found);
        if (found.n == 0)
            continue; /* one that nearly everybody knew before */
        assert_one(LT_FINDING_EXPOSED_QUESTION, 1, 42);
        assert_true(found.rows[0].after_e4 > found.rows[0].before_e4 + 2000);
        told++;
    }
    assert_in_range(told, 8, 18);
}

/* ---- duels ---------------------------------------------------------------------------------- */

static void duel_of(int a, int b, int right_a, int right_b, int items)
{
    static int64_t no;

    no++;
    duels[n_duels++] = (struct lt_finding_duel){
        no, 1000 + a, b < 0 ? 0 : 1000 + b, right_a < right_b, false, items, right_a};
    if (b >= 0)
        duels[n_duels++] = (struct lt_finding_duel){no,    1000 + b, 1000 + a, right_b < right_a,
                                                    false, items,    right_b};
}

static int hits(int skill, int items)
{
    int n = 0;

    for (int i = 0; i < items; i++)
        n += roll(100) < skill;
    return n;
}

/* People of all skills, who meet whom they meet. */
static void honest_duels(int people, int each)
{
    static int skill[PEOPLE];

    for (int i = 0; i < people; i++) {
        skill[i] = 35 + roll(60);
        players[i] = (struct lt_finding_player){.person = 1000 + i,
                                                .rating = 600 + skill[i] * 10 + roll(150),
                                                .answered = 60 + roll(100)};
        players[i].right = hits(skill[i], players[i].answered);
    }
    for (int i = 0; i < people * each / 2; i++) {
        int a = roll(people), b = roll(10) ? (a + 1 + roll(people - 1)) % people : -1;

        duel_of(a, b, hits(skill[a], 12), b < 0 ? 6 : hits(skill[b], 12), 12);
    }
}

static void an_honest_field_meets_everybody(void **state)
{
    (void)state;
    honest_duels(1000, 30);
    lt_findings_same_pair(duels, n_duels, &found);
    lt_findings_sandbagging(duels, n_duels, players, 1000, &found);
    assert_nothing();
}

static void where_few_play_the_same_two_meet(void **state)
{
    (void)state;
    honest_duels(3, 100);
    lt_findings_same_pair(duels, n_duels, &found);
    assert_nothing();
}

static void two_who_always_meet_are_told_once(void **state)
{
    (void)state;
    honest_duels(500, 4);
    for (int i = 0; i < 30; i++)
        duel_of(700, 701, 10, 0, 12);
    duel_of(701, 20, 5, 5, 12);
    lt_findings_same_pair(duels, n_duels, &found);
    assert_one(LT_FINDING_SAME_PAIR, 2, 1700);
    assert_int_equal(found.rows[0].subjects[1], 1701);
    assert_int_equal(found.rows[0].n, 30);
    assert_int_equal(found.rows[0].of, 30);
}

static void who_loses_on_purpose_is_told(void **state)
{
    (void)state;
    honest_duels(1000, 30);
    players[5].answered = 200;
    players[5].right = 180;
    players[5].rating = 900; /* others who answer as well have 1,500 */
    for (int i = 0; i < 20; i++)
        duel_of(5, roll(900) + 50, hits(15, 12), 13, 12);
    for (int i = 0; i < n_duels; i++) /* honest losses of his would blur it: he has none */
        if (duels[i].person == 1005 && duels[i].right > 6)
            duels[i].lost = false;
    lt_findings_sandbagging(duels, n_duels, players, 1000, &found);
    assert_one(LT_FINDING_SANDBAGGING, 1, 1005);
    assert_int_equal(found.rows[0].before_e4, 9000);
    assert_in_range(found.rows[0].after_e4, 500, 4500);
    lt_findings_done(&found);
    players[5].rating = 1500; /* it has cost him nothing: there is no purpose to see */
    lt_findings_sandbagging(duels, n_duels, players, 1000, &found);
    assert_nothing();
}

/* ---- all ------------------------------------------------------------------------------------ */

static void the_order_of_the_rows_does_not_matter(void **state)
{
    static struct lt_findings first;

    (void)state;
    for (int i = 0; i < 60; i++)
        follow(1000 + i, 30 + i % 5, 100), papers[2000 + i].device = 9000 + (uint64_t)i % 3;
    lt_findings_same_timing(papers, PEOPLE, &found);
    lt_findings_shared(papers, PEOPLE, &found);
    first = found;
    found = (struct lt_findings){0};
    for (int i = 0; i < PEOPLE; i++) {
        struct lt_finding_paper t = papers[i];
        int k = roll(PEOPLE);

        papers[i] = papers[k];
        papers[k] = t;
    }
    lt_findings_same_timing(papers, PEOPLE, &found);
    lt_findings_shared(papers, PEOPLE, &found);
    assert_in_range(first.n, 8, 8);
    assert_int_equal(found.n, first.n);
    assert_memory_equal(found.rows, first.rows, (size_t)first.n * sizeof *first.rows);
    lt_findings_done(&first);
}

static void nothing_at_all_is_fine(void **state)
{
    (void)state;
    lt_findings_too_fast(NULL, 0, &found);
    lt_findings_same_timing(NULL, 0, &found);
    lt_findings_shared(NULL, 0, &found);
    lt_findings_exposed(NULL, 0, &found);
    lt_findings_same_pair(NULL, 0, &found);
    lt_findings_sandbagging(NULL, 0, NULL, 0, &found);
    assert_nothing();
    lt_findings_done(NULL);
    for (int k = 0; k < LT_FINDINGS; k++)
        assert_true(strlen(lt_finding_name((enum lt_finding_kind)k)) > 5);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(reading_takes_its_time),
        T(an_honest_crowd_is_not_too_fast),
        T(a_prepared_key_is_told),
        T(who_taps_blindly_or_reads_all_first_is_not_told),
        T(a_person_is_told_once),
        T(an_honest_crowd_has_no_rhythm_in_common),
        T(one_hand_on_two_accounts_is_told),
        T(a_hundred_accounts_in_one_rhythm_are_one_finding),
        T(metronomes_and_ones_own_papers_prove_nothing),
        T(families_and_offices_are_not_told),
        T(many_accounts_on_one_device_are_told),
        T(many_starts_at_one_address_are_told),
        T(questions_that_people_learn_are_not_told),
        T(what_all_questions_gained_is_not_told),
        T(a_published_question_is_told),
        T(an_honest_field_meets_everybody),
        T(where_few_play_the_same_two_meet),
        T(two_who_always_meet_are_told_once),
        T(who_loses_on_purpose_is_told),
        T(the_order_of_the_rows_does_not_matter),
        T(nothing_at_all_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The draw of an event's questions: what is fixed, what fits, evenness, and that it fails only when
 * it must. The last is checked against exhaustive search on small banks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BANK_MAX = 400 };

static struct lt_sheet sheet;
static struct lt_bank_row bank[BANK_MAX];
static char codes[BANK_MAX][16], topics[BANK_MAX][16];
static int n_bank, drawn[LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX];
static struct lt_buf err;

static int setup(void **state)
{
    (void)state;
    memset(&sheet, 0, sizeof sheet);
    n_bank = 0;
    lt_buf_init(&err, 65536);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_buf_done(&err);
    return 0;
}

static struct lt_bank_row *row(int topic, enum lt_qtype type, int difficulty, const char *audience)
{
    struct lt_bank_row *q = &bank[n_bank];

    snprintf(codes[n_bank], sizeof codes[0], "Q%03d", n_bank);
    snprintf(topics[n_bank], sizeof topics[0], "T%d", topic);
    *q = (struct lt_bank_row){codes[n_bank], topics[n_bank], audience, type, difficulty};
    n_bank++;
    return q;
}

/* n topics of m single-choice questions each. */
static void plain_bank(int n, int m)
{
    for (int i = 0; i < n * m; i++)
        row(i % n, LT_QT_SINGLE, 1 + i % 3, "all");
}

static struct lt_round_rule *round_of(int questions)
{
    struct lt_round_rule *r = &sheet.rounds[sheet.n_rounds++];

    r->mode = LT_MODE_REQUIRED;
    r->n_questions = questions;
    return r;
}

static void from_topic(struct lt_round_rule *r, int topic)
{
    snprintf(r->draw.fit.topics[r->draw.fit.n_topics++], sizeof r->draw.fit.topics[0], "T%d",
             topic);
}

static int draw(uint64_t seed)
{
    lt_buf_clear(&err);
    return lt_draw(&sheet, bank, n_bank, seed, drawn, &err);
}

static void assert_drawn(uint64_t seed)
{
    bool seen[BANK_MAX] = {false};

    if (draw(seed) != LT_OK)
        fail_msg("seed %llu: %s", (unsigned long long)seed, lt_buf_cstr(&err));
    for (int i = 0; i < lt_sheet_questions(&sheet); i++) {
        assert_in_range(drawn[i], 0, n_bank - 1);
        assert_false(seen[drawn[i]]);
        seen[drawn[i]] = true;
    }
}

static void assert_refused(const char *problems)
{
    assert_int_equal(draw(1), LT_ESHEET);
    assert_string_equal(lt_buf_cstr(&err), problems);
}

static void no_question_is_drawn_twice_in_an_event(void **state)
{
    (void)state;
    plain_bank(5, 12);
    for (int i = 0; i < 4; i++)
        round_of(15);
    for (uint64_t seed = 0; seed < 200; seed++)
        assert_drawn(seed);
}

static void a_seed_gives_the_same_questions_for_ever(void **state)
{
    static const char want[] = "Q033 Q000 Q015 Q038 Q009 Q028 Q017 Q002 ";
    char got[200] = "";

    (void)state;
    plain_bank(4, 10);
    round_of(5);
    round_of(3);
    assert_drawn(20260415);
    for (int i = 0; i < 8; i++)
        sprintf(got + strlen(got), "%s ", bank[drawn[i]].code);
    assert_string_equal(got, want);
}

static void another_seed_gives_other_questions(void **state)
{
    int first[8], same = 0;

    (void)state;
    plain_bank(4, 50);
    round_of(8);
    assert_drawn(1);
    memcpy(first, drawn, sizeof first);
    assert_drawn(2);
    for (int i = 0; i < 8; i++)
        same += first[i] == drawn[i];
    assert_true(same < 4);
}

static void the_order_of_the_bank_does_not_matter(void **state)
{
    const char *first[20];

    (void)state;
    plain_bank(5, 12);
    round_of(20);
    assert_drawn(77);
    for (int i = 0; i < 20; i++)
        first[i] = bank[drawn[i]].code;
    for (int i = 0; i < n_bank / 2; i++) {
        struct lt_bank_row t = bank[i];

        bank[i] = bank[n_bank - 1 - i];
        bank[n_bank - 1 - i] = t;
    }
    assert_drawn(77);
    for (int i = 0; i < 20; i++)
        assert_string_equal(bank[drawn[i]].code, first[i]);
}

static void topics_are_spread_evenly_and_a_small_one_gives_what_it_has(void **state)
{
    (void)state;
    plain_bank(4, 20);
    row(9, LT_QT_SINGLE, 1, "all");
    round_of(21);
    for (uint64_t seed = 0; seed < 50; seed++) {
        int count[10] = {0};

        assert_drawn(seed);
        for (int i = 0; i < 21; i++)
            count[atoi(bank[drawn[i]].topic + 1)]++;
        assert_int_equal(count[9], 1);
        for (int t = 0; t < 4; t++)
            assert_int_equal(count[t], 5);
    }
}

static void every_question_has_the_same_chance(void **state)
{
    int count[BANK_MAX] = {0};

    (void)state;
    plain_bank(3, 10);
    round_of(6);
    for (uint64_t seed = 0; seed < 5000; seed++) {
        assert_drawn(seed);
        for (int i = 0; i < 6; i++)
            count[drawn[i]]++;
    }
    for (int i = 0; i < n_bank; i++) /* 1000 expected, σ = 28 */
        assert_in_range(count[i], 860, 1140);
}

static void a_draw_keeps_to_its_topics_types_difficulty_and_audience(void **state)
{
    struct lt_round_rule *r = round_of(10);

    (void)state;
    for (int i = 0; i < 360; i++)
        row(i % 4, (enum lt_qtype)(i / 4 % LT_QTYPES), 1 + i % 3, i % 5 ? "all" : "leader");
    from_topic(r, 1);
    from_topic(r, 3);
    r->draw.fit.types = 1u << LT_QT_MULTIPLE | 1u << LT_QT_FILL;
    r->draw.fit.difficulty = 1u << 2 | 1u << 3;
    strcpy(r->draw.fit.audiences[0], "all");
    r->draw.fit.n_audiences = 1;
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_drawn(seed);
        for (int i = 0; i < 10; i++) {
            const struct lt_bank_row *q = &bank[drawn[i]];

            assert_true(q->topic[1] == '1' || q->topic[1] == '3');
            assert_true(q->type == LT_QT_MULTIPLE || q->type == LT_QT_FILL);
            assert_in_range(q->difficulty, 2, 3);
            assert_string_equal(q->audience, "all");
        }
    }
}

static void judges_get_tasks_and_nobody_else_does(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        row(0, i % 2 ? LT_QT_TASK : LT_QT_SINGLE, 1, "all");
    round_of(10);
    round_of(10)->mode = LT_MODE_JURY;
    assert_drawn(3);
    for (int i = 0; i < 20; i++)
        assert_int_equal(bank[drawn[i]].type == LT_QT_TASK, i >= 10);
    sheet.rounds[0].n_questions = 11;
    assert_refused(
        "[{\"path\":\"rounds[0].questions\",\"reason\":\"draw_too_large\",\"have\":10}]");
}

static void fix(struct lt_round_rule *r, const char *code)
{
    strcpy(r->draw.codes[r->draw.n_codes++], code);
}

static void fixed_questions_come_in_their_order_and_are_not_drawn(void **state)
{
    struct lt_round_rule *r;

    (void)state;
    plain_bank(1, 6);
    round_of(3);
    r = round_of(3);
    fix(r, "Q004");
    fix(r, "Q000");
    fix(r, "Q003");
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_drawn(seed);
        assert_int_equal(drawn[3], 4);
        assert_int_equal(drawn[4], 0);
        assert_int_equal(drawn[5], 3);
    }
    sheet.rounds[0].n_questions = 4;
    assert_refused("[{\"path\":\"rounds[0].questions\",\"reason\":\"draw_too_large\",\"have\":3}]");
}

static void a_code_that_cannot_be_asked_is_named(void **state)
{
    struct lt_round_rule *r = round_of(2);

    (void)state;
    plain_bank(1, 3);
    row(0, LT_QT_TASK, 1, "all");
    fix(r, "Q009");
    fix(r, "Q003");
    r = round_of(1);
    r->mode = LT_MODE_JURY;
    fix(r, "Q001");
    assert_refused("[{\"path\":\"rounds[0].codes[0]\",\"reason\":\"unknown_code\"},"
                   "{\"path\":\"rounds[0].codes[1]\",\"reason\":\"wrong_type\"},"
                   "{\"path\":\"rounds[1].codes[0]\",\"reason\":\"wrong_type\"}]");
}

static void an_empty_bank_has_nothing_to_draw(void **state)
{
    (void)state;
    round_of(1);
    assert_refused("[{\"path\":\"rounds[0].questions\",\"reason\":\"draw_too_large\",\"have\":0}]");
}

/* Round 0 may use topics 0 and 1, round 1 topics 1 and 2, round 2 topics 2 and 3: whoever draws
 * first must not take what only another can use. */
static void a_question_is_passed_on_when_another_round_needs_it(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct lt_round_rule *r = round_of(4);

        from_topic(r, i);
        from_topic(r, i + 1);
    }
    for (int i = 0; i < 12; i++)
        row(i < 1 ? 0 : i < 5 ? 1 : i < 8 ? 2 : 3, LT_QT_SINGLE, 1, "all");
    for (uint64_t seed = 0; seed < 500; seed++) {
        assert_drawn(seed);
        for (int i = 0; i < 12; i++)
            assert_in_range(bank[drawn[i]].topic[1] - '0', i / 4, i / 4 + 1);
    }
}

/* Whether rounds can be served by a bank that is a count per topic (Hall's condition: no set of
 * rounds wants more than all its topics have). */
static bool possible(const unsigned *wants, const int *need, int rounds, const int *have)
{
    for (unsigned set = 1; set < 1u << rounds; set++) {
        unsigned topics_of = 0;
        int sum = 0;

        for (int r = 0; r < rounds; r++)
            if (set & 1u << r) {
                topics_of |= wants[r];
                sum += need[r];
            }
        for (int t = 0; t < 5; t++)
            if (topics_of & 1u << t)
                sum -= have[t];
        if (sum > 0)
            return false;
    }
    return true;
}

static void a_draw_fails_only_when_no_choice_would_do(void **state)
{
    int succeeded = 0, failed = 0;

    (void)state;
    srand(7);
    for (int trial = 0; trial < 3000; trial++) {
        unsigned wants[4];
        int need[4], have[5], rounds = 2 + rand() % 3;

        memset(&sheet, 0, sizeof sheet);
        n_bank = 0;
        for (int t = 0; t < 5; t++) {
            have[t] = rand() % 4;
            for (int i = 0; i < have[t]; i++)
                row(t, LT_QT_SINGLE, 1, "all");
        }
        for (int r = 0; r < rounds; r++) {
            struct lt_round_rule *rule;

            need[r] = 1 + rand() % 4;
            wants[r] = 1 + (unsigned)rand() % 31;
            rule = round_of(need[r]);
            for (int t = 0; t < 5; t++)
                if (wants[r] & 1u << t)
                    from_topic(rule, t);
        }
        if (possible(wants, need, rounds, have)) {
            assert_drawn((uint64_t)trial);
            succeeded++;
        } else {
            assert_int_equal(draw((uint64_t)trial), LT_ESHEET);
            assert_non_null(strstr(lt_buf_cstr(&err), "\"draw_too_large\",\"have\":"));
            failed++;
        }
    }
    assert_true(succeeded > 300 && failed > 300);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void a_self_paced_sheet_has_nothing_to_draw(void **state)
{
    (void)state;
    plain_bank(5, 12);
    round_of(15)->mode = LT_MODE_SURVIVAL;
    sheet.self_paced = true;
    memset(drawn, 0x5a, sizeof drawn);
    assert_int_equal(draw(1), LT_OK);
    assert_int_equal(drawn[0], 0x5a5a5a5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(no_question_is_drawn_twice_in_an_event),
        T(a_seed_gives_the_same_questions_for_ever),
        T(another_seed_gives_other_questions),
        T(the_order_of_the_bank_does_not_matter),
        T(topics_are_spread_evenly_and_a_small_one_gives_what_it_has),
        T(every_question_has_the_same_chance),
        T(a_draw_keeps_to_its_topics_types_difficulty_and_audience),
        T(judges_get_tasks_and_nobody_else_does),
        T(fixed_questions_come_in_their_order_and_are_not_drawn),
        T(a_code_that_cannot_be_asked_is_named),
        T(an_empty_bank_has_nothing_to_draw),
        T(a_self_paced_sheet_has_nothing_to_draw),
        T(a_question_is_passed_on_when_another_round_needs_it),
        T(a_draw_fails_only_when_no_choice_would_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

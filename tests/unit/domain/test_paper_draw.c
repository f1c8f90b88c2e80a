/* Drawing papers: blueprint, evenness, growing difficulty, disjoint papers, and that it fails only
 * when it must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "papers.h"

static struct lt_paper copy;

static int setup(void **state)
{
    (void)state;
    n_pool = 0;
    fresh_round(LT_MODE_TIMED, 20);
    return 0;
}

static void assert_no_repeats(const struct lt_paper *p)
{
    bool seen[POOL_ROWS] = {false};

    for (int i = 0; i < p->n; i++) {
        assert_in_range(p->items[i].row, 0, n_pool - 1);
        assert_false(seen[p->items[i].row]);
        seen[p->items[i].row] = true;
    }
}

static void assert_options_are_a_permutation(const struct lt_paper *p)
{
    for (int i = 0; i < p->n; i++) {
        unsigned seen = 0;

        for (int k = 0; k < LT_OPTIONS_MAX; k++)
            seen |= 1u << p->items[i].option[k];
        assert_int_equal(seen, 255);
        for (int k = asked(p, i)->n_options; k < LT_OPTIONS_MAX; k++)
            assert_int_equal(p->items[i].option[k], k);
    }
}

static void types_pool(void)
{
    for (int i = 0; i < 120; i++)
        pool_row(i % 7, (enum lt_qtype)(i % LT_QT_TASK), 1 + i % 3);
}

static void no_question_stands_twice_in_a_paper(void **state)
{
    (void)state;
    types_pool();
    for (int part = 0; part < 4; part++)
        fresh_part(5)->fit.types = part == 3 ? 0 : 1u << part;
    for (uint64_t seed = 0; seed < 500; seed++) {
        begin(seed);
        assert_int_equal(paper.n, 20);
        assert_no_repeats(&paper);
        assert_options_are_a_permutation(&paper);
    }
}

static void each_part_has_its_questions_in_the_order_of_the_blueprint(void **state)
{
    (void)state;
    types_pool();
    fresh_part(3)->fit.types = 1u << LT_QT_MULTIPLE;
    fresh_part(2)->fit.difficulty = 1u << 3;
    fresh_part(4)->fit.types = 1u << LT_QT_SINGLE;
    strcpy(rule.paper.parts[2].fit.topics[rule.paper.parts[2].fit.n_topics++], "T3");
    strcpy(rule.paper.parts[2].fit.topics[rule.paper.parts[2].fit.n_topics++], "T5");
    for (uint64_t seed = 0; seed < 200; seed++) {
        begin(seed);
        assert_int_equal(paper.n, 9);
        for (int i = 0; i < 9; i++) {
            const struct lt_pool_row *q = &pool[paper.items[i].row];
            int part = i < 3 ? 0 : i < 5 ? 1 : 2;

            assert_int_equal(paper.items[i].part, part);
            assert_true(part != 0 || q->question->type == LT_QT_MULTIPLE);
            assert_true(part != 1 || q->difficulty == 3);
            assert_true(part != 2 ||
                        (q->question->type == LT_QT_SINGLE && strchr("35", q->question->topic[1])));
        }
    }
}

/* What is stored of a paper is its seed: the draw must not change with a release. */
static void a_seed_gives_the_same_bytes_for_ever(void **state)
{
    static const char want[] = "21:3120 78:0123 22:3102 26:1203 83:3021 15:1302 39:3012 60:2013 ";
    char got[200] = "";

    (void)state;
    plain_pool(100, 10, LT_QT_SINGLE);
    for (int i = 0; i < n_pool; i++)
        pool_questions[i].n_options = 4;
    rule.n_questions = 8;
    begin(20260415);
    for (int i = 0; i < 8; i++) {
        const int *o = paper.items[i].option;

        sprintf(got + strlen(got), "%d:%d%d%d%d ", paper.items[i].row, o[0], o[1], o[2], o[3]);
    }
    assert_string_equal(got, want);
    for (uint64_t seed = 0; seed < 100; seed++) {
        begin(seed);
        copy = paper;
        begin(seed);
        assert_memory_equal(copy.items, paper.items, (size_t)paper.n * sizeof *paper.items);
    }
}

static void two_people_have_different_papers(void **state)
{
    int same = 0;

    (void)state;
    plain_pool(200, 10, LT_QT_SINGLE);
    begin(1);
    copy = paper;
    begin(2);
    for (int i = 0; i < 20; i++)
        for (int k = 0; k < 20; k++)
            same += copy.items[i].row == paper.items[k].row;
    assert_in_range(same, 0, 8); /* 2 would be expected */
}

static void topics_take_turns(void **state)
{
    (void)state;
    /* Topic 0 has 90 questions, the others 2 each. */
    for (int i = 0; i < 90; i++)
        pool_row(0, LT_QT_SINGLE, 1);
    for (int i = 0; i < 18; i++)
        pool_row(1 + i / 2, LT_QT_SINGLE, 1);
    for (uint64_t seed = 0; seed < 200; seed++) {
        int count[10] = {0};

        begin(seed);
        for (int i = 0; i < 20; i++)
            count[asked(&paper, i)->topic[1] - '0']++;
        for (int k = 0; k < 10; k++)
            assert_int_equal(count[k], 2);
    }
}

static void every_question_and_every_place_is_as_likely(void **state)
{
    int drawn[60] = {0}, first[60] = {0}, top[4] = {0};

    (void)state;
    plain_pool(60, 6, LT_QT_SINGLE);
    for (int i = 0; i < n_pool; i++)
        pool_questions[i].n_options = 4;
    rule.n_questions = 12;
    for (uint64_t seed = 0; seed < 6000; seed++) {
        begin(seed * 77);
        for (int i = 0; i < 12; i++)
            drawn[paper.items[i].row]++;
        first[paper.items[0].row]++;
        top[paper.items[0].option[0]]++;
    }
    for (int i = 0; i < 60; i++) {
        assert_in_range(drawn[i], 1050, 1350); /* 1200, standard deviation 31 */
        assert_in_range(first[i], 50, 150);    /* 100, 10 */
    }
    for (int k = 0; k < 4; k++)
        assert_in_range(top[k], 1350, 1650); /* 1500, 34 */
}

static void true_and_false_stay_where_they_are(void **state)
{
    (void)state;
    plain_pool(60, 6, LT_QT_TRUEFALSE);
    for (uint64_t seed = 0; seed < 50; seed++) {
        begin(seed);
        for (int i = 0; i < paper.n; i++)
            assert_int_equal(paper.items[i].option[0], 0);
    }
}

static void a_survival_run_grows_in_difficulty(void **state)
{
    (void)state;
    plain_pool(90, 5, LT_QT_SINGLE);
    fresh_round(LT_MODE_SURVIVAL, 31);
    for (uint64_t seed = 0; seed < 200; seed++) {
        int count[4] = {0};

        begin(seed);
        assert_no_repeats(&paper);
        for (int i = 0; i < 31; i++) {
            int difficulty = pool[paper.items[i].row].difficulty;

            count[difficulty]++;
            assert_int_equal(paper.items[i].part, 0);
            assert_true(i == 0 || pool[paper.items[i - 1].row].difficulty <= difficulty);
        }
        assert_int_equal(count[1], 11);
        assert_int_equal(count[3], 10);
    }
}

static void a_survival_run_takes_what_there_is_of_a_difficulty(void **state)
{
    int count[4] = {0};

    (void)state;
    for (int i = 0; i < 42; i++)
        pool_row(i % 3, LT_QT_SINGLE, i < 2 ? 3 : i < 7 ? 2 : 1);
    fresh_round(LT_MODE_SURVIVAL, 30);
    begin(5);
    for (int i = 0; i < 30; i++)
        count[pool[paper.items[i].row].difficulty]++;
    assert_int_equal(count[3], 2);
    assert_int_equal(count[2], 5);
    assert_int_equal(count[1], 23);
}

static void the_sides_of_a_duel_get_the_same_paper(void **state)
{
    (void)state;
    plain_pool(90, 5, LT_QT_MULTIPLE);
    fresh_round(LT_MODE_DUEL, 20);
    rule.paper.target = 10;
    begin(99);
    copy = paper;
    begin(99);
    assert_memory_equal(copy.items, paper.items, 20 * sizeof *paper.items);
}

static void a_pool_that_is_too_small_is_refused(void **state)
{
    static const enum lt_mode modes[] = {LT_MODE_TIMED, LT_MODE_SURVIVAL, LT_MODE_DUEL};

    (void)state;
    plain_pool(19, 5, LT_QT_SINGLE);
    pool_row(0, LT_QT_TASK, 1); /* judges' tasks are no questions */
    for (int m = 0; m < 3; m++) {
        fresh_round(modes[m], 20);
        prepare();
        assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 1, 0, &paper), LT_ESHEET);
        rule.n_questions = 19;
        assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 1, 0, &paper), LT_OK);
    }
}

/* Kuhn's matching, the plain one: is there any choice that serves every part? */
static int owner[POOL_ROWS];
static bool tried[POOL_ROWS];

static bool seat(int part)
{
    for (int q = 0; q < n_pool; q++) {
        if (!(pool[q].parts & 1u << part) || tried[q])
            continue;
        tried[q] = true;
        if (owner[q] < 0 || seat(owner[q])) {
            owner[q] = part;
            return true;
        }
    }
    return false;
}

static bool feasible(void)
{
    memset(owner, -1, sizeof owner);
    for (int part = 0; part < rule.paper.n_parts; part++)
        for (int k = 0; k < rule.paper.parts[part].n; k++) {
            memset(tried, 0, sizeof tried);
            if (!seat(part))
                return false;
        }
    return true;
}

static void a_draw_fails_only_when_no_choice_would_do(void **state)
{
    int failed = 0, disjoint, err;

    (void)state;
    for (unsigned trial = 0; trial < 2000; trial++) {
        unsigned x = trial * 2654435761u;

        setup(NULL);
        for (int i = 0; i < 9; i++)
            pool_row((int)(x >> i) % 3, (x >> 2 * i) & 1 ? LT_QT_SINGLE : LT_QT_MULTIPLE,
                     1 + (int)(x >> (i + 3)) % 3);
        for (int part = 0; part < 4; part++) {
            struct lt_fit_rule *fit = &fresh_part(1 + (int)(x >> (part + 8)) % 3)->fit;

            fit->types = part == 0 ? 0 : (x >> part) % 4;
            fit->difficulty = ((x >> (4 + 2 * part)) % 8) << 1;
        }
        disjoint = trial % 2;
        rule.paper.disjoint = disjoint;
        prepare();
        err = lt_paper_draw(&rule, pool, n_pool, trial, 0, &paper);
        assert_int_equal(err, feasible() ? LT_OK : LT_ESHEET);
        failed += err != LT_OK;
        if (err == LT_OK)
            assert_no_repeats(&paper);
    }
    assert_in_range(failed, 200, 1800); /* both happened */
}

static void disjoint_papers_share_no_question(void **state)
{
    bool seen[POOL_ROWS] = {false};
    int n = 0;

    (void)state;
    types_pool();
    rule.paper.disjoint = true;
    fresh_part(4)->fit.types = 1u << LT_QT_SINGLE;
    fresh_part(4);
    prepare();
    while (lt_paper_draw(&rule, pool, n_pool, (uint64_t)n * 31, n, &paper) == LT_OK) {
        assert_int_equal(paper.n, 8);
        for (int i = 0; i < 8; i++) {
            assert_false(seen[paper.items[i].row]);
            seen[paper.items[i].row] = true;
        }
        n++;
    }
    assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 7, n, &paper), LT_EFULL);
    assert_int_equal(n, 6); /* 24 of the type, 4 a paper */
    assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 7, 2, &paper), LT_OK);
    copy = paper;
    assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 8, 2, &paper), LT_OK);
    for (int i = 0, k = 0; i < 8; i++) { /* whatever the seed */
        for (k = 0; k < 8 && copy.items[k].row != paper.items[i].row; k++)
            ;
        assert_true(k < 8);
    }
}

static void disjoint_papers_are_even_over_topics(void **state)
{
    (void)state;
    plain_pool(100, 5, LT_QT_SINGLE);
    rule.n_questions = 10;
    rule.paper.disjoint = true;
    prepare();
    for (int o = 0; o < 10; o++) {
        int count[5] = {0};

        assert_int_equal(lt_paper_draw(&rule, pool, n_pool, 3, o, &paper), LT_OK);
        for (int i = 0; i < 10; i++)
            count[asked(&paper, i)->topic[1] - '0']++;
        for (int k = 0; k < 5; k++)
            assert_int_equal(count[k], 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_question_stands_twice_in_a_paper, setup),
        cmocka_unit_test_setup(each_part_has_its_questions_in_the_order_of_the_blueprint, setup),
        cmocka_unit_test_setup(a_seed_gives_the_same_bytes_for_ever, setup),
        cmocka_unit_test_setup(two_people_have_different_papers, setup),
        cmocka_unit_test_setup(topics_take_turns, setup),
        cmocka_unit_test_setup(every_question_and_every_place_is_as_likely, setup),
        cmocka_unit_test_setup(true_and_false_stay_where_they_are, setup),
        cmocka_unit_test_setup(a_survival_run_grows_in_difficulty, setup),
        cmocka_unit_test_setup(a_survival_run_takes_what_there_is_of_a_difficulty, setup),
        cmocka_unit_test_setup(the_sides_of_a_duel_get_the_same_paper, setup),
        cmocka_unit_test_setup(a_pool_that_is_too_small_is_refused, setup),
        cmocka_unit_test_setup(a_draw_fails_only_when_no_choice_would_do, setup),
        cmocka_unit_test_setup(disjoint_papers_share_no_question, setup),
        cmocka_unit_test_setup(disjoint_papers_are_even_over_topics, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The pools of a self-paced event: what fits, that rounds share nothing, that each gets its paper, and
 * that it fails only when it must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/draw.h"
#include "domain/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BANK_MAX = 6000 };

static struct lt_sheet sheet;
static struct lt_bank_row bank[BANK_MAX];
static char codes[BANK_MAX][16], topics[BANK_MAX][16];
static int n_bank, drawn[BANK_MAX], size[LT_ROUNDS_MAX];
static struct lt_buf err;

static int setup(void **state)
{
    (void)state;
    memset(&sheet, 0, sizeof sheet);
    sheet.self_paced = true;
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

static void row(int topic, enum lt_qtype type, int difficulty)
{
    snprintf(codes[n_bank], sizeof codes[0], "Q%04d", n_bank);
    snprintf(topics[n_bank], sizeof topics[0], "T%d", topic);
    bank[n_bank] = (struct lt_bank_row){codes[n_bank], topics[n_bank], "all", type, difficulty};
    n_bank++;
}

static void plain_bank(int n)
{
    for (int i = 0; i < n; i++)
        row(i % 7, (enum lt_qtype)(i / 7 % LT_QT_TASK), 1 + i % 3);
}

static struct lt_round_rule *round_of(enum lt_mode mode, int questions)
{
    struct lt_round_rule *r = &sheet.rounds[sheet.n_rounds++];

    r->mode = mode;
    r->n_questions = questions;
    return r;
}

static struct lt_part_rule *part_of(struct lt_round_rule *r, int n)
{
    struct lt_part_rule *part = &r->paper.parts[r->paper.n_parts++];

    part->n = n;
    return part;
}

static int draw(uint64_t seed)
{
    lt_buf_clear(&err);
    return lt_pool_draw(&sheet, bank, n_bank, seed, drawn, size, &err);
}

static int total(void)
{
    int n = 0;

    for (int i = 0; i < sheet.n_rounds; i++)
        n += size[i];
    return n;
}

/* A paper can be drawn from the pool of each round. */
static void assert_papers(void)
{
    static struct lt_question questions[BANK_MAX];
    static struct lt_pool_row pool[LT_POOL_MAX];
    static struct lt_paper paper;
    static bool seen[BANK_MAX];
    const int *at = drawn;

    memset(seen, 0, sizeof seen);
    for (int i = 0; i < sheet.n_rounds; at += size[i++]) {
        assert_in_range(size[i], sheet.rounds[i].n_questions, LT_POOL_MAX);
        for (int k = 0; k < size[i]; k++) {
            const struct lt_bank_row *q = &bank[at[k]];

            assert_false(seen[at[k]]);
            seen[at[k]] = true;
            assert_int_not_equal(q->type, LT_QT_TASK);
            questions[k] = (struct lt_question){
                .type = q->type, .topic = topics[at[k]], .n_options = 4, .n_key = 1};
            pool[k] = (struct lt_pool_row){
                .question = &questions[k], .difficulty = q->difficulty, .audience = q->audience};
        }
        lt_pool_prepare(&sheet.rounds[i], pool, size[i]);
        for (int k = 0; k < size[i]; k++)
            assert_true(pool[k].parts != 0);
        assert_int_equal(lt_paper_draw(&sheet.rounds[i], pool, size[i], 1, 0, &paper), LT_OK);
    }
}

static void one_round_gets_all_that_fits(void **state)
{
    (void)state;
    plain_bank(210);
    row(0, LT_QT_TASK, 1);
    round_of(LT_MODE_SURVIVAL, 50)->draw.fit.types = 1u << LT_QT_SINGLE | 1u << LT_QT_FILL;
    assert_int_equal(draw(1), LT_OK);
    assert_int_equal(size[0], 84);
    assert_papers();
}

static void a_pool_is_what_fits_any_part(void **state)
{
    struct lt_round_rule *r;

    (void)state;
    plain_bank(210);
    r = round_of(LT_MODE_TIMED, 15);
    part_of(r, 10)->fit.types = 1u << LT_QT_SINGLE;
    part_of(r, 5)->fit.difficulty = 1u << 3;
    assert_int_equal(draw(1), LT_OK);
    assert_int_equal(size[0], 42 + 70 - 14);
    assert_papers();
}

static void a_large_bank_is_cut_by_lot(void **state)
{
    static bool first[BANK_MAX];
    int same = 0;

    (void)state;
    plain_bank(6000);
    round_of(LT_MODE_DUEL, 20);
    assert_int_equal(draw(1), LT_OK);
    assert_int_equal(size[0], LT_POOL_MAX);
    assert_papers();
    for (int i = 0; i < size[0]; i++)
        first[drawn[i]] = true;
    assert_int_equal(draw(2), LT_OK);
    for (int i = 0; i < size[0]; i++)
        same += first[drawn[i]];
    assert_in_range(same, 560, 780); /* a third of 2000 */
}

static void rounds_share_nothing_and_get_as_many_papers(void **state)
{
    (void)state;
    plain_bank(300);
    round_of(LT_MODE_TIMED, 10);
    round_of(LT_MODE_SURVIVAL, 50);
    round_of(LT_MODE_DUEL, 15)->draw.fit.types = 1u << LT_QT_SINGLE;
    for (uint64_t seed = 0; seed < 50; seed++) {
        assert_int_equal(draw(seed), LT_OK);
        assert_int_equal(total(), 300);
        assert_papers();
        assert_in_range(size[0], 38, 48); /* of 300, as 10 is to 50 and 15 */
        assert_in_range(size[1], 190, 216);
        assert_in_range(size[2], 40, 60); /* the whole type has 60 */
    }
}

static void a_seed_gives_the_same_pools_whatever_the_order_of_the_bank(void **state)
{
    static const char *first[300];

    (void)state;
    plain_bank(300);
    round_of(LT_MODE_TIMED, 10);
    round_of(LT_MODE_SURVIVAL, 50);
    assert_int_equal(draw(7), LT_OK);
    for (int i = 0; i < 300; i++)
        first[i] = bank[drawn[i]].code;
    for (int i = 0; i < 150; i++) {
        struct lt_bank_row t = bank[i];

        bank[i] = bank[299 - i];
        bank[299 - i] = t;
    }
    assert_int_equal(draw(7), LT_OK);
    for (int i = 0; i < 300; i++)
        assert_string_equal(bank[drawn[i]].code, first[i]);
}

static void a_part_that_cannot_be_filled_is_named_with_what_there_is(void **state)
{
    struct lt_round_rule *r;

    (void)state;
    for (int i = 0; i < 6; i++)
        row(0, LT_QT_FILL, 1);
    plain_bank(0);
    for (int i = 0; i < 40; i++)
        row(0, LT_QT_SINGLE, 1);
    round_of(LT_MODE_SURVIVAL, 50);
    r = round_of(LT_MODE_TIMED, 12);
    part_of(r, 4)->fit.types = 1u << LT_QT_SINGLE;
    part_of(r, 8)->fit.types = 1u << LT_QT_FILL;
    assert_int_equal(draw(1), LT_ESHEET);
    assert_string_equal(
        lt_buf_cstr(&err),
        "[{\"path\":\"rounds[1].blueprint[1].questions\",\"reason\":"
        "\"draw_too_large\",\"have\":6,\"min\":8},{\"path\":\"rounds[0].questions\","
        "\"reason\":\"draw_too_large\",\"have\":36,\"min\":50}]");
}

/* Kuhn's matching, the plain one. */
static int owner[64], part_round[64], part_no[64], n_seats;
static bool tried[64];

static bool seat_fits(int seat, int q)
{
    const struct lt_round_rule *r = &sheet.rounds[part_round[seat]];

    return lt_fits(part_no[seat] < 0 ? &r->draw.fit : &r->paper.parts[part_no[seat]].fit, &bank[q]);
}

static bool place(int seat)
{
    for (int q = 0; q < n_bank; q++) {
        if (!seat_fits(seat, q) || tried[q])
            continue;
        tried[q] = true;
        if (owner[q] < 0 || place(owner[q])) {
            owner[q] = seat;
            return true;
        }
    }
    return false;
}

static bool feasible(void)
{
    memset(owner, -1, sizeof owner);
    n_seats = 0;
    for (int i = 0; i < sheet.n_rounds; i++) {
        const struct lt_round_rule *r = &sheet.rounds[i];
        int parts = r->paper.n_parts;

        for (int k = 0; k < (parts > 0 ? parts : 1); k++)
            for (int m = 0; m < (parts > 0 ? r->paper.parts[k].n : r->n_questions); m++) {
                part_round[n_seats] = i;
                part_no[n_seats++] = parts > 0 ? k : -1;
            }
    }
    for (int s = 0; s < n_seats; s++) {
        memset(tried, 0, sizeof tried);
        if (!place(s))
            return false;
    }
    return true;
}

static void pools_fail_only_when_no_choice_would_do(void **state)
{
    int failed = 0;

    (void)state;
    for (unsigned trial = 0; trial < 2000; trial++) {
        unsigned x = trial * 2654435761u;
        int result;

        memset(&sheet, 0, sizeof sheet);
        sheet.self_paced = true;
        n_bank = 0;
        for (int i = 0; i < 11; i++)
            row((int)(x >> i) % 3, (x >> 2 * i) & 1 ? LT_QT_SINGLE : LT_QT_MULTIPLE,
                1 + (int)(x >> (i + 3)) % 3);
        for (int i = 0; i < 3; i++) {
            struct lt_round_rule *r = round_of(i == 1 ? LT_MODE_DUEL : LT_MODE_TIMED, 2);

            if (i == 1)
                r->draw.fit.types = (x >> 5) % 4;
            for (int k = 0; i != 1 && k < 2; k++)
                part_of(r, 1 + (int)(x >> (k + i + 8)) % 3)->fit.difficulty =
                    (x >> (4 + 2 * k + i)) % 8 << 1;
            if (i != 1)
                r->n_questions = r->paper.parts[0].n + r->paper.parts[1].n;
        }
        result = draw(trial);
        assert_int_equal(result, feasible() ? LT_OK : LT_ESHEET);
        failed += result != LT_OK;
        if (result == LT_OK)
            assert_papers();
    }
    assert_in_range(failed, 200, 1800);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_round_gets_all_that_fits),
        T(a_pool_is_what_fits_any_part),
        T(a_large_bank_is_cut_by_lot),
        T(rounds_share_nothing_and_get_as_many_papers),
        T(a_seed_gives_the_same_pools_whatever_the_order_of_the_bank),
        T(a_part_that_cannot_be_filled_is_named_with_what_there_is),
        T(pools_fail_only_when_no_choice_would_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

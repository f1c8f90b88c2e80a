/* When round trips are measured, and what counts as a measurement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/probing.h"

enum { MS = 1000, S = 1000 * 1000 };

/* Large: not for the stack. */
static struct lt_sheet sheet = {.teams = true,
                                .n_rounds = 2,
                                .rounds = {{.mode = LT_MODE_LIVE, .n_questions = 1, .burst = 1},
                                           {.mode = LT_MODE_BUZZER, .n_questions = 1, .burst = 1}}};
static struct lt_engine engine;

static const struct lt_engine *at(enum lt_phase phase, int qi, enum lt_qstate qstate)
{
    lt_engine_init(&engine, &sheet);
    engine.phase = phase;
    engine.qi = qi;
    engine.qstate = qstate;
    return &engine;
}

static void an_echo_measures_once_and_only_its_own_probe(void **state)
{
    struct probing p;
    (void)state;
    probing_init(&p);
    assert_false(probing_echo(&p, -1, 0));
    assert_false(probing_echo(&p, 0, 0));
    probing_sent(&p, 77, 10 * MS);
    assert_false(probing_echo(&p, 78, 20 * MS)); /* made up */
    assert_true(probing_echo(&p, 77, 50 * MS));
    assert_false(probing_echo(&p, 77, 51 * MS)); /* again */
    assert_int_equal(lt_rtt_probes(&p.rtt), 1);
    assert_int_equal(lt_rtt_min_us(&p.rtt), 40 * MS);
}

static void a_lost_probe_measures_nothing_even_when_its_echo_comes_at_last(void **state)
{
    struct probing p;
    (void)state;
    probing_init(&p);
    assert_false(probing_lost(&p));
    probing_sent(&p, 77, 0);
    assert_true(probing_lost(&p));
    assert_false(probing_echo(&p, 77, 4 * S));
    assert_int_equal(lt_rtt_probes(&p.rtt), 0);
}

static void the_first_series_is_close_together_and_ends(void **state)
{
    struct probing p;
    const struct lt_engine *e = at(LT_PHASE_LOBBY, -1, LT_Q_NONE);
    (void)state;
    probing_init(&p);
    for (int i = 0; i < PROBING_FIRST; i++) {
        assert_in_range(probing_delay_us(&p, e, 10, UINT64_MAX), 200 * MS, 400 * MS);
        probing_sent(&p, i, i);
        assert_true(probing_echo(&p, i, i + 1));
    }
    assert_in_range(probing_delay_us(&p, e, 10, 0), 20 * S, 60 * S);
}

static void in_a_quiz_of_persons_the_first_series_waits_unless_a_question_is_up(void **state)
{
    struct probing p;
    (void)state;
    sheet.teams = false;
    probing_init(&p);
    assert_in_range(probing_delay_us(&p, at(LT_PHASE_LOBBY, -1, LT_Q_NONE), 10, 0), 4 * S, 6 * S);
    assert_in_range(probing_delay_us(&p, at(LT_PHASE_RUNNING, 0, LT_Q_REVEALED), 10, 0), 4 * S,
                    6 * S);
    assert_in_range(probing_delay_us(&p, at(LT_PHASE_RUNNING, 0, LT_Q_ARMED), 10, 0), 200 * MS,
                    300 * MS);
    assert_in_range(probing_delay_us(&p, at(LT_PHASE_RUNNING, 0, LT_Q_OPEN), 10, 0), 200 * MS,
                    300 * MS);
    probing_sent(&p, 1, 0);
    assert_in_range(probing_delay_us(&p, at(LT_PHASE_LOBBY, -1, LT_Q_NONE), 10, 0), 200 * MS,
                    300 * MS);
    sheet.teams = true;
}

static void the_pace_follows_the_contest_and_never_lets_the_band_grow_old(void **state)
{
    static const struct {
        enum lt_phase phase;
        int qi;
        enum lt_qstate qstate;
        int64_t us;
    } of[] = {
        {LT_PHASE_LOBBY, -1, LT_Q_NONE, 50 * S},  {LT_PHASE_RUNNING, -1, LT_Q_NONE, 10 * S},
        {LT_PHASE_RUNNING, 0, LT_Q_OPEN, 10 * S}, {LT_PHASE_RUNNING, 1, LT_Q_ARMED, 1 * S},
        {LT_PHASE_RUNNING, 1, LT_Q_OPEN, 1 * S},  {LT_PHASE_RUNNING, 1, LT_Q_HELD, 3 * S},
        {LT_PHASE_PAUSED, 1, LT_Q_OPEN, 50 * S},  {LT_PHASE_FINISHED, 1, LT_Q_REVEALED, 50 * S},
    };
    struct probing p;
    (void)state;
    probing_init(&p);
    p.first_left = 0;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const struct lt_engine *e = at(of[i].phase, of[i].qi, of[i].qstate);
        int64_t lo_us = INT64_MAX, hi_us = 0;
        for (uint64_t random = 0; random < 1000; random++) {
            int64_t us = probing_delay_us(&p, e, 10, random * UINT64_C(0x9e3779b97f4a7c15));
            lo_us = us < lo_us ? us : lo_us;
            hi_us = us > hi_us ? us : hi_us;
        }
        assert_in_range(lo_us, of[i].us * 3 / 4, of[i].us);
        assert_in_range(hi_us, of[i].us, of[i].us * 5 / 4);
        assert_true(2 * hi_us < (int64_t)(LT_RTT_SLOTS - 1) * LT_RTT_SLOT_US);
    }
}

static void a_quiz_of_thousands_of_persons_is_measured_seldom(void **state)
{
    struct probing p;
    (void)state;
    probing_init(&p);
    p.first_left = 0;
    sheet.teams = false;
    assert_true(probing_delay_us(&p, at(LT_PHASE_RUNNING, 0, LT_Q_OPEN), 10, 0) >= 30 * S);
    sheet.teams = true;
}

static void many_connections_share_a_budget(void **state)
{
    struct probing p;
    (void)state;
    probing_init(&p); /* also of the first series */
    assert_true(probing_delay_us(&p, at(LT_PHASE_RUNNING, 1, LT_Q_ARMED), 20000, 0) >= 7 * S);
}

static void a_press_is_told_with_what_was_measured(void **state)
{
    struct probing p;
    struct lt_evidence e = {.arrival_us = 5};
    (void)state;
    probing_init(&p);
    probing_evidence(&p, -1, 900 * MS, -1, &e);
    assert_int_equal(e.elapsed_us, -1);
    assert_int_equal(e.rtt_min_us, -1);
    assert_int_equal(e.rtt_max_us, -1);
    assert_int_equal(e.probes, 0);
    assert_int_equal(e.claim_us, -1);
    for (int i = 0; i < 3; i++) {
        probing_sent(&p, i, i * S);
        assert_true(probing_echo(&p, i, i * S + (30 + 10 * i) * MS));
    }
    probing_evidence(&p, 400 * MS, 900 * MS, 450 * MS, &e);
    assert_int_equal(e.elapsed_us, 500 * MS);
    assert_int_equal(e.rtt_min_us, 30 * MS);
    assert_int_equal(e.rtt_max_us, 50 * MS);
    assert_int_equal(e.probes, 3);
    assert_int_equal(e.claim_us, 450 * MS);
    assert_int_equal(e.arrival_us, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_measures_once_and_only_its_own_probe),
        cmocka_unit_test(a_lost_probe_measures_nothing_even_when_its_echo_comes_at_last),
        cmocka_unit_test(the_first_series_is_close_together_and_ends),
        cmocka_unit_test(in_a_quiz_of_persons_the_first_series_waits_unless_a_question_is_up),
        cmocka_unit_test(the_pace_follows_the_contest_and_never_lets_the_band_grow_old),
        cmocka_unit_test(a_quiz_of_thousands_of_persons_is_measured_seldom),
        cmocka_unit_test(many_connections_share_a_budget),
        cmocka_unit_test(a_press_is_told_with_what_was_measured),
    };
    return cmocka_run_group_tests_name("probing", tests, NULL, NULL);
}

/* The engine among persons: which input does what in which state, and that a pause, a takeover or a
 * double click harms nothing. Clocks are in test_engine_clock.c, teams in test_engine_teams.c, the
 * buzzer in test_engine_buzzer.c, rulings in test_engine_rulings.c, records that contradict the state
 * in test_engine_records.c. */
#include "quiz.h"

static int finalised(bool *ret_has)
{
    return give((struct lt_input){.kind = LT_IN_FINALISED, .now_us = 900 * S, .digest = "f0"},
                ret_has);
}

static void a_contest_is_played_from_draft_to_final(void **state)
{
    bool has;

    (void)state;
    assert_int_equal(e.phase, LT_PHASE_DRAFT);
    assert_int_equal(e.qi, -1);
    begin();
    for (int i = 0; i < QUESTIONS; i++) {
        play();
        assert_int_equal(e.qi, i);
        assert_int_equal(e.qstate, LT_Q_REVEALED);
    }
    does_at(LT_ACT_FINISH, 200 * S);
    does_at(LT_ACT_FINALISE, 201 * S);
    assert_true(e.finalising);
    assert_int_equal(finalised(&has), LT_OK);
    assert_true(has);
    assert_int_equal(e.phase, LT_PHASE_FINAL);
    assert_false(e.finalising);
    assert_int_equal(e.seq, 2 + 5 * QUESTIONS + 3);
}

#define IN(x) (1u << (x))
#define ANYWHERE ((1u << LT_QSTATES) - 1)
#define REST (IN(LT_Q_NONE) | IN(LT_Q_REVEALED))
#define CLOCK (IN(LT_Q_OPEN) | IN(LT_Q_HELD))

/* Where each command acts among persons, as the header says it; everything else is refused or holds
 * already. What is not listed is for teams and judges. */
static void each_command_acts_only_where_it_is_allowed(void **state)
{
    static const struct {
        unsigned phases, qstates;
    } allowed[LT_ACTIONS] = {
        [LT_ACT_LOBBY] = {IN(LT_PHASE_DRAFT), ANYWHERE},
        [LT_ACT_START] = {IN(LT_PHASE_LOBBY), ANYWHERE},
        [LT_ACT_NEXT] = {IN(LT_PHASE_RUNNING), REST},
        [LT_ACT_SKIP] = {IN(LT_PHASE_RUNNING), REST},
        [LT_ACT_OPEN] = {IN(LT_PHASE_RUNNING), IN(LT_Q_ARMED)},
        [LT_ACT_CLOSE] = {IN(LT_PHASE_RUNNING), CLOCK},
        [LT_ACT_EXTEND] = {IN(LT_PHASE_RUNNING), CLOCK},
        [LT_ACT_REVEAL] = {IN(LT_PHASE_RUNNING), IN(LT_Q_CLOSED)},
        [LT_ACT_PAUSE] = {IN(LT_PHASE_RUNNING), ANYWHERE},
        [LT_ACT_RESUME] = {IN(LT_PHASE_PAUSED), ANYWHERE},
        [LT_ACT_FINISH] = {IN(LT_PHASE_RUNNING), REST},
        [LT_ACT_FINALISE] = {IN(LT_PHASE_FINISHED), ANYWHERE},
        [LT_ACT_ADJUST] = {IN(LT_PHASE_RUNNING) | IN(LT_PHASE_PAUSED) | IN(LT_PHASE_FINISHED),
                           ANYWHERE},
        [LT_ACT_DISQUALIFY] = {IN(LT_PHASE_RUNNING) | IN(LT_PHASE_PAUSED) | IN(LT_PHASE_FINISHED),
                               ANYWHERE},
    };
    int done = 0;

    (void)state;
    for (int p = 0; p < LT_PHASES; p++)
        for (int q = 0; q < LT_QSTATES; q++)
            for (int a = 0; a < LT_ACTIONS; a++) {
                struct lt_input in = planned((enum lt_action)a, q == LT_Q_NONE ? 0 : 1, 1, 0);
                bool has, want = allowed[a].phases >> p & 1 && allowed[a].qstates >> q & 1;
                int err;

                lt_engine_init(&e, &sheet);
                e.phase = (enum lt_phase)p;
                e.qstate = (enum lt_qstate)q;
                e.seq = 9;
                e.qi = q == LT_Q_NONE ? -1 : 0;
                if (q == LT_Q_OPEN || q == LT_Q_HELD)
                    e.deadline_us = 20 * S;
                in.value = 1;
                in.entry = PERSON;
                in.reason = "r";
                err = lt_engine_decide(&e, &in, &last, &has);
                if (has != want)
                    fail_msg("%s in %s, %s: %s", lt_action_name(in.action), lt_phase_name(e.phase),
                             lt_qstate_name(e.qstate), lt_err_wire(err));
                done += has;
            }
    assert_true(done > 50);
}

static void a_double_click_does_nothing_twice(void **state)
{
    bool has;

    (void)state;
    does_at(LT_ACT_LOBBY, 1 * S);
    holds_seen(LT_ACT_LOBBY, LT_EXPECT_BEFORE_FIRST);
    does_at(LT_ACT_START, 2 * S);
    holds_seen(LT_ACT_START, LT_EXPECT_BEFORE_FIRST);
    does_at(LT_ACT_NEXT, 3 * S);
    holds_seen(LT_ACT_NEXT, LT_EXPECT_BEFORE_FIRST);
    holds_seen(LT_ACT_NEXT, LT_EXPECT_ANY);
    does_at(LT_ACT_OPEN, 4 * S);
    holds_seen(LT_ACT_OPEN, 0);
    does_at(LT_ACT_PAUSE, 5 * S);
    holds_seen(LT_ACT_PAUSE, 0);
    does_at(LT_ACT_RESUME, 6 * S);
    holds_seen(LT_ACT_RESUME, 0);
    does_at(LT_ACT_CLOSE, 7 * S);
    holds_seen(LT_ACT_CLOSE, 0);
    tallied(5, 3);
    holds_seen(LT_ACT_CLOSE, 0);
    assert_int_equal(tally(5, 3, &has), LT_OK);
    assert_false(has);
    does_at(LT_ACT_REVEAL, 8 * S);
    holds_seen(LT_ACT_REVEAL, 0);
    does_at(LT_ACT_NEXT, 9 * S);
    holds_seen(LT_ACT_NEXT, 0);
    assert_int_equal(e.qi, 1);
}

static void finishing_and_finalising_twice_is_once(void **state)
{
    bool has;

    (void)state;
    begin();
    does_at(LT_ACT_FINISH, 3 * S);
    holds_seen(LT_ACT_FINISH, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_EPHASE);
    does_at(LT_ACT_FINALISE, 4 * S);
    holds_seen(LT_ACT_FINALISE, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_OK);
    assert_true(has);
    holds_seen(LT_ACT_FINALISE, LT_EXPECT_ANY);
    assert_int_equal(finalised(&has), LT_OK);
    assert_false(has);
    refuses_seen(LT_ACT_RESUME, LT_EXPECT_ANY, LT_EPHASE);
    refuses_seen(LT_ACT_FINISH, LT_EXPECT_ANY, LT_EPHASE);
}

static void a_command_for_another_question_is_stale(void **state)
{
    (void)state;
    open_first();
    refuses_seen(LT_ACT_CLOSE, LT_EXPECT_BEFORE_FIRST, LT_ESTALE);
    refuses_seen(LT_ACT_CLOSE, 1, LT_ESTALE);
    refuses_seen(LT_ACT_OPEN, 1, LT_ESTALE);
    refuses_seen(LT_ACT_PAUSE, 2, LT_ESTALE);
    does_at(LT_ACT_CLOSE, 101 * S);
    tallied(5, 3);
    does_at(LT_ACT_REVEAL, 102 * S);
    refuses_seen(LT_ACT_NEXT, LT_EXPECT_BEFORE_FIRST, LT_ESTALE);
    does_at(LT_ACT_NEXT, 103 * S);
    does_at(LT_ACT_OPEN, 104 * S);
    refuses_seen(LT_ACT_CLOSE, 0, LT_ESTALE); /* a late click must not close the next question */
    refuses_seen(LT_ACT_NEXT, 0, LT_ESTALE);
    assert_int_equal(e.qstate, LT_Q_OPEN);
}

static void next_does_not_skip_an_armed_question(void **state)
{
    (void)state;
    begin();
    does_at(LT_ACT_NEXT, 3 * S);
    refuses_seen(LT_ACT_NEXT, 0, LT_EPHASE);
    assert_int_equal(e.qi, 0);
}

static void after_the_last_question_there_is_no_next(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < QUESTIONS; i++)
        play();
    refuses_seen(LT_ACT_NEXT, LT_EXPECT_ANY, LT_ENOQUESTION);
}

static void the_wire_number_becomes_an_expectation(void **state)
{
    (void)state;
    assert_int_equal(lt_engine_expect(false, 3), LT_EXPECT_ANY);
    assert_int_equal(lt_engine_expect(true, 0), LT_EXPECT_BEFORE_FIRST);
    assert_int_equal(lt_engine_expect(true, 1), 0);
    assert_int_equal(lt_engine_expect(true, 12), 11);
}

static void a_question_cannot_be_revealed_before_its_tally(void **state)
{
    (void)state;
    open_first();
    refuses_seen(LT_ACT_REVEAL, 0, LT_EPHASE);
    does_at(LT_ACT_CLOSE, 101 * S);
    refuses_seen(LT_ACT_REVEAL, 0, LT_EPHASE);
    tallied(5, 3);
    assert_int_equal(e.answered, 5);
    assert_int_equal(e.correct, 3);
    assert_int_equal(e.dist[0], 5);
    does_at(LT_ACT_REVEAL, 102 * S);
    does_at(LT_ACT_NEXT, 103 * S);
    assert_int_equal(e.answered + e.correct + e.dist[0], 0);
}

static void an_event_cannot_finish_over_a_question(void **state)
{
    (void)state;
    begin();
    does_at(LT_ACT_NEXT, 3 * S);
    refuses_seen(LT_ACT_FINISH, 0, LT_EPHASE);
    does_at(LT_ACT_OPEN, 4 * S);
    refuses_seen(LT_ACT_FINISH, 0, LT_EPHASE);
    does_at(LT_ACT_CLOSE, 5 * S);
    refuses_seen(LT_ACT_FINISH, 0, LT_EPHASE);
    tallied(5, 3);
    refuses_seen(LT_ACT_FINISH, 0, LT_EPHASE);
    does_at(LT_ACT_REVEAL, 6 * S);
    does_at(LT_ACT_FINISH, 7 * S);
}

static void a_new_driver_may_come_in_every_state_but_final(void **state)
{
    int states = 0;
    bool has;

    (void)state;
    for (int p = 0; p < LT_PHASES; p++)
        for (int q = 0; q < LT_QSTATES; q++) {
            static struct lt_engine before;

            lt_engine_init(&e, &sheet);
            e.phase = (enum lt_phase)p;
            e.qstate = (enum lt_qstate)q;
            e.qi = q == LT_Q_NONE ? -1 : 1;
            e.seq = 40;
            before = e;
            if (p == LT_PHASE_FINAL) {
                assert_int_equal(takeover(5, &has), LT_EPHASE);
                continue;
            }
            assert_int_equal(takeover(5, &has), LT_OK);
            assert_true(has);
            before.seq = 41; /* nothing else changes */
            assert_memory_equal(&before, &e, sizeof e);
            states++;
        }
    assert_int_equal(states, 5 * LT_QSTATES);
}

static void inputs_that_no_driver_could_mean_are_refused(void **state)
{
    struct lt_input bad[] = {
        {.kind = LT_IN_TIME, .now_us = -1},
        {.kind = LT_IN_TIME, .now_us = LT_TIME_MAX_US},
        {.kind = LT_IN_TAKEOVER, .node = 0, .token = 1},
        {.kind = LT_IN_TAKEOVER, .node = 1, .token = 0},
        {.kind = LT_IN_TALLY, .answered = -1},
        {.kind = LT_IN_TALLY, .answered = 1, .correct = 2},
        {.kind = LT_IN_TALLY, .answered = 1, .dist = {0, 2}},
        {.kind = LT_IN_TALLY, .answered = 1, .dist = {0, -1}},
        {.kind = LT_IN_COMMAND, .action = LT_ACTIONS},
        {.kind = LT_IN_COMMAND, .by = -1},
        {.kind = (enum lt_input_kind)99},
    };
    bool has;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(give(bad[i], &has), LT_ERANGE);
        assert_int_equal(e.seq, 0);
    }
}

static void names_are_those_of_the_protocol(void **state)
{
    static const char *const phases[] = {"draft",  "lobby",    "running",
                                         "paused", "finished", "final"};
    static const char *const qstates[] = {"none",    "armed",  "open",    "held",
                                          "closing", "closed", "revealed"};
    static const char *const rulings[] = {"void", "accept", "adjust", "disqualify", "appeal"};
    static const char *const states[] = {"open", "done", "rejected"};
    enum lt_action a;

    (void)state;
    for (int i = 0; i < LT_PHASES; i++)
        assert_string_equal(lt_phase_name((enum lt_phase)i), phases[i]);
    for (int i = 0; i < LT_QSTATES; i++)
        assert_string_equal(lt_qstate_name((enum lt_qstate)i), qstates[i]);
    for (int i = 0; i < LT_RULINGS; i++)
        assert_string_equal(lt_ruling_name((enum lt_ruling_kind)i), rulings[i]);
    for (int i = 0; i < LT_RULING_STATES; i++)
        assert_string_equal(lt_ruling_state_name((enum lt_ruling_state)i), states[i]);
    for (int i = 0; i < LT_ACTIONS; i++) {
        assert_true(lt_action_parse(lt_action_name((enum lt_action)i), &a));
        assert_int_equal(a, i);
    }
    assert_false(lt_action_parse("Start", &a));
    assert_string_equal(lt_phase_name(LT_PHASES), "");
    assert_string_equal(lt_qstate_name(LT_QSTATES), "");
    assert_string_equal(lt_action_name(LT_ACTIONS), "");
    assert_string_equal(lt_ruling_name(LT_RULINGS), "");
    assert_string_equal(lt_ruling_state_name(LT_RULING_STATES), "");
}

static void a_plan_that_cannot_be_meant_is_refused(void **state)
{
    struct lt_input in;

    (void)state;
    begin();
    refuses(LT_ACT_NEXT, LT_ERANGE); /* none */
    refuses(LT_ACT_ADVANCE, LT_ERANGE);
    refuses_input(planned(LT_ACT_NEXT, QUESTIONS, 1, 0), LT_ERANGE);
    in = planned(LT_ACT_NEXT, 0, 1, 0);
    plan.n_field = LT_TEAMS_MAX + 1;
    refuses_input(in, LT_ERANGE);
    plan.n_field = -1;
    refuses_input(in, LT_ERANGE);
    refuses_input(planned(LT_ACT_ADVANCE, 0, 1, 0), LT_EPHASE); /* nobody goes on anywhere */
    play();
    refuses_input(planned(LT_ACT_NEXT, 0, 1, 0), LT_ERANGE); /* back */
}

static void skip_goes_to_the_next_round(void **state)
{
    (void)state;
    open_first();
    does_at(LT_ACT_CLOSE, 101 * S);
    tallied(1, 1);
    does_at(LT_ACT_REVEAL, 102 * S);
    does_input(planned(LT_ACT_SKIP, 2, 1, 0));
    assert_int_equal(e.qi, 2);
    assert_int_equal(e.prev_qi, 0);
    holds_seen(LT_ACT_SKIP, 0);
    refuses_seen(LT_ACT_SKIP, 2, LT_EPHASE);
}

static void what_is_for_teams_is_refused_among_persons(void **state)
{
    struct lt_input in = lot_of(3);

    (void)state;
    does_at(LT_ACT_LOBBY, 1 * S);
    refuses_input(in, LT_EPHASE);
    does_at(LT_ACT_START, 2 * S);
    does_at(LT_ACT_NEXT, 3 * S);
    refuses_input(of_team(LT_ACT_STAKE, 1, 0), LT_EPHASE);
    refuses_input(press_of(1), LT_EPHASE);
    does_at(LT_ACT_OPEN, 4 * S);
    refuses_input(of_team(LT_ACT_HELP, 1, LT_HELP_HALL), LT_EOUT);
    refuses_input(of_team(LT_ACT_CAPTAIN, 1, 12), LT_EOUT);
    refuses_input(of_team(LT_ACT_APPEAL, 1, 0), LT_EPHASE);
    refuses_input(of_team(LT_ACT_ANSWERED, 1, 0), LT_EPHASE);
    refuses_input(verdict_of(true), LT_EPHASE);
    in = input(LT_ACT_MARK, HOST);
    refuses_input(in, LT_EPHASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_contest_is_played_from_draft_to_final),
        T(each_command_acts_only_where_it_is_allowed),
        T(a_double_click_does_nothing_twice),
        T(finishing_and_finalising_twice_is_once),
        T(a_command_for_another_question_is_stale),
        T(next_does_not_skip_an_armed_question),
        T(after_the_last_question_there_is_no_next),
        T(the_wire_number_becomes_an_expectation),
        T(a_question_cannot_be_revealed_before_its_tally),
        T(an_event_cannot_finish_over_a_question),
        T(a_new_driver_may_come_in_every_state_but_final),
        T(inputs_that_no_driver_could_mean_are_refused),
        T(names_are_those_of_the_protocol),
        T(a_plan_that_cannot_be_meant_is_refused),
        T(skip_goes_to_the_next_round),
        T(what_is_for_teams_is_refused_among_persons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A board that is frozen and revealed: a node that lived through it, and one that loads the log. */
#include "base/err.h"
#include "domain/resolve.h"
#include "service/contest.h"
#include "service/view.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S INT64_C(1000000)
enum { QUESTIONS = 4, ENTRIES = 4, LATE = 9, RECORDS = 64, HOST = 1 };

static const char SHEET[] =
    "{\"version\":1,\"late_join\":true,\"freeze\":{\"round\":2},\"awards\":[{\"title\":\"一等奖\","
    "\"places\":1}],\"rounds\":[{\"title\":\"a\",\"mode\":\"live\",\"questions\":1,\"seconds\":20,"
    "\"points\":{\"right\":10}},{\"title\":\"b\",\"mode\":\"live\",\"questions\":2,\"seconds\":20,"
    "\"points\":{\"right\":30,\"wrong\":-5}},{\"title\":\"c\",\"mode\":\"live\",\"questions\":1,"
    "\"seconds\":20,\"points\":{\"right\":10}}]}";
static const char QUESTION[] = "{\"type\":\"single\",\"topic\":\"t\",\"stem\":\"s\",\"options\":["
                               "\"a\",\"b\"],\"key\":[0]}";
/* Who is right, by question and entry: the last is last before the freeze, and first in truth. */
static const bool right[QUESTIONS][ENTRIES] = {
    {1, 1, 0, 0}, {0, 1, 0, 1}, {1, 0, 0, 1}, {1, 0, 0, 0}};

static struct lt_contest *lived;
static struct lt_record *records[RECORDS];
static int n_records;
static int64_t now_us;
static bool late_answers; /* who joined late was right in question 3 */

static struct lt_contest *contest_new(void)
{
    struct lt_contest *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_int_equal(lt_contest_set_sheet(c, SHEET, sizeof SHEET - 1), LT_OK);
    for (int i = 0; i < QUESTIONS; i++)
        assert_int_equal(lt_contest_add_question(c, QUESTION, sizeof QUESTION - 1), LT_OK);
    assert_int_equal(lt_contest_ready(c), LT_OK);
    return c;
}

static void enter(struct lt_contest *c, int64_t id, int64_t joined_us)
{
    struct lt_entry *e = lt_contest_entry_add(c, id, 100 + id, "n", "", false);
    assert_non_null(e);
    lt_contest_joined(c, e, joined_us);
}

static void add(struct lt_contest *c, int qi, int64_t entry, bool is_right)
{
    lt_contest_scores_add(c,
                          &(struct lt_answer_row){.qi = qi,
                                                  .entry = entry,
                                                  .person = 100 + entry,
                                                  .body = is_right ? "{\"c\":[0]}" : "{\"c\":[1]}",
                                                  .used_us = entry * S,
                                                  .received_us = (qi * 100 + entry) * S});
}

/* Everything that is wanted is there. Returns what moved. */
static int catch_up(struct lt_contest *c)
{
    int qi, n, moved = lt_contest_settle(c);
    while ((n = lt_contest_scores_wanted(c, &qi)) > 0) {
        lt_contest_scores_begin(c, qi, n);
        for (int i = 0; i < ENTRIES; i++)
            add(c, qi, i + 1, right[qi][i]);
        if (late_answers && qi == 2)
            add(c, qi, LATE, true);
        lt_contest_scores_complete(c);
        int more = lt_contest_settle(c);
        moved |= more;
        if (more == 0 && c->engine.qstate == LT_Q_CLOSED)
            break;
    }
    return moved;
}

static struct lt_record *decided(const struct lt_input *in)
{
    struct lt_record *r = calloc(1, sizeof *r);
    bool has = false;
    assert_non_null(r);
    assert_int_equal(lt_engine_decide(&lived->engine, in, r, &has), LT_OK);
    assert_true(has);
    assert_true(n_records < RECORDS);
    return records[n_records++] = r;
}

static int happens(struct lt_input in)
{
    struct lt_frame *frame;
    in.now_us = now_us += 5 * S;
    in.by = HOST;
    in.staff = true;
    in.expect_q = LT_EXPECT_ANY;
    in.qi = in.qi ? in.qi - 1 : -1;
    assert_int_equal(lt_contest_apply(lived, decided(&in), &frame), LT_OK);
    return catch_up(lived);
}

static int does(enum lt_action a)
{
    struct lt_plan plan;
    struct lt_input in = {.kind = LT_IN_COMMAND, .action = a};
    if (a == LT_ACT_NEXT) {
        lt_standings_plan(lived->standings, &lived->engine, a, &plan);
        in.plan = &plan;
    }
    return happens(in);
}

static void asks(void)
{
    does(LT_ACT_NEXT);
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    happens((struct lt_input){
        .kind = LT_IN_TALLY,
        .answered = ENTRIES,
        .digest = "0123456789012345678901234567890123456789012345678901234567890123"});
    does(LT_ACT_REVEAL);
}

static int goes(int step)
{
    assert_true(lt_contest_reveal(lived));
    struct lt_plan plan = {.qi = -1, .steps = lt_resolve_steps(lived->resolve)};
    return happens((struct lt_input){.kind = LT_IN_COMMAND,
                                     .action = LT_ACT_RESOLVE,
                                     .value = step < 0 ? plan.steps : step,
                                     .plan = &plan});
}

static int setup(void **state)
{
    (void)state;
    n_records = 0;
    now_us = 1000 * S;
    late_answers = false;
    lived = contest_new();
    for (int i = 1; i <= ENTRIES; i++)
        enter(lived, i, 1 * S);
    does(LT_ACT_LOBBY);
    does(LT_ACT_START);
    asks();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_contest_done(lived);
    free(lived);
    for (int i = 0; i < n_records; i++)
        free(records[i]);
    return 0;
}

/* A node that comes now: log first, then who plays, then the answers. */
static struct lt_contest *loads(int64_t late_us)
{
    struct lt_contest *c = contest_new();
    struct lt_frame *frame;
    for (int i = 0; i < n_records; i++)
        assert_int_equal(lt_contest_apply(c, records[i], &frame), LT_OK);
    for (int i = 1; i <= ENTRIES; i++)
        enter(c, i, 1 * S);
    if (late_us > 0)
        enter(c, LATE, late_us);
    catch_up(c);
    return c;
}

static int64_t points_of(const struct lt_contest *c, int64_t entry)
{
    struct lt_public board;
    assert_true(lt_contest_public(c, &board));
    for (int i = 0; i < board.n; i++)
        if (board.ranked[i]->entry == entry)
            return board.ranked[i]->points_c;
    return -1;
}

static void same_in_public(const struct lt_contest *a, const struct lt_contest *b)
{
    struct lt_public x, y;
    assert_true(lt_contest_public(a, &x));
    assert_true(lt_contest_public(b, &y));
    assert_int_equal(x.version, y.version);
    assert_int_equal(x.n, y.n);
    assert_int_equal(x.frozen, y.frozen);
    for (int i = 0; i < x.n; i++) {
        const struct lt_place *p = x.ranked[i], *q = y.ranked[i];
        assert_int_equal(p->entry, q->entry);
        assert_int_equal(p->rank, q->rank);
        assert_int_equal(p->points_c, q->points_c);
        assert_int_equal(p->correct, q->correct);
        if (x.frozen)
            assert_int_equal(lt_contest_moved(a, p), lt_contest_moved(b, q));
    }
}

static void loaded_is_lived(int64_t late_us)
{
    struct lt_contest *c = loads(late_us);
    same_in_public(lived, c);
    lt_contest_done(c);
    free(c);
}

static void the_board_stands_still_from_the_first_question_of_the_round_on(void **state)
{
    (void)state;
    assert_int_equal(points_of(lived, 1), 1000);
    assert_false(lt_contest_hides(lived));
    assert_int_equal(does(LT_ACT_NEXT), LT_MOVED_PUBLIC); /* the same board, now frozen */
    assert_true(lt_contest_hides(lived));
    struct lt_public board;
    assert_true(lt_contest_public(lived, &board));
    assert_true(board.frozen);
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    happens((struct lt_input){
        .kind = LT_IN_TALLY,
        .answered = ENTRIES,
        .digest = "0123456789012345678901234567890123456789012345678901234567890123"});
    assert_int_equal(does(LT_ACT_REVEAL), LT_MOVED_TRUTH); /* and nothing public */
    assert_int_equal(points_of(lived, 4), 0);
    assert_int_equal(lt_standings_place(lived->standings, 4)->points_c, 3000);
    loaded_is_lived(0);
}

static void a_ruling_about_a_question_before_moves_the_truth_alone(void **state)
{
    (void)state;
    asks();
    asks();
    int moved = happens(
        (struct lt_input){.kind = LT_IN_COMMAND, .action = LT_ACT_VOID, .qi = 1, .reason = "r"});
    assert_int_equal(moved, LT_MOVED_TRUTH);
    assert_int_equal(points_of(lived, 1), 1000);
    assert_int_equal(lt_standings_place(lived->standings, 1)->points_c, 2500);
    assert_true(lt_contest_hides_ruling(lived, 1));
    loaded_is_lived(0);
}

static void a_ruling_before_the_freeze_is_in_both(void **state)
{
    (void)state;
    happens(
        (struct lt_input){.kind = LT_IN_COMMAND, .action = LT_ACT_VOID, .qi = 1, .reason = "r"});
    asks();
    assert_int_equal(points_of(lived, 1), 0);
    assert_false(lt_contest_hides_ruling(lived, 1));
    loaded_is_lived(0);
}

static void who_joined_since_is_not_on_the_frozen_board(void **state)
{
    (void)state;
    asks();
    struct lt_public board;
    int64_t joined_us = now_us;
    enter(lived, LATE, joined_us);
    late_answers = true;
    asks();
    assert_true(lt_contest_public(lived, &board));
    assert_int_equal(board.n, ENTRIES);
    assert_null(lt_contest_public_place(lived, lt_contest_entry(lived, LATE)));
    loaded_is_lived(joined_us);
    /* Who joined before and is heard of late is on it. */
    enter(lived, 8, 1 * S);
    assert_int_equal(lt_contest_settle(lived), LT_MOVED_PUBLIC);
    assert_true(lt_contest_public(lived, &board));
    assert_int_equal(board.n, ENTRIES + 1);
}

static void each_step_is_the_same_on_a_node_that_comes_then(void **state)
{
    (void)state;
    asks();
    int64_t joined_us = now_us;
    enter(lived, LATE, joined_us);
    late_answers = true;
    asks();
    assert_true(lt_contest_reveal(lived));
    int steps = lt_resolve_steps(lived->resolve);
    for (int step = 1; step < steps; step++) {
        assert_int_equal(goes(step), 0); /* a step settles nothing */
        assert_true(lt_contest_hides(lived));
        loaded_is_lived(joined_us);
    }
    goes(1);
    loaded_is_lived(joined_us);
    goes(-1);
    assert_false(lt_contest_hides(lived));
    assert_int_equal(points_of(lived, 4), 6000);
    assert_int_equal(points_of(lived, LATE), 3000);
    loaded_is_lived(joined_us);
    goes(0);
    assert_true(lt_contest_hides(lived));
    assert_int_equal(points_of(lived, 4), 0);
    loaded_is_lived(joined_us);
}

/* Who came since and did nothing is known to one node sooner than to another. */
static void who_only_looks_on_makes_no_step(void **state)
{
    (void)state;
    asks();
    asks();
    goes(1);
    loaded_is_lived(now_us);
}

static void versions_grow_with_each_step_also_back(void **state)
{
    (void)state;
    struct lt_public board;
    int64_t version;
    asks();
    asks();
    lt_contest_public(lived, &board);
    version = board.version;
    static const int steps[] = {2, 1, 0, -1, 0};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        goes(steps[i]);
        assert_true(lt_contest_public(lived, &board));
        assert_true(board.version > version);
        version = board.version;
    }
}

static void the_next_question_ends_it_for_good(void **state)
{
    (void)state;
    asks();
    asks();
    goes(-1);
    does(LT_ACT_NEXT);
    assert_null(lived->frozen.standings);
    assert_null(lived->resolve);
    does(LT_ACT_OPEN);
    does(LT_ACT_CLOSE);
    happens((struct lt_input){
        .kind = LT_IN_TALLY,
        .answered = ENTRIES,
        .digest = "0123456789012345678901234567890123456789012345678901234567890123"});
    assert_int_equal(does(LT_ACT_REVEAL), LT_MOVED_TRUTH | LT_MOVED_PUBLIC);
    assert_int_equal(points_of(lived, 1), 1000 - 500 + 3000 + 1000);
    loaded_is_lived(0);
}

#define C(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        C(the_board_stands_still_from_the_first_question_of_the_round_on),
        C(a_ruling_about_a_question_before_moves_the_truth_alone),
        C(a_ruling_before_the_freeze_is_in_both),
        C(who_joined_since_is_not_on_the_frozen_board),
        C(each_step_is_the_same_on_a_node_that_comes_then),
        C(who_only_looks_on_makes_no_step),
        C(versions_grow_with_each_step_also_back),
        C(the_next_question_ends_it_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

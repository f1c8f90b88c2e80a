/* What a node tells of the standings while the answers that they need are not there. */
#include "../domain/quiz.h"
#include "service/contest.h"
#include "service/view.h"
#include <stdlib.h>

static const char SHEET[] = "{\"version\":1,\"rounds\":[{\"title\":\"a\",\"mode\":\"live\","
                            "\"questions\":3,\"seconds\":20,\"points\":{\"right\":1}}]}";
static const char QUESTION[] = "{\"type\":\"single\",\"topic\":\"t\",\"stem\":\"s\",\"options\":["
                               "\"a\",\"b\"],\"key\":[0]}";
static struct lt_contest *c;
static struct lt_member player;

static int setup(void **state)
{
    (void)state;
    c = calloc(1, sizeof *c);
    curtain(SHEET);
    assert_int_equal(lt_contest_set_sheet(c, SHEET, sizeof SHEET - 1), LT_OK);
    for (int i = 0; i < QUESTIONS; i++)
        assert_int_equal(lt_contest_add_question(c, QUESTION, sizeof QUESTION - 1), LT_OK);
    assert_int_equal(lt_contest_ready(c), LT_OK);
    struct lt_entry *e1 = lt_contest_entry_add(c, 1, PERSON, "n", "", false);
    assert_non_null(e1);
    player = (struct lt_member){.role = LT_MEMBER_PLAY, .player = e1->players};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lt_contest_done(c);
    free(c);
    return 0;
}

/* What was just decided reaches the node. */
static void hear(void)
{
    struct lt_frame *frame;
    assert_int_equal(lt_contest_apply(c, &last, &frame), LT_OK);
}

static void hear_of(enum lt_action a, int64_t now_us)
{
    does_at(a, now_us);
    hear();
}

static void reveal_first(void)
{
    hear_of(LT_ACT_LOBBY, 1 * S);
    hear_of(LT_ACT_START, 2 * S);
    hear_of(LT_ACT_NEXT, 90 * S);
    hear_of(LT_ACT_OPEN, 100 * S);
    hear_of(LT_ACT_CLOSE, 110 * S);
    tallied(1, 1);
    hear();
    hear_of(LT_ACT_REVEAL, 111 * S);
}

static void fetch_answers(void)
{
    int qi, n = lt_contest_scores_wanted(c, &qi);
    assert_int_equal(n, 1);
    assert_int_equal(qi, 0);
    lt_contest_scores_begin(c, qi, n);
    lt_contest_scores_add(c, &(struct lt_answer_row){.person = PERSON,
                                                     .entry = 1,
                                                     .body = "{\"c\":[0]}",
                                                     .used_us = 2 * S,
                                                     .received_us = 102 * S});
    lt_contest_scores_complete(c);
    assert_true(lt_contest_settle(c));
}

static bool tells_own(void)
{
    struct lt_frame *f = lt_view_own_frame(c, &player);
    lt_frame_unref(f);
    return f != NULL;
}

static bool tells_board(void)
{
    struct lt_frame *f = lt_view_board_frame(c);
    lt_frame_unref(f);
    return f != NULL;
}

static bool welcomes_with(const char *member)
{
    struct lt_buf b;
    struct lt_welcome w = {.session = "s", .player = player.player, .resume_seq = -1};
    lt_buf_init(&b, 65536);
    lt_view_welcome(c, &w, &b);
    assert_false(b.failed);
    bool there = strstr(lt_buf_cstr(&b), member) != NULL;
    lt_buf_done(&b);
    return there;
}

static void standings_are_told_from_the_start(void **state)
{
    (void)state;
    hear_of(LT_ACT_LOBBY, 1 * S);
    assert_true(tells_own());
    assert_true(welcomes_with("\"own\":{"));
    assert_false(tells_board()); /* there is none yet */
}

static void standings_that_lag_behind_the_log_are_told_to_nobody(void **state)
{
    (void)state;
    reveal_first();
    assert_false(lt_contest_current(c));
    assert_false(tells_own());
    assert_false(tells_board());
    assert_false(welcomes_with("\"own\":{"));
    assert_false(welcomes_with("\"board\":{"));
}

static void they_are_told_when_the_answers_are_there(void **state)
{
    (void)state;
    reveal_first();
    fetch_answers();
    assert_true(lt_contest_current(c));
    assert_true(tells_own());
    assert_true(tells_board());
    assert_true(welcomes_with("\"own\":{"));
    assert_true(welcomes_with("\"board\":{"));
}

#define C(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        C(standings_are_told_from_the_start),
        C(standings_that_lag_behind_the_log_are_told_to_nobody),
        C(they_are_told_when_the_answers_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

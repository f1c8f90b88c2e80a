/* The checker against a contest whose truth is known. Three players, two questions:
 *
 *     player  question 1   question 2   points  right
 *     0       right, 1 s   right, 1 s   20.00   2
 *     1       right, 3 s   wrong        10.00   1
 *     2       wrong        –             0.00   0
 *
 * Played as it should be, nothing is reported. Then each test plants one fault and sees that one,
 * and nothing else, reported. */
#include "loadtest/checker.h"
#include "loadtest/standings.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    PLAYERS = 3,
    FIRST_SEQ = 1,
    LAST_SEQ = 15,
    OPEN_1 = 4,
    REVEAL_1 = 7,
    OPEN_2 = 9,
    REVEAL_2 = 12,
    SECOND_US = 1000000
};
static const int64_t OPENED_MS[3] = {0, 1000000, 2000000};

#define HEAD(seq) "{\"t\":\"question\",\"epoch\":1,\"seq\":" seq ",\"question\":"
#define ABOUT(q, state)                                                                            \
    "{\"q\":" q ",\"round\":1,\"in_round\":" q ",\"state\":\"" state                               \
    "\",\"type\":\"single\",\"topic\":\"t\",\"points\":1000,\"speed\":false,\"seconds\":20"
#define SHOWN(ms)                                                                                  \
    ",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"opened_ms\":" ms ",\"deadline_ms\":9000000"
#define ARMED(seq, q) HEAD(seq) ABOUT(q, "armed") "}}"
#define OPEN(seq, q, ms) HEAD(seq) ABOUT(q, "open") SHOWN(ms) "}}"
#define CLOSING(seq, q, ms) HEAD(seq) ABOUT(q, "closing") SHOWN(ms) "}}"
#define CLOSED(seq, q, ms) HEAD(seq) ABOUT(q, "closed") SHOWN(ms) ",\"answered\":3}}"
#define REVEALED(seq, q, ms, key)                                                                  \
    HEAD(seq) ABOUT(q, "revealed") SHOWN(ms) ",\"answered\":3,\"key\":[" key "],\"correct\":1}}"
#define PHASE(seq, phase) "{\"t\":\"phase\",\"epoch\":1,\"seq\":" seq ",\"phase\":\"" phase "\"}"

static const char *const log_text[LAST_SEQ + 1] = {
    [2] = PHASE("2", "running"),
    [3] = ARMED("3", "1"),
    [4] = OPEN("4", "1", "1000000"),
    [5] = CLOSING("5", "1", "1000000"),
    [6] = CLOSED("6", "1", "1000000"),
    [7] = REVEALED("7", "1", "1000000", "1"),
    [8] = ARMED("8", "2"),
    [9] = OPEN("9", "2", "2000000"),
    [10] = CLOSING("10", "2", "2000000"),
    [11] = CLOSED("11", "2", "2000000"),
    [12] = REVEALED("12", "2", "2000000", "0"),
    [13] = PHASE("13", "finished"),
    [14] = "{\"t\":\"finalising\",\"epoch\":1,\"seq\":14}",
    [15] = PHASE("15", "final"),
};

/* What goes wrong, and with whom. */
enum plant {
    NOTHING,
    FRAME_DROPPED,
    FRAME_TWICE,
    FRAMES_SWAPPED,
    FRAME_OF_ANOTHER_EVENT,
    FRAME_OF_ANOTHER_EPOCH,
    TAIL_MISSING,
    KEY_WHILE_OPEN,
    WELCOME_TO_ANOTHER_EVENT,
    ACK_MISSING,
    ACK_TWICE,
    ACK_OF_ANOTHER,
    ACK_AND_REFUSAL,
    REFUSED_IN_TIME,
    LATE_IN_TIME,
    OWN_TOTAL_WRONG,
    OWN_VERDICT_WRONG,
    OWN_CORRECT_WRONG,
    OWN_EARLY,
    OWN_MISSING,
    RANK_WRONG,
    RANK_BEHIND_A_SLOWER_ONE,
    BOARD_POINTS_WRONG,
    BOARD_ROWS_SWAPPED,
    BOARD_STRANGER,
    BOARD_TOO_MANY,
    BOARD_OF_NO_REVEAL
};
static enum plant plant;
static int victim;

static struct lt_run run;
static struct lt_checker checker;
static struct lt_faults faults;
static struct lt_standings_report standings;
static struct lt_clock now;

static bool planted(enum plant p, int player)
{
    return plant == p && player == victim;
}

static const struct lt_seen *parsed(const char *text)
{
    static struct lt_seen m;
    const char *fault = lt_seen_read(text, strlen(text), &m);
    if (fault)
        fail_msg("%s in %s", fault, text);
    return &m;
}

static void at(int64_t wall_ms)
{
    now.wall_us = wall_ms * 1000;
    now.mono_us = now.wall_us - 500000;
}

/* ---- what the server says ---- */

static void say_frame(int player, int seq)
{
    const char *text = log_text[seq];
    if (planted(FRAME_OF_ANOTHER_EVENT, player) && seq == 5)
        text = PHASE("5", "paused");
    if (planted(FRAME_OF_ANOTHER_EPOCH, player) && seq == LAST_SEQ)
        text = "{\"t\":\"driver\",\"epoch\":2,\"seq\":16}";
    if (plant == KEY_WHILE_OPEN && seq == 4) /* everybody sees it, one is enough for the test */
        text = HEAD("4") ABOUT("1", "open") SHOWN("1000000") ",\"key\":[1]}}";
    lt_check_log(&checker, player, parsed(text), now.mono_us);
}

static void broadcast(int seq)
{
    for (int p = 0; p < PLAYERS; p++) {
        if ((planted(FRAME_DROPPED, p) && seq == 5) || (planted(TAIL_MISSING, p) && seq >= 14))
            continue;
        if (planted(FRAMES_SWAPPED, p) && (seq == 5 || seq == 6)) {
            say_frame(p, seq == 5 ? 6 : 5);
            continue;
        }
        say_frame(p, seq);
        if (planted(FRAME_TWICE, p) && seq == 5)
            say_frame(p, seq);
    }
}

static void say_own(int player, int v, int64_t points, int correct, int rank, int q, int right,
                    int64_t gained)
{
    struct lt_seen_own own = {.v = v,
                              .points_c = points,
                              .correct = correct,
                              .rank = rank,
                              .of = PLAYERS,
                              .q = q,
                              .gained_c = gained};
    own.has_right = own.has_gained = right >= 0;
    own.right = right == 1;
    if (v == REVEAL_1) {
        own.points_c += planted(OWN_TOTAL_WRONG, player) ? 500 : 0;
        own.correct += planted(OWN_CORRECT_WRONG, player);
        own.right ^= planted(OWN_VERDICT_WRONG, player);
        own.v += planted(OWN_EARLY, player) ? 5 : 0;
    }
    if (planted(RANK_WRONG, player) && v == REVEAL_2)
        own.rank = 3;
    if (plant == RANK_BEHIND_A_SLOWER_ONE && v == REVEAL_1 && player < 2)
        own.rank = 3 - own.rank;
    if (planted(OWN_MISSING, player) && v == REVEAL_2)
        return;
    lt_check_own(&checker, player, &own);
}

static void say_boards(int v, bool final)
{
    struct lt_seen_board b = {.v = v, .of = PLAYERS, .n_rows = PLAYERS, .final = final};
    bool second = v == REVEAL_2;
    b.rows[0] = (struct lt_seen_row){
        .entry = 100, .rank = 1, .points_c = second ? 2000 : 1000, .correct = second ? 2 : 1};
    b.rows[1] = (struct lt_seen_row){.entry = 101, .rank = 2, .points_c = 1000, .correct = 1};
    b.rows[2] = (struct lt_seen_row){.entry = 102, .rank = 3, .points_c = 0, .correct = 0};
    if (plant == RANK_BEHIND_A_SLOWER_ONE && !second) {
        b.rows[0].entry = 101;
        b.rows[1].entry = 100;
    }
    if (second && plant == BOARD_POINTS_WRONG)
        b.rows[1].points_c = 1100;
    if (second && plant == BOARD_STRANGER)
        b.rows[2].entry = 999;
    if (second && plant == BOARD_TOO_MANY)
        b.of = PLAYERS + 1;
    if (second && plant == BOARD_OF_NO_REVEAL)
        b.v = v - 1;
    if (second && plant == BOARD_ROWS_SWAPPED) {
        struct lt_seen_row held = b.rows[1];
        b.rows[1] = b.rows[2];
        b.rows[2] = held;
    }
    for (int p = 0; p < PLAYERS; p++)
        lt_check_board(&checker, p, &b);
}

/* ---- what the players do ---- */

static void answer(int player, int q, int choice, int64_t after_ms)
{
    struct lt_given *g = lt_run_given(&run, player, q);
    char id[41], text[128];
    at(OPENED_MS[q] + after_ms);
    g->choice[0] = (uint8_t)choice;
    g->n_choice = 1;
    g->intended_us = now.mono_us - 1000;
    lt_check_send(&checker, player, q, &now);
    at(OPENED_MS[q] + after_ms + 4);
    snprintf(id, sizeof id, "%d-%d-00000000", player, q);
    if (q == 1 && planted(REFUSED_IN_TIME, player)) {
        lt_check_refused(&checker, player, q, LT_ECLOSED);
        return;
    }
    bool late = q == 1 && planted(LATE_IN_TIME, player);
    snprintf(text, sizeof text, "{\"t\":\"ack\",\"id\":\"%s\",\"q\":%d,\"state\":\"%s\"}", id, q,
             late ? "late" : "saved");
    if (q == 1 && planted(ACK_MISSING, player))
        return;
    lt_check_ack(&checker, player, q, parsed(text), &now);
    if (q == 1 && planted(ACK_TWICE, player))
        lt_check_ack(&checker, player, q, parsed(text), &now);
    if (q == 1 && planted(ACK_OF_ANOTHER, player))
        lt_check_ack(&checker, player, 0, parsed(text), &now);
    if (q == 1 && planted(ACK_AND_REFUSAL, player))
        lt_check_refused(&checker, player, q, LT_ECLOSED);
}

static void join(int player)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{\"t\":\"welcome\",\"session\":\"s\",\"you\":{\"entry\":\"%d\",\"guest\":false},"
             "\"epoch\":1,\"seq\":1,\"now_ms\":1,"
             "\"snapshot\":{\"head\":{\"event\":\"%d\",\"questions\":2},\"phase\":\"lobby\","
             "\"presence\":{\"players\":0,"
             "\"entries\":0,\"stages\":0,\"answered\":0,\"partial\":false},"
             "\"own\":{\"v\":0,\"points\":0,\"correct\":0,\"rank\":0,\"of\":0}}}",
             100 + player, planted(WELCOME_TO_ANOTHER_EVENT, player) ? 8 : 7);
    lt_check_welcome(&checker, player, parsed(text), false);
}

static void begin(void)
{
    assert_true(lt_run_init(&run, PLAYERS, 1, 10));
    memset(&faults, 0, sizeof faults);
    checker = (struct lt_checker){
        .slack_us = 10000, .event = 7, .timed = true, .run = &run, .tally = &run.tallies[0]};
    for (int p = 0; p < PLAYERS; p++)
        join(p);
}

static void play(enum plant what, int who)
{
    plant = what;
    victim = who;
    begin();
    for (int seq = 2; seq <= LAST_SEQ; seq++) {
        if (seq >= OPEN_1)
            at(OPENED_MS[seq < OPEN_2 ? 1 : 2] + (seq - OPEN_1) * 1000);
        broadcast(seq);
        if (seq == OPEN_1) {
            answer(0, 1, 1, 1000);
            answer(1, 1, 1, 3000);
            answer(2, 1, 2, 500);
        } else if (seq == OPEN_2) {
            answer(0, 2, 0, 1000);
            answer(1, 2, 2, 1000);
        } else if (seq == REVEAL_1) {
            say_own(0, seq, 1000, 1, 1, 1, 1, 1000);
            say_own(1, seq, 1000, 1, 2, 1, 1, 1000);
            say_own(2, seq, 0, 0, 3, 1, 0, 0);
            say_boards(seq, false);
        } else if (seq == REVEAL_2) {
            say_own(0, seq, 2000, 2, 1, 2, 1, 1000);
            say_own(1, seq, 1000, 1, 2, 2, 0, 0);
            say_own(2, seq, 0, 0, 3, 2, -1, 0);
            say_boards(seq, false);
        }
    }
    say_boards(REVEAL_2, true);
    for (int p = 0; p < PLAYERS; p++)
        lt_check_end(&checker, p, 1, LAST_SEQ);
    lt_faults_merge(&faults, &run.tallies[0].faults);
    assert_true(lt_standings_check(&checker, &faults, &standings));
}

/* Exactly this kind was reported (how often is the checker's affair), with a sentence. */
static void expect_only(enum lt_fault_kind kind)
{
    for (int k = 0; k < LT_FAULTS; k++) {
        if ((k == (int)kind) == (faults.n[k] > 0))
            continue;
        fail_msg("%s: %lld (%s)", lt_fault_name((enum lt_fault_kind)k), (long long)faults.n[k],
                 faults.samples[k][0]);
    }
    assert_true(faults.samples[kind][0][0] != '\0');
    lt_run_done(&run);
}

static void expect_kinds(enum lt_fault_kind a, enum lt_fault_kind b)
{
    assert_true(faults.n[a] > 0);
    assert_true(faults.n[b] > 0);
    faults.n[b] = 0;
    expect_only(a);
}

static void a_faultless_contest_is_reported_so(void **state)
{
    (void)state;
    play(NOTHING, 0);
    for (int k = 0; k < LT_FAULTS; k++) {
        if (faults.n[k] != 0)
            fail_msg("%s: %s", lt_fault_name((enum lt_fault_kind)k), faults.samples[k][0]);
    }
    assert_int_equal(standings.reveals, 2);
    assert_int_equal(standings.boards, 3);
    assert_int_equal(standings.boards_weak, 0);
    assert_true(standings.final_seen);
    assert_int_equal(run.tallies[0].n[LT_COUNT_ACKED], 5);
    assert_int_equal(run.tallies[0].n[LT_COUNT_JOINED], 3);
    assert_int_equal(lt_hist_percentile(&run.tallies[0].ack, 50), 5000);
    lt_run_done(&run);
}

static void a_gap_is_a_lost_frame(void **state)
{
    (void)state;
    play(FRAME_DROPPED, 1);
    assert_int_equal(faults.n[LT_FAULT_LOST], 1);
    expect_only(LT_FAULT_LOST);
}

static void missing_frames_at_the_end_are_lost(void **state)
{
    (void)state;
    play(TAIL_MISSING, 1);
    assert_int_equal(faults.n[LT_FAULT_LOST], 2);
    expect_only(LT_FAULT_LOST);
}

static void a_repeated_frame_is_a_duplicate(void **state)
{
    (void)state;
    play(FRAME_TWICE, 2);
    assert_int_equal(faults.n[LT_FAULT_DUPLICATE], 1);
    expect_only(LT_FAULT_DUPLICATE);
}

static void a_swapped_pair_is_disorder_and_not_a_loss(void **state)
{
    (void)state;
    play(FRAMES_SWAPPED, 0);
    assert_int_equal(faults.n[LT_FAULT_ORDER], 1);
    expect_only(LT_FAULT_ORDER);
}

static void a_fitting_number_with_other_words_is_foreign(void **state)
{
    (void)state;
    play(FRAME_OF_ANOTHER_EVENT, 1);
    expect_only(LT_FAULT_FOREIGN);
}

static void a_frame_of_another_epoch_needs_a_welcome(void **state)
{
    (void)state;
    play(FRAME_OF_ANOTHER_EPOCH, 1);
    expect_kinds(LT_FAULT_ORDER, LT_FAULT_LOST); /* and the frame in its place never came */
}

static void a_welcome_to_another_event_is_foreign(void **state)
{
    (void)state;
    play(WELCOME_TO_ANOTHER_EVENT, 2);
    expect_only(LT_FAULT_FOREIGN);
}

static void a_key_before_the_reveal_is_early(void **state)
{
    (void)state;
    play(KEY_WHILE_OPEN, 0);
    expect_only(LT_FAULT_EARLY);
}

static void an_answer_without_acknowledgement_is_lost(void **state)
{
    (void)state;
    play(ACK_MISSING, 2);
    assert_int_equal(faults.n[LT_FAULT_ACK_LOST], 1);
    expect_only(LT_FAULT_ACK_LOST);
}

static void a_second_acknowledgement_is_noticed(void **state)
{
    (void)state;
    play(ACK_TWICE, 0);
    assert_int_equal(faults.n[LT_FAULT_ACK_TWICE], 1);
    expect_only(LT_FAULT_ACK_TWICE);
}

static void an_acknowledgement_of_what_was_never_sent_is_foreign(void **state)
{
    (void)state;
    play(ACK_OF_ANOTHER, 1);
    expect_only(LT_FAULT_FOREIGN);
}

static void refused_after_acknowledged_is_noticed(void **state)
{
    (void)state;
    play(ACK_AND_REFUSAL, 1);
    expect_only(LT_FAULT_ACK_TWICE);
}

static void an_answer_in_time_may_not_be_refused_or_late(void **state)
{
    (void)state;
    play(REFUSED_IN_TIME, 2);
    expect_kinds(LT_FAULT_REFUSED,
                 LT_FAULT_OWN); /* and it is told a verdict on what did not count */
    play(LATE_IN_TIME, 2);
    expect_kinds(LT_FAULT_REFUSED, LT_FAULT_OWN);
}

static void wrong_own_standings_are_noticed(void **state)
{
    static const enum plant plants[] = {OWN_TOTAL_WRONG, OWN_VERDICT_WRONG, OWN_CORRECT_WRONG};
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        play(plants[i], 1);
        expect_only(LT_FAULT_OWN);
    }
}

static void a_standing_before_its_reveal_is_early(void **state)
{
    (void)state;
    play(OWN_EARLY, 1);
    expect_only(LT_FAULT_EARLY);
}

static void a_player_who_is_never_told_is_noticed(void **state)
{
    (void)state;
    play(OWN_MISSING, 1);
    expect_only(LT_FAULT_OWN);
}

static void wrong_ranks_and_boards_are_noticed(void **state)
{
    static const enum plant plants[] = {
        RANK_WRONG,     RANK_BEHIND_A_SLOWER_ONE, BOARD_POINTS_WRONG, BOARD_ROWS_SWAPPED,
        BOARD_STRANGER, BOARD_TOO_MANY,           BOARD_OF_NO_REVEAL};
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        play(plants[i], 1);
        expect_only(LT_FAULT_BOARD);
    }
}

static void somebody_who_never_joined_is_reported(void **state)
{
    (void)state;
    plant = NOTHING;
    assert_true(lt_run_init(&run, PLAYERS, 1, 10));
    memset(&faults, 0, sizeof faults);
    checker = (struct lt_checker){.event = 7, .run = &run, .tally = &run.tallies[0]};
    lt_check_end(&checker, 1, 1, 5);
    lt_faults_merge(&faults, &run.tallies[0].faults);
    expect_only(LT_FAULT_NOT_JOINED);
}

/* ---- resuming ---- */

static void resume(int player, const char *epoch_seq, bool snapshot, const char *saved)
{
    char text[1400];
    snprintf(text, sizeof text,
             "{\"t\":\"welcome\",\"session\":\"s\",\"you\":{\"entry\":\"%d\",\"guest\":false},%s,"
             "\"now_ms\":1%s%s%s}",
             100 + player, epoch_seq,
             snapshot ? ",\"snapshot\":{\"head\":{\"event\":\"7\",\"questions\":2},\"phase\":"
                        "\"running\",\"presence\":{"
                        "\"players\":0,\"entries\":0,\"stages\":0,\"answered\":0,\"partial\":false}"
                        ",\"question\":" ABOUT("1", "open") SHOWN("1000000") "}"
                      : "",
             snapshot ? saved : "", snapshot ? "}" : "");
    lt_check_welcome(&checker, player, parsed(text), true);
}

static void to_question_one(void)
{
    plant = NOTHING;
    begin();
    for (int seq = 2; seq <= OPEN_1; seq++)
        broadcast(seq);
    answer(0, 1, 1, 1000);
}

static int64_t faults_of(enum lt_fault_kind k)
{
    int64_t n = run.tallies[0].faults.n[k];
    assert_int_equal(lt_faults_total(&run.tallies[0].faults), n);
    lt_run_done(&run);
    return n;
}

static void resuming_where_one_stood_is_right_and_elsewhere_is_not(void **state)
{
    (void)state;
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":4", false, "");
    lt_check_log(&checker, 0, parsed(log_text[5]), now.mono_us);
    assert_int_equal(faults_of(LT_FAULT_ORDER), 0);
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":3", false, "");
    assert_int_equal(faults_of(LT_FAULT_ORDER), 1);
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":5", false, "");
    assert_int_equal(faults_of(LT_FAULT_ORDER), 1);
}

static void a_snapshot_covers_what_was_missed_but_does_not_go_back(void **state)
{
    (void)state;
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":6", true,
           ",\"saved\":{\"q\":1,\"state\":\"saved\",\"choice\":[1]}");
    assert_int_equal(faults_of(LT_FAULT_LOST), 0);
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":2", true,
           ",\"saved\":{\"q\":1,\"state\":\"saved\",\"choice\":[1]}");
    assert_int_equal(faults_of(LT_FAULT_ORDER), 1);
}

static void a_snapshot_must_show_the_acknowledged_answer(void **state)
{
    (void)state;
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":4", true, "");
    assert_int_equal(faults_of(LT_FAULT_OWN), 1);
    to_question_one();
    resume(0, "\"epoch\":1,\"seq\":4", true,
           ",\"saved\":{\"q\":1,\"state\":\"saved\",\"choice\":[2]}");
    assert_int_equal(faults_of(LT_FAULT_OWN), 1);
}

static void an_answer_sent_again_may_be_acknowledged_again(void **state)
{
    static const char ack[] = "{\"t\":\"ack\",\"id\":\"0-1-00000000\",\"q\":1,\"state\":\"saved\"}";
    (void)state;
    to_question_one();
    lt_check_send(&checker, 0, 1, &now);
    lt_check_ack(&checker, 0, 1, parsed(ack), &now);
    assert_int_equal(run.tallies[0].faults.n[LT_FAULT_ACK_TWICE], 0);
    lt_check_ack(&checker, 0, 1, parsed(ack), &now);
    assert_int_equal(faults_of(LT_FAULT_ACK_TWICE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_faultless_contest_is_reported_so),
        cmocka_unit_test(a_gap_is_a_lost_frame),
        cmocka_unit_test(missing_frames_at_the_end_are_lost),
        cmocka_unit_test(a_repeated_frame_is_a_duplicate),
        cmocka_unit_test(a_swapped_pair_is_disorder_and_not_a_loss),
        cmocka_unit_test(a_fitting_number_with_other_words_is_foreign),
        cmocka_unit_test(a_frame_of_another_epoch_needs_a_welcome),
        cmocka_unit_test(a_welcome_to_another_event_is_foreign),
        cmocka_unit_test(a_key_before_the_reveal_is_early),
        cmocka_unit_test(an_answer_without_acknowledgement_is_lost),
        cmocka_unit_test(a_second_acknowledgement_is_noticed),
        cmocka_unit_test(an_acknowledgement_of_what_was_never_sent_is_foreign),
        cmocka_unit_test(refused_after_acknowledged_is_noticed),
        cmocka_unit_test(an_answer_in_time_may_not_be_refused_or_late),
        cmocka_unit_test(wrong_own_standings_are_noticed),
        cmocka_unit_test(a_standing_before_its_reveal_is_early),
        cmocka_unit_test(a_player_who_is_never_told_is_noticed),
        cmocka_unit_test(wrong_ranks_and_boards_are_noticed),
        cmocka_unit_test(somebody_who_never_joined_is_reported),
        cmocka_unit_test(resuming_where_one_stood_is_right_and_elsewhere_is_not),
        cmocka_unit_test(a_snapshot_covers_what_was_missed_but_does_not_go_back),
        cmocka_unit_test(a_snapshot_must_show_the_acknowledged_answer),
        cmocka_unit_test(an_answer_sent_again_may_be_acknowledged_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

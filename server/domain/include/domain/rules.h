/* The rule sheet: JSON, versioned, validated with errors by path, frozen when the event starts. docs/rules.md explains every option. */
#pragma once
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    LT_ROUNDS_MAX = 16,
    LT_ROUND_QUESTIONS_MAX = 200,
    LT_PLACES_MAX = 20,
    LT_SHEET_BYTES = 65536,
    LT_POINTS_MAX = 100000
};

enum lt_mode {
    LT_MODE_LIVE, /* live individual quiz: host-paced, everybody answers */
    LT_MODES      /* count */
};

/* Points are signed hundredths ("centi", suffix _c) everywhere in C, SQL and on the wire. In the sheet they are plain decimals with at most two places. */
struct lt_score_rule {
    int64_t right_c, wrong_c; /* wrong_c <= 0 */
    bool speed;               /* points fall from full to half over the question's time */
    bool partial; /* multiple: min(max(0, Σ fraction), 1) of right_c instead of all-or-nothing */
    int64_t streak_c; /* extra for each right answer directly before this one in the round, */
    int streak_max;   /* counted at most so many times (0: no streak bonus) */
};
struct lt_round_rule {
    char title[121];
    enum lt_mode mode;
    int n_questions;
    int seconds; /* to answer, 5–600 */
    struct lt_score_rule score;
};
/* What an event pays. Credits are hundredths too. */
struct lt_credit_rule {
    int64_t participation_c; /* for having answered at least `participation_min` questions */
    int participation_min;
    int n_places; /* placement: rank r in [from, to] gets amount */
    struct {
        int from, to;
        int64_t amount_c;
    } places[LT_PLACES_MAX];
};
struct lt_sheet {
    int version;
    int64_t start_points_c;
    bool guests; /* people with only the join code may play (they earn no credits) */
    bool late_join;
    int grace_ms; /* 0–2000: an answer that arrives so much after the deadline still counts (network time) */
    int board_rows; /* rows shown on stage and phones, 3–50 */
    int n_rounds;
    struct lt_round_rule rounds[LT_ROUNDS_MAX];
    struct lt_credit_rule credits;
};
/* Parse and validate. On LT_ESHEET `err` (appended to; give it 64 KiB) holds {"path":"rounds[0].seconds","reason":"range","min":5,"max":600} objects in a JSON array, every
 * problem found (the first 100). `reason` is a code of docs/rules.md, so that it can be said in any language; min and max come with "range" only.
 * Unknown members are problems. `ret` and, on success, `err` are untouched otherwise. */
int lt_sheet_parse(const char *json, size_t n, struct lt_sheet *ret, struct lt_buf *err);
/* Path of the i-th option of the sheet, e.g. "rounds[].points.streak.bonus", written to `out`; NULL past the last. */
const char *lt_sheet_option(int i, char *out, size_t cap);
/* Time quantum for lt_board_pack: the smallest whole millisecond in which all answer time of the sheet fits the board's budget (at most 100 ms). */
int64_t lt_sheet_quantum_us(const struct lt_sheet *s);
int lt_sheet_questions(const struct lt_sheet *s); /* in all rounds */
/* Round of the qi-th question (0-based over the whole event); *ret_index is its 0-based number in the round. NULL: no such question. */
const struct lt_round_rule *lt_sheet_round_of(const struct lt_sheet *s, int qi, int *ret_round,
                                              int *ret_index);
const char *lt_mode_name(enum lt_mode m);

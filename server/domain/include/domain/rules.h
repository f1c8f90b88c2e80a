/* The rule sheet: JSON, versioned, validated with errors by path, frozen when the event starts. docs/rules.md explains every option. */
#pragma once
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum { LT_ROUNDS_MAX = 16, LT_ROUND_QUESTIONS_MAX = 200, LT_PLACES_MAX = 20, LT_SHEET_BYTES = 65536, LT_POINTS_MAX = 100000 };

enum lt_mode {
    LT_MODE_LIVE, /* live individual quiz: host-paced, everybody answers */
    LT_MODES      /* count */
};

/* Points are signed hundredths ("centi", suffix _c) everywhere in C, SQL and on the wire. In the sheet they are plain decimals with at most two places. */
struct lt_score_rule {
    int64_t right_c, wrong_c;  /* wrong_c <= 0 */
    bool speed;                /* points fall from full to half over the question's time */
    bool partial;              /* multiple: min(max(0, Σ fraction), 1) of right_c instead of all-or-nothing */
    int64_t streak_c;          /* extra per right answer after the first of a run, */
    int streak_max;            /* at most so many times (0: no streak bonus) */
};
struct lt_round_rule {
    char title[121];
    enum lt_mode mode;
    int n_questions;
    int seconds;               /* to answer, 5–600 */
    struct lt_score_rule score;
};
/* What an event pays. Credits are hundredths too. */
struct lt_credit_rule {
    int64_t participation_c; /* for having answered at least `participation_min` questions */
    int participation_min;
    int n_places;            /* placement: rank r in [from, to] gets amount */
    struct { int from, to; int64_t amount_c; } places[LT_PLACES_MAX];
};
struct lt_sheet {
    int version;
    int64_t start_points_c;
    bool guests;               /* people with only the join code may play (they earn no credits) */
    bool late_join;
    int grace_ms;              /* 0–2000: an answer that arrives so much after the deadline still counts (network time) */
    int board_rows;            /* rows shown on stage and phones, 3–50 */
    int n_rounds;
    struct lt_round_rule rounds[LT_ROUNDS_MAX];
    struct lt_credit_rule credits;
};
/* Parse and validate. On LT_ESHEET `err` holds {"path":"rounds[0].seconds","reason":"…"} objects in a JSON array, every problem found. Unknown members are problems. */
int lt_sheet_parse(const char *json, size_t n, struct lt_sheet *ret, struct lt_buf *err);
int lt_sheet_questions(const struct lt_sheet *s); /* in all rounds */
/* Round of the qi-th question (0-based over the whole event); *ret_index is its 0-based number in the round. */
const struct lt_round_rule *lt_sheet_round_of(const struct lt_sheet *s, int qi, int *ret_round, int *ret_index);
const char *lt_mode_name(enum lt_mode m);

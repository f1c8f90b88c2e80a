/* The rule sheet: JSON, versioned, validated with errors by path, frozen when the event starts.
 * docs/rules.md explains every option. */
#pragma once
#include "base/buf.h"
#include "domain/question.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    LT_ROUNDS_MAX = 16,
    LT_ROUND_QUESTIONS_MAX = 200,
    LT_PLACES_MAX = 20,
    LT_SHEET_BYTES = 65536,
    LT_POINTS_MAX = 100000,
    LT_STAKES_MAX = 6,
    LT_GROUPS_MAX = 32,
    LT_TOPICS_MAX = 12,
    LT_CODE_BYTES = 40,    /* of a question's code in the bank */
    LT_TIEBREAKS_MAX = 30, /* questions of one tie-break round: its key is a binary number */
    LT_TEAMS_MAX = 256,    /* teams of one event */
    LT_MEMBERS_MAX = 50,   /* members of one team */
    LT_PARTS_MAX = 12,     /* lines of a blueprint */
    LT_HOURS_MAX = 4,
    LT_POOL_MAX = 2000, /* questions of a self-paced round's pool */
    LT_AWARDS_MAX = 8,
    LT_BOARDS_MAX = 8, /* roll-ups of one event */
};

enum lt_mode {
    LT_MODE_LIVE,     /* live individual quiz: host-paced, everybody answers */
    LT_MODE_REQUIRED, /* 必答: teams answer, all at once or in turn */
    LT_MODE_BUZZER,   /* 抢答: who presses first answers */
    LT_MODE_WAGER,    /* 风险: stake or decline in secret, then answer */
    LT_MODE_SPEED,    /* 限时速答: a burst of questions against one clock */
    LT_MODE_JURY,     /* a spoken or performed part, marked by judges */
    LT_MODE_TIEBREAK, /* 附加: sudden death among the tied */
    LT_MODE_TIMED,    /* 限时个人赛: a paper against the clock, self-paced */
    LT_MODE_SURVIVAL, /* 挑战答题: until the first wrong answer, self-paced */
    LT_MODE_DUEL,     /* 对战: a race between two or four, self-paced */
    LT_MODES          /* count */
};
enum { LT_HOST_MODES = LT_MODE_TIMED }; /* how many are led by a host; the self-paced ones follow */
enum lt_turns {
    LT_TURNS_ALL,     /* every team that is in, at once */
    LT_TURNS_LOT,     /* one team a question, in the order of the lot (抽签) */
    LT_TURNS_REVERSE, /* one team a question, the last in the ranking first */
    LT_TURNS          /* count */
};
/* How the answers of a team's members become the team's. */
enum lt_policy {
    LT_POLICY_CAPTAIN,  /* only the captain answers */
    LT_POLICY_FIRST,    /* the member who answers first */
    LT_POLICY_MAJORITY, /* the response most members gave; tied: the captain's, else the earliest */
    LT_POLICY_MEAN,     /* mean of the points of the members who answered */
    LT_POLICY_BEST,     /* mean of the best n (fewer: of those there are) */
    LT_POLICY_SUM,      /* sum */
    LT_POLICIES         /* count */
};
enum lt_judging {
    LT_JUDGED_BY_KEY,   /* the team's phone sends the answer, the key decides */
    LT_JUDGED_BY_JUDGE, /* spoken; host or judge says right or wrong */
    LT_JUDGINGS         /* count */
};
enum lt_timing {
    LT_TIMING_ARRIVAL,     /* the press that reached a server first */
    LT_TIMING_COMPENSATED, /* the shorter reaction, as far as the measured round trip bears it out */
    LT_TIMINGS             /* count */
};
enum lt_doubt {
    LT_DOUBT_DRAW,  /* presses too close to tell: a recorded draw among them */
    LT_DOUBT_REARM, /* the question is armed again for all */
    LT_DOUBTS       /* count */
};
enum lt_rank_key {
    LT_KEY_POINTS,
    LT_KEY_TIEBREAK,
    LT_KEY_CORRECT,
    LT_KEY_TIME,
    LT_RANK_KEYS /* count */
};
/* Which of a person's papers of a round makes the round's points. */
enum lt_counts {
    LT_COUNTS_BEST,
    LT_COUNTS_LAST,
    LT_COUNTS_MEAN, /* halves away from zero, hundredths */
    LT_COUNTS_SUM,
    LT_COUNTS /* count */
};
enum lt_match {
    LT_MATCH_ANY,    /* whoever waits longest */
    LT_MATCH_REGION, /* first of the own region, wider with every second of waiting */
    LT_MATCH_RATING, /* the nearest rating, wider with every second of waiting */
    LT_MATCHES       /* count */
};
enum lt_help {
    LT_HELP_HALL,
    LT_HELP_COLLEAGUE,
    LT_HELP_TWO /* drop two wrong options */,
    LT_HELPS /* count */
};

/* What a board ranks. */
enum lt_board_of {
    LT_OF_ENTRY,
    LT_OF_UNIT,
    LT_OF_COUNTY,
    LT_OF_CITY,
    LT_OF_PROVINCE,
    LT_OF_KIND,     /* of units: 国家机关, 学校 … */
    LT_OF_AUDIENCE, /* 领导干部, and all others */
    LT_BOARD_OFS    /* count */
};
/* How a roll-up's value comes from the points of those who took part. */
enum lt_aggregate {
    LT_AGGREGATE_SUM,
    LT_AGGREGATE_MEAN,
    LT_AGGREGATE_BEST,     /* sum of the best n */
    LT_AGGREGATE_WEIGHTED, /* sum over the larger of floor × registered and who took part */
    LT_AGGREGATES          /* count */
};

/* Points are signed hundredths ("centi", suffix _c) everywhere in C, SQL and on the wire. In the
 * sheet they are plain decimals with at most two places. */
struct lt_score_rule {
    int64_t right_c, wrong_c; /* wrong_c <= 0 */
    bool speed;   /* points fall from full to half over the question's time, in whole points */
    bool partial; /* multiple: min(max(0, Σ fraction), 1) of right_c instead of all-or-nothing */
    int64_t streak_c; /* extra for each right answer directly before this one in the round, */
    int streak_max;   /* counted at most so many times (0: no streak bonus) */
};
/* Which questions of a bank fit; an empty list or mask: any. */
struct lt_fit_rule {
    int n_topics;
    char topics[LT_TOPICS_MAX][61];
    unsigned types;      /* bit per enum lt_qtype */
    unsigned difficulty; /* bits 1, 2, 3 */
    int n_audiences;
    char audiences[LT_TOPICS_MAX][25];
};
/* Where a round's questions come from when an event is saved: the codes, or a draw from the bank
 * among those that fit. */
struct lt_draw_rule {
    int n_codes;
    char codes[LT_ROUND_QUESTIONS_MAX]
              [LT_CODE_BYTES + 1]; /* fixed: exactly n_questions, in order */
    struct lt_fit_rule fit;
};
/* One line of a paper's blueprint. */
struct lt_part_rule {
    int n; /* questions */
    struct lt_fit_rule fit;
    struct lt_score_rule score; /* without speed and streak */
};
/* Self-paced rounds. n_questions of the round: of one paper (survival: at most so many); `seconds`:
 * clock of each question, 0 none. */
struct lt_paper_rule {
    int minutes; /* clock of the whole paper, 0 none; a timed round has one of the two */
    int n_parts; /* blueprint of a timed round; without one in the sheet, one part of all */
    struct lt_part_rule parts[LT_PARTS_MAX];
    int attempts;        /* papers a person may start, 0: any number */
    int per_day;         /* and so many a day, 0: any number */
    int counted_per_day; /* only the first so many of a day count, 0: all */
    enum lt_counts counts;
    bool forward;    /* each question once, in order */
    bool one_by_one; /* a question is sent when the one before is done; needs forward */
    bool practice;   /* no points, no credits; result and key at once */
    bool disjoint;   /* no question is in two papers: small fields with a large bank */
    int revivals;    /* survival: wrong answers that do not end it, 0 or 1 */
    int players;     /* duel: 2 or 4 */
    int target;      /* duel: right answers that win */
    int n_places;    /* duel: points for place 1 … n_places */
    int64_t places_c[4];
    int robot_after_s; /* duel: a robot plays when nobody came in so long, 0: never */
    enum lt_match match;
};
/* Hours of a day in which papers may be started, minutes from midnight. */
struct lt_hours_rule {
    int from, to;
};
/* Whom an event addresses (分类施策); empty lists: everybody. */
struct lt_audience_rule {
    int n_kinds;
    char kinds[LT_TOPICS_MAX][61]; /* of units */
    int n_regions;
    char regions[LT_TOPICS_MAX][41]; /* codes; those below belong to them */
    bool leaders;                    /* only 领导干部 */
};
struct lt_buzzer_rule {
    int64_t foul_c; /* <= 0: points for a press before the start signal */
    int foul_lock_s; /* the team may not press for so long after the signal; 0: it is out for this question */
    int answer_seconds; /* held: to (begin to) answer */
    int rebounds;       /* 补答: how many further teams may try after a wrong answer */
};
struct lt_jury_rule {
    int64_t max_c; /* a judge gives 0 … max_c, whole points */
    bool drop;     /* highest and lowest are dropped when at least 3 judges marked */
    int judges;    /* marks expected; the desk may close with fewer */
};
struct lt_round_rule {
    char title[121];
    enum lt_mode mode;
    enum lt_turns turns;
    int n_questions; /* in all; in turn: floor(n / teams in) each, the rest are spare */
    int burst;       /* SPEED: questions of one burst; 1 otherwise */
    int seconds;     /* to answer, 5–600; BUZZER: to press */
    enum lt_policy policy;
    int policy_n;            /* BEST: n */
    enum lt_judging judging; /* BUZZER, REQUIRED and WAGER in turn */
    struct lt_score_rule score;
    int n_stakes;
    int64_t stakes_c[LT_STAKES_MAX]; /* WAGER, ascending; declining is always possible */
    struct lt_buzzer_rule buzzer;
    struct lt_jury_rule jury;
    int places;  /* TIEBREAK: ties for the first so many places are resolved */
    int group;   /* only teams of this group take part, 1…groups; 0: all that are in */
    int advance; /* after the round only the best n of those who took part go on; 0: all */
    bool reset;  /* who goes on starts anew with start_points */
    struct lt_draw_rule draw;   /* self-paced: what may be in the round's pool */
    struct lt_paper_rule paper; /* self-paced modes */
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
/* A roll-up beside the board of entries. */
struct lt_board_rule {
    enum lt_board_of of; /* not ENTRY; each at most once */
    enum lt_aggregate by;
    int best;     /* BEST: n */
    int floor_e4; /* WEIGHTED: ten-thousandths of the registered that count at least */
    int least;    /* who has fewer participants has no rank */
};
struct lt_award_rule {
    char title[61];
    int places;
};
/* 封榜: from when on the public board stands still; all 0: never. */
struct lt_freeze_rule {
    int round;         /* host-led: from its first question on, 1-based */
    int after_minutes; /* host-led: from the first question announced so long after the start on */
    int last_minutes;  /* self-paced, at_once: of the window, until the results are final */
};
struct lt_sheet {
    int version;
    bool teams;      /* "entries": teams are ranked; otherwise persons */
    bool self_paced; /* all rounds are timed, survival or duel; otherwise none is */
    bool at_once; /* self-paced: results and keys as soon as a paper is submitted; otherwise after
                        the window */
    int utc_offset_min; /* self-paced: what a day is */
    int per_day; /* self-paced: papers a person may start a day in all rounds, 0: any number */
    int n_hours;
    struct lt_hours_rule hours[LT_HOURS_MAX];
    struct lt_audience_rule audience;
    int64_t pass_c; /* self-paced: points from which a certificate is given, -1: none is */
    int64_t start_points_c;
    bool guests; /* people with only the join code may play (they earn no credits) */
    bool late_join;
    int grace_ms; /* 0–2000: an answer that arrives so much after the deadline still counts (network time) */
    int rtt_cap_ms; /* speed points: at most so much of the measured round trip is taken off, 0–1000 */
    int board_rows; /* rows shown on stage and phones, 3–50 */
    int groups;     /* drawn by lot; 0: none */
    unsigned
        helps; /* bit per enum lt_help: what a team may choose its one help (求助) from; 0: none */
    bool
        appeals; /* a captain may appeal against a revealed question until results are being made final */
    bool approval; /* a ruling takes effect when a second person has approved it */
    enum lt_timing timing;
    enum lt_doubt doubt;
    int window_ms; /* presses are collected for so long after the first, 20–2000 */
    int slack_ms;  /* COMPENSATED: tolerance of the band, 0–200 */
    int cap_ms;    /* COMPENSATED: at most so much may be taken off the elapsed time, 0–1000 */
    int doubt_ms;  /* presses less far apart cannot be told apart, 0–200 */
    int n_keys;
    enum lt_rank_key keys[LT_RANK_KEYS]; /* in order of weight; the first is always POINTS */
    int n_rounds;
    struct lt_round_rule rounds[LT_ROUNDS_MAX];
    struct lt_credit_rule credits;
    struct lt_freeze_rule freeze;
    int n_awards;
    struct lt_award_rule awards[LT_AWARDS_MAX]; /* best first */
    int n_boards;
    struct lt_board_rule boards[LT_BOARDS_MAX];
    bool round_boards; /* each round has boards of its own */
};
/* Parse and validate. On LT_ESHEET `err` (appended to; give it 64 KiB) holds
 * {"path":"rounds[0].seconds","reason":"range","min":5,"max":600} objects in a JSON array, every
 * problem found (the first 100). `reason` is a code of docs/rules.md, so that it can be said in any
 * language; some come with numbers (min, max, have). Unknown members are problems, and so are
 * options that mean nothing where they stand. `ret` (about 150 KiB: not for the stack) and, on
 * success, `err` are untouched otherwise. LT_ENOMEM. */
int lt_sheet_parse(const char *json, size_t n, struct lt_sheet *ret, struct lt_buf *err);
/* Can so many teams play by this sheet? In turn each must get a question, a group must have a team.
 * LT_ESHEET: problems in `err`, as above. */
int lt_sheet_check_teams(const struct lt_sheet *s, int n_teams, struct lt_buf *err);
/* The sheet as everybody may read it, appended to `out`: without the codes of fixed questions, from
 * which one could look up in a published bank what will be asked. LT_ESHEET: not JSON. LT_ENOMEM. */
int lt_sheet_public(const char *json, size_t n, struct lt_buf *out);
/* The i-th reason that a problem of a sheet or of its draw (draw.h) may have; NULL past the last. */
const char *lt_sheet_reason(int i);
/* Path of the i-th option of the sheet, e.g. "rounds[].points.streak.bonus", written to `out`; NULL
 * past the last. */
const char *lt_sheet_option(int i, char *out, size_t cap);
/* In which modes (bit per enum lt_mode) the i-th option means something where it stands, and in
 * which it must be there. Asserts that there is such an option. */
void lt_sheet_option_modes(int i, unsigned *ret_means, unsigned *ret_needs);
/* Time quantum for lt_board_pack: the smallest whole millisecond in which all answer time of the
 * sheet fits the board's budget (at most 100 ms). */
int64_t lt_sheet_quantum_us(const struct lt_sheet *s);
int lt_sheet_questions(
    const struct lt_sheet *s); /* in all rounds; self-paced: 0, each has a paper */
/* Number (0-based over the event) of the first question of round r; r == n_rounds: one past the last.
 * self-paced: 0. */
int lt_sheet_first(const struct lt_sheet *s, int r);
/* Round of the qi-th question (0-based over the whole event); *ret_index is its 0-based number in
 * the round. NULL: no such question (self-paced: none). */
const struct lt_round_rule *lt_sheet_round_of(const struct lt_sheet *s, int qi, int *ret_round,
                                              int *ret_index);
const char *lt_mode_name(enum lt_mode m);   /* "live", …, "duel" */
const char *lt_turns_name(enum lt_turns t); /* "all", "lot", "reverse" */
const char *
lt_policy_name(enum lt_policy p); /* "captain", "first", "majority", "mean", "best", "sum" */
const char *lt_help_name(enum lt_help h); /* "hall", "colleague", "two" */
bool lt_help_parse(const char *s, enum lt_help *ret);
const char *lt_board_of_name(enum lt_board_of of); /* "entry", "unit", … "audience" */
bool lt_board_of_parse(const char *s, enum lt_board_of *ret);
const char *lt_aggregate_name(enum lt_aggregate a); /* "sum", … */
/* Whether a board can stand still during such a round: all are asked at once and the key decides, so
 * that nobody in the hall hears what an answer was worth. */
bool lt_round_hideable(const struct lt_round_rule *r);

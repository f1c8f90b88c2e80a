/* What the files of the rule sheet share: problems by path, and the reader that carries them. */
#pragma once
#include "base/json.h"
#include "domain/rules.h"
#include <stddef.h>

enum reason {
    R_MISSING,            /* a required option is not there */
    R_UNKNOWN,            /* no such option */
    R_UNKNOWN_VALUE,      /* not one of the words */
    R_TYPE,               /* of JSON */
    R_RANGE,              /* comes with min and max */
    R_WHOLE,              /* must be a whole number */
    R_DECIMALS,           /* more than two places */
    R_FOUR_DECIMALS,      /* more than four, where there may be four */
    R_EMPTY,              /* text */
    R_TOO_LONG,           /* text */
    R_ORDER,              /* ranks or stakes do not ascend */
    R_OVERLAP,            /* ranks of two places */
    R_TWICE,              /* a value that may stand once only */
    R_NOT_FOR_MODE,       /* means nothing in a round of this mode */
    R_NEEDS_TEAMS,        /* only where teams are ranked */
    R_NOT_WITH_TEAMS,     /* only where persons are ranked */
    R_NEEDS_TURN,         /* only where one team is asked at a time */
    R_SINGLE_ANSWER,      /* the policy would give a team more than one answer */
    R_NOT_WITH_POLICY,    /* means nothing with this policy */
    R_NOT_WITH_JUDGE,     /* means nothing where answers are spoken */
    R_NOT_WITH_CODES,     /* fixed and drawn at once */
    R_NEEDS_ADVANCE,      /* a new start for nobody */
    R_NO_GROUPS,          /* a group where none are drawn */
    R_NO_QUESTIONS,       /* of a tie-break */
    R_NO_TIEBREAK,        /* a tie-break that the ranking does not look at */
    R_POINTS_FIRST,       /* in the ranking */
    R_NOT_A_MULTIPLE,     /* questions of the burst */
    R_STAKE_TOO_HIGH,     /* comes with max: more than a team can have by then */
    R_UNUSED,             /* nothing in the sheet looks at it */
    R_BUDGET_POINTS,      /* the board's packed score */
    R_BUDGET_QUESTIONS,   /* the same */
    R_BUDGET_TIME,        /* the same */
    R_MIXED,              /* a self-paced round beside host-paced ones, or the other way round */
    R_NEEDS_SELF_PACED,   /* only where people play when they like */
    R_NOT_SELF_PACED,     /* only where a host leads */
    R_NEEDS_FORWARD,      /* a clock of each question, or one by one, where one may go back */
    R_NEEDS_DISJOINT,     /* keys at once would help those who come later */
    R_NOT_WITH_BLUEPRINT, /* its parts have it */
    R_NOT_THE_SUM,        /* comes with have: the questions of the blueprint */
    R_NOT_WITH_PRACTICE,  /* nothing of it counts */
    R_NOT_A_TIME,         /* of a day */
    R_ONE_OF,             /* exactly one of what is inside */
    R_TOLD_IN_HALL,       /* a freeze with a round whose outcome everybody hears */
    R_NEEDS_AT_ONCE,      /* only where results are shown at once */
    R_NOT_WITH_AGGREGATE, /* means nothing with this way of adding up */
    R_NO_HEAD_COUNT,      /* nothing to weigh by */
    R_UNKNOWN_CODE,       /* a question that the bank does not have */
    R_WRONG_TYPE,         /* a task where a question belongs, or the other way round */
    R_DRAW_TOO_LARGE,     /* comes with have: how many are left to draw; of a pool also with min */
    R_TOO_FEW_QUESTIONS,  /* comes with min: in turn, not one for each team */
    R_TOO_FEW_TEAMS,      /* comes with min: a group would be empty */
    R_BAD_JSON,
    R_BAD_UTF8,
    R_TOO_BIG,
    R_TOO_DEEP,
    R_MORE, /* problems than are listed */
    REASONS /* count */
};

enum { PATH_BYTES = 160 };

/* The array of problems in the making; begun by the first one. */
struct problems {
    struct lt_jsonw w;
    int n;
};
void problems_init(struct problems *p, struct lt_buf *out);
void problem(struct problems *p, const char *path, enum reason why);
void problem_short(struct problems *p, const char *path, enum reason why, int64_t have,
                   int64_t min);
void problem_range(struct problems *p, const char *path, int64_t min, int64_t max);
/* With one more number, `name`d. */
void problem_with(struct problems *p, const char *path, enum reason why, const char *name,
                  int64_t value);
/* Ends the array. LT_OK when there was none, else LT_ESHEET. */
int problems_end(struct problems *p);

/* What the sheet's numbers say about each other: rules_check.c. Only for sheets without a problem
 * so far; `given_buzzer`: the sheet has a "buzzer". */
void check_sheet(struct problems *p, const struct lt_sheet *s, bool given_buzzer);
/* "rounds[%d].x" and the like. */
const char *path_of(char out[PATH_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for self-paced rounds and sheets: rules_paper.c. */
void check_paced_round(struct problems *p, const struct lt_sheet *s, int i);
void check_paced_budget(struct problems *p, const struct lt_sheet *s);
int paced_answers(const struct lt_sheet *s);     /* that may count for a person, at most */
int64_t paced_time_us(const struct lt_sheet *s); /* and the answer time of all that count */

/* Freeze, awards, roll-ups: rules_boards.c. */
void check_boards(struct problems *p, const struct lt_sheet *s);

static inline unsigned mode_bit(enum lt_mode m)
{
    return 1u << m;
}

/* A list of words: an enumeration as the sheet writes it, in the order of the enumeration. */
struct words {
    const char *const *names;
    int n;
};
extern const struct words mode_words, turns_words, policy_words, judging_words, timing_words,
    doubt_words, key_words, help_words, entries_words, qtype_words, counts_words, match_words,
    movement_words, results_words;

/* ---- reading: rules_read.c ---- */

/* Sets of modes. */
enum {
    EVERY = (1 << LT_MODES) - 1,
    PAPER = 1 << LT_MODE_TIMED,
    SURVIVAL = 1 << LT_MODE_SURVIVAL,
    DUEL = 1 << LT_MODE_DUEL,
    PACED = PAPER | SURVIVAL | DUEL,      /* each at their own time */
    HOSTED = EVERY & ~PACED,              /* a host leads */
    DRAWN = EVERY & ~(1 << LT_MODE_JURY), /* questions, not tasks */
    ASKED = DRAWN & HOSTED,               /* teams answer questions */
    SCORED = 1 << LT_MODE_LIVE | 1 << LT_MODE_REQUIRED | 1 << LT_MODE_BUZZER | 1 << LT_MODE_SPEED,
    TIMED = 1 << LT_MODE_LIVE | 1 << LT_MODE_REQUIRED, /* one clock a question */
    SHARED = TIMED | 1 << LT_MODE_SPEED,               /* everybody asked gives an answer */
    IN_TURN = 1 << LT_MODE_REQUIRED | 1 << LT_MODE_WAGER | 1 << LT_MODE_SPEED | 1 << LT_MODE_JURY,
    SPOKEN = 1 << LT_MODE_REQUIRED | 1 << LT_MODE_WAGER | 1 << LT_MODE_BUZZER,
    LIVE = 1 << LT_MODE_LIVE,
    WAGER = 1 << LT_MODE_WAGER,
    BUZZER = 1 << LT_MODE_BUZZER,
    SPEED = 1 << LT_MODE_SPEED,
    JURY = 1 << LT_MODE_JURY,
    TIEBREAK = 1 << LT_MODE_TIEBREAK,
};

struct reader {
    struct problems *p;
    bool teams;    /* "entries", known before anything else is read, as is */
    unsigned pace; /* HOSTED or PACED, as the first round is; 0: its mode is no mode */
    unsigned mode; /* bit of the round being read; 0: outside a round, or its mode is no mode */
    enum lt_policy policy; /* of the sheet, for rounds that have none of their own */
    int policy_n;
};

enum member_kind { M_INT, M_BOOL, M_POINTS, M_TEXT, M_WORD, M_COUNT, M_OBJECT, M_ARRAY, M_ANY };

struct member {
    const char *name;
    enum member_kind kind;
    unsigned need;  /* in rounds of these modes it must be there; EVERY: outside rounds as well */
    unsigned modes; /* it means something in rounds of these; 0: in all */
    bool teams;     /* only where teams are ranked */
    unsigned pace;  /* of the sheet: HOSTED or PACED; 0: both */
    int min, max;   /* INT, COUNT: value; POINTS: whole points; TEXT: bytes; ARRAY: items */
    size_t at;      /* where the value goes */
    const struct words *words;                                                         /* WORD */
    void (*read)(struct reader *r, const char *path, const cJSON *item, void *target); /* OBJECT,
                       ARRAY: reads what is inside into the target of the object around it; ANY: of
                       whatever type */
};
struct object {
    const char *prefix; /* of the paths of its members */
    const struct member *members;
    int n;
};
#define OBJECT_OF(prefix, members)                                                                 \
    {                                                                                              \
        prefix, members, (int)(sizeof(members) / sizeof *(members))                                \
    }

#define OF(type, field) .at = offsetof(struct type, field)

/* Read the members of one object; `path` is its place with indexes, e.g. "rounds[2]". */
void read_object(struct reader *r, const struct object *o, const char *path, const cJSON *obj,
                 void *target);
/* One value; false: a problem was written. */
bool read_int(struct reader *r, const char *path, const struct member *m, const cJSON *item,
              int *ret);
bool read_points(struct reader *r, const char *path, const struct member *m, const cJSON *item,
                 int64_t *ret);
/* Index of a JSON string among the words; -1: a problem was written. */
int read_index(struct reader *r, const char *path, const cJSON *item, const struct words *w);
/* Texts of at most size - 1 bytes, each once, into rows of `size` bytes. Returns how many. */
int read_texts(struct reader *r, const char *path, const cJSON *array, char *rows, size_t size);
/* Words as a set of bits. */
unsigned read_set(struct reader *r, const char *path, const cJSON *array, const struct words *w);
/* Paths of what is inside: a member, an item. */
void join(char out[PATH_BYTES], const char *path, const char *name);
void at_index(char out[PATH_BYTES], const char *path, int i);

/* A round: rules_round.c. `ret` comes zeroed. */
void read_round(struct reader *r, const char *path, const cJSON *obj, struct lt_round_rule *ret);
extern const struct object round_object, points_object, streak_object, foul_object, jury_object,
    draw_object;
void read_fit(struct reader *r, const char *path, const cJSON *obj, struct lt_fit_rule *ret);

/* What only self-paced rounds and sheets have: rules_paper.c. Targets are the round and the sheet. */
typedef void read_fn(struct reader *r, const char *path, const cJSON *item, void *target);
read_fn read_blueprint, read_places, read_movement; /* of a round */
read_fn read_hours, read_audience;                  /* of a sheet */
void paced_defaults(struct lt_round_rule *ret, unsigned mode, const cJSON *obj);
void settle_paced(struct reader *r, const char *path, const cJSON *obj, struct lt_round_rule *ret);
extern const struct object part_object, hours_object, audience_object;

/* Boards: rules_boards.c. The target is the sheet. */
read_fn read_freeze, read_awards, read_boards;
void boards_defaults(struct lt_sheet *s); /* where the sheet does not say which there are */
extern const struct object freeze_object, award_object, board_object;

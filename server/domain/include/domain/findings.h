/* Findings: what looks odd in a self-paced event, for the organiser to judge. Never a punishment: a
 * finding says what was seen, with the numbers, and an honest person may have done it. Pure; all
 * thresholds are below, with their reasons in findings.c.
 *
 * Rows come in any order, and the same rows give the same findings. Input is borrowed. Strings of a
 * finding are short and its own. */
#pragma once
#include "domain/question.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lt_finding_kind {
    LT_FINDING_TOO_FAST,         /* subject: a person; n answers, part of them too fast */
    LT_FINDING_SAME_TIMING,      /* persons; n gaps alike of the two most alike, of so many (of) */
    LT_FINDING_SHARED_DEVICE,    /* n persons on one device */
    LT_FINDING_SHARED_ADDRESS,   /* n persons at one address at the same time */
    LT_FINDING_EXPOSED_QUESTION, /* a question: n times asked on the last day; share before, after */
    LT_FINDING_SAME_PAIR,        /* two persons; n duels with each other, of so many (of) */
    LT_FINDING_SANDBAGGING,      /* a person; n lost duels; share right in them and elsewhere */
    LT_FINDINGS                  /* count */
};
/* "too_fast", …: as table finding has them. */
const char *lt_finding_name(enum lt_finding_kind k);

enum {
    LT_FINDING_SUBJECTS_MAX = 16, /* that are named; more are counted */

    LT_READING_CHARS_PER_S = 25, /* Chinese characters */
    LT_READING_LATIN_PER_S = 75, /* letters and digits */
    LT_READING_FLOOR_MS = 800,   /* to see, to choose and to tap, whatever the length */
    LT_FAST_ITEMS_MIN = 10,      /* answers of a paper, to say anything of it */
    LT_FAST_SHARE_PCT = 50,      /* of them faster than readable, */
    LT_FAST_RIGHT_PCT = 60,      /* and of these so many right */

    LT_TIMING_GAPS_MIN = 10,      /* that two papers have in common */
    LT_TIMING_TOLERANCE_MS = 500, /* two gaps are alike */
    LT_TIMING_CHANCE_PCT = 10,    /* of two gaps to be alike by chance, at least */
    LT_TIMING_EXPECTED_E6 = 1000, /* pairs alike by chance among all papers, in millionths */

    LT_DEVICE_PERSONS_MIN = 4,
    LT_ADDRESS_PERSONS_MIN = 60, /* starting within LT_ADDRESS_WINDOW_S of each other */
    LT_ADDRESS_WINDOW_S = 600,

    LT_EXPOSED_TIMES_MIN = 100, /* answers in the first days, and in the last */
    LT_EXPOSED_RISE_PCT = 20,   /* points by which it is right more often, beyond what all gained */
    LT_EXPOSED_DRIFT_PCT = 10,  /* of which no more than this is taken off */
    LT_EXPOSED_SIGMAS = 6,

    LT_PAIR_FIELD_MIN = 20, /* people who play duels at all */
    LT_PAIR_DUELS_MIN = 8,  /* of one person */
    LT_PAIR_SHARE_PCT = 60, /* with the same other one */

    LT_SANDBAG_LOST_MIN = 8,
    LT_SANDBAG_ANSWERS_MIN = 40, /* in lost duels, and elsewhere */
    LT_SANDBAG_GAP_PCT = 35,     /* points by which it is right less often in them */
    LT_SANDBAG_SIGMAS = 5,
    LT_SANDBAG_RATING_GAP = 100, /* below those who answer as well elsewhere */
    LT_SANDBAG_PEERS = 25,       /* of them, on either side */
};

struct lt_finding {
    enum lt_finding_kind kind;
    int n_subjects;                            /* may be more than are named */
    int64_t subjects[LT_FINDING_SUBJECTS_MAX]; /* persons or question, ascending */
    int64_t n, of;                             /* how often, of how often it could have been */
    int32_t before_e4, after_e4;               /* shares, ten-thousandths; 0 where there are none */
};
/* A growing list. lt_findings_done(NULL) is fine. */
struct lt_findings {
    struct lt_finding *rows;
    int n, cap;
    bool failed; /* out of memory: some are missing */
};
void lt_findings_done(struct lt_findings *f);

/* How long a very quick reader takes for stem and options. */
int64_t lt_reading_ms(const struct lt_question *q);

/* One answered item of a paper, in order of its time. */
struct lt_finding_answer {
    int64_t question;
    int32_t used_ms; /* since the answer before, or since the start */
    int32_t read_ms; /* lt_reading_ms of its question */
    bool right;
};
/* A paper with its answers in the order of their times. Where one may go back and change a choice its
 * last time is what there is, so used_ms is the time between choices. */
struct lt_finding_paper {
    int64_t person;
    int64_t started_us;
    const struct lt_finding_answer *answers;
    int n;
    bool has_device, has_address;
    uint64_t device, address; /* digests */
};
/* Each adds what it finds to `f`. Papers of one event; several of a person are fine. Alike timing: not
 * the sides of duels, who get the same questions in the same order. used_ms is never negative. */
void lt_findings_too_fast(const struct lt_finding_paper *papers, int n, struct lt_findings *f);
void lt_findings_same_timing(const struct lt_finding_paper *papers, int n, struct lt_findings *f);
void lt_findings_shared(const struct lt_finding_paper *papers, int n, struct lt_findings *f);

/* How often a question was asked and answered rightly on a day (numbers of days in any unit that
 * grows), one row a question and day. */
struct lt_finding_use {
    int64_t question, day;
    int32_t asked, right;
};
/* The first half of a question's days is compared with the last; what rose for all is taken off. */
void lt_findings_exposed(const struct lt_finding_use *uses, int n, struct lt_findings *f);

/* A person's side of a duel with one other (of four: one row for each other). */
struct lt_finding_duel {
    int64_t duel, person, other; /* other 0: a robot */
    bool lost, forfeited;
    int32_t answered, right; /* of the person, in this duel */
};
void lt_findings_same_pair(const struct lt_finding_duel *duels, int n, struct lt_findings *f);

/* What is known of a person outside of lost duels. */
struct lt_finding_player {
    int64_t person;
    int rating;              /* 0: none */
    int32_t answered, right; /* in papers, runs and duels that were not lost */
};
void lt_findings_sandbagging(const struct lt_finding_duel *duels, int n,
                             const struct lt_finding_player *players, int n_players,
                             struct lt_findings *f);

/* Every statement of the worker, prepared on each connection. Results are described beside each. */
#pragma once
#include "io/pg.h"

enum lt_sql {
    LT_SQL_NODE_NEW,  /* $1 name → node_id */
    LT_SQL_NODE_BEAT, /* $1 node, $2 forget after µs → clock (µs since 1970), whether the row is
                         still there */
    LT_SQL_NODE_BYE,  /* $1 node: leave at once, so that others take over without waiting */
    LT_SQL_FIND_CODE, /* $1 join code → tenant, event */
    LT_SQL_FIND_KEY,  /* $1 tenant code, $2 kid → tenant, alg, key (hex) */
    LT_SQL_EVENT,     /* $1 event → title, season, join code, tenant name, sheet, epoch */
    LT_SQL_QUESTIONS, /* $1 event → body per qi, in order */
    LT_SQL_LOG_AFTER, /* $1 event, $2 seq → seq, at_us, kind, payload; at most 500, in order */
    LT_SQL_HEAD, /* $1 event, $2 dead after µs → seq, token, node, whether its driver is alive */
    LT_SQL_ENTRIES, /* $1 event, $2 joined at or after (µs), $3 after entry → entry, person, name,
                       unit, guest, joined µs; at most 20,000 */
    LT_SQL_SCORES, /* $1 event, $2 to qi, $3 season, $4 after qi, $5 after person → qi, person, entry,
                      body, used_us, received_us; LT_SCORES_PAGE at most, in order */
    LT_SQL_SCORES_TEXT, /* the same → one row: a line for each, "qi person entry used_us received_us
                           body", no more than a space between: every node reads all of them */
    LT_SQL_SAVED, /* $1 event, $2 from qi, $3 to qi, $4 season, $5 entry → qi, person, answer id,
                      body, late; by qi */
    LT_SQL_MEMBERS, /* $1 event → entry, person, name, captain: of teams */
    LT_SQL_PLAYER_OF, /* $1 event, $2 ext id → person, name, entry, its name, unit name: one's own, or
                         of the team whose member one is */
    LT_SQL_JOIN_PERSONS, /* $1 ext ids, $2 names, $3 guest flags: new people */
    LT_SQL_JOIN_UNITS,   /* $1 ext ids, $2 unit codes: first membership */
    LT_SQL_JOIN_ENTRIES, /* $1 events, $2 ext ids: new entries */
    LT_SQL_JOIN_READ, /* $1 events, $2 ext ids → ordinal, person, entry, name, unit, guest, joined
                         µs */
    LT_SQL_ANSWERS,   /* $1 … $10 columns of answer: insert behind the gate */
    LT_SQL_ANSWERS_READ, /* $1 season, $2 event, $3 qi, $4 person → ordinal, answer id, late */
    LT_SQL_APPEND, /* $1 event, $2 token, $3 seq, $4 at, $5 kind, $6 payload, $7 phase or NULL */
    LT_SQL_CLAIM, /* $1 event, $2 node, $3 old token, $4 dead after µs, $5 seq, $6 at, $7 payload */
    LT_SQL_RELEASE, /* $1 event, $2 token: nobody drives it any more */
    LT_SQL_ROSTER,  /* $1 event, $2 after entry, $3 part of a name or '', $4 rows → entry, name,
                       unit, guest */
    LT_SQL_GATE, /* $1 event, $2 from qi, $3 to qi, $4 state, $5 whose answers or NULL (as before):
                    in the transaction of an append */
    LT_SQL_GATE_CLOSE, /* $1 event, $2 token, $3 from qi, $4 to qi: raises LT001 when deposed */
    LT_SQL_SEAL_GATES, /* $1 event: not even late answers are kept any more */
    LT_SQL_TALLY, /* $1 event, $2 from qi, $3 to qi, $4 season, $5 entry or 0 → body, count, right */
    LT_SQL_HELD, /* the same parameters → person, body, received_us of the holder's answers that count,
                    first come first */
    LT_SQL_DIGEST,        /* the same parameters → SHA-256 (hex) over the answers that count */
    LT_SQL_SEAL,          /* $1 event → seq, hash (hex) of the head of its log */
    LT_SQL_FREEZE_SHEET,  /* $1 event */
    LT_SQL_FINALISE_JOB,  /* $1 event, $2 token */
    LT_SQL_INBOX_ADD,     /* $1 event, $2 command id, $3 person, $4 action, $5 expect_q, $6 args */
    LT_SQL_INBOX_REFUSED, /* the same, $7 outcome: what a node refused by itself, for the record */
    LT_SQL_INBOX_SEAL,    /* $1 event: presses and stakes that wait still are refused */
    LT_SQL_INBOX_PENDING, /* $1 event → command id, person, action, expect_q, args; at most 20 */
    LT_SQL_PRESSES, /* $1 event, $2 qi → seq, at_us, kind, payload of its presses and holders */
    LT_SQL_INBOX_OUTCOME, /* $1 event, $2 command id, $3 outcome */
    LT_SQL_INBOX_READ,    /* $1 event, $2 command id → outcome, NULL: none yet */
    LT_SQL_STAFF, /* $1 ext id, $2 event, $3 person (used instead of $1 when > 0) → person, name,
                     unit, may host, may judge */
    LT_SQL_STAFF_EVENTS, /* $1 person → event, title, phase, code, questions, entries; at most 200
                          */
    /* Self-paced events (paced.c), papers (paper_batch.c, papers.c), home pages. */
    LT_SQL_PACED_HEAD, /* $1 event → phase, token, sheet version, opens µs, closes µs, self-paced,
                          how many were ranked */
    LT_SQL_PACED,      /* $1 event → title, season, sheet */
    LT_SQL_PACED_POOL, /* $1 event → qi, round, difficulty, audience, body; in order */
    LT_SQL_PACED_SIZE, /* $1 event → entries */
    LT_SQL_PLAN, /* this transaction looks rows up by their keys, whatever the statistics say */
    LT_SQL_PAPER_ENTRIES,  /* $1 events, $2 persons: new entries */
    LT_SQL_PAPER_ORDINALS, /* $1 events, $2 papers that a disjoint pool gives, 0: not disjoint: who
                              counts papers waits for the others */
    LT_SQL_PAPER_START,    /* $1 … $13 columns of a new paper: insert behind the event's phase */
    LT_SQL_PAPER_START_READ, /* $1 season, $2 event, $3 person, $4 round, $5 attempt → ordinal of the
                                item, phase, and the columns of LT_SQL_PAPER; NULL: no paper */
    LT_SQL_PAPER_WRITE, /* $1 … $14: update where revision and deadline are those that are known */
    LT_SQL_PAPER_WRITE_READ, /* the same → ordinal, whether it is this write that stands, columns of
                                LT_SQL_PAPER */
    LT_SQL_PAPER, /* $1 event, $2 person, $3 round, $4 attempt, $5 season → state, rev, ordinal, entry,
                     duel, seed, started, deadline, submitted, choices */
    LT_SQL_PAPER_MARKS, /* $1 event, $2 person, $3 season → round, attempt, no, state, started, points,
                           time, correct, answered, duel, submitted (0: open) */
    LT_SQL_ADDRESSED,   /* $1 event, $2 person → whether the event addresses the person */
    LT_SQL_HOME_PERSON, /* $1 person → person, name, unit name, tenant name, guest */
    LT_SQL_HOME_KNOWN,  /* $1 ext id → the same */
    LT_SQL_HOME_EVENTS, /* $1 person → event, title, phase, self-paced, opens µs, closes µs, points,
                           rank; those that address the person */
    LT_SQL_HOME_MARKS, /* $1 person → event, then the columns of LT_SQL_PAPER_MARKS, of all events
                           that are on */
    LT_SQL_HISTORY, /* $1 person, $2 before µs, $3 rows → event, title, joined µs, final, points, rank,
                       of, credits, papers, whether a certificate may be had */
    LT_SQL_HISTORY_CREDITS, /* $1 person → hundredths */
    LT_SQL_RESULT_OWN,  /* $1 event, $2 person → phase, ranked, then a row of LT_SQL_RESULT_TOP */
    LT_SQL_ENTRY_NAMES, /* $1 event, $2 entries → entry, name, unit */
    LT_SQL_RESULT_TOP,  /* $1 event, $2 rows → rank, name, unit, points, entry */
    LT_SQL_RESULT_AROUND,   /* $1 event, $2 rank, $3 entry, $4 rows → likewise, above and below */
    LT_SQL_CERTIFICATE_ADD, /* $1 event, $2 person, $3 code, $4 points to pass: once, of a final event
                             */
    LT_SQL_CERTIFICATE, /* $1 event, $2 person → code, title, tenant, name, unit, points, rank, of,
                           issued µs */
    LT_SQL_FIND_CERTIFICATE, /* $1 code → tenant, title, name, unit, points, rank, of, day */
    /* Boards for everybody (app/api_board.c). What does not exist has no row. */
    LT_SQL_FIND_SHARE, /* $1 share code → tenant, event (0: of a series), series (0: of an event) */
    LT_SQL_BOARD_HEAD, /* $1 event, $2 series, $3 whether its rules are wanted → title, tenant name,
                          final, whether a board may stand by now, rules, event whose units count,
                          kind of the series ("": of an event), seq, ranked once final */
    LT_SQL_BOARD_NAMES, /* $1 of what ("entry", …; "person": of a series), $2 event, $3 members →
                           member, name, unit name, column and row in the grid (-1: none) */
    LT_SQL_BOARD_RESULTS, /* $1 event, $2 rows before, $3 rows → entry, rank, points, correct, time,
                             name, unit name */
    /* Duels (match.c, duel_start.c, duels.c). */
    LT_SQL_MATCH_ME,   /* $1 person → rating, region, the region above it (0: none) */
    LT_SQL_DUEL_START, /* $1 event, $2 round, $3 season, $4 seed, $5 size, $6 robots, $7 from start to
                          deadline µs, $8 end of the window µs, arrays: $9 persons, $10 attempts,
                          $11 numbers, $12 devices, $13 addresses → the duel, a row a paper; none: the
                          event does not run. A number that is taken fails, and with it all. */
    LT_SQL_DUEL, /* $1 event, $2 duel, $3 season → round, seed, size, robots, started, ended (0: not),
                    name, unit, rating, person, attempt, and the columns of LT_SQL_PAPER; a row a paper,
                    in order of person */
    LT_SQL_DUEL_CLOSE, /* the parameters of close_duel() → 'closed', 'was', 'stale', 'none' */
    LT_SQL_FINDINGS,   /* $1 event, $2 findings at most → kind, subject, n, of, before, after
                          (ten-thousandths), subjects in all, number of the person or question,
                          name or stem, unit, found µs; a row for each subject that is named */
    LT_SQL_EVENT_UNITS, /* $1 event → unit, kind, registered, county, city, province (0: none), name; in order */
    LT_SQL_REGIONS, /* → region, name, grid column and row (-1: none); in order */
    LT_SQL_PAIR_OPEN, /* $1 code, $2 secret (hex of its SHA-256), $3 life s → whether the code waits now */
    LT_SQL_PAIR_ASK,   /* $1 secret → tenant, screen; no row: nobody has taken it yet */
    LT_SQL_PAIR_CLOSE, /* $1 secret */
    LT_SQL_PAIR_CLAIM, /* $1 code, $2 event, $3 name, $4 screens at most → screen, 0: full, NULL: no such code */
    LT_SQL_SCREEN,  /* $1 screen → event (0: none) */
    LT_SQL_SCREENS, /* → screen, name, event, its title, view, rev, whether it is seen; in order */
    LT_SQL_EVENT_VIEWS,  /* $1 events → event, view, rev */
    LT_SQL_SCREENS_SEEN, /* $1 screens: their connections are here */
    LT_SQL_SCREEN_GONE,  /* $1 screen → tenant */
    LT_SQL_UNPAIR,       /* $1 screen → screen */
    LT_SQL_SHOW,         /* $1 screen, $2 event, $3 view → screen */
    LT_SQL_SHOW_ALL,     /* $1 event, $2 view: on its screens */
    LT_SQL_SHOW_EVENT,   /* $1 event, $2 view: on those without a name, and later ones */
    LT_SQL_STATEMENTS    /* count */
};
enum { LT_SCORES_PAGE = 20000 };
extern const struct lt_pg_stmt lt_sql_statements[LT_SQL_STATEMENTS];

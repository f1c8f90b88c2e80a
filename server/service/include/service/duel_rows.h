/* A duel as its rows stand, and what ending it writes. Pure; the worker (duels.c) and the job process
 * read and write the same columns (LT_SQL_DUEL, LT_SQL_DUEL_CLOSE) each in its way. */
#pragma once
#include "base/buf.h"
#include "domain/duel.h"

enum { LT_DUEL_NAME_BYTES = 641, LT_DUEL_CLOSE_PARAMS = 15 };

struct lt_duel_seat {
    int64_t person;
    int32_t attempt, rev, ordinal;
    enum lt_paper_state state;
    int64_t entry, started_us, deadline_us, submitted_us;
    char *choices;
    int rating;
    char name[LT_DUEL_NAME_BYTES], unit[LT_DUEL_NAME_BYTES];
};
struct lt_duel_rows {
    int64_t event, duel;
    int season, round; /* round from 0 */
    int64_t seed;
    int size, robots;
    int64_t started_us, ended_us; /* ended 0: goes on */
    int n;                        /* seats; robots have none and sit behind them */
    struct lt_duel_seat seats[LT_DUEL_PLAYERS_MAX];
};
/* Take the rows of LT_SQL_DUEL; cell(arg, row, column) is its text. LT_ENOENT: no such duel, or its
 * papers are not as a duel's are. `ret` is emptied first; event, duel and season are the caller's. */
typedef const char *lt_cell_fn(void *arg, int row, int col);
int lt_duel_rows_take(struct lt_duel_rows *ret, int n_rows, lt_cell_fn *cell, void *arg);
void lt_duel_rows_done(struct lt_duel_rows *d);
const struct lt_duel_seat *lt_duel_seat_of(const struct lt_duel_rows *d, int64_t person);

/* Draw and read the papers (room for LT_DUEL_PLAYERS_MAX, 100 kB each) and put the duel together.
 * LT_ESHEET: it cannot be drawn. Choices that cannot be read count as none. */
int lt_duel_build(const struct lt_duel_rows *d, const struct lt_round_rule *rule,
                  const struct lt_pool_row *pool, int n_pool, struct lt_paper *papers,
                  struct lt_duel *ret);

/* From its end to its closing: answers that were given before the end may be on their way to the
 * database. Once closed nothing can change it. */
enum { LT_DUEL_WAIT_US = 300 * 1000 };
/* What closing it writes. */
struct lt_duel_closing {
    int64_t ended_us;
    struct {
        enum lt_paper_state state;
        int64_t submitted_us;
        struct lt_paper_score score; /* with the points for the place */
        int before, after;           /* ratings */
    } seats[LT_DUEL_PLAYERS_MAX];
};
/* True: it has ended and may be closed at now_us. *ret_due_us: when it may, 0: it goes on. The papers
 * are changed. */
bool lt_duel_closing(const struct lt_duel_rows *rows, struct lt_duel *d, struct lt_paper *papers,
                     int64_t now_us, int64_t grace_us, int64_t *ret_due_us,
                     struct lt_duel_closing *ret);
/* The parameters of LT_SQL_DUEL_CLOSE, in buffers which the caller ends (lt_duel_params_done). */
struct lt_duel_params {
    struct lt_buf b[LT_DUEL_CLOSE_PARAMS];
    const char *text[LT_DUEL_CLOSE_PARAMS];
};
void lt_duel_params(const struct lt_duel_rows *rows, const struct lt_duel_closing *c,
                    struct lt_duel_params *ret);
void lt_duel_params_done(struct lt_duel_params *p);

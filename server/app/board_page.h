/* What a public board looks like to a program: JSON and CSV (docs/operations.md). */
#pragma once
#include "domain/rules.h"
#include "io/pg.h"
#include "service/board_read.h"

/* What was asked for. */
struct board_asked {
    char share[13];
    bool valid; /* what follows is; else nothing of the kind can exist */
    bool list;  /* which boards there are */
    enum lt_board_of of;
    int round;
    bool csv;
    int64_t from;
    int n;
};
void board_asked_parse(struct board_asked *ret, const char *rest, const char *from, const char *n);
/* Whose boards they are. */
struct board_head {
    char *title, *tenant;
    char kind[8]; /* of a series: person, team; "": of an event */
    bool final, begun;
    int64_t units_event, seq, ranked;
    struct lt_sheet *sheet; /* list: its rules; NULL: not read */
};
/* Rows of a page with what they are called. */
struct board_line {
    struct lt_board_line line;
    const char *name, *unit; /* borrowed */
    int x, y;                /* -1: no place in the grid */
};
struct board_view {
    const struct board_asked *asked;
    const struct board_head *head;
    int64_t version, of;
    bool frozen, final, stale;
    const struct board_line *lines;
    int n;
};
void board_write(const struct board_view *v, struct lt_buf *out);
/* The list: names of boards that stand. */
void board_write_list(const struct board_view *v, const char (*names)[LT_BOARD_NAME_BYTES],
                      int n_names, struct lt_buf *out);

/* The top of a board as Redis has it, with names: what stages and spectators of a self-paced event are
 * shown, of which nodes hold no standings. */
#pragma once
#include "service/boards.h"

enum { LT_SHOWN_ROWS = 300 };
struct lt_shown_line {
    int64_t member, rank, value[LT_BOARD_VALUES];
    char *name, *unit; /* NULL: none */
    int x, y;          /* cities: place in the map-like grid, -1: none */
};
struct lt_shown_board {
    int of, round;  /* enum lt_board_of; from 1, 0: the event */
    int64_t v;      /* as `shows` in lt_board_set; 0: nothing is known yet */
    int64_t ranked; /* in all */
    bool frozen, final;
    int n;
    struct lt_shown_line *lines; /* in order of rank */
};

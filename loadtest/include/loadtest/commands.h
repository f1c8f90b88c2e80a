/* The program's commands. Each returns the exit status: 0; 1: violations, or the goal was missed;
 * 2: it could not run. */
#pragma once
#include "loadtest/options.h"

int lt_command_live(const struct lt_load_opts *o);
int lt_command_demo(const struct lt_load_opts *o);
int lt_command_paper(const struct lt_load_opts *o);
int lt_command_bench_fanout(const struct lt_load_opts *o);
int lt_command_bench_connect(const struct lt_load_opts *o);
int lt_command_bench_reveal(const struct lt_load_opts *o);

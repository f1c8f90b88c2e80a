/* What the command line says. One struct for all commands; each command takes its own part. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct lt_load_opts {
    /* where and who */
    const char *url, *tenant, *kid, *secret_file, *people_file, *host_sub;
    int64_t event;
    bool allow_remote;
    /* how many, how fast, how long */
    int players, procs, per_unit, rate, seconds;
    int64_t seed;
    /* how they play */
    bool host, others, allow_cuts, quiet;
    int questions, pause_every; /* 0: all; 0: never */
    int64_t window_ms, gap_ms;
    double answer_share, edge_share, drop_share;
    const char *sheet_file;
    int64_t slack_ms;
    /* papers */
    int starts;
    bool begin, submit;
    const char *log_file;
    /* benchmarks */
    int64_t pid;
    int connections, rounds, frames;
    const char *es256_kid, *es256_key_file;
    const char *json_file;
};

/* Defaults, then argv[1..] (options only, GNU long form). False: a line on stderr says what is
 * wrong. */
bool lt_load_options(struct lt_load_opts *o, int argc, char **argv);
/* The options as text for `help`. */
void lt_load_options_help(void);

/* The report of a run, as text on stdout and as JSON in a file. */
#pragma once
#include "base/buf.h"
#include "loadtest/host.h"
#include "loadtest/standings.h"

struct lt_report {
    const struct lt_load_opts *opts;
    const struct lt_run *run;
    struct lt_faults faults;         /* merged */
    struct lt_hist ack, frame, join; /* merged */
    const struct lt_hist *command;   /* of our host, NULL: none */
    struct lt_standings_report standings;
    double seconds;    /* it took */
    bool completed;    /* the contest came to its end */
    const char *stuck; /* where not, or NULL */
};
/* Merge what the processes left. */
void lt_report_merge(struct lt_report *r);
void lt_report_print(const struct lt_report *r);
/* False: the file cannot be written. */
bool lt_report_json(const struct lt_report *r, const char *path);
/* Write a finished JSON text and a line feed to `path`. False, with a line on stderr: it cannot be
 * written. */
bool lt_report_write(const char *path, struct lt_buf *json);

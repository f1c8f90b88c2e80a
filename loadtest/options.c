/* The command line: one table of options, from which parsing and help both come. */
#include "loadtest/options.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, INT, LONG, SECONDS, SHARE, FLAG };

struct option_row {
    const char *name;
    enum kind kind;
    size_t at;
    double fallback, min, max; /* numbers; a fallback of TEXT is NULL */
    const char *doc;
};
#define ROW(name, kind, field, fallback, min, max, doc)                                            \
    {                                                                                              \
        name, kind, offsetof(struct lt_load_opts, field), fallback, min, max, doc                  \
    }

static const struct option_row rows[] = {
    ROW("url", TEXT, url, 0, 0, 0, "ws://host:port/path of the server"),
    ROW("tenant", TEXT, tenant, 0, 0, 0, "code of the tenant, claim tid of the tickets"),
    ROW("kid", TEXT, kid, 0, 0, 0, "key id of the tickets"),
    ROW("secret-file", TEXT, secret_file, 0, 0, 0, "file with the HS256 secret of that key id"),
    ROW("event", LONG, event, 0, 1, 9e15, "id of the event"),
    ROW("people", TEXT, people_file, 0, 0, 0,
        "CSV with columns ext_id, name, unit_code; without it p000001, p000002, …"),
    ROW("per-unit", INT, per_unit, 0, 0, 100000,
        "with --people: at most so many of a unit (0: all)"),
    ROW("players", INT, players, 100, 0, 200000, "players (live, demo)"),
    ROW("procs", INT, procs, 1, 1, 64, "processes that play them"),
    ROW("rate", INT, rate, 500, 1, 100000, "joins begun per second; paper: saves"),
    ROW("seconds", INT, seconds, 600, 1, 86400, "hard end of the run"),
    ROW("seed", LONG, seed, 1, 0, 9e15, "who answers what and when"),
    ROW("allow-remote", FLAG, allow_remote, 0, 0, 0, "connect to an address that is not loopback"),
    ROW("quiet", FLAG, quiet, 0, 0, 0, "no progress lines"),
    ROW("json", TEXT, json_file, 0, 0, 0, "write the report as JSON to this file"),
    ROW("host", FLAG, host, 0, 0, 0, "live: drive the event too, as a host; demo: open its lobby"),
    ROW("host-sub", TEXT, host_sub, 0, 0, 0,
        "live, demo, bench: the host's id at the study platform (needs the role host)"),
    ROW("questions", INT, questions, 0, 0, 1000,
        "live: how many questions the host plays (0: all)"),
    ROW("window", SECONDS, window_ms, 5, 0.2, 600,
        "live: seconds from opening in which players answer; the host then closes"),
    ROW("gap", SECONDS, gap_ms, 1, 0, 60, "live: seconds between the host's steps"),
    ROW("pause-every", INT, pause_every, 0, 0, 1000,
        "live: the host pauses in every n-th question"),
    ROW("answer-share", SHARE, answer_share, 0.95, 0, 1, "share of players who answer a question"),
    ROW("edge-share", SHARE, edge_share, 0.01, 0, 1,
        "share of answers sent just when the question closes"),
    ROW("drop-share", SHARE, drop_share, 0, 0, 1,
        "share of players who lose their line during a question"),
    ROW("others", FLAG, others, 0, 0, 0,
        "people who are not ours are in the event: compare only our own rows"),
    ROW("allow-cuts", FLAG, allow_cuts, 0, 0, 0,
        "connections ended by the server are no fault (when servers are stopped on purpose)"),
    ROW("sheet", TEXT, sheet_file, 0, 0, 0,
        "rule sheet of the event, JSON: what frames do not tell of points"),
    ROW("clock-slack-ms", LONG, slack_ms, 10, 0, 10000,
        "how far the server's clock may be from ours"),
    ROW("starts", INT, starts, 0, 0, 100000, "paper: papers started per second"),
    ROW("begin", FLAG, begin, 0, 0, 0, "paper: savers have no paper yet, they start one"),
    ROW("submit", FLAG, submit, 0, 0, 0, "paper: savers hand in when they are through"),
    ROW("log", TEXT, log_file, 0, 0, 0, "paper: what was asked and answered, FILE.0, FILE.1 …"),
    ROW("pid", LONG, pid, 0, 2, 4e6, "bench: process id of the one worker; reveal: of the server"),
    ROW("connections", INT, connections, 15000, 10, 100000, "bench: connections; paper: savers"),
    ROW("rounds", INT, rounds, 5, 1, 1000, "bench: rounds of server and floor"),
    ROW("frames", INT, frames, 6, 2, 1000, "bench fanout: frames to everybody per round"),
    ROW("es256-kid", TEXT, es256_kid, 0, 0, 0, "bench connect: key id of an ES256 key"),
    ROW("es256-key", TEXT, es256_key_file, 0, 0, 0, "bench connect: its private key, PEM"),
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void *field(struct lt_load_opts *o, const struct option_row *r)
{
    return (char *)o + r->at;
}

static void set_number(struct lt_load_opts *o, const struct option_row *r, double v)
{
    switch (r->kind) {
    case INT:
        *(int *)field(o, r) = (int)v;
        break;
    case LONG:
        *(int64_t *)field(o, r) = (int64_t)v;
        break;
    case SECONDS:
        *(int64_t *)field(o, r) = llround(v * 1000);
        break;
    case SHARE:
        *(double *)field(o, r) = v;
        break;
    case FLAG:
        *(bool *)field(o, r) = v != 0;
        break;
    case TEXT:
        break;
    }
}

static bool set_text(struct lt_load_opts *o, const struct option_row *r, const char *text)
{
    char *end;
    if (r->kind == TEXT) {
        *(const char **)field(o, r) = text;
        return true;
    }
    errno = 0;
    double v = strtod(text, &end);
    bool whole = r->kind != INT && r->kind != LONG ? true : v == floor(v);
    if (errno != 0 || end == text || *end || !whole || !(v >= r->min && v <= r->max)) {
        fprintf(stderr, "leitai-load: --%s %s: a number from %.10g to %.10g is wanted\n", r->name,
                text, r->min, r->max);
        return false;
    }
    set_number(o, r, v);
    return true;
}

static const struct option_row *find(const char *name, size_t n)
{
    for (int i = 0; i < ROWS; i++) {
        if (strlen(rows[i].name) == n && strncmp(rows[i].name, name, n) == 0)
            return &rows[i];
    }
    return NULL;
}

bool lt_load_options(struct lt_load_opts *o, int argc, char **argv)
{
    *o = (struct lt_load_opts){0};
    for (int i = 0; i < ROWS; i++) {
        set_number(o, &rows[i], rows[i].fallback);
    }
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i] + 2, *value = NULL;
        size_t n = strncmp(argv[i], "--", 2) == 0 ? strcspn(name, "=") : 0;
        const struct option_row *r = n > 0 ? find(name, n) : NULL;
        if (!r) {
            fprintf(stderr, "leitai-load: %s: no such option (leitai-load help)\n", argv[i]);
            return false;
        }
        if (r->kind == FLAG) {
            set_number(o, r, 1);
            continue;
        }
        value = name[n] == '=' ? name + n + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (!value || !value[0]) {
            fprintf(stderr, "leitai-load: --%s needs a value\n", r->name);
            return false;
        }
        if (!set_text(o, r, value))
            return false;
    }
    return true;
}

void lt_load_options_help(void)
{
    for (int i = 0; i < ROWS; i++) {
        const struct option_row *r = &rows[i];
        printf("  --%-16s %s", r->name, r->doc);
        if (r->kind != TEXT && r->kind != FLAG)
            printf(" [%.10g]", r->fallback);
        printf("\n");
    }
}

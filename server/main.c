/* The `leitai` program: one binary, several commands. This file reads the configuration and hands
 * over. */
#include "app/commands.h"

#include "base/err.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const struct command {
    const char *name;
    int (*run)(struct lt_config *c, int argc, char **argv);
    const char *summary;
} commands[] = {
    {"serve", lt_cmd_serve, "run the server: workers and jobs under a supervisor"},
    {"migrate", lt_cmd_migrate, "bring the database to this program's schema"},
    {"demo", lt_cmd_demo, "load the demo tenant (again: nothing changes)"},
    {"link", lt_cmd_link,
     "print a personal address: link play|stage|desk|judge --tenant CODE --event ID --person "
     "EXTID"},
    {"event", lt_cmd_event,
     "save an event from a rule sheet, or check one: event presets|check|save"},
    {"worker", lt_cmd_worker, "run one worker in the foreground: worker [--index N]"},
    {"jobs", lt_cmd_jobs, "run the job process in the foreground"},
    {"relay", lt_cmd_relay, "run the relay, which posts credits, in the foreground"},
    {"credits", lt_cmd_credits, "compare the credits owed with the study record: credits check"},
    {"audit", lt_cmd_audit, "whether an event's record is as it was written: audit verify|head"},
    {"replay", lt_cmd_replay, "compute an event anew and compare: replay EVENT_CODE --tenant CODE"},
    {"boards", lt_cmd_boards,
     "write boards to Redis anew: boards rebuild --tenant CODE [--event CODE]"},
    {"series", lt_cmd_series,
     "rank several events together: series create|add|remove|show --tenant CODE"},
    {"board", lt_cmd_board,
     "make boards public, or private again: board share|unshare --tenant CODE (--event CODE | "
     "--series CODE)"},
    {"docs", lt_cmd_docs, "print a table of the manual: docs options|metrics"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(FILE *to)
{
    fprintf(to, "usage: leitai COMMAND [--config FILE] [--OPTION VALUE]…\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\nOptions come from a file, the environment (LEITAI_OPTION) and the command line; "
                "later wins.\n"
                "`leitai docs options` lists them.\n");
    return to == stdout ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Take `--config FILE` or `--config=FILE` out of argv; *ret is NULL when there is none. */
static int take_config_path(int *argc, char **argv, const char **ret)
{
    static const char flag[] = "--config";
    int kept = 1;
    *ret = NULL;
    for (int i = 1; i < *argc; i++) {
        const char *a = argv[i];
        if (strncmp(a, flag, sizeof flag - 1) == 0 && a[sizeof flag - 1] == '=')
            *ret = a + sizeof flag;
        else if (strcmp(a, flag) == 0 && i + 1 < *argc)
            *ret = argv[++i];
        else if (strcmp(a, flag) == 0)
            return LT_ECONFIG;
        else
            argv[kept++] = argv[i];
    }
    *argc = kept;
    argv[kept] = NULL;
    return LT_OK;
}

static int read_config(struct lt_config *c, int *argc, char **argv, struct lt_buf *err)
{
    const char *path;
    int r = take_config_path(argc, argv, &path);
    if (r != LT_OK) {
        lt_buf_str(err, "--config needs a file");
        return r;
    }
    if (path && (r = lt_config_file(c, path, err)) != LT_OK)
        return r;
    if ((r = lt_config_env(c, environ, err)) != LT_OK)
        return r;
    return lt_config_args(c, argc, argv, err);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr);
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return help(stdout);
    const struct command *cmd = find(argv[1]);
    if (!cmd) {
        fprintf(stderr, "leitai: there is no command %s\n\n", argv[1]);
        return help(stderr);
    }
    argc--;
    argv++;
    struct lt_buf err;
    struct lt_config *c = lt_config_new();
    lt_buf_init(&err, 1024);
    int status = EXIT_FAILURE;
    if (read_config(c, &argc, argv, &err) == LT_OK)
        status = cmd->run(c, argc, argv);
    else
        fprintf(stderr, "leitai %s: %s\n", cmd->name, lt_buf_cstr(&err));
    lt_buf_done(&err);
    lt_config_free(c);
    return status;
}

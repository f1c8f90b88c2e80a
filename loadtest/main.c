/* leitai-load: players by the thousand, over the real protocol. */
#include "loadtest/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *sub; /* sub NULL: none */
    int (*run)(const struct lt_load_opts *o);
    const char *doc;
} commands[] = {
    {"live", NULL, lt_command_live,
     "play one live event, check everything that is received, report; exit 1 on any violation"},
    {"demo", NULL, lt_command_demo,
     "keep a host company: join and answer at human times until SIGTERM or --seconds"},
    {"paper", NULL, lt_command_paper,
     "answer and start papers of a self-paced event at steady rates, log what came back"},
    {"bench", "fanout", lt_command_bench_fanout,
     "CPU of one worker per delivered frame, beside plain send(2)"},
    {"bench", "connect", lt_command_bench_connect,
     "CPU of one worker per joined player, beside accept, 101 and close"},
    {"bench", "reveal", lt_command_bench_reveal,
     "CPU of all workers per player who hears the new own rank, beside one send; orders on stdin"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int help(void)
{
    printf("leitai-load COMMAND [--option value]…\n\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %s %-8s %s\n", commands[i].name, commands[i].sub ? commands[i].sub : "",
               commands[i].doc);
    printf("\nOptions\n");
    lt_load_options_help();
    printf("\nThe benchmarks need a running server with exactly one worker, at least --connections "
           "+ 100 connections allowed, an\n"
           "event that is in lobby or running with late_join on, and a person --host-sub who may "
           "host it; --pid is the worker's. They leave\n"
           "the event running. The floor is a process of this program.\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct lt_load_opts o;
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return help();
    for (int i = 0; i < COMMANDS; i++) {
        int words = commands[i].sub ? 2 : 1;
        if (strcmp(argv[1], commands[i].name) != 0 ||
            (words == 2 && (argc < 3 || strcmp(argv[2], commands[i].sub) != 0)))
            continue;
        if (!lt_load_options(&o, argc - words, argv + words))
            return 2;
        return commands[i].run(&o);
    }
    fprintf(stderr, "leitai-load: no such command (leitai-load help)\n");
    return 2;
}

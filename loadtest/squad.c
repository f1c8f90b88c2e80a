/* One process: its players, its loop, its end. */
#include "loadtest/squad.h"

#include <stdlib.h>
#include <unistd.h>

enum { TURN_US = 100000, SECOND_US = 1000000 };

void lt_squad_checker(struct lt_checker *k, const struct lt_load_opts *o,
                      const struct lt_rules *rules, const struct lt_run *run, int process)
{
    *k = (struct lt_checker){
        .rules = *rules,
        .slack_us = o->slack_ms * 1000,
        .event = o->event,
        .others = o->others,
        .timed = o->host,
        .run = run,
        .tally = &run->tallies[process],
    };
}

static bool squad_init(struct lt_squad *s, int process)
{
    int per_process = (s->run->n_players + s->run->n_processes - 1) / s->run->n_processes;
    s->first = process * per_process;
    s->n = s->run->n_players - s->first < per_process ? s->run->n_players - s->first : per_process;
    if (s->n < 0)
        s->n = 0;
    if (!lt_gen_init(&s->gen, process))
        return false;
    lt_squad_checker(&s->checker, s->opts, s->rules, s->run, process);
    s->cache = lt_seen_cache_new();
    s->players = calloc((size_t)s->n + 1, sizeof *s->players);
    return s->cache && s->players;
}

static void squad_done(struct lt_squad *s)
{
    for (int i = 0; s->players && i < s->n; i++)
        lt_player_stop(&s->players[i]);
    free(s->players);
    lt_seen_cache_free(s->cache);
    lt_gen_done(&s->gen);
}

int lt_squad_run(struct lt_squad *s, int process)
{
    bool ok = squad_init(s, process);
    int64_t end_us = s->gen.now.mono_us + (int64_t)s->opts->seconds * SECOND_US;
    while (ok && !s->run->signal->go && !s->run->signal->stop && s->gen.now.mono_us < end_us)
        lt_gen_turn(&s->gen, TURN_US / 10);
    for (int i = 0; ok && i < s->n; i++)
        lt_player_start(&s->players[i], s, s->first + i, s->gen.now.mono_us);
    while (ok && !s->run->signal->stop && s->gen.now.mono_us < end_us)
        lt_gen_turn(&s->gen, TURN_US);
    squad_done(s);
    return ok ? 0 : 1;
}

/* The scenarios `live` and `demo`: start the processes, drive the event if asked to, wait for the
 * end, check across processes, report. */
#include "loadtest/commands.h"
#include "loadtest/crew.h"
#include "loadtest/report.h"
#include "loadtest/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000000,
    TURN_US = 50000,
    SETTLE_US = 1500000,
    STOP_S = 30,
    DOORS_S = 20,
    QUESTIONS_MAX = LT_SEEN_QUESTIONS
};

struct live {
    const struct lt_load_opts *opts;
    enum lt_squad_mood mood;
    struct lt_target target;
    struct lt_people people;
    struct lt_rules rules;
    struct lt_mint *mint;
    struct lt_run run;
    struct lt_crew crew;
    struct lt_gen gen;
    struct lt_host *host;
    struct lt_script script;
    uint32_t nonce;
    int64_t begun_us, end_us, ended_us, shown_us;
};

static int usage(const char *what, const char *why)
{
    fprintf(stderr, "leitai-load: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    return 2;
}

static int run_squad(void *arg, int process)
{
    struct live *l = arg;
    struct lt_squad s = {.opts = l->opts,
                         .mood = l->mood,
                         .people = &l->people,
                         .rules = &l->rules,
                         .mint = l->mint,
                         .target = &l->target,
                         .run = &l->run,
                         .nonce = l->nonce};
    return lt_squad_run(&s, process);
}

/* 0, or the exit status. */
static int live_init(struct live *l)
{
    const struct lt_load_opts *o = l->opts;
    const char *err = NULL;
    if (!o->url || !o->tenant || !o->kid || !o->secret_file || o->event == 0)
        return usage("--url, --tenant, --kid, --secret-file and --event are needed", NULL);
    if (o->host && !o->host_sub)
        return usage("--host needs --host-sub", NULL);
    if ((err = lt_target_parse(o->url, o->allow_remote, &l->target)))
        return usage(o->url, err);
    l->mint = lt_mint_open(o->secret_file, o->tenant, o->kid, &err);
    if (!l->mint)
        return usage(o->secret_file, err);
    if (o->people_file &&
        (err = lt_people_read(&l->people, o->people_file, o->players, o->per_unit)))
        return usage(o->people_file, err);
    if (!o->people_file && !lt_people_make(&l->people, o->players))
        return usage("no memory", NULL);
    if (o->sheet_file && (err = lt_rules_read(o->sheet_file, &l->rules)))
        return usage(o->sheet_file, err);
    if (l->people.n == 0)
        return usage("nobody to play", NULL);
    if (!lt_crew_descriptors((l->people.n + o->procs - 1) / o->procs))
        return 2;
    if (!lt_run_init(&l->run, l->people.n, o->procs, QUESTIONS_MAX) ||
        !lt_gen_init(&l->gen, LT_CREW_MAX + 1))
        return usage("no memory", NULL);
    l->nonce = (uint32_t)lt_rng_next(&l->gen.random);
    return 0;
}

static void live_done(struct live *l)
{
    lt_host_free(l->host);
    if (l->gen.wheel)
        lt_gen_done(&l->gen);
    lt_run_done(&l->run);
    lt_people_done(&l->people);
    lt_mint_free(l->mint);
}

static void show(struct live *l)
{
    const struct lt_run *r = &l->run;
    if (l->opts->quiet || l->gen.now.mono_us - l->shown_us < SECOND_US)
        return;
    l->shown_us = l->gen.now.mono_us;
    fprintf(
        stderr, "%5.0f s  joined %lld/%d  frames %lld  answers %lld  acked %lld  cuts %lld  %s\n",
        (double)(l->gen.now.mono_us - l->begun_us) / SECOND_US,
        (long long)lt_run_count(r, LT_COUNT_JOINED), r->n_players,
        (long long)lt_run_count(r, LT_COUNT_FRAMES), (long long)lt_run_count(r, LT_COUNT_ANSWERS),
        (long long)lt_run_count(r, LT_COUNT_ACKED), (long long)lt_run_count(r, LT_COUNT_CUTS),
        l->host ? lt_script_step_name(l->script.step) : "");
}

/* Has everything happened that should, or nothing more can? */
static bool over(struct live *l)
{
    const struct lt_run *r = &l->run;
    int64_t joined = lt_run_count(r, LT_COUNT_JOINED), now_us = l->gen.now.mono_us;
    if (now_us >= l->end_us || lt_crew_interrupted() || lt_crew_ended(&l->crew) ||
        (l->host && lt_host_failed(l->host)))
        return true;
    if (l->mood == LT_SQUAD_DEMO)
        return false;
    bool script_over = !l->host || lt_script_ended(&l->script);
    bool everybody = joined > 0 && lt_run_count(r, LT_COUNT_DONE) >= joined;
    if (l->ended_us == 0 && script_over && everybody)
        l->ended_us = now_us;
    return l->ended_us != 0 &&
           now_us - l->ended_us >= SETTLE_US; /* boards come after the last frame */
}

static void play(struct live *l)
{
    l->begun_us = l->shown_us = l->gen.now.mono_us;
    l->end_us = l->begun_us + (int64_t)l->opts->seconds * SECOND_US;
    l->run.signal->go = !l->host;
    while (!over(l)) {
        if (l->host) {
            lt_script_run(&l->script, l->gen.now.mono_us,
                          lt_run_count(&l->run, LT_COUNT_JOINED) == l->run.n_players);
            l->run.signal->go = l->script.step >= LT_STEP_PLAYERS;
        }
        show(l);
        lt_gen_turn(&l->gen, TURN_US);
    }
    l->run.signal->stop = 1;
    lt_crew_wait(&l->crew, STOP_S);
}

/* Checks that need everybody to have ended. */
static void check(struct live *l, struct lt_report *r)
{
    struct lt_checker k;
    int64_t epoch = 0, head = 0;
    int per_process = (l->run.n_players + l->run.n_processes - 1) / l->run.n_processes;
    for (int i = 0; i < l->run.n_processes; i++) {
        const struct lt_tally *t = &l->run.tallies[i];
        bool newer = t->epoch > epoch || (t->epoch == epoch && t->head > head);
        epoch = newer ? t->epoch : epoch;
        head = newer ? t->head : head;
    }
    for (int p = 0; p < l->run.n_players; p++) {
        lt_squad_checker(&k, l->opts, &l->rules, &l->run, p / per_process);
        lt_check_end(&k, p, epoch, head);
    }
    lt_squad_checker(&k, l->opts, &l->rules, &l->run, 0);
    lt_report_merge(r);
    if (!lt_standings_check(&k, &r->faults, &r->standings))
        lt_fault(&r->faults, LT_FAULT_UNFINISHED, 1, "no memory to check the standings");
    if (r->completed && r->standings.reveals > 0 && !r->standings.final_seen)
        lt_fault(&r->faults, LT_FAULT_BOARD, 1, "no board said that it is final");
}

static int finish(struct live *l)
{
    static struct lt_report r;
    r.opts = l->opts;
    r.run = &l->run;
    r.seconds = (double)(l->gen.now.mono_us - l->begun_us) / SECOND_US;
    r.completed = l->ended_us != 0;
    r.command = l->host ? lt_host_latency(l->host) : NULL;
    check(l, &r);
    if (l->crew.failed > 0)
        lt_fault(&r.faults, LT_FAULT_UNFINISHED, l->crew.failed,
                 "%d processes of the generator failed", l->crew.failed);
    if (!r.completed)
        lt_fault(&r.faults, LT_FAULT_UNFINISHED, 1, "%s",
                 !l->host                  ? "the event did not become final"
                 : lt_host_failed(l->host) ? lt_host_failed(l->host)
                                           : lt_script_step_name(l->script.step));
    lt_report_print(&r);
    if (l->opts->json_file && !lt_report_json(&r, l->opts->json_file))
        return 2;
    return lt_faults_total(&r.faults) > 0;
}

int lt_command_live(const struct lt_load_opts *o)
{
    struct live l = {.opts = o, .mood = LT_SQUAD_LIVE};
    int status = live_init(&l);
    lt_crew_signals();
    if (status == 0 && !lt_crew_start(&l.crew, o->procs, run_squad, &l)) {
        l.run.signal->stop = 1;
        lt_crew_wait(&l.crew, STOP_S);
        status = usage("processes cannot be started", NULL);
    }
    if (status == 0 && o->host) {
        l.host = lt_host_new(&l.gen, o, l.mint, &l.target);
        lt_script_init(&l.script, l.host, o);
    }
    if (status == 0) {
        play(&l);
        status = finish(&l);
    }
    live_done(&l);
    return status;
}

/* With --host: open the lobby of an event that is still a draft, then leave the desk to a person.
 * An event in any other phase stays as it is. False: it is over, nobody can come in any more. */
static bool open_doors(struct live *l)
{
    struct lt_host *h = l->host;
    int64_t until_us = l->gen.now.mono_us + (int64_t)DOORS_S * SECOND_US;
    bool asked = false, open = false, over = false;
    while (h && !open && !lt_host_failed(h) && !lt_crew_interrupted() &&
           l->gen.now.mono_us < until_us) {
        lt_gen_turn(&l->gen, TURN_US);
        if (!lt_host_ready(h) || lt_host_busy(h))
            continue;
        open = lt_host_phase(h) != LT_SEEN_DRAFT;
        over = lt_host_phase(h) == LT_SEEN_FINISHED || lt_host_phase(h) == LT_SEEN_FINAL;
        if (!open && !asked)
            lt_host_command(h, "lobby");
        asked = true;
    }
    if (h && !open)
        fprintf(stderr, "leitai-load: the lobby was not opened: %s\n",
                lt_host_failed(h) ? lt_host_failed(h) : "no answer");
    lt_host_free(h);
    l->host = NULL;
    return !over;
}

int lt_command_demo(const struct lt_load_opts *o)
{
    struct lt_load_opts demo = *o;
    demo.allow_cuts = true;
    struct live l = {.opts = &demo, .mood = LT_SQUAD_DEMO};
    int status = live_init(&l);
    lt_crew_signals();
    if (status == 0 && !lt_crew_start(&l.crew, o->procs, run_squad, &l))
        status = usage("processes cannot be started", NULL);
    if (status == 0 && demo.host)
        l.host = lt_host_new(&l.gen, &demo, l.mint, &l.target);
    if (status == 0) {
        if (open_doors(&l))
            play(&l);
        else
            printf("The event is over; nobody plays.\n");
    }
    if (l.run.signal)
        l.run.signal->stop = 1;
    lt_crew_wait(&l.crew, STOP_S);
    if (status == 0)
        printf("%d players left; %lld answers were saved.\n", l.run.n_players,
               (long long)lt_run_count(&l.run, LT_COUNT_ACKED));
    live_done(&l);
    return status;
}

/* Reports. The JSON is for machines that keep figures over time: its member names are those of the
 * counters and faults. */
#include "loadtest/report.h"

#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { JSON_BYTES = 256 * 1024 };
static const struct {
    const char *name;
    double percent;
} percentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99_9", 99.9}};
enum { PERCENTILES = sizeof percentiles / sizeof percentiles[0] };

void lt_report_merge(struct lt_report *r)
{
    for (int i = 0; i < r->run->n_processes; i++) {
        const struct lt_tally *t = &r->run->tallies[i];
        lt_hist_merge(&r->ack, &t->ack);
        lt_hist_merge(&r->frame, &t->frame);
        lt_hist_merge(&r->join, &t->join);
        lt_faults_merge(&r->faults, &t->faults);
    }
}

static void print_hist(const char *title, const struct lt_hist *h)
{
    if (!h || h->count == 0)
        return;
    printf("  %-28s", title);
    for (int i = 0; i < PERCENTILES; i++)
        printf(" %s %.2f", percentiles[i].name,
               (double)lt_hist_percentile(h, percentiles[i].percent) / 1000);
    printf(" max %.2f  (%lld)\n", (double)h->max_us / 1000, (long long)h->count);
}

static void print_faults(const struct lt_faults *f)
{
    if (lt_faults_total(f) == 0) {
        printf("No violations.\n");
        return;
    }
    printf("VIOLATIONS\n");
    for (int k = 0; k < LT_FAULTS; k++) {
        if (f->n[k] == 0)
            continue;
        printf("  %-36s %lld\n", lt_fault_text((enum lt_fault_kind)k), (long long)f->n[k]);
        for (int i = 0; i < LT_FAULT_SAMPLES && f->samples[k][i][0]; i++)
            printf("    %s\n", f->samples[k][i]);
    }
}

void lt_report_print(const struct lt_report *r)
{
    printf("%d players in %d processes, %.1f s%s%s\n", r->run->n_players, r->run->n_processes,
           r->seconds, r->completed ? "" : ", NOT FINISHED", r->stuck ? r->stuck : "");
    for (int c = 0; c < LT_COUNTS; c++)
        printf("  %-28s %lld\n", lt_count_name((enum lt_count)c),
               (long long)lt_run_count(r->run, (enum lt_count)c));
    printf("  %-28s %d of %d questions, %d weakly\n", "boards checked", r->standings.boards,
           r->standings.reveals, r->standings.boards_weak);
    printf("Latency, ms\n");
    print_hist("join (intended → welcome)", &r->join);
    print_hist("frame (opened → received)", &r->frame);
    print_hist("answer (intended → ack)", &r->ack);
    print_hist("host's command → done", r->command);
    print_faults(&r->faults);
}

static void json_hist(struct lt_jsonw *w, const char *key, const struct lt_hist *h)
{
    lt_jsonw_obj(w, key);
    lt_jsonw_i64(w, "count", h->count);
    for (int i = 0; i < PERCENTILES; i++)
        lt_jsonw_i64(w, percentiles[i].name, lt_hist_percentile(h, percentiles[i].percent));
    lt_jsonw_i64(w, "max", h->max_us);
    lt_jsonw_end_obj(w);
}

static void json_faults(struct lt_jsonw *w, const struct lt_faults *f)
{
    for (int k = 0; k < LT_FAULTS; k++)
        lt_jsonw_i64(w, lt_fault_name((enum lt_fault_kind)k), f->n[k]);
    lt_jsonw_i64(w, "violations", lt_faults_total(f));
    lt_jsonw_arr(w, "samples");
    for (int k = 0; k < LT_FAULTS; k++) {
        for (int i = 0; i < LT_FAULT_SAMPLES && f->samples[k][i][0]; i++)
            lt_jsonw_str(w, NULL, f->samples[k][i]);
    }
    lt_jsonw_end_arr(w);
}

bool lt_report_write(const char *path, struct lt_buf *json)
{
    lt_buf_char(json, '\n');
    FILE *f = json->failed ? NULL : fopen(path, "wb");
    bool ok = f && fwrite(json->p, 1, json->len, f) == json->len;
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        fprintf(stderr, "leitai-load: %s: %s\n", path, strerror(errno));
    return ok;
}

bool lt_report_json(const struct lt_report *r, const char *path)
{
    struct lt_buf b;
    struct lt_jsonw w;
    lt_buf_init(&b, JSON_BYTES);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "scenario", "live");
    lt_jsonw_i64(&w, "players", r->run->n_players);
    lt_jsonw_i64(&w, "processes", r->run->n_processes);
    lt_jsonw_i64(&w, "seed", r->opts->seed);
    lt_jsonw_i64(&w, "milliseconds", (int64_t)(r->seconds * 1000));
    lt_jsonw_bool(&w, "completed", r->completed);
    for (int c = 0; c < LT_COUNTS; c++)
        lt_jsonw_i64(&w, lt_count_name((enum lt_count)c), lt_run_count(r->run, (enum lt_count)c));
    lt_jsonw_i64(&w, "reveals", r->standings.reveals);
    lt_jsonw_i64(&w, "boards_checked", r->standings.boards);
    lt_jsonw_i64(&w, "boards_checked_weakly", r->standings.boards_weak);
    json_faults(&w, &r->faults);
    json_hist(&w, "ack_us", &r->ack);
    json_hist(&w, "frame_us", &r->frame);
    json_hist(&w, "join_us", &r->join);
    if (r->command)
        json_hist(&w, "command_us", r->command);
    lt_jsonw_end_obj(&w);
    bool ok = lt_report_write(path, &b);
    lt_buf_done(&b);
    return ok;
}

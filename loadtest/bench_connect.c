/* leitai-load bench connect: what does it cost the server to let a player in?
 *
 * Needs what bench fanout needs (see there); with --es256-kid and --es256-key also an ES256 key of
 * the tenant. In each round
 * --connections players come in, at most 64 handshakes under way per process, stay until all are
 * in, and are closed in slices: with a ticket signed HS256 (accept, 101, hello, ticket, membership,
 * entry, welcome with a snapshot, close), with the session token of the last welcome and {epoch,
 * seq} (accept, 101, hello, token, welcome, close), with a ticket signed ES256 when asked for; and
 * as many connections come to the floor (accept, 101, close). A first round, in which the people
 * are new to the database, warms up and is not counted; the order of the ways turns from round to
 * round. Figures: processor time of the worker, all that it does in that time included, by players.
 */
#include "loadtest/bench.h"
#include "loadtest/commands.h"
#include "loadtest/report.h"

#include "base/json.h"

#include <stdio.h>

static const double GOAL = 3;
enum { JSON_BYTES = 256 * 1024 };
enum way { HS256, RESUME, ES256, BARE, WAYS };

static const struct {
    const char *name;
    enum lt_crowd_side side;
    enum lt_crowd_way way;
} ways[WAYS] = {
    [HS256] = {"hs256", LT_CROWD_SERVER, LT_CROWD_TICKET},
    [RESUME] = {"resume", LT_CROWD_SERVER, LT_CROWD_RESUME},
    [ES256] = {"es256", LT_CROWD_SERVER, LT_CROWD_ES256},
    [BARE] = {"floor", LT_CROWD_FLOOR, LT_CROWD_TICKET},
};

struct joins {
    struct lt_bench b;
    double us[WAYS][LT_BENCH_ROUNDS], ratio[WAYS][LT_BENCH_ROUNDS],
        out_us[WAYS][LT_BENCH_ROUNDS]; /* out: of closing */
    int n;
};

static bool wanted(const struct joins *j, enum way w)
{
    return w != ES256 || j->b.es256;
}

/* Microseconds of the side's processor per connection: altogether, and of that for closing. */
static bool measure(struct joins *j, enum way w, double *ret_us, double *ret_out_us)
{
    struct lt_bench *b = &j->b;
    enum lt_crowd_side side = ways[w].side;
    if (!lt_bench_quiet(b, side))
        return false;
    int64_t begun_ns = lt_bench_cpu_ns(b, side);
    if (!lt_bench_connect(b, side, ways[w].way) || !lt_bench_quiet(b, side))
        return false;
    int64_t in_ns = lt_bench_cpu_ns(b, side);
    if (!lt_bench_close(b, side))
        return false;
    int64_t ended_ns = lt_bench_cpu_ns(b, side);
    *ret_us = (double)(ended_ns - begun_ns) / 1000 / b->opts->connections;
    *ret_out_us = (double)(ended_ns - in_ns) / 1000 / b->opts->connections;
    return true;
}

static bool run_round(struct joins *j, int round)
{
    double us[WAYS] = {0}, out_us[WAYS] = {0};
    for (int i = 0; i < WAYS; i++) {
        /* The warming round begins with tickets: the others need what it leaves. */
        enum way w = (enum way)((i + round) % WAYS);
        if (wanted(j, w) && !measure(j, w, &us[w], &out_us[w]))
            return false;
    }
    fprintf(stderr, "round %d: hs256 %.1f, resume %.1f, es256 %.1f, floor %.1f µs a player%s\n",
            round, us[HS256], us[RESUME], us[ES256], us[BARE], round == 0 ? " (warming up)" : "");
    if (round == 0)
        return true;
    for (int w = 0; w < WAYS; w++) {
        j->us[w][j->n] = us[w];
        j->out_us[w][j->n] = out_us[w];
        j->ratio[w][j->n] = us[w] / us[BARE];
    }
    j->n++;
    return true;
}

static void json_number(struct lt_jsonw *w, const char *prefix, const char *key, double v)
{
    char name[32], text[32];
    snprintf(name, sizeof name, "%s%s", prefix, key);
    int n = snprintf(text, sizeof text, "%.3f", v);
    lt_jsonw_raw(w, name, text, (size_t)n);
}

static bool write_json(const struct joins *j, const double *us, const double *ratio, bool met)
{
    const struct lt_load_opts *o = j->b.opts;
    double worse = ratio[HS256] > ratio[RESUME] ? ratio[HS256] : ratio[RESUME];
    struct lt_buf out;
    struct lt_jsonw w;
    lt_buf_init(&out, JSON_BYTES);
    lt_jsonw_init(&w, &out);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "bench", "connect");
    json_number(&w, "ratio", "", worse);
    json_number(&w, "leitai_us", "", ratio[HS256] > ratio[RESUME] ? us[HS256] : us[RESUME]);
    for (int i = 0; i < WAYS; i++) {
        if (i != BARE && wanted(j, (enum way)i)) {
            json_number(&w, "ratio_", ways[i].name, ratio[i]);
            json_number(&w, "leitai_us_", ways[i].name, us[i]);
            json_number(&w, "closing_us_", ways[i].name, lt_bench_median(j->out_us[i], j->n));
        }
    }
    json_number(&w, "floor_us", "", us[BARE]);
    json_number(&w, "closing_us_", ways[BARE].name, lt_bench_median(j->out_us[BARE], j->n));
    json_number(&w, "goal", "", GOAL);
    lt_jsonw_bool(&w, "goal_met", met);
    lt_jsonw_i64(&w, "connections", o->connections);
    lt_jsonw_i64(&w, "rounds", j->n);
    lt_jsonw_i64(&w, "retries", lt_bench_retries(&j->b));
    lt_jsonw_end_obj(&w);
    bool ok = lt_report_write(o->json_file, &out);
    lt_buf_done(&out);
    return ok;
}

static int report(const struct joins *j)
{
    double us[WAYS], ratio[WAYS];
    for (int w = 0; w < WAYS; w++) {
        us[w] = lt_bench_median(j->us[w], j->n);
        ratio[w] = lt_bench_median(j->ratio[w], j->n);
    }
    bool met = ratio[HS256] <= GOAL && ratio[RESUME] <= GOAL;
    printf("%d connections, %d rounds; processor of the worker per joined player: HS256 %.1f µs "
           "(%.2f ×), resume %.1f µs (%.2f ×)",
           j->b.opts->connections, j->n, us[HS256], ratio[HS256], us[RESUME], ratio[RESUME]);
    printf(" (of which closing %.1f, floor %.1f)", lt_bench_median(j->out_us[HS256], j->n),
           lt_bench_median(j->out_us[BARE], j->n));
    if (wanted(j, ES256))
        printf(", ES256 %.1f µs (%.2f ×)", us[ES256], ratio[ES256]);
    printf("; accept, 101 and close %.1f µs; goal %.0f × %s; %lld tries failed and were repeated\n",
           us[BARE], GOAL, met ? "met" : "missed", (long long)lt_bench_retries(&j->b));
    return j->b.opts->json_file && !write_json(j, us, ratio, met) ? 2 : 0;
}

int lt_command_bench_connect(const struct lt_load_opts *o)
{
    static struct joins j;
    int status = lt_bench_init(&j.b, o);
    bool ok = status == 0;
    for (int round = 0; ok && round <= o->rounds; round++)
        ok = run_round(&j, round);
    if (status == 0)
        status = ok ? report(&j) : 2;
    lt_bench_done(&j.b);
    return status;
}

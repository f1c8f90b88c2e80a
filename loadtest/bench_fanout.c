/* leitai-load bench fanout: what does a delivered frame cost the server?
 *
 * Needs: a server with one worker whose process id is --pid, allowing --connections + 100
 * connections; an event (--event) that is not over, with late_join; a person --host-sub with the
 * role host; the HS256 key of the tenant. --connections players (p000001 …, or --people) join it;
 * as many sockets connect to the floor. Then, in rounds of --frames frames a side, the sides in
 * turn: the host gives `pause` or `resume`, each of which is one committed log record and one frame
 * to everybody, and it is awaited that everybody has it; the floor sends a frame of the same bytes
 * with plain send(2), awaited likewise. The first round warms up and is not counted. Figures:
 * processor time of the worker, all that it does in that time included, by frames delivered. */
#include "loadtest/bench.h"
#include "loadtest/commands.h"
#include "loadtest/report.h"
#include "loadtest/wsframe.h"

#include "base/json.h"

#include <stdio.h>
#include <unistd.h>

static const double GOAL = 1.15;
enum { JSON_BYTES = 256 * 1024 };

struct fanout {
    struct lt_bench b;
    double us[LT_CROWD_SIDES][LT_BENCH_ROUNDS], ratio[LT_BENCH_ROUNDS]; /* per frame */
    int n, payload;
    struct lt_floor_order order;
};

/* One frame to everybody by the server. The last one is what the floor sends. */
static bool send_server(struct fanout *f)
{
    bool paused = lt_host_phase(f->b.host) == LT_SEEN_PAUSED;
    return lt_bench_command(&f->b, paused ? "resume" : "pause");
}

static bool take_payload(struct fanout *f)
{
    struct lt_crowd_page *page = &f->b.crowd_pages[0];
    f->payload = page->payload_len;
    f->order.len = (uint32_t)lt_wsframe_write_plain(f->order.frame, LT_WS_TEXT, page->payload,
                                                    (size_t)f->payload);
    return f->payload > 0;
}

static bool send_floor(struct fanout *f)
{
    return lt_bench_floor_send(&f->b, &f->order);
}

struct cost {
    int64_t cpu_ns, frames;
};

/* One frame of one side, received by everybody. */
static bool measure(struct fanout *f, enum lt_crowd_side side, struct cost *c)
{
    struct lt_bench *b = &f->b;
    if (!lt_bench_quiet(b, side))
        return false;
    int64_t cpu_ns = lt_bench_cpu_ns(b, side), frames = lt_bench_frames_now(b, side);
    bool sent = side == LT_CROWD_SERVER ? send_server(f) : send_floor(f);
    if (!sent || !lt_bench_frames(b, side, frames + b->opts->connections) ||
        !lt_bench_quiet(b, side))
        return false;
    c->cpu_ns += lt_bench_cpu_ns(b, side) - cpu_ns;
    c->frames += lt_bench_frames_now(b, side) - frames;
    return true;
}

/* --frames frames of each side in turn: what else the machine does falls on both. */
static bool run_round(struct fanout *f, int round)
{
    struct cost cost[LT_CROWD_SIDES] = {{0}};
    double us[LT_CROWD_SIDES];
    for (int i = 0; i < LT_CROWD_SIDES * f->b.opts->frames; i++) {
        enum lt_crowd_side side = (i + round) % 2 ? LT_CROWD_FLOOR : LT_CROWD_SERVER;
        if (!measure(f, side, &cost[side]) || (round == 0 && i == 0 && !take_payload(f)))
            return false;
    }
    for (int side = 0; side < LT_CROWD_SIDES; side++)
        us[side] = (double)cost[side].cpu_ns / 1000 / (double)cost[side].frames;
    fprintf(stderr, "round %d: %.2f µs a frame, floor %.2f, ratio %.3f%s\n", round,
            us[LT_CROWD_SERVER], us[LT_CROWD_FLOOR], us[LT_CROWD_SERVER] / us[LT_CROWD_FLOOR],
            round == 0 ? " (warming up)" : "");
    if (round == 0)
        return true;
    f->us[LT_CROWD_SERVER][f->n] = us[LT_CROWD_SERVER];
    f->us[LT_CROWD_FLOOR][f->n] = us[LT_CROWD_FLOOR];
    f->ratio[f->n++] = us[LT_CROWD_SERVER] / us[LT_CROWD_FLOOR];
    return true;
}

/* Thousandths, because the writer of JSON has integers only. */
static void json_number(struct lt_jsonw *w, const char *key, double v)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.3f", v);
    lt_jsonw_raw(w, key, text, (size_t)n);
}

static int report(const struct fanout *f)
{
    const struct lt_load_opts *o = f->b.opts;
    double ratio = lt_bench_median(f->ratio, f->n);
    double us = lt_bench_median(f->us[LT_CROWD_SERVER], f->n),
           floor_us = lt_bench_median(f->us[LT_CROWD_FLOOR], f->n);
    printf("%d connections, %d rounds of %d frames of %d bytes: %.2f µs of the worker's processor "
           "per delivered frame, plain send(2) "
           "%.2f µs, ratio %.3f (goal %.2f, %s)\n",
           o->connections, f->n, o->frames, f->payload, us, floor_us, ratio, GOAL,
           ratio <= GOAL ? "met" : "missed");
    if (lt_bench_floor_unsent(&f->b) > 0)
        printf("%lld sends of the floor were not taken whole.\n",
               (long long)lt_bench_floor_unsent(&f->b));
    if (!o->json_file)
        return 0;
    struct lt_buf out;
    struct lt_jsonw w;
    lt_buf_init(&out, JSON_BYTES);
    lt_jsonw_init(&w, &out);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "bench", "fanout");
    json_number(&w, "ratio", ratio);
    json_number(&w, "leitai_us", us);
    json_number(&w, "floor_us", floor_us);
    json_number(&w, "goal", GOAL);
    lt_jsonw_bool(&w, "goal_met", ratio <= GOAL);
    lt_jsonw_i64(&w, "connections", o->connections);
    lt_jsonw_i64(&w, "rounds", f->n);
    lt_jsonw_i64(&w, "frames_per_round", o->frames);
    lt_jsonw_i64(&w, "payload_bytes", f->payload);
    lt_jsonw_i64(&w, "retries", lt_bench_retries(&f->b));
    lt_jsonw_i64(&w, "floor_unsent", lt_bench_floor_unsent(&f->b));
    lt_jsonw_arr(&w, "ratios");
    for (int i = 0; i < f->n; i++)
        json_number(&w, NULL, f->ratio[i]);
    lt_jsonw_end_arr(&w);
    lt_jsonw_end_obj(&w);
    bool ok = lt_report_write(o->json_file, &out);
    lt_buf_done(&out);
    return ok ? 0 : 2;
}

int lt_command_bench_fanout(const struct lt_load_opts *o)
{
    static struct fanout f;
    int status = lt_bench_init(&f.b, o);
    bool ok = status == 0 && lt_bench_connect(&f.b, LT_CROWD_SERVER, LT_CROWD_TICKET) &&
              lt_bench_connect(&f.b, LT_CROWD_FLOOR, LT_CROWD_TICKET);
    for (int round = 0; ok && round <= o->rounds; round++)
        ok = run_round(&f, round);
    if (ok && lt_host_phase(f.b.host) == LT_SEEN_PAUSED)
        ok = lt_bench_command(&f.b, "resume");
    if (status == 0)
        status = ok ? report(&f) : 2;
    lt_bench_done(&f.b);
    return status;
}

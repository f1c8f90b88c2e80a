/* A worker: everything on one loop. Made from the bottom up, ended from the top down:
 *
 *   loop → pg, redis → cluster → runner, hub, boards → batchers, papers, duels, keys → sessions → net
 *
 * SIGTERM: the node gives up its events (others take them at once), stops listening, and sends its
 * clients elsewhere, a few at a time: until its turn comes each is served as before. When they are
 * gone, or their time is over, the node leaves the cluster and ends.
 */
#include "app/api.h"
#include "app/api_board.h"
#include "app/commands.h"
#include "app/runner.h"
#include "app/session.h"
#include "app/supervisor.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "live_ranks.h"
#include "service/commit.h"
#include "service/duels.h"
#include "service/join.h"
#include "service/match.h"
#include "service/papers.h"
#include "service/sql.h"
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    MS = 1000,
    S = 1000 * 1000,
    CLOSE_PER_SECOND = 5000,
    DESCRIPTORS_BESIDE = 1024, /* connections */
    DRAIN_LOOK_US = 50 * 1000,
    DRAIN_GRACE_US = 2 * S
};

struct worker {
    const struct lt_config *config;
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_cluster *cluster;
    struct lt_runner *runner;
    struct lt_boards *boards;
    struct lt_board_api *board_api;
    struct lt_hub *hub;
    struct lt_batcher *answers, *joins, *starts, *writes;
    struct lt_paced_cache *paced;
    struct lt_papers *papers;
    struct lt_duels *duels;
    struct lt_matching *matching;
    struct lt_ranks *ranks;
    struct live_ranks live_ranks;
    struct lt_keys *keys;
    struct lt_screens *screens;
    struct lt_sessions *sessions;
    struct lt_net *net;
    struct lt_api api;
    struct lt_timer look; /* while starting: is everything up? while draining: is everybody gone? */
    int64_t drain_until_us;
    bool serving, left; /* left: the cluster */
    int exit_status;
};

static int64_t opt(const struct worker *w, const char *name)
{
    return lt_config_int(w->config, name);
}

/* ---- what the net calls ---- */

static int on_open(void *arg, struct lt_conn *c, const char *path)
{
    struct worker *w = arg;
    return lt_session_handler.on_open(w->sessions, c, path);
}

static void on_text(void *arg, struct lt_conn *c, const char *p, size_t n)
{
    struct worker *w = arg;
    lt_session_handler.on_text(w->sessions, c, p, n);
}

static void on_close(void *arg, struct lt_conn *c, int code)
{
    struct worker *w = arg;
    lt_session_handler.on_close(w->sessions, c, code);
}

static void on_http(void *arg, struct lt_http_req *r)
{
    struct worker *w = arg;
    lt_api_answer(&w->api, r);
}

static void on_http_gone(void *arg, struct lt_http_req *r)
{
    (void)arg;
    lt_api_gone(r);
}

static const struct lt_net_handler net_handler = {.on_open = on_open,
                                                  .on_text = on_text,
                                                  .on_close = on_close,
                                                  .on_http = on_http,
                                                  .on_http_gone = on_http_gone};

/* ---- the end, top down ---- */

static void on_loop_idle(void *arg)
{
    struct worker *w = arg;
    lt_board_api_free(w->board_api);
    lt_ranks_free(w->ranks);
    lt_boards_free(w->boards);
    lt_runner_free(w->runner);
    lt_match_free(w->matching);
    lt_duels_free(w->duels);
    lt_papers_free(w->papers);
    lt_paced_cache_free(w->paced);
    lt_keys_free(w->keys);
    lt_screens_free(w->screens);
    lt_sessions_free(w->sessions);
    lt_loop_signals_stop(w->loop);
    lt_loop_stop(w->loop);
}

static void on_redis_gone(void *arg)
{
    on_loop_idle(arg);
}

static void on_pg_gone(void *arg)
{
    struct worker *w = arg;
    lt_redis_free(w->redis, on_redis_gone, w);
}

static void on_net_gone(void *arg)
{
    struct worker *w = arg;
    w->net = NULL;
    lt_board_api_stop(w->board_api);
    lt_batcher_free(w->answers);
    lt_batcher_free(w->joins);
    lt_screens_stop(w->screens);
    lt_match_stop(w->matching);
    lt_duels_stop(w->duels);
    lt_papers_stop(w->papers);
    lt_batcher_free(w->starts);
    lt_batcher_free(w->writes);
    lt_hub_free(w->hub);
    lt_cluster_free(w->cluster);
    lt_pg_free(w->pg, on_pg_gone, w);
}

static void end(struct worker *w)
{
    lt_loop_timer_cancel(w->loop, &w->look);
    if (w->net)
        lt_net_free(w->net, on_net_gone, w);
    else
        on_net_gone(w);
}

static void on_drain_look(struct lt_timer *t, int64_t now_us)
{
    struct worker *w = t->arg;
    bool rest = lt_sessions_count(w->sessions) > 0 || lt_batcher_queued(w->answers) > 0 ||
                lt_batcher_queued(w->writes) > 0 || lt_batcher_queued(w->starts) > 0 ||
                lt_runner_driving(w->runner) > 0;
    if (w->left) {
        end(w);
        return;
    }
    if (!rest || now_us >= w->drain_until_us) {
        if (rest)
            lt_log(LT_LOG_WARN, "drained in part",
                   LT_I("connections", lt_sessions_count(w->sessions)),
                   LT_I("answers", lt_batcher_queued(w->answers)),
                   LT_I("events", lt_runner_driving(w->runner)));
        lt_cluster_leave(w->cluster);
        w->left = true;
    }
    lt_loop_timer(w->loop, t, DRAIN_LOOK_US);
}

static void on_term(int signum, void *arg)
{
    struct worker *w = arg;
    (void)signum;
    if (w->api.draining)
        return;
    lt_log(LT_LOG_INFO, "draining",
           LT_I("connections", w->sessions ? lt_sessions_count(w->sessions) : 0));
    w->api.draining = true;
    if (!w->serving) {
        end(w);
        return;
    }
    lt_runner_drain(w->runner);
    lt_net_stop_listening(w->net);
    lt_sessions_drain(w->sessions, opt(w, "drain_s") * S);
    w->drain_until_us = lt_loop_now(w->loop).mono_us + opt(w, "drain_s") * S + DRAIN_GRACE_US;
    lt_timer_init(&w->look, on_drain_look, w);
    lt_loop_timer(w->loop, &w->look, DRAIN_LOOK_US);
}

/* ---- the beginning, bottom up ---- */

static void make_stores(struct worker *w, int index)
{
    char name[64] = "node";
    gethostname(name, sizeof name - 16);
    snprintf(name + strlen(name), 16, "/%d", index);
    w->pg = lt_pg_new(w->loop, &(struct lt_pg_opts){.url = lt_config_str(w->config, "database_url"),
                                                    .application_name = "leitai worker",
                                                    .stmts = lt_sql_statements,
                                                    .n_stmts = LT_SQL_STATEMENTS,
                                                    .connections = (int)opt(w, "pg_connections"),
                                                    .max_queued = (int)opt(w, "pg_max_queued"),
                                                    .statement_timeout_us =
                                                        opt(w, "pg_statement_timeout_ms") * MS});
    w->redis = lt_redis_new(
        w->loop,
        &(struct lt_redis_opts){.url = lt_config_str(w->config, "redis_url"),
                                .connect_timeout_us = opt(w, "redis_connect_timeout_ms") * MS,
                                .command_timeout_us = opt(w, "redis_command_timeout_ms") * MS,
                                .max_pending = (int)opt(w, "redis_max_pending")});
    assert(w->pg && w->redis);
    w->cluster =
        lt_cluster_new(w->loop, w->pg,
                       &(struct lt_cluster_opts){.name = name,
                                                 .heartbeat_us = opt(w, "node_heartbeat_ms") * MS,
                                                 .dead_us = opt(w, "node_dead_ms") * MS});
    assert(w->cluster);
}

/* Self-paced play. A start reads and writes more than an answer does, so its batches are smaller; nobody
 * races for milliseconds, so a write waits longer for company: transactions are what saves cost. */
static void make_papers(struct worker *w, const struct lt_batch_opts *answers)
{
    struct lt_batch_opts batch = *answers;
    batch.batch_rows = (int)opt(w, "paper_batch_rows");
    batch.delay_us = opt(w, "paper_delay_ms") * MS;
    batch.queue_rows = (int)opt(w, "paper_queue");
    w->paced = lt_paced_cache_new(w->loop, w->pg, (int)opt(w, "paced_events_max"));
    w->starts = lt_batcher_new(w->loop, w->pg, &lt_paper_start_kind, &batch);
    w->writes = lt_batcher_new(w->loop, w->pg, &lt_paper_write_kind, &batch);
    assert(w->paced && w->starts && w->writes);
    w->papers = lt_papers_new(w->loop, w->pg, w->cluster, w->writes, (int)opt(w, "papers_max"));
    w->ranks = lt_ranks_new(w->loop, w->redis, w->boards,
                            &(struct lt_ranks_opts){.queue_rows = (int)opt(w, "paper_queue")});
    assert(w->papers && w->ranks);
    w->live_ranks = (struct live_ranks){.pg = w->pg, .ranks = w->ranks};
    lt_papers_on_handed_in(w->papers, live_ranks_move, &w->live_ranks);
    w->duels = lt_duels_new(w->loop, w->pg, w->redis, w->cluster, w->papers);
    w->matching = lt_match_new(w->loop, w->pg, w->redis, w->cluster);
    assert(w->duels && w->matching);
}

static void make_service(struct worker *w)
{
    struct lt_batch_opts batch = {.batch_rows = (int)opt(w, "commit_batch_rows"),
                                  .delay_us = opt(w, "commit_delay_ms") * MS,
                                  .in_flight = (int)opt(w, "commit_in_flight"),
                                  .queue_rows = (int)opt(w, "answer_queue")};
    w->runner = lt_runner_new(&(struct lt_runner_opts){.drain_us = opt(w, "close_drain_ms") * MS});
    w->boards = lt_boards_new(w->loop, w->redis);
    w->board_api =
        lt_board_api_new(w->loop, w->pg, w->redis, w->boards,
                         &(struct lt_board_api_opts){.pages = (int)opt(w, "board_pages")});
    assert(w->runner && w->boards && w->board_api);
    struct lt_hub_driver hooks = lt_runner_hooks(w->runner);
    w->hub = lt_hub_new(w->loop, w->pg, w->redis, w->cluster,
                        &(struct lt_hub_opts){.events_max = (int)opt(w, "events_max"),
                                              .presence_us = opt(w, "presence_interval_ms") * MS,
                                              .idle_us = opt(w, "event_idle_s") * S,
                                              .boards = w->boards},
                        &hooks);
    assert(w->hub);
    lt_runner_attach(w->runner, w->hub, w->boards);
    w->answers = lt_batcher_new(w->loop, w->pg, &lt_commit_kind, &batch);
    w->joins = lt_batcher_new(w->loop, w->pg, &lt_join_kind, &batch);
    w->keys = lt_keys_new(w->loop, w->pg);
    w->screens = lt_screens_new(w->loop, w->pg, w->redis);
    assert(w->answers && w->joins && w->keys && w->screens);
    make_papers(w, &batch);
    w->sessions = lt_sessions_new(
        w->loop, w->hub, w->keys, w->screens, w->answers, w->joins,
        &(struct lt_home_parts){.paced = w->paced,
                                .papers = w->papers,
                                .starts = w->starts,
                                .ranks = w->ranks,
                                .duels = w->duels,
                                .matching = w->matching},
        &(struct lt_sessions_opts){
            .hello_timeout_us = opt(w, "hello_timeout_ms") * MS,
            .session_ttl_s = opt(w, "session_ttl_s"),
            .messages_per_second = (int)opt(w, "messages_per_second"),
            .guests_per_minute = (int)opt(w, "guests_per_minute"),
            .pairings_per_minute = (int)opt(w, "pairings_per_minute"),
            .pairings_max = (int)opt(w, "pairings_max"),
            .watchers_max = (int)opt(w, "watchers_max"),
            .watchers_until =
                (int)(opt(w, "max_connections") * (100 - opt(w, "watchers_reserve_percent")) / 100),
            .screens_max = (int)opt(w, "screens_max"),
            .roster_page = (int)opt(w, "roster_page"),
            .tcp_witness = lt_config_bool(w->config, "tcp_witness"),
            .secret = lt_config_str(w->config, "session_secret"),
            .previous_secret = lt_config_str(w->config, "session_secret_previous")});
    assert(w->sessions);
}

static const char *text_or_null(const struct worker *w, const char *name)
{
    const char *s = lt_config_str(w->config, name);
    return s[0] ? s : NULL;
}

/* The network layer walks a table of all descriptors that this process may have, whenever a socket
 * closes. Some hosts give a million. */
static void limit_descriptors(const struct worker *w)
{
    struct rlimit limit;
    rlim_t enough = (rlim_t)opt(w, "max_connections") + DESCRIPTORS_BESIDE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= enough)
        return;
    limit.rlim_cur = enough;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int make_net(struct worker *w)
{
    const struct lt_net_opts opts = {
        .host = lt_config_str(w->config, "listen_host"),
        .port = (int)opt(w, "port"),
        .static_dir = text_or_null(w, "static_dir"),
        .media_dir = text_or_null(w, "media_dir"),
        .tls_cert = text_or_null(w, "tls_cert"),
        .tls_key = text_or_null(w, "tls_key"),
        .allowed_origins = lt_config_str(w->config, "allowed_origins"),
        .api_prefixes = lt_api_prefixes,
        .max_connections = (int)opt(w, "max_connections"),
        .max_message_bytes = (size_t)opt(w, "max_message_bytes"),
        .max_queue_bytes = (size_t)opt(w, "max_queue_bytes"),
        .max_queue_age_us = opt(w, "max_queue_age_ms") * MS,
        .ping_interval_us = opt(w, "ping_interval_s") * S,
        .pong_timeout_us = opt(w, "pong_timeout_s") * S,
        .accept_per_second = (int)opt(w, "accept_per_second"),
        .trust_proxy = lt_config_bool(w->config, "trust_proxy"),
    };
    w->api = (struct lt_api){.loop = w->loop,
                             .pg = w->pg,
                             .redis = w->redis,
                             .boards = w->board_api,
                             .checks = {(int)opt(w, "certificate_checks_per_minute"), {{0}}},
                             .pages = {(int)opt(w, "board_requests_per_minute"), {{0}}}};
    limit_descriptors(w);
    return lt_net_new(w->loop, &opts, &net_handler, w, &w->net);
}

/* Listen once this node is known to the cluster: whoever connects can be served. */
static void on_start_look(struct lt_timer *t, int64_t now_us)
{
    struct worker *w = t->arg;
    (void)now_us;
    if (lt_cluster_node(w->cluster) == 0) {
        lt_loop_timer(w->loop, t, DRAIN_LOOK_US);
        return;
    }
    int err = make_net(w);
    if (err != LT_OK) {
        lt_log(LT_LOG_ERROR, "cannot listen", LT_S("host", lt_config_str(w->config, "listen_host")),
               LT_I("port", opt(w, "port")), LT_S("error", lt_err_wire(err)));
        w->exit_status = 1;
        end(w);
        return;
    }
    w->serving = true;
    lt_log(LT_LOG_INFO, "listening", LT_I("port", lt_net_port(w->net)));
    lt_supervised_ready();
}

int lt_worker_main(const struct lt_config *c, int index, void *metrics_page)
{
    struct worker w = {.config = c};
    lt_metrics_use(metrics_page);
    signal(SIGPIPE, SIG_IGN);
    w.loop = lt_loop_new();
    assert(w.loop);
    lt_loop_signal(w.loop, SIGTERM, on_term, &w);
    lt_loop_signal(w.loop, SIGINT, on_term, &w);
    make_stores(&w, index);
    make_service(&w);
    lt_timer_init(&w.look, on_start_look, &w);
    lt_loop_timer(w.loop, &w.look, 0);
    lt_loop_run(w.loop);
    lt_loop_free(w.loop);
    return w.exit_status;
}

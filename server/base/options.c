/* Every option of Leitai, in the order of docs/operations.md. */
#include "base/config.h"

#include <stddef.h>

#define STR(n, d, maxlen, text)                                                                    \
    {                                                                                              \
        .name = n, .type = LT_OPT_STR, .fallback = d, .max = maxlen, .doc = text                   \
    }
#define SECRET(n, maxlen, text)                                                                    \
    {                                                                                              \
        .name = n, .type = LT_OPT_STR, .fallback = "", .max = maxlen, .secret = true, .doc = text  \
    }
#define KEY(n, text)                                                                               \
    {                                                                                              \
        .name = n, .type = LT_OPT_STR, .fallback = "", .min = 32, .max = 512, .secret = true,      \
        .doc = text                                                                                \
    }
#define CHOICE(n, d, of, text)                                                                     \
    {                                                                                              \
        .name = n, .type = LT_OPT_STR, .fallback = d, .max = 64, .choices = of, .doc = text        \
    }
#define INT(n, d, lo, hi, text)                                                                    \
    {                                                                                              \
        .name = n, .type = LT_OPT_INT, .fallback = d, .min = lo, .max = hi, .doc = text            \
    }
#define BOOL(n, d, text)                                                                           \
    {                                                                                              \
        .name = n, .type = LT_OPT_BOOL, .fallback = d, .doc = text                                 \
    }

const struct lt_option lt_options[] = {
    STR("listen_host", "127.0.0.1", 64, "Numeric address to listen on."),
    INT("port", "8080", 1, 65535, "TCP port to listen on."),
    STR("public_url", "", 256,
        "Address that people use, for QR codes and links; empty: http://listen_host:port."),
    STR("static_dir", "web/dist", 1024, "Folder of the built web pages; empty: none."),
    STR("allowed_origins", "", 1024,
        "Further Origins whose pages may connect, separated by spaces."),
    STR("tls_cert", "", 1024, "PEM file of the certificate chain; empty: plain HTTP."),
    STR("tls_key", "", 1024, "PEM file of the certificate's key."),
    BOOL("trust_proxy", "false",
         "Take the client's address from X-Forwarded-For (only behind a proxy of yours)."),

    INT("workers", "0", 0, 64, "Worker processes; 0: one per core."),
    INT("max_connections", "12000", 10, 25000, "Connections per worker; further ones are refused."),
    INT("accept_per_second", "5000", 0, 100000,
        "New connections per second and worker; 0: no limit."),
    INT("max_message_bytes", "8192", 256, 65536, "Largest message of a client, bytes."),
    INT("max_queue_bytes", "262144", 4096, 16777216,
        "Output waiting for one connection, bytes; a slower reader is cut."),
    INT("max_queue_age_ms", "10000", 100, 600000,
        "Age of the oldest output waiting for one connection, ms; likewise."),
    INT("messages_per_second", "20", 1, 1000,
        "Messages per second of one connection; twice as many in a burst."),
    INT("hello_timeout_ms", "10000", 100, 60000, "Time for a new connection to say hello, ms."),
    INT("ping_interval_s", "25", 1, 600, "Time between pings, s."),
    INT("pong_timeout_s", "20", 1, 600, "Time to answer a ping, s."),
    BOOL("tcp_witness", "false",
         "Buzzer: believe no round trip longer than TCP's own. Only where no proxy ends the "
         "players' connections."),
    INT("guests_per_minute", "600", 1, 100000,
        "Guests who may join from one address per minute and worker."),
    INT("screens_max", "200", 1, 1000, "Screens that a tenant may have paired."),
    INT("pairings_max", "100", 1, 10000,
        "Screens per worker that may wait with a code to be taken in."),
    INT("pairings_per_minute", "60", 1, 100000,
        "Codes given to screens, and wrong codes taken from desks, per address, minute and "
        "worker."),
    INT("watchers_max", "5000", 0, 25000, "Spectators per worker; 0: none."),
    INT("watchers_reserve_percent", "20", 1, 100,
        "Share of max_connections that spectators may not take, %: the nearer it is to being "
        "needed, "
        "the more of them are sent away."),
    STR("media_dir", "", 1024,
        "Folder of images, audio and video for stages, read when a worker starts; empty: none."),
    INT("drain_s", "5", 0, 300, "Time over which clients are told to move when a worker stops, s."),

    SECRET("database_url", 1024, "PostgreSQL of the contests, as role leitai_app."),
    SECRET("migrate_url", 1024,
           "The same database as its owner, for leitai migrate; empty: database_url."),
    SECRET(
        "relay_url", 1024,
        "The same database as role leitai_relay, which posts credits; empty: no relay runs here."),
    SECRET("study_url", 1024, "Database of the study record; empty: relay_url."),
    INT("pg_connections", "5", 1, 64, "PostgreSQL connections per worker."),
    INT("pg_max_queued", "20000", 16, 1000000,
        "Requests to PostgreSQL waiting or under way, per worker."),
    INT("pg_statement_timeout_ms", "5000", 100, 600000, "Longest statement, ms."),
    INT("commit_batch_rows", "1000", 1, 2000, "Answers or joins in one transaction, at most."),
    INT("commit_delay_ms", "3", 1, 100, "An answer waits for company at most so long, ms."),
    INT("commit_in_flight", "3", 1, 16, "Transactions of answers under way at once."),
    INT("answer_queue", "20000", 100, 1000000,
        "Answers waiting to be committed per worker; over it players are asked to retry."),

    INT("paper_batch_rows", "500", 1, 2000,
        "Starts or writes of papers in one transaction, at most."),
    INT("paper_delay_ms", "10", 1, 100,
        "A start or a write of a paper waits for company at most so long, ms."),
    INT("paper_queue", "20000", 100, 1000000,
        "Starts and writes of papers waiting to be committed, each, per worker; over it people are "
        "asked "
        "to retry."),
    INT("papers_max", "50000", 100, 1000000, "Papers held per worker."),
    INT("paced_events_max", "100", 1, 10000, "Self-paced events held per worker."),
    INT("sweep_grace_ms", "5000", 0, 600000,
        "Papers past their deadline by so much, ms, are handed in by the job process."),
    INT("sweep_chunk", "200", 1, 5000, "Papers that the job process hands in in one transaction."),
    INT("certificate_checks_per_minute", "60", 1, 100000,
        "Certificates that may be looked up from one address per minute and worker."),

    INT("board_requests_per_minute", "3000", 1, 1000000,
        "Requests for public boards from one address per minute and worker."),
    INT("board_pages", "256", 16, 10000,
        "Pages of public boards kept, and pages being put together, each, per worker."),

    SECRET("redis_url", 1024, "Redis: redis://[:password@]host:port/db or unix:///path?db=n."),
    INT("redis_connect_timeout_ms", "1000", 50, 60000, "Time to connect to Redis, ms."),
    INT("redis_command_timeout_ms", "1000", 50, 60000, "Time for a reply of Redis, ms."),
    INT("redis_max_pending", "20000", 16, 1000000, "Commands to Redis under way, per worker."),

    KEY("session_secret", "Secret of session tokens; the same on every node."),
    KEY("session_secret_previous",
        "The secret before a rotation: its tokens stay valid; empty: none."),
    INT("session_ttl_s", "86400", 60, 604800,
        "Life of a session token, s; each welcome renews it."),

    INT("events_max", "500", 1, 100000, "Events held per worker."),
    INT("event_idle_s", "120", 1, 86400,
        "An event without anybody connected is forgotten after so long, s."),
    INT("node_heartbeat_ms", "500", 50, 10000, "Time between a worker's heartbeats, ms."),
    INT("node_dead_ms", "2000", 200, 60000,
        "A worker silent for so long loses the events that it drives, ms."),
    INT("close_drain_ms", "300", 0, 5000,
        "Time between closing a question and closing its gate, ms."),
    INT("presence_interval_ms", "250", 50, 10000,
        "Time between presence updates on stages and desks, ms."),
    INT("roster_page", "100", 1, 200, "Entries in one page of the roster."),
    CHOICE("log_level", "info", "debug info warn error", "Least important lines that are logged."),
    {.name = NULL},
};

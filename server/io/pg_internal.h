/* What pg.c (requests, the pool, results), pg_conn.c (one connection) and pg_array.c share. */
#pragma once
#include "base/err.h"
#include "io/pg.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

enum { PG_DEPTH = 4, SQLSTATE_BYTES = 6, MESSAGE_BYTES = 400 };

/* One statement of a request, or a change of tenant (stmt < 0). */
struct pg_item {
    int stmt;
    char **values; /* one allocation; entries may be NULL */
    int n_values;
};

struct lt_pg_result {
    int n;         /* added statements */
    PGresult **of; /* by added statement; NULL: did not run */
    bool any;
    char sqlstate[SQLSTATE_BYTES];
    char message[MESSAGE_BYTES];
};

struct lt_pg_req {
    struct lt_pg_req *next; /* in the pool's queue, or in its connection's */
    struct lt_pg *pool;
    struct pg_item *items;
    int n_items, cap_items;
    bool broken; /* out of memory while building */
    lt_pg_fn *fn;
    void *arg;
    int64_t submitted_us;
    int at; /* item whose results are being read */
    int err;
    struct lt_pg_result result;
};

struct req_list {
    struct lt_pg_req *first, *last;
    int n;
};

enum pg_state {
    PG_DOWN,       /* waiting to connect again */
    PG_CONNECTING, /* PQconnectPoll */
    PG_PREPARING,  /* settings and statements are on their way */
    PG_READY,
    PG_STATES
};

/* Separate from its connection: libuv owns it until its close callback. */
struct pg_poll {
    uv_poll_t uv;
    struct pg_conn *conn;
    int fd, events;
};

struct pg_conn {
    struct lt_pg *pool;
    enum pg_state state;
    PGconn *pq;
    struct pg_poll *poll;
    struct req_list sent;
    int prepared;          /* answers to what PG_PREPARING sent */
    int failures;          /* in a row */
    bool lost;             /* pg_conn_lost is due at the end of the turn */
    struct lt_timer timer; /* back-off, or the deadline of connecting */
};

struct lt_pg {
    struct lt_loop *loop;
    struct lt_pg_opts opts;
    char **keywords, **values; /* of PQconnectStartParams, NULL-ended */
    bool must_resolve;         /* the host's address is not known yet */
    struct pg_conn *conns;
    struct req_list waiting;
    int n_queued; /* waiting and sent */
    int n_ready;
    struct lt_timer age; /* looks for requests that are too old */
    void (*on_state)(void *arg, bool up);
    void *on_state_arg;
    bool ending;
    int open_polls;
    lt_loop_fn *done;
    void *done_arg;
};

void req_push(struct req_list *l, struct lt_pg_req *r);
struct lt_pg_req *req_pop(struct req_list *l);
/* Call back and free. */
void pg_finish(struct lt_pg_req *r, int err);
/* Send what waits, as far as connections have room. */
void pg_dispatch(struct lt_pg *p);
void pg_ready_changed(struct lt_pg *p, int by);
/* A poll of the pool was closed. */
void pg_poll_closed(struct lt_pg *p);
/* The error of a SQLSTATE. */
int pg_err_of(const char *sqlstate);
/* Find the host's address, once. True: it is known. */
bool pg_resolve(struct lt_pg *p);

void pg_conn_start(struct pg_conn *c);
/* Write a request into the connection, which takes it. */
void pg_conn_send(struct pg_conn *c, struct lt_pg_req *r);
/* Close; what was sent fails; connect again later, unless the pool ends. */
void pg_conn_lost(struct pg_conn *c);

/* PostgreSQL and Redis for tests, private to the test program: started on first use below a
 * temporary folder, on unix sockets, ended and removed at exit, also when the program dies. With
 * LEITAI_TEST_PG_URL and LEITAI_TEST_REDIS_URL set, those servers are used, with a database of the
 * program's own. A failure ends the program with a line on stderr. */
#pragma once

/* A connection string of a superuser for an empty database of this program. */
const char *test_pg_url(void);
/* A URL of an empty Redis database. */
const char *test_redis_url(void);

/* A Redis of the test's own, to be stopped, frozen and started again. */
struct test_redis;
struct test_redis *test_redis_start(void);
const char *test_redis_server_url(const struct test_redis *r);
void test_redis_freeze(struct test_redis *r); /* SIGSTOP */
void test_redis_thaw(struct test_redis *r);
void test_redis_kill(struct test_redis *r);    /* its data is lost */
void test_redis_restart(struct test_redis *r); /* after kill; on the same socket */
void test_redis_stop(struct test_redis *r);

/* Children get a death signal with their parent, so that a test that crashes leaves no server
 * behind. PostgreSQL refuses to run as root and is then run as the user postgres. */
#include "servers.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES = 1500, TRY_MS = 20, REDIS_DATABASES = 16, PATH_BYTES = 128 };

struct test_redis {
    char socket[PATH_BYTES], url[PATH_BYTES + 16];
    pid_t pid;
};

static struct {
    pid_t owner; /* who cleans up: not its children */
    char dir[PATH_BYTES];
    pid_t postgres;
    char pg_url[1200], pg_admin[512], pg_database[64];
    struct test_redis *redis;
    char redis_url[256];
} servers;

static void die(const char *what)
{
    fprintf(stderr, "servers for tests: %s\n", what);
    exit(1);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    remove(path);
    return 0;
}

static void end(pid_t pid, int signum)
{
    if (pid <= 0)
        return;
    kill(pid, signum);
    kill(pid, SIGCONT);
    waitpid(pid, NULL, 0);
}

static void drop_database(void)
{
    char sql[128];
    PGconn *c = PQconnectdb(servers.pg_admin);
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", servers.pg_database);
    PQclear(PQexec(c, sql));
    PQfinish(c);
}

static void clean_up(void)
{
    if (getpid() != servers.owner)
        return;
    if (servers.pg_database[0] && !servers.postgres)
        drop_database();
    end(servers.postgres, SIGQUIT);
    if (servers.redis)
        end(servers.redis->pid, SIGKILL);
    nftw(servers.dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *folder(void)
{
    if (!servers.dir[0]) {
        const char *tmp = getenv("TMPDIR");
        snprintf(servers.dir, sizeof servers.dir, "%s/leitai-test-XXXXXX",
                 tmp && strlen(tmp) < 40 ? tmp : "/tmp"); /* a socket's path has 107 bytes */
        if (!mkdtemp(servers.dir))
            die("no temporary folder");
        chmod(servers.dir, 0755);
        servers.owner = getpid();
        atexit(clean_up);
    }
    return servers.dir;
}

static const struct passwd *postgres_user(void)
{
    return geteuid() == 0 ? getpwnam("postgres") : NULL;
}

/* Start argv[0], as `user` when not NULL, silently. */
static pid_t start(char *const *argv, const struct passwd *user)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char log[PATH_BYTES + 16];
    snprintf(log, sizeof log, "%s/log", servers.dir);
    int in = open("/dev/null", O_RDONLY), out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (chdir("/") != 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(125);
    if (user && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* setuid() would clear it */
    execvp(argv[0], argv);
    _exit(127);
}

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

/* ---- PostgreSQL ---- */

/* Write the path of a program of the newest PostgreSQL. */
static void pg_program(const char *name, char *ret, size_t size)
{
    char pattern[128];
    glob_t found;
    snprintf(ret, size, "%s", name);
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
    if (glob(pattern, 0, NULL, &found) == 0)
        snprintf(ret, size, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
}

static void start_postgres(void)
{
    char initdb[256], postgres[256], data[PATH_BYTES + 8], socket[PATH_BYTES + 32];
    const struct passwd *user = postgres_user();
    int status;
    if (geteuid() == 0 && !user)
        die("there is no user postgres");
    pg_program("initdb", initdb, sizeof initdb);
    pg_program("postgres", postgres, sizeof postgres);
    snprintf(data, sizeof data, "%s/pg", folder());
    snprintf(socket, sizeof socket, "unix_socket_directories=%s", data);
    mkdir(data, 0700);
    if (user && chown(data, user->pw_uid, user->pw_gid) != 0)
        die("chown");
    char *init[] = {initdb,  "-D", data,   "-U",         "postgres", "-A",
                    "trust", "-E", "UTF8", "--locale=C", "-N",       NULL};
    pid_t pid = start(init, user);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        die("initdb failed");
    char *serve[] = {
        postgres, "-D", data, "-c", socket, "-c", "listen_addresses=", "-c", "max_connections=60",
        NULL};
    servers.postgres = start(serve, user);
    snprintf(servers.pg_admin, sizeof servers.pg_admin, "host=%s user=postgres dbname=postgres",
             data);
}

static void create_database(const char *server)
{
    char sql[128];
    PGconn *c = NULL;
    for (int i = 0; i < TRIES; i++) {
        c = PQconnectdb(servers.pg_admin);
        if (PQstatus(c) == CONNECTION_OK)
            break;
        PQfinish(c);
        c = NULL;
        pause_ms(TRY_MS);
    }
    if (!c)
        die("PostgreSQL cannot be reached");
    snprintf(servers.pg_database, sizeof servers.pg_database, "leitai_test_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", servers.pg_database);
    PGresult *res = PQexec(c, sql);
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        die(PQerrorMessage(c));
    PQclear(res);
    PQfinish(c);
    snprintf(servers.pg_url, sizeof servers.pg_url, "%s dbname=%s", server, servers.pg_database);
}

const char *test_pg_url(void)
{
    if (servers.pg_url[0])
        return servers.pg_url;
    const char *given = getenv("LEITAI_TEST_PG_URL");
    folder();
    if (given && given[0])
        snprintf(servers.pg_admin, sizeof servers.pg_admin, "%s dbname=postgres", given);
    else
        start_postgres();
    /* The last dbname of a connection string counts. */
    create_database(given && given[0] ? given : servers.pg_admin);
    return servers.pg_url;
}

/* ---- Redis ---- */

static bool redis_answers(const char *socket)
{
    redisContext *c = redisConnectUnix(socket);
    redisReply *reply = c && !c->err ? redisCommand(c, "PING") : NULL;
    bool ok = reply && reply->type == REDIS_REPLY_STATUS;
    if (reply)
        freeReplyObject(reply);
    if (c)
        redisFree(c);
    return ok;
}

void test_redis_restart(struct test_redis *r)
{
    char *argv[] = {"redis-server", "--port", "0",     "--unixsocket", r->socket, "--save", "",
                    "--appendonly", "no",     "--dir", servers.dir,    NULL};
    r->pid = start(argv, NULL);
    for (int i = 0; i < TRIES; i++) {
        if (redis_answers(r->socket))
            return;
        pause_ms(TRY_MS);
    }
    die("redis-server does not answer");
}

struct test_redis *test_redis_start(void)
{
    static int n;
    struct test_redis *r = calloc(1, sizeof *r);
    if (!r)
        die("memory");
    if (snprintf(r->socket, sizeof r->socket, "%s/r%d", folder(), n++) >= (int)sizeof r->socket)
        die("path too long");
    snprintf(r->url, sizeof r->url, "unix://%s", r->socket);
    test_redis_restart(r);
    return r;
}

const char *test_redis_server_url(const struct test_redis *r)
{
    return r->url;
}

void test_redis_freeze(struct test_redis *r)
{
    kill(r->pid, SIGSTOP);
}

void test_redis_thaw(struct test_redis *r)
{
    kill(r->pid, SIGCONT);
}

void test_redis_kill(struct test_redis *r)
{
    end(r->pid, SIGKILL);
    r->pid = 0;
}

void test_redis_stop(struct test_redis *r)
{
    test_redis_kill(r);
    unlink(r->socket);
    free(r);
}

/* Take a database of a shared server: the first whose lock in database 0 is free. */
static void take_redis_database(const char *url)
{
    char socket[PATH_BYTES];
    if (strncmp(url, "unix://", 7) != 0 || strlen(url + 7) >= sizeof socket)
        die("LEITAI_TEST_REDIS_URL must be unix:///path");
    strcpy(socket, url + 7);
    redisContext *c = redisConnectUnix(socket);
    if (!c || c->err)
        die("the Redis of LEITAI_TEST_REDIS_URL cannot be reached");
    for (int db = 1; db < REDIS_DATABASES && !servers.redis_url[0]; db++) {
        redisReply *r = redisCommand(c, "SET leitai:test:%d %d NX EX 300", db, (int)getpid());
        if (r && r->type == REDIS_REPLY_STATUS) {
            freeReplyObject(redisCommand(c, "SELECT %d", db));
            freeReplyObject(redisCommand(c, "FLUSHDB"));
            snprintf(servers.redis_url, sizeof servers.redis_url, "unix://%s?db=%d", socket, db);
        }
        if (r)
            freeReplyObject(r);
    }
    redisFree(c);
    if (!servers.redis_url[0])
        die("no free Redis database");
}

const char *test_redis_url(void)
{
    if (servers.redis_url[0])
        return servers.redis_url;
    const char *given = getenv("LEITAI_TEST_REDIS_URL");
    if (given && given[0]) {
        take_redis_database(given);
    } else {
        servers.redis = test_redis_start();
        strcpy(servers.redis_url, servers.redis->url);
    }
    return servers.redis_url;
}

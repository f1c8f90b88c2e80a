/* One JSON object a line, one write(2) a line: lines of several processes on one pipe do not mix
 * while they stay within PIPE_BUF, which is why a line has that bound. A value that is too long is
 * cut before a character; fields that find no room any more are left out and "cut":true says so. A
 * line is never dropped for its size. */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/metrics.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, VALUE_BYTES = 512, TAIL_BYTES = 16 /* ,"cut":true}\n */ };

static enum lt_log_level threshold = LT_LOG_INFO;
static char role_name[32] = "leitai";
static const char *const level_names[] = {"debug", "info", "warn", "error"};

void lt_log_init(enum lt_log_level level, const char *role)
{
    threshold = level;
    snprintf(role_name, sizeof role_name, "%s", role);
}

bool lt_log_level_parse(const char *s, enum lt_log_level *ret)
{
    for (int i = 0; i < LT_LOG_LEVELS; i++) {
        if (strcmp(s, level_names[i]) == 0) {
            *ret = (enum lt_log_level)i;
            return true;
        }
    }
    return false;
}

static bool secret(const char *key)
{
    static const char *const names[] = {"ticket", "token", "secret", "password", "key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(key, names[i]) == 0)
            return true;
    }
    return false;
}

/* At most VALUE_BYTES, cut before a character, not inside one. */
static size_t cut(const char *s)
{
    size_t n = strnlen(s, VALUE_BYTES + 1);
    if (n <= VALUE_BYTES)
        return n;
    lt_metric_add(LT_M_LOG_CUT, 1);
    n = VALUE_BYTES;
    while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void timestamp(char *out, size_t cap)
{
    int64_t wall_us = lt_clock_read().wall_us;
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t n = strftime(out, cap, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, cap - n, ".%03dZ", (int)(wall_us / 1000 % 1000));
}

static void write_field(struct lt_jsonw *w, const struct lt_field *f)
{
    /* A secret string never reaches a line; a number under such a name (a fencing token) tells
     * nothing. */
    if (f->kind == LT_FIELD_INT)
        lt_jsonw_i64(w, f->key, f->i);
    else if (secret(f->key))
        lt_jsonw_str(w, f->key, "[redacted]");
    else if (f->s)
        lt_jsonw_strn(w, f->key, f->s, cut(f->s));
    else
        lt_jsonw_null(w, f->key);
}

/* As many fields as fit, leaving room for the end of the line. */
static void write_fields(struct lt_jsonw *w, const struct lt_field *const *fields)
{
    struct lt_buf *b = w->b;
    for (; *fields; fields++) {
        size_t before = b->len;
        write_field(w, *fields);
        if (!b->failed && b->len + TAIL_BYTES <= LINE_BYTES)
            continue;
        b->len = before;
        b->failed = false;
        lt_metric_add(LT_M_LOG_CUT, 1);
        lt_jsonw_bool(w, "cut", true);
        break;
    }
}

void lt_log_fields(enum lt_log_level level, const char *msg, const struct lt_field *const *fields)
{
    struct lt_buf b;
    struct lt_jsonw w;
    char ts[40];
    if (level < threshold)
        return;
    lt_buf_init(&b, LINE_BYTES);
    timestamp(ts, sizeof ts);
    lt_jsonw_init(&w, &b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "ts", ts);
    lt_jsonw_str(&w, "level", level_names[level]);
    lt_jsonw_strn(&w, "msg", msg, cut(msg));
    lt_jsonw_str(&w, "role", role_name);
    lt_jsonw_i64(&w, "pid", getpid());
    write_fields(&w, fields);
    lt_jsonw_end_obj(&w);
    lt_buf_char(&b, '\n');
    if (!b.failed) { /* else memory is gone */
        ssize_t n = write(STDERR_FILENO, b.p, b.len);
        (void)n; /* nobody can be told that the log is gone */
    }
    lt_buf_done(&b);
}

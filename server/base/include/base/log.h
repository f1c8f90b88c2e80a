/* Log lines: one JSON object a line on stderr, {"ts":…,"level":…,"msg":…,"pid":…, fields…}. Never
 * called from base/ or domain/. A value whose key is "ticket", "token", "secret", "password" or
 * "key" is printed as "[redacted]". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum lt_log_level {
    LT_LOG_DEBUG,
    LT_LOG_INFO,
    LT_LOG_WARN,
    LT_LOG_ERROR,
    LT_LOG_LEVELS /* count */
};

struct lt_field {
    const char *key;
    enum { LT_FIELD_STR, LT_FIELD_INT } kind;
    const char *s; /* NULL prints null */
    int64_t i;
};
#define LT_S(k, v) (&(struct lt_field){.key = (k), .kind = LT_FIELD_STR, .s = (v)})
#define LT_I(k, v) (&(struct lt_field){.key = (k), .kind = LT_FIELD_INT, .i = (int64_t)(v)})

/* Lines below `level` are dropped. `role` ("worker-0", "supervisor", "job") is copied and printed
 * in each line. */
void lt_log_init(enum lt_log_level level, const char *role);
bool lt_log_level_parse(const char *s, enum lt_log_level *ret);
/* Write one line, atomically (one write(2)). The list ends with NULL; use the macro. Over-long
 * values are cut. */
void lt_log_fields(enum lt_log_level level, const char *msg, const struct lt_field *const *fields);
#define lt_log(level, msg, ...)                                                                    \
    lt_log_fields((level), (msg), &((const struct lt_field *const[]){NULL, ##__VA_ARGS__, NULL})[1])

/* Arguments of commands as JSON. The session has checked what a client sent; what is read here was
 * written by a node, but perhaps by a newer one: unknown members are ignored, the engine checks the
 * rest. */
#include "service/command.h"

#include "base/err.h"
#include "base/json.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at;
} numbers[] = {
    {"arrival_us", offsetof(struct lt_evidence, arrival_us)},
    {"elapsed_us", offsetof(struct lt_evidence, elapsed_us)},
    {"rtt_min_us", offsetof(struct lt_evidence, rtt_min_us)},
    {"rtt_max_us", offsetof(struct lt_evidence, rtt_max_us)},
    {"claim_us", offsetof(struct lt_evidence, claim_us)},
};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static int64_t *number(struct lt_evidence *e, int i)
{
    return (int64_t *)(void *)((char *)e + numbers[i].at);
}

void lt_command_write(const struct lt_command_args *a, struct lt_buf *out)
{
    struct lt_jsonw w;
    struct lt_evidence e = a->evidence;
    lt_jsonw_init(&w, out);
    lt_jsonw_obj(&w, NULL);
    if (a->staff)
        lt_jsonw_bool(&w, "staff", true);
    if (a->entry != 0)
        lt_jsonw_id(&w, "entry", a->entry);
    if (a->value != 0)
        lt_jsonw_i64(&w, "value", a->value);
    if (a->qi >= 0)
        lt_jsonw_i64(&w, "qi", a->qi);
    if (a->reason[0])
        lt_jsonw_str(&w, "reason", a->reason);
    if (a->answer[0])
        lt_jsonw_str(&w, "answer", a->answer);
    if (e.arrival_us != 0) {
        for (int i = 0; i < NUMBERS; i++)
            lt_jsonw_i64(&w, numbers[i].name, *number(&e, i));
        lt_jsonw_i64(&w, "probes", e.probes);
    }
    lt_jsonw_end_obj(&w);
}

static int worst(int err, int more)
{
    return err != LT_OK || more == LT_ENOENT ? err : more;
}

static int read_text(const cJSON *doc, const char *key, size_t max, char *ret)
{
    const char *s;
    int err = lt_json_str(doc, key, max, &s);
    if (err == LT_OK)
        memcpy(ret, s, strlen(s) + 1);
    return err;
}

static int read_evidence(const cJSON *doc, struct lt_evidence *e)
{
    int64_t probes = 0;
    int err = LT_OK;
    for (int i = 0; i < NUMBERS; i++)
        err = worst(err, lt_json_i64(doc, numbers[i].name, -1, LT_TIME_MAX_US, number(e, i)));
    err = worst(err, lt_json_i64(doc, "probes", 0, INT32_MAX, &probes));
    e->probes = (int)probes;
    return err;
}

int lt_command_read(const char *json, size_t n, struct lt_command_args *ret)
{
    static const struct lt_json_limits limits = {.bytes = LT_COMMAND_ARGS_BYTES, .depth = 1};
    cJSON *doc = NULL;
    int64_t qi = -1;
    *ret = (struct lt_command_args){.qi = -1};
    int err = lt_json_parse(json, n, &limits, &doc);
    if (err != LT_OK)
        return err;
    err = worst(err, lt_json_bool(doc, "staff", &ret->staff));
    err = worst(err, lt_json_id(doc, "entry", &ret->entry));
    err = worst(err, lt_json_i64(doc, "value", -LT_TIME_MAX_US, LT_TIME_MAX_US, &ret->value));
    err = worst(err, lt_json_i64(doc, "qi", 0, INT32_MAX, &qi));
    err = worst(err, read_text(doc, "reason", LT_REASON_BYTES, ret->reason));
    err = worst(err, read_text(doc, "answer", LT_FILL_BYTES, ret->answer));
    err = worst(err, read_evidence(doc, &ret->evidence));
    ret->qi = (int)qi;
    cJSON_Delete(doc);
    return err;
}

void lt_command_input(const struct lt_command_args *a, struct lt_input *ret)
{
    ret->staff = a->staff;
    ret->entry = a->entry;
    ret->value = a->value;
    ret->qi = a->qi;
    ret->reason = a->reason[0] ? a->reason : NULL;
    ret->answer = a->answer[0] ? a->answer : NULL;
    ret->evidence = a->evidence;
}

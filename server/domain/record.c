/* Records between values and the payload text of event_log.
 *
 * A table says which fields a kind of record has, in the order in which they are written; reader
 * and writer walk the same table, so what one writes the other reads. The text is canonical: no
 * white space, members in a fixed order, absent where the value is "none"; so the bytes of a log
 * can be compared and hashed. The reader refuses members it does not know: a node that cannot
 * understand a record must not guess the state of a contest. */
#include "domain/engine.h"

#include "base/err.h"
#include "base/json.h"

#include <limits.h>
#include <string.h>

enum { PAYLOAD_BYTES = 4096 };

enum field {
    F_PHASE = 1 << 0,
    F_QI = 1 << 1,
    F_CLOCK = 1 << 2,       /* opened_us, deadline_us: always */
    F_MOVED_CLOCK = 1 << 3, /* the same, only when a resume moved them */
    F_TALLY = 1 << 4,
    F_BY = 1 << 5, /* absent for 0, the system */
    F_DRIVER = 1 << 6,
};

static const struct kind {
    const char *name;
    unsigned fields;
} kinds[LT_RECORDS] = {
    [LT_REC_PHASE] = {"phase", F_PHASE | F_MOVED_CLOCK | F_BY},
    [LT_REC_ARMED] = {"armed", F_QI | F_BY},
    [LT_REC_OPEN] = {"open", F_QI | F_CLOCK | F_BY},
    [LT_REC_CLOSING] = {"closing", F_QI | F_BY},
    [LT_REC_CLOSED] = {"closed", F_QI | F_TALLY},
    [LT_REC_REVEAL] = {"reveal", F_QI | F_BY},
    [LT_REC_DRIVER] = {"driver", F_DRIVER},
    [LT_REC_FINALISING] = {"finalising", F_BY},
    [LT_REC_FINAL] = {"final", F_PHASE},
};

const char *lt_record_kind_name(enum lt_record_kind k)
{
    return (unsigned)k < LT_RECORDS ? kinds[k].name : "";
}

bool lt_record_kind_parse(const char *s, enum lt_record_kind *ret)
{
    for (int i = 0; i < LT_RECORDS; i++)
        if (strcmp(s, kinds[i].name) == 0) {
            *ret = (enum lt_record_kind)i;
            return true;
        }
    return false;
}

static void write_tally(struct lt_jsonw *w, const struct lt_record *r)
{
    lt_jsonw_i64(w, "answered", r->answered);
    lt_jsonw_i64(w, "correct", r->correct);
    lt_jsonw_arr(w, "dist");
    for (int i = 0; i < 8; i++)
        lt_jsonw_i64(w, NULL, r->dist[i]);
    lt_jsonw_end_arr(w);
}

void lt_record_write(const struct lt_record *r, struct lt_buf *out)
{
    unsigned fields = kinds[r->kind].fields;
    struct lt_jsonw w;

    lt_jsonw_init(&w, out);
    lt_jsonw_obj(&w, NULL);
    if (fields & F_PHASE)
        lt_jsonw_str(&w, "phase", lt_phase_name(r->phase));
    if (fields & F_QI)
        lt_jsonw_i64(&w, "qi", r->qi);
    if ((fields & F_CLOCK) || ((fields & F_MOVED_CLOCK) && r->deadline_us != 0)) {
        lt_jsonw_i64(&w, "opened_us", r->opened_us);
        lt_jsonw_i64(&w, "deadline_us", r->deadline_us);
    }
    if (fields & F_TALLY)
        write_tally(&w, r);
    if ((fields & F_BY) && r->by != 0)
        lt_jsonw_id(&w, "by", r->by);
    if (fields & F_DRIVER) {
        lt_jsonw_id(&w, "node", r->node);
        lt_jsonw_id(&w, "token", r->token);
    }
    lt_jsonw_end_obj(&w);
}

/* The readers add to *count the members they have read. */

static int read_int(const cJSON *doc, const char *key, int max, int *ret, int *count)
{
    int64_t v;
    int err = lt_json_i64(doc, key, 0, max, &v);

    if (err)
        return err;
    *ret = (int)v;
    ++*count;
    return LT_OK;
}

static int read_phase(const cJSON *doc, struct lt_record *r, int *count)
{
    const char *s;
    int err = lt_json_str(doc, "phase", 16, &s);

    if (err)
        return err;
    for (int i = 0; i < LT_PHASES; i++)
        if (strcmp(s, lt_phase_name((enum lt_phase)i)) == 0) {
            r->phase = (enum lt_phase)i;
            ++*count;
            return LT_OK;
        }
    return LT_ERECORD;
}

static int read_clock(const cJSON *doc, bool optional, struct lt_record *r, int *count)
{
    int err = lt_json_i64(doc, "deadline_us", 1, 2 * LT_TIME_MAX_US, &r->deadline_us);

    if (err == LT_ENOENT && optional)
        return LT_OK;
    if (!err)
        err = lt_json_i64(doc, "opened_us", 0, LT_TIME_MAX_US, &r->opened_us);
    *count += 2;
    return err;
}

static int read_tally(const cJSON *doc, struct lt_record *r, int *count)
{
    const cJSON *array, *item;
    int err = read_int(doc, "answered", INT_MAX, &r->answered, count), n = 0;

    if (!err)
        err = read_int(doc, "correct", INT_MAX, &r->correct, count);
    if (!err)
        err = lt_json_array(doc, "dist", 8, &array);
    if (err)
        return err;
    cJSON_ArrayForEach(item, array)
    {
        double v = item->valuedouble;

        if (!cJSON_IsNumber(item) || !(v >= 0 && v <= INT_MAX) || v != (double)(int)v)
            return LT_ERECORD;
        r->dist[n++] = (int)v;
    }
    ++*count;
    return n == 8 ? LT_OK : LT_ERECORD;
}

static int read_id(const cJSON *doc, const char *key, bool optional, int64_t *ret, int *count)
{
    int err = lt_json_id(doc, key, ret);

    if (err == LT_ENOENT && optional)
        return LT_OK;
    ++*count;
    return err;
}

static int read_fields(const cJSON *doc, unsigned fields, struct lt_record *r)
{
    int err = LT_OK, count = 0;

    if (fields & F_PHASE)
        err = read_phase(doc, r, &count);
    if (!err && (fields & F_QI))
        err = read_int(doc, "qi", LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX, &r->qi, &count);
    if (!err && (fields & (F_CLOCK | F_MOVED_CLOCK)))
        err = read_clock(doc, fields & F_MOVED_CLOCK, r, &count);
    if (!err && (fields & F_TALLY))
        err = read_tally(doc, r, &count);
    if (!err && (fields & F_BY))
        err = read_id(doc, "by", true, &r->by, &count);
    if (!err && (fields & F_DRIVER))
        err = read_id(doc, "node", false, &r->node, &count);
    if (!err && (fields & F_DRIVER))
        err = read_id(doc, "token", false, &r->token, &count);
    if (!err && count != cJSON_GetArraySize(doc))
        err = LT_ERECORD;
    return err;
}

int lt_record_read(const char *kind, int64_t seq, int64_t at_us, const char *payload, size_t n,
                   struct lt_record *ret)
{
    static const struct lt_json_limits limits = {.bytes = PAYLOAD_BYTES, .depth = 2};
    struct lt_record r;
    cJSON *doc = NULL;
    int err;

    memset(&r, 0, sizeof r);
    r.seq = seq;
    r.at_us = at_us;
    if (!lt_record_kind_parse(kind, &r.kind))
        return LT_ERECORD;
    err = lt_json_parse(payload, n, &limits, &doc);
    if (!err)
        err = cJSON_IsObject(doc) ? read_fields(doc, kinds[r.kind].fields, &r) : LT_ERECORD;
    cJSON_Delete(doc);
    if (err)
        return err == LT_ENOMEM ? err : LT_ERECORD;
    *ret = r;
    return LT_OK;
}

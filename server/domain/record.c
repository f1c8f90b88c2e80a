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

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field {
    F_PHASE,
    F_QI,
    F_AGAIN, /* absent: false */
    F_N,     /* absent: 1 */
    F_TURN,  /* absent: 0 */
    F_IDS,   /* absent: none */
    F_CLOCK, /* opened_us, deadline_us: always */
    F_MOVED, /* the same, only when there is a deadline */
    F_TALLY,
    F_SILENT, /* absent: false */
    F_DIGEST, /* absent: "" */
    F_ENTRY,
    F_VALUE,
    F_FOUL, /* absent: false */
    F_USED,
    F_EVIDENCE,
    F_DOUBT,  /* absent: 1 */
    F_RANDOM, /* absent: 0 */
    F_TWO,    /* absent: none */
    F_CAPTAINS,
    F_RULING,
    F_BY, /* absent for 0, the system */
    F_NODE,
    F_TOKEN,
    F_STEP, /* step, steps */
    FIELDS
};
#define F(x) (1u << F_##x)

static const struct kind {
    const char *name;
    unsigned fields;
} kinds[LT_RECORDS] = {
    [LT_REC_PHASE] = {"phase", F(PHASE) | F(MOVED) | F(BY)},
    [LT_REC_LOT] = {"lot", F(IDS) | F(RANDOM) | F(CAPTAINS) | F(BY)},
    [LT_REC_ARMED] = {"armed", F(QI) | F(AGAIN) | F(N) | F(TURN) | F(IDS) | F(BY)},
    [LT_REC_OPEN] = {"open", F(QI) | F(CLOCK) | F(BY)},
    [LT_REC_CLOSING] = {"closing", F(QI) | F(BY)},
    [LT_REC_CLOSED] = {"closed", F(QI) | F(TALLY) | F(SILENT) | F(DIGEST) | F(BY)},
    [LT_REC_REVEAL] = {"reveal", F(QI) | F(BY)},
    [LT_REC_STAKE] = {"stake", F(QI) | F(ENTRY) | F(VALUE) | F(BY)},
    [LT_REC_PRESS] = {"press",
                      F(QI) | F(ENTRY) | F(VALUE) | F(FOUL) | F(USED) | F(EVIDENCE) | F(BY)},
    [LT_REC_HELD] = {"held", F(QI) | F(CLOCK) | F(ENTRY) | F(DOUBT) | F(RANDOM)},
    [LT_REC_VERDICT] = {"verdict", F(QI) | F(MOVED) | F(DIGEST) | F(ENTRY) | F(VALUE) | F(BY)},
    [LT_REC_MARK] = {"mark", F(QI) | F(ENTRY) | F(VALUE) | F(BY)},
    [LT_REC_HELP] = {"help", F(QI) | F(ENTRY) | F(VALUE) | F(RANDOM) | F(TWO) | F(BY)},
    [LT_REC_CAPTAIN] = {"captain", F(ENTRY) | F(VALUE) | F(BY)},
    [LT_REC_EXTEND] = {"extend", F(QI) | F(CLOCK) | F(BY)},
    [LT_REC_ADVANCE] = {"advance", F(IDS) | F(BY)},
    [LT_REC_RULING] = {"ruling", F(RULING) | F(BY)},
    [LT_REC_RESOLVE] = {"resolve", F(BY) | F(STEP)},
    [LT_REC_DRIVER] = {"driver", F(NODE) | F(TOKEN)},
    [LT_REC_FINALISING] = {"finalising", F(BY)},
    [LT_REC_FINAL] = {"final", F(PHASE) | F(DIGEST)},
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

/* Evidence and its names, in order; −1 means not known and is written like any other value. */
static const struct {
    const char *name;
    size_t at;
} evidence[] = {
    {"arrival_us", offsetof(struct lt_evidence, arrival_us)},
    {"elapsed_us", offsetof(struct lt_evidence, elapsed_us)},
    {"rtt_min_us", offsetof(struct lt_evidence, rtt_min_us)},
    {"rtt_max_us", offsetof(struct lt_evidence, rtt_max_us)},
    {"claim_us", offsetof(struct lt_evidence, claim_us)},
};
enum { EVIDENCE = sizeof evidence / sizeof evidence[0] };

/* ---- writing -------------------------------------------------------------------------------- */

static void write_ids(struct lt_jsonw *w, const char *key, const int64_t *ids, int n)
{
    lt_jsonw_arr(w, key);
    for (int i = 0; i < n; i++)
        lt_jsonw_id(w, NULL, ids[i]);
    lt_jsonw_end_arr(w);
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

static void write_evidence(struct lt_jsonw *w, const struct lt_evidence *e)
{
    lt_jsonw_obj(w, "evidence");
    for (int i = 0; i < EVIDENCE; i++)
        lt_jsonw_i64(w, evidence[i].name,
                     *(const int64_t *)(const void *)((const char *)e + evidence[i].at));
    lt_jsonw_i64(w, "probes", e->probes);
    lt_jsonw_end_obj(w);
}

static void write_ruling(struct lt_jsonw *w, const struct lt_ruling *r)
{
    lt_jsonw_obj(w, "ruling");
    lt_jsonw_i64(w, "no", r->no);
    lt_jsonw_str(w, "kind", lt_ruling_name(r->kind));
    lt_jsonw_str(w, "state", lt_ruling_state_name(r->state));
    lt_jsonw_i64(w, "qi", r->qi);
    if (r->entry != 0)
        lt_jsonw_id(w, "entry", r->entry);
    lt_jsonw_i64(w, "value", r->value_c);
    lt_jsonw_id(w, "by", r->by);
    if (r->by2 != 0)
        lt_jsonw_id(w, "by2", r->by2);
    lt_jsonw_str(w, "reason", r->reason);
    lt_jsonw_str(w, "answer", r->answer);
    lt_jsonw_end_obj(w);
}

/* 64 bits do not fit a JSON number. */
static void write_random(struct lt_jsonw *w, uint64_t random)
{
    char hex[20];

    snprintf(hex, sizeof hex, "%016" PRIx64, random);
    lt_jsonw_str(w, "random", hex);
}

static void write_field(struct lt_jsonw *w, enum field f, const struct lt_record *r)
{
    switch (f) {
    case F_PHASE:
        lt_jsonw_str(w, "phase", lt_phase_name(r->phase));
        break;
    case F_QI:
        lt_jsonw_i64(w, "qi", r->qi);
        break;
    case F_AGAIN:
        if (r->again)
            lt_jsonw_bool(w, "again", true);
        break;
    case F_N:
        if (r->n != 1)
            lt_jsonw_i64(w, "n", r->n);
        break;
    case F_TURN:
        if (r->turn != 0)
            lt_jsonw_id(w, "turn", r->turn);
        break;
    case F_IDS:
        if (r->n_ids > 0)
            write_ids(w, "ids", r->ids, r->n_ids);
        break;
    case F_CLOCK:
    case F_MOVED:
        if (f == F_MOVED && r->deadline_us == 0)
            break;
        lt_jsonw_i64(w, "opened_us", r->opened_us);
        lt_jsonw_i64(w, "deadline_us", r->deadline_us);
        break;
    case F_TALLY:
        write_tally(w, r);
        break;
    case F_SILENT:
        if (r->silent)
            lt_jsonw_bool(w, "silent", true);
        break;
    case F_DIGEST:
        if (r->digest[0] != '\0')
            lt_jsonw_str(w, "digest", r->digest);
        break;
    case F_ENTRY:
        lt_jsonw_id(w, "entry", r->entry);
        break;
    case F_VALUE:
        lt_jsonw_i64(w, "value", r->value);
        break;
    case F_FOUL:
        if (r->foul)
            lt_jsonw_bool(w, "foul", true);
        break;
    case F_USED:
        lt_jsonw_i64(w, "used_us", r->used_us);
        break;
    case F_EVIDENCE:
        write_evidence(w, &r->evidence);
        break;
    case F_DOUBT:
        if (r->n_doubt != 1)
            lt_jsonw_i64(w, "doubt", r->n_doubt);
        break;
    case F_RANDOM:
        if (r->random != 0)
            write_random(w, r->random);
        break;
    case F_TWO:
        if (r->n_two > 0) {
            lt_jsonw_arr(w, "two");
            lt_jsonw_i64(w, NULL, r->two[0]);
            lt_jsonw_i64(w, NULL, r->two[1]);
            lt_jsonw_end_arr(w);
        }
        break;
    case F_CAPTAINS:
        write_ids(w, "captains", r->captains, r->n_ids);
        break;
    case F_RULING:
        write_ruling(w, &r->ruling);
        break;
    case F_BY:
        if (r->by != 0)
            lt_jsonw_id(w, "by", r->by);
        break;
    case F_NODE:
        lt_jsonw_id(w, "node", r->node);
        break;
    case F_TOKEN:
        lt_jsonw_id(w, "token", r->token);
        break;
    case F_STEP:
        lt_jsonw_i64(w, "step", r->step);
        lt_jsonw_i64(w, "steps", r->steps);
        break;
    case FIELDS:
        break;
    }
}

void lt_record_write(const struct lt_record *r, struct lt_buf *out)
{
    struct lt_jsonw w;

    lt_jsonw_init(&w, out);
    lt_jsonw_obj(&w, NULL);
    for (int f = 0; f < FIELDS; f++)
        if (kinds[r->kind].fields & (1u << f))
            write_field(&w, (enum field)f, r);
    lt_jsonw_end_obj(&w);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The readers count the members they have read, so that an unknown one is noticed. */
struct reader {
    const cJSON *doc;
    int count, err;
};

static bool has(const struct reader *in, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(in->doc, key) != NULL;
}

static void took(struct reader *in, int err)
{
    in->count++;
    if (in->err == LT_OK)
        in->err = err;
}

static void must(struct reader *in, bool holds)
{
    if (!holds && in->err == LT_OK)
        in->err = LT_ERECORD;
}

static void read_i64(struct reader *in, const char *key, int64_t min, int64_t max, int64_t *ret)
{
    took(in, lt_json_i64(in->doc, key, min, max, ret));
}

static void read_int(struct reader *in, const char *key, int min, int max, int *ret)
{
    int64_t v = 0;

    read_i64(in, key, min, max, &v);
    *ret = (int)v;
}

static void read_id(struct reader *in, const char *key, int64_t *ret)
{
    took(in, lt_json_id(in->doc, key, ret));
}

static void read_true(struct reader *in, const char *key, bool *ret)
{
    took(in, lt_json_bool(in->doc, key, ret));
    must(in, *ret); /* false is not written */
}

static void read_text(struct reader *in, const char *key, size_t max, char *ret)
{
    const char *s = "";

    took(in, lt_json_str(in->doc, key, max, &s));
    memcpy(ret, s, strlen(s) + 1);
}

/* A name of an enumeration of n values. */
static void read_name(struct reader *in, const char *key, int n, const char *(*name)(int), int *ret)
{
    const char *s = "";

    took(in, lt_json_str(in->doc, key, 16, &s));
    for (int i = 0; i < n; i++)
        if (strcmp(s, name(i)) == 0) {
            *ret = i;
            return;
        }
    took(in, LT_ERECORD);
}

static const char *phase_name(int i)
{
    return lt_phase_name((enum lt_phase)i);
}

static const char *ruling_name(int i)
{
    return lt_ruling_name((enum lt_ruling_kind)i);
}

static const char *ruling_state_name(int i)
{
    return lt_ruling_state_name((enum lt_ruling_state)i);
}

/* A decimal string as lt_jsonw_id writes it, 0 included; -1: none. */
static int64_t decimal(const cJSON *item)
{
    const char *s = cJSON_IsString(item) ? item->valuestring : "";
    size_t n = strlen(s);
    long long v;

    if (n == 0 || strspn(s, "0123456789") != n || (s[0] == '0' && n > 1))
        return -1;
    errno = 0;
    v = strtoll(s, NULL, 10);
    return errno == 0 ? v : -1;
}

/* An array of decimal strings. */
static void read_ids(struct reader *in, const char *key, int64_t *ret, int *ret_n)
{
    const cJSON *array, *item;
    int n = 0, err = lt_json_array(in->doc, key, LT_TEAMS_MAX, &array);

    took(in, err);
    if (err)
        return;
    cJSON_ArrayForEach(item, array)
    {
        ret[n] = decimal(item);
        must(in, ret[n++] >= 0);
    }
    *ret_n = n;
}

static void read_numbers(struct reader *in, const char *key, int n, int *ret)
{
    const cJSON *array, *item;
    int i = 0, err = lt_json_array(in->doc, key, n, &array);

    took(in, err);
    if (err)
        return;
    cJSON_ArrayForEach(item, array)
    {
        double v = item->valuedouble;

        if (!cJSON_IsNumber(item) || !(v >= 0 && v <= INT_MAX) || v != (double)(int)v)
            took(in, LT_ERECORD);
        else
            ret[i] = (int)v;
        i++;
    }
    must(in, i == n);
}

/* A member that is an object with exactly the members that `read` takes. */
static void read_object(struct reader *in, const char *key, struct lt_record *r,
                        void (*read)(struct reader *, struct lt_record *))
{
    struct reader sub = {.doc = cJSON_GetObjectItemCaseSensitive(in->doc, key)};

    if (!cJSON_IsObject(sub.doc)) {
        took(in, LT_ERECORD);
        return;
    }
    read(&sub, r);
    took(in, sub.err || sub.count == cJSON_GetArraySize(sub.doc) ? sub.err : LT_ERECORD);
}

static void read_evidence(struct reader *in, struct lt_record *r)
{
    for (int i = 0; i < EVIDENCE; i++)
        read_i64(in, evidence[i].name, -1, LT_TIME_MAX_US,
                 (int64_t *)(void *)((char *)&r->evidence + evidence[i].at));
    read_int(in, "probes", 0, INT_MAX, &r->evidence.probes);
}

static void read_ruling(struct reader *in, struct lt_record *r)
{
    struct lt_ruling *u = &r->ruling;
    int kind = 0, state = 0;

    read_int(in, "no", 1, LT_RULINGS_MAX, &u->no);
    read_name(in, "kind", LT_RULINGS, ruling_name, &kind);
    read_name(in, "state", LT_RULING_STATES, ruling_state_name, &state);
    read_int(in, "qi", -1, LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX, &u->qi);
    if (has(in, "entry"))
        read_id(in, "entry", &u->entry);
    read_i64(in, "value", -LT_POINTS_MAX * 100, LT_POINTS_MAX * 100, &u->value_c);
    read_id(in, "by", &u->by);
    if (has(in, "by2"))
        read_id(in, "by2", &u->by2);
    read_text(in, "reason", LT_REASON_BYTES, u->reason);
    read_text(in, "answer", LT_FILL_BYTES, u->answer);
    u->kind = (enum lt_ruling_kind)kind;
    u->state = (enum lt_ruling_state)state;
}

static void read_random(struct reader *in, uint64_t *ret)
{
    char hex[20] = "";

    read_text(in, "random", 16, hex);
    *ret = strtoull(hex, NULL, 16);
    must(in, *ret != 0 && strspn(hex, "0123456789abcdef") == 16);
}

static void read_clock(struct reader *in, struct lt_record *r)
{
    read_i64(in, "opened_us", 0, LT_TIME_MAX_US, &r->opened_us);
    read_i64(in, "deadline_us", 1, 2 * LT_TIME_MAX_US, &r->deadline_us);
}

static void read_two(struct reader *in, struct lt_record *r)
{
    read_numbers(in, "two", 2, r->two);
    r->n_two = 2;
    must(in, r->two[0] < r->two[1] && r->two[1] < LT_OPTIONS_MAX);
}

static void read_field(struct reader *in, enum field f, struct lt_record *r)
{
    int phase = 0, captains = 0;

    switch (f) {
    case F_PHASE:
        read_name(in, "phase", LT_PHASES, phase_name, &phase);
        r->phase = (enum lt_phase)phase;
        break;
    case F_QI:
        read_int(in, "qi", 0, LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX, &r->qi);
        break;
    case F_AGAIN:
        if (has(in, "again"))
            read_true(in, "again", &r->again);
        break;
    case F_N:
        r->n = 1;
        if (has(in, "n"))
            read_int(in, "n", 2, LT_ROUND_QUESTIONS_MAX, &r->n);
        break;
    case F_TURN:
        if (has(in, "turn"))
            read_id(in, "turn", &r->turn);
        break;
    case F_IDS:
        if (has(in, "ids")) {
            read_ids(in, "ids", r->ids, &r->n_ids);
            must(in, r->n_ids > 0); /* none are not written */
        }
        break;
    case F_CLOCK:
    case F_MOVED:
        if (f == F_CLOCK || has(in, "deadline_us"))
            read_clock(in, r);
        break;
    case F_TALLY:
        read_int(in, "answered", 0, INT_MAX, &r->answered);
        read_int(in, "correct", 0, INT_MAX, &r->correct);
        read_numbers(in, "dist", 8, r->dist);
        break;
    case F_SILENT:
        if (has(in, "silent"))
            read_true(in, "silent", &r->silent);
        break;
    case F_DIGEST:
        if (has(in, "digest")) {
            read_text(in, "digest", LT_DIGEST_BYTES, r->digest);
            must(in, r->digest[0] != '\0');
        }
        break;
    case F_ENTRY:
        read_id(in, "entry", &r->entry);
        break;
    case F_VALUE:
        read_i64(in, "value", -LT_TIME_MAX_US, LT_TIME_MAX_US, &r->value);
        break;
    case F_FOUL:
        if (has(in, "foul"))
            read_true(in, "foul", &r->foul);
        break;
    case F_USED:
        read_i64(in, "used_us", 0, LT_TIME_MAX_US, &r->used_us);
        break;
    case F_EVIDENCE:
        read_object(in, "evidence", r, read_evidence);
        break;
    case F_DOUBT:
        r->n_doubt = 1;
        if (has(in, "doubt"))
            read_int(in, "doubt", 2, LT_TEAMS_MAX, &r->n_doubt);
        break;
    case F_RANDOM:
        if (has(in, "random"))
            read_random(in, &r->random);
        break;
    case F_TWO:
        if (has(in, "two"))
            read_two(in, r);
        break;
    case F_CAPTAINS:
        read_ids(in, "captains", r->captains, &captains);
        must(in, captains == r->n_ids);
        break;
    case F_RULING:
        read_object(in, "ruling", r, read_ruling);
        break;
    case F_BY:
        if (has(in, "by"))
            read_id(in, "by", &r->by);
        break;
    case F_NODE:
        read_id(in, "node", &r->node);
        break;
    case F_TOKEN:
        read_id(in, "token", &r->token);
        break;
    case F_STEP:
        read_int(in, "step", 0, LT_STEPS_MAX, &r->step);
        read_int(in, "steps", 1, LT_STEPS_MAX, &r->steps);
        break;
    case FIELDS:
        break;
    }
}

int lt_record_read(const char *kind, int64_t seq, int64_t at_us, const char *payload, size_t n,
                   struct lt_record *ret)
{
    static const struct lt_json_limits limits = {.bytes = LT_PAYLOAD_BYTES, .depth = 3};
    struct reader in = {0};
    cJSON *doc = NULL;
    int err;

    memset(ret, 0, sizeof *ret);
    ret->seq = seq;
    ret->at_us = at_us;
    if (!lt_record_kind_parse(kind, &ret->kind))
        return LT_ERECORD;
    err = lt_json_parse(payload, n, &limits, &doc);
    if (err)
        return err == LT_ENOMEM ? err : LT_ERECORD;
    in.doc = doc;
    must(&in, cJSON_IsObject(doc));
    for (int f = 0; f < FIELDS && in.err == LT_OK; f++)
        if (kinds[ret->kind].fields & (1u << f))
            read_field(&in, (enum field)f, ret);
    must(&in, in.count == cJSON_GetArraySize(doc));
    cJSON_Delete(doc);
    return in.err == LT_OK ? LT_OK : LT_ERECORD;
}

/* Reading what the server says. The reader is written by hand from the protocol's source, not
 * generated with the server's encoder: an error in the generator of both would otherwise cancel
 * itself out.
 *
 * Members that the checks need are read with their declared type and range; a member of a wrong
 * type is an error. Texts that nobody compares (stems, titles) are only known to be valid UTF-8,
 * which the JSON gate sees to. */
#include "loadtest/message.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const struct lt_json_limits limits = {.bytes = 256 * 1024, .depth = 8};
enum { I32 = 2147483647 };
static const int64_t I53 = (INT64_C(1) << 53) - 1;

static const char *const kinds[LT_SEEN_KINDS] = {[LT_SEEN_WELCOME] = "welcome",
                                                 [LT_SEEN_EVENTS] = "events",
                                                 [LT_SEEN_PHASE] = "phase",
                                                 [LT_SEEN_QUESTION] = "question",
                                                 [LT_SEEN_DRIVER] = "driver",
                                                 [LT_SEEN_FINALISING] = "finalising",
                                                 [LT_SEEN_BOARD] = "board",
                                                 [LT_SEEN_OWN] = "own",
                                                 [LT_SEEN_PRESENCE] = "presence",
                                                 [LT_SEEN_ACK] = "ack",
                                                 [LT_SEEN_DONE] = "done",
                                                 [LT_SEEN_ROSTER] = "roster",
                                                 [LT_SEEN_TIME] = "time",
                                                 [LT_SEEN_PROBE] = "probe",
                                                 [LT_SEEN_SCRIPT] = "script",
                                                 [LT_SEEN_SEAL] = "seal",
                                                 [LT_SEEN_AHEAD] = "ahead",
                                                 [LT_SEEN_PROGRESS] = "progress",
                                                 [LT_SEEN_RESOLVE] = "resolve",
                                                 [LT_SEEN_CHART] = "chart",
                                                 [LT_SEEN_SCREEN] = "screen",
                                                 [LT_SEEN_SCREENS] = "screens",
                                                 [LT_SEEN_CUES] = "cues",
                                                 [LT_SEEN_ERROR] = "error",
                                                 [LT_SEEN_BYE] = "bye"};
static const char *const phases[LT_SEEN_PHASES] = {"draft",  "lobby",    "running",
                                                   "paused", "finished", "final"};
static const char *const states[LT_SEEN_STATES] = {"none",    "armed",  "open",    "held",
                                                   "closing", "closed", "revealed"};
static const char *const types[LT_SEEN_TYPES] = {"single", "multiple", "truefalse", "fill",
                                                 "order"};
static const char *const ack_states[2] = {"saved", "late"};

/* A document being read; `fault` is sticky, so that a reader checks once, at the end. */
struct reader {
    const char *fault;
};

static void fail(struct reader *r, const char *fault)
{
    if (!r->fault)
        r->fault = fault;
}

static int64_t number(struct reader *r, const cJSON *o, const char *key, int64_t min, int64_t max)
{
    int64_t v = 0;
    if (lt_json_i64(o, key, min, max, &v) != LT_OK)
        fail(r, key);
    return v;
}

static bool has(const cJSON *o, const char *key)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(o, key);
    return m && !cJSON_IsNull(m);
}

static int64_t number_or(struct reader *r, const cJSON *o, const char *key, int64_t min,
                         int64_t fallback)
{
    return has(o, key) ? number(r, o, key, min, I53) : fallback;
}

static int small(struct reader *r, const cJSON *o, const char *key, int min)
{
    return (int)number(r, o, key, min, I32);
}

static bool truth(struct reader *r, const cJSON *o, const char *key)
{
    bool v = false;
    if (lt_json_bool(o, key, &v) != LT_OK)
        fail(r, key);
    return v;
}

static int64_t id_of(struct reader *r, const cJSON *o, const char *key)
{
    int64_t v = 0;
    if (lt_json_id(o, key, &v) != LT_OK)
        fail(r, key);
    return v;
}

static const char *text(struct reader *r, const cJSON *o, const char *key, size_t max)
{
    const char *s = "";
    if (lt_json_str(o, key, max, &s) != LT_OK)
        fail(r, key);
    return s;
}

static int word(struct reader *r, const cJSON *o, const char *key, const char *const *words, int n)
{
    const char *s = text(r, o, key, 20);
    for (int i = 0; i < n; i++) {
        if (strcmp(words[i], s) == 0)
            return i;
    }
    fail(r, key);
    return 0;
}

static const cJSON *object(struct reader *r, const cJSON *o, const char *key)
{
    const cJSON *v = NULL;
    if (lt_json_object(o, key, &v) != LT_OK)
        fail(r, key);
    return v;
}

static const cJSON *array(struct reader *r, const cJSON *o, const char *key, int max)
{
    const cJSON *v = NULL;
    if (lt_json_array(o, key, max, &v) != LT_OK)
        fail(r, key);
    return v;
}

/* A list of option indexes; how many there are. */
static int choices(struct reader *r, const cJSON *o, const char *key, int out[LT_SEEN_OPTIONS])
{
    int n = 0;
    const cJSON *item, *list = has(o, key) ? array(r, o, key, LT_SEEN_OPTIONS) : NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble >= LT_SEEN_OPTIONS)
            fail(r, key);
        else
            out[n++] = item->valueint;
    }
    return n;
}

static int texts(struct reader *r, const cJSON *o, const char *key, uint64_t *hashes, int max)
{
    int n = 0;
    const cJSON *item, *list = has(o, key) ? array(r, o, key, max) : NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            fail(r, key);
        else
            hashes[n++] = lt_seen_hash(item->valuestring, strlen(item->valuestring));
    }
    return n;
}

static void read_question(struct reader *r, const cJSON *o, struct lt_seen_question *q)
{
    uint64_t options[LT_SEEN_OPTIONS];
    q->q = small(r, o, "q", 1);
    q->round = small(r, o, "round", 1);
    q->state = (enum lt_seen_state)word(r, o, "state", states, LT_SEEN_STATES);
    q->type = (enum lt_seen_type)word(r, o, "type", types, LT_SEEN_TYPES);
    q->points_c = number(r, o, "points", -I53, I53);
    q->speed = truth(r, o, "speed");
    q->seconds = small(r, o, "seconds", 1);
    q->n_options = texts(r, o, "options", options, LT_SEEN_OPTIONS);
    q->opened_ms = number_or(r, o, "opened_ms", 0, 0);
    q->deadline_ms = number_or(r, o, "deadline_ms", 0, 0);
    q->n_key = choices(r, o, "key", q->key);
    q->n_accepted = texts(r, o, "accepted", q->accepted, LT_SEEN_ACCEPTED);
    q->answered = (int)number_or(r, o, "answered", 0, -1);
    q->correct = (int)number_or(r, o, "correct", 0, -1);
    bool content = has(o, "stem") || has(o, "options");
    bool key = has(o, "key") || has(o, "accepted") || has(o, "explanation") || has(o, "source") ||
               has(o, "correct") || has(o, "dist");
    q->early = (content && q->state < LT_SEEN_OPEN) || (key && q->state != LT_SEEN_REVEALED) ||
               (has(o, "answered") && q->state < LT_SEEN_CLOSED);
    if (q->q > LT_SEEN_QUESTIONS)
        fail(r, "q");
    if (q->state == LT_SEEN_OPEN && (!has(o, "stem") || q->opened_ms == 0 || q->deadline_ms == 0))
        fail(r, "an open question without stem or times");
    if (q->state == LT_SEEN_REVEALED && q->n_key == 0 && q->n_accepted == 0)
        fail(r, "a revealed question without a key");
}

static void read_board(struct reader *r, const cJSON *o, struct lt_seen_board *b)
{
    const cJSON *item, *rows = array(r, o, "rows", LT_SEEN_ROWS);
    b->v = number(r, o, "v", 0, I53);
    b->of = small(r, o, "of", 0);
    b->final = truth(r, o, "final");
    cJSON_ArrayForEach(item, rows)
    {
        struct lt_seen_row *row = &b->rows[b->n_rows++];
        row->entry = id_of(r, item, "entry");
        row->rank = small(r, item, "rank", 1);
        row->points_c = number(r, item, "points", -I53, I53);
        row->correct = small(r, item, "correct", 0);
        number(r, item, "moved", -I32, I32);
        text(r, item, "name", 480);
        text(r, item, "unit", 800);
    }
}

static void read_own(struct reader *r, const cJSON *o, struct lt_seen_own *own)
{
    own->v = number(r, o, "v", 0, I53);
    own->points_c = number(r, o, "points", -I53, I53);
    own->correct = small(r, o, "correct", 0);
    own->rank = small(r, o, "rank", 0);
    own->of = small(r, o, "of", 0);
    own->q = (int)number_or(r, o, "q", 1, 0);
    own->has_right = has(o, "right");
    own->right = own->has_right && truth(r, o, "right");
    own->has_gained = has(o, "gained");
    own->gained_c = number_or(r, o, "gained", -I53, 0);
}

static void read_saved(struct reader *r, const cJSON *o, struct lt_seen_answer *a)
{
    a->q = small(r, o, "q", 1);
    a->late = word(r, o, "state", ack_states, 2) == 1;
    a->n_choice = choices(r, o, "choice", a->choice);
    if (has(o, "text")) {
        const char *s = text(r, o, "text", 400);
        a->text = lt_seen_hash(s, strlen(s));
    }
}

static void read_presence(struct reader *r, const cJSON *o)
{
    small(r, o, "players", 0);
    small(r, o, "entries", 0);
    small(r, o, "stages", 0);
    small(r, o, "answered", 0);
    truth(r, o, "partial");
}

static void read_snapshot(struct reader *r, const cJSON *o, struct lt_seen *m)
{
    const cJSON *head = object(r, o, "head"), *part;
    m->event = head ? id_of(r, head, "event") : 0;
    m->questions = head ? small(r, head, "questions", 0) : 0;
    m->phase = (enum lt_seen_phase)word(r, o, "phase", phases, LT_SEEN_PHASES);
    m->has_phase = true;
    if (has(o, "question") && (part = object(r, o, "question")))
        read_question(r, part, &m->question);
    if (has(o, "board") && (part = object(r, o, "board")))
        read_board(r, part, &m->board);
    if (has(o, "own") && (part = object(r, o, "own"))) {
        read_own(r, part, &m->own);
        m->has_own = true;
    }
    if (has(o, "saved") && (part = object(r, o, "saved")))
        read_saved(r, part, &m->saved);
    if ((part = object(r, o, "presence")))
        read_presence(r, part);
}

static void read_welcome(struct reader *r, const cJSON *o, struct lt_seen *m)
{
    const cJSON *you = object(r, o, "you"), *snapshot;
    strcpy(m->session, text(r, o, "session", LT_SEEN_TOKEN));
    m->epoch = number(r, o, "epoch", 0, I53);
    m->seq = number(r, o, "seq", 0, I53);
    m->now_ms = number(r, o, "now_ms", 0, I53);
    if (you && has(you, "entry"))
        m->entry = id_of(r, you, "entry");
    m->snapshot = has(o, "snapshot");
    if (m->snapshot && (snapshot = object(r, o, "snapshot")))
        read_snapshot(r, snapshot, m);
}

static void read_phase(struct reader *r, const cJSON *o, struct lt_seen *m)
{
    m->phase = (enum lt_seen_phase)word(r, o, "phase", phases, LT_SEEN_PHASES);
    m->has_phase = true;
    m->opened_ms = number_or(r, o, "opened_ms", 0, 0);
    m->deadline_ms = number_or(r, o, "deadline_ms", 0, 0);
}

static void read_body(struct reader *r, const cJSON *o, struct lt_seen *m)
{
    const cJSON *part;
    switch (m->kind) {
    case LT_SEEN_WELCOME:
        read_welcome(r, o, m);
        break;
    case LT_SEEN_PHASE:
        read_phase(r, o, m);
        break;
    case LT_SEEN_QUESTION:
        if ((part = object(r, o, "question")))
            read_question(r, part, &m->question);
        break;
    case LT_SEEN_BOARD:
        if ((part = object(r, o, "board")))
            read_board(r, part, &m->board);
        break;
    case LT_SEEN_OWN:
        if ((part = object(r, o, "own")))
            read_own(r, part, &m->own);
        m->has_own = true;
        break;
    case LT_SEEN_PRESENCE:
        if ((part = object(r, o, "presence")))
            read_presence(r, part);
        break;
    case LT_SEEN_ACK:
        strcpy(m->id, text(r, o, "id", 40));
        m->q = small(r, o, "q", 1);
        m->late = word(r, o, "state", ack_states, 2) == 1;
        break;
    case LT_SEEN_DONE:
        strcpy(m->id, text(r, o, "id", 40));
        break;
    case LT_SEEN_ERROR:
    case LT_SEEN_BYE:
        m->err = lt_err_from_wire(text(r, o, "code", 40));
        m->retry_ms = (int)number_or(r, o, "retry_ms", 0, -1);
        if (has(o, "re"))
            strcpy(m->id, text(r, o, "re", 40));
        break;
    case LT_SEEN_PROBE:
        m->probe = number(r, o, "n", 0, I53);
        break;
    case LT_SEEN_DRIVER:
    case LT_SEEN_FINALISING:
    case LT_SEEN_SCRIPT:
    case LT_SEEN_SEAL:
    case LT_SEEN_AHEAD:
    case LT_SEEN_PROGRESS:
    case LT_SEEN_RESOLVE:
    case LT_SEEN_CHART:
    case LT_SEEN_SCREEN:
    case LT_SEEN_SCREENS:
    case LT_SEEN_CUES:
    case LT_SEEN_EVENTS:
    case LT_SEEN_ROSTER:
    case LT_SEEN_TIME:
    case LT_SEEN_KINDS:
        break;
    }
}

bool lt_seen_is_log(enum lt_seen_kind k)
{
    return k == LT_SEEN_PHASE || k == LT_SEEN_QUESTION || k == LT_SEEN_DRIVER ||
           k == LT_SEEN_FINALISING || k == LT_SEEN_RESOLVE;
}

uint64_t lt_seen_hash(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

const char *lt_seen_read(const char *p, size_t n, struct lt_seen *ret)
{
    struct reader r = {NULL};
    cJSON *doc = NULL;
    int err = lt_json_parse(p, n, &limits, &doc);
    if (err != LT_OK)
        return err == LT_EUTF8 ? "not valid UTF-8" : "not valid JSON";
    memset(ret, 0, sizeof *ret);
    ret->kind = (enum lt_seen_kind)word(&r, doc, "t", kinds, LT_SEEN_KINDS);
    if (lt_seen_is_log(ret->kind)) {
        ret->epoch = number(&r, doc, "epoch", 0, I53);
        ret->seq = number(&r, doc, "seq", 1, I53);
        ret->content = lt_seen_hash(p, n);
    }
    if (!r.fault)
        read_body(&r, doc, ret);
    cJSON_Delete(doc);
    return r.fault;
}

bool lt_seen_board_equal(const struct lt_seen_board *a, const struct lt_seen_board *b)
{
    if (a->v != b->v || a->of != b->of || a->n_rows != b->n_rows || a->final != b->final)
        return false;
    for (int i = 0; i < a->n_rows; i++) {
        const struct lt_seen_row *x = &a->rows[i], *y = &b->rows[i];
        if (x->entry != y->entry || x->rank != y->rank || x->points_c != y->points_c ||
            x->correct != y->correct)
            return false;
    }
    return true;
}

/* ---- broadcasts ---- */

enum { SLOTS = 8, KEPT_BYTES = 64 * 1024 };

struct lt_seen_cache {
    int next;
    struct {
        char *bytes;
        size_t n;
        struct lt_seen seen;
    } slots[SLOTS];
    struct lt_seen single; /* messages to one person */
};

struct lt_seen_cache *lt_seen_cache_new(void)
{
    return calloc(1, sizeof(struct lt_seen_cache));
}

void lt_seen_cache_free(struct lt_seen_cache *c)
{
    if (!c)
        return;
    for (int i = 0; i < SLOTS; i++)
        free(c->slots[i].bytes);
    free(c);
}

static bool is_broadcast(enum lt_seen_kind k)
{
    return lt_seen_is_log(k) || k == LT_SEEN_BOARD || k == LT_SEEN_PRESENCE;
}

const char *lt_seen_cached(struct lt_seen_cache *c, const char *p, size_t n,
                           const struct lt_seen **ret)
{
    for (int i = 0; i < SLOTS; i++) {
        if (c->slots[i].bytes && c->slots[i].n == n && memcmp(c->slots[i].bytes, p, n) == 0) {
            *ret = &c->slots[i].seen;
            return NULL;
        }
    }
    const char *fault = lt_seen_read(p, n, &c->single);
    *ret = &c->single;
    if (fault || !is_broadcast(c->single.kind) || n > KEPT_BYTES)
        return fault;
    char *bytes = malloc(n > 0 ? n : 1);
    if (!bytes)
        return NULL;
    memcpy(bytes, p, n);
    free(c->slots[c->next].bytes);
    c->slots[c->next].bytes = bytes;
    c->slots[c->next].n = n;
    c->slots[c->next].seen = c->single;
    *ret = &c->slots[c->next].seen;
    c->next = (c->next + 1) % SLOTS;
    return NULL;
}

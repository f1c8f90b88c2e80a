/* Random contests from a seed: commands, ticks, tallies, takeovers and nonsense in any order, on
 * clocks that now and then run backwards. After every step the log, read back from its text, must
 * give the very state that lives.
 *
 * LEITAI_TEST_SIM_RUNS contests (default 3000) from LEITAI_TEST_SIM_SEED (default fixed); a failure
 * prints the seed of its contest, which alone repeats it with LEITAI_TEST_SIM_RUNS=1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_DEFAULT = 3000, STEPS_MAX = 400, LOG_BYTES = 1 << 18 };

/* What the contests together came to: a walk that reaches nothing proves nothing. */
static struct {
    int finals, pauses_while_open, takeovers, refused, repeated, closed_by_time;
} reached;

static uint64_t failing_seed;

struct contest {
    uint64_t random;
    struct lt_sheet sheet;
    struct lt_engine live, replay;
    int64_t now_us;
    int64_t left_us;   /* of the open question, when the pause began */
    struct lt_buf log; /* every record: "kind at_us payload\n" */
};

static uint64_t next(struct contest *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return c->random;
}

static int below(struct contest *c, int n)
{
    return (int)(next(c) % (uint64_t)n);
}

static void random_sheet(struct contest *c)
{
    struct lt_buf json, err;
    int rounds = 1 + below(c, 3);

    lt_buf_init(&json, LT_SHEET_BYTES);
    lt_buf_init(&err, LT_SHEET_BYTES);
    lt_buf_printf(&json, "{\"version\":1,\"grace_ms\":%d,\"rounds\":[", below(c, 2001));
    for (int i = 0; i < rounds; i++)
        lt_buf_printf(&json,
                      "%s{\"title\":\"t\",\"mode\":\"live\",\"questions\":%d,\"seconds\":%d,"
                      "\"points\":{\"right\":10}}",
                      i ? "," : "", 1 + below(c, 3), 5 + below(c, 60));
    lt_buf_str(&json, "]}");
    assert_int_equal(lt_sheet_parse(lt_buf_cstr(&json), json.len, &c->sheet, &err), LT_OK);
    lt_buf_done(&json);
    lt_buf_done(&err);
}

/* ---- inputs --------------------------------------------------------------------------------- */

/* What a sensible host does now, so that contests get somewhere. */
static enum lt_action sensible(const struct contest *c)
{
    const struct lt_engine *e = &c->live;

    switch (e->phase) {
    case LT_PHASE_DRAFT:
        return LT_ACT_LOBBY;
    case LT_PHASE_LOBBY:
        return LT_ACT_START;
    case LT_PHASE_PAUSED:
        return LT_ACT_RESUME;
    case LT_PHASE_RUNNING:
        break;
    case LT_PHASE_FINISHED:
    case LT_PHASE_FINAL:
    case LT_PHASES:
        return LT_ACT_FINALISE;
    }
    switch (e->qstate) {
    case LT_Q_ARMED:
        return LT_ACT_OPEN;
    case LT_Q_OPEN:
        return LT_ACT_CLOSE;
    case LT_Q_CLOSING:
    case LT_Q_CLOSED:
        return LT_ACT_REVEAL;
    case LT_Q_NONE:
    case LT_Q_REVEALED:
    case LT_QSTATES:
        break;
    }
    return e->qi + 1 < lt_sheet_questions(&c->sheet) ? LT_ACT_NEXT : LT_ACT_FINISH;
}

static void random_command(struct contest *c, struct lt_input *in)
{
    bool wild = below(c, 3) == 0;

    in->kind = LT_IN_COMMAND;
    in->action = wild ? (enum lt_action)below(c, LT_ACTIONS) : sensible(c);
    if (below(c, 6) == 0)
        in->action = LT_ACT_PAUSE;
    in->by = below(c, 3);
    switch (below(c, 4)) {
    case 0:
        in->expect_q = below(c, 12) - 3;
        break;
    case 1:
        in->expect_q = LT_EXPECT_ANY;
        break;
    default:
        in->expect_q = lt_engine_expect(true, c->live.qi + 1);
    }
}

static void random_tally(struct contest *c, struct lt_input *in)
{
    in->kind = LT_IN_TALLY;
    in->answered = below(c, 200000);
    in->correct = below(c, in->answered + 1);
    for (int i = 0; i < 8; i++)
        in->dist[i] = below(c, in->answered + 1);
    if (below(c, 20) == 0)
        in->correct = in->answered + 1;
}

static int64_t random_time(struct contest *c)
{
    int64_t due_us = lt_engine_next_us(&c->live);

    if (due_us != INT64_MAX && below(c, 3) == 0)
        c->now_us = due_us + below(c, 3) - 1;
    else if (below(c, 20) == 0)
        c->now_us -= below(c, 3000000); /* another node's clock */
    else
        c->now_us += below(c, 2) ? below(c, 1000) : below(c, 15000000);
    return c->now_us;
}

static struct lt_input random_input(struct contest *c)
{
    struct lt_input in = {.now_us = random_time(c), .expect_q = LT_EXPECT_ANY};

    switch (below(c, 8)) {
    case 0:
        in.kind = LT_IN_TAKEOVER;
        in.node = below(c, 4);
        in.token = 1 + below(c, 1000);
        break;
    case 1:
        in.kind = LT_IN_FINALISED;
        break;
    case 2:
        in.kind = LT_IN_TIME;
        break;
    case 3:
    case 4:
        random_tally(c, &in);
        break;
    default:
        random_command(c, &in);
    }
    return in;
}

/* ---- invariants ----------------------------------------------------------------------------- */

/* The moves, written down once more and independently of the engine. */
static bool may_follow(const char *const *moves, const char *from, const char *to)
{
    char move[40];

    snprintf(move, sizeof move, "%s>%s", from, to);
    for (; *moves; moves++)
        if (strcmp(*moves, move) == 0)
            return true;
    return strcmp(from, to) == 0;
}

static void check_moves(const struct lt_engine *a, const struct lt_engine *b)
{
    static const char *const phases[] = {"draft>lobby",
                                         "lobby>running",
                                         "running>paused",
                                         "paused>running",
                                         "running>finished",
                                         "finished>final",
                                         NULL};
    static const char *const qstates[] = {
        "none>armed",     "armed>open", "open>closing", "closing>closed", "closed>revealed",
        "revealed>armed", NULL};

    assert_true(may_follow(phases, lt_phase_name(a->phase), lt_phase_name(b->phase)));
    assert_true(may_follow(qstates, lt_qstate_name(a->qstate), lt_qstate_name(b->qstate)));
    assert_true(a->phase == b->phase || a->qstate == b->qstate); /* never both at once */
    assert_int_equal(b->qi - a->qi, a->qstate != b->qstate && b->qstate == LT_Q_ARMED);
    if (b->phase >= LT_PHASE_FINISHED)
        assert_true(b->qstate == LT_Q_NONE || b->qstate == LT_Q_REVEALED);
}

/* A pause takes nothing of the time that is left, and gives nothing. */
static void check_clock(struct contest *c, const struct lt_engine *before, int64_t at_us)
{
    const struct lt_engine *e = &c->live;
    int round, index;

    if (e->qstate != LT_Q_OPEN)
        return;
    assert_int_equal(e->deadline_us - e->opened_us,
                     lt_sheet_round_of(&c->sheet, e->qi, &round, &index)->seconds *
                         INT64_C(1000000));
    if (e->phase == before->phase)
        return;
    if (e->phase == LT_PHASE_PAUSED) {
        c->left_us = e->deadline_us - (at_us > e->opened_us ? at_us : e->opened_us);
        reached.pauses_while_open++;
    } else if (at_us >= before->paused_us && at_us >= before->opened_us) {
        assert_int_equal(e->deadline_us - at_us, c->left_us);
    } else {
        assert_int_equal(e->deadline_us, before->deadline_us);
    }
}

/* Given time alone, an open question closes; nothing else is ever due. */
static void check_progress(const struct contest *c)
{
    struct lt_engine e = c->live;
    struct lt_input in = {.kind = LT_IN_TIME, .now_us = lt_engine_next_us(&e)};
    struct lt_record r;
    bool has;

    if (e.phase != LT_PHASE_RUNNING || e.qstate != LT_Q_OPEN) {
        assert_int_equal(in.now_us, INT64_MAX);
        return;
    }
    assert_int_equal(lt_engine_decide(&e, &in, &r, &has), LT_OK);
    assert_true(has);
    assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
    assert_int_equal(e.qstate, LT_Q_CLOSING);
}

static void check_answers(struct contest *c)
{
    const struct lt_engine *e = &c->live;
    int qi = e->qi + below(c, 3) - 1;
    int64_t used_us = -1;
    bool open = e->phase == LT_PHASE_RUNNING && e->qstate == LT_Q_OPEN && qi == e->qi;
    int64_t until_us = e->deadline_us + c->sheet.grace_ms * INT64_C(1000);
    int err = lt_engine_accepts(e, qi, c->now_us, &used_us);

    assert_int_equal(err == LT_OK, open && c->now_us <= until_us);
    if (err == LT_OK)
        assert_true(used_us >= 0 && used_us <= e->deadline_us - e->opened_us);
    else
        assert_int_equal(used_us, -1);
}

/* Write the record to the log, read it back, apply what was read to the second engine. */
static void check_replay(struct contest *c, const struct lt_record *r)
{
    const char *kind = lt_record_kind_name(r->kind);
    struct lt_buf text, again;
    struct lt_record back;

    lt_buf_init(&text, 4096);
    lt_buf_init(&again, 4096);
    lt_record_write(r, &text);
    assert_int_equal(lt_record_read(kind, r->seq, r->at_us, lt_buf_cstr(&text), text.len, &back),
                     LT_OK);
    lt_record_write(&back, &again);
    assert_string_equal(lt_buf_cstr(&text), lt_buf_cstr(&again));
    assert_int_equal(lt_engine_apply(&c->replay, &back), LT_OK);
    assert_memory_equal(&c->replay, &c->live, sizeof c->live);
    assert_int_equal(lt_engine_apply(&c->replay, &back), LT_EGAP); /* the same record twice */
    assert_memory_equal(&c->replay, &c->live, sizeof c->live);
    lt_buf_printf(&c->log, "%s %" PRId64 " %s\n", kind, r->at_us, lt_buf_cstr(&text));
    lt_buf_done(&text);
    lt_buf_done(&again);
}

static void step(struct contest *c)
{
    struct lt_input in = random_input(c);
    struct lt_engine before = c->live;
    struct lt_record r;
    bool has;
    int err = lt_engine_decide(&c->live, &in, &r, &has);

    assert_memory_equal(&before, &c->live, sizeof before); /* deciding changes nothing */
    reached.refused += err != LT_OK;
    reached.repeated += err == LT_OK && !has && in.kind == LT_IN_COMMAND;
    if (err)
        assert_false(has);
    if (!has)
        return;
    assert_int_equal(r.seq, before.seq + 1);
    assert_int_equal(lt_engine_apply(&c->live, &r), LT_OK); /* never one that apply refuses */
    assert_int_equal(c->live.seq, r.seq);
    assert_true(before.phase != LT_PHASE_FINAL); /* after which nothing happens */
    reached.takeovers += r.kind == LT_REC_DRIVER;
    reached.closed_by_time += r.kind == LT_REC_CLOSING && in.kind == LT_IN_TIME;
    check_moves(&before, &c->live);
    check_clock(c, &before, r.at_us);
    check_replay(c, &r);
}

/* Replay a whole log from its text: the same bytes come out, and the same state. */
static void check_log(const struct contest *c)
{
    struct lt_engine e;
    struct lt_buf again;
    char *log = strdup(c->log.len ? c->log.p : ""), *save = NULL;

    assert_non_null(log);
    lt_engine_init(&e, &c->sheet);
    lt_buf_init(&again, LOG_BYTES);
    for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char kind[16];
        struct lt_record r;
        int64_t at_us;
        int used = 0;

        assert_int_equal(sscanf(line, "%15s %" SCNd64 " %n", kind, &at_us, &used), 2);
        assert_int_equal(
            lt_record_read(kind, e.seq + 1, at_us, line + used, strlen(line + used), &r), LT_OK);
        assert_int_equal(lt_engine_apply(&e, &r), LT_OK);
        lt_buf_printf(&again, "%s %" PRId64 " ", lt_record_kind_name(r.kind), r.at_us);
        lt_record_write(&r, &again);
        lt_buf_char(&again, '\n');
    }
    assert_false(again.failed);
    assert_int_equal(again.len, c->log.len);
    if (again.len > 0)
        assert_memory_equal(again.p, c->log.p, again.len);
    assert_memory_equal(&e, &c->live, sizeof e);
    lt_buf_done(&again);
    free(log);
}

/* Play one contest; its log is left in `c`. */
static void play(struct contest *c, uint64_t seed)
{
    memset(c, 0, sizeof *c);
    c->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    c->now_us = INT64_C(1795392000000000);
    lt_buf_init(&c->log, LOG_BYTES);
    random_sheet(c);
    lt_engine_init(&c->live, &c->sheet);
    lt_engine_init(&c->replay, &c->sheet);
    for (int i = 0; i < STEPS_MAX; i++) {
        step(c);
        check_progress(c);
        check_answers(c);
        if (c->live.phase == LT_PHASE_FINAL && below(c, 20) == 0)
            break;
    }
    assert_false(c->log.failed);
    check_log(c);
    reached.finals += c->live.phase == LT_PHASE_FINAL;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *s = getenv(name);

    return s ? strtoull(s, NULL, 10) : otherwise;
}

static void any_order_of_inputs_keeps_the_invariants(void **state)
{
    uint64_t runs = number("LEITAI_TEST_SIM_RUNS", RUNS_DEFAULT);
    uint64_t seed = number("LEITAI_TEST_SIM_SEED", 20261122);
    struct contest c;

    (void)state;
    print_message("%" PRIu64 " contests from seed %" PRIu64 "\n", runs, seed);
    for (uint64_t i = 0; i < runs; i++) {
        failing_seed = seed + i;
        play(&c, seed + i);
        lt_buf_done(&c.log);
    }
    failing_seed = 0;
    print_message(
        "%d ended final, %d pauses of an open question, %d takeovers, %d closed by time\n",
        reached.finals, reached.pauses_while_open, reached.takeovers, reached.closed_by_time);
    if (runs < 1000)
        return;
    assert_true(reached.finals > (int)(runs / 4));
    assert_true(reached.pauses_while_open > (int)(runs / 4));
    assert_true(reached.closed_by_time > (int)(runs / 4));
    assert_true(reached.takeovers > (int)runs);
    assert_true(reached.refused > (int)runs);
    assert_true(reached.repeated > (int)runs);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct contest a, b;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        play(&a, seed);
        play(&b, seed);
        assert_true(a.log.len > 0);
        assert_string_equal(lt_buf_cstr(&a.log), lt_buf_cstr(&b.log));
        lt_buf_done(&a.log);
        lt_buf_done(&b.log);
    }
}

static int tell_seed(void **state)
{
    (void)state;
    if (failing_seed)
        print_error("failed: LEITAI_TEST_SIM_RUNS=1 LEITAI_TEST_SIM_SEED=%" PRIu64 "\n",
                    failing_seed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(any_order_of_inputs_keeps_the_invariants, tell_seed),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Records and their payload text: one form, read back to the same bytes; corrupt ones refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"

#include <string.h>

#define CLOCK ",\"opened_us\":1795392000000001,\"deadline_us\":1795392020000001"
#define TIMES .opened_us = 1795392000000001, .deadline_us = 1795392020000001
#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Each kind without what may be absent, and with all of it. */
static const struct {
    struct lt_record r;
    const char *payload;
} examples[] = {
    {{.kind = LT_REC_PHASE, .phase = LT_PHASE_LOBBY}, "{\"phase\":\"lobby\"}"},
    {{.kind = LT_REC_PHASE, .phase = LT_PHASE_RUNNING, TIMES, .by = INT64_MAX},
     "{\"phase\":\"running\"" CLOCK ",\"by\":\"9223372036854775807\"}"},
    {{.kind = LT_REC_LOT, .n_ids = 1, .ids = {5}}, "{\"ids\":[\"5\"],\"captains\":[\"0\"]}"},
    {{.kind = LT_REC_LOT,
      .n_ids = 2,
      .ids = {5, INT64_MAX},
      .random = 0xfedcba9876543210,
      .captains = {50, 60},
      .by = 7},
     "{\"ids\":[\"5\",\"9223372036854775807\"],\"random\":\"fedcba9876543210\","
     "\"captains\":[\"50\",\"60\"],\"by\":\"7\"}"},
    {{.kind = LT_REC_ARMED, .qi = 0, .n = 1}, "{\"qi\":0}"},
    {{.kind = LT_REC_ARMED,
      .qi = 3,
      .again = true,
      .n = 15,
      .turn = 9,
      .n_ids = 2,
      .ids = {9, 8},
      .by = 7},
     "{\"qi\":3,\"again\":true,\"n\":15,\"turn\":\"9\",\"ids\":[\"9\",\"8\"],\"by\":\"7\"}"},
    {{.kind = LT_REC_OPEN, .qi = 2, .opened_us = 0, .deadline_us = 5000000},
     "{\"qi\":2,\"opened_us\":0,\"deadline_us\":5000000}"},
    {{.kind = LT_REC_OPEN, .qi = 2, TIMES, .by = 7}, "{\"qi\":2" CLOCK ",\"by\":\"7\"}"},
    {{.kind = LT_REC_CLOSING, .qi = 2}, "{\"qi\":2}"},
    {{.kind = LT_REC_CLOSING, .qi = 2, .by = 7}, "{\"qi\":2,\"by\":\"7\"}"},
    {{.kind = LT_REC_CLOSED, .qi = 2},
     "{\"qi\":2,\"answered\":0,\"correct\":0,\"dist\":[0,0,0,0,0,0,0,0]}"},
    {{.kind = LT_REC_CLOSED,
      .qi = 2,
      .answered = 2147483647,
      .correct = 1,
      .dist = {1, 0, 2, [7] = 9},
      .silent = true,
      .digest = DIGEST,
      .by = 7},
     "{\"qi\":2,\"answered\":2147483647,\"correct\":1,\"dist\":[1,0,2,0,0,0,0,9],\"silent\":true,"
     "\"digest\":\"" DIGEST "\",\"by\":\"7\"}"},
    {{.kind = LT_REC_REVEAL, .qi = 2}, "{\"qi\":2}"},
    {{.kind = LT_REC_REVEAL, .qi = 2, .by = 7}, "{\"qi\":2,\"by\":\"7\"}"},
    {{.kind = LT_REC_STAKE, .qi = 1, .entry = 4, .value = 3000, .by = 40},
     "{\"qi\":1,\"entry\":\"4\",\"value\":3000,\"by\":\"40\"}"},
    {{.kind = LT_REC_STAKE, .qi = 1, .entry = 4}, "{\"qi\":1,\"entry\":\"4\",\"value\":0}"},
    {{.kind = LT_REC_PRESS,
      .qi = 1,
      .entry = 4,
      .used_us = 812345,
      .evidence = {1795392000900000, 900000, 40000, 90000, 12, 812345},
      .by = 41},
     "{\"qi\":1,\"entry\":\"4\",\"value\":0,\"used_us\":812345,\"evidence\":{\"arrival_us\":"
     "1795392000900000,\"elapsed_us\":900000,\"rtt_min_us\":40000,\"rtt_max_us\":90000,"
     "\"claim_us\":812345,\"probes\":12},\"by\":\"41\"}"},
    {{.kind = LT_REC_PRESS,
      .qi = 1,
      .entry = 4,
      .value = -1000,
      .foul = true,
      .evidence = {1795392000900000, -1, -1, -1, 0, -1}},
     "{\"qi\":1,\"entry\":\"4\",\"value\":-1000,\"foul\":true,\"used_us\":0,\"evidence\":{"
     "\"arrival_us\":1795392000900000,\"elapsed_us\":-1,\"rtt_min_us\":-1,\"rtt_max_us\":-1,"
     "\"claim_us\":-1,\"probes\":0}}"},
    {{.kind = LT_REC_HELD, .qi = 1, TIMES, .entry = 4, .n_doubt = 1},
     "{\"qi\":1" CLOCK ",\"entry\":\"4\"}"},
    {{.kind = LT_REC_HELD, .qi = 1, TIMES, .entry = 4, .n_doubt = 3, .random = 1},
     "{\"qi\":1" CLOCK ",\"entry\":\"4\",\"doubt\":3,\"random\":\"0000000000000001\"}"},
    {{.kind = LT_REC_VERDICT, .qi = 1, .entry = 4, .value = 1},
     "{\"qi\":1,\"entry\":\"4\",\"value\":1}"},
    {{.kind = LT_REC_VERDICT, .qi = 1, TIMES, .digest = DIGEST, .entry = 4, .by = 7},
     "{\"qi\":1" CLOCK ",\"digest\":\"" DIGEST "\",\"entry\":\"4\",\"value\":0,\"by\":\"7\"}"},
    {{.kind = LT_REC_MARK, .qi = 1, .entry = 4, .value = 950, .by = 501},
     "{\"qi\":1,\"entry\":\"4\",\"value\":950,\"by\":\"501\"}"},
    {{.kind = LT_REC_HELP, .qi = 1, .entry = 4, .value = LT_HELP_HALL},
     "{\"qi\":1,\"entry\":\"4\",\"value\":0}"},
    {{.kind = LT_REC_HELP,
      .qi = 1,
      .entry = 4,
      .value = LT_HELP_TWO,
      .random = 0xab,
      .two = {0, 3},
      .n_two = 2,
      .by = 40},
     "{\"qi\":1,\"entry\":\"4\",\"value\":2,\"random\":\"00000000000000ab\",\"two\":[0,3],"
     "\"by\":\"40\"}"},
    {{.kind = LT_REC_CAPTAIN, .entry = 4, .value = 41, .by = 40},
     "{\"entry\":\"4\",\"value\":41,\"by\":\"40\"}"},
    {{.kind = LT_REC_EXTEND, .qi = 1, TIMES, .by = 7}, "{\"qi\":1" CLOCK ",\"by\":\"7\"}"},
    {{.kind = LT_REC_ADVANCE}, "{}"},
    {{.kind = LT_REC_ADVANCE, .n_ids = 2, .ids = {9, 8}, .by = 7},
     "{\"ids\":[\"9\",\"8\"],\"by\":\"7\"}"},
    {{.kind = LT_REC_RULING,
      .ruling = {.no = 1, .kind = LT_RULING_VOID, .qi = 3, .by = 7, .reason = "r"}},
     "{\"ruling\":{\"no\":1,\"kind\":\"void\",\"state\":\"open\",\"qi\":3,\"value\":0,\"by\":\"7\","
     "\"reason\":\"r\",\"answer\":\"\"}}"},
    {{.kind = LT_REC_RULING,
      .ruling = {.no = 128,
                 .kind = LT_RULING_APPEAL,
                 .state = LT_RULING_REJECTED,
                 .qi = -1,
                 .entry = 4,
                 .value_c = -10000000,
                 .by = 40,
                 .by2 = 7,
                 .reason = "题目有误",
                 .answer = "\"\\\n"},
      .by = 7},
     "{\"ruling\":{\"no\":128,\"kind\":\"appeal\",\"state\":\"rejected\",\"qi\":-1,\"entry\":\"4\","
     "\"value\":-10000000,\"by\":\"40\",\"by2\":\"7\",\"reason\":\"题目有误\","
     "\"answer\":\"\\\"\\\\\\n\"},\"by\":\"7\"}"},
    {{.kind = LT_REC_RESOLVE, .step = 0, .steps = 1}, "{\"step\":0,\"steps\":1}"},
    {{.kind = LT_REC_RESOLVE, .step = 12, .steps = 226, .by = 7},
     "{\"by\":\"7\",\"step\":12,\"steps\":226}"},
    {{.kind = LT_REC_DRIVER, .node = 3, .token = 12}, "{\"node\":\"3\",\"token\":\"12\"}"},
    {{.kind = LT_REC_FINALISING}, "{}"},
    {{.kind = LT_REC_FINALISING, .by = 7}, "{\"by\":\"7\"}"},
    {{.kind = LT_REC_FINAL, .phase = LT_PHASE_FINAL}, "{\"phase\":\"final\"}"},
    {{.kind = LT_REC_FINAL, .phase = LT_PHASE_FINAL, .digest = DIGEST},
     "{\"phase\":\"final\",\"digest\":\"" DIGEST "\"}"},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static int read_as(const char *kind, const char *payload, struct lt_record *ret)
{
    return lt_record_read(kind, 5, 99, payload, strlen(payload), ret);
}

static void assert_same(const struct lt_record *a, const struct lt_record *b)
{
#define SAME(field) assert_memory_equal(&a->field, &b->field, sizeof a->field)
    SAME(seq), SAME(at_us), SAME(kind), SAME(by), SAME(phase), SAME(qi), SAME(n), SAME(again);
    SAME(turn), SAME(opened_us), SAME(deadline_us), SAME(answered), SAME(correct), SAME(dist);
    SAME(silent), SAME(digest), SAME(entry), SAME(value), SAME(foul), SAME(used_us);
    SAME(evidence.arrival_us), SAME(evidence.elapsed_us), SAME(evidence.rtt_min_us);
    SAME(evidence.rtt_max_us), SAME(evidence.probes), SAME(evidence.claim_us), SAME(n_doubt);
    SAME(random), SAME(two), SAME(n_two), SAME(n_ids), SAME(ids), SAME(captains), SAME(node);
    SAME(token), SAME(step), SAME(steps), SAME(ruling.no), SAME(ruling.kind), SAME(ruling.state),
        SAME(ruling.qi);
    SAME(ruling.entry), SAME(ruling.value_c), SAME(ruling.by), SAME(ruling.by2);
    SAME(ruling.reason), SAME(ruling.answer);
#undef SAME
}

/* What is read is the record, field by field, and is written to the same bytes. */
static void a_record_has_one_text_and_is_read_back_from_it(void **state)
{
    static struct lt_record r, want;

    (void)state;
    for (int i = 0; i < EXAMPLES; i++) {
        struct lt_buf b;

        lt_buf_init(&b, LT_PAYLOAD_BYTES);
        want = examples[i].r;
        want.seq = 5;
        want.at_us = 99;
        /* What a kind does not have reads as its default. */
        want.n_doubt = want.kind == LT_REC_HELD ? want.n_doubt : 0;
        lt_record_write(&want, &b);
        if (strcmp(lt_buf_cstr(&b), examples[i].payload) != 0)
            print_error("example %d\n", i);
        assert_string_equal(lt_buf_cstr(&b), examples[i].payload);
        assert_int_equal(read_as(lt_record_kind_name(want.kind), examples[i].payload, &r), LT_OK);
        assert_same(&r, &want);
        lt_buf_clear(&b);
        lt_record_write(&r, &b);
        assert_string_equal(lt_buf_cstr(&b), examples[i].payload);
        lt_buf_done(&b);
    }
}

static void every_kind_has_an_example_and_a_name(void **state)
{
    (void)state;
    for (int k = 0; k < LT_RECORDS; k++) {
        enum lt_record_kind back;
        int n = 0;

        for (int i = 0; i < EXAMPLES; i++)
            n += examples[i].r.kind == (enum lt_record_kind)k;
        assert_true(n >= (k == LT_REC_MARK || k == LT_REC_CAPTAIN || k == LT_REC_EXTEND ||
                                  k == LT_REC_DRIVER
                              ? 1
                              : 2));
        assert_true(lt_record_kind_parse(lt_record_kind_name((enum lt_record_kind)k), &back));
        assert_int_equal(back, k);
    }
    assert_string_equal(lt_record_kind_name(LT_RECORDS), "");
}

/* Every text that is cut short, or has a member too many, is refused. */
static void a_damaged_text_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < EXAMPLES; i++) {
        const char *kind = lt_record_kind_name(examples[i].r.kind), *text = examples[i].payload;
        char more[700] = "{\"x\":1", cut[700];
        struct lt_record r;

        for (size_t n = 0; n < strlen(text); n++) {
            memcpy(cut, text, n);
            cut[n] = '\0';
            assert_int_equal(read_as(kind, cut, &r), LT_ERECORD);
        }
        strcat(more, text[1] == '}' ? "" : ",");
        strcat(more, text + 1);
        assert_int_equal(read_as(kind, more, &r), LT_ERECORD);
    }
}

#define RULING(no, kind, state)                                                                    \
    "\"no\":" no ",\"kind\":\"" kind "\",\"state\":\"" state "\",\"qi\":-1,\"value\":0,"           \
    "\"by\":\"7\",\"reason\":\"r\",\"answer\":\"\""

static void corrupt_values_are_refused(void **state)
{
    static const struct {
        const char *kind, *payload;
    } cases[] = {
        {"start", "{}"},
        {"", "{}"},
        {"phase", "{\"phase\":\"open\"}"},
        {"phase", "{\"phase\":3}"},
        {"phase", "{\"phase\":\"paused\",\"by\":7}"},
        {"phase", "{\"phase\":\"paused\",\"by\":\"-7\"}"},
        {"phase", "{\"phase\":\"paused\",\"by\":\"0\"}"},
        {"phase", "{\"phase\":\"running\",\"opened_us\":5}"},
        {"phase", "{\"phase\":\"running\",\"deadline_us\":5}"},
        {"phase", "{\"phase\":\"running\",\"opened_us\":5,\"deadline_us\":1e17}"},
        {"armed", "{\"qi\":-1}"},
        {"armed", "{\"qi\":0.5}"},
        {"armed", "{\"qi\":100000}"},
        {"armed", "{\"Qi\":1}"},
        {"open", "{\"qi\":1}"},
        {"open", "{\"qi\":1,\"opened_us\":-1,\"deadline_us\":5}"},
        {"closed", "{\"qi\":1,\"answered\":1,\"correct\":1,\"dist\":[1,0,0,0,0,0,0]}"},
        {"closed", "{\"qi\":1,\"answered\":1,\"correct\":1,\"dist\":[1,0,0,0,0,0,0,0,0]}"},
        {"closed", "{\"qi\":1,\"answered\":1,\"correct\":1,\"dist\":[1,0,0,0,0,0,0,0.5]}"},
        {"closed", "{\"qi\":1,\"answered\":1,\"correct\":1,\"dist\":[1,0,0,0,0,0,0,-1]}"},
        {"closed", "{\"qi\":1,\"answered\":1,\"correct\":1,\"dist\":[1,0,0,0,0,0,0,\"0\"]}"},
        {"closed", "{\"qi\":1,\"answered\":3e9,\"correct\":1,\"dist\":[1,0,0,0,0,0,0,0]}"},
        {"resolve", "{\"step\":1}"},
        {"resolve", "{\"step\":-1,\"steps\":2}"},
        {"resolve", "{\"step\":0,\"steps\":0}"},
        {"resolve", "{\"step\":1,\"steps\":4001}"},
        {"driver", "{\"node\":\"3\"}"},
        {"driver", "{\"node\":\"3\",\"token\":\"0\"}"},
        {"final", "{}"},
        {"final", "[]"},
        {"final", "null"},
        {"final", "{\"phase\":\"final\",\"digest\":\"\"}"},
        {"armed", "{\"qi\":1,\"again\":false}"},
        {"armed", "{\"qi\":1,\"n\":1}"},
        {"armed", "{\"qi\":1,\"n\":201}"},
        {"armed", "{\"qi\":1,\"turn\":\"0\"}"},
        {"armed", "{\"qi\":1,\"ids\":[5]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"-1\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"5x\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\" 5\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"+5\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"05\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[\"99999999999999999999\"]}"},
        {"armed", "{\"qi\":1,\"ids\":[]}"},
        {"lot", "{\"ids\":[\"5\",\"6\"],\"captains\":[\"50\"]}"},
        {"lot", "{\"ids\":[\"5\"]}"},
        {"lot", "{\"ids\":[\"5\"],\"captains\":[\"50\"],\"random\":\"1\"}"},
        {"lot", "{\"ids\":[\"5\"],\"captains\":[\"50\"],\"random\":\"000000000000000G\"}"},
        {"lot", "{\"ids\":[\"5\"],\"captains\":[\"50\"],\"random\":\"00000000000000AB\"}"},
        {"lot", "{\"ids\":[\"5\"],\"captains\":[\"50\"],\"random\":\"0000000000000000\"}"},
        {"held", "{\"qi\":1,\"opened_us\":1,\"deadline_us\":5,\"entry\":\"4\",\"doubt\":1}"},
        {"help", "{\"qi\":1,\"entry\":\"4\",\"value\":2,\"two\":[3,0]}"},
        {"help", "{\"qi\":1,\"entry\":\"4\",\"value\":2,\"two\":[0,8]}"},
        {"help", "{\"qi\":1,\"entry\":\"4\",\"value\":2,\"two\":[0]}"},
        {"stake", "{\"qi\":1,\"entry\":4,\"value\":2}"},
        {"stake", "{\"qi\":1,\"entry\":\"4\",\"value\":1e17}"},
        {"press", "{\"qi\":1,\"entry\":\"4\",\"value\":0,\"used_us\":0,\"evidence\":{}}"},
        {"press", "{\"qi\":1,\"entry\":\"4\",\"value\":0,\"used_us\":0,\"evidence\":[]}"},
        {"ruling", "{\"ruling\":7}"},
        {"ruling", "{\"ruling\":{" RULING("0", "void", "open") "}}"},
        {"ruling", "{\"ruling\":{" RULING("129", "void", "open") "}}"},
        {"ruling", "{\"ruling\":{" RULING("1", "undo", "open") "}}"},
        {"ruling", "{\"ruling\":{" RULING("1", "void", "gone") "}}"},
        {"ruling", "{\"ruling\":{" RULING("1", "void", "open") ",\"x\":1}}"},
    };
    struct lt_record r;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_as(cases[i].kind, cases[i].payload, &r) != LT_ERECORD)
            fail_msg("%s %s was read", cases[i].kind, cases[i].payload);
    assert_int_equal(read_as("ruling", "{\"ruling\":{" RULING("1", "void", "open") "}}", &r),
                     LT_OK);
}

static size_t written(const struct lt_record *r)
{
    static struct lt_record back;
    struct lt_buf b, again;
    size_t n;

    lt_buf_init(&b, LT_PAYLOAD_BYTES);
    lt_buf_init(&again, LT_PAYLOAD_BYTES);
    lt_record_write(r, &b);
    assert_false(b.failed);
    assert_int_equal(read_as(lt_record_kind_name(r->kind), lt_buf_cstr(&b), &back), LT_OK);
    lt_record_write(&back, &again);
    assert_string_equal(lt_buf_cstr(&b), lt_buf_cstr(&again));
    n = b.len;
    lt_buf_done(&b);
    lt_buf_done(&again);
    return n;
}

/* As many teams as there may be with the longest ids, and text that is all escapes. */
static void the_longest_record_fits(void **state)
{
    static struct lt_record r;

    (void)state;
    r.kind = LT_REC_LOT;
    r.by = INT64_MAX;
    r.random = UINT64_MAX;
    r.n_ids = LT_TEAMS_MAX;
    for (int i = 0; i < LT_TEAMS_MAX; i++)
        r.ids[i] = r.captains[i] = INT64_MAX - i;
    assert_in_range(written(&r), 2 * 19 * LT_TEAMS_MAX, LT_PAYLOAD_BYTES);
    r.kind = LT_REC_ARMED;
    r.n = LT_ROUND_QUESTIONS_MAX;
    r.turn = INT64_MAX;
    assert_in_range(written(&r), 19 * LT_TEAMS_MAX, LT_PAYLOAD_BYTES);
    r.kind = LT_REC_ADVANCE;
    assert_in_range(written(&r), 19 * LT_TEAMS_MAX, LT_PAYLOAD_BYTES);
    r.kind = LT_REC_RULING;
    r.ruling = (struct lt_ruling){.no = LT_RULINGS_MAX,
                                  .kind = LT_RULING_DISQUALIFY,
                                  .state = LT_RULING_REJECTED,
                                  .qi = LT_ROUNDS_MAX * LT_ROUND_QUESTIONS_MAX,
                                  .entry = INT64_MAX,
                                  .value_c = -LT_POINTS_MAX * 100,
                                  .by = INT64_MAX,
                                  .by2 = INT64_MAX - 1};
    memset(r.ruling.reason, '\x01', LT_REASON_BYTES);
    memset(r.ruling.answer, '"', LT_FILL_BYTES);
    assert_in_range(written(&r), 6 * LT_REASON_BYTES + 2 * LT_FILL_BYTES, LT_PAYLOAD_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_one_text_and_is_read_back_from_it),
        cmocka_unit_test(every_kind_has_an_example_and_a_name),
        cmocka_unit_test(a_damaged_text_is_refused),
        cmocka_unit_test(corrupt_values_are_refused),
        cmocka_unit_test(the_longest_record_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

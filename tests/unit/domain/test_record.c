/* Records and their payload text: one form, read back to the same bytes; corrupt ones refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/engine.h"

#include <string.h>

static const struct {
    struct lt_record r;
    const char *payload;
} examples[] = {
    {{.kind = LT_REC_PHASE, .phase = LT_PHASE_PAUSED, .by = 7},
     "{\"phase\":\"paused\",\"by\":\"7\"}"},
    {{.kind = LT_REC_PHASE, .phase = LT_PHASE_LOBBY}, "{\"phase\":\"lobby\"}"},
    {{.kind = LT_REC_PHASE,
      .phase = LT_PHASE_RUNNING,
      .opened_us = 1795392000000001,
      .deadline_us = 1795392020000001,
      .by = INT64_MAX},
     "{\"phase\":\"running\",\"opened_us\":1795392000000001,\"deadline_us\":1795392020000001,"
     "\"by\":\"9223372036854775807\"}"},
    {{.kind = LT_REC_ARMED, .qi = 0, .by = 7}, "{\"qi\":0,\"by\":\"7\"}"},
    {{.kind = LT_REC_OPEN, .qi = 2, .opened_us = 0, .deadline_us = 5000000},
     "{\"qi\":2,\"opened_us\":0,\"deadline_us\":5000000}"},
    {{.kind = LT_REC_CLOSING, .qi = 2}, "{\"qi\":2}"},
    {{.kind = LT_REC_CLOSED,
      .qi = 2,
      .answered = 2147483647,
      .correct = 1,
      .dist = {1, 0, 2, [7] = 9}},
     "{\"qi\":2,\"answered\":2147483647,\"correct\":1,\"dist\":[1,0,2,0,0,0,0,9]}"},
    {{.kind = LT_REC_REVEAL, .qi = 2, .by = 7}, "{\"qi\":2,\"by\":\"7\"}"},
    {{.kind = LT_REC_DRIVER, .node = 3, .token = 12}, "{\"node\":\"3\",\"token\":\"12\"}"},
    {{.kind = LT_REC_FINALISING, .by = 7}, "{\"by\":\"7\"}"},
    {{.kind = LT_REC_FINALISING}, "{}"},
    {{.kind = LT_REC_FINAL, .phase = LT_PHASE_FINAL}, "{\"phase\":\"final\"}"},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static int read_as(const char *kind, const char *payload, struct lt_record *ret)
{
    return lt_record_read(kind, 5, 99, payload, strlen(payload), ret);
}

static void assert_same(const struct lt_record *a, const struct lt_record *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->phase, b->phase);
    assert_int_equal(a->qi, b->qi);
    assert_int_equal(a->opened_us, b->opened_us);
    assert_int_equal(a->deadline_us, b->deadline_us);
    assert_int_equal(a->answered, b->answered);
    assert_int_equal(a->correct, b->correct);
    assert_memory_equal(a->dist, b->dist, sizeof a->dist);
    assert_int_equal(a->by, b->by);
    assert_int_equal(a->node, b->node);
    assert_int_equal(a->token, b->token);
}

static void a_record_has_one_text_and_is_read_back_from_it(void **state)
{
    (void)state;
    for (int i = 0; i < EXAMPLES; i++) {
        struct lt_record r;
        struct lt_buf b;

        lt_buf_init(&b, 4096);
        lt_record_write(&examples[i].r, &b);
        assert_string_equal(lt_buf_cstr(&b), examples[i].payload);
        assert_int_equal(read_as(lt_record_kind_name(examples[i].r.kind), examples[i].payload, &r),
                         LT_OK);
        assert_int_equal(r.seq, 5);
        assert_int_equal(r.at_us, 99);
        assert_same(&r, &examples[i].r);
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
        assert_true(n > 0);
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
        char more[300] = "{\"x\":1", cut[300];
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
        {"driver", "{\"node\":\"3\"}"},
        {"driver", "{\"node\":\"3\",\"token\":\"0\"}"},
        {"final", "{}"},
        {"final", "[]"},
        {"final", "null"},
    };
    struct lt_record r;

    (void)state;
    memset(&r, 0x5a, sizeof r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_as(cases[i].kind, cases[i].payload, &r) != LT_ERECORD)
            fail_msg("%s %s was read", cases[i].kind, cases[i].payload);
    assert_int_equal(r.qi, 0x5a5a5a5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_one_text_and_is_read_back_from_it),
        cmocka_unit_test(every_kind_has_an_example_and_a_name),
        cmocka_unit_test(a_damaged_text_is_refused),
        cmocka_unit_test(corrupt_values_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Frames: what a server may send is read, whatever it may not is named. */
#include "loadtest/wsframe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 100000 };

static void expect_fault(const void *bytes, size_t n, const char *fault)
{
    struct lt_wsframe f;
    const char *got = NULL;
    assert_int_equal(lt_wsframe_read(bytes, n, MAX, &f, &got), -1);
    assert_string_equal(got, fault);
}

static void whole_frames_of_each_length_form_are_read(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 70000};
    char *payload = malloc(70000), *frame = malloc(70000 + LT_WS_HEADER_MAX);
    struct lt_wsframe f;
    const char *fault;
    (void)state;
    memset(payload, 'x', 70000);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t n = lt_wsframe_write_plain(frame, LT_WS_TEXT, payload, sizes[i]);
        assert_int_equal(lt_wsframe_read(frame, n, MAX, &f, &fault), 1);
        assert_int_equal(f.len, sizes[i]);
        assert_int_equal(f.used, n);
        assert_int_equal(f.opcode, LT_WS_TEXT);
        assert_memory_equal(f.payload, payload, f.len);
    }
    free(payload);
    free(frame);
}

static void every_incomplete_frame_waits_for_more(void **state)
{
    char payload[200] = "", frame[200 + LT_WS_HEADER_MAX];
    struct lt_wsframe f;
    const char *fault;
    (void)state;
    size_t n = lt_wsframe_write_plain(frame, LT_WS_TEXT, payload, sizeof payload);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(lt_wsframe_read(frame, i, MAX, &f, &fault), 0);
}

static void what_a_server_may_not_send_is_named(void **state)
{
    (void)state;
    expect_fault("\x81\x80\0\0\0\0", 6, "a server's frame is masked");
    expect_fault("\xc1\x00", 2, "reserved bits are set");
    expect_fault("\x01\x00", 2, "the message is fragmented");
    expect_fault("\x80\x00", 2, "the message is fragmented");
    expect_fault("\x82\x00", 2, "the message is binary");
    expect_fault("\x83\x00", 2, "the opcode is unknown");
    expect_fault("\x8b\x00", 2, "the opcode is unknown");
    expect_fault("\x89\x7e\x00\x7e", 4, "the control frame is too long");
    expect_fault("\x81\x7e\x00\x7d", 4, "the length is not in its shortest form");
    expect_fault("\x81\x7f\0\0\0\0\0\0\xff\xff", 10, "the length is not in its shortest form");
    expect_fault("\x81\x7f\x80\0\0\0\0\1\0\0", 10, "the length is not in its shortest form");
    expect_fault("\x81\x7f\0\0\0\0\0\2\0\0", 10, "the message is too long");
}

static void client_frames_are_masked_with_the_key_given(void **state)
{
    char out[64];
    uint32_t mask;
    (void)state;
    memcpy(&mask, "\x37\xfa\x21\x3d", 4); /* RFC 6455, 5.7 */
    size_t n = lt_wsframe_write(out, LT_WS_TEXT, "Hello", 5, mask);
    assert_int_equal(n, 11);
    assert_memory_equal(out, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_frames_of_each_length_form_are_read),
        cmocka_unit_test(every_incomplete_frame_waits_for_more),
        cmocka_unit_test(what_a_server_may_not_send_is_named),
        cmocka_unit_test(client_frames_are_masked_with_the_key_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

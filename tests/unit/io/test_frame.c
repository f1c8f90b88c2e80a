#include "../../../server/io/net_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

/* Build a frame of n bytes and compare its header with the text of bytes in hex. */
static void check(size_t n, const char *header)
{
    char *text = malloc(n + 1), hex[32] = "";
    size_t wire_len, k = strlen(header) / 2;
    assert_non_null(text);
    memset(text, 'x', n);
    struct lt_frame *f = lt_frame_text(text, n);
    assert_non_null(f);
    unsigned char *p = frame_wire(f, &wire_len);
    for (size_t i = 0; i < k; i++)
        snprintf(hex + 2 * i, 3, "%02x", p[i]);
    assert_string_equal(hex, header);
    assert_int_equal(wire_len, k + n);
    assert_int_equal(lt_frame_payload_bytes(f), n);
    assert_memory_equal(p + k, text, n);
    lt_frame_unref(f);
    free(text);
}

static void a_frame_has_the_shortest_header_of_its_length(void **state)
{
    (void)state;
    check(0, "8100");
    check(1, "8101");
    check(125, "817d");
    check(126, "817e007e");
    check(65535, "817effff");
    check(65536, "817f0000000000010000");
}

static void a_frame_lives_until_its_last_reference_goes(void **state)
{
    size_t n;
    (void)state;
    struct lt_frame *f = lt_frame_text("hello", 5);
    assert_ptr_equal(lt_frame_ref(f), f);
    lt_frame_unref(f);
    assert_memory_equal(frame_wire(f, &n), "\x81\x05hello", 7);
    lt_frame_unref(f);
    lt_frame_unref(NULL);
}

static void joined_frames_follow_each_other_on_the_wire(void **state)
{
    size_t n;
    (void)state;
    struct lt_frame *f[] = {lt_frame_text("a", 1), NULL, lt_frame_text("bc", 2)};
    struct lt_frame *all = lt_frame_join(f, 3);
    lt_frame_unref(f[0]); /* it holds none of them */
    lt_frame_unref(f[2]);
    unsigned char *p = frame_wire(all, &n);
    assert_int_equal(n, 7);
    assert_memory_equal(p,
                        "\x81\x01"
                        "a\x81\x02"
                        "bc",
                        7);
    assert_int_equal(frame_count(all), 2);
    lt_frame_unref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_has_the_shortest_header_of_its_length),
        cmocka_unit_test(a_frame_lives_until_its_last_reference_goes),
        cmocka_unit_test(joined_frames_follow_each_other_on_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

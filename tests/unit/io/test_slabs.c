/* Where lws keeps its connections. */
#include "../../../server/io/net_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { CONNECTIONS = 128, HEADERS = 64, BYTES = 864 };

static char *take(void)
{
    char *p = slabs_realloc(NULL, BYTES, "new server wsi");
    assert_non_null(p);
    memset(p, 0x5a, BYTES);
    return p;
}

static void structs_of_connections_lie_side_by_side_and_the_lowest_place_is_taken(void **state)
{
    char *p[CONNECTIONS];
    (void)state;
    for (int i = 0; i < CONNECTIONS; i++) {
        p[i] = take();
        assert_int_equal(p[i] - p[0], i * BYTES);
    }
    slabs_realloc(p[100], 0, "lws_free");
    slabs_realloc(p[7], 0, "lws_free");
    assert_ptr_equal(take(), p[7]);
    assert_ptr_equal(take(), p[100]);
    for (int i = 0; i < CONNECTIONS; i++)
        slabs_realloc(p[i], 0, "lws_free");
}

static void what_exceeds_a_slab_comes_from_the_heap(void **state)
{
    char *p[CONNECTIONS + 1];
    (void)state;
    for (int i = 0; i < CONNECTIONS + 1; i++)
        p[i] = take();
    char *larger = slabs_realloc(NULL, BYTES + 100, "new server wsi");
    assert_non_null(larger);
    memset(larger, 0, BYTES + 100);
    slabs_realloc(larger, 0, "lws_free");
    for (int i = CONNECTIONS; i >= 0; i--)
        slabs_realloc(p[i], 0, "lws_free");
    assert_ptr_equal(take(), p[0]);
    slabs_realloc(p[0], 0, "lws_free");
}

static void other_memory_grows_and_keeps_what_it_holds(void **state)
{
    (void)state;
    char *p = slabs_realloc(NULL, 8, "buflist");
    memcpy(p, "1234567", 8);
    p = slabs_realloc(p, 4096, "buflist");
    assert_string_equal(p, "1234567");
    slabs_realloc(p, 0, "lws_free");
    p = slabs_realloc(take(), 2 * BYTES, "no kind of this name");
    assert_int_equal(p[BYTES - 1], 0x5a);
    slabs_realloc(p, 0, "lws_free");
    assert_null(slabs_realloc(NULL, 0, "lws_free"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_of_connections_lie_side_by_side_and_the_lowest_place_is_taken),
        cmocka_unit_test(what_exceeds_a_slab_comes_from_the_heap),
        cmocka_unit_test(other_memory_grows_and_keeps_what_it_holds),
    };
    slabs_use(CONNECTIONS, HEADERS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

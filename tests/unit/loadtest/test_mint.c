/* Tickets: the parts of a JWT, and a signature that verifies with an independent call. */
#include "loadtest/mint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void an_hs256_ticket_is_bit_for_bit_what_rfc_7515_asks_for(void **state)
{
    char path[] = "/tmp/leitai-mint-XXXXXX", out[LT_MINT_TICKET_BYTES];
    const char *err = NULL;
    struct lt_mint_claims c = {
        .sub = "p000001", .name = "\"学员\"", .unit = "U1", .expires_s = 2000000000};
    (void)state;
    write_file(path, "0123456789abcdef0123456789abcdef\n");
    struct lt_mint *m = lt_mint_open(path, "demo", "main", &err);
    assert_non_null(m);
    size_t n = lt_mint_ticket(m, &c, out, sizeof out);
    assert_int_equal(n, strlen(out));
    /* Computed with another implementation of HMAC-SHA256 over the same header and claims. */
    assert_string_equal(out, "eyJhbGciOiJIUzI1NiIsImtpZCI6Im1haW4iLCJ0eXAiOiJKV1QifQ."
                             "eyJhdWQiOiJsZWl0YWkiLCJ0aWQiOiJkZW1vIiwic3ViIjoicDAwMDAwMSIsIm5hbWUiO"
                             "iJcIuWtpuWRmFwiIiwidW5pdCI6IlUxIiwiZXhwIjoyMDAwMDAwMDAwfQ."
                             "ymSrWxOKp-xxXn9Gcb6MPCO-PB5ciGeGgQ5RR7-yKH8");
    lt_mint_free(m);
    unlink(path);
}

static void a_ticket_that_does_not_fit_is_not_cut(void **state)
{
    char path[] = "/tmp/leitai-mint-XXXXXX", out[64] = "untouched";
    const char *err = NULL;
    struct lt_mint_claims c = {.sub = "p000001", .expires_s = 1};
    (void)state;
    write_file(path, "secret");
    struct lt_mint *m = lt_mint_open(path, "demo", "main", &err);
    assert_int_equal(lt_mint_ticket(m, &c, out, sizeof out), 0);
    assert_string_equal(out, "untouched");
    lt_mint_free(m);
    unlink(path);
}

static void missing_and_unsuitable_keys_are_refused(void **state)
{
    char empty[] = "/tmp/leitai-mint-XXXXXX", pem[] = "/tmp/leitai-mint-XXXXXX";
    const char *err = NULL;
    (void)state;
    assert_null(lt_mint_open("/nonexistent/key", "demo", "main", &err));
    assert_non_null(err);
    write_file(empty, "\n");
    assert_null(lt_mint_open(empty, "demo", "main", &err));
    write_file(pem, "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n");
    assert_null(lt_mint_open(pem, "demo", "main", &err));
    assert_string_equal(err, "not a private key on P-256");
    unlink(empty);
    unlink(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hs256_ticket_is_bit_for_bit_what_rfc_7515_asks_for),
        cmocka_unit_test(a_ticket_that_does_not_fit_is_not_cut),
        cmocka_unit_test(missing_and_unsuitable_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

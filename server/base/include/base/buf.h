/* A growable byte buffer with a hard bound. An append that would pass the bound, or an allocation
 * that fails, sets `failed` and changes nothing; later appends are no-ops, so that a writer checks
 * once, at the end. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lt_buf {
    char *p;      /* NUL-terminated when len > 0 or after lt_buf_cstr */
    size_t len;   /* bytes used */
    size_t cap;   /* bytes allocated */
    size_t limit; /* bytes allowed */
    bool failed;  /* sticky */
};

void lt_buf_init(struct lt_buf *b, size_t limit);
/* Free the memory; the struct may be initialised again. NULL is fine. */
void lt_buf_done(struct lt_buf *b);
/* Forget the contents and the failure, keep the memory. */
void lt_buf_clear(struct lt_buf *b);
void lt_buf_add(struct lt_buf *b, const void *p, size_t n);
void lt_buf_str(struct lt_buf *b, const char *s);
void lt_buf_char(struct lt_buf *b, char c);
void lt_buf_i64(struct lt_buf *b, int64_t v);
void lt_buf_printf(struct lt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The contents as a C string, "" when empty or failed. Valid until the next append. */
const char *lt_buf_cstr(struct lt_buf *b);
/* Move the allocation out (caller frees with free()); NULL when failed. The buffer is empty
 * afterwards. */
char *lt_buf_take(struct lt_buf *b, size_t *ret_len);

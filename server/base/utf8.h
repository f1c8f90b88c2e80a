/* One UTF-8 sequence at a time, shared by the reader's gate and the writer. */
#pragma once
#include <stddef.h>

/* Bytes of the well-formed sequence at p (1–4), or 0: overlong, a surrogate, above U+10FFFF, cut
 * short or no lead byte. n > 0. NUL counts as well-formed. */
size_t utf8_sequence(const unsigned char *p, size_t n);

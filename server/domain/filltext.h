/* Fill-in texts in the form in which they are compared. Private to the domain. */
#pragma once
#include "domain/question.h"

/* No UTF-8 sequence grows more than U+FDFA does: 3 bytes become 18 code points. */
enum { LT_FILLTEXT_MAX = 6 * LT_FILL_BYTES };

/* Normalise a text into code points: NFKC (so full-width and half-width forms are one), case
 * folding, default-ignorable characters (zero-width ones, a byte order mark), control characters
 * and every kind of white space removed. Punctuation that remains is kept: 1.5 is not 15.
 * Returns how many code points, 0 when nothing is left; -1: not UTF-8, or longer than
 * LT_FILL_BYTES. */
int lt_filltext_normalise(const char *text, int32_t out[LT_FILLTEXT_MAX]);

/* What a reason of a problem of a rule sheet means, for people. */
#pragma once
#include "base/buf.h"
#include <stdbool.h>

/* False: no such reason. */
bool reason_words(const char *reason, const char **ret_zh, const char **ret_en);
/* Print problems to stdout, a line each, in both languages. Those of a sheet are JSON; what is not, is
 * printed as it is. */
void reasons_print(struct lt_buf *problems);

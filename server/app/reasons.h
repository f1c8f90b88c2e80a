/* What a reason of a problem of a rule sheet means, for people. */
#pragma once
#include <stdbool.h>

/* False: no such reason. */
bool reason_words(const char *reason, const char **ret_zh, const char **ret_en);

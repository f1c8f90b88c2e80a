/* What stands beside a credit in a person's record. */
#pragma once
#include "base/buf.h"

/* Why it was granted: "《2026年…竞赛》第3名". Appended to `out`. */
void lt_credit_reason(struct lt_buf *out, const char *title, const char *rule, int rank);

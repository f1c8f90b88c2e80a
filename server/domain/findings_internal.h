/* Private to findings*.c. */
#pragma once
#include "domain/findings.h"

/* A new row; NULL: out of memory, which is noted. */
struct lt_finding *findings_add(struct lt_findings *f, enum lt_finding_kind kind);
void finding_name_subject(struct lt_finding *row, int64_t subject);

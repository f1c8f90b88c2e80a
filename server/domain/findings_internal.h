/* Private to findings*.c. */
#pragma once
#include "domain/findings.h"

/* A new row; NULL: out of memory, which is noted. */
struct lt_finding *findings_add(struct lt_findings *f, enum lt_finding_kind kind);
void finding_name_subject(struct lt_finding *row, int64_t subject);
/* A sorted copy, so that the caller's rows stay as they are; free() it. NULL: none, or out of memory,
 * which is noted. */
void *findings_sorted(const void *rows, int n, size_t size, int (*cmp)(const void *, const void *),
                      struct lt_findings *f);

static inline int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static inline int32_t share_e4(int64_t part, int64_t whole)
{
    return whole > 0 ? (int32_t)(part * 10000 / whole) : 0;
}

static inline double rate(int64_t right, int64_t asked)
{
    return asked > 0 ? (double)right / (double)asked : 0;
}

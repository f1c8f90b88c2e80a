/* Metrics registry of one process, printed in Prometheus text format. Metrics are declared in one
 * table (metrics_table.h, an X-macro: id, type, name, help) so that documentation and code cannot
 * drift. A worker writes its values to a shared-memory page so that the supervisor can print the
 * sum of all workers; the page is an anonymous MAP_SHARED mapping made before fork, or private
 * memory in tests. */
#pragma once
#include "base/buf.h"
#include <stddef.h>
#include <stdint.h>

enum lt_metric {
#define M(id, type, name, help) LT_M_##id,
#include "base/metrics_table.h"
#undef M
    LT_METRICS /* count */
};
/* Bytes of one process's page. */
size_t lt_metrics_page_size(void);
/* Use `page` (zeroed, lt_metrics_page_size() bytes) from now on; NULL returns to the private page.
 */
void lt_metrics_use(void *page);
void lt_metric_add(enum lt_metric m, int64_t n); /* counter, n >= 0; gauge */
void lt_metric_set(enum lt_metric m, int64_t v); /* gauge */
/* Count one refused request of a client under the wire code of `err` (LT_M_REJECTS; the metric's
 * value is their total). */
void lt_metric_reject(int err);
int64_t lt_metric_rejected(int err); /* so far under that code */
/* Record a duration in a histogram with fixed buckets (100 µs … 10 s). */
void lt_metric_observe_us(enum lt_metric m, int64_t us);
int64_t lt_metric_get(enum lt_metric m); /* counter or gauge; count of a histogram */
/* Zero the gauges of the page of a process that died, so that its connections are not counted for
 * ever. Counters stay. */
void lt_metrics_forget_gauges(void *page);
/* Print the sum of `n` pages. */
void lt_metrics_print(void *const *pages, int n, struct lt_buf *out);
/* The table as Markdown (for docs/operations.md). */
void lt_metrics_doc(struct lt_buf *out);

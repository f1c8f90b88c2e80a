/* Counters of one process, laid out in a page that another process may read.
 *
 * The supervisor maps one page per worker before forking; a worker writes only its own page and the
 * supervisor only reads, so relaxed atomics suffice: a scrape may see one counter a moment earlier
 * than another, never a torn value. The page has room for every kind of metric at every id. That
 * wastes a few kilobytes and spares an offset table, and an increment is one add at a constant
 * address.
 *
 * A histogram's buckets are stored apart (not cumulative), so that one observation is two adds and
 * a sum. */
#include "base/metrics.h"

#include "base/err.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum type { COUNTER, GAUGE, HISTOGRAM, BY_ERROR };

enum {
#define E(id, value, wire, close_code) ERROR_##id,
#include "base/err_table.h"
#undef E
    ERRORS
};

static const struct {
    enum type type;
    const char *id, *name, *help;
} table[] = {
#define M(id, type, name, help) {type, #id, name, help},
#include "base/metrics_table.h"
#undef M
};

static const int64_t bounds_us[] = {100,     250,     500,     1000,    2500,   5000,
                                    10000,   25000,   50000,   100000,  250000, 500000,
                                    1000000, 2500000, 5000000, 10000000};
enum { BOUNDS = sizeof bounds_us / sizeof bounds_us[0], BUCKETS = BOUNDS + 1 };

struct page {
    int64_t value[LT_METRICS]; /* counter, gauge; count of a histogram; total of BY_ERROR */
    int64_t sum_us[LT_METRICS];
    int64_t bucket[LT_METRICS][BUCKETS];
    int64_t by_error[ERRORS];
};

static struct page private_page;
static struct page *mine = &private_page;

size_t lt_metrics_page_size(void)
{
    return sizeof(struct page);
}

void lt_metrics_use(void *page)
{
    mine = page ? page : &private_page;
}

static void add(int64_t *cell, int64_t n)
{
    __atomic_fetch_add(cell, n, __ATOMIC_RELAXED);
}

static int64_t get(const int64_t *cell)
{
    return __atomic_load_n(cell, __ATOMIC_RELAXED);
}

void lt_metrics_forget_gauges(void *page)
{
    struct page *p = page;
    for (int m = 0; m < LT_METRICS; m++)
        if (table[m].type == GAUGE)
            __atomic_store_n(&p->value[m], 0, __ATOMIC_RELAXED);
}

void lt_metric_add(enum lt_metric m, int64_t n)
{
    assert(table[m].type == GAUGE || (table[m].type == COUNTER && n >= 0));
    add(&mine->value[m], n);
}

void lt_metric_set(enum lt_metric m, int64_t v)
{
    assert(table[m].type == GAUGE);
    __atomic_store_n(&mine->value[m], v, __ATOMIC_RELAXED);
}

void lt_metric_observe_us(enum lt_metric m, int64_t us)
{
    assert(table[m].type == HISTOGRAM);
    if (us < 0)
        us = 0;
    int i = 0;
    while (i < BOUNDS && us > bounds_us[i])
        i++;
    add(&mine->bucket[m][i], 1);
    add(&mine->sum_us[m], us);
    add(&mine->value[m], 1);
}

void lt_metric_reject(int err)
{
    add(&mine->by_error[lt_err_index(err)], 1);
    add(&mine->value[LT_M_REJECTS], 1);
}

int64_t lt_metric_get(enum lt_metric m)
{
    return get(&mine->value[m]);
}

int64_t lt_metric_rejected(int err)
{
    return get(&mine->by_error[lt_err_index(err)]);
}

/* Sum of the cell at `offset` bytes in all pages. */
static int64_t sum(void *const *pages, int n, size_t offset)
{
    int64_t total = 0;
    for (int i = 0; i < n; i++)
        total += get((const int64_t *)((const char *)pages[i] + offset));
    return total;
}
#define SUM(cell) sum(pages, n, offsetof(struct page, cell))

static void print_histogram(void *const *pages, int n, int m, struct lt_buf *out)
{
    int64_t count = 0;
    for (int i = 0; i < BUCKETS; i++) {
        count += sum(pages, n,
                     offsetof(struct page, bucket) +
                         ((size_t)m * BUCKETS + (size_t)i) * sizeof(int64_t));
        if (i < BOUNDS)
            lt_buf_printf(out, "%s_bucket{le=\"%g\"} %" PRId64 "\n", table[m].name,
                          (double)bounds_us[i] / 1e6, count);
        else
            lt_buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n", table[m].name, count);
    }
    lt_buf_printf(out, "%s_sum %.6f\n", table[m].name, (double)SUM(sum_us[m]) / 1e6);
    /* The count is that of the buckets just read: a scrape during an observation must stay
     * consistent in itself. */
    lt_buf_printf(out, "%s_count %" PRId64 "\n", table[m].name, count);
}

void lt_metrics_print(void *const *pages, int n, struct lt_buf *out)
{
    static const char *const types[] = {[COUNTER] = "counter",
                                        [GAUGE] = "gauge",
                                        [HISTOGRAM] = "histogram",
                                        [BY_ERROR] = "counter"};
    for (int m = 0; m < LT_METRICS; m++) {
        const char *name = table[m].name;
        lt_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, table[m].help, name,
                      types[table[m].type]);
        switch (table[m].type) {
        case COUNTER:
        case GAUGE:
            lt_buf_printf(out, "%s %" PRId64 "\n", name, SUM(value[m]));
            break;
        case HISTOGRAM:
            print_histogram(pages, n, m, out);
            break;
        case BY_ERROR:
            for (int e = 0; e < ERRORS; e++)
                lt_buf_printf(out, "%s{code=\"%s\"} %" PRId64 "\n", name, lt_err_wire_at(e),
                              SUM(by_error[e]));
            break;
        }
    }
}

void lt_metrics_doc(struct lt_buf *out)
{
    static const char *const types[] = {[COUNTER] = "counter",
                                        [GAUGE] = "gauge",
                                        [HISTOGRAM] = "histogram",
                                        [BY_ERROR] = "counter by `code`"};
    lt_buf_str(out, "| metric | type | meaning |\n| --- | --- | --- |\n");
    for (int m = 0; m < LT_METRICS; m++)
        lt_buf_printf(out, "| `%s` | %s | %s |\n", table[m].name, types[table[m].type],
                      table[m].help);
}

/* lws' memory of connections.
 *
 * Debian's lws has its debug assertions: for each socket that it closes it looks into the struct of
 * every other connection. In a heap these lie a page apart, each look misses the TLB, and with
 * 15,000 connections a close cost 40 µs more than it need. So what lws allocates for each connection
 * lies here in slabs, one per kind: side by side, in huge pages where the kernel has them. The lowest
 * free place is taken, as the kernel takes the lowest free descriptor, so that lws' table of
 * descriptors is walked in about the order of memory.
 *
 * lws has one allocator per process and says why it allocates. A kind that this version does not
 * know (another lws), and what exceeds a slab, comes from the heap. Slabs last as long as the
 * process: they are reserved once, and no page of them exists before it is used.
 */
#include "net_internal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN_BYTES = 16, HUGE_PAGE_BYTES = 2 << 20, WORD_BITS = 64 };

struct slab {
    const char *why; /* as lws calls it */
    bool of_headers; /* while a request is read, else as long as the connection */
    char *base;      /* NULL: not yet reserved */
    size_t stride, n;
    uint64_t *free; /* a bit for each place */
    size_t low;     /* no word before this one has a free place */
};

static struct slab slabs[] = {
    {.why = "new server wsi"},
    {.why = "ws struct"},
    {.why = "rx_ubuf"},
    {.why = "uvh"},
    {.why = "ah struct", .of_headers = true},
    {.why = "ah data", .of_headers = true},
};
enum { SLABS = sizeof slabs / sizeof *slabs };

static size_t max_connections, max_headers;

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static bool reserve(struct slab *s, size_t size)
{
    size_t words = ((s->of_headers ? max_headers : max_connections) + WORD_BITS - 1) / WORD_BITS;
    s->n = words * WORD_BITS;
    s->stride = round_up(size, ALIGN_BYTES);
    size_t bytes = round_up(s->n * s->stride, HUGE_PAGE_BYTES);
    s->free = malloc(words * sizeof *s->free);
    s->base = s->free ? aligned_alloc(HUGE_PAGE_BYTES, bytes) : NULL;
    if (!s->base) {
        free(s->free);
        return false;
    }
    madvise(s->base, bytes, MADV_HUGEPAGE); /* only faster: it may fail */
    memset(s->free, 0xff, words * sizeof *s->free);
    return true;
}

/* NULL: full, or of another size than the first. */
static void *slab_take(struct slab *s, size_t size)
{
    if (!s->base && !reserve(s, size))
        return NULL;
    while (s->low < s->n / WORD_BITS && s->free[s->low] == 0)
        s->low++;
    if (s->low == s->n / WORD_BITS || size > s->stride)
        return NULL;
    size_t bit = (size_t)__builtin_ctzll(s->free[s->low]);
    s->free[s->low] &= s->free[s->low] - 1;
    return s->base + (s->low * WORD_BITS + bit) * s->stride;
}

static void slab_give(struct slab *s, const void *p)
{
    size_t offset = (size_t)((const char *)p - s->base), i = offset / s->stride;
    uint64_t bit = UINT64_C(1) << (i % WORD_BITS);
    assert(offset % s->stride == 0 && !(s->free[i / WORD_BITS] & bit));
    s->free[i / WORD_BITS] |= bit;
    if (s->low > i / WORD_BITS)
        s->low = i / WORD_BITS;
}

static struct slab *slab_of(const void *p)
{
    for (struct slab *s = slabs; s < slabs + SLABS; s++)
        if (s->base && (uintptr_t)p - (uintptr_t)s->base < s->n * s->stride)
            return s;
    return NULL;
}

static struct slab *slab_for(const char *why)
{
    for (struct slab *s = slabs; s < slabs + SLABS; s++)
        if (strcmp(s->why, why) == 0)
            return s;
    return NULL;
}

void *slabs_realloc(void *p, size_t size, const char *why)
{
    struct slab *was = p ? slab_of(p) : NULL;
    if (p && !was && size > 0)
        return realloc(p, size);
    void *now = NULL;
    if (size > 0) {
        struct slab *s = slab_for(why);
        now = s ? slab_take(s, size) : NULL;
        if (!now)
            now = malloc(size);
        if (!now)
            return NULL;
    }
    if (was && now)
        memcpy(now, p, size < was->stride ? size : was->stride);
    if (was)
        slab_give(was, p);
    else
        free(p);
    return now;
}

void slabs_use(int connections, int headers)
{
    max_connections = (size_t)connections;
    max_headers = (size_t)headers;
    lws_set_allocator(slabs_realloc);
}

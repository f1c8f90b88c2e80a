/* A cache of lookups that come before a tenant is known. Entries live CACHE_US; a full table is
 * emptied, which costs a few look-ups and keeps rubbish codes from growing it. */
#include "app/keys.h"
#include "base/err.h"
#include "service/sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
    CACHE_US = 60 * 1000 * 1000,
    SHARE_CACHE_US = 3 * 1000 * 1000,
    CACHE_MAX = 4096,
    NAME_BYTES = 160,
    KEY_BYTES = 4096
};

struct item {
    char name[NAME_BYTES];
    int64_t until_us;
    bool exists;
    struct lt_tenant_id tenant;
    struct lt_event_id event;
    enum lt_ticket_alg alg;
    char kid[65];
    unsigned char *key;
    size_t key_len;
    UT_hash_handle hh;
};

struct lt_keys {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct item *items;
};

struct fetch {
    struct lt_keys *k;
    enum lt_lookup_kind kind;
    char name[NAME_BYTES], kid[65];
    lt_keys_fn *fn;
    void *arg;
};

struct lt_keys *lt_keys_new(struct lt_loop *l, struct lt_pg *pg)
{
    struct lt_keys *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->loop = l;
    k->pg = pg;
    return k;
}

static void item_free(struct lt_keys *k, struct item *i)
{
    HASH_DEL(k->items, i);
    free(i->key);
    free(i);
}

static void empty(struct lt_keys *k)
{
    struct item *i, *next;
    HASH_ITER (hh, k->items, i, next)
        item_free(k, i);
}

void lt_keys_free(struct lt_keys *k)
{
    if (!k)
        return;
    empty(k);
    free(k);
}

static bool item_name(char *out, enum lt_lookup_kind kind, const char *a, const char *b)
{
    int n = snprintf(out, NAME_BYTES, "%d %s %s", (int)kind, a, b ? b : "");
    return n > 0 && n < NAME_BYTES;
}

int lt_keys_get(struct lt_keys *k, enum lt_lookup_kind kind, const char *a, const char *b,
                struct lt_found *ret)
{
    char name[NAME_BYTES];
    struct item *i;
    if (!item_name(name, kind, a, b))
        return LT_ENOENT;
    HASH_FIND_STR(k->items, name, i);
    if (!i || i->until_us < lt_loop_now(k->loop).mono_us)
        return LT_EBUSY;
    if (!i->exists)
        return LT_ENOENT;
    *ret = (struct lt_found){.tenant = i->tenant, .event = i->event};
    ret->key =
        (struct lt_ticket_key){.kid = i->kid, .alg = i->alg, .key = i->key, .len = i->key_len};
    return LT_OK;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static bool take_key(struct item *i, const struct fetch *f, const struct lt_pg_result *r)
{
    const char *hex = lt_pg_text(r, 0, 0, 2);
    size_t n = strlen(hex) / 2;
    if (n == 0 || n > KEY_BYTES || lt_ticket_alg_parse(lt_pg_text(r, 0, 0, 1), &i->alg) != LT_OK)
        return false;
    i->key = malloc(n + 1);
    assert(i->key);
    for (size_t b = 0; b < n; b++)
        i->key[b] = (unsigned char)(hex_digit(hex[2 * b]) << 4 | hex_digit(hex[2 * b + 1]));
    i->key[n] = 0; /* PEM is read as text */
    i->key_len = n;
    strcpy(i->kid, f->kid);
    return true;
}

static void remember(struct fetch *f, const struct lt_pg_result *r)
{
    struct lt_keys *k = f->k;
    struct item *i;
    HASH_FIND_STR(k->items, f->name, i);
    if (i)
        item_free(k, i);
    if (HASH_COUNT(k->items) >= CACHE_MAX)
        empty(k);
    i = calloc(1, sizeof *i);
    assert(i);
    strcpy(i->name, f->name);
    i->until_us =
        lt_loop_now(k->loop).mono_us + (f->kind == LT_LOOKUP_SHARE ? SHARE_CACHE_US : CACHE_US);
    if (lt_pg_rows(r, 0) == 1) {
        i->tenant.v = lt_pg_i64(r, 0, 0, 0);
        i->exists = true;
        if (f->kind != LT_LOOKUP_TICKET_KEY)
            i->event.v = lt_pg_i64(r, 0, 0, 1);
        else
            i->exists = take_key(i, f, r);
    }
    HASH_ADD_STR(k->items, name, i);
}

static void on_found(void *arg, int err, const struct lt_pg_result *r)
{
    struct fetch *f = arg;
    if (err == LT_OK)
        remember(f, r);
    f->fn(f->arg, err);
    free(f);
}

int lt_keys_fetch(struct lt_keys *k, enum lt_lookup_kind kind, const char *a, const char *b,
                  lt_keys_fn *fn, void *arg)
{
    struct fetch *f = calloc(1, sizeof *f);
    struct lt_pg_req *r = lt_pg_req_new(k->pg, (struct lt_tenant_id){0});
    assert(f && r);
    *f = (struct fetch){.k = k, .kind = kind, .fn = fn, .arg = arg};
    if (!item_name(f->name, kind, a, b) || (b && strlen(b) >= sizeof f->kid)) {
        lt_pg_req_free(r);
        free(f);
        return LT_ENOENT;
    }
    if (b)
        strcpy(f->kid, b);
    if (kind == LT_LOOKUP_TICKET_KEY)
        lt_pg_req_add(r, LT_SQL_FIND_KEY, (const char *[]){a, b});
    else
        lt_pg_req_add(r, kind == LT_LOOKUP_SHARE ? LT_SQL_FIND_SHARE : LT_SQL_FIND_CODE,
                      (const char *[]){a});
    int err = lt_pg_submit(r, on_found, f);
    if (err != LT_OK)
        free(f);
    return err;
}

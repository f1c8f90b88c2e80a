/* The made-up province: names put together from syllables (schema/demo), in numbers that are a real
 * province's. */
#include "base/err.h"
#include "columns.h"
#include "csv.h"
#include "demo.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNTIES = 183,
    TOWNSHIP_CITIES = 2, /* cities whose townships exist */
    TOWNSHIPS = 3,       /* in each of their counties */
    REGIONS_MAX = 1 + 21 + COUNTIES + 2 * 9 * TOWNSHIPS,
    SMALL_REGIONS = 3, /* province, a city, a county */
    MEMBERS_MIN = 5,   /* people of an agency in a contest: 5 … 9 */
    MEMBERS_SPREAD = 5,
    MOVED_EVERY = 40, /* every so many people have come from another unit */
    COLUMN_BYTES = 1024 * 1024,
    AGENCIES_MAX = 256,
};

static const uint64_t seed = 20261101;
static const char province_code[] = "P", province_name[] = "澜江省";

struct region {
    char code[24], parent[24], name[40];
    char x[4], y[4]; /* in a map-like grid; "": it has no place there */
    int level;
};
struct people {
    struct lt_db *db;
    bool small;
    struct rng rng;
    struct region regions[REGIONS_MAX];
    int n_regions;
    char agencies[AGENCIES_MAX][40]; /* unit codes */
    int n_agencies;
};

uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

int rng_below(struct rng *r, int n)
{
    return (int)(rng_next(r) % (uint64_t)n);
}

/* The k-th syllable of a part ("first", "last", …), counted around. */
static const char *syllable(const struct csv *t, const char *part, int k)
{
    int n = 0;
    for (int i = 0; i < csv_rows(t); i++)
        n += strcmp(csv_get(t, i, "part"), part) == 0;
    assert(n > 0);
    k %= n;
    for (int i = 0;; i++)
        if (strcmp(csv_get(t, i, "part"), part) == 0 && k-- == 0)
            return csv_get(t, i, "text");
}

/* ---- regions ---- */

static struct region *region_add(struct people *p, int level, const char *parent)
{
    assert(p->n_regions < REGIONS_MAX);
    struct region *r = &p->regions[p->n_regions++];
    r->level = level;
    snprintf(r->parent, sizeof r->parent, "%s", parent);
    return r;
}

static void make_townships(struct people *p, const struct csv *places, struct region county, int k)
{
    for (int t = 0; t < TOWNSHIPS; t++) {
        struct region *r = region_add(p, 3, county.code);
        snprintf(r->code, sizeof r->code, "%.8s%02d", county.code, t + 1);
        snprintf(r->name, sizeof r->name, "%s%s%s",
                 syllable(places, "first", k * TOWNSHIPS + t + 5),
                 syllable(places, "last", k + 3 * t + 1), t == 0 ? "镇" : "乡");
    }
}

/* County k of the province is the j-th of its city. Twenty first and ten last syllables make two
 * hundred different names. */
static void make_county(struct people *p, const struct csv *places, struct region city, int j,
                        int k)
{
    struct region *r = region_add(p, 2, city.code);
    snprintf(r->code, sizeof r->code, "%.8s%02d", city.code, j + 1);
    snprintf(r->name, sizeof r->name, "%s%s%s", syllable(places, "first", k),
             syllable(places, "last", k / 20 + k % 20), j < 2 ? "区" : "县");
}

static void make_regions(struct people *p)
{
    struct csv *cities = csv_demo("cities.csv"), *places = csv_demo("places.csv");
    int n_cities = csv_rows(cities), k = 0;
    struct region *r = region_add(p, 0, "");
    snprintf(r->code, sizeof r->code, "%s", province_code);
    snprintf(r->name, sizeof r->name, "%s", province_name);
    for (int i = 0; i < n_cities; i++) {
        struct region *city = region_add(p, 1, province_code);
        int counties = COUNTIES / n_cities + (i < COUNTIES % n_cities);
        snprintf(city->code, sizeof city->code, "%s", csv_get(cities, i, "code"));
        snprintf(city->name, sizeof city->name, "%s", csv_get(cities, i, "name"));
        snprintf(city->x, sizeof city->x, "%s", csv_get(cities, i, "x"));
        snprintf(city->y, sizeof city->y, "%s", csv_get(cities, i, "y"));
        for (int j = 0; j < counties; j++, k++) {
            make_county(p, places, *city, j, k);
            if (i < TOWNSHIP_CITIES)
                make_townships(p, places, p->regions[p->n_regions - 1], k);
        }
    }
    csv_free(cities);
    csv_free(places);
    if (p->small)
        p->n_regions = SMALL_REGIONS;
}

static int load_regions(struct people *p)
{
    struct columns c;
    int err = LT_OK;
    columns_init(&c, 6, COLUMN_BYTES);
    for (int i = 0; i < p->n_regions; i++) {
        const struct region *r = &p->regions[i];
        columns_text(&c, 0, r->code);
        columns_text(&c, 1, r->parent);
        columns_i64(&c, 2, r->level);
        columns_text(&c, 3, r->name);
        columns_text(&c, 4, r->x[0] ? r->x : NULL);
        columns_text(&c, 5, r->y[0] ? r->y : NULL);
    }
    columns_end(&c);
    for (int level = 0; level <= 3 && err == LT_OK; level++)
        err = lt_db_exec(p->db, NULL,
                         "INSERT INTO leitai.region (tenant_id, parent_id, level, code, name, "
                         "grid_x, grid_y) SELECT leitai.current_tenant(), p.region_id, i.level, "
                         "i.code, i.name, i.x, i.y FROM unnest($1::text[], $2::text[], "
                         "$3::smallint[], $4::text[], $5::smallint[], $6::smallint[]) AS "
                         "i(code, parent, level, name, x, y) "
                         "LEFT JOIN leitai.region p ON p.tenant_id = leitai.current_tenant() AND "
                         "p.code = i.parent "
                         "WHERE i.level = $7::smallint ORDER BY i.code",
                         c.text[0], c.text[1], c.text[2], c.text[3], c.text[4], c.text[5],
                         lt_num(level).s);
    columns_done(&c);
    return err;
}

/* ---- units ---- */

static void add_units_of(struct people *p, const struct csv *units, const struct region *r,
                         struct columns *c)
{
    static const int registered_max[] = {900, 400, 160, 60};
    int no = 0;
    for (int i = 0; i < csv_rows(units); i++) {
        char code[40], name[160];
        if (atoi(csv_get(units, i, "level")) != r->level)
            continue;
        snprintf(code, sizeof code, "%s-%02d", r->code, ++no);
        snprintf(name, sizeof name, "%s%s", r->name, csv_get(units, i, "name"));
        columns_text(c, 0, r->code);
        columns_text(c, 1, code);
        columns_text(c, 2, csv_get(units, i, "kind"));
        columns_text(c, 3, name);
        columns_i64(c, 4, 20 + rng_below(&p->rng, registered_max[r->level]));
        if (csv_get(units, i, "agency")[0] == '1') {
            assert(p->n_agencies < AGENCIES_MAX);
            snprintf(p->agencies[p->n_agencies++], sizeof p->agencies[0], "%s", code);
        }
    }
}

static int load_units(struct people *p)
{
    struct csv *units = csv_demo("units.csv");
    struct columns c;
    columns_init(&c, 5, COLUMN_BYTES);
    for (int i = 0; i < p->n_regions; i++)
        add_units_of(p, units, &p->regions[i], &c);
    columns_end(&c);
    int err =
        lt_db_exec(p->db, NULL,
                   "INSERT INTO leitai.unit (tenant_id, region_id, code, kind, name, registered) "
                   "SELECT r.tenant_id, r.region_id, i.code, i.kind, i.name, i.registered "
                   "FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[]) "
                   "AS i(region, code, kind, name, registered) "
                   "JOIN leitai.region r ON r.tenant_id = leitai.current_tenant() AND r.code = "
                   "i.region ORDER BY i.code",
                   c.text[0], c.text[1], c.text[2], c.text[3], c.text[4]);
    columns_done(&c);
    csv_free(units);
    return err;
}

/* ---- people ---- */

enum { P_EXT_ID, P_NAME, P_LEADER, P_UNIT, P_FORMER, P_COLUMNS };

static void add_members(struct people *p, const struct csv *names, int agency, int *no,
                        struct columns *c)
{
    int n = MEMBERS_MIN + rng_below(&p->rng, MEMBERS_SPREAD);
    for (int i = 0; i < n; i++) {
        char ext_id[16], name[40];
        snprintf(ext_id, sizeof ext_id, "p%06d", ++*no);
        const char *family = syllable(names, "family", rng_below(&p->rng, 1000));
        const char *given = syllable(names, "given", rng_below(&p->rng, 1000));
        const char *second =
            rng_below(&p->rng, 3) ? syllable(names, "given", rng_below(&p->rng, 1000)) : "";
        snprintf(name, sizeof name, "%s%s%s", family, given, second);
        bool moved = *no % MOVED_EVERY == 0;
        columns_text(c, P_EXT_ID, ext_id);
        columns_text(c, P_NAME, name);
        columns_text(c, P_LEADER, i == 0 ? "t" : "f");
        columns_text(c, P_UNIT, p->agencies[agency]);
        columns_text(c, P_FORMER, moved ? p->agencies[(agency + 1) % p->n_agencies] : NULL);
    }
}

static void add_staff(struct people *p, const struct csv *staff, struct columns *c)
{
    for (int i = 0; i < csv_rows(staff); i++) {
        columns_text(c, P_EXT_ID, csv_get(staff, i, "ext_id"));
        columns_text(c, P_NAME, csv_get(staff, i, "name"));
        columns_text(c, P_LEADER, "f");
        columns_text(c, P_UNIT, p->agencies[0]);
        columns_text(c, P_FORMER, NULL);
    }
}

/* Somebody who moved belonged to the former unit until the end of February. */
static int insert_people(struct lt_db *d, const struct columns *c)
{
    int err = lt_db_exec(
        d, NULL,
        "INSERT INTO leitai.person (tenant_id, ext_id, name, leader) "
        "SELECT leitai.current_tenant(), * FROM unnest($1::text[], $2::text[], $3::boolean[])",
        c->text[P_EXT_ID], c->text[P_NAME], c->text[P_LEADER]);
    if (err != LT_OK)
        return err;
    return lt_db_exec(
        d, NULL,
        "INSERT INTO leitai.membership (tenant_id, person_id, unit_id, valid_from, valid_to) "
        "SELECT p.tenant_id, p.person_id, u.unit_id, m.valid_from, m.valid_to "
        "FROM unnest($1::text[], $2::text[], $3::text[]) AS i(ext_id, unit, former) CROSS JOIN "
        "LATERAL "
        "(VALUES (i.former, date '2025-01-01', date '2026-02-28'), "
        "(i.unit, CASE WHEN i.former IS NULL THEN date '2025-01-01' ELSE date '2026-03-01' END, "
        "NULL)) "
        "AS m(unit, valid_from, valid_to) "
        "JOIN leitai.person p ON p.tenant_id = leitai.current_tenant() AND p.ext_id = i.ext_id "
        "JOIN leitai.unit u ON u.tenant_id = p.tenant_id AND u.code = m.unit",
        c->text[P_EXT_ID], c->text[P_UNIT], c->text[P_FORMER]);
}

static int grant_roles(struct lt_db *d, const struct csv *staff)
{
    int err = LT_OK;
    for (int i = 0; i < csv_rows(staff) && err == LT_OK; i++)
        err = lt_db_exec(
            d, NULL,
            "INSERT INTO leitai.role_grant (tenant_id, person_id, role) SELECT tenant_id, "
            "person_id, $2 "
            "FROM leitai.person WHERE tenant_id = leitai.current_tenant() AND ext_id = $1",
            csv_get(staff, i, "ext_id"), csv_get(staff, i, "role"));
    return err;
}

static int load_people(struct people *p)
{
    struct csv *names = csv_demo("names.csv"), *staff = csv_demo("staff.csv");
    struct columns c;
    int no = 0;
    columns_init(&c, P_COLUMNS, COLUMN_BYTES);
    add_staff(p, staff, &c);
    for (int i = 0; i < p->n_agencies; i++)
        add_members(p, names, i, &no, &c);
    columns_end(&c);
    int err = insert_people(p->db, &c);
    if (err == LT_OK)
        err = grant_roles(p->db, staff);
    columns_done(&c);
    csv_free(names);
    csv_free(staff);
    return err;
}

int demo_people_load(struct lt_db *d, bool small)
{
    struct people *p = calloc(1, sizeof *p);
    assert(p);
    *p = (struct people){.db = d, .small = small, .rng = {seed}};
    make_regions(p);
    int err = load_regions(p);
    if (err == LT_OK)
        err = load_units(p);
    if (err == LT_OK)
        err = load_people(p);
    free(p);
    return err;
}

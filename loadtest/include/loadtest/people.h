/* Who plays: from a CSV file, or made up. */
#pragma once
#include <stdbool.h>

struct lt_person {
    char sub[65], name[81], unit[65];
};
struct lt_people {
    struct lt_person *p;
    int n;
};
/* Read at most `max` people (RFC 4180, UTF-8, a header row; columns ext_id, name and unit_code in
 * any order, others are ignored; name and unit_code may be missing), at most per_unit of one unit
 * (0: no limit). max 0: all. NULL: fine; else what is wrong. */
const char *lt_people_read(struct lt_people *ret, const char *path, int max, int per_unit);
/* p000001 and so on. False: no memory. */
bool lt_people_make(struct lt_people *ret, int n);
void lt_people_done(struct lt_people *p);

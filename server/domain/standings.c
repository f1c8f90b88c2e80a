/* Standings: entries, and what the log says about them.
 *
 * Facts are kept per question and per entry as they came, and never undone. A place is made of
 *
 *     start points  +  what settled questions gave  +  fouls  +  adjustments
 *
 * where a foul counts unless its question is void, and after an advancement with a reset only what
 * came after it counts. Fouls and adjustments are few, so the sum of an entry is made anew whenever
 * one of them concerns it, rather than patched: there is then one way to a total, however its parts
 * arrived. An entry that becomes known late gets its facts by the same way.
 *
 * What others see of an entry stands still between two rankings. A fold that begins anew goes through
 * totals that never were anybody's, and points without their rank are no standing either.
 *
 * Rejected: keeping the records themselves and folding them at each settle. Facts are what a record
 * means for points; the engine has judged already that it was allowed. */
#include "standings_internal.h"

#include "base/err.h"
#include "radix.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB_ENTRIES = 256, ALIGN_BYTES = 64 };

/* ---- life ----------------------------------------------------------------------------------- */

struct lt_standings *lt_standings_new(const struct lt_sheet *sheet,
                                      struct lt_question *const *questions, int n)
{
    struct lt_standings *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->sheet = sheet;
    s->questions = questions;
    s->n_questions = n;
    s->n_facts = lt_sheet_questions(sheet);
    s->facts = calloc((size_t)s->n_facts + 1, sizeof *s->facts);
    if (!s->facts) {
        free(s);
        return NULL;
    }
    return s;
}

void lt_standings_free(struct lt_standings *s)
{
    if (!s)
        return;
    HASH_CLEAR(hh, s->entries);
    for (int i = 0; i < s->n_slabs; i++)
        free(s->slabs[i]);
    free(s->slabs);
    free(s->by_id);
    for (int i = 0; i < s->n_facts; i++) {
        struct facts *f = &s->facts[i];

        free(f->stakes.p);
        free(f->presses.p);
        free(f->marks.p);
        free(f->verdicts);
        free(f->accepted);
    }
    free(s->facts);
    free(s->fouls);
    free(s->adjustments);
    free(s->captains);
    free(s->disqualified);
    free(s->advancements);
    free(s->order);
    free(s);
}

void *standings_room(void *p, int n, int *cap, size_t size)
{
    if (n < *cap)
        return p;
    *cap = *cap ? 2 * *cap : 8;
    p = realloc(p, (size_t)*cap * size);
    assert(p);
    return p;
}

/* The place of one more element at the end of a list. */
#define ADD(s, list, n, cap)                                                                       \
    (*((s)->list = standings_room((s)->list, (s)->n, &(s)->cap, sizeof *(s)->list),                \
       &(s)->list[(s)->n++]))

/* One value for each; a later one replaces it. */
static void pairs_set(struct pairs *p, int64_t who, int64_t value)
{
    for (int i = 0; i < p->n; i++)
        if (p->p[i].who == who) {
            p->p[i].value = value;
            return;
        }
    p->p = standings_room(p->p, p->n, &p->cap, sizeof *p->p);
    p->p[p->n++] = (struct pair){who, value};
}

static int64_t pairs_get(const struct pairs *p, int64_t who)
{
    for (int i = 0; i < p->n; i++)
        if (p->p[i].who == who)
            return p->p[i].value;
    return 0;
}

/* ---- entries -------------------------------------------------------------------------------- */

bool standings_total(struct lt_standings *s, struct entry *e)
{
    int64_t points_c = s->sheet->start_points_c + e->settled_c, before_c = e->place.points_c;

    for (int i = 0; i < s->n_fouls; i++)
        if (s->fouls[i].entry == e->place.entry && s->fouls[i].qi >= e->reset_qi &&
            !s->facts[s->fouls[i].qi].voided)
            points_c += s->fouls[i].value_c;
    for (int i = 0; i < s->n_adjustments; i++)
        if (s->adjustments[i].entry == e->place.entry && s->adjustments[i].seq > e->reset_seq)
            points_c += s->adjustments[i].value_c;
    e->place.points_c = points_c;
    return points_c != before_c;
}

/* Forget what settled questions gave. */
static void begin(struct lt_standings *s, struct entry *e)
{
    struct lt_place *p = &e->place;

    e->settled_c = 0;
    p->time_us = 0;
    p->correct = p->answered = p->streak = 0;
    p->tiebreak = 0;
    p->last_qi = -1;
    p->last_right = false;
    p->last_gained_c = 0;
    memset(e->rounds, 0, (size_t)s->sheet->n_rounds * sizeof *e->rounds);
    standings_total(s, e);
}

static void advance(struct entry *e, const struct advancement *a)
{
    e->place.level++;
    if (!a->reset)
        return;
    e->reset_seq = a->seq;
    e->reset_qi = a->qi;
    e->settled_c = 0;
    e->place.time_us = 0;
    e->place.correct = 0;
    e->place.tiebreak = 0;
}

static bool goes_on(const struct advancement *a, int64_t entry)
{
    for (int i = 0; i < a->n; i++)
        if (a->in[i] == entry)
            return true;
    return false;
}

static struct entry *find(const struct lt_standings *s, int64_t id)
{
    struct entry *e;

    HASH_FIND(hh, s->entries, &id, sizeof id, e);
    return e;
}

/* Zeroed room for one more; NULL: no memory. */
static struct entry *room(struct lt_standings *s)
{
    size_t bytes = sizeof(struct entry) + (size_t)s->sheet->n_rounds * sizeof(struct share);

    bytes = (bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    if (s->n_slabs == 0 || s->in_slab == SLAB_ENTRIES) {
        char *slab = aligned_alloc(ALIGN_BYTES, SLAB_ENTRIES * bytes);

        if (!slab)
            return NULL;
        ADD(s, slabs, n_slabs, cap_slabs) = slab;
        s->in_slab = 0;
    }
    return memset(s->slabs[s->n_slabs - 1] + (size_t)s->in_slab++ * bytes, 0, bytes);
}

static struct entry *add(struct lt_standings *s, int64_t id)
{
    int n = (int)HASH_COUNT(s->entries);
    struct entry *e = room(s);

    if (!e)
        return NULL;
    e->place.entry = id;
    HASH_ADD(hh, s->entries, place.entry, sizeof e->place.entry, e);
    s->by_id = standings_room(s->by_id, n, &s->cap_by_id, sizeof *s->by_id);
    s->by_id[n] = e;
    s->unordered |= n > 0 && s->by_id[n - 1]->place.entry > id;
    for (int i = 0; i < s->n_disqualified; i++)
        e->place.disqualified |= s->disqualified[i] == id;
    for (int i = 0; i < s->n_advancements; i++)
        if (goes_on(&s->advancements[i], id))
            advance(e, &s->advancements[i]);
    begin(s, e);
    e->shown = e->place;
    return e;
}

struct entry *const *standings_by_id(struct lt_standings *s)
{
    int n = (int)HASH_COUNT(s->entries);
    struct radix_item *memory, *items;
    struct entry **was;
    int64_t low = INT64_MAX, high = INT64_MIN;

    if (!s->unordered)
        return s->by_id;
    s->unordered = false;
    was = s->by_id;
    s->by_id = malloc((size_t)s->cap_by_id * sizeof *s->by_id);
    memory = malloc(2 * (size_t)n * sizeof *memory);
    assert(s->by_id && memory);
    for (int i = 0; i < n; i++) {
        int64_t id = was[i]->place.entry;

        low = id < low ? id : low;
        high = id > high ? id : high;
        memory[i] = (struct radix_item){.key = (uint64_t)id, .at = (uint32_t)i};
    }
    for (int i = 0; i < n; i++)
        memory[i].key -= (uint64_t)low;
    items = radix_sort(memory, memory + n, n, radix_bits((uint64_t)high - (uint64_t)low));
    for (int i = 0; i < n; i++)
        s->by_id[i] = was[items[i].at];
    free(memory);
    free(was);
    return s->by_id;
}

struct entry *standings_entry(struct lt_standings *s, int64_t id)
{
    struct entry *e = find(s, id);

    if (!e)
        e = add(s, id);
    assert(e);
    return e;
}

/* A fact about an entry is new. True when its place changed, or is new. */
static bool renew(struct lt_standings *s, int64_t id)
{
    struct entry *e = find(s, id);

    if (e)
        return standings_total(s, e);
    standings_entry(s, id); /* comes with all its facts */
    return true;
}

const struct lt_place *lt_standings_add(struct lt_standings *s, int64_t entry)
{
    struct entry *e = find(s, entry);

    if (!e)
        e = add(s, entry);
    return e ? &e->shown : NULL;
}

const struct lt_place *lt_standings_place(const struct lt_standings *s, int64_t entry)
{
    const struct entry *e = find(s, entry);

    return e ? &e->shown : NULL;
}

int lt_standings_count(const struct lt_standings *s)
{
    return (int)HASH_COUNT(s->entries);
}

/* ---- facts ---------------------------------------------------------------------------------- */

static struct facts *facts_of(struct lt_standings *s, int qi)
{
    assert(qi >= 0 && qi < s->n_facts);
    return &s->facts[qi];
}

/* Armed again, presses are forgotten: nobody can tell them apart. What was judged before stands: a
 * team that was wrong does not get the question twice, nor its points back. Fouls are fouls. */
static void armed(struct lt_standings *s, const struct lt_record *r)
{
    for (int qi = r->qi; qi < r->qi + r->n; qi++) {
        struct facts *f = facts_of(s, qi);

        if (!f->asked)
            f->armed_seq = r->seq;
        f->asked = true;
        f->into = qi - r->qi;
        f->turn = r->turn;
        f->stakes.n = f->presses.n = f->marks.n = 0;
    }
}

static void closed(struct lt_standings *s, const struct lt_engine *e, const struct lt_record *r)
{
    for (int qi = r->qi; qi < r->qi + (e->n_open > 1 ? e->n_open : 1); qi++) {
        facts_of(s, qi)->closed = true;
        facts_of(s, qi)->closed_seq = r->seq;
    }
}

static void verdict(struct lt_standings *s, const struct lt_engine *e, const struct lt_record *r)
{
    struct facts *f = facts_of(s, r->qi);
    struct verdict v = {.entry = r->entry,
                        .seq = r->seq,
                        .used_us = pairs_get(&f->presses, r->entry),
                        .by_key = r->by == 0,
                        .right = r->value == 1};
    int i = 0;

    while (i < f->n_verdicts && f->verdicts[i].entry != r->entry)
        i++;
    if (i < f->n_verdicts)
        f->verdicts[i] = v;
    else
        ADD(f, verdicts, n_verdicts, cap_verdicts) = v;
    if (r->deadline_us == 0) /* it did not reopen the question */
        closed(s, e, r);
}

static bool press(struct lt_standings *s, const struct lt_record *r)
{
    struct facts *f = facts_of(s, r->qi);

    if (!r->foul) {
        pairs_set(&f->presses, r->entry, r->used_us);
        return false;
    }
    ADD(s, fouls, n_fouls, cap_fouls) =
        (struct foul){.entry = r->entry, .value_c = r->value, .qi = r->qi};
    return renew(s, r->entry);
}

static void captain(struct lt_standings *s, int64_t seq, int64_t entry, int64_t person)
{
    ADD(s, captains, n_captains, cap_captains) =
        (struct captaincy){.seq = seq, .entry = entry, .person = person};
}

/* The round is the one that has just had its advancement. */
static bool advancement(struct lt_standings *s, const struct lt_engine *e,
                        const struct lt_record *r)
{
    struct advancement a = {.seq = r->seq, .qi = e->qi + (e->n_open > 1 ? e->n_open : 1)};

    assert(e->advanced >= 1 && e->advanced <= s->sheet->n_rounds && r->n_ids <= LT_TEAMS_MAX);
    a.reset = s->sheet->rounds[e->advanced - 1].reset;
    a.n = r->n_ids;
    memcpy(a.in, r->ids, (size_t)r->n_ids * sizeof *a.in);
    ADD(s, advancements, n_advancements, cap_advancements) = a;
    for (int i = 0; i < a.n; i++) {
        struct entry *entry = find(s, a.in[i]);

        if (!entry) { /* add() has seen the list already */
            standings_entry(s, a.in[i]);
            continue;
        }
        advance(entry, &a);
        standings_total(s, entry);
    }
    return a.n > 0;
}

static bool voided(struct lt_standings *s, int qi)
{
    bool changed = false;

    facts_of(s, qi)->voided = true;
    s->stale |= qi < s->settled;
    for (int i = 0; i < s->n_fouls; i++)
        if (s->fouls[i].qi == qi)
            changed |= renew(s, s->fouls[i].entry);
    return changed;
}

static void accepted(struct lt_standings *s, const struct lt_ruling *ruling)
{
    struct facts *f = facts_of(s, ruling->qi);
    struct lt_response response;
    struct lt_response *more;

    if (lt_response_read(ruling->answer, strlen(ruling->answer), &response) != LT_OK)
        return;
    more = realloc(f->accepted, (size_t)(f->n_accepted + 1) * sizeof *more);
    assert(more);
    f->accepted = more;
    f->accepted[f->n_accepted++] = response;
    s->stale |= ruling->qi < s->settled;
}

static bool ruling(struct lt_standings *s, const struct lt_ruling *r, int64_t seq)
{
    bool about_question = r->kind == LT_RULING_VOID || r->kind == LT_RULING_ACCEPT;
    struct entry *e;

    if (r->state != LT_RULING_DONE || (about_question && (r->qi < 0 || r->qi >= s->n_facts)))
        return false;
    switch (r->kind) {
    case LT_RULING_VOID:
        return voided(s, r->qi);
    case LT_RULING_ACCEPT:
        accepted(s, r);
        return false;
    case LT_RULING_ADJUST:
        ADD(s, adjustments, n_adjustments, cap_adjustments) =
            (struct adjustment){.entry = r->entry, .value_c = r->value_c, .seq = seq};
        return renew(s, r->entry);
    case LT_RULING_DISQUALIFY:
        ADD(s, disqualified, n_disqualified, cap_disqualified) = r->entry;
        e = standings_entry(s, r->entry);
        e->place.disqualified = true;
        return true;
    case LT_RULING_APPEAL:
    case LT_RULINGS:
        break;
    }
    return false;
}

bool lt_standings_apply(struct lt_standings *s, const struct lt_engine *e,
                        const struct lt_record *r)
{
    switch (r->kind) {
    case LT_REC_LOT:
        for (int i = 0; i < r->n_ids; i++)
            captain(s, r->seq, r->ids[i], r->captains[i]);
        return false;
    case LT_REC_CAPTAIN:
        captain(s, r->seq, r->entry, r->value);
        return false;
    case LT_REC_ARMED:
        armed(s, r);
        return false;
    case LT_REC_STAKE:
        pairs_set(&facts_of(s, r->qi)->stakes, r->entry, r->value);
        return false;
    case LT_REC_MARK:
        pairs_set(&facts_of(s, r->qi)->marks, r->by, r->value);
        return false;
    case LT_REC_PRESS:
        return press(s, r);
    case LT_REC_VERDICT:
        verdict(s, e, r);
        return false;
    case LT_REC_CLOSED:
        closed(s, e, r);
        return false;
    case LT_REC_ADVANCE:
        return advancement(s, e, r);
    case LT_REC_RULING:
        return ruling(s, &r->ruling, r->seq);
    case LT_REC_PHASE:
    case LT_REC_OPEN:
    case LT_REC_CLOSING:
    case LT_REC_REVEAL:
    case LT_REC_HELD:
    case LT_REC_HELP:
    case LT_REC_EXTEND:
    case LT_REC_RESOLVE:
    case LT_REC_DRIVER:
    case LT_REC_FINALISING:
    case LT_REC_FINAL:
    case LT_RECORDS:
        break;
    }
    return false;
}

/* ---- totals --------------------------------------------------------------------------------- */

bool lt_standings_moved(const struct lt_standings *s, const struct lt_record *r, bool changed)
{
    /* Teams are ranked from the start: who is asked first may depend on it. */
    bool start = s->sheet->teams && r->kind == LT_REC_PHASE && r->phase == LT_PHASE_RUNNING;
    return changed || r->kind == LT_REC_REVEAL || start || lt_standings_stale(s);
}

int lt_standings_settled(const struct lt_standings *s)
{
    return s->settled;
}

bool lt_standings_stale(const struct lt_standings *s)
{
    return s->stale;
}

int64_t lt_standings_fouls(const struct lt_standings *s, int64_t entry, int qi)
{
    int64_t points_c = 0;

    for (int i = 0; i < s->n_fouls; i++)
        if (s->fouls[i].entry == entry && s->fouls[i].qi == qi && !s->facts[qi].voided)
            points_c += s->fouls[i].value_c;
    return points_c;
}

bool lt_standings_voided(const struct lt_standings *s, int qi)
{
    return qi >= 0 && qi < s->n_facts && s->facts[qi].voided;
}

void lt_standings_restart(struct lt_standings *s)
{
    s->settled = 0;
    s->stale = false;
    for (struct entry *e = s->entries; e; e = e->hh.next)
        begin(s, e);
}

int lt_standings_rank(struct lt_standings *s, const struct lt_place *const **ret_ranked)
{
    int n = lt_standings_count(s), i;
    struct lt_place **order = realloc(s->order, ((size_t)n + 1) * sizeof *order);

    assert(order);
    struct entry *const *all = standings_by_id(s);
    for (i = 0; i < n; i++)
        order[i] = &all[i]->place;
    lt_rank(s->sheet, order, n);
    for (i = 0; i < n; i++) {
        all[i]->shown = all[i]->place;
        order[i] = &((struct entry *)order[i])->shown;
    }
    s->order = order;
    s->n_order = n;
    *ret_ranked = (const struct lt_place *const *)order;
    return n;
}

/* ---- preview -------------------------------------------------------------------------------- */

static void *copied(const void *p, int n, size_t size)
{
    void *copy = malloc((size_t)n * size + 1);

    assert(copy);
    if (n > 0)
        memcpy(copy, p, (size_t)n * size);
    return copy;
}

#define COPY(s, list, n, cap)                                                                      \
    ((s)->list = copied((s)->list, (s)->n, sizeof *(s)->list), (s)->cap = (s)->n)

static void facts_copy(struct facts *f)
{
    COPY(f, stakes.p, stakes.n, stakes.cap);
    COPY(f, presses.p, presses.n, presses.cap);
    COPY(f, marks.p, marks.n, marks.cap);
    COPY(f, verdicts, n_verdicts, cap_verdicts);
    f->accepted = copied(f->accepted, f->n_accepted, sizeof *f->accepted);
}

/* The same facts, nothing settled. */
static struct lt_standings *copy(const struct lt_standings *of)
{
    struct lt_standings *s = malloc(sizeof *s);

    assert(s);
    *s = *of;
    s->entries = NULL;
    s->by_id = NULL;
    s->slabs = NULL;
    s->cap_by_id = s->n_slabs = s->cap_slabs = s->in_slab = 0;
    s->unordered = false;
    s->order = NULL;
    s->n_order = s->settled = 0;
    s->stale = false;
    s->facts = copied(s->facts, s->n_facts, sizeof *s->facts);
    for (int i = 0; i < s->n_facts; i++)
        facts_copy(&s->facts[i]);
    COPY(s, fouls, n_fouls, cap_fouls);
    COPY(s, adjustments, n_adjustments, cap_adjustments);
    COPY(s, captains, n_captains, cap_captains);
    COPY(s, disqualified, n_disqualified, cap_disqualified);
    COPY(s, advancements, n_advancements, cap_advancements);
    for (const struct entry *e = of->entries; e; e = e->hh.next)
        standings_entry(s, e->place.entry);
    return s;
}

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

/* The largest changes of points first, then those of ranks, then by entry. */
static int by_change(const void *pa, const void *pb)
{
    const struct lt_change *a = pa, *b = pb;
    int64_t ka[] = {-magnitude(a->after_c - a->before_c),
                    -magnitude(a->rank_after - a->rank_before), a->entry};
    int64_t kb[] = {-magnitude(b->after_c - b->before_c),
                    -magnitude(b->rank_after - b->rank_before), b->entry};

    for (size_t i = 0; i < sizeof ka / sizeof *ka; i++)
        if (ka[i] != kb[i])
            return ka[i] < kb[i] ? -1 : 1;
    return 0;
}

static int compare_places(const struct lt_standings *before, const struct lt_standings *after,
                          struct lt_change *ret)
{
    int n = 0;

    for (const struct entry *e = before->entries; e; e = e->hh.next) {
        const struct lt_place *was = &e->shown, *is = lt_standings_place(after, was->entry);

        if (was->points_c != is->points_c || was->rank != is->rank)
            ret[n++] =
                (struct lt_change){was->entry, was->points_c, is->points_c, was->rank, is->rank};
    }
    qsort(ret, (size_t)n, sizeof *ret, by_change);
    return n;
}

int lt_standings_preview(const struct lt_standings *s, const struct lt_ruling *r,
                         struct lt_answer_row *rows, int n_rows, struct lt_change *out, int cap)
{
    struct lt_standings *then = copy(s);
    struct lt_change *changes = malloc(((size_t)lt_standings_count(s) + 1) * sizeof *changes);
    const struct lt_place *const *ranked;
    int n;

    assert(changes);
    ruling(then, r, INT64_MAX);
    lt_standings_settle(then, s->settled, rows, n_rows);
    lt_standings_rank(then, &ranked);
    n = compare_places(s, then, changes);
    memcpy(out, changes, (size_t)(n < cap ? n : cap) * sizeof *out);
    free(changes);
    lt_standings_free(then);
    return n;
}

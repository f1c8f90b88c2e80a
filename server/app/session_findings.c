/* A desk looks at what was found odd in its self-paced event. */
#include "base/err.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 200, SUBJECTS_MAX = 16, FRAME_BYTES = 4 * 1024 * 1024 };

struct list {
    int n;
    bool more;
    struct lt_finding_out rows[ROWS_MAX];
    struct lt_finding_subject_out subjects[ROWS_MAX][SUBJECTS_MAX];
};

static int kind_id(const char *name)
{
    int id = 0;
    while (id < LT_FINDING_KIND_IDS - 1 && strcmp(lt_finding_kind_names[id], name) != 0)
        id++;
    return id;
}

/* A row a subject: those of one finding follow each other. */
static void take(struct list *l, const struct lt_pg_result *r)
{
    enum { KIND, SUBJECT, N, OF, BEFORE, AFTER, COUNT, NUMBER, NAME, UNIT, FOUND };
    for (int i = 0; i < lt_pg_rows(r, 0); i++) {
        bool next = i == 0 ||
                    strcmp(lt_pg_text(r, 0, i, KIND), lt_pg_text(r, 0, i - 1, KIND)) != 0 ||
                    strcmp(lt_pg_text(r, 0, i, SUBJECT), lt_pg_text(r, 0, i - 1, SUBJECT)) != 0;
        if (next && l->n == ROWS_MAX) {
            l->more = true;
            return;
        }
        if (next) {
            struct lt_finding_out *f = &l->rows[l->n];
            *f = (struct lt_finding_out){.kind = kind_id(lt_pg_text(r, 0, i, KIND)),
                                         .subjects = l->subjects[l->n],
                                         .of_subjects = (int32_t)lt_pg_i64(r, 0, i, COUNT),
                                         .n = lt_pg_i64(r, 0, i, N),
                                         .of = lt_pg_i64(r, 0, i, OF),
                                         .before = (int32_t)lt_pg_i64(r, 0, i, BEFORE),
                                         .after = (int32_t)lt_pg_i64(r, 0, i, AFTER),
                                         .found_ms = lt_pg_i64(r, 0, i, FOUND) / 1000};
            l->n++;
        }
        struct lt_finding_out *f = &l->rows[l->n - 1];
        bool person = f->kind != LT_FINDING_KIND_ID_EXPOSED_QUESTION;
        if (f->n_subjects < SUBJECTS_MAX)
            l->subjects[l->n - 1][f->n_subjects++] =
                (struct lt_finding_subject_out){.has_person = person,
                                                .person = person ? lt_pg_i64(r, 0, i, NUMBER) : 0,
                                                .name = lt_pg_text(r, 0, i, NAME),
                                                .unit = lt_pg_text(r, 0, i, UNIT)};
    }
}

static void on_findings(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    struct lt_buf b;
    if (!session_back(s))
        return;
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    struct list *l = calloc(1, sizeof *l);
    assert(l);
    take(l, r);
    struct lt_msg_findings m = {.n_rows = l->n, .rows = l->rows, .more = l->more};
    lt_buf_init(&b, FRAME_BYTES);
    lt_msg_findings_write(&m, &b);
    session_send(s, &b);
    lt_buf_done(&b);
    free(l);
}

void session_findings(struct session *s)
{
    char event[24], most[12];
    if (s->who.role != LT_SESSION_DESK || s->state != SESSION_LIVE) {
        session_refuse(s, LT_EFORBIDDEN, NULL, 0);
        return;
    }
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(event, sizeof event, "%lld", (long long)s->who.event.v);
    snprintf(most, sizeof most, "%d", ROWS_MAX + 1);
    lt_pg_req_add(r, LT_SQL_FINDINGS, (const char *[]){event, most});
    session_hold(s);
    int err = lt_pg_submit(r, on_findings, s);
    if (err != LT_OK) {
        s->pending--;
        session_refuse(s, err, NULL, 0);
    }
}

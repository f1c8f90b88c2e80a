/* Questions are parsed once and shared by all papers of the process. */
#include "service/pool.h"
#include "base/err.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void begin_rounds(struct lt_pool *p, int upto)
{
    while (p->rounds <= upto)
        p->first[p->rounds++] = p->n;
}

static bool grow(struct lt_pool *p)
{
    if (p->n < p->cap)
        return true;
    int cap = p->cap ? 2 * p->cap : 64;
    struct lt_pool_row *more = realloc(p->rows, (size_t)cap * sizeof *more);
    if (!more)
        return false;
    p->rows = more;
    p->cap = cap;
    return true;
}

int lt_pool_add(struct lt_pool *p, int qi, int round, int difficulty, const char *audience,
                const char *body)
{
    struct lt_question *q = NULL;
    const char *path;
    if (round < 0 || round >= LT_ROUNDS_MAX || round < p->rounds - 1 || difficulty < 1 ||
        difficulty > 3 || qi != p->n)
        return LT_ERANGE;
    if (!grow(p))
        return LT_ENOMEM;
    int err = lt_question_parse(body, strlen(body), &q, &path);
    if (err != LT_OK)
        return err;
    char *copy = strdup(audience);
    if (!copy) {
        lt_question_free(q);
        return LT_ENOMEM;
    }
    begin_rounds(p, round);
    p->rows[p->n++] =
        (struct lt_pool_row){.qi = qi, .question = q, .difficulty = difficulty, .audience = copy};
    return LT_OK;
}

int lt_pool_end(struct lt_pool *p, const struct lt_sheet *sheet)
{
    begin_rounds(p, sheet->n_rounds);
    for (int r = 0; r < sheet->n_rounds; r++) {
        int n = p->first[r + 1] - p->first[r];
        if (n > LT_POOL_MAX)
            return LT_ESHEET;
        lt_pool_prepare(&sheet->rounds[r], p->rows + p->first[r], n);
    }
    return p->rounds == sheet->n_rounds + 1 ? LT_OK : LT_ESHEET;
}

const struct lt_pool_row *lt_pool_round(const struct lt_pool *p, int round, int *ret_n)
{
    assert(round >= 0 && round + 1 < p->rounds);
    *ret_n = p->first[round + 1] - p->first[round];
    return p->rows + p->first[round];
}

void lt_pool_done(struct lt_pool *p)
{
    for (int i = 0; i < p->n; i++) {
        lt_question_free((struct lt_question *)p->rows[i].question);
        free((char *)p->rows[i].audience);
    }
    free(p->rows);
    *p = (struct lt_pool){0};
}

/* The question bank from its CSV: letters of an answer become indexes of options, and every
 * question must be one that the domain can ask, or the load stops. */
#include "base/err.h"
#include "base/json.h"
#include "columns.h"
#include "csv.h"
#include "demo.h"
#include "domain/question.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_BYTES = 4 * 1024 * 1024 };

/* Write the parts of `text` between bars as a JSON array of strings. */
static void write_parts(struct lt_jsonw *w, const char *key, const char *text)
{
    lt_jsonw_arr(w, key);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "|");
        lt_jsonw_strn(w, NULL, p, n);
        p += n + (p[n] == '|');
    }
    lt_jsonw_end_arr(w);
}

static void write_body(struct lt_buf *b, const struct csv *t, int row)
{
    const char *type = csv_get(t, row, "type"), *answer = csv_get(t, row, "answer");
    struct lt_jsonw w;
    lt_jsonw_init(&w, b);
    lt_jsonw_obj(&w, NULL);
    lt_jsonw_str(&w, "type", type);
    lt_jsonw_str(&w, "topic", csv_get(t, row, "topic"));
    lt_jsonw_str(&w, "stem", csv_get(t, row, "stem"));
    if (strcmp(type, "fill") == 0) {
        write_parts(&w, "accepted", answer);
    } else if (strcmp(type, "task") != 0) {
        write_parts(&w, "options", csv_get(t, row, "options"));
        lt_jsonw_arr(&w, "key");
        for (const char *p = answer; *p; p++)
            lt_jsonw_i64(&w, NULL, *p - 'A');
        lt_jsonw_end_arr(&w);
    }
    lt_jsonw_str(&w, "explanation", csv_get(t, row, "explanation"));
    lt_jsonw_str(&w, "source", csv_get(t, row, "source"));
    lt_jsonw_end_obj(&w);
}

static void check_body(struct lt_buf *b)
{
    struct lt_question *q;
    const char *path;
    int err = lt_question_parse(lt_buf_cstr(b), b->len, &q, &path);
    assert(err == LT_OK);
    lt_question_free(q);
}

/* Whether a question is asked by a sheet (NULL: any question is wanted). */
static bool wanted(const struct lt_sheet *only, const char *question)
{
    for (int r = 0; only && r < only->n_rounds; r++)
        for (int i = 0; i < only->rounds[r].draw.n_codes; i++)
            if (strcmp(only->rounds[r].draw.codes[i], question) == 0)
                return true;
    return !only;
}

static const char *const copied[] = {"id", "topic", "type", "difficulty", "audience"};
enum { COPIED = sizeof copied / sizeof *copied };

static void collect(struct columns *c, const char *file, const struct lt_sheet *only)
{
    struct csv *bank = csv_demo(file);
    struct lt_buf body;
    lt_buf_init(&body, LT_QUESTION_JSON_BYTES);
    for (int i = 0; i < csv_rows(bank); i++) {
        if (!wanted(only, csv_get(bank, i, "id")))
            continue;
        lt_buf_clear(&body);
        write_body(&body, bank, i);
        check_body(&body);
        for (int k = 0; k < COPIED; k++)
            columns_text(c, k, csv_get(bank, i, copied[k]));
        columns_text(c, COPIED, lt_buf_cstr(&body));
    }
    lt_buf_done(&body);
    csv_free(bank);
}

int demo_bank_load(struct lt_db *d, const char *only_event)
{
    struct lt_sheet *only = only_event ? malloc(sizeof *only) : NULL;
    struct columns c;
    assert(only || !only_event);
    if (only)
        demo_sheet(only_event, only);
    columns_init(&c, COPIED + 1, COLUMN_BYTES);
    collect(&c, "law-bank.csv", only);
    collect(&c, "tasks.csv", only);
    columns_end(&c);
    free(only);
    int err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.bank (tenant_id, code, name) VALUES "
                         "(leitai.current_tenant(), 'law', '普法知识题库')");
    if (err == LT_OK)
        err = lt_db_exec(d, NULL,
                         "INSERT INTO leitai.question (tenant_id, bank_id, code, topic, type, "
                         "difficulty, audience, body) "
                         "SELECT b.tenant_id, b.bank_id, i.* FROM leitai.bank b, "
                         "unnest($1::text[], $2::text[], $3::text[], "
                         "$4::smallint[], $5::text[], $6::json[]) AS i "
                         "WHERE b.tenant_id = leitai.current_tenant() AND b.code = 'law'",
                         c.text[0], c.text[1], c.text[2], c.text[3], c.text[4], c.text[5]);
    columns_done(&c);
    return err;
}

/* A random sheet of a self-paced event, a random bank, and the pools drawn from it. */
#include "papers.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static const char *const counts[] = {"best", "last", "mean", "sum"};

static void make_question(struct event *e, int i)
{
    static char *const words[LT_OPTIONS_MAX] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
    struct lt_question *q = &e->questions[i];
    int n;

    *q = (struct lt_question){.type = (enum lt_qtype)sim_below(e, LT_QT_TASK + 1), .stem = "stem"};
    snprintf(e->topics[i], sizeof e->topics[0], "T%d", sim_below(e, 8));
    snprintf(e->codes[i], sizeof e->codes[0], "Q%03d", i);
    q->topic = e->topics[i];
    n = q->type == LT_QT_TRUEFALSE ? 2 : 2 + sim_below(e, LT_OPTIONS_MAX - 1);
    memcpy(q->options, words, sizeof q->options);
    q->n_options = q->type == LT_QT_FILL || q->type == LT_QT_TASK ? 0 : n;
    if (q->type == LT_QT_SINGLE || q->type == LT_QT_TRUEFALSE) {
        q->n_key = 1;
        q->key[0] = sim_below(e, n);
    } else if (q->type == LT_QT_MULTIPLE) {
        for (int k = 0; k < n; k++)
            if (sim_chance(e, 50) || (k == n - 1 && q->n_key == 0))
                q->key[q->n_key++] = k;
    } else if (q->type == LT_QT_ORDER) {
        for (q->n_key = 0; q->n_key < n; q->n_key++) {
            int k = sim_below(e, q->n_key + 1);

            q->key[q->n_key] = q->key[k];
            q->key[k] = q->n_key;
        }
    } else if (q->type == LT_QT_FILL) {
        q->n_key = 1;
        q->accepted[0] = "宪法 \"1\"";
    }
    e->bank[i] =
        (struct lt_bank_row){e->codes[i], e->topics[i], "all", q->type, 1 + sim_below(e, 3)};
}

/* ---- the sheet ------------------------------------------------------------------------------ */

static void write_draw(struct event *e)
{
    lt_buf_str(&e->json, ",\"draw\":{");
    if (sim_chance(e, 40))
        lt_buf_printf(&e->json, "\"difficulty\":[%d]", 1 + sim_below(e, 3));
    else if (sim_chance(e, 40))
        lt_buf_printf(&e->json, "\"types\":[\"%s\"]",
                      lt_qtype_name((enum lt_qtype)sim_below(e, LT_QT_TASK)));
    else if (sim_chance(e, 40))
        lt_buf_printf(&e->json, "\"topics\":[\"T%d\",\"T8\"]", sim_below(e, 8));
    lt_buf_char(&e->json, '}');
}

static void write_points(struct event *e)
{
    lt_buf_printf(&e->json, ",\"points\":{\"right\":%d.%02d", sim_below(e, 12), sim_below(e, 100));
    if (sim_chance(e, 50))
        lt_buf_printf(&e->json, ",\"wrong\":-%d.5", sim_below(e, 4));
    if (sim_chance(e, 50))
        lt_buf_str(&e->json, ",\"partial\":true");
    lt_buf_char(&e->json, '}');
}

static void write_timed(struct event *e)
{
    bool forward = sim_chance(e, 50), practice = sim_chance(e, 15);
    int sum = 0, parts = sim_below(e, 4), n[4];

    for (int i = 0; i < parts; i++)
        sum += n[i] = 1 + sim_below(e, 6);
    lt_buf_printf(&e->json, ",\"questions\":%d", parts ? sum : 1 + sim_below(e, 15));
    if (forward)
        lt_buf_printf(&e->json, ",\"movement\":\"forward\",\"one_by_one\":%s",
                      sim_chance(e, 50) ? "true" : "false");
    if (forward && sim_chance(e, 60))
        lt_buf_printf(&e->json, ",\"seconds\":%d", 5 + sim_below(e, 30));
    lt_buf_printf(&e->json, ",\"minutes\":%d", 1 + sim_below(e, 8));
    if (practice)
        lt_buf_str(&e->json, ",\"practice\":true");
    if (sim_chance(e, 20))
        lt_buf_str(&e->json, ",\"disjoint\":true");
    if (parts == 0) {
        write_points(e);
        write_draw(e);
    }
    for (int i = 0; i < parts; i++) {
        lt_buf_printf(&e->json, "%s{\"questions\":%d", i ? "," : ",\"blueprint\":[", n[i]);
        write_points(e);
        write_draw(e);
        lt_buf_str(&e->json, i == parts - 1 ? "}]" : "}");
    }
    if (!practice)
        lt_buf_printf(&e->json, ",\"counts\":\"%s\"", counts[sim_below(e, 4)]);
}

static void write_duel(struct event *e)
{
    int n = 1 + sim_below(e, 15), players = sim_chance(e, 60) ? 2 : 4;

    lt_buf_printf(&e->json,
                  ",\"questions\":%d,\"seconds\":%d,\"players\":%d,\"target\":%d,\"places\":[5,3],"
                  "\"counts\":\"%s\"",
                  n, 5 + sim_below(e, 20), players, 1 + sim_below(e, n), counts[sim_below(e, 4)]);
    write_draw(e);
}

static void write_round(struct event *e)
{
    int mode = sim_chance(e, 40) ? LT_MODE_TIMED : LT_MODE_TIMED + sim_below(e, 3);

    lt_buf_printf(&e->json, "{\"title\":\"t\",\"mode\":\"%s\"", lt_mode_name((enum lt_mode)mode));
    if (mode == LT_MODE_TIMED)
        write_timed(e);
    else if (mode == LT_MODE_DUEL)
        write_duel(e);
    else
        lt_buf_printf(&e->json,
                      ",\"questions\":%d,\"seconds\":%d,\"revivals\":%d,\"points\":{\"right\":1}",
                      1 + sim_below(e, 25), 5 + sim_below(e, 25), sim_below(e, 2));
    if (sim_chance(e, 60))
        lt_buf_printf(&e->json, ",\"attempts\":%d", sim_below(e, 5));
    if (sim_chance(e, 40))
        lt_buf_printf(&e->json, ",\"per_day\":%d", sim_below(e, 3));
    if (sim_chance(e, 40) && !strstr(lt_buf_cstr(&e->json), "practice"))
        lt_buf_printf(&e->json, ",\"counted_per_day\":%d", sim_below(e, 3));
    lt_buf_char(&e->json, '}');
}

static void write_sheet(struct event *e)
{
    int rounds = 1 + sim_below(e, 3);

    lt_buf_clear(&e->json);
    lt_buf_printf(&e->json, "{\"version\":1,\"grace_ms\":%d,\"day_offset_minutes\":%d",
                  sim_below(e, 3) * 300, sim_below(e, 25) * 60 - 720);
    if (sim_chance(e, 40))
        lt_buf_printf(&e->json, ",\"per_day\":%d", sim_below(e, 6));
    if (sim_chance(e, 30))
        lt_buf_printf(&e->json, ",\"hours\":[{\"from\":\"0%d:30\",\"to\":\"%d:00\"}]",
                      sim_below(e, 9), 10 + sim_below(e, 14));
    if (sim_chance(e, 30))
        lt_buf_str(&e->json, ",\"results\":\"at_once\"");
    lt_buf_str(&e->json, ",\"rounds\":[");
    for (int i = 0; i < rounds; i++) {
        lt_buf_str(&e->json, i ? "," : "");
        write_round(e);
    }
    lt_buf_str(&e->json, "]}");
}

/* ---- the pools ------------------------------------------------------------------------------ */

static bool draw_pools(struct event *e)
{
    int drawn[BANK], n = 0;

    lt_buf_clear(&e->err);
    if (lt_pool_draw(e->sheet, e->bank, BANK, sim_next(e), drawn, e->size, &e->err) != LT_OK)
        return false;
    for (int i = 0; i < e->sheet->n_rounds; i++) {
        e->first[i] = n;
        for (int k = 0; k < e->size[i]; k++, n++) {
            const struct lt_bank_row *q = &e->bank[drawn[n]];

            e->pool[n] = (struct lt_pool_row){.qi = n,
                                              .question = &e->questions[drawn[n]],
                                              .difficulty = q->difficulty,
                                              .audience = q->audience};
        }
        lt_pool_prepare(&e->sheet->rounds[i], &e->pool[e->first[i]], e->size[i]);
    }
    return true;
}

void sim_sheet(struct event *e)
{
    bool fine;

    for (int i = 0; i < BANK; i++)
        make_question(e, i);
    do {
        write_sheet(e);
        lt_buf_clear(&e->err);
        fine = lt_sheet_parse(lt_buf_cstr(&e->json), e->json.len, e->sheet, &e->err) == LT_OK &&
               draw_pools(e);
        reached.sheets++;
        reached.refused_sheets += !fine;
        if (!fine && getenv("LEITAI_SIM_SHEETS"))
            fprintf(stderr, "%s\n%s\n", lt_buf_cstr(&e->json), lt_buf_cstr(&e->err));
    } while (!fine);
    HOLDS(e, e->sheet->self_paced && lt_sheet_questions(e->sheet) == 0);
}

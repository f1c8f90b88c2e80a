/* Pages of boards as text. Points are hundredths in JSON, as everywhere on the wire, and decimals in CSV,
 * which people open in a spreadsheet: so names there never begin as a formula does. */
#include "board_page.h"

#include "base/json.h"
#include "domain/rollup.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_DEFAULT = 50, SHARE_CHARS = 12 };
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz";

/* ---- what is asked for ---- */

/* A number within [1, most]; what is none, is the fallback. */
static int64_t number(const char *s, int64_t fallback, int64_t most)
{
    size_t n = s ? strspn(s, "0123456789") : 0;
    if (n == 0 || n > 9 || s[n] != '\0')
        return fallback;
    int64_t v = strtoll(s, NULL, 10);
    return v < 1 ? 1 : v > most ? most : v;
}

/* The next piece of the path, up to '/'; false: it is too long. */
static bool piece(const char **at, char *out, size_t cap)
{
    size_t n = strcspn(*at, "/");
    if (n >= cap)
        return false;
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n;
    return true;
}

static bool parse_share(struct board_asked *ret, const char **at)
{
    if (!piece(at, ret->share, sizeof ret->share) || strlen(ret->share) != SHARE_CHARS ||
        strspn(ret->share, crockford) != SHARE_CHARS)
        return false;
    for (char *p = ret->share; *p; p++)
        *p = (char)(*p >= 'a' ? *p - 'a' + 'A' : *p);
    return true;
}

static bool parse_rest(struct board_asked *ret, const char *at)
{
    char of[16], round[8] = "";
    size_t n = strlen(at);
    char path[64];
    if (n >= sizeof path)
        return false;
    memcpy(path, at, n + 1);
    ret->csv = n > 4 && strcmp(path + n - 4, ".csv") == 0;
    if (ret->csv)
        path[n - 4] = '\0';
    at = path + 1;
    if (!piece(&at, of, sizeof of) || !lt_board_of_parse(of, &ret->of))
        return false;
    if (*at == '\0')
        return true;
    at++;
    if (!piece(&at, round, sizeof round) || *at || strspn(round, "0123456789") != strlen(round) ||
        !round[0] || strlen(round) > 2)
        return false;
    ret->round = atoi(round);
    return ret->round <= LT_ROUNDS_MAX;
}

void board_asked_parse(struct board_asked *ret, const char *rest, const char *from, const char *n)
{
    *ret = (struct board_asked){.from = number(from, 1, 999999999),
                                .n = (int)number(n, ROWS_DEFAULT, LT_BOARD_PAGE_ROWS)};
    ret->valid = parse_share(ret, &rest);
    ret->list = *rest == '\0' || strcmp(rest, "/") == 0;
    if (ret->valid && !ret->list)
        ret->valid = parse_rest(ret, rest);
    if (!ret->valid) /* looked for all the same */
        snprintf(ret->share, sizeof ret->share, "%s", "------------");
}

/* ---- JSON ---- */

static void write_head(struct lt_jsonw *w, const struct board_view *v)
{
    lt_jsonw_str(w, "title", v->head->title);
    lt_jsonw_str(w, "tenant", v->head->tenant);
    lt_jsonw_str(w, "kind", v->head->kind[0] ? "series" : "event");
    lt_jsonw_i64(w, "version", v->version);
    lt_jsonw_bool(w, "frozen", v->frozen);
    lt_jsonw_bool(w, "final", v->final);
    lt_jsonw_bool(w, "stale", v->stale);
}

static void write_line(struct lt_jsonw *w, const struct board_view *v, const struct board_line *l)
{
    lt_jsonw_obj(w, NULL);
    lt_jsonw_i64(w, "rank", l->line.rank);
    lt_jsonw_id(w, "id", l->line.member);
    lt_jsonw_str(w, "name", l->name);
    if (v->asked->of == LT_OF_ENTRY) {
        lt_jsonw_str(w, "unit", l->unit);
        lt_jsonw_i64(w, "points", l->line.value[0]);
        lt_jsonw_i64(w, "correct", l->line.value[1]);
        lt_jsonw_i64(w, "time_ms", l->line.value[2] / 1000);
    } else {
        lt_jsonw_i64(w, "points", l->line.value[0]);
        lt_jsonw_i64(w, "took", l->line.value[1]);
        lt_jsonw_i64(w, "registered", l->line.value[2]);
    }
    if (l->x >= 0 && l->y >= 0) {
        lt_jsonw_i64(w, "x", l->x);
        lt_jsonw_i64(w, "y", l->y);
    }
    lt_jsonw_end_obj(w);
}

static void write_json(const struct board_view *v, struct lt_buf *out)
{
    struct lt_jsonw w;
    lt_jsonw_init(&w, out);
    lt_jsonw_obj(&w, NULL);
    write_head(&w, v);
    lt_jsonw_str(&w, "of", lt_board_of_name(v->asked->of));
    lt_jsonw_i64(&w, "round", v->asked->round);
    lt_jsonw_i64(&w, "n", v->of);
    lt_jsonw_i64(&w, "from", v->asked->from);
    lt_jsonw_arr(&w, "rows");
    for (int i = 0; i < v->n; i++)
        write_line(&w, v, &v->lines[i]);
    lt_jsonw_end_arr(&w);
    lt_jsonw_end_obj(&w);
    lt_buf_char(out, '\n');
}

/* ---- the list ---- */

static const struct lt_board_rule *rule_of(const struct lt_sheet *s, enum lt_board_of of)
{
    for (int i = 0; i < s->n_boards; i++)
        if (s->boards[i].of == of)
            return &s->boards[i];
    return NULL;
}

static bool stands(const char (*names)[LT_BOARD_NAME_BYTES], int n, enum lt_board_of of, int round)
{
    char name[LT_BOARD_NAME_BYTES];
    lt_board_name(name, of, round);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void write_item(struct lt_jsonw *w, const struct lt_sheet *s, enum lt_board_of of, int round)
{
    const struct lt_board_rule *rule = rule_of(s, of);
    lt_jsonw_obj(w, NULL);
    lt_jsonw_str(w, "of", lt_board_of_name(of));
    lt_jsonw_i64(w, "round", round);
    if (round > 0)
        lt_jsonw_str(w, "title", s->rounds[round - 1].title);
    if (rule) {
        lt_jsonw_str(w, "by", lt_aggregate_name(rule->by));
        if (rule->by == LT_AGGREGATE_BEST)
            lt_jsonw_i64(w, "best", rule->best);
        if (rule->by == LT_AGGREGATE_WEIGHTED)
            lt_jsonw_i64(w, "floor", rule->floor_e4);
        lt_jsonw_i64(w, "least", rule->least);
    }
    lt_jsonw_end_obj(w);
}

void board_write_list(const struct board_view *v, const char (*names)[LT_BOARD_NAME_BYTES],
                      int n_names, struct lt_buf *out)
{
    struct lt_jsonw w;
    const struct lt_sheet *s = v->head->sheet;
    lt_jsonw_init(&w, out);
    lt_jsonw_obj(&w, NULL);
    write_head(&w, v);
    lt_jsonw_arr(&w, "boards");
    for (int round = 0; s && round <= s->n_rounds; round++)
        for (int of = 0; of < LT_BOARD_OFS; of++)
            if (stands(names, n_names, (enum lt_board_of)of, round))
                write_item(&w, s, (enum lt_board_of)of, round);
    lt_jsonw_end_arr(&w);
    lt_jsonw_end_obj(&w);
    lt_buf_char(out, '\n');
}

/* ---- CSV ---- */

static void csv_text(struct lt_buf *out, const char *s)
{
    lt_buf_char(out, '"');
    if (strchr("=+-@\t\r", s[0]) && s[0])
        lt_buf_char(out, '\'');
    for (; *s; s++) {
        if (*s == '"')
            lt_buf_char(out, '"');
        lt_buf_char(out, *s);
    }
    lt_buf_char(out, '"');
}

/* Hundredths: 12.5, -0.25. */
static void csv_points(struct lt_buf *out, int64_t v)
{
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    lt_buf_printf(out, "%s%" PRIu64 ".%02d", v < 0 ? "-" : "", u / 100, (int)(u % 100));
}

static void write_csv(const struct board_view *v, struct lt_buf *out)
{
    bool entries = v->asked->of == LT_OF_ENTRY;
    lt_buf_str(out, "\xEF\xBB\xBF"); /* spreadsheets take it for UTF-8 then */
    lt_buf_str(out, entries ? "rank,name,unit,points,correct,time_s\r\n"
                            : "rank,name,points,took,registered\r\n");
    for (int i = 0; i < v->n; i++) {
        const struct board_line *l = &v->lines[i];
        lt_buf_printf(out, "%" PRId64 ",", l->line.rank);
        csv_text(out, l->name);
        lt_buf_char(out, ',');
        if (entries) {
            csv_text(out, l->unit);
            lt_buf_char(out, ',');
        }
        csv_points(out, l->line.value[0]);
        if (entries)
            lt_buf_printf(out, ",%" PRId64 ",%" PRId64 ".%03d\r\n", l->line.value[1],
                          l->line.value[2] / 1000000, (int)(l->line.value[2] / 1000 % 1000));
        else
            lt_buf_printf(out, ",%" PRId64 ",%" PRId64 "\r\n", l->line.value[1], l->line.value[2]);
    }
}

void board_write(const struct board_view *v, struct lt_buf *out)
{
    if (v->asked->csv)
        write_csv(v, out);
    else
        write_json(v, out);
}

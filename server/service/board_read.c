/* Reading a page. What is asked for and does not exist costs what exists costs: the same script, with
 * the same look-ups. */
#include "service/board_read.h"
#include "base/err.h"
#include "base/log.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 24, KEY_BYTES = 96 };

/* KEYS: set, board, its rows, its mark. ARGV: field of the board in the set, place of the first row from 0,
 * of the last. */
static const char READ[] =
    "local f = redis.call('HMGET', KEYS[1], 'v', 'shows', 'frozen', 'final', 'quantum', 'g', "
    "ARGV[1]) "
    "local list = redis.call('ZREVRANGE', KEYS[2], ARGV[2], ARGV[3], 'WITHSCORES') "
    "local ids, rank = {}, 1 "
    "for i = 1, #list, 2 do ids[#ids + 1] = list[i] end "
    "if #ids > 0 then rank = redis.call('ZCOUNT', KEYS[2], '(' .. list[2], '+inf') + 1 end "
    "local rows = #ids > 0 and redis.call('HMGET', KEYS[3], unpack(ids)) or {} "
    "for i = 1, #ids do rows[i] = rows[i] or '' end "
    "for i = 1, 7 do f[i] = f[i] or '' end "
    "return {f, redis.call('ZCARD', KEYS[2]), redis.call('GET', KEYS[4]) or '', rank, list, rows, "
    "redis.call('HKEYS', KEYS[1])}";
enum { FIELDS, CARD, BY_ENTRY_MARK, RANK, LIST, ROWS, KEYS_OF_SET, MEMBERS };
enum { F_VERSION, F_SHOWS, F_FROZEN, F_FINAL, F_QUANTUM, F_MARK, F_OF };

struct asking {
    lt_board_page_fn *fn;
    void *arg;
    char mark[LT_BOARD_MARK_BYTES];
    int64_t from;
    bool listing;
};

static const char *text_at(const struct lt_redis_reply *r, size_t i)
{
    const struct lt_redis_reply *at = lt_redis_at(r, i);
    return lt_redis_type(at) == LT_REDIS_STR ? lt_redis_str(at, NULL) : "";
}

static int64_t number_at(const struct lt_redis_reply *r, size_t i)
{
    return strtoll(text_at(r, i), NULL, 10);
}

/* A score of a board that moves by entry, which has no rows (lt_board_pack). */
static void unpack(int64_t score, int64_t quantum_us, struct lt_board_line *ret)
{
    const int64_t time_units = INT64_C(1) << 17, correct_units = INT64_C(1) << 10;
    int64_t points_c = lt_board_points(score);
    int64_t rest = score - points_c * time_units * correct_units;
    ret->value[0] = points_c;
    ret->value[1] = rest / time_units;
    ret->value[2] = (time_units - 1 - rest % time_units) * quantum_us;
}

static bool read_row(const char *text, struct lt_board_line *ret)
{
    return sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &ret->value[0],
                  &ret->value[1], &ret->value[2], &ret->rank) == 4;
}

static void read_lines(const struct asking *a, const struct lt_redis_reply *r, bool by_entry,
                       struct lt_board_page *page)
{
    const struct lt_redis_reply *list = lt_redis_at(r, LIST), *rows = lt_redis_at(r, ROWS);
    int64_t rank = lt_redis_int(lt_redis_at(r, RANK)), above = 0;
    int64_t quantum_us = number_at(lt_redis_at(r, FIELDS), F_QUANTUM);
    for (size_t i = 0; 2 * i + 1 < lt_redis_len(list) && page->n < LT_BOARD_READ_ROWS; i++) {
        struct lt_board_line *line = &page->lines[page->n++];
        int64_t score = (int64_t)strtod(text_at(list, 2 * i + 1), NULL);
        line->member = number_at(list, 2 * i);
        if (i > 0 && score != above)
            rank = a->from + (int64_t)i;
        above = score;
        line->rank = rank;
        if (by_entry)
            unpack(score, quantum_us, line);
        else if (!read_row(text_at(rows, i), line))
            page->stale = true; /* the board and its rows are of two data sets */
    }
}

static void read_list(const struct lt_redis_reply *keys, struct lt_board_page *page)
{
    for (size_t i = 0; i < lt_redis_len(keys) && page->n_list < LT_BOARD_LIST_MAX; i++) {
        const char *name = text_at(keys, i);
        if (strncmp(name, "b:", 2) == 0 && strcmp(name, "b:full") != 0)
            snprintf(page->list[page->n_list++], LT_BOARD_NAME_BYTES, "%s", name + 2);
    }
}

static void read_page(const struct asking *a, const struct lt_redis_reply *r,
                      struct lt_board_page *page)
{
    const struct lt_redis_reply *f = lt_redis_at(r, FIELDS);
    page->stands = text_at(f, F_VERSION)[0] != '\0';
    if (!page->stands)
        return;
    bool by_entry = number_at(f, F_OF) < 0;
    const char *mark = by_entry ? text_at(r, BY_ENTRY_MARK) : text_at(f, F_MARK);
    page->has = text_at(f, F_OF)[0] != '\0';
    page->stale = !a->mark[0] || strcmp(mark, a->mark) != 0;
    page->version = number_at(f, F_VERSION);
    page->shows = number_at(f, F_SHOWS);
    page->frozen = number_at(f, F_FROZEN) != 0;
    page->final = number_at(f, F_FINAL) != 0;
    page->of = lt_redis_int(lt_redis_at(r, CARD));
    if (page->has)
        read_lines(a, r, by_entry, page);
    if (page->has && !by_entry && page->of != number_at(f, F_OF))
        page->stale = true;
    if (a->listing)
        read_list(lt_redis_at(r, KEYS_OF_SET), page);
}

static void on_read(void *arg, int err, const struct lt_redis_reply *r)
{
    static struct lt_board_page page;
    struct asking a = *(struct asking *)arg;
    free(arg);
    if (err == LT_OK && (lt_redis_type(r) != LT_REDIS_ARRAY || lt_redis_len(r) != MEMBERS)) {
        lt_log(
            LT_LOG_ERROR, "board cannot be read",
            LT_S("why", lt_redis_type(r) == LT_REDIS_ERROR ? lt_redis_str(r, NULL) : "not a page"));
        err = LT_EREDIS;
    }
    if (err != LT_OK) {
        a.fn(a.arg, LT_EREDIS, NULL);
        return;
    }
    memset(&page, 0, offsetof(struct lt_board_page, lines));
    read_page(&a, r, &page);
    a.fn(a.arg, LT_OK, &page);
}

int lt_board_read(struct lt_redis *r, const char *mark, const struct lt_board_query *q,
                  lt_board_page_fn *fn, void *arg)
{
    char keys[4][KEY_BYTES], name[4][LT_BOARD_NAME_BYTES + 8], field[LT_BOARD_NAME_BYTES + 4];
    char first[NUMBER_BYTES], last[NUMBER_BYTES];
    const char *board = q->name[0] ? q->name : "-";
    struct asking *a = malloc(sizeof *a);
    assert(a && q->from > 0 && q->n >= 0 && q->n <= LT_BOARD_READ_ROWS);
    *a = (struct asking){.fn = fn, .arg = arg, .from = q->from, .listing = !q->name[0]};
    snprintf(a->mark, sizeof a->mark, "%s", mark);
    snprintf(name[0], sizeof name[0], "boards");
    snprintf(name[1], sizeof name[1], "%s", board);
    snprintf(name[2], sizeof name[2], "%s:rows", board);
    snprintf(name[3], sizeof name[3], "%s:g", board);
    for (int i = 0; i < 4; i++)
        lt_board_key(keys[i], sizeof keys[i], q->tenant, q->event, name[i]);
    snprintf(field, sizeof field, "b:%s", board);
    snprintf(first, sizeof first, "%" PRId64, q->from - 1);
    snprintf(last, sizeof last, "%" PRId64, q->from - 2 + q->n);
    const char *argv[] = {"EVAL",  READ,    "4",   keys[0], keys[1],
                          keys[2], keys[3], field, first,   q->n > 0 ? last : "-99999999"};
    int err = lt_redis_cmd(r, on_read, a, sizeof argv / sizeof *argv, argv, NULL);
    if (err != LT_OK)
        free(a);
    return err;
}

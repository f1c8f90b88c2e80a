/* `leitai replay`: what an event came to, computed anew from its log and its raw answers, and
 * compared with everything that was written down about it.
 *
 *   leitai replay EVENT_CODE --tenant CODE
 *
 * In the order in which it would go wrong: each record must be readable, canonical and possible in
 * the state before it; a question that closed must have the tally and the digest of the answers that
 * are there; the results and the credits of a final event must be those that follow. The first
 * difference is printed and ends it with status 1. That the log itself is the one that was written
 * is not its business: `leitai audit verify` follows the hash chain. Nothing is written. */
#include "app/commands.h"

#include "base/err.h"
#include "domain/award.h"
#include "fold.h"
#include "fold_papers.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERR_BYTES = 8192 };

struct replay {
    const char *tenant, *event;
    struct lt_db *db;
    struct lt_event_id event_id;
    struct lt_fold *fold;
    struct lt_award *awards; /* by entry */
    int n_awards;
    struct lt_buf *err; /* why it could not be done */
    bool different;     /* one was found and printed */
};

/* ---- saying ---- */

static int told(struct replay *p, int err)
{
    if (err != LT_OK && !p->different && p->err->len == 0)
        lt_buf_str(p->err, lt_db_message(p->db)[0] ? lt_db_message(p->db) : lt_err_wire(err));
    return err;
}

static int differs(struct replay *p, const char *where, const char *what, const char *stored,
                   const char *recomputed)
{
    printf("different: %s: %s\n  stored     %s\n  recomputed %s\n", where, what, stored,
           recomputed);
    p->different = true;
    return LT_ERECORD;
}

static int same(struct replay *p, const char *where, const char *what, int64_t stored,
                int64_t recomputed)
{
    if (stored == recomputed)
        return LT_OK;
    return differs(p, where, what, lt_num(stored).s, lt_num(recomputed).s);
}

struct place_name {
    char s[96];
};
static struct place_name at_seq(int64_t seq, const char *kind)
{
    struct place_name n;
    snprintf(n.s, sizeof n.s, "log record %" PRId64 " (%s)", seq, kind);
    return n;
}

static struct place_name at_entry(const char *table, int64_t entry)
{
    struct place_name n;
    snprintf(n.s, sizeof n.s, "%s of entry %" PRId64, table, entry);
    return n;
}

/* ---- the log ---- */

static int check_payload(struct replay *p, const struct lt_record *r, const char *where,
                         const char *payload)
{
    struct lt_buf again;
    lt_buf_init(&again, LT_PAYLOAD_BYTES);
    lt_record_write(r, &again);
    assert(!again.failed);
    int err = strcmp(lt_buf_cstr(&again), payload) == 0
                  ? LT_OK
                  : differs(p, where, "payload", payload, lt_buf_cstr(&again));
    lt_buf_done(&again);
    return err;
}

static int check_digest(struct replay *p, const struct lt_fold *f, const struct lt_record *r,
                        const char *where)
{
    struct lt_rows *rows;
    if (r->digest[0] == '\0')
        return LT_OK;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT leitai.answers_digest($1, $2, $3, $4::smallint, $5, false)",
                         f->event.s, lt_num(r->qi).s, lt_num(r->qi + f->engine.n_open).s,
                         f->season.s, lt_num(f->engine.held).s);
    if (err != LT_OK)
        return err;
    if (strcmp(lt_rows_text(rows, 0, 0), r->digest) != 0)
        err = differs(p, where, "digest of the answers", r->digest, lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    return err;
}

/* The last record of a self-paced event vouches for its papers. */
static int check_papers_digest(struct replay *p, const struct lt_fold *f, const struct lt_record *r,
                               const char *where)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows, "SELECT leitai.event_digest($1, $2::smallint)", f->event.s,
                         f->season.s);
    if (err != LT_OK)
        return err;
    if (strcmp(lt_rows_text(rows, 0, 0), r->digest) != 0)
        err = differs(p, where, "digest of the papers", r->digest, lt_rows_text(rows, 0, 0));
    lt_rows_free(rows);
    return err;
}

/* As the answers were counted when the gate had closed. */
static void count(const struct lt_fold *f, const struct lt_answer_row *row, bool options,
                  struct lt_record *ret)
{
    int round, index;
    const struct lt_round_rule *rule = lt_sheet_round_of(&f->sheet, row->qi, &round, &index);
    struct lt_response response;
    ret->answered++;
    if (lt_response_read(row->body, strlen(row->body), &response) != LT_OK)
        return;
    ret->correct += lt_grade(f->questions[row->qi], &response, rule->score.partial).right;
    for (int i = 0; options && i < response.n_choice; i++)
        ret->dist[response.choice[i]]++;
}

/* Of the team that holds the question one answer stands, picked as the driver did it. */
static void count_held(const struct lt_fold *f, const struct lt_answer_row *rows, int n,
                       struct lt_record *ret)
{
    struct lt_answer_row mine[LT_MEMBERS_MAX];
    const struct lt_team *t = lt_engine_team(&f->engine, f->engine.held);
    int n_mine = 0, picked;
    for (int i = 0; i < n && n_mine < LT_MEMBERS_MAX; i++)
        if (rows[i].entry == f->engine.held)
            mine[n_mine++] = rows[i];
    picked = lt_policy_pick(lt_engine_round(&f->engine)->policy, mine, n_mine, t ? t->captain : 0);
    if (picked >= 0)
        count(f, &mine[picked], false, ret);
}

static int tally(const struct lt_fold *f, const struct lt_record *r, struct lt_record *ret)
{
    struct lt_rows *rows;
    struct lt_answer_row *answers;
    int n, err = lt_fold_rows(f, r->qi, r->qi + f->engine.n_open, &rows, &answers, &n);
    if (err != LT_OK)
        return err;
    if (f->engine.held != 0)
        count_held(f, answers, n, ret);
    for (int i = 0; i < n && f->engine.held == 0; i++)
        count(f, &answers[i], f->engine.n_open == 1, ret);
    free(answers);
    lt_rows_free(rows);
    return LT_OK;
}

static int check_tally(struct replay *p, const struct lt_fold *f, const struct lt_record *r,
                       const char *where)
{
    struct lt_record *counted = calloc(1, sizeof *counted);
    if (!counted)
        return LT_ENOMEM;
    int err = tally(f, r, counted);
    if (err == LT_OK && r->kind == LT_REC_VERDICT)
        err = same(p, where, "verdict", r->value, counted->correct > 0);
    if (err == LT_OK && r->kind == LT_REC_CLOSED) {
        err = same(p, where, "answered", r->answered, counted->answered);
        if (err == LT_OK)
            err = same(p, where, "correct", r->correct, counted->correct);
        for (int i = 0; i < 8 && err == LT_OK; i++)
            err = same(p, where, "distribution", r->dist[i], counted->dist[i]);
    }
    free(counted);
    return err;
}

static int check_record(void *arg, const struct lt_fold *f, const struct lt_record *r,
                        const char *payload)
{
    struct replay *p = arg;
    struct place_name where = at_seq(r->seq, lt_record_kind_name(r->kind));
    int err = check_payload(p, r, where.s, payload);
    if (err == LT_OK && f->engine.qstate == LT_Q_CLOSING && r->qi == f->engine.qi &&
        (r->kind == LT_REC_CLOSED || r->kind == LT_REC_VERDICT)) {
        err = check_digest(p, f, r, where.s);
        if (err == LT_OK)
            err = check_tally(p, f, r, where.s);
    }
    if (err == LT_OK && f->sheet.self_paced && r->kind == LT_REC_FINAL)
        err = check_papers_digest(p, f, r, where.s);
    return err;
}

/* What a list shows of a paper that was handed in is what its choices are worth. */
static int check_paper(void *arg, const struct fold_paper *paper,
                       const struct lt_paper_score *score)
{
    struct replay *p = arg;
    char where[128];
    if (paper->paper->state == LT_PAPER_OPEN)
        return LT_OK;
    snprintf(where, sizeof where, "paper %d of round %d of person %" PRId64, paper->attempt,
             paper->round + 1, paper->person);
    int err = same(p, where, "points (hundredths)", paper->stored.points_c, score->points_c);
    if (err == LT_OK)
        err = same(p, where, "correct", paper->stored.correct, score->correct);
    if (err == LT_OK)
        err = same(p, where, "answered", paper->stored.answered, score->answered);
    if (err == LT_OK)
        err = same(p, where, "answer time (µs)", paper->stored.time_us, score->time_us);
    return err;
}

static int fold_log(struct replay *p)
{
    char last[64], head[64];
    int err = lt_fold_log(p->fold, check_record, p);
    if (p->different || (err != LT_EGAP && err != LT_ERECORD))
        return err;
    snprintf(head, sizeof head, "records up to %" PRId64, p->fold->head_seq);
    snprintf(last, sizeof last, "possible up to %" PRId64, p->fold->engine.seq);
    return differs(p, "log", err == LT_EGAP ? "a record is missing" : "a record is impossible",
                   head, last);
}

/* ---- results ---- */

static int check_result(struct replay *p, const struct lt_rows *rows, int i)
{
    int64_t entry = lt_rows_i64(rows, i, 0);
    struct place_name where = at_entry("result", entry);
    const struct lt_place *place = lt_fold_place(p->fold, entry);
    if (!place)
        return differs(p, where.s, "entry", "there", "none");
    const struct {
        const char *what;
        int64_t recomputed;
    } columns[] = {{"points (hundredths)", place->points_c},
                   {"rank", place->rank},
                   {"correct", place->correct},
                   {"answer time (µs)", place->time_us},
                   {"answered", place->answered}};
    int err = LT_OK;
    for (int k = 0; k < (int)(sizeof columns / sizeof *columns) && err == LT_OK; k++)
        err = same(p, where.s, columns[k].what, lt_rows_i64(rows, i, 1 + k), columns[k].recomputed);
    return err;
}

static int check_results(struct replay *p)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT entry_id, points_c, rank, correct, time_us, answered FROM "
                         "leitai.result WHERE tenant_id = leitai.current_tenant() AND event_id = "
                         "$1 ORDER BY rank, entry_id",
                         p->fold->event.s);
    if (err != LT_OK)
        return err;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++)
        err = check_result(p, rows, i);
    if (err == LT_OK)
        err = same(p, "result", "number of entries", lt_rows_count(rows), p->fold->n_ranked);
    lt_rows_free(rows);
    return err;
}

/* ---- credits ---- */

static int by_entry_and_rule(const void *pa, const void *pb)
{
    const struct lt_award *a = pa, *b = pb;
    if (a->entry != b->entry)
        return a->entry < b->entry ? -1 : 1;
    return strcmp(a->rule, b->rule);
}

static int compute_awards(struct replay *p)
{
    const struct lt_fold *f = p->fold;
    p->awards = malloc((2 * (size_t)f->n_ranked + 1) * sizeof *p->awards);
    if (!p->awards)
        return LT_ENOMEM;
    p->n_awards = lt_award_compute(&f->sheet.credits, f->ranked, f->n_ranked, p->awards);
    qsort(p->awards, (size_t)p->n_awards, sizeof *p->awards, by_entry_and_rule);
    return LT_OK;
}

/* The first award of an entry, or where it would be. */
static int first_award(const struct replay *p, int64_t entry)
{
    int low = 0, high = p->n_awards;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (p->awards[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Row *at of the outbox against one award of one person; both are in order of person and rule. */
static int check_credit(struct replay *p, const struct lt_rows *stored, int *at, int64_t person,
                        const struct lt_award *a)
{
    char where[96];
    bool there = *at < lt_rows_count(stored) && lt_rows_i64(stored, *at, 0) == person &&
                 strcmp(lt_rows_text(stored, *at, 1), a->rule) == 0;
    snprintf(where, sizeof where, "credit of person %" PRId64 " (%s)", person, a->rule);
    if (!there) {
        bool surplus =
            *at < lt_rows_count(stored) && (lt_rows_i64(stored, *at, 0) < person ||
                                            (lt_rows_i64(stored, *at, 0) == person &&
                                             strcmp(lt_rows_text(stored, *at, 1), a->rule) < 0));
        if (!surplus)
            return differs(p, where, "amount (hundredths)", "none", lt_num(a->amount_c).s);
        snprintf(where, sizeof where, "credit of person %s (%s)", lt_rows_text(stored, *at, 0),
                 lt_rows_text(stored, *at, 1));
        return differs(p, where, "amount (hundredths)", lt_rows_text(stored, *at, 2), "none");
    }
    int err = same(p, where, "amount (hundredths)", lt_rows_i64(stored, *at, 2), a->amount_c);
    if (err == LT_OK && strcmp(lt_rows_text(stored, *at, 3), p->fold->season.s) != 0)
        err = differs(p, where, "year", lt_rows_text(stored, *at, 3), p->fold->season.s);
    ++*at;
    return err;
}

static int compare_credits(struct replay *p, const struct lt_rows *people,
                           const struct lt_rows *stored)
{
    int at = 0, err = LT_OK;
    for (int i = 0; i < lt_rows_count(people) && err == LT_OK; i++) {
        int64_t person = lt_rows_i64(people, i, 0), entry = lt_rows_i64(people, i, 1);
        for (int k = first_award(p, entry);
             k < p->n_awards && p->awards[k].entry == entry && err == LT_OK; k++)
            err = check_credit(p, stored, &at, person, &p->awards[k]);
    }
    if (err == LT_OK && at < lt_rows_count(stored)) {
        struct place_name where;
        snprintf(where.s, sizeof where.s, "credit of person %s (%s)", lt_rows_text(stored, at, 0),
                 lt_rows_text(stored, at, 1));
        err = differs(p, where.s, "amount (hundredths)", lt_rows_text(stored, at, 2), "none");
    }
    return err;
}

static int check_credits(struct replay *p)
{
    struct lt_rows *people = NULL, *stored = NULL;
    int err = lt_db_exec(
        p->db, &people,
        "SELECT p.person_id, n.entry_id FROM leitai.entry n LEFT JOIN leitai.team_member m ON "
        "(m.tenant_id, m.event_id, m.entry_id) = (n.tenant_id, n.event_id, n.entry_id) "
        "JOIN leitai.person p ON p.tenant_id = n.tenant_id AND p.person_id = "
        "COALESCE(n.person_id, m.person_id) WHERE n.tenant_id = leitai.current_tenant() AND "
        "n.event_id = $1 AND NOT n.guest AND NOT p.guest ORDER BY p.person_id",
        p->fold->event.s);
    if (err == LT_OK)
        err = lt_db_exec(p->db, &stored,
                         "SELECT person_id, rule, amount_c, year FROM leitai.credit_outbox WHERE "
                         "tenant_id = leitai.current_tenant() AND event_id = $1 "
                         "ORDER BY person_id, rule COLLATE \"C\"",
                         p->fold->event.s);
    if (err == LT_OK)
        err = compare_credits(p, people, stored);
    lt_rows_free(people);
    lt_rows_free(stored);
    return err;
}

/* ---- what is printed ---- */

static void print_points(int64_t points_c)
{
    int64_t size_c = points_c < 0 ? -points_c : points_c;
    char text[32];
    snprintf(text, sizeof text, "%s%" PRId64 ".%02d", points_c < 0 ? "-" : "", size_c / 100,
             (int)(size_c % 100));
    printf("  %12s", text);
}

static void print_place(const struct replay *p, const struct lt_place *place, const char *name,
                        bool earns)
{
    int64_t credits_c = 0;
    for (int k = first_award(p, place->entry);
         earns && k < p->n_awards && p->awards[k].entry == place->entry; k++)
        credits_c += p->awards[k].amount_c;
    if (place->disqualified)
        printf("%6s", "-");
    else
        printf("%6d", (int)place->rank);
    print_points(place->points_c);
    print_points(credits_c);
    printf("  %8" PRId64 "  %s\n", place->entry, name);
}

static int print_places(struct replay *p)
{
    struct lt_rows *rows;
    int n = p->fold->n_ranked;
    int err = lt_db_exec(p->db, &rows,
                         "SELECT entry_id, name, guest FROM leitai.entry WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1 ORDER BY entry_id",
                         p->fold->event.s);
    if (err != LT_OK)
        return err;
    printf("《%s》: %s, %" PRId64 " records, %d entries\n", p->fold->title,
           lt_phase_name(p->fold->engine.phase), p->fold->engine.seq, n);
    printf("%6s  %12s  %12s  %8s  %s\n", "rank", "points", "credits", "entry", "name");
    for (int i = 0; i < n; i++) {
        const struct lt_place *place = p->fold->ranked[i];
        int low = 0, high = lt_rows_count(rows);
        while (low < high) {
            int middle = low + (high - low) / 2;
            if (lt_rows_i64(rows, middle, 0) < place->entry)
                low = middle + 1;
            else
                high = middle;
        }
        bool known = low < lt_rows_count(rows) && lt_rows_i64(rows, low, 0) == place->entry;
        print_place(p, place, known ? lt_rows_text(rows, low, 1) : "?",
                    known && !lt_rows_bool(rows, low, 2));
    }
    lt_rows_free(rows);
    printf("identical\n");
    return LT_OK;
}

/* ---- the command ---- */

static int find(struct replay *p, const char *sql, const char *what, const char *which,
                int64_t *ret)
{
    struct lt_rows *rows;
    int err = lt_db_exec(p->db, &rows, sql, which);
    if (err != LT_OK)
        return told(p, err);
    *ret = lt_rows_count(rows) == 1 ? lt_rows_i64(rows, 0, 0) : 0;
    lt_rows_free(rows);
    if (*ret != 0)
        return LT_OK;
    lt_buf_printf(p->err, "there is no %s %s", what, which);
    return LT_ENOENT;
}

static int check_all(struct replay *p)
{
    int err = lt_fold_open(p->db, p->event_id, &p->fold);
    if (err == LT_OK) {
        p->fold->on_paper = check_paper;
        p->fold->on_paper_arg = p;
        err = fold_log(p);
    }
    if (err == LT_OK)
        err = lt_fold_answers(p->fold);
    if (err == LT_OK)
        err = compute_awards(p);
    if (err == LT_OK && p->fold->engine.phase == LT_PHASE_FINAL) {
        err = check_results(p);
        if (err == LT_OK)
            err = check_credits(p);
    }
    return err == LT_OK ? print_places(p) : err;
}

static int run(struct replay *p)
{
    struct lt_tenant_id tenant;
    int64_t id;
    int err = find(p, "SELECT COALESCE(leitai.find_tenant($1), 0)", "tenant", p->tenant, &id);
    if (err != LT_OK)
        return err;
    tenant.v = id;
    err = told(p, lt_db_begin(p->db, tenant));
    if (err == LT_OK)
        err = told(p, lt_db_script(p->db, "SET TRANSACTION READ ONLY"));
    if (err == LT_OK)
        err = find(p,
                   "SELECT event_id FROM leitai.event WHERE tenant_id = leitai.current_tenant() "
                   "AND (code = $1 OR event_id::text = $1) ORDER BY code = $1 DESC LIMIT 1",
                   "event", p->event, &id);
    if (err == LT_OK) {
        p->event_id.v = id;
        err = told(p, check_all(p));
    }
    lt_db_rollback(p->db);
    return err;
}

static int parse(struct replay *p, int argc, char **argv)
{
    if (argc != 4)
        return LT_ECONFIG;
    int flag = strcmp(argv[1], "--tenant") == 0 ? 1 : 2;
    if (strcmp(argv[flag], "--tenant") != 0)
        return LT_ECONFIG;
    p->tenant = argv[flag + 1];
    p->event = argv[flag == 1 ? 3 : 1];
    return LT_OK;
}

int lt_cmd_replay(struct lt_config *c, int argc, char **argv)
{
    struct lt_buf err;
    struct replay p = {.err = &err};
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai replay", .stop_fd = -1};
    if (parse(&p, argc, argv) != LT_OK) {
        fprintf(stderr, "usage: leitai replay EVENT_CODE --tenant CODE\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, ERR_BYTES);
    int r = lt_db_open(&opts, &p.db, &err);
    if (r == LT_OK)
        r = run(&p);
    if (r != LT_OK && !p.different)
        fprintf(stderr, "leitai replay: %s\n", lt_buf_cstr(&err));
    lt_fold_free(p.fold);
    free(p.awards);
    lt_db_close(p.db);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

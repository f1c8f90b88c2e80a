/* `leitai audit`: whether an event's record is as it was written.
 *
 *   leitai audit verify --tenant CODE --event CODE_OR_ID [--head FILE]
 *   leitai audit head --tenant CODE --event CODE_OR_ID
 *
 * The log is a hash chain that the database made as it went; `verify` makes it again by itself, byte
 * for byte, with the digests of rules, questions and answers that it carries. A chain that was
 * rewritten from end to end is right in itself: the head that was exported (`head`) or printed on the
 * stage at the end is what finds that out (`--head`). */
#include "app/commands.h"

#include "app/db.h"
#include "base/err.h"
#include "domain/engine.h"
#include "lookup.h"
#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = 32, HEX_BYTES = 2 * HASH_BYTES + 1, PAGE_ROWS = 1000, FAULTS_PRINTED = 50 };

struct audit {
    struct lookup at;
    struct lt_db *db;
    int64_t season;
    bool self_paced;
    int64_t rows, faults;
    unsigned char hash[HASH_BYTES]; /* of the row before */
    const char *head_file;
    char wanted[HEX_BYTES]; /* of --head, "" none */
    int64_t wanted_seq;
    bool head_seen;
};

/* ---- hashing ---- */

static EVP_MD_CTX *sha_begin(void)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;
    assert(ok);
    return c;
}

static void sha_text(EVP_MD_CTX *c, const char *s)
{
    EVP_DigestUpdate(c, s, strlen(s));
}

static void sha_end(EVP_MD_CTX *c, unsigned char out[HASH_BYTES])
{
    EVP_DigestFinal_ex(c, out, NULL);
    EVP_MD_CTX_free(c);
}

static void hex_of(const unsigned char hash[HASH_BYTES], char out[HEX_BYTES])
{
    for (int i = 0; i < HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static void unhex(const char *hex, unsigned char out[HASH_BYTES])
{
    for (int i = 0; i < HASH_BYTES; i++) {
        unsigned byte = 0;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            byte = 0;
        out[i] = (unsigned char)byte;
    }
}

static void sha_end_hex(EVP_MD_CTX *c, char out[HEX_BYTES])
{
    unsigned char hash[HASH_BYTES];
    sha_end(c, hash);
    hex_of(hash, out);
}

/* Columns of a row joined by "|", NULL left out as concat_ws does. */
static void sha_columns(EVP_MD_CTX *c, const struct lt_rows *r, int row, int from, int to)
{
    for (int k = from; k < to; k++) {
        if (k > from)
            sha_text(c, "|");
        sha_text(c, lt_rows_text(r, row, k));
    }
}

/* ---- what is not as it was ---- */

static void fault(struct audit *a, int64_t seq, const char *what)
{
    if (a->faults++ < FAULTS_PRINTED)
        printf("record %" PRId64 ": %s\n", seq, what);
}

/* SHA-256 over rows that a statement gives, one line each. */
static int digest_rows(struct audit *a, EVP_MD_CTX *c, const char *sql, const char *p1,
                       const char *p2, const char *p3)
{
    struct lt_rows *rows;
    int err = lt_db_exec(a->db, &rows, sql, lt_num(a->at.event.v).s, p1, p2, p3);
    if (err != LT_OK) {
        EVP_MD_CTX_free(c);
        return err;
    }
    int n = lt_rows_count(rows), columns = lt_rows_columns(rows);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            sha_text(c, "\n");
        sha_columns(c, rows, i, 0, columns);
    }
    lt_rows_free(rows);
    return LT_OK;
}

static const char answers_sql[] =
    "SELECT qi, person_id, attempt, entry_id, answer_id, body, CASE WHEN late THEN 1 ELSE 0 END, "
    "used_us, received_us FROM leitai.answer WHERE tenant_id = leitai.current_tenant() "
    "AND event_id = $1 AND season = $2::smallint AND ";

static int answers_digest(struct audit *a, const struct lt_record *r, int n, char out[HEX_BYTES])
{
    char sql[sizeof answers_sql + 160];
    EVP_MD_CTX *c = sha_begin();
    snprintf(sql, sizeof sql,
             "%sNOT late AND qi >= $3::integer AND qi < $3::integer + %d AND $4::bigint IN (0, "
             "entry_id) ORDER BY qi, person_id, attempt",
             answers_sql, n);
    int err = digest_rows(a, c, sql, lt_num(a->season).s, lt_num(r->qi).s,
                          lt_num(r->kind == LT_REC_VERDICT ? r->entry : 0).s);
    if (err == LT_OK)
        sha_end_hex(c, out);
    return err;
}

/* All papers of a self-paced event: people in PARTS parts by their id, each a hash over the hashes of
 * its papers; see leitai.papers_digest. "" when there is none. */
enum { PARTS = 256, PAPER_COLUMNS = 12 };

static void hash_papers(const struct lt_rows *rows, EVP_MD_CTX *parts[PARTS])
{
    for (int i = 0; i < lt_rows_count(rows); i++) {
        unsigned char hash[HASH_BYTES];
        int64_t no = lt_rows_i64(rows, i, 0) % PARTS;
        EVP_MD_CTX *c = sha_begin();
        bool first = true;
        for (int k = 0; k < PAPER_COLUMNS; k++) {
            /* concat_ws leaves out what is NULL: duel and submitted may be. */
            if ((k == 4 && lt_rows_bool(rows, i, PAPER_COLUMNS)) ||
                (k == 9 && lt_rows_bool(rows, i, PAPER_COLUMNS + 1)))
                continue;
            if (!first)
                sha_text(c, "|");
            first = false;
            sha_text(c, lt_rows_text(rows, i, k));
        }
        sha_end(c, hash);
        if (!parts[no])
            parts[no] = sha_begin();
        EVP_DigestUpdate(parts[no], hash, sizeof hash);
    }
}

static void join_parts(EVP_MD_CTX *parts[PARTS], char out[HEX_BYTES])
{
    unsigned char hash[HASH_BYTES];
    EVP_MD_CTX *all = sha_begin();
    bool any = false;
    for (int i = 0; i < PARTS; i++) {
        if (!parts[i])
            continue;
        any = true;
        sha_end(parts[i], hash);
        EVP_DigestUpdate(all, hash, sizeof hash);
    }
    sha_end_hex(all, out);
    if (!any)
        out[0] = '\0';
}

static int papers_digest(struct audit *a, char out[HEX_BYTES])
{
    EVP_MD_CTX *parts[PARTS] = {0};
    struct lt_num person = lt_num(0), round = lt_num(0), attempt = lt_num(0);
    int err = LT_OK, n = PAGE_ROWS;
    while (err == LT_OK && n == PAGE_ROWS) {
        struct lt_rows *rows;
        err =
            lt_db_exec(a->db, &rows,
                       "SELECT person_id, round_no, attempt, entry_id, duel_id, ordinal, seed, "
                       "started_us, deadline_us, submitted_us, state, choices, duel_id IS NULL, "
                       "submitted_us IS NULL FROM leitai.paper WHERE tenant_id = "
                       "leitai.current_tenant() AND event_id = $1 AND season = $2::smallint AND "
                       "(person_id, round_no, attempt) > ($3::bigint, $4::smallint, $5::smallint) "
                       "ORDER BY person_id, round_no, attempt LIMIT 1000",
                       lt_num(a->at.event.v).s, lt_num(a->season).s, person.s, round.s, attempt.s);
        if (err != LT_OK)
            break;
        n = lt_rows_count(rows);
        hash_papers(rows, parts);
        if (n > 0) {
            person = lt_num(lt_rows_i64(rows, n - 1, 0));
            round = lt_num(lt_rows_i64(rows, n - 1, 1));
            attempt = lt_num(lt_rows_i64(rows, n - 1, 2));
        }
        lt_rows_free(rows);
    }
    join_parts(parts, out);
    return err;
}

/* Everything that was sent in: all answers, then what was refused or pressed, then all papers. */
static int event_digest(struct audit *a, char out[HEX_BYTES])
{
    char sql[sizeof answers_sql + 80], answers[HEX_BYTES], papers[HEX_BYTES];
    EVP_MD_CTX *c = sha_begin();
    snprintf(sql, sizeof sql, "%sNOT ($3 || $4) IS NULL ORDER BY qi, person_id, attempt",
             answers_sql);
    int err = digest_rows(a, c, sql, lt_num(a->season).s, "", "");
    if (err != LT_OK)
        return err;
    sha_end_hex(c, answers);
    c = sha_begin();
    sha_text(c, answers);
    err = digest_rows(
        a, c,
        "SELECT command_id, person_id, action, expect_q, args, outcome FROM leitai.inbox "
        "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 AND action IN ($2, $3, $4) "
        "ORDER BY inbox_no",
        "answer", "press", "stake");
    if (err != LT_OK)
        return err;
    err = papers_digest(a, papers);
    sha_text(c, papers);
    sha_end_hex(c, out);
    return err;
}

/* The rules and questions that were frozen when the lobby opened. */
static int content_digest(struct audit *a, char out[HEX_BYTES])
{
    struct lt_rows *sheet;
    EVP_MD_CTX *c;
    int err = lt_db_exec(a->db, &sheet,
                         "SELECT s.sheet::text FROM leitai.event_head h JOIN leitai.rule_sheet s "
                         "ON (s.tenant_id, s.event_id, s.version) = (h.tenant_id, h.event_id, "
                         "h.sheet_version) WHERE h.tenant_id = leitai.current_tenant() "
                         "AND h.event_id = $1",
                         lt_num(a->at.event.v).s);
    if (err != LT_OK)
        return err;
    c = sha_begin();
    sha_text(c, lt_rows_text(sheet, 0, 0));
    sha_text(c, "\n");
    lt_rows_free(sheet);
    err = digest_rows(a, c,
                      a->self_paced
                          ? "SELECT qi || ' ' || body::text || concat_ws(' ', '', round_no, "
                            "difficulty, audience) FROM leitai.question_instance "
                            "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 "
                            "AND NOT ($2 || $3 || $4) IS NULL ORDER BY qi"
                          : "SELECT qi || ' ' || body::text FROM leitai.question_instance "
                            "WHERE tenant_id = leitai.current_tenant() AND event_id = $1 "
                            "AND NOT ($2 || $3 || $4) IS NULL ORDER BY qi",
                      "", "", "");
    if (err == LT_OK)
        sha_end_hex(c, out);
    return err;
}

/* ---- the chain ---- */

/* Columns of a row of the log: seq, epoch, token, at_us, kind, payload, hash (hex). */
enum { SEQ, EPOCH, TOKEN, AT, KIND, PAYLOAD, HASH };

static int chain_row(struct audit *a, const struct lt_rows *rows, int i,
                     const struct lt_record *record)
{
    char hex[HEX_BYTES], content[HEX_BYTES] = "";
    int err = LT_OK;
    EVP_MD_CTX *c;
    if (record->kind == LT_REC_PHASE && record->phase == LT_PHASE_LOBBY)
        err = content_digest(a, content);
    if (err != LT_OK)
        return err;
    c = sha_begin();
    EVP_DigestUpdate(c, a->hash, sizeof a->hash);
    sha_text(c, lt_num(a->at.tenant.v).s);
    sha_text(c, "|");
    sha_text(c, lt_num(a->at.event.v).s);
    sha_text(c, "|");
    sha_columns(c, rows, i, SEQ, HASH);
    if (content[0]) {
        sha_text(c, "|");
        sha_text(c, content);
    }
    sha_end(c, a->hash);
    hex_of(a->hash, hex);
    if (strcmp(hex, lt_rows_text(rows, i, HASH)) != 0) {
        fault(a, record->seq,
              content[0] ? "it, the rules or the questions were changed"
                         : "it, or the hash before it, was changed");
        /* Go on from what is stored, so that what was changed is named and not all after it. */
        unhex(lt_rows_text(rows, i, HASH), a->hash);
    }
    if (record->seq == a->wanted_seq) {
        a->head_seen = true;
        if (strcmp(hex, a->wanted) != 0)
            fault(a, record->seq, "it is not the head that was exported: the log was rewritten");
    }
    return LT_OK;
}

static int check_digest(struct audit *a, const struct lt_record *record, int n)
{
    char hex[HEX_BYTES];
    int err;
    if (record->digest[0] == '\0')
        return LT_OK;
    err = record->kind == LT_REC_FINAL ? event_digest(a, hex) : answers_digest(a, record, n, hex);
    if (err == LT_OK && strcmp(hex, record->digest) != 0)
        fault(a, record->seq,
              record->kind == LT_REC_FINAL ? "answers or presses of the event were changed"
                                           : "answers that it counted were changed");
    return err;
}

static int check_rows(struct audit *a, const struct lt_rows *rows, int *n_open)
{
    struct lt_record record;
    int err = LT_OK;
    for (int i = 0; i < lt_rows_count(rows) && err == LT_OK; i++) {
        const char *payload = lt_rows_text(rows, i, PAYLOAD);
        int64_t seq = lt_rows_i64(rows, i, SEQ);
        if (seq != ++a->rows) {
            fault(a, a->rows, "it is missing");
            a->rows = seq;
        }
        if (lt_record_read(lt_rows_text(rows, i, KIND), seq, lt_rows_i64(rows, i, AT), payload,
                           strlen(payload), &record) != LT_OK) {
            fault(a, seq, "it cannot be read");
            memset(&record, 0, sizeof record);
            record.seq = seq;
            record.kind = LT_RECORDS;
        }
        if (record.kind == LT_REC_ARMED)
            *n_open = record.n;
        err = chain_row(a, rows, i, &record);
        if (err == LT_OK)
            err = check_digest(a, &record, *n_open);
    }
    return err;
}

static int check_head(struct audit *a)
{
    struct lt_rows *rows;
    char hex[HEX_BYTES];
    int err = lt_db_exec(a->db, &rows,
                         "SELECT seq, encode(hash, 'hex') FROM leitai.event_head "
                         "WHERE tenant_id = leitai.current_tenant() AND event_id = $1",
                         lt_num(a->at.event.v).s);
    if (err != LT_OK)
        return err;
    hex_of(a->hash, hex);
    if (lt_rows_i64(rows, 0, 0) != a->rows)
        fault(a, lt_rows_i64(rows, 0, 0), "the head names it, but the log ends elsewhere");
    else if (strcmp(hex, lt_rows_text(rows, 0, 1)) != 0)
        fault(a, a->rows, "the head's hash is another");
    if (a->wanted[0] && !a->head_seen)
        fault(a, a->wanted_seq, "it was exported, but the log has no such record: it was cut");
    lt_rows_free(rows);
    return LT_OK;
}

static int verify(struct audit *a)
{
    struct lt_rows *rows;
    int err = LT_OK, n = PAGE_ROWS, n_open = 1;
    while (err == LT_OK && n == PAGE_ROWS) {
        err = lt_db_exec(a->db, &rows,
                         "SELECT seq, epoch, token, at_us, kind, payload, encode(hash, 'hex') "
                         "FROM leitai.event_log WHERE tenant_id = leitai.current_tenant() "
                         "AND event_id = $1 AND seq > $2 ORDER BY seq LIMIT 1000",
                         lt_num(a->at.event.v).s, lt_num(a->rows).s);
        if (err != LT_OK)
            break;
        n = lt_rows_count(rows);
        err = check_rows(a, rows, &n_open);
        lt_rows_free(rows);
    }
    return err == LT_OK ? check_head(a) : err;
}

/* ---- the command ---- */

static int print_head(struct audit *a)
{
    struct lt_rows *rows;
    int err = lt_db_exec(a->db, &rows,
                         "SELECT seq, encode(hash, 'hex') FROM leitai.event_head "
                         "WHERE tenant_id = leitai.current_tenant() AND event_id = $1",
                         lt_num(a->at.event.v).s);
    if (err != LT_OK)
        return err;
    printf("%s %s\n", lt_rows_text(rows, 0, 0), lt_rows_text(rows, 0, 1));
    lt_rows_free(rows);
    return LT_OK;
}

/* What `head` has printed. */
static int read_head(struct audit *a)
{
    FILE *f = fopen(a->head_file, "re");
    int n = f ? fscanf(f, "%" SCNd64 " %64s", &a->wanted_seq, a->wanted) : 0;
    if (f)
        fclose(f);
    return n == 2 && strlen(a->wanted) == HEX_BYTES - 1 ? LT_OK : LT_ECONFIG;
}

static int season_of(struct audit *a)
{
    struct lt_rows *rows;
    int err = lt_db_exec(a->db, &rows,
                         "SELECT season, self_paced FROM leitai.event WHERE tenant_id = "
                         "leitai.current_tenant() AND event_id = $1",
                         lt_num(a->at.event.v).s);
    if (err != LT_OK)
        return err;
    a->season = lt_rows_i64(rows, 0, 0);
    a->self_paced = lt_rows_bool(rows, 0, 1);
    lt_rows_free(rows);
    return LT_OK;
}

/* One transaction, so that a contest which goes on meanwhile does not look like a change. */
static int run(struct audit *a, bool head)
{
    int err = lookup_event(&a->at, a->db);
    if (err == LT_OK)
        err = lt_db_script(a->db, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL "
                                  "REPEATABLE READ, READ ONLY");
    if (err == LT_OK)
        err = lt_db_begin(a->db, a->at.tenant);
    if (err == LT_OK)
        err = season_of(a);
    if (err == LT_OK)
        err = head ? print_head(a) : verify(a);
    lt_db_rollback(a->db);
    return err;
}

static int parse(struct audit *a, int argc, char **argv, bool *ret_head)
{
    if (argc < 2 || argc % 2 != 0)
        return LT_ECONFIG;
    *ret_head = strcmp(argv[1], "head") == 0;
    if (!*ret_head && strcmp(argv[1], "verify") != 0)
        return LT_ECONFIG;
    for (int i = 2; i < argc; i += 2) {
        if (strcmp(argv[i], "--head") == 0 && !*ret_head)
            a->head_file = argv[i + 1];
        else if (!lookup_option(&a->at, argv[i], argv[i + 1]))
            return LT_ECONFIG;
    }
    return a->at.tenant_code && a->at.event_code ? LT_OK : LT_ECONFIG;
}

int lt_cmd_audit(struct lt_config *c, int argc, char **argv)
{
    struct audit a = {0};
    struct lt_buf err;
    bool head;
    struct lt_db_opts opts = {
        .url = lt_config_str(c, "database_url"), .name = "leitai audit", .stop_fd = -1};
    if (parse(&a, argc, argv, &head) != LT_OK) {
        fprintf(stderr,
                "usage: leitai audit verify --tenant CODE --event CODE_OR_ID [--head FILE]\n"
                "       leitai audit head --tenant CODE --event CODE_OR_ID\n");
        return EXIT_FAILURE;
    }
    if (a.head_file && read_head(&a) != LT_OK) {
        fprintf(stderr, "leitai audit: %s does not hold what `leitai audit head` prints\n",
                a.head_file);
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, 4096);
    int r = lt_db_open(&opts, &a.db, &err);
    if (r == LT_OK) {
        r = run(&a, head);
        if (r != LT_OK)
            lt_buf_str(&err, a.at.missing[0]          ? a.at.missing
                             : lt_db_message(a.db)[0] ? lt_db_message(a.db)
                                                      : lt_err_wire(r));
    }
    lt_db_close(a.db);
    if (r != LT_OK)
        fprintf(stderr, "leitai audit: %s\n", lt_buf_cstr(&err));
    else if (!head)
        printf("records %" PRId64 ", changes %" PRId64 "\n", a.rows, a.faults);
    lt_buf_done(&err);
    return r == LT_OK && a.faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A self-paced event: papers of people, drawn by the product and answered here, so that what each is worth
 * is known; some events close soon and are frozen by now. */
#include "boards.h"

#include "app/finalise.h"
#include "base/err.h"
#include "columns.h"
#include "domain/paper.h"
#include "service/pool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MAX = 24, PAPERS_MAX = 120, ROUNDS = 2, COLUMN_BYTES = 8 * 1024 * 1024, LOG = 16 };
static const char question[] =
    "{\"type\":\"single\",\"stem\":\"s\",\"options\":[\"a\",\"b\",\"c\"],\"key\":[1]}";

struct sheet {
    bool at_once;
    int last_minutes;
    struct {
        int questions, right, wrong, attempts, per_day;
        enum lt_counts counts;
        bool practice;
    } rounds[ROUNDS];
};
struct paper {
    int64_t person, started_us, submitted_us; /* submitted 0: open */
    int round, attempt, ordinal;
    int64_t points_c, time_us;
    int correct, answered;
    uint64_t seed;
    char text[4096];
};
struct ruling {
    int64_t person, value_c, at_us; /* value 0: disqualified */
};
static struct {
    struct sheet rules;
    struct lt_sheet sheet;
    struct lt_pool pool;
    struct lt_engine engine;
    struct lt_record log[LOG];
    int n_log;
    int64_t people[PEOPLE_MAX];
    int n_people;
    struct paper papers[PAPERS_MAX];
    int n_papers;
    struct ruling rulings[4];
    int n_rulings;
    int64_t now_us, closes_us;
    bool final;
} p;

/* ---- rules ----------------------------------------------------------------------------------- */

static void random_rules(struct world *w)
{
    memset(&p.rules, 0, sizeof p.rules);
    p.rules.at_once = chance(w, 70);
    p.rules.last_minutes = p.rules.at_once && chance(w, 60) ? 30 + below(w, 60) : 0;
    for (int r = 0; r < ROUNDS; r++) {
        p.rules.rounds[r].questions = 1 + below(w, 4);
        p.rules.rounds[r].right = 1 + below(w, 5);
        p.rules.rounds[r].wrong = below(w, 3);
        p.rules.rounds[r].attempts = 1 + below(w, 3);
        p.rules.rounds[r].per_day = chance(w, 40) ? 1 : 0;
        p.rules.rounds[r].counts = (enum lt_counts)below(w, LT_COUNTS);
        p.rules.rounds[r].practice = r > 0 && chance(w, 15);
    }
}

static void write_sheet(const struct world *w, struct lt_buf *b)
{
    static const char *const counts[] = {"best", "last", "mean", "sum"};

    lt_buf_printf(b, "{\"version\":1%s", p.rules.at_once ? ",\"results\":\"at_once\"" : "");
    if (p.rules.last_minutes)
        lt_buf_printf(b, ",\"freeze\":{\"last_minutes\":%d}", p.rules.last_minutes);
    lt_buf_str(b, ",\"rounds\":[");
    for (int r = 0; r < ROUNDS; r++) {
        lt_buf_printf(b,
                      "%s{\"title\":\"r\",\"mode\":\"timed\",\"questions\":%d,\"minutes\":30,"
                      "\"points\":{\"right\":%d,\"wrong\":%d}",
                      r ? "," : "", p.rules.rounds[r].questions, p.rules.rounds[r].right,
                      -p.rules.rounds[r].wrong);
        if (p.rules.rounds[r].practice)
            lt_buf_str(b, ",\"practice\":true");
        else
            lt_buf_printf(b, ",\"attempts\":%d,\"counted_per_day\":%d,\"counts\":\"%s\"",
                          p.rules.rounds[r].attempts, p.rules.rounds[r].per_day,
                          counts[p.rules.rounds[r].counts]);
        if (p.rules.at_once && !p.rules.rounds[r].practice)
            lt_buf_str(b, ",\"disjoint\":true");
        lt_buf_char(b, '}');
    }
    lt_buf_char(b, ']');
    world_specs_json(w, b);
    lt_buf_char(b, '}');
}

static void parse_sheet(struct lt_buf *b)
{
    struct lt_buf err;

    lt_buf_init(&err, LT_SHEET_BYTES);
    if (lt_sheet_parse(lt_buf_cstr(b), b->len, &p.sheet, &err) != LT_OK) {
        fprintf(stderr, "%s\n%s\n", lt_buf_cstr(b), lt_buf_cstr(&err));
        exit(2);
    }
    lt_buf_done(&err);
}

/* ---- the log --------------------------------------------------------------------------------- */

static void act(struct lt_input in)
{
    struct lt_record *r = &p.log[p.n_log];
    bool has;

    if (lt_engine_decide(&p.engine, &in, r, &has) != LT_OK || !has ||
        lt_engine_apply(&p.engine, r) != LT_OK)
        abort();
    p.n_log++;
}

static struct lt_input command(enum lt_action a, int64_t at_us)
{
    return (struct lt_input){.kind = LT_IN_COMMAND,
                             .action = a,
                             .now_us = at_us,
                             .by = 9001,
                             .staff = true,
                             .expect_q = LT_EXPECT_ANY,
                             .qi = -1};
}

static void rule(struct world *w, int64_t at_us)
{
    struct ruling *r = &p.rulings[p.n_rulings];
    bool out = chance(w, 30);
    struct lt_input in = command(out ? LT_ACT_DISQUALIFY : LT_ACT_ADJUST, at_us);

    *r = (struct ruling){p.people[below(w, p.n_people)], out ? 0 : 25 * (1 + below(w, 40)), at_us};
    for (int i = 0; i < p.n_rulings; i++)
        if (p.rulings[i].person == r->person)
            return;
    in.entry = r->person;
    in.value = r->value_c;
    in.reason = "r";
    act(in);
    p.n_rulings++;
}

static void write_log(struct world *w)
{
    const int64_t minute_us = 60 * SECOND;
    int64_t at_us = p.now_us - 300 * minute_us;

    p.n_log = p.n_rulings = 0;
    lt_engine_init(&p.engine, &p.sheet);
    act(command(LT_ACT_LOBBY, at_us));
    act(command(LT_ACT_START, at_us + SECOND));
    for (int i = below(w, 4); i > 0; i--)
        rule(w, at_us += 60 * minute_us + below(w, 600) * SECOND);
    if (p.final) {
        act(command(LT_ACT_FINISH, p.now_us - minute_us));
        act(command(LT_ACT_FINALISE, p.now_us - SECOND));
    }
}

/* ---- papers ---------------------------------------------------------------------------------- */

static void answer(struct world *w, struct lt_paper *paper, int i, struct paper *out)
{
    const struct lt_question *q = paper->pool[paper->items[i].row].question;
    struct lt_response r = {.n_choice = 1};
    int64_t at_us = out->started_us + out->time_us + SECOND * (1 + below(w, 60));
    bool right = chance(w, 60);
    int own = right ? q->key[0] : (q->key[0] + 1) % 3;

    lt_paper_shown(paper, i, &own, 1, r.choice);
    if (lt_paper_put(paper, i, &r, 1, at_us, 0) != LT_OK)
        abort();
    out->answered++;
    out->correct += right;
    out->points_c +=
        right ? 100 * p.rules.rounds[out->round].right : -100 * p.rules.rounds[out->round].wrong;
    out->time_us = at_us - out->started_us;
}

static void play_paper(struct world *w, struct paper *out)
{
    static struct lt_paper paper;
    int n_pool;
    const struct lt_pool_row *pool = lt_pool_round(&p.pool, out->round, &n_pool);

    if (lt_paper_draw(&p.sheet.rounds[out->round], pool, n_pool, out->seed, out->ordinal, &paper) !=
        LT_OK)
        abort();
    paper.started_us = out->started_us;
    paper.deadline_us = out->started_us + 30 * 60 * SECOND;
    for (int i = 0; i < paper.n; i++)
        if (chance(w, 85))
            answer(w, &paper, i, out);
    if (lt_paper_write(&paper, out->text, sizeof out->text) < 0)
        abort();
    if (p.final || chance(w, 90))
        out->submitted_us = out->started_us + out->time_us + SECOND;
}

static void make_people(struct world *w)
{
    p.n_people = below(w, 10) == 0 ? 0 : 1 + below(w, PEOPLE_MAX);
    for (int i = 0; i < p.n_people; i++)
        p.people[i] = (i * 389 + 77) % 1021 + 101;
}

static void make_papers(struct world *w)
{
    int ordinals[ROUNDS] = {0};

    p.n_papers = 0;
    for (int i = 0; i < p.n_people; i++)
        for (int r = 0; r < ROUNDS; r++)
            for (int a = below(w, p.rules.rounds[r].attempts + 1); a > 0 && p.n_papers < PAPERS_MAX;
                 a--) {
                struct paper *out = &p.papers[p.n_papers++];

                *out = (struct paper){.person = p.people[i],
                                      .round = r,
                                      .attempt = a,
                                      .ordinal = ordinals[r]++,
                                      .started_us = p.now_us - (10 + below(w, 240)) * 60 * SECOND +
                                                    below(w, 1000000) -
                                                    (int64_t)(chance(w, 30) ? 86400 : 0) * SECOND,
                                      .seed = (uint64_t)below(w, 1 << 30)};
                play_paper(w, out);
            }
}

static void make_pool(void)
{
    int qi = 0;

    lt_pool_done(&p.pool);
    memset(&p.pool, 0, sizeof p.pool);
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < p.rules.rounds[r].questions * PAPERS_MAX; i++)
            if (lt_pool_add(&p.pool, qi++, r, 1, "all", question) != LT_OK)
                abort();
    if (lt_pool_end(&p.pool, &p.sheet) != LT_OK)
        abort();
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void insert_event(struct world *w, const char *sheet)
{
    exec(
        lt_db_exec(w->owner, NULL,
                   "INSERT INTO leitai.event (tenant_id, event_id, code, title, season, join_code, "
                   "self_paced, at_once, opens_at, closes_at) OVERRIDING SYSTEM VALUE VALUES "
                   "(leitai.current_tenant(), $1::bigint, 'e' || $1::bigint, 'E', 2026, $2, true, "
                   "$3::boolean, "
                   "'2020-01-01', 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')",
                   lt_num(w->event).s, lt_num(10000000 + w->event).s, p.rules.at_once ? "t" : "f",
                   lt_num(p.closes_us).s),
        w->owner, "event");
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.rule_sheet (tenant_id, event_id, version, sheet) VALUES "
                    "(leitai.current_tenant(), $1, 1, $2)",
                    lt_num(w->event).s, sheet),
         w->owner, "sheet");
    run(w->owner,
        "INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) SELECT %" PRId64
        ", %" PRId64 ", i, 'r', 'timed' FROM generate_series(1, %d) i; "
        "INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version, token) VALUES "
        "(%" PRId64 ", %" PRId64 ", 1, 1)",
        w->tenant, w->event, ROUNDS, w->tenant, w->event);
    int n = 0;
    for (int r = 0; r < ROUNDS; r++) {
        int k = p.rules.rounds[r].questions * PAPERS_MAX;

        run(w->owner,
            "INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, "
            "body) SELECT %" PRId64 ", %" PRId64 ", i, %d, 1, '%s' FROM generate_series(%d, %d) i",
            w->tenant, w->event, r + 1, question, n, n + k - 1);
        n += k;
    }
}

static void insert_entries(struct world *w)
{
    for (int i = 0; i < p.n_people; i++) {
        int unit = world_unit_of(w, p.people[i]);

        run(w->owner,
            "INSERT INTO leitai.entry (tenant_id, event_id, entry_id, kind, person_id, unit_id, "
            "name, guest, joined_at) OVERRIDING SYSTEM VALUE VALUES (%" PRId64 ", %" PRId64
            ", %" PRId64 ", 'person', %" PRId64 ", NULLIF(%" PRId64
            "::bigint, 0), 'n', %s, 'epoch')",
            w->tenant, w->event, p.people[i], p.people[i],
            unit >= 0 ? w->units[unit].id : (int64_t)0,
            world_guest(p.people[i]) ? "true" : "false");
    }
}

static void insert_papers(struct world *w)
{
    struct columns c;

    columns_init(&c, 8, COLUMN_BYTES);
    for (int i = 0; i < p.n_papers; i++) {
        const struct paper *a = &p.papers[i];

        columns_i64(&c, 0, a->person);
        columns_i64(&c, 1, a->round + 1);
        columns_i64(&c, 2, a->attempt);
        columns_i64(&c, 3, a->ordinal);
        columns_i64(&c, 4, (int64_t)a->seed);
        columns_i64(&c, 5, a->started_us);
        columns_i64(&c, 6, a->submitted_us);
        columns_text(&c, 7, a->text);
    }
    columns_end(&c);
    exec(lt_db_exec(w->owner, NULL,
                    "INSERT INTO leitai.paper (season, state, round_no, attempt, no, ordinal, "
                    "tenant_id, event_id, person_id, entry_id, seed, started_us, deadline_us, "
                    "submitted_us, choices) SELECT 2026, (u > 0)::int, r, a, row_number() OVER "
                    "(PARTITION BY p ORDER BY r, a), o, leitai.current_tenant(), $1::bigint, p, p, "
                    "s, t, t + 1800000000, NULLIF(u, 0), c FROM unnest($2::bigint[], "
                    "$3::smallint[], $4::smallint[], $5::int[], $6::bigint[], $7::bigint[], "
                    "$8::bigint[], $9::text[]) AS i(p, r, a, o, s, t, u, c)",
                    lt_num(w->event).s, c.text[0], c.text[1], c.text[2], c.text[3], c.text[4],
                    c.text[5], c.text[6], c.text[7]),
         w->owner, "papers");
    columns_done(&c);
}

static void insert_log(struct world *w)
{
    struct lt_buf text;

    lt_buf_init(&text, LT_PAYLOAD_BYTES);
    run(w->owner,
        "UPDATE leitai.event_head SET phase = 'lobby' WHERE event_id = %" PRId64
        "; UPDATE leitai.event_head SET phase = '%s', seq = %d WHERE event_id = %" PRId64,
        w->event, p.final ? "finished" : "running", p.n_log, w->event);
    for (int i = 0; i < p.n_log; i++) {
        lt_buf_clear(&text);
        lt_record_write(&p.log[i], &text);
        exec(lt_db_exec(w->owner, NULL,
                        "INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, "
                        "at_us, kind, payload, hash) VALUES (leitai.current_tenant(), $1, $2, 1, "
                        "1, $3, $4, $5, sha256(''))",
                        lt_num(w->event).s, lt_num(p.log[i].seq).s, lt_num(p.log[i].at_us).s,
                        lt_record_kind_name(p.log[i].kind), lt_buf_cstr(&text)),
             w->owner, "log");
    }
    lt_buf_done(&text);
}

/* ---- what must be there ---------------------------------------------------------------------- */

static bool counts(const struct paper *a, int64_t until_us)
{
    return a->submitted_us > 0 && a->submitted_us < until_us;
}

static int64_t day_of(int64_t at_us) /* the sheet says nothing: that of UTC+8 */
{
    return (at_us + p.sheet.utc_offset_min * 60 * SECOND) / (86400 * SECOND);
}

static bool before(const struct paper *a, const struct paper *b)
{
    return a->started_us < b->started_us ||
           (a->started_us == b->started_us && a->attempt < b->attempt);
}

/* Among those of its day that count. */
static bool early_enough(const struct paper *a, int64_t until_us)
{
    int n = 0;

    for (int i = 0; i < p.n_papers && p.rules.rounds[a->round].per_day > 0; i++) {
        const struct paper *b = &p.papers[i];

        n += b->person == a->person && b->round == a->round && counts(b, until_us) &&
             before(b, a) && day_of(b->started_us) == day_of(a->started_us);
    }
    return p.rules.rounds[a->round].per_day == 0 || n < p.rules.rounds[a->round].per_day;
}

static bool worth_more(const struct paper *a, const struct paper *b)
{
    if (a->points_c != b->points_c)
        return a->points_c > b->points_c;
    if (a->correct != b->correct)
        return a->correct > b->correct;
    return a->time_us != b->time_us ? a->time_us < b->time_us : before(a, b);
}

static int64_t share(int64_t sum, int n)
{
    int64_t up = sum < 0 ? -sum : sum, whole = up / n + (2 * (up % n) >= n);

    return sum < 0 ? -whole : whole;
}

/* What the person's papers of a round come to. */
static struct paper of_round(int64_t person, int round, int64_t until_us)
{
    const struct paper *best = NULL, *last = NULL;
    struct paper sum = {0};
    int n = 0;

    for (int i = 0; i < p.n_papers; i++) {
        const struct paper *a = &p.papers[i];

        if (a->person != person || a->round != round || !counts(a, until_us) ||
            !early_enough(a, until_us))
            continue;
        n++;
        best = !best || worth_more(a, best) ? a : best;
        last = !last || before(last, a) ? a : last;
        sum.points_c += a->points_c;
        sum.correct += a->correct;
        sum.answered += a->answered;
        sum.time_us += a->time_us;
    }
    if (n == 0 || p.rules.rounds[round].counts == LT_COUNTS_SUM)
        return sum;
    if (p.rules.rounds[round].counts == LT_COUNTS_BEST)
        return *best;
    if (p.rules.rounds[round].counts == LT_COUNTS_LAST)
        return *last;
    sum.points_c = share(sum.points_c, n);
    sum.correct = (int)share(sum.correct, n);
    sum.answered = (int)share(sum.answered, n);
    sum.time_us = share(sum.time_us, n);
    return sum;
}

static void stands(const struct world *w, int only_round, int64_t until_us, struct stand *out)
{
    for (int i = 0; i < p.n_people; i++) {
        int64_t person = p.people[i];

        out[i] = (struct stand){
            .entry = person, .unit = world_unit_of(w, person), .leader = world_leads(person)};
        for (int r = 0; r < ROUNDS; r++) {
            struct paper sum = of_round(person, r, until_us);

            if (p.rules.rounds[r].practice || (only_round >= 0 && r != only_round))
                continue;
            out[i].points_c += sum.points_c;
            out[i].correct += sum.correct;
            out[i].answered += sum.answered;
            out[i].time_us += sum.time_us;
        }
        for (int k = 0; k < p.n_rulings; k++)
            if (p.rulings[k].person == person && p.rulings[k].at_us < until_us) {
                out[i].disqualified |= p.rulings[k].value_c == 0;
                out[i].points_c += only_round < 0 ? p.rulings[k].value_c : 0;
            }
    }
    plain_rank(out, p.n_people, plain_by_points, NULL);
}

/* Who is disqualified is not on a board that moves by entry. */
static void want_board(struct world *w, const char *name, struct stand *s, bool by_entry)
{
    int n = 0;

    for (int i = 0; i < p.n_people; i++)
        if (!by_entry || !s[i].disqualified)
            s[n++] = s[i];
    want_entries(w, name, s, n);
    w->wants[w->n_wants - 1].by_entry = by_entry;
}

static void want_paced(struct world *w)
{
    static struct stand s[PEOPLE_MAX];
    int64_t frozen_us = p.closes_us - p.rules.last_minutes * 60 * SECOND, until_us = INT64_MAX;
    bool by_entry = p.rules.at_once && !p.final;

    w->frozen = p.rules.last_minutes > 0 && !p.final && p.now_us >= frozen_us;
    if (w->frozen) {
        stands(w, -1, INT64_MAX, s);
        want_board(w, "full", s, by_entry);
        until_us = frozen_us;
        w->tally->paced_frozen++;
    }
    stands(w, -1, until_us, s);
    want_rollups(w, 0, s, p.n_people, 0);
    want_board(w, "board", s, by_entry);
    for (int r = 0; w->round_boards && r < ROUNDS; r++) {
        char name[LT_BOARD_NAME_BYTES];
        bool begun = false;

        stands(w, r, until_us, s);
        for (int i = 0; i < p.n_people; i++)
            begun = begun || s[i].answered > 0;
        if (!begun || p.rules.rounds[r].practice)
            continue;
        snprintf(name, sizeof name, "board:r%d", r + 1);
        want_entries(w, name, s, p.n_people);
        want_rollups(w, r + 1, s, p.n_people, 0);
        w->tally->rounds++;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

void paced_event(struct world *w)
{
    struct lt_buf sheet;
    int64_t seq;

    lt_buf_init(&sheet, LT_SHEET_BYTES);
    random_rules(w);
    world_specs(w, false);
    write_sheet(w, &sheet);
    parse_sheet(&sheet);
    p.now_us = number(w->owner, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    p.final = !p.rules.at_once || chance(w, 25);
    p.closes_us = p.now_us + (5 + below(w, 50)) * 60 * SECOND;
    make_people(w);
    make_pool();
    if (p.n_people > 0)
        write_log(w);
    else {
        p.final = false;
        p.n_people = 1;
        p.people[0] = 101;
        write_log(w);
    }
    make_papers(w);
    insert_event(w, lt_buf_cstr(&sheet));
    insert_entries(w);
    insert_papers(w);
    insert_log(w);
    if (p.final) {
        struct lt_final_job job = {
            .tenant = {w->tenant}, .event = {w->event}, .token = 1, .at_us = p.now_us};
        run(w->owner,
            "INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES (%" PRId64
            ", %" PRId64 ", 'finalise', 1)",
            w->tenant, w->event);
        exec(lt_finalise(w->app, &job, &seq), w->app, "finalise");
        w->finals[w->n_finals] = w->event;
        w->final_teams[w->n_finals++] = false;
    }
    w->story = p.final ? "self-paced, final" : "self-paced";
    if (p.rules.at_once || p.final)
        want_paced(w);
    w->tally->paced++;
    lt_buf_done(&sheet);
}

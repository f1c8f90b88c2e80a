/* The SQL of the worker. Each runs inside a transaction whose tenant is set, so `current_tenant()`
 * is both the wall's condition and the planner's; the few that look across tenants are functions of
 * the schema (find_…). */
#include "service/sql.h"

#define S(id, n, text) [LT_SQL_##id] = {.name = #id, .sql = text, .params = n}

const struct lt_pg_stmt lt_sql_statements[LT_SQL_STATEMENTS] = {
    S(NODE_NEW, 1, "INSERT INTO leitai.node (name) VALUES ($1) RETURNING node_id"),
    S(NODE_BEAT, 2,
      "WITH beat AS (UPDATE leitai.node SET heartbeat_at = clock_timestamp() WHERE node_id = "
      "$1::bigint RETURNING 1), "
      "gone AS (DELETE FROM leitai.node WHERE heartbeat_at < clock_timestamp() - $2::bigint * "
      "interval '1 microsecond' "
      "AND node_id <> $1::bigint) "
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, EXISTS (SELECT FROM "
      "beat)"),
    S(NODE_BYE, 1, "DELETE FROM leitai.node WHERE node_id = $1::bigint"),
    S(FIND_CODE, 1, "SELECT tenant_id, event_id FROM leitai.find_join_code($1)"),
    S(FIND_KEY, 2, "SELECT tenant_id, alg, key_hex FROM leitai.find_ticket_key($1, $2)"),
    S(EVENT, 1,
      "SELECT e.title, e.season, e.join_code, t.name, s.sheet, h.epoch FROM leitai.event e "
      "JOIN leitai.tenant t USING (tenant_id) JOIN leitai.event_head h USING (tenant_id, event_id) "
      "JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, s.version) = (h.tenant_id, "
      "h.event_id, h.sheet_version) "
      "WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1::bigint"),
    S(QUESTIONS, 1,
      "SELECT body FROM leitai.question_instance WHERE tenant_id = leitai.current_tenant() AND "
      "event_id = $1::bigint "
      "ORDER BY qi"),
    S(LOG_AFTER, 2,
      "SELECT seq, at_us, kind, payload FROM leitai.event_log WHERE tenant_id = "
      "leitai.current_tenant() "
      "AND event_id = $1::bigint AND seq > $2::bigint ORDER BY seq LIMIT 500"),
    S(HEAD, 2,
      "SELECT h.seq, h.token, COALESCE(h.node_id, 0), EXISTS (SELECT FROM leitai.node n WHERE "
      "n.node_id = h.node_id "
      "AND n.heartbeat_at > clock_timestamp() - $2::bigint * interval '1 microsecond') FROM "
      "leitai.event_head h "
      "WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = $1::bigint"),
    S(ENTRIES, 3,
      "SELECT e.entry_id, COALESCE(e.person_id, 0), e.name, e.unit_name, e.guest, (extract(epoch "
      "FROM e.joined_at) * 1000000)::bigint, COALESCE(e.unit_id, 0), COALESCE(p.leader, false) "
      "FROM leitai.entry e LEFT JOIN LATERAL (SELECT p.leader FROM leitai.person p WHERE "
      "p.tenant_id = e.tenant_id AND p.person_id = e.person_id LIMIT 1) p ON true "
      "WHERE e.tenant_id = leitai.current_tenant() AND e.event_id = $1::bigint "
      "AND e.joined_at >= 'epoch'::timestamptz + $2::bigint * interval '1 microsecond' AND "
      "e.entry_id > $3::bigint "
      "ORDER BY e.entry_id LIMIT 20000"),
    S(SCORES, 5,
      "SELECT qi, person_id, entry_id, body, used_us, received_us FROM leitai.answer WHERE "
      "tenant_id = leitai.current_tenant() AND event_id = $1::bigint AND qi < $2::smallint AND "
      "season = $3::smallint AND NOT late AND (qi, person_id) > ($4::smallint, $5::bigint) "
      "ORDER BY qi, person_id LIMIT 20000"),
    S(SCORES_TEXT, 5,
      "SELECT COALESCE(string_agg(concat_ws(' ', a.qi, a.person_id, a.entry_id, a.used_us, "
      "a.received_us, a.body), E'\n'), '') FROM (SELECT qi, person_id, entry_id, body, used_us, "
      "received_us FROM leitai.answer WHERE "
      "tenant_id = leitai.current_tenant() AND event_id = $1::bigint AND qi < $2::smallint AND "
      "season = $3::smallint AND NOT late AND (qi, person_id) > ($4::smallint, $5::bigint) "
      "ORDER BY qi, person_id LIMIT 20000) AS a"),
    S(SAVED, 5,
      "SELECT qi, person_id, answer_id, body, late FROM leitai.answer WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = $1::bigint AND qi >= $2::smallint AND qi < "
      "$3::smallint AND season = $4::smallint AND entry_id = $5::bigint AND attempt = 1 "
      "ORDER BY qi, person_id"),
    S(MEMBERS, 1,
      "SELECT m.entry_id, m.person_id, p.name, m.captain FROM leitai.team_member m "
      "JOIN leitai.person p USING (tenant_id, person_id) "
      "WHERE m.tenant_id = leitai.current_tenant() AND m.event_id = $1::bigint ORDER BY "
      "m.entry_id, m.person_id"),
    S(PLAYER_OF, 2,
      "SELECT p.person_id, p.name, e.entry_id, e.name, e.unit_name FROM leitai.person p "
      "LEFT JOIN leitai.team_member m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id "
      "AND m.event_id = $1::bigint JOIN leitai.entry e ON e.tenant_id = p.tenant_id "
      "AND e.event_id = $1::bigint AND (e.entry_id = m.entry_id OR e.person_id = p.person_id) "
      "WHERE p.tenant_id = leitai.current_tenant() AND p.ext_id = $2 LIMIT 1"),
    /* One look into an index for each row, whatever the planner thinks: a plan made while the tables
       were small, before anybody joined, would read all of them for every batch. Who is known is not
       inserted for a conflict, which would take an id and a durable commit. */
    S(JOIN_PERSONS, 3,
      "INSERT INTO leitai.person (tenant_id, ext_id, name, guest) "
      "SELECT DISTINCT ON (i.ext_id) leitai.current_tenant(), i.ext_id, i.name, i.guest "
      "FROM unnest($1::text[], $2::text[], $3::boolean[]) AS i(ext_id, name, guest) "
      "LEFT JOIN LATERAL (SELECT true AS has FROM leitai.person "
      "WHERE tenant_id = leitai.current_tenant() AND ext_id = i.ext_id LIMIT 1) AS p ON true "
      "WHERE p.has IS NULL ORDER BY i.ext_id ON CONFLICT DO NOTHING"),
    S(JOIN_UNITS, 2,
      "INSERT INTO leitai.membership (tenant_id, person_id, unit_id) "
      "SELECT DISTINCT ON (p.person_id) leitai.current_tenant(), p.person_id, u.unit_id "
      "FROM unnest($1::text[], $2::text[]) AS i(ext_id, unit_code) "
      "CROSS JOIN LATERAL (SELECT person_id FROM leitai.person "
      "WHERE tenant_id = leitai.current_tenant() AND ext_id = i.ext_id LIMIT 1) AS p "
      "CROSS JOIN LATERAL (SELECT unit_id FROM leitai.unit "
      "WHERE tenant_id = leitai.current_tenant() AND code = i.unit_code LIMIT 1) AS u "
      "LEFT JOIN LATERAL (SELECT true AS has FROM leitai.membership "
      "WHERE tenant_id = leitai.current_tenant() AND person_id = p.person_id AND valid_to IS NULL "
      "LIMIT 1) AS m ON true "
      "WHERE m.has IS NULL ORDER BY p.person_id ON CONFLICT DO NOTHING"),
    S(JOIN_ENTRIES, 2,
      "INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, unit_id, name, unit_name, "
      "guest) "
      "SELECT leitai.current_tenant(), i.event_id, 'person', p.person_id, u.unit_id, p.name, "
      "COALESCE(u.name, ''), p.guest "
      "FROM (SELECT DISTINCT event_id, ext_id FROM unnest($1::bigint[], $2::text[]) AS x(event_id, "
      "ext_id)) AS i "
      "CROSS JOIN LATERAL (SELECT person_id, name, guest FROM leitai.person "
      "WHERE tenant_id = leitai.current_tenant() AND ext_id = i.ext_id LIMIT 1) AS p "
      "LEFT JOIN LATERAL (SELECT unit_id FROM leitai.membership "
      "WHERE tenant_id = leitai.current_tenant() AND person_id = p.person_id AND valid_to IS NULL "
      "LIMIT 1) AS m ON true "
      "LEFT JOIN LATERAL (SELECT unit_id, name FROM leitai.unit "
      "WHERE tenant_id = leitai.current_tenant() AND unit_id = m.unit_id LIMIT 1) AS u ON true "
      "LEFT JOIN LATERAL (SELECT true AS has FROM leitai.entry "
      "WHERE tenant_id = leitai.current_tenant() AND event_id = i.event_id "
      "AND person_id = p.person_id LIMIT 1) AS e ON true "
      "WHERE e.has IS NULL ORDER BY i.event_id, p.person_id ON CONFLICT DO NOTHING"),
    S(JOIN_READ, 2,
      "SELECT i.ord, p.person_id, e.entry_id, e.name, e.unit_name, e.guest, "
      "(extract(epoch FROM e.joined_at) * 1000000)::bigint "
      "FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS i(event_id, ext_id, ord) "
      "CROSS JOIN LATERAL (SELECT person_id FROM leitai.person "
      "WHERE tenant_id = leitai.current_tenant() AND ext_id = i.ext_id LIMIT 1) AS p "
      "CROSS JOIN LATERAL (SELECT entry_id, name, unit_name, guest, joined_at FROM leitai.entry "
      "WHERE tenant_id = leitai.current_tenant() AND event_id = i.event_id "
      "AND person_id = p.person_id LIMIT 1) AS e"),
    /* The gate's row is locked FOR SHARE until commit: closing it waits for us, and who comes later
       sees it closed. */
    S(ANSWERS, 10,
      "WITH i AS (SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::smallint[], $4::bigint[], "
      "$5::bigint[], $6::text[], $7::text[], $8::boolean[], $9::bigint[], $10::bigint[]) "
      "AS x(season, event_id, qi, person_id, entry_id, answer_id, body, rt, used_us, "
      "received_us)), "
      "g AS (SELECT q.event_id, q.qi, q.state, q.gate_entry FROM leitai.question_instance q WHERE "
      "q.tenant_id = leitai.current_tenant() "
      "AND (q.event_id, q.qi) IN (SELECT i.event_id, i.qi FROM i) ORDER BY q.event_id, q.qi FOR "
      "SHARE) "
      "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, answer_id, "
      "body, late, \"right\", used_us, received_us) "
      "SELECT i.season, leitai.current_tenant(), i.event_id, i.qi, i.person_id, i.entry_id, "
      "i.answer_id, i.body, "
      "g.state NOT IN ('open', 'closing') OR g.gate_entry NOT IN (0, i.entry_id), i.rt, "
      "i.used_us, i.received_us FROM i JOIN g USING (event_id, qi) WHERE g.state <> 'sealed' "
      "ORDER BY i.event_id, i.qi, i.person_id ON CONFLICT DO NOTHING"),
    S(ANSWERS_READ, 4,
      "SELECT i.ord, a.answer_id, a.late FROM unnest($1::smallint[], $2::bigint[], $3::smallint[], "
      "$4::bigint[]) "
      "WITH ORDINALITY AS i(season, event_id, qi, person_id, ord) JOIN leitai.answer a "
      "ON a.tenant_id = leitai.current_tenant() AND a.event_id = i.event_id AND a.qi = i.qi "
      "AND a.person_id = i.person_id AND a.attempt = 1 AND a.season = i.season"),
    S(APPEND, 7,
      "SELECT leitai.append_log($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::text, "
      "$6::text, $7::text)"),
    S(CLAIM, 7,
      "SELECT leitai.claim_event($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bigint, "
      "$6::bigint, $7::text)"),
    S(RELEASE, 2, "SELECT leitai.release_event($1::bigint, $2::bigint)"),
    S(ROSTER, 4,
      "SELECT entry_id, name, unit_name, guest FROM leitai.entry WHERE tenant_id = "
      "leitai.current_tenant() "
      "AND event_id = $1::bigint AND entry_id > $2::bigint "
      "AND ($3 = '' OR position(lower($3) IN lower(name || ' ' || unit_name)) > 0) ORDER BY "
      "entry_id LIMIT $4::integer"),
    S(GATE, 5,
      "UPDATE leitai.question_instance SET state = $4, gate_entry = COALESCE($5::bigint, "
      "gate_entry) WHERE tenant_id = leitai.current_tenant() AND event_id = $1::bigint "
      "AND qi >= $2::smallint AND qi < $3::smallint"),
    S(GATE_CLOSE, 4,
      "SELECT leitai.close_gate($1::bigint, $2::bigint, $3::smallint, $4::smallint)"),
    S(SEAL_GATES, 1,
      "UPDATE leitai.question_instance SET state = 'sealed' WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = $1::bigint"),
    S(TALLY, 5,
      "SELECT CASE WHEN q.body->>'type' = 'fill' THEN '' ELSE a.body END, count(*), count(*) "
      "FILTER (WHERE a.\"right\") "
      "FROM leitai.answer a JOIN leitai.question_instance q USING (tenant_id, event_id, qi) "
      "WHERE a.tenant_id = leitai.current_tenant() AND a.event_id = $1::bigint AND a.qi >= "
      "$2::smallint AND a.qi < $3::smallint "
      "AND a.season = $4::smallint AND NOT a.late AND $5::bigint IN (0, a.entry_id) "
      "GROUP BY 1 ORDER BY 2 DESC"),
    S(HELD, 5,
      "SELECT person_id, body, received_us FROM leitai.answer WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = $1::bigint AND qi >= $2::smallint AND qi < "
      "$3::smallint AND season = $4::smallint AND NOT late AND entry_id = $5::bigint "
      "ORDER BY received_us, person_id"),
    S(DIGEST, 5,
      "SELECT leitai.answers_digest($1::bigint, $2::integer, $3::integer, $4::smallint, "
      "$5::bigint, false)"),
    S(SEAL, 1,
      "SELECT seq, encode(hash, 'hex') FROM leitai.event_head WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = $1::bigint"),
    S(FREEZE_SHEET, 1,
      "UPDATE leitai.rule_sheet s SET frozen_at = clock_timestamp() FROM leitai.event_head h "
      "WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = $1::bigint AND s.tenant_id = "
      "h.tenant_id "
      "AND s.event_id = h.event_id AND s.version = h.sheet_version AND s.frozen_at IS NULL"),
    S(FINALISE_JOB, 2,
      "INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES (leitai.current_tenant(), "
      "$1::bigint, "
      "'finalise', $2::bigint) ON CONFLICT (tenant_id, event_id, kind) DO UPDATE SET token = "
      "excluded.token"),
    /* The last record vouches for all answers, presses and stakes that were sent in: once the gates
       are sealed none is added. Whoever adds one holds a gate, and sealing waits. */
    S(INBOX_ADD, 6,
      "WITH g AS (SELECT q.state FROM leitai.question_instance q WHERE q.tenant_id = "
      "leitai.current_tenant() AND q.event_id = $1::bigint AND q.qi = 0 AND $4::text IN ('press', "
      "'stake') FOR SHARE) "
      "INSERT INTO leitai.inbox (tenant_id, event_id, command_id, person_id, action, expect_q, "
      "args) SELECT leitai.current_tenant(), $1::bigint, $2::text, $3::bigint, $4::text, "
      "$5::integer, $6::text WHERE NOT EXISTS (SELECT FROM g WHERE g.state = 'sealed') "
      "ON CONFLICT DO NOTHING"),
    /* Behind the gate as answers are: the final record has a digest over all of them. */
    S(INBOX_REFUSED, 7,
      "WITH g AS (SELECT q.state FROM leitai.question_instance q WHERE q.tenant_id = "
      "leitai.current_tenant() AND q.event_id = $1::bigint AND q.qi = 0 FOR SHARE) "
      "INSERT INTO leitai.inbox (tenant_id, event_id, command_id, person_id, action, expect_q, "
      "args, outcome) SELECT leitai.current_tenant(), $1::bigint, $2::text, $3::bigint, $4::text, "
      "$5::integer, $6::text, $7::text WHERE NOT EXISTS (SELECT FROM g WHERE g.state = 'sealed') "
      "ON CONFLICT DO NOTHING"),
    S(INBOX_SEAL, 1,
      "UPDATE leitai.inbox SET outcome = 'wrong_phase' WHERE tenant_id = leitai.current_tenant() "
      "AND event_id = $1::bigint AND outcome IS NULL AND action IN ('press', 'stake')"),
    S(INBOX_PENDING, 1,
      "SELECT command_id, person_id, action, expect_q, args FROM leitai.inbox WHERE tenant_id = "
      "leitai.current_tenant() "
      "AND event_id = $1::bigint AND outcome IS NULL ORDER BY inbox_no LIMIT 20"),
    S(PRESSES, 2,
      "SELECT seq, at_us, kind, payload FROM leitai.event_log WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = $1::bigint AND kind IN ('press', 'held') "
      "AND payload LIKE '{\"qi\":' || $2::integer || ',%' ORDER BY seq LIMIT 1000"),
    S(INBOX_OUTCOME, 3,
      "UPDATE leitai.inbox SET outcome = $3 WHERE tenant_id = leitai.current_tenant() AND event_id "
      "= $1::bigint "
      "AND command_id = $2 AND outcome IS NULL"),
    /* One that is not there came too late to be added. */
    S(INBOX_READ, 2,
      "SELECT CASE WHEN i.command_id IS NULL THEN 'wrong_phase' ELSE i.outcome END FROM (VALUES "
      "(1)) AS one LEFT JOIN leitai.inbox i ON i.tenant_id = leitai.current_tenant() "
      "AND i.event_id = $1::bigint AND i.command_id = $2"),
    S(STAFF, 3,
      "SELECT p.person_id, p.name, COALESCE(u.name, ''), EXISTS (SELECT FROM leitai.role_grant r "
      "WHERE r.tenant_id = p.tenant_id AND r.person_id = p.person_id AND r.role IN ('admin', "
      "'organiser', 'host') "
      "AND r.event_id IN (0, $2::bigint)), EXISTS (SELECT FROM leitai.role_grant r "
      "WHERE r.tenant_id = p.tenant_id AND r.person_id = p.person_id AND r.role = 'judge' "
      "AND r.event_id IN (0, $2::bigint)) FROM leitai.person p "
      "LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id "
      "AND m.valid_to IS NULL "
      "LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id "
      "WHERE p.tenant_id = leitai.current_tenant() "
      "AND CASE WHEN $3::bigint > 0 THEN p.person_id = $3::bigint ELSE p.ext_id = $1 END"),
    S(STAFF_EVENTS, 1,
      "SELECT e.event_id, e.title, h.phase, e.join_code, "
      "(SELECT count(*) FROM leitai.question_instance q WHERE (q.tenant_id, q.event_id) = "
      "(e.tenant_id, e.event_id)), "
      "(SELECT count(*) FROM leitai.entry n WHERE (n.tenant_id, n.event_id) = (e.tenant_id, "
      "e.event_id)) "
      "FROM leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id) "
      "WHERE e.tenant_id = leitai.current_tenant() AND EXISTS (SELECT FROM leitai.role_grant r "
      "WHERE r.tenant_id = e.tenant_id AND r.person_id = $1::bigint "
      "AND r.role IN ('admin', 'organiser', 'host') AND r.event_id IN (0, e.event_id)) "
      "ORDER BY e.created_at DESC, e.event_id DESC LIMIT 200"),
    /* ---- self-paced ---- */
    S(PACED_HEAD, 1,
      "SELECT h.phase, h.token, h.sheet_version, COALESCE((extract(epoch FROM e.opens_at) "
      "* 1000000)::bigint, 0), COALESCE((extract(epoch FROM e.closes_at) * "
      "1000000)::bigint, 0), e.self_paced, COALESCE(h.ranked, 0) FROM leitai.event e JOIN "
      "leitai.event_head h USING (tenant_id, event_id) WHERE e.tenant_id = "
      "leitai.current_tenant() AND e.event_id = $1::bigint"),
    S(PACED, 1,
      "SELECT e.title, e.season, s.sheet FROM leitai.event e JOIN leitai.event_head h "
      "USING (tenant_id, event_id) JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, "
      "s.version) = (h.tenant_id, h.event_id, h.sheet_version) WHERE e.tenant_id = "
      "leitai.current_tenant() AND e.event_id = $1::bigint"),
    S(PACED_POOL, 1,
      "SELECT qi, round_no, difficulty, audience, body FROM leitai.question_instance WHERE "
      "tenant_id = leitai.current_tenant() AND event_id = $1::bigint ORDER BY qi"),
    S(PACED_SIZE, 1,
      "SELECT count(*) FROM leitai.entry WHERE tenant_id = leitai.current_tenant() AND "
      "event_id = $1::bigint"),
    /* An entry is found by its person (event_id + 0 = …): of an event that is new since the statistics the
       planner believes that it has one entry, and would read all of them.
       Before a table has statistics, or with those of an empty one, the planner would read all of it for a
       batch. */
    S(PLAN, 0,
      "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', "
      "'off', true), set_config('enable_hashjoin', 'off', true), "
      "set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', "
      "true), set_config('plan_cache_mode', 'force_generic_plan', true)"),
    S(PAPER_ENTRIES, 2,
      "INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, unit_id, name, "
      "unit_name, guest) SELECT p.tenant_id, i.event_id, 'person', p.person_id, u.unit_id, "
      "p.name, COALESCE(u.name, ''), p.guest FROM (SELECT DISTINCT event_id, person_id "
      "FROM unnest($1::bigint[], $2::bigint[]) AS x(event_id, person_id)) AS i JOIN "
      "leitai.person p ON p.tenant_id = leitai.current_tenant() AND p.person_id = "
      "i.person_id LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND "
      "m.person_id = p.person_id AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON "
      "u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id WHERE NOT EXISTS (SELECT FROM "
      "leitai.entry n WHERE n.tenant_id = leitai.current_tenant() AND n.person_id = "
      "i.person_id AND n.event_id + 0 = i.event_id) ORDER BY i.event_id, p.person_id ON "
      "CONFLICT DO NOTHING"),
    /* A statement of its own: the next one's snapshot is taken when the lock is held. */
    S(PAPER_ORDINALS, 2,
      "SELECT pg_advisory_xact_lock(hashtextextended('leitai.ordinal/' || "
      "leitai.current_tenant() || '/' || x.event_id, 0)) FROM (SELECT DISTINCT event_id "
      "FROM unnest($1::bigint[], $2::integer[]) AS i(event_id, ordinals) WHERE ordinals > "
      "0 ORDER BY event_id) AS x"),
    /* The head is locked FOR SHARE: who ends the event waits for us, and who comes later sees its phase. The
       clock is the database's, so that a start which had to wait costs nobody time. */
    S(PAPER_START, 13,
      "WITH i AS (SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], "
      "$4::smallint[], $5::smallint[], $6::smallint[], $7::bigint[], $8::bigint[], "
      "$9::bigint[], $10::integer[], $11::bigint[], $12::text[], $13::text[]) AS x(season, "
      "event_id, person_id, round_no, attempt, no, seed, long_us, end_us, ordinals, "
      "duel_id, device, address)), h AS (SELECT q.event_id FROM leitai.event_head q WHERE "
      "q.tenant_id = leitai.current_tenant() AND q.event_id IN (SELECT i.event_id FROM i) "
      "AND q.phase = 'running' ORDER BY q.event_id FOR SHARE), n AS (SELECT i.*, "
      "e.entry_id, c.now_us, CASE WHEN i.ordinals = 0 THEN 0 ELSE (SELECT "
      "COALESCE(max(q.ordinal) + 1, 0) FROM leitai.paper q WHERE q.tenant_id = "
      "leitai.current_tenant() AND q.event_id = i.event_id AND q.season = i.season AND "
      "q.round_no = i.round_no) + row_number() OVER (PARTITION BY i.event_id, i.round_no "
      "ORDER BY i.person_id) - 1 END AS ordinal FROM i JOIN h USING (event_id) JOIN "
      "leitai.entry e ON e.tenant_id = leitai.current_tenant() AND e.person_id = "
      "i.person_id AND e.event_id + 0 = i.event_id CROSS JOIN (SELECT (extract(epoch FROM "
      "clock_timestamp()) * 1000000)::bigint AS now_us) AS c) INSERT INTO leitai.paper "
      "(season, round_no, attempt, no, ordinal, tenant_id, event_id, person_id, entry_id, "
      "duel_id, seed, started_us, deadline_us, device, address) SELECT n.season, "
      "n.round_no, n.attempt, n.no, n.ordinal, leitai.current_tenant(), n.event_id, "
      "n.person_id, n.entry_id, NULLIF(n.duel_id, 0), n.seed, n.now_us, LEAST(n.now_us + "
      "n.long_us, n.end_us), decode(n.device, 'hex'), decode(n.address, 'hex') FROM n "
      "WHERE n.now_us < n.end_us AND (n.ordinals = 0 OR n.ordinal < n.ordinals) ORDER BY "
      "n.event_id, n.person_id, n.round_no, n.attempt ON CONFLICT DO NOTHING"),
    S(PAPER_START_READ, 5,
      "SELECT i.ord, h.phase, p.state, p.rev, p.ordinal, p.entry_id, COALESCE(p.duel_id, "
      "0), p.seed, p.started_us, p.deadline_us, COALESCE(p.submitted_us, 0), p.choices "
      "FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::smallint[], "
      "$5::smallint[]) WITH ORDINALITY AS i(season, event_id, person_id, round_no, "
      "attempt, ord) JOIN leitai.event_head h ON h.tenant_id = leitai.current_tenant() AND "
      "h.event_id = i.event_id LEFT JOIN leitai.paper p ON p.tenant_id = "
      "leitai.current_tenant() AND p.event_id = i.event_id AND p.person_id = i.person_id "
      "AND p.round_no = i.round_no AND p.attempt = i.attempt AND p.season = i.season"),
    /* The row is the gate: whoever wrote it meanwhile, or handed it in, or moved its end, has changed what is
       compared here. (+ 0: the index of what is open is not for this.) */
    S(PAPER_WRITE, 14,
      "UPDATE leitai.paper p SET rev = p.rev + 1, state = i.state, submitted_us = "
      "i.submitted_us, choices = i.choices, points_c = i.points_c, time_us = i.time_us, "
      "correct = i.correct, answered = i.answered FROM unnest($1::smallint[], "
      "$2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[], $6::integer[], "
      "$7::bigint[], $8::smallint[], $9::bigint[], $10::text[], $11::bigint[], "
      "$12::bigint[], $13::integer[], $14::integer[]) AS i(season, event_id, person_id, "
      "round_no, attempt, rev, deadline_us, state, submitted_us, choices, points_c, "
      "time_us, correct, answered) WHERE p.tenant_id = leitai.current_tenant() AND "
      "p.event_id = i.event_id AND p.person_id = i.person_id AND p.round_no = i.round_no "
      "AND p.attempt = i.attempt AND p.season = i.season AND p.rev = i.rev AND "
      "p.deadline_us = i.deadline_us AND p.state + 0 = 0"),
    S(PAPER_WRITE_READ, 14,
      "SELECT i.ord, p.rev = i.rev + 1 AND p.state = i.state AND p.deadline_us = "
      "i.deadline_us AND p.choices = i.choices, p.state, p.rev, p.ordinal, p.entry_id, "
      "COALESCE(p.duel_id, 0), p.seed, p.started_us, p.deadline_us, "
      "COALESCE(p.submitted_us, 0), p.choices FROM unnest($1::smallint[], $2::bigint[], "
      "$3::bigint[], $4::smallint[], $5::smallint[], $6::integer[], $7::bigint[], "
      "$8::smallint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[], "
      "$13::integer[], $14::integer[]) WITH ORDINALITY AS i(season, event_id, person_id, "
      "round_no, attempt, rev, deadline_us, state, submitted_us, choices, points_c, "
      "time_us, correct, answered, ord) JOIN leitai.paper p ON p.tenant_id = "
      "leitai.current_tenant() AND p.event_id = i.event_id AND p.person_id = i.person_id "
      "AND p.round_no = i.round_no AND p.attempt = i.attempt AND p.season = i.season"),
    S(PAPER, 5,
      "SELECT p.state, p.rev, p.ordinal, p.entry_id, COALESCE(p.duel_id, 0), p.seed, "
      "p.started_us, p.deadline_us, COALESCE(p.submitted_us, 0), p.choices FROM "
      "leitai.paper p WHERE p.tenant_id = leitai.current_tenant() AND p.event_id = "
      "$1::bigint AND p.person_id = $2::bigint AND p.round_no = $3::smallint AND p.attempt "
      "= $4::smallint AND p.season = $5::smallint"),
    S(PAPER_MARKS, 3,
      "SELECT p.round_no, p.attempt, p.no, p.state, p.started_us, COALESCE(p.points_c, 0), "
      "COALESCE(p.time_us, 0), COALESCE(p.correct, 0), COALESCE(p.answered, 0), "
      "COALESCE(p.duel_id, 0), COALESCE(p.submitted_us, 0) FROM leitai.paper p WHERE p.tenant_id = "
      "leitai.current_tenant() AND p.event_id = $1::bigint AND p.person_id = $2::bigint "
      "AND p.season = $3::smallint ORDER BY p.no"),
    S(ADDRESSED, 2,
      "WITH RECURSIVE me AS (SELECT p.leader, u.kind, u.region_id FROM leitai.person p "
      "LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = "
      "p.person_id AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON u.tenant_id = "
      "m.tenant_id AND u.unit_id = m.unit_id WHERE p.tenant_id = leitai.current_tenant() "
      "AND p.person_id = $2::bigint), up AS (SELECT r.region_id, r.parent_id FROM "
      "leitai.region r JOIN me ON r.tenant_id = leitai.current_tenant() AND r.region_id = "
      "me.region_id UNION ALL SELECT r.region_id, r.parent_id FROM up JOIN leitai.region r "
      "ON r.tenant_id = leitai.current_tenant() AND r.region_id = up.parent_id) SELECT "
      "EXISTS (SELECT FROM leitai.event e, me WHERE e.tenant_id = leitai.current_tenant() "
      "AND e.event_id = $1::bigint AND (e.audience_kinds = '{}' OR me.kind = ANY "
      "(e.audience_kinds)) AND (e.audience_regions = '{}' OR e.audience_regions && (SELECT "
      "array_agg(region_id) FROM up)) AND (NOT e.audience_leaders OR me.leader))"),
    S(HOME_PERSON, 1,
      "SELECT p.person_id, p.name, COALESCE(u.name, ''), t.name, p.guest FROM "
      "leitai.person p JOIN leitai.tenant t USING (tenant_id) LEFT JOIN leitai.membership "
      "m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.valid_to IS NULL "
      "LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id "
      "WHERE p.tenant_id = leitai.current_tenant() AND p.person_id = $1::bigint"),
    S(HOME_KNOWN, 1,
      "SELECT p.person_id, p.name, COALESCE(u.name, ''), t.name, p.guest FROM "
      "leitai.person p JOIN leitai.tenant t USING (tenant_id) LEFT JOIN leitai.membership "
      "m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.valid_to IS NULL "
      "LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id "
      "WHERE p.tenant_id = leitai.current_tenant() AND p.ext_id = $1"),
    S(HOME_EVENTS, 1,
      "WITH RECURSIVE me AS (SELECT p.leader, u.kind, u.region_id FROM leitai.person p "
      "LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = "
      "p.person_id AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON u.tenant_id = "
      "m.tenant_id AND u.unit_id = m.unit_id WHERE p.tenant_id = leitai.current_tenant() "
      "AND p.person_id = $1::bigint), up AS (SELECT r.region_id, r.parent_id FROM "
      "leitai.region r JOIN me ON r.tenant_id = leitai.current_tenant() AND r.region_id = "
      "me.region_id UNION ALL SELECT r.region_id, r.parent_id FROM up JOIN leitai.region r "
      "ON r.tenant_id = leitai.current_tenant() AND r.region_id = up.parent_id) SELECT "
      "e.event_id, e.title, h.phase, e.self_paced, COALESCE((extract(epoch FROM "
      "e.opens_at) * 1000000)::bigint, 0), COALESCE((extract(epoch FROM e.closes_at) * "
      "1000000)::bigint, 0), COALESCE(r.points_c, 0), COALESCE(r.rank, -1) FROM "
      "leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id) CROSS JOIN me "
      "LEFT JOIN leitai.entry n ON n.tenant_id = e.tenant_id AND n.person_id = $1::bigint "
      "AND n.event_id + 0 = e.event_id AND h.phase = 'final' LEFT JOIN leitai.result r ON "
      "r.tenant_id = n.tenant_id AND r.event_id = n.event_id AND r.entry_id = n.entry_id "
      "WHERE e.tenant_id = leitai.current_tenant() AND (h.phase IN ('lobby', 'running', "
      "'paused') OR (e.self_paced AND (h.phase = 'finished' OR (h.phase = 'final' AND "
      "e.closes_at > now() - interval '30 days')))) AND (e.audience_kinds = '{}' OR "
      "me.kind = ANY (e.audience_kinds)) AND (e.audience_regions = '{}' OR "
      "e.audience_regions && (SELECT array_agg(region_id) FROM up)) AND (NOT "
      "e.audience_leaders OR me.leader) ORDER BY CASE h.phase WHEN 'running' THEN 0 WHEN "
      "'paused' THEN 0 WHEN 'lobby' THEN 1 WHEN 'finished' THEN 2 ELSE 3 END, e.closes_at "
      "DESC NULLS LAST, e.event_id DESC LIMIT 40"),
    S(HOME_MARKS, 1,
      "SELECT e.event_id, p.round_no, p.attempt, p.no, p.state, p.started_us, "
      "COALESCE(p.points_c, 0), COALESCE(p.time_us, 0), COALESCE(p.correct, 0), "
      "COALESCE(p.answered, 0), COALESCE(p.duel_id, 0) FROM leitai.event e JOIN "
      "leitai.event_head h USING (tenant_id, event_id) JOIN leitai.paper p ON p.tenant_id "
      "= e.tenant_id AND p.event_id = e.event_id AND p.person_id = $1::bigint AND p.season "
      "= e.season WHERE e.tenant_id = leitai.current_tenant() AND e.self_paced AND "
      "(h.phase IN ('lobby', 'running', 'paused') OR (e.self_paced AND (h.phase = "
      "'finished' OR (h.phase = 'final' AND e.closes_at > now() - interval '30 days')))) "
      "ORDER BY e.event_id, p.no"),
    S(HISTORY, 3,
      "SELECT e.event_id, e.title, (extract(epoch FROM n.joined_at) * 1000000)::bigint, "
      "h.phase = 'final', r.points_c, r.rank, h.ranked, (SELECT COALESCE(sum(o.amount_c), "
      "0)::bigint FROM leitai.credit_outbox o WHERE o.tenant_id = e.tenant_id AND "
      "o.event_id = e.event_id AND o.person_id = $1::bigint), (SELECT count(*) FROM "
      "leitai.paper p WHERE p.tenant_id = e.tenant_id AND p.event_id = e.event_id AND "
      "p.person_id = $1::bigint AND p.season = e.season), e.self_paced AND h.phase = "
      "'final' AND r.rank > 0 AND r.points_c >= COALESCE(((s.sheet->>'pass')::numeric * "
      "100)::bigint, 9223372036854775807) FROM (SELECT a.event_id, a.entry_id, a.joined_at "
      "FROM leitai.entry a WHERE a.tenant_id = leitai.current_tenant() AND a.person_id = "
      "$1::bigint UNION ALL SELECT b.event_id, b.entry_id, b.joined_at FROM "
      "leitai.team_member t JOIN leitai.entry b ON (b.tenant_id, b.event_id, b.entry_id) = "
      "(t.tenant_id, t.event_id, t.entry_id) WHERE t.tenant_id = leitai.current_tenant() "
      "AND t.person_id = $1::bigint) AS n JOIN leitai.event e ON e.tenant_id = "
      "leitai.current_tenant() AND e.event_id = n.event_id JOIN leitai.event_head h ON "
      "(h.tenant_id, h.event_id) = (e.tenant_id, e.event_id) JOIN leitai.rule_sheet s ON "
      "(s.tenant_id, s.event_id, s.version) = (h.tenant_id, h.event_id, h.sheet_version) "
      "LEFT JOIN leitai.result r ON r.tenant_id = e.tenant_id AND r.event_id = e.event_id "
      "AND r.entry_id = n.entry_id WHERE n.joined_at < 'epoch'::timestamptz + $2::bigint * "
      "interval '1 microsecond' ORDER BY n.joined_at DESC, e.event_id DESC LIMIT "
      "$3::integer"),
    S(HISTORY_CREDITS, 1,
      "SELECT COALESCE(sum(o.amount_c), 0)::bigint FROM (SELECT a.event_id FROM "
      "leitai.entry a WHERE a.tenant_id = leitai.current_tenant() AND a.person_id = "
      "$1::bigint UNION SELECT t.event_id FROM leitai.team_member t WHERE t.tenant_id = "
      "leitai.current_tenant() AND t.person_id = $1::bigint) AS n JOIN "
      "leitai.credit_outbox o ON o.tenant_id = leitai.current_tenant() AND o.event_id = "
      "n.event_id AND o.person_id = $1::bigint AND o.posted_at IS NOT NULL"),
    S(RESULT_OWN, 2,
      "SELECT h.phase, COALESCE(h.ranked, 0), r.rank, n.name, n.unit_name, r.points_c, "
      "n.entry_id FROM leitai.event_head h LEFT JOIN leitai.entry n ON n.tenant_id = "
      "h.tenant_id AND n.event_id + 0 = h.event_id AND n.person_id = $2::bigint LEFT JOIN "
      "leitai.result r ON r.tenant_id = n.tenant_id AND r.event_id = n.event_id AND "
      "r.entry_id = n.entry_id WHERE h.tenant_id = leitai.current_tenant() AND h.event_id "
      "= $1::bigint"),
    S(ENTRY_NAMES, 2,
      "SELECT n.entry_id, n.name, n.unit_name FROM unnest($2::bigint[]) AS i(entry_id) "
      "JOIN leitai.entry n ON n.tenant_id = leitai.current_tenant() AND n.event_id = "
      "$1::bigint AND n.entry_id = i.entry_id"),
    S(RESULT_TOP, 2,
      "SELECT r.rank, n.name, n.unit_name, r.points_c, r.entry_id FROM leitai.result r "
      "JOIN leitai.entry n USING (tenant_id, event_id, entry_id) WHERE r.tenant_id = "
      "leitai.current_tenant() AND r.event_id = $1::bigint AND r.rank > 0 ORDER BY r.rank, "
      "r.entry_id LIMIT $2::integer"),
    S(RESULT_AROUND, 4,
      "(SELECT r.rank, n.name, n.unit_name, r.points_c, r.entry_id FROM leitai.result r "
      "JOIN leitai.entry n USING (tenant_id, event_id, entry_id) WHERE r.tenant_id = "
      "leitai.current_tenant() AND r.event_id = $1::bigint AND r.rank > 0 AND (r.rank, "
      "r.entry_id) < ($2::integer, $3::bigint) ORDER BY r.rank DESC, r.entry_id DESC LIMIT "
      "$4::integer) UNION ALL (SELECT r.rank, n.name, n.unit_name, r.points_c, r.entry_id "
      "FROM leitai.result r JOIN leitai.entry n USING (tenant_id, event_id, entry_id) "
      "WHERE r.tenant_id = leitai.current_tenant() AND r.event_id = $1::bigint AND "
      "(r.rank, r.entry_id) >= ($2::integer, $3::bigint) ORDER BY r.rank, r.entry_id LIMIT "
      "$4::integer + 1) ORDER BY 1, 5"),
    S(CERTIFICATE_ADD, 4,
      "INSERT INTO leitai.certificate (tenant_id, event_id, person_id, code, name, "
      "unit_name, points_c, rank, entries) SELECT h.tenant_id, h.event_id, n.person_id, "
      "$3, n.name, n.unit_name, r.points_c, r.rank, h.ranked FROM leitai.event_head h JOIN "
      "leitai.entry n ON n.tenant_id = h.tenant_id AND n.event_id + 0 = h.event_id AND "
      "n.person_id = $2::bigint AND NOT n.guest JOIN leitai.result r ON r.tenant_id = "
      "n.tenant_id AND r.event_id = n.event_id AND r.entry_id = n.entry_id AND r.rank > 0 "
      "AND r.points_c >= $4::bigint WHERE h.tenant_id = leitai.current_tenant() AND "
      "h.event_id = $1::bigint AND h.phase = 'final' AND NOT EXISTS (SELECT FROM "
      "leitai.certificate c WHERE c.tenant_id = leitai.current_tenant() AND c.event_id = "
      "$1::bigint AND c.person_id = $2::bigint) ON CONFLICT DO NOTHING"),
    S(CERTIFICATE, 2,
      "SELECT c.code, e.title, t.name, c.name, c.unit_name, c.points_c, c.rank, c.entries, "
      "(extract(epoch FROM c.issued_at) * 1000000)::bigint FROM leitai.certificate c JOIN "
      "leitai.event e USING (tenant_id, event_id) JOIN leitai.tenant t USING (tenant_id) "
      "WHERE c.tenant_id = leitai.current_tenant() AND c.event_id = $1::bigint AND "
      "c.person_id = $2::bigint"),
    S(FIND_CERTIFICATE, 1,
      "SELECT tenant, title, name, unit_name, points_c, rank, entries, issued_on FROM "
      "leitai.find_certificate($1)"),
    S(FIND_SHARE, 1,
      "SELECT tenant_id, COALESCE(event_id, 0), COALESCE(series_id, 0) FROM "
      "leitai.find_share($1)"),
    S(BOARD_HEAD, 3,
      "SELECT e.title, t.name, h.phase = 'final', h.phase = 'final' OR (CASE WHEN e.self_paced "
      "THEN e.at_once AND h.phase NOT IN ('draft', 'lobby') ELSE EXISTS (SELECT FROM "
      "leitai.question_instance q WHERE q.tenant_id = e.tenant_id AND q.event_id = e.event_id AND "
      "q.state = 'revealed') END), CASE WHEN $3::boolean THEN r.sheet::text END, e.event_id, '', "
      "h.seq, "
      "COALESCE(h.ranked, 0) FROM leitai.event e JOIN leitai.tenant t USING (tenant_id) JOIN "
      "leitai.event_head h USING (tenant_id, event_id) JOIN leitai.rule_sheet r ON (r.tenant_id, "
      "r.event_id, r.version) = (h.tenant_id, h.event_id, h.sheet_version) WHERE e.tenant_id = "
      "leitai.current_tenant() AND e.event_id = $1::bigint "
      "UNION ALL SELECT s.title, t.name, false, l.event_id IS NOT NULL, CASE WHEN $3::boolean THEN "
      "s.boards::text END, COALESCE(l.event_id, 0), s.kind, 0, 0 FROM leitai.series s JOIN "
      "leitai.tenant t USING (tenant_id) LEFT JOIN LATERAL (SELECT h.event_id FROM "
      "leitai.series_event v JOIN leitai.event_head h USING (tenant_id, event_id) JOIN "
      "leitai.event_log g ON (g.tenant_id, g.event_id, g.seq) = (h.tenant_id, h.event_id, h.seq) "
      "WHERE v.tenant_id = s.tenant_id AND v.series_id = s.series_id AND h.phase = 'final' ORDER "
      "BY g.at_us DESC, h.event_id DESC LIMIT 1) l ON true WHERE s.tenant_id = "
      "leitai.current_tenant() AND s.series_id = $2::bigint"),
    S(BOARD_NAMES, 3,
      "SELECT entry_id, name, unit_name, -1, -1 FROM leitai.entry WHERE $1 = 'entry' AND tenant_id "
      "= leitai.current_tenant() AND event_id = $2::bigint AND entry_id = ANY ($3::bigint[]) "
      "UNION ALL SELECT p.person_id, p.name, COALESCE(u.name, ''), -1, -1 FROM leitai.person p "
      "LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id "
      "AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON u.tenant_id = m.tenant_id AND u.unit_id = "
      "m.unit_id WHERE $1 = 'person' AND p.tenant_id = leitai.current_tenant() AND p.person_id = "
      "ANY ($3::bigint[]) "
      "UNION ALL SELECT unit_id, name, '', -1, -1 FROM leitai.unit WHERE $1 = 'unit' AND tenant_id "
      "= leitai.current_tenant() AND unit_id = ANY ($3::bigint[]) "
      "UNION ALL SELECT region_id, name, '', COALESCE(grid_x, -1), COALESCE(grid_y, -1) FROM "
      "leitai.region WHERE $1 IN ('county', 'city', 'province') AND tenant_id = "
      "leitai.current_tenant() AND region_id = ANY ($3::bigint[]) "
      "UNION ALL SELECT row_number() OVER (ORDER BY kind COLLATE \"C\"), kind, '', -1, -1 FROM "
      /* none of an empty page: a board that was never declared takes no longer than what is none */
      "(SELECT DISTINCT kind FROM leitai.event_unit WHERE $1 = 'kind' AND $3::bigint[] <> '{}' AND "
      "tenant_id = leitai.current_tenant() AND event_id = $2::bigint) k"),
    S(BOARD_RESULTS, 3,
      "SELECT r.entry_id, r.rank, r.points_c, r.correct, r.time_us, n.name, n.unit_name FROM "
      "leitai.result r JOIN leitai.entry n USING (tenant_id, event_id, entry_id) WHERE r.tenant_id "
      "= leitai.current_tenant() AND r.event_id = $1::bigint AND r.rank > 0 ORDER BY r.rank, "
      "r.entry_id OFFSET $2::bigint LIMIT $3::bigint"),
    S(MATCH_ME, 1,
      "SELECT COALESCE(g.rating, 1200), COALESCE(u.region_id, 0), COALESCE(r.parent_id, 0) "
      "FROM leitai.person p LEFT JOIN leitai.membership m ON m.tenant_id = p.tenant_id AND "
      "m.person_id = p.person_id AND m.valid_to IS NULL LEFT JOIN leitai.unit u ON "
      "u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id LEFT JOIN leitai.region r ON "
      "r.tenant_id = u.tenant_id AND r.region_id = u.region_id LEFT JOIN leitai.duel_rating "
      "g ON g.tenant_id = p.tenant_id AND g.person_id = p.person_id WHERE p.tenant_id = "
      "leitai.current_tenant() AND p.person_id = $1::bigint"),
    S(DUEL_START, 13,
      "WITH i AS (SELECT * FROM unnest($9::bigint[], $10::smallint[], $11::smallint[], "
      "$12::text[], $13::text[]) AS x(person_id, attempt, no, device, address)), h AS "
      "(SELECT q.event_id FROM leitai.event_head q WHERE q.tenant_id = "
      "leitai.current_tenant() AND q.event_id = $1::bigint AND q.phase = 'running' FOR "
      "SHARE), n AS (SELECT i.*, e.entry_id FROM i JOIN leitai.entry e ON e.tenant_id = "
      "leitai.current_tenant() AND e.event_id = $1::bigint AND e.person_id = i.person_id), "
      "d AS (INSERT INTO leitai.duel (tenant_id, event_id, round_no, seed, size, robots, "
      "started_us) SELECT leitai.current_tenant(), $1::bigint, $2::smallint, $4::bigint, "
      "$5::smallint, $6::smallint, c.now_us FROM h CROSS JOIN (SELECT (extract(epoch FROM "
      "clock_timestamp()) * 1000000)::bigint AS now_us) AS c WHERE c.now_us < $8::bigint "
      "AND (SELECT count(*) FROM n) = (SELECT count(*) FROM i) RETURNING duel_id, seed, "
      "started_us) INSERT INTO leitai.paper (season, round_no, attempt, no, tenant_id, "
      "event_id, person_id, entry_id, duel_id, seed, started_us, deadline_us, device, "
      "address) SELECT $3::smallint, $2::smallint, n.attempt, n.no, "
      "leitai.current_tenant(), $1::bigint, n.person_id, n.entry_id, d.duel_id, d.seed, "
      "d.started_us, LEAST(d.started_us + $7::bigint, $8::bigint), decode(n.device, 'hex'), "
      "decode(n.address, 'hex') FROM d CROSS JOIN n ORDER BY n.person_id RETURNING duel_id"),
    S(DUEL, 3,
      "SELECT d.round_no, d.seed, d.size, d.robots, d.started_us, COALESCE(d.ended_us, 0), "
      "n.name, n.unit_name, COALESCE(g.rating, 1200), p.person_id, p.attempt, p.state, "
      "p.rev, p.ordinal, p.entry_id, COALESCE(p.duel_id, 0), p.seed, p.started_us, "
      "p.deadline_us, COALESCE(p.submitted_us, 0), p.choices FROM leitai.duel d JOIN "
      "leitai.paper p ON p.tenant_id = d.tenant_id AND p.event_id = d.event_id AND "
      "p.duel_id = d.duel_id AND p.season = $3::smallint JOIN leitai.entry n ON n.tenant_id "
      "= p.tenant_id AND n.event_id = p.event_id AND n.entry_id = p.entry_id LEFT JOIN "
      "leitai.duel_rating g ON g.tenant_id = p.tenant_id AND g.person_id = p.person_id "
      "WHERE d.tenant_id = leitai.current_tenant() AND d.event_id = $1::bigint AND "
      "d.duel_id = $2::bigint ORDER BY p.person_id"),
    S(DUEL_CLOSE, 15,
      "SELECT leitai.close_duel($1::bigint, $2::bigint, $3::smallint, $4::bigint, "
      "$5::bigint[], $6::integer[], $7::bigint[], $8::smallint[], $9::bigint[], "
      "$10::bigint[], $11::bigint[], $12::integer[], $13::integer[], $14::integer[], "
      "$15::integer[])"),
    S(FINDINGS, 2,
      "SELECT f.kind, f.subject, (f.e->>'n')::bigint, (f.e->>'of')::bigint, "
      "(f.e->>'before_e4')::integer, (f.e->>'after_e4')::integer, "
      "(f.e->>'of_subjects')::integer, s.id::bigint, COALESCE(n.name, p.name, "
      "q.body::jsonb->>'stem', s.id), COALESCE(n.unit_name, ''), (extract(epoch FROM "
      "f.found_at) * 1000000)::bigint FROM (SELECT kind, subject, evidence::jsonb AS e, "
      "found_at FROM leitai.finding WHERE tenant_id = leitai.current_tenant() AND event_id "
      "= $1::bigint ORDER BY kind, subject LIMIT $2::integer) AS f CROSS JOIN LATERAL "
      "jsonb_array_elements_text(f.e->'subjects') WITH ORDINALITY AS s(id, ord) LEFT JOIN "
      "leitai.entry n ON f.kind <> 'exposed_question' AND n.tenant_id = "
      "leitai.current_tenant() AND n.event_id = $1::bigint AND n.person_id = s.id::bigint "
      "LEFT JOIN leitai.person p ON f.kind <> 'exposed_question' AND p.tenant_id = "
      "leitai.current_tenant() AND p.person_id = s.id::bigint LEFT JOIN "
      "leitai.question_instance q ON f.kind = 'exposed_question' AND q.tenant_id = "
      "leitai.current_tenant() AND q.event_id = $1::bigint AND q.qi = s.id::integer ORDER "
      "BY f.kind, f.subject, s.ord"),
    S(EVENT_UNITS, 1,
      "SELECT v.unit_id, v.kind, v.registered, COALESCE(v.county_id, 0), COALESCE(v.city_id, 0), "
      "COALESCE(v.province_id, 0), u.name FROM leitai.event_unit v JOIN leitai.unit u USING "
      "(tenant_id, unit_id) WHERE v.tenant_id = leitai.current_tenant() AND v.event_id = "
      "$1::bigint ORDER BY v.unit_id"),
    S(REGIONS, 0,
      "SELECT region_id, name, COALESCE(grid_x, -1), COALESCE(grid_y, -1) FROM leitai.region WHERE "
      "tenant_id = leitai.current_tenant() ORDER BY region_id"),
    S(PAIR_OPEN, 3, "SELECT leitai.open_pairing($1, decode($2, 'hex'), $3::integer)"),
    S(PAIR_ASK, 1, "SELECT tenant_id, screen_id FROM leitai.ask_pairing(decode($1, 'hex'))"),
    S(PAIR_CLOSE, 1, "SELECT leitai.close_pairing(decode($1, 'hex'))"),
    S(PAIR_CLAIM, 4, "SELECT leitai.claim_pairing($1, $2::bigint, $3, $4::integer)"),
    S(SCREEN, 1,
      "SELECT COALESCE(event_id, 0) FROM leitai.screen WHERE tenant_id = leitai.current_tenant() "
      "AND screen_id = $1::bigint AND ended_at IS NULL"),
    S(SCREENS, 0,
      "SELECT s.screen_id, s.name, COALESCE(s.event_id, 0), COALESCE(e.title, ''), s.view, s.rev, "
      "COALESCE(s.seen_at > clock_timestamp() - interval '6 seconds', false) FROM leitai.screen s "
      "LEFT JOIN leitai.event e USING (tenant_id, event_id) WHERE s.tenant_id = "
      "leitai.current_tenant() AND s.ended_at IS NULL ORDER BY s.screen_id LIMIT 1000"),
    S(EVENT_VIEWS, 1,
      "SELECT event_id, view, rev FROM leitai.event_view WHERE tenant_id = "
      "leitai.current_tenant() AND event_id = ANY ($1::bigint[])"),
    /* In order: two nodes may have windows of the same screens. */
    S(SCREENS_SEEN, 1,
      "UPDATE leitai.screen s SET seen_at = clock_timestamp() FROM (SELECT screen_id FROM "
      "leitai.screen WHERE tenant_id = leitai.current_tenant() AND screen_id = ANY "
      "($1::bigint[]) ORDER BY screen_id FOR NO KEY UPDATE) l WHERE s.tenant_id = "
      "leitai.current_tenant() AND s.screen_id = l.screen_id"),
    S(SCREEN_GONE, 1,
      "UPDATE leitai.screen SET seen_at = NULL WHERE tenant_id = leitai.current_tenant() AND "
      "screen_id = $1::bigint RETURNING tenant_id"),
    S(UNPAIR, 1,
      "UPDATE leitai.screen SET ended_at = clock_timestamp() WHERE tenant_id = "
      "leitai.current_tenant() AND screen_id = $1::bigint AND ended_at IS NULL RETURNING "
      "screen_id"),
    S(SHOW, 3,
      "UPDATE leitai.screen SET event_id = $2::bigint, view = $3, rev = rev + 1 WHERE tenant_id = "
      "leitai.current_tenant() AND screen_id = $1::bigint AND ended_at IS NULL RETURNING "
      "screen_id"),
    S(SHOW_ALL, 2,
      "UPDATE leitai.screen s SET view = $2, rev = s.rev + 1 FROM (SELECT screen_id FROM "
      "leitai.screen WHERE tenant_id = leitai.current_tenant() AND event_id = $1::bigint AND "
      "ended_at IS NULL ORDER BY screen_id FOR NO KEY UPDATE) l WHERE s.tenant_id = "
      "leitai.current_tenant() AND s.screen_id = l.screen_id"),
    S(SHOW_EVENT, 2,
      "INSERT INTO leitai.event_view AS v (tenant_id, event_id, view) VALUES "
      "(leitai.current_tenant(), $1::bigint, $2) ON CONFLICT (tenant_id, event_id) DO UPDATE SET "
      "view = EXCLUDED.view, rev = v.rev + 1"),
};

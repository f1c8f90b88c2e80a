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
      "SELECT entry_id, COALESCE(person_id, 0), name, unit_name, guest, (extract(epoch FROM "
      "joined_at) * 1000000)::bigint "
      "FROM leitai.entry WHERE tenant_id = leitai.current_tenant() AND event_id = $1::bigint "
      "AND joined_at >= 'epoch'::timestamptz + $2::bigint * interval '1 microsecond' AND entry_id "
      "> $3::bigint "
      "ORDER BY entry_id LIMIT 20000"),
    S(SCORES, 5,
      "SELECT qi, person_id, entry_id, body, used_us, received_us FROM leitai.answer WHERE "
      "tenant_id = leitai.current_tenant() AND event_id = $1::bigint AND qi < $2::smallint AND "
      "season = $3::smallint AND NOT late AND (qi, person_id) > ($4::smallint, $5::bigint) "
      "ORDER BY qi, person_id LIMIT 20000"),
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
};

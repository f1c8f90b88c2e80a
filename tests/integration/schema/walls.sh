#!/usr/bin/env bash
# The schema's promises, each tried from the role that the servers use. Needs LEITAI_TEST_PG_URL (a superuser's connection); makes a
# database of its own. Prints "ok" or "not ok" a line and ends with 1 when one is not.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
db="walls_$$"
fails=0

admin() { psql "$LEITAI_TEST_PG_URL dbname=postgres" -qAtX -v ON_ERROR_STOP=1 "$@"; }
sql() { psql "$LEITAI_TEST_PG_URL dbname=$db" -qAtX -v ON_ERROR_STOP=1 "$@"; }
trap 'admin -c "DROP DATABASE IF EXISTS $db WITH (FORCE)" >/dev/null 2>&1' EXIT

# is NAME EXPECTED SQL… : what the SQL prints (its SQLSTATE when it fails)
is() {
    local name=$1 expected=$2 got
    shift 2
    got=$(printf '%s\n' '\set VERBOSITY sqlstate' "$@" | sql 2>&1 | sed 's/^.*ERROR: *//' | tr '\n' ' ' | sed 's/ $//') || true
    if [ "$got" = "$expected" ]; then
        echo "ok $name"
    else
        echo "not ok $name: expected <$expected>, got <$got>"
        fails=$((fails + 1))
    fi
}
app() { echo "SET ROLE leitai_app; SELECT set_config('app.tenant_id', '$1', false) \\g /dev/null"; }

admin -c "CREATE DATABASE $db TEMPLATE template0"
# Roles belong to the whole server: two tests may make them at once.
exec 9>/tmp/leitai-test-roles.lock
flock 9
sql -c "CREATE SCHEMA leitai"
for f in "$here"/../../../schema/sql/*.sql; do sql -1 -f "$f" >/dev/null; done
flock -u 9

sql <<'SQL' >/dev/null
INSERT INTO leitai.tenant (code, name) VALUES ('a', 'A'), ('b', 'B');
INSERT INTO leitai.ticket_key (tenant_id, kid, alg, key) VALUES (1, 'k', 'HS256', 'secret'), (2, 'k', 'HS256', 'other');
INSERT INTO leitai.region (tenant_id, level, code, name) VALUES (1, 0, 'p', 'P'), (2, 0, 'p', 'P');
INSERT INTO leitai.unit (tenant_id, region_id, code, kind, name, registered) VALUES (1, 1, 'u', 'x', 'U', 7), (2, 2, 'u', 'x', 'U', 9);
INSERT INTO leitai.person (tenant_id, ext_id, name) VALUES (1, 'p', 'P'), (2, 'p', 'P');
INSERT INTO leitai.membership (tenant_id, person_id, unit_id) VALUES (1, 1, 1), (2, 2, 2);
INSERT INTO leitai.bank (tenant_id, code, name) VALUES (1, 'b', 'B'), (2, 'b', 'B');
INSERT INTO leitai.question (tenant_id, bank_id, code, topic, type, difficulty, audience, body)
    VALUES (1, 1, 'q', 't', 'single', 1, 'all', '{}'), (2, 2, 'q', 't', 'single', 1, 'all', '{}');
INSERT INTO leitai.event (tenant_id, code, title, season, join_code) VALUES (1, 'e', 'E', 2026, '111111'), (2, 'e', 'E', 2026, '222222');
INSERT INTO leitai.role_grant (tenant_id, person_id, role) VALUES (1, 1, 'host'), (2, 2, 'host');
INSERT INTO leitai.rule_sheet (tenant_id, event_id, version, sheet) VALUES (1, 1, 1, '{}'), (2, 2, 1, '{}');
INSERT INTO leitai.node (name) VALUES ('n1'), ('n2');
INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version) VALUES (1, 1, 1), (2, 2, 1);
INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, kind, payload, hash)
    VALUES (2, 2, 1, 1, 1, 1, 'phase', '{}', sha256(''));
INSERT INTO leitai.round (tenant_id, event_id, round_no, title, mode) VALUES (1, 1, 1, 'r', 'live'), (2, 2, 1, 'r', 'live');
INSERT INTO leitai.question_instance (tenant_id, event_id, qi, round_no, question_id, body, state)
    VALUES (1, 1, 0, 1, 1, '{}', 'open'), (2, 2, 0, 1, 2, '{}', 'open');
INSERT INTO leitai.entry (tenant_id, event_id, kind, person_id, name) VALUES (1, 1, 'person', 1, 'P'), (2, 2, 'person', 2, 'P');
INSERT INTO leitai.team_member (tenant_id, event_id, entry_id, person_id) VALUES (2, 2, 2, 2);
INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, answer_id, body, late, "right", used_us, received_us)
    VALUES (2026, 2, 2, 0, 2, 2, 'x', '{}', false, true, 1, 1);
INSERT INTO leitai.inbox (tenant_id, event_id, command_id, person_id, action, expect_q) VALUES (2, 2, 'c', 2, 'start', -1);
INSERT INTO leitai.job (tenant_id, event_id, kind, token) VALUES (2, 2, 'finalise', 1);
INSERT INTO leitai.result VALUES (2, 2, 2, 1, 0, 0, 0, 0);
INSERT INTO leitai.credit_outbox (tenant_id, event_id, person_id, rule, ext_id, year, amount_c, reason) VALUES (2, 2, 2, 'x', 'p', 2026, 100, 'r');
INSERT INTO leitai.duel (tenant_id, event_id, round_no, seed, size, started_us) VALUES (2, 2, 1, 1, 2, 1);
INSERT INTO leitai.duel_rating (tenant_id, person_id) VALUES (2, 2);
INSERT INTO leitai.paper (season, round_no, attempt, no, tenant_id, event_id, person_id, entry_id, seed, started_us, deadline_us)
    VALUES (2026, 1, 1, 1, 2, 2, 2, 2, 7, 1, 2);
INSERT INTO leitai.finding (tenant_id, event_id, kind, subject, evidence) VALUES (2, 2, 'too_fast', 'p', '{}');
INSERT INTO leitai.certificate (tenant_id, event_id, person_id, code, name, unit_name, points_c, rank, entries)
    VALUES (2, 2, 2, '0123456789ABCDEF', 'P', 'U', 100, 1, 1);
INSERT INTO leitai.screen (tenant_id, name, event_id) VALUES (2, 'S', 2);
INSERT INTO leitai.event_view (tenant_id, event_id, view) VALUES (2, 2, '{"view":"black"}');
INSERT INTO leitai.screen_pairing (code, secret, expires_at) VALUES ('ABCDEF', sha256('x'), now() + interval '1 hour');
INSERT INTO leitai.screen_pairing VALUES ('ABCDEG', sha256('y'), now() + interval '1 hour', 2, 1);
INSERT INTO leitai.event_unit (tenant_id, event_id, unit_id, kind, registered) VALUES (2, 2, 2, 'x', 9);
INSERT INTO leitai.series (tenant_id, code, title, kind) VALUES (1, 's', 'S', 'person'), (2, 's', 'S', 'person');
INSERT INTO leitai.series_event VALUES (2, 2, 2);
INSERT INTO leitai.board_share (tenant_id, share, event_id) VALUES (2, '0123456789AB', 2);
INSERT INTO study.record (tenant_id, ext_id) VALUES (2, 'p');
INSERT INTO study.policy (tenant_id, annual_cap_c) VALUES (1, 150), (2, NULL);
SQL

is 'no login role passes by row security' '' \
    "SELECT rolname FROM pg_roles WHERE rolname LIKE 'leitai%' AND (rolbypassrls OR rolsuper)"
is 'row security is forced on every table but node' 'node' \
    "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('leitai', 'study')
     AND relkind IN ('r', 'p') AND NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity)"
# A screen that is nobody's yet has no tenant: no role but leitai_cross reaches it.
is 'every primary key but those of nodes and of waiting screens contains the tenant' 'node screen_pairing' \
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname IN ('leitai', 'study')
     AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a
     ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id') ORDER BY 1"

# Every table, from the catalogue: one that is added without a wall fails here.
while read -r table; do
    [ -n "$(sql -c "SELECT 1 FROM leitai.$table WHERE tenant_id = 2 LIMIT 1")" ] || { echo "not ok $table has no row to hide"; fails=$((fails + 1)); }
    denied=''
    [[ $table = ticket_key || $table = screen_pairing ]] && denied=42501
    is "tenant 1 cannot see tenant 2 in $table" "${denied:-0}" "$(app 1)" "SELECT count(*) FROM leitai.$table WHERE tenant_id = 2;"
    is "without a tenant nothing is seen in $table" "${denied:-0}" "SET ROLE leitai_app; SELECT count(*) FROM leitai.$table;"
done < <(sql -c "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'leitai'
                 AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'node'")
is 'tenant 1 cannot write into tenant 2' '42501' "$(app 1)" \
    "INSERT INTO leitai.bank (tenant_id, code, name) VALUES (2, 'x', 'X');"
is 'tenant 1 cannot open a gate of tenant 2' 'none' "$(app 1)" \
    "UPDATE leitai.question_instance SET state = 'closed' WHERE tenant_id = 2;" "RESET ROLE; SELECT CASE state WHEN 'open' THEN 'none' END FROM leitai.question_instance WHERE tenant_id = 2;"
# The log is written through the functions of leitai_log alone: the fence, the chain and the token cannot be passed by.
log_row="INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, kind, payload, hash) VALUES (1, 1, 9, 1, 9, 1, 'phase', '{}', sha256(''));"
is 'a worker writes no row of the log past the fence' '42501' "$(app 1)" "$log_row"
is 'nor makes a head of its own' '42501' "$(app 1)" "INSERT INTO leitai.event_head (tenant_id, event_id, sheet_version) VALUES (1, 1, 1);"
for column in 'token = 9' 'seq = 9' "hash = sha256('')" 'node_id = 2' "phase = 'final'" 'epoch = 2' 'sheet_version = 9'; do
    is "nor sets $column of a head" '42501' "$(app 1)" "UPDATE leitai.event_head SET $column;"
done
is 'nor chains a row without being the driver' '42501' "$(app 1)" "SELECT leitai.chain_log(1, 1, 1, 1, 1, 'phase', '{}', NULL);"
is 'who writes the log logs in nowhere, is nobody else and passes no wall' 'f|f|f|f|0' \
    "SELECT rolcanlogin, rolbypassrls, rolsuper, rolcreaterole, (SELECT count(*) FROM pg_auth_members m WHERE m.roleid = r.oid AND
     m.member IN ('leitai_app'::regrole, 'leitai_relay'::regrole, 'leitai_cross'::regrole)) FROM pg_roles r WHERE rolname = 'leitai_log'"
is 'its functions find everything in its own schema' '5|0' "SELECT count(*), count(*) FILTER (WHERE NOT prosecdef OR
    NOT 'search_path=leitai, pg_temp' = ANY (proconfig)) FROM pg_proc WHERE proowner = 'leitai_log'::regrole AND pronamespace = 'leitai'::regnamespace"
is 'the wall stands before it, too' '1 1 1 1' "SET ROLE leitai_log; SELECT set_config('app.tenant_id', '1', false) \\g /dev/null" \
    "SELECT DISTINCT tenant_id FROM leitai.event_head;" "SELECT DISTINCT tenant_id FROM leitai.question_instance;" "SELECT DISTINCT tenant_id FROM leitai.rule_sheet;" \
    "UPDATE leitai.event_head SET seq = seq RETURNING tenant_id;"
is 'they append nothing to the log of another tenant' 'LT001' "$(app 1)" "SELECT leitai.append_log(2, 0, 1, 7, 'phase', '{}', 'lobby');"
is 'nor take its event' 'LT001' "$(app 1)" "SELECT leitai.claim_event(2, 1, 0, 2000000, 1, 5, '{}');"
is 'nor close its gates' 'LT001' "$(app 1)" "SELECT leitai.close_gate(2, 0, 0::smallint, 1::smallint);"
is 'nor let go of it' '1' "UPDATE leitai.event_head SET node_id = 1 WHERE tenant_id = 2;" "$(app 1)" "SELECT leitai.release_event(2, 0) \\g /dev/null" \
    "RESET ROLE; SELECT node_id FROM leitai.event_head WHERE tenant_id = 2;"
is 'without a tenant they do nothing' 'LT001' "SET ROLE leitai_app; SELECT leitai.append_log(1, 0, 1, 7, 'phase', '{}', 'lobby');"
is 'history cannot be deleted by a worker' '42501' "$(app 1)" "DELETE FROM leitai.event_log;"
is 'partitions are not a way around the wall' '42501' "$(app 1)" "SELECT count(*) FROM leitai.answer_2026;"
is 'partitions of papers are not a way around the wall' '42501' "$(app 1)" "SELECT count(*) FROM leitai.paper_2026;"
is 'no grant reaches a partition' '' \
    "SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND (has_any_column_privilege('leitai_app', c.oid, 'SELECT')
     OR has_any_column_privilege('leitai_app', c.oid, 'UPDATE') OR has_any_column_privilege('leitai_cross', c.oid, 'SELECT'))"
is 'a season that is added has a partition of each with a wall' 't|t t|t' "SELECT leitai.ensure_season(2031::smallint) \\g /dev/null" \
    "SELECT leitai.ensure_season(2031::smallint) \\g /dev/null" \
    "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname IN ('answer_2031', 'paper_2031');"
is 'tenant 1 cannot save into a paper of tenant 2' '0' "$(app 1)" \
    "WITH u AS (UPDATE leitai.paper SET choices = '[]', rev = rev + 1 RETURNING 1) SELECT count(*) FROM u;"
is 'what a paper was drawn from is never changed' '42501' "$(app 2)" "UPDATE leitai.paper SET seed = 8;"
is 'nor when it began' '42501' "$(app 2)" "UPDATE leitai.paper SET started_us = 0;"
is 'a paper is not deleted by a worker' '42501' "$(app 2)" "DELETE FROM leitai.paper;"
is 'what expired is found across tenants, as ids only' '2|2|2026' "SET ROLE leitai_app; SELECT * FROM leitai.find_expired(1000, 10);"
is 'a certificate is found by its whole code' 'P|U|100' \
    "SET ROLE leitai_app; SELECT name, unit_name, points_c FROM leitai.find_certificate('0123456789ABCDEF');"
is 'and by nothing else' '' "SET ROLE leitai_app; SELECT name FROM leitai.find_certificate('0123456789ABCDE%');"
is 'a board is found by its whole share code' '2|2|' "SET ROLE leitai_app; SELECT * FROM leitai.find_share('0123456789AB');"
is 'and by nothing else' '' "SET ROLE leitai_app; SELECT * FROM leitai.find_share('0123456789A_');"
is 'a share that has ended leads nowhere' '' "UPDATE leitai.board_share SET ended_at = now();" "SET ROLE leitai_app; SELECT * FROM leitai.find_share('0123456789AB');"
is 'a share cannot be given another event' '42501' "$(app 2)" "UPDATE leitai.board_share SET event_id = 1;"
is 'nor can one be made for an event of another tenant' '23503' "$(app 1)" \
    "INSERT INTO leitai.board_share (tenant_id, share, event_id) VALUES (1, 'ZZZZZZZZZZZZ', 2);"
is 'a series is made of the tenant'"'"'s own events' '23503' "$(app 1)" "INSERT INTO leitai.series_event VALUES (1, 1, 2);"
is 'a worker does not write head counts of an event' '42501' "$(app 1)" \
    "INSERT INTO leitai.event_unit (tenant_id, event_id, unit_id, kind, registered) VALUES (1, 1, 1, 'x', 9);"
is 'of two starts that saw the same papers one is made' '23505' \
    "INSERT INTO leitai.paper (season, round_no, attempt, no, tenant_id, event_id, person_id, entry_id, seed, started_us, deadline_us)
     VALUES (2026, 1, 2, 1, 2, 2, 2, 2, 7, 1, 2);"
is 'a self-paced event has its window' '23514' "UPDATE leitai.event SET self_paced = true WHERE tenant_id = 2;"
cross="SET ROLE leitai_app; SELECT set_config('app.tenant_id', '', false) \\g /dev/null"
is 'a code of a screen cannot be taken twice' 'f' "$cross" "SELECT leitai.open_pairing('ABCDEF', sha256('z'), 300);"
is 'a screen that nobody took is told nothing' '' "$cross" "SELECT * FROM leitai.ask_pairing(sha256('x'));"
is 'whose it is knows only who has the secret' '2|1' "$cross" "SELECT * FROM leitai.ask_pairing(sha256('y'));" \
    "SELECT * FROM leitai.ask_pairing(sha256('ABCDEG'));"
is 'nobody takes a screen in without a tenant' '' "$cross" "SELECT leitai.claim_pairing('ABCDEF', 1, 'S', 9);"
is 'nor one that is taken' '' "$(app 1)" "SELECT leitai.claim_pairing('ABCDEG', 1, 'S', 9);"
is 'nor for an event of another tenant' '23503' "$(app 1)" "SELECT leitai.claim_pairing('ABCDEF', 2, 'S', 9);"
is 'nor past the limit' '0' "$(app 2)" "SELECT leitai.claim_pairing('ABCDEF', 2, 'S', 1);"
is 'a desk takes it in and it shows what the event shows' '2|S|{"view":"black"}' "$(app 2)" \
    "SELECT leitai.claim_pairing('ABCDEF', 2, 'S', 9) \\g /dev/null" "SELECT tenant_id, name, view FROM leitai.screen WHERE screen_id > 1;"
is 'a screen is made by its code alone' '42501' "$(app 1)" "INSERT INTO leitai.screen (tenant_id, name) VALUES (1, 'S');"
is 'one tenant changes no screen of another' '0' "$(app 1)" "WITH u AS (UPDATE leitai.screen SET rev = 9 RETURNING 1) SELECT count(*) FROM u;"
is 'codes that ran out are swept' '0' "UPDATE leitai.screen_pairing SET expires_at = now() - interval '1 s';" "$cross" \
    "SELECT leitai.open_pairing('ABCDEH', sha256('z'), 300) \\g /dev/null" "RESET ROLE; SELECT count(*) FROM leitai.screen_pairing WHERE code <> 'ABCDEH';"
is 'a join code leads to its own event only' '2|2' "SET ROLE leitai_app; SELECT * FROM leitai.find_join_code('222222');"
is 'a ticket key is found by tenant and key id' '1|HS256|736563726574' "SET ROLE leitai_app; SELECT * FROM leitai.find_ticket_key('a', 'k');"
is 'the relay sees the outbox of all' '1' "SET ROLE leitai_relay; SELECT count(*) FROM leitai.credit_outbox;"
is 'the relay sees nothing else' '42501' "SET ROLE leitai_relay; SELECT count(*) FROM leitai.answer;"

is 'a driver that is alive is not replaced' 'LT001' "UPDATE leitai.node SET heartbeat_at = now();" "$(app 1)" "SELECT leitai.claim_event(1, 1, 0, 2000000, 1, 5, '{}') \\g /dev/null" \
    "SELECT leitai.claim_event(1, 2, 1, 2000000, 2, 6, '{}');"
is 'the holder of the token appends' '2|1|1' "$(app 1)" "SELECT leitai.append_log(1, 1, 2, 7, 'phase', '{}', 'lobby') \\g /dev/null" \
    "SELECT seq, token, node_id FROM leitai.event_head;"
is 'units are frozen as they are when the lobby opens' '1|x|7|1' \
    "UPDATE leitai.unit SET registered = 8;" "SELECT unit_id, kind, registered, province_id FROM leitai.event_unit WHERE tenant_id = 1;"
is 'an old token is refused' 'LT001' "$(app 1)" "SELECT leitai.append_log(1, 0, 3, 8, 'phase', '{}', 'running');"
is 'a record that does not follow is refused' 'LT001' "$(app 1)" "SELECT leitai.append_log(1, 1, 5, 8, 'phase', '{}', 'running');"
is 'a refused append leaves nothing' '2|lobby|2' "$(app 1)" \
    "SELECT h.seq, h.phase, (SELECT count(*) FROM leitai.event_log) FROM leitai.event_head h;"
is 'a silent driver is replaced and its token dies' 'LT001' \
    "UPDATE leitai.node SET heartbeat_at = now() - interval '1 minute' WHERE node_id = 1;" "$(app 1)" \
    "SELECT leitai.claim_event(1, 2, 1, 2000000, 3, 9, '{}') \\g /dev/null" "SELECT leitai.append_log(1, 1, 4, 10, 'phase', '{}', 'running');"
is 'a deposed driver closes no gate' 'LT001' "$(app 1)" "SELECT leitai.close_gate(1, 1, 0::smallint, 1::smallint);"
is 'a frozen rule sheet stays as it is' '23514' \
    "UPDATE leitai.rule_sheet SET frozen_at = now() WHERE tenant_id = 1; UPDATE leitai.rule_sheet SET sheet = '[]' WHERE tenant_id = 1;"
is 'a season is detached and the next goes on' 'INSERT' "ALTER TABLE leitai.answer DETACH PARTITION leitai.answer_2025;" "$(app 1)" \
    "INSERT INTO leitai.answer (season, tenant_id, event_id, qi, person_id, entry_id, answer_id, body, late, \"right\", used_us, received_us)
     VALUES (2027, 1, 1, 0, 1, 1, 'y', '{}', false, true, 1, 1) RETURNING 'INSERT';"

relay="SET ROLE leitai_relay; SELECT set_config('app.tenant_id', '1', false) \\g /dev/null"
is 'a credit is posted once' '100 ' "$relay" "SELECT study.post('p', 'k1', 2026::smallint, 100, 'r');" "SELECT study.post('p', 'k1', 2026::smallint, 100, 'r');"
is 'the cap grants what is left' '50 0' "$relay" "SELECT study.post('p', 'k2', 2026::smallint, 100, 'r');" "SELECT study.post('p', 'k3', 2026::smallint, 100, 'r');"
is 'requested and granted are both on record' '1|100|100 2|100|50 3|100|0' "$relay" "SELECT no, requested_c, granted_c FROM study.ledger ORDER BY no;"
is 'the total is what was granted' '150' "$relay" "SELECT total_c FROM study.record;"
is 'the ledger is not updated' '42501' "$relay" "UPDATE study.ledger SET granted_c = 1;"
is 'not even by its owner' '23514' "UPDATE study.ledger SET granted_c = 1;"
for _ in 1 2 3 4; do
    (printf '%s\n' "$relay" "SELECT study.post('q', 'same', 2026::smallint, 10, 'r');" | sql >/dev/null 2>&1) &
done
wait
is 'four relays at once post once' '1|10' "$relay" "SELECT count(*), sum(granted_c) FROM study.ledger WHERE ext_id = 'q';"
exit $((fails > 0))

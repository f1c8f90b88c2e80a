#!/usr/bin/env bash
# Self-paced events on two nodes: papers.mjs plays them through the real path; then results, credits, replay and audit.
# Usage: papers.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
export LEITAI_SWEEP_GRACE_MS=300
save() { # save CODE SHEET-FILE [OPTION…]
    local code=$1 sheet=$2
    shift 2
    "$build/leitai" event save --tenant demo --code "$code" --title "$code" --season 2026 --sheet "$sheet" --bank law --seed 7 "$@"
}
sed 's/"pass": 30/"pass": 30, "audience": {"leaders": true}/' "$here/papers-sheet.json" >"$dir/leaders.json"
sed 's/"pass": 30/"pass": 30, "audience": {"regions": ["nowhere"]}/' "$here/papers-sheet.json" >"$dir/nowhere.json"
cat >"$dir/disjoint.json" <<'JSON'
{"version": 1, "results": "at_once", "rounds": [{"title": "小", "mode": "timed", "questions": 20, "minutes": 10, "disjoint": true,
 "points": {"right": 1}, "draw": {"types": ["fill"]}}], "credits": {}}
JSON
window=(--opens 2026-01-01T00:00:00Z --closes 2099-01-01T00:00:00Z)
report 'a self-paced event is saved' save papers "$here/papers-sheet.json" "${window[@]}" >"$dir/save.out" 2>&1 || cat "$dir/save.out"
report 'and one for leaders' save leaders "$dir/leaders.json" "${window[@]}" >>"$dir/save.out" 2>&1
sed -i 's/"questions": 20, "minutes"/"questions": 10, "minutes"/' "$dir/disjoint.json"
report 'and one without a question twice' save disjoint "$dir/disjoint.json" "${window[@]}" >>"$dir/save.out" 2>&1 || cat "$dir/save.out"
report 'and one that a desk publishes' save desk "$here/papers-sheet.json" "${window[@]}" >>"$dir/save.out" 2>&1
no() { ! "$@"; }
report 'without a window it is not saved' no save windowless "$here/papers-sheet.json" 2>/dev/null
report 'nor for a region that is none' no save nowhere "$dir/nowhere.json" "${window[@]}" 2>/dev/null
publish() { "$build/leitai" event publish --tenant demo --event "$1" >>"$dir/save.out"; }
for code in papers leaders disjoint; do report "$code is published and open" publish "$code"; done
report 'what is published is not saved again' no save papers "$here/papers-sheet.json" "${window[@]}" 2>/dev/null
id() { sql -c "SELECT event_id FROM leitai.event WHERE code = '$1'"; }
event=$(id papers)
# Who is who: somebody who leads and somebody who does not.
leader=$(sql -c "SELECT ext_id FROM leitai.person WHERE tenant_id = 1 AND leader AND ext_id LIKE 'p%' LIMIT 1")
if [ -z "$leader" ]; then
    leader=p000050
    sql -c "UPDATE leitai.person SET leader = true WHERE tenant_id = 1 AND ext_id = '$leader'"
fi
follower=$(sql -c "SELECT ext_id FROM leitai.person WHERE tenant_id = 1 AND NOT leader AND ext_id LIKE 'p%' ORDER BY ext_id OFFSET 60 LIMIT 1")
sql -c "SELECT convert_from(key, 'UTF8') FROM leitai.ticket_key k JOIN leitai.tenant t USING (tenant_id) WHERE t.code = 'other'" >"$dir/secret.other"
node_start a "$build/leitai"
node_start b "$build/leitai"
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db" ADMIN_URL="$LEITAI_TEST_PG_URL dbname=postgres" LEITAI="$build/leitai"
node "$here/papers.mjs" "${node_port[a]}" "${node_port[b]}" "${node_pid[a]}" "$dir" "$event" "$(id leaders)" "$(id disjoint)" "$leader" "$follower" "$(id desk)" || fails=1

# ---- the end ----
node "$here/papers.mjs" watch "${node_port[b]}" "$dir" "$event" || fails=1
final() { [ "$(sql -c "SELECT phase FROM leitai.event_head WHERE event_id = $event")" = final ]; }
report 'open papers are handed in and it becomes final' await final
report 'no paper is open' same 0 "$(sql -c "SELECT count(*) FROM leitai.paper WHERE event_id = $event AND state = 0")"
report 'everybody who took part has a result' same "$(sql -c "SELECT count(DISTINCT person_id) FROM leitai.paper WHERE event_id = $event")" \
    "$(sql -c "SELECT count(*) FROM leitai.result WHERE event_id = $event")"
report 'each paper is there once' same 0 "$(sql -c "SELECT count(*) - count(DISTINCT (event_id, person_id, round_no, attempt)) FROM leitai.paper")"
report 'its credits are posted' await posted "$event"
report 'each once' same "$(sql -c "SELECT count(*) FROM leitai.credit_outbox WHERE event_id = $event")" \
    "$(sql -c "SELECT count(*) FROM study.ledger l JOIN leitai.credit_outbox o USING (key) WHERE o.event_id = $event")"
board() { [ "$(redis-cli -s "$dir/redis.sock" zcard "lt:{1:$event}:board")" = "$(sql -c "SELECT count(*) FROM leitai.result WHERE event_id = $event")" ]; }
report 'its board is written when it is final' await board
node "$here/papers.mjs" after "${node_port[a]}" "$dir" "$event" || fails=1
replay() { "$build/leitai" replay papers --tenant demo >"$dir/replay.out" 2>&1; }
audit() { "$build/leitai" audit verify --tenant demo --event papers >"$dir/audit.out" 2>&1; }
report 'a replay comes to the same' replay || cat "$dir/replay.out"
report 'the record is as it was written' audit || cat "$dir/audit.out"
# One byte of one choice that was right, elsewhere; then back.
one="event_id = $event AND choices <> '[]' AND points_c > 0"
before=$(sql -c "SELECT choices FROM leitai.paper WHERE $one ORDER BY person_id, round_no, attempt LIMIT 1")
key=$(sql -c "SELECT person_id || ',' || round_no || ',' || attempt FROM leitai.paper WHERE $one ORDER BY person_id, round_no, attempt LIMIT 1")
change() { sql -c "UPDATE leitai.paper SET choices = '$1' WHERE event_id = $event AND (person_id, round_no, attempt) = ($key)"; }
change "$(sed -E 's/\[([0-9]+),([0-9]+),/[\1,1\2,/' <<<"$before")"
report 'a choice whose time was changed is found by the replay' no replay
report 'and by the audit' no audit
change "$before"
report 'put back, both agree again' replay
sql -c "UPDATE leitai.paper SET seed = seed + 1 WHERE event_id = $event AND (person_id, round_no, attempt) = ($key)"
report 'another seed is found' no replay
report 'by the audit too' no audit
sql -c "UPDATE leitai.paper SET seed = seed - 1 WHERE event_id = $event AND (person_id, round_no, attempt) = ($key)"
sql -c "UPDATE leitai.question_instance SET difficulty = 4 - difficulty WHERE event_id = $event AND difficulty <> 2 AND qi = (SELECT min(qi) FROM leitai.question_instance WHERE event_id = $event AND difficulty <> 2)"
report 'what a draw looks at is in the record' no audit
nodes_stop
exit "$fails"

#!/usr/bin/env bash
# Duels on two nodes: duels.mjs plays them through the real path, on a Redis that it stops; then results, replay and audit.
# Usage: duels.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
export LEITAI_SWEEP_GRACE_MS=300
save() {
    "$build/leitai" event save --tenant demo --code duels --title 对战 --season 2026 --sheet "$here/duels-sheet.json" --bank law --seed 7 \
        --opens 2026-01-01T00:00:00Z --closes 2099-01-01T00:00:00Z
}
report 'an event of duels is saved' save >"$dir/save.out" 2>&1 || cat "$dir/save.out"
publish() { "$build/leitai" event publish --tenant demo --event duels >>"$dir/save.out"; }
report 'it is published and open' publish
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'duels'")
sql -c "SELECT convert_from(key, 'UTF8') FROM leitai.ticket_key k JOIN leitai.tenant t USING (tenant_id) WHERE t.code = 'other'" >"$dir/secret.other"
node_start a "$build/leitai"
node_start b "$build/leitai"
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db"
node "$here/duels.mjs" "${node_port[a]}" "${node_port[b]}" "${node_pid[a]}" "$dir" "$event" || fails=1
# The test left a Redis of its own behind.
redis_pid=$(redis-cli -s "$dir/redis.sock" info server | sed -n 's/^process_id:\([0-9]*\).*/\1/p')

close() { "$build/leitai" event close --tenant demo --event duels >>"$dir/save.out"; }
report 'the event is closed before its time' close
final() { [ "$(sql -c "SELECT phase FROM leitai.event_head WHERE event_id = $event")" = final ]; }
report 'duels that went on are ended and it becomes final' await final
report 'no paper is open' same 0 "$(sql -c "SELECT count(*) FROM leitai.paper WHERE event_id = $event AND state = 0")"
report 'every duel has ended' same 0 "$(sql -c "SELECT count(*) FROM leitai.duel WHERE event_id = $event AND ended_us IS NULL")"
report 'points of places are in the results' same "$(sql -c "SELECT sum(points_c) FROM leitai.paper WHERE event_id = $event")" \
    "$(sql -c "SELECT sum(points_c) FROM leitai.result WHERE event_id = $event")"
report 'ratings neither grow nor shrink in all' same 0 "$(sql -c "SELECT sum(rating - 1200) FROM leitai.duel_rating")"
# Everybody in the test says to be the same browser.
found() { [ "$(sql -c "SELECT (evidence::jsonb->>'n')::integer >= 4 FROM leitai.finding WHERE event_id = $event AND kind = 'shared_device'")" = t ]; }
report 'that many played on one device is found' await found
stamp=$(sql -c "SELECT max(found_at) FROM leitai.finding WHERE event_id = $event")
findings() { "$build/leitai" event findings --tenant demo --event duels >"$dir/findings.out" 2>&1; }
report 'the organiser may look again' findings || cat "$dir/findings.out"
report 'it is said in both languages, with names' grep -q '多人同一设备 / many people on one device: .*(' "$dir/findings.out"
report 'what was found is found once, anew' same t "$(sql -c "SELECT min(found_at) > '$stamp' AND count(*) = count(DISTINCT (kind, subject)) FROM leitai.finding WHERE event_id = $event")"
report 'nobody lost a point by it' same "$(sql -c "SELECT sum(points_c) FROM leitai.paper WHERE event_id = $event")" \
    "$(sql -c "SELECT sum(points_c) FROM leitai.result WHERE event_id = $event")"
PSQL_URL=$PSQL_URL node "$here/duels.mjs" after "${node_port[a]}" "$dir" "$event" || fails=1
replay() { "$build/leitai" replay duels --tenant demo >"$dir/replay.out" 2>&1; }
audit() { "$build/leitai" audit verify --tenant demo --event duels >"$dir/audit.out" 2>&1; }
report 'a replay comes to the same' replay || cat "$dir/replay.out"
report 'the record is as it was written' audit || cat "$dir/audit.out"
nodes_stop
exit "$fails"

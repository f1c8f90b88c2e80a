#!/usr/bin/env bash
# Nodes are replaced while a contest runs: two of them behind HAProxy, a host and 60 players. In an open question the node that drives is told
# to end, and a newer program (the same one from another file) takes its place; then the other one. Nobody may notice: the players check each
# frame, acknowledgement, standing and board. Usage: drain.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
# shellcheck source=tests/lib/server.sh
. "$(dirname "$0")/../../lib/server.sh"
demo=$(cd "$(dirname "$0")/../../../schema/demo" && pwd)
stores_start "$1"
cp "$build/leitai" "$dir/leitai-new"
for name in a b c d; do node_port[$name]=$(free_port); done
node_start a "$build/leitai"
node_start b "$build/leitai"
proxy_start "${node_port[@]}"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")

drives() { [ "$(metric "${node_port[$1]}" leitai_events_driven)" = 1 ]; }
driver() { # sets driver: the node that drives the event
    for driver in "${!node_pid[@]}"; do ! drives "$driver" || return 0; done
    return 1
}
opened() { [ "$(sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $event AND kind = 'open'")" -ge "$1" ]; }
taken() { [ "$(takeovers)" -gt "$1" ]; }
takeovers() { sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $event AND kind = 'driver'"; }
connected() { metric "${node_port[$1]}" leitai_connections; }
"$build/loadtest/leitai-load" live --url "ws://127.0.0.1:$proxy_port/ws" --tenant demo --kid main --secret-file "$dir/secret" --event "$event" \
    --people "$dir/people.csv" --players 60 --host --host-sub host --window 2 --gap 0.1 --drop-share 0.1 --allow-cuts --clock-slack-ms 100 \
    --seconds 150 --sheet "$demo/live-demo.json" --quiet >"$dir/report" 2>&1 &
load=$!

replace() { # replace NUMBER NEW: in the NUMBER-th question that is opened
    report "question $1 is opened" await opened "$1"
    report 'somebody drives it' await driver
    local old=$driver before
    before=$(takeovers)
    report "the balancer has given people to node $old" test "$(connected "$old")" -gt 5
    report "node $old drains and ends cleanly" node_stop "$old"
    report 'another node takes the event' await taken "$before"
    node_start "$2" "$dir/leitai-new"
}
replace 2 c
replace 4 d

played() { wait "$load" && grep -q '^No violations' "$dir/report"; }
report 'the contest is played to its end without a violation' played
[ "$fails" = 0 ] || cat "$dir/report"
report 'a drain leaves nothing undone' bash -c "! grep -h 'drained in part' '$dir'/*.log"
report 'the log has no gap' same "$(sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $event")" \
    "$(sql -c "SELECT max(seq) FROM leitai.event_log WHERE event_id = $event")"
report 'the board in Redis has everybody' same 60 "$(redis-cli -s "$dir/redis.sock" zcard "lt:{1:$event}:board")"
nodes_stop
exit "$fails"

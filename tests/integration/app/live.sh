#!/usr/bin/env bash
# A whole contest through the real path: migrate, demo, serve with two workers, a host and 40 players over WebSockets, a fifth of whom lose
# their line during each question; then the credits, then a clean end. The players check every frame, acknowledgement, standing and board.
# Usage: live.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
# shellcheck source=tests/lib/server.sh
. "$(dirname "$0")/../../lib/server.sh"
build=$1
demo=$(cd "$(dirname "$0")/../../../schema/demo" && pwd)
server_start "$build"

event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
played() {
    "$build/loadtest/leitai-load" live --url "ws://127.0.0.1:$LEITAI_PORT/ws" --tenant demo --kid main --secret-file "$dir/secret" \
        --event "$event" --people "$dir/people.csv" --players 40 --host --host-sub host --window 1 --gap 0.1 --drop-share 0.2 \
        --clock-slack-ms 100 --seconds 120 --sheet "$demo/live-demo.json" --quiet >"$dir/report" 2>&1 && grep -q '^No violations' "$dir/report"
}
report 'a contest is played without a violation' played
[ "$fails" = 0 ] || cat "$dir/report"

report 'its credits are posted' await posted "$event"
report 'what was posted is what was awarded' same \
    "$(sql -c "SELECT count(*), sum(amount_c) FROM leitai.credit_outbox WHERE event_id = $event")" \
    "$(sql -c "SELECT count(*), sum(l.requested_c) FROM study.ledger l JOIN leitai.credit_outbox o ON o.key = l.key AND o.event_id = $event")"
report 'the log has no gap' same "$(sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $event")" \
    "$(sql -c "SELECT max(seq) FROM leitai.event_log WHERE event_id = $event")"
report 'every stored answer has its entry, and no key has two' same 0 \
    "$(sql -c "SELECT count(*) FROM leitai.answer a LEFT JOIN leitai.entry e ON e.entry_id = a.entry_id AND e.person_id = a.person_id
               WHERE a.event_id = $event AND e.entry_id IS NULL")"
report 'the board in Redis has everybody' same 40 "$(redis-cli -s "$dir/redis.sock" zcard "lt:{1:$event}:board")"

over() {
    "$build/loadtest/leitai-load" demo --url "ws://127.0.0.1:$LEITAI_PORT/ws" --tenant demo --kid main --secret-file "$dir/secret" \
        --event "$event" --people "$dir/people.csv" --players 3 --host --host-sub host --seconds 60 --quiet | grep -q 'event is over'
}
report 'nobody plays at an event that is over' over

server_stop
exit "$fails"

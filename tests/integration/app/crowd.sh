#!/usr/bin/env bash
# The company that `./dev up --demo` brings: it opens the lobby of a draft, fills it and leaves the desk to the host; when it comes again it
# changes nothing. Usage: crowd.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
# shellcheck source=tests/lib/server.sh
. "$(dirname "$0")/../../lib/server.sh"
build=$1
server_start "$build"

event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
log() { sql -c "SELECT string_agg(kind || ' ' || payload, ';' ORDER BY seq) FROM leitai.event_log WHERE event_id = $event"; }
players() { [ "$(sql -c "SELECT count(*) FROM leitai.entry WHERE event_id = $event")" = 12 ]; }
phase() { [ "$(sql -c "SELECT phase FROM leitai.event_head WHERE event_id = $event")" = "$1" ]; }
connected() { # connected N: so many WebSockets, by the metrics of all workers
    [ "$(node -e 'fetch(process.argv[1]).then((r) => r.text()).then((t) => console.log(t.match(/^leitai_connections (\d+)/m)[1]))' \
        "http://127.0.0.1:$LEITAI_PORT/metrics")" = "$1" ]
}
crowd_start() {
    "$build/loadtest/leitai-load" demo --url "ws://127.0.0.1:$LEITAI_PORT/ws" --tenant demo --kid main --secret-file "$dir/secret" \
        --event "$event" --people "$dir/people.csv" --per-unit 1 --players 12 --host --host-sub host --seconds 60 --quiet >"$dir/crowd" 2>&1 &
    crowd=$!
}
crowd_stop() { kill "$crowd" && wait "$crowd"; }

crowd_start
report 'the lobby is opened' await phase lobby
report 'one of each unit comes in' await players
report 'and stays, the host alone has left' await connected 12
report 'it leaves when it is told to' crowd_stop
before=$(log)
crowd_start
report 'it comes again' await connected 12
report 'the event is as it was' same "$before" "$(log)"
report 'it leaves again' crowd_stop

server_stop
exit "$fails"
